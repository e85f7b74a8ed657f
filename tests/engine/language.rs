//! The rule language by small rules of its own: what each form answers, and where its findings point.

use hipaalint::linter::{Keep, Linter};
use hipaalint::rules::load::RuleSet;
use hipaalint::rules::rule::RuleFile;
use hipaalint::source::{Source, SourceId};
use hipaalint::trial::{Subject, Trial};
use std::collections::BTreeMap;
use std::path::Path;

/// The head of the rules that are tried here, which are written here, not in the pack.
const HEAD: &str = "id: try\ntitle: Try\nlevel: error\nmessage: \"{name} {state}\"\n";

fn rule(text: &str) -> RuleSet {
    let mut rules = RuleSet::default();
    rules.add_text(Path::new("try.yaml"), &format!("{HEAD}{text}")).unwrap();
    rules
}

/// Runs the examples of a rule without a head.
fn holds(text: &str) {
    let path = Path::new("try.yaml");
    let file = RuleFile::read(path, &format!("{HEAD}{text}")).unwrap();
    assert!(!file.examples.pass.is_empty() && !file.examples.fail.is_empty(), "shows nothing");
    let trial = Trial::of(&Subject { path, file: &file, others: &RuleSet::default }, None);
    for example in trial.examples {
        assert!(example.mismatches.is_empty(), "{}: {:#?}", example.name, example.mismatches);
    }
}

/// Why a rule without a head is refused.
fn refused(text: &str) -> String {
    let head = "id: try\ntitle: Try\nlevel: error\nmessage: m\n";
    RuleSet::default().add_text(Path::new("try.yaml"), &format!("{head}{text}")).unwrap_err().message
}

/// The paths of a rule's findings.
fn paths(text: &str, template: &str) -> Vec<String> {
    let linter = Linter::new(rule(text), |_| true, &BTreeMap::new(), BTreeMap::new(), Keep::default()).unwrap();
    let report = linter.lint(&Source::new(SourceId(0), "template", template));
    report.findings.into_iter().map(|finding| finding.path).collect()
}

/// What a parameter accepts decides a limit, whatever its value is.
#[test]
fn limits_of_parameters_decide_limits() {
    let outcomes = |assert: &str, declaration: &str| {
        let keep = Keep { undecided: true, passed: true, ..Keep::default() };
        let rules = rule(&format!("resources: [AWS::RDS::DBInstance]\nassert: {assert}\n"));
        let linter = Linter::new(rules, |_| true, &BTreeMap::new(), BTreeMap::new(), keep).unwrap();
        let template = format!(
            "Parameters: {{P: {{Type: Number{declaration}}}}}
Resources: {{R: {{Type: AWS::RDS::DBInstance, Properties: {{BackupRetentionPeriod: !Ref P}}}}}}
"
        );
        let report = linter.lint(&Source::new(SourceId(0), "template", template));
        let outcomes = report.findings.iter().map(|finding| format!("{:?}", finding.outcome));
        outcomes.collect::<Vec<_>>().join(", ")
    };
    let least = "{ path: $.Properties.BackupRetentionPeriod, is: { at-least: 7 } }";
    let most = "{ path: $.Properties.BackupRetentionPeriod, is: { at-most: 7 } }";
    for (declaration, at_least, at_most) in [
        ("", "Undecided", "Undecided"),
        (", MinValue: 7", "Pass", "Undecided"),
        (", MinValue: 8", "Pass", "Fail"),
        (", MaxValue: 7", "Undecided", "Pass"),
        (", MaxValue: 6", "Fail", "Pass"),
        (", MinValue: 1, MaxValue: 35", "Undecided", "Undecided"),
    ] {
        assert_eq!(outcomes(least, declaration), at_least, "{declaration}");
        assert_eq!(outcomes(most, declaration), at_most, "{declaration}");
    }
}

