//! Severity: which rules run, the order of reports, groups of findings, and rules that run where they are asked for.

use crate::support::{Folder, OWN_RULE, Ran, findings};
use serde_json::Value;

/// A bucket that anyone may read, without tags and versions, and a queue whose tags do not matter.
const GRAVE: &str = "\
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
      AccessControl: PublicRead
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      SqsManagedSseEnabled: false
";

fn severities(ran: &Ran) -> Vec<String> {
    let report = ran.json();
    let found = report["findings"].as_array().unwrap();
    found.iter().map(|finding| finding["severity"].as_str().unwrap().to_owned()).collect()
}

fn rules(ran: &Ran) -> Vec<String> {
    findings(&ran.json()).into_iter().map(|(_, rule)| rule).collect()
}

fn rank(severity: &str) -> usize {
    ["critical", "high", "medium", "low"].iter().position(|one| *one == severity).unwrap()
}

#[test]
fn reports_begin_with_the_gravest() {
    let folder = Folder::with(&[("a.yaml", "Resources: { Topic: { Type: AWS::SNS::Topic } }"), ("b.yaml", GRAVE)]);
    let ran = folder.run(&["b.yaml", "--format", "json"]);
    let found = severities(&ran);
    assert_eq!(found.first().map(String::as_str), Some("critical"), "{found:?}");
    assert!(found.iter().map(|severity| rank(severity)).is_sorted() && found.contains(&"low".into()), "{found:?}");
    // SARIF, Markdown and annotations are in the same order, whatever the file.
    let sarif = folder.run(&["--format", "sarif"]).json();
    let first = &sarif["runs"][0]["results"][0];
    assert_eq!(first["ruleId"], "s3-bucket-public-acl");
    let markdown = folder.run(&["--format", "markdown"]).stdout;
    assert!(markdown.find("s3-bucket-public-acl") < markdown.find("sns-topic-encrypted"), "{markdown}");
    let github = folder.run(&["--format", "github"]).stdout;
    assert!(github.starts_with("::error file=b.yaml") && github.contains("%0ASeverity: critical"), "{github}");
    // In the human report, each file begins with its own gravest.
    let human = folder.run(&["b.yaml"]).stdout;
    let at = |text: &str| human.find(text).unwrap_or_else(|| panic!("no {text} in\n{human}"));
    assert!(at("error[s3-bucket-public-acl] Records (AWS::S3::Bucket), severity critical") < at("severity high"));
}

#[test]
fn the_gravest_get_the_annotations() {
    // Twelve errors of high severity, and one critical at the end.
    let topics: String = (0..12).map(|n| format!("  Topic{n}: {{ Type: AWS::SNS::Topic }}\n")).collect();
    let text = format!(
        "Resources:\n{topics}  Open: {{ Type: AWS::S3::Bucket, Properties: {{ AccessControl: PublicRead }} }}\n"
    );
    let folder = Folder::with(&[("a.yaml", text.as_str())]);
    let ran = folder.run(&["--format", "github"]);
    let annotations: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("::error")).collect();
    assert_eq!(annotations.len(), 10);
    assert!(annotations[0].contains("s3-bucket-public-acl"), "{annotations:?}");
}

#[test]
fn min_severity_limits_the_rules() {
    let folder = Folder::with(&[("b.yaml", GRAVE)]);
    let run = |least: &str| folder.run(&["--format", "json", "--min-severity", least]);
    let all = folder.run(&["--format", "json"]);
    for least in ["critical", "high", "medium", "low"] {
        let found = severities(&run(least));
        assert!(found.iter().all(|severity| rank(severity) <= rank(least)), "{least}: {found:?}");
        let wanted = severities(&all).iter().filter(|severity| rank(severity) <= rank(least)).count();
        assert_eq!(found.len(), wanted, "{least}");
        assert_eq!(run(least).json()["summary"]["min_severity"], least);
    }
    assert_eq!(rules(&run("critical")), ["s3-bucket-public-acl"]);
    assert!(folder.run(&["--min-severity", "high"]).stdout.contains("of profile core, severity high or higher, on"));
    // It limits named rules, too.
    let ran = folder.run(&["--rule", "s3-*", "--min-severity", "critical", "--format", "json"]);
    assert_eq!(rules(&ran), ["s3-bucket-public-acl"]);
    let ran = folder.run(&["--min-severity", "grave"]);
    assert!(ran.code == 2 && ran.stderr.contains("possible values: critical, high, medium, low"), "{}", ran.stderr);
}

