//! Conditions: `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not` and references to other conditions.

use super::memo::Step;
use super::remembered::Frame;
use super::scenario::{AtomText, Scenario};
use super::text::{self, canonical};
use super::value::{Kind, Value};
use super::{Run, Trace};
use crate::syntax::{Entry, Node};
use crate::truth::Truth;
use rustc_hash::FxHashSet;
use smallvec::SmallVec;
use std::rc::Rc;

/// Conditions in values in conditions, past which nothing is known of one more: a chain of them is as deep as a template makes it.
const MAX_NESTED: usize = crate::syntax::MAX_DEPTH;

/// The result of a run that tests a condition before anything else. The checks of conditional resources all begin so.
pub(super) struct Opening<'t> {
    holds: bool,
    scenario: Scenario,
    trace: Option<Box<Trace>>,
    forks: usize,
    exhausted: bool,
    is_refused: bool,
    steps: Vec<Step<'t>>,
    reasons: Vec<String>,
}

/// Where the evaluation of a condition goes on.
enum Turn<'t> {
    /// With a condition by its name.
    Name(&'t str),
    /// With a condition as written.
    Test(&'t Node<'t>),
    /// With what waits for this result.
    Is(bool),
}

/// What waits for the result of a condition. Conditions refer to each other in chains that are as long as a template makes them,
/// so they wait in a list and not on the stack.
enum Waiting<'t> {
    Named { name: &'t str, node: &'t Node<'t>, frame: Frame },
    Not,
    And(std::slice::Iter<'t, Node<'t>>),
    Or(std::slice::Iter<'t, Node<'t>>),
}

/// The conditions that are being evaluated, by the addresses of their nodes.
#[derive(Default)]
pub(super) struct Visiting<'t> {
    chain: Vec<*const Node<'t>>,
    /// Those past the first few.
    rest: FxHashSet<*const Node<'t>>,
}

impl<'t> Visiting<'t> {
    /// So many are searched one after the other.
    const FEW: usize = 8;

    fn is_empty(&self) -> bool {
        self.chain.is_empty()
    }

    fn contains(&self, node: &'t Node<'t>) -> bool {
        let node: *const Node<'t> = node;
        self.chain.iter().take(Self::FEW).any(|known| *known == node) || self.rest.contains(&node)
    }

    fn enter(&mut self, node: &'t Node<'t>) {
        if self.chain.len() >= Self::FEW {
            self.rest.insert(node);
        }
        self.chain.push(node);
    }

    fn leave(&mut self) {
        if let Some(last) = self.chain.pop()
            && self.chain.len() >= Self::FEW
        {
            self.rest.remove(&last);
        }
    }
}

