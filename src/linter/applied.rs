//! One rule, applied to all blocks of a template.

use super::again::Again;
use super::check::{Setting, run_check};
use super::ends::Ends;
use super::file_report::FileReport;
use super::fixes::Workshop;
use super::iterations::{self, Pending};
use super::record::Record;
use super::targets::blocks;
use super::{Linter, Selected};
use crate::code::Code;
use crate::exceptions::Exceptions;
use crate::expand::Kind;
use crate::finding::{Counts, Diagnostic, Finding};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::sync::Arc;

/// Findings of one check that wait for those of other blocks, in a template that has no loops and nothing that a transform made.
const MOST_PENDING: usize = 512;

/// The results of one rule on the way into a report.
#[derive(Default)]
pub(super) struct Results<'m, 't> {
    pending: Vec<Pending<'t>>,
    ends: Ends<'m, 't>,
}

impl Linter {
    /// Applies a rule to the blocks of a template.
    pub(super) fn apply<'m, 't>(
        &self,
        (selected, kinds): (&Selected, &[Kind<'m, 't>]),
        workshop: &Workshop<'_, 'm, 't>,
        exceptions: &mut Exceptions,
        Results { pending, ends }: &mut Results<'m, 't>,
        mut again: Option<&mut Again>,
        report: &mut FileReport,
    ) {
        let model = workshop.model;
        let Some(entry) = self.rules.entries().get(selected.index) else { return };
        let rule = match entry.rule() {
            Ok(rule) => rule,
            Err(error) => return report.diagnostics.push(broken_rule(&selected.id, error)),
        };
        let mut settings = Cow::Borrowed(&rule.settings);
        if !selected.settings.is_empty() {
            settings.to_mut().extend(selected.settings.iter().map(|(name, texts)| (name.clone(), texts.clone())));
        }
        let mut counts = Counts::default();
        // A rule that runs outside of its profiles, because a configuration sets its level, runs as a whole.
        let profile = self.profile.as_deref().filter(|profile| entry.file.is_some() || entry.is_in(profile));
        let setting = Setting { parameters: &settings, configured: &selected.settings, profile, today: self.today };
        // Blocks of one check that no transform made are subjects of their own.
        let may_repeat = rule.looks_again || !model.is_as_written();
        let is_only = rule.checks.len() == 1;
        for (index, check) in rule.checks.iter().enumerate() {
            let blocks = blocks(&check.targets, kinds, model, is_only);
            // What a check says is read from the pack when it is first asked for.
            if blocks.is_empty() {
                continue;
            }
            let level = check.level.filter(|_| !selected.is_level_set).unwrap_or(selected.level);
            let settle = |pending: &mut Vec<Pending<'t>>, findings: &mut Vec<Finding>| {
                if workshop.is_open() {
                    for Pending { finding, mark, .. } in pending.iter_mut() {
                        if let (Some(mark), true) = (mark, !finding.is_suppressed() && workshop.wants(finding)) {
                            finding.fix = workshop.fix(rule, index, setting, finding, mark).map(Arc::new);
                        }
                    }
                }
                iterations::unite(pending, findings);
            };
            let mut record = Record {
                selected,
                level,
                keep: self.keep,
                counts: &mut counts,
                ends: may_repeat.then_some(&mut *ends),
                exceptions,
                found: &mut *pending,
                open: &mut report.undecided,
                at: FxHashMap::default(),
            };
            for block in blocks {
                let run = || run_check(check, rule, setting, block, model);
                let result = match again.as_deref_mut() {
                    Some(again) => again.answer((selected.index, index), block, model, run),
                    None => run(),
                };
                record.add(block, model, result);
                if record.found.len() >= MOST_PENDING && model.is_as_written() {
                    settle(record.found, &mut report.findings);
                }
            }
            settle(pending, &mut report.findings);
        }
        if may_repeat {
            let mut record = Record {
                selected,
                level: selected.level,
                keep: self.keep,
                counts: &mut counts,
                ends: None,
                exceptions,
                found: &mut *pending,
                open: &mut report.undecided,
                at: FxHashMap::default(),
            };
            for end in ends.take(model.is_as_written()) {
                record.count(&end, model);
            }
            iterations::unite(pending, &mut report.findings);
        }
        report.count_of(&selected.id, || selected.id.shared(), counts);
    }
}

/// A rule of the embedded pack that cannot be read. Its tests should keep that from being released; if one slips through,
/// no run may look as if the rule had passed. (Users' own rules were read when they were loaded.)
fn broken_rule(id: &str, error: &str) -> Diagnostic {
    Diagnostic::error(Code::RuleUnreadable, format!("built-in rule `{id}` cannot be read, so it did not run: {error}"))
        .with_help("This is a bug in hipaalint. Please report it.")
}
