//! `hipaalint rules`: the catalogue.

use super::args::{ListFormat, RulesArguments};
use super::page::{Page, widest};
use super::plan::{Problems, Rules};
use super::{Exit, output, terminal};
use crate::finding::Level;
use crate::report::human::Style;
use crate::report::human::paint::Ink;
use crate::report::text::count;
use crate::rules::load::RuleEntry;
use serde::Serialize;
use std::collections::BTreeMap;

/// Lists the rules, of all profiles unless one is named.
pub(super) fn run(arguments: &RulesArguments) -> Exit {
    let mut problems = Problems::default();
    let rules = Rules::load(&arguments.sources, &mut problems);
    let exit = output::complain_of(&problems);
    // Users' own rules run with every profile.
    let wanted = |entry: &&RuleEntry| {
        arguments.profile.as_ref().is_none_or(|profile| entry.file.is_some() || entry.meta.profiles.contains(profile))
    };
    let entries: Vec<&RuleEntry> = rules.set.entries().iter().filter(wanted).collect();
    let text = match arguments.format {
        ListFormat::Human => page(&entries, terminal::list_style(arguments.color.color)),
        ListFormat::Json => json(&entries),
    };
    output::print(&text, exit)
}

fn page(entries: &[&RuleEntry], style: Style) -> String {
    let mut page = Page::new(style);
    let columns = [
        widest(entries.iter().map(|entry| entry.meta.id.as_str())),
        widest(entries.iter().map(|entry| entry.meta.level.name())),
        widest(entries.iter().map(|entry| narrowest_profile(entry))),
    ];
    for entry in entries {
        let meta = &entry.meta;
        page.row(
            &[
                (Some(Ink::Bold), &meta.id),
                (Some(Ink::of(meta.level)), meta.level.name()),
                (Some(Ink::Dim), narrowest_profile(entry)),
                (None, &meta.title),
            ],
            &columns,
        );
    }
    page.blank();
    page.line(Ink::Dim, &format!("{}. One in full: hipaalint explain ID", count(entries.len(), "rule")));
    page.finish()
}

/// The narrowest profile with the rule; wider ones have it too.
fn narrowest_profile(entry: &RuleEntry) -> &str {
    match (&entry.file, entry.meta.profiles.first()) {
        (None, Some(profile)) => profile,
        _ => "own",
    }
}

/// A rule as programs read it.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    title: &'a str,
    level: Level,
    profiles: &'a [String],
    controls: &'a [String],
    resources: Vec<&'a str>,
    aliases: &'a BTreeMap<String, Vec<String>>,
    parameters: BTreeMap<&'a str, Parameter<'a>>,
}

#[derive(Serialize)]
struct Parameter<'a> {
    description: &'a str,
    default: &'a [String],
}

fn json(entries: &[&RuleEntry]) -> String {
    let rows: Vec<Row> = entries.iter().map(|entry| row(entry)).collect();
    // Only maps with keys that are no strings, and failing writers, cannot be written; here is neither.
    let mut text = serde_json::to_string_pretty(&rows).unwrap_or_default();
    text.push('\n');
    text
}

fn row(entry: &RuleEntry) -> Row<'_> {
    let parameters = entry.rule().map(|rule| {
        let parameter = |(name, default)| {
            let name: &String = name;
            let default: &Vec<String> = default;
            let description = rule.descriptions.get(name).map_or("", String::as_str);
            (name.as_str(), Parameter { description, default })
        };
        rule.settings.iter().map(parameter).collect()
    });
    Row {
        id: &entry.meta.id,
        title: &entry.meta.title,
        level: entry.meta.level,
        profiles: &entry.meta.profiles,
        controls: &entry.meta.controls,
        resources: entry.targets.iter().map(|target| target.name()).collect(),
        aliases: &entry.meta.aliases,
        parameters: parameters.unwrap_or_default(),
    }
}
