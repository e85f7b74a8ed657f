//! What CloudFormation's resource schemas say of a property path: the extract `tests/data/schemas.json`, made by
//! `scripts/facts.py`. For tests that hold rules and tables to the schemas; `mod schemas;` brings it into one.
//!
//! The extract has for each type `p` (its properties), `d` (the definitions they refer to) and `ro` (read-only paths).
//! A node is a scalar (`s` string, `i` integer, `n` number, `b` boolean, `*` anything) or one of: `p` an object by its
//! properties, `a` an array of a node, `m` a map from any key to a node, `r` a reference to a definition, `e` a scalar that is
//! one of these values, `ei` the same in any case.

// Each test file that includes the module uses a part of it.
#![allow(dead_code)]
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::LazyLock;

use serde_json::Value;

static EXTRACT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/schemas.json")).expect("the extract is JSON"));

/// A property that a schema has.
#[derive(Debug, PartialEq)]
pub struct Property {
    /// What its value is.
    pub kind: Kind,
    /// Whether only AWS writes it: `Fn::GetAtt` returns it, a template cannot set it.
    pub read_only: bool,
}

/// What a property's value is.
#[derive(Debug, PartialEq)]
pub enum Kind {
    String,
    Integer,
    Number,
    Boolean,
    Array,
    /// An object with these properties.
    Object(Vec<String>),
    /// An object with any keys.
    Map,
    /// One of these values, in exactly this spelling.
    Enum(Vec<String>),
    /// One of these values, in any case.
    EnumInAnyCase(Vec<String>),
    /// The schema does not say, as with policy documents.
    Any,
}

/// Every resource type that has a schema, in the extract's order.
pub fn resource_types() -> impl Iterator<Item = &'static str> {
    EXTRACT.as_object().expect("an object").keys().map(String::as_str).filter(|key| *key != "generated")
}

/// The property of `resource_type` at `path`: names joined by dots, `[*]` or `[0]` behind an array, any name or `*`
/// below a map (`BucketEncryption.ServerSideEncryptionConfiguration[*].BucketKeyEnabled`).
///
/// The error says which step of the path does not exist.
pub fn property(resource_type: &str, path: &str) -> Result<Property, String> {
    let schema = EXTRACT.get(resource_type).ok_or_else(|| format!("{resource_type} has no schema"))?;
    let mut node = schema;
    let mut steps_taken: Vec<&str> = Vec::new();
    for step in path.split('.').flat_map(|part| part.split('[')).map(|step| step.trim_end_matches(']')) {
        node = below(schema, node, step).map_err(|why| {
            let place = if steps_taken.is_empty() { "its properties".to_owned() } else { steps_taken.join(".") };
            format!("{resource_type}: {path}: {why} in {place}")
        })?;
        steps_taken.push(if step.parse::<usize>().is_ok() { "*" } else { step });
    }
    let read_only = schema["ro"].as_array().is_some_and(|paths| {
        let path = steps_taken.join(".");
        paths
            .iter()
            .filter_map(Value::as_str)
            .any(|each| path == each || path.strip_prefix(each).is_some_and(|rest| rest.starts_with('.')))
    });
    Ok(Property { kind: kind(resolve(schema, node)), read_only })
}

fn below<'s>(schema: &'s Value, node: &'s Value, step: &str) -> Result<&'s Value, String> {
    let node = resolve(schema, node);
    let is_index = step == "*" || step.parse::<usize>().is_ok();
    if node == "*" {
        return Ok(node);
    }
    if let Some(properties) = node.get("p") {
        return properties.get(step).ok_or_else(|| format!("no property {step:?}"));
    }
    match (node.get("a"), node.get("m")) {
        (Some(element), _) if is_index => Ok(element),
        (Some(_), _) => Err(format!("{step:?} stands where an array needs an index")),
        (_, Some(value)) => Ok(value),
        _ => Err(format!("nothing below a scalar, so no {step:?}")),
    }
}

fn resolve<'s>(schema: &'s Value, mut node: &'s Value) -> &'s Value {
    while let Some(name) = node.get("r").and_then(Value::as_str) {
        node = &schema["d"][name];
    }
    node
}

fn kind(node: &Value) -> Kind {
    let texts = |value: &Value| -> Vec<String> {
        let text = |each: &Value| each.as_str().map_or_else(|| each.to_string(), str::to_owned);
        value.as_array().into_iter().flatten().map(text).collect()
    };
    match node {
        Value::String(scalar) => match scalar.as_str() {
            "s" => Kind::String,
            "i" => Kind::Integer,
            "n" => Kind::Number,
            "b" => Kind::Boolean,
            "*" => Kind::Any,
            other => panic!("a scalar that the module does not know: {other}"),
        },
        Value::Object(object) => match object.iter().next().map(|(key, value)| (key.as_str(), value)) {
            Some(("a", _)) => Kind::Array,
            Some(("m", _)) => Kind::Map,
            Some(("e", values)) => Kind::Enum(texts(values)),
            Some(("ei", values)) => Kind::EnumInAnyCase(texts(values)),
            Some(("p", properties)) => {
                Kind::Object(properties.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect())
            }
            other => panic!("a node that the module does not know: {other:?}"),
        },
        other => panic!("a node that the module does not know: {other}"),
    }
}
