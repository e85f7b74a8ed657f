//! What looks like a secret in a template that cannot be parsed: nobody judges it, but its lines are shown.

use super::assignments::{Dialect, assigned_secrets, each_name};
use super::names::Promise;
use super::partial::parts_of_secret;
use super::shapes::secret_texts;
use super::texts::is_secret_literal;
use super::values::{MAX_VALUE, value_after};
use std::ops::Range;

/// Where a text that cannot be parsed holds what looks like a secret. In doubt it is one.
pub fn secrets_of_unread(text: &str) -> Vec<Range<usize>> {
    let shaped = secret_texts(text).into_iter().map(|shaped| shaped.range);
    let assigned = assigned_secrets(text, Dialect::Settings).into_iter().map(|assigned| assigned.range);
    let mut ranges: Vec<Range<usize>> = shaped.chain(assigned).chain(unread_secrets(text)).collect();
    ranges.sort_by_key(|range| (range.start, range.end));
    ranges
}

/// The values of `Value` and `Default` that follow a name which promises a secret closely, in a template that cannot be parsed:
/// `{Name: DB_PASSWORD, Value: …`.
fn unread_secrets(text: &str) -> Vec<Range<usize>> {
    /// Bytes after a name that are looked at.
    const MOST: usize = 256;
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    each_name(text, |_, end, promise| {
        let near = bytes.get(end..).map(|rest| rest.get(..MOST).unwrap_or(rest)).unwrap_or_default();
        let keys = ["Value", "Default"].into_iter().filter_map(|key| {
            let at = near.windows(key.len()).position(|window| window == key.as_bytes())?;
            Some((end + at, end + at + key.len()))
        });
        if promise == Promise::Secret {
            found.extend(unclosed_after(text, end));
            found.extend(parts_after(text, end));
        }
        if promise == Promise::Secret
            && let Some((start, end)) = keys.min()
            && let Some((_, value)) = value_after(text, start, end, Dialect::Settings)
            && text.get(value.range.clone()).is_some_and(is_secret_literal)
        {
            found.push(value.range);
        }
    });
    for (at, key) in text.match_indices("NoEcho") {
        let hides = value_after(text, at, at + key.len(), Dialect::Settings).is_some_and(|(_, value)| {
            text.get(value.range).is_some_and(|value| value.to_ascii_lowercase().starts_with("true"))
        });
        let boundary = |at: &usize| text.is_char_boundary(*at);
        let start = (at.saturating_sub(MOST)..=at).find(boundary);
        let end = (at..=text.len().min(at + MOST)).rev().find(boundary);
        if hides && let (Some(start), Some(end)) = (start, end) {
            found.extend(values_between(text, start, end));
        }
    }
    found
}

/// What is written out of a text that a function after a name makes: `MasterUserPassword: !Sub "hunter2-${Env}"`.
fn parts_after(text: &str, end: usize) -> Vec<Range<usize>> {
    let limit = (end..=text.len().min(end + MAX_VALUE)).rev().find(|limit| text.is_char_boundary(*limit));
    let Some(near) = limit.and_then(|limit| text.get(end..limit)) else { return Vec::new() };
    let is_between = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ':' | '{' | '[' | '!' | '-');
    let call = near.trim_start_matches(is_between);
    let call = call.strip_prefix("Fn::").unwrap_or(call);
    let Some(arguments) = call.strip_prefix("Sub").or_else(|| call.strip_prefix("Join")) else { return Vec::new() };
    if !arguments.starts_with(['"', '\'', ':', ' ', '\t', '\n']) {
        return Vec::new();
    }
    let arguments = arguments.trim_start_matches(is_between);
    let start = end + near.len() - arguments.len();
    // Of a list whose end nobody knows, the texts in its first line; of a text, all that has a part that is not written out.
    let line = arguments.split('\n').next().unwrap_or_default();
    let mut found = Vec::new();
    let mut from = 0;
    for word in line.split(['"', '\'', ',', '[', ']', '}', ' ', '\r']) {
        let at = start + from;
        from += word.len() + 1;
        let word = word.strip_suffix("${").map_or(word, |before| before);
        if word.len() >= MIN_WORD && is_secret_literal(word) && !word.starts_with(['!', '{', '&', '*']) {
            found.push(at..at + word.len());
        }
    }
    let value = line.trim_end().trim_end_matches(['"', '\'']);
    if let Some(parts) = parts_of_secret(Promise::Secret, "", value, &|_| false, &|_| true) {
        found.extend(parts.ranges.into_iter().map(|range| start + range.start..start + range.end));
    }
    found
}

