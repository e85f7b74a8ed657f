//! The numbers of the pages: how the checks of each rule ended, and so those of each citation. Counts, and judges nothing: how
//! many checks failed is for a tool, what follows for the law is not.

use super::configured::missed;
use super::text::{count, grouped};
use super::{OffRule, Report, RuleReport};
use crate::finding::{Level, Outcome, Subject};
use crate::rules::meta::{Control, RuleKind};
use crate::source::SourceId;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// How the checks of a run ended, by rule.
pub(crate) struct Ledger<'a> {
    /// In the order of the report's rules.
    pub(crate) rules: Vec<Account<'a>>,
    /// All of them together.
    pub(crate) breakdown: Breakdown,
    /// Findings that count.
    pub(crate) violations: usize,
    /// Undecided checks that the report names.
    pub(crate) undecided: usize,
    /// The rules that were turned off for a template with something that they look at.
    missed: Vec<&'a OffRule>,
}

/// How the checks of one rule ended.
pub(crate) struct Account<'a> {
    pub(crate) rule: &'a RuleReport<'a>,
    /// The number of its findings that count, and the gravest level of them.
    pub(crate) violations: usize,
    pub(crate) level: Option<Level>,
    pub(crate) breakdown: Breakdown,
}

/// What a ledger needs to know of the findings, added part by part.
#[derive(Default)]
pub(crate) struct Results {
    by_rule: HashMap<Arc<str>, RuleResults>,
    undecided: usize,
}

/// The findings of a rule.
#[derive(Copy, Clone, Default)]
struct RuleResults {
    violations: usize,
    level: Option<Level>,
    /// Its failed checks.
    failed: Breakdown,
}

impl Results {
    /// Adds the findings of a part.
    pub(crate) fn add(&mut self, part: &Report<'_>) {
        self.undecided += part.with_outcome(Outcome::Undecided).count();
        for finding in part.violations() {
            let results = self.by_rule.entry(Arc::clone(&finding.rule)).or_default();
            results.violations += 1;
            results.level = results.level.max(Some(finding.level));
        }
        for (rule, failed) in failed_checks(part) {
            self.by_rule.entry(Arc::clone(rule)).or_default().failed += failed;
        }
    }

    /// Whether a rule has findings that count.
    pub(crate) fn has_fired(&self, rule: &str) -> bool {
        self.by_rule.get(rule).is_some_and(|results| results.violations > 0)
    }
}

/// How checks ended. Each check (a rule on a resource) is in one of the numbers.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Breakdown {
    /// Failed, by the gravest level of the findings that count.
    errors: usize,
    warnings: usize,
    notes: usize,
    /// Failed; none of the findings counts, and the baseline has some of them. Nobody has decided about these.
    in_baseline: usize,
    /// Failed, and exceptions suppress all findings: decisions, with a reason.
    suppressed: usize,
    undecided: usize,
    /// Passed, of rules that check a safeguard.
    passed: usize,
    /// Passed, of supporting rules.
    supporting: usize,
    /// Rules, not checks, that were turned off for a template with something that they look at.
    turned_off: usize,
}

/// What a set of checks is shown as: the gravest of their results.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Standing {
    /// Some check failed; the gravest level of its findings.
    Failed(Level),
    /// Some check failed; none of the findings counts, and the baseline has some.
    InBaseline,
    /// Some check failed, and exceptions suppress all findings.
    Suppressed,
    /// Some check is undecided; none failed.
    Undecided,
    /// No check failed or is undecided, and a rule was turned off for a template with something that it looks at.
    TurnedOff,
    /// All checks passed, at least one of them of a safeguard.
    Passed,
    /// All checks passed, none of them of a safeguard.
    Supporting,
    /// The templates contain nothing that the rules look at.
    Idle,
    /// No rule of the run serves the citation.
    NoRule,
}

impl Standing {
    /// All of them, the gravest first.
    pub(crate) const ALL: [Self; 11] = [
        Self::Failed(Level::Error),
        Self::Failed(Level::Warning),
        Self::Failed(Level::Note),
        Self::InBaseline,
        Self::Suppressed,
        Self::Undecided,
        Self::TurnedOff,
        Self::Passed,
        Self::Supporting,
        Self::Idle,
        Self::NoRule,
    ];

