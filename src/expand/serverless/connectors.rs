//! `AWS::Serverless::Connector` and the attribute `Connectors`: the policies and permissions that let one resource use another.
//!
//! Source: AWS SAM developer guide, "AWS::Serverless::Connector"; aws-sam-translator 1.115.0, `SamConnector` in
//! `model/sam_resources.py`, `model/connector/connector.py`. What each pair of types is granted: `facts::sam_connector`.

use super::nodes::{At, plain_map, size};
use super::resource::{Made, Resource};
use crate::expand::expansion::Part;
use crate::facts;
use crate::source::SourceId;
use crate::syntax::{self, Entry, Kind, Node};
use std::collections::HashMap;

/// The resources that connectors can name, as they are without SAM: type and properties by logical id.
pub(super) type Known<'k, 't> = HashMap<&'k str, (&'k str, &'k [Entry<'t>])>;

/// A connector as written.
pub(super) struct Connector<'n, 't> {
    /// The resource that it is written in: itself, or its source.
    pub(super) owner: Resource<'n, 't>,
    /// Its logical id: what SAM makes has ids that begin with it.
    id: String,
    /// What that is to the owner.
    part: Part,
    source: Node<'t>,
}

/// A resource at one end of a connector.
#[derive(Clone, Debug, Default)]
pub(super) struct End<'t> {
    /// Its type.
    pub(super) kind: String,
    /// Its ARN.
    pub(super) arn: Option<Node<'t>>,
    /// The name of the role that it uses.
    pub(super) role: Option<Node<'t>>,
    /// The URL of a queue.
    pub(super) url: Option<Node<'t>>,
    /// The id of an API.
    pub(super) resource_id: Option<Node<'t>>,
    /// Its name.
    pub(super) name: Option<Node<'t>>,
    /// Stage, method, and path of an API.
    pub(super) qualifier: Option<Node<'t>>,
}

/// The connectors that a resource declares in its attributes.
pub(super) fn declared<'n, 't>(entry: &'n Entry<'t>) -> Vec<Connector<'n, 't>> {
    let connectors = entry.value.get("Connectors").and_then(plain_map).unwrap_or_default();
    connectors.iter().filter_map(|connector| embedded(entry, connector)).collect()
}

fn embedded<'n, 't>(entry: &'n Entry<'t>, connector: &'n Entry<'t>) -> Option<Connector<'n, 't>> {
    let at = At(connector.key_span);
    let properties = connector.value.entry("Properties")?;
    let written = plain_map(&properties.value)?;
    let mut source = vec![at.entry("Id", at.text(entry.key.clone()))];
    source.extend(connector_source(written).unwrap_or_default().iter().cloned());
    let attributes = connector.value.as_mapping()?.iter().filter(|entry| entry.key != "Properties").cloned().collect();
    let owner = Resource {
        id: &entry.key,
        kind: entry.value.get("Type")?.as_str()?,
        block: format!("Resources/{}", entry.key),
        at,
        properties_at: At(properties.key_span),
        attributes,
        properties: written.to_vec(),
    };
    Some(Connector {
        owner,
        id: format!("{}{}", entry.key, connector.key),
        part: Part::OfPart { within: "Connectors", name: connector.key.to_string() },
        source: at.entries(source),
    })
}

/// What a connector in the attributes of its source adds about that source.
fn connector_source<'n, 't>(properties: &'n [Entry<'t>]) -> Option<&'n [Entry<'t>]> {
    properties.iter().find(|entry| entry.key == "SourceReference").and_then(|entry| plain_map(&entry.value))
}

/// The connector that a resource of its type is.
pub(super) fn standing_alone<'n, 't>(owner: Resource<'n, 't>) -> Option<Connector<'n, 't>> {
    let source = owner.get("Source")?.clone();
    Some(Connector { id: owner.id.to_owned(), part: Part::OfResource, source, owner })
}

/// The nodes that SAM makes of a connector, at most.
pub(super) fn cost(connector: &Node<'_>) -> usize {
    let Some(properties) = connector.get("Properties") else { return 0 };
    let destinations = match properties.get("Destination") {
        Some(destination) => destination.as_sequence().map_or(1, <[_]>::len),
        None => 0,
    };
    destinations.saturating_mul(size(connector).saturating_mul(8).saturating_add(150))
}

