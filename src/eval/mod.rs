//! What CloudFormation would compute: functions, conditions and parameters, as values with three possible states.
//!
//! A check runs in a [`Run`]: one scenario, that is one combination of choices as far as the check asks for them. Where it
//! reads something that the scenario leaves open, the run takes the first alternative and leaves the others to later
//! runs ([`explore`]). So the work follows what a check really reads, never the product of a template's conditions.
//! Nothing is guessed: what no scenario settles is unknown, with its origin as the reason. What the template's `Rules` forbid
//! is not a scenario.

pub mod choices;
mod conditions;
pub mod constraints;
pub mod domain;
mod exploration;
mod forks;
mod functions;
pub mod gaps;
mod glob;
pub mod inputs;
mod memo;
mod merging;
mod partition;
pub mod pseudo;
pub mod reads;
mod remembered;
mod resources;
mod rows;
mod rules;
pub mod scenario;
mod spent;
pub mod text;
mod trace;
pub mod value;

pub use exploration::{Exploration, MAX_SCENARIOS, explore, explore_unless, in_every_scenario};
pub use functions::{begins_as_function, has_macro, is_function};

use crate::syntax::{self, Node};
use crate::template::{Parameter, Template};
use choices::{Candidate, Choices};
use conditions::{Opening, Visiting};
use exploration::{FREE_WORK, Limits, MAX_WORK};
use foldhash::HashMap;
use inputs::Inputs;
use memo::Step;
use reads::Reads;
pub use remembered::Groups;
use remembered::{Known, Memo};
use rustc_hash::FxHashMap;
use scenario::{AtomText, Scenario, Sorted};
pub use spent::Spent;
use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use trace::{Branch, Trace};
use typed_arena::Arena;
use value::{Part, Value};

/// Holds the values of one template's evaluation; freed when the template has been linted.
#[derive(Default)]
pub struct Memory<'t> {
    values: Arena<Value<'t>>,
}

/// A resource as attributes and references see it.
#[derive(Copy, Clone, Debug)]
pub struct Resource<'t> {
    /// Its place among the resources.
    pub place: usize,
    /// Its logical id.
    pub id: &'t str,
    /// Its type; empty where it is missing.
    pub kind: &'t str,
    /// The whole block.
    pub node: &'t Node<'t>,
}

/// The bytes that functions may make of one template, over all scenarios. What they make is kept until the template has been
/// linted, and functions can double their arguments at every level.
const MAX_BYTES_MADE: usize = 64 << 20;

/// So many guesses are made of one template: see [`Run::guess`].
const MAX_GUESSES: usize = 1 << 20;

/// Why a result is unknown where there would be more guesses.
const TOO_MANY_GUESSES: &str = "too many names in the template are not known before it is deployed";

/// Reasons why something is not known that one run keeps: the first ones.
pub const MOST_REASONS: usize = 8;

/// So many missing names of one template are compared with the names that exist.
const MAX_SEARCHES: usize = 200;

