//! The names that a template declares, in loops too, and those that its expansion makes of them.

use super::serverless::{authorizers, implicit_api, is_state_machine, kind_of_api, substitutions};
use super::symbol::{GLOBAL_API, Missing, Symbol, SymbolId};
use super::walk::deploys_template;
use crate::eval::begins_as_function;
use crate::expand::expansion::{Expansion, Part};
use crate::graph::unresolved::PSEUDO;
use crate::source::Span;
use crate::syntax::{Entry, Node};
use foldhash::{HashMap, HashSet};

/// Keys of sections.
pub(super) enum Keys {}

impl Keys {
    /// The identifier, the collection and the body of a loop, if an entry is one.
    pub(super) fn of_loop<'n, 't>(entry: &'n Entry<'t>) -> Option<(&'n Node<'t>, &'n Node<'t>, &'n [Entry<'t>])> {
        if !begins_as_function(&entry.key) || !entry.key.starts_with("Fn::ForEach::") {
            return None;
        }
        let [identifier, collection, body] = entry.value.as_sequence()? else { return None };
        identifier.as_str()?;
        Some((identifier, collection, body.as_mapping()?))
    }

    /// Visits the entries of a section, those in loops too. Calls of macros are not entries.
    pub(super) fn each<'n, 't>(entries: &'n [Entry<'t>], visit: &mut dyn FnMut(&'n Entry<'t>)) {
        for entry in entries {
            match Self::of_loop(entry) {
                Some((_, _, body)) => Self::each(body, visit),
                None if entry.key.starts_with("Fn::") => {}
                None => visit(entry),
            }
        }
    }
}

/// The cell of a mapping: mapping, top-level key, second-level key.
type Cell = (String, String, String);

/// What a template declares, and all symbols that occur in it.
pub(super) struct Declared<'n, 't> {
    symbols: Vec<Symbol>,
    ids: HashMap<Symbol, SymbolId>,
    /// The names that loops and SAM make, and what they are made of.
    made: HashMap<String, SymbolId>,
    /// The same for conditions.
    made_conditions: HashMap<String, SymbolId>,
    cells: HashMap<Cell, &'n Entry<'t>>,
    stacks: HashSet<SymbolId>,
    /// The APIs that SAM adds for events that name none.
    implicit: HashMap<&'static str, SymbolId>,
    /// The keys of resources that deploy templates.
    keys: Vec<(Span, SymbolId)>,
}

impl<'n, 't> Declared<'n, 't> {
    pub(super) fn new(root: &'n Node<'t>) -> Self {
        let mut declared = Self {
            symbols: Vec::new(),
            ids: HashMap::default(),
            made: HashMap::default(),
            made_conditions: HashMap::default(),
            cells: HashMap::default(),
            stacks: HashSet::default(),
            implicit: HashMap::default(),
            keys: Vec::new(),
        };
        let mut implicit: Vec<&'static str> = Vec::new();
        for section in root.as_mapping().unwrap_or_default() {
            let entries = section.value.as_mapping().unwrap_or_default();
            Keys::each(entries, &mut |entry| declared.declare(&section.key, entry));
            if section.key == "Resources" {
                Keys::each(entries, &mut |entry| {
                    implicit.extend(events(entry).filter_map(|event| implicit_api(&event.value)))
                });
            }
        }
        for api in implicit {
            if declared.resource(api).is_none() {
                let symbol = declared.add(Symbol::Resource(api.to_owned()));
                declared.implicit.insert(api, symbol);
            }
        }
        declared
    }

    fn declare(&mut self, section: &str, entry: &'n Entry<'t>) {
        let name = entry.key.to_string();
        match section {
            "Parameters" => drop(self.add(Symbol::Parameter(name))),
            "Conditions" => drop(self.add(Symbol::Condition(name))),
            "Outputs" => drop(self.add(Symbol::Output(name))),
            "Mappings" => {
                for row in entry.value.as_mapping().unwrap_or_default() {
                    self.add(Symbol::Row { mapping: name.clone(), key: row.key.to_string() });
                    for column in row.value.as_mapping().unwrap_or_default() {
                        self.add(Symbol::Column { mapping: name.clone(), key: column.key.to_string() });
                        self.cells.insert((name.clone(), row.key.to_string(), column.key.to_string()), column);
                    }
                }
                self.add(Symbol::Mapping(name));
            }
            "Resources" => {
                for event in events(entry) {
                    self.add(Symbol::Event { resource: name.clone(), name: event.key.to_string() });
                }
                let kind = entry.value.get("Type").and_then(Node::as_str).unwrap_or_default();
                if let Some(properties) = entry.value.get("Properties") {
                    if kind_of_api(kind).is_some() {
                        self.add_all(authorizers(&name, properties));
                    }
                    if is_state_machine(kind) {
                        self.add_all(substitutions(&name, properties));
                    }
                }
                let symbol = self.add(Symbol::Resource(name));
                if entry.value.get("Type").and_then(Node::as_str).is_some_and(deploys_template) {
                    self.stacks.insert(symbol);
                    self.keys.push((entry.key_span, symbol));
                }
            }
            "Globals" => {
                let api = [GLOBAL_API, &name].concat();
                self.add_all(authorizers(&api, &entry.value));
            }
            _ => {}
        }
    }

