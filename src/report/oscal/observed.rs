//! What was observed in one template: the file with its digest, and an observation for each rule with a result.

use super::model::{
    Component, Evidence, Hash, Observation, Resource, ResourceLink, Status, Subject, markup, origins, property,
};
use super::{List, Pending, RuleList};
use crate::digest::Sha256;
use crate::finding::{self, Counts, Diagnostic, Finding, Outcome};
use crate::oscal::model::{Link, Property};
use crate::report::sarif::uri;
use crate::report::text::{count, grouped, message};
use crate::report::{Report, TemplateReport};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// A template in the document.
pub(super) struct Observed {
    /// The UUIDs of its observations, by rule.
    pub(super) observations: BTreeMap<Arc<str>, String>,
    pub(super) uuid: String,
}

/// Adds a template with its observations.
pub(super) fn of_template(template: &TemplateReport, pending: &mut Pending, part: &Report<'_>) -> io::Result<Observed> {
    let evidence = template.evidence.as_ref();
    let digest = evidence.map(|evidence| evidence.sha256);
    let text = digest.map(|digest| digest.to_string()).unwrap_or_default();
    let uuid = pending.run.uuid(&["template", &template.name, &text]);
    let mut files: BTreeMap<&str, String> = BTreeMap::new();
    let included = evidence.into_iter().flat_map(|evidence| &evidence.included);
    let included = included.map(|(name, digest)| (name.as_str(), Some(*digest), "A file that a template includes."));
    let all = std::iter::once((template.name.as_str(), digest, "A template.")).chain(included);
    for (name, digest, description) in all.collect::<Vec<_>>() {
        let resource = of_file(name, digest, description, pending);
        files.insert(name, resource.uuid.clone());
        pending.add(List::Resources, &resource)?;
    }
    let own = files.get(template.name.as_str()).cloned().unwrap_or_default();
    pending.add(List::Components, &of_component(template, &uuid, &own, digest))?;
    let mut by_rule: BTreeMap<&Arc<str>, (Counts, Vec<&Finding>)> = BTreeMap::new();
    for (rule, counts) in evidence.into_iter().flat_map(|evidence| &evidence.by_rule) {
        by_rule.entry(rule).or_default().0 = *counts;
    }
    for finding in part.findings.iter().chain(part.suppressed).chain(part.unshown) {
        by_rule.entry(&finding.rule).or_default().1.push(finding);
    }
    let mut observations = BTreeMap::new();
    for (rule, (counts, findings)) in by_rule {
        let counts = if counts.total() == 0 { counted(&findings) } else { counts };
        let place = Place { template, uuid: &uuid, files: &files, own: &own };
        let observation = of_rule(rule, counts, &findings, &place, pending, part);
        pending.add_of_rule(rule, RuleList::Observations, &observation.uuid);
        observations.insert(Arc::clone(rule), observation.uuid.clone());
        pending.add(List::Observations, &observation)?;
    }
    Ok(Observed { observations, uuid })
}

/// A template, and the files that its findings are in.
struct Place<'p> {
    template: &'p TemplateReport,
    uuid: &'p str,
    files: &'p BTreeMap<&'p str, String>,
    own: &'p str,
}

/// The results that findings show, where the linter counted none.
fn counted(findings: &[&Finding]) -> Counts {
    let number = |outcome| findings.iter().filter(|finding| finding.outcome == outcome).count();
    Counts { passed: number(Outcome::Pass), failed: number(Outcome::Fail), undecided: number(Outcome::Undecided) }
}

fn of_file(name: &str, digest: Option<Sha256>, description: &str, pending: &mut Pending) -> Resource {
    let text = digest.map(|digest| digest.to_string()).unwrap_or_default();
    let hashes = digest.map(|digest| Hash { algorithm: "SHA-256", value: digest.to_string() });
    Resource {
        uuid: pending.run.uuid(&["file", name, &text]),
        title: markup(name),
        description: Some(description.to_owned()),
        props: Vec::new(),
        rlinks: vec![ResourceLink { href: uri(name), hashes: hashes.into_iter().collect() }],
    }
}

fn of_component(template: &TemplateReport, uuid: &str, file: &str, digest: Option<Sha256>) -> Component {
    let mut props = counts(template.counts);
    props.push(Property::own("resources", template.resources.to_string()));
    props.extend(digest.map(|digest| Property::own("sha256", digest.to_string())));
    Component {
        uuid: uuid.to_owned(),
        kind: "software",
        title: markup(&template.name),
        description: format!("A CloudFormation template with {}.", count(template.resources, "resource")),
        props,
        links: vec![Link::new(format!("#{file}"), Some("reference"))],
        // A template does not show whether its stack is deployed.
        status: Status { state: "other" },
    }
}

/// How checks ended, as properties.
pub(super) fn counts(counts: Counts) -> Vec<Property> {
    let numbers =
        [("checks-failed", counts.failed), ("checks-undecided", counts.undecided), ("checks-passed", counts.passed)];
    numbers.into_iter().map(|(name, number)| Property::own(name, number.to_string())).collect()
}

