//! The list of all rules, by service, as Markdown.

use super::wrap::wrapped;
use super::{cell, home, page_name, services};
use crate::rules::load::{RuleEntry, profiles};
use std::collections::BTreeMap;

/// The heading of rules that are not about one service.
const SEVERAL: &str = "Across services";

/// A Markdown document in the folder of the pages of the rules, with all of them.
pub fn index_page(rules: &[&RuleEntry]) -> String {
    let head = format!(
        "<!-- Generated from rules/. Edit the files there. -->\n# The rules\n\n{} rules. `hipaalint rules` prints the same list, and \
         `hipaalint explain ID` prints one rule in full.\n",
        rules.len()
    );
    wrapped(&(head + &tables(rules, page_name)))
}

/// A Markdown document with some rules, for a reader who does not have their pages. `address` leads to one.
pub fn index_page_alone(rules: &[&RuleEntry], address: fn(&str) -> String) -> String {
    let number = if rules.len() == 1 { "1 rule".to_owned() } else { format!("{} rules", rules.len()) };
    let head = format!("# Rules\n\n{number}. `hipaalint explain ID` prints one in full.\n");
    wrapped(&(head + &tables(rules, address)))
}

/// The rules by profile and by service. `address` leads to the page of a rule.
fn tables(rules: &[&RuleEntry], address: fn(&str) -> String) -> String {
    let known: Vec<&str> = rules.iter().flat_map(|entry| services(entry)).collect();
    let mut groups: BTreeMap<&str, Vec<&RuleEntry>> = BTreeMap::new();
    for entry in rules {
        groups.entry(home(entry, &known).unwrap_or(SEVERAL)).or_default().push(entry);
    }
    let mut page = "\n| profile | rules | contents |\n| --- | ---: | --- |\n".to_owned();
    for (name, description) in profiles() {
        let count = rules.iter().filter(|entry| entry.meta.profiles.contains(name)).count();
        page.push_str(&format!("| `{name}` | {count} | {} |\n", cell(description)));
    }
    let last = groups.remove(SEVERAL).map(|entries| (SEVERAL, entries));
    for (group, entries) in groups.into_iter().chain(last) {
        page.push_str(&format!(
            "\n## {group}\n\n| rule | level | severity | profiles | problem |\n| --- | --- | --- | --- | --- |\n"
        ));
        for entry in entries {
            let meta = &entry.meta;
            page.push_str(&format!(
                "| [`{}`]({}) | {} | {} | {} | {} |\n",
                meta.id,
                address(&meta.id),
                meta.level.name(),
                meta.severity.name(),
                meta.profiles.join(", "),
                cell(&meta.title)
            ));
        }
    }
    page
}
