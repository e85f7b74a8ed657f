//! The AWS Serverless Application Model: its resources become the ones that AWS makes of them, under the logical ids that the
//! transform gives them, and stand where a person wrote what they are made of.
//!
//! Source: AWS SAM developer guide; held against the package aws-sam-translator 1.115.0, which AWS runs. Two things differ on
//! purpose: where SAM ends a logical id with a hash, there is none; and the routes of an API without a document of its own are
//! resources and no OpenAPI document (`api.rs`). What SAM refuses is expanded as far as it can be read. What is left as it is
//! written is counted (`left.rs`).

mod api;
mod apis;
mod assembly;
mod compute;
mod connectors;
mod data_sources;
mod deployments;
mod document;
mod events;
mod function;
mod globals;
mod graphql;
mod left;
mod nodes;
mod parts;
mod references;
mod resource;
mod role;
mod simple;
mod state_machine;
mod streams;
mod web_function;
mod websocket;

use super::expansion::{Expansion, Left, MadeFrom, Note};
use crate::code::Code;
use crate::expand;
use crate::syntax::{Entry, Kind, Node};
use api::Protocol;
use assembly::{Notified, notified, rebuilt, without_connectors};
use connectors::Connector;
use document::is_something;
use events::Event;
use globals::global;
use nodes::{At, drop_nulls, is_true, plain_map, size};
pub(super) use parts::{advice, description};
use references::References;
use resource::{Made, Resource};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// The macro's name in `Transform`.
const TRANSFORM: &str = "AWS::Serverless-2016-10-31";

/// Expands SAM's resources, if the template asks for it.
pub(super) fn expand(expansion: &mut Expansion<'_>) {
    let Some(transform) = transform(&expansion.root) else { return };
    let span = transform.span;
    let cost = cost(&expansion.root);
    // A resource that is hidden may become any other.
    if expansion.hidden.may_hold(|kind| Type::of(kind).is_some()) {
        expansion.hidden.of_any_type();
    }
    if !expansion.budget.spend(cost) {
        expansion.hidden.of_any_type();
        expansion.left = left::resources(&expansion.root);
        expansion.notes.push(Note {
            code: Code::ServerlessTooLarge,
            span,
            message: "the SAM resources are not expanded, because the result is too large".to_owned(),
            help: "Split the template. Its expanded form is larger than CloudFormation allows.".to_owned(),
        });
        return;
    }
    let Some(expanded) = expanded(&expansion.root) else { return };
    expansion.left = expanded.left;
    for (id, made_from) in expanded.made {
        let mut origin = expansion.origins.of_block("Resources", &made_from.id).cloned().unwrap_or_default();
        origin.made_from = Some(made_from);
        expansion.origins.insert(format!("Resources/{id}"), origin);
    }
    expansion.before_transform = Some(std::mem::replace(&mut expansion.root, Cow::Owned(expanded.root)));
}

/// The place in `Transform` that names SAM.
fn transform<'n, 't>(root: &'n Node<'t>) -> Option<&'n Node<'t>> {
    let written = root.get("Transform")?;
    let names = written.as_sequence().unwrap_or(std::slice::from_ref(written));
    names.iter().find(|name| name.as_str() == Some(TRANSFORM))
}

