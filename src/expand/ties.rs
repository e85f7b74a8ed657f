//! Which resources a property may name, as the template is written: so that a question about two resources is asked of those that
//! may have to do with each other, and not of every pair.
//!
//! What is left out is certain: in no scenario does the property name the resource. What is found is a candidate, to be judged as
//! the scenario has it (`graph::refers_to`).

use super::{Block, Model};
use crate::eval::value::{Content, Origin, Value};
use crate::eval::{Run, has_macro, is_function};
use crate::facts;
use crate::syntax::{Entry, Kind, Node};
use foldhash::HashMap;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::cell::RefCell;
use std::rc::Rc;

/// Texts of `Fn::Sub` and `Fn::Join` are read as far as they are short: what is put together of more may be too large to evaluate.
const MAX_TEXT: usize = 1024;
const MAX_PIECES: usize = 32;

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
    /// By what they are about: see [`Model::table`].
    tables: RefCell<FxHashMap<&'static str, Rc<Table>>>,
}

/// For a name, or something else that resources are found by, their places.
pub type Table = HashMap<String, Vec<usize>>;

/// The items of a list, by the resources that they refer to.
#[derive(Default)]
struct Items<'t> {
    by_id: HashMap<&'t str, Vec<usize>>,
    /// Texts without a reference. They may be explicit names, but not one that CloudFormation makes.
    texts: Vec<usize>,
    open: Vec<usize>,
}

/// Lists of so many items are short.
const SHORT: usize = 8;

/// Resources of a type, by what one of their properties may name. They are numbered by their places among the resources.
#[derive(Default)]
struct Naming<'t> {
    /// By logical id, those that refer to it.
    by_id: HashMap<&'t str, Vec<usize>>,
    /// By the type of a resource, those that refer to one.
    by_kind: HashMap<&'t str, Vec<usize>>,
    /// Those that refer to an attribute of a resource.
    attributes: Vec<usize>,
    /// By the last segment of a text, those that have such a text.
    by_end: HashMap<&'t str, Vec<usize>>,
    /// Those that have a text whose end is known.
    texts: Vec<usize>,
    /// Those that have a text of which nothing is known. It may be an explicit name, but not one that CloudFormation makes.
    unknown: Vec<usize>,
    /// Those that may have anything.
    open: Vec<usize>,
}

/// The explicit names of the resources of a type.
#[derive(Default)]
struct Called<'t> {
    /// By the last segment of the name.
    by_end: HashMap<&'t str, Vec<usize>>,
    /// Those whose name is not a plain text.
    open: Vec<usize>,
}

