//! The rows that keys select in the `Mappings` of a template.

use super::has_macro;
use crate::eval::rows::MAX_ROWS;
use crate::eval::value::{Content, Kind, Part, Value};
use crate::eval::{Evaluator, RowIndex};
use crate::syntax::{Entry, Node};
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::sync::Arc;

/// The number of rows up to which an unknown key is compared with each of them.
pub(super) const MAX_COMPARED: usize = 16;

/// The result of looking up some keys.
#[derive(Copy, Clone)]
pub(super) enum Row<'t> {
    Found(&'t Node<'t>),
    Missing,
    /// A key is not known, or a macro adds rows.
    Unknown,
}

impl<'t> Evaluator<'_, 't> {
    /// The row of some keys.
    pub(super) fn row(&self, keys: &[Value<'t>]) -> Row<'t> {
        let [name, first, second] = keys else { return Row::Missing };
        match self.step(self.template.mappings, name) {
            Row::Found(map) => match self.below(map, first) {
                Row::Found(row) => self.below(row, second),
                other => other,
            },
            other => other,
        }
    }

    /// The index of the unknown key, and the row of each key that it may be; none if several keys are unknown, or a macro adds
    /// rows.
    pub(super) fn rows(&self, keys: &[Value<'t>]) -> Option<(usize, Vec<(&'t str, Row<'t>)>)> {
        let [name, first, second] = keys else { return None };
        let Row::Found(map) = self.step(self.template.mappings, name) else { return None };
        let entries = |node: &'t Node<'t>| node.as_mapping().filter(|_| !has_macro(node));
        match self.below(map, first) {
            Row::Found(row) => {
                let entries = entries(row)?.iter();
                Some((2, entries.map(|entry| (entry.key.as_ref(), Row::Found(&entry.value))).collect()))
            }
            Row::Unknown if second.text().is_some() => {
                let entries = entries(map)?.iter().take(MAX_ROWS);
                Some((1, entries.map(|entry| (entry.key.as_ref(), self.below(&entry.value, second))).collect()))
            }
            _ => None,
        }
    }

    /// The row of a key in a map.
    fn below(&self, map: &'t Node<'t>, key: &Value<'t>) -> Row<'t> {
        map.as_mapping().map_or(Row::Missing, |entries| self.step(entries, key))
    }

    fn step(&self, entries: &'t [Entry<'t>], key: &Value<'t>) -> Row<'t> {
        if let Some(text) = key.text() {
            return match self.entry(entries, &text) {
                Some(entry) => Row::Found(&entry.value),
                // The place of a macro, which adds entries.
                None if self.has_macro(entries) => Row::Unknown,
                None => Row::Missing,
            };
        }
        // "Anything else", with known text around it.
        let mut unknown = key.parts().iter().enumerate().filter(|(_, part)| !part.content.is_known());
        let (Some((place, Part { content: Content::Except(texts), .. })), None) = (unknown.next(), unknown.next())
        else {
            return Row::Unknown;
        };
        let known = |parts: Option<&[Part<'t>]>| {
            Value { span: key.span, kind: Kind::Text(parts.unwrap_or_default().to_vec()) }.text().map(Cow::into_owned)
        };
        let (before, after) = (known(key.parts().get(..place)), known(key.parts().get(place + 1..)));
        let around = [before.unwrap_or_default(), after.unwrap_or_default()];
        if !self.has_macro(entries) && self.are_excluded(entries, texts, around) { Row::Missing } else { Row::Unknown }
    }

    /// Whether a key that is none of some texts, with known text around it, is none of a map's. Many calls ask the same.
    fn are_excluded(&self, entries: &'t [Entry<'t>], texts: &Arc<[Cow<'t, str>]>, around: [String; 2]) -> bool {
        let place = (entries.as_ptr(), texts.as_ptr(), around);
        if let Some((_, known)) = self.excluded.borrow().get(&place) {
            return *known;
        }
        self.count_steps(entries.len());
        let [before, after] = &place.2;
        let known: FxHashSet<&str> = texts.iter().map(AsRef::as_ref).collect();
        let is_excluded = |entry: &Entry<'t>| {
            let middle = entry.key.strip_prefix(before.as_str()).and_then(|rest| rest.strip_suffix(after.as_str()));
            middle.is_none_or(|middle| known.contains(middle))
        };
        let result = entries.iter().all(is_excluded);
        // The texts stay where they are as long as their address is a key.
        self.excluded.borrow_mut().insert(place, (Arc::clone(texts), result));
        result
    }

    /// The entry with a key. Larger maps are indexed when they are first searched, since a choice may have many values.
    fn entry(&self, entries: &'t [Entry<'t>], key: &str) -> Option<&'t Entry<'t>> {
        if entries.len() <= MAX_COMPARED {
            return entries.iter().find(|entry| entry.key == key);
        }
        self.indexed(entries, |index| entries.get(*index.places.get(key)?))
    }

    /// Whether a macro adds entries to a map.
    fn has_macro(&self, entries: &'t [Entry<'t>]) -> bool {
        if entries.len() <= MAX_COMPARED {
            return entries.iter().any(|entry| super::begins_as_function(&entry.key));
        }
        self.indexed(entries, |index| index.has_macro)
    }

    fn indexed<R>(&self, entries: &'t [Entry<'t>], read: impl FnOnce(&RowIndex<'t>) -> R) -> R {
        let mut indices = self.row_indices.borrow_mut();
        read(indices.entry(entries.as_ptr()).or_insert_with(|| RowIndex {
            places: entries.iter().enumerate().map(|(place, entry)| (entry.key.as_ref(), place)).collect(),
            has_macro: entries.iter().any(|entry| super::begins_as_function(&entry.key)),
        }))
    }
}
