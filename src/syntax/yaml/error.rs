//! What the YAML parser refuses, with where to look and what to do.

use super::Range;
use super::build::{Builder, Frame};
use crate::syntax::SyntaxError;
use crate::syntax::message::{shown, too_deep};
use granit_parser::{ErrorKind, ScanError, StructureStyle};

impl Builder<'_> {
    /// The parser stopped. `start` is where the text that it read begins.
    pub(super) fn refused(&self, error: &ScanError, start: usize) -> SyntaxError {
        let at = start + error.marker().byte_offset().unwrap_or(0);
        let here = self.character(at);
        match error.kind() {
            ErrorKind::RecursionLimitExceeded => too_deep(self.span(here)),
            ErrorKind::UnclosedFlowCollection { open } => self.unclosed(*open, here),
            ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofImplicitFlowMapping
            | ErrorKind::UnexpectedEofBlockSequence
            | ErrorKind::UnexpectedEofBlockMapping
            | ErrorKind::UnexpectedEof => {
                self.error(self.end(), "unexpected end of file", "Check whether the file is complete.")
            }
            ErrorKind::MismatchedFlowCollectionEnd { open, close } => self.error(
                here,
                format!("`{open}` is closed by `{close}`"),
                format!("Close it with `{}`, or add the closing bracket that is missing inside it.", closing(*open)),
            ),
            ErrorKind::MisplacedFlowCollectionEnd => self.error(
                here,
                "this closing bracket does not match an opening bracket",
                "Remove it, or put the value in quotes.",
            ),
            ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInPlainScalar => self.error(
                self.tab(at),
                "a tab is used for indentation",
                "Replace the tab with spaces. YAML does not allow tabs for indentation.",
            ),
            ErrorKind::MappingValueNotAllowed => self.error(
                here,
                "unexpected colon",
                "Put values that contain `: ` in quotes. Otherwise, check the indentation of this line.",
            ),
            ErrorKind::ExpectedBlockMappingKey
            | ErrorKind::ExpectedBlockSequenceEntry
            | ErrorKind::ExpectedDocumentStart
                if self.is_second_tag(at) =>
            {
                self.error(
                    here,
                    "two tags in a row",
                    "Write one of the functions in its long form, such as `Fn::Base64:` with `!Sub` below it.",
                )
            }
            ErrorKind::ExpectedBlockMappingKey
            | ErrorKind::ExpectedBlockSequenceEntry
            | ErrorKind::InvalidIndentation
            | ErrorKind::ExpectedDocumentStart => self.error(
                here,
                "inconsistent indentation",
                "Indent all entries of a list or map by the same number of spaces.",
            ),
            ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
                self.error(here, "missing colon after a key", "Write `key: value`, with a space after the colon.")
            }
            ErrorKind::InvalidMappingValueWhitespace => {
                self.error(here, "missing space after the colon", "Write `key: value`, with a space after the colon.")
            }
            ErrorKind::UnexpectedCharacter { character } => self.error(
                here,
                format!("unexpected character `{}`", shown(*character)),
                "Put the value in quotes if the character is part of it.",
            ),
            ErrorKind::UnclosedQuotedScalar
            | ErrorKind::InvalidQuotedScalarIndent
            | ErrorKind::DocumentIndicatorInQuotedScalar => self.unclosed_quote(here),
            ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => self.error(
                here,
                "unexpected text after the closing quote",
                "Put the whole value in quotes. Inside the quotes, write '' for ' or \\\" for \".",
            ),
            ErrorKind::UnknownQuotedScalarEscape => self.error(
                self.unknown_escape(at).unwrap_or(here),
                "invalid escape in double quotes",
                "Write `\\\\` for a backslash, or use single quotes, which do not have escapes.",
            ),
            ErrorKind::MissingLowSurrogate | ErrorKind::UnpairedLowSurrogate | ErrorKind::InvalidLowSurrogate => self
                .error(
                    here,
                    "half of a surrogate pair, not a character",
                    "Write both halves (such as \\ud83d\\ude00), or the character itself.",
                ),
            ErrorKind::ExpectedFlowMappingSeparator
            | ErrorKind::ExpectedFlowSequenceSeparator
            | ErrorKind::InvalidColonPlacement => self.no_separator(here),
            ErrorKind::InvalidBlockScalarHeader => self.error(
                here,
                "unexpected text after `|` or `>`",
                "Start the text block on the next line, indented, or put the value in quotes if it begins with `|` or \
                 `>`.",
            ),
            ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => self.error(
                here,
                "a list item cannot start here",
                "Start the list on a new line, or put the value in quotes if it begins with `- `.",
            ),
            ErrorKind::CommentNotSeparated => {
                self.error(here, "missing space before the comment", "Write ` #`, or put the value in quotes.")
            }
            ErrorKind::InvalidBlockScalarIndent => self.error(
                here,
                "this line of the text block is indented less than the lines before it",
                "Indent every line of the text block at least as far as the first line.",
            ),
            ErrorKind::UndeclaredTagHandle => {
                self.error(here, "unknown tag prefix", "Write functions as CloudFormation does, such as `!Sub`.")
            }
            kind => self.error(here, kind.to_string(), "Check the quotes and the indentation near this line."),
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.layout.text().as_bytes().get(at).copied()
    }

    /// Whether a tag stands here, behind something on the same line: `!Base64 !Sub text`.
    fn is_second_tag(&self, at: usize) -> bool {
        let before = self.layout.text().get(..at).unwrap_or("").trim_end_matches([' ', '\t']);
        self.byte(at) == Some(b'!') && !before.is_empty() && !before.ends_with(['\n', '\r'])
    }

    /// The character at a place; nothing where a line or the text ends.
    pub(super) fn character(&self, at: usize) -> Range {
        let text = self.layout.text();
        let start = self.layout.border(at);
        let found =
            text.get(start..).and_then(|rest| rest.chars().next()).filter(|found| !matches!(found, '\n' | '\r'));
        Range { start, end: start + found.map_or(0, char::len_utf8) }
    }

    /// Behind the last visible character.
    fn end(&self) -> Range {
        let end = self.layout.text().trim_end().len();
        Range { start: end, end }
    }

    fn unclosed(&self, open: char, bracket: Range) -> SyntaxError {
        let help = format!("Close it with `{}`, and check whether the file is complete.", closing(open));
        let mut error = self.error(self.end(), "unexpected end of file", help);
        error.related = Some((self.span(bracket), format!("this `{open}` is never closed")));
        error
    }

    /// A string that is closed too late, by a quote that belongs to another one.
    pub(super) fn never_closed(&self, quote: usize, at: usize) -> SyntaxError {
        let mut error = self.unclosed_quote(self.character(at));
        error.related = Some((self.span(Range { start: quote, end: quote + 1 }), "the string starts here".to_owned()));
        error
    }

    fn unclosed_quote(&self, here: Range) -> SyntaxError {
        let mut error =
            self.error(here, "the quoted string is not closed", "Add the closing quote where the string ends.");
        // In flow style the quote may be behind a comma or bracket.
        if let Some(quote) = self.layout.next_quote().filter(|quote| *quote < here.start) {
            let quote = Range { start: quote, end: quote + 1 };
            error.related = Some((self.span(quote), "the string starts here".to_owned()));
        }
        error
    }

    /// No comma in a flow list or map.
    fn no_separator(&self, here: Range) -> SyntaxError {
        // `[key: value` opens a map without a bracket of its own.
        let bracketed = |frame: &Frame<'_>| matches!(self.byte(frame.start), Some(b'[' | b'{')).then_some(frame.start);
        let flow = |frame: &&Frame<'_>| frame.style == StructureStyle::Flow;
        let bracket = self.stack.iter().rev().filter(flow).find_map(bracketed);
        let open = bracket.and_then(|at| self.byte(at)).map_or('{', char::from);
        let close = closing(open);
        let help = format!(
            "Separate values with `,`, close with `{close}`, and put values that contain `: ` or `,` \
                            in quotes."
        );
        let mut error = self.error(here, format!("expected a comma or `{close}`"), help);
        if let Some(start) = bracket {
            error.related = Some((self.span(Range { start, end: start + 1 }), "opened here".to_owned()));
        }
        error
    }

    /// The first tab in the indentation of the line around a place, or of the lines that follow it.
    fn tab(&self, at: usize) -> Range {
        let text = self.layout.text();
        let line = text.get(..at).and_then(|before| before.rfind(['\n', '\r'])).map_or(0, |end| end + 1);
        let mut indentation = true;
        for (offset, byte) in text.bytes().enumerate().skip(line) {
            match byte {
                b'\t' if indentation => return Range { start: offset, end: offset + 1 },
                b'\n' | b'\r' => indentation = true,
                b' ' => {}
                _ => indentation = false,
            }
        }
        self.character(at)
    }

    /// The first escape that YAML does not have (section 5.7) in the text whose opening quote stands here.
    fn unknown_escape(&self, quote: usize) -> Option<Range> {
        let mut characters = self.layout.text().get(quote..)?.char_indices();
        while let Some((offset, character)) = characters.next() {
            if character != '\\' {
                continue;
            }
            let (_, letter) = characters.next()?;
            if !"0abt\tnvfre \"/\\N_LPxuU\r\n".contains(letter) {
                let start = quote + offset;
                return Some(Range { start, end: start + 1 + letter.len_utf8() });
            }
        }
        None
    }
}

fn closing(open: char) -> char {
    if open == '[' { ']' } else { '}' }
}
