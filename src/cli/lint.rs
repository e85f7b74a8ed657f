//! `hipaalint [PATHS]…`: finds templates, lints them on all cores, and reports.

use super::args::{Format, LintArguments};
use super::baseline::Scope;
use super::plan::{Plan, Problems};
use super::{Exit, output};
use crate::discover::{self, Candidate, Discovery, Reading};
use crate::finding::{Counts, Diagnostic, Exception, Finding, Level, Outcome, Severity, Waiver};
use crate::linter::{FileReport, Linter, Loaded, MAX_INCLUDES, sort_findings};
use crate::report::{Pin, Provenance, Report, RuleReport, Summary, TemplateReport};
use crate::rules::load::{controls, nearest, notice, profiles};
use crate::rules::meta::RuleProse;
use crate::source::{Source, SourceId};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

/// Everything recursive is bounded in depth, and this is ample for it, also in builds without optimisation.
pub(super) const STACK_BYTES: usize = 16 << 20;

/// Lints what the arguments name, and reports.
///
/// # Errors
/// Options that make no sense.
pub(super) fn run(arguments: LintArguments) -> Result<Exit, clap::Error> {
    let mut plan = Plan::new(arguments)?;
    let problems = std::mem::take(&mut plan.problems);
    let found = discover::discover(&plan.paths);
    let files = lint_all(&plan.linter, &found.candidates, problems.free_id(), plan.threads);
    let mut lint = Lint::gather(files, found, problems, &plan);
    lint.compare(&mut plan);
    let exit = lint.exit(&plan);
    let exit = if plan.baselines.write() { exit } else { Exit::Trouble };
    Ok(lint.report(&plan, exit))
}

/// What one candidate came to.
enum File {
    /// Not a template, and nobody said so.
    NoTemplate,
    /// It was named, and is no template.
    Skipped,
    /// It should have been readable.
    Unreadable(Box<Diagnostic>),
    /// It was parsed, or should have parsed.
    Linted(Box<FileReport>, Option<Source>),
}

/// Lints every candidate; the answers are in the candidates' order, whatever the number of threads.
fn lint_all(linter: &Linter, candidates: &[Candidate], first_id: u32, threads: Option<NonZeroUsize>) -> Vec<File> {
    let lint = |(index, candidate): (usize, &Candidate)| {
        // Each leaves room for the files that it includes.
        let id = index.saturating_mul(1 + MAX_INCLUDES);
        let id = SourceId(u32::try_from(id).unwrap_or(u32::MAX).saturating_add(first_id));
        guarded(candidate, || lint_one(linter, candidate, id))
    };
    let one_by_one = || candidates.iter().enumerate().map(lint).collect();
    let threads = threads.map_or(0, NonZeroUsize::get);
    if candidates.len() > 1 && threads != 1 {
        // Zero threads: as many as there are cores.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK_BYTES).build();
        if let Ok(pool) = pool {
            return pool.install(|| candidates.par_iter().enumerate().map(lint).collect());
        }
    }
    // One file is not worth a pool; where no thread can be had, the work is done here.
    thread::scope(|scope| {
        let worker = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, one_by_one);
        worker.ok().and_then(|worker| worker.join().ok()).unwrap_or_else(one_by_one)
    })
}

/// A mistake in the linter itself must not take the other files' findings with it, nor pass as "nothing found".
fn guarded(candidate: &Candidate, lint: impl FnOnce() -> File) -> File {
    catch_unwind(AssertUnwindSafe(lint)).unwrap_or_else(|_| {
        File::Unreadable(Box::new(Diagnostic {
            severity: Severity::Error,
            code: "internal-error",
            file: candidate.name.clone(),
            span: None,
            message: "hipaalint failed on this file".to_owned(),
            help: format!("Please report it at {}/issues.", crate::report::PROJECT_ADDRESS),
            related: Vec::new(),
        }))
    })
}

fn lint_one(linter: &Linter, candidate: &Candidate, id: SourceId) -> File {
    let text = match discover::read(candidate) {
        Reading::Text(text) => text,
        Reading::NoTemplate => return File::NoTemplate,
        Reading::Unreadable(diagnostic) => return File::Unreadable(diagnostic),
    };
    if !candidate.named && !discover::may_be_template(&text) {
        return File::NoTemplate;
    }
    let source = Source::new(id, candidate.name.as_str(), text);
    let report = linter.lint_with(&source, &|location| {
        let (name, text) = discover::read_beside(candidate, location)?;
        Ok(Loaded { name, text })
    });
    let broken = !report.is_template && !report.diagnostics.is_empty();
    match (report.is_template || broken, candidate.named) {
        (false, true) => File::Skipped,
        (false, false) => File::NoTemplate,
        (true, false) if broken && !discover::shows_template(source.text()) => File::NoTemplate,
        (true, _) => {
            // A text that nothing points into is not kept.
            let is_shown = !report.findings.is_empty()
                || !report.suppressed.is_empty()
                || !report.exceptions.is_empty()
                || !report.diagnostics.is_empty();
            File::Linted(Box::new(report), is_shown.then_some(source))
        }
    }
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
    fn gather(files: Vec<File>, found: Discovery, problems: Problems, plan: &Plan) -> Self {
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
        for (file, candidate) in files.into_iter().zip(&found.candidates) {
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
                File::Linted(report, source) => {
                    if report.is_template {
                        lint.linted.insert(candidate.name.clone());
                        lint.linted.extend(report.included.iter().map(|source| source.name.clone()));
                        let FileReport { resources, counts, .. } = *report;
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
        let ran: BTreeSet<&str> = plan.linter.selected().map(|entry| entry.meta.id.as_str()).collect();
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
                let wanted = has(Format::Sarif) || fired.contains(entry.meta.id.as_str());
                RuleReport {
                    meta: &entry.meta,
                    prose: if wanted { entry.prose() } else { RuleProse::default() },
                    counts: self.by_rule.get(entry.meta.id.as_str()).copied().unwrap_or_default(),
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
    plan.linter.pinned().iter().filter_map(pin).collect()
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::discover::Origin;

    #[test]
    fn a_mistake_of_the_linter_is_trouble_with_one_file() {
        let name = "odd.yaml".to_owned();
        let candidate = Candidate { name, origin: Origin::StandardInput, named: true, folders: Vec::new() };
        let File::Unreadable(diagnostic) = guarded(&candidate, || panic!("on purpose")) else { panic!("not noticed") };
        assert_eq!((diagnostic.code, diagnostic.file.as_str()), ("internal-error", "odd.yaml"));
        assert_eq!(diagnostic.severity, Severity::Error);
        assert!(matches!(guarded(&candidate, || File::Skipped), File::Skipped));
    }
}
