//! Merge keys (`<<`): entries of other maps, where the map has no entry of its own.

use crate::source::Span;
use crate::syntax::{Entry, Kind, Node, SyntaxError};
use std::collections::HashSet;

/// Appends the entries of `maps` (a map, or a list of maps of which earlier ones win) to `entries`, which win over all.
/// They keep the spans of where they are written.
///
/// # Errors
/// Something to merge is no map.
pub(super) fn merge<'s>(entries: &mut Vec<Entry<'s>>, key: Span, maps: Node<'s>) -> Result<(), SyntaxError> {
    let mut merged = Vec::new();
    match maps.kind {
        Kind::Mapping(map) => merged = map,
        Kind::Sequence(items) => {
            for item in items {
                let Kind::Mapping(mut map) = item.kind else { return Err(no_map(key, item.span, item.describe())) };
                merged.append(&mut map);
            }
        }
        _ => return Err(no_map(key, maps.span, maps.describe())),
    }
    let taken = {
        let mut seen: HashSet<&str> = entries.iter().map(|entry| entry.key.as_ref()).collect();
        merged.iter().map(|entry| !seen.insert(&entry.key)).collect::<Vec<bool>>()
    };
    entries.extend(merged.into_iter().zip(taken).filter(|(_, taken)| !taken).map(|(entry, _)| entry));
    Ok(())
}

fn no_map(key: Span, value: Span, kind: &str) -> SyntaxError {
    SyntaxError {
        span: key,
        message: format!("`<<` merges maps, and this is {kind}"),
        help: "write `<<: *anchor` with the anchor of a map, or `\"<<\"` if it is a key like any other".to_owned(),
        related: Some((value, "the value".to_owned())),
    }
}
