//! SARIF 2.1.0: what other programs (GitHub code scanning, editors) read. One complete document with one run, also when
//! something could not be linted. No timestamps: the same input gives the same bytes.
//!
//! GitHub refuses larger documents than its limits, and shows the first results only. So the results are in the order of their
//! severity, and the gravest go in.

mod deflated;
mod driver;
mod location;
mod made;
mod model;

use super::array::{Array, write_pretty};
use super::configured::{changed, pinned};
use super::fingerprint::Fingerprinter;
use super::not_looked_at::clauses;
use super::pretty::start_line;
use super::spill::Spill;
use super::text::{count, grouped};
use super::{Prepared, Preparer, Report, Reporter, Summary, exception_text, write_whole};
use crate::finding::{self, BaselineState, Diagnostic, Edit, Finding, Outcome, RuleSeverity, Severity};
use crate::source::{Source, SourceId};
use deflated::Deflated;
use made::{Fingerprint, Made, Maker};
use model::{
    Artifact, ArtifactChange, Content, DescriptorReference, Fingerprints, Fix, FixProperties, Location, Notification,
    PhysicalLocation, Replacement, ResultProperties, SarifResult, Suppression, SuppressionProperties, Text, Tool,
};
use serde_json::json;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, Write};
use std::sync::Arc;

/// What the report does not know about the run.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The exit code that the run will end with, where there is a process that ends.
    pub exit_code: Option<u8>,
}

/// Results that code scanning at GitHub takes in one run.
/// Source: "SARIF support for code scanning" (validating your SARIF file), GitHub documentation, 2026-11.
const MAX_RESULTS: usize = 25_000;
/// Bytes that it takes of a compressed file (same source).
const MAX_COMPRESSED: u64 = 10_000_000;
/// The bytes that a document has at most where nobody needs to know how small it becomes: those of its parts that always go in
/// among them.
const SURELY_SMALL: usize = 8_000_000;
/// The depth of results in the document.
const RESULTS: usize = 4;
/// Diagnostics that go in: so many of any kind, and so many errors.
const MAX_NOTIFICATIONS: usize = 5_000;

/// The URI of a file, as links write it.
pub(crate) fn uri(name: &str) -> String {
    location::artifact_location(name, None).uri
}

/// Writes the document, with a line break at its end.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl io::Write, report: &Report, options: &Options) -> io::Result<()> {
    write_whole(&mut Sarif::new(out), report, options.exit_code)
}

/// Writes the document at the end.
pub struct Sarif<W> {
    out: W,
    document: Pending,
}

/// The document so far: its results wait by their gravity, as many as it takes.
struct Pending {
    waiting: Spill,
    /// For each class of results, how many wait.
    results: [usize; CLASSES],
    result_bytes: usize,
    left_out: usize,
    rules: Vec<Arc<str>>,
    rule_numbers: HashMap<Arc<str>, usize>,
    artifacts: Artifacts,
    notifications: Array,
    errors: usize,
    notes: usize,
    notifications_left_out: usize,
    is_successful: bool,
    prints: Fingerprinter,
    maker: Arc<Maker>,
}

/// The classes of results: by outcome, and then by severity.
const CLASSES: usize = 12;
/// The streams after those of the classes.
const ARTIFACTS: usize = CLASSES;
const NOTIFICATIONS: usize = CLASSES + 1;

/// The class of a finding: the smaller, the graver.
fn class(finding: &Finding) -> usize {
    let outcome = match finding.outcome {
        Outcome::Fail => 0,
        Outcome::Undecided => 1,
        Outcome::Pass => 2,
    };
    let severity = match finding.severity {
        RuleSeverity::Critical => 0,
        RuleSeverity::High => 1,
        RuleSeverity::Medium => 2,
        RuleSeverity::Low => 3,
    };
    outcome * 4 + severity
}

/// The files that results and notifications point into, in the order of the document.
#[derive(Default)]
struct Artifacts {
    list: Array,
    indices: HashMap<SourceId, usize>,
}

