//! Routes of APIs: where an event is a method of a REST API or a route of an HTTP API, and who may call it.
//!
//! SAM writes them into the API's OpenAPI document. Here each is a resource, as it would be without a document: what
//! authorizes callers is then a property. Source: AWS SAM developer guide, "Controlling API access with your AWS SAM template".

use super::document::is_something;
use super::events::Event;
use super::nodes::{At, in_branches, plain_map};
use super::resource::{Made, Resource};
use crate::syntax::{Entry, Node};

/// The kinds of API.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// `AWS::Serverless::Api`
    Rest,
    /// `AWS::Serverless::HttpApi`
    Http,
}

impl Protocol {
    /// The type of its APIs.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Rest => "AWS::Serverless::Api",
            Self::Http => "AWS::Serverless::HttpApi",
        }
    }

    /// The logical id of the API that events without one share.
    pub(super) fn implicit_id(self) -> &'static str {
        match self {
            Self::Rest => "ServerlessRestApi",
            Self::Http => "ServerlessHttpApi",
        }
    }

    /// The type of its events.
    pub(super) fn event_kind(self) -> &'static str {
        match self {
            Self::Rest => "Api",
            Self::Http => "HttpApi",
        }
    }

    /// The event's property that names the API.
    pub(super) fn api_property(self) -> &'static str {
        match self {
            Self::Rest => "RestApiId",
            Self::Http => "ApiId",
        }
    }
}

/// The name of an API's stage, where it is written out and can be part of a logical id.
pub(super) fn stage_name<'n>(api: &'n Resource<'_, '_>) -> Option<&'n str> {
    let name = api.get("StageName")?.as_str()?;
    (!name.is_empty() && name.chars().all(char::is_alphanumeric)).then_some(name)
}

/// The method and path of an event as execution ARNs spell them: `GET/patients/*`.
pub(super) fn resource_path(event: &Event<'_, '_>) -> String {
    let (Some(path), Some(method)) = (event.get("Path"), event.get("Method")) else { return "*".to_owned() };
    let (Some(path), Some(method)) = (path.as_str(), method.as_str()) else { return "*".to_owned() };
    let method = match method.to_ascii_uppercase() {
        any if any == "ANY" || any == "X-AMAZON-APIGATEWAY-ANY-METHOD" => "*".to_owned(),
        method => method,
    };
    let steps = path.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(path).split('/');
    let steps: Vec<&str> = steps.map(|step| if step.starts_with('{') { "*" } else { step }).collect();
    // `$` and `{` would make it a variable of the substitution that it becomes part of.
    format!("{method}{}", steps.join("/")).replace("${", "*")
}

/// The method or route that an event is; none where the API is described by a document of its own (`document.rs`).
pub(super) fn route<'t>(
    sam: &Resource<'_, 't>,
    event: &Event<'_, 't>,
    api: &Resource<'_, 't>,
    protocol: Protocol,
) -> Option<Made<'t>> {
    if ["DefinitionBody", "DefinitionUri"].iter().any(|name| api.get(name).is_some_and(is_something)) {
        return None;
    }
    let at = event.at;
    let authorization = authorization(event, api, protocol);
    let mut route = match protocol {
        Protocol::Rest => {
            let mut method = event.make(sam, "Method", "AWS::ApiGateway::Method");
            method.set(at, "RestApiId", at.reference(api.id.to_owned()));
            let upper = |node: &Node<'t>| match node.as_str() {
                Some(text) => At(node.span).text(text.to_ascii_uppercase()),
                None => node.clone(),
            };
            let verb = event.entry("Method");
            method.push(verb.map(|verb| At(verb.key_span).entry("HttpMethod", in_branches(&verb.value, &upper))));
            method
        }
        Protocol::Http => {
            let mut route = event.make(sam, "Route", "AWS::ApiGatewayV2::Route");
            route.set(at, "ApiId", at.reference(api.id.to_owned()));
            let key = match (event.get("Method"), event.get("Path")) {
                (None, _) | (_, None) => at.text("$default"),
                (Some(method), Some(path)) => match (method.as_str(), path.as_str()) {
                    (_, Some("$default")) => at.text("$default"),
                    (Some(method), Some(path)) => at.text(format!("{} {path}", method.to_ascii_uppercase())),
                    _ => at.unknown(),
                },
            };
            route.set(at, "RouteKey", key);
            route
        }
    };
    route.push(authorization);
    Some(route)
}

