//! The citations of the Security Rule, in the order of the regulation, with the numbers of the checks that serve each.

use super::markup::{anchor, badge, class, mark};
use crate::report::Report;
use crate::report::escape::Markup;
use crate::report::ledger::{Account, Breakdown, Ledger, Standing};
use crate::report::text::count;
use crate::rules::meta::{Control, RuleKind, section_title};
use std::io;

/// Writes a table for each section of the regulation. On narrow screens its rows have another layout, and a table without
/// roles would lose its meaning there.
pub(super) fn write(out: &mut impl io::Write, report: &Report, ledger: &Ledger) -> io::Result<()> {
    writeln!(
        out,
        "<p>The numbers count the checks of this run. They do not state whether an organization meets a safeguard. \
         The color is that of the gravest result: red for errors, amber for warnings, neutral for notes. \
         <em>In the baseline</em> means that a check failed before the baseline was written. <em>Suppressed</em> means that an \
         exception gives a reason. <em>Supporting</em> checks look at tags, names, texts and references, which any template \
         has; a citation is green only if another check passed as well. <em>No rule</em> means that no rule of this run \
         serves the citation: show it by other means.</p>"
    )?;
    for controls in report.controls.chunk_by(|a, b| a.section() == b.section()) {
        let Some(section) = controls.first().map(Control::section) else { continue };
        let id = anchor("section-", section);
        writeln!(out, "<h3 id=\"{id}\">{} {}</h3>", Markup(section), section_title(section))?;
        writeln!(
            out,
            "<table class=\"safeguards\" role=\"table\" aria-labelledby=\"{id}\">\n<thead role=\"rowgroup\">\n<tr role=\"row\">"
        )?;
        for head in ["Citation", "Safeguard", "Checks"] {
            writeln!(out, "<th scope=\"col\" role=\"columnheader\">{head}</th>")?;
        }
        writeln!(out, "</tr>\n</thead>\n<tbody role=\"rowgroup\">")?;
        for control in controls {
            row(out, control, ledger)?;
        }
        writeln!(out, "</tbody>\n</table>")?;
    }
    Ok(())
}

fn row(out: &mut impl io::Write, control: &Control, ledger: &Ledger) -> io::Result<()> {
    writeln!(
        out,
        "<tr id=\"{}\" role=\"row\">\n<th scope=\"row\" role=\"rowheader\">{}<br><span class=\"kind\">{}</span></th>\n<td role=\"cell\">{}",
        anchor("citation-", &control.id),
        Markup(&control.id),
        control.requirement.name(),
        Markup(&control.title)
    )?;
    if let Some(beyond) = &control.beyond {
        writeln!(
            out,
            "<p class=\"beyond\"><span class=\"label\">Not visible in a template</span> {}</p>",
            Markup(beyond.trim())
        )?;
    }
    let accounts: Vec<&Account> = ledger.serving(control).collect();
    if !accounts.is_empty() {
        writeln!(out, "<details>\n<summary>{}</summary>\n<ul>", count(accounts.len(), "rule"))?;
        for account in &accounts {
            let id = &account.rule.meta.id;
            let name = if account.violations == 0 {
                format!("<code>{}</code>", Markup(id))
            } else {
                format!("<a href=\"#{}\"><code>{}</code></a>", anchor("rule-", id), Markup(id))
            };
            let kind = if account.rule.meta.kind == RuleKind::Supporting { " (supporting)" } else { "" };
            writeln!(out, "<li>{name}{kind}: {}</li>", account.breakdown.list())?;
        }
        writeln!(out, "</ul>\n</details>")?;
    }
    writeln!(out, "</td>\n<td role=\"cell\">{}</td>\n</tr>", numbers(ledger.breakdown(control)))
}

/// The checks of a citation: the number that matters most as a badge, the others below.
fn numbers(breakdown: Option<Breakdown>) -> String {
    let Some(breakdown) = breakdown else { return badge(class(Standing::NoRule), mark(Standing::NoRule), "No rule") };
    let standing = breakdown.standing();
    let lead = badge(class(standing), mark(standing), &breakdown.lead());
    let rest = breakdown.rest();
    if rest.is_empty() { lead } else { format!("{lead}<br><span class=\"numbers\">{}</span>", rest.join(" · ")) }
}
