//! Nested stacks: the template of each is linted as its parents deploy it, and not alone.

use super::{File, Job, Linted, Project};
use crate::code::Code;
use crate::discover::{self, Candidate, Input};
use crate::eval::inputs::{Given, Shared};
use crate::files::Files;
use crate::finding::{Diagnostic, Finding, Related};
use crate::linter::{FileReport, Nested, Notice, NoticeKind, sort_findings};
use crate::source::{SourceId, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// The depth of nested stacks. Deeper stacks are not linted, because a template can nest itself.
const MAX_DEPTH: usize = 16;
/// The number of deployments of nested stacks that are linted in one run.
const MAX_STACKS: usize = 2000;
/// The number of parents that a finding names.
const MAX_PARENTS: usize = 5;

/// A template as one parent deploys it.
struct Deployment {
    /// The identity of its file.
    identity: PathBuf,
    candidate: Candidate,
    given: Option<BTreeMap<String, Given>>,
    /// The parents that deploy it with these values.
    parents: Vec<Related>,
}

/// The united result of a template in all its deployments.
#[derive(Default)]
struct Deployed {
    file: Option<File>,
    deployments: BTreeSet<Option<BTreeMap<String, Given>>>,
}

/// The descent from the templates that no other template deploys.
struct Descent<'p> {
    project: &'p Project<'p>,
    shared: &'p Arc<Shared>,
    /// The result of each nested template.
    deployed: BTreeMap<PathBuf, Deployed>,
    /// The numbers of texts, see [`Job`].
    numbers: BTreeMap<PathBuf, usize>,
    /// The first number after those of the candidates.
    first: usize,
    /// Templates that are not candidates, in the order of their numbers.
    added: Vec<(PathBuf, Candidate)>,
    /// The number of deployments that may still be linted.
    left: usize,
    /// The nested stacks beyond the limits, which nobody linted.
    beyond: Vec<Related>,
}

impl Project<'_> {
    /// Lints the templates of nested stacks with the values of their parents. Replaces the results of those that were linted alone,
    /// and adds the others at the end.
    pub(super) fn lint_nested(&self, files: &mut Vec<(Candidate, File)>, shared: &Arc<Shared>) {
        if files.iter().all(|(_, file)| stacks(file).is_empty()) {
            return;
        }
        let mut numbers: BTreeMap<PathBuf, usize> = BTreeMap::new();
        let mut children: BTreeSet<PathBuf> = BTreeSet::new();
        for (number, (candidate, file)) in files.iter().enumerate() {
            numbers.extend(identity(candidate, self.files).map(|identity| (identity, number)));
            for nested in stacks(file) {
                let child = discover::nested(candidate, &nested.location, self.files).ok();
                children.extend(child.and_then(|child| identity(&child, self.files)));
            }
        }
        let is_root = |candidate: &Candidate| {
            identity(candidate, self.files).is_none_or(|identity| !children.contains(&identity))
        };
        let roots = files.iter_mut().filter(|(candidate, _)| is_root(candidate));
        let mut waiting: Vec<Deployment> =
            roots.flat_map(|(candidate, file)| deployments(candidate, file, self.files)).collect();
        let mut descent = Descent {
            project: self,
            shared,
            deployed: BTreeMap::new(),
            numbers,
            first: files.len(),
            added: Vec::new(),
            left: MAX_STACKS,
            beyond: Vec::new(),
        };
        for _ in 0..MAX_DEPTH {
            if waiting.is_empty() {
                break;
            }
            waiting = descent.level(waiting);
        }
        descent.beyond.extend(waiting.into_iter().flat_map(|deployment| deployment.parents));
        let beyond = std::mem::take(&mut descent.beyond);
        let mut result =
            |identity: &PathBuf| descent.deployed.get_mut(identity).and_then(|deployed| deployed.file.take());
        for (identity, number) in &descent.numbers {
            if let Some((_, known)) = files.get_mut(*number)
                && let Some(file) = result(identity)
            {
                *known = file;
            }
        }
        let added = descent.added.into_iter();
        files.extend(added.filter_map(|(identity, candidate)| result(&identity).map(|file| (candidate, file))));
        notice_beyond(&beyond, files);
    }
}

