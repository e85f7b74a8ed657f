//! All changes of a document as one tree beside it: what is replaced, removed, added and appended at each node.

use super::draft::{Draft, Entries};
use super::{Refused, proof};
use crate::change::{Action, Change, Step, Value};
use crate::source::Span;
use crate::syntax::functions::{is_call, is_function};
use crate::syntax::yaml::Shared;
use crate::syntax::{Document, Entry, Kind, MAX_DEPTH, Node};
use foldhash::{HashMap, HashSet};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Maps with more keys than this are searched by an index.
const SEARCHED: usize = 16;

/// What happens at one node, and below it.
#[derive(Default)]
pub(super) struct Target {
    /// By the number of the entry or item.
    pub(super) children: Children,
    /// Another value is there.
    pub(super) replaced: Option<Draft>,
    /// Nothing is there any more.
    pub(super) removed: bool,
    /// The new name of the key that it is the value of.
    pub(super) renamed: Option<String>,
    /// Entries that the map does not have.
    pub(super) added: Entries,
    /// Items behind the last one. If the node is not a list, it becomes the first item of one.
    pub(super) appended: Vec<Value>,
    /// Whether a change is at the node or below it.
    touched: bool,
    /// How many of the children are removed.
    gone: usize,
    /// The new names of the keys of children.
    names: BTreeSet<String>,
}

/// What happens below a node, by the number of the entry or item. Nearly all nodes on the path to a change have one of these.
#[derive(Default)]
pub(super) struct Children {
    /// The first that was asked for.
    first: Option<(usize, Box<Target>)>,
    others: BTreeMap<usize, Target>,
}

impl Children {
    pub(super) fn get(&self, index: &usize) -> Option<&Target> {
        match &self.first {
            Some((own, target)) if own == index => Some(target),
            Some(_) => self.others.get(index),
            None => None,
        }
    }

    /// What happens at a number; nothing so far if it is new.
    fn at(&mut self, index: usize) -> &mut Target {
        let (own, first) = self.first.get_or_insert_with(|| (index, Box::default()));
        if *own == index { first } else { self.others.entry(index).or_default() }
    }

    /// All of them, in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&usize, &Target)> {
        let first = self.first.iter().map(|(index, target)| (index, &**target));
        let split = self.first.as_ref().map_or(0, |(index, _)| *index);
        self.others.range(..split).chain(first).chain(self.others.range(split..))
    }
}

impl Target {
    /// Whether all of the node's children are removed.
    pub(super) fn is_emptied(&self, node: &Node<'_>) -> bool {
        self.gone > 0 && self.gone == size(node)
    }

    /// Whether some of the children are removed.
    pub(super) fn loses(&self) -> bool {
        self.gone > 0
    }

    /// Whether some change is here or below: one that was refused leaves nothing.
    pub(super) fn is_touched(&self) -> bool {
        self.touched
    }

    /// What makes this map the map `value`, if they have a key in common. Entries that are the same stay as they are written.
    pub(super) fn difference(entries: &[Entry<'_>], value: &Value) -> Option<Self> {
        let Value::Map(new) = value else { return None };
        if calls(entries) || is_call(value) {
            return None;
        }
        let mut target = Self { touched: true, ..Self::default() };
        let mut left: HashMap<&str, &Value> = new.iter().map(|(key, value)| (key.as_str(), value)).collect();
        for (index, entry) in entries.iter().enumerate() {
            match left.remove(entry.key.as_ref()) {
                Some(new) if proof::is_value(&entry.value, new) => {}
                Some(new) => {
                    let replaced = Some(Draft::Set(new.clone()));
                    *target.children.at(index) = Target { replaced, touched: true, ..Target::default() };
                }
                None => {
                    *target.children.at(index) = Target { removed: true, touched: true, ..Target::default() };
                    target.gone += 1;
                }
            }
        }
        if target.gone == entries.len() {
            return None;
        }
        for (key, value) in new.iter().filter(|(key, _)| left.contains_key(key.as_str())) {
            target.added.change(&Step::Key(key.clone()), &[], &Action::Set(value.clone())).ok()?;
        }
        Some(target)
    }

    fn untouched(&self) -> Result<(), Refused> {
        if self.touched { Err(Refused::Conflict) } else { Ok(()) }
    }
}

/// The numbers of the entries by their keys, of large maps: made once for all plans of a document.
pub(super) type Indexes = RefCell<HashMap<usize, HashMap<String, usize>>>;

/// Where the later entries of repeated keys start.
pub(super) fn repeated(document: &Document<'_>) -> HashSet<u32> {
    document.repeated.iter().map(|repeated| repeated.error.span.start).collect()
}

/// What is planned, and against which text.
pub(super) struct Plan<'d> {
    document: &'d Document<'d>,
    shared: &'d Shared,
    indexes: &'d Indexes,
    repeated: &'d HashSet<u32>,
    pub(super) root: Target,
}

