//! Where the resources of a text are.

use crate::expand::Model;
use crate::syntax::Node;

/// The places of the resources in a text.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) entries: Vec<Place>,
    /// Where what follows the resources begins: the next section, or the end of the text.
    pub(super) end: usize,
}

/// One resource.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) id: String,
    /// The type, of what is a resource for the rules.
    pub(super) kind: Option<String>,
    /// Where its name is written.
    pub(super) start: usize,
}

impl Layout {
    /// That of a document without repeated keys, whose template is the document itself.
    pub(super) fn of(text: &str, root: &Node<'_>, model: &Model<'_, '_>) -> Option<Self> {
        let sections = root.as_mapping()?;
        let place = sections.iter().position(|section| section.key == "Resources")?;
        let resources = sections.get(place)?.value.as_mapping()?;
        let end = sections.get(place + 1).map_or(text.len(), |next| next.key_span.start as usize);
        let entries: Vec<Place> = resources
            .iter()
            .map(|entry| Place {
                id: entry.key.clone().into_owned(),
                kind: model.kind_of(&entry.key).map(str::to_owned),
                start: entry.key_span.start as usize,
            })
            .collect();
        let starts = entries.iter().map(|entry| entry.start);
        let is_in_order = starts.clone().zip(starts.skip(1).chain([end])).all(|(one, next)| one < next);
        is_in_order.then_some(Self { entries, end })
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Where a resource ends at the latest: where the next one begins, or what follows them all.
    pub(super) fn end_of(&self, index: usize) -> usize {
        self.entries.get(index + 1).map_or(self.end, |next| next.start)
    }
}
