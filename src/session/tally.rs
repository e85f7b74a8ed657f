//! The numbers of a run, added up file by file. Each file is reported as it comes, and then forgotten.

use super::baseline::{LookedAt, Place, Scope};
use super::ended::{Ended, empty};
use super::exit::Exit;
use super::fix_tally::{self, FixTally};
use super::gaps::Gaps;
use super::governing::Governing;
use super::options::Options;
use super::others::{Others, Verdict};
use super::parameters::Parameters;
use super::part::{Part, Texts, sort_diagnostics};
use super::problems::Problems;
use super::ran::Ran;
use super::refused::RefusedPins;
use super::settings::Settings;
use super::since::{Since, unjudged};
use super::sink::{FixedText, Sink};
use crate::code::Code;
use crate::digest::Sha256;
use crate::discover::{self, Candidate, Input, LeftOut};
use crate::files::Files;
use crate::finding::{Counts, Diagnostic, Finding, Severity};
use crate::linter::{self, FileReport};
use crate::project::{Absent, File, FileDigest, Fixed, Linted};
use crate::report::{Evidence, Fixable, Prepared, Preparer, Provenance, Revision, Summary, TemplateReport};
use crate::revision;
use crate::rules::load::RuleEntry;
use crate::rules::meta::RuleKind;
use crate::source::Source;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

/// The numbers of the files so far.
pub(super) struct Tally {
    summary: Summary,
    counts: Counts,
    by_rule: FxHashMap<Arc<str>, Counts>,
    /// The rules with a result, and those among them with findings that are shown.
    named: FxHashSet<Arc<str>>,
    fired: FxHashSet<Arc<str>>,
    texts: Texts,
    /// Diagnostics about the run, which every file may have: of a rule that cannot be read.
    of_run: Vec<Diagnostic>,
    /// Whether there is an error, and a finding that fails the run.
    has_error: bool,
    fails: bool,
    /// Texts that diagnostics at the end point into.
    kept: Vec<Source>,
    /// The linted files and the files that they include, with the numbers of their settings, for baselines.
    linted: BTreeMap<Place, usize>,
    /// The number of templates that some settings govern, by the number of the settings.
    governed: BTreeMap<usize, usize>,
    /// The templates that have something which a rule looks at that is turned off, by the number of the settings and the rule.
    turned_off: BTreeMap<usize, BTreeMap<String, usize>>,
    /// The files that were read, if the front end needs to know.
    files: BTreeSet<PathBuf>,
    /// The files that templates include.
    included: BTreeSet<PathBuf>,
    /// The folders of the templates, if a report names their revision; that of standard input is not known.
    folders: Vec<Option<PathBuf>>,
    parameters: Parameters,
    refused: RefusedPins,
    /// The named folders in which nothing was found, by their indices.
    without_templates: BTreeSet<usize>,
    /// Of the files that the search left out, those that nothing else led to.
    left_out: LeftOut,
    others: Others,
    gaps: Gaps,
    unreadable: usize,
    fixes: FixTally,
    /// Whether no named file follows.
    pub(super) is_last: bool,
}

/// What the search for files found besides candidates.
pub(super) struct Found {
    /// The folders that were named, as reports show them.
    pub(super) folders: Vec<String>,
    /// Those in which something could not be read, by their indices.
    pub(super) unread_folders: BTreeSet<usize>,
    /// Paths that do not exist or cannot be read.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Files and folders that were left out.
    pub(super) left_out: LeftOut,
}

/// What the thread that lints a template makes of the result, so that less is left for its turn.
pub(super) struct Ready {
    part: Part,
    template: Option<TemplateReport>,
    prepared: Option<Prepared>,
}

impl Ready {
    /// A template's part of the report, as it was found.
    fn of(candidate: &Candidate, linted: &mut Linted, files: &Files) -> Self {
        let template = linted.report.is_template.then(|| TemplateReport {
            name: candidate.name().to_owned(),
            resources: linted.report.resources,
            counts: linted.report.counts,
            evidence: evidence(linted),
        });
        let part = Part::of(linted);
        // What is not fixed anyway needs no look at the folders around it.
        let has_fix = part.findings.iter().any(|finding| finding.fix.is_some());
        let part = Part { is_generated: has_fix && discover::is_generated(candidate, files), ..part };
        Self { part, template, prepared: None }
    }

