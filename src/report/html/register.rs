//! What neither passed nor counts: waived, known and undecided checks, each in a table; and what passed.

use super::ledger::Ledger;
use super::markup::{badge, place, rule_id, sentence, subject};
use crate::finding::{Finding, Outcome};
use crate::report::Report;
use crate::report::escape::{CodeMarkup, Markup};
use crate::report::text::{count, grouped, one_line};
use std::collections::BTreeMap;
use std::io;

/// Writes a table that scrolls by itself where it is wider than the screen.
fn table(
    out: &mut impl io::Write,
    caption: &str,
    heads: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> io::Result<()> {
    writeln!(
        out,
        "<div class=\"table\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\">\n<table>\n<thead>\n<tr>"
    )?;
    for head in heads {
        writeln!(out, "<th scope=\"col\">{head}</th>")?;
    }
    writeln!(out, "</tr>\n</thead>\n<tbody>")?;
    for row in rows {
        writeln!(out, "<tr>")?;
        for cell in row {
            writeln!(out, "<td>{cell}</td>")?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody>\n</table>\n</div>")
}

/// The findings that exceptions waive: the documentation that 164.306(d)(3) asks for.
pub(super) fn suppressed(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    writeln!(
        out,
        "<p>An addressable specification may be met by an equivalent measure, or left out where it is not reasonable, if that is \
         documented with the reason: 45 CFR 164.306(d)(3). What is <em>required</em> cannot be waived.</p>"
    )?;
    let rows = report.suppressed.iter().filter_map(|finding| {
        let suppression = finding.suppression.as_deref()?;
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
        let until = suppression.expires.map_or_else(|| "no end".to_owned(), |day| format!("<time>{day}</time>"));
        Some(vec![what(finding, report), why, optional(&suppression.owner), until, optional(&suppression.ticket)])
    });
    table(out, "Waived findings", &["Finding", "Reason", "Who", "Until", "Ticket"], rows)
}

/// The findings that the baseline has.
pub(super) fn known(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    writeln!(
        out,
        "<p>These were there when the baseline was written. They do not count, and are still to be mended.</p>"
    )?;
    let known = report.suppressed.iter().filter(|finding| finding.suppression.is_none());
    table(
        out,
        "Known findings",
        &["Finding", "What is wrong"],
        known.map(|finding| vec![what(finding, report), sentence(finding)]),
    )
}

/// The checks that need a value which the template does not tell.
pub(super) fn undecided(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    writeln!(
        out,
        "<p>The template does not tell a value that these need. Give parameters their values, or look at them yourself.</p>"
    )?;
    let undecided = report.answered(Outcome::Undecided);
    table(
        out,
        "Undecided checks",
        &["Check", "What is missing"],
        undecided.map(|finding| vec![what(finding, report), sentence(finding)]),
    )
}

/// How often each rule passed; on what, where that was asked for.
pub(super) fn passed(out: &mut impl io::Write, report: &Report, ledger: &Ledger) -> io::Result<()> {
    let mut named: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.outcome == Outcome::Pass) {
        named.entry(&finding.rule).or_default().push(format!(
            "<li>{} {}</li>",
            subject(finding),
            place(finding.span, report)
        ));
    }
    writeln!(out, "<p>Each line names what the rule looks for, and how many resources are free of it.</p>")?;
    let rows = ledger.rules.iter().filter(|account| account.counts.passed > 0).map(|account| {
        let meta = account.rule.meta;
        let mut what = format!("{}<br>{}", Markup(&meta.title), rule_id(&meta.id));
        if let Some(names) = named.get(meta.id.as_str()) {
            let title = count(names.len(), "place");
            what.push_str(&format!("<details><summary>{title}</summary><ul>{}</ul></details>", names.concat()));
        }
        vec![what, grouped(account.counts.passed)]
    });
    table(out, "Checks that passed", &["Rule", "Passed"], rows)
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
