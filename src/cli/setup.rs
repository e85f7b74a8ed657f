//! The linter for each configuration of a run, from the configuration and the arguments.

use super::args::RuleSources;
use super::baseline::Baselines;
use super::plan::{Problems, Rules};
use super::refused::TypedPins;
use crate::config::{self, FailOn, Nearest};
use crate::date::Date;
use crate::discover::{Candidate, Globs, Input, from_here};
use crate::finding::{Level, RuleSeverity};
use crate::linter::{Keep, Linter};
use crate::report::PROJECT_ADDRESS;
use crate::rules::load::{RuleEntry, is_pattern, names, rule_files};
use std::collections::{BTreeSet, HashMap};
use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The profile if neither the arguments nor the configuration name one.
const DEFAULT_PROFILE: &str = "core";

/// The arguments that apply to every template and take precedence over its configuration.
#[derive(Debug)]
pub(super) struct Typed {
    pub(super) sources: RuleSources,
    pub(super) rules: Vec<String>,
    /// Rules that do not run.
    pub(super) ignored: Vec<String>,
    /// The lowest severity of the rules that run.
    pub(super) min_severity: Option<RuleSeverity>,
    pub(super) profile: Option<String>,
    pub(super) fail_on: Option<FailOn>,
    pub(super) parameters: TypedPins,
    pub(super) keep: Keep,
    /// The date that exceptions are checked against.
    pub(super) today: Option<Date>,
}

/// The linter and the settings for the templates that one configuration governs.
#[derive(Debug)]
pub(super) struct Setup {
    /// Its index among the setups of the run.
    pub(super) number: usize,
    /// The configuration as reports name it, if there is one.
    pub(super) configuration: Option<String>,
    pub(super) linter: Arc<Linter>,
    /// The pinned parameters, and where they are pinned.
    pub(super) pins: TypedPins,
    /// The name of the profile; `None` if the arguments name rules.
    pub(super) profile: Option<String>,
    pub(super) fail_on: FailOn,
    skip: Option<Globs>,
    /// Folders of custom rules.
    rule_folders: Vec<PathBuf>,
    /// The baseline that the configuration names.
    baseline: Option<PathBuf>,
}

/// A baseline, and the setups that it covers.
#[derive(Debug)]
pub(super) struct BaselineScope {
    /// The number of the setup whose configuration names it; `None` if the arguments name it, so that it covers the whole run.
    setup: Option<usize>,
    pub(super) baselines: Baselines,
}

impl BaselineScope {
    /// Whether it covers the templates of a setup.
    pub(super) fn covers(&self, setup: usize) -> bool {
        self.setup.is_none_or(|own| own == setup)
    }
}

/// The setups of a run. Each is made for the first template or folder that needs it.
#[derive(Debug)]
pub(super) struct Setups {
    typed: Typed,
    nearest: Nearest,
    made: Vec<Arc<Setup>>,
    by_configuration: HashMap<Option<PathBuf>, Arc<Setup>>,
    /// By the folders of candidates, as they are named.
    by_folder: HashMap<PathBuf, Arc<Setup>>,
    baselines: Vec<BaselineScope>,
    /// Problems with options, configurations and rules.
    pub(super) problems: Problems,
}

impl Setups {
    /// Starts without setups. A baseline of the arguments is the only one.
    pub(super) fn new(typed: Typed, baselines: Option<Baselines>, problems: Problems) -> Self {
        Self {
            typed,
            nearest: Nearest::default(),
            made: Vec::new(),
            by_configuration: HashMap::new(),
            by_folder: HashMap::new(),
            baselines: baselines.map(|baselines| BaselineScope { setup: None, baselines }).into_iter().collect(),
            problems,
        }
    }

    /// All setups so far, in the order of their creation: at least one.
    pub(super) fn made(&mut self) -> &[Arc<Setup>] {
        if self.made.is_empty() {
            self.of_folder(Path::new("."));
        }
        &self.made
    }

    /// The setup of a candidate.
    pub(super) fn of(&mut self, candidate: &Candidate) -> Arc<Setup> {
        let folder = match &candidate.input {
            Input::File(path) => path.parent().filter(|folder| !folder.as_os_str().is_empty()),
            Input::StandardInput => None,
        };
        self.of_folder(folder.unwrap_or(Path::new(".")))
    }

    /// Whether the configuration that governs a folder skips an entry of it; both are absolute.
    pub(super) fn skips(&mut self, folder: &Path, entry: &Path, is_folder: bool) -> bool {
        let setup = self.of_folder(folder);
        setup.skip.as_ref().is_some_and(|globs| globs.name(entry, is_folder))
    }

    /// The baselines that findings are compared with.
    pub(super) fn scopes(&mut self) -> &mut [BaselineScope] {
        &mut self.baselines
    }

    /// Writes the baseline, if requested. False if that fails.
    pub(super) fn write_baseline(&self) -> bool {
        self.baselines.iter().all(|scope| scope.baselines.write())
    }

    /// The files that the setups depend on: configurations, also those that do not exist yet, and custom rules.
    pub(super) fn files(&self) -> BTreeSet<PathBuf> {
        let named = self.by_configuration.keys().flatten().cloned();
        let named = named.chain(self.made.iter().filter_map(|setup| setup.baseline.clone()));
        let mut files: BTreeSet<PathBuf> = self.nearest.looked_at().chain(named).collect();
        for folder in self.made.iter().flat_map(|setup| &setup.rule_folders) {
            files.extend(rule_files(folder));
        }
        files
    }