#[test]
fn rules_are_left_out_and_named_by_pattern() {
    let folder = Folder::with(&[("b.yaml", GRAVE)]);
    let run = |arguments: &[&str]| folder.run(&[&["--format", "json"], arguments].concat());
    let all = rules(&run(&[]));
    let without = rules(&run(&["--ignore", "s3-bucket-versioning", "--ignore", "sqs-*"]));
    let wanted: Vec<&String> =
        all.iter().filter(|rule| *rule != "s3-bucket-versioning" && !rule.starts_with("sqs-")).collect();
    assert_eq!(without.iter().collect::<Vec<_>>(), wanted);
    assert!(without.len() + 2 <= all.len());
    assert_eq!(run(&["--ignore", "sqs-*"]).json()["summary"]["ignored"], serde_json::json!(["sqs-*"]));
    let named = run(&["--rule", "s3-*-acl", "--rule", "sqs-queue-encrypted"]);
    assert_eq!(rules(&named), ["s3-bucket-public-acl", "sqs-queue-encrypted"]);
    assert_eq!(named.json()["summary"]["selection"], "rules: s3-*-acl, sqs-queue-encrypted");
    assert!(rules(&run(&["--rule", "*"])).len() > all.len(), "every rule");
    assert_eq!(rules(&run(&["--rule", "s3-*-acl", "--ignore", "s3-*"])), [""; 0]);
    assert!(folder.run(&["--ignore", "s3-*", "--ignore", "sqs-*"]).stdout.contains(", without s3-*, sqs-*, on"));
    // A mistake is trouble, and the others are left out all the same.
    for (argument, message, help) in [
        ("sqs-queue-encryptd", "there is no rule `sqs-queue-encryptd`", "Did you mean `sqs-queue-encrypted`?"),
        ("nothing-*", "no rule is named `nothing-*`", "Run `hipaalint rules` to list all rules."),
    ] {
        for option in ["--ignore", "--rule"] {
            let ran = run(&[option, argument]);
            let problem = &ran.json()["diagnostics"][0];
            assert_eq!((ran.code, &problem["code"]), (2, &"unknown-rule".into()));
            assert_eq!((problem["message"].as_str(), problem["help"].as_str()), (Some(message), Some(help)));
        }
    }
}

#[test]
fn a_configuration_changes_rules_by_pattern() {
    let folder = Folder::with(&[("b.yaml", GRAVE)]);
    let levels = || {
        let report = folder.run(&["--format", "json"]).json();
        assert_eq!(report["diagnostics"], serde_json::json!([]));
        let level = |one: &Value| format!("{} {}", one["rule"].as_str().unwrap(), one["level"].as_str().unwrap());
        report["findings"].as_array().unwrap().iter().map(level).collect::<Vec<_>>()
    };
    let before = levels();
    folder.file("hipaalint.yaml", "rules:\n  s3-*: { level: off }\n  s3-bucket-versioning: { level: warning }\n");
    let s3: Vec<String> = levels().into_iter().filter(|one| one.starts_with("s3-")).collect();
    // The rule's own change takes precedence, wherever it is.
    assert_eq!(s3, ["s3-bucket-versioning warning"]);
    folder.file("hipaalint.yaml", "rules:\n  s3-bucket-versioning: { level: off }\n  s3-*: { level: note }\n");
    let after = levels();
    assert!(after.contains(&"s3-bucket-public-acl note".into()) && !after.iter().any(|one| one.contains("versioning")));
    assert_eq!(after.len() + 1, before.len(), "a pattern does not run rules that the profile leaves out");
    folder.file("hipaalint.yaml", "rules:\n  s4-*: { level: note }\n  s3-*: { parameters: { days: 3 } }\n");
    let report = folder.run(&["--format", "json"]).json();
    let messages: Vec<&str> =
        report["diagnostics"].as_array().unwrap().iter().map(|one| one["message"].as_str().unwrap()).collect();
    assert_eq!(messages, ["no rule is named `s4-*`", "no rule that is named `s3-*` has a parameter `days`"]);
}

