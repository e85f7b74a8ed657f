//! Templates inside of a template: the text of a property is linted as a template of its own, and its findings are reported at the
//! text's lines in the outer template.

use super::file_report::{FileReport, Notice, NoticeKind};
use super::{About, Linter, stacks};
use crate::code::Code;
use crate::eval::inputs::{Given, Inputs};
use crate::eval::scenario::Scenario;
use crate::eval::{Descent, explore};
use crate::exceptions::Exceptions;
use crate::expand::expansion::Note;
use crate::expand::{self, Block, Model};
use crate::finding::{Applicability, Exception, Finding, Outcome, Related, Suppression};
use crate::source::{Hidden, Source, Span};
use foldhash::{HashMap, HashSet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The types with a property that holds a whole template, and the property.
///
/// Source: the resource types' pages in the CloudFormation Template Reference (2026-11). The template of a conformance pack may hold
/// rules of AWS Config and their remediation only.
const PLACES: [(&str, &str); 3] = [
    (stacks::STACK_SET, "TemplateBody"),
    ("AWS::Config::ConformancePack", "TemplateBody"),
    ("AWS::Config::OrganizationConformancePack", "TemplateBody"),
];

/// Templates inside of templates inside of a template are linted up to this depth.
const MAX_DEPTH: usize = 3;
/// So many different texts are linted for one template.
const MAX_TEXTS: usize = 50;
/// So many bytes are linted for one template. CloudFormation takes 51,200 bytes for each text.
const MAX_BYTES: usize = 1 << 20;

/// A text that a deployment of the outer template may give to a property.
#[derive(PartialEq, Eq)]
struct Text {
    text: String,
    given: Option<BTreeMap<String, Given>>,
}

/// The texts of a property.
struct Texts {
    /// With the scenarios in which the property has them.
    texts: Vec<(Text, Vec<Scenario>)>,
    /// The scenarios that never occur.
    infeasible: Vec<Scenario>,
}

/// A finding in some of the texts of a property, with the scenarios in which the property has them.
struct Pending {
    finding: Finding,
    scenarios: Vec<Scenario>,
    is_suppressed: bool,
}

/// Adds the findings in the texts of one property. A finding in several is one finding.
fn settle(
    pending: Vec<Pending>,
    describe: &dyn Fn(&[Scenario]) -> Option<String>,
    exceptions: &mut Exceptions,
    report: &mut FileReport,
    rest: &mut Rest,
) {
    let mut united: Vec<Pending> = Vec::new();
    let mut index: HashMap<(Arc<str>, Span, String, String), usize> = HashMap::default();
    for one in pending {
        let finding = &one.finding;
        let when = finding.when.clone().unwrap_or_default();
        let words = format!("{}{when}{:?}", finding.message, finding.outcome);
        let key = (Arc::clone(&finding.rule), finding.span, finding.path.clone(), words);
        match index.get(&key).and_then(|place| united.get_mut(*place)) {
            Some(known) => known.scenarios.extend(one.scenarios),
            None => {
                index.insert(key, united.len());
                united.push(one);
            }
        }
    }
    // Some rules read the text as well.
    let known: HashSet<(Arc<str>, Span, String)> =
        report.findings.iter().map(|finding| (Arc::clone(&finding.rule), finding.span, finding.path.clone())).collect();
    for Pending { mut finding, scenarios, is_suppressed } in united {
        let property = finding.path.find("/Resources/").and_then(|end| finding.path.get(..end)).unwrap_or_default();
        if known.contains(&(Arc::clone(&finding.rule), finding.span, property.to_owned())) {
            continue;
        }
        let outer = describe(&scenarios).map(|when| format!("when {when}"));
        finding.when = match (finding.when.take(), outer) {
            (Some(inner), Some(outer)) => Some(format!("{inner}, {outer}")),
            (inner, outer) => inner.or(outer),
        };
        if is_suppressed {
            rest.suppressed.push(finding);
            continue;
        }
        if finding.outcome == Outcome::Fail {
            exceptions.suppress(&mut finding);
        }
        report.findings.push(finding);
    }
}

/// Results that are added to those of the outer template when its own exceptions are settled.
#[derive(Default)]
pub(super) struct Rest {
    /// About templates that cannot be linted.
    pub(super) notes: Vec<Note>,
    /// The secrets in the text.
    pub(super) hidden: Vec<Hidden>,
    /// Findings that an inner template suppresses itself.
    pub(super) suppressed: Vec<Finding>,
    /// Its exceptions.
    pub(super) exceptions: Vec<Exception>,
}

/// What a template's inner templates are linted with.
pub(super) struct Outer<'a, 'm, 't> {
    pub(super) linter: &'a Linter,
    pub(super) source: &'a Source,
    pub(super) model: &'m Model<'m, 't>,
    pub(super) about: About<'a>,
}

