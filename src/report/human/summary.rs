//! The last lines of a report: what it all comes to, and what to do next.

use super::paint::Ink;
use super::{Report, Style};
use crate::finding::Level;
use crate::report::Summary;
use crate::report::statistics::{Fired, fired};
use crate::report::text::{count, grouped, one_line, width, wrap};
use crate::report::verdict::{self, Verdict, checks, governed, selection, undone};

/// Findings up to this many are counted at a glance; above it the rules that fired are listed.
const FEW_FINDINGS: usize = 8;
/// From this many on, nobody reads them one by one.
const MANY_FINDINGS: usize = 100;
/// Columns for the titles of the rules below which they are left out.
const LEAST_TITLE: usize = 24;
/// Rules that are listed: more than usually fire at once, so that none that fires often is left out.
const MAX_RULES: usize = 40;

/// The summary, each line with its line break. With every rule that fired, or only where they are many.
pub(super) fn text(report: &Report, style: &Style, every_rule: bool) -> String {
    let summary = report.summary;
    let mut lines = vec![style.paint(Ink::Dim, &style.glyph("─", "-").repeat(style.width))];
    lines.extend(verdict(summary, style));
    lines.extend(by_rule(report, style, every_rule));
    let mut facts = vec![selection(summary)];
    facts.extend(governed(summary));
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
    if report.findings.len() >= MANY_FINDINGS && !every_rule {
        facts.push(
            "Many at once: --statistics counts them by rule; --write-baseline FILE lets only new ones count".to_owned(),
        );
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
    for text in undone(summary) {
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
        // A title of which three words are left says less than none.
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

/// What does not count, and why.
fn suppressed(report: &Report) -> Vec<String> {
    let Summary { suppressed, suppressed_required, known, stale, .. } = *report.summary;
    let mut facts = Vec::new();
    let mut parts = Vec::new();
    if suppressed > 0 {
        parts.push(format!("{} waived by exceptions", count(suppressed, "finding")));
    }
    if known > 0 {
        parts.push(format!("{} in the baseline", count(known, "finding")));
    }
    if !parts.is_empty() {
        let hint = if report.shows_suppressed { "" } else { " (--show suppressed)" };
        facts.push(format!("Not counted: {}{hint}", parts.join(", ")));
    }
    if suppressed_required > 0 {
        let touch = if suppressed_required == 1 { "waived finding touches" } else { "waived findings touch" };
        facts.push(format!(
            "{} {touch} a required specification; only addressable ones can be waived (164.306(d)(3))",
            grouped(suppressed_required)
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

fn left_out(summary: &Summary) -> Vec<String> {
    let mut facts = Vec::new();
    if summary.skipped > 0 {
        let verb = if summary.skipped == 1 { "is no template and was" } else { "are no templates and were" };
        facts.push(format!("{} {verb} skipped", count(summary.skipped, "file")));
    }
    let parts = [(summary.left_out_files, "file"), (summary.left_out_folders, "folder")];
    let said: Vec<String> =
        parts.into_iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(number, noun)).collect();
    if !said.is_empty() {
        facts.push(format!("Left out by .gitignore or `skip`: {}", said.join(", ")));
    }
    facts
}
