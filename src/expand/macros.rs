//! Macros of the author's own, and how far they reach. Nobody but their owner knows what they write.
//!
//! Source: "Create a CloudFormation macro definition" and "Macro template scope", CloudFormation user guide (2026-11): a macro in
//! `Transform` gets the entire template, one in `Fn::Transform` all siblings of the call and what is below them. AWS's own transforms
//! (`AWS::…`) are documented: `AWS::Include` puts a text in its place, and the others leave resources of other types as they are.

use super::includes::calls;
use super::written::Find;
use crate::syntax::{Kind, Node};

/// Where the template as a whole calls macros.
const KEYS: [&str; 2] = ["Transform", "Fn::Transform"];

/// Whether one gets the whole template.
pub(super) fn rewrite_template(root: &Node<'_>) -> bool {
    KEYS.iter().any(|key| root.get(key).is_some_and(is_own))
}

/// Whether one that is called below the root gets what is at a path.
pub(super) fn rewrite<'n, 't>(root: &'n Node<'t>, path: &str, find: Find<'_, 'n, 't>) -> bool {
    let get = |node: &'n Node<'t>, key: &str| find(node.as_mapping()?, key).map(|entry| &entry.value);
    let mut node = root;
    for step in path.split('/') {
        let next = match node.as_sequence() {
            Some(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
            None => get(node, step),
        };
        let Some(next) = next else { return false };
        if get(next, "Fn::Transform").is_some_and(is_own) {
            return true;
        }
        node = next;
    }
    false
}

/// The names of those that get the whole template, each once.
pub(super) fn of_template<'t>(root: &'t Node<'t>) -> Vec<&'t str> {
    let mut names = Vec::new();
    for call in KEYS.iter().filter_map(|key| root.get(key)).flat_map(calls) {
        if let Some(name) = own_name(call).filter(|name| !names.contains(name)) {
            names.push(name);
        }
    }
    names
}

/// Whether one of the macros called is not AWS's.
fn is_own(called: &Node<'_>) -> bool {
    calls(called).iter().any(|call| own_name(call).is_some())
}

/// The name of a macro that is called, if it is not AWS's. Macros of another account have its number before their name.
fn own_name<'n>(call: &'n Node<'_>) -> Option<&'n str> {
    match call.as_str().or_else(|| call.get("Name")?.as_str()) {
        Some(name) => (!name.starts_with("AWS::")).then_some(name),
        None => (call.kind != Kind::Null).then_some("…"),
    }
}