/// A property that takes any map takes its JSON text as well, and what is not known in the text hides nothing else.
#[test]
fn paths_lead_into_json_texts() {
    let template = |value: &str| {
        format!(
            "Parameters:
  On: {{Type: String, AllowedValues: ['true', 'false']}}
  Key: {{Type: String}}
Resources:
  R: {{Type: AWS::EMR::SecurityConfiguration, Properties: {{SecurityConfiguration: {value}}}}}
"
        )
    };
    let outcomes = |assert: &str, value: &str| {
        let keep = Keep { undecided: true, passed: true, ..Keep::default() };
        let rules = rule(&format!("resources: [AWS::EMR::SecurityConfiguration]\nassert: {assert}\n"));
        let linter = Linter::new(rules, |_| true, &BTreeMap::new(), BTreeMap::new(), keep).unwrap();
        let report = linter.lint(&Source::new(SourceId(0), "template", template(value)));
        let show = |finding: &hipaalint::finding::Finding| {
            format!("{:?} {}", finding.outcome, finding.when.as_deref().unwrap_or_default()).trim().to_owned()
        };
        report.findings.iter().map(show).collect::<Vec<_>>().join(", ")
    };
    let on = "{ path: $.Properties.SecurityConfiguration.A.On, is: { equals: true } }";
    let first = "{ path: '$.Properties.SecurityConfiguration.List[0].On', is: { equals: true } }";
    let every = "{ every: { path: '$.Properties.SecurityConfiguration.List[*]', assert: { path: $.On, is: { equals: true } } } }";
    for (assert, value, expected) in [
        (on, "{A: {On: true}}", "Pass"),
        (on, "'{\"A\": {\"On\": true}}'", "Pass"),
        (on, "'{\"A\": {\"On\": \"true\"}}'", "Pass"),
        (on, "'{\"A\": {\"On\": false}}'", "Fail"),
        (on, "'{\"A\": {}}'", "Fail"),
        (on, "'no JSON'", "Fail"),
        (on, "'{no JSON'", "Fail"),
        (on, "!Sub '{\"A\": {\"On\": true, \"Key\": \"${Key}\"}}'", "Pass"),
        (on, "!Sub '{\"A\": {\"On\": false, \"Key\": \"${Key}\"}}'", "Fail"),
        (on, "!Join ['', ['{\"A\": {\"On\": false, \"Key\": \"', !Ref Key, '\"}}']]", "Fail"),
        (on, "!Sub '{\"A\": {\"On\": ${On}, \"Key\": \"${Key}\"}}'", "Fail when On is false"),
        (on, "!Sub '{\"A\": {\"On\": \"${On}\"}}'", "Fail when On is false"),
        // What is not known elsewhere, and what is not known of the value itself.
        (on, "!Sub '{\"B\": ${Key}, \"A\": {\"On\": false}}'", "Fail"),
        (on, "!Sub '{\"B\": {\"${Key}\": 1}, \"A\": {\"On\": false}}'", "Fail"),
        (on, "!Sub '{\"A\": {\"On\": ${Key}}}'", "Undecided"),
        (on, "!Sub '{\"A\": {\"${Key}\": 1}}'", "Undecided"),
        (on, "!Sub '{\"A\": ${Key}}'", "Undecided"),
        (on, "!Sub '{${Key}}'", "Undecided"),
        (on, "!Ref Key", "Undecided"),
        (first, "!Sub '{\"List\": [{\"On\": false}, ${Key}]}'", "Fail"),
        (every, "!Sub '{\"List\": [{\"On\": true}, ${Key}]}'", "Undecided"),
        (every, "!Sub '{\"List\": [{\"On\": false}, ${Key}]}'", "Fail"),
        (every, "'{\"List\": [{\"On\": true}]}'", "Pass"),
    ] {
        assert_eq!(outcomes(assert, value), expected, "{value}");
    }
}

