//! Exceptions as a user meets them: what is hidden, what is shown, the register, and the day.

use crate::support::{BAD, Folder, ran};
use serde_json::Value;

/// A bucket with an exception for its versions, and a log group whose retention cannot have one.
const WAIVED: &str = "\
Resources:
  Records:
    Type: AWS::S3::Bucket
    Metadata:
      hipaalint:
        exceptions:
          - rule: s3-bucket-versioning
            reason: =cmd|'/c calc'!A1, \"quoted\" | and <b>bold</b>
            alternative: Copies
            owner: data@example.com
            ticket: SEC-1
            expires: 2026-12-31
  # hipaalint: except logs-retention because the archive keeps them
  Logs:
    Type: AWS::Logs::LogGroup
";

const RULES: [&str; 4] = ["--rule", "s3-bucket-versioning", "--rule", "logs-retention"];

fn run(folder: &Folder, arguments: &[&str]) -> crate::support::Ran {
    folder.run(&[&["--today", "2026-09-01"], &RULES[..], arguments].concat())
}

#[test]
fn suppressed_findings_are_counted_and_hidden() {
    let folder = Folder::with(&[("app.yaml", WAIVED)]);
    let ran = run(&folder, &["app.yaml", "--fail-on", "note"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    insta::assert_snapshot!(ran.stdout, @"
    ────────────────────────────────────────────────────────────────────────────────────────────────────
    No findings that count
      Checked      2 rules (logs-retention, s3-bucket-versioning) on 2 resources in 1 template
      Results      2 checks: 2 failed
      Not counted  2 findings suppressed by exceptions (--show suppressed)
                   2 suppressed findings concern a required specification; an equivalent measure can
                   replace only an addressable one (164.306(d)(3))
      Details      Reasons and remediation in full: hipaalint explain RULE
    ");
    insta::assert_snapshot!(run(&folder, &["app.yaml", "--show", "suppressed"]).stdout, @r#"
    ── app.yaml ────────────────────────────────────────────────────────────────────────────────────────

      ○ 2:3   s3-bucket-versioning  Records
            Bucket `Records` does not have versioning enabled: `VersioningConfiguration.Status` is not
            set.
            Suppressed by an exception: =cmd|'/c calc'!A1, "quoted" | and <b>bold</b>. Instead: Copies
            (data@example.com, SEC-1, until 2026-12-31).
            164.308(a)(7)(ii)(A) Data backup plan, 164.308(a)(7)(ii)(B) Disaster recovery plan are
            required: an equivalent measure can replace only an addressable specification
            (164.306(d)(3)).
      ○ 14:3  logs-retention        Logs
            Log group `Logs` keeps its events indefinitely: `RetentionInDays` is not set.
            Suppressed by an exception: the archive keeps them.
            164.312(b) Audit controls is required: an equivalent measure can replace only an addressable
            specification (164.306(d)(3)).

    ────────────────────────────────────────────────────────────────────────────────────────────────────
    No findings that count
      Checked      2 rules (logs-retention, s3-bucket-versioning) on 2 resources in 1 template
      Results      2 checks: 2 failed
      Not counted  2 findings suppressed by exceptions
                   2 suppressed findings concern a required specification; an equivalent measure can
                   replace only an addressable one (164.306(d)(3))
      Details      Reasons and remediation in full: hipaalint explain RULE
    "#);
}

#[test]
fn programs_see_them_apart_from_those_that_count() {
    let folder = Folder::with(&[("app.yaml", WAIVED), ("bad.yaml", BAD)]);
    let json = run(&folder, &["app.yaml", "bad.yaml", "--format", "json"]).json();
    assert_eq!(json["findings"].as_array().unwrap().len(), 1);
    let [logs, records] = [1, 0].map(|index| &json["suppressed"][index]["exception"]);
    assert_eq!(
        (&records["owner"], &records["expires"], &records["dialect"]),
        (&"data@example.com".into(), &"2026-12-31".into(), &"metadata".into())
    );
    assert_eq!(
        (&records["required"][0], &logs["required"]),
        (&"164.308(a)(7)(ii)(A)".into(), &serde_json::json!(["164.312(b)"]))
    );
    assert_eq!(logs["start"]["line"], 13);
    let states: Vec<&Value> = json["exceptions"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["in-force", "in-force"]);
    let summary = &json["summary"];
    assert_eq!(
        ["suppressed_by_exceptions", "suppressed_required", "in_baseline", "errors"]
            .map(|key| summary[key].as_u64().unwrap()),
        [2, 2, 0, 1]
    );
}

/// GitHub opens an alert for each result, suppressed or not.
#[test]
fn sarif_has_them_on_request() {
    let folder = Folder::with(&[("app.yaml", WAIVED), ("bad.yaml", BAD)]);
    let results = |more: &[&str]| {
        let sarif = run(&folder, &[&["app.yaml", "bad.yaml", "--format", "sarif"], more].concat()).json();
        sarif["runs"][0]["results"].as_array().unwrap().clone()
    };
    let bare = results(&[]);
    assert_eq!(bare.len(), 1);
    let all = results(&["--show", "suppressed"]);
    assert_eq!(all.len(), 3);
    // Nothing changes about the others.
    assert_eq!(all[2], bare[0]);
    let suppression = &all[1]["suppressions"][0];
    assert_eq!((&suppression["kind"], &suppression["status"]), (&"inSource".into(), &"accepted".into()));
    assert_eq!(
        suppression["justification"],
        "the archive keeps them. 164.312(b) Audit controls is required: an equivalent measure can replace only an \
         addressable specification (164.306(d)(3))."
    );
    assert_eq!(suppression["location"]["physicalLocation"]["region"]["startLine"], 13);
    assert_eq!(all[0]["suppressions"][0]["properties"]["ticket"], "SEC-1");
}

#[test]
#[allow(clippy::invisible_characters)]
fn the_register_is_a_page_or_a_table() {
    let folder = Folder::with(&[("app.yaml", WAIVED)]);
    let outputs = ["--output", "exceptions=register.md", "--output", "exceptions=register.csv"];
    let ran = run(&folder, &[&["app.yaml", "--format", "exceptions"], &outputs[..]].concat());
    assert_eq!((ran.code, &ran.stdout), (0, &folder.read("register.md")), "{}", ran.all());
    insta::assert_snapshot!(ran.stdout, @r#"
    # Register of exceptions

    2 exceptions in 1 template, as of 2026-09-01.

    **2 valid exceptions concern a required specification.** 45 CFR 164.306(d)(3) allows an equivalent measure only for addressable specifications, with documented reasons. Required specifications must be implemented.

    ## In force (2)

    These exceptions suppress findings.

    | Rule | Covers | Reason | Alternative | Owner | Ticket | Until | Addressable | Required | Findings | Written in |
    | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
    | `s3-bucket-versioning` | `Resources/Records` | =cmd\|'/c calc'!A1, "quoted" \| and &lt;b&gt;bold&lt;/b&gt; | Copies | data@​example.com | SEC-1 | 2026-12-31 | 164.312(c)(2) Mechanism to authenticate electronic protected health information | 164.308(a)(7)(ii)(A) Data backup plan; 164.308(a)(7)(ii)(B) Disaster recovery plan | 1 | app.yaml:7 (hipaalint) |
    | `logs-retention` | `Resources/Logs` | the archive keeps them |  |  |  |  |  | 164.312(b) Audit controls | 1 | app.yaml:13 (hipaalint) |
    "#);
    let csv = folder.read("register.csv");
    assert_eq!(csv, run(&folder, &["app.yaml", "--format", "exceptions-csv"]).stdout);
    assert_eq!(csv.matches("\r\n").count(), 3);
    insta::assert_snapshot!(csv.replace("\r\n", "\n"), @r#"
    "State","Rule","Covers","Reason","Alternative","Owner","Ticket","Expires","Addressable specifications","Required specifications","Findings","File","Line","Language"
    "In force","s3-bucket-versioning","Resources/Records","'=cmd|'/c calc'!A1, ""quoted"" | and <b>bold</b>","Copies","data@example.com","SEC-1","2026-12-31","164.312(c)(2) Mechanism to authenticate electronic protected health information","164.308(a)(7)(ii)(A) Data backup plan; 164.308(a)(7)(ii)(B) Disaster recovery plan","1","app.yaml","7","hipaalint"
    "In force","logs-retention","Resources/Logs","the archive keeps them","","","","","","164.312(b) Audit controls","1","app.yaml","13","hipaalint"
    "#);
    // As a program for tables reads it.
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let columns = reader.headers().unwrap().len();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!((columns, rows.len()), (14, 2));
    assert_eq!(&rows[0][3], "'=cmd|'/c calc'!A1, \"quoted\" | and <b>bold</b>");
    let is_formula = |cell: &str| cell.starts_with(['=', '+', '-', '@', '\t']);
    assert!(rows.iter().flat_map(csv::StringRecord::iter).all(|cell| !is_formula(cell)), "{rows:?}");
    let none = Folder::with(&[("bad.yaml", BAD)]);
    insta::assert_snapshot!(run(&none, &["bad.yaml", "--format", "exceptions"]).stdout, @"
    # Register of exceptions

    No exceptions in 1 template, as of 2026-09-01.
    ");
}

#[test]
fn the_day_comes_from_the_option_then_the_environment() {
    let folder = Folder::with(&[("app.yaml", WAIVED)]);
    let code = |seconds: &str, more: &[&str]| {
        let arguments = [&["app.yaml"], &RULES[..], more].concat();
        ran(folder.command(&arguments).env("SOURCE_DATE_EPOCH", seconds)).code
    };
    // 2026-12-31 and the second after it.
    assert_eq!(code("1798761599", &[]), 0);
    assert_eq!(code("1798761600", &[]), 1);
    assert_eq!(code("1798761600", &["--today", "2026-12-31"]), 0);
    assert_eq!(code("yesterday", &[]), 2);
    let odd = folder.run(&["app.yaml", "--today", "2026-13-01"]);
    assert_eq!(odd.code, 2);
    assert!(odd.stderr.contains("not a date of the form YYYY-MM-DD"), "{}", odd.stderr);
}

/// What AWS ends on a day is supported until the day before, whatever the clock says.
#[test]
fn ends_of_support_follow_the_day() {
    let template = "Resources: { Intake: { Type: AWS::Lambda::Function, Properties: { Runtime: python3.10 } } }\n";
    let folder = Folder::with(&[("app.yaml", template)]);
    let arguments = ["app.yaml", "--rule", "lambda-runtime-supported", "--fail-on", "warning", "--format", "json"];
    let on = |day: &str| folder.run(&[&arguments[..], &["--today", day]].concat());
    assert_eq!(on("2026-10-30").code, 0);
    let ended = on("2026-10-31");
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains("not patched since 2026-10-31"), "{}", ended.stdout);
    assert!(ended.stdout.contains("dates as of 2026-"), "{}", ended.stdout);
    assert_eq!(ran(folder.command(&arguments).env("SOURCE_DATE_EPOCH", "1704067200")).code, 0);
}

/// A type that is newer than the data keeps its tags: what they mark as PHI is PHI, and its service stays undecided.
#[test]
fn tags_of_unknown_types_count() {
    for tags in ["[{ Key: DataClassification, Value: PHI }]", "{ DataClassification: PHI }"] {
        let scribe = format!("Scribe: {{ Type: AWS::Tomorrow::Domain, Properties: {{ Tags: {tags} }} }}");
        let grafana = "Board: { Type: AWS::Grafana::Workspace }";
        let folder = Folder::with(&[
            ("alone.yaml", format!("Resources: {{ {scribe} }}\n").as_str()),
            ("both.yaml", format!("Resources: {{ {scribe}, {grafana} }}\n").as_str()),
        ]);
        let run = |file| {
            let more =
                ["--rule", "phi-eligible-service", "--show", "undecided", "--fail-on", "warning", "--format", "json"];
            folder.run(&[&[file], &more[..]].concat())
        };
        let alone = run("alone.yaml");
        assert_eq!(alone.code, 0, "{}", alone.stdout);
        assert!(alone.stdout.contains("of 2026-05-22 does not show whether it covers"), "{}", alone.stdout);
        assert_eq!(run("both.yaml").code, 1, "the dashboard is beside PHI");
    }
}

/// Problems with exceptions are findings of rules, which can be explained, changed and disabled.
#[test]
fn what_is_said_about_exceptions_is_a_rule() {
    let text = WAIVED.replace("2026-12-31", "2026-01-31");
    let folder =
        Folder::with(&[("app.yaml", &text), ("hipaalint.yaml", "rules: { exception-expired: { level: error } }\n")]);
    let levels = |more: &[&str]| {
        let json = folder.run(&[&["app.yaml", "--today", "2026-09-01", "--format", "json"], more].concat()).json();
        let about = |one: &&Value| one["rule"] == "exception-expired";
        let findings = json["findings"].as_array().unwrap();
        findings.iter().filter(about).map(|one| one["level"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(levels(&[]), ["error"]);
    assert_eq!(levels(&["--no-config"]), ["warning"]);
    folder.file("hipaalint.yaml", "rules: { exception-expired: { level: off } }\n");
    assert_eq!(levels(&[]), Vec::<String>::new());
    for id in ["expired", "unused", "unknown-rule", "without-reason", "malformed"] {
        let explained = folder.run(&["explain", &format!("exception-{id}")]);
        assert_eq!(explained.code, 0);
        assert!(explained.stdout.contains("Remediation"), "{}", explained.stdout);
    }
}

/// An exception in a nested stack's template holds in every deployment of it, and one deployment that needs it is enough.
#[test]
fn exceptions_hold_in_nested_stacks() {
    let child = "\
Parameters:
  Versions: { Type: String }
Resources:
  # hipaalint: except s3-bucket-versioning because the archive keeps them
  Records:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: { Status: !Ref Versions }
";
    let stack = |name: &str, status: &str| {
        format!(
            "  {name}: {{ Type: AWS::CloudFormation::Stack, Properties: {{ TemplateURL: child.yaml, Parameters: \
                 {{ Versions: {status} }} }} }}\n"
        )
    };
    let parent = format!("Resources:\n{}{}", stack("A", "Enabled"), stack("B", "Suspended"));
    let folder = Folder::with(&[("parent.yaml", &parent), ("child.yaml", child)]);
    let ran = folder.run(&["parent.yaml", "child.yaml", "--rule", "s3-bucket-versioning", "--format", "json"]);
    let json = ran.json();
    assert_eq!((ran.code, &json["summary"]["suppressed_by_exceptions"]), (0, &1.into()), "{}", ran.all());
    let [only] = json["exceptions"].as_array().unwrap().as_slice() else { panic!("{}", json["exceptions"]) };
    assert_eq!((&only["state"], &only["findings"]), (&"in-force".into(), &1.into()));
    assert_eq!(json["suppressed"][0]["related"][0]["file"], "parent.yaml");
}

/// With rules named one by one, why an exception of one of them does not hold is said all the same.
#[test]
fn why_an_exception_does_not_hold_is_said_for_named_rules() {
    const TEMPLATE: &str = "\
Resources:
  # hipaalint: except s3-bucket-versioning until 2026-06-30 because it is empty
  A: { Type: AWS::S3::Bucket }
  # hipaalint: except s3-bucket-versionning because it is empty
  B: { Type: AWS::S3::Bucket }
  # hipaalint: except S3_BUCKET_VERSIONING_ENABLED because it is empty
  C: { Type: AWS::S3::Bucket }
  # hipaalint: except s3-bucket-versioning
  D: { Type: AWS::S3::Bucket }
  # hipaalint except s3-bucket-versioning because the colon is missing
  E: { Type: AWS::S3::Bucket }
  # hipaalint: except s3-bucket-tls-only until 2026-06-30 because of another rule
  # hipaalint: except s3-bucket-tls-onlyy because of another rule
  F: { Type: AWS::S3::Bucket, Metadata: { hipaalint: { exceptions: [{ rule: s3-bucket-access-log }] } } }
";
    let folder = Folder::with(&[("app.yaml", TEMPLATE)]);
    let said = |arguments: &[&str]| -> Vec<String> {
        let ran = folder.run(&[&["app.yaml", "--today", "2026-09-01", "--format", "json"], arguments].concat());
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap();
        let about = findings.iter().filter(|finding| finding["rule"].as_str().unwrap().starts_with("exception-"));
        about.map(|finding| format!("{} {}", finding["start"]["line"], finding["rule"].as_str().unwrap())).collect()
    };
    let expected = [
        "2 exception-expired",
        "4 exception-unknown-rule",
        "6 exception-unknown-rule",
        "8 exception-without-reason",
        "10 exception-malformed",
    ];
    assert_eq!(said(&["--rule", "s3-bucket-versioning"]), expected);
    // One that is named itself speaks of every exception.
    let both = said(&["--rule", "s3-bucket-versioning", "--rule", "exception-expired"]);
    assert_eq!(both.iter().filter(|said| said.ends_with("exception-expired")).count(), 2);
    // Every format knows the rules that speak, and the summary counts those that were named.
    for format in ["human", "github", "markdown", "junit", "html", "sarif", "json"] {
        let ran =
            folder.run(&["app.yaml", "--today", "2026-09-01", "--rule", "s3-bucket-versioning", "--format", format]);
        assert!(ran.stdout.contains("exception-expired"), "{format}: {}", ran.all());
    }
    let ran = folder.run(&["app.yaml", "--today", "2026-09-01", "--rule", "s3-bucket-versioning"]);
    assert!(ran.stdout.contains("1 rule (s3-bucket-versioning)"), "{}", ran.all());
    // What the configuration turns off stays silent.
    let folder = Folder::with(&[
        ("app.yaml", TEMPLATE),
        ("hipaalint.yaml", "rules: { exception-expired: { level: off }, exception-malformed: { level: note } }\n"),
    ]);
    let ran = folder.run(&["app.yaml", "--today", "2026-09-01", "--rule", "s3-bucket-versioning", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let level = |rule: &str| {
        let findings = report["findings"].as_array().unwrap();
        findings
            .iter()
            .find(|finding| finding["rule"] == rule)
            .map(|finding| finding["level"].as_str().unwrap().to_owned())
    };
    assert_eq!((level("exception-expired"), level("exception-malformed")), (None, Some("note".to_owned())));
}

/// The template's own contact answers for exceptions that name nobody.
#[test]
fn the_owner_of_the_template_owns_exceptions_without_one() {
    let owners = |context: &str, owner: &str| {
        let template = format!(
            "Metadata:\n  com.aws.cloudformation.Context: {context}\nResources:\n  Records:\n    Type: AWS::S3::Bucket\n    \
             Metadata:\n      hipaalint:\n        exceptions: [{{ rule: s3-bucket-versioning, reason: kept elsewhere{owner} }}]\n"
        );
        let folder = Folder::with(&[("app.yaml", &template)]);
        let report = folder.versioning(&["app.yaml", "--format", "json", "--show", "suppressed"]).json();
        let [exception] = report["exceptions"].as_array().unwrap().as_slice() else { panic!("{report}") };
        exception["owner"].clone()
    };
    assert_eq!(owners("{ owner: data@example.com, arch: x }", ""), "data@example.com");
    assert_eq!(owners("{ owner: data@example.com }", ", owner: team@example.com"), "team@example.com");
    for context in ["{ arch: x }", "[]", "{ owner: '  ' }", "{ owner: !Ref AWS::StackName }", "text"] {
        assert_eq!(owners(context, ""), serde_json::Value::Null, "{context}");
    }
}

#[test]
fn the_register_counts_what_holds() {
    let folder = Folder::with(&[(
        "a.yaml",
        "Resources:\n  Records:\n    Type: AWS::S3::Bucket\n    Metadata:\n      cfn_nag: { rules_to_suppress: [{ id: W35, reason: it is the log }] }\n      \
         checkov: { skip: [{ id: CKV_AWS_18, comment: it is the log }] }\n      \
         hipaalint: { exceptions: [{ rule: s3-bucket-versioning, reason: scratch, until: 2026-01-01 }] }\n",
    )]);
    let ran = folder.run(&["a.yaml", "--format", "exceptions", "--today", "2026-11-28", "--profile", "strict"]);
    // Both suppress the same finding, and the one that has expired suppresses nothing.
    for line in [
        "3 exceptions in 1 template, as of 2026-11-28.",
        "1 finding is suppressed. One that several exceptions cover is counted for each of them.",
    ] {
        assert!(ran.stdout.lines().any(|own| own == line), "{}", ran.stdout);
    }
    assert!(ran.stdout.contains("**2 valid exceptions concern a required specification.**"), "{}", ran.stdout);
}

#[test]
fn one_mistake_in_an_exception_is_one_finding() {
    let said = |comment: &str| {
        let template = format!("Resources:\n  # hipaalint: {comment}\n  Records: {{ Type: AWS::S3::Bucket }}\n");
        let folder = Folder::with(&[("app.yaml", &template)]);
        let report = folder.run(&["app.yaml", "--rule", "exception-*", "--format", "json"]).json();
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (comment, problem) in [
        ("except s3-bucket-versioning beacuse typo of somebody", "did you mean `because`?"),
        ("except s3-bucket-versioning untill 2026-12-31 because it is copied", "did you mean `until`?"),
        ("except s3-bucket-versioning, s3-bucket-tls-only becuase it is copied", "did you mean `because`?"),
        ("except s3-bucket-versioning the records are copied", "`because` is missing before the reason"),
        ("except s3-bucket-versioning s3-bucket-tls-only until never because x", "does not contain a date"),
        ("except s3-* because all buckets", "an exception names a rule, and patterns are not allowed in it"),
        ("except all because all rules", "an exception names a rule, and patterns are not allowed in it"),
    ] {
        let said = said(comment);
        assert!(said.len() == 1 && said[0].contains(problem), "{comment}: {said:?}");
    }
    let template = "Resources:\n  Records:\n    Type: AWS::S3::Bucket\n    Metadata: { hipaalint: { exceptions: [\
                    { rule: [s3-bucket-versioning, s3-bucket-tls-only], reason: x, expires: soon }] } }\n";
    let folder = Folder::with(&[("app.yaml", template)]);
    let report = folder.run(&["app.yaml", "--rule", "exception-*", "--format", "json"]).json();
    assert_eq!(report["findings"].as_array().unwrap().len(), 1, "{report}");
}

#[test]
fn a_function_is_no_reason() {
    let template = "Resources:\n  Records:\n    Type: AWS::S3::Bucket\n    Metadata: { hipaalint: { exceptions: [\
                    { rule: s3-bucket-versioning, reason: !Sub \"${AWS::StackName}\" }] } }\n";
    let folder = Folder::with(&[("app.yaml", template)]);
    let report = folder.run(&["app.yaml", "--rule", "exception-malformed", "--format", "json"]).json();
    let message = report["findings"][0]["message"].as_str().unwrap();
    assert!(message.contains("`reason` is a function, not a string"), "{message}");
}
