//! The AWS Serverless Application Model: its resources become the ones that AWS makes of them, under the logical ids that the
//! transform gives them, and stand where a person wrote what they are made of.
//!
//! Source: AWS SAM developer guide; held against the package aws-sam-translator 1.115.0, which AWS runs. Two things differ on
//! purpose: where SAM ends a logical id with a hash, there is none; and the routes of an API without a document of its own are
//! resources and no OpenAPI document (`api.rs`). What SAM refuses is expanded as far as it can be read. Connectors, web
//! functions, and capacity providers stay as they are written, and no rule looks at them (`left.rs`).

mod api;
mod apis;
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
mod websocket;

use super::expansion::{Expansion, Left, MadeFrom, Note};
use crate::expand;
use crate::syntax::{Entry, Kind, Node};
use api::Protocol;
use document::is_something;
use events::Event;
use globals::global;
use nodes::{At, drop_nulls, is_true, size};
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
            code: "serverless-too-large",
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
            Type::of(kind).map(|_| repeated.saturating_mul(parts).saturating_add(operations))
        })
        .fold(0, usize::saturating_add)
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
            _ => return None,
        })
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
    /// The events of functions that name an API with a document of its own, by API.
    calls: HashMap<&'n str, Vec<document::Call<'n, 't>>>,
    /// Conditions that are made.
    conditions: Vec<Entry<'t>>,
    /// Notifications that buckets get, with the place of the first event that asks for one.
    notifications: HashMap<String, (At, Vec<Node<'t>>)>,
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

    /// The events of functions that name an API with a document of its own.
    fn calls_of(&self, api: &str) -> &[document::Call<'n, 't>] {
        self.calls.get(api).map(Vec::as_slice).unwrap_or_default()
    }

    /// Finds the events that name an API with a document of its own.
    fn find_calls(&mut self, functions: impl Iterator<Item = &'n Resource<'n, 't>>) {
        for function in functions.filter(|sam| Type::of(sam.kind) == Some(Type::Function)) {
            for event in events::events(function) {
                let protocol = match event.kind {
                    "Api" => Protocol::Rest,
                    "HttpApi" => Protocol::Http,
                    _ => continue,
                };
                let api =
                    self.api_of(&event, protocol).filter(|api| api.get("DefinitionBody").is_some_and(is_something));
                if let Some(api) = api {
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
        self.notifications.entry(bucket.to_owned()).or_insert_with(|| (at, Vec::new())).1.push(notification);
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
        };
        if sam.get("PropagateTags").is_some_and(is_true) {
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
    let mut taken: HashSet<String> = written.iter().map(|entry| entry.key.to_string()).collect();
    let mut origins = Vec::new();
    let mut left = Vec::new();
    for sam in all() {
        let Some(kind) = Type::of(sam.kind) else { continue };
        let mut made = pass.expand(sam, kind);
        left.extend(left::events(sam, &made));
        made.retain(|each| taken.insert(each.id.clone()) || each.id == sam.id);
        for each in &made {
            references.add(sam.id, each);
            origins.push((each.id.clone(), sam.made_from(each)));
        }
        parts.insert(sam.id, made);
    }

    let mut resources: Vec<Entry<'t>> = Vec::new();
    for entry in written {
        match parts.remove(entry.key.as_ref()) {
            Some(made) => resources.extend(made.into_iter().map(Made::into_entry)),
            None => {
                left.extend(left::resource(entry));
                resources.push(match pass.notifications.remove(entry.key.as_ref()) {
                    Some((at, notifications)) => notified(entry.clone(), at, notifications),
                    None => entry.clone(),
                });
            }
        }
    }
    for sam in &implicit {
        resources.extend(parts.remove(sam.id).into_iter().flatten().map(Made::into_entry));
    }
    left.extend(written.iter().flat_map(|entry| left::connectors(entry, &origins)));
    let mut root = rebuilt(root, resources, pass.conditions)?;
    references.rewrite(&mut root);
    Some(Expanded { root, made: origins, left })
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
    let propagating = asking.iter().find(|(sam, _)| sam.get("PropagateTags").is_some_and(is_true));
    // SAM looks for the caller's own tags before it merges global ones into them.
    let own_tags = |id| root.get("Resources")?.get(id)?.get("Properties")?.entry("Tags");
    if let Some(tags) = propagating.and_then(|(sam, _)| own_tags(sam.id).or_else(|| sam.entry("Tags"))) {
        own.extend([tags.clone(), at.entry("PropagateTags", at.boolean(true))]);
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

/// A bucket with more notifications.
fn notified<'t>(mut bucket: Entry<'t>, at: At, notifications: Vec<Node<'t>>) -> Entry<'t> {
    let mut node = &mut bucket.value;
    for name in ["Properties", "NotificationConfiguration"] {
        let Kind::Mapping(entries) = &mut node.kind else { return bucket };
        let index = entries.iter().position(|entry| entry.key == name).unwrap_or_else(|| {
            entries.push(at.entry(name, at.map([])));
            entries.len() - 1
        });
        let Some(entry) = entries.get_mut(index) else { return bucket };
        node = &mut entry.value;
    }
    if let Kind::Mapping(entries) = &mut node.kind {
        match entries.iter_mut().find(|entry| entry.key == "LambdaConfigurations").map(|entry| &mut entry.value.kind) {
            Some(Kind::Sequence(items)) => items.extend(notifications),
            Some(_) => {}
            None => entries.push(at.entry("LambdaConfigurations", at.list(notifications))),
        }
    }
    bucket
}

/// The document with other resources and more conditions, and without `Globals`.
fn rebuilt<'t>(root: &Node<'t>, resources: Vec<Entry<'t>>, conditions: Vec<Entry<'t>>) -> Option<Node<'t>> {
    let mut resources = Some(resources);
    let mut conditions = Some(conditions).filter(|conditions| !conditions.is_empty());
    let mut sections: Vec<Entry<'t>> = Vec::new();
    for entry in root.as_mapping()?.iter().filter(|entry| entry.key != "Globals") {
        let added = match entry.key.as_ref() {
            "Resources" => {
                let kind = Kind::Mapping(resources.take().unwrap_or_default());
                sections.push(Entry {
                    key: entry.key.clone(),
                    key_span: entry.key_span,
                    value: Node { span: entry.value.span, kind },
                });
                continue;
            }
            "Conditions" => conditions.take(),
            _ => None,
        };
        let mut section = entry.clone();
        if let (Some(added), Kind::Mapping(known)) = (added, &mut section.value.kind) {
            let names: HashSet<String> = known.iter().map(|entry| entry.key.to_string()).collect();
            known.extend(added.into_iter().filter(|entry| !names.contains(entry.key.as_ref())));
        }
        sections.push(section);
    }
    if let Some(conditions) = conditions {
        let at = At(root.span.at_start());
        sections.push(at.entry("Conditions", at.entries(conditions)));
    }
    Some(Node { span: root.span, kind: Kind::Mapping(sections) })
}
