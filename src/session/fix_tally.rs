//! The numbers of what a run fixed, added up text by text.

use super::options::Fixing;
use crate::finding::Unfixed;
use crate::project::{Fixed, Note};
use crate::report::{Effect, FixedRule, Fixes, NotFixed};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The numbers so far.
#[derive(Default)]
pub(super) struct FixTally {
    files: usize,
    /// Fixed findings and those whose fix was taken back, by rule.
    rules: BTreeMap<Arc<str>, (usize, usize)>,
    left: BTreeMap<Unfixed, usize>,
    effects: Vec<Effect>,
}

/// What fixes of a file do.
pub(super) fn effects(file: &str, fixed: &Fixed) -> Vec<Effect> {
    let effect = |note: &Note| Effect {
        file: file.to_owned(),
        rule: note.rule.to_string(),
        resource: note.subject.clone(),
        note: note.text.clone(),
        safe: note.is_safe,
    };
    fixed.notes.iter().map(effect).collect()
}

impl FixTally {
    /// Adds those of a text.
    pub(super) fn add(&mut self, fixed: &Fixed, effects: Vec<Effect>) {
        // Those of a text that is not changed are only shown with its diff.
        if !fixed.fixed.is_empty() {
            self.effects.extend(effects);
        }
        self.files += usize::from(!fixed.fixed.is_empty());
        for (rule, number) in &fixed.fixed {
            self.rules.entry(Arc::clone(rule)).or_default().0 += number;
        }
        for (rule, number) in &fixed.taken_back {
            self.rules.entry(Arc::clone(rule)).or_default().1 += number;
        }
        for (reason, number) in &fixed.left {
            *self.left.entry(*reason).or_default() += number;
        }
    }

    /// All of them.
    pub(super) fn total(mut self, fixing: &Fixing) -> Fixes {
        let unsafe_fixes = self.left.remove(&Unfixed::Unsafe).unwrap_or_default();
        let rule = |(rule, (fixed, taken_back)): (Arc<str>, (usize, usize))| FixedRule {
            rule: rule.to_string(),
            fixed,
            taken_back,
        };
        Fixes {
            dry_run: fixing.is_dry,
            fixed: self.rules.values().map(|(fixed, _)| fixed).sum(),
            files: self.files,
            unsafe_fixes,
            not_fixed: self.left.into_iter().map(|(reason, findings)| NotFixed { reason, findings }).collect(),
            rules: self.rules.into_iter().map(rule).collect(),
            effects: self.effects,
        }
    }
}