#[test]
fn count_takes_both_bounds_and_forks_with_conditions() {
    holds(
        r#"
resources: [AWS::EC2::SecurityGroup]
assert:
  count:
    path: "$.Properties.SecurityGroupIngress[*]"
    where: { path: $.IpProtocol, is: { equals: tcp } }
    assert: { path: $.CidrIp, is: { world: true } }
    at-least: 1
    at-most: 2
examples:
  pass:
    - name: only what counts and passes is counted
      template: |
        Resources:
          Group:
            Type: AWS::EC2::SecurityGroup
            Properties:
              SecurityGroupIngress:
                - { IpProtocol: tcp, CidrIp: 0.0.0.0/0 }
                - { IpProtocol: tcp, CidrIp: 10.0.0.0/8 }
                - { IpProtocol: udp, CidrIp: 0.0.0.0/0 }
                - { IpProtocol: udp, CidrIp: 0.0.0.0/0 }
    - name: unknown, but one is enough and two are not too many
      template: |
        Resources:
          Group:
            Type: AWS::EC2::SecurityGroup
            Properties:
              SecurityGroupIngress:
                - { IpProtocol: tcp, CidrIp: 0.0.0.0/0 }
                - { IpProtocol: tcp, CidrIp: !ImportValue range }
  fail:
    - name: none
      template: |
        Resources:
          Group:
            Type: AWS::EC2::SecurityGroup
            Properties:
              SecurityGroupIngress: # finding
                - { IpProtocol: tcp, CidrIp: 10.0.0.0/8 }
    - name: three
      template: |
        Resources:
          Group:
            Type: AWS::EC2::SecurityGroup
            Properties:
              SecurityGroupIngress:
                - { IpProtocol: tcp, CidrIp: 0.0.0.0/0, FromPort: 1 } # finding
                - { IpProtocol: tcp, CidrIp: 0.0.0.0/0, FromPort: 2 } # finding
                - { IpProtocol: tcp, CidrIp: 0.0.0.0/0, FromPort: 3 } # finding
    - name: one, and only in production
      template: |
        Parameters:
          Env: { Type: String, Default: prod, AllowedValues: [dev, prod] }
        Conditions:
          IsProd: !Equals [!Ref Env, prod]
        Resources:
          Group:
            Type: AWS::EC2::SecurityGroup
            Properties:
              SecurityGroupIngress: # finding(warning)
                - !If [IsProd, { IpProtocol: tcp, CidrIp: 0.0.0.0/0 }, !Ref AWS::NoValue]
  undecided:
    - name: the only one may be
      template: |
        Resources:
          Group:
            Type: AWS::EC2::SecurityGroup
            Properties:
              SecurityGroupIngress:
                - { IpProtocol: tcp, CidrIp: !ImportValue range }
    - name: a third one may be
      template: |
        Resources:
          Group:
            Type: AWS::EC2::SecurityGroup
            Properties:
              SecurityGroupIngress:
                - { IpProtocol: tcp, CidrIp: 0.0.0.0/0 }
                - { IpProtocol: tcp, CidrIp: 0.0.0.0/0 }
                - { IpProtocol: tcp, CidrIp: !ImportValue range }
    - name: the list is not known
      template: |
        Resources:
          Group:
            Type: AWS::EC2::SecurityGroup
            Properties:
              SecurityGroupIngress: !ImportValue rules
"#,
    );
}

#[test]
fn bounds_go_with_count_alone() {
    let quantified = "{ path: $.Properties.A, at-least: 1 }";
    for quantifier in ["every", "some", "none"] {
        let why = refused(&format!("resources: [any]\nassert: {{ {quantifier}: {quantified} }}"));
        assert!(why.contains("`at-least` and `at-most` are allowed only in `count`"), "{why}");
    }
    let why = refused("resources: [any]\nassert: { count: { path: $.Properties.A } }");
    assert!(why.contains("`count` needs `at-least`, `at-most` or both"), "{why}");
}

#[test]
fn named_compares_with_values_of_the_current_element() {
    holds(
        r#"
resources: [AWS::Lambda::Function]
assert:
  every:
    items: $.Properties.Layers
    assert:
      some:
        related: { types: [AWS::SSM::Parameter], via: $.Properties.Name, named: "/{name}/{$}" }
examples:
  pass:
    - name: by an explicit name, by a reference, and by a part that both leave open
      template: |
        Parameters:
          Env: { Type: String }
        Resources:
          One: { Type: "AWS::Lambda::Function", Properties: { FunctionName: one, Layers: [a] } }
          Two: { Type: "AWS::Lambda::Function", Properties: { Layers: [!Sub "b-${Env}"] } }
          A: { Type: "AWS::SSM::Parameter", Properties: { Name: /one/a } }
          B: { Type: "AWS::SSM::Parameter", Properties: { Name: !Sub "/${Two}/b-${Env}" } }
  fail:
    - name: another element's
      template: |
        Parameters:
          Env: { Type: String }
        Resources:
          One:
            Type: AWS::Lambda::Function
            Properties:
              FunctionName: !Sub one-${Env}
              Layers:
                - a
                - b # finding
          A: { Type: "AWS::SSM::Parameter", Properties: { Name: !Sub "/one-${Env}/a" } }
"#,
    );
}