impl Artifacts {
    fn add(&mut self, source: &Source, waiting: &mut Spill) -> io::Result<()> {
        let next = self.indices.len();
        if let Entry::Vacant(free) = self.indices.entry(source.id) {
            free.insert(next);
            let location = location::artifact_location(&source.name, Some(next));
            waiting.write(ARTIFACTS, &self.list.element(&Artifact { location, roles: ["analysisTarget"] })?);
        }
        Ok(())
    }
}

/// A part of a report, with the numbers of its files in the document; none if they are not known yet.
#[derive(Copy, Clone)]
struct Part<'p, 'a> {
    report: &'p Report<'a>,
    indices: Option<&'p HashMap<SourceId, usize>>,
}

impl Part<'_, '_> {
    /// The number of a file; where none is known yet, the id of the file stands there.
    fn index(&self, id: SourceId) -> Option<usize> {
        match self.indices {
            Some(indices) => indices.get(&id).copied(),
            None => Some(id.0 as usize),
        }
    }
}

impl<W: io::Write> Sarif<W> {
    /// Starts a document.
    pub fn new(out: W) -> Self {
        Self { out, document: Pending::new() }
    }
}

impl<W: io::Write> Reporter for Sarif<W> {
    fn file(&mut self, part: &Report<'_>) -> io::Result<()> {
        let made = self.document.maker.make(part);
        self.document.add_results(part, made)?;
        self.document.add_notifications(part)
    }

    fn preparer(&self) -> Option<Arc<dyn Preparer>> {
        Some(Arc::clone(&self.document.maker) as Arc<dyn Preparer>)
    }

    fn prepared(&mut self, part: &Report<'_>, prepared: Prepared) -> io::Result<()> {
        let Ok(made) = prepared.downcast::<Vec<Made>>() else { return self.file(part) };
        self.document.add_results(part, *made)?;
        self.document.add_notifications(part)
    }

    fn end(&mut self, rest: &Report<'_>, exit_code: Option<u8>) -> io::Result<()> {
        self.document.add_notifications(rest)?;
        let places = driver::places(rest);
        let results = self.document.room(rest, &places, exit_code)?;
        self.document.write(&mut self.out, rest, &places, exit_code, results)?;
        self.out.flush()
    }
}

impl Pending {
    fn new() -> Self {
        Self {
            waiting: Spill::default(),
            results: [0; CLASSES],
            result_bytes: 0,
            left_out: 0,
            rules: Vec::new(),
            rule_numbers: HashMap::new(),
            artifacts: Artifacts { list: Array::new(4), indices: HashMap::new() },
            notifications: Array::new(6),
            errors: 0,
            notes: 0,
            notifications_left_out: 0,
            is_successful: true,
            prints: Fingerprinter::default(),
            maker: Arc::new(Maker::new()),
        }
    }

    /// Whether the document takes a result of a class: whether those that are as grave leave room.
    fn takes(&self, class: usize) -> bool {
        self.results.iter().take(class + 1).sum::<usize>() < MAX_RESULTS
    }

    /// Adds the results of a part, which were made of all of its findings.
    fn add_results(&mut self, part: &Report<'_>, made: Vec<Made>) -> io::Result<()> {
        // The files that results and notifications name: which others a run still has depends on its other reports.
        let mut findings: Option<Vec<&Finding>> = None;
        for (number, made) in made.into_iter().enumerate() {
            if !self.takes(made.class) {
                self.maker.close(made.class);
                self.left_out += usize::from(made.is_shown);
                continue;
            }
            let fingerprint = match made.fingerprint {
                Fingerprint::Known(fingerprint) => fingerprint,
                Fingerprint::Shared(hash) => self.prints.next_shared(hash),
            };
            // Those of suppressed results, too, as long as all results go in: what is shown changes no number of another file.
            let is_named = made.is_shown || self.left_out == 0;
            for source in made.sources.iter().filter(|_| is_named).filter_map(|id| part.source(*id)) {
                self.artifacts.add(source, &mut self.waiting)?;
            }
            if !made.is_shown {
                continue;
            }
            let rule = self.rule_number(&made.rule).to_le_bytes();
            let indices = &self.artifacts.indices;
            let record = match made.text.and_then(|text| text.record(&rule, indices)) {
                Some(record) => record,
                None => {
                    let findings = findings.get_or_insert_with(|| results(part));
                    let Some(finding) = findings.get(number) else { continue };
                    let mut record = rule.to_vec();
                    let part = Part { report: part, indices: Some(indices) };
                    write_pretty(&mut record, &result(finding, part, fingerprint), RESULTS)?;
                    record
                }
            };
            self.waiting.add_record(made.class, &record);
            self.result_bytes += record.len();
            if let Some(results) = self.results.get_mut(made.class) {
                *results += 1;
            }
        }
        Ok(())
    }

