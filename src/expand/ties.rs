//! Which resources a property may name, as the template is written: so that a question about two resources is asked of those that
//! may have to do with each other, and not of every pair.
//!
//! What is left out is certain: in no scenario does the property name the resource. What is found is a candidate, to be judged as
//! the scenario has it (`graph::refers_to`).

mod alike;
mod indexes;
mod items;
mod names;
mod written;

use super::{Block, Model};
use crate::eval::Run;
use crate::eval::reads::{Part, Read};
use crate::eval::value::{Content, Origin, Value};
use crate::syntax::Entry;
use foldhash::HashMap;
use indexes::{Called, Naming};
use items::{Items, SHORT};
use names::{Name, SEPARATORS, end, ends, name};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;
use written::{Found, Names};

pub use alike::{Alike, Contribution, Others};
pub use indexes::Looked;
pub use names::{plain, plain_name};

/// A way through a block, from the block on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Each step a name, or none for every element of a list or map.
    pub steps: Vec<Option<String>>,
    /// Whether it goes on to any depth.
    pub is_open: bool,
}

impl Route {
    /// Of a property.
    pub fn to_property(names: &[&str]) -> Self {
        let names = std::iter::once("Properties").chain(names.iter().copied());
        Self { steps: names.map(|name| Some(name.to_owned())).collect(), is_open: false }
    }
}

/// A text that is put together of the name of a resource.
pub struct PutTogether<'a, 't> {
    /// Stands for the routes, and for the resources that may have such a text.
    pub path: &'a str,
    /// The text, if all of it is known.
    pub expected: Option<&'a str>,
    /// Whether the resource's name is a piece of it.
    pub by_name: bool,
    /// Whether a resource may have such a text at all.
    pub may_have: &'a dyn Fn(&Block<'t>) -> bool,
}

/// What of a template was looked at.
#[derive(Default)]
pub(super) struct Ties<'t> {
    /// By type and path: which of the resources may name which.
    naming: RefCell<HashMap<String, Rc<Naming<'t>>>>,
    /// By type: the explicit names of the resources.
    called: RefCell<HashMap<String, Rc<Called<'t>>>>,
    /// By address: the items of long lists. Values are kept as long as the model.
    items: RefCell<FxHashMap<*const Value<'t>, Rc<Items<'t>>>>,
    /// By the address of their entries: the places of the entries of large maps, by key.
    entries: RefCell<FxHashMap<*const Entry<'t>, HashMap<&'t str, usize>>>,
    /// By their types, in which `*` may stand for any characters: the resources, in the order of the template.
    patterns: RefCell<HashMap<String, Rc<[usize]>>>,
    /// By what they are about: see [`Model::table`].
    tables: RefCell<FxHashMap<&'static str, (Rc<Table>, u32)>>,
}

/// For a name, or something else that resources are found by, their places.
pub type Table = HashMap<String, Vec<usize>>;

/// As how many guesses one counts that looks at any depth.
const DEEP: usize = 4;

