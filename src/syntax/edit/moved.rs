//! Values that move: their text as it is written, and the comments that go with them.
//!
//! What is above the item that goes, or behind its other entries, goes above the key of the value. What is in the value stays where it is
//! in it. What is about a list that goes stays where the list was.

use super::Refused;
use super::page::Page;
use super::writer::{Form, Writer};
use crate::change::{Action, Change, Moved, MovedText, Step};
use crate::syntax::{Document, Entry, Node};
use std::collections::BTreeMap;

/// Lines that go as one.
struct Lines {
    first: usize,
    last: usize,
    /// The last comment directly below that is indented more.
    below: usize,
    /// Whether another comment that may belong to them stays.
    leaves: bool,
    /// Whether the comments above them stay.
    keeps_above: bool,
}

/// Where a value that moves is written.
struct Place {
    /// Behind the colon of its key.
    colon: usize,
    column: usize,
    /// The last line of the value, and of what goes with it.
    last: usize,
    item: usize,
    /// The lines that go, by their number.
    gone: usize,
}

/// What moves.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// The comments that go with values.
    pub comments: Vec<String>,
    /// Where the values start.
    pub starts: Vec<usize>,
}

/// Whether some change moves a value.
pub(super) fn any(changes: &[Change]) -> bool {
    let mut any = false;
    changes.iter().filter_map(|change| change.action.value()).for_each(|value| value.each_moved(&mut |_| any = true));
    any
}

