//! Exceptions: who decided that a finding does not need a fix, and why. 45 CFR 164.306(d)(3) requires this record.

use super::Origin;
use crate::date::Date;
use crate::source::Span;
use std::sync::Arc;

/// The language that an exception is written in.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// `Metadata: hipaalint: exceptions:`.
    Metadata,
    /// `# hipaalint: except RULE because …`.
    Comment,
    /// `Metadata: guard: SuppressedRules:` of AWS CloudFormation Guard.
    CfnGuard,
    /// `Metadata: cfn_nag: rules_to_suppress:`.
    CfnNag,
    /// `Metadata: checkov: skip:`, or `# checkov:skip=ID:reason`.
    Checkov,
    /// `Metadata: cdk_nag: rules_to_suppress:`.
    CdkNag,
    /// `Validations.of(construct).acknowledge(…)` in an app of the AWS CDK, as its cloud assembly keeps it.
    Cdk,
}

impl Dialect {
    /// The tool that the language belongs to, as rules name it in `aliases`; `hipaalint` for our own, and `cdk` for the AWS CDK, whose plugins
    /// have names of their own.
    pub fn tool(self) -> &'static str {
        match self {
            Self::Metadata | Self::Comment => "hipaalint",
            Self::CfnGuard => "cfn-guard",
            Self::CfnNag => "cfn-nag",
            Self::Checkov => "checkov",
            Self::CdkNag => "cdk-nag",
            Self::Cdk => "cdk",
        }
    }

    /// Whether it is our own language, which requires more than the others.
    pub fn is_own(self) -> bool {
        matches!(self, Self::Metadata | Self::Comment)
    }
}

/// A rule that an exception suppresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuppressedRule {
    /// Its id.
    pub rule: Arc<str>,
    /// Its citations whose implementation is required. No exception can suppress them: 164.306(d)(3) applies to addressable
    /// specifications only.
    pub required: Vec<String>,
    /// Its addressable citations, for which 164.306(d)(3) requires this documentation.
    pub addressable: Vec<String>,
}

/// One exception, as written in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The rule as the exception names it: our id, or another tool's.
    pub id: String,
    /// The rules that it suppresses; empty if no rule has the name.
    pub suppresses: Vec<Arc<SuppressedRule>>,
    /// The reason. None in the languages of some other tools, or if it is missing.
    pub reason: Option<String>,
    /// The equivalent alternative measure (164.306(d)(3)(ii)(B)(2)).
    pub alternative: Option<String>,
    /// The person or team that is responsible for it.
    pub owner: Option<String>,
    /// The ticket of the decision.
    pub ticket: Option<String>,
    /// The last day on which it is in force; indefinitely if none.
    pub expires: Option<Date>,
    /// The language that it is written in.
    pub dialect: Dialect,
    /// Where it is written; for one that is in a program, the first block that it covers.
    pub span: Span,
    /// Where it is written in a program.
    pub origin: Option<Arc<Origin>>,
    /// The paths of the blocks that it covers, as findings name them: `Resources/Records`. An empty path means the whole
    /// template.
    pub covers: Vec<String>,
}

impl Suppression {
    /// The required citations of one of its rules; empty if the rule may be suppressed.
    pub fn required_of(&self, rule: &str) -> &[String] {
        self.suppresses
            .iter()
            .find(|suppressed| &*suppressed.rule == rule)
            .map_or(&[], |suppressed| &suppressed.required)
    }

    /// The required citations of all its rules, each once.
    pub fn required(&self) -> Vec<&str> {
        each_once(self.suppresses.iter().flat_map(|suppressed| &suppressed.required))
    }

    /// The addressable citations of all its rules, each once.
    pub fn addressable(&self) -> Vec<&str> {
        each_once(self.suppresses.iter().flat_map(|suppressed| &suppressed.addressable))
    }
}

fn each_once<'a>(citations: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    let mut met: Vec<&str> = Vec::new();
    for citation in citations {
        if !met.contains(&citation.as_str()) {
            met.push(citation);
        }
    }
    met
}

/// The state of an exception in a run.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExceptionState {
    /// It suppresses findings.
    InForce,
    /// It is in force, but whether it is needed is unknown: its rule did not run, or was undecided.
    NotChecked,
    /// It is in force, but there is no finding to suppress.
    Unused,
    /// Its last day is in the past, so it does not suppress findings.
    Expired,
    /// It does not give a reason, so it does not suppress findings.
    WithoutReason,
    /// It names a rule that does not exist, so it does not suppress findings.
    UnknownRule,
    /// It cannot be read, so it does not suppress findings.
    Malformed,
}

/// Problems of an exception. A rule reports each of them.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    /// It does not suppress any finding.
    Unused,
    /// Its last day is in the past.
    Expired,
    /// It does not give a reason.
    WithoutReason,
    /// It names a rule that does not exist.
    UnknownRule,
    /// It cannot be read.
    Malformed,
}

impl Flaw {
    /// The state of an exception that has it.
    pub fn state(self) -> ExceptionState {
        match self {
            Self::Unused => ExceptionState::Unused,
            Self::Expired => ExceptionState::Expired,
            Self::WithoutReason => ExceptionState::WithoutReason,
            Self::UnknownRule => ExceptionState::UnknownRule,
            Self::Malformed => ExceptionState::Malformed,
        }
    }
}

/// An exception and its state: a row of the register of exceptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// As written.
    pub suppression: Arc<Suppression>,
    /// Its state.
    pub state: ExceptionState,
    /// The number of findings that it suppresses.
    pub findings: usize,
}

impl Exception {
    /// Merges its state in another deployment of the same template. An exception that one of them needs is needed.
    pub fn add(&mut self, other: &Self) {
        self.state = self.state.min(other.state);
        self.findings = self.findings.max(other.findings);
    }
}
