//! What the project takes for a secret, held against CloudFormation's resource schemas.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod schemas;

use hipaalint::graph::secrets::{SECRET_ATTRIBUTES, is_secret_name};
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn secret_attributes_are_read_only_texts_of_their_types() {
    for (resource_type, attribute) in SECRET_ATTRIBUTES {
        let property = schemas::property(resource_type, attribute).unwrap();
        assert!(property.read_only, "{resource_type}.{attribute} can be set");
        assert_eq!(property.kind, schemas::Kind::String, "{resource_type}.{attribute}");
    }
}

/// The names of all text properties below a node of the extract (its shape: see `schemas`).
fn text_properties(node: &Value, found: &mut BTreeSet<String>) {
    for (key, value) in node.as_object().into_iter().flatten() {
        if key == "p" {
            let texts = value.as_object().unwrap().iter().filter(|(_, kind)| *kind == "s");
            found.extend(texts.map(|(name, _)| name.clone()));
        }
        text_properties(value, found);
    }
}

/// Of all 1,600 types' properties, those whose name promises a secret: read what a change of the words adds or drops. Two
/// of them take an ARN (`CdnIdentifierSecret`, `DomainJoinServiceAccountSecret`), which no rule takes for the secret.
#[test]
fn properties_with_a_secrets_name() {
    let extract: Value = serde_json::from_str(include_str!("data/schemas.json")).unwrap();
    let mut names = BTreeSet::new();
    text_properties(&extract, &mut names);
    assert!(names.len() > 4_000, "{}", names.len());
    let secret: Vec<&str> = names.iter().map(String::as_str).filter(|name| is_secret_name(name)).collect();
    insta::assert_snapshot!(secret.join("\n"));
}
