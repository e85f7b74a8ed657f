//! The end of a run: what is left to report when all files have been.

use super::exit::Exit;
use super::options::Options;
use super::ran::Ran;
use crate::finding::{Counts, Diagnostic};
use crate::report::{Provenance, Report, RuleReport, Summary};
use crate::rules::load::{RuleEntry, controls};
use crate::rules::meta::RuleProse;
use crate::source::Source;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// The end of a run, before it is reported.
pub(super) struct Ended {
    pub(super) summary: Summary,
    pub(super) exit: Exit,
    pub(super) files: BTreeSet<PathBuf>,
    pub(super) sources: Vec<Source>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) by_rule: FxHashMap<Arc<str>, Counts>,
    pub(super) named: FxHashSet<Arc<str>>,
    pub(super) fired: FxHashSet<Arc<str>>,
    pub(super) ran: Ran,
    pub(super) provenance: Provenance,
}

/// A report without files.
pub(super) fn empty<'a>(options: &Options, summary: &'a Summary, provenance: &'a Provenance) -> Report<'a> {
    Report {
        sources: &[],
        findings: &[],
        suppressed: &[],
        shows_suppressed: options.contents.suppressed,
        is_fixing: options.fixing.is_some(),
        unshown: &[],
        absent: &[],
        exceptions: &[],
        today: options.today,
        diagnostics: &[],
        rules: &[],
        controls: controls(),
        summary,
        provenance,
    }
}

impl Ended {
    /// Gives the rest of the report to a function.
    pub(super) fn report(&self, options: &Options, needs_rules: bool, show: impl FnOnce(&Report<'_>)) {
        let rules = if needs_rules { self.rules(options) } else { Vec::new() };
        let empty = empty(options, &self.summary, &self.provenance);
        show(&Report { sources: &self.sources, diagnostics: &self.diagnostics, rules: &rules, ..empty });
    }

    /// The rules that a report looks up, sorted by id.
    fn rules(&self, options: &Options) -> Vec<RuleReport<'_>> {
        let contents = options.contents;
        let mut shown = self.ran.rules();
        // Rules about exceptions may speak without being among those that ran.
        let ran = |id: &str| shown.binary_search_by(|entry| entry.id().cmp(id)).is_ok();
        let companions: Vec<&RuleEntry> =
            self.fired.iter().filter(|id| !ran(id)).filter_map(|id| self.ran.rule(id)).collect();
        if !companions.is_empty() {
            shown.extend(companions);
            shown.sort_unstable_by_key(|entry| entry.id());
        }
        if !contents.all_rules {
            // The heads of the rest are not made.
            let place = |id: &Arc<str>| shown.binary_search_by(|entry| entry.id().cmp(id)).ok();
            let named: BTreeSet<usize> = self.named.iter().filter_map(place).collect();
            shown = named.into_iter().filter_map(|place| shown.get(place).copied()).collect();
        }
        let report = |entry| {
            let entry: &RuleEntry = entry;
            // Reading texts takes time, so only formats that show them get them.
            let is_wanted = contents.all_texts || self.fired.contains(entry.id());
            RuleReport {
                meta: &entry.meta,
                prose: Arc::new(if is_wanted { entry.prose() } else { RuleProse::default() }),
                counts: self.by_rule.get(entry.id()).copied().unwrap_or_default(),
            }
        };
        shown.into_iter().map(report).collect()
    }
}
