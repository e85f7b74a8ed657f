//! JSON and YAML into one located tree: every key and value carries its span.
//!
//! Short tags (`!Sub`) become their long form (`Fn::Sub`) here and nowhere else. Of CloudFormation this part knows
//! those tags, and which keys call macros, and nothing more: no section, no resource type.

pub mod base64;
pub mod edit;
mod functions;
pub mod json;
mod keys;
mod lanes;
mod leftover;
mod message;
mod slashes;
pub mod yaml;

use crate::code::Code;
use crate::source::{Source, SourceId, Span};
use std::borrow::Cow;

/// Nesting past this depth is an error, in both parsers; everything recursive below may rely on it.
pub const MAX_DEPTH: usize = 200;
/// Nodes that aliases and merges may add to one document, all together, however long its text is.
pub const MAX_ALIAS_NODES: usize = 200_000;
/// Nodes that they may add to any document.
const MIN_ALIAS_NODES: usize = 25_000;

/// More notes than this are not kept: nobody reads them, and a text of octal numbers would fill the memory.
const MAX_NOTES: usize = 100;

/// Nodes that aliases and merges may add to a document of so many bytes. Templates that merge the same tags into all their
/// resources need a small part of it. Everything after the reading takes the time that the nodes need, so if a text of a few lines could
/// ask for any number of them, no time would follow from a text's size.
pub fn max_alias_nodes(bytes: usize) -> usize {
    bytes.saturating_add(MIN_ALIAS_NODES).min(MAX_ALIAS_NODES)
}

/// A value with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node<'s> {
    /// The whole value. For a value behind a short tag, from the tag's `!` to the value's end.
    pub span: Span,
    /// What it is.
    pub kind: Kind<'s>,
}

/// The kinds of value that JSON and CloudFormation's YAML have in common.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind<'s> {
    /// JSON `null`; YAML `null`, `~` or nothing at all.
    Null,
    /// JSON `true`; YAML 1.1 booleans in plain scalars (`yes`, `On`, `FALSE`).
    Bool(bool),
    /// A number.
    Number(Number<'s>),
    /// Text, unescaped. Borrowed from the source wherever no escape had to be undone.
    String(Cow<'s, str>),
    /// A list.
    Sequence(Vec<Node<'s>>),
    /// A map, in the order of the text. Keys are unique: of entries with the same key, the last one is here.
    Mapping(Vec<Entry<'s>>),
}

/// One key of a mapping with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<'s> {
    /// The key's text, unescaped. YAML keys that are not strings keep the text they were written with.
    pub key: Cow<'s, str>,
    /// The key (quotes included). For the long form made of a short tag (`!Sub x`), the tag itself.
    pub key_span: Span,
    /// The value.
    pub value: Node<'s>,
}

/// A number as written and as CloudFormation reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Number<'s> {
    /// The text that CloudFormation would pass on where a string is wanted: as written for JSON; for YAML integers in
    /// octal (`010`), hexadecimal or with underscores, the decimal value.
    pub text: Cow<'s, str>,
    /// The value; exact for integers up to 2^53.
    pub value: f64,
}

/// A YAML comment, kept for exceptions that are written as comments.
#[derive(Clone, Debug, PartialEq)]
pub struct Comment<'s> {
    /// From `#` to the end of the line.
    pub span: Span,
    /// The text after `#`, trimmed.
    pub text: Cow<'s, str>,
}

/// One parsed document.
#[derive(Debug, PartialEq)]
pub struct Document<'s> {
    /// The root value.
    pub root: Node<'s>,
    /// Which language it was read as.
    pub language: Language,
    /// Comments in the order of the text (YAML only).
    pub comments: Vec<Comment<'s>>,
    /// Things that are read but surprise people, such as an octal number.
    pub notes: Vec<SyntaxNote>,
    /// Keys that occur more than once in their map, in the order in which their maps end. Empty after [`parse`].
    pub repeated: Vec<Repeated>,
    /// Whether some key is `Fn::Transform` or begins with `Fn::ForEach`. Noted on the path, for few templates call macros or loops, and
    /// looking for them would take a walk of its own.
    pub calls_macros: bool,
    /// Whether some part of the text may count in more than one place: whether there is an alias or a `<<`.
    pub(crate) may_share: bool,
}

/// The language that a document was read as.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Language {
    /// RFC 8259.
    Json,
    /// YAML as CloudFormation takes it.
    Yaml,
}

/// A key that an earlier entry of the same map has, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// At the later key. The earlier one is related.
    pub error: SyntaxError,
    /// Whether the map is the root.
    pub in_root: bool,
}

/// Something that is read, but perhaps not as its writer meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxNote {
    /// Stable, lower-case, hyphenated: `octal-number`.
    pub code: Code,
    /// Where.
    pub span: Span,
    /// What was read, in one sentence.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// Why a text could not be read: where, what, and how to fix it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where the reading stopped; never past the end of the text.
    pub span: Span,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// An earlier place that belongs to it (the first of two equal keys, the bracket that was never closed).
    pub related: Option<(Span, String)>,
}

/// Reads a document whose maps have no key twice: see [`read`].
///
/// # Errors
/// As for [`read`], and otherwise the first key that occurs more than once in its map.
pub fn parse(text: &str, source: SourceId) -> Result<Document<'_>, SyntaxError> {
    read(text, source).and_then(Document::without_repeated)
}

