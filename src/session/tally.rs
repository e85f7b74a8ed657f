//! The results of the files of a run, added one by one. [`Results`] is what follows from all of them.

use super::baseline::Place;
use super::gaps::Gaps;
use super::governing::Governing;
use super::options::Options;
use super::others::Others;
use super::problems::Problems;
use super::ran::Ran;
use super::refused::RefusedPins;
use super::results::Results;
use super::settings::Settings;
use crate::code::Code;
use crate::discover::{self, Candidate, Input, LeftOut};
use crate::eval::inputs::Refused;
use crate::files::Files;
use crate::finding::{Counts, Diagnostic, Exception, Finding};
use crate::linter::{Declared, FileReport};
use crate::project::{File, Linted};
use crate::report::{Provenance, Revision, Summary, TemplateReport};
use crate::revision;
use crate::source::{Source, SourceId};
use crate::suggest::nearest;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

/// The results of the files so far.
pub(super) struct Tally {
    sources: Vec<Source>,
    findings: Vec<Finding>,
    suppressed: Vec<Finding>,
    exceptions: Vec<Exception>,
    diagnostics: Vec<Diagnostic>,
    by_rule: FxHashMap<Arc<str>, Counts>,
    templates: Vec<TemplateReport>,
    /// The linted files and the files that they include, with the numbers of their settings.
    linted: BTreeMap<Place, usize>,
    /// The settings for each text.
    settings: HashMap<SourceId, Arc<Settings>>,
    /// The number of templates that some settings govern, by the number of the settings.
    governed: BTreeMap<usize, usize>,
    /// The files that were read.
    files: Vec<PathBuf>,
    /// The files that templates include.
    included: BTreeSet<PathBuf>,
    /// The folders of the templates; that of standard input is not known.
    folders: Vec<Option<PathBuf>>,
    parameters: Parameters,
    refused: RefusedPins,
    /// The named folders in which nothing was found, by their indices.
    without_templates: BTreeSet<usize>,
    others: Others,
    gaps: Gaps,
    unreadable: usize,
}

/// The parameters of the templates.
#[derive(Default)]
struct Parameters {
    /// Their names, and whether the value is a secret in any template.
    declared: BTreeMap<String, bool>,
    /// Those that some template declares and whose pinned value, if there is one, it accepts.
    accepted: BTreeSet<String>,
}

/// What the search for files found besides candidates.
pub(super) struct Found {
    /// The folders that were named, as reports show them.
    pub(super) folders: Vec<String>,
    /// Paths that do not exist or cannot be read.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Files and folders that were left out.
    pub(super) left_out: LeftOut,
}

impl Tally {
    /// Starts without files. A named folder whose files cannot be read has its own diagnostics.
    pub(super) fn new(options: &Options, found: &Found) -> Self {
        Self {
            sources: Vec::new(),
            findings: Vec::new(),
            suppressed: Vec::new(),
            exceptions: Vec::new(),
            diagnostics: Vec::new(),
            by_rule: FxHashMap::default(),
            templates: Vec::new(),
            linted: BTreeMap::new(),
            settings: HashMap::new(),
            governed: BTreeMap::new(),
            files: Vec::new(),
            included: BTreeSet::new(),
            folders: Vec::new(),
            parameters: Parameters::default(),
            refused: RefusedPins::default(),
            without_templates: (0..found.folders.len()).collect(),
            others: Others::new(options.skips_named),
            gaps: Gaps::default(),
            unreadable: 0,
        }
    }

    /// Adds the result of a file.
    pub(super) fn add(&mut self, candidate: &Candidate, file: File, governing: &mut Governing) {
        if let Input::File(path) = &candidate.input {
            self.files.push(path.clone());
        }
        match file {
            File::NoTemplate => return,
            File::Other(other) => match self.others.add(candidate, *other) {
                Some(broken) => self.add_linted(candidate, broken, &governing.of(candidate)),
                None => return,
            },
            File::Unreadable(diagnostic) => {
                self.unreadable += 1;
                self.diagnostics.push(*diagnostic);
            }
            File::Linted(linted) => self.add_linted(candidate, *linted, &governing.of(candidate)),
        }
        for folder in &candidate.folders {
            self.without_templates.remove(folder);
        }
    }

    fn add_linted(&mut self, candidate: &Candidate, linted: Linted, settings: &Arc<Settings>) {
        let Linted { report, source, .. } = linted;
        if report.is_template {
            self.add_template(candidate, &report, settings);
        } else {
            self.unreadable += 1;
        }
        self.included.extend(report.included.iter().filter_map(Source::path).map(PathBuf::from));
        for (rule, counts) in report.by_rule {
            *self.by_rule.entry(rule).or_default() += counts;
        }
        self.parameters.add(report.parameters, &report.refused);
        self.refused.add(settings, &candidate.name, report.refused);
        self.findings.extend(report.findings);
        self.suppressed.extend(report.suppressed);
        self.exceptions.extend(report.exceptions);
        self.diagnostics.extend(report.diagnostics);
        if source.is_some() {
            for text in source.into_iter().chain(report.included) {
                self.settings.insert(text.id, Arc::clone(settings));
                self.sources.push(text);
            }
        }
    }

