//! The results of a run: its findings against the baselines, its numbers, its report, and its exit.

use super::baseline::{LookedAt, Place, Scope};
use super::exit::Exit;
use super::options::{Contents, Options};
use super::ran::Ran;
use super::settings::Settings;
use crate::files::Files;
use crate::finding::{self, Counts, Diagnostic, Exception, Finding, Level, Severity, Suppression};
use crate::linter::{Keep, sort_findings};
use crate::report::{Provenance, Report, RuleReport, Summary};
use crate::rules::load::{RuleEntry, controls};
use crate::rules::meta::{RuleKind, RuleProse};
use crate::source::{Source, SourceId, Span};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

/// The results of all files.
pub struct Results {
    pub(super) sources: Vec<Source>,
    pub(super) findings: Vec<Finding>,
    /// Undecided and passed checks that were not requested, for formats that contain all results.
    pub(super) unshown: Vec<Finding>,
    pub(super) suppressed: Vec<Finding>,
    pub(super) exceptions: Vec<Exception>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) by_rule: FxHashMap<Arc<str>, Counts>,
    /// The linted files and the files that they include, with the numbers of their settings.
    pub(super) linted: BTreeMap<Place, usize>,
    /// The settings for each text.
    pub(super) settings: HashMap<SourceId, Arc<Settings>>,
    pub(super) ran: Ran,
    /// The files that were read, and those that they include.
    pub(super) files: BTreeSet<PathBuf>,
    pub(super) provenance: Provenance,
    pub(super) summary: Summary,
}

/// What is in the scopes of baselines, by the number of the settings, so that each scope looks only at its own.
#[derive(Default)]
struct Members<'o> {
    findings: Vec<&'o mut Finding>,
    sources: Vec<&'o Source>,
    files: Vec<&'o Place>,
    settings: Vec<&'o Settings>,
}

impl Members<'_> {
    /// Compares them with a baseline. Returns the number of its entries whose findings are gone.
    fn compare(self, scope: &mut Scope, files: &Files) -> usize {
        let selected = self.settings.iter().flat_map(|settings| settings.linter.selected());
        let ran: HashSet<&str> = selected.map(RuleEntry::id).collect();
        let is_rule = |id: &str| self.settings.iter().any(|settings| settings.linter.rules().get(id).is_some());
        let looked_at = LookedAt {
            on: files,
            sources: self.sources,
            files: self.files,
            was_checked: &|id| ran.contains(id) || !is_rule(id),
        };
        scope.baselines.apply(self.findings, &looked_at)
    }
}

impl Results {
    /// Sorts everything but findings into its final order, and counts it.
    pub(super) fn count(&mut self) {
        self.sources.sort_by_key(|source| source.id);
        self.diagnostics
            .sort_by(|a, b| (&a.file, a.span, a.code, &a.message).cmp(&(&b.file, b.span, b.code, &b.message)));
        // A rule that cannot be read has a diagnostic for each file.
        self.diagnostics.dedup();
        let mut counts = Counts::default();
        for template in &self.provenance.templates {
            counts += template.counts;
            self.summary.resources += template.resources;
        }
        self.summary.templates = self.provenance.templates.len();
        self.summary.passed = counts.passed;
        self.summary.failed = counts.failed;
        self.summary.undecided = counts.undecided;
        let supporting = self.ran.rules().into_iter().filter(|entry| entry.kind() == RuleKind::Supporting);
        let supporting = supporting.filter_map(|entry| self.by_rule.get(entry.id()));
        self.summary.supporting = supporting.map(|counts| counts.passed).sum();
    }

    /// Compares the findings with the baselines, and counts the rest.
    pub(super) fn compare(&mut self, requested: Keep, scopes: &mut [Scope], files: &Files) {
        // In the order of the report. Suppressed findings are last, because the others have priority for entries of a baseline.
        sort_findings(&mut self.findings);
        sort_findings(&mut self.suppressed);
        if !scopes.is_empty() {
            self.summary.stale = self.compare_with(scopes, files);
        }
        let (known, findings) = std::mem::take(&mut self.findings).into_iter().partition(Finding::is_suppressed);
        self.suppressed.extend::<Vec<Finding>>(known);
        sort_findings(&mut self.suppressed);
        let is_shown = |finding: &Finding| match finding.outcome {
            finding::Outcome::Fail => true,
            finding::Outcome::Undecided => requested.undecided,
            finding::Outcome::Pass => requested.passed,
        };
        (self.findings, self.unshown) = Vec::into_iter(findings).partition(is_shown);
        self.count_findings();
    }