/// Evaluates the nodes of one template. Not shared between threads.
pub struct Evaluator<'m, 't> {
    /// The template that `Ref`, `Fn::FindInMap` and conditions read.
    pub template: &'m Template<'t>,
    /// The values that parameters can take.
    pub choices: Choices<'t>,
    resources: HashMap<&'t str, Resource<'t>>,
    memory: &'m Memory<'t>,
    memo: Memo<'m, 't>,
    atoms: RefCell<Atoms>,
    bytes_made: Cell<usize>,
    searches: Cell<usize>,
    /// Steps that choices took.
    work: Cell<usize>,
    /// Those of them past what each check has: see [`MAX_WORK`].
    extra: Cell<usize>,
    guesses: Cell<usize>,
    /// Those among them that were made for something that is remembered.
    shared_guesses: Cell<usize>,
    /// The most steps that the choices of one check took.
    longest: Cell<usize>,
    /// Whether atoms that read alike were described: in which order depends on which was met first, in whatever check.
    has_like_atoms: Cell<bool>,
    steps: Cell<usize>,
    /// What checks read of the resources.
    pub reads: Reads,
    rules_apply: OnceCell<bool>,
    mentions: OnceCell<rules::Mentions>,
    /// What is known of the deployment.
    inputs: &'t Inputs,
    feasible: RefCell<HashMap<Scenario, bool>>,
    openings: RefCell<HashMap<&'t str, (Limits, Rc<Opening<'t>>)>>,
    lookups: RefCell<Lookups<'t>>,
    /// The larger maps of `Mappings` that were searched, by the address of their entries.
    row_indices: RefCell<FxHashMap<*const syntax::Entry<'t>, RowIndex<'t>>>,
    /// Whether all keys of a map of `Mappings` are among the texts that a choice is not.
    excluded: RefCell<Excluded<'t>>,
    /// What calls of `Fn::FindInMap` find.
    entries: RefCell<functions::Remembered<'t>>,
    conditional: OnceCell<functions::Conditional<'t>>,
}

/// By the addresses of a map's entries and of texts, and the known texts around the choice.
type Excluded<'t> =
    FxHashMap<(*const syntax::Entry<'t>, *const Cow<'t, str>, [String; 2]), (Arc<[Cow<'t, str>]>, bool)>;

/// A map of `Mappings`, prepared for searches.
struct RowIndex<'t> {
    /// The places of its entries by key.
    places: HashMap<&'t str, usize>,
    /// Whether a macro adds entries.
    has_macro: bool,
}

/// The text of a mapping for each value of a variable.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Lookup<'t> {
    /// The variable's index among the choices.
    variable: usize,
    /// The text for each of its candidates; none for candidates that CloudFormation refuses.
    texts: Vec<Option<Cow<'t, str>>>,
}

/// The lookups that [`value::Content::Entry`] numbers.
#[derive(Default)]
struct Lookups<'t> {
    index: HashMap<Rc<Lookup<'t>>, usize>,
    all: Vec<Rc<Lookup<'t>>>,
}

#[derive(Default)]
struct Atoms {
    index: HashMap<String, usize>,
    texts: Vec<AtomText>,
}

impl<'m, 't> Evaluator<'m, 't> {
    /// An evaluator of a template with these resources and what is known of its deployment.
    pub fn new(
        template: &'m Template<'t>,
        resources: impl IntoIterator<Item = Resource<'t>>,
        inputs: &'t Inputs,
        memory: &'m Memory<'t>,
    ) -> Self {
        Self {
            template,
            choices: Choices::new(template, inputs),
            inputs,
            resources: resources.into_iter().map(|resource| (resource.id, resource)).collect(),
            memory,
            memo: Memo::default(),
            work: Cell::default(),
            extra: Cell::default(),
            atoms: RefCell::default(),
            bytes_made: Cell::default(),
            searches: Cell::default(),
            guesses: Cell::default(),
            shared_guesses: Cell::default(),
            longest: Cell::default(),
            has_like_atoms: Cell::default(),
            steps: Cell::default(),
            reads: Reads::default(),
            rules_apply: OnceCell::default(),
            mentions: OnceCell::default(),
            feasible: RefCell::default(),
            openings: RefCell::default(),
            lookups: RefCell::default(),
            row_indices: RefCell::default(),
            excluded: RefCell::default(),
            entries: RefCell::default(),
            conditional: OnceCell::default(),
        }
    }

