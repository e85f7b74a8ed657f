//! What was computed before, with the questions that were asked for it: whoever gets the same answers has the same result.

use super::domain::Domain;
use super::scenario::{Scenario, Variable};

/// Something that a computation asks of its scenario.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Question<'t> {
    /// What a variable may still be.
    Variable(Variable),
    /// Whether a condition holds that depends on many variables: 0 is false and 1 is true.
    Condition(&'t str),
}

/// A question, and the answer that the computation went on with.
pub(super) type Step<'t> = (Question<'t>, Domain);

/// A result, and why something in it is not known.
#[derive(Clone, Debug)]
pub(super) struct Made<T> {
    pub value: T,
    pub reasons: Box<[String]>,
}

/// The results of one computation by the answers to its questions: a tree, since the same answers lead to the same next question.
/// So it is found in as many steps as were asked for it, however many others there are.
#[derive(Debug)]
pub(super) struct Results<'t, T> {
    made: Option<Made<T>>,
    /// The next questions, nearly always one.
    next: Vec<Next<'t, T>>,
}

#[derive(Debug)]
struct Next<'t, T> {
    question: Question<'t>,
    answers: Vec<(Domain, Results<'t, T>)>,
}

impl<T> Default for Results<'_, T> {
    fn default() -> Self {
        Self { made: None, next: Vec::new() }
    }
}

impl<'t, T> Results<'t, T> {
    /// The result that needs no more answers.
    pub fn made(&self) -> Option<&Made<T>> {
        self.made.as_ref()
    }

    /// The condition that is asked next, if it is one.
    pub fn asks(&self) -> Option<&'t str> {
        match self.next.first()?.question {
            Question::Condition(name) => Some(name),
            Question::Variable(_) => None,
        }
    }

    /// The result after the answers of a scenario, and of conditions that are known in it; the answers are added to `steps`.
    pub fn find(
        &self,
        scenario: &Scenario,
        condition: &dyn Fn(&'t str) -> Option<bool>,
        steps: &mut Vec<Step<'t>>,
    ) -> Option<&Made<T>> {
        let mut here = self;
        loop {
            if here.made.is_some() {
                return here.made.as_ref();
            }
            let (step, next) = here.next.iter().find_map(|next| next.answered(scenario, condition))?;
            steps.push(step);
            here = next;
        }
    }

    /// Keeps a result after some answers; how many places that took.
    pub fn keep(&mut self, steps: &[Step<'t>], made: Made<T>) -> usize {
        let mut here = self;
        let mut taken = 0;
        for (question, answer) in steps {
            let index = here.next.iter().position(|next| next.question == *question).unwrap_or_else(|| {
                here.next.push(Next { question: *question, answers: Vec::new() });
                here.next.len() - 1
            });
            let Some(next) = here.next.get_mut(index) else { return taken };
            let index = next.answers.iter().position(|(known, _)| known == answer).unwrap_or_else(|| {
                taken += 1;
                next.answers.push((answer.clone(), Results::default()));
                next.answers.len() - 1
            });
            let Some((_, results)) = next.answers.get_mut(index) else { return taken };
            here = results;
        }
        here.made.get_or_insert(made);
        taken
    }
}

impl<'t, T> Next<'t, T> {
    /// Where a scenario's answer leads.
    fn answered(
        &self,
        scenario: &Scenario,
        condition: &dyn Fn(&'t str) -> Option<bool>,
    ) -> Option<(Step<'t>, &Results<'t, T>)> {
        let asked;
        let answer = match self.question {
            Question::Variable(variable) => scenario.domain(variable)?,
            Question::Condition(name) => {
                asked = Domain::only(usize::from(condition(name)?));
                &asked
            }
        };
        let (known, results) = self.answers.iter().find(|(known, _)| answer.is_within(known))?;
        Some(((self.question, known.clone()), results))
    }
}

/// Drops the questions of a list, from a mark on, that were asked before with an answer that says as much.
pub(super) fn distinct(steps: &mut Vec<Step<'_>>, mark: usize) {
    /// So many are compared with each other.
    const FEW: usize = 8;
    if steps.len() <= mark + 1 {
        return;
    }
    let own = steps.split_off(mark);
    if own.len() <= FEW {
        for (question, answer) in own {
            let mut before = steps.iter().skip(mark);
            if !before.any(|(known, said)| *known == question && said.is_within(&answer)) {
                steps.push((question, answer));
            }
        }
        return;
    }
    // Answers to a question narrow.
    let mut narrowest: rustc_hash::FxHashMap<Question<'_>, Domain> = rustc_hash::FxHashMap::default();
    for (question, answer) in own {
        if narrowest.get(&question).is_some_and(|said| said.is_within(&answer)) {
            continue;
        }
        narrowest.insert(question, answer.clone());
        steps.push((question, answer));
    }
}
