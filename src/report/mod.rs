//! What a run found, and one file for each way to write it down. Recomputes nothing.

pub mod human;
pub mod json;
pub mod sarif;

use crate::finding::{Diagnostic, Finding};
use crate::rules::meta::{Control, RuleMeta, RuleProse};
use crate::source::{Source, SourceId};

/// Everything a format may show. Built once at the end of a run; the order of all lists is final and deterministic.
pub struct Report<'a> {
    /// The sources that findings and diagnostics point into (others may be missing).
    pub sources: &'a [Source],
    /// Failing findings first by file, place and rule; then what `--show` asked for, in the same order.
    pub findings: &'a [Finding],
    /// Files that could not be read or parsed, and odd sections; sorted by file and place.
    pub diagnostics: &'a [Diagnostic],
    /// The rules that ran, sorted by id.
    pub rules: &'a [RuleReport<'a>],
    /// The Security Rule's citations, in the order of the regulation.
    pub controls: &'a [Control],
    /// Numbers for the last lines.
    pub summary: &'a Summary,
}

/// A rule as reports see it.
#[derive(Clone, Debug)]
pub struct RuleReport<'a> {
    /// Its head.
    pub meta: &'a RuleMeta,
    /// Its texts.
    pub prose: RuleProse,
}

/// Counts of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// The profile's name, or `rules: a, b` where rules were named one by one.
    pub selection: String,
    /// Templates that were linted.
    pub templates: usize,
    /// Files that were read and are no templates.
    pub skipped: usize,
    /// Files that could not be read or parsed.
    pub unreadable: usize,
    /// Resources in the templates.
    pub resources: usize,
    /// Rules that were selected.
    pub rules: usize,
    /// Checks (a rule on a subject) that passed.
    pub passed: usize,
    /// Checks that failed (a check may make several findings).
    pub failed: usize,
    /// Checks that need a value which cannot be known.
    pub undecided: usize,
    /// Findings that count, by level.
    pub errors: usize,
    /// Findings that count, by level.
    pub warnings: usize,
    /// Findings that count, by level.
    pub notes: usize,
}

impl Report<'_> {
    /// The source with this id.
    pub fn source(&self, id: SourceId) -> Option<&Source> {
        self.sources.iter().find(|source| source.id == id)
    }

    /// The rule with this id, among those that ran.
    pub fn rule(&self, id: &str) -> Option<&RuleReport<'_>> {
        self.rules.iter().find(|rule| rule.meta.id == id)
    }
}
