//! What has AWS deliver logs to a bucket as `delivery.logs.amazonaws.com`: vended logs.

/// A type, and the path of the property that names the bucket.
///
/// AWS adds the statements for the delivery to the policy of the bucket when the delivery is set up. Sources, 2026-11: Amazon CloudWatch
/// Logs User Guide, "Enable logging from AWS services"
/// (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html); AWS Verified Access User Guide, "Logging
/// permissions" (docs.aws.amazon.com/verified-access/latest/ug/access-logs-permissions.html); Amazon MSK Developer Guide, "Required KMS key
/// policy for use with SSE-KMS buckets" (docs.aws.amazon.com/msk/latest/developerguide/msk-logging.html) and "Additional permissions for
/// log delivery" (msk-replicator-create-iam-perms-logs.html). For the log of a pipe and of a user pool, the handlers of their resource
/// schemas need `logs:CreateLogDelivery` and `s3:PutBucketPolicy`.
pub const DELIVERIES: [(&str, &str); 12] = [
    ("AWS::Cognito::LogDeliveryConfiguration", "$.Properties.LogConfigurations[*].S3Configuration.BucketArn"),
    ("AWS::EC2::FlowLog", "$.Properties.LogDestination"),
    ("AWS::EC2::VerifiedAccessInstance", "$.Properties.LoggingConfigurations.S3.BucketName"),
    ("AWS::KafkaConnect::Connector", "$.Properties.LogDelivery.WorkerLogDelivery.S3.Bucket"),
    ("AWS::Logs::DeliveryDestination", "$.Properties.DestinationResourceArn"),
    ("AWS::MSK::Cluster", "$.Properties.LoggingInfo.BrokerLogs.S3.Bucket"),
    ("AWS::MSK::Replicator", "$.Properties.LogDelivery.ReplicatorLogDelivery.S3.Bucket"),
    (
        "AWS::NetworkFirewall::LoggingConfiguration",
        "$.Properties.LoggingConfiguration.LogDestinationConfigs[*].LogDestination.bucketName",
    ),
    ("AWS::Pipes::Pipe", "$.Properties.LogConfiguration.S3LogDestination.BucketName"),
    ("AWS::Route53Resolver::ResolverQueryLoggingConfig", "$.Properties.DestinationArn"),
    ("AWS::VpcLattice::AccessLogSubscription", "$.Properties.DestinationArn"),
    ("AWS::WAFv2::LoggingConfiguration", "$.Properties.LogDestinationConfigs[*]"),
];
