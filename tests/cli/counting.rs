//! A check is one rule on one resource, in every number and list: what failed beats what is undecided, and that beats what passed.

use crate::support::Folder;
use serde_json::Value;
use std::collections::BTreeMap;

/// A rule that looks at buckets twice.
const TWICE: &str = r#"id: own-bucket-twice
title: Bucket lacks something
level: error
severity: high
controls: ["164.312(b)"]
checks:
  - resources: [AWS::S3::Bucket]
    assert: { path: $.Properties.BucketName, is: { present: true } }
  - resources: [AWS::S3::Bucket, AWS::SQS::Queue]
    assert: { path: $.DeletionPolicy, is: { present: true } }
  - resources: [AWS::S3::Bucket]
    when: { path: $.Properties.ObjectLockEnabled, is: { present: true } }
    assert: { path: $.Properties.ObjectLockEnabled, is: { equals: true } }
message: "`{resource}` lacks `{name}`"
remediation: Set it.
examples:
  pass: [{ name: p, template: "Resources: {A: {Type: AWS::SQS::Queue, DeletionPolicy: Retain}}" }]
  fail: [{ name: f, template: "Resources: {A: {Type: AWS::SQS::Queue}} # finding" }]
"#;

const TEMPLATE: &str = "\
Parameters:
  Lock: { Type: String }
Resources:
  Both: { Type: AWS::S3::Bucket }
  Failed: { Type: AWS::S3::Bucket, DeletionPolicy: Retain, Properties: { ObjectLockEnabled: !Ref Lock } }
  Open: { Type: AWS::S3::Bucket, DeletionPolicy: Retain, Properties: { BucketName: a, ObjectLockEnabled: !Ref Lock } }
  Passed: { Type: AWS::S3::Bucket, DeletionPolicy: Retain, Properties: { BucketName: b } }
  Queue: { Type: AWS::SQS::Queue, DeletionPolicy: Retain }
";

const ALL: [&str; 7] = ["app.yaml", "--rules", "own", "--rule", "own-bucket-twice", "--show", "undecided,passed"];

#[test]
fn a_rule_on_a_resource_is_one_check() {
    let folder = Folder::with(&[("own/rule.yaml", TWICE), ("app.yaml", TEMPLATE)]);
    let run = |more: &[&str]| folder.run(&[&ALL, more].concat());
    let report = run(&["--format", "json"]).json();
    let summary = &report["summary"];
    let numbers = ["failed", "undecided", "passed", "errors"].map(|key| summary[key].as_u64().unwrap());
    // Two entries fail for the first bucket: one check with two findings.
    assert_eq!(numbers, [2, 1, 2, 3], "{report}");
    let mut outcomes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        let name = finding["subject"]["name"].as_str().unwrap();
        outcomes.entry(name).or_default().push(finding["outcome"].as_str().unwrap());
    }
    let expected = [
        ("Both", vec!["fail", "fail"]),
        ("Failed", vec!["fail"]),
        ("Open", vec!["undecided"]),
        ("Passed", vec!["pass"]),
        ("Queue", vec!["pass"]),
    ];
    assert_eq!(outcomes.into_iter().collect::<Vec<_>>(), expected);
    let human = run(&[]).stdout;
    assert!(human.contains("5 checks: 2 failed, 1 undecided, 2 passed"), "{human}");
    let junit = run(&["--format", "junit"]).stdout;
    assert!(junit.contains("tests=\"5\" failures=\"2\" errors=\"0\""), "{junit}");
    let html = run(&["--format", "html"]).stdout;
    assert!(html.contains("5 checks: 2 failed, 1 undecided, 2 passed."), "{html}");
    let oscal: Value = run(&["--format", "oscal", "--today", "2026-11-28"]).json();
    let text = oscal.to_string();
    assert!(!text.contains("of 9 checks") && !text.contains("of 10 checks"), "{text}");
}

#[test]
fn what_a_transform_makes_of_a_resource_is_one_subject() {
    // A function with two schedules: two rules for events, each with a permission.
    let template = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Care:\n    Type: AWS::Serverless::Function\n    \
                    Properties:\n      Handler: a\n      Runtime: python3.13\n      InlineCode: x\n      Events:\n        \
                    A: { Type: Schedule, Properties: { Schedule: rate(1 day) } }\n        \
                    B: { Type: Schedule, Properties: { Schedule: rate(1 day) } }\n";
    let folder = Folder::with(&[("app.yaml", template)]);
    let rules = ["app.yaml", "--profile", "strict", "--show", "undecided,passed", "--no-config"];
    let report = folder.run(&[&rules[..], &["--format", "json"]].concat()).json();
    let summary = &report["summary"];
    let total: u64 = ["failed", "undecided", "passed"].iter().map(|key| summary[*key].as_u64().unwrap()).sum();
    let junit = folder.run(&[&rules[..], &["--format", "junit"]].concat()).stdout;
    // A test case for each check, and one for what was not checked, if there is any.
    let cases = junit.matches("<testcase ").count() - junit.matches("name=\"not-checked\"").count();
    assert_eq!(cases as u64, total, "{junit}");
}
