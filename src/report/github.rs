//! Workflow commands of GitHub Actions: findings as annotations on the lines of a pull request, where nothing can be uploaded
//! to code scanning.
//!
//! The runner makes annotations of the first ten commands of each kind that a step prints, cuts a message at 4,096 characters
//! and drops the rest silently (`ExecutionContext.cs` of actions/runner). So where there are more, nine are annotated, the gravest
//! first and of equally grave ones one of each rule before a second of any, the tenth counts the others, and the log lists them.

use super::not_looked_at::clauses;
use super::spill::Spill;
use super::text::{count, is_unprintable, message, one_line, shorten, visible};
use super::{Report, Reporter, RuleReport, headline, prose, write_whole};
use crate::finding::{Diagnostic, Finding, Level, Origin, RuleSeverity, Severity};
use crate::source::{Position, Span};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::io::{self, Write};

/// Annotations of one kind that the runner takes from a step.
const MAX_ANNOTATIONS: usize = 10;
/// Characters of a message, of the 4,096 that the runner takes.
const MAX_MESSAGE: usize = 4_000;
/// Rules that the last annotation names.
const MAX_RULES: usize = 20;

/// Types of resources that the log names.
const MAX_TYPES: usize = 10;

/// Something that may become an annotation.
struct Issue<'a> {
    /// Rule or diagnostic.
    code: &'a str,
    /// That of the rule; none for a diagnostic.
    severity: Option<RuleSeverity>,
    /// The heading of the annotation.
    title: String,
    /// Of the program that makes the resource, where that is at hand: pull requests show it, and not the template.
    file: &'a str,
    place: Option<(Position, Position)>,
    /// On one line.
    message: String,
    /// Severity, citations and remediation, each on its own line.
    notes: String,
}

/// Writes a command for each finding that counts and each diagnostic, as far as GitHub takes them; then the others and the
/// headline, for the log.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    write_whole(&mut Github::new(out), report, None)
}

/// The levels, in the order of their commands.
const LEVELS: [Level; 3] = [Level::Error, Level::Warning, Level::Note];

/// Writes commands for the issues of files. They wait for the end, because the gravest of all are annotated.
pub struct Github<W> {
    out: W,
    /// By level.
    issues: [Issues; LEVELS.len()],
    /// The lines of the log, by level.
    lines: Spill,
}

/// The issues of a level so far.
#[derive(Default)]
struct Issues {
    number: usize,
    by_code: BTreeMap<String, usize>,
    /// Those with the least ranks, sorted: at most as many as are annotated.
    annotated: Vec<Annotation>,
}

struct Annotation {
    rank: Rank,
    /// Its number among the issues.
    number: usize,
    code: String,
    command: Vec<u8>,
}

/// What could not be done, then the gravest; of these the first of each rule, then the second of each, and so on; within that, the
/// order of the report.
type Rank = (bool, Reverse<Option<RuleSeverity>>, usize, usize);

impl Issues {
    /// Adds an issue. Returns its number.
    fn add(&mut self, level: Level, issue: &Issue<'_>) -> io::Result<usize> {
        let number = self.number;
        self.number += 1;
        let time = self.by_code.entry(issue.code.to_owned()).or_default();
        let rank = (issue.severity.is_some(), Reverse(issue.severity), *time, number);
        *time += 1;
        let place = self.annotated.partition_point(|annotation| annotation.rank < rank);
        if place < MAX_ANNOTATIONS {
            let mut command = Vec::new();
            write_command(&mut command, level, issue)?;
            self.annotated.insert(place, Annotation { rank, number, code: issue.code.to_owned(), command });
            self.annotated.truncate(MAX_ANNOTATIONS);
        }
        Ok(number)
    }
}

impl<W: io::Write> Github<W> {
    /// Starts without issues.
    pub fn new(out: W) -> Self {
        Self { out, issues: Default::default(), lines: Spill::default() }
    }
}

impl<W: io::Write> Reporter for Github<W> {
    fn file(&mut self, part: &Report<'_>) -> io::Result<()> {
        for (stream, (level, known)) in LEVELS.into_iter().zip(&mut self.issues).enumerate() {
            let diagnostics = part.diagnostics.iter().filter(|diagnostic| level_of(diagnostic.severity) == level);
            let diagnostics = diagnostics.map(|diagnostic| of_diagnostic(diagnostic, part));
            let findings = part.violations().filter(|finding| finding.level == level);
            let issues = diagnostics.chain(findings.map(|finding| of_finding(finding, part)));
            let issues = issues.map(|issue| Ok((known.add(level, &issue)?, issue)));
            let mut issues: Vec<(usize, Issue)> = issues.collect::<io::Result<_>>()?;
            issues.sort_by_key(|(_, issue)| (issue.file, issue.place.map(|(start, _)| start)));
            for (number, issue) in issues {
                let start = issue.place.map(|(start, _)| format!(":{}:{}", start.line, start.column));
                let place = format!("{}{}", issue.file, start.unwrap_or_default());
                let line = format!("{place}: {}[{}] {}", level.name(), issue.code, issue.message);
                let mut record = number.to_le_bytes().to_vec();
                write!(record, "{}", Log(&line))?;
                self.lines.add_record(stream, &record);
            }
        }
        Ok(())
    }

