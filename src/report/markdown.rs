//! GitHub Flavored Markdown, for a comment on a pull request: the findings in one table, the rest folded away.
//!
//! A comment takes 65,536 characters. Findings that have no room are counted, and the page refers to the full report.

use super::configured::pinned;
use super::escape::{Markdown, MarkdownCode};
use super::headline::{Headline, checks, fixable, headline, not_counted, selection, since, undone};
use super::ledger::{Breakdown, Ledger, Results, Standing};
use super::not_looked_at::{clauses, left_out};
use super::patch::{Hunk, hunks};
use super::text::{count, message, one_line, shorten};
use super::{Report, Reporter, Revision, RuleReport, Summary, prose, rule_address, title, write_whole};
use crate::finding::{Applicability, Diagnostic, Finding, Fix, Level, Outcome, RuleSeverity, Severity};
use crate::rules::meta::Control;
use crate::source::{Source, Span};
use std::cmp::Reverse;
use std::collections::BTreeMap;
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

    /// Adds blocks as long as there is room for them and for `after`. Gives how many were added.
    fn add_all(&mut self, blocks: &[String], after: usize) -> usize {
        blocks.iter().take_while(|block| self.add(block, after)).count()
    }
}

/// Writes the comment.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    write_whole(&mut Comment::new(out), report, None)
}

/// Writes the comment at the end. It keeps no more rows than a comment has room for.
pub struct Comment<W> {
    out: W,
    results: Results,
    unreadable: Rows,
    /// By severity and level, the gravest first.
    findings: BTreeMap<Reverse<(RuleSeverity, Level)>, Rows>,
    undecided: Rows,
    changes: Rows,
}

/// Rows as far as a comment has room for them, and the number of all.
#[derive(Clone, Default)]
struct Rows {
    kept: Vec<String>,
    bytes: usize,
    number: usize,
}

impl Rows {
    const fn new() -> Self {
        Self { kept: Vec::new(), bytes: 0, number: 0 }
    }

    fn add(&mut self, row: impl FnOnce() -> String) {
        self.number += 1;
        // The first that is not kept has no room either.
        if self.bytes <= MAX_BYTES {
            let row = row();
            self.bytes += row.len();
            self.kept.push(row);
        }
    }
}

impl<W: io::Write> Comment<W> {
    /// Starts without findings.
    pub fn new(out: W) -> Self {
        let [unreadable, undecided, changes] = [const { Rows::new() }; 3];
        Self { out, results: Results::default(), unreadable, findings: BTreeMap::new(), undecided, changes }
    }
}

impl<W: io::Write> Reporter for Comment<W> {
    fn file(&mut self, part: &Report<'_>) -> io::Result<()> {
        self.results.add(part);
        for diagnostic in part.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error) {
            self.unreadable.add(|| unreadable_row(diagnostic, part));
        }
        for finding in part.violations() {
            let rows = self.findings.entry(Reverse((finding.severity, finding.level))).or_default();
            rows.add(|| row(finding, part));
            if let Some(change) = finding.fix.as_deref().and_then(|fix| Change::of(fix, part)) {
                self.changes.add(|| change.block(finding));
            }
        }
        for finding in part.findings.iter().filter(|finding| finding.outcome == Outcome::Undecided) {
            self.undecided.add(|| undecided_row(finding, part));
        }
        Ok(())
    }

    fn end(&mut self, rest: &Report<'_>, _: Option<u8>) -> io::Result<()> {
        self.file(rest)?;
        let mut page = Page { text: head(rest), limit: MAX_BYTES };
        let foot = foot(rest);
        unreadable(&mut page, &self.unreadable, foot.len() + RESERVED);
        let mut found = Rows::default();
        for rows in self.findings.values() {
            found.number += rows.number;
            found.kept.extend(rows.kept.iter().cloned());
        }
        findings(&mut page, &found, foot.len() + RESERVED);
        changes(&mut page, &self.changes, foot.len() + RESERVED * 3 / 4);
        rules(&mut page, rest, &self.results, foot.len() + RESERVED / 2);
        citations(&mut page, rest, &self.results, foot.len() + RESERVED / 8);
        undecided(&mut page, &self.undecided, foot.len());
        configured(&mut page, rest.summary, foot.len());
        page.text.push_str(&foot);
        self.out.write_all(page.text.as_bytes())?;
        self.out.flush()
    }
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
    let mut text = format!("<!-- hipaalint -->\n## {}\n\n", Markdown(&title(report)));
    for undone in undone(summary) {
        text.push_str(&format!("❌ **{}**\n\n", Markdown(&undone)));
    }
    text.push_str(&format!("{mark} **{}**\n", Markdown(&headline.text())));
    if let Some(since) = since(summary) {
        text.push_str(&format!("\nSince {}\n", Markdown(&since)));
    }
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

