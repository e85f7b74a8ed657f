//! Exceptions in templates: what is read, in which language, what each covers, and what becomes of it. Through the library's entry.

use hipaalint::eval::inputs::Pinned;
use hipaalint::finding::{Dialect, ExceptionState, Finding, Level};
use hipaalint::linter::{FileReport, Keep, Linter, Loaded};
use hipaalint::rules::load::RuleSet;
use hipaalint::source::{Source, SourceId};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

const TODAY: &str = "2026-06-30";

fn linter(pinned: &[(&str, &str)]) -> Linter {
    let pinned: Pinned = pinned.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let rules = RuleSet::embedded();
    Linter::new(rules, |_| true, &BTreeMap::new(), pinned, Keep::default()).unwrap().on(TODAY.parse().unwrap())
}

fn lint(text: &str) -> FileReport {
    let report = linter(&[]).lint(&Source::new(SourceId(0), "template.yaml", text));
    assert!(report.is_template, "{:?}\n{text}", report.diagnostics);
    report
}

/// The paths of a rule's findings: those that count, and those that are waived.
fn of_rule<'r>(report: &'r FileReport, rule: &str) -> (Vec<&'r str>, Vec<&'r str>) {
    let paths = |findings: &'r [Finding]| -> Vec<&str> {
        findings.iter().filter(|finding| &*finding.rule == rule).map(|finding| finding.path.as_str()).collect()
    };
    (paths(&report.findings), paths(&report.suppressed))
}

fn states(report: &FileReport) -> Vec<(&str, ExceptionState)> {
    report.exceptions.iter().map(|exception| (exception.suppression.id.as_str(), exception.state)).collect()
}

/// What is said about exceptions: `line: rule: message`.
fn said(text: &str, report: &FileReport) -> Vec<String> {
    let source = Source::new(SourceId(0), "template.yaml", text);
    let about = report.findings.iter().filter(|finding| finding.rule.starts_with("exception-"));
    about.map(|f| format!("{}: {}: {}", source.position(f.span.start).line, f.rule, f.message)).collect()
}

/// A bucket that keeps no versions, with this `Metadata` of a resource, in JSON and in YAML.
fn both_languages(metadata: &str) -> [String; 2] {
    let json = format!(
        r#"{{ "Resources": {{ "Records": {{ "Type": "AWS::S3::Bucket", "Metadata": {metadata} }}, "Other": {{ "Type": "AWS::S3::Bucket" }} }} }}"#
    );
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let yaml = serde_yaml::to_string(&value).unwrap();
    assert!(!yaml.contains('{'), "{yaml}");
    [json, yaml]
}

const VERSIONING: &str = "s3-bucket-versioning";

#[test]
fn each_language_waives_with_its_reason() {
    let reason = "The archive keeps every version";
    let cases = [
        (
            Dialect::Metadata,
            r#"{"hipaalint": {"exceptions": [{"rule": "s3-bucket-versioning", "reason": "The archive keeps every version"}]}}"#,
            Some(reason),
        ),
        (Dialect::CfnGuard, r#"{"guard": {"SuppressedRules": ["OTHER", "S3_BUCKET_VERSIONING_ENABLED"]}}"#, None),
        (
            Dialect::CfnGuard,
            r#"{"guard": {"SuppressedRules": [{"OTHER": "x", "S3_BUCKET_VERSIONING_ENABLED": "The archive keeps every version"}]}}"#,
            Some(reason),
        ),
        (
            Dialect::CfnGuard,
            r#"{"guard": {"SuppressedRules": {"S3_BUCKET_VERSIONING_ENABLED": "The archive keeps every version"}}}"#,
            Some(reason),
        ),
        (
            Dialect::CdkNag,
            r#"{"cdk_nag": {"rules_to_suppress": [{"id": "HIPAA.Security::HIPAA.Security-S3BucketVersioningEnabled", "reason": "The archive keeps every version"}]}}"#,
            Some(reason),
        ),
        (
            Dialect::CdkNag,
            r#"{"cdk_nag": {"rules_to_suppress": [{"id": "NIST.800.53.R5-S3BucketVersioningEnabled", "reason": "The archive keeps every version"}]}}"#,
            Some(reason),
        ),
        (
            Dialect::CfnNag,
            r#"{"cfn_nag": {"rules_to_suppress": [{"id": "W0"}, {"reason": "mangled"}, {"id": "W11", "reason": "The archive keeps every version"}]}}"#,
            Some(reason),
        ),
        (
            Dialect::Checkov,
            r#"{"checkov": {"skip": [{"id": "CKV_AWS_21", "comment": "The archive keeps every version"}]}}"#,
            Some(reason),
        ),
        (
            Dialect::Checkov,
            r#"{"bridgecrew": {"skip": [{"id": "CKV_AWS_21", "comment": "The archive keeps every version"}]}}"#,
            Some(reason),
        ),
        (
            Dialect::CdkNag,
            r#"{"cdk_nag": {"rules_to_suppress": [{"id": "HIPAA.Security-S3BucketVersioningEnabled", "reason": "The archive keeps every version"}]}}"#,
            Some(reason),
        ),
        (
            Dialect::CdkNag,
            r#"{"cdk_nag": {"rules_to_suppress": [{"id": "HIPAA.Security-S3BucketVersioningEnabled", "is_reason_encoded": true, "reason": "VGhlIGFyY2hpdmUga2VlcHMgZXZlcnkgdmVyc2lvbiDigJQ="}]}}"#,
            Some("The archive keeps every version —"),
        ),
    ];
    for (dialect, metadata, reason) in cases {
        for text in both_languages(metadata) {
            let report = lint(&text);
            if dialect == Dialect::CfnNag {
                // cfn_nag looks at no versioning; what it looks at is a role's.
                let [only] = report.exceptions.as_slice() else { panic!("{:?}", report.exceptions) };
                assert_eq!((only.suppression.dialect, only.suppression.reason.as_deref()), (dialect, reason));
                assert_eq!(only.state, ExceptionState::Unused);
                continue;
            }
            let (counting, suppressed) = of_rule(&report, VERSIONING);
            assert_eq!((counting, suppressed), (vec!["Resources/Other"], vec!["Resources/Records"]), "{text}");
            let suppression = report.suppressed[0].suppression.as_ref().unwrap();
            assert_eq!((suppression.dialect, suppression.reason.as_deref()), (dialect, reason), "{text}");
            assert_eq!(suppression.covers, ["Resources/Records"]);
            assert_eq!(report.exceptions[0].findings, 1);
            // Another tool's language may have no place for a reason: it holds, and that is noted.
            let notes = said(&text, &report);
            assert_eq!(notes.len(), usize::from(reason.is_none()), "{notes:?}");
        }
    }
}

/// cfn_nag, on what it looks at.
#[test]
fn cfn_nag_waives_what_it_looks_at() {
    let policy = r#"{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}"#;
    let text = format!(
        r#"{{"Resources": {{"Policy": {{"Type": "AWS::IAM::ManagedPolicy", "Properties": {{"PolicyDocument": {policy}}},
        "Metadata": {{"cfn_nag": {{"rules_to_suppress": [{{"id": "W13", "reason": "Reads what is public"}}, {{"id": "W99"}}]}}}}}}}}}}"#
    );
    let id = RuleSet::embedded().get("iam-wildcard-resource").unwrap().meta.aliases["cfn-nag"].clone();
    let report = lint(&text.replace("W13", &id[0]));
    assert_eq!(of_rule(&report, "iam-wildcard-resource").0, Vec::<&str>::new());
    assert_eq!(report.suppressed[0].suppression.as_ref().unwrap().reason.as_deref(), Some("Reads what is public"));
    // What is none of our rules' names is not our business.
    assert_eq!(report.exceptions.len(), 1);
}

