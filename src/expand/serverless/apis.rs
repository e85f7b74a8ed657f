//! `AWS::Serverless::Api` and `AWS::Serverless::HttpApi`: the API, its stage, its domain name.
//!
//! Source: AWS SAM developer guide, "AWS::Serverless::Api", "AWS::Serverless::HttpApi", "Generated AWS CloudFormation resources".
//! Usage plans and their keys are left out: they identify no caller.

use super::api::{Protocol, authorizer_permissions, resource_path, stage_name};
use super::document::{self, Call};
use super::nodes::{At, in_branches, plain_map};
use super::resource::{Made, Resource};
use crate::syntax::{Entry, Kind, Node};

/// Everything that a REST API becomes.
pub(super) fn rest<'t>(sam: &Resource<'_, 't>, calls: &[Call<'_, 't>]) -> Vec<Made<'t>> {
    let at = sam.at;
    let mut api = sam.main("AWS::ApiGateway::RestApi");
    api.copy(
        &sam.properties,
        &[
            "ApiKeySourceType",
            "BinaryMediaTypes",
            "Description",
            "DisableExecuteApiEndpoint",
            "EndpointAccessMode",
            "FailOnWarnings",
            "MinimumCompressionSize",
            "Mode",
            "Name",
            "Policy",
            "SecurityPolicy",
        ],
    );
    api.push(document::written(sam, Protocol::Rest, calls));
    api.copy_as(sam.entry("DefinitionUri"), "BodyS3Location");
    api.push(sam.entry("EndpointConfiguration").map(endpoint_configuration));
    if api.get("Policy").is_none() {
        api.push(resource_policy(sam, calls));
    }

    let mut deployment = sam.also(format!("{}Deployment", sam.id), "AWS::ApiGateway::Deployment");
    deployment.set(at, "RestApiId", at.reference(sam.id.to_owned()));
    deployment.push(second_stage(sam));

    let id = format!("{}{}Stage", sam.id, stage_name(sam).unwrap_or_default());
    let mut stage = sam.also(id, "AWS::ApiGateway::Stage");
    stage.set(at, "RestApiId", at.reference(sam.id.to_owned()));
    stage.set(at, "DeploymentId", at.reference(deployment.id.clone()));
    stage.copy(
        &sam.properties,
        &[
            "AccessLogSetting",
            "CacheClusterEnabled",
            "CacheClusterSize",
            "CanarySetting",
            "MethodSettings",
            "StageName",
            "TracingEnabled",
            "Variables",
        ],
    );
    stage.push(sam.tag_list());

    let stage_id = stage.id.clone();
    let mut made = vec![api, deployment, stage];
    if let Some(name) = rest_domain(sam) {
        made.extend(mappings(sam, &name, &stage_id));
        made.push(name);
    }
    made.extend(authorizer_permissions(sam));
    made
}

/// Everything that an HTTP API becomes.
pub(super) fn http<'t>(sam: &Resource<'_, 't>, calls: &[Call<'_, 't>]) -> Vec<Made<'t>> {
    let at = sam.at;
    let mut api = sam.main("AWS::ApiGatewayV2::Api");
    api.set(at, "ProtocolType", at.text("HTTP"));
    api.copy(&sam.properties, &["Description", "DisableExecuteApiEndpoint", "FailOnWarnings", "Name"]);
    let mut body = document::written(sam, Protocol::Http, calls);
    // SAM writes it into the document; where that has none of its own, it means the same as a property.
    let cors = sam.entry("CorsConfiguration");
    if !cors.zip(body.as_mut()).is_some_and(|(cors, body)| document::merge_cors(&mut body.value, cors)) {
        api.push(cors.cloned());
    }
    api.push(body);
    api.copy_as(sam.entry("DefinitionUri"), "BodyS3Location");
    // Written into the document as its tags.
    api.push(sam.entry("Tags").cloned());

    let id = match sam.get("StageName") {
        None => format!("{}ApiGatewayDefaultStage", sam.id),
        Some(name) if name.as_str() == Some("$default") => format!("{}ApiGatewayDefaultStage", sam.id),
        Some(_) => format!("{}{}Stage", sam.id, stage_name(sam).unwrap_or_default()),
    };
    let mut stage = sam.also(id, "AWS::ApiGatewayV2::Stage");
    stage.set(at, "ApiId", at.reference(sam.id.to_owned()));
    match sam.entry("StageName") {
        Some(name) => stage.push(Some(name.clone())),
        None => stage.set(at, "StageName", at.text("$default")),
    }
    stage.set(at, "AutoDeploy", at.boolean(true));
    stage.copy(&sam.properties, &["AccessLogSettings", "DefaultRouteSettings", "StageVariables", "Tags"]);
    stage.push(route_settings(sam, calls));

    let stage_id = stage.id.clone();
    let mut made = vec![api, stage];
    if let Some(mut name) = http_domain(sam) {
        made.extend(mappings(sam, &name, &stage_id));
        name.push(sam.entry("Tags").cloned());
        made.push(name);
    }
    made.extend(authorizer_permissions(sam));
    made
}

