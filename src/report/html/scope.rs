//! What was checked, and under which assumptions: an auditor needs it in order to trust a run, and to repeat it.

use super::markup::rule_id;
use super::{List, Pieces};
use crate::report::escape::Markup;
use crate::report::headline::{checks, governed, not_counted, selection};
use crate::report::not_looked_at::clauses;
use crate::report::text::{count, grouped, one_line, shorten};
use crate::report::{Report, Revision, Summary, TemplateReport};
use std::io;

/// Columns of a revision that was given.
const MAX_REVISION: usize = 200;

/// Types of resources that are named.
const MAX_TYPES: usize = 50;

/// Writes the facts of the run, its parameters, templates and rules.
pub(super) fn write(out: &mut impl io::Write, report: &Report, pieces: &Pieces) -> io::Result<()> {
    let summary = report.summary;
    let mut facts = vec![
        ("Tool", format!("hipaalint {}", env!("CARGO_PKG_VERSION"))),
        ("Regulation", "HIPAA Security Rule, 45 CFR Part 164, Subpart C".to_owned()),
        ("Date", date(report)),
        ("Commit", commit(&report.provenance.revision)),
        ("Selection", format!("{}.", selection(summary))),
    ];
    facts.extend(configuration(summary).map(|configuration| ("Configuration", configuration)));
    facts.extend(checks(summary).map(|checks| ("Results", format!("{checks}."))));
    facts.extend(not_counted(summary).map(|findings| ("Not counted", format!("{findings}."))));
    let gaps = clauses(summary, MAX_TYPES).into_iter().map(|clause| format!("{}.", capitalized(&clause)));
    let not_checked: Vec<String> = gaps.chain(left_out(summary)).collect();
    if !not_checked.is_empty() {
        facts.push(("Not checked", not_checked.join(" ")));
    }
    writeln!(out, "<dl>")?;
    for (name, text) in facts {
        writeln!(out, "<dt>{name}</dt>\n<dd>{}</dd>", Markup(&text))?;
    }
    writeln!(out, "</dl>")?;
    parameters(out, report)?;
    templates(out, pieces)?;
    writeln!(out, "<h3>Rules</h3>\n<details>\n<summary>{}</summary>\n<ul>", count(report.rules.len(), "rule"))?;
    for rule in report.rules {
        writeln!(out, "<li>{} {}</li>", rule_id(&rule.meta.id), Markup(&rule.meta.title))?;
    }
    writeln!(out, "</ul>\n</details>")?;
    configured(out, summary)
}

/// The rules that configurations turn off or change, all of them.
fn configured(out: &mut impl io::Write, summary: &Summary) -> io::Result<()> {
    for governed in summary.governed.iter().filter(|governed| !(governed.off.is_empty() && governed.changed.is_empty()))
    {
        let number = count(governed.off.len() + governed.changed.len(), "rule");
        let name = one_line(governed.name(), true);
        writeln!(out, "<details>\n<summary>{number} turned off or changed in {}</summary>\n<ul>", Markup(&name))?;
        for off in &governed.off {
            writeln!(out, "<li>{} turned off</li>", rule_id(&off.rule))?;
        }
        for rule in &governed.changed {
            writeln!(out, "<li>{}</li>", Markup(&rule.text()))?;
        }
        writeln!(out, "</ul>\n</details>")?;
    }
    Ok(())
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The day of the run, or how to set it.
fn date(report: &Report) -> String {
    match report.provenance.date {
        Some(day) => day.to_string(),
        None => "Not set. The option --today sets it, and so does SOURCE_DATE_EPOCH.".to_owned(),
    }
}

/// The commit, and how far it can be trusted.
fn commit(revision: &Revision) -> String {
    match revision {
        Revision::CheckedOut(hash) => {
            format!("{hash}, the commit that was checked out. Changes that were not committed are not detected.")
        }
        Revision::Given(text) => {
            format!("{}, as given by the option --revision.", shorten(&one_line(text, true), MAX_REVISION, true))
        }
        Revision::Unknown => "Unknown. The option --revision sets it.".to_owned(),
    }
}

/// The files that were seen and not checked; none where all were checked.
fn left_out(summary: &Summary) -> Option<String> {
    let mut sentences = Vec::new();
    if summary.unreadable > 0 {
        sentences.push(format!("{} could not be linted.", count(summary.unreadable, "file")));
    }
    sentences.extend(match summary.skipped {
        0 => None,
        1 => Some("1 file is not a template.".to_owned()),
        more => Some(format!("{} files are not templates.", grouped(more))),
    });
    let excluded: Vec<String> = [(summary.left_out_files, "file"), (summary.left_out_folders, "folder")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| count(number, noun))
        .collect();
    if !excluded.is_empty() {
        sentences.push(format!("Excluded by .gitignore or the configuration: {}.", excluded.join(", ")));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// What the run was configured by; none where nothing was linted.
fn configuration(summary: &Summary) -> Option<String> {
    match summary.governed.as_slice() {
        [] => None,
        [only] => Some(match &only.configuration {
            Some(file) => one_line(file, true).into_owned(),
            None => "None: only options and defaults.".to_owned(),
        }),
        _ => governed(summary).map(|governed| one_line(&format!("{governed}."), true).into_owned()),
    }
}

fn parameters(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    writeln!(out, "<h3>Parameters</h3>")?;
    if report.summary.pinned.is_empty() {
        return writeln!(
            out,
            "<p>No parameter was pinned: the checks cover every value that the parameters can have.</p>"
        );
    }
    writeln!(
        out,
        "<p>These parameters were pinned. The checks cover these values and no others.</p>\n<table>\n<thead>\n<tr>\n\
         <th scope=\"col\">Parameter</th>\n<th scope=\"col\">Value</th>\n</tr>\n</thead>\n<tbody>"
    )?;
    for pin in &report.summary.pinned {
        let value = match &pin.value {
            Some(value) => format!("<code>{}</code>", Markup(&one_line(value, true))),
            None => "not shown (secret)".to_owned(),
        };
        writeln!(out, "<tr>\n<th scope=\"row\">{}</th>\n<td>{value}</td>\n</tr>", Markup(&one_line(&pin.name, true)))?;
    }
    writeln!(out, "</tbody>\n</table>")
}

fn templates(out: &mut impl io::Write, pieces: &Pieces) -> io::Result<()> {
    writeln!(out, "<h3 id=\"templates\">Templates</h3>")?;
    if pieces.number(List::Templates) == 0 {
        return writeln!(out, "<p>No template was linted.</p>");
    }
    writeln!(
        out,
        "<div class=\"table\" role=\"region\" aria-labelledby=\"templates\" tabindex=\"0\">\n<table class=\"counts\">\n<thead>\n<tr>"
    )?;
    for head in ["File", "Resources", "Failed", "Undecided", "Passed"] {
        writeln!(out, "<th scope=\"col\">{head}</th>")?;
    }
    writeln!(out, "</tr>\n</thead>\n<tbody>")?;
    pieces.copy(List::Templates, out)?;
    writeln!(out, "</tbody>\n</table>\n</div>")
}

/// A template in the table of all.
pub(super) fn template(template: &TemplateReport) -> String {
    let TemplateReport { name, resources, counts, .. } = template;
    let numbers = [*resources, counts.failed, counts.undecided, counts.passed];
    let cells: String = numbers.iter().map(|number| format!("<td>{}</td>\n", grouped(*number))).collect();
    format!("<tr>\n<th scope=\"row\">{}</th>\n{cells}</tr>\n", Markup(&one_line(name, true)))
}