/// Reads a document: as JSON where it opens like JSON and the JSON reader takes it, otherwise as YAML. Of a key that occurs more
/// than once in a map, the last entry counts, as in CloudFormation.
///
/// JSON comes first, for speed and since YAML takes no tabs as indentation. What opens like JSON but is not (a trailing comma, an
/// unquoted key, a comment of YAML) is tried as YAML's flow style, which CloudFormation takes too, and noted. A JSON text with
/// bottomless nesting is not tried again: it is an error in both. So is one with comments of JSON: YAML takes them as parts of keys
/// and values, which is never what they mean.
///
/// # Errors
/// The first thing that stops the reader. If both readers fail, the JSON reader's error, unless the text is YAML from its
/// first key on (`{Resources: …`).
pub fn read(text: &str, source: SourceId) -> Result<Document<'_>, SyntaxError> {
    if text.len() > Source::MAX_BYTES {
        return Err(SyntaxError {
            span: Span::new(source, 0, 0),
            message: "the file is larger than 4 GiB".to_owned(),
            help: "Split it into smaller templates.".to_owned(),
            related: None,
        });
    }
    read_either(text, source).map_err(|error| leftover::explained(error, text, source))
}

fn read_either(text: &str, source: SourceId) -> Result<Document<'_>, SyntaxError> {
    let Some(opening) = Opening::of(text) else { return yaml::read(text, source) };
    match json::read(text, source) {
        Ok(document) => Ok(document),
        Err(failure) if !failure.grammar => Err(failure.error),
        Err(failure) => match (yaml::read(text, source), opening) {
            (Ok(Document { root, .. }), Opening::Json) if matches!(root.kind, Kind::String(_)) => Err(failure.error),
            (Ok(mut document), Opening::Json) => {
                if let Some(comment) = slashes::first(&document.root, text) {
                    return Err(json::comment(comment));
                }
                document.notes.insert(0, not_json(failure.error));
                Ok(document)
            }
            (Ok(document), Opening::Flow) => Ok(document),
            (Err(_), Opening::Json) => Err(failure.error),
            (Err(error), Opening::Flow) => Err(error),
        },
    }
}

/// Other tools refuse what CloudFormation takes: so the author may want to know.
fn not_json(error: SyntaxError) -> SyntaxNote {
    SyntaxNote {
        code: Code::JsonAsYaml,
        span: error.span,
        message: format!("not valid JSON, so the file is read as YAML: {}", error.message),
        help: error.help,
    }
}

/// How a text that may be JSON opens.
enum Opening {
    /// As JSON: a list, a map with a key in quotes, or a JSON-style comment.
    Json,
    /// As a flow map with a plain key, which only YAML has.
    Flow,
}

impl Opening {
    fn of(text: &str) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}').trim_ascii_start();
        if text.starts_with('[') || text.starts_with("//") || text.starts_with("/*") {
            return Some(Self::Json);
        }
        let inside = text.strip_prefix('{')?.trim_ascii_start();
        let plain_key = inside.starts_with(|first: char| first.is_alphanumeric());
        Some(if plain_key { Self::Flow } else { Self::Json })
    }
}

impl Document<'_> {
    /// The document, if no map has a key twice.
    fn without_repeated(mut self) -> Result<Self, SyntaxError> {
        match std::mem::take(&mut self.repeated).into_iter().next() {
            None => Ok(self),
            Some(first) => Err(first.error),
        }
    }
}

impl<'s> Node<'s> {
    /// The value under `key`, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node<'s>> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry under `key`, if this is a mapping that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry<'s>> {
        self.as_mapping()?.iter().find(|entry| entry.key == key)
    }

    /// The entries, if this is a mapping.
    pub fn as_mapping(&self) -> Option<&[Entry<'s>]> {
        match &self.kind {
            Kind::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items, if this is a sequence.
    pub fn as_sequence(&self) -> Option<&[Node<'s>]> {
        match &self.kind {
            Kind::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text that CloudFormation passes on for a scalar: strings as they are, `true`/`false`, numbers as written.
    pub fn scalar_text(&self) -> Option<Cow<'_, str>> {
        match &self.kind {
            Kind::String(text) => Some(Cow::Borrowed(text)),
            Kind::Bool(true) => Some(Cow::Borrowed("true")),
            Kind::Bool(false) => Some(Cow::Borrowed("false")),
            Kind::Number(number) => Some(Cow::Borrowed(&number.text)),
            Kind::Null | Kind::Sequence(_) | Kind::Mapping(_) => None,
        }
    }

    /// The JSON that CloudFormation reads the same as this: functions in their long form.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.kind {
            Kind::Null => serde_json::Value::Null,
            Kind::Bool(value) => (*value).into(),
            Kind::Number(number) => {
                serde_json::from_str(&number.text).unwrap_or_else(|_| number.text.to_string().into())
            }
            Kind::String(text) => text.to_string().into(),
            Kind::Sequence(items) => items.iter().map(Self::to_json).collect(),
            Kind::Mapping(entries) => {
                let entry = |entry: &Entry<'_>| (entry.key.to_string(), entry.value.to_json());
                serde_json::Value::Object(entries.iter().map(entry).collect())
            }
        }
    }

    /// In a sentence: "a string", "a list".
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::String(_) => "a string",
            Kind::Sequence(_) => "a list",
            Kind::Mapping(entries) if matches!(entries.as_slice(), [only] if functions::is_function(&only.key)) => {
                "a function"
            }
            Kind::Mapping(_) => "a map",
        }
    }
}