impl<'m, 't> Outer<'_, 'm, 't> {
    /// Lints the templates in the properties of a template, and adds the results to its own.
    pub(super) fn lint(&self, exceptions: &mut Exceptions, report: &mut FileReport) -> Rest {
        let mut rest = Rest::default();
        let (mut texts, mut bytes) = (0_usize, 0_usize);
        for (kind, property) in PLACES {
            for block in self.model.of_type(kind) {
                let Some(written) = block.node.get("Properties").and_then(|properties| properties.entry(property))
                else {
                    continue;
                };
                let refuse = |rest: &mut Rest, report: &mut FileReport, reason: &str| {
                    let name = block.written_name();
                    let kind = NoticeKind::InnerTemplate;
                    report.notices.push(Notice { kind, name: name.to_owned(), span: written.key_span });
                    let message = format!("the template in `{property}` of `{name}` is not checked: {reason}");
                    let help = "Run hipaalint on that template alone.".to_owned();
                    rest.notes.push(Note { code: Code::InnerTemplate, span: written.key_span, message, help });
                };
                if self.about.depth >= MAX_DEPTH {
                    refuse(&mut rest, report, "too many templates are around it");
                    continue;
                }
                let Some(found) = self.texts(block, property) else {
                    refuse(&mut rest, report, "its text depends on values that the template does not specify");
                    continue;
                };
                let mut pending: Vec<Pending> = Vec::new();
                for (Text { text, given }, scenarios) in found.texts {
                    texts += 1;
                    bytes = bytes.saturating_add(text.len());
                    if texts > MAX_TEXTS || bytes > MAX_BYTES {
                        refuse(&mut rest, report, "the template contains too many of them");
                        break;
                    }
                    let place = Place::new(self.source, written.value.span, &text);
                    let inner = Source::new(self.source.id, self.source.name.as_str(), text);
                    let inputs = Inputs { given, ..Inputs::default() };
                    let no_files = |_: &str| Err("the text of a template cannot include files".to_owned());
                    let about = About { constructs: None, depth: self.about.depth + 1, ..self.about };
                    let inner = self.linter.lint_inside(&inner, &no_files, &inputs, about);
                    if !inner.is_template {
                        let reason = inner.diagnostics.first().map(|first| first.message.clone());
                        refuse(&mut rest, report, &reason.unwrap_or_else(|| "its text is not a template".to_owned()));
                        rest.hidden.extend(inner.hidden.iter().map(|hidden| place.hidden(hidden)));
                        continue;
                    }
                    let path = format!("{}/Properties/{property}", block.path());
                    let inside = Inside { block: block.written_name(), property, path, place };
                    rest.hidden.extend(inner.hidden.iter().map(|hidden| inside.place.hidden(hidden)));
                    inside.add(inner, &scenarios, &mut pending, report, &mut rest);
                }
                let describe = |scenarios: &[Scenario]| self.model.evaluator.describe(scenarios, &found.infeasible);
                settle(pending, &describe, exceptions, report, &mut rest);
            }
        }
        rest
    }

    /// The texts of a property with the scenarios in which it has them. Nothing where one of them is not known.
    fn texts(&self, block: &'m Block<'t>, property: &str) -> Option<Texts> {
        let exploration = explore(&self.model.evaluator, |run| {
            if !expand::exists(run, block) {
                return Some(None);
            }
            let value = match run.descend(block.node, block.key_span, &["Properties", property]) {
                Descent::Value(value, 2) => value.clone(),
                Descent::Absent(..) => return Some(None),
                _ => return None,
            };
            let text = run.settled(value).text()?.into_owned();
            let given = if block.kind == stacks::STACK_SET { stacks::parameters(run, block) } else { None };
            Some(Some(Text { text, given }))
        });
        if !exploration.complete {
            return None;
        }
        let mut texts: Vec<(Text, Vec<Scenario>)> = Vec::new();
        for (scenario, leaf) in exploration.leaves {
            let Some(text) = leaf? else { continue };
            match texts.iter_mut().find(|(known, _)| *known == text) {
                Some((_, scenarios)) => scenarios.push(scenario),
                None => texts.push((text, vec![scenario])),
            }
        }
        Some(Texts { texts, infeasible: exploration.infeasible })
    }
}

