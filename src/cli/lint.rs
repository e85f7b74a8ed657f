//! `hipaalint [PATHS]…`: finds templates, lints them on all cores, and reports.

use super::Exit;
use super::args::{Format, LintArguments};
use super::output::{self, Written};
use super::plan::Plan;
use super::progress::Progress;
use super::setup::Setup;
use crate::discover::{self, Candidate, Discovery, Filter, Origin};
use crate::finding::{Diagnostic, Finding, Level, Outcome, Severity};
use crate::linter::{Counts, sort_findings};
use crate::project::{File, Linted, Project};
use crate::report::{Governed, Report, RuleReport, Summary};
use crate::rules::load::{RuleEntry, controls, nearest, notice};
use crate::rules::meta::RuleProse;
use crate::source::{Source, SourceId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How a run ended.
pub(super) struct Ran {
    pub(super) exit: Exit,
    /// Whether somebody still reads standard output.
    pub(super) is_heard: bool,
    /// The files that were read, and those that they include.
    pub(super) files: BTreeSet<PathBuf>,
}

/// Lints what the arguments name, and reports.
///
/// # Errors
/// Options that make no sense.
pub(super) fn run(arguments: LintArguments) -> Result<Exit, clap::Error> {
    Ok(lint(&Plan::new(arguments)?).exit)
}

/// The files that a run looks at.
pub(super) fn discover(plan: &Plan) -> Discovery {
    let skips =
        &mut |folder: &Path, entry: &Path, is_folder: bool| plan.setups.borrow_mut().skips(folder, entry, is_folder);
    discover::discover(&plan.paths, Filter { gitignore: plan.gitignore, skips })
}

/// Lints, and reports.
pub(super) fn lint(plan: &Plan) -> Ran {
    let counter = Arc::default();
    let progress = Progress::start(&counter, plan.quiet);
    let mut found = discover(plan);
    let linter = |candidate: &Candidate| Arc::clone(&plan.setups.borrow_mut().of(candidate).linter);
    let project = Project { linter: &linter, counter: &counter, threads: plan.threads };
    let files = project.lint(std::mem::take(&mut found.candidates));
    drop(progress);
    let lint = Lint::gather(files, found, plan);
    let Written { exit, is_heard } = lint.report(plan, lint.exit());
    Ran { exit, is_heard, files: lint.files }
}

/// What all files came to.
struct Lint {
    sources: Vec<Source>,
    findings: Vec<Finding>,
    diagnostics: Vec<Diagnostic>,
    /// By which setup each text was linted.
    setups: HashMap<SourceId, Arc<Setup>>,
    /// How many templates each setup governs; those without any are left out, unless there are no templates at all.
    governed: Vec<(Arc<Setup>, usize)>,
    /// The files that were read, and those that they include.
    files: BTreeSet<PathBuf>,
    summary: Summary,
}

impl Lint {
    fn gather(files: Vec<(Candidate, File)>, found: Discovery, plan: &Plan) -> Self {
        let mut setups = plan.setups.borrow_mut();
        setups.complain_of_unknown_rules();
        let mut lint = Self {
            sources: Vec::new(),
            findings: Vec::new(),
            diagnostics: std::mem::take(&mut setups.problems.diagnostics),
            setups: HashMap::new(),
            governed: setups.made().iter().map(|setup| (Arc::clone(setup), 0)).collect(),
            files: BTreeSet::new(),
            summary: Summary {
                unreadable: found.diagnostics.len(),
                left_out_files: found.left_out.files,
                left_out_folders: found.left_out.folders,
                ..Summary::default()
            },
        };
        lint.diagnostics.extend(found.diagnostics);
        let mut counts = Counts::default();
        let mut parameters: BTreeSet<String> = BTreeSet::new();
        // A folder whose files cannot be read has been complained about already.
        let mut fruitless: BTreeSet<usize> = (0..found.folders.len()).collect();
        for (candidate, file) in files {
            if let Origin::File(path) = &candidate.origin {
                lint.files.insert(path.clone());
            }
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
                    let setup = setups.of(&candidate);
                    if report.is_template {
                        lint.summary.templates += 1;
                        if let Some((_, templates)) = lint.governed.get_mut(setup.number) {
                            *templates += 1;
                        }
                    } else {
                        lint.summary.unreadable += 1;
                    }
                    counts += report.counts;
                    lint.files.extend(report.included.iter().map(|source| PathBuf::from(&source.name)));
                    parameters.extend(report.parameters);
                    lint.findings.extend(report.findings);
                    lint.diagnostics.extend(report.diagnostics);
                    if source.is_some() {
                        let texts = source.into_iter().chain(report.included);
                        for text in texts {
                            lint.setups.insert(text.id, Arc::clone(&setup));
                            lint.sources.push(text);
                        }
                    }
                }
            }
            for folder in &candidate.folders {
                fruitless.remove(folder);
            }
        }
        let empty = fruitless.into_iter().filter_map(|index| found.folders.get(index));
        lint.diagnostics.extend(empty.map(|folder| discover::no_templates(folder, &found.left_out)));
        if lint.summary.templates > 0 {
            lint.diagnostics.extend(unknown_parameters(plan, &parameters));
        }
        lint.sources.extend(std::mem::take(&mut setups.problems.sources));
        lint.sources.sort_by_key(|source| source.id);
        lint.name_governed();
        lint.count(counts);
        lint
    }

    /// Says what ran: of the setups that govern templates, or of all where there are none.
    fn name_governed(&mut self) {
        if self.summary.templates > 0 {
            self.governed.retain(|(_, templates)| *templates > 0);
        }
        let rules = rules(&self.governed);
        self.summary.rules = rules.len();
        let profiles: BTreeSet<&str> = self.governed.iter().filter_map(|(setup, _)| setup.profile.as_deref()).collect();
        self.summary.selection = if profiles.is_empty() {
            let ids: Vec<&str> = rules.iter().map(|entry| entry.meta.id.as_str()).collect();
            format!("rules: {}", if ids.is_empty() { "none of those named".to_owned() } else { ids.join(", ") })
        } else {
            profiles.iter().copied().collect::<Vec<_>>().join(", ")
        };
        self.summary.notice = profiles.iter().find_map(|profile| notice(profile));
        self.summary.governed = self
            .governed
            .iter()
            .map(|(setup, templates)| Governed {
                configuration: setup.configuration.clone(),
                profile: setup.profile.clone(),
                templates: *templates,
            })
            .collect();
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

    fn exit(&self) -> Exit {
        let fails = |finding: &Finding| {
            let setup = self.setups.get(&finding.span.source);
            finding.outcome == Outcome::Fail && setup.is_none_or(|setup| setup.fail_on.counts(finding.level))
        };
        if self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            Exit::Trouble
        } else if self.findings.iter().any(fails) {
            Exit::Findings
        } else {
            Exit::Clean
        }
    }

    fn report(&self, plan: &Plan, exit: Exit) -> Written {
        let formats: Vec<Format> =
            plan.outputs.iter().map(|output| output.format).chain(std::iter::once(plan.shown.format)).collect();
        let fired: BTreeSet<&str> = self.findings.iter().map(|finding| finding.rule.as_ref()).collect();
        let entries = rules(&self.governed);
        let rules: Vec<RuleReport> = entries
            .into_iter()
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
        output::write_all(&plan.outputs, plan.shown, &report, exit)
    }
}

/// The rules that ran, each once, sorted by id.
fn rules(governed: &[(Arc<Setup>, usize)]) -> Vec<&RuleEntry> {
    let entries = governed.iter().flat_map(|(setup, _)| setup.linter.selected());
    let by_id: BTreeMap<&str, &RuleEntry> = entries.map(|entry| (entry.meta.id.as_str(), entry)).collect();
    by_id.into_values().collect()
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
