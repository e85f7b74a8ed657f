//! `hipaalint [PATHS]…`: finds templates, lints them on all cores, and reports.

use super::args::{Format, LintArguments};
use super::plan::{Plan, Problems};
use super::{Exit, output};
use crate::discover::{self, Candidate, Discovery};
use crate::finding::{Diagnostic, Finding, Level, Outcome, Severity};
use crate::linter::{Counts, sort_findings};
use crate::project::{File, Linted, Project};
use crate::report::{Report, RuleReport, Summary};
use crate::rules::load::{controls, nearest, notice};
use crate::rules::meta::RuleProse;
use crate::source::Source;
use std::collections::BTreeSet;

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
    let lint = Lint::gather(files, found, problems, &plan);
    let exit = lint.exit(&plan);
    Ok(lint.report(&plan, exit))
}

/// What all files came to.
struct Lint {
    sources: Vec<Source>,
    findings: Vec<Finding>,
    diagnostics: Vec<Diagnostic>,
    summary: Summary,
}

impl Lint {
    fn gather(files: Vec<(Candidate, File)>, found: Discovery, problems: Problems, plan: &Plan) -> Self {
        let mut lint = Self {
            sources: problems.sources,
            findings: Vec::new(),
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
                    } else {
                        lint.summary.unreadable += 1;
                    }
                    counts += report.counts;
                    parameters.extend(report.parameters);
                    lint.findings.extend(report.findings);
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
        sort_findings(&mut self.findings);
        self.diagnostics
            .sort_by(|a, b| (&a.file, a.span, a.code, &a.message).cmp(&(&b.file, b.span, b.code, &b.message)));
        // Each file complains of a rule that cannot be read.
        self.diagnostics.dedup();
        let level = |level: Level| {
            self.findings.iter().filter(|finding| finding.outcome == Outcome::Fail && finding.level == level).count()
        };
        (self.summary.errors, self.summary.warnings, self.summary.notes) =
            (level(Level::Error), level(Level::Warning), level(Level::Note));
        self.summary.resources = counts.resources;
        self.summary.passed = counts.passed;
        self.summary.failed = counts.failed;
        self.summary.undecided = counts.undecided;
    }

    fn exit(&self, plan: &Plan) -> Exit {
        let fails = |finding: &Finding| finding.outcome == Outcome::Fail && plan.fail_on.counts(finding.level);
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
            suppressed: &[],
            exceptions: &[],
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
