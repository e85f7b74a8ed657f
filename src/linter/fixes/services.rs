//! Which AWS services use a key themselves, for the resources that it encrypts: the policy of the key must let them.

use super::Workshop;
use super::place::{branches, is_no_value};
use super::statements::Service;
use crate::eval::{Run, explore};
use crate::expand::{Block, exists};
use crate::graph::any_refers_to;
use crate::graph::deliveries::DELIVERIES;
use crate::policy::{self, DocumentKind, Who};
use crate::rules::check::checker::Checker;
use crate::rules::check::location::Item;
use crate::rules::operand::Settings;
use crate::rules::path::Path;
use crate::syntax::Node;

static NO_SETTINGS: Settings = Settings::new();

/// A type and the path of a property that names resources.
type Naming = (&'static str, &'static str);
const RECORDERS: [Naming; 1] = [("AWS::Config::DeliveryChannel", "$.Properties.S3BucketName")];
const REPORTS: [Naming; 1] = [("AWS::Backup::ReportPlan", "$.Properties.ReportDeliveryChannel.S3BucketName")];
const INVENTORIES: [Naming; 1] = [("AWS::S3::Bucket", "$.Properties.InventoryConfigurations[*].Destination.BucketArn")];
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
/// What services publish to, for which the policy that a topic has by default is enough, and their principals. Amazon DocumentDB and Amazon
/// Neptune publish as Amazon RDS does.
///
/// Sources, 2026-11: those of [`Service::sender`]; Amazon DocumentDB Developer Guide, "Subscribing to Amazon DocumentDB events"
/// (docs.aws.amazon.com/documentdb/latest/developerguide/event-subscriptions.subscribe.html).
const PUBLISHERS: [(Naming, &str); 10] = [
    (("AWS::DMS::EventSubscription", "$.Properties.SnsTopicArn"), "dms.amazonaws.com"),
    (("AWS::DocDB::EventSubscription", "$.Properties.SnsTopicArn"), "events.rds.amazonaws.com"),
    (("AWS::Neptune::EventSubscription", "$.Properties.SnsTopicArn"), "events.rds.amazonaws.com"),
    (("AWS::RDS::EventSubscription", "$.Properties.SnsTopicArn"), "events.rds.amazonaws.com"),
    (("AWS::Redshift::EventSubscription", "$.Properties.SnsTopicArn"), "redshift.amazonaws.com"),
    (
        ("AWS::SES::ConfigurationSetEventDestination", "$.Properties.EventDestination.SnsDestination.TopicARN"),
        "ses.amazonaws.com",
    ),
    (("AWS::SES::ReceiptRule", "$.Properties.Rule.Actions[*].BounceAction.TopicArn"), "ses.amazonaws.com"),
    (("AWS::SES::ReceiptRule", "$.Properties.Rule.Actions[*].LambdaAction.TopicArn"), "ses.amazonaws.com"),
    (("AWS::SES::ReceiptRule", "$.Properties.Rule.Actions[*].S3Action.TopicArn"), "ses.amazonaws.com"),
    (("AWS::SES::ReceiptRule", "$.Properties.Rule.Actions[*].SNSAction.TopicArn"), "ses.amazonaws.com"),
];
const GROUPS: [Naming; 1] =
    [("AWS::AutoScaling::AutoScalingGroup", "$.Properties.NotificationConfigurations[*].TopicARN")];
const TOPICS: [Naming; 2] =
    [("AWS::SNS::Subscription", "$.Properties.Endpoint"), ("AWS::SNS::Topic", "$.Properties.Subscription[*].Endpoint")];

/// The services that have statements of their own for buckets, and those that write to no bucket that is encrypted with a key: Elastic Load
/// Balancing User Guide, "Access logs for your Application Load Balancer" (load-balancer-access-logs.html); Amazon S3 User Guide, "Logging
/// requests with server access logging" (ServerLogs.html), 2026-11.
const OWN_STATEMENTS: [&str; 6] = [
    "cloudfront.amazonaws.com",
    "config.amazonaws.com",
    "delivery.logs.amazonaws.com",
    "logdelivery.elasticloadbalancing.amazonaws.com",
    "logging.s3.amazonaws.com",
    "s3.amazonaws.com",
];

