//! The numbers of the page: what every rule, and so every citation, came to.

use crate::finding::{Counts, Finding, Level, Outcome};
use crate::report::{Report, RuleReport};
use crate::rules::meta::Control;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What a run came to, by rule.
pub(super) struct Ledger<'a> {
    /// In the order of the report's rules.
    pub(super) rules: Vec<Account<'a>>,
    /// All of them together.
    pub(super) counts: Counts,
    /// Checks whose findings do not count.
    pub(super) suppressed: Suppressed,
    /// Findings that count.
    pub(super) violations: usize,
    /// Undecided checks that the report names.
    pub(super) undecided: usize,
}

/// What one rule came to.
pub(super) struct Account<'a> {
    pub(super) rule: &'a RuleReport<'a>,
    /// Its findings that count, in the order of the report.
    pub(super) violations: Vec<&'a Finding>,
    /// Its checks; those that are suppressed are not among the failed ones.
    pub(super) counts: Counts,
    /// Those of its checks whose findings do not count.
    pub(super) suppressed: Suppressed,
}

/// Checks none of whose findings counts. An exception is a decision, with a reason; what the baseline has nobody has decided
/// about, so that the two are never one number.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Suppressed {
    /// The baseline has some finding.
    pub(super) known: usize,
    /// Exceptions waive all findings.
    pub(super) by_exception: usize,
}

impl Suppressed {
    fn all(self) -> usize {
        self.known + self.by_exception
    }
}

/// What a citation came to: the gravest answer of the rules that serve it.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Standing {
    /// Some check failed.
    Failed,
    /// Some check failed, none of them counts, and the baseline has some.
    Known,
    /// Some check failed, and all such were waived.
    Suppressed,
    /// Some check could not be decided; none failed.
    Undecided,
    /// All checks passed.
    Passed,
    /// Rules serve it, and the templates have nothing that they look at.
    Idle,
    /// No rule of the run serves it.
    Beyond,
}

impl Standing {
    /// All of them, the gravest first.
    pub(super) const ALL: [Self; 7] =
        [Self::Failed, Self::Known, Self::Suppressed, Self::Undecided, Self::Passed, Self::Idle, Self::Beyond];

    /// The class of what shows it.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Known => "known",
            Self::Suppressed => "waived",
            Self::Undecided => "undecided",
            Self::Passed => "passed",
            Self::Idle | Self::Beyond => "none",
        }
    }

    /// In words.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Failed => "Violated",
            Self::Known => "Known violation",
            Self::Suppressed => "Waived",
            Self::Undecided => "Undecided",
            Self::Passed => "No violation",
            Self::Idle => "Nothing to check",
            Self::Beyond => "Beyond templates",
        }
    }

    /// A mark, so that nobody depends on colours.
    pub(super) fn mark(self) -> &'static str {
        match self {
            Self::Failed => "×",
            Self::Known => "•",
            Self::Suppressed => "○",
            Self::Undecided => "?",
            Self::Passed => "✓",
            Self::Idle => "–",
            Self::Beyond => "",
        }
    }
}

impl Account<'_> {
    /// The gravest level of its findings that count.
    pub(super) fn level(&self) -> Option<Level> {
        self.violations.iter().map(|finding| finding.level).max()
    }
}

impl<'a> Ledger<'a> {
    pub(super) fn new(report: &Report<'a>) -> Self {
        let mut violations: HashMap<&str, Vec<&Finding>> = HashMap::new();
        for finding in report.violations() {
            violations.entry(&finding.rule).or_default().push(finding);
        }
        let suppressed = suppressed_checks(report);
        let mut ledger = Self {
            rules: Vec::with_capacity(report.rules.len()),
            counts: Counts::default(),
            suppressed: Suppressed::default(),
            violations: 0,
            undecided: report.answered(Outcome::Undecided).count(),
        };
        for rule in report.rules {
            let violations = violations.remove(rule.meta.id.as_str()).unwrap_or_default();
            let suppressed = suppressed.get(rule.meta.id.as_str()).copied().unwrap_or_default();
            let mut counts = rule.counts;
            counts.failed = counts.failed.saturating_sub(suppressed.all());
            ledger.counts += counts;
            ledger.suppressed.known += suppressed.known;
            ledger.suppressed.by_exception += suppressed.by_exception;
            ledger.violations += violations.len();
            ledger.rules.push(Account { rule, violations, counts, suppressed });
        }
        ledger
    }

    /// The accounts of the rules that serve a citation.
    pub(super) fn serving(&self, control: &Control) -> impl Iterator<Item = &Account<'a>> {
        self.rules.iter().filter(|account| account.rule.meta.controls.contains(&control.id))
    }

    /// What a citation came to.
    pub(super) fn standing(&self, control: &Control) -> Standing {
        let standing = |account: &Account| match account.counts {
            _ if !account.violations.is_empty() => Standing::Failed,
            _ if account.suppressed.known > 0 => Standing::Known,
            _ if account.suppressed.by_exception > 0 => Standing::Suppressed,
            Counts { undecided: 1.., .. } => Standing::Undecided,
            Counts { passed: 1.., .. } => Standing::Passed,
            _ => Standing::Idle,
        };
        self.serving(control).map(standing).min().unwrap_or(Standing::Beyond)
    }

    /// The rules with findings that count: the gravest first, then those with most.
    pub(super) fn violated(&self) -> Vec<&Account<'a>> {
        let mut violated: Vec<&Account> = self.rules.iter().filter(|account| !account.violations.is_empty()).collect();
        violated.sort_by_key(|account| std::cmp::Reverse((account.level(), account.violations.len())));
        violated
    }
}

/// For each rule, the checks that have suppressed findings and no others.
fn suppressed_checks<'a>(report: &Report<'a>) -> BTreeMap<&'a str, Suppressed> {
    let check = |finding: &'a Finding| (&*finding.rule, finding.span.source, &finding.subject);
    let counting: HashSet<_> = report.violations().map(check).collect();
    let mut suppressed: HashMap<_, bool> = HashMap::new();
    for finding in report.suppressed {
        *suppressed.entry(check(finding)).or_default() |= finding.suppression.is_none();
    }
    let mut by_rule: BTreeMap<&str, Suppressed> = BTreeMap::new();
    for ((rule, ..), is_known) in suppressed.into_iter().filter(|(check, _)| !counting.contains(check)) {
        let Suppressed { known, by_exception } = by_rule.entry(rule).or_default();
        *(if is_known { known } else { by_exception }) += 1;
    }
    by_rule
}