    /// The same, in its order, with what reports make of it. Only where no baseline marks findings.
    pub(super) fn prepared(
        candidate: &Candidate,
        linted: &mut Linted,
        (options, files): (&Options, &Files),
        preparer: &dyn Preparer,
    ) -> Self {
        let mut ready = Self::of(candidate, linted, files);
        ready.part.sort(options.contents);
        let provenance = Provenance { templates: ready.template.iter().cloned().collect(), ..Provenance::default() };
        let summary = Summary::default();
        let report = ready.part.report(&[], &empty(options, &summary, &provenance));
        ready.prepared = Some(preparer.prepare(&report));
        ready
    }
}

/// What reports for auditors name of a template, if the run keeps it.
fn evidence(linted: &mut Linted) -> Option<Evidence> {
    let mut digests = std::mem::take(&mut linted.digests).into_iter().map(|FileDigest { name, sha256 }| (name, sha256));
    let (_, sha256) = digests.next()?;
    let mut by_rule: BTreeMap<Arc<str>, Counts> = BTreeMap::new();
    for (rule, counts) in &linted.report.by_rule {
        *by_rule.entry(Arc::clone(rule)).or_default() += *counts;
    }
    let mut included: Vec<(String, Sha256)> = digests.collect();
    included.sort();
    included.dedup();
    Some(Evidence { sha256, configuration: None, included, by_rule: by_rule.into_iter().collect() })
}

impl Tally {
    /// Starts without files. A named folder whose files cannot be read has its own diagnostics.
    pub(super) fn new(options: &Options, found: &Found) -> Self {
        let is_known = options.fixing.is_none()
            && options.contents.needed.fixes != linter::Fixes::None
            && !options.contents.leaves_out_fixes;
        let fixable = is_known.then(Fixable::default);
        Self {
            summary: Summary { fixable, ..Summary::default() },
            counts: Counts::default(),
            by_rule: FxHashMap::default(),
            named: FxHashSet::default(),
            fired: FxHashSet::default(),
            texts: Texts::default(),
            of_run: Vec::new(),
            has_error: false,
            fails: false,
            kept: Vec::new(),
            linted: BTreeMap::new(),
            governed: BTreeMap::new(),
            turned_off: BTreeMap::new(),
            files: BTreeSet::new(),
            included: BTreeSet::new(),
            folders: Vec::new(),
            parameters: Parameters::default(),
            refused: RefusedPins::default(),
            // That something cannot be read is reported, and may be why nothing is found.
            without_templates: (0..found.folders.len()).filter(|index| !found.unread_folders.contains(index)).collect(),
            left_out: found.left_out.clone(),
            others: Others::new(options.skips_named),
            gaps: Gaps::default(),
            unreadable: 0,
            fixes: FixTally::default(),
            is_last: false,
        }
    }

    /// Adds what was fixed in a file and the result after that, and reports it.
    pub(super) fn add_fixed(
        &mut self,
        candidate: &Candidate,
        mut file: File,
        fixed: Fixed,
        options: &Options,
        governing: &mut Governing,
        sink: &mut dyn Sink,
    ) {
        let effects = fix_tally::effects(candidate.name(), &fixed);
        if let Some(texts) = &fixed.texts {
            let path = match &candidate.input {
                Input::File(path) => Some(path.as_path()),
                Input::StandardInput => None,
            };
            sink.fixed(&FixedText { name: candidate.name(), path, texts, effects: &effects });
        }
        self.fixes.add(&fixed, effects);
        if let (Some(problem), File::Linted(linted)) = (fixed.problem, &mut file) {
            linted.report.diagnostics.push(*problem);
        }
        self.add(candidate, file, None, options, governing, sink);
    }

    /// Adds a problem of the run.
    pub(super) fn complain(&mut self, problem: Option<Diagnostic>) {
        self.of_run.extend(problem);
    }

    /// From now on, files are compared with those of an earlier revision.
    pub(super) fn compare_with(&mut self, since: &Since) {
        self.summary.since = Some(since.summary());
        self.of_run.extend(since.notes());
    }

