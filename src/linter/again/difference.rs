//! What a change of a text changed of its resources.

use super::layout::{Layout, Place};
use crate::eval::reads::{Names, Read};
use crate::source::{SourceId, Span};
use rustc_hash::FxHashSet;

/// A change that touches some resources that stand together, and nothing else.
#[derive(Debug)]
pub(super) struct Difference {
    /// The numbers of the texts, before and now.
    sources: (SourceId, SourceId),
    /// Where it begins, in both texts.
    from: usize,
    /// Where it ends in the text before.
    to: usize,
    /// Where it ends now.
    now_to: usize,
    /// The resources that it touches, as they were and as they are.
    before: Vec<(String, Option<String>)>,
    now: Vec<(String, Option<String>)>,
}

impl Difference {
    /// The change from one text to another. None where it touches something else than resources.
    ///
    /// A resource that is the same bytes at the same level of the same section is the same tree, since nothing in the texts speaks for
    /// another place (aliases and repeated keys are ruled out), and both texts were read to their ends.
    pub(super) fn of(
        sources: (SourceId, SourceId),
        (old, before): (&str, &Layout),
        (new, now): (&str, &Layout),
    ) -> Option<Self> {
        let start = common(old.as_bytes(), new.as_bytes());
        let shorter = old.len().min(new.len());
        let end = common_end(old.as_bytes(), new.as_bytes()).min(shorter - start);
        let (old_tail, new_tail) = (old.len() - end, new.len() - end);
        // What is before the resources.
        let first = before.entries.first()?.start;
        if now.entries.first()?.start != first || first > start {
            return None;
        }
        // What is after them.
        if old.len() - before.end != new.len() - now.end || before.end < old_tail {
            return None;
        }
        let fewer = before.len().min(now.len());
        let same_before = (0..fewer)
            .take_while(|index| {
                let same = same_at(before, *index).zip(same_at(now, *index));
                same.is_some_and(|(one, other)| one == other && before.end_of(*index) <= start)
                    && before.end_of(*index) == now.end_of(*index)
            })
            .count();
        let same_after = (1..=fewer - same_before)
            .take_while(|back| {
                let (one, other) = (before.entries.get(before.len() - back), now.entries.get(now.len() - back));
                one.zip(other).is_some_and(|(one, other)| {
                    one.id == other.id
                        && one.kind == other.kind
                        && one.start >= old_tail
                        && old.len() - one.start == new.len() - other.start
                        && other.start >= new_tail
                })
            })
            .count();
        let touched = |layout: &Layout| -> Vec<(String, Option<String>)> {
            let entries = layout.entries.get(same_before..layout.len() - same_after).unwrap_or_default();
            entries.iter().map(|place| (place.id.clone(), place.kind.clone())).collect()
        };
        let edge =
            |layout: &Layout| layout.entries.get(layout.len() - same_after).map_or(layout.end, |next| next.start);
        let from = match same_before.checked_sub(1) {
            Some(last) => before.end_of(last),
            None => first,
        };
        Some(Self { sources, from, to: edge(before), now_to: edge(now), before: touched(before), now: touched(now) })
    }

    /// The resources that it touches.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.before.iter().chain(&self.now).map(|(id, _)| id.as_str())
    }

    /// Whether a name of a resource in the text of now is among what it touches.
    pub(super) fn touches(&self, name: Span) -> bool {
        (self.from..self.now_to).contains(&(name.start as usize))
    }

    /// What somebody would read now that is not as it was.
    pub(super) fn reads(&self, names: &mut Names) -> FxHashSet<Read> {
        let mut changed = FxHashSet::default();
        if self.before.is_empty() && self.now.is_empty() {
            return changed;
        }
        changed.insert(Read::ALL);
        if self.before != self.now {
            changed.insert(Read::NAMES);
        }
        for (these, others) in [(&self.before, &self.now), (&self.now, &self.before)] {
            for one @ (id, kind) in these {
                changed.insert(names.block(id));
                changed.extend(kind.as_ref().map(|kind| names.kind(kind)));
                if !others.contains(one) {
                    changed.extend(kind.as_ref().map(|kind| names.members(kind)));
                    changed.insert(names.name(id));
                }
            }
        }
        changed
    }

    /// Where a place of the text before is now. None where it is among what changed.
    pub(super) fn moved(&self, span: Span) -> Option<Span> {
        let (start, end) = (span.start as usize, span.end as usize);
        if span == Span::default() {
            return Some(span);
        }
        if span.source != self.sources.0 {
            return None;
        }
        // A place between two resources may be of either.
        if start == end && (end == self.from || start == self.to) {
            return None;
        }
        if end <= self.from {
            return Some(Span { source: self.sources.1, ..span });
        }
        if start < self.to {
            return None;
        }
        let place = |place: usize| place - self.to + self.now_to;
        Some(Span::new(self.sources.1, place(start), place(end)))
    }

    /// Whether some texts with their places are the same, apart from where they are.
    pub(super) fn are_moved(&self, before: &[(Span, String)], now: Option<&[(Span, String)]>) -> bool {
        let is_same = |(before, now): (&(Span, String), &(Span, String))| {
            before.1 == now.1 && self.moved(before.0) == Some(now.0)
        };
        now.is_some_and(|now| before.len() == now.len() && before.iter().zip(now).all(is_same))
    }
}

fn same_at(layout: &Layout, index: usize) -> Option<&Place> {
    layout.entries.get(index)
}

/// How many bytes two texts begin with.
fn common(one: &[u8], other: &[u8]) -> usize {
    let blocks = one.chunks(BLOCK).zip(other.chunks(BLOCK)).take_while(|(one, other)| one == other).count();
    let start = (blocks * BLOCK).min(one.len()).min(other.len());
    let (one, other) = (one.get(start..).unwrap_or_default(), other.get(start..).unwrap_or_default());
    start + one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// How many bytes two texts end with.
fn common_end(one: &[u8], other: &[u8]) -> usize {
    let blocks = one.rchunks(BLOCK).zip(other.rchunks(BLOCK)).take_while(|(one, other)| one == other).count();
    let end = (blocks * BLOCK).min(one.len()).min(other.len());
    let rest = |all: &[u8]| all.len() - end;
    let (one, other) = (one.get(..rest(one)).unwrap_or_default(), other.get(..rest(other)).unwrap_or_default());
    end + one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count()
}

/// Bytes that are compared at a time.
const BLOCK: usize = 256;
