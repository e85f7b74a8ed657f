//! What a run could fix, what it fixed, and what it left: the numbers, and the words for them.

#![cfg_attr(not(feature = "cli"), allow(dead_code, reason = "the words are for people at a terminal"))]

use super::effects::{self, Effect};
use super::text::{count, grouped};
use crate::finding::{Applicability, Unfixed};
use serde::Serialize;

/// Rules that are named; the rest are counted.
const MAX_RULES: usize = 5;
/// Sentences about fixes that are not safe; the rest are counted.
const MAX_EFFECTS: usize = 8;

/// The findings that count and that a run could fix.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fixable {
    /// Findings with a safe fix.
    pub safe: usize,
    /// Findings with a fix that is not safe.
    #[serde(rename = "unsafe")]
    pub not_safe: usize,
    /// Findings whose fix is shown and not made.
    pub display: usize,
}

impl Fixable {
    /// Adds the fix of a finding.
    pub(crate) fn add(&mut self, applicability: Applicability) {
        *match applicability {
            Applicability::Safe => &mut self.safe,
            Applicability::Unsafe => &mut self.not_safe,
            Applicability::Display => &mut self.display,
        } += 1;
    }

    /// How many of so many findings can be fixed, and how; none if none can.
    pub(crate) fn text(self, findings: usize) -> Option<String> {
        let Self { safe, not_safe, .. } = self;
        let of = format!("{} of {}", grouped(safe + not_safe), count(findings, "finding"));
        match (safe, not_safe) {
            (0, 0) => None,
            (_, 0) => Some(format!("{of} with --fix")),
            (0, _) => Some(format!("{of} with --fix\u{a0}--unsafe-fixes")),
            (safe, more) => {
                let (safe, more) = (grouped(safe), grouped(more));
                Some(format!("{of}: {safe} with --fix, {more} more with --fix\u{a0}--unsafe-fixes"))
            }
        }
    }
}

/// What a run fixed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fixes {
    /// Whether nothing was written: then the numbers are of what would be.
    pub dry_run: bool,
    /// Fixed findings.
    pub fixed: usize,
    /// The files that they were in.
    pub files: usize,
    /// Findings that more fixes would fix: those that are not safe.
    pub unsafe_fixes: usize,
    /// The other findings, by the reason why they were not fixed.
    pub not_fixed: Vec<NotFixed>,
    /// The rules of findings that were fixed, or whose fix was taken back, sorted by id.
    pub rules: Vec<FixedRule>,
    /// What the fixes do: all that are not safe, and the safe ones that have a note.
    pub effects: Vec<Effect>,
}

/// The findings that one reason kept from being fixed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotFixed {
    /// The reason.
    pub reason: Unfixed,
    /// Their number.
    pub findings: usize,
}

/// What was fixed of one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FixedRule {
    /// The rule's id.
    pub rule: String,
    /// Its fixed findings.
    pub fixed: usize,
    /// Its findings whose fix did not stand the proof.
    pub taken_back: usize,
}

impl Fixes {
    /// What was done, what more could be done, and why not: labels with their texts.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        let label = if self.dry_run { "Would fix" } else { "Fixed" };
        let mut facts = vec![(label, self.done())];
        for (safe, label) in [(false, "Not safe"), (true, "Safe")] {
            let (mut effects, more) = effects::paragraphs(&self.effects, safe, MAX_EFFECTS);
            if more > 0 {
                let place = if self.dry_run { "in the diff" } else { "with --format\u{a0}json" };
                effects.push(format!("{} {place}", count(more, "more effect")));
            }
            facts.extend(effects.into_iter().map(|effect| (label, effect)));
        }
        if self.unsafe_fixes > 0 {
            facts.push(("Fixable", format!("{} with --unsafe-fixes", count(self.unsafe_fixes, "more finding"))));
        }
        // Those that an exception or the baseline covers are listed as not counted.
        let left = self.not_fixed.iter().filter(|left| left.reason != Unfixed::Covered);
        facts.extend(left.map(|left| ("Not fixed", self.why(left))));
        facts
    }

    /// `5 findings in 2 files: a (4), b (1)`.
    fn done(&self) -> String {
        if self.fixed == 0 {
            return "no findings".to_owned();
        }
        let rules: Vec<&FixedRule> = self.rules.iter().filter(|rule| rule.fixed > 0).collect();
        let named = names(&rules, |rule| rule.fixed);
        format!("{} in {}: {named}", count(self.fixed, "finding"), count(self.files, "file"))
    }

    fn why(&self, left: &NotFixed) -> String {
        let number = left.findings;
        let (has, its) = if number == 1 { ("has", "its") } else { ("have", "their") };
        let is = if number == 1 { "is" } else { "are" };
        let fixes = if number == 1 { "fix" } else { "fixes" };
        let why = match left.reason {
            Unfixed::Unsafe => format!("{has} a fix that is not safe"),
            Unfixed::OtherRule => format!("{is} not of a rule of --fix-rule"),
            Unfixed::Declined => format!("{is} left because you declined the {fixes}"),
            Unfixed::Unanswered => format!("{is} left because standard input ended before you chose what to do"),
            Unfixed::Display => format!("{has} to be fixed by hand: hipaalint does not edit {its} place"),
            Unfixed::NoFix => format!("{has} no automatic fix"),
            Unfixed::Place => format!("{is} where hipaalint cannot edit the text"),
            Unfixed::TakenBack => {
                let rules: Vec<&FixedRule> = self.rules.iter().filter(|rule| rule.taken_back > 0).collect();
                let named = names(&rules, |rule| rule.taken_back);
                format!("{is} left because {its} {fixes} did not pass the check: {named}")
            }
            Unfixed::NotTried => {
                let fixes = if number == 1 { "fix was" } else { "fixes were" };
                format!("{is} left because {its} {fixes} not tried: too many others did not pass the check")
            }
            Unfixed::Uncovers => {
                format!(
                    "{is} left because {its} {fixes} would make findings count that are suppressed or in the baseline"
                )
            }
            Unfixed::NotNamed => format!("{is} in a nested stack's template; name that file to fix it"),
            Unfixed::Generated => {
                let place = if number == 1 { "line of the finding" } else { "lines of the findings" };
                format!(
                    "{is} in the output of cdk synth or sam build, which would undo {its} {fixes}; change the source, at the {place}"
                )
            }
            Unfixed::NotWritten => format!("{is} in a file that was not written"),
            Unfixed::Covered => format!("{is} suppressed by an exception or in the baseline"),
        };
        format!("{} {why}", count(number, "finding"))
    }
}

/// `a (4), b (1) and 3 more rules`, the most frequent first.
fn names(rules: &[&FixedRule], number: fn(&FixedRule) -> usize) -> String {
    let mut rules = rules.to_vec();
    rules.sort_by_key(|rule| std::cmp::Reverse(number(rule)));
    let more = rules.len().saturating_sub(MAX_RULES);
    let named: Vec<String> =
        rules.iter().take(MAX_RULES).map(|rule| format!("{} ({})", rule.rule, grouped(number(rule)))).collect();
    match more {
        0 => named.join(", "),
        more => format!("{} and {}", named.join(", "), count(more, "more rule")),
    }
}
