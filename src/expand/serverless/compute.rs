//! `AWS::Serverless::CapacityProvider`, `AWS::Serverless::MicrovmImage`, and `AWS::Serverless::NetworkConnector`: each with the role
//! that SAM makes for it unless it names one.
//!
//! Source: aws-sam-translator 1.115.0, `model/capacity_provider/generators.py`, `model/microvm_image/generators.py`,
//! `model/network_connector/generators.py`.

use super::nodes::{At, is_no_value, plain_map};
use super::resource::{Made, Resource, listed_tags};
use super::role::{service_role, statement, with_policy};
use crate::syntax::{Entry, Node};

/// The provider of the instances that functions run on, and its operator role.
pub(super) fn capacity_provider<'t>(sam: &Resource<'_, 't>) -> Vec<Made<'t>> {
    let mut provider = sam.main("AWS::Lambda::CapacityProvider");
    provider.copy(&sam.properties, &["CapacityProviderName", "KmsKeyArn", "VpcConfig"]);
    let (role_arn, role) = role(sam, "OperatorRole", "OperatorRole", "AWSLambdaManagedEC2ResourceOperator");
    let at = At(role_arn.key_span);
    provider.set(at, "PermissionsConfig", at.map([("CapacityProviderOperatorRoleArn", role_arn.value)]));
    let requirements = |written: &Entry<'t>| {
        renamed(
            written,
            "InstanceRequirements",
            &[("AllowedTypes", "AllowedInstanceTypes"), ("ExcludedTypes", "ExcludedInstanceTypes")],
        )
    };
    provider.push(sam.entry("InstanceRequirements").map(requirements));
    provider.push(sam.entry("ScalingConfig").map(scaling));
    if let Some(logging) = sam.entry("LoggingConfig") {
        let at = At(logging.key_span);
        provider.set(at, "TelemetryConfig", at.map([("LoggingConfig", logging.value.clone())]));
    }
    provider.push(sam.tag_list());
    if let Some(tags) = sam.get("ManagedResourceTags").and_then(|managed| managed.entry("Tags")) {
        let at = At(tags.key_span);
        let value = at.map([("Mode", at.text("Explicit")), ("ExplicitTags", listed_tags(&tags.value))]);
        provider.set(at, "PropagateTags", value);
    }
    [provider].into_iter().chain(role).collect()
}

/// The connector through which functions and virtual machines reach a network, and its operator role.
pub(super) fn network_connector<'t>(sam: &Resource<'_, 't>) -> Vec<Made<'t>> {
    let at = sam.at;
    let mut connector = sam.main("AWS::Lambda::NetworkConnector");
    connector.copy(&sam.properties, &["Name"]);
    if let Some(network) = sam.entry("VpcConfig") {
        let at = At(network.key_span);
        let mut parts = plain_map(&network.value).unwrap_or_default().to_vec();
        parts.push(match sam.entry("ComputeTypes") {
            Some(kinds) => At(kinds.key_span).entry("AssociatedComputeResourceTypes", kinds.value.clone()),
            None => at.entry("AssociatedComputeResourceTypes", at.list([at.text("MicroVm")])),
        });
        let configuration = if plain_map(&network.value).is_some() { at.entries(parts) } else { at.unknown() };
        connector.set(at, "Configuration", at.map([("VpcEgressConfiguration", configuration)]));
    }
    let (role_arn, role) = role(sam, "OperatorRole", "OperatorRole", "AWSLambdaNetworkConnectorOperatorPolicy");
    connector.set(at, "OperatorRole", role_arn.value);
    connector.push(sam.tag_list());
    [connector].into_iter().chain(role).collect()
}

