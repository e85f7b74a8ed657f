//! From a violation to the change of the template that removes it: the rule has what changes ([`Recipe`]), this finds where.
//!
//! The rule's path is walked through the tree as written, along the place of the finding. What is not written in the template itself
//! (a parameter, a loop, an included file) is shown and not changed. What the change does to a running resource, `risk` knows.

mod access;
mod collapse;
mod denied;
mod item;
mod key;
mod limits;
mod locked;
mod making;
mod missing;
mod names;
mod neighbors;
mod permits;
mod place;
mod quota;
mod repeats;
mod risk;
mod sam;
mod services;
mod setting;
mod statements;
mod tagging;
mod tags;
mod unique;
mod values;

use crate::change::{Change, Step};
use crate::eval::{Run, explore};
use crate::expand::{self, Block, Model, Section};
use crate::finding::{Applicability, Finding, Fix};
use crate::rules::assertion::Assertion;
use crate::rules::check::checker::Checker;
use crate::rules::check::location::Item;
use crate::rules::fix::{Limit, Recipe};
use crate::rules::path;
use crate::rules::rule::{Check, Rule};
use crate::source::{Source, Span};
use crate::syntax::{Document, Node, edit};
use crate::truth::Truth;
pub(crate) use collapse::edited;
pub(crate) use limits::{MAX_PARAMETERS, MAX_RESOURCES, added};
pub(crate) use locked::Locked;
use making::Making;
use memchr::memchr;
pub(super) use missing::missing;
use neighbors::Neighbors;
use place::Choice;
use risk::{Acknowledged, Deeds};
use rustc_hash::FxHashMap;
use std::cell::{Cell, OnceCell, RefCell};
pub(crate) use unique::Names;

use super::check::Setting;
use super::{Fixes, Linter, Wants};

/// What fixes of one template are made with.
pub(super) struct Workshop<'a, 'm, 't: 'a> {
    source: &'a Source,
    document: &'t Document<'t>,
    pub(super) model: &'m Model<'m, 't>,
    wanted: Fixes,
    wants: &'a Wants<'a>,
    neighbors: Neighbors<'m, 't>,
    text: OnceCell<edit::Text<'a>>,
    /// The tags that all resources with tags have.
    tags: OnceCell<Vec<tags::Tag>>,
    /// What may repeat names, and the bytes that were searched for them.
    texts: OnceCell<names::Texts<'t>>,
    searched: Cell<usize>,
    /// The values of tags by the configuration.
    given: &'a [tags::Tag],
    /// The values that the resources have of each tag.
    values: OnceCell<tagging::Known>,
    /// What reads tags.
    readers: OnceCell<tagging::Readers>,
    /// The keys that fixes may use.
    keys: OnceCell<Vec<&'m Block<'t>>>,
    /// The conditions of the resources that may need a key: two of them, if there are more.
    conditions: OnceCell<Vec<Option<&'t str>>>,
    acknowledged: OnceCell<Acknowledged>,
    /// Whether notes name the roles that cannot use a key.
    compares_roles: OnceCell<bool>,
    /// Which assertions hold for which blocks. Keyed by addresses, which no template chooses.
    held: RefCell<FxHashMap<Asked<'t>, bool>>,
}

/// An assertion of a fix, the check whose failure it mends, the block, and where it has to hold.
type Asked<'t> = (*const Assertion, *const Check, *const Block<'t>, Where);

/// In which deployments an assertion has to be known to be true.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
enum Where {
    /// In each one in which the block fails the check.
    Failing,
    /// In each one that has the block.
    Always,
    /// In one that has the block, or they are too many to look at.
    Ever,
}

/// The bytes of edited texts that are read for one template: each fix with edits is proven by reading
/// what they change, or the whole text.
const MAX_PROVEN: usize = 16 << 20;

/// What is known of a violation besides its finding.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// The section and the name of its block, with all that a transform made.
    pub(super) section: Section,
    pub(super) block: String,
    /// The exact place, below functions.
    pub(super) exact: Span,
    /// The names of what is wrong there or absent.
    pub(super) names: String,
    pub(super) is_absent: bool,
}

/// A violation to fix.
struct Job<'j, 'm, 't> {
    rule: &'j Rule,
    check: &'j Check,
    setting: Setting<'j>,
    block: &'m Block<'t>,
    finding: &'j Finding,
    mark: &'j Mark,
}

