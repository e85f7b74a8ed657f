//! `AWS::Serverless::Function`: the function, its role, its alias and version, its URL and where its results go.
//!
//! Source: AWS SAM developer guide, "AWS::Serverless::Function" and "Generated AWS CloudFormation resources".

use super::Pass;
use super::events;
use super::nodes::{At, choice, is_no_value, plain_map};
use super::resource::{Made, Resource};
use super::role::{Grants, execution_role};
use crate::syntax::{Entry, Kind, Node};
use std::borrow::Cow;

/// Properties that mean the same for `AWS::Lambda::Function`.
const PASSED_ON: [&str; 25] = [
    "Architectures",
    "CodeSigningConfigArn",
    "Description",
    "DurableConfig",
    "Environment",
    "EphemeralStorage",
    "FileSystemConfigs",
    "FunctionName",
    "FunctionScalingConfig",
    "Handler",
    "ImageConfig",
    "KmsKeyArn",
    "Layers",
    "LoggingConfig",
    "MemorySize",
    "PackageType",
    "PublishToLatestPublished",
    "RecursiveLoop",
    "ReservedConcurrentExecutions",
    "Runtime",
    "RuntimeManagementConfig",
    "SnapStart",
    "TenancyConfig",
    "Timeout",
    "VpcConfig",
];

/// What is called when a function is: its alias, where it publishes one.
pub(super) struct Target {
    function: String,
    alias: Option<String>,
}

impl Target {
    /// The logical id of what is called.
    pub(super) fn logical_id(&self) -> &str {
        self.alias.as_ref().unwrap_or(&self.function)
    }

    /// What permissions and mappings name: the function's name or the alias's ARN.
    pub(super) fn name<'t>(&self, at: At) -> Node<'t> {
        at.reference(self.logical_id().to_owned())
    }

    /// The ARN to call.
    pub(super) fn arn<'t>(&self, at: At) -> Node<'t> {
        match &self.alias {
            Some(alias) => at.reference(alias.clone()),
            None => at.attribute(self.function.clone(), "Arn"),
        }
    }
}

/// Everything that a function becomes.
pub(super) fn expand<'t>(sam: &Resource<'_, 't>, pass: &mut Pass<'_, 't>) -> Vec<Made<'t>> {
    let mut function = sam.main("AWS::Lambda::Function");
    function.copy(&sam.properties, &PASSED_ON);
    function.push(sam.tag_list());
    function.push(code(sam));
    if let Some(tracing) = traced(sam) {
        let at = At(tracing.key_span);
        function.set(at, "TracingConfig", at.map([("Mode", tracing.value.clone())]));
    }
    function.push(sam.entry("CapacityProviderConfig").map(capacity_provider));
    if let Some(queue) = sam.entry("DeadLetterQueue")
        && let Some(arn) = queue.value.get("TargetArn")
    {
        let at = At(queue.key_span);
        function.set(at, "DeadLetterConfig", at.map([("TargetArn", arn.clone())]));
    }

    let mut made = Vec::new();
    let target = Target { function: sam.id.to_owned(), alias: publish(sam, &mut made) };
    let mut grants = own_grants(sam);
    made.extend(url(sam, &target));
    made.extend(results(sam, &mut grants));
    made.extend(events::expand(sam, &target, &mut grants, pass));
    let role = execution_role(sam, "lambda.amazonaws.com", grants);
    function.push(Some(assume(sam, role, &mut made, pass)));
    made.insert(0, function);
    made
}

/// `Tracing`, unless it is off.
fn traced<'n, 't>(sam: &'n Resource<'_, 't>) -> Option<&'n Entry<'t>> {
    sam.entry("Tracing").filter(|entry| entry.value.as_str() != Some("Disabled"))
}

/// The capacity provider, with its ARN by the name that Lambda has for it.
///
/// Source: `_transform_capacity_provider_config` of aws-sam-translator 1.115.0, `model/sam_resources.py`.
fn capacity_provider<'t>(entry: &Entry<'t>) -> Entry<'t> {
    let at = At(entry.key_span);
    let settings = match plain_map(&entry.value) {
        None => at.unknown(),
        Some(settings) => at.entries(
            settings
                .iter()
                .map(|setting| match setting.key.as_ref() {
                    "Arn" => At(setting.key_span).entry("CapacityProviderArn", setting.value.clone()),
                    _ => setting.clone(),
                })
                .collect(),
        ),
    };
    at.entry("CapacityProviderConfig", at.map([("LambdaManagedInstancesCapacityProviderConfig", settings)]))
}

