//! Which parts of a YAML text count in more than one place: anchored values that have aliases, and what `<<` merges.

use super::{Range, drive, options};
use foldhash::{HashMap, HashSet};
use granit_parser::{Event, ScalarStyle, StructureStyle};

/// Parts of a text that count in more than one place. Empty for nearly all texts.
#[derive(Debug, Default)]
pub(in crate::syntax) struct Shared {
    /// Anchored values with aliases, in order, without overlaps. Each begins behind what is before its anchor.
    anchored: Vec<(usize, usize)>,
    /// What `<<` stands before, in order, without overlaps.
    merged: Vec<(usize, usize)>,
    /// Where maps start that have a `<<`.
    merging: HashSet<usize>,
}

/// A list or map that is open.
struct Open {
    start: usize,
    anchor: usize,
    /// Where the text before it ends.
    before: usize,
    map: bool,
    /// In a map: whether a key is next.
    key: bool,
    /// Where the value of a `<<` starts that is being read.
    merge: Option<usize>,
}

impl Shared {
    /// The parts of a text that some reader accepts. Nothing if only its parser could find them, and it does not accept the text.
    pub(in crate::syntax) fn of(text: &str) -> Option<Self> {
        if !may_share(text) {
            return Some(Self::default());
        }
        let mut search = Search::default();
        drive(text, options(text), &mut |event, span| {
            search.event(&event, Range::of(span));
            Ok(())
        })
        .ok()?;
        Some(search.finish())
    }

    /// Whether the text has no aliases and no `<<`.
    pub(in crate::syntax) fn is_empty(&self) -> bool {
        self.anchored.is_empty() && self.merged.is_empty() && self.merging.is_empty()
    }

    /// Whether a byte is in an anchored value that has aliases.
    pub(in crate::syntax) fn is_anchored(&self, at: usize) -> bool {
        is_in(&self.anchored, at)
    }

    /// Whether some anchored value that has aliases is, in part, in these bytes.
    pub(in crate::syntax) fn has_anchored(&self, start: usize, end: usize) -> bool {
        let next = self.anchored.partition_point(|(_, other)| *other <= start);
        self.anchored.get(next).is_some_and(|(other, _)| *other < end)
    }

    /// Whether a byte is in what a `<<` merges.
    pub(in crate::syntax) fn is_merged(&self, at: usize) -> bool {
        is_in(&self.merged, at)
    }

    /// Whether the map that starts here has a `<<`.
    pub(in crate::syntax) fn merges(&self, start: usize) -> bool {
        self.merging.contains(&start)
    }
}

fn is_in(ranges: &[(usize, usize)], at: usize) -> bool {
    let next = ranges.partition_point(|(_, end)| *end <= at);
    ranges.get(next).is_some_and(|(start, _)| *start <= at)
}

/// Whether there may be an alias or a `<<`: without them, anchors do not matter. An alias is behind a blank or a bracket, or behind the
/// colon of a key in quotes or brackets; `<<` is a key.
fn may_share(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr2_iter(b'*', b'<', bytes).any(|at| {
        let byte = |back: usize| at.checked_sub(back).and_then(|at| bytes.get(at)).copied();
        let next = |ahead: usize| bytes.get(at + ahead).copied().unwrap_or(b' ');
        let starts = match byte(1) {
            Some(b':') => matches!(byte(2), Some(b'"' | b'\'' | b']' | b'}')),
            Some(before) => !before.is_ascii_graphic() || matches!(before, b'[' | b'{' | b',' | b'?'),
            None => true,
        };
        let is_key = || next(1) == b'<' && (next(2) == b':' || next(2).is_ascii_whitespace());
        starts && if byte(0) == Some(b'<') { is_key() } else { !next(1).is_ascii_whitespace() }
    })
}

#[derive(Default)]
struct Search {
    open: Vec<Open>,
    /// The end of the last thing that was read.
    end: usize,
    defined: HashMap<usize, (usize, usize)>,
    used: HashSet<usize>,
    merged: Vec<(usize, usize)>,
    merging: HashSet<usize>,
}

