//! Linting a text again after a change: answers of checks that read nothing that changed are kept.
//!
//! Only what happens inside of resources is followed. Where anything else of the text changed, or something in it makes one place
//! speak for others (macros, loops, SAM, includes, aliases), everything is asked again. See "Again, after a change" in ARCHITECTURE.md.

mod difference;
mod layout;

use super::check::{CheckResult, Violation};
use super::file_report::FileReport;
use super::includes::{Loader, Texts};
use super::{About, Linter, Wants, parse};
use crate::constructs::Constructs;
use crate::eval::inputs::Inputs;
use crate::eval::reads::{Names, Read};
use crate::eval::{Spent, explore};
use crate::expand::expansion::Hidden;
use crate::expand::{Block, Model, Section};
use crate::graph::{boundary, secrets, tag_keys};
use crate::source::{Source, SourceId, Span};
use crate::syntax::{Document, Entry, Node};
use difference::Difference;
use foldhash::HashMap;
use layout::Layout;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is remembered of linting one text, to lint it again. Bounded by the text and the rules.
#[derive(Debug, Default)]
pub struct Remembered(Option<Box<Kept>>);

impl Remembered {
    /// Whether something is remembered. For tests and benchmarks.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// How many answers the last lint kept. For tests and benchmarks.
    pub fn reused(&self) -> usize {
        self.0.as_ref().map_or(0, |kept| kept.reused)
    }

    /// How many it asked for. For tests and benchmarks.
    pub fn asked(&self) -> usize {
        self.0.as_ref().map_or(0, |kept| kept.asked)
    }
}

/// What is remembered of a text that is linted.
pub(super) struct Memorable<'r> {
    pub(super) remembered: &'r mut Remembered,
    /// Whether what was used of it is what a fresh lint finds out.
    pub(super) is_sure: bool,
}

impl Linter {
    /// Lints a text as [`lint_wanting`](Self::lint_wanting) does, and remembers what it found out. What was remembered of the same text
    /// before a change is used as far as it still holds: the result is that of a fresh lint, apart from [`FileReport::steps`].
    pub fn lint_again(
        &self,
        remembered: &mut Remembered,
        source: &Source,
        load: &Loader<'_>,
        inputs: &Inputs,
        constructs: Option<&Constructs>,
        wants: &Wants<'_>,
    ) -> FileReport {
        let about = About { constructs, wants, depth: 0 };
        let mut keeper = Memorable { remembered, is_sure: true };
        let mut lint = || {
            let report = self.lint_document(source, &parse(source), load, inputs, about, Some(&mut keeper));
            (report, keeper.is_sure)
        };
        let (report, is_sure) = lint();
        // If not: what was remembered came near a limit, and a fresh lint may have met it.
        if is_sure { report } else { lint().0 }
    }

    /// The linter's number, which no other has.
    pub fn number(&self) -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        *self.number.get_or_init(|| NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// What an answer depends on besides the texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ground {
    /// The linter.
    pub(super) linter: u64,
    pub(super) inputs: Inputs,
    /// The resources that are not known: the absence of one proves nothing.
    pub(super) hidden: Option<Hidden>,
}

#[derive(Debug)]
struct Kept {
    ground: Ground,
    source: SourceId,
    text: Arc<String>,
    layout: Layout,
    /// The values that parameters can take, in words.
    choices: String,
    names: Names,
    answers: Vec<Answer>,
    sets: Sets,
    spent: Spent,
    wholes: Wholes,
    /// How many answers the last lint reused and asked for.
    reused: usize,
    asked: usize,
}

/// A check, by the numbers of its rule and in it.
type Check = (u32, u32);

/// What a check said about a block.
#[derive(Debug)]
struct Answer {
    check: Check,
    block: u32,
    result: CheckResult,
    /// What was read for it besides its block.
    reads: u32,
    guesses: usize,
}

/// The answers of the lint before, the last one first. They were asked for in the order of checks and then of blocks, as they are now,
/// so none has to be searched for.
#[derive(Debug, Default)]
struct Before(Vec<Answer>);

impl Before {
    fn new(mut answers: Vec<Answer>) -> Self {
        answers.reverse();
        Self(answers)
    }

