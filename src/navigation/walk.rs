//! Every name in a template as written, with what it names: the walk that makes an index.

mod functions;
mod names;

use super::declare::{Declared, Keys};
use super::serverless::{is_state_machine, kind_of_api};
use super::symbol::{NestedPart, Occurrence, Role, Symbol, SymbolId};
use super::texts::Texts;
use crate::eval::begins_as_function;
use crate::syntax::{Entry, Kind, Node};

pub(super) use functions::placeholders;

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
}

/// Whether resources of a type deploy a template.
pub(super) fn deploys_template(kind: &str) -> bool {
    matches!(kind, "AWS::CloudFormation::Stack" | "AWS::CloudFormation::StackSet" | "AWS::Serverless::Application")
}
