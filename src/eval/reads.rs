//! What a check read of the resources, so that its answer can be kept for as long as nothing of that changes (`linter/again`).
//!
//! A check reaches another resource only through the model or the evaluator, and each of their doors notes what it lets through. What is
//! remembered for several checks keeps the notes of those who made it, and notes them again for everyone whom it is given to.

use foldhash::HashMap;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Something that was read.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Read(u32);

/// What of a name was read.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Aspect {
    /// All that is written in the resource with the name.
    Block,
    /// Whether there is such a resource, and its type.
    Name,
    /// All resources of the type with the name: which there are, and what is written in them.
    Kind,
}

impl Read {
    /// Which names and types there are.
    pub const NAMES: Self = Self(3);
    /// Everything.
    pub const ALL: Self = Self(7);
    /// How the resources use parameters (`graph::secrets`).
    pub const PARAMETER_USES: Self = Self(11);
    /// How they use policies as boundaries (`graph::boundary`).
    pub const BOUNDARIES: Self = Self(15);
    /// Which lists of tag keys they are written with (`graph::tag_keys`).
    pub const TAG_KEYS: Self = Self(19);

    fn of(name: u32, aspect: Aspect) -> Self {
        Self(name.saturating_mul(4).saturating_add(aspect as u32))
    }
}

/// Numbers for names of resources and types, the same for as long as they are kept.
#[derive(Debug, Default)]
pub struct Names(HashMap<String, u32>);

impl Names {
    /// The number of a name.
    pub fn number(&mut self, name: &str) -> u32 {
        if let Some(known) = self.0.get(name) {
            return *known;
        }
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.insert(name.to_owned(), next);
        next
    }

    /// How many names have a number.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The reading of a resource.
    pub fn block(&mut self, id: &str) -> Read {
        Read::of(self.number(id), Aspect::Block)
    }

    /// The question whether there is a resource with a name.
    pub fn name(&mut self, id: &str) -> Read {
        Read::of(self.number(id), Aspect::Name)
    }

    /// The reading of all resources of a type.
    pub fn kind(&mut self, kind: &str) -> Read {
        Read::of(self.number(kind), Aspect::Kind)
    }
}

/// The notes of a run; none where nobody keeps answers. Every read asks whether there are any, so that is one look at a flag.
#[derive(Debug, Default)]
pub struct Reads {
    /// Whether there are notes.
    are_kept: Cell<bool>,
    notes: RefCell<Option<Notes>>,
}

/// Notes that wait.
#[derive(Debug)]
pub struct Paused(Option<Notes>);

#[derive(Debug)]
struct Notes {
    names: Names,
    /// The numbers of the resources, by their places.
    places: Vec<u32>,
    /// What was read since the check began.
    log: Vec<Read>,
    /// Where the last frame begins: what was noted before it has to be noted again in it.
    fence: usize,
    /// Whether that is too much to note.
    is_full: bool,
}

/// What was read for something that is remembered.
pub type Noted = Option<Rc<[Read]>>;

/// So much is noted for one check; more counts as everything.
const MOST_NOTED: usize = 1 << 16;

impl Reads {
    /// Notes from now on. `ids` are the resources, in order.
    pub fn begin<'i>(&self, mut names: Names, ids: impl Iterator<Item = &'i str>) {
        let places = ids.map(|id| names.number(id)).collect();
        self.keep(Some(Notes { names, places, log: Vec::new(), fence: 0, is_full: false }));
    }

    /// Ends the notes; the numbers of the names, if there were any notes.
    pub fn end(&self) -> Option<Names> {
        self.take().map(|notes| notes.names)
    }

    fn keep(&self, notes: Option<Notes>) {
        self.are_kept.set(notes.is_some());
        *self.notes.borrow_mut() = notes;
    }

    fn take(&self) -> Option<Notes> {
        self.are_kept.set(false);
        self.notes.borrow_mut().take()
    }

    /// Works on the notes, if there are any.
    #[inline]
    fn with<T>(&self, work: impl FnOnce(&mut Notes) -> T) -> Option<T> {
        if self.are_kept.get() { self.notes.borrow_mut().as_mut().map(work) } else { None }
    }

    #[inline]
    fn note(&self, what: impl FnOnce(&mut Notes) -> Read) {
        self.with(|notes| {
            let read = what(notes);
            // The same is often read several times in a row.
            if notes.log.len() == notes.fence || notes.log.last() != Some(&read) {
                notes.add(read);
            }
        });
    }

    /// Notes that something was read.
    #[inline]
    pub fn add(&self, read: Read) {
        self.note(|_| read);
    }

    /// Notes that the resource at a place was read.
    #[inline]
    pub fn block(&self, place: usize) {
        self.note(|notes| notes.places.get(place).map_or(Read::ALL, |number| Read::of(*number, Aspect::Block)));
    }

    /// Notes that somebody asked whether there is a resource with a name, and which type it has. `place`: where it is.
    #[inline]
    pub fn name(&self, id: &str, place: Option<usize>) {
        self.note(|notes| match place.and_then(|place| notes.places.get(place)) {
            Some(number) => Read::of(*number, Aspect::Name),
            None => notes.names.name(id),
        });
    }

    /// Notes that the resources of a type were read.
    #[inline]
    pub fn kind(&self, kind: &str) {
        self.note(|notes| notes.names.kind(kind));
    }

    /// Where the notes stand.
    #[inline]
    pub fn mark(&self) -> usize {
        let mark = self.with(|notes| {
            notes.fence = notes.log.len();
            notes.fence
        });
        mark.unwrap_or_default()
    }

    /// What was noted after a mark.
    #[inline]
    pub fn since(&self, mark: usize) -> Noted {
        self.with(|notes| notes.since(mark))?
    }

    /// Notes what had been noted for something that is given to somebody else.
    #[inline]
    pub fn again(&self, noted: &Noted) {
        let Some(noted) = noted else { return };
        self.with(|notes| noted.iter().for_each(|read| notes.add(*read)));
    }

    /// Notes nothing from here on: for what is compared as a whole, whatever it was made of. To be [resumed](Self::resume).
    pub fn pause(&self) -> Paused {
        Paused(self.take())
    }

    /// Goes on with the notes.
    pub fn resume(&self, paused: Paused) {
        self.keep(paused.0);
    }

    /// Forgets the notes of the check before.
    pub fn clear(&self) {
        self.with(|notes| {
            notes.log.clear();
            notes.fence = 0;
            notes.is_full = false;
        });
    }

    /// The number of a name.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.with(|notes| notes.names.number(name))
    }

    /// The reading of a resource.
    pub fn of_block(&self, id: &str) -> Option<Read> {
        self.with(|notes| notes.names.block(id))
    }

    /// All that a check read, sorted.
    pub fn all(&self) -> Vec<Read> {
        self.since(0).map(|noted| noted.to_vec()).unwrap_or_default()
    }
}

impl Notes {
    fn add(&mut self, read: Read) {
        self.is_full |= self.log.len() >= MOST_NOTED;
        if !self.is_full {
            self.log.push(read);
        }
    }

    fn since(&self, mark: usize) -> Noted {
        if self.is_full {
            return Some([Read::ALL].into());
        }
        let new = self.log.get(mark..).filter(|new| !new.is_empty())?;
        let mut new = new.to_vec();
        new.sort_unstable();
        new.dedup();
        Some(new.into())
    }
}
