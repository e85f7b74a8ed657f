//! `AWS::Serverless::WebSocketApi`: the API, its routes with what they lead to, its stage, and its domain name.
//!
//! Source: aws-sam-translator 1.115.0, `model/api/websocket_api_generator.py`.

use super::apis::{http_domain, mappings};
use super::nodes::{At, plain_map};
use super::resource::{Made, Resource};
use crate::expand::expansion::Part;
use crate::syntax::{Entry, Node};

/// Everything that a WebSocket API becomes. Without `Name`, SAM takes its logical id; a person did not name it, and such names need not
/// be unique.
pub(super) fn expand<'t>(sam: &Resource<'_, 't>) -> Vec<Made<'t>> {
    let at = sam.at;
    let mut api = sam.main("AWS::ApiGatewayV2::Api");
    api.set(at, "ProtocolType", at.text("WEBSOCKET"));
    api.copy(
        &sam.properties,
        &[
            "ApiKeySelectionExpression",
            "Description",
            "DisableExecuteApiEndpoint",
            "DisableSchemaValidation",
            "IpAddressType",
            "Name",
            "RouteSelectionExpression",
            "Tags",
        ],
    );
    let mut made = vec![api];
    let routes = sam.get("Routes").and_then(plain_map).unwrap_or_default();
    made.extend(routes.iter().flat_map(|entry| route(sam, entry)));
    let stage = stage(sam);
    if let Some(name) = http_domain(sam) {
        made.extend(mappings(sam, &name, &stage.id));
        made.push(name);
    }
    made.push(stage);
    made.extend(authorizer(sam));
    // SAM does not pass `Condition` and the policies of this type on: what it makes exists under every condition.
    made.iter_mut().for_each(Made::drop_inherited);
    made
}

/// A route, its integration, and the permission to call its function.
fn route<'t>(sam: &Resource<'_, 't>, entry: &Entry<'t>) -> Vec<Made<'t>> {
    let at = At(entry.key_span);
    let key = entry.key.as_ref();
    let part = Part::OfEvent { name: key.to_owned(), kind: "Route".to_owned() };
    let base = format!("{}{}", sam.id, capitalized(key.trim_start_matches('$')));
    let make = |suffix: &str, kind| {
        let mut made = sam.also(format!("{base}{suffix}"), kind).standing_at(at, at);
        made.part = part.clone();
        made
    };
    let settings = entry.value.as_mapping().unwrap_or_default();
    let mut integration = make("Integration", "AWS::ApiGatewayV2::Integration");
    integration.set(at, "ApiId", at.reference(sam.id.to_owned()));
    integration.set(at, "IntegrationType", at.text("AWS_PROXY"));
    integration.copy_as(entry.value.entry("IntegrationTimeout"), "TimeoutInMillis");
    integration.push(entry.value.entry("FunctionArn").map(|function| invocation(function, "IntegrationUri")));

    let mut route = make("Route", "AWS::ApiGatewayV2::Route");
    route.set(at, "ApiId", at.reference(sam.id.to_owned()));
    route.set(at, "RouteKey", at.text(entry.key.clone()));
    route.copy(
        settings,
        &[
            "ApiKeyRequired",
            "ModelSelectionExpression",
            "OperationName",
            "RequestModels",
            "RequestParameters",
            "RouteResponseSelectionExpression",
        ],
    );
    // A connection is authorized once, when it opens.
    if key == "$connect" {
        route.push(authorization(sam));
        if custom(sam).is_some() {
            route.set(at, "AuthorizerId", at.reference(authorizer_id(sam)));
        }
    }
    let target = at.list([at.text("integrations"), at.reference(integration.id.clone())]);
    route.set(at, "Target", at.map([("Fn::Join", at.list([at.text("/"), target]))]));
    let mut made = vec![route, integration];
    if let Some(function) = entry.value.get("FunctionArn") {
        let api =
            format!("arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{}.ApiId}}", sam.id);
        // `${` would begin a variable of the substitution that it becomes part of.
        let key = key.replace("${", "*");
        let source = match sam.get("StageName").map(|name| (name, name.as_str())) {
            None => at.substitution(format!("{api}/default/{key}"), []),
            Some((_, Some(name))) => at.substitution(format!("{api}/{}/{key}", name.replace("${", "*")), []),
            Some((name, None)) => at.substitution(format!("{api}/${{Stage}}/{key}"), [("Stage", name.clone())]),
        };
        let mut permission = make("Permission", "AWS::Lambda::Permission");
        permission.set(at, "Action", at.text("lambda:InvokeFunction"));
        permission.set(at, "FunctionName", function.clone());
        permission.set(at, "Principal", at.text("apigateway.amazonaws.com"));
        permission.set(at, "SourceArn", source);
        made.push(permission);
    }
    made
}

