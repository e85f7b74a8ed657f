//! Choices that a run meets: it takes one alternative, and leaves the others to later runs.

use super::choices::Candidate;
use super::domain::Domain;
use super::memo::Question;
use super::partition::Derived;
use super::scenario::{AtomText, Variable};
use super::value::{Content, Kind, Origin, Part, Value};
use super::{Branch, Evaluator, MAX_SCENARIOS, Run, Trace};
use crate::truth::Truth;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::rc::Rc;

/// Answers to a question up to which all are kept with it.
const MOST_ANSWERS: usize = 16;

/// The choice that decides the characters of an open part.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Open {
    /// A parameter or pseudo parameter with values to choose from: its index in the choices.
    Named(usize),
    /// A pseudo parameter that follows the partition.
    Derived(Derived),
}

impl<'t> Evaluator<'_, 't> {
    /// The choice that decides the characters of a part, if one does.
    pub(super) fn open(&self, part: &Part<'t>) -> Option<Open> {
        match (&part.content, &part.origin) {
            (Content::Choice, Origin::Parameter(name) | Origin::Pseudo(name)) => match Derived::of(name) {
                Some(derived) => Some(Open::Derived(derived)),
                None => self.choices.by_name(name).map(|(index, _)| Open::Named(index)),
            },
            (Content::Entry(lookup), _) => self.lookup(*lookup).map(|lookup| Open::Named(lookup.variable)),
            _ => None,
        }
    }

    /// A part after a variable takes one of its candidates; none if CloudFormation refuses that. Parts that depend on other
    /// choices stay as they are.
    fn chosen(&self, part: &Part<'t>, variable: usize, index: usize, candidate: &Candidate<'t>) -> Option<Part<'t>> {
        if self.open(part) != Some(Open::Named(variable)) {
            return Some(part.clone());
        }
        let content = match &part.content {
            Content::Entry(lookup) => Content::Known(self.lookup(*lookup)?.texts.get(index).cloned()??),
            _ => self.choices.get(variable)?.content(candidate),
        };
        Some(Part { content, origin: part.origin.clone() })
    }

    /// Some values after a variable takes one of its candidates; none if CloudFormation refuses that.
    pub(super) fn all_chosen(
        &self,
        values: &[&Value<'t>],
        variable: usize,
        index: usize,
        candidate: &Candidate<'t>,
    ) -> Option<SmallVec<[Value<'t>; 2]>> {
        values.iter().map(|value| self.one_chosen(value, variable, index, candidate)).collect()
    }

    /// The same of one value.
    pub(super) fn one_chosen(
        &self,
        value: &Value<'t>,
        variable: usize,
        index: usize,
        candidate: &Candidate<'t>,
    ) -> Option<Value<'t>> {
        let Kind::Text(parts) = &value.kind else { return Some(value.clone()) };
        let parts = parts.iter().map(|part| self.chosen(part, variable, index, candidate));
        Some(Value { span: value.span, kind: Kind::Text(parts.collect::<Option<_>>()?) })
    }
}

