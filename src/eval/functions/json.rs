//! `Fn::ToJsonString`: a value as JSON text, as far as it is known.

use super::builder::{MAX_TEXT_BYTES, TextBuilder};
use super::unknown_result;
use crate::eval::partition::Derived;
use crate::eval::value::{Content, Kind, Origin, Part, Value};
use crate::eval::{Candidate, Run};
use crate::source::Span;
use crate::syntax::Node;
use std::borrow::Cow;

impl<'t> Run<'_, 't> {
    /// The JSON text of a list or map, without white space and with the keys in their order; unsettled parts of its strings
    /// stay parts of the text.
    ///
    /// Source: "Fn::ToJsonString", which takes `AWS::LanguageExtensions`.
    pub(super) fn json_string(&mut self, argument: &'t Node<'t>, span: Span) -> Option<Value<'t>> {
        if !self.is_extended() {
            return None;
        }
        let value = self.compute(argument)?;
        if value.is_opaque() {
            return Some(unknown_result("Fn::ToJsonString", &[value], span));
        }
        if !matches!(value.kind, Kind::List(_) | Kind::Map(_)) {
            return None;
        }
        let mut text = TextBuilder::default();
        Some(match self.write(&value, &mut text) {
            Some(()) => self.built(text, "Fn::ToJsonString", span),
            None => unknown_result("Fn::ToJsonString", &[value], span),
        })
    }

    /// Appends a value; nothing where its place in the JSON text is not known.
    fn write(&self, value: &Value<'t>, text: &mut TextBuilder<'t>) -> Option<()> {
        if text.cost() > MAX_TEXT_BYTES {
            return None;
        }
        let mut literal = |literal: &'static str| text.literal(Cow::Borrowed(literal));
        match &value.kind {
            Kind::Null => literal("null"),
            Kind::Bool(true) => literal("true"),
            Kind::Bool(false) => literal("false"),
            Kind::Number(number) => text.literal(number.text.clone()),
            Kind::String(known) => {
                text.literal(Cow::Borrowed("\""));
                text.literal(Cow::Owned(escaped(known)));
                text.literal(Cow::Borrowed("\""));
            }
            Kind::Text(parts) => {
                text.literal(Cow::Borrowed("\""));
                for part in parts {
                    self.write_part(part, text)?;
                }
                text.literal(Cow::Borrowed("\""));
            }
            Kind::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    text.literal(Cow::Borrowed(if index == 0 { "[" } else { "," }));
                    self.write(item, text)?;
                }
                text.literal(Cow::Borrowed(if items.is_empty() { "[]" } else { "]" }));
            }
            Kind::Map(fields) => {
                for (index, field) in fields.iter().enumerate() {
                    let before = if index == 0 { "{" } else { "," };
                    text.literal(Cow::Owned(format!("{before}\"{}\":", escaped(&field.key))));
                    self.write(&field.value, text)?;
                }
                text.literal(Cow::Borrowed(if fields.is_empty() { "{}" } else { "}" }));
            }
        }
        Some(())
    }

    /// Appends a part of a string. References to resources and what they return are taken to be texts that need no escape,
    /// as names, ids and ARNs are; what may be a list or map has no place in a string.
    fn write_part(&self, part: &Part<'t>, text: &mut TextBuilder<'t>) -> Option<()> {
        let content = match (&part.content, &part.origin) {
            (Content::Known(known), _) => Content::Known(Cow::Owned(escaped(known))),
            (Content::Choice, Origin::Pseudo(name)) if Derived::of(name).is_some() => Content::Choice,
            (Content::Choice, Origin::Parameter(name) | Origin::Pseudo(name)) => {
                let (_, variable) = self.evaluator.choices.by_name(name)?;
                let plain = variable.candidates.iter().all(|candidate| match candidate {
                    Candidate::Known(text) => escaped(text) == *text,
                    Candidate::Other => true,
                });
                plain.then(|| part.content.clone())?
            }
            (
                _,
                Origin::Zones
                | Origin::Function { .. }
                | Origin::PieceOfParameter { .. }
                | Origin::Malformed(_)
                | Origin::Missing { .. }
                | Origin::Inside(_),
            ) => return None,
            (_, Origin::Parameter(name)) if self.evaluator.template.parameter(name)?.is_list() => return None,
            (_, Origin::Pseudo("AWS::NotificationARNs")) => return None,
            (content, _) => content.clone(),
        };
        text.push(Part { content, origin: part.origin.clone() });
        Some(())
    }
}

/// A text as it is between the quotes of a JSON string (RFC 8259, section 7).
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}
