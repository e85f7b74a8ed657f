//! The outline of a template: its sections, with what is declared in them.

use super::declare::Keys;
use crate::source::{Source, Span};
use crate::syntax::{self, Node};

/// An entry of the outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What there is to say about it in a few words: the type of a resource or parameter. May be empty.
    pub detail: String,
    /// What it is.
    pub kind: EntryKind,
    /// All of it, its key included.
    pub span: Span,
    /// Its key.
    pub key: Span,
    /// What is in it.
    pub inside: Vec<Entry>,
}

/// What an entry of the outline is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A section of the template.
    Section,
    /// A parameter.
    Parameter,
    /// A condition.
    Condition,
    /// A mapping.
    Mapping,
    /// A rule.
    Rule,
    /// A resource.
    Resource,
    /// An event of a resource of SAM.
    Event,
    /// An authorizer of an API of SAM.
    Authorizer,
    /// An output.
    Output,
    /// A loop.
    Loop,
    /// The call of a macro, or something else.
    Other,
}

/// The sections whose entries are in the outline.
const SECTIONS: [(&str, EntryKind); 6] = [
    ("Parameters", EntryKind::Parameter),
    ("Conditions", EntryKind::Condition),
    ("Mappings", EntryKind::Mapping),
    ("Rules", EntryKind::Rule),
    ("Resources", EntryKind::Resource),
    ("Outputs", EntryKind::Output),
];

/// The outline of a text; empty if it cannot be parsed, or is not a template.
pub fn outline(source: &Source) -> Vec<Entry> {
    let Ok(document) = syntax::read(source.text(), source.id) else { return Vec::new() };
    let root = &document.root;
    if root.get("Resources").is_none() && root.get("Transform").is_none() {
        return Vec::new();
    }
    let sections = root.as_mapping().unwrap_or_default().iter();
    let section = |entry: &syntax::Entry<'_>| {
        let kind = SECTIONS.iter().find(|(name, _)| *name == entry.key).map(|(_, kind)| *kind);
        let inside = kind.map(|kind| entries(entry.value.as_mapping().unwrap_or_default(), kind));
        made(entry, EntryKind::Section, String::new(), inside.unwrap_or_default())
    };
    // What is merged is written elsewhere.
    sections.map(section).collect()
}

fn entries(entries: &[syntax::Entry<'_>], kind: EntryKind) -> Vec<Entry> {
    let one = |entry: &syntax::Entry<'_>| {
        if let Some((_, _, body)) = Keys::of_loop(entry) {
            return made(entry, EntryKind::Loop, String::new(), self::entries(body, kind));
        }
        if entry.key.starts_with("Fn::") {
            return made(entry, EntryKind::Other, String::new(), Vec::new());
        }
        let text = |key: &str| entry.value.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
        match kind {
            EntryKind::Resource => made(entry, kind, text("Type"), of_sam(entry)),
            EntryKind::Parameter => made(entry, kind, text("Type"), Vec::new()),
            _ => made(entry, kind, String::new(), Vec::new()),
        }
    };
    entries.iter().map(one).collect()
}

/// What is declared in a resource of SAM: events and authorizers.
fn of_sam(resource: &syntax::Entry<'_>) -> Vec<Entry> {
    let is_of_sam =
        resource.value.get("Type").and_then(Node::as_str).is_some_and(|kind| kind.contains("::Serverless::"));
    let Some(properties) = resource.value.get("Properties").filter(|_| is_of_sam) else { return Vec::new() };
    let events = properties.get("Events").and_then(Node::as_mapping).unwrap_or_default();
    let authorizers = properties.get("Auth").and_then(|auth| auth.get("Authorizers")).and_then(Node::as_mapping);
    let authorizer = |entry: &syntax::Entry<'_>| made(entry, EntryKind::Authorizer, String::new(), Vec::new());
    let one = |entry: &syntax::Entry<'_>| {
        let kind = entry.value.get("Type").and_then(Node::as_str).unwrap_or_default();
        made(entry, EntryKind::Event, kind.to_owned(), Vec::new())
    };
    events.iter().map(one).chain(authorizers.unwrap_or_default().iter().map(authorizer)).collect()
}

/// An entry whose span covers its key, its value, and what is in it, if they are together in the text.
fn made(entry: &syntax::Entry<'_>, kind: EntryKind, detail: String, inside: Vec<Entry>) -> Entry {
    let (key, value) = (entry.key_span, entry.value.span);
    // The value of an alias or a merge is written elsewhere.
    let is_behind = value.source == key.source && value.start >= key.end;
    let end = if is_behind { value.end.max(key.end) } else { key.end };
    let span = Span { end, ..key };
    let within = |inner: &Entry| inner.span.start >= span.start && inner.span.end <= span.end;
    let inside = inside.into_iter().filter(within).collect();
    Entry { name: entry.key.to_string(), detail, kind, span, key, inside }
}
