//! Unrolls `Fn::ForEach` in `Conditions`, `Resources` (properties included) and `Outputs` into plain entries.
//!
//! Every node that a turn makes keeps its span in the loop's body. A loop whose collection is not known stays as it is, with a
//! note; what it would make is [`Hidden`].
//!
//! Source: `Fn::ForEach` and the `AWS::LanguageExtensions` transform, CloudFormation template reference.

mod collection;
mod conditional;
mod identifiers;

use super::expansion::{Budget, Expansion, Hidden, Note, Origins, Provenance};
use crate::code::Code;
use crate::eval::choices::Choices;
use crate::eval::inputs::Inputs;
use crate::eval::{begins_as_function, is_function};
use crate::source::Span;
use crate::syntax::{Entry, Kind, Node};
use crate::template::Template;
use collection::{Collection, Lookup, Unknown};
use conditional::add_conditions;
use identifiers::{Binding, TooLong, put_in, value_of};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashSet};

/// What every loop's key begins with.
const PREFIX: &str = "Fn::ForEach";
/// The transform that expands loops.
const TRANSFORM: &str = "AWS::LanguageExtensions";
/// The sections in which loops work.
const SECTIONS: [&str; 3] = ["Conditions", "Resources", "Outputs"];
/// Loops in loops, the outermost counted.
///
/// Source: RFC 9 of the CloudFormation language discussion, "Can customers use multiple nested `Fn::ForEach`?".
const MAX_NESTING: usize = 5;
/// Blocks that the loops of a template may make. CloudFormation takes 500 resources and 200 outputs (user guide, "Understand
/// CloudFormation quotas"); checks compare resources with each other, so far more would take far longer.
const MAX_BLOCKS: usize = 1_000;
/// Bytes of text that weigh as much as one node.
const BYTES_PER_NODE: usize = 64;

/// Unrolls the loops of a tree; leaves it borrowed where it has none.
pub(super) fn expand(expansion: &mut Expansion<'_>, inputs: &Inputs) {
    let Some(first) = expansion.root.as_mapping().unwrap_or_default().iter().find_map(|entry| loop_in(&entry.value))
    else {
        return;
    };
    let Expansion { root, origins, notes, hidden, budget, .. } = expansion;
    if !is_transformed(root) {
        notes.push(Note {
            code: Code::LoopWithoutTransform,
            span: first,
            message: format!("a loop needs the transform `{TRANSFORM}`, which the template does not declare"),
            help: format!("Add `Transform: {TRANSFORM}`. CloudFormation rejects the template without it."),
        });
    }
    let template = Template::new(root);
    let choices = Choices::new(&template, inputs);
    let lookup = Lookup { root, inputs, choices: &choices, looked_at: Cell::new(0), case: RefCell::default() };
    let mut unroller = Unroller {
        lookup,
        origins,
        notes,
        hidden,
        budget,
        bindings: Vec::new(),
        path: Vec::new(),
        made: Vec::new(),
        blocks: 0,
        noted: HashSet::new(),
        conditions: BTreeMap::new(),
    };
    let sections = root.as_mapping().unwrap_or_default().iter().map(|section| unroller.section(section));
    let mut sections: Vec<Entry<'_>> = sections.collect();
    add_conditions(&mut sections, unroller.conditions, first);
    let unrolled = Node { span: root.span, kind: Kind::Mapping(sections) };
    *root = Cow::Owned(unrolled);
}

fn is_loop(entry: &Entry<'_>) -> bool {
    begins_as_function(&entry.key) && entry.key.starts_with(PREFIX)
}

/// The key of the first loop in a tree.
fn loop_in(node: &Node<'_>) -> Option<Span> {
    match &node.kind {
        Kind::Mapping(entries) => {
            entries.iter().find_map(|entry| if is_loop(entry) { Some(entry.key_span) } else { loop_in(&entry.value) })
        }
        Kind::Sequence(items) => items.iter().find_map(loop_in),
        _ => None,
    }
}

/// Whether the template names the transform that expands loops.
fn is_transformed(root: &Node<'_>) -> bool {
    root.get("Transform").is_some_and(|transform| {
        let items = transform.as_sequence().unwrap_or(std::slice::from_ref(transform));
        items.iter().any(|item| item.as_str().or_else(|| item.get("Name")?.as_str()) == Some(TRANSFORM))
    })
}

/// The tree would become larger than any template may be: see [`MAX_NODES`](super::expansion::MAX_NODES), [`MAX_BLOCKS`].
struct TooLarge;

/// A loop's three arguments.
struct Loop<'a, 't> {
    identifier: &'a Cow<'t, str>,
    collection: &'a Node<'t>,
    body: &'a [Entry<'t>],
}

