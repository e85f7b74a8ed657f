//! What was not judged is counted, and shown in every format; and templates inside of templates are judged.

use super::support::Folder;
use serde_json::Value;

/// A resource of a type that only wider profiles have a rule about, one that no profile has, and one that core has.
const TYPES: &str = "\
Resources:
  Pool: { Type: AWS::Cognito::UserPool }
  Alarm: { Type: AWS::Logs::LogStream, Properties: { LogGroupName: a } }
  Queue: { Type: AWS::SQS::Queue }
";

/// SAM that is not expanded, next to SAM that is.
const SAM: &str = "\
Transform: AWS::Serverless-2016-10-31
Resources:
  Intake:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Runtime: python3.13
      CodeUri: s3://code/a.zip
      Events:
        Elsewhere: { Type: HttpApi, Properties: { Path: /a, Method: get, ApiId: !ImportValue api } }
        Odd: { Type: Nonsense }
        Tick: { Type: Schedule, Properties: { Schedule: rate(1 day) } }
        SignUp: { Type: Cognito, Properties: { UserPool: !Ref Pool, Trigger: PreSignUp } }
        SignIn: { Type: Cognito, Properties: { UserPool: !Ref Pool, Trigger: PreAuthentication } }
  Pool:
    Type: AWS::Cognito::UserPool
    Connectors: { ToIntake: { Properties: { Destination: { Id: Intake }, Permissions: [Write] } } }
  Table: { Type: AWS::Serverless::SimpleTable }
  Works:
    Type: AWS::Serverless::Connector
    Properties: { Source: { Id: Intake }, Destination: { Id: Table }, Permissions: [Read] }
  Fails:
    Type: AWS::Serverless::Connector
    Properties: { Source: { Id: Intake }, Destination: { Id: Pool }, Permissions: [Read] }
  Odd: { Type: AWS::Serverless::Nonsense }
";

