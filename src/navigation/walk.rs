//! Every name in a template as written, with what it names: the walk that makes an index.

use super::declare::{Declared, Keys};
use super::export;
use super::serverless::{is_state_machine, kind_of_api};
use super::symbol::{Missing, NestedPart, Occurrence, Role, Symbol, SymbolId};
use super::texts::Texts;
use crate::eval::begins_as_function;
use crate::source::Span;
use crate::syntax::{Entry, Kind, Node};
use std::ops::Range;

/// The key that some groups of parameters are under, for the console.
const INTERFACE: &str = "AWS::CloudFormation::Interface";

/// A walk through one template.
pub(super) struct Walk<'n, 't> {
    texts: &'n Texts<'n>,
    declared: Declared<'n, 't>,
    found: Vec<Occurrence>,
    /// The identifiers of the loops around, the outermost first.
    identifiers: Vec<(&'n str, SymbolId)>,
    /// The definitions of state machines in other files, by their locations.
    definitions: &'n [(&'n str, &'n Node<'t>)],
    /// Among conditions, `{Condition: Name}` is a reference; elsewhere a key of some property.
    in_condition: bool,
}

impl<'n, 't> Walk<'n, 't> {
    pub(super) fn new(
        texts: &'n Texts<'n>,
        declared: Declared<'n, 't>,
        definitions: &'n [(&'n str, &'n Node<'t>)],
    ) -> Self {
        Self { texts, declared, found: Vec::new(), identifiers: Vec::new(), definitions, in_condition: false }
    }

    /// What the template declares.
    pub(super) fn declared(&self) -> &Declared<'n, 't> {
        &self.declared
    }

    /// The symbol of a name.
    pub(super) fn add(&mut self, symbol: Symbol) -> SymbolId {
        self.declared.add(symbol)
    }

    /// The definition of a state machine in another file.
    pub(super) fn definition(&self, location: &str) -> Option<&'n Node<'t>> {
        self.definitions.iter().find(|(known, _)| *known == location).map(|(_, root)| *root)
    }

    /// Walks through a template, and returns its symbols and occurrences.
    pub(super) fn template(mut self, root: &'n Node<'t>) -> (Declared<'n, 't>, Vec<Occurrence>) {
        for section in root.as_mapping().unwrap_or_default() {
            let entries = section.value.as_mapping().unwrap_or_default();
            match section.key.as_ref() {
                "Parameters" => self.entries(entries, &mut |walk, entry| {
                    let symbol = walk.declared.parameter(&entry.key);
                    walk.define_key(entry, symbol);
                    walk.node(&entry.value);
                }),
                "Mappings" => self.entries(entries, &mut Self::mapping),
                "Conditions" => {
                    self.in_condition = true;
                    self.entries(entries, &mut |walk, entry| {
                        let symbol = walk.declared.condition(&entry.key);
                        walk.define_key(entry, symbol);
                        walk.node(&entry.value);
                    });
                    self.in_condition = false;
                }
                "Rules" => self.entries(entries, &mut |walk, entry| {
                    let symbol = walk.declared.add(Symbol::Rule(entry.key.to_string()));
                    walk.define_key(entry, Some(symbol));
                    walk.node(&entry.value);
                }),
                "Resources" => self.entries(entries, &mut Self::resource),
                "Outputs" => self.entries(entries, &mut Self::output),
                "Metadata" => entries.iter().filter(|entry| entry.key == INTERFACE).for_each(|entry| {
                    self.interface(&entry.value);
                }),
                "Hooks" => self.hooks(&section.value),
                "Globals" => {
                    self.globals(&section.value);
                    self.node(&section.value);
                }
                _ => self.node(&section.value),
            }
        }
        (self.declared, self.found)
    }

    /// The entries of a section or map, those of loops too.
    fn entries(&mut self, entries: &'n [Entry<'t>], visit: &mut dyn FnMut(&mut Self, &'n Entry<'t>)) {
        for entry in entries {
            match Keys::of_loop(entry) {
                Some((identifier, collection, body)) => {
                    let symbol =
                        self.declared.add(Symbol::Identifier(identifier.as_str().unwrap_or_default().to_owned()));
                    self.whole(identifier, Some(symbol), Role::Definition);
                    self.node(collection);
                    self.identifiers.push((identifier.as_str().unwrap_or_default(), symbol));
                    self.entries(body, visit);
                    self.identifiers.pop();
                }
                None => {
                    self.identifiers_in(entry.key_span, &entry.key);
                    visit(self, entry);
                }
            }
        }
    }

    fn mapping(&mut self, entry: &'n Entry<'t>) {
        let symbol = self.declared.mapping(&entry.key);
        self.define_key(entry, symbol);
        for row in entry.value.as_mapping().unwrap_or_default() {
            let symbol = self.declared.row(&entry.key, &row.key);
            self.define_key(row, symbol);
            for column in row.value.as_mapping().unwrap_or_default() {
                let symbol = self.declared.column(&entry.key, &column.key);
                self.define_key(column, symbol);
                self.node(&column.value);
            }
        }
    }

    fn resource(&mut self, entry: &'n Entry<'t>) {
        let symbol = self.declared.resource(&entry.key);
        self.define_key(entry, symbol);
        let kind = entry.value.get("Type").and_then(Node::as_str).unwrap_or_default();
        let stack = symbol.filter(|_| deploys_template(kind));
        for attribute in entry.value.as_mapping().unwrap_or_default() {
            match attribute.key.as_ref() {
                "DependsOn" => {
                    let items = attribute.value.as_sequence().unwrap_or(std::slice::from_ref(&attribute.value));
                    for item in items {
                        self.refer_whole(item, Self::referable);
                        self.node(item);
                    }
                }
                "Condition" => self.refer_whole(&attribute.value, Self::condition),
                "Connectors" => self.connectors(&attribute.value),
                "Metadata" if stack.is_some() => {
                    if let (Some(stack), Some(path)) = (stack, attribute.value.get("aws:asset:path")) {
                        self.template_at(stack, path);
                    }
                    self.node(&attribute.value);
                }
                "Properties" => {
                    if let Some(stack) = stack {
                        self.stack(stack, &attribute.value);
                    }
                    if kind == "AWS::Serverless::Connector" {
                        self.connector(&attribute.value);
                    }
                    if let Some(of_api) = kind_of_api(kind) {
                        self.auth(&entry.key, of_api, &attribute.value);
                    }
                    if is_state_machine(kind) {
                        self.state_machine(&entry.key, kind, &attribute.value);
                    }
                    self.events(entry, &attribute.value);
                    self.node(&attribute.value);
                }
                _ => {
                    self.identifiers_in(attribute.key_span, &attribute.key);
                    self.node(&attribute.value);
                }
            }
        }
    }

    /// What a resource that deploys another template gives to it, and where that is.
    fn stack(&mut self, stack: SymbolId, properties: &'n Node<'t>) {
        let nested = |name: &str| Symbol::Nested { stack, part: NestedPart::Parameter, name: name.to_owned() };
        match properties.get("Parameters").map(|parameters| &parameters.kind) {
            Some(Kind::Mapping(entries)) if !entries.iter().any(|entry| begins_as_function(&entry.key)) => {
                for entry in entries {
                    let symbol = self.declared.add(nested(&entry.key));
                    self.at(entry.key_span, &entry.key, 0..entry.key.len(), symbol, Role::Reference, None);
                }
            }
            Some(Kind::Sequence(items)) => {
                for key in items.iter().filter_map(|item| item.get("ParameterKey")) {
                    if let Some(name) = key.as_str() {
                        let symbol = self.declared.add(nested(name));
                        self.whole(key, Some(symbol), Role::Reference);
                    }
                }
            }
            _ => {}
        }
        for address in ["TemplateURL", "Location"].into_iter().filter_map(|name| properties.get(name)) {
            self.template_at(stack, address);
        }
    }

    fn template_at(&mut self, stack: SymbolId, address: &'n Node<'t>) {
        let symbol = self.declared.add(Symbol::Template { stack });
        match address.as_str() {
            Some(text) => self.at(address.span, text, 0..text.len(), symbol, Role::Reference, None),
            None => self.push(address.span, symbol, Role::Reference, None),
        }
    }

    /// The events of a resource of SAM, which what SAM makes of them is named after.
    fn events(&mut self, resource: &'n Entry<'t>, properties: &'n Node<'t>) {
        for event in properties.get("Events").and_then(Node::as_mapping).unwrap_or_default() {
            let symbol = self.declared.event(&resource.key, &event.key);
            self.define_key(event, symbol);
            self.route(&event.value);
        }
    }

    fn output(&mut self, entry: &'n Entry<'t>) {
        let symbol = self.declared.output(&entry.key);
        self.define_key(entry, symbol);
        for attribute in entry.value.as_mapping().unwrap_or_default() {
            match attribute.key.as_ref() {
                "Condition" => self.refer_whole(&attribute.value, Self::condition),
                "Export" => {
                    if let Some(name) = attribute.value.get("Name") {
                        self.export(name, Role::Definition);
                    }
                    self.node(&attribute.value);
                }
                _ => self.node(&attribute.value),
            }
        }
    }

    /// The parameters that the console shows in groups, and their labels.
    fn interface(&mut self, interface: &'n Node<'t>) {
        for group in interface.get("ParameterGroups").and_then(Node::as_sequence).unwrap_or_default() {
            for name in group.get("Parameters").and_then(Node::as_sequence).unwrap_or_default() {
                self.refer_whole(name, Self::parameter);
            }
        }
        for label in interface.get("ParameterLabels").and_then(Node::as_mapping).unwrap_or_default() {
            let symbol = self.parameter(&label.key).0;
            self.at(label.key_span, &label.key, 0..label.key.len(), symbol, Role::Reference, None);
        }
    }

    /// The resources that a deployment of CodeDeploy names as texts.
    ///
    /// Source: "`AWS::CodeDeploy::BlueGreen` hook", CloudFormation template reference.
    fn hooks(&mut self, node: &'n Node<'t>) {
        match &node.kind {
            Kind::Mapping(entries) => {
                for entry in entries {
                    match entry.key.as_ref() {
                        "LogicalID" => self.refer_whole(&entry.value, Self::referable),
                        "TaskDefinitions" | "TaskSets" => {
                            for name in entry.value.as_sequence().unwrap_or_default() {
                                self.refer_whole(name, Self::referable);
                            }
                        }
                        _ => self.hooks(&entry.value),
                    }
                }
            }
            Kind::Sequence(items) => items.iter().for_each(|item| self.hooks(item)),
            _ => {}
        }
    }

    /// Anything that may use names.
    pub(super) fn node(&mut self, node: &'n Node<'t>) {
        match &node.kind {
            Kind::String(text) => self.identifiers_in(node.span, text),
            Kind::Sequence(items) => items.iter().for_each(|item| self.node(item)),
            Kind::Mapping(entries) => match entries.as_slice() {
                [only] if only.key == "Ref" => self.reference(&only.value),
                [only] if self.in_condition && only.key == "Condition" => {
                    self.refer_whole(&only.value, Self::condition);
                }
                [only] if begins_as_function(&only.key) && Keys::of_loop(only).is_none() => self.function(only),
                entries => self.entries(entries, &mut |walk, entry| walk.node(&entry.value)),
            },
            _ => {}
        }
    }

    fn function(&mut self, call: &'n Entry<'t>) {
        let argument = &call.value;
        match call.key.as_ref() {
            "Fn::GetAtt" => self.attribute(argument),
            "Fn::Sub" => self.substitution(argument),
            "Fn::If" => {
                if let Some([condition, ..]) = argument.as_sequence() {
                    self.refer_whole(condition, Self::condition);
                }
                self.node(argument);
            }
            "Fn::FindInMap" => self.find_in_map(argument),
            "Fn::ImportValue" => {
                self.export(argument, Role::Reference);
                self.node(argument);
            }
            "Fn::ValueOf" => {
                if let Some([name, ..]) = argument.as_sequence() {
                    self.refer_whole(name, Self::parameter);
                }
                self.node(argument);
            }
            _ => self.node(argument),
        }
    }

    fn reference(&mut self, argument: &'n Node<'t>) {
        self.refer_whole(argument, Self::referable);
        self.node(argument);
    }

    fn attribute(&mut self, argument: &'n Node<'t>) {
        match (argument.as_str(), argument.as_sequence()) {
            (Some(text), _) => {
                let (symbol, length) = self.referable(text.split_once('.').map_or(text, |(name, _)| name));
                self.at(argument.span, text, 0..length, symbol, Role::Reference, None);
                if let Some((_, attribute)) = text.split_once('.') {
                    self.output_of(symbol, attribute, argument.span, text, text.len() - attribute.len());
                }
            }
            (None, Some([name, rest @ ..])) => {
                let Some(text) = name.as_str() else { return self.node(argument) };
                let (symbol, length) = self.referable(text);
                self.at(name.span, text, 0..length, symbol, Role::Reference, None);
                if let Some((attribute, node)) = rest.first().and_then(|node| Some((node.as_str()?, node))) {
                    self.output_of(symbol, attribute, node.span, attribute, 0);
                }
            }
            _ => {}
        }
        self.node(argument);
    }

    /// `Outputs.Name` of a nested stack. The attribute begins so many bytes into the text.
    fn output_of(&mut self, stack: SymbolId, attribute: &str, span: Span, text: &str, from: usize) {
        if let Some(name) = attribute.strip_prefix("Outputs.").filter(|_| self.declared.is_stack(stack)) {
            let symbol = self.declared.add(Symbol::Nested { stack, part: NestedPart::Output, name: name.to_owned() });
            let start = from + attribute.len() - name.len();
            self.at(span, text, start..start + name.len(), symbol, Role::Reference, None);
        }
    }

    fn substitution(&mut self, argument: &'n Node<'t>) {
        let (text, own) = match argument.as_sequence() {
            Some([text, variables, ..]) => (text, variables.as_mapping().unwrap_or_default()),
            Some([text]) => (text, [].as_slice()),
            _ => (argument, [].as_slice()),
        };
        let mut variables: Vec<(&str, SymbolId)> = Vec::new();
        for entry in own {
            let symbol = self.declared.add(Symbol::Variable(entry.key.to_string()));
            variables.push((&entry.key, symbol));
            self.define_key(entry, Some(symbol));
            self.node(&entry.value);
        }
        variables.sort_unstable();
        let Some(whole) = text.as_str() else { return self.node(text) };
        let Some(written) = self.texts.written(text.span, whole) else { return };
        for place in placeholders(whole) {
            let name = whole.get(place.clone()).unwrap_or_default();
            if self.identifiers.iter().any(|(identifier, _)| *identifier == name) {
                continue;
            }
            let variable = variables.binary_search_by(|(known, _)| (*known).cmp(name)).ok();
            let (symbol, length) = match variable.and_then(|place| variables.get(place)) {
                Some((_, symbol)) => (*symbol, name.len()),
                None => self.referable(name),
            };
            if let Some(span) = written.span(place.start..place.start + length) {
                self.push(span, symbol, Role::Reference, None);
            }
            if let Some((_, attribute)) = name.split_once('.')
                && let Some(output) = attribute.strip_prefix("Outputs.").filter(|_| self.declared.is_stack(symbol))
                && let Some(span) = written.span(place.end - output.len()..place.end)
            {
                let nested = Symbol::Nested { stack: symbol, part: NestedPart::Output, name: output.to_owned() };
                let nested = self.declared.add(nested);
                self.push(span, nested, Role::Reference, None);
            }
        }
        self.identifiers_in(text.span, whole);
    }

    fn find_in_map(&mut self, argument: &'n Node<'t>) {
        let Some([mapping, keys @ ..]) = argument.as_sequence() else { return self.node(argument) };
        self.refer_whole(mapping, Self::mapping_named);
        let name = mapping.as_str().unwrap_or_default();
        let text = |node: Option<&Node<'t>>| node.and_then(Node::scalar_text).map(|text| text.into_owned());
        let (top, second) = (text(keys.first()), text(keys.get(1)));
        if let (Some(node), Some(key)) = (keys.first(), &top) {
            let symbol = self.declared.row(name, key);
            self.whole_as(node, key, symbol, None);
        }
        if let (Some(node), Some(key)) = (keys.get(1), &second) {
            let symbol = self.declared.column(name, key);
            let exact = top.as_ref().and_then(|top| self.declared.cell(name, top, key));
            let exact = exact.and_then(|(span, key)| self.texts.written(span, key)?.span(0..key.len()));
            self.whole_as(node, key, symbol, exact);
        }
        self.node(argument);
    }

    /// The files that a tree includes, as it is written.
    pub(super) fn includes(&mut self, node: &'n Node<'t>) {
        match &node.kind {
            Kind::Mapping(entries) => {
                for entry in entries {
                    if matches!(entry.key.as_ref(), "Fn::Transform" | "Transform") {
                        let calls = entry.value.as_sequence().unwrap_or(std::slice::from_ref(&entry.value));
                        calls.iter().for_each(|call| self.included(call));
                    } else {
                        self.includes(&entry.value);
                    }
                }
            }
            Kind::Sequence(items) => items.iter().for_each(|item| self.includes(item)),
            _ => {}
        }
    }

    /// The file that a call of `AWS::Include` names.
    fn included(&mut self, call: &'n Node<'t>) {
        if call.get("Name").and_then(Node::as_str) != Some("AWS::Include") {
            return;
        }
        let location = call.get("Parameters").and_then(|parameters| parameters.get("Location"));
        if let Some((node, text)) = location.and_then(|node| Some((node, node.as_str()?))) {
            let symbol = self.declared.add(Symbol::Include { location: text.to_owned() });
            self.whole(node, Some(symbol), Role::Reference);
        }
    }

    /// The name of an export, as far as it is written.
    fn export(&mut self, name: &'n Node<'t>, role: Role) {
        let Some(export::Shape { shape, node }) = export::shape(name) else { return };
        let symbol = self.declared.add(Symbol::Export(shape));
        match node.as_str() {
            Some(text) => self.at(node.span, text, 0..text.len(), symbol, role, None),
            None => self.push(node.span, symbol, role, None),
        }
    }

    /// What `Ref`, `Fn::GetAtt` and `Fn::Sub` name, with the bytes of the name that name it.
    pub(super) fn referable(&mut self, name: &str) -> (SymbolId, usize) {
        let identifier = self.identifiers.iter().rev().find(|(identifier, _)| *identifier == name);
        if let Some((_, symbol)) = identifier {
            return (*symbol, name.len());
        }
        if let Some(symbol) = self.declared.referable(name) {
            return (symbol, name.len());
        }
        match name.split_once('.') {
            Some((first, _)) => {
                let symbol = self.declared.referable(first);
                (symbol.unwrap_or_else(|| self.declared.missing(Missing::Referable, first)), first.len())
            }
            None => (self.declared.missing(Missing::Referable, name), name.len()),
        }
    }

    fn parameter(&mut self, name: &str) -> (SymbolId, usize) {
        let known = self.declared.parameter(name);
        (known.unwrap_or_else(|| self.declared.missing(Missing::Referable, name)), name.len())
    }

    fn condition(&mut self, name: &str) -> (SymbolId, usize) {
        let known = self.declared.condition(name);
        (known.unwrap_or_else(|| self.declared.missing(Missing::Condition, name)), name.len())
    }

    fn mapping_named(&mut self, name: &str) -> (SymbolId, usize) {
        let known = self.declared.mapping(name);
        (known.unwrap_or_else(|| self.declared.missing(Missing::Mapping, name)), name.len())
    }

    /// A node that is a name and nothing else.
    pub(super) fn refer_whole(&mut self, node: &'n Node<'t>, find: impl FnOnce(&mut Self, &str) -> (SymbolId, usize)) {
        if let Some(name) = node.as_str() {
            let (symbol, length) = find(self, name);
            self.at(node.span, name, 0..length, symbol, Role::Reference, None);
        }
    }

    pub(super) fn whole(&mut self, node: &'n Node<'t>, symbol: Option<SymbolId>, role: Role) {
        if let (Some(text), Some(symbol)) = (node.as_str(), symbol) {
            self.at(node.span, text, 0..text.len(), symbol, role, None);
        }
    }

    /// The key of a mapping, which may be a number.
    fn whole_as(&mut self, node: &'n Node<'t>, text: &str, symbol: Option<SymbolId>, exact: Option<Span>) {
        if let Some(symbol) = symbol {
            self.at(node.span, text, 0..text.len(), symbol, Role::Reference, exact);
        }
    }

    pub(super) fn define_key(&mut self, entry: &'n Entry<'t>, symbol: Option<SymbolId>) {
        if let Some(symbol) = symbol {
            self.at(entry.key_span, &entry.key, 0..entry.key.len(), symbol, Role::Definition, None);
        }
    }

    /// The identifiers of loops in a text, which is any text inside of them.
    fn identifiers_in(&mut self, span: Span, text: &str) {
        if self.identifiers.is_empty() || !text.contains('{') {
            return;
        }
        let Some(written) = self.texts.written(span, text) else { return };
        for (at, _) in text.match_indices("{") {
            let marked = text.get(..at).is_some_and(|before| before.ends_with(['$', '&']));
            let rest = text.get(at + 1..).unwrap_or_default();
            // Not past the next brace: no identifier has one, and the rest may be long.
            let name = rest.find(['{', '}']).and_then(|end| rest.get(..end));
            let Some(name) = name.filter(|_| marked) else { continue };
            let known = self.identifiers.iter().rev().find(|(identifier, _)| *identifier == name);
            let place = written.span(at + 1..at + 1 + name.len());
            if let Some(((_, symbol), span)) = known.copied().zip(place) {
                self.push(span, symbol, Role::Reference, None);
            }
        }
    }

    /// A part of a scalar.
    pub(super) fn at(
        &mut self,
        scalar: Span,
        text: &str,
        part: Range<usize>,
        symbol: SymbolId,
        role: Role,
        exact: Option<Span>,
    ) {
        if let Some(span) = self.texts.written(scalar, text).and_then(|written| written.span(part)) {
            self.push(span, symbol, role, exact);
        }
    }

    fn push(&mut self, span: Span, symbol: SymbolId, role: Role, exact: Option<Span>) {
        self.found.push(Occurrence { span, symbol, role, exact });
    }
}

/// Whether resources of a type deploy a template.
pub(super) fn deploys_template(kind: &str) -> bool {
    matches!(kind, "AWS::CloudFormation::Stack" | "AWS::CloudFormation::StackSet" | "AWS::Serverless::Application")
}

/// The names in the `${…}` of a `Fn::Sub` text, by their places; `${!Literal}` has none.
pub(super) fn placeholders(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    text.split("${").enumerate().filter_map(move |(number, rest)| {
        let start = at;
        at += rest.len() + 2;
        let (inner, _) = rest.split_once('}')?;
        let name = inner.trim();
        if number == 0 || inner.starts_with('!') || name.is_empty() {
            return None;
        }
        let start = start + inner.len() - inner.trim_start().len();
        Some(start..start + name.len())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn placeholders_have_their_place() {
        let names = |text: &'static str| placeholders(text).map(|range| &text[range]).collect::<Vec<_>>();
        assert_eq!(names("x}${A}-${ B.C }${!D}${}${E"), ["A", "B.C"]);
        assert_eq!(names("${A${B}"), ["B"]);
        assert_eq!(names(""), [""; 0]);
    }
}
