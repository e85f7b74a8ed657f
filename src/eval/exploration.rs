//! All scenarios that a check distinguishes, one after the other, and how far it may go.

use super::scenario::Scenario;
use super::trace::{Branch, Trace};
use super::{Evaluator, Run};
use smallvec::{SmallVec, smallvec};
use std::rc::Rc;

/// Past this number of scenarios a check is undecided, unless a violation has been found.
pub const MAX_SCENARIOS: usize = 256;

/// Choices that one run makes at most: each leaves another scenario behind, so more are too many to look at anyway.
const MAX_FORKS: usize = MAX_SCENARIOS;

/// Runs that met more than [`MAX_FORKS`] choices before the rest is not looked at: each costs much and shows nothing.
const MAX_EXHAUSTED: usize = 2;

/// Steps that choices may take in each check, however many checks there are. What a check takes besides is counted for all of them.
pub(super) const FREE_WORK: usize = 128;

/// Steps that choices may take in all checks of one template past [`FREE_WORK`]; then [`Limits::SPENT`] hold for the checks that
/// remain. No template of the corpus takes a hundredth of it.
pub(super) const MAX_WORK: usize = 1 << 18;

/// How far one check may go.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    scenarios: usize,
    /// Choices of one run.
    pub(super) forks: usize,
    /// Conditions that one run evaluates.
    pub(super) conditions: usize,
    /// Steps after which no other scenario is looked at.
    pub(super) work: usize,
}

impl Limits {
    pub(super) const USUAL: Self =
        Self { scenarios: MAX_SCENARIOS, forks: MAX_FORKS, conditions: usize::MAX, work: MAX_WORK / 4 };
    /// Once the template's checks have taken [`MAX_WORK`] together.
    pub(super) const SPENT: Self = Self { scenarios: 64, forks: 16, conditions: 32, work: 4 * FREE_WORK };
}

/// The results of a check in each scenario that it distinguished.
pub struct Exploration<R> {
    /// The scenarios, together covering every feasible choice unless `complete` is false.
    pub leaves: SmallVec<[(Scenario, R); 1]>,
    /// The scenarios that never occur: the template's `Rules` forbid them, or CloudFormation refuses them.
    pub infeasible: Vec<Scenario>,
    /// False where there were more scenarios than [`most`](Self::most), or one with too many choices or guesses.
    pub complete: bool,
    /// How many scenarios could be looked at: [`MAX_SCENARIOS`], or fewer if that took too much work.
    pub most: usize,
    /// Why it is not complete, where that is something else than the number of scenarios.
    pub gave_up: Option<&'static str>,
}

/// Runs `check` once for each scenario that it distinguishes.
pub fn explore<'m, 't, R>(
    evaluator: &'m Evaluator<'m, 't>,
    check: impl FnMut(&mut Run<'m, 't>) -> R,
) -> Exploration<R> {
    match explore_unless(evaluator, check, |_| false) {
        Err(exploration) => exploration,
        Ok(only) => Exploration {
            leaves: smallvec![(Scenario::default(), only)],
            infeasible: Vec::new(),
            complete: true,
            most: MAX_SCENARIOS,
            gave_up: None,
        },
    }
}

/// The result of a question that asks for no choice, and so is the same in every scenario; none if it asks for one.
pub fn in_every_scenario<'m, 't, R>(
    evaluator: &'m Evaluator<'m, 't>,
    question: impl FnOnce(&mut Run<'m, 't>) -> R,
) -> Option<R> {
    let mut run = Run::new(evaluator, Scenario::default(), evaluator.limits());
    let result = question(&mut run);
    (run.trace.is_none() && !run.is_over()).then_some(result)
}

/// The same as [`explore`], or the only result there is, where it is a plain one: of most checks, nothing else is ever looked at.
pub fn explore_unless<'m, 't, R>(
    evaluator: &'m Evaluator<'m, 't>,
    mut check: impl FnMut(&mut Run<'m, 't>) -> R,
    is_plain: impl Fn(&R) -> bool,
) -> Result<R, Exploration<R>> {
    let limits = evaluator.limits();
    let begun = evaluator.work.get();
    let mut first = Some(Scenario::default());
    let mut begun_run = None;
    if evaluator.template.rules.is_empty() {
        let mut run = Run::new(evaluator, Scenario::default(), limits);
        let result = check(&mut run);
        // Most checks meet no choice: nothing waits.
        if run.trace.is_none() && !run.is_over() {
            evaluator.count_extra(begun);
            if is_plain(&result) {
                return Ok(result);
            }
            let leaves = smallvec![(run.scenario, result)];
            let most = limits.scenarios;
            return Err(Exploration { leaves, infeasible: Vec::new(), complete: true, most, gave_up: run.gave_up });
        }
        begun_run = Some((run, result));
    }
    let mut waiting: Vec<(Rc<Trace>, Branch)> = Vec::new();
    let mut leaves = SmallVec::new();
    let mut infeasible = Vec::new();
    let mut exhausted = 0;
    let mut looked_at = 0;
    let mut gave_up = None;
    let mut is_cut = false;
    let mut most = limits.scenarios;
    while let Some(scenario) = first.take().or_else(|| waiting.pop().map(|(trace, branch)| trace.scenario(&branch))) {
        let is_long = looked_at > 0 && evaluator.work.get().saturating_sub(begun) > limits.work;
        is_cut = is_long || looked_at >= limits.scenarios || exhausted >= MAX_EXHAUSTED;
        if is_cut {
            most = if is_long { looked_at } else { limits.scenarios };
            break;
        }
        looked_at += 1;
        evaluator.spend(scenario.choices());
        let (run, result) = match begun_run.take() {
            Some(first) => first,
            None if !evaluator.is_feasible(&scenario) => {
                infeasible.push(scenario);
                continue;
            }
            None => {
                let mut run = Run::new(evaluator, scenario, limits);
                let result = check(&mut run);
                (run, result)
            }
        };
        let Run { scenario, trace, is_refused, exhausted: is_exhausted, gave_up: stopped, .. } = run;
        if let Some(mut trace) = trace {
            let refused = trace.refused.iter().take(MAX_SCENARIOS.saturating_sub(infeasible.len()));
            infeasible.extend(refused.map(|branch| trace.scenario(branch)));
            // The first alternative of the first fork was taken; the rest follow in the order they were met.
            let siblings = std::mem::take(&mut trace.siblings);
            let trace: Rc<Trace> = Rc::from(trace);
            waiting.extend(siblings.into_iter().rev().map(|branch| (Rc::clone(&trace), branch)));
            // Those at the far end would never be reached.
            waiting.drain(..waiting.len().saturating_sub(MAX_SCENARIOS + 1));
        }
        gave_up = gave_up.or(stopped);
        if is_exhausted {
            exhausted += 1;
        } else if !is_refused && evaluator.is_feasible(&scenario) {
            leaves.push((scenario, result));
        } else {
            infeasible.push(scenario);
        }
    }
    let work = evaluator.count_extra(begun);
    if looked_at > 1 {
        // Only then does the work decide on anything.
        evaluator.longest.set(evaluator.longest.get().max(work));
    }
    Err(Exploration { leaves, infeasible, complete: !is_cut && exhausted == 0, most, gave_up })
}
