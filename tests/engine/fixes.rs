//! From a finding to the change of the template: where it is made, when it is only shown, and who may apply it.

use hipaalint::change::{Change, Value};
use hipaalint::finding::{Applicability, Fix};
use hipaalint::linter::{Keep, Linter, Loaded};
use hipaalint::rules::load::RuleSet;
use hipaalint::source::{Source, SourceId};
use hipaalint::syntax::edit::{apply, edits};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The fixes of a rule without a head, in the order of its findings.
#[track_caller]
fn fixes(rule: &str, template: &str) -> Vec<Option<Arc<Fix>>> {
    let mut rules = RuleSet::default();
    let head = "id: try\ntitle: Try\nlevel: error\nmessage: \"{name} {state}\"\n";
    let text = format!("{head}{rule}");
    let file = hipaalint::rules::rule::RuleFile::read(Path::new("try.yaml"), &text).unwrap();
    let slips = file.vet(Path::new("try.yaml"), &text);
    assert!(slips.is_empty(), "{slips:#?}");
    rules.add_text(Path::new("try.yaml"), &text).unwrap();
    let linter = Linter::new(rules, |_| true, &BTreeMap::new(), BTreeMap::new(), Keep::default()).unwrap();
    let load = |name: &str| {
        let text = "VersioningConfiguration: {Status: Suspended}\n".to_owned();
        Ok(Loaded { name: name.to_owned(), path: None, text })
    };
    let report = linter.lint_with(&Source::new(SourceId(0), "template", template), &load);
    report.findings.into_iter().map(|finding| finding.fix).collect()
}

/// The only fix.
#[track_caller]
fn fix(rule: &str, template: &str) -> Arc<Fix> {
    let mut all = fixes(rule, template);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.pop().unwrap().expect("there is a fix")
}

/// The template after its only fix.
#[track_caller]
fn fixed(rule: &str, template: &str) -> String {
    let fix = fix(rule, template);
    assert_ne!(fix.applicability, Applicability::Display, "{fix:#?}");
    apply(template, &fix.edits)
}

/// The note of a fix that is only shown.
#[track_caller]
fn shown(rule: &str, template: &str) -> String {
    let fix = fix(rule, template);
    assert_eq!(fix.applicability, Applicability::Display, "{fix:#?}");
    assert!(fix.changes.is_empty() && fix.edits.is_empty());
    fix.note.clone()
}

