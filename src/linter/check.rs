//! The result of a check for one block, over all scenarios.

use super::locations::{BySpan, as_written, fill, in_other_words, naming_part, united, word};
use crate::date::Date;
use crate::eval::scenario::Scenario;
use crate::eval::{Exploration, MAX_SCENARIOS, Run, explore_unless};
use crate::expand::{self, Block, Model};
use crate::rules::check::checker::Checker;
use crate::rules::check::evidence;
use crate::rules::check::location::{Item, Location};
use crate::rules::operand::Settings;
use crate::rules::rule::{Check, Rule};
use crate::truth::Truth;
use smallvec::{SmallVec, smallvec};

/// The result of a check for one block, over all scenarios.
#[derive(Clone, Debug)]
pub(super) enum CheckResult {
    NotApplicable,
    Pass,
    Undecided(Vec<String>),
    Fail(Vec<Violation>),
}

/// One location that violates, with the scenarios in which it does.
#[derive(Clone, Debug)]
pub(super) struct Violation {
    pub(super) location: Location,
    pub(super) message: String,
    /// The message without what the block is to the resource that a transform made it from; none where they are the same.
    pub(super) of_whole: Option<String>,
    /// How to fix it where a transform made the block.
    pub(super) advice: Option<String>,
    /// The message with the name that a loop's body gives the block.
    pub(super) as_written: Option<String>,
    /// Whether one of the scenarios leaves every parameter at its default.
    pub(super) by_default: bool,
    /// The scenarios in words; none where it is always so.
    pub(super) when: Option<String>,
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

/// Runs a check on a block in every scenario that it distinguishes.
pub(super) fn run_check<'m, 't>(
    check: &Check,
    rule: &Rule,
    setting: Setting<'_>,
    block: &'m Block<'t>,
    model: &'m Model<'m, 't>,
) -> CheckResult {
    let question = Question { check, rule, setting, block, model };
    // Nearly all checks meet no choice, and find nothing.
    let is_plain = |leaf: &Leaf| matches!(leaf, Leaf::Pass | Leaf::NotApplicable);
    match explore_unless(&model.evaluator, |run| question.in_scenario(run), is_plain) {
        Ok(Leaf::Pass) => CheckResult::Pass,
        Ok(_) => CheckResult::NotApplicable,
        Err(exploration) => question.over_all(exploration),
    }
}

/// A check of a block.
struct Question<'q, 'm, 't> {
    check: &'q Check,
    rule: &'q Rule,
    setting: Setting<'q>,
    block: &'m Block<'t>,
    model: &'m Model<'m, 't>,
}

