//! Scalars in quotes: borrowed from the text, unless an escape or a line's end has to be undone.

use super::{Reader, tables};
use std::borrow::Cow;

impl<'s> Reader<'s> {
    /// The quoted scalar under the reader, in a block of the level `parent`, and whether it is on one line. The reader is behind it
    /// afterwards.
    pub(super) fn quoted(&mut self, parent: usize) -> Option<(Cow<'s, str>, bool)> {
        let quote = self.peek();
        let single = quote == b'\'';
        self.at += 1;
        let start = self.at;
        self.at += tables::quoted_length(self.bytes.get(start..).unwrap_or(&[]), single);
        if self.peek() == quote && !(single && self.byte(self.at + 1) == quote) {
            let text = self.slice(start, self.at);
            self.at += 1;
            return Some((Cow::Borrowed(text), true));
        }
        let line = self.line;
        self.at = start;
        let text = self.unquoted(quote, parent)?;
        Some((Cow::Owned(text), self.line == line))
    }

    fn unquoted(&mut self, quote: u8, parent: usize) -> Option<String> {
        let single = quote == b'\'';
        let mut text = String::new();
        loop {
            let start = self.at;
            self.at += tables::quoted_length(self.bytes.get(start..).unwrap_or(&[]), single);
            let run = self.slice(start, self.at);
            match self.peek() {
                b'\n' | b'\r' => {
                    let run = run.trim_end_matches(' ');
                    if run.ends_with('\t') {
                        return None;
                    }
                    text.push_str(run);
                    self.continue_quoted(&mut text, parent, true)?;
                }
                b'\\' => {
                    text.push_str(run);
                    self.at += 1;
                    if matches!(self.peek(), b'\n' | b'\r') {
                        self.continue_quoted(&mut text, parent, false)?;
                    } else {
                        text.push(self.escape()?);
                    }
                }
                0 => return None,
                _ => {
                    text.push_str(run);
                    self.at += 1;
                    if !(single && self.peek() == quote) {
                        return Some(text);
                    }
                    self.at += 1;
                    text.push('\'');
                }
            }
        }
    }

    /// From a line's end to the next text. The line's end itself is a space, unless empty lines follow or it is escaped.
    fn continue_quoted(&mut self, text: &mut String, parent: usize, folds: bool) -> Option<()> {
        let mut empty = 0;
        loop {
            self.skip_line_end();
            self.skip_spaces();
            match self.peek() {
                b'\n' | b'\r' => empty += 1,
                b'\t' | 0 => return None,
                _ => break,
            }
        }
        // Less indented, it may be the marker of a document, or what only readers of YAML 1.1 accept.
        if self.level_here() <= parent.max(1) {
            return None;
        }
        if empty == 0 && folds {
            text.push(' ');
        }
        text.extend(std::iter::repeat_n('\n', empty));
        Some(())
    }

    /// The character that the escape stands for whose letter is under the reader (YAML 1.2, section 5.7).
    fn escape(&mut self) -> Option<char> {
        let letter = self.peek();
        self.at += 1;
        Some(match letter {
            b'0' => '\0',
            b'a' => '\u{7}',
            b'b' => '\u{8}',
            b't' => '\t',
            b'n' => '\n',
            b'v' => '\u{b}',
            b'f' => '\u{c}',
            b'r' => '\r',
            b'e' => '\u{1b}',
            b' ' => ' ',
            b'"' => '"',
            b'/' => '/',
            b'\\' => '\\',
            b'N' => '\u{85}',
            b'_' => '\u{a0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            b'x' => return self.numbered(2),
            b'u' => return self.numbered(4),
            b'U' => return self.numbered(8),
            _ => return None,
        })
    }

    /// The character with the hexadecimal number under the reader. A half of a surrogate pair is none.
    fn numbered(&mut self, digits: usize) -> Option<char> {
        let number = self.text.get(self.at..self.at + digits)?;
        if !number.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        self.at += digits;
        char::from_u32(u32::from_str_radix(number, 16).ok()?)
    }
}
