//! Anchors and the copies that aliases make of them, within a budget: a few lines of YAML can ask for billions of nodes.

use super::Finished;
use crate::syntax::max_alias_nodes;
use std::collections::HashMap;

/// What a copied text of so many bytes costs, in nodes. A copy of borrowed text is free.
pub(super) fn text_cost(bytes: usize) -> usize {
    bytes / 64
}

/// Anchored nodes of one document.
#[derive(Debug)]
pub(super) struct Anchors<'s> {
    kept: HashMap<usize, Option<Finished<'s>>>,
    /// Nodes that may still be kept for aliases to come.
    room: usize,
    /// Nodes that aliases may still add.
    budget: usize,
    /// Nodes that they may add in all.
    limit: usize,
}

/// Why an alias has no value.
#[derive(Copy, Clone, Debug)]
pub(super) enum Refusal {
    /// It is inside the node that it refers to.
    Unfinished,
    /// The copies would grow past this many nodes.
    TooMuch(usize),
}

impl<'s> Anchors<'s> {
    /// For a text of so many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        let limit = max_alias_nodes(bytes);
        Self { kept: HashMap::new(), room: limit, budget: limit, limit }
    }

    /// Keeps a copy of an anchored node. What is too large to be copied even once is only remembered as such.
    pub(super) fn define(&mut self, id: usize, finished: &Finished<'s>) {
        let fits = finished.cost <= self.room;
        if fits {
            self.room -= finished.cost;
        }
        self.kept.insert(id, fits.then(|| finished.clone()));
    }

    /// The node under an anchor, with the spans of where it is written.
    pub(super) fn copy(&mut self, id: usize) -> Result<Finished<'s>, Refusal> {
        let kept = self.kept.get(&id).ok_or(Refusal::Unfinished)?;
        let kept = kept.as_ref().filter(|kept| kept.cost <= self.budget).ok_or(Refusal::TooMuch(self.limit))?;
        self.budget -= kept.cost;
        Ok(kept.clone())
    }
}

impl Refusal {
    /// Message and help for the alias with this text (`*name`).
    pub(super) fn explain(self, alias: &str) -> (String, String) {
        let anchor = alias.trim_start_matches('*');
        match self {
            Self::Unfinished => (
                format!("the alias `{alias}` is inside the value that it refers to"),
                format!("Move `&{anchor}` to a value that ends before the alias."),
            ),
            Self::TooMuch(limit) => (
                format!("the aliases expand to more than {limit} values"),
                "Check for aliases of lists of aliases, and write out the values that you need.".to_owned(),
            ),
        }
    }
}
