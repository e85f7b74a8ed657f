//! The text after its edits, compared with what was asked: what changed is as it should be, and all else is what it was.

use super::draft::Draft;
use super::moved::Moves;
use super::plan::Target;
use super::writer::Piece;
use crate::change::Value;
use crate::syntax::{Comment, Document, Entry, Kind, Node};
use foldhash::HashMap;
use std::collections::BTreeMap;

/// Maps with more keys than this are searched by an index.
const SEARCHED: usize = 16;

/// Whether the new document is the old one, changed as planned.
pub(super) fn holds(old: &Document<'_>, root: &Target, new: &Document<'_>) -> bool {
    is_changed(&old.root, Some(root), &new.root)
}

pub(super) fn is_changed(old: &Node<'_>, target: Option<&Target>, new: &Node<'_>) -> bool {
    let Some(target) = target else { return is_same(old, new) };
    if let Some(draft) = &target.replaced {
        return is_drafted(new, draft);
    }
    match (&old.kind, &new.kind) {
        (Kind::Sequence(olds), Kind::Sequence(news)) => {
            let mut news = news.iter();
            let kept = olds.iter().enumerate().all(|(index, old)| {
                let target = target.children.get(&index);
                target.is_some_and(|target| target.removed)
                    || news.next().is_some_and(|new| is_changed(old, target, new))
            });
            kept && are_values(news, &target.appended)
        }
        (_, Kind::Sequence(news)) if !target.appended.is_empty() => {
            let mut news = news.iter();
            news.next().is_some_and(|new| is_same(old, new)) && are_values(news, &target.appended)
        }
        (Kind::Mapping(olds), Kind::Mapping(news)) => {
            let found = Found::new(news);
            let mut count = target.added.len();
            let kept = olds.iter().enumerate().all(|(index, old)| {
                let target = target.children.get(&index);
                if target.is_some_and(|target| target.removed) {
                    return found.get(&old.key).is_none();
                }
                count += 1;
                let name = target.and_then(|target| target.renamed.as_deref());
                found.get(name.unwrap_or(&old.key)).is_some_and(|new| is_changed(&old.value, target, new))
            });
            let added =
                || target.added.iter().all(|(key, draft)| found.get(key).is_some_and(|new| is_drafted(new, draft)));
            kept && count == news.len() && added()
        }
        _ => is_same(old, new),
    }
}

fn are_values<'n, 's: 'n>(mut nodes: impl ExactSizeIterator<Item = &'n Node<'s>>, values: &[Value]) -> bool {
    nodes.len() == values.len() && values.iter().all(|value| nodes.next().is_some_and(|node| is_value(node, value)))
}

/// The values of a map by their keys.
enum Found<'n, 's> {
    Few(&'n [Entry<'s>]),
    Many(HashMap<&'n str, &'n Node<'s>>),
}

impl<'n, 's> Found<'n, 's> {
    fn new(entries: &'n [Entry<'s>]) -> Self {
        if entries.len() <= SEARCHED {
            return Self::Few(entries);
        }
        Self::Many(entries.iter().map(|entry| (entry.key.as_ref(), &entry.value)).collect())
    }

    fn get(&self, key: &str) -> Option<&'n Node<'s>> {
        match self {
            Self::Few(entries) => entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value),
            Self::Many(values) => values.get(key).copied(),
        }
    }
}

/// Whether two values are the same, wherever they are written.
fn is_same(old: &Node<'_>, new: &Node<'_>) -> bool {
    match (&old.kind, &new.kind) {
        (Kind::Null, Kind::Null) => true,
        (Kind::Bool(old), Kind::Bool(new)) => old == new,
        (Kind::Number(old), Kind::Number(new)) => old.text == new.text,
        (Kind::String(old), Kind::String(new)) => old == new,
        (Kind::Sequence(olds), Kind::Sequence(news)) => {
            olds.len() == news.len() && olds.iter().zip(news).all(|(old, new)| is_same(old, new))
        }
        (Kind::Mapping(olds), Kind::Mapping(news)) => {
            olds.len() == news.len()
                && olds.iter().zip(news).all(|(old, new)| old.key == new.key && is_same(&old.value, &new.value))
        }
        _ => false,
    }
}

