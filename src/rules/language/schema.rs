//! The JSON Schema of rule files, from the types that read them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use super::fix::{Fields, Many, Pattern, Places};
use super::operand::Operand;
use super::rule::{PROFILES, RuleFile};
use crate::schemas::{address, hold};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};
use std::borrow::Cow;

const NAME: &str = "hipaalint-rule.schema.json";

/// It is read by hand, so it is described by hand.
impl JsonSchema for Operand {
    fn schema_name() -> Cow<'static, str> {
        "Operand".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let scalar = json!({ "type": ["string", "number", "boolean"] });
        json_schema!({
            "description": "A scalar, a list of scalars, or one of the rule's parameters.",
            "anyOf": [
                scalar,
                { "type": "array", "items": scalar },
                {
                    "type": "object",
                    "properties": { "parameter": { "type": "string", "description": "One of the rule's parameters." } },
                    "required": ["parameter"],
                    "additionalProperties": false
                }
            ]
        })
    }
}

/// They are read by hand, so they are described by hand.
impl<T: JsonSchema> JsonSchema for Many<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMore{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A value to write: YAML, with functions in their long form. `{ parameter: NAME }` is the rule's own \
                            parameter, `{ added: Arn }` (or `{ added: [1, Arn] }` for the second one) refers to a resource that the \
                            fix adds, `{ found: { types: [TYPE], get: Arn } }` to the only resource of the template with one of \
                            the types, and `{ written: PATH }` is a copy of what the resource has there. Placeholder in texts: \
                            `{resource}`."
        })
    }
}

impl JsonSchema for Places {
    fn schema_name() -> Cow<'static, str> {
        "Places".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<Pattern>();
        json_schema!({
            "description": "Paths with the values that they get.",
            "type": "object",
            "propertyNames": { "pattern": "^\\$" },
            "additionalProperties": value
        })
    }
}

impl JsonSchema for Fields {
    fn schema_name() -> Cow<'static, str> {
        "Fields".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<Pattern>();
        json_schema!({ "type": "object", "additionalProperties": value })
    }
}

/// What is `Option` in a type is left out in a file, not null.
fn without_null(schema: &mut Value) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.values_mut().for_each(required);
    }
    match schema {
        Value::Object(fields) => fields.values_mut().for_each(without_null),
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}

/// A property's schema without null as an alternative.
fn required(property: &mut Value) {
    if let Some(Value::Array(types)) = property.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            property["type"] = only.clone();
        }
    }
    let is_null = |one: &Value| one.get("type").is_some_and(|name| name == "null");
    if let Some(Value::Array(alternatives)) = property.get_mut("anyOf")
        && let Some(null) = alternatives.iter().position(is_null)
    {
        alternatives.remove(null);
        if let [Value::Object(only)] = alternatives.as_slice() {
            let only = only.clone();
            let fields = property.as_object_mut().unwrap();
            fields.shift_remove("anyOf");
            fields.extend(only);
        }
    }
}

/// An enum that is read as the entries of a map (see `entries.rs`): each variant is a property.
fn entries(schema: &mut Value) {
    let variants = schema["oneOf"].as_array().unwrap().iter();
    let properties: serde_json::Map<String, Value> = variants
        .map(|variant| {
            let (name, inner) = variant["properties"].as_object().unwrap().iter().next().unwrap();
            let description = variant["description"].clone();
            if inner.get("$ref").is_some() {
                return (name.clone(), json!({ "description": description, "$ref": inner["$ref"] }));
            }
            let mut property = inner.clone();
            property["description"] = description;
            (name.clone(), property)
        })
        .collect();
    let fields = schema.as_object_mut().unwrap();
    fields.shift_remove("oneOf");
    fields.extend([
        ("type".to_owned(), "object".into()),
        ("additionalProperties".to_owned(), false.into()),
        ("properties".to_owned(), properties.into()),
    ]);
}

/// Requires exactly one of a map's properties, in addition to these.
fn exactly_one(schema: &mut Value, besides: &[&str]) {
    let names: Vec<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
    for name in besides {
        assert!(names.iter().any(|known| known == name), "there is no `{name}`");
    }
    let forms = names.iter().filter(|name| !besides.contains(&name.as_str()));
    schema["oneOf"] = forms.map(|name| json!({ "required": [name] })).collect();
}

fn schema() -> Value {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<RuleFile>().to_value();
    for name in ["Assertion", "Quantified", "Predicate", "Analysis"] {
        entries(&mut schema["definitions"][name]);
    }
    without_null(&mut schema);
    schema["$id"] = address(NAME).into();
    schema["title"] = "A hipaalint rule".into();
    schema["properties"]["profiles"]["items"] = json!({ "enum": PROFILES });
    schema["properties"]["id"]["pattern"] = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$".into();
    schema["anyOf"] = json!([{ "required": ["checks"] }, { "required": ["resources", "assert"] }, { "required": ["resources", "exception"] }]);
    let definitions = &mut schema["definitions"];
    exactly_one(&mut definitions["Assertion"], &["is", "or-absent", "message"]);
    definitions["Assertion"]["dependencies"] = json!({ "path": ["is"], "parameter": ["is"], "or-absent": ["path"] });
    exactly_one(&mut definitions["Quantified"], &["where", "is", "assert", "at-least", "at-most"]);
    exactly_one(&mut definitions["Analysis"], &[]);
    definitions["Predicate"]["minProperties"] = 1.into();
    definitions["True"] = json!({ "description": "The analysis does not take arguments.", "const": true });
    schema
}

#[test]
fn the_schema_is_what_is_read() {
    hold(NAME, &schema());
}
