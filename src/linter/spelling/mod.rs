//! Misspelled names in a template: each is one note with the name that was probably meant. What has such a name would otherwise
//! pass every check, because no rule looks at it.

mod attributes;
mod properties;
mod sam;
mod types;

use super::file_report::{Notice, NoticeKind};
use crate::code::Code;
use crate::expand::expansion::Note;
use crate::facts::properties::Properties;
use crate::facts::sam_properties;
use crate::source::Span;
use crate::suggest::nearest_within;
use crate::syntax::{Entry, Node};
use std::collections::HashSet;

/// This many notes are kept of each kind: a template that invents names by the thousand is not worth a search for each.
const MOST: usize = 20;
/// This many names are compared with those that exist. A comparison takes far longer than reading a name.
const MAX_SEARCHES: usize = 200;

/// What is misspelled in a template, and what is not judged for that or a similar reason.
#[derive(Default)]
pub(super) struct Spelling {
    pub(super) notes: Vec<Note>,
    pub(super) notices: Vec<Notice>,
    /// The places with a note: the iterations of a loop share them.
    seen: HashSet<Span>,
    searches: usize,
}

/// Looks through a template as people know it: includes and loops expanded, SAM's resources as written. What rules know as newer than
/// the schemas is not misspelled (`AWS::S3::Bucket.NewProperty`).
///
/// `known` says of a resource that it is known to be without misspelled names, `know` hears that of others.
pub(super) fn spelling(
    root: &Node<'_>,
    newer: &[String],
    known: &dyn Fn(&Entry<'_>) -> bool,
    know: &dyn Fn(&Entry<'_>),
) -> Spelling {
    let mut spelling = Spelling::default();
    let resources: Vec<Resource<'_, '_>> = root
        .get("Resources")
        .and_then(Node::as_mapping)
        .unwrap_or_default()
        .iter()
        .filter(|entry| !crate::eval::begins_as_function(&entry.key))
        .filter(|entry| !known(entry))
        .inspect(|entry| {
            if entry.value.as_mapping().is_none() {
                // A note of the template's own says so.
                spelling.notice(NoticeKind::UnreadableType, &entry.key, entry.key_span);
            }
        })
        .filter_map(Resource::of)
        .collect();
    let mut is_without = vec![true; resources.len()];
    let transforms = sam::Transforms::of(root);
    transforms.check(&mut spelling);
    for (resource, is_without) in resources.iter().zip(&mut is_without) {
        let before = spelling.size();
        types::check(resource, &transforms, newer, &mut spelling);
        *is_without &= spelling.size() == before;
    }
    transforms.check_missing(&resources, &mut spelling);
    // A macro may give any name a meaning.
    if !transforms.have_macro() {
        attributes::check_parameters(root, &mut spelling);
        for (resource, is_without) in resources.iter().zip(&mut is_without) {
            let before = spelling.size();
            attributes::check(resource, &mut spelling);
            properties::check(resource, newer, &mut spelling);
            sam::check_events(resource, &mut spelling);
            *is_without &= spelling.size() == before && !resource.is_of_sam();
        }
        sam::check_globals(root, &mut spelling);
        let without = resources.iter().zip(is_without).filter(|(_, is_without)| *is_without);
        without.for_each(|(resource, _)| know(resource.entry));
    }
    spelling
}

/// A resource that is a map.
struct Resource<'n, 't> {
    id: &'n str,
    entry: &'n Entry<'t>,
    entries: &'n [Entry<'t>],
    /// Its type, if that is a text.
    kind: Option<(&'n str, Span)>,
    /// The properties that the type has in CloudFormation, if that is known.
    known: Option<Properties>,
    properties: Option<&'n Node<'t>>,
}

impl<'n, 't> Resource<'n, 't> {
    fn of(entry: &'n Entry<'t>) -> Option<Self> {
        let kind = entry.value.get("Type").and_then(|kind| Some((kind.as_str()?, kind.span)));
        let properties = entry.value.get("Properties");
        let known = kind.and_then(|(kind, _)| Properties::of(kind));
        Some(Self { id: &entry.key, entry, entries: entry.value.as_mapping()?, kind, known, properties })
    }

    /// Whether it needs a transform, of which the template as a whole decides.
    fn is_of_sam(&self) -> bool {
        self.kind.is_some_and(|(kind, _)| sam_properties(kind).is_some())
    }
}

impl Spelling {
    /// Adds a note, unless its place has one or there are too many of its kind.
    fn note(&mut self, code: Code, span: Span, message: String, help: String) {
        let of_kind = self.notes.iter().filter(|note| note.code == code).count();
        if of_kind < MOST && self.seen.insert(span) {
            self.notes.push(Note { code, span, message, help });
        }
    }

    /// What it has so far, and what it took.
    fn size(&self) -> (usize, usize, usize) {
        (self.notes.len(), self.notices.len(), self.searches)
    }

    fn notice(&mut self, kind: NoticeKind, name: &str, span: Span) {
        self.notices.push(Notice { kind, name: name.to_owned(), span });
    }

    /// The name that was probably meant, if there may still be a search.
    fn meant<'a>(&mut self, name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
        self.meant_within(name, names, usize::MAX)
    }

    /// The same with a limit of edits.
    fn meant_within<'a>(&mut self, name: &str, names: impl Iterator<Item = &'a str>, limit: usize) -> Option<&'a str> {
        /// No name that AWS has is longer.
        const MAX_LENGTH: usize = 100;
        if self.may_search() && name.len() <= MAX_LENGTH { nearest_within(name, names, limit) } else { None }
    }

    /// Whether there may be one more search.
    fn may_search(&mut self) -> bool {
        self.searches += 1;
        self.searches <= MAX_SEARCHES
    }
}

/// Help that suggests a name.
fn did_you_mean(name: &str) -> String {
    format!("Did you mean `{name}`?")
}
