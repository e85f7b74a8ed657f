//! What the readers of YAML 1.1 accept, CloudFormation's among them, and the parser does not, because YAML 1.2 forbids it.
//!
//! Three things: a quoted string that continues at or left of its key's column, or behind a tab; a comment directly behind
//! a quote or bracket (`"a"# b`); and `-` alone in flow style (`!Join [-, [a, b]]`). When the parser stops at one of them,
//! the text is read again in disguise: each such piece is replaced by filler of the same length that the parser accepts, and
//! the value that comes back for it by the one in the text. So every span stays what it is, and texts without such pieces
//! cost nothing.
//!
//! The parser's own scanner finds the pieces. One counts only if the parser then reports a value at exactly its place, so a
//! wrong guess cannot change what is read.

use super::build::Builder;
use super::{Range, Stop, drive};
use crate::source::SourceId;
use crate::syntax::{Document, SyntaxError};
use granit_parser::{BufferedInput, ErrorKind, Event, ScalarStyle, ScanError, Scanner, Tag, TokenType};
use std::borrow::Cow;

/// What the search for pieces may read, as a multiple of the text. It reads it once, unless many pieces are in one list or
/// map in flow style.
const MAX_PASSES: usize = 8;
/// What it may read of a short text.
const MIN_BUDGET: usize = 1 << 14;

/// A piece that the parser refuses.
struct Piece<'s> {
    range: Range,
    /// Where the parser stopped, for the error if the piece is a mistake after all.
    stopped: usize,
    content: Content<'s>,
}

enum Content<'s> {
    Quoted(Cow<'s, str>),
    /// A quoted string that is wrong in itself. The error counts from the opening quote.
    Broken(ScanError),
    Dash,
    Comment,
}

/// Whether readers of YAML 1.1 may accept what the parser stopped at.
pub(super) fn may_accept(error: &ScanError) -> bool {
    matches!(
        error.kind(),
        ErrorKind::InvalidQuotedScalarIndent
            | ErrorKind::TabInIndentation
            | ErrorKind::CommentNotSeparated
            | ErrorKind::PlainScalarStartsWithDashFlowIndicator
    )
}

/// Reads a text at which the parser stopped with the error `refused`.
///
/// # Errors
/// `refused`, if other readers would not accept the place either. Otherwise the first error behind it.
pub(super) fn parse(text: &str, source: SourceId, refused: SyntaxError) -> Result<Document<'_>, SyntaxError> {
    let (disguise, pieces) = disguise(text);
    if pieces.is_empty() {
        return Err(refused);
    }
    let mut builder = Builder::new(text, source);
    // The parser, which knows what is shared, does not accept the text.
    builder.may_share = true;
    let mut pieces = pieces.into_iter().peekable();
    // The quoted piece that was read last, until something else is.
    let mut quoted: Option<Piece<'_>> = None;
    let result = drive(&disguise, super::options(text), &mut |event, span| {
        let range = Range::of(span);
        while let Some(comment) = pieces.next_if(|piece| piece.is_comment() && piece.range.end <= range.start) {
            builder.comment(comment.range);
        }
        let mut event = undisguised(event, text, &disguise);
        if let Event::Scalar(value, style, ..) = &mut event {
            let is_quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
            quoted = None;
            if let Some(piece) = pieces.next_if(|piece| piece.range.start < range.end) {
                match &piece.content {
                    Content::Quoted(content) if is_quoted && piece.range == range => *value = content.clone(),
                    Content::Broken(error) if is_quoted && piece.range == range => {
                        return Err(builder.refused(error, piece.range.start));
                    }
                    Content::Dash if *style == ScalarStyle::Plain && piece.range == range => {
                        *value = Cow::Borrowed("-");
                    }
                    _ => return Err(refused.clone()),
                }
                quoted = is_quoted.then_some(piece);
            }
        } else if !matches!(event, Event::Comment(..)) {
            quoted = None;
        }
        builder.event(event, span)
    });
    match (result, quoted) {
        (Ok(()), _) => {}
        (Err(Stop::Syntax(error)), _) => return Err(error),
        // The string ended at the opening quote of the next one: it was never closed.
        (Err(Stop::Scan(error)), Some(piece)) if misses_key(&error) => {
            return Err(builder.never_closed(piece.range.start, piece.stopped));
        }
        (Err(Stop::Scan(error)), _) => return Err(builder.refused(&error, 0)),
    }
    for piece in pieces {
        if !piece.is_comment() {
            return Err(refused);
        }
        builder.comment(piece.range);
    }
    Ok(builder.finish())
}

