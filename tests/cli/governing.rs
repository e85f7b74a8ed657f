//! Which configuration governs which template.

use crate::support::{BAD, Folder, GOOD, OWN_RULE, findings, problems, ran};

/// The configurations of a JSON report: file, profile and number of templates.
fn governed(report: &serde_json::Value) -> Vec<(String, String, u64)> {
    let row = |one: &serde_json::Value| {
        let text = |key: &str| one[key].as_str().unwrap_or("-").to_owned();
        (text("configuration"), text("profile"), one["templates"].as_u64().unwrap())
    };
    report["summary"]["governed"].as_array().unwrap().iter().map(row).collect()
}

fn row(configuration: &str, profile: &str, templates: u64) -> (String, String, u64) {
    (configuration.to_owned(), profile.to_owned(), templates)
}

#[test]
fn the_nearest_from_the_template_upwards_governs() {
    let folder = Folder::with(&[
        ("top.yaml", BAD),
        ("billing/hipaalint.yaml", "profile: strict\n"),
        ("billing/stacks/a.yaml", BAD),
        ("billing/b.yaml", BAD),
        ("records/hipaalint.yaml", "profile: conformance\n"),
        ("records/c.yaml", GOOD),
    ]);
    let report = folder.run(&[".", "--format", "json"]).json();
    let expected = [
        row("-", "core", 1),
        row("billing/hipaalint.yaml", "strict", 2),
        row("records/hipaalint.yaml", "conformance", 1),
    ];
    let mut rows = governed(&report);
    rows.sort();
    assert_eq!(rows, expected);
    assert_eq!(report["summary"]["selection"], "conformance, core, strict");
    for (path, shown) in [
        ("top.yaml", "None: only options and defaults."),
        ("billing", "billing/hipaalint.yaml"),
        ("records/c.yaml", "records/hipaalint.yaml"),
    ] {
        let page = folder.run(&[path, "--format", "html"]).stdout;
        assert!(page.contains(&format!("<dt>Configuration</dt>\n<dd>{shown}</dd>")), "{page}");
    }
    // From elsewhere, too, and for a template that is named.
    let named = folder.run(&["billing/stacks/a.yaml", "--format", "json"]).json();
    assert_eq!(governed(&named), [row("billing/hipaalint.yaml", "strict", 1)]);
    let mut command = folder.command(&["../billing/b.yaml", "--format", "json"]);
    let beside = ran(command.current_dir(folder.path("records"))).json();
    assert_eq!(governed(&beside), [row("../billing/hipaalint.yaml", "strict", 1)]);
    let people = folder.versioning(&["billing", "records"]);
    assert!(
        people.stdout.contains(
            "\n  Configured   billing/hipaalint.yaml for 2 templates, records/hipaalint.yaml for 1 template\n"
        ),
        "{}",
        people.stdout
    );
}

#[test]
fn options_win_over_every_configuration() {
    let folder = Folder::with(&[
        ("a/hipaalint.yaml", "profile: strict\nfail-on: never\n"),
        ("a/bad.yaml", BAD),
        ("b/hipaalint.yaml", "profile: conformance\nfail-on: note\n"),
        ("b/good.yaml", GOOD),
        ("one.yaml", "profile: proposed-2025\n"),
    ]);
    let profiles = |arguments: &[&str]| {
        let report = folder.run(&[&["a", "b", "--format", "json"], arguments].concat()).json();
        report["summary"]["selection"].as_str().unwrap().to_owned()
    };
    assert_eq!(profiles(&[]), "conformance, strict");
    assert_eq!(profiles(&["--profile", "core"]), "core");
    assert_eq!(profiles(&["--no-config"]), "core");
    assert_eq!(profiles(&["--config", "one.yaml"]), "proposed-2025");
    // Each decides which level fails the run for its own templates.
    assert_eq!(folder.versioning(&["a", "b"]).code, 0);
    assert_eq!(folder.versioning(&["a", "b", "--fail-on", "error"]).code, 1);
    folder.file("b/bad.yaml", BAD);
    assert_eq!(folder.versioning(&["a", "b"]).code, 1);
}

#[test]
fn configurations_end_at_the_root_of_a_repository() {
    let folder = Folder::with(&[
        ("hipaalint.yaml", "profile: strict\n"),
        ("repository/.git/HEAD", ""),
        ("repository/infra/bad.yaml", BAD),
        ("worktree/.git", "gitdir: elsewhere\n"),
        ("worktree/bad.yaml", BAD),
        ("plain/bad.yaml", BAD),
    ]);
    let selection = |file: &str| folder.run(&[file, "--format", "json"]).json()["summary"]["selection"].clone();
    assert_eq!(selection("plain/bad.yaml"), "strict");
    assert_eq!(selection("repository/infra/bad.yaml"), "core");
    assert_eq!(selection("worktree/bad.yaml"), "core");
    folder.file("repository/hipaalint.yaml", "profile: conformance\n");
    assert_eq!(selection("repository/infra/bad.yaml"), "conformance");
}