/// The nodes that are made more than once from one that is written: global properties for each resource of the type, tags and
/// attributes for each part of a resource. Everything else is made once.
fn cost(root: &Node<'_>) -> usize {
    let mut sizes: HashMap<&str, usize> = HashMap::new();
    let resources = root.get("Resources").and_then(Node::as_mapping).unwrap_or_default();
    let connectors = resources.iter().map(|entry| {
        let declared = entry.value.get("Connectors").and_then(plain_map).unwrap_or_default();
        let own = match entry.value.get("Type").and_then(Node::as_str).and_then(Type::of) {
            Some(Type::Connector) => connectors::cost(&entry.value),
            _ => 0,
        };
        declared.iter().map(|connector| connectors::cost(&connector.value)).fold(own, usize::saturating_add)
    });
    let connectors = connectors.fold(0, usize::saturating_add);
    resources
        .iter()
        .filter_map(|entry| {
            let kind = entry.value.get("Type")?.as_str()?;
            let below = *sizes.entry(kind).or_insert_with(|| global(root, kind).map_or(0, |global| global.size()));
            let attributes = entry.value.as_mapping()?.iter().filter(|entry| entry.key != "Properties");
            let properties = entry.value.get("Properties");
            let tags = properties.and_then(|properties| properties.get("Tags")).map_or(0, size);
            let repeated = attributes.map(|entry| size(&entry.value)).sum::<usize>() + tags + below;
            let events = properties.and_then(|properties| properties.get("Events")).and_then(Node::as_mapping);
            let routes = properties.and_then(|properties| properties.get("Routes")).and_then(Node::as_mapping);
            let count = events.or(routes).map_or(0, <[_]>::len);
            let parts = count.saturating_mul(4).saturating_add(8);
            let document = properties.and_then(|properties| properties.get("DefinitionBody")).map_or(0, document::cost);
            // An event may be an operation of a document.
            let operations = count.saturating_mul(10).saturating_add(document);
            let sources = properties.and_then(|properties| properties.get("DataSources")).map_or(0, data_sources::cost);
            let operations = operations.saturating_add(sources);
            Type::of(kind).map(|_| repeated.saturating_mul(parts).saturating_add(operations))
        })
        .fold(connectors, usize::saturating_add)
}

/// The types that are expanded.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Type {
    Function,
    RestApi,
    HttpApi,
    WebSocketApi,
    GraphQlApi,
    SimpleTable,
    StateMachine,
    LayerVersion,
    Application,
    WebFunction,
    MicrovmImage,
    CapacityProvider,
    NetworkConnector,
    Connector,
}

impl Type {
    fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            "AWS::Serverless::Function" => Self::Function,
            "AWS::Serverless::Api" => Self::RestApi,
            "AWS::Serverless::HttpApi" => Self::HttpApi,
            "AWS::Serverless::WebSocketApi" => Self::WebSocketApi,
            "AWS::Serverless::GraphQLApi" => Self::GraphQlApi,
            "AWS::Serverless::SimpleTable" => Self::SimpleTable,
            "AWS::Serverless::StateMachine" => Self::StateMachine,
            "AWS::Serverless::LayerVersion" => Self::LayerVersion,
            "AWS::Serverless::Application" => Self::Application,
            "AWS::Serverless::WebFunction" => Self::WebFunction,
            "AWS::Serverless::MicrovmImage" => Self::MicrovmImage,
            "AWS::Serverless::CapacityProvider" => Self::CapacityProvider,
            "AWS::Serverless::NetworkConnector" => Self::NetworkConnector,
            "AWS::Serverless::Connector" => Self::Connector,
            _ => return None,
        })
    }

    /// Whether SAM gives the tags of such a resource to what it makes of it, where `PropagateTags` is set. HTTP APIs do so in any
    /// case.
    fn propagates_tags(self) -> bool {
        match self {
            Self::Function
            | Self::RestApi
            | Self::WebSocketApi
            | Self::StateMachine
            | Self::MicrovmImage
            | Self::CapacityProvider
            | Self::NetworkConnector => true,
            Self::HttpApi
            | Self::GraphQlApi
            | Self::SimpleTable
            | Self::LayerVersion
            | Self::Application
            | Self::WebFunction
            | Self::Connector => false,
        }
    }
}

/// A tree without resources of SAM.
struct Expanded<'t> {
    root: Node<'t>,
    /// The logical ids that were made, with what each was made from.
    made: Vec<(String, MadeFrom)>,
    /// What is left as it is written.
    left: Vec<Left>,
}