    /// Marks the findings that baselines have. Returns the number of entries whose findings are gone.
    fn compare_with(&mut self, scopes: &mut [Scope], files: &Files) -> usize {
        // A baseline of the options covers everything, and is the only one.
        let is_whole = scopes.iter().any(|scope| scope.settings.is_none());
        let group = |number: usize| if is_whole { 0 } else { number };
        let by_source = &self.settings;
        let group_of = |id: &SourceId| by_source.get(id).map(|settings| group(settings.number));
        let mut members: BTreeMap<usize, Members> = BTreeMap::new();
        for settings in self.ran.settings() {
            members.entry(group(settings.number)).or_default().settings.push(settings);
        }
        for source in &self.sources {
            // The texts of configurations have no findings.
            if let Some(group) = group_of(&source.id) {
                members.entry(group).or_default().sources.push(source);
            }
        }
        for (place, number) in &self.linted {
            members.entry(group(*number)).or_default().files.push(place);
        }
        for finding in self.findings.iter_mut().chain(&mut self.suppressed) {
            if let Some(group) = group_of(&finding.span.source) {
                members.entry(group).or_default().findings.push(finding);
            }
        }
        let mut stale = 0;
        for scope in scopes {
            let own = members.remove(&scope.settings.map_or(0, group)).unwrap_or_default();
            stale += own.compare(scope, files);
        }
        stale
    }

    /// Counts the findings that count, and those that do not.
    fn count_findings(&mut self) {
        let level =
            |level: Level| self.findings.iter().filter(|finding| finding.counts() && finding.level == level).count();
        (self.summary.errors, self.summary.warnings, self.summary.notes) =
            (level(Level::Error), level(Level::Warning), level(Level::Note));
        let excepted = self.suppressed.iter().filter_map(|finding| Some((finding, finding.suppression.as_ref()?)));
        self.summary.suppressed_by_exceptions = excepted.clone().count();
        let is_required =
            |(finding, suppression): &(&Finding, &Arc<Suppression>)| !suppression.required_of(&finding.rule).is_empty();
        self.summary.suppressed_required = excepted.filter(is_required).count();
        self.summary.in_baseline = self.suppressed.len() - self.summary.suppressed_by_exceptions;
    }

    /// The findings that count and those that were requested, in the order of reports.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The violations that an exception or a baseline suppresses.
    pub fn suppressed(&self) -> &[Finding] {
        &self.suppressed
    }

    /// What is wrong about files, options, configurations and rules.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The text that a span is in, without its secrets.
    pub fn source(&self, span: Span) -> Option<&Source> {
        let index = self.sources.binary_search_by_key(&span.source, |source| source.id).ok()?;
        self.sources.get(index)
    }

    /// The numbers of the run.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The number of templates that were linted.
    pub fn templates(&self) -> usize {
        self.summary.templates
    }

    /// The files that were read, and those that they include.
    pub fn files(&self) -> &BTreeSet<PathBuf> {
        &self.files
    }

    /// The exit, as far as findings and diagnostics decide it.
    pub fn exit(&self) -> Exit {
        let fails = |finding: &Finding| {
            let settings = self.settings.get(&finding.span.source);
            finding.counts() && settings.is_none_or(|settings| settings.fail_on.counts(finding.level))
        };
        if self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            Exit::Trouble
        } else if self.findings.iter().any(fails) {
            Exit::Findings
        } else {
            Exit::Clean
        }
    }

    /// Gives the report to a function, and returns its result.
    pub fn report<T>(&self, options: &Options, show: impl FnOnce(&Report<'_>) -> T) -> T {
        show(&Report {
            sources: &self.sources,
            findings: &self.findings,
            suppressed: &self.suppressed,
            shows_suppressed: options.contents.suppressed,
            unshown: &self.unshown,
            exceptions: &self.exceptions,
            today: options.today,
            diagnostics: &self.diagnostics,
            rules: &self.rules(options.contents),
            controls: controls(),
            summary: &self.summary,
            provenance: &self.provenance,
        })
    }

    /// The rules that a report looks up, sorted by id.
    fn rules(&self, contents: Contents) -> Vec<RuleReport<'_>> {
        let fired: BTreeSet<&str> = self.findings.iter().map(|finding| finding.rule.as_ref()).collect();
        let mut shown = self.ran.rules();
        // Rules about exceptions may speak without being among those that ran.
        let ran = |id: &str| shown.binary_search_by(|entry| entry.id().cmp(id)).is_ok();
        let companions: Vec<&RuleEntry> =
            fired.iter().filter(|id| !ran(id)).filter_map(|id| self.ran.rule(id)).collect();
        shown.extend(companions);
        shown.sort_unstable_by_key(|entry| entry.id());
        if !contents.all_rules {
            // The heads of the rest are not made.
            let results = self.findings.iter().chain(&self.suppressed).chain(&self.unshown);
            let named: HashSet<&str> = results.map(|finding| finding.rule.as_ref()).collect();
            shown.retain(|entry| named.contains(entry.id()));
        }
        let report = |entry| {
            let entry: &RuleEntry = entry;
            // Reading texts takes time, so only formats that show them get them.
            let is_wanted = contents.all_texts || fired.contains(entry.id());
            RuleReport {
                meta: &entry.meta,
                prose: Arc::new(if is_wanted { entry.prose() } else { RuleProse::default() }),
                counts: self.by_rule.get(entry.id()).copied().unwrap_or_default(),
            }
        };
        shown.into_iter().map(report).collect()
    }
}
