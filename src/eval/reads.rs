//! What a check read of the resources, so that its answer can be kept for as long as nothing of that changes (`linter/again`).
//!
//! A check reaches another resource only through the model or the evaluator, and each of their doors notes what it lets through. What is
//! remembered for several checks keeps the notes of those who made it, and notes them again for everyone whom it is given to.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

mod names;

use names::{Aspect, Found, Known, Lookup};
pub use names::{Names, Part, Read, Sought};

/// The notes of a run; none where nobody keeps answers. Every read asks whether there are any, so that is one look at a flag.
#[derive(Debug, Default)]
pub struct Reads {
    /// Whether there are notes.
    are_kept: Cell<bool>,
    notes: RefCell<Option<Notes>>,
}

/// Notes that wait.
#[derive(Debug)]
pub struct Paused(Option<Aside>);

#[derive(Debug)]
struct Notes {
    names: Names,
    /// The numbers of the resources by their places, and their places by their numbers.
    places: Vec<u32>,
    by_number: Vec<u32>,
    log: Log,
}

/// What was read since a check began, or an index.
#[derive(Debug, Default)]
struct Log {
    reads: Vec<Read>,
    /// Where the last frame begins: what was noted before it has to be noted again in it.
    fence: usize,
    /// Whether everything is among it.
    has_all: bool,
    /// Whether it is too much to note.
    is_full: bool,
}

/// Notes for an index that is being made.
#[derive(Debug)]
pub struct Aside(Log);

/// What was read for something that is remembered.
pub type Noted = Option<Rc<[Read]>>;

/// So much is noted for one check; more counts as everything.
const MOST_NOTED: usize = 1 << 16;