    /// Adds what is known of a template as a whole.
    fn add_template(&mut self, candidate: &Candidate, report: &FileReport, settings: &Settings) {
        let folder = match &candidate.input {
            Input::File(path) => path.parent().map(PathBuf::from),
            Input::StandardInput => None,
        };
        // The templates of one folder come one after another.
        if self.folders.last() != Some(&folder) {
            self.folders.push(folder);
        }
        let own = match &candidate.input {
            Input::File(path) => Place::File(path.clone()),
            Input::StandardInput => Place::Unsaved(candidate.name.clone()),
        };
        let places = report.included.iter().map(Place::of).chain([own]);
        self.linted.extend(places.map(|place| (place, settings.number)));
        *self.governed.entry(settings.number).or_default() += 1;
        self.gaps.add(report, settings);
        self.templates.push(TemplateReport {
            name: candidate.name.clone(),
            resources: report.resources,
            counts: report.counts,
        });
    }

    /// What follows from all files.
    pub(super) fn finish(
        mut self,
        found: Found,
        options: &Options,
        governing: &mut Governing,
        files: &Files,
    ) -> Results {
        let all = governing.made().to_vec();
        // Those of the run are added to a copy: the same settings may govern another run.
        let mut problems = governing.problems.clone();
        governing.complain_of_unknown_rules(&mut problems);
        std::mem::take(&mut self.refused).complain(&self.parameters.declared, &all, &mut problems);
        let Problems { diagnostics: mut problems, sources, .. } = problems;
        if !self.templates.is_empty() {
            let pinned = governing.pinned().keys();
            problems.extend(pinned.filter_map(|name| self.parameters.unknown(name)));
        }
        self.sources.extend(sources);
        self.others.finish(&self.included, files);
        let mut summary = Summary {
            problems: problems.len(),
            unreadable: self.unreadable + found.diagnostics.len() + self.others.errors(),
            skipped: self.others.skipped,
            left_out_files: found.left_out.files,
            left_out_folders: found.left_out.folders,
            not_looked_at: self.gaps.total(),
            ..Summary::default()
        };
        let empty = self.without_templates.iter().filter_map(|index| found.folders.get(*index));
        let empty: Vec<Diagnostic> = empty.map(|folder| discover::no_templates(folder, &found.left_out)).collect();
        for diagnostics in [problems, found.diagnostics, self.others.diagnostics, empty] {
            self.diagnostics.extend(diagnostics);
        }
        let ran = Ran::new(&all, &self.governed);
        ran.describe(options, &mut summary);
        let provenance = Provenance {
            title: options.title.clone(),
            profile: ran.only_profile(),
            pinned: ran.pins(&self.parameters.declared, &self.parameters.accepted),
            templates: self.templates,
            date: options.today.filter(|_| options.is_today_named),
            revision: revision_of(&self.folders.into_iter().collect(), options, files),
        };
        // Paths are compared step by step, which takes long: they are sorted once.
        let mut read: BTreeSet<PathBuf> = self.files.into_iter().collect();
        read.extend(self.included);
        let mut results = Results {
            sources: self.sources,
            findings: self.findings,
            unshown: Vec::new(),
            suppressed: self.suppressed,
            exceptions: self.exceptions,
            diagnostics: self.diagnostics,
            by_rule: self.by_rule,
            linted: self.linted,
            settings: self.settings,
            ran,
            files: read,
            provenance,
            summary,
        };
        results.count();
        results
    }
}

impl Parameters {
    /// Adds those of a template, with the pinned values that it does not accept.
    fn add(&mut self, declared: Vec<Declared>, refused: &[Refused]) {
        for parameter in declared {
            if !refused.iter().any(|refused| refused.parameter == parameter.name) {
                self.accepted.insert(parameter.name.clone());
            }
            *self.declared.entry(parameter.name).or_default() |= parameter.is_secret;
        }
    }

    /// The problem with a parameter of the options that no template declares.
    fn unknown(&self, name: &str) -> Option<Diagnostic> {
        if name.starts_with("AWS::") || self.declared.contains_key(name) {
            return None;
        }
        let names = || self.declared.keys().map(String::as_str);
        Some(Diagnostic::error(Code::UnknownParameter, format!("no template has a parameter `{name}`")).with_help(
            match nearest(name, names()) {
                Some(nearest) => format!("Did you mean `{nearest}`?"),
                None if self.declared.is_empty() => "The templates declare no parameters.".to_owned(),
                None => format!("The templates declare {}.", names().collect::<Vec<_>>().join(", ")),
            },
        ))
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