/// How checks ended, in words.
pub(super) fn in_words(counts: Counts) -> String {
    let parts = [(counts.failed, "failed"), (counts.undecided, "undecided"), (counts.passed, "passed")];
    let listed: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, how)| format!("{} {how}", grouped(*number)))
        .collect();
    if listed.is_empty() {
        "no checks".to_owned()
    } else {
        format!("{}: {}", count(counts.total(), "check"), listed.join(", "))
    }
}

fn of_rule(
    rule: &str,
    counts_of_rule: Counts,
    findings: &[&Finding],
    place: &Place<'_>,
    pending: &mut Pending,
    part: &Report<'_>,
) -> Observation {
    let name = markup(&place.template.name);
    let (passed, others): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().partition(|finding| finding.outcome == Outcome::Pass);
    let mut evidence: Vec<Evidence> = others.iter().map(|finding| of_finding(finding, place, part)).collect();
    let names: Vec<String> = passed.iter().flat_map(|finding| subjects(finding)).collect();
    if !names.is_empty() {
        evidence.push(Evidence {
            href: format!("#{}", place.own),
            description: format!("Passed: {}.", names.iter().map(|name| markup(name)).collect::<Vec<_>>().join(", ")),
            props: vec![Property::own("result", "pass")],
        });
    }
    let mut props = vec![Property::own("rule", rule)];
    props.extend(counts(counts_of_rule));
    // The contents are part of the name: another result is another observation.
    let contents: Vec<&str> = evidence.iter().map(|evidence| evidence.description.as_str()).collect();
    let result = in_words(counts_of_rule);
    let key = [&["observation", place.uuid, rule, &pending.collected, &result][..], &contents].concat();
    Observation {
        uuid: pending.run.uuid(&key),
        title: format!("`{rule}` on {name}"),
        description: format!("Rule `{rule}` on the template {name}: {result}."),
        props,
        methods: ["TEST"],
        types: ["control-objective"],
        origins: origins(),
        subjects: vec![Subject { subject_uuid: place.uuid.to_owned(), kind: "component", title: name }],
        relevant_evidence: evidence,
        collected: pending.collected.clone(),
    }
}

/// The names of what a finding is about.
fn subjects(finding: &Finding) -> impl Iterator<Item = String> + use<'_> {
    std::iter::once(&finding.subject).chain(&finding.alike).map(finding::Subject::qualified_name)
}

/// A check that failed, or is undecided.
fn of_finding(finding: &Finding, place: &Place<'_>, part: &Report<'_>) -> Evidence {
    let source = part.source(finding.span.source);
    let line = source.map(|source| source.position(finding.span.start).line);
    let file = source.map_or(place.template.name.as_str(), |source| source.name.as_str());
    let resource = place.files.get(file).map_or(place.own, String::as_str);
    let (result, word, note) = match (finding.outcome, &finding.suppression) {
        (Outcome::Undecided, _) => ("undecided", "Undecided", ""),
        (Outcome::Pass, _) => ("pass", "Passed", ""),
        (Outcome::Fail, Some(_)) => {
            ("suppressed", "Failed, and suppressed by an exception", " The risk has the reason.")
        }
        (Outcome::Fail, None) if finding.is_suppressed() => ("in-baseline", "Failed, and in the baseline", ""),
        (Outcome::Fail, None) => ("fail", "Failed", ""),
    };
    let at = line.map(|line| format!(" at line {line} of {}", markup(file))).unwrap_or_default();
    let mut props = vec![Property::own("result", result)];
    props.extend(subjects(finding).filter_map(|name| property("subject", &name)));
    props.extend(finding.subject.resource_type.as_deref().and_then(|kind| property("type", kind)));
    props.extend(property("path", &finding.path));
    props.extend(line.map(|line| Property::own("line", line.to_string())));
    props.extend(finding.subject.made_by().and_then(|made| property("construct", &made)));
    Evidence {
        href: format!("#{resource}"),
        description: format!("{word}{at}: {}{note}", markup(&message(finding))),
        props,
    }
}

/// A file, or the run, that could not be checked.
pub(super) fn of_diagnostic(diagnostic: &Diagnostic, pending: &mut Pending, part: &Report<'_>) -> Observation {
    let position = diagnostic.span.and_then(|span| Some(part.source(span.source)?.position(span.start).line));
    let place = match (&*diagnostic.file, position) {
        ("", _) => "The run".to_owned(),
        (file, Some(line)) => format!("{}, line {line}", markup(file)),
        (file, None) => markup(file),
    };
    let text = markup(&diagnostic.full_message());
    let line = position.unwrap_or_default().to_string();
    let key = ["diagnostic", &pending.collected.clone(), diagnostic.code.name(), &diagnostic.file, &line, &text];
    Observation {
        uuid: pending.run.uuid(&key),
        title: "Could not be checked".to_owned(),
        description: format!("{place}: {text}"),
        props: vec![Property::own("code", diagnostic.code.name())],
        methods: ["TEST"],
        types: ["discovery"],
        origins: origins(),
        subjects: Vec::new(),
        relevant_evidence: Vec::new(),
        collected: pending.collected.clone(),
    }
}
