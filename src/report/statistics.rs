//! How often each rule fires.

use super::Report;
use crate::finding::{Level, Outcome};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// A rule that fired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fired<'a> {
    /// Its id.
    pub rule: &'a str,
    /// The problem that it finds.
    pub title: &'a str,
    /// The gravest level of its findings.
    pub level: Level,
    /// Findings that count.
    pub findings: usize,
    /// Files that they are in.
    pub files: usize,
}

/// The rules that fired, the gravest and most frequent first.
pub fn fired<'a>(report: &Report<'a>) -> Vec<Fired<'a>> {
    let mut by_rule: BTreeMap<&str, (Level, usize, BTreeSet<&str>)> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.outcome == Outcome::Fail) {
        let (level, findings, files) = by_rule.entry(&finding.rule).or_insert((Level::Note, 0, BTreeSet::new()));
        *level = (*level).max(finding.level);
        *findings += 1;
        files.insert(report.source_name(finding.span.source));
    }
    let title = |id: &str| report.rule(id).map_or("", |rule| rule.meta.title.as_str());
    let mut rules: Vec<Fired<'a>> = by_rule
        .into_iter()
        .map(|(rule, (level, findings, files))| Fired { rule, title: title(rule), level, findings, files: files.len() })
        .collect();
    rules.sort_by_key(|fired| (std::cmp::Reverse((fired.level, fired.findings)), fired.rule));
    rules
}

/// Writes them as an array, for programs.
///
/// # Errors
/// Those of `out`.
pub fn write_json(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &fired(report))?;
    out.write_all(b"\n")
}
