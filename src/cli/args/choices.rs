//! The values of options that have a fixed set of them, and what they mean to the library.

use crate::finding::{Level, RuleSeverity};
use crate::linter::{Fixes, Keep};
use crate::report::statistics::Grouping;
use clap::ValueEnum;

/// `--format`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    /// A report to read, with source excerpts
    Human,
    /// All results, for programs
    Json,
    /// The same as records, one on each line, as they come
    Jsonl,
    /// SARIF 2.1.0, for code scanning and editors
    Sarif,
    /// Annotations for GitHub Actions
    Github,
    /// A GitLab Code Quality report
    Gitlab,
    /// JUnit XML, for tools that show test results
    Junit,
    /// A comment for a pull request
    Markdown,
    /// A page for an auditor
    Html,
    /// The register of exceptions, in Markdown
    Exceptions,
    /// The register of exceptions, for spreadsheets
    ExceptionsCsv,
    /// OSCAL assessment results
    Oscal,
    /// The AWS Security Finding Format, for Security Hub
    Asff,
    /// A bundle for an auditor: an archive of reports with a manifest of their digests
    Evidence,
}

impl Format {
    /// The format for the ending of a file name.
    pub(in crate::cli) fn of_ending(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "html" | "htm" => Some(Self::Html),
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "md" => Some(Self::Markdown),
            "sarif" => Some(Self::Sarif),
            "xml" => Some(Self::Junit),
            "zip" => Some(Self::Evidence),
            _ => None,
        }
    }

    /// Whether files of the format may have an ending, which may be that of others, too.
    pub(in crate::cli) fn has_ending(self, ending: &str) -> bool {
        let endings: &[&str] = match self {
            Self::Json | Self::Gitlab | Self::Oscal | Self::Asff => &["json"],
            Self::Sarif => &["sarif", "json"],
            Self::Jsonl => &["jsonl", "ndjson", "json"],
            Self::Junit => &["xml"],
            Self::Markdown | Self::Exceptions => &["md"],
            Self::Html => &["html", "htm"],
            Self::Evidence => &["zip"],
            Self::Human | Self::Github | Self::ExceptionsCsv => &[],
        };
        endings.iter().any(|own| ending.eq_ignore_ascii_case(own))
    }

    /// What the format always contains besides violations.
    pub(in crate::cli) fn keeps(self) -> Keep {
        let fixes = match self {
            // Those of a bundle are the same whatever other reports there are.
            Self::Json | Self::Jsonl | Self::Sarif | Self::Markdown | Self::Evidence => Fixes::WithEdits,
            Self::Human => Fixes::Marks,
            Self::Github
            | Self::Gitlab
            | Self::Junit
            | Self::Html
            | Self::Exceptions
            | Self::ExceptionsCsv
            | Self::Oscal
            | Self::Asff => Fixes::None,
        };
        let digests = matches!(self, Self::Oscal | Self::Evidence);
        // The page counts passed checks, and lists them only on request.
        Keep {
            undecided: digests || matches!(self, Self::Junit | Self::Html),
            passed: digests || self == Self::Junit,
            fixes,
            locked: false,
            digests,
            blocks: false,
        }
    }

    /// Whether the report names what could not be done. A register counts it at most.
    pub(in crate::cli) fn names_errors(self) -> bool {
        !matches!(self, Self::Exceptions | Self::ExceptionsCsv)
    }

    /// Whether the report has a date in any case.
    pub(in crate::cli) fn is_dated(self) -> bool {
        matches!(self, Self::Oscal | Self::Asff | Self::Evidence)
    }
}

/// `--fail-on`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FailOn {
    /// Errors only
    Error,
    /// Warnings and errors
    Warning,
    /// Any finding
    Note,
    /// No finding: the exit code is 0 or 2
    Never,
}

impl From<FailOn> for crate::config::FailOn {
    fn from(typed: FailOn) -> Self {
        match typed {
            FailOn::Error => Self::Level(Level::Error),
            FailOn::Warning => Self::Level(Level::Warning),
            FailOn::Note => Self::Level(Level::Note),
            FailOn::Never => Self::Never,
        }
    }
}

/// `--min-severity`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum MinSeverity {
    /// Anyone can read PHI, or a credential is in the open
    Critical,
    /// One further mistake exposes or destroys PHI
    High,
    /// Evidence or recovery is weaker
    Medium,
    /// Every rule
    Low,
}

impl From<MinSeverity> for RuleSeverity {
    fn from(typed: MinSeverity) -> Self {
        match typed {
            MinSeverity::Critical => Self::Critical,
            MinSeverity::High => Self::High,
            MinSeverity::Medium => Self::Medium,
            MinSeverity::Low => Self::Low,
        }
    }
}

/// `--group-by`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GroupBy {
    /// The rule that was violated
    Rule,
    /// The resource, parameter or output that a finding is about
    Resource,
    /// The file
    File,
}

impl From<GroupBy> for Grouping {
    fn from(typed: GroupBy) -> Self {
        match typed {
            GroupBy::Rule => Self::Rule,
            GroupBy::Resource => Self::Resource,
            GroupBy::File => Self::File,
        }
    }
}

/// `--show`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Show {
    /// Checks that need a value that is unknown before deployment
    Undecided,
    /// Checks that passed
    Passed,
    /// Violations that an exception or the baseline suppresses
    Suppressed,
}
