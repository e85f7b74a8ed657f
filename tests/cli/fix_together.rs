//! What the fixes of one run make together: it can be deployed, and what worked before still works.

use crate::support::Folder;

/// A template after all fixes of a selection of rules, and what was said.
fn fixed(selection: [&str; 2], template: &str) -> (String, String) {
    let folder = Folder::with(&[("app.yaml", template)]);
    let [option, value] = selection;
    let ran = folder.run(&["--no-config", option, value, "--fix", "--unsafe-fixes", "app.yaml"]);
    (folder.read("app.yaml"), ran.all().split_whitespace().collect::<Vec<_>>().join(" "))
}

const STRICT: [&str; 2] = ["--profile", "strict"];

const PRODUCTION: &str = "Parameters:
  Env: { Type: String, Default: dev, AllowedValues: [dev, prod] }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
";

/// The part of a text from a resource on, up to the next one.
fn resource<'t>(text: &'t str, name: &str) -> &'t str {
    let start = text.find(&format!("\n  {name}:")).unwrap_or_else(|| panic!("no {name}: {text}")) + 1;
    let rest = &text[start..];
    let end = rest.match_indices("\n  ").map(|(at, _)| at).find(|at| !rest[at + 3..].starts_with([' ', '-', '#']));
    &rest[..end.unwrap_or(rest.len())]
}

#[test]
fn what_resources_share_is_there_with_each_of_them() {
    let reports = "  Reports:
    Type: AWS::RDS::DBInstance
    Condition: IsProd
    Properties: { Engine: postgres, DBInstanceClass: db.t4g.micro, AllocatedStorage: \"20\", ManageMasterUserPassword: true }
";
    let patients = "  Patients:
    Type: AWS::DynamoDB::Table
    Properties: { BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: id, AttributeType: S }], KeySchema: [{ AttributeName: id, KeyType: HASH }] }
";
    let shared = ["BackupPlan", "BackupVault", "BackupRole", "EncryptionKey"];
    for both in [format!("{reports}{patients}"), format!("{patients}{reports}")] {
        let (text, _) = fixed(["--rule", "*-in-backup-plan"], &format!("{PRODUCTION}Resources:\n{both}"));
        for name in shared {
            assert!(!resource(&text, name).contains("Condition: IsProd"), "{name}: {text}");
        }
        assert!(resource(&text, "ReportsBackupSelection").contains("Condition: IsProd"), "{text}");
        assert!(!resource(&text, "PatientsBackupSelection").contains("Condition:"), "{text}");
    }
    // All of them have the condition.
    let (text, _) = fixed(["--rule", "*-in-backup-plan"], &format!("{PRODUCTION}Resources:\n{reports}"));
    for name in shared {
        assert!(resource(&text, name).contains("Condition: IsProd"), "{name}: {text}");
    }
    // A key with the condition is not for a vault without it.
    let key = "  Key: { Type: AWS::KMS::Key, Condition: IsProd, Properties: { EnableKeyRotation: true } }\n";
    let (text, _) = fixed(["--rule", "*-in-backup-plan"], &format!("{PRODUCTION}Resources:\n{key}{reports}{patients}"));
    assert!(resource(&text, "BackupVault").contains("EncryptionKeyArn: !GetAtt EncryptionKey.Arn"), "{text}");
}

