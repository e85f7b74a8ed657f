//! One page for an auditor: what was found, on which lines, under which citation of the Security Rule, and what the run could
//! not show. Needs no script, no network and no other file; everything that comes from a template or a rule is escaped.
//!
//! `ledger` counts, the other files write a section each, `style.css` is how it looks: on paper, on narrow and wide screens,
//! light and dark.

mod chart;
mod findings;
mod ledger;
mod markup;
mod register;
mod safeguards;
mod scope;

use super::escape::Markup;
use super::text::grouped;
use super::verdict::{self, Verdict, selection};
use super::{Report, Summary};
use crate::finding::Severity;
use ledger::Ledger;
use std::io;

const STYLE: &str = include_str!("style.css");

/// Writes the page.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    let ledger = Ledger::new(report);
    let verdict = verdict::line(report.summary);
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"hipaalint {}\">\n\
         <title>{} – HIPAA Security Rule report</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        env!("CARGO_PKG_VERSION"),
        Markup(&verdict)
    )?;
    let sections = sections(report, &ledger);
    head(out, report, &sections)?;
    writeln!(out, "<main>")?;
    overview(out, report, &ledger)?;
    for section in &sections {
        writeln!(out, "<section id=\"{0}\" aria-labelledby=\"{0}-title\">", section.id)?;
        writeln!(out, "<h2 id=\"{}-title\">{}</h2>", section.id, section.title)?;
        match section.id {
            "unreadable" => findings::diagnostics(out, report, Severity::Error)?,
            "findings" => findings::by_rule(out, report, &ledger)?,
            "waived" => register::suppressed(out, report)?,
            "known" => register::known(out, report)?,
            "undecided" => register::undecided(out, report)?,
            "safeguards" => safeguards::write(out, report, &ledger)?,
            "passed" => register::passed(out, report, &ledger)?,
            "notes" => findings::diagnostics(out, report, Severity::Note)?,
            _ => scope::write(out, report)?,
        }
        writeln!(out, "</section>")?;
    }
    writeln!(out, "</main>")?;
    foot(out)?;
    writeln!(out, "</body>\n</html>")
}

/// A part of the page that there is something to say in.
struct Section {
    id: &'static str,
    title: &'static str,
    number: Option<usize>,
}

fn sections(report: &Report, ledger: &Ledger) -> Vec<Section> {
    let diagnostics = |severity| report.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let listed = [
        ("unreadable", "Could not be done", diagnostics(Severity::Error)),
        ("findings", "Findings", ledger.violations),
        ("waived", "Waived findings", report.suppressed.iter().filter(|finding| finding.suppression.is_some()).count()),
        ("known", "Known findings", report.suppressed.iter().filter(|finding| finding.suppression.is_none()).count()),
        ("undecided", "Undecided checks", ledger.undecided),
    ];
    let found = listed.into_iter().filter(|(_, _, number)| *number > 0);
    let mut sections: Vec<Section> =
        found.map(|(id, title, number)| Section { id, title, number: Some(number) }).collect();
    sections.push(Section { id: "safeguards", title: "Safeguards by citation", number: None });
    let after = [
        ("passed", "Checks that passed", ledger.counts.passed),
        ("notes", "Notes on the templates", diagnostics(Severity::Note)),
    ];
    let found = after.into_iter().filter(|(_, _, number)| *number > 0);
    sections.extend(found.map(|(id, title, number)| Section { id, title, number: Some(number) }));
    sections.push(Section { id: "scope", title: "What was looked at", number: None });
    sections
}

fn head(out: &mut impl io::Write, report: &Report, sections: &[Section]) -> io::Result<()> {
    let summary = report.summary;
    writeln!(out, "<a class=\"skip\" href=\"#overview\">Skip to the report</a>")?;
    writeln!(out, "<header>\n<p class=\"product\">hipaalint {}</p>", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "<h1>HIPAA Security Rule report</h1>")?;
    writeln!(out, "<p class=\"lead\">{}.</p>", Markup(&selection(summary)))?;
    if let Some(profile) = &report.provenance.profile {
        writeln!(
            out,
            "<p class=\"{}\">Profile <strong>{}</strong>: {}</p>",
            if summary.notice.is_some() { "notice" } else { "profile" },
            Markup(&summary.selection),
            Markup(profile.trim())
        )?;
    }
    if let Some(date) = report.provenance.date {
        writeln!(out, "<p class=\"date\"><time datetime=\"{date}\">{date}</time></p>")?;
    }
    writeln!(out, "</header>\n<nav aria-label=\"Sections\">\n<ul>")?;
    for section in sections {
        let number = section.number.map(|number| format!(" <span class=\"number\">{}</span>", grouped(number)));
        writeln!(out, "<li><a href=\"#{}\">{}{}</a></li>", section.id, section.title, number.unwrap_or_default())?;
    }
    writeln!(out, "</ul>\n</nav>")
}

fn overview(out: &mut impl io::Write, report: &Report, ledger: &Ledger) -> io::Result<()> {
    let summary = report.summary;
    writeln!(
        out,
        "<section id=\"overview\" aria-labelledby=\"overview-title\">\n<h2 id=\"overview-title\">Overview</h2>"
    )?;
    for text in verdict::undone(summary) {
        writeln!(out, "<p class=\"verdict failed\"><span aria-hidden=\"true\">×</span> {text}</p>")?;
    }
    let verdict = verdict::verdict(summary);
    let (class, mark) = match &verdict {
        Verdict::Found { .. } if summary.errors > 0 => ("failed", "×"),
        Verdict::Found { .. } => ("warned", "!"),
        Verdict::Good(_) => ("passed", "✓"),
        Verdict::Neutral(_) => ("none", "–"),
    };
    writeln!(
        out,
        "<p class=\"verdict {class}\"><span aria-hidden=\"true\">{mark}</span> {}</p>",
        Markup(&verdict.text())
    )?;
    chart::write(out, report, ledger, &reading(summary))?;
    writeln!(out, "</section>")
}

/// How the numbers are to be read.
fn reading(summary: &Summary) -> String {
    let undecided = match summary.undecided {
        0 => String::new(),
        number => format!(
            " {} undecided: what is needed to decide is not in the template.",
            if number == 1 { "1 is".to_owned() } else { format!("{} are", grouped(number)) }
        ),
    };
    format!(
        "<p class=\"reading\">A check is one rule on one resource, judged for every choice of parameters and conditions that a \
         deployment can make.{undecided} This page says what templates declare. It cannot say that an organization complies: \
         for each citation, <a href=\"#safeguards\">what no template can show</a> is named.</p>"
    )
}

fn foot(out: &mut impl io::Write) -> io::Result<()> {
    writeln!(
        out,
        "<footer>\n<p>Written by hipaalint {} from the templates named above, and nothing else: no account was looked at, and no \
         legal advice is given.</p>\n</footer>",
        env!("CARGO_PKG_VERSION")
    )
}
