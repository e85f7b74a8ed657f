//! JSON strings: borrowed from the text, unless an escape has to be undone (RFC 8259 section 7).

use super::{Failure, JsonReader};
use crate::syntax::lanes;
use crate::syntax::message::shown;
use std::borrow::Cow;

/// Bytes from `bytes`' start that are neither `"`, `\` nor a control character, eight at a time.
fn plain_length(bytes: &[u8]) -> usize {
    let (chunks, rest) = bytes.as_chunks::<8>();
    let mut length = 0;
    for chunk in chunks {
        let word = u64::from_le_bytes(*chunk);
        let stop = lanes::equal(word, b'"') | lanes::equal(word, b'\\') | lanes::below(word, 0x20);
        if stop != 0 {
            return length + lanes::first(stop);
        }
        length += 8;
    }
    length + rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count()
}

impl<'s> JsonReader<'s> {
    /// The string whose opening quote is under the reader.
    pub(super) fn string(&mut self) -> Result<Cow<'s, str>, Failure> {
        let quote = self.at;
        self.at += 1;
        let start = self.at;
        self.at += plain_length(self.bytes.get(start..).unwrap_or(&[]));
        if self.peek() == Some(b'"') {
            let text = self.slice(start, self.at);
            self.at += 1;
            return Ok(Cow::Borrowed(text));
        }
        let mut unescaped = self.slice(start, self.at).to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(unescaped));
                }
                Some(b'\\') => unescaped.push(self.escape(quote)?),
                _ => return Err(self.unfinished(quote)),
            }
            let start = self.at;
            self.at += plain_length(self.bytes.get(start..).unwrap_or(&[]));
            unescaped.push_str(self.slice(start, self.at));
        }
    }

    /// The character that the escape under the reader stands for.
    fn escape(&mut self, quote: usize) -> Result<char, Failure> {
        let start = self.at;
        let Some(letter) = self.bytes.get(start + 1).copied() else {
            self.at = self.bytes.len();
            return Err(self.unfinished(quote));
        };
        self.at += 2;
        Ok(match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(start),
            _ => {
                self.at = start + 1;
                let (_, found) = self.here();
                let end = start + 1 + found.map_or(0, char::len_utf8);
                return Err(self.error(
                    self.span(start, end),
                    format!("`\\{}` is not a valid JSON escape", found.map_or_else(String::new, shown)),
                    "Write `\\\\` for a backslash. JSON's escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with \
                     four digits.",
                ));
            }
        })
    }

    /// `\uXXXX`, and the second half of a surrogate pair. The reader is behind `\u`.
    fn unicode_escape(&mut self, start: usize) -> Result<char, Failure> {
        let first = self.four_hex_digits(start)?;
        let code = match first {
            0xD800..0xDC00 => {
                let pair = self.at;
                let second = if self.slice(pair, pair + 2) == "\\u" {
                    self.at += 2;
                    self.four_hex_digits(pair)?
                } else {
                    0
                };
                // Not a low surrogate: 0 becomes a code that no character has.
                if (0xDC00..0xE000).contains(&second) {
                    0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
                } else {
                    first
                }
            }
            code => code,
        };
        char::from_u32(code).ok_or_else(|| {
            self.error(
                self.span(start, start + 6),
                format!("`{}` is half of a surrogate pair, not a character", self.slice(start, start + 6)),
                "Write both halves (such as \\ud83d\\ude00), or the character itself.",
            )
        })
    }

    fn four_hex_digits(&mut self, escape: usize) -> Result<u32, Failure> {
        let digits = self.slice(self.at, self.at + 4);
        // `from_str_radix` alone would take a sign.
        let code = Some(digits).filter(|digits| digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
        match code.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(code) => {
                self.at += 4;
                Ok(code)
            }
            None => Err(self.error(
                self.span(escape, escape + 2),
                "`\\u` must be followed by four hexadecimal digits",
                "Write it as in \\u00e4, or write the character itself.",
            )),
        }
    }

    /// The string ends at a control character (most often the line's end), or with the text.
    fn unfinished(&self, quote: usize) -> Failure {
        let mut failure = match self.here() {
            (_, Some('\n' | '\r')) => {
                return self.error(
                    self.span(quote, self.at),
                    "the string is not closed on its line",
                    "Add the closing double quote. Write line breaks in a string as `\\n`.",
                );
            }
            (span, Some(found)) => self.error(
                span,
                format!("control character `{}` in a string", shown(found)),
                "Write it as an escape (`\\t` for a tab, `\\u0000` to `\\u001f` for others).",
            ),
            (_, None) => {
                let mut failure = self.truncated();
                failure.error.help = "Add the closing double quote, and check whether the file is complete.".to_owned();
                failure
            }
        };
        failure.error.related = Some((self.span(quote, quote + 1), "the string starts here".to_owned()));
        failure
    }
}

#[cfg(test)]
mod tests {
    use super::plain_length;

    #[test]
    fn every_byte_is_seen_at_every_place() {
        for length in 0..20 {
            for place in 0..length {
                for byte in 0..=255_u8 {
                    let mut bytes = vec![b'x'; length];
                    if let Some(slot) = bytes.get_mut(place) {
                        *slot = byte;
                    }
                    let stops = byte < 0x20 || byte == b'"' || byte == b'\\';
                    assert_eq!(
                        plain_length(&bytes),
                        if stops { place } else { length },
                        "{byte} at {place} of {length}"
                    );
                }
            }
        }
    }
}
