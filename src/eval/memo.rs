//! What was computed before, with the questions that were asked for it: whoever gets the same answers has the same result.

use super::domain::Domain;
use super::reads::Noted;
use super::scenario::{Scenario, Variable};
use std::rc::Rc;

/// Something that a computation asks of its scenario.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Question<'t> {
    /// What a variable may still be.
    Variable(Variable),
    /// Whether a condition holds that depends on many variables: 0 is false and 1 is true.
    Condition(&'t str),
}

/// A question, and the answer that the computation went on with.
#[derive(Clone, Debug)]
pub(super) struct Step<'t> {
    pub question: Question<'t>,
    pub answer: Domain,
    /// All answers that make a difference, of which this is one; none where they are not known.
    pub answers: Option<Rc<[Domain]>>,
}

/// A result, and why something in it is not known.
#[derive(Clone, Debug)]
pub(super) struct Made<T> {
    pub value: T,
    pub reasons: Box<[String]>,
    /// What was read of the resources for it.
    pub reads: Noted,
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
    /// All answers that make a difference, as far as they are known.
    all: Option<Rc<[Domain]>>,
    answers: Vec<(Domain, Results<'t, T>)>,
}

impl<T> Default for Results<'_, T> {
    fn default() -> Self {
        Self { made: None, next: Vec::new() }
    }
}

/// What follows the answers that a scenario has.
pub(super) enum Following<'a, 't, T> {
    /// This result.
    Made(&'a Made<T>),
    /// This question, and these answers make a difference. Once it is answered, the rest follows from here.
    Choice(Variable, Rc<[Domain]>, &'a Results<'t, T>),
    /// This condition.
    Condition(&'t str),
    /// Nothing that was computed before.
    New,
}

impl<'t, T> Results<'t, T> {
    /// The result that needs no answers.
    pub fn made(&self) -> Option<&Made<T>> {
        self.made.as_ref()
    }

    /// What follows the answers of a scenario, and of conditions that are known in it; the answers are added to `steps`.
    pub fn follow(
        &self,
        scenario: &Scenario,
        condition: &dyn Fn(&'t str) -> Option<bool>,
        steps: &mut Vec<Step<'t>>,
    ) -> Following<'_, 't, T> {
        let mut here = self;
        loop {
            if let Some(made) = &here.made {
                return Following::Made(made);
            }
            match here.next.iter().find_map(|next| next.answered(scenario, condition)) {
                Some((step, next)) => {
                    steps.push(step);
                    here = next;
                }
                // The same answers lead to the same question, mostly.
                None => match here.next.as_slice() {
                    [next] => return next.open(here, condition),
                    _ => return Following::New,
                },
            }
        }
    }

    /// Keeps a result after some answers, unless there is one already; how many places that took, and the result that is kept.
    pub fn keep(&mut self, steps: &[Step<'t>], made: Made<T>) -> (usize, Option<&Made<T>>) {
        let mut here = self;
        let mut taken = 0;
        for Step { question, answer, answers } in steps {
            let index = here.next.iter().position(|next| next.question == *question).unwrap_or_else(|| {
                here.next.push(Next { question: *question, all: None, answers: Vec::new() });
                here.next.len() - 1
            });
            let Some(next) = here.next.get_mut(index) else { return (taken, None) };
            let count = |answers: &Option<Rc<[Domain]>>| {
                answers.as_ref().map_or(0, |answers| answers.iter().map(Domain::len).sum::<usize>())
            };
            if answers.is_some() && count(answers) > count(&next.all) {
                next.all.clone_from(answers);
            }
            let index = next.answers.iter().position(|(known, _)| known == answer).unwrap_or_else(|| {
                taken += 1;
                next.answers.push((answer.clone(), Results::default()));
                next.answers.len() - 1
            });
            let Some((_, results)) = next.answers.get_mut(index) else { return (taken, None) };
            here = results;
        }
        (taken, Some(here.made.get_or_insert(made)))
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
        Some((Step { question: self.question, answer: known.clone(), answers: self.all.clone() }, results))
    }

    /// What to ask where a scenario has no answer that leads on.
    fn open<'a>(
        &'a self,
        here: &'a Results<'t, T>,
        condition: &dyn Fn(&'t str) -> Option<bool>,
    ) -> Following<'a, 't, T> {
        match (self.question, &self.all) {
            (Question::Condition(name), _) if condition(name).is_none() => Following::Condition(name),
            (Question::Variable(variable), Some(all)) => Following::Choice(variable, Rc::clone(all), here),
            _ => Following::New,
        }
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
        for step in own {
            let mut before = steps.iter().skip(mark);
            if !before.any(|known| known.question == step.question && known.answer.is_within(&step.answer)) {
                steps.push(step);
            }
        }
        return;
    }
    // Answers to a question narrow.
    let mut narrowest: rustc_hash::FxHashMap<Question<'_>, Domain> = rustc_hash::FxHashMap::default();
    for step in own {
        if narrowest.get(&step.question).is_some_and(|said| said.is_within(&step.answer)) {
            continue;
        }
        narrowest.insert(step.question, step.answer.clone());
        steps.push(step);
    }
}