#[test]
fn covers_action_reads_the_pattern_in_the_template() {
    holds(
        r#"
resources: [AWS::IAM::ManagedPolicy]
assert:
  some:
    statements: identity
    assert: { some: { items: $.Actions, is: { covers-action: ["kms:Decrypt", "kms:DescribeKey"] } } }
examples:
  pass:
    - name: a pattern, in any case
      template: |
        Resources:
          Policy:
            Type: AWS::IAM::ManagedPolicy
            Properties: { PolicyDocument: { Statement: [{ Effect: Allow, Action: "KMS:De*", Resource: "*" }] } }
  fail:
    - name: one of two
      template: |
        Resources:
          Policy:
            Type: AWS::IAM::ManagedPolicy
            Properties:
              PolicyDocument:
                Statement: # finding
                  - { Effect: Allow, Action: ["kms:Dec*", "kms:Describe?ey"], Resource: "*" }
  undecided:
    - name: a parameter
      template: |
        Parameters:
          Actions: { Type: String }
        Resources:
          Policy:
            Type: AWS::IAM::ManagedPolicy
            Properties: { PolicyDocument: { Statement: [{ Effect: Allow, Action: !Ref Actions, Resource: "*" }] } }
"#,
    );
}

#[test]
fn findings_in_statements_are_where_the_template_has_them() {
    let rule = r#"
resources: [AWS::IAM::ManagedPolicy]
assert:
  every:
    statements: identity
    assert:
      all:
        - { path: "$.Actions[*]", is: { not-equals: "s3:*" } }
        - { path: "$.Conditions[*].Values[*]", is: { not-equals: "false" }, or-absent: true }
"#;
    let template = r#"
Resources:
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement:
          - Action: s3:*
          - Action: [s3:Get*, "s3:*"]
            Condition: { Bool: { "aws:SecureTransport": false } }
"#;
    assert_eq!(
        paths(rule, template),
        [
            "Resources/Policy/Properties/PolicyDocument/Statement/0/Action",
            "Resources/Policy/Properties/PolicyDocument/Statement/1/Action/1",
            "Resources/Policy/Properties/PolicyDocument/Statement/1/Condition/Bool/aws:SecureTransport",
        ]
    );
}

#[test]
fn lists_and_maps_are_underlined_at_their_key_wherever_an_alias_is_used() {
    holds(
        r#"
resources: [AWS::S3::Bucket]
assert: { path: $.Properties.Tags, is: { empty: true } }
examples:
  pass:
    - name: empty
      template: |
        Resources:
          Bucket: { Type: "AWS::S3::Bucket", Properties: { Tags: [] } }
  fail:
    - name: in a block
      template: |
        Resources:
          Bucket:
            Type: AWS::S3::Bucket
            Properties:
              Tags: # finding
                - { Key: a, Value: b }
    - name: in a branch
      template: |
        Conditions:
          Always: !Equals [a, a]
        Resources:
          Bucket:
            Type: AWS::S3::Bucket
            Properties:
              Tags: !If # finding
                - Always
                - - { Key: a, Value: b }
                - []
"#,
    );
    let rule = "resources: [AWS::SQS::Queue]\nassert: { path: $.Properties.QueueName, is: { equals: a } }";
    let template = r#"
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: { DisplayName: &name b }
  Queue:
    Type: AWS::SQS::Queue
    Properties: { QueueName: *name }
"#;
    assert_eq!(paths(rule, template), ["Resources/Queue/Properties/QueueName"]);
}

/// References and attributes are texts or lists of them: `$..` does not suspect a block inside them.
#[test]
fn queries_of_any_depth_look_into_no_reference() {
    holds(
        r#"
resources: [AWS::KinesisFirehose::DeliveryStream]
assert: { none: { path: $.Properties..NoEncryptionConfig } }
examples:
  pass:
    - name: beside references
      template: |
        Parameters:
          Name: { Type: String }
        Resources:
          Bucket: { Type: AWS::S3::Bucket }
          Role: { Type: AWS::IAM::Role }
          Stream:
            Type: AWS::KinesisFirehose::DeliveryStream
            Properties:
              DeliveryStreamName: !Ref Name
              S3DestinationConfiguration: { Prefix: !Ref Bucket, RoleARN: !GetAtt Role.Arn, BucketARN: !ImportValue b }
  fail:
    - name: where it is
      template: |
        Resources:
          Stream:
            Type: AWS::KinesisFirehose::DeliveryStream
            Properties:
              S3DestinationConfiguration:
                EncryptionConfiguration:
                  NoEncryptionConfig: NoEncryption # finding
  undecided:
    - name: inside what a function makes
      template: |
        Parameters:
          Which: { Type: Number }
        Resources:
          Stream:
            Type: AWS::KinesisFirehose::DeliveryStream
            Properties:
              S3DestinationConfiguration: !Select [!Ref Which, [{ Prefix: a }, { Prefix: b }]]
"#,
    );
}

