//! RFC 8259 JSON into the located tree: one pass over the bytes, nothing copied but strings with escapes.

mod error;
mod string;

pub(super) use error::comment;

use super::functions::{self, add_note, calls_macro, is_misspelled, may_call};
use super::keys::take;
use super::message::{quoted, too_deep};
use super::{Document, Entry, Kind, Language, MAX_DEPTH, Node, Number, Repeated, SyntaxError, SyntaxNote};
use crate::source::{SourceId, Span};

/// Reads a JSON text; a leading byte-order mark is skipped (RFC 8259 section 8.1 allows a reader to).
///
/// # Errors
/// The first thing that RFC 8259 does not allow, a repeated key, or nesting past [`MAX_DEPTH`].
pub fn parse(text: &str, source: SourceId) -> Result<Document<'_>, SyntaxError> {
    read(text, source).map_err(|failure| failure.error).and_then(Document::without_repeated)
}

/// Why a text is not taken as JSON.
#[derive(Debug)]
pub(super) struct Failure {
    /// What to report.
    pub(super) error: SyntaxError,
    /// Whether the grammar was broken, so that the text may still be YAML's flow style. Otherwise it is JSON that
    /// nobody should read, because its nesting has no end.
    pub(super) grammar: bool,
}

/// [`parse`], with the two kinds of failure distinguished, and repeated keys beside the document.
pub(super) fn read(text: &str, source: SourceId) -> Result<Document<'_>, Failure> {
    let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = JsonReader {
        text,
        bytes: text.as_bytes(),
        at,
        source,
        open: Vec::new(),
        items: Vec::new(),
        entries: Vec::new(),
        calls_macros: false,
        notes: Vec::new(),
        repeated: Vec::new(),
    };
    reader.skip_blank();
    let root = reader.value()?;
    reader.skip_blank();
    if reader.peek().is_some() {
        return Err(reader.after_root());
    }
    Ok(Document {
        root,
        language: Language::Json,
        comments: Vec::new(),
        notes: reader.notes,
        repeated: reader.repeated,
        calls_macros: reader.calls_macros,
        may_share: false,
    })
}

struct JsonReader<'s> {
    text: &'s str,
    bytes: &'s [u8],
    at: usize,
    source: SourceId,
    /// Where each open bracket stands. Its length is the depth, and bounds the recursion of `value`.
    open: Vec<usize>,
    /// Items of the open arrays, and entries of the open objects, one behind the other: each array or object takes its
    /// own from the end when it closes, in one allocation of the right size.
    items: Vec<Node<'s>>,
    entries: Vec<Entry<'s>>,
    calls_macros: bool,
    notes: Vec<SyntaxNote>,
    repeated: Vec<Repeated>,
}