impl<'t> Run<'_, 't> {
    /// What a variable may still be in this scenario.
    pub(super) fn domain(&self, variable: Variable, size: usize) -> Domain {
        self.scenario.domain(variable).cloned().unwrap_or_else(|| Domain::all(size))
    }

    /// Takes the first of some disjoint domains of a variable and leaves the others to later runs; returns its index.
    /// The one that holds `preferred` goes first, so that a deployment with defaults is looked at first.
    fn fork(&mut self, variable: Variable, groups: Vec<Domain>, preferred: Option<usize>) -> usize {
        let first = preferred
            .and_then(|preferred| groups.iter().position(|group| group.contains(&preferred)))
            .unwrap_or_default();
        self.forks += usize::from(groups.len() > 1);
        self.exhausted |= self.forks > self.limits.forks;
        if self.is_over() {
            return first;
        }
        let after = self.trace().len();
        let answers = (self.frames > 0 && groups.len() <= MOST_ANSWERS).then(|| Rc::from(groups.as_slice()));
        for (index, domain) in groups.into_iter().enumerate() {
            if index == first {
                self.consult(Question::Variable(variable), domain.clone(), answers.clone());
                self.scenario.settle(variable, domain.clone());
                self.trace().settle(variable, domain);
            // One more than will be looked at shows that there are more.
            } else if self.trace().siblings.len() <= MAX_SCENARIOS {
                self.trace().siblings.push(Branch { after, variable, domain });
            }
        }
        first
    }

    /// Takes the first of those answers to a variable that are still possible, and leaves the others to later runs. Whether these are all
    /// that it may still be.
    pub(super) fn fork_again(&mut self, variable: Variable, answers: &[Domain]) -> bool {
        let (size, preferred) = match variable {
            Variable::Atom(_) => (2, None),
            Variable::Named(index) => {
                self.evaluator.choices.get(index).map_or((0, None), |named| (named.candidates.len(), named.default))
            }
        };
        let domain = self.domain(variable, size);
        let groups = answers.iter().map(|answer| answer.intersection(&domain)).filter(|group| !group.is_empty());
        let groups: Vec<Domain> = groups.collect();
        // One is no choice: what follows it was not computed yet.
        if groups.len() < 2 || groups.iter().map(Domain::len).sum::<usize>() != domain.len() {
            return false;
        }
        self.evaluator.spend(1);
        self.fork(variable, groups, preferred);
        true
    }

    /// How the scenario came to be.
    fn trace(&mut self) -> &mut Trace {
        let Self { trace, scenario, .. } = self;
        trace.get_or_insert_with(|| Box::new(Trace::new(scenario.clone())))
    }

    /// Splits a variable's remaining candidates by the `class` of each, and takes one class. CloudFormation refuses a candidate
    /// without a class, and the scenario if there is no other.
    pub(super) fn fork_by<C: PartialEq>(
        &mut self,
        index: usize,
        mut class: impl FnMut(usize, &Candidate<'t>) -> Option<C>,
    ) -> Option<C> {
        let evaluator = self.evaluator;
        let named = evaluator.choices.get(index)?;
        let variable = Variable::Named(index);
        let mut groups: Vec<(C, Domain)> = Vec::new();
        let mut refused = Domain::default();
        let domain = self.domain(variable, named.candidates.len());
        evaluator.spend(domain.len());
        for candidate_index in domain.iter() {
            let Some(candidate) = named.candidates.get(candidate_index) else { continue };
            let Some(found) = class(candidate_index, candidate) else {
                refused.insert(candidate_index);
                continue;
            };
            if let Some((_, domain)) = groups.iter_mut().find(|(known, _)| *known == found) {
                domain.insert(candidate_index);
            // More than will be looked at: that there are so many is all that matters of the others.
            } else if groups.len() <= MAX_SCENARIOS + 1 {
                groups.push((found, Domain::only(candidate_index)));
            }
        }
        self.take_one(index, groups, refused)
    }

    /// [`fork_by`](Self::fork_by) where the candidates of each class, and those without one, were found before; returns the class by its
    /// number.
    pub(super) fn fork_among(&mut self, index: usize, classes: &[Domain], refused: &Domain) -> Option<usize> {
        let named = self.evaluator.choices.get(index)?;
        let domain = self.domain(Variable::Named(index), named.candidates.len());
        self.evaluator.spend(classes.len());
        let groups = classes.iter().map(|class| class.intersection(&domain)).enumerate();
        let mut groups: Vec<(usize, Domain)> = groups.filter(|(_, group)| !group.is_empty()).collect();
        // In the order of their first candidates.
        groups.sort_by_key(|(_, group)| group.iter().next());
        self.take_one(index, groups, refused.intersection(&domain))
    }

    /// Takes one of some classes of a variable's candidates; the scenario is refused where there is none.
    fn take_one<C>(&mut self, index: usize, groups: Vec<(C, Domain)>, refused: Domain) -> Option<C> {
        if groups.is_empty() {
            self.refuse();
            return None;
        }
        let variable = Variable::Named(index);
        if !refused.is_empty() && self.trace().refused.len() < MAX_SCENARIOS {
            let after = self.trace().len();
            self.trace().refused.push(Branch { after, variable, domain: refused });
        }
        let (classes, domains): (Vec<C>, Vec<Domain>) = groups.into_iter().unzip();
        let taken = self.fork(variable, domains, self.evaluator.choices.get(index)?.default);
        classes.into_iter().nth(taken)
    }

    /// Whether a value is a literal, where the value is one choice and nothing else: the candidate is looked up, and the others are not
    /// looked at. None where it is not so simple.
    pub(super) fn fork_by_literal(&mut self, value: &Value<'t>, literal: &Value<'t>) -> Option<bool> {
        let [part] = value.parts() else { return None };
        let (Content::Choice, Some(Open::Named(index)), Kind::String(literal)) =
            (&part.content, self.evaluator.open(part), &literal.kind)
        else {
            return None;
        };
        let named = self.evaluator.choices.get(index)?;
        let own = named.place(literal)?;
        let variable = Variable::Named(index);
        let domain = self.domain(variable, named.candidates.len());
        self.evaluator.spend(1);
        let mut groups: SmallVec<[(bool, Domain); 2]> = SmallVec::new();
        if domain.contains(&own) {
            groups.push((true, Domain::only(own)));
        }
        let rest = domain.without(own);
        if !rest.is_empty() {
            groups.push((false, rest));
        }
        // In the order of their first candidates.
        groups.sort_by_key(|(_, group)| group.iter().next());
        let (classes, domains): (SmallVec<[bool; 2]>, Vec<Domain>) = groups.into_iter().unzip();
        let taken = self.fork(variable, domains, named.default);
        classes.get(taken).copied()
    }

    /// Whether a parameter or pseudo parameter has this value in this scenario; none if no choice of it is that value.
    pub fn is_chosen(&mut self, name: &str, text: &str) -> Option<bool> {
        let (index, named) = self.evaluator.choices.by_name(name)?;
        let is_it = |candidate: &Candidate<'t>| matches!(candidate, Candidate::Known(known) if *known == text);
        if !named.candidates.iter().any(is_it) {
            return None;
        }
        self.fork_by(index, |_, candidate| Some(is_it(candidate)))
    }

    /// Takes one candidate of a variable.
    pub(super) fn fork_fully(&mut self, index: usize) -> Option<Candidate<'t>> {
        self.fork_by(index, |_, candidate| Some(candidate.clone()))
    }

    /// Decides a free yes-or-no question that the template does not settle: one scenario for each result.
    pub(super) fn fork_atom(&mut self, key: String, text: impl FnOnce() -> AtomText) -> bool {
        let variable = Variable::Atom(self.evaluator.atom(key, text));
        let domain = self.domain(variable, 2);
        self.evaluator.spend(1);
        let groups = [1, 0].into_iter().filter(|result| domain.contains(result)).map(Domain::only).collect();
        self.fork(variable, groups, None);
        self.scenario.domain(variable).is_some_and(|domain| domain.contains(&1))
    }

    /// A value as this scenario has it, for a message: of several that it may have, the first. This settles nothing.
    pub fn as_chosen<'v>(&self, value: &'v Value<'t>) -> Cow<'v, Value<'t>> {
        let Kind::Text(parts) = &value.kind else { return Cow::Borrowed(value) };
        let known = |part: &Part<'t>| {
            let Some(Open::Named(variable)) = self.evaluator.open(part) else { return None };
            let named = self.evaluator.choices.get(variable)?;
            let domain = self.domain(Variable::Named(variable), named.candidates.len());
            let candidates = domain.iter().filter_map(|index| Some((index, named.candidates.get(index)?)));
            // The default comes first, and the message names the others.
            let mut chosen =
                candidates.filter_map(|(index, candidate)| self.evaluator.chosen(part, variable, index, candidate));
            chosen.next().filter(|part| part.content.is_known())
        };
        let parts = parts.iter().map(|part| known(part).unwrap_or_else(|| part.clone()));
        Cow::Owned(Value { span: value.span, kind: Kind::Text(parts.collect()) })
    }

    /// The text of a scalar with every choice in it made. None, with the reason noted, if it is still not known. For questions that
    /// need the whole text: [`decide`](Self::decide) distinguishes choices only as far as its result differs.
    pub fn settled_text(&mut self, value: &Value<'t>) -> Option<String> {
        let settled = self.settled(value.clone());
        if let Some(text) = settled.text() {
            return Some(text.into_owned());
        }
        if let Some(part) = settled.unsettled() {
            self.note_part(part);
        }
        None
    }

    /// Decides a question about some scalars. Choices inside them are distinguished only as far as the result differs.
    ///
    /// `question` gets the values, in order, with choices settled as far as they have been made so far; it decides
    /// [`Truth::Unknown`] where unsettled parts matter.
    pub fn decide(&mut self, values: &[&Value<'t>], question: &dyn Fn(&[&Value<'t>]) -> Truth) -> Truth {
        self.evaluator.count_steps(1);
        let result = question(values);
        if result != Truth::Unknown || self.is_over() {
            return result;
        }
        let evaluator = self.evaluator;
        evaluator.spend(1);
        let all: SmallVec<[Open; 4]> =
            values.iter().flat_map(|value| value.parts()).filter_map(|part| evaluator.open(part)).collect();
        let Some(open) = all.first().copied() else {
            if let Some(part) = values.iter().find_map(|value| value.unsettled()) {
                self.note_part(part);
            }
            return Truth::Unknown;
        };
        let variable = match open {
            Open::Named(variable) => variable,
            Open::Derived(derived) => {
                let content = self.settle_derived(derived);
                let settled: SmallVec<[Value<'t>; 2]> =
                    values.iter().map(|value| with_derived(value, derived, &content)).collect();
                return self.decide(&settled.iter().collect::<SmallVec<[_; 2]>>(), question);
            }
        };
        if all.iter().any(|other| *other != open) {
            // Several choices: this one as far as it decides the question, or else as far as the values differ; then the rest.
            let step = |index, candidate: &Candidate<'t>| {
                let settled = evaluator.all_chosen(values, variable, index, candidate)?;
                let result = question(&settled.iter().collect::<SmallVec<[_; 2]>>());
                Some(if result == Truth::Unknown { Err(settled) } else { Ok(result) })
            };
            return match self.fork_by(variable, step) {
                Some(Ok(result)) => result,
                Some(Err(settled)) => self.decide(&settled.iter().collect::<SmallVec<[_; 2]>>(), question),
                None => Truth::Unknown,
            };
        }
        let ask = |index, candidate: &Candidate<'t>| {
            let settled = evaluator.all_chosen(values, variable, index, candidate)?;
            Some(question(&settled.iter().collect::<SmallVec<[_; 2]>>()))
        };
        let result = self.fork_by(variable, ask).unwrap_or(Truth::Unknown);
        if result == Truth::Unknown {
            let open = values.iter().flat_map(|value| value.parts()).find(|part| !part.content.is_known());
            let unknown = values
                .iter()
                .flat_map(|value| value.parts())
                .find(|part| matches!(part.content, Content::Unknown | Content::Except(_)));
            if let Some(part) = unknown.or(open) {
                self.note_part(part);
            }
        }
        result
    }

    /// Some values with a choice made, distinguished by the resulting values; none if CloudFormation refuses every remaining
    /// candidate.
    pub(super) fn make_choice(&mut self, values: &[&Value<'t>], variable: usize) -> Option<SmallVec<[Value<'t>; 2]>> {
        let evaluator = self.evaluator;
        self.fork_by(variable, |index, candidate| evaluator.all_chosen(values, variable, index, candidate))
    }
}

/// The value with this content for every part that follows the partition in one way.
pub(super) fn with_derived<'t>(value: &Value<'t>, derived: Derived, content: &Content<'t>) -> Value<'t> {
    if value.parts().is_empty() {
        return value.clone();
    }
    let parts = value.parts().iter().map(|part| {
        let is_such = part.content == Content::Choice
            && matches!(&part.origin, Origin::Pseudo(name) if Derived::of(name) == Some(derived));
        if is_such { Part { content: content.clone(), origin: part.origin.clone() } } else { part.clone() }
    });
    Value { span: value.span, kind: Kind::Text(parts.collect()) }
}