/// Where the code is. What the packaging step uploads is known only by its folder.
fn code<'t>(sam: &Resource<'_, 't>) -> Option<Entry<'t>> {
    let (entry, name) = [("InlineCode", "ZipFile"), ("ImageUri", "ImageUri"), ("CodeUri", "S3Key")]
        .into_iter()
        .find_map(|(from, to)| Some((sam.entry(from)?, to)))?;
    let at = At(entry.key_span);
    let mut parts = match entry.value.get("Bucket") {
        Some(_) => {
            let names = [("Bucket", "S3Bucket"), ("Key", "S3Key"), ("Version", "S3ObjectVersion")];
            let part = |(from, to)| Some(at.entry(to, entry.value.get(from)?.clone()));
            names.into_iter().filter_map(part).collect()
        }
        None => match entry.value.as_str().filter(|_| name == "S3Key").and_then(in_bucket) {
            Some(parts) => {
                let text =
                    |text: &str| Node { span: entry.value.span, kind: Kind::String(Cow::Owned(text.to_owned())) };
                parts.into_iter().map(|(name, part)| at.entry(name, text(part))).collect()
            }
            None => vec![at.entry(name, entry.value.clone())],
        },
    };
    parts.extend(sam.entry("SourceKMSKeyArn").cloned());
    Some(at.entry("Code", at.entries(parts)))
}

/// The parts of the address of an object: `s3://bucket/key?versionId=version`.
///
/// Source: "AWS::Serverless::Function", `CodeUri`, AWS SAM developer guide (2026-11).
fn in_bucket(address: &str) -> Option<Vec<(&'static str, &str)>> {
    let (bucket, rest) = address.strip_prefix("s3://")?.split_once('/')?;
    let (key, version) = rest.split_once("?versionId=").map_or((rest, None), |(key, version)| (key, Some(version)));
    let parts = [("S3Bucket", Some(bucket)), ("S3Key", Some(key)), ("S3ObjectVersion", version)];
    Some(parts.into_iter().filter_map(|(name, part)| Some((name, part?))).collect())
}

/// What a function's role may do before anybody adds to it.
fn own_grants<'t>(sam: &Resource<'_, 't>) -> Grants<'t> {
    let mut grants = Grants::default();
    grants.managed(
        sam.at,
        match sam.get("DurableConfig") {
            Some(_) => "service-role/AWSLambdaBasicDurableExecutionRolePolicy",
            None => "service-role/AWSLambdaBasicExecutionRole",
        },
    );
    if let Some(tracing) = traced(sam) {
        grants.managed(At(tracing.key_span), "AWSXrayWriteOnlyAccess");
    }
    if let Some(network) = sam.entry("VpcConfig") {
        grants.managed(At(network.key_span), "service-role/AWSLambdaVPCAccessExecutionRole");
    }
    if let Some(queue) = sam.entry("DeadLetterQueue")
        && let Some(arn) = queue.value.get("TargetArn")
    {
        let action = match queue.value.get("Type").and_then(Node::as_str) {
            Some("SNS") => "sns:Publish",
            _ => "sqs:SendMessage",
        };
        grants.allow(At(queue.key_span), "DeadLetterQueuePolicy".to_owned(), action, arn.clone());
    }
    grants
}

/// The function's `Role`: the one that is named, else the one that is made, else by condition either.
fn assume<'t>(
    sam: &Resource<'_, 't>,
    mut role: Made<'t>,
    made: &mut Vec<Made<'t>>,
    pass: &mut Pass<'_, 't>,
) -> Entry<'t> {
    let Some(entry) = sam.entry("Role") else {
        let arn = sam.at.attribute(role.id.clone(), "Arn");
        made.push(role);
        return sam.at.entry("Role", arn);
    };
    let at = At(entry.key_span);
    let arn = at.attribute(role.id.clone(), "Arn");
    let value = match choice(&entry.value) {
        Some((condition, then, otherwise)) => match (is_no_value(then), is_no_value(otherwise)) {
            (true, true) => {
                made.push(role);
                arn
            }
            (true, false) => {
                role.attribute("Condition", condition.clone());
                made.push(role);
                at.choice(condition.clone(), arn, otherwise.clone())
            }
            (false, true) => {
                role.attribute("Condition", at.text(pass.negation(at, condition)));
                made.push(role);
                at.choice(condition.clone(), then.clone(), arn)
            }
            (false, false) => entry.value.clone(),
        },
        None => entry.value.clone(),
    };
    at.entry("Role", value)
}

/// The version and the alias that `AutoPublishAlias` publishes; gives the alias's logical id.
fn publish<'t>(sam: &Resource<'_, 't>, made: &mut Vec<Made<'t>>) -> Option<String> {
    let name = sam.entry("AutoPublishAlias")?;
    let at = At(name.key_span);
    let mut version = sam.also(format!("{}Version", sam.id), "AWS::Lambda::Version");
    version.default_attribute("DeletionPolicy", "Retain");
    version.set(at, "FunctionName", at.reference(sam.id.to_owned()));
    // What no logical id may hold is spelt with letters.
    let suffix = name.value.as_str().unwrap_or_default().replace('-', "D").replace('_', "U");
    let mut alias = sam.also(format!("{}Alias{suffix}", sam.id), "AWS::Lambda::Alias");
    alias.set(at, "Name", name.value.clone());
    alias.set(at, "FunctionName", at.reference(sam.id.to_owned()));
    alias.set(at, "FunctionVersion", at.attribute(version.id.clone(), "Version"));
    alias.copy(&sam.properties, &["ProvisionedConcurrencyConfig"]);
    let id = alias.id.clone();
    made.extend([version, alias]);
    Some(id)
}

