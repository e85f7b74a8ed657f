//! The data sources of GraphQL APIs, with the roles that SAM makes for them and what those may do.
//!
//! Source: aws-sam-translator 1.115.0, `SamGraphQLApi` in `model/sam_resources.py`.

use super::connectors::{End, connect, texts};
use super::nodes::{At, plain_map, size};
use super::resource::{Made, Resource};
use super::role::role_of;
use crate::expand::expansion::Part;
use crate::syntax::{Entry, Node};

/// The kinds of data sources that SAM has.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Store {
    Table,
    Function,
}

/// The nodes that SAM makes of data sources, at most.
pub(super) fn cost(sources: &Node<'_>) -> usize {
    let kinds = sources.as_mapping().unwrap_or_default();
    let each = kinds.iter().filter_map(|kind| kind.value.as_mapping()).flatten();
    each.map(|source| size(&source.value).saturating_mul(8).saturating_add(250)).fold(0, usize::saturating_add)
}

/// Everything that the data sources of an API become.
pub(super) fn expand<'t>(sam: &Resource<'_, 't>) -> Vec<Made<'t>> {
    let Some(sources) = sam.get("DataSources") else { return Vec::new() };
    [("DynamoDb", Store::Table), ("Lambda", Store::Function)]
        .into_iter()
        .flat_map(|(name, store)| {
            let sources = sources.get(name).and_then(plain_map).unwrap_or_default();
            sources.iter().flat_map(move |source| data_source(sam, source, store))
        })
        .collect()
}

fn data_source<'t>(sam: &Resource<'_, 't>, entry: &Entry<'t>, store: Store) -> Vec<Made<'t>> {
    let at = At(entry.key_span);
    let Some(settings) = plain_map(&entry.value) else { return Vec::new() };
    let setting = |name: &str| settings.iter().find(|setting| setting.key == name);
    let make = |id: String, kind| {
        let mut made = sam.also(id, kind).standing_at(at, at);
        made.part = Part::OfPart { within: "DataSources", name: entry.key.to_string() };
        made
    };
    let suffix = match store {
        Store::Table => "DynamoDBDataSource",
        Store::Function => "LambdaDataSource",
    };
    let mut source = make(format!("{}{}{suffix}", sam.id, entry.key), "AWS::AppSync::DataSource");
    source.set(at, "ApiId", at.attribute(sam.id.to_owned(), "ApiId"));
    match setting("Name") {
        Some(name) => source.push(Some(name.clone())),
        None => source.set(at, "Name", at.text(entry.key.clone())),
    }
    let (arn, permissions) = match store {
        Store::Table => {
            source.set(at, "Type", at.text("AMAZON_DYNAMODB"));
            let mut config = vec![match setting("Region") {
                Some(region) => At(region.key_span).entry("AwsRegion", region.value.clone()),
                None => at.entry("AwsRegion", at.reference("AWS::Region")),
            }];
            let names = ["TableName", "UseCallerCredentials", "Versioned"];
            config.extend(names.iter().filter_map(|name| setting(name)).cloned());
            source.set(at, "DynamoDBConfig", at.entries(config));
            let arn = setting("TableArn").map(|arn| arn.value.clone());
            let permissions = setting("Permissions").and_then(|written| texts(&written.value));
            let named = || table_arn(at, setting("TableName"), setting("Region"));
            (arn.or_else(named), permissions.unwrap_or_else(|| vec!["Read", "Write"]))
        }
        Store::Function => {
            source.set(at, "Type", at.text("AWS_LAMBDA"));
            let arn = setting("FunctionArn").map(|arn| arn.value.clone());
            if let Some(arn) = &arn {
                source.set(at, "LambdaConfig", at.map([("LambdaFunctionArn", arn.clone())]));
            }
            (arn, vec!["Write"])
        }
    };
    if let Some(role) = setting("ServiceRoleArn") {
        source.push(Some(role.clone()));
        return vec![source];
    }
    let role = role_of(make(format!("{}Role", source.id), "AWS::IAM::Role"), at, "appsync.amazonaws.com", &[]);
    source.set(at, "ServiceRoleArn", at.attribute(role.id.clone(), "Arn"));
    let (destination, connector) = match store {
        Store::Table => ("AWS::DynamoDB::Table", "ToTableConnector"),
        Store::Function => ("AWS::Lambda::Function", "ToLambdaConnector"),
    };
    let from = End {
        kind: "AWS::AppSync::DataSource".to_owned(),
        arn: Some(at.attribute(source.id.clone(), "DataSourceArn")),
        role: Some(at.reference(role.id.clone())),
        ..End::default()
    };
    let to = End { kind: destination.to_owned(), arn, ..End::default() };
    let id = format!("{}{connector}", source.id);
    let policies = connect(at, &make, [&id, ""], [&from, &to], &permissions);
    [source, role].into_iter().chain(policies.unwrap_or_default()).collect()
}

/// The ARN of a table of this account by its name.
fn table_arn<'t>(at: At, name: Option<&Entry<'t>>, region: Option<&Entry<'t>>) -> Option<Node<'t>> {
    let text = "arn:${AWS::Partition}:dynamodb:${Region}:${AWS::AccountId}:table/${TableName}";
    let region = region.map_or_else(|| at.reference("AWS::Region"), |region| region.value.clone());
    name.map(|name| at.substitution(text, [("Region", region), ("TableName", name.value.clone())]))
}

/// The permissions to call the functions that authorize an API's callers.
pub(super) fn authorizer_permissions<'t>(sam: &Resource<'_, 't>) -> Vec<Made<'t>> {
    let Some(auth) = sam.get("Auth").and_then(plain_map) else { return Vec::new() };
    let additional = auth.iter().find(|entry| entry.key == "Additional").and_then(|entry| entry.value.as_sequence());
    let providers = std::iter::once(auth).chain(additional.unwrap_or_default().iter().filter_map(plain_map));
    let functions = providers.filter_map(|provider| {
        provider.iter().find(|entry| entry.key == "LambdaAuthorizer")?.value.entry("AuthorizerUri")
    });
    functions
        .zip(1..)
        .flat_map(|(function, number): (&Entry<'t>, u32)| {
            let at = At(function.key_span);
            let make = |id: String, kind| sam.also(id, kind).standing_at(at, at);
            let api = End {
                kind: "AWS::AppSync::GraphQLApi".to_owned(),
                arn: Some(at.reference(sam.id.to_owned())),
                resource_id: Some(at.attribute(sam.id.to_owned(), "ApiId")),
                ..End::default()
            };
            let called =
                End { kind: "AWS::Lambda::Function".to_owned(), arn: Some(function.value.clone()), ..End::default() };
            let id = format!("{}ToLambdaAuthConnector{number}", sam.id);
            connect(at, &make, [&id, ""], [&api, &called], &["Write"]).unwrap_or_default()
        })
        .collect()
}
