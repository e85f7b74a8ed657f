//! What configurations change about a run, in the reports: rules that are turned off, other parameters and levels, pinned parameters.

use crate::streams::{closed, complaints};
use crate::support::{CHOOSES, Folder};
use serde_json::{Value, json};

/// A bucket that denies requests over plain HTTP, and one that does not.
const GOOD: &str = r#"Resources:
  Records: { Type: AWS::S3::Bucket }
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Records
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Principal: "*"
            Action: "s3:*"
            Resource: [!GetAtt Records.Arn, !Sub "${Records.Arn}/*"]
            Condition: { Bool: { "aws:SecureTransport": "false" } }
"#;
const BAD: &str = "Resources:\n  Scans: { Type: AWS::S3::Bucket }\n";
const OFF: &str = "rules:\n  s3-bucket-tls-only: { level: off }\n";

/// A folder with both, of which the configuration of the bad one turns the rule off.
fn mixed() -> Folder {
    Folder::with(&[("good/a.yaml", GOOD), ("old/a.yaml", BAD), ("old/hipaalint.yaml", OFF)])
}

/// The states of the objective of a rule.
fn states(oscal: &Value, rule: &str) -> Vec<String> {
    let findings = oscal["assessment-results"]["results"][0]["findings"].as_array().unwrap();
    let of_rule = findings.iter().filter(|finding| finding["target"]["target-id"] == format!("{rule}_obj"));
    of_rule.map(|finding| finding["target"]["status"]["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn rules_that_are_turned_off_are_named() {
    let folder = mixed();
    let report = folder.run(&["--format", "json", "."]).json();
    assert_eq!(complaints(&closed("report.schema.json"), &report), Vec::<String>::new());
    let off: Vec<&Value> =
        report["summary"]["governed"].as_array().unwrap().iter().map(|governed| &governed["off"]).collect();
    assert_eq!(off, [&json!([]), &json!([{ "rule": "s3-bucket-tls-only", "templates": 1 }])]);
    let text = "1 rule turned off in old/hipaalint.yaml: s3-bucket-tls-only";
    for format in ["human", "markdown", "html", "sarif", "github", "junit"] {
        let ran = folder.run(&["--format", format, "."]);
        let words = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ").replace('\\', "");
        assert!(words.contains(text), "{format}: {}", ran.all());
    }
    let oscal = |folder: &Folder| folder.run(&["--format", "oscal", "--today", "2031-01-01", "."]);
    let ran = oscal(&folder);
    assert!(
        ran.stdout.contains(text) && ran.stdout.contains("s3-bucket-tls-only in old/hipaalint.yaml"),
        "{}",
        ran.all()
    );
    assert_eq!(states(&ran.json(), "s3-bucket-tls-only"), Vec::<String>::new(), "it was off for a bucket");
    folder.file("old/a.yaml", "Resources:\n  Topic: { Type: AWS::SNS::Topic }\n");
    assert_eq!(states(&oscal(&folder).json(), "s3-bucket-tls-only"), ["satisfied"], "it was off for a topic");
}

#[test]
fn a_citation_is_not_green_if_a_rule_was_off() {
    // What else the citation asks for is fulfilled.
    let blocked = |template: &str| {
        let block =
            ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"].join(": true, ");
        let properties = format!("Properties: {{ PublicAccessBlockConfiguration: {{ {block}: true }} }}");
        template.replace("Type: AWS::S3::Bucket }", &format!("Type: AWS::S3::Bucket, {properties} }}"))
    };
    let folder = mixed();
    folder.file("good/a.yaml", blocked(GOOD));
    folder.file("old/a.yaml", blocked(BAD));
    let row = |folder: &Folder| {
        let page = folder.run(&["--rule", "s3-bucket-tls-only", "--format", "markdown", "."]);
        assert_eq!(page.code, 1, "a rule that is named runs, whatever the configuration turns off");
        folder
            .run(&["--min-severity", "high", "--format", "markdown", "."])
            .stdout
            .lines()
            .find(|line| line.starts_with('|') && line.contains("164.312(e)(1)"))
            .unwrap()
            .to_owned()
    };
    let shown = row(&folder);
    assert!(shown.contains("➖") && shown.contains("1 rule turned off"), "{shown}");
}

#[test]
fn without_any_rule_no_type_is_called_one_without_a_rule() {
    let folder = Folder::with(&[("a.yaml", BAD), ("hipaalint.yaml", "rules: { \"*\": { level: off } }\n")]);
    let ran = folder.run(&["a.yaml"]);
    let words = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(ran.code == 0 && words.contains("rules turned off in hipaalint.yaml: "), "{}", ran.all());
    assert!(words.contains(" more") && words.contains("--format json names"), "{}", ran.all());
    assert!(!words.contains("without a rule in core"), "{}", ran.all());
}

#[test]
fn changed_rules_and_pinned_parameters_are_stated() {
    let configuration = "parameters: { Env: prod }\n\
                         rules:\n  \
                         s3-bucket-versioning: { level: note }\n  \
                         ec2-security-group-open: { parameters: { allowed-ports: [22] } }\n";
    let folder = Folder::with(&[("a.yaml", CHOOSES), ("hipaalint.yaml", configuration)]);
    let report = folder.run(&["--format", "json", "a.yaml"]).json();
    assert_eq!(complaints(&closed("report.schema.json"), &report), Vec::<String>::new());
    assert_eq!(report["summary"]["pinned"], json!([{ "name": "Env", "value": "prod" }]));
    let changed = json!([
        {
            "rule": "ec2-security-group-open",
            "level": null,
            "parameters": [{ "name": "allowed-ports", "default": ["80", "443"], "value": ["22"] }]
        },
        { "rule": "s3-bucket-versioning", "level": { "default": "warning", "value": "note" }, "parameters": [] },
    ]);
    let mut expected = changed.clone();
    expected[1]["level"]["default"] = report["summary"]["governed"][0]["changed"][1]["level"]["default"].clone();
    assert_eq!(report["summary"]["governed"][0]["changed"], expected);
    for format in ["human", "markdown", "html", "sarif"] {
        let ran = folder.run(&["--format", format, "a.yaml"]);
        let words = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ").replace('\\', "");
        assert!(words.contains("allowed-ports 22 (default 80, 443)"), "{format}: {}", ran.all());
        assert!(words.contains("Env=prod") || format == "html", "{format}: {}", ran.all());
    }
    let oscal = folder.run(&["--format", "oscal", "--today", "2031-01-01", "a.yaml"]).stdout;
    assert!(oscal.contains("allowed-ports 22 (default 80, 443) in hipaalint.yaml") && oscal.contains("Env=prod"));
}

#[test]
fn values_of_parameters_are_checked_at_their_line() {
    for (parameter, message) in [
        ("logs-retention-year: { parameters: { days: 30 days } }", "is `30 days`, not a whole number from 0"),
        ("logs-retention-year: { parameters: { days: seven } }", "is `seven`, not a whole number from 0"),
        ("logs-retention-year: { parameters: { days: -5 } }", "is `-5`, not a whole number from 0"),
        ("logs-retention-year: { parameters: { days: [] } }", "is an empty list, not a whole number from 0"),
        ("logs-retention-year: { parameters: { days: [1, 2] } }", "is a list, not a whole number from 0"),
        ("logs-retention-year: { parameters: { days: true } }", "is `true`, not a whole number from 0"),
        ("logs-retention-*: { parameters: { days: seven } }", "is `seven`, not a whole number from 0"),
        ("ec2-security-group-open: { parameters: { allowed-ports: ssh } }", "is `ssh`, not a whole number from 0"),
        (
            "ec2-security-group-open: { parameters: { allowed-ports: [80, 0-65535] } }",
            "has a value that is `0-65535`, not a whole number from 0",
        ),
        (
            "cloudwatch-alarm-action: { parameters: { alarm-action-required: maybe } }",
            "is `maybe`, not `true` or `false`",
        ),
    ] {
        let folder = Folder::with(&[("a.yaml", BAD), ("hipaalint.yaml", &format!("rules:\n  {parameter}\n"))]);
        let ran = folder.run(&["a.yaml", "--format", "json"]);
        let report = ran.json();
        let problem = &report["diagnostics"][0];
        let text = problem["message"].as_str().unwrap_or_default();
        assert!(ran.code == 2 && text.contains(message), "{parameter}: {}", ran.all());
        assert_eq!((&problem["start"]["line"], &problem["file"]), (&json!(2), &json!("hipaalint.yaml")), "{parameter}");
    }
    let right = "rules:\n  logs-retention-year: { parameters: { days: \"30\" } }\n  \
                 ec2-security-group-open: { parameters: { allowed-ports: [] } }\n";
    let folder = Folder::with(&[("a.yaml", BAD), ("hipaalint.yaml", right)]);
    assert_eq!(folder.run(&["a.yaml", "--format", "json"]).json()["diagnostics"], json!([]));
}

#[test]
fn names_are_texts() {
    let folder = Folder::with(&[("a.yaml", BAD), ("hipaalint.yaml", "suffix-parameter: 5\ntag-keys: [Owner, true]\n")]);
    let ran = folder.run(&["a.yaml", "--format", "json"]);
    let report = ran.json();
    let messages: Vec<&str> =
        report["diagnostics"].as_array().unwrap().iter().map(|one| one["message"].as_str().unwrap()).collect();
    assert_eq!(messages, ["`suffix-parameter` is a number, not a text", "`tag-keys` is a boolean, not a text"]);
}

#[test]
fn an_old_bundle_without_a_rule_for_a_template_is_noted() {
    let folder = mixed();
    let write = |name: &str| folder.run(&["--today", "2031-01-01", "--output", name, "--quiet", "good", "old"]);
    write("before.zip");
    folder.file("old/hipaalint.yaml", "profile: core\n");
    write("after.zip");
    let compare = |old: &str, new: &str| folder.run(&["evidence", "diff", "--format", "json", old, new]).json();
    let of_rule = |changes: &Value, key: &str| {
        let findings = changes["findings"].as_array().unwrap();
        let own = findings.iter().filter(|finding| finding["rule"] == "s3-bucket-tls-only");
        own.map(|finding| finding[key].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let changes = compare("before.zip", "after.zip");
    assert_eq!(of_rule(&changes, "kind"), ["new"]);
    assert_eq!(of_rule(&changes, "note"), ["The rule did not run on the template for the old bundle."]);
    assert_eq!(of_rule(&compare("after.zip", "before.zip"), "kind"), ["rule-not-run"]);
}
