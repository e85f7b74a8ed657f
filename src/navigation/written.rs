//! Which bytes of a text a part of a scalar is written in, whatever quotes, escapes, folds and indentation are between them.
//!
//! The characters of a scalar that are not white space are in the text in the same order, once escapes are undone. So they are
//! paired one by one, in every style of YAML and in JSON. Where they do not pair, nothing is said.

use std::ops::Range;

/// Where the parts of a scalar are written.
#[derive(Debug)]
pub(super) struct Written {
    pairs: Pairs,
}

#[derive(Debug)]
enum Pairs {
    /// The scalar is in the text as it reads, so many bytes behind the start.
    Shifted(usize, usize),
    /// For each character that is not white space: where it is in the scalar, and the range that it is written in.
    Each(Vec<(usize, Range<usize>)>),
}

/// How a scalar is written.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Style {
    /// Plain, or a block of YAML.
    Bare,
    /// `'…'`, in which `''` is one quote.
    Single,
    /// `"…"`, with the escapes of YAML, which has those of JSON.
    Double,
}

impl Written {
    /// Pairs what is written with what it reads as. None if it does not read so.
    pub(super) fn new(raw: &str, reads: &str) -> Option<Self> {
        if raw == reads {
            return Some(Self { pairs: Pairs::Shifted(0, reads.len()) });
        }
        let inner = raw.get(1..raw.len().checked_sub(1)?);
        if inner == Some(reads) && raw.starts_with(['"', '\'']) {
            return Some(Self { pairs: Pairs::Shifted(1, reads.len()) });
        }
        let (style, from) = match raw.as_bytes().first()? {
            b'"' => (Style::Double, 1),
            b'\'' => (Style::Single, 1),
            // The header of a block ends with its line.
            b'|' | b'>' => (Style::Bare, raw.find(['\n', '\r'])?),
            _ => (Style::Bare, 0),
        };
        let mut atoms = Atoms { raw, at: from, style }.filter(|(_, read)| !read.is_whitespace());
        let mut pairs = Vec::with_capacity(reads.len());
        for (at, character) in reads.char_indices().filter(|(_, character)| !character.is_whitespace()) {
            let (range, read) = atoms.next()?;
            if read != character {
                return None;
            }
            pairs.push((at, range));
        }
        Some(Self { pairs: Pairs::Each(pairs) })
    }

    /// The bytes of what is written that a part of the scalar is in. None for white space, which may be anywhere.
    pub(super) fn range(&self, part: &Range<usize>) -> Option<Range<usize>> {
        match &self.pairs {
            Pairs::Shifted(by, length) => {
                (part.start <= part.end && part.end <= *length).then(|| part.start + by..part.end + by)
            }
            Pairs::Each(pairs) => {
                let first = pairs.partition_point(|(at, _)| *at < part.start);
                let end = pairs.partition_point(|(at, _)| *at < part.end);
                let (first, last) = (pairs.get(first)?, pairs.get(end.checked_sub(1)?)?);
                (first.0 < part.end && first.0 <= last.0).then_some(first.1.start..last.1.end)
            }
        }
    }
}

/// The characters that a text reads as, each with the bytes that it is written in.
struct Atoms<'r> {
    raw: &'r str,
    at: usize,
    style: Style,
}

impl Atoms<'_> {
    fn rest(&self) -> &str {
        self.raw.get(self.at..).unwrap_or_default()
    }

    /// What an escape stands for, and its length behind the backslash. Source: YAML 1.2.2, section 5.7, and RFC 8259, section 7.
    fn escape(&self) -> Option<(char, usize)> {
        let rest = self.raw.get(self.at + 1..)?;
        let letter = rest.chars().next()?;
        let coded = |digits: usize| {
            let code = u32::from_str_radix(rest.get(1..=digits)?, 16).ok()?;
            if !(0xD800..0xDC00).contains(&code) {
                return Some((char::from_u32(code)?, digits + 1));
            }
            // The first half of a surrogate pair.
            let second = rest.get(digits + 1..)?.strip_prefix("\\u")?.get(..4)?;
            let second = u32::from_str_radix(second, 16).ok()?.checked_sub(0xDC00)?;
            Some((char::from_u32(0x10000 + ((code - 0xD800) << 10) + second)?, digits + 7))
        };
        let plain = match letter {
            'x' => return coded(2),
            'u' => return coded(4),
            'U' => return coded(8),
            '0' => '\0',
            'a' => '\u{7}',
            'b' => '\u{8}',
            't' | '\t' => '\t',
            'n' => '\n',
            'v' => '\u{b}',
            'f' => '\u{c}',
            'r' => '\r',
            'e' => '\u{1b}',
            'N' => '\u{85}',
            '_' => '\u{a0}',
            'L' => '\u{2028}',
            'P' => '\u{2029}',
            other => other,
        };
        Some((plain, letter.len_utf8()))
    }
}

impl Iterator for Atoms<'_> {
    type Item = (Range<usize>, char);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        let character = self.rest().chars().next()?;
        let (read, length) = match (self.style, character) {
            (Style::Double, '"') => return None,
            (Style::Double, '\\') => {
                let (read, length) = self.escape()?;
                (read, length + 1)
            }
            (Style::Single, '\'') if self.rest().starts_with("''") => ('\'', 2),
            (Style::Single, '\'') => return None,
            (_, other) => (other, other.len_utf8()),
        };
        self.at = start + length;
        Some((start..self.at, read))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::source::SourceId;

    /// What `Name` is written as in the value of the only key.
    fn found(text: &str) -> Option<&str> {
        let document = crate::syntax::parse(text, SourceId(0)).unwrap();
        let node = &document.root.as_mapping().unwrap()[0].value;
        let reads = node.as_str().unwrap();
        let at = reads.find("Näme").unwrap();
        let raw = &text[node.span.start as usize..node.span.end as usize];
        let range = Written::new(raw, reads)?.range(&(at..at + "Näme".len()))?;
        Some(&raw[range])
    }

    #[test]
    fn every_style_shows_where_a_part_is_written() {
        let cases = [
            ("a: x${Näme}", "Näme"),
            ("a: x\n  y ${Näme}\n\n  z", "Näme"),
            ("a: 'x${Näme}'", "Näme"),
            ("a: 'it''s\n  ''${Näme}'''", "Näme"),
            ("a: \"x${Näme}\"", "Näme"),
            ("a: \"\\t\\x41\\\"\\\n  \\ \\U0001F3E5${N\\u00e4me}\"", "N\\u00e4me"),
            ("a: |\n  x\n    ${Näme}\n", "Näme"),
            ("a: >2-\n  x\n  y\n\n    ${Näme}\n  z\n", "Näme"),
            ("a: | # comment\r\n  x\r\n  ${Näme}\r\n", "Näme"),
            ("{\"a\": \"\\u0024{\\u004e\\u00e4me}\"}", "\\u004e\\u00e4me"),
            ("{\"a\": \"\\ud83c\\udfe5 \\/ \\n ${Näme}\"}", "Näme"),
        ];
        for (text, written) in cases {
            assert_eq!(found(text), Some(written), "{text}");
        }
    }

    #[test]
    fn what_does_not_pair_is_nowhere() {
        assert!(Written::new("abc", "abd").is_none());
        assert!(Written::new("\"a", "ab").is_none());
        assert!(Written::new("", "a").is_none());
        assert_eq!(Written::new("'a b'", "a b").unwrap().range(&(1..9)), None);
        assert_eq!(Written::new("\"a\\tb\"", "a\tb").unwrap().range(&(1..2)), None);
    }
}
