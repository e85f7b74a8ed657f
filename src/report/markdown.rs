//! GitHub Flavored Markdown, for a comment on a pull request: what was found in one table, the rest folded away.
//!
//! A comment takes 65,536 characters. What has no room is counted, and the page says where to find it.

use super::escape::{Markdown, MarkdownCode};
use super::text::{count, message, one_line, shorten};
use super::verdict::{self, Verdict, checks, selection};
use super::{Report, RuleReport, prose, rule_address};
use crate::finding::{Diagnostic, Finding, Level, Outcome, Severity};
use crate::source::Span;
use std::collections::HashSet;
use std::io;

/// What a comment takes, in characters; here in bytes, of which there are never fewer.
const MAX_BYTES: usize = 65_536;
/// What the table of findings leaves to what comes after it.
const RESERVED: usize = 16_384;
/// Findings that are shown at once; the others are folded away.
const MAX_ROWS: usize = 20;
/// Columns of a message in a table.
const MAX_MESSAGE: usize = 300;
/// Columns of a file's name, of which the end matters.
const MAX_NAME: usize = 120;

/// A page that does not grow past a number of bytes.
struct Page {
    text: String,
    limit: usize,
}

impl Page {
    /// Adds a text if there is room for it and for `after`; says whether there was.
    fn add(&mut self, text: &str, after: usize) -> bool {
        let fits = self.text.len() + text.len() + after <= self.limit;
        if fits {
            self.text.push_str(text);
        }
        fits
    }

    /// Adds blocks as long as there is room for them and for `after`. Gives how many were left out.
    fn add_all(&mut self, blocks: impl ExactSizeIterator<Item = String>, after: usize) -> usize {
        let all = blocks.len();
        for (added, block) in blocks.enumerate() {
            if !self.add(&block, after) {
                return all - added;
            }
        }
        0
    }
}

/// Writes the comment.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    let mut page = Page { text: head(report), limit: MAX_BYTES };
    let foot = foot(report);
    unreadable(&mut page, report, foot.len() + RESERVED);
    findings(&mut page, report, foot.len() + RESERVED);
    rules(&mut page, report, foot.len() + RESERVED / 2);
    undecided(&mut page, report, foot.len());
    page.text.push_str(&foot);
    out.write_all(page.text.as_bytes())
}

fn head(report: &Report) -> String {
    let summary = report.summary;
    let mark = match verdict::verdict(summary) {
        Verdict::Found { levels, .. } => levels.first().map_or("", |(level, _)| mark(*level)),
        Verdict::Good(_) => "✅",
        Verdict::Neutral(_) => "➖",
    };
    // The comment marks the page, so that whoever posts it again finds the one to replace.
    let mut text =
        format!("<!-- hipaalint -->\n## HIPAA Security Rule\n\n{mark} **{}**\n", verdict::verdict(summary).text());
    if let Some(profile) = &report.provenance.profile {
        let said = format!("Profile {}: {}", Markdown(&summary.selection), Markdown(profile.trim()));
        // What is no law must not be overlooked.
        text.push_str(&if summary.notice.is_some() { format!("\n> **{said}**\n") } else { format!("\n{said}\n") });
    }
    text
}

/// A mark for people who look before they read.
fn mark(level: Level) -> &'static str {
    match level {
        Level::Error => "❌",
        Level::Warning => "⚠️",
        Level::Note => "ℹ️",
    }
}

fn unreadable(page: &mut Page, report: &Report, after: usize) {
    let errors: Vec<&Diagnostic> =
        report.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).collect();
    if errors.is_empty() {
        return;
    }
    page.add("\n| | Could not be done |\n| --- | --- |\n", after);
    let rows = errors.iter().map(|diagnostic| {
        let file = match diagnostic.span {
            Some(span) => place(span, report),
            None if diagnostic.file.is_empty() => "hipaalint".to_owned(),
            None => file_name(&diagnostic.file),
        };
        let text = one_line(&diagnostic.full_message(), true).into_owned();
        let text = shorten(&text, MAX_MESSAGE, true).into_owned();
        format!("| ❌ {} | {} |\n", MarkdownCode(&file), Markdown(&text))
    });
    let more = page.add_all(rows, after);
    and_more(page, more, "could not be done");
}

fn findings(page: &mut Page, report: &Report, after: usize) {
    let mut found: Vec<&Finding> = report.violations().collect();
    if found.is_empty() {
        return;
    }
    found.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    let rows = found.iter().map(|finding| row(finding, report));
    page.add(&format!("\n{HEAD}"), after);
    if found.len() <= MAX_ROWS {
        let more = page.add_all(rows, after);
        return and_more(page, more, NO_ROOM);
    }
    let shown = page.add_all(rows.clone().take(MAX_ROWS), after);
    and_more(page, shown, NO_ROOM);
    let title = count(found.len() - MAX_ROWS, "more finding");
    fold(page, &title, HEAD, rows.skip(MAX_ROWS), after);
}

