//! The errors of texts that are not JSON: the word or bracket, and what to write instead.

use super::{Failure, JsonReader};
use crate::source::Span;
use crate::syntax::SyntaxError;
use crate::syntax::message::{quoted, shown};

/// The error for a comment.
pub(in crate::syntax) fn comment(span: Span) -> SyntaxError {
    let help = "Remove the comment, move it to a `Description` or to `Metadata`, or convert the template to YAML, which supports \
                comments (`#`).";
    SyntaxError { span, message: "JSON does not support comments".to_owned(), help: help.to_owned(), related: None }
}

impl JsonReader<'_> {
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
        let mut failure =
            self.error(self.span(end, end), "unexpected end of file", "Check whether the file is complete.");
        if let Some(start) = self.open.last() {
            let bracket = self.slice(*start, start + 1);
            let close = if bracket == "{" { '}' } else { ']' };
            failure.error.help = format!("Close it with `{close}`, and check whether the file is complete.");
            failure.error.related = Some((self.span(*start, start + 1), format!("this `{bracket}` is never closed")));
        } else if end <= '\u{feff}'.len_utf8() {
            failure.error.message = "the file is empty".to_owned();
            failure.error.help = "Write a template in the file.".to_owned();
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
        Some(Failure { error: comment(span), grammar: true })
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
                self.error(span, format!("a value is missing before this `{found}`"), "Add the value, or `null`.")
            }
            _ if word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false") => {
                let help = format!("Write `{}`.", word.to_ascii_lowercase());
                self.error(self.span(self.at, end), format!("`{word}` is not a valid JSON boolean"), help)
            }
            _ if word.eq_ignore_ascii_case("null") || matches!(word, "None" | "nil" | "undefined") => {
                self.error(self.span(self.at, end), format!("`{word}` is not a valid JSON value"), "Write `null`.")
            }
            _ if matches!(found, '+' | '.') || matches!(word, "NaN" | "Infinity") => self.error(
                self.span(self.at, end.max(self.at + 1)),
                format!("{} is not a valid JSON number", quoted(if word.is_empty() { "." } else { word })),
                "Use JSON's number format (-12, 0.5, 1e3), or put the value in double quotes if it is a string.",
            ),
            _ if !word.is_empty() => self.error(
                self.span(self.at, end),
                format!("{} is not a valid JSON value", quoted(word)),
                "Put strings in double quotes.",
            ),
            _ => self.error(
                span,
                format!("a value cannot start with `{}`", shown(found)),
                "A JSON value is a string in double quotes, a number, `true`, `false`, `null`, a map (`{`) or a list \
                 (`[`).",
            ),
        }
    }

    fn single_quoted(&self) -> Failure {
        let (span, _) = self.here();
        self.error(span, "JSON strings need double quotes", "Replace the single quotes with double quotes (\").")
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
            Some(',') => self.error(span, "a key is missing before this comma", "Remove the comma."),
            Some(_) if self.word_end() > self.at => {
                let end = self.word_end();
                let word = self.slice(self.at, end);
                let message = format!("the key {} is not in double quotes", quoted(word));
                self.error(self.span(self.at, end), message, "Put every key in double quotes.")
            }
            Some(found) => self.error(
                span,
                format!("expected a key in double quotes, found `{}`", shown(found)),
                "Write `\"Key\": value`.",
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
            self.error(span, format!("a colon is missing after the key {}", quoted(key)), "Write `\"Key\": value`.");
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
                (format!("a comma is missing before this `{found}`"), "Separate values with `,`.".to_owned())
            }
            '}' | ']' => (
                format!("expected a comma or `{close}`, found `{found}`"),
                format!("Close the innermost open bracket with `{close}`."),
            ),
            _ => (
                format!("expected a comma or `{close}`, found `{}`", shown(found)),
                format!("Separate values with `,`, and close with `{close}`."),
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
            Some('}' | ']') => "Remove this bracket, or an earlier closing bracket that is not needed.",
            _ => "Remove the rest of the file. A file contains one template.",
        };
        self.error(span, "unexpected text after the end of the document", help)
    }
}
