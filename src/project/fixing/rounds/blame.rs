//! Which fixes are to blame for what does not stand the proof: those that are suspected, else one half after the other.

use super::Rounds;
use crate::change::{Change, Step};
use crate::finding::{Finding, Fix, Unfixed};
use crate::project::fixing::fates::Known;
use std::collections::BTreeSet;
use std::sync::Arc;

/// After so many fixes that were wrong, what is left of a search is not tried as a whole any more.
const MANY_WRONG: usize = 4;

impl Rounds<'_, '_> {
    /// What to try after something new was found: the fixes without the suspects, or half of them. The others wait. One alone is left.
    pub(super) fn without(
        &mut self,
        suspects: &BTreeSet<usize>,
        made: Vec<usize>,
        wanted: &[(&Finding, Arc<Fix>)],
        left: Unfixed,
    ) -> Vec<usize> {
        if made.len() == 1 {
            self.leave(&made, wanted, left);
            self.wrong += 1;
            if self.wrong < MANY_WRONG {
                // The others may be right.
                self.waiting.clear();
            }
            return Vec::new();
        }
        let is_split = !suspects.is_empty() && suspects.len() < made.len();
        let (now, later) = if is_split {
            made.into_iter().partition(|index| !suspects.contains(index))
        } else {
            // A rule whose fix is wrong is wrong everywhere.
            let mut now = made;
            now.sort_by_key(|index| (wanted.get(*index).map(|(finding, _)| &finding.rule), *index));
            let mut later = now.split_off(now.len().div_ceil(2));
            now.sort_unstable();
            later.sort_unstable();
            (now, later)
        };
        let later: Vec<usize> = later;
        self.waiting.push(later.into_iter().filter_map(|index| wanted.get(index)).map(Known::of).collect());
        now
    }
}

/// The fixes that may have made new findings: those for the same subjects, and those that change them.
pub(super) fn suspects(
    subjects: &BTreeSet<String>,
    made: &[(usize, &Finding)],
    wanted: &[(&Finding, Arc<Fix>)],
) -> BTreeSet<usize> {
    let changes = |index: usize| wanted.get(index).map(|(_, fix)| fix.changes.as_slice()).unwrap_or_default();
    let touches = |change: &Change| match change.path.as_slice() {
        [Step::Key(section), Step::Key(name), ..] => subjects.contains(&format!("{section}/{name}")),
        _ => false,
    };
    let is_suspect = |(index, finding): &&(usize, &Finding)| {
        subjects.contains(&finding.subject.qualified_name()) || changes(*index).iter().any(touches)
    };
    made.iter().filter(is_suspect).map(|(index, _)| *index).collect()
}
