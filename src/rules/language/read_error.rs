//! Errors of rule files in plain words: which key is wrong, what it contains, and what it must contain.
//!
//! The YAML library and serde describe errors in terms of their own types ("invalid type: sequence, expected struct …"). What
//! they find is kept; the words and the missing positions come from here.

use crate::source::{Source, SourceId, Span};
use crate::suggest::nearest;
use crate::syntax::{self, Node};

/// What is wrong in a rule file.
pub(super) struct ReadError {
    /// Line and column, from 1.
    pub(super) position: Option<(usize, usize)>,
    /// The characters of the line that are wrong from there; none for the rest of it.
    pub(super) length: Option<usize>,
    /// What is wrong, without a full stop.
    pub(super) message: String,
}

impl ReadError {
    /// An error that serde_yaml reported for a text.
    pub(super) fn new(text: &str, error: &serde_yaml::Error) -> Self {
        let source = Source::new(SourceId(0), "", text);
        let position = |span: Span| {
            let position = source.position(span.start);
            (position.line, position.column)
        };
        // Our own reader names the cause where the text is not YAML.
        let document = match syntax::yaml::parse(text, SourceId(0)) {
            Ok(document) => document,
            Err(error) => {
                let message = format!("{}. {}", error.message, error.help.trim_end_matches('.'));
                return Self { position: Some(position(error.span)), length: None, message };
            }
        };
        let reported = error.to_string();
        // The library repeats the position at the end of its message.
        let reported = reported.split(" at line ").next().unwrap_or(&reported);
        let (path, reported) = split_path(reported);
        let message = plain(path, reported);
        if let Some(key) = unknown_key(path, reported, &document.root) {
            return Self { position: Some(position(key.span)), length: Some(key.characters), message };
        }
        // Without a path the library points at the start of the file, whatever is wrong.
        let is_located = !path.is_empty() || reported.starts_with("missing field");
        let located = error.location().map(|location| (location.line(), location.column()));
        let located = located.filter(|start| is_located || *start != (1, 1));
        let position = located.or_else(|| Some(position(named_in(&message, &document.root).span)));
        Self { position, length: None, message }
    }
}

/// The line and the column of the value of a key of a rule file, and its characters; none where the file does not have the key.
pub(super) fn place_of(text: &str, key: &str) -> Option<((usize, usize), usize)> {
    let source = Source::new(SourceId(0), "", text);
    let document = syntax::yaml::parse(text, SourceId(0)).ok()?;
    let span = document.root.get(key)?.span;
    let position = source.position(span.start);
    Some(((position.line, position.column), source.slice(span).chars().count()))
}

/// A key where it is written.
struct Key {
    span: Span,
    characters: usize,
}

/// The key that an error calls unknown, at its path in the file; none where the error is another one.
fn unknown_key(path: &str, reported: &str, root: &Node<'_>) -> Option<Key> {
    let name = reported.strip_prefix("unknown field `")?.split_once('`')?.0;
    let mut steps = path.split(['.', '[', ']']).filter(|step| !step.is_empty());
    let node = steps.try_fold(root, |node, step| match node.as_sequence() {
        Some(items) => items.get(step.parse::<usize>().ok()?),
        None => node.get(step),
    })?;
    let key = node.entry(name)?;
    // Nobody writes a key over several lines.
    Some(Key { span: key.key_span, characters: key.key_span.len().max(1) })
}

/// The value of the first key of the file that a message names; else the assertion, since most keys are in it.
fn named_in<'n, 's>(message: &str, root: &'n Node<'s>) -> &'n Node<'s> {
    let mut names = message.split('`').skip(1).step_by(2).chain(["assert"]);
    names.find_map(|name| root.get(name)).unwrap_or(root)
}

/// `assert.all[1].is: what is wrong` as the path and the rest; an error of the whole file has no path.
fn split_path(reported: &str) -> (&str, &str) {
    let is_path = |path: &str| {
        path.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'[' | b']'))
    };
    match reported.split_once(": ") {
        Some((path, rest)) if is_path(path) => (path, rest),
        _ => ("", reported),
    }
}