/// What resources share while they are expanded.
struct Pass<'n, 't> {
    apis: HashMap<&'n str, &'n Resource<'n, 't>>,
    /// The events of functions that name an API, by API.
    calls: HashMap<&'n str, Vec<document::Call<'n, 't>>>,
    /// Conditions that are made.
    conditions: Vec<Entry<'t>>,
    /// What buckets get whose events call functions.
    notifications: HashMap<String, Notified<'t>>,
}

impl<'n, 't> Pass<'n, 't> {
    /// The API that an event is a route of, if it is one of the template's.
    fn api_of(&self, event: &Event<'_, '_>, protocol: Protocol) -> Option<&'n Resource<'n, 't>> {
        let id = match event.get(protocol.api_property()) {
            Some(named) => named.get("Ref").unwrap_or(named).as_str()?,
            None => protocol.implicit_id(),
        };
        self.apis.get(id).copied().filter(|api| api.kind == protocol.kind())
    }

    /// The events of functions that name an API.
    fn calls_of(&self, api: &str) -> &[document::Call<'n, 't>] {
        self.calls.get(api).map(Vec::as_slice).unwrap_or_default()
    }

    /// Finds the events that name an API.
    fn find_calls(&mut self, functions: impl Iterator<Item = &'n Resource<'n, 't>>) {
        for function in functions.filter(|sam| Type::of(sam.kind) == Some(Type::Function)) {
            for event in events::events(function) {
                let protocol = match event.kind {
                    "Api" => Protocol::Rest,
                    "HttpApi" => Protocol::Http,
                    _ => continue,
                };
                if let Some(api) = self.api_of(&event, protocol) {
                    self.calls.entry(api.id).or_default().push((function, event));
                }
            }
        }
    }

    /// A condition that holds where another does not.
    fn negation(&mut self, at: At, condition: &Node<'t>) -> String {
        let name = format!("NOT{}", condition.as_str().unwrap_or_default());
        if !self.conditions.iter().any(|entry| entry.key == name) {
            let negation = at.map([("Fn::Not", at.list([at.map([("Condition", condition.clone())])]))]);
            self.conditions.push(at.entry(name.clone(), negation));
        }
        name
    }

    /// Makes a bucket notify a function of its events.
    fn notify(&mut self, bucket: &str, at: At, notification: Node<'t>) {
        let notified = || Notified { at, configurations: Vec::new(), tags: None };
        self.notifications.entry(bucket.to_owned()).or_insert_with(notified).configurations.push(notification);
    }

    /// Gives a bucket the tags of the function that it calls, in place of its own. SAM writes the bucket once for each function:
    /// the last one decides.
    fn tag_bucket(&mut self, bucket: &str, tags: Option<Entry<'t>>) {
        if let Some(notified) = self.notifications.get_mut(bucket) {
            notified.tags = tags;
        }
    }

    fn expand(&mut self, sam: &Resource<'_, 't>, kind: Type) -> Vec<Made<'t>> {
        let mut made = match kind {
            Type::Function => function::expand(sam, self),
            Type::RestApi => apis::rest(sam, self.calls_of(sam.id)),
            Type::HttpApi => apis::http(sam, self.calls_of(sam.id)),
            Type::WebSocketApi => websocket::expand(sam),
            Type::GraphQlApi => graphql::expand(sam),
            Type::StateMachine => state_machine::expand(sam, self),
            Type::SimpleTable => vec![simple::table(sam)],
            Type::LayerVersion => vec![simple::layer(sam)],
            Type::Application => vec![simple::application(sam)],
            Type::WebFunction => web_function::expand(sam),
            Type::MicrovmImage => compute::microvm_image(sam),
            Type::CapacityProvider => compute::capacity_provider(sam),
            Type::NetworkConnector => compute::network_connector(sam),
            // They name what other resources become.
            Type::Connector => Vec::new(),
        };
        if kind.propagates_tags() && sam.get("PropagateTags").is_some_and(is_true) {
            sam.propagate_tags(&mut made);
        }
        made
    }
}

