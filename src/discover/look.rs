//! Whether a text looks like a template, without parsing it.

use crate::suggest::nearest;
use memchr::memmem;

/// Whether a text can be a template, can be meant as one, or can have resources of one. It must contain the root key `Resources`,
/// possibly with escapes, or what only templates have.
///
/// Other JSON and YAML files in a folder need no parsing.
pub fn may_be_template(text: &str) -> bool {
    // Most templates begin with one of these.
    let first = memmem::find(text.as_bytes(), b"AWS").and_then(|at| text.get(at..));
    if first.is_some_and(|rest| rest.starts_with("AWSTemplateFormatVersion") || rest.starts_with("AWS::")) {
        return true;
    }
    ["Resources", "AWS::", "AWSTemplateFormatVersion", "\\u", "\\x"].iter().any(|part| text.contains(part))
        || (text.contains("Transform") && has_root_key(text, |key| key == "Transform"))
}

/// Whether the root of a text has `Resources`, as every template has, as far as that can be seen without parsing.
pub fn has_resources(text: &str) -> bool {
    has_root_key(text, |key| key == "Resources")
}

/// Whether a text that does not parse is meant as a template: it has `AWSTemplateFormatVersion`, or `Resources` at the level of
/// the root's keys, or nearly so with types of CloudFormation's.
pub fn shows_template(text: &str) -> bool {
    let is_similar = |key: &str| nearest(key, std::iter::once("Resources")).is_some();
    text.contains("AWSTemplateFormatVersion")
        || has_root_key(text, |key| key == "Resources")
        || (text.contains("AWS::")
            && (has_root_key(text, |key| key == "Transform" || is_similar(key)) || has_slipped_resources(text)))
}

/// Whether `Resources` is nearly at the root of a text: its colon is missing, or a bracket before it.
fn has_slipped_resources(text: &str) -> bool {
    if opens_json_map(text) {
        let begins_map = |after: &str| {
            after_space(after).trim_start_matches(|c: char| c.is_whitespace() || c == ':').starts_with('{')
        };
        has_string(text, 2, |string, after| string == "Resources" && begins_map(after))
    } else {
        text.lines().any(|line| line.trim_end() == "Resources")
    }
}

/// Whether the root of a text has a key that `fits`, as far as that can be seen without parsing.
pub(super) fn has_root_key(text: &str, fits: impl Fn(&str) -> bool) -> bool {
    text.lines().filter_map(root_key).any(&fits) || (opens_json_map(text) && has_shallow_key(text, &fits))
}

/// Whether a text opens as JSON (or nearly, with comments) with a map.
fn opens_json_map(text: &str) -> bool {
    after_space(text.trim_start_matches('\u{feff}')).starts_with('{')
}

/// A text behind white space and comments that JSON does not have.
fn after_space(text: &str) -> &str {
    let mut rest = text.trim_start();
    while let Some(after) = after_comment(rest) {
        rest = after.trim_start();
    }
    rest
}

/// A text behind the comment that it begins with, if it begins with one.
fn after_comment(text: &str) -> Option<&str> {
    if let Some(line) = text.strip_prefix("//") {
        return Some(line.split_once('\n').map_or("", |(_, rest)| rest));
    }
    text.strip_prefix("/*").map(|inner| inner.split_once("*/").map_or("", |(_, rest)| rest))
}

/// The key of a line of block YAML without indentation.
fn root_key(line: &str) -> Option<&str> {
    // No root key that is looked for is longer.
    let (key, _) = line.split_once(':').filter(|(key, _)| key.len() < 40)?;
    let key = key.trim_end();
    let quoted = |quote: char| key.strip_prefix(quote)?.strip_suffix(quote);
    let key = quoted('"').or_else(|| quoted('\'')).unwrap_or(key);
    key.starts_with(|first: char| first.is_ascii_alphabetic()).then_some(key)
}

/// Whether JSON (or nearly) has a string that `fits`, followed by a colon inside no more than one brace.
fn has_shallow_key(text: &str, fits: impl Fn(&str) -> bool) -> bool {
    has_string(text, 1, |string, after| after_space(after).starts_with(':') && fits(string))
}

/// Whether JSON (or nearly) has a string that `fits` with the text after it, inside so many braces or fewer, and at least one.
fn has_string(text: &str, most: usize, fits: impl Fn(&str, &str) -> bool) -> bool {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(at) = rest.find(['{', '[', '}', ']', '"', '/']) {
        if let Some(after) = rest.get(at..).and_then(after_comment) {
            rest = after;
            continue;
        }
        let (mark, after) = rest.split_at(at).1.split_at(1);
        rest = after;
        match mark {
            "{" | "[" => depth += 1,
            "}" | "]" => depth = depth.saturating_sub(1),
            "/" => {}
            _ => {
                let end = end_of_string(rest);
                let (string, after) = rest.split_at(end);
                rest = after.strip_prefix('"').unwrap_or(after);
                if (1..=most).contains(&depth) && fits(string, rest) {
                    return true;
                }
            }
        }
    }
    false
}

/// Bytes up to the quote that ends a JSON string, or to the end of its line, which no string passes.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' | b'\n' if !escaped => return at,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_templates_show_what_they_are() {
        for text in [
            "AWSTemplateFormatVersion: '2010-09-09'\n: :",
            "Description: x\nResources:\n  A: [",
            "\"Resources\" :\n\t- a",
            "{\"Parameters\": {\"a\": [1, \"}\"]}, \"Resources\": {",
            "\u{feff} {\n  \"Description\": \"a \\\" {\",\n  \"Resources\" :",
            "{ \"unclosed\n, \"Resources\": 1",
            "Resource:\n  A: {Type: AWS::S3::Bucket",
            "'resources' :\n  A: {Type: AWS::S3::Bucket",
            "Transform: AWS::Serverless-2016-10-31\nGlobals: {",
            "Parameters:\n  A: {Type: String}\nResources\n  A:\n    Type: AWS::S3::Bucket",
            "// it's {\n{\"Resources\": {",
            "/* { \" */ {\n  // don't {\n  \"Resources\" /* : */ : {",
            "{\"Resources\" {\"A\": {\"Type\": \"AWS::S3::Bucket\"}}}",
            "{\"Parameters\": {\"A\": {\"Type\": \"String\"}, \"Resources\": {\"A\": {\"Type\": \"AWS::S3::Bucket\"}}}",
        ] {
            assert!(shows_template(text), "{text}");
        }
    }

    #[test]
    fn other_broken_files_do_not() {
        for text in [
            "",
            "resources:\n  limits: {{ .Values.x }}",
            "Transform: {",
            "res:\n  A: {Type: AWS::S3::Bucket",
            "spec:\n  Resources: {",
            "{\"a\": {\"Resources\": {",
            "[{\"Resources\": ",
            "{\"a\": \"Resources\" }",
            "{\"a\": 1 // \"Resources\": {\n}",
            "/* {\"Resources\": {} */",
            "ResourcesOfMine: [",
            "a:\n  Resources\n  AWS::S3::Bucket: [",
            "{\"a\": {\"b\": {\"Resources\": {\"A\": \"AWS::S3::Bucket\"",
            "{\"a\": \"Resources\", \"b\": \"AWS::S3::Bucket\"",
        ] {
            assert!(!shows_template(text), "{text}");
        }
    }
}
