//! Choices that a run meets: it takes one alternative, and leaves the others to later runs.

use super::choices::Candidate;
use super::partition::Derived;
use super::scenario::{AtomText, Domain, Variable};
use super::value::{Content, Kind, Origin, Part, Value};
use super::{MAX_FORKS, MAX_SCENARIOS, Run};
use crate::truth::Truth;
use smallvec::{SmallVec, smallvec};

impl<'t> Run<'_, 't> {
    /// What a variable may still be in this scenario.
    fn domain(&self, variable: Variable, size: usize) -> Domain {
        self.scenario.domain(variable).cloned().unwrap_or_else(|| (0..size).collect())
    }

    /// Takes the first of some disjoint domains of a variable and leaves the others to later runs; returns its index.
    /// The one that holds `preferred` goes first, so that a deployment with defaults is looked at first.
    fn fork(&mut self, variable: Variable, groups: Vec<Domain>, preferred: Option<usize>) -> usize {
        let first = preferred
            .and_then(|preferred| groups.iter().position(|group| group.contains(&preferred)))
            .unwrap_or_default();
        self.forks += usize::from(groups.len() > 1);
        self.exhausted |= self.forks > MAX_FORKS;
        if self.exhausted {
            return first;
        }
        self.consulted.push(variable);
        for (index, group) in groups.iter().enumerate() {
            // One more than will be looked at shows that there are more.
            if index != first && self.siblings.len() <= MAX_SCENARIOS {
                let mut sibling = self.scenario.clone();
                sibling.settle(variable, group.clone());
                self.siblings.push(sibling);
            }
        }
        if let Some(group) = groups.into_iter().nth(first) {
            self.scenario.settle(variable, group);
        }
        first
    }

    /// Splits a variable's remaining candidates by the `class` of each, and takes one class.
    pub(super) fn fork_by<C: PartialEq>(
        &mut self,
        index: usize,
        mut class: impl FnMut(&Candidate<'t>) -> C,
    ) -> Option<C> {
        let evaluator = self.evaluator;
        let named = evaluator.choices.get(index)?;
        let variable = Variable::Named(index);
        let mut groups: Vec<(C, Domain)> = Vec::new();
        for candidate_index in self.domain(variable, named.candidates.len()) {
            let Some(candidate) = named.candidates.get(candidate_index) else { continue };
            let found = class(candidate);
            match groups.iter_mut().find(|(known, _)| *known == found) {
                Some((_, domain)) => domain.push(candidate_index),
                None => groups.push((found, smallvec![candidate_index])),
            }
        }
        let (classes, domains): (Vec<C>, Vec<Domain>) = groups.into_iter().unzip();
        let taken = self.fork(variable, domains, named.default);
        classes.into_iter().nth(taken)
    }

    /// Decides a free yes-or-no question that the template does not settle: one scenario for each result.
    pub(super) fn fork_atom(&mut self, key: String, text: impl FnOnce() -> AtomText) -> bool {
        let variable = Variable::Atom(self.evaluator.atom(key, text));
        let domain = self.domain(variable, 2);
        let groups: Vec<Domain> = domain.into_iter().rev().map(|result| smallvec![result]).collect();
        self.fork(variable, groups, None);
        self.scenario.domain(variable).is_some_and(|domain| domain.contains(&1))
    }

    /// Decides a question about some scalars. Choices inside them are distinguished only as far as the result differs.
    ///
    /// `question` gets the values, in order, with choices settled as far as they have been made so far; it decides
    /// [`Truth::Unknown`] where unsettled parts matter.
    pub fn decide(&mut self, values: &[&Value<'t>], question: &dyn Fn(&[&Value<'t>]) -> Truth) -> Truth {
        let result = question(values);
        if result != Truth::Unknown {
            return result;
        }
        let choice =
            values.iter().flat_map(|value| value.parts()).find_map(|part| match (&part.content, &part.origin) {
                (Content::Choice, Origin::Parameter(name) | Origin::Pseudo(name)) => Some(*name),
                _ => None,
            });
        if let Some(name) = choice
            && let Some(derived) = Derived::of(name)
        {
            let content = self.settle_derived(derived);
            let settled: SmallVec<[Value<'t>; 2]> =
                values.iter().map(|value| with_content(value, name, &content)).collect();
            return self.decide(&settled.iter().collect::<SmallVec<[_; 2]>>(), question);
        }
        let evaluator = self.evaluator;
        let Some((name, (index, named))) =
            choice.and_then(|name| evaluator.choices.by_name(name).map(|found| (name, found)))
        else {
            if let Some(part) = values.iter().find_map(|value| value.unsettled()) {
                self.note_reason(part.origin.reason());
            }
            return Truth::Unknown;
        };
        let settled_with = |candidate: &Candidate<'t>| -> SmallVec<[Value<'t>; 2]> {
            values.iter().map(|value| substitute(value, name, candidate, &named.candidates)).collect()
        };
        let ask = |values: &[Value<'t>]| question(&values.iter().collect::<SmallVec<[_; 2]>>());
        let others = values.iter().flat_map(|value| value.parts()).any(|part| {
            part.content == Content::Choice
                && !matches!(&part.origin, Origin::Parameter(p) | Origin::Pseudo(p) if *p == name)
        });
        if others {
            // Several choices: settle this one value by value, then the rest.
            let Some(candidate) = self.fork_by(index, Clone::clone) else { return Truth::Unknown };
            let settled = settled_with(&candidate);
            return self.decide(&settled.iter().collect::<SmallVec<[_; 2]>>(), question);
        }
        let result = self.fork_by(index, |candidate| ask(&settled_with(candidate))).unwrap_or(Truth::Unknown);
        if result == Truth::Unknown {
            let reason = values
                .iter()
                .find_map(|value| {
                    value.parts().iter().find(|part| matches!(part.content, Content::Unknown | Content::Except(_)))
                })
                .map_or_else(|| Origin::Parameter(name).reason(), |part| part.origin.reason());
            self.note_reason(reason);
        }
        result
    }
}

/// The value with every part that is the open choice `name` replaced.
fn substitute<'t>(value: &Value<'t>, name: &str, candidate: &Candidate<'t>, all: &[Candidate<'t>]) -> Value<'t> {
    with_content(value, name, &settled_content(candidate, all))
}

/// What is known of a choice once this candidate has been taken.
pub(super) fn settled_content<'t>(candidate: &Candidate<'t>, all: &[Candidate<'t>]) -> Content<'t> {
    match candidate {
        Candidate::Known(text) => Content::Known(text.clone()),
        Candidate::Other => Content::Except(
            all.iter()
                .filter_map(|candidate| match candidate {
                    Candidate::Known(text) => Some(text.clone()),
                    Candidate::Other => None,
                })
                .collect(),
        ),
    }
}

/// The value with this content for every part that is the open choice `name`.
fn with_content<'t>(value: &Value<'t>, name: &str, content: &Content<'t>) -> Value<'t> {
    if value.parts().is_empty() {
        return value.clone();
    }
    let parts = value.parts().iter().map(|part| {
        let chosen = part.content == Content::Choice
            && matches!(&part.origin, Origin::Parameter(p) | Origin::Pseudo(p) if *p == name);
        if chosen { Part { content: content.clone(), origin: part.origin.clone() } } else { part.clone() }
    });
    Value { span: value.span, kind: Kind::Text(parts.collect()) }
}