impl<'d> Plan<'d> {
    pub(super) fn new(
        document: &'d Document<'d>,
        shared: &'d Shared,
        indexes: &'d Indexes,
        repeated: &'d HashSet<u32>,
    ) -> Self {
        Self { document, shared, indexes, repeated, root: Target::default() }
    }

    /// Adds a change. Nothing changes if it is refused.
    pub(super) fn add(&mut self, change: &Change) -> Result<(), Refused> {
        let depth = match &change.action {
            Action::Set(value) => depth(value, MAX_DEPTH),
            Action::Append(value) => depth(value, MAX_DEPTH) + 1,
            Action::Remove | Action::Rename(_) => 0,
        };
        if change.path.len() + depth >= MAX_DEPTH {
            return Err(Refused::TooDeep);
        }
        let mut root = std::mem::take(&mut self.root);
        let mut trail = Vec::with_capacity(change.path.len());
        let result = self.walk(&mut root, change, &mut trail);
        if result.is_ok() {
            let mut target = &mut root;
            target.touched = true;
            for index in trail {
                target = target.children.at(index);
                target.touched = true;
            }
        }
        self.root = root;
        result
    }

    /// Down the path as far as the text has it. `trail` gets the numbers of the children on it.
    fn walk(&self, root: &mut Target, change: &Change, trail: &mut Vec<usize>) -> Result<(), Refused> {
        let (mut node, mut target) = (&self.document.root, root);
        let mut path = change.path.as_slice();
        if path.is_empty() {
            return Err(Refused::Root);
        }
        loop {
            if self.shared.is_anchored(node.span.start as usize) {
                return Err(Refused::Anchor);
            }
            if target.removed {
                let again = path.is_empty() && change.action == Action::Remove;
                return if again { Ok(()) } else { Err(Refused::Conflict) };
            }
            if let Some(draft) = &mut target.replaced {
                return draft.change(path, &change.action);
            }
            let Some((step, rest)) = path.split_first() else {
                return self.at(node, target, &change.action);
            };
            if is_nothing(node) && matches!(step, Step::Key(_)) {
                return self.replace(node, target, Draft::new(path, &change.action)?);
            }
            if !target.appended.is_empty() && !matches!(node.kind, Kind::Sequence(_)) {
                return Err(Refused::Conflict);
            }
            let found = match (&node.kind, step) {
                (Kind::Mapping(entries), Step::Key(key)) => find(entries, key, self.indexes),
                (Kind::Sequence(items), Step::Index(index)) => (*index < items.len()).then_some(*index),
                (Kind::Mapping(_), Step::Index(_)) => return Err(Refused::NotAList),
                (_, Step::Key(_)) => return Err(Refused::NotAMap),
                _ => return Err(Refused::NotThere),
            };
            let Some(index) = found else {
                let Kind::Mapping(entries) = &node.kind else { return Err(Refused::NotThere) };
                if matches!(step, Step::Key(key) if target.names.contains(key)) {
                    return Err(Refused::Conflict);
                }
                if calls(entries) {
                    return Err(Refused::NotAMap);
                }
                if target.is_emptied(node) {
                    return Err(Refused::Conflict);
                }
                return target.added.change(step, rest, &change.action);
            };
            let child = self.child(node, index)?;
            trail.push(index);
            match &change.action {
                Action::Remove if rest.is_empty() => return self.remove(node, target, index, child),
                Action::Rename(name) if rest.is_empty() => return self.rename(node, target, index, name),
                _ => {}
            }
            node = child;
            target = target.children.at(index);
            path = rest;
        }
    }

