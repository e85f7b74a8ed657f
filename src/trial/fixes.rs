//! Applies the fixes of failing examples, in rounds as people do: the rule must pass on the fixed template, or say what is left to do.

use super::examples::{lint, linter};
use super::{Expected, Subject};
use crate::change::Change;
use crate::finding::{Applicability, Fix, Outcome};
use crate::linter::edited;
use crate::rules::load::unmark;
use crate::rules::rule::Example;
use crate::source::{Source, SourceId};
use crate::syntax::{self, edit};

/// More rounds than this do not end.
const MAX_ROUNDS: usize = 10;

/// A failing example with the fixes of the rule applied.
#[derive(Debug)]
pub struct Fixed {
    /// Its number among the examples of its kind, from 0.
    pub index: usize,
    /// What it shows.
    pub name: String,
    /// The template.
    pub before: String,
    /// The template after its fixes.
    pub after: String,
    /// Those that were applied: who may apply it, title and note, in the order of the findings.
    pub applied: Vec<(Applicability, String, String)>,
    /// Those that are only shown: title and note.
    pub shown: Vec<(String, String)>,
    /// The findings that are left and have no fix.
    pub left: Vec<String>,
    /// What is wrong.
    pub problems: Vec<String>,
}

/// Applies the fixes of the failing examples: of `all`, or until one is fixed.
pub(super) fn of(subject: &Subject<'_>, all: bool) -> Vec<Fixed> {
    let mut tried = Vec::new();
    for (_, index, example) in subject.examples().filter(|(expected, ..)| *expected == Expected::Fail) {
        let fixed = fixed(subject, index, example);
        let is_fixed = !fixed.applied.is_empty();
        tried.push(fixed);
        if is_fixed && !all {
            break;
        }
    }
    tried
}

fn fixed(subject: &Subject<'_>, index: usize, example: &Example) -> Fixed {
    let (text, _) = unmark(example);
    let mut fixed = Fixed {
        index,
        name: example.name.clone(),
        before: text.clone(),
        after: text,
        applied: Vec::new(),
        shown: Vec::new(),
        left: Vec::new(),
        problems: Vec::new(),
    };
    let linter = match linter(subject, example) {
        Ok(linter) => linter,
        Err(message) => {
            fixed.problems.push(message);
            return fixed;
        }
    };
    let mut known: Option<usize> = None;
    for _ in 0..MAX_ROUNDS {
        let source = Source::new(SourceId(0), "example", fixed.after.clone());
        let report = match lint(&linter, subject.id(), &source) {
            Ok(report) => report,
            Err(mismatch) => {
                fixed.problems.push(mismatch.to_string());
                return fixed;
            }
        };
        let violations: Vec<_> =
            report.findings.into_iter().filter(|finding| finding.outcome == Outcome::Fail).collect();
        if known.is_some_and(|known| violations.len() > known) {
            fixed.problems.push("the fixes lead to new findings".to_owned());
        }
        known = Some(violations.len());
        let mut wanted: Vec<&Fix> = Vec::new();
        fixed.shown.clear();
        fixed.left.clear();
        for finding in &violations {
            match finding.fix.as_deref() {
                Some(fix) if fix.applicability == Applicability::Display => {
                    fixed.shown.push((fix.title.clone(), fix.note.clone()));
                }
                Some(fix) => wanted.push(fix),
                None => fixed.left.push(finding.full_message()),
            }
        }
        if wanted.is_empty() {
            return fixed;
        }
        let Ok(document) = syntax::read(source.text(), source.id) else { return fixed };
        let edited = loop {
            let mut changes: Vec<Change> = Vec::new();
            for change in wanted.iter().flat_map(|fix| &fix.changes) {
                if !changes.contains(change) {
                    changes.push(change.clone());
                }
            }
            let edited = edited(&document, &changes, |changes| edit::edits(source.text(), &document, changes));
            // Each is made as a whole, or waits.
            let refused =
                |change: &Change| edited.refused.iter().any(|(number, _)| changes.get(*number) == Some(change));
            let made: Vec<&Fix> = wanted.iter().copied().filter(|fix| !fix.changes.iter().any(refused)).collect();
            if made.is_empty() || made.len() == wanted.len() {
                break edited;
            }
            wanted = made;
        };
        fixed.applied.extend(wanted.iter().map(|fix| (fix.applicability, fix.title.clone(), fix.note.clone())));
        if edited.edits.is_empty() {
            fixed.problems.push(format!("no change is possible: {:?}", edited.refused));
            return fixed;
        }
        fixed.after = edit::apply(source.text(), &edited.edits);
    }
    fixed.problems.push(format!("the rule reports findings after {MAX_ROUNDS} rounds of fixes"));
    fixed
}
