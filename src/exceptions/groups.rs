//! The exceptions that hold, by rule and by what they cover: so that a finding meets those above it, and not all of its block.

use super::cover::{Cover, block_of, is_below};
use super::{Known, Rank};
use crate::finding::Finding;
use foldhash::HashMap;
use std::sync::Arc;

/// The exceptions that hold, by the rule that they suppress.
#[derive(Debug, Default)]
pub(super) struct Groups(HashMap<Arc<str>, OfRule>);

/// The exceptions of one rule.
#[derive(Debug, Default)]
struct OfRule {
    /// By the path that they cover.
    by_path: HashMap<String, Group>,
    /// By the block that they cover something of, and whether a check there could not be decided.
    by_block: HashMap<String, (Vec<usize>, bool)>,
}

/// The exceptions of one rule that cover one path.
#[derive(Debug, Default)]
struct Group {
    /// Those that cover everything there, by index.
    whole: Vec<usize>,
    /// The one among them that findings name.
    best: Option<(Rank, usize)>,
    /// Those that cover a part of what is there, with the index of the cover, or that cover a finding in several places.
    parts: Vec<(usize, usize)>,
    is_used: bool,
    /// How many suppressed findings are there.
    findings: usize,
}

impl Groups {
    /// Of the exceptions without flaws among all.
    pub(super) fn of(all: &[Known]) -> Self {
        let mut groups = Self::default();
        for (index, known) in all.iter().enumerate().filter(|(_, known)| known.flaws.is_empty()) {
            let is_nested = covers_twice(&known.covers);
            for suppressed in &known.suppression.suppresses {
                let of_rule = groups.0.entry(Arc::clone(&suppressed.rule)).or_default();
                for (place, cover) in known.covers.iter().enumerate() {
                    of_rule.by_block.entry(block_of(&cover.path).to_owned()).or_default().0.push(index);
                    let group = of_rule.by_path.entry(cover.path.clone()).or_default();
                    if is_nested || cover.is_partial() {
                        group.parts.push((index, place));
                        continue;
                    }
                    group.whole.push(index);
                    let rank = known.rank(cover);
                    if group.best.as_ref().is_none_or(|(best, _)| rank > *best) {
                        group.best = Some((rank, index));
                    }
                }
            }
        }
        groups
    }

    /// Whether some suppress a rule.
    pub(super) fn have(&self, rule: &str) -> bool {
        self.0.contains_key(rule)
    }

    /// The exception that a finding names, among those that cover it; notes that all of these are of use.
    pub(super) fn suppress(&mut self, all: &mut [Known], finding: &Finding, subject: &str) -> Option<usize> {
        let of_rule = self.0.get_mut(&finding.rule)?;
        let mut best: Option<(Rank, usize)> = None;
        let mut take = |rank: Rank, index: usize| {
            let is_better = |(known, other): &(Rank, usize)| rank > *known || rank == *known && index < *other;
            if best.as_ref().is_none_or(is_better) {
                best = Some((rank, index));
            }
        };
        for path in above(&finding.path, subject) {
            let Some(group) = of_rule.by_path.get_mut(path) else { continue };
            group.is_used = true;
            if let Some((rank, index)) = group.best {
                take(rank, index);
            }
            for (index, place) in &group.parts {
                let Some(known) = all.get_mut(*index) else { continue };
                if let Some(cover) = known.covers.get(*place).filter(|cover| cover.holds(finding, subject)) {
                    take(known.rank(cover), *index);
                    known.is_used = true;
                }
            }
        }
        best.map(|(_, index)| index)
    }

    /// Notes that a check of a rule could not be decided about a subject.
    pub(super) fn note_undecided(&mut self, rule: &str, subject: &str) {
        let Some(of_rule) = self.0.get_mut(rule) else { return };
        let section = subject.split('/').next().unwrap_or_default();
        for block in ["", section, subject] {
            if let Some((_, undecided)) = of_rule.by_block.get_mut(block) {
                *undecided = true;
            }
        }
    }

    /// Tells the exceptions what was noted.
    pub(super) fn note(&self, all: &mut [Known]) {
        let mut each = |indices: &[usize], note: fn(&mut Known)| {
            for index in indices {
                all.get_mut(*index).into_iter().for_each(note);
            }
        };
        for of_rule in self.0.values() {
            for group in of_rule.by_path.values().filter(|group| group.is_used) {
                each(&group.whole, |known| known.is_used = true);
            }
            for (indices, _) in of_rule.by_block.values().filter(|(_, undecided)| *undecided) {
                each(indices, |known| known.undecided = true);
            }
        }
    }

    /// The findings among these that each exception suppresses, alone or with others.
    pub(super) fn tally(&mut self, all: &[Known], suppressed: &[Finding]) -> Vec<usize> {
        let mut numbers = vec![0; all.len()];
        for finding in suppressed {
            let Some(of_rule) = self.0.get_mut(&finding.rule) else { continue };
            let subject = finding.subject.qualified_name();
            let mut parts = Vec::new();
            for path in above(&finding.path, &subject) {
                let Some(group) = of_rule.by_path.get_mut(path) else { continue };
                group.findings += 1;
                let holds = |(index, place): &&(usize, usize)| {
                    let cover = all.get(*index).and_then(|known| known.covers.get(*place));
                    cover.is_some_and(|cover| cover.holds(finding, &subject))
                };
                parts.extend(group.parts.iter().filter(holds).map(|(index, _)| *index));
            }
            parts.sort_unstable();
            parts.dedup();
            for index in parts {
                numbers.get_mut(index).into_iter().for_each(|number| *number += 1);
            }
        }
        for group in self.0.values_mut().flat_map(|of_rule| of_rule.by_path.values_mut()) {
            for index in &group.whole {
                numbers.get_mut(*index).into_iter().for_each(|number| *number += group.findings);
            }
            group.findings = 0;
        }
        numbers
    }
}

/// The paths that a cover of a finding can have: the whole template's, those on the way to it, and its subject's.
fn above<'p>(path: &'p str, subject: &'p str) -> impl Iterator<Item = &'p str> {
    let steps = path.match_indices('/').filter_map(|(at, _)| path.get(..at)).filter(|above| !above.is_empty());
    let whole = Some(path).filter(|path| !path.is_empty());
    let own = Some(subject).filter(|subject| !subject.is_empty() && !is_below(path, subject));
    std::iter::once("").chain(steps).chain(whole).chain(own)
}

/// Whether one of some covers is in another one, so that both may cover one finding.
fn covers_twice(covers: &[Cover]) -> bool {
    let mut paths: Vec<&str> = covers.iter().map(|cover| cover.path.as_str()).collect();
    paths.sort_unstable();
    // What is written elsewhere is covered with its subject.
    let is_in = |one: &str, other: &str| one.is_empty() || is_below(other, one);
    let are_blocks = paths.iter().all(|path| path.matches('/').count() == 1);
    paths.len() > 1 && (!are_blocks || paths.windows(2).any(|pair| matches!(pair, [one, other] if is_in(one, other))))
}
