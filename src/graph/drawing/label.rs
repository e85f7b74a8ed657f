//! What is beside nodes and edges in drawings.

use super::{Drawing, Edge, Node, Relation};
use crate::finding::Level;
use crate::graph::phi::Holds;
use foldhash::HashSet;

/// Lines of an edge that has many relations.
const MAX_LINES: usize = 4;
/// Characters of a line; the rest of a longer one is left out.
const MAX_CHARACTERS: usize = 120;

/// The lines of a node: its id, its type, its construct, and what is special about it.
pub(super) fn of_node(node: &Node) -> Vec<String> {
    let mut lines = vec![node.id.clone()];
    if !node.kind.is_empty() {
        lines.push(node.kind.clone());
    }
    // The CDK names the one resource that a construct is made for so.
    let construct = node.construct.as_deref();
    lines.extend(construct.map(|path| path.strip_suffix("/Resource").unwrap_or(path).to_owned()));
    lines.extend(node.phi.as_ref().map(of_phi));
    lines.extend(node.when.text());
    lines.extend(of_marks(node));
    lines.into_iter().map(shortened).collect()
}

/// The lines of a template in a picture of a folder.
pub(super) fn of_template(drawing: &Drawing, folder: &str) -> Vec<String> {
    let inside = drawing.file.strip_prefix(folder).map(|rest| rest.trim_start_matches('/'));
    let file = inside.filter(|rest| !rest.is_empty()).unwrap_or(&drawing.file).to_owned();
    let stack = drawing.stack.as_ref().map(|stack| format!("stack {stack}"));
    std::iter::once(file).chain(stack).map(shortened).collect()
}

fn of_phi(holds: &Holds) -> String {
    match holds {
        Holds::Tagged(key, value) => format!("PHI: {key} {value}"),
        Holds::Stateful => "stores data".to_owned(),
    }
}

/// `2 errors, 1 warning`.
fn of_marks(node: &Node) -> Option<String> {
    let of_level = |level: Level| {
        let number = node.marks.iter().filter(|mark| mark.level == level).count();
        let end = if number == 1 { "" } else { "s" };
        (number > 0).then(|| format!("{number} {}{end}", level.name()))
    };
    let counts: Vec<String> = [Level::Error, Level::Warning, Level::Note].into_iter().filter_map(of_level).collect();
    (!counts.is_empty()).then(|| counts.join(", "))
}

/// The lines of an edge: the kind of each relation with its attribute, and when it is there.
pub(super) fn of_edge(edge: &Edge) -> Vec<String> {
    let of_kind = |relation: &Relation| match &relation.attribute {
        Some(attribute) => format!("{} {attribute}", relation.kind),
        None => relation.kind.to_owned(),
    };
    let first = edge.relations.first().map(|relation| &relation.when);
    let common = first.filter(|first| edge.relations.iter().all(|relation| relation.when == **first));
    let of_relation = |relation: &Relation| match relation.when.text().filter(|_| common.is_none()) {
        Some(when) => format!("{} {when}", of_kind(relation)),
        None => of_kind(relation),
    };
    // References that differ only in their places are one line.
    let mut known: HashSet<String> = HashSet::default();
    let mut lines: Vec<String> = edge.relations.iter().map(of_relation).collect();
    lines.retain(|line| known.insert(line.clone()));
    if lines.len() > MAX_LINES {
        let left = lines.len() - MAX_LINES;
        lines.truncate(MAX_LINES);
        lines.push(format!("and {left} more"));
    }
    lines.extend(common.and_then(|when| when.text()));
    lines.into_iter().map(shortened).collect()
}

fn shortened(line: String) -> String {
    match line.char_indices().nth(MAX_CHARACTERS) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// A text without control characters, each written as its number instead: no byte of a template may steer a terminal, and no format
/// takes all of them.
pub(super) fn printable(c: char) -> Option<String> {
    let steers = c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    steers.then(|| format!("(U+{:04X})", u32::from(c)))
}
