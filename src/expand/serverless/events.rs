//! `Events` of a function: who may call it, and what calls it.
//!
//! Source: AWS SAM developer guide, "EventSource". What pollers may do: `streams.rs`.

use super::Pass;
use super::api::{self, Protocol};
use super::function::Target;
use super::nodes::{At, is_true, plain_map};
use super::resource::{Made, Resource};
use super::role::{Grants, starting_role};
use super::streams;
use crate::expand::expansion::Part;
use crate::syntax::{Entry, Node};

/// One entry of `Events` whose type and properties are written out.
#[derive(Copy, Clone, Debug)]
pub(super) struct Event<'n, 't> {
    /// Its name.
    pub(super) name: &'n str,
    /// `Api`, `SQS`, …
    pub(super) kind: &'n str,
    /// The place of its name.
    pub(super) at: At,
    /// The place of the key `Properties`, where there is one.
    pub(super) properties_at: At,
    properties: &'n [Entry<'t>],
}

impl<'n, 't> Event<'n, 't> {
    /// A property with its key.
    pub(super) fn entry(&self, name: &str) -> Option<&'n Entry<'t>> {
        self.properties.iter().find(|entry| entry.key == name)
    }

    /// A property.
    pub(super) fn get(&self, name: &str) -> Option<&'n Node<'t>> {
        self.entry(name).map(|entry| &entry.value)
    }

    /// Something that is made for it: `<Id><Event><suffix>`.
    pub(super) fn make(&self, sam: &Resource<'_, 't>, suffix: &str, kind: &'static str) -> Made<'t> {
        let mut made = sam.also(format!("{}{}{suffix}", sam.id, self.name), kind);
        made.part = Part::OfEvent { name: self.name.to_owned(), kind: self.kind.to_owned() };
        made.standing_at(self.at, self.properties_at)
    }
}

/// The events of a resource. What a function or macro computes of an event is not looked into.
pub(super) fn events<'n, 't>(sam: &'n Resource<'_, 't>) -> Vec<Event<'n, 't>> {
    let entries = sam.get("Events").and_then(plain_map).unwrap_or_default();
    entries.iter().filter_map(event).collect()
}

fn event<'n, 't>(entry: &'n Entry<'t>) -> Option<Event<'n, 't>> {
    let at = At(entry.key_span);
    let kind = entry.value.get("Type")?.as_str()?;
    let (properties_at, properties) = match entry.value.entry("Properties") {
        Some(written) => (At(written.key_span), plain_map(&written.value)?),
        None => (at, &[][..]),
    };
    let has_macro = properties.iter().any(|property| property.key.starts_with("Fn::"));
    (!has_macro).then_some(Event { name: &entry.key, kind, at, properties_at, properties })
}

/// Properties of a poller that mean the same for `AWS::Lambda::EventSourceMapping`.
const MAPPED: [&str; 20] = [
    "BatchSize",
    "BisectBatchOnFunctionError",
    "Enabled",
    "FilterCriteria",
    "FunctionResponseTypes",
    "KmsKeyArn",
    "LoggingConfig",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "MetricsConfig",
    "ParallelizationFactor",
    "ProvisionedPollerConfig",
    "Queues",
    "ScalingConfig",
    "SourceAccessConfigurations",
    "StartingPosition",
    "StartingPositionTimestamp",
    "Topics",
    "TumblingWindowInSeconds",
];

/// What the events of a function become.
pub(super) fn expand<'t>(
    sam: &Resource<'_, 't>,
    target: &Target,
    grants: &mut Grants<'t>,
    pass: &mut Pass<'_, 't>,
) -> Vec<Made<'t>> {
    events(sam).iter().flat_map(|event| Caller { sam, target, event }.expand(grants, pass)).collect()
}

/// An event and the function that it calls.
struct Caller<'n, 't> {
    sam: &'n Resource<'n, 't>,
    target: &'n Target,
    event: &'n Event<'n, 't>,
}

