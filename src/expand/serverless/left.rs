//! What of SAM is left as it is written, as the expansion itself shows it: nothing was made of it. There is no list of what is
//! expanded besides the code that expands it.

use super::resource::{Made, Resource};
use crate::expand::expansion::{Left, LeftKind, Part};
use crate::syntax::{Entry, Node};

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
    let is_made =
        |event: &str| made.iter().any(|each| matches!(&each.part, Part::OfEvent { name, .. } if name == event));
    let left = entries(sam.get("Events")).iter().filter(|entry| !is_made(&entry.key));
    left.map(|entry| Left {
        kind: LeftKind::Event,
        name: entry.key.to_string(),
        of: sam.id.to_owned(),
        span: entry.key_span,
    })
    .collect()
}

/// The connectors that a resource declares and of which nothing was made: what SAM makes of one has a logical id that begins with
/// the resource's and the connector's.
pub(super) fn connectors(entry: &Entry<'_>, made: &[(String, super::MadeFrom)]) -> Vec<Left> {
    let is_made = |name: &str| {
        let id = format!("{}{name}", entry.key);
        made.iter().any(|(each, from)| each.starts_with(&id) && (from.id == id || from.id == entry.key))
    };
    let left = entries(entry.value.get("Connectors")).iter().filter(|connector| !is_made(&connector.key));
    left.map(|connector| Left {
        kind: LeftKind::Connector,
        name: connector.key.to_string(),
        of: entry.key.to_string(),
        span: connector.key_span,
    })
    .collect()
}

fn entries<'n, 't>(node: Option<&'n Node<'t>>) -> &'n [Entry<'t>] {
    node.and_then(Node::as_mapping).unwrap_or_default()
}
