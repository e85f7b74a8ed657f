//! Who refers to whom, and what follows from it.

pub mod components;
pub mod cycles;
pub mod edges;
pub mod names;
pub mod network;
pub mod references;
pub mod secrets;
pub mod unresolved;

use crate::eval::Run;
use crate::eval::text;
use crate::eval::value::{Origin, Value};
use crate::expand::Block;
use crate::truth::Truth;

/// Whether a value names this resource: a reference to it, a text that a reference to it is part of (an ARN), or its
/// physical name or an ARN that ends with it.
///
/// A resource without an explicit name gets one when it is created, so no literal names it. Another stack's export never
/// names a resource of this template: that stack was there first.
pub fn refers_to<'t>(run: &mut Run<'_, 't>, value: &Value<'t>, target: &Block<'t>) -> Truth {
    let mut other_resource = false;
    for part in value.parts() {
        match &part.origin {
            Origin::Resource { id, .. } if *id == target.name => return Truth::True,
            Origin::Resource { .. } => other_resource = true,
            Origin::Import => return Truth::False,
            _ => {}
        }
    }
    if other_resource || !value.is_scalar() {
        return Truth::False;
    }
    if value.is_inside_unknown() {
        return Truth::Unknown;
    }
    let Some(name) = names::physical_name(run, target) else { return Truth::False };
    run.decide(&[value, name], &|values| match values {
        [value, name] => match (value.text(), name.text()) {
            (Some(value), Some(name)) => (value == name
                || value.strip_suffix(name.as_ref()).is_some_and(|before| before.ends_with([':', '/'])))
            .into(),
            _ => text::equal(value, name),
        },
        _ => Truth::Unknown,
    })
}