impl<'t> Caller<'_, 't> {
    fn expand(&self, grants: &mut Grants<'t>, pass: &mut Pass<'_, 't>) -> Vec<Made<'t>> {
        let event = self.event;
        match event.kind {
            "Api" => self.api(Protocol::Rest, pass),
            "HttpApi" => self.api(Protocol::Http, pass),
            "SQS" => self.poll("Queue", Some("service-role/AWSLambdaSQSQueueExecutionRole"), grants),
            "Kinesis" => self.poll("Stream", Some("service-role/AWSLambdaKinesisExecutionRole"), grants),
            "DynamoDB" => self.poll("Stream", Some("service-role/AWSLambdaDynamoDBExecutionRole"), grants),
            "MSK" => self.poll("Stream", Some("service-role/AWSLambdaMSKExecutionRole"), grants),
            "MQ" => self.poll("Broker", None, grants),
            "DocumentDB" => self.poll("Cluster", None, grants),
            "SelfManagedKafka" => self.poll("", None, grants),
            "SNS" => self.topic(grants),
            "S3" => self.bucket(pass),
            "Schedule" | "CloudWatchEvent" | "EventBridgeRule" => {
                let rule = rule(self.sam, event, self.target.arn(event.at), None);
                let source = event.at.attribute(rule_id(self.sam, event), "Arn");
                let permission = self.permission("", "events.amazonaws.com", [("SourceArn", source)]);
                rule.into_iter().chain([permission]).collect()
            }
            "ScheduleV2" => schedule(self.sam, event, self.target.arn(event.at), "lambda:InvokeFunction"),
            "IoTRule" => self.iot_rule(),
            "CloudWatchLogs" => self.log_group(),
            "AlexaSkill" => {
                let mut permission = self.permission("", "alexa-appkit.amazon.com", []);
                permission.copy_as(event.entry("SkillId"), "EventSourceToken");
                vec![permission]
            }
            "Cognito" => self.user_pool(),
            _ => Vec::new(),
        }
    }

    /// Lets a service call the function.
    fn permission<const N: usize>(
        &self,
        suffix: &str,
        principal: &'static str,
        source: [(&'static str, Node<'t>); N],
    ) -> Made<'t> {
        let at = self.event.at;
        let mut permission = self.event.make(self.sam, &format!("Permission{suffix}"), "AWS::Lambda::Permission");
        permission.set(at, "Action", at.text("lambda:InvokeFunction"));
        permission.set(at, "FunctionName", self.target.name(at));
        permission.set(at, "Principal", at.text(principal));
        for (name, value) in source {
            permission.set(at, name, value);
        }
        permission
    }

    /// A route of an API, and the permission for it.
    fn api(&self, protocol: Protocol, pass: &Pass<'_, 't>) -> Vec<Made<'t>> {
        let (event, at) = (self.event, self.event.at);
        let Some(api) = pass.api_of(event, protocol) else { return Vec::new() };
        let source = at.substitution(
            format!(
                "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{Api}}/*/{}",
                api::resource_path(event)
            ),
            [("Api", at.reference(api.id.to_owned()))],
        );
        let suffix = match protocol {
            Protocol::Rest => api::stage_name(api).unwrap_or("Stage"),
            Protocol::Http => "",
        };
        let permission = self.permission(suffix, "apigateway.amazonaws.com", [("SourceArn", source)]);
        [permission].into_iter().chain(api::route(self.sam, event, api, protocol)).collect()
    }

    /// Lambda polls a queue or stream.
    fn poll(&self, source: &str, managed_policy: Option<&str>, grants: &mut Grants<'t>) -> Vec<Made<'t>> {
        let at = self.event.at;
        let mut mapping = self.event.make(self.sam, "", "AWS::Lambda::EventSourceMapping");
        mapping.set(at, "FunctionName", self.target.name(at));
        mapping.copy_as(self.event.entry(source), "EventSourceArn");
        mapping.copy(self.event.properties, &MAPPED);
        mapping.push(self.event.entry("DestinationConfig").map(streams::destination));
        for entry in streams::settings(self.event) {
            mapping.push(Some(entry));
        }
        if let Some(name) = managed_policy {
            grants.managed(at, name);
        }
        streams::grant(self.event, grants);
        vec![mapping]
    }

    /// A topic calls the function, or fills a queue that Lambda polls.
    fn topic(&self, grants: &mut Grants<'t>) -> Vec<Made<'t>> {
        let (event, at) = (self.event, self.event.at);
        let Some(topic) = event.get("Topic") else { return Vec::new() };
        let mut subscription = event.make(self.sam, "", "AWS::SNS::Subscription");
        subscription.copy_as(event.entry("Topic"), "TopicArn");
        subscription.copy(event.properties, &["FilterPolicy", "FilterPolicyScope", "RedrivePolicy", "Region"]);
        let mut made = Vec::new();
        let queue =
            event.entry("SqsSubscription").filter(|entry| entry.value.scalar_text().as_deref() != Some("false"));
        match queue {
            None => {
                subscription.set(at, "Protocol", at.text("lambda"));
                subscription.set(at, "Endpoint", self.target.arn(at));
                made.push(self.permission("", "sns.amazonaws.com", [("SourceArn", topic.clone())]));
            }
            Some(written) => {
                let at = At(written.key_span);
                let queue_arn = written.value.get("QueueArn").cloned().unwrap_or_else(|| {
                    let queue = event.make(self.sam, "Queue", "AWS::SQS::Queue").standing_at(at, at);
                    let arn = at.attribute(queue.id.clone(), "Arn");
                    made.push(queue);
                    arn
                });
                let queue_url = written.value.get("QueueUrl").cloned();
                let queue_url =
                    queue_url.unwrap_or_else(|| at.reference(format!("{}{}Queue", self.sam.id, event.name)));
                let everyone = at.text("*");
                let mut policy =
                    queue_policy(self.sam, event, at, [queue_arn.clone(), queue_url], everyone, topic.clone());
                if let Some(id) = written.value.get("QueuePolicyLogicalId").and_then(Node::as_str) {
                    id.clone_into(&mut policy.id);
                }
                made.push(policy);
                subscription.set(at, "Protocol", at.text("sqs"));
                subscription.set(at, "Endpoint", queue_arn.clone());
                let mut mapping =
                    event.make(self.sam, "EventSourceMapping", "AWS::Lambda::EventSourceMapping").standing_at(at, at);
                mapping.set(at, "FunctionName", self.target.name(at));
                mapping.set(at, "EventSourceArn", queue_arn);
                mapping.set(at, "BatchSize", at.number(10));
                mapping.set(at, "Enabled", at.boolean(true));
                made.push(mapping);
                grants.managed(at, "service-role/AWSLambdaSQSQueueExecutionRole");
            }
        }
        made.push(subscription);
        made
    }

    /// A bucket calls the function: it gets a notification.
    fn bucket(&self, pass: &mut Pass<'_, 't>) -> Vec<Made<'t>> {
        let (event, at) = (self.event, self.event.at);
        let bucket = event.get("Bucket").and_then(|bucket| bucket.get("Ref")).and_then(Node::as_str);
        if let (Some(bucket), Some(events)) = (bucket, event.get("Events")) {
            for name in events.as_sequence().unwrap_or(std::slice::from_ref(events)) {
                let notification = at.map([("Event", name.clone()), ("Function", self.target.arn(at))]);
                let condition = self.sam.attributes.iter().find(|entry| entry.key == "Condition");
                pass.notify(
                    bucket,
                    at,
                    match condition {
                        Some(condition) => {
                            at.choice(condition.value.clone(), notification, at.reference("AWS::NoValue"))
                        }
                        None => notification,
                    },
                );
            }
            let is_tagged = self.sam.get("PropagateTags").is_some_and(is_true);
            pass.tag_bucket(bucket, self.sam.tag_list().filter(|_| is_tagged));
        }
        vec![self.permission("", "s3.amazonaws.com", [("SourceAccount", at.reference("AWS::AccountId"))])]
    }

    fn iot_rule(&self) -> Vec<Made<'t>> {
        let at = self.event.at;
        let mut rule = self.event.make(self.sam, "", "AWS::IoT::TopicRule");
        let mut payload: Vec<Entry<'t>> =
            ["Sql", "AwsIotSqlVersion"].into_iter().filter_map(|name| self.event.entry(name).cloned()).collect();
        let action = at.map([("Lambda", at.map([("FunctionArn", self.target.arn(at))]))]);
        payload.push(at.entry("RuleDisabled", at.boolean(false)));
        payload.push(at.entry("Actions", at.list([action])));
        rule.set(at, "TopicRulePayload", at.entries(payload));
        let source = at.substitution(
            "arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}:rule/${RuleName}",
            [("RuleName", at.reference(rule.id.clone()))],
        );
        let source = [("SourceAccount", at.substitution("${AWS::AccountId}", [])), ("SourceArn", source)];
        vec![self.permission("", "iot.amazonaws.com", source), rule]
    }

    fn log_group(&self) -> Vec<Made<'t>> {
        let at = self.event.at;
        let Some(name) = self.event.get("LogGroupName") else { return Vec::new() };
        let mut filter = self.event.make(self.sam, "", "AWS::Logs::SubscriptionFilter");
        filter.copy(self.event.properties, &["LogGroupName", "FilterPattern"]);
        filter.set(at, "DestinationArn", self.target.arn(at));
        let source = at.substitution(
            "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${LogGroupName}:*",
            [("LogGroupName", name.clone())],
        );
        vec![self.permission("", "logs.amazonaws.com", [("SourceArn", source)]), filter]
    }

    /// A user pool calls the function. All of a function's pools share one permission's name.
    fn user_pool(&self) -> Vec<Made<'t>> {
        let at = self.event.at;
        let pool = self.event.get("UserPool").and_then(|pool| pool.get("Ref")).and_then(Node::as_str);
        let Some(pool) = pool else { return Vec::new() };
        let source = at.attribute(pool.to_owned(), "Arn");
        let mut permission = self.permission("", "cognito-idp.amazonaws.com", [("SourceArn", source)]);
        permission.id = format!("{}CognitoPermission", self.target.logical_id());
        vec![permission]
    }
}

