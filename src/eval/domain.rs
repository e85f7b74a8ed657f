//! Sets of the candidates that a variable may still take.

use smallvec::{SmallVec, smallvec};
use std::cmp::Ordering;

/// The candidates that a variable may still take: indices into its list; for an atom 0 is false and 1 is true. One bit each, so that
/// hundreds of values are compared as quickly as a few.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Domain {
    /// The last word is not zero: equal sets have equal words.
    words: SmallVec<[u64; 2]>,
}

impl Domain {
    /// One candidate.
    pub fn only(candidate: usize) -> Self {
        let mut domain = Self::default();
        domain.insert(candidate);
        domain
    }

    /// The first so many candidates: all of a variable.
    pub fn all(size: usize) -> Self {
        let mut words: SmallVec<[u64; 2]> = smallvec![u64::MAX; size.div_ceil(BITS)];
        if let Some(last) = words.last_mut()
            && !size.is_multiple_of(BITS)
        {
            *last = (1 << (size % BITS)) - 1;
        }
        Self { words }
    }

    /// What is in it or in another.
    pub fn union(&self, other: &Self) -> Self {
        let (long, short) = if self.words.len() < other.words.len() { (other, self) } else { (self, other) };
        let mut words = long.words.clone();
        words.iter_mut().zip(&short.words).for_each(|(own, other)| *own |= other);
        Self { words }
    }

    /// What is in it and not in another.
    pub fn difference(&self, other: &Self) -> Self {
        let mut words = self.words.clone();
        words.iter_mut().zip(&other.words).for_each(|(own, other)| *own &= !other);
        trim(&mut words);
        Self { words }
    }

    /// Adds a candidate.
    pub fn insert(&mut self, candidate: usize) {
        let (word, bit) = place(candidate);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        if let Some(word) = self.words.get_mut(word) {
            *word |= bit;
        }
    }

    /// All of it but one candidate.
    pub fn without(&self, candidate: usize) -> Self {
        let (word, bit) = place(candidate);
        let mut rest = self.clone();
        if let Some(word) = rest.words.get_mut(word) {
            *word &= !bit;
        }
        trim(&mut rest.words);
        rest
    }

    /// What is in it and in another.
    pub fn intersection(&self, other: &Self) -> Self {
        let mut words: SmallVec<[u64; 2]> =
            self.words.iter().zip(&other.words).map(|(own, other)| own & other).collect();
        trim(&mut words);
        Self { words }
    }

    /// Whether anything is in it and in another.
    pub fn meets(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).any(|(own, other)| own & other != 0)
    }

    /// Whether a candidate is in it.
    pub fn contains(&self, candidate: &usize) -> bool {
        let (word, bit) = place(*candidate);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Whether all of it is in another.
    pub fn is_within(&self, other: &Self) -> bool {
        self.words.len() <= other.words.len()
            && self.words.iter().zip(&other.words).all(|(own, other)| own & !other == 0)
    }

    /// How many candidates are in it.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether no candidate is in it.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The candidates, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(index, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(index * BITS + bit)
            })
        })
    }
}

fn trim(words: &mut SmallVec<[u64; 2]>) {
    while words.last() == Some(&0) {
        words.pop();
    }
}

const BITS: usize = u64::BITS as usize;

fn place(candidate: usize) -> (usize, u64) {
    (candidate / BITS, 1 << (candidate % BITS))
}

impl FromIterator<usize> for Domain {
    fn from_iter<I: IntoIterator<Item = usize>>(candidates: I) -> Self {
        let mut domain = Self::default();
        candidates.into_iter().for_each(|candidate| domain.insert(candidate));
        domain
    }
}

impl Ord for Domain {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl PartialOrd for Domain {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn all_candidates_and_what_is_left_of_them() {
        for size in [0, 1, 63, 64, 65, 128, 200] {
            let all = Domain::all(size);
            assert_eq!(all, (0..size).collect());
            let some: Domain = (0..size).filter(|candidate| candidate % 3 == 0).collect();
            let rest = all.difference(&some);
            assert_eq!(rest, (0..size).filter(|candidate| candidate % 3 != 0).collect());
            assert_eq!((rest.union(&some), some.union(&rest)), (all.clone(), all.clone()));
            assert!(all.difference(&all).is_empty() && some.difference(&all).is_empty());
        }
    }

    #[test]
    fn sets_are_compared_as_sets_and_ordered_as_lists() {
        let of = |candidates: &[usize]| candidates.iter().copied().collect::<Domain>();
        let (few, many) = (of(&[200, 3]), of(&[3, 64, 200, 999]));
        assert_eq!(few.iter().collect::<Vec<_>>(), [3, 200]);
        assert_eq!((few.len(), many.len(), Domain::default().len()), (2, 4, 0));
        assert!(few.is_within(&many) && !many.is_within(&few) && Domain::default().is_within(&few));
        assert!(few.contains(&200) && !few.contains(&64) && !few.contains(&5000));
        assert_eq!(of(&[200, 3]), of(&[3, 3, 200]));
        assert_eq!((few.without(200), few.without(3), few.without(7)), (of(&[3]), of(&[200]), few.clone()));
        assert_eq!((few.intersection(&many), few.intersection(&of(&[3, 9]))), (few.clone(), of(&[3])));
        assert!(few.intersection(&of(&[9, 64])).is_empty());
        let mut lists = [of(&[1]), of(&[0, 2]), of(&[0]), of(&[0, 1])];
        lists.sort();
        assert_eq!(lists, [of(&[0]), of(&[0, 1]), of(&[0, 2]), of(&[1])]);
    }
}
