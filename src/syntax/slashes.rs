//! Comments of JSON in a text that was read as YAML: `//` and `/*` are parts of plain keys and values there.

use super::{Kind, Node};
use crate::source::Span;

/// The first comment below a node. A key or value in quotes is none: `"//": "why it is so"` is how JSON keeps remarks.
pub(super) fn first(node: &Node<'_>, text: &str) -> Option<Span> {
    match &node.kind {
        Kind::Mapping(entries) => {
            entries.iter().find_map(|entry| in_plain(entry.key_span, text).or_else(|| first(&entry.value, text)))
        }
        Kind::Sequence(items) => items.iter().find_map(|item| first(item, text)),
        Kind::String(_) => in_plain(node.span, text),
        _ => None,
    }
}

/// The first line of a comment in a plain scalar: at its start, or after a space.
fn in_plain(span: Span, text: &str) -> Option<Span> {
    let start = span.start as usize;
    let written = text.get(start..span.end as usize).filter(|written| !written.starts_with(['"', '\'']))?;
    let is_comment = |at: &usize| {
        let rest = written.get(*at..).unwrap_or_default();
        let follows_space =
            written.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with(char::is_whitespace));
        follows_space && (rest.starts_with("//") || rest.starts_with("/*"))
    };
    let at = written.match_indices('/').map(|(at, _)| at).find(is_comment)?;
    let line = written.get(at..)?.lines().next()?.trim_end();
    Some(Span::new(span.source, start + at, start + at + line.len()))
}
