//! Which of several fixes can be made in one text at the same time, and the text with them.

use crate::change::{Action, Change};
use crate::finding::Fix;
use crate::linter::{self, FileReport, MAX_PARAMETERS, MAX_RESOURCES};
use crate::source::SourceId;
use crate::syntax::{self, edit};
use std::collections::{BTreeMap, BTreeSet};

/// Attempts to leave out what cannot be made. After them, the fixes are made one by one.
const MAX_TRIES: usize = 8;

/// A text with some changes, as far as they can be made.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::project) struct Edited {
    pub(super) text: String,
    /// The changes that cannot be made, by their indices, and whether only another change is in their way.
    pub(super) refused: BTreeMap<usize, bool>,
}

/// What makes changes in a text.
pub(in crate::project) type Editor<'e> = dyn Fn(&str, &[Change]) -> Edited + 'e;

/// Some fixes in a text. Fixes are named by their indices.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// The text with the fixes that were made.
    pub(super) text: String,
    pub(super) made: Vec<usize>,
    /// Those that can be made once the others are.
    pub(super) waiting: Vec<usize>,
    /// Those that this text does not allow.
    pub(super) refused: Vec<usize>,
}

/// Makes as many of some fixes as can be made at the same time. Each is made as a whole, or not at all.
pub(super) fn plan(text: &str, fixes: &[(usize, &Fix)], editor: &Editor<'_>) -> Plan {
    let mut plan = Plan::default();
    let mut left: Vec<(usize, &Fix)> = fixes.to_vec();
    for _ in 0..MAX_TRIES {
        if left.is_empty() {
            return plan;
        }
        let (changes, users) = united(&left);
        let edited = editor(text, &changes);
        if edited.refused.is_empty() {
            plan.text = edited.text;
            plan.made = left.iter().map(|(index, _)| *index).collect();
            return plan;
        }
        // A fix is left out as a whole. What is refused for another reason than a conflict stays refused.
        let mut out: BTreeMap<usize, bool> = BTreeMap::new();
        for (change, is_conflict) in &edited.refused {
            for index in users.get(*change).into_iter().flatten() {
                *out.entry(*index).or_insert(true) &= is_conflict;
            }
        }
        if out.len() == left.len() && out.values().all(|is_conflict| *is_conflict) {
            // The fix that is in its own way cannot be made; of others, the first goes first.
            let first = left.first().map(|(index, _)| *index);
            out.retain(|index, _| left.len() == 1 || Some(*index) != first);
            out.values_mut().for_each(|is_conflict| *is_conflict = left.len() > 1);
        }
        left.retain(|(index, _)| !out.contains_key(index));
        for (index, is_conflict) in out {
            if is_conflict { plan.waiting.push(index) } else { plan.refused.push(index) }
        }
    }
    alone(text, left, plan, editor)
}

/// What a change adds: its section and name.
pub(super) fn added_by(change: &Change) -> Option<String> {
    match (change.path.as_slice(), &change.action) {
        ([crate::change::Step::Key(section), crate::change::Step::Key(name)], Action::Set(_)) => {
            Some(format!("{section}/{name}"))
        }
        ([crate::change::Step::Key(section), crate::change::Step::Key(_)], Action::Rename(name)) => {
            Some(format!("{section}/{name}"))
        }
        _ => None,
    }
}

/// The fixes that do not add more resources and parameters to a template than CloudFormation takes, in their order.
pub(super) fn within_limits<'f>(report: &FileReport, fixes: Vec<(usize, &'f Fix)>) -> Vec<(usize, &'f Fix)> {
    let room =
        [("Resources", MAX_RESOURCES, report.resources), ("Parameters", MAX_PARAMETERS, report.parameters.len())];
    let mut new: [BTreeSet<&'f str>; 2] = Default::default();
    let fits = |(_, fix): &(usize, &'f Fix)| {
        let mut more = new.clone();
        for (names, (section, ..)) in more.iter_mut().zip(room) {
            names.extend(fix.changes.iter().filter_map(|change| linter::added(change, section)));
        }
        let mut all = new.iter().zip(&more).zip(room);
        let is_within = all.all(|((before, after), (_, most, now))| before == after || now + after.len() <= most);
        if is_within {
            new = more;
        }
        is_within
    };
    fixes.into_iter().filter(fits).collect()
}

/// Makes the first fix that can be made.
fn alone(text: &str, left: Vec<(usize, &Fix)>, mut plan: Plan, editor: &Editor<'_>) -> Plan {
    for (index, fix) in left {
        if !plan.made.is_empty() {
            plan.waiting.push(index);
            continue;
        }
        let edited = editor(text, &fix.changes);
        if edited.refused.is_empty() {
            plan.text = edited.text;
            plan.made.push(index);
        } else {
            plan.refused.push(index);
        }
    }
    plan
}

/// The changes of some fixes, each once, with the fixes that need it.
fn united(fixes: &[(usize, &Fix)]) -> (Vec<Change>, Vec<BTreeSet<usize>>) {
    let mut changes: Vec<Change> = Vec::new();
    let mut users: Vec<BTreeSet<usize>> = Vec::new();
    let mut names = linter::Names::default();
    let mut by_path: BTreeMap<&[crate::change::Step], Vec<usize>> = BTreeMap::new();
    for (index, fix) in fixes {
        for change in &fix.changes {
            let there = by_path.entry(&change.path).or_default();
            let same = there.iter().copied().find(|at| changes.get(*at) == Some(change));
            let at = same.unwrap_or_else(|| {
                changes.push(change.clone());
                users.push(BTreeSet::new());
                there.push(changes.len() - 1);
                changes.len() - 1
            });
            if let Some(users) = users.get_mut(at) {
                users.insert(*index);
            }
        }
    }
    // Different items of one list have different names, whichever fixes add them.
    for change in &mut changes {
        if let Action::Append(value) = &mut change.action {
            names.give(&change.path, value);
        }
    }
    (changes, users)
}

/// Makes changes in the text of a template.
pub(in crate::project) fn edited(text: &str, changes: &[Change]) -> Edited {
    let Ok(document) = syntax::read(text, SourceId::default()) else {
        return Edited { text: text.to_owned(), refused: (0..changes.len()).map(|index| (index, false)).collect() };
    };
    let edit::Edited { edits, refused } =
        linter::edited(&document, changes, |changes| edit::edits(text, &document, changes));
    let refused = refused.into_iter().map(|(index, reason)| (index, reason == edit::Refused::Conflict)).collect();
    Edited { text: edit::apply(text, &edits), refused }
}
