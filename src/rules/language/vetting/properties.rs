//! The properties that a rule asks for, and what it compares them with, against the schemas of the types that it looks at.
//!
//! A rule that asks for a property that a type does not have is silent on all resources of that type, or fires on all of them. So
//! does one that waits for a value that never occurs.

use super::blocks::{AS_WRITTEN, OUTPUT, PARAMETER, RESOURCE, STATEMENT, TEMPLATE};
use super::place::{Focus, Place, Spot};
use super::slip::{Slip, Vetted, did_you_mean, meant};
use super::types::{Known, Newer, Unknown, look_up, nearest_property};
use super::values::{Never, never};
use crate::facts::schema::{self, Kind, Missing, Property, Schema, Step};
use crate::rules::language::assertion::{Assertion, Form, Quantified, Related, Selector};
use crate::rules::language::named::Piece;
use crate::rules::language::path::{Path, Step as PathStep};
use crate::rules::language::predicate::{Predicate, Test};
use crate::rules::language::rule::Rule;
use crate::rules::language::target::{TargetName, Targets};

/// More types than this are not looked up for one pattern.
const MAX_LIKE: usize = 200;

/// What an assertion is about: a block or a value of one of these owners.
#[derive(Clone)]
pub(super) struct Context<'r> {
    pub(super) owners: Vec<Owner<'r>>,
    /// The steps from the owner to the value; none where nothing is known of its shape.
    pub(super) base: Option<Vec<PathStep>>,
}

/// A kind of block, or of value, with what it has inside.
#[derive(Clone)]
pub(super) struct Owner<'r> {
    /// `AWS::S3::Bucket`, or words such as `a parameter`.
    name: &'r str,
    shape: Shape,
    /// The pattern that stands for the type, among others.
    pattern: Option<&'r str>,
}

#[derive(Copy, Clone)]
enum Shape {
    /// A resource with these properties.
    Resource(Schema),
    /// A resource with any properties.
    OpenResource,
    /// Something else.
    Other(Schema),
}

/// A type without a property that other types of the same check have.
pub(super) struct Lack<'r> {
    owner: &'r str,
    slip: Slip,
}

impl<'r> Context<'r> {
    /// What is in no schema.
    pub(super) const NOWHERE: Self = Self { owners: Vec::new(), base: None };

    pub(super) fn of(owners: Vec<Owner<'r>>) -> Self {
        Self { owners, base: Some(Vec::new()) }
    }

    /// Whether it is a block, and not a value in one.
    fn is_block(&self) -> bool {
        self.base.as_ref().is_some_and(Vec::is_empty)
    }
}

pub(super) fn step(step: &PathStep) -> Step<'_> {
    match step {
        PathStep::Name(name) => Step::Name(name),
        PathStep::Index(_) | PathStep::Every => Step::Element,
    }
}

impl<'r> Owner<'r> {
    fn of(name: &'r str, shape: Shape) -> Self {
        Self { name, shape, pattern: None }
    }

