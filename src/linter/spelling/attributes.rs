//! Misspelled attributes of resources (`DeletionPolcy`) and of parameters (`NoEco`).

use super::{Resource, Spelling, did_you_mean};
use crate::code::Code;
use crate::eval::begins_as_function;
use crate::syntax::{Entry, Node};

/// What a resource has besides its properties.
///
/// Source: "Resource attribute reference", CloudFormation Template Reference; `Connectors` and `IgnoreGlobals` are in the AWS SAM
/// developer guide (2026-11).
const OF_RESOURCES: [&str; 11] = [
    "Condition",
    "Connectors",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "IgnoreGlobals",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
];

/// Source: "CloudFormation template Parameters syntax", CloudFormation User Guide (2026-11).
const OF_PARAMETERS: [&str; 11] = [
    "AllowedPattern",
    "AllowedValues",
    "ConstraintDescription",
    "Default",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
    "Type",
];

pub(super) fn check(resource: &Resource<'_, '_>, spelling: &mut Spelling) {
    attributes(resource.entries, "resource", resource.id, &OF_RESOURCES, spelling);
}

pub(super) fn check_parameters(root: &Node<'_>, spelling: &mut Spelling) {
    for parameter in root.get("Parameters").and_then(Node::as_mapping).unwrap_or_default() {
        let entries = parameter.value.as_mapping().unwrap_or_default();
        attributes(entries, "parameter", &parameter.key, &OF_PARAMETERS, spelling);
    }
}

fn attributes(entries: &[Entry<'_>], what: &str, name: &str, known: &[&'static str], spelling: &mut Spelling) {
    for entry in entries {
        if known.contains(&entry.key.as_ref()) || begins_as_function(&entry.key) {
            continue;
        }
        if let Some(meant) = spelling.meant(&entry.key, known.iter().copied()) {
            let message =
                format!("CloudFormation has no attribute `{}` for {what} `{name}`, so it has no effect", entry.key);
            spelling.note(Code::UnknownAttribute, entry.key_span, message, did_you_mean(meant));
        }
    }
}
