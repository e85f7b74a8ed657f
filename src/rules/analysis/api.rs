//! The operations of APIs, based on [`crate::openapi`].

use crate::eval::value::{Kind, Value};
use crate::finding::Related;
use crate::openapi::{Operation, Protocol, operations};
use crate::rules::checker::{Checker, Item, Judgement, Location};
use crate::rules::path::Path;
use crate::truth::Truth;
use serde::Deserialize;

/// Whether there is an OpenAPI document, and every operation that it describes requires authorization, apart from `OPTIONS`. Words:
/// `{operations}`, `{problem}`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OperationsAuthorize {
    /// The path of the document.
    document: Path,
    /// The kind of API, which determines what API Gateway reads in the document.
    api: Api,
}

#[derive(Copy, Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
enum Api {
    /// A REST API.
    Rest,
    /// An HTTP API.
    Http,
}

impl OperationsAuthorize {
    pub(super) fn paths(&self) -> Vec<&Path> {
        vec![&self.document]
    }

    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let selection = checker.select_some(&self.document, item);
        let protocol = match self.api {
            Api::Rest => Protocol::Rest,
            Api::Http => Protocol::Http,
        };
        let mut truth = match (selection.unknown, selection.items.is_empty()) {
            (true, _) => Truth::Unknown,
            (false, true) => Truth::False,
            (false, false) => Truth::True,
        };
        let mut locations = Vec::new();
        for found in &selection.items {
            let Item::Value { value, path, .. } = found else { continue };
            let Some(document) = document(checker, value) else {
                truth = truth.and(Truth::Unknown);
                continue;
            };
            let operations = operations(checker.run, document, protocol);
            truth = truth.and(Truth::all(operations.found.iter().map(|operation| operation.authorized)));
            if operations.unknown {
                truth = truth.and(Truth::Unknown);
            }
            if checker.explain {
                open_locations(path, &operations.found, &mut locations);
            }
        }
        if checker.explain && locations.is_empty() {
            locations.push(selection.nearest);
        }
        Judgement { truth, locations }
    }
}

/// A document that is a map, or JSON text.
fn document<'m, 't>(checker: &mut Checker<'_, 'm, 't>, value: &'m Value<'t>) -> Option<&'m Value<'t>> {
    if value.is_opaque() || !matches!(value.kind, Kind::String(_) | Kind::Text(_)) {
        return Some(value);
    }
    let read = checker.json_text(value);
    if read.is_none() {
        checker.run.note_reason(match value.unsettled() {
            Some(part) => part.origin.reason(),
            None => "the OpenAPI document is a text that is not JSON".to_owned(),
        });
    }
    read
}

/// The places of operations that require no authorization. Those of a JSON text are at one place.
fn open_locations(path: &str, operations: &[Operation], locations: &mut Vec<Location>) {
    /// Operations that one finding names.
    const MOST_NAMED: usize = 5;
    let mut open = operations.iter().filter(|operation| operation.authorized.is_false()).peekable();
    while let Some(first) = open.next() {
        let mut names = vec![format!("`{}`", first.name)];
        let mut more = 0_usize;
        while let Some(same) = open.next_if(|other| other.span == first.span) {
            if names.len() < MOST_NAMED {
                names.push(format!("`{}`", same.name));
            } else {
                more += 1;
            }
        }
        let is_one = names.len() == 1;
        if more > 0 {
            names.push(format!("{more} more"));
        }
        let last = names.pop().unwrap_or_default();
        let names = if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) };
        locations.push(Location {
            span: first.span,
            path: if is_one { format!("{path}/{}", first.steps) } else { path.to_owned() },
            name: first.name.clone(),
            state: "does not require authorization".to_owned(),
            words: vec![("operations", names), ("problem", first.problem.clone())],
            related: first
                .related
                .into_iter()
                .map(|(span, message)| Related { span, message: message.to_owned() })
                .collect(),
            ..Location::default()
        });
    }
}
