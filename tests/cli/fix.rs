//! `--fix` as a user would try it: what is written, what is left alone, what is said, and how the process ends.

use crate::skipped::skipped;
use crate::support::{Folder, Ran, findings, problems};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::process::Stdio;

/// A rule about a property of a type, with its fix.
fn rule(id: &str, kind: &str, property: &str, value: &str, fix: &str) -> String {
    format!(
        "id: {id}\ntitle: It is wrong\nlevel: error\ncontrols: [\"164.312(c)(1)\"]\nresources: [{kind}]\n\
         assert: {{ path: $.Properties.{property}, is: {{ equals: {value} }} }}\n\
         message: \"`{{resource}}` is wrong: `{{name}}` {{state}}\"\nwhy: It is wrong.\nremediation: Set it.\n\
         references: [https://example.com]\n{fix}\nexamples:\n  pass:\n    - name: right\n      template: |\n        Resources:\n          \
         A:\n            Type: {kind}\n            Properties: {{ {property}: {value} }}\n  fail:\n    - name: absent\n      \
         template: |\n        Resources:\n          A: # finding\n            Type: {kind}\n"
    )
}

/// A folder with rules: two whose fix is safe, one whose fix is not, one without a fix, one whose fix does not help, and one whose fix
/// makes a new finding.
fn folder(files: &[(&str, &str)]) -> Folder {
    let key = "AWS::KMS::Key";
    let set = |applicability: &str, what: &str| format!("fix: {{ applicability: {applicability}, set: {{ {what} }} }}");
    let folder = Folder::with(files);
    folder
        .file(
            "rules/own-rotation.yaml",
            rule("own-rotation", key, "EnableKeyRotation", "true", &set("safe", "$.Properties.EnableKeyRotation: true")),
        )
        .file(
            "rules/own-protection.yaml",
            rule(
                "own-protection",
                "AWS::DynamoDB::Table",
                "DeletionProtectionEnabled",
                "true",
                &set("safe", "$.Properties.DeletionProtectionEnabled: true"),
            ),
        )
        .file(
            "rules/own-region.yaml",
            rule(
                "own-region",
                key,
                "MultiRegion",
                "true",
                "fix:\n  title: Make it a key of several Regions\n  note: It is another key.\n  set: { $.Properties.MultiRegion: true }",
            ),
        )
        .file("rules/own-text.yaml", rule("own-text", key, "Description", "text", ""));
    folder
}

impl Folder {
    fn fix(&self, arguments: &[&str]) -> Ran {
        let rules = ["--no-config", "--rules", "rules", "--rule", "own-*", "--fix"];
        self.run(&[&rules, arguments].concat())
    }
}

/// A key with two safe fixes at most, one that is not safe, and one finding without a fix.
const KEY: &str = "\
# The keys of the clinic.
Resources:
  Records: # for records
    Type: AWS::KMS::Key
    Properties:
      Description: old   # keep me
      EnableKeyRotation: false # mend me
";

const FIXED: &str = "\
# The keys of the clinic.
Resources:
  Records: # for records
    Type: AWS::KMS::Key
    Properties:
      Description: old   # keep me
      EnableKeyRotation: true # mend me
";

fn fixes(report: &Value) -> (u64, u64, u64) {
    let number = |name: &str| report["summary"]["fixes"][name].as_u64().unwrap();
    (number("fixed"), number("files"), number("unsafe_fixes"))
}

fn not_fixed(report: &Value) -> Vec<(String, u64)> {
    let all = report["summary"]["fixes"]["not_fixed"].as_array().unwrap();
    all.iter().map(|one| (one["reason"].as_str().unwrap().to_owned(), one["findings"].as_u64().unwrap())).collect()
}

#[test]
fn safe_fixes_are_made_and_the_rest_is_reported() {
    let folder = folder(&[("app.yaml", KEY)]);
    let ran = folder.fix(&["--format", "json", "app.yaml"]);
    assert_eq!(folder.read("app.yaml"), FIXED);
    let report = ran.json();
    assert_eq!((ran.code, fixes(&report)), (1, (1, 1, 1)), "{}", ran.all());
    assert_eq!(not_fixed(&report), [("no-fix".to_owned(), 1)]);
    assert_eq!(findings(&report).iter().map(|(_, rule)| rule.as_str()).collect::<Vec<_>>(), ["own-region", "own-text"]);
    assert_eq!(report["summary"]["fixes"]["rules"][0]["rule"], "own-rotation");
    // Twice is the same as once.
    let again = folder.fix(&["--format", "json", "app.yaml"]);
    assert_eq!((folder.read("app.yaml").as_str(), fixes(&again.json()), again.code), (FIXED, (0, 0, 1), 1));
    // The other one on request; what no fix is known for stays.
    let all = folder.fix(&["--unsafe-fixes", "--format", "json", "app.yaml"]);
    assert_eq!(fixes(&all.json()), (1, 1, 0));
    assert!(folder.read("app.yaml").ends_with("      EnableKeyRotation: true # mend me\n      MultiRegion: true\n"));
}

#[test]
fn people_read_what_was_fixed() {
    let folder = folder(&[("app.yaml", KEY), ("more/b.yaml", KEY)]);
    let ran = folder.fix(&["."]);
    let end = ran.stdout.split("────\n").last().unwrap().to_owned();
    assert!(
        end.contains(
            "  Fixed        2 findings in 2 files: own-rotation (2)\n  Fixable      2 more findings with --unsafe-fixes\n  Not \
             fixed    2 findings have no automatic fix\n"
        ),
        "{end}"
    );
    assert_eq!(folder.read("more/b.yaml"), FIXED);
}

