//! The head and the texts of a rule: everything but its logic.

use crate::finding::{Level, RuleSeverity};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The head of a rule, as every run needs it.
#[derive(Clone, Debug, Deserialize)]
pub struct RuleMeta {
    /// Lower-case, hyphenated, service first; never changes once released.
    pub id: String,
    /// What is wrong when it fires, in a few words.
    pub title: String,
    /// The level of its findings, unless the violation needs a parameter to leave its default.
    pub level: Level,
    /// What can happen to PHI if a finding is true.
    pub severity: RuleSeverity,
    /// What a check of it shows when it passes.
    #[serde(default)]
    pub kind: RuleKind,
    /// The profiles that select it.
    #[serde(default)]
    pub profiles: Vec<String>,
    /// Citations of 45 CFR Part 164 that it serves, such as `164.312(a)(2)(iv)`.
    #[serde(default)]
    pub controls: Vec<String>,
    /// Its names in other tools: tool (`aws-config`, `cfn-guard`, `cdk-nag`, `cfn-nag`, `checkov`, `trivy`) to ids.
    #[serde(default)]
    pub aliases: BTreeMap<String, Vec<String>>,
}

/// What a check of a rule shows when it passes. Findings of both kinds count alike.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RuleKind {
    /// That the resource has the safeguard that the rule is about.
    #[default]
    Safeguard,
    /// Not that a safeguard is in place: the rule checks tags, names, texts or references, which any template has. Such
    /// checks pass on templates that contain nothing a safeguard could protect.
    Supporting,
}

/// How often a finding of a rule is not a weakness.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FalseAlarms {
    /// A finding is nearly always a weakness.
    Rare,
    /// Sound designs exist that the template cannot show.
    Some,
    /// Many sound designs are reported.
    Common,
}

impl FalseAlarms {
    /// As rule files write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rare => "rare",
            Self::Some => "some",
            Self::Common => "common",
        }
    }
}

/// The texts of a rule, and the judgments that decide its profiles: read only on demand (`explain`, SARIF, documentation).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleProse {
    /// What can happen to PHI if a finding is true and nobody reacts, in one sentence.
    #[serde(default)]
    pub harm: String,
    /// How often a finding is not a weakness.
    #[serde(default)]
    pub false_alarms: Option<FalseAlarms>,
    /// Whether a deployment gate can demand the fix: it is in the author's hands, and breaks nothing.
    #[serde(default)]
    pub gate: Option<bool>,
    /// Why HIPAA cares. Markdown.
    pub why: String,
    /// How to fix it. Markdown.
    pub remediation: String,
    /// Addresses of documentation.
    #[serde(default)]
    pub references: Vec<String>,
}

/// One citation of the Security Rule (from `rules/controls.yaml`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// `164.312(a)(2)(iv)`.
    pub id: String,
    /// The rule's own title of it.
    pub title: String,
    /// `standard`, `required` or `addressable`.
    pub requirement: Requirement,
    /// The standard that an implementation specification belongs to.
    #[serde(default)]
    pub parent: Option<String>,
    /// What of it no template can show.
    #[serde(default)]
    pub beyond: Option<String>,
}

/// The headings of the sections that the citations are in (45 CFR Part 164, Subpart C).
const SECTIONS: [(&str, &str); 5] = [
    ("164.308", "Administrative safeguards"),
    ("164.310", "Physical safeguards"),
    ("164.312", "Technical safeguards"),
    ("164.314", "Organizational requirements"),
    ("164.316", "Policies and procedures and documentation requirements"),
];

impl Control {
    /// The section that the citation is in: `164.312`.
    pub fn section(&self) -> &str {
        self.id.split('(').next().unwrap_or(&self.id)
    }
}

/// The heading of a section of the Security Rule; empty if it is not one.
pub fn section_title(section: &str) -> &'static str {
    SECTIONS.iter().find(|(id, _)| *id == section).map_or("", |(_, title)| title)
}

/// A check that only a running account can show, of AWS Config or of a setting without a resource type (from `rules/runtime.yaml`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct RuntimeCheck {
    /// AWS Config's name of it, or a name in the same style.
    pub id: String,
    /// What it makes sure of.
    pub title: String,
    /// The citations that it serves; none where it serves the whole.
    pub controls: Vec<String>,
    /// Why no template shows it.
    pub reason: String,
    /// The documentation of the setting, for checks that AWS Config does not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A service under AWS's Business Associate Addendum that no rule names, because nothing that a template sets for it is a safeguard
/// (from `rules/services.yaml`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct UnruledService {
    /// Its name in resource types.
    pub namespace: String,
    /// Why a template can show nothing.
    pub reason: String,
    /// The documentation of what the reason states.
    pub source: String,
    /// Properties whose names suggest a safeguard that they are not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<NoSafeguard>,
}

impl UnruledService {
    /// Its name in AWS's list.
    pub fn name(&self) -> &'static str {
        crate::facts::hipaa_service(&self.namespace).unwrap_or_default()
    }
}

/// A property that is not a safeguard, although its name suggests one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct NoSafeguard {
    /// Its name.
    pub name: String,
    /// What it is instead.
    pub reason: String,
}

/// Whether an implementation specification may be replaced by an equivalent measure (164.306(d)).
#[derive(Copy, Clone, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Requirement {
    /// A standard with implementation specifications of its own.
    Standard,
    /// Must be implemented.
    Required,
    /// Must be implemented, or documented with an equivalent measure (164.306(d)(3)).
    Addressable,
}

impl Requirement {
    /// As in the regulation (164.306(d)).
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Required => "required",
            Self::Addressable => "addressable",
        }
    }
}