#[test]
fn json_reads_texts_and_takes_lists_apart() {
    holds(
        r#"
resources: [AWS::OpenSearchServerless::SecurityPolicy]
assert:
  every:
    json: $.Properties.Policy
    assert: { path: $.Open, is: { equals: false } }
examples:
  pass:
    - name: a list, one document, and a value that is no text
      template: |
        Resources:
          List: { Type: AWS::OpenSearchServerless::SecurityPolicy, Properties: { Policy: '[{"Open": false}, {"Open": "false"}]' } }
          One: { Type: AWS::OpenSearchServerless::SecurityPolicy, Properties: { Policy: '{"Open": false}' } }
          Map: { Type: AWS::OpenSearchServerless::SecurityPolicy, Properties: { Policy: { Open: false } } }
    - name: a text with unsettled parts, and one that a function writes
      template: |
        Transform: AWS::LanguageExtensions
        Resources:
          Sub: { Type: AWS::OpenSearchServerless::SecurityPolicy, Properties: { Policy: !Sub '{"Open": false, "For": "${AWS::StackName}"}' } }
          Written: { Type: AWS::OpenSearchServerless::SecurityPolicy, Properties: { Policy: { Fn::ToJsonString: { Open: false } } } }
  fail:
    - name: the second of a list, at the text
      template: |
        Resources:
          List:
            Type: AWS::OpenSearchServerless::SecurityPolicy
            Properties:
              Policy: '[{"Open": false}, {"Open": true}]' # finding
    - name: what a parameter decides
      template: |
        Parameters:
          Open: { Type: String, Default: "false", AllowedValues: ["true", "false"] }
        Resources:
          Sub:
            Type: AWS::OpenSearchServerless::SecurityPolicy
            Properties:
              Policy: !Sub '{"Open": "${Open}"}' # finding(warning)
  undecided:
    - name: what is no JSON may say anything
      template: |
        Resources:
          Text: { Type: AWS::OpenSearchServerless::SecurityPolicy, Properties: { Policy: "open: false" } }
    - name: an unsettled part that is more than characters of a text
      template: |
        Parameters:
          Open: { Type: String }
        Resources:
          Sub: { Type: AWS::OpenSearchServerless::SecurityPolicy, Properties: { Policy: !Sub '{"Open": ${Open}}' } }
"#,
    );
}

#[test]
fn a_rule_may_ask_for_its_own_parameters() {
    let rule = |default: &str| {
        format!(
            r#"
parameters:
  required: {{ description: Whether it is required, default: {default} }}
resources: [AWS::SNS::Topic]
assert:
  any:
    - {{ path: $.Properties.KmsMasterKeyId, is: {{ present: true }} }}
    - {{ parameter: required, is: {{ equals: false }} }}
"#
        )
    };
    let template = "Resources: {Topic: {Type: AWS::SNS::Topic}}";
    assert_eq!(paths(&rule("true"), template), ["Resources/Topic"]);
    assert_eq!(paths(&rule("false"), template), [""; 0]);
}

#[test]
fn a_parameter_that_is_asked_for_is_declared_and_asked_something() {
    let head = "resources: [AWS::SNS::Topic]\nassert: ";
    assert!(
        refused(&format!("{head}{{ parameter: required, is: {{ equals: true }} }}"))
            .contains("does not declare `required`")
    );
    assert!(refused(&format!("{head}{{ parameter: required }}")).contains("needs `is`"));
}