fn unreadable(page: &mut Page, errors: &Rows, after: usize) {
    if errors.number == 0 {
        return;
    }
    page.add("\n| | Could not be done |\n| --- | --- |\n", after);
    let added = page.add_all(&errors.kept, after);
    and_more(page, errors.number - added, "could not be done");
}

fn unreadable_row(diagnostic: &Diagnostic, report: &Report) -> String {
    let file = match diagnostic.span {
        Some(span) => place(span, report),
        None if diagnostic.file.is_empty() => "hipaalint".to_owned(),
        None => file_name(&diagnostic.file),
    };
    let text = one_line(&diagnostic.full_message(), true).into_owned();
    let text = shorten(&text, MAX_MESSAGE, true).into_owned();
    format!("| ❌ {} | {} |\n", MarkdownCode(&file), Markdown(&text))
}

fn findings(page: &mut Page, found: &Rows, after: usize) {
    if found.number == 0 {
        return;
    }
    page.add(&format!("\n{HEAD}"), after);
    if found.number <= MAX_ROWS {
        let added = page.add_all(&found.kept, after);
        return and_more(page, found.number - added, NO_ROOM);
    }
    let (first, others) = found.kept.split_at(MAX_ROWS.min(found.kept.len()));
    let added = page.add_all(first, after);
    and_more(page, first.len() - added, NO_ROOM);
    let number = found.number - first.len();
    fold(page, &count(number, "more finding"), HEAD, others, number, after);
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

/// The change of a template that mends a finding.
struct Change<'a> {
    fix: &'a Fix,
    source: &'a Source,
}

impl<'a> Change<'a> {
    fn of(fix: &'a Fix, report: &Report<'a>) -> Option<Self> {
        Some(Self { fix, source: report.source(fix.edits.first()?.span.source)? })
    }

    /// The place, what the fix does, and the lines that go and come.
    fn block(&self, finding: &Finding) -> String {
        let Self { fix, source } = self;
        let mut lines = Vec::new();
        for Hunk { line, old, new } in hunks(&fix.edits, source) {
            lines.push(format!("@@ line {line} @@"));
            lines.extend(old.iter().map(|line| format!("-{line}")));
            lines.extend(new.iter().map(|line| format!("+{line}")));
        }
        let more = lines.len().saturating_sub(MAX_LINES);
        lines.truncate(MAX_LINES);
        lines.extend((more > 0).then(|| format!("@@ {} @@", count(more, "more line"))));
        // Nothing in a line closes the block.
        let longest = lines.iter().flat_map(|line| line.split(|c| c != '`')).map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let lines: String =
            lines.iter().map(|line| shorten(&one_line(line, true), MAX_MESSAGE, true).into_owned() + "\n").collect();
        let place = format!("{}:{}", file_name(&source.name), source.position(finding.span.start).line);
        let unsafe_too = if fix.applicability == Applicability::Unsafe { " (unsafe)" } else { "" };
        let description = format!("{}{unsafe_too}. {}", fix.title.trim_end_matches('.'), fix.note);
        format!(
            "\n{} {}<br>{}\n\n{fence}diff\n{lines}{fence}\n",
            MarkdownCode(&place),
            rule_link(&finding.rule),
            Markdown(&shorten(&one_line(description.trim_end(), true), MAX_MESSAGE, true)),
        )
    }
}

/// Lines of one change.
const MAX_LINES: usize = 40;

/// The changes that mend findings.
fn changes(page: &mut Page, found: &Rows, after: usize) {
    if found.number > 0 {
        let title = format!("Suggested changes ({})", count(found.number, "finding"));
        fold(page, &title, "", &found.kept, found.number, after);
    }
}

/// The number of things that were left out, as a paragraph.
fn and_more(page: &mut Page, more: usize, what: &str) {
    if more > 0 {
        // Within what was reserved.
        page.text.push_str(&format!("\n**And {} more** {what}: see the full report.\n", super::text::grouped(more)));
    }
}

