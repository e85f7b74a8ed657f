//! Builds the values of a template's nodes: maps and lists part by part, and for each function the values that it has. `shown` has how
//! they are shown.

use super::named;
use super::origins::{Trace, traced};
use super::shown::{Carries, View, carries_secret, literal};
use super::{Alternative, Content, Field, From, Piece, Value};
use crate::eval::scenario::Scenario;
use crate::eval::value::{self, Kind};
use crate::eval::{Run, explore, has_macro, is_function};
use crate::linter::is_secret_name;
use crate::linter::opened::Opened;
use crate::syntax::{self, Entry, Node};

/// A text with more combinations of choices keeps them open: it is shown with their names.
const MAX_TEXTS: usize = 64;
/// Alternatives of one value that are shown.
const MAX_SHOWN: usize = 64;
/// Of a value with more combinations of choices than are looked at, only so many are shown.
const FEW: usize = 3;
/// Alternatives of all values of a template together, past the first of each. Then texts keep their choices open.
const MAX_ALTERNATIVES: usize = 10_000;

/// What has to hold for a value to be there: conditions, with the result that each must have.
pub(super) type Guards<'t> = Vec<(&'t str, bool)>;

/// Builds values.
pub(super) struct Builder<'o, 'm, 't> {
    pub(super) opened: &'o Opened<'o, 'm, 't>,
    /// Alternatives that may still be made.
    left: usize,
    /// Whether a name above promises a secret.
    pub(super) hides: bool,
}

/// What is at one place for some choices, before it is described.
struct Group<T> {
    content: T,
    scenarios: Vec<Scenario>,
    from: Vec<From>,
}

/// The groups of a place, and the choices for which it is not looked at.
struct Groups<T> {
    groups: Vec<Group<T>>,
    free: Vec<Scenario>,
    note: Option<String>,
}

impl<T: PartialEq> Groups<T> {
    fn add(&mut self, content: T, scenario: Scenario, from: Vec<From>) {
        match self.groups.iter_mut().find(|group| group.content == content) {
            Some(known) => {
                known.scenarios.push(scenario);
                for one in from {
                    if !known.from.contains(&one) {
                        known.from.push(one);
                    }
                }
            }
            None => self.groups.push(Group { content, scenarios: vec![scenario], from }),
        }
    }
}

impl<'o, 'm, 't> Builder<'o, 'm, 't> {
    pub(super) fn new(opened: &'o Opened<'o, 'm, 't>) -> Self {
        Self { opened, left: MAX_ALTERNATIVES, hides: false }
    }

    /// The value of a node, where the guards hold. The parsers bound the depth.
    pub(super) fn value(&mut self, node: &'t Node<'t>, path: &str, guards: &Guards<'t>) -> Value {
        if let Some(branches) = as_choice(node)
            && branches.iter().any(|branch| has_parts(branch))
        {
            return self.branches(node, path, guards, &mut |builder, branch, guards| {
                builder.content_or_absent(branch, path, guards)
            });
        }
        if is_settled(node) {
            let content = self.content(node, path, guards);
            return Value { path: path.to_owned(), span: node.span, alternatives: vec![always(content)], note: None };
        }
        self.computed(node, path, guards, &mut |value| Some(value))
    }

    fn content_or_absent(&mut self, node: &'t Node<'t>, path: &str, guards: &Guards<'t>) -> Vec<Alternative> {
        self.value(node, path, guards).alternatives
    }