/// An empty text or list names nothing: it is as if the property were not there.
#[test]
fn an_empty_text_or_list_is_not_present() {
    holds(
        r#"
resources: [AWS::Lambda::Function]
assert:
  all:
    - { path: $.Properties.VpcConfig.SubnetIds, is: { present: true } }
    - { path: "$.Properties.Layers[*]", is: { present: false } }
examples:
  pass:
    - name: something, in JSON
      template: |
        {
          "Parameters": { "Subnets": { "Type": "List<AWS::EC2::Subnet::Id>" }, "One": { "Type": "String" } },
          "Resources": {
            "A": { "Type": "AWS::Lambda::Function", "Properties": { "VpcConfig": { "SubnetIds": ["a"] } } },
            "B": { "Type": "AWS::Lambda::Function", "Properties": { "VpcConfig": { "SubnetIds": { "Ref": "Subnets" } } } },
            "C": { "Type": "AWS::Lambda::Function", "Properties": { "VpcConfig": { "SubnetIds": [{ "Ref": "One" }] } } },
            "D": { "Type": "AWS::Lambda::Function", "Properties": { "VpcConfig": { "SubnetIds": [{ "Fn::ImportValue": "a" }] } } }
          }
        }
    - name: an item that is nothing
      template: |
        Resources:
          A: { Type: AWS::Lambda::Function, Properties: { VpcConfig: { SubnetIds: ["", a] }, Layers: [""] } }
  fail:
    - name: nothing
      template: |
        Parameters:
          Subnets: { Type: CommaDelimitedList, Default: "" }
          One: { Type: String, Default: "" }
          Either: { Type: String, Default: a, AllowedValues: [a, ""] }
        Resources:
          A: { Type: AWS::Lambda::Function, Properties: { VpcConfig: { SubnetIds: [] } } } # finding
          B: { Type: AWS::Lambda::Function, Properties: { VpcConfig: { SubnetIds: !Ref Subnets } } } # finding
          C: { Type: AWS::Lambda::Function, Properties: { VpcConfig: { SubnetIds: [!Ref One, ""] } } } # finding
          D: { Type: AWS::Lambda::Function, Properties: { VpcConfig: { SubnetIds: "" } } } # finding: is ""
          E: { Type: AWS::Lambda::Function, Properties: { VpcConfig: { SubnetIds: [!Ref Either] } } } # finding(warning)
          F: { Type: AWS::Lambda::Function, Properties: { VpcConfig: { SubnetIds: [!Ref AWS::NoValue] } } } # finding
    - name: a condition, in JSON
      template: |
        {
          "Parameters": { "One": { "Type": "String", "Default": "" } },
          "Conditions": { "Has": { "Fn::Not": [{ "Fn::Equals": [{ "Ref": "One" }, ""] }] } },
          "Resources": {
            "A": { "Type": "AWS::Lambda::Function", "Properties": { "VpcConfig": { "SubnetIds": [{ "Fn::If": ["Has", { "Ref": "One" }, { "Ref": "AWS::NoValue" }] }] } } } # finding
          }
        }
"#,
    );
}

#[test]
fn a_list_of_empty_texts_is_empty() {
    let rule =
        "resources: [AWS::CloudWatch::Alarm]\nassert: { path: $.Properties.AlarmActions, is: { empty: false } }\n";
    let alarm = |actions: &str| {
        format!(
            "Parameters: {{ P: {{ Type: String }} }}\nResources: {{ A: {{ Type: AWS::CloudWatch::Alarm, Properties: {{ AlarmActions: {actions} }} }} }}"
        )
    };
    for (actions, is_found) in
        [("[]", true), ("['']", true), ("['', '']", true), ("['', a]", false), ("[!Ref P]", false), ("[{}]", false)]
    {
        assert_eq!(paths(rule, &alarm(actions)).len(), usize::from(is_found), "{actions}");
    }
}

