//! `AWS::Serverless::StateMachine`: the state machine, its role, its alias and version, and what starts it.
//!
//! Source: AWS SAM developer guide, "AWS::Serverless::StateMachine".

use super::Pass;
use super::api::{self, Protocol};
use super::events::{events, rule, schedule};
use super::nodes::{At, is_true};
use super::resource::{Made, Resource};
use super::role::{Grants, execution_role, starting_role};

/// Everything that a state machine becomes.
pub(super) fn expand<'t>(sam: &Resource<'_, 't>, pass: &Pass<'_, 't>) -> Vec<Made<'t>> {
    let at = sam.at;
    let mut machine = sam.main("AWS::StepFunctions::StateMachine");
    machine.copy(&sam.properties, &["Definition", "DefinitionSubstitutions"]);
    machine.copy_as(sam.entry("DefinitionUri"), "DefinitionS3Location");
    machine.copy_as(sam.entry("Logging"), "LoggingConfiguration");
    machine.copy_as(sam.entry("Name"), "StateMachineName");
    machine.copy_as(sam.entry("Tracing"), "TracingConfiguration");
    machine.copy_as(sam.entry("Type"), "StateMachineType");
    machine.push(sam.tag_list());

    let mut made = Vec::new();
    if sam.get("Role").is_some() {
        machine.copy_as(sam.entry("Role"), "RoleArn");
    } else {
        let mut grants = Grants::default();
        let tracing = sam.entry("Tracing");
        if let Some(tracing) = tracing.filter(|entry| entry.value.get("Enabled").is_some_and(is_true)) {
            grants.managed(At(tracing.key_span), "AWSXrayWriteOnlyAccess");
        }
        let role = execution_role(sam, "states.amazonaws.com", grants);
        machine.set(at, "RoleArn", at.attribute(role.id.clone(), "Arn"));
        made.push(role);
    }
    made.insert(0, machine);
    made.extend(publish(sam));
    for event in events(sam) {
        let target = event.at.reference(sam.id.to_owned());
        let service = match event.kind {
            "Api" => "apigateway.amazonaws.com",
            "ScheduleV2" => {
                made.extend(schedule(sam, &event, target, "states:StartExecution"));
                continue;
            }
            "Schedule" | "CloudWatchEvent" | "EventBridgeRule" => "events.amazonaws.com",
            _ => continue,
        };
        // A schedule may name its role.
        let named = event.entry("RoleArn").filter(|_| event.kind == "Schedule");
        let role_arn = match named {
            Some(named) => named.value.clone(),
            None => {
                let mut role = event.make(sam, "Role", "AWS::IAM::Role");
                role.push(sam.entry("PermissionsBoundary").cloned());
                let start = vec![(event.at, "states:StartExecution", target.clone())];
                let role = starting_role(role, event.at, service, start);
                let arn = event.at.attribute(role.id.clone(), "Arn");
                made.push(role);
                arn
            }
        };
        if event.kind == "Api" {
            let api = pass.api_of(&event, Protocol::Rest);
            made.extend(api.and_then(|api| api::route(sam, &event, api, Protocol::Rest)));
        } else {
            made.extend(rule(sam, &event, target, Some(role_arn)));
        }
    }
    made
}

/// The version and the alias that `AutoPublishAlias` publishes.
fn publish<'t>(sam: &Resource<'_, 't>) -> Vec<Made<'t>> {
    let Some(name) = sam.entry("AutoPublishAlias") else { return Vec::new() };
    let at = At(name.key_span);
    let mut version = sam.also(format!("{}Version", sam.id), "AWS::StepFunctions::StateMachineVersion");
    version.default_attribute("DeletionPolicy", "Retain");
    version.default_attribute("UpdateReplacePolicy", "Retain");
    version.set(at, "StateMachineArn", at.reference(sam.id.to_owned()));
    let suffix = name.value.as_str().unwrap_or_default();
    let mut alias = sam.also(format!("{}Alias{suffix}", sam.id), "AWS::StepFunctions::StateMachineAlias");
    alias.set(at, "Name", name.value.clone());
    vec![version, alias]
}
