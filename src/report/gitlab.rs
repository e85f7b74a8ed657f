//! GitLab's Code Quality report: findings in the merge request and next to the changed lines.
//!
//! One array of issues with the fields that GitLab reads (`app/validators/json_schemas/codeclimate.json` there): it stops at
//! the first issue that lacks one, and shows one issue for each fingerprint. What could not be linted is an issue too, so
//! that it does not look like nothing was found.

use super::array::Array;
use super::fingerprint::{Fingerprinter, fingerprint};
use super::not_looked_at::NOTES;
use super::text::{message, one_line};
use super::{Report, Reporter, write_whole};
use crate::finding::{Diagnostic, Finding, Level, RuleSeverity, Severity};
use crate::source::Span;
use serde::Serialize;
use std::collections::HashMap;
use std::io;

/// Writes the array, with a line break at its end.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    write_whole(&mut Gitlab::new(out), report, None)
}

/// Writes the array file by file.
pub struct Gitlab<W> {
    out: W,
    has_begun: bool,
    issues: Array,
    prints: Fingerprinter,
}

impl<W: io::Write> Gitlab<W> {
    /// Starts an array.
    pub fn new(out: W) -> Self {
        Self { out, has_begun: false, issues: Array::new(1), prints: Fingerprinter::default() }
    }

    fn add(&mut self, issue: &Issue<'_>) -> io::Result<()> {
        self.out.write_all(&self.issues.element(issue)?)
    }
}

impl<W: io::Write> Reporter for Gitlab<W> {
    fn file(&mut self, part: &Report<'_>) -> io::Result<()> {
        if !std::mem::replace(&mut self.has_begun, true) {
            self.out.write_all(b"[")?;
        }
        // A diagnostic about the run and not a file has no place in a merge request; the exit code shows it.
        let is_unreadable = |found: &&Diagnostic| found.severity == Severity::Error && !found.file.is_empty();
        // What no rule judged has a place, and is for information.
        let is_gap = |found: &&Diagnostic| found.severity == Severity::Note && NOTES.contains(&found.code);
        let all = || part.diagnostics.iter();
        let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
        for diagnostic in all().filter(is_unreadable).chain(all().filter(is_gap)) {
            let occurrence = seen.entry((diagnostic.code.name(), &diagnostic.file)).or_default();
            *occurrence += 1;
            self.add(&of_diagnostic(diagnostic, *occurrence, part))?;
        }
        for finding in part.violations() {
            let issue = of_finding(finding, &mut self.prints, part);
            self.add(&issue)?;
        }
        self.prints.end_part();
        Ok(())
    }

    fn end(&mut self, rest: &Report<'_>, _: Option<u8>) -> io::Result<()> {
        self.file(rest)?;
        self.issues.end(&mut self.out)?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

fn of_finding<'a>(finding: &'a Finding, prints: &mut Fingerprinter, report: &Report<'a>) -> Issue<'a> {
    let path = relative(report.source_name(finding.span.source));
    let cited = report.rule(&finding.rule).map(|rule| rule.meta.controls.join(", ")).unwrap_or_default();
    let cited = if cited.is_empty() { String::new() } else { format!(" (45 CFR {cited})") };
    let made_by = finding.subject.made_by().map(|made_by| format!(" CDK: {}.", one_line(&made_by, true)));
    let location = match finding.origin_here() {
        // Merge requests show the program, and not the template that it makes.
        Some(origin) => Location { path: &origin.file, lines: Lines { begin: origin.line, end: origin.line } },
        None => Location { path, lines: lines(finding.span, report) },
    };
    Issue {
        description: format!("{}{cited}{}", message(finding), made_by.unwrap_or_default()),
        check_name: &finding.rule,
        fingerprint: prints.next(finding, path, report.is_in_template(finding)),
        severity: severity(finding),
        location,
    }
}

/// GitLab has five words for ours and for notes, which are for information whatever their rule is about.
fn severity(finding: &Finding) -> &'static str {
    match (finding.level, finding.severity) {
        (Level::Note, _) => "info",
        (_, RuleSeverity::Critical) => "blocker",
        (_, RuleSeverity::High) => "critical",
        (_, RuleSeverity::Medium) => "major",
        (_, RuleSeverity::Low) => "minor",
    }
}

fn of_diagnostic<'a>(diagnostic: &'a Diagnostic, occurrence: usize, report: &Report<'a>) -> Issue<'a> {
    let path = relative(&diagnostic.file);
    Issue {
        description: one_line(&diagnostic.full_message(), true).into_owned(),
        check_name: diagnostic.code.name(),
        fingerprint: fingerprint(&[diagnostic.code.name(), path], occurrence),
        severity: match diagnostic.severity {
            Severity::Error => "blocker",
            Severity::Note => "info",
        },
        location: Location {
            path,
            lines: diagnostic.span.map_or(Lines { begin: 1, end: 1 }, |span| lines(span, report)),
        },
    }
}

/// The lines of a span, from 1; the first line where its text is not part of the report.
fn lines(span: Span, report: &Report) -> Lines {
    report.source(span.source).map_or(Lines { begin: 1, end: 1 }, |source| Lines {
        begin: source.position(span.start).line,
        end: source.position(span.end).line,
    })
}

/// GitLab knows files by their path from the project's root.
fn relative(name: &str) -> &str {
    name.strip_prefix("./").unwrap_or(name)
}
