//! Variables in a text: `{"name": "DB_PASSWORD", "value": "…"}` in JSON and programs, `- name: DB_PASSWORD` above `value: …` in YAML,
//! `<add key="DB_PASSWORD" value="…"/>` and `<name>DB_PASSWORD</name><value>…</value>` in XML.

use super::places::{is_name, is_stored, is_value};
use super::values::{MAX_VALUE, MOST, Value, closing, value_at, within_braces};
use std::ops::Range;

/// The value of the variable whose name is at these bytes of a text. None where the text is not the name of a variable, or its
/// `type` says that the value is the name of a stored one.
pub(super) fn value_of_pair(text: &str, start: usize, end: usize) -> Option<Value> {
    if let Some(value) = in_xml(text, start, end) {
        return Some(value);
    }
    let key = key_before(text, start)?;
    text.get(key.clone()).filter(|key| is_name(key))?;
    let pairs = match braces(text, key.start, end) {
        Some(inner) => in_braces(text, inner),
        None => in_lines(text, key.start),
    };
    let has = |is: fn(&str) -> bool| move |(key, _): &&(&str, Value)| is(key);
    let kind = pairs.iter().find(has(|key| matches!(key, "Type" | "type")));
    if kind.and_then(|(_, kind)| text.get(kind.range.clone())).is_some_and(is_stored) {
        return None;
    }
    pairs.into_iter().find(|(key, _)| is_value(key)).map(|(_, value)| value)
}

/// The value of the variable whose name is at these bytes of XML: of the attribute `value` in the same tag, or of the next element.
fn in_xml(text: &str, start: usize, end: usize) -> Option<Value> {
    let (before, after) = (text.get(..start)?, text.get(end..)?);
    let (from, quote) = if let Some(tag) = before.strip_suffix('>') {
        let length = tag.bytes().rev().take(MAX_VALUE).take_while(is_of_key).count();
        let (opened, tag) = tag.split_at_checked(tag.len() - length)?;
        (opened.ends_with('<') && is_name(tag)).then_some(())?;
        let rest = after.strip_prefix("</")?.strip_prefix(tag)?.strip_prefix('>')?;
        let value = rest.trim_start().strip_prefix("<value>")?;
        (text.len() - value.len(), b'<')
    } else {
        let attribute = before.strip_suffix(['"', '\''])?.strip_suffix('=')?;
        let length = attribute.bytes().rev().take(MAX_VALUE).take_while(is_of_key).count();
        attribute.get(attribute.len() - length..).filter(|attribute| is_name(attribute))?;
        let in_tag = after.bytes().take(MOST).position(|byte| byte == b'>')?;
        match after.get(..in_tag)?.find(VALUE) {
            Some(at) => {
                let at = at + VALUE.len();
                let quote = after.as_bytes().get(at).copied().filter(|quote| matches!(quote, b'"' | b'\''))?;
                (end + at + 1, quote)
            }
            // `<setting name="DbPassword"><value>…</value></setting>`
            None => {
                let value = after.get(in_tag + 1..)?.trim_start().strip_prefix("<value>")?;
                (text.len() - value.len(), b'<')
            }
        }
    };
    let length = text.get(from..)?.bytes().take(MAX_VALUE).position(|byte| byte == quote || byte == b'\n')?;
    Some(Value { range: from..from + length, quote: Some(quote) })
}

/// The attribute of an element in XML that has the value of a variable.
const VALUE: &str = " value=";

