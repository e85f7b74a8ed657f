//! The AWS Security Finding Format, for Security Hub CSPM: requests of its operation `BatchImportFindings`, one on each line.
//!
//! Sources of the limits, 2026-11: <https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html>,
//! <https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html>, and
//! <https://docs.aws.amazon.com/securityhub/latest/partnerguide/guidelines-batchimportfindings.html>: 100 findings and 6 MB a
//! request, 240 KB a finding. The types are those of
//! <https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-type-taxonomy.html>.
//!
//! A template does not know what CloudFormation will name a resource. So a resource is of the type `Other`, and its id is that of the
//! template, with the logical id.

mod account;
mod model;

pub use account::{Account, AccountError, default_product};

use super::fingerprint::{Fingerprinter, fingerprint};
use super::text::{message, one_line};
use super::{Report, Reporter, rule_address, write_whole};
use crate::finding::{Diagnostic, Finding, Outcome, RuleSeverity, Severity, Subject};
use model::{
    AwsSecurityFinding, Compliance, Details, ProviderFields, Recommendation, Remediation, Resource, SeverityLabel,
    StatusReason, cut,
};
use std::collections::{BTreeMap, HashMap};
use std::io;

/// Findings that a request takes.
const MAX_FINDINGS: usize = 100;
/// Bytes that a request takes: less than 6 MB, whichever of the two megabytes is meant.
const MAX_REQUEST: usize = 5_900_000;
/// Resources that a finding takes.
const MAX_RESOURCES: usize = 32;
/// Related requirements that a finding takes.
const MAX_REQUIREMENTS: usize = 32;
const TYPE: &str = "Software and Configuration Checks/Industry and Regulatory Standards/HIPAA Controls (USA)";

/// Writes the requests. `time` is the time of all findings, such as `2026-12-31T00:00:00Z`.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl io::Write, report: &Report, account: &Account, time: &str) -> io::Result<()> {
    write_whole(&mut Asff::new(out, account.clone(), time), report, None)
}

/// Writes the requests as they fill.
pub struct Asff<W> {
    out: W,
    account: Account,
    time: String,
    prints: Fingerprinter,
    /// The findings of the next request, without what is around them.
    request: Vec<u8>,
    findings: usize,
}

impl<W: io::Write> Asff<W> {
    /// Starts without findings.
    pub fn new(out: W, account: Account, time: &str) -> Self {
        let prints = Fingerprinter::default();
        Self { out, account, time: time.to_owned(), prints, request: Vec::new(), findings: 0 }
    }

    fn add(&mut self, finding: &[u8]) -> io::Result<()> {
        if self.findings == MAX_FINDINGS || self.request.len() + finding.len() > MAX_REQUEST {
            self.send()?;
        }
        if self.findings > 0 {
            self.request.push(b',');
        }
        self.findings += 1;
        self.request.extend_from_slice(finding);
        Ok(())
    }

    /// Ends a request.
    fn send(&mut self) -> io::Result<()> {
        if self.findings > 0 {
            self.out.write_all(b"{\"Findings\":[")?;
            self.out.write_all(&self.request)?;
            self.out.write_all(b"]}\n")?;
        }
        self.request.clear();
        self.findings = 0;
        Ok(())
    }

    fn add_result(&mut self, finding: &Finding, part: &Report<'_>) -> io::Result<()> {
        let print = self.prints.next(finding, part.source_name(finding.span.source), part.is_in_template(finding));
        let rule = part.rule(&finding.rule);
        let title = rule.map_or(&*finding.rule, |rule| rule.meta.title.as_str());
        let remediation = rule.map(|rule| super::prose::lead(&rule.prose.remediation));
        let citations: Vec<String> = rule.into_iter().flat_map(|rule| &rule.meta.controls).cloned().collect();
        let (status, severity) = match finding.outcome {
            Outcome::Fail => ("FAILED", label(finding.severity)),
            Outcome::Undecided => ("WARNING", label(finding.severity)),
            Outcome::Pass => ("PASSED", "INFORMATIONAL"),
        };
        // Security Hub archives a finding that nobody has to act on.
        let record_state = if finding.is_suppressed() { "ARCHIVED" } else { "ACTIVE" };
        let reason = match (finding.outcome, &finding.suppression) {
            (Outcome::Fail, Some(exception)) => Some(("EXCEPTION", super::exception_text(exception))),
            (Outcome::Fail, None) if finding.is_suppressed() => {
                Some(("BASELINE", "The finding is in the baseline.".to_owned()))
            }
            (Outcome::Undecided, _) => {
                Some(("UNDECIDED", "The check needs a value that the template does not set.".to_owned()))
            }
            _ => None,
        };
        let source = part.source(finding.span.source);
        let line = source.map(|source| source.position(finding.span.start).line.to_string());
        let file = part.source_name(finding.span.source);
        let mut fields = BTreeMap::new();
        for (name, value) in [
            ("hipaalint/version", Some(env!("CARGO_PKG_VERSION"))),
            ("hipaalint/rule", Some(&*finding.rule)),
            ("hipaalint/file", Some(file)),
            ("hipaalint/line", line.as_deref()),
            ("hipaalint/path", Some(finding.path.as_str())),
            ("hipaalint/level", Some(finding.level.name())),
            ("hipaalint/fingerprint", Some(print.as_str())),
        ] {
            fields.extend(value.and_then(|value| Some((name, cut(value, 2048)?))));
        }
        let all: Vec<&Subject> = std::iter::once(&finding.subject).chain(&finding.alike).collect();
        if all.len() > MAX_RESOURCES {
            fields.insert("hipaalint/resources", all.len().to_string());
        }
        let resources =
            all.iter().take(MAX_RESOURCES).map(|subject| self.resource(subject, file, line.as_deref())).collect();
        let entry = AwsSecurityFinding {
            id: self.id(&print),
            generator_id: format!("hipaalint/{}", finding.rule),
            title: cut(title, 256).unwrap_or_else(|| finding.rule.to_string()),
            description: cut(&message(finding), 1024).unwrap_or_else(|| title.to_owned()),
            severity: SeverityLabel { label: severity, original: finding.severity.name() },
            provider_fields: ProviderFields {
                severity: SeverityLabel { label: severity, original: finding.severity.name() },
                types: [TYPE],
            },
            remediation: Some(Remediation {
                recommendation: Recommendation {
                    text: remediation.and_then(|text| cut(&text, 512)),
                    url: rule_address(&finding.rule),
                },
            }),
            resources,
            compliance: Compliance {
                status,
                related_requirements: citations
                    .iter()
                    .take(MAX_REQUIREMENTS)
                    .map(|id| format!("HIPAA 45 CFR {id}"))
                    .collect(),
                status_reasons: reason.into_iter().filter_map(|(code, text)| StatusReason::new(code, &text)).collect(),
            },
            product_fields: fields,
            record_state,
            ..AwsSecurityFinding::of(&self.account, &self.time)
        };
        let bytes = serde_json::to_vec(&entry)?;
        self.add(&bytes)
    }