/// Templates that are somewhere else.
const ELSEWHERE: &str = "\
Resources:
  Remote: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: https://s3.amazonaws.com/b/a.yaml } }
  Gone: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: gone.yaml } }
  Set: { Type: AWS::CloudFormation::StackSet, Properties: { StackSetName: a, PermissionModel: SELF_MANAGED, TemplateURL: https://s3.amazonaws.com/b/a.yaml } }
  Product: { Type: AWS::ServiceCatalog::CloudFormationProduct, Properties: { Name: a, Owner: b } }
";

fn gaps(report: &Value) -> Value {
    let all = report["summary"]["not_looked_at"].as_object().unwrap().clone();
    all.into_iter().filter(|(key, value)| key != "types" && key != "resources" && *value != 0).collect()
}

#[test]
fn types_without_a_rule_are_counted_with_the_profile_that_has_one() {
    let folder = Folder::with(&[("a.yaml", TYPES), ("b.yaml", TYPES)]);
    let found = |profile: &str| {
        let report = folder.run(&[".", "--no-config", "--profile", profile, "--format", "json"]).json();
        report["summary"]["not_looked_at"].clone()
    };
    let core = found("core");
    assert_eq!(core["resources"], 4, "{core}");
    let types = core["types"].as_array().unwrap();
    assert_eq!(types.iter().map(|each| each["resources"].clone()).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(
        (&types[0]["type"], &types[1]["type"]),
        (&"AWS::Cognito::UserPool".into(), &"AWS::Logs::LogStream".into())
    );
    assert!(types[0]["profile"].is_string() && types[1]["profile"].is_null(), "{core}");
    let strict = found("strict");
    assert_eq!((&strict["resources"], &strict["types"][0]["profile"]), (&2.into(), &Value::Null), "{strict}");
}

#[test]
fn sam_that_is_not_expanded_is_counted() {
    let folder = Folder::with(&[("a.yaml", SAM)]);
    let report = folder.run(&["a.yaml", "--no-config", "--format", "json"]).json();
    assert_eq!(
        gaps(&report),
        serde_json::json!({ "sam_resources": 1, "sam_events": 2, "sam_connectors": 1, "unknown_types": 1 })
    );
    let notes = report["diagnostics"].as_array().unwrap();
    let left = notes.iter().filter(|note| note["code"] == "not-expanded");
    assert_eq!(left.map(|note| note["start"]["line"].clone()).collect::<Vec<_>>(), [10, 17, 22], "{notes:?}");
}

#[test]
fn templates_that_are_somewhere_else_are_counted() {
    let folder = Folder::with(&[("a.yaml", ELSEWHERE)]);
    let report = folder.run(&["a.yaml", "--no-config", "--format", "json"]).json();
    assert_eq!(gaps(&report), serde_json::json!({ "templates_not_found": 4 }));
    let codes: Vec<_> = report["diagnostics"].as_array().unwrap().iter().map(|note| note["code"].clone()).collect();
    assert_eq!(codes, ["template-elsewhere", "nested-stack"]);
}

#[test]
fn every_format_shows_what_was_not_judged() {
    let folder = Folder::with(&[("a.yaml", ELSEWHERE), ("b.yaml", TYPES)]);
    for format in ["human", "json", "sarif", "github", "gitlab", "junit", "markdown", "html"] {
        let text = folder.run(&[".", "--no-config", "--format", format]).stdout;
        let clean = text.replace('\u{a0}', " ").split_whitespace().collect::<Vec<_>>().join(" ");
        match format {
            "json" => assert!(clean.contains("\"templates_not_found\": 4"), "{text}"),
            "gitlab" => assert!(clean.contains("\"check_name\": \"template-elsewhere\""), "{text}"),
            _ => {
                assert!(clean.contains("4 nested stacks whose templates are not in the run"), "{format}: {text}");
                assert!(
                    clean.contains("2 resources without a rule in core: AWS::Cognito::UserPool"),
                    "{format}: {text}"
                );
            }
        }
        let again = folder.run(&[".", "--no-config", "--format", format, "--threads", "1"]).stdout;
        assert_eq!(text, again, "{format}");
    }
}

#[test]
fn no_findings_is_about_what_was_checked() {
    let good = "{Resources: {A: {Type: AWS::SNS::Topic, Properties: {KmsMasterKeyId: alias/phi}}";
    let rule = ["--no-config", "--rule", "sns-topic-encrypted"];
    let run = |text: &str| Folder::with(&[("a.yaml", text)]).run(&[&["a.yaml"][..], &rule].concat()).stdout;
    let all = run(&format!("{good}}}}}"));
    assert!(all.contains("No findings: ") && !all.contains("Not checked"), "{all}");
    let nested = "B: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: https://a/b}}";
    let some = run(&format!("{good}, {nested}}}}}"));
    assert!(some.contains("No findings in what was checked: "), "{some}");
    assert!(some.contains("Not checked  1 nested stack whose template is not in the run"), "{some}");
}

/// `line path message` of each finding about versions.
fn inside(text: &str) -> Vec<String> {
    let report = Folder::with(&[("a.yaml", text)]).versioning(&["a.yaml", "--format", "json"]).json();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|each| {
            let word = |key: &str| each[key].as_str().unwrap_or_default().to_owned();
            let when = if each["when"].is_string() { format!(" ({})", word("when")) } else { String::new() };
            format!("{} {} {}{when}", each["start"]["line"], word("path"), each["subject"]["name"].as_str().unwrap())
        })
        .collect()
}

fn stack_set(body: &str) -> String {
    format!(
        "Parameters:\n  Env: {{ Type: String, Default: dev, AllowedValues: [dev, prod] }}\n  Open: {{ Type: String }}\n\
         Conditions:\n  IsProd: !Equals [!Ref Env, prod]\n\
         Resources:\n  Set:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      StackSetName: s\n\
         \x20     PermissionModel: SELF_MANAGED\n{body}"
    )
}

#[test]
fn the_template_of_a_stack_set_is_linted() {
    let path = "Resources/Set/Properties/TemplateBody/Resources/Inner";
    let bucket = "        Resources:\n          Inner:\n            Type: AWS::S3::Bucket\n";
    for header in ["|", "|-", "!Sub |", "\n        Fn::Sub: |"] {
        let indent = if header.starts_with('\n') { "    " } else { "" };
        let bucket: String = bucket.lines().map(|line| format!("{indent}{line}\n")).collect();
        let line = if header.starts_with('\n') { 15 } else { 14 };
        let found = inside(&stack_set(&format!("      TemplateBody: {header}\n{bucket}")));
        assert_eq!(found, [format!("{line} {path} Inner")], "{header}");
    }
    // A text with escapes has no lines of its own.
    let json = r#"      TemplateBody: "{\"Resources\": {\"Inner\": {\"Type\": \"AWS::S3::Bucket\"}}}""#;
    assert_eq!(inside(&stack_set(json)), [format!("12 {path} Inner")]);
    let json = "      TemplateBody: !Sub '{\"Resources\": {\"Inner\": {\"Type\": \"AWS::S3::Bucket\", \"Properties\": {\"BucketName\": \"${Env}\"}}}}'";
    assert_eq!(inside(&stack_set(json)).len(), 1);
}

#[test]
fn a_choice_of_texts_names_the_choice() {
    let text = |status: &str| {
        format!(
            "'{{Resources: {{Inner: {{Type: AWS::S3::Bucket, Properties: {{VersioningConfiguration: {{Status: {status}}}}}}}}}}}'"
        )
    };
    let body = format!("      TemplateBody: !If [IsProd, {}, {}]", text("Suspended"), text("Enabled"));
    let found = inside(&stack_set(&body));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].ends_with("Inner (when Env is prod)"), "{found:?}");
}

