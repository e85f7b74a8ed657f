//! Which settings govern a folder. Each configuration is read once, for the first template or folder that needs it, because the
//! configurations are not known before the walk.

use super::baseline::{Baselines, Known, Place, Scope};
use super::options::{Configuration, Options};
use super::pins::{self, Pins};
use super::problems::Problems;
use super::settings::Settings;
use crate::code::Code;
use crate::config::{self, Nearest};
use crate::discover::{Candidate, Input};
use crate::files::{Files, Reach, is_open_file};
use crate::linter::Linter;
use crate::paths::folder_of;
use crate::rules::load::{is_pattern, rule_files};
use foldhash::HashMap;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The settings of a session so far, and what is wrong about them.
#[derive(Debug)]
pub(super) struct Governing {
    options: Arc<Options>,
    pub(super) files: Files,
    /// The parameters of the options.
    pinned: Pins,
    nearest: Nearest,
    made: Vec<Arc<Settings>>,
    by_configuration: HashMap<Option<PathBuf>, Arc<Settings>>,
    /// By folders, as absolute paths. Only where folders may have different ones.
    by_folder: HashMap<PathBuf, Arc<Settings>>,
    /// Linters that were made before, by the configurations that they still follow from.
    former: HashMap<Option<PathBuf>, Arc<Linter>>,
    /// The folder that was asked for last: files come folder by folder, and each asks several times.
    last: Option<(PathBuf, Arc<Settings>)>,
    /// The baselines that findings are compared with.
    pub(super) scopes: Vec<Scope>,
    /// Problems with options, configurations and rules.
    pub(super) problems: Problems,
}

impl Governing {
    /// Starts without settings. A baseline of the options is the only one.
    pub(super) fn new(options: Arc<Options>, files: &Files) -> Self {
        let mut problems = Problems::new(files.clone());
        let pinned = pins::pinned(&options, &mut problems);
        problems.check_pseudo_parameters(pinned.iter().map(|(name, (value, place))| (name, value.as_str(), *place)));
        let Options { baseline, write_baseline, .. } = &*options;
        let has_baseline = baseline.is_some() || write_baseline.is_some();
        let whole = has_baseline.then(|| Scope {
            settings: None,
            baselines: Baselines::new(baseline.as_deref(), write_baseline.as_deref(), &Reach::Anywhere, &mut problems),
        });
        Self {
            options,
            files: files.clone(),
            pinned,
            nearest: Nearest::default(),
            made: Vec::new(),
            by_configuration: HashMap::default(),
            by_folder: HashMap::default(),
            former: HashMap::default(),
            last: None,
            scopes: whole.into_iter().collect(),
            problems,
        }
    }

    /// Starts again without settings, because some files have changed: absolute paths, without `.` and `..`. Who has settings that follow
    /// from none of them gets the same linter again.
    pub(super) fn anew(&self, files: &Files, changed: &BTreeSet<PathBuf>) -> Self {
        let base = files.base();
        let is_same = |settings: &Settings| {
            let mut named = settings.file.iter().chain(&settings.baseline).map(|file| base.normal(file));
            let mut folders = settings.rule_folders.iter().map(|folder| base.normal(folder));
            !named.any(|file| changed.contains(&file))
                && !folders.any(|folder| changed.iter().any(|file| file.starts_with(&folder)))
        };
        let same = self.by_configuration.iter().filter(|(_, settings)| is_same(settings));
        let former = same.map(|(file, settings)| (file.clone(), Arc::clone(&settings.linter)));
        Self { former: former.collect(), ..Self::new(Arc::clone(&self.options), files) }
    }

    /// Reads from these files from now on. What was read stays.
    pub(super) fn read_from(&mut self, files: &Files) {
        self.files = files.clone();
        self.problems.read_from(files);
    }

    /// The parameters of the options, which some template must have.
    pub(super) fn pinned(&self) -> &Pins {
        &self.pinned
    }

    /// All settings so far, in the order of their creation: at least one.
    pub(super) fn made(&mut self) -> &[Arc<Settings>] {
        if self.made.is_empty() {
            self.of_folder(Path::new("."));
        }
        &self.made
    }

    /// The settings of a candidate.
    pub(super) fn of(&mut self, candidate: &Candidate) -> Arc<Settings> {
        let folder = match &candidate.input {
            // What a shell gives as `<(…)` is of the folder where people are, as standard input is.
            Input::File(path) if is_open_file(path) => Path::new("."),
            Input::File(path) => folder_of(path),
            Input::StandardInput => Path::new("."),
        };
        self.of_folder(folder)
    }

    /// The findings of a candidate's text that a baseline has.
    pub(super) fn known(&mut self, candidate: &Candidate, place: &Place) -> Option<Known> {
        if self.scopes.is_empty() {
            return None;
        }
        let own = self.of(candidate).number;
        let scopes = self.scopes.iter().filter(|scope| scope.settings.is_none_or(|number| number == own));
        scopes.filter_map(|scope| scope.baselines.known(place)).next()
    }

    /// Whether the configuration that governs a folder skips an entry of it; both are absolute.
    pub(super) fn skips(&mut self, folder: &Path, entry: &Path, is_folder: bool) -> bool {
        self.of_folder(folder).skip(entry, is_folder)
    }

