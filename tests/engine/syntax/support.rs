//! Trees without spans, to compare with other readers', and what must hold for the spans of every tree.

use hipaalint::source::{SourceId, Span};
use hipaalint::syntax::{self, Document, Kind, Language, Node};

/// A value without its place. Scalars are kept as what a reader means by them.
#[derive(Clone, Debug, PartialEq)]
pub enum Plain {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Plain>),
    Map(Vec<(String, Plain)>),
}

pub fn plain(node: &Node<'_>) -> Plain {
    match &node.kind {
        Kind::Null => Plain::Null,
        Kind::Bool(value) => Plain::Bool(*value),
        Kind::Number(number) => Plain::Number(number.value),
        Kind::String(text) => Plain::Text(text.to_string()),
        Kind::Sequence(items) => Plain::List(items.iter().map(plain).collect()),
        Kind::Mapping(entries) => {
            Plain::Map(entries.iter().map(|entry| (entry.key.to_string(), plain(&entry.value))).collect())
        }
    }
}

/// The tree as YAML 1.2 would read it: there `yes`, `no`, `on`, `off` and numbers with leading zeros are text.
pub fn plain_1_2(node: &Node<'_>, text: &str) -> Plain {
    let written = text.get(node.span.start as usize..node.span.end as usize).expect("a span in the text");
    match &node.kind {
        Kind::Bool(_) if !written.eq_ignore_ascii_case("true") && !written.eq_ignore_ascii_case("false") => {
            Plain::Text(written.to_owned())
        }
        Kind::Number(_)
            if written.len() > 1 && written.bytes().all(|b| b.is_ascii_digit()) && written.starts_with('0') =>
        {
            Plain::Text(written.to_owned())
        }
        Kind::Sequence(items) => Plain::List(items.iter().map(|item| plain_1_2(item, text)).collect()),
        Kind::Mapping(entries) => {
            Plain::Map(entries.iter().map(|entry| (entry.key.to_string(), plain_1_2(&entry.value, text))).collect())
        }
        _ => plain(node),
    }
}

impl Plain {
    pub fn from_json(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(*value),
            serde_json::Value::Number(number) => Self::Number(number.as_f64().expect("a number")),
            serde_json::Value::String(text) => Self::Text(text.clone()),
            serde_json::Value::Array(items) => Self::List(items.iter().map(Self::from_json).collect()),
            serde_json::Value::Object(entries) => {
                Self::Map(entries.iter().map(|(key, value)| (key.clone(), Self::from_json(value))).collect())
            }
        }
    }

    /// What a YAML 1.2 reader means, with tags in their long form.
    pub fn from_yaml(value: &serde_yaml::Value) -> Self {
        match value {
            serde_yaml::Value::Null => Self::Null,
            serde_yaml::Value::Bool(value) => Self::Bool(*value),
            serde_yaml::Value::Number(number) => Self::Number(number.as_f64().expect("a number")),
            serde_yaml::Value::String(text) => Self::Text(text.clone()),
            serde_yaml::Value::Sequence(items) => Self::List(items.iter().map(Self::from_yaml).collect()),
            serde_yaml::Value::Mapping(entries) => {
                Self::Map(entries.iter().map(|(key, value)| (Self::key(key), Self::from_yaml(value))).collect())
            }
            serde_yaml::Value::Tagged(tagged) => Self::from_tagged(tagged),
        }
    }

    fn key(key: &serde_yaml::Value) -> String {
        match Self::from_yaml(key) {
            Self::Text(text) => text,
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            other => panic!("not a key that a template has: {other:?}"),
        }
    }

    fn from_tagged(tagged: &serde_yaml::value::TaggedValue) -> Self {
        let tag = tagged.tag.to_string();
        let name = tag.trim_start_matches('!');
        // Behind a local tag a scalar is text.
        let value = match Self::from_yaml(&tagged.value) {
            Self::Null => Self::Text(String::new()),
            Self::Bool(value) => Self::Text(value.to_string()),
            Self::Number(value) => Self::Text(value.to_string()),
            other => other,
        };
        match (name, value) {
            ("Ref" | "Condition", value) => Self::Map(vec![(name.to_owned(), value)]),
            ("GetAtt", Self::Text(text)) => {
                let (resource, attribute) = text.split_once('.').expect("a dot");
                let parts = [resource, attribute].map(|part| Self::Text(part.to_owned()));
                Self::Map(vec![("Fn::GetAtt".to_owned(), Self::List(parts.into()))])
            }
            (name, value) if name.contains("Rain::") => Self::Map(vec![(name.to_owned(), value)]),
            (name, value) => Self::Map(vec![(format!("Fn::{name}"), value)]),
        }
    }
}

