//! What was found in one file, as reports get it: its findings against the baseline, in their final order, with the texts and rules
//! that they need.

use super::options::Contents;
use super::settings::Settings;
use crate::code::Code;
use crate::finding::{self, Applicability, BaselineState, Diagnostic, Exception, Finding, Fix, Level, Suppression};
use crate::linter::sort_findings;
use crate::project::{Absent, Linted};
use crate::report::{Report, RuleReport, Summary};
use crate::rules::load::RuleEntry;
use crate::rules::meta::RuleProse;
use crate::source::Source;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The findings and diagnostics of one file.
#[derive(Default)]
pub(super) struct Part {
    pub(super) sources: Vec<Source>,
    pub(super) findings: Vec<Finding>,
    pub(super) suppressed: Vec<Finding>,
    /// Undecided and passed checks that were not requested, for formats that contain all results.
    pub(super) unshown: Vec<Finding>,
    pub(super) exceptions: Vec<Exception>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Diagnostics about the run, which every file may have.
    pub(super) of_run: Vec<Diagnostic>,
    /// What an earlier revision had, and is gone or no longer judged.
    pub(super) absent: Vec<Finding>,
    /// Whether a program writes the template, so that `--fix` does not change it.
    pub(super) is_generated: bool,
    /// The number of the texts that are neither of parents nor of an earlier revision.
    pub(super) own_sources: usize,
}

impl Part {
    /// What was found in a text; only the included texts are left there. The baselines have not marked it.
    pub(super) fn of(linted: &mut Linted) -> Self {
        let Linted { report, source, parents, absent, .. } = linted;
        let shows_text = source.is_some();
        let included = report.included.iter().filter(|_| shows_text).cloned();
        let mut sources: Vec<Source> = source.take().into_iter().chain(included).collect();
        let own_sources = sources.len();
        sources.append(parents);
        sources.append(&mut absent.sources);
        let (of_run, diagnostics) =
            std::mem::take(&mut report.diagnostics).into_iter().partition(|diagnostic| diagnostic.file.is_empty());
        Self {
            sources,
            findings: std::mem::take(&mut report.findings),
            suppressed: std::mem::take(&mut report.suppressed),
            unshown: Vec::new(),
            exceptions: std::mem::take(&mut report.exceptions),
            diagnostics,
            of_run,
            absent: std::mem::take(&mut absent.findings),
            own_sources,
            is_generated: false,
        }
    }

    /// What is gone with a file.
    pub(super) fn of_absent(absent: Absent) -> Self {
        Self { sources: absent.sources, absent: absent.findings, ..Self::default() }
    }

    /// Moves findings to where reports have them, and sorts everything. The baselines have marked the findings.
    pub(super) fn sort(&mut self, contents: Contents) {
        self.findings.append(&mut self.unshown);
        // In most files, nothing moves.
        if self.findings.iter().any(Finding::is_suppressed) {
            let (known, findings): (Vec<Finding>, _) =
                std::mem::take(&mut self.findings).into_iter().partition(Finding::is_suppressed);
            self.suppressed.extend(known);
            self.findings = findings;
        }
        sort_findings(&mut self.suppressed);
        let is_shown = |finding: &Finding| match finding.outcome {
            finding::Outcome::Fail => true,
            finding::Outcome::Undecided => contents.requested.undecided,
            finding::Outcome::Pass => contents.requested.passed,
        };
        if !self.findings.iter().all(is_shown) {
            (self.findings, self.unshown) = std::mem::take(&mut self.findings).into_iter().partition(is_shown);
        }
        self.sources.sort_by_key(|source| source.id);
        sort_diagnostics(&mut self.diagnostics);
    }

