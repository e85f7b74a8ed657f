//! The place of a fix in a template as it is written: the rule's path, walked through functions, along the finding.

use super::unique;
use crate::change::{Action, Change, Step, Value};
use crate::eval::{begins_as_function, has_macro, is_function};
use crate::rules::path;
use crate::source::Span;
use crate::syntax::{Entry, Kind, Node};

/// What happens at the end of a path.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// There is this value.
    Set(Value),
    /// There is this value instead of another one.
    Replace(Value),
    /// The list at the end has this item.
    Append(Value),
    /// The list at the end has an item with these values, which is known by the first of them.
    Put(Vec<(String, Value)>),
    /// There is this value, unless there is another one.
    Fill(Value),
    /// The list of tags at the end has an item with the key that is the first of these, with these values unless it is there.
    Tag(Vec<(String, Value)>),
    /// Nothing is there.
    Remove,
}

/// Why a fix is shown and not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// A function computes the value: its name, and what it takes it from.
    Computed(String, String),
    /// The value is read when the stack is deployed.
    Dynamic,
    /// A macro or loop writes this part of the template.
    Macro,
    /// The place is in another file.
    Included,
    /// The place is in a text of JSON.
    InText,
}

/// The result of a walk.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// The changes.
    pub(super) changes: Vec<Change>,
    /// What kept from more of them.
    pub(super) obstacle: Option<Obstacle>,
    /// Whether something was at the path, or could be added there.
    pub(super) is_possible: bool,
}

/// A walk through a block as written.
pub(super) struct Walk<'a, 't> {
    /// The place of the finding.
    pub(super) at: Span,
    pub(super) walked: &'a mut Walked,
    /// In which branches of a function the finding is, by its condition; none if that is not known. The first are the conditions of the
    /// functions around it, and whether they hold there.
    pub(super) failing: &'a Failing<'a, 't>,
    /// The branches that the walk is in.
    pub(super) inside: Vec<Choice<'t>>,
    /// Items that are added are there only in these branches.
    pub(super) only_in: Vec<Choice<'t>>,
    /// Whether the walk is in a value that is written elsewhere, for an alias or a merge of YAML.
    pub(super) is_elsewhere: bool,
}

/// What knows in which branches of a function a finding is.
type Failing<'a, 't> = dyn Fn(&[Choice<'t>], &'t str) -> Option<[bool; 2]> + 'a;

/// A branch of an `Fn::If`: its condition, and whether it is for where that holds.
pub(super) type Choice<'t> = (&'t str, bool);

/// What a reference to nothing is written as.
pub(super) fn no_value() -> Value {
    Value::Map(vec![("Ref".to_owned(), Value::String("AWS::NoValue".to_owned()))])
}

