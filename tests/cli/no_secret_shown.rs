//! No output shows a secret of a template: its first two characters and its length at most.

use crate::support::Folder;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What all secrets of the templates have in common but their first two characters, and one that is a word.
const SECRETS: [&str; 2] = ["cret", "sesame"];

const FORMATS: [&str; 13] = [
    "human",
    "json",
    "jsonl",
    "sarif",
    "html",
    "github",
    "gitlab",
    "junit",
    "markdown",
    "exceptions",
    "exceptions-csv",
    "oscal",
    "asff",
];

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/secrets").join(name)
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hipaalint")).args(arguments).env("NO_COLOR", "1").output().unwrap()
}

/// What of a secret is in a text, with what is around it. "Secret" is a word of the reports.
fn leaks(text: &str) -> Vec<String> {
    let is_leak = |at: usize, secret: &str| secret == "sesame" || text[..at].ends_with("S3");
    let around = |at: usize| text[..at].chars().rev().take(60).collect::<String>().chars().rev().collect::<String>();
    SECRETS
        .iter()
        .flat_map(|secret| text.match_indices(secret).filter(|(at, _)| is_leak(*at, secret)).map(|(at, _)| around(at)))
        .collect()
}

fn assert_hidden(what: &str, output: &Output) {
    for stream in [&output.stdout, &output.stderr] {
        let found = leaks(&String::from_utf8_lossy(stream));
        assert!(found.is_empty(), "{what}: {} secrets shown, the first after: {}", found.len(), found[0]);
    }
}

/// The formats with everything that can be shown, rules that print values, and pinned parameters.
fn in_every_format(template: &Path, code: i32) {
    let template = template.to_str().unwrap();
    let rules = data("values.yaml");
    for format in FORMATS {
        let arguments = [
            template,
            "--no-config",
            "--profile",
            "strict",
            "--format",
            format,
            "--show",
            "undecided",
            "--show",
            "passed",
            "--show",
            "suppressed",
            "--rules",
            rules.to_str().unwrap(),
            "--parameter",
            "AdminPassword=S3cret-0099",
            "--parameter",
            "Opener=sesame",
            "--today",
            "2026-11-28",
        ];
        let account = [
            "--account=111122223333",
            "--region=us-east-1",
            "--product-arn=arn:aws:securityhub:us-east-1::product/a/b",
        ];
        let account = if format == "asff" { &account[..] } else { &[] };
        let output = run(&[&arguments[..], account].concat());
        assert_hidden(format, &output);
        assert_eq!(output.status.code(), Some(code), "{format}");
    }
    for format in ["dot", "mermaid", "json"] {
        assert_hidden(format, &run(&["graph", template, "--format", format]));
    }
    for format in ["human", "json"] {
        let pinned = ["--parameter", "AdminPassword=S3cret-0099", "--parameter", "Opener=sesame"];
        let evaluate = ["evaluate", template, "--no-config", "--format", format];
        assert_hidden(format, &run(&evaluate));
        assert_hidden(format, &run(&[&evaluate[..], &pinned[..]].concat()));
    }
}

#[test]
fn no_format_shows_a_secret_of_yaml() {
    in_every_format(&data("template.yaml"), 1);
}

/// Long secrets that repeat themselves took the square of their length to search for: a megabyte would not end.
#[test]
fn a_secret_may_be_as_long_as_a_template() {
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("template.yaml");
    let secret = "qZ7-".repeat(1 << 18);
    let text = format!(
        "Resources:\n  Records:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      Engine: postgres\n      \
         MasterUsername: admin\n      MasterUserPassword: \"{secret}\"\n"
    );
    fs::write(&template, text).unwrap();
    let output = run(&[template.to_str().unwrap(), "--no-config", "--rule", "literal-secret", "--format", "sarif"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("qZ7-"));
}

#[test]
fn no_format_shows_a_secret_of_json() {
    in_every_format(&data("template.json"), 1);
}

#[test]
fn no_format_shows_a_secret_of_a_template_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("template.json");
    let json: serde_json::Value = serde_json::from_str(&fs::read_to_string(data("template.json")).unwrap()).unwrap();
    fs::write(&template, json.to_string()).unwrap();
    in_every_format(&template, 1);
}

#[test]
fn no_format_shows_a_secret_of_a_template_that_cannot_be_parsed() {
    let folder = tempfile::tempdir().unwrap();
    for (name, from, to) in [
        ("template.yaml", "Password: { Value: S3cret-0035 }", "Password: { Value: S3cret-0035 ]"),
        ("template.yaml", "MasterUserPassword: S3cret-0011,", "MasterUserPassword: \"S3cret-0011,"),
        ("template.yaml", "\nResources:\n", "\nResource:\n"),
        ("template.yaml", "Default: S3cret-0005 }", "Default: S3cret-0005 ]"),
        (
            "template.yaml",
            "DB_PASSWORD, DB_TOKEN], Value: S3cret-0034 }",
            "DB_PASSWORD, DB_TOKEN], Value: S3cret-0034 ]",
        ),
        ("template.json", "\"S3cret-0035\"", "\"S3cret-0035\" x"),
    ] {
        let text = fs::read_to_string(data(name)).unwrap();
        assert!(text.contains(from), "{from}");
        let template = folder.path().join(name);
        fs::write(&template, text.replace(from, to)).unwrap();
        in_every_format(&template, 2);
    }
}