    /// The values that each item of a list parameter is one of; none for other parameters.
    pub fn allowed_items(&self, parameter: &str) -> Option<&'t [Node<'t>]> {
        let parameter = self.template.parameters.iter().find(|known| known.name == parameter)?;
        let is_such = parameter.is_list() && !parameter.reads_parameter_store() && !parameter.allowed.is_empty();
        is_such.then_some(parameter.allowed)
    }

    /// Whether a parameter accepts no value with one of some characters; of a list, no such item.
    pub fn lacks(&self, parameter: &str, characters: &[char]) -> bool {
        let parameter = self.template.parameters.iter().find(|known| known.name == parameter);
        parameter.is_some_and(|parameter| constraints::lacks(parameter, characters))
    }

    /// What the evaluation has spent of the budgets of the template.
    pub fn spent(&self) -> Spent {
        Spent {
            guesses: self.guesses.get(),
            shared_guesses: self.shared_guesses.get(),
            bytes: self.bytes_made.get(),
            searches: self.searches.get(),
            work: self.extra.get(),
            longest: self.longest.get(),
            places: self.memo.places(),
            has_like_atoms: self.has_like_atoms.get(),
        }
    }

    /// How many guesses it made.
    pub fn guesses(&self) -> usize {
        self.guesses.get()
    }

    /// Whether a parameter has its default in every deployment that chooses nothing else: nobody pinned or gave it another value.
    pub fn may_default(&self, parameter: &str) -> bool {
        self.inputs.fixed(parameter).is_none() && self.inputs.leaves(parameter)
    }

    /// Whether a parent stack passes a value for a parameter.
    pub fn is_passed(&self, parameter: &str) -> bool {
        self.inputs.passes(parameter)
    }

    /// The name of the Parameter Store entry that a parameter reads, where it is known: the one that was pinned or given, else
    /// its default.
    pub fn store_entry(&self, parameter: &Parameter<'t>) -> Option<Cow<'t, str>> {
        match self.inputs.fixed(parameter.name) {
            Some(name) => Some(Cow::Borrowed(name)),
            None if self.inputs.leaves(parameter.name) => parameter.default.and_then(Node::scalar_text),
            None => None,
        }
    }

    /// Describes when one of the scenarios applies; nothing where together with the `infeasible` they cover every deployment.
    pub fn describe(&self, scenarios: &[Scenario], infeasible: &[Scenario]) -> Option<String> {
        let atoms = &self.atoms.borrow().texts;
        let count = |steps| self.count_steps(steps);
        let Some(sorted) = Sorted::of(scenarios, infeasible, atoms) else {
            return scenario::describe(scenarios, infeasible, &self.choices, atoms, &count);
        };
        if sorted.are_alike {
            self.has_like_atoms.set(true);
        }
        scenario::describe(&sorted.scenarios, &sorted.infeasible, &self.choices, &sorted.atoms, &count)
    }

    /// Whether another so many bytes may be made of the template; counts them.
    pub fn afford(&self, bytes: usize) -> bool {
        let made = self.bytes_made.get().saturating_add(bytes);
        if made <= MAX_BYTES_MADE {
            self.bytes_made.set(made);
        }
        made <= MAX_BYTES_MADE
    }

    /// Counts steps that a choice takes.
    fn spend(&self, steps: usize) {
        self.work.set(self.work.get().saturating_add(steps));
        self.count_steps(steps);
    }

    /// The steps that a check took since there were so many; counts those that are not free.
    fn count_extra(&self, begun: usize) -> usize {
        let work = self.work.get().saturating_sub(begun);
        if work > FREE_WORK {
            self.extra.set(self.extra.get().saturating_add(work - FREE_WORK));
        }
        work
    }

    /// How far the next check may go.
    fn limits(&self) -> Limits {
        if self.extra.get() <= MAX_WORK { Limits::USUAL } else { Limits::SPENT }
    }

    /// Whether there may be another so many guesses; counts them. What is written as a reference, or as a text that ends like the name,
    /// is no guess.
    fn guess(&self, pairs: usize) -> bool {
        let guesses = self.guesses.get().saturating_add(pairs);
        if guesses <= MAX_GUESSES {
            self.guesses.set(guesses);
        } else {
            // Nothing that is added keeps below the limit.
            self.shared_guesses.set(usize::MAX);
        }
        guesses <= MAX_GUESSES
    }

    /// How many values were asked for and how many questions decided: what the evaluation costs, the same on every machine.
    pub fn steps(&self) -> usize {
        self.steps.get()
    }

    /// Counts steps.
    pub fn count_steps(&self, steps: usize) {
        self.steps.set(self.steps.get().saturating_add(steps));
    }

    /// Whether there may be one more search for the name that was meant by a missing one.
    fn may_search(&self) -> bool {
        self.searches.set(self.searches.get().saturating_add(1));
        self.searches.get() <= MAX_SEARCHES
    }

    /// The number of a lookup, the same for equal lookups; none if the budget is spent.
    fn remember_lookup(&self, lookup: Lookup<'t>) -> Option<usize> {
        let lookups = &mut *self.lookups.borrow_mut();
        if let Some(known) = lookups.index.get(&lookup) {
            return Some(*known);
        }
        if !self.afford(std::mem::size_of_val(lookup.texts.as_slice())) {
            return None;
        }
        let (lookup, number) = (Rc::new(lookup), lookups.all.len());
        lookups.all.push(Rc::clone(&lookup));
        lookups.index.insert(lookup, number);
        Some(number)
    }

    /// The lookup with a number.
    fn lookup(&self, number: usize) -> Option<Rc<Lookup<'t>>> {
        self.lookups.borrow().all.get(number).map(Rc::clone)
    }

    fn atom(&self, key: String, text: impl FnOnce() -> AtomText) -> usize {
        let atoms = &mut *self.atoms.borrow_mut();
        let next = atoms.texts.len();
        *atoms.index.entry(key).or_insert_with(|| {
            atoms.texts.push(text());
            next
        })
    }
}

