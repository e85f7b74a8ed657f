//! GitHub Flavored Markdown, for a comment on a pull request: the findings in one table, the rest folded away.
//!
//! A comment takes 65,536 characters. Findings that have no room are counted, and the page refers to the full report.

use super::escape::{Markdown, MarkdownCode};
use super::headline::{Headline, checks, headline, not_counted, selection};
use super::ledger::{Breakdown, Ledger, Standing};
use super::not_looked_at::clauses;
use super::text::{count, message, one_line, shorten};
use super::{Report, Revision, RuleReport, prose, rule_address, title};
use crate::finding::{Diagnostic, Finding, Level, Outcome, Severity};
use crate::rules::meta::Control;
use crate::source::Span;
use std::collections::HashSet;
use std::io;

/// The limit of a comment in characters; here in bytes, of which there are never fewer.
const MAX_BYTES: usize = 65_536;
/// The room that the table of findings leaves to the parts after it.
const RESERVED: usize = 16_384;
/// Findings that are shown at once; the others are folded away.
const MAX_ROWS: usize = 20;
/// Columns of a message in a table.
const MAX_MESSAGE: usize = 300;
/// Columns of a file's name, of which the end matters.
const MAX_NAME: usize = 120;
/// Types of resources that are named.
const MAX_TYPES: usize = 5;
/// Columns of a revision that was given.
const MAX_REVISION: usize = 80;

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
    citations(&mut page, report, foot.len() + RESERVED / 8);
    undecided(&mut page, report, foot.len());
    page.text.push_str(&foot);
    out.write_all(page.text.as_bytes())
}

fn head(report: &Report) -> String {
    let summary = report.summary;
    let headline = headline(summary);
    let mark = match &headline {
        Headline::Found { levels, .. } => levels.first().map_or("", |(level, _)| mark(*level)),
        Headline::Good(_) => "✅",
        Headline::Neutral(_) => "➖",
    };
    // The comment marks the page, so that a workflow that posts it again finds the one to replace.
    let mut text =
        format!("<!-- hipaalint -->\n## {}\n\n{mark} **{}**\n", Markdown(&title(report)), Markdown(&headline.text()));
    if let Some(profile) = &report.provenance.profile {
        let profile = format!("Profile {}: {}", Markdown(&summary.selection), Markdown(profile.trim()));
        // A profile that is a proposal and not law must not be overlooked.
        text.push_str(&if summary.notice.is_some() {
            format!("\n> **{profile}**\n")
        } else {
            format!("\n{profile}\n")
        });
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
    found.sort_by_key(|finding| std::cmp::Reverse((finding.severity, finding.level)));
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
const HEAD: &str = "| Level, severity | Place | Finding |\n| --- | --- | --- |\n";
const NO_ROOM: &str = "that this comment has no room for";

fn row(finding: &Finding, report: &Report) -> String {
    let text = shorten(&message(finding), MAX_MESSAGE, true).into_owned();
    let made_by = finding.subject.made_by().map(|made_by| one_line(&made_by, true).into_owned());
    let made_by = made_by.map(|made_by| format!("<br>{}", MarkdownCode(&made_by))).unwrap_or_default();
    format!(
        "| {}\u{a0}{}<br>{} | {}{made_by} | {}<br>{} |\n",
        mark(finding.level),
        finding.level.name(),
        finding.severity.name(),
        MarkdownCode(&place(finding.span, report)),
        rule_link(&finding.rule),
        Markdown(&text)
    )
}

/// The number of things that were left out, as a paragraph.
fn and_more(page: &mut Page, more: usize, what: &str) {
    if more > 0 {
        // Within what was reserved.
        page.text.push_str(&format!("\n**And {} more** {what}: see the full report.\n", super::text::grouped(more)));
    }
}

/// The rules that fired: their citations, and how to fix what they find.
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
    let cites = fired.iter().any(|rule| !rule.meta.controls.is_empty());
    let what = if cites { "How to fix, with citations" } else { "How to fix" };
    fold(page, &format!("{what} ({})", count(fired.len(), "rule")), "", blocks, after);
}

/// How the checks of each citation ended; those without a check are counted.
fn citations(page: &mut Page, report: &Report, after: usize) {
    let ledger = Ledger::new(report);
    let checked: Vec<(&Control, Breakdown)> = report
        .controls
        .iter()
        .filter_map(|control| Some((control, ledger.breakdown(control).filter(|breakdown| breakdown.total() > 0)?)))
        .collect();
    if checked.is_empty() {
        return;
    }
    let rows = checked.iter().map(|(control, breakdown)| {
        let rest = breakdown.rest();
        let rest = if rest.is_empty() { String::new() } else { format!("; {}", rest.join(", ")) };
        format!(
            "| {} {} | {}\u{a0}{}{rest} |\n",
            Markdown(&control.id),
            Markdown(&control.title),
            mark_of(breakdown.standing()),
            breakdown.lead()
        )
    });
    let unchecked = report.controls.len() - checked.len();
    let unchecked = if unchecked > 0 { format!(", {unchecked} not checked") } else { String::new() };
    let title = format!("Checks by citation ({}{unchecked})", count(checked.len(), "citation"));
    fold(page, &title, "| 45 CFR | Checks |\n| --- | --- |\n", rows, after);
}

/// A mark for the checks of a citation. Only errors are red, and only checks that passed are green.
fn mark_of(standing: Standing) -> &'static str {
    match standing {
        Standing::Failed(level) => mark(level),
        Standing::InBaseline | Standing::Suppressed => "⚪",
        Standing::Undecided => "❔",
        Standing::Passed => "✅",
        Standing::Supporting | Standing::Idle | Standing::NoRule => "➖",
    }
}

/// The undecided checks, if the report shows them.
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
    let gaps = clauses(summary, MAX_TYPES);
    if !gaps.is_empty() {
        facts.push(format!("Not checked: {}.", gaps.join("; ")));
    }
    facts.extend(not_counted(summary).map(|findings| format!("Not counted: {findings}.")));
    let facts = shorten(&one_line(&facts.join(" "), true), 2_000, true).into_owned();
    let revision = match &report.provenance.revision {
        Revision::CheckedOut(hash) => format!("commit {}", MarkdownCode(hash)),
        Revision::Given(text) => {
            format!("revision {}", Markdown(&shorten(&one_line(text, true), MAX_REVISION, true)))
        }
        Revision::Unknown => "commit unknown".to_owned(),
    };
    let date = report.provenance.date.map(|date| format!("{date}, ")).unwrap_or_default();
    format!("\n{}\n\nhipaalint {}, {date}{revision}\n", Markdown(&facts), env!("CARGO_PKG_VERSION"))
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
