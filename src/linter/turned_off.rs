//! Rules that a configuration turns off: the ones among them that would have looked at something in a template. A report without this
//! would call a citation checked although a rule that serves it was off.

use super::targets::occurs;
use super::{FileReport, Linter};
use crate::expand::{Kind, Model};
use crate::rules::load::{RuleEntry, RuleSet};
use crate::rules::rule::TargetName;
use smallvec::SmallVec;
use std::collections::BTreeSet;

/// The rules that are turned off, by their places in the set.
#[derive(Debug, Default)]
pub(super) struct TurnedOff {
    all: BTreeSet<usize>,
    /// What those of them look at that name no type of resource.
    general: Vec<(TargetName, Vec<usize>)>,
}

impl TurnedOff {
    fn new(rules: &RuleSet, is_off: impl Fn(&RuleEntry) -> bool) -> Self {
        let all: BTreeSet<usize> =
            rules.entries().iter().enumerate().filter(|(_, entry)| is_off(entry)).map(|(index, _)| index).collect();
        if all.is_empty() {
            return Self::default();
        }
        let own = |(target, rules): (TargetName, Vec<usize>)| {
            let rules: Vec<usize> = rules.into_iter().filter(|index| all.contains(index)).collect();
            (!rules.is_empty()).then_some((target, rules))
        };
        let general = rules.general().into_iter().filter_map(own).collect();
        Self { all, general }
    }
}

impl Linter {
    /// The same linter, which reports the templates that some rules would have looked at, if they were not turned off.
    #[must_use]
    pub fn without(self, is_off: impl Fn(&RuleEntry) -> bool) -> Self {
        let turned_off = TurnedOff::new(&self.rules, is_off);
        Self { turned_off, ..self }
    }

    /// Names the rules that are turned off, and that would have looked at something in a template.
    pub(super) fn note_turned_off(&self, model: &Model<'_, '_>, report: &mut FileReport) {
        let TurnedOff { all, general } = &self.turned_off;
        if all.is_empty() {
            return;
        }
        let kinds: SmallVec<[Kind<'_, '_>; 16]> = model.kinds().collect();
        let named = kinds.iter().flat_map(|kind| self.rules.naming(kind.name)).filter(|index| all.contains(index));
        let general = general.iter().filter(|(target, _)| occurs(target, &kinds, model));
        let places: BTreeSet<usize> = named.chain(general.flat_map(|(_, rules)| rules.iter().copied())).collect();
        let ids = places.into_iter().filter_map(|index| self.rules.entries().get(index));
        report.turned_off.extend(ids.map(|entry| entry.id().to_owned()));
    }
}