    fn end(&mut self, rest: &Report<'_>, _: Option<u8>) -> io::Result<()> {
        self.file(rest)?;
        let out = &mut self.out;
        for (stream, (level, issues)) in LEVELS.into_iter().zip(&mut self.issues).enumerate() {
            write_level(out, level, issues, stream, &self.lines)?;
        }
        writeln!(out, "{}", Log(&headline::line(rest.summary)))?;
        headline::since(rest.summary)
            .iter()
            .try_for_each(|since| writeln!(out, "{}", Log(&format!("Since {since}"))))?;
        let gaps = clauses(rest.summary, MAX_TYPES);
        if !gaps.is_empty() {
            writeln!(out, "{}", Log(&format!("Not checked: {}.", gaps.join("; "))))?;
        }
        rest.summary.notice.iter().try_for_each(|notice| writeln!(out, "{}", Log(notice)))?;
        out.flush()
    }
}

fn write_level(
    out: &mut impl io::Write,
    level: Level,
    issues: &mut Issues,
    stream: usize,
    lines: &Spill,
) -> io::Result<()> {
    if issues.number <= MAX_ANNOTATIONS {
        issues
            .annotated
            .sort_by_key(|Annotation { rank: (is_rule, severity, ..), number, .. }| (*is_rule, *severity, *number));
        return issues.annotated.iter().try_for_each(|annotation| out.write_all(&annotation.command));
    }
    let annotated = issues.annotated.get(..MAX_ANNOTATIONS - 1).unwrap_or_default();
    for Annotation { code, command, .. } in annotated {
        out.write_all(command)?;
        if let Some(others) = issues.by_code.get_mut(code) {
            *others = others.saturating_sub(1);
        }
    }
    let more = count(issues.number - annotated.len(), &format!("more {}", level.name()));
    let others = issues.by_code.iter().map(|(code, number)| (code.as_str(), *number)).filter(|(_, number)| *number > 0);
    let mut codes: Vec<(&str, usize)> = others.collect();
    codes.sort_by_key(|(code, number)| (Reverse(*number), *code));
    let mut listed: Vec<String> =
        codes.iter().take(MAX_RULES).map(|(code, number)| format!("{code} ({number})")).collect();
    if codes.len() > MAX_RULES {
        listed.push(count(codes.len() - MAX_RULES, "more rule"));
    }
    let message = format!(
        "GitHub shows at most ten annotations of each level. The log of this step lists the others: {}.",
        listed.join(", ")
    );
    let title = format!("hipaalint: {more}");
    writeln!(out, "::{} title={}::{}", command(level), Property(&title), Data(&message))?;
    writeln!(out, "::group::{}", Data(&format!("{more} without an annotation")))?;
    lines.records(stream, |record| {
        if let Some((number, line)) = record.split_first_chunk()
            && !annotated.iter().any(|annotation| annotation.number == usize::from_le_bytes(*number))
        {
            out.write_all(line)?;
            out.write_all(b"\n")?;
        }
        Ok(true)
    })?;
    writeln!(out, "::endgroup::")
}

fn write_command(out: &mut impl io::Write, level: Level, issue: &Issue) -> io::Result<()> {
    write!(out, "::{} ", command(level))?;
    if !issue.file.is_empty() {
        write!(out, "file={},", Property(issue.file.strip_prefix("./").unwrap_or(issue.file)))?;
    }
    if let Some((start, end)) = issue.place {
        write!(out, "line={},endLine={},", start.line, end.line)?;
        // Of more than one line the runner takes no columns; the last column is part of what is marked.
        if start.line == end.line {
            let last = end.column.saturating_sub(1).max(start.column);
            write!(out, "col={},endColumn={last},", start.column)?;
        }
    }
    let text = format!("{}{}", issue.message, issue.notes);
    writeln!(out, "title={}::{}", Property(&issue.title), Data(&shorten(&text, MAX_MESSAGE, true)))
}

/// The command's name for a level.
fn command(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    }
}

fn level_of(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Note => Level::Note,
    }
}

