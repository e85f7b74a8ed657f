//! Keys: text as it is written, and `<<`.

use super::build::{Body, Builder, Frame};
use super::scalar::Plain;
use super::tag::Tag;
use super::{Finished, Range, anchor};
use crate::source::Span;
use crate::syntax::message::quoted;
use crate::syntax::{Kind, Number, SyntaxError};
use granit_parser::ScalarStyle;
use std::borrow::Cow;

/// A key whose value has not come yet.
pub(super) enum Key<'s> {
    Named(Cow<'s, str>, Span),
    Merge(Span),
}

impl<'s> Builder<'s> {
    pub(super) fn scalar_key(
        &mut self,
        text: Cow<'s, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Tag,
        range: Range,
    ) -> Result<(), SyntaxError> {
        let plain = style == ScalarStyle::Plain;
        if let Some(tag_range) = tag.local() {
            let message = format!("the key {} has the tag `{}`", quoted(&text), self.layout.slice(tag_range));
            return Err(self.error(
                tag_range,
                message,
                "Write the key as plain text. A function cannot compute a key.",
            ));
        }
        if plain && range.is_empty() {
            return Err(self.error(
                self.character(range.start),
                "a key is missing",
                "Write the key before the colon, or put the value in quotes.",
            ));
        }
        let range = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.layout.block_scalar(range),
            _ => range,
        };
        let span = self.span(range);
        if anchor != 0 {
            let kind = if plain { Plain::read(&text).into_kind(text.clone()) } else { Kind::String(text.clone()) };
            self.anchors.define(anchor, &Finished::scalar(span, kind));
        }
        let is_merge = plain && text == "<<" && matches!(tag, Tag::None);
        self.set_key(if is_merge { Key::Merge(span) } else { Key::Named(text, span) }, range)
    }

    /// Notes the key that the next value belongs to.
    fn set_key(&mut self, key: Key<'s>, range: Range) -> Result<(), SyntaxError> {
        let repeated = match (self.stack.last(), &key) {
            (Some(Frame { body: Body::Mapping { merge: Some((first, _)), .. }, .. }), Key::Merge(_)) => Some(*first),
            _ => None,
        };
        if let Some(first) = repeated {
            let mut error =
                self.error(range, "`<<` is used twice in the same map", "Merge a list instead: `<<: [*one, *other]`.");
            error.related = Some((first, "the first `<<`".to_owned()));
            return Err(error);
        }
        self.layout.advance(range.end);
        if let Some(frame) = self.stack.last_mut() {
            frame.end = frame.end.max(range.end);
            if let Key::Named(Cow::Owned(text), _) = &key {
                frame.cost += anchor::text_cost(text.len());
            }
            if let Body::Mapping { key: slot, .. } = &mut frame.body {
                *slot = Some(key);
            }
        }
        Ok(())
    }

    pub(super) fn no_scalar_key(&self, range: Range) -> SyntaxError {
        let range = if range.is_empty() { self.character(range.start) } else { range };
        let help = "Write keys as plain text, and put placeholders of template engines, such as `{{ name }}`, in \
                    quotes.";
        self.error(range, "a list or map cannot be a key", help)
    }

    /// A key that is an alias takes the text of the scalar it refers to.
    pub(super) fn alias_key(&mut self, kind: Kind<'s>, range: Range) -> Result<(), SyntaxError> {
        let text = match kind {
            Kind::String(text) | Kind::Number(Number { text, .. }) => text,
            Kind::Bool(true) => Cow::Borrowed("true"),
            Kind::Bool(false) => Cow::Borrowed("false"),
            Kind::Null => Cow::Borrowed("null"),
            Kind::Sequence(_) | Kind::Mapping(_) => return Err(self.no_scalar_key(range)),
        };
        self.set_key(Key::Named(text, self.span(range)), range)
    }
}