#[test]
fn the_exit_code_is_of_what_is_left() {
    let folder = folder(&[("app.yaml", KEY)]);
    let rotation = ["--no-config", "--rules", "rules", "--rule", "own-rotation", "app.yaml"];
    assert_eq!(folder.run(&rotation).code, 1);
    assert_eq!(folder.run(&[&rotation[..], &["--fix", "--diff"]].concat()).code, 1);
    assert_eq!(folder.run(&[&rotation[..], &["--fix"]].concat()).code, 0);
    assert_eq!(folder.run(&rotation).code, 0);
}

#[test]
fn only_some_rules_are_fixed() {
    let table = "Resources:\n  Records:\n    Type: AWS::DynamoDB::Table\n";
    let folder = folder(&[("app.yaml", KEY), ("table.yaml", table)]);
    let ran = folder.fix(&["--fix-rule", "own-prot*", "--format", "json", "."]);
    assert_eq!(folder.read("app.yaml"), KEY);
    assert_eq!(folder.read("table.yaml"), format!("{table}    Properties:\n      DeletionProtectionEnabled: true\n"));
    assert_eq!(fixes(&ran.json()).0, 1);
    assert!(not_fixed(&ran.json()).contains(&("other-rule".to_owned(), 2)), "{}", ran.all());
    let ran = folder.fix(&["--fix-rule", "own-rotatoin", "--format", "json", "."]);
    assert_eq!((ran.code, problems(&ran.json())), (2, vec![("unknown-rule".to_owned(), String::new())]));
    assert!(ran.stdout.contains("Did you mean `own-rotation`?") && folder.read("app.yaml") == KEY);
}

#[test]
fn options_that_make_no_sense_are_errors() {
    let folder = folder(&[("app.yaml", KEY)]);
    let usage = |arguments: &[&str], said: &str| {
        let ran = folder.run(arguments);
        assert!(ran.code == 2 && ran.stderr.contains(said) && ran.stdout.is_empty(), "{arguments:?}\n{}", ran.all());
    };
    usage(&["--unsafe-fixes", "app.yaml"], "--unsafe-fixes needs --fix");
    usage(&["--fix-rule", "x", "app.yaml"], "--fix-rule needs --fix");
    usage(&["--diff", "app.yaml"], "--diff needs --fix");
    usage(&["--interactive", "app.yaml"], "--interactive needs --fix");
    usage(&["--fix", "--watch", "app.yaml"], "--watch");
    usage(&["--fix", "--diff", "--interactive", "app.yaml"], "--interactive");
    usage(&["--fix", "--diff", "--format", "json", "app.yaml"], "add --output FILE");
    usage(&["--fix", "--interactive", "-"], "name a file");
    for command in ["test", "explain", "rules", "graph"] {
        usage(&[command, "--fix"], "--fix");
    }
    assert_eq!(folder.read("app.yaml"), KEY);
}

#[test]
fn a_diff_is_a_patch() {
    let crlf = KEY.replace('\n', "\r\n");
    let folder = folder(&[("app.yaml", KEY), ("more/crlf.yaml", &crlf), ("open.yaml", KEY.trim_end())]);
    let ran = folder.fix(&["--diff", "--output", "report.json", "."]);
    let expected = "--- a/app.yaml\n+++ b/app.yaml\n@@ -4,4 +4,4 @@\n     Type: AWS::KMS::Key\n     Properties:\n       Description: \
                    old   # keep me\n-      EnableKeyRotation: false # mend me\n+      EnableKeyRotation: true # mend me\n";
    assert!(ran.stdout.starts_with(expected), "{}", ran.all());
    assert!(ran.stdout.contains("+      EnableKeyRotation: true # mend me\n\\ No newline at end of file\n"));
    assert!(ran.stderr.starts_with("  Would fix    3 findings in 3 files: own-rotation (3)\n"), "{}", ran.all());
    // Nothing was written, and reports are about what is there.
    assert_eq!((folder.read("app.yaml").as_str(), folder.read("more/crlf.yaml")), (KEY, crlf.clone()));
    let report: Value = serde_json::from_str(&folder.read("report.json")).unwrap();
    assert_eq!((findings(&report).len(), &report["summary"]["fixes"]["dry_run"]), (9, &Value::Bool(true)));
    folder.file("fix.patch", &ran.stdout);
    let patched = folder.command(&[]).get_current_dir().unwrap().to_owned();
    let patch = std::process::Command::new("git").args(["apply", "fix.patch"]).current_dir(patched).output();
    if let Ok(patch) = patch {
        assert!(patch.status.success(), "{}", String::from_utf8_lossy(&patch.stderr));
        let texts = ["app.yaml", "more/crlf.yaml", "open.yaml"].map(|name| folder.read(name));
        assert_eq!(texts, [FIXED.to_owned(), FIXED.replace('\n', "\r\n"), FIXED.trim_end().to_owned()]);
    }
    let nothing = folder.run(&["--fix", "--diff", "-q", "--no-config", "--rules", "rules", "--rule", "own-text", "."]);
    assert_eq!((nothing.stdout.as_str(), nothing.stderr.as_str(), nothing.code), ("", "", 1));
}

