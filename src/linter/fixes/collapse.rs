//! `!If [IsProd, Enabled, Enabled]` is what fixing one branch would leave: where both branches become the same, the one value stands in
//! place of the function. Not where a comment is inside of it, and not where it is long.
//!
//! `Policies: []` is what removing each item would leave: where all of them go, the whole entry goes.

use super::place::{branches, copied, holds, no_value};
use crate::change::{Action, Change, Step, Value};
use crate::syntax::edit::Edited;
use crate::syntax::{Document, Node};
use std::collections::{BTreeMap, BTreeSet};

/// Longer functions stay, so that no value is written anew that somebody has laid out.
const MAX_BYTES: u32 = 500;

/// The edits of a document for changes, made by `edit`, with functions collapsed where that can be edited.
pub(crate) fn edited(document: &Document<'_>, changes: &[Change], edit: impl Fn(&[Change]) -> Edited) -> Edited {
    let collapsed = collapsed(document, changes);
    let emptied = emptied(document, collapsed.as_deref().unwrap_or(changes));
    for other in emptied.iter().chain(&collapsed) {
        let edited = edit(other);
        // What is refused is named by the changes as they were.
        if edited.refused.is_empty() {
            return edited;
        }
    }
    edit(changes)
}

/// The changes, with the removal of a list in place of those of all its items; none if there are no such.
fn emptied(document: &Document<'_>, changes: &[Change]) -> Option<Vec<Change>> {
    let mut removed: BTreeMap<&[Step], BTreeSet<usize>> = BTreeMap::new();
    for change in changes {
        if let (Action::Remove, Some((Step::Index(index), list))) = (&change.action, change.path.split_last()) {
            removed.entry(list).or_default().insert(*index);
        }
    }
    let mut by_path: Vec<&Change> = if removed.is_empty() { return None } else { changes.iter().collect() };
    by_path.sort_by(|one, other| one.path.cmp(&other.path));
    let is_whole = |list: &[Step], indices: &BTreeSet<usize>| {
        let items = at(&document.root, list).and_then(Node::as_sequence);
        let is_entry = matches!(list.last(), Some(Step::Key(name)) if !name.starts_with("Fn::"));
        let start = by_path.partition_point(|change| change.path.as_slice() < list);
        let mut below = by_path.iter().skip(start).take_while(|change| change.path.starts_with(list));
        let is_item = |change: &&&Change| change.action == Action::Remove && change.path.len() == list.len() + 1;
        is_entry && items.is_some_and(|items| items.len() == indices.len()) && below.all(|change| is_item(&change))
    };
    removed.retain(|list, indices| is_whole(list, indices));
    let mut done: BTreeSet<&[Step]> = BTreeSet::new();
    let mut all: Vec<Change> = Vec::new();
    for change in changes {
        match change.path.split_last().map(|(_, list)| list).filter(|list| removed.contains_key(list)) {
            None => all.push(change.clone()),
            Some(list) if done.insert(list) => all.push(Change { path: list.to_vec(), action: Action::Remove }),
            Some(_) => {}
        }
    }
    (!removed.is_empty()).then_some(all)
}

/// The changes, with one in place of those that make the branches of a function the same; none if there are no such.
fn collapsed(document: &Document<'_>, changes: &[Change]) -> Option<Vec<Change>> {
    if !changes.iter().any(|change| function_of(&change.path).is_some()) {
        return None;
    }
    let mut all: BTreeMap<Vec<Step>, Vec<(usize, Action)>> = BTreeMap::new();
    for (number, change) in changes.iter().enumerate() {
        all.entry(change.path.clone()).or_default().push((number, change.action.clone()));
    }
    let mut waiting: Vec<Vec<Step>> = all.keys().filter(|path| function_of(path).is_some()).cloned().collect();
    let mut is_other = false;
    while let Some(path) = waiting.pop() {
        let Some((function, action, gone)) = whole(document, &path, &all) else { continue };
        let first = gone.iter().filter_map(|path| all.remove(path)).flatten().map(|(number, _)| number).min();
        all.entry(function.clone()).or_default().push((first.unwrap_or_default(), action));
        is_other = true;
        // A function may itself be a branch.
        if function_of(&function).is_some() {
            waiting.push(function);
        }
    }
    let own = |(path, actions): (Vec<Step>, Vec<(usize, Action)>)| {
        actions.into_iter().map(move |(number, action)| (number, Change { path: path.clone(), action }))
    };
    let mut left: Vec<(usize, Change)> = all.into_iter().flat_map(own).collect();
    left.sort_by_key(|(number, _)| *number);
    is_other.then(|| left.into_iter().map(|(_, change)| change).collect())
}

/// The path of the innermost function that a path leads through, the number of its branch, and the steps below.
fn function_of(path: &[Step]) -> Option<(&[Step], usize, &[Step])> {
    let place = path.iter().rposition(|step| matches!(step, Step::Key(name) if name == "Fn::If"))?;
    let (function, below) = path.split_at_checked(place)?;
    match below {
        [_, Step::Index(index @ (1 | 2)), rest @ ..] => Some((function, *index, rest)),
        _ => None,
    }
}

