//! What other programs leave in a template, and why it cannot be read then: conflicts of a merge, and tags of template engines.

use super::SyntaxError;
use crate::source::{SourceId, Span};
use memchr::memmem::find_iter;

/// What lines of a merge conflict begin with, in their order.
const MARKERS: [&str; 3] = ["<<<<<<<", "=======", ">>>>>>>"];
/// What tags of template engines begin with: Jinja, Go, Mustache and ERB.
const TAGS: [&str; 4] = ["{%", "{{", "{#", "<%"];

/// An error with what it comes from, if another program left that in the text.
pub(super) fn explained(error: SyntaxError, text: &str, source: SourceId) -> SyntaxError {
    let at = |start: usize, length: usize, message: &str, help: &str| SyntaxError {
        span: Span::new(source, start, start + length),
        message: message.to_owned(),
        help: help.to_owned(),
        related: None,
    };
    if let Some((start, length)) = conflict(text).filter(|(start, _)| *start <= error.span.end as usize) {
        return at(
            start,
            length,
            "the file has a merge conflict",
            "Resolve it: keep what is right, and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`.",
        );
    }
    match tag(text, error.span.start as usize) {
        Some((start, length)) => at(
            start,
            length,
            "the file is written for a template engine",
            "Render it first, and lint the result. `hipaalint -` reads it from standard input.",
        ),
        None => error,
    }
}

/// The first marker of a merge conflict, if the others follow.
fn conflict(text: &str) -> Option<(usize, usize)> {
    let [first, rest @ ..] = MARKERS;
    let (start, end) = marker(text, first, 0)?;
    rest.into_iter().try_fold(end, |end, next| marker(text, next, end).map(|(_, end)| end))?;
    Some((start, first.len()))
}

/// Where a line begins with a marker and goes on with a blank or ends.
fn marker(text: &str, marker: &str, from: usize) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    let mut found = find_iter(rest.as_bytes(), marker.as_bytes()).map(|at| (from + at, from + at + marker.len()));
    found.find(|(start, end)| {
        let is_end = |byte: Option<u8>| byte.is_none_or(|byte| byte.is_ascii_whitespace());
        is_end(text.get(*end..).and_then(|behind| behind.bytes().next()))
            && text.get(..*start).is_some_and(|before| before.is_empty() || before.ends_with(['\n', '\r', '\u{feff}']))
    })
}

/// The tag of a template engine at the beginning of the line around a place.
fn tag(text: &str, at: usize) -> Option<(usize, usize)> {
    let line = text.get(..at)?.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let rest = text.get(line..)?;
    let content = rest.trim_start_matches(['\u{feff}', ' ', '\t']);
    let tag = TAGS.into_iter().find(|tag| content.starts_with(tag))?;
    Some((line + rest.len() - content.len(), tag.len()))
}