/// What API Gateway invokes for a function.
fn invocation<'t>(function: &Entry<'t>, name: &'static str) -> Entry<'t> {
    let at = At(function.key_span);
    let uri = at.substitution(
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${FunctionArn}/invocations",
        [("FunctionArn", function.value.clone())],
    );
    at.entry(name, uri)
}

/// `AuthorizationType` of `$connect`.
fn authorization<'t>(sam: &Resource<'_, 't>) -> Option<Entry<'t>> {
    let auth = sam.entry("Auth")?;
    let at = At(auth.key_span);
    match plain_map(&auth.value) {
        Some(_) => {
            auth.value.entry("AuthType").map(|kind| At(kind.key_span).entry("AuthorizationType", kind.value.clone()))
        }
        None => Some(at.entry("AuthorizationType", at.unknown())),
    }
}

fn stage<'t>(sam: &Resource<'_, 't>) -> Made<'t> {
    let at = sam.at;
    let id = match sam.get("StageName").map(Node::as_str) {
        None | Some(Some("default")) => format!("{}DefaultStage", sam.id),
        Some(name) => format!("{}{}Stage", sam.id, name.unwrap_or_default()),
    };
    let mut stage = sam.also(id, "AWS::ApiGatewayV2::Stage");
    stage.set(at, "ApiId", at.reference(sam.id.to_owned()));
    stage.set(at, "AutoDeploy", at.boolean(true));
    stage.copy(
        &sam.properties,
        &["AccessLogSettings", "DefaultRouteSettings", "RouteSettings", "StageName", "StageVariables"],
    );
    if stage.get("StageName").is_none() {
        stage.set(at, "StageName", at.text("default"));
    }
    stage
}

/// The function that authorizes callers, where one does.
fn custom<'n, 't>(sam: &'n Resource<'_, 't>) -> Option<&'n Entry<'t>> {
    let auth = sam.get("Auth")?;
    auth.entry("AuthArn").filter(|_| auth.get("AuthType").and_then(Node::as_str) == Some("CUSTOM"))
}

fn authorizer_id(sam: &Resource<'_, '_>) -> String {
    format!("{}ConnectAuthorizer", sam.id)
}

/// The authorizer of `$connect`, and the permission to call its function where no role does.
fn authorizer<'t>(sam: &Resource<'_, 't>) -> Vec<Made<'t>> {
    let Some(auth) = sam.entry("Auth") else { return Vec::new() };
    let at = At(auth.key_span);
    let Some(function) = custom(sam) else { return Vec::new() };
    let mut authorizer = sam.also(authorizer_id(sam), "AWS::ApiGatewayV2::Authorizer").standing_at(at, at);
    authorizer.set(at, "ApiId", at.reference(sam.id.to_owned()));
    authorizer.set(at, "AuthorizerType", at.text("REQUEST"));
    authorizer.push(Some(invocation(function, "AuthorizerUri")));
    authorizer.copy_as(auth.value.entry("InvokeRole"), "AuthorizerCredentialsArn");
    authorizer.copy_as(auth.value.entry("IdentitySource"), "IdentitySource");
    let mut made = vec![authorizer];
    if auth.value.get("InvokeRole").is_none() {
        let id = format!("{}AuthorizerPermission", sam.id);
        let mut permission = sam.also(id, "AWS::Lambda::Permission").standing_at(at, at);
        permission.set(at, "Action", at.text("lambda:InvokeFunction"));
        permission.set(at, "FunctionName", function.value.clone());
        permission.set(at, "Principal", at.text("apigateway.amazonaws.com"));
        let source = at.substitution(
            "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/authorizers/*",
            [("Api", at.reference(sam.id.to_owned()))],
        );
        permission.set(at, "SourceArn", source);
        made.push(permission);
    }
    made
}

/// As Python capitalizes: the first letter upper case, all others lower case.
fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars.flat_map(char::to_lowercase)).collect()
}
