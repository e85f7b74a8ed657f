//! `hipaalint [PATHS]…`: finds templates, lints them on all cores, and reports.

use super::args::{Format, LintArguments};
use super::baseline::Scope;
use super::plan::{Plan, Problems};
use super::{Exit, output};
use crate::discover::{self, Candidate, Discovery};
use crate::finding::{Diagnostic, Exception, Finding, Level, Severity, Waiver};
use crate::linter::{Counts, sort_findings};
use crate::project::{File, Linted, Project};
use crate::report::{Report, RuleReport, Summary};
use crate::rules::load::{controls, nearest, notice};
use crate::rules::meta::RuleProse;
use crate::source::Source;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Lints what the arguments name, and reports.
///
/// # Errors
/// Options that make no sense.
pub(super) fn run(arguments: LintArguments) -> Result<Exit, clap::Error> {
    let mut plan = Plan::new(arguments)?;
    let problems = std::mem::take(&mut plan.problems);
    let mut found = discover::discover(&plan.paths);
    let project = Project { linter: &plan.linter, first_id: problems.free_id(), threads: plan.threads };
    let files = project.lint(std::mem::take(&mut found.candidates));
    let mut lint = Lint::gather(files, found, problems, &plan);
    lint.compare(&mut plan);
    let exit = lint.exit(&plan);
    let exit = if plan.baselines.write() { exit } else { Exit::Trouble };
    Ok(lint.report(&plan, exit))
}

/// What all files came to.
struct Lint {
    sources: Vec<Source>,
    findings: Vec<Finding>,
    suppressed: Vec<Finding>,
    exceptions: Vec<Exception>,
    /// The names of the files that were linted, and of those that they include.
    linted: BTreeSet<String>,
    diagnostics: Vec<Diagnostic>,
    summary: Summary,
}

impl Lint {
    fn gather(files: Vec<(Candidate, File)>, found: Discovery, problems: Problems, plan: &Plan) -> Self {
        let mut lint = Self {
            sources: problems.sources,
            findings: Vec::new(),
            suppressed: Vec::new(),
            exceptions: Vec::new(),
            linted: BTreeSet::new(),
            diagnostics: problems.diagnostics,
            summary: Summary {
                selection: plan.selection.clone(),
                notice: notice(&plan.selection),
                rules: plan.linter.selected().count(),
                unreadable: found.diagnostics.len(),
                ..Summary::default()
            },
        };
        lint.diagnostics.extend(found.diagnostics);
        let mut counts = Counts::default();
        let mut parameters: BTreeSet<String> = BTreeSet::new();
        // A folder whose files cannot be read has been complained about already.
        let mut fruitless: BTreeSet<usize> = (0..found.folders.len()).collect();
        for (candidate, file) in files {
            match file {
                File::NoTemplate => continue,
                File::Skipped => {
                    lint.summary.skipped += 1;
                    continue;
                }
                File::Unreadable(diagnostic) => {
                    lint.summary.unreadable += 1;
                    lint.diagnostics.push(*diagnostic);
                }
                File::Linted(linted) => {
                    let Linted { report, source, .. } = *linted;
                    if report.is_template {
                        lint.summary.templates += 1;
                        lint.linted.insert(candidate.name.clone());
                        lint.linted.extend(report.included.iter().map(|source| source.name.clone()));
                    } else {
                        lint.summary.unreadable += 1;
                    }
                    counts += report.counts;
                    parameters.extend(report.parameters);
                    lint.findings.extend(report.findings);
                    lint.suppressed.extend(report.suppressed);
                    lint.exceptions.extend(report.exceptions);
                    lint.diagnostics.extend(report.diagnostics);
                    if source.is_some() {
                        lint.sources.extend(source);
                        lint.sources.extend(report.included);
                    }
                }
            }
            for folder in &candidate.folders {
                fruitless.remove(folder);
            }
        }
        let empty = fruitless.into_iter().filter_map(|index| found.folders.get(index));
        lint.diagnostics.extend(empty.map(|folder| discover::no_templates(folder)));
        if lint.summary.templates > 0 {
            lint.diagnostics.extend(unknown_parameters(plan, &parameters));
        }
        lint.count(counts);
        lint
    }

