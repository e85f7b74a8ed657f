//! The results of a lint: findings about resources, and diagnostics about the files themselves. Knows no rule and no format.

mod exception;
mod fix;
mod levels;
mod origin;
mod severity;
mod unfixed;

use crate::code::Code;
use crate::source::Span;
use std::sync::Arc;

pub use exception::{Dialect, Exception, ExceptionState, Flaw, SuppressedRule, Suppression};
pub use fix::{Applicability, Edit, Fix};
pub use levels::Levels;
pub use origin::Origin;
pub use severity::RuleSeverity;
pub use unfixed::Unfixed;

/// How severe a finding is. Ordered: `Note < Warning < Error`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// For information.
    Note,
    /// Should be fixed.
    Warning,
    /// A safeguard is missing.
    Error,
}

impl Level {
    /// The level with a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Note, Self::Warning, Self::Error].into_iter().find(|level| level.name() == name)
    }

    /// `note`, `warning`, `error`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The result of a check for one subject.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The safeguard is violated, at least for some feasible choice of parameters and conditions.
    Fail,
    /// A value that the check needs cannot be known from the template.
    Undecided,
    /// The safeguard holds for every feasible choice.
    Pass,
}

/// The results of checks (a rule on a subject).
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Checks that passed.
    pub passed: usize,
    /// Checks that failed (a check may make several findings).
    pub failed: usize,
    /// Checks that need a value which cannot be known.
    pub undecided: usize,
}

impl Counts {
    /// All checks with a result.
    pub fn total(self) -> usize {
        self.passed + self.failed + self.undecided
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.undecided += other.undecided;
    }
}

/// The part of a template that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// `Resources`, `Parameters`, `Outputs`, `Metadata`, …; `Template` for the template as a whole.
    pub section: &'static str,
    /// Logical id within the section; empty for the template as a whole or for a whole section.
    pub name: String,
    /// `AWS::S3::Bucket`, where the subject is a resource.
    pub resource_type: Option<String>,
    /// The path of the construct that made it, where the CDK wrote it down: `AppStack/Records/Resource`.
    pub construct: Option<String>,
    /// Where the program made that construct, where a cloud assembly tells.
    pub origin: Option<Arc<Origin>>,
    /// The path of the property whose text is its template; none if that is the file itself.
    pub inside: Option<Arc<str>>,
}

impl Subject {
    /// Its construct of the CDK, and where the program makes it: `App/Records/Resource (lib/app.ts:9:15)`.
    pub fn made_by(&self) -> Option<String> {
        match (&self.construct, &self.origin) {
            (Some(construct), Some(origin)) => Some(format!("{construct} ({origin})")),
            (Some(construct), None) => Some(construct.clone()),
            (None, origin) => origin.as_ref().map(|origin| origin.to_string()),
        }
    }

    /// `Resources/PatientDataBucket`: the fully qualified logical name.
    pub fn qualified_name(&self) -> String {
        if self.name.is_empty() { self.section.to_owned() } else { [self.section, "/", &self.name].concat() }
    }
}

/// Another place that explains a finding: the bucket that a policy guards, the parameter whose default decides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Related {
    /// Where.
    pub span: Span,
    /// What it has to do with the finding, in a few words.
    pub message: String,
}

/// One result of one rule for one location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: Arc<str>,
    /// The rule's level, or `warning` at most where the violation needs a parameter to leave its default.
    pub level: Level,
    /// The rule's severity, whatever the outcome.
    pub severity: RuleSeverity,
    /// Fail, undecided or pass.
    pub outcome: Outcome,
    /// The most exact place that exists.
    pub span: Span,
    /// The path of that place from the template's root, `/` between steps:
    /// `Resources/Bucket/Properties/VersioningConfiguration/Status`. Absent properties are not part of it.
    pub path: String,
    /// The resource, parameter or output it is about.
    pub subject: Subject,
    /// Further ones that it is about just as well: what other iterations of a loop make of the same text.
    pub alike: Vec<Subject>,
    /// What is wrong with this resource, in its own values. One or two sentences, without the choice that brings it.
    pub message: String,
    /// When it occurs, if not always: the iterations of a loop, and the choice. `for Name = alpha, when Env is dev or test`.
    pub when: Option<String>,
    /// How to fix it in the template as written, where that differs from the rule's remediation because a transform made the
    /// resource. One or two sentences without the last period.
    pub advice: Option<String>,
    /// The change of the template that mends it, where one is known.
    pub fix: Option<Arc<Fix>>,
    /// Places that explain it, in the order they should be read.
    pub related: Vec<Related>,
    /// The exception that suppresses it, where one holds.
    pub suppression: Option<Arc<Suppression>>,
    /// Its state in the baseline; none without a baseline.
    pub baseline: Option<BaselineState>,
    /// Its state since an earlier revision; none in a run without one.
    pub since: Option<BaselineState>,
}

/// Whether a finding is in the baseline, or was there in an earlier revision.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BaselineState {
    /// It is not, so it counts.
    New,
    /// It was there when the baseline was written, or in the earlier revision.
    Unchanged,
    /// It was there in the earlier revision, and is gone.
    Absent,
    /// It was there in the earlier revision, and its rule does not decide about it now.
    Unjudged,
}

