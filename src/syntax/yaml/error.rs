//! What the YAML parser refuses, in words that say where to look and what to do.

use super::{Builder, Range};
use crate::syntax::{SyntaxError, too_deep};
use granit_parser::{ErrorKind, ScanError, StructureStyle};

impl Builder<'_> {
    /// The parser stopped.
    pub(super) fn refused(&self, error: &ScanError) -> SyntaxError {
        let at = error.marker().byte_offset().unwrap_or(0);
        let here = self.character(at);
        match error.kind() {
            ErrorKind::RecursionLimitExceeded => too_deep(self.span(here)),
            ErrorKind::UnclosedFlowCollection { open } => self.unclosed(*open, here),
            ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofImplicitFlowMapping
            | ErrorKind::UnexpectedEofBlockSequence
            | ErrorKind::UnexpectedEofBlockMapping
            | ErrorKind::UnexpectedEof => self.error(self.end(), "the text ends too early", "is the file complete?"),
            ErrorKind::MismatchedFlowCollectionEnd { open, close } => self.error(
                here,
                format!("`{open}` is closed by `{close}`"),
                format!("close it with `{}`, or look for a bracket that is missing inside", closing(*open)),
            ),
            ErrorKind::MisplacedFlowCollectionEnd => {
                self.error(here, "this bracket closes nothing", "remove it, or put the text in quotes")
            }
            ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInPlainScalar => {
                self.error(self.tab(at), "a tab is used as indentation", "YAML is indented with spaces: replace it")
            }
            ErrorKind::MappingValueNotAllowed => self.error(
                here,
                "a colon stands where no key can be",
                "put text that holds `: ` in quotes; otherwise check how this line is indented",
            ),
            ErrorKind::ExpectedBlockMappingKey
            | ErrorKind::ExpectedBlockSequenceEntry
            | ErrorKind::ExpectedDocumentStart
                if self.byte(at) == Some(b'!') =>
            {
                self.error(
                    here,
                    "a second tag stands directly behind another",
                    "write one of the functions in its long form, such as `Fn::Base64:` with `!Sub` below it",
                )
            }
            ErrorKind::ExpectedBlockMappingKey
            | ErrorKind::ExpectedBlockSequenceEntry
            | ErrorKind::InvalidIndentation
            | ErrorKind::ExpectedDocumentStart => self.error(
                here,
                "this does not line up with what stands above",
                "indent entries of the same list or map alike, and items with `- ` like each other",
            ),
            ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
                self.error(here, "a key without a colon", "write `key: value`, with a space behind the colon")
            }
            ErrorKind::InvalidMappingValueWhitespace => {
                self.error(here, "no space behind the colon", "write `key: value`, with a space behind the colon")
            }
            ErrorKind::UnexpectedCharacter { character } => self.error(
                here,
                format!("`{}` cannot stand here", character.escape_debug()),
                "put the text in quotes if it belongs to a value",
            ),
            ErrorKind::UnclosedQuotedScalar
            | ErrorKind::InvalidQuotedScalarIndent
            | ErrorKind::DocumentIndicatorInQuotedScalar => self.unclosed_quote(here),
            ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => self.error(
                here,
                "text follows the closing quote",
                "put the whole value in quotes; inside, write '' for ' or \\\" for \"",
            ),
            ErrorKind::UnknownQuotedScalarEscape => self.error(
                here,
                "an unknown escape in double quotes",
                "write `\\\\` for a backslash, or use single quotes, which have no escapes",
            ),
            ErrorKind::MissingLowSurrogate | ErrorKind::UnpairedLowSurrogate | ErrorKind::InvalidLowSurrogate => self
                .error(
                    here,
                    "half of a surrogate pair, no character",
                    "write both halves (such as \\ud83d\\ude00), or the character itself",
                ),
            ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => {
                self.no_separator(here)
            }
            ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => self.error(
                here,
                "a list item cannot start here",
                "start the list on a line of its own, or put the text in quotes if it begins with `- `",
            ),
            ErrorKind::CommentNotSeparated => {
                self.error(here, "no space before the comment", "write ` #`, or put the text in quotes")
            }
            ErrorKind::InvalidBlockScalarIndent => self.error(
                here,
                "a line of this text is indented less than the lines before it",
                "indent every line of the text at least as far as its first one",
            ),
            ErrorKind::UndeclaredTagHandle => {
                self.error(here, "a tag with an unknown prefix", "CloudFormation's short forms look like `!Sub`")
            }
            kind => self.error(here, kind.to_string(), "check the quotes and the indentation around this place"),
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.layout.text().as_bytes().get(at).copied()
    }

    /// The character at a place; nothing where a line or the text ends.
    fn character(&self, at: usize) -> Range {
        let text = self.layout.text();
        let start = at.min(text.len());
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
        let help = format!("close it with `{}`; is the file complete?", closing(open));
        let mut error = self.error(self.end(), "the text ends too early", help);
        error.related = Some((self.span(bracket), format!("this `{open}` is never closed")));
        error
    }

    fn unclosed_quote(&self, here: Range) -> SyntaxError {
        let mut error = self.error(
            here,
            "a text in quotes is not closed",
            "add the closing quote; further lines of the text must be indented more than its key",
        );
        // In flow style the quote may stand behind a comma or bracket.
        if let Some(quote) = self.layout.next_quote().filter(|quote| *quote < here.start) {
            let quote = Range { start: quote, end: quote + 1 };
            error.related = Some((self.span(quote), "the text starts here".to_owned()));
        }
        error
    }

    /// No comma in a flow list or map.
    fn no_separator(&self, here: Range) -> SyntaxError {
        let bracket =
            self.stack.iter().rev().find(|frame| frame.style == StructureStyle::Flow).map(|frame| frame.start);
        let open = bracket.and_then(|at| self.byte(at)).map_or('{', char::from);
        let close = closing(open);
        let help =
            format!("separate values with `,`, close with `{close}`, and put text that holds `: ` or `,` in quotes");
        let mut error = self.error(here, format!("a comma or `{close}` must stand here"), help);
        if let Some(start) = bracket {
            error.related = Some((self.span(Range { start, end: start + 1 }), "opened here".to_owned()));
        }
        error
    }

    /// The first tab in the indentation of the line, or in what stands before `at`.
    fn tab(&self, at: usize) -> Range {
        let text = self.layout.text();
        let at = at.min(text.len());
        let before = text.get(..at).unwrap_or(text);
        let line = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let blank = text.get(line..).unwrap_or("").bytes().take_while(|byte| matches!(byte, b' ' | b'\t'));
        match blank.enumerate().find(|(_, byte)| *byte == b'\t') {
            Some((column, _)) => Range { start: line + column, end: line + column + 1 },
            None => self.character(at),
        }
    }
}

fn closing(open: char) -> char {
    if open == '[' { ']' } else { '}' }
}
