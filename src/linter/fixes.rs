//! From a violation to the change of the template that removes it: the rule has what changes ([`Recipe`]), this finds where.
//!
//! The rule's path is walked through the tree as written, along the place of the finding. What is not written in the template itself
//! (a parameter, a loop, an included file) is shown and not changed. What the change does to a running resource, `risk` knows.

mod key;
mod neighbors;
mod place;
mod risk;
mod sam;
mod values;

use crate::change::{Action, Change, Step, Value};
use crate::eval::explore;
use crate::expand::{self, Block, Model, Section};
use crate::facts::schema::{self, Schema};
use crate::finding::{Applicability, Finding, Fix};
use crate::rules::assertion::Assertion;
use crate::rules::check::checker::Checker;
use crate::rules::check::location::Item;
use crate::rules::fix::{FixPath, Limit, Pattern, Recipe};
use crate::rules::path;
use crate::rules::rule::{Check, Rule};
use crate::source::{Source, Span};
use crate::syntax::{Document, Node, edit};
use crate::truth::Truth;
use neighbors::Neighbors;
use place::{Deed, Obstacle, Walk, Walked};
use risk::{Deeds, Touched};
use values::{Shape, Values, reference};

use super::Fixes;
use super::check::Setting;

/// What fixes of one template are made with.
pub(super) struct Workshop<'a, 'm, 't> {
    source: &'a Source,
    document: &'t Document<'t>,
    model: &'m Model<'m, 't>,
    wanted: Fixes,
    neighbors: Neighbors<'m, 't>,
}

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
    pub(super) fn new(source: &'a Source, document: &'t Document<'t>, model: &'m Model<'m, 't>, wanted: Fixes) -> Self {
        Self { source, document, model, wanted, neighbors: Neighbors::new(model) }
    }

    /// Whether fixes are asked for at all.
    pub(super) fn is_open(&self) -> bool {
        self.wanted != Fixes::None
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
            Section::Template => &self.model.whole,
        };
        let job = Job { rule, check: rule.checks.get(check)?, setting, block, finding, mark };
        let (about, others): (Vec<&Recipe>, Vec<&Recipe>) = recipes.iter().partition(|recipe| job.is_about(recipe));
        let others =
            if recipes.len() == 1 || job.place().is_some_and(|place| place.is_empty()) { others } else { Vec::new() };
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
        if self.wanted == Fixes::WithEdits {
            let edited = edit::edits(self.source.text(), self.document, &changes);
            if let Some((_, refused)) = edited.refused.first() {
                return self.shown(job, recipe, refused.reason(), &deeds);
            }
            edits = edited.edits;
        }
        let risk = deeds.risk(&self.neighbors);
        let is_safe = recipe.applicability == Limit::Safe && deeds.are_reviewed() && risk.is_empty();
        let note = [job.text(&recipe.note)].into_iter().chain(risk).filter(|text| !text.is_empty());
        Fix {
            title: job.title(recipe, &deeds),
            applicability: if is_safe { Applicability::Safe } else { Applicability::Unsafe },
            note: note.collect::<Vec<_>>().join(" "),
            changes,
            edits,
        }
    }

    fn shown(&self, job: &Job<'_, 'm, 't>, recipe: &Recipe, why: &str, deeds: &Deeds) -> Fix {
        let note = [why.to_owned(), job.text(&recipe.note)].into_iter().filter(|text| !text.is_empty());
        Fix {
            title: job.title(recipe, &deeds.clone().shown()),
            applicability: Applicability::Display,
            note: note.collect::<Vec<_>>().join(" "),
            changes: Vec::new(),
            edits: Vec::new(),
        }
    }

    /// What a recipe makes of a violation.
    fn attempt(&self, job: &Job<'_, 'm, 't>, recipe: &Recipe) -> Attempt {
        if let Some(when) = &recipe.when
            && !self.holds(job, when)
        {
            return Attempt::None;
        }
        let target = match &recipe.within {
            None => job.block,
            Some(within) => match self.neighbors.within(within, job.block) {
                Some(block) => block,
                None => return Attempt::None,
            },
        };
        let mut making =
            Making { shop: self, job, target, deeds: Deeds::default(), changes: Vec::new(), additions: Vec::new() };
        match making.all(recipe) {
            None => Attempt::None,
            Some(Some(why)) => Attempt::Shown(why, making.deeds),
            Some(None) if making.changes.is_empty() => Attempt::None,
            Some(None) => Attempt::Changes(making.changes, making.deeds),
        }
    }

    /// Whether an assertion surely holds for a block, wherever the block fails the check.
    fn holds(&self, job: &Job<'_, 'm, 't>, assertion: &Assertion) -> bool {
        let Setting { parameters, configured, profile, today } = job.setting;
        let (model, this, check) = (self.model, job.block, job.check);
        let exploration = explore(&model.evaluator, |run| {
            if !expand::exists(run, this) {
                return Truth::True;
            }
            let mut checker =
                Checker { run, model, settings: parameters, configured, profile, today, this, explain: false };
            let item = Item::Block(this);
            let applies = check.when.as_ref().is_none_or(|when| !checker.judge(when, &item).truth.is_false());
            if !applies || checker.judge(&check.assert, &item).truth.is_true() {
                return Truth::True;
            }
            checker.judge(assertion, &item).truth
        });
        exploration.complete && exploration.leaves.iter().all(|(_, truth)| truth.is_true())
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

    /// Whether a name is free for a new resource.
    fn is_free(&self, name: &str) -> bool {
        self.model.resource(name).is_none() && self.model.parameter(name).is_none()
    }

    /// Whether a resource exists whenever another one does.
    fn exists_with(block: &Block<'t>, other: &Block<'t>) -> bool {
        block.condition.is_none() || block.condition == other.condition
    }

    /// The only resource of some types, for a reference of a block to it.
    fn found(&self, types: &[String], block: &Block<'t>) -> Option<&'m Block<'t>> {
        if types.iter().any(|kind| self.model.may_hide(kind)) {
            return None;
        }
        let mut all = types.iter().flat_map(|kind| self.model.of_type(kind));
        let only = all.next().filter(|_| all.next().is_none())?;
        let fits = !only.is(block) && Self::exists_with(only, block) && !self.neighbors.leads(only, block);
        fits.then_some(only)
    }
}