#[test]
fn no_secret_is_in_a_baseline() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = folder.path().join("baseline.json");
    let template = data("template.yaml");
    let file = baseline.to_str().unwrap();
    let output = run(&[template.to_str().unwrap(), "--no-config", "--write-baseline", file]);
    assert_hidden("stdout", &output);
    let text = fs::read_to_string(&baseline).unwrap();
    assert_eq!(leaks(&text), Vec::<String>::new());
}

/// The secrets are found: what is shown of them is there.
#[test]
fn what_is_shown_are_two_characters_and_the_length() {
    let output = run(&[data("template.yaml").to_str().unwrap(), "--no-config", "--profile", "strict"]);
    let text = String::from_utf8_lossy(&output.stdout);
    for shown in
        ["MasterUserPassword: S3*********,", "MasterUserPassword: ******", "# the password is S3*********, by the way"]
    {
        assert!(text.contains(shown), "{shown}");
    }
    let rules = data("values.yaml");
    let output = run(&[
        data("template.yaml").to_str().unwrap(),
        "--no-config",
        "--format",
        "json",
        "--rules",
        rules.to_str().unwrap(),
    ]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("`MasterUserPassword` of `Db` is \\\"S3… (11 characters)\\\""), "{text}");
}

/// A parameter with allowed values, and what is pinned.
const ALLOWED: &str = "\
Parameters:
  Open: { Type: String, NoEcho: true, AllowedValues: [S3cret-0001, S3cret-0002] }
  Key: { Type: String, NoEcho: true, AllowedPattern: '(hunter-0003|hunter-0004)' }
  AdminPassword: { Type: String, NoEcho: true, MaxLength: 5 }
Resources:
  Db:
    Type: AWS::RDS::DBInstance
    Properties: { MasterUserPassword: !Ref AdminPassword }
";

#[test]
fn no_format_shows_what_a_secret_parameter_allows() {
    let folder = Folder::with(&[("app.yaml", ALLOWED)]);
    let pinned = [
        "--parameter",
        "Open=wrong-S3cret",
        "--parameter",
        "Key=S3cret-0006",
        "--parameter",
        "AdminPassword=S3cret-0007",
    ];
    for format in FORMATS {
        let account = ["--account=111122223333", "--region=us-east-1"];
        let account = if format == "asff" { &account[..] } else { &[] };
        let arguments = [&["app.yaml", "--today", "2026-11-28", "--format", format][..], &pinned, account].concat();
        let output = folder.command(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{format}");
        assert_hidden(format, &output);
    }
    let text =
        folder.run(&[&["app.yaml", "--quiet", "--rule", "s3-*"][..], &pinned].concat()).stdout.replace("\n  │ ", " ");
    assert!(text.contains("for parameter `Open`: it is not one of the `AllowedValues`."), "{text}");
    assert!(text.contains("`Key`: it does not match the") && !text.contains("hunter"), "{text}");
    let output = folder.command(&[&["evaluate", "app.yaml"][..], &pinned].concat()).output().unwrap();
    assert_hidden("evaluate", &output);
}

#[test]
fn no_format_shows_a_pinned_secret_beside_another_mistake() {
    let folder = Folder::with(&[("app.yaml", ALLOWED)]);
    for (name, text) in [
        ("hipaalint.yaml", "parameters: { Open: S3cret-0001, Other: { a: 1 } }\n"),
        ("hipaalint.yaml", "parameters: { Opne: S3cret-0001, DbPassword: S3cret-0008, AWS::Nope: x }\n"),
        ("hipaalint.yaml", "parameters:\n  DbPassword: S3cret-0008\n  : :\n- a\n"),
        ("pins.json", "{\"Open\": \"S3cret-0001\", \"Nope\": \"x\"}"),
        ("pins.json", "[{\"ParameterKey\": \"Open\", \"ParameterValue\": \"S3cret-0001\"}, {\"ParameterKey\": 1}]"),
    ] {
        folder.file(name, text);
        for format in FORMATS.into_iter().filter(|format| *format != "asff") {
            let mut arguments = vec!["app.yaml", "--today", "2026-11-28", "--format", format];
            arguments.extend((name == "pins.json").then_some(["--parameters", "pins.json"]).into_iter().flatten());
            let output = folder.command(&arguments).output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{format}: {text}");
            assert_hidden(format, &output);
        }
        std::fs::remove_file(folder.path(name)).unwrap();
    }
}
