//! The sections of a report: what is shown of each file, rule or resource, and their headings.

use super::paint::Ink;
use super::{MIN_WIDTH, Style, subject_text};
use crate::finding::{Diagnostic, Finding, Level, Severity};
use crate::report::Report;
use crate::report::statistics::{Group, Grouping};
use crate::report::text::{count, one_line, shorten_start, width};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What is shown below one heading: of one file, unless findings are grouped by something else.
#[derive(Default)]
pub(super) struct Section<'a> {
    /// What they have in common.
    pub(super) heading: String,
    /// The rule, if it is the section of one.
    pub(super) rule: Option<Arc<str>>,
    pub(super) diagnostics: Vec<&'a Diagnostic>,
    pub(super) failures: Vec<&'a Finding>,
    /// Checks that passed or are undecided, and findings that do not count.
    pub(super) others: Vec<&'a Finding>,
}

/// What there is to show: by the name of the file; else what is wrong with files, and then the groups of findings, the gravest
/// first.
pub(super) fn sections<'a>(report: &Report<'a>, grouping: Grouping, style: &Style) -> Vec<Section<'a>> {
    let mut files: BTreeMap<&str, Section> = BTreeMap::new();
    let file_of = |name: &str| Section { heading: name.to_owned(), ..Section::default() };
    for diagnostic in report.diagnostics {
        let name = diagnostic.file.as_str();
        files.entry(name).or_insert_with(|| file_of(name)).diagnostics.push(diagnostic);
    }
    for file in files.values_mut() {
        // Errors before notes; the order among them stays.
        file.diagnostics.sort_by_key(|diagnostic| std::cmp::Reverse(diagnostic.severity));
    }
    let suppressed = if report.shows_suppressed { report.suppressed } else { &[] };
    let findings = report.findings.iter().chain(suppressed);
    if grouping == Grouping::File {
        for finding in findings {
            let name = report.source_name(finding.span.source);
            files.entry(name).or_insert_with(|| file_of(name)).push(finding);
        }
        return files.into_values().collect();
    }
    // The report has the gravest findings first, so its groups are in that order, too.
    let mut sections: Vec<Section> = files.into_values().collect();
    let mut places: HashMap<Group, usize> = HashMap::new();
    for finding in findings {
        let place = *places.entry(Group::of(finding, report, grouping)).or_insert(sections.len());
        if place == sections.len() {
            let rule = (grouping == Grouping::Rule).then(|| Arc::clone(&finding.rule));
            let heading = resource_heading(finding, report, style);
            sections.push(Section { heading, rule, ..Section::default() });
        }
        if let Some(section) = sections.get_mut(place) {
            section.push(finding);
        }
    }
    sections
}

/// The numbers in a heading.
#[derive(Copy, Clone, Default)]
pub(super) struct Numbers {
    errors: usize,
    warnings: usize,
    notes: usize,
    problems: usize,
}

impl Numbers {
    pub(super) fn add(&mut self, other: Self) {
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.notes += other.notes;
        self.problems += other.problems;
    }
}

impl<'a> Section<'a> {
    fn push(&mut self, finding: &'a Finding) {
        let list = if finding.counts() { &mut self.failures } else { &mut self.others };
        list.push(finding);
    }

    /// The numbers in its heading.
    pub(super) fn numbers(&self) -> Numbers {
        let level = |level| self.failures.iter().filter(|finding| finding.level == level).count();
        let is_error = |diagnostic: &&&Diagnostic| diagnostic.severity == Severity::Error;
        Numbers {
            errors: level(Level::Error),
            warnings: level(Level::Warning),
            notes: level(Level::Note),
            problems: self.diagnostics.iter().filter(is_error).count(),
        }
    }
}

/// The file, and what the finding is about.
fn resource_heading(finding: &Finding, report: &Report, style: &Style) -> String {
    let subject = Finding { alike: Vec::new(), ..finding.clone() };
    format!("{}: {}", report.source_name(finding.span.source), subject_text(&subject, style))
}

/// A rule across the page with the name of a section and its counts.
pub(super) fn heading(name: &str, numbers: Numbers, style: &Style) -> String {
    let Numbers { errors, warnings, notes, problems } = numbers;
    let levels = [(errors, Level::Error), (warnings, Level::Warning), (notes, Level::Note)];
    let levels = levels.into_iter().filter(|(number, _)| *number > 0);
    let mut counts: Vec<String> = levels.map(|(number, level)| count(number, level.name())).collect();
    if problems > 0 {
        counts.push(count(problems, "problem"));
    }
    let bar = style.glyph("─", "-");
    let counts = if counts.is_empty() { String::new() } else { format!("{} ", counts.join(", ")) };
    let between = if counts.is_empty() { String::new() } else { format!("{} ", bar.repeat(2)) };
    let room = style.width.saturating_sub(width(&counts) + 8).max(MIN_WIDTH / 2);
    let name = if name.is_empty() { "hipaalint" } else { name };
    let name = shorten_start(&one_line(name, style.unicode), room, style.unicode).into_owned();
    let fill = style.width.saturating_sub(4 + width(&name) + width(&between) + width(&counts));
    format!(
        "{} {} {}{counts}{}\n\n",
        style.paint(Ink::Dim, &bar.repeat(2)),
        style.paint(Ink::Bold, &name),
        style.paint(Ink::Dim, &between),
        style.paint(Ink::Dim, &bar.repeat(fill))
    )
}
