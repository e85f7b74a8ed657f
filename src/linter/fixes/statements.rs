//! What each AWS service that uses keys itself has to be allowed by the policy of a key, as its documentation has it.

use crate::change::Value;
use crate::eval::gaps::GAP;
use crate::facts::sends_source;

const ACCOUNT: &str = "${AWS::AccountId}";
/// The service-linked role that Amazon EC2 Auto Scaling uses unless a group has another.
const AUTO_SCALING_ROLE: &str = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/autoscaling.amazonaws.com/\
                                 AWSServiceRoleForAutoScaling";
/// The service-linked role that AWS Backup writes reports with.
const BACKUP_REPORTS_ROLE: &str = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/reports.backup.amazonaws.com/\
                                   AWSServiceRoleForBackupReports";
/// All logs of the account in the Region.
const LOGS: &str = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*";
/// What limits the uses for applications of Managed Service for Apache Flink: the account and the application that it acts for, or the
/// encryption context.
const FLINK: [[&str; 3]; 3] = {
    let application = "arn:${AWS::Partition}:kinesisanalytics:${AWS::Region}:${AWS::AccountId}:application/*";
    [
        ["StringEquals", "aws:SourceAccount", ACCOUNT],
        ["ArnLike", "aws:SourceArn", application],
        ["StringLike", "kms:EncryptionContext:aws:kinesisanalytics:arn", application],
    ]
};
/// What encrypts and decrypts with a key, each with its variants.
const ALL_USE: [&str; 5] = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];

/// What a service that uses keys itself has to be allowed in the policy of the key. Others use it for the caller, or by a grant.
pub(super) struct Service {
    /// What a note calls it.
    pub(super) name: String,
    /// Its principal, or the ARN of its role.
    principal: String,
    pub(super) statements: Vec<Value>,
    /// Whether it sends the account or the resource that it acts for, so that conditions on them are met.
    pub(super) sends_source: bool,
}

pub(super) fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