fn rule_id(sam: &Resource<'_, '_>, event: &Event<'_, '_>) -> String {
    format!("{}{}", sam.id, event.name)
}

/// An EventBridge rule that calls a target, and the queue for what it could not deliver.
pub(super) fn rule<'t>(
    sam: &Resource<'_, 't>,
    event: &Event<'_, 't>,
    target: Node<'t>,
    role: Option<Node<'t>>,
) -> Vec<Made<'t>> {
    let at = event.at;
    let mut rule = event.make(sam, "", "AWS::Events::Rule");
    rule.copy_as(event.entry("Schedule"), "ScheduleExpression");
    rule.copy_as(event.entry("Pattern"), "EventPattern");
    rule.copy_as(event.entry("RuleName"), "Name");
    rule.copy(event.properties, &["Description", "EventBusName", "Name", "State"]);
    let mut parts = vec![at.entry("Arn", target), at.entry("Id", at.text(format!("{}Target", rule.id)))];
    parts.extend(role.map(|role| at.entry("RoleArn", role)));
    parts.extend(
        ["Input", "InputPath", "InputTransformer", "RetryPolicy"].iter().filter_map(|n| event.entry(n).cloned()),
    );
    let mut made = Vec::new();
    if let Some(letters) = event.entry("DeadLetterConfig") {
        let at = At(letters.key_span);
        let (arn, queue) = dead_letters(sam, event, letters);
        if let Some(queue) = queue {
            let places = [arn.clone(), at.reference(queue.id.clone())];
            let events = at.map([("Service", at.text("events.amazonaws.com"))]);
            made.push(queue);
            made.push(queue_policy(sam, event, at, places, events, at.attribute(rule.id.clone(), "Arn")));
        }
        parts.push(at.entry("DeadLetterConfig", at.map([("Arn", arn)])));
    }
    rule.set(at, "Targets", at.list([at.entries(parts)]));
    made.push(rule);
    made
}

