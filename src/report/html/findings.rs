//! The findings that count, rule by rule: citations, reason and remediation once, then each place.

use super::markup::{anchor, class, excerpts, level, place, prose, references, rule_id, sentence, subject};
use super::{List, Pieces, RuleList};
use crate::finding::{Diagnostic, Finding, Severity};
use crate::report::Report;
use crate::report::escape::{CodeMarkup, Markup};
use crate::report::ledger::{Account, Ledger, Standing};
use crate::report::text::{count, grouped, one_line};
use std::io;

/// Up to so many rules, a list of them would not help.
const FEW_RULES: usize = 4;

/// Writes the rules that have findings, the gravest first.
pub(super) fn by_rule(out: &mut impl io::Write, rest: &Report, ledger: &Ledger, pieces: &Pieces) -> io::Result<()> {
    let violated = ledger.violated();
    if violated.len() > FEW_RULES {
        index(out, &violated)?;
    }
    violated.iter().try_for_each(|account| rule(out, account, rest, pieces))
}

/// The rules at a glance, for readers who look for one.
fn index(out: &mut impl io::Write, violated: &[&Account]) -> io::Result<()> {
    writeln!(
        out,
        "<table class=\"counts\">\n<thead>\n<tr>\n<th scope=\"col\">Rule</th>\n<th scope=\"col\">Severity</th>\n<th scope=\"col\">Findings</th>"
    )?;
    writeln!(out, "</tr>\n</thead>\n<tbody>")?;
    for account in violated {
        let meta = account.rule.meta;
        writeln!(
            out,
            "<tr>\n<th scope=\"row\">{} <a href=\"#{}\">{}</a></th>\n<td>{}</td>\n<td>{}</td>\n</tr>",
            account.level.map(level).unwrap_or_default(),
            anchor("rule-", &meta.id),
            Markup(&meta.title),
            meta.severity.name(),
            grouped(account.violations)
        )?;
    }
    writeln!(out, "</tbody>\n</table>")
}

fn rule(out: &mut impl io::Write, account: &Account, report: &Report, pieces: &Pieces) -> io::Result<()> {
    let (meta, prose_of) = (account.rule.meta, &account.rule.prose);
    let id = anchor("rule-", &meta.id);
    let gravest = account.level.unwrap_or(meta.level);
    writeln!(out, "<section class=\"rule\" aria-labelledby=\"{id}\">")?;
    writeln!(out, "<h3 id=\"{id}\">{} {}</h3>", level(gravest), Markup(&meta.title))?;
    let findings = count(account.violations, "finding");
    let severity = meta.severity.name();
    writeln!(out, "<p class=\"facts\">{} · severity {severity} · {findings}</p>", rule_id(&meta.id))?;
    if !meta.controls.is_empty() {
        writeln!(out, "<ul class=\"citations\" aria-label=\"Citations of 45 CFR Part 164\">")?;
        for citation in &meta.controls {
            let requirement = report.control(citation).map(|control| control.requirement.name());
            let requirement =
                requirement.map(|name| format!(" <span class=\"kind\">{name}</span>")).unwrap_or_default();
            writeln!(
                out,
                "<li><a href=\"#{}\">{}</a>{requirement}</li>",
                anchor("citation-", citation),
                Markup(&report.citation(citation))
            )?;
        }
        writeln!(out, "</ul>")?;
    }
    writeln!(out, "<div class=\"prose\">")?;
    let harm = prose_of.harm.trim();
    let why = if harm.is_empty() { prose_of.why.clone() } else { format!("**{harm}**\n\n{}", prose_of.why) };
    for (title, text) in [("Why it matters", &why), ("How to fix it", &prose_of.remediation)] {
        if !text.trim().is_empty() {
            writeln!(out, "<div>\n<h4>{title}</h4>\n{}</div>", prose(text))?;
        }
    }
    writeln!(out, "</div>")?;
    if !prose_of.references.is_empty() {
        writeln!(
            out,
            "<details>\n<summary>References</summary>\n<ul>\n{}</ul>\n</details>",
            references(&prose_of.references)
        )?;
    }
    writeln!(out, "<ol class=\"findings\">")?;
    pieces.copy_of_rule(&meta.id, RuleList::Findings, out)?;
    writeln!(out, "</ol>\n</section>")
}

/// A finding in the list of its rule.
pub(super) fn one(finding: &Finding, report: &Report) -> String {
    let class = class(Standing::Failed(finding.level));
    let (level, subject, place) = (level(finding.level), subject(finding), place(finding.span, report));
    let mut html = format!("<li class=\"finding {class}\">\n<p class=\"head\">{level} {subject} {place}</p>\n");
    html.push_str(&format!("<p>{}</p>\n", sentence(finding)));
    if let Some(made_by) = finding.subject.made_by() {
        let made_by = one_line(&made_by, true).into_owned();
        html.push_str(&format!("<p class=\"facts\">CDK construct <code>{}</code></p>\n", Markup(&made_by)));
    }
    html.push_str(&excerpts(finding.span, &finding.related, report));
    html.push_str("</li>\n");
    html
}

/// Writes a list of diagnostics.
pub(super) fn list(out: &mut impl io::Write, list: List, pieces: &Pieces) -> io::Result<()> {
    writeln!(out, "<ol class=\"findings\">")?;
    pieces.copy(list, out)?;
    writeln!(out, "</ol>")
}

/// A diagnostic, which is about a file itself.
pub(super) fn diagnostic(diagnostic: &Diagnostic, report: &Report) -> String {
    let class = if diagnostic.severity == Severity::Error { "failed" } else { "noted" };
    let place = match diagnostic.span {
        Some(span) => place(span, report),
        None => format!("<span class=\"place\">{}</span>", Markup(&one_line(&diagnostic.file, true))),
    };
    let code = Markup(diagnostic.code.name());
    let mut html = format!("<li class=\"finding {class}\">\n<p class=\"head\"><code>{code}</code> {place}</p>\n");
    html.push_str(&format!("<p>{}</p>\n", CodeMarkup(&one_line(&diagnostic.full_message(), true))));
    if let Some(span) = diagnostic.span {
        html.push_str(&excerpts(span, &diagnostic.related, report));
    }
    html.push_str("</li>\n");
    html
}
