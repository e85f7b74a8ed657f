//! `hipaalint test`: custom rules are tested as the built-in ones are.

use crate::support::{BAD, Folder, OWN_RULE};
use serde_json::Value;

/// A rule with an example of each kind, all of which are right.
const QUEUES: &str = r#"id: queue-retention
title: Queue deletes messages before a weekend is over
level: warning
parameters:
  seconds: { description: The shortest retention of messages in seconds, default: 345600 }
resources: [AWS::SQS::Queue]
when: { path: $.DeletionPolicy, is: { not-equals: Retain }, or-absent: true }
assert:
  path: $.Properties.MessageRetentionPeriod
  is: { at-least: { parameter: seconds } }
  or-absent: true
message: "Queue `{resource}` deletes messages too early: `{name}` {state}"
remediation: Set `MessageRetentionPeriod` to at least 345600 (four days).
examples:
  pass:
    - name: default retention, and a longer one
      template: |
        Resources:
          Results: { Type: AWS::SQS::Queue }
          Archive: { Type: AWS::SQS::Queue, Properties: { MessageRetentionPeriod: 1209600 } }
  fail:
    - name: one hour
      template: |
        Resources:
          Results:
            Type: AWS::SQS::Queue
            Properties:
              MessageRetentionPeriod: 3600 # finding(warning): is 3600
          Kept: { Type: AWS::SQS::Queue, DeletionPolicy: Retain, Properties: { MessageRetentionPeriod: 60 } }
      patch: { Resources: { Results: { Properties: { MessageRetentionPeriod: 345600 } } } }
    - name: shorter than the project wants
      settings: { seconds: 1209600 }
      template: '{ "Resources": { "Q": { "Type": "AWS::SQS::Queue", "Properties": { "MessageRetentionPeriod": 345600 } } } } # finding'
  undecided:
    - name: any retention
      template: |
        Parameters:
          Seconds: { Type: Number }
        Resources:
          Results: { Type: AWS::SQS::Queue, Properties: { MessageRetentionPeriod: !Ref Seconds } }
  passed-over:
    - name: a queue that stays
      template: |
        Resources:
          Results: { Type: AWS::SQS::Queue, DeletionPolicy: Retain }
"#;

/// The rule with another text in one place.
fn with(from: &str, to: &str) -> String {
    assert!(QUEUES.contains(from), "{from}");
    QUEUES.replacen(from, to, 1)
}

fn results(report: &Value) -> Vec<(&str, &str)> {
    let rules = report["rules"].as_array().unwrap();
    rules.iter().map(|rule| (rule["id"].as_str().unwrap(), rule["result"].as_str().unwrap())).collect()
}

/// The kinds and lines of everything that came out wrong.
fn wrong(report: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for rule in report["rules"].as_array().unwrap() {
        for example in rule["examples"].as_array().unwrap() {
            for mismatch in example["mismatches"].as_array().unwrap() {
                wrong.push(format!(
                    "{} {} {}: {}",
                    example["expected"].as_str().unwrap(),
                    mismatch["kind"].as_str().unwrap(),
                    mismatch["start"]["line"],
                    mismatch["message"].as_str().unwrap()
                ));
            }
        }
        for patch in rule["patches"].as_array().unwrap() {
            for problem in patch["problems"].as_array().unwrap() {
                wrong.push(format!("patch {}: {}", patch["start"]["line"], problem.as_str().unwrap()));
            }
        }
        for mutation in rule["mutations"]["unnoticed"].as_array().into_iter().flatten() {
            let text = |key: &str| mutation[key].as_str().unwrap();
            wrong.push(format!("{} {} {}", text("change"), mutation["start"]["line"], text("path")));
        }
    }
    wrong
}