#[test]
fn nothing_is_added_beside_its_twin() {
    let condition = PRODUCTION.replace("Default: dev", "Default: prod");
    let function = "  Fn: { Type: AWS::Lambda::Function, Properties: { FunctionName: claims, Code: { ZipFile: x }, Handler: a.b, Runtime: python3.13, Role: \"arn:aws:iam::111122223333:role/r\" } }\n";
    for name in ["/aws/lambda/claims", "!Sub \"/aws/lambda/${Fn}\"", "!Join [/, [\"\", aws, lambda, !Ref Fn]]"] {
        let log = format!(
            "  Log: {{ Type: AWS::Logs::LogGroup, Condition: IsProd, Properties: {{ LogGroupName: {name} }} }}\n"
        );
        let (text, _) = fixed(["--rule", "lambda-log-group"], &format!("{condition}Resources:\n{function}{log}"));
        assert!(!text.contains("FnLogGroup"), "{text}");
    }
    let other =
        "  Log: { Type: AWS::Logs::LogGroup, Condition: IsProd, Properties: { LogGroupName: /aws/lambda/other } }\n";
    let (text, _) = fixed(["--rule", "lambda-log-group"], &format!("{condition}Resources:\n{function}{other}"));
    assert!(text.contains("FnLogGroup"), "{text}");
    let acl = "  Acl: { Type: AWS::WAFv2::WebACL, Properties: { Scope: REGIONAL, DefaultAction: { Allow: {} }, VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: m } } }
  Api: { Type: AWS::AppSync::GraphQLApi, Properties: { Name: records, AuthenticationType: AWS_IAM } }
";
    let twins = "  AclLog: { Type: AWS::WAFv2::LoggingConfiguration, Condition: IsProd, Properties: { ResourceArn: !GetAtt Acl.Arn, LogDestinationConfigs: [\"arn:aws:s3:::aws-waf-logs-x\"] } }
  Association: { Type: AWS::WAFv2::WebACLAssociation, Condition: IsProd, Properties: { ResourceArn: !GetAtt Api.Arn, WebACLArn: !GetAtt Acl.Arn } }
";
    for rule in ["waf-log", "appsync-waf"] {
        let (text, _) = fixed(["--rule", rule], &format!("{condition}Resources:\n{acl}{twins}"));
        assert!(!text.contains("AclLogging") && !text.contains("ApiWebAclAssociation"), "{text}");
        let (text, _) = fixed(["--rule", rule], &format!("{condition}Resources:\n{acl}"));
        assert!(text.contains("AclLogging") || text.contains("ApiWebAclAssociation"), "{text}");
    }
}

#[test]
fn a_boundary_is_not_made_of_a_part_of_the_permissions() {
    let trust = "AssumeRolePolicyDocument: { Version: \"2012-10-17\", Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: \"sts:AssumeRole\" }] }";
    let function = "  Fn: { Type: AWS::Lambda::Function, Properties: { Code: { ZipFile: x }, Handler: a.b, Runtime: python3.13, Role: !GetAtt Role.Arn } }\n";
    // The permissions of the role are in another stack.
    let role = format!("  Role: {{ Type: AWS::IAM::Role, Properties: {{ {trust} }} }}\n");
    let (text, _) = fixed(STRICT, &format!("Resources:\n{role}{function}"));
    assert!(text.contains("!Ref FnDeadLetterPolicy") && !text.contains("PermissionsBoundary"), "{text}");
    // What the key needs later would be denied.
    let policies = |action: &str| {
        format!(
            "Policies: [{{ PolicyName: send, PolicyDocument: {{ Version: \"2012-10-17\", Statement: [{{ Effect: Allow, Action: {action}, Resource: !GetAtt Queue.Arn }}] }} }}]"
        )
    };
    let with = |action: &str| {
        format!(
            "Resources:\n  Queue: {{ Type: AWS::SQS::Queue }}\n  Role: {{ Type: AWS::IAM::Role, Properties: {{ {trust}, {} }} }}\n",
            policies(action)
        )
    };
    let (text, _) = fixed(STRICT, &with("\"sqs:SendMessage\""));
    assert!(text.contains("RoleSendPolicy") && !text.contains("PermissionsBoundary"), "{text}");
    let (text, _) = fixed(
        STRICT,
        &with("[\"sqs:SendMessage\", \"kms:GenerateDataKey\", \"kms:Decrypt\", \"xray:PutTraceSegments\"]"),
    );
    assert!(text.contains("PermissionsBoundary"), "{text}");
    // Systems Manager manages the instances, and their programs need more. In a run that asks for a boundary, no such role is added.
    let arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";
    let role =
        format!("  Role: {{ Type: AWS::IAM::Role, Properties: {{ {trust}, ManagedPolicyArns: [\"{arn}\"] }} }}\n");
    let server =
        "  Server: { Type: AWS::EC2::LaunchTemplate, Properties: { LaunchTemplateData: { ImageId: ami-1 } } }\n";
    let group = "  Group: { Type: AWS::AutoScaling::AutoScalingGroup, Properties: { MinSize: \"1\", MaxSize: \"2\", LaunchTemplate: { LaunchTemplateId: !Ref Server, Version: \"1\" } } }\n";
    for resources in [role, format!("{server}{group}")] {
        let (text, _) = fixed(STRICT, &format!("Resources:\n{resources}"));
        assert!(!text.contains("PermissionsBoundary"), "{text}");
    }
}

