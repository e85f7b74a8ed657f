//! Which AWS services use a key themselves, for the resources that it encrypts: the policy of the key must let them.

use super::making::Making;
use crate::change::Value;
use crate::eval::explore;
use crate::eval::gaps::GAP;
use crate::expand::{Block, exists};
use crate::facts::sends_source;
use crate::graph::any_refers_to;
use crate::policy::{self, DocumentKind, Who};
use crate::rules::check::location::Item;
use crate::rules::fix::Recipe;
use crate::rules::path::Path;

const ACCOUNT: &str = "${AWS::AccountId}";
/// The service-linked role that Amazon EC2 Auto Scaling uses unless a group has another.
const AUTO_SCALING_ROLE: &str = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/autoscaling.amazonaws.com/\
                                 AWSServiceRoleForAutoScaling";
/// A type and the path of a property that names resources.
type Naming = (&'static str, &'static str);
/// What has AWS deliver logs to a bucket.
const DELIVERIES: [Naming; 5] = [
    ("AWS::EC2::FlowLog", "$.Properties.LogDestination"),
    ("AWS::Logs::DeliveryDestination", "$.Properties.DestinationResourceArn"),
    (
        "AWS::NetworkFirewall::LoggingConfiguration",
        "$.Properties.LoggingConfiguration.LogDestinationConfigs[*].LogDestination.bucketName",
    ),
    ("AWS::Route53Resolver::ResolverQueryLoggingConfig", "$.Properties.DestinationArn"),
    ("AWS::WAFv2::LoggingConfiguration", "$.Properties.LogDestinationConfigs[*]"),
];
const RECORDERS: [Naming; 1] = [("AWS::Config::DeliveryChannel", "$.Properties.S3BucketName")];
const DISTRIBUTIONS: [Naming; 1] =
    [("AWS::CloudFront::Distribution", "$.Properties.DistributionConfig.Origins[*].DomainName")];
const ALARMS: [Naming; 6] = [
    ("AWS::CloudWatch::Alarm", "$.Properties.AlarmActions[*]"),
    ("AWS::CloudWatch::Alarm", "$.Properties.InsufficientDataActions[*]"),
    ("AWS::CloudWatch::Alarm", "$.Properties.OKActions[*]"),
    ("AWS::CloudWatch::CompositeAlarm", "$.Properties.AlarmActions[*]"),
    ("AWS::CloudWatch::CompositeAlarm", "$.Properties.InsufficientDataActions[*]"),
    ("AWS::CloudWatch::CompositeAlarm", "$.Properties.OKActions[*]"),
];
const TOPICS: [Naming; 2] =
    [("AWS::SNS::Subscription", "$.Properties.Endpoint"), ("AWS::SNS::Topic", "$.Properties.Subscription[*].Endpoint")];
/// What encrypts and decrypts with a key, each with its variants.
const ALL_USE: [&str; 5] = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];

/// What a service that uses keys itself has to be allowed in the policy of the key. Others use it for the caller, or by a grant.
pub(super) struct Service {
    /// What a note calls it.
    pub(super) name: String,
    /// Its principal, or the ARN of its role.
    principal: String,
    pub(super) statements: Vec<Value>,
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

/// A statement for a principal. Each condition is an operator, a key, and a value.
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
    let condition = |[operator, key, value]: &[&str; 3]| ((*operator).to_owned(), map([(key, sub(value))]));
    if !conditions.is_empty() {
        fields.push(("Condition".to_owned(), Value::Map(conditions.iter().map(condition).collect())));
    }
    Value::Map(fields)
}

impl Service {
    fn new(name: &str, sid: &str, principal: &str, actions: &[&str], conditions: &[[&str; 3]]) -> Self {
        let statements = vec![statement(sid, map([("Service", sub(principal))]), actions, conditions)];
        Self { name: name.to_owned(), principal: principal.to_owned(), statements }
    }

    /// Source: AWS CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail"
    /// (docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html), 2026-11.
    fn cloud_trail() -> Self {
        let source = "arn:${AWS::Partition}:cloudtrail:*:${AWS::AccountId}:trail/*";
        let actions = ["kms:GenerateDataKey*", "kms:Decrypt", "kms:DescribeKey"];
        let conditions = [["StringLike", "aws:SourceArn", source]];
        Self::new("CloudTrail", "CloudTrailUsesKey", "cloudtrail.amazonaws.com", &actions, &conditions)
    }

