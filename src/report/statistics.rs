//! How many findings there are of each rule, about each resource, in each file.

use super::Report;
use crate::finding::{Finding, Level, Outcome, RuleSeverity};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use std::io;

/// What findings are grouped by.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// The rule that was violated.
    Rule,
    /// The resource, parameter or output that a finding is about.
    Resource,
    /// The file.
    File,
}

/// Findings that have something in common, as programs read them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fired<'a> {
    /// The rule, if they are grouped by rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'a str>,
    /// The problem that the rule finds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    /// `Records`, if they are grouped by resources: its name, or of what is not a resource its section and its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Its type, if it is a resource.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<&'a str>,
    /// The file, unless they are grouped by rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<&'a str>,
    /// The gravest level.
    pub level: Level,
    /// The gravest severity.
    pub severity: RuleSeverity,
    /// Findings that count.
    pub findings: usize,
    /// The files that they are in, if they are grouped by rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<usize>,
    /// The rules that were violated, unless they are grouped by rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<usize>,
}

/// What all findings of a group have in common.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Group<'a> {
    rule: Option<&'a str>,
    file: Option<&'a str>,
    /// Section and name.
    subject: Option<(&'static str, &'a str)>,
}

impl<'a> Group<'a> {
    /// The group of a finding.
    pub(crate) fn of(finding: &'a Finding, report: &Report<'a>, grouping: Grouping) -> Self {
        let file = || Some(report.source_name(finding.span.source));
        match grouping {
            Grouping::Rule => Self { rule: Some(&finding.rule), file: None, subject: None },
            Grouping::File => Self { rule: None, file: file(), subject: None },
            Grouping::Resource => {
                let subject = Some((finding.subject.section, finding.subject.name.as_str()));
                Self { rule: None, file: file(), subject }
            }
        }
    }
}

/// The groups of the findings that count, the gravest and most frequent first.
pub fn fired<'a>(report: &Report<'a>, grouping: Grouping) -> Vec<Fired<'a>> {
    let mut places: HashMap<Group<'a>, usize> = HashMap::new();
    let mut groups: Vec<Vec<&'a Finding>> = Vec::new();
    for finding in report.findings.iter().filter(|finding| finding.outcome == Outcome::Fail) {
        let place = *places.entry(Group::of(finding, report, grouping)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    let mut fired: Vec<Fired<'a>> =
        groups.iter().filter_map(|group| of_group(group.first()?, group, report, grouping)).collect();
    // Groups that are alike stay in the order of the report; rules are in the order of their ids.
    fired.sort_by_key(|fired| (std::cmp::Reverse((fired.severity, fired.level, fired.findings)), fired.rule));
    fired
}

fn of_group<'a>(
    first: &'a Finding,
    findings: &[&'a Finding],
    report: &Report<'a>,
    grouping: Grouping,
) -> Option<Fired<'a>> {
    let is = |wanted: Grouping| grouping == wanted;
    let file = |finding: &Finding| report.source_name(finding.span.source);
    let files = || findings.iter().map(|finding| file(finding)).collect::<BTreeSet<_>>().len();
    let rules = || findings.iter().map(|finding| &*finding.rule).collect::<BTreeSet<_>>().len();
    let subject = &first.subject;
    let name = || if subject.resource_type.is_some() { subject.name.clone() } else { subject.qualified_name() };
    Some(Fired {
        rule: is(Grouping::Rule).then_some(&*first.rule),
        title: is(Grouping::Rule).then(|| report.rule(&first.rule).map_or("", |rule| rule.meta.title.as_str())),
        resource: is(Grouping::Resource).then(name),
        resource_type: subject.resource_type.as_deref().filter(|_| is(Grouping::Resource)),
        file: (!is(Grouping::Rule)).then(|| file(first)),
        level: findings.iter().map(|finding| finding.level).max()?,
        severity: findings.iter().map(|finding| finding.severity).max()?,
        findings: findings.len(),
        files: is(Grouping::Rule).then(files),
        rules: (!is(Grouping::Rule)).then(rules),
    })
}

/// Writes them as an array, for programs.
///
/// # Errors
/// Those of `out`.
pub fn write_json(out: &mut impl io::Write, report: &Report, grouping: Grouping) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &fired(report, grouping))?;
    out.write_all(b"\n")
}