/// Shorter words are marks, and names of functions.
const MIN_WORD: usize = 4;

/// What follows a name in quotes that nobody closed, to the end of its line.
fn unclosed_after(text: &str, end: usize) -> Option<Range<usize>> {
    let limit = (end..=text.len().min(end + MAX_VALUE)).rev().find(|limit| text.is_char_boundary(*limit))?;
    let line = text.get(end..limit)?.split('\n').next()?;
    let value = line.trim_start_matches(['"', '\'', ' ', ':', '=']);
    let start = end + line.len() - value.len();
    let mark = text.get(end..start)?;
    let opens = mark.contains([':', '=']) && mark.ends_with(['"', '\'']) && !value.contains(['"', '\'']);
    (opens && !value.is_empty()).then(|| start..start + value.trim_end().len())
}

/// The values of `Default` and `AllowedValues` between two bytes.
fn values_between(text: &str, start: usize, end: usize) -> Vec<Range<usize>> {
    let near = text.get(start..end).unwrap_or_default();
    let mut found = Vec::new();
    for (at, key) in near.match_indices("Default") {
        let at = start + at;
        found.extend(value_after(text, at, at + key.len(), Dialect::Settings).map(|(_, value)| value.range));
    }
    for (at, key) in near.match_indices("AllowedValues") {
        let rest = near.get(at + key.len()..).unwrap_or_default();
        let from = start + at + key.len();
        let is_of_value =
            |byte: &u8| !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b',' | b'[' | b']' | b':');
        let is_flow = rest.trim_start_matches(['"', '\'', ':', ' ', '\n']).starts_with('[');
        let is_item = |line: &str| line.trim_start().starts_with('-') || line.trim() == ":";
        let items = || rest.split_inclusive('\n').take_while(|line| is_item(line)).map(str::len).sum();
        let length = if is_flow { rest.find(']').unwrap_or(rest.len()) } else { items() };
        let mut at = 0;
        while let Some(first) = rest.as_bytes().get(at..length).and_then(|rest| rest.iter().position(is_of_value)) {
            let first = at + first;
            let left = rest.as_bytes().get(first..length).unwrap_or_default();
            let size = left.iter().position(|byte| !is_of_value(byte)).unwrap_or(left.len());
            at = first + size;
            if size > 1 {
                found.push(from + first..from + at);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn texts_that_cannot_be_parsed() {
        for text in [
            "Password: hunter2\n  }",
            "{\"Password\": \"hunter2\",,",
            "- Name: DB_PASSWORD\n  Value: hunter2\n  x: [",
            "[{\"Name\": \"DB_PASSWORD\", \"Value\": \"hunter2\"",
            "DbPassword:\n    Type: String\n    Default: 'hunter2'\n  ]",
            "x: postgres://a:hunter2@db }",
            "Opener:\n  AllowedValues:\n    - hunter1\n    - hunter2\n  NoEcho: true\n  }",
            "Password: \"hunter2",
            "Password: !Sub 'hunter2${Env}'\nX: [",
            "Password: !Sub hunter2${Env}\nX: [",
            "{\"Password\": {\"Fn::Sub\": \"hunter2${Env}\"}, ]",
            "{\"Password\": {\n \"Fn::Sub\": [\"hunter2${Env}\", {}]}, ]",
            "Password: !Join ['', [hunter2, !Ref Env]]\nX: [",
            "Password:\n  Fn::Join: ['', ['hunter2', !Ref Env]]\nX: [",
            "Opener: {Type: String, NoEcho: true, Default: hunter2 ]",
            "Opener: {Type: String, AllowedValues: [hunter1, hunter2], NoEcho: 'true' ]",
        ] {
            let found: Vec<&str> = secrets_of_unread(text).into_iter().map(|range| &text[range]).collect();
            assert!(found.contains(&"hunter2"), "{text}: {found:?}");
        }
        assert!(secrets_of_unread("Resources: {]").is_empty());
    }
}