impl<'t> Run<'_, 't> {
    /// Whether a named condition holds in this scenario. A condition that the template lacks, or that refers to itself,
    /// is a free question of its own.
    pub fn condition(&mut self, name: &'t str) -> bool {
        if self.is_over() {
            return false;
        }
        if !self.is_fresh() {
            return self.evaluated(Turn::Name(name));
        }
        let evaluator = self.evaluator;
        let limits = self.limits;
        let known =
            evaluator.openings.borrow().get(name).filter(|(of, _)| *of == limits).map(|(_, known)| Rc::clone(known));
        if let Some(known) = known {
            let Opening { holds, scenario, trace, forks, exhausted, is_refused, steps, reasons } = &*known;
            (self.scenario, self.trace, self.forks) = (scenario.clone(), trace.clone(), *forks);
            (self.exhausted, self.is_refused) = (*exhausted, *is_refused);
            self.reasons.clone_from(reasons);
            if let Some(node) = evaluator.template.condition(name) {
                self.know_condition(node, *holds, steps);
            }
            for Step { question, answer, answers } in steps {
                self.consult(*question, answer.clone(), answers.clone());
            }
            return *holds;
        }
        let frame = self.begin();
        let mark = self.consulted.len();
        let holds = self.evaluated(Turn::Name(name));
        let steps = self.consulted.get(mark..).unwrap_or_default().to_vec();
        self.abandon(frame);
        let opening = Opening {
            holds,
            scenario: self.scenario.clone(),
            trace: self.trace.clone(),
            forks: self.forks,
            exhausted: self.exhausted,
            is_refused: self.is_refused,
            steps,
            reasons: self.reasons.clone(),
        };
        evaluator.openings.borrow_mut().insert(name, (limits, Rc::new(opening)));
        holds
    }

    /// Whether nothing has been asked yet, so that the results depend on nothing that was.
    fn is_fresh(&self) -> bool {
        self.scenario.is_open()
            && self.forks == 0
            && self.trace.is_none()
            && self.consulted.is_empty()
            && self.reasons.is_empty()
            && self.visiting.is_empty()
            && self.attributes.is_empty()
    }

    /// Whether a condition, or a rule's condition or assertion, holds in this scenario.
    pub(super) fn test(&mut self, node: &'t Node<'t>) -> bool {
        self.evaluated(Turn::Test(node))
    }

    fn evaluated(&mut self, start: Turn<'t>) -> bool {
        self.nested += 1;
        let mut waiting: SmallVec<[Waiting<'t>; 4]> = SmallVec::new();
        let mut turn = start;
        let holds = loop {
            turn = match turn {
                Turn::Name(name) => self.named(name, &mut waiting),
                Turn::Test(node) => self.tested(node, &mut waiting),
                Turn::Is(holds) => match waiting.pop() {
                    None => break holds,
                    Some(Waiting::Named { name, node, frame }) => {
                        self.visiting.leave();
                        self.conclude(name, node, frame, holds);
                        Turn::Is(holds)
                    }
                    Some(Waiting::Not) => Turn::Is(!holds),
                    Some(Waiting::And(mut items)) => match items.next() {
                        Some(next) if holds => {
                            waiting.push(Waiting::And(items));
                            Turn::Test(next)
                        }
                        _ => Turn::Is(holds),
                    },
                    Some(Waiting::Or(mut items)) => match items.next() {
                        Some(next) if !holds => {
                            waiting.push(Waiting::Or(items));
                            Turn::Test(next)
                        }
                        _ => Turn::Is(holds),
                    },
                },
            };
        };
        self.nested -= 1;
        holds
    }

    fn named(&mut self, name: &'t str, waiting: &mut SmallVec<[Waiting<'t>; 4]>) -> Turn<'t> {
        if self.is_over() {
            return Turn::Is(false);
        }
        let Some(node) = self.evaluator.template.condition(name) else { return Turn::Is(self.free_condition(name)) };
        if self.visiting.contains(node) || self.nested > MAX_NESTED {
            return Turn::Is(self.free_condition(name));
        }
        if let Some(holds) = self.recalled_condition(node) {
            return Turn::Is(holds);
        }
        if self.is_over() {
            return Turn::Is(false);
        }
        self.evaluator.spend(1);
        self.conditions += 1;
        self.exhausted |= self.conditions > self.limits.conditions;
        self.visiting.enter(node);
        waiting.push(Waiting::Named { name, node, frame: self.begin() });
        Turn::Test(node)
    }

    fn free_condition(&mut self, name: &str) -> bool {
        self.fork_atom(format!("condition {name}"), || AtomText {
            holds: format!("condition {name} is true"),
            fails: format!("condition {name} is false"),
        })
    }

    fn tested(&mut self, node: &'t Node<'t>, waiting: &mut SmallVec<[Waiting<'t>; 4]>) -> Turn<'t> {
        if let Some([Entry { key, value, .. }]) = node.as_mapping() {
            match (key.as_ref(), value.as_sequence()) {
                ("Fn::And", Some([first, rest @ ..])) if is_takeable(rest) => {
                    waiting.push(Waiting::And(rest.iter()));
                    return Turn::Test(first);
                }
                ("Fn::Or", Some([first, rest @ ..])) if is_takeable(rest) => {
                    waiting.push(Waiting::Or(rest.iter()));
                    return Turn::Test(first);
                }
                ("Fn::Not", Some([item])) => {
                    waiting.push(Waiting::Not);
                    return Turn::Test(item);
                }
                ("Condition", None) => {
                    if let Some(name) = value.as_str() {
                        return Turn::Name(name);
                    }
                }
                _ => {}
            }
        }
        Turn::Is(self.holds(node))
    }

    /// Whether a condition holds that is not made of others.
    fn holds(&mut self, node: &'t Node<'t>) -> bool {
        if let Some([Entry { key, value, .. }]) = node.as_mapping() {
            match (key.as_ref(), value.as_sequence()) {
                ("Fn::Equals", Some([left, right])) => return self.equals(node, left, right),
                ("Fn::Contains", Some([list, item])) => return self.contains(node, list, item),
                ("Fn::EachMemberEquals", Some([list, item])) => return self.each_equals(node, list, item),
                ("Fn::EachMemberIn", Some([list, among])) => return self.each_in(node, list, among),
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
            if let Some(result) = self.fork_by_literal(left, right).or_else(|| self.fork_by_literal(right, left)) {
                return result;
            }
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
            if has_choice(left) || has_choice(right) {
                let (left, right) = (self.settled(left.clone()), self.settled(right.clone()));
                // Where CloudFormation refuses every value that is left, the choice stays, and the scenario never occurs.
                if self.is_over() || has_choice(&left) || has_choice(&right) {
                    return false;
                }
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

fn has_choice(value: &Value<'_>) -> bool {
    value.parts().iter().any(|part| part.content.is_choice())
}

/// "The minimum number of conditions that you can include is 2, and the maximum is 10." (Condition functions, `Fn::And`, `Fn::Or`)
fn is_takeable(rest: &[Node<'_>]) -> bool {
    (1..=9).contains(&rest.len())
}
