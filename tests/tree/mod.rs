//! A located tree as plain JSON; `mod tree;` brings it into a test.

use hipaalint::syntax::{Kind, Node};

/// The JSON that CloudFormation reads the same as this: functions in their long form.
pub fn json(node: &Node<'_>) -> serde_json::Value {
    match &node.kind {
        Kind::Null => serde_json::Value::Null,
        Kind::Bool(value) => (*value).into(),
        Kind::Number(number) => serde_json::from_str(&number.text).unwrap_or_else(|_| number.text.to_string().into()),
        Kind::String(text) => text.to_string().into(),
        Kind::Sequence(items) => items.iter().map(json).collect(),
        Kind::Mapping(entries) => {
            serde_json::Value::Object(entries.iter().map(|entry| (entry.key.to_string(), json(&entry.value))).collect())
        }
    }
}