    /// The content of a node that no choice decides: its parts may depend on some.
    fn content(&mut self, node: &'t Node<'t>, path: &str, guards: &Guards<'t>) -> Option<Content> {
        let mask = self.opened.mask;
        Some(match &node.kind {
            syntax::Kind::Null => Content::Null,
            syntax::Kind::Bool(value) => Content::Bool(*value),
            syntax::Kind::Number(number) => match mask.value(&number.text, mask.is_in(node.span)) {
                Some(hidden) => Content::Parts(vec![Piece::Secret(hidden)]),
                None => Content::Number(number.text.to_string()),
            },
            syntax::Kind::String(text) => literal(text, mask, mask.is_in(node.span)),
            syntax::Kind::Sequence(items) => {
                let items = items.iter().enumerate();
                let items = items.map(|(index, item)| self.value(item, &step(path, &index.to_string()), guards));
                Content::List(items.filter(|item| !item.is_never()).collect())
            }
            syntax::Kind::Mapping(entries) => {
                let is_variable = named::is_secret_variable(entries);
                let fields = entries.iter().map(|entry| {
                    let before = self.hides;
                    self.hides |= is_variable && named::is_value(&entry.key);
                    let field = self.field(entry, path, guards);
                    self.hides = before;
                    field
                });
                Content::Map(fields.filter(|field| !field.value.is_never()).collect())
            }
        })
    }

    pub(super) fn field(&mut self, entry: &'t Entry<'t>, path: &str, guards: &Guards<'t>) -> Field {
        let before = self.hides;
        self.hides |= is_secret_name(&entry.key);
        let value = self.value(&entry.value, &step(path, &entry.key), guards);
        self.hides = before;
        let key = self.opened.mask.value(&entry.key, false).unwrap_or_else(|| entry.key.to_string());
        Field { key, key_span: entry.key_span, value }
    }