    /// Reports rules of the arguments that no setup has.
    pub(super) fn complain_of_unknown_rules(&mut self) {
        self.made();
        for id in self.typed.rules.iter().chain(&self.typed.ignored) {
            let Some(first) = self.made.first() else { return };
            if !self.made.iter().any(|setup| setup.linter.rules().has(id)) {
                let rules = first.linter.rules();
                let message = if is_pattern(id) {
                    format!("no rule is named `{id}`")
                } else {
                    format!("there is no rule `{id}`")
                };
                self.problems.option("unknown-rule", message, rules.instead_of(id));
            }
        }
    }

    fn of_folder(&mut self, folder: &Path) -> Arc<Setup> {
        if let Some(known) = self.by_folder.get(folder) {
            return Arc::clone(known);
        }
        let configuration = self.configuration(folder);
        let setup = match self.by_configuration.get(&configuration) {
            Some(known) => Arc::clone(known),
            None => self.make(configuration),
        };
        self.by_folder.insert(folder.to_owned(), Arc::clone(&setup));
        setup
    }

    /// The configuration that governs the templates of a folder.
    fn configuration(&mut self, folder: &Path) -> Option<PathBuf> {
        match &self.typed.sources {
            RuleSources { no_config: true, .. } => None,
            RuleSources { config: Some(file), .. } => Some(file.clone()),
            _ => {
                // A folder that does not exist is reported with its own name.
                let folder = folder.canonicalize().or_else(|_| env::current_dir()).ok()?;
                let found = self.nearest.of(&folder).map(|file| from_here(&file));
                let misnamed = self.nearest.take_misnamed();
                self.problems.diagnostics.extend(misnamed.iter().map(|file| config::misnamed(&from_here(file))));
                found
            }
        }
    }

    fn make(&mut self, configuration: Option<PathBuf>) -> Arc<Setup> {
        let setup = Arc::new(self.setup(configuration.as_deref()));
        self.made.push(Arc::clone(&setup));
        self.by_configuration.insert(configuration, Arc::clone(&setup));
        setup
    }

    fn setup(&mut self, configuration: Option<&Path>) -> Setup {
        let Self { typed, problems, .. } = self;
        let Rules { set, config, overrides, name } = Rules::read(configuration, &typed.sources.rules, problems);
        problems.check_pseudo_parameters(config.parameters.keys());
        let configured = config.parameters.into_iter().map(|(name, pin)| (name, (pin.value, Some(pin.span))));
        let pins: TypedPins = configured.chain(typed.parameters.clone()).collect();
        let pinned = pins.iter().map(|(name, (value, _))| (name.clone(), value.clone())).collect();
        let profile = typed.profile.clone().or(config.profile).unwrap_or_else(|| DEFAULT_PROFILE.to_owned());
        let is_left_out = |entry: &RuleEntry| {
            typed.ignored.iter().any(|id| names(id, entry.id()))
                || typed.min_severity.is_some_and(|least| entry.severity() < least)
        };
        let selects = |entry: &RuleEntry| {
            if is_left_out(entry) {
                return false;
            }
            if !typed.rules.is_empty() {
                return typed.rules.iter().any(|id| names(id, entry.id()));
            }
            let is_among = |ids: &[String]| ids.iter().any(|id| id == entry.id());
            let wanted = entry.file.is_some() || entry.is_in(&profile);
            (wanted || is_among(&overrides.on)) && !is_among(&overrides.off)
        };
        let linter = Linter::new(set, selects, &overrides.changes, pinned, typed.keep).unwrap_or_else(|error| {
            // The changes were checked against this set, so the pack itself is wrong.
            problems.option("internal-error", error.to_string(), format!("Report it at {PROJECT_ADDRESS}/issues."));
            Linter::default()
        });
        let linter = if typed.rules.is_empty() {
            linter
        } else {
            let is_off = |entry: &RuleEntry| overrides.off.iter().any(|id| id == entry.id());
            linter.with_companions(|entry| !is_off(entry) && !is_left_out(entry), &overrides.changes)
        };
        let linter = match typed.today {
            Some(today) => linter.on(today),
            None => linter,
        };
        let linter = if typed.rules.is_empty() { linter.in_profile(&profile) } else { linter };
        let number = self.made.len();
        let baseline = config.baseline.filter(|_| self.baselines.iter().all(|scope| scope.setup.is_some()));
        if let Some(file) = &baseline {
            let baselines = Baselines::new(Some(file.clone()), None, problems);
            self.baselines.push(BaselineScope { setup: Some(number), baselines });
        }
        Setup {
            number,
            configuration: name,
            linter: Arc::new(linter),
            pins,
            profile: typed.rules.is_empty().then_some(profile),
            fail_on: typed.fail_on.or(config.fail_on).unwrap_or(FailOn::Level(Level::Error)),
            skip: config.skip,
            baseline,
            rule_folders: config.rule_folders.into_iter().chain(typed.sources.rules.iter().cloned()).collect(),
        }
    }
}
