//! A proof that reads only what changes: the entries of one section, such as resources, or of a map below it, with their edits.
//!
//! An entry of a map is read the same alone as among others, if its lines are its own (YAML) or it ends where the next one begins (JSON)
//! and nothing outside refers into it. Where that is not certain, there is no answer, and the whole text has to be read.

use super::page::Page;
use super::plan::Target;
use super::proof;
use super::writer::Piece;
use crate::syntax::{self, Document, Entry, Kind, Language, Node};

/// Whether the edited text is the old document, changed as planned; nothing if this proof is not for it. `read` gets the bytes that
/// were read.
pub(super) fn holds(
    page: &Page<'_>,
    old: &Document<'_>,
    root: &Target,
    pieces: &[Piece],
    read: &mut usize,
) -> Option<()> {
    if !old.repeated.is_empty() || !root.is_passage() {
        return None;
    }
    let (number, target) = only_touched(root)?;
    let section = Section::new(page, old, number)?;
    // JSON reads the same at every depth.
    if old.language == Language::Json
        && let Some((map, inner)) = deepest(&old.root.as_mapping()?.get(number)?.value, target)
        && let Some(inner_section) = Section::of_json(page, old, map)
        && inner_section.hold(inner, pieces, read).is_some()
    {
        return Some(());
    }
    section.hold(target, pieces, read)
}

/// The only child of a target that some change is at or below, with its number.
fn only_touched(target: &Target) -> Option<(usize, &Target)> {
    let mut below = target.children.iter().filter(|(_, target)| target.is_touched());
    let (number, only) = below.next().filter(|_| below.next().is_none())?;
    Some((*number, only))
}

/// The smallest map around all changes, if that is below this node, which is one.
fn deepest<'n, 'd, 't>(node: &'n Node<'d>, target: &'t Target) -> Option<(&'n Node<'d>, &'t Target)> {
    let (mut node, mut target, mut found) = (node, target, None);
    while target.is_passage()
        && let Some((number, below)) = only_touched(target)
        && let Some(inner) = match &node.kind {
            Kind::Mapping(entries) => entries.get(number).map(|entry| &entry.value),
            Kind::Sequence(items) => items.get(number),
            _ => None,
        }
    {
        (node, target) = (inner, below);
        if matches!(node.kind, Kind::Mapping(_)) {
            found = Some((node, target));
        }
    }
    found.filter(|(_, target)| is_kept(target))
}

/// Whether entries of a map are changed and added, and nothing else happens to it.
fn is_kept(target: &Target) -> bool {
    target.replaced.is_none() && !target.removed && !target.loses() && target.appended.is_empty()
}

/// A map whose entries can be read alone: one of the root, or, in JSON, any.
struct Section<'p, 'd> {
    page: &'p Page<'p>,
    document: &'p Document<'d>,
    entries: &'p [Entry<'d>],
    column: usize,
    end: usize,
}

impl<'p, 'd> Section<'p, 'd> {
    /// The map of the root with a number.
    fn new(page: &'p Page<'p>, document: &'p Document<'d>, number: usize) -> Option<Self> {
        let sections = document.root.as_mapping()?;
        let map: &Node<'d> = &sections.get(number)?.value;
        if document.language == Language::Json {
            return Self::of_json(page, document, map);
        }
        let Kind::Mapping(entries) = &map.kind else { return None };
        let (start, first) = (map.span.start as usize, entries.first()?.key_span.start as usize);
        let root = document.root.span.start as usize;
        let is_block = |start: usize, key: usize| {
            start == key && page.is_first(key) && !matches!(page.byte(key), b'{' | b'!' | b'?')
        };
        let outer = sections.first()?.key_span.start as usize;
        if !is_block(root, outer) || !is_block(start, first) {
            return None;
        }
        let (outer, column) = (page.column(outer), page.column(first));
        let end = match sections.get(number + 1) {
            None => page.len(),
            Some(next) => {
                let key = next.key_span.start as usize;
                if key < first || !page.is_first(key) || page.column(key) != outer {
                    return None;
                }
                page.start(page.line(key))
            }
        };
        if column <= outer {
            return None;
        }
        Some(Self { page, document, entries, column, end })
    }

    /// A map of JSON.
    fn of_json(page: &'p Page<'p>, document: &'p Document<'d>, map: &'p Node<'d>) -> Option<Self> {
        let Kind::Mapping(entries) = &map.kind else { return None };
        let (start, end) = (map.span.start as usize, (map.span.end as usize).checked_sub(1)?);
        let is_written = !entries.is_empty() && page.byte(start) == b'{' && page.byte(end) == b'}';
        is_written.then_some(Self { page, document, entries, column: 0, end })
    }