    /// A child that is written where it is.
    fn child(&self, node: &'d Node<'d>, index: usize) -> Result<&'d Node<'d>, Refused> {
        if let Some(entry) = node.as_mapping().and_then(|entries| entries.get(index)) {
            if self.is_merged(node, entry) {
                return Err(Refused::Merge);
            }
            let is_behind = entry.value.span.start >= entry.key_span.end;
            return if is_behind { Ok(&entry.value) } else { Err(Refused::Alias) };
        }
        let item = node.as_sequence().and_then(|items| items.get(index)).ok_or(Refused::NotThere)?;
        if item.span.start >= node.span.start { Ok(item) } else { Err(Refused::Alias) }
    }

    /// A change, other than a removal, of the node at the end of the path.
    fn at(&self, node: &'d Node<'d>, target: &mut Target, action: &Action) -> Result<(), Refused> {
        match action {
            Action::Set(value) if !target.touched && proof::is_value(node, value) => Ok(()),
            Action::Set(_) => self.replace(node, target, Draft::new(&[], action)?),
            Action::Append(_) if is_nothing(node) => self.replace(node, target, Draft::new(&[], action)?),
            Action::Append(value) => {
                let is_list = matches!(node.kind, Kind::Sequence(_));
                if is_list && target.is_emptied(node) {
                    return Err(Refused::Conflict);
                }
                if !is_list {
                    if may_be_list(node) {
                        return Err(Refused::NotAList);
                    }
                    if target.appended.is_empty() {
                        target.untouched()?;
                    }
                    self.whole(node)?;
                }
                target.appended.push(value.clone());
                Ok(())
            }
            Action::Remove | Action::Rename(_) => Err(Refused::Root),
        }
    }

    fn rename(&self, node: &'d Node<'d>, target: &mut Target, index: usize, name: &str) -> Result<(), Refused> {
        let entries = node.as_mapping().ok_or(Refused::NotAMap)?;
        let entry = entries.get(index).ok_or(Refused::NotThere)?;
        if self.shared.merges(node.span.start as usize) {
            return Err(Refused::Merge);
        }
        if self.repeated.contains(&entry.key_span.start) || find(entries, &entry.key, self.indexes) != Some(index) {
            return Err(Refused::Repeated);
        }
        if calls(entries) || is_function(name) {
            return Err(Refused::NotAMap);
        }
        if self.shared.has_anchored(entry.key_span.start as usize, entry.key_span.end as usize) {
            return Err(Refused::Anchor);
        }
        let child = target.children.at(index);
        if child.renamed.as_deref() == Some(name) {
            return Ok(());
        }
        let is_taken =
            find(entries, name, self.indexes).is_some() || target.added.has(name) || target.names.contains(name);
        if is_taken || child.removed || child.renamed.is_some() {
            return Err(Refused::Conflict);
        }
        child.renamed = Some(name.to_owned());
        target.names.insert(name.to_owned());
        Ok(())
    }

