//! Whether a finding that is not there any more is fixed: only if its rule looked at its subject again and did not find it, or if the
//! subject itself is gone.

use crate::finding::{Finding, Outcome, Subject};
use crate::linter::{Blocks, FileReport, Linter};
use std::collections::HashMap;
use std::sync::Arc;

/// Why nothing decides about a finding of an earlier revision.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unjudged {
    /// The check needs a value that cannot be known now.
    Undecided,
    /// What it is about is there, and the rule does not look at it now.
    NotLookedAt,
    /// The file could not be linted, or is not a template now.
    NotLinted,
    /// The file is there, and is not one of those that are linted now.
    LeftOut,
}

impl Unjudged {
    /// The reason, as a clause.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Undecided => "the check is undecided now",
            Self::NotLookedAt => "the rule does not look at the resource now",
            Self::NotLinted => "the file was not linted",
            Self::LeftOut => "the file is not one of those that are linted now",
        }
    }
}

/// What a text has, and how its checks ended.
pub(super) struct Witness {
    /// Whether a rule is undecided about a subject, of those with a result.
    ends: HashMap<(Arc<str>, String, String), bool>,
    blocks: Blocks,
}

impl Witness {
    /// From the result of a linter that [keeps](Linter::witness) all of that.
    pub(super) fn of(report: FileReport) -> Self {
        let mut ends: HashMap<_, bool> = HashMap::new();
        for finding in report.findings.iter().chain(&report.suppressed) {
            for subject in std::iter::once(&finding.subject).chain(&finding.alike) {
                *ends.entry(key(finding, subject)).or_default() |= finding.outcome == Outcome::Undecided;
            }
        }
        Self { ends, blocks: report.blocks.unwrap_or_default() }
    }

    /// Why it is not known that a finding is fixed, which is not there any more; none if it is.
    pub(super) fn unjudged(&self, finding: &Finding, linter: &Linter) -> Option<Unjudged> {
        // An exception is not a block.
        let is_about_exception = || linter.rules().get(&finding.rule).is_some_and(|entry| entry.is_about_exceptions());
        match self.ends.get(&key(finding, &finding.subject)) {
            Some(true) => Some(Unjudged::Undecided),
            Some(false) => None,
            None if !self.blocks.may_have(&finding.subject) || is_about_exception() => None,
            None => Some(Unjudged::NotLookedAt),
        }
    }
}

fn key(finding: &Finding, subject: &Subject) -> (Arc<str>, String, String) {
    let inside = subject.inside.as_deref().unwrap_or_default();
    (Arc::clone(&finding.rule), inside.to_owned(), subject.qualified_name())
}
