//! The OpenAPI document of an API (`DefinitionBody`) as SAM's transform leaves it: with the operations of events that it writes
//! into it, and with what `Auth` makes of the security of each operation.
//!
//! Source: aws-sam-translator 1.115.0, `swagger/swagger.py`, `open_api/open_api.py`, `model/api/api_generator.py`,
//! `model/api/http_api_generator.py`, `model/eventsources/push.py`. Scopes and policies are left out: neither
//! authorizes a caller.

use super::api::Protocol;
use super::events::Event;
use super::nodes::{At, choice, is_no_value, is_true, plain_map};
use super::resource::Resource;
use crate::syntax::{Entry, Kind, Node};
use std::collections::{HashMap, HashSet};

/// The method for every method that a path does not name.
const ANY: &str = "x-amazon-apigateway-any-method";
/// Where an operation leads; SAM sets up no operation without it.
const INTEGRATION: &str = "x-amazon-apigateway-integration";
/// The authorizer that SAM has without a declaration.
const IAM: &str = "AWS_IAM";
/// Methods of events.
const METHODS: [&str; 10] = ["any", "delete", "get", "head", "options", "patch", "post", "put", "trace", ANY];

/// A function and its event that calls it.
pub(super) type Call<'n, 't> = (&'n Resource<'n, 't>, Event<'n, 't>);

/// Nodes that are added to a document, at most: a few for each entry of a path.
pub(super) fn cost(document: &Node<'_>) -> usize {
    let paths = document.get("paths").and_then(Node::as_mapping).unwrap_or_default();
    let entries = paths.iter().map(|path| entries_in_branches(&path.value)).sum::<usize>();
    entries.saturating_mul(8)
}

fn entries_in_branches(node: &Node<'_>) -> usize {
    match choice(node) {
        Some((_, then, otherwise)) => entries_in_branches(then).saturating_add(entries_in_branches(otherwise)),
        None => node.as_mapping().map_or(0, <[_]>::len),
    }
}

/// The document of an API as API Gateway gets it; `calls` are the events that name the API.
pub(super) fn written<'t>(api: &Resource<'_, 't>, protocol: Protocol, calls: &[Call<'_, 't>]) -> Option<Entry<'t>> {
    let entry = api.entry("DefinitionBody").filter(|body| is_something(&body.value))?;
    let at = At(entry.key_span);
    let auth = match api.entry("Auth").filter(|auth| is_something(&auth.value)) {
        None => None,
        Some(auth) => match plain_map(&auth.value) {
            Some(map) => Some(map),
            None => return Some(at.entry("Body", At(auth.key_span).unknown())),
        },
    };
    let mut document = entry.value.clone();
    for branch in branches(&mut document) {
        let mut editor = Editor { api, protocol, document: branch };
        if editor.paths().is_none() {
            continue;
        }
        editor.add_calls(calls);
        if let Some(auth) = auth {
            editor.add_auth(auth);
        }
        if protocol == Protocol::Rest {
            editor.move_schemes();
        }
    }
    Some(at.entry("Body", document))
}

/// Writes `CorsConfiguration` over the settings of CORS that the document has, and returns whether it has any.
///
/// Source: `add_cors` of aws-sam-translator 1.115.0, `open_api/open_api.py`.
pub(super) fn merge_cors<'t>(document: &mut Node<'t>, cors: &Entry<'t>) -> bool {
    const SETTINGS: [(&str, &str); 6] = [
        ("AllowCredentials", "allowCredentials"),
        ("AllowHeaders", "allowHeaders"),
        ("AllowMethods", "allowMethods"),
        ("AllowOrigins", "allowOrigins"),
        ("ExposeHeaders", "exposeHeaders"),
        ("MaxAge", "maxAge"),
    ];
    let Some(there) = child(document, "x-amazon-apigateway-cors") else { return false };
    if plain_map(there).is_none() {
        return false;
    }
    let at = At(cors.key_span);
    match plain_map(&cors.value) {
        Some(settings) => {
            for (name, own) in SETTINGS {
                let setting = settings.iter().find(|entry| entry.key == name && is_something(&entry.value));
                if let Some(setting) = setting {
                    put(there, At(setting.key_span).entry(own, setting.value.clone()));
                }
            }
        }
        None if is_true(&cors.value) => put(there, at.entry("allowOrigins", at.list([at.text("*")]))),
        None if is_something(&cors.value) => *there = at.unknown(),
        None => {}
    }
    true
}