/// An inner template in its outer one.
struct Inside<'a> {
    block: &'a str,
    property: &'a str,
    path: String,
    place: Place,
}

impl Inside<'_> {
    /// Adds the results of the inner template to those of the outer one.
    fn add(
        &self,
        inner: FileReport,
        scenarios: &[Scenario],
        pending: &mut Vec<Pending>,
        report: &mut FileReport,
        rest: &mut Rest,
    ) {
        let mut add = |mut finding: Finding, is_suppressed| {
            self.lead_here(&mut finding);
            pending.push(Pending { finding, scenarios: scenarios.to_vec(), is_suppressed });
        };
        inner.findings.into_iter().for_each(|finding| add(finding, false));
        inner.suppressed.into_iter().for_each(|finding| add(finding, true));
        for mut exception in inner.exceptions {
            self.suppression(&mut exception.suppression);
            rest.exceptions.push(exception);
        }
        for mut diagnostic in inner.diagnostics {
            diagnostic.span = diagnostic.span.map(|span| self.place.outer(span));
            diagnostic.related.iter_mut().for_each(|related| self.related(related));
            diagnostic.message = format!("in the template of `{}`, {}", self.block, diagnostic.message);
            report.diagnostics.push(diagnostic);
        }
        for notice in inner.notices {
            report.notices.push(Notice { span: self.place.outer(notice.span), ..notice });
        }
        // The path of such a template is relative to a folder that nobody knows.
        for nested in inner.nested {
            let kind = NoticeKind::TemplateNotFound;
            report.notices.push(Notice { kind, name: nested.name, span: self.place.outer(nested.span) });
        }
        for (kind, resources) in inner.unruled {
            *report.unruled.entry(kind).or_default() += resources;
        }
        report.turned_off.extend(inner.turned_off);
        report.resources += inner.resources;
        if let (Some(blocks), Some(inner)) = (&mut report.blocks, inner.blocks) {
            blocks.add_inside(&self.path, inner);
        }
        for (rule, counts) in inner.by_rule {
            report.count(&rule, counts);
        }
    }

    fn lead_here(&self, finding: &mut Finding) {
        finding.span = self.place.outer(finding.span);
        finding.path = match finding.path.as_str() {
            "" => self.path.clone(),
            path => format!("{}/{path}", self.path),
        };
        let inside: Arc<str> = Arc::from(self.path.as_str());
        for subject in std::iter::once(&mut finding.subject).chain(&mut finding.alike) {
            // Of a template inside of several others, the whole path.
            subject.inside = Some(match &subject.inside {
                Some(deeper) => Arc::from(format!("{inside}/{deeper}")),
                None => Arc::clone(&inside),
            });
        }
        let message = finding.message.trim_end_matches('.');
        finding.message = format!("{message} (in `{}` of `{}`)", self.property, self.block);
        finding.related.iter_mut().for_each(|related| self.related(related));
        finding.suppression.iter_mut().for_each(|suppression| self.suppression(suppression));
        if let Some(fix) = &mut finding.fix {
            let fix = Arc::make_mut(fix);
            fix.applicability = Applicability::Display;
            fix.note = "The place is in a template inside of a property.".to_owned();
            fix.changes.clear();
            fix.edits.clear();
        }
    }

    fn related(&self, related: &mut Related) {
        related.span = self.place.outer(related.span);
    }

    fn suppression(&self, suppression: &mut Arc<Suppression>) {
        let own = Arc::make_mut(suppression);
        own.span = self.place.outer(own.span);
        for path in &mut own.covers {
            *path = if path.is_empty() { self.path.clone() } else { format!("{}/{path}", self.path) };
        }
    }
}

