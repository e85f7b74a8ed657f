//! What a run found, and one file for each format. Recomputes nothing.
//!
//! A format is a [`Reporter`]: it is fed file by file, and keeps in memory only what is bounded. What has to wait for the end of the
//! run waits in a `spill`.

mod array;
pub mod asff;
pub(crate) mod configured;
#[cfg(feature = "cli")]
pub mod diff;
mod effects;
pub(crate) mod escape;
pub mod exceptions;
pub(crate) mod fingerprint;
pub(crate) mod fixes;
pub mod github;
pub mod gitlab;
pub(crate) mod headline;
pub mod html;
#[cfg(feature = "cli")]
pub mod human;
pub mod json;
pub mod jsonl;
pub mod junit;
pub(crate) mod ledger;
#[cfg(feature = "cli")]
pub(crate) mod line_diff;
pub(crate) mod lines;
pub mod markdown;
mod not_looked_at;
pub mod oscal;
pub(crate) mod patch;
mod pretty;
pub(crate) mod prose;
pub mod sarif;
mod since;
pub(crate) mod spill;
pub mod statistics;
pub(crate) mod text;
pub mod whole;

use crate::date::Date;
use crate::digest::Sha256;
use crate::finding::{Counts, Diagnostic, Exception, Finding, Outcome, Suppression};
use crate::rules::meta::{Control, RuleMeta, RuleProse};
use crate::source::{Source, SourceId};
use std::any::Any;
use std::io;
use std::sync::Arc;

pub use configured::{Changed, ChangedParameter, ChangedRule, Governed, OffRule};
pub use effects::Effect;
pub use fixes::{Fixable, FixedRule, Fixes, NotFixed};
pub use not_looked_at::{NotLookedAt, UnruledType};
pub use since::Since;

/// The address of the project.
pub const PROJECT_ADDRESS: &str = "https://github.com/hipaalint/hipaalint";

/// The folder of the documentation.
pub fn documents_address() -> String {
    format!("{PROJECT_ADDRESS}/blob/main/docs")
}

/// The page that documents a rule.
pub fn rule_address(id: &str) -> String {
    format!("{}/rules/{id}.md", documents_address())
}

/// What a format makes of a file in the thread that lints it. Only that format's [`Reporter`] knows what it is.
pub type Prepared = Box<dyn Any + Send>;

/// The part of a [`Reporter`]'s work that does not depend on the files before.
pub trait Preparer: Send + Sync {
    /// What the reporter makes of a file.
    fn prepare(&self, part: &Report<'_>) -> Prepared;

    /// Whether the report has room for the fix of a finding of a file that it did not get yet. If it has not, it has none for those of
    /// findings that are not graver.
    fn wants_fix(&self, _: &Finding) -> bool {
        true
    }
}

/// What writes a report in one format. It gets the files of a run one by one, in their order.
pub trait Reporter {
    /// Adds what was found in one file, with the texts and the rules that it needs.
    ///
    /// # Errors
    /// Those of writing.
    fn file(&mut self, part: &Report<'_>) -> io::Result<()>;

    /// What of [`file`](Self::file) threads can do that lint; none if that is nothing.
    fn preparer(&self) -> Option<Arc<dyn Preparer>> {
        None
    }

    /// As [`file`](Self::file) does, with what the preparer made of it.
    ///
    /// # Errors
    /// Those of writing.
    fn prepared(&mut self, part: &Report<'_>, _: Prepared) -> io::Result<()> {
        self.file(part)
    }

    /// Adds the rest, and ends the report: diagnostics of the run as a whole, the rules that ran, and the numbers. `exit_code` is how
    /// the process ends, if it does.
    ///
    /// # Errors
    /// Those of writing.
    fn end(&mut self, rest: &Report<'_>, exit_code: Option<u8>) -> io::Result<()>;
}

/// Writes a whole report.
fn write_whole(reporter: &mut impl Reporter, report: &Report<'_>, exit_code: Option<u8>) -> io::Result<()> {
    reporter.file(report)?;
    reporter.end(&report.rest(), exit_code)
}

/// Everything a format may show: of one file, of the rest of a run, or of a whole run. The order of all lists is final and
/// deterministic.
#[derive(Copy, Clone)]
pub struct Report<'a> {
    /// The sources that findings and diagnostics point into (others may be missing).
    pub sources: &'a [Source],
    /// Failing findings first by file, place and rule; then those that `--show` adds, in the same order.
    pub findings: &'a [Finding],
    /// Violations that do not count, since an exception suppresses them, or the baseline or an earlier revision has them: sorted as the
    /// others.
    pub suppressed: &'a [Finding],
    /// Whether formats that leave suppressed findings out by default are to show them.
    pub shows_suppressed: bool,
    /// Whether the run fixes: then it says why it leaves a fix out.
    pub is_fixing: bool,
    /// Undecided and passed checks that `--show` does not add, for the formats that list all: sorted as the others.
    pub unshown: &'a [Finding],
    /// Violations of an earlier revision that are gone, in a run that compares with one.
    pub absent: &'a [Finding],
    /// Every exception that the templates make, sorted by file and place.
    pub exceptions: &'a [Exception],
    /// Files that could not be read or parsed, and odd sections; sorted by file and place.
    pub diagnostics: &'a [Diagnostic],
    /// The day that decides which exceptions have expired.
    pub today: Option<Date>,
    /// The rules that ran, sorted by id.
    pub rules: &'a [RuleReport<'a>],
    /// The Security Rule's citations, in the order of the regulation.
    pub controls: &'a [Control],
    /// Numbers for the last lines.
    pub summary: &'a Summary,
    /// What was linted, and under which assumptions.
    pub provenance: &'a Provenance,
}

/// What a reader needs to know of a run in order to trust it, or to repeat it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The heading of the pages; none for the default.
    pub title: Option<String>,
    /// What the profile is for; none where rules were named one by one.
    pub profile: Option<String>,
    /// The templates that were linted, sorted by name.
    pub templates: Vec<TemplateReport>,
    /// The day of the run. None unless it was given: the same templates give the same report on every day.
    pub date: Option<Date>,
    /// The state of the templates in version control.
    pub revision: Revision,
}

