//! Another value in the place of one, or of an item of a list that has a name: as little of it as differs.

use super::place::{Deed, Walk, branches, computed, holds, is_no_value, is_same, is_written, plain};
use crate::change::{Action, Step, Value};
use crate::eval::is_function;
use crate::rules::path;
use crate::syntax::{Kind, Node};

impl<'t> Walk<'_, 't> {
    /// Another value: where both have the same form, only what differs changes, so that comments beside the rest stay.
    pub(super) fn set(&mut self, node: &'t Node<'t>, at: &mut Vec<Step>, value: &Value) {
        let inner: Vec<(Step, &'t Node<'t>, &Value)> = match (&node.kind, value) {
            (Kind::Sequence(own), Value::List(items)) if own.len() == items.len() => {
                let all = own.iter().zip(items).enumerate();
                all.map(|(index, (own, item))| (Step::Index(index), own, item)).collect()
            }
            (Kind::Mapping(own), Value::Map(fields)) if own.len() == fields.len() && !is_function(node) => {
                let all: Option<Vec<_>> = fields
                    .iter()
                    .map(|(key, value)| {
                        let entry = own.iter().find(|entry| entry.key == *key)?;
                        is_written(node, entry).then(|| (Step::Key(key.clone()), &entry.value, value))
                    })
                    .collect();
                all.unwrap_or_default()
            }
            _ => Vec::new(),
        };
        let is_list = matches!(node.kind, Kind::Sequence(_));
        let has_form = |(_, own, item): &(Step, &Node<'_>, &Value)| {
            holds(node.span, own.span) && (!is_list || is_same(own, item) || has_keys(own, item))
        };
        if self.is_elsewhere || inner.is_empty() || !inner.iter().all(has_form) {
            return self.change(at, Action::Set(value.clone()));
        }
        for (step, own, item) in inner {
            if !is_same(own, item) {
                at.push(step);
                self.set(own, at, item);
                at.pop();
            }
        }
    }

    /// An item of a list that has a name.
    pub(super) fn put(&mut self, node: &'t Node<'t>, at: &mut Vec<Step>, fields: &[(String, Value)]) {
        let Some((by, name)) = fields.first() else { return };
        let Some(items) = node.as_sequence() else { return };
        let known: Vec<Known> = items.iter().map(|item| known(item, by, name)).collect();
        match known.iter().position(|known| matches!(known, Known::This | Known::Partly)) {
            Some(index) => {
                let Some(item) = items.get(index) else { return };
                at.push(Step::Index(index));
                self.put_in(item, at, fields);
                at.pop();
            }
            None => match known.iter().zip(items).find(|(known, _)| **known == Known::Open) {
                Some((_, item)) => self.stop(computed(item)),
                None => self.change(at, Action::Append(Value::Map(fields.to_vec()))),
            },
        }
    }

    /// The values of an item that is there, in all or in some branches.
    fn put_in(&mut self, item: &'t Node<'t>, at: &mut Vec<Step>, fields: &[(String, Value)]) {
        if let Some(both) = branches(item) {
            let meant = self.meant(item).unwrap_or([true; 2]);
            return self.each(item, both, meant, at, |walk, branch, at| walk.put_in(branch, at, fields));
        }
        if is_no_value(item) {
            return self.change(at, Action::Set(Value::Map(fields.to_vec())));
        }
        for (key, value) in fields.iter().skip(1) {
            self.go(item, at, &[path::Step::Name(key.clone())], &Deed::Set(value.clone()));
        }
    }
}

/// Whether a map has the keys of a value, and no function stands for it.
fn has_keys(node: &Node<'_>, value: &Value) -> bool {
    match (&node.kind, value) {
        (Kind::Mapping(own), Value::Map(fields)) => {
            own.len() == fields.len() && !is_function(node) && fields.iter().all(|(key, _)| node.get(key).is_some())
        }
        _ => false,
    }
}

/// What is known of an item of a list of named items.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Known {
    /// It has the name, in each branch.
    This,
    /// It has the name, or there is nothing.
    Partly,
    /// There is nothing.
    Nothing,
    /// It has another name.
    Other,
    /// It may have the name, or has it instead of another one.
    Open,
}

/// Whether an item has a name.
fn known(item: &Node<'_>, by: &str, name: &Value) -> Known {
    if let Some([one, other]) = branches(item) {
        return match (known(one, by, name), known(other, by, name)) {
            (one, other) if one == other => one,
            (Known::This | Known::Partly, Known::This | Known::Partly | Known::Nothing)
            | (Known::Nothing, Known::This | Known::Partly) => Known::Partly,
            (Known::Other | Known::Nothing, Known::Other | Known::Nothing) => Known::Other,
            _ => Known::Open,
        };
    }
    match item.get(by).map(plain) {
        _ if is_no_value(item) => Known::Nothing,
        _ if is_function(item) => Known::Open,
        Some(own) if is_same(own, name) => Known::This,
        Some(own) if is_function(own) => Known::Open,
        _ => Known::Other,
    }
}