/// Writes an entry in place of the one with its key.
fn put<'t>(node: &mut Node<'t>, entry: Entry<'t>) {
    if let Kind::Mapping(entries) = &mut node.kind {
        entries.retain(|other| other.key != entry.key);
        entries.push(entry);
    }
}

/// Whether Python would take a value for true: SAM asks so whether something is set.
pub(super) fn is_something(node: &Node<'_>) -> bool {
    match &node.kind {
        Kind::Null => false,
        Kind::Bool(value) => *value,
        Kind::Number(number) => number.value != 0.0,
        Kind::String(text) => !text.is_empty(),
        Kind::Sequence(items) => !items.is_empty(),
        Kind::Mapping(entries) => !entries.is_empty(),
    }
}

/// The maps that a value may be: itself, or the branches of an `Fn::If`. What other functions compute is not looked into.
fn branches<'n, 't>(node: &'n mut Node<'t>) -> Vec<&'n mut Node<'t>> {
    if choice(node).is_some() {
        let Kind::Mapping(entries) = &mut node.kind else { return Vec::new() };
        let Some(Kind::Sequence(items)) = entries.first_mut().map(|only| &mut only.value.kind) else {
            return Vec::new();
        };
        return items.iter_mut().skip(1).flat_map(branches).collect();
    }
    match plain_map(node) {
        Some(_) => vec![node],
        None => Vec::new(),
    }
}

/// The value under a key of a map.
fn child<'n, 't>(node: &'n mut Node<'t>, key: &str) -> Option<&'n mut Node<'t>> {
    let Kind::Mapping(entries) = &mut node.kind else { return None };
    entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value)
}

/// The value under a key of a map, made where there is none.
fn child_or<'n, 't>(node: &'n mut Node<'t>, key: &str, made: impl FnOnce() -> Entry<'t>) -> Option<&'n mut Node<'t>> {
    let Kind::Mapping(entries) = &mut node.kind else { return None };
    let index = match entries.iter().position(|entry| entry.key == key) {
        Some(index) => index,
        None => {
            entries.push(made());
            entries.len() - 1
        }
    };
    entries.get_mut(index).map(|entry| &mut entry.value)
}

/// Writes a value in place of what is there.
fn set<'t>(node: &mut Node<'t>, at: At, key: &str, value: Node<'t>) {
    match child(node, key) {
        Some(there) => *there = value,
        None => {
            if let Kind::Mapping(entries) = &mut node.kind {
                entries.push(at.entry(key.to_owned(), value));
            }
        }
    }
}

fn has_integration(operation: &Node<'_>) -> bool {
    operation.get(INTEGRATION).is_some_and(is_something)
}

/// `{name: []}`
fn requirement<'t>(at: At, name: &str) -> Node<'t> {
    at.entries(vec![at.entry(name.to_owned(), at.list([]))])
}

/// Whether a requirement of `security` names one of these schemes.
fn names(requirement: &Node<'_>, schemes: &HashSet<&str>) -> bool {
    requirement.as_mapping().is_some_and(|entries| entries.iter().any(|entry| schemes.contains(entry.key.as_ref())))
}

struct Editor<'e, 'n, 't> {
    api: &'e Resource<'n, 't>,
    protocol: Protocol,
    document: &'e mut Node<'t>,
}

