//! Where things are, in SARIF's words: URIs, regions and logical locations.

use super::Part;
use super::model::{ArtifactLocation, Location, LogicalLocation, PhysicalLocation, Region, Text};
use crate::finding::{Origin, Related, Subject};
use crate::source::{Source, Span};

/// What relative paths start from: the folder that the linter was run in.
pub(super) const BASE_ID: &str = "%SRCROOT%";
/// Longer snippets are left out; the file is there for them.
const MAX_SNIPPET: usize = 256;
/// Longer lines around a place are left out.
const MAX_CONTEXT: usize = 1024;

/// The URI of a file, as a SARIF artifact location: absolute paths become `file` URIs, others stay relative to the base.
pub(super) fn artifact_location(name: &str, index: Option<usize>) -> ArtifactLocation {
    let path = name.strip_prefix("./").unwrap_or(name);
    let (uri, relative) = match absolute_prefix(path) {
        Some(prefix) => (format!("{prefix}{}", percent_encoded(path)), false),
        None => (percent_encoded(path), true),
    };
    ArtifactLocation { uri, uri_base_id: relative.then_some(BASE_ID), index }
}

/// What comes before the path in the `file` URI of an absolute path (RFC 8089); `None` for a relative one.
fn absolute_prefix(path: &str) -> Option<&'static str> {
    let bytes = path.as_bytes();
    let drive = matches!(bytes, [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    if path.starts_with("//") || path.starts_with("\\\\") {
        Some("file:")
    } else if drive {
        Some("file:///")
    } else {
        path.starts_with('/').then_some("file://")
    }
}

/// A path with everything escaped that a URI path may not contain (RFC 3986, 3.3). Colons too, except a drive's: in the
/// first segment of a relative reference they would end a scheme.
fn percent_encoded(path: &str) -> String {
    if path.bytes().all(is_unreserved) {
        return path.to_owned();
    }
    let absolute = absolute_prefix(path).is_some();
    let mut uri = String::with_capacity(path.len());
    for (index, byte) in path.bytes().enumerate() {
        match byte {
            _ if is_unreserved(byte) => uri.push(char::from(byte)),
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b'@' => {
                uri.push(char::from(byte))
            }
            b':' if absolute && index == 1 => uri.push(':'),
            b'\\' if absolute => uri.push('/'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// Whether a byte of a path stands for itself in every part of it, and so in nearly all paths.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/')
}

/// The file and region of a span.
pub(super) fn physical_location(span: Span, part: Part<'_, '_>) -> PhysicalLocation {
    let index = part.index(span.source);
    let source = part.report.source(span.source);
    PhysicalLocation {
        artifact_location: artifact_location(source.map_or("", |source| &source.name), index),
        region: source.map(|source| region(span, source)),
        context_region: source.and_then(|source| context_region(span, source)),
    }
}

/// The place in a program that makes a resource.
pub(super) fn of_origin(origin: &Origin) -> PhysicalLocation {
    PhysicalLocation {
        artifact_location: artifact_location(&origin.file, None),
        region: Some(Region {
            start_line: origin.line,
            start_column: Some(origin.column),
            end_line: None,
            end_column: None,
            snippet: None,
        }),
        context_region: None,
    }
}

/// A related place with its number (from 1) and its relation to the result.
pub(super) fn related_location(number: usize, related: &Related, part: Part<'_, '_>) -> Location<'static> {
    Location {
        id: Some(number),
        physical_location: PhysicalLocation { context_region: None, ..physical_location(related.span, part) },
        logical_locations: Vec::new(),
        message: Some(Text::new(&related.message)),
    }
}

/// A logical location of a result. A result has one, except for the iterations of a loop.
pub(super) fn logical_location(subject: &Subject) -> LogicalLocation<'_> {
    // The kinds that the standard names (3.33.7), where one fits.
    let kind = match subject.section {
        "Resources" => "resource",
        "Parameters" => "parameter",
        "Outputs" | "Conditions" => "value",
        "Template" => "module",
        _ => "object",
    };
    let name = if subject.name.is_empty() { subject.section } else { &subject.name };
    LogicalLocation { name, fully_qualified_name: subject.qualified_name(), kind }
}

/// The bytes that an edit takes away. Empty where it only adds a text.
pub(super) fn deleted_region(span: Span, source: &Source) -> Region {
    Region { snippet: None, ..region(span, source) }
}

fn region(span: Span, source: &Source) -> Region {
    let (start, end) = (source.position_utf16(span.start), source.position_utf16(span.end.max(span.start)));
    let text = source.slice(span);
    Region {
        start_line: start.line,
        start_column: Some(start.column),
        end_line: Some(end.line),
        end_column: Some(end.column),
        snippet: (!text.is_empty() && text.len() <= MAX_SNIPPET).then(|| Text::new(text)),
    }
}

/// The whole lines from the one before the span to the one after it. The standard wants it to be larger than the region.
fn context_region(span: Span, source: &Source) -> Option<Region> {
    let first = source.position_utf16(span.start).line.saturating_sub(1).max(1);
    let last = (source.position_utf16(span.end).line + 1).min(source.line_count());
    let (start, end) = (source.line_range(first)?.0, source.line_range(last)?.1);
    let text = source.text().get(start..end)?;
    (text.len() > span.len() && text.len() <= MAX_CONTEXT).then(|| Region {
        start_line: first,
        start_column: None,
        end_line: Some(last),
        end_column: None,
        snippet: Some(Text::new(text)),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn paths_become_uris() {
        let cases = [
            ("a/b.yaml", "a/b.yaml", true),
            ("./a.yaml", "a.yaml", true),
            ("a b%20ü#?.yaml", "a%20b%2520%C3%BC%23%3F.yaml", true),
            ("c:odd.yaml", "c%3Aodd.yaml", true),
            ("/srv/a b.yaml", "file:///srv/a%20b.yaml", false),
            ("C:/x/y.json", "file:///C:/x/y.json", false),
            ("//host/share/y.json", "file://host/share/y.json", false),
            ("<stdin>", "%3Cstdin%3E", true),
        ];
        for (path, uri, relative) in cases {
            let location = artifact_location(path, None);
            assert_eq!((location.uri.as_str(), location.uri_base_id.is_some()), (uri, relative), "{path}");
        }
    }
}