/// Every spelling of a key that AWS manages, and of one that the customer does.
#[test]
fn customer_keys_are_told_from_keys_of_aws() {
    holds(
        r#"
resources: [AWS::Logs::LogGroup]
assert: { path: $.Properties.KmsKeyId, is: { customer-key: true } }
examples:
  pass:
    - name: by id, by ARN, by alias, and as a resource
      template: |
        Resources:
          Key: { Type: AWS::KMS::Key }
          A: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: 1234abcd-12ab-34cd-56ef-1234567890ab } }
          B: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: "arn:aws:kms:us-east-1:111122223333:key/1" } }
          C: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: alias/awsome } }
          D: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: !Ref Key } }
          E: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: !GetAtt Key.Arn } }
          F: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: !Sub "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${Key}" } }
    - name: in JSON, with what is open behind what decides
      template: |
        {
          "Parameters": { "Id": { "Type": "String" } },
          "Resources": {
            "A": { "Type": "AWS::Logs::LogGroup", "Properties": { "KmsKeyId": { "Fn::Join": ["", ["alias/phi-", { "Ref": "Id" }]] } } },
            "B": {
              "Type": "AWS::Logs::LogGroup",
              "Properties": { "KmsKeyId": { "Fn::Sub": "arn:aws:kms:${AWS::Region}:${AWS::AccountId}:key/${Id}" } }
            }
          }
        }
  fail:
    - name: keys of AWS, and none
      template: |
        Parameters: { Key: { Type: String, Default: "" }, Name: { Type: String } }
        Resources:
          A: { Type: AWS::Logs::LogGroup } # finding: is not set
          B: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: "" } } # finding: is ""
          C: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: !Ref Key } } # finding: is ""
          D: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: alias/aws/logs } } # finding
          E: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: aws/logs } } # finding
          F: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: "arn:aws-us-gov:kms:us-gov-west-1:1:alias/aws/s3" } } # finding
          G: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: !Sub "alias/aws/${Name}" } } # finding
          H: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: AWS_OWNED_KMS_KEY } } # finding
          I: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: !Sub "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:alias/aws/s3" } } # finding
    - name: a list, and one of two, in JSON
      template: |
        {
          "Parameters": { "Key": { "Type": "String", "Default": "alias/a", "AllowedValues": ["alias/a", "alias/aws/s3"] } },
          "Resources": {
            "A": { "Type": "AWS::Logs::LogGroup", "Properties": { "KmsKeyId": ["alias/a"] } }, # finding
            "B": { "Type": "AWS::Logs::LogGroup", "Properties": { "KmsKeyId": { "Ref": "Key" } } } # finding(warning)
          }
        }
  undecided:
    - name: a parameter, an import, an alias of any name
      template: |
        Parameters: { Key: { Type: String } }
        Resources:
          A: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: !Ref Key } }
          B: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: !ImportValue Key } }
          C: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: !Sub "alias/${Key}" } }
"#,
    );
}

#[test]
fn messages_print_the_rules_own_parameters() {
    holds(
        r#"
parameters:
  days: { description: How long, default: 7 }
  kinds: { description: Which, default: [a, b] }
resources: [AWS::Logs::LogGroup]
assert:
  path: $.Properties.RetentionInDays
  is: { at-least: { parameter: days } }
  message: "less than {setting:days} days for {setting:kinds}: `{name}` {state}"
examples:
  pass:
    - { name: long, template: "Resources: {Log: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: 7}}}" }
  fail:
    - name: by default
      template: |
        Resources:
          Log: { Type: AWS::Logs::LogGroup } # finding: less than 7 days for a, b: `RetentionInDays` is not set
    - name: by a configuration
      settings: { days: 90, kinds: c }
      template: |
        Resources:
          Log: { Type: AWS::Logs::LogGroup } # finding: less than 90 days for c: `RetentionInDays` is not set
"#,
    );
}

#[test]
fn messages_print_only_parameters_that_are_declared() {
    let check = "{ path: $.Properties.RetentionInDays, is: { present: true }";
    let head = "parameters: { days: { description: d, default: 7 } }\nresources: [AWS::Logs::LogGroup]\nassert: ";
    for assert in [
        format!("{head}{check}, message: 'fewer than {{setting:dayz}} days' }}"),
        format!("{head}{{ any: [{check} }}, {check}, message: '{{setting:dayz}}' }}] }}"),
        format!("{head}{{ every: {{ items: $.Properties.Tags, where: {check}, message: '{{setting:dayz}}' }} }} }}"),
        format!("checks: [{{ resources: [AWS::Logs::LogGroup], assert: {check} }}, message: '{{setting:dayz}}' }}]"),
    ] {
        let why = refused(&assert);
        assert!(why.contains("prints `{setting:dayz}`, but the rule has no parameter `dayz`"), "{assert}: {why}");
    }
}

