//! `hipaalint explain ID`: one rule in full.

use super::args::{DocumentFormat, ExplainArguments};
use super::page::{Page, widest};
use super::plan::{Problems, Rules};
use super::{Exit, output, terminal};
use crate::catalogue::rule_page;
use crate::report::human::Style;
use crate::report::human::paint::Ink;
use crate::rules::load::{RuleEntry, RuleSet, controls, runtime_checks, unmark};
use crate::rules::meta::{Control, RuntimeCheck};
use crate::rules::operand::Settings;
use crate::rules::rule::Example;
use std::collections::BTreeMap;

/// Explains the rule with this id, or with this name in another tool.
pub(super) fn run(arguments: &ExplainArguments) -> Exit {
    let mut problems = Problems::default();
    let rules = Rules::load(&arguments.sources, &mut problems);
    let exit = output::complain_of(&problems);
    match wanted(&arguments.id, &rules.set) {
        Ok(Subject::Rule(entry)) => {
            let text = match arguments.format {
                DocumentFormat::Human => page(entry, &rules, terminal::style(arguments.color.color)),
                DocumentFormat::Markdown => rule_page(entry),
            };
            output::print(&text, exit)
        }
        Ok(Subject::Runtime(check)) => {
            output::print(&runtime_page(check, terminal::style(arguments.color.color)), exit)
        }
        Err(complaint) => {
            output::complain(&complaint);
            Exit::Trouble
        }
    }
}

/// What can be explained.
enum Subject<'r> {
    Rule(&'r RuleEntry),
    /// A check of another tool that no rule can make.
    Runtime(&'static RuntimeCheck),
}

/// The rule with an id, else the only one that has it as a name in another tool, else why none can have it.
fn wanted<'r>(id: &str, set: &'r RuleSet) -> Result<Subject<'r>, String> {
    if let Some(entry) = set.get(id) {
        return Ok(Subject::Rule(entry));
    }
    if let Some(check) = runtime_checks().iter().find(|check| check.id.eq_ignore_ascii_case(id)) {
        return Ok(Subject::Runtime(check));
    }
    match set.with_alias(id).as_slice() {
        [only] => Ok(Subject::Rule(only)),
        [] => Err(format!("there is no rule `{id}`. {}", set.instead_of(id))),
        several => {
            let ids: Vec<String> = several.iter().map(|entry| format!("`{}`", entry.meta.id)).collect();
            Err(format!("`{id}` is what another tool calls several rules: {}", ids.join(", ")))
        }
    }
}

/// Why no rule makes a check.
fn runtime_page(check: &RuntimeCheck, style: Style) -> String {
    let mut page = Page::new(style);
    page.line(Ink::Bold, &check.id);
    page.line(Ink::Dim, "A check of AWS Config that only a running account can answer; hipaalint has no rule for it.");
    page.heading("Makes sure that");
    page.paragraph(1, None, &check.title);
    page.heading("Why no template shows it");
    page.paragraph(1, None, &check.reason);
    if !check.controls.is_empty() {
        page.heading("HIPAA Security Rule, 45 CFR Part 164");
        citations(&check.controls, &mut page);
    }
    page.finish()
}