/// The ARN of the queue for what could not be delivered, and the queue unless the event names one.
fn dead_letters<'t>(
    sam: &Resource<'_, 't>,
    event: &Event<'_, 't>,
    letters: &Entry<'t>,
) -> (Node<'t>, Option<Made<'t>>) {
    if let Some(arn) = letters.value.get("Arn") {
        return (arn.clone(), None);
    }
    let at = At(letters.key_span);
    let mut queue = event.make(sam, "Queue", "AWS::SQS::Queue").standing_at(at, at);
    if let Some(id) = letters.value.get("QueueLogicalId").and_then(Node::as_str) {
        id.clone_into(&mut queue.id);
    }
    (at.attribute(queue.id.clone(), "Arn"), Some(queue))
}

/// Lets a source send to a queue; `queue` is its ARN and its URL.
fn queue_policy<'t>(
    sam: &Resource<'_, 't>,
    event: &Event<'_, 't>,
    at: At,
    queue: [Node<'t>; 2],
    principal: Node<'t>,
    source: Node<'t>,
) -> Made<'t> {
    let [arn, url] = queue;
    let mut policy = event.make(sam, "QueuePolicy", "AWS::SQS::QueuePolicy").standing_at(at, at);
    let statement = at.map([
        ("Effect", at.text("Allow")),
        ("Principal", principal),
        ("Action", at.text("sqs:SendMessage")),
        ("Resource", arn),
        ("Condition", at.map([("ArnEquals", at.map([("aws:SourceArn", source)]))])),
    ]);
    let document = at.map([("Version", at.text("2012-10-17")), ("Statement", at.list([statement]))]);
    policy.set(at, "PolicyDocument", document);
    policy.set(at, "Queues", at.list([url]));
    policy
}