fn elsewhere(what: &str) -> String {
    format!("{what} is not written in the template as it stands: a macro or an include adds it.")
}

impl<'t> Job<'_, '_, 't> {
    /// A text of the rule with its placeholders filled.
    fn text(&self, text: &str) -> String {
        text.trim().replace("{resource}", self.block.written_name())
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
        if recipe.within.is_some() {
            return true;
        }
        let own = recipe.places().map(|(_, path, _)| path).chain(&recipe.remove).chain(&recipe.customer_key);
        let mut paths = own.chain(recipe.put.iter().map(|put| &put.list)).peekable();
        if paths.peek().is_none() {
            return true;
        }
        let Some(place) = self.place() else { return false };
        let names: Vec<&str> =
            self.mark.names.split(['`', ' ', ',']).flat_map(|name| name.split(['.', '['])).collect();
        let is_near = |chain: &[path::Step]| {
            let mut rest = chain.iter();
            for own in &place {
                let agrees = match rest.next() {
                    // The finding is inside of what changes.
                    None => return true,
                    Some(path::Step::Name(name)) => name == own,
                    Some(path::Step::Index(_) | path::Step::Every) => own.bytes().all(|byte| byte.is_ascii_digit()),
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

/// The changes of a recipe in the making.
struct Making<'w, 'a, 'm, 't> {
    shop: &'w Workshop<'a, 'm, 't>,
    job: &'w Job<'w, 'm, 't>,
    target: &'m Block<'t>,
    deeds: Deeds,
    changes: Vec<Change>,
    additions: Vec<(String, Value)>,
}

impl<'t> Making<'_, '_, '_, 't> {
    /// Makes everything. None if the recipe is for something else; why it is only shown, if it is.
    fn all(&mut self, recipe: &Recipe) -> Option<Option<String>> {
        let added: Vec<String> = recipe.add.iter().map(|addition| self.free(&addition.name)).collect::<Option<_>>()?;
        let mut obstacle = None;
        let mut is_possible = false;
        let key = (!recipe.customer_key.is_empty()).then(|| self.key()).flatten();
        if !recipe.customer_key.is_empty() && key.is_none() {
            return None;
        }
        let key = key.unwrap_or_default();
        let keys = recipe.customer_key.iter().map(|path| (path, Deed::Set(reference(&key, "Arn"))));
        let mut deeds: Vec<(&FixPath, Deed)> = keys.collect();
        for (kind, path, pattern) in recipe.places() {
            let value = self.value(pattern, path, kind == "append", &added)?;
            deeds.push((
                path,
                match kind {
                    "append" => Deed::Append(value),
                    "replace" => Deed::Replace(value),
                    _ => Deed::Set(value),
                },
            ));
        }
        for put in recipe.put.iter() {
            let Value::Map(mut fields) = self.value(&put.item, &put.list, true, &added)? else { return None };
            let name = fields.iter().position(|(key, _)| *key == put.by)?;
            let first = fields.remove(name);
            fields.insert(0, first);
            deeds.push((&put.list, Deed::Put(fields)));
        }
        deeds.extend(recipe.remove.iter().map(|path| (path, Deed::Remove)));
        for (path, deed) in deeds {
            for chain in &path.chains {
                if self.has_property(chain) {
                    let walked = self.walk(chain, &deed);
                    match walked {
                        Ok(walked) => {
                            is_possible |= walked.is_possible;
                            if !walked.changes.is_empty() || walked.obstacle.is_some() {
                                self.deeds.all.push(Touched::new(self.target, chain, &deed));
                            }
                            obstacle = obstacle.or(walked.obstacle.map(|obstacle| self.why(&obstacle)));
                            self.add(walked.changes);
                        }
                        Err(why) => {
                            is_possible = true;
                            self.deeds.all.push(Touched::new(self.target, chain, &deed));
                            obstacle.get_or_insert(why);
                        }
                    }
                }
            }
        }
        for (addition, name) in recipe.add.iter().zip(&added) {
            is_possible = true;
            self.resource(addition, name, &added)?;
        }
        for (name, resource) in std::mem::take(&mut self.additions) {
            let path = vec![Step::Key("Resources".to_owned()), Step::Key(name)];
            self.changes.push(Change { path, action: Action::Set(resource) });
        }
        // One that needs a place in the template that is not there is for something else.
        is_possible.then_some(obstacle)
    }

    /// Adds changes; values in the same absent list are one.
    fn add(&mut self, changes: Vec<Change>) {
        let mut walked = Walked { changes: std::mem::take(&mut self.changes), ..Walked::default() };
        let mut walk = Walk { at: self.job.mark.exact, walked: &mut walked };
        changes.into_iter().for_each(|change| walk.take(change));
        self.changes = walked.changes;
    }

    /// Whether the type of the changed resource has a property.
    fn has_property(&self, chain: &[path::Step]) -> bool {
        let [path::Step::Name(first), below @ ..] = chain else { return true };
        let (true, Some(schema)) = (first == "Properties", Schema::of(self.target.kind)) else { return true };
        let steps: Vec<schema::Step<'_>> = below
            .iter()
            .map(|step| match step {
                path::Step::Name(name) => schema::Step::Name(name),
                path::Step::Index(_) | path::Step::Every => schema::Step::Element,
            })
            .collect();
        match schema.property(&steps) {
            Ok(_) => true,
            // What the schemas do not have yet, the rule says.
            Err(schema::Missing::Name { .. }) => {
                let name = format!("{}.{}", self.target.kind, schema::shown(&steps));
                self.job.rule.newer_than_schemas.iter().any(|newer| name.starts_with(newer.as_str()))
            }
            Err(_) => false,
        }
    }

    /// Walks to a place of the changed resource.
    fn walk(&self, chain: &[path::Step], deed: &Deed) -> Result<Walked, String> {
        let (node, mut at) = self.shop.written(self.target)?;
        let exact = self.job.mark.exact;
        if exact.source != self.shop.document.root.span.source {
            return Err(self.why(&Obstacle::Included));
        }
        let mut steps = chain.to_vec();
        if let Some(made_from) = self.target.origin.and_then(|origin| origin.made_from.as_ref()) {
            if self.job.finding.path.starts_with("Globals/") {
                return Err("The value is in `Globals`, where it is for all resources of the type.".to_owned());
            }
            let is_attribute = !matches!(chain, [path::Step::Name(name), ..] if name == "Properties");
            let is_whole = made_from.part == expand::expansion::Part::Whole;
            if !(is_attribute && is_whole) {
                steps = sam::steps(&made_from.kind, self.target.kind, chain).ok_or_else(|| {
                    format!("AWS SAM creates the resource from `{}`, which sets this in another form.", made_from.id)
                })?;
            }
        }
        let mut walked = Walked::default();
        Walk { at: exact, walked: &mut walked }.go(node, &mut at, &steps, deed);
        Ok(walked)
    }

    /// A value of the recipe at its place.
    fn value(&self, pattern: &Pattern, path: &FixPath, is_item: bool, added: &[String]) -> Option<Value> {
        let mut steps = path.chains.first().cloned().unwrap_or_default();
        if is_item {
            steps.push(path::Step::Every);
        }
        self.values(added, |values| values.value(pattern, &Shape { kind: self.target.kind, steps }))
    }

    fn values<T>(&self, added: &[String], work: impl FnOnce(&Values<'_>) -> T) -> T {
        let found = |types: &[String], get: &str| {
            self.shop.found(types, self.job.block).map(|block| reference(block.name, get))
        };
        let written = |chains: &[Vec<path::Step>]| self.copy(chains);
        let values = Values {
            resource: self.job.block.written_name(),
            item: self.item(),
            settings: self.job.setting.parameters,
            added: added.to_vec(),
            found: &found,
            written: &written,
        };
        work(&values)
    }

    /// The number of the list item that the finding is about, from 1.
    fn item(&self) -> usize {
        let place = self.job.place().unwrap_or_default();
        place.iter().rev().find_map(|step| step.parse::<usize>().ok()).map_or(1, |index| index.saturating_add(1))
    }

    /// A copy of what the finding's resource has at a path; none if it is not copied as a whole.
    fn copy(&self, chains: &[Vec<path::Step>]) -> Option<Value> {
        let (mut node, _) = self.shop.written(self.job.block).ok()?;
        for step in chains.first()? {
            node = match step {
                path::Step::Name(name) => node.get(name)?,
                path::Step::Index(index) => node.as_sequence()?.get(*index)?,
                path::Step::Every => node.as_sequence()?.iter().find(|item| {
                    item.span.start <= self.job.mark.exact.start && self.job.mark.exact.end <= item.span.end
                })?,
            };
        }
        let has_comment = self
            .shop
            .document
            .comments
            .iter()
            .any(|comment| node.span.start <= comment.span.start && comment.span.end <= node.span.end);
        (!has_comment && is_in_one_place(node, node.span)).then(|| place::copied(node))
    }

    /// A name for a new resource that is free.
    fn free(&self, name: &str) -> Option<String> {
        let name = self.values(&[], |values| values.text(name));
        let is_name = !name.is_empty() && name.len() <= 250 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let numbers = (2..100).map(|number| format!("{name}{number}"));
        let is_taken = |name: &String| self.additions.iter().any(|(taken, _)| taken == name);
        let mut names = std::iter::once(name.clone()).chain(numbers);
        names.find(|name| self.shop.is_free(name) && !is_taken(name)).filter(|_| is_name)
    }

    /// A new resource. None if it does not fit next to what is there.
    fn resource(&mut self, addition: &crate::rules::fix::Addition, name: &str, added: &[String]) -> Option<()> {
        let fields = |fields: &[(String, Pattern)], below: Option<&str>| -> Option<Vec<(String, Value)>> {
            let field = |(key, pattern): &(String, Pattern)| {
                let steps = below.into_iter().chain([key.as_str()]).map(|name| path::Step::Name(name.to_owned()));
                let shape = Shape { kind: &addition.kind, steps: steps.collect() };
                Some((key.clone(), self.values(added, |values| values.value(pattern, &shape))?))
            };
            fields.iter().map(field).collect()
        };
        let attributes = fields(&addition.attributes.0, None)?;
        let properties = fields(&addition.properties.0, Some("Properties"))?;
        // One for the same resource may be there already.
        let is_for_it = |value: &Value| *value == reference(self.job.block.name, "Ref");
        let own: Vec<&str> =
            properties.iter().filter(|(_, value)| is_for_it(value)).map(|(key, _)| key.as_str()).collect();
        if self.shop.neighbors.may_have(&addition.kind, &own, self.job.block) {
            return None;
        }
        self.push_resource(name.to_owned(), &addition.kind, attributes, properties);
        Some(())
    }

    fn push_resource(
        &mut self,
        name: String,
        kind: &str,
        attributes: Vec<(String, Value)>,
        properties: Vec<(String, Value)>,
    ) {
        let mut resource = vec![("Type".to_owned(), Value::String(kind.to_owned()))];
        if let Some(condition) = self.job.block.condition {
            resource.push(("Condition".to_owned(), Value::String(condition.to_owned())));
        }
        resource.extend(attributes);
        if !properties.is_empty() {
            resource.push(("Properties".to_owned(), Value::Map(properties)));
        }
        self.deeds.added.push((name.clone(), kind.to_owned()));
        self.additions.push((name, Value::Map(resource)));
    }

    /// Why something is only shown.
    fn why(&self, obstacle: &Obstacle) -> String {
        match obstacle {
            Obstacle::Computed(function, name) => match function.as_str() {
                "Ref" if self.shop.model.parameter(name).is_some() => {
                    format!(
                        "The value comes from the parameter `{name}`: change its default, and the values that you deploy with."
                    )
                }
                "Ref" => format!("The value comes from `{name}`."),
                "Fn::FindInMap" => format!("The value comes from the mapping `{name}`: change it there."),
                "Fn::ImportValue" => "The value comes from another stack: change it there.".to_owned(),
                function => format!("`{function}` computes the value."),
            },
            Obstacle::Dynamic => {
                "The value is read when the stack is deployed: change it where it is stored.".to_owned()
            }
            Obstacle::Macro => "A macro or loop writes this part of the template.".to_owned(),
            Obstacle::Included => "The place is in an included file: change it there.".to_owned(),
            Obstacle::InText => "The place is in a text of JSON.".to_owned(),
        }
    }
}

/// Whether all of a value is written in its span: no alias and no merge brought parts of it.
fn is_in_one_place(node: &Node<'_>, span: Span) -> bool {
    let is_inside = node.span.source == span.source && span.start <= node.span.start && node.span.end <= span.end;
    is_inside
        && match node.as_mapping() {
            Some(entries) => entries.iter().all(|entry| is_in_one_place(&entry.value, span)),
            None => node.as_sequence().unwrap_or_default().iter().all(|item| is_in_one_place(item, span)),
        }
}