fn page(entry: &RuleEntry, rules: &Rules, style: Style) -> String {
    let meta = &entry.meta;
    let prose = entry.prose();
    let mut page = Page::new(style);
    page.line(Ink::Bold, &meta.id);
    page.line(Ink::of(meta.level), &meta.title);
    page.blank();
    facts(entry, rules, &mut page);

    page.heading("HIPAA Security Rule, 45 CFR Part 164");
    citations(&meta.controls, &mut page);
    for (heading, text) in [("Why", &prose.why), ("Remediation", &prose.remediation)] {
        if !text.trim().is_empty() {
            page.heading(heading);
            page.markdown(text);
        }
    }
    if let Ok(rule) = entry.rule()
        && !rule.settings.is_empty()
    {
        page.heading("Parameters");
        let changed = rules.overrides.changes.get(&meta.id).map(|change| &change.settings);
        parameters(&rule.settings, &rule.descriptions, changed, &mut page);
    }
    let examples = entry.examples();
    // An example with its mend shows most.
    if let Some(example) = examples.fail.iter().find(|example| example.patch.is_some()).or(examples.fail.first()) {
        page.heading(&format!("Fails: {}", example.name));
        code(example, Ink::of(meta.level), &mut page);
        if let Some(mend) = example.patch.as_ref().and_then(|mend| serde_yaml::to_string(mend).ok()) {
            page.heading("Mended by merging (null takes away)");
            mend.lines().for_each(|line| page.code(None, line));
        }
    }
    if let Some(example) = examples.pass.first() {
        page.heading(&format!("Passes: {}", example.name));
        code(example, Ink::of(meta.level), &mut page);
    }
    if !meta.aliases.is_empty() {
        page.heading("In other tools");
        let columns = [widest(meta.aliases.keys().map(String::as_str))];
        for (tool, names) in &meta.aliases {
            page.row(&[(None, tool), (None, &names.join(", "))], &columns);
        }
    }
    if !prose.references.is_empty() {
        page.heading("References");
        for reference in &prose.references {
            page.address(reference);
        }
    }
    page.finish()
}

/// The table of what a run would do with the rule.
fn facts(entry: &RuleEntry, rules: &Rules, page: &mut Page) {
    let meta = &entry.meta;
    let change = rules.overrides.changes.get(&meta.id);
    let level = match change.and_then(|change| change.level) {
        _ if rules.overrides.off.contains(&meta.id) => format!("{}, off in the configuration", meta.level.name()),
        Some(level) => format!("{}, {} in the configuration", meta.level.name(), level.name()),
        None => meta.level.name().to_owned(),
    };
    let targets: Vec<&str> = entry.targets.iter().map(|target| target.name()).collect();
    let mut row = |name, value: &str| page.row(&[(Some(Ink::Dim), name), (None, value)], &["Profiles".len()]);
    row("Level", &level);
    match &entry.file {
        Some(file) => row("File", &crate::discover::shown(file)),
        None => row("Profiles", &meta.profiles.join(", ")),
    }
    row("Looks at", &targets.join(", "));
}

fn citations(ids: &[String], page: &mut Page) {
    let known: Vec<&Control> =
        ids.iter().filter_map(|id| controls().iter().find(|control| control.id == *id)).collect();
    let columns = [widest(ids.iter().map(String::as_str)), widest(known.iter().map(|control| control.title.as_str()))];
    for id in ids {
        match known.iter().find(|control| control.id == *id) {
            Some(control) => {
                page.row(&[(None, id), (None, &control.title), (Some(Ink::Dim), control.requirement.name())], &columns)
            }
            None => page.row(&[(None, id)], &columns),
        }
    }
}

fn parameters(
    settings: &Settings,
    descriptions: &BTreeMap<String, String>,
    changed: Option<&Settings>,
    page: &mut Page,
) {
    let columns = [widest(settings.keys().map(String::as_str))];
    for (name, values) in settings {
        page.row(&[(None, name), (None, descriptions.get(name).map_or("", String::as_str))], &columns);
        page.row(&[(None, ""), (Some(Ink::Dim), &format!("default: {}", values.join(", ")))], &columns);
        if let Some(values) = changed.and_then(|changed| changed.get(name)) {
            page.row(&[(None, ""), (None, &format!("in the configuration: {}", values.join(", ")))], &columns);
        }
    }
}

fn code(example: &Example, ink: Ink, page: &mut Page) {
    for (name, value) in &example.parameters {
        page.paragraph(2, Some(Ink::Dim), &format!("# --parameter {name}={value}"));
    }
    let (text, marks) = unmark(example);
    for (line, number) in text.lines().zip(1..) {
        let is_wrong = marks.iter().any(|mark| mark.line == number);
        page.code(is_wrong.then_some(ink), line);
    }
}
