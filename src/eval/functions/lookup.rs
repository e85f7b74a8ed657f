//! Functions that read a value from elsewhere: `Fn::FindInMap`, `Fn::GetAtt`, `Fn::ImportValue`.

use super::builder::literal;
use super::{CallResult, MAX_ARGUMENTS, Name, is_function, unknown_result};
use crate::eval::Run;
use crate::eval::text::identity;
use crate::eval::value::{Content, Kind, Origin, Part, Value};
use crate::source::Span;
use crate::syntax::{self, Node};
use std::borrow::Cow;

/// Attributes that are properties that are attributes …: past this many nothing is followed.
const MAX_ATTRIBUTES: usize = 8;

impl<'t> Run<'_, 't> {
    /// Source: "Fn::FindInMap" and "Fn::FindInMap enhancements" (a default value, and functions beyond `Ref` and
    /// `Fn::FindInMap`, take `AWS::LanguageExtensions`).
    pub(super) fn find_in_map(&mut self, list: Option<&'t [Node<'t>]>, span: Span) -> CallResult<'t> {
        let extended = self.is_extended();
        let (fields, default) = match list {
            Some([name, first, second]) => ([name, first, second], None),
            Some([name, first, second, options]) if extended => match options.as_mapping() {
                Some([only]) if only.key == "DefaultValue" => ([name, first, second], Some(&only.value)),
                _ => return CallResult::Malformed,
            },
            _ => return CallResult::Malformed,
        };
        let takes = |node: &&Node<'t>| match node.as_mapping() {
            Some([only]) if !extended => matches!(only.key.as_ref(), "Ref" | "Fn::FindInMap"),
            _ => true,
        };
        if !fields.iter().all(takes) {
            return CallResult::Malformed;
        }
        let mut values = Vec::with_capacity(fields.len());
        for field in fields {
            // Each choice leads to another entry.
            match self.compute(field).map(|value| self.settled(value)) {
                Some(value) if value.is_scalar() => values.push(value),
                _ => return CallResult::Malformed,
            }
        }
        let [Some(name), first, second] = [0, 1, 2].map(|index| values.get(index).and_then(Value::text)) else {
            return CallResult::Value(unknown_result("Fn::FindInMap", &values, span));
        };
        let Some(entry) = self.evaluator.template.mapping_entry(&name) else {
            return default.map_or(CallResult::Malformed, |default| self.default_value(default));
        };
        let (Some(first), Some(second)) = (first, second) else {
            return CallResult::Value(match default {
                None => Value::unknown(Origin::Mapping(&entry.key), span),
                Some(_) => unknown_result("Fn::FindInMap", &values, span),
            });
        };
        match (entry.value.get(&first).and_then(|inner| inner.get(&second)), default) {
            // The place of the call: the mapping may serve many resources.
            (Some(found), _) => self.plain(found).map(|kind| Value { span, kind }).into(),
            (None, Some(default)) => self.default_value(default),
            (None, None) => CallResult::Malformed,
        }
    }

    fn default_value(&mut self, default: &'t Node<'t>) -> CallResult<'t> {
        self.compute(default).map_or(CallResult::NoValue, CallResult::Value)
    }

    /// A value of a mapping: a scalar or a list of them. Functions do not work there, so following none cannot go in circles.
    fn plain(&self, node: &'t Node<'t>) -> Option<Kind<'t>> {
        let scalar = |node: &'t Node<'t>| match &node.kind {
            syntax::Kind::Bool(value) => Some(Kind::Bool(*value)),
            syntax::Kind::Number(number) => Some(Kind::Number(number.clone())),
            syntax::Kind::String(text) => Some(literal(text, node.span).kind),
            _ => None,
        };
        let Some(items) = node.as_sequence() else { return scalar(node) };
        if !self.evaluator.afford(std::mem::size_of_val(items)) {
            return None;
        }
        let items: Option<Vec<Value<'t>>> =
            items.iter().map(|item| Some(Value { span: item.span, kind: scalar(item)? })).collect();
        items.map(Kind::List)
    }

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
        self.resource_attribute(id, attribute, span)
    }

    /// An attribute of a resource: the property as the template sets it, where that is what the attribute is; else a
    /// reference. Nothing where there is no such resource, or the property refers back to itself.
    pub(super) fn resource_attribute(&mut self, id: &'t str, attribute: Cow<'t, str>, span: Span) -> Option<Value<'t>> {
        let resource = *self.evaluator.resources.get(id)?;
        let property = crate::facts::is_property_attribute(resource.kind, &attribute)
            .then(|| resource.node.get("Properties"))
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
        if let Some(value) = name.text().and_then(|name| self.evaluator.inputs.exports.get(name.as_ref())) {
            let origin = Origin::Import(name.text().map(Into::into));
            let part = Part { content: Content::Known(Cow::Borrowed(value)), origin };
            return Some(Value { span, kind: Kind::Text(vec![part]) });
        }
        let name = identity(&name).filter(|name| name.len() <= MAX_ARGUMENTS);
        Some(Value::unknown(Origin::Import(name.map(Into::into)), span))
    }
}