#[test]
fn an_identity_has_at_most_ten_managed_policies() {
    let with = |managed: usize, more: &str| {
        let arns: String =
            (0..managed).map(|at| format!("        - arn:aws:iam::111122223333:policy/p{at}\n")).collect();
        format!(
            "Resources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: reader\n      AssumeRolePolicyDocument: {{}}\n      \
             ManagedPolicyArns:\n{arns}{more}  Read:\n    Type: AWS::IAM::Policy\n    Properties: {{ PolicyName: read, Roles: [!Ref Role], \
             PolicyDocument: {{ Version: \"2012-10-17\", Statement: [{{ Effect: Allow, Action: \"s3:GetObject\", Resource: \"arn:aws:s3:::b/*\" }}] }} }}\n"
        )
    };
    let becomes = |managed: usize, more: &str| {
        fixed(["--rule", "iam-no-inline-policy"], &with(managed, more)).0.contains("ReadManaged")
    };
    assert!(becomes(9, "") && !becomes(10, ""));
    let more = "  Write:\n    Type: AWS::IAM::RolePolicy\n    Properties: { PolicyName: write, RoleName: reader, PolicyDocument: {} }\n";
    assert!(becomes(8, more) && !becomes(9, more));
    let inline = "      Policies: [{ PolicyName: a, PolicyDocument: {} }]\n";
    assert!(becomes(8, inline) && !becomes(9, inline));
}

#[test]
fn what_keeps_its_name_cannot_be_replaced() {
    let with = |name: &str| {
        format!(
            "Resources:\n  Database: {{ Type: AWS::RDS::DBInstance, Properties: {{ {name}Engine: postgres, DBInstanceClass: db.t4g.micro, \
             AllocatedStorage: \"20\", ManageMasterUserPassword: true }} }}\n  Replica: {{ Type: AWS::RDS::DBInstance, Properties: {{ \
             SourceDBInstanceIdentifier: !Ref Database, DBInstanceClass: db.t4g.micro, StorageEncrypted: true }} }}\n"
        )
    };
    let said = |name: &str| fixed(["--rule", "rds-storage-encrypted"], &with(name)).1;
    let named = said("DBInstanceIdentifier: claims, ");
    assert!(named.contains("cannot replace it unless `DBInstanceIdentifier` changes, too"), "{named}");
    assert!(named.contains("It may also replace `Replica`"), "{named}");
    for name in ["", "DBInstanceIdentifier: !Ref AWS::NoValue, "] {
        let said = said(name);
        assert!(said.contains("CloudFormation replaces `Database`") && !said.contains("custom name"), "{said}");
    }
    // Another task definition of a family is its next revision.
    let task = "Resources:\n  Task: { Type: AWS::ECS::TaskDefinition, Properties: { Family: intake, ContainerDefinitions: [{ Name: a, Image: b }] } }\n";
    let said = fixed(["--rule", "ecs-readonly-root"], task).1;
    assert!(said.contains("CloudFormation replaces `Task`") && !said.contains("custom name"), "{said}");
}