/// What a recipe makes of a violation.
enum Attempt {
    /// It is for something else.
    None,
    /// It changes the template.
    Changes(Vec<Change>, Deeds),
    /// It would, if it could.
    Shown(String, Deeds),
}

impl<'a, 'm, 't> Workshop<'a, 'm, 't> {
    pub(super) fn new(
        source: &'a Source,
        document: &'t Document<'t>,
        model: &'m Model<'m, 't>,
        linter: &'a Linter,
        wants: &'a Wants<'a>,
    ) -> Self {
        Self {
            source,
            document,
            model,
            wanted: linter.keep.fixes,
            wants,
            neighbors: Neighbors::new(model),
            text: OnceCell::new(),
            tags: OnceCell::new(),
            texts: OnceCell::new(),
            searched: Cell::new(0),
            given: &linter.tags,
            values: OnceCell::new(),
            readers: OnceCell::new(),
            keys: OnceCell::new(),
            conditions: OnceCell::new(),
            acknowledged: OnceCell::new(),
            compares_roles: OnceCell::new(),
            held: RefCell::default(),
        }
    }

    /// Whether fixes are asked for at all.
    pub(super) fn is_open(&self) -> bool {
        self.wanted != Fixes::None
    }

    /// Whether somebody wants the fix of a finding.
    pub(super) fn wants(&self, finding: &Finding) -> bool {
        (self.wants)(finding)
    }

    /// The fix of a violation by a check of a rule; none if the rule has none for it.
    pub(super) fn fix(
        &self,
        rule: &Rule,
        check: usize,
        setting: Setting<'_>,
        finding: &Finding,
        mark: &Mark,
    ) -> Option<Fix> {
        let recipes = rule.fixes.of_check(check);
        if recipes.is_empty() {
            return None;
        }
        let block = match mark.section {
            Section::Resources => self.model.resource(&mark.block)?,
            Section::Parameters => self.model.parameters.iter().find(|block| block.name == mark.block)?,
            Section::Outputs => self.model.outputs.iter().find(|block| block.name == mark.block)?,
            Section::Template => self.model.whole(),
        };
        let job = Job { rule, check: rule.checks.get(check)?, setting, block, finding, mark };
        let (about, mut others): (Vec<&Recipe>, Vec<&Recipe>) = match recipes {
            // The only one is tried in any case.
            [only] => (vec![only], Vec::new()),
            several => several.iter().partition(|recipe| job.is_about(recipe)),
        };
        if !others.is_empty() && !job.place().is_some_and(|place| place.is_empty()) {
            others.clear();
        }
        let mut shown = None;
        for recipe in about.into_iter().chain(others) {
            match self.attempt(&job, recipe) {
                Attempt::None => {}
                Attempt::Changes(changes, deeds) => return Some(self.made(&job, recipe, changes, deeds)),
                Attempt::Shown(why, deeds) => {
                    shown.get_or_insert((recipe, why, deeds));
                }
            }
        }
        shown.map(|(recipe, why, deeds)| self.shown(&job, recipe, &why, &deeds))
    }

    fn made(&self, job: &Job<'_, 'm, 't>, recipe: &Recipe, changes: Vec<Change>, deeds: Deeds) -> Fix {
        let mut edits = Vec::new();
        let read = self.text.get().map_or(0, edit::Text::bytes_read);
        if self.wanted == Fixes::WithEdits && read.saturating_add(self.source.text().len()) <= MAX_PROVEN {
            let text = self.text.get_or_init(|| edit::Text::of(self.source, self.document));
            let edited = edited(self.document, &changes, |changes| text.edits(changes));
            if let Some((_, refused)) = edited.refused.first() {
                return self.shown(job, recipe, refused.reason(), &deeds);
            }
            edits = edited.edits;
        }
        let may_be_safe = recipe.applicability == Limit::Safe && deeds.are_reviewed();
        if self.wanted == Fixes::Marks {
            let is_safe = may_be_safe && deeds.risk(&self.neighbors).is_empty();
            let applicability = if is_safe { Applicability::Safe } else { Applicability::Unsafe };
            return Fix { changes, ..Fix::marked(applicability, String::new()) };
        }
        let risk = deeds.risk(&self.neighbors);
        let is_safe = may_be_safe && risk.is_empty();
        let own = recipe.parts().map(|part| job.text(&part.note));
        let known = || *self.acknowledged.get_or_init(|| Acknowledged::of(self.model));
        let capability = deeds.capability(&changes, known);
        let note = own.chain(risk).chain(capability).filter(|text| !text.is_empty());
        Fix {
            title: job.title(recipe, &deeds),
            applicability: if is_safe { Applicability::Safe } else { Applicability::Unsafe },
            note: note.collect::<Vec<_>>().join(" "),
            on_deployed: deeds.on_deployed(&self.neighbors).join(" "),
            changes,
            edits,
        }
    }

