//! Source texts, spans in them, and lines and columns. Knows nothing of JSON, YAML or CloudFormation.

use memchr::{memchr, memchr_iter, memchr2, memchr2_iter, memrchr};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Which source a span points into: a number that the run gives to each [`Source`], in its own order.
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
#[derive(Clone, Debug)]
pub struct Source {
    /// This source's own id.
    pub id: SourceId,
    /// The path as reports show it: as the user gave it, with `/` between folders. Never used as a path: it may have lost bytes.
    pub name: String,
    /// The file, if it is one.
    path: Option<PathBuf>,
    /// Shared, because an editor, its session and what is remembered have the same text.
    text: Arc<String>,
    line_starts: OnceLock<Vec<u32>>,
    /// For each block of the text, the line feeds before it, and where the line starts that it begins in; none if carriage returns end
    /// lines, too.
    block_lines: OnceLock<Option<Vec<(u32, u32)>>>,
    /// For each block of the text, the characters before it.
    block_counts: OnceLock<Vec<Counts>>,
}

/// Bytes of a text that no report may show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// The bytes.
    pub range: Range<usize>,
    /// So many of the first characters may be shown.
    pub keeps: usize,
}

impl Source {
    /// Larger texts are refused: spans count bytes in 32 bits.
    pub const MAX_BYTES: usize = u32::MAX as usize;

    /// A source with its text; a leading byte-order mark stays part of the text (parsers skip it).
    pub fn new(id: SourceId, name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::shared(id, name, Arc::new(text.into()))
    }

    /// The same, of a text that others have, too.
    pub fn shared(id: SourceId, name: impl Into<String>, text: Arc<String>) -> Self {
        let name = name.into();
        Self {
            id,
            name,
            path: None,
            text,
            line_starts: OnceLock::new(),
            block_lines: OnceLock::new(),
            block_counts: OnceLock::new(),
        }
    }

    /// The same source, as the text of a file if it is one.
    #[must_use]
    pub fn in_file(self, path: Option<PathBuf>) -> Self {
        Self { path, ..self }
    }

    /// The file that it is the text of, if it is one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole text, for others to have.
    pub fn shared_text(&self) -> &Arc<String> {
        &self.text
    }

    /// The text of a span; empty where the span does not start and end on character borders of this text.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// The same text with other characters in place of those in these bytes, apart from the first `keeps` of each. Every line, column
    /// and byte offset stays what it was; a range that does not start and end on character borders hides nothing.
    #[must_use]
    pub fn hiding(mut self, hidden: &[Hidden]) -> Self {
        for Hidden { range, keeps } in hidden {
            let Some(secret) = self.text.get(range.clone()) else { continue };
            let bytes = secret.as_bytes();
            // Nearly all secrets are one line of ASCII, some of them long.
            let mask = if secret.is_ascii() && memchr2(b'\n', b'\r', bytes).is_none() {
                let kept = secret.get(..*keeps).unwrap_or(secret);
                [kept, &"*".repeat(secret.len() - kept.len())].concat()
            } else {
                secret.chars().enumerate().map(|(number, character)| masked(character, number < *keeps)).collect()
            };
            Arc::make_mut(&mut self.text).replace_range(range.clone(), &mask);
        }
        self
    }

    /// The same source with another text in place of some bytes, which start and end on character borders. Where lines start is not
    /// looked for again in what stays, if that is known.
    #[must_use]
    pub fn edited(&self, bytes: Range<usize>, new: &str) -> Self {
        let text = self.text.as_str();
        let (before, after) = (text.get(..bytes.start).unwrap_or(text), text.get(bytes.end..).unwrap_or_default());
        let text = [before, new, after].concat();
        let (start, end) = (before.len(), before.len() + new.len());
        let moved = self.line_starts.get().map(|starts| {
            // Whether a line starts somewhere follows from the byte before and the one there.
            let kept = starts.partition_point(|line| (*line as usize) < start);
            let rest = starts.partition_point(|line| (*line as usize) <= self.text.len() - after.len());
            let mut moved = Vec::with_capacity(starts.len() + new.len() / 32 + 1);
            moved.extend_from_slice(starts.get(..kept).unwrap_or_default());
            moved.extend((start..=end).filter(|at| starts_line(text.as_bytes(), *at)).map(number));
            // Later ones are as far from the end as they were.
            let is_longer = text.len() >= self.text.len();
            let by = number(text.len().abs_diff(self.text.len()));
            let place = |line: &u32| if is_longer { line.saturating_add(by) } else { line.saturating_sub(by) };
            moved.extend(starts.get(rest..).unwrap_or_default().iter().map(place));
            moved
        });
        let Self { id, name, path, .. } = self;
        let line_starts = moved.map(OnceLock::from).unwrap_or_default();
        let text = Arc::new(text);
        Self {
            id: *id,
            name: name.clone(),
            path: path.clone(),
            text,
            line_starts,
            block_lines: OnceLock::new(),
            block_counts: OnceLock::new(),
        }
    }

