//! Plain scalars by YAML 1.1's rules, which CloudFormation follows (AWS's user guide, "CloudFormation template formats").
//!
//! Where YAML 1.1 would read a timestamp or a base-60 number (`2012-10-17`, `22:22`), the text stays text: CloudFormation
//! documents no timestamps, and a port mapping is not a number.

use crate::syntax::{Kind, Number};
use std::borrow::Cow;

/// What a plain scalar is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Plain {
    Null,
    Bool(bool),
    /// A number that is passed on as it is written.
    Written(f64),
    /// A whole number that is passed on in decimal, and whether it was written in octal (`010`).
    Decimal {
        text: String,
        value: f64,
        octal: bool,
    },
    Text,
}

impl Plain {
    pub(super) fn read(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => return Self::Null,
            // `y` and `n` are booleans in YAML 1.1's text, but in none of its common readers.
            "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Self::Bool(true),
            "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Self::Bool(false),
            _ => {}
        }
        // Nearly all text ends here.
        if !text.starts_with(|first: char| matches!(first, '0'..='9' | '+' | '-' | '.')) {
            return Self::Text;
        }
        Self::integer(text).or_else(|| Self::float(text)).unwrap_or(Self::Text)
    }

    fn integer(text: &str) -> Option<Self> {
        let (negative, magnitude) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        let (radix, digits) = if let Some(digits) = magnitude.strip_prefix("0x") {
            (16, digits)
        } else if let Some(digits) = magnitude.strip_prefix("0b") {
            (2, digits)
        } else if magnitude.len() > 1 && magnitude.starts_with('0') {
            (8, magnitude)
        } else {
            (10, magnitude)
        };
        let starts_well = if radix == 10 { digits.starts_with(|c: char| c.is_ascii_digit()) } else { true };
        if !starts_well || !digits.chars().all(|c| c == '_' || c.is_digit(radix)) || !digits.contains(|c| c != '_') {
            return None;
        }
        if radix == 10 && !text.starts_with('+') && !digits.contains('_') {
            return Some(Self::Written(text.parse().ok()?));
        }
        let bare: String = digits.chars().filter(|c| *c != '_').collect();
        let decimal = if radix == 10 {
            bare
        } else {
            // Past 128 bits it is not a number that anybody means (a hash that happens to start with `0x`).
            u128::from_str_radix(&bare, radix).ok()?.to_string()
        };
        let text = if negative { format!("-{decimal}") } else { decimal };
        let value = text.parse().ok()?;
        Some(Self::Decimal { text, value, octal: radix == 8 })
    }

    fn float(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        match unsigned {
            ".inf" | ".Inf" | ".INF" => {
                let value = if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY };
                return Some(Self::Written(value));
            }
            ".nan" | ".NaN" | ".NAN" if unsigned.len() == text.len() => return Some(Self::Written(f64::NAN)),
            _ => {}
        }
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (unsigned, None),
        };
        let exponent_is_well = exponent.is_none_or(|exponent| {
            let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
        });
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b'_');
        let has_digit = mantissa.bytes().any(|b| b.is_ascii_digit()) && !whole.starts_with('_');
        let is_float = mantissa.len() > whole.len() || exponent.is_some();
        if !(is_float && exponent_is_well && has_digit && is_digits(whole) && is_digits(fraction)) {
            return None;
        }
        let value = text.replace('_', "").parse().ok()?;
        Some(Self::Written(value))
    }

    /// The value, of the scalar that was written so.
    pub(super) fn into_kind(self, text: Cow<'_, str>) -> Kind<'_> {
        match self {
            Self::Null => Kind::Null,
            Self::Bool(value) => Kind::Bool(value),
            Self::Written(value) => Kind::Number(Number { text, value }),
            Self::Decimal { text, value, .. } => Kind::Number(Number { text: text.into(), value }),
            Self::Text => Kind::String(text),
        }
    }

    /// Message and help, where people will be surprised.
    pub(super) fn note(&self, written: &str) -> Option<(String, String)> {
        match self {
            Self::Decimal { text, octal: true, .. } => Some((
                format!("`{written}` is read as an octal number, with the value {text}"),
                format!("If you mean these digits, put them in quotes (\"{written}\"). Otherwise, write {text}."),
            )),
            _ => None,
        }
    }
}
