//! `AWS::Serverless::WebFunction`: the function, its revision, its endpoint, and its role unless it names one.
//!
//! Source: aws-sam-translator 1.115.0, `SamWebFunction` in `model/sam_resources.py`.

use super::nodes::{At, is_no_value, plain_map};
use super::resource::{Made, Resource};
use super::role::service_role;
use crate::syntax::{Entry, Kind, Node};

/// Everything that a web function becomes.
pub(super) fn expand<'t>(sam: &Resource<'_, 't>) -> Vec<Made<'t>> {
    let at = sam.at;
    let mut function = sam.main("AWS::Lambda::WebFunction");
    // The name that SAM makes up differs from stack to stack: the function counts as one without a name.
    function.copy(&sam.properties, &["FunctionName"]);
    function.push(sam.tag_list());
    let mut made = Vec::new();
    let role_arn = match sam.entry("ExecutionRoleArn").filter(|written| !is_no_value(&written.value)) {
        Some(named) => named.clone(),
        None => {
            let role = sam.also(format!("{}Role", sam.id), "AWS::IAM::Role");
            let mut role = service_role(role, at, &["service-role/AWSLambdaBasicExecutionRole"]);
            role.push(sam.tag_list());
            let arn = at.entry("ExecutionRoleArn", at.attribute(role.id.clone(), "Arn"));
            made.push(role);
            arn
        }
    };
    let revision = revision(sam, role_arn);
    let endpoint = endpoint(sam, &revision.id);
    made.splice(0..0, [function, revision, endpoint]);
    made
}

/// `FunctionName`. SAM's own is the logical id with a piece of the stack's.
fn name<'t>(sam: &Resource<'_, 't>) -> Entry<'t> {
    if let Some(name) = sam.entry("FunctionName") {
        return name.clone();
    }
    let at = sam.at;
    let piece = |index: u32, separator: &'static str, of: Node<'t>| {
        let pieces = at.map([("Fn::Split", at.list([at.text(separator), of]))]);
        at.map([("Fn::Select", at.list([at.number(index), pieces]))])
    };
    let suffix = piece(0, "-", piece(2, "/", at.reference("AWS::StackId")));
    let id: String = sam.id.chars().take(55).collect();
    at.entry("FunctionName", at.substitution(format!("{id}-${{StackIdSuffix}}"), [("StackIdSuffix", suffix)]))
}

/// The code with its settings.
fn revision<'t>(sam: &Resource<'_, 't>, role_arn: Entry<'t>) -> Made<'t> {
    let at = sam.at;
    let mut revision = sam.also(format!("{}Revision", sam.id), "AWS::Lambda::WebFunctionRevision");
    revision.push(Some(name(sam)));
    revision.copy_as(sam.entry("RevisionDescription"), "Description");
    revision.copy(&sam.properties, &["KmsKeyArn"]);
    let mut build = Vec::new();
    if let Some(code) = sam.entry("CodeUri") {
        let at = At(code.key_span);
        let named = code.value.as_str().and_then(|uri| uri.strip_prefix("s3://")?.split_once('/'));
        let object = match (code.value.get("Bucket"), code.value.get("Key"), named) {
            (Some(bucket), Some(key), _) => at.map([("Bucket", bucket.clone()), ("Key", key.clone())]),
            (.., Some((bucket, key))) => {
                at.map([("Bucket", at.text(bucket.to_owned())), ("Key", at.text(key.to_owned()))])
            }
            // What the packaging step uploads is known only by its folder.
            _ => at.map([("Key", code.value.clone())]),
        };
        build.push(at.entry("CodeConfig", at.map([("S3Object", object)])));
    }
    if let Some(runtime) = sam.entry("Runtime") {
        let at = At(runtime.key_span);
        build.push(at.entry("RuntimeConfig", at.map([("Runtime", runtime.value.clone())])));
    }
    revision.set(at, "BuildConfig", at.entries(build));

    let mut service = vec![role_arn];
    service.extend(variables(sam));
    if let Some(logging) = sam.entry("LoggingConfig") {
        let at = At(logging.key_span);
        service.push(at.entry("TelemetryConfig", at.map([("LoggingConfig", logging.value.clone())])));
    }
    service.extend(
        ["EgressNetworkConnectorArn", "MaxConcurrencyPerEnvironment"]
            .iter()
            .filter_map(|name| sam.entry(name))
            .cloned(),
    );
    service.push(match sam.entry("Timeout") {
        Some(timeout) => At(timeout.key_span).entry("TimeoutSeconds", timeout.value.clone()),
        None => at.entry("TimeoutSeconds", at.number(30)),
    });
    revision.set(at, "ServiceConfig", at.entries(service));
    revision
}

