//! Functions that make texts: `Fn::Sub`, `Fn::Join`, `Fn::Base64`.

use super::builder::{MAX_TEXT_BYTES, TextBuilder};
use super::{origin_of_result, unknown_result};
use crate::eval::Run;
use crate::eval::value::{Content, Kind, Origin, Part, Value};
use crate::source::Span;
use crate::syntax::{Entry, Node};
use foldhash::HashMap;
use memchr::{memchr, memchr_iter};
use smallvec::SmallVec;
use std::borrow::Cow;
use std::sync::Arc;

/// Variables of `Fn::Sub` that are searched one after the other.
const FEW_VARIABLES: usize = 8;

impl<'t> Run<'_, 't> {
    /// The text that a function has put together, if there is room for it.
    pub(super) fn built(&self, text: TextBuilder<'t>, function: &'static str, span: Span) -> Value<'t> {
        if self.evaluator.afford(text.cost()) {
            text.finish(span, function)
        } else {
            Value::unknown(Origin::function(function), span)
        }
    }

    pub(super) fn substitution(&mut self, argument: &'t Node<'t>, span: Span) -> Option<Value<'t>> {
        let (template, variables): (&'t str, &'t [Entry<'t>]) = match (argument.as_str(), argument.as_sequence()) {
            (Some(text), _) => (text, &[]),
            (None, Some([text, variables])) => (text.as_str()?, variables.as_mapping()?),
            (None, Some([text])) => (text.as_str()?, &[]),
            _ => return None,
        };
        let mut text = TextBuilder::default();
        // Computed once each: nested substitutions that name a variable twice would double the work at every level.
        let mut own: HashMap<&str, Value<'t>> = HashMap::default();
        let places: HashMap<&str, &'t Entry<'t>> = if variables.len() > FEW_VARIABLES {
            variables.iter().map(|entry| (entry.key.as_ref(), entry)).collect()
        } else {
            HashMap::default()
        };
        for piece in pieces(template) {
            match piece {
                Piece::Literal(literal) => text.literal(Cow::Borrowed(literal)),
                Piece::Variable(name) => {
                    let entry = if places.is_empty() {
                        variables.iter().find(|entry| entry.key == name)
                    } else {
                        places.get(name).copied()
                    };
                    let value = match (entry, own.get(name)) {
                        (Some(_), Some(known)) => known.clone(),
                        (Some(entry), None) => {
                            let value = self.compute(&entry.value)?;
                            own.insert(name, value.clone());
                            value
                        }
                        (None, _) => match name.split_once('.') {
                            Some((id, attribute)) if self.evaluator.named(id).is_none() => {
                                return Some(self.missing(id, Some(Cow::Borrowed(attribute)), span));
                            }
                            Some((id, attribute)) => self.resource_attribute(id, Cow::Borrowed(attribute), span)?,
                            None => match self.referred(name, span) {
                                Some(value) => value,
                                None if name == "AWS::NoValue" => return None,
                                None => return Some(self.missing(name, None, span)),
                            },
                        },
                    };
                    text.value(value)?;
                }
            }
        }
        Some(self.built(text, "Fn::Sub", span))
    }

    pub(super) fn join(&mut self, list: Option<&'t [Node<'t>]>, span: Span) -> Option<Value<'t>> {
        let [delimiter, items] = list? else { return None };
        let delimiter = delimiter.scalar_text()?;
        let items = self.compute(items)?;
        if items.is_opaque() {
            let is_filled = is_filled(&items);
            let delimiter = Value { span, kind: Kind::String(delimiter) };
            let mut joined = unknown_result("Fn::Join", &[delimiter, items], span);
            // `!Equals ["", !Join ["", !Ref List]]` asks whether the list is empty.
            if let (true, Kind::Text(parts)) = (is_filled, &mut joined.kind) {
                parts.iter_mut().for_each(|part| part.content = Content::Except(Arc::from([Cow::Borrowed("")])));
            }
            return Some(joined);
        }
        let Kind::List(items) = items.kind else { return None };
        let mut text = TextBuilder::default();
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                text.literal(Cow::Owned(delimiter.to_string()));
            }
            text.value(item)?;
        }
        Some(self.built(text, "Fn::Join", span))
    }

    pub(super) fn base64(&mut self, argument: &'t Node<'t>, span: Span) -> Option<Value<'t>> {
        let value = self.compute(argument)?;
        if !value.is_scalar() {
            return None;
        }
        // Scripts are made of many parameters; every value of each would be a scenario of its own.
        let value = self.settled_if_few(value);
        let Some(text) = value.text() else { return Some(unknown_result("Fn::Base64", &[value], span)) };
        let encoded = encode_base64(text.as_bytes());
        if encoded.len() > MAX_TEXT_BYTES || !self.evaluator.afford(encoded.len()) {
            return Some(Value::unknown(Origin::function("Fn::Base64"), span));
        }
        let part =
            Part { content: Content::Known(Cow::Owned(encoded)), origin: origin_of_result("Fn::Base64", &value) };
        Some(Value::from_parts(vec![part], span))
    }
}

/// RFC 4648, section 4.
fn encode_base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let sextet = (bits >> (18 - 6 * index)) & 0x3f;
            let letter = ALPHABET.get(sextet as usize).copied().unwrap_or(b'=');
            text.push(if index > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

enum Piece<'t> {
    Literal(&'t str),
    Variable(&'t str),
}

/// Cuts a `Fn::Sub` template: `${Name}`, `${Name.Attribute}`, `${!Literal}`.
fn pieces(template: &str) -> SmallVec<[Piece<'_>; 4]> {
    let mut pieces = SmallVec::new();
    let mut rest = template;
    while let Some((before, after)) = at_placeholder(rest) {
        if !before.is_empty() {
            pieces.push(Piece::Literal(before));
        }
        let end = memchr(b'}', after.as_bytes());
        let Some((name, after)) = end.and_then(|end| Some((after.get(..end)?, after.get(end + 1..)?))) else {
            let opening = rest.get(before.len()..).unwrap_or("");
            pieces.push(Piece::Literal(opening));
            return pieces;
        };
        match name.strip_prefix('!') {
            Some(literal) => {
                pieces.push(Piece::Literal("${"));
                pieces.push(Piece::Literal(literal));
                pieces.push(Piece::Literal("}"));
            }
            None => pieces.push(Piece::Variable(name.trim())),
        }
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    pieces
}

/// The names in a template of `Fn::Sub`, as written.
pub(in crate::eval) fn variables(template: &str) -> impl Iterator<Item = &str> {
    pieces(template).into_iter().filter_map(|piece| match piece {
        Piece::Variable(name) => Some(name),
        Piece::Literal(_) => None,
    })
}

/// What stands before the next `${`, and after it.
fn at_placeholder(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let at = memchr_iter(b'$', bytes).find(|at| bytes.get(at + 1) == Some(&b'{'))?;
    Some((text.get(..at)?, text.get(at + 2..)?))
}

/// Whether a value that is not known is no empty text: of a list, that it has items. Nobody passes items that are all empty.
fn is_filled(value: &Value<'_>) -> bool {
    let [Part { content: Content::Except(texts), .. }] = value.parts() else { return false };
    texts.iter().any(|text| text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::encode_base64;

    #[test]
    fn base64_follows_rfc_4648() {
        // The test vectors of section 10.
        for (text, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode_base64(text.as_bytes()), encoded, "{text}");
        }
        assert_eq!(encode_base64(&[0xfb, 0xff, 0xbf]), "+/+/");
    }
}