impl Finding {
    /// The place in a program of the current folder that makes what it is about, for readers who see the program and not the template.
    pub fn origin_here(&self) -> Option<&Origin> {
        self.subject.origin.as_deref().filter(|origin| origin.is_here)
    }

    /// Whether it is a violation that nobody suppressed, and that neither the baseline nor the earlier revision has: what exit codes and counts are about.
    pub fn counts(&self) -> bool {
        self.outcome == Outcome::Fail && !self.is_suppressed()
    }

    /// What it is about, whatever its line, its value and its words: rule, subject and path. Findings that share these in one file
    /// are distinguished by their number and by their [`Levels`].
    pub fn identity(&self) -> [String; 3] {
        [self.rule.to_string(), self.subject.qualified_name(), self.path.clone()]
    }

    /// The order of reports: by outcome (failures first), severity (the gravest first), source, place and rule. Findings of one
    /// rule are in the order of their places.
    pub fn reading_order(&self, other: &Self) -> std::cmp::Ordering {
        let key = |finding: &Self| (finding.outcome, std::cmp::Reverse(finding.severity), finding.span);
        key(self)
            .cmp(&key(other))
            .then_with(|| (&self.rule, &self.path, &self.message).cmp(&(&other.rule, &other.path, &other.message)))
    }

    /// Whether it is kept from counting: by an exception, by the baseline, or because it was there before.
    pub fn is_suppressed(&self) -> bool {
        self.suppression.is_some()
            || self.baseline == Some(BaselineState::Unchanged)
            || self.since == Some(BaselineState::Unchanged)
    }

    /// Whether nothing keeps it from counting but that it was there in the earlier revision.
    pub fn is_as_before(&self) -> bool {
        self.outcome == Outcome::Fail
            && self.since == Some(BaselineState::Unchanged)
            && self.suppression.is_none()
            && self.baseline != Some(BaselineState::Unchanged)
    }

    /// The message with the choice that brings the violation and the advice, as one text that ends with a full stop.
    pub fn full_message(&self) -> String {
        match &self.advice {
            Some(advice) => format!("{} {advice}.", self.sentence()),
            None => self.sentence(),
        }
    }

    /// The message with the choice that brings the violation, as one text that ends with a full stop.
    pub fn sentence(&self) -> String {
        sentence(&self.message, self.when.as_deref())
    }
}

/// A message with when it occurs, as one text that ends with a full stop.
pub(crate) fn sentence(message: &str, when: Option<&str>) -> String {
    let message = message.trim_end();
    match when {
        Some(when) => format!("{}, {}.", message.trim_end_matches('.'), when.trim_end_matches('.')),
        None if message.ends_with(['.', '!', '?']) => message.to_owned(),
        None => format!("{message}."),
    }
}

/// A text with a capital at its beginning, unless that is our name.
pub(crate) fn capitalized(text: &str) -> String {
    if text.starts_with("hipaalint") {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// How bad a diagnostic is. Errors mean that something could not be linted (exit code 2).
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Read, but odd; leaves the exit code alone.
    Note,
    /// Could not be done.
    Error,
}

/// Something about a file itself: it could not be read or parsed, or a section is odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Note or error.
    pub severity: Severity,
    /// What it is about.
    pub code: Code,
    /// The file as reports show it; empty where it is about the run itself, such as an option.
    pub file: String,
    /// The place in it, where there is one.
    pub span: Option<Span>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do about it; empty if there is none.
    pub help: String,
    /// Places that belong to it.
    pub related: Vec<Related>,
}

impl Diagnostic {
    /// Something that could not be done: what is wrong, in one sentence without a full stop.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message.into())
    }

    /// Something that is odd.
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, message.into())
    }

    /// Something about the run itself. An error where `is_error` says so.
    pub fn error_if(is_error: bool, code: Code, message: impl Into<String>) -> Self {
        Self::new(if is_error { Severity::Error } else { Severity::Note }, code, message.into())
    }

    fn new(severity: Severity, code: Code, message: String) -> Self {
        let (file, help, related) = (String::new(), String::new(), Vec::new());
        Self { severity, code, file, span: None, message, help, related }
    }

    /// The same about a file, by its name in reports.
    #[must_use]
    pub fn in_file(self, file: impl Into<String>) -> Self {
        Self { file: file.into(), ..self }
    }

    /// The same at a place.
    #[must_use]
    pub fn at(self, span: impl Into<Option<Span>>) -> Self {
        Self { span: span.into(), ..self }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: help.into(), ..self }
    }

    /// The same with places that belong to it.
    #[must_use]
    pub fn with_related(self, related: Vec<Related>) -> Self {
        Self { related, ..self }
    }

    /// The same with another code.
    #[must_use]
    pub fn coded(self, code: Code) -> Self {
        Self { code, ..self }
    }

    /// The message with what to do about it, as one text that ends with a full stop.
    pub fn full_message(&self) -> String {
        let message = capitalized(self.message.trim_end_matches('.'));
        let end = if message.ends_with(['?', '!']) { "" } else { "." };
        let help = capitalized(self.help.trim());
        if help.is_empty() { format!("{message}{end}") } else { format!("{message}{end} {help}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_name_keeps_its_spelling() {
        for (text, shown) in [("a key", "A key"), ("hipaalint does not use it", "hipaalint does not use it"), ("", "")]
        {
            assert_eq!(capitalized(text), shown);
        }
    }
}