#[test]
fn a_stack_set_passes_parameters() {
    let inner = "        Parameters:\n          Versions: { Type: String, Default: Suspended }\n        Resources:\n          Inner:\n            \
                 Type: AWS::S3::Bucket\n            Properties:\n              VersioningConfiguration: { Status: !Ref Versions }\n";
    let body = |given: &str| stack_set(&format!("{given}      TemplateBody: |\n{inner}"));
    assert_eq!(inside(&body("")).len(), 1);
    let enabled = "      Parameters: [{ ParameterKey: Versions, ParameterValue: Enabled }]\n";
    assert!(inside(&body(enabled)).is_empty());
}

#[test]
fn an_inner_template_that_cannot_be_read_is_counted() {
    for body in [
        "\"hello: [1\"",
        "hello",
        "!Sub 'Resources: {A: {Type: AWS::S3::Bucket, Properties: {BucketName: \"${Open}\"}}}'",
        "!ImportValue a",
    ] {
        let text = stack_set(&format!("      TemplateBody: {body}\n"));
        let report = Folder::with(&[("a.yaml", &text)]).versioning(&["a.yaml", "--format", "json"]).json();
        assert_eq!(gaps(&report), serde_json::json!({ "inner_templates": 1 }), "{body}");
        assert_eq!(report["diagnostics"][0]["code"], "inner-template", "{body}");
    }
}

#[test]
fn exceptions_of_both_templates_hold() {
    let inner = "        Resources:\n          Inner:\n            Type: AWS::S3::Bucket\n";
    let reason = "{ hipaalint: { exceptions: [{ rule: s3-bucket-versioning, reason: The bucket holds copies. }] } }";
    let in_outer = stack_set(&format!("      TemplateBody: |\n{inner}    Metadata: {reason}\n"));
    let in_inner = stack_set(&format!("      TemplateBody: |\n{inner}            Metadata: {reason}\n"));
    for text in [in_outer, in_inner] {
        let report = Folder::with(&[("a.yaml", &text)]).versioning(&["a.yaml", "--format", "json"]).json();
        let number = |key: &str| report[key].as_array().unwrap().len();
        assert_eq!((number("findings"), number("suppressed"), number("exceptions")), (0, 1, 1), "{report:#}");
    }
}

