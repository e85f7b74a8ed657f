//! The properties that fixes change, and the values that they write, against the schemas of the types that they are about.

use super::super::fix::{Addition, FixPath, Pattern, Put, Recipe, Within};
use super::super::path::{Path, Step as PathStep};
use super::place::{Focus, Spot};
use super::properties::{Context, Walk, step};
use super::{did_you_mean, meant};
use crate::facts::schema::{Kind, Schema, Step};

/// The placeholders of the texts of a fix.
const PLACEHOLDERS: [&str; 3] = ["resource", "item", "item-name"];

impl<'r> Walk<'r> {
    /// Walks through the fixes of the rule.
    pub(super) fn fixes(&mut self) {
        let rule = self.rule;
        let mut all: Vec<Context<'r>> = Vec::new();
        for (index, check) in rule.checks.iter().enumerate() {
            let spot = Spot::check(index);
            // What is wrong about the types was reported with the check.
            let context = self.silently(|walk| walk.targets(&check.targets, &spot));
            let own = rule.fixes.only_of_check(index);
            self.recipes(own, &context, &spot.below("fix"));
            if own.is_empty() {
                all.push(context);
            }
        }
        let context = Context::of(all.into_iter().flat_map(|context| context.owners).collect());
        self.recipes(rule.fixes.own(), &context, &Spot::key("fix"));
    }

    fn recipes(&mut self, recipes: &'r [Recipe], context: &Context<'r>, spot: &Spot<'_>) {
        for (index, recipe) in recipes.iter().enumerate() {
            let item = spot.item(index);
            // One alone is no list.
            self.recipe(recipe, &[], context, if recipes.len() == 1 { spot } else { &item });
        }
    }

    /// `before` are the resources that the part before it adds.
    fn recipe(&mut self, recipe: &'r Recipe, before: &'r [Addition], own: &Context<'r>, spot: &Spot<'_>) {
        let adds = recipe.added_after(before);
        let conditions = [
            ("when", &recipe.when),
            ("when-always", &recipe.when_always),
            ("unless", &recipe.unless),
            ("unless-ever", &recipe.unless_ever),
        ];
        for (key, when) in conditions {
            if let Some(when) = when {
                self.assertion(when, own, &spot.below(key));
            }
        }
        for (key, text) in [("title", recipe.title.as_deref().unwrap_or_default()), ("note", &recipe.note)] {
            self.placeholders(text, &["resource"], &spot.below(key));
        }
        let changed = match &recipe.within {
            Some(within) => self.within(within, own, &spot.below("in")),
            None => own.clone(),
        };
        let old = changed.clone();
        let changed = match &recipe.becomes {
            Some(becomes) => {
                let spot = spot.below("becomes");
                self.placeholders(&becomes.name, &PLACEHOLDERS, &spot.below("name"));
                self.resources(std::slice::from_ref(&becomes.kind), &spot.below("type"))
            }
            None => changed,
        };
        for (key, path, value) in recipe.places() {
            let (below, name) = (spot.below(key), &*path.path.text);
            let mut found = self.place(path, &changed, &below);
            if key == "append"
                && let Some(base) = &mut found.base
            {
                base.push(PathStep::Every);
            }
            self.pattern(value, &found, own, adds, &below.named(name));
        }
        for path in &recipe.remove {
            self.place(path, &old, &spot.below("remove"));
        }
        for path in &recipe.customer_key {
            self.place(path, &changed, &spot.below("customer-key"));
        }
        let put = spot.below("put");
        for (index, one) in recipe.put.iter().enumerate() {
            let item = put.item(index);
            self.put(one, &changed, own, adds, if recipe.put.len() == 1 { &put } else { &item });
        }
        let and = spot.below("and");
        let mut last = adds;
        for (index, part) in recipe.and.iter().enumerate() {
            self.recipe(part, last, own, &and.item(index));
            last = part.added_after(last);
        }
        let add = spot.below("add");
        for (index, one) in recipe.add.iter().enumerate() {
            let item = add.item(index);
            self.addition(one, own, adds, if recipe.add.len() == 1 { &add } else { &item });
        }
    }

