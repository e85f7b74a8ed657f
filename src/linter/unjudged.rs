//! Texts that are not judged: those that are no templates, and those that only include what would make them one.

use super::file_report::FileReport;
use super::{includes, meant, redaction};
use crate::graph::secrets::Written;
use crate::source::Source;
use crate::syntax::Document;

/// The report of a text that is not a template, which may be meant as one.
pub(super) fn no_template(source: &Source, document: &Document<'_>) -> FileReport {
    let mut report = FileReport {
        bare_resources: meant::resources_in(&document.root),
        diagnostics: meant::meant_as_template(&document.root, source).into_iter().collect(),
        ..FileReport::default()
    };
    if !report.diagnostics.is_empty() {
        redaction::redact(&mut report, source, Vec::new(), &redaction::unjudged(source, &document.root));
    }
    report
}

/// The report of a text that includes its resources, and does not become a template by that.
pub(super) fn unjudged(
    mut report: FileReport,
    source: &Source,
    document: &Document<'_>,
    mut secrets: Vec<Written>,
    texts: includes::Texts,
) -> FileReport {
    report.diagnostics.extend(meant::meant_as_template(&document.root, source));
    if !report.diagnostics.is_empty() {
        secrets.extend(redaction::unjudged(source, &document.root));
    }
    redaction::redact(&mut report, source, texts.into_sources(), &secrets);
    report
}
