//! What a run found, and one file for each way to write it down. Recomputes nothing.

pub mod human;
pub mod json;
pub(crate) mod markdown;
pub mod sarif;
pub(crate) mod text;

use crate::finding::{Diagnostic, Exception, Finding};
use crate::rules::meta::{Control, RuleMeta, RuleProse};
use crate::source::{Source, SourceId};

/// Where the project lives.
pub const PROJECT_ADDRESS: &str = "https://github.com/hipaalint/hipaalint";

/// The page that documents a rule.
pub fn rule_address(id: &str) -> String {
    format!("{PROJECT_ADDRESS}/blob/main/docs/rules/{id}.md")
}

/// Everything a format may show. Built once at the end of a run; the order of all lists is final and deterministic.
pub struct Report<'a> {
    /// The sources that findings and diagnostics point into (others may be missing).
    pub sources: &'a [Source],
    /// Failing findings first by file, place and rule; then what `--show` asked for, in the same order.
    pub findings: &'a [Finding],
    /// Violations that do not count, since an exception waives them or the baseline has them: sorted as the others.
    pub suppressed: &'a [Finding],
    /// Every exception that the templates make, sorted by file and place.
    pub exceptions: &'a [Exception],
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
    /// What has to be known about the profile: that it is a proposal.
    pub notice: Option<&'static str>,
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
    /// Findings that an exception waives.
    pub waived: usize,
    /// Findings that the baseline has, and no exception waives.
    pub known: usize,
    /// Entries of the baseline whose findings are gone, counted with their number.
    pub stale: usize,
}

impl<'a> Report<'a> {
    /// The source with this id.
    pub fn source(&self, id: SourceId) -> Option<&'a Source> {
        self.source_index(id).and_then(|index| self.sources.get(index))
    }

    /// The place of a source in [`sources`](Self::sources).
    pub fn source_index(&self, id: SourceId) -> Option<usize> {
        // Sources are in the order of their ids, unless a caller had another.
        let found = self.sources.binary_search_by_key(&id, |source| source.id).ok();
        found.or_else(|| self.sources.iter().position(|source| source.id == id))
    }

    /// The name of a source; empty where it is not part of the report.
    pub fn source_name(&self, id: SourceId) -> &'a str {
        self.source(id).map_or("", |source| source.name.as_str())
    }

    /// The rule with this id, among those that ran.
    pub fn rule(&self, id: &str) -> Option<&'a RuleReport<'a>> {
        self.rule_index(id).and_then(|index| self.rules.get(index))
    }

    /// The place of a rule in [`rules`](Self::rules), which are sorted by id.
    pub fn rule_index(&self, id: &str) -> Option<usize> {
        self.rules.binary_search_by(|rule| rule.meta.id.as_str().cmp(id)).ok()
    }

    /// A citation with its title: `164.312(c)(1) Integrity`.
    pub fn citation(&self, id: &str) -> String {
        match self.controls.iter().find(|control| control.id == id) {
            Some(control) => format!("{id} {}", control.title),
            None => id.to_owned(),
        }
    }
}