fn is_of_key(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// The key that has what begins at a byte as its value: `"name": "`, `name: `.
fn key_before(text: &str, start: usize) -> Option<Range<usize>> {
    let before = text.get(..start)?;
    let opened = before.trim_end_matches(['"', '\'', '`', '\\']);
    let colon = opened.trim_end_matches([' ', '\t']).strip_suffix(':')?;
    let key = colon.trim_end_matches(['"', '\'', '\\']);
    let length = key.bytes().rev().take(MAX_VALUE).take_while(is_of_key).count();
    (length > 0).then_some(key.len() - length..key.len())
}

/// What is in the braces around some bytes, the innermost ones. Those of `${Name}` come in pairs.
fn braces(text: &str, start: usize, end: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut open = None;
    for (count, byte) in bytes.get(..start)?.iter().rev().take(MOST).enumerate() {
        match byte {
            b'}' => depth += 1,
            b'{' if depth == 0 => {
                open = Some(start - count);
                break;
            }
            b'{' => depth -= 1,
            _ => {}
        }
    }
    let open = open?;
    let length = closing(bytes.get(end..)?)?;
    Some(open..end + length)
}

/// The keys of an object with their values, as far as these are scalars.
fn in_braces(text: &str, inner: Range<usize>) -> Vec<(&str, Value)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = inner.start;
    let skipped = |at: usize, is: fn(&u8) -> bool| {
        at + bytes.get(at..inner.end).unwrap_or_default().iter().take_while(|byte| is(byte)).count()
    };
    while at < inner.end {
        let key = skipped(at, |byte| !is_of_key(byte));
        let end = skipped(key, is_of_key);
        let after = skipped(end, |byte| matches!(byte, b'"' | b'\'' | b'\\' | b' ' | b'\t'));
        if bytes.get(after) != Some(&b':') {
            at = end.max(at + 1);
            continue;
        }
        let value = skipped(after + 1, u8::is_ascii_whitespace);
        at = match bytes.get(value) {
            Some(b'{' | b'[') => {
                value + 1 + closing(bytes.get(value + 1..inner.end).unwrap_or_default()).unwrap_or(inner.end) + 1
            }
            _ => match value_at(text, value).map(|value| within_braces(text, value)) {
                Some(value) => {
                    let end = value.range.end.max(after + 1);
                    found.extend(text.get(key..end_of(key, bytes)).map(|key| (key, value)));
                    // The quote that closes it.
                    skipped(end, |byte| matches!(byte, b'"' | b'\'' | b'`' | b'\\'))
                }
                None => after + 1,
            },
        };
    }
    found
}

/// Where a key ends.
fn end_of(key: usize, bytes: &[u8]) -> usize {
    key + bytes.get(key..).unwrap_or_default().iter().take_while(|byte| is_of_key(byte)).count()
}

