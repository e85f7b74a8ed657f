//! A proof that reads only what changes: entries of maps, each with its edits.
//!
//! An entry of a map is read the same alone as among others, if its lines are its own (YAML) or it ends where the next one begins (JSON)
//! and nothing outside refers into it. So the way leads from the root down through maps that stay what they are, as far as the entries
//! below them are such, and only the entries at its ends are read. Where that is not certain, there is no answer, and the whole text has
//! to be read.

use super::moved::Moves;
use super::page::Page;
use super::plan::Target;
use super::proof;
use super::writer::Piece;
use crate::source::Span;
use crate::syntax::{self, Document, Entry, Kind, Language, Node};
use smallvec::SmallVec;

/// Whether the edited text is the old document, changed as planned; nothing if this proof is not for it. `read` gets the bytes that
/// were read.
pub(super) fn holds(
    page: &Page<'_>,
    old: &Document<'_>,
    root: &Target,
    pieces: &[Piece],
    read: &mut usize,
) -> Option<()> {
    if !old.repeated.is_empty() {
        return None;
    }
    let mut parts = Vec::new();
    Section::of_root(page, old)?.gather(root, pieces, &mut parts)?;
    parts.iter().all(|part| part.holds(read).is_some()).then_some(())
}

/// Whether entries of a map are changed and added, and nothing else happens to it.
fn is_kept(target: &Target) -> bool {
    target.replaced.is_none() && !target.removed && !target.loses() && target.appended.is_empty()
}

/// A map whose entries can be read alone.
#[derive(Copy, Clone)]
struct Section<'p, 'd> {
    page: &'p Page<'p>,
    document: &'p Document<'d>,
    entries: &'p [Entry<'d>],
    column: usize,
    end: usize,
}

/// A section with those of its entries that have to be read.
struct Part<'p, 'd> {
    section: Section<'p, 'd>,
    target: &'p Target,
    edited: Vec<Edited<'p>>,
}

/// An entry by its number, where it begins and ends, and its edits.
struct Edited<'p> {
    index: usize,
    start: usize,
    end: usize,
    pieces: &'p [Piece],
}

impl<'p, 'd> Section<'p, 'd> {
    fn of_root(page: &'p Page<'p>, document: &'p Document<'d>) -> Option<Self> {
        match document.language {
            Language::Json => Self::of_json(page, document, &document.root),
            Language::Yaml => Self::of_yaml(page, document, &document.root, page.len()),
        }
    }

    /// A map of YAML in block style, of which nothing is behind a byte.
    fn of_yaml(page: &'p Page<'p>, document: &'p Document<'d>, map: &'p Node<'d>, end: usize) -> Option<Self> {
        let Kind::Mapping(entries) = &map.kind else { return None };
        let (start, first) = (map.span.start as usize, entries.first()?.key_span.start as usize);
        let is_block = start == first && page.is_first(first) && !matches!(page.byte(first), b'{' | b'!' | b'?');
        is_block.then(|| Self { page, document, entries, column: page.column(first), end })
    }

    /// A map of JSON.
    fn of_json(page: &'p Page<'p>, document: &'p Document<'d>, map: &'p Node<'d>) -> Option<Self> {
        let Kind::Mapping(entries) = &map.kind else { return None };
        let (start, end) = (map.span.start as usize, (map.span.end as usize).checked_sub(1)?);
        let is_written = !entries.is_empty() && page.byte(start) == b'{' && page.byte(end) == b'}';
        is_written.then_some(Self { page, document, entries, column: 0, end })
    }

    /// The map that is the value of an entry.
    fn below(&self, edited: &Edited<'_>) -> Option<Self> {
        let value = &self.entries.get(edited.index)?.value;
        match self.document.language {
            Language::Json => Self::of_json(self.page, self.document, value),
            Language::Yaml => Self::of_yaml(self.page, self.document, value, edited.end)
                .filter(|section| section.column > self.column),
        }
    }

