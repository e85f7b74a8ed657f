//! SARIF 2.1.0: what other programs (GitHub code scanning, editors) read. One complete document with one run, also when
//! something could not be linted. No timestamps: the same input gives the same bytes.

mod driver;
mod location;
mod model;

use super::fingerprint::Fingerprinter;
use super::not_looked_at::clauses;
use super::{Report, exception_text};
use crate::finding::{self, Diagnostic, Finding, Outcome, Severity};
use model::{
    Artifact, DescriptorReference, Fingerprints, Invocation, Location, Log, Notification, PhysicalLocation,
    ResultProperties, Run, SarifResult, Suppression, SuppressionProperties, Text, Tool,
};
use serde_json::json;
use std::io;

/// What the report does not know about the run.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The exit code that the run will end with, where there is a process that ends.
    pub exit_code: Option<u8>,
}

/// Writes the document, with a line break at its end.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl io::Write, report: &Report, options: &Options) -> io::Result<()> {
    let log =
        Log { schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run(report, options)] };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    out.write_all(b"\n")
}

fn run<'a>(report: &Report<'a>, options: &Options) -> Run<'a> {
    let artifacts: Vec<Artifact> = report
        .sources
        .iter()
        .enumerate()
        .map(|(index, source)| Artifact {
            location: location::artifact_location(&source.name, Some(index)),
            roles: ["analysisTarget"],
        })
        .collect();
    // No URI for the base: it would be the folder of one machine. Readers resolve it to the checkout.
    let base = json!({ "description": { "text": "The folder that hipaalint was run in." } });
    let mut prints = Fingerprinter::default();
    let (driver, taxonomies) = driver::components(report);
    Run {
        tool: Tool { driver },
        invocations: [invocation(report, options)],
        original_uri_base_ids: [(location::BASE_ID.to_owned(), base)].into_iter().collect(),
        artifacts,
        column_kind: "utf16CodeUnits",
        taxonomies,
        results: results(report, &mut prints),
        properties: report.summary,
    }
}

/// The results. Code scanning at GitHub knows no suppressions, and opens an alert for each result that has one. So those are left out,
/// unless the report is to show them.
fn results<'a>(report: &Report<'a>, prints: &mut Fingerprinter) -> Vec<SarifResult<'a>> {
    let all = report.all_findings().into_iter().map(|finding| {
        // Of all, shown or not: a finding keeps its fingerprint when another one is suppressed.
        let uri = location::artifact_location(report.source_name(finding.span.source), None).uri;
        (finding, prints.next(finding, &uri))
    });
    all.filter(|(finding, _)| report.shows_suppressed || !finding.is_suppressed())
        .map(|(finding, fingerprint)| result(finding, report, fingerprint))
        .collect()
}

fn result<'a>(finding: &'a Finding, report: &Report, fingerprint: String) -> SarifResult<'a> {
    let in_template = location::physical_location(finding.span, report);
    // Code scanning shows the program, which is in the repository, and not the template that it makes.
    let (physical_location, template) = match finding.origin_here() {
        Some(origin) => (location::of_origin(origin), Some(in_template)),
        None => (in_template, None),
    };
    let template = template.map(|physical_location| Location {
        id: Some(1),
        physical_location: PhysicalLocation { context_region: None, ..physical_location },
        logical_locations: Vec::new(),
        message: Some(Text::new("The template that the program makes")),
    });
    let first = 1 + usize::from(template.is_some());
    let related = finding.related.iter().zip(first..);
    let related = related.map(|(related, number)| location::related_location(number, related, report));
    let related = template.into_iter().chain(related);
    // Only failures have a level (3.27.10); an undecided check is open (3.27.9).
    let (kind, level) = match finding.outcome {
        Outcome::Fail => ("fail", finding.level.name()),
        Outcome::Undecided => ("open", "none"),
        Outcome::Pass => ("pass", "none"),
    };
    SarifResult {
        rule_id: &finding.rule,
        rule_index: report.rule_index(&finding.rule),
        kind,
        level,
        message: Text::new(finding.full_message()),
        locations: [Location {
            id: None,
            physical_location,
            logical_locations: std::iter::once(&finding.subject)
                .chain(&finding.alike)
                .map(location::logical_location)
                .collect(),
            message: None,
        }],
        related_locations: related.collect(),
        partial_fingerprints: Fingerprints { v1: fingerprint },
        baseline_state: finding.baseline,
        suppressions: finding
            .suppression
            .iter()
            .map(|exception| suppression(exception, &finding.rule, report))
            .collect(),
        properties: ResultProperties {
            path: &finding.path,
            resource_type: finding.subject.resource_type.as_deref(),
            construct: finding.subject.construct.as_deref(),
            origin: finding.subject.origin.as_ref().map(|origin| origin.to_string()),
            when: finding.when.as_deref(),
        },
    }
}

/// An exception as SARIF has it: the suppression of a result (3.35).
fn suppression<'a>(exception: &'a finding::Suppression, rule: &str, report: &Report) -> Suppression<'a> {
    let mut justification = exception_text(exception);
    if let Some(warning) = report.not_replaceable(exception.required_of(rule).iter().map(String::as_str)) {
        justification = format!("{justification} {warning}");
    }
    Suppression {
        kind: "inSource",
        status: "accepted",
        justification,
        location: Location {
            id: None,
            physical_location: match exception.origin.as_deref().filter(|origin| origin.is_here) {
                Some(origin) => location::of_origin(origin),
                None => location::physical_location(exception.span, report),
            },
            logical_locations: Vec::new(),
            message: None,
        },
        properties: SuppressionProperties {
            dialect: exception.dialect,
            id: &exception.id,
            alternative: exception.alternative.as_deref(),
            owner: exception.owner.as_deref(),
            ticket: exception.ticket.as_deref(),
            expires: exception.expires,
            required: exception.required_of(rule).to_vec(),
        },
    }
}

fn invocation(report: &Report, options: &Options) -> Invocation {
    let notifications = report.diagnostics.iter().map(|diagnostic| notification(diagnostic, report));
    let gaps = clauses(report.summary, usize::MAX).into_iter().map(|clause| Notification {
        descriptor: DescriptorReference { id: "not-checked", index: None, tool_component: None },
        level: "note",
        message: Text::new(format!("Not checked: {clause}.")),
        locations: Vec::new(),
    });
    Invocation {
        execution_successful: report.diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error),
        exit_code: options.exit_code,
        tool_execution_notifications: notifications.chain(gaps).collect(),
    }
}

fn notification(diagnostic: &Diagnostic, report: &Report) -> Notification {
    let physical_location = match diagnostic.span {
        Some(span) => Some(location::physical_location(span, report)),
        // About the run, not about a file.
        None if diagnostic.file.is_empty() => None,
        None => Some(PhysicalLocation {
            artifact_location: location::artifact_location(&diagnostic.file, None),
            region: None,
            context_region: None,
        }),
    };
    let own = physical_location.map(|physical_location| Location {
        id: None,
        physical_location,
        logical_locations: Vec::new(),
        message: None,
    });
    let related =
        diagnostic.related.iter().zip(1..).map(|(related, id)| location::related_location(id, related, report));
    Notification {
        // No descriptors of our own: GitHub would demand a help page for each.
        descriptor: DescriptorReference { id: diagnostic.code.name(), index: None, tool_component: None },
        level: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Note => "note",
        },
        message: Text::new(diagnostic.full_message()),
        locations: own.into_iter().chain(related).collect(),
    }
}
