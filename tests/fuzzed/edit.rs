//! Edits make the changes that they are for, and nothing else: the edited text is read again and compared with a model of the document.
//!
//! The first bytes of an input choose the changes, the others are the text.

use hipaalint::change::{Action, Change, Moved, Step, Value};
use hipaalint::source::SourceId;
use hipaalint::syntax::edit::{Edited, Text, apply, edits};
use hipaalint::syntax::{self, Document};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// Bytes that choose changes.
const CHOICES: usize = 32;

/// Panics if an edit does something else.
pub fn check(data: &[u8]) {
    let (choices, text) = data.split_at(data.len().min(CHOICES));
    let Ok(text) = std::str::from_utf8(text) else { return };
    let mut choices = choices.iter();
    random(text, &mut |below| choices.next().map_or(0, |byte| usize::from(*byte)) % below.max(1));
}

/// Makes random changes of a text, and checks what comes of them. Returns the changes, and what is refused.
pub fn random(text: &str, choose: &mut dyn FnMut(usize) -> usize) -> Option<(Vec<Change>, Edited)> {
    let document = syntax::read(text, SourceId(3)).ok()?;
    let root = document.root.to_json();
    let count = 1 + choose(4);
    let changes: Vec<Change> = (0..count).map(|_| change(&root, choose)).collect();
    let edited = made(text, &document, &changes);
    Some((changes, edited))
}

/// Panics if edits that are proven by reading what changes are others than those that are proven by reading the whole text.
pub fn check_local(data: &[u8]) {
    let (choices, text) = data.split_at(data.len().min(CHOICES));
    let Ok(text) = std::str::from_utf8(text) else { return };
    let mut choices = choices.iter();
    random_local(text, &mut |below| choices.next().map_or(0, |byte| usize::from(*byte)) % below.max(1));
}

/// Makes random changes, each set of them alone, and compares their edits in reports with those that are written. Returns how many of them
/// were proven without the whole text, and how many there were.
pub fn random_local(text: &str, choose: &mut dyn FnMut(usize) -> usize) -> (usize, usize) {
    let Ok(document) = syntax::read(text, SourceId(3)) else { return (0, 0) };
    let root = document.root.to_json();
    let shown = Text::new(text, &document);
    let (mut local, mut all) = (0, 0);
    for _ in 0..1 + choose(3) {
        // Changes of one section are what this proof is for.
        let first = change(&root, choose);
        let mut changes: Vec<Change> = (0..choose(3)).map(|_| change(&root, choose)).collect();
        if choose(4) != 0 {
            changes.retain(|change| change.path.first() == first.path.first());
        }
        changes.insert(0, first);
        let before = shown.whole_proofs();
        let (one, other) = (shown.edits(&changes), edits(text, &document, &changes));
        assert_eq!(one, other, "{changes:#?}\n{text}\n=>\n{}", apply(text, &one.edits));
        if !one.edits.is_empty() {
            all += 1;
            local += usize::from(shown.whole_proofs() == before);
        }
    }
    (local, all)
}

/// The edits for these changes, which are checked.
pub fn made(text: &str, document: &Document<'_>, changes: &[Change]) -> Edited {
    let edited = edits(text, document, changes);
    let mut before = 0;
    for edit in &edited.edits {
        super::assert_inside(edit.span, text);
        assert!(before <= edit.span.start && (!edit.span.is_empty() || !edit.text.is_empty()), "{edited:?}");
        before = edit.span.end;
    }
    assert!(edited.refused.is_sorted() && edited.refused.iter().all(|(number, _)| *number < changes.len()));
    let new = apply(text, &edited.edits);
    let read = syntax::read(&new, SourceId(3)).unwrap_or_else(|error| panic!("{error:?}\n{changes:#?}\n{new}"));
    let mut model = Model { root: document.root.to_json(), made: BTreeSet::new(), renamed: Vec::new() };
    for (number, change) in changes.iter().enumerate() {
        if edited.refused.iter().all(|(refused, _)| *refused != number) {
            model.make(change);
        }
    }
    let (model, result) = (normal(model.root()), normal(read.root.to_json()));
    if model != result {
        panic!("not as asked\n{changes:?}\n{edited:?}\n{text}\n=>\n{new}\nasked: {model:#}\nresult: {result:#}");
    }
    assert_comments(document, &read, changes, &edited, &new);
    edited
}

/// Comments go only with what goes, and stay in their order.
fn assert_comments(old: &Document<'_>, new: &Document<'_>, changes: &[Change], edited: &Edited, text: &str) {
    let left: Vec<&str> = new.comments.iter().map(|comment| &*comment.text).collect();
    let loses = changes.iter().any(|change| !matches!(change.action, Action::Append(_)));
    // How many of those that are left the old ones so far can be: several may have the same text.
    let mut seen = BTreeSet::from([0]);
    for comment in &old.comments {
        let (start, end) = (comment.span.start, comment.span.end);
        let goes = loses && edited.edits.iter().any(|edit| edit.span.start <= start && end <= edit.span.end);
        let stays = |count: &usize| left.get(*count) == Some(&&*comment.text);
        let mut next: BTreeSet<usize> = seen.iter().filter(|count| stays(count)).map(|count| count + 1).collect();
        if goes {
            next.extend(&seen);
        }
        assert!(!next.is_empty(), "`{}` is gone\n{changes:#?}\n{edited:#?}\n{text}", comment.text);
        seen = next;
    }
    assert!(seen.contains(&left.len()), "a new comment\n{changes:#?}\n{edited:#?}\n{text}");
}

