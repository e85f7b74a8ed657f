//! `hipaalint [PATHS]…`: finds templates, lints them on all cores, and reports.

use super::args::{Format, LintArguments};
use super::baseline::Scope;
use super::plan::{Plan, Problems};
use super::{Exit, output};
use crate::discover::{self, Candidate, Discovery};
use crate::finding::{Counts, Diagnostic, Exception, Finding, Level, Outcome, Severity, Waiver};
use crate::linter::{FileReport, sort_findings};
use crate::project::{File, Linted, Project};
use crate::report::{Pin, Provenance, Report, RuleReport, Summary, TemplateReport};
use crate::rules::load::{RuleEntry, controls, nearest, notice, profiles};
use crate::rules::meta::RuleProse;
use crate::source::Source;
use std::collections::{BTreeMap, BTreeSet};
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
    /// Undecided and passed checks that nobody asked to see.
    answers: Vec<Finding>,
    suppressed: Vec<Finding>,
    exceptions: Vec<Exception>,
    /// The names of the files that were linted, and of those that they include.
    linted: BTreeSet<String>,
    diagnostics: Vec<Diagnostic>,
    by_rule: BTreeMap<Arc<str>, Counts>,
    provenance: Provenance,
    summary: Summary,
}

impl Lint {
    fn gather(files: Vec<(Candidate, File)>, found: Discovery, problems: Problems, plan: &Plan) -> Self {
        let mut lint = Self {
            sources: problems.sources,
            findings: Vec::new(),
            answers: Vec::new(),
            suppressed: Vec::new(),
            exceptions: Vec::new(),
            linted: BTreeSet::new(),
            diagnostics: problems.diagnostics,
            by_rule: BTreeMap::new(),
            provenance: Provenance { date: plan.named_day, ..Provenance::default() },
            summary: Summary {
                selection: plan.selection.clone(),
                notice: notice(&plan.selection),
                rules: plan.linter.selected().count(),
                unreadable: found.diagnostics.len(),
                ..Summary::default()
            },
        };
        lint.diagnostics.extend(found.diagnostics);
        // Names of parameters, and whether any template keeps the value to itself.
        let mut parameters: BTreeMap<String, bool> = BTreeMap::new();
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
                        lint.linted.insert(candidate.name.clone());
                        lint.linted.extend(report.included.iter().map(|source| source.name.clone()));
                        let FileReport { resources, counts, .. } = report;
                        let name = candidate.name.clone();
                        lint.provenance.templates.push(TemplateReport { name, resources, counts });
                    } else {
                        lint.summary.unreadable += 1;
                    }
                    for (rule, counts) in report.by_rule {
                        *lint.by_rule.entry(rule).or_default() += counts;
                    }
                    for parameter in report.parameters {
                        *parameters.entry(parameter.name).or_default() |= parameter.no_echo;
                    }
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
        if !lint.provenance.templates.is_empty() {
            lint.diagnostics.extend(unknown_parameters(plan, &parameters));
        }
        lint.provenance.pinned = pins(plan, &parameters);
        lint.provenance.profile =
            profiles().iter().find(|(name, _)| *name == plan.selection).map(|(_, text)| text.clone());
        lint.count();
        lint
    }

    /// Brings everything into its final order, and counts it.
    fn count(&mut self) {
        self.diagnostics
            .sort_by(|a, b| (&a.file, a.span, a.code, &a.message).cmp(&(&b.file, b.span, b.code, &b.message)));
        // Each file complains of a rule that cannot be read.
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
    }

    /// Compares the findings with the baseline, and counts what counts.
    fn compare(&mut self, plan: &mut Plan) {
        // In the order of the report; those that are waived last, so that they take nothing from the others.
        sort_findings(&mut self.findings);
        sort_findings(&mut self.suppressed);
        let rules = plan.linter.rules();
        let ran: BTreeSet<&str> = plan.linter.selected().map(RuleEntry::id).collect();
        let is_answered = |id: &str| ran.contains(id) || rules.get(id).is_none();
        let scope = Scope { sources: &self.sources, files: &self.linted, is_answered: &is_answered };
        let findings = self.findings.iter_mut().chain(&mut self.suppressed);
        self.summary.stale = plan.baselines.apply(findings, &scope);
        let (known, findings) = std::mem::take(&mut self.findings).into_iter().partition(Finding::is_suppressed);
        self.findings = findings;
        self.suppressed.extend::<Vec<Finding>>(known);
        sort_findings(&mut self.suppressed);
        let is_shown = |finding: &Finding| match finding.outcome {
            Outcome::Fail => true,
            Outcome::Undecided => plan.shown.undecided,
            Outcome::Pass => plan.shown.passed,
        };
        (self.findings, self.answers) = std::mem::take(&mut self.findings).into_iter().partition(is_shown);

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
        let has = |format| plan.format == format || plan.outputs.iter().any(|output| output.format == format);
        let fired: BTreeSet<&str> = self.findings.iter().map(|finding| finding.rule.as_ref()).collect();
        let rules: Vec<RuleReport> = plan
            .linter
            .selected()
            .map(|entry| {
                // Texts are read from a blob of their own, so only for formats that show them.
                let wanted = has(Format::Sarif) || fired.contains(entry.id());
                RuleReport {
                    meta: &entry.meta,
                    prose: if wanted { entry.prose() } else { RuleProse::default() },
                    counts: self.by_rule.get(entry.id()).copied().unwrap_or_default(),
                }
            })
            .collect();
        let report = Report {
            sources: &self.sources,
            findings: &self.findings,
            suppressed: &self.suppressed,
            shows_suppressed: plan.shows_suppressed,
            answers: &self.answers,
            exceptions: &self.exceptions,
            today: plan.today,
            diagnostics: &self.diagnostics,
            rules: &rules,
            controls: controls(),
            summary: &self.summary,
            provenance: &self.provenance,
        };
        output::write_all(&plan.outputs, plan.format, &plan.style, &report, exit)
    }
}

/// The parameters that were given a value which some template takes.
fn pins(plan: &Plan, declared: &BTreeMap<String, bool>) -> Vec<Pin> {
    let pin = |(name, value): (&String, &String)| {
        let no_echo = match declared.get(name) {
            Some(no_echo) => *no_echo,
            // Pseudo parameters are declared nowhere, and no secrets.
            None if name.starts_with("AWS::") => false,
            None => return None,
        };
        Some(Pin { name: name.clone(), value: (!no_echo).then(|| value.clone()) })
    };
    plan.linter.inputs().pinned.iter().filter_map(pin).collect()
}

/// Parameters that were named for this run and that no template has.
fn unknown_parameters(plan: &Plan, declared: &BTreeMap<String, bool>) -> Vec<Diagnostic> {
    let unknown =
        plan.expected_parameters.iter().filter(|name| !name.starts_with("AWS::") && !declared.contains_key(*name));
    unknown
        .map(|name| Diagnostic {
            severity: Severity::Error,
            code: "unknown-parameter",
            file: String::new(),
            span: None,
            message: format!("no template has a parameter `{name}`"),
            help: match nearest(name, declared.keys().map(String::as_str)) {
                Some(nearest) => format!("Did you mean `{nearest}`?"),
                None if declared.is_empty() => "There are no parameters to pin.".to_owned(),
                None => format!("There are {}.", declared.keys().map(String::as_str).collect::<Vec<_>>().join(", ")),
            },
            related: Vec::new(),
        })
        .collect()
}
