//! What changed since an earlier revision, in numbers.

use super::text::{grouped, one_line, shorten};
use crate::finding::Level;

/// Columns of a revision's name.
const MAX_NAME: usize = 80;
/// Digits of a commit, as git shortens it for people.
const SHORT: usize = 12;

/// The revision that a run compares with, and the numbers of findings.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Since {
    /// As it was named.
    pub revision: String,
    /// The hash of its commit.
    pub commit: String,
    /// Findings that count: the revision does not have them.
    pub new: usize,
    /// Findings of the revision that are gone.
    pub fixed: usize,
    /// Findings of the revision that nothing decides about now.
    pub unjudged: usize,
    /// Findings that the revision has, too, and that nothing else keeps from counting.
    pub unchanged: usize,
    /// These by level: errors, warnings and notes.
    #[serde(skip)]
    pub(crate) levels: [usize; 3],
}

impl Since {
    /// The number of the unchanged findings of a level.
    pub(crate) fn level(&mut self, level: Level) -> &mut usize {
        let [errors, warnings, notes] = &mut self.levels;
        match level {
            Level::Error => errors,
            Level::Warning => warnings,
            Level::Note => notes,
        }
    }

    /// The numbers: `3 new, 2 fixed, 41 as before, 1 no longer judged`.
    pub(crate) fn numbers(&self) -> String {
        let Self { new, fixed, unchanged, unjudged, .. } = self;
        let all = format!("{} new, {} fixed, {} as before", grouped(*new), grouped(*fixed), grouped(*unchanged));
        if *unjudged == 0 { all } else { format!("{all}, {} no longer judged", grouped(*unjudged)) }
    }

    /// The revision for people: `main (0123456789ab)`.
    pub(crate) fn name(&self) -> String {
        let name = one_line(&self.revision, true);
        let name = shorten(&name, MAX_NAME, true);
        let short: String = self.commit.chars().take(SHORT).collect();
        if self.commit.starts_with(&*name) { short } else { format!("{name} ({short})") }
    }
}