/// The explicit name of a resource as written.
enum Name<'t> {
    /// CloudFormation makes it.
    Made,
    Text(&'t str),
    /// A function does, or something else that has to be evaluated.
    Open,
}

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
        let naming = self.naming_index(kind, path, routes, |_| true);
        let mut places: Vec<usize> = naming.by_id.get(target.name).cloned().unwrap_or_default();
        let written = places.len();
        places.extend(&naming.open);
        match name(target) {
            Name::Made => {}
            Name::Text(text) => {
                places.extend(naming.by_end.get(end(text)).into_iter().flatten());
                places.extend(&naming.unknown);
            }
            Name::Open => {
                places.extend(&naming.texts);
                places.extend(&naming.unknown);
            }
        }
        self.take(run, places, written)
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
    /// `expected` is the text, if all of it is known; `by_name`, whether the name is a piece of it; `path` stands for the routes and
    /// for those that are wanted at all. As for [`naming`](Self::naming).
    pub fn put_together(
        &self,
        run: &mut Run<'_, 't>,
        kind: &str,
        path: &str,
        routes: impl FnOnce() -> Vec<Route>,
        target: &Block<'t>,
        (expected, by_name): (Option<&str>, bool),
        is_wanted: impl Fn(&Block<'t>) -> bool,
    ) -> Vec<&Block<'t>> {
        let naming = self.naming_index(kind, path, routes, is_wanted);
        let mut places: Vec<usize> = naming.by_id.get(target.name).cloned().unwrap_or_default();
        let written = places.len();
        // The name of another resource of the type is another one, unless both may have the same.
        let called = self.called(target.kind);
        let alike: Vec<usize> = match name(target) {
            Name::Made => Vec::new(),
            Name::Text(text) => {
                called.by_end.get(end(text)).into_iter().flatten().chain(&called.open).copied().collect()
            }
            Name::Open => called.by_end.values().flatten().chain(&called.open).copied().collect(),
        };
        for place in alike {
            let id = self.resources.get(place).map_or("", |block| block.name);
            places.extend(naming.by_id.get(id).into_iter().flatten());
        }
        for (_, found) in naming.by_kind.iter().filter(|(kind, _)| !by_name || **kind != target.kind) {
            places.extend(found);
        }
        places.extend(naming.open.iter().chain(&naming.unknown).chain(&naming.attributes));
        match expected {
            Some(expected) => places.extend(naming.by_end.get(end(expected)).into_iter().flatten()),
            None => places.extend(&naming.texts),
        }
        self.take(run, places, written)
    }

    /// The resources of a type that a value may name, in the order of the template. As for [`naming`](Self::naming).
    pub fn named_by(&self, run: &mut Run<'_, 't>, kind: &str, value: &Value<'t>) -> Vec<&Block<'t>> {
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
            places.retain(|place| self.resources.get(*place).is_some_and(|block| block.kind == kind));
            let written = places.len();
            return self.take(run, places, written);
        }
        if !value.is_scalar() {
            return Vec::new();
        }
        if value.is_inside_unknown() {
            return self.take(run, self.by_type.get(kind).map(|places| places.to_vec()).unwrap_or_default(), 0);
        }
        let called = self.called(kind);
        let known_end = match value.text() {
            Some(text) => Some(text),
            None => match value.parts().last().map(|part| &part.content) {
                Some(Content::Known(text)) if text.contains(SEPARATORS) => Some(text.as_ref().into()),
                _ => None,
            },
        };
        let mut places = called.open.clone();
        match known_end {
            Some(text) => places.extend(called.by_end.get(end(&text)).into_iter().flatten()),
            None => places.extend(called.by_end.values().flatten()),
        }
        self.take(run, places, 0)
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

    /// A table that is made once for the template.
    pub fn table(&self, about: &'static str, make: impl FnOnce() -> Table) -> Rc<Table> {
        if let Some(known) = self.ties.tables.borrow().get(about) {
            return Rc::clone(known);
        }
        let table = Rc::new(make());
        self.ties.tables.borrow_mut().insert(about, Rc::clone(&table));
        table
    }

    /// The items of a list, or the value itself, that may name a resource.
    pub fn items_naming(&self, list: &'m Value<'t>, target: &Block<'t>) -> SmallVec<[&'m Value<'t>; SHORT]> {
        let items = list.items();
        if items.len() <= SHORT {
            return items.iter().collect();
        }
        self.chosen_items(list, target, !matches!(name(target), Name::Made))
    }

    /// The items of a list, or the value itself, that refer to a resource, and all those that are texts, such as patterns.
    pub fn items_matching(&self, list: &'m Value<'t>, target: &Block<'t>) -> SmallVec<[&'m Value<'t>; SHORT]> {
        let items = list.items();
        if items.len() <= SHORT {
            return items.iter().collect();
        }
        self.chosen_items(list, target, true)
    }

    fn chosen_items(
        &self,
        list: &'m Value<'t>,
        target: &Block<'t>,
        with_texts: bool,
    ) -> SmallVec<[&'m Value<'t>; SHORT]> {
        let items = list.items();
        let index = self.items(list);
        let mut places = index.by_id.get(target.name).cloned().unwrap_or_default();
        places.extend(&index.open);
        if with_texts {
            places.extend(&index.texts);
        }
        places.sort_unstable();
        places.into_iter().filter_map(|place| items.get(place)).collect()
    }

    fn items(&self, list: &'m Value<'t>) -> Rc<Items<'t>> {
        let key: *const Value<'t> = list;
        if let Some(known) = self.ties.items.borrow().get(&key) {
            return Rc::clone(known);
        }
        let mut index = Items::default();
        for (place, item) in list.items().iter().enumerate() {
            let mut ids: SmallVec<[&'t str; 2]> = SmallVec::new();
            for part in item.parts() {
                match part.origin {
                    Origin::Resource { id, .. } if !ids.contains(&id) => ids.push(id),
                    _ => {}
                }
            }
            if item.is_inside_unknown() {
                index.open.push(place);
            } else if ids.is_empty() {
                index.texts.push(place);
            }
            for id in ids {
                index.by_id.entry(id).or_default().push(place);
            }
        }
        let index = Rc::new(index);
        self.ties.items.borrow_mut().insert(key, Rc::clone(&index));
        index
    }

    /// The resources at some places, if the budget allows for those that are not written as references.
    fn take(&self, run: &mut Run<'_, 't>, mut places: Vec<usize>, written: usize) -> Vec<&Block<'t>> {
        self.evaluator.count_steps(places.len());
        if !run.guess(places.len().saturating_sub(written)) {
            return Vec::new();
        }
        if places.len() > 1 {
            places.sort_unstable();
            places.dedup();
        }
        places.into_iter().filter_map(|place| self.resources.get(place)).collect()
    }

    fn naming_index(
        &self,
        kind: &str,
        path: &str,
        routes: impl FnOnce() -> Vec<Route>,
        is_wanted: impl Fn(&Block<'t>) -> bool,
    ) -> Rc<Naming<'t>> {
        let key = [kind, " ", path].concat();
        if let Some(known) = self.ties.naming.borrow().get(&key) {
            return Rc::clone(known);
        }
        let routes = routes();
        let mut naming = Naming::default();
        for place in self.by_type.get(kind).into_iter().flatten() {
            let Some(block) = self.resources.get(*place).filter(|block| is_wanted(block)) else { continue };
            let mut names = Names { model: self, naming: Found::default() };
            for route in &routes {
                names.follow(block.node, &route.steps, route.is_open);
            }
            names.naming.kinds = names.naming.ids.iter().filter_map(|id| Some(self.resource(id)?.kind)).collect();
            names.naming.file(*place, &mut naming);
        }
        let naming = Rc::new(naming);
        self.ties.naming.borrow_mut().insert(key, Rc::clone(&naming));
        naming
    }

    fn called(&self, kind: &str) -> Rc<Called<'t>> {
        if let Some(known) = self.ties.called.borrow().get(kind) {
            return Rc::clone(known);
        }
        let mut called = Called::default();
        for place in self.by_type.get(kind).into_iter().flatten() {
            match self.resources.get(*place).map_or(Name::Made, name) {
                Name::Made => {}
                Name::Text(text) => called.by_end.entry(end(text)).or_default().push(*place),
                Name::Open => called.open.push(*place),
            }
        }
        let called = Rc::new(called);
        self.ties.called.borrow_mut().insert(kind.to_owned(), Rc::clone(&called));
        called
    }
}