/// Where the text of an inner template is in the outer one.
struct Place {
    /// The property's value.
    whole: Span,
    /// For each line of the inner text, its first byte there, and the line in the outer text without its indentation. Empty where the
    /// text is not written line by line.
    lines: Vec<(u32, Span)>,
}

impl Place {
    fn new(source: &Source, whole: Span, text: &str) -> Self {
        let lines = if whole.source == source.id { lines(source.slice(whole), whole, text) } else { None };
        Self { whole, lines: lines.unwrap_or_default() }
    }

    /// The place in the outer text of one in the inner text.
    fn outer(&self, inner: Span) -> Span {
        match (self.offset(inner.start), self.offset(inner.end)) {
            (Some(start), Some(end)) if start <= end => Span { source: self.whole.source, start, end },
            _ => self.whole,
        }
    }

    fn offset(&self, inner: u32) -> Option<u32> {
        let after = self.lines.partition_point(|(first, _)| *first <= inner);
        let (first, line) = self.lines.get(after.checked_sub(1)?)?;
        Some(line.start.saturating_add(inner - first).min(line.end))
    }

    fn hidden(&self, inner: &Hidden) -> Hidden {
        let span = Span::new(self.whole.source, inner.range.start, inner.range.end);
        let outer = self.outer(span);
        let keeps = if outer == self.whole { 0 } else { inner.keeps };
        Hidden { range: outer.start as usize..outer.end as usize, keeps }
    }
}

/// The lines of a literal block of YAML, matched with those of its text. Nothing where the text is written in another form.
fn lines(written: &str, whole: Span, text: &str) -> Option<Vec<(u32, Span)>> {
    let is_header = |line: &str| {
        let last = line.split_once(" #").map_or(line, |(before, _)| before).trim_end();
        let indicator = last.rsplit([' ', '\t']).next().unwrap_or_default();
        indicator.starts_with('|') && indicator.len() <= 3
    };
    let mut outer = written.split_inclusive('\n');
    let mut at = whole.start as usize;
    for line in outer.by_ref() {
        at += line.len();
        if is_header(line) {
            break;
        }
    }
    let mut matched = Vec::new();
    let mut first = 0_usize;
    for inner in text.split_inclusive('\n') {
        let Some(line) = outer.next() else { break };
        let content = line.trim_end_matches(['\n', '\r']);
        let own = inner.trim_end_matches(['\n', '\r']);
        // Where a function put a value into the line, the whole line is its place.
        let indent =
            if content.ends_with(own) { content.len() - own.len() } else { content.len() - content.trim_start().len() };
        let span = Span::new(whole.source, at + indent, at + content.len());
        matched.push((u32::try_from(first).ok()?, span));
        first += inner.len();
        at += line.len();
    }
    let is_whole = matched.len() == text.split_inclusive('\n').count();
    (is_whole && !matched.is_empty()).then_some(matched)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::source::SourceId;

    #[test]
    fn lines_of_a_block_are_found() {
        let written = "|\n    Resources:\n\n      A: 1\n";
        let source = Source::new(SourceId(0), "", written);
        let whole = Span::new(source.id, 0, written.len());
        let text = "Resources:\n\n  A: 1\n";
        let place = Place::new(&source, whole, text);
        let outer = |part: &str| {
            let start = text.find(part).unwrap();
            source.slice(place.outer(Span::new(source.id, start, start + part.len()))).to_owned()
        };
        assert_eq!((outer("Resources"), outer("A"), outer("1")), ("Resources".into(), "A".into(), "1".into()));
        let quoted = Source::new(SourceId(0), "", "\"{\\\"Resources\\\": {}}\"");
        let whole = Span::new(quoted.id, 0, quoted.text().len());
        assert_eq!(Place::new(&quoted, whole, "{\"Resources\": {}}").outer(Span::new(quoted.id, 1, 5)), whole);
    }
}