const VERSIONS: &str = "resources: [AWS::S3::Bucket]
assert: { path: $.Properties.VersioningConfiguration.Status, is: { equals: Enabled } }
fix: { set: { $.Properties.VersioningConfiguration.Status: Enabled } }
";
const ROTATION: &str = "resources: [AWS::KMS::Key]
assert: { path: $.Properties.EnableKeyRotation, is: { equals: true } }
fix: { applicability: safe, set: { $.Properties.EnableKeyRotation: true } }
";
const VOLUMES: &str = "resources: [AWS::EC2::Instance]
assert: { every: { path: \"$.Properties.BlockDeviceMappings[*].Ebs\", assert: { path: $.Encrypted, is: { equals: true } } } }
fix: { set: { \"$.Properties.BlockDeviceMappings[*].Ebs.Encrypted\": true } }
";

fn bucket(properties: &str) -> String {
    format!("Resources:\n  Records:\n    Type: AWS::S3::Bucket\n    Properties: {properties}\n")
}

#[test]
fn absent_maps_are_made() {
    let template = "Resources:\n  Records: {Type: AWS::S3::Bucket}\n";
    let after = fixed(VERSIONS, template);
    assert!(after.contains("VersioningConfiguration"), "{after}");
    assert!(fixes(VERSIONS, &after).is_empty(), "{after}");
    assert_eq!(
        fixed(VERSIONS, &bucket("{VersioningConfiguration: {Status: Off}}")),
        bucket("{VersioningConfiguration: {Status: Enabled}}")
    );
    let after = fixed(VERSIONS, &bucket("{VersioningConfiguration: !Ref AWS::NoValue}"));
    assert_eq!(after, bucket("{VersioningConfiguration: {Status: Enabled}}"));
    let after = fixed(VERSIONS, &bucket(""));
    assert!(fixes(VERSIONS, &after).is_empty(), "{after}");
}

#[test]
fn json_and_yaml_get_the_same_changes() {
    let yaml = "Parameters: {Env: {Type: String}}
Conditions: {Prod: !Equals [!Ref Env, prod]}
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: !If [Prod, {Status: Enabled}, {}]
";
    let document = hipaalint::syntax::read(yaml, SourceId(0)).unwrap();
    let json = serde_json::to_string_pretty(&document.root.to_json()).unwrap();
    let (one, other) = (fix(VERSIONS, yaml), fix(VERSIONS, &json));
    assert_eq!((&one.changes, &one.title, &one.note), (&other.changes, &other.title, &other.note));
    assert!(!one.changes.is_empty());
    assert!(fixes(VERSIONS, &apply(&json, &other.edits)).is_empty());
}

#[test]
fn only_the_branch_that_fails_is_changed() {
    let with = |value: &str| {
        format!(
            "Parameters: {{Env: {{Type: String}}, Versions: {{Type: String, Default: Off}}}}
Conditions: {{Prod: !Equals [!Ref Env, prod], Test: !Equals [!Ref Env, test]}}
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: {value}
"
        )
    };
    for (before, after) in [
        (
            "!If [Prod, {Status: Enabled, Own: 1}, {Status: Off}]",
            "!If [Prod, {Status: Enabled, Own: 1}, {Status: Enabled}]",
        ),
        (
            "!If [Prod, {Status: Enabled, Own: 1}, !Ref AWS::NoValue]",
            "!If [Prod, {Status: Enabled, Own: 1}, {Status: Enabled}]",
        ),
        ("{Status: !If [Prod, Off, Enabled]}", "{Status: Enabled}"),
        ("!If [Prod, {Status: Enabled}, {Status: Off}]", "\n        Status: Enabled"),
        (
            "!If [Prod, {Status: Enabled, Own: 1}, !If [Test, {Status: Enabled}, {Status: Off}]]",
            "!If [Prod, {Status: Enabled, Own: 1}, {Status: Enabled}]",
        ),
    ] {
        assert_eq!(fixed(VERSIONS, &with(before)), with(after).replace(": \n", ":\n"));
    }
    let note = shown(VERSIONS, &with("!If [Prod, {Status: Enabled}, {Status: !Ref Versions}]"));
    assert!(note.contains("`Versions`"), "{note}");
}

#[test]
fn what_is_written_elsewhere_is_shown() {
    let with = |sections: &str, properties: &str| format!("{sections}\n{}", bucket(properties));
    for (template, part) in [
        (
            with("Parameters: {S: {Type: String, Default: Off}}", "{VersioningConfiguration: {Status: !Ref S}}"),
            "the parameter `S`",
        ),
        (
            with("Mappings: {M: {a: {b: Off}}}", "{VersioningConfiguration: {Status: !FindInMap [M, a, b]}}"),
            "the mapping `M`",
        ),
        (with("", "{VersioningConfiguration: {Status: !Join ['', [Of, f]]}}"), "`Fn::Join`"),
        (
            with("Metadata: {v: &v {Status: Off}}", "{VersioningConfiguration: *v}"),
            "YAML",
        ),
        (
            "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::B:\n    - N\n    - [A, B]\n    - Bucket${N}:\n        Type: AWS::S3::Bucket\n".to_owned(),
            "loop",
        ),
    ] {
        let note = shown(VERSIONS, &template);
        assert!(note.contains(part), "{note}\n{template}");
    }
    let included = bucket("{Fn::Transform: {Name: AWS::Include, Parameters: {Location: part.yaml}}}");
    let note = shown(VERSIONS, &included);
    assert!(note.contains("included file"), "{note}");
    let inner = "Resources:
  Set:
    Type: AWS::CloudFormation::StackSet
    Properties:
      StackSetName: s
      PermissionModel: SELF_MANAGED
      TemplateBody: |
        Resources:
          Records: {Type: AWS::S3::Bucket}
";
    assert!(shown(VERSIONS, inner).contains("template inside of a property"));
}

#[test]
fn sam_resources_are_fixed_in_their_own_properties() {
    let rule = "resources: [AWS::Lambda::Function]
assert: { path: $.Properties.TracingConfig.Mode, is: { equals: Active } }
fix: { set: { $.Properties.TracingConfig.Mode: Active } }
";
    let template = |globals: &str, properties: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31
{globals}Resources:
  Import:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: ., Handler: a.b, Runtime: python3.13{properties}}}
"
        )
    };
    assert_eq!(fixed(rule, &template("", ", Tracing: PassThrough")), template("", ", Tracing: Active"));
    assert_eq!(fixed(rule, &template("", "")), template("", ", Tracing: Active"));
    let note = shown(rule, &template("Globals: {Function: {Tracing: PassThrough}}\n", ""));
    assert!(note.contains("`Globals`"), "{note}");
    let other = "resources: [AWS::Lambda::Function]
assert: { path: $.Properties.DeadLetterConfig.TargetArn, is: { present: true } }
fix: { set: { $.Properties.DeadLetterConfig.TargetArn: x } }
";
    assert!(shown(other, &template("", "")).contains("an inline policy for the queue"));
    assert!(shown(other, &template("", ", Role: r")).contains("AWS SAM creates the resource from `Import`"));
    let typed = template("", ", Role: r, DeadLetterQueue: {Type: SNS}");
    assert_eq!(fixed(other, &typed), template("", ", Role: r, DeadLetterQueue: {Type: SNS, TargetArn: x}"));
    let queue = "resources: [AWS::Lambda::Function]
assert: { path: $.Properties.DeadLetterConfig.TargetArn, is: { present: true } }
fix:
  set: { $.Properties.DeadLetterConfig.TargetArn: { added: Arn } }
  add: { name: Failed, type: AWS::SQS::Queue }
";
    let after = template("", ", Role: r, DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Failed.Arn}");
    let added = "  Failed:\n    Type: AWS::SQS::Queue\n";
    assert_eq!(fixed(queue, &template("", ", Role: r")), format!("{after}{added}"));
    let json = r#"{"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Import": {"Type": "AWS::Serverless::Function",
"Properties": {"Role": "r", "CodeUri": ".", "Handler": "a.b", "Runtime": "python3.13"}}}}"#;
    assert!(fixed(queue, json).contains(r#""DeadLetterQueue": {"Type": "SQS", "TargetArn": {"Fn::GetAtt""#));
}

#[test]
fn a_resource_becomes_one_of_another_type_where_it_stands() {
    let rule = "resources: [AWS::IAM::RolePolicy]
assert: { path: $.Properties.PolicyDocument, is: { present: false } }
fix:
  becomes: { name: \"{resource}Managed\", type: AWS::IAM::ManagedPolicy }
  set: { $.Properties.Roles: [{ written: $.Properties.RoleName }] }
  remove: [$.Properties.RoleName, $.Properties.PolicyName]
";
    let template = |name: &str, kind: &str, rest: &str, after: &str| {
        format!(
            "Resources:
  # who may read
  {name}: # all of it
    Type: AWS::IAM::{kind}
    Properties:
      PolicyDocument:
        # read only
        Statement: []
{rest}  Next:
    Type: AWS::SQS::Queue
    DependsOn: {after}
"
        )
    };
    let before =
        template("Read", "RolePolicy", "      PolicyName: read\n      RoleName: !Ref Reader\n", "[Next2, Read]");
    let after =
        template("ReadManaged", "ManagedPolicy", "      Roles:\n        - !Ref Reader\n", "[Next2, ReadManaged]");
    assert_eq!(fixed(rule, &before), after);
    // What refers to it in another way would refer to nothing.
    let shown = format!("{before}Outputs: {{Id: {{Value: !Ref Read}}}}\n");
    assert_eq!(fixes(rule, &shown), [None]);
    // In JSON, the new property takes the place of the old one.
    let json = r#"{"Resources": {"Read": {"Type": "AWS::IAM::RolePolicy", "Properties": {"RoleName": "reader", "PolicyName": "read", "PolicyDocument": {}}}}}"#;
    assert_eq!(
        fixed(rule, json),
        r#"{"Resources": {"ReadManaged": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"Roles": ["reader"], "PolicyDocument": {}}}}}"#
    );
}

#[test]
fn names_get_a_suffix() {
    let rule = "parameters: { suffix: { description: The parameter, default: Suffix } }
resources: [template]
assert: { analysis: { declares-parameter: { parameter: { parameter: suffix } } } }
fix: { suffix-names: suffix }
";
    let head = "Parameters:\n  Own: {Type: String}\n  Given: {Type: String, Default: x}\n";
    let parameter = "  Suffix:
    Type: String
    Default: \"\"
    Description: End of the names of resources, which separates environments, such as -dev
";
    let queue =
        |name: &str| format!("Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: {name}\n");
    for (before, after) in [
        ("records # kept", "!Sub records${Suffix} # kept"),
        ("re${x}.fifo", "!Sub \"re${!x}${Suffix}.fifo\""),
        ("!Sub ${Own}-records", "!Sub \"${Own}-records${Suffix}\""),
        ("!Ref Given", "!Sub ${Given}${Suffix}"),
        ("!If [A, records, !Sub \"${Suffix}x\"]", "!If [A, !Sub \"records${Suffix}\", !Sub \"${Suffix}x\"]"),
        ("!Join ['', [a, !Ref Own]]", "!Join ['', [a, !Ref Own, !Ref Suffix]]"),
        ("!Join ['-', [a, !Ref Own]]", "!Join ['-', [a, !Sub \"${Own}${Suffix}\"]]"),
        ("!FindInMap [A, b, c]", "!Join [\"\", [!FindInMap [A, b, c], !Ref Suffix]]"),
        // Whoever deploys gives it, and another resource's name has the suffix.
        ("!Ref Own", "!Ref Own"),
        ("!Sub ${Q2}-failed", "!Sub ${Q2}-failed"),
    ] {
        let other = "  Q2:\n    Type: AWS::SQS::Queue\n";
        let (before, after) = (queue(before), queue(after));
        // Quotes are those of the template.
        let quoted = |text: String| text.replace(['"', '\''], "");
        let expected = quoted(format!("{head}{parameter}{after}{other}"));
        assert_eq!(quoted(fixed(rule, &format!("{head}{before}{other}"))), expected);
    }
    // What repeats a computed name, alone, in an ARN or in a domain name, follows it.
    let repeated = |suffix: &str| {
        format!(
            "{}  P:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Sub \"https://sqs/${{AWS::AccountId}}/${{Own}}-x{suffix}\"]
      PolicyDocument: {{Resource: !Sub \"arn:aws:sqs:a:b:${{Own}}-x{suffix}\", Other: !Sub \"${{Own}}-x-y a-${{Own}}-x\", Domain: !Sub \"${{Own}}-x{suffix}.s3.${{AWS::Region}}.amazonaws.com\"}}
",
            queue(&format!("!Sub \"${{Own}}-x{suffix}\""))
        )
    };
    assert_eq!(fixed(rule, &format!("{head}{}", repeated(""))), format!("{head}{parameter}{}", repeated("${Suffix}")));
    let fix = fix(rule, &format!("{head}{}", queue("records")));
    assert!(!fix.note.contains("replaces"), "names stay what they are: {}", fix.note);
    assert!(shown(rule, &queue("{\"Fn::Transform\": {Name: Names}}")).contains("macro"));
    // With a suffix that is declared, names change.
    let named = "parameters: { suffix: { description: The parameter, default: Suffix } }
resources: [named]
assert: { analysis: { name-contains: { parameter: { parameter: suffix } } } }
fix: { suffix-names: suffix }
";
    let declared = |name: &str| format!("Parameters:\n  Suffix: {{Type: String, Default: dev}}\n{}", queue(name));
    assert_eq!(fixed(named, &declared("records")), declared("!Sub records-${Suffix}"));
    // A hyphen, if the values of the suffix do not bring one and are not empty.
    let with = |values: &str, name: &str| format!("Parameters:\n  Suffix: {{Type: String, {values}}}\n{}", queue(name));
    for (values, before, after) in [
        ("Default: -dev", "records", "!Sub records${Suffix}"),
        ("Default: ''", "records", "!Sub records${Suffix}"),
        ("AllowedValues: [dev, '']", "records", "!Sub records${Suffix}"),
        ("AllowedValues: [dev, prod]", "records", "!Sub records-${Suffix}"),
        ("Default: dev", "records-", "!Sub records-${Suffix}"),
        ("Default: dev", "the_records", "!Sub the_records_${Suffix}"),
        ("Default: dev", "x.fifo", "!Sub x-${Suffix}.fifo"),
        ("Default: dev", "!Sub a-${AWS::Region}", "!Sub a-${AWS::Region}-${Suffix}"),
        ("Default: dev", "!Join ['', [a, !Ref AWS::Region]]", "!Join ['', [a, !Ref AWS::Region, !Sub '-${Suffix}']]"),
        ("Default: dev", "!Join ['-', [a, b]]", "!Join ['-', [a, !Sub 'b-${Suffix}']]"),
    ] {
        let quoted = |text: String| text.replace(['"', '\''], "");
        assert_eq!(quoted(fixed(named, &with(values, before))), quoted(with(values, after)), "{values}");
    }
    // Or as other names have it.
    let other = "  R:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Sub other-${Suffix}\n";
    let declared_only = |name: &str| format!("Parameters:\n  Suffix: {{Type: String}}\n{}{other}", queue(name));
    assert_eq!(fixed(named, &declared_only("records")), declared_only("!Sub records-${Suffix}"));
    let replaced = self::fix(named, &declared("records"));
    assert!(replaced.note.contains("CloudFormation replaces"), "{}", replaced.note);
    let sam = |name: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31\nParameters: {{Suffix: {{Type: String}}}}\nResources:\n  Table: {{Type: AWS::Serverless::SimpleTable, Properties: {{TableName: {name}}}}}\n"
        )
    };
    assert_eq!(fixed(named, &sam("records")), sam("!Sub 'records${Suffix}'"));
    // Services look for these.
    let prescribed = "Vpc:\n    Type: AWS::IAM::Role\n    Properties: {RoleName: dms-vpc-role}\n  Sessions:\n    Type: AWS::SSM::Document\n    Properties: {Name: SSM-SessionManagerRunShell}\n";
    let text = fixed(rule, &queue("records").replace("Resources:\n", &format!("Resources:\n  {prescribed}")));
    assert!(text.contains(prescribed) && text.contains("!Sub"), "{text}");
}

#[test]
fn the_item_of_the_finding_is_changed() {
    let with = |mappings: &str| {
        format!(
            "Resources:\n  Server:\n    Type: AWS::EC2::Instance\n    Properties:\n      BlockDeviceMappings: {mappings}\n"
        )
    };
    let before = with("[{DeviceName: a, Ebs: {Encrypted: true}}, {DeviceName: b, Ebs: {VolumeSize: 8}}]");
    let after =
        with("[{DeviceName: a, Ebs: {Encrypted: true}}, {DeviceName: b, Ebs: {VolumeSize: 8, Encrypted: true}}]");
    assert_eq!(fixed(VOLUMES, &before), after);
    let remove = "resources: [AWS::IAM::Role]
assert:
  none: { items: $.Properties.ManagedPolicyArns, is: { like: \"*AdministratorAccess\" } }
fix: { remove: [\"$.Properties.ManagedPolicyArns[*]\"] }
";
    let role = |arns: &str| {
        format!(
            "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {{}}\n{arns}"
        )
    };
    let after = fixed(remove, &role("      ManagedPolicyArns: [a, \"arn:aws:iam::aws:policy/AdministratorAccess\"]\n"));
    assert_eq!(after, role("      ManagedPolicyArns: [a]\n"));
    let after = fixed(remove, &role("      ManagedPolicyArns: [\"arn:aws:iam::aws:policy/AdministratorAccess\"]\n"));
    assert_eq!(after, role(""));
}

#[test]
fn items_with_a_name_are_put() {
    let rule = "resources: [AWS::ElasticLoadBalancingV2::LoadBalancer]
assert:
  some:
    path: \"$.Properties.LoadBalancerAttributes[*]\"
    where: { path: $.Key, is: { equals: deletion_protection.enabled } }
    assert: { path: $.Value, is: { equals: true } }
fix:
  put:
    in: $.Properties.LoadBalancerAttributes
    by: Key
    item: { Key: deletion_protection.enabled, Value: \"true\" }
";
    let with = |attributes: &str| {
        format!(
            "Resources:\n  Web:\n    Type: AWS::ElasticLoadBalancingV2::LoadBalancer\n    Properties:\n      Name: web\n{attributes}"
        )
    };
    let own = "          Value: \"true\"\n";
    for before in [
        "",
        "      LoadBalancerAttributes:\n        - Key: idle_timeout.timeout_seconds\n          Value: \"60\"\n",
        "      LoadBalancerAttributes:\n        - Key: deletion_protection.enabled\n          Value: \"false\"\n",
    ] {
        let after = fixed(rule, &with(before));
        assert!(after.replace('\'', "\"").contains(own), "{after}");
        assert!(fixes(rule, &after).is_empty(), "{after}");
    }
}

const POLICY: &str = "resources: [AWS::S3::Bucket]
assert:
  some:
    related: { types: [AWS::S3::BucketPolicy], via: $.Properties.Bucket }
    assert: { path: $.Properties.PolicyDocument.Statement, is: { present: true } }
fix:
  - in: { types: [AWS::S3::BucketPolicy], via: $.Properties.Bucket }
    append: { $.Properties.PolicyDocument.Statement: { Effect: Deny } }
  - add:
      name: \"{resource}Policy\"
      type: AWS::S3::BucketPolicy
      properties:
        Bucket: { Ref: \"{resource}\" }
        PolicyDocument: { Statement: [{ Effect: Deny, Resource: { Fn::Sub: \"${{resource}.Arn}/*\" } }] }
";

#[test]
fn related_resources_are_changed_or_added() {
    let bucket = "  Records:\n    Type: AWS::S3::Bucket\n";
    let after = fixed(POLICY, &format!("Resources:\n{bucket}"));
    assert!(after.contains("  RecordsPolicy:\n    Type: AWS::S3::BucketPolicy\n"), "{after}");
    assert!(after.contains("${Records.Arn}/*"), "{after}");
    let policy = "  Own:\n    Type: AWS::S3::BucketPolicy\n    Properties:\n      Bucket: !Ref Records\n      PolicyDocument: {}\n";
    let after = fixed(POLICY, &format!("Resources:\n{bucket}{policy}"));
    assert!(!after.contains("RecordsPolicy") && after.contains("Deny"), "{after}");
    // A policy that may be for the bucket: neither is changed nor added.
    let open = policy.replace("!Ref Records", "!Ref Name");
    let template = format!("Parameters: {{Name: {{Type: String}}}}\nResources:\n{bucket}{open}");
    assert!(fixes(POLICY, &template).into_iter().flatten().next().is_none());
    // The name is taken, and the bucket has a condition.
    let template = "Parameters: {RecordsPolicy: {Type: String}}
Conditions: {Prod: !Equals [!Ref RecordsPolicy, prod]}
Resources:
  Records:
    Type: AWS::S3::Bucket
    Condition: Prod
";
    let after = fixed(POLICY, template);
    assert!(after.contains("  RecordsPolicy2:\n    Type: AWS::S3::BucketPolicy\n    Condition: Prod\n"), "{after}");
}

const KEY: &str = "resources: [AWS::SQS::Queue]
assert: { path: $.Properties.KmsMasterKeyId, is: { customer-key: true } }
fix: { customer-key: [$.Properties.KmsMasterKeyId] }
";

#[test]
fn customer_managed_keys_are_found_or_added() {
    let queue = "  Jobs:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: jobs\n";
    let fix = fix(KEY, &format!("Resources:\n{queue}"));
    assert_eq!(fix.applicability, Applicability::Unsafe);
    assert_eq!(fix.title, "Add `EncryptionKey` (AWS::KMS::Key) and set `KmsMasterKeyId` to `EncryptionKey`");
    assert!(fix.note.contains("costs money"), "{}", fix.note);
    let with = |key: &str| {
        format!(
            "Parameters: {{P: {{Type: String}}}}\nConditions: {{C: !Equals [!Ref P, a]}}\nResources:\n{queue}  Own:\n    Type: AWS::KMS::Key\n{key}"
        )
    };
    // Without a policy, the account administers it.
    for own in ["    DeletionPolicy: Retain\n", "    Properties: {EnableKeyRotation: true}\n"] {
        let after = fixed(KEY, &with(own));
        assert!(after.contains("KmsMasterKeyId: !GetAtt Own.Arn\n") && !after.contains("EncryptionKey"), "{after}");
    }
    for other in [
        "    Properties: {KeySpec: RSA_2048, KeyUsage: SIGN_VERIFY}\n",
        "    Condition: C\n",
        "    Properties: {KeyPolicy: {Statement: [ROOT, {Resource: !GetAtt Jobs.Arn}]}}\n",
        "    Properties: {Enabled: false}\n",
        // Somebody has to import its material, or to connect a key store.
        "    Properties: {Origin: EXTERNAL}\n",
        "    Properties: {Origin: !If [C, EXTERNAL, AWS_KMS]}\n",
        "    Properties: {KeyUsage: !Ref P}\n",
    ] {
        let after = fixed(KEY, &with(&other.replace("ROOT", ROOT)));
        assert!(after.contains("EncryptionKey"), "{other}\n{after}");
    }
    // A policy that denies the use, perhaps to some only.
    let denying = |statement: &str| {
        fixed(
            KEY,
            &with(&format!("    Properties: {{KeyPolicy: {{Statement: [{ROOT}, {{Effect: Deny, {statement}}}]}}}}\n")),
        )
    };
    for denies in [
        "Principal: '*', Action: 'kms:GenerateDataKey*', Resource: '*', Condition: {StringNotEquals: {'kms:ViaService': s3}}",
        "Principal: '*', Action: 'kms:*', Resource: '*'",
        "Principal: '*', Action: ['kms:Decrypt'], Resource: '*'",
        "Principal: '*', NotAction: 'kms:Put*', Resource: '*'",
        "NotPrincipal: {AWS: a}, Action: 'kms:encrypt', Resource: '*'",
        "Principal: '*', Action: 'kms:*', Resource: '*', Condition: {Bool: {'aws:SecureTransport': 'true'}}",
        "Principal: '*', Action: !Ref P, Resource: '*'",
    ] {
        assert!(denying(denies).contains("EncryptionKey"), "{denies}");
    }
    for spares in [
        "Principal: '*', Action: 'kms:ScheduleKeyDeletion', Resource: '*'",
        "Principal: '*', Action: 'kms:*', Resource: '*', Condition: {Bool: {'aws:SecureTransport': 'false'}}",
        "Principal: '*', Action: 'kms:*', Resource: '*', Condition: {Bool: {'aws:SecureTransport': false}, StringEquals: {a: b}}",
    ] {
        assert!(!denying(spares).contains("EncryptionKey"), "{spares}");
    }
}

/// What lets policies of IAM grant the use of a key.
const ROOT: &str =
    "{Effect: Allow, Principal: {AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root'}, Action: 'kms:*', Resource: '*'}";

#[test]
fn a_key_that_policies_of_iam_cannot_open_is_not_used() {
    let uses_own = |statement: &str| {
        let template = format!(
            "Parameters: {{P: {{Type: String}}}}\nResources:\n  Jobs:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: jobs\n  \
             Own:\n    Type: AWS::KMS::Key\n    Properties: {{KeyPolicy: {{Statement: {statement}}}}}\n"
        );
        let after = fixed(KEY, &template);
        assert_ne!(after.contains("KmsMasterKeyId: !GetAtt Own.Arn\n"), after.contains("EncryptionKey"), "{after}");
        !after.contains("EncryptionKey")
    };
    let allow = |principal: &str, actions: &str| {
        format!("{{Effect: Allow, Principal: {principal}, Action: {actions}, Resource: '*'}}")
    };
    let root = "{AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root'}";
    for opens in [
        allow(root, "'kms:*'"),
        allow(root, "'*'"),
        allow(root, "['kms:Create*', 'kms:De*', 'kms:Enc*', 'kms:GenerateDataKey*', 'kms:ReEncrypt*']"),
        allow("{AWS: !Ref AWS::AccountId}", "kms:*"),
        allow("{AWS: '111122223333'}", "kms:*"),
        allow("{AWS: 'arn:aws-us-gov:iam::111122223333:root'}", "kms:*"),
        allow("{AWS: !Join ['', ['arn:aws:iam::', !Ref AWS::AccountId, ':root']]}", "kms:*"),
        allow("{AWS: ['arn:aws:iam::111122223333:role/x', !Sub 'arn:aws:iam::${AWS::AccountId}:root']}", "kms:*"),
        format!("[{}, {}]", allow("{AWS: 'arn:aws:iam::111122223333:role/x'}", "kms:Decrypt"), allow(root, "kms:*")),
    ] {
        assert!(uses_own(&opens), "{opens}");
    }
    for closed in [
        allow("{AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:role/admin'}", "'kms:*'"),
        allow("{AWS: 'arn:aws:iam::111122223333:user/admin'}", "'kms:*'"),
        allow("{Service: logs.amazonaws.com}", "'kms:*'"),
        allow("{AWS: !Sub 'arn:aws:iam::${P}:root'}", "'kms:*'"),
        // The account administers the key and cannot use it.
        allow(root, "['kms:Create*', 'kms:Describe*', 'kms:Put*', 'kms:Delete*', 'kms:ScheduleKeyDeletion']"),
        allow(root, "[kms:Encrypt, kms:Decrypt]"),
        allow(root, "!Ref P"),
        allow(root, "'kms:*'").replace("Resource", "Condition: {StringEquals: {'kms:ViaService': s3}}, Resource"),
        allow(root, "'kms:*'").replace("Allow", "!Ref P"),
    ] {
        assert!(!uses_own(&closed), "{closed}");
    }
}

#[test]
fn comments_beside_what_stays_are_kept() {
    let rule = "resources: [AWS::S3::Bucket]
assert: { path: \"$.Properties.OwnershipControls.Rules[*].ObjectOwnership\", is: { equals: BucketOwnerEnforced } }
fix: { set: { $.Properties.OwnershipControls.Rules: [{ ObjectOwnership: BucketOwnerEnforced }] } }
";
    let with = |rules: &str| {
        format!(
            "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      OwnershipControls:\n        Rules: {rules}\n"
        )
    };
    let block = "# all\n          # first\n          - ObjectOwnership: ObjectWriter # decided\n          # end";
    let after = block.replace("ObjectWriter", "BucketOwnerEnforced");
    assert_eq!(fixed(rule, &with(block)), with(&after));
    let flow = "[{ ObjectOwnership: ObjectWriter }] # all";
    assert_eq!(fixed(rule, &with(flow)), with(&flow.replace("ObjectWriter", "BucketOwnerEnforced")));
    // Another form is replaced as a whole.
    let alone = fixed(rule, &with("{ ObjectOwnership: ObjectWriter }"));
    assert!(alone.contains("- ObjectOwnership: BucketOwnerEnforced\n"), "{alone}");
    let two = "[{ ObjectOwnership: ObjectWriter }, { ObjectOwnership: ObjectWriter }]";
    assert!(fixes(rule, &with(two)).into_iter().flatten().all(|fix| fix.changes.len() == 1));
}

#[test]
fn resources_of_iam_need_a_capability() {
    let rule = |properties: &str| {
        format!("resources: [AWS::SQS::Queue]
assert: {{ path: $.Properties.KmsMasterKeyId, is: {{ customer-key: true }} }}
fix:
  set: {{ $.Properties.KmsMasterKeyId: {{ added: Arn }} }}
  add: {{ name: \"{{resource}}Role\", type: AWS::IAM::Role, properties: {{ AssumeRolePolicyDocument: {{}}{properties} }} }}
")
    };
    let with = |more: &str| format!("Resources:\n  Q: {{Type: AWS::SQS::Queue}}\n{more}");
    let said = |rule: &str, more: &str| fix(rule, &with(more)).note.clone();
    let (plain, named) = (rule(""), rule(", RoleName: worker"));
    let role = "  R: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {}}}\n";
    let own = "  R: {Type: AWS::IAM::Role, Properties: {RoleName: r, AssumeRolePolicyDocument: {}}}\n";
    assert!(said(&plain, "").contains("`CAPABILITY_IAM`"), "{}", said(&plain, ""));
    assert!(said(&named, "").contains("`CAPABILITY_NAMED_IAM`"));
    assert!(!said(&plain, role).contains("CAPABILITY") && !said(&named, own).contains("CAPABILITY"));
    assert!(said(&named, role).contains("`CAPABILITY_NAMED_IAM`"));
}

/// All fixes of a rule, made together.
#[track_caller]
fn all_fixed(rule: &str, template: &str) -> String {
    let document = hipaalint::syntax::read(template, SourceId(0)).unwrap();
    let mut changes: Vec<Change> = Vec::new();
    for fix in fixes(rule, template).into_iter().flatten() {
        changes.extend(fix.changes.iter().filter(|change| !changes.contains(change)).cloned().collect::<Vec<_>>());
    }
    let edited = edits(template, &document, &changes);
    assert_eq!(edited.refused, [], "{changes:#?}");
    apply(template, &edited.edits)
}

const KEYS: &str = "resources: [AWS::SQS::Queue, AWS::Logs::LogGroup, AWS::CloudTrail::Trail]
assert: { path: \"$.Properties['KmsMasterKeyId', 'KmsKeyId', 'KMSKeyId']\", is: { customer-key: true } }
fix: { customer-key: [$.Properties.KmsMasterKeyId, $.Properties.KmsKeyId, $.Properties.KMSKeyId] }
";

#[test]
fn fixes_of_one_template_share_a_new_key() {
    let resource = |name: &str, kind: &str| format!("  {name}:\n    Type: {kind}\n    Properties: {{}}\n");
    let template = format!(
        "Resources:\n{}{}{}{}",
        resource("Jobs", "AWS::SQS::Queue"),
        resource("Log", "AWS::Logs::LogGroup"),
        resource("Trail", "AWS::CloudTrail::Trail"),
        resource("Other", "AWS::Logs::LogGroup"),
    );
    let after = all_fixed(KEYS, &template);
    assert_eq!(after.matches("Type: AWS::KMS::Key").count(), 1, "{after}");
    assert_eq!(after.matches("!GetAtt EncryptionKey.Arn").count(), 4, "{after}");
    for sid in ["AccountAdministersKey", "CloudTrailUsesKey", "CloudWatchLogsUsesKey"] {
        assert_eq!(after.matches(sid).count(), 1, "{after}");
    }
    assert_eq!(fixes(KEYS, &after).len(), 0);
    // The same in JSON.
    let json = r#"{"Resources": {"Jobs": {"Type": "AWS::SQS::Queue"}, "Log": {"Type": "AWS::Logs::LogGroup"}}}"#;
    let after = all_fixed(KEYS, json);
    assert_eq!((after.matches("AWS::KMS::Key").count(), after.matches("UsesKey").count()), (1, 1), "{after}");
    // Without a resource that a service encrypts for itself, its statement is not there.
    let after = all_fixed(KEYS, &format!("Resources:\n{}", resource("Jobs", "AWS::SQS::Queue")));
    assert!(after.contains("AccountAdministersKey") && !after.contains("UsesKey"), "{after}");
}

#[test]
fn a_key_of_the_template_is_opened_for_a_service() {
    let template = "Resources:
  Log:
    Type: AWS::Logs::LogGroup
    Properties: {}
  Own:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - {Effect: Allow, Principal: {AWS: '*'}, Action: 'kms:*', Resource: '*'} # ours
";
    let fix = fix(KEYS, template);
    assert!(fix.note.contains("The key policy then lets CloudWatch Logs use the key."), "{}", fix.note);
    let after = fixed(KEYS, template);
    assert!(after.contains("KmsKeyId: !GetAtt Own.Arn") && after.contains("# ours"), "{after}");
    assert!(after.contains("Sid: CloudWatchLogsUsesKey") && !after.contains("EncryptionKey"), "{after}");
    // A policy that is computed is left alone.
    let computed = template.replace("        Statement:\n          -", "        Fn::Transform:\n          -");
    let after = fixed(KEYS, &computed);
    assert!(after.contains("KmsKeyId: !GetAtt EncryptionKey.Arn"), "{after}");
}

#[test]
fn a_statement_counts_for_what_it_is_for() {
    let after = |effect: &str, principal: &str, actions: &str, condition: &str| {
        let template = format!(
            "Resources:
  Log:
    Type: AWS::Logs::LogGroup
    Properties: {{LogGroupName: /app/other}}
  Own:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - {{Effect: Allow, Principal: {{AWS: !Sub 'arn:aws:iam::${{AWS::AccountId}}:root'}}, Action: 'kms:*', Resource: '*'}}
          - {{Effect: {effect}, Principal: {{Service: {principal}}}, Action: {actions}, Resource: '*'{condition}}}
"
        );
        fixed(KEYS, &template)
    };
    let all = "['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*']";
    let logs = "!Sub 'logs.${AWS::Region}.amazonaws.com'";
    let of = |operator: &str, pattern: &str| {
        format!(
            ", Condition: {{{operator}: {{'kms:EncryptionContext:aws:logs:arn': !Sub 'arn:aws:logs:${{AWS::Region}}:${{AWS::AccountId}}:{pattern}'}}}}"
        )
    };
    for (effect, principal, actions, condition, is_enough) in [
        ("Allow", logs, all, String::new(), true),
        ("Allow", "logs.us-east-1.amazonaws.com", "'kms:*'", String::new(), true),
        ("Allow", "[config.amazonaws.com, !Sub 'logs.${AWS::Region}.${AWS::URLSuffix}']", all, String::new(), true),
        ("Allow", logs, all, of("ArnLike", "*"), true),
        ("Allow", logs, all, of("ArnLike", "log-group:*"), true),
        ("Allow", logs, all, of("ArnEquals", "log-group:/app/other"), true),
        ("Allow", logs, all, of("StringLike", "log-group:/app/*"), true),
        (
            "Allow",
            logs,
            all,
            ", Condition: {StringEquals: {'aws:SourceAccount': !Ref AWS::AccountId}}".to_owned(),
            true,
        ),
        ("Allow", logs, all, of("ArnEquals", "log-group:/app/first"), false),
        ("Allow", logs, all, of("ArnLike", "log-group:/api/*"), false),
        ("Allow", logs, all, of("StringEquals", "*"), false),
        (
            "Allow",
            logs,
            all,
            ", Condition: {StringEquals: {'kms:ViaService': logs.us-east-1.amazonaws.com}}".to_owned(),
            false,
        ),
        ("Allow", logs, "['kms:Decrypt', 'kms:DescribeKey']", String::new(), false),
        ("Allow", "config.amazonaws.com", all, String::new(), false),
    ] {
        let after = after(effect, principal, actions, &condition);
        assert!(after.contains("KmsKeyId: !GetAtt Own.Arn"), "{after}");
        assert_eq!(!after.contains("CloudWatchLogsUsesKey"), is_enough, "{after}");
    }
}

#[test]
fn a_key_for_resources_that_are_always_there_has_no_condition() {
    let template = "Parameters: {P: {Type: String}}
Conditions: {C: !Equals [!Ref P, a]}
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Condition: C
    Properties: {}
";
    let after = fixed(KEYS, template);
    assert!(after.contains("  EncryptionKey:\n    Type: AWS::KMS::Key\n    Condition: C\n"), "{after}");
    let more = format!("{template}  Log:\n    Type: AWS::Logs::LogGroup\n    Properties: {{}}\n");
    let after = all_fixed(KEYS, &more);
    assert!(after.contains("  EncryptionKey:\n    Type: AWS::KMS::Key\n    DeletionPolicy"), "{after}");
}

#[test]
fn roles_that_cannot_decrypt_are_named() {
    let note = |roles: &str| {
        fix(KEY, &format!("Parameters: {{P: {{Type: String}}}}\nResources:\n  Jobs: {{Type: AWS::SQS::Queue, Properties: {{QueueName: jobs}}}}\n{roles}")).note.clone()
    };
    let role = |name: &str, statements: &str, more: &str| {
        format!(
            "  {name}: {{Type: AWS::IAM::Role, Properties: {{{more}Policies: [{{PolicyName: p, PolicyDocument: {{Statement: [{statements}]}}}}]}}}}\n"
        )
    };
    let uses = "{Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Jobs.Arn}";
    let every = "{Effect: Allow, Action: ['kms:Decrypt', 'kms:GenerateDataKey*'], Resource: '*'}";
    let both = "`kms:Decrypt` and `kms:GenerateDataKey`";
    let others = "use `Jobs` need permission to use the key.";
    assert_eq!(note(""), format!("The key costs money. Principals that {others}"));
    let lacks = |what: &str, it: &str| {
        format!(
            "The key costs money. `Worker` can use `Jobs` but lacks {what} for the key: grant {it}. Other principals that {others}"
        )
    };
    let basic = "ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'], ";
    for (statements, more) in [
        (uses, ""),
        ("{Effect: Allow, Action: 'sqs:*', Resource: '*'}", ""),
        ("{Effect: Allow, NotAction: 'kms:*', Resource: '*'}", ""),
        (
            &*format!(
                "{uses}, {{Effect: Allow, Action: 'kms:Decrypt', Resource: 'arn:aws:kms:us-east-1:111122223333:key/x'}}"
            ),
            "",
        ),
        (&*format!("{uses}, {{Effect: Allow, Action: 'kms:Encrypt', Resource: '*'}}"), ""),
        (uses, basic),
    ] {
        assert_eq!(note(&role("Worker", statements, more)), lacks(both, "them"), "{statements}");
    }
    let receives =
        "{Effect: Allow, Action: ['sqs:Rec*'], Resource: !Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:jobs'}";
    assert_eq!(note(&role("Worker", receives, "")), lacks("`kms:Decrypt`", "it"));
    let decrypts = format!("{uses}, {{Effect: Allow, Action: 'kms:Decrypt', Resource: '*'}}");
    assert_eq!(note(&role("Worker", &decrypts, "")), lacks("`kms:GenerateDataKey`", "it"));
    for statements in [
        &*format!("{uses}, {every}"),
        "{Effect: Allow, Action: '*', Resource: '*'}",
        "{Effect: Allow, Action: 'sqs:GetQueueAttributes', Resource: '*'}",
        "{Effect: Allow, Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:us-east-1:111122223333:other'}",
        "{Effect: Allow, Action: 's3:GetObject', Resource: '*'}",
        "{Effect: Deny, Action: 'sqs:SendMessage', Resource: '*'}",
        &*format!("{uses}, {{Effect: Allow, Action: 'kms:*', Resource: 'arn:aws:kms:*:*:key/*'}}"),
    ] {
        assert_eq!(note(&role("Worker", statements, "")), note(""), "{statements}");
    }
    // What is not certain is not claimed.
    let own = "ManagedPolicyArns: [!Ref P], ";
    for (statements, more) in [
        (uses, own),
        (&*format!("{uses}, {{Effect: Allow, Action: !Ref P, Resource: '*'}}"), ""),
        ("{Effect: Allow, Action: 'sqs:SendMessage', Resource: '*', Condition: {StringEquals: {'aws:a': b}}}", ""),
        (&*format!("{uses}, {{Effect: Deny, Action: 'sqs:*', Resource: !Ref P}}"), ""),
    ] {
        let expected = format!(
            "The key costs money. `Worker` may be able to use `Jobs` and lack {both} for the key. Other principals that {others}"
        );
        assert_eq!(note(&role("Worker", statements, more)), expected, "{statements}");
    }
    // With a policy of its own, and a key that is there.
    let separate = format!(
        "  Worker: {{Type: AWS::IAM::Role}}\n  Policy: {{Type: AWS::IAM::Policy, Properties: {{Roles: [!Ref Worker], PolicyDocument: {{Statement: [{uses}]}}}}}}\n"
    );
    assert_eq!(note(&separate), lacks(both, "them"));
    let key = |principal: &str| {
        format!(
            "  Own: {{Type: AWS::KMS::Key, Properties: {{KeyPolicy: {{Statement: [{{Effect: Allow, Principal: {{AWS: {principal}}}, Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: '*'}}, {ROOT}]}}}}}}\n"
        )
    };
    let root = key("!Sub 'arn:aws:iam::${AWS::AccountId}:root'");
    let lacking = note(&format!("{separate}{root}"));
    assert!(
        lacking.starts_with(&format!("`Worker` can use `Jobs` but lacks {both} for the key `Own`: grant them.")),
        "{lacking}"
    );
    let named = note(&format!("{separate}{}", key("!GetAtt Worker.Arn")));
    assert!(!named.contains("Worker"), "{named}");
    let granted = role(
        "Worker",
        &format!(
            "{uses}, {{Effect: Allow, Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: !GetAtt Own.Arn}}"
        ),
        "",
    );
    assert!(!note(&format!("{granted}{root}")).contains("Worker"));
}

#[test]
fn only_what_was_reviewed_is_safe() {
    let key = "Resources:\n  Key:\n    Type: AWS::KMS::Key\n    Properties: {KeyPolicy: {}}\n";
    assert_eq!(fix(ROTATION, key).applicability, Applicability::Safe);
    assert_eq!(fix(ROTATION, key).note, "");
    // The rule does not say it.
    let rule = ROTATION.replace("applicability: safe, ", "");
    assert_eq!(fix(&rule, key).applicability, Applicability::Unsafe);
    // The list has another value, or not the property.
    let rule = "resources: [AWS::Logs::LogGroup]
assert: { path: $.Properties.RetentionInDays, is: { at-least: 2192 } }
fix: { applicability: safe, set: { $.Properties.RetentionInDays: 2192 } }
";
    let group = "Resources:\n  Log:\n    Type: AWS::Logs::LogGroup\n    Properties: {RetentionInDays: 1}\n";
    assert_eq!(fix(rule, group).applicability, Applicability::Unsafe);
}

#[test]
fn what_is_replaced_is_named() {
    let rule = "resources: [AWS::RDS::DBInstance]
assert: { path: $.Properties.StorageEncrypted, is: { equals: true } }
fix: { applicability: safe, set: { $.Properties.StorageEncrypted: true } }
";
    let template = "Resources:
  Patients:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: mysql, StorageEncrypted: false}
";
    let own = fix(rule, template);
    assert_eq!(own.applicability, Applicability::Unsafe);
    assert_eq!(own.title, "Set `StorageEncrypted` to `true`, which replaces the resource");
    assert!(own.note.contains("the new one is empty: make a snapshot"), "{}", own.note);
    let rule = "resources: [AWS::EC2::SecurityGroup]
assert: { path: $.Properties.GroupDescription, is: { equals: a } }
fix: { set: { $.Properties.GroupDescription: a } }
";
    let template = "Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: b}
  Rule:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !GetAtt Group.GroupId, IpProtocol: tcp}
";
    let own = fix(rule, template);
    assert!(own.note.contains("It also replaces `Rule`"), "{}", own.note);
}

#[test]
fn parameters_are_of_the_type_of_the_property() {
    let rule = "parameters:
  days: { description: days, default: 35 }
  logs: { description: logs, default: [audit, profiler] }
resources: [AWS::DocDB::DBCluster]
assert:
  all:
    - { path: $.Properties.BackupRetentionPeriod, is: { at-least: { parameter: days } } }
fix:
  set:
    $.Properties.BackupRetentionPeriod: { parameter: days }
    $.Properties.EnableCloudwatchLogsExports: { parameter: logs }
";
    let template =
        "Resources:\n  Data:\n    Type: AWS::DocDB::DBCluster\n    Properties:\n      BackupRetentionPeriod: 1\n";
    let after = fixed(rule, template);
    assert!(after.contains("BackupRetentionPeriod: 35\n"), "{after}");
    assert!(after.contains("- audit\n") && after.contains("- profiler\n"), "{after}");
}

#[test]
fn an_item_that_a_parameter_makes_bad_stays() {
    let rule = "resources: [AWS::EC2::SecurityGroup]
assert: { every: { path: \"$.Properties.SecurityGroupIngress[*]\", assert: { path: $.CidrIp, is: { not-equals: 0.0.0.0/0 } } } }
fix:
  remove: [\"$.Properties.SecurityGroupIngress[*]\"]
";
    let with = |cidr: &str| {
        format!(
            "Parameters: {{From: {{Type: String, Default: 0.0.0.0/0}}}}
Mappings: {{Of: {{a: {{b: 0.0.0.0/0}}}}}}
Resources:
  Shell:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: shell
      SecurityGroupIngress:
        - {{IpProtocol: tcp, CidrIp: 10.0.0.0/8}}
        - {{IpProtocol: tcp, CidrIp: {cidr}}}
"
        )
    };
    assert!(shown(rule, &with("!Ref From")).contains("the parameter `From`"));
    assert!(shown(rule, &with("!FindInMap [Of, a, b]")).contains("the mapping `Of`"));
    let after = fixed(rule, &with("0.0.0.0/0"));
    assert!(after.contains("10.0.0.0/8") && !after.contains("CidrIp: 0.0.0.0/0"), "{after}");
}

#[test]
fn no_fix_writes_a_secret() {
    let rule = "resources: [AWS::RDS::DBInstance]
assert: { path: $.Properties.Engine, is: { equals: postgres } }
fix:
  add:
    name: Copy
    type: AWS::RDS::DBInstance
    properties: { MasterUserPassword: { written: $.Properties.MasterUserPassword } }
";
    let template = "Resources:
  Patients:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: mysql
      MasterUserPassword: Tr0ub4dor-and-3
";
    let note = shown(rule, template);
    assert_eq!(note, "The change would copy a secret.");
}

#[test]
fn fixes_are_vetted() {
    let slips = |fix: &str| -> Vec<String> {
        let text = format!(
            "id: slip\ntitle: t\nlevel: note\nmessage: m\nresources: [AWS::S3::Bucket]\nassert: {{ path: $.Properties.BucketName, is: {{ present: true }} }}\nfix: {fix}\n"
        );
        match hipaalint::rules::rule::RuleFile::read(Path::new("slip.yaml"), &text) {
            Err(error) => vec![error.message],
            Ok(file) => file.vet(Path::new("slip.yaml"), &text).into_iter().map(|error| error.to_string()).collect(),
        }
    };
    assert_eq!(slips("{ set: { $.Properties.BucketName: a } }"), [""; 0]);
    for (fix, part) in [
        (
            "{ set: { $.Properties.BucketNmae: a } }",
            "slip.yaml:7:28: `AWS::S3::Bucket` has no property `BucketNmae`; did you mean `BucketName`?",
        ),
        (
            "{ set: { $.Properties.VersioningConfiguration.Status: enabled } }",
            "is never `enabled`; did you mean `Enabled`?",
        ),
        ("{ set: { $.Properties.BucketName: [a] } }", "`BucketName` of `AWS::S3::Bucket` is not a list"),
        ("{ set: { $.Properties.VersioningConfiguration: { Stat: Enabled } } }", "has no property `Stat`"),
        (
            "{ set: { $.Properties.BucketName: \"{resuorce}\" } }",
            "`{resuorce}` is not a placeholder of a fix; did you mean `{resource}`?",
        ),
        ("{ set: { $.Properties.BucketName: { parameter: x } } }", "the rule does not declare `x` in its `parameters`"),
        ("{ set: { $.Properties..BucketName: a } }", "must be a path of names"),
        ("{ add: { name: a, type: AWS::S3::BucketPolcy } }", "there is no resource type `AWS::S3::BucketPolcy`"),
        ("{ add: { name: a, type: AWS::S3::BucketPolicy, properties: { Buckte: b } } }", "has no property `Buckte`"),
        ("{ set: { $.Properties.BucketName: { added: Ref } } }", "`add` does not have it"),
        ("{ title: a }", "needs at least one of"),
        ("{ remove: [$.Properties.BucketName], title: Ends. }", "without a period"),
        ("{ in: { types: [AWS::S3::BucketPolicy] }, remove: [$.Properties.Bucket] }", "needs either `via` or `from`"),
    ] {
        let found = slips(fix);
        assert!(found.len() == 1 && found[0].contains(part), "{fix}: {found:#?}");
    }
}

#[test]
fn items_of_an_absent_list_stay_apart() {
    let rule = "resources: [AWS::ElasticLoadBalancingV2::LoadBalancer]
assert: { path: $.Properties.LoadBalancerAttributes, is: { present: true } }
fix:
  put:
    - { in: $.Properties.LoadBalancerAttributes, by: Key, item: { Key: a, Value: \"1\" } }
    - { in: $.Properties.LoadBalancerAttributes, by: Key, item: { Key: b, Value: \"2\" } }
";
    let template = |rest: &str| {
        format!(
            "Resources:\n  Web:\n    Type: AWS::ElasticLoadBalancingV2::LoadBalancer\n    Properties:\n      Name: web\n{rest}"
        )
    };
    let after = fixed(rule, &template(""));
    assert!(after.contains("Key: a") && after.contains("Key: b"), "{after}");
    let both = "LoadBalancerAttributes: [{Key: a, Value: '1'}, {Key: b, Value: '2'}]";
    let flow = "Resources: {Web: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Name: web}}}\n";
    assert_eq!(fixed(rule, flow), flow.replace("Name: web", &format!("Name: web, {both}")));
}

const VAULT: &str = "resources: [AWS::S3::Bucket]
assert: { path: $.Properties.BucketName, is: { present: true } }
fix:
  add:
    - name: \"{resource}Vault\"
      type: AWS::Backup::BackupVault
      properties: { BackupVaultName: { Ref: \"AWS::StackName\" } }
    - { name: Notes, type: AWS::SNS::Topic, properties: { TopicName: notes } }
    - { name: Log, type: AWS::Logs::LogGroup, properties: { LogGroupName: { Fn::Sub: \"/of/${{resource}}\" } } }
";

#[test]
fn new_resources_have_the_tags_of_those_around_them() {
    let template = "Parameters: {Environment: {Type: String}}
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
      Tags:
        - {Key: Name, Value: records}
        - {Key: Environment, Value: !Ref Environment}
        - {Key: Owner, Value: cardiology}
        - {Key: Other, Value: !Ref Queue}
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      Tags: [{Key: Environment, Value: !Ref Environment}, {Key: Owner, Value: radiology}]
";
    let after = fixed(VAULT, template);
    let vault = after.split_once("RecordsVault:").unwrap().1;
    let (vault, notes) = vault.split_once("Notes:").unwrap();
    assert!(vault.contains("Owner: cardiology") && vault.contains("Environment: !Ref Environment"), "{after}");
    assert!(!vault.contains("Name: records") && !vault.contains("Other"), "{after}");
    assert!(notes.contains("Value: !Ref Environment") && !notes.contains("Owner"), "{after}");
}

#[test]
fn names_of_new_resources_have_the_environment() {
    let template = |parameter: &str| {
        format!("Parameters: {{{parameter}: {{Type: String}}}}\nResources:\n  Records:\n    Type: AWS::S3::Bucket\n")
    };
    let after = fixed(VAULT, &template("EnvironmentSuffix"));
    assert!(after.contains("BackupVaultName: !Sub ${AWS::StackName}-${EnvironmentSuffix}"), "{after}");
    assert!(after.contains("TopicName: !Sub notes-${EnvironmentSuffix}"), "{after}");
    assert!(after.contains("LogGroupName: !Sub /of/${Records}\n"), "{after}");
    assert!(fixed(VAULT, &template("Team")).contains("TopicName: notes\n"));
    let taken = "  Old: {Type: AWS::SNS::Topic, Properties: {TopicName: notes}}\n";
    assert_eq!(fixes(VAULT, &(template("Team") + taken)), [None], "the name is taken");
}

#[test]
fn a_loop_has_to_add_its_resources_itself() {
    let template = "Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Buckets:
    - Name
    - [One]
    - Bucket${Name}: {Type: AWS::S3::Bucket}
";
    assert!(shown(VAULT, template).contains("loop"));
}

#[test]
fn branches_that_become_the_same_are_one_value() {
    let with = |value: &str| {
        format!(
            "Parameters: {{Env: {{Type: String}}}}
Conditions: {{Prod: !Equals [!Ref Env, prod], Test: !Equals [!Ref Env, test]}}
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration:
        Status: {value}
"
        )
    };
    for (before, after) in [
        ("!If [Prod, Enabled, Suspended]", "Enabled"),
        ("!If [Prod, Suspended, \"Enabled\"] # kept", "Enabled # kept"),
        ("!If [Prod, Enabled, !Ref AWS::NoValue]", "Enabled"),
        ("!If\n          - Prod\n          - Enabled\n          - Suspended", "Enabled"),
        ("!If [Prod, Enabled, !If [Test, Suspended, Enabled]]", "Enabled"),
        ("{\"Fn::If\": [Prod, Suspended, Enabled]}", "Enabled"),
        // A comment says why.
        (
            "!If\n          - Prod\n          - Enabled\n          # cheap\n          - Suspended",
            "!If\n          - Prod\n          - Enabled\n          # cheap\n          - Enabled",
        ),
        ("!If [Prod, !Ref Env, Suspended]", "!If [Prod, !Ref Env, Enabled]"),
    ] {
        let all = fixes(VERSIONS, &with(before));
        let fix = all.iter().flatten().find(|fix| !fix.edits.is_empty()).expect("there is a fix");
        assert_eq!(apply(&with(before), &fix.edits), with(after));
    }
    let json = r#"{"Conditions": {"Prod": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}}, "Resources": {"Records": {
  "Type": "AWS::S3::Bucket",
  "Properties": { "VersioningConfiguration": { "Status": { "Fn::If": ["Prod", "Enabled", "Suspended"] } } }
}}}"#;
    let after = fixed(VERSIONS, json);
    assert!(after.contains(r#"{ "Status": "Enabled" }"#), "{after}");
}

#[test]
fn what_is_removed_from_both_branches_is_gone() {
    let rule = "resources: [AWS::S3::Bucket]
assert: { path: $.Properties.AccessControl, is: { present: false } }
fix: { remove: [$.Properties.AccessControl] }
";
    let template = "Conditions: {Prod: !Equals [!Ref AWS::Region, us-east-1]}
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: records
      AccessControl: !If [Prod, !Ref AWS::NoValue, PublicRead]
";
    let after = fixed(rule, template);
    assert_eq!(after, template.replace("      AccessControl: !If [Prod, !Ref AWS::NoValue, PublicRead]\n", ""));
}

/// The fixes of the tags `Owner` and `Env`, and the template with the first one.
fn tags(template: &str) -> (Vec<(Applicability, String)>, String) {
    let rule = "id: try\ntitle: Try\nlevel: error\nmessage: \"{missing}\"\nresources: [taggable]\n\
                assert: { analysis: { tagged: { keys: [Owner, Env] } } }\n\
                fix: { applicability: safe, tags: [Owner, Env] }\n";
    let mut rules = RuleSet::default();
    rules.add_text(Path::new("try.yaml"), rule).unwrap();
    let reference = |name: &str| Value::Map(vec![("Ref".to_owned(), Value::String(name.to_owned()))]);
    let given = vec![("Owner".to_owned(), Value::String("care".to_owned())), ("Env".to_owned(), reference("Stage"))];
    let linter = Linter::new(rules, |_| true, &BTreeMap::new(), BTreeMap::new(), Keep::default()).unwrap();
    let report = linter.with_tags(given).lint(&Source::new(SourceId(0), "template", template));
    let all: Vec<Arc<Fix>> = report.findings.into_iter().map(|finding| finding.fix.expect("there is a fix")).collect();
    let after = all.first().map_or_else(String::new, |fix| apply(template, &fix.edits));
    (all.iter().map(|fix| (fix.applicability, fix.description())).collect(), after)
}

fn with_stage(resource: &str) -> String {
    format!(
        "Parameters: {{Stage: {{Type: String}}}}\nConditions: {{Prod: !Equals [!Ref Stage, prod]}}\nResources:\n  One:\n{resource}"
    )
}

#[test]
fn tags_are_added_in_the_shape_of_the_type() {
    let both = "        - Key: Owner\n          Value: care\n        - Key: Env\n          Value: !Ref Stage\n";
    for (kind, before, after) in [
        ("SNS::Topic", "", format!("    Properties:\n      Tags:\n{both}")),
        ("EFS::FileSystem", "", format!("    Properties:\n      FileSystemTags:\n{both}")),
        ("Route53::HostedZone", "    Properties: {Name: a}\n", "    Properties: {Name: a, HostedZoneTags: [{Key: Owner, Value: care}, {Key: Env, Value: !Ref Stage}]}\n".to_owned()),
        ("SSM::Parameter", "    Properties:\n      Tags:\n        Owner: \"x\"\n", "    Properties:\n      Tags:\n        Owner: \"x\"\n        Env: !Ref Stage\n".to_owned()),
        (
            "AutoScaling::AutoScalingGroup",
            "    Properties:\n      Tags: # own\n        - { Key: Env, Value: a, PropagateAtLaunch: false }\n",
            "    Properties:\n      Tags: # own\n        - { Key: Env, Value: a, PropagateAtLaunch: false }\n        - { Key: Owner, Value: care, PropagateAtLaunch: true }\n".to_owned(),
        ),
        (
            "SNS::Topic",
            "    Properties:\n      Tags:\n        - !If [Prod, {Key: Owner, Value: care}, !Ref AWS::NoValue]\n        - {Key: !Sub Env, Value: b}\n",
            "    Properties:\n      Tags:\n        - Key: Owner\n          Value: care\n        - {Key: !Sub Env, Value: b}\n".to_owned(),
        ),
        (
            "SNS::Topic",
            "    Properties:\n      Tags: !If [Prod, [{Key: Owner, Value: a}, {Key: Env, Value: b}], !Ref AWS::NoValue]\n",
            "    Properties:\n      Tags: !If [Prod, [{Key: Owner, Value: a}, {Key: Env, Value: b}], [{Key: Owner, Value: care}, {Key: Env, Value: !Ref Stage}]]\n".to_owned(),
        ),
        ("CloudFront::AnycastIpList", "    Properties:\n      Tags:\n        Items:\n          - {Key: Owner, Value: a}\n", "    Properties:\n      Tags:\n        Items:\n          - {Key: Owner, Value: a}\n          - {Key: Env, Value: !Ref Stage}\n".to_owned()),
        ("AppStream::AppBlock", "    Properties:\n      Tags:\n        - {TagKey: Env, TagValue: a}\n", "    Properties:\n      Tags:\n        - {TagKey: Env, TagValue: a}\n        - {TagKey: Owner, TagValue: care}\n".to_owned()),
    ] {
        let template = |rest: &str| with_stage(&format!("    Type: AWS::{kind}\n{rest}"));
        let (fixes, fixed) = tags(&template(before));
        assert!(fixes[0].0 != Applicability::Display, "{kind}: {fixes:?}");
        assert_eq!(fixed, template(&after), "{kind}");
    }
    let sam = with_stage(
        "    Type: AWS::Serverless::Function\n    Properties:\n      Handler: a.b\n      Runtime: python3.13\n      InlineCode: x\n",
    );
    let sam = format!("Transform: AWS::Serverless-2016-10-31\n{sam}");
    let (fixes, fixed) = tags(&sam);
    assert_eq!(fixes[0].0, Applicability::Safe);
    assert!(fixed.ends_with("      Tags:\n        Owner: care\n        Env: !Ref Stage\n"), "{fixed}");
}

#[test]
fn tags_are_safe_where_nothing_reads_them_and_the_update_is_in_place() {
    let topic = "    Type: AWS::SNS::Topic\n";
    let with = |rest: &str| tags(&with_stage(&format!("{topic}{rest}"))).0[0].clone();
    assert_eq!(with(""), (Applicability::Safe, "Add the tags `Owner` and `Env`.".to_owned()));
    for reader in [
        "  P: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {Statement: [{Condition: {StringEquals: {\"aws:ResourceTag/owner\": a}}}]}, Tags: [{Key: Owner, Value: a}, {Key: Env, Value: a}]}}\n",
        "  P: {Type: AWS::SNS::TopicPolicy, Properties: {PolicyDocument: {Statement: [{Condition: {Null: {\"aws:RequestTag/Env\": true}}}]}}}\n",
        "  P: {Type: AWS::SNS::TopicPolicy, Properties: {PolicyDocument: {Statement: [{Condition: {\"ForAllValues:StringEquals\": {\"aws:TagKeys\": [a]}}}]}}}\n",
        "  P: {Type: AWS::SNS::TopicPolicy, Properties: {PolicyDocument: {Fn::Sub: '{\"Statement\": [{\"Condition\": {\"StringEquals\": {\"ec2:ResourceTag/${Stage}\": 1}}}]}'}}}\n",
        "  P: {Type: AWS::Backup::BackupSelection, Properties: {BackupSelection: {ListOfTags: [{ConditionKey: Owner, ConditionType: STRINGEQUALS, ConditionValue: x}]}}}\n",
        "  P: {Type: AWS::DLM::LifecyclePolicy, Properties: {PolicyDetails: {TargetTags: [{Key: Env, Value: x}]}, Tags: [{Key: Owner, Value: a}, {Key: Env, Value: a}]}}\n",
        "  P: {Type: AWS::SSM::Association, Properties: {Name: a, Targets: [{Key: \"tag:Owner\", Values: [x]}], Tags: [{Key: Owner, Value: a}, {Key: Env, Value: a}]}}\n",
    ] {
        let (applicability, text) = with(reader);
        assert_eq!(applicability, Applicability::Unsafe, "{reader}");
        assert!(text.contains("reads the tag"), "{text}");
    }
    let other = "  P: {Type: AWS::SNS::TopicPolicy, Properties: {PolicyDocument: {Statement: [{Condition: {StringEquals: {\"aws:ResourceTag/Team\": a, \"aws:SourceAccount\": !Ref AWS::AccountId}}}]}}}\n";
    assert_eq!(with(other).0, Applicability::Safe);
    let (fixes, _) = tags(&with_stage("    Type: AWS::AppRunner::VpcConnector\n"));
    assert_eq!(fixes[0].0, Applicability::Unsafe, "{fixes:?}");
    assert!(fixes[0].1.contains("which replaces the resource"), "{fixes:?}");
}

#[test]
fn tags_without_a_value_are_shown() {
    let template = "Resources:\n  One:\n    Type: AWS::SNS::Topic\n";
    let shown = |template: &str| {
        let (fixes, _) = tags(template);
        assert_eq!(fixes[0].0, Applicability::Display, "{fixes:?}");
        fixes[0].1.clone()
    };
    assert!(shown(template).contains("parameter `Stage`, which the template does not have"), "{}", shown(template));
    let with = |kind: &str| format!("Parameters: {{Stage: {kind}}}\n{template}");
    assert!(shown(&with("{Type: CommaDelimitedList}")).contains("a list"));
    assert!(shown(&with("{Type: String, NoEcho: true}")).contains("a secret"));
    let endpoint = with_stage("    Type: AWS::EC2::ClientVpnEndpoint\n    Properties: {Description: a}\n");
    assert!(shown(&endpoint).contains("in an item of the list"), "{}", shown(&endpoint));
    let computed = with_stage(
        "    Type: AWS::SNS::Topic\n    Properties: {Tags: [!If [Prod, {Key: Owner, Value: a}, {Key: Other, Value: b}]]}\n",
    );
    assert!(shown(&computed).contains("`Fn::If`"), "{}", shown(&computed));
}

const POLICIES: &str = "resources: [AWS::IAM::Role]
assert: { none: { items: \"$.Properties.Policies[*]\" } }
fix:
  remove: [\"$.Properties.Policies[*]\"]
  append: { $.Properties.ManagedPolicyArns: { added: Ref } }
  add:
    name: \"{resource}{item-name}Policy\"
    type: AWS::IAM::ManagedPolicy
    properties: { PolicyDocument: { written: \"$.Properties.Policies[*].PolicyDocument\" } }
";

#[test]
fn a_policy_moves_with_its_comments() {
    let template = "Resources:
  Worker:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      # What it may do
      Policies:
        # Reading
        - PolicyName: read-records # only
          PolicyDocument: # as text
            Statement:
              # All of them
              - Effect: Allow # why
                Action: !Sub \"s3:${A}\"
                # - Action: x
";
    let after = "Resources:
  Worker:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      # What it may do
      ManagedPolicyArns:
        - !Ref WorkerReadRecordsPolicy
  WorkerReadRecordsPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      # Reading
      # only
      PolicyDocument: # as text
        Statement:
          # All of them
          - Effect: Allow # why
            Action: !Sub \"s3:${A}\"
            # - Action: x
";
    assert_eq!(fixed(POLICIES, template), after);
    assert_eq!(fixed(POLICIES, &template.replace('\n', "\r\n")), after.replace('\n', "\r\n"));
    for comment in ["      # d\n", "  # e\n", "# f\n"] {
        assert!(fixed(POLICIES, &format!("{template}{comment}")).contains(comment), "{comment}");
    }
    // Whose comment it is, nobody knows.
    shown(POLICIES, &format!("{template}\n            # c\n"));
    let one = template.replace("              # All of them\n", "").replace("                # - Action: x\n", "");
    let flow = one.replace(
        " # as text\n            Statement:\n              - Effect: Allow # why\n                Action:",
        "\n            { Statement: { Effect: Allow, # why\n              Action:",
    );
    let flow = flow.replace("${A}\"", "${A}\" } }");
    let after = fixed(POLICIES, &flow);
    assert!(
        after.contains("      PolicyDocument:\n        { Statement: { Effect: Allow, # why\n          Action:"),
        "{after}"
    );
    // In braces on one line, comments have no place.
    let item = "        - { PolicyName: read, # only\n            PolicyDocument: { Statement: [] } }\n";
    let (head, _) = template.split_once("        # Reading\n").unwrap();
    shown(POLICIES, &format!("{head}{item}"));
}

#[test]
fn what_is_about_all_policies_stays_at_the_role() {
    let template = |about: &str, policies: &str| {
        format!(
            "Resources:
  Worker:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {{}}
      # Two policies
      Policies:{about}
{policies}        # End of policies
      # Path
      Path: /
"
        )
    };
    let one = "        # A
        - PolicyName: read # name
          PolicyDocument:
            Statement: [] # none
            # after
";
    let after = fixed(POLICIES, &template("", one));
    let (role, policy) = after.split_once("  WorkerReadPolicy:\n").unwrap();
    let kept = "      AssumeRolePolicyDocument: {}\n      # Two policies\n        # End of policies\n      # Path\n      Path: /\n";
    assert!(role.contains(kept), "{after}");
    assert!(
        policy.contains(
            "      # A\n      # name\n      PolicyDocument:\n        Statement: [] # none\n        # after\n"
        ),
        "{after}"
    );
    assert!(!policy.contains("olicies"), "{after}");
    // Beside the key, it would have no place.
    shown(POLICIES, &template(" # beside", one));
}

#[test]
fn policies_of_one_role_have_their_own_names() {
    let policy = |name: &str| format!("        - PolicyName: {name}\n          PolicyDocument: {{ Statement: [] }}\n");
    let names = ["read", "!Sub \"${AWS::StackName}-write-all-policy\"", "!Ref Name", "worker-ädd_1"];
    let policies: String = names.iter().map(|name| policy(name)).collect();
    let template = format!(
        "Resources:\n  Worker:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {{}}\n      Policies:\n{policies}"
    );
    // Each is made alone here.
    let mut after = template;
    while let Some(Some(fix)) = fixes(POLICIES, &after).into_iter().next() {
        after = apply(&after, &fix.edits);
    }
    for name in ["WorkerReadPolicy", "WorkerWriteAllPolicy", "WorkerPolicy", "WorkerDd1Policy"] {
        assert!(after.contains(&format!("  {name}:\n")) && after.contains(&format!("!Ref {name}\n")), "{after}");
    }
    assert!(!after.contains(" Policies:"), "{after}");
}

fn with_conditions(properties: &str) -> String {
    format!(
        "Parameters: {{Env: {{Type: String}}}}
Conditions: {{Prod: !Equals [!Ref Env, prod], Test: !Equals [!Ref Env, test]}}
Resources:
  Worker:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {{}}
{properties}"
    )
}

#[test]
fn a_policy_of_a_branch_stays_in_it() {
    let document = "PolicyDocument: { Statement: [] }";
    let in_branch =
        format!("      Policies:\n        - !If [Prod, {{ PolicyName: a, {document} }}, !Ref AWS::NoValue]\n");
    let after = fixed(POLICIES, &with_conditions(&in_branch));
    assert!(
        after.contains("ManagedPolicyArns:\n        - !If [Prod, !Ref WorkerAPolicy, !Ref AWS::NoValue]\n"),
        "{after}"
    );
    assert!(!after.contains(" Policies:"), "{after}");
    // What it refers to may be empty elsewhere.
    assert!(after.contains("  WorkerAPolicy:\n    Type: AWS::IAM::ManagedPolicy\n    Condition: Prod\n"), "{after}");
    let more = in_branch.replace("!Ref AWS::NoValue]", "{ PolicyName: b, PolicyDocument: {} }]");
    let both = fixes(POLICIES, &with_conditions(&more));
    assert_eq!(
        both.iter().map(Option::is_some).collect::<Vec<_>>(),
        [true, false],
        "there is no condition for the other one"
    );
    // Long ones, and those with comments, go all the same.
    let long = format!(
        "# long\n            {{ PolicyName: a, PolicyDocument: {{ Statement: [], Id: {} }} }}",
        "x".repeat(600)
    );
    let long = format!(
        "      Policies:\n        - !If\n          - Prod\n          - {long}\n          - !Ref AWS::NoValue\n"
    );
    let block = "# one\n            PolicyName: a # two\n            PolicyDocument: {}\n";
    let block =
        format!("      Policies:\n        - !If\n          - Prod\n          - {block}          - !Ref AWS::NoValue\n");
    for (policies, comments) in [(&block, 2), (&long.replace("# long\n            ", ""), 0)] {
        let after = fixed(POLICIES, &with_conditions(policies));
        assert!(!after.contains(" Policies:") && after.matches('#').count() == comments, "{after}");
    }
    let arns = "      ManagedPolicyArns: !If [Prod, [a], !Ref AWS::NoValue]\n";
    let after = fixed(POLICIES, &with_conditions(&format!("{in_branch}{arns}")));
    assert!(after.contains("ManagedPolicyArns: !If [Prod, [a, !Ref WorkerAPolicy], !Ref AWS::NoValue]\n"), "{after}");
    // One that is always there is in both branches.
    let always = format!("      Policies: [{{ PolicyName: a, {document} }}]\n");
    let after = fixed(POLICIES, &with_conditions(&format!("{always}{arns}")));
    assert!(after.contains("!If [Prod, [a, !Ref WorkerAPolicy], [!Ref WorkerAPolicy]]\n"), "{after}");
    let nested = "      ManagedPolicyArns: !If [Prod, [a], !If [Test, [b], !Ref AWS::NoValue]]\n";
    let after = fixed(POLICIES, &with_conditions(&format!("{always}{nested}")));
    let all = "[a, !Ref WorkerAPolicy], !If [Test, [b, !Ref WorkerAPolicy], [!Ref WorkerAPolicy]]";
    assert!(after.contains(&format!("!If [Prod, {all}]\n")), "{after}");
}

#[test]
fn every_branch_that_fails_is_changed_and_only_those() {
    let logs = |fix: &str| {
        format!(
            "resources: [AWS::RDS::DBInstance]
assert: {{ some: {{ items: $.Properties.EnableCloudwatchLogsExports, is: {{ equals: error }} }} }}
fix: {{ {fix}: {{ $.Properties.EnableCloudwatchLogsExports: {} }} }}
",
            if fix == "append" { "error" } else { "[error]" }
        )
    };
    let with = |value: &str| {
        with_conditions("").replace(
            "  Worker:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {}\n",
            "  Data:\n    Type: AWS::RDS::DBInstance\n",
        ) + &format!("    Properties:\n      EnableCloudwatchLogsExports: {value}\n")
    };
    for (fix, before, after) in [
        ("append", "!If [Prod, [audit], !Ref AWS::NoValue]", "!If [Prod, [audit, error], [error]]"),
        ("append", "!If [Prod, [error, audit], [audit]]", "!If [Prod, [error, audit], [audit, error]]"),
        (
            "append",
            "!If [Prod, [audit], !If [Test, [error], []]]",
            "!If [Prod, [audit, error], !If [Test, [error], [error]]]",
        ),
        ("append", "[audit, !If [Prod, error, !Ref AWS::NoValue]]", "[audit, !If [Prod, error, error]]"),
        ("append", "[!If [Prod, error, audit]]", "[!If [Prod, error, audit], error]"),
        ("set", "!If [Prod, [audit], [error, general]]", "!If [Prod, [error], [error, general]]"),
        // Nothing is for both prod and test.
        ("set", "!If [Prod, !If [Test, [a], [b]], [error, c]]", "!If [Prod, !If [Test, [a], [error]], [error, c]]"),
    ] {
        let changed = all_fixed(&logs(fix), &with(before));
        assert!(fixes(&logs(fix), &changed).is_empty(), "{changed}");
        assert_eq!(changed, with(after), "{before}");
    }
}

#[test]
fn items_with_a_name_are_put_in_branches() {
    let rule = "resources: [AWS::ElasticLoadBalancingV2::LoadBalancer]
assert:
  some:
    path: $.Properties.LoadBalancerAttributes[*]
    where: { path: $.Key, is: { equals: a } }
    assert: { path: $.Value, is: { equals: \"true\" } }
fix: { put: { in: $.Properties.LoadBalancerAttributes, by: Key, item: { Key: a, Value: \"true\" } } }
";
    let with = |value: &str| {
        with_conditions("").replace(
            "  Worker:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {}\n",
            &format!("  Web:\n    Type: AWS::ElasticLoadBalancingV2::LoadBalancer\n    Properties:\n      LoadBalancerAttributes: {value}\n"),
        )
    };
    for (before, after) in [
        (
            "[!If [Prod, {Key: b, Value: 1}, !Ref AWS::NoValue]]",
            "[!If [Prod, {Key: b, Value: 1}, !Ref AWS::NoValue], {Key: a, Value: 'true'}]",
        ),
        (
            "[!If [Prod, {Key: a, Value: 'false'}, !Ref AWS::NoValue]]",
            "[!If [Prod, {Key: a, Value: 'true'}, {Key: a, Value: 'true'}]]",
        ),
        (
            "[!If [Prod, {Key: a, Value: 'true', O: 1}, {Key: a, Value: 'false'}]]",
            "[!If [Prod, {Key: a, Value: 'true', O: 1}, {Key: a, Value: 'true'}]]",
        ),
    ] {
        assert_eq!(all_fixed(rule, &with(before)), with(after), "{before}");
    }
    let note = shown(rule, &with("[!If [Prod, {Key: a, Value: 'false'}, {Key: b, Value: 1}]]"));
    assert!(note.contains("Fn::If"), "{note}");
}

#[test]
fn a_fix_fits_every_deployment_where_it_has_to() {
    let rule = "resources: [AWS::EC2::Instance]
when: &old { path: $.Properties.InstanceType, is: { in: [m1.large, m3.xlarge] } }
assert: { path: $.Properties.EbsOptimized, is: { equals: true } }
fix: { when-always: *old, set: { $.Properties.EbsOptimized: true } }
";
    let with = |parameter: &str, value: &str| {
        format!(
            "Parameters: {{Size: {{Type: String{parameter}}}, Env: {{Type: String}}}}
Conditions: {{Prod: !Equals [!Ref Env, prod], Small: !Equals [!Ref Size, t2.micro]}}
Resources:
  App: {{Type: AWS::EC2::Instance, Properties: {{InstanceType: {value}}}}}
"
        )
    };
    let fits = |parameter: &str, value: &str| {
        let template = with(parameter, value);
        let template = if parameter.contains("Default") && !parameter.contains("compared") {
            template.replace(", Small: !Equals [!Ref Size, t2.micro]", "")
        } else {
            template.replace(", compared: 1", "")
        };
        let all = fixes(rule, &template);
        assert!(!all.is_empty(), "{template}");
        all.iter().all(Option::is_some)
    };
    assert!(fits(", Default: x", "m1.large"));
    assert!(fits(", Default: m1.large, AllowedValues: [m1.large, m3.xlarge]", "!Ref Size"));
    assert!(fits(", Default: x", "!If [Prod, m1.large, m3.xlarge]"));
    // Another value of the parameter, or the other branch, is of a type without the option.
    assert!(!fits(", Default: m1.large, AllowedValues: [m1.large, t2.micro]", "!Ref Size"));
    assert!(!fits(", Default: m1.large", "!Ref Size"));
    assert!(!fits(", Default: m1.large, compared: 1", "!Ref Size"));
    assert!(!fits(", Default: x", "!If [Prod, m1.large, t2.micro]"));
}

#[test]
fn a_key_is_for_what_is_encrypted_in_each_deployment() {
    let rule = "resources: [AWS::EC2::Volume]
when: { path: $.Properties.Encrypted, is: { equals: true } }
assert: { path: $.Properties.KmsKeyId, is: { customer-key: true } }
fix: { customer-key: [$.Properties.KmsKeyId] }
";
    let volume = |encrypted: &str| {
        let parameters = "{P: {Type: String, Default: 'true', AllowedValues: ['true', 'false']}, \
             D: {Type: String, Default: 'true'}, T: {Type: String, Default: 'true', AllowedValues: ['true', true]}}";
        format!(
            "Parameters: {parameters}\nConditions: {{C: !Equals [!Ref P, 'true']}}\nResources:\n  Disk:\n    \
             Type: AWS::EC2::Volume\n    Properties:\n      Encrypted: {encrypted}\n"
        )
    };
    for encrypted in ["!If [C, true, false]", "!Ref P", "!Ref D", "!If [C, 'true', !Ref AWS::NoValue]"] {
        assert_eq!(fixes(rule, &volume(encrypted)), [None], "{encrypted}");
    }
    for encrypted in ["true", "'true'", "!Ref T", "!If [C, true, 'true']"] {
        let after = fixed(rule, &volume(encrypted));
        assert!(after.contains("      KmsKeyId: !GetAtt EncryptionKey.Arn\n"), "{encrypted}\n{after}");
    }
    // What is below a branch is there only where that is taken.
    let rule = "resources: [AWS::Kinesis::Stream]
when: { path: $.Properties.StreamEncryption, is: { present: true } }
assert: { path: $.Properties.StreamEncryption.KeyId, is: { customer-key: true } }
fix: { customer-key: [$.Properties.StreamEncryption.KeyId] }
";
    let stream = "Parameters: {P: {Type: String, AllowedValues: [a, b]}}
Conditions: {C: !Equals [!Ref P, a]}
Resources:
  Events:
    Type: AWS::Kinesis::Stream
    Properties:
      StreamEncryption: !If [C, {EncryptionType: KMS, KeyId: alias/aws/kinesis}, !Ref AWS::NoValue]
";
    let after = fixed(rule, stream);
    assert!(
        after.contains("!If [C, {EncryptionType: KMS, KeyId: !GetAtt EncryptionKey.Arn}, !Ref AWS::NoValue]"),
        "{after}"
    );
}

#[test]
fn nothing_is_added_beyond_what_aws_takes() {
    let rule = "resources: [AWS::SQS::Queue]
assert: { some: { related: { types: [AWS::SQS::QueuePolicy], via: \"$.Properties.Queues[*]\" } } }
fix: { add: { name: \"{resource}Policy\", type: AWS::SQS::QueuePolicy, properties: { Queues: [{ Ref: \"{resource}\" }] } } }
";
    let queues = |others: usize| {
        let topic = |number: usize| format!("  T{number}: {{Type: AWS::SNS::Topic}}\n");
        format!("Resources:\n  Q: {{Type: AWS::SQS::Queue}}\n{}", (0..others).map(topic).collect::<String>())
    };
    assert!(fixed(rule, &queues(498)).contains("QPolicy"));
    assert!(shown(rule, &queues(499)).contains("at most 500 resources"));
    let rule = "parameters: { suffix: { description: The parameter, default: Suffix } }
resources: [AWS::SQS::Queue]
assert: { analysis: { name-contains: { parameter: { parameter: suffix } } } }
fix: { suffix-names: suffix }
";
    let named = |count: usize| {
        let parameter = |number: usize| format!("  P{number}: {{Type: String}}\n");
        let parameters = (0..count).map(parameter).collect::<String>();
        format!("Parameters:\n{parameters}Resources:\n  Q: {{Type: AWS::SQS::Queue, Properties: {{QueueName: q}}}}\n")
    };
    assert!(fixed(rule, &named(199)).contains("Suffix:"));
    assert!(shown(rule, &named(200)).contains("at most 200 parameters"));
    let rule = "resources: [AWS::IAM::Role]
assert: { every: { path: \"$.Properties.Policies[*]\", assert: { path: $.PolicyName, is: { equals: other } } } }
fix:
  add:
    name: \"{resource}{item-name}\"
    type: AWS::IAM::ManagedPolicy
    properties:
      Roles: [{ Ref: \"{resource}\" }]
      PolicyDocument: { written: \"$.Properties.Policies[*].PolicyDocument\" }
  remove: [\"$.Properties.Policies[*]\"]
";
    let role = |statements: usize| {
        let statement = "{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::phi/*\"}";
        let all = vec![statement; statements].join(",\n          ");
        format!(
            "Resources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      Policies:\n        - PolicyName: read\n          \
             PolicyDocument: {{Statement: [{all}]}}\n"
        )
    };
    // 74 characters and a comma each, and `{\"Statement\":[]}`.
    let size = |statements: usize| 75 * statements - 1 + 16;
    assert!(size(81) <= 6144 && size(82) > 6144);
    assert!(fixed(rule, &role(81)).contains("AWS::IAM::ManagedPolicy"));
    assert!(shown(rule, &role(82)).contains("more than 6144 characters"));
}

#[test]
fn what_aws_surely_refuses_is_not_offered() {
    let rule = "resources: [AWS::RDS::DBInstance]
assert: { path: $.Properties.MultiAZ, is: { equals: true } }
fix:
  unless: { path: $.Properties.Engine, is: { equals: sqlserver-ex } }
  set: { $.Properties.MultiAZ: true }
";
    let database = |engine: &str| {
        format!(
            "Parameters: {{P: {{Type: String, Default: sqlserver-ex, AllowedValues: [sqlserver-ex, sqlserver-se]}}, D: {{Type: String}}}}\n\
             Conditions: {{C: !Equals [!Ref P, sqlserver-ex]}}\nResources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    \
             Properties:\n      Engine: {engine}\n"
        )
    };
    for engine in ["sqlserver-ex", "!Sub sqlserver-ex", "!If [C, sqlserver-ex, sqlserver-ex]"] {
        assert_eq!(fixes(rule, &database(engine)), [None], "{engine}");
    }
    for engine in ["sqlserver-se", "!Ref P", "!Ref D", "!If [C, sqlserver-ex, mysql]"] {
        assert!(fixed(rule, &database(engine)).contains("      MultiAZ: true\n"), "{engine}");
    }
}

#[test]
fn an_item_that_is_added_has_a_name_that_is_free() {
    let rule = "resources: [AWS::IAM::ManagedPolicy]
assert: { some: { path: \"$.Properties.PolicyDocument.Statement[*].Effect\", is: { equals: Deny } } }
fix: { append: { $.Properties.PolicyDocument.Statement: { Sid: Own, Effect: Deny, Action: \"s3:*\", Resource: \"*\" } } }
";
    let policy = |statement: &str| {
        let after = fixed(
            rule,
            &format!(
                "Conditions: {{C: !Equals [!Ref AWS::Region, a]}}\nResources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    \
                 Properties:\n      PolicyDocument:\n        Statement: {statement}\n"
            ),
        );
        let sid = after.rsplit_once("Sid: ").unwrap().1;
        sid.chars().take_while(char::is_ascii_alphanumeric).collect::<String>()
    };
    let one = |sid: &str| format!("{{Sid: {sid}, Effect: Allow, Action: 'sqs:*', Resource: '*'}}");
    for (statement, expected) in [
        (format!("[{}]", one("Other")), "Own"),
        (format!("[{}]", one("Own")), "Own2"),
        (one("Own"), "Own2"),
        (format!("[{}, {}]", one("'Own'"), one("Own2")), "Own3"),
        (format!("[!If [C, {}, !Ref AWS::NoValue]]", one("Own")), "Own2"),
        (format!("[{}]", one("!If [C, Own, Own2]")), "Own3"),
    ] {
        assert_eq!(policy(&statement), expected, "{statement}");
    }
}

const SUFFIX: &str = "resources: [template]
parameters: { suffix: { description: d, default: EnvironmentSuffix } }
assert: { analysis: { declares-parameter: { parameter: { parameter: suffix } } } }
fix: { title: Add a suffix, applicability: safe, note: Names stay as they are., suffix-names: suffix }
";

#[test]
fn names_that_a_template_repeats_are_no_safe_change() {
    let with = |name: &str, rest: &str| {
        format!(
            "Parameters: {{Env: {{Type: String}}, Given: {{Type: String, Default: portal}}}}
Mappings: {{Names: {{prod: {{name: claims}}}}}}
Conditions: {{IsProd: !Equals [!Ref Env, portal]}}
Resources:
  Named: {{Type: AWS::ECS::Cluster, Properties: {{ClusterName: {name}}}}}
  Other: {{Type: AWS::ECS::Service, Properties: {rest}}}
"
        )
    };
    for (name, rest) in [
        ("portals", "{Cluster: portals}"),
        ("portals", "{Cluster: !If [IsProd, !Sub portals, portals-dev]}"),
        ("portals", "{Cluster: !Sub 'arn:${AWS::Partition}:ecs:us-east-1:111122223333:cluster/portals'}"),
        ("portals", "{Cluster: 'arn:aws:ecs:us-east-1:111122223333:cluster/portals'}"),
        ("portals", "{Cluster: !Join ['', ['arn:aws:ecs:', !Ref 'AWS::Region', ':1:cluster/', portals]]}"),
        ("portals", "{Cluster: !Join [/, [cluster, portals, x]]}"),
        ("portals", "{Role: '{\"Resource\": \"arn:aws:ecs:*:*:service/portals/*\"}'}"),
        ("portals", "{Role: 'https://portals.s3.us-east-1.amazonaws.com/x'}"),
        ("portals", "{Role: \"client.get(Name='portals')\\nend\"}"),
        ("!Sub portals", "{Cluster: portals}"),
        ("!If [IsProd, portals, !Ref AWS::NoValue]", "{Cluster: portals}"),
        ("!Ref Given", "{Cluster: !Ref Given}"),
        ("!Ref Given", "{Cluster: !Sub 'cluster/${Given}'}"),
        ("!Ref Given", "{Cluster: portal}"),
        ("portal", "{Cluster: !Ref Given}"),
        ("claims", "{Cluster: !FindInMap [Names, !Ref Env, name]}"),
        ("!FindInMap [Names, prod, name]", "{Cluster: !FindInMap [Names, prod, name]}"),
        ("!Join [-, [records, !Ref Env]]", "{Cluster: !Join ['', [records-, !Ref Env]]}"),
        ("!Sub ['records-${E}', {E: !Ref Env}]", "{Cluster: !Sub 'cluster/records-${Env}'}"),
        ("!Join [-, [a, !Select [0, [b, c]]]]", "{Cluster: !Join [-, [a, !Select [0, [b, c]]]]}"),
        ("patient-portals", "{Cluster: !Join [-, [patient, portals]]}"),
        ("/phi/app", "{Role: '/phi/app'}"),
        ("/phi/app", "{Role: 'arn:aws:logs:us-east-1:111122223333:log-group:/phi/app:*'}"),
    ] {
        let template = with(name, rest);
        let fix = fix(SUFFIX, &template);
        assert_eq!(fix.applicability, Applicability::Unsafe, "{name} {rest}: {fix:#?}");
        assert!(fix.note.contains("The template repeats names, which the fix leaves as they are: `"), "{}", fix.note);
    }
    for (name, rest) in [
        ("portals", "{Cluster: !Ref Named, Tags: [{Key: Name, Value: portals}]}"),
        ("portals", "{Cluster: portals-test, Role: my/portals-x, Description: The portals of patients}"),
        ("Named", "{Cluster: !Ref Named, Role: !GetAtt Named.Arn}"),
        ("portal", "{Cluster: !If [IsProd, !Ref Named, x]}"),
        ("!Sub 'records-${Env}'", "{Cluster: !Sub 'cluster/records-${Env}'}"),
        ("!Sub 'records-${Env}'", "{Cluster: !Sub ['records-${Env}', {A: b}]}"),
        ("IsProd", "{Cluster: !If [IsProd, a, b]}"),
        ("app", "{Role: app-x, Cluster: x.app}"),
        ("/phi/app", "{Role: /my/phi/apps, Cluster: x/phi/app2}"),
    ] {
        let text = with(name, rest);
        // The default of a parameter that nothing is named by may be the name, too.
        let fix = fix(SUFFIX, &text.replace("Default: portal", "Default: other"));
        assert_eq!(fix.applicability, Applicability::Safe, "{name} {rest}: {fix:#?}");
        assert_eq!(fix.note, "Names stay as they are.");
    }
    // Texts that double at each level are longer than any name.
    let doubled = (0..40).fold("portals".to_owned(), |inner, _| format!("!Sub ['${{A}}${{A}}', {{A: {inner}}}]"));
    assert_eq!(fix(SUFFIX, &with(&doubled, "{Cluster: x}")).note, "Names stay as they are.");
    let many = "Resources:
  A: {Type: AWS::SQS::Queue, Properties: {QueueName: one}}
  B: {Type: AWS::SQS::Queue, Properties: {QueueName: two}}
  C: {Type: AWS::SNS::Topic, Properties: {TopicName: one}}
  D: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {A: one, B: two, C: one}}}}
  E: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {A: one, B: two}}}}
Outputs: {F: {Value: two, Export: {Name: one}}}
";
    let note = fix(SUFFIX, many).note.clone();
    let places = "`one` in `D`, `two` in `D`, `one` in `E`, `two` in `E` and 1 more";
    assert!(note.contains(places), "{note}");
}