pub(super) fn map<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Map(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// A text, with what it takes from the deployment.
pub(super) fn sub(own: &str) -> Value {
    match own {
        ACCOUNT => map([("Ref", text("AWS::AccountId"))]),
        _ if own.contains("${") => map([("Fn::Sub", text(own))]),
        _ => text(own),
    }
}

/// A statement for a principal. Each condition is an operator, a key, and a value, or several with commas between them.
fn statement(sid: &str, principal: Value, actions: &[&str], conditions: &[[&str; 3]]) -> Value {
    let actions = match actions {
        [only] => text(only),
        several => Value::List(several.iter().map(|action| text(action)).collect()),
    };
    let mut fields = vec![
        ("Sid".to_owned(), text(sid)),
        ("Effect".to_owned(), text("Allow")),
        ("Principal".to_owned(), principal),
        ("Action".to_owned(), actions),
        ("Resource".to_owned(), text("*")),
    ];
    let mut operators: Vec<(String, Value)> = Vec::new();
    for [operator, key, value] in conditions {
        let values = match value.split(',').collect::<Vec<_>>().as_slice() {
            [only] => sub(only),
            several => Value::List(several.iter().map(|one| text(one)).collect()),
        };
        let condition = ((*key).to_owned(), values);
        match operators.iter_mut().find(|(known, _)| known == operator) {
            Some((_, Value::Map(keys))) => keys.push(condition),
            _ => operators.push(((*operator).to_owned(), Value::Map(vec![condition]))),
        }
    }
    if !operators.is_empty() {
        fields.push(("Condition".to_owned(), Value::Map(operators)));
    }
    Value::Map(fields)
}

impl Service {
    fn new(name: &str, sid: &str, principal: &str, actions: &[&str], conditions: &[[&str; 3]]) -> Self {
        let statements = vec![statement(sid, map([("Service", sub(principal))]), actions, conditions)];
        Self::several(name, principal, statements)
    }

    fn several(name: &str, principal: &str, statements: Vec<Value>) -> Self {
        Self { name: name.to_owned(), principal: principal.to_owned(), statements, sends_source: true }
    }

    /// The same, if conditions on `aws:SourceAccount` and `aws:SourceArn` deny it.
    fn without_source(mut self) -> Self {
        self.sends_source = false;
        self
    }

    /// Source: AWS CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail"
    /// (docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html), 2026-11.
    pub(super) fn cloud_trail() -> Self {
        let source = "arn:${AWS::Partition}:cloudtrail:*:${AWS::AccountId}:trail/*";
        let actions = ["kms:GenerateDataKey*", "kms:Decrypt", "kms:DescribeKey"];
        let conditions = [["StringLike", "aws:SourceArn", source]];
        Self::new("CloudTrail", "CloudTrailUsesKey", "cloudtrail.amazonaws.com", &actions, &conditions)
    }

    /// Source: Amazon CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS Key Management Service"
    /// (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html), 2026-11.
    pub(super) fn logs() -> Self {
        let actions = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"];
        let conditions = [["ArnLike", "kms:EncryptionContext:aws:logs:arn", LOGS]];
        Self::new(
            "CloudWatch Logs",
            "CloudWatchLogsUsesKey",
            "logs.${AWS::Region}.amazonaws.com",
            &actions,
            &conditions,
        )
    }

    /// Of logs that AWS services deliver to a bucket: flow logs, and those of AWS WAF, Route 53 Resolver and others.
    ///
    /// Source: Amazon CloudWatch Logs User Guide, "Logs sent to Amazon S3", "Amazon S3 bucket server-side encryption"
    /// (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html), 2026-11.
    pub(super) fn log_delivery() -> Self {
        let conditions = [["StringEquals", "aws:SourceAccount", ACCOUNT], ["ArnLike", "aws:SourceArn", LOGS]];
        let name = "the delivery of logs (`delivery.logs.amazonaws.com`)";
        Self::new(name, "LogDeliveryUsesKey", "delivery.logs.amazonaws.com", &ALL_USE, &conditions)
    }

    /// Source: AWS Config Developer Guide, "Permissions for the KMS Key for the AWS Config Delivery Channel", "Required Permissions for the
    /// KMS Key When Using Service-Linked Roles (S3 Bucket Delivery)"
    /// (docs.aws.amazon.com/config/latest/developerguide/s3-kms-key-policy.html),
    /// 2026-11. AWS Config also tries as a service if its role may not.
    pub(super) fn config() -> Self {
        let conditions = [["StringEquals", "aws:SourceAccount", ACCOUNT]];
        let actions = ["kms:Decrypt", "kms:GenerateDataKey"];
        Self::new("AWS Config", "ConfigUsesKey", "config.amazonaws.com", &actions, &conditions)
    }

    /// Source: Amazon EventBridge User Guide, "Authorizing EventBridge to use a customer managed key"
    /// (docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-key-policy.html), 2026-11.
    pub(super) fn event_bus() -> Self {
        let own = ["StringEquals", "aws:SourceAccount", ACCOUNT];
        let principal = || map([("Service", text("events.amazonaws.com"))]);
        let statements = vec![
            statement("EventBridgeDescribesKey", principal(), &["kms:DescribeKey"], &[]),
            statement("EventBridgeUsesKey", principal(), &["kms:GenerateDataKey", "kms:Decrypt"], &[own]),
        ];
        Self::several("EventBridge", "events.amazonaws.com", statements)
    }

    /// Source: Amazon S3 User Guide, "Data protection and encryption in S3 Vectors"
    /// (docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-data-encryption.html), 2026-11.
    pub(super) fn vectors() -> Self {
        let source = "arn:${AWS::Partition}:s3vectors:${AWS::Region}:${AWS::AccountId}:bucket/*";
        let conditions = [["StringEquals", "aws:SourceAccount", ACCOUNT], ["ArnLike", "aws:SourceArn", source]];
        let principal = "indexing.s3vectors.amazonaws.com";
        Self::new("S3 Vectors", "S3VectorsUsesKey", principal, &["kms:Decrypt"], &conditions)
    }

    /// Of an origin access control. The ARN of the distribution would make the key and the distribution depend on each other.
    ///
    /// Source: Amazon CloudFront Developer Guide, "Restrict access to an Amazon S3 origin", "SSE-KMS"
    /// (docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html), 2026-11.
    pub(super) fn cloud_front() -> Self {
        let source = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*";
        let actions = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*"];
        let conditions = [["StringLike", "aws:SourceArn", source]];
        Self::new("CloudFront", "CloudFrontUsesKey", "cloudfront.amazonaws.com", &actions, &conditions)
    }

    /// A condition with the name of the cluster would make the key and the cluster depend on each other.
    ///
    /// Source: Amazon ECS Developer Guide, "Create an encryption key for Fargate ephemeral storage for Amazon ECS"
    /// (docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-create-storage-key.html), 2026-11.
    pub(super) fn fargate() -> Self {
        let own = ["StringEquals", "kms:EncryptionContext:aws:ecs:clusterAccount", ACCOUNT];
        let decrypts = ["ForAllValues:StringEquals", "kms:GrantOperations", "Decrypt"];
        let principal = || map([("Service", text("fargate.amazonaws.com"))]);
        let generate = ["kms:GenerateDataKeyWithoutPlaintext"];
        let statements = vec![
            statement("FargateUsesKey", principal(), &generate, &[own]),
            statement("FargateGrantsKey", principal(), &["kms:CreateGrant"], &[own, decrypts]),
        ];
        Self::several("Fargate", "fargate.amazonaws.com", statements)
    }

    /// The role is there from the first group of the account on. AWS KMS rejects a policy that names a role that is not there, so a
    /// condition does.
    ///
    /// Source: Amazon EC2 Auto Scaling User Guide, "Required AWS KMS key policy for use with encrypted volumes"
    /// (docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html), 2026-11.
    pub(super) fn auto_scaling() -> Self {
        let own = ["ArnEquals", "aws:PrincipalArn", AUTO_SCALING_ROLE];
        let for_aws = ["Bool", "kms:GrantIsForAWSResource", "true"];
        let principal = || map([("AWS", text("*"))]);
        let name = "the service-linked role of Auto Scaling (`AWSServiceRoleForAutoScaling`)";
        let statements = vec![
            statement("AutoScalingUsesKey", principal(), &ALL_USE, &[own]),
            statement("AutoScalingGrantsKey", principal(), &["kms:CreateGrant"], &[own, for_aws]),
        ];
        Self::several(name, AUTO_SCALING_ROLE, statements)
    }

    /// Of the notifications of Auto Scaling groups. A condition names the role, as in [`Self::auto_scaling`].
    ///
    /// Source: that of [`Self::sender`]: "Some Amazon SNS event sources require you to provide an IAM role (rather than the service
    /// principal) in the AWS KMS key policy", 2026-11.
    pub(super) fn auto_scaling_events() -> Self {
        let own = ["ArnEquals", "aws:PrincipalArn", AUTO_SCALING_ROLE];
        let actions = ["kms:GenerateDataKey*", "kms:Decrypt"];
        let statements = vec![statement("AutoScalingNotifiesWithKey", map([("AWS", text("*"))]), &actions, &[own])];
        let name = "the service-linked role of Auto Scaling (`AWSServiceRoleForAutoScaling`)";
        Self::several(name, AUTO_SCALING_ROLE, statements)
    }

    /// Of a service that sends to topics and queues, or writes into buckets. Few send the account that they act for, and a condition on it denies the others.
    ///
    /// Sources, 2026-11: Amazon SNS Developer Guide, "Managing Amazon SNS encryption keys and costs", "Enable compatibility between event
    /// sources from AWS services and encrypted topics" (sns-key-management.html); Amazon SQS Developer Guide, "Amazon SQS Key management",
    /// "Configure KMS permissions for AWS services" (sqs-key-management.html).
    pub(super) fn sender(principal: &str) -> Self {
        let mut sid = String::new();
        for word in principal.trim_end_matches(".amazonaws.com").split(|letter: char| !letter.is_ascii_alphanumeric()) {
            let mut letters = word.chars();
            sid.extend(letters.next().map(|first| first.to_ascii_uppercase()));
            sid.push_str(letters.as_str());
        }
        let own = [["StringEquals", "aws:SourceAccount", ACCOUNT]];
        let actions = ["kms:GenerateDataKey*", "kms:Decrypt"];
        let made = |conditions| {
            Self::new(&format!("`{principal}`"), &format!("{sid}UsesKey"), principal, &actions, conditions)
        };
        if sends_source(principal, "kms") { made(&own) } else { made(&[]).without_source() }
    }

    /// Conditions on the source are not supported for event data stores.
    ///
    /// Source: AWS CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail", "Granting encrypt permissions for event data
    /// stores" (docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html), 2026-11.
    pub(super) fn event_data_store() -> Self {
        let actions = ["kms:GenerateDataKey", "kms:Decrypt"];
        Self::new("CloudTrail", "CloudTrailLakeUsesKey", "cloudtrail.amazonaws.com", &actions, &[]).without_source()
    }

    /// Of logs whose records a service encrypts with the key before it sends them: those of an event bus, a pipe, or a state machine.
    ///
    /// Sources, 2026-11: Amazon EventBridge User Guide, "Encrypting event bus logs with AWS KMS in EventBridge" (encryption-bus-logs.html)
    /// and "Encrypting EventBridge pipes with AWS KMS keys" (eb-encryption-pipes-cmkey.html); AWS CDK, `StateMachine` with a customer
    /// managed key and `logs` (aws-stepfunctions/lib/state-machine.ts).
    pub(super) fn encrypted_logs() -> Self {
        let conditions = [["StringLike", "kms:EncryptionContext:SourceArn", LOGS]];
        let name = "the delivery of logs (`delivery.logs.amazonaws.com`)";
        let actions = ["kms:Decrypt", "kms:GenerateDataKey"];
        Self::new(name, "LogDeliveryReadsLogs", "delivery.logs.amazonaws.com", &actions, &conditions).without_source()
    }

    /// Source: Amazon EventBridge User Guide, "Encrypting event bus logs with AWS KMS in EventBridge"
    /// (docs.aws.amazon.com/eventbridge/latest/userguide/encryption-bus-logs.html), 2026-11.
    pub(super) fn event_bus_logs() -> Self {
        let conditions = [["StringLike", "kms:EncryptionContext:SourceArn", LOGS]];
        let name = "EventBridge";
        Self::new(name, "EventBridgeEncryptsLogs", "events.amazonaws.com", &["kms:GenerateDataKey"], &conditions)
    }

    /// Source: Amazon EventBridge User Guide, "Encrypting EventBridge archives with AWS KMS keys"
    /// (docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-archives-cmkey.html), 2026-11.
    pub(super) fn archive() -> Self {
        let principal = || map([("Service", text("events.amazonaws.com"))]);
        let bus = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/*";
        let own = ["StringLike", "kms:EncryptionContext:aws:events:event-bus:arn", bus];
        let actions = ["kms:GenerateDataKey", "kms:Decrypt", "kms:ReEncrypt*"];
        let statements = vec![
            statement("EventBridgeDescribesKey", principal(), &["kms:DescribeKey"], &[]),
            statement("EventBridgeArchivesWithKey", principal(), &actions, &[own]),
        ];
        Self::several("EventBridge", "events.amazonaws.com", statements)
    }

    /// The ARN of the application would make the key and the application depend on each other.
    ///
    /// Source: Amazon Managed Service for Apache Flink Developer Guide, "Managing CMK using APIs", "Create a KMS key policy"
    /// (docs.aws.amazon.com/managed-flink/latest/java/manage-cmk-api.html), 2026-11.
    pub(super) fn flink() -> Self {
        let principal = || map([("Service", text("kinesisanalytics.amazonaws.com"))]);
        let [account, source, context] = FLINK;
        let statements = vec![
            statement(
                "FlinkStoresWithKey",
                principal(),
                &["kms:DescribeKey", "kms:GenerateDataKey"],
                &[account, source],
            ),
            statement("FlinkReadsWithKey", principal(), &["kms:Decrypt"], &[context]),
        ];
        Self::several("Managed Service for Apache Flink", "kinesisanalytics.amazonaws.com", statements)
    }

    /// That of the running application. Source: that of [`Self::flink`].
    pub(super) fn running_flink() -> Self {
        let principal = || map([("Service", text("infrastructure.kinesisanalytics.amazonaws.com"))]);
        let [account, source, context] = FLINK;
        let part = ["StringEquals", "kms:GrantConstraintType", "EncryptionContextSubset"];
        let decrypts = ["ForAllValues:StringEquals", "kms:GrantOperations", "Decrypt"];
        let actions = ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"];
        let statements = vec![
            statement("FlinkDescribesKey", principal(), &["kms:DescribeKey"], &[account, source]),
            statement("FlinkRunsWithKey", principal(), &actions, &[context]),
            statement("FlinkGrantsKey", principal(), &["kms:CreateGrant"], &[context, part, decrypts]),
        ];
        let name = "the infrastructure of Managed Service for Apache Flink";
        Self::several(name, "infrastructure.kinesisanalytics.amazonaws.com", statements)
    }

    /// Source: Amazon GuardDuty User Guide, "Exporting generated findings to Amazon S3"
    /// (docs.aws.amazon.com/guardduty/latest/ug/guardduty_exportfindings.html), 2026-11.
    pub(super) fn guard_duty() -> Self {
        let source = "arn:${AWS::Partition}:guardduty:${AWS::Region}:${AWS::AccountId}:detector/*";
        let conditions = [["StringEquals", "aws:SourceAccount", ACCOUNT], ["ArnLike", "aws:SourceArn", source]];
        let actions = ["kms:GenerateDataKey"];
        Self::new("GuardDuty", "GuardDutyUsesKey", "guardduty.amazonaws.com", &actions, &conditions)
    }

    /// Of the filters of an event source mapping.
    ///
    /// Source: AWS CDK, aws-lambda-event-sources/README.md, "Filter Criteria Encryption", 2026-11.
    pub(super) fn lambda() -> Self {
        Self::new("Lambda", "LambdaReadsFilters", "lambda.amazonaws.com", &["kms:Decrypt"], &[]).without_source()
    }

    /// With chat. Source: `KmsKeyId` of "AWS::Wisdom::Assistant ServerSideEncryptionConfiguration", AWS CloudFormation Template Reference,
    /// 2026-11.
    pub(super) fn connect() -> Self {
        let actions = ["kms:Decrypt", "kms:GenerateDataKey*", "kms:DescribeKey"];
        Self::new("Amazon Connect", "ConnectUsesKey", "connect.amazonaws.com", &actions, &[]).without_source()
    }

    /// Of a zero-ETL integration, by the service of its target.
    ///
    /// Sources, 2026-11: Amazon Aurora User Guide, "Creating Aurora zero-ETL integrations with Amazon Redshift" (zero-etl.creating.html)
    /// and "… with an Amazon SageMaker lakehouse" (zero-etl.creating-smlh.html).
    pub(super) fn integration(is_of_glue: bool) -> Self {
        let grants = ["ForAllValues:StringEquals", "kms:GrantOperations", "Decrypt,GenerateDataKey,CreateGrant"];
        let [name, sid, principal] = if is_of_glue {
            ["AWS Glue", "GlueGrantsKey", "glue.amazonaws.com"]
        } else {
            ["Amazon Redshift", "RedshiftGrantsKey", "redshift.amazonaws.com"]
        };
        Self::new(name, sid, principal, &["kms:CreateGrant"], &[grants]).without_source()
    }

    /// Of the inventories of other buckets. Their ARNs would make the keys and the buckets depend on each other.
    ///
    /// Source: Amazon S3 User Guide, "Configuring Amazon S3 Inventory", "Granting Amazon S3 permission to use your customer managed key for
    /// encryption" (docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html), 2026-11.
    pub(super) fn inventory() -> Self {
        let conditions = [
            ["StringEquals", "aws:SourceAccount", ACCOUNT],
            ["ArnLike", "aws:SourceArn", "arn:${AWS::Partition}:s3:::*"],
        ];
        Self::new("Amazon S3", "S3WritesInventories", "s3.amazonaws.com", &["kms:GenerateDataKey"], &conditions)
    }

    /// The role is there from the first report plan of the account on, and a condition names it, as in [`Self::auto_scaling`].
    ///
    /// Source: AWS Backup Developer Guide, "Creating report plans using the AWS Backup API"
    /// (docs.aws.amazon.com/aws-backup/latest/devguide/create-report-plan-api.html), 2026-11.
    pub(super) fn backup_reports() -> Self {
        let own = ["ArnEquals", "aws:PrincipalArn", BACKUP_REPORTS_ROLE];
        let actions = ["kms:GenerateDataKey", "kms:Decrypt"];
        let statements = vec![statement("BackupReportsUseKey", map([("AWS", text("*"))]), &actions, &[own])];
        let name = "the service-linked role of AWS Backup for reports (`AWSServiceRoleForBackupReports`)";
        Self::several(name, BACKUP_REPORTS_ROLE, statements)
    }

    /// Whether a principal is the service or its role. The Region may be written.
    pub(super) fn is_called(&self, principal: &str) -> bool {
        match self.principal.rsplit_once("role/") {
            Some((_, role)) => principal.ends_with(role),
            None => {
                let service = self.principal.split('.').next();
                principal.split('.').next() == service
                    && (principal.contains("amazonaws.com") || principal.contains(GAP))
            }
        }
    }

    /// What it does with the key, in lower case.
    pub(super) fn actions(&self) -> Vec<String> {
        let mut actions = Vec::new();
        for statement in &self.statements {
            let Value::Map(fields) = statement else { continue };
            let own = fields.iter().filter(|(key, _)| key == "Action").map(|(_, value)| value);
            let all = own.flat_map(|value| match value {
                Value::List(items) => items.as_slice(),
                only => std::slice::from_ref(only),
            });
            for action in all {
                let Value::String(action) = action else { continue };
                match action.to_ascii_lowercase().trim_end_matches('*') {
                    "kms:describe" => actions.push("kms:describekey".to_owned()),
                    "kms:reencrypt" => actions.extend(["kms:reencryptfrom", "kms:reencryptto"].map(str::to_owned)),
                    action => actions.push(action.to_owned()),
                }
            }
        }
        actions
    }
}