impl<'t> Walk<'_, 't> {
    /// Takes the steps from a node that is at a path.
    pub(super) fn go(&mut self, node: &'t Node<'t>, at: &mut Vec<Step>, steps: &[path::Step], deed: &Deed) {
        if is_no_value(node) && is_item(at) {
            // The list has no item there.
            return;
        }
        if is_no_value(node) || (node.kind == Kind::Null && !matches!(deed, Deed::Remove)) {
            return self.absent(at, steps, deed, is_no_value(node));
        }
        if let Some(branches) = branches(node) {
            return self.branches(node, branches, at, steps, deed);
        }
        if is_function(node) {
            return match (steps, deed) {
                ([], Deed::Remove) => self.remove(at),
                ([], Deed::Fill(_)) => self.walked.is_possible = true,
                _ => self.stop(computed(node)),
            };
        }
        match (steps.split_first(), &node.kind) {
            (None, _) => self.end(node, at, deed),
            (Some((path::Step::Name(name), rest)), Kind::Mapping(_)) => {
                if has_macro(node) {
                    return self.stop(Obstacle::Macro);
                }
                match node.as_mapping().and_then(|entries| entries.iter().find(|entry| entry.key == *name)) {
                    Some(entry) => {
                        let outer = self.is_elsewhere;
                        self.is_elsewhere |= !is_written(node, entry);
                        at.push(Step::Key(name.clone()));
                        self.go(&entry.value, at, rest, deed);
                        at.pop();
                        self.is_elsewhere = outer;
                    }
                    None => self.absent(at, steps, deed, false),
                }
            }
            (Some((path::Step::Every | path::Step::Index(_), rest)), Kind::Mapping(_)) => {
                // One alone may stand for a list of one.
                self.go(node, at, rest, deed);
            }
            (Some((step, rest)), Kind::Sequence(items)) => {
                let chosen: Vec<usize> = match step {
                    path::Step::Name(_) => return,
                    path::Step::Index(index) => vec![*index],
                    path::Step::Every => match holding(items, self.at, |item| item.span) {
                        Some(index) => vec![index],
                        // Which of them is to go, only the finding knows.
                        None if rest.is_empty() && matches!(deed, Deed::Remove) => return,
                        None => (0..items.len()).collect(),
                    },
                };
                if items.is_empty() {
                    return self.absent(at, steps, deed, false);
                }
                if rest.is_empty()
                    && matches!(deed, Deed::Remove)
                    && let Some(function) = chosen.iter().find_map(|index| function_at(items.get(*index)?, self.at))
                {
                    // With another value of a parameter, the item may be good. A resource of this template stays what it is.
                    let computed = computed(function);
                    if !matches!(&computed, Obstacle::Computed(name, _) if name == "Fn::GetAtt") {
                        return self.stop(computed);
                    }
                }
                // An empty list would be left.
                let is_last = matches!(items.as_slice(), [item] if branches(item).is_none());
                if is_last && rest.is_empty() && matches!(deed, Deed::Remove) {
                    return self.remove(at);
                }
                for index in chosen {
                    if let Some(item) = items.get(index) {
                        at.push(Step::Index(index));
                        self.go(item, at, rest, deed);
                        at.pop();
                    }
                }
            }
            (Some(_), Kind::String(text)) if text.trim_start().starts_with(['{', '[']) => self.stop(Obstacle::InText),
            (Some(_), Kind::String(text)) if text.contains("{{resolve:") => self.stop(Obstacle::Dynamic),
            (Some(_), _) => {}
        }
    }

    /// The branches of `Fn::If`: those that the finding is in.
    fn branches(
        &mut self,
        node: &'t Node<'t>,
        branches: [&'t Node<'t>; 2],
        at: &mut Vec<Step>,
        steps: &[path::Step],
        deed: &Deed,
    ) {
        let chosen = branches.iter().position(|branch| holds(branch.span, self.at) || key_in(branch, self.at));
        let meant = chosen.map(|chosen| [chosen == 0, chosen == 1]).or_else(|| self.meant(node)).unwrap_or_else(|| {
            // What is not known to fail is changed where it is absent, and gets one more item.
            let absent = branches.map(|branch| !has(branch, steps));
            if matches!(deed, Deed::Append(_)) || !absent.contains(&true) { [true; 2] } else { absent }
        });
        self.each(node, branches, meant, at, |walk, branch, at| walk.go(branch, at, steps, deed));
    }

    /// In which branches of a function the finding is; none if that is not known.
    pub(super) fn meant(&self, node: &'t Node<'t>) -> Option<[bool; 2]> {
        (self.failing)(&self.inside, condition(node)?)
    }

    /// Goes into some branches of a function.
    pub(super) fn each(
        &mut self,
        node: &'t Node<'t>,
        branches: [&'t Node<'t>; 2],
        meant: [bool; 2],
        at: &mut Vec<Step>,
        mut work: impl FnMut(&mut Self, &'t Node<'t>, &mut Vec<Step>),
    ) {
        let condition = condition(node);
        at.push(Step::Key("Fn::If".to_owned()));
        for (index, (branch, _)) in branches.into_iter().zip(meant).enumerate().filter(|(_, (_, is_meant))| *is_meant) {
            at.push(Step::Index(index + 1));
            self.inside.extend(condition.map(|condition| (condition, index == 0)));
            work(self, branch, at);
            if condition.is_some() {
                self.inside.pop();
            }
            at.pop();
        }
        at.pop();
    }

    /// At the end of the path.
    fn end(&mut self, node: &'t Node<'t>, at: &mut Vec<Step>, deed: &Deed) {
        if node.as_str().is_some_and(|text| text.contains("{{resolve:")) && !matches!(deed, Deed::Remove) {
            return self.stop(Obstacle::Dynamic);
        }
        self.walked.is_possible = true;
        match deed {
            Deed::Set(value) | Deed::Replace(value) => {
                if !is_same(node, value) {
                    self.set(node, at, value);
                }
            }
            Deed::Append(value) => self.append(node, at, value),
            Deed::Put(fields) => self.put(node, at, fields),
            Deed::Fill(_) => {}
            Deed::Tag(fields) => self.tag(node, at, fields),
            Deed::Remove => self.remove(at),
        }
    }

    /// One more item of a list, unless it is there.
    fn append(&mut self, node: &'t Node<'t>, at: &mut Vec<Step>, value: &Value) {
        let items = node.as_sequence().unwrap_or(std::slice::from_ref(node));
        if items.iter().any(|item| is_same(item, value)) {
            return;
        }
        for (index, item) in items.iter().enumerate() {
            let Some(both) = branches(item).filter(|both| both.iter().any(|branch| is_same(branch, value))) else {
                continue;
            };
            let Some(nothing) = both.iter().position(|branch| is_no_value(branch)) else {
                // There in any case, or instead of another one.
                if both.iter().all(|branch| is_same(branch, value)) {
                    return;
                }
                continue;
            };
            // There in the other branch alone.
            if self.meant(item).is_none_or(|meant| meant.get(nothing) == Some(&true)) {
                at.extend([Step::Index(index), Step::Key("Fn::If".to_owned()), Step::Index(nothing + 1)]);
                self.change(at, Action::Set(value.clone()));
                at.truncate(at.len() - 3);
            }
            return;
        }
        self.change(at, Action::Append(self.guarded(&unique::renamed(value, items))));
    }

    /// An item that is added, in the branches that it is for.
    fn guarded(&self, value: &Value) -> Value {
        let open = self.only_in.iter().rev().filter(|choice| !self.inside.contains(choice));
        open.fold(value.clone(), |value, (condition, holds)| {
            let both = if *holds { [value, no_value()] } else { [no_value(), value] };
            let condition = Value::String((*condition).to_owned());
            Value::Map(vec![("Fn::If".to_owned(), Value::List([condition].into_iter().chain(both).collect()))])
        })
    }

    /// A tag, unless the list has it.
    fn tag(&mut self, node: &'t Node<'t>, at: &mut Vec<Step>, fields: &[(String, Value)]) {
        let Some((by, name)) = fields.first() else { return };
        let Some(items) = node.as_sequence() else { return };
        let has_it = |item: &Node<'_>| item.get(by).is_some_and(|own| is_same(plain(own), name));
        let is_open = |item: &Node<'_>| is_function(item) || item.get(by).is_some_and(|own| is_function(plain(own)));
        for (index, item) in items.iter().enumerate() {
            let Some(branches) = branches(item) else {
                match item {
                    item if has_it(item) => return,
                    item if is_open(item) => return self.stop(computed(item)),
                    _ => continue,
                }
            };
            if branches.into_iter().all(has_it) {
                return;
            }
            let Some(other) = branches.into_iter().position(|branch| !has_it(branch) && !is_no_value(branch)) else {
                match branches.into_iter().position(is_no_value) {
                    // Nothing in both.
                    None => continue,
                    Some(_) if !branches.into_iter().any(has_it) => continue,
                    Some(nothing) => {
                        at.extend([Step::Index(index), Step::Key("Fn::If".to_owned()), Step::Index(nothing + 1)]);
                        self.change(at, Action::Set(Value::Map(fields.to_vec())));
                        at.truncate(at.len() - 3);
                        return;
                    }
                }
            };
            // Another tag, or something that is not known, in one branch.
            if branches.into_iter().any(has_it) || branches.get(other).is_some_and(|branch| is_open(branch)) {
                return self.stop(computed(item));
            }
        }
        self.change(at, Action::Append(Value::Map(fields.to_vec())));
    }

    /// Where the path ends early: the rest of it is added.
    fn absent(&mut self, at: &[Step], steps: &[path::Step], deed: &Deed, is_no_value: bool) {
        let (value, is_item) = match deed {
            Deed::Set(value) | Deed::Fill(value) => (value.clone(), false),
            Deed::Append(value) => (self.guarded(value), true),
            Deed::Put(fields) | Deed::Tag(fields) => (Value::Map(fields.clone()), true),
            Deed::Replace(_) | Deed::Remove => return,
        };
        self.walked.is_possible = true;
        let mut path = at.to_vec();
        let mut rest = steps;
        // A place that is written as nothing is filled as a whole.
        if !is_no_value {
            while let Some((path::Step::Name(name), below)) = rest.split_first() {
                path.push(Step::Key(name.clone()));
                rest = below;
            }
        }
        let value = if is_item { Value::List(vec![value]) } else { value };
        let value = rest.iter().rev().fold(value, |value, step| match step {
            path::Step::Name(name) => Value::Map(vec![(name.clone(), value)]),
            path::Step::Index(_) | path::Step::Every => Value::List(vec![value]),
        });
        self.walked.take(Change { path, action: Action::Set(value) }, is_item);
    }

    fn remove(&mut self, at: &[Step]) {
        self.walked.is_possible = true;
        let in_branch = matches!(at, [.., Step::Key(key), Step::Index(_)] if key == "Fn::If");
        self.change(at, if in_branch { Action::Set(no_value()) } else { Action::Remove });
    }

    pub(super) fn stop(&mut self, obstacle: Obstacle) {
        self.walked.is_possible = true;
        self.walked.obstacle.get_or_insert(obstacle);
    }

    pub(super) fn change(&mut self, at: &[Step], action: Action) {
        self.walked.take(Change { path: at.to_vec(), action }, false);
    }
}

