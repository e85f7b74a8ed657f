//! SAM is expanded as AWS's own transform does it. `tests/data/serverless.json` is what that makes of `serverless.yaml` beside it
//! (`scripts/facts.py`), `documents.json` is the security of the OpenAPI documents that it makes of `documents.yaml`.

use hipaalint::eval::inputs::Inputs;
use hipaalint::expand;
use hipaalint::source::SourceId;
use hipaalint::syntax::{self, Kind, Node};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Types that are not made: nothing in them touches data.
const NOT_MADE: [&str; 2] = ["AWS::AppSync::DomainNameApiAssociation", "AWS::AppSync::GraphQLSchema"];

/// Properties that are not compared, since they say where code, definitions and names are, or how often something is tried.
const NOT_COMPARED: [&str; 13] = [
    "Code",
    "Content",
    "DefinitionS3Location",
    "DeploymentPreference",
    "Description",
    "FlexibleTimeWindow",
    "LayerName",
    "Name",
    "Parameters",
    "PolicyName",
    "Qualifier",
    "StateMachineRevisionId",
    "Targets",
];

/// Where the expansion differs, and is meant to.
const DIFFERENT: [(&str, &str); 2] = [
    // The name that SAM makes up is no name that a person chose.
    ("AWS::Lambda::WebFunction", "FunctionName"),
    // Which functions a pool calls is no concern of the pool's safeguards.
    ("AWS::Cognito::UserPool", "LambdaConfig"),
];

fn value(node: &Node<'_>) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Bool(value) => json!(value),
        Kind::Number(number) => json!(number.value),
        Kind::String(text) => json!(text),
        Kind::Sequence(items) => items.iter().map(value).collect(),
        Kind::Mapping(entries) => {
            Value::Object(entries.iter().map(|entry| (entry.key.to_string(), value(&entry.value))).collect())
        }
    }
}

/// A value in the words that both spellings have in common: a list of one item is the item, substitutions of references are
/// texts, the partition is `aws`, managed policies have no path, SAM's own tags are not there.
fn common(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(common_text(text)),
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().filter(|item| !is_own_tag(item)).map(common).collect();
            if items.iter().all(|item| !item.is_null()) {
                items.sort_by_key(Value::to_string);
            }
            if items.len() == 1 { items.remove(0) } else { Value::Array(items) }
        }
        Value::Object(map) => match map.get("Fn::Sub") {
            Some(Value::String(text)) => Value::String(common_text(text)),
            Some(Value::Array(items)) => {
                let variables = items[1].as_object().unwrap();
                let filled = variables.iter().fold(items[0].as_str().unwrap().to_owned(), |text, (name, value)| {
                    let value = match value.get("Ref") {
                        Some(id) => format!("<{}>", id.as_str().unwrap()),
                        None => value.as_str().map_or_else(|| common(value).to_string(), str::to_owned),
                    };
                    text.replace(&format!("${{{name}}}"), &value)
                });
                Value::String(common_text(&filled))
            }
            _ => {
                let compared = map
                    .iter()
                    .filter(|(key, _)| {
                        !NOT_COMPARED.contains(&key.as_str()) && !key.ends_with(":createdBy") && *key != "Version"
                    })
                    .map(|(key, value)| (key.clone(), common(value)));
                Value::Object(compared.collect::<BTreeMap<_, _>>().into_iter().collect())
            }
        },
        other => other.clone(),
    }
}

fn common_text(text: &str) -> String {
    let text = text.replace("${AWS::Partition}", "aws");
    match text.rsplit_once('/') {
        Some((before, name)) if before.contains(":iam::aws:policy") => format!("arn:aws:iam::aws:policy/{name}"),
        _ => text,
    }
}

fn is_own_tag(value: &Value) -> bool {
    let is_own = |key: &str| key.ends_with(":createdBy") || key.starts_with("sam:");
    value.get("Key").and_then(Value::as_str).is_some_and(is_own)
}

/// Resources by logical id. Where SAM puts a hash of a domain's name, there is the API's logical id.
fn by_id(resources: &Map<String, Value>) -> BTreeMap<String, Value> {
    let mut text = serde_json::to_string(resources).unwrap();
    for id in resources.keys().filter(|id| id.starts_with("ApiGatewayDomainName")) {
        if let Some(prefix) = id.strip_suffix("Api").or_else(|| id.strip_suffix("Web")) {
            text = text.replace(&format!("\"{id}\""), &format!("\"{prefix}\""));
        }
    }
    serde_json::from_str(&text).unwrap()
}

