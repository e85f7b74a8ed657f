//! Where things are in a YAML text, if the parser's spans are less exact.
//!
//! The parser's spans of plain and quoted scalars and of flow brackets are exact. Those of block scalars start with the
//! content, and end before the next token; lists without indentation start behind their first dash; values that are not
//! written are placed before their colon. All of that is found again from the end of the token before.

use super::Range;
use crate::source::Span;

/// The text, and how far it has been read.
pub(super) struct Layout<'s> {
    text: &'s str,
    /// End of the last token that was seen: everything from here to the next one is white space, comments, indicators
    /// (`-`, `?`, `:`), tags and anchors.
    seen: usize,
}

impl<'s> Layout<'s> {
    pub(super) fn new(text: &'s str) -> Self {
        let seen = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, seen }
    }

    pub(super) fn text(&self) -> &'s str {
        self.text
    }

    pub(super) fn slice(&self, range: Range) -> &'s str {
        self.text.get(range.start..range.end).unwrap_or("")
    }

    /// Whether a key is the tag that a short form was written with. No plain key starts like one.
    pub(super) fn is_tag(&self, key: Span) -> bool {
        self.byte(key.start as usize) == Some(b'!')
    }

    /// The text is read up to here.
    pub(super) fn advance(&mut self, end: usize) {
        self.seen = self.seen.max(end);
    }

    /// The place itself, if a character starts there or the text ends, otherwise the one before it.
    pub(super) fn border(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or(&[]);
        at + rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len())
    }

    /// The first of the bytes `wanted` behind the last token, with only separators, tags and anchors before it.
    pub(super) fn next(&self, wanted: &[u8]) -> Option<usize> {
        let mut at = self.seen;
        loop {
            let byte = self.byte(at)?;
            if wanted.contains(&byte) {
                return Some(at);
            }
            at = match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b':' | b'-' | b'?' => at + 1,
                b'#' => self.line_end(at),
                b'!' | b'&' => {
                    let rest = self.text.as_bytes().get(at..).unwrap_or(&[]);
                    at + rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len())
                }
                _ => return None,
            };
        }
    }

    /// The quote that opens the text which the parser is in.
    pub(super) fn next_quote(&self) -> Option<usize> {
        let mut behind = Self { text: self.text, seen: self.seen };
        loop {
            let found = behind.next(b"\"',[{")?;
            if matches!(self.byte(found), Some(b'"' | b'\'')) {
                return Some(found);
            }
            behind.seen = found + 1;
        }
    }

    /// The dash that opens a block list as the value of a key.
    pub(super) fn first_dash(&self) -> Option<usize> {
        self.next(b"-")
    }

    /// The place where a value could stand but does not: behind the dash or the colon.
    pub(super) fn nothing(&self, in_sequence: bool) -> Range {
        let indicator: &[u8] = if in_sequence { b"-" } else { b":" };
        // A key may come without a colon (`{key}`, `? key`), and then a tag or dash would belong to something else.
        let at = match self.next(indicator) {
            Some(at) => at + 1,
            None => self.seen,
        };
        Range { start: at, end: at }
    }

    /// A block scalar from its `|` or `>` to the end of its last line, given the range of its content.
    ///
    /// Empty lines at the end belong to it only if it keeps them (`|+`).
    pub(super) fn block_scalar(&self, content: Range) -> Range {
        let Some(start) = self.next(b"|>").filter(|start| *start < content.end) else { return content };
        let header = self.slice(Range { start, end: self.line_end(start) });
        let indicators =
            header.bytes().take_while(|byte| matches!(byte, b'|' | b'>' | b'+' | b'-' | b'0'..=b'9')).count();
        let body = Range { start: start + header.len(), end: content.end };
        let lines = self.slice(body);
        if header.get(..indicators).is_some_and(|indicators| indicators.contains('+')) {
            // The indentation of what follows is not content.
            let kept = lines.trim_end_matches([' ', '\t']);
            let end = if kept.ends_with(['\n', '\r']) { body.start + kept.len() } else { body.end };
            return Range { start, end };
        }
        let visible = lines.trim_end_matches([' ', '\t', '\n', '\r']).len();
        let end = if visible == 0 { start + indicators } else { self.line_end(body.start + visible) };
        Range { start, end: end.min(content.end.max(start + indicators)) }
    }
}