    fn shown(&self, job: &Job<'_, 'm, 't>, recipe: &Recipe, why: &str, deeds: &Deeds) -> Fix {
        // The rule's note is about what the fix does, and nothing is done here.
        let fix = Fix::marked(Applicability::Display, why.to_owned());
        if self.wanted == Fixes::Marks { fix } else { Fix { title: job.title(recipe, &deeds.clone().shown()), ..fix } }
    }

    /// What a recipe makes of a violation.
    fn attempt(&self, job: &Job<'_, 'm, 't>, recipe: &Recipe) -> Attempt {
        let (mut changes, mut deeds, mut added) = (Vec::new(), Deeds::default(), Vec::new());
        for part in recipe.parts() {
            let fits = |when: &Option<Assertion>, place| when.as_ref().is_none_or(|when| self.holds(job, when, place));
            let has = |unless: &Option<Assertion>, place| {
                unless.as_ref().is_some_and(|unless| self.holds(job, unless, place))
            };
            let is_refused = has(&part.unless, Where::Failing) || has(&part.unless_ever, Where::Ever);
            if is_refused || !fits(&part.when, Where::Failing) || !fits(&part.when_always, Where::Always) {
                return Attempt::None;
            }
            // A key for what is not encrypted, or for a snapshot that has its own, is refused.
            let gets_key = !part.customer_key.is_empty();
            if gets_key && (!self.applies_always(job) || self.writes_where_keys_are_denied(job.block)) {
                return Attempt::None;
            }
            let target = match &part.within {
                None => job.block,
                Some(within) => match self.neighbors.within(within, job.block) {
                    Some(block) => block,
                    None => return Attempt::None,
                },
            };
            let mut making = Making::new(self, job, target, changes, deeds, added);
            match making.all(part) {
                None => return Attempt::None,
                Some(Some(why)) => return Attempt::Shown(why, making.deeds),
                Some(None) => (changes, deeds, added) = (making.changes, making.deeds, making.before),
            }
        }
        if changes.is_empty() { Attempt::None } else { Attempt::Changes(changes, deeds) }
    }

    /// Whether an assertion surely holds for a block. Asked once for all findings of a check in a block, which may be many.
    fn holds(&self, job: &Job<'_, 'm, 't>, assertion: &Assertion, place: Where) -> bool {
        let asked: Asked<'t> = (assertion, job.check, job.block, place);
        if let Some(known) = self.held.borrow().get(&asked) {
            return *known;
        }
        let holds = self.holds_anew(job, assertion, place);
        self.held.borrow_mut().insert(asked, holds);
        holds
    }

    fn holds_anew(&self, job: &Job<'_, 'm, 't>, assertion: &Assertion, place: Where) -> bool {
        let always = place == Where::Always;
        let exploration = explore(&self.model.evaluator, |run| {
            if !expand::exists(run, job.block) || place == Where::Failing && self.fails(run, job).is_false() {
                return None;
            }
            let mut checker = Checker { without_defaults: always, ..self.checker(run, job) };
            Some(checker.judge(assertion, &Item::Block(job.block)).truth)
        });
        let mut truths = exploration.leaves.iter().filter_map(|(_, truth)| *truth);
        match place {
            Where::Ever => !exploration.complete || truths.any(Truth::is_true),
            Where::Failing | Where::Always => exploration.complete && truths.all(Truth::is_true),
        }
    }

