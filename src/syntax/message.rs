//! Words that the errors of both readers share.

use super::{MAX_DEPTH, SyntaxError};
use crate::source::Span;

/// A piece of the text for a message, shortened where it is long.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        None => format!("`{text}`"),
        Some((cut, _)) => format!("`{}…`", text.get(..cut).unwrap_or(text)),
    }
}

/// The error for nesting past [`MAX_DEPTH`], at the bracket or item that is one too many.
pub(super) fn too_deep(span: Span) -> SyntaxError {
    SyntaxError {
        span,
        message: format!("lists and maps are nested more than {MAX_DEPTH} levels deep"),
        help: "Check for repeated brackets or indentation. No template needs this much nesting.".to_owned(),
        related: None,
    }
}

/// A character as a message shows it: itself, or an escape where it would not be seen.
pub(super) fn shown(character: char) -> String {
    if character.is_control() || character == '\u{feff}' {
        character.escape_default().to_string()
    } else {
        character.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn long_keys_are_shortened_in_messages() {
        let message = quoted(&"ü".repeat(5000));
        assert!(message.ends_with("…`") && message.chars().count() < 70, "{message}");
    }
}