/// What comes before a name in an ARN, and between the parts of many names.
const SEPARATORS: [char; 2] = [':', '/'];

/// The last segment of a text. A text that is a name, or an ARN that ends with it, has the same one as the name.
fn end(text: &str) -> &str {
    text.rsplit(SEPARATORS).next().unwrap_or_default()
}

/// The explicit name of a resource, from the property that names its type.
fn name<'t>(block: &Block<'t>) -> Name<'t> {
    let Some(property) = facts::name_property(block.kind) else { return Name::Made };
    let mut node = block.node;
    for step in std::iter::once("Properties").chain(property.split('.')) {
        if is_function(node) || node.as_str().is_some() {
            return Name::Open;
        }
        match node.get(step) {
            Some(next) => node = next,
            None => return if has_macro(node) { Name::Open } else { Name::Made },
        }
    }
    match (plain(node), node.get("Ref").and_then(Node::as_str)) {
        (Some(text), _) => Name::Text(text),
        (None, Some("AWS::NoValue")) => Name::Made,
        _ => Name::Open,
    }
}

/// The explicit name of a resource, if it is written in plain text.
pub fn plain_name<'t>(block: &Block<'t>) -> Option<&'t str> {
    match name(block) {
        Name::Text(text) => Some(text),
        Name::Made | Name::Open => None,
    }
}

/// The text of a scalar that is what it says: no JSON, no dynamic reference.
pub fn plain<'t>(node: &'t Node<'t>) -> Option<&'t str> {
    match &node.kind {
        Kind::String(text) if text.contains("{{") || text.trim_start().starts_with(['{', '[']) => None,
        Kind::String(text) => Some(text),
        Kind::Number(number) => Some(&number.text),
        Kind::Bool(true) => Some("true"),
        Kind::Bool(false) => Some("false"),
        _ => None,
    }
}

/// What the property of one resource may name.
#[derive(Default)]
struct Found<'t> {
    ids: Vec<&'t str>,
    kinds: Vec<&'t str>,
    ends: Vec<&'t str>,
    has_attribute: bool,
    is_unknown: bool,
    is_open: bool,
}