    /// Where each line starts.
    pub(crate) fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let start = |end: usize| u32::try_from(end + 1).unwrap_or(u32::MAX);
            let mut starts = Vec::with_capacity(bytes.len() / 32 + 1);
            starts.push(0);
            // Found many bytes at a time: every text that a report points into is searched as a whole.
            if memchr(b'\r', bytes).is_none() {
                starts.extend(memchr_iter(b'\n', bytes).map(start));
            } else {
                let ends_line = |end: &usize| bytes.get(*end) == Some(&b'\n') || bytes.get(*end + 1) != Some(&b'\n');
                starts.extend(memchr2_iter(b'\n', b'\r', bytes).filter(ends_line).map(start));
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

    /// The line of a byte, and where it starts.
    fn line_of(&self, offset: usize) -> (usize, usize) {
        // For the places of a few findings, a list of all lines would take longer.
        let begin = offset - offset % BLOCK_BYTES;
        let part = self.text.as_bytes().get(begin..offset).filter(|_| self.line_starts.get().is_none());
        let block = self.block_lines().filter(|_| part.is_some()).and_then(|lines| lines.get(offset / BLOCK_BYTES));
        if let Some((part, (lines, start))) = part.zip(block) {
            let start = memrchr(b'\n', part).map_or(*start as usize, |end| begin + end + 1);
            return ((lines + line_feeds(part)) as usize + 1, start);
        }
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start as usize <= offset).max(1);
        (line, starts.get(line - 1).map_or(0, |start| *start as usize))
    }

    fn block_lines(&self) -> Option<&[(u32, u32)]> {
        let lines = self.block_lines.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let (mut at, mut lines, mut start) = (0, 0, 0);
            let next = |block: &[u8]| {
                let before = (lines, start);
                lines += line_feeds(block);
                start = memrchr(b'\n', block).map_or(start, |end| number(at + end + 1));
                at += block.len();
                before
            };
            // A block that begins at the end of the text is one, too.
            let all = || bytes.chunks(BLOCK_BYTES).chain([&[][..]]).map(next).collect();
            memchr(b'\r', bytes).is_none().then(all)
        });
        lines.as_deref()
    }

    /// The characters of this text that begin before a byte offset.
    fn counts(&self, offset: usize) -> Counts {
        let bytes = self.text.as_bytes();
        let blocks = self.block_counts.get_or_init(|| {
            let mut before = Counts::default();
            let next = |block: &[u8]| {
                let after = before.plus(Counts::of(block));
                std::mem::replace(&mut before, after)
            };
            bytes.chunks(BLOCK_BYTES).map(next).collect()
        });
        let (block, start) = (offset / BLOCK_BYTES, offset - offset % BLOCK_BYTES);
        let rest = Counts::of(bytes.get(start..offset).unwrap_or_default());
        blocks.get(block).copied().unwrap_or_else(|| Counts::of(bytes)).plus(rest)
    }

    /// Number of a byte offset's line, and the characters before it on that line.
    fn line_and_counts(&self, offset: u32) -> (usize, Counts) {
        let offset = (offset as usize).min(self.text.len());
        let (line, mut start) = self.line_of(offset);
        // The byte-order mark at the beginning of a file takes no column.
        if start == 0 && self.text.starts_with('\u{feff}') {
            start = '\u{feff}'.len_utf8().min(offset);
        }
        let counts = match self.text.as_bytes().get(start..offset) {
            Some(short) if short.len() <= BLOCK_BYTES => Counts::of(short),
            _ => self.counts(offset).minus(self.counts(start)),
        };
        (line, counts)
    }

    /// Line and column of a byte offset; columns count characters (Unicode scalar values).
    pub fn position(&self, offset: u32) -> Position {
        let (line, counts) = self.line_and_counts(offset);
        Position { line, column: counts.characters as usize + 1 }
    }

    /// Where a span starts and ends, as [`position`](Self::position) says.
    pub fn positions(&self, span: Span) -> (Position, Position) {
        let start = self.position(span.start);
        // Most spans end in their line, near to where they start.
        let text = self.text.as_bytes().get(span.start as usize..span.end as usize);
        let near = text.filter(|text| text.len() <= BLOCK_BYTES && memchr2(b'\n', b'\r', text).is_none());
        let end = match near {
            // A byte-order mark takes no column.
            Some(text) if !text.starts_with('\u{feff}'.encode_utf8(&mut [0; 3]).as_bytes()) => {
                Position { column: start.column + Counts::of(text).characters as usize, ..start }
            }
            _ => self.position(span.end),
        };
        (start, end)
    }

    /// Line and column of a byte offset; columns count UTF-16 code units, as SARIF's do by default.
    pub fn position_utf16(&self, offset: u32) -> Position {
        let (line, counts) = self.line_and_counts(offset);
        Position { line, column: (counts.characters + counts.supplementary) as usize + 1 }
    }
}