/// The document as JSON, in which removed parts leave a mark, so that the others keep their numbers.
struct Model {
    root: Json,
    /// Paths of what changes have made: what is set there again is merged with it.
    made: BTreeSet<Vec<Step>>,
    /// Keys with their new names.
    renamed: Vec<(Vec<Step>, String)>,
}

const REMOVED: &str = "\0removed";

impl Model {
    fn make(&mut self, change: &Change) {
        let mut node = &mut self.root;
        let mut is_made = false;
        for (depth, step) in change.path.iter().enumerate() {
            if is_nothing(node) {
                *node = json!({});
                self.made.insert(change.path[..depth].to_vec());
                is_made = true;
            }
            let so_far = change.path[..=depth].to_vec();
            is_made |= self.made.contains(&so_far);
            node = match step {
                Step::Key(key) => {
                    let map = node.as_object_mut().expect("a map");
                    if !map.contains_key(key) {
                        is_made = true;
                        self.made.insert(so_far);
                    }
                    map.entry(key.clone()).or_insert(Json::Null)
                }
                Step::Index(index) => node.get_mut(*index).expect("an item"),
            };
        }
        match &change.action {
            Action::Set(value) if is_made => merge(node, json_of(value)),
            Action::Set(value) => {
                self.made.insert(change.path.clone());
                *node = json_of(value);
            }
            Action::Append(value) => {
                if is_nothing(node) {
                    *node = json!([]);
                } else if !node.is_array() {
                    *node = json!([node.take()]);
                }
                node.as_array_mut().expect("a list").push(json_of(value));
            }
            Action::Remove => *node = json!(REMOVED),
            Action::Rename(name) => self.renamed.push((change.path.clone(), name.clone())),
        }
    }

    /// The document with the new names, the innermost first: paths have the old ones.
    fn root(mut self) -> Json {
        self.renamed.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
        for (path, name) in &self.renamed {
            let (Some(Step::Key(key)), around) = (path.last(), &path[..path.len() - 1]) else { panic!("{path:?}") };
            let map = around.iter().fold(&mut self.root, |node, step| match step {
                Step::Key(key) => &mut node[key.as_str()],
                Step::Index(index) => &mut node[*index],
            });
            let map = map.as_object_mut().expect("a map");
            if let Some(value) = map.remove(key) {
                map.insert(name.clone(), value);
            }
        }
        self.root
    }
}

fn merge(one: &mut Json, other: Json) {
    match (one, other) {
        (Json::Object(one), Json::Object(other)) => {
            for (key, value) in other {
                merge(one.entry(key).or_insert(Json::Null), value);
            }
        }
        (one, other) => *one = other,
    }
}

fn is_nothing(value: &Json) -> bool {
    value.is_null() || *value == json!({"Ref": "AWS::NoValue"})
}

/// Without what is removed, and with one spelling of attributes.
fn normal(value: Json) -> Json {
    let is_left = |value: &Json| value.as_str() != Some(REMOVED);
    match value {
        Json::Array(items) => items.into_iter().filter(is_left).map(normal).collect(),
        Json::Object(entries) => {
            let entries = entries.into_iter().filter(|(_, value)| is_left(value)).map(|(key, value)| {
                let value = match (key.as_str(), value.as_str().and_then(|text| text.split_once('.'))) {
                    ("Fn::GetAtt", Some((resource, attribute))) => json!([resource, attribute]),
                    _ => normal(value),
                };
                (key, value)
            });
            Json::Object(entries.collect::<Map<_, _>>())
        }
        other => other,
    }
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Number(text) => serde_json::from_str(text).expect("a number"),
        Value::String(text) => json!(text),
        Value::List(items) => items.iter().map(json_of).collect(),
        Value::Map(entries) => Json::Object(entries.iter().map(|(key, value)| (key.clone(), json_of(value))).collect()),
        Value::Moved(moved) => json_of(&moved.value),
    }
}

