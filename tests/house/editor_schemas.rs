//! The schemas that editors complete and check by take what hipaalint takes, and refuse what it refuses.

use hipaalint::config::Config;
use hipaalint::files::Files;
use hipaalint::rules::load::{RuleSet, rule_files};
use hipaalint::source::{Source, SourceId};
use jsonschema::Validator;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn validator(name: &str) -> Validator {
    let text = fs::read_to_string(root().join("schemas").join(name)).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{name}: {error}"));
    jsonschema::validator_for(&schema).unwrap()
}

/// What is wrong about a YAML text.
fn complaints(validator: &Validator, text: &str) -> Vec<String> {
    // A short tag stands for its long form.
    let long = || hipaalint::syntax::parse(text, SourceId(0)).unwrap().root.to_json();
    let document: Value = serde_yaml::from_str(text).unwrap_or_else(|_| long());
    validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The YAML blocks of the documentation that begin with these words.
fn documented(beginning: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["README.md", "docs/configuration.md", "docs/rule-language.md"] {
        let text = fs::read_to_string(root().join(name)).unwrap();
        let blocks = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split_once("```"));
        found.extend(blocks.map(|(block, _)| block.to_owned()).filter(|block| block.starts_with(beginning)));
    }
    assert!(!found.is_empty(), "nothing begins with {beginning}");
    found
}

#[test]
fn every_rule_of_the_pack_fits() {
    let validator = validator("hipaalint-rule.schema.json");
    let mut files = 0;
    // The lists beside the folders are no rules.
    for file in
        rule_files(&root().join("rules"), &Files::here()).filter(|file| file.parent() != Some(&root().join("rules")))
    {
        assert_eq!(
            complaints(&validator, &fs::read_to_string(&file).unwrap()),
            Vec::<String>::new(),
            "{}",
            file.display()
        );
        files += 1;
    }
    assert!(files > 50, "only {files} rules");
    for rule in documented("# policies/") {
        assert_eq!(complaints(&validator, &rule), Vec::<String>::new(), "{rule}");
    }
}

#[test]
fn every_documented_configuration_fits() {
    let validator = validator("hipaalint.schema.json");
    for configuration in documented("# hipaalint.yaml") {
        assert_eq!(complaints(&validator, &configuration), Vec::<String>::new(), "{configuration}");
    }
}

/// What is wrong about a configuration, as hipaalint says it.
fn refused(text: &str) -> bool {
    let source = Source::new(SourceId(0), "hipaalint.yaml", text);
    let (config, problems) = Config::read(&source, &Files::here());
    !problems.is_empty() || !config.overrides(&source, &RuleSet::embedded()).1.is_empty()
}

