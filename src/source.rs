//! Source texts, spans in them, and lines and columns. Knows nothing of JSON, YAML or CloudFormation.

use std::sync::OnceLock;

/// Which source a span points into: the index of a [`Source`] in its [`Project`](crate::linter).
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A half-open range of bytes `[start, end)` in one source.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The source that the bytes are in.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `source`.
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        // Sources are refused past 4 GiB (see `Source::MAX_BYTES`), so the casts keep their value.
        Self { source, start: u32::try_from(start).unwrap_or(u32::MAX), end: u32::try_from(end).unwrap_or(u32::MAX) }
    }

    /// The empty span at this span's start.
    pub fn at_start(self) -> Self {
        Self { end: self.start, ..self }
    }

    /// Number of bytes.
    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }

    /// Whether no byte is covered.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// A place in a source as people and editors count: from 1.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1. A line ends with `\n`, `\r\n` or a lone `\r`.
    pub line: usize,
    /// Column, from 1, in the unit that was asked for.
    pub column: usize,
}

/// One text that was read, with the name it is reported under.
#[derive(Debug)]
pub struct Source {
    /// This source's own id.
    pub id: SourceId,
    /// The path as reports show it: as the user gave it, with `/` between folders.
    pub name: String,
    text: String,
    line_starts: OnceLock<Vec<u32>>,
}

impl Source {
    /// Larger texts are refused: spans count bytes in 32 bits.
    pub const MAX_BYTES: usize = u32::MAX as usize;

    /// A source with its text; a leading byte-order mark stays part of the text (parsers skip it).
    pub fn new(id: SourceId, name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id, name: name.into(), text: text.into(), line_starts: OnceLock::new() }
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text under a span; empty where the span does not lie on character borders of this text.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let mut starts = vec![0];
            for (index, byte) in bytes.iter().enumerate() {
                let ends_line = *byte == b'\n' || (*byte == b'\r' && bytes.get(index + 1) != Some(&b'\n'));
                if ends_line {
                    starts.push(u32::try_from(index + 1).unwrap_or(u32::MAX));
                }
            }
            starts
        })
    }

    /// Number of lines; a text that ends with a line break has an empty last line.
    pub fn line_count(&self) -> usize {
        self.line_starts().len()
    }

    /// Bytes `[start, end)` of a line (from 1) without its line break; `None` past the last line.
    pub fn line_range(&self, line: usize) -> Option<(usize, usize)> {
        let starts = self.line_starts();
        let start = *starts.get(line.checked_sub(1)?)? as usize;
        let end = starts.get(line).map_or(self.text.len(), |next| *next as usize);
        let content = self.text.get(start..end)?.trim_end_matches(['\r', '\n']);
        Some((start, start + content.len()))
    }

    fn line_of(&self, offset: usize) -> (usize, usize) {
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start as usize <= offset).max(1);
        (line, starts.get(line - 1).map_or(0, |start| *start as usize))
    }

    /// The text between the start of a place's line and the place itself.
    fn before(&self, offset: u32) -> (usize, &str) {
        let (line, start) = self.line_of(offset as usize);
        let mut end = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = self.text.get(start..end).unwrap_or("");
        // A byte-order mark takes no column.
        let before = if start == 0 { before.trim_start_matches('\u{feff}') } else { before };
        (line, before)
    }

    /// Line and column of a byte offset; columns count characters (Unicode scalar values).
    ///
    /// An offset inside a character is that character's place, one past the end is the end's.
    pub fn position(&self, offset: u32) -> Position {
        let (line, before) = self.before(offset);
        Position { line, column: characters(before) + 1 }
    }

    /// Line and column of a byte offset; columns count UTF-16 code units, as SARIF's do by default.
    ///
    /// An offset inside a character is that character's place, one past the end is the end's.
    pub fn position_utf16(&self, offset: u32) -> Position {
        let (line, before) = self.before(offset);
        // UTF-8 takes four bytes, the first of them 0xF0 or more, where UTF-16 takes two units.
        let pairs = before.bytes().filter(|byte| *byte >= 0xF0).count();
        Position { line, column: characters(before) + pairs + 1 }
    }
}