impl<'m, 't> Model<'m, 't> {
    /// The resources of a type that may name a resource at the end of one of some routes, in the order of the template. `path` stands
    /// for the routes. Where the template has too many names that are not known, the run gives up.
    pub fn naming(
        &self,
        run: &mut Run<'_, 't>,
        kind: &str,
        path: &str,
        routes: impl FnOnce() -> Vec<Route>,
        target: &Block<'t>,
    ) -> Vec<&Block<'t>> {
        self.naming_but(run, (kind, path), routes, target, None)
    }

    /// Those that are alike among the resources that may name a resource, if there are many.
    pub fn others_naming(
        &self,
        (kind, path): (&str, &str),
        routes: impl FnOnce() -> Vec<Route>,
        target: &Block<'t>,
    ) -> Option<Others<'t>> {
        // A resource is not related to itself.
        if !self.may_be_alike(kind) || target.kind == kind {
            return None;
        }
        let alike = self.naming_index(kind, path, routes, |_| true).alike.as_ref().map(Rc::clone)?;
        match name(target) {
            Name::Made | Name::Text("") => None,
            Name::Text(_) => Some(Others::of(&alike, None)),
            Name::Open => Some(Others::of(&alike, Some(self.parameter_of_name(target)?))),
        }
    }

    /// As [`naming`](Self::naming), but for some that are [alike](Self::others_naming).
    pub fn naming_but(
        &self,
        run: &mut Run<'_, 't>,
        (kind, path): (&str, &str),
        routes: impl FnOnce() -> Vec<Route>,
        target: &Block<'t>,
        others: Option<&Others<'t>>,
    ) -> Vec<&Block<'t>> {
        let naming = self.naming_index(kind, path, routes, |_| true);
        let look = |part, key| naming.look_up(&self.evaluator.reads, part, key);
        let mut places = look(Part::Id, target.name).into_owned();
        let written = places.len();
        places.extend_from_slice(&look(Part::Open, ""));
        match name(target) {
            Name::Made => return self.take(run, places, (written, naming.weight)),
            Name::Text(text) => places.extend_from_slice(&look(Part::End, end(text))),
            Name::Open => places.extend_from_slice(&look(Part::Ends, "")),
        }
        match others {
            Some(others) => {
                places.extend_from_slice(&naming.rest);
                places.extend_from_slice(&others.looked_at);
            }
            None => places.extend_from_slice(&look(Part::Unknown, "")),
        }
        self.take(run, places, (written, naming.weight))
    }

    /// As [`naming`](Self::naming) does, for a property.
    pub fn naming_by(
        &self,
        run: &mut Run<'_, 't>,
        kind: &str,
        property: &[&str],
        target: &Block<'t>,
    ) -> Vec<&Block<'t>> {
        let path = property.join("/");
        self.naming(run, kind, &path, || vec![Route::to_property(property)], target)
    }

    /// The resources of a type that have, at the end of one of some routes, what may be a text that is put together of `target`'s name.
    /// As for [`naming`](Self::naming).
    pub fn put_together(
        &self,
        run: &mut Run<'_, 't>,
        kind: &str,
        routes: impl FnOnce() -> Vec<Route>,
        target: &Block<'t>,
        text: &PutTogether<'_, 't>,
    ) -> Vec<&Block<'t>> {
        let PutTogether { path, expected, by_name, may_have } = *text;
        let naming = self.naming_index(kind, path, routes, may_have);
        let reads = &self.evaluator.reads;
        let look = |part, key| naming.look_up(reads, part, key);
        let mut places = look(Part::Id, target.name).into_owned();
        let written = places.len();
        // The name of another resource of the type is another one, unless both may have the same.
        let called = self.called(target.kind);
        let mut alike: Vec<usize> = Vec::new();
        match name(target) {
            Name::Made => {}
            Name::Text(text) => alike.extend_from_slice(&called.look_up(reads, Part::End, end(text))),
            Name::Open => alike.extend_from_slice(&called.look_up(reads, Part::Ends, "")),
        }
        if !matches!(name(target), Name::Made) {
            alike.extend_from_slice(&called.look_up(reads, Part::Open, ""));
        }
        for place in alike {
            let id = self.resources.get(place).map_or("", |block| block.name);
            places.extend_from_slice(&look(Part::Id, id));
        }
        let kinds = if by_name { look(Part::OtherKinds, target.kind) } else { look(Part::Kinds, "") };
        places.extend_from_slice(&kinds);
        for part in [Part::Open, Part::Unknown, Part::Attributes] {
            places.extend_from_slice(&look(part, ""));
        }
        places.extend_from_slice(&match expected {
            Some(expected) => look(Part::End, end(expected)),
            None => look(Part::Ends, ""),
        });
        self.take(run, places, (written, naming.weight))
    }

    /// The resources of a type that a value may name, in the order of the template. As for [`naming`](Self::naming).
    pub fn named_by(&self, run: &mut Run<'_, 't>, kind: &str, value: &Value<'t>) -> Vec<&Block<'t>> {
        self.named_by_but(run, kind, value, None)
    }

    /// Those that are alike among the resources that a value may name, if there are many.
    pub fn others_named(&self, kind: &str, value: &Value<'t>) -> Option<Others<'t>> {
        let [part] = value.parts() else { return None };
        if !self.may_be_alike(kind) {
            return None;
        }
        let parameter = self.open_parameter(part)?;
        Some(Others::of(self.called(kind).alike.as_ref()?, Some(parameter)))
    }

    /// As [`named_by`](Self::named_by), but for some that are [alike](Self::others_named).
    pub fn named_by_but(
        &self,
        run: &mut Run<'_, 't>,
        kind: &str,
        value: &Value<'t>,
        others: Option<&Others<'t>>,
    ) -> Vec<&Block<'t>> {
        let mut places = Vec::new();
        for part in value.parts() {
            match &part.origin {
                Origin::Resource { id, .. } => places.push(self.place_of(id)),
                // Another stack's export names no resource of this template.
                Origin::Import(_) if places.is_empty() => return Vec::new(),
                _ => {}
            }
        }
        if !places.is_empty() {
            let mut places: Vec<usize> = places.into_iter().flatten().collect();
            places.retain(|place| self.at(*place).is_some_and(|block| block.kind == kind));
            let written = places.len();
            return self.take(run, places, (written, 1));
        }
        if !value.is_scalar() {
            return Vec::new();
        }
        if value.is_inside_unknown() {
            self.evaluator.reads.kind(kind);
            return self.take(run, self.by_type.get(kind).map(|places| places.to_vec()).unwrap_or_default(), (0, 1));
        }
        let called = self.called(kind);
        let known_end = match value.text() {
            Some(text) => Some(text),
            None => match value.parts().last().map(|part| &part.content) {
                Some(Content::Known(text)) if text.contains(SEPARATORS) => Some(text.as_ref().into()),
                _ => None,
            },
        };
        let reads = &self.evaluator.reads;
        let mut places = match others {
            Some(others) => [others.looked_at.as_slice(), &called.rest].concat(),
            None => called.look_up(reads, Part::Open, "").into_owned(),
        };
        places.extend_from_slice(&match known_end {
            Some(text) => {
                let found = ends(&text).flat_map(|end| called.look_up(reads, Part::End, end).into_owned());
                found.collect::<Vec<_>>().into()
            }
            None => called.look_up(reads, Part::Ends, ""),
        });
        self.take(run, places, (0, 1))
    }

    /// The entry of a map with a key.
    pub fn entry(&self, entries: &'t [Entry<'t>], key: &str) -> Option<&'t Entry<'t>> {
        if entries.len() <= SHORT {
            return entries.iter().find(|entry| entry.key == key);
        }
        let mut known = self.ties.entries.borrow_mut();
        let places = known.entry(entries.as_ptr()).or_insert_with(|| {
            let places = entries.iter().enumerate();
            places.map(|(place, entry)| (entry.key.as_ref(), place)).collect()
        });
        entries.get(*places.get(key)?)
    }

    /// The resources whose type one of some patterns covers, in the order of the template. Rules ask for all of them for each of some.
    pub fn of_types<'a>(&'a self, types: &[String], covers: impl Fn(&str, &str) -> bool) -> Vec<&'a Block<'t>> {
        let reads = &self.evaluator.reads;
        reads.add(Read::NAMES);
        let key = types.join(" ");
        let known = self.ties.patterns.borrow().get(&key).map(Rc::clone);
        let places = known.unwrap_or_else(|| {
            let kinds: Vec<&str> = self.by_type.keys().copied().collect();
            let kinds = kinds.into_iter().filter(|kind| types.iter().any(|pattern| covers(pattern, kind)));
            let mut places: Vec<usize> = kinds.filter_map(|kind| self.by_type.get(kind)).flatten().copied().collect();
            // All iterations of a loop have the same key.
            let order = |place: &usize| self.resources.get(*place).map(|block| (block.key_span, block.name));
            places.sort_by_key(order);
            places.dedup();
            let places: Rc<[usize]> = places.into();
            self.ties.patterns.borrow_mut().insert(key, Rc::clone(&places));
            places
        });
        for place in &*places {
            reads.block(*place);
        }
        places.iter().filter_map(|place| self.resources.get(*place)).collect()
    }

    /// A table that is made once for the template.
    pub fn table(&self, about: &'static str, make: impl FnOnce() -> Table) -> Looked<'_> {
        let reads = &self.evaluator.reads;
        if let Some((table, number)) = self.ties.tables.borrow().get(about) {
            return Looked { table: Rc::clone(table), number: *number, reads };
        }
        let aside = reads.aside();
        let table = Rc::new(make());
        let number = reads.made(aside, || [TABLE, about].concat());
        self.ties.tables.borrow_mut().insert(about, (Rc::clone(&table), number));
        Looked { table, number, reads }
    }

    /// What an index has, by its name; none where it has not been made.
    pub fn looked_up(&self, index: &str, part: Part, key: &str) -> Option<Vec<usize>> {
        if let Some(kind) = index.strip_prefix(CALLED) {
            return self.ties.called.borrow().get(kind).map(|called| called.part(part, key).into_owned());
        }
        if let Some(about) = index.strip_prefix(TABLE) {
            let tables = self.ties.tables.borrow();
            return tables.get(about).map(|(table, _)| table.get(key).cloned().unwrap_or_default());
        }
        let naming = self.ties.naming.borrow();
        naming.get(index.strip_prefix(NAMING)?).map(|naming| naming.part(part, key).into_owned())
    }

    /// The resources at some places, if the budget allows for those that are not written as references.
    fn take(
        &self,
        run: &mut Run<'_, 't>,
        mut places: Vec<usize>,
        (written, weight): (usize, usize),
    ) -> Vec<&Block<'t>> {
        self.evaluator.count_steps(places.len());
        if !run.guess(places.len().saturating_sub(written).saturating_mul(weight)) {
            return Vec::new();
        }
        if places.len() > 1 {
            places.sort_unstable();
            places.dedup();
        }
        places.into_iter().filter_map(|place| self.at(place)).collect()
    }

    fn naming_index(
        &self,
        kind: &str,
        path: &str,
        routes: impl FnOnce() -> Vec<Route>,
        is_wanted: impl Fn(&Block<'t>) -> bool,
    ) -> Rc<Naming<'t>> {
        let key = [kind, " ", path].concat();
        let reads = &self.evaluator.reads;
        if let Some(known) = self.ties.naming.borrow().get(&key) {
            return Rc::clone(known);
        }
        let aside = reads.aside();
        reads.kind(kind);
        let routes = routes();
        let weight = if routes.iter().any(|route| route.is_open) { DEEP } else { 1 };
        let mut naming = Naming { weight, ..Naming::default() };
        for place in self.by_type.get(kind).into_iter().flatten() {
            let Some(block) = self.resources.get(*place).filter(|block| is_wanted(block)) else { continue };
            let mut names = Names { model: self, naming: Found::default() };
            for route in &routes {
                names.follow(block.node, &route.steps, route.is_open);
            }
            names.naming.kinds = names.naming.ids.iter().filter_map(|id| self.kind_of(id)).collect();
            names.naming.file(*place, &mut naming);
        }
        if let [Route { steps, is_open: false }] = routes.as_slice()
            && let Some(names) = steps.iter().map(Option::as_deref).collect::<Option<Vec<&str>>>()
            && let ["Properties", names @ ..] = names.as_slice()
        {
            (naming.alike, naming.rest) = self.alike(&naming.unknown, names);
        }
        naming.number = reads.made(aside, || [NAMING, &key].concat());
        let naming = Rc::new(naming);
        self.ties.naming.borrow_mut().insert(key, Rc::clone(&naming));
        naming
    }

    fn called(&self, kind: &str) -> Rc<Called<'t>> {
        let reads = &self.evaluator.reads;
        if let Some(known) = self.ties.called.borrow().get(kind) {
            return Rc::clone(known);
        }
        let aside = reads.aside();
        reads.kind(kind);
        let mut called = Called::default();
        for place in self.by_type.get(kind).into_iter().flatten() {
            match self.resources.get(*place).map_or(Name::Made, name) {
                Name::Made => {}
                Name::Text(text) => called.by_end.entry(end(text)).or_default().push(*place),
                Name::Open => called.open.push(*place),
            }
        }
        (called.alike, called.rest) = self.alike_by_name(&called.open, kind);
        called.number = reads.made(aside, || [CALLED, kind].concat());
        let called = Rc::new(called);
        self.ties.called.borrow_mut().insert(kind.to_owned(), Rc::clone(&called));
        called
    }
}

