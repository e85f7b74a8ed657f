//! The `Rules` section: which combinations of parameters CloudFormation refuses before it creates anything.
//!
//! Source: "Rules" and "Rule functions" of the CloudFormation user guide. A scenario in which some rule's condition holds and
//! one of its assertions fails never occurs. What cannot be decided excludes nothing.

use super::choices::Choices;
use super::functions::begins_as_function;
use super::scenario::{AtomText, Scenario, Variable};
use super::text::{self, canonical};
use super::value::{Kind, Value};
use super::{Evaluator, Limits, Run};
use crate::syntax::{Entry, Node};
use crate::truth::Truth;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// Runs of the rules after which a scenario is taken to be feasible.
const MAX_TRIALS: usize = 64;

/// Scenarios whose result is kept: templates with many choices have more of them than are worth keeping.
const MAX_REMEMBERED: usize = 4096;

impl<'m, 't> Evaluator<'m, 't> {
    /// Whether the template's rules leave some deployment in a scenario. Rules that refuse every deployment whatever it
    /// chooses do not decide any.
    #[inline]
    pub(super) fn is_feasible(&'m self, scenario: &Scenario) -> bool {
        self.template.rules.is_empty() || self.is_allowed(scenario)
    }

    fn is_allowed(&'m self, scenario: &Scenario) -> bool {
        let apply = *self.rules_apply.get_or_init(|| self.passes_rules(Scenario::default(), |run| run.passes_all()));
        if !apply || scenario.is_open() {
            return true;
        }
        // Every check asks about the same few scenarios.
        if let Some(known) = self.feasible.borrow().get(scenario) {
            return *known;
        }
        let feasible = self.passes_rules(scenario.clone(), |run| run.passes_touched());
        let mut known = self.feasible.borrow_mut();
        if known.len() < MAX_REMEMBERED {
            known.insert(scenario.clone(), feasible);
        }
        feasible
    }

    /// Whether the rules hold for some choice of what a scenario leaves open.
    fn passes_rules(&'m self, scenario: Scenario, passes: impl Fn(&mut Run<'m, 't>) -> bool) -> bool {
        let mut waiting = vec![scenario];
        for _ in 0..MAX_TRIALS {
            let Some(scenario) = waiting.pop() else { return false };
            let mut run = Run::new(self, scenario, Limits::USUAL);
            let passes = passes(&mut run);
            // A run that stopped forbids nothing.
            if run.exhausted || (passes && !run.is_refused) {
                return true;
            }
            if let Some(trace) = run.trace {
                waiting.extend(trace.siblings.iter().map(|branch| trace.scenario(branch)));
            }
        }
        true
    }
}

/// The side of a rule that is looked at first.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Side {
    Condition,
    Assertions,
}

/// Which rules are about which variables.
#[derive(Default)]
pub(super) struct Mentions {
    /// The places of the rules that refer to a variable.
    of: FxHashMap<usize, Vec<usize>>,
    /// The places of the rules that ask something else, too.
    other: Vec<usize>,
    /// The variables in the condition of each rule.
    in_condition: Vec<Vec<usize>>,
}

impl Mentions {
    pub fn new(rules: &[Entry<'_>], choices: &Choices<'_>) -> Self {
        let mut mentions = Self::default();
        for (place, rule) in rules.iter().enumerate() {
            let mut names = Vec::new();
            if !only_refers(&rule.value, &mut names) {
                mentions.other.push(place);
            }
            let mut of_condition = Vec::new();
            if let Some(condition) = rule.value.get("RuleCondition") {
                only_refers(condition, &mut of_condition);
            }
            let variable = |name: &str| choices.by_name(name).map(|(variable, _)| variable);
            mentions.in_condition.push(of_condition.into_iter().filter_map(variable).collect());
            for variable in names.into_iter().filter_map(variable) {
                let places = mentions.of.entry(variable).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        mentions
    }
}

/// Whether parameters are all that a node asks about; adds their names.
fn only_refers<'t>(node: &'t Node<'t>, names: &mut Vec<&'t str>) -> bool {
    const FUNCTIONS: [&str; 7] =
        ["Fn::And", "Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn", "Fn::Equals", "Fn::Not", "Fn::Or"];
    let mut all = true;
    for entry in node.as_mapping().unwrap_or_default() {
        match (entry.key.as_ref(), entry.value.as_str()) {
            ("Ref", Some(name)) => {
                names.push(name);
                // What the partition is follows from the Region.
                all &= !name.starts_with("AWS::");
            }
            ("AssertDescription", _) => {}
            (key, _) => {
                all &= !begins_as_function(key) || FUNCTIONS.contains(&key);
                all &= key != "Condition";
                all &= only_refers(&entry.value, names);
            }
        }
    }
    for item in node.as_sequence().unwrap_or_default() {
        all &= only_refers(item, names);
    }
    all
}

impl<'t> Run<'_, 't> {
    fn passes_all(&mut self) -> bool {
        self.evaluator.template.rules.iter().all(|rule| self.passes(&rule.value, Side::Condition))
    }

    /// Whether the rules pass that are about what the scenario settles, and those that are about what these settle, and so on. The others
    /// are about variables that are open, and these have values for which all rules pass.
    fn passes_touched(&mut self) -> bool {
        let evaluator = self.evaluator;
        let rules = evaluator.template.rules;
        let mentions = evaluator.mentions.get_or_init(|| Mentions::new(rules, &evaluator.choices));
        let mut next: BTreeSet<usize> = mentions.other.iter().copied().collect();
        let mut done: FxHashSet<usize> = FxHashSet::default();
        let mut narrowed: FxHashSet<usize> = FxHashSet::default();
        let mut settled: Vec<Variable> = self.scenario.variables().collect();
        loop {
            for variable in settled.drain(..) {
                let Variable::Named(index) = variable else { return self.passes_all() };
                // Once for each: of a variable that many rules are about, each rule that settles more of it would add all of them.
                if !narrowed.contains(&index) && self.is_narrowed(index) {
                    narrowed.insert(index);
                    let touched = mentions.of.get(&index).map_or(&[][..], Vec::as_slice);
                    evaluator.count_steps(touched.len());
                    next.extend(touched.iter().filter(|place| !done.contains(place)));
                }
            }
            let Some(place) = next.pop_first() else { return true };
            done.insert(place);
            let before = self.trace.as_ref().map_or(0, |trace| trace.len());
            // What is settled may decide the rule without the rest of it.
            let in_condition = mentions.in_condition.get(place).into_iter().flatten();
            let first = if in_condition.into_iter().any(|variable| self.is_narrowed(*variable)) {
                Side::Condition
            } else {
                Side::Assertions
            };
            if rules.get(place).is_some_and(|rule| !self.passes(&rule.value, first)) {
                return false;
            }
            settled.extend(self.settled_since(before));
        }
    }

    /// The variables that this run settled, after the first so many.
    fn settled_since(&self, before: usize) -> impl Iterator<Item = Variable> + '_ {
        self.trace.iter().flat_map(move |trace| trace.settled_since(before))
    }