/// One evaluation in one scenario, which narrows as it is asked.
pub struct Run<'m, 't> {
    /// The evaluator whose template is read.
    pub evaluator: &'m Evaluator<'m, 't>,
    scenario: Scenario,
    /// How the scenario came to be, and what was left behind; none before the first choice.
    trace: Option<Box<Trace>>,
    limits: Limits,
    forks: usize,
    /// Conditions that were evaluated.
    conditions: usize,
    /// Nodes that were evaluated.
    computed: usize,
    /// Whether more choices were met than the limit; the result of the run then means nothing.
    exhausted: bool,
    /// Why it gave up, where that is something else than the choices.
    gave_up: Option<&'static str>,
    /// Whether CloudFormation refuses the scenario, so that it never occurs. The result of the run then means nothing.
    is_refused: bool,
    /// What the computations that are under way asked, in order.
    consulted: Vec<Step<'t>>,
    /// The computations under way whose questions are recorded.
    frames: usize,
    /// Whether so many questions were asked that nothing under way will be kept for other runs.
    is_long: bool,
    /// What was computed in this run, and cannot be kept for others.
    known: Option<Box<Known<'m, 't>>>,
    /// The conditions that are being evaluated.
    visiting: Visiting<'t>,
    /// Conditions in values in conditions, and so on.
    nested: usize,
    /// The properties that attributes are being read from.
    attributes: Vec<*const Node<'t>>,
    reasons: Vec<String>,
}

/// What is at the end of a path through a block.
pub enum Descent<'m, 't> {
    /// A value, and how many of the names lead to it; the rest lead on inside it (which is then a value made by a
    /// function, or the whole path was walked).
    Value(&'m Value<'t>, usize),
    /// Nothing: the name at this index is missing from the deepest block, whose key is here.
    Absent(crate::source::Span, usize),
    /// Something that a macro will write, after this many names.
    Unknown(usize),
}

impl<'m, 't> Run<'m, 't> {
    fn new(evaluator: &'m Evaluator<'m, 't>, scenario: Scenario, limits: Limits) -> Self {
        Self {
            evaluator,
            scenario,
            trace: None,
            limits,
            forks: 0,
            conditions: 0,
            computed: 0,
            exhausted: false,
            gave_up: None,
            is_refused: false,
            consulted: Vec::new(),
            frames: 0,
            is_long: false,
            known: None,
            visiting: Visiting::default(),
            nested: 0,
            attributes: Vec::new(),
            reasons: Vec::new(),
        }
    }