    /// Finds the entries that have to be read. Nothing if they cannot be read alone.
    fn gather(self, target: &'p Target, mut left: &'p [Piece], parts: &mut Vec<Part<'p, 'd>>) -> Option<()> {
        if !is_kept(target) {
            return None;
        }
        let (mut seen, mut read): (SmallVec<[usize; 4]>, Vec<Edited<'p>>) = Default::default();
        while let Some(first) = left.first() {
            let index = self.entry(first.start)?;
            let (start, end) = self.bounds(index)?;
            let count =
                left.iter().take_while(|piece| piece.start < end || piece.start == end && end == piece.end).count();
            let (pieces, others) = left.split_at_checked(count.max(1))?;
            left = others;
            if seen.last().is_some_and(|last| *last >= index)
                || pieces.iter().any(|piece| piece.start < start || end < piece.end)
            {
                return None;
            }
            seen.push(index);
            let edited = Edited { index, start, end, pieces };
            if !self.is_narrowed(target, &edited, parts) {
                read.push(edited);
            }
        }
        let is_all_seen = target.children.iter().all(|(index, below)| !below.is_touched() || seen.contains(index));
        if !is_all_seen || (read.is_empty() && !target.added.is_empty()) {
            return None;
        }
        if !read.is_empty() {
            parts.push(Part { section: self, target, edited: read });
        }
        Some(())
    }

    /// Whether only parts of an entry have to be read, which are then among the others.
    fn is_narrowed(&self, target: &'p Target, edited: &Edited<'p>, parts: &mut Vec<Part<'p, 'd>>) -> bool {
        let child = target.children.get(&edited.index).filter(|child| child.renamed.is_none());
        let (Some(child), Some(entry)) = (child, self.entries.get(edited.index)) else { return false };
        if !target.added.is_empty() && edited.pieces.iter().any(|piece| self.may_add(piece, entry.value.span)) {
            return false;
        }
        let count = parts.len();
        let is_narrowed = self.below(edited).is_some_and(|below| below.gather(child, edited.pieces, parts).is_some());
        if !is_narrowed {
            parts.truncate(count);
        }
        is_narrowed
    }

    /// Whether an edit at or behind an entry may add one to this map, and not to one inside of it.
    fn may_add(&self, piece: &Piece, value: Span) -> bool {
        if self.document.language == Language::Json {
            return piece.start <= value.start as usize || value.end as usize <= piece.end;
        }
        // A new entry begins a line.
        let skipped = usize::from(self.page.column(piece.start) > 0);
        let mut lines = piece.text.split('\n').skip(skipped).filter(|line| !line.trim_ascii().is_empty());
        lines.any(|line| line.bytes().take_while(|byte| *byte == b' ').count() <= self.column)
    }

    /// Where an entry begins, with its indentation.
    fn start(&self, index: usize) -> Option<usize> {
        let key = self.entries.get(index)?.key_span.start as usize;
        Some(if self.document.language == Language::Json { key } else { self.page.line(key) })
    }

    /// The entry that a byte is in.
    fn entry(&self, at: usize) -> Option<usize> {
        let is_before = |entry: &Entry<'_>| {
            let key = entry.key_span.start as usize;
            key <= at || (self.document.language == Language::Yaml && self.page.line(key) <= at)
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

impl Part<'_, '_> {
    /// Whether the edited entries are the old ones, changed as planned; nothing if that is not certain.
    fn holds(&self, read: &mut usize) -> Option<()> {
        let Self { section, target, edited } = self;
        let mut found: Vec<String> = Vec::new();
        for Edited { index, start, end, pieces } in edited {
            let text = section.text(*start, *end, pieces)?;
            *read += text.len();
            let new = syntax::read(&text, section.document.root.span.source).ok()?;
            let is_alike = new.language == section.document.language && new.repeated.is_empty();
            let (new_entry, more) = new.root.as_mapping().filter(|_| is_alike)?.split_first()?;
            let entry = section.entries.get(*index)?;
            let child = target.children.get(index);
            let name = child.and_then(|child| child.renamed.as_deref()).unwrap_or(&entry.key);
            let is_as_planned = new_entry.key == name
                && proof::is_changed(&entry.value, child, &new_entry.value)
                && more
                    .iter()
                    .all(|new| target.added.get(&new.key).is_some_and(|draft| proof::is_drafted(&new.value, draft)))
                && proof::keeps_comments(section.comments(*start, *end), pieces, &Moves::default(), &new);
            if !is_as_planned {
                return None;
            }
            found.extend(more.iter().map(|entry| entry.key.clone().into_owned()));
        }
        let all = found.len();
        found.sort_unstable();
        found.dedup();
        (found.len() == all && all == target.added.len()).then_some(())
    }
}