    /// The files that the settings depend on: configurations, also those that do not exist yet, baselines, and custom rules.
    pub(super) fn files(&self) -> BTreeSet<PathBuf> {
        let named = self.by_configuration.keys().flatten().cloned();
        let named = named.chain(self.made.iter().filter_map(|settings| settings.baseline.clone()));
        let mut files: BTreeSet<PathBuf> = self.nearest.looked_at().chain(named).collect();
        for folder in self.made.iter().flat_map(|settings| &settings.rule_folders) {
            files.extend(rule_files(folder, &self.files));
        }
        files
    }

    /// The folders of custom rules.
    pub(super) fn rule_folders(&self) -> Vec<PathBuf> {
        self.made.iter().flat_map(|settings| settings.rule_folders.iter().cloned()).collect()
    }

    /// Reports rules of the options that no settings have.
    pub(super) fn complain_of_unknown_rules(&mut self, problems: &mut Problems) {
        self.made();
        let options = Arc::clone(&self.options);
        let of_fixes = options.fixing.iter().flat_map(|fixing| &fixing.rules);
        for id in options.rules.iter().chain(&options.ignored).chain(of_fixes) {
            let Some(first) = self.made.first() else { return };
            if !self.made.iter().any(|settings| settings.linter.rules().has(id)) {
                let rules = first.linter.rules();
                let message = if is_pattern(id) {
                    format!("no rule is named `{id}`")
                } else {
                    format!("there is no rule `{id}`")
                };
                let help = if id.contains(',') {
                    "Name one rule with each option, such as `--rule ONE --rule OTHER`.".to_owned()
                } else {
                    rules.instead_of(id)
                };
                problems.option(Code::UnknownRule, message, help);
            }
        }
        self.complain_of_no_rules(problems);
    }

    /// Reports that other options leave out every rule that the options name: a run without rules would look like one without
    /// findings.
    fn complain_of_no_rules(&self, problems: &mut Problems) {
        let Options { rules, ignored, min_severity, .. } = &*self.options;
        let exists = |id: &String| self.made.iter().any(|settings| settings.linter.rules().has(id));
        let has_rules = self.made.iter().any(|settings| settings.linter.selected_number() > 0);
        if has_rules || !rules.iter().any(exists) {
            return;
        }
        let cause = match (min_severity, ignored.is_empty()) {
            (Some(_), true) => "--min-severity leaves",
            (Some(_), false) => "--min-severity and --ignore leave",
            (None, _) => "--ignore leaves",
        };
        let message = format!("no rule is left to run: {cause} out all that --rule names");
        problems.option(Code::UnknownRule, message, "Remove one of the options.".to_owned());
    }

    /// The settings of the files in a folder.
    pub(super) fn of_folder(&mut self, folder: &Path) -> Arc<Settings> {
        if let Some((last, settings)) = &self.last
            && last.as_os_str() == folder.as_os_str()
        {
            return Arc::clone(settings);
        }
        let settings = self.find_of_folder(folder);
        self.last = Some((folder.to_owned(), Arc::clone(&settings)));
        settings
    }

    fn find_of_folder(&mut self, folder: &Path) -> Arc<Settings> {
        let is_of_folder = matches!(self.options.sources.configuration, Configuration::Nearest);
        // A walk asks with absolute paths, and a candidate with its own.
        let absolute = is_of_folder.then(|| self.files.base().absolute(folder));
        if let Some(known) = absolute.as_ref().and_then(|absolute| self.by_folder.get(&**absolute)) {
            return Arc::clone(known);
        }
        let absolute = absolute.map(Cow::into_owned);
        let configuration = self.configuration(folder);
        let settings = match self.by_configuration.get(&configuration) {
            Some(known) => Arc::clone(known),
            None => self.make(configuration),
        };
        if let Some(absolute) = absolute {
            self.by_folder.insert(absolute, Arc::clone(&settings));
        }
        settings
    }

    /// The configuration that governs the templates of a folder.
    fn configuration(&mut self, folder: &Path) -> Option<PathBuf> {
        match &self.options.sources.configuration {
            Configuration::Ignored => None,
            Configuration::File(file) => Some(file.clone()),
            Configuration::Nearest => {
                // A folder that does not exist, or not any more, is reported with its own name.
                let files = &self.files;
                let folder = folder.ancestors().find_map(|above| files.real(above).ok())?;
                let found = self.nearest.of(&folder, files).map(|file| files.base().lead_to(&file));
                let misnamed = self.nearest.take_misnamed().into_iter().map(|misnamed| {
                    let name = files.name(&files.base().lead_to(&misnamed.path));
                    config::misnamed(name, misnamed.reason)
                });
                self.problems.diagnostics.extend(misnamed);
                found
            }
        }
    }

    fn make(&mut self, configuration: Option<PathBuf>) -> Arc<Settings> {
        let Self { options, pinned, problems, .. } = self;
        let number = self.made.len();
        let mut settings = Settings::read(number, configuration.as_deref(), options, pinned, problems);
        if self.scopes.iter().any(|scope| scope.settings.is_none()) {
            // A baseline of the options takes precedence.
            settings.baseline = None;
        }
        if let Some(linter) = self.former.remove(&configuration) {
            settings.linter = linter;
        }
        if let Some(file) = &settings.baseline {
            let baselines = Baselines::new(Some(file), None, &settings.reach, problems);
            self.scopes.push(Scope { settings: Some(number), baselines });
        }
        let settings = Arc::new(settings);
        self.made.push(Arc::clone(&settings));
        self.by_configuration.insert(configuration, Arc::clone(&settings));
        settings
    }
}