#[test]
fn a_key_lets_the_services_use_it_that_use_its_resources() {
    let (text, said) = fixed(
        ["--rule", "*-kms-*"],
        "Resources:
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties: { LaunchTemplateData: { BlockDeviceMappings: [{ DeviceName: /dev/xvda, Ebs: { Encrypted: true, VolumeSize: 8 } }] } }
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: { MinSize: \"1\", MaxSize: \"2\", LaunchTemplate: { LaunchTemplateId: !Ref Template, Version: \"1\" } }
  Cluster: { Type: AWS::ECS::Cluster }
  Service: { Type: AWS::ECS::Service, Properties: { Cluster: !Ref Cluster, LaunchType: FARGATE, TaskDefinition: web } }
  Topic: { Type: AWS::SNS::Topic, Properties: { KmsMasterKeyId: alias/aws/sns } }
  TopicPolicy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Topic]
      PolicyDocument: { Version: \"2012-10-17\", Statement: [{ Effect: Allow, Principal: { Service: [s3.amazonaws.com, events.amazonaws.com] }, Action: \"sns:Publish\", Resource: !Ref Topic }] }
  Alarm: { Type: AWS::CloudWatch::Alarm, Properties: { AlarmActions: [!Ref Topic], ComparisonOperator: GreaterThanThreshold, EvaluationPeriods: 1 } }
  FlowLogs: { Type: AWS::S3::Bucket }
  FlowLog: { Type: AWS::EC2::FlowLog, Properties: { ResourceId: vpc-1, ResourceType: VPC, LogDestinationType: s3, LogDestination: !GetAtt FlowLogs.Arn } }
  Recorded: { Type: AWS::S3::Bucket }
  Channel: { Type: AWS::Config::DeliveryChannel, Properties: { S3BucketName: !Ref Recorded } }
",
    );
    let key = resource(&text, "EncryptionKey");
    for sid in [
        "AutoScalingUsesKey",
        "AutoScalingGrantsKey",
        "FargateUsesKey",
        "FargateGrantsKey",
        "S3UsesKey",
        "EventsUsesKey",
        "CloudwatchUsesKey",
        "LogDeliveryUsesKey",
        "ConfigUsesKey",
    ] {
        assert_eq!(key.matches(&format!("Sid: {sid}\n")).count(), 1, "{sid}: {text}");
    }
    assert!(said.contains("lets `s3.amazonaws.com` use the key"), "{said}");
    // Who has permission already gets none.
    let own = text.replace("EncryptionKey", "Own").replace("UsesKey", "").replace("GrantsKey", "");
    let own = own.replace("KmsMasterKeyId: !GetAtt Own.Arn", "KmsMasterKeyId: alias/aws/sns");
    let (again, _) = fixed(["--rule", "sns-topic-kms-key"], &own);
    assert!(again.contains("KmsMasterKeyId: !GetAtt Own.Arn") && !again.contains("UsesKey"), "{again}");
}

#[test]
fn a_key_lets_the_services_around_its_resources_use_it() {
    let (text, _) = fixed(
        STRICT,
        "Resources:
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties: { LaunchTemplateData: { BlockDeviceMappings: [{ DeviceName: /dev/xvda, Ebs: { VolumeSize: 80 } }] } }
  Nodes:
    Type: AWS::EKS::Nodegroup
    Properties: { ClusterName: c, NodeRole: r, Subnets: [a], LaunchTemplate: { Id: !Ref Template, Version: \"1\" } }
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: b, LogConfig: { Level: INFO, IncludeDetail: NONE } } }
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties: { RoleArn: r, LoggingConfiguration: { Level: ALL } }
  Brokers: { Type: AWS::S3::Bucket }
  Kafka: { Type: AWS::MSK::Cluster, Properties: { ClusterName: k, LoggingInfo: { BrokerLogs: { S3: { Enabled: true, Bucket: !Ref Brokers } } } } }
  Reports: { Type: AWS::S3::Bucket }
  Plan: { Type: AWS::Backup::ReportPlan, Properties: { ReportDeliveryChannel: { S3BucketName: !Ref Reports } } }
  Inventories: { Type: AWS::S3::Bucket }
  Source:
    Type: AWS::S3::Bucket
    Properties: { InventoryConfigurations: [{ Id: all, Destination: { BucketArn: !GetAtt Inventories.Arn, Format: CSV } }] }
  Store: { Type: AWS::CloudTrail::EventDataStore }
",
    );
    let key = resource(&text, "EncryptionKey");
    for sid in [
        "AutoScalingUsesKey",
        "EventBridgeUsesKey",
        "EventBridgeEncryptsLogs",
        "LogDeliveryReadsLogs",
        "LogDeliveryUsesKey",
        "BackupReportsUseKey",
        "S3WritesInventories",
        "CloudTrailLakeUsesKey",
    ] {
        assert_eq!(key.matches(&format!("Sid: {sid}\n")).count(), 1, "{sid}: {text}");
    }
    let flow = "Resources:
  Flow: { Type: AWS::StepFunctions::StateMachine, Properties: { RoleArn: r, LoggingConfiguration: { Level: ALL } } }
";
    let (_, said) = fixed(["--rule", "stepfunctions-kms-key"], flow);
    assert!(said.contains("The role of `Flow` needs `kms:GenerateDataKey`"), "{said}");
    // A condition on the account denies the use for an event data store.
    let own = "Resources:
  Own:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: \"2012-10-17\"
        Statement:
          - { Effect: Allow, Principal: { AWS: !Sub \"arn:aws:iam::${AWS::AccountId}:root\" }, Action: \"kms:*\", Resource: \"*\" }
          - Effect: Allow
            Principal: { Service: cloudtrail.amazonaws.com }
            Action: [\"kms:GenerateDataKey\", \"kms:Decrypt\"]
            Resource: \"*\"
            Condition: { StringEquals: { \"aws:SourceAccount\": !Ref AWS::AccountId } }
  Store: { Type: AWS::CloudTrail::EventDataStore }
";
    let selection = ["--rule", "cloudtrail-kms-key"];
    assert!(fixed(selection, own).0.contains("CloudTrailLakeUsesKey"));
    let open =
        own.replace("            Condition: { StringEquals: { \"aws:SourceAccount\": !Ref AWS::AccountId } }\n", "");
    let (text, _) = fixed(selection, &open);
    assert!(text.contains("KmsKeyId: !GetAtt Own.Arn") && !text.contains("CloudTrailLakeUsesKey"), "{text}");
}

#[test]
fn a_key_is_opened_for_what_later_fixes_have_it_do() {
    let alarm = "  Errors: { Type: AWS::CloudWatch::Alarm, Properties: { ComparisonOperator: GreaterThanThreshold, EvaluationPeriods: 1, MetricName: Errors, Namespace: AWS/Lambda, Period: 60, Statistic: Sum, Threshold: 0 } }\n";
    let topic = "  Topic: { Type: AWS::SNS::Topic }\n";
    for resources in [format!("{topic}{alarm}"), format!("{alarm}{topic}")] {
        let (text, said) = fixed(STRICT, &format!("Resources:\n{resources}"));
        assert!(text.contains("AlarmActions:") && text.contains("KmsMasterKeyId:"), "{text}");
        assert_eq!(resource(&text, "EncryptionKey").matches("cloudwatch.amazonaws.com").count(), 1, "{text}");
        let sentence = "The policy of `EncryptionKey` then lets `cloudwatch.amazonaws.com` use the key for `Topic`.";
        assert!(said.contains(sentence), "{said}");
        // A second run has nothing to do.
        assert_eq!(fixed(STRICT, &text).0, text);
    }
    // What was locked before is not touched, and safe fixes open no key.
    let own = "  Key: { Type: AWS::KMS::Key, Properties: { KeyPolicy: { Version: \"2012-10-17\", Statement: [{ Effect: Allow, Principal: { AWS: !Sub \"arn:aws:iam::${AWS::AccountId}:root\" }, Action: \"kms:*\", Resource: \"*\" }] } } }
  Topic: { Type: AWS::SNS::Topic, Properties: { KmsMasterKeyId: !Ref Key } }
";
    let heard = alarm.replace("Threshold: 0 }", "Threshold: 0, AlarmActions: [!Ref Topic] }");
    let (text, _) = fixed(["--rule", "cloudwatch-alarm-action"], &format!("Resources:\n{own}{heard}"));
    assert!(text.contains("InsufficientDataActions") && !text.contains("cloudwatch.amazonaws.com"), "{text}");
    let (text, _) = fixed(["--rule", "cloudwatch-alarm-action"], &format!("Resources:\n{own}{alarm}"));
    assert_eq!(resource(&text, "Key").matches("cloudwatch.amazonaws.com").count(), 1, "{text}");
    // The log of a state machine.
    let machine = "  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/steps
      DefinitionString: '{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Succeed\"}}}'
      LoggingConfiguration: { Level: \"OFF\", Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: \"arn:aws:logs:us-east-1:111122223333:log-group:steps:*\" } }] }
";
    let (text, _) = fixed(STRICT, &format!("Resources:\n{machine}"));
    assert!(text.contains("Level: ALL") && text.contains("KmsKeyId:"), "{text}");
    assert_eq!(resource(&text, "EncryptionKey").matches("LogDeliveryReadsLogs").count(), 1, "{text}");
}

#[test]
fn services_that_publish_and_write_may_use_the_key() {
    let topics = "Resources:
  DbTopic: { Type: AWS::SNS::Topic }
  Db: { Type: AWS::RDS::EventSubscription, Properties: { SnsTopicArn: !Ref DbTopic, SourceType: db-cluster } }
  WarehouseTopic: { Type: AWS::SNS::Topic }
  Warehouse: { Type: AWS::Redshift::EventSubscription, Properties: { SubscriptionName: s, SnsTopicArn: !Sub \"${WarehouseTopic}\", SourceType: cluster } }
  CopyTopic: { Type: AWS::SNS::Topic, Properties: { TopicName: copies } }
  Copy: { Type: AWS::DMS::EventSubscription, Properties: { SnsTopicArn: !Sub \"arn:aws:sns:${AWS::Region}:${AWS::AccountId}:copies\", SourceType: replication-task } }
  Bounces: { Type: AWS::SNS::Topic }
  Mail: { Type: AWS::SES::ConfigurationSetEventDestination, Properties: { ConfigurationSetName: c, EventDestination: { MatchingEventTypes: [bounce], SnsDestination: { TopicARN: !Ref Bounces } } } }
  GroupTopic: { Type: AWS::SNS::Topic }
  Group: { Type: AWS::AutoScaling::AutoScalingGroup, Properties: { MinSize: \"1\", MaxSize: \"1\", NotificationConfigurations: [{ TopicARN: !Ref GroupTopic }] } }
";
    let (text, _) = fixed(["--rule", "sns-topic-encrypted"], topics);
    let key = resource(&text, "EncryptionKey");
    for sid in ["EventsRdsUsesKey", "RedshiftUsesKey", "DmsUsesKey", "SesUsesKey", "AutoScalingNotifiesWithKey"] {
        assert_eq!(key.matches(&format!("Sid: {sid}\n")).count(), 1, "{sid}: {text}");
    }
    let bucket = |principal: &str, action: &str| {
        format!(
            "Resources:
  Mailbox: {{ Type: AWS::S3::Bucket }}
  MailboxPolicy: {{ Type: AWS::S3::BucketPolicy, Properties: {{ Bucket: !Ref Mailbox, PolicyDocument: {{ Version: \"2012-10-17\", Statement: [{{ Effect: Allow, Principal: {{ Service: {principal} }}, Action: \"{action}\", Resource: !Sub \"${{Mailbox.Arn}}/*\" }}] }} }} }}
"
        )
    };
    for (principal, action, sid) in [
        ("ses.amazonaws.com", "s3:PutObject", Some("SesUsesKey")),
        ("ssm.amazonaws.com", "s3:Put*", Some("SsmUsesKey")),
        ("storage-lens.s3.amazonaws.com", "s3:*", Some("StorageLensS3UsesKey")),
        ("appstream.amazonaws.com", "s3:GetObject", None),
        ("config.amazonaws.com", "s3:PutObject", Some("ConfigUsesKey")),
    ] {
        let (text, _) = fixed(["--rule", "s3-bucket-kms-encryption"], &bucket(principal, action));
        let sids: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("- Sid: ")).collect();
        let own: Vec<&str> = sids.into_iter().filter(|sid| *sid != "AccountAdministersKey").collect();
        assert_eq!(own, sid.into_iter().collect::<Vec<_>>(), "{principal}: {text}");
    }
}

#[test]
fn names_are_as_long_as_aws_takes_and_those_of_layers_are_not_changed_safely() {
    let table = "Resources:
  PatientAppointmentReminderDeliveryStatusHistoryTable2A1B3C4D:
    Type: AWS::DynamoDB::Table
    Properties: { BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: id, AttributeType: S }], KeySchema: [{ AttributeName: id, KeyType: HASH }] }
";
    let (text, _) = fixed(["--rule", "dynamodb-in-backup-plan"], table);
    assert!(text.contains("SelectionName: PatientAppointmentReminderDeliveryStatusHi2A1B3C4D\n"), "{text}");
    let names = "Transform: AWS::Serverless-2016-10-31
Resources:
  Deps: { Type: AWS::Serverless::LayerVersion, Properties: { LayerName: phi-deps, ContentUri: s3://b/layer.zip, RetentionPolicy: Delete } }
  Batch: { Type: AWS::ElastiCache::User, Properties: { UserId: batch, UserName: batch, Engine: valkey, AccessString: \"on ~* +@all\", AuthenticationMode: { Type: iam } } }
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } }
";
    let (text, said) = fixed(["--rule", "name-*"], names);
    for name in
        ["LayerName: !Sub \"phi-deps", "UserId: !Sub \"batch", "UserName: !Sub \"batch", "QueueName: !Sub \"jobs"]
    {
        assert!(text.contains(&format!("{name}${{EnvironmentSuffix}}\"")), "{name}: {text}");
    }
    assert!(said.contains("AWS SAM then creates another layer for `Deps`"), "{said}");
    // That is not safe.
    let folder = Folder::with(&[("app.yaml", names)]);
    folder.run(&["--no-config", "--rule", "name-*", "--fix", "app.yaml"]);
    assert_eq!(folder.read("app.yaml"), names);
}