    /// The number of a rule among those with a result.
    fn rule_number(&mut self, rule: &Arc<str>) -> usize {
        if let Some(number) = self.rule_numbers.get(rule) {
            return *number;
        }
        let next = self.rules.len();
        self.rule_numbers.insert(Arc::clone(rule), next);
        self.rules.push(Arc::clone(rule));
        next
    }

    fn add_notifications(&mut self, part: &Report<'_>) -> io::Result<()> {
        for diagnostic in part.diagnostics {
            let is_error = diagnostic.severity == Severity::Error;
            self.is_successful &= !is_error;
            let number = if is_error { self.errors } else { self.errors + self.notes };
            if number >= MAX_NOTIFICATIONS {
                self.notifications_left_out += 1;
                continue;
            }
            *(if is_error { &mut self.errors } else { &mut self.notes }) += 1;
            let related = diagnostic.related.iter().map(|related| related.span);
            for source in diagnostic.span.into_iter().chain(related).filter_map(|span| part.source(span.source)) {
                self.artifacts.add(source, &mut self.waiting)?;
            }
            let part = Part { report: part, indices: Some(&self.artifacts.indices) };
            let text = self.notifications.element(&notification(diagnostic, part))?;
            self.waiting.write(NOTIFICATIONS, &text);
        }
        Ok(())
    }

    /// The number of results that go in: the first so many of all classes.
    fn room(&self, rest: &Report<'_>, places: &[driver::Place], exit_code: Option<u8>) -> io::Result<usize> {
        let waiting = self.results.iter().sum::<usize>().min(MAX_RESULTS);
        if self.result_bytes + self.artifacts.indices.len() * 300 < SURELY_SMALL {
            return Ok(waiting);
        }
        let mut deflated = Deflated::new();
        self.write(&mut deflated, rest, places, exit_code, 0)?;
        let mut room = 0;
        self.each_result(waiting, rest, |text| {
            deflated.write_all(&text)?;
            room += usize::from(deflated.bytes() <= MAX_COMPRESSED);
            Ok(deflated.bytes() <= MAX_COMPRESSED)
        })?;
        Ok(room)
    }

    /// Gives the first results to a function until it returns false, indented and separated.
    fn each_result(
        &self,
        number: usize,
        rest: &Report<'_>,
        mut each: impl FnMut(Vec<u8>) -> io::Result<bool>,
    ) -> io::Result<()> {
        let mut list = Array::new(RESULTS);
        let mut left = number;
        let mut goes_on = true;
        for class in 0..CLASSES {
            self.waiting.records(class, |record| {
                if left == 0 || !goes_on {
                    return Ok(false);
                }
                left -= 1;
                goes_on = each(self.text_of(record, &mut list, rest)?)?;
                Ok(goes_on)
            })?;
        }
        Ok(())
    }