#[test]
fn secrets_of_an_inner_template_are_not_shown() {
    let secret = "Tr0ub4dor-und-3";
    let inner = "        Resources:\n          Db:\n            Type: AWS::RDS::DBInstance\n            Properties:\n              ";
    let block = format!("      TemplateBody: |\n{inner}MasterUserPassword: {secret}\n");
    let quoted = format!(
        "      TemplateBody: '{{\"Resources\": {{\"Db\": {{\"Type\": \"AWS::RDS::DBInstance\", \"Properties\": {{\"MasterUserPassword\": \"{secret}\"}}}}}}}}'\n"
    );
    for body in [block, quoted] {
        let folder = Folder::with(&[("a.yaml", &stack_set(&body))]);
        for format in ["human", "json", "sarif", "github", "gitlab", "junit", "markdown", "html"] {
            let text = folder.run(&["a.yaml", "--no-config", "--rule", "literal-secret", "--format", format]).stdout;
            assert!(text.contains("MasterUserPassword"), "{format}: {text}");
            assert!(!text.contains(secret), "{format}: {text}");
        }
    }
}

#[test]
fn templates_inside_of_templates_end() {
    let mut text = "{\"Resources\": {\"Inner\": {\"Type\": \"AWS::S3::Bucket\"}}}".to_owned();
    for _ in 0..6 {
        let body = serde_json::to_string(&text).unwrap();
        text = format!(
            "{{\"Resources\": {{\"Set\": {{\"Type\": \"AWS::CloudFormation::StackSet\", \"Properties\": {{\"TemplateBody\": {body}}}}}}}}}"
        );
    }
    let report = Folder::with(&[("a.json", &text)]).versioning(&["a.json", "--format", "json"]).json();
    assert_eq!(gaps(&report), serde_json::json!({ "inner_templates": 1 }));
    let many: String = (0..60).map(|n| format!("  S{n}: {{ Type: AWS::CloudFormation::StackSet, Properties: {{ TemplateBody: 'Resources: {{B{n}: {{Type: AWS::S3::Bucket}}}}' }} }}\n")).collect();
    let report =
        Folder::with(&[("a.yaml", &format!("Resources:\n{many}"))]).versioning(&["a.yaml", "--format", "json"]).json();
    assert_eq!(report["findings"].as_array().unwrap().len(), 50);
    assert_eq!(gaps(&report), serde_json::json!({ "inner_templates": 10 }));
}

#[test]
fn checks_of_templates_inside_a_template_are_test_cases_of_their_own() {
    let set = |name: &str| {
        format!(
            "  {name}:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      StackSetName: {name}\n      \
             PermissionModel: SELF_MANAGED\n      TemplateBody: |\n        Resources:\n          Records: {{ Type: AWS::S3::Bucket }}\n"
        )
    };
    let template = format!("Resources:\n  Records: {{ Type: AWS::S3::Bucket }}\n{}{}", set("One"), set("Two"));
    let folder = Folder::with(&[("a.yaml", &template)]);
    let ran = folder.run(&["a.yaml", "--rule", "s3-bucket-versioning", "--format", "junit"]);
    assert!(ran.stdout.contains("tests=\"3\" failures=\"3\""), "{}", ran.all());
    for name in [
        "Records",
        "Records in Resources/One/Properties/TemplateBody",
        "Records in Resources/Two/Properties/TemplateBody",
    ] {
        assert!(ran.stdout.contains(&format!("name=\"s3-bucket-versioning: {name}\"")), "{}", ran.all());
    }
}