    /// The value of a nest of `Fn::If`, whose branches `make` looks at, each where it is taken.
    pub(super) fn branches(
        &mut self,
        node: &'t Node<'t>,
        path: &str,
        guards: &Guards<'t>,
        make: &mut dyn FnMut(&mut Self, &'t Node<'t>, &Guards<'t>) -> Vec<Alternative>,
    ) -> Value {
        let mut taken: Groups<Taken<'t>> = Groups { groups: Vec::new(), free: Vec::new(), note: None };
        let opened = self.opened;
        let exploration = explore(&opened.model.evaluator, |run| {
            hold(run, guards).then(|| {
                let mut trace = Trace::default();
                let mut node = node;
                let mut own = guards.clone();
                while let Some([condition, then, otherwise]) = arguments_of_if(node) {
                    let Some(name) = condition.as_str() else { break };
                    let holds = run.condition(name);
                    trace.condition(opened, name, holds);
                    own.push((name, holds));
                    node = if holds { then } else { otherwise };
                }
                (Taken { node, guards: own }, trace.found)
            })
        });
        let is_complete = exploration.complete;
        taken.free.extend(exploration.infeasible);
        for (scenario, result) in exploration.leaves {
            match result {
                Some((branch, from)) => taken.add(branch, scenario, from),
                None => taken.free.push(scenario),
            }
        }
        if !is_complete {
            taken.note = Some(too_many(exploration.most, exploration.gave_up));
            taken.groups.truncate(FEW);
        }
        let mut alternatives = Vec::new();
        let whens = self.whens(&taken);
        for (Group { content: branch, from, .. }, when) in taken.groups.iter().zip(whens) {
            for mut inner in make(self, branch.node, &branch.guards) {
                // The inner choices are relative to this branch.
                inner.when = both(when.clone(), inner.when);
                let mut all = from.clone();
                all.extend(inner.from.into_iter().filter(|one| !from.contains(one)));
                inner.from = all;
                alternatives.push(inner);
            }
        }
        Value { path: path.to_owned(), span: node.span, alternatives: united(alternatives), note: taken.note }
    }

    /// The value of something that functions compute. `select` takes a part of it.
    pub(super) fn computed(
        &mut self,
        node: &'t Node<'t>,
        path: &str,
        guards: &Guards<'t>,
        select: &mut dyn FnMut(value::Value<'t>) -> Option<value::Value<'t>>,
    ) -> Value {
        let opened = self.opened;
        let most = if self.left > 0 { MAX_TEXTS } else { 1 };
        let is_named = self.hides || named::is_secret(opened.known, path);
        let carries = Carries { named: is_named, ..carries_secret(opened, node) };
        let exploration = explore(&opened.model.evaluator, |run| {
            hold(run, guards).then(|| {
                let value = run.value(node).cloned();
                let value = value.and_then(&mut *select).map(|value| settled(run, value, most));
                let view = View { opened, path, span: node.span, carries };
                let decoded = encoded(run, node).and_then(|node| run.value(node).cloned());
                let decoded = decoded.map(|value| settled(run, value, most));
                let shown = value.map(|value| match decoded {
                    Some(decoded) => {
                        let plain = View { carries: Carries { transforms: false, ..carries }, ..view };
                        let (decoded, encoded) = (Box::new(plain.content(&decoded)), Box::new(view.content(&value)));
                        Content::Base64 { decoded, encoded }
                    }
                    None => view.content(&value),
                });
                (shown, traced(opened, run, node))
            })
        });
        let mut found = Groups { groups: Vec::new(), free: exploration.infeasible, note: None };
        for (scenario, result) in exploration.leaves {
            match result {
                Some((content, from)) => found.add(content, scenario, from),
                None => found.free.push(scenario),
            }
        }
        if !exploration.complete {
            found.note = Some(too_many(exploration.most, exploration.gave_up));
            found.groups.truncate(FEW);
        } else if found.groups.len() > MAX_SHOWN {
            found.note = Some(format!("it has {} values, of which {MAX_SHOWN} are shown", found.groups.len()));
            found.groups.truncate(MAX_SHOWN);
        }
        self.left = self.left.saturating_sub(found.groups.len().saturating_sub(1));
        let whens = self.whens(&found);
        let Groups { groups, note, .. } = found;
        let alternatives = groups.into_iter().zip(whens);
        let alternatives = alternatives.map(|(Group { content, from, .. }, when)| Alternative { when, content, from });
        Value { path: path.to_owned(), span: node.span, alternatives: alternatives.collect(), note }
    }

    /// The choices of some groups in words; none where there is only one.
    fn whens<T>(&self, Groups { groups, free, note }: &Groups<T>) -> Vec<Option<String>> {
        if groups.len() < 2 {
            return vec![None; groups.len()];
        }
        if note.is_some() {
            // Other groups may be distinguished by anything.
            return groups.iter().map(|group| self.when(&group.scenarios, free)).collect();
        }
        let scenarios: Vec<&[Scenario]> = groups.iter().map(|group| group.scenarios.as_slice()).collect();
        let (scenarios, free) = Scenario::distinguishing(&scenarios, free);
        scenarios.iter().map(|group| self.when(group, &free)).collect()
    }

    /// The choices of some scenarios in words. What is `free` is not looked at, and may be included.
    pub(super) fn when(&self, scenarios: &[Scenario], free: &[Scenario]) -> Option<String> {
        let mut when = self.opened.model.evaluator.describe(scenarios, free)?;
        self.opened.mask.choice(&mut when);
        Some(when)
    }
}

/// The branch of a nest of `Fn::If` that is taken, with what has to hold for it.
struct Taken<'t> {
    node: &'t Node<'t>,
    guards: Guards<'t>,
}

impl PartialEq for Taken<'_> {
    /// A nest takes one way to a branch.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.node, other.node)
    }
}

fn always(content: Option<Content>) -> Alternative {
    Alternative { when: None, content, from: Vec::new() }
}

/// Alternatives with the same content as one, where both have words for their choices.
fn united(alternatives: Vec<Alternative>) -> Vec<Alternative> {
    let mut united: Vec<Alternative> = Vec::with_capacity(alternatives.len());
    for one in alternatives {
        // Blocks are seldom equal, and comparing them takes as long as they are.
        let same = |known: &&mut Alternative| known.content.is_none() && one.content.is_none();
        match united.iter_mut().find(same) {
            Some(known) => {
                known.when = known.when.take().zip(one.when).map(|(known, other)| format!("{known}, or {other}"));
                known.from.extend(one.from);
            }
            None => united.push(one),
        }
    }
    united
}

