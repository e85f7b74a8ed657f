//! Scalars as YAML writes them, on one line.

use super::{Content, Piece, has_unknown};
use crate::report::human::Style;
use crate::report::human::paint::Ink;
use crate::report::text::one_line;

/// Words that YAML 1.1 reads as something other than a text.
const WORDS: [&str; 10] = ["true", "false", "yes", "no", "on", "off", "null", "~", "y", "n"];

/// Whether a text needs quotes to be read as it is.
fn needs_quotes(text: &str) -> bool {
    let is_word = WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    let is_number =
        text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-')) && text.parse::<f64>().is_ok();
    // A date, or a time.
    let is_number = is_number
        || text.starts_with(|c: char| c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ':' | '.' | '_'));
    let begins = |c: char| {
        matches!(
            c,
            '!' | '&'
                | '*'
                | '-'
                | '?'
                | '{'
                | '['
                | ']'
                | '}'
                | ','
                | '#'
                | '|'
                | '>'
                | '@'
                | '`'
                | '"'
                | '\''
                | '%'
                | ':'
                | '='
        )
    };
    text.is_empty()
        || is_word
        || is_number
        || text.trim() != text
        || text.starts_with(begins) && !text.starts_with("::")
        || text.contains(": ")
        || text.contains(" #")
        || text.ends_with(':')
        || text.chars().any(char::is_control)
}

/// A text between quotes, if it needs them.
pub(super) fn text(text: &str, style: &Style) -> String {
    // A text that looks like an unknown part is not one.
    let shown = if needs_quotes(text) || text.contains("${") { quoted(text) } else { text.to_owned() };
    one_line(&shown, style.unicode).into_owned()
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// A part of a text, as it is between quotes if there are some.
fn escaped(part: &str, quote: &str, style: &Style) -> String {
    let inside = if quote.is_empty() { part.to_owned() } else { quoted(part) };
    let inside = if quote.is_empty() { &inside } else { inside.get(1..inside.len() - 1).unwrap_or_default() };
    one_line(inside, style.unicode).into_owned()
}

/// A scalar, with its unknown parts set off.
pub(super) fn scalar(content: &Content, style: &Style) -> String {
    match content {
        Content::Text(known) => text(known, style),
        Content::Parts(pieces) => {
            let whole = content.display();
            let is_beside = has_unknown(pieces);
            let quote = if needs_quotes(&whole) && !whole.starts_with("{{resolve:") { "\"" } else { "" };
            let mut shown = quote.to_owned();
            for piece in pieces {
                match piece {
                    Piece::Known(_) => shown.push_str(&escaped(&piece.display(is_beside), quote, style)),
                    Piece::Unknown { name, .. } => {
                        shown.push_str(&style.paint(Ink::Warning, &one_line(name, style.unicode)));
                    }
                    // Two characters of it are shown, which may be quotes.
                    Piece::Secret(hidden) => shown.push_str(&style.paint(Ink::Dim, &escaped(hidden, quote, style))),
                }
            }
            shown + quote
        }
        Content::Base64 { decoded, .. } => format!("!Base64 {}", scalar(decoded, style)),
        Content::List(items) if items.is_empty() => "[]".to_owned(),
        Content::Map(fields) if fields.is_empty() => "{}".to_owned(),
        other => one_line(&other.display(), style.unicode).into_owned(),
    }
}

/// The lines of a text that has several, if it is shown so.
pub(super) fn lines(content: &Content) -> Option<Vec<String>> {
    let whole = match content {
        Content::Base64 { decoded, .. } => return lines(decoded),
        Content::Text(text) => text.clone(),
        Content::Parts(_) => content.display(),
        _ => return None,
    };
    let body = whole.strip_suffix('\n').unwrap_or(&whole);
    body.contains('\n').then(|| body.lines().map(str::to_owned).collect())
}
