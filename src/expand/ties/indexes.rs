//! Indexes of resources. Who looks into one notes the question, so that what it is made of does not count (`eval/reads`).

use super::Table;
use super::alike::Alike;
use crate::eval::reads::{Part, Reads};
use foldhash::HashMap;
use std::borrow::Cow;
use std::rc::Rc;

/// Resources of a type, by what one of their properties may name. They are numbered by their places among the resources.
#[derive(Default)]
pub(super) struct Naming<'t> {
    /// By logical id, those that refer to it.
    pub(super) by_id: HashMap<&'t str, Vec<usize>>,
    /// By the type of a resource, those that refer to one.
    pub(super) by_kind: HashMap<&'t str, Vec<usize>>,
    /// Those that refer to an attribute of a resource.
    pub(super) attributes: Vec<usize>,
    /// By the last segment of a text, those that have such a text.
    pub(super) by_end: HashMap<&'t str, Vec<usize>>,
    /// Those that have a text whose end is known.
    pub(super) texts: Vec<usize>,
    /// Those that have a text of which nothing is known. It may be an explicit name, but not one that CloudFormation makes.
    pub(super) unknown: Vec<usize>,
    /// Those that may have anything.
    pub(super) open: Vec<usize>,
    /// Many of the unknown that are alike, and the unknown without them.
    pub(super) alike: Option<Rc<Alike<'t>>>,
    pub(super) rest: Vec<usize>,
    /// As how many guesses one counts: to look for a name at any depth takes longer.
    pub(super) weight: usize,
    /// The number under which those who look into it note that.
    pub(super) number: u32,
}

impl<'t> Naming<'t> {
    /// What it has in a part, under a key where the part has keys.
    pub(super) fn part(&self, part: Part, key: &str) -> Cow<'_, [usize]> {
        match part {
            Part::Id => Cow::Borrowed(under(&self.by_id, key)),
            Part::End | Part::Key => Cow::Borrowed(under(&self.by_end, key)),
            Part::Ends => Cow::Borrowed(&self.texts),
            Part::Unknown => Cow::Borrowed(&self.unknown),
            Part::Open => Cow::Borrowed(&self.open),
            Part::Attributes => Cow::Borrowed(&self.attributes),
            Part::Kinds => in_order(self.by_kind.values()),
            Part::OtherKinds => {
                in_order(self.by_kind.iter().filter(|(kind, _)| **kind != key).map(|(_, places)| places))
            }
        }
    }

    pub(super) fn look_up(&self, reads: &Reads, part: Part, key: &str) -> Cow<'_, [usize]> {
        let places = self.part(part, key);
        reads.look_up(self.number, part, key, &places);
        places
    }
}

fn under<'a>(index: &'a HashMap<&str, Vec<usize>>, key: &str) -> &'a [usize] {
    index.get(key).map(Vec::as_slice).unwrap_or_default()
}

fn in_order<'a>(lists: impl Iterator<Item = &'a Vec<usize>>) -> Cow<'a, [usize]> {
    let mut all: Vec<usize> = lists.flatten().copied().collect();
    all.sort_unstable();
    all.dedup();
    Cow::Owned(all)
}

/// The explicit names of the resources of a type.
#[derive(Default)]
pub(super) struct Called<'t> {
    /// By the last segment of the name.
    pub(super) by_end: HashMap<&'t str, Vec<usize>>,
    /// Those whose name is not a plain text.
    pub(super) open: Vec<usize>,
    /// Many of these that are alike, and the others.
    pub(super) alike: Option<Rc<Alike<'t>>>,
    pub(super) rest: Vec<usize>,
    /// As that of [`Naming`].
    pub(super) number: u32,
}

impl Called<'_> {
    pub(super) fn part(&self, part: Part, key: &str) -> Cow<'_, [usize]> {
        match part {
            Part::End => Cow::Borrowed(under(&self.by_end, key)),
            Part::Open => Cow::Borrowed(&self.open),
            _ => in_order(self.by_end.values()),
        }
    }

    pub(super) fn look_up(&self, reads: &Reads, part: Part, key: &str) -> Cow<'_, [usize]> {
        let places = self.part(part, key);
        reads.look_up(self.number, part, key, &places);
        places
    }
}

/// A table of a template. Whoever looks into it notes that.
pub struct Looked<'a> {
    pub(super) table: Rc<Table>,
    pub(super) number: u32,
    pub(super) reads: &'a Reads,
}

impl Looked<'_> {
    /// What it has under a key.
    pub fn get(&self, key: &str) -> &[usize] {
        let places = self.table.get(key).map(Vec::as_slice).unwrap_or_default();
        self.reads.look_up(self.number, Part::Key, key, places);
        places
    }
}