/// The settings of routes: those of the API, and over them those of events.
///
/// Source: `_add_route_settings_to_api` of aws-sam-translator 1.115.0, `plugins/api/implicit_http_api_plugin.py`.
fn route_settings<'t>(sam: &Resource<'_, 't>, calls: &[Call<'_, 't>]) -> Option<Entry<'t>> {
    let mut settings = sam.entry("RouteSettings").cloned();
    for (function, event) in calls {
        let texts = (event.get("Method").and_then(Node::as_str), event.get("Path").and_then(Node::as_str));
        let (Some(own), (Some(method), Some(path))) = (event.entry("RouteSettings"), texts) else { continue };
        let at = At(own.key_span);
        let settings = settings.get_or_insert_with(|| at.entry("RouteSettings", at.map([])));
        if plain_map(&settings.value).is_none() {
            continue;
        }
        let Kind::Mapping(routes) = &mut settings.value.kind else { continue };
        let route = match method {
            "x-amazon-apigateway-any-method" => path.to_owned(),
            method => format!("{} {path}", method.to_ascii_uppercase()),
        };
        if let Some(condition) = function.attributes.iter().find(|entry| entry.key == "Condition") {
            let none = at.reference("AWS::NoValue");
            routes.retain(|entry| entry.key != route);
            routes.push(at.entry(route, at.choice(condition.value.clone(), own.value.clone(), none)));
            continue;
        }
        match routes.iter_mut().find(|entry| entry.key == route) {
            None => routes.push(at.entry(route, own.value.clone())),
            Some(there) => match (&mut there.value.kind, plain_map(&own.value)) {
                (Kind::Mapping(there), Some(own)) => {
                    there.retain(|entry| !own.iter().any(|other| other.key == entry.key));
                    there.extend(own.iter().cloned());
                }
                _ => there.value = own.value.clone(),
            },
        }
    }
    settings
}

/// The domain name of an HTTP or WebSocket API.
pub(super) fn http_domain<'t>(sam: &Resource<'_, 't>) -> Option<Made<'t>> {
    let domain = sam.entry("Domain")?;
    let at = At(domain.key_span);
    let mut name = domain_name(sam, at, "AWS::ApiGatewayV2::DomainName", domain);
    let mut configuration = vec![at.entry("EndpointType", at.text("REGIONAL"))];
    configuration.extend(entries(domain, &["CertificateArn", "SecurityPolicy"]));
    name.set(at, "DomainNameConfigurations", at.list([at.entries(configuration)]));
    name.copy(domain.value.as_mapping().unwrap_or_default(), &["MutualTlsAuthentication"]);
    Some(name)
}