/// The function's URL, with the two permissions that open it to everyone where nobody is asked who they are.
fn url<'t>(sam: &Resource<'_, 't>, target: &Target) -> Vec<Made<'t>> {
    let Some(config) = sam.entry("FunctionUrlConfig") else { return Vec::new() };
    let at = At(config.key_span);
    let mut url = sam.also(format!("{}Url", sam.id), "AWS::Lambda::Url").standing_at(at, at);
    url.set(at, "TargetFunctionArn", target.name(at));
    match config.value.as_mapping() {
        Some(entries) => url.copy(entries, &["AuthType", "Cors", "InvokeMode"]),
        None => url.set(at, "AuthType", at.unknown()),
    }
    let mut made = vec![url];
    if let Some(auth) = config.value.entry("AuthType").filter(|entry| entry.value.as_str() == Some("NONE")) {
        let at = At(auth.value.span);
        let permission = |suffix: &str, action: &'static str| {
            let id = format!("{}{suffix}", sam.id);
            let mut permission = sam.also(id, "AWS::Lambda::Permission").standing_at(at, at);
            permission.set(at, "Action", at.text(action));
            permission.set(at, "FunctionName", target.name(at));
            permission.set(at, "Principal", at.text("*"));
            permission
        };
        let mut call = permission("UrlPublicPermissions", "lambda:InvokeFunctionUrl");
        call.set(at, "FunctionUrlAuthType", auth.value.clone());
        let mut invoke = permission("URLInvokeAllowPublicAccess", "lambda:InvokeFunction");
        invoke.set(at, "InvokedViaFunctionUrl", at.boolean(true));
        made.extend([call, invoke]);
    }
    made
}

/// `EventInvokeConfig`: where results of asynchronous calls go. A queue or topic that is not named is made.
fn results<'t>(sam: &Resource<'_, 't>, grants: &mut Grants<'t>) -> Vec<Made<'t>> {
    let Some(entry) = sam.entry("EventInvokeConfig") else { return Vec::new() };
    let at = At(entry.key_span);
    let id = format!("{}EventInvokeConfig", sam.id);
    let mut config = sam.also(id.clone(), "AWS::Lambda::EventInvokeConfig").standing_at(at, at);
    config.set(at, "FunctionName", at.reference(sam.id.to_owned()));
    config.copy(entry.value.as_mapping().unwrap_or_default(), &["MaximumEventAgeInSeconds", "MaximumRetryAttempts"]);
    let mut made = Vec::new();
    let mut destinations = Vec::new();
    for name in ["OnSuccess", "OnFailure"] {
        let Some(destination) = entry.value.get("DestinationConfig").and_then(|config| config.entry(name)) else {
            continue;
        };
        let at = At(destination.key_span);
        let kind = destination.value.get("Type").and_then(Node::as_str).unwrap_or_default();
        let (action, made_kind) = match kind {
            "SQS" => ("sqs:SendMessage", Some(("Queue", "AWS::SQS::Queue"))),
            "SNS" => ("sns:publish", Some(("Topic", "AWS::SNS::Topic"))),
            "EventBridge" => ("events:PutEvents", None),
            "Lambda" => ("lambda:InvokeFunction", None),
            _ => ("s3:PutObject", None),
        };
        let arn = match (destination.value.get("Destination"), made_kind) {
            (Some(arn), _) => arn.clone(),
            (None, Some((suffix, made_kind))) => {
                let store = sam.also(format!("{id}{name}{suffix}"), made_kind).standing_at(at, at);
                let arn = match suffix {
                    "Topic" => at.reference(store.id.clone()),
                    _ => at.attribute(store.id.clone(), "Arn"),
                };
                made.push(store);
                arn
            }
            (None, None) => continue,
        };
        let resource = match kind {
            "S3Bucket" => at.map([("Fn::Join", at.list([at.text("/"), at.list([arn.clone(), at.text("*")])]))]),
            _ => arn.clone(),
        };
        grants.allow(at, format!("{id}{name}{kind}Policy"), action, resource);
        destinations.push(at.entry(name, at.map([("Destination", arn)])));
    }
    if !destinations.is_empty() {
        config.set(at, "DestinationConfig", at.entries(destinations));
    }
    made.push(config);
    made
}