#[test]
fn everything_that_is_written_is_kept() {
    for text in both_languages(
        r#"{"hipaalint": {"exceptions": [{"rule": ["s3-bucket-versioning", "s3-bucket-tls-only"], "reason": "Copied\n every night",
        "alternative": "Copies", "owner": "data@example.com", "ticket": 412, "expires": "2026-06-30"}]}}"#,
    ) {
        let report = lint(&text);
        let [one, other] = report.exceptions.as_slice() else { panic!("{:?}", report.exceptions) };
        assert_eq!(
            [one, other].map(|e| (e.suppression.id.as_str(), e.state)),
            [("s3-bucket-tls-only", ExceptionState::InForce), (VERSIONING, ExceptionState::InForce)]
        );
        let suppression = &one.suppression;
        let texts = [&suppression.reason, &suppression.alternative, &suppression.owner, &suppression.ticket];
        assert_eq!(
            texts.map(|text| text.as_deref().unwrap()),
            ["Copied every night", "Copies", "data@example.com", "412"]
        );
        assert_eq!(suppression.expires.unwrap().to_string(), TODAY, "the last day is part of it");
    }
}

#[test]
fn after_its_last_day_it_does_not_hold() {
    let text = "Resources:\n  # hipaalint: except s3-bucket-versioning until 2026-06-29 because of the archive\n  \
                Records: { Type: AWS::S3::Bucket }\n";
    let report = lint(text);
    assert_eq!(of_rule(&report, VERSIONING), (vec!["Resources/Records"], vec![]));
    assert_eq!(
        said(text, &report),
        ["2: exception-expired: The exception for `s3-bucket-versioning` expired on 2026-06-29 and no longer \
          suppresses findings"]
    );
    // Without a day nothing ends.
    let ageless = Linter::new(RuleSet::embedded(), |_| true, &BTreeMap::new(), Pinned::new(), Keep::default()).unwrap();
    assert_eq!(ageless.lint(&Source::new(SourceId(0), "a.yaml", text)).exceptions[0].state, ExceptionState::InForce);
}

/// Its author means it to end, so it must not hold without an end.
#[test]
fn a_day_behind_the_reason_is_malformed() {
    for day in ["until 2020-01-01", "until 2099-12-31."] {
        let text = format!(
            "Resources:\n  Records:\n    Type: AWS::S3::Bucket # hipaalint: except s3-bucket-versioning because it moves, {day}\n"
        );
        let report = lint(&text);
        assert_eq!(of_rule(&report, VERSIONING), (vec!["Resources/Records"], vec![]), "{day}");
        let [said] = said(&text, &report).try_into().unwrap();
        assert!(said.starts_with("3: exception-malformed: "), "{said}");
        assert!(said.contains(&format!("write `{} because …`", day.trim_end_matches('.'))), "{said}");
    }
    let text = "Resources:\n  Records:\n    Type: AWS::S3::Bucket # hipaalint: except s3-bucket-versioning because it waits until July\n";
    assert_eq!(of_rule(&lint(text), VERSIONING).1, ["Resources/Records"]);
}

