//! `Globals`: properties that SAM gives to every resource of a type.
//!
//! Source: AWS SAM developer guide, "Globals section of the AWS SAM template": maps are merged, lists are added to each
//! other, and of everything else the resource's own value wins. A few properties differ (`CUSTOM_STRATEGIES` of
//! aws-sam-translator 1.115.0, `plugins/globals/globals.py`).

use super::nodes::{plain_map, size};
use crate::source::Span;
use crate::syntax::{Entry, Kind, Node};
use std::collections::HashMap;

/// How an own value and a global one become one.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Merge {
    /// Maps are merged, lists are added to each other.
    Deep,
    /// The own value alone is left.
    Replace,
    /// Maps are merged, but only the own keys are left.
    OwnKeys,
}

/// The properties that are not merged as all others are, by their path.
const CUSTOM: [(&str, Merge); 3] = [
    ("Function.Architectures", Merge::Replace),
    ("CapacityProvider.InstanceRequirements.Architectures", Merge::Replace),
    ("CapacityProvider.ManagedResourceTags", Merge::OwnKeys),
];

/// The settings of `Globals` for one type.
#[derive(Copy, Clone, Debug)]
pub(super) struct Global<'n, 't> {
    /// The type's key in `Globals`: `Function`.
    pub(super) key_span: Span,
    /// The key.
    section: &'n str,
    properties: &'n [Entry<'t>],
}

/// The settings of `Globals` for `AWS::Serverless::<type>`.
pub(super) fn global<'n, 't>(root: &'n Node<'t>, kind: &str) -> Option<Global<'n, 't>> {
    let entry = root.get("Globals")?.entry(kind.strip_prefix("AWS::Serverless::")?)?;
    Some(Global { key_span: entry.key_span, section: &entry.key, properties: entry.value.as_mapping()? })
}

impl<'t> Global<'_, 't> {
    /// The number of nodes that it adds to a resource.
    pub(super) fn size(&self) -> usize {
        self.properties.iter().map(|entry| size(&entry.value)).sum()
    }

    /// A resource's own properties with these below them; `IgnoreGlobals` names those that are left out: `*` or a list of names.
    pub(super) fn under(&self, own: &[Entry<'t>], ignored: Option<&Node<'_>>) -> Vec<Entry<'t>> {
        let is_ignored = |name: &str| match ignored.map(|node| &node.kind) {
            Some(Kind::String(text)) => text == "*",
            Some(Kind::Sequence(names)) => names.iter().any(|each| each.as_str() == Some(name)),
            _ => false,
        };
        let below: Vec<&Entry<'t>> = self.properties.iter().filter(|entry| !is_ignored(&entry.key)).collect();
        merged_entries(&below, own, self.section)
    }
}

/// `path` is where the entries are: `Function.Environment`.
fn merged_entries<'t>(below: &[&Entry<'t>], own: &[Entry<'t>], path: &str) -> Vec<Entry<'t>> {
    let mut left: HashMap<&str, &Entry<'t>> = below.iter().map(|entry| (entry.key.as_ref(), *entry)).collect();
    let own = own.iter().map(|entry| match left.remove(entry.key.as_ref()) {
        Some(global) => {
            let value = merged(&global.value, &entry.value, &format!("{path}.{}", entry.key));
            Entry { key: entry.key.clone(), key_span: entry.key_span, value }
        }
        None => entry.clone(),
    });
    let mut entries: Vec<Entry<'t>> = own.collect();
    entries.extend(below.iter().filter(|entry| left.contains_key(entry.key.as_ref())).map(|entry| (*entry).clone()));
    entries
}

/// A value of its own over a global one. A function counts as a scalar, whatever it computes.
fn merged<'t>(global: &Node<'t>, own: &Node<'t>, path: &str) -> Node<'t> {
    let merge = CUSTOM.iter().find(|(custom, _)| *custom == path).map_or(Merge::Deep, |(_, merge)| *merge);
    if merge == Merge::Replace {
        return own.clone();
    }
    let kind = match (&global.kind, &own.kind) {
        (Kind::Sequence(first), Kind::Sequence(then)) => Kind::Sequence(first.iter().chain(then).cloned().collect()),
        _ => match (plain_map(global), plain_map(own)) {
            (Some(below), Some(own)) => {
                // An own map that is empty keeps the global one.
                let is_left = |entry: &&Entry<'t>| {
                    merge == Merge::Deep || own.is_empty() || own.iter().any(|each| each.key == entry.key)
                };
                Kind::Mapping(merged_entries(&below.iter().filter(is_left).collect::<Vec<_>>(), own, path))
            }
            _ => return own.clone(),
        },
    };
    Node { span: own.span, kind }
}