    /// A result, as it stands in the list, with the index of its rule, which is known only at the end.
    fn text_of(&self, record: &[u8], list: &mut Array, rest: &Report<'_>) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(record.len() + 64);
        list.begin(&mut bytes)?;
        let Some((number, text)) = record.split_first_chunk() else { return Ok(bytes) };
        let index = self.rules.get(usize::from_le_bytes(*number)).and_then(|rule| rest.rule_index(rule));
        // After the first key, which is the id of the rule.
        let after = index.and_then(|_| memchr::memchr_iter(b'\n', text).nth(1)).unwrap_or(text.len());
        let (before, after) = text.split_at(after);
        bytes.extend_from_slice(before);
        if let Some(index) = index {
            start_line(&mut bytes, RESULTS + 1, true);
            bytes.extend_from_slice(b"\"ruleIndex\": ");
            bytes.extend_from_slice(index.to_string().as_bytes());
            bytes.push(b',');
        }
        bytes.extend_from_slice(after);
        Ok(bytes)
    }

    /// Writes the document with so many results.
    fn write(
        &self,
        out: &mut impl io::Write,
        rest: &Report<'_>,
        places: &[driver::Place],
        exit_code: Option<u8>,
        results: usize,
    ) -> io::Result<()> {
        let exit_code = exit_code.map(|code| format!(",\n          \"exitCode\": {code}")).unwrap_or_default();
        write!(
            out,
            "{{\n  \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n  \"version\": \"2.1.0\",\n  \
             \"runs\": [\n    {{\n      \"tool\": "
        )?;
        write_pretty(out, &Tool { driver: driver::driver(rest, places) }, 3)?;
        write!(
            out,
            ",\n      \"invocations\": [\n        {{\n          \"executionSuccessful\": {}{exit_code}",
            self.is_successful
        )?;
        let mut notifications = self.notifications;
        let own = self.own_notifications(rest, results);
        if self.errors + self.notes > 0 || !own.is_empty() {
            write!(out, ",\n          \"toolExecutionNotifications\": [")?;
            self.waiting.copy(NOTIFICATIONS, out)?;
            for notification in own {
                out.write_all(&notifications.element(&notification)?)?;
            }
            notifications.end(out)?;
        }
        // No URI for the base: it would be the folder of one machine. Readers resolve it to the checkout.
        let base = json!({ location::BASE_ID: { "description": { "text": "The folder that hipaalint was run in." } } });
        write!(out, "\n        }}\n      ],\n      \"originalUriBaseIds\": ")?;
        write_pretty(out, &base, 3)?;
        write!(out, ",\n      \"artifacts\": [")?;
        self.waiting.copy(ARTIFACTS, out)?;
        self.artifacts.list.end(out)?;
        write!(out, ",\n      \"columnKind\": \"utf16CodeUnits\",\n      \"taxonomies\": ")?;
        write_pretty(out, &driver::taxonomies(rest, places), 3)?;
        write!(out, ",\n      \"results\": [")?;
        self.each_result(results, rest, |text| out.write_all(&text).map(|()| true))?;
        out.write_all(if results > 0 { b"\n      ]" } else { b"]" })?;
        write!(out, ",\n      \"properties\": ")?;
        // Whether the run knows what could be fixed depends on its other reports.
        write_pretty(out, &Summary { fixable: None, ..rest.summary.clone() }, 3)?;
        out.write_all(b"\n    }\n  ]\n}\n")
    }

    /// What the report has to say about itself: what no rule judged, and what did not go in.
    fn own_notifications(&self, rest: &Report<'_>, results: usize) -> Vec<Notification> {
        let own = |id, level, text| Notification {
            descriptor: DescriptorReference { id, index: None, tool_component: None },
            level,
            message: Text::new(text),
            locations: Vec::new(),
        };
        let gaps = clauses(rest.summary, usize::MAX).into_iter();
        let mut all: Vec<Notification> =
            gaps.map(|clause| own("not-checked", "note", format!("Not checked: {clause}."))).collect();
        let changed = changed(rest.summary, usize::MAX).into_iter();
        all.extend(changed.map(|clause| own("changed", "note", format!("Changed: {clause}."))));
        let pinned = pinned(rest.summary, usize::MAX);
        all.extend(pinned.map(|pins| own("pinned", "note", format!("Pinned parameters: {pins}."))));
        let left_out = self.left_out + self.results.iter().sum::<usize>() - results;
        if left_out > 0 {
            let text = format!(
                "This file has the {} of highest severity. It leaves out {}: code scanning accepts at most {} results, and 10 MB \
                 of compressed text. The formats json and jsonl have all of them.",
                count(results, "result"),
                count(left_out, "other"),
                grouped(MAX_RESULTS)
            );
            all.push(own("results-left-out", "warning", text));
        }
        if self.notifications_left_out > 0 {
            let number = count(self.notifications_left_out, "notification");
            let text = format!("This file leaves out {number}. The formats json and jsonl have all of them.");
            all.push(own("notifications-left-out", "warning", text));
        }
        all
    }
}

