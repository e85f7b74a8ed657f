//! What of SAM is left as it is written, as the expansion itself shows it: nothing was made of it. There is no list of what is
//! expanded besides the code that expands it.

use super::resource::{Made, Resource};
use crate::expand::expansion::{Left, LeftKind, MadeFrom, Part};
use crate::syntax::{Entry, Node};
use std::collections::HashSet;

/// What the names of SAM's resource types begin with.
const PREFIX: &str = "AWS::Serverless::";

/// A resource of SAM that is not expanded.
pub(super) fn resource(entry: &Entry<'_>) -> Option<Left> {
    let kind = entry.value.get("Type")?.as_str().filter(|kind| kind.starts_with(PREFIX))?;
    Some(Left { kind: LeftKind::Resource, name: entry.key.to_string(), of: kind.to_owned(), span: entry.key_span })
}

/// The resources of SAM in a template of which nothing is expanded.
pub(super) fn resources(root: &Node<'_>) -> Vec<Left> {
    entries(root.get("Resources")).iter().filter_map(resource).collect()
}

/// The events of a resource of which nothing was made.
pub(super) fn events(sam: &Resource<'_, '_>, made: &[Made<'_>]) -> Vec<Left> {
    let names = made.iter().filter_map(|each| match &each.part {
        Part::OfEvent { name, .. } => Some(name.as_str()),
        _ => None,
    });
    let names: HashSet<&str> = names.collect();
    let left = entries(sam.get("Events")).iter().filter(|entry| !names.contains(entry.key.as_ref()));
    left.map(|entry| Left {
        kind: LeftKind::Event,
        name: entry.key.to_string(),
        of: sam.id.to_owned(),
        span: entry.key_span,
    })
    .collect()
}

/// The connectors that resources declare in their attributes and of which nothing was made.
pub(super) fn connectors(resources: &[Entry<'_>], made: &[(String, MadeFrom)]) -> Vec<Left> {
    let names = made.iter().filter_map(|(_, from)| match &from.part {
        Part::OfPart { within: "Connectors", name } => Some((from.id.as_str(), name.as_str())),
        _ => None,
    });
    let names: HashSet<(&str, &str)> = names.collect();
    let declared = resources
        .iter()
        .flat_map(|entry| entries(entry.value.get("Connectors")).iter().map(move |connector| (&entry.key, connector)));
    let left = declared.filter(|(id, connector)| !names.contains(&(id.as_ref(), connector.key.as_ref())));
    left.map(|(id, connector)| Left {
        kind: LeftKind::Connector,
        name: connector.key.to_string(),
        of: id.to_string(),
        span: connector.key_span,
    })
    .collect()
}

fn entries<'n, 't>(node: Option<&'n Node<'t>>) -> &'n [Entry<'t>] {
    node.and_then(Node::as_mapping).unwrap_or_default()
}