fn expanded<'t>(root: &Node<'t>) -> Option<Expanded<'t>> {
    let written = root.get("Resources")?.as_mapping()?;
    let explicit: Vec<Resource<'_, 't>> = written.iter().filter_map(|entry| resource(root, entry)).collect();
    let mut implicit = Vec::new();
    let mut conditions = Vec::new();
    for protocol in [Protocol::Rest, Protocol::Http] {
        implicit.extend(implicit_api(root, &explicit, protocol, &mut conditions));
    }
    let all = || explicit.iter().chain(&implicit);
    let apis = all().map(|sam| (sam.id, sam)).collect();
    let mut pass = Pass { apis, calls: HashMap::new(), conditions, notifications: HashMap::new() };
    pass.find_calls(all());

    let mut parts: HashMap<&str, Vec<Made<'t>>> = HashMap::new();
    let mut references = References::default();
    // What is written keeps its logical id, whatever else would be made under it.
    let ids: HashSet<&str> = written.iter().map(|entry| entry.key.as_ref()).collect();
    let is_written = |id: &str| ids.contains(id);
    let mut owners: HashMap<String, &str> = HashMap::new();
    let mut replaced: HashSet<(&str, String)> = HashSet::new();
    let mut origins = Vec::new();
    let mut left = Vec::new();
    for sam in all() {
        let Some(kind) = Type::of(sam.kind).filter(|kind| *kind != Type::Connector) else { continue };
        let mut made = pass.expand(sam, kind);
        left.extend(left::events(sam, &made));
        made.retain(|each| each.id == sam.id || !is_written(&each.id));
        // Two events may name one queue policy: what is made last is left.
        let mut own: HashSet<String> = HashSet::new();
        made.reverse();
        made.retain(|each| own.insert(each.id.clone()));
        made.reverse();
        for each in &made {
            references.add(sam.id, each);
            origins.push((each.id.clone(), sam.made_from(each)));
            if let Some(other) = owners.insert(each.id.clone(), sam.id) {
                replaced.insert((other, each.id.clone()));
            }
        }
        parts.insert(sam.id, made);
    }
    if !replaced.is_empty() {
        for (owner, made) in &mut parts {
            made.retain(|each| !replaced.contains(&(*owner, each.id.clone())));
        }
    }
    let mut taken: HashSet<String> = owners.into_keys().collect();
    taken.extend(written.iter().map(|entry| entry.key.to_string()));
    let functions = all().filter(|sam| Type::of(sam.kind) == Some(Type::Function));
    for (function, made) in deployments::expand(functions, &mut pass.conditions) {
        if taken.insert(made.id.clone()) {
            origins.push((made.id.clone(), function.made_from(&made)));
            parts.entry(function.id).or_default().push(made);
        }
    }
    let mut connected: HashMap<&str, Vec<Made<'t>>> = HashMap::new();
    for (connector, mut made) in connected_by(root, written, &parts) {
        made.retain(|each| taken.insert(each.id.clone()));
        origins.extend(made.iter().map(|each| (each.id.clone(), connector.owner.made_from(each))));
        connected.entry(connector.owner.id).or_default().extend(made);
    }

    let mut resources: Vec<Entry<'t>> = Vec::new();
    for entry in written {
        let policies = connected.remove(entry.key.as_ref());
        let is_connector = entry.value.get("Type").and_then(Node::as_str).and_then(Type::of) == Some(Type::Connector);
        match parts.remove(entry.key.as_ref()) {
            Some(made) => resources.extend(made.into_iter().map(Made::into_entry)),
            None if is_connector && policies.as_ref().is_some_and(|policies| !policies.is_empty()) => {}
            None => {
                left.extend(left::resource(entry));
                resources.push(match pass.notifications.remove(entry.key.as_ref()) {
                    Some(added) => notified(without_connectors(entry), added),
                    None => without_connectors(entry),
                });
            }
        }
        resources.extend(policies.into_iter().flatten().map(Made::into_entry));
    }
    for sam in &implicit {
        resources.extend(parts.remove(sam.id).into_iter().flatten().map(Made::into_entry));
    }
    left.extend(left::connectors(written, &origins));
    let mut root = rebuilt(root, resources, pass.conditions)?;
    references.rewrite(&mut root);
    Some(Expanded { root, made: origins, left })
}