/// The policies and permissions that a connector becomes: nothing where SAM would refuse it.
pub(super) fn expand<'t>(connector: &Connector<'_, 't>, known: &Known<'_, 't>) -> Vec<Made<'t>> {
    let owner = &connector.owner;
    let Some(destinations) = owner.get("Destination") else { return Vec::new() };
    let Some(permissions) = owner.get("Permissions").and_then(texts) else { return Vec::new() };
    let make = |id: String, kind| {
        let mut made = owner.also(id, kind);
        made.part = connector.part.clone();
        made
    };
    let connect_one = |destination: &Node<'t>, suffix: &str| {
        let at = owner.at;
        let source = end(at, &connector.source, destination, known)?;
        let destination = end(at, destination, &connector.source, known)?;
        connect(at, &make, [&connector.id, suffix], [&source, &destination], &permissions)
    };
    match destinations.as_sequence() {
        None => connect_one(destinations, "").unwrap_or_default(),
        Some(items) => items
            .iter()
            .enumerate()
            .flat_map(|(index, item)| connect_one(item, &format!("Destination{index}")).unwrap_or_default())
            .collect(),
    }
}

/// What lets the first end use the second: `name` is what the logical ids begin and end with.
pub(super) fn connect<'t>(
    at: At,
    make: &dyn Fn(String, &'static str) -> Made<'t>,
    name: [&str; 2],
    ends: [&End<'t>; 2],
    permissions: &[&str],
) -> Option<Vec<Made<'t>>> {
    let ([id, suffix], [source, destination]) = (name, ends);
    let profile = parsed(facts::sam_connector(&source.kind, &destination.kind)?)?;
    let properties = profile.get("Properties")?;
    let categories = properties.get("AccessCategories")?.as_mapping()?;
    let is_known = |permission: &&str| categories.iter().any(|category| category.key == *permission);
    if permissions.is_empty() || !permissions.iter().all(is_known) {
        return None;
    }
    let variables = [
        ("Source.Arn", source.arn.clone()),
        ("Destination.Arn", destination.arn.clone()),
        ("Source.ResourceId", source.resource_id.clone()),
        ("Destination.ResourceId", destination.resource_id.clone()),
        ("Source.Name", source.name.clone()),
        ("Destination.Name", destination.name.clone()),
        ("Source.Qualifier", source.qualifier.clone()),
        ("Destination.Qualifier", destination.qualifier.clone()),
    ];
    let granted = categories.iter().filter(|category| permissions.contains(&category.key.as_ref()));
    // Whose policy it is.
    let is_of_source = matches!(properties.get("SourcePolicy").map(|node| &node.kind), Some(Kind::Bool(true)));
    let holder = if is_of_source { source } else { destination };

    let kind = profile.get("Type")?.as_str()?;
    if kind == "AWS_LAMBDA_PERMISSION" {
        let permission = |category: &Entry<'static>| {
            let id = format!("{id}{}LambdaPermission{suffix}", category.key);
            let mut permission = make(id, "AWS::Lambda::Permission");
            permission.set(at, "FunctionName", holder.arn.clone()?);
            for name in ["Action", "Principal", "SourceArn", "SourceAccount"] {
                if let Some(value) = category.value.get(name) {
                    permission.set(at, name, filled(at, value, &variables)?);
                }
            }
            Some(permission)
        };
        return granted.map(permission).collect();
    }
    let mut statements = Vec::new();
    for category in granted {
        for statement in category.value.get("Statement")?.as_sequence()? {
            statements.push(filled(at, statement, &variables)?);
        }
    }
    let document = at.map([("Version", at.text("2012-10-17")), ("Statement", at.list(statements))]);
    let (name, kind, property, attached) = match kind {
        "AWS_IAM_ROLE_MANAGED_POLICY" => ("Policy", "AWS::IAM::ManagedPolicy", "Roles", holder.role.clone()?),
        "AWS_SQS_QUEUE_POLICY" => ("QueuePolicy", "AWS::SQS::QueuePolicy", "Queues", holder.url.clone()?),
        "AWS_SNS_TOPIC_POLICY" => ("TopicPolicy", "AWS::SNS::TopicPolicy", "Topics", holder.arn.clone()?),
        _ => return None,
    };
    let mut policy = make(format!("{id}{name}{suffix}"), kind);
    policy.set(at, "PolicyDocument", document);
    policy.set(at, property, at.list([attached]));
    Some(vec![policy])
}

