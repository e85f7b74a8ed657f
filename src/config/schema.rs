//! The JSON Schema of `hipaalint.yaml`, from the table of its keys and the built-in rules.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use super::keys::{FAIL_ON, KEYS, RULE_KEYS, RULE_LEVELS};
use crate::rules::load::{RuleEntry, RuleSet};
use crate::rules::parameter::{Item, ParameterKind};
use crate::rules::rule::PROFILES;
use crate::schemas::{address, hold};
use serde_json::{Map, Value, json};

const NAME: &str = "hipaalint.schema.json";

/// One value or a list of them.
fn one_or_more(item: Value) -> Value {
    json!({ "anyOf": [item, { "type": "array", "items": item }] })
}

fn scalar() -> Value {
    json!({ "type": ["string", "number", "boolean"] })
}

/// The schema of a key's value. Every value may be empty.
fn shape(key: &str) -> Value {
    match key {
        "profile" => json!({ "enum": PROFILES }),
        "fail-on" => json!({ "enum": FAIL_ON }),
        "baseline" => json!({ "type": "string" }),
        "skip" | "rule-folders" | "tag-keys" | "suffix-parameter" => one_or_more(json!({ "type": "string" })),
        "parameters" => {
            json!({ "type": ["object", "null"], "additionalProperties": { "$ref": "#/definitions/value" } })
        }
        "tags" => {
            let call = |name: &str| {
                json!({
                    "type": "object", "required": [name], "properties": { name: { "type": "string" } },
                    "additionalProperties": false
                })
            };
            let value = json!({ "anyOf": [scalar(), call("Ref"), call("Fn::Sub")] });
            json!({ "type": ["object", "null"], "additionalProperties": value })
        }
        "rules" => {
            let rules = RuleSet::embedded();
            let known: Map<String, Value> =
                rules.entries().iter().map(|entry| (entry.meta.id.clone(), rule(entry))).collect();
            // The schema cannot know custom rules.
            json!({
                "type": ["object", "null"],
                "properties": known,
                "propertyNames": { "pattern": "^[a-z0-9*]([a-z0-9*-]*[a-z0-9*])?$" },
                "additionalProperties": change(json!({ "additionalProperties": { "$ref": "#/definitions/value" } }))
            })
        }
        other => panic!("no schema for the key `{other}`"),
    }
}

/// The schema of the values of a parameter. A number may be in quotes.
fn values(kind: ParameterKind) -> Value {
    let item = match kind.item {
        Item::Number { is_whole: true, can_be_negative: false } => {
            json!({ "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": "^[0-9]+$" }] })
        }
        Item::Number { .. } => panic!("no built-in rule has such a parameter"),
        Item::Boolean => json!({ "enum": [true, false, "true", "false"] }),
        Item::Text => json!({ "type": ["string", "number", "boolean"], "pattern": "\\S" }),
    };
    match (kind.is_list, kind.item) {
        (true, _) => one_or_more(item),
        (false, Item::Text) => json!({ "anyOf": [item, { "type": "array", "items": item, "minItems": 1 }] }),
        (false, _) => json!({ "anyOf": [item, { "type": "array", "items": item, "minItems": 1, "maxItems": 1 }] }),
    }
}

/// The schema of changes to a built-in rule.
fn rule(entry: &RuleEntry) -> Value {
    let rule = entry.rule().unwrap();
    let parameter = |(name, description): (&String, &String)| {
        let mut shape = values(rule.kinds[name]);
        shape["description"] = json!(description);
        (name.clone(), shape)
    };
    let parameters: Map<String, Value> = rule.descriptions.iter().map(parameter).collect();
    if parameters.is_empty() {
        return json!({ "description": entry.meta.title, "allOf": [{ "$ref": "#/definitions/rule" }] });
    }
    let mut change = change(json!({ "properties": parameters, "additionalProperties": false }));
    change["description"] = entry.meta.title.clone().into();
    change
}

/// The schema of changes to a rule with such parameters.
fn change(mut parameters: Value) -> Value {
    parameters["type"] = json!(["object", "null"]);
    let [level, settings] = RULE_KEYS;
    json!({
        "type": ["object", "null"],
        "properties": { level: { "$ref": "#/definitions/level" }, settings: parameters },
        "additionalProperties": false
    })
}

fn schema() -> Value {
    let property = |key: super::keys::Key| {
        let mut shape = shape(key.name);
        shape["description"] = key.description.into();
        (key.name.to_owned(), shape)
    };
    let properties: Map<String, Value> = KEYS.into_iter().map(property).collect();
    // YAML 1.1 reads a plain `off` as false.
    let levels: Vec<Value> = RULE_LEVELS.iter().map(|level| json!(level)).chain([json!(false)]).collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": address(NAME),
        "title": "Configuration of hipaalint",
        "type": ["object", "null"],
        "properties": properties,
        "additionalProperties": false,
        "definitions": {
            "value": one_or_more(scalar()),
            "level": { "description": "The level of the rule's findings, or off to disable the rule.", "enum": levels },
            "rule": change(json!({ "additionalProperties": false }))
        }
    })
}

#[test]
fn the_schema_is_what_is_read() {
    hold(NAME, &schema());
}
