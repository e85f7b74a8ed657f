//! References to resources that SAM makes: `!Ref Api.Stage` names the stage of `Api`.
//!
//! Source: AWS SAM developer guide, "Referencing generated AWS CloudFormation resources".

use super::resource::Made;
use crate::syntax::{Kind, Node};
use std::borrow::Cow;
use std::collections::HashMap;

/// What can be referred to, by how it is: `Api.Stage` is `ApiProdStage`.
#[derive(Debug, Default)]
pub(super) struct References {
    ids: HashMap<String, String>,
}

impl References {
    /// Remembers what the resource `id` has become.
    pub(super) fn add(&mut self, id: &str, made: &Made<'_>) {
        let name = match made.kind {
            "AWS::ApiGateway::Deployment" => "Deployment",
            "AWS::ApiGateway::DomainName" | "AWS::ApiGateway::DomainNameV2" | "AWS::ApiGatewayV2::DomainName" => {
                "DomainName"
            }
            "AWS::ApiGateway::Stage" | "AWS::ApiGatewayV2::Stage" => "Stage",
            "AWS::Lambda::Alias" | "AWS::StepFunctions::StateMachineAlias" => "Alias",
            "AWS::Lambda::Version" | "AWS::StepFunctions::StateMachineVersion" => "Version",
            "AWS::SNS::Topic" => "DestinationTopic",
            "AWS::SQS::Queue" if made.id.contains("EventInvokeConfig") => "DestinationQueue",
            _ => return,
        };
        self.ids.insert(format!("{id}.{name}"), made.id.clone());
    }

    /// Rewrites the references in a tree.
    pub(super) fn rewrite(&self, node: &mut Node<'_>) {
        if !self.ids.is_empty() {
            self.walk(node);
        }
    }

    fn walk(&self, node: &mut Node<'_>) {
        match &mut node.kind {
            Kind::Sequence(items) => items.iter_mut().for_each(|item| self.walk(item)),
            Kind::Mapping(entries) => {
                if let [only] = entries.as_mut_slice() {
                    match only.key.as_ref() {
                        "Ref" => self.name(&mut only.value),
                        "Fn::Sub" => self.text(&mut only.value),
                        "Fn::GetAtt" => {
                            if let Kind::Sequence(steps) = &mut only.value.kind
                                && let Some(first) = steps.first_mut()
                            {
                                self.name(first);
                            }
                        }
                        _ => {}
                    }
                }
                entries.iter_mut().for_each(|entry| self.walk(&mut entry.value));
            }
            _ => {}
        }
    }

    fn name(&self, node: &mut Node<'_>) {
        if let Kind::String(name) = &mut node.kind
            && let Some(id) = self.ids.get(name.as_ref())
        {
            *name = Cow::Owned(id.clone());
        }
    }

    /// The variables of a substitution: `${Api.Stage}`.
    fn text(&self, argument: &mut Node<'_>) {
        let text = match &mut argument.kind {
            Kind::String(text) => text,
            Kind::Sequence(items) => match items.first_mut().map(|first| &mut first.kind) {
                Some(Kind::String(text)) => text,
                _ => return,
            },
            _ => return,
        };
        let mut rest = text.as_ref();
        let mut rewritten = String::new();
        while let Some((before, variable)) = rest.split_once("${") {
            let Some((name, after)) = variable.split_once('}') else { break };
            rewritten.push_str(before);
            rewritten.push_str("${");
            rewritten.push_str(self.ids.get(name.trim()).map_or(name, String::as_str));
            rewritten.push('}');
            rest = after;
        }
        if !rewritten.is_empty() {
            rewritten.push_str(rest);
            *text = Cow::Owned(rewritten);
        }
    }
}