impl<'t> Found<'t> {
    fn file(mut self, place: usize, naming: &mut Naming<'t>) {
        if self.is_open {
            naming.open.push(place);
            return;
        }
        if self.has_attribute {
            naming.attributes.push(place);
        }
        if self.is_unknown {
            naming.unknown.push(place);
        }
        if !self.ends.is_empty() {
            naming.texts.push(place);
        }
        let indices = [
            (&mut self.ids, &mut naming.by_id),
            (&mut self.kinds, &mut naming.by_kind),
            (&mut self.ends, &mut naming.by_end),
        ];
        for (names, index) in indices {
            names.sort_unstable();
            names.dedup();
            for name in names {
                index.entry(name).or_default().push(place);
            }
        }
    }
}

/// Reads what a property may name.
struct Names<'a, 'm, 't> {
    model: &'a Model<'m, 't>,
    naming: Found<'t>,
}

/// A piece of a text that functions put together.
enum Piece<'t> {
    Text(&'t str),
    /// A resource, and whether an attribute of it.
    Resource(&'t str, bool),
    Unknown,
    /// Something of which it is not certain that it is a text.
    Open,
}

impl<'t> Names<'_, '_, 't> {
    fn resource(&mut self, id: &'t str, is_attribute: bool) {
        self.naming.ids.push(id);
        self.naming.has_attribute |= is_attribute;
    }

    fn open(&mut self) {
        self.naming.is_open = true;
    }

    fn follow(&mut self, node: &'t Node<'t>, steps: &[Option<String>], is_open: bool) {
        if self.naming.is_open {
            return;
        }
        let Some((step, rest)) = steps.split_first() else {
            return if is_open { self.anywhere(node) } else { self.list(node) };
        };
        match (&node.kind, step) {
            (Kind::Mapping(entries), _) if is_function(node) => match branches(entries) {
                Some(branches) => branches.iter().for_each(|branch| self.follow(branch, steps, is_open)),
                None => self.open(),
            },
            (Kind::Mapping(_), _) if has_macro(node) => self.open(),
            (Kind::Mapping(_), Some(name)) => {
                if let Some(next) = node.get(name) {
                    self.follow(next, rest, is_open);
                }
            }
            (Kind::Mapping(entries), None) => {
                entries.iter().for_each(|entry| self.follow(&entry.value, rest, is_open));
            }
            (Kind::Sequence(items), None) => items.iter().for_each(|item| self.follow(item, rest, is_open)),
            // The text of JSON.
            (Kind::String(_), _) if plain(node).is_none() => self.open(),
            _ => {}
        }
    }

    /// A value, or the items of a list.
    fn list(&mut self, node: &'t Node<'t>) {
        match &node.kind {
            Kind::Sequence(items) => items.iter().for_each(|item| self.list(item)),
            Kind::Mapping(entries) if is_function(node) => match entries.first() {
                Some(call) => self.call(call),
                None => self.open(),
            },
            Kind::Mapping(_) if has_macro(node) => self.open(),
            Kind::Mapping(_) | Kind::Null => {}
            _ => match plain(node) {
                Some(text) => self.naming.ends.push(end(text)),
                None => self.open(),
            },
        }
    }

    /// Every value below one.
    fn anywhere(&mut self, node: &'t Node<'t>) {
        match &node.kind {
            Kind::Sequence(items) => items.iter().for_each(|item| self.anywhere(item)),
            Kind::Mapping(entries) if is_function(node) => match branches(entries) {
                Some(branches) => branches.iter().for_each(|branch| self.anywhere(branch)),
                None => self.open(),
            },
            Kind::Mapping(_) if has_macro(node) => self.open(),
            Kind::Mapping(entries) => entries.iter().for_each(|entry| self.anywhere(&entry.value)),
            _ => self.list(node),
        }
    }

    fn call(&mut self, call: &'t Entry<'t>) {
        if let Some(branches) = branches(std::slice::from_ref(call)) {
            return branches.iter().for_each(|branch| self.list(branch));
        }
        match call.key.as_ref() {
            "Ref" if call.value.as_str() == Some("AWS::NoValue") => {}
            "Ref" | "Fn::GetAtt" => match self.piece(call) {
                Piece::Resource(id, attribute) => self.resource(id, attribute),
                Piece::Unknown => self.naming.is_unknown = true,
                Piece::Text(_) | Piece::Open => self.open(),
            },
            "Fn::Sub" => match call.value.as_str() {
                Some(text) => {
                    let pieces = self.substituted(text);
                    self.text(&pieces);
                }
                None => self.open(),
            },
            "Fn::Join" => {
                let pieces = self.joined(&call.value);
                self.text(&pieces);
            }
            _ => self.open(),
        }
    }

    /// A text of pieces. With a reference it names the resources of its references, and no other.
    fn text(&mut self, pieces: &[Piece<'t>]) {
        if pieces.iter().any(|piece| matches!(piece, Piece::Open)) || pieces.len() > 2 * MAX_PIECES {
            return self.open();
        }
        let before = self.naming.ids.len();
        for piece in pieces {
            if let Piece::Resource(id, attribute) = piece {
                self.resource(id, *attribute);
            }
        }
        if self.naming.ids.len() > before {
            return;
        }
        match pieces {
            [Piece::Text(text)] => self.naming.ends.push(end(text)),
            [.., Piece::Text(text)] if text.contains(SEPARATORS) => self.naming.ends.push(end(text)),
            [.., Piece::Text(before), Piece::Text(text)] if before.ends_with(SEPARATORS) => {
                self.naming.ends.push(text);
            }
            _ => self.naming.is_unknown = true,
        }
    }

    /// The pieces of a text of `Fn::Sub`.
    fn substituted(&self, text: &'t str) -> Vec<Piece<'t>> {
        if text.len() > MAX_TEXT || text.contains("${!") || text.contains("{{") {
            return vec![Piece::Open];
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else { return vec![Piece::Open] };
            if !before.is_empty() {
                pieces.push(Piece::Text(before));
            }
            pieces.push(match name.trim().split_once('.') {
                Some((id, attribute)) => self.attribute(id, attribute),
                None => self.referred(name.trim()),
            });
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest));
        }
        pieces
    }

    /// The pieces of a text of `Fn::Join`.
    fn joined(&self, argument: &'t Node<'t>) -> Vec<Piece<'t>> {
        let (Some(delimiter), Some(items)) = (match argument.as_sequence() {
            Some([delimiter, items]) => (plain(delimiter), items.as_sequence()),
            _ => (None, None),
        }) else {
            return vec![Piece::Open];
        };
        let mut pieces = Vec::new();
        for item in items.iter().take(MAX_PIECES) {
            if !pieces.is_empty() && !delimiter.is_empty() {
                pieces.push(Piece::Text(delimiter));
            }
            pieces.push(self.item(item));
        }
        if items.len() > MAX_PIECES { vec![Piece::Open] } else { pieces }
    }

    /// An item of `Fn::Join`.
    fn item(&self, node: &'t Node<'t>) -> Piece<'t> {
        match (node.as_mapping(), plain(node)) {
            (_, Some(text)) => Piece::Text(text),
            (Some([call]), None) => self.piece(call),
            _ => Piece::Open,
        }
    }

    /// `Ref` or `Fn::GetAtt`.
    fn piece(&self, call: &'t Entry<'t>) -> Piece<'t> {
        match (call.key.as_ref(), call.value.as_str(), call.value.as_sequence()) {
            ("Ref", Some(name), _) => self.referred(name),
            ("Fn::GetAtt", Some(text), _) => {
                text.split_once('.').map_or(Piece::Open, |(id, attribute)| self.attribute(id, attribute))
            }
            ("Fn::GetAtt", None, Some([id, attribute])) => match (id.as_str(), attribute.as_str()) {
                (Some(id), Some(attribute)) => self.attribute(id, attribute),
                _ => Piece::Open,
            },
            _ => Piece::Open,
        }
    }

    fn referred(&self, name: &'t str) -> Piece<'t> {
        if let Some(parameter) = self.model.parameter(name) {
            return if parameter.is_list() { Piece::Open } else { Piece::Unknown };
        }
        match name {
            "AWS::NotificationARNs" | "AWS::NoValue" => Piece::Open,
            _ if name.starts_with("AWS::") => Piece::Unknown,
            _ if self.model.resource(name).is_some() => Piece::Resource(name, false),
            _ => Piece::Open,
        }
    }

    /// An attribute that is a property is what the property is.
    fn attribute(&self, id: &'t str, attribute: &str) -> Piece<'t> {
        match self.model.resource(id) {
            Some(block) if !facts::is_property_attribute(block.kind, attribute) => Piece::Resource(id, true),
            _ => Piece::Open,
        }
    }
}

/// The branches of an `Fn::If`; none for any other function.
fn branches<'t>(entries: &'t [Entry<'t>]) -> Option<&'t [Node<'t>]> {
    let [call] = entries else { return None };
    let branches = call.value.as_sequence().filter(|list| list.len() == 3)?.get(1..)?;
    (call.key == "Fn::If").then_some(branches)
}