impl Walked {
    /// Adds a change. Several values in what is absent are one value; with `is_item`, it is one more item of what may be the same list.
    pub(super) fn take(&mut self, change: Change, is_item: bool) {
        if let Action::Set(new) = &change.action
            && let Some(known) = self.changes.iter_mut().find(|known| known.path == change.path)
            && let Action::Set(old) = &mut known.action
        {
            return merge(old, new, is_item);
        }
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }
}

/// Whether an entry is written in its map, with its value: no alias and no merge of YAML brought it.
pub(super) fn is_written(map: &Node<'_>, entry: &Entry<'_>) -> bool {
    holds(map.span, entry.key_span) && holds(map.span, entry.value.span) && entry.key_span.end <= entry.value.span.start
}

/// Whether a path leads to an item of a list, perhaps through functions that choose it.
fn is_item(path: &[Step]) -> bool {
    match path {
        [before @ .., Step::Key(function), Step::Index(_)] if function == "Fn::If" => is_item(before),
        path => matches!(path.last(), Some(Step::Index(_))),
    }
}

/// The branches of functions in a value that a place is in.
pub(super) fn choices<'t>(node: &'t Node<'t>, at: Span) -> Vec<Choice<'t>> {
    let mut choices = Vec::new();
    let mut next = Some(node);
    while let Some(node) = next {
        if let Some(both) = branches(node) {
            let place = both.iter().position(|branch| holds(branch.span, at));
            choices.extend(place.and_then(|place| Some((condition(node)?, place == 0))));
            next = place.and_then(|place| both.get(place)).copied();
            continue;
        }
        next = match &node.kind {
            Kind::Mapping(entries) => {
                let place = holding(entries, at, |entry| entry.value.span);
                place.and_then(|place| entries.get(place)).map(|entry| &entry.value)
            }
            Kind::Sequence(items) => holding(items, at, |item| item.span).and_then(|place| items.get(place)),
            _ => None,
        };
    }
    choices
}

