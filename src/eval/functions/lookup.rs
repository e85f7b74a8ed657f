//! Functions that read a value from elsewhere: `Fn::GetAtt`, `Fn::ImportValue`, `Fn::GetStackOutput`.

use super::{MAX_ARGUMENTS, Name, is_function};
use crate::eval::Run;
use crate::eval::text::identity;
use crate::eval::value::{Content, Kind, Origin, Part, Value};
use crate::source::Span;
use crate::syntax::Node;
use std::borrow::Cow;

/// Attributes that are properties that are attributes …: past this many nothing is followed.
const MAX_ATTRIBUTES: usize = 8;

impl<'t> Run<'_, 't> {
    pub(super) fn attribute(&mut self, argument: &'t Node<'t>, span: Span) -> Option<Value<'t>> {
        let unknown = || Some(Value::unknown(Origin::function("Fn::GetAtt"), span));
        let (id, attribute) = match (argument.as_str(), argument.as_sequence()) {
            (Some(text), _) => {
                let (id, attribute) = text.split_once('.')?;
                (id, Cow::Borrowed(attribute))
            }
            (None, Some([id, attribute])) => {
                let attribute = match attribute.as_str() {
                    Some(text) => Cow::Borrowed(text),
                    None if is_function(attribute) => {
                        let name = self.compute(attribute)?;
                        match self.settled(name).text() {
                            Some(text) => Cow::Owned(text.into_owned()),
                            None => return unknown(),
                        }
                    }
                    None => return None,
                };
                match self.name(id)? {
                    Name::Known(id) => (id, attribute),
                    Name::Unknown => return unknown(),
                }
            }
            // `[Nested, Outputs, Name]` is what people write for a nested stack's output.
            (None, Some([id, first, second])) => {
                (id.as_str()?, Cow::Owned(format!("{}.{}", first.as_str()?, second.as_str()?)))
            }
            _ => return None,
        };
        if self.evaluator.named(id).is_none() {
            return Some(self.missing(id, Some(attribute), span));
        }
        self.resource_attribute(id, attribute, span)
    }

    /// An attribute of a resource: the property as the template sets it, where that is what the attribute is; else a
    /// reference. Nothing where there is no such resource, or the property refers back to itself.
    pub(super) fn resource_attribute(&mut self, id: &'t str, attribute: Cow<'t, str>, span: Span) -> Option<Value<'t>> {
        let resource = *self.evaluator.named(id)?;
        let property = crate::facts::is_property_attribute(resource.kind, &attribute)
            .then(|| self.evaluator.resource(id)?.node.get("Properties"))
            .flatten()
            .filter(|properties| !super::has_macro(properties))
            .and_then(|properties| properties.get(&attribute));
        let reference = Value::unknown(Origin::Resource { id, attribute: Some(attribute) }, span);
        let Some(property) = property else { return Some(reference) };
        let key: *const Node<'t> = property;
        if self.attributes.contains(&key) {
            // CloudFormation refuses circular dependencies.
            return None;
        }
        if self.attributes.len() >= MAX_ATTRIBUTES {
            return Some(reference);
        }
        self.attributes.push(key);
        let value = self.value(property).filter(|value| value.is_scalar());
        self.attributes.pop();
        Some(value.map_or(reference, |value| Value { span, kind: value.kind.clone() }))
    }

    /// Source: "Fn::ImportValue": the name "can't include Ref or GetAtt functions that depend on a resource".
    pub(super) fn import(&mut self, argument: &'t Node<'t>, span: Span) -> Option<Value<'t>> {
        let name = self.compute(argument)?;
        if !name.is_scalar() || name.parts().iter().any(|part| matches!(part.origin, Origin::Resource { .. })) {
            return None;
        }
        // Each name is another export.
        let name = self.settled_if_few(name);
        if let Some(value) = name.text().and_then(|name| self.evaluator.inputs.shared.exports.get(name.as_ref())) {
            let origin = Origin::Import(name.text().map(Into::into));
            let part = Part { content: Content::Known(Cow::Borrowed(value)), origin };
            return Some(Value { span, kind: Kind::Text(vec![part]) });
        }
        let name = identity(&name).filter(|name| name.len() <= MAX_ARGUMENTS);
        Some(Value::unknown(Origin::Import(name.map(Into::into)), span))
    }

    /// An output of a stack of this run, where its name is known.
    ///
    /// Source: `Fn::GetStackOutput` of cfn-lint 1.58.0 (`StackName`, `OutputName`, `Region` and `RoleArn`), and aws-cdk-lib 2.276.0,
    /// which writes it for references between stacks, of November 2026. With a role, the stack is in an account that the template
    /// does not name.
    pub(super) fn stack_output(&mut self, argument: &'t Node<'t>, span: Span) -> Option<Value<'t>> {
        if self.evaluator.inputs.shared.outputs.is_empty() || argument.get("RoleArn").is_some() {
            return None;
        }
        let stack = self.few_texts(argument.get("StackName")?)?;
        let output = self.few_texts(argument.get("OutputName")?)?;
        let inputs = self.evaluator.inputs;
        let region = match argument.get("Region") {
            Some(region) => self.few_texts(region),
            None => inputs.fixed("AWS::Region").map(str::to_owned),
        };
        let value = inputs.shared.output(&(stack, output), inputs.fixed("AWS::AccountId"), region.as_deref())?;
        let part =
            Part { content: Content::Known(Cow::Borrowed(value)), origin: Origin::function("Fn::GetStackOutput") };
        Some(Value { span, kind: Kind::Text(vec![part]) })
    }

    /// A text that is the same for all open choices, or whose choices are few enough to make.
    fn few_texts(&mut self, node: &'t Node<'t>) -> Option<String> {
        let value = self.compute(node)?;
        self.settled_if_few(value).text().map(Cow::into_owned)
    }
}
