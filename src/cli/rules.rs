//! `hipaalint rules`: the catalogue.

use super::args::{ListFormat, RulesArguments};
use super::page::{Page, widest};
use super::topic::{Matches, Topic, unknown_citation, unknown_service};
use super::{output, terminal};
use crate::catalogue::{cites, index_page_alone, is_about, is_within};
use crate::files::Files;
use crate::finding::{Applicability, Level, RuleSeverity};
use crate::report::human::paint::Ink;
use crate::report::rule_address;
use crate::report::text::count;
use crate::rules::fix::Limit;
use crate::rules::frameworks::{Basis, Framework, frameworks};
use crate::rules::load::{RuleEntry, RuleSet, controls};
use crate::rules::meta::{FalseAlarms, RuleProse};
use crate::session::Exit;
use crate::session::{Problems, Rules};
use serde::Serialize;
use std::collections::BTreeMap;

/// Lists the requested rules, or reports the names that do not exist.
pub(super) fn run(arguments: &RulesArguments) -> Exit {
    let mut problems = Problems::new(Files::here());
    let rules = Rules::load(&arguments.sources.clone().into(), &mut problems);
    let exit = output::complain_of(&problems);
    let found = match found(arguments, &rules.set) {
        Ok(found) => found,
        Err(complaints) => {
            complaints.iter().for_each(|complaint| output::complain(complaint));
            return Exit::Trouble;
        }
    };
    // Custom rules run with every profile.
    let in_profile = |entry: &RuleEntry| {
        arguments.profile.as_ref().is_none_or(|profile| entry.file.is_some() || entry.meta.profiles.contains(profile))
    };
    let about = |entry: &RuleEntry| {
        arguments.service.is_empty() || arguments.service.iter().any(|service| is_about(entry, service))
    };
    let serves = |entry: &RuleEntry| {
        arguments.control.is_empty() || arguments.control.iter().any(|citation| cites(entry, citation))
    };
    let is_fixable = |entry: &RuleEntry| !arguments.fixable || entry.fixes().is_some_and(|fixes| !fixes.is_empty());
    let wanted = |entry: &&RuleEntry| in_profile(entry) && about(entry) && serves(entry) && is_fixable(entry);
    let entries: Vec<&RuleEntry> = found.rules.into_iter().filter(wanted).collect();
    let text = match arguments.format {
        ListFormat::Human => {
            let mut page = Page::new(terminal::list_style(arguments.color.color));
            if arguments.fixable {
                with_fixes(&entries, &mut page)
            } else {
                list(&entries, &mut page)
            }
            page.finish()
        }
        ListFormat::Json => output::pretty(&entries.iter().map(|entry| row(entry)).collect::<Vec<_>>()),
        ListFormat::Markdown => index_page_alone(&entries, rule_address),
    };
    output::print(&text, exit)
}

/// The rules on the topics.
///
/// # Errors
/// Topics, services and citations without rules, each with the name that was probably meant.
fn found<'r>(arguments: &RulesArguments, set: &'r RuleSet) -> Result<Matches<'r>, Vec<String>> {
    let unknown_services =
        arguments.service.iter().filter(|service| !set.entries().iter().any(|entry| is_about(entry, service)));
    let is_citation = |citation: &&String| controls().iter().any(|control| is_within(&control.id, citation));
    let unknown_citations = arguments.control.iter().filter(|citation| !is_citation(citation));
    let mut complaints: Vec<String> = unknown_services
        .map(|service| unknown_service(service, set))
        .chain(unknown_citations.map(|citation| unknown_citation(citation)))
        .collect();
    match Matches::of_all(&Topic::all(&arguments.topics), set) {
        Ok(matches) if complaints.is_empty() => Ok(matches),
        Ok(_) => Err(complaints),
        Err(complaint) => {
            complaints.insert(0, complaint);
            Err(complaints)
        }
    }
}

