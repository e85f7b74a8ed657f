//! The operations of APIs, based on [`crate::openapi`].

use crate::eval::value::{Kind, Value};
use crate::finding::Related;
use crate::openapi::{Operation, Protocol, operations};
use crate::rules::check::checker::Checker;
use crate::rules::check::location::{Item, Judgement, Location};
use crate::rules::language::analysis::{Api, OperationsAuthorize};
use crate::truth::Truth;

impl OperationsAuthorize {
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
            locations.push(selection.nearest.location());
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

/// Operations of one API that findings show on their own: comparing thousands of places takes time, and nobody reads them.
const MOST_SHOWN: usize = 200;
/// Operations that one finding names.
const MOST_NAMED: usize = 5;

/// The places of operations that require no authorization. Those of a JSON text are at one place, and so are those beyond
/// [`MOST_SHOWN`].
fn open_locations(path: &str, operations: &[Operation], locations: &mut Vec<Location>) {
    let mut open: &[&Operation] =
        &operations.iter().filter(|operation| operation.authorized.is_false()).collect::<Vec<_>>();
    while let Some(first) = open.first() {
        let alike = match locations.len() < MOST_SHOWN {
            true => open.iter().take_while(|operation| operation.span == first.span).count(),
            false => open.len(),
        };
        let (these, rest) = open.split_at(alike);
        locations.push(location(path, first, these));
        open = rest;
    }
}

fn location(path: &str, first: &Operation, all: &[&Operation]) -> Location {
    let mut names: Vec<String> = all.iter().take(MOST_NAMED).map(|operation| format!("`{}`", operation.name)).collect();
    let more = all.len().saturating_sub(MOST_NAMED);
    if more > 0 {
        names.push(format!("{more} more operations"));
    }
    let last = names.pop().unwrap_or_default();
    let names = if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) };
    let is_common = all.iter().all(|operation| operation.problem == first.problem);
    let problem = if is_common { &first.problem } else { "none of them has `security` that authorizes callers" };
    Location {
        span: first.span,
        path: if all.len() == 1 { format!("{path}/{}", first.steps) } else { path.to_owned() },
        name: first.name.clone(),
        state: "does not require authorization".to_owned(),
        words: vec![("operations", names), ("problem", problem.to_owned())],
        related: first
            .related
            .iter()
            .map(|(span, message)| Related { span: *span, message: (*message).to_owned() })
            .collect(),
        ..Location::default()
    }
}