#[test]
fn a_diff_on_a_terminal_has_colors_and_no_secret() {
    let secret = "Resources:\n  Records:\n    Type: AWS::KMS::Key\n    Properties:\n      Description: hunter2hunter2\n      \
                  EnableKeyRotation: false\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      MasterUserPassword: \
                  hunter2hunter2\n";
    let folder = folder(&[("app.yaml", secret)]);
    let ran = folder.fix(&["--diff", "--color", "always", "app.yaml"]);
    assert!(ran.stdout.contains("\u{1b}[1m--- a/app.yaml\u{1b}[0m\n"), "{}", ran.all());
    assert!(ran.stdout.contains("\u{1b}[32m+      EnableKeyRotation: true\u{1b}[0m\n"), "{}", ran.all());
    assert!(!ran.stdout.contains("MasterUserPassword: hunter2hunter2"), "{}", ran.all());
    // The patch does not apply, which is stated; it does if the secret is far from the change.
    let refused = "# The diff of app.yaml hides a secret, so git apply and patch refuse it. --fix without --diff makes\n\
                   # its changes.\n--- a/app.yaml\n";
    let plain = |text: &str| {
        folder.file("app.yaml", text);
        folder.fix(&["--diff", "app.yaml"]).stdout
    };
    assert!(plain(secret).starts_with(refused), "{}", plain(secret));
    let far = secret.replace("Description: hunter2hunter2", "Description: text");
    assert!(plain(&far).starts_with("--- a/app.yaml\n"), "{}", plain(&far));
}

#[test]
fn line_ends_and_json_are_kept() {
    let crlf = KEY.replace('\n', "\r\n");
    let json = "{\n  \"Resources\": {\n    \"Records\": {\n      \"Type\": \"AWS::KMS::Key\",\n      \"Properties\": {\"Description\": \"old\"}\n    }\n  }\n}";
    let folder = folder(&[("crlf.yaml", &crlf), ("bom.yaml", &format!("\u{feff}{KEY}")), ("app.json", json)]);
    let ran = folder.fix(&["."]);
    assert_eq!(folder.read("crlf.yaml"), FIXED.replace('\n', "\r\n"), "{}", ran.all());
    assert_eq!(folder.read("bom.yaml"), format!("\u{feff}{FIXED}"));
    assert_eq!(folder.read("app.json"), json.replace("\"old\"}", "\"old\", \"EnableKeyRotation\": true}"));
}

#[test]
fn standard_input_is_fixed_to_standard_output() {
    let folder = folder(&[]);
    let run = |input: &str, more: &[&str]| {
        let arguments = ["--no-config", "--rules", "rules", "--rule", "own-*", "--fix"];
        folder.run_on(input.as_bytes(), &[&arguments, more, &["-"]].concat())
    };
    let ran = run(KEY, &[]);
    assert_eq!((ran.stdout.as_str(), ran.code), (FIXED, 1));
    assert!(ran.stderr.contains("Fixed        1 finding in 1 file: own-rotation (1)"), "{}", ran.all());
    let ran = run(KEY, &["--format", "json"]);
    assert_eq!(ran.stdout, FIXED);
    assert_eq!(serde_json::from_str::<Value>(&ran.stderr).unwrap()["summary"]["fixes"]["fixed"], 1);
    // What is not fixed comes out as it went in.
    for text in [FIXED, "Resources: [\n", "just: yaml\n"] {
        assert_eq!(run(text, &[]).stdout, text);
    }
    let ran = run(KEY, &["--diff"]);
    assert!(ran.stdout.starts_with("--- a/") && ran.stdout.contains("+      EnableKeyRotation: true"), "{}", ran.all());
}

#[test]
fn exceptions_and_baselines_keep_findings() {
    let excepted = KEY.replace(
        "    Type: AWS::KMS::Key\n",
        "    Type: AWS::KMS::Key\n    Metadata:\n      hipaalint:\n        exceptions:\n          - { rule: own-rotation, reason: We \
         rotate by hand }\n",
    );
    let two = "Resources:\n  Old:\n    Type: AWS::KMS::Key\n";
    let folder = folder(&[("excepted.yaml", &excepted), ("known.yaml", two)]);
    let ran = folder.fix(&["--format", "json", "excepted.yaml"]);
    assert_eq!(folder.read("excepted.yaml"), excepted, "{}", ran.all());
    assert!(not_fixed(&ran.json()).contains(&("covered".to_owned(), 1)), "{}", ran.all());
    let write = ["--no-config", "--rules", "rules", "--rule", "own-*", "--write-baseline", "known.json", "known.yaml"];
    assert_eq!(folder.run(&write).code, 0);
    let more = format!("{two}  New:\n    Type: AWS::KMS::Key\n");
    folder.file("known.yaml", &more);
    let ran = folder.fix(&["--unsafe-fixes", "--baseline", "known.json", "--format", "json", "known.yaml"]);
    assert_eq!(fixes(&ran.json()), (2, 1, 0), "{}", ran.all());
    let fixed = folder.read("known.yaml");
    assert!(fixed.starts_with(two) && fixed.len() > more.len() && fixed.matches("EnableKeyRotation").count() == 1);
    assert_eq!(ran.json()["summary"]["in_baseline"], 3);
    // A baseline that is written has what is left.
    folder.file("fresh.yaml", KEY);
    folder.fix(&["--write-baseline", "fresh.json", "fresh.yaml"]);
    assert_eq!(
        (folder.read("fresh.yaml").as_str(), folder.read("fresh.json").contains("own-rotation")),
        (FIXED, false)
    );
    assert!(folder.read("fresh.json").contains("own-region"));
}

#[test]
fn a_queue_comes_with_permission() {
    let sam = "Transform: AWS::Serverless-2016-10-31
Resources:
  Process:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      Runtime: python3.13
      CodeUri: src
";
    let folder = folder(&[("sam.yaml", sam)]);
    let rules = ["--no-config", "--rule", "lambda-dead-letter", "--rule", "iam-no-inline-policy"];
    let ran = folder.run(&[&rules[..], &["--fix", "--unsafe-fixes", "sam.yaml"]].concat());
    let text = folder.read("sam.yaml");
    // `DeadLetterQueue` would give the role an inline policy.
    assert!(text.contains("      Policies:\n        - !Ref ProcessDeadLetterPolicy\n"), "{text}\n{}", ran.all());
    assert!(
        text.contains("Type: AWS::Lambda::EventInvokeConfig") && text.contains("Action: sqs:SendMessage"),
        "{text}"
    );
    assert_eq!(ran.code, 0, "{}", ran.all());
}

