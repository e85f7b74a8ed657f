//! The texts of a template and of what it includes, and where the scalars in them are written.

use super::written::Written;
use crate::source::{Source, Span};
use std::ops::Range;

/// The texts that the spans of one tree point into.
pub(super) struct Texts<'s> {
    sources: &'s [Source],
}

/// A scalar, with the places of its parts.
pub(super) struct Scalar {
    written: Written,
    span: Span,
}

impl<'s> Texts<'s> {
    pub(super) fn new(sources: &'s [Source]) -> Self {
        Self { sources }
    }

    /// How a scalar is written. None if its span is not a text that reads so.
    pub(super) fn written(&self, span: Span, reads: &str) -> Option<Scalar> {
        let source = self.sources.iter().find(|source| source.id == span.source)?;
        let written = Written::new(source.slice(span), reads)?;
        Some(Scalar { written, span })
    }
}

impl Scalar {
    /// Where a part of the scalar is written.
    pub(super) fn span(&self, part: Range<usize>) -> Option<Span> {
        let range = self.written.range(&part)?;
        let start = self.span.start as usize;
        Some(Span::new(self.span.source, start + range.start, start + range.end))
    }
}