    /// What a check said about a block that has not changed, if it was asked. Answers before that are not needed any more.
    fn take(&mut self, check: Check, is_block: impl Fn(u32) -> bool) -> Option<Answer> {
        loop {
            let next = self.0.last()?;
            if next.check > check {
                return None;
            }
            let is_it = next.check == check && is_block(next.block);
            let next = self.0.pop();
            if is_it {
                return next;
            }
        }
    }
}

/// Sets of what was read: most answers share one of few.
#[derive(Debug)]
struct Sets {
    numbers: HashMap<Arc<[Read]>, u32>,
    all: Vec<Arc<[Read]>>,
}

/// So many sets are kept, and names for each resource.
const MOST_SETS: usize = 1 << 17;
const MOST_NAMES: usize = 64;
/// So many answers a resource has, about.
const ANSWERS: usize = 12;

impl Sets {
    /// The number of the empty set, which most answers have.
    const EMPTY: u32 = 0;

    fn new() -> Self {
        Self { numbers: HashMap::default(), all: vec![[].into()] }
    }

    fn number(&mut self, set: &[Read]) -> u32 {
        if set.is_empty() {
            return Self::EMPTY;
        }
        if let Some(known) = self.numbers.get(set) {
            return *known;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let set: Arc<[Read]> = set.into();
        self.all.push(Arc::clone(&set));
        self.numbers.insert(set, number);
        number
    }

    fn has(&self, read: Read) -> bool {
        self.all.iter().any(|set| set.binary_search(&read).is_ok())
    }
}

/// What is made of all resources and compared as a whole, as far as checks read it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wholes {
    parameter_uses: Option<Vec<(Span, String)>>,
    boundaries: Option<Vec<String>>,
    tag_keys: Vec<(Vec<String>, bool)>,
}

/// A lint that remembers, and reuses what still holds.
pub(super) struct Again {
    kept: Box<Kept>,
    /// What changed since the answers that are kept; none where there are none.
    difference: Option<Difference>,
    before: Before,
    /// The numbers of the blocks, by where their names are.
    numbers: FxHashMap<u32, u32>,
    /// For each set that was known before, whether what is in it is as it was.
    holds: Vec<Holds>,
    /// The indexes that may be others than they were.
    stale: FxHashSet<u32>,
    reused: usize,
    asked: usize,
    /// Guesses of the answers, and those among them that were made now.
    guesses: usize,
    new_guesses: usize,
}

/// Whether something is as it was.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Holds {
    Yes,
    No,
    /// That is not known before indexes have been made: the first check that needs one makes it.
    IfTheSameIsFound,
}

/// A text that is linted.
pub(super) struct Linted<'a, 'm, 't> {
    pub(super) source: &'a Source,
    pub(super) document: &'a Document<'t>,
    pub(super) included: &'a Texts,
    pub(super) model: &'m Model<'m, 't>,
}

