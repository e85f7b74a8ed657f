//! Values and conditions that were computed before, in other runs or in this one.

use super::Run;
use super::domain::Domain;
use super::memo::{self, Following, Made, Question, Results, Step};
use super::reads::Noted;
use super::value::Value;
use crate::syntax::Node;
use crate::truth::Truth;
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// Questions past which a condition counts as one question for those who ask it.
const MOST_OF_CONDITION: usize = 64;

/// Questions past which a value is not kept for other runs.
const MOST_OF_VALUE: usize = 512;

/// Questions up to which a value is found quickly enough each time.
const FEW_QUESTIONS: usize = 4;

/// Questions that take as long to look at as a choice, or nodes to compute.
const STEPS_AT_A_TIME: usize = 8;

/// Places in the memory of one template past which results that depend on choices are not kept for other runs.
pub(super) const MAX_PLACES: usize = 1 << 17;

/// What was computed of each node. Keyed by addresses, which no template chooses: a fast hash will do.
#[derive(Default)]
pub(super) struct Memo<'m, 't> {
    values: RefCell<FxHashMap<Computed<'t>, Results<'t, Option<&'m Value<'t>>>>>,
    conditions: RefCell<FxHashMap<*const Node<'t>, Results<'t, bool>>>,
    decided: RefCell<FxHashMap<Asked<'t>, Results<'t, Truth>>>,
    places: Cell<usize>,
}

/// A question about two values that are kept as long as the memory: their addresses, and the name of the question.
type Asked<'t> = (*const Value<'t>, *const Value<'t>, &'static str);

/// Whether a value that one run knows is kept for others, too.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Length {
    /// It is, with all the questions that it depends on.
    Short,
    /// It asked too many questions.
    Long,
}

/// What one run computed and could not keep for others, or would take long to find among what was kept.
#[derive(Default)]
pub(super) struct Known<'m, 't> {
    values: FxHashMap<Computed<'t>, (Made<Option<&'m Value<'t>>>, Length)>,
    conditions: FxHashMap<*const Node<'t>, (Made<bool>, Rc<[Step<'t>]>)>,
    groups: FxHashMap<Computed<'t>, (Rc<Groups<'m, 't>>, Noted)>,
}

/// Values that are kept as long as the memory, in groups.
#[derive(Default)]
pub struct Groups<'m, 't> {
    group_of: FxHashMap<*const Value<'t>, usize>,
    groups: Vec<Vec<&'m Value<'t>>>,
}

impl<'m, 't> Groups<'m, 't> {
    /// Puts a value into a group; it is among those that others find there only if it `counts`.
    pub fn add(&mut self, group: usize, value: &'m Value<'t>, counts: bool) {
        self.group_of.insert(value, group);
        if self.groups.len() <= group {
            self.groups.resize_with(group + 1, Vec::new);
        }
        if let Some(group) = self.groups.get_mut(group)
            && counts
        {
            group.push(value);
        }
    }

    /// Those that count in the group of a value; none if it is in no group.
    pub fn around(&self, value: &'m Value<'t>) -> Option<&[&'m Value<'t>]> {
        let value: *const Value<'t> = value;
        self.groups.get(*self.group_of.get(&value)?).map(Vec::as_slice)
    }
}

impl<'t> Known<'_, 't> {
    fn holds(&self, condition: &'t Node<'t>) -> Option<bool> {
        self.conditions.get(&address(condition)).map(|(made, _)| made.value)
    }
}

impl Memo<'_, '_> {
    /// Whether a result may be kept after so many answers.
    fn has_room(&self, steps: &[Step<'_>]) -> bool {
        steps.is_empty() || self.places.get() + steps.len() <= MAX_PLACES
    }

    /// How many places are taken.
    pub(super) fn places(&self) -> usize {
        self.places.get()
    }

    fn take(&self, places: usize) {
        self.places.set(self.places.get() + places);
    }
}

fn address<'t>(node: &'t Node<'t>) -> *const Node<'t> {
    node
}

/// A node, and the name of what was made of it.
#[derive(Copy, Clone)]
struct Computed<'t> {
    node: *const Node<'t>,
    what: &'static str,
}

/// Several things are seldom made of one node: the node alone distinguishes them well enough.
impl Hash for Computed<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.node.hash(state);
    }
}