/// `AuthorizationType`: the event's setting, else the API's default, else nothing.
fn authorization<'t>(event: &Event<'_, 't>, api: &Resource<'_, 't>, protocol: Protocol) -> Option<Entry<'t>> {
    let own = event.entry("Auth").map(|auth| authorizer(auth, "Authorizer"));
    let named = match own {
        Some(Named::Nothing) | None => {
            // An event's own `Auth` that names nobody leaves the API's default in force.
            api.entry("Auth").map_or(Named::Nothing, |auth| authorizer(auth, "DefaultAuthorizer"))
        }
        Some(named) => named,
    };
    let kind = |named: &Node<'t>| {
        let at = At(named.span);
        match (named.as_str(), protocol) {
            (Some("NONE" | "AWS_IAM"), _) => named.clone(),
            (Some(name), protocol) => at.text(authorization_type(name, api, protocol)),
            (None, _) => at.unknown(),
        }
    };
    match named {
        Named::Nothing => None,
        Named::Computed(at) => Some(at.entry("AuthorizationType", at.unknown())),
        Named::Written(entry) => {
            let at = At(entry.key_span);
            let value = match plain_or_choice(&entry.value) {
                true => in_branches(&entry.value, &kind),
                false => at.unknown(),
            };
            Some(at.entry("AuthorizationType", value))
        }
    }
}

/// Who authorizes callers, according to `Auth`.
enum Named<'n, 't> {
    /// Nobody is named.
    Nothing,
    /// A function computes `Auth`.
    Computed(At),
    /// The entry that names the authorizer.
    Written(&'n Entry<'t>),
}

fn authorizer<'n, 't>(auth: &'n Entry<'t>, name: &str) -> Named<'n, 't> {
    match plain_map(&auth.value) {
        None => Named::Computed(At(auth.key_span)),
        Some(entries) => entries.iter().find(|entry| entry.key == name).map_or(Named::Nothing, Named::Written),
    }
}

/// Whether a value is written out, in each branch of a condition. What a parameter names cannot be looked up among the
/// authorizers before it is known.
fn plain_or_choice(node: &Node<'_>) -> bool {
    match super::nodes::choice(node) {
        Some((_, then, otherwise)) => plain_or_choice(then) && plain_or_choice(otherwise),
        None => node.as_str().is_some(),
    }
}

/// What API Gateway calls the authorization by the authorizer of this name.
fn authorization_type(name: &str, api: &Resource<'_, '_>, protocol: Protocol) -> &'static str {
    let authorizer = api.get("Auth").and_then(|auth| auth.get("Authorizers")).and_then(|all| all.get(name));
    let has = |property: &str| authorizer.is_some_and(|authorizer| authorizer.get(property).is_some());
    match protocol {
        Protocol::Rest if has("UserPoolArn") => "COGNITO_USER_POOLS",
        Protocol::Http if !has("FunctionArn") => "JWT",
        _ => "CUSTOM",
    }
}

/// Lets the API call the functions that authorize its callers.
pub(super) fn authorizer_permissions<'t>(api: &Resource<'_, 't>) -> Vec<Made<'t>> {
    let authorizers = api.get("Auth").and_then(|auth| auth.get("Authorizers")).and_then(plain_map).unwrap_or_default();
    authorizers
        .iter()
        .filter_map(|authorizer| {
            let function = authorizer.value.get("FunctionArn")?;
            let at = At(authorizer.key_span);
            let id = format!("{}{}AuthorizerPermission", api.id, authorizer.key);
            let mut permission = api.also(id, "AWS::Lambda::Permission").standing_at(at, at);
            permission.set(at, "Action", at.text("lambda:InvokeFunction"));
            permission.set(at, "FunctionName", function.clone());
            permission.set(at, "Principal", at.text("apigateway.amazonaws.com"));
            let source = at.substitution(
                "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/authorizers/*",
                [("Api", at.reference(api.id.to_owned()))],
            );
            permission.set(at, "SourceArn", source);
            Some(permission)
        })
        .collect()
}
