//! `hipaalint rules`: the catalogue.

use super::args::{ListFormat, RulesArguments};
use super::page::{Page, widest};
use super::plan::{Problems, Rules};
use super::{Exit, output, terminal};
use crate::catalogue::{cites, index_page, is_about, is_within, services};
use crate::finding::Level;
use crate::report::human::Style;
use crate::report::human::paint::Ink;
use crate::report::text::count;
use crate::rules::load::{RuleEntry, RuleSet, controls, nearest};
use serde::Serialize;
use std::collections::BTreeMap;

/// Lists the rules that were asked for, or says which name is none.
pub(super) fn run(arguments: &RulesArguments) -> Exit {
    let mut problems = Problems::default();
    let rules = Rules::load(&arguments.sources, &mut problems);
    let exit = output::complain_of(&problems);
    let complaints = unknown_names(arguments, &rules.set);
    if !complaints.is_empty() {
        complaints.iter().for_each(|complaint| output::complain(complaint));
        return Exit::Trouble;
    }
    // Users' own rules run with every profile.
    let in_profile = |entry: &RuleEntry| {
        arguments.profile.as_ref().is_none_or(|profile| entry.file.is_some() || entry.meta.profiles.contains(profile))
    };
    let about = |entry: &RuleEntry| {
        arguments.service.is_empty() || arguments.service.iter().any(|service| is_about(entry, service))
    };
    let serves = |entry: &RuleEntry| {
        arguments.control.is_empty() || arguments.control.iter().any(|citation| cites(entry, citation))
    };
    let wanted = |entry: &&RuleEntry| in_profile(entry) && about(entry) && serves(entry);
    let entries: Vec<&RuleEntry> = rules.set.entries().iter().filter(wanted).collect();
    let text = match arguments.format {
        ListFormat::Human => page(&entries, terminal::list_style(arguments.color.color)),
        ListFormat::Json => output::pretty(&entries.iter().map(|entry| row(entry)).collect::<Vec<_>>()),
        ListFormat::Markdown => index_page(&entries),
    };
    output::print(&text, exit)
}

/// Services and citations that were asked for and that no rule has anything to do with.
fn unknown_names(arguments: &RulesArguments, set: &RuleSet) -> Vec<String> {
    let mut complaints = Vec::new();
    for service in
        arguments.service.iter().filter(|service| !set.entries().iter().any(|entry| is_about(entry, service)))
    {
        let known: Vec<String> = set.entries().iter().flat_map(services).map(str::to_lowercase).collect();
        complaints.push(unknown(&format!("no rule is about `{service}`"), &service.to_lowercase(), &known));
    }
    let known: Vec<String> = controls().iter().map(|control| control.id.clone()).collect();
    for citation in arguments.control.iter().filter(|wanted| !known.iter().any(|id| is_within(id, wanted))) {
        complaints.push(unknown(&format!("the Security Rule has no `{citation}`"), citation, &known));
    }
    complaints
}

fn unknown(what: &str, name: &str, known: &[String]) -> String {
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("{what}. Did you mean `{near}`?"),
        None => format!("{what}. `hipaalint rules` and `hipaalint controls` list all."),
    }
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
