//! Where a value comes from: the conditions, parameters, mappings and resources that it is computed from in one scenario.

use super::shown::candidates;
use super::{From, FromKind};
use crate::eval::choices::PSEUDO;
use crate::eval::{Run, is_function};
use crate::linter::opened::Opened;
use crate::syntax::{self, Entry, Node};
use foldhash::HashSet;
use std::borrow::Cow;

/// More are not listed.
const MAX_FOUND: usize = 40;

/// What was found so far.
#[derive(Default)]
pub(super) struct Trace<'t> {
    pub(super) found: Vec<From>,
    conditions: HashSet<&'t str>,
}

/// Where the value of a node comes from.
pub(super) fn traced<'t>(opened: &Opened<'_, '_, 't>, run: &mut Run<'_, 't>, node: &'t Node<'t>) -> Vec<From> {
    let mut trace = Trace::default();
    trace.node(opened, run, node);
    trace.found
}

impl<'t> Trace<'t> {
    fn add(&mut self, from: From) {
        if self.found.len() < MAX_FOUND && !self.found.contains(&from) {
            self.found.push(from);
        }
    }

    /// A condition that decided, with its result, and what it depends on.
    pub(super) fn condition(&mut self, opened: &Opened<'_, '_, 't>, name: &'t str, holds: bool) {
        let entry = opened.model.evaluator.template.conditions.iter().find(|entry| entry.key == name);
        let detail = match (entry, holds) {
            (None, _) => "not declared",
            (_, true) => "true",
            (_, false) => "false",
        };
        let span = entry.map(|entry| entry.key_span);
        self.add(From { kind: FromKind::Condition, name: name.to_owned(), detail: detail.to_owned(), span });
        // Conditions refer to each other in chains of any length.
        let mut waiting = vec![name];
        while let Some(name) = waiting.pop() {
            if !self.conditions.insert(name) || self.found.len() >= MAX_FOUND {
                continue;
            }
            let entry = opened.model.evaluator.template.conditions.iter().find(|entry| entry.key == name);
            if let Some(entry) = entry {
                self.test(opened, &entry.value, &mut waiting);
            }
        }
    }

    /// What a condition compares. The parsers bound the depth.
    fn test(&mut self, opened: &Opened<'_, '_, 't>, node: &'t Node<'t>, waiting: &mut Vec<&'t str>) {
        match &node.kind {
            syntax::Kind::Mapping(entries) => match entries.as_slice() {
                [Entry { key, value, .. }] if key == "Condition" => waiting.extend(value.as_str()),
                [Entry { key, value, .. }] if key == "Ref" => {
                    if let Some(name) = value.as_str() {
                        self.reference(opened, name);
                    }
                }
                entries => entries.iter().for_each(|entry| self.test(opened, &entry.value, waiting)),
            },
            syntax::Kind::Sequence(items) => items.iter().for_each(|item| self.test(opened, item, waiting)),
            _ => {}
        }
    }

    fn node(&mut self, opened: &Opened<'_, '_, 't>, run: &mut Run<'_, 't>, node: &'t Node<'t>) {
        match &node.kind {
            syntax::Kind::Mapping(entries) => match entries.as_slice() {
                [only] if is_function(node) => self.call(opened, run, node, only),
                entries => entries.iter().for_each(|entry| self.node(opened, run, &entry.value)),
            },
            syntax::Kind::Sequence(items) => items.iter().for_each(|item| self.node(opened, run, item)),
            syntax::Kind::String(text) => self.text(text, node),
            _ => {}
        }
    }

    /// The dynamic references in a text.
    fn text(&mut self, text: &str, node: &Node<'_>) {
        for rest in text.split("{{resolve:").skip(1) {
            let Some((inside, _)) = rest.split_once("}}") else { continue };
            let (service, name) = inside.split_once(':').unwrap_or((inside, ""));
            let (name, detail) = (name.to_owned(), service.to_owned());
            self.add(From { kind: FromKind::Dynamic, name, detail, span: Some(node.span) });
        }
    }

    fn call(&mut self, opened: &Opened<'_, '_, 't>, run: &mut Run<'_, 't>, node: &'t Node<'t>, call: &'t Entry<'t>) {
        let argument = &call.value;
        match (call.key.as_ref(), argument.as_sequence()) {
            ("Ref", _) => {
                if let Some(name) = argument.as_str() {
                    self.reference(opened, name);
                }
            }
            ("Fn::If", Some([condition, then, otherwise])) => {
                let Some(name) = condition.as_str() else { return };
                let holds = run.condition(name);
                self.condition(opened, name, holds);
                self.node(opened, run, if holds { then } else { otherwise });
            }
            ("Fn::GetAtt", Some([id, attribute])) => {
                let attribute = attribute.as_str().unwrap_or("…");
                if let Some(id) = id.as_str() {
                    self.resource(opened, id, Some(attribute));
                }
            }
            ("Fn::GetAtt", None) => {
                if let Some((id, attribute)) = argument.as_str().and_then(|text| text.split_once('.')) {
                    self.resource(opened, id, Some(attribute));
                }
            }
            ("Fn::Sub", arguments) => {
                let (text, own) = match arguments {
                    Some([text, own, ..]) => (text, Some(own)),
                    Some([text]) => (text, None),
                    _ => (argument, None),
                };
                let text_node = text;
                let text = text.as_str().unwrap_or_default();
                self.text(text, text_node);
                // A variable that a text has many times comes from the same places.
                let mut names: Vec<&str> = Vec::new();
                for (name, _) in text.split("${").skip(1).filter_map(|rest| rest.split_once('}')) {
                    if !names.contains(&name.trim()) {
                        names.push(name.trim());
                    }
                }
                for name in names {
                    match (own.and_then(|own| own.get(name)), name.split_once('.')) {
                        _ if name.starts_with('!') => {}
                        (Some(value), _) => self.node(opened, run, value),
                        (None, Some((id, attribute))) => self.resource(opened, id, Some(attribute)),
                        (None, None) => self.reference(opened, name),
                    }
                }
            }
            ("Fn::FindInMap", Some([name, first, second, ..])) => {
                self.entry(opened, run, [name, first, second]);
                [name, first, second].into_iter().for_each(|key| self.node(opened, run, key));
            }
            ("Fn::ImportValue", _) => {
                let name = run.value(argument).map(|value| value.display().trim_matches('"').to_owned());
                let name = name.unwrap_or_default();
                self.add(From { kind: FromKind::Import, name, detail: String::new(), span: Some(node.span) });
                self.node(opened, run, argument);
            }
            _ => self.node(opened, run, argument),
        }
    }

