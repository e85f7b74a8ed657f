//! Reports that are written while files are linted: records, schemas, limits, and files that are replaced only by whole reports.

use crate::support::{BAD, CHOOSES, Folder, GOOD};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// A shipped schema, which allows no other fields here: so none can be forgotten in it.
pub fn closed(name: &str) -> Validator {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name)).unwrap();
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{name}: {error}"));
    close(&mut schema);
    jsonschema::validator_for(&schema).unwrap()
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            // Records have their kind in addition to the fields of their entry.
            if fields.contains_key("required") && fields.get("type") == Some(&json!("object")) {
                fields.insert("additionalProperties".into(), json!(false));
                if let Some(Value::Object(properties)) = fields.get_mut("properties") {
                    properties.insert("record".into(), json!({ "type": "string" }));
                }
            }
            if fields.contains_key("allOf") {
                fields.remove("additionalProperties");
            }
            fields.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

pub fn complaints(validator: &Validator, document: &Value) -> Vec<String> {
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Templates with everything that a report can have, and runs about them.
fn runs() -> (Folder, Vec<Vec<&'static str>>) {
    let excepted = "Resources:\n  Records:\n    Type: AWS::S3::Bucket\n    Metadata:\n      hipaalint:\n        exceptions:\n          - \
                    rule: s3-bucket-versioning\n            reason: Copies only.\n            owner: data\n            expires: 2030-01-01\n";
    let folder = Folder::with(&[
        ("bad.yaml", BAD),
        ("chooses.yaml", CHOOSES),
        ("good.yaml", GOOD),
        ("excepted.yaml", excepted),
        ("broken.yaml", "Resources: ["),
    ]);
    let runs = vec![
        vec![".", "--profile", "strict", "--show", "passed", "--show", "undecided", "--today", "2026-11-27"],
        vec!["bad.yaml", "--rule", "s3-bucket-versioning", "--min-severity", "low"],
        vec!["good.yaml", "--profile", "proposed-2025", "--parameter", "Typo=1"],
        vec!["../../missing.yaml"],
    ];
    (folder, runs)
}

#[test]
fn reports_fit_their_schema() {
    let schema = closed("report.schema.json");
    let (folder, runs) = runs();
    for arguments in runs {
        let report = folder.run(&[&arguments[..], &["--format", "json"]].concat()).json();
        assert_eq!(complaints(&schema, &report), Vec::<String>::new(), "{arguments:?}");
    }
    assert!(!complaints(&schema, &json!({ "schema": 1 })).is_empty());
}

/// Each list of the JSON report has the same entries as the records of its kind.
#[test]
fn records_fit_their_schema_and_are_the_entries_of_the_report() {
    let schema = closed("jsonl.schema.json");
    let (folder, runs) = runs();
    for arguments in runs {
        let lines = folder.run(&[&arguments[..], &["--format", "jsonl"]].concat()).stdout;
        let mut records: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for record in &records {
            assert_eq!(complaints(&schema, record), Vec::<String>::new(), "{record}");
        }
        let mut kinds: Vec<String> = Vec::new();
        for record in &mut records {
            let kind = record.as_object_mut().unwrap().remove("record").unwrap();
            kinds.push(kind.as_str().unwrap().to_owned());
        }
        assert_eq!((kinds[0].as_str(), kinds.last().unwrap().as_str()), ("run", "summary"));
        let report = folder.run(&[&arguments[..], &["--format", "json"]].concat()).json();
        for (list, kind) in [
            ("findings", "finding"),
            ("suppressed", "suppressed"),
            ("exceptions", "exception"),
            ("diagnostics", "diagnostic"),
        ] {
            let of_kind = kinds.iter().zip(&records).filter(|(own, _)| *own == kind);
            let of_kind: Vec<&Value> = of_kind.map(|(_, record)| record).collect();
            assert_eq!(of_kind, report[list].as_array().unwrap().iter().collect::<Vec<_>>(), "{list}");
        }
        assert_eq!(records.last().unwrap(), &report["summary"]);
        let files = kinds.iter().filter(|kind| *kind == "file").count();
        assert_eq!(report["summary"]["templates"], files);
    }
}

#[test]
fn both_schemas_describe_the_same_entries() {
    let read = |name: &str| -> Value {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name)).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    assert_eq!(read("report.schema.json")["$defs"], read("jsonl.schema.json")["$defs"]);
}

#[test]
fn a_finding_brings_what_its_rule_states() {
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    let report = folder.versioning(&["bad.yaml", "--format", "json"]).json();
    let finding = &report["findings"][0];
    assert_eq!(finding["title"], "S3 bucket does not have versioning enabled");
    assert!(finding["url"].as_str().unwrap().ends_with("/docs/rules/s3-bucket-versioning.md"));
    assert!(finding["remediation"].as_str().unwrap().starts_with("Set "));
}

/// GitHub takes 25,000 results: the gravest go in, whatever their file, and the rest is counted.
#[test]
fn sarif_keeps_to_the_limits_of_code_scanning() {
    let folder = Folder::new();
    let buckets = |count: usize| -> String {
        let names = (0..count).map(|index| format!("  B{index}: {{ Type: \"AWS::S3::Bucket\" }}\n"));
        format!("Resources:\n{}", names.collect::<String>())
    };
    // Two rules of different severity on 450 buckets in each of 30 files.
    for file in 0..30 {
        folder.file(&format!("f{file}.yaml"), buckets(450));
    }
    let rules = ["--rule", "s3-bucket-versioning", "--rule", "s3-bucket-tls-only"];
    let report = folder.run(&[&[".", "--format", "json"], &rules[..]].concat()).json();
    let severities: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|finding| finding["severity"].as_str().unwrap()).collect();
    let all = severities.len();
    assert!(all > 25_000, "{all}");
    let sarif = folder.run(&[&[".", "--format", "sarif"], &rules[..]].concat()).json();
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let left_out = notifications.iter().find(|notification| notification["descriptor"]["id"] == "results-left-out");
    let text = left_out.unwrap()["message"]["text"].as_str().unwrap();
    assert!(text.contains("the 25,000 results") && text.contains("2,000 others"), "{text}");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ranks: Vec<f64> = results
        .iter()
        .map(|result| {
            let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!(rule["id"], result["ruleId"]);
            rule["properties"]["security-severity"].as_str().unwrap().parse().unwrap()
        })
        .collect();
    assert!(ranks.is_sorted_by(|one, next| one >= next));
}

/// A run does not read its own report, and leaves no file of its own behind.
#[test]
fn a_report_among_the_templates_is_replaced_when_it_is_complete() {
    let folder = Folder::with(&[("bad.yaml", BAD), ("report.json", "{ \"before\": true }")]);
    let first = folder.versioning(&[".", "--output", "report.json"]);
    let before = folder.read("report.json");
    let again = folder.versioning(&[".", "--output", "report.json"]);
    assert_eq!((first.code, &first.stdout), (again.code, &again.stdout));
    assert_eq!(folder.read("report.json"), before);
    let names = fs::read_dir(folder.path(".")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    assert_eq!(names, ["bad.yaml", "report.json"]);
}
