//! The last lines of a report: what it all comes to, and what to do next.

use super::paint::Ink;
use super::{Report, Style};
use crate::finding::{Level, Outcome};
use crate::report::Summary;
use crate::report::text::{count, grouped, one_line, width, wrap};
use std::collections::BTreeMap;

/// Findings up to this many are counted at a glance; above it the rules that fired are listed.
const FEW_FINDINGS: usize = 8;
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
    facts.extend(checks(summary));
    facts.extend(left_out(summary));
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
    let levels = [
        (summary.errors, "error", Ink::Error),
        (summary.warnings, "warning", Ink::Warning),
        (summary.notes, "note", Ink::Note),
    ];
    let found: Vec<String> = levels
        .into_iter()
        .filter(|(number, _, _)| *number > 0)
        .map(|(number, noun, ink)| style.paint(ink, &count(number, noun)))
        .collect();
    let mut lines = Vec::new();
    if summary.unreadable > 0 {
        let text = format!("{} {} could not be linted", style.glyph("×", "x"), count(summary.unreadable, "file"));
        lines.push(style.paint(Ink::Error, &text));
    }
    lines.push(match found.as_slice() {
        [] => nothing_found(summary, style),
        levels => {
            let mark = worst_mark(summary, style);
            format!("{mark} {} in {}", levels.join(", "), count(summary.templates, "template"))
        }
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

/// Good news, and no more of it than there is.
fn nothing_found(summary: &Summary, style: &Style) -> String {
    if summary.failed > 0 {
        return style.paint(Ink::Bold, "No findings that count");
    }
    if summary.templates == 0 {
        return style.paint(Ink::Bold, "No template was linted");
    }
    if summary.passed == 0 {
        let all_undecided = summary.undecided > 0;
        let text =
            if all_undecided { "Nothing could be decided" } else { "Nothing to check: no selected rule applies" };
        return style.paint(Ink::Bold, text);
    }
    let scope = if summary.unreadable > 0 { " in the rest" } else { "" };
    let how = match summary.undecided {
        0 => format!(": {}", all_passed(summary.passed)),
        // No more certain than it is: whoever reads one line reads this one.
        undecided => format!(", {} undecided", count(undecided, "check")),
    };
    style.paint(Ink::Good, &format!("{} No violations found{scope}{how}", style.glyph("✓", "+")))
}

fn all_passed(checks: usize) -> String {
    if checks == 1 { "the one check passed".to_owned() } else { format!("all {} passed", count(checks, "check")) }
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
        let text = format!("{id}{:gap$}{title}", "", gap = id_columns.saturating_sub(width(id)) + 2);
        let clean = one_line(text.trim_end(), style.unicode).into_owned();
        let room = style.width.saturating_sub(columns + 8);
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

/// What was linted with what.
fn selection(summary: &Summary) -> String {
    let rules = count(summary.rules, "rule");
    let chosen = match summary.selection.strip_prefix("rules:") {
        Some(ids) => format!("{rules} ({})", ids.trim()),
        None => format!("{rules} of profile {}", summary.selection),
    };
    format!("{chosen} on {} in {}", count(summary.resources, "resource"), count(summary.templates, "template"))
}

/// How the checks went; nothing where the verdict says it all.
fn checks(summary: &Summary) -> Option<String> {
    let parts = [(summary.passed, "passed"), (summary.failed, "failed"), (summary.undecided, "undecided")];
    let said: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, how)| format!("{} {how}", grouped(*number)))
        .collect();
    let total = summary.passed + summary.failed + summary.undecided;
    (total > summary.passed).then(|| format!("{}: {}", count(total, "check"), said.join(", ")))
}

fn left_out(summary: &Summary) -> Option<String> {
    let verb = if summary.skipped == 1 { "is no template and was" } else { "are no templates and were" };
    (summary.skipped > 0).then(|| format!("{} {verb} skipped", count(summary.skipped, "file")))
}