/// Moves a random value of a map into a new section, with what is around it, and checks what comes of it: the value is as it was, and no
/// comment is lost. Returns whether it moved.
pub fn random_move(text: &str, choose: &mut dyn FnMut(usize) -> usize) -> bool {
    let Ok(document) = syntax::read(text, SourceId(3)) else { return false };
    let root = document.root.to_json();
    let (mut node, mut path, mut value) = (&root, Vec::new(), None);
    while value.is_none() || choose(3) != 0 {
        let (step, inner) = match node {
            Json::Object(entries) if !entries.is_empty() => {
                let Some((key, inner)) = entries.iter().nth(choose(entries.len())) else { break };
                (Step::Key(key.clone()), inner)
            }
            Json::Array(items) if !items.is_empty() => {
                let number = choose(items.len());
                (Step::Index(number), &items[number])
            }
            _ => break,
        };
        path.push(step);
        node = inner;
        value = matches!(path.last(), Some(Step::Key(_))).then_some(node);
    }
    let (Some(value), false) = (value, path.is_empty()) else { return false };
    // What goes with it: the entry, or something around it.
    let with = path[..path.len() - choose(3.min(path.len()))].to_vec();
    let moved = Moved { from: path, with: with.clone(), value: value_of(value), text: None };
    let map = |key: &str, value| Value::Map(vec![(key.to_owned(), value)]);
    let new = map("Properties", map("Moved", Value::Moved(Box::new(moved))));
    let place = vec![Step::Key("Resources".to_owned()), Step::Key("MovedHere".to_owned())];
    let changes = [Change { path: place, action: Action::Set(new) }, Change { path: with, action: Action::Remove }];
    let edited = edits(text, &document, &changes);
    if !edited.refused.is_empty() {
        return false;
    }
    let new = apply(text, &edited.edits);
    let read = syntax::read(&new, SourceId(3)).unwrap_or_else(|error| panic!("{error:?}\n{changes:#?}\n{new}"));
    let mut model = Model { root, made: BTreeSet::new(), renamed: Vec::new() };
    changes.iter().for_each(|change| model.make(change));
    let (model, result) = (normal(model.root()), normal(read.root.to_json()));
    assert_eq!(model, result, "{text}\n=>\n{new}");
    let comments = |document: &Document<'_>| {
        let mut all: Vec<String> = document.comments.iter().map(|comment| comment.text.to_string()).collect();
        all.sort();
        all
    };
    assert_eq!(comments(&document), comments(&read), "{changes:#?}\n{text}\n=>\n{new}");
    true
}

fn value_of(value: &Json) -> Value {
    match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => Value::Number(number.to_string()),
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(value_of).collect()),
        Json::Object(entries) => {
            Value::Map(entries.iter().map(|(key, value)| (key.clone(), value_of(value))).collect())
        }
    }
}

/// A change at some place of a document, or near one.
fn change(root: &Json, choose: &mut dyn FnMut(usize) -> usize) -> Change {
    let mut path = Vec::new();
    let mut node = root;
    loop {
        let size = node.as_object().map_or(0, Map::len) + node.as_array().map_or(0, Vec::len);
        if size == 0 || (path.len() > 2 && choose(4) == 0) {
            break;
        }
        let number = choose(size);
        match node {
            Json::Object(entries) => {
                let Some((key, value)) = entries.iter().nth(number) else { break };
                path.push(Step::Key(key.clone()));
                node = value;
            }
            _ => {
                path.push(Step::Index(number));
                node = &node[number];
            }
        }
    }
    if choose(3) == 0 && !path.is_empty() {
        path.pop();
    }
    for _ in 0..choose(3) {
        path.push(Step::Key(["New", "Other", "a: b", "yes"][choose(4)].to_owned()));
    }
    let action = match choose(5) {
        0 | 1 => Action::Set(value(choose, 3)),
        2 => Action::Append(value(choose, 2)),
        3 => Action::Rename(["Renamed", "Other", "a: b", "yes"][choose(4)].to_owned()),
        _ => Action::Remove,
    };
    Change { path, action }
}

/// Texts that are hard to write.
const TEXTS: [&str; 24] = [
    "Enabled",
    "2012-10-17",
    "*",
    "yes",
    "010",
    "a: b",
    "a #b",
    "- x",
    "",
    " ",
    "x\ny\n",
    "\u{7}é\u{feff}",
    "\"'\\",
    "${A}",
    "[x]",
    "null",
    "%x",
    "a,b",
    "arn:aws:s3:::x/*",
    "&x",
    "!x",
    "|",
    "x:",
    "1.5",
];

fn value(choose: &mut dyn FnMut(usize) -> usize, depth: usize) -> Value {
    let text = |text: &str| Value::String(text.to_owned());
    let call = |key: &str, argument: Value| Value::Map(vec![(key.to_owned(), argument)]);
    match choose(if depth == 0 { 7 } else { 12 }) {
        0 | 1 => text(TEXTS[choose(TEXTS.len())]),
        2 => Value::Bool(choose(2) == 0),
        3 => Value::Number(["0", "-7", "1.5"][choose(3)].to_owned()),
        4 => call("Ref", text("Other")),
        5 => call("Fn::GetAtt", Value::List(vec![text("A"), text("B.C")])),
        6 => call("Fn::Sub", text(["${A}-x", "x: ${A}"][choose(2)])),
        7 => call("Fn::Base64", value(choose, depth - 1)),
        8 => call("Fn::If", Value::List(vec![text("C"), value(choose, depth - 1), value(choose, depth - 1)])),
        9 => Value::List((0..choose(4)).map(|_| value(choose, depth - 1)).collect()),
        _ => {
            let keys = ["A", "b c", "1", "aws:x"].into_iter().take(choose(5));
            Value::Map(keys.map(|key| (key.to_owned(), value(choose, depth - 1))).collect())
        }
    }
}