#[test]
fn what_is_covered_stays_covered() {
    let role = |metadata: &str| {
        format!(
            "Resources:
  Worker:
    Type: AWS::IAM::Role
{metadata}    Properties:
      AssumeRolePolicyDocument: {{}}
      Policies:
        - PolicyName: read # why
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - {{Effect: Allow, Action: 's3:GetObject', Resource: '*'}}
"
        )
    };
    let exception = "    Metadata:\n      hipaalint:\n        exceptions:\n          - { rule: iam-wildcard-resource, reason: All of them }\n";
    let comment =
        "              # hipaalint: except iam-wildcard-resource because all of them are read\n              - {Effect";
    let commented = role("").replace("              - {Effect", comment);
    let folder = folder(&[("held.yaml", &role(exception)), ("moves.yaml", &role("")), ("commented.yaml", &commented)]);
    let rules = ["--no-config", "--rule", "iam-no-inline-policy", "--rule", "iam-wildcard-resource"];
    let run = |more: &[&str]| folder.run(&[&rules[..], more].concat());
    // The exception of the role does not cover a policy of its own.
    let ran = run(&["--fix", "--unsafe-fixes", "--format", "json", "held.yaml"]);
    assert_eq!(folder.read("held.yaml"), role(exception), "{}", ran.all());
    assert_eq!(not_fixed(&ran.json()), [("uncovers".to_owned(), 1), ("covered".to_owned(), 1)], "{}", ran.all());
    let ran = run(&["--fix", "--unsafe-fixes", "held.yaml"]);
    let words = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("would make findings count that are suppressed or in the baseline"), "{}", ran.all());
    // Nor does a baseline have a finding in another place.
    assert_eq!(run(&["--write-baseline", "known.json", "moves.yaml"]).code, 0);
    folder.file("more.yaml", role("").replace("Worker", "Other"));
    let text = folder.read("known.json").replace("iam-no-inline-policy", "none");
    folder.file("known.json", &text);
    let ran = run(&["--fix", "--unsafe-fixes", "--baseline", "known.json", "--format", "json", "moves.yaml"]);
    assert_eq!(folder.read("moves.yaml"), role(""), "{}", ran.all());
    // A comment goes with its policy, and covers it there.
    let ran = run(&["--fix", "--unsafe-fixes", "--format", "json", "commented.yaml"]);
    let fixed = folder.read("commented.yaml");
    assert!(
        fixed.contains(
            "          # hipaalint: except iam-wildcard-resource because all of them are read\n          - {Effect"
        ),
        "{fixed}"
    );
    assert!(fixed.contains("      # why\n"), "{fixed}");
    assert_eq!(not_fixed(&ran.json()), [("covered".to_owned(), 1)], "{}", ran.all());
}

#[test]
fn a_fix_that_does_not_stand_the_proof_is_taken_back() {
    let folder = folder(&[("app.yaml", KEY)]);
    // It sets something else, and so does the other one, which breaks a third rule.
    let useless = rule(
        "own-window",
        "AWS::KMS::Key",
        "PendingWindowInDays",
        "30",
        "fix: { set: { $.Properties.PendingWindowInDays: 20 } }",
    );
    let harmful = rule(
        "own-enabled",
        "AWS::KMS::Key",
        "Enabled",
        "true",
        "fix: { set: { $.Properties.Enabled: true, $.Properties.KeyUsage: SIGN_VERIFY } }",
    );
    let usage = "id: own-usage\ntitle: It is wrong\nlevel: error\ncontrols: [\"164.312(c)(1)\"]\nresources: [AWS::KMS::Key]\nassert: { not: \
                 { path: $.Properties.KeyUsage, is: { equals: SIGN_VERIFY } } }\nmessage: It is wrong\nwhy: It is wrong.\nremediation: Set \
                 it.\nreferences: [https://example.com]\nexamples:\n  pass:\n    - name: right\n      template: |\n        Resources:\n          \
                 A:\n            Type: AWS::KMS::Key\n  fail:\n    - name: wrong\n      template: |\n        Resources:\n          A:\n            \
                 Type: AWS::KMS::Key\n            Properties: { KeyUsage: SIGN_VERIFY } # finding\n";
    folder
        .file("rules/own-window.yaml", useless)
        .file("rules/own-enabled.yaml", harmful)
        .file("rules/own-usage.yaml", usage);
    let ran = folder.fix(&["--unsafe-fixes", "--format", "json", "app.yaml"]);
    let text = folder.read("app.yaml");
    assert!(text.contains("EnableKeyRotation: true") && text.contains("MultiRegion: true"), "{text}\n{}", ran.all());
    assert!(!text.contains("SIGN_VERIFY") && !text.contains("PendingWindow"), "{text}");
    assert!(not_fixed(&ran.json()).contains(&("taken-back".to_owned(), 2)), "{}", ran.all());
    let ran = folder.fix(&["--unsafe-fixes", "app.yaml"]);
    let words = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("did not pass the check: own-enabled (1), own-window (1)"), "{}", ran.all());
}

