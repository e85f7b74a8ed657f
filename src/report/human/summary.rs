//! The last lines of a report: what it all comes to, and what to do next.

use super::paint::Ink;
use super::{Report, Style};
use crate::finding::Level;
use crate::report::statistics::{Fired, fired};
use crate::report::text::{count, grouped, one_line, width, wrap};
use crate::report::{Governed, Summary};

/// Findings up to this many are counted at a glance; above it the rules that fired are listed.
const FEW_FINDINGS: usize = 8;
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
        let text = format!("{id}{:gap$}{title}", "", gap = id_columns.saturating_sub(width(id)) + 2);
        let clean = one_line(text.trim_end(), style.unicode).into_owned();
        let room = style.width.saturating_sub(columns + 8);
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

/// What was linted with what.
fn selection(summary: &Summary) -> String {
    let rules = count(summary.rules, "rule");
    let chosen = match summary.selection.strip_prefix("rules:") {
        Some(ids) => format!("{rules} ({})", ids.trim()),
        None if summary.selection.contains(", ") => format!("{rules} of profiles {}", summary.selection),
        None => format!("{rules} of profile {}", summary.selection),
    };
    format!("{chosen} on {} in {}", count(summary.resources, "resource"), count(summary.templates, "template"))
}

/// Which configuration governs how many templates, where there are several.
fn governed(summary: &Summary) -> Option<String> {
    let line = |governed: &Governed| {
        let configuration = governed.configuration.as_deref().unwrap_or("no configuration");
        let profile = governed.profile.as_ref().map(|profile| format!(" (profile {profile})")).unwrap_or_default();
        format!("{} by {configuration}{profile}", count(governed.templates, "template"))
    };
    let lines: Vec<String> = summary.governed.iter().map(line).collect();
    (lines.len() > 1).then(|| format!("Configured: {}", lines.join(", ")))
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
