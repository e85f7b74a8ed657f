//! The changes of one recipe for one violation.

use super::limits::cut_names;
use super::place::{self, Choice, Deed, Obstacle, Walk, Walked};
use super::risk::{Deeds, MAX_PROPERTIES, MAX_TYPES, Touched};
use super::values::{Shape, Values, reference};
use super::{Job, Workshop, item, sam};
use crate::change::{Action, Change, Moved, Step, Value};
use crate::expand::{self, Block};
use crate::facts::schema::{self, Schema};
use crate::rules::fix::{Addition, Becomes, FixPath, Pattern, Recipe};
use crate::rules::path;
use crate::source::Span;
use crate::syntax::Node;
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// The changes of a recipe in the making.
pub(super) struct Making<'w, 'a, 'm, 't> {
    pub(super) shop: &'w Workshop<'a, 'm, 't>,
    pub(super) job: &'w Job<'w, 'm, 't>,
    pub(super) target: &'m Block<'t>,
    pub(super) deeds: Deeds,
    pub(super) changes: Vec<Change>,
    additions: Vec<(String, Value)>,
    /// The names of the resources that the last part added.
    pub(super) before: Vec<String>,
    /// Whether something is removed: what is copied then moves.
    moves: bool,
    /// The logical ID of the customer managed key that the recipe uses.
    key_name: String,
    /// More statements for the policy of a key, after what is added.
    pub(super) statements: Vec<Change>,
    /// In which branches of functions the finding is, by the branches around them and their conditions.
    failing: RefCell<Vec<Asked<'t>>>,
}

/// A question about a function, and its result.
type Asked<'t> = ((Vec<Choice<'t>>, &'t str), Option<[bool; 2]>);

/// Functions of one fix whose branches are looked at.
const MAX_ASKED: usize = 32;

impl<'w, 'a, 'm, 't> Making<'w, 'a, 'm, 't> {
    /// Changes of a resource next to those that are made already.
    pub(super) fn new(
        shop: &'w Workshop<'a, 'm, 't>,
        job: &'w Job<'w, 'm, 't>,
        target: &'m Block<'t>,
        changes: Vec<Change>,
        deeds: Deeds,
        before: Vec<String>,
    ) -> Self {
        Self {
            shop,
            job,
            target,
            deeds,
            changes,
            additions: Vec::new(),
            before,
            moves: false,
            key_name: String::new(),
            statements: Vec::new(),
            failing: RefCell::default(),
        }
    }