/// Every span lies in the text, on borders of characters, inside its parent's, behind its elder sibling; and the text
/// under a scalar's span, read alone, is that scalar. Not for documents with aliases or merges.
pub fn assert_spans(document: &Document<'_>, text: &str, source: SourceId) {
    Spans { text, source, language: document.language }.check(&document.root);
    let mut end = 0;
    for comment in &document.comments {
        assert!(comment.span.start >= end, "comments in order");
        end = comment.span.end;
        let written = &text[comment.span.start as usize..comment.span.end as usize];
        assert_eq!(written.strip_prefix('#').expect("a comment").trim(), comment.text);
    }
}

struct Spans<'t> {
    text: &'t str,
    source: SourceId,
    language: Language,
}

impl Spans<'_> {
    fn slice(&self, span: Span) -> &str {
        assert_eq!(span.source, self.source);
        let slice = self.text.get(span.start as usize..span.end as usize);
        slice.unwrap_or_else(|| panic!("a span inside the text: {span:?}"))
    }

    fn check(&self, node: &Node<'_>) {
        let written = self.slice(node.span);
        match &node.kind {
            Kind::Sequence(items) => {
                let mut before = node.span.start;
                for item in items {
                    assert!(item.span.start >= before, "items in order: {:?}", self.slice(item.span));
                    before = item.span.end;
                    self.check(item);
                }
                assert!(before <= node.span.end, "items inside {written:?}");
                assert!(written.starts_with(['[', '-']), "{written:?} is a list");
            }
            Kind::Mapping(entries) => {
                let mut before = node.span.start;
                for entry in entries {
                    assert!(entry.key_span.start >= before, "keys in order: {}", entry.key);
                    assert!(entry.value.span.start >= entry.key_span.end, "{} before its value", entry.key);
                    before = entry.value.span.end;
                    self.check_key(&entry.key, entry.key_span);
                    let starts = entry.key_span.start == node.span.start || written.starts_with(['{', '&', '?', '!']);
                    assert!(starts || entries[0].key != entry.key, "{written:?} starts with its first key");
                    self.check_value(entry.key.as_ref(), entry.key_span, &entry.value);
                }
                assert!(before <= node.span.end, "entries inside {written:?}");
                assert!(written.trim_end() == written || written.contains('|'), "{written:?} ends with its last value");
            }
            Kind::String(_) | Kind::Null | Kind::Bool(_) | Kind::Number(_) => {
                if written.starts_with(['|', '>']) && written.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
                    // `|2` counts from the parent's indentation, which is not part of the span.
                    let outdented = |by: usize| written.replace(&format!("\n{}", " ".repeat(by)), "\n");
                    assert!((0..60).any(|by| self.read(&outdented(by)) == plain(node)), "{written:?} read again");
                    return;
                }
                assert_eq!(self.read(written), plain(node), "{written:?} read again");
            }
        }
    }

    fn read(&self, written: &str) -> Plain {
        let document = match self.language {
            Language::Json => syntax::json::parse(written, SourceId(0)),
            Language::Yaml => syntax::yaml::parse(written, SourceId(0)),
        };
        plain(&document.unwrap_or_else(|error| panic!("{written:?}: {error:?}")).root)
    }

    fn is_tag(&self, span: Span) -> bool {
        self.language == Language::Yaml && self.slice(span).starts_with('!')
    }

    fn check_key(&self, key: &str, span: Span) {
        let written = self.slice(span);
        if self.is_tag(span) {
            let name = written.trim_start_matches('!');
            assert!(key == name || key == format!("Fn::{name}"), "{key} from {written}");
        } else if written.starts_with(['"', '\'']) {
            assert_eq!(self.read(written), Plain::Text(key.to_owned()));
        } else {
            assert_eq!(written, key, "a plain key is what is written");
        }
    }

    /// Behind a short tag, a scalar is text whatever it looks like, and an attribute's parts are bare.
    fn check_value(&self, key: &str, key_span: Span, value: &Node<'_>) {
        match &value.kind {
            Kind::Mapping(_) => self.check(value),
            Kind::String(text) if self.is_tag(key_span) => {
                let written = self.slice(value.span);
                assert!(
                    written == text || self.read(written) == Plain::Text(text.to_string()),
                    "{written:?}: {text:?}"
                );
            }
            Kind::Sequence(items)
                if key == "Fn::GetAtt" && self.is_tag(key_span) && !self.slice(value.span).starts_with(['[', '-']) =>
            {
                for item in items {
                    assert!(self.slice(item.span).contains(item.as_str().expect("a part")));
                }
            }
            _ => self.check(value),
        }
    }
}

