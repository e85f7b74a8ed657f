//! How a text is written so that it reads back as the same text: plain where that is safe, otherwise in quotes.

use crate::syntax::yaml::is_plain_text;
use memchr::memchr2;

/// Which quotes a text gets.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    Single,
    Double,
}

/// Writes a text in YAML.
pub(super) fn yaml(text: &str, flow: bool, quotes: Quotes, always: bool, written: &mut String) {
    if !always && is_safe(text, flow) { written.push_str(text) } else { quoted(text, quotes, written) }
}

/// Writes a text in quotes.
pub(super) fn quoted(text: &str, quotes: Quotes, written: &mut String) {
    if quotes == Quotes::Double || !text.chars().all(is_printable) {
        return double(text, written);
    }
    written.push('\'');
    for (number, part) in text.split('\'').enumerate() {
        written.push_str(if number > 0 { "''" } else { "" });
        written.push_str(part);
    }
    written.push('\'');
}

/// Writes a text in double quotes, as JSON and YAML both read it.
pub(super) fn double(text: &str, written: &mut String) {
    written.push('"');
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')) {
        written.push_str(text);
        written.push('"');
        return;
    }
    for character in text.chars() {
        match character {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            _ if is_printable(character) => written.push(character),
            // All of these are in the first plane.
            _ => written.push_str(&format!("\\u{:04x}", u32::from(character))),
        }
    }
    written.push('"');
}

/// Whether a character is written as itself everywhere.
fn is_printable(character: char) -> bool {
    match character {
        ' '..='~' => true,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => character >= '\u{a0}',
    }
}

/// Whether all readers of YAML, old and new, read the text as itself if nothing is around it.
fn is_safe(text: &str, flow: bool) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let indicator = ",[]{}#&*!|>'\"%@`=".contains(first) || (matches!(first, '-' | '?' | ':') && !is_word(text));
    // Most texts hold neither.
    let may_end = memchr2(b':', b'#', text.as_bytes()).is_some();
    let inside = may_end && (text.contains(": ") || text.contains(" #") || text.ends_with(':'));
    // A colon before a bracket or comma ends a key, too. Some readers of YAML 1.1 (PyYAML) refuse a question mark there.
    let separates = flow && text.contains([',', '[', ']', '{', '}', '?']);
    let document = text.starts_with("---") || text.starts_with("...") || text == "<<";
    let blank = text.starts_with(' ') || text.ends_with(' ');
    let short = matches!(text, "y" | "Y" | "n" | "N");
    !(indicator || inside || separates || document || blank || short || looks_like_number(text))
        && text.chars().all(is_printable)
        && is_plain_text(text)
}

/// Whether a dash and the like is part of a word.
fn is_word(text: &str) -> bool {
    text.chars().nth(1).is_some_and(|second| second.is_alphanumeric())
}

/// Whether some reader of YAML 1.1 takes the text for a number, a date or a time: `2012-10-17`, `22:22`, `0o17`, `1e3`.
fn looks_like_number(text: &str) -> bool {
    let starts = text.trim_start_matches(['-', '+', '.']).starts_with(|first: char| first.is_ascii_digit());
    let of_number =
        |c: char| c.is_ascii_hexdigit() || matches!(c, '_' | '.' | ':' | '+' | '-' | 'x' | 'o' | 'T' | 'Z' | ' ');
    starts && text.chars().all(of_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yaml(text: &str, flow: bool, quotes: Quotes, always: bool) -> String {
        let mut written = String::new();
        super::yaml(text, flow, quotes, always, &mut written);
        written
    }

    #[test]
    fn a_question_mark_is_quoted_between_brackets() {
        assert_eq!(yaml("cron(0 5 ? * * *)", false, Quotes::Single, false), "cron(0 5 ? * * *)");
        assert_eq!(yaml("cron(0 5 ? * * *)", true, Quotes::Single, false), "'cron(0 5 ? * * *)'");
    }

    #[test]
    fn quotes_are_for_what_needs_them() {
        for text in [
            "Enabled",
            "aws:kms",
            "a b",
            "s3:GetObject",
            "arn:aws:iam::aws:policy/X",
            "-x",
            "10.0.0.0/16",
            "${A}-b",
            "a#b",
            "é",
        ] {
            assert_eq!(yaml(text, false, Quotes::Single, false), text);
        }
        for text in [
            "",
            "*",
            "@x",
            "yes",
            "On",
            "off",
            "null",
            "~",
            "010",
            "1e3",
            "2012-10-17",
            "22:22",
            "a: b",
            "a #b",
            "- a",
            "-",
            "?",
            "a:",
            " a",
            "a ",
            "#",
            "!x",
            "&a",
            "%",
            "`",
            "1.5",
            "0x1F",
            "y",
            "N",
            "---",
            "=",
            "<<",
            "123456789012",
            "'",
            "[a",
            "{a",
        ] {
            assert_eq!(yaml(text, false, Quotes::Single, false), format!("'{}'", text.replace('\'', "''")));
            assert_eq!(yaml(text, false, Quotes::Double, false), format!("\"{text}\""));
        }
        assert_eq!(yaml("${A}", true, Quotes::Single, false), "'${A}'");
        assert_eq!(yaml("a\nb\u{7}\u{feff}\"\\", false, Quotes::Single, false), r#""a\nb\u0007\ufeff\"\\""#);
    }
}