impl Again {
    /// Begins to lint a text. Nothing where nothing of it can be remembered.
    pub(super) fn begin<'m>(remembered: &mut Remembered, ground: Ground, linted: &Linted<'_, 'm, '_>) -> Option<Self> {
        // If this ends early, nothing is remembered.
        let known = remembered.0.take();
        let Linted { source, model, .. } = linted;
        let layout = linted.layout()?;
        let choices = model.evaluator.choices.in_words();
        let known = known.filter(|known| known.ground == ground && known.choices == choices);
        let again = known.and_then(|mut known| {
            let sources = (known.source, source.id);
            let difference = Difference::of(sources, (&known.text, &known.layout), (source.text(), &layout))?;
            let names = std::mem::take(&mut known.names);
            Some((known, difference, names))
        });
        let Some((mut kept, difference, mut names)) = again else {
            model.note_reads(Names::default());
            let answers = Vec::with_capacity(layout.len().saturating_mul(ANSWERS));
            let kept = Kept {
                ground,
                source: source.id,
                text: Arc::default(),
                layout,
                choices,
                names: Names::default(),
                answers,
                sets: Sets::new(),
                spent: Spent::default(),
                wholes: Wholes::default(),
                reused: 0,
                asked: 0,
            };
            return Some(Self {
                kept: Box::new(kept),
                difference: None,
                before: Before::default(),
                numbers: FxHashMap::default(),
                holds: Vec::new(),
                stale: FxHashSet::default(),
                reused: 0,
                asked: 0,
                guesses: 0,
                new_guesses: 0,
            });
        };
        let mut changed = difference.reads(&mut names);
        difference.ids().for_each(|id| names.forget(id));
        if changed.contains(&Read::NAMES) {
            names.forget_names();
        }
        let known = kept.answers.len();
        let before = Before::new(std::mem::replace(&mut kept.answers, Vec::with_capacity(known)));
        model.note_reads(names);
        let wholes = std::mem::take(&mut kept.wholes);
        let now = Wholes::of(model, &wholes);
        if !wholes.parameter_uses.as_ref().is_none_or(|uses| difference.are_moved(uses, now.parameter_uses.as_deref()))
        {
            changed.insert(Read::PARAMETER_USES);
        }
        if wholes.boundaries != now.boundaries {
            changed.insert(Read::BOUNDARIES);
        }
        if wholes.tag_keys != now.tag_keys {
            changed.insert(Read::TAG_KEYS);
        }
        let stale = model.evaluator.reads.stale(|read| changed.contains(&read));
        let holds = |set: &Arc<[Read]>| match set {
            set if set.iter().any(|read| changed.contains(read)) => Holds::No,
            set if set.iter().any(|read| read.lookup().is_some()) => Holds::IfTheSameIsFound,
            _ => Holds::Yes,
        };
        let holds = kept.sets.all.iter().map(holds).collect();
        kept.layout = layout;
        kept.source = source.id;
        Some(Self {
            kept,
            difference: Some(difference),
            before,
            numbers: FxHashMap::default(),
            holds,
            stale,
            reused: 0,
            asked: 0,
            guesses: 0,
            new_guesses: 0,
        })
    }

    /// Whether what is in a set is as it was.
    fn holds(&mut self, set: u32, model: &Model<'_, '_>) -> bool {
        let Self { kept, holds, stale, .. } = self;
        let Some(holds) = holds.get_mut(set as usize) else { return false };
        if *holds == Holds::IfTheSameIsFound {
            let set = kept.sets.all.get(set as usize).map(|set| &**set).unwrap_or_default();
            let lookups = set.iter().filter_map(|read| read.lookup());
            let mut is_sure = Holds::Yes;
            for lookup in lookups {
                let look = |index: &str, part, key: &str| model.looked_up(index, part, key);
                match model.evaluator.reads.finds_the_same(lookup, |index| stale.contains(&index), look) {
                    Some(true) => {}
                    Some(false) => {
                        is_sure = Holds::No;
                        break;
                    }
                    None => is_sure = Holds::IfTheSameIsFound,
                }
            }
            *holds = is_sure;
        }
        *holds == Holds::Yes
    }

    /// The answer of a check about a block: the one that is kept, if nothing that it depends on has changed.
    pub(super) fn answer<'t>(
        &mut self,
        (rule, check): (usize, usize),
        block: &Block<'t>,
        model: &Model<'_, 't>,
        run: impl FnOnce() -> CheckResult,
    ) -> CheckResult {
        let reads = &model.evaluator.reads;
        let check = u32::try_from(rule).ok().zip(u32::try_from(check).ok());
        // A check of the template looks at everything.
        let Some((check, number)) = check.zip(self.number_of(block, model)) else {
            self.asked += 1;
            return run();
        };
        let known = match &self.difference {
            Some(difference) if !difference.touches(block.key_span) => {
                self.before.take(check, |known| known == number).filter(|known| self.holds(known.reads, model))
            }
            _ => None,
        };
        if let (Some(mut known), Some(difference)) = (known, &self.difference)
            && known.result.is_moved(difference)
        {
            self.guesses = self.guesses.saturating_add(known.guesses);
            self.reused += 1;
            let result = known.result.clone();
            self.kept.answers.push(known);
            return result;
        }
        self.asked += 1;
        reads.clear();
        let before = model.evaluator.guesses();
        let result = run();
        let guesses = model.evaluator.guesses().saturating_sub(before);
        self.guesses = self.guesses.saturating_add(guesses);
        self.new_guesses = self.new_guesses.saturating_add(guesses);
        let own = (block.section == Section::Resources).then_some(number);
        let reads = reads.all_but(own, |read| self.kept.sets.number(read)).unwrap_or_default();
        self.kept.answers.push(Answer { check, block: number, result: result.clone(), reads, guesses });
        result
    }

    /// The number of a block; none of the template.
    fn number_of(&mut self, block: &Block<'_>, model: &Model<'_, '_>) -> Option<u32> {
        let start = block.key_span.start;
        if let Some(known) = self.numbers.get(&start) {
            return Some(*known);
        }
        let reads = &model.evaluator.reads;
        let number = match block.section {
            Section::Template => return None,
            Section::Resources => reads.number(block.name),
            section => reads.number(&[section.name(), " ", block.name].concat()),
        }?;
        self.numbers.insert(start, number);
        Some(number)
    }

    /// Keeps the answers for the next time. False if some that were kept may not be those of a fresh lint.
    pub(super) fn end<'m>(self, source: &Source, model: &'m Model<'m, '_>, remembered: &mut Remembered) -> bool {
        let Self { mut kept, difference, guesses, new_guesses, reused, asked, .. } = self;
        let spent = model.evaluator.spent();
        let besides = spent.guesses.saturating_sub(new_guesses);
        kept.spent = match &difference {
            Some(_) => kept.spent.with(spent, guesses.saturating_add(besides)),
            None => spent,
        };
        if !kept.spent.is_little() {
            return difference.is_none();
        }
        let wanted = Wholes {
            parameter_uses: kept.sets.has(Read::PARAMETER_USES).then(Vec::new),
            boundaries: kept.sets.has(Read::BOUNDARIES).then(Vec::new),
            tag_keys: model.tag_keys.borrow().clone(),
        };
        kept.wholes = Wholes::of(model, &wanted);
        let Some(names) = model.evaluator.reads.end() else { return true };
        let most = MOST_NAMES.saturating_mul(kept.layout.len()).saturating_add(1 << 14);
        if names.count() <= most && kept.sets.all.len() <= MOST_SETS {
            kept.names = names;
            kept.text = Arc::clone(source.shared_text());
            (kept.reused, kept.asked) = (reused, asked);
            remembered.0 = Some(kept);
        }
        true
    }
}

