//! Texts of values of which a part is not known: a gap is left there.

use super::value::{Content, Part, Value};
use std::borrow::Cow;

/// Stands for a part of a text that is not known. No template has it.
pub const GAP: char = '\0';

/// The text of a value, with a [`GAP`] for each part that is not known.
pub fn text_with_gaps<'v>(value: &'v Value<'_>) -> Cow<'v, str> {
    if let Some(text) = value.text() {
        return text;
    }
    let mut text = String::new();
    value.parts().iter().for_each(|part| push(part, &mut text));
    Cow::Owned(text)
}

/// Adds a part of a text, or a [`GAP`] for it.
pub fn push(part: &Part<'_>, text: &mut String) {
    match &part.content {
        Content::Known(known) => text.push_str(known),
        _ => text.push(GAP),
    }
}