    /// Adds the result of a file, which may be gone, and what an earlier revision had in it and is gone.
    pub(super) fn add_compared(
        &mut self,
        candidate: &Candidate,
        file: Option<File>,
        absent: Absent,
        options: &Options,
        governing: &mut Governing,
        sink: &mut dyn Sink,
    ) {
        let revision = self.summary.since.as_ref().map_or("", |since| &since.revision);
        let notes = unjudged(candidate, revision, &absent);
        let file = match file {
            Some(File::Linted(mut linted)) => {
                linted.absent = absent;
                linted.report.diagnostics.extend(notes);
                return self.add(candidate, File::Linted(linted), None, options, governing, sink);
            }
            file => file,
        };
        if let Some(file) = file {
            self.add(candidate, file, None, options, governing, sink);
        }
        let mut part = Part { diagnostics: notes, ..Part::of_absent(absent) };
        part.sort(options.contents);
        self.report(part, None, None, &governing.of(candidate), options, sink);
    }

    /// Adds the result of a file, and reports it. `ready` is what was made of it before.
    pub(super) fn add(
        &mut self,
        candidate: &Candidate,
        file: File,
        ready: Option<Ready>,
        options: &Options,
        governing: &mut Governing,
        sink: &mut dyn Sink,
    ) {
        if let Input::File(path) = &candidate.input
            && options.names_files
        {
            self.files.insert(path.clone());
        }
        match file {
            File::NoTemplate => return,
            File::Other(other) => match self.others.add(candidate, *other) {
                Verdict::Silent => return,
                Verdict::Noted(diagnostic) => {
                    self.report_alone(candidate, *diagnostic, options, governing, sink);
                    return;
                }
                Verdict::Broken(broken) => self.add_linted(candidate, *broken, None, options, governing, sink),
            },
            File::Unreadable(diagnostic) => {
                self.unreadable += 1;
                self.report_alone(candidate, *diagnostic, options, governing, sink);
            }
            File::Linted(linted) => self.add_linted(candidate, *linted, ready, options, governing, sink),
        }
        for folder in &candidate.folders {
            self.without_templates.remove(folder);
        }
    }

    /// Reports a file of which only a diagnostic is known.
    fn report_alone(
        &mut self,
        candidate: &Candidate,
        diagnostic: Diagnostic,
        options: &Options,
        governing: &mut Governing,
        sink: &mut dyn Sink,
    ) {
        let (of_run, diagnostics) = [diagnostic].into_iter().partition(|diagnostic| diagnostic.file.is_empty());
        let part = Part { diagnostics, of_run, ..Part::default() };
        self.report(part, None, None, &governing.of(candidate), options, sink);
    }

    fn add_linted(
        &mut self,
        candidate: &Candidate,
        mut linted: Linted,
        ready: Option<Ready>,
        options: &Options,
        governing: &mut Governing,
        sink: &mut dyn Sink,
    ) {
        let settings = governing.of(candidate);
        let mut is_sorted = ready.is_some();
        let Ready { mut part, mut template, mut prepared } =
            ready.unwrap_or_else(|| Ready::of(candidate, &mut linted, &governing.files));
        if let Some(evidence) = template.as_mut().and_then(|template| template.evidence.as_mut()) {
            evidence.configuration.clone_from(&settings.configuration);
        }
        let report = linted.report;
        match &template {
            Some(template) => self.add_template(candidate, template, &report, &settings, options, governing),
            None => self.unreadable += 1,
        }
        self.included.extend(report.included.iter().filter_map(Source::path).map(PathBuf::from));
        for (rule, counts) in report.by_rule {
            *self.by_rule.entry(rule).or_default() += counts;
        }
        self.parameters.add(report.parameters, &report.refused);
        let is_needed = self.refused.add(&settings, candidate.name(), report.refused);
        let own = |scope: &&mut Scope| scope.settings.is_none_or(|number| number == settings.number);
        for scope in governing.scopes.iter_mut().filter(own) {
            let Part { sources, findings, suppressed, unshown, own_sources, .. } = &mut part;
            let marked = if is_sorted { sources.len() } else { *own_sources };
            let sources: Vec<&Source> = sources.iter().take(marked).collect();
            // Suppressed findings are last, because the others have priority for entries of a baseline.
            scope.baselines.mark(findings.iter_mut().chain(unshown).chain(suppressed), &sources);
            prepared = None;
            is_sorted = false;
        }
        if !is_sorted {
            part.sort(options.contents);
        }
        let own_sources = part.own_sources;
        let kept = self.report(part, template, prepared, &settings, options, sink);
        if is_needed {
            self.kept.extend(kept.into_iter().take(own_sources));
        }
    }

