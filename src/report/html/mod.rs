//! One page for an auditor: the findings, their lines, the checks of each citation of the Security Rule, and what the run could
//! not show. Needs no script, no network and no other file; everything that comes from a template or a rule is escaped.
//!
//! Each file writes a section; `style.css` is how it looks: on paper, on narrow and wide screens, light and dark.

mod chart;
mod findings;
mod markup;
mod register;
mod safeguards;
mod scope;

use super::escape::Markup;
use super::headline::{self, Headline, selection};
use super::ledger::{Ledger, Standing};
use super::text::{grouped, one_line, shorten};
use super::{Report, Revision, Summary, title};
use crate::finding::{Level, Severity};
use std::io;

const STYLE: &str = include_str!("style.css");
/// Columns of a revision that was given.
const MAX_REVISION: usize = 80;

/// Writes the page.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    let ledger = Ledger::new(report);
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"hipaalint {}\">\n\
         <title>{} – {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        env!("CARGO_PKG_VERSION"),
        Markup(&headline::line(report.summary)),
        Markup(&title(report))
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
            "suppressed" => register::suppressed(out, report)?,
            "baseline" => register::baseline(out, report)?,
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

/// A part of the page that is not empty.
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
        (
            "suppressed",
            "Suppressed findings",
            report.suppressed.iter().filter(|finding| finding.suppression.is_some()).count(),
        ),
        (
            "baseline",
            "Findings in the baseline",
            report.suppressed.iter().filter(|finding| finding.suppression.is_none()).count(),
        ),
        ("undecided", "Undecided checks", ledger.undecided),
    ];
    let found = listed.into_iter().filter(|(_, _, number)| *number > 0);
    let mut sections: Vec<Section> =
        found.map(|(id, title, number)| Section { id, title, number: Some(number) }).collect();
    sections.push(Section { id: "safeguards", title: "Checks by citation", number: None });
    let after = [
        ("passed", "Checks that passed", ledger.breakdown.all_passed()),
        ("notes", "Notes on the templates", diagnostics(Severity::Note)),
    ];
    let found = after.into_iter().filter(|(_, _, number)| *number > 0);
    sections.extend(found.map(|(id, title, number)| Section { id, title, number: Some(number) }));
    sections.push(Section { id: "scope", title: "Scope", number: None });
    sections
}

fn head(out: &mut impl io::Write, report: &Report, sections: &[Section]) -> io::Result<()> {
    let summary = report.summary;
    writeln!(out, "<a class=\"skip\" href=\"#overview\">Skip to the report</a>")?;
    writeln!(out, "<header>\n<p class=\"product\">hipaalint {}</p>", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "<h1>{}</h1>", Markup(&title(report)))?;
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
    let date = report.provenance.date.map(|date| format!("<time datetime=\"{date}\">{date}</time>"));
    let facts: Vec<String> = date.into_iter().chain([revision(&report.provenance.revision)]).collect();
    writeln!(out, "<p class=\"run\">{}</p>", facts.join(" · "))?;
    writeln!(out, "</header>\n<nav aria-label=\"Sections\">\n<ul>")?;
    for section in sections {
        let number = section.number.map(|number| format!(" <span class=\"number\">{}</span>", grouped(number)));
        writeln!(out, "<li><a href=\"#{}\">{}{}</a></li>", section.id, section.title, number.unwrap_or_default())?;
    }
    writeln!(out, "</ul>\n</nav>")
}

/// The state of the templates in version control, in a few words.
fn revision(revision: &Revision) -> String {
    match revision {
        Revision::CheckedOut(hash) => format!("Commit <code>{}</code>", Markup(hash)),
        Revision::Given(text) => format!("Revision {}", Markup(&shorten(&one_line(text, true), MAX_REVISION, true))),
        Revision::Unknown => "Commit unknown".to_owned(),
    }
}

fn overview(out: &mut impl io::Write, report: &Report, ledger: &Ledger) -> io::Result<()> {
    let summary = report.summary;
    writeln!(
        out,
        "<section id=\"overview\" aria-labelledby=\"overview-title\">\n<h2 id=\"overview-title\">Overview</h2>"
    )?;
    for text in headline::undone(summary) {
        writeln!(out, "<p class=\"headline failed\"><span aria-hidden=\"true\">×</span> {text}</p>")?;
    }
    let headline = headline::headline(summary);
    let (class, mark) = match &headline {
        Headline::Found { levels, .. } => {
            let standing = Standing::Failed(levels.first().map_or(Level::Note, |(level, _)| *level));
            (markup::class(standing), markup::mark(standing))
        }
        Headline::Good(_) => (markup::class(Standing::Passed), markup::mark(Standing::Passed)),
        Headline::Neutral(_) => (markup::class(Standing::Idle), markup::mark(Standing::Idle)),
    };
    writeln!(
        out,
        "<p class=\"headline {class}\"><span aria-hidden=\"true\">{mark}</span> {}</p>",
        Markup(&headline.text())
    )?;
    chart::write(out, report, ledger, &reading(summary))?;
    writeln!(out, "</section>")
}

/// How to read the numbers.
fn reading(summary: &Summary) -> String {
    let undecided = match summary.undecided {
        0 => String::new(),
        1 => " 1 check is undecided: it needs a value that the template does not specify.".to_owned(),
        more => format!(" {} checks are undecided: they need values that the templates do not specify.", grouped(more)),
    };
    format!(
        "<p class=\"reading\">A check is one rule on one resource, for every choice of parameters and conditions that a \
         deployment can make.{undecided} This page shows what the templates declare. It does not show whether an organization \
         meets the Security Rule: <a href=\"#safeguards\">each citation</a> names what is not visible in a template.</p>"
    )
}

fn foot(out: &mut impl io::Write) -> io::Result<()> {
    writeln!(
        out,
        "<footer>\n<p>Written by hipaalint {} from the templates listed above, without access to an AWS account. This page is not \
         legal advice.</p>\n</footer>",
        env!("CARGO_PKG_VERSION")
    )
}
