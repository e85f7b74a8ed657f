//! `hipaalint controls`: the HIPAA Security Rule, and which rules serve each citation.

use super::args::{ControlsArguments, ListFormat};
use super::page::{Page, widest};
use super::plan::{Problems, Rules};
use super::{Exit, output, terminal};
use crate::catalogue::{Citation, citations, citations_page};
use crate::report::human::Style;
use crate::report::human::paint::Ink;
use crate::report::text::count;
use crate::rules::load::{RuleSet, controls, runtime_checks};
use crate::rules::meta::section_title;

/// Lists the citations in the order of the regulation.
pub(super) fn run(arguments: &ControlsArguments) -> Exit {
    let mut problems = Problems::default();
    let rules = Rules::load(&arguments.sources, &mut problems);
    let exit = output::complain_of(&problems);
    let text = match arguments.format {
        ListFormat::Human => page(&rules.set, terminal::style(arguments.color.color)),
        ListFormat::Json => output::pretty(&citations(&rules.set)),
        ListFormat::Markdown => citations_page(&rules.set),
    };
    output::print(&text, exit)
}

fn page(rules: &RuleSet, style: Style) -> String {
    let mut page = Page::new(style);
    page.line(Ink::Bold, "HIPAA Security Rule, 45 CFR Part 164");
    let columns = [
        widest(controls().iter().map(|control| control.id.as_str())),
        widest(controls().iter().map(|control| control.title.as_str())),
    ];
    let mut section = "";
    let mut served = 0;
    for Citation { control, rules, runtime } in citations(rules) {
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
            ([], None) => page.paragraph(3, Some(Ink::Dim), "No rule serves it."),
            ([], Some(_)) => {}
            (ids, _) => page.paragraph(3, None, &ids.join(", ")),
        }
        if let Some(beyond) = &control.beyond {
            page.paragraph(3, Some(Ink::Dim), beyond);
        }
        if !runtime.is_empty() {
            let ids: Vec<&str> = runtime.iter().map(|check| check.id.as_str()).collect();
            page.paragraph(3, Some(Ink::Dim), &format!("Only in a running account: {}", ids.join(", ")));
        }
    }
    page.heading("Only a running account can answer");
    for check in runtime_checks() {
        page.paragraph(1, Some(Ink::Bold), &check.id);
        page.paragraph(3, None, &check.title);
        page.paragraph(3, Some(Ink::Dim), &check.reason);
    }
    page.blank();
    page.line(
        Ink::Dim,
        &format!(
            "{served} of {} served by rules; {} of AWS Config that no template answers",
            count(controls().len(), "citation"),
            count(runtime_checks().len(), "check")
        ),
    );
    page.finish()
}
