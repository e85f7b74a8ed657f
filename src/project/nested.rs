//! Nested stacks: what a template says about the stacks that it nests, and its result as its parents deploy it.

use super::survey::{MAX_DEPTH, MAX_STACKS, Survey, identity};
use super::{File, Linted, number_of};
use crate::code::Code;
use crate::discover::{self, Candidate};
use crate::files::Files;
use crate::finding::{Diagnostic, Finding, Related};
use crate::linter::{FileReport, Notice, NoticeKind, sort_findings};
use crate::source::{SourceId, Span};
use std::collections::BTreeSet;

/// The number of parents that a finding names.
const MAX_PARENTS: usize = 5;

/// Notes the nested stacks whose templates do not exist.
pub(super) fn note_missing(candidate: &Candidate, file: &mut File, files: &Files) {
    let File::Linted(linted) = file else { return };
    let report = &mut linted.report;
    for nested in &report.nested {
        let found = discover::nested(candidate, &nested.location, files)
            .and_then(|child| identity(&child, files).ok_or_else(|| "there is no such file".to_owned()));
        if let Err(reason) = found {
            let note = not_linted(candidate, nested.span, &nested.name, &nested.location, &reason);
            report.diagnostics.push(note);
            let (kind, name) = (NoticeKind::TemplateNotFound, nested.name.clone());
            report.notices.push(Notice { kind, name, span: nested.span });
        }
    }
}

/// Counts the nested stacks of a template that are beyond the limits.
pub(super) fn note_beyond(candidate: &Candidate, file: &mut File, beyond: Option<&BTreeSet<Span>>) {
    let (File::Linted(linted), Some(spans)) = (file, beyond) else { return };
    let Some(first) = spans.first() else { return };
    let text = "hipaalint did not lint all nested stacks: they are too many or too deep";
    linted.report.diagnostics.push(
        Diagnostic::note(Code::NestedStack, text)
            .in_file(candidate.name())
            .at(*first)
            .with_help(format!("Up to {MAX_STACKS} deployments are linted in a run, to a depth of {MAX_DEPTH}.")),
    );
    let notice = |span: &Span| Notice { kind: NoticeKind::TemplateNotFound, name: String::new(), span: *span };
    linted.report.notices.extend(spans.iter().map(notice));
}

/// Adds the texts of parents that findings point into.
pub(super) fn add_parents(file: &mut File, survey: &Survey, files: &Files) {
    let File::Linted(linted) = file else { return };
    let Some(own) = linted.source.as_ref().map(|source| number_of(source.id)) else { return };
    let findings = linted.report.findings.iter().chain(&linted.report.suppressed);
    let places = findings.flat_map(|finding| &finding.related).map(|related| related.span.source);
    let others: BTreeSet<SourceId> = places.filter(|id| number_of(*id) != own).collect();
    linted.parents = others.into_iter().filter_map(|id| survey.parent(id, files)).collect();
}

fn not_linted(candidate: &Candidate, span: Span, name: &str, location: &str, reason: &str) -> Diagnostic {
    Diagnostic::note(
        Code::NestedStack,
        format!("hipaalint did not lint `{location}`, the template of nested stack `{name}`: {reason}"),
    )
    .in_file(candidate.name())
    .at(span)
    .with_help("The path is relative to the folder of this template.")
}

/// Adds the parents of a deployment to its findings.
pub(super) fn name_parents(file: &mut File, parents: &[Related]) {
    let File::Linted(linted) = file else { return };
    for finding in linted.report.findings.iter_mut().chain(&mut linted.report.suppressed) {
        finding.related.extend(parents.iter().take(MAX_PARENTS).cloned());
    }
}

/// The united result of a template in two deployments.
pub(super) fn united(one: File, other: File) -> File {
    match (one, other) {
        (File::Linted(mut one), File::Linted(other)) => {
            let Linted { report, source, .. } = *other;
            let FileReport { findings, suppressed, exceptions, by_rule, nested, diagnostics, notices, blocks, .. } =
                report;
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
            match (&mut one.report.blocks, blocks) {
                (Some(own), Some(blocks)) => own.add(blocks),
                (own, blocks) => *own = own.take().or(blocks),
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