#[test]
fn people_see_that_rules_pass() {
    let folder = Folder::with(&[("policies/queue-retention.yaml", QUEUES), ("policies/own.yaml", OWN_RULE)]);
    let ran = folder.run(&["test", "policies"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.all());
    insta::assert_snapshot!(ran.stdout, @"
    ────────────────────────────────────────────────────────────────────────────────────────────────────
    ✓ 2 rules pass their tests

      ✓  own-bucket-versions  2 examples, 1 change noticed
      ✓  queue-retention      5 examples, 1 patch, 5 changes noticed
    ");
}

#[test]
fn people_see_what_is_wrong_and_where() {
    let broken = with("MessageRetentionPeriod: 3600 # finding(warning): is 3600", "MessageRetentionPeriod: 3600")
        .replacen("Results:\n            Type", "Results: # finding\n            Type", 1)
        .replacen("MessageRetentionPeriod: 345600 } } } }\n", "MessageRetentionPeriod: 345 } } } }\n", 1)
        .replacen("MessageRetentionPeriod: 1209600 }", "MessageRetentionPeriod: 1200 }", 1);
    let idle =
        with("is: { at-least: { parameter: seconds } }", "is: { at-least: { parameter: seconds }, type: scalar }")
            .replace("queue-retention", "queue-types");
    let none = QUEUES.split("examples:").next().unwrap().replace("queue-retention", "queue-untested");
    let folder = Folder::with(&[
        ("policies/queue-retention.yaml", &broken),
        ("policies/queue-types.yaml", &idle),
        ("policies/queue-untested.yaml", &none),
        (
            "policies/typo.yaml",
            &with("MessageRetentionPeriod\n", "MessageRetention\n").replace("queue-retention", "typo"),
        ),
    ]);
    let ran = folder.run(&["test", "policies"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (2, ""), "{}", ran.all());
    insta::assert_snapshot!(ran.stdout, @"
    ── policies/queue-retention.yaml ── 3 problems ─────────────────────────────────────────────────────

      × error[example-pass]
      │ The passing example `default retention, and a longer one` of `queue-retention` has a finding:
      │ Queue `Archive` deletes messages too early: `MessageRetentionPeriod` is 1200.
        ╭─[policies/queue-retention.yaml:20:83]
     19 │           Results: { Type: AWS::SQS::Queue }
     20 │           Archive: { Type: AWS::SQS::Queue, Properties: { MessageRetentionPeriod: 1200 } }
        ·                                                                                   ────
     21 │   fail:
        ╰────
        Help   Correct the rule or the template, or move the example.

      × error[example-fail]
      │ The findings of the failing example `one hour` of `queue-retention` are not on the marked lines.
        ╭─[policies/queue-retention.yaml:25:20]
     24 │         Resources:
     25 │           Results: # finding
        ·                    ─────────
     26 │             Type: AWS::SQS::Queue
        ╰────
        ╭─[policies/queue-retention.yaml:28:39]
     28 │               MessageRetentionPeriod: 3600
        ·                                       ──┬─
        ·                                         ╰─┤ warning: Queue `Results` deletes messages too
        ·                                           │ early: `MessageRetentionPeriod` is 3600.
        ╰────
        Help   Correct the rule, the template or the marks `# finding`.

      × error[patch]
      │ The patch of the failing example `one hour` of `queue-retention`: the patched template still
      │ fails: Queue `Results` deletes messages too early: `MessageRetentionPeriod` is 345.
        ╭─[policies/queue-retention.yaml:30:7]
     29 │           Kept: { Type: AWS::SQS::Queue, DeletionPolicy: Retain, Properties: { MessageReten…
     30 │       patch: { Resources: { Results: { Properties: { MessageRetentionPeriod: 345 } } } }
        ·       ─────
     31 │     - name: shorter than the project wants
        ╰────
        Help   A patch is the change that the remediation recommends, as a JSON merge patch of the
               template.

    ── policies/queue-types.yaml ── 1 problem ──────────────────────────────────────────────────────────

      × error[mutation]
      │ No example of `queue-types` notices if `assert.is.type` is removed.
        ╭─[policies/queue-types.yaml:10:43]
      9 │   path: $.Properties.MessageRetentionPeriod
     10 │   is: { at-least: { parameter: seconds }, type: scalar }
        ·                                           ────
     11 │   or-absent: true
        ╰────
        Help   Add an example for which it matters, or remove it from the rule.

    ── policies/typo.yaml ── 1 problem ─────────────────────────────────────────────────────────────────

      × error[rule-file]
      │ `AWS::SQS::Queue` has no property `MessageRetention`; did you mean `MessageRetentionPeriod`?
        ╭─[policies/typo.yaml:9:22]
      8 │ assert:
      9 │   path: $.Properties.MessageRetention
        ·                      ────────────────
     10 │   is: { at-least: { parameter: seconds } }
        ╰────
        Help   If CloudFormation has it, add it to `newer-than-schemas` of the rule. hipaalint does not
               use this rule until the file is fixed.

    ────────────────────────────────────────────────────────────────────────────────────────────────────
    × 1 rule file is invalid
    × 2 of 3 rules fail their tests
    ⚠ 1 rule has no examples

      ×  queue-retention  5 examples (2 wrong), 1 patch (1 wrong), changes not tried
      ×  queue-types      5 examples, 1 patch, 7 changes (1 not noticed)
      ⚠  queue-untested   no examples

      Details  https://github.com/hipaalint/hipaalint/blob/main/docs/rule-language.md#examples
    ");
}

#[test]
fn every_kind_of_mismatch_is_found() {
    let wrong_in = |rule: &str| {
        let folder = Folder::with(&[("rule.yaml", rule)]);
        let ran = folder.run(&["test", "rule.yaml", "--format", "json"]);
        let report = ran.json();
        let wrong = wrong(&report);
        assert_eq!(ran.code, i32::from(!wrong.is_empty()), "{}", ran.all());
        wrong.join("\n")
    };
    assert_eq!(wrong_in(QUEUES), "");
    insta::assert_snapshot!(wrong_in(&with("Period: 1209600 } }\n", "Period: 60 } }\n")), @"pass unexpected 20: there is an unexpected finding (line 3, warning: Queue `Archive` deletes messages too early: `MessageRetentionPeriod` is 60.)");
    insta::assert_snapshot!(wrong_in(&with("Results: { Type: AWS::SQS::Queue }\n          Archive: { Type: AWS::SQS::Queue, Properties: { MessageRetentionPeriod: 1209600 } }", "Results: { Type: AWS::SNS::Topic }")), @"pass unchecked 16: the rule checks nothing in the template");
    insta::assert_snapshot!(wrong_in(&with("Period: 1209600 } }\n", "Period: !ImportValue x } }\n")), @"pass unexpected 20: a check is undecided (line 3, undecided: Cannot be decided: the value is imported from another stack.)");
    insta::assert_snapshot!(wrong_in(&with(" # finding(warning): is 3600", "")), @"
    fail unmarked 22: no line is marked with `# finding`
    fail unexpected 28: there is an unexpected finding (line 5, warning: Queue `Results` deletes messages too early: `MessageRetentionPeriod` is 3600.)
    ");
    insta::assert_snapshot!(wrong_in(&with("# finding(warning): is 3600", "# finding(error): is 3700")), @r#"
    fail words 28: no finding on line 5 contains "is 3700" (line 5, warning: Queue `Results` deletes messages too early: `MessageRetentionPeriod` is 3600.)
    fail level 28: no finding on line 5 has the level `error` (line 5, warning: Queue `Results` deletes messages too early: `MessageRetentionPeriod` is 3600.)
    "#);
    insta::assert_snapshot!(wrong_in(&with("Period: 60 } }\n", "Period: 60 } } # finding\n")), @"fail missing 29: line 6 is marked and has no finding");
    insta::assert_snapshot!(wrong_in(&with("Period: !Ref Seconds", "Period: 1209600")), @"undecided decided 35: no check is undecided");
    insta::assert_snapshot!(wrong_in(&with("Period: !Ref Seconds", "Period: 1")), @"
    undecided decided 35: no check is undecided
    undecided unexpected 40: there is an unexpected finding (line 4, warning: Queue `Results` deletes messages too early: `MessageRetentionPeriod` is 1.)
    ");
    insta::assert_snapshot!(wrong_in(&with("Results: { Type: AWS::SQS::Queue, DeletionPolicy: Retain }\n", "Results: { Type: AWS::SQS::Queue }\n")), @"passed-over checked 42: the rule checks something: 1 passed");
    insta::assert_snapshot!(wrong_in(&with("Results: { Type: AWS::SQS::Queue }\n", "Results: { Type: AWS::SQS::Queue\n")), @"pass unclean 20: the template has a problem: expected a comma or `}`");
    // Patches.
    insta::assert_snapshot!(wrong_in(&with("MessageRetentionPeriod: 345600 } } } }\n", "MessageRetentionPeriod: 60 } } } }\n")), @"patch 30: the patched template still fails: Queue `Results` deletes messages too early: `MessageRetentionPeriod` is 60.");
    insta::assert_snapshot!(wrong_in(&with("MessageRetentionPeriod: 345600 } } } }\n", "MessageRetentionPeriod: 3600 } } } }\n")), @"patch 30: the patch does not change the template");
    insta::assert_snapshot!(wrong_in(&with("Set `MessageRetentionPeriod` to", "Set it to")), @"patch 30: the remediation names nothing that the patch changes: `MessageRetentionPeriod`");
    insta::assert_snapshot!(wrong_in(&with("1209600 } }\n  fail:", "1209600 } }\n      patch: { Resources: { X: null } }\n  fail:")), @"patch 21: only an example that fails can have a patch");
    // A word of one analysis in the message about something else.
    let words = "\
id: words
title: T
level: note
resources: [AWS::S3::Bucket]
assert: { all: [{ analysis: { tagged: { keys: [a] } } }, { path: $.Properties.BucketName, is: { present: true } }] }
message: 'lacks {missing}'
examples:
  fail:
    - { name: no name, template: 'Resources: { A: { Type: AWS::S3::Bucket, Properties: { Tags: [{ Key: a, Value: b }] } } } # finding' }
";
    insta::assert_snapshot!(wrong_in(words), @"fail placeholder 9: a placeholder of the message was not filled (line 1, note: lacks {missing}.)");
    // Changes that no example notices.
    insta::assert_snapshot!(wrong_in(&with("is: { at-least: { parameter: seconds } }", "is: { at-least: { parameter: seconds }, present: true, type: scalar }").replace(", present: true", ", not-equals: 7")), @"
    removed 10 /assert/is/not-equals
    removed 10 /assert/is/type
    ");
    insta::assert_snapshot!(wrong_in(with("when: { path: $.DeletionPolicy, is: { not-equals: Retain }, or-absent: true }\n", "when: { path: $.Type, is: { present: true } }\n").replace("DeletionPolicy: Retain, ", "").replace("Period: 60 } }\n", "Period: 60 } } # finding\n").split("  passed-over:").next().unwrap()), @"
    patch 30: the patched template still fails: Queue `Kept` deletes messages too early: `MessageRetentionPeriod` is 60.
    removed 7 /when
    ");
}

#[test]
fn rules_are_chosen_by_a_part_of_their_id() {
    let folder = Folder::with(&[("policies/queue-retention.yaml", QUEUES), ("policies/own.yaml", OWN_RULE)]);
    let run = |arguments: &[&str]| {
        let ran = folder.run(&[&["test", "policies", "--format", "json"], arguments].concat());
        let report = ran.json();
        let ids: Vec<String> = results(&report).into_iter().map(|(id, _)| id.to_owned()).collect();
        (ran.code, ids.join(" "), report["problems"].as_array().unwrap().len())
    };
    assert_eq!(run(&[]), (0, "own-bucket-versions queue-retention".to_owned(), 0));
    assert_eq!(run(&["--rule", "retention"]), (0, "queue-retention".to_owned(), 0));
    assert_eq!(
        run(&["--rule", "queue-*", "--rule", "bucket"]),
        (0, "own-bucket-versions queue-retention".to_owned(), 0)
    );
    assert_eq!(run(&["--rule", "*-versions"]), (0, "own-bucket-versions".to_owned(), 0));
    assert_eq!(run(&["--rule", "retetnion", "--rule", "bucket"]), (2, "own-bucket-versions".to_owned(), 1));
}

#[test]
fn changes_are_optional() {
    let folder = Folder::with(&[(
        "own.yaml",
        &OWN_RULE.replace("equals: { parameter: status }", "equals: { parameter: status }, type: scalar"),
    )]);
    let run = |arguments: &[&str]| folder.run(&[&["test", "own.yaml", "--format", "json"], arguments].concat());
    let ran = run(&[]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    let report = ran.json();
    assert_eq!(report["rules"][0]["mutations"]["tried"], 3);
    assert_eq!(wrong(&report), ["removed 9 /assert/is/equals", "removed 9 /assert/is/type"]);
    let ran = run(&["--no-mutations"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert_eq!(ran.json()["rules"][0]["mutations"], Value::Null);
    // Where an example is wrong, every change would seem to be noticed.
    folder.file("own.yaml", OWN_RULE.replace("Records: # finding", "Records:"));
    let ran = run(&[]);
    assert_eq!((ran.code, &ran.json()["rules"][0]["mutations"]), (1, &Value::Null), "{}", ran.all());
    let people = folder.run(&["test", "own.yaml"]).stdout;
    assert!(people.contains("2 examples (1 wrong), changes not tried"), "{people}");
}

#[test]
fn the_folders_of_the_configuration_are_tested_by_default() {
    let folder =
        Folder::with(&[("policies/queue-retention.yaml", QUEUES), ("hipaalint.yaml", "rule-folders: [policies]\n")]);
    let ran = folder.run(&["test", "--format", "json"]);
    assert_eq!((ran.code, results(&ran.json())), (0, vec![("queue-retention", "passed")]), "{}", ran.all());
    folder.file("other.yaml", "rule-folders: [elsewhere]\n");
    let ran = folder.run(&["test", "--config", "other.yaml", "--format", "json"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    for (arguments, message) in [
        (&["test", "nowhere"][..], "there is no such file or folder"),
        (&["test", "empty"], "the folder has no rules"),
        (&["test", "policies", "--config", "nowhere.yaml"], ""),
    ] {
        let folder = Folder::with(&[("policies/own.yaml", OWN_RULE), ("empty/x.txt", "")]);
        let ran = folder.run(&[arguments, &["--format", "json"]].concat());
        let report = ran.json();
        let problems = report["problems"].as_array().unwrap();
        match message {
            "" => assert_eq!((ran.code, problems.len()), (0, 0), "{}", ran.all()),
            _ => assert!(ran.code == 2 && problems[0]["message"].as_str().unwrap().contains(message), "{}", ran.all()),
        }
    }
    let ran = Folder::new().run(&["test"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stdout, @"
    ── hipaalint ── 1 problem ──────────────────────────────────────────────────────────────────────────

      × error[rule-folder]
      │ There are no custom rules to test.
        Help   Name a folder of rule files, or set `rule-folders` in hipaalint.yaml.

    ────────────────────────────────────────────────────────────────────────────────────────────────────
    × 1 problem
    ");
}

#[test]
fn invalid_rules_do_not_stop_the_others() {
    let folder = Folder::with(&[
        ("policies/a.yaml", "id: a\ntitle: [\n"),
        ("policies/b.yaml", QUEUES),
        ("policies/c.yaml", QUEUES),
        ("policies/d.yaml", &with("AWS::SQS::Queue]", "AWS::SQS::Quee]").replace("queue-retention", "d")),
        ("policies/e.yml", OWN_RULE),
        ("policies/notes.txt", "not a rule"),
    ]);
    folder.file("policies/f.yaml", b"id: \xff");
    let ran = folder.run(&["test", "policies", "policies/b.yaml", "--format", "json"]);
    let report = ran.json();
    assert_eq!(ran.code, 2);
    assert_eq!(results(&report), [("queue-retention", "passed"), ("own-bucket-versions", "passed")]);
    let problems: Vec<String> = report["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            format!("{} {}: {}", one["file"].as_str().unwrap(), one["start"]["line"], one["message"].as_str().unwrap())
        })
        .collect();
    insta::assert_snapshot!(problems.join("\n"), @"
    policies/a.yaml 2: unexpected end of file. Close it with `]`, and check whether the file is complete
    policies/c.yaml 1: there is already a rule `queue-retention`; use another id
    policies/d.yaml 6: there is no resource type `AWS::SQS::Quee`; did you mean `AWS::SQS::Queue`?
    policies/f.yaml null: the file is not UTF-8 text
    ");
}

/// A rule about exceptions needs the rules that they suppress: those of the pack, and other custom rules.
#[test]
fn rules_about_exceptions_run_with_all_others() {
    let rule = r#"id: no-ticket-needed
title: Exception is not needed
level: note
resources: [exceptions]
exception: unused
message: "The exception for `{rule}` is not needed: {place}"
examples:
  pass:
    - name: needed
      template: |
        Resources:
          # hipaalint: except own-bucket-versions because the data can be made again
          A: { Type: AWS::S3::Bucket }
  fail:
    - name: not needed
      template: |
        Resources:
          # hipaalint: except own-bucket-versions because the data can be made again # finding
          A: { Type: AWS::S3::Bucket, Properties: { VersioningConfiguration: { Status: Enabled } } }
"#;
    let folder = Folder::with(&[("policies/no-ticket-needed.yaml", rule), ("policies/own.yaml", OWN_RULE)]);
    let ran = folder.run(&["test", "policies", "--format", "json"]);
    assert_eq!((ran.code, wrong(&ran.json())), (0, vec![]), "{}", ran.all());
}

/// A built-in rule can be tested from its file, as CONTRIBUTING.md recommends.
#[test]
fn files_of_built_in_rules_can_be_tested() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/s3/s3-bucket-versioning.yaml");
    let ran = Folder::new().run(&["test", file, "--format", "json"]);
    assert_eq!((ran.code, results(&ran.json())), (0, vec![("s3-bucket-versioning", "passed")]), "{}", ran.all());
}

#[test]
fn hostile_rules_end_soon() {
    let deep = format!("      template: '{}{}'\n", "{\"a\":".repeat(150), "1");
    let closed = format!("      template: '{}1{}'\n", "{\"a\":".repeat(190), "}".repeat(190));
    let assertion = |depth: usize| {
        format!("{}{}{}", "{ not: ".repeat(depth), "{ path: $.Type, is: { present: true } }", " }".repeat(depth))
    };
    let wide: Vec<String> =
        (0..3_000).map(|index| format!("{{ path: $.Metadata.K{index}, is: {{ present: true }} }}")).collect();
    let rule = |assert: &str, template: &str| {
        format!(
            "id: hostile\ntitle: T\nlevel: note\nmessage: M\nresources: [any]\nassert: {assert}\nexamples:\n  pass:\n    - name: a\n{template}"
        )
    };
    let plain = "      template: \"Resources: { A: { Type: AWS::S3::Bucket } }\"\n";
    for text in [
        rule("{ path: $.Type, is: { present: true } }", &deep),
        rule("{ path: $.Type, is: { present: true } }", &closed),
        rule(&assertion(100), plain),
        rule(&assertion(5_000), plain),
        rule(&format!("{{ any: [{{ path: $.Type, is: {{ present: true }} }}, {}] }}", wide.join(", ")), plain),
        rule(&format!("{{ path: '$.Metadata{}', is: {{ present: true }} }}", "['a','b']".repeat(200)), plain),
    ] {
        let folder = Folder::with(&[("rule.yaml", &text)]);
        let started = std::time::Instant::now();
        let ran = folder.run(&["test", "rule.yaml"]);
        assert!((0..=2).contains(&ran.code), "{}", ran.all());
        assert!(!ran.all().contains("bug"), "{}", ran.all());
        assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    }
}

/// A type that hipaalint does not know is not reported as one that no rule checks, if a rule names it.
#[test]
fn rules_may_be_newer_than_the_schemas() {
    let rule = "\
id: vault-locked
title: Vault is open
level: error
newer-than-schemas: [AWS::Quantum::Vault]
resources: [AWS::Quantum::Vault]
assert: { path: $.Properties.Locked, is: { equals: true } }
message: \"`{resource}` is open: `{name}` {state}\"
examples:
  pass:
    - name: locked
      template: \"Resources: { A: { Type: AWS::Quantum::Vault, Properties: { Locked: true } } }\"
  fail:
    - name: open
      template: |
        Resources:
          A: { Type: AWS::Quantum::Vault } # finding: `Locked` is not set
";
    let template = "Resources: { A: { Type: AWS::Quantum::Vault }, B: { Type: AWS::Quantum::Door } }\n";
    let folder = Folder::with(&[("own/vault.yaml", rule), ("a.yaml", template), ("bad.yaml", BAD)]);
    let ran = folder.run(&["test", "own"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let ran = folder.run(&["a.yaml", "--rules", "own", "--rule", "vault-locked", "--format", "json"]);
    let report = ran.json();
    assert_eq!((ran.code, report["findings"][0]["message"].as_str()), (1, Some("`A` is open: `Locked` is not set")));
    let [note] = report["diagnostics"].as_array().unwrap().as_slice() else { panic!("{}", ran.all()) };
    assert!(note["message"].as_str().unwrap().contains("AWS::Quantum::Door"), "{note}");
    // Without the key, the rule is refused.
    folder.file("own/vault.yaml", rule.replace("newer-than-schemas: [AWS::Quantum::Vault]\n", ""));
    let ran = folder.run(&["a.yaml", "--rules", "own", "--rule", "s3-bucket-versioning"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.contains("add it to `newer-than-schemas` of the rule"), "{}", ran.stdout);
}