    /// The value at a path of those types that have it: one is enough.
    fn place(&mut self, path: &'r FixPath, context: &Context<'r>, spot: &Spot<'_>) -> Context<'r> {
        let (found, lacks) = self.locate(&path.path, context, spot);
        if found.owners.is_empty() && !context.owners.is_empty() {
            // `locate` takes types that lack a list of names for types that lack one of them.
            self.settle(lacks);
        }
        found
    }

    fn within(&mut self, within: &'r Within, own: &Context<'r>, spot: &Spot<'_>) -> Context<'r> {
        let there = self.resources(&within.types, &spot.below("types"));
        if let Some(via) = &within.via {
            self.place(via, &there, &spot.below("via"));
        }
        if let Some(from) = &within.from {
            self.place(from, own, &spot.below("from"));
        }
        match &within.then {
            Some(then) => self.within(then, &there, &spot.below("then")),
            None => there,
        }
    }

    fn put(&mut self, put: &'r Put, changed: &Context<'r>, own: &Context<'r>, adds: &'r [Addition], spot: &Spot<'_>) {
        let mut list = self.place(&put.list, changed, &spot.below("in"));
        if let Some(base) = &mut list.base {
            base.push(PathStep::Every);
        }
        let spot = spot.below("item");
        match &put.item {
            Pattern::Map(fields) if fields.iter().any(|(key, _)| *key == put.by) => {
                self.pattern(&put.item, &list, own, adds, &spot);
            }
            _ => {
                let message = format!("the item needs `{}`, which names it", put.by);
                self.slip(spot.at(Focus::default()), message, false);
            }
        }
    }

    fn addition(&mut self, addition: &'r Addition, own: &Context<'r>, adds: &'r [Addition], spot: &Spot<'_>) {
        self.placeholders(&addition.name, &PLACEHOLDERS, &spot.below("name"));
        let context = self.resources(std::slice::from_ref(&addition.kind), &spot.below("type"));
        let fields =
            [("attributes", &addition.attributes, None), ("properties", &addition.properties, Some("Properties"))];
        for (key, fields, below) in fields {
            let spot = spot.below(key);
            for (name, value) in &fields.0 {
                let steps = below.into_iter().chain([name.as_str()]).map(|name| PathStep::Name(name.to_owned()));
                let found = Context { base: Some(steps.collect()), ..context.clone() };
                self.known_name(&found, name, &spot);
                self.pattern(value, &found, own, adds, &spot.named(name));
            }
        }
    }

    /// Reports a name that no type has at its place.
    fn known_name(&mut self, context: &Context<'r>, name: &str, spot: &Spot<'_>) {
        let Some(base) = &context.base else { return };
        let text = base.iter().fold("$".to_owned(), |text, step| match step {
            PathStep::Name(name) => format!("{text}.{name}"),
            PathStep::Index(_) | PathStep::Every => format!("{text}[*]"),
        });
        let whole = Context { owners: context.owners.clone(), base: Some(Vec::new()) };
        let path =
            Path { text: text.into(), names: Vec::new(), rest: Some(super::super::path::Rest::Steps(base.clone())) };
        let before = self.vetted.slips.len();
        let (_, lacks) = self.locate(&path, &whole, spot);
        self.settle(lacks);
        for slip in self.vetted.slips.iter_mut().skip(before) {
            slip.place = spot.at(Focus::scalar(name));
        }
    }

    /// A value at its place.
    fn pattern(
        &mut self,
        value: &'r Pattern,
        context: &Context<'r>,
        own: &Context<'r>,
        adds: &'r [Addition],
        spot: &Spot<'_>,
    ) {
        let kinds = self.kinds(context);
        match value {
            Pattern::Text(text) => {
                self.placeholders(text, &PLACEHOLDERS, spot);
                self.scalar(text, &kinds, context, spot);
            }
            Pattern::Bool(value) => self.scalar(&value.to_string(), &kinds, context, spot),
            Pattern::Number(text) => self.scalar(text, &kinds, context, spot),
            Pattern::Parameter(name) => {
                let texts = self.rule.settings.get(name).cloned().unwrap_or_default();
                let is_list = kinds.first().is_some_and(|kind| matches!(kind, Kind::Array));
                let context = if is_list { below(context, PathStep::Every) } else { context.clone() };
                let kinds = self.kinds(&context);
                texts.iter().for_each(|text| self.scalar(text, &kinds, &context, spot));
            }
            Pattern::List(items) => {
                self.shape(&kinds, |kind| matches!(kind, Kind::Array), "a list", context, spot);
                let inner = below(context, PathStep::Every);
                for (index, item) in items.iter().enumerate() {
                    self.pattern(item, &inner, own, adds, &spot.item(index));
                }
            }
            Pattern::Map(fields) => {
                let is_call = matches!(fields.as_slice(), [(name, _)] if name == "Ref" || name.starts_with("Fn::"));
                if !is_call {
                    self.shape(&kinds, |kind| matches!(kind, Kind::Object(_) | Kind::Map), "a map", context, spot);
                }
                for (name, value) in fields {
                    let inner = match is_call {
                        true => Context::NOWHERE,
                        false => below(context, PathStep::Name(name.clone())),
                    };
                    if !is_call && kinds.iter().any(|kind| matches!(kind, Kind::Object(_))) {
                        self.known_name(&inner, name, spot);
                    }
                    self.pattern(value, &inner, own, adds, &spot.named(name));
                }
            }
            Pattern::Added(place, get) => {
                let kind = adds.get(*place).map(|addition| addition.kind.as_str()).unwrap_or_default();
                self.attribute(kind, get, spot);
            }
            Pattern::Found(found) => {
                let spot = spot.below("found");
                self.types(&found.types, &spot.below("types"));
                found.types.iter().for_each(|kind| self.attribute(kind, &found.get, &spot.below("get")));
            }
            Pattern::CustomerKey(get) => self.attribute("AWS::KMS::Key", get, &spot.below("customer-key")),
            Pattern::Written(path) => {
                self.place(path, own, &spot.below("written"));
            }
            Pattern::Null => {}
        }
    }

    /// What the values at a place are, of those types that have it.
    fn kinds(&self, context: &Context<'r>) -> Vec<Kind> {
        let Some(base) = &context.base else { return Vec::new() };
        let steps: Vec<Step<'_>> = base.iter().map(step).collect();
        context.owners.iter().filter_map(|owner| Some(owner.property(&steps, self.newer).ok()?.kind)).collect()
    }

    /// A scalar that no type takes is a slip.
    fn scalar(&mut self, text: &str, kinds: &[Kind], context: &Context<'r>, spot: &Spot<'_>) {
        if kinds.is_empty() || kinds.iter().any(|kind| super::values::may_be_written(kind, text)) {
            return;
        }
        let values: Vec<&str> = kinds
            .iter()
            .flat_map(|kind| match kind {
                Kind::Enum(values) | Kind::EnumInAnyCase(values) => values.clone(),
                _ => Vec::new(),
            })
            .collect();
        let hint = did_you_mean(meant(text, values.iter().copied()));
        let message = format!("{} is never `{text}`{hint}", shown(context));
        self.slip(spot.at(Focus::scalar(text)), message, true);
    }

    /// A list or map that no type takes is a slip.
    fn shape(
        &mut self,
        kinds: &[Kind],
        takes: impl Fn(&Kind) -> bool,
        what: &str,
        context: &Context<'r>,
        spot: &Spot<'_>,
    ) {
        if !kinds.is_empty() && !kinds.iter().any(|kind| matches!(kind, Kind::Any) || takes(kind)) {
            let message = format!("{} is not {what}", shown(context));
            self.slip(spot.at(Focus::default()), message, true);
        }
    }

    /// What a reference to a resource of a type asks for.
    fn attribute(&mut self, kind: &str, get: &str, spot: &Spot<'_>) {
        let Some(schema) = Schema::of(kind) else { return };
        let steps: Vec<Step<'_>> = get.split('.').map(Step::Name).collect();
        if get != "Ref" && schema.property(&steps).is_err() {
            self.slip(spot.at(Focus::scalar(get)), format!("`{kind}` has no attribute `{get}`"), true);
        }
    }

    fn placeholders(&mut self, text: &str, known: &[&str], spot: &Spot<'_>) {
        for name in super::placeholders::placeholders(text).filter(|name| !known.contains(name)) {
            let hint = did_you_mean(meant(name.trim(), known.iter().copied()).map(|meant| format!("{{{meant}}}")));
            let wrong = format!("{{{name}}}");
            let message = format!("`{wrong}` is not a placeholder of a fix{hint}");
            self.slip(spot.at(Focus::part(text, &wrong)), message, false);
        }
    }

    /// Does something whose slips are reported elsewhere.
    fn silently<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.vetted.slips.len();
        let result = work(self);
        self.vetted.slips.truncate(before);
        result
    }
}

/// What is one step below a value.
fn below<'r>(context: &Context<'r>, step: PathStep) -> Context<'r> {
    let base = context.base.as_ref().map(|base| base.iter().cloned().chain([step]).collect());
    Context { owners: context.owners.clone(), base }
}

/// The name of a place in a sentence.
fn shown(context: &Context<'_>) -> String {
    let steps: Vec<Step<'_>> = context.base.iter().flatten().map(step).collect();
    let name = crate::facts::schema::shown(match steps.as_slice() {
        [Step::Name("Properties"), below @ ..] => below,
        steps => steps,
    });
    match context.owners.first() {
        Some(owner) => format!("`{name}` of {}", owner.shown()),
        None => format!("`{name}`"),
    }
}
