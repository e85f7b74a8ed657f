//! Names that only AWS SAM and state machines have: authorizers of APIs, APIs that nobody declares, and what is put into definitions.
//!
//! Sources (2026-11): "ApiAuth", "HttpApiAuth", "ApiFunctionAuth" and "Generated CloudFormation resources" of the AWS SAM developer guide;
//! `DefinitionSubstitutions` of `AWS::StepFunctions::StateMachine` and `DefinitionUri` of `AWS::Serverless::StateMachine`.

use super::symbol::{GLOBAL_API, Role, Symbol, SymbolId};
use super::walk::{Walk, placeholders};
use crate::syntax::{Entry, Kind, Node};

/// The kinds of events that are routes of an API: the kind of the API, the property that names one, and the one that SAM adds without it.
const APIS: [(&str, &str, &str); 2] =
    [("Api", "RestApiId", "ServerlessRestApi"), ("HttpApi", "ApiId", "ServerlessHttpApi")];

/// The kind of an API of SAM, as events and global properties call it.
pub(super) fn kind_of_api(kind: &str) -> Option<&'static str> {
    let name = kind.strip_prefix("AWS::Serverless::")?;
    APIS.iter().map(|(kind, ..)| *kind).find(|kind| *kind == name)
}

/// Whether resources of a type have a definition with substitutions.
pub(super) fn is_state_machine(kind: &str) -> bool {
    matches!(kind, "AWS::StepFunctions::StateMachine" | "AWS::Serverless::StateMachine")
}

/// The symbols of the authorizers of an API, whose properties these are.
pub(super) fn authorizers<'n>(api: &'n str, properties: &'n Node<'_>) -> impl Iterator<Item = Symbol> + 'n {
    let authorizers = properties.get("Auth").and_then(|auth| auth.get("Authorizers")).and_then(Node::as_mapping);
    let symbol = move |entry: &Entry<'_>| Symbol::Authorizer { api: api.to_owned(), name: entry.key.to_string() };
    authorizers.unwrap_or_default().iter().filter(|entry| !entry.key.starts_with("Fn::")).map(symbol)
}

/// The symbols of what a state machine with these properties puts into its definition.
pub(super) fn substitutions<'n>(machine: &'n str, properties: &'n Node<'_>) -> impl Iterator<Item = Symbol> + 'n {
    let symbol =
        move |entry: &Entry<'_>| Symbol::Substitution { machine: machine.to_owned(), name: entry.key.to_string() };
    let entries = properties.get("DefinitionSubstitutions").and_then(Node::as_mapping).unwrap_or_default();
    entries.iter().filter(|entry| !entry.key.starts_with("Fn::")).map(symbol)
}