/// The number of line feeds in some bytes.
fn line_feeds(bytes: &[u8]) -> u32 {
    /// So many can be counted in one byte, and many bytes at a time.
    const MOST: usize = 128;
    let count = |part: &[u8]| part.iter().map(|byte| u8::from(*byte == b'\n')).sum::<u8>();
    bytes.chunks(MOST).map(|part| u32::from(count(part))).sum()
}

/// What hides a character: one of as many bytes.
fn masked(character: char, is_kept: bool) -> char {
    match character.len_utf8() {
        _ if is_kept || matches!(character, '\n' | '\r') => character,
        1 => '*',
        2 => '·',
        3 => '•',
        _ => '🔒',
    }
}

/// Whether a line starts at a byte.
fn starts_line(text: &[u8], at: usize) -> bool {
    let Some(last) = at.checked_sub(1) else { return true };
    match text.get(last) {
        Some(b'\n') => true,
        Some(b'\r') => text.get(at) != Some(&b'\n'),
        _ => false,
    }
}

fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// Bytes between two marks of [`Source::counts`]: small enough to be counted for each position that is asked for. Without
/// them the positions in a minified template, which is one line, would take the square of its length.
const BLOCK_BYTES: usize = 512;

/// Numbers of characters.
#[derive(Copy, Clone, Debug, Default)]
struct Counts {
    characters: u32,
    /// Those past U+FFFF, which take two code units of UTF-16.
    supplementary: u32,
}

impl Counts {
    /// The characters that begin in these bytes of UTF-8.
    fn of(bytes: &[u8]) -> Self {
        if bytes.is_ascii() {
            return Self { characters: u32::try_from(bytes.len()).unwrap_or(u32::MAX), supplementary: 0 };
        }
        // Bytes that continue a character are 10xxxxxx; a character of four bytes begins with 11110xxx (RFC 3629).
        Self {
            characters: bytes.iter().map(|byte| u32::from(byte & 0xc0 != 0x80)).sum(),
            supplementary: bytes.iter().map(|byte| u32::from(*byte >= 0xf0)).sum(),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self { characters: self.characters + other.characters, supplementary: self.supplementary + other.supplementary }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            characters: self.characters.saturating_sub(other.characters),
            supplementary: self.supplementary.saturating_sub(other.supplementary),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn source(text: &str) -> Source {
        Source::new(SourceId(0), "a.yaml", text)
    }

    #[test]
    fn lines_end_with_any_break_and_columns_count_characters() {
        let text = "\u{feff}aé🏥b\r\nc\rd\n";
        let source = source(text);
        let at = |what: &str| {
            let offset = u32::try_from(text.find(what).unwrap()).unwrap();
            let (people, sarif) = (source.position(offset), source.position_utf16(offset));
            assert_eq!(people.line, sarif.line);
            (people.line, people.column, sarif.column)
        };
        assert_eq!(
            ["a", "é", "🏥", "b", "c", "d"].map(at),
            [(1, 1, 1), (1, 2, 2), (1, 3, 3), (1, 4, 5), (2, 1, 1), (3, 1, 1)]
        );
        let end = u32::try_from(text.len()).unwrap();
        assert_eq!(source.position(end), Position { line: 4, column: 1 });
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(u32::MAX), source.position(end));
    }

    #[test]
    fn lines_of_every_length_start_behind_their_line_feeds() {
        let mut text = String::new();
        for length in 0..200 {
            text.push_str(&"é".repeat(length % 7));
            text.push_str(&"x".repeat(length * 31 % 45));
            text.push_str(&"\n".repeat(1 + length % 3));
            let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1);
            let expected: Vec<u32> = std::iter::once(0).chain(ends).collect();
            assert_eq!(source(&text).line_starts(), expected);
        }
    }

