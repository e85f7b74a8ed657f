//! Texts of which only the end counts, such as `/restapis/…/stages/…` of the ARN of a stage.

use super::property_value;
use crate::eval::Run;
use crate::eval::text;
use crate::eval::value::{Content, Kind, Origin, Part, Value};
use crate::facts;
use crate::truth::Truth;
use std::borrow::Cow;

/// The value with what `Ref` gives, where the template sets that (`StageName` of a stage), in place of the reference; and with `Ref` in
/// place of an attribute that is the same (`RestApiId` of an API).
pub(super) fn with_what_references_give<'v, 't>(run: &mut Run<'_, 't>, value: &'v Value<'t>) -> Cow<'v, Value<'t>> {
    let evaluator = run.evaluator;
    let mut parts: Vec<Part<'t>> = Vec::new();
    let mut is_changed = false;
    for part in value.parts() {
        let resource = match &part.origin {
            Origin::Resource { id, attribute } => {
                evaluator.resource(id).map(|resource| (resource, attribute.as_deref()))
            }
            _ => None,
        };
        let given = match resource {
            Some((resource, None)) => facts::property_of_reference(resource.kind)
                .and_then(|property| property_value(run, resource.node, resource.node.span, property)),
            Some((resource, Some(attribute))) if facts::is_reference(resource.kind, attribute) => {
                is_changed = true;
                parts.push(Part { origin: Origin::Resource { id: resource.id, attribute: None }, ..part.clone() });
                continue;
            }
            _ => None,
        };
        match given {
            Some(given) if given.is_scalar() => {
                is_changed = true;
                match &given.kind {
                    Kind::Text(given) => parts.extend(given.iter().cloned()),
                    _ => parts.push(known(given.text().unwrap_or_default().into_owned())),
                }
            }
            _ => parts.push(part.clone()),
        }
    }
    if is_changed { Cow::Owned(Value::from_parts(parts, value.span)) } else { Cow::Borrowed(value) }
}

/// Whether a value ends with a text, which begins with `start`. `kind` gives the types of resources.
///
/// An ARN has what it names at its end: where `start` occurs last, the text has to begin. A reference to another resource and another
/// stack's export are no text without `start` that this could be.
pub(super) fn is_end<'t, 'k>(
    value: &Value<'t>,
    start: &str,
    end: &Value<'t>,
    kind: &dyn Fn(&str) -> Option<&'k str>,
) -> Truth {
    if !value.is_scalar() {
        return Truth::False;
    }
    let whole = value.text().filter(|_| value.parts().is_empty()).map(|text| known(text.into_owned()));
    let parts: Vec<Part<'t>> = whole.into_iter().chain(value.parts().iter().cloned()).collect();
    match from_last(&parts, start) {
        Some(parts) if refers_to_another(&parts, end.parts(), kind) => Truth::False,
        Some(parts) => text::equal(&Value::from_parts(parts, value.span), end),
        None if parts.iter().any(|part| matches!(part.origin, Origin::Resource { .. } | Origin::Import(_))) => {
            Truth::False
        }
        None => match parts.iter().any(|part| !part.content.is_known() && !matches!(part.origin, Origin::Pseudo(_))) {
            true => Truth::Unknown,
            false => Truth::False,
        },
    }
}

/// Whether there is a reference to a resource in place of one to another of its type: what `Ref` gives for the two is not the same.
fn refers_to_another<'k>(parts: &[Part<'_>], expected: &[Part<'_>], kind: &dyn Fn(&str) -> Option<&'k str>) -> bool {
    let referred = |part: &Part<'_>| match &part.origin {
        Origin::Resource { id, attribute: None } => kind(id).map(|kind| ((*id).to_owned(), kind)),
        _ => None,
    };
    let expected: Vec<_> = expected.iter().filter_map(referred).collect();
    parts.iter().filter_map(referred).any(|(id, kind)| {
        let mut alike = expected.iter().filter(|(_, other)| *other == kind).peekable();
        alike.peek().is_some() && alike.all(|(other, _)| *other != id)
    })
}

/// The parts from the last place on where a text occurs in those that are known.
fn from_last<'t>(parts: &[Part<'t>], start: &str) -> Option<Vec<Part<'t>>> {
    let mut known_here = String::new();
    for (place, part) in parts.iter().enumerate().rev() {
        let Content::Known(text) = &part.content else {
            known_here.clear();
            continue;
        };
        known_here.insert_str(0, text);
        if let Some(at) = known_here.rfind(start) {
            let behind = parts.iter().skip(place).skip_while(|part| part.content.is_known());
            let here = known_here.get(at..).unwrap_or_default().to_owned();
            return Some(std::iter::once(known(here)).chain(behind.cloned()).collect());
        }
    }
    None
}

fn known<'t>(text: String) -> Part<'t> {
    Part { content: Content::Known(Cow::Owned(text)), origin: Origin::Literal }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::source::Span;

    fn value(text: &'static str) -> Value<'static> {
        let mut parts = Vec::new();
        for (index, piece) in text.split('$').enumerate() {
            match piece {
                "" => {}
                piece if index % 2 == 0 => parts.push(known(piece.to_owned())),
                "api" | "other" => parts
                    .push(Part { content: Content::Unknown, origin: Origin::Resource { id: piece, attribute: None } }),
                "region" => parts.push(Part { content: Content::Unknown, origin: Origin::Pseudo("AWS::Region") }),
                name => parts.push(Part { content: Content::Unknown, origin: Origin::Parameter(name) }),
            }
        }
        Value::from_parts(parts, Span::default())
    }

    #[test]
    fn the_end_of_an_arn() {
        let end = "/restapis/$api$/stages/prod";
        for (text, expected) in [
            ("arn:aws:apigateway:us-east-1::/restapis/$api$/stages/prod", Truth::True),
            ("arn:aws:apigateway:$region$::/restapis/$api$/stages/prod", Truth::True),
            ("$prefix$/restapis/$api$/stages/prod", Truth::True),
            ("arn:aws:apigateway:$region$::/restapis/$api$/stages/test", Truth::False),
            ("arn:aws:apigateway:$region$::/restapis/$api$/stages/prod/x", Truth::False),
            ("arn:aws:apigateway:$region$::/restapis/$api$/stages/$stage$", Truth::Unknown),
            ("arn:aws:apigateway:$region$::/restapis/a1b2c3/stages/prod", Truth::Unknown),
            ("arn:aws:apigateway:$region$::/restapis/a1b2c3/stages/test", Truth::False),
            ("arn:aws:apigateway:$region$::/apis/a1b2c3", Truth::False),
            ("arn:aws:apigateway:$region$::/restapis/$other$/stages/prod", Truth::False),
            ("$api$/stages/prod", Truth::False),
            ("$arn$/stages/prod", Truth::Unknown),
            ("$arn$", Truth::Unknown),
            ("arn:aws:x", Truth::False),
        ] {
            let found = is_end(&value(text), "/restapis/", &value(end), &|_| Some("AWS::ApiGateway::RestApi"));
            assert_eq!(found, expected, "{text}");
        }
    }
}
