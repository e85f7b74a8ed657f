//! What becomes of the fixes of a text, over all rounds.

use super::super::File;
use super::{Choice, Fixed, Fixer};
use crate::change::Change;
use crate::finding::{Applicability, Finding, Fix, Outcome, Unfixed};
use crate::source::SourceId;
use std::collections::HashMap;
use std::sync::Arc;

/// The fixes that are not made, and why: by the rule and subject of the finding, and by what they would change.
#[derive(Default)]
pub(super) struct Fates(HashMap<(Arc<str>, String), Vec<Fated>>);

/// What a fix would change, and what becomes of it.
type Fated = (Vec<Change>, Fate);

#[derive(Copy, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    Agreed,
    Left(Unfixed),
}

impl Fate {
    /// Whether the fix was tried, rather than decided about by a person, who is not asked twice.
    fn is_tried(self) -> bool {
        matches!(self, Self::Left(left) if !matches!(left, Unfixed::Declined | Unfixed::Unanswered))
    }
}

impl Fates {
    pub(super) fn get(&self, finding: &Finding, fix: &Fix) -> Option<Fate> {
        let of = self.0.get(&(Arc::clone(&finding.rule), finding.subject.qualified_name()))?;
        of.iter().find(|(changes, _)| *changes == fix.changes).map(|(_, fate)| *fate)
    }

    /// Forgets what was only tried.
    pub(super) fn retry(&mut self) {
        self.0.values_mut().for_each(|of| of.retain(|(_, fate)| !fate.is_tried()));
    }

    /// Whether something was tried and taken back.
    pub(super) fn has_tried(&self) -> bool {
        self.0.values().flatten().any(|(_, fate)| fate.is_tried())
    }

    pub(super) fn known(&self, finding: &Finding, fix: &Fix) -> Option<Unfixed> {
        match self.get(finding, fix) {
            Some(Fate::Left(left)) => Some(left),
            Some(Fate::Agreed) | None => None,
        }
    }

    /// Why the fix of a finding that is left was not made.
    pub(super) fn of(&self, finding: &Finding, fix: &Fix) -> Unfixed {
        self.known(finding, fix).unwrap_or(Unfixed::NotTried)
    }

    pub(super) fn set(&mut self, finding: &Finding, fix: &Fix, fate: Fate) {
        let of = self.0.entry((Arc::clone(&finding.rule), finding.subject.qualified_name())).or_default();
        match of.iter_mut().find(|(changes, _)| *changes == fix.changes) {
            Some((_, known)) => *known = fate,
            None => of.push((fix.changes.clone(), fate)),
        }
    }
}

/// What a fix is known by in later rounds: the rule and the subject of its finding, and what it changes.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Known {
    group: (Arc<str>, String),
    fix: Arc<Fix>,
}

impl Known {
    pub(super) fn of((finding, fix): &(&Finding, Arc<Fix>)) -> Self {
        Self { group: (Arc::clone(&finding.rule), finding.subject.qualified_name()), fix: Arc::clone(fix) }
    }

    pub(super) fn is(&self, (finding, fix): &(&Finding, Arc<Fix>)) -> bool {
        self.group.0 == finding.rule
            && self.fix.changes == fix.changes
            && self.group.1 == finding.subject.qualified_name()
    }
}

/// Whether a fix is more than a text.
pub(super) fn can_be_made(fix: &Fix) -> bool {
    fix.applicability != Applicability::Display && !fix.changes.is_empty()
}

impl Fixed {
    /// Counts what is left in a result. `kept` is why the text is not changed, and `fate` knows why a fix that can be made was not.
    pub(super) fn count_left(
        &mut self,
        file: &File,
        id: SourceId,
        fixer: &dyn Fixer,
        kept: Option<Unfixed>,
        fate: &dyn Fn(&Finding, &Fix) -> Unfixed,
    ) {
        let File::Linted(linted) = file else { return };
        let report = &linted.report;
        for finding in report.findings.iter().chain(&report.suppressed) {
            if finding.outcome != Outcome::Fail {
                continue;
            }
            let fix = finding.fix.as_deref();
            let made = fix.filter(|fix| can_be_made(fix) && finding.span.source == id);
            let choice = made.map(|fix| fixer.choice(finding, fix));
            let left = match (fix, made, choice) {
                _ if !finding.counts() => Unfixed::Covered,
                (None, ..) => Unfixed::NoFix,
                (Some(_), Some(_), Some(Choice::OtherRule)) => Unfixed::OtherRule,
                (Some(_), Some(_), Some(Choice::NeedsUnsafe)) => {
                    // Where a file is not named, two things are missing.
                    kept.filter(|kept| *kept == Unfixed::Generated).unwrap_or(Unfixed::Unsafe)
                }
                (Some(_), Some(fix), Some(Choice::Wanted)) => kept.unwrap_or_else(|| fate(finding, fix)),
                _ => Unfixed::Display,
            };
            *self.left.entry(left).or_default() += 1;
            if left == Unfixed::TakenBack {
                *self.taken_back.entry(Arc::clone(&finding.rule)).or_default() += 1;
            }
        }
    }
}
