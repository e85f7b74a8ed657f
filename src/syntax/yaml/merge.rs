//! Merge keys (`<<`): entries of other maps, where the map has no entry of its own.

use super::layout::Layout;
use crate::source::Span;
use crate::syntax::{Entry, Kind, Node, SyntaxError};
use foldhash::{HashSet, HashSetExt};

/// Appends the entries of `maps` (a map, or a list of maps of which earlier ones win) to `entries`, which win over all.
/// They keep the spans of where they are written.
///
/// # Errors
/// Something to merge is not a map. A function in its short form is not a map either, although its long form looks like one.
pub(super) fn merge<'s>(
    entries: &mut Vec<Entry<'s>>,
    key: Span,
    maps: Node<'s>,
    layout: &Layout<'_>,
) -> Result<(), SyntaxError> {
    let map = |node: Node<'s>| match node.kind {
        Kind::Mapping(map) if !map.iter().any(|entry| layout.is_tag(entry.key_span)) => Ok(map),
        Kind::Mapping(_) => Err(no_map(key, node.span, "a function")),
        _ => Err(no_map(key, node.span, node.describe())),
    };
    let merged: Vec<Entry<'s>> = match maps.kind {
        Kind::Sequence(items) => {
            let maps = items.into_iter().map(map).collect::<Result<Vec<_>, _>>()?;
            maps.into_iter().flatten().collect()
        }
        _ => map(maps)?,
    };
    let taken = {
        let mut seen = HashSet::with_capacity(entries.len() + merged.len());
        seen.extend(entries.iter().map(|entry| entry.key.as_ref()));
        merged.iter().map(|entry| !seen.insert(&entry.key)).collect::<Vec<bool>>()
    };
    entries.extend(merged.into_iter().zip(taken).filter(|(_, taken)| !taken).map(|(entry, _)| entry));
    Ok(())
}

fn no_map(key: Span, value: Span, kind: &str) -> SyntaxError {
    SyntaxError {
        span: key,
        message: format!("`<<` merges maps, but this is {kind}"),
        help: "Write `<<: *anchor` with the anchor of a map, or `\"<<\"` if it is an ordinary key.".to_owned(),
        related: Some((value, "the value".to_owned())),
    }
}
