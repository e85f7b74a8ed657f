//! The last lines of a report: what it all comes to, and what to do next.

use super::paint::Ink;
use super::{Report, Style};
use crate::finding::{Level, Outcome};
use crate::report::Summary;
use crate::report::text::{count, grouped, one_line, width, wrap};
use crate::report::verdict::{self, Verdict, checks, selection, unreadable};
use std::collections::BTreeMap;

/// Findings up to this many are counted at a glance; above it the rules that fired are listed.
const FEW_FINDINGS: usize = 8;
/// Columns for the titles of the rules below which they are left out.
const LEAST_TITLE: usize = 24;
/// Rules that are listed: more than usually fire at once, so that none that fires often is left out.
const MAX_RULES: usize = 40;

/// The summary, each line with its line break.
pub(super) fn text(report: &Report, style: &Style) -> String {
    let summary = report.summary;
    let mut lines = vec![style.paint(Ink::Dim, &style.glyph("─", "-").repeat(style.width))];
    lines.extend(verdict(summary, style));
    lines.extend(by_rule(report, style));
    let mut facts = vec![selection(summary)];
    facts.extend(summary.notice.map(str::to_owned));
    // Where all passed, the verdict says it.
    facts.extend(checks(summary).filter(|_| summary.failed + summary.undecided > 0));
    facts.extend(left_out(summary));
    facts.extend(suppressed(report));
    if summary.undecided > 0 {
        let need = if summary.undecided == 1 { "needs" } else { "need" };
        let checks = count(summary.undecided, "check");
        facts.push(format!("{checks} {need} a value that the template does not tell (--show undecided)"));
    }
    if summary.failed > 0 {
        facts.push("Why a rule exists and how to mend it, in full: hipaalint explain RULE".to_owned());
    }
    for fact in facts {
        let clean = one_line(&fact, style.unicode).into_owned();
        lines.extend(wrap(&clean, style.width.saturating_sub(2)).into_iter().map(|line| format!("  {line}")));
    }
    lines.join("\n") + "\n"
}

/// The one line that matters most.
fn verdict(summary: &Summary, style: &Style) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(text) = unreadable(summary) {
        lines.push(style.paint(Ink::Error, &format!("{} {text}", style.glyph("×", "x"))));
    }
    lines.push(match verdict::verdict(summary) {
        Verdict::Found { levels, templates } => {
            let mark = worst_mark(summary, style);
            let found: Vec<String> = levels
                .into_iter()
                .map(|(level, number)| style.paint(Ink::of(level), &count(number, level.name())))
                .collect();
            format!("{mark} {} in {}", found.join(", "), count(templates, "template"))
        }
        Verdict::Good(text) => style.paint(Ink::Good, &format!("{} {text}", style.glyph("✓", "+"))),
        Verdict::Neutral(text) => style.paint(Ink::Bold, &text),
    });
    lines
}

/// The mark of the worst level found, as findings of it bear it.
fn worst_mark(summary: &Summary, style: &Style) -> String {
    mark(
        match (summary.errors, summary.warnings) {
            (0, 0) => Level::Note,
            (0, _) => Level::Warning,
            _ => Level::Error,
        },
        style,
    )
}

/// The mark that findings of a level bear.
fn mark(level: Level, style: &Style) -> String {
    let mark = match level {
        Level::Note => style.glyph("•", "*"),
        Level::Warning => style.glyph("⚠", "!"),
        Level::Error => style.glyph("×", "x"),
    };
    style.paint(Ink::of(level), mark)
}

/// The rules that fired, the gravest and most frequent first, where there is too much to take in at a glance.
fn by_rule(report: &Report, style: &Style) -> Vec<String> {
    let mut counts: BTreeMap<&str, (usize, Level)> = BTreeMap::new();
    let failures = report.findings.iter().filter(|finding| finding.outcome == Outcome::Fail);
    for finding in failures.clone() {
        let entry = counts.entry(&finding.rule).or_insert((0, Level::Note));
        *entry = (entry.0 + 1, entry.1.max(finding.level));
    }
    if failures.count() <= FEW_FINDINGS || counts.len() < 2 {
        return Vec::new();
    }
    let mut rules: Vec<(&str, (usize, Level))> = counts.into_iter().collect();
    rules.sort_by_key(|(id, (number, level))| (std::cmp::Reverse((*level, *number)), *id));
    let id_columns = rules.iter().map(|(id, _)| width(id)).max().unwrap_or(0);
    let columns = rules.iter().map(|(_, (number, _))| width(&grouped(*number))).max().unwrap_or(1);
    let more = rules.len().saturating_sub(MAX_RULES);
    let listed = rules.into_iter().take(MAX_RULES).map(|(id, (number, level))| {
        let title = report.rule(id).map_or("", |rule| rule.meta.title.as_str());
        let room = style.width.saturating_sub(columns + 8);
        // A title of which three words are left says less than none.
        let title = if room < id_columns + 2 + LEAST_TITLE { "" } else { title };
        let text = format!("{id}{:gap$}{title}", "", gap = id_columns.saturating_sub(width(id)) + 2);
        let clean = one_line(text.trim_end(), style.unicode).into_owned();
        let clean = crate::report::text::shorten(&clean, room, style.unicode).into_owned();
        let number = format!("{:>columns$}", grouped(number));
        format!("  {} {}  {clean}", mark(level, style), style.paint(Ink::of(level), &number))
    });
    let mut lines: Vec<String> = std::iter::once(String::new()).chain(listed).collect();
    if more > 0 {
        lines.push(format!("    {:columns$}  and {}", "", count(more, "more rule")));
    }
    lines.push(String::new());
    lines
}

/// What does not count, and why.
fn suppressed(report: &Report) -> Vec<String> {
    let Summary { waived, waived_required, known, stale, .. } = *report.summary;
    let mut facts = Vec::new();
    let mut parts = Vec::new();
    if waived > 0 {
        parts.push(format!("{} waived by exceptions", count(waived, "finding")));
    }
    if known > 0 {
        parts.push(format!("{} in the baseline", count(known, "finding")));
    }
    if !parts.is_empty() {
        let hint = if report.shows_suppressed { "" } else { " (--show suppressed)" };
        facts.push(format!("Not counted: {}{hint}", parts.join(", ")));
    }
    if waived_required > 0 {
        let touch = if waived_required == 1 { "waived finding touches" } else { "waived findings touch" };
        facts.push(format!(
            "{} {touch} a required specification; only addressable ones can be waived (164.306(d)(3))",
            grouped(waived_required)
        ));
    }
    if stale > 0 {
        let (are, them) = if stale == 1 { ("is", "it") } else { ("are", "them") };
        facts.push(format!(
            "{} of the baseline {are} gone; write it again to drop {them} (--write-baseline)",
            count(stale, "finding")
        ));
    }
    facts
}

fn left_out(summary: &Summary) -> Option<String> {
    let verb = if summary.skipped == 1 { "is no template and was" } else { "are no templates and were" };
    (summary.skipped > 0).then(|| format!("{} {verb} skipped", count(summary.skipped, "file")))
}