impl<'s> JsonReader<'s> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start, end)
    }

    fn slice(&self, start: usize, end: usize) -> &'s str {
        self.text.get(start..end).unwrap_or("")
    }

    fn skip_blank(&mut self) {
        if self.peek().is_some_and(|byte| byte > b' ') {
            return;
        }
        // Indentation comes in runs: eight spaces at a time, and those before something else at once.
        while let Some(chunk) = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk) {
            let others = u64::from_le_bytes(*chunk) ^ u64::from_le_bytes(*b"        ");
            if others == 0 {
                self.at += 8;
                continue;
            }
            self.at += others.trailing_zeros() as usize / 8;
            match self.peek() {
                Some(b'\n' | b'\r' | b'\t') => self.at += 1,
                _ => return,
            }
        }
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<Node<'s>, Failure> {
        let start = self.at;
        let kind = match self.peek() {
            Some(b'"') => Kind::String(self.string()?),
            Some(b'{') => self.object()?,
            Some(b'[') => self.array()?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.literal("true", Kind::Bool(true))?,
            Some(b'f') => self.literal("false", Kind::Bool(false))?,
            Some(b'n') => self.literal("null", Kind::Null)?,
            _ => return Err(self.no_value()),
        };
        Ok(Node { span: self.span(start, self.at), kind })
    }

    fn enter(&mut self) -> Result<(), Failure> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Failure { grammar: false, error: too_deep(self.span(self.at, self.at + 1)) });
        }
        self.open.push(self.at);
        self.at += 1;
        self.skip_blank();
        Ok(())
    }

    fn array(&mut self) -> Result<Kind<'s>, Failure> {
        self.enter()?;
        let mark = self.items.len();
        if self.peek() != Some(b']') {
            loop {
                let item = self.value()?;
                self.items.push(item);
                if !self.separator(b']')? {
                    break;
                }
            }
        }
        self.at += 1;
        self.open.pop();
        Ok(Kind::Sequence(self.items.split_off(mark)))
    }

    fn object(&mut self) -> Result<Kind<'s>, Failure> {
        self.enter()?;
        let mark = self.entries.len();
        if self.peek() != Some(b'}') {
            loop {
                let start = self.at;
                if self.peek() != Some(b'"') {
                    return Err(self.no_key());
                }
                let key = self.string()?;
                let key_span = self.span(start, self.at);
                if may_call(&key) {
                    self.calls_macros |= calls_macro(&key);
                    if is_misspelled(&key) {
                        add_note(&mut self.notes, functions::note(&key, key_span));
                    }
                }
                self.skip_blank();
                if self.peek() != Some(b':') {
                    return Err(self.no_colon(&key, key_span));
                }
                self.at += 1;
                self.skip_blank();
                let value = self.value()?;
                self.entries.push(Entry { key, key_span, value });
                if !self.separator(b'}')? {
                    break;
                }
            }
        }
        self.at += 1;
        self.open.pop();
        Ok(Kind::Mapping(take(&mut self.entries, mark, self.open.is_empty(), &mut self.repeated)))
    }

    /// After an item or entry: whether another one follows (the reader is on it), or `close` does.
    fn separator(&mut self, close: u8) -> Result<bool, Failure> {
        self.skip_blank();
        match self.peek() {
            Some(b',') => {
                let comma = self.at;
                self.at += 1;
                self.skip_blank();
                if self.peek() == Some(close) {
                    return Err(self.error(
                        self.span(comma, comma + 1),
                        format!("trailing comma before the closing `{}`", char::from(close)),
                        "Remove the comma. JSON does not allow trailing commas.",
                    ));
                }
                Ok(true)
            }
            Some(byte) if byte == close => Ok(false),
            _ => Err(self.no_separator(close)),
        }
    }

    fn literal(&mut self, word: &str, kind: Kind<'s>) -> Result<Kind<'s>, Failure> {
        let end = self.word_end();
        if self.slice(self.at, end) != word {
            return Err(self.no_value());
        }
        self.at = end;
        Ok(kind)
    }

    /// RFC 8259 section 6: `-`, digits without a leading zero, a fraction, an exponent.
    fn number(&mut self) -> Result<Kind<'s>, Failure> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let integer = self.at;
        let digits = self.digits();
        let leading_zero = digits > 1 && self.bytes.get(integer) == Some(&b'0');
        let mut well_formed = digits > 0 && !leading_zero;
        let mut whole = true;
        if self.peek() == Some(b'.') {
            self.at += 1;
            whole = false;
            well_formed &= self.digits() > 0;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            whole = false;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            well_formed &= self.digits() > 0;
        }
        let end = self.word_end();
        if !well_formed || end != self.at {
            let help = if leading_zero {
                "JSON numbers cannot have leading zeros. If the zeros matter (an account number, a file mode), put \
                 the value in double quotes. Otherwise, remove the zeros."
            } else {
                "Use JSON's number format (-12, 0.5, 1e3), or put the value in double quotes if it is a string."
            };
            let span = self.span(start, end);
            return Err(self.error(
                span,
                format!("{} is not a valid JSON number", quoted(self.slice(start, end))),
                help,
            ));
        }
        let text = self.slice(start, self.at);
        // Up to 15 digits fit into an f64 exactly, and need no general parser.
        let value = if whole && digits <= 15 {
            let magnitude =
                text.bytes().filter(u8::is_ascii_digit).fold(0_u64, |sum, d| sum * 10 + u64::from(d - b'0'));
            if text.starts_with('-') { -(magnitude as f64) } else { magnitude as f64 }
        } else {
            text.parse().unwrap_or(f64::NAN)
        };
        Ok(Kind::Number(Number { text: text.into(), value }))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        self.at - start
    }

    /// Where the run of letters, digits and signs ends that starts here, as a person would see one word.
    fn word_end(&self) -> usize {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'+' | b'-' | b'$');
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        self.at + rest.iter().take_while(|byte| is_word(byte)).count()
    }
}