/// The findings of a part, those that are gone last. Who reads that a result is absent takes it for fixed, so those that nothing decides
/// about are not among them.
fn results<'a>(part: &Report<'a>) -> Vec<&'a Finding> {
    let mut all = part.all_findings();
    all.extend(part.absent.iter().filter(|finding| finding.since == Some(BaselineState::Absent)));
    all
}

fn result<'a>(finding: &'a Finding, part: Part<'_, '_>, fingerprint: String) -> SarifResult<'a> {
    let in_template = location::physical_location(finding.span, part);
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
    let related = related.map(|(related, number)| location::related_location(number, related, part));
    let related = template.into_iter().chain(related);
    // Only failures have a level (3.27.10); an undecided check is open (3.27.9).
    let (kind, level) = match finding.outcome {
        Outcome::Fail => ("fail", finding.level.name()),
        Outcome::Undecided => ("open", "none"),
        Outcome::Pass => ("pass", "none"),
    };
    SarifResult {
        rule_id: &finding.rule,
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
        fixes: finding.fix.iter().filter_map(|fix| fix_of(fix, part)).collect(),
        baseline_state: match finding.baseline {
            Some(BaselineState::Unchanged) => finding.baseline,
            state => finding.since.or(state),
        },
        suppressions: finding.suppression.iter().map(|exception| suppression(exception, &finding.rule, part)).collect(),
        properties: ResultProperties {
            path: &finding.path,
            resource_type: finding.subject.resource_type.as_deref(),
            construct: finding.subject.construct.as_deref(),
            origin: finding.subject.origin.as_ref().map(|origin| origin.to_string()),
            when: finding.when.as_deref(),
        },
    }
}

/// A fix as SARIF has it (3.55). One that is only shown changes nothing, and a fix must change something.
fn fix_of<'a>(fix: &'a finding::Fix, part: Part<'_, '_>) -> Option<Fix<'a>> {
    let id = fix.edits.first()?.span.source;
    let source = part.report.source(id)?;
    let replacement = |edit: &'a Edit| Replacement {
        deleted_region: location::deleted_region(edit.span, source),
        inserted_content: (!edit.text.is_empty()).then_some(Content { text: &edit.text }),
    };
    let change = ArtifactChange {
        artifact_location: location::artifact_location(&source.name, part.index(id)),
        replacements: fix.edits.iter().map(replacement).collect(),
    };
    Some(Fix {
        description: Text::new(fix.description()),
        artifact_changes: [change],
        properties: FixProperties { applicability: fix.applicability },
    })
}

/// An exception as SARIF has it: the suppression of a result (3.35).
fn suppression<'a>(exception: &'a finding::Suppression, rule: &str, part: Part<'_, '_>) -> Suppression<'a> {
    let mut justification = exception_text(exception);
    if let Some(warning) = part.report.not_replaceable(exception.required_of(rule).iter().map(String::as_str)) {
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
                None => location::physical_location(exception.span, part),
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

fn notification(diagnostic: &Diagnostic, part: Part<'_, '_>) -> Notification {
    let physical_location = match diagnostic.span {
        Some(span) => Some(location::physical_location(span, part)),
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
    let related = diagnostic.related.iter().zip(1..).map(|(related, id)| location::related_location(id, related, part));
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