#[test]
fn findings_are_grouped() {
    let folder = Folder::with(&[("a.yaml", GRAVE), ("b.yaml", GRAVE)]);
    let headings = |arguments: &[&str]| {
        let ran =
            folder.run(&[&["--rule", "s3-bucket-public-acl", "--rule", "s3-bucket-versioning"], arguments].concat());
        let heading = |line: &str| Some(line.strip_prefix("── ")?.split(" ─").next()?.to_owned());
        ran.stdout.lines().filter_map(heading).collect::<Vec<_>>()
    };
    assert_eq!(headings(&[]), ["a.yaml", "b.yaml"]);
    assert_eq!(headings(&["--group-by", "file"]), ["a.yaml", "b.yaml"]);
    assert_eq!(headings(&["--group-by", "rule"]), ["s3-bucket-public-acl", "s3-bucket-versioning"]);
    let resources = ["a.yaml: Records (AWS::S3::Bucket)", "b.yaml: Records (AWS::S3::Bucket)"];
    assert_eq!(headings(&["--group-by", "resource"]), resources);
    // Citations are shown once below each heading, and no line refers to a line of another file.
    let ran = folder.run(&["--rule", "s3-bucket-public-acl", "--group-by", "rule"]);
    assert_eq!((ran.stdout.matches("HIPAA").count(), ran.stdout.matches("See line").count()), (1, 0), "{}", ran.stdout);
    let ran = folder.run(&["--rule", "s3-bucket-public-acl", "--group-by", "rule", "--show", "passed"]);
    assert!(!ran.stdout.contains("ERROR"), "{}", ran.stdout);
    // Problems with files come first.
    folder.file("c.yaml", "Resources: [");
    assert_eq!(headings(&["--group-by", "rule"])[0], "c.yaml");
    // Formats that have their own order refuse it.
    let ran = folder.run(&["--group-by", "rule", "--format", "sarif"]);
    assert!(ran.code == 2 && ran.stderr.contains("--group-by needs --format human or --statistics"), "{}", ran.stderr);
    assert_eq!(folder.run(&["a.yaml", "--group-by", "rule", "--format", "sarif", "--output", "human=x.txt"]).code, 1);
    assert!(std::fs::read_to_string(folder.path("x.txt")).unwrap().starts_with("── "));
}

#[test]
fn statistics_can_be_quiet_and_count_what_is_asked() {
    let folder = Folder::with(&[("a.yaml", GRAVE), ("b.yaml", GRAVE)]);
    let two = ["--rule", "s3-bucket-public-acl", "--rule", "s3-bucket-versioning"];
    let run = |arguments: &[&str]| folder.run(&[&two, arguments].concat());
    let wanted = "  × 2  critical  s3-bucket-public-acl  ACL grants everyone access to S3 objects\n  \
                  × 2  medium    s3-bucket-versioning  S3 bucket does not have versioning enabled\n";
    assert_eq!(run(&["--statistics", "--quiet"]).stdout, wanted);
    let wanted =
        "  × 2  critical  Records (AWS::S3::Bucket)  a.yaml\n  × 2  critical  Records (AWS::S3::Bucket)  b.yaml\n";
    assert_eq!(run(&["--statistics", "--quiet", "--group-by", "resource"]).stdout, wanted);
    let whole = run(&["--statistics", "--group-by", "file"]).stdout;
    assert!(whole.contains("\n  × 2  critical  a.yaml\n  × 2  critical  b.yaml\n\n  Checked"), "{whole}");
    let json = run(&["--statistics", "--format", "json", "--group-by", "resource"]).json();
    let first = serde_json::json!({
        "resource": "Records", "type": "AWS::S3::Bucket", "file": "a.yaml", "level": "error", "severity": "critical",
        "findings": 2, "rules": 2
    });
    assert_eq!(json[0], first);
    let json = run(&["--statistics", "--format", "json"]).json();
    assert_eq!((&json[0]["rule"], &json[0]["severity"]), (&"s3-bucket-public-acl".into(), &"critical".into()));
    // Without findings there is nothing to print; what could not be done is printed.
    folder.file("good.yaml", "Resources: { Key: { Type: AWS::KMS::Key } }");
    assert_eq!(folder.run(&[&two, &["good.yaml", "--statistics", "--quiet"][..]].concat()).stdout, "");
    folder.file("c.yaml", "Resources: [");
    let ran = folder.run(&["c.yaml", "--statistics", "--quiet"]);
    assert!(ran.code == 2 && ran.stdout.contains("error[syntax-error]"), "{}", ran.stdout);
}