/// The head of the table of findings.
const HEAD: &str = "| Level | Place | Finding |\n| --- | --- | --- |\n";
const NO_ROOM: &str = "that this comment has no room for";

fn row(finding: &Finding, report: &Report) -> String {
    let text = shorten(&message(finding), MAX_MESSAGE, true).into_owned();
    format!(
        "| {}\u{a0}{} | {} | {}<br>{} |\n",
        mark(finding.level),
        finding.level.name(),
        MarkdownCode(&place(finding.span, report)),
        rule_link(&finding.rule),
        Markdown(&text)
    )
}

/// What was left out, as a paragraph of its own.
fn and_more(page: &mut Page, more: usize, what: &str) {
    if more > 0 {
        // Within what was reserved.
        page.text.push_str(&format!("\n**And {} more** {what}: see the full report.\n", super::text::grouped(more)));
    }
}

/// The rules that fired: what they rest on, and how to mend what they find.
fn rules(page: &mut Page, report: &Report, after: usize) {
    let fired: HashSet<&str> = report.violations().map(|finding| &*finding.rule).collect();
    let fired: Vec<&RuleReport> = report.rules.iter().filter(|rule| fired.contains(rule.meta.id.as_str())).collect();
    if fired.is_empty() {
        return;
    }
    let blocks = fired.iter().map(|rule| {
        let cited: Vec<String> = rule.meta.controls.iter().map(|id| report.citation(id)).collect();
        let cited =
            if cited.is_empty() { String::new() } else { format!("<br>45 CFR {}", Markdown(&cited.join("; "))) };
        let fix = prose::lead(&rule.prose.remediation);
        let fix = if fix.is_empty() { String::new() } else { format!("<br>{}", Markdown(&fix)) };
        format!("- {}: {}{cited}{fix}\n", rule_link(&rule.meta.id), Markdown(&rule.meta.title))
    });
    fold(page, &format!("Citations and how to fix ({})", count(fired.len(), "rule")), "", blocks, after);
}

/// The checks that nobody can decide, where they were asked for.
fn undecided(page: &mut Page, report: &Report, after: usize) {
    let found: Vec<&Finding> = report.findings.iter().filter(|finding| finding.outcome == Outcome::Undecided).collect();
    if found.is_empty() {
        return;
    }
    let blocks = found.iter().map(|finding| {
        let text = shorten(&message(finding), MAX_MESSAGE, true).into_owned();
        let place = place(finding.span, report);
        format!("- {} {}: {}\n", MarkdownCode(&place), rule_link(&finding.rule), Markdown(&text))
    });
    fold(page, &format!("Undecided ({})", count(found.len(), "check")), "", blocks, after);
}

/// A folded list or table.
fn fold(page: &mut Page, title: &str, head: &str, blocks: impl ExactSizeIterator<Item = String>, after: usize) {
    const END: &str = "\n</details>\n";
    const MORE: usize = 100;
    if page.add(&format!("\n<details>\n<summary>{title}</summary>\n\n{head}"), after + END.len() + MORE) {
        let more = page.add_all(blocks, after + END.len() + MORE);
        and_more(page, more, NO_ROOM);
        page.text.push_str(END);
    }
}

fn foot(report: &Report) -> String {
    let summary = report.summary;
    let mut facts = vec![format!("{}.", selection(summary))];
    facts.extend(checks(summary).map(|checks| format!("{checks}.")));
    let not_counted = [(summary.suppressed, "waived by exceptions"), (summary.known, "known in the baseline")];
    let not_counted: Vec<String> = not_counted
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, how)| format!("{} {how}", count(*number, "finding")))
        .collect();
    if !not_counted.is_empty() {
        facts.push(format!("{}.", not_counted.join(", ")));
    }
    let facts = shorten(&one_line(&facts.join(" "), true), 2_000, true).into_owned();
    format!("\n{}\n\nhipaalint {}\n", Markdown(&facts), env!("CARGO_PKG_VERSION"))
}

fn rule_link(id: &str) -> String {
    format!("[{}]({})", Markdown(id), rule_address(id))
}

/// `stacks/app.yaml:19`.
fn place(span: Span, report: &Report) -> String {
    match report.source(span.source) {
        Some(source) => format!("{}:{}", file_name(&source.name), source.position(span.start).line),
        None => String::new(),
    }
}

fn file_name(name: &str) -> String {
    super::text::shorten_start(&one_line(name, true), MAX_NAME, true).into_owned()
}
