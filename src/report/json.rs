//! Our own JSON, for programs: everything that the report knows, in the report's words.
//!
//! The shape, stable within one `schema` number (fields may be added, none changes or goes):
//!
//! ```text
//! { schema: 1,
//!   tool: { name, version },
//!   summary: { selection, notice?, templates, skipped, unreadable, resources, rules,
//!              passed, failed, undecided, errors, warnings, notes },
//!   diagnostics: [{ severity: "error" | "note", code, file, start?, end?, message, help, related: [RELATED] }],
//!   findings: [{ rule, level: "error" | "warning" | "note", outcome: "fail" | "undecided" | "pass",
//!                message, when?, file, start?, end?, path,
//!                subject: SUBJECT, alike: [SUBJECT], controls: [citation], related: [RELATED] }] }
//! start, end: { line, column, offset }     RELATED: { message, file, start?, end? }
//! SUBJECT: { section, name, type?, construct? }
//! ```
//!
//! Lines and columns count from 1, columns in characters, offsets in bytes; `end` is exclusive. What is marked with `?` is
//! null where there is nothing to say, never absent. `alike` are further subjects of the same finding, which a loop makes of the
//! same text. `level` is the level of the finding, whatever the outcome.

use super::{Report, Summary};
use crate::finding::{Diagnostic, Finding, Level, Outcome, Related, Severity, Subject};
use crate::source::Span;
use serde::Serialize;
use std::io;

/// The number of the shape.
const SCHEMA: u32 = 1;

/// Writes the document, with a line break at its end.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    let document = Document {
        schema: SCHEMA,
        tool: Tool { name: "hipaalint", version: env!("CARGO_PKG_VERSION") },
        summary: report.summary,
        diagnostics: report.diagnostics.iter().map(|diagnostic| diagnostic_entry(diagnostic, report)).collect(),
        findings: report.findings.iter().map(|finding| finding_entry(finding, report)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    tool: Tool,
    summary: &'a Summary,
    diagnostics: Vec<DiagnosticEntry<'a>>,
    findings: Vec<FindingEntry<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct DiagnosticEntry<'a> {
    severity: &'static str,
    code: &'static str,
    file: &'a str,
    start: Option<Place>,
    end: Option<Place>,
    message: &'a str,
    help: &'a str,
    related: Vec<RelatedEntry<'a>>,
}

#[derive(Serialize)]
struct FindingEntry<'a> {
    rule: &'a str,
    level: Level,
    outcome: Outcome,
    message: &'a str,
    when: Option<&'a str>,
    file: &'a str,
    start: Option<Place>,
    end: Option<Place>,
    path: &'a str,
    subject: SubjectEntry<'a>,
    alike: Vec<SubjectEntry<'a>>,
    controls: &'a [String],
    related: Vec<RelatedEntry<'a>>,
}

#[derive(Serialize)]
struct SubjectEntry<'a> {
    section: &'a str,
    name: &'a str,
    #[serde(rename = "type")]
    resource_type: Option<&'a str>,
    construct: Option<&'a str>,
}

#[derive(Serialize)]
struct RelatedEntry<'a> {
    message: &'a str,
    file: &'a str,
    start: Option<Place>,
    end: Option<Place>,
}

#[derive(Serialize)]
struct Place {
    line: usize,
    column: usize,
    offset: u32,
}

fn diagnostic_entry<'a>(diagnostic: &'a Diagnostic, report: &Report<'a>) -> DiagnosticEntry<'a> {
    let (start, end) = diagnostic.span.map(|span| places(span, report)).unwrap_or_default();
    DiagnosticEntry {
        severity: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Note => "note",
        },
        code: diagnostic.code,
        file: &diagnostic.file,
        start,
        end,
        message: &diagnostic.message,
        help: &diagnostic.help,
        related: related_entries(&diagnostic.related, report),
    }
}

fn finding_entry<'a>(finding: &'a Finding, report: &Report<'a>) -> FindingEntry<'a> {
    let (start, end) = places(finding.span, report);
    FindingEntry {
        rule: &finding.rule,
        level: finding.level,
        outcome: finding.outcome,
        message: &finding.message,
        when: finding.when.as_deref(),
        file: report.source_name(finding.span.source),
        start,
        end,
        path: &finding.path,
        subject: subject_entry(&finding.subject),
        alike: finding.alike.iter().map(subject_entry).collect(),
        controls: report.rule(&finding.rule).map_or(&[], |rule| &rule.meta.controls),
        related: related_entries(&finding.related, report),
    }
}

fn subject_entry(subject: &Subject) -> SubjectEntry<'_> {
    SubjectEntry {
        section: subject.section,
        name: &subject.name,
        resource_type: subject.resource_type.as_deref(),
        construct: subject.construct.as_deref(),
    }
}

fn related_entries<'a>(related: &'a [Related], report: &Report<'a>) -> Vec<RelatedEntry<'a>> {
    let entry = |place: &'a Related| {
        let (start, end) = places(place.span, report);
        RelatedEntry { message: &place.message, file: report.source_name(place.span.source), start, end }
    };
    related.iter().map(entry).collect()
}

/// Start and end of a span; nothing where its source is not part of the report.
fn places(span: Span, report: &Report) -> (Option<Place>, Option<Place>) {
    let place = |offset: u32| {
        let position = report.source(span.source)?.position(offset);
        Some(Place { line: position.line, column: position.column, offset })
    };
    (place(span.start), place(span.end))
}