    /// Counts the findings that count, and those that do not.
    pub(super) fn count(&self, summary: &mut Summary) {
        let level =
            |level: Level| self.findings.iter().filter(|finding| finding.counts() && finding.level == level).count();
        summary.errors += level(Level::Error);
        summary.warnings += level(Level::Warning);
        summary.notes += level(Level::Note);
        if let Some(fixable) = &mut summary.fixable {
            let counting = self.findings.iter().filter(|finding| finding.counts());
            let fixes = counting.filter_map(|finding| finding.fix.as_deref());
            // What `cdk synth` writes is not fixed there.
            let kind = |fix: &Fix| if self.is_generated { Applicability::Display } else { fix.applicability };
            fixes.for_each(|fix| fixable.add(kind(fix)));
        }
        let excepted = self.suppressed.iter().filter_map(|finding| Some((finding, finding.suppression.as_ref()?)));
        let exceptions = excepted.clone().count();
        summary.suppressed_by_exceptions += exceptions;
        let is_required =
            |(finding, suppression): &(&Finding, &Arc<Suppression>)| !suppression.required_of(&finding.rule).is_empty();
        summary.suppressed_required += excepted.filter(is_required).count();
        let as_before = self.suppressed.iter().filter(|finding| finding.is_as_before()).count();
        summary.in_baseline += self.suppressed.len() - exceptions - as_before;
        if let Some(since) = &mut summary.since {
            since.new += self.findings.iter().filter(|finding| finding.counts()).count();
            let fixed = self.absent.iter().filter(|finding| finding.since == Some(BaselineState::Absent)).count();
            since.fixed += fixed;
            since.unjudged += self.absent.len() - fixed;
            since.unchanged += as_before;
            for finding in self.suppressed.iter().filter(|finding| finding.is_as_before()) {
                *since.level(finding.level) += 1;
            }
        }
    }

    /// All findings.
    pub(super) fn results(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().chain(&self.suppressed).chain(&self.unshown).chain(&self.absent)
    }

    /// Whether there is something to report.
    pub(super) fn is_empty(&self) -> bool {
        self.results().next().is_none()
            && self.exceptions.is_empty()
            && self.diagnostics.is_empty()
            && self.absent.is_empty()
    }

    /// The report of the file. `rest` has what does not depend on files.
    pub(super) fn report<'a>(&'a self, rules: &'a [RuleReport<'a>], rest: &Report<'a>) -> Report<'a> {
        Report {
            sources: &self.sources,
            findings: &self.findings,
            suppressed: &self.suppressed,
            unshown: &self.unshown,
            absent: &self.absent,
            exceptions: &self.exceptions,
            diagnostics: &self.diagnostics,
            rules,
            ..*rest
        }
    }
}

/// Diagnostics in the order of reports, each once.
pub(super) fn sort_diagnostics(diagnostics: &mut Vec<Diagnostic>) {
    // The records of standard input are in their order, which is that of numbers in their messages.
    fn words(one: &Diagnostic) -> Option<&str> {
        (one.code != Code::Record).then_some(&one.message)
    }
    diagnostics.sort_by(|a, b| (&a.file, a.span, a.code, words(a)).cmp(&(&b.file, b.span, b.code, words(b))));
    diagnostics.dedup();
}

/// The texts of rules, each read once: that takes time.
#[derive(Default)]
pub(super) struct Texts(FxHashMap<(usize, Arc<str>), Arc<RuleProse>>);

impl Texts {
    /// The rules of the findings of a part, sorted by id.
    pub(super) fn rules<'s>(&mut self, part: &Part, settings: &'s Settings) -> Vec<RuleReport<'s>> {
        let named: BTreeSet<&Arc<str>> = part.results().map(|finding| &finding.rule).collect();
        let entry = |id: &Arc<str>| Some((Arc::clone(id), settings.linter.rules().get(id)?));
        let named: Vec<(Arc<str>, &RuleEntry)> = named.into_iter().filter_map(entry).collect();
        let report = |(id, entry): (Arc<str>, &'s RuleEntry)| {
            let prose = self.0.entry((settings.number, id)).or_insert_with(|| Arc::new(entry.prose()));
            RuleReport { meta: &entry.meta, prose: Arc::clone(prose), counts: finding::Counts::default() }
        };
        named.into_iter().map(report).collect()
    }
}