/// The template's own exceptions cover everything, or what they name.
#[test]
fn the_template_may_speak_for_its_resources() {
    let template = |exception: &str| {
        format!(
            "Metadata:\n  hipaalint:\n    exceptions:\n      - {{ rule: s3-bucket-versioning, reason: Copies{exception} }}\n\
             Resources:\n  One: {{ Type: AWS::S3::Bucket }}\n  Two:\n    Type: AWS::S3::Bucket\n    Properties:\n      \
             VersioningConfiguration: {{ Status: Suspended }}\n"
        )
    };
    let two = "Resources/Two/Properties/VersioningConfiguration/Status";
    let suppressed = |exception: &str| {
        let report = lint(&template(exception));
        let (_, suppressed) = of_rule(&report, VERSIONING);
        suppressed.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(suppressed(""), ["Resources/One", two]);
    assert_eq!(suppressed(", resources: [One]"), ["Resources/One"]);
    assert_eq!(suppressed(", resources: Two"), [two]);
    assert_eq!(suppressed(", paths: [Resources/Two/Properties/VersioningConfiguration]"), [two]);
    assert_eq!(suppressed(", paths: [Resources/Two/Properties/Version]"), Vec::<String>::new());
    let text = template(", resources: [Onee]");
    assert_eq!(
        said(&text, &lint(&text)),
        ["4: exception-malformed: The exception cannot be read and suppresses nothing: there is no resource `Onee`; \
          did you mean `One`?"]
    );
    // cdk-nag has the template's own, too; the others have not.
    let text = "Metadata:\n  cdk_nag: { rules_to_suppress: [{ id: HIPAA.Security-S3BucketVersioningEnabled, reason: \
                Copies exist }] }\n  guard: { SuppressedRules: [S3_BUCKET_SSL_REQUESTS_ONLY] }\nResources:\n  One: { \
                Type: AWS::S3::Bucket }\n";
    let report = lint(text);
    assert_eq!(of_rule(&report, VERSIONING), (vec![], vec!["Resources/One"]));
    assert_eq!(of_rule(&report, "s3-bucket-tls-only"), (vec!["Resources/One"], vec![]));
}

/// Where a comment stands, and what it covers: the ways that `HERE` in its place leads to.
#[test]
fn comments_are_about_what_they_stand_at() {
    let head = "Resources:\n";
    let cases: [(&str, &[&str]); 17] = [
        // Above a resource, at any indentation up to its own; beside it; in it.
        ("  HERE\n  A:\n    Type: AWS::S3::Bucket\n  B: { Type: AWS::S3::Bucket }\n", &["Resources/A"]),
        ("HERE\n  A:\n    Type: AWS::S3::Bucket\n", &["Resources/A"]),
        ("  A: HERE\n    Type: AWS::S3::Bucket\n", &["Resources/A"]),
        ("  A:\n    HERE\n    Type: AWS::S3::Bucket\n", &["Resources/A"]),
        ("  A:\n    Type: AWS::S3::Bucket HERE\n    Properties: {}\n", &["Resources/A"]),
        ("  A:\n    Type: AWS::S3::Bucket\n    HERE\n  B: { Type: AWS::S3::Bucket }\n", &["Resources/A"]),
        ("  A:\n    Type: AWS::S3::Bucket\n    HERE\n", &["Resources/A"]),
        ("  A: { Type: AWS::S3::Bucket } HERE\n  B: { Type: AWS::S3::Bucket }\n", &["Resources/A"]),
        ("  A: {\n    Type: AWS::S3::Bucket\n  } HERE\n  B: { Type: AWS::S3::Bucket }\n", &["Resources/A"]),
        // A property, and the items of a list.
        ("  A:\n    Properties:\n      HERE\n      Tags: []\n      X: 1\n", &["Resources/A/Properties/Tags"]),
        ("  A:\n    Properties:\n      Tags: HERE\n        - a\n      X: 1\n", &["Resources/A/Properties/Tags"]),
        (
            "  A:\n    Properties:\n      Tags:\n        HERE\n        - a\n        - b\n",
            &["Resources/A/Properties/Tags/0"],
        ),
        (
            "  A:\n    Properties:\n      Tags:\n      - a\n      - Key: b HERE\n        Value: c\n",
            &["Resources/A/Properties/Tags/1"],
        ),
        (
            "  A:\n    Properties:\n      Tags:\n      - HERE\n        Key: b\n        Value: c\n",
            &["Resources/A/Properties/Tags/0"],
        ),
        (
            "  A:\n    Properties:\n      Tags:\n      - Key: b\n        Value: c\n        HERE\n      - Key: d\n",
            &["Resources/A/Properties/Tags/0"],
        ),
        // In a function, the place of the function.
        (
            "  A:\n    Properties:\n      Tags: !If\n        - Yes\n        HERE\n        - []\n        - []\n",
            &["Resources/A/Properties/Tags"],
        ),
        // At the end of everything, indented as nothing else is.
        ("  A: { Type: AWS::S3::Bucket }\nHERE\n", &[""]),
    ];
    for (text, covers) in cases {
        let text =
            format!("{head}{text}").replace("HERE", "# hipaalint: except s3-bucket-versioning because of the archive");
        let report = lint(&text);
        assert_eq!(report.exceptions[0].suppression.covers, covers, "\n{text}");
    }
    let comment = "# hipaalint: except s3-bucket-versioning because of the archive";
    // The head of a template, a section, and the marks of a Windows editor.
    for (text, covers) in [
        (format!("{comment}\n\nDescription: x\nResources:\n  A: {{ Type: AWS::S3::Bucket }}\n"), ""),
        (format!("Description: x\n{comment}\nResources:\n  A: {{ Type: AWS::S3::Bucket }}\n"), "Resources"),
        (format!("Description: x {comment}\nResources:\n  A: {{ Type: AWS::S3::Bucket }}\n"), ""),
        (format!("Resources:\r\n  A:\r\n    {comment}\r\n    Type: AWS::S3::Bucket\r\n"), "Resources/A"),
    ] {
        let report = lint(&text);
        assert_eq!(report.exceptions[0].suppression.covers, [covers], "\n{text}");
        assert_eq!(of_rule(&report, VERSIONING), (vec![], vec!["Resources/A"]), "\n{text}");
    }
}

#[test]
fn a_branch_is_waived_without_the_other() {
    let text = "
Parameters:
  Env: { Type: String, AllowedValues: [dev, test, prod] }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsTest: !Equals [!Ref Env, test]
Resources:
  A:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration:
        Status: !If
          - IsProd
          - Enabled
          - !If
            - IsTest
            - Suspended # hipaalint: except s3-bucket-versioning because tests need none
            - Off
";
    let report = lint(text);
    let status = "Resources/A/Properties/VersioningConfiguration/Status";
    assert_eq!(of_rule(&report, VERSIONING), (vec![status], vec![status]));
    let when = |findings: &[Finding]| {
        findings.iter().find(|finding| &*finding.rule == VERSIONING).unwrap().when.clone().unwrap()
    };
    assert_eq!(
        (when(&report.findings), when(&report.suppressed)),
        ("when Env is dev".into(), "when Env is test".into())
    );
}

#[test]
fn comments_say_more_than_one_thing() {
    let text = "\
Resources:
  # hipaalint: except s3-bucket-versioning, s3-bucket-tls-only because the archive
  #   keeps until the end
  #   every version
  # not part of it
  A: { Type: AWS::S3::Bucket }
";
    let report = lint(text);
    assert_eq!(states(&report).len(), 2);
    let reason = report.exceptions[0].suppression.reason.as_deref();
    assert_eq!(reason, Some("the archive keeps until the end every version"));
    // checkov's comments are about the whole resource that they stand in.
    let text = "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties:\n      # checkov:skip=CKV_AWS_21:The \
                archive, keeps: all\n      BucketName: a\n  B: { Type: AWS::S3::Bucket }\n";
    let report = lint(text);
    assert_eq!(of_rule(&report, VERSIONING), (vec!["Resources/B"], vec!["Resources/A/Properties"]));
    let suppression = report.suppressed[0].suppression.as_ref().unwrap();
    assert_eq!(
        (suppression.dialect, suppression.reason.as_deref()),
        (Dialect::Checkov, Some("The archive, keeps: all"))
    );
}

/// SAM: what AWS makes of a resource is waived with it, also where the global properties are to blame.
#[test]
fn exceptions_hold_for_what_a_transform_makes() {
    let text = "
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: { Environment: { Variables: { DB_PASSWORD: hunter2hunter2 } } }
Resources:
  Import:
    Type: AWS::Serverless::Function
    Metadata:
      hipaalint: { exceptions: [{ rule: RULE, reason: For the demonstration }] }
    Properties: { Handler: a.b, Runtime: python3.13, CodeUri: s3://a/b }
";
    let bare = lint(&text.replace("RULE", VERSIONING));
    let rules: std::collections::BTreeSet<String> = bare
        .findings
        .iter()
        .filter(|finding| finding.subject.name == "Import" && !finding.rule.starts_with("exception"))
        .map(|finding| finding.rule.to_string())
        .collect();
    assert!(rules.len() > 1, "{rules:?}");
    let globals = bare.findings.iter().find(|finding| finding.path.starts_with("Globals/"));
    assert!(globals.is_some_and(|finding| rules.contains(&*finding.rule)), "{:?}", bare.findings);
    for rule in rules {
        let report = lint(&text.replace("RULE", &rule));
        assert!(report.findings.iter().all(|finding| *finding.rule != *rule), "{rule}");
        assert_eq!(report.exceptions[0].state, ExceptionState::InForce, "{rule}");
    }
}

#[test]
fn exceptions_hold_for_the_turns_of_a_loop() {
    let text = "
Transform: AWS::LanguageExtensions
Metadata:
  hipaalint: { exceptions: [{ rule: s3-bucket-tls-only, reason: Only alpha, resources: [BucketAlpha] }] }
Resources:
  # hipaalint: except s3-bucket-public-access-block because the account blocks it
  Fn::ForEach::Buckets:
    - Name
    - [Alpha, Beta]
    - Bucket${Name}:
        Type: AWS::S3::Bucket
        Metadata: { hipaalint: { exceptions: [{ rule: s3-bucket-versioning, reason: Copies }] } }
";
    let report = lint(text);
    assert_eq!(of_rule(&report, VERSIONING).0, Vec::<&str>::new());
    assert_eq!(of_rule(&report, "s3-bucket-public-access-block").0, Vec::<&str>::new());
    // What covers one turn says nothing about the other.
    let (counting, suppressed) = of_rule(&report, "s3-bucket-tls-only");
    assert_eq!((counting, suppressed), (vec!["Resources/BucketBeta"], vec!["Resources/BucketAlpha"]));
    let covers: Vec<usize> = report.exceptions.iter().map(|exception| exception.suppression.covers.len()).collect();
    assert_eq!(covers, [1, 2, 2], "{:?}", report.exceptions);
}

#[test]
fn exceptions_hold_in_included_files() {
    let text = "Resources:\n  Fn::Transform: { Name: AWS::Include, Parameters: { Location: part.yaml } }\n";
    let part = "# hipaalint: except s3-bucket-versioning because of the archive\nA: { Type: AWS::S3::Bucket }\nB:\n  \
                Type: AWS::S3::Bucket\n  Metadata: { checkov: { skip: [{ id: CKV_AWS_21, comment: Copies }] } }\n";
    let source = Source::new(SourceId(0), "template.yaml", text);
    let load = |_: &str| Ok(Loaded { name: "part.yaml".into(), path: None, text: part.into() });
    let report = linter(&[]).lint_with(&source, &load);
    let (counting, suppressed) = of_rule(&report, VERSIONING);
    assert_eq!((counting, suppressed), (vec![], vec!["Resources/A", "Resources/B"]), "{:?}", report.exceptions);
}

/// A comment in an included file is about what is in the file, and never about the template around it.
#[test]
fn comments_of_included_files_are_about_their_content() {
    let covers = |template: &str, part: &str| {
        let source = Source::new(SourceId(0), "template.yaml", template);
        let load = |_: &str| Ok(Loaded { name: "part.yaml".into(), path: None, text: part.into() });
        let report = linter(&[]).lint_with(&source, &load);
        assert!(report.is_template, "{:?}\n{template}", report.diagnostics);
        let [exception] = report.exceptions.as_slice() else { panic!("{:?}", report.exceptions) };
        (exception.suppression.covers.clone(), of_rule(&report, VERSIONING).1.join(" "))
    };
    let comment = "# hipaalint: except s3-bucket-versioning because of the archive";
    let include = "Fn::Transform: { Name: AWS::Include, Parameters: { Location: part.yaml } }";
    let resources = format!(
        "Resources:\n  Records: {{ Type: AWS::S3::Bucket }}\n  {include}\n  Last: {{ Type: AWS::S3::Bucket }}\n"
    );
    let properties = format!(
        "Resources:\n  Records: {{ Type: AWS::S3::Bucket }}\n  Scratch:\n    Type: AWS::S3::Bucket\n    Properties:\n      {include}\n"
    );
    let whole = "Transform: { Name: AWS::Include, Parameters: { Location: part.yaml } }\nResources:\n  Records: { Type: \
                 AWS::S3::Bucket }\n";
    let (versioning, status) = (
        "Resources/Scratch/Properties/VersioningConfiguration",
        "Resources/Scratch/Properties/VersioningConfiguration/Status",
    );
    let part = format!("{comment}\nVersioningConfiguration: {{ Status: Suspended }}\nBucketName: scratch\n");
    assert_eq!(covers(&properties, &part), (vec![versioning.to_owned()], status.to_owned()));
    // At the end of the file, it is about all that is included.
    let part = format!("VersioningConfiguration: {{ Status: Suspended }}\nBucketName: scratch\n{comment}\n");
    assert_eq!(covers(&properties, &part), (vec!["Resources/Scratch".to_owned()], status.to_owned()));
    let part = format!("{comment}\nOne: {{ Type: AWS::S3::Bucket }}\nTwo: {{ Type: AWS::S3::Bucket }}\n");
    assert_eq!(covers(&resources, &part), (vec!["Resources/One".to_owned()], "Resources/One".to_owned()));
    let part = format!("One: {{ Type: AWS::S3::Bucket }}\nTwo: {{ Type: AWS::S3::Bucket }}\n{comment}\n");
    let both = vec!["Resources/One".to_owned(), "Resources/Two".to_owned()];
    assert_eq!(covers(&resources, &part), (both, "Resources/One Resources/Two".to_owned()));
    // Keys of the template that hold no resources are not the template.
    for part in [
        format!("{comment}\nMetadata: {{ Team: care }}\n"),
        format!("Metadata: {{ Team: care }} {comment}\n"),
        format!("Metadata: {{ Team: care }}\n{comment}\n"),
    ] {
        assert_eq!(covers(whole, &part), (vec!["Metadata".to_owned()], String::new()), "{part}");
    }
}

/// An OpenAPI document is one thing: what is above its first key is about the API.
#[test]
fn comments_of_openapi_documents_are_about_the_api() {
    let template = "\
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      DefinitionBody:
        Fn::Transform: { Name: AWS::Include, Parameters: { Location: openapi.yaml } }
  Other:
    Type: AWS::ApiGateway::Method
    Properties: { HttpMethod: GET, ResourceId: a, RestApiId: b, AuthorizationType: NONE, Integration: { Type: MOCK } }
";
    for version in ["openapi: 3.0.1", "swagger: \"2.0\"", "swagger: 2.0"] {
        let document = format!(
            "# hipaalint: except apigateway-method-authorization because the status page is public\n{version}\n\
             info: {{ title: x, version: \"1\" }}\npaths:\n  /status:\n    get:\n      \
             x-amazon-apigateway-integration: {{ type: mock }}\n"
        );
        let source = Source::new(SourceId(0), "template.yaml", template);
        let load = |_: &str| Ok(Loaded { name: "openapi.yaml".into(), path: None, text: document.clone() });
        let report = linter(&[]).lint_with(&source, &load);
        let (counting, suppressed) = of_rule(&report, "apigateway-method-authorization");
        assert!(matches!(counting.as_slice(), [only] if only.starts_with("Resources/Other")), "{counting:?}");
        assert!(matches!(suppressed.as_slice(), [only] if only.starts_with("Resources/Api")), "{suppressed:?}");
        assert_eq!(report.exceptions[0].suppression.covers, ["Resources/Api/Properties/DefinitionBody"]);
    }
}

/// `paths` are parts of each of the `resources`; an empty list, as a program writes that has nothing to list, covers nothing.
#[test]
fn paths_are_parts_of_the_resources() {
    let of = |exception: &str| {
        let text = format!(
            "Metadata:\n  hipaalint:\n    exceptions:\n      - {{ rule: ec2-security-group-open, reason: A scanner, {exception} }}\n\
             Resources:\n  Web: &group\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: x\n      \
             SecurityGroupIngress:\n        - {{ IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0 }}\n        \
             - {{ IpProtocol: tcp, FromPort: 2222, ToPort: 2222, CidrIp: 0.0.0.0/0 }}\n  Other: *group\n"
        );
        let report = lint(&text);
        let (_, suppressed) = of_rule(&report, "ec2-security-group-open");
        let items = suppressed.iter().map(|path| path.split("/CidrIp").next().unwrap_or_default());
        let mut items: Vec<String> = items.map(|path| path.replace("Properties/SecurityGroupIngress", "…")).collect();
        items.sort();
        (
            items.join(" "),
            said(&text, &report).into_iter().map(|text| text.rsplit(": ").next().unwrap().to_owned()).collect(),
        )
    };
    let held = |items: &str| (items.to_owned(), Vec::<String>::new());
    let refused = |problem: &str| (String::new(), vec![problem.to_owned()]);
    let second = "Properties/SecurityGroupIngress/1";
    assert_eq!(of(&format!("resources: [Web], paths: [{second}]")), held("Resources/Web/…/1"));
    assert_eq!(of(&format!("resources: Web, paths: /{second}/")), held("Resources/Web/…/1"));
    assert_eq!(
        of(&format!("resources: [Web, Other], paths: [{second}]")),
        held("Resources/Other/…/1 Resources/Web/…/1")
    );
    // From the template on, inside of the resources.
    assert_eq!(of(&format!("resources: [Web], paths: [Resources/Web/{second}]")), held("Resources/Web/…/1"));
    assert_eq!(of(&format!("paths: [Resources/Web/{second}]")), held("Resources/Web/…/1"));
    for path in [format!("Resources/Other/{second}"), "Resources".to_owned(), "Resources/We".to_owned()] {
        let problem = format!("the path `{path}` is not in one of the `resources`");
        assert_eq!(of(&format!("resources: [Web], paths: [{path}]")), refused(&problem));
    }
    for list in ["resources", "paths"] {
        let problem = format!("`{list}` is an empty list, which covers nothing; remove the key to cover everything");
        assert_eq!(of(&format!("{list}: []")), refused(&problem));
    }
    assert_eq!(of("paths: [/]"), refused("`/` in `paths` does not name a part"));
}

/// Of several rules in one exception, those that exist are suppressed, and the message says so.
#[test]
fn an_unknown_rule_beside_others_leaves_them_in_force() {
    let cases = [
        ("s3-bucket-versioning, nope-nope because x", vec!["Resources/A"], "only findings of `s3-bucket-versioning`"),
        (
            "s3-bucket-versioning, s3-bucket-tls-only, nope-nope because x",
            vec!["Resources/A"],
            "only findings of the 2 other rules",
        ),
        ("nope-nope because x", vec![], "nothing"),
        ("s3-bucket-versioning, nope-nope until 2026-01-01 because x", vec![], "nothing"),
        ("s3-bucket-versioning, nope-nope, exception-unused because x", vec![], "nothing"),
    ];
    for (words, suppressed, effect) in cases {
        let text = format!("Resources:\n  # hipaalint: except {words}\n  A: {{ Type: AWS::S3::Bucket }}\n");
        let report = lint(&text);
        assert_eq!(of_rule(&report, VERSIONING).1, suppressed, "{text}");
        let unknown: Vec<String> =
            said(&text, &report).into_iter().filter(|text| text.contains("unknown-rule")).collect();
        let message = format!(
            "2: exception-unknown-rule: Rule `nope-nope` does not exist, so the exception suppresses {effect}: \
             `hipaalint rules` lists all rules"
        );
        assert_eq!(unknown, [message], "{text}");
    }
    // One that cannot be read suppresses nothing, whatever else it names.
    let text = "Resources:\n  # hipaalint: except s3-bucket-versioning, exception-unused because x\n  A: { Type: AWS::S3::Bucket }\n";
    let report = lint(text);
    assert_eq!(said(text, &report).len(), 1, "{:?}", said(text, &report));
    assert_eq!(of_rule(&report, VERSIONING).1, Vec::<&str>::new());
    let text = "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Metadata: { hipaalint: { exceptions: [{ rule: \
                [s3-bucket-versioning, nope-nope], reason: x }] } }\n";
    let report = lint(text);
    assert_eq!(of_rule(&report, VERSIONING).1, ["Resources/A"]);
    assert!(said(text, &report)[0].contains("suppresses only findings of `s3-bucket-versioning`"));
}

/// Another spelling would be ignored without a word.
#[test]
fn comments_are_read_in_any_case_and_behind_any_number_of_signs() {
    for head in ["# Hipaalint:", "# HIPAALINT:", "#HipaaLint:", "## hipaalint:", "#### hipaalint:"] {
        let text = format!(
            "Resources:\n  {head} except s3-bucket-versioning because the archive\n  ##   keeps it\n  A: {{ Type: AWS::S3::Bucket }}\n"
        );
        let report = lint(&text);
        assert_eq!(of_rule(&report, VERSIONING), (vec![], vec!["Resources/A"]), "{text}");
        assert_eq!(report.exceptions[0].suppression.reason.as_deref(), Some("the archive keeps it"));
    }
    // A comment that is commented out.
    let text = "Resources:\n  # # hipaalint: except s3-bucket-versioning because x\n  A: { Type: AWS::S3::Bucket }\n";
    assert_eq!(lint(text).exceptions, []);
}

/// Words and signs in the place of a comma or of `because` are one problem, and nothing is suppressed.
#[test]
fn what_stands_between_rules_is_one_problem() {
    let because = |sign: &str| format!("`{sign}` is not `because`; write `except RULE because …`");
    let comma = |sign: &str| format!("`{sign}` does not separate rules; write `except RULE, RULE because …`");
    let missing = "`because` is missing before the reason; write `except RULE because …`".to_owned();
    for (words, problem) in [
        ("s3-bucket-versioning - the archive keeps it", because("-")),
        ("s3-bucket-versioning -- the archive-keeper has it", because("--")),
        ("s3-bucket-versioning — the archive keeps it", because("—")),
        ("s3-bucket-versioning: the archive keeps it", because(":")),
        ("s3-bucket-versioning : the archive keeps it", because(":")),
        ("s3-bucket-versioning the archive keeps it", missing),
        ("s3-bucket-versioning and s3-bucket-tls-only because x", comma("and")),
        ("s3-bucket-versioning, and s3-bucket-tls-only because x", comma("and")),
        ("s3-bucket-versioning & s3-bucket-tls-only because x", comma("&")),
        ("s3-bucket-versioning; s3-bucket-tls-only because x", comma(";")),
        ("s3-bucket-versioning and s3-bucket-tls-only", comma("and")),
        ("- s3-bucket-versioning because x", "it does not name a rule; write `except RULE because …`".to_owned()),
    ] {
        let text = format!("Resources:\n  # hipaalint: except {words}\n  A: {{ Type: AWS::S3::Bucket }}\n");
        let report = lint(&text);
        let message = format!("2: exception-malformed: The exception cannot be read and suppresses nothing: {problem}");
        assert_eq!(said(&text, &report), [message], "{text}");
        assert_eq!(report.suppressed, [], "{text}");
    }
}

/// Whether an exception is needed shows only where its rule ran, was decided, and every deployment was looked at.
#[test]
fn what_did_not_show_is_not_said() {
    let text = "Parameters:\n  Env: { Type: String, AllowedValues: [dev, prod] }\nConditions:\n  IsDev: !Equals [!Ref \
                Env, dev]\nResources:\n  # hipaalint: except s3-bucket-versioning because of the archive\n  A:\n    \
                Type: AWS::S3::Bucket\n    Properties: { VersioningConfiguration: { Status: !If [IsDev, Suspended, \
                Enabled] } }\n";
    let state = |linter: Linter| {
        let report = linter.lint(&Source::new(SourceId(0), "a.yaml", text));
        assert!(said(text, &report).is_empty());
        report.exceptions[0].state
    };
    assert_eq!(state(linter(&[])), ExceptionState::InForce);
    assert_eq!(state(linter(&[("Env", "dev")])), ExceptionState::InForce);
    assert_eq!(state(linter(&[("Env", "prod")])), ExceptionState::NotChecked);
    let others = |id: &str| id != VERSIONING;
    let without =
        Linter::new(RuleSet::embedded(), |e| others(&e.meta.id), &BTreeMap::new(), Pinned::new(), Keep::default());
    assert_eq!(state(without.unwrap()), ExceptionState::NotChecked);
    // The parameters of other templates pin nothing here.
    let mended = text.replace("Suspended", "Enabled");
    let report = linter(&[("Other", "x")]).lint(&Source::new(SourceId(0), "a.yaml", mended.as_str()));
    assert_eq!(report.exceptions[0].state, ExceptionState::Unused);
}

/// Of several that cover a finding all are of use, and our own speaks.
#[test]
fn our_own_speaks_first() {
    let text = "
Metadata: { hipaalint: { exceptions: [{ rule: s3-bucket-versioning, reason: Copies }] } }
Resources:
  A: # checkov:skip=CKV_AWS_21:Another reason, nearer by
    Type: AWS::S3::Bucket
    Metadata:
      guard: { SuppressedRules: [S3_BUCKET_VERSIONING_ENABLED] }
";
    let report = lint(text);
    assert_eq!(report.suppressed[0].suppression.as_ref().unwrap().dialect, Dialect::Metadata);
    assert!(
        report.exceptions.iter().all(|e| (e.state, e.findings) == (ExceptionState::InForce, 1)),
        "{:?}",
        report.exceptions
    );
}

/// A cdk-nag suppression of single findings waives those that name the same values, and no other.
#[test]
fn granular_suppressions_waive_what_they_name() {
    let text = |applies: &str| {
        format!(
            r#"{{"Resources": {{"Policy": {{"Type": "AWS::IAM::ManagedPolicy", "Metadata": {{"cdk_nag": {{"rules_to_suppress": [
            {{"id": "ALIAS", "reason": "Administers one bucket", "applies_to": {applies}}}]}}}},
            "Properties": {{"PolicyDocument": {{"Statement": [{{"Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "arn:aws:s3:::a"}}]}}}}}}}}}}"#
        )
    };
    let rules = RuleSet::embedded();
    let aliases = &rules.get("iam-wildcard-action").unwrap().meta.aliases["cdk-nag"];
    let suppressed = |applies: &str| {
        let report = lint(&text(applies).replace("ALIAS", &aliases[0]));
        (report.suppressed.len(), said("", &report).len(), report.exceptions.len())
    };
    assert_eq!(suppressed(r#"["Action::s3:*"]"#), (1, 0, 1));
    assert_eq!(suppressed(r#"["Action::ec2:*"]"#), (0, 0, 1));
    // A regular expression speaks of cdk-nag's own texts.
    assert_eq!(suppressed(r#"[{"regex": "/^Action::.*$/g"}]"#), (0, 0, 0));
}

#[test]
fn required_citations_are_marked() {
    let text = "Resources:\n  # hipaalint: except logs-retention because the archive keeps them\n  Logs: { Type: \
                AWS::Logs::LogGroup }\n  # hipaalint: except kms-key-rotation because its material is imported\n  \
                Key: { Type: AWS::KMS::Key }\n";
    let report = lint(text);
    let required: Vec<Vec<&str>> = report.exceptions.iter().map(|exception| exception.suppression.required()).collect();
    assert_eq!(required, [vec!["164.312(b)"], vec![]]);
    let suppression = report
        .suppressed
        .iter()
        .find(|finding| &*finding.rule == "logs-retention")
        .unwrap()
        .suppression
        .as_ref()
        .unwrap();
    assert_eq!(suppression.required_of("logs-retention"), ["164.312(b)"]);
    assert!(suppression.required_of("kms-key-rotation").is_empty());
}

#[test]
fn what_cannot_be_read_does_not_hold() {
    let cases = [
        ("hipaalint: yes please", "`hipaalint` is a string, not a map with `exceptions`"),
        ("hipaalint: { exeptions: [] }", "`exeptions` is not a valid key; did you mean `exceptions`?"),
        ("hipaalint: { exceptions: 1 }", "`exceptions` is a number, not a list"),
        ("hipaalint: { exceptions: [{ reason: x }] }", "`rule` is missing"),
        (
            "hipaalint: { exceptions: [{ rule: { a: b }, reason: x }] }",
            "`rule` is a map, not a string or a list of strings",
        ),
        ("hipaalint: { exceptions: [{ rule: V, reason: [x] }] }", "`reason` is a list, not a string"),
        ("hipaalint: { exceptions: [{ rule: V, reason: !Ref X }] }", "`reason` is a function, not a string"),
        (
            "hipaalint: { exceptions: [{ rule: V, reason: x, expires: 2026-02-30 }] }",
            "`expires` is not a date such as 2026-12-31",
        ),
        (
            "hipaalint: { exceptions: [{ rule: V, reason: x, expires: [] }] }",
            "`expires` is not a date such as 2026-12-31",
        ),
        (
            "hipaalint: { exceptions: [{ rule: V, reason: x, resources: [A] }] }",
            "`resources` is allowed only in the exceptions of the template; an exception of a resource covers that \
             resource",
        ),
        (
            "hipaalint: { exceptions: [{ rule: exception-unused, reason: x }] }",
            "an exception cannot suppress findings about exceptions; turn the rule off in the configuration",
        ),
    ];
    for (metadata, problem) in cases {
        let metadata = metadata.replace("V,", "s3-bucket-versioning,");
        let text = format!("Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Metadata: {{ {metadata} }}\n");
        let report = lint(&text);
        assert_eq!(of_rule(&report, VERSIONING).1, Vec::<&str>::new(), "{text}");
        let message = format!("4: exception-malformed: The exception cannot be read and suppresses nothing: {problem}");
        assert_eq!(said(&text, &report), [message], "{text}");
        assert_eq!(states(&report)[0].1, ExceptionState::Malformed);
    }
    for comment in
        ["# hipaalint except s3-bucket-versioning because x", "# hipaalint : except s3-bucket-versioning because x"]
    {
        let text = format!("Resources:\n  {comment}\n  A: {{ Type: AWS::S3::Bucket }}\n");
        let problem = "the colon is missing, or there is a space before it; write `hipaalint: except RULE because …`";
        let message = format!("2: exception-malformed: The exception cannot be read and suppresses nothing: {problem}");
        assert_eq!(said(&text, &lint(&text)), [message], "{text}");
    }
    // Words about the program are no exception.
    assert_eq!(
        lint("Resources:\n  # hipaalint is run in CI, except for drafts\n  A: { Type: AWS::S3::Bucket }\n").exceptions,
        []
    );
    // A key with nothing after it is left when people comment its content out.
    let nothing = "Resources:\n  A: { Type: AWS::S3::Bucket, Metadata: { hipaalint: { exceptions: } } }\n";
    assert_eq!(lint(nothing).exceptions, []);
}

/// Names that other tools have for a rule of ours, by which their suppressions hold here.
#[test]
fn names_of_other_tools_are_understood() {
    let held = |metadata: &str, resource: &str| {
        let report = lint(&format!("Resources:\n  A:\n    Metadata: {{ {metadata} }}\n{resource}"));
        let mut rules: Vec<String> = report.suppressed.iter().map(|finding| finding.rule.to_string()).collect();
        rules.dedup();
        rules
    };
    let domain = "    Type: AWS::OpenSearchService::Domain\n    Properties: { VPCOptions: { SubnetIds: [a] } }\n";
    // Guard's registry calls its rules what AWS Config calls them.
    let guard = |name: &str| format!("guard: {{ SuppressedRules: [{name}] }}");
    assert_eq!(held(&guard("OPENSEARCH_ENCRYPTED_AT_REST"), domain), ["opensearch-encryption-at-rest"]);
    assert_eq!(held(&guard("OPENSEARCH_LOGS_TO_CLOUDWATCH"), domain), ["opensearch-error-log"]);
    // Both guard rules check the four settings of Block Public Access, and nothing else.
    let bucket = "    Type: AWS::S3::Bucket\n    Properties: { BucketEncryption: {} }\n";
    for name in ["S3_BUCKET_PUBLIC_READ_PROHIBITED", "S3_BUCKET_PUBLIC_WRITE_PROHIBITED"] {
        assert_eq!(held(&guard(name), bucket), ["s3-bucket-public-access-block"], "{name}");
    }
    for id in ["S3BucketPublicReadProhibited", "S3BucketPublicWriteProhibited"] {
        let metadata =
            format!("cdk_nag: {{ rules_to_suppress: [{{ id: 'HIPAA.Security-{id}', reason: public on purpose }}] }}");
        assert_eq!(held(&metadata, bucket), ["s3-bucket-public-access-block"], "{id}");
    }
    let endpoint = "    Type: AWS::DMS::Endpoint\n    Properties: { EndpointType: source, EngineName: mysql, Password: Zx81pQ7rT9vw }\n";
    let nag = |id: &str| format!("cfn_nag: {{ rules_to_suppress: [{{ id: {id}, reason: rotated }}] }}");
    assert_eq!(held(&nag("F37"), endpoint), ["literal-secret"]);
    assert_eq!(held(&guard("DMS_NO_PLAINTEXT_PASSWORD"), endpoint), ["literal-secret"]);
    let key = "    Type: AWS::KMS::Key\n    Properties: { KeyPolicy: {} }\n";
    for id in [
        "HIPAA.Security-KMSBackingKeyRotationEnabled",
        "PCI.DSS.321-KMSBackingKeyRotationEnabled",
        "PCI.DSS.321::PCI.DSS.321-KMSBackingKeyRotationEnabled",
        "AwsSolutions-KMS5",
        "AwsSolutions::AwsSolutions-KMS5",
    ] {
        let metadata = format!("cdk_nag: {{ rules_to_suppress: [{{ id: '{id}', reason: imported }}] }}");
        assert_eq!(held(&metadata, key), ["kms-key-rotation"], "{id}");
    }
    let policy = "    Type: AWS::IAM::ManagedPolicy\n    Properties: { PolicyDocument: { Statement: [{ Effect: Allow, Action: ['s3:*', 'sqs:*'], Resource: 'arn:aws:s3:::a' }] } }\n";
    for (finding, count) in [("Action::s3:*", 1), ("Action::s3:*]", 0), ("Action::*", 0), ("Resource::*", 0)] {
        let id = format!("AwsSolutions::AwsSolutions-IAM5[{finding}]");
        let metadata = format!("cdk_nag: {{ rules_to_suppress: [{{ id: '{id}', reason: one bucket }}] }}");
        assert_eq!(held(&metadata, policy).len(), count, "{finding}");
    }
}

/// checkov 3.3.30 was run on these lines: which comments it reads, and for which resource.
#[test]
fn comments_of_checkov_hold_where_checkov_reads_them() {
    let text = "\
Resources:
  # checkov:skip=CKV_AWS_21:above the first
  A:
    Type: AWS::S3::Bucket
    # checkov:skip=CKV_AWS_21:after the last line of A
  # checkov:skip=CKV_AWS_21:between A and B
  B: # checkov:skip=CKV_AWS_21:beside the name of B
    Type: AWS::S3::Bucket
  C:
    # checkov:skip=CKV_AWS_21:between the name and the type of C
    Type: AWS::S3::Bucket
  D:
    Type: AWS::S3::Bucket
    Properties:
      Tags:
        - Key: a
          Value: b # see checkov:skip= CKV_AWS_21 and no colon in D
  E:
    Type: AWS::S3::Bucket
    Properties: { Tags: [] } # bridgecrew:skip=CKV_AWS_21:beside the last line of E
  # checkov:skip=CKV_AWS_21:above a resource in braces, F
  F: { Type: AWS::S3::Bucket,
    Properties: { } # cortex:skip=CKV_AWS_20:not the rule
  } # checkov:skip=CKV_AWS_21:beside the last line of a resource in braces, for G on one line
  G: { Type: AWS::S3::Bucket } # checkov:skip=CKV_AWS_21:beside a resource on one line
  H:
    Type: AWS::S3::Bucket # checkov:skip=CKV_AWS_21,CKV_AWS_18:a list
  I:
    Type: AWS::S3::Bucket # Checkov:Skip=CKV_AWS_21:in another case
  J:
    Type: AWS::S3::Bucket # checkov:skip=CKV_AWS_18:one checkov:skip=CKV_AWS_21:two
# checkov:skip=CKV_AWS_21:after everything
";
    let report = lint(text);
    let held: Vec<(&str, Option<&str>)> = report
        .suppressed
        .iter()
        .filter(|finding| &*finding.rule == VERSIONING)
        .map(|finding| (finding.subject.name.as_str(), finding.suppression.as_ref().unwrap().reason.as_deref()))
        .collect();
    assert_eq!(
        held,
        [
            ("B", Some("beside the name of B")),
            ("C", Some("between the name and the type of C")),
            ("D", None),
            ("E", Some("beside the last line of E")),
            // checkov counts the line before the comments above it to a resource in braces.
            ("F", Some("beside the last line of E")),
            ("G", Some("beside the last line of a resource in braces, for G on one line")),
        ]
    );
    let notes = said(text, &report);
    let malformed = notes.iter().filter(|note| note.contains("exception-malformed"));
    let malformed: Vec<(&str, bool)> = malformed
        .map(|note| (note.split(':').next().unwrap(), note.contains("reads `CKV_AWS_21,CKV_AWS_18` as one id")))
        .collect();
    let expected = [("2", false), ("5", false), ("6", false), ("25", false), ("27", true), ("32", false)];
    assert_eq!(malformed, expected, "{notes:?}");
    let is_note = |finding: &&Finding| &*finding.rule == "exception-malformed" && finding.level == Level::Note;
    assert_eq!(report.findings.iter().filter(is_note).count(), expected.len());
    // JSON that is read as YAML for its comments: a resource's lines are those of its braces.
    let json = "{ \"Resources\": {\n # checkov:skip=CKV_AWS_21:above\n \"A\": {\n  \"Type\": \"AWS::S3::Bucket\" # checkov:skip=CKV_AWS_21:inside\n } } }\n";
    let report = lint(json);
    assert_eq!(of_rule(&report, VERSIONING).1, ["Resources/A"]);
    assert_eq!(report.suppressed[0].suppression.as_ref().unwrap().reason.as_deref(), Some("inside"));
}

/// A key that its tool does not read leaves every finding open, there and here.
#[test]
fn misspelled_keys_of_other_tools_are_said() {
    for (metadata, line, key, wanted) in [
        ("cfn_nag: { rules_to_supress: [{ id: W11, reason: x }] }", 4, "rules_to_supress", "rules_to_suppress"),
        ("cfn-nag: { rules_to_suppress: [{ id: W11, reason: x }] }", 4, "cfn-nag", "cfn_nag"),
        ("cdk_nag: { rule_to_suppress: [] }", 4, "rule_to_suppress", "rules_to_suppress"),
        ("CdkNag: { rules_to_suppress: [] }", 4, "CdkNag", "cdk_nag"),
        ("guard: { SupressedRules: [X] }", 4, "SupressedRules", "SuppressedRules"),
        ("Guard: { SuppressedRules: [X] }", 4, "Guard", "guard"),
        ("checkov: { skips: [] }", 4, "skips", "skip"),
        ("bridgecrew: { Skip: [] }", 4, "Skip", "skip"),
    ] {
        let text = format!("Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Metadata: {{ {metadata} }}\n");
        let report = lint(&text);
        let said = said(&text, &report);
        let [only] = said.as_slice() else { panic!("{metadata}: {said:?}") };
        assert!(only.starts_with(&format!("{line}: exception-malformed: ")), "{only}");
        assert!(only.ends_with(&format!(" does not read `{key}`; did you mean `{wanted}`?")), "{only}");
        assert_eq!(states(&report), [("", ExceptionState::Malformed)]);
    }
    // What is right beside it, or something else, is nothing to speak of.
    for metadata in [
        "cfn_nag: { rules_to_suppress: [], rules_to_supress: [] }",
        "guard: { Rules: [] }",
        "guardian: { SuppressedRules: [] }",
        "CdkNag: 1",
        "cfn-lint: { config: {} }",
    ] {
        let text = format!("Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Metadata: {{ {metadata} }}\n");
        assert_eq!(said(&text, &lint(&text)), [""; 0], "{metadata}");
    }
}

/// Other tools' languages may hold anything: what is no exception there is passed over.
#[test]
fn foreign_oddities_are_passed_over() {
    for odd in [
        "guard: 1",
        "guard: { SuppressedRules: { a: b } }",
        "guard: { SuppressedRules: [{ a: b }, [], null, 1] }",
        "cfn_nag: { rules_to_suppress: [W11, { id: [] }, { id: }] }",
        "checkov: { skip: { id: CKV_AWS_21x } }",
        "cdk_nag: { rules_to_suppress: [{ id: x, is_reason_encoded: true, reason: '%%%' }] }",
        "cdk_nag: []",
    ] {
        let text = format!("Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Metadata: {{ {odd} }}\n");
        let report = lint(&text);
        assert_eq!((report.exceptions.len(), report.suppressed.len()), (0, 0), "{odd}");
    }
    // Broken Base64 is shown as it stands.
    let text = "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Metadata: { cdk_nag: { rules_to_suppress: [{ id: \
                HIPAA.Security-S3BucketVersioningEnabled, is_reason_encoded: true, reason: '%%%' }] } }\n";
    assert_eq!(lint(text).exceptions[0].suppression.reason.as_deref(), Some("%%%"));
}

/// Ten thousand exceptions, each of its own resource, all of one, misspelt ones, and ten thousand comments on one line.
#[test]
fn hostile_numbers_of_exceptions_end_soon() {
    let mut own = String::from("Resources:\n");
    let mut of_one = String::from(
        "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Metadata:\n      hipaalint:\n        exceptions:\n",
    );
    let mut misspelt = String::from("Resources:\n");
    for number in 0..10_000 {
        write!(
            own,
            "  # hipaalint: except kms-key-rotation because {number}\n  K{number}: {{ Type: AWS::KMS::Key }}\n"
        )
        .unwrap();
        writeln!(of_one, "          - {{ rule: s3-bucket-versioning, reason: r{number} }}").unwrap();
        write!(
            misspelt,
            "  # hipaalint: except kms-key-{number} because of it\n  K{number}: {{ Type: AWS::KMS::Key }}\n"
        )
        .unwrap();
    }
    let flow = format!(
        "{{Resources: {{A: {{Type: AWS::S3::Bucket, Metadata: {{ x: [{}] }} }} }} }}",
        "{a: 1}, ".repeat(10_000)
    );
    let flow = format!("{flow} # hipaalint: except s3-bucket-versioning because of the archive\n");
    let linter = Linter::new(
        RuleSet::embedded(),
        |entry| ["kms-key-rotation", VERSIONING].contains(&entry.meta.id.as_str()) || entry.is_about_exceptions(),
        &BTreeMap::new(),
        Pinned::new(),
        Keep::default(),
    )
    .unwrap();
    let start = Instant::now();
    for (text, suppressed, said) in [(own, 10_000, 0), (of_one, 1, 0), (misspelt, 0, 10_000), (flow, 1, 0)] {
        let report = linter.lint(&Source::new(SourceId(0), "a.yaml", text));
        let about = report.findings.iter().filter(|finding| finding.rule.starts_with("exception")).count();
        assert_eq!((report.suppressed.len(), about), (suppressed, said));
    }
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}
