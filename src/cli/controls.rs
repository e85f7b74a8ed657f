//! `hipaalint controls`: the HIPAA Security Rule, and which rules serve each citation.

use super::args::ControlsArguments;
use super::page::{Page, widest};
use super::plan::{Problems, Rules};
use super::{Exit, output, terminal};
use crate::report::human::Style;
use crate::report::human::paint::Ink;
use crate::report::text::count;
use crate::rules::load::{RuleSet, controls};
use crate::rules::meta::section_title;

/// Lists the citations in the order of the regulation.
pub(super) fn run(arguments: &ControlsArguments) -> Exit {
    let mut problems = Problems::default();
    let rules = Rules::load(&arguments.sources, &mut problems);
    let exit = output::complain_of(&problems);
    output::print(&page(&rules.set, terminal::style(arguments.color.color)), exit)
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
    for control in controls() {
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
        let ids: Vec<&str> = rules
            .entries()
            .iter()
            .filter(|entry| entry.meta.controls.contains(&control.id))
            .map(|entry| entry.meta.id.as_str())
            .collect();
        served += usize::from(!ids.is_empty());
        match (ids.as_slice(), &control.beyond) {
            ([], None) => page.paragraph(3, Some(Ink::Dim), "No rule serves it."),
            ([], Some(_)) => {}
            (ids, _) => page.paragraph(3, None, &ids.join(", ")),
        }
        if let Some(beyond) = &control.beyond {
            page.paragraph(3, Some(Ink::Dim), beyond);
        }
    }
    page.blank();
    page.line(Ink::Dim, &format!("{} of {} served by rules", served, count(controls().len(), "citation")));
    page.finish()
}