/// The connectors of a template, with what SAM makes of each. They name other resources as these are without SAM.
fn connected_by<'n, 't>(
    root: &'n Node<'t>,
    written: &'n [Entry<'t>],
    parts: &HashMap<&str, Vec<Made<'t>>>,
) -> Vec<(Connector<'n, 't>, Vec<Made<'t>>)> {
    let mut found: Vec<Connector<'n, 't>> = Vec::new();
    for entry in written {
        found.extend(connectors::declared(entry));
        let alone = resource(root, entry).filter(|sam| Type::of(sam.kind) == Some(Type::Connector));
        found.extend(alone.and_then(connectors::standing_alone));
    }
    if found.is_empty() {
        return Vec::new();
    }
    let mut known: connectors::Known<'_, 't> = HashMap::new();
    for entry in written {
        let kind = entry.value.get("Type").and_then(Node::as_str).filter(|kind| Type::of(kind).is_none());
        if let Some(kind) = kind {
            let properties = entry.value.get("Properties").and_then(Node::as_mapping).unwrap_or_default();
            known.insert(&entry.key, (kind, properties));
        }
    }
    let made = parts.values().flatten();
    known.extend(made.map(|made| (made.id.as_str(), (made.kind, made.properties()))));
    found
        .into_iter()
        .map(|connector| {
            let made = connectors::expand(&connector, &known);
            (connector, made)
        })
        .collect()
}

/// A resource of SAM; none of any other type, or where its properties cannot be read.
fn resource<'n, 't>(root: &'n Node<'t>, entry: &'n Entry<'t>) -> Option<Resource<'n, 't>> {
    let kind = entry.value.get("Type")?.as_str()?;
    Type::of(kind)?;
    let at = At(entry.key_span);
    let (properties_at, own) = match entry.value.entry("Properties") {
        Some(properties) if properties.value.kind != Kind::Null => {
            (At(properties.key_span), properties.value.as_mapping()?)
        }
        _ => (at, &[][..]),
    };
    let mut properties = match global(root, kind) {
        Some(global) => global.under(own, entry.value.get("IgnoreGlobals")),
        None => own.to_vec(),
    };
    drop_nulls(&mut properties);
    let attributes = entry
        .value
        .as_mapping()?
        .iter()
        .filter(|entry| !["Type", "Properties"].contains(&entry.key.as_ref()) && entry.value.kind != Kind::Null);
    let block = format!("Resources/{}", entry.key);
    Some(Resource {
        id: &entry.key,
        kind,
        block,
        at,
        properties_at,
        attributes: attributes.cloned().collect(),
        properties,
    })
}