    #[test]
    fn the_ends_of_a_span_are_where_each_of_them_is() {
        let long = format!("é: {}\n", "x".repeat(400));
        for text in ["\u{feff}a: é\r\nbé: 🏥\n\nc\rd", "", "\n", &long] {
            let source = source(text);
            let ends: Vec<u32> = (0..=text.len() as u32).filter(|at| text.is_char_boundary(*at as usize)).collect();
            for start in &ends {
                for end in ends.iter().filter(|end| *end >= start) {
                    let span = Span::new(source.id, *start as usize, *end as usize);
                    assert_eq!(
                        source.positions(span),
                        (source.position(*start), source.position(*end)),
                        "{span:?} of {text:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_place_is_the_same_with_and_without_a_list_of_lines() {
        let texts = [
            "".to_owned(),
            "\n".to_owned(),
            "a: é\n\nb\n".repeat(200),
            format!("{}\n{}", "x".repeat(1023), "y".repeat(512)),
        ];
        for text in texts {
            let (counted, listed) = (source(&text), source(&text));
            listed.line_starts();
            let offsets = (0..=text.len() as u32 + 1)
                .filter(|at| *at as usize > text.len() || text.is_char_boundary(*at as usize));
            for offset in offsets {
                assert_eq!(counted.position(offset), listed.position(offset), "{offset} of {}", text.len());
            }
            assert!(counted.line_starts.get().is_none());
        }
    }

    #[test]
    fn what_is_hidden_keeps_its_place() {
        let text = "a: hunter2é日🏥\nb: x";
        let hidden = [Hidden { range: 3..text.find('\n').unwrap() + 2, keeps: 2 }, Hidden { range: 11..12, keeps: 0 }];
        let shown = source(text).hiding(&hidden);
        assert_eq!(shown.text(), "a: hu*****·•🔒\n*: x");
        assert_eq!(shown.text().len(), text.len());
    }

    /// Lines longer than a block are counted by blocks, with the same result.
    #[test]
    fn long_lines_count_like_short_ones() {
        let line = "xé🏥日".repeat(3_000);
        let text = format!("first\n{line}\n{line}");
        let source = source(&text);
        for (at, _) in text.char_indices().step_by(997).chain([(text.len(), ' ')]) {
            let start = text[..at].rfind('\n').map_or(0, |found| found + 1);
            let before = &text[start..at];
            let offset = u32::try_from(at).unwrap();
            assert_eq!(source.position(offset).column, before.chars().count() + 1);
            assert_eq!(source.position_utf16(offset).column, before.encode_utf16().count() + 1);
        }
        let full = "x".repeat(2 * BLOCK_BYTES);
        let end = u32::try_from(full.len()).unwrap();
        assert_eq!(self::source(&full).position(end), Position { line: 1, column: full.len() + 1 });
    }

    #[test]
    fn an_edit_moves_the_starts_of_lines() {
        let texts = ["", "\n", "a", "a\nb", "a\r\nb\r", "\r\n\r\n", "é\n\rb\n\n"];
        for text in texts {
            let source = source(text);
            source.line_starts();
            let places: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
            for (from, to) in places.iter().flat_map(|from| places.iter().map(move |to| (*from, *to))) {
                for new in texts {
                    if from <= to {
                        let edited = source.edited(from..to, new);
                        let fresh = super::Source::new(SourceId(0), "a.yaml", edited.text());
                        assert_eq!(
                            edited.line_starts.get(),
                            Some(&fresh.line_starts().to_vec()),
                            "{text:?} {from} {to} {new:?}"
                        );
                    }
                }
            }
        }
    }
}
