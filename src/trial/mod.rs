//! Tries rules, as `hipaalint test` and the tests of the built-in rules do: runs their examples, applies their patches, and removes
//! or inverts their assertions one by one to see whether an example notices.
//!
//! Prints nothing and reads no file. Whether what a rule names exists is the subject of [`vetting`](crate::rules::vetting).

mod examples;
mod fixes;
mod mutations;
mod patches;
mod places;

pub use examples::{Found, Mismatch, Tried};
pub use fixes::Fixed;
pub use mutations::{Change, Mutation, Mutations};
pub use patches::{PatchProblem, Patched};
pub use places::Places;

use crate::rules::load::{RuleEntry, RuleSet};
use crate::rules::rule::{Example, RuleFile};
use std::path::Path;

/// A rule to try.
#[derive(Copy, Clone)]
pub struct Subject<'s> {
    /// Its file.
    pub path: &'s Path,
    /// What the file contains.
    pub file: &'s RuleFile,
    /// Makes the other rules. Only rules about exceptions need them: an exception is in force if its rule runs.
    pub others: &'s (dyn Fn() -> RuleSet + Sync),
}

/// What an example is an example of.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// No finding.
    Pass,
    /// A finding on each marked line, and on no other.
    Fail,
    /// No finding, and a check that cannot be decided.
    Undecided,
    /// No check.
    PassedOver,
}

impl Expected {
    /// Its key below `examples`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Undecided => "undecided",
            Self::PassedOver => "passed-over",
        }
    }
}

/// How a rule did.
#[derive(Debug)]
pub struct Trial {
    /// Its examples, in the order of the file's kinds.
    pub examples: Vec<Tried>,
    /// The patches of its examples.
    pub patches: Vec<Patched>,
    /// The changes to its assertions. None if they were not requested, or if not all examples come out right: where an example is
    /// wrong already, a change makes no difference.
    pub mutations: Option<Mutations>,
}

impl Trial {
    /// Tries a rule. `text` is that of its file, if changes to its assertions are requested.
    pub fn of(subject: &Subject<'_>, text: Option<&str>) -> Self {
        let examples = examples::run(subject);
        let patches = patches::run(subject);
        let is_right = !examples.is_empty() && examples.iter().all(|tried| tried.mismatches.is_empty());
        let mutations = text.filter(|_| is_right).map(|text| mutations::run(subject, text));
        Self { examples, patches, mutations }
    }

    /// Whether everything came out right.
    pub fn passed(&self) -> bool {
        self.examples.iter().all(|tried| tried.mismatches.is_empty())
            && self.patches.iter().all(|patched| patched.problems.is_empty())
            && self.mutations.as_ref().is_none_or(|mutations| mutations.unnoticed.is_empty())
    }
}

impl Subject<'_> {
    fn id(&self) -> &str {
        &self.file.rule.meta.id
    }

    /// The rules that the examples run with.
    fn rules(&self) -> RuleSet {
        let mut rules = if self.is_about_exceptions() { (self.others)() } else { RuleSet::default() };
        rules.put(self.path, self.file.clone());
        rules
    }

    fn is_about_exceptions(&self) -> bool {
        self.file.rule.exception.is_some()
    }

    /// Its examples with what is expected of each, and the number of each among those of its kind.
    fn examples(&self) -> impl Iterator<Item = (Expected, usize, &Example)> {
        let examples = &self.file.examples;
        let kinds = [
            (Expected::Pass, &examples.pass),
            (Expected::Fail, &examples.fail),
            (Expected::Undecided, &examples.undecided),
            (Expected::PassedOver, &examples.passed_over),
        ];
        kinds.into_iter().flat_map(|(expected, list)| {
            list.iter().enumerate().map(move |(index, example)| (expected, index, example))
        })
    }
}

/// Applies the fixes of a rule to its failing examples.
pub fn fixes(subject: &Subject<'_>) -> Vec<Fixed> {
    fixes::of(subject, true)
}

/// Applies the fixes of a rule of a set to its failing examples, until one of them is fixed or with `all` of them; none if the rule
/// has no fix.
pub fn fixes_of(entry: &RuleEntry, all: bool) -> Vec<Fixed> {
    let Some(file) = entry.whole().filter(|file| !file.rule.fixes.is_empty()) else { return Vec::new() };
    let path = entry.file.clone().unwrap_or_default();
    fixes::of(&Subject { path: &path, file: &file, others: &RuleSet::embedded }, all)
}

/// Tries the changes to the assertions of a rule, without its examples and patches.
pub fn mutations(subject: &Subject<'_>, text: &str) -> Mutations {
    mutations::run(subject, text)
}
