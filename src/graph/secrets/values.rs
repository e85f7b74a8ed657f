//! Where the value is that a text gives to a name: after `=`, `:` or a space, in quotes, in XML, as the default of a lookup.

use super::assignments::Dialect;
use super::name_words::is_chosen;
use super::texts::rest_of_line;
use super::words_before::{follows_scope, is_of_netrc, is_set_by_words};
use std::ops::Range;

/// Bytes of a name, or of the space around a mark, past which nothing is read.
pub(super) const MAX_NAME: usize = 128;
/// Bytes of a value past which it is none.
pub(super) const MAX_VALUE: usize = 1024;
/// Bytes of a map, or of the lines around a name, past which nothing is read.
pub(super) const MOST: usize = 2048;

/// What gives a name its value.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// `=`, with nothing around it.
    Tight,
    /// `=` or `:=` between spaces, `=>`.
    Loose,
    /// `:` before a space or a quote.
    Colon,
    /// The space after an option: `--password x`; or in SQL: `PASSWORD 'x'`.
    Space,
    /// Punctuation that only a default value has: `getenv("X", "…")`, `${X:-…}`, `<password>…</password>`.
    Enclosed,
}

/// Where a value is.
pub(super) struct Value {
    pub(super) range: Range<usize>,
    pub(super) quote: Option<u8>,
}

pub(super) fn byte_before(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at.checked_sub(1)?).copied()
}

/// A place in a text, and what lies there.
struct Reader<'c> {
    bytes: &'c [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, text: &[u8]) -> bool {
        let is_there = self.rest().starts_with(text);
        self.at += if is_there { text.len() } else { 0 };
        is_there
    }

    /// Skips spaces; whether there were some.
    fn spaces(&mut self) -> bool {
        let count = self.rest().iter().take(MAX_NAME).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.at += count;
        count > 0
    }

    /// A quote, also one that is escaped because it stands in a text in quotes.
    fn quote(&mut self) -> Option<u8> {
        let escaped = self.rest().first() == Some(&b'\\');
        let quote =
            self.rest().get(usize::from(escaped)).copied().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
        self.at += 1 + usize::from(escaped);
        Some(quote)
    }
}

/// The value after a name that ends at `end`.
pub(super) fn value_after(text: &str, start: usize, end: usize, dialect: Dialect) -> Option<(Mark, Value)> {
    let bytes = text.as_bytes();
    let before = byte_before(bytes, start);
    let mut reader = Reader { bytes, at: end };
    let is_quoted = matches!(before, Some(b'"' | b'\'' | b'`')) && reader.quote().is_some();
    if before == Some(b'<') && reader.skip(b">") {
        return enclosed(text, reader.at, b'<');
    }
    let before_braces = text.get(..start).unwrap_or_default().trim_end_matches('!');
    if before_braces.ends_with("${") && (reader.skip(b":-") || reader.skip(b":=")) {
        return enclosed(text, reader.at, b'}');
    }
    // `s/__DB_PASSWORD__/…/`
    if before == Some(b'/') && reader.peek() == Some(b'/') {
        let (mark, value) = enclosed(text, end + 1, b'/')?;
        let has_digit = text.get(value.range.clone())?.bytes().any(|byte| byte.is_ascii_digit());
        return has_digit.then_some((mark, value));
    }
    if is_quoted && reader.peek() == Some(b']') {
        reader.at += 1;
    }
    // `${env:NAME} = …`
    if dialect == Dialect::Script && reader.peek() == Some(b'}') && follows_scope(text, start) {
        reader.at += 1;
    }
    let spaced = reader.spaces();
    let mark = match reader.peek()? {
        b'=' if reader.rest().get(1) == Some(&b'=') => return None,
        b'=' => {
            reader.at += 1;
            let arrow = reader.skip(b">");
            if reader.spaces() || spaced || arrow { Mark::Loose } else { Mark::Tight }
        }
        b':' if matches!(reader.rest().get(1), Some(b':' | b'/')) => return None,
        b':' => {
            reader.at += 1;
            let loose = reader.skip(b"=");
            let spaced = reader.spaces();
            // `password: str = "…"`
            if let Some(after) = after_type(bytes, reader.at) {
                reader.at = after;
                Mark::Loose
            } else if loose {
                Mark::Loose
            } else if spaced || matches!(reader.peek(), Some(b'"' | b'\'' | b'\\')) {
                Mark::Colon
            } else if dialect == Dialect::Settings {
                Mark::Tight
            } else {
                return None;
            }
        }
        // `os.environ.get("DB_PASSWORD", "…")`
        b',' if is_quoted && is_lookup(text, start) => {
            reader.at += 1;
            reader.spaces();
            let value = value_at(text, reader.at)?;
            return value.quote.is_some().then_some((Mark::Enclosed, value));
        }
        _ if spaced => {
            let is_option = before != Some(b'$') && bytes.get(start) == Some(&b'-');
            let is_sql = matches!(reader.peek(), Some(b'\'' | b'"'))
                && text.get(start..end).is_some_and(|name| name.eq_ignore_ascii_case("password"));
            let is_word = is_set_by_words(text, start) || is_of_netrc(text, start, end);
            if !is_option && !is_sql && !is_word && !is_line_of_settings(text, start, end, dialect) {
                return None;
            }
            // `Set-Item Env:NAME -Value …`
            if is_word && reader.skip(b"-Value") {
                reader.spaces();
            }
            Mark::Space
        }
        _ => return None,
    };
    if mark == Mark::Colon && matches!(reader.peek(), Some(b'|' | b'>')) {
        return Some((mark, block_at(text, start, reader.at)?));
    }
    let mut value = value_at(text, reader.at)?;
    // `s/PASSWORD=.*/PASSWORD=…/`
    if before == Some(b'/') && value.quote.is_some() {
        return None;
    }
    if before == Some(b'/')
        && let Some(length) = text.get(value.range.clone()).and_then(|value| value.find('/'))
    {
        value.range.end = value.range.start + length;
    }
    // `{password: x}`
    let value = if mark == Mark::Colon { within_braces(text, value) } else { value };
    // `password = os.environ.get("PASSWORD") or "…"`
    if value.quote.is_none()
        && dialect == Dialect::Program
        && let Some(fallback) = fallback_after(text, value.range.start)
    {
        return Some((Mark::Enclosed, fallback));
    }
    Some((mark, value))
}