impl Reads {
    /// Notes from now on. `ids` are the resources, in order.
    pub fn begin<'i>(&self, mut names: Names, ids: impl Iterator<Item = &'i str>) {
        names.run = names.run.wrapping_add(1);
        let places: Vec<u32> = ids.map(|id| names.number(id)).collect();
        let numbers = names.texts.len();
        names.known.resize_with(numbers.max(names.known.len()), Known::default);
        let mut by_number = vec![u32::MAX; numbers];
        for (place, number) in places.iter().enumerate() {
            if let (Some(by_number), Ok(place)) = (by_number.get_mut(*number as usize), u32::try_from(place)) {
                *by_number = place;
            }
        }
        let notes = Notes { names, places, by_number, log: Log::default() };
        self.keep(Some(notes));
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

    /// Whether there are notes.
    pub fn are_kept(&self) -> bool {
        self.are_kept.get()
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
            if notes.log.reads.len() == notes.log.fence || notes.log.reads.last() != Some(&read) {
                notes.log.add(read);
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

    /// Notes that somebody asked which resources of a type there are.
    #[inline]
    pub fn members(&self, kind: &str) {
        self.note(|notes| notes.names.members(kind));
    }

    /// Begins to make an index: what is read for it is not read for the check that asks first.
    #[inline]
    pub fn aside(&self) -> Option<Aside> {
        self.with(|notes| Aside(std::mem::take(&mut notes.log)))
    }

    /// An index is made: its number. Whoever looks into it notes what they look for.
    pub fn made(&self, aside: Option<Aside>, index: impl FnOnce() -> String) -> u32 {
        let Some(Aside(log)) = aside else { return 0 };
        let number = self.with(|notes| {
            let read = std::mem::replace(&mut notes.log, log).since(0);
            let number = notes.names.number(&index());
            notes.names.indexes.insert(number, read.as_deref().unwrap_or_default().into());
            number
        });
        number.unwrap_or_default()
    }

    /// Notes that somebody looked into an index, and what it has there: the places of resources.
    #[inline]
    pub fn look_up(&self, index: u32, part: Part, key: &str, places: &[usize]) {
        self.note(|notes| {
            let key = notes.names.number(key);
            notes.found(Lookup { index, part, key }, places)
        });
    }

    /// Whether a lookup finds what it found in the last run. `stale` are the numbers of the indexes that may be others than they were.
    /// None if such an index has not been made yet; `look` looks into one that has: by its name, the part, and the key.
    pub fn finds_the_same(
        &self,
        lookup: u32,
        stale: impl Fn(u32) -> bool,
        look: impl FnOnce(&str, Part, &str) -> Option<Vec<usize>>,
    ) -> Option<bool> {
        self.with(|notes| {
            let run = notes.names.run;
            let found = notes.names.found.get(lookup as usize)?;
            if found.looked == run {
                return Some(found.changed != run);
            }
            let lookup = found.lookup;
            if !stale(lookup.index) {
                return Some(true);
            }
            let text = |number: u32| notes.names.texts.get(number as usize).map(Arc::clone);
            let places = look(&text(lookup.index)?, lookup.part, &text(lookup.key)?)?;
            let number = notes.found(lookup, &places).lookup()?;
            Some(notes.names.found.get(number as usize)?.changed != run)
        })?
    }

    /// The numbers of the indexes for which something was read that `has_changed`. One that looked into another index counts, too.
    pub fn stale<S: Default + Extend<u32>>(&self, has_changed: impl Fn(Read) -> bool) -> S {
        let is_stale = |reads: &[Read]| reads.iter().any(|read| read.lookup().is_some() || has_changed(*read));
        let mut stale = S::default();
        self.with(|notes| {
            let indexes = notes.names.indexes.iter().filter(|(_, reads)| is_stale(reads));
            stale.extend(indexes.map(|(number, _)| *number));
        });
        stale
    }

    /// Whether a resource is known to be without something, because it was when it had the same text.
    #[inline]
    pub fn is_without(&self, place: usize, sought: Sought) -> bool {
        let is_without = self.with(|notes| notes.known(place).is_some_and(|known| known.without & sought as u8 != 0));
        is_without.unwrap_or_default()
    }

    /// Remembers that a resource is without something.
    pub fn know_without(&self, place: usize, sought: Sought) {
        self.with(|notes| {
            if let Some(known) = notes.known(place) {
                known.without |= sought as u8;
            }
        });
    }

    /// The places of the resources that one refers to, if they are known from when it had the same text.
    pub fn known_neighbours(&self, place: usize) -> Option<Vec<usize>> {
        self.with(|notes| {
            let known = notes.names.known.get(*notes.places.get(place)? as usize)?;
            let place = |number: &u32| notes.by_number.get(*number as usize).filter(|place| **place != u32::MAX);
            known.refers_to.as_ref()?.iter().map(|number| Some(*place(number)? as usize)).collect()
        })?
    }

    /// Remembers the places of the resources that one refers to.
    pub fn know_neighbours(&self, place: usize, neighbours: &[usize]) {
        self.with(|notes| {
            let numbers = neighbours.iter().filter_map(|place| notes.places.get(*place)).copied().collect();
            if let Some(known) = notes.known(place) {
                known.refers_to = Some(numbers);
            }
        });
    }

    /// Where the notes stand.
    #[inline]
    pub fn mark(&self) -> usize {
        let mark = self.with(|notes| {
            notes.log.fence = notes.log.reads.len();
            notes.log.fence
        });
        mark.unwrap_or_default()
    }

    /// What was noted after a mark.
    #[inline]
    pub fn since(&self, mark: usize) -> Noted {
        self.with(|notes| notes.log.since(mark))?
    }

    /// Notes what had been noted for something that is given to somebody else.
    #[inline]
    pub fn again(&self, noted: &Noted) {
        let Some(noted) = noted else { return };
        self.with(|notes| noted.iter().for_each(|read| notes.log.add(*read)));
    }

    /// Notes nothing from here on: for what is compared as a whole, whatever it was made of. To be [resumed](Self::resume).
    pub fn pause(&self) -> Paused {
        Paused(self.aside())
    }

    /// Goes on with the notes.
    pub fn resume(&self, paused: Paused) {
        if let Some(Aside(log)) = paused.0 {
            self.with(|notes| notes.log = log);
        }
    }

    /// Forgets the notes of the check before.
    pub fn clear(&self) {
        self.with(|notes| {
            notes.log.reads.clear();
            notes.log = Log { reads: std::mem::take(&mut notes.log.reads), ..Log::default() };
        });
    }

    /// The number of a name.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.with(|notes| notes.names.number(name))
    }

    /// Gives all that a check read, sorted, to somebody: but for its own resource, whose number that is.
    pub fn all_but<T>(&self, own: Option<u32>, take: impl FnOnce(&[Read]) -> T) -> Option<T> {
        let own = own.map(|number| Read::of(number, Aspect::Block));
        self.with(|notes| {
            let Log { reads, has_all, is_full, .. } = &mut notes.log;
            if *has_all || *is_full {
                return take(&[Read::ALL]);
            }
            reads.retain(|read| Some(*read) != own);
            reads.sort_unstable();
            reads.dedup();
            take(reads)
        })
    }
}

impl Notes {
    /// What is known of the text of a resource.
    fn known(&mut self, place: usize) -> Option<&mut Known> {
        self.names.known.get_mut(*self.places.get(place)? as usize)
    }

    /// Keeps what a lookup found.
    fn found(&mut self, lookup: Lookup, places: &[usize]) -> Read {
        let Self { names: Names { lookups, found, run, .. }, places: numbers, .. } = self;
        let resources = || places.iter().filter_map(|place| numbers.get(*place)).copied();
        let number = *lookups.entry(lookup).or_insert_with(|| {
            found.push(Found { lookup, resources: resources().collect(), looked: *run, changed: *run });
            u32::try_from(found.len() - 1).unwrap_or(u32::MAX)
        });
        match found.get_mut(number as usize) {
            Some(found) if found.looked == *run => {}
            Some(found) => {
                found.looked = *run;
                if !found.resources.iter().copied().eq(resources()) {
                    found.changed = *run;
                    found.resources = resources().collect();
                }
            }
            None => return Read::ALL,
        }
        Read::of(number, Aspect::Lookup)
    }
}

impl Log {
    fn add(&mut self, read: Read) {
        self.has_all |= read == Read::ALL;
        self.is_full |= self.reads.len() >= MOST_NOTED;
        if !self.is_full {
            self.reads.push(read);
        }
    }

    fn since(&self, mark: usize) -> Noted {
        if self.is_full {
            return Some([Read::ALL].into());
        }
        let new = self.reads.get(mark..).filter(|new| !new.is_empty())?;
        if self.has_all && new.contains(&Read::ALL) {
            return Some([Read::ALL].into());
        }
        let mut new = new.to_vec();
        new.sort_unstable();
        new.dedup();
        Some(new.into())
    }
}