/// The first of some parts that a place is in. Many are searched by halves, as they are nearly always in the order of the text.
fn holding<T>(parts: &[T], at: Span, span: impl Fn(&T) -> Span) -> Option<usize> {
    const MANY: usize = 16;
    if parts.len() > MANY {
        let place = parts.partition_point(|part| span(part).end < at.end);
        if parts.get(place).is_some_and(|part| holds(span(part), at)) {
            return Some(place);
        }
    }
    parts.iter().position(|part| holds(span(part), at))
}

/// The condition of an `Fn::If`.
pub(super) fn condition<'t>(node: &'t Node<'t>) -> Option<&'t str> {
    node.get("Fn::If")?.as_sequence()?.first()?.as_str()
}

/// Puts what another value has into one. With `is_item`, items of lists stay apart.
fn merge(into: &mut Value, from: &Value, is_item: bool) {
    match (into, from) {
        (Value::Map(fields), Value::Map(others)) => {
            for (key, value) in others {
                match fields.iter_mut().find(|(known, _)| known == key) {
                    Some((_, known)) => merge(known, value, is_item),
                    None => fields.push((key.clone(), value.clone())),
                }
            }
        }
        (Value::List(items), Value::List(others)) => match (items.as_mut_slice(), others.as_slice()) {
            ([one @ Value::Map(_)], [other @ Value::Map(_)]) if !is_item => merge(one, other, is_item),
            _ => {
                for other in others {
                    if !items.contains(other) {
                        items.push(other.clone());
                    }
                }
            }
        },
        (into, from) => *into = from.clone(),
    }
}

