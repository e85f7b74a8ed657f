//! `--parameters samconfig.toml#ENVIRONMENT`: the SAM CLI's configuration as a parameter file.

use crate::support::{CHOOSES, Folder};

const TEMPLATE: &str = "\
Parameters:
  Env: { Type: String, Default: dev, AllowedValues: [dev, prod] }
  Note: { Type: String, Default: none }
  AdminPassword: { Type: String, NoEcho: true, MinLength: 12, Default: 'replace-me-at-once' }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: { Status: !If [IsProd, Enabled, Suspended] }
";

/// The parameters that a run pins, as the page for an auditor lists them, and the problems with the file.
fn read(configuration: &str, argument: &str) -> (Vec<String>, Vec<String>) {
    let folder = Folder::with(&[("app.yaml", TEMPLATE), (argument.split('#').next().unwrap(), configuration)]);
    let page = folder.versioning(&["app.yaml", "--parameters", argument, "--format", "html"]).stdout;
    let table = page.split("These parameters were pinned").nth(1).and_then(|rest| rest.split("</table>").next());
    let rows = table.unwrap_or_default().split("<th scope=\"row\">").skip(1).map(|row| {
        let (name, rest) = row.split_once("</th>").unwrap();
        let value = rest.replace("<td>", "").replace("<code>", "").replace("</code>", "").replace("&quot;", "\"");
        format!("{name}={}", value.split("</td>").next().unwrap().trim())
    });
    let report = folder.versioning(&["app.yaml", "--parameters", argument, "--format", "json"]).json();
    let problems = report["diagnostics"].as_array().unwrap().iter().map(|one| {
        assert!(one["code"] == "parameter-file" || one["code"] == "unknown-parameter", "{one}");
        let line = one["start"]["line"].as_u64().map_or(String::new(), |line| format!("{line}: "));
        format!("{line}{} | {}", one["message"].as_str().unwrap(), one["help"].as_str().unwrap())
    });
    (rows.collect(), problems.collect())
}

#[test]
fn every_form_of_the_overrides_is_read() {
    for overrides in [
        "\"Env=prod Note=x\"",
        "'Env=\"prod\" Note=\"x\"'",
        "\"ParameterKey=Env,ParameterValue=prod ParameterKey=Note,ParameterValue=x\"",
        "[\"Env=prod\", \"Note=x\"]",
        "[\"Env=dev Note=x\", [\"Env=prod\"]]",
        "[\"ParameterKey=Env,ParameterValue=prod\", { Note = \"x\" }]",
        "{ Env = \"prod\", Note = \"x\" }",
    ] {
        let toml = format!("version = 0.1\n[default.deploy.parameters]\nparameter_overrides = {overrides}\n");
        assert_eq!(read(&toml, "samconfig.toml"), (vec!["Env=prod".into(), "Note=x".into()], vec![]), "{overrides}");
    }
    let table = "[default.deploy.parameters.parameter_overrides]\nEnv = 'prod'\nNote = 'x'\n";
    assert_eq!(read(table, "samconfig.toml").0, ["Env=prod", "Note=x"]);
    let yaml = "version: 0.1\ndefault:\n  deploy:\n    parameters:\n      parameter_overrides: [Env=prod, {Note: x}]\n";
    assert_eq!(read(yaml, "samconfig.yaml").0, ["Env=prod", "Note=x"]);
}

#[test]
fn values_are_as_the_sam_cli_passes_them_on() {
    let note = |value: &str| {
        let toml = format!("[default.deploy.parameters]\nparameter_overrides = {value}\n");
        let (pinned, problems) = read(&toml, "samconfig.toml");
        pinned.into_iter().chain(problems).collect::<Vec<_>>().join(" & ")
    };
    for (value, expected) in [
        ("{ Note = true }", "Note=True"),
        ("{ Note = 1_000 }", "Note=1000"),
        ("{ Note = 1.50 }", "Note=1.5"),
        ("{ Note = ['a', 2, ' b '] }", "Note=a,2,b"),
        ("'Note=\"a b\"'", "Note=a b"),
        ("'Note=a\\ b'", "Note=a b"),
        ("\"Note='a b'\"", "Note=a b"),
        ("'Note=a=b'", "Note=a=b"),
    ] {
        assert_eq!(note(value), expected, "{value}");
    }
    // A value that the SAM CLI would cut, or that is not certain, is a mistake and not a guess.
    for value in [
        "'Note=a b'",
        "'Note=a\"b'",
        "'Note'",
        "'Note=x ParameterKey=Env,ParameterValue=prod'",
        "{ Note = 1e400 }",
        "7",
    ] {
        assert!(note(value).starts_with("2: "), "{value}: {}", note(value));
    }
    for value in ["'file://values.json'", "{ '$include' = 'values.yaml' }"] {
        assert_eq!(
            note(value),
            "2: `parameter_overrides` names another file, which hipaalint does not read | Name that file with --parameters \
             as well."
        );
    }
}

