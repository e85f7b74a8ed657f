//! The citations of the Security Rule, in the order of the regulation, with what the rules that serve each came to.

use super::ledger::{Account, Ledger};
use super::markup::{anchor, badge};
use crate::report::Report;
use crate::report::escape::Markup;
use crate::report::text::{count, grouped};
use crate::rules::meta::{Control, section_title};
use std::io;

/// Writes a table for each section of the regulation. On narrow screens its rows are laid out otherwise, which would take its
/// meaning from a table that does not say its roles.
pub(super) fn write(out: &mut impl io::Write, report: &Report, ledger: &Ledger) -> io::Result<()> {
    writeln!(
        out,
        "<p>Where several rules serve a citation, the gravest answer counts. <em>Known violation</em> means that \
         the baseline has it, and nobody has decided about it yet; <em>waived</em>, that an exception gives a reason. \
         <em>Beyond templates</em> means that no rule of this run serves it: it has to be shown by other means.</p>"
    )?;
    for controls in report.controls.chunk_by(|a, b| a.section() == b.section()) {
        let Some(section) = controls.first().map(Control::section) else { continue };
        let id = anchor("section-", section);
        writeln!(out, "<h3 id=\"{id}\">{} {}</h3>", Markup(section), section_title(section))?;
        writeln!(
            out,
            "<table class=\"safeguards\" role=\"table\" aria-labelledby=\"{id}\">\n<thead role=\"rowgroup\">\n<tr role=\"row\">"
        )?;
        for head in ["Citation", "Safeguard", "Result"] {
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
    let standing = ledger.standing(control);
    writeln!(
        out,
        "<tr id=\"{}\" role=\"row\">\n<th scope=\"row\" role=\"rowheader\">{}<br><span class=\"kind\">{}</span></th>\n<td role=\"cell\">{}",
        anchor("citation-", &control.id),
        Markup(&control.id),
        control.requirement.name(),
        Markup(&control.title)
    )?;
    let accounts: Vec<&Account> = ledger.serving(control).collect();
    if let Some(beyond) = &control.beyond {
        writeln!(
            out,
            "<p class=\"beyond\"><span class=\"label\">No template can show</span> {}</p>",
            Markup(beyond.trim())
        )?;
    }
    if !accounts.is_empty() {
        writeln!(out, "<details>\n<summary>{}</summary>\n<ul>", count(accounts.len(), "rule"))?;
        for account in &accounts {
            let id = &account.rule.meta.id;
            let name = if account.violations.is_empty() {
                format!("<code>{}</code>", Markup(id))
            } else {
                format!("<a href=\"#{}\"><code>{}</code></a>", anchor("rule-", id), Markup(id))
            };
            writeln!(out, "<li>{name} {}</li>", numbers(std::iter::once(*account)))?;
        }
        writeln!(out, "</ul>\n</details>")?;
    }
    writeln!(out, "</td>\n<td role=\"cell\">{}", badge(standing.class(), standing.mark(), standing.name()))?;
    if !accounts.is_empty() {
        writeln!(out, "<br><span class=\"numbers\">{}</span>", numbers(accounts.into_iter()))?;
    }
    writeln!(out, "</td>\n</tr>")
}

/// `2 failed · 12 passed`: the checks of some rules.
fn numbers<'l, 'a: 'l>(accounts: impl Iterator<Item = &'l Account<'a>>) -> String {
    let mut all = [0; 5];
    for account in accounts {
        let (counts, suppressed) = (account.counts, account.suppressed);
        let numbers = [counts.failed, suppressed.known, suppressed.by_exception, counts.undecided, counts.passed];
        all.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number);
    }
    let said: Vec<String> = all
        .iter()
        .zip(["failed", "known", "waived", "undecided", "passed"])
        .filter(|(number, _)| **number > 0)
        .map(|(number, how)| format!("{} {how}", grouped(*number)))
        .collect();
    if said.is_empty() { "no checks".to_owned() } else { said.join(" · ") }
}