impl Search {
    fn event(&mut self, event: &Event<'_>, range: Range) {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let before = self.end;
                self.end = self.end.max(range.end);
                self.define(*anchor, before);
                let plain = *style == ScalarStyle::Plain && text == "<<" && !range.is_empty();
                self.finished(plain.then_some(range));
            }
            Event::Alias(id) => {
                self.used.insert(*id);
                self.end = self.end.max(range.end);
                self.finished(None);
            }
            Event::SequenceStart(style, anchor, _) | Event::MappingStart(style, anchor, _) => {
                let map = matches!(event, Event::MappingStart(..));
                // The first item of a block starts where the block does.
                let before = self.end;
                let opens = if *style == StructureStyle::Flow { range.end } else { range.start + 1 };
                self.end = self.end.max(opens);
                self.open.push(Open { start: range.start, anchor: *anchor, before, map, key: map, merge: None });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if !range.is_empty() {
                    self.end = self.end.max(range.end);
                }
                if let Some(open) = self.open.pop() {
                    self.define(open.anchor, open.before);
                }
                self.finished(None);
            }
            _ => {}
        }
    }

    fn define(&mut self, anchor: usize, before: usize) {
        if anchor != 0 {
            self.defined.insert(anchor, (before, self.end.max(before + 1)));
        }
    }

    /// A node has ended; `merge` is its place if it may be a merge's key.
    fn finished(&mut self, merge: Option<Range>) {
        let end = self.end;
        let Some(open) = self.open.last_mut().filter(|open| open.map) else { return };
        if open.key {
            if let Some(key) = merge {
                open.merge = Some(key.start);
                self.merging.insert(open.start);
            }
        } else if let Some(start) = open.merge.take() {
            self.merged.push((start, end));
        }
        open.key = !open.key;
    }

    fn finish(self) -> Shared {
        let used = &self.used;
        let anchored = self.defined.into_iter().filter(|(id, _)| used.contains(id)).map(|(_, range)| range).collect();
        Shared { anchored: united(anchored), merged: united(self.merged), merging: self.merging }
    }
}

/// Ranges in order, those that overlap as one.
fn united(mut ranges: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    ranges.sort_unstable();
    let mut united: Vec<(usize, usize)> = Vec::with_capacity(ranges.len());
    for (start, end) in ranges {
        match united.last_mut() {
            Some(last) if start < last.1 => last.1 = last.1.max(end),
            _ => united.push((start, end)),
        }
    }
    united
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn anchors_with_aliases_and_merges_are_found() {
        for (text, anchored, merged, merging) in [
            ("A: [&a x, &b y, *a, *b]\n", vec!["x", "y"], vec![], 0),
            ("A: [&a x, *a, y]\n", vec!["x"], vec![], 0),
            ("- &a x\n- *a\n- y\n", vec!["x"], vec![], 0),
            ("A: &a\n  B: 1\n  C: x\nD: *a\nE: y\n", vec!["B", "x"], vec![], 0),
            ("A: &a\n- x\nD: *a\n", vec!["- x", "x"], vec![], 0),
            ("A: &a !Sub x\nD: *a\n", vec!["!Sub", "x"], vec![], 0),
            ("A: !Sub &a x\nD: *a\n", vec!["x"], vec![], 0),
            ("A: &a {x: 1}\nD: {y: 2, <<: *a}\n", vec!["{x", "x"], vec!["*a}"], 1),
            ("A:\n  <<: {b: 1}\n  y: 1\n", vec![], vec!["b"], 1),
            ("A: &a x\nB: '*a'\nC: a & b && *\n", vec![], vec![], 0),
        ] {
            let shared = Shared::of(text).unwrap();
            let at = |what: &str| text.find(what).unwrap();
            for what in ["A", "D", "y"].iter().filter(|what| text.contains(**what) && !anchored.contains(what)) {
                assert!(!shared.is_anchored(at(what)) && !shared.is_merged(at(what)), "{text} {what} {shared:?}");
            }
            anchored.iter().for_each(|what| assert!(shared.is_anchored(at(what)), "{text} {what} {shared:?}"));
            merged.iter().for_each(|what| assert!(shared.is_merged(at(what)), "{text} {what} {shared:?}"));
            assert_eq!(shared.merging.len(), merging, "{text}");
        }
    }
}
