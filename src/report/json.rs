//! Our own JSON, for programs: everything that the report contains.
//!
//! The shape, stable within one `schema` number (fields may be added, none changes or goes):
//!
//! ```text
//! { schema: 1,
//!   tool: { name, version },
//!   findings: [FINDING],
//!   suppressed: [FINDING],
//!   absent?: [FINDING],
//!   exceptions: [{ state: "in-force" | "not-checked" | "unused" | "expired" | "without-reason" | "unknown-rule" | "malformed",
//!                  findings: number, EXCEPTION… }],
//!   diagnostics: [{ severity: "error" | "note", code, file, start?, end?, message, help, related: [RELATED] }],
//!   summary: { selection, governed: [{ configuration?, profile?, templates, off: [{ rule, templates }], changed: [CHANGED] }],
//!              pinned: [{ name, value? }], min_severity?: SEVERITY, ignored: [rule or pattern],
//!              notice?, templates, skipped,
//!              left_out_files, left_out_folders, unreadable, with_errors, problems, resources, not_looked_at: GAPS, rules,
//!              passed, supporting, failed, undecided, errors, warnings, notes,
//!              suppressed_by_exceptions, suppressed_required, in_baseline, stale, since?: SINCE, fixable?: FIXABLE, fixes?: FIXES } }
//! CHANGED: { rule, level?: { default, value }, parameters: [{ name, default: [value], value: [value] }] }
//! SINCE: { revision, commit, new, fixed, unjudged, unchanged }
//! FIXABLE: { safe, unsafe, display }
//! FIXES: { dry_run, fixed, files, unsafe_fixes, not_fixed: [{ reason, findings }], rules: [{ rule, fixed, taken_back }],
//!          effects: [{ file, rule, resource, note, safe }] }
//! GAPS: { resources, types: [{ type, resources, profile? }], unreadable_types, unknown_types, not_transformed, sam_resources,
//!         sam_events, sam_connectors, inner_templates, templates_not_found }
//! FINDING: { rule, title?, url, harm?, remediation?, level: "error" | "warning" | "note", severity: SEVERITY, outcome: "fail" | "undecided" | "pass",
//!            message, when?, file, start?, end?, path,
//!            fixes: [FIX], subject: SUBJECT, alike: [SUBJECT], controls: [citation], related: [RELATED],
//!            baseline: "new" | "unchanged" ?, since?: "new" | "unchanged" | "absent" | "unjudged", exception: EXCEPTION ? }
//! FIX: { title, applicability: "safe" | "unsafe" | "display", note?, edits: [{ start, end, text }] }
//! EXCEPTION: { id, rules: [rule], reason?, alternative?, owner?, ticket?, expires?,
//!              dialect: "metadata" | "comment" | "cfn-guard" | "cfn-nag" | "checkov" | "cdk-nag" | "cdk",
//!              covers: [path], required: [citation], origin: ORIGIN ?, file, start?, end? }
//! start, end: { line, column, offset }     ORIGIN: { file, line, column }     RELATED: { message, file, start?, end? }
//! SUBJECT: { section, name, type?, construct?, origin: ORIGIN ? }     SEVERITY: "critical" | "high" | "medium" | "low"
//! ```
//!
//! Lines and columns count from 1, columns in characters, offsets in bytes; `end` is exclusive. What is marked with `?` is
//! null where there is no value, never absent, apart from the summary's `fixes`, which only a run with `--fix` has, its
//! `fixable`, which only a run without has: how many of the findings that count have a fix, and `since` and `absent`, which only a run
//! with `--since` has: findings of the earlier revision that are gone, or that no rule decides about now, are in `absent`.
//! `alike` are further subjects of the same
//! finding, which a loop makes of the same text. `fixes` has the change of the template that mends the finding,
//! where one is known: `text` stands in place of the bytes from `start` to `end`, in the finding's file. A `display` fix has no edits.
//! `level` is the level of the finding and `severity` that of its rule, whatever the outcome. Lists are in the order
//! of the files, and findings of one file in that of their severity, the gravest first. Findings in `suppressed` do not count: an exception
//! suppresses them, or the baseline or the earlier revision has them. `required` are the citations that no equivalent measure can replace (164.306(d)(3));
//! of a finding's exception, those that its rule serves. `supporting` counts those of the `passed` checks whose rule shows no
//! safeguard. `not_looked_at` counts what no rule of the run judged: `resources` are those of types that no rule is about, where
//! `profile` is the narrowest of the wider profiles that has such a rule; the other numbers are explained by diagnostics. `baseline`
//! is null where no baseline was given. `origin` is the place in a program of the AWS CDK that makes the construct, or acknowledges
//! the rule.

