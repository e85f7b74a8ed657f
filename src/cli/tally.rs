//! The results of all files of a run: gathers them, compares them with baselines, counts them, reports them, and decides the exit
//! code.

use super::Exit;
use super::args::Format;
use super::baseline::Scope;
use super::gaps::Gaps;
use super::others::Others;
use super::output::{self, Written};
use super::plan::Plan;
use super::refused::RefusedPins;
use super::setup::Setup;
use crate::discover::{self, Candidate, Discovery, Input};
use crate::finding::{self, Counts, Diagnostic, Exception, Finding, Level, RuleSeverity, Severity, Suppression};
use crate::linter::{FileReport, sort_findings};
use crate::project::{File, Linted};
use crate::report::{Governed, Pin, Provenance, Report, Revision, RuleReport, Summary, TemplateReport};
use crate::revision;
use crate::rules::load::{self, RuleEntry, controls, names, nearest, notice};
use crate::rules::meta::{RuleKind, RuleProse};
use crate::source::{Source, SourceId};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

/// The results of all files.
pub(super) struct Tally {
    sources: Vec<Source>,
    findings: Vec<Finding>,
    /// Undecided and passed checks that were not requested, for formats that contain all results.
    others: Vec<Finding>,
    suppressed: Vec<Finding>,
    exceptions: Vec<Exception>,
    /// The names of the linted files and of the files that they include, with the numbers of their setups.
    linted: BTreeMap<String, usize>,
    /// The setup for each text.
    setups: HashMap<SourceId, Arc<Setup>>,
    /// The number of templates that each setup governs. Setups without templates are left out, unless there are no templates at all.
    governed: Vec<(Arc<Setup>, usize)>,
    /// The files that were read, and those that they include.
    pub(super) files: BTreeSet<PathBuf>,
    diagnostics: Vec<Diagnostic>,
    by_rule: FxHashMap<Arc<str>, Counts>,
    provenance: Provenance,
    summary: Summary,
}

