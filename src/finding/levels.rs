//! Known findings of one identity, by level: what is graver than every known one of its kind is new.

use super::Level;

/// How many findings of one kind are known, by level.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    /// Those whose level is not known, then notes, warnings and errors.
    numbers: [usize; 4],
    /// How many were met that are graver than what was left.
    graver: usize,
}

impl Levels {
    /// What may be known of a level, in the order of files.
    const ALL: [Option<Level>; 4] = [None, Some(Level::Note), Some(Level::Warning), Some(Level::Error)];

    fn number(&mut self, level: Option<Level>) -> &mut usize {
        let [any, notes, warnings, errors] = &mut self.numbers;
        match level {
            None => any,
            Some(Level::Note) => notes,
            Some(Level::Warning) => warnings,
            Some(Level::Error) => errors,
        }
    }

    /// Adds some of a level.
    pub fn add(&mut self, level: Option<Level>, number: usize) {
        let own = self.number(level);
        *own = own.saturating_add(number);
    }

    /// Takes one that is at least as grave as a level, the least grave of these. One whose level is not known is the last. Those that
    /// are asked for first have the first choice, so the gravest are to be asked for first.
    pub fn take(&mut self, level: Level) -> bool {
        let mut known = Self::ALL.into_iter().filter(|own| *own >= Some(level)).chain([None]);
        let found = known.any(|own| self.take_exactly(own));
        self.graver += usize::from(!found);
        found
    }

    /// Takes one whatever its level, the least grave.
    pub fn take_any(&mut self) -> bool {
        Self::ALL.into_iter().any(|level| self.take_exactly(level))
    }

    /// Takes one of a level.
    pub fn take_exactly(&mut self, level: Option<Level>) -> bool {
        let number = self.number(level);
        let found = *number > 0;
        *number = number.saturating_sub(1);
        found
    }

    /// How many there are of a level.
    pub fn number_of(&self, level: Option<Level>) -> usize {
        self.by_level().find(|(own, _)| *own == level).map_or(0, |(_, number)| number)
    }

    /// How many there are.
    pub fn total(&self) -> usize {
        self.numbers.iter().fold(0, |sum, number| sum.saturating_add(*number))
    }

    /// How many are gone: those that were not taken, and did not become graver.
    pub fn gone(&self) -> usize {
        self.total().saturating_sub(self.graver)
    }

    /// The gravest level of these, where it is known.
    pub fn gravest(&self) -> Option<Level> {
        self.by_level().last().and_then(|(level, _)| level)
    }

    /// The numbers by level, of those that there are.
    pub fn by_level(&self) -> impl Iterator<Item = (Option<Level>, usize)> {
        Self::ALL.into_iter().zip(self.numbers).filter(|(_, number)| *number > 0)
    }

    /// The numbers of each level, of this one and of two others, made to one.
    #[must_use]
    pub fn merged(&self, one: &Self, other: &Self, merge: impl Fn([usize; 3]) -> usize) -> Self {
        let numbers = std::array::from_fn(|at| {
            merge([self, one, other].map(|levels| levels.numbers.get(at).copied().unwrap_or_default()))
        });
        Self { numbers, graver: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(numbers: [usize; 4]) -> Levels {
        Levels { numbers, graver: 0 }
    }

    #[test]
    fn what_is_known_covers_what_is_not_graver() {
        use Level::{Error, Note, Warning};
        // What is known, what is met, how much of it is new, and what is gone.
        for (known, met, new, gone) in [
            ([0, 0, 1, 0], vec![Error], 1, 0),
            ([0, 1, 0, 0], vec![Warning], 1, 0),
            ([0, 0, 0, 1], vec![Warning], 0, 0),
            ([0, 0, 0, 1], vec![Note], 0, 0),
            ([1, 0, 0, 0], vec![Error], 0, 0),
            ([1, 0, 1, 0], vec![Error, Warning], 0, 0),
            ([0, 0, 1, 1], vec![Error, Error], 1, 0),
            ([0, 0, 2, 0], vec![Error], 1, 1),
            ([0, 1, 0, 1], vec![Error, Warning], 1, 0),
            ([0, 0, 1, 1], vec![Warning], 0, 1),
            ([0, 0, 0, 0], vec![Note, Note], 2, 0),
        ] {
            let mut left = levels(known);
            let found = met.iter().filter(|level| !left.take(**level)).count();
            assert_eq!((found, left.gone()), (new, gone), "{known:?} {met:?}");
        }
    }
}
