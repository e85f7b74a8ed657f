//! What is beside nodes and edges in drawings.

use super::{Edge, Node};
use crate::graph::phi::Holds;

/// The lines of a node: its id, its type, and what is special about it.
pub(super) fn of_node(node: &Node) -> Vec<String> {
    let mut lines = vec![node.id.clone()];
    if !node.kind.is_empty() {
        lines.push(node.kind.clone());
    }
    lines.extend(node.phi.as_ref().map(of_phi));
    lines.extend(node.when.text());
    lines
}

fn of_phi(holds: &Holds) -> String {
    match holds {
        Holds::Tagged(key, value) => format!("PHI: {key} {value}"),
        Holds::Stateful => "holds data".to_owned(),
    }
}

/// The lines of an edge: its kind with the attribute, and when it is there.
pub(super) fn of_edge(edge: &Edge) -> Vec<String> {
    let mut lines = vec![match &edge.attribute {
        Some(attribute) => format!("{} {attribute}", edge.kind),
        None => edge.kind.to_owned(),
    }];
    lines.extend(edge.when.text());
    lines
}

/// A text without control characters, each written as its number instead: no byte of a template may steer a terminal, and no format
/// takes all of them.
pub(super) fn printable(c: char) -> Option<String> {
    let steers = c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    steers.then(|| format!("(U+{:04X})", u32::from(c)))
}