impl Tally {
    /// Gathers the results of the files.
    pub(super) fn gather(files: Vec<(Candidate, File)>, found: Discovery, plan: &Plan) -> Self {
        let mut setups = plan.setups.borrow_mut();
        setups.complain_of_unknown_rules();
        let mut tally = Self {
            sources: Vec::new(),
            findings: Vec::new(),
            others: Vec::new(),
            suppressed: Vec::new(),
            exceptions: Vec::new(),
            linted: BTreeMap::new(),
            setups: HashMap::new(),
            governed: setups.made().iter().map(|setup| (Arc::clone(setup), 0)).collect(),
            files: BTreeSet::new(),
            diagnostics: std::mem::take(&mut setups.problems.diagnostics),
            by_rule: FxHashMap::default(),
            provenance: Provenance { title: plan.title.clone(), date: plan.named_day, ..Provenance::default() },
            summary: Summary {
                unreadable: found.diagnostics.len(),
                left_out_files: found.left_out.files,
                left_out_folders: found.left_out.folders,
                ..Summary::default()
            },
        };
        tally.summary.problems = tally.diagnostics.len();
        tally.diagnostics.extend(found.diagnostics);
        // The folders of the templates; that of standard input is not known.
        let mut folders: Vec<Option<PathBuf>> = Vec::new();
        // Names of parameters, and whether the value is a secret in any template.
        let mut parameters: BTreeMap<String, bool> = BTreeMap::new();
        // Those that some template declares and whose pinned value, if there is one, it accepts.
        let mut accepted: BTreeSet<String> = BTreeSet::new();
        let mut refused = RefusedPins::default();
        // A folder whose files cannot be read has its own diagnostics.
        let mut without_templates: BTreeSet<usize> = (0..found.folders.len()).collect();
        let mut others = Others::new(plan.skips_named);
        let mut included: BTreeSet<PathBuf> = BTreeSet::new();
        let mut gaps = Gaps::default();
        // Paths are compared step by step, which takes long: they are sorted once.
        let paths = files.iter().filter_map(|(candidate, _)| match &candidate.input {
            Input::File(path) => Some(path.clone()),
            Input::StandardInput => None,
        });
        tally.files = paths.collect();
        for (candidate, file) in files {
            let file = match file {
                File::Other(other) => match others.add(&candidate, *other) {
                    Some(broken) => File::Linted(Box::new(broken)),
                    None => continue,
                },
                file => file,
            };
            match file {
                File::NoTemplate | File::Other(_) => continue,
                File::Unreadable(diagnostic) => {
                    tally.summary.unreadable += 1;
                    tally.diagnostics.push(*diagnostic);
                }
                File::Linted(linted) => {
                    let Linted { report, source, .. } = *linted;
                    let setup = setups.of(&candidate);
                    included.extend(report.included.iter().map(|source| PathBuf::from(&source.name)));
                    if report.is_template {
                        let folder = match &candidate.input {
                            Input::File(path) => path.parent().map(PathBuf::from),
                            Input::StandardInput => None,
                        };
                        // The templates of one folder come one after another.
                        if folders.last() != Some(&folder) {
                            folders.push(folder);
                        }
                        let included = report.included.iter().map(|source| source.name.clone());
                        let names = included.chain([candidate.name.clone()]);
                        tally.linted.extend(names.map(|name| (name, setup.number)));
                        if let Some((_, templates)) = tally.governed.get_mut(setup.number) {
                            *templates += 1;
                        }
                        gaps.add(&report, &setup);
                        let FileReport { resources, counts, .. } = report;
                        let name = candidate.name.clone();
                        tally.provenance.templates.push(TemplateReport { name, resources, counts });
                    } else {
                        tally.summary.unreadable += 1;
                    }
                    for (rule, counts) in report.by_rule {
                        *tally.by_rule.entry(rule).or_default() += counts;
                    }
                    for parameter in &report.parameters {
                        let is_refused = report.refused.iter().any(|refused| refused.parameter == parameter.name);
                        if !is_refused {
                            accepted.insert(parameter.name.clone());
                        }
                    }
                    refused.add(&setup, &candidate.name, report.refused);
                    for parameter in report.parameters {
                        *parameters.entry(parameter.name).or_default() |= parameter.is_secret;
                    }
                    tally.findings.extend(report.findings);
                    tally.suppressed.extend(report.suppressed);
                    tally.exceptions.extend(report.exceptions);
                    tally.diagnostics.extend(report.diagnostics);
                    if source.is_some() {
                        for text in source.into_iter().chain(report.included) {
                            tally.setups.insert(text.id, Arc::clone(&setup));
                            tally.sources.push(text);
                        }
                    }
                }
            }
            for folder in &candidate.folders {
                without_templates.remove(folder);
            }
        }
        tally.summary.not_looked_at = gaps.total();
        others.finish(&included);
        tally.files.extend(included);
        tally.summary.skipped = others.skipped;
        let is_error = |diagnostic: &&Diagnostic| diagnostic.severity == Severity::Error;
        tally.summary.unreadable += others.diagnostics.iter().filter(is_error).count();
        tally.diagnostics.append(&mut others.diagnostics);
        let empty = without_templates.into_iter().filter_map(|index| found.folders.get(index));
        tally.diagnostics.extend(empty.map(|folder| discover::no_templates(folder, &found.left_out)));
        if !tally.provenance.templates.is_empty() {
            let unknown = tally.diagnostics.len();
            tally.diagnostics.extend(unknown_parameters(plan, &parameters));
            tally.summary.problems += tally.diagnostics.len() - unknown;
        }
        let made: Vec<Arc<Setup>> = setups.made().iter().map(Arc::clone).collect();
        refused.complain(&parameters, &made, &mut setups.problems);
        tally.summary.problems += setups.problems.diagnostics.len();
        tally.diagnostics.append(&mut setups.problems.diagnostics);
        tally.sources.extend(std::mem::take(&mut setups.problems.sources));
        tally.sources.sort_by_key(|source| source.id);
        tally.name_governed(plan);
        tally.provenance.pinned = tally.pins(&parameters, &accepted);
        tally.provenance.revision = revision_of(&folders.into_iter().collect(), plan);
        tally.count();
        tally
    }

