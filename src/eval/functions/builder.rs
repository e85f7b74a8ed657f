//! Texts as functions put them together: their parts, their bounds, and the dynamic references in them.

use crate::eval::value::{Content, DynamicService, Kind, Origin, Part, Value};
use crate::source::Span;
use memchr::memchr;
use std::borrow::Cow;
use std::sync::Arc;

/// Texts past this many parts or bytes are not followed: nested substitutions can double at every level.
const MAX_TEXT_PARTS: usize = 4096;
pub(super) const MAX_TEXT_BYTES: usize = 1 << 20;

/// A string as written; dynamic references in it are parts of their own. One that is only opened here may be closed by
/// another piece of the same `Fn::Join`, which looks again.
pub(super) fn literal<'t>(text: &'t str, span: Span) -> Value<'t> {
    // Few texts have a brace at all.
    if has_brace(text) && text.split_once(DYNAMIC).is_some_and(|(_, reference)| reference.contains("}}")) {
        let mut builder = TextBuilder::default();
        builder.literal(Cow::Borrowed(text));
        return builder.finish(span, "a dynamic reference");
    }
    Value { span, kind: Kind::String(Cow::Borrowed(text)) }
}

fn has_brace(text: &str) -> bool {
    memchr(b'{', text.as_bytes()).is_some()
}

/// A text of one part or more, with each dynamic reference in it as a part.
pub(super) fn resolved(parts: Vec<Part<'_>>, span: Span) -> Value<'_> {
    Value { span, kind: Kind::Text(fold_dynamic_references(parts)) }
}

/// The beginning of every dynamic reference.
pub(super) const DYNAMIC: &str = "{{resolve:";

/// Collects the parts of a text that a function makes.
#[derive(Default)]
pub(super) struct TextBuilder<'t> {
    parts: Vec<Part<'t>>,
    bytes: usize,
    too_long: bool,
}

impl<'t> TextBuilder<'t> {
    pub(super) fn literal(&mut self, text: Cow<'t, str>) {
        self.push(Part { content: Content::Known(text), origin: Origin::Literal });
    }

    pub(super) fn push(&mut self, part: Part<'t>) {
        if let Content::Known(text) = &part.content {
            self.bytes += text.len();
        }
        if self.parts.len() >= MAX_TEXT_PARTS || self.bytes > MAX_TEXT_BYTES {
            self.too_long = true;
            return;
        }
        // Neighbouring literals are one.
        if let (
            Some(Part { content: Content::Known(before), origin: Origin::Literal }),
            Part { content: Content::Known(text), origin: Origin::Literal },
        ) = (self.parts.last_mut(), &part)
        {
            before.to_mut().push_str(text);
            return;
        }
        self.parts.push(part);
    }

    /// Bytes and parts so far, as [`Evaluator::afford`](super::super::Evaluator) counts them.
    pub(super) fn cost(&self) -> usize {
        self.bytes + self.parts.len() * std::mem::size_of::<Part<'t>>()
    }

    /// Appends a scalar; nothing where it is not a scalar.
    pub(super) fn value(&mut self, value: Value<'t>) -> Option<()> {
        match value.kind {
            Kind::Text(parts) => parts.into_iter().for_each(|part| self.push(part)),
            Kind::String(text) => self.literal(text),
            Kind::Bool(value) => self.literal(Cow::Borrowed(if value { "true" } else { "false" })),
            Kind::Number(number) => self.literal(number.text),
            Kind::Null | Kind::List(_) | Kind::Map(_) => return None,
        }
        Some(())
    }

    pub(super) fn finish(self, span: Span, function: &'static str) -> Value<'t> {
        if self.too_long {
            return Value::unknown(Origin::function(function), span);
        }
        Value::from_parts(fold_dynamic_references(self.parts), span)
    }
}

/// A dynamic reference whose end has not been met.
struct OpenReference {
    service: DynamicService,
    /// What of the name has been read; none where a part of it is not known.
    name: Option<String>,
}

/// Replaces each `{{resolve:…}}`, whose inside may be made of several parts, by one part.
///
/// Source: "Get values stored in other services using dynamic references", CloudFormation user guide.
fn fold_dynamic_references(parts: Vec<Part<'_>>) -> Vec<Part<'_>> {
    let starts = |part: &Part<'_>| match &part.content {
        Content::Known(text) => has_brace(text) && text.contains(DYNAMIC),
        _ => false,
    };
    if !parts.iter().any(starts) {
        return parts;
    }
    let mut folded: Vec<Part<'_>> = Vec::with_capacity(parts.len());
    let mut open: Option<OpenReference> = None;
    for part in parts {
        let Content::Known(text) = &part.content else {
            match &mut open {
                Some(reference) => reference.name = None,
                None => folded.push(part),
            }
            continue;
        };
        let mut rest: &str = text;
        loop {
            if let Some(reference) = &mut open {
                let (inside, after) =
                    rest.split_once("}}").map_or((rest, None), |(inside, after)| (inside, Some(after)));
                if let Some(name) = &mut reference.name {
                    name.push_str(inside);
                }
                let Some(after) = after else { break };
                let name = reference.name.take().map(Arc::from);
                folded.push(Part {
                    content: Content::Unknown,
                    origin: Origin::Dynamic { service: reference.service, name },
                });
                open = None;
                rest = after;
            } else if let Some((before, after)) = rest.split_once(DYNAMIC) {
                if !before.is_empty() {
                    folded.push(Part {
                        content: Content::Known(Cow::Owned(before.to_owned())),
                        origin: part.origin.clone(),
                    });
                }
                let service = after.split([':', '}']).next().unwrap_or("");
                rest = after.strip_prefix(service).map_or(after, |name| name.strip_prefix(':').unwrap_or(name));
                let service = match service {
                    "secretsmanager" => DynamicService::SecretsManager,
                    "ssm-secure" => DynamicService::SsmSecure,
                    "ssm" => DynamicService::Ssm,
                    _ => DynamicService::Other,
                };
                open = Some(OpenReference { service, name: Some(String::new()) });
            } else {
                if !rest.is_empty() {
                    folded.push(Part {
                        content: Content::Known(Cow::Owned(rest.to_owned())),
                        origin: part.origin.clone(),
                    });
                }
                break;
            }
        }
    }
    if open.is_some() {
        // Never closed: CloudFormation takes it as text; a text that starts like this is not a literal secret in any case.
        folded.push(Part { content: Content::Unknown, origin: Origin::Malformed("a dynamic reference") });
    }
    folded
}
