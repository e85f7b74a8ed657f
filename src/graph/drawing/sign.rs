//! Signs: what is special about resources and edges of a picture, for the looks of each format and for its legend.

use super::{Node, Picture};
use crate::finding::Level;
use crate::graph::phi::Holds;

/// Something special about a resource or an edge.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sign {
    /// A tag marks it as PHI.
    Tagged,
    /// Its type stores data.
    Stores,
    /// It has findings; this is the gravest level of them.
    Findings(Level),
    /// It is part of a cycle.
    Cycle,
    /// An edge that follows from references.
    Derived,
}

impl Sign {
    /// What it means, for the legend.
    pub(super) fn meaning(self, findings_of: Option<&str>) -> String {
        match self {
            Self::Tagged => "PHI, as a tag states".to_owned(),
            Self::Stores => "stores data".to_owned(),
            Self::Findings(level) => {
                let of = findings_of.map(|of| format!(" of {of}")).unwrap_or_default();
                format!("findings{of}: {}", level.name())
            }
            Self::Cycle => "in a cycle".to_owned(),
            Self::Derived => "dashed arrow: follows from references".to_owned(),
        }
    }
}

impl Node {
    /// What is special about it.
    pub(super) fn signs(&self) -> Vec<Sign> {
        let holds = self.phi.as_ref().map(|holds| match holds {
            Holds::Tagged(..) => Sign::Tagged,
            Holds::Stateful => Sign::Stores,
        });
        let level = self.marks.iter().map(|mark| mark.level).max().map(Sign::Findings);
        holds.into_iter().chain(level).chain(self.in_cycle.then_some(Sign::Cycle)).collect()
    }
}

impl Picture {
    /// The signs in it, each once, in the order of the legend.
    pub(super) fn signs(&self) -> Vec<Sign> {
        let mut signs: Vec<Sign> = Vec::new();
        let mut note = |sign: Sign| {
            if !signs.contains(&sign) {
                signs.push(sign);
            }
        };
        for drawing in &self.drawings {
            drawing.nodes.iter().flat_map(Node::signs).for_each(&mut note);
            if drawing.edges.iter().any(super::Edge::is_derived) {
                note(Sign::Derived);
            }
        }
        // The gravest findings first.
        let order = |sign: &Sign| match sign {
            Sign::Findings(level) => Sign::Findings(match level {
                Level::Error => Level::Note,
                Level::Warning => Level::Warning,
                Level::Note => Level::Error,
            }),
            other => *other,
        };
        signs.sort_by_key(order);
        signs
    }
}
