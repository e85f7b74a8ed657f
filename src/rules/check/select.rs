//! Selecting with a path, and the nearest location where it finds nothing.

use super::checker::Checker;
use super::location::{Item, Location, NOT_SET, Nearest};
use super::paths::select_rest;
use crate::eval::Descent;
use crate::eval::value::{Kind, Value};
use crate::policy;
use crate::rules::language::path::Path;
use crate::source::Span;
use smallvec::{SmallVec, smallvec};

/// What a path selects.
pub struct Selection<'m, 't> {
    /// The elements, in order.
    pub items: SmallVec<[Item<'m, 't>; 1]>,
    /// The deepest block that exists on the path, for when there are none or they are not enough.
    pub nearest: Nearest,
    /// Whether something that is not known may hold further elements.
    pub unknown: bool,
}

/// Where names lead to.
pub enum Followed<'m, 't> {
    /// A value, and the key that it is under.
    Value(&'m Value<'t>, Span),
    /// Nothing: the name at this index is missing from the block or the value whose key is here.
    Absent(Span, usize),
    /// Something that is not known before this index.
    Unknown(&'m Value<'t>, usize),
    /// Something that a macro will write.
    Unwritten(usize),
}

impl<'m, 't> Checker<'_, 'm, 't> {
    /// Follows names, such as the leading ones of a path; notes why if something is unknown.
    pub fn follow(&mut self, names: &[impl AsRef<str>], item: &Item<'m, 't>) -> Followed<'m, 't> {
        let (mut value, walked) = match item {
            Item::Block(block) => match self.run.descend(block.node, block.key_span, names) {
                Descent::Value(value, walked) => (value, walked),
                Descent::Absent(span, index) => return Followed::Absent(span, index),
                Descent::Unknown(index) => {
                    self.run.note_reason("a macro generates the value when the stack is deployed");
                    return Followed::Unwritten(index);
                }
            },
            Item::Value { value, .. } => (*value, 0),
        };
        let mut span = value.span;
        for (index, step) in names.iter().enumerate().skip(walked) {
            if value.is_opaque() {
                self.note_why(value);
                return Followed::Unknown(value, index);
            }
            // Properties that take a map of any kind take its JSON text as well.
            if policy::is_json(value) {
                match self.json_text(value) {
                    Some(read) => value = read,
                    None if value.text().is_some() => return Followed::Absent(span, index),
                    None => {
                        self.note_why(value);
                        return Followed::Unknown(value, index);
                    }
                }
            }
            let Some(field) = value.field(step.as_ref()) else { return Followed::Absent(span, index) };
            value = &field.value;
            span = field.key_span;
        }
        Followed::Value(value, span)
    }

    /// Selects with a path from an item. Only if it finds nothing, it returns the nearest location.
    pub fn select(&mut self, path: &Path, item: &Item<'m, 't>) -> Selection<'m, 't> {
        self.select_with(path, item, false)
    }

    /// Selects with a path from an item, and returns the nearest location also if it finds something, which may not be enough.
    pub fn select_some(&mut self, path: &Path, item: &Item<'m, 't>) -> Selection<'m, 't> {
        self.select_with(path, item, self.explain)
    }

    fn select_with(&mut self, path: &Path, item: &Item<'m, 't>, around: bool) -> Selection<'m, 't> {
        let followed = self.follow(&path.names, item);
        let Followed::Value(value, span) = followed else {
            let unknown = !matches!(followed, Followed::Absent(..));
            let nearest = Nearest::new(self.explain, || self.short_of(&followed, &path.names, item));
            return Selection { items: SmallVec::new(), nearest, unknown };
        };
        let owner = item.owner();
        let name = last_name(&path.names, item);
        if path.rest.is_none() {
            let nearest = Nearest::new(around, || self.absent(span, self.base(item, &path.names), name));
            return Selection { items: smallvec![self.found(value, &path.names, item)], nearest, unknown: false };
        }
        let base = self.base(item, &path.names);
        let read = if policy::is_json(value) { self.json_text(value) } else { None };
        let is_unread = read.is_none() && policy::is_json(value) && value.text().is_none();
        if value.is_opaque() || is_unread {
            self.note_why(value);
            let nearest = Nearest::new(self.explain, || self.absent(value.span, base, ""));
            return Selection { items: SmallVec::new(), nearest, unknown: true };
        }
        let value = read.unwrap_or(value);
        let mut unknown = false;
        let mut items = SmallVec::new();
        for (found, steps) in select_rest(path, value, self.explain) {
            if found.is_inside_unknown() {
                unknown = true;
                continue;
            }
            let name = self.reported(steps.rsplit('/').next().unwrap_or(name));
            let path = if steps.is_empty() { base.clone() } else { format!("{base}/{steps}") };
            items.push(Item::Value { value: found, name, path, owner });
        }
        if unknown {
            self.note_unknown(value);
        }
        let nearest = Nearest::new(self.explain && (around || items.is_empty()), || {
            self.absent(span, base, path.text.rsplit(['.', ']']).find(|s| !s.is_empty()).unwrap_or(name))
        });
        Selection { items, nearest, unknown }
    }

    /// What names lead to.
    pub fn found(&self, value: &'m Value<'t>, names: &[impl AsRef<str>], item: &Item<'m, 't>) -> Item<'m, 't> {
        let name = self.reported(last_name(names, item));
        Item::Value { value, name, path: self.base(item, names), owner: item.owner() }
    }

    /// The location that names get to which lead to nothing that is known.
    pub fn short_of(&self, followed: &Followed<'m, 't>, names: &[impl AsRef<str>], item: &Item<'m, 't>) -> Location {
        match followed {
            Followed::Value(_, span) => self.nearest(item, names, *span, names.len()),
            Followed::Absent(span, index) => self.nearest(item, names, *span, *index),
            Followed::Unknown(value, index) => {
                self.absent(value.span, self.base(item, names.get(..*index).unwrap_or_default()), "")
            }
            Followed::Unwritten(index) => self.nearest(item, names, item.owner().key_span, *index),
        }
    }

    /// Words that only locations have.
    fn reported(&self, words: &str) -> String {
        if self.explain { words.to_owned() } else { String::new() }
    }

    fn base(&self, item: &Item<'m, 't>, names: &[impl AsRef<str>]) -> String {
        if !self.explain {
            return String::new();
        }
        let below: usize = names.iter().map(|name| name.as_ref().len() + 1).sum();
        let mut base = match item {
            Item::Block(block) => block.path_before(below),
            Item::Value { path, .. } => {
                let mut base = String::with_capacity(path.len() + below);
                base.push_str(path);
                base
            }
        };
        for name in names {
            if !base.is_empty() {
                base.push('/');
            }
            base.push_str(name.as_ref());
        }
        base
    }

    /// The first value inside `value` that is not known is why a query could not look further.
    fn note_unknown(&mut self, value: &Value<'t>) {
        fn first<'a, 't>(value: &'a Value<'t>) -> Option<&'a Value<'t>> {
            if value.is_opaque() {
                return Some(value);
            }
            let items = match &value.kind {
                Kind::List(items) => items.as_slice(),
                _ => &[],
            };
            items.iter().chain(value.fields().iter().map(|field| &field.value)).find_map(first)
        }
        if let Some(value) = first(value) {
            self.note_why(value);
        }
    }

    fn note_why(&mut self, value: &Value<'t>) {
        if let Some(part) = value.unsettled() {
            self.run.note_reason(part.origin.reason());
        }
    }

    /// The deepest location on the path of what is missing.
    fn nearest(&self, item: &Item<'m, 't>, names: &[impl AsRef<str>], span: Span, index: usize) -> Location {
        if !self.explain {
            return Location { span, ..Location::default() };
        }
        let base = self.base(item, names.get(..index).unwrap_or_default());
        self.absent(span, base, &missing(names, index))
    }

    /// The location of an item itself.
    pub(super) fn own_location(&self, item: &Item<'m, 't>) -> Nearest {
        Nearest::new(self.explain, || item.location())
    }

    pub(super) fn absent(&self, span: Span, path: String, name: &str) -> Location {
        if !self.explain {
            return Location { span, ..Location::default() };
        }
        Location { span, exact: span, path, name: name.to_owned(), state: NOT_SET.to_owned(), ..Location::default() }
    }
}

/// The name of what names lead to.
fn last_name<'p>(names: &'p [impl AsRef<str>], item: &'p Item<'_, '_>) -> &'p str {
    match (names.last(), item) {
        (Some(last), _) => last.as_ref(),
        (None, Item::Value { name, .. }) => name,
        (None, Item::Block(_)) => "",
    }
}

/// What a person would have to add: the names from the first missing one on, `Properties` aside.
fn missing(names: &[impl AsRef<str>], index: usize) -> String {
    let names = names.get(index..).unwrap_or_default();
    let is_property = matches!(names, [first, _, ..] if first.as_ref() == "Properties");
    let mut words = String::new();
    for name in names.iter().skip(usize::from(is_property)) {
        if !words.is_empty() {
            words.push('.');
        }
        words.push_str(name.as_ref());
    }
    words
}