/// Whether a name is the first of two words that are a line of settings: `HTTP_Passwd …`, `bindpw …`. In scripts, which may write such
/// files, only what is no command.
fn is_line_of_settings(text: &str, start: usize, end: usize, dialect: Dialect) -> bool {
    const NAMES: [&str; 3] = ["bindpw", "http_passwd", "rootpw"];
    let name = text.get(start..end).unwrap_or_default();
    let before = text.get(..start).unwrap_or_default().trim_end_matches([' ', '\t']);
    let is_first = before.is_empty() || before.ends_with('\n');
    let mut words = rest_of_line(text, end).split_ascii_whitespace();
    let (Some(value), None) = (words.next(), words.next()) else { return false };
    let has_digit = value.bytes().any(|byte| byte.is_ascii_digit());
    let is_known = NAMES.iter().any(|known| known.eq_ignore_ascii_case(name));
    is_first
        && match dialect {
            Dialect::Settings => is_known || (has_digit && is_chosen(name) && !text.starts_with("#!")),
            Dialect::Script => is_known,
            Dialect::Text | Dialect::Program => false,
        }
}

/// What stands before the mark that encloses a value.
fn enclosed(text: &str, from: usize, close: u8) -> Option<(Mark, Value)> {
    let rest = text.as_bytes().get(from..)?;
    let length = rest.iter().take(MAX_VALUE).position(|byte| *byte == close || *byte == b'\n')?;
    (rest.get(length) == Some(&close)).then_some(())?;
    Some((Mark::Enclosed, Value { range: from..from + length, quote: Some(close) }))
}

/// Where the value of `: str = "…"` begins, given where the type does.
fn after_type(bytes: &[u8], at: usize) -> Option<usize> {
    let mut reader = Reader { bytes, at };
    let is_of_type = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'[' | b']' | b'.' | b'_' | b'|');
    let length = reader.rest().iter().take(MAX_NAME).take_while(is_of_type).count();
    reader.at += length;
    reader.spaces();
    (length > 0 && reader.skip(b"=") && reader.peek() != Some(b'=')).then_some(())?;
    reader.spaces();
    Some(reader.at)
}

/// Whether a name in quotes at `start` is what a program sets, or looks up with a default: `define('…`, `environ.get('…`.
fn is_lookup(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default().trim_end_matches(['"', '\'', '\\']);
    const CALLS: [&str; 13] = [
        "SetEnvironmentVariable(",
        "define(",
        "get(",
        "getenv(",
        "getOrDefault(",
        "header(",
        "put(",
        "putenv(",
        "set(",
        "setdefault(",
        "setenv(",
        "setHeader(",
        "setProperty(",
    ];
    CALLS.iter().any(|call| before.ends_with(call))
}

