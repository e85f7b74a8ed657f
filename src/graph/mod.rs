//! Who refers to whom, and what follows from it.

pub mod acl;
pub mod addresses;
pub mod attached;
pub mod backup;
pub mod boundary;
pub mod components;
pub mod cycles;
pub mod deliveries;
pub mod drawing;
pub mod edges;
pub mod exposure;
pub mod granted;
pub mod identifiers;
pub mod ingress;
pub mod inline_code;
pub mod ipv6;
mod key_texts;
pub mod key_use;
pub mod links;
mod marks;
mod mentions;
pub mod names;
pub mod network;
pub mod phi;
pub mod ports;
pub mod references;
pub mod routes;
pub mod secrets;
pub mod tag_keys;
#[cfg(test)]
mod testing;
pub mod trails;
pub mod unresolved;
pub mod wide_routes;

pub use mentions::mentions;

use crate::eval::text;
use crate::eval::value::{Content, Origin, Part, Value};
use crate::eval::{Descent, Run};
use crate::expand::{Block, HIDDEN, Model, bucket_domains, exists};
use crate::truth::Truth;

const BUCKET: &str = "AWS::S3::Bucket";

/// Whether a value names this resource: a reference to it, a text that a reference to it is part of (an ARN), or its
/// physical name, an ARN that ends with it or, of a bucket, its domain name or the ARN of what is in it.
///
/// A resource without an explicit name gets one when it is created, so no literal names it. Another stack's export never
/// names a resource of this template: that stack was there first.
pub fn refers_to<'t>(run: &mut Run<'_, 't>, value: &Value<'t>, target: &Block<'t>) -> Truth {
    run.evaluator.count_steps(1);
    match without_name(value, target) {
        Some(truth) => truth,
        None => match names::physical_name(run, target) {
            Some(name) if target.kind == BUCKET => run.decide(&[value, name], &is_name_of_bucket),
            Some(name) => run.decide(&[value, name], &is_name),
            None => Truth::False,
        },
    }
}

/// [`refers_to`] of a value that is kept as long as the model: asked again in every scenario, and so remembered.
pub fn kept_refers_to<'m, 't>(run: &mut Run<'m, 't>, value: &'m Value<'t>, target: &Block<'t>) -> Truth {
    run.evaluator.count_steps(1);
    match without_name(value, target) {
        Some(truth) => truth,
        None => match names::physical_name(run, target) {
            Some(name) if target.kind == BUCKET => run.decided([value, name], "is the bucket", &is_name_of_bucket),
            Some(name) => run.decided([value, name], "is the name", &is_name),
            None => Truth::False,
        },
    }
}

/// Whether a value refers to a resource; none if its physical name decides that.
fn without_name(value: &Value<'_>, target: &Block<'_>) -> Option<Truth> {
    let (mut other_resource, mut may_be) = (false, false);
    for part in value.parts() {
        match &part.origin {
            Origin::Resource { id, .. } if *id == target.name => return Some(Truth::True),
            Origin::Resource { .. } => other_resource = true,
            Origin::Import(_) => return Some(Truth::False),
            // What is taken out of a text or list that the resource is in may be the resource.
            Origin::Function { name: "Fn::Split" | "Fn::Select", of } => {
                may_be |= of.as_ref().is_none_or(|of| of.contains(target.name));
            }
            _ => {}
        }
    }
    if other_resource || !value.is_scalar() {
        return Some(Truth::False);
    }
    (may_be || value.is_inside_unknown()).then_some(Truth::Unknown)
}

