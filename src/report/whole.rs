//! Reports about the state of templates, in a run that compares with an earlier revision: what was there before counts in them as what
//! is new does. So a page for auditors has every violation, and what compares reports itself gets whole ones.

use super::{Report, Reporter, Summary};
use crate::finding::Finding;
use std::io;

/// A reporter that gets a run as if it compared with nothing.
pub struct Whole<R>(pub R);

/// The findings of a part as if there were no earlier revision; none if there is none.
pub(super) struct State {
    findings: Vec<Finding>,
    suppressed: Vec<Finding>,
}

impl State {
    pub(super) fn of(part: &Report<'_>) -> Option<Self> {
        let is_compared = |finding: &Finding| finding.since.is_some();
        if !part.findings.iter().chain(part.suppressed).any(is_compared) {
            return None;
        }
        let plain = |finding: &Finding| Finding { since: None, ..finding.clone() };
        let (before, suppressed): (Vec<&Finding>, Vec<&Finding>) =
            part.suppressed.iter().partition(|finding| finding.is_as_before());
        let mut findings: Vec<Finding> = part.findings.iter().chain(before).map(plain).collect();
        findings.sort_by(Finding::reading_order);
        Some(Self { findings, suppressed: suppressed.into_iter().map(plain).collect() })
    }

    /// The part with these findings.
    pub(super) fn report<'s>(&'s self, part: &Report<'s>) -> Report<'s> {
        Report { findings: &self.findings, suppressed: &self.suppressed, absent: &[], ..*part }
    }
}

/// The numbers of a run as if there were no earlier revision.
fn summary(known: &Summary) -> Summary {
    let mut whole = Summary { since: None, ..known.clone() };
    if let Some(since) = &known.since {
        let [errors, warnings, notes] = since.levels;
        whole.errors += errors;
        whole.warnings += warnings;
        whole.notes += notes;
    }
    whole
}

impl<R: Reporter> Reporter for Whole<R> {
    fn file(&mut self, part: &Report<'_>) -> io::Result<()> {
        match State::of(part) {
            Some(state) => self.0.file(&state.report(part)),
            None => self.0.file(&Report { absent: &[], ..*part }),
        }
    }

    fn end(&mut self, rest: &Report<'_>, exit_code: Option<u8>) -> io::Result<()> {
        match rest.summary.since {
            Some(_) => self.0.end(&Report { summary: &summary(rest.summary), ..*rest }, exit_code),
            None => self.0.end(rest, exit_code),
        }
    }
}
