//! What governs the templates of one configuration: the options and the configuration, as a linter with the selected rules.

use super::options::Options;
use super::pins::Pins;
use super::problems::Problems;
use super::rules::Rules;
use crate::code::Code;
use crate::config::{FailOn, Overrides};
use crate::discover::Globs;
use crate::files::Reach;
use crate::finding::Level;
use crate::linter::{Fixes, Linter};
use crate::report::{Changed, ChangedParameter, ChangedRule, OffRule, PROJECT_ADDRESS};
use crate::rules::load::{RuleEntry, names};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The profile if neither the options nor the configuration name one.
const DEFAULT_PROFILE: &str = "core";

/// The linter and the settings for the templates that one configuration governs.
#[derive(Debug)]
pub struct Settings {
    /// Their index among the settings of the session.
    pub(super) number: usize,
    /// The configuration as reports name it, if there is one.
    pub configuration: Option<String>,
    /// Its path, if there is one.
    pub file: Option<PathBuf>,
    /// The linter.
    pub linter: Arc<Linter>,
    /// The pinned parameters, and where they are pinned.
    pub(super) pins: Pins,
    /// The name of the profile; `None` if the options name rules.
    pub profile: Option<String>,
    /// The lowest level that fails the run.
    pub fail_on: FailOn,
    /// The rules that the configuration turns off.
    pub(super) off: BTreeSet<String>,
    /// Those among them that would run, with the citations that they serve, sorted by id.
    pub(super) turned_off: Vec<OffRule>,
    /// What the configuration changes about the rules that run, sorted by id.
    pub(super) changed: Vec<ChangedRule>,
    /// Files and folders that are left out of folders.
    pub(super) skip: Option<Globs>,
    /// Folders of custom rules.
    pub(super) rule_folders: Vec<PathBuf>,
    /// The baseline that the configuration names.
    pub(super) baseline: Option<PathBuf>,
    /// How far the configuration may lead.
    pub(super) reach: Reach,
}

impl Settings {
    /// Reads a configuration and custom rules. `pinned` are the parameters of the options.
    pub(super) fn read(
        number: usize,
        configuration: Option<&Path>,
        options: &Options,
        pinned: &Pins,
        problems: &mut Problems,
    ) -> Self {
        let Rules { set, config, overrides, name, reach } = Rules::read(configuration, &options.sources, problems);
        let written = config.parameters.iter();
        problems.check_pseudo_parameters(written.map(|(name, pin)| (name, pin.value.as_str(), Some(pin.span))));
        problems.note_pins(config.parameters.iter().map(|(name, pin)| (name, pin.span)));
        let configured = config.parameters.into_iter().map(|(name, pin)| (name, (pin.value, Some(pin.span))));
        let pins: Pins = configured.chain(pinned.clone()).collect();
        let selection = Selection {
            options,
            overrides: &overrides,
            profile: options.profile.clone().or(config.profile).unwrap_or_else(|| DEFAULT_PROFILE.to_owned()),
        };
        let values = pins.iter().map(|(name, (value, _))| (name.clone(), value.clone())).collect();
        let selects = |entry: &RuleEntry| selection.has(entry);
        let mut needed = options.contents.needed;
        if options.fixing.is_some() {
            // With edits whatever is reported: a fix that cannot be made alone is not made, whichever format shows it.
            needed.fixes = Fixes::WithEdits;
            needed.locked = true;
        }
        let linter = Linter::new(set, selects, &overrides.changes, values, needed);
        let linter = linter.unwrap_or_else(|error| {
            // The changes were checked against this set, so the pack itself is wrong.
            problems.option(Code::InternalError, error.to_string(), format!("Report it at {PROJECT_ADDRESS}/issues."));
            Linter::default()
        });
        let linter = selection.finish(linter).with_tags(config.tags).of_parts(options.is_part);
        // Few configurations turn rules off.
        let linter = if selection.overrides.off.is_empty() {
            linter
        } else {
            linter.without(|entry| selection.turns_off(entry))
        };
        let (turned_off, changed) = (selection.turned_off(&linter), selection.changed(&linter));
        Self {
            number,
            configuration: name,
            file: configuration.map(PathBuf::from),
            linter: Arc::new(linter),
            pins,
            profile: options.rules.is_empty().then_some(selection.profile),
            fail_on: options.fail_on.or(config.fail_on).unwrap_or(FailOn::Level(Level::Error)),
            off: overrides.off,
            turned_off,
            changed,
            skip: config.skip,
            rule_folders: config.rule_folders.into_iter().chain(options.sources.folders.iter().cloned()).collect(),
            baseline: config.baseline,
            reach,
        }
    }

