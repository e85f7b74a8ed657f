//! Queries with descents, slices and several selectors, in values.

use crate::eval::value::Value;
use jsonpath_rust::parser::model::{Segment, Selector};
use jsonpath_rust::query::queryable::Queryable;
use rustc_hash::FxHashSet;
use std::fmt::Display;

/// A query on its way through a value. Unlike RFC 9535 it has every value once, on whatever ways a path leads there: several `..` would
/// otherwise multiply a deep value beyond all bounds, and a rule that counts means values.
pub(super) struct Walk<'a, 't> {
    with_steps: bool,
    /// The values so far, with the steps to each.
    pub(super) found: Vec<(&'a Value<'t>, String)>,
    met: FxHashSet<*const Value<'t>>,
}

impl<'a, 't> Walk<'a, 't> {
    /// From a value.
    pub(super) fn from(value: &'a Value<'t>, with_steps: bool) -> Self {
        Self { with_steps, found: vec![(value, String::new())], met: FxHashSet::default() }
    }

    pub(super) fn segment(&mut self, segment: &Segment) {
        let selectors = match segment {
            Segment::Descendant(inner) => {
                self.met.clear();
                for (value, path) in std::mem::take(&mut self.found) {
                    self.descend(value, path);
                }
                return self.segment(inner);
            }
            Segment::Selector(selector) => std::slice::from_ref(selector),
            Segment::Selectors(selectors) => selectors.as_slice(),
        };
        self.met.clear();
        let from = std::mem::take(&mut self.found);
        for selector in selectors {
            for (value, path) in &from {
                self.select(selector, value, path);
            }
        }
    }

    /// Adds a value and everything below it.
    fn descend(&mut self, value: &'a Value<'t>, path: String) {
        if !self.met.insert(value) {
            return;
        }
        self.found.push((value, path.clone()));
        for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
            let path = self.on(&path, &index);
            self.descend(inner, path);
        }
        for field in value.fields() {
            let path = self.on(&path, &field.key);
            self.descend(&field.value, path);
        }
    }

    fn select(&mut self, selector: &Selector, value: &'a Value<'t>, path: &str) {
        match selector {
            Selector::Name(name) => {
                if let Some(inner) = Queryable::get(value, name) {
                    self.add(inner, path, name);
                }
            }
            Selector::Index(index) => {
                let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
                let index = usize::try_from(*index).ok().or_else(|| from_end(items.len(), *index));
                if let Some((index, inner)) = index.and_then(|index| Some((index, items.get(index)?))) {
                    self.add(inner, path, &index);
                }
            }
            Selector::Wildcard => {
                for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
                    self.add(inner, path, &index);
                }
                for field in value.fields() {
                    self.add(&field.value, path, &field.key);
                }
            }
            Selector::Slice(start, end, step) => {
                let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
                for index in slice(items.len(), *start, *end, step.unwrap_or(1)) {
                    if let Some(inner) = items.get(index) {
                        self.add(inner, path, &index);
                    }
                }
            }
            // Refused when the path is read.
            Selector::Filter(_) => {}
        }
    }

    fn add(&mut self, value: &'a Value<'t>, path: &str, step: &dyn Display) {
        if self.met.insert(value) {
            let path = self.on(path, step);
            self.found.push((value, path));
        }
    }

    fn on(&self, path: &str, step: &dyn Display) -> String {
        match (self.with_steps, path) {
            (false, _) => String::new(),
            (true, "") => step.to_string(),
            (true, path) => format!("{path}/{step}"),
        }
    }
}

/// The index that a negative one stands for.
fn from_end(length: usize, index: i64) -> Option<usize> {
    length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)
}

/// The indices of a slice (RFC 9535, 2.3.4.2.2).
fn slice(length: usize, start: Option<i64>, end: Option<i64>, step: i64) -> Vec<usize> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let normal = |index: i64| if index >= 0 { index } else { length.saturating_add(index) };
    let (first, last) = if step >= 0 {
        let bound = |index: i64| normal(index).clamp(0, length);
        (bound(start.unwrap_or(0)), bound(end.unwrap_or(length)))
    } else {
        let bound = |index: i64| normal(index).clamp(-1, length - 1);
        (start.map_or(length - 1, bound), end.map_or(-1, bound))
    };
    let indices = std::iter::successors(Some(first), |index| index.checked_add(step));
    let within = |index: &i64| if step > 0 { *index < last } else { step < 0 && *index > last };
    indices.take_while(within).filter_map(|index| usize::try_from(index).ok()).collect()
}