/// An error at a path in plain words.
fn plain(path: &str, reported: &str) -> String {
    let quoted = |text: &'_ str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let (what, expected) = reported.split_once(", expected ").unwrap_or((reported, ""));
    let known = quoted(expected);
    let named = quoted(what).pop().unwrap_or_default();
    let meant = nearest(&named, known.iter().map(String::as_str));
    if what.starts_with("unknown field ") {
        let owner = if path.is_empty() { "a rule".to_owned() } else { format!("`{path}`") };
        return match meant {
            Some(meant) => format!("`{named}` is not a key of {owner}; did you mean `{meant}`?"),
            None if known.len() == 1 => {
                format!("`{named}` is not a key of {owner}; the only key is {}", listed(&known, ""))
            }
            None => format!("`{named}` is not a key of {owner}; the keys are {}", listed(&known, "and")),
        };
    }
    if what.starts_with("unknown variant ") {
        let value = if path.is_empty() { "the value" } else { &format!("`{path}`") };
        if named.is_empty() {
            return format!("{value} is empty; it must be {}", listed(&known, "or"));
        }
        return match meant {
            Some(meant) => format!("{value} cannot be `{named}`; did you mean `{meant}`?"),
            None => format!("{value} cannot be `{named}`; it must be {}", listed(&known, "or")),
        };
    }
    if what.starts_with("missing field ") {
        return match path {
            "" => format!("`{named}` is missing"),
            path => format!("`{path}` needs `{named}`"),
        };
    }
    if let Some(found) = ["invalid type: ", "invalid value: "].iter().find_map(|prefix| what.strip_prefix(prefix)) {
        let value = if path.is_empty() { "a rule file" } else { &format!("`{path}`") };
        return format!("{value} must be {}, not {}", wanted(expected), shown(found));
    }
    match path {
        "" => reported.to_owned(),
        path => format!("`{path}`: {reported}"),
    }
}

/// `a`, `b` and `c`.
fn listed(names: &[String], word: &str) -> String {
    match names {
        [] => "none".to_owned(),
        [only] => format!("`{only}`"),
        [first @ .., last] => format!("`{}` {word} `{last}`", first.join("`, `")),
    }
}

/// What must be there, without the names of types.
fn wanted(expected: &str) -> &str {
    match expected {
        "a sequence" => "a list",
        "a boolean" => "`true` or `false`",
        "usize" | "u64" | "u32" => "a whole number that is not negative",
        expected if expected.starts_with("struct ") => "a map",
        // Of a choice between names.
        "a YAML tag starting with '!'" => "a single name",
        expected => expected,
    }
}

/// What is there.
fn shown(found: &str) -> String {
    match found {
        "sequence" => "a list".to_owned(),
        "map" => "a map".to_owned(),
        "unit value" | "null" => "empty".to_owned(),
        _ => match found.split_once(' ') {
            Some(("string", text)) => format!("the string {text}"),
            Some(("integer" | "boolean", value)) => value.to_owned(),
            Some(("floating", rest)) => rest.trim_start_matches("point ").to_owned(),
            _ => found.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{plain, split_path};

    #[track_caller]
    fn says(reported: &str, expected: &str) {
        let (path, rest) = split_path(reported);
        assert_eq!(plain(path, rest), expected);
    }

    #[test]
    fn errors_name_the_key_and_what_it_must_contain() {
        says(
            "unknown field `asert`, expected one of `id`, `assert`",
            "`asert` is not a key of a rule; did you mean `assert`?",
        );
        says(
            "assert.is: unknown field `x`, expected `keys`",
            "`x` is not a key of `assert.is`; the only key is `keys`",
        );
        says(
            "level: unknown variant `fatal`, expected one of `note`, `warning`, `error`",
            "`level` cannot be `fatal`; it must be `note`, `warning` or `error`",
        );
        says(
            "level: unknown variant `errr`, expected one of `note`, `error`",
            "`level` cannot be `errr`; did you mean `error`?",
        );
        says("missing field `title`", "`title` is missing");
        says("parameters.p: missing field `default`", "`parameters.p` needs `default`");
        says("title: invalid type: sequence, expected a string", "`title` must be a string, not a list");
        says("invalid type: string \"x\", expected struct RawRule", "a rule file must be a map, not the string \"x\"");
        says(
            "assert.count.at-least: invalid type: integer `-2`, expected usize",
            "`assert.count.at-least` must be a whole number that is not negative, not `-2`",
        );
        says("assert: `path` needs `is`", "`assert`: `path` needs `is`");
        says("a rule needs `resources`", "a rule needs `resources`");
    }
}