/// Whether something is at the end of a path, in some branch of each function.
fn has(node: &Node<'_>, steps: &[path::Step]) -> bool {
    if is_no_value(node) || node.kind == Kind::Null {
        return false;
    }
    if let Some(branches) = branches(node) {
        return branches.into_iter().all(|branch| has(branch, steps));
    }
    match steps.split_first() {
        None => true,
        Some(_) if is_function(node) => true,
        Some((path::Step::Name(name), rest)) => node.get(name).is_some_and(|inner| has(inner, rest)),
        Some((step, rest)) => match node.as_sequence() {
            Some(items) => match step {
                path::Step::Index(index) => items.get(*index).is_some_and(|item| has(item, rest)),
                _ => !items.is_empty() && items.iter().all(|item| has(item, rest)),
            },
            None => has(node, rest),
        },
    }
}

/// The branches of an `Fn::If`.
pub(super) fn branches<'n, 't>(node: &'n Node<'t>) -> Option<[&'n Node<'t>; 2]> {
    match node.as_mapping()? {
        [only] if only.key == "Fn::If" => match only.value.as_sequence()? {
            [_, one, other] => Some([one, other]),
            _ => None,
        },
        _ => None,
    }
}

/// Whether it is `AWS::NoValue`.
pub(super) fn is_no_value(node: &Node<'_>) -> bool {
    matches!(node.as_mapping(), Some([only]) if only.key == "Ref" && only.value.as_str() == Some("AWS::NoValue"))
}

/// Why the value of a function cannot be set.
pub(super) fn computed(node: &Node<'_>) -> Obstacle {
    let Some([only]) = node.as_mapping() else { return Obstacle::Macro };
    if only.key == "Fn::Transform" || !begins_as_function(&only.key) && only.key != "Ref" {
        return Obstacle::Macro;
    }
    let first = only.value.as_sequence().and_then(<[_]>::first).unwrap_or(&only.value);
    let name = first.as_str().unwrap_or_default();
    Obstacle::Computed(only.key.to_string(), name.lines().next().unwrap_or_default().chars().take(60).collect())
}

/// The function in a value that computes what is at a place, apart from `Fn::If`.
fn function_at<'n, 's>(node: &'n Node<'s>, at: Span) -> Option<&'n Node<'s>> {
    if !holds(node.span, at) {
        return None;
    }
    if is_function(node) && branches(node).is_none() {
        return Some(node);
    }
    match &node.kind {
        Kind::Mapping(entries) => entries.iter().find_map(|entry| function_at(&entry.value, at)),
        Kind::Sequence(items) => items.iter().find_map(|item| function_at(item, at)),
        _ => None,
    }
}

/// A text that `Fn::Sub` leaves as it is, or the value itself.
pub(super) fn plain<'n, 's>(node: &'n Node<'s>) -> &'n Node<'s> {
    let inner = node.get("Fn::Sub");
    inner.filter(|inner| inner.as_str().is_some_and(|text| !text.contains("${"))).unwrap_or(node)
}

/// Whether a span is in another one.
pub(super) fn holds(outer: Span, inner: Span) -> bool {
    outer.source == inner.source && outer.start <= inner.start && inner.end <= outer.end
}

/// Whether a span is of a key of a map.
fn key_in(node: &Node<'_>, span: Span) -> bool {
    node.as_mapping().is_some_and(|entries| entries.iter().any(|entry| entry.key_span == span))
}

/// Whether a template writes a value, in any spelling that means the same.
pub(super) fn is_same(node: &Node<'_>, value: &Value) -> bool {
    match (value, &node.kind) {
        (Value::List(items), Kind::Sequence(own)) => {
            items.len() == own.len() && items.iter().zip(own).all(|(item, own)| is_same(own, item))
        }
        (Value::Map(fields), Kind::Mapping(own)) => {
            fields.len() == own.len()
                && fields.iter().all(|(key, value)| node.get(key).is_some_and(|own| is_same(own, value)))
        }
        (Value::Null, Kind::Null) => true,
        (Value::Bool(value), _) => {
            node.scalar_text().is_some_and(|text| text.eq_ignore_ascii_case(if *value { "true" } else { "false" }))
        }
        (Value::Number(text) | Value::String(text), _) => node.scalar_text().is_some_and(|own| own == text.as_str()),
        _ => false,
    }
}

/// What a template writes, as a value; none if a part of it has no other form.
pub(super) fn copied(node: &Node<'_>) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Bool(value) => Value::Bool(*value),
        Kind::Number(number) => Value::Number(number.text.to_string()),
        Kind::String(text) => Value::String(text.to_string()),
        Kind::Sequence(items) => Value::List(items.iter().map(copied).collect()),
        Kind::Mapping(entries) => {
            Value::Map(entries.iter().map(|entry| (entry.key.to_string(), copied(&entry.value))).collect())
        }
    }
}