    /// The entry of a mapping.
    fn entry(&mut self, opened: &Opened<'_, '_, 't>, run: &mut Run<'_, 't>, keys: [&'t Node<'t>; 3]) {
        let mut entries = opened.model.evaluator.template.mappings;
        let mut path = Vec::new();
        let mut span = None;
        for key in keys {
            let Some(key) = run.value(key).cloned() else { break };
            let Some(key) = run.settled_up_to(key, 64).text().map(std::borrow::Cow::into_owned) else { break };
            let Some(entry) = entries.iter().find(|entry| entry.key == key) else { break };
            path.push(key);
            span = Some(entry.key_span);
            entries = entry.value.as_mapping().unwrap_or_default();
        }
        if !path.is_empty() {
            let detail = if path.len() < keys.len() { "the row is unknown" } else { "" };
            let (name, detail) = (path.join("/"), detail.to_owned());
            self.add(From { kind: FromKind::Mapping, name, detail, span });
        }
    }

    fn reference(&mut self, opened: &Opened<'_, '_, 't>, name: &str) {
        if let Some(parameter) = opened.model.parameter(name) {
            let detail = parameter_detail(opened, name);
            let span = parameter.node.entry("Default").map_or(parameter.name_span, |entry| entry.key_span);
            let is_default = opened.inputs.fixed(name).is_none() && opened.inputs.leaves(name);
            let span = if is_default && parameter.default.is_some() { span } else { parameter.name_span };
            self.add(From { kind: FromKind::Parameter, name: name.to_owned(), detail, span: Some(span) });
        } else if PSEUDO.contains(&name) {
            let detail = match opened.inputs.fixed(name) {
                Some(_) => "pinned",
                None => "",
            };
            let (name, detail) = (name.to_owned(), detail.to_owned());
            self.add(From { kind: FromKind::Pseudo, name, detail, span: None });
        } else {
            self.resource(opened, name, None);
        }
    }

    fn resource(&mut self, opened: &Opened<'_, '_, 't>, id: &str, attribute: Option<&str>) {
        let Some(block) = opened.model.resource(id) else { return };
        let name = attribute.map_or_else(|| id.to_owned(), |attribute| format!("{id}.{attribute}"));
        let detail = block.kind.to_owned();
        self.add(From { kind: FromKind::Resource, name, detail, span: Some(block.key_span) });
    }
}

/// What decides the value of a parameter, as a clause.
pub(super) fn parameter_detail(opened: &Opened<'_, '_, '_>, name: &str) -> String {
    let inputs = opened.inputs;
    let is_hidden = opened.mask.hides_parameter(name);
    let shown = |text: &str| match opened.mask.value(text, is_hidden) {
        Some(hidden) => hidden,
        None if is_hidden => crate::linter::Mask::hidden(text),
        None => crate::eval::value::shorten(text).into_owned(),
    };
    let parameter = opened.model.parameter(name);
    if parameter.is_some_and(|parameter| parameter.reads_parameter_store()) {
        // Its values are names of what is stored.
        let default = parameter.and_then(|parameter| parameter.default).and_then(Node::scalar_text);
        let stored = inputs.fixed(name).map(Cow::Borrowed).or_else(|| default.filter(|_| inputs.leaves(name)));
        return match stored {
            Some(stored) => format!("read from Parameter Store: {}", shown(&stored)),
            None => "read from Parameter Store".to_owned(),
        };
    }
    if let Some(value) = inputs.fixed(name) {
        let how = if inputs.given.is_some() { "passed by the parent stack" } else { "pinned" };
        return format!("{how}: {}", shown(value));
    }
    if !inputs.leaves(name) {
        return match candidates(opened, name).filter(|_| !is_hidden) {
            Some(candidates) => format!("passed by the parent stack: {candidates}"),
            None => "passed by the parent stack".to_owned(),
        };
    }
    let default = opened.model.parameter(name).and_then(|parameter| parameter.default).and_then(Node::scalar_text);
    let default = default.map(|default| if default.is_empty() { "empty".to_owned() } else { shown(&default) });
    let several =
        opened.model.evaluator.choices.by_name(name).is_some_and(|(_, variable)| variable.candidates.len() > 1);
    let choice = candidates(opened, name).filter(|_| several && !is_hidden);
    match (choice, default) {
        (Some(choice), Some(default)) => format!("{choice}; default {default}"),
        (Some(choice), None) => choice,
        (None, Some(default)) => format!("default {default}"),
        (None, None) => "no default".to_owned(),
    }
}
