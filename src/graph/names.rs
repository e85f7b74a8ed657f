//! The physical names of resources.

use crate::eval::text;
use crate::eval::value::{Content, Kind, Origin, Part, Value};
use crate::eval::{Descent, Run};
use crate::expand::{Block, ties};
use crate::facts;
use crate::source::Span;
use crate::syntax::Node;
use crate::truth::Truth;
use smallvec::SmallVec;
use std::borrow::Cow;

mod ends;

/// The explicit name of a resource, from the property that names its type; none where CloudFormation makes one.
pub fn physical_name<'m, 't>(run: &mut Run<'m, 't>, block: &Block<'t>) -> Option<&'m Value<'t>> {
    explicit_name(run, block.node, block.key_span, block.kind)
}

fn explicit_name<'m, 't>(run: &mut Run<'m, 't>, node: &'t Node<'t>, at: Span, kind: &str) -> Option<&'m Value<'t>> {
    property_value(run, node, at, facts::name_property(kind)?)
}

/// The value of a property; the names of its path are joined by dots.
fn property_value<'m, 't>(
    run: &mut Run<'m, 't>,
    node: &'t Node<'t>,
    at: Span,
    property: &str,
) -> Option<&'m Value<'t>> {
    // Mostly one name, sometimes two: `DatabaseInput.Name`.
    let names: SmallVec<[&str; 3]> = std::iter::once("Properties").chain(property.split('.')).collect();
    match run.descend(node, at, &names) {
        Descent::Value(value, walked) => names.iter().skip(walked).try_fold(value, |value, name| value.get(name)),
        Descent::Absent(..) | Descent::Unknown(_) => None,
    }
}

/// A piece of a text that names something.
#[derive(Copy, Clone, Debug)]
pub enum Piece<'n, 'm, 't> {
    /// Any characters: only as the first piece, with a text behind it.
    Any,
    /// These characters.
    Text(&'n str),
    /// The physical name of a resource.
    Name,
    /// A value of the template.
    Value(&'m Value<'t>),
}

/// The text of these pieces for a resource, or its end, as far as all of it is written in plain text.
pub fn expected(pieces: &[Piece<'_, '_, '_>], target: &Block<'_>) -> Option<String> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Any => {}
            Piece::Text(literal) => text.push_str(literal),
            Piece::Name => text.push_str(ties::plain_name(target)?),
            Piece::Value(value) => text.push_str(&value.text()?),
        }
    }
    Some(text)
}

/// Whether a value as written may begin with `start` in some branch of its conditions. Asked before the value is evaluated: the
/// choices of a name that is another's in every case are not choices of this name.
pub fn may_begin_with(node: &Node<'_>, start: &str) -> bool {
    if let Some(text) = node.as_str() {
        return text::may_start_alike(text, start);
    }
    let Some([call]) = node.as_mapping() else { return true };
    match (call.key.as_ref(), call.value.as_sequence(), call.value.as_str()) {
        ("Fn::If", Some([_, branches @ ..]), _) => branches.iter().any(|branch| may_begin_with(branch, start)),
        ("Fn::Sub", None, Some(template)) => {
            text::may_start_alike(template.split("${").next().unwrap_or_default(), start)
        }
        ("Ref", None, Some("AWS::NoValue")) => false,
        _ => true,
    }
}

/// Whether a value is these pieces put together, where [`Piece::Name`] stands for the physical name of `target`: its explicit
/// name, or what `Ref` gives for it. With [`Piece::Any`], whether it ends with them.
pub fn is_named<'t>(
    run: &mut Run<'_, 't>,
    value: &Value<'t>,
    pieces: &[Piece<'_, '_, 't>],
    target: &Block<'t>,
) -> Truth {
    let evaluator = run.evaluator;
    match pieces {
        [Piece::Any, pieces @ ..] => {
            let Some(Piece::Text(start)) = pieces.first() else { return Truth::Unknown };
            let value = ends::with_what_references_give(run, value);
            let kind = |id: &str| evaluator.resource(id).map(|resource| resource.kind);
            is_put_together(run, &value, pieces, target, &|value, expected| ends::is_end(value, start, expected, &kind))
        }
        // Most texts begin otherwise, and need not be put together.
        [Piece::Text(start), ..] if value.is_scalar() && !text::may_start_alike(text::known_start(value), start) => {
            Truth::False
        }
        _ => is_put_together(run, value, pieces, target, &text::equal),
    }
}

