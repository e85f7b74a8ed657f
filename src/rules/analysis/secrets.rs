//! Secrets in the open, answered by [`crate::graph::secrets`].

use crate::eval::value::{DynamicService, Origin, Value};
use crate::graph::secrets::{is_secret_name, literal_secrets, parameters_in_secret_places};
use crate::rules::checker::{Checker, Item, Judgement, Place};
use crate::rules::path::Path;
use crate::truth::Truth;
use serde::Deserialize;
use std::collections::HashSet;

/// Whether a block writes a secret out. Searched as written, in every branch of every condition.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiteralSecrets {
    /// Only below these keys of the block; everywhere where empty.
    #[serde(default)]
    below: Vec<String>,
}

impl LiteralSecrets {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let block = item.owner();
        let mut places = Vec::new();
        let mut truth = Truth::False;
        let nodes: Vec<(&str, _)> = if self.below.is_empty() {
            vec![("", block.node)]
        } else {
            self.below.iter().filter_map(|key| Some((key.as_str(), block.node.get(key)?))).collect()
        };
        for (key, node) in nodes {
            for secret in literal_secrets(node) {
                truth = Truth::True;
                let steps = [block.path().as_str(), key, secret.path.as_str()]
                    .into_iter()
                    .filter(|step| !step.is_empty())
                    .collect::<Vec<_>>()
                    .join("/");
                places.push(Place {
                    span: secret.span,
                    path: steps,
                    name: secret.name,
                    // The secret itself is not repeated in the message.
                    state: format!("is {}", secret.what),
                    value: secret.what.to_owned(),
                    message: None,
                    words: vec![("what", secret.what.to_owned())],
                    related: Vec::new(),
                });
            }
        }
        if !checker.explain {
            places.clear();
        } else if places.is_empty() {
            places.push(item.place());
        }
        Judgement { truth, places }
    }
}

/// Whether a map of environment variables holds a secret: a `NoEcho` parameter, a dynamic reference to one, or anything
/// under a secret's name that is not a reference to a stored secret.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretVariables {
    /// The map.
    path: Path,
}

impl SecretVariables {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let selection = checker.select(&self.path, item);
        let mut truth = if selection.unknown { Truth::Unknown } else { Truth::False };
        let mut places = Vec::new();
        for found in &selection.items {
            let Item::Value { value, path, owner, .. } = found else { continue };
            if value.is_opaque() {
                truth = truth.or(Truth::Unknown);
            }
            for field in value.fields() {
                let holds = holds_secret(checker, &field.key, &field.value);
                truth = truth.or(holds);
                if checker.explain && holds.is_true() {
                    let path = format!("{path}/{}", field.key);
                    let name = field.key.to_string();
                    places.push(Item::Value { value: &field.value, name, path, owner }.place());
                }
            }
        }
        if checker.explain && places.is_empty() {
            places.push(selection.nearest);
        }
        Judgement { truth, places }
    }
}

fn holds_secret(checker: &Checker<'_, '_, '_>, name: &str, value: &Value<'_>) -> Truth {
    let secret_origin = value.parts().iter().any(|part| match &part.origin {
        Origin::Parameter(parameter) => checker.model.is_no_echo(parameter),
        Origin::Dynamic(DynamicService::SecretsManager | DynamicService::SsmSecure) => true,
        _ => false,
    });
    if secret_origin {
        return Truth::True;
    }
    if !is_secret_name(name) || !value.is_scalar() {
        return Truth::False;
    }
    match value.as_reference() {
        // `Ref` of a secret is its ARN, and a parameter's name is no secret either.
        Some(Origin::Resource { .. } | Origin::Import) => Truth::False,
        _ => match value.text() {
            Some(text) if text.is_empty() || text.starts_with("arn:") || text.starts_with('/') => Truth::False,
            Some(_) => Truth::True,
            None if value.parts().iter().any(|part| matches!(part.origin, Origin::Resource { .. })) => Truth::False,
            None => Truth::Unknown,
        },
    }
}

/// Whether a parameter carries a secret: its name promises one, or a property whose name does is set to it.
pub(super) fn carries_secret<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let block = item.owner();
    let Some(parameter) = checker.model.evaluator.template.parameter(block.name) else {
        return Truth::False.into();
    };
    // Lists, numbers, resource ids and names of stored parameters are no secrets.
    let choice = !parameter.allowed.is_empty();
    if (parameter.kind != "String" && !parameter.kind.is_empty()) || choice {
        return checker.at(Truth::False, || item.place());
    }
    let carries = is_secret_name(block.name) || {
        let mut used = HashSet::new();
        for resource in &checker.model.resources {
            if let Some(properties) = resource.node.get("Properties") {
                parameters_in_secret_places(properties, &mut used);
            }
        }
        used.contains(block.name)
    };
    checker.at(carries.into(), || item.place())
}
