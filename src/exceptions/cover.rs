//! What an exception covers, and whether that holds a finding.

use crate::finding::Finding;
use crate::source::Span;

/// A block that an exception covers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Cover {
    /// Its path, as findings have it; empty for the whole template.
    pub(super) path: String,
    /// Only what is in this span: a branch of a function is one place with the others, and has no separate path.
    pub(super) within: Option<Span>,
    /// Only findings whose message quotes one of these; all if there are none.
    pub(super) only: Vec<String>,
}

impl Cover {
    /// Everything at and below a path.
    pub(super) fn of(path: impl Into<String>) -> Self {
        Self { path: path.into(), within: None, only: Vec::new() }
    }

    /// Whether it covers a finding about a subject with this qualified name. What a block is blamed for that is written
    /// elsewhere, in the global properties of a transform for example, is covered with the block.
    pub(super) fn holds(&self, finding: &Finding, subject: &str) -> bool {
        let is_there = self.path.is_empty() || self.path == subject || is_below(&finding.path, &self.path);
        let lies_within = |span: Span| {
            span.source == finding.span.source && span.start <= finding.span.start && finding.span.end <= span.end
        };
        let quotes =
            |value: &String| ['"', '`'].iter().any(|sign| finding.message.contains(&format!("{sign}{value}{sign}")));
        let is_meant = self.only.is_empty() || self.only.iter().any(quotes);
        is_there && is_meant && self.within.is_none_or(lies_within)
    }

    /// Whether it covers a part of what is at its path.
    pub(super) fn is_partial(&self) -> bool {
        self.within.is_some() || !self.only.is_empty()
    }
}

/// Whether a path leads to a block or to something in it.
pub(super) fn is_below(path: &str, block: &str) -> bool {
    path.strip_prefix(block).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The path of the block that something is in: `Resources/Records` of `Resources/Records/Properties`.
pub(super) fn block_of(path: &str) -> &str {
    let end = path.match_indices('/').nth(1).map_or(path.len(), |(at, _)| at);
    path.get(..end).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn ways_are_compared_step_by_step() {
        assert!(is_below("Resources/A/Properties", "Resources/A") && is_below("Resources/A", "Resources/A"));
        assert!(!is_below("Resources/AB", "Resources/A") && !is_below("Resources", "Resources/A"));
        assert_eq!(
            ["", "Resources", "Resources/A", "Resources/A/B/C"].map(block_of),
            ["", "Resources", "Resources/A", "Resources/A"]
        );
    }
}