    fn add_all(&mut self, symbols: impl Iterator<Item = Symbol>) {
        for symbol in symbols {
            self.add(symbol);
        }
    }

    /// An API that SAM adds.
    pub(super) fn implicit(&self, api: &str) -> Option<SymbolId> {
        self.implicit.get(api).copied()
    }

    /// Adds the names that the expansion of the template makes.
    pub(super) fn add_made(&mut self, expansion: &Expansion<'_>) {
        for (section, is_resource) in [("Resources", true), ("Conditions", false)] {
            let entries = expansion.root.get(section).and_then(Node::as_mapping).unwrap_or_default();
            for entry in entries {
                let name = entry.key.to_string();
                let own = if is_resource { Symbol::Resource(name.clone()) } else { Symbol::Condition(name.clone()) };
                if self.ids.contains_key(&own) {
                    continue;
                }
                let Some(origin) = expansion.origins.of_block(section, &name) else { continue };
                let made_from = origin.made_from.as_ref();
                let written = match (origin.written_name.as_str(), made_from) {
                    ("", Some(made_from)) => made_from.id.clone(),
                    (written, _) => written.to_owned(),
                };
                let event = match made_from.map(|made_from| &made_from.part) {
                    Some(Part::OfEvent { name, .. }) => {
                        self.known(&Symbol::Event { resource: written.clone(), name: name.clone() })
                    }
                    _ => None,
                };
                let made = if is_resource { &mut self.made } else { &mut self.made_conditions };
                let written = if is_resource { Symbol::Resource(written) } else { Symbol::Condition(written) };
                if let Some(symbol) = event.or(self.ids.get(&written).copied()) {
                    made.insert(name, symbol);
                }
            }
        }
    }

    /// The symbol, which is a new one for what has the same name elsewhere.
    pub(super) fn add(&mut self, symbol: Symbol) -> SymbolId {
        let new = SymbolId(self.symbols.len());
        if !matches!(symbol, Symbol::Variable(_) | Symbol::Identifier(_)) {
            let known = *self.ids.entry(symbol.clone()).or_insert(new);
            if known != new {
                return known;
            }
        }
        self.symbols.push(symbol);
        new
    }

    pub(super) fn known(&self, symbol: &Symbol) -> Option<SymbolId> {
        self.ids.get(symbol).copied()
    }

    pub(super) fn resource(&self, name: &str) -> Option<SymbolId> {
        self.known(&Symbol::Resource(name.to_owned()))
    }

    pub(super) fn event(&self, resource: &str, name: &str) -> Option<SymbolId> {
        self.known(&Symbol::Event { resource: resource.to_owned(), name: name.to_owned() })
    }

    pub(super) fn parameter(&self, name: &str) -> Option<SymbolId> {
        self.known(&Symbol::Parameter(name.to_owned()))
    }

    pub(super) fn condition(&self, name: &str) -> Option<SymbolId> {
        self.known(&Symbol::Condition(name.to_owned())).or_else(|| self.made_conditions.get(name).copied())
    }

    pub(super) fn mapping(&self, name: &str) -> Option<SymbolId> {
        self.known(&Symbol::Mapping(name.to_owned()))
    }

    pub(super) fn row(&self, mapping: &str, key: &str) -> Option<SymbolId> {
        self.known(&Symbol::Row { mapping: mapping.to_owned(), key: key.to_owned() })
    }

    pub(super) fn column(&self, mapping: &str, key: &str) -> Option<SymbolId> {
        self.known(&Symbol::Column { mapping: mapping.to_owned(), key: key.to_owned() })
    }

    pub(super) fn output(&self, name: &str) -> Option<SymbolId> {
        self.known(&Symbol::Output(name.to_owned()))
    }

    /// Where the key of a cell is written, and the key.
    pub(super) fn cell(&self, mapping: &str, top: &str, second: &str) -> Option<(Span, &'n str)> {
        let entry = self.cells.get(&(mapping.to_owned(), top.to_owned(), second.to_owned()))?;
        Some((entry.key_span, &entry.key))
    }

    /// A parameter, a resource (of a loop or of SAM, too) or a pseudo parameter.
    pub(super) fn referable(&mut self, name: &str) -> Option<SymbolId> {
        if PSEUDO.contains(&name) {
            return Some(self.add(Symbol::Pseudo(name.to_owned())));
        }
        self.parameter(name).or_else(|| self.resource(name)).or_else(|| self.made.get(name).copied())
    }

    pub(super) fn missing(&mut self, missing: Missing, name: &str) -> SymbolId {
        self.add(Symbol::Missing(missing, name.to_owned()))
    }

    /// Whether a symbol is a resource that deploys a template.
    pub(super) fn is_stack(&self, symbol: SymbolId) -> bool {
        self.stacks.contains(&symbol)
    }

    pub(super) fn into_parts(self) -> (Vec<Symbol>, Vec<(Span, SymbolId)>) {
        (self.symbols, self.keys)
    }
}

/// The events of a resource of SAM.
fn events<'n, 't>(resource: &'n Entry<'t>) -> impl Iterator<Item = &'n Entry<'t>> {
    let events = resource.value.get("Properties").and_then(|properties| properties.get("Events"));
    events.and_then(Node::as_mapping).unwrap_or_default().iter()
}
