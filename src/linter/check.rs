//! The result of a check for one block, over all scenarios.

use super::locations::{BySpan, as_written, fill, in_other_words, naming_part, united, word};
use crate::date::Date;
use crate::eval::explore;
use crate::eval::scenario::Scenario;
use crate::expand::{self, Block, Model};
use crate::rules::checker::{Checker, Item, Location};
use crate::rules::operand::Settings;
use crate::rules::rule::{Check, Rule};
use crate::truth::Truth;
use smallvec::{SmallVec, smallvec};

/// The result of a check for one block, over all scenarios.
pub(super) enum CheckResult {
    NotApplicable,
    Pass,
    Undecided(Vec<String>),
    /// With the scenarios that the template's `Rules` forbid.
    Fail(Vec<Violation>, Vec<Scenario>),
}

/// One location that violates, with the scenarios in which it does.
pub(super) struct Violation {
    pub(super) location: Location,
    pub(super) message: String,
    /// The message without what the block is to the resource that a transform made it from; none where they are the same.
    pub(super) of_whole: Option<String>,
    /// How to fix it where a transform made the block.
    pub(super) advice: Option<String>,
    /// The message with the name that a loop's body gives the block.
    pub(super) as_written: Option<String>,
    pub(super) scenarios: SmallVec<[Scenario; 1]>,
}

/// The result of a check in one scenario.
enum Leaf {
    NotApplicable,
    Pass,
    Undecided(Vec<String>),
    Fail(Vec<Location>),
}

/// What a run sets for a rule.
#[derive(Copy, Clone)]
pub(super) struct Setting<'a> {
    /// The values of the rule's parameters.
    pub(super) parameters: &'a Settings,
    /// Those among them that the user set.
    pub(super) configured: &'a Settings,
    /// The profile that selected the rule.
    pub(super) profile: Option<&'a str>,
    /// The day of the run.
    pub(super) today: Option<Date>,
}

pub(super) fn run_check<'m, 't>(
    check: &Check,
    rule: &Rule,
    setting: Setting<'_>,
    block: &'m Block<'t>,
    model: &'m Model<'m, 't>,
) -> CheckResult {
    let exploration = explore(&model.evaluator, |run| {
        if !expand::exists(run, block) {
            return Leaf::NotApplicable;
        }
        let Setting { parameters, configured, profile, today } = setting;
        let mut checker =
            Checker { run, model, settings: parameters, configured, profile, today, this: block, explain: false };
        let item = Item::Block(block);
        let applies = match &check.when {
            Some(when) => checker.judge(when, &item).truth,
            None => Truth::True,
        };
        if applies.is_false() {
            return Leaf::NotApplicable;
        }
        match checker.judge(&check.assert, &item).truth {
            Truth::True if applies.is_true() => Leaf::Pass,
            // Whether it applies or not: nothing is wrong.
            Truth::True => Leaf::Pass,
            Truth::False if applies.is_true() => {
                checker.explain = true;
                let mut locations = checker.judge(&check.assert, &item).locations;
                if locations.is_empty() {
                    locations.push(item.location());
                }
                // What a template does not set may be what a macro adds to it.
                locations.retain(|location| !location.is_of_absence() || !model.is_rewritten(&location.path));
                if locations.is_empty() {
                    checker.run.note_reason(expand::REWRITTEN);
                    return Leaf::Undecided(checker.run.reasons().to_vec());
                }
                if let Some(evidence) = check.evidence {
                    evidence.add(&mut checker, &mut locations);
                }
                Leaf::Fail(united(
                    locations.into_iter().map(|location| as_written(in_other_words(location, block), model)).collect(),
                ))
            }
            Truth::False | Truth::Unknown => Leaf::Undecided(checker.run.reasons().to_vec()),
        }
    });
    let mut violations: Vec<Violation> = Vec::new();
    let mut at = BySpan::default();
    let mut reasons: Vec<String> = Vec::new();
    let mut undecided = !exploration.complete;
    let mut passed = false;
    let never_occurs = exploration.leaves.is_empty() && !exploration.infeasible.is_empty();
    if !exploration.complete {
        let most = exploration.most;
        let of_choices = || {
            if most == crate::eval::MAX_SCENARIOS {
                format!("the result depends on more than {most} combinations of parameters and conditions")
            } else {
                format!(
                    "the result depends on more than {most} combinations of parameters and conditions, and the template has too many \
                     others to look at more of them"
                )
            }
        };
        reasons.push(exploration.gave_up.map_or_else(of_choices, str::to_owned));
    }
    for (scenario, leaf) in exploration.leaves {
        match leaf {
            Leaf::NotApplicable => {}
            Leaf::Pass => passed = true,
            Leaf::Undecided(found) => {
                undecided = true;
                for reason in found {
                    if !reasons.contains(&reason) {
                        reasons.push(reason);
                    }
                }
            }
            Leaf::Fail(locations) => {
                violations.reserve_exact(locations.len());
                for location in locations {
                    let template = location.message.as_ref().or(check.message.as_ref()).unwrap_or(&rule.message);
                    let mut message = fill(template, &location, block, block.written_name(), setting.parameters);
                    let mut of_whole = None;
                    if word(&location.words, "part").is_some() {
                        of_whole = Some(message);
                        message =
                            fill(&naming_part(template), &location, block, block.written_name(), setting.parameters);
                    }
                    let same = at.of(location.span).iter().copied().find(|place| {
                        violations
                            .get(*place)
                            .is_some_and(|known| known.location.path == location.path && known.message == message)
                    });
                    match same.and_then(|place| violations.get_mut(place)) {
                        Some(known) => known.scenarios.push(scenario.clone()),
                        None => {
                            let in_loop = block.origin.filter(|origin| !origin.written_name.is_empty());
                            let as_written = in_loop.map(|origin| {
                                fill(&naming_part(template), &location, block, &origin.written_name, setting.parameters)
                            });
                            let advice = word(&location.words, "advice").map(str::to_owned);
                            at.add(location.span, violations.len());
                            violations.push(Violation {
                                location,
                                message,
                                of_whole,
                                advice,
                                as_written,
                                scenarios: smallvec![scenario.clone()],
                            });
                        }
                    }
                }
            }
        }
    }
    if !violations.is_empty() {
        CheckResult::Fail(violations, exploration.infeasible)
    } else if undecided {
        if reasons.is_empty() {
            reasons.push("a required value is unknown".to_owned());
        }
        CheckResult::Undecided(reasons)
    } else if passed {
        CheckResult::Pass
    } else if never_occurs {
        CheckResult::Undecided(vec!["CloudFormation refuses every choice: `Fn::FindInMap` finds no entry".to_owned()])
    } else {
        CheckResult::NotApplicable
    }
}
