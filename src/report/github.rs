//! Workflow commands of GitHub Actions: findings as annotations on the lines of a pull request, where nothing can be uploaded
//! to code scanning.
//!
//! The runner makes annotations of the first ten commands of each kind that a step prints, cuts a message at 4,096 characters
//! and drops the rest silently (`ExecutionContext.cs` of actions/runner). So where there are more, nine are annotated, the gravest
//! first and of equally grave ones one of each rule before a second of any, the tenth counts the others, and the log lists them.

use super::not_looked_at::clauses;
use super::text::{count, message, one_line, shorten};
use super::{Report, RuleReport, headline, prose};
use crate::finding::{Diagnostic, Finding, Level, Origin, RuleSeverity, Severity};
use crate::source::{Position, Span};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io;

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
    for level in [Level::Error, Level::Warning, Level::Note] {
        let diagnostics = report.diagnostics.iter().filter(|diagnostic| level_of(diagnostic.severity) == level);
        let findings = report.violations().filter(|finding| finding.level == level);
        let issues = diagnostics.map(|diagnostic| of_diagnostic(diagnostic, report));
        write_level(out, level, issues.chain(findings.map(|finding| of_finding(finding, report))).collect())?;
    }
    writeln!(out, "{}", Log(&headline::line(report.summary)))?;
    let gaps = clauses(report.summary, MAX_TYPES);
    if !gaps.is_empty() {
        writeln!(out, "{}", Log(&format!("Not checked: {}.", gaps.join("; "))))?;
    }
    report.summary.notice.iter().try_for_each(|notice| writeln!(out, "{}", Log(notice)))
}

fn write_level(out: &mut impl io::Write, level: Level, issues: Vec<Issue>) -> io::Result<()> {
    if issues.len() <= MAX_ANNOTATIONS {
        return issues.iter().try_for_each(|issue| write_command(out, level, issue));
    }
    // What could not be done, then the gravest; of these the first of each rule, then the second of each, and so on; within that,
    // the order of the report.
    let mut times: HashMap<&str, usize> = HashMap::new();
    let mut ranked: Vec<(usize, &Issue)> = Vec::with_capacity(issues.len());
    for issue in &issues {
        let time = times.entry(issue.code).or_default();
        ranked.push((*time, issue));
        *time += 1;
    }
    ranked.sort_by_key(|(time, issue)| (issue.severity.is_some(), std::cmp::Reverse(issue.severity), *time));
    let (annotated, others) = ranked.split_at(MAX_ANNOTATIONS - 1);
    for (_, issue) in annotated {
        write_command(out, level, issue)?;
    }
    let more = count(others.len(), &format!("more {}", level.name()));
    let mut by_code: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, issue) in others {
        *by_code.entry(issue.code).or_default() += 1;
    }
    let mut codes: Vec<(&str, usize)> = by_code.into_iter().collect();
    codes.sort_by_key(|(code, number)| (std::cmp::Reverse(*number), *code));
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
    let mut others: Vec<&Issue> = others.iter().map(|(_, issue)| *issue).collect();
    others.sort_by_key(|issue| (issue.file, issue.place.map(|(start, _)| start)));
    for issue in others {
        let start = issue.place.map(|(start, _)| format!(":{}:{}", start.line, start.column)).unwrap_or_default();
        let line = format!("{}{start}: {}[{}] {}", issue.file, level.name(), issue.code, issue.message);
        writeln!(out, "{}", Log(&line))?;
    }
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
            None => write!(f, "{c}"),
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
            (c, None) => write!(f, "{c}"),
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
    }

    #[test]
    fn log_lines_are_no_commands() {
        assert_eq!(Log(" ::add-mask::x").to_string(), "\u{200b} ::add-mask::x");
        assert_eq!(Log("a ##[add-mask]x\n::b").to_string(), "a ##\u{200b}[add-mask]x ::b");
    }
}
