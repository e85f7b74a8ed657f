//! The tree that results, made from the tree as written by passes that each rewrite what they understand (includes, loops,
//! SAM), and where its blocks come from.
//!
//! Every node that a pass makes keeps the span of the text that it was made from, so findings point into a loop's body or an
//! included file. As long as no pass has anything to do, the tree as written is borrowed.

use crate::code::Code;
use crate::source::Span;
use crate::syntax::Node;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

/// Nodes that all passes together may add to one template. CloudFormation takes far fewer: its quota is 1 MB and 500
/// resources (user guide, "Understand CloudFormation quotas").
pub const MAX_NODES: usize = 200_000;

/// A tree in transition from what is written to what results.
#[derive(Debug)]
pub struct Expansion<'t> {
    /// The tree so far; borrowed as long as it is the tree as written.
    pub root: Cow<'t, Node<'t>>,
    /// The tree before a transform replaced resources by others: the one that people know. None where none did.
    pub before_transform: Option<Cow<'t, Node<'t>>>,
    /// Where blocks come from that are not written as they stand.
    pub origins: Origins,
    /// What could not be expanded, or is odd about it.
    pub notes: Vec<Note>,
    /// What of SAM is left as it is written, so that no rule looks at what SAM makes of it.
    pub left: Vec<Left>,
    /// Resources that exist as well, but are unknown.
    pub hidden: Hidden,
    /// Whether a macro of the author's own gets the whole template, and may change all of it.
    pub is_rewritten: bool,
    /// Whether any macro may be called, anywhere.
    pub calls_macros: bool,
    /// What may still be added.
    pub budget: Budget,
}

impl<'t> Expansion<'t> {
    /// Of a tree as written.
    pub fn new(root: &'t Node<'t>) -> Self {
        Self {
            root: Cow::Borrowed(root),
            before_transform: None,
            origins: Origins::default(),
            notes: Vec::new(),
            left: Vec::new(),
            hidden: Hidden::default(),
            is_rewritten: false,
            calls_macros: false,
            budget: Budget(MAX_NODES),
        }
    }
}

/// Nodes that may still be added to a tree.
#[derive(Debug)]
pub struct Budget(usize);

impl Budget {
    /// How many are left.
    pub fn left(&self) -> usize {
        self.0
    }

    /// Takes `nodes`; false, and nothing taken, where so many are not left. To be asked before they are made.
    pub fn spend(&mut self, nodes: usize) -> bool {
        match self.0.checked_sub(nodes) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => false,
        }
    }
}

/// Resources that exist as well, but are unknown: those of a loop over an unknown list, or what a macro writes. Where
/// there may be one of a type, nothing follows from its absence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    types: BTreeSet<String>,
    any: bool,
}

impl Hidden {
    /// There may be resources of this type that are not known.
    pub fn of_type(&mut self, kind: &str) {
        if !self.types.contains(kind) {
            self.types.insert(kind.to_owned());
        }
    }

    /// There may be resources of any type that are not known.
    pub fn of_any_type(&mut self) {
        self.any = true;
    }

    /// The types of which there may be some that are not known.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.types.iter().map(String::as_str)
    }

    /// Whether there may be some of any type that are not known.
    pub fn is_of_any_type(&self) -> bool {
        self.any
    }

    /// Whether there may be resources that are not known and whose type `fits`.
    pub fn may_hold(&self, fits: impl FnMut(&String) -> bool) -> bool {
        self.any || self.types.iter().any(fits)
    }
}

/// Something that a pass could not do, or did in spite of an oddity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Stable, lower-case, hyphenated: `loop-unknown`.
    pub code: Code,
    /// Where.
    pub span: Span,
    /// What it is, in one sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// Something of SAM that is left as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// What it is.
    pub kind: LeftKind,
    /// The logical id of the resource, or the name of the event or connector.
    pub name: String,
    /// The type of the resource; for an event or connector, the logical id of its resource.
    pub of: String,
    /// Where the name is written.
    pub span: Span,
}

/// What is left as it is written.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftKind {
    /// A resource.
    Resource,
    /// An event of a resource.
    Event,
    /// A connector in the attributes of a resource.
    Connector,
}

/// Where the blocks of an expanded tree come from, by the path that they have in it: `Resources/TableScore`, or for what a loop
/// makes inside a resource `Resources/Api/Properties/Names/Score`.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    by_path: HashMap<String, Provenance>,
}

/// Where one block comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The iterations of the loops around it, outermost first; empty where it is in no loop.
    pub iterations: Vec<Iteration>,
    /// Its name as written, before the loops' identifiers were put in: `Table${Name}`. Empty where it is in no loop.
    pub written_name: String,
    /// The resource that a transform made it from, where one did.
    pub made_from: Option<MadeFrom>,
}

/// A resource that a transform made others from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MadeFrom {
    /// Its logical id.
    pub id: String,
    /// Its type: `AWS::Serverless::Function`.
    pub kind: String,
    /// The path of the block that it is written in: `Resources/Import`. An API that nobody declares is in its first event,
    /// or in `Globals`.
    pub block: String,
    /// What the resource that was made is to it.
    pub part: Part,
}

/// What a resource is to the one that a transform made it from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// The resource itself: it keeps the logical id.
    #[default]
    Whole,
    /// Something that belongs to it.
    OfResource,
    /// Something that belongs to one of its events.
    OfEvent {
        /// The event's name.
        name: String,
        /// Its type: `Schedule`.
        kind: String,
    },
    /// Something that belongs to a part of it that is no event.
    OfPart {
        /// The attribute or property that the part is in: `Connectors`.
        within: &'static str,
        /// The part's name; empty where there is only one.
        name: String,
    },
}

impl MadeFrom {
    /// The paths of the blocks that its properties may be written in.
    pub fn blocks(&self) -> impl Iterator<Item = String> {
        let global = self.kind.rsplit("::").next().map(|kind| format!("Globals/{kind}"));
        std::iter::once(self.block.clone()).chain(global)
    }
}

/// One iteration of a loop.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iteration {
    /// The loop's identifier: `Name`.
    pub identifier: String,
    /// What it stands for in this iteration: `alpha`.
    pub value: String,
}

impl Origins {
    /// Remembers where the block at a path comes from.
    pub fn insert(&mut self, path: String, origin: Provenance) {
        self.by_path.insert(path, origin);
    }

    /// Whether everything is written as it stands.
    pub fn is_empty(&self) -> bool {
        self.by_path.is_empty()
    }

    /// Where a block comes from; none where it is written as it stands.
    pub fn of_block(&self, section: &str, name: &str) -> Option<&Provenance> {
        // Most templates have none, so no path is made for them.
        if self.by_path.is_empty() { None } else { self.by_path.get(&format!("{section}/{name}")) }
    }

    /// Where the deepest block on the path to a place comes from.
    pub fn nearest(&self, path: &str) -> Option<&Provenance> {
        if self.by_path.is_empty() {
            return None;
        }
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        ends.collect::<Vec<_>>().into_iter().rev().find_map(|end| self.by_path.get(path.get(..end)?))
    }
}