/// A value on one line, as JSON with bare keys and numbers as they are passed on.
pub fn outline(node: &Node<'_>) -> String {
    match &node.kind {
        Kind::String(text) => format!("{text:?}"),
        Kind::Null => "null".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Number(number) => number.text.to_string(),
        Kind::Sequence(items) => format!("[{}]", items.iter().map(outline).collect::<Vec<_>>().join(", ")),
        Kind::Mapping(entries) => {
            let entries = entries.iter().map(|entry| format!("{}: {}", entry.key, outline(&entry.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The text under the span of every key and value, in order.
pub fn places<'t>(node: &Node<'_>, text: &'t str) -> Vec<&'t str> {
    let slice = |span: Span| text.get(span.start as usize..span.end as usize).expect("a span in the text");
    let mut found = vec![slice(node.span)];
    for item in node.as_sequence().unwrap_or(&[]) {
        found.extend(places(item, text));
    }
    for entry in node.as_mapping().unwrap_or(&[]) {
        found.push(slice(entry.key_span));
        found.extend(places(&entry.value, text));
    }
    found
}

/// What holds for the spans of every document, also of one with aliases, whatever it is: they lie in the text.
pub fn assert_inside(document: &Document<'_>, text: &str) {
    places(&document.root, text);
    for comment in &document.comments {
        assert!(text.get(comment.span.start as usize..comment.span.end as usize).is_some());
    }
    for note in &document.notes {
        assert!(text.get(note.span.start as usize..note.span.end as usize).is_some());
    }
    // An alias or merge has its places elsewhere.
    let may_alias = text.split('*').rev().skip(1).any(|before| !before.ends_with([':', '/', '"', '\'']));
    if document.language == Language::Json || !(may_alias || text.contains("<<")) {
        assert_nested(&document.root, text);
    }
}

fn assert_nested(node: &Node<'_>, text: &str) {
    let mut before = node.span.start;
    let mut follow = |span: Span| {
        assert!(before <= span.start && span.start <= span.end && span.end <= node.span.end, "{span:?} of {text:?}");
        before = span.end;
    };
    for item in node.as_sequence().unwrap_or(&[]) {
        follow(item.span);
        assert_nested(item, text);
    }
    for entry in node.as_mapping().unwrap_or(&[]) {
        follow(entry.key_span);
        follow(entry.value.span);
        assert_nested(&entry.value, text);
    }
}
