//! The physical names of resources.

use crate::eval::text;
use crate::eval::value::{Content, Kind, Origin, Part, Value};
use crate::eval::{Descent, Run};
use crate::expand::Block;
use crate::facts;
use crate::truth::Truth;
use std::borrow::Cow;

/// The explicit name of a resource, from the property that names its type; none where CloudFormation makes one.
pub fn physical_name<'m, 't>(run: &mut Run<'m, 't>, block: &Block<'t>) -> Option<&'m Value<'t>> {
    let property = facts::name_property(block.kind)?;
    // Mostly one name, sometimes two: `DatabaseInput.Name`.
    let names: Vec<&str> = std::iter::once("Properties").chain(property.split('.')).collect();
    match run.descend(block.node, block.key_span, &names) {
        Descent::Value(value, walked) => names.iter().skip(walked).try_fold(value, |value, name| value.get(name)),
        Descent::Absent(..) | Descent::Unknown(_) => None,
    }
}

/// Whether a value is `pattern`, in which `{name}` stands for the physical name of `target`: its explicit name, or what
/// `Ref` gives for it.
pub fn is_named<'t>(run: &mut Run<'_, 't>, value: &Value<'t>, pattern: &str, target: &Block<'t>) -> Truth {
    let (before, after) = pattern.split_once("{name}").unwrap_or((pattern, ""));
    let with = |name: &Value<'t>, span| {
        let literal =
            |text: &str| Part { content: Content::Known(Cow::Owned(text.to_owned())), origin: Origin::Literal };
        let mut parts = vec![literal(before)];
        match &name.kind {
            Kind::Text(inner) => parts.extend(inner.iter().cloned()),
            _ => parts.push(literal(&name.text().unwrap_or_default())),
        }
        parts.push(literal(after));
        parts.retain(|part| !matches!(&part.content, Content::Known(text) if text.is_empty()));
        Value::from_parts(parts, span)
    };
    // `Ref` of the resource is its name, whether that is explicit or made.
    let reference = Value::unknown(Origin::Resource { id: target.name, attribute: None }, value.span);
    let by_reference = text::equal(value, &with(&reference, value.span));
    if by_reference.is_true() {
        return Truth::True;
    }
    match physical_name(run, target) {
        Some(name) => {
            let expected = with(name, value.span);
            run.decide(&[value, &expected], &|values| match values {
                [value, expected] => text::equal(value, expected),
                _ => Truth::Unknown,
            })
        }
        // A name that CloudFormation makes is known to nobody beforehand.
        None => Truth::False,
    }
}
