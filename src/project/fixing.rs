//! Fixes the findings of a text: what a run wants to fix, and what came of it.
//!
//! A fix is believed only after the edited text was linted again, in the same deployments: `rounds` edits, and `proof` compares.

mod fates;
mod plan;
mod proof;
mod rounds;
#[cfg(test)]
mod testing;

pub(super) use plan::edited;
pub(super) use rounds::{Text, fix};

use crate::discover::Candidate;
use crate::finding::{Applicability, Diagnostic, Finding, Fix, Unfixed};
use crate::linter::FileReport;
use crate::source::{Hidden, Source};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who decides what is fixed, and where fixed texts go. Shared between threads.
pub trait Fixer: Sync {
    /// Marks the findings that a baseline has.
    fn mark(&self, candidate: &Candidate, report: &mut FileReport, source: &Source);

    /// Why a text is not changed, whatever could be fixed in it; none if it may be.
    fn keeps(&self, candidate: &Candidate) -> Option<Unfixed>;

    /// Whether it is shown what fixes would change in a text that is not changed.
    fn shows_kept(&self) -> bool {
        false
    }

    /// Whether a run makes a fix that can be made.
    fn choice(&self, finding: &Finding, fix: &Fix) -> Choice;

    /// Whether a person is asked before each fix. Then texts are fixed one after another, before anything is reported.
    fn asks(&self) -> bool;

    /// Whether this fix is made, where a person is asked.
    ///
    /// # Errors
    /// Why it is not.
    fn agrees(&self, proposal: &Proposal<'_>) -> Result<(), Unfixed>;

    /// Puts a fixed text where it belongs.
    fn settle(&self, candidate: &Candidate, before: &str, after: &str) -> Settled;
}

/// Whether a run makes a fix.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It does.
    Wanted,
    /// It does not: the fix is not safe, and only safe fixes are made.
    NeedsUnsafe,
    /// It does not: only fixes of other rules are made.
    OtherRule,
}

/// A fix that waits for an answer.
pub struct Proposal<'p> {
    /// The name of the text.
    pub name: &'p str,
    /// What it fixes.
    pub finding: &'p Finding,
    /// The fix.
    pub fix: &'p Fix,
    /// The text without it and with it.
    pub texts: &'p Texts,
}

/// A text before it was fixed and after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
    /// The bytes of the text before that nobody may see.
    pub hidden: Vec<Hidden>,
}

/// Where a fixed text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// In its place: reports are about it.
    InPlace,
    /// Only in memory: reports are about the text as it was.
    Aside,
    /// Nowhere: this is why.
    Failed(Box<Diagnostic>),
}

/// What has to be known of a fix: of each that is not safe, and of others that have a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The rule.
    pub rule: Arc<str>,
    /// The name of the resource, or of what else the finding is about.
    pub subject: String,
    /// What the fix does.
    pub text: String,
    /// Whether the fix is safe.
    pub is_safe: bool,
}

impl Note {
    /// That of a fix of a finding; `is_new`: of a resource that the run added.
    fn of(finding: &Finding, fix: &Fix, is_new: bool) -> Option<Self> {
        let is_safe = match fix.applicability {
            Applicability::Safe => true,
            Applicability::Unsafe => false,
            Applicability::Display => return None,
        };
        let mut note = fix.note.clone();
        if is_new && !fix.on_deployed.is_empty() {
            let parts = fix.note.splitn(2, &fix.on_deployed).map(str::trim).filter(|part| !part.is_empty());
            note = parts.collect::<Vec<_>>().join(" ");
        }
        (!is_safe || !note.is_empty()).then(|| Self {
            rule: Arc::clone(&finding.rule),
            subject: finding.subject.name.clone(),
            text: if note.is_empty() { format!("{}.", fix.title) } else { note },
            is_safe,
        })
    }
}

/// What came of fixing a text.
#[derive(Clone, Debug, Default)]
pub struct Fixed {
    /// The fixed findings, by rule.
    pub fixed: BTreeMap<Arc<str>, usize>,
    /// What the fixes do.
    pub notes: Vec<Note>,
    /// Those whose fix was taken back, by rule.
    pub taken_back: BTreeMap<Arc<str>, usize>,
    /// The findings that are left and count, and the covered ones.
    pub left: BTreeMap<Unfixed, usize>,
    /// The texts, where somebody else wants them: those that are only in memory, and those of standard input.
    pub texts: Option<Box<Texts>>,
    /// Why the text is not in its place.
    pub problem: Option<Box<Diagnostic>>,
}

impl Fixed {
    /// The number of fixed findings.
    pub fn count(&self) -> usize {
        self.fixed.values().sum()
    }
}