/// The state of the templates in version control.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Revision {
    /// Nothing is known about it.
    #[default]
    Unknown,
    /// As it was given for the run, in any words.
    Given(String),
    /// The hash of the commit that was checked out where the templates are. They may have changed since.
    CheckedOut(String),
}

/// A parameter whose value was given.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Pin {
    /// Its name.
    pub name: String,
    /// Its value; none where a template sets `NoEcho`.
    pub value: Option<String>,
}

/// A template that was linted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateReport {
    /// The file.
    pub name: String,
    /// Its resources.
    pub resources: usize,
    /// How its checks ended.
    pub counts: Counts,
    /// The details that only reports for auditors name; none for the others.
    pub evidence: Option<Evidence>,
}

/// The details of a template that reports for auditors name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// SHA-256 of its bytes.
    pub sha256: Sha256,
    /// The configuration that governs it.
    pub configuration: Option<String>,
    /// The files that it includes, each with SHA-256 of its bytes.
    pub included: Vec<(String, Sha256)>,
    /// How its checks ended by rule, for each rule with a result, sorted by id.
    pub by_rule: Vec<(Arc<str>, Counts)>,
}

/// A rule as reports see it.
#[derive(Clone, Debug)]
pub struct RuleReport<'a> {
    /// Its head.
    pub meta: &'a RuleMeta,
    /// Its texts.
    pub prose: Arc<RuleProse>,
    /// How its checks ended.
    pub counts: Counts,
}

/// Counts of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// The profile's name (several in different configurations are separated by commas), or `rules: a, b` where rules were named
    /// one by one.
    pub selection: String,
    /// The configurations that ran, and on what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub governed: Vec<Governed>,
    /// The template parameters whose values were given for the run, sorted by name.
    pub pinned: Vec<Pin>,
    /// The lowest severity of the rules that ran, if it was limited.
    pub min_severity: Option<&'static str>,
    /// Rules that were left out by name, as they were named.
    pub ignored: Vec<String>,
    /// What has to be known about the profile: that it is a proposal.
    pub notice: Option<&'static str>,
    /// Templates that were linted.
    pub templates: usize,
    /// Files that were read and are not templates.
    pub skipped: usize,
    /// Files in searched folders that `.gitignore` or a configuration leaves out.
    pub left_out_files: usize,
    /// Folders in them that are left out so.
    pub left_out_folders: usize,
    /// Files that could not be read or parsed.
    pub unreadable: usize,
    /// Templates that were linted although something in them is wrong: a repeated key, a file that cannot be included.
    pub with_errors: usize,
    /// Files whose fixes could not be written. The summary of the fixes counts their findings.
    #[serde(skip)]
    pub unwritten: usize,
    /// What is wrong about options, configurations, rules of users and baselines.
    pub problems: usize,
    /// Resources in the templates.
    pub resources: usize,
    /// What no rule judged in them.
    pub not_looked_at: NotLookedAt,
    /// Rules that were selected.
    pub rules: usize,
    /// Checks (a rule on a subject) that passed.
    pub passed: usize,
    /// Those among them whose rule is a supporting one: passing does not show a safeguard.
    pub supporting: usize,
    /// Checks that failed (a check may make several findings).
    pub failed: usize,
    /// Checks that need a value which cannot be known.
    pub undecided: usize,
    /// Findings that count, by level.
    pub errors: usize,
    /// Findings that count, by level.
    pub warnings: usize,
    /// Findings that count, by level.
    pub notes: usize,
    /// Findings that an exception suppresses.
    pub suppressed_by_exceptions: usize,
    /// Those among them whose rule serves a required specification, which no exception can replace.
    pub suppressed_required: usize,
    /// Findings that the baseline has, and no exception suppresses.
    pub in_baseline: usize,
    /// Entries of the baseline whose findings are gone, counted with their number.
    pub stale: usize,
    /// What changed since an earlier revision, in a run that compares with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// What could be fixed, in a run that does not fix and whose report shows fixes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixable: Option<Fixable>,
    /// What was fixed, in a run that fixes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixes: Option<Fixes>,
}

