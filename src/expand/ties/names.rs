//! The explicit names of resources as written, and the ends of texts that may be such a name.

use crate::eval::{has_macro, is_function};
use crate::expand::Block;
use crate::expand::bucket_domains::name_in;
use crate::facts;
use crate::syntax::{Kind, Node};

/// The explicit name of a resource as written.
pub(super) enum Name<'t> {
    /// CloudFormation makes it.
    Made,
    Text(&'t str),
    /// A function does, or something else that has to be evaluated.
    Open,
}

/// What comes before a name in an ARN, and between the parts of many names.
pub(super) const SEPARATORS: [char; 2] = [':', '/'];

/// The last segment of a text. A text that is a name, or an ARN that ends with it, has the same one as the name.
pub(super) fn end(text: &str) -> &str {
    text.rsplit(SEPARATORS).next().unwrap_or_default()
}

/// The last segment of a text, and the name of the bucket in it.
pub(super) fn ends(text: &str) -> impl Iterator<Item = &str> {
    std::iter::once(end(text)).chain(name_in(text))
}

/// The explicit name of a resource, from the property that names its type.
pub(super) fn name<'t>(block: &Block<'t>) -> Name<'t> {
    let Some(property) = facts::name_property(block.kind) else { return Name::Made };
    let mut node = block.node;
    for step in std::iter::once("Properties").chain(property.split('.')) {
        if is_function(node) || node.as_str().is_some() {
            return Name::Open;
        }
        match node.get(step) {
            Some(next) => node = next,
            None => return if has_macro(node) { Name::Open } else { Name::Made },
        }
    }
    match (plain(node), node.get("Ref").and_then(Node::as_str)) {
        (Some(text), _) => Name::Text(text),
        (None, Some("AWS::NoValue")) => Name::Made,
        _ => Name::Open,
    }
}

/// The explicit name of a resource, if it is written in plain text.
pub fn plain_name<'t>(block: &Block<'t>) -> Option<&'t str> {
    match name(block) {
        Name::Text(text) => Some(text),
        Name::Made | Name::Open => None,
    }
}

/// The text of a scalar that is what it says: no JSON, no dynamic reference.
pub fn plain<'t>(node: &'t Node<'t>) -> Option<&'t str> {
    match &node.kind {
        Kind::String(text) if text.contains("{{") || text.trim_start().starts_with(['{', '[']) => None,
        Kind::String(text) => Some(text),
        Kind::Number(number) => Some(&number.text),
        Kind::Bool(true) => Some("true"),
        Kind::Bool(false) => Some("false"),
        _ => None,
    }
}
