//! The last lines of a report: the result, the facts of the run, and what to do next.

use super::paint::Ink;
use super::{Report, Style};
use crate::finding::Level;
use crate::report::Summary;
use crate::report::headline::{self, Headline, checks, governed, not_counted, selection, undone};
use crate::report::statistics::{Fired, fired};
use crate::report::text::{count, grouped, one_line, width, wrap};

/// Findings up to this many are counted at a glance; above it the rules that fired are listed.
const FEW_FINDINGS: usize = 8;
/// From this many on, nobody reads them one by one.
const MANY_FINDINGS: usize = 100;
/// Columns for the titles of the rules below which they are left out.
const LEAST_TITLE: usize = 24;
/// Rules that are listed: more than usually fire at once, so that each that fires often is among them.
const MAX_RULES: usize = 40;
/// Columns of the labels of the facts, with the indent before them and the gap after them.
const LABEL_COLUMNS: usize = 15;

/// A space where a line is not to be broken.
const NO_BREAK_SPACE: &str = "\u{a0}";

/// A label, and the text that belongs to it.
type Fact = (&'static str, String);

/// The summary, each line with its line break. With every rule that fired, or only where they are many.
pub(super) fn text(report: &Report, style: &Style, every_rule: bool) -> String {
    let summary = report.summary;
    let mut lines = vec![style.paint(Ink::Dim, &style.glyph("─", "-").repeat(style.width))];
    lines.extend(headline(summary, style));
    lines.extend(by_rule(report, style, every_rule));
    let mut label_before = "";
    for (label, text) in facts(report, every_rule) {
        let clean = one_line(&text, style.unicode).into_owned();
        for line in wrap(&clean, style.width.saturating_sub(LABEL_COLUMNS)) {
            let shown = if label == label_before { "" } else { label };
            label_before = label;
            let label = style.paint(Ink::Dim, &format!("  {shown:columns$}", columns = LABEL_COLUMNS - 2));
            lines.push(format!("{label}{}", line.replace(NO_BREAK_SPACE, " ")));
        }
    }
    lines.join("\n") + "\n"
}

/// The facts of the run; several in a row may share their label.
fn facts(report: &Report, every_rule: bool) -> Vec<Fact> {
    let summary = report.summary;
    let mut facts = vec![("Checked", selection(summary))];
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
    facts.extend(suppressed(report));
    facts.extend(left_out(summary));
    if summary.failed > 0 {
        facts.push(("Details", "Reasons and remediation in full: hipaalint\u{a0}explain\u{a0}RULE".to_owned()));
    }
    if report.findings.len() >= MANY_FINDINGS && !every_rule {
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
        Headline::Found { levels, templates } => {
            let mark = gravest_mark(summary, style);
            let found: Vec<String> = levels
                .into_iter()
                .map(|(level, number)| style.paint(Ink::of(level), &count(number, level.name())))
                .collect();
            format!("{mark} {} in {}", found.join(", "), count(templates, "template"))
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

/// The rules that fired, the gravest and most frequent first, where there is too much to take in at a glance.
fn by_rule(report: &Report, style: &Style, every_rule: bool) -> Vec<String> {
    let rules = fired(report);
    let findings: usize = rules.iter().map(|rule| rule.findings).sum();
    if rules.is_empty() || (!every_rule && (findings <= FEW_FINDINGS || rules.len() < 2)) {
        return Vec::new();
    }
    let id_columns = rules.iter().map(|fired| width(fired.rule)).max().unwrap_or(0);
    let columns = rules.iter().map(|fired| width(&grouped(fired.findings))).max().unwrap_or(1);
    let most = if every_rule { usize::MAX } else { MAX_RULES };
    let more = rules.len().saturating_sub(most);
    let listed = rules.into_iter().take(most).map(|Fired { rule: id, title, level, findings, .. }| {
        let room = style.width.saturating_sub(columns + 8);
        // Three words of a title are worse than none.
        let title = if room < id_columns + 2 + LEAST_TITLE { "" } else { title };
        let text = format!("{id}{:gap$}{title}", "", gap = id_columns.saturating_sub(width(id)) + 2);
        let clean = one_line(text.trim_end(), style.unicode).into_owned();
        let clean = crate::report::text::shorten(&clean, room, style.unicode).into_owned();
        let number = format!("{:>columns$}", grouped(findings));
        format!("  {} {}  {clean}", mark(level, style), style.paint(Ink::of(level), &number))
    });
    let mut lines: Vec<String> = std::iter::once(String::new()).chain(listed).collect();
    if more > 0 {
        lines.push(format!("    {:columns$}  and {}", "", count(more, "more rule")));
    }
    lines.push(String::new());
    lines
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
    let parts = [(summary.left_out_files, "file"), (summary.left_out_folders, "folder")];
    let listed: Vec<String> =
        parts.into_iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(number, noun)).collect();
    if !listed.is_empty() {
        facts.push(("Skipped", format!("{} excluded by .gitignore or `skip`", listed.join(", "))));
    }
    facts
}
