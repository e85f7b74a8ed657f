//! Where secrets stand in a text: from the left, at each place the longest, none inside of another.

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};
use memchr::memmem::Finder;
use std::ops::Range;

/// The place of a needle among all, and where it was found.
type Found = (usize, Range<usize>);

/// Finds needles.
pub(super) struct Search {
    /// None where all are long.
    automaton: Option<AhoCorasick>,
    /// The places of those that the automaton finds.
    short: Vec<usize>,
    /// The places of the others.
    long: Vec<usize>,
}

/// The bytes of a needle that is looked for alone: the automaton would take a hundred times as many to make.
const LONG: usize = 4096;
/// The number of needles that are looked for alone at most: each is a look at the whole text.
const MOST_LONG: usize = 16;

impl Search {
    /// Finds these needles; none if they are too many.
    pub(super) fn new(needles: &[&str]) -> Option<Self> {
        let total: usize = needles.iter().map(|needle| needle.len()).sum();
        let is_long = |needle: &str| needle.len() >= LONG && needle.len() >= total / MOST_LONG;
        let (mut short, mut long) = (Vec::new(), Vec::new());
        for (place, needle) in needles.iter().enumerate() {
            if is_long(needle) { &mut long } else { &mut short }.push(place);
        }
        // A table of all transitions would be faster to search, and takes the square of a long text that repeats itself to make.
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::LeftmostLongest).kind(Some(AhoCorasickKind::ContiguousNFA));
        let texts = short.iter().filter_map(|place| needles.get(*place));
        let automaton = if short.is_empty() { None } else { Some(builder.build(texts).ok()?) };
        Some(Self { automaton, short, long })
    }

    /// Where a text holds the needles that this was made of.
    pub(super) fn matches<'r>(
        &'r self,
        needle: impl Fn(usize) -> &'r str,
        text: &'r str,
    ) -> impl Iterator<Item = Found> {
        let long = self.long.iter().map(|place| (*place, needle(*place)));
        let mut long: Vec<(usize, Finder<'r>, Ahead)> = long
            .filter(|(_, needle)| needle.len() <= text.len())
            .map(|(place, needle)| (place, Finder::new(needle.as_bytes()), Ahead::default()))
            .collect();
        let mut short = Ahead::default();
        let mut at = 0;
        std::iter::from_fn(move || {
            let mut first = short.after(at, || {
                let found = self.automaton.as_ref()?.find(Input::new(text).range(at..))?;
                Some((*self.short.get(found.pattern().as_usize())?, found.range()))
            });
            for (place, finder, ahead) in &mut long {
                let found = ahead.after(at, || {
                    let start = at + finder.find(text.as_bytes().get(at..)?)?;
                    Some((*place, start..start + finder.needle().len()))
                });
                first = [first, found]
                    .into_iter()
                    .flatten()
                    .min_by_key(|(_, range)| (range.start, usize::MAX - range.len()));
            }
            let (place, range) = first?;
            at = range.end;
            Some((*place, range.clone()))
        })
    }
}

/// The next match of some needles, as far as it was looked for.
#[derive(Default)]
struct Ahead {
    is_known: bool,
    found: Option<Found>,
}

impl Ahead {
    /// The first match that does not begin before a place.
    fn after(&mut self, at: usize, search: impl FnOnce() -> Option<Found>) -> Option<&Found> {
        let is_passed = self.found.as_ref().is_some_and(|(_, range)| range.start < at);
        if !self.is_known || is_passed {
            *self = Self { is_known: true, found: search() };
        }
        self.found.as_ref()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    /// What an automaton of all needles finds is what is found with long ones apart.
    #[test]
    fn long_needles_are_found_as_short_ones_are() {
        let long = "aB3-".repeat(2000);
        let longer = format!("{long}x");
        let other = format!("{}q", &long[4000..]);
        let texts = [
            String::new(),
            long.clone(),
            longer.clone(),
            format!("{long}{long}aB3-"),
            format!("3-{long}aB{longer}{other}aB3"),
            format!("{other}{}", long[2..].repeat(3)),
        ];
        for needles in [
            vec![long.as_str()],
            vec![&long, "aB3-", &longer],
            vec!["xaB", &other, &longer, "3-"],
            vec!["B3-a", &long, &other],
        ] {
            let search = Search::new(&needles).unwrap();
            assert!(!search.long.is_empty());
            let mut builder = AhoCorasick::builder();
            let automaton = builder.match_kind(MatchKind::LeftmostLongest).build(&needles).unwrap();
            for text in &texts {
                let found: Vec<Found> = search.matches(|place| needles[place], text).collect();
                let expected: Vec<Found> =
                    automaton.find_iter(text).map(|found| (found.pattern().as_usize(), found.range())).collect();
                assert_eq!(found, expected);
            }
        }
    }
}