    fn remove(
        &self,
        node: &'d Node<'d>,
        target: &mut Target,
        index: usize,
        child: &'d Node<'d>,
    ) -> Result<(), Refused> {
        let known = target.children.get(&index);
        if known.is_some_and(|known| known.removed) {
            return Ok(());
        }
        known.map_or(Ok(()), Target::untouched)?;
        if self.shared.is_anchored(child.span.start as usize) {
            return Err(Refused::Anchor);
        }
        self.whole(child)?;
        if let Some(entries) = node.as_mapping() {
            let entry = entries.get(index).ok_or(Refused::NotThere)?;
            if self.shared.merges(node.span.start as usize) {
                return Err(Refused::Merge);
            }
            if self.repeated.contains(&entry.key_span.start) {
                return Err(Refused::Repeated);
            }
            if calls(entries) {
                return Err(Refused::NotAMap);
            }
            if self.shared.has_anchored(entry.key_span.start as usize, entry.key_span.end as usize) {
                return Err(Refused::Anchor);
            }
        }
        if target.gone + 1 == size(node) && (!target.added.is_empty() || !target.appended.is_empty()) {
            return Err(Refused::Conflict);
        }
        target.children.at(index).removed = true;
        target.gone += 1;
        Ok(())
    }

    fn replace(&self, node: &Node<'_>, target: &mut Target, draft: Draft) -> Result<(), Refused> {
        target.untouched()?;
        self.whole(node)?;
        target.replaced = Some(draft);
        Ok(())
    }

    /// Refuses a node that may not vanish, because something else refers to a part of it.
    fn whole(&self, node: &Node<'_>) -> Result<(), Refused> {
        let Span { start, end, .. } = node.span;
        if self.shared.has_anchored(start as usize, end as usize) { Err(Refused::Anchor) } else { Ok(()) }
    }

    fn is_merged(&self, map: &Node<'_>, entry: &Entry<'_>) -> bool {
        let start = entry.key_span.start;
        self.shared.merges(map.span.start as usize)
            && (start < map.span.start || start >= map.span.end || self.shared.is_merged(start as usize))
    }
}

fn size(node: &Node<'_>) -> usize {
    match &node.kind {
        Kind::Mapping(entries) => entries.len(),
        Kind::Sequence(items) => items.len(),
        _ => 0,
    }
}

fn find(entries: &[Entry<'_>], key: &str, indexes: &Indexes) -> Option<usize> {
    if entries.len() <= SEARCHED {
        return entries.iter().position(|entry| entry.key == key);
    }
    let fill = || entries.iter().enumerate().map(|(number, entry)| (entry.key.to_string(), number)).collect();
    indexes.borrow_mut().entry(entries.as_ptr().addr()).or_insert_with(fill).get(key).copied()
}

/// Whether a map is the call of a function.
fn calls(entries: &[Entry<'_>]) -> bool {
    matches!(entries, [only] if is_function(&only.key))
}

/// Whether there is no value, in the text or for CloudFormation.
fn is_nothing(node: &Node<'_>) -> bool {
    match &node.kind {
        Kind::Null => true,
        Kind::Mapping(entries) => match entries.as_slice() {
            [only] => only.key == "Ref" && only.value.as_str() == Some("AWS::NoValue"),
            _ => false,
        },
        _ => false,
    }
}

/// Whether a value that is not a list may be one for CloudFormation: what a function results in, but for those that make one text.
fn may_be_list(node: &Node<'_>) -> bool {
    let Kind::Mapping(entries) = &node.kind else { return false };
    let [only] = entries.as_slice() else { return false };
    match only.key.as_ref() {
        "Fn::Sub" | "Fn::Join" | "Fn::Base64" | "Fn::ImportValue" | "Fn::ToJsonString" => false,
        "Fn::GetAtt" => {
            let last = match &only.value.kind {
                Kind::Sequence(parts) => parts.last().and_then(Node::as_str),
                _ => only.value.as_str(),
            };
            !last.is_some_and(|last| last.ends_with("Arn"))
        }
        key => is_function(key),
    }
}

/// Levels of lists and maps, at most so many.
fn depth(value: &Value, most: usize) -> usize {
    let Some(below) = most.checked_sub(1) else { return 0 };
    match value {
        Value::List(items) => 1 + items.iter().map(|item| depth(item, below)).max().unwrap_or(0),
        Value::Map(entries) => 1 + entries.iter().map(|(_, value)| depth(value, below)).max().unwrap_or(0),
        Value::Moved(moved) => depth(&moved.value, most),
        _ => 1,
    }
}
