//! Exposed secrets, based on [`crate::graph::secrets`].

use crate::eval::value::{DynamicService, Kind, Origin, Value};
use crate::expand::Section;
use crate::graph::secrets;
use crate::rules::checker::{Checker, Item, Judgement, Location};
use crate::rules::path::Path;
use crate::truth::Truth;
use serde::Deserialize;

/// Whether a block contains a hard-coded secret. The search includes every branch of every condition.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LiteralSecrets {
    /// The keys of the block to search, such as `Properties`.
    below: Vec<String>,
}

impl LiteralSecrets {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let block = item.owner();
        let mut truth = Truth::False;
        let mut locations = Vec::new();
        for (key, node) in self.below.iter().filter_map(|key| Some((key, block.node.get(key)?))) {
            // An output's value is what the output is called.
            let name = if block.section == Section::Outputs { block.name } else { key };
            for secret in secrets::literal_secrets(name, node) {
                truth = Truth::True;
                if checker.explain {
                    let way = [block.path().as_str(), key, &secret.path].map(str::to_owned);
                    locations.push(Location {
                        span: secret.span,
                        path: way.into_iter().filter(|step| !step.is_empty()).collect::<Vec<_>>().join("/"),
                        name: secret.name,
                        // No message repeats the secret.
                        state: format!("is {}", secret.what),
                        value: secret.what.to_owned(),
                        message: None,
                        words: vec![("what", secret.what.to_owned())],
                        related: Vec::new(),
                    });
                }
            }
        }
        if checker.explain && locations.is_empty() {
            locations.push(item.location());
        }
        Judgement { truth, locations }
    }
}

/// Whether a map of environment variables contains a secret: a `NoEcho` parameter, the value of a stored secret, or a value
/// with a secret's name that is not a reference to a stored secret.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SecretVariables {
    /// The path of the map.
    pub(super) path: Path,
}

impl SecretVariables {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let selection = checker.select_some(&self.path, item);
        let mut truth = if selection.unknown { Truth::Unknown } else { Truth::False };
        let mut locations = Vec::new();
        for found in &selection.items {
            let Item::Value { value, path, owner, .. } = found else { continue };
            if value.is_opaque() {
                truth = truth.or(Truth::Unknown);
            }
            for field in value.fields() {
                let holds = holds_secret(checker, &field.key, &field.value);
                truth = truth.or(holds.into());
                if checker.explain && holds {
                    let path = format!("{path}/{}", field.key);
                    locations
                        .push(Item::Value { value: &field.value, name: field.key.to_string(), path, owner }.location());
                }
            }
        }
        if checker.explain && locations.is_empty() {
            locations.push(selection.nearest);
        }
        Judgement { truth, locations }
    }
}

/// Whether a variable of this name and value contains a secret.
fn holds_secret(checker: &Checker<'_, '_, '_>, name: &str, value: &Value<'_>) -> bool {
    if exposed(checker, value).is_some() {
        return true;
    }
    if !secrets::is_secret_name(name) || !value.is_scalar() {
        return false;
    }
    match value.text() {
        Some(text) => secrets::is_secret_literal(&text),
        // With a secret's name, a parameter is the secret, unless its own name shows that it is a reference. Resources and
        // other stacks return ARNs. Nothing is known about anything else.
        None => value.parts().iter().any(|part| match part.origin {
            Origin::Parameter(name) => !secrets::names_a_reference(name),
            Origin::Dynamic { .. } => true,
            _ => false,
        }),
    }
}

/// The secret that a value exposes in plaintext, as a part of a sentence.
fn exposed(checker: &Checker<'_, '_, '_>, value: &Value<'_>) -> Option<String> {
    match &value.kind {
        Kind::Text(parts) => parts.iter().find_map(|part| exposed_origin(checker, &part.origin)),
        Kind::List(items) => items.iter().find_map(|item| exposed(checker, item)),
        Kind::Map(fields) => fields.iter().find_map(|field| exposed(checker, &field.value)),
        _ => None,
    }
}

fn exposed_origin(checker: &Checker<'_, '_, '_>, origin: &Origin<'_>) -> Option<String> {
    match origin {
        Origin::Parameter(name) | Origin::PieceOfParameter { parameter: name, .. }
            if checker.model.is_no_echo(name) =>
        {
            Some(format!("the `NoEcho` parameter `{name}`"))
        }
        Origin::Dynamic { service: DynamicService::SecretsManager, .. } => Some("a Secrets Manager secret".to_owned()),
        Origin::Dynamic { service: DynamicService::SsmSecure, .. } => Some("a Parameter Store SecureString".to_owned()),
        Origin::Resource { id, attribute: Some(attribute) } => checker
            .model
            .resource(id)
            .is_some_and(|resource| secrets::is_secret_attribute(resource.kind, attribute))
            .then(|| format!("`{id}.{attribute}`")),
        _ => None,
    }
}

/// Whether a value exposes a secret: a `NoEcho` parameter, the value of a stored secret, or an attribute that is a secret.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExposesSecret {
    /// The path of the value.
    pub(super) path: Path,
}

impl ExposesSecret {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let selection = checker.select_some(&self.path, item);
        let mut truth = if selection.unknown { Truth::Unknown } else { Truth::False };
        let mut locations = Vec::new();
        for found in &selection.items {
            let Item::Value { value, .. } = found else { continue };
            if let Some(what) = exposed(checker, value) {
                truth = Truth::True;
                if checker.explain {
                    let mut location = found.location();
                    location.words = vec![("secret", what)];
                    locations.push(location);
                }
            }
        }
        if checker.explain && locations.is_empty() {
            locations.push(selection.nearest);
        }
        Judgement { truth, locations }
    }
}

/// Whether a parameter contains a secret: its own name is typical of a secret, or the name of a property that is set to it.
pub(super) fn carries_secret<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let model = checker.model;
    let carries = model
        .parameter(item.owner().name)
        .is_some_and(|parameter| secrets::carries_secret(checker.run, model, parameter));
    checker.at(carries.into(), || item.location())
}