mod written;

use super::array::{Array, write_pretty};
use super::spill::Spill;
use super::{Report, Reporter, pretty, rule_address, write_whole};
use crate::date::Date;
use crate::finding::{
    Applicability, BaselineState, Diagnostic, Dialect, Edit, Exception, ExceptionState, Finding, Fix, Level, Origin,
    Outcome, Related, RuleSeverity, Severity, Subject, Suppression,
};
use crate::source::Span;
use serde::Serialize;
use std::io;
use written::Written;

/// The number of the shape.
pub(super) const SCHEMA: u32 = 1;

/// Writes the document, with a line break at its end.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    write_whole(&mut Json::new(out), report, None)
}

/// The lists after `findings`, in their order: each waits in a stream.
const LISTS: [&str; 4] = ["suppressed", "absent", "exceptions", "diagnostics"];
const SUPPRESSED: usize = 0;
const ABSENT: usize = 1;
const EXCEPTIONS: usize = 2;
const DIAGNOSTICS: usize = 3;

/// Writes the document file by file.
pub struct Json<W> {
    out: W,
    has_begun: bool,
    findings: Array,
    lists: [Array; LISTS.len()],
    waiting: Spill,
    written: Written,
    /// Kept for its memory.
    bytes: Vec<u8>,
}

impl<W: io::Write> Json<W> {
    /// Starts a document.
    pub fn new(out: W) -> Self {
        let [findings, lists @ ..] = [Array::new(written::DEPTH); 1 + LISTS.len()];
        let waiting = Spill::default();
        Self { out, has_begun: false, findings, lists, waiting, written: Written::default(), bytes: Vec::new() }
    }

    fn begin(&mut self) -> io::Result<()> {
        if self.has_begun {
            return Ok(());
        }
        self.has_begun = true;
        write!(self.out, "{{\n  \"schema\": {SCHEMA},\n  \"tool\": ")?;
        write_pretty(&mut self.out, &Tool::default(), 1)?;
        self.out.write_all(b",\n  \"findings\": [")
    }

    /// Adds an entry to a list that waits.
    fn wait(
        &mut self,
        list: usize,
        write: impl FnOnce(&mut Written, &mut Vec<u8>) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(array) = self.lists.get_mut(list) else { return Ok(()) };
        self.bytes.clear();
        array.begin_in(&mut self.bytes);
        write(&mut self.written, &mut self.bytes)?;
        self.waiting.write(list, &self.bytes);
        Ok(())
    }
}

impl<W: io::Write> Reporter for Json<W> {
    fn file(&mut self, part: &Report<'_>) -> io::Result<()> {
        self.begin()?;
        for finding in part.findings {
            self.bytes.clear();
            self.findings.begin_in(&mut self.bytes);
            self.written.finding(&mut self.bytes, finding, part);
            self.out.write_all(&self.bytes)?;
        }
        for (list, findings) in [(SUPPRESSED, part.suppressed), (ABSENT, part.absent)] {
            for finding in findings {
                self.wait(list, |written, bytes| {
                    written.finding(bytes, finding, part);
                    Ok(())
                })?;
            }
        }
        for exception in part.exceptions {
            self.wait(EXCEPTIONS, |_, bytes| {
                written::exception(bytes, exception, part);
                Ok(())
            })?;
        }
        for diagnostic in part.diagnostics {
            self.wait(DIAGNOSTICS, |_, bytes| {
                pretty::append(bytes, &diagnostic_entry(diagnostic, part), written::DEPTH)
            })?;
        }
        Ok(())
    }