#[test]
fn an_own_rule_has_a_severity() {
    let folder = Folder::with(&[("b.yaml", GRAVE), ("own/rule.yaml", OWN_RULE)]);
    let severity = |text: &str| {
        folder.file("own/rule.yaml", text);
        let ran = folder.run(&["--rules", "own", "--rule", "own-bucket-versions", "--format", "json"]);
        severities(&ran)
    };
    assert_eq!(severity(OWN_RULE), ["high"], "an error");
    assert_eq!(severity(&OWN_RULE.replace("level: error", "level: warning")), ["medium"]);
    assert_eq!(severity(&OWN_RULE.replace("level: error", "level: note")), ["low"]);
    assert_eq!(severity(&OWN_RULE.replace("level: error", "level: note\nseverity: critical")), ["critical"]);
    folder.file("own/rule.yaml", OWN_RULE.replace("level: error", "level: error\nseverity: grave"));
    let ran = folder.run(&["--rules", "own", "--format", "json"]);
    let message = ran.json()["diagnostics"][0]["message"].as_str().unwrap().to_owned();
    assert!(ran.code == 2 && message.contains("grave") && message.contains("critical"), "{message}");
}

#[test]
fn the_severity_is_in_every_format() {
    let folder = Folder::with(&[("b.yaml", GRAVE)]);
    let two = ["--rule", "s3-bucket-public-acl", "--rule", "s3-bucket-versioning"];
    let run = |format: &str| folder.run(&[&two, &["--format", format][..]].concat());
    let sarif = run("sarif").json();
    let scores: Vec<&str> = sarif["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["properties"]["security-severity"].as_str().unwrap())
        .collect();
    assert_eq!(scores, ["9.5", "5.5"]);
    let gitlab = run("gitlab").json();
    assert_eq!((&gitlab[0]["severity"], &gitlab[1]["severity"]), (&"blocker".into(), &"major".into()));
    assert!(run("junit").stdout.contains("\nSeverity: critical\n"));
    assert!(run("markdown").stdout.contains("error<br>critical |"));
    assert!(run("html").stdout.contains("severity critical"));
    let listed = folder.run(&["rules", "s3-bucket-public-acl"]).stdout;
    assert!(listed.contains("error  critical  core"), "{listed}");
    let json = folder.run(&["rules", "s3-bucket-public-acl", "--format", "json"]).json();
    assert_eq!(
        (&json[0]["severity"], &json[0]["false_alarms"], &json[0]["gate"]),
        (&"critical".into(), &"rare".into(), &true.into())
    );
    let explained = folder.run(&["explain", "s3-bucket-public-acl"]).stdout;
    assert!(explained.contains("Severity  critical") && explained.contains("Harm      Anyone"), "{explained}");
}

/// Tags and names are the style of a house: asked for by its configuration, or by the template.
#[test]
fn house_style_is_checked_where_it_is_asked_for() {
    let bare = "Resources:\n  One: { Type: AWS::SSM::Parameter, Properties: { Name: one, Type: String, Value: x } }\n  \
                Two: { Type: AWS::SSM::Parameter, Properties: { Name: two, Type: String, Value: x } }\n";
    let style = ["--format", "json", "--rule", "tags-required", "--rule", "name-*"];
    let found = |template: &str, configuration: &str, arguments: &[&str]| {
        let folder = Folder::with(&[("a.yaml", template), ("hipaalint.yaml", configuration)]);
        let report = folder.run(&[&["--format", "json"], arguments].concat()).json();
        let one = |one: &Value| {
            let text = |key: &str| one[key].as_str().unwrap().to_owned();
            format!("{} {} {}", text("rule"), text("level"), one["subject"]["name"].as_str().unwrap())
        };
        let all: Vec<String> = report["findings"].as_array().unwrap().iter().map(one).collect();
        all.into_iter().filter(|one| one.starts_with("tags-") || one.starts_with("name-")).collect::<Vec<_>>()
    };
    // One note for the template each.
    assert_eq!(found(bare, "", &[]), ["name-suffix-parameter note ", "tags-required note "]);
    assert_eq!(found(bare, "", &style[2..]), ["name-suffix-parameter note ", "tags-required note "]);
    // The configuration asks.
    assert_eq!(found(bare, "tag-keys: [Owner]", &[])[1..], ["tags-required warning One", "tags-required warning Two"]);
    let names = found(bare, "suffix-parameter: Stage", &[]);
    assert_eq!(names[0], "name-suffix-parameter note ");
    assert_eq!(names[2..], ["name-contains-suffix warning One", "name-contains-suffix warning Two"]);
    // The template asks: it declares the parameter, and one of its resources has the tags.
    let with = |template: &str| format!("Parameters: {{ EnvironmentSuffix: {{ Type: String }} }}\n{template}");
    let names = found(&with(bare), "", &[]);
    assert_eq!(names[1..], ["name-contains-suffix warning One", "name-contains-suffix warning Two"]);
    let tags = "Tags: { Environment: x, DataClassification: x, ComplianceScope: x }";
    let tagged = bare.replacen("Name: one", &format!("Name: one, {tags}"), 1);
    assert_eq!(found(&tagged, "", &[])[1..], ["tags-required warning Two"]);
}

/// Every upload is encrypted, so only a statement that misses its aim is in core.
#[test]
fn upload_encryption_is_checked_where_a_policy_is_about_it() {
    let policy = |operator: &str| {
        format!(
            "Resources:\n  Records: {{ Type: AWS::S3::Bucket }}\n  Policy:\n    Type: AWS::S3::BucketPolicy\n    Properties:\n      \
             Bucket: !Ref Records\n      PolicyDocument:\n        Statement:\n          - Effect: Deny\n            \
             Principal: '*'\n            Action: s3:PutObject\n            Resource: !Sub '${{Records.Arn}}/*'\n            \
             Condition: {{ 'Null': {{ 's3:x-amz-server-side-encryption': false }}, \
             {operator}: {{ 's3:x-amz-server-side-encryption': AES256 }} }}\n"
        )
    };
    let id = "s3-bucket-denies-unencrypted-uploads";
    let level = |template: &str, profile: &str| {
        let folder = Folder::with(&[("a.yaml", template)]);
        let report = folder.run(&["--format", "json", "--profile", profile]).json();
        let found = report["findings"].as_array().unwrap().clone();
        found.into_iter().find(|one| one["rule"] == id).map(|one| one["level"].as_str().unwrap().to_owned())
    };
    let none = "Resources: { Records: { Type: AWS::S3::Bucket } }";
    assert_eq!((level(none, "core"), level(none, "conformance")), (None, Some("warning".into())));
    let inverted = policy("StringEquals");
    assert_eq!(level(&inverted, "core"), Some("error".into()));
    assert_eq!(level(&inverted, "conformance"), Some("error".into()));
    let right = policy("StringNotEquals");
    assert_eq!((level(&right, "core"), level(&right, "strict")), (None, None));
}