    /// Reports what was found in a file, which is sorted. Returns its texts.
    fn report(
        &mut self,
        mut part: Part,
        template: Option<TemplateReport>,
        prepared: Option<Prepared>,
        settings: &Settings,
        options: &Options,
        sink: &mut dyn Sink,
    ) -> Vec<Source> {
        for diagnostic in std::mem::take(&mut part.of_run) {
            if !self.of_run.contains(&diagnostic) {
                self.of_run.push(diagnostic);
            }
        }
        if template.is_none() && part.is_empty() {
            return part.sources;
        }
        part.count(&mut self.summary);
        let mut errors = part.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        self.has_error |= errors.clone().next().is_some();
        self.summary.unwritten += errors.clone().filter(|error| error.code == Code::FileNotWritten).count();
        let has_own = errors.any(|error| error.code != Code::FileNotWritten);
        self.summary.with_errors += usize::from(has_own && template.is_some());
        self.fails |= part.findings.iter().any(|finding| finding.counts() && settings.fail_on.counts(finding.level));
        meet(part.results(), &mut self.named);
        meet(part.findings.iter(), &mut self.fired);
        let provenance = Provenance { templates: template.into_iter().collect(), ..Provenance::default() };
        let rules = if sink.needs_rules() { self.texts.rules(&part, settings) } else { Vec::new() };
        let summary = Summary::default();
        let report = part.report(&rules, &empty(options, &summary, &provenance));
        match prepared {
            Some(prepared) => sink.prepared(&report, prepared),
            None => sink.file(&report),
        }
        if self.is_last && sink.ends_process() {
            // A template may have a hundred thousand findings, with a dozen texts each.
            std::mem::forget((part.findings, part.suppressed, part.unshown));
        }
        part.sources
    }

    /// Adds what is known of a template as a whole.
    fn add_template(
        &mut self,
        candidate: &Candidate,
        template: &TemplateReport,
        report: &FileReport,
        settings: &Settings,
        options: &Options,
        governing: &Governing,
    ) {
        if options.contents.revision {
            let folder = match &candidate.input {
                Input::File(path) => path.parent().map(PathBuf::from),
                Input::StandardInput => None,
            };
            // The templates of one folder come one after another.
            if self.folders.last() != Some(&folder) {
                self.folders.push(folder);
            }
        }
        if !governing.scopes.is_empty() {
            let own = match &candidate.input {
                Input::File(path) => Place::File(path.clone()),
                Input::StandardInput => Place::Unsaved(candidate.name().to_owned()),
            };
            let places = report.included.iter().map(Place::of).chain([own]);
            self.linted.extend(places.map(|place| (place, settings.number)));
        }
        self.left_out.forget(candidate, &governing.files);
        *self.governed.entry(settings.number).or_default() += 1;
        for rule in &report.turned_off {
            let of_settings = self.turned_off.entry(settings.number).or_default();
            *of_settings.entry(rule.clone()).or_default() += 1;
        }
        self.gaps.add(report, settings);
        self.summary.templates += 1;
        self.summary.resources += template.resources;
        self.counts += template.counts;
    }

