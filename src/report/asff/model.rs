//! The shapes of the format, with fields that are absent left out, and texts cut to their limits.

use super::account::Account;
use crate::report::text::{ellipsis, one_line};
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of the format.
const SCHEMA_VERSION: &str = "2018-10-08";

/// A text of at most so many bytes, without control characters; none if nothing is left. Limits are in characters, which are never
/// more than bytes.
pub(super) fn cut(text: &str, limit: usize) -> Option<String> {
    let line = one_line(text, true);
    let line = line.trim();
    if line.is_empty() {
        return None;
    }
    if line.len() <= limit {
        return Some(line.to_owned());
    }
    let mark = ellipsis(true);
    let mut end = limit.saturating_sub(mark.len());
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    Some(format!("{}{mark}", line.get(..end).unwrap_or_default()))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AwsSecurityFinding<'a> {
    pub(super) schema_version: &'static str,
    pub(super) id: String,
    pub(super) product_arn: &'a str,
    pub(super) product_name: &'static str,
    pub(super) generator_id: String,
    pub(super) aws_account_id: &'a str,
    pub(super) types: [&'static str; 1],
    pub(super) created_at: &'a str,
    pub(super) updated_at: &'a str,
    pub(super) severity: SeverityLabel,
    pub(super) title: String,
    pub(super) description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) remediation: Option<Remediation>,
    pub(super) product_fields: BTreeMap<&'static str, String>,
    pub(super) resources: Vec<Resource>,
    pub(super) compliance: Compliance,
    pub(super) record_state: &'static str,
    #[serde(rename = "FindingProviderFields")]
    pub(super) provider_fields: ProviderFields,
}

impl<'a> AwsSecurityFinding<'a> {
    /// The parts that all findings of a run have in common. The others are empty.
    pub(super) fn of(account: &'a Account, time: &'a str) -> Self {
        let severity = || SeverityLabel { label: "INFORMATIONAL", original: "low" };
        Self {
            schema_version: SCHEMA_VERSION,
            id: String::new(),
            product_arn: account.product_arn(),
            product_name: "hipaalint",
            generator_id: String::new(),
            aws_account_id: account.id(),
            types: [super::TYPE],
            created_at: time,
            updated_at: time,
            severity: severity(),
            title: String::new(),
            description: String::new(),
            remediation: None,
            product_fields: BTreeMap::new(),
            resources: Vec::new(),
            compliance: Compliance {
                status: "NOT_AVAILABLE",
                related_requirements: Vec::new(),
                status_reasons: Vec::new(),
            },
            record_state: "ACTIVE",
            provider_fields: ProviderFields { severity: severity(), types: [super::TYPE] },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SeverityLabel {
    pub(super) label: &'static str,
    pub(super) original: &'static str,
}

/// Where providers put what customers may change later.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ProviderFields {
    pub(super) severity: SeverityLabel,
    pub(super) types: [&'static str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Remediation {
    pub(super) recommendation: Recommendation,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Recommendation {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    pub(super) url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Resource {
    #[serde(rename = "Type")]
    pub(super) kind: &'static str,
    pub(super) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) partition: Option<&'static str>,
    pub(super) region: String,
    pub(super) details: Details,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Details {
    pub(super) other: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Compliance {
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) related_requirements: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) status_reasons: Vec<StatusReason>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StatusReason {
    reason_code: &'static str,
    description: String,
}

impl StatusReason {
    pub(super) fn new(reason_code: &'static str, description: &str) -> Option<Self> {
        Some(Self { reason_code, description: cut(description, 2048)? })
    }
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn texts_keep_their_limits() {
        assert_eq!(cut("abc", 3).as_deref(), Some("abc"));
        assert_eq!(cut("éééé", 6).as_deref(), Some("é…"));
        assert_eq!(cut(" \n ", 6), None);
        assert!(cut(&"日".repeat(999), 1024).is_some_and(|text| text.len() <= 1024));
    }
}