/// Counts the nested stacks beyond the limits in the templates of their parents.
fn notice_beyond(beyond: &[Related], files: &mut [(Candidate, File)]) {
    if beyond.is_empty() {
        return;
    }
    let mut by_source: BTreeMap<SourceId, BTreeSet<Span>> = BTreeMap::new();
    for parent in beyond {
        by_source.entry(parent.span.source).or_default().insert(parent.span);
    }
    for (number, (candidate, file)) in files.iter_mut().enumerate() {
        let File::Linted(linted) = file else { continue };
        let spans = by_source.remove(&super::source_id(number)).unwrap_or_default();
        let Some(first) = spans.first() else { continue };
        linted.report.diagnostics.push(
            Diagnostic::note(
                Code::NestedStack,
                "hipaalint did not lint all nested stacks: they are too many or too deep",
            )
            .in_file(candidate.name.as_str())
            .at(*first)
            .with_help(format!("Up to {MAX_STACKS} deployments are linted in a run, to a depth of {MAX_DEPTH}.")),
        );
        let notice = |span| Notice { kind: NoticeKind::TemplateNotFound, name: String::new(), span };
        linted.report.notices.extend(spans.into_iter().map(notice));
    }
}

impl Descent<'_> {
    /// Lints some deployments. Returns the deployments of the stacks that they nest.
    fn level(&mut self, waiting: Vec<Deployment>) -> Vec<Deployment> {
        let mut fresh: Vec<Deployment> = Vec::new();
        for deployment in waiting {
            let is_same =
                |known: &&mut Deployment| known.identity == deployment.identity && known.given == deployment.given;
            if let Some(same) = fresh.iter_mut().find(is_same) {
                same.parents.extend(deployment.parents);
                continue;
            }
            let deployed = self.deployed.entry(deployment.identity.clone()).or_default();
            if !deployed.deployments.insert(deployment.given.clone()) {
                continue;
            }
            if self.left > 0 {
                self.left -= 1;
                fresh.push(deployment);
            } else {
                self.beyond.extend(deployment.parents);
            }
        }
        let numbers: Vec<usize> = fresh.iter().map(|deployment| self.number(deployment)).collect();
        let jobs: Vec<Job> = fresh
            .iter()
            .zip(numbers)
            .map(|(Deployment { candidate, given, .. }, number)| {
                let mut job = self.project.job(candidate, number, self.shared);
                job.inputs.given.clone_from(given);
                job
            })
            .collect();
        let mut next = Vec::new();
        for (mut file, deployment) in self.project.run(&jobs).into_iter().zip(&fresh) {
            next.extend(deployments(&deployment.candidate, &mut file, self.project.files));
            if let File::Linted(linted) = &mut file {
                name_parents(linted, &deployment.parents);
            }
            let deployed = self.deployed.entry(deployment.identity.clone()).or_default();
            deployed.file = Some(match deployed.file.take() {
                Some(known) => united(known, file),
                None => file,
            });
        }
        next
    }

    /// The number of a template's text: that of a candidate, or a new one.
    fn number(&mut self, deployment: &Deployment) -> usize {
        let next = self.first + self.added.len();
        *self.numbers.entry(deployment.identity.clone()).or_insert_with(|| {
            self.added.push((deployment.identity.clone(), deployment.candidate.clone()));
            next
        })
    }
}

fn stacks(file: &File) -> &[Nested] {
    match file {
        File::Linted(linted) => &linted.report.nested,
        _ => &[],
    }
}

/// The identity of a candidate's file; `None` for standard input and for files that do not exist.
pub fn identity(candidate: &Candidate, files: &Files) -> Option<PathBuf> {
    match &candidate.input {
        Input::File(path) => files.real(path).ok(),
        Input::StandardInput => None,
    }
}