    /// What follows from all files.
    pub(super) fn finish(mut self, found: Found, options: &Options, governing: &mut Governing, files: &Files) -> Ended {
        let all = governing.made().to_vec();
        // Those of the run are added to a copy: the same settings may govern another run.
        let mut problems = governing.problems.clone();
        governing.complain_of_unknown_rules(&mut problems);
        std::mem::take(&mut self.refused).complain(&self.parameters, &all, &mut problems);
        if self.summary.templates > 0 {
            self.parameters.complain(governing.pinned(), &mut problems);
        }
        problems.hide_pins(|name| self.parameters.hides(name));
        let Problems { diagnostics: problems, sources: of_problems, .. } = problems;
        let mut sources = std::mem::take(&mut self.kept);
        sources.extend(of_problems);
        sources.sort_by_key(|source| source.id);
        let not_included = self.others.finish(&self.included, files);
        let mut summary = Summary {
            problems: problems.len(),
            unreadable: self.unreadable + found.diagnostics.len() + self.others.errors,
            skipped: self.others.skipped,
            left_out_files: self.left_out.files.len(),
            left_out_folders: self.left_out.folders.len(),
            not_looked_at: std::mem::take(&mut self.gaps).total(),
            passed: self.counts.passed,
            failed: self.counts.failed,
            undecided: self.counts.undecided,
            fixes: options.fixing.as_ref().map(|fixing| std::mem::take(&mut self.fixes).total(fixing)),
            ..std::mem::take(&mut self.summary)
        };
        let empty = self.without_templates.iter().filter_map(|index| found.folders.get(*index));
        let empty: Vec<Diagnostic> = empty.map(|folder| discover::no_templates(folder, &found.left_out)).collect();
        let mut diagnostics =
            [problems, found.diagnostics, not_included, empty, std::mem::take(&mut self.of_run)].concat();
        sort_diagnostics(&mut diagnostics);
        let ran = Ran::new(&all, &self.governed);
        ran.describe(options, &self.turned_off, &mut summary);
        summary.pinned = ran.pins(&self.parameters);
        let supporting = ran.rules().into_iter().filter(|entry| entry.kind() == RuleKind::Supporting);
        summary.supporting = supporting.filter_map(|entry| Some(self.by_rule.get(entry.id())?.passed)).sum();
        summary.stale = self.end_baselines(&ran, &mut governing.scopes, files);
        let has_error = self.has_error || diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        let provenance = Provenance {
            title: options.title.clone(),
            profile: ran.only_profile(),
            templates: Vec::new(),
            date: options.today.filter(|_| options.is_today_named),
            revision: revision_of(&self.folders.into_iter().collect(), options, files),
        };
        self.files.extend(self.included);
        Ended {
            summary,
            exit: match (has_error, self.fails) {
                (true, _) => Exit::Trouble,
                (false, true) => Exit::Findings,
                (false, false) => Exit::Clean,
            },
            files: self.files,
            sources,
            diagnostics,
            by_rule: self.by_rule,
            named: self.named,
            fired: self.fired,
            ran,
            provenance,
        }
    }

    /// Ends the comparison with baselines. Returns the number of their entries whose findings are gone.
    fn end_baselines(&self, ran: &Ran, scopes: &mut [Scope], on: &Files) -> usize {
        let mut stale = 0;
        for scope in scopes {
            let is_own = |number: usize| scope.settings.is_none_or(|own| own == number);
            let own: Vec<&Arc<Settings>> = ran.settings().filter(|settings| is_own(settings.number)).collect();
            let selected = own.iter().flat_map(|settings| settings.linter.selected());
            let ids: HashSet<&str> = selected.map(RuleEntry::id).collect();
            let is_rule = |id: &str| own.iter().any(|settings| settings.linter.rules().get(id).is_some());
            let files = self.linted.iter().filter(|(_, number)| is_own(**number)).map(|(place, _)| place);
            let looked_at =
                LookedAt { on, files: files.collect(), was_checked: &|id| ids.contains(id) || !is_rule(id) };
            stale += scope.baselines.end(&looked_at);
        }
        stale
    }
}

/// Adds the rules of some findings, which are many of few rules: most are known by where their name is kept.
fn meet<'f>(findings: impl Iterator<Item = &'f Finding>, rules: &mut FxHashSet<Arc<str>>) {
    let mut known = FxHashSet::default();
    for Finding { rule, .. } in findings {
        if known.insert(rule.as_ptr().addr()) && !rules.contains(rule) {
            rules.insert(Arc::clone(rule));
        }
    }
}

/// The state of the templates in version control: as it was given, else as their folders show it to a page that names it.
fn revision_of(folders: &BTreeSet<Option<PathBuf>>, options: &Options, files: &Files) -> Revision {
    match &options.revision {
        Some(text) => Revision::Given(text.clone()),
        None if options.contents.revision && !folders.contains(&None) => {
            revision::checked_out(folders.iter().flatten().map(PathBuf::as_path), files)
                .map_or(Revision::Unknown, Revision::CheckedOut)
        }
        None => Revision::Unknown,
    }
}