    /// A word or two for checks that ended so.
    pub(crate) fn of_checks(self) -> &'static str {
        match self {
            Self::Failed(Level::Error) => "failed (error)",
            Self::Failed(Level::Warning) => "failed (warning)",
            Self::Failed(Level::Note) => "failed (note)",
            Self::InBaseline => "in the baseline",
            Self::Suppressed => "suppressed",
            Self::Undecided => "undecided",
            Self::TurnedOff => "turned off",
            Self::Passed => "passed",
            Self::Supporting => "passed (supporting)",
            Self::Idle | Self::NoRule => "not checked",
        }
    }

    /// What citations that are shown so have in common.
    pub(crate) fn of_citations(self) -> &'static str {
        match self {
            Self::Failed(Level::Error) => "with errors",
            Self::Failed(Level::Warning) => "with warnings",
            Self::Failed(Level::Note) => "with notes",
            Self::InBaseline => "with findings in the baseline",
            Self::Suppressed => "with suppressed findings",
            Self::Undecided => "with undecided checks",
            Self::TurnedOff => "with rules turned off",
            Self::Passed => "with all checks passed",
            Self::Supporting => "with supporting checks only",
            Self::Idle => "with nothing to check",
            Self::NoRule => "without a rule in this run",
        }
    }
}

impl Breakdown {
    /// The numbers, the gravest result first; none is zero.
    pub(crate) fn parts(self) -> Vec<(Standing, usize)> {
        let parts = [
            (Standing::Failed(Level::Error), self.errors),
            (Standing::Failed(Level::Warning), self.warnings),
            (Standing::Failed(Level::Note), self.notes),
            (Standing::InBaseline, self.in_baseline),
            (Standing::Suppressed, self.suppressed),
            (Standing::Undecided, self.undecided),
            (Standing::Passed, self.passed),
            (Standing::Supporting, self.supporting),
        ];
        parts.into_iter().filter(|(_, number)| *number > 0).collect()
    }

    /// Makes the failed checks as many as the linter counted. Findings do not show everything: those of one check may be in
    /// several files, if the template includes some.
    fn settle(&mut self, failed: usize) {
        let mut buckets =
            [&mut self.errors, &mut self.warnings, &mut self.notes, &mut self.in_baseline, &mut self.suppressed];
        let found: usize = buckets.iter().map(|bucket| **bucket).sum();
        if let Some(gravest) = buckets.iter_mut().find(|bucket| ***bucket > 0) {
            **gravest += failed.saturating_sub(found);
        }
        // At least one failed, since there is a finding.
        let mut excess = found.saturating_sub(failed.max(1));
        for bucket in buckets.iter_mut().rev() {
            let less = excess.min(**bucket);
            **bucket -= less;
            excess -= less;
        }
    }

    /// All checks.
    pub(crate) fn total(self) -> usize {
        self.parts().iter().map(|(_, number)| number).sum()
    }

    /// Checks with findings that count.
    pub(crate) fn failed(self) -> usize {
        self.errors + self.warnings + self.notes
    }

    /// Checks that passed, of either kind.
    pub(crate) fn all_passed(self) -> usize {
        self.passed + self.supporting
    }

    /// What these checks are shown as: the gravest result. Checks of tags and names alone show no safeguard.
    pub(crate) fn standing(self) -> Standing {
        match self.parts().first().map_or(Standing::Idle, |(standing, _)| *standing) {
            Standing::Passed | Standing::Supporting | Standing::Idle if self.turned_off > 0 => Standing::TurnedOff,
            standing => standing,
        }
    }

    /// The number that the standing is about: `3 of 41 checks failed`.
    pub(crate) fn lead(self) -> String {
        let total = self.total();
        let of_all = |number: usize, how: &str| match total {
            1 => format!("1 check {how}"),
            total => format!("{} of {} checks {how}", grouped(number), grouped(total)),
        };
        match self.standing() {
            Standing::Failed(_) => of_all(self.failed(), "failed"),
            Standing::InBaseline => of_all(self.in_baseline, "in the baseline"),
            Standing::Suppressed => of_all(self.suppressed, "suppressed"),
            Standing::Undecided => of_all(self.undecided, "undecided"),
            Standing::TurnedOff if total == 0 => "Nothing to check".to_owned(),
            Standing::TurnedOff | Standing::Passed => of_all(self.all_passed(), "passed"),
            Standing::Supporting => format!("Only {} passed", count(self.supporting, "supporting check")),
            Standing::Idle | Standing::NoRule => "Nothing to check".to_owned(),
        }
    }