/// A template's deployments of other templates. Notes a stack whose template does not exist.
fn deployments(candidate: &Candidate, file: &mut File, files: &Files) -> Vec<Deployment> {
    let File::Linted(linted) = file else { return Vec::new() };
    let mut deployments = Vec::new();
    for nested in &linted.report.nested {
        let found = discover::nested(candidate, &nested.location, files).and_then(|child| {
            let identity = identity(&child, files).ok_or("there is no such file")?;
            Ok((child, identity))
        });
        match found {
            Ok((child, identity)) => deployments.push(Deployment {
                identity,
                // The same account and Region. CloudFormation generates the name of a nested stack at deployment.
                candidate: Candidate { pinned: without_name(&candidate.pinned), ..child },
                given: nested.given.clone(),
                parents: vec![Related {
                    span: nested.span,
                    message: format!("nested stack `{}` deploys this template with these parameters", nested.name),
                }],
            }),
            Err(reason) => {
                let note = not_linted(candidate, nested.span, &nested.name, &nested.location, &reason);
                linted.report.diagnostics.push(note);
                linted.report.notices.push(Notice {
                    kind: NoticeKind::TemplateNotFound,
                    name: nested.name.clone(),
                    span: nested.span,
                });
            }
        }
    }
    deployments
}

fn without_name(pinned: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let is_environment = |name: &&String| matches!(name.as_str(), "AWS::AccountId" | "AWS::Region");
    pinned.iter().filter(|(name, _)| is_environment(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn not_linted(candidate: &Candidate, span: Span, name: &str, location: &str, reason: &str) -> Diagnostic {
    Diagnostic::note(
        Code::NestedStack,
        format!("hipaalint did not lint `{location}`, the template of nested stack `{name}`: {reason}"),
    )
    .in_file(candidate.name.as_str())
    .at(span)
    .with_help("The path is relative to the folder of this template.")
}

/// Adds the parents of a deployment to its findings.
fn name_parents(linted: &mut Linted, parents: &[Related]) {
    for finding in linted.report.findings.iter_mut().chain(&mut linted.report.suppressed) {
        finding.related.extend(parents.iter().take(MAX_PARENTS).cloned());
    }
}

/// The united result of a template in two deployments.
fn united(one: File, other: File) -> File {
    match (one, other) {
        (File::Linted(mut one), File::Linted(other)) => {
            let Linted { report, source, .. } = *other;
            let FileReport { findings, suppressed, exceptions, by_rule, nested, diagnostics, notices, .. } = report;
            let known: BTreeSet<(Span, NoticeKind)> =
                one.report.notices.iter().map(|notice| (notice.span, notice.kind)).collect();
            let fresh = notices.into_iter().filter(|notice| !known.contains(&(notice.span, notice.kind)));
            one.report.notices.extend(fresh);
            for diagnostic in diagnostics {
                if !one.report.diagnostics.contains(&diagnostic) {
                    one.report.diagnostics.push(diagnostic);
                }
            }
            unite(&mut one.report.findings, findings);
            unite(&mut one.report.suppressed, suppressed);
            // The same text has the same exceptions, in the same order.
            for (one, other) in one.report.exceptions.iter_mut().zip(&exceptions) {
                one.add(other);
            }
            for (rule, counts) in by_rule {
                one.report.count(&rule, counts);
            }
            one.report.nested.extend(nested);
            one.source = one.source.or(source);
            File::Linted(one)
        }
        (one, _) => one,
    }
}

/// Adds findings to others of the same text. A finding in both is one finding with all its parents.
fn unite(known: &mut Vec<Finding>, others: Vec<Finding>) {
    for finding in others {
        let same = known.iter_mut().find(|same| {
            same.rule == finding.rule
                && same.span == finding.span
                && same.outcome == finding.outcome
                && same.path == finding.path
                && same.subject == finding.subject
                && same.message == finding.message
                && same.when == finding.when
        });
        match same {
            Some(same) => {
                for related in finding.related {
                    if !same.related.contains(&related) && same.related.len() < MAX_PARENTS {
                        same.related.push(related);
                    }
                }
            }
            None => known.push(finding),
        }
    }
    sort_findings(known);
}
