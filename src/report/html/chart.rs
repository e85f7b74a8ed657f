//! The whole at a glance: a bar of all checks, and every citation as a square. Both are in words as well.

use super::markup::{class, mark};
use crate::report::Report;
use crate::report::escape::Markup;
use crate::report::ledger::{Breakdown, Ledger, Standing};
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
    let parts = ledger.breakdown.parts();
    let total = ledger.breakdown.total();
    if total == 0 {
        return Ok(());
    }
    let listed: Vec<String> =
        parts.iter().map(|(standing, number)| format!("{} {}", grouped(*number), standing.of_checks())).collect();
    let title = format!("{}: {}", count(total, "check"), listed.join(", "));
    writeln!(out, "<figure>\n<figcaption>{}</figcaption>", count(total, "check"))?;
    writeln!(
        out,
        "<svg class=\"bar\" viewBox=\"0 0 {BAR} 40\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{title}\">"
    )?;
    // The smallest parts are wider than their share; the others give the difference.
    let spare = BAR - LEAST * parts.len();
    let mut x = 0;
    for (index, (standing, number)) in parts.iter().enumerate() {
        let last = index + 1 == parts.len();
        let width = if last { BAR - x } else { LEAST + spare * number / total };
        writeln!(out, "<rect class=\"{}\" x=\"{x}\" y=\"0\" width=\"{width}\" height=\"40\"/>", class(*standing))?;
        x += width;
    }
    writeln!(out, "</svg>\n<ul class=\"legend\">")?;
    for (standing, number) in parts {
        legend(out, standing, number, standing.of_checks())?;
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
    let listed: Vec<String> =
        present.iter().map(|standing| format!("{} {}", number(*standing), standing.of_citations())).collect();
    let caption = format!("Checks by citation: {} of the Security Rule", count(standings.len(), "citation"));
    let title = format!("{caption}, {}", listed.join(", "));
    writeln!(out, "<figure>\n<figcaption>{caption}</figcaption>")?;
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
            let lead = ledger.breakdown(control).map_or_else(|| "No rule in this run".to_owned(), Breakdown::lead);
            write!(
                out,
                "<g class=\"{}\"><title>{} {}: {lead}</title><rect x=\"{x}\" y=\"{y}\" width=\"{SQUARE}\" height=\"{SQUARE}\" rx=\"3\"/>",
                class(*standing),
                Markup(&control.id),
                Markup(&control.title)
            )?;
            if !mark(*standing).is_empty() {
                write!(out, "<text x=\"{}\" y=\"{}\">{}</text>", x + SQUARE / 2, y + 15, mark(*standing))?;
            }
            writeln!(out, "</g>")?;
        }
        y += section.len().div_ceil(COLUMNS) * STEP;
    }
    writeln!(out, "</svg>\n<ul class=\"legend\">")?;
    for standing in present {
        legend(out, standing, number(standing), standing.of_citations())?;
    }
    writeln!(out, "</ul>\n</figure>")
}

/// An entry of a legend: the mark, the number, and what it counts.
fn legend(out: &mut impl io::Write, standing: Standing, number: usize, what: &str) -> io::Result<()> {
    writeln!(
        out,
        "<li><span class=\"swatch {}\" aria-hidden=\"true\">{}</span> <strong>{}</strong> {what}</li>",
        class(standing),
        mark(standing),
        grouped(number)
    )
}