impl<'t> Editor<'_, '_, 't> {
    /// The paths, where they are written out.
    fn paths(&mut self) -> Option<&mut Vec<Entry<'t>>> {
        let paths = child(self.document, "paths")?;
        plain_map(paths)?;
        match &mut paths.kind {
            Kind::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The operations of events: those of HTTP APIs always, those of REST APIs with `MergeDefinitions`.
    fn add_calls(&mut self, calls: &[Call<'_, 't>]) {
        let (protocol, api) = (self.protocol, self.api);
        let merges = protocol == Protocol::Http || api.get("MergeDefinitions").is_some_and(is_true);
        let default = api.get("Auth").and_then(|auth| auth.entry("DefaultAuthorizer"));
        let mut seen = HashSet::new();
        let Some(paths) = self.paths() else { return };
        let mut places: HashMap<String, usize> =
            paths.iter().enumerate().map(|(index, path)| (path.key.to_string(), index)).collect();
        let mut needed = Vec::new();
        for (function, event) in calls {
            let texts = (event.get("Path").and_then(Node::as_str), event.get("Method").and_then(Node::as_str));
            let (Some(path), Some(method)) = texts else { continue };
            let mut method = method.to_ascii_lowercase();
            if !METHODS.contains(&method.as_str())
                || !seen.insert((path, method.clone()))
                || !(merges || overrides(event))
            {
                continue;
            }
            // Merging writes the method of an event as it is, apart from its case.
            if method == "any" && !(protocol == Protocol::Rest && merges) {
                ANY.clone_into(&mut method);
            }
            let at = event.at;
            let index = match places.get(path) {
                Some(index) => *index,
                None if !merges => continue,
                None => {
                    paths.push(at.entry(path.to_owned(), at.map([])));
                    places.insert(path.to_owned(), paths.len() - 1);
                    paths.len() - 1
                }
            };
            let Some(path) = paths.get_mut(index) else { continue };
            for item in branches(&mut path.value) {
                let operation = Operation { function, event, method: &method, merges };
                needed.extend(operation.write(item, protocol, default));
            }
        }
        for scheme in needed {
            self.add_scheme(scheme, false);
        }
    }

    /// What `Auth` of the API does to every operation that leads somewhere.
    fn add_auth(&mut self, auth: &[Entry<'t>]) {
        let entry = |name: &str| auth.iter().find(|entry| entry.key == name && is_something(&entry.value));
        let default = entry("DefaultAuthorizer").filter(|default| !is_no_value(&default.value));
        let named = default.and_then(|default| default.value.as_str());
        let mut authorizers: Vec<Entry<'t>> = Vec::new();
        let iam = match self.protocol {
            Protocol::Rest => default.filter(|_| named == Some(IAM)),
            Protocol::Http => entry("EnableIamAuthorizer").filter(|enable| is_true(&enable.value)),
        };
        authorizers.extend(iam.map(|iam| iam_scheme(At(iam.key_span))));
        if let Some(written) = entry("Authorizers") {
            match plain_map(&written.value) {
                Some(written) => authorizers.extend(written.iter().map(|authorizer| self.scheme(authorizer))),
                None => {
                    *self.document = At(written.key_span).unknown();
                    return;
                }
            }
        }
        let names: Vec<String> = authorizers.iter().map(|authorizer| authorizer.key.to_string()).collect();
        for authorizer in authorizers {
            self.add_scheme(authorizer, true);
        }
        // SAM takes no default authorizer into account that it does not know.
        if let Some(default) = default.filter(|_| !names.is_empty()) {
            let at = At(default.key_span);
            match named {
                Some(named) => self.set_default(at, named, &names),
                // A parameter or mapping names it.
                None => self.each_operation(|operation| set(operation, at, "security", at.unknown())),
            }
        }
        if let Some(key) = entry("ApiKeyRequired").filter(|_| self.protocol == Protocol::Rest) {
            self.require_keys(At(key.key_span));
        }
    }

    /// Calls `edit` with every operation that leads somewhere, apart from `OPTIONS`.
    fn each_operation(&mut self, mut edit: impl FnMut(&mut Node<'t>)) {
        let Some(paths) = self.paths() else { return };
        for path in paths {
            for item in branches(&mut path.value) {
                let Kind::Mapping(methods) = &mut item.kind else { continue };
                let others = ["description", "options", "parameters", "summary"];
                let methods = methods.iter_mut().filter(|method| !others.contains(&method.key.as_ref()));
                for operation in methods.flat_map(|method| branches(&mut method.value)) {
                    if has_integration(operation) {
                        edit(operation);
                    }
                }
            }
        }
    }

    /// Requires an authorizer where an operation requires none of its own.
    fn set_default(&mut self, at: At, default: &str, authorizers: &[String]) {
        let protocol = self.protocol;
        let known: HashSet<&str> = authorizers.iter().map(String::as_str).chain([IAM]).collect();
        let mut needs_iam = false;
        self.each_operation(|operation| {
            let security = operation.get("security");
            if protocol == Protocol::Http {
                if !security.is_some_and(is_something) {
                    set(operation, at, "security", at.list([requirement(at, default)]));
                }
                return;
            }
            let existing = match security.map(|security| &security.kind) {
                None => Vec::new(),
                Some(Kind::Sequence(items)) => items.clone(),
                Some(_) => return,
            };
            let (own, mut security): (Vec<_>, Vec<_>) =
                existing.into_iter().partition(|requirement| names(requirement, &known));
            let none = security.iter().position(|requirement| requirement.get("NONE").is_some());
            match none {
                Some(index) => {
                    security.remove(index);
                }
                None if own.is_empty() => security.push(requirement(at, default)),
                None => security.extend(own),
            }
            needs_iam |= security.first().is_some_and(|first| first.get(IAM).is_some());
            if !security.is_empty() {
                set(operation, at, "security", at.list(security));
            }
        });
        if needs_iam {
            self.add_scheme(iam_scheme(at), false);
        }
    }

    /// Requires an API key of every operation that does not refuse it.
    fn require_keys(&mut self, at: At) {
        self.add_scheme(key_scheme(at), false);
        let keys = HashSet::from(["api_key", "api_key_false"]);
        self.each_operation(|operation| {
            let existing = match operation.get("security").map(|security| &security.kind) {
                None => Vec::new(),
                Some(Kind::Sequence(items)) => items.clone(),
                Some(_) => return,
            };
            let (own, mut security): (Vec<_>, Vec<_>) =
                existing.into_iter().partition(|requirement| names(requirement, &keys));
            if !own.iter().any(|requirement| requirement.get("api_key_false").is_some()) {
                security.push(requirement(at, "api_key"));
            }
            set(operation, at, "security", at.list(security));
        });
    }

    /// The scheme that an authorizer of `Auth` becomes.
    fn scheme(&self, authorizer: &Entry<'t>) -> Entry<'t> {
        let at = At(authorizer.key_span);
        let has = |name: &str| authorizer.value.get(name).is_some_and(is_something);
        if plain_map(&authorizer.value).is_none() {
            return at.entry(authorizer.key.clone(), at.unknown());
        }
        let is_request = authorizer.value.get("FunctionPayloadType").and_then(Node::as_str) == Some("REQUEST");
        let kind = match self.protocol {
            Protocol::Rest if has("UserPoolArn") => "cognito_user_pools",
            Protocol::Rest if is_request => "request",
            Protocol::Rest => "token",
            Protocol::Http if has("JwtConfiguration") => "jwt",
            Protocol::Http => "request",
        };
        let scheme = at.map([
            ("type", at.text("apiKey")),
            ("name", at.text("Authorization")),
            ("in", at.text("header")),
            ("x-amazon-apigateway-authorizer", at.map([("type", at.text(kind))])),
        ]);
        at.entry(authorizer.key.clone(), scheme)
    }

    /// Declares a scheme.
    fn add_scheme(&mut self, scheme: Entry<'t>, replaces: bool) {
        let at = At(scheme.key_span);
        let schemes = match self.protocol {
            Protocol::Rest => {
                child_or(self.document, "securityDefinitions", || at.entry("securityDefinitions", at.map([])))
            }
            Protocol::Http => {
                child_or(self.document, "components", || at.entry("components", at.map([]))).and_then(|components| {
                    child_or(components, "securitySchemes", || at.entry("securitySchemes", at.map([])))
                })
            }
        };
        let Some(schemes) = schemes else { return };
        if matches!(schemes.kind, Kind::Null) {
            *schemes = at.map([]);
        }
        match child(schemes, &scheme.key) {
            Some(there) if replaces => *there = scheme.value,
            Some(_) => {}
            None => {
                if let Kind::Mapping(entries) = &mut schemes.kind {
                    entries.push(scheme);
                }
            }
        }
    }

    /// Moves `securityDefinitions` to where OpenAPI 3 has them. What was there is lost.
    fn move_schemes(&mut self) {
        let is_swagger = self.document.get("swagger").is_some_and(|version| !matches!(version.kind, Kind::Null));
        let version = match self.api.get("OpenApiVersion").filter(|version| is_something(version)) {
            Some(version) => version.scalar_text(),
            None => self.document.get("openapi").and_then(Node::scalar_text),
        };
        if is_swagger || !version.is_some_and(|version| version.starts_with('3')) {
            return;
        }
        let Kind::Mapping(entries) = &mut self.document.kind else { return };
        let is_set = |entry: &Entry<'t>| entry.key == "securityDefinitions" && is_something(&entry.value);
        let Some(index) = entries.iter().position(is_set) else { return };
        let schemes = entries.remove(index);
        let at = At(schemes.key_span);
        let components = child_or(self.document, "components", || at.entry("components", at.map([])));
        if let Some(components) = components {
            if matches!(components.kind, Kind::Null) {
                *components = at.map([]);
            }
            set(components, at, "securitySchemes", schemes.value);
        }
    }
}

/// The operation that an event is.
struct Operation<'o, 'n, 't> {
    function: &'o Resource<'n, 't>,
    event: &'o Event<'n, 't>,
    method: &'o str,
    /// Whether SAM writes the operation; else it only changes the security of one that is there.
    merges: bool,
}

impl<'t> Operation<'_, '_, 't> {
    /// Writes it into a path, and returns the schemes that the document then needs.
    fn write(&self, path: &mut Node<'t>, protocol: Protocol, default: Option<&Entry<'t>>) -> Vec<Entry<'t>> {
        let at = self.event.at;
        // Whether it leads somewhere only now.
        let mut is_new = self.merges && path.get(self.method).is_none();
        let method = || at.entry(self.method.to_owned(), at.map([]));
        let operation = if self.merges { child_or(path, self.method, method) } else { child(path, self.method) };
        let Some(operation) = operation else { return Vec::new() };
        if self.merges && matches!(operation.kind, Kind::Null) {
            *operation = at.map([]);
        }
        let mut needed = Vec::new();
        for branch in branches(operation) {
            // Merging puts the event in place of what the document has; with a condition, the document's may remain.
            let replaces = protocol == Protocol::Rest && !self.function.has_condition();
            if self.merges && (replaces || !has_integration(branch)) {
                is_new |= protocol == Protocol::Http;
                set(branch, at, INTEGRATION, at.map([("type", at.text("aws_proxy"))]));
            }
            if has_integration(branch) {
                needed.extend(self.secure(branch, protocol, default));
            }
        }
        let condition = self.function.attributes.iter().find(|entry| entry.key == "Condition");
        if let Some(condition) = condition.filter(|_| is_new) {
            let there = std::mem::replace(operation, at.map([]));
            *operation = at.choice(condition.value.clone(), there, at.reference("AWS::NoValue"));
        }
        // Merging takes the operation over, but not the schemes.
        let takes_schemes = protocol == Protocol::Rest && overrides(self.event);
        if takes_schemes { needed } else { Vec::new() }
    }

    /// Adds what `Auth` of the event requires, and returns the schemes of it that need no declaration.
    fn secure(&self, operation: &mut Node<'t>, protocol: Protocol, default: Option<&Entry<'t>>) -> Vec<Entry<'t>> {
        let mut needed = Vec::new();
        let Some(auth) = self.event.entry("Auth").filter(|auth| is_something(&auth.value)) else { return needed };
        let own = auth.value.entry("Authorizer").filter(|own| is_something(&own.value));
        let own = match protocol {
            Protocol::Rest => own,
            Protocol::Http => own.or(default),
        };
        let at = At(own.map_or(auth.key_span, |own| own.key_span));
        let mut added = Vec::new();
        match own.map(|own| own.value.as_str()) {
            Some(Some(name)) => added.push(requirement(at, name)),
            Some(None) => {
                set(operation, at, "security", at.unknown());
                return needed;
            }
            None => {}
        }
        if let Some(key) = auth.value.entry("ApiKeyRequired").filter(|_| protocol == Protocol::Rest) {
            let at = At(key.key_span);
            let name = if is_something(&key.value) { "api_key" } else { "api_key_false" };
            added.push(requirement(at, name));
            needed.extend(is_something(&key.value).then(|| key_scheme(at)));
        }
        if added.is_empty() {
            return needed;
        }
        // What SAM merges into a REST API replaces the operation's own `security`.
        let replaces = protocol == Protocol::Rest && self.merges;
        let mut security = match operation.get("security").map(|security| &security.kind) {
            Some(Kind::Sequence(items)) if !replaces => items.clone(),
            _ => Vec::new(),
        };
        security.extend(added);
        let is_iam = security.first().is_some_and(|first| first.get(IAM).is_some());
        needed.extend(is_iam.then(|| iam_scheme(at)));
        set(operation, at, "security", at.list(security));
        needed
    }
}

/// Whether an event changes the security of an operation that the document describes.
fn overrides(event: &Event<'_, '_>) -> bool {
    event.get("Auth").and_then(|auth| auth.get("OverrideApiAuth")).is_some_and(is_something)
}

/// The scheme for IAM authorization.
fn iam_scheme<'t>(at: At) -> Entry<'t> {
    let scheme = at.map([
        ("type", at.text("apiKey")),
        ("name", at.text("Authorization")),
        ("in", at.text("header")),
        ("x-amazon-apigateway-authtype", at.text("awsSigv4")),
    ]);
    at.entry(IAM, scheme)
}

/// The scheme for API keys.
fn key_scheme<'t>(at: At) -> Entry<'t> {
    let scheme = at.map([("type", at.text("apiKey")), ("name", at.text("x-api-key")), ("in", at.text("header"))]);
    at.entry("api_key", scheme)
}