/// Whether a value is the name of a bucket, an ARN or a domain name of it, or the ARN of what is in it.
fn is_name_of_bucket(values: &[&Value<'_>]) -> Truth {
    let [value, name] = values else { return Truth::Unknown };
    let named = is_name(values);
    match bucket_domains::name_of(value).filter(|_| !named.is_true()) {
        Some(own) => named.or(is_name(&[&own, name])),
        None => named,
    }
}

/// Whether a value is a name, or an ARN of it.
fn is_name(values: &[&Value<'_>]) -> Truth {
    let [value, name] = values else { return Truth::Unknown };
    match (value.text(), name.text()) {
        (Some(value), Some(name)) => (value == name || is_arn_of(&value, &name)).into(),
        // Which account and region an ARN speaks of does not matter for whose it is.
        (None, Some(name)) if is_arn_of(&known_end(value), &name) => Truth::True,
        (None, None) if shares_parts(value, name) && ends_with_parts(value, name) => Truth::True,
        _ => text::equal(value, name),
    }
}

/// Whether the last parts of a value are those of a name, behind what an ARN has before a name.
fn ends_with_parts(value: &Value<'_>, name: &Value<'_>) -> bool {
    let (parts, own) = (value.parts(), name.parts());
    let Some((before, same)) = parts.len().checked_sub(own.len()).and_then(|at| parts.split_at_checked(at)) else {
        return false;
    };
    let (Some((begin, rest)), Some((first, others))) = (same.split_first(), own.split_first()) else { return false };
    let are_same = rest.iter().zip(others).all(|(one, other)| match (&one.content, &other.content) {
        (Content::Known(one), Content::Known(other)) => one == other,
        (Content::Known(_), _) | (_, Content::Known(_)) => false,
        _ => one.origin == other.origin,
    });
    let separates = |text: &str| text.ends_with([':', '/']);
    let is_separated = || matches!(before.last(), Some(Part { content: Content::Known(text), .. }) if separates(text));
    are_same
        && match (&begin.content, &first.content) {
            (Content::Known(begin), Content::Known(first)) => begin.strip_suffix(&**first).is_some_and(separates),
            (Content::Known(_), _) | (_, Content::Known(_)) => false,
            _ => begin.origin == first.origin && is_separated(),
        }
}

/// Whether all that is not known of a name is in a value as well, and is the same there.
fn shares_parts(value: &Value<'_>, name: &Value<'_>) -> bool {
    let is_open = |part: &&Part<'_>| !part.content.is_known();
    name.parts().iter().filter(is_open).all(|part| {
        matches!(part.origin, Origin::Parameter(_) | Origin::Pseudo(_))
            && value.parts().iter().filter(is_open).any(|other| other.origin == part.origin)
    })
}

/// Whether a value, or an item of it if it is a list, names a resource.
pub fn any_refers_to<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    value: &'m Value<'t>,
    target: &Block<'t>,
) -> Truth {
    Truth::any(model.items_naming(value, target).into_iter().map(|item| kept_refers_to(run, item, target)))
}

/// Whether a text ends with a name as ARNs do.
fn is_arn_of(text: &str, name: &str) -> bool {
    text.strip_suffix(name).is_some_and(|before| before.ends_with([':', '/']))
}

/// The end of a text from its last part on that is not known.
pub fn known_end(value: &Value<'_>) -> String {
    let known = value.parts().iter().rev().map_while(|part| match &part.content {
        Content::Known(text) => Some(text.as_ref()),
        _ => None,
    });
    let mut known: Vec<&str> = known.collect();
    known.reverse();
    known.concat()
}

/// The value of a property, by names from `Properties` on; none where it is absent.
fn property<'m, 't>(run: &mut Run<'m, 't>, block: &Block<'t>, path: &[&str]) -> Option<&'m Value<'t>> {
    let names: Vec<&str> = std::iter::once("Properties").chain(path.iter().copied()).collect();
    match run.descend(block.node, block.key_span, &names) {
        Descent::Value(value, walked) => names.iter().skip(walked).try_fold(value, |value, name| value.get(name)),
        Descent::Absent(..) | Descent::Unknown(_) => None,
    }
}

/// The resources of a type that may name a resource by a property; whether they do, and whether they exist, is to be asked of each. Where
/// there are too many, the run gives up.
pub fn naming<'m, 't>(
    run: &mut Run<'_, 't>,
    model: &'m Model<'m, 't>,
    kind: &str,
    property: &[&str],
    target: &Block<'t>,
) -> Vec<&'m Block<'t>> {
    model.naming_by(run, kind, property, target)
}

/// Whether one more resource of a type might change the result: unknown where there may be some that are not known.
fn hidden(run: &mut Run<'_, '_>, model: &Model<'_, '_>, kind: &str) -> Truth {
    if model.may_hide(kind) {
        run.note_reason(HIDDEN);
        return Truth::Unknown;
    }
    Truth::False
}

/// Resources of a type that exist in this scenario.
fn existing<'m, 't>(run: &mut Run<'_, 't>, model: &'m Model<'m, 't>, kind: &str) -> Vec<&'m Block<'t>> {
    let mut blocks: Vec<_> = model.of_type(kind).collect();
    blocks.retain(|block| exists(run, block));
    blocks
}