/// Adds rules to a page, a line for each, and their number.
pub(super) fn list(entries: &[&RuleEntry], page: &mut Page) {
    if entries.is_empty() {
        page.line(Ink::Dim, "No rules.");
        return;
    }
    let columns = [
        widest(entries.iter().map(|entry| entry.meta.id.as_str())),
        widest(entries.iter().map(|entry| entry.meta.level.name())),
        widest(entries.iter().map(|entry| entry.severity().name())),
        widest(entries.iter().map(|entry| narrowest_profile(entry))),
    ];
    for entry in entries {
        let meta = &entry.meta;
        page.row(
            &[
                (Some(Ink::Bold), &meta.id),
                (Some(Ink::of(meta.level)), meta.level.name()),
                (None, meta.severity.name()),
                (Some(Ink::Dim), narrowest_profile(entry)),
                (None, &meta.title),
            ],
            &columns,
        );
    }
    page.blank();
    page.line(Ink::Dim, &format!("{}. To explain a rule: hipaalint explain ID", count(entries.len(), "rule")));
}

/// The narrowest profile with the rule. Wider profiles contain it, too.
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
    severity: RuleSeverity,
    harm: Option<String>,
    false_alarms: Option<FalseAlarms>,
    gate: Option<bool>,
    profiles: &'a [String],
    controls: &'a [String],
    /// By the id of each framework that the rule has a place in.
    frameworks: BTreeMap<&'a str, Place>,
    resources: Vec<&'a str>,
    aliases: &'a BTreeMap<String, Vec<String>>,
    parameters: BTreeMap<&'a str, Parameter<'a>>,
    /// The best that its fixes can be; null for a rule without a fix.
    fix: Option<Applicability>,
}

/// The best that the fixes of a rule can be, as its file states it; none for a rule without a fix.
fn best_fix(entry: &RuleEntry) -> Option<Applicability> {
    let best = entry.fixes()?.all().map(|recipe| match recipe.applicability {
        Limit::Safe => Applicability::Safe,
        Limit::Unsafe => Applicability::Unsafe,
    });
    best.max()
}

/// Writes a list of rules with the best fix of each instead of its level.
fn with_fixes(entries: &[&RuleEntry], page: &mut Page) {
    let fixes: Vec<&str> = entries.iter().map(|entry| best_fix(entry).map_or("none", Applicability::name)).collect();
    let columns = [widest(entries.iter().map(|entry| entry.meta.id.as_str())), widest(fixes.iter().copied())];
    for (entry, fix) in entries.iter().zip(&fixes) {
        let ink = if *fix == Applicability::Safe.name() { Ink::Good } else { Ink::Dim };
        page.row(&[(Some(Ink::Bold), &entry.meta.id), (Some(ink), fix), (None, &entry.meta.title)], &columns);
    }
    if entries.is_empty() {
        page.line(Ink::Dim, "No rules.");
        return;
    }
    let safe = fixes.iter().filter(|fix| **fix == Applicability::Safe.name()).count();
    page.blank();
    page.line(
        Ink::Dim,
        &format!(
            "{}, {safe} of them with a safe fix. To see a fix: hipaalint explain ID",
            count(entries.len(), "rule")
        ),
    );
}

/// What a rule is related to in a framework other than the Security Rule.
#[derive(Serialize)]
struct Place {
    basis: Basis,
    ids: Vec<&'static str>,
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
    let RuleProse { harm, false_alarms, gate, .. } = entry.prose();
    let place = |framework: &'static Framework| {
        let mapping = framework.mapping(&entry.meta)?;
        let ids = mapping.items.iter().map(|item| item.id.as_str()).collect();
        Some((framework.id.as_str(), Place { basis: mapping.basis, ids }))
    };
    Row {
        id: &entry.meta.id,
        title: &entry.meta.title,
        level: entry.meta.level,
        severity: entry.severity(),
        harm: Some(harm).filter(|harm| !harm.is_empty()),
        false_alarms,
        gate,
        profiles: &entry.meta.profiles,
        controls: &entry.meta.controls,
        frameworks: frameworks().iter().filter_map(place).collect(),
        resources: entry.targets.iter().map(|target| target.name()).collect(),
        aliases: &entry.meta.aliases,
        parameters: parameters.unwrap_or_default(),
        fix: best_fix(entry),
    }
}