    /// Source: Amazon CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS Key Management Service"
    /// (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html), 2026-11.
    fn logs() -> Self {
        let actions = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"];
        let log = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*";
        let conditions = [["ArnLike", "kms:EncryptionContext:aws:logs:arn", log]];
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
    fn log_delivery() -> Self {
        let source = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*";
        let conditions = [["StringEquals", "aws:SourceAccount", ACCOUNT], ["ArnLike", "aws:SourceArn", source]];
        let name = "the delivery of logs (`delivery.logs.amazonaws.com`)";
        Self::new(name, "LogDeliveryUsesKey", "delivery.logs.amazonaws.com", &ALL_USE, &conditions)
    }

    /// Source: AWS Config Developer Guide, "Permissions for the KMS Key for the AWS Config Delivery Channel", "Required Permissions for the
    /// KMS Key When Using Service-Linked Roles (S3 Bucket Delivery)" (docs.aws.amazon.com/config/latest/developerguide/s3-kms-key-policy.html),
    /// 2026-11. AWS Config also tries as a service if its role may not.
    fn config() -> Self {
        let conditions = [["StringEquals", "aws:SourceAccount", ACCOUNT]];
        let actions = ["kms:Decrypt", "kms:GenerateDataKey"];
        Self::new("AWS Config", "ConfigUsesKey", "config.amazonaws.com", &actions, &conditions)
    }

    /// Source: Amazon EventBridge User Guide, "Authorizing EventBridge to use a customer managed key"
    /// (docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-key-policy.html), 2026-11.
    fn event_bus() -> Self {
        let own = ["StringEquals", "aws:SourceAccount", ACCOUNT];
        let principal = || map([("Service", text("events.amazonaws.com"))]);
        Self {
            name: "EventBridge".to_owned(),
            principal: "events.amazonaws.com".to_owned(),
            statements: vec![
                statement("EventBridgeDescribesKey", principal(), &["kms:DescribeKey"], &[]),
                statement("EventBridgeUsesKey", principal(), &["kms:GenerateDataKey", "kms:Decrypt"], &[own]),
            ],
        }
    }

    /// Source: Amazon S3 User Guide, "Data protection and encryption in S3 Vectors"
    /// (docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-data-encryption.html), 2026-11.
    fn vectors() -> Self {
        let source = "arn:${AWS::Partition}:s3vectors:${AWS::Region}:${AWS::AccountId}:bucket/*";
        let conditions = [["StringEquals", "aws:SourceAccount", ACCOUNT], ["ArnLike", "aws:SourceArn", source]];
        let principal = "indexing.s3vectors.amazonaws.com";
        Self::new("S3 Vectors", "S3VectorsUsesKey", principal, &["kms:Decrypt"], &conditions)
    }

    /// Of an origin access control. The ARN of the distribution would make the key and the distribution depend on each other.
    ///
    /// Source: Amazon CloudFront Developer Guide, "Restrict access to an Amazon S3 origin", "SSE-KMS"
    /// (docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html), 2026-11.
    fn cloud_front() -> Self {
        let source = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*";
        let actions = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*"];
        let conditions = [["StringLike", "aws:SourceArn", source]];
        Self::new("CloudFront", "CloudFrontUsesKey", "cloudfront.amazonaws.com", &actions, &conditions)
    }

    /// A condition with the name of the cluster would make the key and the cluster depend on each other.
    ///
    /// Source: Amazon ECS Developer Guide, "Create an encryption key for Fargate ephemeral storage for Amazon ECS"
    /// (docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-create-storage-key.html), 2026-11.
    fn fargate() -> Self {
        let own = ["StringEquals", "kms:EncryptionContext:aws:ecs:clusterAccount", ACCOUNT];
        let decrypts = ["ForAllValues:StringEquals", "kms:GrantOperations", "Decrypt"];
        let principal = || map([("Service", text("fargate.amazonaws.com"))]);
        let generate = ["kms:GenerateDataKeyWithoutPlaintext"];
        Self {
            name: "Fargate".to_owned(),
            principal: "fargate.amazonaws.com".to_owned(),
            statements: vec![
                statement("FargateUsesKey", principal(), &generate, &[own]),
                statement("FargateGrantsKey", principal(), &["kms:CreateGrant"], &[own, decrypts]),
            ],
        }
    }

    /// The role is there from the first group of the account on. AWS KMS rejects a policy that names a role that is not there, so a
    /// condition does.
    ///
    /// Source: Amazon EC2 Auto Scaling User Guide, "Required AWS KMS key policy for use with encrypted volumes"
    /// (docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html), 2026-11.
    fn auto_scaling() -> Self {
        let own = ["ArnEquals", "aws:PrincipalArn", AUTO_SCALING_ROLE];
        let for_aws = ["Bool", "kms:GrantIsForAWSResource", "true"];
        let principal = || map([("AWS", text("*"))]);
        Self {
            name: "the service-linked role of Auto Scaling (`AWSServiceRoleForAutoScaling`)".to_owned(),
            principal: AUTO_SCALING_ROLE.to_owned(),
            statements: vec![
                statement("AutoScalingUsesKey", principal(), &ALL_USE, &[own]),
                statement("AutoScalingGrantsKey", principal(), &["kms:CreateGrant"], &[own, for_aws]),
            ],
        }
    }

    /// Of a service that sends to topics and queues. Few send the account that they act for, and a condition on it denies the others.
    ///
    /// Sources, 2026-11: Amazon SNS Developer Guide, "Managing Amazon SNS encryption keys and costs", "Enable compatibility between event
    /// sources from AWS services and encrypted topics" (sns-key-management.html); Amazon SQS Developer Guide, "Amazon SQS Key management",
    /// "Configure KMS permissions for AWS services" (sqs-key-management.html).
    fn sender(principal: &str) -> Self {
        let mut sid = String::new();
        for word in principal.trim_end_matches(".amazonaws.com").split(|letter: char| !letter.is_ascii_alphanumeric()) {
            let mut letters = word.chars();
            sid.extend(letters.next().map(|first| first.to_ascii_uppercase()));
            sid.push_str(letters.as_str());
        }
        let own = [["StringEquals", "aws:SourceAccount", ACCOUNT]];
        let conditions: &[_] = if sends_source(principal, "kms") { &own } else { &[] };
        let actions = ["kms:GenerateDataKey*", "kms:Decrypt"];
        Self::new(&format!("`{principal}`"), &format!("{sid}UsesKey"), principal, &actions, conditions)
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

/// Whether a service uses the keys of resources of a type, or may do so.
pub(super) fn may_use_keys_of(kind: &str) -> bool {
    let kinds = ["AWS::CloudTrail::Trail", "AWS::Logs::LogGroup", "AWS::EC2::LaunchTemplate", "AWS::ECS::Cluster"];
    kinds.contains(&kind) || kind == "AWS::AutoScaling::LaunchConfiguration"
}

impl<'t> Making<'_, '_, '_, 't> {
    /// The services that the policy of the key must let use it, for resources of these types.
    pub(super) fn services(&mut self, recipe: &Recipe, kinds: &[&str]) -> Vec<Service> {
        let mut services = Vec::new();
        if kinds.contains(&"AWS::CloudTrail::Trail") {
            services.push(Service::cloud_trail());
        }
        if kinds.contains(&"AWS::Logs::LogGroup") {
            services.push(Service::logs());
        }
        let target = self.target;
        if !kinds.contains(&target.kind) {
            return services;
        }
        match target.kind {
            "AWS::Events::EventBus" => services.push(Service::event_bus()),
            "AWS::S3Vectors::VectorBucket" | "AWS::S3Vectors::Index" => services.push(Service::vectors()),
            "AWS::ECS::Cluster" => {
                let is_for_fargate = |path: &str| path.contains("FargateEphemeralStorageKmsKeyId");
                let own = recipe.customer_key.iter().any(|path| is_for_fargate(&path.path.text));
                services.extend(own.then(Service::fargate));
            }
            "AWS::EC2::LaunchTemplate" | "AWS::AutoScaling::LaunchConfiguration" => self.launches(&mut services),
            "AWS::S3::Bucket" => {
                let named = self.named_services("AWS::S3::BucketPolicy", "Bucket");
                let has = |principal: &str| named.iter().any(|name| name == principal);
                let delivers = has("delivery.logs.amazonaws.com") || self.is_named_by(&DELIVERIES);
                services.extend(delivers.then(Service::log_delivery));
                let records = has("config.amazonaws.com") || self.is_named_by(&RECORDERS);
                services.extend(records.then(Service::config));
                let serves = has("cloudfront.amazonaws.com") || self.is_named_by(&DISTRIBUTIONS);
                services.extend(serves.then(Service::cloud_front));
            }
            "AWS::SNS::Topic" => {
                let mut senders = self.named_services("AWS::SNS::TopicPolicy", "Topics");
                // The policy that a topic has by default lets alarms of the account publish.
                if self.is_named_by(&ALARMS) && !senders.iter().any(|name| name == "cloudwatch.amazonaws.com") {
                    senders.push("cloudwatch.amazonaws.com".to_owned());
                }
                services.extend(senders.iter().map(|name| Service::sender(name)));
            }
            "AWS::SQS::Queue" => {
                let mut senders = self.named_services("AWS::SQS::QueuePolicy", "Queues");
                // A policy may name the topic and not the service.
                if self.is_named_by(&TOPICS) && !senders.iter().any(|name| name == "sns.amazonaws.com") {
                    senders.push("sns.amazonaws.com".to_owned());
                }
                services.extend(senders.iter().map(|name| Service::sender(name)));
            }
            _ => {}
        }
        services
    }

    /// That of the groups that launch instances with the resource.
    fn launches(&mut self, services: &mut Vec<Service>) {
        let target = self.target;
        let name = target.written_name();
        let users = self.shop.neighbors.users(target.name).map(|(user, _)| user);
        let groups: Vec<&Block<'t>> = users.filter(|user| user.kind == "AWS::AutoScaling::AutoScalingGroup").collect();
        let has_own_role = |group: &&Block<'t>| {
            group.node.get("Properties").is_some_and(|properties| properties.get("ServiceLinkedRoleARN").is_some())
        };
        let is_of_groups = target.kind == "AWS::AutoScaling::LaunchConfiguration";
        if groups.iter().any(|group| !has_own_role(group)) || groups.is_empty() && is_of_groups {
            services.push(Service::auto_scaling());
        }
        if groups.iter().any(has_own_role) {
            self.deeds.notes.push(format!(
                "Auto Scaling launches instances with `{name}` by a service-linked role of your own: allow that role to use the key."
            ));
        } else if groups.is_empty() && !is_of_groups {
            self.deeds.notes.push(format!(
                "If an Auto Scaling group outside the template uses `{name}`, allow its service-linked role to use the key."
            ));
        }
    }

    /// Whether properties of other resources name the resource in some deployment, by a reference or by its name.
    fn is_named_by(&self, all: &[Naming]) -> bool {
        let (model, target) = (self.shop.model, self.target);
        all.iter().filter(|(kind, _)| model.has_type(kind)).any(|(kind, path)| {
            let Ok(path) = Path::try_from((*path).to_owned()) else { return false };
            let exploration = explore(&model.evaluator, |run| {
                let users = model.naming(run, kind, &path.text, || path.routes(), target);
                users.into_iter().any(|user| {
                    let mut checker = self.shop.checker(run, self.job);
                    let found = checker.select(&path, &Item::Block(user)).items;
                    let mut values = found.iter().filter_map(|item| match item {
                        Item::Value { value, .. } => Some(*value),
                        Item::Block(_) => None,
                    });
                    values.any(|value| any_refers_to(run, model, value, target).is_true()) && exists(run, user)
                })
            });
            exploration.leaves.iter().any(|(_, is_named)| *is_named)
                || !exploration.complete && self.shop.neighbors.users(target.name).any(|(user, _)| user.kind == *kind)
        })
    }

    /// The principals of the AWS services that policies of a type let use the resource.
    fn named_services(&self, kind: &str, property: &str) -> Vec<String> {
        let model = self.shop.model;
        let property = format!("Properties/{property}");
        let users = self.shop.neighbors.users(self.target.name);
        let policies: Vec<_> = users.filter(|(user, path)| user.kind == kind && path.starts_with(&property)).collect();
        let mut named: Vec<String> = Vec::new();
        for (block, _) in policies {
            let exploration = explore(&model.evaluator, |run| {
                let found = policy::statements(run, block, DocumentKind::Resource).found;
                let mut names: Vec<String> = Vec::new();
                for statement in found.iter().filter(|statement| policy::only_allows(statement.value)) {
                    let (_, services) = policy::principal(run, statement.value, Who::Service);
                    names.extend(services.into_iter().filter_map(|name| name.text()).map(|name| name.into_owned()));
                }
                names
            });
            for name in exploration.leaves.into_iter().flat_map(|(_, names)| names) {
                if name.ends_with(".amazonaws.com") && !named.contains(&name) {
                    named.push(name);
                }
            }
        }
        named
    }
}
