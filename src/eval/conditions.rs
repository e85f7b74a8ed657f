//! Conditions: `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not` and references to other conditions.

use super::Run;
use super::scenario::{AtomText, Scenario, Variable};
use super::text::{self, canonical};
use super::value::{Kind, Value};
use crate::syntax::{Entry, Node};
use crate::truth::Truth;

/// Scenarios past which the result of a condition is not kept.
const MOST_KEPT: usize = 16;

/// The result of a run that tests a condition before anything else. The checks of conditional resources all begin so.
#[derive(Clone)]
pub(super) struct Opening {
    holds: bool,
    scenario: Scenario,
    siblings: Vec<Scenario>,
    refused: Vec<Scenario>,
    forks: usize,
    consulted: Vec<Variable>,
    reasons: Vec<String>,
}

impl<'t> Run<'_, 't> {
    /// Whether a named condition holds in this scenario. A condition that the template lacks, or that refers to itself,
    /// is a free question of its own.
    pub fn condition(&mut self, name: &'t str) -> bool {
        if self.is_over() {
            return false;
        }
        if !self.is_fresh() {
            return self.condition_here(name);
        }
        if let Some(opening) = self.evaluator.openings.borrow().get(name).cloned() {
            let Opening { holds, scenario, siblings, refused, forks, consulted, reasons } = opening;
            (self.scenario, self.siblings, self.forks) = (scenario, siblings, forks);
            self.refused = refused;
            (self.consulted, self.reasons) = (consulted, reasons);
            return holds;
        }
        let holds = self.condition_here(name);
        if !self.is_over() && self.siblings.len() <= MOST_KEPT {
            let opening = Opening {
                holds,
                scenario: self.scenario.clone(),
                siblings: self.siblings.clone(),
                refused: self.refused.clone(),
                forks: self.forks,
                consulted: self.consulted.clone(),
                reasons: self.reasons.clone(),
            };
            self.evaluator.openings.borrow_mut().insert(name, opening);
        }
        holds
    }

    /// Whether nothing has been asked yet, so that the results depend on nothing that was.
    fn is_fresh(&self) -> bool {
        self.scenario.is_open()
            && self.forks == 0
            && self.siblings.is_empty()
            && self.refused.is_empty()
            && self.consulted.is_empty()
            && self.reasons.is_empty()
            && self.visiting.is_empty()
            && self.attributes.is_empty()
    }

    fn condition_here(&mut self, name: &'t str) -> bool {
        let template = self.evaluator.template;
        let node = template.condition(name).filter(|_| {
            // A chain of conditions is as deep as a template makes it; past the bound nothing is known.
            !self.visiting.contains(&name) && self.visiting.len() < crate::syntax::MAX_DEPTH
        });
        let Some(node) = node else { return self.free_condition(name) };
        let kept = self.remembered(node, "condition", |run| {
            run.visiting.push(name);
            let holds = run.test(node);
            run.visiting.pop();
            Some(Value { span: node.span, kind: Kind::Bool(holds) })
        });
        kept.is_some_and(|value| value.kind == Kind::Bool(true))
    }

    fn free_condition(&mut self, name: &str) -> bool {
        self.fork_atom(format!("condition {name}"), || AtomText {
            holds: format!("condition {name} is true"),
            fails: format!("condition {name} is false"),
        })
    }

    /// Whether a condition, or a rule's condition or assertion, holds in this scenario.
    pub(super) fn test(&mut self, node: &'t Node<'t>) -> bool {
        if let Some([Entry { key, value, .. }]) = node.as_mapping() {
            match (key.as_ref(), value.as_sequence()) {
                ("Fn::And", Some(items)) if is_takeable(items) => return items.iter().all(|item| self.test(item)),
                ("Fn::Or", Some(items)) if is_takeable(items) => return items.iter().any(|item| self.test(item)),
                ("Fn::Not", Some([item])) => return !self.test(item),
                ("Fn::Equals", Some([left, right])) => return self.equals(node, left, right),
                ("Fn::Contains", Some([list, item])) => return self.contains(node, list, item),
                ("Fn::EachMemberEquals", Some([list, item])) => return self.each_equals(node, list, item),
                ("Fn::EachMemberIn", Some([list, among])) => return self.each_in(node, list, among),
                ("Condition", None) => {
                    if let Some(name) = value.as_str() {
                        return self.condition(name);
                    }
                }
                _ => {}
            }
        }
        if let Some(text) = node.scalar_text() {
            if text.eq_ignore_ascii_case("true") {
                return true;
            }
            if text.eq_ignore_ascii_case("false") {
                return false;
            }
        }
        self.odd(node)
    }

    /// A condition that CloudFormation would not take: a free question of its own.
    pub(super) fn odd(&mut self, node: &'t Node<'t>) -> bool {
        let (start, end) = (node.span.start, node.span.end);
        self.fork_atom(format!("odd {start} {end}"), || AtomText {
            holds: "a condition that cannot be read is true".to_owned(),
            fails: "a condition that cannot be read is false".to_owned(),
        })
    }

    fn equals(&mut self, node: &'t Node<'t>, left: &'t Node<'t>, right: &'t Node<'t>) -> bool {
        match (self.value(left), self.value(right)) {
            (Some(left), Some(right)) => self.same(node, left, right),
            // `AWS::NoValue` is not an argument that CloudFormation takes.
            _ => self.odd(node),
        }
    }

    /// Whether two values are equal: scalars by their text, lists and maps as wholes. What the template does not show is a choice
    /// of its own, the same one wherever the same values are compared.
    pub(super) fn same(&mut self, node: &'t Node<'t>, left: &Value<'t>, right: &Value<'t>) -> bool {
        match (&left.kind, &right.kind) {
            (Kind::List(ones), Kind::List(others)) => {
                return ones.len() == others.len()
                    && ones.iter().zip(others).all(|(one, other)| self.same(node, one, other));
            }
            (Kind::Map(ones), Kind::Map(others)) => {
                return ones.len() == others.len()
                    && ones
                        .iter()
                        .all(|one| right.get(&one.key).is_some_and(|other| self.same(node, &one.value, other)));
            }
            (Kind::Null, Kind::Null) => return true,
            // What is not known as a whole may be a list.
            _ if left.is_opaque() || right.is_opaque() => {}
            _ if !left.is_scalar() || !right.is_scalar() => return false,
            _ => {}
        }
        if left.is_scalar() && right.is_scalar() {
            let result = self.decide_quietly(&[left, right], &|values| match values {
                [left, right] => text::equal(left, right),
                _ => Truth::Unknown,
            });
            match result {
                Truth::True => return true,
                Truth::False => return false,
                Truth::Unknown => {}
            }
            // What else is open is tested for each choice alone, so that it agrees with a question that names the choice.
            if [left, right].iter().any(|value| value.parts().iter().any(|part| part.content.is_choice())) {
                let (left, right) = (self.settled(left.clone()), self.settled(right.clone()));
                return self.same(node, &left, &right);
            }
        }
        let key = match (text::identity(left), text::identity(right)) {
            (Some(one), Some(other)) if one <= other => format!("{one}\u{0}{other}"),
            (Some(one), Some(other)) => format!("{other}\u{0}{one}"),
            // Of values that cannot be distinguished, it is unknown whether they are the same elsewhere.
            _ => format!("{} {}\u{0}{}\u{0}{}", node.span.start, node.span.end, canonical(left), canonical(right)),
        };
        self.fork_atom(key, || AtomText {
            holds: format!("{} equals {}", left.display(), right.display()),
            fails: format!("{} does not equal {}", left.display(), right.display()),
        })
    }

    /// [`decide`](Run::decide) without remembering reasons: an unknown comparison becomes a choice of its own.
    pub(super) fn decide_quietly(&mut self, values: &[&Value<'t>], question: &dyn Fn(&[&Value<'t>]) -> Truth) -> Truth {
        let before = self.reasons.len();
        let result = self.decide(values, question);
        self.reasons.truncate(before);
        result
    }
}

/// "The minimum number of conditions that you can include is 2, and the maximum is 10." (Condition functions, `Fn::And`, `Fn::Or`)
fn is_takeable(conditions: &[Node<'_>]) -> bool {
    (2..=10).contains(&conditions.len())
}
