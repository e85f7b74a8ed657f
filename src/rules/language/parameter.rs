//! The default of a rule's parameter, and what it shows about the values that a configuration can give instead.

use super::operand::Operand;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The default of a parameter as a rule has it, with what its text does not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Default {
    pub(super) value: Operand,
    is_list: bool,
    /// Whether it has scalars, and all of them are written as numbers, or as truth values.
    has_numbers: bool,
    has_booleans: bool,
}

/// What each value of a parameter is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A number: whether it has to be whole, and whether it can be below 0.
    Number {
        /// A default with a fraction takes others.
        is_whole: bool,
        /// Only if the default is.
        can_be_negative: bool,
    },
    /// `true` or `false`.
    Boolean,
    /// Any text but the empty one.
    Text,
}

/// The values that a parameter takes.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct ParameterKind {
    /// What each of them is.
    pub item: Item,
    /// Whether there can be several, or none. Texts can be several in any case.
    pub is_list: bool,
}

impl Default {
    /// The kind of the parameter.
    pub(super) fn kind(&self) -> ParameterKind {
        let texts = match &self.value {
            Operand::Scalars(texts) => texts.as_slice(),
            Operand::Parameter(_) => &[],
        };
        let item = if self.has_numbers {
            Item::Number {
                is_whole: texts.iter().all(|text| text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok()),
                can_be_negative: texts.iter().any(|text| text.starts_with('-')),
            }
        } else if self.has_booleans {
            Item::Boolean
        } else {
            Item::Text
        };
        ParameterKind { item, is_list: self.is_list }
    }
}

impl ParameterKind {
    /// Whether a text is one of the values.
    pub fn takes(self, text: &str) -> bool {
        match self.item {
            Item::Number { is_whole, can_be_negative } => {
                let digits = text.strip_prefix('-').filter(|_| can_be_negative).unwrap_or(text);
                let is_number = if is_whole { digits.parse::<u64>().is_ok() } else { digits.parse::<f64>().is_ok() };
                is_number && digits.starts_with(|first: char| first.is_ascii_digit())
            }
            Item::Boolean => matches!(text, "true" | "false"),
            Item::Text => !text.trim().is_empty(),
        }
    }

    /// Whether it takes so many values.
    pub fn takes_number(self, values: usize) -> bool {
        match self.item {
            _ if self.is_list => true,
            Item::Text => values > 0,
            _ => values == 1,
        }
    }

    /// One value in words.
    pub fn item_words(self) -> &'static str {
        match self.item {
            Item::Number { is_whole: true, can_be_negative: false } => "a whole number from 0",
            Item::Number { is_whole: false, can_be_negative: false } => "a number from 0",
            Item::Number { is_whole: true, .. } => "a whole number",
            Item::Number { .. } => "a number",
            Item::Boolean => "`true` or `false`",
            Item::Text => "a text",
        }
    }

    /// The values in words.
    pub fn words(self) -> String {
        match self.item {
            Item::Text if !self.is_list => "a text or a list of texts".to_owned(),
            Item::Boolean if self.is_list => "a list of `true` and `false`".to_owned(),
            _ if self.is_list => {
                let one = self.item_words().trim_start_matches("a ");
                format!("a list of {}", one.replace("number", "numbers").replace("text", "texts"))
            }
            _ => self.item_words().to_owned(),
        }
    }
}

impl<'de> Deserialize<'de> for Default {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DefaultVisitor)
    }
}

struct DefaultVisitor;

impl Default {
    fn scalar(text: String) -> Self {
        Self { value: Operand::Scalars(vec![text]), is_list: false, has_numbers: false, has_booleans: false }
    }

    fn number(text: String) -> Self {
        Self { has_numbers: true, ..Self::scalar(text) }
    }
}

impl<'de> Visitor<'de> for DefaultVisitor {
    type Value = Default;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string, a number, a boolean, or a list of these")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Default, E> {
        Ok(Default { has_booleans: true, ..Default::scalar(value.to_string()) })
    }

    fn visit_i64<E>(self, value: i64) -> Result<Default, E> {
        Ok(Default::number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Default, E> {
        Ok(Default::number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Default, E> {
        Ok(Default::number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Default, E> {
        Ok(Default::scalar(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Default, A::Error> {
        let items: Vec<Default> = Vec::deserialize(SeqAccessDeserializer::new(seq))?;
        let has = |is: fn(&Default) -> bool| !items.is_empty() && items.iter().all(is);
        let (has_numbers, has_booleans) = (has(|item| item.has_numbers), has(|item| item.has_booleans));
        let mut texts = Vec::new();
        for item in items {
            match item.value {
                Operand::Scalars(mut own) => texts.append(&mut own),
                Operand::Parameter(_) => return Err(serde::de::Error::custom("a list cannot contain a parameter")),
            }
        }
        Ok(Default { value: Operand::Scalars(texts), is_list: true, has_numbers, has_booleans })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Default, A::Error> {
        let value = Operand::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Default { value, is_list: false, has_numbers: false, has_booleans: false })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn kind(default: &str) -> ParameterKind {
        serde_yaml::from_str::<Default>(default).unwrap().kind()
    }

    #[test]
    fn the_default_shows_what_a_parameter_takes() {
        for (default, words, takes, refuses) in [
            ("365", "a whole number from 0", "0", "-1"),
            ("365", "a whole number from 0", "7", "7.5"),
            ("365", "a whole number from 0", "7", "+7"),
            ("1.5", "a number from 0", "7.5", "inf"),
            ("-1", "a whole number", "-5", "--5"),
            ("[80, 443]", "a list of whole numbers from 0", "22", "ssh"),
            ("true", "`true` or `false`", "false", "yes"),
            ("Env", "a text or a list of texts", "5", " "),
            ("'5'", "a text or a list of texts", "x", ""),
            ("[]", "a list of texts", "x", ""),
            ("[a, 1]", "a list of texts", "x", ""),
        ] {
            let kind = kind(default);
            assert_eq!(kind.words(), words, "{default}");
            assert!(kind.takes(takes) && !kind.takes(refuses), "{default}");
        }
        assert!(kind("1").takes_number(1) && !kind("1").takes_number(0) && !kind("1").takes_number(2));
        assert!(kind("a").takes_number(2) && !kind("a").takes_number(0) && kind("[]").takes_number(0));
    }
}