/// `EnvironmentVariables`, with the one that names the entry point.
fn variables<'t>(sam: &Resource<'_, 't>) -> Option<Entry<'t>> {
    let start = |entry: &Entry<'t>| At(entry.key_span).entry("AWS_LAMBDA_NODEJS_ENTRYPOINT", entry.value.clone());
    let start = sam.entry("EntryPoint").map(start);
    match (sam.entry("EnvironmentVariables"), start) {
        (None, None) => None,
        (None, Some(start)) => {
            Some(At(start.key_span).entry("EnvironmentVariables", At(start.key_span).entries(vec![start])))
        }
        (Some(written), start) => {
            let mut written = written.clone();
            if let (Kind::Mapping(entries), Some(start)) = (&mut written.value.kind, start) {
                entries.push(start);
            }
            Some(written)
        }
    }
}

/// What callers reach, and who may be one.
fn endpoint<'t>(sam: &Resource<'_, 't>, revision: &str) -> Made<'t> {
    let at = sam.at;
    let mut endpoint = sam.also(format!("{}Endpoint", sam.id), "AWS::Lambda::WebFunctionEndpoint");
    endpoint.push(Some(name(sam)));
    endpoint.copy(&sam.properties, &["AuthType", "EndpointName", "EndpointType", "ScalingConfig", "ThrottleConfig"]);
    for (name, value) in [("EndpointName", "prod"), ("EndpointType", "HomeRegion")] {
        if endpoint.get(name).is_none() {
            endpoint.set(at, name, at.text(value));
        }
    }
    endpoint.copy_as(sam.entry("EndpointDescription"), "Description");
    let weight = |at: At, id: Node<'t>, weight: Node<'t>| at.map([("RevisionId", id), ("Weight", weight)]);
    let weights = sam.entry("RevisionWeights");
    match weights.map(|weights| (weights, plain_map(&weights.value))) {
        None => {
            let newest = weight(at, at.attribute(revision.to_owned(), "RevisionId"), at.number(100));
            endpoint.set(at, "RevisionWeights", at.list([newest]));
        }
        Some((weights, None)) => {
            let at = At(weights.key_span);
            endpoint.set(at, "RevisionWeights", at.unknown());
        }
        Some((weights, Some(entries))) => {
            let of = |entry: &Entry<'t>| {
                let at = At(entry.key_span);
                weight(at, at.text(entry.key.clone()), entry.value.clone())
            };
            let at = At(weights.key_span);
            endpoint.set(at, "RevisionWeights", at.list(entries.iter().map(of).collect::<Vec<_>>()));
        }
    }
    endpoint.push(sam.entry("ReplicaRegions").and_then(regions));
    endpoint
}

/// `ReplicaRegions`: a list of Regions, or a map with those that are included and excluded. Names of groups of Regions stay as they
/// are.
fn regions<'t>(written: &Entry<'t>) -> Option<Entry<'t>> {
    let at = At(written.key_span);
    let Some(parts) = plain_map(&written.value) else { return Some(at.entry("Regions", written.value.clone())) };
    let list = |name: &str| parts.iter().find(|part| part.key == name).and_then(|part| part.value.as_sequence());
    let excluded: Vec<&str> = list("ExcludeRegions").unwrap_or_default().iter().filter_map(Node::as_str).collect();
    let included = list("IncludeRegions").unwrap_or_default();
    let left = included.iter().filter(|region| region.as_str().is_none_or(|name| !excluded.contains(&name)));
    Some(at.entry("Regions", at.list(left.cloned().collect::<Vec<_>>())))
}
