//! The citations of the Security Rule: the rules that serve each, and the part that is not visible in a template.

use super::elsewhere;
use super::wrap::wrapped;
use super::{capitalized, cell, page_name};
use crate::rules::load::{RuleSet, controls, runtime_checks, unruled_services};
use crate::rules::meta::{Control, RuleKind, RuntimeCheck};
use serde::Serialize;

/// A citation with all that serves it.
#[derive(Debug, Serialize)]
pub struct Citation<'a> {
    /// The citation itself.
    #[serde(flatten)]
    pub control: &'a Control,
    /// The ids of the rules that serve it.
    pub rules: Vec<&'a str>,
    /// The checks that serve it and that need a running account.
    pub runtime: Vec<&'a RuntimeCheck>,
}

/// All citations, in the order of the regulation.
pub fn citations(rules: &RuleSet) -> Vec<Citation<'_>> {
    let citation = |control: &'static Control| Citation {
        control,
        rules: rules
            .entries()
            .iter()
            .filter(|entry| entry.meta.controls.contains(&control.id))
            .map(|entry| entry.meta.id.as_str())
            .collect(),
        runtime: runtime_checks().iter().filter(|check| check.controls.contains(&control.id)).collect(),
    };
    controls().iter().map(citation).collect()
}

/// The citations as a Markdown document for a reader without the other documents, which are below an address.
pub fn citations_page_alone(rules: &RuleSet, documents: &str) -> String {
    let page = citations_page(rules);
    let text = page.split_once("-->\n").map_or(page.as_str(), |(_, text)| text);
    let documents = |name: &str| format!("]({documents}/{name}");
    text.replace("](rules/", &documents("rules/")).replace("](rule-language.md", &documents("rule-language.md"))
}

/// The citations as a Markdown document. It links to the rules' pages in the folder `rules` next to it.
pub fn citations_page(rules: &RuleSet) -> String {
    let citations = citations(rules);
    let served = citations.iter().filter(|citation| !citation.rules.is_empty()).count();
    let mut page = format!(
        "<!-- Generated from rules/. Edit the files there. -->\n# The HIPAA Security Rule, citation by citation\n\n\
         For each standard and implementation specification of 45 CFR Part 164, Subpart C, this page lists the rules that check \
         part of it, and names the part that is not visible in a template. {served} of {} citations have rules. \
         `hipaalint controls` prints the same list. [Other frameworks](#other-frameworks), of NIST and HHS, are at the end.\n\n\
         A rule checks what a template declares. It does not show whether an organization meets a citation. *Supporting* \
         rules check tags, names, texts and references: [rule language](rule-language.md).\n",
        citations.len()
    );
    for citation in &citations {
        let Control { id, title, requirement, beyond, .. } = citation.control;
        page.push_str(&format!("\n## {id} {title}\n\n*{}*\n", capitalized(requirement.name())));
        if let Some(beyond) = beyond {
            page.push_str(&format!("\n**Not visible in a template:** {}\n", beyond.trim()));
        }
        if !citation.rules.is_empty() {
            page.push_str(&format!("\n**Rules** ({}):\n\n", citation.rules.len()));
            citation.rules.iter().for_each(|id| page.push_str(&rule_item(id, rules)));
        }
        if !citation.runtime.is_empty() {
            page.push_str("\n**Only in a running account**:\n\n");
            for check in &citation.runtime {
                page.push_str(&format!("- `{}`: {}\n", check.id, check.title.trim()));
            }
        }
    }
    page.push_str(
        "\n## Checks that need a running account\n\n| check | checks that | why it is not visible in a template |\n\
         | --- | --- | --- |\n",
    );
    for check in runtime_checks() {
        page.push_str(&format!("| `{}` | {} | {} |\n", check.id, cell(&check.title), cell(&check.reason)));
    }
    page.push_str(
        "\n## Eligible services without a rule\n\nAWS's Business Associate Addendum covers these services, but nothing that a template \
         sets for them is a safeguard of PHI. `hipaalint explain NAMESPACE` prints the same text with its source.\n\n\
         | resource types | service | why a template can show nothing |\n| --- | --- | --- |\n",
    );
    for service in unruled_services() {
        page.push_str(&format!(
            "| `AWS::{}` | {} | {} |\n",
            service.namespace,
            cell(service.name()),
            cell(&service.reason)
        ));
    }
    page.push_str(&elsewhere::sections(rules));
    wrapped(&page)
}

/// A rule as an item of a list, with a link to its page.
fn rule_item(id: &str, rules: &RuleSet) -> String {
    let meta = rules.get(id).map(|entry| &*entry.meta);
    let title = meta.map_or("", |meta| meta.title.as_str());
    let kind = if meta.is_some_and(|meta| meta.kind == RuleKind::Supporting) { " (supporting)" } else { "" };
    format!("- [`{id}`](rules/{}): {title}{kind}\n", page_name(id))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn runtime_checks_cite_what_exists() {
        let known: Vec<&str> = controls().iter().map(|control| control.id.as_str()).collect();
        let checks = runtime_checks();
        assert!(!checks.is_empty());
        assert!(checks.is_sorted_by(|one, other| one.id < other.id));
        for check in checks {
            assert!(check.controls.iter().all(|id| known.contains(&id.as_str())), "{check:?}");
            assert!(!check.reason.trim().is_empty() && !check.title.ends_with('.'), "{check:?}");
        }
    }

    #[test]
    fn every_citation_is_served_or_states_why_not() {
        let rules = RuleSet::embedded();
        for citation in citations(&rules) {
            assert!(!citation.rules.is_empty() || citation.control.beyond.is_some(), "{}", citation.control.id);
        }
    }
}