    /// Remembers why something was not known.
    pub fn note_reason(&mut self, reason: impl Into<String>) {
        if self.reasons.len() >= MOST_REASONS {
            return;
        }
        let reason = reason.into();
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }

    /// Remembers why a part is not known.
    fn note_part(&mut self, part: &Part<'t>) {
        // Most are met again and again, and take long to put into words.
        if self.reasons.len() < MOST_REASONS {
            self.note_reason(part.origin.reason());
        }
    }

    /// Why something was not known, in the order it was met.
    pub fn reasons(&self) -> &[String] {
        &self.reasons
    }

    /// Whether the result of the run means nothing: it met more choices than it may make, or its scenario never occurs.
    fn is_over(&self) -> bool {
        self.exhausted || self.is_refused
    }

    /// Whether so many pairs of resources may be compared of which only values tell whether one names the other. If not, the run gives
    /// up. The choices that were made count, too: the same pairs are compared again for the others.
    pub fn guess(&mut self, pairs: usize) -> bool {
        let pairs = pairs.saturating_mul(self.scenario.choices() / 8 + 1);
        let may = self.evaluator.guess(pairs);
        if self.frames > 0 {
            let shared = &self.evaluator.shared_guesses;
            shared.set(shared.get().saturating_add(pairs));
        }
        if !may {
            self.exhausted = true;
            self.gave_up = Some(TOO_MANY_GUESSES);
        }
        may
    }

    /// Records that CloudFormation refuses this scenario.
    fn refuse(&mut self) {
        self.is_refused = true;
    }

    /// Keeps a value as long as the evaluator's memory lives.
    pub fn keep(&self, value: Value<'t>) -> &'m Value<'t> {
        self.evaluator.memory.values.alloc(value)
    }

    /// The texts of all entries of a mapping: what `Fn::FindInMap` can give where the keys are not known. None where an entry
    /// is not a scalar, or there is no such mapping.
    pub fn mapping_texts(&self, name: &str) -> Option<Vec<Cow<'t, str>>> {
        let rows = self.evaluator.template.mapping(name)?.as_mapping()?;
        let mut texts = Vec::new();
        for row in rows {
            for entry in row.value.as_mapping()? {
                texts.push(entry.value.scalar_text()?);
            }
        }
        texts.sort_unstable();
        texts.dedup();
        Some(texts)
    }

    /// Walks from a block as written along names, evaluating no more than the last step needs.
    ///
    /// `at` is the key of the block itself, where an absent property is reported.
    pub fn descend(
        &mut self,
        block: &'t Node<'t>,
        at: crate::source::Span,
        names: &[impl AsRef<str>],
    ) -> Descent<'m, 't> {
        self.evaluator.count_steps(1);
        let mut node = block;
        let mut at = at;
        for (index, name) in names.iter().enumerate() {
            if functions::is_function(node) {
                return match self.value(node) {
                    Some(value) => Descent::Value(value, index),
                    None => Descent::Absent(at, index.saturating_sub(1)),
                };
            }
            if node.as_str().is_some_and(|text| text.trim_start().starts_with(['{', '['])) {
                // The caller may read on in a JSON text.
                return match self.value(node) {
                    Some(value) => Descent::Value(value, index),
                    None => Descent::Absent(at, index),
                };
            }
            let Some(entry) = node.entry(name.as_ref()) else {
                return if functions::has_macro(node) { Descent::Unknown(index) } else { Descent::Absent(at, index) };
            };
            node = &entry.value;
            at = entry.key_span;
        }
        match self.value(node) {
            Some(value) => Descent::Value(value, names.len()),
            None => Descent::Absent(at, names.len().saturating_sub(1)),
        }
    }
}
