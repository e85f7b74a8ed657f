//! Exposed secrets, based on [`crate::graph::secrets`].

use crate::eval::value::{DynamicService, Kind, Origin, Value};
use crate::finding::Related;
use crate::graph::secrets::{self, Extent, Referenced};
use crate::rules::check::checker::Checker;
use crate::rules::check::location::{Item, Judgement, Location};
use crate::rules::language::analysis::{Excepted, ExposesSecret, LiteralSecrets, SecretVariables};
use crate::truth::Truth;

impl LiteralSecrets {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let block = item.owner();
        let mut truth = Truth::False;
        let mut locations = Vec::new();
        for secret in secrets::secrets_of_block(checker.run, checker.model, block, &self.below) {
            let reason = match secret.extent {
                Extent::Perhaps => Some("the type of a variable is unknown"),
                Extent::Unread => Some("the value can be more texts than are looked at"),
                Extent::Whole | Extent::Exposed | Extent::Part => None,
            };
            if let Some(reason) = reason {
                checker.run.note_reason(reason);
                truth = truth.or(Truth::Unknown);
                continue;
            }
            truth = Truth::True;
            if checker.explain {
                let place = secret.line.as_ref().map(|(line, of)| format!(" in line {line} of `{of}`"));
                let place = place.unwrap_or_default();
                let related = secret.elsewhere.map(|span| Related { span, message: "the value".to_owned() });
                locations.push(Location {
                    span: secret.span,
                    exact: secret.span,
                    path: secret.path,
                    name: secret.name,
                    // No message repeats the secret.
                    state: format!("is {}{place}", secret.what),
                    state_of_several: Some(format!("are {}{place}", of_several(&secret.what))),
                    value: secret.what.to_string(),
                    words: vec![("what", secret.what.into_owned())],
                    related: related.into_iter().collect(),
                    ..Location::default()
                });
            }
        }
        if checker.explain && locations.is_empty() {
            locations.push(item.location());
        }
        Judgement { truth, locations }
    }
}

/// What several secrets are each of which is this.
fn of_several(what: &str) -> String {
    let (given, noun) = what.strip_prefix("given ").map_or(("", what), |noun| ("given ", noun));
    match noun.strip_prefix("a ").filter(|noun| noun.ends_with("secret")) {
        Some(noun) => [given, noun, "s"].concat(),
        None => ["each ", what].concat(),
    }
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
            locations.push(selection.nearest.location());
        }
        Judgement { truth, locations }
    }
}

/// Whether a variable of this name and value contains a secret.
fn holds_secret(checker: &mut Checker<'_, '_, '_>, name: &str, value: &Value<'_>) -> bool {
    if exposed(checker, value).is_some() {
        return true;
    }
    let is_parameter = |origin: &Origin<'_>| matches!(origin, Origin::Parameter(_));
    if !value.is_scalar() {
        return false;
    }
    match value.text() {
        // What a parameter is set to is not written in the template, also where the run sets its value.
        Some(text) if !value.parts().iter().any(|part| is_parameter(&part.origin)) => {
            secrets::holds_written_secret(name, &text)
        }
        // With a secret's name, a parameter is the secret, unless its own name shows that it is a reference. Resources and
        // other stacks return ARNs. Nothing is known about anything else.
        _ => {
            let is_named = secrets::is_secret_name(name);
            let model = checker.model;
            value.parts().iter().any(|part| match part.origin {
                Origin::Parameter(name) => match model.parameter(name) {
                    Some(parameter) if is_named => secrets::may_carry(parameter),
                    Some(parameter) => secrets::carries_secret(checker.run, model, parameter).is_some(),
                    None => is_named,
                },
                Origin::Dynamic { .. } => is_named,
                _ => false,
            })
        }
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

impl From<Excepted> for Referenced {
    fn from(excepted: Excepted) -> Self {
        match excepted {
            Excepted::Parameters => Self::Parameter,
            Excepted::Stored => Self::Stored,
            Excepted::Attributes => Self::Attribute,
        }
    }
}

impl ExposesSecret {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let block = item.owner();
        let except: Vec<Referenced> = self.except.iter().copied().map(Referenced::from).collect();
        let search = secrets::Search { keys: &self.keys, except: &except };
        let (shown, hides) = secrets::shown_secrets(checker.run, checker.model, block, &self.path.names, search);
        let truth = match (shown.is_empty(), hides) {
            (false, _) => Truth::True,
            (true, true) => Truth::Unknown,
            (true, false) => Truth::False,
        };
        if !checker.explain {
            return Judgement::bare(truth);
        }
        let locations = shown.into_iter().map(|shown| {
            let way = [block.path(), shown.path];
            Location {
                span: shown.span,
                path: way.into_iter().filter(|step| !step.is_empty()).collect::<Vec<_>>().join("/"),
                name: shown.name,
                words: vec![("secret", shown.secrets.join(" and "))],
                ..Location::default()
            }
        });
        let mut locations: Vec<Location> = locations.collect();
        if locations.is_empty() {
            locations.push(item.location());
        }
        Judgement { truth, locations }
    }
}

/// Whether a parameter contains a secret: its own name is typical of a secret, or the name of a property that is set to it.
pub(super) fn carries_secret<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let model = checker.model;
    let carries = model
        .parameter(item.owner().name)
        .is_some_and(|parameter| secrets::carries_secret(checker.run, model, parameter).is_some());
    checker.at(carries.into(), || item.location())
}
