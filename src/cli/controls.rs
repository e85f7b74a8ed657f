//! `hipaalint controls`: the citations of the HIPAA Security Rule with the rules for each.

use super::args::{ControlsArguments, ListFormat};
use super::explain::ONLY_RUNNING;
use super::page::{Page, widest};
use super::plan::usage;
use super::topic::{LIST_RULES, Matches, Topic};
use super::{output, terminal};
use crate::catalogue::{Citation, citations, citations_page_alone};
use crate::files::Files;
use crate::report::documents_address;
use crate::report::human::Style;
use crate::report::human::paint::Ink;
use crate::report::text::count;
use crate::rules::load::{RuleSet, controls, runtime_checks, unruled_services};
use crate::rules::meta::{Control, section_title};
use crate::session::Exit;
use crate::session::{Problems, Rules};
use clap::error::ErrorKind;
use std::collections::BTreeSet;

/// Lists the citations in the order of the regulation.
///
/// # Errors
/// Options that contradict each other.
pub(super) fn run(arguments: &ControlsArguments) -> Result<Exit, clap::Error> {
    let mut problems = Problems::new(Files::here());
    let rules = Rules::load(&arguments.sources.clone().into(), &mut problems);
    let exit = output::complain_of(&problems);
    let topics = Topic::all(&arguments.topics);
    let listed = match listed(&topics, &rules.set) {
        Ok(listed) => listed,
        Err(complaint) => {
            output::complain(&complaint.replace(LIST_RULES, "`hipaalint controls` lists all citations."));
            return Ok(Exit::Trouble);
        }
    };
    let text = match arguments.format {
        ListFormat::Human => page(&listed, topics.is_empty(), terminal::style(arguments.color.color)),
        ListFormat::Json => output::pretty(&listed),
        ListFormat::Markdown if topics.is_empty() => citations_page_alone(&rules.set, &documents_address()),
        ListFormat::Markdown => {
            let message = "--format markdown writes all citations; use --format human or json with a topic";
            return Err(usage(ErrorKind::ArgumentConflict, message));
        }
    };
    Ok(output::print(&text, exit))
}

/// The citations that the topics name, or else those that the rules on the topics are for; all without topics. Of several words and
/// types, all must match, as for `rules`. Citations are alternatives: with words and types, only these citations are listed.
///
/// # Errors
/// A topic without citations and rules, with the name that was probably meant.
fn listed<'r>(topics: &[Topic], set: &'r RuleSet) -> Result<Vec<Citation<'r>>, String> {
    let mut all = citations(set);
    if topics.is_empty() {
        return Ok(all);
    }
    let (numbers, words): (Vec<&Topic>, Vec<&Topic>) =
        topics.iter().partition(|topic| matches!(topic, Topic::Citation(_)));
    if let Some(unknown) = numbers.iter().find(|number| !controls().iter().any(|control| number.names(control))) {
        return Err(unknown.complaint(set));
    }
    // By the number of each citation: whether it is listed with all its rules, or with these.
    let is_whole = |control: &Control| words.iter().all(|word| word.names(control));
    let whole: BTreeSet<&str> =
        controls().iter().filter(|control| is_whole(control)).map(|control| control.id.as_str()).collect();
    let mut on_topic: BTreeSet<&str> = BTreeSet::new();
    if whole.is_empty() {
        let words: Vec<Topic> = words.into_iter().cloned().collect();
        let matches = Matches::of_all(&words, set)?;
        on_topic.extend(matches.rules.iter().map(|entry| entry.id()));
        on_topic.extend(matches.runtime.iter().map(|check| check.id.as_str()));
    }
    all.retain(|citation| numbers.is_empty() || numbers.iter().any(|number| number.names(citation.control)));
    for citation in &mut all {
        if !whole.contains(citation.control.id.as_str()) {
            citation.rules.retain(|id| on_topic.contains(id));
            citation.runtime.retain(|check| on_topic.contains(check.id.as_str()));
        }
    }
    let is_listed = |citation: &Citation<'_>| {
        whole.contains(citation.control.id.as_str()) || !citation.rules.is_empty() || !citation.runtime.is_empty()
    };
    all.retain(is_listed);
    Ok(all)
}

fn page(listed: &[Citation<'_>], is_all: bool, style: Style) -> String {
    let mut page = Page::new(style);
    page.line(Ink::Bold, "HIPAA Security Rule, 45 CFR Part 164");
    let columns = [
        widest(listed.iter().map(|citation| citation.control.id.as_str())),
        widest(listed.iter().map(|citation| citation.control.title.as_str())),
    ];
    let mut section = "";
    let mut served = 0;
    for Citation { control, rules, runtime } in listed {
        let own_section = control.section();
        if own_section != section {
            page.heading(format!("{own_section} {}", section_title(own_section)).trim_end());
            section = own_section;
        }
        let head = [
            (Some(Ink::Bold), control.id.as_str()),
            (None, control.title.as_str()),
            (Some(Ink::Dim), control.requirement.name()),
        ];
        page.row(&head, &columns);
        served += usize::from(!rules.is_empty());
        match (rules.as_slice(), &control.beyond) {
            ([], None) => page.paragraph(3, Some(Ink::Dim), "No rule."),
            ([], Some(_)) => {}
            (ids, _) => page.paragraph(3, None, &ids.join(", ")),
        }
        if let Some(beyond) = &control.beyond {
            page.paragraph(3, Some(Ink::Dim), beyond);
        }
        if !runtime.is_empty() {
            let ids: Vec<&str> = runtime.iter().map(|check| check.id.as_str()).collect();
            page.paragraph(3, Some(Ink::Dim), &format!("{ONLY_RUNNING}: {}", ids.join(", ")));
        }
    }
    if is_all {
        page.heading(ONLY_RUNNING);
        for check in runtime_checks() {
            page.paragraph(1, Some(Ink::Bold), &check.id);
            page.paragraph(3, None, &check.title);
            page.paragraph(3, Some(Ink::Dim), &check.reason);
        }
        page.heading("Eligible services without a rule");
        for service in unruled_services() {
            page.paragraph(1, Some(Ink::Bold), &service.namespace);
            page.paragraph(3, Some(Ink::Dim), &service.reason);
        }
    }
    page.blank();
    let mut summary = format!("{served} of {} with rules", count(listed.len(), "citation"));
    if is_all {
        summary += &format!("; {} that need a running account", count(runtime_checks().len(), "check"));
    }
    page.line(Ink::Dim, &summary);
    page.finish()
}