impl<'a> Report<'a> {
    /// What is left after the files.
    fn rest(&self) -> Self {
        Self { findings: &[], suppressed: &[], unshown: &[], absent: &[], exceptions: &[], diagnostics: &[], ..*self }
    }

    /// Whether a finding is in a template itself, and not in a file that templates include.
    fn is_in_template(&self, finding: &Finding) -> bool {
        let name = self.source_name(finding.span.source);
        self.provenance.templates.iter().any(|template| template.name == name)
    }

    /// The violations that count.
    pub fn violations(&self) -> impl Iterator<Item = &'a Finding> + use<'a> {
        self.findings.iter().filter(|finding| finding.counts())
    }

    /// The checks with this outcome, shown or not.
    pub fn with_outcome(&self, outcome: Outcome) -> impl Iterator<Item = &'a Finding> + use<'a> {
        self.findings.iter().chain(self.unshown).filter(move |finding| finding.outcome == outcome)
    }

    /// The source with this id.
    pub fn source(&self, id: SourceId) -> Option<&'a Source> {
        self.source_index(id).and_then(|index| self.sources.get(index))
    }

    /// The place of a source in [`sources`](Self::sources).
    pub fn source_index(&self, id: SourceId) -> Option<usize> {
        // Sources are in the order of their ids, unless a caller had another.
        let found = self.sources.binary_search_by_key(&id, |source| source.id).ok();
        found.or_else(|| self.sources.iter().position(|source| source.id == id))
    }

    /// The name of a source; empty where it is not part of the report.
    pub fn source_name(&self, id: SourceId) -> &'a str {
        self.source(id).map_or("", |source| source.name.as_str())
    }

    /// The rule with this id, among those that ran.
    pub fn rule(&self, id: &str) -> Option<&'a RuleReport<'a>> {
        self.rule_index(id).and_then(|index| self.rules.get(index))
    }

    /// The place of a rule in [`rules`](Self::rules), which are sorted by id.
    pub fn rule_index(&self, id: &str) -> Option<usize> {
        self.rules.binary_search_by(|rule| rule.meta.id.as_str().cmp(id)).ok()
    }

    /// The citation with this id.
    pub fn control(&self, id: &str) -> Option<&'a Control> {
        self.controls.iter().find(|control| control.id == id)
    }

    /// Findings and suppressed ones in one order, as if there were no exceptions.
    pub fn all_findings(&self) -> Vec<&'a Finding> {
        let mut all: Vec<&Finding> = self.findings.iter().chain(self.suppressed).collect();
        all.sort_by(|a, b| a.reading_order(b));
        all
    }

    /// Why no exception can replace some citations, as one sentence; nothing where there are none.
    pub fn not_replaceable<'c>(&self, required: impl IntoIterator<Item = &'c str>) -> Option<String> {
        let cited: Vec<String> = required.into_iter().map(|id| self.citation(id)).collect();
        let is = if cited.len() == 1 { "is" } else { "are" };
        (!cited.is_empty()).then(|| {
            format!(
                "{} {is} required: an equivalent measure can replace only an addressable specification (164.306(d)(3)).",
                cited.join(", ")
            )
        })
    }

    /// A citation with its title: `164.312(c)(1) Integrity`.
    pub fn citation(&self, id: &str) -> String {
        match self.control(id) {
            Some(control) => format!("{id} {}", control.title),
            None => id.to_owned(),
        }
    }
}

/// The heading of a page: the one that was given, on one line, else the default.
pub(crate) fn title(report: &Report) -> String {
    let given = report.provenance.title.as_deref().map(|title| text::one_line(title, true).trim().to_owned());
    let given = given.filter(|title| !title.is_empty());
    given.map_or_else(|| "HIPAA Security Rule report".to_owned(), |title| text::shorten(&title, 200, true).into_owned())
}

/// Why a violation does not count: its exception in full, the baseline, or that it was there before.
pub(crate) fn suppression(finding: &Finding) -> String {
    match &finding.suppression {
        Some(suppression) => format!("Suppressed by an exception: {}", exception_text(suppression)),
        None if finding.is_as_before() => "As before.".to_owned(),
        None => "In the baseline.".to_owned(),
    }
}

/// An exception in sentences: the reason, the measure taken instead, the owner, the ticket, and the last day.
pub(crate) fn exception_text(suppression: &Suppression) -> String {
    let sentence = |text: &str| format!("{}.", text.trim_end().trim_end_matches('.'));
    let mut sentences = vec![match &suppression.reason {
        Some(reason) => sentence(reason),
        None => format!("No reason is given ({}).", suppression.dialect.tool()),
    }];
    sentences
        .extend(suppression.alternative.as_deref().map(|alternative| format!("Instead: {}", sentence(alternative))));
    let until = suppression.expires.map(|day| format!("until {day}"));
    let who = [suppression.owner.clone(), suppression.ticket.clone(), until]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ");
    if let Some(last) = sentences.last_mut().filter(|_| !who.is_empty()) {
        *last = format!("{} ({who}).", last.trim_end_matches('.'));
    }
    sentences.join(" ")
}
