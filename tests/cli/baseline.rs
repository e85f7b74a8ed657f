//! The baseline as a team would use it: written once, compared with, and smaller from time to time.

use crate::support::{BAD, CHOOSES, Folder, GOOD, VERSIONING, problems};
use serde_json::Value;
use std::fs;

const TWO: &str = "Resources:\n  Records: { Type: AWS::S3::Bucket }\n  Scans: { Type: AWS::S3::Bucket }\n";

/// A folder with two known findings in `templates/`.
fn written() -> Folder {
    let folder = Folder::with(&[("templates/two.yaml", TWO), ("templates/good.yaml", GOOD)]);
    let ran = folder.versioning(&["templates", "--write-baseline", "baseline.json"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            0,
            "hipaalint: wrote 2 findings to baseline.json\n\
             hipaalint: with --baseline baseline.json, or with `baseline` in hipaalint.yaml, only new findings count\n"
        ),
        "{}",
        ran.stdout
    );
    folder
}

fn counts(ran: &crate::support::Ran) -> [u64; 3] {
    ["errors", "in_baseline", "stale"].map(|key| ran.json()["summary"][key].as_u64().unwrap())
}

#[test]
fn known_findings_do_not_count() {
    let folder = written();
    insta::assert_snapshot!(folder.read("baseline.json"), @r#"
    {
      "hipaalint-baseline": 1,
      "findings": [
        { "file": "templates/two.yaml", "rule": "s3-bucket-versioning", "subject": "Resources/Records", "path": "Resources/Records", "level": "error", "count": 1 },
        { "file": "templates/two.yaml", "rule": "s3-bucket-versioning", "subject": "Resources/Scans", "path": "Resources/Scans", "level": "error", "count": 1 }
      ]
    }
    "#);
    let ran = folder.versioning(&["templates", "--baseline", "baseline.json", "--fail-on", "note"]);
    assert_eq!(ran.code, 0);
    insta::assert_snapshot!(ran.stdout, @"
    ────────────────────────────────────────────────────────────────────────────────────────────────────
    No findings that count
      Checked      1 rule (s3-bucket-versioning) on 3 resources in 2 templates
      Results      3 checks: 2 failed, 1 passed
      Not counted  2 findings in the baseline (--show suppressed)
      Details      Reasons and remediation in full: hipaalint explain RULE
    ");
    insta::assert_snapshot!(
        folder.versioning(&["templates", "--baseline", "baseline.json", "--show", "suppressed"]).stdout, @"
        ── templates/two.yaml ──────────────────────────────────────────────────────────────────────────────

          ○ 2:3  s3-bucket-versioning  Records
                Bucket `Records` does not have versioning enabled: `VersioningConfiguration.Status` is not
                set.
                In the baseline.
          ○ 3:3  s3-bucket-versioning  Scans
                Bucket `Scans` does not have versioning enabled: `VersioningConfiguration.Status` is not
                set.
                In the baseline.

        ────────────────────────────────────────────────────────────────────────────────────────────────────
        No findings that count
          Checked      1 rule (s3-bucket-versioning) on 3 resources in 2 templates
          Results      3 checks: 2 failed, 1 passed
          Not counted  2 findings in the baseline
          Details      Reasons and remediation in full: hipaalint explain RULE
        "
    );
    assert_eq!(folder.read("templates/two.yaml"), TWO, "templates are never written to");
    // A known finding does not hide another one like it.
    folder.file("templates/new.yaml", BAD);
    let ran = folder.versioning(&["templates", "--baseline", "baseline.json", "--format", "json"]);
    assert_eq!((ran.code, counts(&ran)), (1, [1, 2, 0]));
    assert_eq!(ran.json()["findings"][0]["baseline"], "new");
    assert_eq!(ran.json()["suppressed"][0]["baseline"], "unchanged");
}

#[test]
fn lines_may_move() {
    let folder = written();
    folder.file("templates/two.yaml", format!("# moved\n\nDescription: by three lines\n{TWO}"));
    let ran = folder.versioning(&["templates", "--baseline", "baseline.json", "--format", "json"]);
    assert_eq!((ran.code, counts(&ran)), (0, [0, 2, 0]));
    // Written again, the file is the same.
    let before = folder.read("baseline.json");
    folder.versioning(&["templates", "--write-baseline", "baseline.json"]);
    assert_eq!(folder.read("baseline.json"), before);
}

/// Equal findings are counted: one more of them is new.
#[test]
fn equal_findings_are_counted() {
    let policy = |statements: usize| {
        let one = "{ Effect: Allow, Action: 's3:*', Resource: 'arn:aws:s3:::a' }";
        format!(
            "Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Statement: !If [C, [{}], []]\n",
            vec![one; statements].join(", ")
        )
    };
    let rule = ["--rule", "iam-wildcard-action", "--format", "json"];
    let folder =
        Folder::with(&[("p.yaml", policy(2))].map(|(name, text)| (name, Box::leak(text.into_boxed_str()) as &str)));
    folder.run(&[&["p.yaml", "--write-baseline", "b.json"], &rule[..]].concat());
    let known = folder.run(&[&["p.yaml", "--baseline", "b.json"], &rule[..]].concat());
    assert_eq!(counts(&known)[0], 0);
    let baseline: Value = serde_json::from_str(&folder.read("b.json")).unwrap();
    let written: u64 = baseline["findings"].as_array().unwrap().iter().map(|one| one["count"].as_u64().unwrap()).sum();
    assert_eq!(counts(&known), [0, written, 0]);
    assert!(written > 0);
    let fewer = folder.read("b.json").replacen("\"count\": 2", "\"count\": 1", 1);
    if fewer != folder.read("b.json") {
        folder.file("b.json", fewer);
        assert_eq!(counts(&folder.run(&[&["p.yaml", "--baseline", "b.json"], &rule[..]].concat()))[0], 1);
    }
}

/// What concerned `dev` alone, and concerns `prod` now.
#[test]
fn what_becomes_graver_is_new() {
    let folder = Folder::with(&[("a.yaml", CHOOSES), ("b.yaml", CHOOSES)]);
    folder.versioning(&[".", "--write-baseline", "b.json"]);
    assert_eq!(folder.read("b.json").matches("\"level\": \"warning\", \"count\": 1 }").count(), 2);
    let compared = |file: &str| {
        let ran = folder.versioning(&[".", "--baseline", file, "--format", "json"]);
        (ran.code, counts(&ran))
    };
    assert_eq!(compared("b.json"), (0, [0, 2, 0]));
    folder.file("a.yaml", CHOOSES.replace("!If [IsProd, Enabled, Suspended]", "Suspended"));
    assert_eq!(compared("b.json"), (1, [1, 1, 0]), "the known one is not gone, but graver");
    // Older versions wrote no level, which covers each.
    folder.file("old.json", folder.read("b.json").replace(" \"level\": \"warning\",", ""));
    assert_eq!(compared("old.json"), (0, [0, 2, 0]));
    // What is less grave than it was is known.
    folder.versioning(&[".", "--write-baseline", "old.json"]);
    assert_eq!(folder.read("old.json").matches("\"level\": \"error\", \"count\": 1 }").count(), 1);
    folder.file("a.yaml", CHOOSES);
    assert_eq!(compared("old.json"), (0, [0, 2, 0]));
    // A level that a configuration makes graver makes the finding new, as a rule that it turns on does.
    folder.file("hipaalint.yaml", "rules: { s3-bucket-versioning: { level: note } }\n");
    folder.versioning(&[".", "--write-baseline", "notes.json"]);
    assert_eq!(compared("notes.json"), (0, [0, 2, 0]));
    folder.file("hipaalint.yaml", "fail-on: warning\n");
    assert_eq!((compared("notes.json"), compared("b.json")), ((1, [0, 0, 0]), (0, [0, 2, 0])));
    folder.file("b.json", folder.read("b.json").replace("warning", "grave"));
    let ran = folder.versioning(&[".", "--baseline", "b.json", "--format", "json"]);
    assert!(ran.stdout.contains("the `level` of an entry is not `note`, `warning` or `error`"), "{}", ran.all());
}

/// What is known of one kind covers as many findings as it has, each with what is as grave.
#[test]
fn several_of_one_kind_are_counted_by_level() {
    let list = |values: &str| {
        format!(
            "Parameters:\n  Env: {{ Type: String, Default: prod, AllowedValues: [dev, prod] }}\nConditions:\n  IsProd: !Equals [!Ref Env, prod]\n\
             Resources:\n  Records:\n    Type: AWS::S3::Bucket\n    Properties:\n      VersioningConfiguration: {{ Status: {values} }}\n"
        )
    };
    let folder = Folder::with(&[("a.yaml", &list("!If [IsProd, Enabled, Suspended]"))]);
    folder.versioning(&["a.yaml", "--write-baseline", "b.json"]);
    // An entry of each level: the gravest is for the gravest.
    let line = folder.read("b.json").lines().find(|line| line.contains("\"level\"")).unwrap().to_owned();
    let both = format!("{line},\n{}", line.replace("warning", "error"));
    folder.file("b.json", folder.read("b.json").replace(&line, &both));
    let counted = || counts(&folder.versioning(&["a.yaml", "--baseline", "b.json", "--format", "json"]));
    assert_eq!(counted(), [0, 1, 1]);
    folder.file("a.yaml", list("Suspended"));
    assert_eq!(counted(), [0, 1, 1]);
    folder.file("b.json", folder.read("b.json").replace("error", "note"));
    assert_eq!(counted(), [1, 0, 1], "one of the two is graver, and the other is gone");
}

/// A report is not written over it, even if the run does not read it.
#[test]
fn a_report_does_not_overwrite_a_baseline() {
    let folder = written();
    let before = folder.read("baseline.json");
    for format in ["json", "sarif", "html"] {
        let output = format!("{format}=baseline.json");
        let ran = folder.versioning(&["templates", "--no-config", "--output", &output]);
        assert_eq!(ran.code, 2, "{}", ran.all());
        assert!(ran.stderr.contains("a report never overwrites a baseline"), "{}", ran.all());
        assert_eq!(folder.read("baseline.json"), before);
    }
    // A report about a file of that name, and an empty file, may be replaced.
    folder.file("broken.json", "{\"hipaalint-baseline\": 1").file("empty.json", "");
    for output in ["json=r.json", "jsonl=r.jsonl", "human=r.txt", "sarif=r.sarif", "json=empty.json"] {
        for _ in 0..2 {
            let ran = folder.versioning(&["templates", "--baseline", "broken.json", "--output", output]);
            assert!(!ran.stderr.contains("overwrites"), "{output}: {}", ran.all());
        }
    }
}

#[test]
fn fixed_findings_are_removed() {
    let folder = written();
    folder.file(
        "templates/two.yaml",
        TWO.replace("Scans: { Type: AWS::S3::Bucket }", "Queue: { Type: AWS::SQS::Queue }"),
    );
    let ran = folder.versioning(&["templates", "--baseline", "baseline.json"]);
    assert!(ran.stdout.contains("1 finding of the baseline is gone; --write-baseline removes it"), "{}", ran.stdout);
    folder.versioning(&["templates", "--write-baseline", "baseline.json"]);
    let ran = folder.versioning(&["templates", "--baseline", "baseline.json", "--format", "json"]);
    assert_eq!(counts(&ran), [0, 1, 0]);
    assert_eq!(folder.read("baseline.json").matches("\"rule\"").count(), 1);
}

/// pre-commit passes the files that changed: what the others hold is not gone.
#[test]
fn entries_of_files_and_rules_outside_of_the_run_stay() {
    let folder = written();
    let stale = |arguments: &[&str]| {
        counts(&folder.run(&[arguments, &["--baseline", "baseline.json", "--format", "json"]].concat()))[2]
    };
    assert_eq!(stale(&["templates/good.yaml", "--rule", "s3-bucket-versioning"]), 0);
    assert_eq!(stale(&["templates", "--rule", "kms-key-rotation"]), 0);
    let before = folder.read("baseline.json");
    folder.versioning(&["templates/good.yaml", "--write-baseline", "baseline.json"]);
    folder.run(&["templates", "--rule", "kms-key-rotation", "--write-baseline", "baseline.json"]);
    assert_eq!(folder.read("baseline.json"), before);
    // A file that is gone takes its entries along.
    fs::remove_file(folder.path("templates/two.yaml")).unwrap();
    assert_eq!(stale(&["templates/good.yaml", "--rule", "s3-bucket-versioning"]), 2);
}

/// Files are named from the baseline's folder on, so a run in a folder below finds them.
#[test]
fn the_configuration_names_it_for_every_folder() {
    let folder = written();
    folder.file("hipaalint.yaml", "baseline: baseline.json\n");
    for (place, path) in
        [(".", "templates"), ("templates", "."), ("templates", "two.yaml"), (".", "./templates/../templates")]
    {
        let mut command = folder.command(&[&VERSIONING, &[path, "--format", "json"][..]].concat());
        command.current_dir(folder.path(place));
        let ran = crate::support::ran(&mut command);
        assert_eq!((ran.code, counts(&ran)), (0, [0, 2, 0]), "{place} {path}\n{}", ran.all());
    }
    assert_eq!(folder.versioning(&["templates", "--no-config"]).code, 1);
    folder.file("hipaalint.yaml", "baseline: [a]\n");
    let ran = folder.versioning(&["templates", "--format", "json"]);
    assert_eq!((ran.code, problems(&ran.json())), (2, vec![("configuration".into(), "hipaalint.yaml".into())]));
}

#[test]
fn a_broken_baseline_is_trouble_at_its_line() {
    let folder = written();
    let entry = "{ \"file\": \"a\", \"rule\": \"r\", \"subject\": \"s\", \"path\": \"p\" }";
    for (text, line, message) in [
        ("{\n  \"hipaalint-baseline\": 1,\n  \"findings\": [\n<<<<<<< HEAD\n  ]\n}\n", 4, ""),
        ("[]", 1, "this is not a baseline: it has no `hipaalint-baseline`"),
        (
            "{\n  \"hipaalint-baseline\": 2,\n  \"findings\": []\n}\n",
            2,
            "the baseline has version 2, and this version of hipaalint reads 1",
        ),
        (
            "{\n  \"hipaalint-baseline\": 1,\n  \"finding\": []\n}\n",
            3,
            "`finding` is not a key of a baseline; did you mean `findings`?",
        ),
        ("{\n  \"hipaalint-baseline\": 1,\n  \"findings\": {}\n}\n", 3, "`findings` is a map, not a list"),
        ("{\n  \"hipaalint-baseline\": 1,\n  \"findings\": [\n    []\n  ]\n}\n", 4, "an entry is a list, not a map"),
        (
            &format!(
                "{{\n  \"hipaalint-baseline\": 1,\n  \"findings\": [\n    {}\n  ]\n}}\n",
                entry.replace("\"p\"", "1")
            ),
            4,
            "an entry needs `file`, `rule`, `subject` and `path`, each a text",
        ),
        (
            &format!(
                "{{\n  \"hipaalint-baseline\": 1,\n  \"findings\": [\n    {}\n  ]\n}}\n",
                entry.replace(" }", ", \"count\": -1 }")
            ),
            4,
            "the `count` of an entry is not a positive integer",
        ),
    ] {
        folder.file("baseline.json", text);
        let ran = folder.versioning(&["templates", "--baseline", "baseline.json", "--format", "json"]);
        assert_eq!(ran.code, 2, "{text}");
        let problem = &ran.json()["diagnostics"][0];
        assert_eq!((&problem["code"], &problem["start"]["line"]), (&"baseline".into(), &line.into()), "{problem}");
        assert!(problem["message"].as_str().unwrap().contains(message), "{problem}");
        assert_eq!(problem["help"], "Fix it, or delete the file and write it again with --write-baseline.");
        // Everything else is still done; nothing is known.
        assert_eq!(counts(&ran)[..2], [2, 0]);
    }
    let ran = folder.versioning(&["templates", "--baseline", "none.json", "--format", "json"]);
    assert_eq!((ran.code, problems(&ran.json())), (2, vec![("baseline".into(), "none.json".into())]));
}

/// A slip of the fingers does not cost a template.
#[test]
fn only_a_baseline_is_overwritten() {
    let folder = Folder::with(&[("bad.yaml", BAD), ("broken.json", "{\"hipaalint-baseline\": 1")]);
    for file in ["bad.yaml", "broken.json"] {
        let before = folder.read(file);
        let ran = folder.versioning(&["bad.yaml", "--write-baseline", file]);
        assert_eq!((ran.code, folder.read(file)), (2, before), "{}", ran.all());
    }
    let ran = folder.versioning(&["bad.yaml", "--write-baseline", "no/such/folder.json"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.contains("there is no folder `no/such`"), "{}", ran.all());
}

#[test]
fn suppressed_findings_are_not_written() {
    let excepted = "Resources:\n  # hipaalint: except s3-bucket-versioning because of the archive\n  Records: { Type: AWS::S3::Bucket }\n  Scans: { Type: AWS::S3::Bucket }\n";
    let folder = Folder::with(&[("a.yaml", excepted)]);
    let ran = folder.versioning(&["a.yaml", "--write-baseline", "b.json", "--format", "json"]);
    assert_eq!((ran.code, counts(&ran)), (0, [0, 1, 0]));
    assert_eq!(ran.json()["summary"]["suppressed_by_exceptions"], 1);
    assert!(!folder.read("b.json").contains("Records"));
}

#[test]
fn sarif_marks_new_findings() {
    let folder = written();
    folder.file("templates/new.yaml", BAD);
    let states = |more: &[&str]| {
        let ran =
            folder.versioning(&[&["templates", "--baseline", "baseline.json", "--format", "sarif"], more].concat());
        let results = ran.json()["runs"][0]["results"].as_array().unwrap().clone();
        results.iter().map(|result| result["baselineState"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(states(&[]), ["new"]);
    assert_eq!(states(&["--show", "suppressed"]), ["new", "unchanged", "unchanged"]);
}

#[test]
fn a_baseline_that_cannot_be_written_covers_nothing() {
    let folder = Folder::with(&[("bad.yaml", crate::support::BAD)]);
    let ran = folder.versioning(&["bad.yaml", "--write-baseline", "nowhere/b.json"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.contains("there is no folder `nowhere`"), "{}", ran.all());
    assert!(ran.stdout.contains("1 error in 1 template") && !ran.stdout.contains("in the baseline"), "{}", ran.all());
}

#[test]
fn a_folder_is_no_baseline() {
    let folder = Folder::with(&[("a.yaml", BAD), ("known/b.yaml", GOOD)]);
    for (option, name, message, help) in [
        (
            "--write-baseline",
            ".",
            "the baseline cannot be written: this is a folder",
            "Name a file with --write-baseline, such as `hipaalint-baseline.json`.",
        ),
        (
            "--write-baseline",
            "known",
            "the baseline cannot be written: this is a folder",
            "Name a file with --write-baseline, such as `hipaalint-baseline.json`.",
        ),
        ("--baseline", ".", "the file cannot be read: it is a folder", "Name the file of a baseline."),
    ] {
        let ran = folder.versioning(&["a.yaml", option, name, "--format", "json"]);
        assert_eq!(ran.code, 2, "{}", ran.all());
        let report = ran.json();
        let [problem] = report["diagnostics"].as_array().unwrap().as_slice() else { panic!("{report}") };
        assert_eq!(
            (problem["message"].as_str(), problem["help"].as_str()),
            (Some(message), Some(help)),
            "{option} {name}"
        );
    }
}
