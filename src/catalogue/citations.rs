//! The citations of the Security Rule: the rules that serve each, and what no template can show of it.

use super::{cell, page_name};
use crate::rules::load::{RuleSet, controls, runtime_checks};
use crate::rules::meta::{Control, RuntimeCheck};
use serde::Serialize;

/// A citation with all that serves it.
#[derive(Debug, Serialize)]
pub struct Citation<'a> {
    /// The citation itself.
    #[serde(flatten)]
    pub control: &'a Control,
    /// The ids of the rules that serve it.
    pub rules: Vec<&'a str>,
    /// The checks of AWS Config that serve it and that only a running account can answer.
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

/// The citations as a Markdown document that stands beside the folder `rules` of the rules' pages.
pub fn citations_page(rules: &RuleSet) -> String {
    let citations = citations(rules);
    let served = citations.iter().filter(|citation| !citation.rules.is_empty()).count();
    let mut page = format!(
        "<!-- Written from rules/: change those files. -->\n# The HIPAA Security Rule, citation by citation\n\n\
         What 45 CFR Part 164, Subpart C asks, the rules that serve it, and what no template can show of it. {served} of \
         {} citations are served by rules. The same on the command line: `hipaalint controls`.\n",
        citations.len()
    );
    for citation in &citations {
        let Control { id, title, requirement, beyond, .. } = citation.control;
        page.push_str(&format!("\n## {id} {title}\n\n*{}*\n", requirement.name()));
        if !citation.rules.is_empty() {
            let links = citation.rules.iter().map(|id| format!("[`{id}`](rules/{})", page_name(id)));
            page.push_str(&format!("\nRules: {}\n", links.collect::<Vec<_>>().join(", ")));
        }
        if let Some(beyond) = beyond {
            page.push_str(&format!("\nNot in a template: {}\n", beyond.trim()));
        }
        if !citation.runtime.is_empty() {
            let ids: Vec<String> = citation.runtime.iter().map(|check| format!("`{}`", check.id)).collect();
            page.push_str(&format!("\nOnly in a running account: {}\n", ids.join(", ")));
        }
    }
    page.push_str("\n## Only a running account can answer\n\n| AWS Config | makes sure that | why no template shows it |\n| --- | --- | --- |\n");
    for check in runtime_checks() {
        page.push_str(&format!("| `{}` | {} | {} |\n", check.id, cell(&check.title), cell(&check.reason)));
    }
    page
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
    fn every_citation_is_served_or_says_why_not() {
        let rules = RuleSet::embedded();
        for citation in citations(&rules) {
            assert!(!citation.rules.is_empty() || citation.control.beyond.is_some(), "{}", citation.control.id);
        }
    }
}