#[test]
fn sam_becomes_what_aws_makes_of_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
    let text = std::fs::read_to_string(format!("{folder}/serverless.yaml")).unwrap();
    let wanted: Value =
        serde_json::from_str(&std::fs::read_to_string(format!("{folder}/serverless.json")).unwrap()).unwrap();
    let document = syntax::parse(&text, SourceId(0)).unwrap();
    let pinned = Inputs::default();
    let expansion = expand::expand(&document.root, expand::Macros::of(&document), &[], &pinned);
    let found = by_id(value(expansion.root.get("Resources").unwrap()).as_object().unwrap());
    let wanted = by_id(wanted.as_object().unwrap());
    assert!(wanted.len() > 70, "{}", wanted.len());

    let mut differences = String::new();
    for (id, wanted) in &wanted {
        let kind = wanted["Type"].as_str().unwrap();
        if NOT_MADE.contains(&kind) {
            continue;
        }
        let Some(found) = found.get(id) else {
            writeln!(differences, "{id} ({}) is not made", wanted["Type"]).unwrap();
            continue;
        };
        for name in ["Type", "Condition", "DeletionPolicy", "UpdateReplacePolicy"] {
            if wanted.get(name) != found.get(name) {
                writeln!(differences, "{id}.{name}: {:?}, not {:?}", found.get(name), wanted.get(name)).unwrap();
            }
        }
        for (name, wanted) in wanted["Properties"].as_object().into_iter().flatten() {
            let (found, wanted) = (common(&found["Properties"][name]), common(wanted));
            let nothing = [Value::Null, json!([]), json!({})];
            let is_same = found == wanted || (nothing.contains(&found) && nothing.contains(&wanted));
            let is_exempt = DIFFERENT.contains(&(kind, name.as_str())) || NOT_COMPARED.contains(&name.as_str());
            if !is_exempt && !is_same {
                writeln!(differences, "{id}.{name}:\n    {found}\n  not\n    {wanted}").unwrap();
            }
        }
    }
    // Tags that SAM does not write are no tags. It writes those of HTTP APIs into their documents.
    for (id, wanted) in &wanted {
        let tags = |resource: &Value| resource["Properties"].get("Tags").map(common);
        let found = found.get(id).and_then(tags);
        if found.is_some() && tags(wanted).is_none() && wanted["Type"] != "AWS::ApiGatewayV2::Api" {
            writeln!(differences, "{id} has tags: {found:?}").unwrap();
        }
    }
    // Routes stand in place of OpenAPI documents.
    let routes = ["AWS::ApiGateway::Method", "AWS::ApiGatewayV2::Route"];
    for (id, found) in found.iter().filter(|(id, _)| !wanted.contains_key(*id)) {
        if !routes.contains(&found["Type"].as_str().unwrap()) {
            writeln!(differences, "{id} ({}) is not made by SAM", found["Type"]).unwrap();
        }
    }
    assert!(differences.is_empty(), "\n{differences}");
}

/// Schemes by name with what they are, in the words of `scripts/facts.py`.
fn schemes(written: &Value) -> Value {
    let kind = |scheme: &Value| {
        let authorizer = &scheme["x-amazon-apigateway-authorizer"]["type"];
        let names = [authorizer, &scheme["x-amazon-apigateway-authtype"], &scheme["name"]];
        names.into_iter().find(|name| !name.is_null()).cloned().unwrap_or_default()
    };
    Value::Object(written.as_object().unwrap().iter().map(|(name, scheme)| (name.clone(), kind(scheme))).collect())
}

/// The names of the schemes that an operation requires.
fn security(operation: &Value) -> Value {
    if let Some(branches) = operation.get("Fn::If") {
        return json!({ "Fn::If": branches.as_array().unwrap()[1..].iter().map(security).collect::<Vec<_>>() });
    }
    let requirements = operation["security"].as_array().cloned().unwrap_or_default();
    requirements.iter().map(|each| each.as_object().unwrap().keys().cloned().collect::<Value>()).collect()
}

#[test]
fn sam_secures_documents_as_aws_does() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
    let text = std::fs::read_to_string(format!("{folder}/documents.yaml")).unwrap();
    let wanted: Value =
        serde_json::from_str(&std::fs::read_to_string(format!("{folder}/documents.json")).unwrap()).unwrap();
    let document = syntax::parse(&text, SourceId(0)).unwrap();
    let pinned = Inputs::default();
    let expansion = expand::expand(&document.root, expand::Macros::of(&document), &[], &pinned);
    let resources = value(expansion.root.get("Resources").unwrap());
    let mut found = BTreeMap::new();
    for (name, resource) in resources.as_object().unwrap() {
        let body = &resource["Properties"]["Body"];
        let Some(paths) = body["paths"].as_object() else { continue };
        let mut document = BTreeMap::new();
        for (section, written) in [
            ("securityDefinitions", &body["securityDefinitions"]),
            ("securitySchemes", &body["components"]["securitySchemes"]),
        ] {
            if !written.is_null() {
                document.insert(section.to_owned(), schemes(written));
            }
        }
        for (path, item) in paths {
            for (method, operation) in item.as_object().unwrap() {
                if operation.is_object() && method != "options" {
                    document.insert(format!("{method} {path}"), security(operation));
                }
            }
        }
        found.insert(name.clone(), document);
    }
    assert_eq!(found.len(), wanted.as_object().unwrap().len());
    for (name, document) in found {
        let wanted: BTreeMap<String, Value> = serde_json::from_value(wanted[&name].clone()).unwrap();
        assert_eq!(document, wanted, "{name}");
    }
}
