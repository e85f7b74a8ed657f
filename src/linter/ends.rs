//! How the checks of one rule ended, by subject. A rule on a subject is one check, however many entries of its `checks` look at it, and
//! however many resources a transform made of it: what failed beats what is undecided, and that beats what passed.

use crate::expand::Block;
use crate::finding::{Level, Outcome};
use std::cmp::Ordering;
use std::vec::Drain;

/// How a rule ended for one subject so far.
pub(super) struct End<'m, 't> {
    /// The first block with this outcome.
    pub(super) block: &'m Block<'t>,
    pub(super) outcome: Outcome,
    /// The gravest level among the entries with this outcome.
    pub(super) level: Level,
    /// Why it is undecided.
    pub(super) reasons: Vec<String>,
}

/// How a rule ended for each of its subjects: a result for each entry that looks at one, until they are taken.
#[derive(Default)]
pub(super) struct Ends<'m, 't>(Vec<End<'m, 't>>);

impl<'m, 't> Ends<'m, 't> {
    /// Adds a result about a block.
    pub(super) fn add(&mut self, block: &'m Block<'t>, outcome: Outcome, level: Level, reasons: Vec<String>) {
        self.0.push(End { block, outcome, level, reasons });
    }

    /// Takes the results, one for each subject. If no transform made any block, each block is a subject.
    pub(super) fn take(&mut self, is_as_written: bool) -> Drain<'_, End<'m, 't>> {
        if self.0.len() > 1 {
            // Each entry adds its results in the order of the template, so most of the work is done.
            if is_as_written {
                self.0.sort_by_key(|end| std::ptr::from_ref(end.block).addr());
                self.0.dedup_by(|next, known| std::ptr::eq(next.block, known.block) && known.absorb(next));
            } else {
                let subject = |end: &End<'m, 't>| (end.block.section, end.block.written_name());
                self.0.sort_by_key(subject);
                self.0.dedup_by(|next, known| subject(next) == subject(known) && known.absorb(next));
            }
        }
        self.0.drain(..)
    }
}

impl End<'_, '_> {
    /// Adds another result about the same subject, of which nothing is left. Always true.
    fn absorb(&mut self, other: &mut Self) -> bool {
        // Outcomes are in the order of their weight.
        match other.outcome.cmp(&self.outcome) {
            Ordering::Less => std::mem::swap(self, other),
            Ordering::Equal => {
                self.level = self.level.max(other.level);
                for reason in std::mem::take(&mut other.reasons) {
                    if !self.reasons.contains(&reason) {
                        self.reasons.push(reason);
                    }
                }
            }
            Ordering::Greater => {}
        }
        true
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::expand::Section;
    use crate::source::{SourceId, Span};
    use crate::syntax::parse;

    #[test]
    fn the_gravest_outcome_of_a_subject_counts() {
        let document = parse("{}", SourceId(0)).unwrap();
        let block = |section, name| Block {
            section,
            name,
            key_span: Span::new(SourceId(0), 0, 0),
            node: &document.root,
            kind: "",
            condition: None,
            origin: None,
        };
        let (a, b) = (block(Section::Resources, "A"), block(Section::Outputs, "A"));
        let reasons = |reasons: &[&str]| reasons.iter().map(|reason| (*reason).to_owned()).collect::<Vec<String>>();
        for is_as_written in [true, false] {
            let mut ends = Ends::default();
            ends.add(&a, Outcome::Pass, Level::Error, Vec::new());
            ends.add(&a, Outcome::Undecided, Level::Note, reasons(&["one", "two"]));
            ends.add(&b, Outcome::Fail, Level::Error, Vec::new());
            ends.add(&a, Outcome::Pass, Level::Error, Vec::new());
            ends.add(&a, Outcome::Undecided, Level::Warning, reasons(&["two", "three"]));
            ends.add(&b, Outcome::Undecided, Level::Error, Vec::new());
            let mut taken: Vec<_> = ends
                .take(is_as_written)
                .map(|end| (end.block.section, end.outcome, end.level, end.reasons.join(" ")))
                .collect();
            taken.sort();
            assert_eq!(
                taken,
                [
                    (Section::Resources, Outcome::Undecided, Level::Warning, "one two three".to_owned()),
                    (Section::Outputs, Outcome::Fail, Level::Error, String::new()),
                ]
            );
            assert!(ends.take(is_as_written).next().is_none());
        }
        // What a transform makes of one resource is one subject.
        let other = a.clone();
        for (is_as_written, number) in [(true, 2), (false, 1)] {
            let mut ends = Ends::default();
            ends.add(&a, Outcome::Pass, Level::Error, Vec::new());
            ends.add(&other, Outcome::Fail, Level::Error, Vec::new());
            assert_eq!(ends.take(is_as_written).count(), number);
        }
    }
}