    /// All other numbers, in words: `2 suppressed`, `36 passed`. The levels of what failed are among them where they differ.
    pub(crate) fn rest(self) -> Vec<String> {
        let standing = self.standing();
        let named = |number: usize, how: &str| (number > 0).then(|| format!("{} {how}", grouped(number)));
        let levels: Vec<String> = [(self.errors, "error"), (self.warnings, "warning"), (self.notes, "note")]
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, level)| count(number, level))
            .collect();
        let unless = |own: Standing, part: Option<String>| part.filter(|_| own != standing);
        let mut rest: Vec<String> = if levels.len() > 1 { vec![levels.join(", ")] } else { Vec::new() };
        rest.extend(unless(Standing::InBaseline, named(self.in_baseline, "in the baseline")));
        rest.extend(unless(Standing::Suppressed, named(self.suppressed, "suppressed")));
        rest.extend(unless(Standing::Undecided, named(self.undecided, "undecided")));
        if !matches!(standing, Standing::Supporting | Standing::Passed | Standing::TurnedOff) {
            rest.extend(named(self.all_passed(), "passed"));
        }
        if matches!(standing, Standing::Passed | Standing::TurnedOff) {
            rest.extend(named(self.supporting, "of them supporting"));
        }
        rest.extend(self.rules_off());
        rest
    }

    /// All numbers in words, apart: `2 failed · 36 passed`.
    pub(crate) fn list(self) -> String {
        let numbers = [
            (self.failed(), "failed"),
            (self.in_baseline, "in the baseline"),
            (self.suppressed, "suppressed"),
            (self.undecided, "undecided"),
            (self.all_passed(), "passed"),
        ];
        let listed: Vec<String> = numbers
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, how)| format!("{} {how}", grouped(*number)))
            .collect();
        let listed: Vec<String> = listed.into_iter().chain(self.rules_off()).collect();
        if listed.is_empty() { "nothing to check".to_owned() } else { listed.join(" · ") }
    }

    /// The rules that were turned off, in words.
    fn rules_off(self) -> Option<String> {
        (self.turned_off > 0).then(|| format!("{} turned off", count(self.turned_off, "rule")))
    }
}

impl std::ops::AddAssign for Breakdown {
    fn add_assign(&mut self, other: Self) {
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.notes += other.notes;
        self.in_baseline += other.in_baseline;
        self.suppressed += other.suppressed;
        self.undecided += other.undecided;
        self.passed += other.passed;
        self.supporting += other.supporting;
        self.turned_off += other.turned_off;
    }
}

impl<'a> Ledger<'a> {
    /// `rest` has the rules, with the numbers of their checks.
    pub(crate) fn new(rest: &Report<'a>, results: &Results) -> Self {
        let mut ledger = Self {
            rules: Vec::with_capacity(rest.rules.len()),
            breakdown: Breakdown::default(),
            violations: 0,
            undecided: results.undecided,
            missed: missed(rest.summary).collect(),
        };
        for rule in rest.rules {
            let RuleResults { violations, level, failed } =
                results.by_rule.get(rule.meta.id.as_str()).copied().unwrap_or_default();
            let mut breakdown = failed;
            breakdown.settle(rule.counts.failed);
            breakdown.undecided = rule.counts.undecided;
            match rule.meta.kind {
                RuleKind::Safeguard => breakdown.passed = rule.counts.passed,
                RuleKind::Supporting => breakdown.supporting = rule.counts.passed,
            }
            ledger.breakdown += breakdown;
            ledger.violations += violations;
            ledger.rules.push(Account { rule, violations, level, breakdown });
        }
        ledger
    }

    /// The accounts of the rules that serve a citation.
    pub(crate) fn serving(&self, control: &Control) -> impl Iterator<Item = &Account<'a>> {
        self.rules.iter().filter(|account| account.rule.meta.controls.contains(&control.id))
    }

    /// How the checks of a citation ended; none where no rule of the run serves it.
    pub(crate) fn breakdown(&self, control: &Control) -> Option<Breakdown> {
        let mut serving = self.serving(control).peekable();
        serving.peek()?;
        let mut breakdown = Breakdown::default();
        serving.for_each(|account| breakdown += account.breakdown);
        breakdown.turned_off = self.missed.iter().filter(|off| off.controls.contains(&control.id)).count();
        Some(breakdown)
    }

    /// What a citation is shown as.
    pub(crate) fn standing(&self, control: &Control) -> Standing {
        self.breakdown(control).map_or(Standing::NoRule, Breakdown::standing)
    }

    /// The rules with findings that count: the gravest first, by severity and level, then those with most.
    pub(crate) fn violated(&self) -> Vec<&Account<'a>> {
        let mut violated: Vec<&Account> = self.rules.iter().filter(|account| account.violations > 0).collect();
        violated
            .sort_by_key(|account| std::cmp::Reverse((account.rule.meta.severity, account.level, account.violations)));
        violated
    }
}

/// How a failed check is shown.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Failure {
    Suppressed,
    InBaseline,
    Counts(Level),
}

