//! Which resources a KMS key encrypts, as far as they refer to it.

use super::edges::{Edge, edges_of, edges_that};
use super::key_texts;
use super::marks::Marks;
use super::phi;
use super::references::last_name;
use crate::eval::Run;
use crate::eval::reads::Sought;
use crate::expand::ties::Table;
use crate::expand::{Block, Model};
use std::collections::HashSet;

/// Aliases are between a key and who uses it.
const ALIAS: &str = "AWS::KMS::Alias";

/// The first resource, in the order of the template, that holds data and names the key, or an alias of it, as its key: by a reference, or
/// by the name or the ARN of the alias.
pub fn used_by<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, key: &Block<'t>) -> Option<&'m Block<'t>> {
    let users = model.table("uses of keys", || {
        let mut users = Table::default();
        let reads = &model.evaluator.reads;
        for (place, block) in model.resources().iter().enumerate() {
            if reads.is_without(place, Sought::KeyUses) {
                continue;
            }
            let edges = edges_that(model, block, |met| met.name != block.name && names_a_key(met.last_name()));
            if edges.is_empty() {
                reads.know_without(place, Sought::KeyUses);
            }
            for edge in edges {
                users.entry(edge.to.to_owned()).or_default().push(place);
            }
        }
        for places in users.values_mut() {
            places.dedup();
        }
        users
    });
    let users_of =
        |name: &str| -> Vec<&'m Block<'t>> { users.get(name).iter().filter_map(|place| model.at(*place)).collect() };
    let mut names = HashSet::from([key.name]);
    let mut aliases = Vec::new();
    let mut found = Vec::new();
    for user in users_of(key.name) {
        if user.kind != ALIAS {
            found.push(user);
            continue;
        }
        let is_alias = |edge: &Edge<'t>| edge.to == key.name && edge.path.ends_with("TargetKeyId");
        if edges_of(model, user).iter().any(|edge| is_alias(edge) && edge.is_live(run, model)) {
            names.insert(user.name);
            aliases.push(user);
            found.extend(users_of(user.name));
        }
    }
    let by_text = key_texts::users(run, model, &aliases);
    found.extend(&by_text);
    let by_text: HashSet<&str> = by_text.iter().map(|block| block.name).collect();
    found.sort_by_key(|user| model.place_of(user.name));
    found.dedup_by(|one, other| one.is(other));
    found.into_iter().filter(|user| user.kind != ALIAS).find(|user| {
        edges_of(model, user).iter().any(|edge| {
            names.contains(edge.to)
                && names_a_key(last_name(&edge.path).unwrap_or_default())
                && phi::holds(run, user).is_some()
                && edge.is_live(run, model)
        }) || (by_text.contains(user.name) && key_texts::names_alias(run, model, user, &aliases))
    })
}

/// Whether a property that holds a reference takes a key: `KmsKeyId`, `KMSMasterKeyID`, `EncryptionKey`, `SseKmsKeyArn`. A policy that
/// speaks of a key encrypts nothing.
pub(super) fn names_a_key(property: &str) -> bool {
    static WORDS: Marks = Marks::new(&[b"kms", b"cmk", b"encryption", b"keyarn", b"keyid"], true);
    WORDS.met(property.as_bytes()) != 0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::first_scenario;
    use super::*;

    #[test]
    fn what_a_key_encrypts() {
        for (resource, expected) in [
            ("{Type: AWS::RDS::DBInstance, Properties: {KmsKeyId: !GetAtt Key.Arn}}", Some("User")),
            ("{Type: AWS::RDS::DBInstance, Properties: {KmsKeyId: !Ref Alias}}", Some("User")),
            ("{Type: AWS::RDS::DBInstance, Properties: {KmsKeyId: !If [Never, !Ref Key, x]}}", None),
            ("{Type: AWS::RDS::DBInstance, DependsOn: Key}", None),
            ("{Type: AWS::RDS::DBInstance, Properties: {KmsKeyId: !Ref Other}}", None),
            ("{Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: {Resource: !GetAtt Key.Arn}}}}", None),
            (
                "{Type: AWS::SNS::Topic, Properties: {KmsMasterKeyId: !Ref Key, Tags: [{Key: DataClass, Value: PHI}]}}",
                Some("User"),
            ),
            ("{Type: AWS::SNS::Topic, Properties: {KmsMasterKeyId: !Ref Key}}", None),
            ("{Type: AWS::RDS::DBInstance, Properties: {KmsKeyId: alias/phi}}", Some("User")),
            ("{Type: AWS::RDS::DBInstance, Properties: {KmsKeyId: alias/ephi}}", None),
            ("{Type: AWS::RDS::DBInstance, Properties: {KmsKeyId: !Sub 'alias/${Name}'}}", Some("User")),
            (
                "{Type: AWS::RDS::DBInstance, Properties: {KmsKeyId: !Join [/, [alias, !FindInMap [M, a, b]]]}}",
                Some("User"),
            ),
            ("{Type: AWS::RDS::DBInstance, Properties: {KmsKeyId: !Select [1, [alias/x, alias/phi]]}}", Some("User")),
            (
                "{Type: AWS::RDS::DBInstance, Properties: {KmsKeyId: !Sub 'arn:aws:kms:${AWS::Region}:1:alias/phi'}}",
                Some("User"),
            ),
            (
                "{Type: AWS::RDS::DBInstance, Properties: {KmsKeyId: !Sub 'arn:aws:kms:${AWS::Region}:1:${Alias}'}}",
                Some("User"),
            ),
            ("{Type: AWS::RDS::DBInstance, Properties: {KmsKeyId: !If [Never, alias/phi, alias/ephi]}}", None),
            ("{Type: AWS::RDS::DBInstance, Properties: {KmsKeyId: !ImportValue x}}", None),
            ("{Type: AWS::RDS::DBInstance, Properties: {KmsKeyId: !Ref Unknown}}", None),
            ("{Type: AWS::RDS::DBInstance, Properties: {DBName: alias/phi}}", None),
            ("{Type: AWS::RDS::DBInstance, Condition: Never, Properties: {KmsKeyId: alias/phi}}", None),
            (
                "{Type: AWS::S3::Bucket, Properties: {E: [{D: !If [Never, a, {KMSMasterKeyID: alias/phi}]}]}}",
                Some("User"),
            ),
            ("{Type: AWS::S3::Bucket, Properties: {E: [{D: !If [Never, {KMSMasterKeyID: alias/phi}, a]}]}}", None),
            ("{Type: AWS::SNS::Topic, Properties: {KmsMasterKeyId: alias/phi}}", None),
        ] {
            let text = format!(
                "Parameters: {{Name: {{Type: String, Default: phi}}, Unknown: {{Type: String}}}}
Mappings: {{M: {{a: {{b: phi}}}}}}
Conditions: {{Never: !Equals [a, b]}}
Resources:
  Key: {{Type: AWS::KMS::Key}}
  Other: {{Type: AWS::KMS::Key}}
  Alias: {{Type: AWS::KMS::Alias, Properties: {{AliasName: alias/phi, TargetKeyId: !Ref Key}}}}
  User: {resource}"
            );
            let found = first_scenario(&text, |run, model| {
                used_by(run, model, model.resource("Key").unwrap()).map(|block| block.name.to_owned())
            });
            assert_eq!(found.as_deref(), expected, "{resource}");
        }
    }
}