#[test]
fn each_has_its_own_rules_levels_parameters_and_baseline() {
    let chooses = "Parameters:\n  Versions: { Type: String }\nResources:\n  Records:\n    Type: AWS::S3::Bucket\n    \
                   Properties:\n      VersioningConfiguration: { Status: !Ref Versions }\n";
    let folder = Folder::with(&[
        ("a/hipaalint.yaml", "parameters: { Versions: Suspended }\n"),
        ("a/chooses.yaml", chooses),
        ("b/hipaalint.yaml", "parameters: { Versions: Enabled }\n"),
        ("b/chooses.yaml", chooses),
        ("c/hipaalint.yaml", "rule-folders: [own]\nrules:\n  s3-bucket-versioning: { level: off }\n"),
        ("c/own/rule.yaml", OWN_RULE),
        ("c/bad.yaml", BAD),
    ]);
    let rules = ["--rule", "s3-bucket-versioning", "--rule", "own-bucket-versions"];
    let report = folder.run(&[&["a", "b", "c", "--format", "json"][..], &rules].concat()).json();
    assert_eq!(problems(&report), [], "a rule of one configuration is not a misspelling");
    let expected = [
        ("a/chooses.yaml", "s3-bucket-versioning"),
        // The gravest of a file first.
        ("c/bad.yaml", "own-bucket-versions"),
        ("c/bad.yaml", "s3-bucket-versioning"),
    ];
    assert_eq!(findings(&report), expected.map(|(file, rule)| (file.to_owned(), rule.to_owned())));
    // Its level is for those who did not name it.
    let report = folder.run(&["c", "--format", "json"]).json();
    assert!(findings(&report).iter().all(|(_, rule)| rule != "s3-bucket-versioning"));

    folder.run(&[&["a", "--write-baseline", "a/known.json"][..], &rules].concat());
    folder.file("a/hipaalint.yaml", "parameters: { Versions: Suspended }\nbaseline: known.json\n");
    folder.file("b/hipaalint.yaml", "parameters: { Versions: Suspended }\n");
    let report = folder.run(&[&["a", "b", "--format", "json"][..], &rules].concat()).json();
    assert_eq!(findings(&report), [("b/chooses.yaml".to_owned(), "s3-bucket-versioning".to_owned())]);
    assert_eq!((&report["summary"]["in_baseline"], &report["summary"]["stale"]), (&1.into(), &0.into()));
}

#[test]
fn a_nested_stack_is_governed_by_its_own_folder() {
    let parent = "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: parts/child.yaml }\n";
    let folder = Folder::with(&[
        ("app/parent.yaml", parent),
        ("app/parts/child.yaml", BAD),
        ("app/parts/hipaalint.yaml", "rules:\n  s3-bucket-versioning: { level: note }\n"),
    ]);
    let report = folder.run(&["app/parent.yaml", "--format", "json"]).json();
    let levels: Vec<&serde_json::Value> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["rule"] == "s3-bucket-versioning")
        .map(|one| &one["level"])
        .collect();
    assert_eq!(levels, ["note"]);
}

#[test]
fn short_forms_set_the_parameters_of_rules() {
    let text = "Parameters:\n  Stage: { Type: String, Default: dev }\nResources:\n  Queue:\n    Type: AWS::SQS::Queue\n    \
                Properties:\n      QueueName: patients\n      Tags: [{ Key: Owner, Value: us }]\n";
    let folder = Folder::with(&[("queue.yaml", text)]);
    let messages = |configuration: &str| {
        folder.file("hipaalint.yaml", configuration);
        let rules = ["--rule", "tags-required", "--rule", "name-contains-suffix"];
        let ran = folder.run(&[&["queue.yaml", "--format", "json"][..], &rules].concat());
        let report = ran.json();
        assert_eq!(problems(&report), []);
        let text = |one: &serde_json::Value| one["message"].as_str().unwrap().to_owned();
        report["findings"].as_array().unwrap().iter().map(text).collect::<Vec<_>>()
    };
    assert_eq!(messages("tag-keys: [Owner]\n"), Vec::<String>::new());
    let found = messages("tag-keys: [Owner, Ward]\nsuffix-parameter: Stage\n");
    assert!(found.iter().any(|text| text.contains("Ward") && !text.contains("Owner")), "{found:?}");
    assert!(found.iter().any(|text| text.contains("does not contain the environment suffix")), "{found:?}");
    // A parameter of the rule itself takes precedence.
    let found = messages("tag-keys: Owner\nrules: { tags-required: { parameters: { tag-keys: [Floor] } } }\n");
    assert!(found.iter().any(|text| text.contains("Floor")), "{found:?}");
    // They run no rule that the profile leaves out, and are shown where a rule is explained.
    let explained = folder.run(&["explain", "tags-required"]).stdout;
    assert!(explained.contains("in the configuration: Floor"), "{explained}");
}