fn of_finding<'a>(finding: &'a Finding, report: &Report<'a>) -> Issue<'a> {
    let rule = report.rule(&finding.rule);
    Issue {
        code: &finding.rule,
        severity: Some(finding.severity),
        title: rule.map_or_else(|| finding.rule.to_string(), |rule| format!("{}: {}", finding.rule, rule.meta.title)),
        file: finding.origin_here().map_or_else(|| report.source_name(finding.span.source), |origin| &origin.file),
        place: match finding.origin_here() {
            Some(origin) => Some((position(origin), position(origin))),
            None => place(finding.span, report),
        },
        message: message(finding),
        notes: format!(
            "{}\nSeverity: {}{}",
            construct(finding, report),
            finding.severity.name(),
            rule.map(notes).unwrap_or_default()
        ),
    }
}

fn position(origin: &Origin) -> Position {
    Position { line: origin.line, column: origin.column }
}

/// The construct of the CDK, and where the template is, if the annotation stands in the program.
fn construct(finding: &Finding, report: &Report) -> String {
    let Some(made_by) = finding.subject.made_by() else { return String::new() };
    let template = finding.origin_here().and_then(|_| {
        let (start, _) = place(finding.span, report)?;
        Some(format!("\nTemplate: {}:{}", report.source_name(finding.span.source), start.line))
    });
    format!("\nCDK: {}{}", one_line(&made_by, true), template.unwrap_or_default())
}

/// The citations of a rule, and how to fix what it finds.
fn notes(rule: &RuleReport) -> String {
    let mut notes = String::new();
    if !rule.meta.controls.is_empty() {
        notes.push_str(&format!("\nHIPAA: 45 CFR {}", rule.meta.controls.join(", ")));
    }
    let fix = prose::lead(&rule.prose.remediation);
    if !fix.is_empty() {
        notes.push_str(&format!("\nFix: {fix}"));
    }
    notes
}

fn of_diagnostic<'a>(diagnostic: &'a Diagnostic, report: &Report<'a>) -> Issue<'a> {
    Issue {
        code: diagnostic.code.name(),
        severity: None,
        title: diagnostic.code.name().to_owned(),
        file: &diagnostic.file,
        place: diagnostic.span.and_then(|span| place(span, report)),
        message: one_line(&diagnostic.full_message(), true).into_owned(),
        notes: String::new(),
    }
}

fn place(span: Span, report: &Report) -> Option<(Position, Position)> {
    let source = report.source(span.source)?;
    Some((source.position(span.start), source.position(span.end)))
}

/// What comes after the second `::`, escaped as the runner undoes it.
struct Data<'t>(&'t str);

impl fmt::Display for Data<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match percent_escape(c) {
            Some(escape) => f.write_str(escape),
            None => f.write_char(shown(c)),
        })
    }
}

/// The value of a property, which a comma or colon would end.
struct Property<'t>(&'t str);

impl fmt::Display for Property<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match (c, percent_escape(c)) {
            (':', _) => f.write_str("%3A"),
            (',', _) => f.write_str("%2C"),
            (_, Some(escape)) => f.write_str(escape),
            (c, None) => f.write_char(shown(c)),
        })
    }
}

fn percent_escape(c: char) -> Option<&'static str> {
    match c {
        '%' => Some("%25"),
        '\r' => Some("%0D"),
        '\n' => Some("%0A"),
        _ => None,
    }
}

/// A character as the log shows it. A command has its text there as well, and a file may have any name.
fn shown(c: char) -> char {
    if c != '\t' && is_unprintable(c) { visible(c, true) } else { c }
}

/// A line that is not a command, whatever its text: a command begins with `::`, or has `##[` anywhere.
struct Log<'t>(&'t str);

impl fmt::Display for Log<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = one_line(self.0, true).replace("##[", "##\u{200b}[");
        let stop = if line.trim_start().starts_with("::") { "\u{200b}" } else { "" };
        write!(f, "{stop}{line}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_where_they_should() {
        assert_eq!(Data("a: 100%,\r\nb").to_string(), "a: 100%25,%0D%0Ab");
        assert_eq!(Property("a: 100%,\r\nb").to_string(), "a%3A 100%25%2C%0D%0Ab");
        assert_eq!(Property("a\u{1b}[31m\u{202e}é").to_string(), "a␛[31m\u{fffd}é");
        assert_eq!(Data("a\u{1b}[31m\tb").to_string(), "a␛[31m\tb");
    }

    #[test]
    fn log_lines_are_no_commands() {
        assert_eq!(Log(" ::add-mask::x").to_string(), "\u{200b} ::add-mask::x");
        assert_eq!(Log("a ##[add-mask]x\n::b").to_string(), "a ##\u{200b}[add-mask]x ::b");
    }
}
