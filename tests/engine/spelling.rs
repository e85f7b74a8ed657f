//! Names that AWS does not have: each is one note with the name that was probably meant, in YAML and in JSON. And keys that occur
//! twice: one error each, and the rest of the template is judged.

use hipaalint::finding::Severity;
use hipaalint::linter::{FileReport, Keep, Linter, NoticeKind};
use hipaalint::rules::load::RuleSet;
use hipaalint::source::{Source, SourceId};
use std::collections::BTreeMap;

fn lint(text: &str) -> (FileReport, Source) {
    let source = Source::new(SourceId(0), "template", text);
    (Linter::default().lint(&source), source)
}

/// The notes of a template: code, the marked text, and help.
fn notes(text: &str) -> Vec<(&'static str, String, String)> {
    let (report, source) = lint(text);
    assert!(report.is_template, "{text}");
    report
        .diagnostics
        .into_iter()
        .filter(|note| note.code != "template-elsewhere")
        .map(|note| {
            assert_eq!(note.severity, Severity::Note, "{text}: {}", note.message);
            (note.code.name(), source.slice(note.span.unwrap()).trim_matches('"').to_owned(), note.help)
        })
        .collect()
}

/// A template in JSON with the same values.
fn json(yaml: &str) -> String {
    let value: serde_yaml::Value = serde_yaml::from_str(yaml).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

/// Tries a template without tags in both languages.
#[track_caller]
fn both(yaml: &str, expected: &[(&str, &str, &str)]) {
    for text in [yaml.to_owned(), json(yaml)] {
        let found = notes(&text);
        let found: Vec<(&str, &str, &str)> =
            found.iter().map(|(code, written, help)| (*code, written.as_str(), help.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }
}

fn with(resource: &str) -> String {
    format!("Resources:\n  A:\n    {resource}\n")
}

#[test]
fn resource_types() {
    for (written, meant) in [
        ("AWS::S3::Buckte", "AWS::S3::Bucket"),
        ("AWS::Lambda::Functoin", "AWS::Lambda::Function"),
        ("AWS::Lambada::Function", "AWS::Lambda::Function"),
        ("AWS::s3::bucket", "AWS::S3::Bucket"),
        ("aws::s3::bucket", "AWS::S3::Bucket"),
        ("AWS:S3::Bucket", "AWS::S3::Bucket"),
        ("S3::Bucket", "AWS::S3::Bucket"),
        ("AWS::Serverless::Functoin", "AWS::Serverless::Function"),
        ("AWS::Serverless::HttpAPI", "AWS::Serverless::HttpApi"),
    ] {
        both(&with(&format!("Type: {written}")), &[("unknown-type", written, &format!("Did you mean `{meant}`?"))]);
        let (report, _) = lint(&with(&format!("Type: {written}")));
        let kinds: Vec<_> = report.notices.iter().map(|notice| (notice.kind, notice.name.as_str())).collect();
        assert_eq!(kinds, [(NoticeKind::UnknownType, "A")], "{written}");
    }
    for unknown in ["AWS::S3::Object", "AWS::Nope::Nope", "AWS::Serverless::Nope", "Bucket"] {
        let help = "Check the spelling. Newer versions of hipaalint know newer resource types.";
        both(&with(&format!("Type: {unknown}")), &[("unknown-type", unknown, help)]);
    }
    for other in ["Custom::Own", "Acme::Own::Thing", "AWS::S3::Bucket::MODULE", "AWS::CloudFormation::CustomResource"] {
        both(&with(&format!("Type: {other}")), &[]);
    }
    // Once for each type, at its first place.
    assert_eq!(notes("Resources: {A: {Type: AWS::S3::Buckte}, B: {Type: AWS::S3::Buckte}}").len(), 1);
}

#[test]
fn types_that_cannot_be_read() {
    for resource in ["Properties: {}", "Type: ''", "Type: 1", "Type: {Ref: X}", "Type: [AWS::S3::Bucket]", "Type:"] {
        for text in [with(resource), json(&with(resource))] {
            let (report, _) = lint(&text);
            let [note] = report.diagnostics.as_slice() else { panic!("{text}: {:?}", report.diagnostics) };
            assert!(note.message.starts_with("the `Type` of resource `A` is "), "{text}: {}", note.message);
            assert!(note.message.ends_with(", so no rule checks the resource"), "{text}: {}", note.message);
            let kinds: Vec<_> = report.notices.iter().map(|notice| notice.kind).collect();
            assert_eq!(kinds, [NoticeKind::UnreadableType], "{text}");
        }
    }
    let help = "Set the type, such as `AWS::S3::Bucket`.";
    let expected = [("odd-section", "A", help), ("unknown-attribute", "type", "Did you mean `Type`?")];
    both(&with("type: AWS::S3::Bucket"), &expected);
}

#[test]
fn properties_that_are_no_map() {
    let help = "Write `Properties` as a map of names to values, without a `-` before the first name.";
    for (properties, is) in
        [("[{BucketName: a}]", "a list"), ("''", "a string"), ("1", "a number"), ("true", "a boolean")]
    {
        let text = with(&format!("Type: AWS::S3::Bucket\n    Properties: {properties}"));
        for text in [text.clone(), json(&text)] {
            let (report, _) = lint(&text);
            let [error] = report.diagnostics.as_slice() else { panic!("{text}: {:?}", report.diagnostics) };
            let message =
                format!("the `Properties` of resource `A` are {is}, not a map, so no rule checks the resource");
            assert_eq!((error.severity, &*error.message, &*error.help), (Severity::Error, &*message, help));
            let kinds: Vec<_> = report.notices.iter().map(|notice| notice.kind).collect();
            assert_eq!(kinds, [NoticeKind::UnreadableType], "{text}");
            assert!(report.findings.iter().all(|finding| finding.subject.name != "A"), "{text}");
        }
    }
    // Nothing at all is no properties.
    assert!(notes(&with("Type: AWS::S3::Bucket\n    Properties:")).is_empty());
    for text in ["Resources: {A: [{Type: AWS::S3::Bucket}]}", "Resources: {A: AWS::S3::Bucket}"] {
        let (report, _) = lint(text);
        assert_eq!(report.diagnostics.iter().map(|one| one.severity).collect::<Vec<_>>(), [Severity::Error], "{text}");
        assert_eq!(report.notices.len(), 1, "{text}");
    }
}

#[test]
fn a_template_without_resources() {
    let help = "Add at least one resource. CloudFormation does not accept a template without resources.";
    both("Resources: {}", &[("odd-section", "Resources", help)]);
    both("Resources:", &[("odd-section", "Resources", help)]);
    let (report, _) = lint("Resources: []");
    let [error] = report.diagnostics.as_slice() else { panic!("{:?}", report.diagnostics) };
    let help = "Write `Resources` as a map of names to declarations, or remove it.";
    assert_eq!((error.severity, &*error.help), (Severity::Error, help));
}

#[test]
fn properties_at_every_depth() {
    for (kind, properties, written, meant) in [
        ("AWS::S3::Bucket", "BucketEncrypton: {}", "BucketEncrypton", "BucketEncryption"),
        ("AWS::S3::Bucket", "bucketName: x", "bucketName", "BucketName"),
        ("AWS::RDS::DBInstance", "StorageEncryptd: true", "StorageEncryptd", "StorageEncrypted"),
        ("AWS::RDS::DBInstance", "PubliclyAccesible: false", "PubliclyAccesible", "PubliclyAccessible"),
        (
            "AWS::S3::Bucket",
            "BucketEncryption: {ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: \
             {KMSMasterKeyId: k, SSEAlgorithm: aws:kms}}]}",
            "KMSMasterKeyId",
            "KMSMasterKeyID",
        ),
        // In each branch of a choice, and below maps with free keys.
        (
            "AWS::S3::Bucket",
            "VersioningConfiguration: {Fn::If: [X, {Status: Enabled}, {Statuss: Enabled}]}",
            "Statuss",
            "Status",
        ),
        (
            "AWS::S3::Bucket",
            "LifecycleConfiguration: {Rules: {Fn::If: [X, [{Status: Enabled, ExpirationInDay: 1}], {Ref: Y}]}}",
            "ExpirationInDay",
            "ExpirationInDays",
        ),
        ("AWS::Serverless::Function", "Polices: []", "Polices", "Policies"),
    ] {
        let transform = if kind.contains("Serverless") { "Transform: AWS::Serverless-2016-10-31\n" } else { "" };
        let text = format!("{transform}{}", with(&format!("Type: {kind}\n    Properties: {{{properties}}}")));
        both(&text, &[("unknown-property", written, &format!("Did you mean `{meant}`?"))]);
    }
    for (kind, properties) in [
        // It may be newer than the data: not like any other, too different from the nearest, or next to it.
        ("AWS::S3::Bucket", "Quaternions: 1"),
        ("AWS::S3::Bucket", "BucketNames: [x], BucketName: x"),
        ("AWS::Cognito::UserPool", "KeyConfiguration: {}"),
        // Free keys, free values, functions.
        ("AWS::CloudFormation::Stack", "Parameters: {Parameter: 1, TemplateUrl: 2}"),
        ("AWS::CloudFormation::CustomResource", "ServiceTokens: 1"),
        ("AWS::IAM::Policy", "PolicyDocument: {Statment: []}"),
        ("AWS::S3::Bucket", "Fn::Transform: {Name: M}"),
        ("AWS::S3::Bucket", "VersioningConfiguration: {Fn::FindInMap: [A, B, C]}"),
        ("AWS::S3::Bucket", "VersioningConfiguration: {Ref: Statuss}"),
        ("Custom::Bucket", "BucketNam: x"),
        ("AWS::S3::Buckets::MODULE", "BucketNam: x"),
    ] {
        both(&with(&format!("Type: {kind}\n    Properties: {{{properties}}}")), &[]);
    }
    // A macro may give any name a meaning.
    assert_eq!(notes("Transform: Own\nResources: {A: {Type: AWS::S3::Bucket, Properties: {BucketNam: x}}}"), []);
}

#[test]
fn attributes_sections_and_parameters() {
    for (text, code, written, meant) in [
        (
            with("Type: AWS::S3::Bucket\n    DeletionPolcy: Retain"),
            "unknown-attribute",
            "DeletionPolcy",
            "DeletionPolicy",
        ),
        (with("Type: AWS::S3::Bucket\n    Propertes: {}"), "unknown-attribute", "Propertes", "Properties"),
        (
            format!("Parameters: {{P: {{Type: String, NoEco: true}}}}\n{}", with("Type: AWS::S3::Bucket")),
            "unknown-attribute",
            "NoEco",
            "NoEcho",
        ),
        (format!("Paramters: {{}}\n{}", with("Type: AWS::S3::Bucket")), "odd-section", "Paramters", "Parameters"),
        (format!("resources: {{}}\n{}", with("Type: AWS::S3::Bucket")), "odd-section", "resources", "Resources"),
    ] {
        both(&text, &[(code, written, &format!("Did you mean `{meant}`?"))]);
    }
    both(
        &format!("Nonsense: {{}}\n{}", with("Type: AWS::S3::Bucket")),
        &[("odd-section", "Nonsense", "Remove the section, or move it to `Metadata`.")],
    );
}

#[test]
fn transforms_and_what_needs_them() {
    let function = with("Type: AWS::Serverless::Function");
    both(
        &function,
        &[(
            "transform-missing",
            "AWS::Serverless::Function",
            "Add `Transform: AWS::Serverless-2016-10-31` to the template.",
        )],
    );
    let both_kinds = format!("Transform: Own\n{function}  B:\n    Type: AWS::Serverless::Api\n");
    let (report, _) = lint(&both_kinds);
    assert!(report.diagnostics[0].message.ends_with("so no rule checks `A` and 1 other resource of AWS SAM"));
    assert!(report.notices.iter().all(|notice| notice.kind == NoticeKind::NotTransformed));
    assert_eq!(report.notices.len(), 2);
    for spelling in ["[AWS::Serverless-2016-10-31]", "{Name: AWS::Serverless-2016-10-31}", "AWS::Serverless-2016-10-31"]
    {
        let text = format!("Transform: {spelling}\n{function}");
        let found = notes(&text);
        assert!(!found.iter().any(|(code, ..)| code.contains("transform")), "{text}: {found:?}");
    }
    let misspelled = format!("Transform: AWS::Serverless-2016-10-13\n{function}");
    let codes: Vec<_> = notes(&misspelled).into_iter().map(|(code, ..)| code).collect();
    assert_eq!(codes, ["unknown-transform", "transform-missing"]);
    assert_eq!(notes(&misspelled)[0].2, "Did you mean `AWS::Serverless-2016-10-31`?");
}

#[test]
fn events_of_sam() {
    let text = |event: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties:\n      \
             Events: {{E: {event}}}\n"
        )
    };
    both(&text("{Type: Schedul}"), &[("unknown-event", "Schedul", "Did you mean `Schedule`?")]);
    both(
        &text("{Type: NoSuchEvent}"),
        &[("unknown-event", "NoSuchEvent", "Check the spelling. Newer versions of hipaalint know newer events.")],
    );
    both(
        &text("{Type: Api, Properties: {Path: /, Methd: get}}"),
        &[("unknown-property", "Methd", "Did you mean `Method`?")],
    );
    both(&text("{Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}"), &[]);
    let globals = "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Runtim: x}}\nResources: {A: {Type: AWS::SNS::Topic}}";
    both(globals, &[("unknown-property", "Runtim", "Did you mean `Runtime`?")]);
    let globals = globals.replace("{Function: {Runtim: x}}", "{Functions: {Runtime: x}}");
    both(&globals, &[("unknown-attribute", "Functions", "Did you mean `Function`?")]);
}

#[test]
fn functions() {
    both(
        &with("Type: AWS::S3::Bucket\n    Properties: {BucketName: {Fn::Iff: [a, b, c]}}"),
        &[("unknown-function", "Fn::Iff", "Did you mean `Fn::If`?")],
    );
    assert_eq!(
        notes(&with("Type: AWS::S3::Bucket\n    Properties: {BucketName: !Iff [a, b, c]}")),
        [("unknown-function", "!Iff".to_owned(), "Did you mean `!If`?".to_owned())]
    );
}

/// The value of an unknown function is unknown: nothing is decided on what is written behind it.
#[test]
fn nothing_is_decided_on_unknown_functions() {
    let selects = |id: &str| id == "sqs-queue-encrypted";
    let keep = Keep { undecided: true, passed: true, ..Keep::default() };
    let linter =
        Linter::new(RuleSet::embedded(), |entry| selects(&entry.meta.id), &BTreeMap::new(), BTreeMap::new(), keep)
            .unwrap();
    for value in
        ["!Iff [x, true, false]", "!Rain::Constant x", "!sub 'true'", "{Fn::Iff: [x, true, false]}", "{Rain::Env: X}"]
    {
        let text = with(&format!("Type: AWS::SQS::Queue\n    Properties: {{SqsManagedSseEnabled: {value}}}"));
        let report = linter.lint(&Source::new(SourceId(0), "template", text.as_str()));
        let outcomes: Vec<_> = report.findings.iter().map(|finding| finding.outcome).collect();
        assert_eq!(outcomes, [hipaalint::finding::Outcome::Undecided], "{text}");
    }
}

#[test]
fn of_a_repeated_key_the_last_entry_is_judged() {
    let selects = |id: &str| id == "sqs-queue-encrypted";
    let linter = Linter::new(
        RuleSet::embedded(),
        |entry| selects(&entry.meta.id),
        &BTreeMap::new(),
        BTreeMap::new(),
        Keep::default(),
    )
    .unwrap();
    let queue = |first: bool, second: bool| {
        [
            format!(
                "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      SqsManagedSseEnabled: {first}\n      \
                 SqsManagedSseEnabled: {second}\n"
            ),
            format!(
                "{{\"Resources\": {{\"Q\": {{\"Type\": \"AWS::SQS::Queue\", \"Properties\": {{\"SqsManagedSseEnabled\": \
                 {first}, \"SqsManagedSseEnabled\": {second}}}}}}}}}"
            ),
            format!(
                "Resources:\n  Q: {{Type: AWS::SQS::Queue, Properties: {{SqsManagedSseEnabled: {first}}}}}\n  \
                 Q: {{Type: AWS::SQS::Queue, Properties: {{SqsManagedSseEnabled: {second}}}}}\n"
            ),
        ]
    };
    for (first, second) in [(true, false), (false, true)] {
        for text in queue(first, second) {
            let source = Source::new(SourceId(0), "template", text.as_str());
            let report = linter.lint(&source);
            assert_eq!(report.findings.len(), usize::from(!second), "{text}");
            let [error] = report.diagnostics.as_slice() else { panic!("{text}: {:?}", report.diagnostics) };
            assert_eq!((error.code.name(), error.severity), ("repeated-key", Severity::Error));
            assert!(error.message.contains("is used twice in the same map"), "{}", error.message);
            assert!(error.help.contains("CloudFormation uses the last one"), "{}", error.help);
            let (place, first) = (error.span.unwrap(), error.related[0].span);
            assert_eq!(source.slice(place), source.slice(first));
            assert!(place.start > first.end);
        }
    }
    // Which of two sections CloudFormation takes is not defined.
    let text = "Resources: {Q: {Type: AWS::SQS::Queue}}\nResources: {R: {Type: AWS::SQS::Queue}}\n";
    let report = linter.lint(&Source::new(SourceId(0), "template", text));
    assert_eq!((report.is_template, report.findings.len(), report.diagnostics.len()), (false, 0, 1));
    assert_eq!(report.diagnostics[0].code, "repeated-key");
}

#[test]
fn thousands_of_misspelled_names_end_soon() {
    let names: String = (0..20_000).map(|n| format!("BucketNam{n}: x, ")).collect();
    let found = notes(&with(&format!("Type: AWS::S3::Bucket\n    Properties: {{{names}}}")));
    assert!((1..=20).contains(&found.len()));
    let types: String = (0..20_000).map(|n| format!("  A{n}: {{Type: AWS::S3::Bucke{n}}}\n")).collect();
    assert_eq!(notes(&format!("Resources:\n{types}")).len(), 20);
}
