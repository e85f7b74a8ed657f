//! What neither passed nor counts: suppressed findings, those in the baseline, and undecided checks, each in a table; and what
//! passed.

use super::markup::{badge, place, rule_id, sentence, subject};
use super::{List, Pieces, RuleList};
use crate::finding::{Finding, Suppression};
use crate::report::Report;
use crate::report::escape::{CodeMarkup, Markup};
use crate::report::ledger::Ledger;
use crate::report::text::{count, grouped, one_line};
use crate::rules::meta::RuleKind;
use std::io;

/// Writes a table that scrolls alone where it is wider than the screen.
fn table<W: io::Write>(
    out: &mut W,
    caption: &str,
    heads: &[&str],
    rows: impl FnOnce(&mut W) -> io::Result<()>,
) -> io::Result<()> {
    writeln!(
        out,
        "<div class=\"table\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\">\n<table>\n<thead>\n<tr>"
    )?;
    for head in heads {
        writeln!(out, "<th scope=\"col\">{head}</th>")?;
    }
    writeln!(out, "</tr>\n</thead>\n<tbody>")?;
    rows(out)?;
    writeln!(out, "</tbody>\n</table>\n</div>")
}

fn row(cells: &[String]) -> String {
    let cells: String = cells.iter().map(|cell| format!("<td>{cell}</td>\n")).collect();
    format!("<tr>\n{cells}</tr>\n")
}

/// The findings that exceptions suppress: the documentation that 164.306(d)(3) requires.
pub(super) fn suppressed(out: &mut impl io::Write, pieces: &Pieces) -> io::Result<()> {
    writeln!(
        out,
        "<p>Exceptions in the templates suppress these findings. An <em>addressable</em> specification can be replaced by an \
         equivalent measure, or left out, if it is not reasonable and appropriate and the reason is documented: 45 CFR \
         164.306(d)(3). A <em>required</em> specification cannot.</p>"
    )?;
    let heads = ["Finding", "Reason", "Owner", "Until", "Ticket"];
    table(out, "Suppressed findings", &heads, |out| pieces.copy(List::Suppressed, out))
}

/// A finding that an exception suppresses.
pub(super) fn suppressed_row(finding: &Finding, suppression: &Suppression, report: &Report) -> String {
    let optional = |text: &Option<String>| text.as_ref().map_or_else(dash, |text| code(text));
    let mut why = optional(&suppression.reason);
    if let Some(alternative) = &suppression.alternative {
        why.push_str(&format!("<br><span class=\"label\">Instead</span> {}", code(alternative)));
    }
    let required = suppression.required_of(&finding.rule);
    if !required.is_empty() {
        let word = format!("required: {}", Markup(&required.join(", ")));
        why.push_str(&format!("<br>{}", badge("failed", "!", &word)));
    }
    let until = suppression.expires.map_or_else(|| "no end date".to_owned(), |day| format!("<time>{day}</time>"));
    row(&[what(finding, report), why, optional(&suppression.owner), until, optional(&suppression.ticket)])
}

/// The findings that the baseline has.
pub(super) fn baseline(out: &mut impl io::Write, pieces: &Pieces) -> io::Result<()> {
    writeln!(
        out,
        "<p>These findings were there when the baseline was written. They do not count, and they still need a fix or an \
         exception: nobody has decided about them.</p>"
    )?;
    let heads = ["Finding", "What is wrong"];
    table(out, "Findings in the baseline", &heads, |out| pieces.copy(List::Baseline, out))
}

/// The checks that need a value which the template does not specify.
pub(super) fn undecided(out: &mut impl io::Write, pieces: &Pieces) -> io::Result<()> {
    writeln!(
        out,
        "<p>These checks need a value that the template does not specify. Set the parameters they name, or review them by hand.</p>"
    )?;
    let heads = ["Check", "What is missing"];
    table(out, "Undecided checks", &heads, |out| pieces.copy(List::Undecided, out))
}

/// A finding with its message.
pub(super) fn plain_row(finding: &Finding, report: &Report) -> String {
    row(&[what(finding, report), sentence(finding)])
}

/// How often each rule passed; on which resources, if the report shows them.
pub(super) fn passed(out: &mut impl io::Write, ledger: &Ledger, pieces: &Pieces) -> io::Result<()> {
    writeln!(out, "<p>Each row names a problem and the number of checks that did not find it.</p>")?;
    table(out, "Checks that passed", &["Problem", "Passed"], |out| {
        for account in ledger.rules.iter().filter(|account| account.breakdown.all_passed() > 0) {
            let meta = account.rule.meta;
            let kind = if meta.kind == RuleKind::Supporting { " <span class=\"kind\">supporting</span>" } else { "" };
            write!(out, "<tr>\n<td>{}<br>{}{kind}", Markup(&meta.title), rule_id(&meta.id))?;
            let named = pieces.passed(&meta.id);
            if named > 0 {
                write!(out, "<details><summary>{}</summary><ul>", count(named, "place"))?;
                pieces.copy_of_rule(&meta.id, RuleList::Passed, out)?;
                write!(out, "</ul></details>")?;
            }
            writeln!(out, "</td>\n<td>{}</td>\n</tr>", grouped(account.breakdown.all_passed()))?;
        }
        Ok(())
    })
}

/// A check that passed, in the list of its rule.
pub(super) fn passed_item(finding: &Finding, report: &Report) -> String {
    format!("<li>{} {}</li>", subject(finding), place(finding.span, report))
}

/// The rule, the resource and the place of a finding.
fn what(finding: &Finding, report: &Report) -> String {
    format!("{}<br>{}<br>{}", subject(finding), rule_id(&finding.rule), place(finding.span, report))
}

fn code(text: &str) -> String {
    CodeMarkup(&one_line(text.trim(), true)).to_string()
}

fn dash() -> String {
    "<span aria-label=\"none\">–</span>".to_owned()
}
