//! Puts the content of local files in for `AWS::Include`: the transform that CloudFormation itself reads from S3, and that
//! `aws cloudformation package` takes with the path of a local file.
//!
//! Nothing is read here: who calls brings the files, parsed with source ids of their own, so findings point into them. What is
//! not there stays as it is, with a note.
//!
//! Source: "`AWS::Include` transform", CloudFormation template reference; `aws cloudformation package`, AWS CLI reference.

use super::expansion::{Budget, Expansion, Note};
use crate::code::Code;
use crate::syntax::{Entry, Kind, MAX_DEPTH, Node};
use std::borrow::Cow;
use std::collections::HashSet;

/// Files that one template may include.
pub const MAX_INCLUDES: usize = 63;
/// The transform's name.
const NAME: &str = "AWS::Include";
/// The function that calls a macro inside a section.
const FUNCTION: &str = "Fn::Transform";
/// The section that calls macros on the whole template.
const SECTION: &str = "Transform";

/// A file that a template includes.
#[derive(Debug)]
pub struct Included<'t> {
    /// The location that the template gives.
    pub location: String,
    /// Its root; or why there is none, in words that follow "… is not included: ".
    pub root: Result<&'t Node<'t>, String>,
}

/// The locations of local files that a template includes, each once, in the order of the text; at most [`MAX_INCLUDES`].
pub fn locations(root: &Node<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for call in root.get(SECTION).into_iter().flat_map(calls) {
        found.extend(location(call).map(str::to_owned));
    }
    collect(root, &mut found);
    found.retain(|location| is_local(location));
    let mut seen = HashSet::new();
    found.retain(|location| seen.insert(location.clone()));
    found.truncate(MAX_INCLUDES);
    found
}

fn collect(node: &Node<'_>, found: &mut Vec<String>) {
    match &node.kind {
        Kind::Mapping(entries) => {
            for entry in entries {
                if entry.key == FUNCTION {
                    found.extend(calls(&entry.value).iter().filter_map(location).map(str::to_owned));
                } else {
                    collect(&entry.value, found);
                }
            }
        }
        Kind::Sequence(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// The calls of macros in a `Transform` or `Fn::Transform`: one, or a list of them.
pub(super) fn calls<'n, 't>(node: &'n Node<'t>) -> &'n [Node<'t>] {
    node.as_sequence().unwrap_or(std::slice::from_ref(node))
}

fn is_include(call: &Node<'_>) -> bool {
    call.get("Name").and_then(Node::as_str) == Some(NAME)
}

/// The location of an include.
fn location<'n>(call: &'n Node<'_>) -> Option<&'n str> {
    if is_include(call) { call.get("Parameters")?.get("Location")?.as_str() } else { None }
}

/// Whether a location is the relative path of a file: neither a URI nor an absolute path of any system.
fn is_local(location: &str) -> bool {
    let drive = location.as_bytes().get(1) == Some(&b':');
    !location.is_empty() && !location.contains("://") && !location.starts_with(['/', '\\']) && !drive
}

/// Whether a tree includes anything inside its sections.
fn includes(node: &Node<'_>) -> bool {
    calls_include(node, &is_include)
}

/// Whether a tree includes the file at a location.
fn includes_file(node: &Node<'_>, file: &str) -> bool {
    let file = file.trim_start_matches("./");
    calls_include(node, &|call| location(call).is_some_and(|location| location.trim_start_matches("./") == file))
}

fn calls_include(node: &Node<'_>, is: &dyn Fn(&Node<'_>) -> bool) -> bool {
    match &node.kind {
        Kind::Mapping(entries) => entries.iter().any(|entry| {
            if entry.key == FUNCTION { calls(&entry.value).iter().any(is) } else { calls_include(&entry.value, is) }
        }),
        Kind::Sequence(items) => items.iter().any(|item| calls_include(item, is)),
        _ => false,
    }
}

/// Puts in what was included; leaves the tree borrowed where it includes nothing.
pub(super) fn expand<'t>(expansion: &mut Expansion<'t>, included: &[Included<'t>]) {
    let on_the_whole: Vec<Node<'t>> = expansion
        .root
        .get(SECTION)
        .map(|section| calls(section).iter().filter(|call| is_include(call)).cloned().collect())
        .unwrap_or_default();
    if on_the_whole.is_empty() && !includes(&expansion.root) {
        return;
    }
    let Expansion { root, notes, hidden, budget, .. } = expansion;
    let mut includer = Includer { included, notes, budget };
    let root = root.to_mut();
    includer.node(root, 1);
    let Kind::Mapping(entries) = &mut root.kind else { return };
    for call in &on_the_whole {
        match includer.content(call, 1) {
            Some(content) => {
                let end = entries.len();
                includer.insert(entries, end, content);
            }
            None => hidden.of_any_type(),
        }
    }
}

struct Includer<'a, 't> {
    included: &'a [Included<'t>],
    notes: &'a mut Vec<Note>,
    budget: &'a mut Budget,
}