/// What connects the API with its domain name, for each of its base paths.
pub(super) fn mappings<'t>(sam: &Resource<'_, 't>, name: &Made<'t>, stage_id: &str) -> Vec<Made<'t>> {
    /// More base paths than an API has. Nothing depends on which one it is.
    const MOST: usize = 200;
    let Some(domain) = sam.entry("Domain") else { return Vec::new() };
    let at = At(domain.key_span);
    let paths = domain.value.get("BasePath").filter(|path| path.kind != Kind::Null);
    let paths: Vec<Option<&Node<'t>>> = match paths.map(|paths| (paths, paths.as_sequence())) {
        None => vec![None],
        Some((_, Some(items))) => items.iter().take(MOST).map(Some).collect(),
        Some((only, None)) => vec![Some(only)],
    };
    let (kind, suffix, api, key) = match name.kind {
        "AWS::ApiGatewayV2::DomainName" => ("AWS::ApiGatewayV2::ApiMapping", "ApiMapping", "ApiId", "ApiMappingKey"),
        "AWS::ApiGateway::DomainNameV2" => {
            ("AWS::ApiGateway::BasePathMappingV2", "BasePathMapping", "RestApiId", "BasePath")
        }
        _ => ("AWS::ApiGateway::BasePathMapping", "BasePathMapping", "RestApiId", "BasePath"),
    };
    let mapping = |path: Option<&Node<'t>>| {
        let letters = path.and_then(Node::as_str).unwrap_or_default().chars().filter(|letter| letter.is_alphanumeric());
        let id = format!("{}{}{suffix}", sam.id, letters.collect::<String>());
        let mut mapping = sam.also(id, kind).standing_at(at, at);
        match name.kind {
            "AWS::ApiGateway::DomainNameV2" => {
                mapping.set(at, "DomainNameArn", at.attribute(name.id.clone(), "DomainNameArn"));
            }
            _ => mapping.set(at, "DomainName", at.reference(name.id.clone())),
        }
        mapping.set(at, api, at.reference(sam.id.to_owned()));
        mapping.set(at, "Stage", at.reference(stage_id.to_owned()));
        if let Some(path) = path {
            mapping.set(at, key, path.clone());
        }
        mapping
    };
    paths.into_iter().map(mapping).collect()
}

/// The name of the second stage, `Stage`, that SAM's deployment of a REST API makes unless `OpenApiVersion` is set. Nothing else
/// sets it up.
///
/// Source: `_construct_deployment` of aws-sam-translator 1.115.0, `model/api/api_generator.py`.
fn second_stage<'t>(sam: &Resource<'_, 't>) -> Option<Entry<'t>> {
    let is_set = sam.get("OpenApiVersion").is_some_and(document::is_something);
    (!is_set).then(|| sam.at.entry("StageName", sam.at.text("Stage")))
}

/// `REGIONAL`, or a map with `Type` and `VPCEndpointIds`, as API Gateway has it.
fn endpoint_configuration<'t>(entry: &Entry<'t>) -> Entry<'t> {
    let configuration = |node: &Node<'t>| {
        let at = At(node.span);
        match (node.as_mapping(), node.get("Type")) {
            (None, _) => at.map([("Types", at.list([node.clone()]))]),
            (Some(_), Some(kind)) => {
                let mut parts = vec![at.entry("Types", at.list([kind.clone()]))];
                parts.extend(
                    node.entry("VPCEndpointIds").map(|ids| At(ids.key_span).entry("VpcEndpointIds", ids.value.clone())),
                );
                at.entries(parts)
            }
            (Some(_), None) => node.clone(),
        }
    };
    let at = At(entry.key_span);
    // A parameter names the type.
    let value = match entry.value.entry("Ref") {
        Some(_) => at.map([("Types", at.list([entry.value.clone()]))]),
        None => in_branches(&entry.value, &configuration),
    };
    at.entry("EndpointConfiguration", value)
}

