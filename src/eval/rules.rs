//! The `Rules` section: which combinations of parameters CloudFormation refuses before it creates anything.
//!
//! Source: "Rules" and "Rule functions" of the CloudFormation user guide. A scenario in which some rule's condition holds and
//! one of its assertions fails never occurs. What cannot be decided excludes nothing.

use super::scenario::{AtomText, Scenario};
use super::text::{self, canonical};
use super::value::{Kind, Value};
use super::{Evaluator, Limits, Run};
use crate::syntax::Node;
use crate::truth::Truth;

/// Runs of the rules after which a scenario is taken to be feasible.
const MAX_TRIALS: usize = 64;

/// Scenarios whose result is kept: templates with many choices have more of them than are worth keeping.
const MAX_REMEMBERED: usize = 4096;

impl<'m, 't> Evaluator<'m, 't> {
    /// Whether the template's rules leave some deployment in a scenario. Rules that refuse every deployment whatever it
    /// chooses do not decide any.
    pub(super) fn is_feasible(&'m self, scenario: &Scenario) -> bool {
        if self.template.rules.is_empty() {
            return true;
        }
        let apply = *self.rules_apply.get_or_init(|| self.passes_rules(Scenario::default()));
        if !apply || scenario.is_open() {
            return true;
        }
        // Every check asks about the same few scenarios.
        if let Some(known) = self.feasible.borrow().get(scenario) {
            return *known;
        }
        let feasible = self.passes_rules(scenario.clone());
        let mut known = self.feasible.borrow_mut();
        if known.len() < MAX_REMEMBERED {
            known.insert(scenario.clone(), feasible);
        }
        feasible
    }

    /// Whether the rules hold for some choice of what a scenario leaves open.
    fn passes_rules(&'m self, scenario: Scenario) -> bool {
        let mut waiting = vec![scenario];
        for _ in 0..MAX_TRIALS {
            let Some(scenario) = waiting.pop() else { return false };
            let mut run = Run::new(self, scenario, Limits::USUAL);
            let passes = self.template.rules.iter().all(|rule| run.passes(&rule.value));
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

impl<'t> Run<'_, 't> {
    fn passes(&mut self, rule: &'t Node<'t>) -> bool {
        let kept = self.remembered(rule, "rule", |run| {
            let applies = rule.get("RuleCondition").is_none_or(|condition| run.test(condition));
            let assertions = rule.get("Assertions").and_then(Node::as_sequence).unwrap_or_default();
            let passes = !applies
                || assertions.iter().all(|assertion| assertion.get("Assert").is_none_or(|assert| run.test(assert)));
            Some(Value { span: rule.span, kind: Kind::Bool(passes) })
        });
        kept.is_some_and(|value| value.kind == Kind::Bool(true))
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