/// The API that SAM adds for an event that names none.
pub(super) fn implicit_api(event: &Node<'_>) -> Option<&'static str> {
    let kind = event.get("Type")?.as_str()?;
    let (_, property, implicit) = APIS.iter().find(|(known, ..)| *known == kind)?;
    let names_one = event.get("Properties").is_some_and(|properties| properties.get(property).is_some());
    (!names_one).then_some(implicit)
}

/// The file with the definition of a state machine, if it is one of the project.
pub(super) fn definition_file<'n, 't>(kind: &str, properties: &'n Node<'t>) -> Option<(&'n Node<'t>, &'n str)> {
    if kind != "AWS::Serverless::StateMachine" {
        return None;
    }
    let node = properties.get("DefinitionUri")?;
    Some((node, node.as_str().filter(|uri| !uri.contains("://"))?))
}

impl<'n, 't> Walk<'n, 't> {
    /// The connectors of a resource of SAM.
    pub(super) fn connectors(&mut self, connectors: &'n Node<'t>) {
        for entry in connectors.as_mapping().unwrap_or_default() {
            if let Some(properties) = entry.value.get("Properties") {
                self.connector(properties);
            }
            self.node(&entry.value);
        }
    }

    /// The resources that a connector of SAM names as texts.
    pub(super) fn connector(&mut self, properties: &'n Node<'t>) {
        for end in ["Source", "Destination"].into_iter().filter_map(|name| properties.get(name)) {
            let ends = end.as_sequence().unwrap_or(std::slice::from_ref(end));
            for id in ends.iter().filter_map(|end| end.get("Id")) {
                self.refer_whole(id, Self::referable);
            }
        }
    }

    /// The authorizers of an API, and its default.
    pub(super) fn auth(&mut self, api: &str, kind: &str, properties: &'n Node<'t>) {
        let Some(auth) = properties.get("Auth") else { return };
        for entry in auth.get("Authorizers").and_then(Node::as_mapping).unwrap_or_default() {
            let symbol = Symbol::Authorizer { api: api.to_owned(), name: entry.key.to_string() };
            self.define_known(entry, &symbol);
        }
        if let Some(default) = auth.get("DefaultAuthorizer") {
            self.authorizer(&[api, &[GLOBAL_API, kind].concat()], default);
        }
    }

    /// The global properties of a template.
    pub(super) fn globals(&mut self, globals: &'n Node<'t>) {
        for (kind, ..) in APIS {
            if let Some(properties) = globals.get(kind) {
                self.auth(&[GLOBAL_API, kind].concat(), kind, properties);
            }
        }
    }

    /// What an event of a function or a state machine says about its API.
    pub(super) fn route(&mut self, event: &'n Node<'t>) {
        let kind = event.get("Type").and_then(Node::as_str).unwrap_or_default();
        let Some((kind, property, implicit)) = APIS.into_iter().find(|(known, ..)| *known == kind) else { return };
        if let (Some(node), Some(_)) = (event.get("Type"), implicit_api(event))
            && let Some(symbol) = self.declared().implicit(implicit)
        {
            self.whole(node, Some(symbol), Role::Definition);
        }
        let properties = event.get("Properties");
        let Some(named) = properties.and_then(|properties| properties.get("Auth")?.get("Authorizer")) else { return };
        let api = properties.and_then(|properties| properties.get(property)?.get("Ref")?.as_str()).unwrap_or(implicit);
        self.authorizer(&[api, &[GLOBAL_API, kind].concat()], named);
    }

    /// The name of an authorizer that one of these APIs has.
    fn authorizer(&mut self, apis: &[&str], named: &'n Node<'t>) {
        let Some(name) = named.as_str() else { return };
        let symbol = |api: &&str| Symbol::Authorizer { api: (*api).to_owned(), name: name.to_owned() };
        let known = apis.iter().find_map(|api| self.declared().known(&symbol(api)));
        self.whole(named, known, Role::Reference);
    }

    /// What a state machine puts into its definition, and where the definition has it.
    pub(super) fn state_machine(&mut self, machine: &str, kind: &str, properties: &'n Node<'t>) {
        for entry in properties.get("DefinitionSubstitutions").and_then(Node::as_mapping).unwrap_or_default() {
            let symbol = Symbol::Substitution { machine: machine.to_owned(), name: entry.key.to_string() };
            self.define_known(entry, &symbol);
        }
        for definition in ["DefinitionString", "Definition"].into_iter().filter_map(|key| properties.get(key)) {
            self.substituted(machine, definition, false);
        }
        if let Some((node, location)) = definition_file(kind, properties) {
            let symbol = self.add(Symbol::Include { location: location.to_owned() });
            self.whole(node, Some(symbol), Role::Reference);
            if let Some(root) = self.definition(location) {
                self.substituted(machine, root, false);
            }
        }
    }

    /// The names in a definition. `Fn::Sub` takes `${Name}` for one of the template's, and leaves `${!Name}` to the state machine.
    fn substituted(&mut self, machine: &str, node: &'n Node<'t>, is_sub: bool) {
        match &node.kind {
            Kind::String(text) if text.contains("${") => {
                let name = |place: &std::ops::Range<usize>| text.get(place.clone()).unwrap_or_default().to_owned();
                let places: Vec<_> = if is_sub { escaped(text).collect() } else { placeholders(text).collect() };
                for place in places {
                    let symbol = Symbol::Substitution { machine: machine.to_owned(), name: name(&place) };
                    if let Some(symbol) = self.declared().known(&symbol) {
                        self.at(node.span, text, place, symbol, Role::Reference, None);
                    }
                }
            }
            Kind::Sequence(items) => items.iter().for_each(|item| self.substituted(machine, item, is_sub)),
            Kind::Mapping(entries) => {
                for entry in entries {
                    self.substituted(machine, &entry.value, is_sub || entry.key == "Fn::Sub");
                }
            }
            _ => {}
        }
    }

    fn define_known(&mut self, entry: &'n Entry<'t>, symbol: &Symbol) {
        let known: Option<SymbolId> = self.declared().known(symbol);
        self.define_key(entry, known);
    }
}

/// The names in the `${!…}` of a text, by their places.
fn escaped(text: &str) -> impl Iterator<Item = std::ops::Range<usize>> {
    text.match_indices("${!").filter_map(move |(at, mark)| {
        let start = at + mark.len();
        let (name, _) = text.get(start..)?.split_once('}')?;
        (!name.is_empty() && !name.contains(['$', '{'])).then(|| start..start + name.len())
    })
}