    /// Whether its edited entries are the old ones, changed as planned; nothing if that is not certain.
    fn hold(&self, target: &Target, pieces: &[Piece], read: &mut usize) -> Option<()> {
        if !is_kept(target) {
            return None;
        }
        let added = target.added.values();
        let (mut seen, mut left) = (Vec::new(), pieces);
        let mut found: Vec<String> = Vec::new();
        while let Some(first) = left.first() {
            let index = self.entry(first.start)?;
            let (start, end) = self.bounds(index)?;
            let count =
                left.iter().take_while(|piece| piece.start < end || piece.start == end && end == piece.end).count();
            let (own, others) = left.split_at_checked(count.max(1))?;
            left = others;
            if seen.last().is_some_and(|last| *last >= index)
                || own.iter().any(|piece| piece.start < start || end < piece.end)
            {
                return None;
            }
            seen.push(index);
            let text = self.text(start, end, own)?;
            *read += text.len();
            let new = syntax::read(&text, self.document.root.span.source).ok()?;
            let news =
                new.root.as_mapping().filter(|_| new.language == self.document.language && new.repeated.is_empty())?;
            let (new_entry, more) = news.split_first()?;
            let entry = self.entries.get(index)?;
            let child = target.children.get(&index);
            let name = child.and_then(|child| child.renamed.as_deref()).unwrap_or(&entry.key);
            let is_as_planned = new_entry.key == name
                && proof::is_changed(&entry.value, child, &new_entry.value)
                && more
                    .iter()
                    .all(|new| added.iter().any(|(key, value)| new.key == *key && proof::is_value(&new.value, value)))
                && proof::keeps_comments(self.comments(start, end), own, &[], &new);
            if !is_as_planned {
                return None;
            }
            found.extend(more.iter().map(|entry| entry.key.clone().into_owned()));
        }
        let all = found.len();
        found.sort_unstable();
        found.dedup();
        let is_all_there = found.len() == all && all == added.len();
        let is_all_seen = target.children.iter().all(|(index, below)| !below.is_touched() || seen.contains(index));
        (is_all_there && is_all_seen).then_some(())
    }

    /// Where an entry begins, with its indentation.
    fn start(&self, index: usize) -> Option<usize> {
        let key = self.entries.get(index)?.key_span.start as usize;
        Some(if self.document.language == Language::Json { key } else { self.page.start(self.page.line(key)) })
    }

    /// The entry that a byte is in.
    fn entry(&self, at: usize) -> Option<usize> {
        let is_before = |entry: &Entry<'_>| {
            let key = entry.key_span.start as usize;
            key <= at || (self.document.language == Language::Yaml && self.page.start(self.page.line(key)) <= at)
        };
        self.entries.partition_point(is_before).checked_sub(1)
    }

    fn bounds(&self, index: usize) -> Option<(usize, usize)> {
        let (start, end) =
            (self.start(index)?, if index + 1 < self.entries.len() { self.start(index + 1)? } else { self.end });
        let is_own = |index: usize| {
            let Some(entry) = self.entries.get(index) else { return true };
            let key = entry.key_span.start as usize;
            self.document.language == Language::Json
                || (self.page.is_first(key) && self.page.column(key) == self.column)
        };
        let value = self.entries.get(index)?.value.span;
        let is_inside = start <= value.start as usize && value.end as usize <= end;
        (start < end && is_inside && is_own(index) && is_own(index + 1)).then_some((start, end))
    }

    /// The edited text of an entry, as a text of its own.
    fn text(&self, start: usize, end: usize, pieces: &[Piece]) -> Option<String> {
        let is_json = self.document.language == Language::Json;
        let mut text =
            String::with_capacity(end - start + pieces.iter().map(|piece| piece.text.len()).sum::<usize>() + 2);
        if is_json {
            text.push('{');
        }
        let mut at = start;
        for piece in pieces {
            if piece.start < at {
                return None;
            }
            text.push_str(self.page.slice(at, piece.start));
            text.push_str(&piece.text);
            at = piece.end;
        }
        text.push_str(self.page.slice(at, end));
        if !is_json {
            return (end == self.page.len() || text.ends_with('\n')).then_some(text);
        }
        if end != self.end {
            text.truncate(text.trim_ascii_end().strip_suffix(',')?.len());
        }
        text.push('}');
        Some(text)
    }

    fn comments(&self, start: usize, end: usize) -> &'p [syntax::Comment<'d>] {
        let comments = &self.document.comments;
        let first = comments.partition_point(|comment| (comment.span.start as usize) < start);
        let last = comments.partition_point(|comment| (comment.span.start as usize) < end);
        comments.get(first..last).unwrap_or_default()
    }
}