    /// Whether a check surely applies to a block in each deployment in which the place of the finding is there, by what the block itself
    /// declares.
    fn applies_always(&self, job: &Job<'_, 'm, 't>) -> bool {
        let Some(when) = job.check.when.as_ref().filter(|when| !when.is_of_others()) else { return true };
        let around = self.choices(job);
        let exploration = explore(&self.model.evaluator, |run| {
            let is_here = expand::exists(run, job.block)
                && around.iter().all(|(condition, holds)| run.condition(condition) == *holds);
            if !is_here {
                return Truth::True;
            }
            let mut checker = Checker { without_defaults: true, ..self.checker(run, job) };
            checker.judge(when, &Item::Block(job.block)).truth
        });
        exploration.complete && exploration.leaves.iter().all(|(_, truth)| truth.is_true())
    }

    fn checker<'r>(&self, run: &'r mut Run<'m, 't>, job: &'r Job<'_, 'm, 't>) -> Checker<'r, 'm, 't> {
        let Setting { parameters, configured, profile, today } = job.setting;
        Checker {
            run,
            model: self.model,
            settings: parameters,
            configured,
            profile,
            today,
            this: job.block,
            explain: false,
            without_defaults: false,
        }
    }

    /// Whether a block that exists fails the check.
    fn fails(&self, run: &mut Run<'m, 't>, job: &Job<'_, 'm, 't>) -> Truth {
        let (item, check) = (Item::Block(job.block), job.check);
        let mut checker = self.checker(run, job);
        let applies = check.when.as_ref().map_or(Truth::True, |when| checker.judge(when, &item).truth);
        if applies.is_false() { applies } else { applies.and(!checker.judge(&check.assert, &item).truth) }
    }

    /// The branches that a finding is in.
    fn choices(&self, job: &Job<'_, 'm, 't>) -> Vec<Choice<'t>> {
        self.written(job.block).map(|(node, _)| place::choices(node, job.mark.exact)).unwrap_or_default()
    }

    /// In which branches of a function with a condition the block fails the check, where those around it are taken, and where the
    /// finding is; none if that is not known.
    fn failing(&self, job: &Job<'_, 'm, 't>, inside: &[Choice<'t>], condition: &'t str) -> Option<[bool; 2]> {
        let around = self.choices(job);
        let exploration = explore(&self.model.evaluator, |run| {
            let is_here = expand::exists(run, job.block)
                && around.iter().chain(inside).all(|(condition, holds)| run.condition(condition) == *holds)
                && self.fails(run, job).is_true();
            is_here.then(|| run.condition(condition))
        });
        let found = |wanted: bool| exploration.leaves.iter().any(|(_, holds)| *holds == Some(wanted));
        let found = [found(true), found(false)];
        (exploration.complete && found.contains(&true)).then_some(found)
    }

    /// Where a block is written in the document, with its path; or why it is not written there.
    fn written(&self, block: &Block<'t>) -> Result<(&'t Node<'t>, Vec<Step>), String> {
        let steps = match block.section {
            Section::Template => return Ok((&self.document.root, Vec::new())),
            section => [section.name(), block.name],
        };
        if let Some(origin) = block.origin {
            if !origin.iterations.is_empty() {
                return Err("A loop creates the resource: change the loop's body.".to_owned());
            }
            if let Some(made_from) = &origin.made_from {
                let mut steps = made_from.block.split('/');
                let (Some("Resources"), Some(id), None) = (steps.next(), steps.next(), steps.next()) else {
                    return Err(format!("The resource is part of `{}`.", made_from.id));
                };
                let node = self.document.root.get("Resources").and_then(|section| section.get(id));
                let node = node.ok_or_else(|| elsewhere("The resource"))?;
                return Ok((node, vec![Step::Key("Resources".to_owned()), Step::Key(id.to_owned())]));
            }
        }
        if block.key_span.source != self.document.root.span.source {
            return Err("The resource is in an included file: change it there.".to_owned());
        }
        let [section, name] = steps;
        let entry = self
            .document
            .root
            .get(section)
            .and_then(|section| section.as_mapping().and_then(|entries| self.model.entry(entries, name)));
        match entry.filter(|entry| entry.key_span == block.key_span) {
            Some(entry) => Ok((&entry.value, vec![Step::Key(section.to_owned()), Step::Key(name.to_owned())])),
            None => Err(elsewhere("The resource")),
        }
    }

    /// The conditions of the resources that may need a key, as far as they tell whether all have the same.
    fn conditions(&self) -> &[Option<&'t str>] {
        self.conditions.get_or_init(|| {
            let mut conditions = Vec::new();
            for block in self.model.resources().iter().filter(|block| key::may_need_key(block)) {
                if !conditions.contains(&block.condition) {
                    conditions.push(block.condition);
                }
                if conditions.len() > 1 {
                    break;
                }
            }
            conditions
        })
    }

    /// Whether a name is free for a new resource.
    fn is_free(&self, name: &str) -> bool {
        self.model.resource(name).is_none() && self.model.parameter(name).is_none()
    }

    /// Whether a resource exists whenever another one does.
    pub(super) fn exists_with(block: &Block<'t>, other: &Block<'t>) -> bool {
        block.condition.is_none() || block.condition == other.condition
    }

    /// The only resource of some types, for a reference of a block to it.
    fn found(&self, types: &[String], block: &Block<'t>) -> Option<&'m Block<'t>> {
        if types.iter().any(|kind| self.model.may_hide(kind)) {
            return None;
        }
        let mut all = types.iter().flat_map(|kind| self.model.of_type(kind));
        all.next().filter(|only| all.next().is_none() && self.is_for(only, block))
    }

    /// Whether a block can refer to another one.
    fn is_for(&self, other: &Block<'t>, block: &Block<'t>) -> bool {
        !other.is(block) && Self::exists_with(other, block) && !self.neighbors.leads(other, block)
    }
}

