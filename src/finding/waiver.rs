//! Who decided that a finding need not be mended, and why: the record that 45 CFR 164.306(d)(3) asks for.

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
}

impl Dialect {
    /// The tool whose language it is, as rules name it under `aliases`; `hipaalint` for our own.
    pub fn tool(self) -> &'static str {
        match self {
            Self::Metadata | Self::Comment => "hipaalint",
            Self::CfnGuard => "cfn-guard",
            Self::CfnNag => "cfn-nag",
            Self::Checkov => "checkov",
            Self::CdkNag => "cdk-nag",
        }
    }

    /// Whether it is our own, which asks for more than others do.
    pub fn is_own(self) -> bool {
        matches!(self, Self::Metadata | Self::Comment)
    }
}

/// A rule that an exception means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waived {
    /// Its id.
    pub rule: Arc<str>,
    /// The citations that it serves whose implementation is required: those that no reason can waive, since 164.306(d)(3)
    /// speaks of addressable specifications alone.
    pub required: Vec<String>,
    /// The addressable ones: those for which 164.306(d)(3) asks for this very document.
    pub addressable: Vec<String>,
}

/// One exception as it is written in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The rule as the exception names it: our id, or another tool's.
    pub id: String,
    /// The rules that it means; none where the name is nobody's.
    pub waives: Vec<Arc<Waived>>,
    /// Why. None only in other tools' languages, or where it is missing.
    pub reason: Option<String>,
    /// The equivalent measure that is taken instead (164.306(d)(3)(ii)(B)(2)).
    pub alternative: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where it was decided.
    pub ticket: Option<String>,
    /// The last day on which it holds; for ever if none.
    pub expires: Option<Date>,
    /// The language that it is written in.
    pub dialect: Dialect,
    /// Where it is written.
    pub span: Span,
    /// The ways to the blocks that it covers, as findings name them: `Resources/Records`; empty text for the whole template.
    pub covers: Vec<String>,
}

impl Waiver {
    /// The required citations that a rule serves which it means; empty where the rule may be waived.
    pub fn required_of(&self, rule: &str) -> &[String] {
        self.waives.iter().find(|waived| &*waived.rule == rule).map_or(&[], |waived| &waived.required)
    }

    /// The required citations of all its rules, each once.
    pub fn required(&self) -> Vec<&str> {
        each_once(self.waives.iter().flat_map(|waived| &waived.required))
    }

    /// The addressable citations of all its rules, each once.
    pub fn addressable(&self) -> Vec<&str> {
        each_once(self.waives.iter().flat_map(|waived| &waived.addressable))
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

/// What became of an exception in a run.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExceptionState {
    /// It waives findings.
    InForce,
    /// It holds, but its rule did not run, or could not be decided, so nobody knows whether it is needed.
    NotChecked,
    /// It holds, and there is nothing to waive.
    Unused,
    /// Its last day is over; it waives nothing.
    Expired,
    /// Nobody says why; it waives nothing.
    WithoutReason,
    /// No rule has the name; it waives nothing.
    UnknownRule,
    /// It cannot be read; it waives nothing.
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

/// An exception with what became of it: a row of the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// As written.
    pub waiver: Arc<Waiver>,
    /// What became of it.
    pub state: ExceptionState,
    /// The findings that it waives.
    pub findings: usize,
}

impl Exception {
    /// Adds what became of it in another deployment of the same template: what one needs is needed.
    pub fn add(&mut self, other: &Self) {
        self.state = self.state.min(other.state);
        self.findings = self.findings.max(other.findings);
    }
}