fn is_put_together<'t>(
    run: &mut Run<'_, 't>,
    value: &Value<'t>,
    pieces: &[Piece<'_, '_, 't>],
    target: &Block<'t>,
    is_same: &dyn Fn(&Value<'t>, &Value<'t>) -> Truth,
) -> Truth {
    let with = |name: &Value<'t>| {
        let literal =
            |text: &str| Part { content: Content::Known(Cow::Owned(text.to_owned())), origin: Origin::Literal };
        let mut parts = Vec::new();
        for piece in pieces {
            let inner = match piece {
                Piece::Any => continue,
                Piece::Text(text) => {
                    parts.push(literal(text));
                    continue;
                }
                Piece::Name => name,
                Piece::Value(inner) => *inner,
            };
            match &inner.kind {
                Kind::Text(inner) => parts.extend(inner.iter().cloned()),
                _ => parts.push(literal(&inner.text().unwrap_or_default())),
            }
        }
        parts.retain(|part| !matches!(&part.content, Content::Known(text) if text.is_empty()));
        Value::from_parts(parts, value.span)
    };
    // `Ref` of the resource is its name, whether that is explicit or made.
    let reference = Value::unknown(Origin::Resource { id: target.name, attribute: None }, value.span);
    if is_same(value, &with(&reference)).is_true() {
        return Truth::True;
    }
    let name = match physical_name(run, target) {
        Some(name) => name,
        None if !pieces.iter().any(|piece| matches!(piece, Piece::Name)) => &reference,
        // A name that CloudFormation makes is known to nobody beforehand.
        None => return Truth::False,
    };
    if names_another(run, value, name, target) {
        return Truth::False;
    }
    let expected = with(name);
    run.decide(&[value, &expected], &|values| match values {
        [value, expected] => is_same(value, expected),
        _ => Truth::Unknown,
    })
}

/// Whether a value holds the name of another resource of the target's type (`Ref`), which is certainly not `name`: two of a
/// type do not share one, and one that CloudFormation makes is not one that a person wrote.
fn names_another<'t>(run: &mut Run<'_, 't>, value: &Value<'t>, name: &Value<'t>, target: &Block<'t>) -> bool {
    let evaluator = run.evaluator;
    value.parts().iter().any(|part| {
        let Origin::Resource { id, attribute: None } = &part.origin else { return false };
        let other = evaluator.resource(id).filter(|other| other.kind == target.kind);
        other.is_some_and(|other| other.id != target.name && !is_called(run, other.node, target.kind, name))
    })
}

/// Whether a resource may have this explicit name.
fn is_called<'t>(run: &mut Run<'_, 't>, node: &'t Node<'t>, kind: &str, name: &Value<'t>) -> bool {
    explicit_name(run, node, node.span, kind).is_some_and(|own| !text::equal(own, name).is_false())
}

#[cfg(test)]
mod may_begin {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::may_begin_with;
    use crate::source::SourceId;

    #[test]
    fn looks_into_every_branch_and_takes_what_it_cannot_read_for_possible() {
        for (value, expected) in [
            ("/aws/lambda/reader", true),
            ("/aws/rds/x", false),
            ("!Sub '/aws/lambda/${Fn}'", true),
            ("!Sub '/aws/${Service}/x'", true),
            ("!Sub '/api/${Stage}'", false),
            ("!If [C, /x/a, !If [D, /x/b, !Ref AWS::NoValue]]", false),
            ("!If [C, /x/a, !If [D, /x/b, !Ref Name]]", true),
            ("!Join ['', [/x/, a]]", true),
            ("[a]", true),
        ] {
            let document = crate::syntax::parse(value, SourceId(0)).unwrap();
            assert_eq!(may_begin_with(&document.root, "/aws/lambda/"), expected, "{value}");
        }
    }
}