/// Whether a node is a value that was put together.
pub(super) fn is_drafted(node: &Node<'_>, draft: &Draft) -> bool {
    match (draft, &node.kind) {
        (Draft::Set(value), _) => is_value(node, value),
        (Draft::List(items), Kind::Sequence(nodes)) => are_values(nodes.iter(), items),
        (Draft::Map(entries), Kind::Mapping(nodes)) => {
            let found = Found::new(nodes);
            let is_call =
                |key, node, draft: &Draft| matches!(draft, Draft::Set(value) if is_attribute(key, node, value));
            let is_there =
                |(key, draft)| found.get(key).is_some_and(|node| is_drafted(node, draft) || is_call(key, node, draft));
            nodes.len() == entries.len() && entries.iter().all(is_there)
        }
        _ => false,
    }
}

/// Whether a node is a value that a change asked for.
pub(super) fn is_value(node: &Node<'_>, value: &Value) -> bool {
    match (&node.kind, value.plain()) {
        (Kind::Null, Value::Null) => true,
        (Kind::Bool(one), Value::Bool(other)) => one == other,
        (Kind::Number(one), Value::Number(other)) => one.text == *other,
        (Kind::String(one), Value::String(other)) => one == other,
        (Kind::Sequence(ones), Value::List(others)) => are_values(ones.iter(), others),
        (Kind::Mapping(ones), Value::Map(others)) => {
            let found = Found::new(ones);
            let is_there = |key: &str, other: &Value| {
                found.get(key).is_some_and(|one| is_value(one, other) || is_attribute(key, one, other))
            };
            ones.len() == others.len() && others.iter().all(|(key, other)| is_there(key, other))
        }
        _ => false,
    }
}

/// `A.B` and the list of its parts are the same argument of `Fn::GetAtt`.
fn is_attribute(key: &str, node: &Node<'_>, value: &Value) -> bool {
    let (Kind::Sequence(parts), Value::String(text)) = (&node.kind, value) else { return false };
    let [resource, attribute] = parts.as_slice() else { return false };
    let (Some(resource), Some(attribute)) = (resource.as_str(), attribute.as_str()) else { return false };
    key == "Fn::GetAtt" && text.split_once('.') == Some((resource, attribute))
}

/// Whether all comments but those that are in removed bytes are there, in their order, and those that move, somewhere: once.
pub(super) fn keeps_comments(old: &[Comment<'_>], pieces: &[Piece], moved: &Moves, new: &Document<'_>) -> bool {
    let mut pieces = pieces.iter().filter(|piece| piece.loses).peekable();
    let mut waiting: BTreeMap<&str, usize> = BTreeMap::new();
    for comment in &moved.comments {
        *waiting.entry(comment.as_str()).or_default() += 1;
    }
    // The comments that went with a value that moves, and were not yet found among those that move.
    let mut leaving = waiting.clone();
    let mut news = new.comments.iter().map(|comment| comment.text.as_ref());
    let take = |counts: &mut BTreeMap<&str, usize>, text: &str| {
        counts.get_mut(text).filter(|count| **count > 0).map(|count| *count -= 1).is_some()
    };
    for comment in old {
        let (start, end) = (comment.span.start as usize, comment.span.end as usize);
        while pieces.peek().is_some_and(|piece| piece.end <= start) {
            pieces.next();
        }
        if let Some(piece) = pieces.peek().filter(|piece| piece.start <= start && end <= piece.end) {
            if moved.starts.iter().any(|start| (piece.start..piece.end).contains(start))
                && !take(&mut leaving, &comment.text)
            {
                return false;
            }
            continue;
        }
        let mut new = news.next();
        while let Some(text) = new.filter(|text| *text != comment.text) {
            if !take(&mut waiting, text) {
                return false;
            }
            new = news.next();
        }
        if new.is_none() {
            return false;
        }
    }
    news.all(|text| take(&mut waiting, text)) && waiting.values().chain(leaving.values()).all(|count| *count == 0)
}