    /// Makes everything. None if the recipe is for something else; why it is only shown, if it is.
    pub(super) fn all(&mut self, recipe: &Recipe) -> Option<Option<String>> {
        let kind = recipe.becomes.as_ref().map_or(self.target.kind, |becomes| becomes.kind.as_str());
        let own: Vec<String> = recipe.add.iter().map(|addition| self.free(&addition.name)).collect::<Option<_>>()?;
        // A part without its own refers to those of the part before it.
        let added = if own.is_empty() { self.before.clone() } else { own };
        self.before.clone_from(&added);
        if !self.keeps_quota(recipe) {
            return None;
        }
        let mut obstacle = None;
        let mut is_possible = false;
        self.moves = !recipe.remove.is_empty();
        let kinds = self.kinds_with_key(recipe);
        let key = if kinds.is_empty() { String::new() } else { self.key(recipe, &kinds)? };
        self.key_name.clone_from(&key);
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
        if let Some(parameter) = &recipe.suffix_names {
            is_possible = true;
            obstacle = self.suffix(parameter)?;
        }
        if let Some(becomes) = &recipe.becomes {
            is_possible = true;
            obstacle = self.become_other(becomes)?;
        }
        for (path, deed) in deeds {
            for chain in &path.chains {
                let kind = if matches!(deed, Deed::Remove) { self.target.kind } else { kind };
                if self.has_property(kind, chain) {
                    let walked = self.walk(chain, &deed, recipe);
                    match walked {
                        Ok(walked) => {
                            is_possible |= walked.is_possible;
                            // CloudFormation adds one of another type, and deletes this one.
                            if recipe.becomes.is_none() && (!walked.changes.is_empty() || walked.obstacle.is_some()) {
                                self.deeds.all.push(Touched::new(self.target, chain, &deed));
                            }
                            obstacle = obstacle.or(walked.obstacle.map(|obstacle| self.why(&obstacle)));
                            self.add(walked.changes, matches!(deed, Deed::Append(_) | Deed::Put(_)));
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
        if let Some(keys) = &recipe.tags {
            match self.tags(&keys.texts(self.job.setting.parameters)) {
                Ok(is_any) => is_possible |= is_any,
                Err(why) => {
                    is_possible = true;
                    obstacle.get_or_insert(why);
                }
            }
        }
        let is_looped = |block: &Block<'_>| block.origin.is_some_and(|origin| !origin.iterations.is_empty());
        if !recipe.add.is_empty() && is_looped(self.job.block) {
            // One resource for each iteration, which the loop has to add.
            obstacle = obstacle.or_else(|| self.shop.written(self.job.block).err());
        }
        for (addition, name) in recipe.add.iter().zip(&added) {
            is_possible = true;
            self.resource(addition, name, &added)?;
        }
        for (name, resource) in std::mem::take(&mut self.additions) {
            let path = vec![Step::Key("Resources".to_owned()), Step::Key(name)];
            self.changes.push(Change { path, action: Action::Set(resource) });
        }
        self.changes.append(&mut self.statements);
        obstacle = obstacle.or_else(|| self.over_limit(recipe));
        // One that needs a place in the template that is not there is for something else.
        is_possible.then_some(obstacle)
    }

    /// The types of the resources that get the customer managed key.
    fn kinds_with_key<'k>(&self, recipe: &'k Recipe) -> Vec<&'k str>
    where
        'm: 'k,
    {
        let mut kinds = Vec::new();
        let own = recipe.places().map(|(_, _, value)| value).chain(recipe.put.iter().map(|put| &put.item));
        if !recipe.customer_key.is_empty() || own.into_iter().any(Pattern::has_customer_key) {
            kinds.push(self.target.kind);
        }
        for addition in recipe.add.iter() {
            if addition.properties.0.iter().any(|(_, value)| value.has_customer_key()) {
                kinds.push(&addition.kind);
            }
        }
        kinds
    }

    /// Adds changes; values in the same absent map or item are one.
    pub(super) fn add(&mut self, changes: Vec<Change>, is_item: bool) {
        let mut walked = Walked { changes: std::mem::take(&mut self.changes), ..Walked::default() };
        changes.into_iter().for_each(|change| walked.take(change, is_item));
        self.changes = walked.changes;
    }

    /// Walks along the finding.
    pub(super) fn walk_with(&self, walked: &mut Walked, work: impl FnOnce(&mut Walk<'_, 't>)) {
        let failing = |inside: &[Choice<'t>], condition: &'t str| self.failing(inside, condition);
        // What moves out of a branch stays for where that is taken, and what is added may not always be there.
        let mut only_in = if self.moves { self.shop.choices(self.job) } else { Vec::new() };
        if !self.before.is_empty() && !Workshop::exists_with(self.job.block, self.target) {
            only_in.extend(self.job.block.condition.map(|condition| (condition, true)));
        }
        let mut walk = Walk {
            at: self.job.mark.exact,
            walked,
            failing: &failing,
            inside: Vec::new(),
            only_in,
            is_elsewhere: false,
        };
        work(&mut walk);
    }

    /// In which branches of a function the finding is, by its condition.
    fn failing(&self, inside: &[Choice<'t>], condition: &'t str) -> Option<[bool; 2]> {
        let key = (inside.to_vec(), condition);
        if let Some((_, known)) = self.failing.borrow().iter().find(|(of, _)| *of == key) {
            return *known;
        }
        if self.failing.borrow().len() >= MAX_ASKED {
            return None;
        }
        let found = self.shop.failing(self.job, inside, condition);
        self.failing.borrow_mut().push((key, found));
        found
    }

    /// Makes the resource one of another type. None if something else than `DependsOn` refers to it; why it is only shown, if it is.
    fn become_other(&mut self, becomes: &Becomes) -> Option<Option<String>> {
        let block = self.job.block;
        let name = self.free(&becomes.name)?;
        let followers = self.shop.neighbors.followers(block.name)?;
        let at = match self.shop.written(block) {
            Ok((_, at)) if block.written_name() == block.name => at,
            Ok(_) => return None,
            Err(why) => return Some(Some(why)),
        };
        let kind = at.iter().cloned().chain([Step::Key("Type".to_owned())]).collect();
        self.changes.push(Change { path: kind, action: Action::Set(Value::String(becomes.kind.clone())) });
        for follower in followers {
            let (node, mut path) = match self.shop.written(follower) {
                Ok(found) => found,
                Err(why) => return Some(Some(why)),
            };
            let written = node.get("DependsOn")?;
            path.push(Step::Key("DependsOn".to_owned()));
            if let Some(items) = written.as_sequence() {
                let index = items.iter().position(|item| item.as_str() == Some(block.name))?;
                path.push(Step::Index(index));
            }
            self.changes.push(Change { path, action: Action::Set(Value::String(name.clone())) });
        }
        self.deeds.added.push((name.clone(), becomes.kind.clone()));
        self.changes.push(Change { path: at, action: Action::Rename(name) });
        Some(None)
    }

    /// Whether a type has a property.
    fn has_property(&self, kind: &str, chain: &[path::Step]) -> bool {
        let [path::Step::Name(first), below @ ..] = chain else { return true };
        if first != "Properties" {
            return true;
        }
        match Listed::of(kind, below) {
            Listed::Yes => true,
            Listed::No => false,
            // What the schemas do not have yet, the rule says.
            Listed::Unnamed => {
                let name = format!("{kind}.{}", schema::shown(&schema_steps(below)));
                self.job.rule.newer_than_schemas.iter().any(|newer| name.starts_with(newer.as_str()))
            }
        }
    }

    /// Walks to a place of the changed resource.
    fn walk(&self, chain: &[path::Step], deed: &Deed, recipe: &Recipe) -> Result<Walked, String> {
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
                steps = sam::steps(&made_from.kind, self.target.kind, chain).ok_or_else(|| self.sam_differs())?;
            }
        }
        let mut walked = Walked::default();
        if self.target.origin.is_some_and(|origin| origin.made_from.is_some())
            && matches!(deed, Deed::Set(_))
            && let Some(other) = sam::companion(&steps)
        {
            if node.get("Properties").is_none_or(|properties| properties.get("Role").is_none()) {
                let id = self.target.written_name();
                return Err(format!(
                    "AWS SAM adds an inline policy for the queue to the role that it creates: give `{id}` a `Role` of its own \
                     first."
                ));
            }
            let is_there = node.get("Properties").and_then(|properties| properties.get("DeadLetterQueue")?.get("Type"));
            match sam::queue_type(recipe.add.first().map(|added| added.kind.as_str())) {
                Some(value) => {
                    let deed = Deed::Set(Value::String(value.to_owned()));
                    self.walk_with(&mut walked, |walk| walk.go(node, &mut at, &other, &deed));
                }
                None if is_there.is_some() => {}
                None => return Err(self.sam_differs()),
            }
        }
        self.walk_with(&mut walked, |walk| walk.go(node, &mut at, &steps, deed));
        Ok(walked)
    }

    pub(super) fn sam_differs(&self) -> String {
        let id = self.target.written_name();
        format!("AWS SAM creates the resource from `{id}`, which sets this in another form.")
    }

    /// A value of the recipe at its place.
    fn value<'p>(&'p self, pattern: &'p Pattern, path: &'p FixPath, is_item: bool, added: &[String]) -> Option<Value> {
        let mut steps = schema_steps(path.chains.first().map_or(&[][..], Vec::as_slice));
        if is_item {
            steps.push(schema::Step::Element);
        }
        self.values(added, |values| values.value(pattern, &mut Shape { kind: self.target.kind, steps }))
    }

    fn values<T>(&self, added: &[String], work: impl FnOnce(&Values<'_>) -> T) -> T {
        let found = |types: &[String], get: &str| {
            self.shop.found(types, self.job.block).map(|block| reference(block.name, get))
        };
        let written = |chains: &[Vec<path::Step>]| self.copy(chains);
        let values = Values {
            resource: self.job.block.written_name(),
            item: &|| self.item(),
            item_name: &|before, behind| item::name(self.job.block.node, self.job.mark.exact, before, behind),
            settings: self.job.setting.parameters,
            added,
            key: &self.key_name,
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

    /// A copy of what the finding's resource has at a path, or the value itself if it moves; none if it is not there as a whole.
    fn copy(&self, chains: &[Vec<path::Step>]) -> Option<Value> {
        let exact = self.job.mark.exact;
        let (mut node, mut at) = self.shop.written(self.job.block).ok()?;
        let mut item = None;
        for step in chains.first()? {
            while let Some(branches) = place::branches(node) {
                let index = branches.iter().position(|branch| place::holds(branch.span, exact))?;
                at.extend([Step::Key("Fn::If".to_owned()), Step::Index(index + 1)]);
                node = branches.get(index)?;
            }
            let index = match step {
                path::Step::Name(name) => {
                    at.push(Step::Key(name.clone()));
                    node = node.get(name)?;
                    continue;
                }
                path::Step::Index(index) => *index,
                path::Step::Every => node.as_sequence()?.iter().position(|item| place::holds(item.span, exact))?,
            };
            at.push(Step::Index(index));
            node = node.as_sequence()?.get(index)?;
            item = Some(at.clone());
        }
        if !self.moves {
            return self.copied(node);
        }
        let moved = |value| Moved { with: item.unwrap_or_else(|| at.clone()), from: at, value, text: None };
        is_in_one_place(node, node.span).then(|| Value::Moved(Box::new(moved(place::copied(node)))))
    }

    /// The first comment after the beginning of a value.
    fn comment_from(&self, node: &Node<'_>) -> Option<Span> {
        let comments = &self.shop.document.comments;
        let first = comments.partition_point(|comment| comment.span.start < node.span.start);
        comments.get(first).map(|comment| comment.span)
    }

    /// A copy of a value; none if it has comments, or parts that are elsewhere.
    pub(super) fn copied(&self, node: &Node<'_>) -> Option<Value> {
        let has_comment = self.comment_from(node).is_some_and(|comment| comment.end <= node.span.end);
        (!has_comment && is_in_one_place(node, node.span)).then(|| place::copied(node))
    }

    /// A name for a new resource that is free.
    pub(super) fn free(&self, name: &str) -> Option<String> {
        let name = self.values(&[], |values| values.text(name));
        let is_name = !name.is_empty() && name.len() <= 250 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let numbers = (2..100).map(|number| format!("{name}{number}"));
        let is_taken = |name: &String| self.deeds.added.iter().any(|(taken, _)| taken == name);
        let mut names = std::iter::once(name.clone()).chain(numbers);
        names.find(|name| self.shop.is_free(name) && !is_taken(name)).filter(|_| is_name)
    }

    /// A new resource. None if it does not fit next to what is there.
    fn resource(&mut self, addition: &Addition, name: &str, added: &[String]) -> Option<()> {
        let fields = |fields: &[(String, Pattern)], below: Option<&'static str>| -> Option<Vec<(String, Value)>> {
            let field = |(key, pattern): &(String, Pattern)| {
                let steps = below.into_iter().chain([key.as_str()]).map(schema::Step::Name);
                let mut shape = Shape { kind: &addition.kind, steps: steps.collect() };
                Some((key.clone(), self.values(added, |values| values.value(pattern, &mut shape))?))
            };
            fields.iter().map(field).collect()
        };
        let attributes = fields(&addition.attributes.0, None)?;
        let mut properties = fields(&addition.properties.0, Some("Properties"))?;
        // One for the same resource may be there already.
        let is_for_it = |value: &Value| *value == reference(self.job.block.name, "Ref");
        let own: Vec<&str> =
            properties.iter().filter(|(_, value)| is_for_it(value)).map(|(key, _)| key.as_str()).collect();
        let is_twin =
            |(key, value): &(String, Value)| self.shop.neighbors.has_twin(&addition.kind, key, value, self.job.block);
        if self.shop.neighbors.may_have(&addition.kind, &own, self.job.block) || properties.iter().any(is_twin) {
            return None;
        }
        cut_names(&addition.kind, &mut properties);
        self.shop.name(&addition.kind, &mut properties)?;
        // One without the resource's name in its own is for several.
        let owner = addition.name.contains("{resource}").then_some(self.job.block);
        self.shop.tag(&addition.kind, &mut properties, owner);
        let condition = if owner.is_some() { self.condition()? } else { self.shared_condition() };
        self.push_resource(name.to_owned(), &addition.kind, condition, attributes, properties);
        Some(())
    }

    /// The condition of an added resource, if one is enough: that of the finding's resource, or that of the branch that something moves
    /// out of. Its parameters may be empty elsewhere.
    fn condition(&self) -> Option<Option<&'t str>> {
        let own = self.job.block.condition;
        let mut choices = if self.moves { self.shop.choices(self.job) } else { Vec::new() };
        choices.retain(|choice| own.is_none_or(|own| *choice != (own, true)));
        match (own, choices.as_slice()) {
            (own, []) => Some(own),
            (None, [(branch, true)]) => Some(Some(branch)),
            _ => None,
        }
    }

    /// The condition of an added resource that several resources share, such as a key: that of the finding's resource, unless others are
    /// there without it.
    pub(super) fn shared_condition(&self) -> Option<&'t str> {
        let own = self.job.block.condition;
        own.filter(|_| self.shop.conditions().iter().all(|other| *other == own))
    }

    pub(super) fn push_resource(
        &mut self,
        name: String,
        kind: &str,
        condition: Option<&str>,
        attributes: Vec<(String, Value)>,
        properties: Vec<(String, Value)>,
    ) {
        let mut resource = vec![("Type".to_owned(), Value::String(kind.to_owned()))];
        if let Some(condition) = condition {
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
    pub(super) fn why(&self, obstacle: &Obstacle) -> String {
        match obstacle {
            Obstacle::Computed(function, name) => match function.as_str() {
                "Ref" if self.shop.model.evaluator.is_passed(name) => {
                    format!("The parent template passes the parameter `{name}`: change its value there.")
                }
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

/// Whether the schema of a type has a property, or there is none.
#[derive(Copy, Clone)]
enum Listed {
    Yes,
    /// An object lacks the name.
    Unnamed,
    No,
}

impl Listed {
    /// The same fixes are made for many resources, and searching the schemas takes time.
    fn of(kind: &str, below: &[path::Step]) -> Self {
        thread_local! {
            static KNOWN: RefCell<FxHashMap<Box<str>, FxHashMap<String, Listed>>> = RefCell::default();
        }
        let mut key = String::with_capacity(64);
        for step in below {
            key.push('\0');
            if let path::Step::Name(name) = step {
                key.push_str(name);
            }
        }
        KNOWN.with_borrow_mut(|types| {
            if let Some(listed) = types.get(kind).and_then(|properties| properties.get(&key)) {
                return *listed;
            }
            let listed = match Schema::of(kind).map(|schema| schema.find(&schema_steps(below))) {
                None | Some(Ok(())) => Self::Yes,
                Some(Err(schema::Missing::Name { .. })) => Self::Unnamed,
                Some(Err(_)) => Self::No,
            };
            // Types that a hostile template invents do not pile up.
            if types.len() < MAX_TYPES || types.contains_key(kind) {
                let properties = types.entry(kind.into()).or_default();
                if properties.len() < MAX_PROPERTIES {
                    properties.insert(key, listed);
                }
            }
            listed
        })
    }
}

fn schema_steps(steps: &[path::Step]) -> Vec<schema::Step<'_>> {
    let mut all = Vec::with_capacity(steps.len());
    for step in steps {
        all.push(match step {
            path::Step::Name(name) => schema::Step::Name(name),
            path::Step::Index(_) | path::Step::Every => schema::Step::Element,
        });
    }
    all
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