    /// The value at the end of some steps.
    pub(super) fn property(&self, steps: &[Step<'_>], newer: &Newer<'_>) -> Result<Property, Missing> {
        let anything = Property { kind: Kind::Any, read_only: false };
        match (self.shape, steps) {
            (Shape::Resource(_), [Step::Name("Properties"), below @ ..]) if newer.has(self.name, below) => Ok(anything),
            (Shape::Resource(schema), [Step::Name("Properties"), below @ ..]) => schema.property(below),
            (Shape::OpenResource, [Step::Name("Properties"), ..]) => Ok(anything),
            (Shape::Resource(_) | Shape::OpenResource, _) => RESOURCE.property(steps),
            (Shape::Other(schema), _) => schema.property(steps),
        }
    }

    /// What is wrong with steps that lead to nothing, and the name that is wrong.
    fn problem(&self, missing: &Missing, steps: &[Step<'_>]) -> (String, String) {
        let is_attribute = !matches!(steps.first(), Some(Step::Name("Properties")));
        let owner = self.name;
        match (missing, self.shape) {
            (Missing::Name { name, known, .. }, Shape::Resource(schema)) if is_attribute => {
                let in_properties = schema.property(&[Step::Name(name)]).is_ok();
                let hint = match in_properties {
                    true => Some(format!("$.Properties.{name}")),
                    false => meant(name, known.iter().copied()).map(str::to_owned),
                };
                (format!("a resource has no attribute `{name}`{}", did_you_mean(hint)), name.clone())
            }
            (Missing::Name { name, known, .. }, Shape::OpenResource) => {
                let hint = did_you_mean(meant(name, known.iter().copied()));
                (format!("a resource has no attribute `{name}`{hint}"), name.clone())
            }
            (Missing::Name { place, name, known }, Shape::Resource(schema)) => {
                let hint = did_you_mean(nearest_property(&schema, name, known));
                let message = match place.as_str() {
                    "" => format!("`{owner}` has no property `{name}`{hint}"),
                    place => format!("`{place}` of `{owner}` has no property `{name}`{hint}"),
                };
                (message, name.clone())
            }
            (Missing::Name { place, name, known }, Shape::Other(_)) => {
                let normalized = AS_WRITTEN.iter().find(|(own, as_list)| own == name && known.contains(as_list));
                let hint = normalized.map(|(_, as_list)| *as_list).or_else(|| meant(name, known.iter().copied()));
                let place = if place.is_empty() { owner.to_owned() } else { format!("`{place}` of {owner}") };
                (format!("{place} has no `{name}`{}", did_you_mean(hint)), name.clone())
            }
            (Missing::Index { name, .. } | Missing::Scalar { name, .. }, Shape::Resource(_)) => {
                (format!("{missing} (`{owner}`)"), name.clone())
            }
            (Missing::Index { name, .. } | Missing::Scalar { name, .. }, _) => (missing.to_string(), name.clone()),
            (Missing::Type, _) => (missing.to_string(), String::new()),
        }
    }
}

/// The walk through the checks of a rule.
pub(super) struct Walk<'r> {
    pub(super) rule: &'r Rule,
    pub(super) newer: &'r Newer<'r>,
    pub(super) vetted: Vetted,
}

impl<'r> Walk<'r> {
    pub(super) fn new(rule: &'r Rule, newer: &'r Newer<'r>, slips: Vec<Slip>) -> Self {
        Self { rule, newer, vetted: Vetted { slips, ..Vetted::default() } }
    }

    pub(super) fn finish(self) -> Vetted {
        self.vetted
    }

    pub(super) fn slip(&mut self, place: Place, message: String, may_be_newer: bool) {
        self.vetted.slips.push(Slip { place, message, may_be_newer });
    }

    fn unknown_type(&mut self, kind: &str, unknown: Unknown, spot: &Spot<'_>) {
        self.slip(spot.at(Focus::scalar(kind)), unknown.message, unknown.may_be_newer);
    }

    pub(super) fn rule(&mut self) {
        let rule = self.rule;
        for (index, check) in rule.checks.iter().enumerate() {
            let spot = Spot::check(index);
            let context = self.targets(&check.targets, &spot.below("resources"));
            for (key, assertion) in [("when", check.when.as_ref()), ("assert", Some(&check.assert))] {
                if let Some(assertion) = assertion {
                    let lacks = self.assertion(assertion, &context, &spot.below(key));
                    self.settle(lacks);
                }
            }
        }
    }

    /// The blocks that a check looks at.
    pub(super) fn targets(&mut self, targets: &'r Targets, spot: &Spot<'_>) -> Context<'r> {
        let mut owners = Vec::new();
        for target in targets {
            match target {
                TargetName::Type(kind) | TargetName::Types(kind) => self.add_type(kind, spot, &mut owners),
                TargetName::AnyResource | TargetName::Taggable | TargetName::Named | TargetName::Stateful => {
                    owners.push(Owner::of("a resource", Shape::OpenResource));
                }
                TargetName::Parameters => owners.push(Owner::of("a parameter", Shape::Other(PARAMETER))),
                TargetName::Outputs => owners.push(Owner::of("an output", Shape::Other(OUTPUT))),
                TargetName::Template => owners.push(Owner::of("a template", Shape::Other(TEMPLATE))),
                TargetName::Exceptions => {}
            }
        }
        Context::of(owners)
    }

