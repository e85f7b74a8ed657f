//! Texts as they were read, which a survey of templates needs before they are linted.

use super::file_report::FileReport;
use super::includes::{self, Loader};
use super::{redaction, stacks};
use crate::constructs::Constructs;
use crate::eval::Memory;
use crate::eval::inputs::{Inputs, Shared};
use crate::expand::{self, Model};
use crate::graph::secrets::is_secret_name;
use crate::source::Source;
use crate::syntax::{self, Document, SyntaxError};
use crate::template::Template;

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

/// Whether a text that was read has [`nested`](FileReport::nested) stacks. Most with stacks have none: their templates are in a
/// bucket.
pub fn nests(
    source: &Source,
    parsed: &Parsed<'_>,
    load: &Loader<'_>,
    inputs: &Inputs,
    constructs: Option<&Constructs>,
) -> bool {
    let Ok(document) = parsed else { return false };
    let (inputs, _) = inputs.accepted_by(&document.root, is_secret_name);
    let macros = expand::Macros::of(document);
    let texts = includes::texts(&document.root, macros, source.id, load);
    let files = includes::Files::parse(&texts, &mut Vec::new());
    let expansion = expand::expand(&document.root, macros, &files.included(), &inputs);
    if !stacks::are_in(&expansion.root) {
        return false;
    }
    let (template, memory) = (Template::new(&expansion.root), Memory::default());
    let model = Model::expanded(&template, &expansion, &inputs, &memory);
    !stacks::nested(&model, constructs).is_empty()
}

/// The report of a text that cannot be parsed.
pub(super) fn unread(source: &Source, error: SyntaxError) -> FileReport {
    let mut report = FileReport { diagnostics: vec![includes::unreadable(source, error)], ..FileReport::default() };
    redaction::redact(&mut report, source, Vec::new(), &redaction::unread(source));
    report
}
