//! Whether a property can have the values that a rule compares it with.

use super::slip::meant;
use crate::eval::text::pattern_covers;
use crate::facts::schema::Kind;
use crate::rules::language::operand::{Operand, Settings};
use crate::rules::language::predicate::Test;

/// A test that a property never passes, or always.
pub(super) struct Never {
    /// The text of the operand that is wrong.
    pub(super) text: String,
    /// The parameter of the rule that has it.
    pub(super) parameter: Option<String>,
    /// What is wrong, after the name of the property.
    pub(super) why: String,
}

/// Why a property of this kind makes a test pointless, next to those of other types.
pub(super) fn never(test: &Test, kind: &Kind, kinds: &[Kind], settings: &Settings) -> Option<Never> {
    let values = match kind {
        Kind::Enum(values) | Kind::EnumInAnyCase(values) => values.as_slice(),
        _ => &[],
    };
    match test {
        Test::In(operand, _) | Test::Like(operand, _) if matches!(kind, Kind::EnumInAnyCase(_)) => {
            let texts = operand.texts(settings);
            let why = format!("is accepted in any case; use `matches: \"(?i)^({})$\"`", texts.join("|"));
            Some(wrong(operand, texts.first(), why))
        }
        Test::In(operand, _) => {
            let texts = operand.texts(settings);
            // Something that is for another of the types is not a slip; but one must be for this type.
            let is_for_none = |text: &&String| !kinds.iter().any(|other| may_be(other, text));
            let text = match texts.iter().find(is_for_none) {
                Some(text) => text,
                None if texts.iter().any(|text| may_be(kind, text)) => return None,
                None => texts.first()?,
            };
            let hint = match meant(text, values.iter().copied()) {
                Some(meant) => format!("; did you mean `{meant}`?"),
                None => possible(kind, values),
            };
            Some(wrong(operand, Some(text), format!("is never `{text}`{hint}")))
        }
        Test::Like(operand, _) => {
            let patterns = operand.texts(settings);
            let is_covered = |value: &&str| patterns.iter().any(|pattern| pattern_covers(pattern, value));
            if values.is_empty() || values.iter().any(is_covered) {
                return None;
            }
            let why = format!("is never like `{}`{}", patterns.join("` or `"), possible(kind, values));
            Some(wrong(operand, patterns.first(), why))
        }
        Test::Matches(expression, _) => {
            let is_matched = |value: &&str| expression.is_match(value) == Some(true);
            if values.is_empty() || values.iter().any(is_matched) {
                return None;
            }
            let why = format!("never matches{}", possible(kind, values));
            Some(Never { text: expression.pattern().to_owned(), parameter: None, why })
        }
        _ => None,
    }
}

fn wrong(operand: &Operand, text: Option<&String>, why: String) -> Never {
    let parameter = match operand {
        Operand::Parameter(name) => Some(name.clone()),
        Operand::Scalars(_) => None,
    };
    Never { text: text.cloned().unwrap_or_default(), parameter, why }
}

/// The values that a property can have, if these are few.
fn possible(kind: &Kind, values: &[&str]) -> String {
    const FEW: usize = 8;
    match kind {
        Kind::Boolean => "; it is `true` or `false`".to_owned(),
        Kind::Integer | Kind::Number => "; it is a number".to_owned(),
        _ if values.is_empty() || values.len() > FEW => String::new(),
        _ => format!("; it is `{}`", values.join("` or `")),
    }
}

/// Whether a text, number or boolean can be written where values are of this kind.
pub(super) fn may_be_written(kind: &Kind, text: &str) -> bool {
    !matches!(kind, Kind::Array | Kind::Map | Kind::Object(_)) && may_be(kind, text)
}

/// Whether a property of this kind can be this text, as far as its kind shows: booleans in any case, numbers by value.
fn may_be(kind: &Kind, text: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    match kind {
        Kind::Enum(values) => values.iter().any(|value| {
            *value == text
                || (number(text).is_some() && number(value) == number(text))
                || (["true", "false"].contains(&text) && value.eq_ignore_ascii_case(text))
        }),
        Kind::EnumInAnyCase(values) => values.iter().any(|value| value.eq_ignore_ascii_case(text)),
        Kind::Boolean => ["true", "false"].contains(&text),
        Kind::Integer | Kind::Number => number(text).is_some(),
        _ => true,
    }
}