#[test]
fn answers_come_from_a_pipe() {
    let folder = folder(&[("app.yaml", KEY), ("b.yaml", KEY), ("c.yaml", KEY)]);
    let ask = |answers: &str| {
        for name in ["app.yaml", "b.yaml", "c.yaml"] {
            folder.file(name, KEY);
        }
        let arguments =
            ["--no-config", "--rules", "rules", "--rule", "own-*", "--fix", "--unsafe-fixes", "--interactive", "."];
        let ran = folder.run_on(answers.as_bytes(), &arguments);
        let text = |name: &str| {
            let text = folder.read(name);
            (text.contains("EnableKeyRotation: true"), text.contains("MultiRegion: true"))
        };
        (["app.yaml", "b.yaml", "c.yaml"].map(text), ran)
    };
    let (texts, ran) = ask("y\nn\na\nq\n");
    assert_eq!(texts[0], (false, true), "{}", ran.all());
    assert!(texts[1..].iter().any(|(_, region)| *region));
    assert!(ran.stderr.contains("Make it a key of several Regions."), "{}", ran.all());
    assert!(ran.stderr.contains("+      MultiRegion: true\n"), "{}", ran.all());
    let (texts, ran) = ask("");
    assert_eq!((texts, ran.code), ([(false, false); 3], 2), "{}", ran.all());
    let words = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("are left because standard input ended before you chose what to do"), "{words}");
    assert!(words.contains("--interactive reads a choice for each fix, but standard input has ended."), "{words}");
    assert!(!words.contains("declined"), "{words}");
    // What was answered holds.
    let (texts, ran) = ask("y\n");
    assert_eq!((texts.iter().filter(|text| text.0 || text.1).count(), ran.code), (1, 2), "{}", ran.all());
    let (_, ran) = ask("q\n");
    assert!(ran.code == 1 && ran.stdout.contains("you declined the fixes"), "{}", ran.all());
    let (texts, _) = ask("a\na\n");
    assert_eq!(texts, [(true, true); 3]);
    let (texts, ran) = ask("what?\nyes\n");
    assert_eq!(texts.iter().filter(|text| text.0 || text.1).count(), 1, "{}", ran.all());
    assert!(ran.stderr.contains("  y  make this fix\n  n  do not make it\n"), "{}", ran.all());
}

#[test]
fn two_stacks_share_a_template_that_is_fixed_once() {
    let parent = "Resources:\n  One:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: shared.yaml\n      Parameters: { \
                  Rotate: \"false\" }\n  Two:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: shared.yaml\n      \
                  Parameters: { Rotate: \"true\" }\n  Key:\n    Type: AWS::KMS::Key\n";
    let shared = "Parameters:\n  Rotate: { Type: String }\nResources:\n  Records:\n    Type: AWS::KMS::Key\n  Other:\n    Type: \
                  AWS::KMS::Key\n    Properties: { Description: text }\n";
    let folder = folder(&[("parent.yaml", parent), ("shared.yaml", shared)]);
    let ran = folder.fix(&["--format", "json", "."]);
    assert_eq!(folder.read("shared.yaml").matches("EnableKeyRotation: true").count(), 2, "{}", ran.all());
    assert_eq!(folder.read("parent.yaml").matches("EnableKeyRotation: true").count(), 1);
    assert_eq!(fixes(&ran.json()).0, 3);
    // Findings point to the parent as it is now.
    let report = ran.json();
    let related = report["findings"].as_array().unwrap().iter().filter(|one| one["file"] == "shared.yaml");
    let lines: Vec<u64> = related
        .flat_map(|one| one["related"].as_array().unwrap())
        .map(|place| place["start"]["line"].as_u64().unwrap())
        .collect();
    assert!(!lines.is_empty() && lines.iter().all(|line| [2, 7].contains(line)), "{lines:?}");
    // A template that nobody named is not changed.
    folder.file("shared.yaml", shared);
    let ran = folder.fix(&["--format", "json", "parent.yaml"]);
    assert_eq!(folder.read("shared.yaml"), shared, "{}", ran.all());
    assert!(not_fixed(&ran.json()).contains(&("not-named".to_owned(), 2)), "{}", ran.all());
}

#[test]
fn fixes_go_with_every_format_and_output() {
    let folder = folder(&[("app.yaml", KEY)]);
    let ran = folder.fix(&["--format", "sarif", "--output", "out.sarif", "--output", "out.md", "app.yaml"]);
    let sarif: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 2);
    let written: Value = serde_json::from_str(&folder.read("out.sarif")).unwrap();
    assert_eq!(written["runs"][0]["results"], sarif["runs"][0]["results"]);
    assert_eq!(folder.read("app.yaml"), FIXED);
    assert!(folder.read("out.md").contains("own-region"));
}

