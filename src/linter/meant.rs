//! Texts that are not templates: which were meant as one, and how many resources stand in them as a bare map.

use crate::code::Code;
use crate::finding::Diagnostic;
use crate::source::Source;
use crate::suggest::nearest;
use crate::syntax::{Entry, Node};

/// The error for a document without `Resources` that was meant as a template: it has a key that is nearly `Resources`, or one that
/// only templates have.
pub(super) fn meant_as_template(root: &Node<'_>, source: &Source) -> Option<Diagnostic> {
    let entries = root.as_mapping()?;
    if let Some(body) = root.entry("TemplateBody").filter(|_| root.get("StagesAvailable").is_some()) {
        return Some(answer(body, source));
    }
    let marker = entries.iter().find(|entry| is_marker(entry, root));
    let similar = entries
        .iter()
        .filter(|entry| nearest(&entry.key, std::iter::once("Resources")).is_some())
        .find(|entry| marker.is_some() || resources_in(&entry.value) > 0);
    let (span, message, help) = match (similar, marker) {
        (Some(similar), _) => (
            similar.key_span,
            format!(
                "`{}` is not a section of a CloudFormation template, so nothing in the file is checked",
                similar.key
            ),
            "Did you mean `Resources`?".to_owned(),
        ),
        (None, Some(marker)) => (
            marker.key_span,
            format!("the file has `{}` but no `Resources`, so it is not a CloudFormation template", marker.key),
            "Add `Resources` with the resources of the template. CloudFormation requires at least one.".to_owned(),
        ),
        (None, None) => return None,
    };
    Some(Diagnostic::error(Code::NotATemplate, message).in_file(source.name.as_str()).at(span).with_help(help))
}

/// The error for what `aws cloudformation get-template` prints: a map around the template, which is a map itself if it is JSON, and a
/// text if it is YAML.
///
/// Source: "get-template", AWS CLI command reference; `GetTemplate`, AWS CloudFormation API reference, 2026-11.
fn answer(body: &Entry<'_>, source: &Source) -> Diagnostic {
    let output = if body.value.as_str().is_some() { "text" } else { "json" };
    let message = "the file is the output of `aws cloudformation get-template`, and the template is inside it, so nothing in the \
                   file is checked";
    let help = format!("Add `--query TemplateBody --output {output}` to the command to get the template alone.");
    Diagnostic::error(Code::NotATemplate, message).in_file(source.name.as_str()).at(body.key_span).with_help(help)
}

/// Whether only templates have a root key like this one.
fn is_marker(entry: &Entry<'_>, root: &Node<'_>) -> bool {
    match entry.key.as_ref() {
        "AWSTemplateFormatVersion" => true,
        // One name, a list of them, or a map with the name of a macro. Names of other macros could be anything, without sections.
        "Transform" => {
            let first = entry.value.as_sequence().and_then(<[_]>::first).unwrap_or(&entry.value);
            let name = first.get("Name").unwrap_or(first).as_str();
            let has_section = || {
                ["Conditions", "Globals", "Mappings", "Outputs", "Parameters"].iter().any(|key| root.get(key).is_some())
            };
            name.is_some_and(|name| name.starts_with("AWS::") || has_section())
        }
        _ => false,
    }
}

/// The number of resources in a map of them: entries with a type of CloudFormation's. A map with such a type is one itself.
pub(super) fn resources_in(node: &Node<'_>) -> usize {
    if is_resource(node) {
        return 1;
    }
    let entries = node.as_mapping().unwrap_or_default();
    entries.iter().filter(|entry| is_resource(&entry.value)).count()
}

/// Whether a map has the type of a resource. The types of parameters (`AWS::EC2::VPC::Id`) have other parts.
fn is_resource(node: &Node<'_>) -> bool {
    let kind = node.get("Type").and_then(Node::as_str).unwrap_or_default();
    kind.starts_with("AWS::") && kind.split("::").count() == 3 && !kind.contains('<')
}
