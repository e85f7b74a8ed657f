//! Why a rule is in the core profile or not: the judgments about all rules, as Markdown.

use super::wrap::wrapped;
use super::{capitalized, cell, page_name};
use crate::finding::RuleSeverity;
use crate::rules::load::{RuleEntry, RuleSet};
use crate::rules::meta::FalseAlarms;
use crate::rules::rule::Rule;

/// The profile that the page is about.
const CORE: &str = "core";

/// A Markdown document next to the folder of the pages of the rules.
pub fn core_page(rules: &RuleSet) -> String {
    let entries = rules.entries();
    let number = |severity: RuleSeverity, is_core: bool| {
        let of_severity = entries.iter().filter(|entry| entry.severity() == severity);
        of_severity.filter(|entry| !is_core || entry.is_in(CORE)).count()
    };
    let mut page = format!(
        "<!-- Generated from rules/. Edit the files there. -->\n# Severity, and what the core profile contains\n\n\
         The default profile, `core`, contains {} of {} rules. It is chosen by harm: by the result of three questions about each \
         rule, which are in the rule's file and in the tables below.\n\n\
         1. **Harm.** What can happen to PHI if a finding is true and nobody reacts? The severity sums it up.\n\
         2. **False alarms.** How often is a finding not a weakness? *Rare*: it nearly always is one. *Some*: sound designs exist \
         that the template cannot show, such as a safeguard in another stack. *Common*: many sound designs are reported.\n\
         3. **Gate.** Can a deployment gate demand the fix? It can if the fix is in the author's hands and breaks nothing.\n\n\
         A rule in core has a gate that can demand it, and its false alarms are not common. A rule with severity critical or high, \
         rare false alarms and such a gate is always in core. Rules that only give a note block nothing, so they may be in core \
         as well. *In part* means that core runs the rule only on templates, or with a configuration, that ask for it: the rule's page \
         states when.\n\n\
         | severity | meaning | rules | in core |\n| --- | --- | ---: | ---: |\n",
        entries.iter().filter(|entry| entry.is_in(CORE)).count(),
        entries.len()
    );
    for severity in RuleSeverity::ALL {
        let (all, core) = (number(severity, false), number(severity, true));
        page.push_str(&format!("| {} | {} | {all} | {core} |\n", severity.name(), meaning(severity)));
    }
    page.push_str(
        "\n`--min-severity high` runs only rules of that severity or a higher one. Reports have the gravest findings first, and \
         SARIF has the severity as `security-severity`, from which GitHub makes its own.\n",
    );
    for severity in RuleSeverity::ALL {
        page.push_str(&format!(
            "\n## {}\n\n| rule | harm | false alarms | gate | core |\n| --- | --- | --- | --- | --- |\n",
            capitalized(severity.name())
        ));
        entries.iter().filter(|entry| entry.severity() == severity).for_each(|entry| page.push_str(&row(entry)));
    }
    wrapped(&page)
}

/// What rules of a severity have in common.
fn meaning(severity: RuleSeverity) -> &'static str {
    match severity {
        RuleSeverity::Critical => "Anyone can read PHI, or a credential is in the open",
        RuleSeverity::High => "One further mistake exposes or destroys PHI",
        RuleSeverity::Medium => "Evidence or recovery is weaker",
        RuleSeverity::Low => "Hygiene, such as tags and names",
    }
}

fn row(entry: &RuleEntry) -> String {
    let prose = entry.prose();
    let gate = match prose.gate {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    };
    let core = match entry.is_in(CORE) {
        true if entry.rule().is_ok_and(runs_in_part) => "in part",
        true => "yes",
        false => "no",
    };
    format!(
        "| [`{id}`](rules/{}) | {} | {} | {gate} | {core} |\n",
        page_name(entry.id()),
        cell(&prose.harm),
        prose.false_alarms.map_or("", FalseAlarms::name),
        id = entry.id()
    )
}

/// Whether the profile or the configuration decides what a rule checks.
fn runs_in_part(rule: &Rule) -> bool {
    let assertions = rule.checks.iter().flat_map(|check| check.when.iter().chain([&check.assert]));
    assertions.into_iter().any(|assertion| assertion.depends_on_user())
}