    fn id(&self, print: &str) -> String {
        format!("hipaalint/{}/{}/{print}", self.account.region(), self.account.id())
    }

    fn resource(&self, subject: &Subject, file: &str, line: Option<&str>) -> Resource {
        let name = subject.qualified_name();
        let details = [
            ("File", Some(file)),
            ("Line", line),
            ("LogicalId", Some(subject.name.as_str())),
            ("ResourceType", subject.resource_type.as_deref()),
            ("Construct", subject.construct.as_deref()),
        ];
        let other = details.into_iter().filter_map(|(name, value)| Some((name, cut(value?, 1024)?))).collect();
        Resource {
            kind: "Other",
            id: cut(&format!("{file}/{name}"), 512).unwrap_or(name),
            partition: self.account.partition(),
            region: self.account.region().to_owned(),
            details: Details { other },
        }
    }

    /// A file that could not be checked. It must not look like a file without findings.
    fn add_diagnostic(&mut self, diagnostic: &Diagnostic, occurrence: usize) -> io::Result<()> {
        let print = fingerprint(&["", diagnostic.code.name(), &diagnostic.file], occurrence);
        let text = one_line(&diagnostic.full_message(), true).into_owned();
        let subject = Subject {
            section: "Template",
            name: String::new(),
            resource_type: None,
            construct: None,
            origin: None,
            inside: None,
        };
        let fields = [("hipaalint/version", env!("CARGO_PKG_VERSION")), ("hipaalint/file", diagnostic.file.as_str())];
        let entry = AwsSecurityFinding {
            id: self.id(&print),
            generator_id: format!("hipaalint/{}", diagnostic.code.name()),
            title: "Template could not be checked".to_owned(),
            description: cut(&text, 1024).unwrap_or_else(|| diagnostic.code.name().to_owned()),
            severity: SeverityLabel { label: "INFORMATIONAL", original: "error" },
            provider_fields: ProviderFields {
                severity: SeverityLabel { label: "INFORMATIONAL", original: "error" },
                types: [TYPE],
            },
            remediation: None,
            resources: vec![self.resource(&subject, &diagnostic.file, None)],
            compliance: Compliance {
                status: "NOT_AVAILABLE",
                related_requirements: Vec::new(),
                status_reasons: StatusReason::new("NOT_CHECKED", &text).into_iter().collect(),
            },
            product_fields: fields.into_iter().filter_map(|(name, value)| Some((name, cut(value, 2048)?))).collect(),
            record_state: "ACTIVE",
            ..AwsSecurityFinding::of(&self.account, &self.time)
        };
        let bytes = serde_json::to_vec(&entry)?;
        self.add(&bytes)
    }
}

/// The severity of a finding of a rule.
fn label(severity: RuleSeverity) -> &'static str {
    match severity {
        RuleSeverity::Critical => "CRITICAL",
        RuleSeverity::High => "HIGH",
        RuleSeverity::Medium => "MEDIUM",
        RuleSeverity::Low => "LOW",
    }
}

impl<W: io::Write> Reporter for Asff<W> {
    fn file(&mut self, part: &Report<'_>) -> io::Result<()> {
        // A diagnostic about the run and not a file has no resource. The exit code shows it.
        let errors =
            part.diagnostics.iter().filter(|found| found.severity == Severity::Error && !found.file.is_empty());
        let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
        for diagnostic in errors {
            let occurrence = seen.entry((diagnostic.code.name(), &diagnostic.file)).or_default();
            *occurrence += 1;
            self.add_diagnostic(diagnostic, *occurrence)?;
        }
        for finding in part.findings {
            self.add_result(finding, part)?;
        }
        if part.shows_suppressed {
            for finding in part.suppressed {
                self.add_result(finding, part)?;
            }
        }
        self.prints.end_part();
        Ok(())
    }

    fn end(&mut self, rest: &Report<'_>, _: Option<u8>) -> io::Result<()> {
        self.file(rest)?;
        self.send()?;
        self.out.flush()
    }
}