#[test]
fn an_environment_is_chosen() {
    let toml = "\
version = 0.1
[default.global.parameters]
region = 'eu-central-1'
parameter_overrides = 'Note=global'
[default.deploy.parameters]
stack_name = 'patients'
parameter_overrides = 'Env=dev'
[prod.deploy.parameters]
parameter_overrides = 'Env=prod'
[empty.build.parameters]
cached = true
";
    // `deploy` replaces what `global` sets, option by option.
    assert_eq!(read(toml, "samconfig.toml").0, ["AWS::Region=eu-central-1", "AWS::StackName=patients", "Env=dev"]);
    assert_eq!(read(toml, "samconfig.toml#prod").0, ["Env=prod"]);
    assert_eq!(read(toml, "deploy.toml#prod").0, ["Env=prod"]);
    assert_eq!(
        read(toml, "samconfig.toml#prd").1,
        ["the file has no environment `prd` | Did you mean `#prod`?".to_owned()]
    );
    assert_eq!(
        read(toml, "samconfig.toml#quality").1,
        ["the file has no environment `quality` | Name one of its environments after `#`: default, empty, prod."]
    );
    assert_eq!(
        read(toml, "samconfig.toml#empty").1,
        [
            "environment `empty` sets no parameters of `sam deploy` | hipaalint reads `parameter_overrides`, `region` and \
          `stack_name` of `empty.deploy.parameters` and `empty.global.parameters`."
        ]
    );
    let (pinned, problems) = read("[default\n", "samconfig.toml");
    assert!(pinned.is_empty() && problems[0].starts_with("1: the file is not valid TOML: "), "{problems:?}");
    let deep = format!("x = {}1{}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read(&deep, "samconfig.toml").1[0].starts_with("1: the file is not valid TOML: "));
    let deep = format!("{}x = 1\n", "a.".repeat(100_000));
    assert!(read(&deep, "samconfig.toml").1[0].starts_with("1: the file is not valid TOML: "));
}

#[test]
fn a_configuration_that_is_not_named_is_not_read() {
    let toml = "[default.deploy.parameters]\nparameter_overrides = 'Env=dev'\n";
    let folder = Folder::with(&[("chooses.yaml", CHOOSES), ("samconfig.toml", toml)]);
    assert_eq!(folder.versioning(&["chooses.yaml"]).code, 0, "a violation outside of the default is a warning");
    assert_eq!(folder.versioning(&["chooses.yaml", "--parameters", "samconfig.toml"]).code, 1);
    // What is typed wins, and a file may have any name.
    let typed = ["chooses.yaml", "--parameters", "samconfig.toml", "--parameter", "Env=prod", "--fail-on", "note"];
    assert_eq!(folder.versioning(&typed).code, 0);
    folder.file("odd.toml#prod", "{\"Env\": \"prod\"}");
    assert_eq!(folder.versioning(&["chooses.yaml", "--parameters", "odd.toml#prod", "--fail-on", "note"]).code, 0);
}

#[test]
fn secrets_of_a_configuration_are_not_shown() {
    for overrides in [
        "'AdminPassword=hunter2'",
        "{ AdminPassword = 'hunter2' }",
        "'AdminPassword=hunter2 hunter3'",
        "'AdminPassword=hunter2 Env=devel'",
        "'AdminPassword=hunter2",
        "{ AdminPassword = 2024-01-01, Note = 'hunter2', Env = 1e400 }",
    ] {
        let toml = format!("[default.deploy.parameters]\nparameter_overrides = {overrides}\n");
        let folder = Folder::with(&[("app.yaml", TEMPLATE), ("samconfig.toml", &toml)]);
        for format in ["human", "json", "sarif", "html", "markdown", "github", "gitlab", "junit"] {
            let ran = folder.versioning(&["app.yaml", "--parameters", "samconfig.toml", "--format", format]);
            assert_eq!(ran.code, 2, "{format} {overrides}");
            let shown = ran.all();
            // The value of a parameter that is not secret may be shown.
            let shown = ["<code>hunter2</code>", "Note=hunter2", "\"value\": \"hunter2\""].iter().fold(
                shown,
                |shown, of_note| {
                    if overrides.contains("Note") { shown.replace(of_note, "") } else { shown }
                },
            );
            assert!(!shown.contains("hunter"), "{format} {overrides}: {shown}");
        }
    }
}
