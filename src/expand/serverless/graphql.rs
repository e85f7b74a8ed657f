//! `AWS::Serverless::GraphQLApi`: the API, its keys, its cache, its domain name, and the role with which it writes its log.
//!
//! Source: aws-sam-translator 1.115.0, `SamGraphQLApi` in `model/sam_resources.py`. The schema, resolvers, and functions are left
//! out: nothing in them is a safeguard. So is the name that SAM takes where there is none.

use super::data_sources;
use super::nodes::{At, in_branches, plain_map};
use super::resource::{Made, Resource};
use super::role::trust;
use crate::syntax::{Entry, Kind, Node};

/// Everything that a GraphQL API becomes.
pub(super) fn expand<'t>(sam: &Resource<'_, 't>) -> Vec<Made<'t>> {
    let at = sam.at;
    let mut api = sam.main("AWS::AppSync::GraphQLApi");
    api.copy(
        &sam.properties,
        &[
            "IntrospectionConfig",
            "Name",
            "OwnerContact",
            "QueryDepthLimit",
            "ResolverCountLimit",
            "Visibility",
            "XrayEnabled",
        ],
    );
    for entry in authentication(sam) {
        api.push(Some(entry));
    }
    api.push(sam.tag_list());
    let mut made = Vec::new();
    if let Some((log, role)) = log(sam) {
        api.push(Some(log));
        made.extend(role);
    }
    made.insert(0, api);
    for key in sam.get("ApiKeys").and_then(plain_map).unwrap_or_default() {
        let at = At(key.key_span);
        let mut made_key = sam.also(format!("{}{}", sam.id, key.key), "AWS::AppSync::ApiKey").standing_at(at, at);
        made_key.set(at, "ApiId", at.attribute(sam.id.to_owned(), "ApiId"));
        made_key.copy(key.value.as_mapping().unwrap_or_default(), &["ApiKeyId", "Description"]);
        made_key.copy_as(key.value.entry("ExpiresOn"), "Expires");
        made.push(made_key);
    }
    if let Some(cache) = sam.entry("Cache") {
        let cache_at = At(cache.key_span);
        let id = format!("{}ApiCache", sam.id);
        let mut made_cache = sam.also(id, "AWS::AppSync::ApiCache").standing_at(cache_at, cache_at);
        made_cache.set(at, "ApiId", at.attribute(sam.id.to_owned(), "ApiId"));
        made_cache.copy(
            cache.value.as_mapping().unwrap_or_default(),
            &["ApiCachingBehavior", "AtRestEncryptionEnabled", "TransitEncryptionEnabled", "Ttl", "Type"],
        );
        made.push(made_cache);
    }
    if let Some(domain) = sam.entry("DomainName") {
        let at = At(domain.key_span);
        let mut name = sam.also(format!("{}DomainName", sam.id), "AWS::AppSync::DomainName").standing_at(at, at);
        name.copy(domain.value.as_mapping().unwrap_or_default(), &["CertificateArn", "Description", "DomainName"]);
        made.push(name);
    }
    made.extend(data_sources::authorizer_permissions(sam));
    made.extend(data_sources::expand(sam));
    made
}

/// `Auth` as the API has it.
fn authentication<'t>(sam: &Resource<'_, 't>) -> Vec<Entry<'t>> {
    let Some(auth) = sam.entry("Auth") else { return Vec::new() };
    let at = At(auth.key_span);
    let Some(parts) = plain_map(&auth.value) else {
        return vec![at.entry("AuthenticationType", at.unknown())];
    };
    let mut entries = provider(parts);
    if let Some(additional) = auth.value.entry("Additional") {
        let provider = |node: &Node<'t>| match &node.kind {
            Kind::Sequence(items) => At(node.span).list(items.iter().map(additional_provider).collect::<Vec<_>>()),
            _ => node.clone(),
        };
        let value = in_branches(&additional.value, &provider);
        entries.push(At(additional.key_span).entry("AdditionalAuthenticationProviders", value));
    }
    entries
}

fn additional_provider<'t>(node: &Node<'t>) -> Node<'t> {
    in_branches(node, &|node| match node.as_mapping() {
        Some(parts) => At(node.span).entries(provider(parts)),
        None => node.clone(),
    })
}

/// One authorizer.
fn provider<'t>(parts: &[Entry<'t>]) -> Vec<Entry<'t>> {
    let renamed = |part: &Entry<'t>| {
        let name = match part.key.as_ref() {
            "Type" => "AuthenticationType",
            "LambdaAuthorizer" => "LambdaAuthorizerConfig",
            "OpenIDConnect" => "OpenIDConnectConfig",
            "UserPool" => "UserPoolConfig",
            _ => return None,
        };
        Some(At(part.key_span).entry(name, part.value.clone()))
    };
    parts.iter().filter_map(renamed).collect()
}

/// `LogConfig`, and the role for it unless one is named. SAM sets up the log in full unless `Logging` is false.
fn log<'t>(sam: &Resource<'_, 't>) -> Option<(Entry<'t>, Option<Made<'t>>)> {
    let logging = sam.entry("Logging");
    let at = logging.map_or(sam.at, |logging| At(logging.key_span));
    if logging.is_some_and(|logging| matches!(logging.value.kind, Kind::Bool(false))) {
        return None;
    }
    let parts = match logging.map(|logging| &logging.value) {
        Some(value) if value.as_mapping().is_some() && plain_map(value).is_none() => {
            return Some((at.entry("LogConfig", at.unknown()), None));
        }
        value => value.and_then(Node::as_mapping).unwrap_or_default(),
    };
    let part = |name: &str| parts.iter().find(|part| part.key == name).cloned();
    let mut config = vec![part("FieldLogLevel").unwrap_or_else(|| at.entry("FieldLogLevel", at.text("ALL")))];
    config.extend(part("ExcludeVerboseContent"));
    let mut role = None;
    config.push(part("CloudWatchLogsRoleArn").unwrap_or_else(|| {
        let mut made = sam.also(format!("{}CloudWatchRole", sam.id), "AWS::IAM::Role").standing_at(at, at);
        made.set(at, "AssumeRolePolicyDocument", trust(at, "appsync.amazonaws.com"));
        let policy = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSAppSyncPushToCloudWatchLogs";
        made.set(at, "ManagedPolicyArns", at.list([at.map([("Fn::Sub", at.text(policy))])]));
        let arn = at.attribute(made.id.clone(), "Arn");
        role = Some(made);
        at.entry("CloudWatchLogsRoleArn", arn)
    }));
    Some((at.entry("LogConfig", at.entries(config)), role))
}