    /// Names the rules and profiles that ran: of the setups that govern templates, or of all setups if none does.
    fn name_governed(&mut self, plan: &Plan) {
        if !self.provenance.templates.is_empty() {
            self.governed.retain(|(_, templates)| *templates > 0);
        }
        let rules = rules(&self.governed);
        self.summary.rules = rules.len();
        let profiles: BTreeSet<&str> = self.governed.iter().filter_map(|(setup, _)| setup.profile.as_deref()).collect();
        self.summary.selection = if profiles.is_empty() {
            let is_run = |name: &&str| rules.iter().any(|entry| names(name, entry.id()));
            let ran: BTreeSet<&str> = plan.named.iter().map(String::as_str).filter(is_run).collect();
            let ran: Vec<&str> = ran.into_iter().collect();
            format!("rules: {}", if ran.is_empty() { "none of those named".to_owned() } else { ran.join(", ") })
        } else {
            profiles.iter().copied().collect::<Vec<_>>().join(", ")
        };
        self.summary.min_severity = plan.min_severity.map(RuleSeverity::name);
        self.summary.ignored = plan.ignored.iter().collect::<BTreeSet<_>>().into_iter().cloned().collect();
        self.provenance.profile = match profiles.iter().collect::<Vec<_>>().as_slice() {
            [only] => load::profiles().iter().find(|(name, _)| name == *only).map(|(_, text)| text.clone()),
            _ => None,
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

    /// The parameters with a value from the run, if some template declares them and accepts it.
    fn pins(&self, declared: &BTreeMap<String, bool>, accepted: &BTreeSet<String>) -> Vec<Pin> {
        let given = self.governed.iter().flat_map(|(setup, _)| &setup.linter.inputs().pinned);
        let given: BTreeSet<(&String, &String)> = given.collect();
        let pin = |(name, value): (&String, &String)| {
            let no_echo = match declared.get(name) {
                Some(_) if !accepted.contains(name) => return None,
                Some(no_echo) => *no_echo,
                // Templates do not declare pseudo parameters, and these are not secret.
                None if name.starts_with("AWS::") => false,
                None => return None,
            };
            Some(Pin { name: name.clone(), value: (!no_echo).then(|| value.clone()) })
        };
        given.into_iter().filter_map(pin).collect()
    }

    /// Sorts everything into its final order, and counts it.
    fn count(&mut self) {
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
        let supporting = rules(&self.governed).into_iter().filter(|entry| entry.kind() == RuleKind::Supporting);
        let supporting = supporting.filter_map(|entry| self.by_rule.get(entry.id()));
        self.summary.supporting = supporting.map(|counts| counts.passed).sum();
    }

    /// Compares the findings with the baselines, and counts the rest.
    pub(super) fn compare(&mut self, plan: &Plan) {
        // In the order of the report. Suppressed findings are last, because the others have priority for entries of a baseline.
        sort_findings(&mut self.findings);
        sort_findings(&mut self.suppressed);
        let mut findings: Vec<&mut Finding> = self.findings.iter_mut().chain(&mut self.suppressed).collect();
        for scope in plan.setups.borrow_mut().scopes() {
            let setups = self.governed.iter().filter(|(setup, _)| scope.covers(setup.number));
            let setups: Vec<&Setup> = setups.map(|(setup, _)| setup.as_ref()).collect();
            let ran: BTreeSet<&str> =
                setups.iter().flat_map(|setup| setup.linter.selected()).map(|entry| entry.id()).collect();
            let is_rule = |id: &str| setups.iter().any(|setup| setup.linter.rules().get(id).is_some());
            let linted = self.linted.iter().filter(|(_, number)| scope.covers(**number));
            let within = Scope {
                sources: &self.sources,
                files: &linted.map(|(name, _)| name.clone()).collect(),
                was_checked: &|id| ran.contains(id) || !is_rule(id),
            };
            let is_own = |finding: &Finding| {
                let setup = self.setups.get(&finding.span.source);
                setup.is_none_or(|setup| scope.covers(setup.number))
            };
            let own: Vec<&mut Finding> =
                findings.iter_mut().map(|finding| &mut **finding).filter(|finding| is_own(finding)).collect();
            self.summary.stale += scope.baselines.apply(own, &within);
        }
        let (known, findings) = std::mem::take(&mut self.findings).into_iter().partition(Finding::is_suppressed);
        self.findings = findings;
        self.suppressed.extend::<Vec<Finding>>(known);
        sort_findings(&mut self.suppressed);
        let is_shown = |finding: &Finding| match finding.outcome {
            finding::Outcome::Fail => true,
            finding::Outcome::Undecided => plan.requested.undecided,
            finding::Outcome::Pass => plan.requested.passed,
        };
        (self.findings, self.others) = std::mem::take(&mut self.findings).into_iter().partition(is_shown);

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

    /// The number of templates that were linted.
    pub(super) fn templates(&self) -> usize {
        self.summary.templates
    }

    /// The exit code, as far as findings and diagnostics decide it.
    pub(super) fn exit(&self) -> Exit {
        let fails = |finding: &Finding| {
            let setup = self.setups.get(&finding.span.source);
            finding.counts() && setup.is_none_or(|setup| setup.fail_on.counts(finding.level))
        };
        if self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            Exit::Trouble
        } else if self.findings.iter().any(fails) {
            Exit::Findings
        } else {
            Exit::Clean
        }
    }

    /// Writes the reports.
    pub(super) fn report(&self, plan: &Plan, exit: Exit) -> Written {
        let has = |format| plan.shown.format == format || plan.outputs.iter().any(|output| output.format == format);
        let fired: BTreeSet<&str> = self.findings.iter().map(|finding| finding.rule.as_ref()).collect();
        let ran = rules(&self.governed);
        // Rules about exceptions may speak without being among those that ran.
        let companions = fired.iter().filter(|id| !ran.iter().any(|entry| entry.id() == **id));
        let entry = |id: &&str| self.governed.iter().find_map(|(setup, _)| setup.linter.rules().get(id));
        let mut shown: Vec<&RuleEntry> = ran.iter().copied().chain(companions.filter_map(entry)).collect();
        shown.sort_unstable_by_key(|entry| entry.id());
        // The other formats look rules up, those of their results and no others: the heads of the rest are not made.
        let looks_up = |format| matches!(format, Format::Human | Format::Json | Format::Github | Format::Gitlab);
        if looks_up(plan.shown.format) && plan.outputs.iter().all(|output| looks_up(output.format)) {
            let results = self.findings.iter().chain(&self.suppressed).chain(&self.others);
            let named: HashSet<&str> = results.map(|finding| finding.rule.as_ref()).collect();
            shown.retain(|entry| named.contains(entry.id()));
        }
        let rules: Vec<RuleReport> = shown
            .into_iter()
            .map(|entry| {
                // Reading texts takes time, so only formats that show them get them.
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
            unshown: &self.others,
            exceptions: &self.exceptions,
            today: plan.today,
            diagnostics: &self.diagnostics,
            rules: &rules,
            controls: controls(),
            summary: &self.summary,
            provenance: &self.provenance,
        };
        output::write_all(&plan.outputs, plan.shown, &report, exit)
    }
}

/// The rules that ran, each once, sorted by id.
fn rules(governed: &[(Arc<Setup>, usize)]) -> Vec<&RuleEntry> {
    let entries = governed.iter().flat_map(|(setup, _)| setup.linter.selected());
    let by_id: BTreeMap<&str, &RuleEntry> = entries.map(|entry| (entry.id(), entry)).collect();
    by_id.into_values().collect()
}

/// The state of the templates in version control: as it was given, else as their folders show it to a page that names it.
fn revision_of(folders: &BTreeSet<Option<PathBuf>>, plan: &Plan) -> Revision {
    let formats = plan.outputs.iter().map(|output| output.format).chain([plan.shown.format]);
    let is_named = formats.into_iter().any(|format| matches!(format, Format::Html | Format::Markdown));
    match &plan.revision {
        Some(text) => Revision::Given(text.clone()),
        None if is_named && !folders.contains(&None) => {
            revision::checked_out(folders.iter().flatten().map(PathBuf::as_path))
                .map_or(Revision::Unknown, Revision::CheckedOut)
        }
        None => Revision::Unknown,
    }
}

/// Parameters of the arguments that no template declares.
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
                None if declared.is_empty() => "The templates declare no parameters.".to_owned(),
                None => format!(
                    "The templates declare {}.",
                    declared.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
                ),
            },
            related: Vec::new(),
        })
        .collect()
}