#[test]
fn the_schema_of_configurations_refuses_what_hipaalint_refuses() {
    let validator = validator("hipaalint.schema.json");
    let right = [
        "{}",
        "profile: strict",
        "fail-on: never",
        "skip: legacy/",
        "skip: [legacy/, '*.test.yaml']",
        "parameters: { Env: prod, Zones: [a, b], Count: 3, On: true }",
        "parameters:",
        "tag-keys: [Owner]",
        "suffix-parameter: Stage",
        "rule-folders: [policies]",
        "baseline: known.json",
        "rules: { s3-bucket-versioning: { level: off } }",
        "rules: { s3-bucket-versioning: { level: 'off' } }",
        "rules: { ec2-security-group-open: { level: note, parameters: { allowed-ports: [443] } } }",
        "rules: { ec2-security-group-open: { parameters: { allowed-ports: [] } } }",
        "rules: { logs-retention-year: { parameters: { days: '30' } } }",
        "rules: { logs-retention-year: { parameters: { days: [30] } } }",
        "rules: { cloudwatch-alarm-action: { parameters: { alarm-action-required: false } } }",
    ];
    let wrong = [
        "profil: strict",
        "profile: stric",
        "profile: [core]",
        "fail-on: fatal",
        "skip: { a: b }",
        "parameters: [Env]",
        "parameters: { Env: { a: b } }",
        "tag-keys: { Owner: us }",
        "baseline: [a]",
        "rules: [s3-bucket-versioning]",
        "rules: { s3-bucket-versioning: off }",
        "rules: { s3-bucket-versioning: { levels: note } }",
        "rules: { s3-bucket-versioning: { level: fatal } }",
        "rules: { ec2-security-group-open: { parameters: { ports: 443 } } }",
        "suffix-parameter: 5",
        "tag-keys: [Owner, true]",
        "rules: { ec2-security-group-open: { parameters: { allowed-ports: ssh } } }",
        "rules: { ec2-security-group-open: { parameters: { allowed-ports: [0-65535] } } }",
        "rules: { logs-retention-year: { parameters: { days: 30 days } } }",
        "rules: { logs-retention-year: { parameters: { days: -5 } } }",
        "rules: { logs-retention-year: { parameters: { days: 1.5 } } }",
        "rules: { logs-retention-year: { parameters: { days: [] } } }",
        "rules: { logs-retention-year: { parameters: { days: [1, 2] } } }",
        "rules: { cloudwatch-alarm-action: { parameters: { alarm-action-required: maybe } } }",
        "rules: { transfer-security-policy: { parameters: { outdated: [' '] } } }",
        "[profile]",
    ];
    for text in right {
        assert_eq!((complaints(&validator, text), refused(text)), (Vec::new(), false), "{text}");
    }
    for text in wrong {
        assert!(!complaints(&validator, text).is_empty() && refused(text), "{text} is taken");
    }
}

/// A rule with this body instead of `assert`.
fn rule(body: &str) -> String {
    format!("id: own-rule\ntitle: T\nlevel: note\nmessage: M\nresources: [AWS::S3::Bucket]\n{body}\n")
}

#[test]
fn the_schema_of_rules_refuses_what_hipaalint_refuses() {
    let validator = validator("hipaalint-rule.schema.json");
    let is_refused = |text: &str| RuleSet::embedded().add_text(Path::new("own-rule.yaml"), text).is_err();
    let right = [
        "assert: { path: $.A, is: { equals: [1, true, x] } }",
        "assert: { path: $.A, is: { in: { parameter: p } } }\nparameters: { p: { description: d, default: [a, 1] } }",
        "assert: { every: { items: $.A, where: { path: $.B, is: { present: true } }, is: { like: '*' } } }",
        "assert: { count: { path: '$.A[*]', at-least: 2 } }",
        "assert: { any: [{ analysis: { grants-admin: true } }, { undecided: why }] }",
        "assert: { not: { some: { related: { types: [A::B::C], via: $.D } } } }",
    ];
    let wrong = [
        "asert: { path: $.A, is: { equals: 1 } }",
        "assert: { path: $.A }",
        "assert: { is: { equals: 1 } }",
        "assert: { path: $.A, is: {} }",
        "assert: { path: $.A, is: { eqals: 1 } }",
        "assert: { all: [], any: [] }",
        "assert: { or-absent: true, undecided: x }",
        "assert: { every: { path: $.A, items: $.B } }",
        "assert: { every: { is: { equals: 1 } } }",
        "assert: { analysis: { grants-admin: false } }",
        "assert: { analysis: { grants-admin: true, carries-secret: true } }",
        "assert: { path: $.A, is: { type: number } }",
        "assert: { undecided: x }\nlevels: note",
        "when: { undecided: x }",
    ];
    for body in right {
        let text = rule(body);
        assert_eq!((complaints(&validator, &text), is_refused(&text)), (Vec::new(), false), "{body}");
    }
    for body in wrong {
        let text = rule(body);
        assert!(!complaints(&validator, &text).is_empty() && is_refused(&text), "{body} is taken");
    }
    for (from, to) in [("id: own-rule", "id: Own_Rule"), ("level: note", "level: fatal"), ("title: T\n", "")] {
        let text = rule("assert: { undecided: x }").replace(from, to);
        assert!(!complaints(&validator, &text).is_empty() && is_refused(&text), "{to} is taken");
    }
}