impl Wholes {
    /// What some of a template are now: those that were known before.
    fn of<'m, 't>(model: &'m Model<'m, 't>, before: &Self) -> Self {
        let mut now = Self::default();
        explore(&model.evaluator, |run| {
            now.parameter_uses = before.parameter_uses.as_ref().map(|_| secrets::parameter_uses(run, model));
            now.boundaries = before.boundaries.as_ref().map(|_| boundary::all_uses(run, model));
        });
        now.tag_keys =
            before.tag_keys.iter().map(|(keys, _)| (keys.clone(), tag_keys::are_used(model, keys))).collect();
        now
    }
}

impl CheckResult {
    /// Moves the places of the answer to where they are now. False if one of them is where something changed.
    fn is_moved(&mut self, difference: &Difference) -> bool {
        let Self::Fail(violations) = self else { return true };
        let spans = |violation: &Violation| {
            let location = &violation.location;
            let related = location.related.iter().map(|related| related.span);
            [location.span, location.exact].into_iter().chain(related).all(|span| difference.moved(span).is_some())
        };
        if !violations.iter().all(spans) {
            return false;
        }
        for Violation { location, .. } in violations {
            let related = location.related.iter_mut().map(|related| &mut related.span);
            for span in [&mut location.span, &mut location.exact].into_iter().chain(related) {
                *span = difference.moved(*span).unwrap_or(*span);
            }
        }
        true
    }
}

impl Linted<'_, '_, '_> {
    /// Where the resources are, if each place of the text speaks for itself.
    fn layout(&self) -> Option<Layout> {
        let Self { source, document, included, model } = self;
        let template = model.evaluator.template;
        let conditions = template.conditions.iter().chain(template.rules);
        let is_plain = !document.calls_macros
            && !document.may_share
            && document.repeated.is_empty()
            && document.root.get("Transform").is_none()
            && included.is_empty()
            && std::ptr::eq(template.root, &raw const document.root)
            && conditions.clone().all(|entry: &Entry<'_>| refers_to_parameters(&entry.value, model));
        is_plain.then(|| Layout::of(source.text(), &document.root, model)).flatten()
    }
}

/// Whether a condition refers to nothing but parameters: what it comes to does not depend on resources.
fn refers_to_parameters(node: &Node<'_>, model: &Model<'_, '_>) -> bool {
    let is_parameter = |name: &Node<'_>| {
        name.as_str().is_some_and(|name| name.starts_with("AWS::") || model.parameter(name).is_some())
    };
    let entries = node.as_mapping().unwrap_or_default();
    entries.iter().all(|entry| match entry.key.as_ref() {
        "Ref" => is_parameter(&entry.value),
        "Fn::GetAtt" | "Fn::Sub" => false,
        _ => refers_to_parameters(&entry.value, model),
    }) && node.as_sequence().unwrap_or_default().iter().all(|item| refers_to_parameters(item, model))
}
