//! How many findings there are of each rule, about each resource, in each file.

use super::{Report, Reporter, write_whole};
use crate::finding::{Finding, Level, Outcome, RuleSeverity};
use crate::source::SourceId;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;
use std::sync::Arc;

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
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Group {
    rule: Option<Arc<str>>,
    file: Option<String>,
    /// Section and name.
    subject: Option<(&'static str, String)>,
}

impl Group {
    /// The group of a finding.
    pub(crate) fn of(finding: &Finding, report: &Report<'_>, grouping: Grouping) -> Self {
        let file = || Some(report.source_name(finding.span.source).to_owned());
        match grouping {
            Grouping::Rule => Self { rule: Some(Arc::clone(&finding.rule)), file: None, subject: None },
            Grouping::File => Self { rule: None, file: file(), subject: None },
            Grouping::Resource => {
                let subject = Some((finding.subject.section, finding.subject.name.clone()));
                Self { rule: None, file: file(), subject }
            }
        }
    }
}

/// The numbers of findings that count, by group.
pub struct Statistics {
    grouping: Grouping,
    places: HashMap<Group, usize>,
    /// In the order of their first findings.
    groups: Vec<Gathered>,
    findings: usize,
}

/// A group so far.
struct Gathered {
    group: Group,
    resource: Option<String>,
    resource_type: Option<String>,
    level: Level,
    severity: RuleSeverity,
    findings: usize,
    /// Templates with findings, and other files with some.
    templates: usize,
    others: BTreeSet<String>,
    /// Unless it is the group of a rule.
    rules: BTreeSet<Arc<str>>,
}

impl Statistics {
    /// Starts without findings.
    pub fn new(grouping: Grouping) -> Self {
        Self { grouping, places: HashMap::new(), groups: Vec::new(), findings: 0 }
    }

    /// Adds the findings of a part.
    pub fn add(&mut self, part: &Report<'_>) {
        self.findings += part.findings.len();
        let mut seen: HashSet<(usize, SourceId)> = HashSet::new();
        for finding in part.findings.iter().filter(|finding| finding.outcome == Outcome::Fail) {
            let group = Group::of(finding, part, self.grouping);
            let place = match self.places.get(&group) {
                Some(place) => *place,
                None => {
                    self.places.insert(group.clone(), self.groups.len());
                    self.groups.push(Gathered::new(group, finding, self.grouping));
                    self.groups.len() - 1
                }
            };
            let Some(gathered) = self.groups.get_mut(place) else { continue };
            gathered.findings += 1;
            gathered.level = gathered.level.max(finding.level);
            gathered.severity = gathered.severity.max(finding.severity);
            if self.grouping != Grouping::Rule {
                gathered.rules.insert(Arc::clone(&finding.rule));
            } else if seen.insert((place, finding.span.source)) {
                if part.is_in_template(finding) {
                    gathered.templates += 1;
                } else {
                    gathered.others.insert(part.source_name(finding.span.source).to_owned());
                }
            }
        }
    }

    /// The number of all findings, also of those that are no violations.
    #[cfg(feature = "cli")]
    pub(crate) fn findings(&self) -> usize {
        self.findings
    }

    /// The groups, the gravest and most frequent first. `rest` has the rules.
    pub fn fired<'a>(&'a self, rest: &Report<'a>) -> Vec<Fired<'a>> {
        let mut fired: Vec<Fired<'a>> =
            self.groups.iter().map(|gathered| gathered.fired(rest, self.grouping)).collect();
        // Groups that are alike stay in the order of the report; rules are in the order of their ids.
        fired.sort_by_key(|fired| (std::cmp::Reverse((fired.severity, fired.level, fired.findings)), fired.rule));
        fired
    }
}

impl Gathered {
    fn new(group: Group, first: &Finding, grouping: Grouping) -> Self {
        let subject = &first.subject;
        let is_resource = grouping == Grouping::Resource;
        let name = || if subject.resource_type.is_some() { subject.name.clone() } else { subject.qualified_name() };
        Self {
            group,
            resource: is_resource.then(name),
            resource_type: subject.resource_type.clone().filter(|_| is_resource),
            level: first.level,
            severity: first.severity,
            findings: 0,
            templates: 0,
            others: BTreeSet::new(),
            rules: BTreeSet::new(),
        }
    }

    fn fired<'a>(&'a self, rest: &Report<'a>, grouping: Grouping) -> Fired<'a> {
        let rule = self.group.rule.as_deref();
        Fired {
            rule,
            title: rule.map(|rule| rest.rule(rule).map_or("", |rule| rule.meta.title.as_str())),
            resource: self.resource.clone(),
            resource_type: self.resource_type.as_deref(),
            file: self.group.file.as_deref(),
            level: self.level,
            severity: self.severity,
            findings: self.findings,
            files: (grouping == Grouping::Rule).then_some(self.templates + self.others.len()),
            rules: (grouping != Grouping::Rule).then_some(self.rules.len()),
        }
    }
}

/// Writes the groups as an array at the end, for programs.
pub struct JsonStatistics<W> {
    out: W,
    statistics: Statistics,
}

impl<W: io::Write> JsonStatistics<W> {
    /// Starts without findings.
    pub fn new(out: W, grouping: Grouping) -> Self {
        Self { out, statistics: Statistics::new(grouping) }
    }
}

impl<W: io::Write> Reporter for JsonStatistics<W> {
    fn file(&mut self, part: &Report<'_>) -> io::Result<()> {
        self.statistics.add(part);
        Ok(())
    }

    fn end(&mut self, rest: &Report<'_>, _: Option<u8>) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut self.out, &self.statistics.fired(rest))?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}

/// Writes the groups of a whole report as an array.
///
/// # Errors
/// Those of `out`.
pub fn write_json(out: &mut impl io::Write, report: &Report, grouping: Grouping) -> io::Result<()> {
    write_whole(&mut JsonStatistics::new(out, grouping), report, None)
}