/// The entries of a map that is being made.
#[derive(Default)]
struct Made<'t> {
    entries: Vec<Entry<'t>>,
    keys: HashSet<Cow<'t, str>>,
}

struct Unroller<'a, 't> {
    lookup: Lookup<'a, 't>,
    origins: &'a mut Origins,
    notes: &'a mut Vec<Note>,
    hidden: &'a mut Hidden,
    budget: &'a mut Budget,
    /// The turns that are being made, outermost loop first.
    bindings: Vec<Binding<'t>>,
    /// The path to the node that is being made; functions are not steps.
    path: Vec<String>,
    /// What the outermost loop has made so far.
    made: Vec<(String, Provenance)>,
    /// Blocks that loops have made.
    blocks: usize,
    /// What has been noted: every iteration meets the same again.
    noted: HashSet<(Code, Span)>,
    /// The conditions of iterations that are not made for every choice of parameters, by name.
    conditions: BTreeMap<String, Node<'t>>,
}

impl<'t> Unroller<'_, 't> {
    fn section(&mut self, section: &Entry<'t>) -> Entry<'t> {
        if !SECTIONS.contains(&section.key.as_ref()) {
            for entry in section.value.as_mapping().unwrap_or_default().iter().filter(|entry| is_loop(entry)) {
                self.note(
                    Code::LoopMisplaced,
                    entry.key_span,
                    format!("loops are not allowed in `{}`", section.key),
                    || {
                        format!(
                            "CloudFormation allows loops in {}.",
                            SECTIONS.map(|name| format!("`{name}`")).join(", ")
                        )
                    },
                );
            }
            return section.clone();
        }
        self.path = vec![section.key.to_string()];
        // Outside of loops nothing is too large: it is there already.
        let value = self.node(&section.value).unwrap_or_else(|TooLarge| section.value.clone());
        Entry { key: section.key.clone(), key_span: section.key_span, value }
    }

    /// Takes what a node costs from the budget. What is in no loop is there already, and costs nothing.
    fn spend(&mut self, nodes: usize) -> Result<(), TooLarge> {
        if self.bindings.is_empty() || self.budget.spend(nodes) { Ok(()) } else { Err(TooLarge) }
    }

    fn text(&mut self, text: &Cow<'t, str>) -> Result<Cow<'t, str>, TooLarge> {
        let made = match self.bindings.is_empty() {
            true => None,
            false => {
                let most = self.budget.left().saturating_mul(BYTES_PER_NODE);
                put_in(text, &self.bindings, most).map_err(|TooLong| TooLarge)?
            }
        };
        match (made, text) {
            (Some(made), _) => {
                self.spend(made.len() / BYTES_PER_NODE)?;
                Ok(Cow::Owned(made))
            }
            (None, Cow::Borrowed(text)) => Ok(Cow::Borrowed(text)),
            (None, Cow::Owned(text)) => {
                self.spend(text.len() / BYTES_PER_NODE)?;
                Ok(Cow::Owned(text.clone()))
            }
        }
    }

    fn node(&mut self, node: &Node<'t>) -> Result<Node<'t>, TooLarge> {
        self.spend(1)?;
        let kind = match &node.kind {
            Kind::String(text) => Kind::String(self.text(text)?),
            Kind::Sequence(items) => {
                let step = |index: usize| Some(index.to_string());
                Kind::Sequence(self.items(items, step)?)
            }
            Kind::Mapping(entries) => match entries.as_slice() {
                [call] if is_function(node) && !is_loop(call) => self.call(call)?,
                _ => Kind::Mapping(self.entries(entries)?),
            },
            other => other.clone(),
        };
        Ok(Node { span: node.span, kind })
    }

    fn items(&mut self, items: &[Node<'t>], step: impl Fn(usize) -> Option<String>) -> Result<Vec<Node<'t>>, TooLarge> {
        let mut made = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let depth = self.path.len();
            self.path.extend(step(index));
            made.push(self.node(item)?);
            self.path.truncate(depth);
        }
        Ok(made)
    }

    /// A function. One that was a function only because of an identifier is not a function any longer.
    fn call(&mut self, call: &Entry<'t>) -> Result<Kind<'t>, TooLarge> {
        if call.key == "Ref"
            && let Some(value) = call.value.as_str().and_then(|name| value_of(&self.bindings, name)).cloned()
        {
            self.spend(value.len() / BYTES_PER_NODE)?;
            return Ok(Kind::String(value));
        }
        let value = match &call.value.kind {
            // The branches of `Fn::If` and the arguments of a function are not steps.
            Kind::Sequence(items) => {
                self.spend(1)?;
                let items = self.items(items, |_| None)?;
                Node { span: call.value.span, kind: Kind::Sequence(items) }
            }
            _ => self.node(&call.value)?,
        };
        match value.kind {
            Kind::String(text) if call.key == "Fn::Sub" && !self.bindings.is_empty() && !text.contains("${") => {
                Ok(Kind::String(text))
            }
            _ => Ok(Kind::Mapping(vec![Entry { key: call.key.clone(), key_span: call.key_span, value }])),
        }
    }

    fn entries(&mut self, entries: &[Entry<'t>]) -> Result<Vec<Entry<'t>>, TooLarge> {
        let mut made = Made::default();
        for entry in entries {
            if is_loop(entry) {
                self.unroll(entry, &mut made)?;
            } else {
                self.entry(entry, &mut made)?;
            }
        }
        Ok(made.entries)
    }

    fn entry(&mut self, entry: &Entry<'t>, made: &mut Made<'t>) -> Result<(), TooLarge> {
        let key = self.text(&entry.key)?;
        if !made.keys.insert(key.clone()) {
            self.note(
                Code::LoopDuplicate,
                entry.key_span,
                format!("the loop creates `{key}` more than once, and only the first one is checked"),
                || {
                    "Use the identifier of every enclosing loop in the key. CloudFormation requires unique keys."
                        .to_owned()
                },
            );
            return Ok(());
        }
        self.path.push(key.to_string());
        let mut value = self.node(&entry.value)?;
        if let [_, _, last] = self.path.as_slice()
            && last == "Condition"
            && value.entry("Fn::FindInMap").is_some()
        {
            // The transform computes it, so that iterations can have conditions of their own, or none.
            if let Some(cases) = self.lookup.name(&value) {
                match self.computed_condition(cases, value.span)? {
                    Some(name) => value.kind = Kind::String(name),
                    None => {
                        self.path.pop();
                        return Ok(());
                    }
                }
            }
        }
        self.path.pop();
        made.entries.push(Entry { key, key_span: entry.key_span, value });
        Ok(())
    }

    /// Makes the entries of a loop. One that is too large is left as it is, with all loops around it.
    fn unroll(&mut self, entry: &Entry<'t>, made: &mut Made<'t>) -> Result<(), TooLarge> {
        if !self.bindings.is_empty() {
            return self.iterate(entry, made);
        }
        let (depth, before, blocks) = (self.path.len(), made.entries.len(), self.blocks);
        match self.iterate(entry, made) {
            Ok(()) => {
                for (path, origin) in self.made.drain(..) {
                    self.origins.insert(path, origin);
                }
            }
            Err(TooLarge) => {
                self.bindings.clear();
                self.made.clear();
                self.blocks = blocks;
                self.path.truncate(depth);
                for unmade in made.entries.drain(before..) {
                    made.keys.remove(&unmade.key);
                }
                let message = format!(
                    "{} creates more than CloudFormation allows in a template, so it is not expanded",
                    named(entry)
                );
                self.note(Code::LoopTooLarge, entry.key_span, message, || {
                    "Reduce the items of the collection, or split the template. The content of the loop is not \
                     checked."
                        .to_owned()
                });
                self.leave(entry, made);
            }
        }
        Ok(())
    }

    fn iterate(&mut self, entry: &Entry<'t>, made: &mut Made<'t>) -> Result<(), TooLarge> {
        let parts = match self.parts(entry) {
            Ok(parts) => parts,
            Err((code, span, problem)) => {
                self.note(code, span, format!("{} is not expanded: {problem}", named(entry)), || {
                    "Write the loop as a list of an identifier, a collection, and a map with the identifier in its \
                     keys."
                        .to_owned()
                });
                self.leave(entry, made);
                return Ok(());
            }
        };
        let collection = self.node(parts.collection)?;
        let items = self.lookup.collection(&collection);
        let looked_at = self.lookup.looked_at.take();
        if !self.budget.spend(looked_at) {
            return Err(TooLarge);
        }
        let Collection { items, unknown } = match items {
            Ok(collection) => collection,
            Err(unknown) => {
                self.note_unknown(entry, collection.span, &unknown);
                self.leave(entry, made);
                return Ok(());
            }
        };
        if let Some(unknown) = unknown {
            self.note_partly_unknown(entry, collection.span, &unknown);
            self.hide(entry);
        }
        for (value, when) in items {
            let condition = self.condition(entry, &value, when, collection.span)?;
            self.bindings.push(Binding { identifier: parts.identifier.clone(), value, condition });
            self.spend(1)?;
            for body in parts.body {
                if is_loop(body) {
                    self.unroll(body, made)?;
                } else {
                    let before = made.entries.len();
                    self.entry(body, made)?;
                    if let Some(new) = made.entries.get_mut(before) {
                        self.make_conditional(new)?;
                        let path = format!("{}/{}", self.path.join("/"), new.key);
                        self.remember(path, body)?;
                    }
                }
            }
            self.bindings.pop();
        }
        Ok(())
    }

    /// Remembers which iterations made what is at a path.
    fn remember(&mut self, path: String, body: &Entry<'t>) -> Result<(), TooLarge> {
        let bytes: usize = path.len() + self.bindings.iter().map(|binding| binding.value.len()).sum::<usize>();
        self.spend(1 + self.bindings.len() + bytes / BYTES_PER_NODE)?;
        if self.path.len() == 1 {
            self.blocks += 1;
            if self.blocks > MAX_BLOCKS {
                return Err(TooLarge);
            }
        }
        let origin = Provenance {
            iterations: self.bindings.iter().map(Binding::iteration).collect(),
            written_name: body.key.to_string(),
            made_from: None,
        };
        self.made.push((path, origin));
        Ok(())
    }

    /// The arguments of a loop, or the code, place and words for what is wrong with them.
    fn parts<'e>(&self, entry: &'e Entry<'t>) -> Result<Loop<'e, 't>, (Code, Span, String)> {
        let malformed = |span, problem: &str| (Code::LoopMalformed, span, problem.to_owned());
        let named = entry.key.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix("::"));
        if named.is_none_or(str::is_empty) {
            return Err(malformed(entry.key_span, "its key is not `Fn::ForEach::` with a name"));
        }
        let Some([identifier, collection, body]) = entry.value.as_sequence() else {
            return Err(malformed(entry.value.span, "it is not a list of three arguments"));
        };
        let Kind::String(name) = &identifier.kind else {
            return Err(malformed(identifier.span, "its first argument is not an identifier"));
        };
        if name.is_empty() || value_of(&self.bindings, name).is_some() {
            return Err(malformed(
                identifier.span,
                "its identifier is empty, or is the identifier of an enclosing loop",
            ));
        }
        let Some(body) = body.as_mapping() else {
            return Err(malformed(body.span, "its third argument is not a map"));
        };
        if self.bindings.len() >= MAX_NESTING {
            let problem = format!("CloudFormation allows at most {MAX_NESTING} nested loops");
            return Err((Code::LoopTooDeep, entry.key_span, problem));
        }
        Ok(Loop { identifier: name, collection, body })
    }

    /// Leaves a loop as it is: what it makes is not known.
    fn leave(&mut self, entry: &Entry<'t>, made: &mut Made<'t>) {
        self.hide(entry);
        // Each iteration of a loop around it would leave it once more.
        if made.keys.insert(entry.key.clone()) {
            made.entries.push(entry.clone());
        }
    }

    /// Records that there may be more resources like those of a loop.
    fn hide(&mut self, entry: &Entry<'t>) {
        if let [section] = self.path.as_slice()
            && section == "Resources"
        {
            hide(entry, self.hidden);
        }
    }

    fn note_unknown(&mut self, entry: &Entry<'t>, span: Span, unknown: &Unknown) {
        let message = format!("the collection of {} is unknown: {}", named(entry), unknown.reason);
        let help = || match &unknown.parameter {
            Some(name) => {
                format!("Set the parameter with `--parameter {name}=…`. The content of the loop is not checked.")
            }
            None => {
                "Write the collection as a list, or as a parameter with a default value. The content of the loop is \
                 not checked."
                    .to_owned()
            }
        };
        self.note(Code::LoopUnknown, span, message, help);
    }

    /// Notes that a collection is unknown for some values of parameters; for others it is expanded.
    fn note_partly_unknown(&mut self, entry: &Entry<'t>, span: Span, unknown: &Unknown) {
        let message = format!("the collection of {} is unknown for some parameters: {}", named(entry), unknown.reason);
        let help = || "The content of the loop is checked only for the other values of the parameters.".to_owned();
        self.note(Code::LoopUnknown, span, message, help);
    }

    /// Notes something once, however many turns meet it.
    fn note(&mut self, code: Code, span: Span, message: String, help: impl FnOnce() -> String) {
        if self.noted.insert((code, span)) {
            self.notes.push(Note { code, span, message, help: help() });
        }
    }
}

/// How people call a loop.
fn named(entry: &Entry<'_>) -> String {
    match entry.key.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix("::")) {
        Some(name) if !name.is_empty() => format!("loop `{name}`"),
        _ => format!("`{}`", entry.key),
    }
}

/// Hides the resources of a loop that is not expanded.
fn hide(entry: &Entry<'_>, hidden: &mut Hidden) {
    let Some(body) = entry.value.as_sequence().and_then(|parts| parts.get(2)?.as_mapping()) else {
        return hidden.of_any_type();
    };
    for resource in body {
        match resource.value.get("Type").and_then(Node::as_str) {
            _ if is_loop(resource) => hide(resource, hidden),
            // Its identifier may decide.
            Some(kind) if !kind.contains('{') => hidden.of_type(kind),
            _ => hidden.of_any_type(),
        }
    }
}
