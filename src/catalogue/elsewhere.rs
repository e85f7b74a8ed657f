//! The rules in other frameworks than the Security Rule, as sections of a Markdown page.

use super::{capitalized, cell};
use crate::rules::frameworks::{Basis, Framework, Item, Mapping, frameworks};
use crate::rules::load::{RuleEntry, RuleSet};

/// What a neighboring regulation adds. Sources, read in November 2026: <https://natlawreview.com> (2 March 2026),
/// <https://www.paubox.com/blog/february-deadline-set-for-compliance-with-updated-part-2-rule>, <https://perea.ai/research/42-cfr-part-2-in-production-2026>.
const PART_2: &str = "\n### 42 CFR Part 2\n\n\
    Records of treatment for substance use disorders are also subject to 42 CFR Part 2. Its final rule (89 FR 12472, 16 February \
    2024) applies since 16 April 2024. Compliance is required since 16 February 2026, and since then HHS's Office for Civil Rights \
    enforces it and takes complaints. Part 2 adds consent, also one consent for all treatment, payment and operations, limits on the \
    use of records in proceedings against the patient, notices, and the duty to notify of breaches as under HIPAA. These are about \
    consent and disclosure, and no template shows them, so there are no rules for Part 2. Such records are PHI as well if a covered \
    entity or a business associate has them: tag what contains them as PHI, and the rules here apply.\n";

/// The sections.
pub(super) fn sections(rules: &RuleSet) -> String {
    let mut page = "\n## Other frameworks\n\n\
         Assessors also ask for the controls of NIST, and for HHS's performance goals as recognized security practices (HITECH \
         Act, section 13412). The tables relate the rules to them, as far as a source decides. A relation means that a rule \
         checks part of what an item is about. It does not show that the item is met. `hipaalint explain` shows the items of a \
         rule, `hipaalint rules --format json` has them as `frameworks`, and SARIF as taxonomies.\n"
        .to_owned();
    for framework in frameworks() {
        page.push_str(&section(framework, rules));
    }
    page.push_str(PART_2);
    page
}

/// A rule and its items.
type Placed<'r> = (&'r RuleEntry, Mapping);

fn section(framework: &'static Framework, rules: &RuleSet) -> String {
    let placed: Vec<Placed<'_>> =
        rules.entries().iter().filter_map(|entry| Some((entry, framework.mapping(&entry.meta)?))).collect();
    let Framework { description, organization, date, address, .. } = framework;
    let mut page = format!(
        "\n### {}\n\n[{description}]({address}), {organization}, {date}. {} of {} rules are related to it.\n\nSources:\n\n",
        framework.name(),
        placed.len(),
        rules.entries().len()
    );
    framework.sources.iter().for_each(|source| page.push_str(&format!("- {}\n", source.trim())));
    page.push('\n');
    page.push_str(&if framework.families.is_empty() {
        counts(framework, &placed)
    } else {
        families(framework, &placed)
    });
    page
}

/// A table of the items with the number of their rules.
fn counts(framework: &Framework, placed: &[Placed<'_>]) -> String {
    let by_check = placed.iter().any(|(_, mapping)| mapping.basis == Basis::Check);
    let mut table = if by_check {
        "| control | title | rules by check | rules by citation |\n| --- | --- | ---: | ---: |\n".to_owned()
    } else {
        "| activity | title | citations | rules |\n| --- | --- | --- | ---: |\n".to_owned()
    };
    for item in &framework.items {
        let number = |basis: Basis| {
            let has = |(_, mapping): &&Placed<'_>| mapping.basis == basis && mapping.items.contains(&item);
            match placed.iter().filter(has).count() {
                0 => String::new(),
                number => number.to_string(),
            }
        };
        let title = item.title.as_deref().unwrap_or_default();
        let middle = if by_check { number(Basis::Check) } else { citations_of(item, framework).join(", ") };
        // An item that no rule is related to says nothing about rules.
        if !number(Basis::Check).is_empty() || !number(Basis::Citation).is_empty() {
            table.push_str(&format!("| {} | {} | {middle} | {} |\n", item.id, cell(title), number(Basis::Citation)));
        }
    }
    table
}

fn citations_of<'f>(item: &Item, framework: &'f Framework) -> Vec<&'f str> {
    let names = |ids: &&String| ids.split(' ').any(|id| id == item.id);
    framework.citations.iter().filter(|(_, ids)| names(ids)).map(|(citation, _)| citation.as_str()).collect()
}

/// The items with their rules and the reason; then those without rules.
fn families(framework: &Framework, placed: &[Placed<'_>]) -> String {
    let mut list = String::new();
    let mut bare = Vec::new();
    for item in &framework.items {
        let title = item.title.as_deref().unwrap_or(&item.id);
        let tier = item.tier.as_deref().unwrap_or_default();
        let reasons: Vec<&str> = framework
            .families
            .iter()
            .filter(|family| family.goal == item.id)
            .map(|family| family.reason.trim())
            .collect();
        let ids: Vec<String> = placed
            .iter()
            .filter(|(_, mapping)| mapping.items.contains(&item))
            .map(|(entry, _)| format!("`{}`", entry.meta.id))
            .collect();
        if ids.is_empty() {
            bare.push(format!("{title} ({tier})"));
            continue;
        }
        let text = item.text.as_deref().map(|text| format!(" *{text}*")).unwrap_or_default();
        list.push_str(&format!(
            "**{title}** ({tier}).{text} {} Rules ({}): {}.\n\n",
            capitalized(&reasons.join(" ")),
            ids.len(),
            ids.join(", ")
        ));
    }
    list.push_str(&format!(
        "No rule is assigned to the other goals. They are about what people do, or no rule checks what they ask for: {}.\n",
        bare.join(", ")
    ));
    list
}