/// The text in quotes that an expression falls back to on its line: `process.env.TOKEN || '…'`.
fn fallback_after(text: &str, from: usize) -> Option<Value> {
    let bytes = text.as_bytes().get(from..)?;
    let length = bytes.iter().take(MAX_VALUE).position(|byte| *byte == b'\n').unwrap_or(bytes.len().min(MAX_VALUE));
    let line = text.get(from..from + length)?;
    let (at, mark) = ["|| ", "?? ", " or "].iter().find_map(|mark| Some((line.find(mark)?, mark)))?;
    let value = value_at(text, from + at + mark.len())?;
    value.quote.is_some().then_some(value)
}

/// The value that begins at a byte: in quotes to the quote that closes, else to the next space or mark.
pub(super) fn value_at(text: &str, from: usize) -> Option<Value> {
    let bytes = text.as_bytes();
    let mut reader = Reader { bytes, at: from };
    // `b"…"`, `r'…'`
    if matches!(reader.rest(), [b'b' | b'r' | b'u' | b'f' | b'B' | b'R' | b'U' | b'F' | b'@' | b'N', b'"' | b'\'', ..])
    {
        reader.at += 1;
    }
    let is_escaped = reader.peek() == Some(b'\\');
    if let Some(quote) = reader.quote() {
        let start = reader.at;
        let mut skips = false;
        for (index, byte) in reader.rest().iter().take(MAX_VALUE).enumerate() {
            match byte {
                b'\n' => return None,
                // An escaped quote closes what one has opened.
                b'\\' if is_escaped => return Some(Value { range: start..start + index, quote: Some(quote) }),
                b'\\' if !skips => {
                    skips = true;
                    continue;
                }
                byte if *byte == quote && !skips => {
                    return Some(Value { range: start..start + index, quote: Some(quote) });
                }
                _ => {}
            }
            skips = false;
        }
        return None;
    }
    let is_end = |byte: &u8| {
        byte.is_ascii_whitespace()
            || matches!(byte, b';' | b'&' | b'|' | b',' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\')
    };
    let length = reader.rest().iter().take(MAX_VALUE).position(is_end).unwrap_or(reader.rest().len());
    (length > 0 && length < MAX_VALUE).then(|| Value { range: from..from + length, quote: None })
}

/// The only line of a block in YAML, whose style is at `at`: `password: |`, and the password in the next line. None where it has several
/// lines, or more than one word.
fn block_at(text: &str, name: usize, at: usize) -> Option<Value> {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let near = (at..=text.len().min(at + MAX_VALUE)).rev().find(|end| text.is_char_boundary(*end))?;
    let mut lines = text.get(at..near)?.split_inclusive('\n');
    let style = lines.next()?;
    style.ends_with('\n').then_some(())?;
    let is_of_style = |byte: u8| matches!(byte, b'|' | b'>' | b'+' | b'-' | b'1'..=b'9');
    style.trim_end().bytes().all(is_of_style).then_some(())?;
    let before = text.get(..name)?;
    let own = indent(before.get(before.len().saturating_sub(MAX_VALUE)..)?.rsplit('\n').next()?);
    let mut start = at + style.len();
    let mut only = None;
    for line in lines {
        let is_below = indent(line) > own;
        match (line.trim().is_empty(), &only) {
            (true, _) => {}
            (false, None) if is_below => {
                let word = line.trim();
                (!word.contains(char::is_whitespace)).then_some(())?;
                let first = start + indent(line);
                only = Some(first..first + word.len());
            }
            (false, Some(_)) if is_below => return None,
            (false, _) => break,
        }
        start += line.len();
    }
    Some(Value { range: only?, quote: None })
}

/// The bytes before the brace or bracket that closes what is open.
pub(super) fn closing(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    bytes.iter().take(MOST).position(|byte| {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return true,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        false
    })
}

/// A value without the braces and brackets that close what it is in.
pub(super) fn within_braces(text: &str, value: Value) -> Value {
    let inner = text.as_bytes().get(value.range.clone()).unwrap_or_default();
    match closing(inner).filter(|_| value.quote.is_none()) {
        Some(length) => Value { range: value.range.start..value.range.start + length, ..value },
        None => value,
    }
}
