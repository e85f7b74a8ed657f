//! Places in texts as clients count them: lines and characters from 0, in the unit that both sides agreed on.

use crate::source::{Source, Span};
use lsp_types::{Position, PositionEncodingKind, Range};

/// The unit in which characters of a line are counted.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// Code units of UTF-16, which every client knows.
    #[default]
    Utf16,
    /// Characters (Unicode scalar values).
    Utf32,
}

/// U+FEFF at the beginning of a text: a client that sends it counts it.
const MARK: char = '\u{feff}';

impl Encoding {
    /// The best one of those that a client offers: bytes need no counting.
    pub fn of_client(offered: Option<&[PositionEncodingKind]>) -> Self {
        let has = |kind: PositionEncodingKind| offered.is_some_and(|offered| offered.contains(&kind));
        if has(PositionEncodingKind::UTF8) {
            Self::Utf8
        } else if has(PositionEncodingKind::UTF32) && !has(PositionEncodingKind::UTF16) {
            Self::Utf32
        } else {
            Self::Utf16
        }
    }

    /// Its name in the protocol.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn units(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
            Self::Utf32 => 1,
        }
    }

    /// The place of a byte of a text.
    pub fn position(self, source: &Source, offset: u32) -> Position {
        let place = match self {
            Self::Utf8 | Self::Utf32 => source.position(offset),
            Self::Utf16 => source.position_utf16(offset),
        };
        let start = || source.line_range(place.line).map_or(0, |(start, _)| start);
        let has_mark = place.line == 1 && offset > 0 && source.text().starts_with(MARK);
        let character = match self {
            Self::Utf8 => (offset as usize).min(source.text().len()).saturating_sub(start()),
            Self::Utf16 | Self::Utf32 => place.column - 1 + usize::from(has_mark),
        };
        Position { line: number(place.line - 1), character: number(character) }
    }

    /// The places of a span of a text.
    pub fn range(self, source: &Source, span: Span) -> Range {
        Range { start: self.position(source, span.start), end: self.position(source, span.end.max(span.start)) }
    }

    /// The byte at a place. A place after the end of a line is its end, one after the last line the end of the text.
    pub fn offset(self, source: &Source, place: Position) -> usize {
        let Some((start, end)) = source.line_range(place.line as usize + 1) else { return source.text().len() };
        let line = source.text().get(start..end).unwrap_or_default();
        let wanted = place.character as usize;
        if self == Self::Utf8 {
            let at = wanted.min(line.len());
            return start + (0..=at).rev().find(|at| line.is_char_boundary(*at)).unwrap_or_default();
        }
        let mut units = 0;
        for (at, character) in line.char_indices() {
            // A place in the middle of a character is its beginning.
            units += self.units(character);
            if units > wanted {
                return start + at;
            }
        }
        end
    }

    /// The bytes of a range.
    pub fn bytes(self, source: &Source, range: Range) -> std::ops::Range<usize> {
        let (start, end) = (self.offset(source, range.start), self.offset(source, range.end));
        start.min(end)..start.max(end)
    }
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
