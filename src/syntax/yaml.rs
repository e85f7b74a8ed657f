//! YAML, as CloudFormation takes it, into the located tree: straight from parser events, without recursion.
//!
//! The grammar (indentation, quoting, escapes) is granit-parser's. Here is what CloudFormation makes of it: YAML 1.1
//! scalars, short tags, anchors and merges with a bound on what they may add, and spans that cover what a person sees.

mod anchor;
mod build;
mod error;
mod key;
mod layout;
mod merge;
mod readers;
mod scalar;
mod tag;

use super::{Document, Kind, MAX_DEPTH, Node, Number, SyntaxError};
use crate::source::{SourceId, Span};
use build::Builder;
use granit_parser::{Options, Parser};
use std::borrow::Cow;

/// Reads a YAML text with one document. Nothing at all, or comments alone, are `null`.
///
/// # Errors
/// The first thing that YAML or CloudFormation does not allow: broken grammar, a repeated key, a key that is not a scalar, a
/// second document, an alias to nothing, aliases that add more than [`MAX_ALIAS_NODES`](super::MAX_ALIAS_NODES), or
/// nesting past [`MAX_DEPTH`].
pub fn parse(text: &str, source: SourceId) -> Result<Document<'_>, SyntaxError> {
    let mut parser = Parser::new_from_str_with_options(text, options(text));
    let mut builder = Builder::new(text, source);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => builder.event(event, &span)?,
            Err(error) if readers::may_accept(&error) => {
                return readers::parse(text, source, builder.refused(&error, 0));
            }
            Err(error) => return Err(builder.refused(&error, 0)),
        }
    }
    Ok(builder.finish())
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
