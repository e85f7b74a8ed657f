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

    fn position_by(&self, offset: usize, width: impl Fn(&str) -> usize) -> Position {
        let (line, start) = self.line_of(offset);
        let before = self.text.get(start..offset.min(self.text.len())).unwrap_or("");
        // The byte-order mark at the beginning of a file takes no column.
        let before = if start == 0 { before.strip_prefix('\u{feff}').unwrap_or(before) } else { before };
        // Telling ASCII costs next to nothing, and a minified template is one line of a megabyte.
        let columns = if before.is_ascii() { before.len() } else { width(before) };
        Position { line, column: columns + 1 }
    }

    /// Line and column of a byte offset; columns count characters (Unicode scalar values).
    pub fn position(&self, offset: u32) -> Position {
        self.position_by(offset as usize, |text| text.chars().count())
    }

    /// Line and column of a byte offset; columns count UTF-16 code units, as SARIF's do by default.
    pub fn position_utf16(&self, offset: u32) -> Position {
        // Characters past U+FFFF take two units; in UTF-8 those are the ones that begin with a byte from F0.
        self.position_by(offset as usize, |text| {
            text.chars().count() + text.bytes().filter(|byte| *byte >= 0xf0).count()
        })
    }
}
