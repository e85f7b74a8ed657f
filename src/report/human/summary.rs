//! The last lines of a report: the result, the facts of the run, and what to do next.

use super::paint::Ink;
use super::{Report, Style};
use crate::finding::Level;
use crate::report::configured::{changed, pinned};
use crate::report::headline::{
    self, Headline, checks, fixable, found, governed, not_counted, selection, since, undone,
};
use crate::report::not_looked_at::{self, clauses};
use crate::report::statistics::{Fired, Statistics};
use crate::report::text::{count, grouped, one_line, width, wrap};
use crate::report::{Fixes, Governed, Summary};

/// Findings up to this many are counted at a glance; above it the rules that fired are listed.
const FEW_FINDINGS: usize = 8;
/// From this many on, nobody reads them one by one.
const MANY_FINDINGS: usize = 100;
/// Columns for the titles of the rules below which they are left out.
const LEAST_TITLE: usize = 24;
/// Rules that are listed: more than usually fire at once, so that each that fires often is among them.
const MAX_RULES: usize = 40;
/// Types of resources that are named.
const MAX_TYPES: usize = 3;
/// Rules with another level or other parameters that are named.
const MAX_CHANGED: usize = 2;
/// Pinned parameters that are named.
const MAX_PINNED: usize = 5;
/// Columns of a severity.
const SEVERITY_COLUMNS: usize = 8;
/// Columns of the labels of the facts, with the indent before them and the gap after them.
const LABEL_COLUMNS: usize = 15;

/// A space where a line is not to be broken.
const NO_BREAK_SPACE: &str = "\u{a0}";