/// Whether the parser stopped since something else stands where a key has to.
fn misses_key(error: &ScanError) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ExpectedBlockMappingKey
            | ErrorKind::ExpectedBlockSequenceEntry
            | ErrorKind::ExpectedDocumentStart
            | ErrorKind::InvalidIndentation
            | ErrorKind::InvalidSimpleKey
            | ErrorKind::MappingValueNotAllowed
            | ErrorKind::SimpleKeyExpected
    )
}

/// The text with filler for the pieces that the parser refuses, and those pieces, in order.
fn disguise(text: &str) -> (String, Vec<Piece<'_>>) {
    let mut disguise = text.to_owned();
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut budget = text.len().saturating_add(MIN_BUDGET).saturating_mul(MAX_PASSES);
    while budget > 0
        && let Some((piece, resume)) = next_piece(text, &disguise, start)
    {
        budget = budget.saturating_sub(piece.range.end.saturating_sub(start));
        disguise.replace_range(piece.range.start..piece.range.end, &piece.filler());
        pieces.push(piece);
        start = resume;
    }
    (disguise, pieces)
}

/// The first piece behind `start` in the disguised text, and where the scanner can begin to look for the next one: a line
/// that begins with a key or a dash of block style, where nothing is open that it would have to know of.
fn next_piece<'s>(text: &'s str, disguise: &str, start: usize) -> Option<(Piece<'s>, usize)> {
    let rest = disguise.get(start..)?;
    let mut options = super::options(text);
    options.set_emit_comments(false);
    // Not the parser's kind of input: a scanner that is used twice is compiled into fewer places, and so slower in the parser. This
    // one counts characters, not bytes.
    let mut scanner = Scanner::with_options(BufferedInput::new(rest.chars()), options);
    let (mut open, mut entry, mut seen) = (0_usize, 0, 0);
    let error = loop {
        let token = match scanner.next()? {
            Ok(token) => token,
            Err(error) => break error,
        };
        let span = token.span();
        match token.token_type() {
            TokenType::FlowSequenceStart | TokenType::FlowMappingStart => open += 1,
            TokenType::FlowSequenceEnd | TokenType::FlowMappingEnd => open = open.saturating_sub(1),
            TokenType::Key | TokenType::BlockEntry if open == 0 => entry = span.start.index(),
            _ => {}
        }
        seen = span.end.index().max(seen);
    };
    let [entry, seen, at] = bytes_of(rest, [entry, seen, error.marker().index()])?;
    let at = start + at;
    let line = rest.get(..entry)?.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let piece = match error.kind() {
        ErrorKind::CommentNotSeparated => comment(text, at),
        ErrorKind::PlainScalarStartsWithDashFlowIndicator => {
            let range = Range { start: at, end: at + 1 };
            (text.get(at..at + 1) == Some("-")).then_some(Piece { range, stopped: at, content: Content::Dash })
        }
        ErrorKind::InvalidQuotedScalarIndent => quoted(text, around(disguise, start + seen, at)?, at, b"#\r\n"),
        ErrorKind::TabInIndentation => quoted(text, around(disguise, start + seen, at)?, at, b"#\r\n,:]}"),
        _ => None,
    };
    Some((piece?, start + line))
}

/// Where characters begin, in bytes, given their numbers.
fn bytes_of<const N: usize>(text: &str, numbers: [usize; N]) -> Option<[usize; N]> {
    let last = numbers.iter().max().copied()?;
    let mut bytes = [text.len(); N];
    for (number, (at, _)) in text.char_indices().enumerate().take(last + 1) {
        for (byte, _) in bytes.iter_mut().zip(&numbers).filter(|(_, wanted)| **wanted == number) {
            *byte = at;
        }
    }
    Some(bytes)
}

/// A comment directly behind a quote, bracket or comma. Behind anything else (`|# x`), no reader accepts one.
fn comment(text: &str, at: usize) -> Option<Piece<'_>> {
    let (before, rest) = text.split_at_checked(at)?;
    let end = at + rest.find(['\n', '\r']).unwrap_or(rest.len());
    before.ends_with(['"', '\'', '[', ']', '{', '}', ',']).then_some(Piece {
        range: Range { start: at, end },
        stopped: at,
        content: Content::Comment,
    })
}