/// When a resource of a type has services use its key.
enum When {
    Always,
    /// The key is that of this property.
    For(&'static str),
    /// Something is at this path of the properties.
    Has(&'static str),
    /// The logs that are at this path of the properties have a level other than `OFF`.
    Logs(&'static str),
}

/// A type, when its resources have services use their keys, and the services. The sources are those of the services.
type Use = (&'static str, When, &'static [fn() -> Service]);

/// Sorted by type. Others depend on the resources around the one with the key: [`Workshop::services`].
const USES: [Use; 18] = [
    ("AWS::CloudTrail::EventDataStore", When::Always, &[Service::event_data_store]),
    ("AWS::CloudTrail::Trail", When::Always, &[Service::cloud_trail]),
    ("AWS::ECS::Cluster", When::For("FargateEphemeralStorageKmsKeyId"), &[Service::fargate]),
    ("AWS::EMRServerless::Application", When::For("CloudWatchLoggingConfiguration"), &[Service::logs]),
    ("AWS::Events::Archive", When::Always, &[Service::archive]),
    ("AWS::Events::EventBus", When::Always, &[Service::event_bus]),
    ("AWS::Events::EventBus", When::Logs("LogConfig"), &[Service::event_bus_logs, Service::encrypted_logs]),
    ("AWS::GuardDuty::PublishingDestination", When::Always, &[Service::guard_duty]),
    ("AWS::KinesisAnalyticsV2::Application", When::Always, &[Service::flink, Service::running_flink]),
    ("AWS::Lambda::EventSourceMapping", When::Always, &[Service::lambda]),
    ("AWS::Logs::LogGroup", When::Always, &[Service::logs]),
    // Amazon MWAA User Guide, "Encryption on Amazon MWAA" (docs.aws.amazon.com/mwaa/latest/userguide/encryption-at-rest.html), 2026-11:
    // "you must attach the required policy statement for CloudWatch access".
    ("AWS::MWAA::Environment", When::Always, &[Service::logs]),
    ("AWS::MWAAServerless::Workflow", When::Always, &[Service::logs]),
    ("AWS::Pipes::Pipe", When::Has("LogConfiguration.IncludeExecutionData"), &[Service::encrypted_logs]),
    ("AWS::S3Vectors::Index", When::Always, &[Service::vectors]),
    ("AWS::S3Vectors::VectorBucket", When::Always, &[Service::vectors]),
    ("AWS::StepFunctions::StateMachine", When::Logs("LoggingConfiguration"), &[Service::encrypted_logs]),
    ("AWS::Wisdom::Assistant", When::Always, &[Service::connect]),
];

/// The types of which no documentation was found that names what the policy of a key must allow, and the property with the key.
const DOUBTED: [(&str, &str); 3] = [
    ("AWS::EMRServerless::Application", "ManagedPersistenceMonitoringConfiguration"),
    ("AWS::Glue::Integration", "KmsKeyId"),
    ("AWS::Redshift::Integration", "KMSKeyId"),
];

/// The types whose keys services use because of the resources around them.
const AROUND: [&str; 6] = [
    "AWS::AutoScaling::LaunchConfiguration",
    "AWS::EC2::LaunchTemplate",
    "AWS::RDS::Integration",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
];

/// Whether a service uses the keys of resources of a type, or may do so.
pub(super) fn may_use_keys_of(kind: &str) -> bool {
    AROUND.contains(&kind) || USES.iter().any(|(of, ..)| *of == kind)
}

/// The services that use the key of a resource themselves.
#[derive(Default)]
pub(super) struct Found {
    pub(super) services: Vec<Service>,
    /// What else is to be said.
    pub(super) notes: Vec<String>,
}

impl<'m, 't> Workshop<'_, 'm, 't> {
    /// The services that the policy of the key must let use it, for resources of these types. `is_for`: whether the key is that of a
    /// property, by a part of its path.
    pub(super) fn services(&self, target: &'m Block<'t>, kinds: &[&str], is_for: &dyn Fn(&str) -> bool) -> Found {
        let Found { mut services, mut notes } = Found::default();
        for (kind, when, all) in USES.iter().filter(|(kind, ..)| kinds.contains(kind)) {
            let is_own = target.kind == *kind;
            let uses = match when {
                When::Always => true,
                When::For(part) => is_own && is_for(part),
                When::Has(path) => is_own && !properties(target, path).is_empty(),
                When::Logs(path) => is_own && properties(target, path).into_iter().any(is_on),
            };
            services.extend(all.iter().filter(|_| uses).map(|service| service()));
        }
        if !kinds.contains(&target.kind) {
            return Found { services, notes };
        }
        if DOUBTED.iter().any(|(kind, part)| *kind == target.kind && is_for(part)) {
            notes.push(
                "Look up in the documentation of the service whether the policy of the key must let the service use it.".to_owned(),
            );
        }
        match target.kind {
            "AWS::StepFunctions::StateMachine" if !services.is_empty() => {
                let name = target.written_name();
                notes.push(format!("The role of `{name}` needs `kms:GenerateDataKey` to encrypt the log."));
            }
            "AWS::RDS::Integration" => {
                services.push(Service::integration(self.is_for_glue(target)));
            }
            "AWS::EC2::LaunchTemplate" | "AWS::AutoScaling::LaunchConfiguration" => {
                self.launches(target, &mut services, &mut notes);
            }
            "AWS::S3::Bucket" => self.stores(target, &mut services),
            "AWS::SNS::Topic" => {
                let mut senders = self.named_services(target, "AWS::SNS::TopicPolicy", "Topics", None);
                // The policy that a topic has by default lets alarms of the account publish, and the events of some services.
                let alarms = ALARMS.iter().map(|naming| (*naming, "cloudwatch.amazonaws.com"));
                for (naming, sender) in alarms.chain(PUBLISHERS) {
                    if !senders.iter().any(|name| name == sender) && self.is_named_by(target, &[naming]) {
                        senders.push(sender.to_owned());
                    }
                }
                services.extend(senders.iter().map(|name| Service::sender(name)));
                services.extend(self.is_named_by(target, &GROUPS).then(Service::auto_scaling_events));
            }
            "AWS::SQS::Queue" => {
                let mut senders = self.named_services(target, "AWS::SQS::QueuePolicy", "Queues", None);
                // A policy may name the topic and not the service.
                if self.is_named_by(target, &TOPICS) && !senders.iter().any(|name| name == "sns.amazonaws.com") {
                    senders.push("sns.amazonaws.com".to_owned());
                }
                services.extend(senders.iter().map(|name| Service::sender(name)));
            }
            _ => {}
        }
        Found { services, notes }
    }

    /// The services that write into a bucket, or read from it.
    fn stores(&self, target: &'m Block<'t>, services: &mut Vec<Service>) {
        let named = self.named_services(target, "AWS::S3::BucketPolicy", "Bucket", None);
        let has = |principal: &str| named.iter().any(|name| name == principal);
        let delivers = has("delivery.logs.amazonaws.com") || self.is_named_by(target, &DELIVERIES);
        services.extend(delivers.then(Service::log_delivery));
        let records = has("config.amazonaws.com") || self.is_named_by(target, &RECORDERS);
        services.extend(records.then(Service::config));
        let serves = has("cloudfront.amazonaws.com") || self.is_named_by(target, &DISTRIBUTIONS);
        services.extend(serves.then(Service::cloud_front));
        let lists = has("s3.amazonaws.com") || self.is_named_by(target, &INVENTORIES);
        services.extend(lists.then(Service::inventory));
        services.extend(self.is_named_by(target, &REPORTS).then(Service::backup_reports));
        let writers = self.named_services(target, "AWS::S3::BucketPolicy", "Bucket", Some("s3:putobject"));
        let others = writers.iter().filter(|name| !OWN_STATEMENTS.contains(&name.as_str()));
        services.extend(others.map(|name| Service::sender(name)));
    }

    /// That of the groups that launch instances with the resource.
    fn launches(&self, target: &'m Block<'t>, services: &mut Vec<Service>, notes: &mut Vec<String>) {
        let name = target.written_name();
        let users = self.neighbors.users(target.name).map(|(user, _)| user);
        // Managed node groups are Auto Scaling groups. Source: Amazon EKS User Guide, "Managed node groups", 2026-11.
        let kinds = ["AWS::AutoScaling::AutoScalingGroup", "AWS::EKS::Nodegroup"];
        let groups: Vec<&Block<'t>> = users.filter(|user| kinds.contains(&user.kind)).collect();
        let has_own_role = |group: &&Block<'t>| {
            group.node.get("Properties").is_some_and(|properties| properties.get("ServiceLinkedRoleARN").is_some())
        };
        let is_of_groups = target.kind == "AWS::AutoScaling::LaunchConfiguration";
        if groups.iter().any(|group| !has_own_role(group)) || groups.is_empty() && is_of_groups {
            services.push(Service::auto_scaling());
        }
        if groups.iter().any(has_own_role) {
            notes.push(format!(
                "Auto Scaling launches instances with `{name}` by a service-linked role of your own: allow that role to use the key."
            ));
        } else if groups.is_empty() && !is_of_groups {
            notes.push(format!(
                "If an Auto Scaling group outside the template uses `{name}`, allow its service-linked role to use the key."
            ));
        }
    }

    /// A checker that only selects.
    fn plain_checker<'r>(&self, run: &'r mut Run<'m, 't>, this: &'m Block<'t>) -> Checker<'r, 'm, 't> {
        Checker {
            run,
            model: self.model,
            settings: &NO_SETTINGS,
            configured: &NO_SETTINGS,
            profile: None,
            today: None,
            this,
            explain: false,
            without_defaults: false,
        }
    }

    /// Whether the target of an integration is in AWS Glue, by its resource or its ARN.
    fn is_for_glue(&self, target: &'m Block<'t>) -> bool {
        let mut catalogs = self.model.resources().iter().filter(|block| block.kind.starts_with("AWS::Glue::"));
        let is_text = |node: &Node<'_>| {
            let text = node.get("Fn::Sub").unwrap_or(node).scalar_text();
            text.is_some_and(|text| text.contains(":glue:"))
        };
        let is_target = |(user, path): (&Block<'t>, &str)| user.is(target) && path.starts_with("Properties/TargetArn");
        catalogs.any(|block| self.neighbors.users(block.name).any(is_target))
            || properties(target, "TargetArn").into_iter().any(is_text)
    }

    /// Whether properties of other resources name the resource in some deployment, by a reference or by its name.
    fn is_named_by(&self, target: &'m Block<'t>, all: &[Naming]) -> bool {
        let model = self.model;
        all.iter().filter(|(kind, _)| model.has_type(kind)).any(|(kind, path)| {
            let Ok(path) = Path::try_from((*path).to_owned()) else { return false };
            let exploration = explore(&model.evaluator, |run| {
                let users = model.naming(run, kind, &path.text, || path.routes(), target);
                users.into_iter().any(|user| {
                    let mut checker = self.plain_checker(run, target);
                    let found = checker.select(&path, &Item::Block(user)).items;
                    let mut values = found.iter().filter_map(|item| match item {
                        Item::Value { value, .. } => Some(*value),
                        Item::Block(_) => None,
                    });
                    values.any(|value| any_refers_to(run, model, value, target).is_true()) && exists(run, user)
                })
            });
            exploration.leaves.iter().any(|(_, is_named)| *is_named)
                || !exploration.complete && self.neighbors.users(target.name).any(|(user, _)| user.kind == *kind)
        })
    }

    /// The principals of the AWS services that policies of a type let use the resource, or let do one action (in lower case) with it.
    fn named_services(&self, target: &'m Block<'t>, kind: &str, property: &str, action: Option<&str>) -> Vec<String> {
        let model = self.model;
        let property = format!("Properties/{property}");
        let users = self.neighbors.users(target.name);
        let policies: Vec<_> = users.filter(|(user, path)| user.kind == kind && path.starts_with(&property)).collect();
        let mut named: Vec<String> = Vec::new();
        for (block, _) in policies {
            let exploration = explore(&model.evaluator, |run| {
                let found = policy::statements(run, block, DocumentKind::Resource).found;
                let mut names: Vec<String> = Vec::new();
                for statement in found.iter().filter(|statement| policy::only_allows(statement.value)) {
                    let may = |action: &str| !policy::allows_whenever(run, statement.value, action).is_false();
                    if !action.is_none_or(may) {
                        continue;
                    }
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

/// What is written at a path of the properties, in each branch of `Fn::If`.
fn properties<'t>(block: &Block<'t>, path: &str) -> Vec<&'t Node<'t>> {
    let mut found: Vec<&Node<'t>> = block.node.get("Properties").into_iter().collect();
    for step in path.split('.').map(Some).chain([None]) {
        let mut next = Vec::new();
        while let Some(node) = found.pop() {
            match (branches(node), step) {
                (Some(both), _) => found.extend(both),
                (None, Some(step)) => next.extend(node.get(step)),
                (None, None) if is_no_value(node) => {}
                (None, None) => next.push(node),
            }
        }
        found = next;
    }
    found
}

/// Whether logs may have a level other than `OFF`.
fn is_on(logs: &Node<'_>) -> bool {
    logs.get("Level").and_then(Node::scalar_text).is_none_or(|level| level != "OFF")
}