/// The path of the function whose branches become the same, what happens there, and the paths of the changes that this stands for.
fn whole(
    document: &Document<'_>,
    path: &[Step],
    all: &BTreeMap<Vec<Step>, Vec<(usize, Action)>>,
) -> Option<(Vec<Step>, Action, Vec<Vec<Step>>)> {
    let (function, ..) = function_of(path).filter(|_| all.contains_key(path))?;
    let node = at(&document.root, function)?;
    let [mut one, mut other] = branches(node)?.map(copied);
    let below = all.range(function.to_vec()..).take_while(|(path, _)| path.starts_with(function));
    let mut gone = Vec::new();
    for (path, actions) in below {
        let (of, index, rest) = function_of(path)?;
        if of != function {
            return None;
        }
        for (_, action) in actions {
            apply(if index == 1 { &mut one } else { &mut other }, rest, action)?;
        }
        gone.push(path.clone());
    }
    let start = document.comments.partition_point(|comment| comment.span.start < node.span.start);
    let is_commented = document.comments.get(start).is_some_and(|comment| holds(node.span, comment.span));
    // Comments go with what moves, and nothing is written anew where nothing is left.
    let is_gone = one == no_value();
    let moves = || all.values().flatten().any(|(_, action)| moves_with(action, function));
    let is_long = node.span.end.saturating_sub(node.span.start) > MAX_BYTES;
    if !are_alike(&one, &other) || is_long && !is_gone || is_commented && !(is_gone && moves()) {
        return None;
    }
    let action = match function.last()? {
        _ if one != no_value() => Action::Set(one),
        Step::Key(_) => Action::Remove,
        Step::Index(_) if function_of(function).is_some_and(|(.., rest)| rest.is_empty()) => Action::Set(one),
        Step::Index(_) => Action::Remove,
    };
    Some((function.to_vec(), action, gone))
}

/// Whether a value moves out of what is at a path, which goes.
fn moves_with(action: &Action, path: &[Step]) -> bool {
    let mut moves = false;
    if let Some(value) = action.value() {
        value.each_moved(&mut |moved| moves |= moved.with == path);
    }
    moves
}

/// Makes a change below a value; none if it cannot be made.
fn apply(value: &mut Value, steps: &[Step], action: &Action) -> Option<()> {
    match (steps, action) {
        ([], Action::Set(new)) => *value = new.clone(),
        ([], Action::Append(new)) => match value {
            Value::List(items) => items.push(new.clone()),
            _ => return None,
        },
        ([], Action::Remove | Action::Rename(_)) => return None,
        ([Step::Key(key)], Action::Remove) => match value {
            Value::Map(fields) => fields.retain(|(own, _)| own != key),
            _ => return None,
        },
        ([Step::Index(_)], Action::Remove) => return None,
        ([Step::Key(key), rest @ ..], _) => {
            if *value == no_value() || *value == Value::Null {
                *value = Value::Map(Vec::new());
            }
            let Value::Map(fields) = value else { return None };
            let known = fields.iter().position(|(own, _)| own == key);
            let place = known.unwrap_or_else(|| {
                fields.push((key.clone(), Value::Null));
                fields.len() - 1
            });
            apply(&mut fields.get_mut(place)?.1, rest, action)?;
        }
        ([Step::Index(index), rest @ ..], _) => match value {
            Value::List(items) => apply(items.get_mut(*index)?, rest, action)?,
            _ => return None,
        },
    }
    Some(())
}

/// Whether two values are the same, in any spelling and order of keys.
pub(super) fn are_alike(one: &Value, other: &Value) -> bool {
    match (one.plain(), other.plain()) {
        (Value::Map(own), Value::Map(others)) => {
            own.len() == others.len()
                && own
                    .iter()
                    .all(|(key, value)| others.iter().any(|(other, theirs)| key == other && are_alike(value, theirs)))
        }
        (Value::List(own), Value::List(others)) => {
            own.len() == others.len() && own.iter().zip(others).all(|(value, theirs)| are_alike(value, theirs))
        }
        (Value::Null, Value::Null) => true,
        (one, other) => scalar(one).is_some_and(|text| Some(text) == scalar(other)),
    }
}

fn scalar(value: &Value) -> Option<&str> {
    match value {
        Value::Bool(value) => Some(if *value { "true" } else { "false" }),
        Value::Number(text) | Value::String(text) => Some(text),
        Value::Null | Value::List(_) | Value::Map(_) | Value::Moved(_) => None,
    }
}

/// The node at a path, without functions between.
fn at<'n, 't>(root: &'n Node<'t>, path: &[Step]) -> Option<&'n Node<'t>> {
    path.iter().try_fold(root, |node, step| match step {
        Step::Key(key) => node.get(key),
        Step::Index(index) => node.as_sequence()?.get(*index),
    })
}