/// Properties of an event that mean the same for `AWS::Scheduler::Schedule`.
const SCHEDULED: [&str; 9] = [
    "Description",
    "EndDate",
    "GroupName",
    "KmsKeyArn",
    "Name",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "StartDate",
    "State",
];

/// A schedule of EventBridge Scheduler that calls a target, with its role unless it names one.
pub(super) fn schedule<'t>(
    sam: &Resource<'_, 't>,
    event: &Event<'_, 't>,
    target: Node<'t>,
    action: &'static str,
) -> Vec<Made<'t>> {
    let at = event.at;
    let mut schedule = event.make(sam, "", "AWS::Scheduler::Schedule");
    schedule.copy(event.properties, &SCHEDULED);
    if schedule.get("Name").is_none() && !event.get("OmitName").is_some_and(is_true) {
        schedule.set(at, "Name", at.text(schedule.id.clone()));
    }
    let mut made = Vec::new();
    let letters = event.entry("DeadLetterConfig").map(|letters| (letters, dead_letters(sam, event, letters)));
    let role_arn = match event.get("RoleArn") {
        Some(arn) => arn.clone(),
        None => {
            let mut role = event.make(sam, "Role", "AWS::IAM::Role");
            role.push(event.entry("PermissionsBoundary").cloned());
            let mut grants = vec![(at, action, target.clone())];
            grants.extend(
                letters.iter().map(|(written, (arn, _))| (At(written.key_span), "sqs:SendMessage", arn.clone())),
            );
            let role = starting_role(role, at, "scheduler.amazonaws.com", grants);
            let arn = at.attribute(role.id.clone(), "Arn");
            made.push(role);
            arn
        }
    };
    let mut parts = vec![at.entry("Arn", target), at.entry("RoleArn", role_arn)];
    parts.extend(["Input", "RetryPolicy"].iter().filter_map(|name| event.entry(name).cloned()));
    if let Some((written, (arn, queue))) = letters {
        let at = At(written.key_span);
        parts.push(at.entry("DeadLetterConfig", at.map([("Arn", arn)])));
        made.extend(queue);
    }
    schedule.set(at, "Target", at.entries(parts));
    made.push(schedule);
    made
}
