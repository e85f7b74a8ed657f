//! Paths that do not exist: what to type instead.

use crate::support::{BAD, Folder, GOOD, problems};
use serde_json::Value;

/// The message and the help of the only problem.
fn problem(report: &Value) -> (String, String) {
    let [problem] = report["diagnostics"].as_array().unwrap().as_slice() else { panic!("{report}") };
    let text = |key: &str| problem[key].as_str().unwrap().to_owned();
    assert_eq!(problem["code"], "file-unreadable");
    (text("message"), text("help"))
}

fn help(folder: &Folder, paths: &[&str]) -> String {
    let ran = folder.versioning(&[paths, &["--format", "json"]].concat());
    assert_eq!(ran.code, 2, "{}", ran.all());
    problem(&ran.json()).1
}

#[test]
fn a_similar_file_is_suggested() {
    let folder = Folder::with(&[("app.yaml", GOOD), ("infra/net.template", GOOD), ("infra/data.json", "{}")]);
    for (typed, meant) in [
        ("app.yml", "app.yaml"),
        ("app.json", "app.yaml"),
        ("app.template", "app.yaml"),
        ("app", "app.yaml"),
        ("./app.yml", "app.yaml"),
        ("ap.yaml", "app.yaml"),
        ("infar", "infra"),
        ("infra/net.yaml", "infra/net.template"),
        ("infra/data.yml", "infra/data.json"),
        ("infra/dta.json", "infra/data.json"),
    ] {
        assert_eq!(help(&folder, &[typed]), format!("Did you mean `{meant}`?"), "{typed}");
    }
    let unknown = help(&folder, &["something-else.yaml"]);
    assert_eq!(unknown, "Check the spelling. Paths are relative to the current folder.");
    let ran = folder.run(&["graph", "app.yml"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert_eq!(ran.stderr, "hipaalint: app.yml: there is no such file or folder. Did you mean `app.yaml`?\n");
}

#[cfg(unix)]
#[test]
fn a_link_is_not_suggested_instead_of_itself() {
    let folder = Folder::with(&[("app.yml", GOOD)]);
    std::os::unix::fs::symlink("nowhere.yaml", folder.path("app.yaml")).unwrap();
    assert_eq!(help(&folder, &["app.yaml"]), "Check the spelling. Paths are relative to the current folder.");
}

#[test]
fn addresses_are_not_downloaded() {
    let folder = Folder::with(&[("app.yaml", GOOD)]);
    for (typed, meant) in [
        ("https://example.com/app.yaml", "Type `curl -fsSL https://example.com/app.yaml | hipaalint -`."),
        ("https://example.com/?a=1&b", "Type `curl -fsSL 'https://example.com/?a=1&b' | hipaalint -`."),
        ("s3://bucket/app.yaml", "Type `aws s3 cp s3://bucket/app.yaml - | hipaalint -`."),
        ("file://app.yaml", "Type `hipaalint app.yaml`."),
        ("git://example.com/app", "Download the template, and type the name of the file."),
    ] {
        assert_eq!(help(&folder, &[typed]), meant, "{typed}");
    }
    let report = folder.versioning(&["s3://bucket/app.yaml", "--format", "json"]).json();
    assert_eq!(problem(&report).0, "hipaalint reads local files only and downloads nothing");
    let ran = folder.run(&["graph", "s3://bucket/app.yaml"]);
    assert!(ran.stderr.contains("`aws s3 cp s3://bucket/app.yaml - | hipaalint graph -`"), "{}", ran.stderr);
}

#[test]
fn patterns_are_not_expanded() {
    let folder = Folder::with(&[("templates/a.yaml", GOOD), ("my templates/a.yaml", GOOD)]);
    let whole = |folder: &str| {
        format!(
            "Without quotes around the pattern, the shell expands it. To lint the whole folder, type `hipaalint {folder}`."
        )
    };
    assert_eq!(help(&folder, &["templates/*.yaml"]), whole("templates"));
    assert_eq!(help(&folder, &["templates/**/[ab].yaml"]), whole("templates"));
    assert_eq!(help(&folder, &["my templates/?.yaml"]), whole("'my templates'"));
    assert_eq!(help(&folder, &["*.yaml"]), whole("."));
    assert_eq!(
        help(&folder, &["template/*.yaml"]),
        "There is no folder `template`. Paths are relative to the current folder."
    );
    let report = folder.versioning(&["templates/*.yaml", "--format", "json"]).json();
    assert_eq!(problem(&report).0, "no file has this name, and hipaalint does not expand patterns");
    // A file may have such a name.
    folder.file("templates/[a].yaml", GOOD);
    assert_eq!(folder.versioning(&["templates/[a].yaml"]).code, 0);
}

#[test]
fn linting_has_no_command() {
    let folder = Folder::with(&[("app.yaml", BAD), ("my app.yaml", GOOD)]);
    for name in ["lint", "check", "scan", "validate"] {
        assert_eq!(help(&folder, &[name]), "To lint the current folder, type `hipaalint`.");
        assert_eq!(help(&folder, &[name, "app.yaml"]), "To lint, type `hipaalint app.yaml`.");
    }
    let ran = folder.versioning(&["lint", "app.yaml", "my app.yaml", "--format", "json"]);
    let (message, help) = problem(&ran.json());
    assert_eq!(message, "there is no command `lint`, and no such file or folder");
    assert_eq!(help, "To lint, type `hipaalint app.yaml 'my app.yaml'`.");
    assert_eq!(ran.json()["summary"]["templates"], 2);
    // A folder may have such a name.
    folder.file("lint/app.yaml", GOOD);
    assert_eq!(problems(&folder.versioning(&["lint", "--format", "json"]).json()), []);
}

#[test]
fn an_empty_standard_input_has_a_reason() {
    let folder = Folder::new();
    let report = folder.run_on(b"\n", &["-", "--format", "json"]);
    assert_eq!(report.code, 2);
    let report = report.json();
    let problem = &report["diagnostics"][0];
    assert_eq!((&problem["code"], &problem["message"]), (&"file-empty".into(), &"standard input is empty".into()));
    let help = problem["help"].as_str().unwrap();
    let (first, second) = (help.find("`cdk synth -q && hipaalint cdk.out`"), help.find("`cdk synth | hipaalint -`"));
    assert!(first.is_some() && first < second, "{help}");
}

#[test]
fn words_that_are_taken_for_commands_lead_to_options() {
    let folder = Folder::with(&[("app.yaml", GOOD)]);
    for (word, option) in [
        ("fix", "`hipaalint --fix`"),
        ("config", "`hipaalint --config FILE`"),
        ("baseline", "`hipaalint --write-baseline FILE`"),
        ("diff", "`hipaalint --since REF`"),
        ("format", "`hipaalint --format FORMAT`"),
    ] {
        assert!(help(&folder, &[word, "app.yaml"]).contains(option), "{word}");
    }
    #[cfg(not(feature = "mcp"))]
    for arguments in [&["mcp"][..], &["mcp", "--root", "."]] {
        let ran = folder.run(arguments);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("this build of hipaalint has no command 'mcp'"), "{}", ran.stderr);
        assert!(ran.stderr.contains("--features mcp --git https://"), "{}", ran.stderr);
    }
}
