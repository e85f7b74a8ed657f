//! What the YAML parser refuses, in words that say where to look and what to do.

use super::Range;
use super::build::Builder;
use crate::syntax::SyntaxError;
use crate::syntax::message::{shown, too_deep};
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
                if self.is_second_tag(at) =>
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
                format!("`{}` cannot stand here", shown(*character)),
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
                self.unknown_escape(at).unwrap_or(here),
                "an unknown escape in double quotes",
                "write `\\\\` for a backslash, or use single quotes, which have no escapes",
            ),
            ErrorKind::MissingLowSurrogate | ErrorKind::UnpairedLowSurrogate | ErrorKind::InvalidLowSurrogate => self
                .error(
                    here,
                    "half of a surrogate pair, no character",
                    "write both halves (such as \\ud83d\\ude00), or the character itself",
                ),
            ErrorKind::ExpectedFlowMappingSeparator
            | ErrorKind::ExpectedFlowSequenceSeparator
            | ErrorKind::InvalidColonPlacement => self.no_separator(here),
            ErrorKind::InvalidBlockScalarHeader => self.error(
                here,
                "text stands behind the `|` or `>` that starts a block of text",
                "start the text on the next line, indented, or put it in quotes if the sign belongs to it",
            ),
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

    /// Whether a tag stands here, behind something on the same line: `!Base64 !Sub text`.
    fn is_second_tag(&self, at: usize) -> bool {
        let before = self.layout.text().get(..at).unwrap_or("").trim_end_matches([' ', '\t']);
        self.byte(at) == Some(b'!') && !before.is_empty() && !before.ends_with(['\n', '\r'])
    }

    /// The character at a place; nothing where a line or the text ends.
    pub(super) fn character(&self, at: usize) -> Range {
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
