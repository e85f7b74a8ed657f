//! What neither passed nor counts: suppressed findings, those in the baseline, and undecided checks, each in a table; and what
//! passed.

use super::markup::{badge, place, rule_id, sentence, subject};
use crate::finding::{Finding, Outcome};
use crate::report::Report;
use crate::report::escape::{CodeMarkup, Markup};
use crate::report::ledger::Ledger;
use crate::report::text::{count, grouped, one_line};
use crate::rules::meta::RuleKind;
use std::collections::BTreeMap;
use std::io;

/// Writes a table that scrolls alone where it is wider than the screen.
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

/// The findings that exceptions suppress: the documentation that 164.306(d)(3) requires.
pub(super) fn suppressed(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    writeln!(
        out,
        "<p>Exceptions in the templates suppress these findings. An <em>addressable</em> specification can be replaced by an \
         equivalent measure, or left out, if it is not reasonable and appropriate and the reason is documented: 45 CFR \
         164.306(d)(3). A <em>required</em> specification cannot.</p>"
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
        let until = suppression.expires.map_or_else(|| "no end date".to_owned(), |day| format!("<time>{day}</time>"));
        Some(vec![what(finding, report), why, optional(&suppression.owner), until, optional(&suppression.ticket)])
    });
    table(out, "Suppressed findings", &["Finding", "Reason", "Owner", "Until", "Ticket"], rows)
}

/// The findings that the baseline has.
pub(super) fn baseline(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    writeln!(
        out,
        "<p>These findings were there when the baseline was written. They do not count, and they still need a fix or an \
         exception: nobody has decided about them.</p>"
    )?;
    let known = report.suppressed.iter().filter(|finding| finding.suppression.is_none());
    table(
        out,
        "Findings in the baseline",
        &["Finding", "What is wrong"],
        known.map(|finding| vec![what(finding, report), sentence(finding)]),
    )
}

/// The checks that need a value which the template does not specify.
pub(super) fn undecided(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    writeln!(
        out,
        "<p>These checks need a value that the template does not specify. Set the parameters they name, or review them by hand.</p>"
    )?;
    let undecided = report.with_outcome(Outcome::Undecided);
    table(
        out,
        "Undecided checks",
        &["Check", "What is missing"],
        undecided.map(|finding| vec![what(finding, report), sentence(finding)]),
    )
}

/// How often each rule passed; on which resources, if the report shows them.
pub(super) fn passed(out: &mut impl io::Write, report: &Report, ledger: &Ledger) -> io::Result<()> {
    let mut named: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.outcome == Outcome::Pass) {
        named.entry(&finding.rule).or_default().push(format!(
            "<li>{} {}</li>",
            subject(finding),
            place(finding.span, report)
        ));
    }
    writeln!(out, "<p>Each row names a problem and the number of checks that did not find it.</p>")?;
    let rows = ledger.rules.iter().filter(|account| account.breakdown.all_passed() > 0).map(|account| {
        let meta = account.rule.meta;
        let kind = if meta.kind == RuleKind::Supporting { " <span class=\"kind\">supporting</span>" } else { "" };
        let mut what = format!("{}<br>{}{kind}", Markup(&meta.title), rule_id(&meta.id));
        if let Some(names) = named.get(meta.id.as_str()) {
            let title = count(names.len(), "place");
            what.push_str(&format!("<details><summary>{title}</summary><ul>{}</ul></details>", names.concat()));
        }
        vec![what, grouped(account.breakdown.all_passed())]
    });
    table(out, "Checks that passed", &["Problem", "Passed"], rows)
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
