//! The tree that comes to be, made from the tree as written by passes that each rewrite what they understand (includes, loops,
//! SAM), and where its blocks come from.
//!
//! Every node that a pass makes keeps the span of the text that it was made from, so findings point into a loop's body or an
//! included file. As long as no pass has anything to do, the tree as written is borrowed.

use crate::source::Span;
use crate::syntax::Node;
use std::borrow::Cow;
use std::collections::HashMap;

/// Nodes that all passes together may add to one template. CloudFormation takes far fewer: its quota is 1 MB and 500
/// resources (user guide, "Understand CloudFormation quotas").
pub const MAX_NODES: usize = 200_000;

/// A tree on its way from what is written to what comes to be.
#[derive(Debug)]
pub struct Expansion<'t> {
    /// The tree so far; borrowed as long as it is the tree as written.
    pub root: Cow<'t, Node<'t>>,
    /// Where blocks come from that are not written as they stand.
    pub origins: Origins,
    /// What could not be expanded, or is odd about it.
    pub notes: Vec<Note>,
    /// Nodes that may still be added; see [`Expansion::spend`].
    budget: usize,
}

impl<'t> Expansion<'t> {
    /// Of a tree as written.
    pub fn new(root: &'t Node<'t>) -> Self {
        Self { root: Cow::Borrowed(root), origins: Origins::default(), notes: Vec::new(), budget: MAX_NODES }
    }

    /// Takes `nodes` from the budget; false, and nothing taken, where so many are not left. To be asked before they are made.
    pub fn spend(&mut self, nodes: usize) -> bool {
        match self.budget.checked_sub(nodes) {
            Some(left) => {
                self.budget = left;
                true
            }
            None => false,
        }
    }
}

/// Something that a pass could not do, or did in spite of an oddity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Stable, lower-case, hyphenated: `loop-unknown`.
    pub code: &'static str,
    /// Where.
    pub span: Span,
    /// What it is, in one sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// Where the blocks of an expanded tree come from, by the path that they have in it: `Resources/TableScore`, or for what a loop
/// makes inside a resource `Resources/Api/Properties/Names/Score`.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    by_path: HashMap<String, Origin>,
}

/// Where one block comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The iterations of the loops around it, outermost first; empty where it stands in no loop.
    pub iterations: Vec<Iteration>,
    /// Its name as written, before the loops' identifiers were put in: `Table${Name}`. Empty where it stands in no loop.
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
}

/// One turn of a loop.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iteration {
    /// The loop's identifier: `Name`.
    pub identifier: String,
    /// What it stands for in this turn: `alpha`.
    pub value: String,
}

impl Origins {
    /// Remembers where the block at a path comes from.
    pub fn insert(&mut self, path: String, origin: Origin) {
        self.by_path.insert(path, origin);
    }

    /// Where a block comes from; none where it is written as it stands.
    pub fn of_block(&self, section: &str, name: &str) -> Option<&Origin> {
        // Most templates have none, so no path is made for them.
        if self.by_path.is_empty() { None } else { self.by_path.get(&format!("{section}/{name}")) }
    }

    /// Where the deepest block on the way to a place comes from.
    pub fn nearest(&self, path: &str) -> Option<&Origin> {
        if self.by_path.is_empty() {
            return None;
        }
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        ends.collect::<Vec<_>>().into_iter().rev().find_map(|end| self.by_path.get(path.get(..end)?))
    }
}
