//! Explicit physical names and the parameter that keeps them apart.

use crate::eval::value::{Origin, Value};
use crate::facts;
use crate::graph::names::physical_name;
use crate::rules::checker::{Checker, Item, Judgement, value_place};
use crate::rules::operand::Operand;
use crate::truth::Truth;
use serde::Deserialize;

/// Whether a resource's explicit physical name contains a parameter, in any spelling. A resource without an explicit name
/// passes: CloudFormation makes a unique one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameContains {
    /// The parameter's name.
    pub parameter: Operand,
}

impl NameContains {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let block = item.owner();
        let Some(property) = facts::name_property(block.kind) else { return Truth::True.into() };
        let Some(name) = physical_name(checker.run, block) else { return Truth::True.into() };
        let parameters = self.parameter.texts(checker.settings);
        let truth = contains(name, &parameters);
        let truth = if truth == Truth::Unknown {
            if let Some(part) = name.unsettled() {
                checker.run.note_reason(part.origin.reason());
            }
            truth
        } else {
            truth
        };
        checker.at(truth, || value_place(name, property, &format!("{}/Properties/{property}", block.path())))
    }
}

fn contains(name: &Value<'_>, parameters: &[String]) -> Truth {
    let mut unknown = false;
    for part in name.parts() {
        match &part.origin {
            Origin::Parameter(found) if parameters.iter().any(|parameter| parameter == found) => return Truth::True,
            // The name of the stack, or of a resource whose own name is checked, is unique per deployment as well, but
            // it is not the suffix that was asked for.
            Origin::Literal | Origin::Parameter(_) | Origin::Pseudo(_) | Origin::Resource { .. } => {}
            _ => unknown = true,
        }
    }
    if unknown { Truth::Unknown } else { Truth::False }
}

/// Whether any resource of the template has an explicit physical name.
pub(super) fn has_explicit_names<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let model = checker.model;
    for block in &model.resources {
        if crate::expand::exists(checker.run, block)
            && let Some(name) = physical_name(checker.run, block)
        {
            let first = block.name.to_owned();
            let span = name.span;
            return checker.at(Truth::True, || {
                let mut place = item.place();
                place.related =
                    vec![crate::finding::Related { span, message: format!("the explicit name of `{first}`") }];
                place
            });
        }
    }
    checker.at(Truth::False, || item.place())
}