/// The rules that fired: their citations, and how to fix what they find.
fn rules(page: &mut Page, rest: &Report, results: &Results, after: usize) {
    let fired = rest.rules.iter().filter(|rule| results.has_fired(&rule.meta.id));
    let fired: Vec<&RuleReport> = fired.collect();
    if fired.is_empty() {
        return;
    }
    let blocks = fired.iter().map(|rule| {
        let cited: Vec<String> = rule.meta.controls.iter().map(|id| rest.citation(id)).collect();
        let cited =
            if cited.is_empty() { String::new() } else { format!("<br>45 CFR {}", Markdown(&cited.join("; "))) };
        let fix = prose::lead(&rule.prose.remediation);
        let fix = if fix.is_empty() { String::new() } else { format!("<br>{}", Markdown(&fix)) };
        format!("- {}: {}{cited}{fix}\n", rule_link(&rule.meta.id), Markdown(&rule.meta.title))
    });
    let cites = fired.iter().any(|rule| !rule.meta.controls.is_empty());
    let what = if cites { "How to fix, with citations" } else { "How to fix" };
    let blocks: Vec<String> = blocks.collect();
    fold(page, &format!("{what} ({})", count(fired.len(), "rule")), "", &blocks, blocks.len(), after);
}

/// How the checks of each citation ended; those without a check are counted.
fn citations(page: &mut Page, rest: &Report, results: &Results, after: usize) {
    let ledger = Ledger::new(rest, results);
    let checked: Vec<(&Control, Breakdown)> = rest
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
    let unchecked = rest.controls.len() - checked.len();
    let unchecked = if unchecked > 0 { format!(", {unchecked} not checked") } else { String::new() };
    let title = format!("Checks by citation ({}{unchecked})", count(checked.len(), "citation"));
    let rows: Vec<String> = rows.collect();
    fold(page, &title, "| 45 CFR | Checks |\n| --- | --- |\n", &rows, rows.len(), after);
}

/// A mark for the checks of a citation. Only errors are red, and only checks that passed are green.
fn mark_of(standing: Standing) -> &'static str {
    match standing {
        Standing::Failed(level) => mark(level),
        Standing::InBaseline | Standing::Suppressed => "⚪",
        Standing::Undecided => "❔",
        Standing::Passed => "✅",
        Standing::TurnedOff | Standing::Supporting | Standing::Idle | Standing::NoRule => "➖",
    }
}

/// The undecided checks, if the report shows them.
fn undecided(page: &mut Page, found: &Rows, after: usize) {
    if found.number > 0 {
        let title = format!("Undecided ({})", count(found.number, "check"));
        fold(page, &title, "", &found.kept, found.number, after);
    }
}

fn undecided_row(finding: &Finding, report: &Report) -> String {
    let text = shorten(&message(finding), MAX_MESSAGE, true).into_owned();
    let place = place(finding.span, report);
    format!("- {} {}: {}\n", MarkdownCode(&place), rule_link(&finding.rule), Markdown(&text))
}

/// What configurations and options change: rules that are turned off, levels and parameters of rules, parameters of templates.
fn configured(page: &mut Page, summary: &Summary, after: usize) {
    let mut blocks = Vec::new();
    for governed in &summary.governed {
        let place = MarkdownCode(&file_name(governed.name())).to_string();
        blocks.extend(governed.off.iter().map(|off| format!("- {place}: {} turned off\n", rule_link(&off.rule))));
        blocks.extend(governed.changed.iter().map(|rule| format!("- {place}: {}\n", Markdown(&rule.text()))));
    }
    blocks.extend(pinned(summary, usize::MAX).map(|pins| format!("- Pinned parameters: {}\n", Markdown(&pins))));
    if !blocks.is_empty() {
        fold(page, "Turned off, changed or pinned", "", &blocks, blocks.len(), after);
    }
}

/// A folded list or table of so many blocks.
fn fold(page: &mut Page, title: &str, head: &str, blocks: &[String], number: usize, after: usize) {
    const END: &str = "\n</details>\n";
    const MORE: usize = 100;
    if page.add(&format!("\n<details>\n<summary>{title}</summary>\n\n{head}"), after + END.len() + MORE) {
        let added = page.add_all(blocks, after + END.len() + MORE);
        and_more(page, number - added, NO_ROOM);
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
    facts.extend(left_out(summary).map(|text| format!("Skipped: {text}.")));
    // Somebody may copy the options.
    facts.extend(fixable(summary).map(|text| format!("Fixable: {}.", text.replace('\u{a0}', " "))));
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