    /// Resources of some types or patterns.
    pub(super) fn resources(&mut self, types: &'r [String], spot: &Spot<'_>) -> Context<'r> {
        let mut owners = Vec::new();
        for kind in types {
            self.add_type(kind, spot, &mut owners);
        }
        Context::of(owners)
    }

    fn add_type(&mut self, kind: &'r str, spot: &Spot<'_>, owners: &mut Vec<Owner<'r>>) {
        match look_up(kind, self.newer) {
            Ok(Known::Exact(schema)) => owners.push(Owner::of(kind, Shape::Resource(schema))),
            Ok(Known::Like(like)) if like.len() <= MAX_LIKE => owners.extend(like.into_iter().filter_map(|name| {
                Some(Owner { name, shape: Shape::Resource(Schema::of(name)?), pattern: Some(kind) })
            })),
            Ok(Known::Like(_) | Known::Open) => owners.push(Owner::of("a resource", Shape::OpenResource)),
            Err(unknown) => self.unknown_type(kind, unknown, spot),
        }
    }

    /// Types that are compared with something.
    pub(super) fn types(&mut self, types: &[String], spot: &Spot<'_>) {
        for kind in types {
            if let Err(unknown) = look_up(kind, self.newer) {
                self.unknown_type(kind, unknown, spot);
            }
        }
    }

    pub(super) fn settle(&mut self, lacks: Vec<Lack<'r>>) {
        for Lack { owner, mut slip } in lacks {
            let hint = match slip.message.contains("; did you mean") {
                true => String::new(),
                false => format!("; give `{owner}` a check of its own, or add `or-absent: true`"),
            };
            slip.message.push_str(&hint);
            self.vetted.slips.push(slip);
        }
    }

    /// The value at a path, of those owners that have it, and those that lack it. Of several values it is the first one's, because
    /// the same is asked of all: one of them is enough for each owner.
    pub(super) fn locate(
        &mut self,
        path: &Path,
        context: &Context<'r>,
        spot: &Spot<'_>,
    ) -> (Context<'r>, Vec<Lack<'r>>) {
        let Some(base) = &context.base else { return (Context::NOWHERE, Vec::new()) };
        if context.owners.is_empty() {
            return (Context::NOWHERE, Vec::new());
        }
        let chains = path.chains();
        let number = chains.steps.len();
        let mut all: Vec<Lack<'r>> = Vec::new();
        let mut first = None;
        for chain in chains.steps {
            let steps: Vec<PathStep> = base.iter().cloned().chain(chain).collect();
            let (value, lacks) = self.locate_one(steps, path, context, spot);
            all.extend(lacks);
            first.get_or_insert(value);
        }
        let missed = |owner: &str| all.iter().filter(|lack| lack.owner == owner).count() == number;
        let lacking: Vec<bool> = all.iter().map(|lack| missed(lack.owner)).collect();
        let lacks = all.into_iter().zip(lacking).filter_map(|(lack, is_lack)| is_lack.then_some(lack)).collect();
        let first = first.filter(|_| !chains.is_open);
        (first.unwrap_or(Context::NOWHERE), lacks)
    }

    fn locate_one(
        &mut self,
        path_steps: Vec<PathStep>,
        path: &Path,
        context: &Context<'r>,
        spot: &Spot<'_>,
    ) -> (Context<'r>, Vec<Lack<'r>>) {
        self.vetted.properties += 1;
        let steps: Vec<Step<'_>> = path_steps.iter().map(step).collect();
        let mut owners: Vec<Owner<'r>> = Vec::new();
        let mut lacking: Vec<(&Owner<'r>, String, String)> = Vec::new();
        // Lists do not lose their index.
        let mut may_be_newer = matches!(steps.first(), Some(Step::Name("Properties")));
        for owner in &context.owners {
            match owner.property(&steps, self.newer) {
                Ok(found) if found.read_only => {
                    let name = schema::shown(steps.get(1..).unwrap_or_default());
                    let last = name.rsplit('.').next().unwrap_or(&name).to_owned();
                    lacking.push((owner, format!("no template can set `{name}` of `{}`", owner.name), last));
                }
                Ok(_) => owners.push(owner.clone()),
                Err(missing) => {
                    may_be_newer &= !matches!(missing, Missing::Index { .. });
                    let (message, name) = owner.problem(&missing, &steps);
                    lacking.push((owner, message, name));
                }
            }
        }
        // Of the types of a pattern, one is enough.
        let has = |pattern: &str| owners.iter().any(|owner| owner.pattern == Some(pattern));
        lacking.retain(|(owner, ..)| owner.pattern.is_none_or(|pattern| !has(pattern)));
        let mut reported: Vec<&str> = Vec::new();
        let mut lacks = Vec::new();
        for (owner, message, name) in lacking {
            let (owner, message) = match owner.pattern {
                Some(pattern) if reported.contains(&pattern) => continue,
                Some(pattern) => {
                    reported.push(pattern);
                    (pattern, format!("no resource type like `{pattern}` has `{name}`"))
                }
                None => (owner.name, message),
            };
            let place = spot.at(Focus::part(&path.text, &name));
            lacks.push(Lack { owner, slip: Slip { place, message, may_be_newer } });
        }
        if owners.is_empty() {
            // All lack it: the first one stands for the others.
            let others = lacks.len().saturating_sub(1);
            if let Some(Lack { mut slip, .. }) = lacks.into_iter().next() {
                if others > 0 && !slip.message.contains("; did you mean") {
                    slip.message.push_str("; nor has any other type of the check");
                }
                self.vetted.slips.push(slip);
            }
            return (Context::NOWHERE, Vec::new());
        }
        (Context { owners, base: Some(path_steps) }, lacks)
    }

    /// Walks through an assertion; returns the types on which it cannot be decided.
    pub(super) fn assertion(
        &mut self,
        assertion: &'r Assertion,
        context: &Context<'r>,
        spot: &Spot<'_>,
    ) -> Vec<Lack<'r>> {
        match &assertion.form {
            Form::All(items) => {
                let spot = spot.below("all");
                let items = items.iter().enumerate();
                items.flat_map(|(index, item)| self.assertion(item, context, &spot.item(index))).collect()
            }
            Form::Any(items) => self.any(items, context, &spot.below("any")),
            Form::Not(inner) => self.assertion(inner, context, &spot.below("not")),
            Form::Value { path, is, or_absent } => {
                // Inside a resource's properties, `Type` is one of them.
                if path.text == "$.Type" && context.is_block() {
                    self.compared_types(is, &spot.below("is"));
                }
                let (value, lacks) = self.locate(path, context, &spot.below("path"));
                self.predicate(is, &value, &spot.below("is"));
                // Here the rule states itself that the property need not exist.
                if *or_absent || is.as_presence() == Some(false) { Vec::new() } else { lacks }
            }
            Form::Quantified(quantifier, quantified) => {
                self.quantified(quantified, context, &spot.below(quantifier.key()))
            }
            Form::Count(_, quantified) => self.quantified(quantified, context, &spot.below("count")),
            Form::Analysis(analysis) => {
                let spot = spot.below("analysis");
                analysis.paths().into_iter().flat_map(|path| self.locate(path, context, &spot).1).collect()
            }
            Form::Setting { .. } | Form::Configured(_) | Form::Profile(_) | Form::Undecided(_) => Vec::new(),
        }
    }

    /// An alternative may be for some of the types, as long as each type has one. One that is never known is none.
    fn any(&mut self, items: &'r [Assertion], context: &Context<'r>, spot: &Spot<'_>) -> Vec<Lack<'r>> {
        let decided = items.iter().enumerate().filter(|(_, item)| !matches!(item.form, Form::Undecided(_)));
        let alternatives: Vec<Vec<Lack<'r>>> =
            decided.map(|(index, item)| self.assertion(item, context, &spot.item(index))).collect();
        let has = |alternative: &[Lack<'r>], owner: &str| alternative.iter().all(|lack| lack.owner != owner);
        let everywhere = |lack: &Lack<'r>| !alternatives.iter().any(|alternative| has(alternative, lack.owner));
        let lacking: Vec<bool> = alternatives.iter().flatten().map(everywhere).collect();
        alternatives.into_iter().flatten().zip(lacking).filter_map(|(lack, is_lack)| is_lack.then_some(lack)).collect()
    }

    fn quantified(&mut self, quantified: &'r Quantified, context: &Context<'r>, spot: &Spot<'_>) -> Vec<Lack<'r>> {
        let (inner, mut lacks) = match &quantified.selector {
            Selector::Path(path) => self.locate(path, context, &spot.below("path")),
            Selector::Items(path) => {
                let (value, lacks) = self.locate(path, context, &spot.below("items"));
                (self.elements(value), lacks)
            }
            // The contents of a text are in no schema.
            Selector::Json(path) => (Context::NOWHERE, self.locate(path, context, &spot.below("json")).1),
            Selector::Statements(_) => {
                (Context::of(vec![Owner::of("a normalized statement", Shape::Other(STATEMENT))]), Vec::new())
            }
            Selector::Related(related) => {
                let spot = spot.below("related");
                let there = self.resources(&related.types, &spot.below("types"));
                let (_, lacks) = self.locate(&related.via, &there, &spot.below("via"));
                self.settle(lacks);
                let names = self.names(related, context, &spot.below("named"));
                (there, names)
            }
            Selector::Referenced(related) => {
                let spot = spot.below("referenced");
                let (_, lacks) = self.locate(&related.via, context, &spot.below("via"));
                (self.resources(&related.types, &spot.below("types")), lacks)
            }
            Selector::Resources(types) => (self.resources(types, &spot.below("resources")), Vec::new()),
        };
        // A value is of the same owner, so it lacks what the owner lacks. A block is another one.
        let is_value = inner.base.as_ref().is_some_and(|base| !base.is_empty());
        for (key, assertion) in [("where", &quantified.filter), ("assert", &quantified.test)] {
            if let Some(assertion) = assertion {
                let found = self.assertion(assertion, &inner, &spot.below(key));
                if is_value { lacks.extend(found) } else { self.settle(found) }
            }
        }
        lacks
    }

    /// The elements of a list; a value that is none stands for itself.
    fn elements(&self, value: Context<'r>) -> Context<'r> {
        let Some(mut base) = value.base else { return Context::NOWHERE };
        let is_list = |owner: &Owner<'r>| {
            let steps: Vec<Step<'_>> = base.iter().map(step).collect();
            owner.property(&steps, self.newer).is_ok_and(|found| found.kind == Kind::Array)
        };
        if value.owners.iter().any(is_list) {
            base.push(PathStep::Every);
        }
        Context { base: Some(base), ..value }
    }

    fn names(&mut self, related: &'r Related, context: &Context<'r>, spot: &Spot<'_>) -> Vec<Lack<'r>> {
        let pieces = related.named.iter().flat_map(|named| &named.pieces);
        let paths = pieces.filter_map(|piece| match piece {
            Piece::Path(path) => Some(path),
            _ => None,
        });
        paths.flat_map(|path| self.locate(path, context, spot).1).collect()
    }

    /// `$.Type` is compared with types that exist.
    fn compared_types(&mut self, is: &Predicate, spot: &Spot<'_>) {
        let settings = &self.rule.settings;
        for test in &is.tests {
            if let Test::In(operand, _) | Test::Like(operand, _) = test {
                self.types(&operand.texts(settings), spot);
            }
        }
    }

    /// What the value is compared with is something that it can be.
    fn predicate(&mut self, is: &Predicate, value: &Context<'r>, spot: &Spot<'_>) {
        for test in &is.tests {
            if let Test::RefersTo(types, _) | Test::FromResource(types, _) = test {
                self.types(types, spot);
            }
            if let Test::Among(path) = test {
                // From the resource on.
                let whole = Context { owners: value.owners.clone(), base: Some(Vec::new()) };
                let (_, lacks) = self.locate(path, &whole, spot);
                self.settle(lacks);
            }
        }
        let Some(base) = &value.base else { return };
        let steps: Vec<Step<'_>> = base.iter().map(step).collect();
        let found =
            value.owners.iter().filter_map(|owner| Some((owner, owner.property(&steps, self.newer).ok()?.kind)));
        let (owners, kinds): (Vec<&Owner<'r>>, Vec<Kind>) = found.unzip();
        for test in &is.tests {
            for (owner, kind) in owners.iter().zip(&kinds) {
                self.vetted.values += usize::from(matches!(test, Test::In(..)));
                // A type of a pattern need not have the values of the others.
                let Some(never) = never(test, kind, &kinds, &self.rule.settings).filter(|_| owner.pattern.is_none())
                else {
                    continue;
                };
                let Never { text, parameter, why } = never;
                let place = match &parameter {
                    Some(name) => Spot::key("parameters").named(name).below("default").at(Focus::scalar(&text)),
                    None => spot.at(Focus::scalar(&text)),
                };
                let name = schema::shown(match steps.as_slice() {
                    [Step::Name("Properties"), below @ ..] => below,
                    steps => steps,
                });
                let may_be_newer = matches!(steps.first(), Some(Step::Name("Properties")));
                self.slip(place, format!("`{name}` of {} {why}", owner.shown()), may_be_newer);
            }
        }
    }
}

impl Owner<'_> {
    /// Its name in a sentence.
    pub(super) fn shown(&self) -> String {
        match self.shape {
            Shape::Resource(_) => format!("`{}`", self.name),
            Shape::OpenResource | Shape::Other(_) => self.name.to_owned(),
        }
    }
}