/// Two choices that are both made.
fn both(one: Option<String>, other: Option<String>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) if one == other => Some(one),
        (Some(one), Some(other)) => {
            let group = |text: String| if text.contains(", or ") { format!("({text})") } else { text };
            Some(format!("{} and {}", group(one), group(other)))
        }
        (one, other) => one.or(other),
    }
}

fn too_many(most: usize, gave_up: Option<&str>) -> String {
    match gave_up {
        Some(reason) => reason.to_owned(),
        None => format!("it depends on more than {most} combinations of choices, so only some of its values are shown"),
    }
}

/// Whether all guards hold in a scenario.
pub(super) fn hold<'t>(run: &mut Run<'_, 't>, guards: &Guards<'t>) -> bool {
    guards.iter().all(|(name, holds)| run.condition(name) == *holds)
}

/// The arguments of an `Fn::If`.
pub(super) fn arguments_of_if<'n, 't>(node: &'n Node<'t>) -> Option<[&'n Node<'t>; 3]> {
    match node.get("Fn::If").filter(|_| is_function(node))?.as_sequence()? {
        [condition, then, otherwise] if condition.as_str().is_some() => Some([condition, then, otherwise]),
        _ => None,
    }
}

/// The branches of an `Fn::If`, if it is one.
fn as_choice<'n, 't>(node: &'n Node<'t>) -> Option<[&'n Node<'t>; 2]> {
    arguments_of_if(node).map(|[_, then, otherwise]| [then, otherwise])
}

/// Whether a branch has parts of its own: a map or a list with entries, whatever `Fn::If` is around it.
fn has_parts(node: &Node<'_>) -> bool {
    match as_choice(node) {
        Some(branches) => branches.into_iter().any(has_parts),
        None => match &node.kind {
            syntax::Kind::Mapping(entries) => !entries.is_empty() && !is_function(node) && !has_macro(node),
            syntax::Kind::Sequence(items) => !items.is_empty(),
            _ => false,
        },
    }
}

/// Whether a node is what it is whatever is chosen, apart from its parts.
fn is_settled(node: &Node<'_>) -> bool {
    match &node.kind {
        syntax::Kind::Mapping(_) => !is_function(node) && !has_macro(node),
        syntax::Kind::String(text) => !text.contains("{{resolve:"),
        _ => true,
    }
}

/// Adds a step to a path.
pub(super) fn step(path: &str, step: &str) -> String {
    if path.is_empty() { step.to_owned() } else { [path, "/", step].concat() }
}

/// A value with the choices in its texts made.
fn settled<'t>(run: &mut Run<'_, 't>, value: value::Value<'t>, most: usize) -> value::Value<'t> {
    let span = value.span;
    let kind = match value.kind {
        Kind::Text(_) => return run.settled_up_to(value, most),
        Kind::List(items) => Kind::List(items.into_iter().map(|item| settled(run, item, most)).collect()),
        Kind::Map(fields) => {
            let fields = fields.into_iter();
            Kind::Map(fields.map(|field| value::Field { value: settled(run, field.value, most), ..field }).collect())
        }
        kind => kind,
    };
    value::Value { span, kind }
}

/// What `Fn::Base64` encodes, if the value of a node is made by it in this scenario.
fn encoded<'t>(run: &mut Run<'_, 't>, node: &'t Node<'t>) -> Option<&'t Node<'t>> {
    let mut node = node;
    while let Some([condition, then, otherwise]) = arguments_of_if(node) {
        node = if run.condition(condition.as_str()?) { then } else { otherwise };
    }
    node.get("Fn::Base64").filter(|_| is_function(node))
}
