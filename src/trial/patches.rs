//! Applies the patches of failing examples: the rule must pass on the patched template.

use super::examples::{lint, linter};
use super::{Expected, Mismatch, Subject};
use crate::finding::Outcome;
use crate::rules::load::unmark;
use crate::rules::rule::Example;
use crate::source::{Source, SourceId};
use crate::syntax;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt;

/// A patch that was applied.
#[derive(Debug)]
pub struct Patched {
    /// The kind of its example.
    pub expected: Expected,
    /// The number of its example among those of its kind, from 0.
    pub index: usize,
    /// What its example shows.
    pub name: String,
    /// What is wrong with it.
    pub problems: Vec<PatchProblem>,
}

/// What is wrong with a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatchProblem {
    /// It belongs to an example that does not fail.
    Misplaced,
    /// The template is the same with it.
    ChangesNothing,
    /// The patched template has a problem.
    Unclean(String),
    /// The rule does not pass on the patched template.
    NotFixed {
        /// Violation or undecided.
        outcome: Outcome,
        /// The message of the finding.
        message: String,
    },
    /// The remediation names none of these properties that the patch changes.
    NotExplained(Vec<String>),
}

impl fmt::Display for PatchProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Misplaced => formatter.write_str("only an example that fails can have a patch"),
            Self::ChangesNothing => formatter.write_str("the patch does not change the template"),
            Self::Unclean(message) => write!(formatter, "the patched template has a problem: {message}"),
            Self::NotFixed { outcome: Outcome::Undecided, message } => {
                write!(formatter, "the patched template is undecided: {message}")
            }
            Self::NotFixed { message, .. } => write!(formatter, "the patched template still fails: {message}"),
            Self::NotExplained(keys) => {
                write!(formatter, "the remediation names nothing that the patch changes: `{}`", keys.join("`, `"))
            }
        }
    }
}

/// Applies every patch.
pub(super) fn run(subject: &Subject<'_>) -> Vec<Patched> {
    let patched = subject.examples().filter_map(|(expected, index, example)| {
        let patch = example.patch.as_ref()?;
        let problems = match expected {
            Expected::Fail => check(subject, example, patch),
            _ => vec![PatchProblem::Misplaced],
        };
        Some(Patched { expected, index, name: example.name.clone(), problems })
    });
    patched.collect()
}

fn check(subject: &Subject<'_>, example: &Example, patch: &Value) -> Vec<PatchProblem> {
    let mut problems = Vec::new();
    match patched(example, patch) {
        Ok(Some(template)) => problems.extend(what_is_left(subject, example, &template)),
        Ok(None) => problems.push(PatchProblem::ChangesNothing),
        // The example itself is reported.
        Err(()) => {}
    }
    let keys = keys(patch);
    if !keys.is_empty() && !keys.iter().any(|key| subject.file.prose.remediation.contains(key)) {
        problems.push(PatchProblem::NotExplained(keys.into_iter().map(str::to_owned).collect()));
    }
    problems
}

/// The template of an example with its patch applied, as JSON; none if it is the same.
fn patched(example: &Example, patch: &Value) -> Result<Option<String>, ()> {
    let (text, _) = unmark(example);
    let document = syntax::parse(&text, SourceId(0)).map_err(drop)?;
    let mut template = document.root.to_json();
    let before = template.clone();
    merge(&mut template, patch);
    Ok((before != template).then(|| template.to_string()))
}

/// A JSON merge patch (RFC 7396): maps are merged, null removes, anything else replaces.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(fields) = target else { return };
    for (key, value) in changes {
        if value.is_null() {
            fields.shift_remove(key);
        } else {
            merge(fields.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

fn what_is_left(subject: &Subject<'_>, example: &Example, template: &str) -> Option<PatchProblem> {
    let plain = Example { settings: Default::default(), ..example.clone() };
    let linter = match linter(subject, &plain) {
        Ok(linter) => linter,
        Err(message) => return Some(PatchProblem::Unclean(message)),
    };
    match lint(&linter, subject.id(), &Source::new(SourceId(0), "example", template)) {
        Ok(report) => {
            let left = report.findings.iter().find(|finding| finding.outcome != Outcome::Pass)?;
            Some(PatchProblem::NotFixed { outcome: left.outcome, message: left.full_message() })
        }
        Err(Mismatch::Unclean { message, .. }) => Some(PatchProblem::Unclean(message)),
        Err(_) => None,
    }
}

/// Every key of a patch below the logical ids: what the remediation should name.
fn keys(patch: &Value) -> BTreeSet<&str> {
    fn below<'v>(value: &'v Value, depth: usize, keys: &mut BTreeSet<&'v str>) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    // The first two levels are sections of a template and the names that its author chose.
                    if depth >= 2 && key != "Properties" && key != "Type" {
                        keys.insert(key);
                    }
                    below(value, depth + 1, keys);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| below(item, depth + 1, keys)),
            _ => {}
        }
    }
    let mut keys = BTreeSet::new();
    below(patch, 0, &mut keys);
    keys
}