/// For each rule, its failed checks. A check with several findings is where the gravest of them puts it.
fn failed_checks<'a>(report: &Report<'a>) -> BTreeMap<&'a Arc<str>, Breakdown> {
    let mut checks: HashMap<(&Arc<str>, SourceId, &Subject), Failure> = HashMap::new();
    for finding in report.violations().chain(report.suppressed) {
        let failure = match finding {
            // The check failed, whatever an earlier revision had.
            finding if finding.counts() || finding.is_as_before() => Failure::Counts(finding.level),
            finding if finding.suppression.is_none() => Failure::InBaseline,
            _ => Failure::Suppressed,
        };
        for subject in std::iter::once(&finding.subject).chain(&finding.alike) {
            let check = checks.entry((&finding.rule, finding.span.source, subject)).or_insert(failure);
            *check = failure.max(*check);
        }
    }
    let mut by_rule: BTreeMap<&Arc<str>, Breakdown> = BTreeMap::new();
    for ((rule, ..), failure) in checks {
        let breakdown = by_rule.entry(rule).or_default();
        *match failure {
            Failure::Counts(Level::Error) => &mut breakdown.errors,
            Failure::Counts(Level::Warning) => &mut breakdown.warnings,
            Failure::Counts(Level::Note) => &mut breakdown.notes,
            Failure::InBaseline => &mut breakdown.in_baseline,
            Failure::Suppressed => &mut breakdown.suppressed,
        } += 1;
    }
    by_rule
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_result_leads_and_the_others_are_stated() {
        let breakdown = Breakdown {
            errors: 2,
            notes: 1,
            suppressed: 1,
            undecided: 4,
            passed: 30,
            supporting: 3,
            ..Breakdown::default()
        };
        assert_eq!(breakdown.standing(), Standing::Failed(Level::Error));
        assert_eq!(breakdown.lead(), "3 of 41 checks failed");
        assert_eq!(breakdown.rest(), ["2 errors, 1 note", "1 suppressed", "4 undecided", "33 passed"]);
        assert_eq!(breakdown.list(), "3 failed · 1 suppressed · 4 undecided · 33 passed");
    }

    #[test]
    fn failed_checks_are_as_many_as_the_linter_counted() {
        let settled = |errors, suppressed, failed| {
            let mut breakdown = Breakdown { errors, suppressed, ..Breakdown::default() };
            breakdown.settle(failed);
            (breakdown.errors, breakdown.suppressed)
        };
        assert_eq!(settled(1, 1, 2), (1, 1));
        assert_eq!(settled(1, 1, 4), (3, 1));
        assert_eq!(settled(2, 2, 3), (2, 1));
        assert_eq!(settled(2, 0, 0), (1, 0));
        assert_eq!(settled(0, 0, 0), (0, 0));
    }

    #[test]
    fn citations_whose_rules_are_turned_off_are_not_green() {
        let passed = Breakdown { passed: 6, turned_off: 2, ..Breakdown::default() };
        assert_eq!(passed.standing(), Standing::TurnedOff);
        assert_eq!((passed.lead(), passed.rest()), ("6 of 6 checks passed".into(), vec!["2 rules turned off".into()]));
        assert_eq!(passed.list(), "6 passed · 2 rules turned off");
        let failed = Breakdown { errors: 1, turned_off: 1, ..Breakdown::default() };
        assert_eq!(failed.standing(), Standing::Failed(Level::Error));
        assert_eq!(failed.rest(), ["1 rule turned off"]);
        let idle = Breakdown { turned_off: 1, ..Breakdown::default() };
        assert_eq!((idle.standing(), idle.lead()), (Standing::TurnedOff, "Nothing to check".into()));
    }

    #[test]
    fn each_result_has_its_words() {
        let words = |breakdown: Breakdown| (breakdown.standing(), breakdown.lead(), breakdown.rest().join(", "));
        let all =
            Breakdown { in_baseline: 1, suppressed: 1, undecided: 1, passed: 1, supporting: 1, ..Breakdown::default() };
        let rest = "1 suppressed, 1 undecided, 2 passed";
        assert_eq!(words(all), (Standing::InBaseline, "1 of 5 checks in the baseline".into(), rest.into()));
        let passed = Breakdown { passed: 2, supporting: 1, ..Breakdown::default() };
        assert_eq!(words(passed), (Standing::Passed, "3 of 3 checks passed".into(), "1 of them supporting".into()));
        let supporting = Breakdown { supporting: 2, ..Breakdown::default() };
        assert_eq!(words(supporting), (Standing::Supporting, "Only 2 supporting checks passed".into(), String::new()));
        assert_eq!(words(Breakdown::default()), (Standing::Idle, "Nothing to check".into(), String::new()));
        let notes = Breakdown { notes: 1, ..Breakdown::default() };
        assert_eq!(words(notes), (Standing::Failed(Level::Note), "1 check failed".into(), String::new()));
    }
}
