//! Rules under test, and how each did.

use crate::rules::rule::RuleFile;
use crate::source::Source;
use crate::trial::Trial;
use std::path::PathBuf;

/// A rule that was read.
pub(super) struct Read {
    pub(super) path: PathBuf,
    pub(super) source: Source,
    pub(super) file: RuleFile,
}

/// A rule that was tested.
pub(super) struct Tested<'r> {
    pub(super) rule: &'r Read,
    pub(super) trial: Trial,
}

/// How a rule did, in short.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Passed,
    Failed,
    /// Nothing shows whether it works.
    WithoutExamples,
}

impl Read {
    /// Its id.
    pub(super) fn id(&self) -> &str {
        &self.file.rule.meta.id
    }
}

impl Tested<'_> {
    /// How it did.
    pub(super) fn standing(&self) -> Standing {
        match (self.trial.examples.is_empty(), self.trial.passed()) {
            (_, false) => Standing::Failed,
            (true, true) => Standing::WithoutExamples,
            (false, true) => Standing::Passed,
        }
    }
}