#[test]
fn from_parameter_store_reads_the_name_of_the_entry() {
    holds(
        r#"
resources: [AWS::EC2::Instance]
assert: { path: $.Properties.ImageId, is: { from-parameter-store: ["/aws/service/*", "/images/hardened"] } }
examples:
  pass:
    - name: by the type of a parameter, and by a dynamic reference, in one piece or in two
      template: |
        Parameters:
          Image: { Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", Default: /aws/service/latest }
        Resources:
          A: { Type: AWS::EC2::Instance, Properties: { ImageId: !Ref Image } }
          B: { Type: AWS::EC2::Instance, Properties: { ImageId: "{{resolve:ssm:/images/hardened}}" } }
          C: { Type: AWS::EC2::Instance, Properties: { ImageId: !Join ["", ["{{resolve:ssm:/aws/", "service/x:3}}"]] } }
    - name: pinned, in JSON
      parameters: { Image: /aws/service/pinned }
      template: |
        {
          "Parameters": { "Image": { "Type": "AWS::SSM::Parameter::Value<String>" } },
          "Resources": { "A": { "Type": "AWS::EC2::Instance", "Properties": { "ImageId": { "Ref": "Image" } } } }
        }
  fail:
    - name: another entry, another service, no entry at all
      template: |
        Parameters:
          Image: { Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", Default: /images/mine }
          Plain: { Type: String, Default: /aws/service/latest }
        Resources:
          A: { Type: AWS::EC2::Instance, Properties: { ImageId: !Ref Image } } # finding
          B: { Type: AWS::EC2::Instance, Properties: { ImageId: "{{resolve:ssm-secure:/aws/service/latest}}" } } # finding
          C: { Type: AWS::EC2::Instance, Properties: { ImageId: !Ref Plain } } # finding
          D: { Type: AWS::EC2::Instance, Properties: { ImageId: ami-1 } } # finding
    - name: pinned to another, in JSON
      parameters: { Image: /images/mine }
      template: |
        {
          "Parameters": { "Image": { "Type": "AWS::SSM::Parameter::Value<String>", "Default": "/aws/service/latest" } },
          "Resources": {
            "A": { "Type": "AWS::EC2::Instance", "Properties": { "ImageId": { "Ref": "Image" } } } # finding
          }
        }
  undecided:
    - name: no default
      template: |
        Parameters:
          Image: { Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>" }
        Resources:
          A: { Type: AWS::EC2::Instance, Properties: { ImageId: !Ref Image } }
    - name: a name that is not known
      template: |
        Parameters:
          Name: { Type: String }
        Resources:
          A: { Type: AWS::EC2::Instance, Properties: { ImageId: !Sub "{{resolve:ssm:/aws/service/${Name}}}" } }
"#,
    );
}

#[test]
fn from_resource_looks_at_every_part() {
    holds(
        r#"
resources: [AWS::CloudFront::Distribution]
assert: { path: $.Properties.DistributionConfig.Logging.Bucket, is: { from-resource: [AWS::S3::Bucket] } }
examples:
  pass:
    - name: an attribute, and a name inside a text
      template: |
        Resources:
          Logs: { Type: AWS::S3::Bucket }
          A: { Type: AWS::CloudFront::Distribution, Properties: { DistributionConfig: { Logging: { Bucket: !GetAtt Logs.DomainName } } } }
          B: { Type: AWS::CloudFront::Distribution, Properties: { DistributionConfig: { Logging: { Bucket: !Sub "${Logs}.s3.amazonaws.com" } } } }
    - name: in JSON, where the condition holds in every deployment
      parameters: { Own: "yes" }
      template: |
        {
          "Parameters": { "Own": { "Type": "String" } },
          "Conditions": { "IsOwn": { "Fn::Equals": [{ "Ref": "Own" }, "yes"] } },
          "Resources": {
            "Logs": { "Type": "AWS::S3::Bucket" },
            "A": {
              "Type": "AWS::CloudFront::Distribution",
              "Properties": { "DistributionConfig": { "Logging": { "Bucket": { "Fn::If": ["IsOwn", { "Fn::GetAtt": "Logs.DomainName" }, "x"] } } } }
            }
          }
        }
  fail:
    - name: a parameter, another type, a literal
      template: |
        Parameters:
          Given: { Type: String }
        Resources:
          Topic: { Type: AWS::SNS::Topic }
          A: { Type: AWS::CloudFront::Distribution, Properties: { DistributionConfig: { Logging: { Bucket: !Ref Given } } } } # finding
          B: { Type: AWS::CloudFront::Distribution, Properties: { DistributionConfig: { Logging: { Bucket: !GetAtt Topic.TopicName } } } } # finding
          C: { Type: AWS::CloudFront::Distribution, Properties: { DistributionConfig: { Logging: { Bucket: logs } } } } # finding
    - name: a literal, in JSON
      template: |
        {
          "Resources": {
            "A": {
              "Type": "AWS::CloudFront::Distribution",
              "Properties": { "DistributionConfig": { "Logging": { "Bucket": "logs" } } } # finding
            }
          }
        }
"#,
    );
}