impl<'t> Includer<'_, 't> {
    /// Puts in what is included at or below a node that lies this deep.
    fn node(&mut self, node: &mut Node<'t>, depth: usize) {
        match &mut node.kind {
            Kind::Sequence(items) => items.iter_mut().for_each(|item| self.node(item, depth + 1)),
            Kind::Mapping(entries) => {
                let mut index = 0;
                while let Some(entry) = entries.get_mut(index) {
                    index += 1;
                    if entry.key != FUNCTION {
                        self.node(&mut entry.value, depth + 1);
                        continue;
                    }
                    let calls = calls(&entry.value);
                    if !calls.iter().all(is_include) {
                        continue;
                    }
                    let content: Option<Vec<_>> = calls.iter().map(|call| self.content(call, depth)).collect();
                    if let Some(content) = content {
                        index -= 1;
                        entries.remove(index);
                        index += self.insert(entries, index, content.concat());
                    }
                }
            }
            _ => {}
        }
    }

    /// Inserts entries into a map, and returns how many were.
    fn insert(&mut self, entries: &mut Vec<Entry<'t>>, at: usize, content: Vec<Entry<'t>>) -> usize {
        let mut keys: HashSet<Cow<'t, str>> = entries.iter().map(|entry| entry.key.clone()).collect();
        let (new, twice): (Vec<_>, Vec<_>) = content.into_iter().partition(|entry| keys.insert(entry.key.clone()));
        for entry in twice {
            self.notes.push(Note {
                code: Code::IncludeDuplicate,
                span: entry.key_span,
                message: format!(
                    "`{}` is defined twice: in the template and in the included file. Only the first definition is \
                     checked",
                    entry.key
                ),
                help: "Rename or remove one of the definitions.".to_owned(),
            });
        }
        let count = new.len();
        let tail = entries.split_off(at.min(entries.len()));
        entries.extend(new);
        entries.extend(tail);
        count
    }

    /// What an include brings into a map that lies this deep; nothing, with a note, where that is not known.
    fn content(&mut self, call: &Node<'t>, depth: usize) -> Option<Vec<Entry<'t>>> {
        let unread = |reason: String| Err((reason, OTHER_FILES));
        let found = match location(call) {
            None => unread("its location is known only when the stack is deployed".to_owned()),
            Some(location) if !is_local(location) => unread("it is not a local file".to_owned()),
            Some(location) => match self.included.iter().find(|included| included.location == location) {
                Some(included) => match included.root.clone() {
                    Ok(root) => self.fitting(root, location, depth),
                    Err(reason) => unread(reason),
                },
                None => unread(format!("hipaalint reads at most {MAX_INCLUDES} included files")),
            },
        };
        match found {
            Ok(content) => Some(content.to_vec()),
            Err((reason, help)) => {
                let at = call.get("Parameters").and_then(|parameters| parameters.get("Location")).unwrap_or(call);
                let name = location(call).map_or_else(|| "this".to_owned(), |location| format!("`{location}`"));
                self.notes.push(Note {
                    code: Code::IncludeUnknown,
                    span: at.span,
                    message: format!("{name} is not included: {reason}"),
                    help: help.to_owned(),
                });
                None
            }
        }
    }

    /// The entries of an included file, if they may stand this deep; else why not, and what to do.
    fn fitting(
        &mut self,
        root: &'t Node<'t>,
        own: &str,
        depth: usize,
    ) -> Result<&'t [Entry<'t>], (String, &'static str)> {
        let Some(entries) = root.as_mapping() else {
            return Err((
                format!("the file contains {}, not a map", root.describe()),
                "Write keys with values in the file.",
            ));
        };
        let (nodes, height) = size(root);
        if includes_file(root, own) {
            Err(("the file includes itself".to_owned(), "Remove the `AWS::Include` of the file in the file itself."))
        } else if includes(root) {
            let reason = "the file includes other files, which CloudFormation does not allow";
            Err((reason.to_owned(), "Include those files in the template, or copy their content into this one."))
        } else if depth + height > MAX_DEPTH {
            let reason = format!("the result has lists and maps nested more than {MAX_DEPTH} levels deep");
            Err((reason, "Nest less in the file, or include it further out."))
        } else if !self.budget.spend(nodes) {
            Err((
                "the result is larger than CloudFormation allows".to_owned(),
                "Divide the template into nested stacks.",
            ))
        } else {
            Ok(entries)
        }
    }
}

/// What to do about a file that hipaalint does not read.
const OTHER_FILES: &str =
    "Set `Location` to a file in the template's folder or below it. The content of other files is not checked.";

/// How many nodes a tree has, and how many of them are on its longest path down.
fn size(node: &Node<'_>) -> (usize, usize) {
    let children = |sizes: &mut dyn Iterator<Item = (usize, usize)>| {
        let (nodes, height) = sizes.fold((0, 0), |(nodes, height), child| (nodes + child.0, height.max(child.1)));
        (nodes + 1, height + 1)
    };
    match &node.kind {
        Kind::Mapping(entries) => children(&mut entries.iter().map(|entry| size(&entry.value))),
        Kind::Sequence(items) => children(&mut items.iter().map(size)),
        _ => (1, 0),
    }
}
