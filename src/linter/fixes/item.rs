//! The name of a list item, for the logical ID of what is made of it.

use super::place::holds;
use crate::source::Span;
use crate::syntax::{Kind, Node};

/// The length of an item's name in a logical ID.
const MAX_NAME: usize = 60;

/// Letters and digits of the name of the innermost item of a list that a place is in, as a part of a logical ID: `ReadRecords` for
/// `PolicyName: read-records`. What is before and behind it is not repeated. Empty if the item has no name of its own.
pub(super) fn name(node: &Node<'_>, at: Span, before: &str, behind: &str) -> String {
    let (mut item, mut next) = (None, Some(node));
    while let Some(node) = next {
        next = match &node.kind {
            Kind::Mapping(entries) => entries.iter().map(|entry| &entry.value).find(|value| holds(value.span, at)),
            Kind::Sequence(items) => {
                let inner = items.iter().find(|item| holds(item.span, at));
                item = inner.filter(|inner| inner.as_mapping().is_some()).or(item);
                inner
            }
            _ => None,
        };
    }
    let entries = item.and_then(Node::as_mapping).unwrap_or_default();
    let named = entries.iter().find(|entry| entry.key.ends_with("Name")).map(|entry| &entry.value);
    let Some(text) = named.and_then(|name| {
        let inner = name.get("Fn::Sub").unwrap_or(name);
        inner.as_sequence().and_then(<[_]>::first).unwrap_or(inner).as_str()
    }) else {
        return String::new();
    };
    // What a text for `Fn::Sub` takes from elsewhere is left out.
    let mut own = String::new();
    for (index, part) in text.split("${").enumerate() {
        own.push_str(if index == 0 { part } else { part.split_once('}').map_or("", |(_, rest)| rest) });
        own.push(' ');
    }
    let mut name = String::new();
    for word in own.split(|c: char| !c.is_ascii_alphanumeric()) {
        if let Some((first, rest)) = word.split_at_checked(1) {
            name.push_str(&first.to_ascii_uppercase());
            name.push_str(rest);
        }
    }
    let lower = name.to_ascii_lowercase();
    let start = if lower.starts_with(&before.to_ascii_lowercase()) { before.len() } else { 0 };
    let end = if lower.ends_with(&behind.to_ascii_lowercase()) { name.len() - behind.len() } else { name.len() };
    name.get(start..end).unwrap_or_default().chars().take(MAX_NAME).collect()
}
