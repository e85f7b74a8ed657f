//! The rule language by small rules of its own: what each form answers, and where its findings point.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

// The rules that are tried here are written here, not in the pack.
#[path = "rules/examples.rs"]
#[allow(dead_code)]
mod examples;

use hipaalint::linter::{Keep, Linter};
use hipaalint::rules::load::RuleSet;
use hipaalint::source::{Source, SourceId};
use std::collections::BTreeMap;
use std::path::Path;

fn rule(text: &str) -> RuleSet {
    let head = "id: try\ntitle: Try\nlevel: error\nmessage: \"{name} {state}\"\n";
    let mut rules = RuleSet::default();
    rules.add_text(Path::new("try.yaml"), &format!("{head}{text}")).unwrap();
    rules
}

/// Runs the examples of a rule without a head.
fn holds(text: &str) {
    let rules = rule(text);
    let entry = &rules.entries()[0];
    let shown = entry.examples();
    assert!(!shown.pass.is_empty() && !shown.fail.is_empty(), "shows nothing");
    let complaints: String = examples::complaints(|| rule(text), entry).collect();
    assert!(complaints.is_empty(), "\n{complaints}");
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
