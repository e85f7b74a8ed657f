//! Text from templates and rules made fit for a terminal: nothing in it can move the cursor, and it knows its width.

use crate::finding::Finding;
use std::borrow::Cow;

/// Columns of a message that are shown: what a file's own text blows up is cut.
pub(crate) const MAX_MESSAGE: usize = 2_000;

/// What a finding says, on one line and of a length that can be read.
pub(crate) fn message(finding: &Finding) -> String {
    shorten(&one_line(&finding.full_message(), true), MAX_MESSAGE, true).into_owned()
}

/// How many columns a character takes at most. An upper bound on purpose: what is cropped by it never overflows, and a
/// line of nothing but zero-width characters still has an end.
pub(crate) fn columns(c: char) -> usize {
    match c {
        // Blocks without a wide character (Unicode Standard Annex 11): up to Hangul Jamo, after them, punctuation and
        // arrows, control pictures and box drawing; and the replacement mark.
        '\0'..='\u{10ff}' | '\u{1160}'..='\u{22ff}' | '\u{2400}'..='\u{25fc}' | '\u{fffd}' => 1,
        _ => 2,
    }
}

/// The columns of a whole text, at most.
pub(crate) fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(columns).sum() }
}

/// Whether a character is shown as something else because a terminal would act on it, or show nothing: controls (C0, DEL,
/// C1), line and paragraph separators, bidirectional controls (which reorder what is read) and invisible format characters.
pub(crate) fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What stands for an unprintable character: its control picture where it has one (`␛`), otherwise a replacement mark.
pub(crate) fn visible(c: char, unicode: bool) -> char {
    match c {
        _ if !unicode => '?',
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        _ => '\u{fffd}',
    }
}

/// A text on one line: white space becomes spaces, other unprintable characters become visible. Without Unicode an ellipsis,
/// which messages and rules are fond of, is three full stops.
pub(crate) fn one_line(text: &str, unicode: bool) -> Cow<'_, str> {
    if !unicode && text.contains('…') {
        return Cow::Owned(one_line(&text.replace('…', "..."), unicode).into_owned());
    }
    // Nearly every text is of printable ASCII.
    if text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~')) || !text.chars().any(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let show = |c: char| match c {
        '\n' | '\r' | '\t' => ' ',
        c if is_unprintable(c) => visible(c, unicode),
        c => c,
    };
    // A line break of two characters is one space.
    Cow::Owned(text.replace("\r\n", "\n").chars().map(show).collect())
}

/// A text broken at spaces into lines of at most `limit` columns; words longer than a line are broken where it ends.
/// Always at least one line.
#[cfg(feature = "cli")]
pub(crate) fn wrap(text: &str, limit: usize) -> Vec<String> {
    let limit = limit.max(2);
    if let Some(lines) = wrap_ascii(text, limit) {
        return lines;
    }
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let needed = width(word);
        if used > 0 && used + 1 + needed > limit {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        if used + needed <= limit {
            line.push_str(word);
            used += needed;
            continue;
        }
        for c in word.chars() {
            if used + columns(c) > limit {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += columns(c);
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The same for ASCII with single spaces between words that are not longer than a line; none for other texts.
#[cfg(feature = "cli")]
fn wrap_ascii(text: &str, limit: usize) -> Option<Vec<String>> {
    let bytes = text.as_bytes();
    let pairs = bytes.iter().zip(bytes.get(1..)?);
    let is_plain = pairs.fold(true, |plain, (one, next)| plain & one.is_ascii() & !(*one == b' ' && *next == b' '));
    if !is_plain || !bytes.last()?.is_ascii() || text.starts_with(' ') || text.ends_with(' ') {
        return None;
    }
    let mut lines = Vec::with_capacity(bytes.len() / limit + 1);
    let mut rest = text;
    while let Some(head) = rest.as_bytes().get(..=limit) {
        let (line, after) = rest.split_at_checked(memchr::memrchr(b' ', head)?)?;
        lines.push(line.to_owned());
        rest = after.get(1..)?;
    }
    lines.push(rest.to_owned());
    Some(lines)
}

/// A text cut to `limit` columns, with a mark where something is missing.
pub(crate) fn shorten(text: &str, limit: usize, unicode: bool) -> Cow<'_, str> {
    // No character takes more columns than bytes.
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    let mark = ellipsis(unicode);
    if text.is_ascii() {
        return Cow::Owned([text.get(..limit.saturating_sub(width(mark))).unwrap_or_default(), mark].concat());
    }
    let (mut used, mut keep) = (0, 0);
    for (at, c) in text.char_indices() {
        used += columns(c);
        if used > limit {
            let kept = text.get(..keep).unwrap_or_default();
            return Cow::Owned(format!("{kept}{mark}"));
        }
        if used + width(mark) <= limit {
            keep = at + c.len_utf8();
        }
    }
    Cow::Borrowed(text)
}

/// A text of which the last `limit` columns are kept, with a mark where something is missing: of a path, the name of the file.
pub(crate) fn shorten_start(text: &str, limit: usize, unicode: bool) -> Cow<'_, str> {
    if width(text) <= limit {
        return Cow::Borrowed(text);
    }
    let mark = ellipsis(unicode);
    let mut room = limit.saturating_sub(width(mark));
    let mut from = text.len();
    for (at, c) in text.char_indices().rev() {
        let Some(left) = room.checked_sub(columns(c)) else { break };
        (room, from) = (left, at);
    }
    Cow::Owned(format!("{mark}{}", text.get(from..).unwrap_or_default()))
}

/// The mark of something left out.
pub(crate) fn ellipsis(unicode: bool) -> &'static str {
    if unicode { "…" } else { "..." }
}

/// The digits of a number.
#[cfg(feature = "cli")]
pub(crate) fn decimal_width(number: usize) -> usize {
    number.checked_ilog10().unwrap_or(0) as usize + 1
}

/// `1 error`, `2 errors`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// A number with its thousands set apart: `12,345`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn escape_sequences_become_visible() {
        assert_eq!(one_line("a\u{1b}[31mb\r\nc\u{9b}2J\u{202e}d", true), "a␛[31mb c\u{fffd}2J\u{fffd}d");
        assert_eq!(one_line("a\u{1b}[31mb\u{7f}", false), "a?[31mb?");
        assert_eq!(one_line("a…\tb", false), "a... b");
        assert!(matches!(one_line("plain – 日本", true), Cow::Borrowed(_)));
    }

    #[test]
    fn lines_never_pass_the_limit() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn shortened_texts_say_so_and_fit() {
        assert_eq!(shorten("abcdef", 6, true), "abcdef");
        assert_eq!(shorten("abcdefg", 6, true), "abcde…");
        assert_eq!(shorten("abcdefg", 6, false), "abc...");
        assert_eq!(shorten_start("abcdef", 6, true), "abcdef");
        assert_eq!(shorten_start("abcdefg", 6, true), "…cdefg");
        assert_eq!(shorten_start("日本語.yaml", 9, false), "....yaml");
        assert_eq!(shorten_start("日本", 0, true), "…");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(count(1, "error"), "1 error");
    }
}
