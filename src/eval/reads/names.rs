//! What can be read, and the numbers of the names in it: the same for as long as answers are kept.

use foldhash::HashMap;
use std::sync::Arc;

/// Something that was read.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Read(u32);

/// What of a name was read.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Aspect {
    /// All that is written in the resource with the name.
    Block,
    /// Whether there is such a resource, and its type.
    Name,
    /// All resources of the type with the name: which there are, and what is written in them.
    Kind,
    /// Which resources of the type there are.
    Members,
    /// What an index has under a key: the number is the lookup's.
    Lookup,
    /// What is not about a name.
    Other,
}

/// How many aspects a name has at most.
const ASPECTS: u32 = 8;

impl Read {
    /// Which names and types there are.
    pub const NAMES: Self = Self::other(0);
    /// Everything.
    pub const ALL: Self = Self::other(1);
    /// How the resources use parameters (`graph::secrets`).
    pub const PARAMETER_USES: Self = Self::other(2);
    /// How they use policies as boundaries (`graph::boundary`).
    pub const BOUNDARIES: Self = Self::other(3);
    /// Which lists of tag keys they are written with (`graph::tag_keys`).
    pub const TAG_KEYS: Self = Self::other(4);

    const fn other(number: u32) -> Self {
        Self(number * ASPECTS + Aspect::Other as u32)
    }

    pub(super) fn of(number: u32, aspect: Aspect) -> Self {
        Self(number.saturating_mul(ASPECTS).saturating_add(aspect as u32))
    }

    /// The number of the lookup, if it is one.
    pub fn lookup(self) -> Option<u32> {
        (self.0 % ASPECTS == Aspect::Lookup as u32).then_some(self.0 / ASPECTS)
    }
}

/// A part of an index of resources, in which they are found by a key, or all of them.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// By the logical id that they refer to.
    Id,
    /// By the end of a text that they have.
    End,
    /// All that have a text whose end is known.
    Ends,
    /// All that have a text of which nothing is known.
    Unknown,
    /// All that may have anything.
    Open,
    /// All that refer to an attribute.
    Attributes,
    /// All that refer to a resource of a known type.
    Kinds,
    /// The same but for one type.
    OtherKinds,
    /// By a key of the table's own.
    Key,
}

/// A question to an index: the numbers of its name and of the key.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Lookup {
    pub(super) index: u32,
    pub(super) part: Part,
    pub(super) key: u32,
}

/// What an index had under a key: the numbers of the resources.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) lookup: Lookup,
    pub(super) resources: Box<[u32]>,
    /// The last run that looked, and the last one that found something else than the one before.
    pub(super) looked: u32,
    pub(super) changed: u32,
}

/// Something that a walk through all resources looks for, in the text of each alone, or in that and the names that there are.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    /// Secrets that are written out.
    Secrets = 1,
    /// Uses of parameters as secrets, or as references.
    ParameterUses = 2,
    /// Misspelled names.
    Misspelled = 4,
    /// References to names that do not exist.
    MissingNames = 8,
    /// References by properties that take a key.
    KeyUses = 16,
    /// Texts in properties that take a key, which may name an alias.
    KeyTexts = 32,
}

impl Sought {
    /// What does not depend on the names of others.
    const OF_TEXT: u8 = Self::Secrets as u8 | Self::ParameterUses as u8 | Self::Misspelled as u8;
}

/// What is known of the text of a resource for as long as it stays the same.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// What was sought in it and not found.
    pub(super) without: u8,
    /// The numbers of the resources that it refers to.
    pub(super) refers_to: Option<Box<[u32]>>,
}

/// Numbers for names of resources and types, the same for as long as they are kept; and what indexes had.
#[derive(Debug, Default)]
pub struct Names {
    numbers: HashMap<Arc<str>, u32>,
    pub(super) texts: Vec<Arc<str>>,
    pub(super) lookups: HashMap<Lookup, u32>,
    pub(super) found: Vec<Found>,
    /// By the number of an index: what was read for it.
    pub(super) indexes: HashMap<u32, Box<[Read]>>,
    /// By the number of a resource.
    pub(super) known: Vec<Known>,
    /// The number of the run.
    pub(super) run: u32,
}

impl Names {
    /// The number of a name.
    pub fn number(&mut self, name: &str) -> u32 {
        if let Some(known) = self.numbers.get(name) {
            return *known;
        }
        let next = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let text: Arc<str> = name.into();
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, next);
        next
    }

    /// How many names and lookups have a number.
    pub fn count(&self) -> usize {
        self.texts.len().saturating_add(self.found.len())
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

    /// The question which resources of a type there are.
    pub fn members(&mut self, kind: &str) -> Read {
        Read::of(self.number(kind), Aspect::Members)
    }

    /// Forgets what is known of the text of a resource that changed.
    pub fn forget(&mut self, id: &str) {
        let number = self.number(id) as usize;
        if let Some(known) = self.known.get_mut(number) {
            *known = Known::default();
        }
    }

    /// Forgets what depends on the names that there are.
    pub fn forget_names(&mut self) {
        for known in &mut self.known {
            known.without &= Sought::OF_TEXT;
            known.refers_to = None;
        }
    }
}
