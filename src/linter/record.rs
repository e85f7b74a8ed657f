//! The results of one check on the blocks of a template, as counts and findings.

use super::check::{CheckResult, Violation};
use super::ends::{End, Ends};
use super::fixes::Mark;
use super::iterations::Pending;
use super::locations::as_written;
use super::{Fixes, Keep, Selected};
use crate::exceptions::Exceptions;
use crate::expand::{Block, Model};
use crate::finding::{Counts, Finding, Level, Outcome};
use crate::rules::check::location::{Location, block_location};
use crate::source::Span;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::sync::Arc;

/// What the results of one check go into.
pub(super) struct Record<'a, 'm, 't> {
    pub(super) selected: &'a Selected,
    /// The level of its findings, unless a violation needs a parameter to leave its default.
    pub(super) level: Level,
    pub(super) keep: Keep,
    pub(super) counts: &'a mut Counts,
    /// How the rule ended by subject, where another block or check may be about the same subject; none where none can be.
    pub(super) ends: Option<&'a mut Ends<'m, 't>>,
    pub(super) exceptions: &'a mut Exceptions,
    pub(super) found: &'a mut Vec<Pending<'t>>,
    /// The subjects of undecided checks, where fixes are wanted.
    pub(super) open: &'a mut Vec<(Arc<str>, String)>,
    /// By their places, those of them that are about the same as the last one.
    pub(super) at: FxHashMap<Span, SmallVec<[usize; 1]>>,
}

/// What a finding says.
struct Words {
    message: String,
    /// See [`Pending::of_whole`].
    of_whole: Option<String>,
    /// See [`Pending::as_written`].
    as_written: Option<String>,
    advice: Option<String>,
    when: Option<String>,
}

impl Words {
    /// A message alone.
    fn of(message: String) -> Self {
        Self { message, of_whole: None, as_written: None, advice: None, when: None }
    }
}

impl<'m, 't> Record<'_, 'm, 't> {
    /// Adds the result for a block.
    pub(super) fn add(&mut self, block: &'m Block<'t>, model: &'m Model<'m, 't>, result: CheckResult) {
        match result {
            CheckResult::NotApplicable => {}
            CheckResult::Pass => match &mut self.ends {
                Some(ends) => ends.add(block, Outcome::Pass, self.level, Vec::new()),
                None => self.passes(block, model),
            },
            CheckResult::Undecided(reasons) => {
                self.exceptions.note_undecided(&self.selected.id, block);
                if self.keep.fixes != Fixes::None {
                    self.open.push((self.selected.id.shared(), block.subject().qualified_name()));
                }
                match &mut self.ends {
                    Some(ends) => ends.add(block, Outcome::Undecided, self.level, reasons),
                    None => self.is_undecided(block, &reasons, model),
                }
            }
            CheckResult::Fail(violations) => {
                for Violation { location, message, of_whole, advice, as_written, by_default, when } in violations {
                    let level = if by_default { self.level } else { self.level.min(Level::Warning) };
                    let words = Words { message, of_whole, as_written, advice, when };
                    let mut pending = self.pending(block, model, Outcome::Fail, location, words);
                    pending.finding.level = level;
                    self.exceptions.suppress(&mut pending.finding);
                    self.push(pending);
                }
                match &mut self.ends {
                    Some(ends) => ends.add(block, Outcome::Fail, self.level, Vec::new()),
                    None => self.counts.failed += 1,
                }
            }
        }
    }

    /// Counts how the rule ended for a subject, and adds what is not a violation.
    pub(super) fn count(&mut self, end: &End<'m, 't>, model: &'m Model<'m, 't>) {
        self.level = end.level;
        match end.outcome {
            Outcome::Fail => self.counts.failed += 1,
            Outcome::Undecided => self.is_undecided(end.block, &end.reasons, model),
            Outcome::Pass => self.passes(end.block, model),
        }
    }

    fn passes(&mut self, block: &Block<'t>, model: &'m Model<'m, 't>) {
        self.counts.passed += 1;
        if self.keep.passed {
            self.add_whole(block, model, Outcome::Pass, "Passes".to_owned());
        }
    }

    fn is_undecided(&mut self, block: &Block<'t>, reasons: &[String], model: &'m Model<'m, 't>) {
        self.counts.undecided += 1;
        if self.keep.undecided {
            let message = format!("Cannot be decided: {}", reasons.join("; "));
            self.add_whole(block, model, Outcome::Undecided, message);
        }
    }

    /// Adds a result about a block as a whole.
    fn add_whole(&mut self, block: &Block<'t>, model: &'m Model<'m, 't>, outcome: Outcome, message: String) {
        let location = block_location(block);
        // What nothing made of something else is where it is written.
        let location = if block.origin.is_some() { as_written(location, model) } else { location };
        let pending = self.pending(block, model, outcome, location, Words::of(message));
        self.push(pending);
    }

    /// A finding about a block.
    fn pending(
        &self,
        block: &Block<'t>,
        model: &'m Model<'m, 't>,
        outcome: Outcome,
        location: Location,
        words: Words,
    ) -> Pending<'t> {
        let Words { message, of_whole, as_written, advice, when } = words;
        let iterations = model.iterations(&location.path);
        let is_absent = location.is_of_absence() && !location.is_of_several;
        let mark = (outcome == Outcome::Fail && self.keep.fixes != Fixes::None).then(|| Mark {
            section: block.section,
            block: block.name.to_owned(),
            exact: location.exact,
            is_absent,
            names: location.name,
        });
        let finding = Finding {
            rule: self.selected.id.shared(),
            level: self.level,
            severity: self.selected.severity,
            outcome,
            span: location.span,
            path: location.path,
            subject: block.subject(),
            alike: Vec::new(),
            message,
            when,
            advice,
            fix: None,
            related: location.related,
            suppression: None,
            baseline: None,
            since: None,
        };
        Pending { finding, of_whole, as_written, iterations, mark }
    }

    /// Keeps a finding, unless it is like one that was kept before.
    fn push(&mut self, one: Pending<'t>) {
        // What a transform makes of one resource stands together, and may lack the same.
        if self.found.last().is_none_or(|known| known.finding.subject != one.finding.subject) {
            self.at.clear();
        }
        let same = self.at.entry(one.finding.span).or_default();
        if same.iter().all(|known| self.found.get(*known).is_none_or(|known| !known.is_like(&one))) {
            same.push(self.found.len());
            self.found.push(one);
        }
    }
}