impl Writer<'_> {
    /// Gives the values that move their texts. Returns what moves.
    ///
    /// # Errors
    /// If a comment would be lost.
    pub(super) fn moved(&mut self, document: &Document<'_>, changes: &mut [Change]) -> Result<Moves, Refused> {
        let gone = self.gone(document, changes);
        let mut places: Vec<Option<Place>> = Vec::new();
        let mut is_lost = false;
        let mut moves = Moves::default();
        for value in changes.iter().filter_map(|change| change.action.value()) {
            value.each_moved(&mut |moved| {
                let place = self.place(document, moved, &gone);
                is_lost |= place.is_none() && self.has_comment(document, moved);
                places.push(place);
                moves.starts.extend(at(&document.root, &moved.from).map(|node| node.span.start as usize));
            });
        }
        if is_lost {
            return Err(Refused::Unusual);
        }
        for (number, Lines { last, below, .. }) in gone.iter().enumerate() {
            for place in places.iter_mut().flatten().filter(|place| place.gone == number && place.item == *last) {
                place.item = *below;
                place.last = if place.last == *last { *below } else { place.last };
            }
        }
        let mut texts: Vec<Option<MovedText>> =
            places.iter().map(|place| place.as_ref().map(|place| place.text(self.page))).collect();
        for (number, Lines { first, last, below, leaves, keeps_above }) in gone.iter().enumerate() {
            let own = |place: &Place| place.gone == number;
            let mut members: Vec<usize> =
                (0..places.len()).filter(|at| places.get(*at).and_then(Option::as_ref).is_some_and(own)).collect();
            members.sort_by_key(|at| places.get(*at).and_then(Option::as_ref).map(|place| place.colon));
            let Some(end) = members.last().copied() else { continue };
            if *leaves {
                return Err(Refused::Unusual);
            }
            self.longer.push((*last, *below));
            self.kept.extend(keeps_above.then_some(*first));
            let from = document.comments.partition_point(|comment| (comment.span.start as usize) < *first);
            for comment in document.comments.iter().skip(from) {
                let at = comment.span.start as usize;
                let line = self.page.line(at);
                if line > *below {
                    break;
                }
                moves.comments.push(comment.text.clone().into_owned());
                let place = |index: &usize| places.get(*index).and_then(Option::as_ref);
                let owner = members.iter().copied().find(|index| place(index).is_some_and(|place| line <= place.item));
                let owner = owner.unwrap_or(end);
                let is_inside = place(&owner).is_some_and(|place| place.colon <= at && line <= place.last);
                if let (false, Some(Some(text))) = (is_inside, texts.get_mut(owner)) {
                    text.above.push(self.page.slice(at, comment.span.end as usize).trim_end().to_owned());
                }
            }
        }
        let mut texts = texts.into_iter();
        for change in changes.iter_mut() {
            if let Action::Set(value) | Action::Append(value) = &mut change.action {
                value.each_moved_mut(&mut |moved| moved.text = texts.next().flatten());
            }
        }
        Ok(moves)
    }

    /// The lines that removals take away.
    fn gone(&self, document: &Document<'_>, changes: &[Change]) -> Vec<Lines> {
        let mut items: BTreeMap<&[Step], Vec<usize>> = BTreeMap::new();
        let mut gone = Vec::new();
        for change in changes.iter().filter(|change| change.action == Action::Remove) {
            let Some((last, list)) = change.path.split_last() else { continue };
            match last {
                Step::Index(index) => items.entry(list).or_default().push(*index),
                Step::Key(key) => {
                    let Some(map) = at(&document.root, list) else { continue };
                    let index = map.as_mapping().and_then(|entries| entries.iter().position(|entry| entry.key == *key));
                    gone.extend(index.and_then(|index| self.lines_of_entry(map, index)));
                }
            }
        }
        for (list, mut indices) in items {
            indices.sort_unstable();
            indices.dedup();
            let Some(list) = at(&document.root, list) else { continue };
            for run in indices.chunk_by(|one, next| one + 1 == *next) {
                if let [first, .., last] | [first @ last] = run {
                    gone.extend(self.lines(list, *first, *last));
                }
            }
        }
        gone
    }

    /// The lines of an entry. What is about its list is not in them: above its key, and behind its items.
    fn lines_of_entry(&self, map: &Node<'_>, index: usize) -> Option<Lines> {
        let lines = self.lines(map, index, index)?;
        let Entry { key_span, value: list, .. } = map.as_mapping()?.get(index)?;
        if children(list) == 0 || list.as_sequence().is_none() || self.form(list, false) != Form::Block {
            return Some(lines);
        }
        let (start, _) = self.extent(list, 0).ok()?;
        let column = self.page.column(start);
        let key = self.page.line(self.extent(map, index).ok()?.0);
        let top = self.page.above(self.page.line(start), column);
        let below = self.page.below(lines.last, column + 1);
        let is_only = index == 0 && children(map) == 1 && (lines.first < key || below < lines.below);
        // Beside the key, a comment has no place without it.
        let colon = self.colon(key_span.end as usize)?;
        let is_beside = top <= key
            || self.page.comment(colon).is_some()
            || self.page.behind(key).take_while(|line| *line < top).any(|line| self.page.is_comment(line));
        Some(Lines { first: key, below, leaves: lines.leaves || is_only || is_beside, keeps_above: true, ..lines })
    }

    /// The lines of neighbors, with the comments that describe the first of them.
    fn lines(&self, node: &Node<'_>, index: usize, end_index: usize) -> Option<Lines> {
        if self.form(node, false) != Form::Block {
            return None;
        }
        let (start, _) = self.extent(node, index).ok()?;
        let (_, end) = self.extent(node, end_index).ok()?;
        let line = self.page.line(start);
        if !self.page.is_first(start) || !self.page.is_last(end) {
            return None;
        }
        let column = self.page.column(start);
        let last = self.page.line(end);
        let below = self.page.below(last, column + 1);
        let next = self.page.behind(below).find(|line| !self.page.is_empty(*line));
        let mut leaves =
            next.is_some_and(|line| self.page.is_comment(line) && self.page.column(self.page.first(line)) > column);
        let first = self.page.above(line, column);
        // Nothing is left of the node, so what is above the lines in it goes, too.
        if index == 0 && end_index + 1 == children(node) {
            let mut above = std::iter::successors(self.page.previous(first), |line| self.page.previous(*line));
            let written = above.find(|line| !self.page.is_empty(*line));
            leaves |= written.is_some_and(|line| self.page.is_comment(line));
        }
        Some(Lines { first, last, below, leaves, keeps_above: false })
    }

    fn place(&self, document: &Document<'_>, moved: &Moved, gone: &[Lines]) -> Option<Place> {
        let (map, entry) = entry(document, &moved.from)?;
        let index = map.as_mapping()?.iter().position(|own| own.key_span == entry.key_span)?;
        if self.form(map, false) != Form::Block || !self.is_own(map, entry) {
            return None;
        }
        let (start, end) = self.extent(map, index).ok()?;
        let colon = self.colon(entry.key_span.end as usize)?;
        self.between(colon, entry.value.span.start as usize).ok()?;
        let (last, list) = moved.with.split_last()?;
        let around = at(&document.root, list)?;
        let number = match last {
            Step::Index(index) => *index,
            Step::Key(key) => around.as_mapping()?.iter().position(|entry| entry.key == *key)?,
        };
        let item = self.lines(around, number, number)?.last;
        let line = self.page.line(start);
        let gone = gone.iter().position(|gone| (gone.first..=gone.last).contains(&line))?;
        let column = self.page.column(start);
        self.page.is_last(end).then(|| Place { colon, column, last: self.page.line(end), item, gone })
    }
}

