//! Properties that a resource type does not have and whose name is nearly that of one that it has, at every depth.
//!
//! A name that is like no other may be newer than the data, so it is not noted.

use super::{Resource, Spelling, did_you_mean};
use crate::code::Code;
use crate::eval::{begins_as_function, is_function};
use crate::facts::properties::{Below, Map, Names, Properties};
use crate::facts::sam_properties;
use crate::syntax::{Entry, Kind, Node};

/// A name with more edits is taken for another one.
const MOST_EDITS: usize = 2;

pub(super) fn check(resource: &Resource<'_, '_>, newer: &[String], spelling: &mut Spelling) {
    let Some(((kind, _), properties)) = resource.kind.zip(resource.properties) else { return };
    if let Some(names) = sam_properties(kind) {
        among(properties, kind, names, spelling);
    } else if let Some(known) = resource.known {
        Walk { kind, known, newer, spelling }.node(properties, Properties::TOP, 0);
    }
}

/// The entries of a map that are properties, not functions.
pub(super) fn own_entries<'n, 't>(node: &'n Node<'t>) -> impl Iterator<Item = &'n Entry<'t>> + use<'n, 't> {
    let entries = node.as_mapping().unwrap_or_default().iter();
    entries.filter(|entry| entry.key != "Ref" && !begins_as_function(&entry.key))
}

/// Notes those entries whose key is not one of the names, but nearly is.
pub(super) fn among<'a>(
    node: &Node<'_>,
    of: &str,
    names: impl Iterator<Item = &'a str> + Clone,
    spelling: &mut Spelling,
) {
    for entry in own_entries(node) {
        if !names.clone().any(|name| name == entry.key)
            && let Some(meant) = meant(entry, node, names.clone(), spelling)
        {
            note(entry, of, meant, spelling);
        }
    }
}

/// The name that was probably meant by a key that is not one of the names. The key may also be newer than the data, and many names
/// of one type are like each other (`KeyConfiguration`, `MfaConfiguration`). So there must be few edits, and the map must not have
/// the other name as well.
fn meant<'a>(
    entry: &Entry<'_>,
    node: &Node<'_>,
    names: impl Iterator<Item = &'a str>,
    spelling: &mut Spelling,
) -> Option<&'a str> {
    let meant = spelling.meant_within(&entry.key, names, MOST_EDITS)?;
    node.get(meant).is_none().then_some(meant)
}

fn note(entry: &Entry<'_>, of: &str, meant: &str, spelling: &mut Spelling) {
    let message =
        format!("this version of hipaalint does not know the property `{}` of `{of}`, so no rule reads it", entry.key);
    spelling.note(Code::UnknownProperty, entry.key_span, message, did_you_mean(meant));
}

/// A walk through the properties of one resource.
struct Walk<'w> {
    kind: &'w str,
    known: Properties,
    newer: &'w [String],
    spelling: &'w mut Spelling,
}

impl Walk<'_> {
    /// Looks at a node that is a map with these properties, inside so many lists and maps with free keys. Its depth is bounded by
    /// the syntax.
    fn node(&mut self, node: &Node<'_>, map: Map, inside: usize) {
        if is_function(node) {
            return self.branches(node, map, inside);
        }
        match &node.kind {
            Kind::Sequence(items) if inside > 0 => {
                for item in items {
                    self.node(item, map, inside - 1);
                }
            }
            Kind::Mapping(_) if inside > 0 => {
                for entry in own_entries(node) {
                    self.node(&entry.value, map, inside - 1);
                }
            }
            Kind::Mapping(_) => {
                let names = self.known.names(map);
                for entry in own_entries(node) {
                    self.property(entry, node, &names);
                }
            }
            _ => {}
        }
    }

    /// The values that `Fn::If` chooses from. No other function shows the keys of its result.
    fn branches(&mut self, node: &Node<'_>, map: Map, inside: usize) {
        let branches = node.get("Fn::If").and_then(Node::as_sequence).unwrap_or_default();
        for branch in branches.iter().skip(1) {
            self.node(branch, map, inside);
        }
    }

    /// Whether a rule knows such a property of the type.
    fn is_newer(&self, name: &str) -> bool {
        let paths = self.newer.iter().filter_map(|known| known.split_once('.'));
        paths.filter(|(kind, _)| *kind == self.kind).any(|(_, path)| path.split(['.', '[']).any(|step| step == name))
    }

    fn property(&mut self, entry: &Entry<'_>, node: &Node<'_>, names: &Names) {
        match names.get(&entry.key) {
            Some(Below::Properties(below, inside)) => self.node(&entry.value, below, inside),
            Some(Below::Nothing) => {}
            None if self.is_newer(&entry.key) => {}
            None => {
                if let Some(meant) = meant(entry, node, names.iter(), self.spelling) {
                    note(entry, self.kind, meant, self.spelling);
                }
            }
        }
    }
}