/// The statements of `Auth/ResourcePolicy` of the API that are written out, and those that allow accounts in it and in events. Those
/// that SAM makes of lists of addresses and networks only limit who may call.
fn resource_policy<'t>(sam: &Resource<'_, 't>, calls: &[Call<'_, 't>]) -> Option<Entry<'t>> {
    let policy = sam.get("Auth").and_then(|auth| auth.entry("ResourcePolicy"));
    let custom = policy.and_then(|policy| policy.value.entry("CustomStatements"));
    let mut allowed: Vec<Entry<'t>> = policy.and_then(|policy| accounts(&policy.value, "*")).into_iter().collect();
    for (_, event) in calls {
        let policy = event.get("Auth").and_then(|auth| auth.get("ResourcePolicy"));
        allowed.extend(policy.and_then(|policy| accounts(policy, &format!("*/{}", resource_path(event)))));
    }
    let at = At(policy.or(allowed.first())?.key_span);
    let first = At(custom.map_or(at.0, |custom| custom.key_span));
    let allowed = allowed.into_iter().map(|entry| entry.value);
    let statements = match custom {
        None => Vec::new(),
        Some(custom) => match &custom.value.kind {
            Kind::Sequence(items) => items.clone(),
            // A function computes the list, or there is one statement.
            _ if allowed.len() == 0 => {
                let statement = At(custom.key_span).entry("Statement", custom.value.clone());
                return Some(at.entry("Policy", at.entries(vec![statement])));
            }
            _ => vec![custom.value.clone()],
        },
    };
    let statements: Vec<Node<'t>> = statements.into_iter().chain(allowed).collect();
    if statements.is_empty() && custom.is_none() {
        return None;
    }
    let statement = first.entry("Statement", first.list(statements));
    Some(at.entry("Policy", at.entries(vec![statement])))
}

/// The statement for `AwsAccountWhitelist`: these accounts may call.
///
/// Source: `_add_iam_resource_policy_for_method` of aws-sam-translator 1.115.0, `swagger/swagger.py`.
fn accounts<'t>(policy: &Node<'t>, resource: &str) -> Option<Entry<'t>> {
    let list = policy.entry("AwsAccountWhitelist").filter(|list| document::is_something(&list.value))?;
    let at = At(list.key_span);
    let statement = at.map([
        ("Effect", at.text("Allow")),
        ("Principal", at.map([("AWS", list.value.clone())])),
        ("Action", at.text("execute-api:Invoke")),
        ("Resource", at.text(format!("execute-api:/{resource}"))),
    ]);
    Some(at.entry("AwsAccountWhitelist", statement))
}

fn rest_domain<'t>(sam: &Resource<'_, 't>) -> Option<Made<'t>> {
    let domain = sam.entry("Domain")?;
    let at = At(domain.key_span);
    let endpoint = domain.value.entry("EndpointConfiguration");
    let endpoint_name = endpoint.and_then(|endpoint| endpoint.value.as_str()).unwrap_or("REGIONAL");
    let (kind, certificate) = match endpoint_name {
        "PRIVATE" => ("AWS::ApiGateway::DomainNameV2", "CertificateArn"),
        "EDGE" => ("AWS::ApiGateway::DomainName", "CertificateArn"),
        _ => ("AWS::ApiGateway::DomainName", "RegionalCertificateArn"),
    };
    let mut name = domain_name(sam, at, kind, domain);
    name.copy_as(domain.value.entry("CertificateArn"), certificate);
    name.copy(
        domain.value.as_mapping().unwrap_or_default(),
        &["EndpointAccessMode", "MutualTlsAuthentication", "Policy", "SecurityPolicy"],
    );
    name.set(at, "EndpointConfiguration", at.map([("Types", at.list([at.text(endpoint_name.to_owned())]))]));
    Some(name)
}

/// The domain name of an API. SAM ends its logical id with a hash of the name.
fn domain_name<'t>(sam: &Resource<'_, 't>, at: At, kind: &'static str, domain: &Entry<'t>) -> Made<'t> {
    let prefix = if kind == "AWS::ApiGateway::DomainName" { "ApiGatewayDomainName" } else { "ApiGatewayDomainNameV2" };
    let mut name = sam.also(format!("{prefix}{}", sam.id), kind).standing_at(at, at);
    name.copy(domain.value.as_mapping().unwrap_or_default(), &["DomainName"]);
    name
}

fn entries<'t>(domain: &Entry<'t>, names: &[&str]) -> Vec<Entry<'t>> {
    names.iter().filter_map(|name| domain.value.entry(name).cloned()).collect()
}
