//! Macros of the author's own, and how far they reach. Nobody but their owner knows what they write.
//!
//! Source: "Create a CloudFormation macro definition" and "Macro template scope", CloudFormation user guide (2026-11): a macro in
//! `Transform` gets the entire template, one in `Fn::Transform` all siblings of the call and what is below them. AWS's own transforms
//! (`AWS::…`) are documented: `AWS::Include` puts a text in its place, and the others leave resources of other types as they are.

use super::includes::calls;
use super::written::Find;
use crate::syntax::{Kind, Node};

/// Whether one gets the whole template.
pub(super) fn rewrite_template(root: &Node<'_>) -> bool {
    ["Transform", "Fn::Transform"].iter().any(|key| root.get(key).is_some_and(is_own))
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

/// Whether one of the macros called is not AWS's. Macros of another account have its number before their name.
fn is_own(called: &Node<'_>) -> bool {
    calls(called).iter().any(|call| {
        let name = call.as_str().or_else(|| call.get("Name")?.as_str());
        name.map_or(call.kind != Kind::Null, |name| !name.starts_with("AWS::"))
    })
}
