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
use super::ledger::{Ledger, Results, Standing};
use super::spill::Spill;
use super::text::{grouped, one_line, shorten};
use super::{Report, Reporter, Revision, Summary, title, write_whole};
use crate::finding::{Level, Outcome, Severity};
use std::collections::HashMap;
use std::io;
use std::sync::Arc;

const STYLE: &str = include_str!("style.css");
/// Columns of a revision that was given.
const MAX_REVISION: usize = 80;

/// Writes the page.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    write_whole(&mut Page::new(out), report, None)
}

/// Writes the page at the end. Until then its pieces wait: of each list, and of each rule.
pub struct Page<W> {
    out: W,
    pieces: Pieces,
}

/// The pieces of the page so far.
#[derive(Default)]
struct Pieces {
    results: Results,
    waiting: Spill,
    /// The numbers of pieces by list.
    numbers: [usize; LISTS],
    /// The numbers of rules, by which their streams are known.
    rules: HashMap<Arc<str>, usize>,
    /// The numbers of named checks that passed, by the number of the rule.
    passed: Vec<usize>,
}

/// The lists of the page that are not about one rule: each has a stream.
#[derive(Copy, Clone)]
enum List {
    Errors,
    Notes,
    Suppressed,
    Baseline,
    Undecided,
    Templates,
}
const LISTS: usize = 6;

/// The lists that each rule has: each has a stream.
#[derive(Copy, Clone)]
enum RuleList {
    Findings,
    Passed,
}

impl Pieces {
    fn add(&mut self, list: List, piece: &str) {
        self.waiting.write(list as usize, piece.as_bytes());
        if let Some(number) = self.numbers.get_mut(list as usize) {
            *number += 1;
        }
    }

    fn number(&self, list: List) -> usize {
        self.numbers.get(list as usize).copied().unwrap_or_default()
    }

    fn copy(&self, list: List, out: &mut impl io::Write) -> io::Result<()> {
        self.waiting.copy(list as usize, out)
    }

    fn add_of_rule(&mut self, rule: &Arc<str>, list: RuleList, piece: &str) {
        let next = self.rules.len();
        let number = *self.rules.entry(Arc::clone(rule)).or_insert(next);
        self.waiting.write(LISTS + 2 * number + list as usize, piece.as_bytes());
        if let RuleList::Passed = list {
            self.passed.resize(self.passed.len().max(number + 1), 0);
            if let Some(passed) = self.passed.get_mut(number) {
                *passed += 1;
            }
        }
    }

    fn copy_of_rule(&self, rule: &str, list: RuleList, out: &mut impl io::Write) -> io::Result<()> {
        let Some(number) = self.rules.get(rule) else { return Ok(()) };
        self.waiting.copy(LISTS + 2 * number + list as usize, out)
    }

    /// The number of named checks of a rule that passed.
    fn passed(&self, rule: &str) -> usize {
        self.rules.get(rule).and_then(|number| self.passed.get(*number)).copied().unwrap_or_default()
    }
}

impl<W: io::Write> Page<W> {
    /// Starts a page.
    pub fn new(out: W) -> Self {
        Self { out, pieces: Pieces::default() }
    }
}

impl<W: io::Write> Reporter for Page<W> {
    fn file(&mut self, part: &Report<'_>) -> io::Result<()> {
        let pieces = &mut self.pieces;
        pieces.results.add(part);
        for template in &part.provenance.templates {
            pieces.add(List::Templates, &scope::template(template));
        }
        add_diagnostics(pieces, part);
        for finding in part.violations() {
            pieces.add_of_rule(&finding.rule, RuleList::Findings, &findings::one(finding, part));
        }
        for finding in part.suppressed {
            match &finding.suppression {
                Some(exception) => {
                    pieces.add(List::Suppressed, &register::suppressed_row(finding, exception, part));
                }
                None => pieces.add(List::Baseline, &register::plain_row(finding, part)),
            }
        }
        for finding in part.with_outcome(Outcome::Undecided) {
            pieces.add(List::Undecided, &register::plain_row(finding, part));
        }
        for finding in part.findings.iter().filter(|finding| finding.outcome == Outcome::Pass) {
            pieces.add_of_rule(&finding.rule, RuleList::Passed, &register::passed_item(finding, part));
        }
        Ok(())
    }

    fn end(&mut self, rest: &Report<'_>, _: Option<u8>) -> io::Result<()> {
        let Self { out, pieces } = self;
        add_diagnostics(pieces, rest);
        let ledger = Ledger::new(rest, &pieces.results);
        write!(
            out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"generator\" content=\"hipaalint {}\">\n\
             <title>{} – {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
            env!("CARGO_PKG_VERSION"),
            Markup(&headline::line(rest.summary)),
            Markup(&title(rest))
        )?;
        let sections = sections(pieces, &ledger);
        head(out, rest, &sections)?;
        writeln!(out, "<main>")?;
        overview(out, rest, &ledger)?;
        for section in &sections {
            writeln!(out, "<section id=\"{0}\" aria-labelledby=\"{0}-title\">", section.id)?;
            writeln!(out, "<h2 id=\"{}-title\">{}</h2>", section.id, section.title)?;
            match section.id {
                "unreadable" => findings::list(out, List::Errors, pieces)?,
                "findings" => findings::by_rule(out, rest, &ledger, pieces)?,
                "suppressed" => register::suppressed(out, pieces)?,
                "baseline" => register::baseline(out, pieces)?,
                "undecided" => register::undecided(out, pieces)?,
                "safeguards" => safeguards::write(out, rest, &ledger)?,
                "passed" => register::passed(out, &ledger, pieces)?,
                "notes" => findings::list(out, List::Notes, pieces)?,
                _ => scope::write(out, rest, pieces)?,
            }
            writeln!(out, "</section>")?;
        }
        writeln!(out, "</main>")?;
        foot(out)?;
        writeln!(out, "</body>\n</html>")?;
        out.flush()
    }
}

fn add_diagnostics(pieces: &mut Pieces, part: &Report) {
    for diagnostic in part.diagnostics {
        let list = match diagnostic.severity {
            Severity::Error => List::Errors,
            Severity::Note => List::Notes,
        };
        pieces.add(list, &findings::diagnostic(diagnostic, part));
    }
}

/// A part of the page that is not empty.
struct Section {
    id: &'static str,
    title: &'static str,
    number: Option<usize>,
}

fn sections(pieces: &Pieces, ledger: &Ledger) -> Vec<Section> {
    let listed = [
        ("unreadable", "Could not be done", pieces.number(List::Errors)),
        ("findings", "Findings", ledger.violations),
        ("suppressed", "Suppressed findings", pieces.number(List::Suppressed)),
        ("baseline", "Findings in the baseline", pieces.number(List::Baseline)),
        ("undecided", "Undecided checks", ledger.undecided),
    ];
    let found = listed.into_iter().filter(|(_, _, number)| *number > 0);
    let mut sections: Vec<Section> =
        found.map(|(id, title, number)| Section { id, title, number: Some(number) }).collect();
    sections.push(Section { id: "safeguards", title: "Checks by citation", number: None });
    let after = [
        ("passed", "Checks that passed", ledger.breakdown.all_passed()),
        ("notes", "Notes on the templates", pieces.number(List::Notes)),
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