    /// Whether a variable can no longer be all that it could.
    fn is_narrowed(&self, index: usize) -> bool {
        let size = self.evaluator.choices.get(index).map_or(0, |named| named.candidates.len());
        self.scenario.domain(Variable::Named(index)).is_some_and(|domain| domain.len() < size)
    }

    /// Whether a rule does not apply, or its assertions hold.
    fn passes(&mut self, rule: &'t Node<'t>, first: Side) -> bool {
        let what = match first {
            Side::Condition => "rule",
            Side::Assertions => "rule by its assertions",
        };
        let kept = self.remembered(rule, what, |run| {
            let passes = match first {
                Side::Condition => !run.applies(rule) || run.is_asserted(rule),
                Side::Assertions => run.is_asserted(rule) || !run.applies(rule),
            };
            Some(Value { span: rule.span, kind: Kind::Bool(passes) })
        });
        kept.is_some_and(|value| value.kind == Kind::Bool(true))
    }

    fn applies(&mut self, rule: &'t Node<'t>) -> bool {
        rule.get("RuleCondition").is_none_or(|condition| self.test(condition))
    }

    fn is_asserted(&mut self, rule: &'t Node<'t>) -> bool {
        let assertions = rule.get("Assertions").and_then(Node::as_sequence).unwrap_or_default();
        assertions.iter().all(|assertion| assertion.get("Assert").is_none_or(|assert| self.test(assert)))
    }

    /// `Fn::Contains`: whether a text is in a list.
    pub(super) fn contains(&mut self, node: &'t Node<'t>, list: &'t Node<'t>, item: &'t Node<'t>) -> bool {
        match (self.value(list), self.value(item)) {
            (Some(list), Some(item)) if item.is_scalar() => self.is_among(node, item, list),
            _ => self.odd(node),
        }
    }

    /// `Fn::EachMemberEquals`: whether all items of a list are this text.
    pub(super) fn each_equals(&mut self, node: &'t Node<'t>, list: &'t Node<'t>, item: &'t Node<'t>) -> bool {
        match (self.value(list), self.value(item)) {
            (Some(Value { kind: Kind::List(items), .. }), Some(item)) => {
                items.iter().all(|one| self.same(node, one, item))
            }
            (Some(list), Some(item)) if list.is_opaque() => self.unknown_lists(node, list, item),
            _ => self.odd(node),
        }
    }

    /// `Fn::EachMemberIn`: whether all items of a list are in another.
    pub(super) fn each_in(&mut self, node: &'t Node<'t>, list: &'t Node<'t>, among: &'t Node<'t>) -> bool {
        match (self.value(list), self.value(among)) {
            (Some(Value { kind: Kind::List(items), .. }), Some(among)) => {
                items.iter().all(|item| self.is_among(node, item, among))
            }
            (Some(list), Some(among)) if list.is_opaque() => self.unknown_lists(node, list, among),
            _ => self.odd(node),
        }
    }

    /// Whether a text is in a list; a choice in the text is made as far as it matters.
    fn is_among(&mut self, node: &'t Node<'t>, item: &Value<'t>, list: &Value<'t>) -> bool {
        if list.is_opaque() {
            return self.unknown_lists(node, list, item);
        }
        let Kind::List(members) = &list.kind else { return self.odd(node) };
        let values: Vec<&Value<'t>> = std::iter::once(item).chain(members).collect();
        let result = self.decide_quietly(&values, &|values| match values {
            [item, members @ ..] => Truth::any(members.iter().map(|member| text::equal(item, member))),
            [] => Truth::Unknown,
        });
        match result {
            Truth::True => true,
            Truth::False => false,
            Truth::Unknown => members.iter().any(|member| self.same(node, item, member)),
        }
    }

    /// A question about lists that only the account knows.
    fn unknown_lists(&mut self, node: &'t Node<'t>, list: &Value<'t>, other: &Value<'t>) -> bool {
        let key = format!("{} {}\u{0}{}\u{0}{}", node.span.start, node.span.end, canonical(list), canonical(other));
        self.fork_atom(key, || AtomText {
            holds: format!("a rule of the template holds for {} and {}", list.display(), other.display()),
            fails: format!("a rule of the template does not hold for {} and {}", list.display(), other.display()),
        })
    }
}