/// The image of virtual machines, and the role that builds it.
pub(super) fn microvm_image<'t>(sam: &Resource<'_, 't>) -> Vec<Made<'t>> {
    let at = sam.at;
    let mut image = sam.main("AWS::Lambda::MicrovmImage");
    image.copy(
        &sam.properties,
        &[
            "AdditionalOsCapabilities",
            "BaseImageArn",
            "BaseImageVersion",
            "CpuConfigurations",
            "Description",
            "EgressNetworkConnectors",
            "Hooks",
            "Logging",
            "Name",
            "Resources",
        ],
    );
    if let Some(code) = sam.entry("CodeUri") {
        let at = At(code.key_span);
        image.set(at, "CodeArtifact", at.map([("Uri", code.value.clone())]));
    }
    if let Some(variables) = sam.entry("EnvironmentVariables") {
        image.push(Some(At(variables.key_span).entry("EnvironmentVariables", listed_tags(&variables.value))));
    }
    let named = sam.entry("BuildRoleArn").filter(|written| !is_no_value(&written.value));
    let mut made = Vec::new();
    match named {
        Some(named) => image.push(Some(named.clone())),
        None => {
            let role = service_role(sam.also(format!("{}BuildRole", sam.id), "AWS::IAM::Role"), at, &[]);
            image.set(at, "BuildRoleArn", at.attribute(role.id.clone(), "Arn"));
            let logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];
            let statements = [statement(at, &["s3:GetObject"], code_bucket(sam)), statement(at, &logs, at.text("*"))];
            made.push(with_policy(role, at, "MicrovmImageBuildPolicy", statements));
        }
    }
    image.push(sam.tag_list());
    made.insert(0, image);
    made
}

/// The ARN of everything in the bucket with the code.
fn code_bucket<'t>(sam: &Resource<'_, 't>) -> Node<'t> {
    let Some(code) = sam.entry("CodeUri") else { return sam.at.unknown() };
    let at = At(code.key_span);
    let bucket = code.value.as_str().and_then(|uri| uri.strip_prefix("s3://")?.split('/').next());
    match bucket {
        Some(bucket) => {
            let bucket = bucket.replace("${", "*");
            at.map([("Fn::Sub", at.text(format!("arn:${{AWS::Partition}}:s3:::{bucket}/*")))])
        }
        None => {
            let parts = at.map([("Fn::Split", at.list([at.text("/"), code.value.clone()]))]);
            let bucket = at.map([("Fn::Select", at.list([at.number(2), parts]))]);
            at.substitution("arn:${AWS::Partition}:s3:::${Bucket}/*", [("Bucket", bucket)])
        }
    }
}

/// The role that a property names, else one that SAM makes, with an AWS managed policy.
fn role<'t>(
    sam: &Resource<'_, 't>,
    property: &'static str,
    suffix: &str,
    policy: &str,
) -> (Entry<'t>, Option<Made<'t>>) {
    if let Some(named) = sam.entry(property).filter(|written| !is_no_value(&written.value)) {
        return (named.clone(), None);
    }
    let at = sam.at;
    let role = service_role(sam.also(format!("{}{suffix}", sam.id), "AWS::IAM::Role"), at, &[policy]);
    (at.entry(property, at.attribute(role.id.clone(), "Arn")), Some(role))
}

/// A map with other names for some of its keys.
fn renamed<'t>(written: &Entry<'t>, name: &'static str, keys: &[(&str, &'static str)]) -> Entry<'t> {
    let Some(parts) = plain_map(&written.value) else { return At(written.key_span).entry(name, written.value.clone()) };
    let rename = |part: &Entry<'t>| match keys.iter().find(|(from, _)| *from == part.key) {
        Some((_, to)) => At(part.key_span).entry(*to, part.value.clone()),
        None => part.clone(),
    };
    At(written.key_span).entry(name, At(written.value.span).entries(parts.iter().map(rename).collect()))
}

/// `ScalingConfig` as the provider has it.
fn scaling<'t>(written: &Entry<'t>) -> Entry<'t> {
    let at = At(written.key_span);
    let Some(parts) = plain_map(&written.value) else { return at.entry("CapacityProviderScalingConfig", at.unknown()) };
    let part = |name: &str| parts.iter().find(|part| part.key == name);
    let mut scaling: Vec<Entry<'t>> = part("MaxVCpuCount").cloned().into_iter().collect();
    match part("AverageCPUUtilization") {
        Some(usage) => {
            let at = At(usage.key_span);
            let policy = at.map([
                ("PredefinedMetricType", at.text("LambdaCapacityProviderAverageCPUUtilization")),
                ("TargetValue", usage.value.clone()),
            ]);
            scaling.push(at.entry("ScalingMode", at.text("Manual")));
            scaling.push(at.entry("ScalingPolicies", at.list([policy])));
        }
        None => scaling.push(at.entry("ScalingMode", at.text("Auto"))),
    }
    at.entry("CapacityProviderScalingConfig", at.entries(scaling))
}
