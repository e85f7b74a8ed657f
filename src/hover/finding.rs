//! What there is to say about a finding: what is wrong, why that matters, what the safeguard is, and what to do.

use super::page::{Inline, Page, Section};
use crate::finding::{Applicability, Finding, Outcome};
use crate::report::rule_address;
use crate::rules::load::{RuleSet, controls};

/// Adds a finding.
pub(super) fn add(page: &mut Page, finding: &Finding, rules: &RuleSet) {
    let entry = rules.get(&finding.rule);
    let title = entry.map_or_else(|| finding.rule.to_string(), |entry| entry.meta.title.clone());
    let level = match finding.outcome {
        Outcome::Fail => finding.level.name(),
        Outcome::Undecided => "undecided",
        Outcome::Pass => "passed",
    };
    let is_own = entry.is_some_and(|entry| entry.file.is_some());
    let rule = match is_own {
        true => Inline::code(&*finding.rule),
        false => Inline::Link { label: finding.rule.to_string(), address: rule_address(&finding.rule) },
    };
    let severity = format!(", {} severity", finding.severity.name());
    let head = vec![Inline::Strong(title), Inline::text(format!(" ({level}{severity}, ")), rule, Inline::text(")")];
    let mut section = Section::new(head);
    section.paragraph(Inline::message(&finding.full_message()));
    for related in finding.related.iter().take(5) {
        section.item(Inline::message(&related.message));
    }
    if let Some(entry) = entry {
        let prose = entry.prose();
        section.prose("Why", &prose.why);
        for id in &entry.meta.controls {
            let control = controls().iter().find(|control| control.id == *id);
            let text = match control {
                Some(control) => format!("45 CFR {id} {} ({})", control.title, control.requirement.name()),
                None => id.clone(),
            };
            section.labeled("Safeguard", [Inline::text(text)]);
        }
        section.prose("Remediation", &prose.remediation);
    }
    if let Some(fix) = &finding.fix {
        let label = match fix.applicability {
            Applicability::Safe => "Fix",
            Applicability::Unsafe => "Fix to review before it is applied",
            Applicability::Display => "Suggested change",
        };
        section.labeled(label, Inline::message(&fix.description()));
    }
    match &finding.suppression {
        Some(suppression) => {
            let reason = suppression.reason.as_deref().unwrap_or("no reason is stated");
            let until = suppression.expires.map(|date| format!(", until {date}")).unwrap_or_default();
            section.labeled("Suppressed by an exception", [Inline::code(reason), Inline::text(until)]);
        }
        None if finding.outcome == Outcome::Fail => {
            let line = format!(
                "If the risk is accepted, add an exception with a reason: under `hipaalint` in the `Metadata` of the resource, or \
                 in YAML as the comment `# hipaalint: except {} because …`.",
                finding.rule
            );
            let line = Inline::message(&line);
            section.labeled("Exceptions", line);
        }
        None => {}
    }
    page.add(section);
    page.narrow(finding.span);
}