fn elsewhere(what: &str) -> String {
    format!("{what} is not written in the template as it stands: a macro or an include adds it.")
}

impl<'t> Job<'_, '_, 't> {
    /// A text of the rule with its placeholders filled.
    fn text(&self, text: &str) -> String {
        let text = text.trim();
        // Few texts have it, and there are as many as findings.
        if memchr(b'{', text.as_bytes()).is_none() {
            return text.to_owned();
        }
        text.replace("{resource}", self.block.written_name())
    }

    /// The steps from the block to the finding, as far as both are written; none if it is elsewhere.
    fn place(&self) -> Option<Vec<&str>> {
        let mut steps = self.finding.path.split('/').filter(|step| !step.is_empty());
        match self.mark.section {
            Section::Template => {}
            section => {
                let is_own = steps.next() == Some(section.name()) && steps.next() == Some(self.block.written_name());
                if !is_own {
                    return None;
                }
            }
        }
        Some(steps.collect())
    }

    /// Whether a recipe changes what the finding is about.
    fn is_about(&self, recipe: &Recipe) -> bool {
        if recipe.within.is_some() || recipe.becomes.is_some() || recipe.suffix_names.is_some() {
            return true;
        }
        let own = recipe.places().map(|(_, path, _)| path).chain(&recipe.remove).chain(&recipe.customer_key);
        let mut paths = own.chain(recipe.put.iter().map(|put| &put.list)).peekable();
        if paths.peek().is_none() {
            return true;
        }
        let Some(place) = self.place() else { return false };
        let names: Vec<&str> = self.mark.names.split(['`', ' ', ',']).flat_map(|name| name.split(['.', '['])).collect();
        let is_near = |chain: &[path::Step]| {
            let mut rest = chain.iter();
            for own in &place {
                let is_number = own.bytes().all(|byte| byte.is_ascii_digit());
                // A single value may be where a list is.
                let is_item = |step: &&path::Step| !matches!(step, path::Step::Name(_));
                let next = if is_number { rest.next() } else { rest.by_ref().find(|step| !is_item(step)) };
                let agrees = match next {
                    // The finding is inside of what changes.
                    None => return true,
                    Some(path::Step::Name(name)) => name == own,
                    Some(path::Step::Index(_) | path::Step::Every) => true,
                };
                if !agrees {
                    return false;
                }
            }
            let next = rest.find_map(|step| match step {
                path::Step::Name(name) if name != "Properties" => Some(name.as_str()),
                _ => None,
            });
            match next {
                Some(next) if self.mark.is_absent => names.contains(&next),
                _ => true,
            }
        };
        let sam = self.block.written_kind();
        paths.any(|path| {
            path.chains.iter().any(|chain| {
                is_near(chain) || sam::steps(sam, self.block.kind, chain).is_some_and(|chain| is_near(&chain))
            })
        })
    }

    fn title(&self, recipe: &Recipe, deeds: &Deeds) -> String {
        match &recipe.title {
            Some(title) => self.text(title),
            None => deeds.title(recipe),
        }
    }
}
