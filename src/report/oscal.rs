//! OSCAL assessment results, for auditors and the tools that they work with.
//!
//! An *observation* is about one rule on one template: how its checks ended, on which resources, and where. A *finding* is about one
//! rule: its target is the rule's assessment objective in our catalog ([`crate::oscal`]), never a citation of the law. Citations have
//! counts of checks, in `reviewed-controls`. A *risk* is an exception that suppresses findings, or did so until it ended.
//!
//! Nothing comes from a clock, and UUIDs follow from the contents.

mod model;
mod observed;
mod result;
mod risk;

use super::array::Array;
use super::spill::Spill;
use super::{Report, Reporter, write_whole};
use crate::digest::Hasher;
use crate::finding::{Outcome, Severity};
use crate::oscal::Run;
use serde::Serialize;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;

/// Writes the document. `collected` is the time of all observations, such as `2026-12-31T00:00:00Z`.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl io::Write, report: &Report, collected: &str) -> io::Result<()> {
    write_whole(&mut Oscal::new(out, collected), report, None)
}

/// Writes the document at the end. Its lists wait until then.
pub struct Oscal<W> {
    out: W,
    pending: Pending,
}

/// The lists that wait: each has a stream.
#[derive(Copy, Clone)]
enum List {
    Components,
    Resources,
    Observations,
    Risks,
}
const LISTS: usize = 4;

/// The lists of UUIDs that each rule has: each has a stream.
#[derive(Copy, Clone)]
enum RuleList {
    Observations,
    Risks,
}
const RULE_LISTS: usize = 2;

/// The document so far.
struct Pending {
    collected: String,
    waiting: Spill,
    lists: [Array; LISTS],
    rules: HashMap<Arc<str>, RuleState>,
    results: super::ledger::Results,
    run: Run,
    /// Of everything that waits.
    digest: Hasher,
}

/// A rule with an observation.
#[derive(Copy, Clone, Default)]
struct RuleState {
    number: usize,
    has_failed: bool,
    /// Whether some failure counts: no exception suppresses it, and the baseline does not have it.
    has_counted: bool,
}

impl<W: io::Write> Oscal<W> {
    /// Starts a document.
    pub fn new(out: W, collected: &str) -> Self {
        let pending = Pending {
            collected: collected.to_owned(),
            waiting: Spill::default(),
            // The depth of their elements in the document.
            lists: [6, 4, 5, 5].map(Array::new),
            rules: HashMap::new(),
            results: super::ledger::Results::default(),
            run: Run::default(),
            digest: Hasher::default(),
        };
        Self { out, pending }
    }
}

impl Pending {
    fn add(&mut self, list: List, element: &impl Serialize) -> io::Result<()> {
        let Some(array) = self.lists.get_mut(list as usize) else { return Ok(()) };
        let bytes = array.element(element)?;
        self.digest.update(&bytes);
        self.waiting.write(list as usize, &bytes);
        Ok(())
    }

    /// The state of a rule, which has one from now on.
    fn rule(&mut self, rule: &Arc<str>) -> &mut RuleState {
        let number = self.rules.len();
        self.rules.entry(Arc::clone(rule)).or_insert(RuleState { number, ..RuleState::default() })
    }

    fn add_of_rule(&mut self, rule: &Arc<str>, list: RuleList, uuid: &str) {
        let number = self.rule(rule).number;
        self.waiting.add_record(LISTS + RULE_LISTS * number + list as usize, uuid.as_bytes());
    }

    /// The UUIDs in a list of a rule.
    fn of_rule(&self, state: RuleState, list: RuleList) -> io::Result<Vec<String>> {
        let mut uuids = Vec::new();
        self.waiting.records(LISTS + RULE_LISTS * state.number + list as usize, |uuid| {
            uuids.push(String::from_utf8_lossy(uuid).into_owned());
            Ok(true)
        })?;
        Ok(uuids)
    }

    /// Adds what is known of files that could not be checked.
    fn add_diagnostics(&mut self, part: &Report<'_>) -> io::Result<()> {
        for diagnostic in part.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error) {
            let observation = observed::of_diagnostic(diagnostic, self, part);
            self.add(List::Observations, &observation)?;
        }
        Ok(())
    }
}

impl<W: io::Write> Reporter for Oscal<W> {
    fn file(&mut self, part: &Report<'_>) -> io::Result<()> {
        let pending = &mut self.pending;
        pending.results.add(part);
        pending.add_diagnostics(part)?;
        let failures = part.findings.iter().chain(part.suppressed).filter(|finding| finding.outcome == Outcome::Fail);
        for finding in failures {
            let state = pending.rule(&finding.rule);
            state.has_failed = true;
            state.has_counted |= finding.counts();
        }
        for template in &part.provenance.templates {
            let observed = observed::of_template(template, pending, part)?;
            risk::add(&observed, template, pending, part)?;
        }
        Ok(())
    }

    fn end(&mut self, rest: &Report<'_>, _: Option<u8>) -> io::Result<()> {
        self.pending.add_diagnostics(rest)?;
        result::write(&mut self.out, &mut self.pending, rest)?;
        self.out.flush()
    }
}