/// What the names of indexes begin with.
const NAMING: &str = "naming ";
const CALLED: &str = "called ";
const TABLE: &str = "table ";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::eval::inputs::Inputs;
    use crate::eval::{Memory, explore};
    use crate::source::SourceId;
    use crate::template::Template;

    const TEXT: &str = "
Parameters: {Given: {Type: String}, Several: {Type: CommaDelimitedList}}
Resources:
  Made: {Type: AWS::S3::Bucket}
  Named: {Type: AWS::S3::Bucket, Properties: {BucketName: records}}
  Open: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub 'records-${Given}'}}
  Key: {Type: AWS::KMS::Key}
  Policy: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: VALUE}}
";

    fn with<R>(value: &str, ask: impl for<'m, 't> Fn(&mut Run<'m, 't>, &'m Model<'m, 't>) -> R) -> (R, bool) {
        let text = TEXT.replace("VALUE", value);
        let document = crate::syntax::parse(&text, SourceId(0)).unwrap();
        let template = Template::new(&document.root);
        let (inputs, memory) = (Inputs::default(), Memory::default());
        let model = Model::new(&template, &inputs, &memory);
        let mut found = explore(&model.evaluator, |run| ask(run, &model));
        (found.leaves.pop().unwrap().1, found.complete)
    }

    /// The buckets that a policy with this value is a candidate for, by the first letters of their names.
    fn candidates(value: &str) -> String {
        fn ask<'t>(run: &mut Run<'_, 't>, model: &Model<'_, 't>) -> String {
            let buckets = model.of_type("AWS::S3::Bucket");
            let named =
                buckets.filter(|bucket| !model.naming_by(run, "AWS::S3::BucketPolicy", &["Bucket"], bucket).is_empty());
            named.map(|bucket| &bucket.name[..1]).collect()
        }
        with(value, ask).0
    }

    #[test]
    fn what_a_property_may_name() {
        for (value, expected) in [
            ("!Ref Made", "M"),
            ("!GetAtt Named.Arn", "N"),
            ("!Sub 'arn:aws:s3:::${Made}/x'", "M"),
            ("!Join ['', ['arn:aws:s3:::', !Ref Named, '/*']]", "N"),
            ("!If [C, !Ref Made, !Ref Open]", "MO"),
            ("!Select [0, [!Ref Made]]", "MNO"),
            ("records", "NO"),
            ("'arn:aws:s3:::records'", "NO"),
            ("other", "O"),
            ("!Sub 'arn:${AWS::Partition}:s3:::records'", "NO"),
            ("!Sub 'arn:${AWS::Partition}:s3:::other'", "O"),
            ("!Ref Given", "NO"),
            ("!Sub 'records-${Given}'", "NO"),
            ("!Ref Several", "MNO"),
            ("!Ref Nowhere", "MNO"),
            ("!ImportValue x", "MNO"),
            ("{Fn::Transform: {Name: Mine}}", "MNO"),
            ("!Ref AWS::NoValue", ""),
            ("[!Ref Made, records]", "MNO"),
        ] {
            assert_eq!(candidates(value), expected, "{value}");
        }
    }

    #[test]
    fn what_a_value_may_name() {
        for (value, expected) in [
            ("!GetAtt Made.Arn", vec!["Made"]),
            ("records", vec!["Named", "Open"]),
            ("'arn:aws:s3:::claims'", vec!["Open"]),
            ("!Sub '${Given}/records'", vec!["Named", "Open"]),
            ("!Ref Given", vec!["Named", "Open"]),
            ("!ImportValue x", vec![]),
        ] {
            fn ask<'t>(run: &mut Run<'_, 't>, model: &Model<'_, 't>) -> Vec<String> {
                let node = model.resource("Policy").unwrap().node.get("Properties").unwrap().get("Bucket").unwrap();
                let value = run.value(node).unwrap();
                let named = model.named_by(run, "AWS::S3::Bucket", value);
                named.iter().map(|block| block.name.to_owned()).collect()
            }
            assert_eq!(with(value, ask).0, expected, "{value}");
        }
    }

    /// Past the budget a check is undecided, and the reason is there to be shown.
    #[test]
    fn guesses_end() {
        let document = crate::syntax::parse(TEXT, SourceId(0)).unwrap();
        let template = Template::new(&document.root);
        let (inputs, memory) = (Inputs::default(), Memory::default());
        let model = Model::new(&template, &inputs, &memory);
        let made = model.resource("Named").unwrap();
        let found = explore(&model.evaluator, |run| {
            while run.guess(1 << 16) {}
            model.naming_by(run, "AWS::S3::BucketPolicy", &["Bucket"], made).len()
        });
        assert!(!found.complete && found.leaves.is_empty());
        assert!(found.gave_up.unwrap().contains("not known before it is deployed"));
        // References are no guesses.
        let found = explore(&model.evaluator, |run| model.naming_by(run, "AWS::KMS::Key", &["X"], made).len());
        assert!(found.complete);
    }
}
