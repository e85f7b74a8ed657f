//! What a rule names exists: resource types, properties and their values, citations, placeholders.

use super::files::{pack_files, user_files};
use hipaalint::rules::rule::RuleFile;
use hipaalint::rules::vetting::vet;
use std::path::Path;

#[test]
fn the_pack_names_what_exists() {
    let only = std::env::var("RULE").unwrap_or_default();
    let (mut properties, mut values) = (0, 0);
    let mut complaints = Vec::new();
    for tried in pack_files() {
        let vetted = vet(&tried.file.rule);
        properties += vetted.properties;
        values += vetted.values;
        complaints.extend(tried.file.vet(&tried.path, &tried.text).iter().map(ToString::to_string));
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    assert!(!only.is_empty() || (properties > 1_000 && values > 200), "only {properties} properties, {values} values");
}

#[test]
fn the_rules_of_users_in_the_project_name_what_exists() {
    for folder in ["fixtures/reference/rules", "examples/own-rule/policies"] {
        for tried in user_files(folder) {
            let errors = tried.file.vet(&tried.path, &tried.text);
            assert!(errors.is_empty(), "{errors:#?}");
        }
    }
}

/// What is wrong about a rule: the text that is marked, and the message.
#[track_caller]
fn slips(rule: &str) -> Vec<(String, String)> {
    let path = Path::new("slip.yaml");
    let file = RuleFile::read(path, rule).unwrap();
    let marked = |(line, column): (usize, usize), length: Option<usize>| {
        let line = rule.lines().nth(line - 1).unwrap();
        line.chars().skip(column - 1).take(length.unwrap_or(usize::MAX)).collect::<String>()
    };
    let errors = file.vet(path, rule).into_iter();
    errors.map(|error| (marked(error.position.unwrap(), error.length), error.message)).collect()
}

const HEAD: &str = "id: slip\ntitle: t\nlevel: note\n";

/// A check of some resources has one slip at a text, or none.
#[track_caller]
fn check(resources: &str, assert: &str, at: &str, expected: &str) {
    let rule = format!("{HEAD}message: m\nresources: {resources}\nassert: {assert}\n");
    let found = slips(&rule);
    let expected: Vec<(&str, &str)> = if expected.is_empty() { Vec::new() } else { vec![(at, expected)] };
    let found: Vec<(&str, &str)> = found.iter().map(|(at, message)| (at.as_str(), message.as_str())).collect();
    assert_eq!(found, expected, "{resources} {assert}");
}

const S3: &str = "[AWS::S3::Bucket]";

#[test]
fn types_exist() {
    let any = "{ path: $.DeletionPolicy, is: { present: true } }";
    for (kind, at, expected) in [
        (
            "AWS::S3::Bukcet",
            "AWS::S3::Bukcet",
            "there is no resource type `AWS::S3::Bukcet`; did you mean `AWS::S3::Bucket`?",
        ),
        (
            "AWS::Dynamodb::Table",
            "AWS::Dynamodb::Table",
            "there is no resource type `AWS::Dynamodb::Table`; did you mean `AWS::DynamoDB::Table`?",
        ),
        (
            "Aws::S3::Bucket",
            "Aws::S3::Bucket",
            "there is no resource type `Aws::S3::Bucket`; did you mean `AWS::S3::Bucket`?",
        ),
        (
            "ASW::S3::Bucket",
            "ASW::S3::Bucket",
            "there is no resource type `ASW::S3::Bucket`; did you mean `AWS::S3::Bucket`?",
        ),
        ("AWS::Quantum::Vault", "AWS::Quantum::Vault", "there is no resource type `AWS::Quantum::Vault`"),
        ("S3::Bucket", "S3::Bucket", "there is no resource type `S3::Bucket`; did you mean `AWS::S3::Bucket`?"),
        ("Our::Bucket", "Our::Bucket", "there is no resource type `Our::Bucket`"),
        ("AWS::RSD::*", "AWS::RSD::*", "no resource type is like `AWS::RSD::*`; did you mean `AWS::RDS::*`?"),
        ("AWS::RDS::Bucket*", "AWS::RDS::Bucket*", "no resource type is like `AWS::RDS::Bucket*`"),
        (
            "AWS::Serverless::Function",
            "AWS::Serverless::Function",
            "rules do not see `AWS::Serverless::Function`: they look at the resources that the transform of AWS SAM makes, such as `AWS::Lambda::Function`",
        ),
        (
            "AWS::Serverless::Connector",
            "AWS::Serverless::Connector",
            "rules do not see `AWS::Serverless::Connector`: they look at the resources that the transform of AWS SAM makes",
        ),
        (
            "AWS::Serverless::*",
            "AWS::Serverless::*",
            "rules do not see `AWS::Serverless::*`: they look at the resources that the transform of AWS SAM makes",
        ),
        // Of third parties, custom resources and modules nothing is known.
        ("Custom::Anything", "", ""),
        ("Custom::*", "", ""),
        ("AWS::CloudFormation::CustomResource", "", ""),
        ("Alexa::ASK::Skill", "", ""),
        ("MongoDB::Atlas::Cluster", "", ""),
        ("Our::S3::Bucket", "", ""),
        ("Our::Network::Vpc::MODULE", "", ""),
        ("AWS::RDS::DB*", "", ""),
        ("any", "", ""),
        ("taggable", "", ""),
    ] {
        check(&format!("['{kind}']"), any, at, expected);
    }
    let bukcet = "there is no resource type `AWS::S3::Bukcet`; did you mean `AWS::S3::Bucket`?";
    for assert in [
        "{ path: $.Type, is: { equals: AWS::S3::Bukcet } }",
        "{ path: $.Type, is: { not-in: [AWS::S3::BucketPolicy, 'AWS::S3::Bukcet'] } }",
        "{ path: $.Type, is: { like: AWS::S3::Bukcet } }",
        "{ path: $.Metadata, is: { refers-to: [AWS::S3::Bukcet] } }",
        "{ not: { path: $.Metadata, is: { refers-to: [AWS::S3::Bukcet] } } }",
        "{ path: $.Metadata.a.b, is: { from-resource: [AWS::S3::Bukcet] } }",
        "{ some: { resources: [AWS::S3::Bukcet] } }",
        "{ none: { related: { types: [AWS::S3::Bukcet], via: $.Properties.Bucket } } }",
        "{ every: { referenced: { types: [AWS::S3::Bukcet], via: $.Metadata.Bucket }, assert: { path: $.Type, is: { present: true } } } }",
    ] {
        check("[any]", assert, "AWS::S3::Bukcet", bukcet);
    }
}

#[test]
fn properties_exist() {
    const BOTH: &str = "[AWS::RDS::DBInstance, AWS::RDS::DBCluster]";
    let present = |path: &str| format!("{{ path: \"{path}\", is: {{ present: true }} }}");
    for (resources, path, at, expected) in [
        (
            S3,
            "$.Properties.BucketNmae",
            "BucketNmae",
            "`AWS::S3::Bucket` has no property `BucketNmae`; did you mean `BucketName`?",
        ),
        (
            S3,
            "$.Properties['BucketNmae']",
            "BucketNmae",
            "`AWS::S3::Bucket` has no property `BucketNmae`; did you mean `BucketName`?",
        ),
        (BOTH, "$.Properties['DBInstanceClass','DBClusterInstanceClass']", "", ""),
        (
            S3,
            "$.Properties['BucketName','Tag']",
            "Tag",
            "`AWS::S3::Bucket` has no property `Tag`; did you mean `Tags`?",
        ),
        (
            S3,
            "$.Properties.Versioning.Status",
            "Versioning",
            "`AWS::S3::Bucket` has no property `Versioning`; did you mean `VersioningConfiguration`?",
        ),
        (
            S3,
            "$.Properties.SSEAlgorithm",
            "SSEAlgorithm",
            "`AWS::S3::Bucket` has no property `SSEAlgorithm`; did you mean `$.Properties.BucketEncryption.ServerSideEncryptionConfiguration[*].ServerSideEncryptionByDefault.SSEAlgorithm`?",
        ),
        (
            S3,
            "$.Properties.VersioningConfiguration.State",
            "State",
            "`VersioningConfiguration` of `AWS::S3::Bucket` has no property `State`; did you mean `Status`?",
        ),
        (S3, "$.Properties.Tags.Key", "Key", "`Tags` is a list, so `[*]` must come before `Key` (`AWS::S3::Bucket`)"),
        (
            S3,
            "$.Properties.BucketName.Length",
            "Length",
            "`BucketName` is a single value, so it has no `Length` (`AWS::S3::Bucket`)",
        ),
        (
            S3,
            "$.Properties.Tags[0:2].Kye",
            "Kye",
            "`Tags[*]` of `AWS::S3::Bucket` has no property `Kye`; did you mean `Key`?",
        ),
        (S3, "$.Properties.Tagss..Key", "Tagss", "`AWS::S3::Bucket` has no property `Tagss`; did you mean `Tags`?"),
        (S3, "$.Properties.Arn", "Arn", "no template can set `Arn` of `AWS::S3::Bucket`"),
        (
            S3,
            "$.BucketName",
            "BucketName",
            "a resource has no attribute `BucketName`; did you mean `$.Properties.BucketName`?",
        ),
        (
            S3,
            "$.Propertys.BucketName",
            "Propertys",
            "a resource has no attribute `Propertys`; did you mean `Properties`?",
        ),
        (
            S3,
            "$.DeletionPolcy",
            "DeletionPolcy",
            "a resource has no attribute `DeletionPolcy`; did you mean `DeletionPolicy`?",
        ),
        ("[any]", "$.Deletion", "Deletion", "a resource has no attribute `Deletion`; did you mean `DeletionPolicy`?"),
        ("[parameters]", "$.NoEco", "NoEco", "a parameter has no `NoEco`; did you mean `NoEcho`?"),
        ("[outputs]", "$.Export.Nmae", "Nmae", "`Export` of an output has no `Nmae`; did you mean `Name`?"),
        ("[template]", "$.Ouputs", "Ouputs", "a template has no `Ouputs`; did you mean `Outputs`?"),
        (
            BOTH,
            "$.Properties.MultiAZ",
            "MultiAZ",
            "`AWS::RDS::DBCluster` has no property `MultiAZ`; give `AWS::RDS::DBCluster` a check of its own, or add `or-absent: true`",
        ),
        (
            BOTH,
            "$.Properties.Qwertz",
            "Qwertz",
            "`AWS::RDS::DBInstance` has no property `Qwertz`; nor has any other type of the check",
        ),
        (
            "['AWS::RDS::DB*']",
            "$.Properties.StorageEncrypteed",
            "StorageEncrypteed",
            "no resource type like `AWS::RDS::DB*` has `StorageEncrypteed`",
        ),
        ("['AWS::RDS::DB*']", "$.Properties.StorageEncrypted", "", ""),
        ("[any]", "$.Properties.Anything.Below", "", ""),
        ("['Custom::Thing']", "$.Properties.Anything.Below", "", ""),
        ("[AWS::CloudFormation::CustomResource]", "$.Properties.Anything", "", ""),
        (S3, "$.Properties.Tags[*].Key", "", ""),
        (S3, "$.Properties..Key", "", ""),
        (S3, "$.Properties.*", "", ""),
        (S3, "$..Whatever", "", ""),
        ("[AWS::IAM::Role]", "$.Properties.AssumeRolePolicyDocument.Statement[0].Effect", "", ""),
        ("[AWS::SSM::Parameter]", "$.Properties.Tags.Owner", "", ""),
        (S3, "$.Metadata.Any.Thing", "", ""),
        ("[parameters, outputs]", "$.Description", "", ""),
        ("[template]", "$.Resources.Bucket.Properties.X", "", ""),
    ] {
        check(resources, &present(path), at, expected);
    }
    for assert in [
        "{ path: $.Properties.MultiAZ, is: { equals: true }, or-absent: true }",
        "{ path: $.Properties.MultiAZ, is: { present: false } }",
        "{ any: [{ path: $.Properties.MultiAZ, is: { equals: true } }, { path: $.Properties.Engine, is: { equals: x } }] }",
    ] {
        check(BOTH, assert, "", "");
    }
    let lack = "`AWS::RDS::DBCluster` has no property `MultiAZ`; give `AWS::RDS::DBCluster` a check of its own, or add `or-absent: true`";
    check(BOTH, "{ any: [{ path: $.Properties.MultiAZ, is: { equals: true } }, { undecided: why }] }", "MultiAZ", lack);
}

#[test]
fn properties_exist_in_what_selectors_find() {
    for (resources, assert, at, expected) in [
        (
            S3,
            "{ some: { related: { types: [AWS::S3::BucketPolicy], via: $.Properties.Buckets } } }",
            "Buckets",
            "`AWS::S3::BucketPolicy` has no property `Buckets`; did you mean `Bucket`?",
        ),
        (
            S3,
            "{ some: { related: { types: [AWS::S3::BucketPolicy], via: $.Properties.Bucket, named: '{$.Properties.Name}' } } }",
            "Name",
            "`AWS::S3::Bucket` has no property `Name`; did you mean `BucketName`?",
        ),
        (
            "[AWS::RDS::DBInstance]",
            "{ some: { referenced: { types: [AWS::RDS::DBCluster], via: $.Properties.DBClusterIdentifier }, assert: { path: $.Properties.MultiAZ, is: { equals: true } } } }",
            "MultiAZ",
            "`AWS::RDS::DBCluster` has no property `MultiAZ`",
        ),
        (
            "[any]",
            "{ none: { resources: [AWS::S3::Bucket], where: { path: $.Properties.Nmae, is: { present: true } } } }",
            "Nmae",
            "`AWS::S3::Bucket` has no property `Nmae`",
        ),
        (
            "[AWS::Logs::LogGroup]",
            "{ some: { items: $.Properties.Tags, assert: { path: $.key, is: { present: true } } } }",
            "key",
            "`Tags[*]` of `AWS::Logs::LogGroup` has no property `key`; did you mean `Key`?",
        ),
        (
            "[AWS::CodeBuild::Project]",
            "{ every: { path: '$.Properties.Environment.EnvironmentVariables[*]', assert: { path: $.Type, is: { equals: PLAINTEXT } } } }",
            "",
            "",
        ),
        (
            "[AWS::IAM::Role]",
            "{ none: { statements: identity, where: { path: $.Effect, is: { equals: allow } } } }",
            "allow",
            "`Effect` of a normalized statement is never `allow`; did you mean `Allow`?",
        ),
        (
            "[AWS::IAM::Role]",
            "{ none: { statements: identity, assert: { some: { items: $.Action, is: { equals: '*' } } } } }",
            "Action",
            "a normalized statement has no `Action`; did you mean `Actions`?",
        ),
        (
            "[AWS::IAM::Role]",
            "{ none: { statements: trust, assert: { some: { items: $.Principals, where: { path: $.Kind, is: { equals: User } }, assert: { path: $.Vale, is: { present: true } } } } } }",
            "User",
            "`Principals[*].Kind` of a normalized statement is never `User`; did you mean `CanonicalUser`?",
        ),
        (
            "[AWS::IAM::Role]",
            "{ every: { json: $.Properties.Description, assert: { path: $.anything, is: { present: true } } } }",
            "",
            "",
        ),
        (
            "[AWS::RDS::DBInstance]",
            "{ analysis: { routes-to-internet: { subnets: $.Properties.DBSubnetGroupNames } } }",
            "DBSubnetGroupNames",
            "`AWS::RDS::DBInstance` has no property `DBSubnetGroupNames`; did you mean `DBSubnetGroupName`?",
        ),
    ] {
        if at == "User" {
            let rule = format!("{HEAD}message: m\nresources: {resources}\nassert: {assert}\n");
            let found = slips(&rule);
            assert_eq!(found[0], (at.to_owned(), expected.to_owned()));
            assert_eq!(found[1].1, "`Principals[*]` of a normalized statement has no `Vale`; did you mean `Value`?");
            continue;
        }
        check(resources, assert, at, expected);
    }
}

#[test]
fn values_are_possible() {
    for (resources, assert, at, expected) in [
        (
            S3,
            "{ path: $.Properties.AccessControl, is: { equals: private } }",
            "private",
            "`AccessControl` of `AWS::S3::Bucket` is never `private`; did you mean `Private`?",
        ),
        (
            S3,
            "{ path: $.Properties.AccessControl, is: { not-in: [Private, Public] } }",
            "Public",
            "`AccessControl` of `AWS::S3::Bucket` is never `Public`; did you mean `PublicRead`?",
        ),
        (
            S3,
            "{ path: $.Properties.VersioningConfiguration.Status, is: { like: 'On*' } }",
            "On*",
            "`VersioningConfiguration.Status` of `AWS::S3::Bucket` is never like `On*`; it is `Enabled` or `Suspended`",
        ),
        (
            S3,
            "{ path: $.Properties.VersioningConfiguration.Status, is: { matches: ^on } }",
            "^on",
            "`VersioningConfiguration.Status` of `AWS::S3::Bucket` never matches; it is `Enabled` or `Suspended`",
        ),
        (
            "[AWS::RDS::DBInstance]",
            "{ path: $.Properties.MultiAZ, is: { equals: 'yes' } }",
            "yes",
            "`MultiAZ` of `AWS::RDS::DBInstance` is never `yes`; it is `true` or `false`",
        ),
        ("[AWS::RDS::DBInstance]", "{ path: $.Properties.MultiAZ, is: { equals: 'true' } }", "", ""),
        (
            "[AWS::EC2::Volume]",
            "{ path: $.Properties.VolumeType, is: { equals: gp3 } }",
            "gp3",
            "`VolumeType` of `AWS::EC2::Volume` is accepted in any case; use `matches: \"(?i)^(gp3)$\"`",
        ),
        (
            "[AWS::Logs::LogGroup]",
            "{ path: $.Properties.RetentionInDays, is: { in: ['365', 366] } }",
            "366",
            "`RetentionInDays` of `AWS::Logs::LogGroup` is never `366`; did you mean `365`?",
        ),
        (
            S3,
            "{ path: $.DeletionPolicy, is: { equals: Keep } }",
            "Keep",
            "`DeletionPolicy` of `AWS::S3::Bucket` is never `Keep`; it is `Delete` or `Retain` or `RetainExceptOnCreate` or `Snapshot`",
        ),
    ] {
        check(resources, assert, at, expected);
    }
    let rule = format!(
        "{HEAD}message: m
parameters:
  days: {{ description: d, default: [365, 366] }}
resources: [AWS::Logs::LogGroup]
assert: {{ path: $.Properties.RetentionInDays, is: {{ in: {{ parameter: days }} }} }}
"
    );
    let [(at, message)] = &slips(&rule)[..] else { panic!("{:?}", slips(&rule)) };
    assert_eq!(at, "366");
    assert!(message.contains("is never `366`"), "{message}");
}

#[test]
fn citations_and_profiles_exist() {
    let rule = format!(
        "{HEAD}message: m
controls:
  - 164.312(a)(1)
  - 164.312(a)(2)(v)
  - PCI DSS 3.4
profiles: [core, stric]
resources: [any]
assert: {{ path: $.DeletionPolicy, is: {{ present: true }} }}
"
    );
    let expected = [
        (
            "164.312(a)(2)(v)",
            "the Security Rule (45 CFR Part 164, Subpart C) does not have `164.312(a)(2)(v)`; did you mean `164.312(a)(2)(i)`?",
        ),
        ("PCI DSS 3.4", "the Security Rule (45 CFR Part 164, Subpart C) does not have `PCI DSS 3.4`"),
        ("stric", "there is no profile `stric`; did you mean `strict`?"),
    ];
    assert_eq!(slips(&rule), expected.map(|(at, message)| (at.to_owned(), message.to_owned())));
}

#[test]
fn placeholders_exist() {
    let body = "resources: [AWS::S3::Bucket]\nassert: { path: $.Properties.BucketName, is: { present: true } }";
    let tagged = "resources: [AWS::S3::Bucket]\nassert: { analysis: { tagged: { keys: [Owner] } } }";
    let one_of = "`{X}` is not a placeholder of this message; the message may contain `{resource}`, `{type}`, `{name}`, `{state}` and `{value}`";
    for (message, body, at, expected) in [
        (
            "'`{resuorce}` is bad'",
            body,
            "{resuorce}",
            "`{resuorce}` is not a placeholder of this message; did you mean `{resource}`?",
        ),
        (
            "'`{Resource}` { name } is bad'",
            body,
            "{Resource}",
            "`{Resource}` is not a placeholder of this message; did you mean `{resource}`?",
        ),
        ("\"{X} is bad\"", body, "{X}", one_of),
        (
            "|\n  One line\n  and {missing} keys",
            body,
            "{missing}",
            "`{missing}` is not a placeholder of this message; only messages about `tagged` have it",
        ),
        ("no {missing} for {resource} ({type}, {name} {state}, {value})", tagged, "", ""),
        ("\"no ${Env} {{resolve:ssm:x}} {} { \\\"a\\\": 1 }\"", body, "", ""),
        (
            "m",
            "resources: [any]\nassert: { all: [{ analysis: { tagged: { keys: [a] } }, message: '{missing}' }, { path: $.Type, is: { present: true }, message: '{missing}' }] }",
            "{missing}",
            "`{missing}` is not a placeholder of this message; only messages about `tagged` have it",
        ),
        (
            "m",
            "checks: [{ resources: [any], assert: { path: $.Type, is: { present: true } }, message: '{typ}' }]",
            "{typ}",
            "`{typ}` is not a placeholder of this message; did you mean `{type}`?",
        ),
        (
            "'{rule} {dat}'",
            "resources: [exceptions]\nexception: expired",
            "{dat}",
            "`{dat}` is not a placeholder of this message; did you mean `{date}`?",
        ),
        ("'{rule} {date}'", "resources: [exceptions]\nexception: expired", "", ""),
    ] {
        let rule = format!("{HEAD}message: {message}\n{body}\n");
        let found = slips(&rule);
        match found.first() {
            Some((found, message)) => assert_eq!((found.as_str(), message.as_str()), (at, expected), "{rule}"),
            None => assert_eq!(expected, "", "{rule}"),
        }
    }
}

#[test]
fn a_rule_may_be_newer_than_the_schemas() {
    let rule = |newer: &str, resources: &str, assert: &str| {
        format!("{HEAD}message: m\nnewer-than-schemas: {newer}\nresources: {resources}\nassert: {assert}\n")
    };
    let new = "{ path: $.Properties.NewThing.Below, is: { equals: x } }";
    for (newer, resources, assert) in [
        ("[AWS::S3::Bucket.NewThing]", S3, new),
        ("[AWS::Quantum::Vault]", "[AWS::Quantum::Vault]", new),
        ("[AWS::Quantum::Vault]", "['AWS::Quantum::*']", new),
        ("[AWS::Quantum::Vault]", "[any]", "{ path: $.Type, is: { equals: AWS::Quantum::Vault } }"),
        // A value that a known property did not have, and what is inside a list.
        (
            "[AWS::S3::Bucket.VersioningConfiguration.Status]",
            S3,
            "{ path: $.Properties.VersioningConfiguration.Status, is: { equals: Paused } }",
        ),
        (
            "['AWS::S3::Bucket.Tags[*].Note']",
            S3,
            "{ every: { items: $.Properties.Tags, assert: { path: $.Note, is: { present: true } } } }",
        ),
    ] {
        assert_eq!(slips(&rule(newer, resources, assert)), [], "{newer}");
    }
    for (newer, at, expected) in [
        // Of a type that is known, properties are named one by one.
        ("[AWS::S3::Bucket]", "NewThing", "`AWS::S3::Bucket` has no property `NewThing`"),
        ("[AWS::S3::Bucket.NewThings]", "NewThing", "`AWS::S3::Bucket` has no property `NewThing`"),
        (
            "[NewThing]",
            "NewThing",
            "`NewThing` must be a resource type, or a property such as `AWS::S3::Bucket.NewProperty`",
        ),
        (
            "[AWS::S3::Bukcet.NewThing]",
            "AWS::S3::Bukcet",
            "there is no resource type `AWS::S3::Bukcet`; did you mean `AWS::S3::Bucket`?",
        ),
    ] {
        let found = slips(&rule(newer, S3, new));
        assert_eq!(found[0], (at.to_owned(), expected.to_owned()), "{newer}");
    }
}

/// A file with many slips is reported in part; nothing takes long.
#[test]
fn many_slips_are_cut() {
    let items: Vec<String> =
        (0..2_000).map(|index| format!("{{ path: $.Properties.P{index}, is: {{ present: true }} }}")).collect();
    let rule =
        |types: &str| format!("{HEAD}message: m\nresources: {types}\nassert: {{ all: [{}] }}\n", items.join(", "));
    assert_eq!(slips(&rule("['AWS::*']")).len(), 0);
    assert_eq!(slips(&rule("['AWS::RDS::*', 'AWS::S3::*']")).len(), 20);
}