impl PartialEq for Computed<'_> {
    fn eq(&self, other: &Self) -> bool {
        // The same name is nearly always the same text.
        self.node == other.node && (std::ptr::eq(self.what, other.what) || self.what == other.what)
    }
}

impl Eq for Computed<'_> {}

/// A computation under way.
pub(super) struct Frame {
    /// Where its questions begin.
    mark: usize,
    /// The reasons that were met before. They may be met again: each result remembers all of its own.
    reasons: Vec<String>,
    was_long: bool,
    /// Where the notes of what is read begin.
    reads: usize,
}

impl<'m, 't> Run<'m, 't> {
    /// The value of a node in this scenario; none where it is `AWS::NoValue`. Remembered across runs.
    pub fn value(&mut self, node: &'t Node<'t>) -> Option<&'m Value<'t>> {
        self.remembered(node, "", |run| run.compute(node))
    }

    /// What `make` makes of a node in this scenario. Remembered across runs, with the choices that it depends on, under the
    /// node and the name of what is made.
    pub fn remembered(
        &mut self,
        node: &'t Node<'t>,
        what: &'static str,
        make: impl FnOnce(&mut Self) -> Option<Value<'t>>,
    ) -> Option<&'m Value<'t>> {
        if self.is_over() {
            // The result is not used.
            return None;
        }
        self.evaluator.count_steps(1);
        let key = Computed { node, what };
        if let Some(value) = self.recalled(&key) {
            return value;
        }
        self.evaluator.spend(1);
        let frame = self.begin();
        let computed = self.computed;
        let mut value = make(self).map(|value| self.keep(value));
        let Frame { mark, was_long, reads, .. } = frame;
        if self.consulted.len() > mark {
            // It is made again for other choices.
            self.evaluator.spend((self.computed - computed) / STEPS_AT_A_TIME);
        }
        let made = Made { value, reasons: self.end(frame), reads: self.evaluator.reads.since(reads) };
        if !self.is_over() {
            let steps = self.consulted.get(mark..).unwrap_or_default();
            let memo = &self.evaluator.memo;
            if steps.len() > MOST_OF_VALUE || self.is_long || !memo.has_room(steps) {
                self.is_long = true;
                self.known().values.insert(key, (made, Length::Long));
            } else {
                let mut values = memo.values.borrow_mut();
                let (places, kept) = values.entry(key).or_default().keep(steps, made);
                // Values are compared by address: who asks again gets the one that is kept, and so has everyone else.
                value = kept.map_or(value, |kept| kept.value);
                memo.take(places);
            }
        }
        self.is_long |= was_long;
        self.forget(mark);
        value
    }

    /// A value that was computed before.
    fn recalled(&mut self, key: &Computed<'t>) -> Option<Option<&'m Value<'t>>> {
        let evaluator = self.evaluator;
        // Where nothing under way depends on it, what it depends on does not matter.
        if self.frames == 0
            && let Some((made, _)) = self.known.as_ref().and_then(|known| known.values.get(key))
        {
            let (value, reasons) = (made.value, made.reasons.clone());
            evaluator.reads.again(&made.reads);
            self.note_all(&reasons);
            return Some(value);
        }
        if let Some(made) = evaluator.memo.values.borrow().get(key).and_then(Results::made) {
            evaluator.reads.again(&made.reads);
            self.note_all(&made.reasons);
            return Some(made.value);
        }
        let mark = self.consulted.len();
        if let Some(made) = self.followed(&evaluator.memo.values, key) {
            if self.frames == 0 && self.consulted.len() > mark + FEW_QUESTIONS {
                self.known().values.insert(*key, (made.clone(), Length::Short));
            }
            self.note_all(&made.reasons);
            self.forget(mark);
            return Some(made.value);
        }
        if self.is_over() {
            return Some(None);
        }
        let (made, length) = self.known.as_ref()?.values.get(key)?;
        if *length == Length::Short {
            return None;
        }
        let (value, reasons) = (made.value, made.reasons.clone());
        evaluator.reads.again(&made.reads);
        self.is_long = true;
        self.note_all(&reasons);
        Some(value)
    }

