//! What was looked at, and under which assumptions: what an auditor needs to trust a run, and to repeat it.

use super::markup::rule_id;
use crate::report::escape::Markup;
use crate::report::text::{count, grouped, one_line};
use crate::report::verdict::{checks, governed, selection};
use crate::report::{Report, Summary, TemplateReport};
use std::io;

/// Writes the facts of the run, its parameters, templates and rules.
pub(super) fn write(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    let summary = report.summary;
    let mut facts = vec![
        ("Tool", format!("hipaalint {}", env!("CARGO_PKG_VERSION"))),
        ("Regulation", "HIPAA Security Rule, 45 CFR Part 164, Subpart C".to_owned()),
        ("Selection", format!("{}.", selection(summary))),
    ];
    facts.extend(configuration(summary).map(|configuration| ("Configuration", configuration)));
    facts.extend(checks(summary).map(|checks| ("Answers", format!("{checks}."))));
    if summary.skipped > 0 {
        facts.push(("Skipped", format!("{}, since they are no templates.", count(summary.skipped, "file"))));
    }
    writeln!(out, "<dl>")?;
    for (name, text) in facts {
        writeln!(out, "<dt>{name}</dt>\n<dd>{}</dd>", Markup(&text))?;
    }
    writeln!(out, "</dl>")?;
    parameters(out, report)?;
    templates(out, &report.provenance.templates)?;
    writeln!(out, "<h3>Rules</h3>\n<details>\n<summary>{}</summary>\n<ul>", count(report.rules.len(), "rule"))?;
    for rule in report.rules {
        writeln!(out, "<li>{} {}</li>", rule_id(&rule.meta.id), Markup(&rule.meta.title))?;
    }
    writeln!(out, "</ul>\n</details>")
}

/// What the run was configured by; none where nothing was linted.
fn configuration(summary: &Summary) -> Option<String> {
    match summary.governed.as_slice() {
        [] => None,
        [only] => Some(match &only.configuration {
            Some(file) => one_line(file, true).into_owned(),
            None => "None: options and defaults alone.".to_owned(),
        }),
        _ => governed(summary).map(|governed| one_line(&format!("{governed}."), true).into_owned()),
    }
}

fn parameters(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    writeln!(out, "<h3>Parameters</h3>")?;
    if report.provenance.pinned.is_empty() {
        return writeln!(
            out,
            "<p>None was pinned: the templates were judged for every value that their parameters can have.</p>"
        );
    }
    writeln!(
        out,
        "<p>These were pinned. The templates were judged for these values and no others.</p>\n<table>\n<thead>\n<tr>\n\
         <th scope=\"col\">Parameter</th>\n<th scope=\"col\">Value</th>\n</tr>\n</thead>\n<tbody>"
    )?;
    for pin in &report.provenance.pinned {
        let value = match &pin.value {
            Some(value) => format!("<code>{}</code>", Markup(&one_line(value, true))),
            None => "not shown (NoEcho)".to_owned(),
        };
        writeln!(out, "<tr>\n<th scope=\"row\">{}</th>\n<td>{value}</td>\n</tr>", Markup(&one_line(&pin.name, true)))?;
    }
    writeln!(out, "</tbody>\n</table>")
}

fn templates(out: &mut impl io::Write, templates: &[TemplateReport]) -> io::Result<()> {
    writeln!(out, "<h3 id=\"templates\">Templates</h3>")?;
    if templates.is_empty() {
        return writeln!(out, "<p>None was linted.</p>");
    }
    writeln!(
        out,
        "<div class=\"table\" role=\"region\" aria-labelledby=\"templates\" tabindex=\"0\">\n<table class=\"counts\">\n<thead>\n<tr>"
    )?;
    for head in ["File", "Resources", "Failed", "Undecided", "Passed"] {
        writeln!(out, "<th scope=\"col\">{head}</th>")?;
    }
    writeln!(out, "</tr>\n</thead>\n<tbody>")?;
    for template in templates {
        writeln!(out, "<tr>\n<th scope=\"row\">{}</th>", Markup(&one_line(&template.name, true)))?;
        let counts = template.counts;
        for number in [template.resources, counts.failed, counts.undecided, counts.passed] {
            writeln!(out, "<td>{}</td>", grouped(number))?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody>\n</table>\n</div>")
}
