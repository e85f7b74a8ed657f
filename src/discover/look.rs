//! Whether a text looks like a template, without parsing it.

/// Whether a text can be a template at all: it must contain the root key `Resources`, possibly with escapes.
///
/// Other JSON and YAML files in a folder need no parsing.
pub fn may_be_template(text: &str) -> bool {
    text.contains("Resources") || text.contains("\\u") || text.contains("\\x")
}

/// Whether a text that does not parse is meant as a template: it has `AWSTemplateFormatVersion`, or `Resources` at the level of
/// the root's keys.
pub fn shows_template(text: &str) -> bool {
    text.contains("AWSTemplateFormatVersion")
        || text.lines().any(is_root_resources)
        || (text.trim_start_matches('\u{feff}').trim_start().starts_with('{') && has_shallow_resources(text))
}

/// A line of block YAML with the key `Resources` and no indentation.
fn is_root_resources(line: &str) -> bool {
    ["Resources", "\"Resources\"", "'Resources'"]
        .iter()
        .any(|key| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':')))
}

/// Whether JSON (or nearly) has a string `"Resources"` followed by a colon inside no more than one brace.
fn has_shallow_resources(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(at) = rest.find(['{', '[', '}', ']', '"']) {
        let (mark, after) = rest.split_at(at).1.split_at(1);
        rest = after;
        match mark {
            "{" | "[" => depth += 1,
            "}" | "]" => depth = depth.saturating_sub(1),
            _ => {
                let end = end_of_string(rest);
                let (string, after) = rest.split_at(end);
                rest = after.strip_prefix('"').unwrap_or(after);
                if depth == 1 && string == "Resources" && rest.trim_start().starts_with(':') {
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
        ] {
            assert!(shows_template(text), "{text}");
        }
    }

    #[test]
    fn other_broken_files_do_not() {
        for text in [
            "",
            "resources:\n  limits: {{ .Values.x }}",
            "spec:\n  Resources: {",
            "{\"a\": {\"Resources\": {",
            "[{\"Resources\": ",
            "{\"a\": \"Resources\" }",
            "ResourcesOfMine: [",
        ] {
            assert!(!shows_template(text), "{text}");
        }
    }
}