    /// Whether they leave out an entry of a folder that is searched, by its absolute path without links.
    pub(super) fn skip(&self, entry: &Path, is_folder: bool) -> bool {
        self.skip.as_ref().is_some_and(|globs| globs.name(entry, is_folder))
    }
}

/// Which rules run.
struct Selection<'a> {
    options: &'a Options,
    overrides: &'a Overrides,
    profile: String,
}

impl Selection<'_> {
    /// Whether a rule runs.
    fn has(&self, entry: &RuleEntry) -> bool {
        if self.leaves_out(entry) {
            return false;
        }
        if !self.options.rules.is_empty() {
            return self.options.rules.iter().any(|id| names(id, entry.id()));
        }
        self.wants(entry) && !self.overrides.off.contains(entry.id())
    }

    /// Whether the profile or the configuration has a rule.
    fn wants(&self, entry: &RuleEntry) -> bool {
        entry.file.is_some() || entry.is_in(&self.profile) || self.overrides.on.contains(entry.id())
    }

    /// Whether a rule does not run only because the configuration turns it off.
    fn turns_off(&self, entry: &RuleEntry) -> bool {
        let is_off = self.options.rules.is_empty() && self.overrides.off.contains(entry.id());
        is_off && self.wants(entry) && !self.leaves_out(entry)
    }

    /// The rules that do not run only because the configuration turns them off.
    fn turned_off(&self, linter: &Linter) -> Vec<OffRule> {
        if self.overrides.off.is_empty() {
            return Vec::new();
        }
        let off = linter.rules().entries().iter().filter(|entry| self.turns_off(entry));
        off.map(|entry| OffRule { rule: entry.id().to_owned(), templates: 0, controls: entry.meta.controls.clone() })
            .collect()
    }

    /// What the configuration changes about the rules that run.
    fn changed(&self, linter: &Linter) -> Vec<ChangedRule> {
        let changed = |entry: &RuleEntry| {
            let change = self.overrides.changes.get(entry.id())?;
            let level = change.level.filter(|level| *level != entry.level());
            let level = level.map(|value| Changed { default: entry.level(), value });
            let rule = entry.rule().ok()?;
            let parameter = |(name, value): (&String, &Vec<String>)| {
                let default = rule.settings.get(name).filter(|default| *default != value)?.clone();
                let values = Changed { default, value: value.clone() };
                Some(ChangedParameter { name: name.clone(), values })
            };
            let parameters: Vec<ChangedParameter> = change.settings.iter().filter_map(parameter).collect();
            let is_changed = level.is_some() || !parameters.is_empty();
            is_changed.then(|| ChangedRule { rule: entry.id().to_owned(), level, parameters })
        };
        linter.selected().filter_map(changed).collect()
    }

    /// Whether the options leave a rule out.
    fn leaves_out(&self, entry: &RuleEntry) -> bool {
        self.options.ignored.iter().any(|id| names(id, entry.id()))
            || self.options.min_severity.is_some_and(|least| entry.severity() < least)
    }

    /// Gives a linter what depends on how the rules were selected, and the date.
    fn finish(&self, linter: Linter) -> Linter {
        let linter = match self.options.today {
            Some(today) => linter.on(today),
            None => linter,
        };
        if self.options.rules.is_empty() {
            return linter.in_profile(&self.profile);
        }
        let is_off = |entry: &RuleEntry| self.overrides.off.contains(entry.id());
        linter.with_companions(|entry| !is_off(entry) && !self.leaves_out(entry), &self.overrides.changes)
    }
}
