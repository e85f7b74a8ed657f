//! The answer that CloudFormation expects, within its limits.

use crate::event::{Event, Target};
use crate::judge::{Found, Judgment};
use hipaalint::RuleSeverity;
use serde::Serialize;

/// Messages are cut at so many characters, and at fewer for the Cloud Control API.
const MESSAGE: usize = 4096;
const MESSAGE_OF_CLOUD_CONTROL: usize = 1024;
/// The longest message of an annotation, and the most of them that are sent: an answer of a function has at most 6 MB, and no source
/// has a number (`API_Annotation`, 2026-11).
const ANNOTATION: usize = 16_384;
const ANNOTATIONS: usize = 100;

/// `hookStatus`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// The operation goes on.
    Success,
    /// The Hook's failure mode decides whether the operation ends.
    Failed,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// Whether the operation is compliant.
    pub hook_status: Status,
    /// `NonCompliant` or `InternalFailure`, if the status is failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<&'static str>,
    /// What the person who deploys reads.
    pub message: String,
    /// The token of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_request_token: Option<String>,
    /// A remark for each rule that found something.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
}

/// A remark, which `GetHookResult` returns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Annotation {
    /// The rule.
    pub annotation_name: String,
    /// `FAILED`; `PASSED` for what does not make the operation fail.
    pub status: &'static str,
    /// What is wrong, and where.
    pub status_message: String,
    /// What to do.
    pub remediation_message: String,
    /// The page of the rule.
    pub remediation_link: String,
    /// The severity of the rule.
    pub severity_level: &'static str,
}

/// The answer to an event.
pub(crate) fn of(event: &Event<'_>, judgment: Judgment) -> Answer {
    let (hook_status, error_code) = match (judgment.fails(), judgment.problems.is_empty()) {
        // A problem beside a finding does not hide it.
        (true, _) => (Status::Failed, Some("NonCompliant")),
        (false, false) => (Status::Failed, Some("InternalFailure")),
        (false, true) => (Status::Success, None),
    };
    let limit = if event.target == Target::CloudControl { MESSAGE_OF_CLOUD_CONTROL } else { MESSAGE };
    Answer {
        hook_status,
        error_code,
        message: message(&judgment, limit),
        client_request_token: event.token.map(str::to_owned),
        annotations: annotations(&judgment.found),
    }
}

/// The result in a sentence, problems, and findings as far as there is room: the gravest first, each whole.
fn message(judgment: &Judgment, limit: usize) -> String {
    let failing = judgment.found.iter().filter(|found| found.fails).count();
    let others = judgment.found.len() - failing;
    let mut parts = Vec::new();
    if judgment.problems.is_empty() || !judgment.found.is_empty() {
        parts.push(match (failing, others) {
            _ if judgment.found.is_empty() && judgment.passed + judgment.undecided == 0 => String::new(),
            (0, 0) => format!("hipaalint: no findings; {} passed.", counted(judgment.passed, "check")),
            (0, others) => format!("hipaalint: {} that do not stop the operation.", counted(others, "finding")),
            (failing, 0) => format!("hipaalint: {} against the HIPAA Security Rule.", counted(failing, "finding")),
            (failing, others) => format!(
                "hipaalint: {} against the HIPAA Security Rule, and {others} more that would not stop the operation.",
                counted(failing, "finding")
            ),
        });
    }
    parts.extend(judgment.problems.iter().map(|problem| format!("hipaalint could not judge everything: {problem}")));
    if judgment.undecided > 0 {
        parts.push(format!("{} undecided.", counted(judgment.undecided, "check")));
    }
    parts.extend(judgment.remarks.iter().cloned());
    parts.retain(|part| !part.is_empty());
    let mut message = cut(&parts.join(" "), limit);
    for (at, found) in judgment.found.iter().enumerate() {
        let line = format!("\n[{}] {}: {} ({})", found.severity.name(), found.place, found.message, found.rule);
        let left = judgment.found.len() - at;
        let more = format!("\n… and {left} more.");
        // What is left out is counted, so there must be room for the number unless this is the last.
        let reserve = if left == 1 { 0 } else { more.chars().count() };
        if message.chars().count() + line.chars().count() + reserve > limit {
            if message.chars().count() + more.chars().count() <= limit {
                message += &more;
            }
            break;
        }
        message += &line;
    }
    message
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// One for each rule, the gravest first.
fn annotations(found: &[Found]) -> Vec<Annotation> {
    let mut annotations: Vec<Annotation> = Vec::new();
    for one in found {
        let line = format!("{}: {}", one.place, one.message);
        if let Some(known) = annotations.iter_mut().find(|known| known.annotation_name == one.rule) {
            known.status_message = cut(&[&known.status_message, "\n", &line].concat(), ANNOTATION);
        } else if annotations.len() < ANNOTATIONS {
            annotations.push(Annotation {
                annotation_name: one.rule.clone(),
                status: if one.fails { "FAILED" } else { "PASSED" },
                status_message: cut(&line, ANNOTATION),
                remediation_message: cut(one.remediation.trim(), ANNOTATION),
                remediation_link: one.link.clone(),
                severity_level: match one.severity {
                    RuleSeverity::Critical => "CRITICAL",
                    RuleSeverity::High => "HIGH",
                    RuleSeverity::Medium => "MEDIUM",
                    RuleSeverity::Low => "LOW",
                },
            });
        }
    }
    annotations
}

/// So many characters of a text at most.
fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    text.chars().take(limit.saturating_sub(1)).chain(['…']).collect()
}