    fn end(&mut self, rest: &Report<'_>, _: Option<u8>) -> io::Result<()> {
        self.file(rest)?;
        self.findings.end(&mut self.out)?;
        let is_compared = rest.summary.since.is_some();
        let lists = LISTS.iter().zip(self.lists).enumerate().filter(|(list, _)| *list != ABSENT || is_compared);
        for (list, (name, array)) in lists {
            write!(self.out, ",\n  \"{name}\": [")?;
            self.waiting.copy(list, &mut self.out)?;
            array.end(&mut self.out)?;
        }
        self.out.write_all(b",\n  \"summary\": ")?;
        write_pretty(&mut self.out, rest.summary, 1)?;
        self.out.write_all(b"\n}\n")?;
        self.out.flush()
    }
}

/// The program that writes a report.
#[derive(Serialize)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
}

impl Default for Tool {
    fn default() -> Self {
        Self { name: "hipaalint", version: env!("CARGO_PKG_VERSION") }
    }
}

#[derive(Serialize)]
pub(super) struct DiagnosticEntry<'a> {
    severity: &'static str,
    code: &'static str,
    file: &'a str,
    start: Option<PositionEntry>,
    end: Option<PositionEntry>,
    message: &'a str,
    help: &'a str,
    related: Vec<RelatedEntry<'a>>,
}

#[derive(Serialize)]
pub(super) struct FindingEntry<'a> {
    rule: &'a str,
    /// The rule's title, the page about it, what can happen, and how to fix what it finds.
    title: Option<&'a str>,
    url: String,
    harm: Option<&'a str>,
    remediation: Option<&'a str>,
    level: Level,
    severity: RuleSeverity,
    outcome: Outcome,
    message: &'a str,
    when: Option<&'a str>,
    /// Only where there is any: few resources are made by a transform.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'a str>,
    file: &'a str,
    start: Option<PositionEntry>,
    end: Option<PositionEntry>,
    path: &'a str,
    fixes: Vec<FixEntry<'a>>,
    subject: SubjectEntry<'a>,
    alike: Vec<SubjectEntry<'a>>,
    controls: &'a [String],
    related: Vec<RelatedEntry<'a>>,
    baseline: Option<BaselineState>,
    /// Only in a run that compares with an earlier revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<BaselineState>,
    exception: Option<SuppressionEntry<'a>>,
}

#[derive(Serialize)]
struct FixEntry<'a> {
    title: &'a str,
    applicability: Applicability,
    note: Option<&'a str>,
    edits: Vec<EditEntry<'a>>,
}

#[derive(Serialize)]
struct EditEntry<'a> {
    start: Option<PositionEntry>,
    end: Option<PositionEntry>,
    text: &'a str,
}

#[derive(Serialize)]
pub(super) struct ExceptionEntry<'a> {
    state: ExceptionState,
    findings: usize,
    #[serde(flatten)]
    exception: SuppressionEntry<'a>,
}

#[derive(Serialize)]
struct SuppressionEntry<'a> {
    id: &'a str,
    rules: Vec<&'a str>,
    reason: Option<&'a str>,
    alternative: Option<&'a str>,
    owner: Option<&'a str>,
    ticket: Option<&'a str>,
    expires: Option<Date>,
    dialect: Dialect,
    covers: &'a [String],
    required: Vec<&'a str>,
    origin: Option<&'a Origin>,
    file: &'a str,
    start: Option<PositionEntry>,
    end: Option<PositionEntry>,
}

#[derive(Serialize)]
struct SubjectEntry<'a> {
    section: &'a str,
    name: &'a str,
    #[serde(rename = "type")]
    resource_type: Option<&'a str>,
    construct: Option<&'a str>,
    origin: Option<&'a Origin>,
}

#[derive(Serialize)]
struct RelatedEntry<'a> {
    message: &'a str,
    file: &'a str,
    start: Option<PositionEntry>,
    end: Option<PositionEntry>,
}

#[derive(Serialize)]
struct PositionEntry {
    line: usize,
    column: usize,
    offset: u32,
}

