//! The whole at a glance: a bar of all checks, and every citation as a square. Both are said in words as well.

use super::ledger::{Ledger, Standing};
use crate::report::Report;
use crate::report::escape::Markup;
use crate::report::text::{count, grouped};
use crate::rules::meta::{Control, section_title};
use std::io;

/// Units that the bar is wide.
const BAR: usize = 1000;
/// Units that a part of it takes at least, so that one check of ten thousand is seen.
const LEAST: usize = 8;
/// Squares in a row.
const COLUMNS: usize = 16;
/// Units from one square to the next, and that a square is wide.
const STEP: usize = 24;
const SQUARE: usize = 20;
/// Units that the heading of a section takes.
const HEADING: usize = 22;

/// Writes both charts, and how they are to be read.
pub(super) fn write(out: &mut impl io::Write, report: &Report, ledger: &Ledger, reading: &str) -> io::Result<()> {
    writeln!(out, "<div class=\"charts\">\n<div>")?;
    checks(out, ledger)?;
    writeln!(out, "{reading}\n</div>")?;
    citations(out, report, ledger)?;
    writeln!(out, "</div>")
}

/// All checks as one bar, and its legend.
fn checks(out: &mut impl io::Write, ledger: &Ledger) -> io::Result<()> {
    let counts = ledger.counts;
    let parts = [
        (Standing::Failed, counts.failed, "failed"),
        (Standing::Known, ledger.suppressed.known, "known"),
        (Standing::Suppressed, ledger.suppressed.by_exception, "waived"),
        (Standing::Undecided, counts.undecided, "undecided"),
        (Standing::Passed, counts.passed, "passed"),
    ];
    let parts: Vec<(Standing, usize, &str)> = parts.into_iter().filter(|(_, number, _)| *number > 0).collect();
    let total: usize = parts.iter().map(|(_, number, _)| number).sum();
    if total == 0 {
        return Ok(());
    }
    let said: Vec<String> = parts.iter().map(|(_, number, how)| format!("{} {how}", grouped(*number))).collect();
    let title = format!("{}: {}", count(total, "check"), said.join(", "));
    writeln!(out, "<figure>\n<figcaption>{}</figcaption>", count(total, "check"))?;
    writeln!(
        out,
        "<svg class=\"bar\" viewBox=\"0 0 {BAR} 40\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{title}\">"
    )?;
    // What the smallest parts take more than is theirs, the others give.
    let spare = BAR - LEAST * parts.len();
    let mut x = 0;
    for (index, (standing, number, _)) in parts.iter().enumerate() {
        let last = index + 1 == parts.len();
        let width = if last { BAR - x } else { LEAST + spare * number / total };
        writeln!(out, "<rect class=\"{}\" x=\"{x}\" y=\"0\" width=\"{width}\" height=\"40\"/>", standing.class())?;
        x += width;
    }
    writeln!(out, "</svg>\n<ul class=\"legend\">")?;
    for (standing, number, how) in &parts {
        writeln!(
            out,
            "<li><span class=\"swatch {}\" aria-hidden=\"true\">{}</span> <strong>{}</strong> {how}</li>",
            standing.class(),
            standing.mark(),
            grouped(*number)
        )?;
    }
    writeln!(out, "</ul>\n</figure>")
}

/// Every citation as a square, section by section.
fn citations(out: &mut impl io::Write, report: &Report, ledger: &Ledger) -> io::Result<()> {
    let standings: Vec<(&Control, Standing)> =
        report.controls.iter().map(|control| (control, ledger.standing(control))).collect();
    let number = |wanted: Standing| standings.iter().filter(|(_, standing)| *standing == wanted).count();
    let present: Vec<Standing> = Standing::ALL.into_iter().filter(|standing| number(*standing) > 0).collect();
    if present.is_empty() {
        return Ok(());
    }
    let sections: Vec<&[(&Control, Standing)]> =
        standings.chunk_by(|(a, _), (b, _)| a.section() == b.section()).collect();
    let height: usize = sections.iter().map(|section| HEADING + section.len().div_ceil(COLUMNS) * STEP).sum();
    let said: Vec<String> =
        present.iter().map(|standing| format!("{} {}", number(*standing), standing.name().to_lowercase())).collect();
    let title = format!("{} of the Security Rule: {}", count(standings.len(), "citation"), said.join(", "));
    writeln!(out, "<figure>\n<figcaption>{} of the Security Rule</figcaption>", count(standings.len(), "citation"))?;
    let width = COLUMNS * STEP;
    writeln!(out, "<svg class=\"map\" viewBox=\"-1 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">")?;
    let mut y = 0;
    for section in sections {
        let id = section.first().map_or("", |(control, _)| control.section());
        let heading = format!("{id} {}", section_title(id));
        writeln!(
            out,
            "<text class=\"heading\" x=\"0\" y=\"{}\">{}</text>",
            y + HEADING - 8,
            Markup(heading.trim_end())
        )?;
        y += HEADING;
        for (index, (control, standing)) in section.iter().enumerate() {
            let (x, y) = (index % COLUMNS * STEP, y + index / COLUMNS * STEP);
            let class = standing.class();
            write!(
                out,
                "<g class=\"{class}\"><title>{} {}: {}</title><rect x=\"{x}\" y=\"{y}\" width=\"{SQUARE}\" height=\"{SQUARE}\" rx=\"3\"/>",
                Markup(&control.id),
                Markup(&control.title),
                standing.name()
            )?;
            if !standing.mark().is_empty() {
                write!(out, "<text x=\"{}\" y=\"{}\">{}</text>", x + SQUARE / 2, y + 15, standing.mark())?;
            }
            writeln!(out, "</g>")?;
        }
        y += section.len().div_ceil(COLUMNS) * STEP;
    }
    writeln!(out, "</svg>\n<ul class=\"legend\">")?;
    for standing in present {
        writeln!(
            out,
            "<li><span class=\"swatch {}\" aria-hidden=\"true\">{}</span> <strong>{}</strong> {}</li>",
            standing.class(),
            standing.mark(),
            number(standing),
            standing.name().to_lowercase()
        )?;
    }
    writeln!(out, "</ul>\n</figure>")
}
