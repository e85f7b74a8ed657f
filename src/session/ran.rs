//! Which settings governed the templates of a run, and so which rules ran.

use super::options::Options;
use super::parameters::Parameters;
use super::settings::Settings;
use crate::finding::RuleSeverity;
use crate::report::{Governed, OffRule, Pin, Summary};
use crate::rules::load::{self, RuleEntry, names, notice};
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The settings of a run with the number of templates that each governs. Settings without templates are left out, unless there are
/// no templates at all.
pub(super) struct Ran(Vec<(Arc<Settings>, usize)>);

impl Ran {
    /// `governed` has the number of templates by the number of the settings.
    pub(super) fn new(all: &[Arc<Settings>], governed: &BTreeMap<usize, usize>) -> Self {
        let templates = |settings: &Settings| governed.get(&settings.number).copied().unwrap_or_default();
        let of = |settings: &Arc<Settings>| (Arc::clone(settings), templates(settings));
        Self(all.iter().map(of).filter(|(_, templates)| governed.is_empty() || *templates > 0).collect())
    }

    /// The settings.
    pub(super) fn settings(&self) -> impl Iterator<Item = &Arc<Settings>> {
        self.0.iter().map(|(settings, _)| settings)
    }

    /// The rules that ran, each once, sorted by id.
    pub(super) fn rules(&self) -> Vec<&RuleEntry> {
        if let [(only, _)] = self.0.as_slice() {
            return only.linter.selected().collect();
        }
        let mut entries: Vec<&RuleEntry> = self.settings().flat_map(|settings| settings.linter.selected()).collect();
        // Of settings with rules of the same id, the last is taken.
        entries.reverse();
        entries.sort_by_key(|entry| entry.id());
        entries.dedup_by_key(|entry| entry.id());
        entries
    }

    /// How many rules ran.
    fn rule_number(&self) -> usize {
        match self.0.as_slice() {
            [(only, _)] => only.linter.selected_number(),
            _ => self.rules().len(),
        }
    }

    /// The rule with an id, selected or not.
    pub(super) fn rule(&self, id: &str) -> Option<&RuleEntry> {
        self.settings().find_map(|settings| settings.linter.rules().get(id))
    }

    fn profiles(&self) -> BTreeSet<&str> {
        self.settings().filter_map(|settings| settings.profile.as_deref()).collect()
    }

    /// What the profile is for; none if several profiles or single rules ran.
    pub(super) fn only_profile(&self) -> Option<String> {
        match self.profiles().into_iter().collect::<Vec<_>>().as_slice() {
            [only] => load::profiles().iter().find(|(name, _)| name == *only).map(|(_, text)| text.clone()),
            _ => None,
        }
    }

    /// Names the rules and profiles in a summary. `turned_off` has the numbers of templates with something that a rule looks at which
    /// is turned off, by the number of the settings.
    pub(super) fn describe(
        &self,
        options: &Options,
        turned_off: &BTreeMap<usize, BTreeMap<String, usize>>,
        summary: &mut Summary,
    ) {
        let profiles = self.profiles();
        summary.rules = self.rule_number();
        summary.selection = if profiles.is_empty() {
            let rules = self.rules();
            let is_run = |name: &&str| rules.iter().any(|entry| names(name, entry.id()));
            let ran: BTreeSet<&str> = options.rules.iter().map(String::as_str).filter(is_run).collect();
            let ran: Vec<&str> = ran.into_iter().collect();
            format!("rules: {}", if ran.is_empty() { "none of those named".to_owned() } else { ran.join(", ") })
        } else {
            profiles.iter().copied().collect::<Vec<_>>().join(", ")
        };
        summary.min_severity = options.min_severity.map(RuleSeverity::name);
        // A name that no rule has is a problem, and leaves nothing out.
        let exists = |name: &&String| self.settings().any(|settings| settings.linter.rules().has(name));
        summary.ignored = options.ignored.iter().filter(exists).collect::<BTreeSet<_>>().into_iter().cloned().collect();
        summary.notice = profiles.iter().find_map(|profile| notice(profile));
        let all: Vec<&str> =
            if self.0.len() < 2 { Vec::new() } else { self.rules().iter().map(|rule| rule.id()).collect() };
        // Without templates, of several settings none governs anything.
        let is_shown = |(_, templates): &&(Arc<Settings>, usize)| *templates > 0 || self.0.len() == 1;
        summary.governed = self
            .0
            .iter()
            .filter(is_shown)
            .map(|(settings, templates)| {
                let met = |rule: &str| turned_off.get(&settings.number).and_then(|rules| rules.get(rule)).copied();
                let off = settings.turned_off.iter();
                Governed {
                    configuration: settings.configuration.clone(),
                    profile: settings.profile.clone(),
                    templates: *templates,
                    off: off.map(|off| OffRule { templates: met(&off.rule).unwrap_or(0), ..off.clone() }).collect(),
                    changed: settings.changed.clone(),
                    not_run: not_run(settings, &all),
                }
            })
            .collect();
    }

    /// The parameters with a value from the run, if some template declares them and accepts it.
    pub(super) fn pins(&self, declared: &Parameters) -> Vec<Pin> {
        let given = self.settings().flat_map(|settings| &settings.linter.inputs().pinned);
        let given: BTreeSet<(&String, &String)> = given.collect();
        let pin = |(name, value): (&String, &String)| {
            let is_secret = match declared.is_secret(name) {
                Some(_) if !declared.is_accepted(name) => return None,
                Some(is_secret) => is_secret,
                // Templates do not declare pseudo parameters, and these are not secret.
                None if name.starts_with("AWS::") => false,
                None => return None,
            };
            Some(Pin { name: name.clone(), value: (!is_secret).then(|| value.clone()) })
        };
        given.into_iter().filter_map(pin).collect()
    }
}

/// Those of the rules that ran for some template that did not run for the templates of these settings.
fn not_run(settings: &Settings, all: &[&str]) -> Vec<String> {
    if all.is_empty() {
        return Vec::new();
    }
    let own: FxHashSet<&str> = settings.linter.selected().map(RuleEntry::id).collect();
    all.iter().filter(|id| !own.contains(*id)).map(|id| (*id).to_owned()).collect()
}
