//! `hipaalint explain TOPIC`: one rule in full, or the rules on a topic.

use super::args::{DocumentFormat, ExplainArguments};
use super::page::{Page, widest};
use super::rules::list;
use super::topic::{Matches, Topic};
use super::{output, terminal};
use crate::catalogue::{Remedy, index_page_alone, rule_page_alone};
use crate::files::Files;
use crate::finding::Applicability;
use crate::report::human::Style;
use crate::report::human::paint::Ink;
use crate::report::{documents_address, rule_address};
use crate::rules::frameworks::{Framework, frameworks};
use crate::rules::load::{RuleEntry, RuleSet, controls, runtime_checks, unmark, unruled_services};
use crate::rules::meta::{Control, RuntimeCheck, UnruledService};
use crate::rules::operand::Settings;
use crate::rules::rule::{Example, TargetName};
use crate::session::Exit;
use crate::session::{Problems, Rules};
use std::collections::BTreeMap;

/// Explains the rule with an id, in hipaalint or in another tool, or lists the rules on the topics.
pub(super) fn run(arguments: &ExplainArguments) -> Exit {
    let mut problems = Problems::new(Files::here());
    let rules = Rules::load(&arguments.sources.clone().into(), &mut problems);
    let exit = output::complain_of(&problems);
    let style = terminal::style(arguments.color.color);
    let is_markdown = arguments.format == DocumentFormat::Markdown;
    let text = match subject(&arguments.topics, &rules.set) {
        Ok(Subject::Rule(entry)) if is_markdown => rule_page_alone(entry, &documents_address()),
        Ok(Subject::Rule(entry)) => page(entry, &rules, style, problems.files()),
        Ok(Subject::Runtime(check)) => runtime_page(check, style),
        Ok(Subject::Unruled(service)) => unruled_page(service, style),
        Ok(Subject::Several(_, matches)) if is_markdown => index_page_alone(&matches.rules, rule_address),
        Ok(Subject::Several(topics, matches)) => {
            topic_page(&topics, &matches, terminal::list_style(arguments.color.color))
        }
        Err(complaint) => {
            output::complain(&complaint);
            return Exit::Trouble;
        }
    };
    output::print(&text, exit)
}

/// A subject to explain.
enum Subject<'r> {
    Rule(&'r RuleEntry),
    /// A check of another tool that no rule can make.
    Runtime(&'static RuntimeCheck),
    /// A service for which no template can show a safeguard.
    Unruled(&'static UnruledService),
    Several(Vec<Topic>, Matches<'r>),
}

/// The rule or check with an id, or the rules on the topics.
///
/// # Errors
/// That there are none, with the name that was probably meant.
fn subject<'r>(texts: &[String], set: &'r RuleSet) -> Result<Subject<'r>, String> {
    if let [id] = texts {
        if let Some(entry) = set.get(&id.to_lowercase()) {
            return Ok(Subject::Rule(entry));
        }
        if let Some(check) = runtime_checks().iter().find(|check| check.id.eq_ignore_ascii_case(id)) {
            return Ok(Subject::Runtime(check));
        }
        if let [only] = set.with_alias(id).as_slice() {
            return Ok(Subject::Rule(only));
        }
        if let Some(service) = unruled(id) {
            return Ok(Subject::Unruled(service));
        }
    }
    let topics = Topic::all(texts);
    let matches = Matches::of_all(&topics, set)?;
    match (matches.rules.as_slice(), matches.runtime.as_slice()) {
        ([only], []) => Ok(Subject::Rule(only)),
        ([], [only]) => Ok(Subject::Runtime(only)),
        _ => Ok(Subject::Several(topics, matches)),
    }
}

/// The service without a rule that a text names: `Polly`, `AWS::Polly`, or one of its types.
fn unruled(text: &str) -> Option<&'static UnruledService> {
    let mut parts = text.split("::");
    let first = parts.next().unwrap_or_default();
    let namespace = if first.eq_ignore_ascii_case("AWS") { parts.next()? } else { first };
    unruled_services().iter().find(|service| service.namespace.eq_ignore_ascii_case(namespace))
}

/// The rules on some topics. A citation is shown with what no rule checks.
fn topic_page(topics: &[Topic], matches: &Matches<'_>, style: Style) -> String {
    let mut page = Page::new(style);
    if let [topic @ Topic::Citation(_)] = topics {
        let named: Vec<&Control> = controls().iter().filter(|control| topic.names(control)).collect();
        let ids: Vec<String> = named.iter().map(|control| control.id.clone()).collect();
        page.line(Ink::Bold, HIPAA);
        citations(&ids, &mut page);
        if let ([only], []) = (named.as_slice(), matches.rules.as_slice())
            && let Some(beyond) = &only.beyond
        {
            page.blank();
            page.paragraph(1, Some(Ink::Dim), beyond);
        }
        page.blank();
    }
    list(&matches.rules, &mut page);
    if !matches.runtime.is_empty() {
        let ids: Vec<&str> = matches.runtime.iter().map(|check| check.id.as_str()).collect();
        page.line(Ink::Dim, &format!("{ONLY_RUNNING}: {}", ids.join(", ")));
    }
    page.finish()
}

/// How many items of a framework have a line each.
const MAX_LINES: usize = 8;
/// The heading of citations.
const HIPAA: &str = "HIPAA Security Rule, 45 CFR Part 164";
/// The label of checks that no template can pass or fail.
pub(super) const ONLY_RUNNING: &str = "Checks that need a running account";