/// The quoted string in which the scanner stopped. What follows it shows whether it is closed where its author meant: only
/// blanks and then one of the bytes `followers`, or nothing.
fn quoted<'s>(text: &'s str, range: Range, stopped: usize, followers: &[u8]) -> Option<Piece<'s>> {
    let behind = text.get(range.end..)?.trim_start_matches([' ', '\t']);
    if behind.bytes().next().is_some_and(|byte| !followers.contains(&byte)) {
        return None;
    }
    // Alone, it is in no map that it would have to be indented from.
    let alone = text.get(range.start..range.end)?;
    let mut value = None;
    let read = drive(alone, super::options(alone), &mut |event, _| {
        if let Event::Scalar(text, ..) = event {
            value = Some(text);
        }
        Ok(())
    });
    let content = match (read, value) {
        (Err(Stop::Scan(error)), _) => Content::Broken(error),
        (_, value) => Content::Quoted(value?),
    };
    Some(Piece { range, stopped, content })
}

/// The quoted string around a place, where the last token before it ends at `seen`.
fn around(text: &str, seen: usize, at: usize) -> Option<Range> {
    let bytes = text.as_bytes();
    let mut here = seen;
    let mut may_open = true;
    while here < at {
        let byte = *bytes.get(here)?;
        match byte {
            b'"' | b'\'' if may_open => {
                let end = closed(bytes, here)?;
                if end > at {
                    return Some(Range { start: here, end });
                }
                here = end;
            }
            b'#' if may_open => here += bytes.get(here..)?.iter().position(|byte| matches!(byte, b'\n' | b'\r'))?,
            _ => here += 1,
        }
        may_open = matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'[' | b'{' | b',' | b':');
    }
    None
}

/// Behind the quote that closes the string which opens at `open`.
fn closed(bytes: &[u8], open: usize) -> Option<usize> {
    let quote = *bytes.get(open)?;
    let mut at = open + 1;
    loop {
        let byte = *bytes.get(at)?;
        at += match byte {
            b'\\' if quote == b'"' => 2,
            b'\'' if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => 2,
            _ if byte == quote => return Some(at + 1),
            _ => 1,
        };
    }
}

/// An event of the disguised text as one of the text itself. Outside of pieces both are the same.
fn undisguised<'s>(event: Event<'_>, text: &'s str, disguise: &str) -> Event<'s> {
    let tag = |tag: Option<Cow<'_, Tag>>| tag.map(|tag| Cow::Owned(tag.into_owned()));
    match event {
        Event::Scalar(value, style, anchor, of) => {
            let value = match value {
                Cow::Borrowed(value) => {
                    let start = value.as_ptr().addr().saturating_sub(disguise.as_ptr().addr());
                    let written = text.get(start..start + value.len()).filter(|written| *written == value);
                    written.map_or_else(|| Cow::Owned(value.to_owned()), Cow::Borrowed)
                }
                Cow::Owned(value) => Cow::Owned(value),
            };
            Event::Scalar(value, style, anchor, tag(of))
        }
        Event::SequenceStart(style, anchor, of) => Event::SequenceStart(style, anchor, tag(of)),
        Event::MappingStart(style, anchor, of) => Event::MappingStart(style, anchor, tag(of)),
        Event::SequenceEnd => Event::SequenceEnd,
        Event::MappingEnd => Event::MappingEnd,
        Event::Alias(id) => Event::Alias(id),
        Event::UnresolvedAlias(name) => Event::UnresolvedAlias(Cow::Owned(name.into_owned())),
        Event::Comment(_, placement) => Event::Comment(Cow::Borrowed(""), placement),
        Event::DocumentStart(explicit, version) => Event::DocumentStart(explicit, version),
        Event::DocumentEnd => Event::DocumentEnd,
        Event::StreamEnd => Event::StreamEnd,
        // The builder looks at no other events.
        _ => Event::StreamStart,
    }
}

impl Piece<'_> {
    fn is_comment(&self) -> bool {
        matches!(self.content, Content::Comment)
    }

    /// Text of the same length that the parser accepts in the piece's place.
    fn filler(&self) -> String {
        let length = self.range.end.saturating_sub(self.range.start);
        match self.content {
            Content::Quoted(_) | Content::Broken(_) => format!("'{}'", "x".repeat(length.saturating_sub(2))),
            Content::Dash => "x".repeat(length),
            Content::Comment => " ".repeat(length),
        }
    }
}
