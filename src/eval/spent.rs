//! What an evaluation spent of the budgets of its template.

use super::remembered::MAX_PLACES;
use super::{Limits, MAX_BYTES_MADE, MAX_GUESSES, MAX_SEARCHES, MAX_WORK};

/// What an evaluation spent of what there is for one template: an answer that is kept is the one of a fresh evaluation only as long as
/// that would have come nowhere near an end.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Guesses, all of them.
    pub guesses: usize,
    /// Those among them for what is remembered for several checks.
    pub shared_guesses: usize,
    pub(super) bytes: usize,
    pub(super) searches: usize,
    pub(super) work: usize,
    pub(super) longest: usize,
    pub(super) places: usize,
    pub(super) has_like_atoms: bool,
}

impl Spent {
    /// Two evaluations of about the same template, of which the second did a part of the work. `guesses` are those of all answers.
    #[must_use]
    pub fn with(self, later: Self, guesses: usize) -> Self {
        Self {
            guesses,
            shared_guesses: self.shared_guesses.saturating_add(later.shared_guesses),
            bytes: self.bytes.saturating_add(later.bytes),
            searches: self.searches.saturating_add(later.searches),
            work: self.work.saturating_add(later.work),
            longest: self.longest.max(later.longest),
            places: self.places.saturating_add(later.places),
            has_like_atoms: self.has_like_atoms || later.has_like_atoms,
        }
    }

    /// Whether no budget can have been near its end, and nothing depends on the order in which checks ran.
    pub fn is_little(&self) -> bool {
        self.guesses.saturating_add(self.shared_guesses) <= MAX_GUESSES
            && self.bytes <= MAX_BYTES_MADE / 2
            && self.searches <= MAX_SEARCHES / 2
            && self.work <= MAX_WORK / 2
            && self.longest <= Limits::USUAL.work / 4
            && self.places <= MAX_PLACES / 2
            && !self.has_like_atoms
    }
}