/// The reason why no rule makes a check.
fn runtime_page(check: &RuntimeCheck, style: Style) -> String {
    let mut page = Page::new(style);
    page.line(Ink::Bold, &check.id);
    page.line(Ink::Dim, "A check that needs a running account. hipaalint has no rule for it.");
    page.heading("Requirement");
    page.paragraph(1, None, &check.title);
    page.heading("Why a template cannot show it");
    page.paragraph(1, None, &check.reason);
    if let Some(source) = &check.source {
        page.paragraph(1, Some(Ink::Dim), source);
    }
    if !check.controls.is_empty() {
        page.heading(HIPAA);
        citations(&check.controls, &mut page);
    }
    page.finish()
}

/// The reason why no rule is for a service.
fn unruled_page(service: &UnruledService, style: Style) -> String {
    let mut page = Page::new(style);
    page.line(Ink::Bold, &format!("AWS::{}", service.namespace));
    page.line(
        Ink::Dim,
        &format!("{}. AWS's Business Associate Addendum covers it. hipaalint has no rule for it.", service.name()),
    );
    page.heading("Why a template can show nothing");
    page.paragraph(1, None, &service.reason);
    page.paragraph(1, Some(Ink::Dim), &service.source);
    if !service.properties.is_empty() {
        page.heading("Properties that are not a safeguard");
        for property in &service.properties {
            page.paragraph(1, None, &format!("{}: {}", property.name, property.reason));
        }
    }
    page.finish()
}

fn page(entry: &RuleEntry, rules: &Rules, style: Style, files: &Files) -> String {
    let meta = &entry.meta;
    let prose = entry.prose();
    let mut page = Page::new(style);
    page.line(Ink::Bold, &meta.id);
    page.line(Ink::of(meta.level), &meta.title);
    page.blank();
    facts(entry, rules, files, &mut page);

    // A custom rule may have no citation.
    if !meta.controls.is_empty() {
        page.heading(HIPAA);
        citations(&meta.controls, &mut page);
    }
    for framework in frameworks() {
        place(framework, entry, &mut page);
    }
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
    let remedy = Remedy::of(entry);
    let fixed = remedy.as_ref().and_then(|remedy| examples.fail.get(remedy.example));
    // An example with its fix or patch shows most.
    let patched = || examples.fail.iter().find(|example| example.patch.is_some());
    if let Some(example) = fixed.or_else(patched).or(examples.fail.first()) {
        page.heading(&format!("Fails: {}", example.name));
        code(example, Ink::of(meta.level), &mut page);
        match &remedy {
            Some(remedy) => fix(remedy, &mut page),
            None => {
                page.heading("Fix");
                page.paragraph(1, None, "hipaalint --fix has no fix for this rule: make the change by hand.");
            }
        }
        if remedy.is_none()
            && let Some(patch) = example.patch.as_ref().and_then(|patch| serde_yaml::to_string(patch).ok())
        {
            page.heading("Patch: merge this into the template (null removes a key)");
            patch.lines().for_each(|line| page.code(None, line));
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

/// The table of the rule's level, severity, profiles and resource types in a run.
fn facts(entry: &RuleEntry, rules: &Rules, files: &Files, page: &mut Page) {
    let meta = &entry.meta;
    let change = rules.overrides.changes.get(&meta.id);
    let level = match change.and_then(|change| change.level) {
        _ if rules.overrides.off.contains(&meta.id) => format!("{}, off in the configuration", meta.level.name()),
        Some(level) => format!("{}, {} in the configuration", meta.level.name(), level.name()),
        None => meta.level.name().to_owned(),
    };
    let targets: Vec<&str> = entry.targets.iter().map(looked_at).collect();
    let mut row = |name, value: &str| page.row(&[(Some(Ink::Dim), name), (None, value)], &["Profiles".len()]);
    row("Level", &level);
    row("Severity", meta.severity.name());
    let harm = entry.prose().harm;
    if !harm.is_empty() {
        row("Harm", &harm);
    }
    match &entry.file {
        Some(file) => row("File", &files.name(file)),
        None => row("Profiles", &meta.profiles.join(", ")),
    }
    row("Checks", &targets.join(", "));
}

/// What a rule looks at, in words.
fn looked_at(target: &TargetName) -> &str {
    match target {
        TargetName::AnyResource => "resources of every type",
        TargetName::Taggable => "resources that can have tags",
        TargetName::Named => "resources that can have a name",
        TargetName::Stateful => "resources that hold data",
        TargetName::Template => "the template as a whole",
        other => other.name(),
    }
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

/// The items of a framework that the rule is related to, and what that rests on.
fn place(framework: &'static Framework, entry: &RuleEntry, page: &mut Page) {
    let Some(mapping) = framework.mapping(&entry.meta) else { return };
    page.heading(&framework.name());
    if mapping.items.len() > MAX_LINES {
        let ids: Vec<&str> = mapping.items.iter().map(|item| item.id.as_str()).collect();
        page.paragraph(1, None, &ids.join(", "));
    } else {
        let columns = [widest(mapping.items.iter().map(|item| item.id.as_str()))];
        for item in &mapping.items {
            page.row(&[(None, &item.id), (None, item.title.as_deref().unwrap_or_default())], &columns);
        }
    }
    page.paragraph(1, Some(Ink::Dim), mapping.basis.text());
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

/// The fix of the example, as a diff.
fn fix(remedy: &Remedy, page: &mut Page) {
    page.heading("Fix: what hipaalint --fix does here");
    let columns = [widest(remedy.fixes.iter().map(|(applicability, _)| applicability.name()))];
    for (applicability, description) in &remedy.fixes {
        let ink = if *applicability == Applicability::Safe { Ink::Good } else { Ink::Warning };
        page.row(&[(Some(ink), applicability.name()), (None, description)], &columns);
    }
    if !remedy.diff.is_empty() {
        page.blank();
    }
    for line in &remedy.diff {
        page.changed(line);
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