/// The end that a connector names by `Id`, or by what its policies need.
fn end<'t>(at: At, reference: &Node<'t>, other: &Node<'t>, known: &Known<'_, 't>) -> Option<End<'t>> {
    let own = |name: &str| reference.get(name).filter(|value| value.kind != Kind::Null).cloned();
    let Some(id) = reference.get("Id") else {
        return Some(End {
            kind: without_sam(reference.get("Type")?.as_str()?).to_owned(),
            arn: own("Arn"),
            role: own("RoleName"),
            url: own("QueueUrl"),
            resource_id: own("ResourceId"),
            name: own("Name"),
            qualifier: own("Qualifier"),
        });
    };
    let id = id.as_str()?;
    let (kind, properties) = known.get(id)?;
    let facts = parsed(facts::sam_connector_end(kind)?)?;
    let variables = [("logicalId", Some(at.text(id.to_owned())))];
    let output = |name: &str| filled(at, facts.get("Outputs")?.get(name)?, &variables);
    let role = facts.get("Inputs").and_then(|inputs| inputs.get("Role")).and_then(|input| match input.as_str() {
        Some(name) => properties.iter().find(|entry| entry.key == name).map(|entry| &entry.value),
        // A rule has a role for each target.
        None => target_role(properties, other),
    });
    Some(End {
        kind: (*kind).to_owned(),
        arn: output("Arn"),
        role: role.and_then(logical_id).map(|role| at.reference(role)),
        url: output("Url"),
        resource_id: output("Id"),
        name: output("Name"),
        qualifier: own("Qualifier").or_else(|| output("Qualifier")),
    })
}

/// The role with which a rule starts the target that is the other end.
fn target_role<'n, 't>(rule: &'n [Entry<'t>], other: &Node<'t>) -> Option<&'n Node<'t>> {
    let targets = rule.iter().find(|entry| entry.key == "Targets")?.value.as_sequence()?;
    let (id, arn) = (other.get("Id").and_then(Node::as_str), other.get("Arn").and_then(Node::as_str));
    let is_other = |target: &&Node<'t>| {
        target.get("Arn").is_some_and(|target| {
            (id.is_some() && logical_id(target).as_deref() == id) || (arn.is_some() && target.as_str() == arn)
        })
    };
    targets.iter().find(is_other)?.get("RoleArn")
}

/// The resource that `Ref` or `Fn::GetAtt` names.
fn logical_id(node: &Node<'_>) -> Option<String> {
    let [only] = node.as_mapping()? else { return None };
    match only.key.as_ref() {
        "Ref" => only.value.as_str().map(str::to_owned),
        "Fn::GetAtt" => match only.value.as_sequence() {
            Some(steps) => steps.first()?.as_str().map(str::to_owned),
            None => only.value.as_str()?.split_once('.').map(|(id, _)| id.to_owned()),
        },
        _ => None,
    }
}

/// The type that SAM makes of one of its own.
fn without_sam(kind: &str) -> &str {
    match kind {
        "AWS::Serverless::Function" => "AWS::Lambda::Function",
        "AWS::Serverless::StateMachine" => "AWS::StepFunctions::StateMachine",
        "AWS::Serverless::Api" => "AWS::ApiGateway::RestApi",
        "AWS::Serverless::HttpApi" => "AWS::ApiGatewayV2::Api",
        "AWS::Serverless::SimpleTable" => "AWS::DynamoDB::Table",
        other => other,
    }
}

/// A list of texts that are written out.
pub(super) fn texts<'n>(node: &'n Node<'_>) -> Option<Vec<&'n str>> {
    node.as_sequence()?.iter().map(Node::as_str).collect()
}

fn parsed(text: &'static str) -> Option<Node<'static>> {
    syntax::json::parse(text, SourceId::default()).ok().map(|document| document.root)
}

/// A copy that is at one place, with the values of variables put in; none where one of them has no value.
fn filled<'t>(at: At, node: &Node<'static>, variables: &[(&'static str, Option<Node<'t>>)]) -> Option<Node<'t>> {
    let kind = match &node.kind {
        Kind::String(text) => return filled_text(at, text, variables),
        Kind::Sequence(items) => {
            Kind::Sequence(items.iter().map(|item| filled(at, item, variables)).collect::<Option<_>>()?)
        }
        Kind::Mapping(entries) => {
            let fill = |entry: &Entry<'static>| Some(at.entry(entry.key.clone(), filled(at, &entry.value, variables)?));
            Kind::Mapping(entries.iter().map(fill).collect::<Option<_>>()?)
        }
        scalar => scalar.clone(),
    };
    Some(Node { span: at.0, kind })
}

fn filled_text<'t>(at: At, text: &str, variables: &[(&'static str, Option<Node<'t>>)]) -> Option<Node<'t>> {
    let mut text = text.to_owned();
    let mut used = Vec::new();
    for (name, value) in variables {
        let pattern = format!("%{{{name}}}");
        if !text.contains(&pattern) {
            continue;
        }
        let value = value.clone()?;
        if text == pattern {
            return Some(value);
        }
        let variable: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        text = text.replace(&pattern, &format!("${{{variable}}}"));
        used.push(at.entry(variable, value));
    }
    Some(match (text.contains("${"), used.is_empty()) {
        (false, _) => at.text(text),
        (true, true) => at.map([("Fn::Sub", at.text(text))]),
        (true, false) => at.map([("Fn::Sub", at.list([at.text(text), at.entries(used)]))]),
    })
}