/// The API that events without one share. It stands where `Globals` sets it up, else at the first of those events.
fn implicit_api<'n, 't>(
    root: &'n Node<'t>,
    explicit: &[Resource<'_, 't>],
    protocol: Protocol,
    conditions: &mut Vec<Entry<'t>>,
) -> Option<Resource<'n, 't>> {
    if explicit.iter().any(|sam| sam.id == protocol.implicit_id()) {
        return None;
    }
    let is_route =
        |event: &Event<'_, '_>| event.kind == protocol.event_kind() && event.get(protocol.api_property()).is_none();
    let callers = explicit.iter().filter(|sam| matches!(Type::of(sam.kind), Some(Type::Function | Type::StateMachine)));
    let asking: Vec<_> =
        callers.filter_map(|sam| Some((sam, events::events(sam).iter().find(|event| is_route(event))?.at))).collect();
    let (caller, first) = asking.first()?;

    let global = global(root, protocol.kind());
    let (at, block) = match global {
        Some(global) => (At(global.key_span), format!("Globals/{}", protocol.event_kind())),
        None => (*first, caller.block.clone()),
    };
    let mut own = match protocol {
        Protocol::Rest => vec![at.entry("StageName", at.text("Prod"))],
        Protocol::Http => Vec::new(),
    };
    if let Some(tags) = tags_of_callers(root, asking.iter().map(|(sam, _)| *sam)) {
        own.extend([tags, at.entry("PropagateTags", at.boolean(true))]);
    }
    let needed: Option<Vec<&Node<'t>>> = asking
        .iter()
        .map(|(sam, _)| sam.attributes.iter().find(|entry| entry.key == "Condition").map(|entry| &entry.value))
        .collect();
    let condition = needed.and_then(|needed| any_of(at, protocol, &needed, conditions));
    let mut properties = match global {
        Some(global) => global.under(&own, None),
        None => own,
    };
    drop_nulls(&mut properties);
    Some(Resource {
        id: protocol.implicit_id(),
        kind: protocol.kind(),
        block,
        at,
        properties_at: at,
        attributes: condition.into_iter().map(|condition| at.entry("Condition", condition)).collect(),
        properties,
    })
}

/// The tags that an implicit API gets of those who ask for it. SAM looks at them before it merges global properties into theirs: each
/// has its own tags or the global ones.
fn tags_of_callers<'n, 't: 'n>(
    root: &'n Node<'t>,
    callers: impl Iterator<Item = &'n Resource<'n, 't>>,
) -> Option<Entry<'t>> {
    let mut tags: Option<Entry<'t>> = None;
    for caller in callers {
        let own = root.get("Resources").and_then(|resources| resources.get(caller.id)?.get("Properties"));
        let global = caller.kind.strip_prefix("AWS::Serverless::").and_then(|kind| root.get("Globals")?.get(kind));
        let set = |properties: Option<&'n Node<'t>>, name: &str| {
            properties.and_then(|properties| properties.entry(name)).filter(|entry| is_something(&entry.value))
        };
        if set(own, "PropagateTags").or_else(|| set(global, "PropagateTags")).is_none() {
            continue;
        }
        let Some(added) = set(own, "Tags").or_else(|| set(global, "Tags")) else { continue };
        match &mut tags {
            None => tags = Some(added.clone()),
            Some(tags) => {
                if let (Kind::Mapping(there), Some(added)) = (&mut tags.value.kind, plain_map(&added.value)) {
                    there.retain(|entry| !added.iter().any(|each| each.key == entry.key));
                    there.extend(added.iter().cloned());
                }
            }
        }
    }
    tags
}

/// The condition under which an implicit API exists: that of all who ask for it, or that any of theirs holds.
fn any_of<'t>(at: At, protocol: Protocol, needed: &[&Node<'t>], conditions: &mut Vec<Entry<'t>>) -> Option<Node<'t>> {
    let (first, rest) = needed.split_first()?;
    if rest.iter().all(|condition| condition.as_str() == first.as_str()) {
        return Some((*first).clone());
    }
    let name = format!("{}Condition", protocol.implicit_id());
    // Callers often share a condition.
    let mut distinct: Vec<&Node<'t>> = Vec::new();
    let mut names: HashSet<&str> = HashSet::new();
    distinct.extend(needed.iter().filter(|condition| condition.as_str().is_none_or(|name| names.insert(name))));
    let alternatives: Vec<Node<'t>> =
        distinct.into_iter().map(|condition| at.map([("Condition", condition.clone())])).collect();
    conditions.push(at.entry(name.clone(), expand::conditions::any(at.0, alternatives)));
    Some(at.text(name))
}
