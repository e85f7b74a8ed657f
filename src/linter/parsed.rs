//! Texts as they were read, which a survey of templates needs before they are linted.

use super::file_report::FileReport;
use super::{includes, redaction, stacks};
use crate::eval::inputs::{Inputs, Shared};
use crate::source::Source;
use crate::syntax::{self, Document, SyntaxError};

/// A text as it was read: its document, or why there is none.
pub type Parsed<'s> = Result<Document<'s>, SyntaxError>;

/// Reads a text as a linter does.
///
/// # Errors
/// What stops the reader.
pub fn parse(source: &Source) -> Parsed<'_> {
    syntax::read(source.text(), source.id)
}

/// What a text shares with other stacks, in a deployment of which this is known.
pub fn shared(parsed: &Parsed<'_>, inputs: &Inputs) -> Shared {
    parsed.as_ref().map(|document| stacks::shared(document, inputs)).unwrap_or_default()
}

/// The report of a text that cannot be parsed.
pub(super) fn unread(source: &Source, error: SyntaxError) -> FileReport {
    let mut report = FileReport { diagnostics: vec![includes::unreadable(source, error)], ..FileReport::default() };
    redaction::redact(&mut report, source, Vec::new(), &redaction::unread(source));
    report
}