pub(super) fn diagnostic_entry<'a>(diagnostic: &'a Diagnostic, report: &Report<'a>) -> DiagnosticEntry<'a> {
    let (start, end) = diagnostic.span.map(|span| places(span, report)).unwrap_or_default();
    DiagnosticEntry {
        severity: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Note => "note",
        },
        code: diagnostic.code.name(),
        file: &diagnostic.file,
        start,
        end,
        message: &diagnostic.message,
        help: &diagnostic.help,
        related: related_entries(&diagnostic.related, report),
    }
}

pub(super) fn finding_entry<'a>(finding: &'a Finding, report: &Report<'a>) -> FindingEntry<'a> {
    let (start, end) = places(finding.span, report);
    let rule = report.rule(&finding.rule);
    FindingEntry {
        rule: &finding.rule,
        title: rule.map(|rule| rule.meta.title.as_str()),
        url: rule_address(&finding.rule),
        harm: rule.map(|rule| rule.prose.harm.trim()).filter(|text| !text.is_empty()),
        remediation: rule.map(|rule| rule.prose.remediation.trim()).filter(|text| !text.is_empty()),
        level: finding.level,
        severity: finding.severity,
        outcome: finding.outcome,
        message: &finding.message,
        when: finding.when.as_deref(),
        advice: finding.advice.as_deref(),
        file: report.source_name(finding.span.source),
        start,
        end,
        path: &finding.path,
        fixes: finding.fix.iter().map(|fix| fix_entry(fix, report)).collect(),
        subject: subject_entry(&finding.subject),
        alike: finding.alike.iter().map(subject_entry).collect(),
        controls: rule.map_or(&[], |rule| &rule.meta.controls),
        related: related_entries(&finding.related, report),
        baseline: finding.baseline,
        since: finding.since,
        exception: finding.suppression.as_deref().map(|suppression| {
            let required = suppression.required_of(&finding.rule).iter().map(String::as_str);
            suppression_entry(suppression, required.collect(), report)
        }),
    }
}

pub(super) fn exception_entry<'a>(exception: &'a Exception, report: &Report<'a>) -> ExceptionEntry<'a> {
    let written = suppression_entry(&exception.suppression, exception.suppression.required(), report);
    ExceptionEntry { state: exception.state, findings: exception.findings, exception: written }
}

fn suppression_entry<'a>(
    suppression: &'a Suppression,
    required: Vec<&'a str>,
    report: &Report<'a>,
) -> SuppressionEntry<'a> {
    let (start, end) = places(suppression.span, report);
    SuppressionEntry {
        id: &suppression.id,
        rules: suppression.suppresses.iter().map(|suppressed| &*suppressed.rule).collect(),
        reason: suppression.reason.as_deref(),
        alternative: suppression.alternative.as_deref(),
        owner: suppression.owner.as_deref(),
        ticket: suppression.ticket.as_deref(),
        expires: suppression.expires,
        dialect: suppression.dialect,
        covers: &suppression.covers,
        required,
        origin: suppression.origin.as_deref(),
        file: report.source_name(suppression.span.source),
        start,
        end,
    }
}

fn subject_entry(subject: &Subject) -> SubjectEntry<'_> {
    SubjectEntry {
        section: subject.section,
        name: &subject.name,
        resource_type: subject.resource_type.as_deref(),
        construct: subject.construct.as_deref(),
        origin: subject.origin.as_deref(),
    }
}

fn fix_entry<'a>(fix: &'a Fix, report: &Report<'a>) -> FixEntry<'a> {
    let edit = |edit: &'a Edit| {
        let (start, end) = places(edit.span, report);
        EditEntry { start, end, text: &edit.text }
    };
    FixEntry {
        title: &fix.title,
        applicability: fix.applicability,
        note: Some(fix.note.as_str()).filter(|note| !note.is_empty()),
        edits: fix.edits.iter().map(edit).collect(),
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
fn places(span: Span, report: &Report) -> (Option<PositionEntry>, Option<PositionEntry>) {
    let place = |offset: u32| {
        let position = report.source(span.source)?.position(offset);
        Some(PositionEntry { line: position.line, column: position.column, offset })
    };
    (place(span.start), place(span.end))
}
