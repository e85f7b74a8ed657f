//! Situations from bug reports, from other tools' test suites, and in teams' own spellings, each with every result of the rules that it
//! is about. `CASES_UPDATE=1 cargo test --test engine cases` writes the results: read the difference before you accept it.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases")
}

/// The results of some rules on a template, and what is odd about it, a line each.
fn results(file: &str, profile: &str, rules: &[&str]) -> Vec<String> {
    let arguments = [file, "--no-config", "--profile", profile, "--format", "json", "--show", "undecided"];
    let ran = Command::new(env!("CARGO_BIN_EXE_hipaalint")).args(arguments).current_dir(folder()).output().unwrap();
    let report: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |value: &Value| value["start"]["line"].as_u64().unwrap_or_default();
    let of_rules = report["findings"].as_array().unwrap().iter();
    let mut lines: Vec<String> = of_rules
        .filter(|finding| rules.contains(&finding["rule"].as_str().unwrap()))
        .map(|finding| {
            let what = ["outcome", "level", "rule"].map(|key| text(&finding[key])).join(" ");
            format!("  line {}: {what} {}", line(finding), text(&finding["subject"]["name"]))
        })
        .collect();
    let diagnostics = report["diagnostics"].as_array().unwrap().iter();
    lines.extend(diagnostics.map(|found| format!("  line {}: {}", line(found), text(&found["code"]))));
    lines.sort();
    lines.insert(0, format!("{file} ({profile}): exit code {}", ran.status.code().unwrap()));
    lines
}

#[test]
fn every_case_comes_out_as_it_should() {
    let cases = fs::read_to_string(folder().join("cases.tsv")).unwrap();
    let mut found = String::new();
    for case in cases.lines() {
        let [file, profile, rules] = case.split('\t').collect::<Vec<_>>()[..] else { panic!("three columns: {case}") };
        assert!(folder().join(file).exists(), "{file}");
        found.push_str(&results(file, profile, &rules.split(' ').collect::<Vec<_>>()).join("\n"));
        found.push('\n');
    }
    let expected = folder().join("expected.txt");
    if std::env::var_os("CASES_UPDATE").is_some() {
        fs::write(&expected, &found).unwrap();
    }
    let expected = fs::read_to_string(&expected).unwrap();
    let differs = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
    assert_eq!(differs, None, "found and expected");
    assert_eq!(found.lines().count(), expected.lines().count());
}