impl<'m, 't> Question<'_, 'm, 't> {
    /// The result in one scenario.
    fn in_scenario(&self, run: &mut Run<'m, 't>) -> Leaf {
        let Self { check, block, model, .. } = *self;
        if !expand::exists(run, block) {
            return Leaf::NotApplicable;
        }
        let Setting { parameters, configured, profile, today } = self.setting;
        let mut checker = Checker {
            run,
            model,
            settings: parameters,
            configured,
            profile,
            today,
            this: block,
            explain: false,
            without_defaults: false,
        };
        let item = Item::Block(block);
        let applies = match &check.when {
            Some(when) => checker.judge(when, &item).truth,
            None => Truth::True,
        };
        if applies.is_false() {
            return Leaf::NotApplicable;
        }
        match checker.judge(&check.assert, &item).truth {
            // Whether it applies or not: nothing is wrong.
            Truth::True => Leaf::Pass,
            Truth::False if applies.is_true() => self.violated(&mut checker, &item),
            Truth::False | Truth::Unknown => Leaf::Undecided(checker.run.reasons().to_vec()),
        }
    }

    /// The places of a violation.
    fn violated(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Leaf {
        let Self { check, block, model, .. } = *self;
        checker.explain = true;
        let mut locations = checker.judge(&check.assert, item).locations;
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
            evidence::add(evidence, checker, &mut locations);
        }
        let written = locations.into_iter().map(|location| as_written(in_other_words(location, block), model));
        Leaf::Fail(united(written.collect()))
    }

    /// The result over all scenarios.
    fn over_all(&self, exploration: Exploration<Leaf>) -> CheckResult {
        let mut violations = Violations::default();
        let mut undecided = !exploration.complete;
        let mut reasons: Vec<String> = incomplete(&exploration).into_iter().collect();
        let mut passed = false;
        let never_occurs = exploration.leaves.is_empty() && !exploration.infeasible.is_empty();
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
                    violations.all.reserve_exact(locations.len());
                    locations.into_iter().for_each(|location| self.add(location, &scenario, &mut violations));
                }
            }
        }
        if !violations.all.is_empty() {
            let Exploration { infeasible, complete, .. } = exploration;
            let rest = if complete { "" } else { ", and perhaps in other cases" };
            let evaluator = &self.model.evaluator;
            let in_words = |(mut violation, scenarios): (Violation, Scenarios)| {
                violation.by_default = scenarios.iter().any(|scenario| scenario.keeps_defaults(&evaluator.choices));
                let when = evaluator.describe(&scenarios, &infeasible);
                violation.when = when.map(|when| format!("when {when}{rest}"));
                violation
            };
            CheckResult::Fail(violations.all.into_iter().map(in_words).collect())
        } else if undecided {
            if reasons.is_empty() {
                reasons.push("a required value is unknown".to_owned());
            }
            CheckResult::Undecided(reasons)
        } else if passed {
            CheckResult::Pass
        } else if never_occurs {
            let reason = "CloudFormation refuses every choice: `Fn::FindInMap` finds no entry";
            CheckResult::Undecided(vec![reason.to_owned()])
        } else {
            CheckResult::NotApplicable
        }
    }

    /// Adds a violation in a scenario. The same one in another scenario is one violation with both.
    fn add(&self, location: Location, scenario: &Scenario, violations: &mut Violations) {
        let template = location.message.as_ref().or(self.check.message.as_ref()).unwrap_or(&self.rule.message);
        let block = self.block;
        let filled = |template: &str, name: &str| fill(template, &location, block, name, self.setting.parameters);
        let mut message = filled(template, block.written_name());
        let mut of_whole = None;
        if word(&location.words, "part").is_some() {
            of_whole = Some(message);
            message = filled(&naming_part(template), block.written_name());
        }
        if let Some((known, scenarios)) = violations.same(&location, &message) {
            scenarios.push(scenario.clone());
            if known.location.exact != location.exact {
                // It is about all that functions result in there.
                known.location.exact = known.location.span;
            }
            return;
        }
        let in_loop = block.origin.filter(|origin| !origin.written_name.is_empty());
        let as_written = in_loop.map(|origin| filled(&naming_part(template), &origin.written_name));
        let advice = word(&location.words, "advice").map(str::to_owned);
        violations.by_span.add(location.span, violations.all.len());
        let violation = Violation { location, message, of_whole, advice, as_written, by_default: false, when: None };
        violations.all.push((violation, smallvec![scenario.clone()]));
    }
}

type Scenarios = SmallVec<[Scenario; 1]>;

/// Violations with their scenarios, and with their indices by place.
#[derive(Default)]
struct Violations {
    all: Vec<(Violation, Scenarios)>,
    by_span: BySpan,
}

impl Violations {
    /// The one at a place with a message, and its scenarios.
    fn same(&mut self, location: &Location, message: &str) -> Option<&mut (Violation, Scenarios)> {
        let is_same = |known: &Violation| known.location.path == location.path && known.message == message;
        let at = self.by_span.of(location.span).iter().copied();
        let place = at.into_iter().find(|place| self.all.get(*place).is_some_and(|(known, _)| is_same(known)))?;
        self.all.get_mut(place)
    }
}

/// Why fewer scenarios were looked at than usual.
const TOO_MANY: &str = "the template has too many of them to look at all";

/// Why not every scenario was looked at; none if all were.
fn incomplete(exploration: &Exploration<Leaf>) -> Option<String> {
    if exploration.complete {
        return None;
    }
    let most = exploration.most;
    let of_choices = || match most {
        MAX_SCENARIOS => format!("the result depends on more than {most} combinations of parameters and conditions"),
        1 => format!("the result depends on several combinations of parameters and conditions, and {TOO_MANY}"),
        _ => {
            format!("the result depends on more than {most} combinations of parameters and conditions, and {TOO_MANY}")
        }
    };
    Some(exploration.gave_up.map_or_else(of_choices, str::to_owned))
}
