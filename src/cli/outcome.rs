//! What all files of a run came to: put together, compared with baselines, counted, and reported.

use super::Exit;
use super::args::Format;
use super::baseline::Scope;
use super::output::{self, Written};
use super::plan::Plan;
use super::refused::RefusedPins;
use super::setup::Setup;
use crate::discover::{self, Candidate, Discovery, Origin};
use crate::finding::{self, Counts, Diagnostic, Exception, Finding, Level, Severity, Waiver};
use crate::linter::{FileReport, sort_findings};
use crate::project::{File, Linted};
use crate::report::{Governed, Pin, Provenance, Report, RuleReport, Summary, TemplateReport};
use crate::rules::load::{self, RuleEntry, controls, nearest, notice};
use crate::rules::meta::RuleProse;
use crate::source::{Source, SourceId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

/// What all files came to.
pub(super) struct Outcome {
    sources: Vec<Source>,
    findings: Vec<Finding>,
    /// Undecided and passed checks that nobody asked to see.
    answers: Vec<Finding>,
    suppressed: Vec<Finding>,
    exceptions: Vec<Exception>,
    /// The names of the files that were linted, and of those that they include, with the numbers of their setups.
    linted: BTreeMap<String, usize>,
    /// By which setup each text was linted.
    setups: HashMap<SourceId, Arc<Setup>>,
    /// How many templates each setup governs; those without any are left out, unless there are no templates at all.
    governed: Vec<(Arc<Setup>, usize)>,
    /// The files that were read, and those that they include.
    pub(super) files: BTreeSet<PathBuf>,
    diagnostics: Vec<Diagnostic>,
    by_rule: BTreeMap<Arc<str>, Counts>,
    provenance: Provenance,
    summary: Summary,
}

impl Outcome {
    /// Puts together what the files came to.
    pub(super) fn gather(files: Vec<(Candidate, File)>, found: Discovery, plan: &Plan) -> Self {
        let mut setups = plan.setups.borrow_mut();
        setups.complain_of_unknown_rules();
        let mut outcome = Self {
            sources: Vec::new(),
            findings: Vec::new(),
            answers: Vec::new(),
            suppressed: Vec::new(),
            exceptions: Vec::new(),
            linted: BTreeMap::new(),
            setups: HashMap::new(),
            governed: setups.made().iter().map(|setup| (Arc::clone(setup), 0)).collect(),
            files: BTreeSet::new(),
            diagnostics: std::mem::take(&mut setups.problems.diagnostics),
            by_rule: BTreeMap::new(),
            provenance: Provenance { date: plan.named_day, ..Provenance::default() },
            summary: Summary {
                unreadable: found.diagnostics.len(),
                left_out_files: found.left_out.files,
                left_out_folders: found.left_out.folders,
                ..Summary::default()
            },
        };
        outcome.summary.problems = outcome.diagnostics.len();
        outcome.diagnostics.extend(found.diagnostics);
        // Names of parameters, and whether any template keeps the value to itself.
        let mut parameters: BTreeMap<String, bool> = BTreeMap::new();
        // Those that some template has and whose pinned value, if there is one, it accepts.
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let mut refused = RefusedPins::default();
        // A folder whose files cannot be read has been complained about already.
        let mut fruitless: BTreeSet<usize> = (0..found.folders.len()).collect();
        for (candidate, file) in files {
            if let Origin::File(path) = &candidate.origin {
                outcome.files.insert(path.clone());
            }
            match file {
                File::NoTemplate => continue,
                File::Skipped => {
                    outcome.summary.skipped += 1;
                    continue;
                }
                File::Unreadable(diagnostic) => {
                    outcome.summary.unreadable += 1;
                    outcome.diagnostics.push(*diagnostic);
                }
                File::Linted(linted) => {
                    let Linted { report, source, .. } = *linted;
                    let setup = setups.of(&candidate);
                    outcome.files.extend(report.included.iter().map(|source| PathBuf::from(&source.name)));
                    if report.is_template {
                        let included = report.included.iter().map(|source| source.name.clone());
                        let names = included.chain([candidate.name.clone()]);
                        outcome.linted.extend(names.map(|name| (name, setup.number)));
                        if let Some((_, templates)) = outcome.governed.get_mut(setup.number) {
                            *templates += 1;
                        }
                        let FileReport { resources, counts, .. } = report;
                        let name = candidate.name.clone();
                        outcome.provenance.templates.push(TemplateReport { name, resources, counts });
                    } else {
                        outcome.summary.unreadable += 1;
                    }
                    for (rule, counts) in report.by_rule {
                        *outcome.by_rule.entry(rule).or_default() += counts;
                    }
                    for parameter in &report.parameters {
                        let is_refused = report.refused.iter().any(|refused| refused.parameter == parameter.name);
                        if !is_refused {
                            taken.insert(parameter.name.clone());
                        }
                    }
                    refused.add(&setup, &candidate.name, report.refused);
                    for parameter in report.parameters {
                        *parameters.entry(parameter.name).or_default() |= parameter.is_hidden;
                    }
                    outcome.findings.extend(report.findings);
                    outcome.suppressed.extend(report.suppressed);
                    outcome.exceptions.extend(report.exceptions);
                    outcome.diagnostics.extend(report.diagnostics);
                    if source.is_some() {
                        for text in source.into_iter().chain(report.included) {
                            outcome.setups.insert(text.id, Arc::clone(&setup));
                            outcome.sources.push(text);
                        }
                    }
                }
            }
            for folder in &candidate.folders {
                fruitless.remove(folder);
            }
        }
        let empty = fruitless.into_iter().filter_map(|index| found.folders.get(index));
        outcome.diagnostics.extend(empty.map(|folder| discover::no_templates(folder, &found.left_out)));
        if !outcome.provenance.templates.is_empty() {
            let unknown = outcome.diagnostics.len();
            outcome.diagnostics.extend(unknown_parameters(plan, &parameters));
            outcome.summary.problems += outcome.diagnostics.len() - unknown;
        }
        refused.complain(&parameters, &setups.made().to_vec(), &mut setups.problems);
        outcome.summary.problems += setups.problems.diagnostics.len();
        outcome.diagnostics.append(&mut setups.problems.diagnostics);
        outcome.sources.extend(std::mem::take(&mut setups.problems.sources));
        outcome.sources.sort_by_key(|source| source.id);
        outcome.name_governed();
        outcome.provenance.pinned = outcome.pins(&parameters, &taken);
        outcome.count();
        outcome
    }

    /// Says what ran: of the setups that govern templates, or of all where there are none.
    fn name_governed(&mut self) {
        if !self.provenance.templates.is_empty() {
            self.governed.retain(|(_, templates)| *templates > 0);
        }
        let rules = rules(&self.governed);
        self.summary.rules = rules.len();
        let profiles: BTreeSet<&str> = self.governed.iter().filter_map(|(setup, _)| setup.profile.as_deref()).collect();
        self.summary.selection = if profiles.is_empty() {
            let ids: Vec<&str> = rules.iter().map(|entry| entry.id()).collect();
            format!("rules: {}", if ids.is_empty() { "none of those named".to_owned() } else { ids.join(", ") })
        } else {
            profiles.iter().copied().collect::<Vec<_>>().join(", ")
        };
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

    /// The parameters that were given a value which some template takes.
    fn pins(&self, declared: &BTreeMap<String, bool>, taken: &BTreeSet<String>) -> Vec<Pin> {
        let given = self.governed.iter().flat_map(|(setup, _)| &setup.linter.inputs().pinned);
        let given: BTreeSet<(&String, &String)> = given.collect();
        let pin = |(name, value): (&String, &String)| {
            let no_echo = match declared.get(name) {
                Some(_) if !taken.contains(name) => return None,
                Some(no_echo) => *no_echo,
                // Pseudo parameters are declared nowhere, and no secrets.
                None if name.starts_with("AWS::") => false,
                None => return None,
            };
            Some(Pin { name: name.clone(), value: (!no_echo).then(|| value.clone()) })
        };
        given.into_iter().filter_map(pin).collect()
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

    /// Compares the findings with the baselines, and counts what counts.
    pub(super) fn compare(&mut self, plan: &Plan) {
        // In the order of the report; those that are waived last, so that they take nothing from the others.
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
                is_answered: &|id| ran.contains(id) || !is_rule(id),
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
            finding::Outcome::Undecided => plan.answers.undecided,
            finding::Outcome::Pass => plan.answers.passed,
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

    /// What follows for the exit code.
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

    /// Writes it all down.
    pub(super) fn report(&self, plan: &Plan, exit: Exit) -> Written {
        let has = |format| plan.shown.format == format || plan.outputs.iter().any(|output| output.format == format);
        let fired: BTreeSet<&str> = self.findings.iter().map(|finding| finding.rule.as_ref()).collect();
        let rules: Vec<RuleReport> = rules(&self.governed)
            .into_iter()
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
        output::write_all(&plan.outputs, plan.shown, &report, exit)
    }
}

/// The rules that ran, each once, sorted by id.
fn rules(governed: &[(Arc<Setup>, usize)]) -> Vec<&RuleEntry> {
    let entries = governed.iter().flat_map(|(setup, _)| setup.linter.selected());
    let by_id: BTreeMap<&str, &RuleEntry> = entries.map(|entry| (entry.id(), entry)).collect();
    by_id.into_values().collect()
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
