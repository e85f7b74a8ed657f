//! What the project takes for a secret, held against CloudFormation's resource schemas.

use hipaalint::facts::schema::{Kind, property};
use hipaalint::graph::secrets::{SECRET_ATTRIBUTES, is_secret_name};
use std::collections::BTreeSet;

#[test]
fn secret_attributes_are_read_only_texts_of_their_types() {
    for (resource_type, attribute) in SECRET_ATTRIBUTES {
        let property = property(resource_type, attribute).unwrap();
        assert!(property.read_only, "{resource_type}.{attribute} can be set");
        assert_eq!(property.kind, Kind::String, "{resource_type}.{attribute}");
    }
}

/// Of all 1,600 types' properties, those whose name promises a secret: read what a change of the words adds or drops. Two
/// of them take an ARN (`CdnIdentifierSecret`, `DomainJoinServiceAccountSecret`), which no rule takes for the secret.
#[test]
fn properties_with_a_secrets_name() {
    // `Name:s` in the lines of the types; see `src/facts/schema.rs`.
    let schemas = include_str!("../../data/schemas.txt");
    let ends = |at: usize| schemas[at + 2..].starts_with([',', ';']);
    let texts = schemas.match_indices(":s").filter(|(at, _)| ends(*at)).map(|(at, _)| &schemas[..at]);
    let names: BTreeSet<&str> = texts.filter_map(|before| before.rsplit([' ', ',', ';']).next()).collect();
    assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')));
    assert!(names.len() > 4_000, "{}", names.len());
    let secret: Vec<&str> = names.into_iter().filter(|name| is_secret_name(name)).collect();
    insta::assert_snapshot!(secret.join("\n"));
}
