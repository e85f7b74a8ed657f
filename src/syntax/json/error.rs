//! What to say about a text that is no JSON: which word or bracket, and what to write instead.

use super::{Failure, Reader};
use crate::source::Span;
use crate::syntax::SyntaxError;
use crate::syntax::message::{quoted, shown};

impl Reader<'_> {
    pub(super) fn error(&self, span: Span, message: impl Into<String>, help: impl Into<String>) -> Failure {
        let error = SyntaxError { span, message: message.into(), help: help.into(), related: None };
        Failure { error, grammar: true }
    }

    /// The character under the reader.
    pub(super) fn here(&self) -> (Span, Option<char>) {
        let found = self.text.get(self.at..).and_then(|rest| rest.chars().next());
        (self.span(self.at, self.at + found.map_or(0, char::len_utf8)), found)
    }

    /// The text ends too early: points behind its last visible character, and at what is still open.
    pub(super) fn truncated(&self) -> Failure {
        let end = self.text.trim_end().len();
        let mut failure = self.error(self.span(end, end), "the text ends too early", "is the file complete?");
        if let Some(start) = self.open.last() {
            let bracket = self.slice(*start, start + 1);
            let close = if bracket == "{" { '}' } else { ']' };
            failure.error.help = format!("close it with `{close}`; is the file complete?");
            failure.error.related = Some((self.span(*start, start + 1), format!("this `{bracket}` is never closed")));
        } else if end <= '\u{feff}'.len_utf8() {
            failure.error.message = "the text is empty".to_owned();
            failure.error.help = "write a template into the file".to_owned();
        }
        failure
    }

    fn comment(&self) -> Option<Failure> {
        let rest = self.text.get(self.at..)?;
        if !rest.starts_with("//") && !rest.starts_with("/*") && !rest.starts_with('#') {
            return None;
        }
        let line = rest.lines().next().unwrap_or(rest);
        let span = self.span(self.at, self.at + line.trim_end().len());
        let help = "remove it, move it into a `Description` or `Metadata`, or write the template in YAML, which has \
                    comments (`#`)";
        Some(self.error(span, "JSON has no comments", help))
    }

    /// No value where one must stand.
    pub(super) fn no_value(&self) -> Failure {
        if let Some(comment) = self.comment() {
            return comment;
        }
        let (span, found) = self.here();
        let Some(found) = found else { return self.truncated() };
        let end = self.word_end();
        let word = self.slice(self.at, end);
        match found {
            '\'' => self.single_quoted(),
            ',' | '}' | ']' | ':' => {
                self.error(span, format!("a value must stand before this `{found}`"), "write the value, or `null`")
            }
            _ if word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false") => {
                let help = format!("write `{}`", word.to_ascii_lowercase());
                self.error(self.span(self.at, end), format!("`{word}` is no JSON boolean"), help)
            }
            _ if word.eq_ignore_ascii_case("null") || matches!(word, "None" | "nil" | "undefined") => {
                self.error(self.span(self.at, end), format!("`{word}` is no JSON value"), "write `null`")
            }
            _ if matches!(found, '+' | '.') || matches!(word, "NaN" | "Infinity") => self.error(
                self.span(self.at, end.max(self.at + 1)),
                format!("{} is no JSON number", quoted(if word.is_empty() { "." } else { word })),
                "write it as JSON does (-12, 0.5, 1e3), or in double quotes if it is text",
            ),
            _ if !word.is_empty() => self.error(
                self.span(self.at, end),
                format!("{} is no JSON value", quoted(word)),
                "put text in double quotes",
            ),
            _ => self.error(
                span,
                format!("a value cannot start with `{}`", shown(found)),
                "a JSON value is text in double quotes, a number, `true`, `false`, `null`, a `{` map or a `[` list",
            ),
        }
    }

    fn single_quoted(&self) -> Failure {
        let (span, _) = self.here();
        self.error(span, "JSON text stands in double quotes", "replace the single quotes by double quotes (\")")
    }

    /// No key where one must stand.
    pub(super) fn no_key(&self) -> Failure {
        if let Some(comment) = self.comment() {
            return comment;
        }
        let (span, found) = self.here();
        match found {
            None => self.truncated(),
            Some('\'') => self.single_quoted(),
            Some(',') => self.error(span, "a key is missing before this comma", "remove the comma"),
            Some(_) if self.word_end() > self.at => {
                let end = self.word_end();
                let word = self.slice(self.at, end);
                let message = format!("the key {} is not in double quotes", quoted(word));
                self.error(self.span(self.at, end), message, "put every key in double quotes")
            }
            Some(found) => self.error(
                span,
                format!("a key in double quotes must stand here, not `{}`", shown(found)),
                "write `\"Key\": value`",
            ),
        }
    }

    pub(super) fn no_colon(&self, key: &str, key_span: Span) -> Failure {
        if let Some(comment) = self.comment() {
            return comment;
        }
        let (span, found) = self.here();
        if found.is_none() {
            return self.truncated();
        }
        let mut failure =
            self.error(span, format!("a colon must follow the key {}", quoted(key)), "write `\"Key\": value`");
        failure.error.related = Some((key_span, "the key".to_owned()));
        failure
    }

    /// Neither a comma nor the closing bracket after an item or entry.
    pub(super) fn no_separator(&self, close: u8) -> Failure {
        if let Some(comment) = self.comment() {
            return comment;
        }
        let (span, found) = self.here();
        let close = char::from(close);
        let Some(found) = found else { return self.truncated() };
        let (message, help) = match found {
            '"' | '{' | '[' => {
                (format!("a comma is missing before this `{found}`"), "separate values with `,`".to_owned())
            }
            '}' | ']' => (
                format!("a comma or `{close}` must stand here, not `{found}`"),
                format!("close with `{close}` what was opened last"),
            ),
            _ => (
                format!("a comma or `{close}` must stand here, not `{}`", shown(found)),
                format!("separate values with `,`, and close with `{close}`"),
            ),
        };
        let mut failure = self.error(span, message, help);
        if let (Some(start), '}' | ']') = (self.open.last(), found) {
            failure.error.related = Some((self.span(*start, start + 1), "opened here".to_owned()));
        }
        failure
    }

    pub(super) fn after_root(&self) -> Failure {
        if let Some(comment) = self.comment() {
            return comment;
        }
        let (span, found) = self.here();
        let help = match found {
            Some('}' | ']') => "remove this bracket; perhaps an earlier one closes too much",
            _ => "remove what follows; a file holds one template",
        };
        self.error(span, "the document ended before this", help)
    }
}