#[cfg(unix)]
mod on_unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn permissions_and_links_in_the_tree_are_kept() {
        let folder = folder(&[("real.yaml", KEY)]);
        fs::set_permissions(folder.path("real.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
        symlink("real.yaml", folder.path("link.yaml")).unwrap();
        let ran = folder.fix(&["link.yaml"]);
        assert_eq!(folder.read("real.yaml"), FIXED, "{}", ran.all());
        assert!(folder.path("link.yaml").is_symlink());
        assert_eq!(fs::metadata(folder.path("real.yaml")).unwrap().permissions().mode() & 0o777, 0o640);
        // Given twice, under two names, it is fixed once.
        folder.file("real.yaml", KEY);
        let ran = folder.fix(&["--format", "json", "link.yaml", "real.yaml", "./real.yaml"]);
        assert_eq!(fixes(&ran.json()), (1, 1, 1), "{}", ran.all());
        let names: Vec<_> = fs::read_dir(folder.path(".")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(names.iter().all(|name| !name.to_string_lossy().starts_with(".hipaalint")), "{names:?}");
    }

    #[test]
    fn nothing_is_written_through_a_link_out_of_the_tree() {
        let outside = Folder::with(&[("app.yaml", KEY)]);
        let folder = folder(&[]);
        symlink(outside.path("app.yaml"), folder.path("app.yaml")).unwrap();
        let ran = folder.fix(&["--format", "json", "app.yaml"]);
        assert_eq!((outside.read("app.yaml").as_str(), ran.code), (KEY, 2), "{}", ran.all());
        let report = ran.json();
        assert_eq!(problems(&report), [("file-not-written".to_owned(), "app.yaml".to_owned())]);
        assert_eq!((findings(&report).len(), fixes(&report)), (3, (0, 0, 1)));
        assert!(not_fixed(&report).contains(&("not-written".to_owned(), 1)));
        assert_eq!(report["summary"]["with_errors"], 0);
        let said = folder.fix(&["app.yaml"]).stdout;
        assert!(said.contains("The fixes of 1 file could not be written") && !said.contains("errors of"), "{said}");
    }

    #[test]
    fn a_pipe_is_not_written() {
        let folder = folder(&[]);
        let mut command =
            folder.command(&["--no-config", "--rules", "rules", "--rule", "own-*", "--fix", "/dev/stdin"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(KEY.as_bytes()).unwrap();
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert!(ran.code == 2 && ran.stdout.contains("file-not-written"), "{}", ran.all());
    }

    #[test]
    fn names_of_one_file_are_fixed_alike() {
        let folder = folder(&[("a.yaml", KEY)]);
        fs::hard_link(folder.path("a.yaml"), folder.path("b.yaml")).unwrap();
        let ran = folder.fix(&["."]);
        assert_eq!([folder.read("a.yaml"), folder.read("b.yaml")], [FIXED, FIXED], "{}", ran.all());
    }
}

#[test]
fn without_fix_the_report_counts_what_could_be_fixed() {
    let template = "Resources:
  Key: { Type: AWS::KMS::Key, Properties: { KeyPolicy: {} } }
  Table: { Type: AWS::DynamoDB::Table, Properties: { DeletionProtectionEnabled: !Ref AWS::NoValue } }
";
    let folder = folder(&[("a.yaml", template)]);
    let run =
        |more: &[&str]| folder.run(&[&["--no-config", "--rules", "rules", "--rule", "own-*", "a.yaml"], more].concat());
    let human = run(&[]).stdout;
    let line = "Fixable      3 of 4 findings: 2 with --fix, 1 more with --fix --unsafe-fixes";
    assert!(human.contains(line), "{human}");
    let comment = run(&["--format", "markdown"]).stdout;
    assert!(comment.contains("Fixable: 3 of 4 findings: 2 with --fix, 1 more with --fix"), "{comment}");
    let counted = &run(&["--format", "json"]).json()["summary"]["fixable"];
    assert_eq!(*counted, serde_json::json!({ "safe": 2, "unsafe": 1, "display": 0 }));
    // A run that fixes counts what is left.
    let fixed = folder.fix(&["a.yaml", "--format", "json"]).json();
    assert_eq!(fixed["summary"].get("fixable"), None);
    let human = run(&[]).stdout;
    assert!(human.contains("Fixable      1 of 2 findings with --fix --unsafe-fixes"), "{human}");
}

#[test]
fn a_database_that_is_not_encrypted_is_left_with_advice() {
    let database = "Resources:
  Records:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
      StorageEncrypted: false
      MasterUserPassword: Sup3rS3cretWord
      PubliclyAccessible: true
";
    let folder = Folder::with(&[("app.yaml", database)]);
    let run = |more: &[&str]| {
        let rules = ["--no-config", "--profile", "strict", "--fix", "--format", "json", "app.yaml"];
        let ran = folder.run(&[&rules, more].concat());
        assert!(!ran.stdout.contains("Sup3rS3cretWord") && !ran.stderr.contains("Sup3rS3cretWord"));
        ran
    };
    let report = run(&[]).json();
    let after = folder.read("app.yaml");
    assert!(after.contains("      StorageEncrypted: false\n") && after.contains("DeletionProtection: true"), "{after}");
    let found =
        report["findings"].as_array().unwrap().iter().find(|one| one["rule"] == "rds-storage-encrypted").unwrap();
    assert_eq!(found["fixes"][0]["applicability"], "unsafe");
    let note = found["fixes"][0]["note"].as_str().unwrap();
    assert!(note.contains("make a snapshot, copy it encrypted, and restore from the copy instead"), "{note}");
    // The secret is neither shown nor written elsewhere.
    run(&["--unsafe-fixes"]);
    let after = folder.read("app.yaml");
    assert!(after.contains("StorageEncrypted: true") && after.matches("Sup3rS3cretWord").count() == 1, "{after}");
}

/// Runs a program that applies diffs; none if it is not there.
fn apply(program: &str, arguments: &[&str], diff: &str, folder: &std::path::Path) -> Option<std::process::Output> {
    let mut command = std::process::Command::new(program);
    command.args(arguments).current_dir(folder).env("GIT_CEILING_DIRECTORIES", folder.parent()?);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        skipped(&format!("{program} is not there"));
        return None;
    };
    child.stdin.take()?.write_all(diff.as_bytes()).ok()?;
    child.wait_with_output().ok()
}

/// Applies a diff to fresh files with Git and with `patch`, and compares them with the fixed text.
#[track_caller]
fn applies(folder: &Folder, diff: &str, files: &[&str], at: &str) {
    for (program, arguments) in [("git", &["apply", "-p1"][..]), ("patch", &["-p1", "--batch"])] {
        for file in files {
            fs::write(folder.path(file), KEY).unwrap();
        }
        let Some(output) = apply(program, arguments, diff, &folder.path(at)) else { continue };
        let said = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
        for file in files {
            assert_eq!(folder.read(file), FIXED, "{program}: {file}\n{said}\n{diff}");
        }
    }
}

#[test]
fn a_diff_applies_whatever_the_names_are() {
    let mut names = vec!["a b.yaml", "ä/é.yaml", "plain.yaml", "deep/er/x.yaml", "a/b.yaml"];
    if cfg!(unix) {
        names.extend(["tab\t.yaml", "\"quoted\" name.yaml", "back\\slash.yaml"]);
    }
    let folder = folder(&names.iter().map(|name| (*name, KEY)).collect::<Vec<_>>());
    let ran = folder.fix(&["--diff", "."]);
    assert!(ran.stdout.contains("--- a/a b.yaml\t\n"), "{}", ran.all());
    assert!(ran.stdout.contains("--- \"a/\\303\\244/\\303\\251.yaml\"\n"), "{}", ran.all());
    applies(&folder, &ran.stdout, &names, ".");
    for name in &names {
        fs::write(folder.path(name), KEY).unwrap();
    }
    // Steps back, and whole paths.
    let absolute = folder.path("plain.yaml").canonicalize().unwrap();
    for path in ["deep/../plain.yaml", "./plain.yaml", absolute.to_str().unwrap()] {
        fs::write(folder.path("plain.yaml"), KEY).unwrap();
        let ran = folder.fix(&["--diff", path]);
        assert!(ran.stdout.starts_with("--- a/plain.yaml\n+++ b/plain.yaml\n"), "{path}\n{}", ran.all());
        applies(&folder, &ran.stdout, &["plain.yaml"], ".");
    }
}

#[test]
fn a_diff_of_files_elsewhere_starts_at_the_repository() {
    let folder = folder(&[("deep/er/x.yaml", KEY), ("plain.yaml", KEY), (".git/HEAD", "ref: refs/heads/main\n")]);
    folder.file(".git/objects/x", "").file(".git/refs/x", "");
    let rules = ["--no-config", "--rules", "../rules", "--rule", "own-*", "--fix", "--diff"];
    let from = |at: &str, paths: &[&str]| {
        crate::support::ran(folder.command(&[&rules, paths].concat()).current_dir(folder.path(at)))
    };
    let ran = from("deep", &["er/x.yaml"]);
    assert!(ran.stdout.starts_with("--- a/er/x.yaml\n") && !ran.stderr.contains("apply it"), "{}", ran.all());
    applies(&folder, &ran.stdout, &["deep/er/x.yaml"], "deep");
    fs::write(folder.path("deep/er/x.yaml"), KEY).unwrap();
    let ran = from("deep", &["../plain.yaml", "er"]);
    assert!(
        ran.stdout.contains("--- a/plain.yaml\n") && ran.stdout.contains("--- a/deep/er/x.yaml\n"),
        "{}",
        ran.all()
    );
    assert!(
        ran.stderr.contains("the names in the diff start in ") && ran.stderr.contains(": apply it there\n"),
        "{}",
        ran.all()
    );
    applies(&folder, &ran.stdout, &["deep/er/x.yaml", "plain.yaml"], ".");
}

#[cfg(target_os = "linux")]
#[test]
fn a_diff_applies_to_a_name_that_is_not_text() {
    use std::os::unix::ffi::OsStrExt;
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.yaml");
    let folder = folder(&[]);
    if fs::write(folder.path("").join(name), KEY).is_err() {
        return skipped("the file system has only names of UTF-8");
    }
    let ran = folder.fix(&["--diff", "."]);
    assert!(ran.stdout.starts_with("--- \"a/caf\\351.yaml\"\n"), "{}", ran.all());
    let Some(output) = apply("git", &["apply"], &ran.stdout, &folder.path("")) else { return };
    let text = fs::read_to_string(folder.path("").join(name)).unwrap();
    assert_eq!(text, FIXED, "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_is_not_safe_is_said_everywhere() {
    let folder = folder(&[("app.yaml", KEY), ("other.yaml", KEY)]);
    let ran = folder.fix(&["--unsafe-fixes", "--diff", "."]);
    let grave = "`Records`: CloudFormation refuses to change `MultiRegion` of a deployed resource:";
    assert!(ran.stdout.starts_with(&format!("# Not safe in app.yaml:\n# - {grave} ")), "{}", ran.all());
    assert!(ran.stdout.contains(". It is another key.\n--- a/app.yaml\n"), "{}", ran.all());
    assert!(ran.stderr.contains(&format!("  Not safe     {grave}\n")), "{}", ran.all());
    assert_eq!(folder.read("app.yaml"), KEY);
    for (program, arguments) in [("git", &["apply"][..]), ("patch", &["-p1", "--batch"])] {
        folder.file("app.yaml", KEY).file("other.yaml", KEY);
        if let Some(output) = apply(program, arguments, &ran.stdout, &folder.path(".")) {
            assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
            assert!(folder.read("other.yaml").contains("MultiRegion: true"));
        }
    }
    folder.file("app.yaml", KEY).file("other.yaml", KEY);
    let ran = folder.fix(&["app.yaml"]);
    assert!(ran.stdout.contains("Unsafe It is another key."), "{}", ran.all());
    let ran = folder.fix(&["--unsafe-fixes", "app.yaml"]);
    assert!(ran.stdout.contains(&format!("  Not safe     {grave}\n")), "{}", ran.all());
    let ran = folder.fix(&["--unsafe-fixes", "--format", "json", "other.yaml"]);
    let effect = &ran.json()["summary"]["fixes"]["effects"][0];
    assert_eq!(
        ["file", "rule", "resource"].map(|name| effect[name].as_str().unwrap()),
        ["other.yaml", "own-region", "Records"]
    );
    assert!(effect["note"].as_str().unwrap().starts_with("It is another key. "), "{effect:#}");
    let ran = folder.fix(&["--format", "json", "other.yaml"]);
    assert_eq!(ran.json()["summary"]["fixes"]["effects"], serde_json::json!([]));
}

#[test]
fn a_second_run_changes_nothing() {
    let conditions: String = (1..=12).map(|at| format!("  C{at}: !Equals [!Ref Env, e{at}]\n")).collect();
    let functions: String = (1..=12)
        .map(|at| {
            format!(
                "  F{at}: {{ Type: AWS::Serverless::Function, Condition: C{at}, Properties: {{ InlineCode: x, Handler: i.h, Runtime: \
                 python3.13 }} }}\n"
            )
        })
        .collect();
    let sam = format!(
        "Transform: AWS::Serverless-2016-10-31\nParameters: {{ Env: {{ Type: String }} }}\nConditions:\n{conditions}Resources:\n{functions}"
    );
    let site = "Resources:
  Site:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Origins:
          - { Id: api, DomainName: api.example.com, CustomOriginConfig: { OriginProtocolPolicy: https-only } }
          - Id: web
            DomainName: www.example.com
            CustomOriginConfig:
              OriginProtocolPolicy: http-only
";
    let folder = Folder::with(&[("sam.yaml", &sam), ("site.yaml", site)]);
    let fix = |name: &str| {
        let ran =
            folder.run(&["--no-config", "--profile", "strict", "--fix", "--unsafe-fixes", "--format", "json", name]);
        (folder.read(name), ran.json()["summary"]["fixes"].clone())
    };
    for name in ["site.yaml", "sam.yaml"] {
        let (text, first) = fix(name);
        let (again, second) = fix(name);
        assert!(text == again && second["fixed"] == 0, "{name}: {second:#}");
        let reasons: Vec<&Value> = first["not_fixed"].as_array().unwrap().iter().map(|left| &left["reason"]).collect();
        assert_eq!(reasons, ["no-fix"], "{name}: {first:#}");
    }
}

#[test]
fn a_key_is_not_added_where_nothing_is_encrypted() {
    let template = "Parameters:
  Env: { Type: String, Default: prod, AllowedValues: [prod, dev] }
  Encrypt: { Type: String, Default: \"false\", AllowedValues: [\"true\", \"false\"] }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
  Db: { Type: AWS::RDS::DBInstance, Properties: { Engine: postgres, StorageEncrypted: !If [IsProd, true, false] } }
  Cluster: { Type: AWS::RDS::DBCluster, Properties: { Engine: aurora-mysql, StorageEncrypted: !Ref Encrypt } }
  Files: { Type: AWS::EFS::FileSystem, Properties: { Encrypted: !If [IsProd, true, false] } }
  Disk: { Type: AWS::EC2::Volume, Properties: { Encrypted: !Ref Encrypt, Size: 10 } }
  Server:
    Type: AWS::EC2::Instance
    Properties: { BlockDeviceMappings: [{ DeviceName: a, Ebs: { Encrypted: !If [IsProd, true, false] } }] }
  Warehouse: { Type: AWS::Redshift::Cluster, Properties: { Encrypted: !If [IsProd, true, false] } }
  Cache: { Type: AWS::ElastiCache::ReplicationGroup, Properties: { AtRestEncryptionEnabled: !Ref Encrypt } }
  Documents: { Type: AWS::DocDB::DBCluster, Properties: { StorageEncrypted: !If [IsProd, true, false] } }
  Graph: { Type: AWS::Neptune::DBCluster, Properties: { StorageEncrypted: !Ref Encrypt } }
  Table: { Type: AWS::DynamoDB::Table, Properties: { SSESpecification: { SSEEnabled: !If [IsProd, true, false] } } }
";
    let folder = folder(&[("app.yaml", template)]);
    let ran = folder.run(&[
        "--no-config",
        "--profile",
        "strict",
        "--rule",
        "*-kms-key",
        "--fix",
        "--unsafe-fixes",
        "app.yaml",
    ]);
    assert_eq!(folder.read("app.yaml"), template, "{}", ran.all());
    assert!(ran.all().contains("rds-kms-key") && ran.all().contains("ebs-volume-kms-key"), "{}", ran.all());
}

#[test]
fn fixes_of_one_run_do_not_contradict_each_other() {
    let template = "Resources:
  Handler:
    Type: AWS::Lambda::Function
    Properties: { Runtime: python3.13, Handler: index.handler, Role: !GetAtt Role.Arn, Code: { ZipFile: \"\" } }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: \"sts:AssumeRole\" }] }
      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]
";
    let folder = folder(&[("app.yaml", template)]);
    folder.run(&["--no-config", "--profile", "strict", "--fix", "--unsafe-fixes", "app.yaml"]);
    let text = folder.read("app.yaml");
    // A boundary with the only policy that was there would deny what the new one allows.
    assert!(text.contains("!Ref HandlerDeadLetterPolicy") && !text.contains("PermissionsBoundary"), "{text}");
    assert!(
        text.contains("KmsMasterKeyId: !GetAtt EncryptionKey.Arn") && text.contains("- kms:GenerateDataKey\n"),
        "{text}"
    );
    folder.run(&["--no-config", "--profile", "conformance", "--fix", "--unsafe-fixes", "app.yaml"]);
    assert_eq!(folder.read("app.yaml"), text);
    // Without a key, there is nothing to allow.
    folder.file("other.yaml", template);
    folder.run(&["--no-config", "--profile", "conformance", "--fix", "--unsafe-fixes", "other.yaml"]);
    let text = folder.read("other.yaml");
    assert!(text.contains("SqsManagedSseEnabled: true") && !text.contains("kms:GenerateDataKey\n"), "{text}");
}