    /// Brings everything into its final order, and counts it.
    fn count(&mut self, counts: Counts) {
        self.diagnostics
            .sort_by(|a, b| (&a.file, a.span, a.code, &a.message).cmp(&(&b.file, b.span, b.code, &b.message)));
        // Each file complains of a rule that cannot be read.
        self.diagnostics.dedup();
        self.summary.resources = counts.resources;
        self.summary.passed = counts.passed;
        self.summary.failed = counts.failed;
        self.summary.undecided = counts.undecided;
    }

    /// Compares the findings with the baseline, and counts what counts.
    fn compare(&mut self, plan: &mut Plan) {
        // In the order of the report; those that are waived last, so that they take nothing from the others.
        sort_findings(&mut self.findings);
        sort_findings(&mut self.suppressed);
        let rules = plan.linter.rules();
        let ran: BTreeSet<&str> = plan.linter.selected().map(|entry| entry.meta.id.as_str()).collect();
        let is_answered = |id: &str| ran.contains(id) || rules.get(id).is_none();
        let scope = Scope { sources: &self.sources, files: &self.linted, is_answered: &is_answered };
        let findings = self.findings.iter_mut().chain(&mut self.suppressed);
        self.summary.stale = plan.baselines.apply(findings, &scope);
        let (known, findings) = std::mem::take(&mut self.findings).into_iter().partition(Finding::is_suppressed);
        self.findings = findings;
        self.suppressed.extend::<Vec<Finding>>(known);
        sort_findings(&mut self.suppressed);

        let level =
            |level: Level| self.findings.iter().filter(|finding| finding.counts() && finding.level == level).count();
        (self.summary.errors, self.summary.warnings, self.summary.notes) =
            (level(Level::Error), level(Level::Warning), level(Level::Note));
        let waived = self.suppressed.iter().filter_map(|finding| Some((finding, finding.waiver.as_ref()?)));
        self.summary.waived = waived.clone().count();
        let is_required = |(finding, waiver): &(&Finding, &Arc<Waiver>)| !waiver.required_of(&finding.rule).is_empty();
        self.summary.waived_required = waived.filter(is_required).count();
        self.summary.known = self.suppressed.len() - self.summary.waived;
    }

    fn exit(&self, plan: &Plan) -> Exit {
        let fails = |finding: &Finding| finding.counts() && plan.fail_on.counts(finding.level);
        if self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            Exit::Trouble
        } else if self.findings.iter().any(fails) {
            Exit::Findings
        } else {
            Exit::Clean
        }
    }

    fn report(&self, plan: &Plan, exit: Exit) -> Exit {
        let formats: Vec<Format> =
            plan.outputs.iter().map(|output| output.format).chain(std::iter::once(plan.format)).collect();
        let fired: BTreeSet<&str> = self.findings.iter().map(|finding| finding.rule.as_ref()).collect();
        let rules: Vec<RuleReport> = plan
            .linter
            .selected()
            .map(|entry| {
                // Texts are read from a blob of their own, so only for formats that show them.
                let wanted = formats.contains(&Format::Sarif)
                    || (formats.contains(&Format::Human) && fired.contains(entry.meta.id.as_str()));
                RuleReport { meta: &entry.meta, prose: if wanted { entry.prose() } else { RuleProse::default() } }
            })
            .collect();
        let report = Report {
            sources: &self.sources,
            findings: &self.findings,
            suppressed: &self.suppressed,
            shows_suppressed: plan.shows_suppressed,
            exceptions: &self.exceptions,
            today: plan.today,
            diagnostics: &self.diagnostics,
            rules: &rules,
            controls: controls(),
            summary: &self.summary,
        };
        output::write_all(&plan.outputs, plan.format, &plan.style, &report, exit)
    }
}

/// Parameters that were named for this run and that no template has.
fn unknown_parameters(plan: &Plan, declared: &BTreeSet<String>) -> Vec<Diagnostic> {
    let unknown =
        plan.expected_parameters.iter().filter(|name| !name.starts_with("AWS::") && !declared.contains(*name));
    unknown
        .map(|name| Diagnostic {
            severity: Severity::Error,
            code: "unknown-parameter",
            file: String::new(),
            span: None,
            message: format!("no template has a parameter `{name}`"),
            help: match nearest(name, declared.iter().map(String::as_str)) {
                Some(nearest) => format!("Did you mean `{nearest}`?"),
                None if declared.is_empty() => "There are no parameters to pin.".to_owned(),
                None => format!("There are {}.", declared.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
            },
            related: Vec::new(),
        })
        .collect()
}
