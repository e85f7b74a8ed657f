//! The rules of a session: the built-in ones and those of folders, with the changes of a configuration.

use super::options::{Configuration, RuleSources};
use super::problems::Problems;
use crate::config::{self, Config, Nearest, Overrides};
use crate::files::{Files, Reach};
use crate::paths::folder_of;
use crate::rules::load::RuleSet;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The rules of a run or a catalogue: the built-in pack and custom rules, with the changes of the configuration.
pub struct Rules {
    /// The rules.
    pub set: RuleSet,
    /// The configuration.
    pub config: Config,
    /// The changes of the configuration, checked against the rules.
    pub overrides: Overrides,
    /// The configuration as reports name it, if there is one.
    pub name: Option<String>,
    /// How far it may lead.
    pub(super) reach: Reach,
}

impl Rules {
    /// The built-in rules, and those of the folders of the configuration and the options, for a command that lints nothing. The
    /// configuration is the one nearest to the base folder.
    pub fn load(sources: &RuleSources, problems: &mut Problems) -> Self {
        let configuration = match &sources.configuration {
            Configuration::Ignored => None,
            Configuration::File(file) => Some(file.clone()),
            Configuration::Nearest => nearest_to_base(problems.files()),
        };
        Self::read(configuration.as_deref(), sources, problems)
    }

    /// The folders of custom rules that a configuration names: this one, or the one nearest to the base folder.
    pub fn folders(configuration: Option<&Path>, problems: &mut Problems) -> Vec<PathBuf> {
        let (configuration, is_given) = match configuration {
            Some(given) => (Some(given.to_owned()), true),
            None => (nearest_to_base(problems.files()), false),
        };
        let Some(configuration) = configuration else { return Vec::new() };
        let reach = reach(&configuration, is_given, problems.files());
        let Some(source) = problems.open(&configuration, &reach, config::unreadable) else { return Vec::new() };
        let (mut config, found) = Config::read(&source, problems.files());
        problems.diagnostics.extend(found);
        problems.keep(source);
        config.rule_folders.retain(|folder| problems.reaches(folder, &reach));
        config.rule_folders
    }

    /// The same with a known configuration.
    pub fn read(configuration: Option<&Path>, sources: &RuleSources, problems: &mut Problems) -> Self {
        let mut set = RuleSet::embedded();
        let is_given = matches!(sources.configuration, Configuration::File(_));
        let reach = configuration.map_or(Reach::Anywhere, |path| reach(path, is_given, problems.files()));
        let source = configuration.and_then(|path| problems.open(path, &reach, config::unreadable));
        let name = source.as_ref().map(|source| source.name.clone());
        let mut config = Config::default();
        if let Some(source) = &source {
            let (read, found) = Config::read(source, problems.files());
            config = read;
            problems.diagnostics.extend(found);
        }
        let mut places = std::mem::take(&mut config.rule_folder_places).into_iter();
        let mut missing = HashSet::new();
        config.rule_folders.retain(|folder| {
            let (place, reaches) = (places.next(), problems.reaches(folder, &reach));
            if let (Some(place), Some(source), true) = (place, &source, reaches && !problems.files().has(folder)) {
                problems.no_folder(folder, place, source);
                missing.insert(folder.clone());
            }
            reaches
        });
        for folder in config.rule_folders.iter().filter(|folder| !missing.contains(*folder)).chain(&sources.folders) {
            problems.add_rules(&mut set, folder);
        }
        let mut overrides = Overrides::default();
        if let Some(source) = source {
            let (checked, found) = config.overrides(&source, &set);
            overrides = checked;
            problems.diagnostics.extend(found);
            problems.keep(source);
        }
        Self { set, config, overrides, name, reach }
    }
}

/// How far a configuration may lead, and what it names: anywhere if a person gives it, and not out of the project if it was found.
fn reach(configuration: &Path, is_given: bool, files: &Files) -> Reach {
    if is_given { Reach::Anywhere } else { Reach::of_project(folder_of(configuration), files) }
}

/// The configuration that is nearest to the base folder.
fn nearest_to_base(files: &Files) -> Option<PathBuf> {
    Nearest::default().of(&files.real(Path::new(".")).ok()?, files).map(|file| files.base().lead_to(&file))
}
