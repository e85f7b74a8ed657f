//! YAML, as CloudFormation takes it, into the located tree: by a reader of our own where that knows everything in the text, otherwise
//! straight from parser events, without recursion.
//!
//! The grammar (indentation, quoting, escapes) is granit-parser's, and `fast` agrees with it. Here is what CloudFormation makes of it: YAML 1.1
//! scalars, short tags, anchors and merges with a bound on what they may add, and spans that cover what a person sees.

mod anchor;
mod build;
mod error;
mod fast;
mod key;
mod layout;
mod merge;
mod readers;
mod scalar;
mod shared;
mod tag;

pub(super) use shared::Shared;

use super::{Document, Kind, MAX_DEPTH, Node, Number, SyntaxError};
use crate::source::{SourceId, Span};
use build::Builder;
use granit_parser::{Event, Options, Parser, ScanError};
use std::borrow::Cow;

/// Whether a plain scalar with this text is text, and not a number, a boolean or null.
pub(super) fn is_plain_text(text: &str) -> bool {
    scalar::Plain::read(text) == scalar::Plain::Text
}

/// Reads a YAML text with one document. Nothing at all, or comments alone, are `null`.
///
/// # Errors
/// As for `read`, and otherwise the first key that occurs more than once in its map.
pub fn parse(text: &str, source: SourceId) -> Result<Document<'_>, SyntaxError> {
    read(text, source).and_then(Document::without_repeated)
}

/// [`parse`], with repeated keys beside the document.
///
/// # Errors
/// The first thing that YAML or CloudFormation does not allow: broken grammar, a key that is not a scalar, a
/// second document, an alias to nothing, aliases that add more than [`max_alias_nodes`](super::max_alias_nodes), or
/// nesting past [`MAX_DEPTH`].
pub(super) fn read(text: &str, source: SourceId) -> Result<Document<'_>, SyntaxError> {
    match fast::read(text, source) {
        Some(document) => Ok(document),
        None => read_by_events(text, source),
    }
}

/// A text as the fast reader reads it, if it does, and as the builder reads granit-parser's events. For tests and fuzz targets: if there
/// are both, they are equal.
#[doc(hidden)]
pub fn read_both(text: &str, source: SourceId) -> (Option<Document<'_>>, Result<Document<'_>, SyntaxError>) {
    (fast::read(text, source), read_by_events(text, source))
}

fn read_by_events(text: &str, source: SourceId) -> Result<Document<'_>, SyntaxError> {
    let mut builder = Builder::new(text, source);
    match drive(text, options(text), &mut |event, span| builder.event(event, span)) {
        Ok(()) => Ok(builder.finish()),
        Err(Stop::Syntax(error)) => Err(error),
        Err(Stop::Scan(error)) if readers::may_accept(&error) => {
            readers::parse(text, source, builder.refused(&error, 0))
        }
        Err(Stop::Scan(error)) => Err(builder.refused(&error, 0)),
    }
}

/// What ends the reading of a text.
enum Stop {
    /// The parser does not accept it.
    Scan(ScanError),
    /// What it makes of it is an error.
    Syntax(SyntaxError),
}

/// Hands all events of a text to `each`. The only place that asks the parser for one, so that this is not a call.
#[inline(never)]
fn drive<'t>(
    text: &'t str,
    options: Options,
    each: &mut dyn FnMut(Event<'t>, &granit_parser::Span) -> Result<(), SyntaxError>,
) -> Result<(), Stop> {
    let mut parser = Parser::new_from_str_with_options(text, options);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(Stop::Scan)?;
        each(event, &span).map_err(Stop::Syntax)?;
    }
    Ok(())
}

fn options(text: &str) -> Options {
    granit_parser::options! {
        // An alias to nothing comes as an event with the alias' span, so that the error can name it.
        emit_unresolved_aliases: true,
        // Each kind of nesting on its own; the builder counts both kinds, and tags, together.
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        // Long comment headers are not an error. What is buffered is bounded by the text, which is in memory anyway.
        max_buffered_comment_events: text.len(),
    }
}

/// A range of bytes in the text.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
struct Range {
    start: usize,
    end: usize,
}

impl Range {
    fn of(span: &granit_parser::Span) -> Self {
        let range = span.byte_range().unwrap_or_default();
        Self { start: range.start, end: range.end.max(range.start) }
    }

    fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// A node whose last event has come.
#[derive(Clone, Debug)]
struct Finished<'s> {
    node: Node<'s>,
    /// Levels of lists and maps in it: 0 for a scalar.
    height: usize,
    /// What a copy costs, in nodes.
    cost: usize,
}

impl<'s> Finished<'s> {
    fn scalar(span: Span, kind: Kind<'s>) -> Self {
        let owned = match &kind {
            Kind::String(Cow::Owned(text)) | Kind::Number(Number { text: Cow::Owned(text), .. }) => text.len(),
            _ => 0,
        };
        Self { node: Node { span, kind }, height: 0, cost: 1 + anchor::text_cost(owned) }
    }
}