/// A label, and the text that belongs to it.
type Fact = (&'static str, String);

/// The summary, each line with its line break. With the numbers of all groups of findings, or with those of rules where they
/// are many.
pub(super) fn text(report: &Report, statistics: &Statistics, counts_only: bool, style: &Style) -> String {
    let summary = report.summary;
    let mut lines = vec![style.paint(Ink::Dim, &style.glyph("─", "-").repeat(style.width))];
    lines.extend(headline(summary, style));
    let table = table(report, statistics, counts_only, style);
    if !table.is_empty() {
        lines.push(String::new());
        lines.extend(table);
        lines.push(String::new());
    }
    lines.extend(aligned(facts(report, statistics, counts_only), style));
    lines.join("\n") + "\n"
}

/// Facts with their labels in a column; a label that repeats is not repeated.
fn aligned(facts: impl IntoIterator<Item = Fact>, style: &Style) -> Vec<String> {
    let mut lines = Vec::new();
    let mut label_before = "";
    for (label, text) in facts {
        let clean = one_line(&text, style.unicode).into_owned();
        for line in wrap(&clean, style.width.saturating_sub(LABEL_COLUMNS)) {
            let shown = if label == label_before { "" } else { label };
            label_before = label;
            let label = style.paint(Ink::Dim, &format!("  {shown:columns$}", columns = LABEL_COLUMNS - 2));
            lines.push(format!("{label}{}", line.replace(NO_BREAK_SPACE, " ")));
        }
    }
    lines
}

/// What was fixed alone, for a run whose report is a diff.
pub(super) fn fixes(summary: &Summary, style: &Style) -> String {
    let facts = summary.fixes.iter().flat_map(Fixes::facts);
    aligned(facts, style).into_iter().map(|line| line + "\n").collect()
}

/// The numbers of findings alone; empty without findings.
pub(super) fn numbers(report: &Report, statistics: &Statistics, style: &Style) -> String {
    table(report, statistics, true, style).into_iter().map(|line| line + "\n").collect()
}

/// The facts of the run; several in a row may share their label.
fn facts(report: &Report, statistics: &Statistics, every_rule: bool) -> Vec<Fact> {
    let summary = report.summary;
    let mut facts: Vec<Fact> = since(summary).map(|text| ("Since", text)).into_iter().collect();
    facts.push(("Checked", selection(summary)));
    facts.extend(governed(summary).map(|text| ("Configured", text)));
    facts.extend(summary.notice.map(|text| ("Profile", text.to_owned())));
    // Where all passed, the headline states it.
    facts.extend(checks(summary).filter(|_| summary.failed + summary.undecided > 0).map(|text| ("Results", text)));
    if summary.undecided > 0 {
        let need = if summary.undecided == 1 { "needs" } else { "need" };
        let checks = count(summary.undecided, "check");
        facts.push((
            "Undecided",
            format!("{checks} {need} a value that the template does not specify (--show\u{a0}undecided)"),
        ));
    }
    facts.extend(clauses(summary, MAX_TYPES).into_iter().map(|text| ("Not checked", text)));
    facts.extend(changed(summary, MAX_CHANGED).into_iter().map(|text| ("Changed", text)));
    facts.extend(pinned(summary, MAX_PINNED).map(|text| ("Pinned", text)));
    let is_shortened = |governed: &Governed| governed.off.len() > MAX_TYPES || governed.changed.len() > MAX_CHANGED;
    if summary.governed.iter().any(is_shortened) || summary.pinned.len() > MAX_PINNED {
        facts.push(("Hint", "--format\u{a0}json names everything that a configuration changes".to_owned()));
    }
    facts.extend(suppressed(report));
    facts.extend(left_out(summary));
    facts.extend(fixable(summary).map(|text| ("Fixable", text)));
    facts.extend(summary.fixes.iter().flat_map(Fixes::facts));
    if summary.failed > 0 {
        facts.push(("Details", "Reasons and remediation in full: hipaalint\u{a0}explain\u{a0}RULE".to_owned()));
    }
    if statistics.findings() >= MANY_FINDINGS && !every_rule {
        facts.push(("Hint", "--statistics counts the findings by rule".to_owned()));
        facts.push(("Hint", "--write-baseline\u{a0}FILE records them, so that only new ones count".to_owned()));
    }
    facts
}

/// The one line that matters most.
fn headline(summary: &Summary, style: &Style) -> Vec<String> {
    let mut lines = Vec::new();
    for text in undone(summary) {
        lines.push(style.paint(Ink::Error, &format!("{} {text}", style.glyph("×", "x"))));
    }
    lines.push(match headline::headline(summary) {
        Headline::Found { levels, templates, are_new } => {
            let mark = gravest_mark(summary, style);
            let levels: Vec<String> = levels
                .into_iter()
                .map(|(level, number)| style.paint(Ink::of(level), &found(level, number, are_new)))
                .collect();
            format!("{mark} {} in {}", levels.join(", "), count(templates, "template"))
        }
        Headline::Good(text) => style.paint(Ink::Good, &format!("{} {text}", style.glyph("✓", "+"))),
        Headline::Neutral(text) => style.paint(Ink::Bold, &text),
    });
    lines
}

/// The mark of the gravest level found, as findings have it.
fn gravest_mark(summary: &Summary, style: &Style) -> String {
    mark(
        match (summary.errors, summary.warnings) {
            (0, 0) => Level::Note,
            (0, _) => Level::Warning,
            _ => Level::Error,
        },
        style,
    )
}

/// The mark that findings of a level have.
fn mark(level: Level, style: &Style) -> String {
    let mark = match level {
        Level::Note => style.glyph("•", "*"),
        Level::Warning => style.glyph("⚠", "!"),
        Level::Error => style.glyph("×", "x"),
    };
    style.paint(Ink::of(level), mark)
}

/// The groups of findings with their numbers, the gravest and most frequent first: those that were requested, or the rules, where
/// there is too much to take in at a glance.
fn table(report: &Report, statistics: &Statistics, counts_only: bool, style: &Style) -> Vec<String> {
    let groups = statistics.fired(report);
    let findings: usize = groups.iter().map(|group| group.findings).sum();
    if groups.is_empty() || (!counts_only && (findings <= FEW_FINDINGS || groups.len() < 2)) {
        return Vec::new();
    }
    let names: Vec<(String, &str)> = groups.iter().map(name).collect();
    let name_columns = names.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let columns = groups.iter().map(|group| width(&grouped(group.findings))).max().unwrap_or(1);
    let most = if counts_only { usize::MAX } else { MAX_RULES };
    let more = groups.len().saturating_sub(most);
    let rows = groups.iter().zip(&names).take(most).map(|(Fired { level, severity, findings, .. }, (name, text))| {
        let severity = format!("{:SEVERITY_COLUMNS$}", severity.name());
        let room = style.width.saturating_sub(columns + SEVERITY_COLUMNS + 10);
        // Three words of a title are worse than none.
        let text = if room < name_columns + 2 + LEAST_TITLE { "" } else { text };
        let text = format!("{name}{:gap$}{text}", "", gap = name_columns.saturating_sub(width(name)) + 2);
        let clean = one_line(text.trim_end(), style.unicode).into_owned();
        let clean = crate::report::text::shorten(&clean, room, style.unicode).into_owned();
        let number = style.paint(Ink::of(*level), &format!("{:>columns$}", grouped(*findings)));
        format!("  {} {number}  {}  {clean}", mark(*level, style), style.paint(Ink::Dim, &severity))
    });
    let mut lines: Vec<String> = rows.collect();
    if more > 0 {
        lines.push(format!("    {:columns$}  {:SEVERITY_COLUMNS$}  and {}", "", "", count(more, "more rule")));
    }
    lines
}

/// The name of a group, and a text about it.
fn name<'a>(group: &Fired<'a>) -> (String, &'a str) {
    match (group.rule, &group.resource, group.resource_type) {
        (Some(rule), ..) => (rule.to_owned(), group.title.unwrap_or_default()),
        (None, Some(name), Some(kind)) => (format!("{name} ({kind})"), group.file.unwrap_or_default()),
        (None, Some(name), None) => (name.clone(), group.file.unwrap_or_default()),
        (None, None, _) => (group.file.unwrap_or_default().to_owned(), ""),
    }
}

/// The findings that do not count, and why.
fn suppressed(report: &Report) -> Vec<Fact> {
    let Summary { suppressed_required, stale, .. } = *report.summary;
    let mut facts = Vec::new();
    if let Some(findings) = not_counted(report.summary) {
        let hint = if report.shows_suppressed { "" } else { " (--show\u{a0}suppressed)" };
        facts.push(("Not counted", format!("{findings}{hint}")));
    }
    if suppressed_required > 0 {
        let concern =
            if suppressed_required == 1 { "suppressed finding concerns" } else { "suppressed findings concern" };
        facts.push((
            "Not counted",
            format!(
                "{} {concern} a required specification; an equivalent measure can replace only an addressable one \
                 (164.306(d)(3))",
                grouped(suppressed_required)
            ),
        ));
    }
    if stale > 0 {
        let (is, it) = if stale == 1 { ("is", "it") } else { ("are", "them") };
        facts.push((
            "Baseline",
            format!("{} of the baseline {is} gone; --write-baseline removes {it}", count(stale, "finding")),
        ));
    }
    facts
}

/// Files that were not linted.
fn left_out(summary: &Summary) -> Vec<Fact> {
    let mut facts = Vec::new();
    if summary.skipped > 0 {
        let verb = if summary.skipped == 1 { "is not a template" } else { "are not templates" };
        facts.push(("Skipped", format!("{} {verb}", count(summary.skipped, "file"))));
    }
    facts.extend(not_looked_at::left_out(summary).map(|text| ("Skipped", text)));
    facts
}