    /// What was computed before from the answers to the same questions, which are asked again: the choices among them are made as the
    /// computation would make them.
    fn followed<K: Hash + Eq, T: Clone>(
        &mut self,
        memo: &RefCell<FxHashMap<K, Results<'t, T>>>,
        key: &K,
    ) -> Option<Made<T>> {
        let evaluator = self.evaluator;
        let mark = self.consulted.len();
        for _ in 0..MOST_OF_VALUE {
            evaluator.spend(self.consulted.len().saturating_sub(mark) / STEPS_AT_A_TIME);
            self.consulted.truncate(mark);
            let name = {
                let memo = memo.borrow();
                let mut here = memo.get(key)?;
                loop {
                    let Self { scenario, consulted, known, .. } = self;
                    let holds = |name| known.as_ref()?.holds(evaluator.template.condition(name)?);
                    match here.follow(scenario, &holds, consulted) {
                        Following::Made(made) => {
                            evaluator.spend(self.consulted.len().saturating_sub(mark) / STEPS_AT_A_TIME);
                            evaluator.reads.again(&made.reads);
                            return Some(made.clone());
                        }
                        Following::Choice(variable, answers, from) if self.fork_again(variable, &answers) => {
                            if self.is_over() {
                                break None;
                            }
                            here = from;
                        }
                        Following::Condition(name) => break Some(name),
                        Following::Choice(..) | Following::New => break None,
                    }
                }
            };
            let Some(name) = name else { break };
            self.condition(name);
            let known = |known: &Known<'_, 't>| known.holds(evaluator.template.condition(name)?);
            if self.is_over() || self.known.as_deref().and_then(known).is_none() {
                break;
            }
        }
        evaluator.spend(self.consulted.len().saturating_sub(mark) / STEPS_AT_A_TIME);
        self.consulted.truncate(mark);
        None
    }