impl Writer<'_> {
    /// Whether a comment is in the lines of what goes with a value, or next to them.
    fn has_comment(&self, document: &Document<'_>, moved: &Moved) -> bool {
        let Some(node) = at(&document.root, &moved.with) else { return false };
        let start = entry(document, &moved.with).map_or(node.span.start, |(_, entry)| entry.key_span.start) as usize;
        let end = self.page.last(node.span.start as usize, node.span.end as usize);
        // In braces, or if nothing of a node is left, all that is around goes.
        let around = moved.with.split_last().and_then(|(_, list)| at(&document.root, list));
        let around = around.filter(|around| self.form(around, false) != Form::Block || children(around) == 1);
        let start = around.map_or(start, |around| start.min(around.span.start as usize));
        let end =
            around.map_or(end, |around| end.max(self.page.last(around.span.start as usize, around.span.end as usize)));
        let (start, end) = (self.page.line(start), self.page.line(end));
        let first = self.page.previous(start).unwrap_or(start);
        let last = self.page.next(end).unwrap_or(end);
        let next = document.comments.partition_point(|comment| (comment.span.start as usize) < first);
        document.comments.get(next).is_some_and(|comment| self.page.line(comment.span.start as usize) <= last)
    }
}

impl Place {
    fn text(&self, page: &Page<'_>) -> MovedText {
        let text = page.slice(self.colon, page.end(self.last));
        let lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line).to_owned());
        MovedText { column: self.column, lines: lines.collect(), above: Vec::new() }
    }
}

/// The number of entries or items of a node.
fn children(node: &Node<'_>) -> usize {
    node.as_mapping().map(<[_]>::len).or(node.as_sequence().map(<[_]>::len)).unwrap_or_default()
}

/// The entry at the end of a path, and its map.
fn entry<'n, 't>(document: &'n Document<'t>, path: &[Step]) -> Option<(&'n Node<'t>, &'n Entry<'t>)> {
    let (Step::Key(key), map) = path.split_last()? else { return None };
    let map = at(&document.root, map)?;
    let entry = map.as_mapping()?.iter().find(|entry| entry.key == *key)?;
    Some((map, entry))
}

/// The node at a path.
fn at<'n, 't>(root: &'n Node<'t>, path: &[Step]) -> Option<&'n Node<'t>> {
    path.iter().try_fold(root, |node, step| match step {
        Step::Key(key) => node.get(key),
        Step::Index(index) => node.as_sequence()?.get(*index),
    })
}
