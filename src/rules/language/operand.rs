//! What a predicate compares with: a scalar, a list of scalars, or one of the rule's parameters.

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// The values of a rule's parameters: name to texts.
pub type Settings = BTreeMap<String, Vec<String>>;

/// What the placeholder of a rule's parameter begins with: `{setting:days}`.
pub const SETTING: &str = "setting:";

/// Is between the two words of a placeholder that depends on whether the message names one thing or several: `{exposes|expose}`.
pub const OR: char = '|';

/// The names of the rule's parameters that a message prints.
pub fn settings_of(message: &str) -> impl Iterator<Item = &str> {
    message.split('{').skip(1).filter_map(|rest| rest.split_once('}')?.0.strip_prefix(SETTING))
}

/// One or more scalars, as text; or a parameter of the rule that holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// Written in the rule.
    Scalars(Vec<String>),
    /// `{ parameter: name }`.
    Parameter(String),
}

impl Operand {
    /// The scalars, with parameters looked up; none for a parameter that the rule does not declare (the loader refuses
    /// such rules).
    pub fn texts<'a>(&'a self, settings: &'a Settings) -> Cow<'a, [String]> {
        match self {
            Self::Scalars(texts) => Cow::Borrowed(texts),
            Self::Parameter(name) => settings.get(name).map_or(Cow::Borrowed(&[]), |texts| Cow::Borrowed(texts)),
        }
    }
}

impl<'de> Deserialize<'de> for Operand {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OperandVisitor)
    }
}

struct OperandVisitor;

impl<'de> Visitor<'de> for OperandVisitor {
    type Value = Operand;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string, a number, a boolean, a list of these, or `{ parameter: NAME }`")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Operand, E> {
        Ok(Operand::Scalars(vec![value.to_string()]))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Operand, E> {
        Ok(Operand::Scalars(vec![value.to_string()]))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Operand, E> {
        Ok(Operand::Scalars(vec![value.to_string()]))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Operand, E> {
        Ok(Operand::Scalars(vec![value.to_string()]))
    }

    fn visit_str<E>(self, value: &str) -> Result<Operand, E> {
        Ok(Operand::Scalars(vec![value.to_owned()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Operand, A::Error> {
        let mut texts = Vec::new();
        while let Some(item) = seq.next_element::<Operand>()? {
            match item {
                Operand::Scalars(mut scalars) => texts.append(&mut scalars),
                Operand::Parameter(_) => return Err(de::Error::custom("a list cannot contain a parameter")),
            }
        }
        Ok(Operand::Scalars(texts))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Operand, A::Error> {
        match map.next_entry::<String, String>()? {
            Some((key, name)) if key == "parameter" => Ok(Operand::Parameter(name)),
            _ => Err(de::Error::custom("expected `{ parameter: NAME }`")),
        }
    }
}