/// Characters of a text. Counting first bytes is many times faster than decoding, and a template can be one long line.
fn characters(text: &str) -> usize {
    text.bytes().filter(|byte| byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;

    fn source(text: &str) -> Source {
        Source::new(SourceId(0), "template.yaml", text)
    }

    fn at(line: usize, column: usize) -> Position {
        Position { line, column }
    }

    #[test]
    fn every_kind_of_line_break_ends_a_line() {
        let source = source("a\nbb\r\nccc\rdddd\n");
        assert_eq!(source.line_count(), 5);
        let lines: Vec<_> = (0..=6).map(|line| source.line_range(line)).collect();
        let line = |start, end| Some((start, end));
        assert_eq!(lines, [None, line(0, 1), line(2, 4), line(6, 9), line(10, 14), line(15, 15), None]);
        assert_eq!(source.position(0), at(1, 1));
        assert_eq!(source.position(1), at(1, 2), "the line break itself");
        assert_eq!(source.position(2), at(2, 1));
        assert_eq!(source.position(5), at(2, 4), "between \\r and \\n");
        assert_eq!(source.position(6), at(3, 1));
        assert_eq!(source.position(10), at(4, 1), "behind a lone \\r");
        assert_eq!(source.position(15), at(5, 1));
    }

    #[test]
    fn a_text_without_a_break_is_one_line() {
        for text in ["", "abc"] {
            let source = source(text);
            assert_eq!(source.line_count(), 1);
            assert_eq!(source.line_range(1), Some((0, text.len())));
            assert_eq!(source.position(u32::try_from(text.len()).unwrap()), at(1, text.len() + 1));
        }
    }

    #[test]
    fn columns_count_characters_or_utf16_units() {
        // One, two, three and four bytes; one, one, one and two UTF-16 units.
        let source = source("xxx\naä€😀b");
        let columns = [(4, 1, 1), (5, 2, 2), (7, 3, 3), (10, 4, 4), (14, 5, 6), (15, 6, 7)];
        for (offset, characters, units) in columns {
            assert_eq!(source.position(offset), at(2, characters), "offset {offset}");
            assert_eq!(source.position_utf16(offset), at(2, units), "offset {offset}");
        }
    }

    #[test]
    fn offsets_inside_a_character_or_past_the_end_have_a_position() {
        let source = source("a😀b");
        for inside in 2..5 {
            assert_eq!(source.position(inside), at(1, 2));
            assert_eq!(source.position_utf16(inside), at(1, 2));
        }
        assert_eq!(source.position(100), at(1, 4));
        assert_eq!(source.position(u32::MAX), at(1, 4));
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        let source = source("\u{feff}ab\nc\u{feff}d");
        assert_eq!(source.position(0), at(1, 1));
        assert_eq!(source.position(3), at(1, 1));
        assert_eq!(source.position(4), at(1, 2));
        assert_eq!(source.position_utf16(4), at(1, 2));
        assert_eq!(source.position(10), at(2, 3), "elsewhere it is a character like others");
    }

    #[test]
    fn slices_stay_inside_the_text() {
        let source = source("a😀b");
        let slice = |start, end| source.slice(Span::new(SourceId(0), start, end));
        assert_eq!(slice(0, 1), "a");
        assert_eq!(slice(1, 5), "😀");
        assert_eq!(slice(2, 5), "", "inside a character");
        assert_eq!(slice(3, 1), "");
        assert_eq!(slice(0, 100), "");
    }

    #[test]
    fn spans_count_their_bytes() {
        let span = Span::new(SourceId(7), 3, 8);
        assert_eq!((span.len(), span.is_empty()), (5, false));
        assert_eq!(span.at_start(), Span { source: SourceId(7), start: 3, end: 3 });
        assert!(span.at_start().is_empty());
        assert_eq!(Span { start: 9, ..span }.len(), 0, "an end before the start");
    }
}
