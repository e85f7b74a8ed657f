//! The types of SAM that become one resource each.
//!
//! Source: AWS SAM developer guide, "AWS::Serverless::SimpleTable", "AWS::Serverless::LayerVersion",
//! "AWS::Serverless::Application".

use super::nodes::At;
use super::resource::{Made, Resource};
use crate::syntax::Node;

/// The table that a simple table becomes.
pub(super) fn table<'t>(sam: &Resource<'_, 't>) -> Made<'t> {
    let mut table = sam.main("AWS::DynamoDB::Table");
    let key = sam.entry("PrimaryKey");
    let at = key.map_or(sam.at, |key| At(key.key_span));
    let part = |name: &str| key.and_then(|key| key.value.get(name));
    let name = part("Name").cloned().unwrap_or_else(|| at.text("id"));
    let kind = match part("Type").and_then(Node::as_str) {
        Some("Number") => "N",
        Some("Binary") => "B",
        _ => "S",
    };
    let definition = at.map([("AttributeName", name.clone()), ("AttributeType", at.text(kind))]);
    table.set(at, "AttributeDefinitions", at.list([definition]));
    table.set(at, "KeySchema", at.list([at.map([("AttributeName", name), ("KeyType", at.text("HASH"))])]));
    table.copy(
        &sam.properties,
        &["PointInTimeRecoverySpecification", "ProvisionedThroughput", "SSESpecification", "TableName"],
    );
    if table.get("ProvisionedThroughput").is_none() {
        table.set(sam.at, "BillingMode", sam.at.text("PAY_PER_REQUEST"));
    }
    table.push(sam.tag_list());
    table
}

/// The version that a layer becomes. SAM ends its logical id with a hash and points what refers to it there; here it
/// keeps its name.
pub(super) fn layer<'t>(sam: &Resource<'_, 't>) -> Made<'t> {
    let mut layer = sam.main("AWS::Lambda::LayerVersion");
    layer.copy(
        &sam.properties,
        &["CompatibleArchitectures", "CompatibleRuntimes", "Description", "LayerName", "LicenseInfo"],
    );
    layer.copy_as(sam.entry("ContentUri"), "Content");
    layer.default_attribute("DeletionPolicy", "Retain");
    layer
}

/// The nested stack that an application becomes.
pub(super) fn application<'t>(sam: &Resource<'_, 't>) -> Made<'t> {
    let mut stack = sam.main("AWS::CloudFormation::Stack");
    stack.copy(&sam.properties, &["NotificationARNs", "Parameters", "TimeoutInMinutes"]);
    // The template of a published application is not known before it is fetched.
    let location = sam.entry("Location").filter(|location| location.value.get("ApplicationId").is_none());
    stack.copy_as(location, "TemplateURL");
    stack.push(sam.tag_list());
    stack
}