/// The keys of the YAML map that has a key at this byte, with their values, as far as they are on the same line.
fn in_lines(text: &str, key: usize) -> Vec<(&str, Value)> {
    let bytes = text.as_bytes();
    // Lines that are longer are none of YAML that somebody wrote.
    let line_of = |at: usize| {
        let before = bytes.get(..at)?.iter().rev().take(MOST).position(|byte| *byte == b'\n');
        before.map(|length| at - length).or_else(|| (at < MOST).then_some(0))
    };
    let end_of_line = |at: usize| {
        let length = bytes.get(at..)?.iter().take(MOST).position(|byte| *byte == b'\n');
        length.map(|length| at + length).or_else(|| (bytes.len() - at < MOST).then_some(bytes.len()))
    };
    let Some(own) = line_of(key) else { return Vec::new() };
    let column = key - own;
    let mut found = Vec::new();
    // A line of the map: whether another one may follow on this side.
    let mut read = |start: usize, line: &'_ str| {
        let indent = line.len() - line.trim_start_matches(' ').len();
        if line.trim().is_empty() || indent > column {
            return true;
        }
        let dash = line.get(indent..).unwrap_or_default();
        let at = if dash.starts_with("- ") {
            indent + dash.len() - dash.trim_start_matches(['-', ' ']).len()
        } else {
            indent
        };
        let rest = line.get(at..).unwrap_or_default();
        if at == column
            && let Some((key, _)) = rest.split_once(':')
            && key.bytes().all(|byte| is_of_key(&byte))
            && let Some(after) = text.get(start + at + key.len() + 1..)
            && let Some(value) = value_at(text, text.len() - after.trim_start_matches(' ').len())
        {
            let name = start + at..start + at + key.len();
            found.extend(text.get(name).map(|key| (key, value)));
        }
        indent == column
    };
    let mut start = own;
    let is_first = text.get(own..key).is_some_and(|before| before.contains('-'));
    while !is_first && start > 0 && own - start < MOST {
        let Some(before) = line_of(start - 1) else { break };
        if !read(before, text.get(before..start - 1).unwrap_or_default()) {
            break;
        }
        start = before;
    }
    let mut end = end_of_line(own);
    while let Some(start) = end.map(|end| end + 1).filter(|start| *start < bytes.len() && start - own < MOST) {
        end = end_of_line(start);
        let line = end.and_then(|end| text.get(start..end)).unwrap_or_default();
        let begins_another = line.trim_start().starts_with("- ") && line.len() - line.trim_start().len() <= column;
        if begins_another || !read(start, line) {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;

    fn value(text: &str) -> Option<&str> {
        let start = text.find("DB_PASSWORD").unwrap();
        value_of_pair(text, start, start + "DB_PASSWORD".len()).map(|value| &text[value.range])
    }

    #[test]
    fn the_value_of_a_variable() {
        for text in [
            r#"{"name":"DB_PASSWORD","value":"hunter2"}"#,
            r#"{"Value": "hunter2", "Type": "PLAINTEXT", "Name": "DB_PASSWORD"}"#,
            r#"[{"a":{"b":1},"name":"X","value":"y"},{"name":"DB_PASSWORD","more":[{"value":"z"}],"value":"hunter2"}]"#,
            r#"{\"name\":\"DB_PASSWORD\",\"value\":\"hunter2\"}"#,
            r#"{"Host":"${Host}","Key":"DB_PASSWORD","Value":"hunter2"}"#,
            "{ name: 'DB_PASSWORD', value: 'hunter2' }",
            "env: [{name: DB_PASSWORD, value: hunter2}]",
            "env:\n  - name: DB_PASSWORD\n    value: hunter2\n",
            "env:\n  - value: hunter2\n    x:\n      y: z\n    name: DB_PASSWORD\n  - name: X\n    value: y",
            "env:\n- name: X\n  value: y\n- name: \"DB_PASSWORD\"\n  value: \"hunter2\"",
            "name: DB_PASSWORD\nvalue: hunter2",
            "<add key=\"DB_PASSWORD\" value=\"hunter2\"/>",
            "<property name='DB_PASSWORD' a='b' value='hunter2'></property>",
            "<property><name>DB_PASSWORD</name>\n  <value>hunter2</value></property>",
        ] {
            assert_eq!(value(text), Some("hunter2"), "{text}");
        }
        for text in [
            r#"{"name":"DB_PASSWORD","type":"SECRETS_MANAGER","value":"db"}"#,
            r#"{"name":"DB_PASSWORD"},{"name":"X","value":"y"}"#,
            r#"{"name":"DB_PASSWORD","valueFrom":"db"}"#,
            r#"{"other":"DB_PASSWORD","value":"x"}"#,
            r#"{"name":"DB_PASSWORD","value":"#,
            "env:\n  - name: DB_PASSWORD\n    valueFrom:\n      value: db\n  - name: X\n    value: y",
            "env:\n  - name: DB_PASSWORD\nvalue: x\n",
            "DB_PASSWORD",
            "name: DB_PASSWORD",
            "<add key=\"DB_PASSWORD\"/><add value=\"x\"/>",
            "<add of=\"DB_PASSWORD\" value=\"x\"/>",
            "<name>DB_PASSWORD</name><other>x</other>",
            "<of>DB_PASSWORD</of><value>x</value>",
            "<add key=\"DB_PASSWORD\" value=",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }

    #[test]
    fn long_texts_take_little() {
        let text = "{\"name\":\"DB_PASSWORD\",".repeat(20_000);
        assert_eq!(value(&text), None);
        let text = "- name: DB_PASSWORD\n".repeat(20_000);
        assert_eq!(value(&text), None);
    }
}
