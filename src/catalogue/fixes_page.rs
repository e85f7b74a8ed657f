//! Which findings `hipaalint --fix` fixes, rule by rule, and why a fix is not safe, as Markdown.

use super::wrap::wrapped;
use super::{cell, page_name};
use crate::finding::Applicability;
use crate::rules::load::RuleEntry;
use crate::trial::{Fixed, fixes_of};
use std::collections::BTreeMap;

/// Fixes that are described of one kind for one rule.
const MAX_DESCRIBED: usize = 1;

/// A fix as the examples of a rule show it: its title, and why it is not safe or not made.
struct Shown {
    applicability: Applicability,
    title: String,
    why: String,
}

/// The page of all rules.
pub fn fixes_page(rules: &[&RuleEntry]) -> String {
    let fixed: Vec<(&RuleEntry, Vec<Shown>)> =
        rules.iter().map(|entry| (*entry, shown(&fixes_of(entry, true)))).collect();
    let best = |all: &[Shown]| all.iter().map(|shown| shown.applicability).max();
    let count = |wanted: Option<Applicability>| fixed.iter().filter(|(_, all)| best(all) == wanted).count();
    let mut page = format!(
        "<!-- Generated from rules/. Edit the files there. -->\n# The fixes of the rules\n\n[fixes.md](../fixes.md) explains what \
         the words mean. The fixes are those of the rules' failing examples: what a fix does depends on the template, and where \
         the value is in another place, such as the default of a parameter, a fix is shown and not made.\n\n\
         | best fix | rules |\n| --- | ---: |\n| safe | {} |\n| unsafe | {} |\n| none | {} |\n\n\
         | rule | fix | what it does, and why it is not safe |\n| --- | --- | --- |\n",
        count(Some(Applicability::Safe)),
        count(Some(Applicability::Unsafe)),
        count(None) + count(Some(Applicability::Display)),
    );
    for (entry, all) in &fixed {
        page.push_str(&row(entry, all));
    }
    wrapped(&page)
}

fn row(entry: &RuleEntry, all: &[Shown]) -> String {
    let id = &entry.meta.id;
    let name = format!("[`{id}`]({})", page_name(id));
    let mut words: BTreeMap<std::cmp::Reverse<Applicability>, Vec<String>> = BTreeMap::new();
    for Shown { applicability, title, why } in all {
        let why = if why.is_empty() { String::new() } else { format!(" {why}") };
        words.entry(std::cmp::Reverse(*applicability)).or_default().push(format!("{title}.{why}"));
    }
    if words.is_empty() {
        return format!("| {name} | none | a person has to decide or to write the change |\n");
    }
    let names: Vec<&str> = words.keys().map(|applicability| applicability.0.name()).collect();
    let texts = words.iter().flat_map(|(applicability, texts)| {
        // Where a fix is made, the places where it is not are like those of other rules.
        let most = if applicability.0 == Applicability::Display && words.len() > 1 { 0 } else { MAX_DESCRIBED };
        texts.iter().take(most).map(String::as_str)
    });
    let texts: Vec<&str> = texts.collect();
    format!("| {name} | {} | {} |\n", names.join(", "), cell(&texts.join("<br>")))
}

/// The fixes of the examples, each title once.
fn shown(examples: &[Fixed]) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    let mut add = |applicability: Applicability, title: &str, why: &str| {
        if all.iter().all(|known| known.applicability != applicability || known.title != title) {
            all.push(Shown { applicability, title: title.to_owned(), why: why.to_owned() });
        }
    };
    for fixed in examples {
        fixed.applied.iter().for_each(|(applicability, title, why)| add(*applicability, title, why));
        fixed.shown.iter().for_each(|(title, why)| add(Applicability::Display, title, why));
    }
    all
}
