//! What a loop's identifiers stand for, and putting it into texts.

use crate::expand::expansion::Iteration;
use std::borrow::Cow;

/// The identifier of one loop, and what it stands for in the turn that is being made.
#[derive(Clone, Debug)]
pub(super) struct Binding<'t> {
    pub(super) identifier: Cow<'t, str>,
    pub(super) value: Cow<'t, str>,
    /// The name of the condition under which the iteration is made; none if it always is.
    pub(super) condition: Option<String>,
}

impl Binding<'_> {
    pub(super) fn iteration(&self) -> Iteration {
        Iteration { identifier: self.identifier.to_string(), value: self.value.to_string() }
    }
}

/// What an identifier stands for.
pub(super) fn value_of<'a, 't>(bindings: &'a [Binding<'t>], name: &str) -> Option<&'a Cow<'t, str>> {
    bindings.iter().rev().find(|binding| binding.identifier == name).map(|binding| &binding.value)
}

/// A text would become longer than is allowed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// Puts values in for `${Identifier}`, and for `&{Identifier}` what is left of them without all that is not a letter or digit of
/// ASCII, so that it can be part of a logical id. None where the text names no identifier.
///
/// # Errors
/// Where the result would have more than `most` bytes, and the text before it.
///
/// Source: `Fn::ForEach`, CloudFormation template reference.
pub(super) fn put_in(text: &str, bindings: &[Binding<'_>], most: usize) -> Result<Option<String>, TooLong> {
    let mut made = String::new();
    let mut copied = 0;
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find('{')).map(|found| found + from) {
        from = at + 1;
        let Some(mark) =
            text.get(..at).and_then(|before| before.chars().next_back()).filter(|c| matches!(c, '$' | '&'))
        else {
            continue;
        };
        let Some((name, _)) = text.get(from..).and_then(|rest| rest.split_once('}')) else { break };
        let Some(value) = value_of(bindings, name) else { continue };
        // Both marks are one byte.
        let before = text.get(copied..at - 1).unwrap_or_default();
        if made.len() + before.len() + value.len() > most {
            return Err(TooLong);
        }
        made.push_str(before);
        if mark == '$' {
            made.push_str(value);
        } else {
            made.extend(value.chars().filter(char::is_ascii_alphanumeric));
        }
        copied = from + name.len() + 1;
        from = copied;
    }
    if copied == 0 {
        return Ok(None);
    }
    made.push_str(text.get(copied..).unwrap_or_default());
    Ok(Some(made))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn identifiers_are_put_into_texts() {
        let binding = |identifier: &'static str, value: &'static str| Binding {
            identifier: identifier.into(),
            value: value.into(),
            condition: None,
        };
        let bindings = [binding("Name", "outer"), binding("Ip", "10.0.0.1"), binding("Name", "inner")];
        let cases = [
            ("Table${Name}", Some("Tableinner")),
            ("${Ip}/&{Ip}", Some("10.0.0.1/10001")),
            ("${Name}${Name}é{", Some("innerinneré{")),
            ("{${Name}}", Some("{inner}")),
            ("${${Name}}", Some("${inner}")),
            ("${!Name} ${Other} ${Name.Arn} {Name} é{Name}", None),
            ("${Name", None),
            ("{", None),
            ("", None),
        ];
        for (text, made) in cases {
            assert_eq!(put_in(text, &bindings, 100).unwrap().as_deref(), made, "{text}");
        }
        assert_eq!(put_in("${Name}", &[], 100), Ok(None));
        assert_eq!(put_in("x${Name}", &bindings, 6), Ok(Some("xinner".to_owned())));
        assert_eq!(put_in("x${Name}", &bindings, 5), Err(TooLong));
    }
}