    /// [`decide`](Run::decide), remembered across runs under the two values and the name of the question.
    pub fn decided(
        &mut self,
        values: [&'m Value<'t>; 2],
        what: &'static str,
        question: &dyn Fn(&[&Value<'t>]) -> Truth,
    ) -> Truth {
        if self.is_over() {
            return Truth::Unknown;
        }
        let evaluator = self.evaluator;
        if !values.iter().flat_map(|value| value.parts()).any(|part| evaluator.open(part).is_some()) {
            // Nothing to choose.
            return self.decide(&values, question);
        }
        let [one, other] = values;
        let key: Asked<'t> = (one, other, what);
        evaluator.spend(1);
        let memo = &evaluator.memo;
        let mark = self.consulted.len();
        if let Some(made) = self.followed(&memo.decided, &key) {
            self.note_all(&made.reasons);
            self.forget(mark);
            return made.value;
        }
        if self.is_over() {
            return Truth::Unknown;
        }
        let frame = self.begin();
        let (was_long, reads) = (frame.was_long, frame.reads);
        let value = self.decide(&values, question);
        let made = Made { value, reasons: self.end(frame), reads: evaluator.reads.since(reads) };
        let steps = self.consulted.get(mark..).unwrap_or_default();
        if !self.is_over() && !self.is_long && steps.len() <= MOST_OF_CONDITION && memo.has_room(steps) {
            memo.take(memo.decided.borrow_mut().entry(key).or_default().keep(steps, made).0 + 1);
        }
        self.is_long |= was_long;
        self.forget(mark);
        value
    }

    /// Whether a condition holds that was evaluated before.
    pub(super) fn recalled_condition(&mut self, node: &'t Node<'t>) -> Option<bool> {
        let evaluator = self.evaluator;
        let key = address(node);
        if let Some((made, steps)) = self.known.as_ref().and_then(|known| known.conditions.get(&key)) {
            let (made, steps) = (made.clone(), Rc::clone(steps));
            evaluator.reads.again(&made.reads);
            self.note_all(&made.reasons);
            if self.frames > 0 {
                self.consulted.extend_from_slice(&steps);
            }
            return Some(made.value);
        }
        let mark = self.consulted.len();
        let made = self.followed(&evaluator.memo.conditions, &key)?;
        self.note_all(&made.reasons);
        self.forget(mark);
        Some(made.value)
    }

    /// Keeps whether a condition holds.
    pub(super) fn conclude(&mut self, name: &'t str, node: &'t Node<'t>, frame: Frame, holds: bool) {
        let Frame { mark, was_long, reads, .. } = frame;
        self.evaluator.spend(self.consulted.len().saturating_sub(mark) / STEPS_AT_A_TIME);
        let made = Made { value: holds, reasons: self.end(frame), reads: self.evaluator.reads.since(reads) };
        if self.is_over() {
            return;
        }
        let steps = self.consulted.get(mark..).unwrap_or_default();
        let memo = &self.evaluator.memo;
        if steps.len() > MOST_OF_CONDITION || self.is_long || !memo.has_room(steps) {
            self.consulted.truncate(mark);
            let answer = Domain::only(usize::from(holds));
            self.consulted.push(Step { question: Question::Condition(name), answer, answers: None });
        } else {
            memo.take(memo.conditions.borrow_mut().entry(address(node)).or_default().keep(steps, made.clone()).0);
        }
        // Conditions that ask it again do so in this run, too.
        let steps = self.consulted.get(mark..).unwrap_or_default().into();
        self.known().conditions.insert(address(node), (made, steps));
        self.is_long = was_long;
        self.forget(mark);
    }

    /// Makes a condition known of which `steps` are all that it asked.
    pub(super) fn know_condition(&mut self, node: &'t Node<'t>, holds: bool, steps: &[Step<'t>]) {
        if let [Step { question: Question::Condition(_), .. }] = steps {
            let made = Made { value: holds, reasons: Box::default(), reads: None };
            self.known().conditions.insert(address(node), (made, steps.into()));
        }
    }

    fn known(&mut self) -> &mut Known<'m, 't> {
        self.known.get_or_insert_default()
    }

    /// Values in groups, made once in this run.
    pub fn grouped(
        &mut self,
        node: &'t Node<'t>,
        what: &'static str,
        make: impl FnOnce(&mut Self) -> Groups<'m, 't>,
    ) -> Rc<Groups<'m, 't>> {
        let key = Computed { node, what };
        // What a computation asks has to be recorded each time.
        if self.frames > 0 {
            return Rc::new(make(self));
        }
        if let Some((groups, reads)) = self.known.as_ref().and_then(|known| known.groups.get(&key)) {
            self.evaluator.reads.again(reads);
            return Rc::clone(groups);
        }
        let mark = self.evaluator.reads.mark();
        let groups = Rc::new(make(self));
        let reads = self.evaluator.reads.since(mark);
        self.known().groups.insert(key, (Rc::clone(&groups), reads));
        groups
    }

    /// Ends the recording of a computation that is not kept.
    pub(super) fn abandon(&mut self, frame: Frame) {
        let Frame { mark, was_long, .. } = frame;
        self.end(frame);
        self.is_long |= was_long;
        self.forget(mark);
    }

    /// Begins to record what a computation asks.
    pub(super) fn begin(&mut self) -> Frame {
        self.frames += 1;
        Frame {
            mark: self.consulted.len(),
            reasons: std::mem::take(&mut self.reasons),
            was_long: std::mem::take(&mut self.is_long),
            reads: self.evaluator.reads.mark(),
        }
    }

    /// Ends a computation; the reasons that it met.
    fn end(&mut self, frame: Frame) -> Box<[String]> {
        self.frames = self.frames.saturating_sub(1);
        let reasons = std::mem::replace(&mut self.reasons, frame.reasons);
        self.note_all(&reasons);
        // Each once: conditions that ask others twice would otherwise double the list at every step of a chain.
        memo::distinct(&mut self.consulted, frame.mark);
        reasons.into_boxed_slice()
    }

    /// Records a question of the computations under way.
    pub(super) fn consult(&mut self, question: Question<'t>, answer: Domain, answers: Option<Rc<[Domain]>>) {
        if self.frames > 0 {
            self.consulted.push(Step { question, answer, answers });
        }
    }

    /// Drops what was asked if no computation is under way that depends on it.
    fn forget(&mut self, mark: usize) {
        if self.frames == 0 {
            self.consulted.truncate(mark);
            self.is_long = false;
        }
    }

    fn note_all(&mut self, reasons: &[String]) {
        for reason in reasons {
            self.note_reason(reason.as_str());
        }
    }
}
