//! What a call of `Fn::FindInMap` finds for each candidate of the choice in its keys. As many calls as a template has resources may ask
//! the same of a mapping with as many rows, so that is found once.

use crate::eval::domain::Domain;
use crate::eval::forks::Open;
use crate::eval::value::{Part, Value};
use crate::eval::{Evaluator, text};
use crate::source::{SourceId, Span};
use crate::syntax::Node;
use crate::template::ResourceBlock;
use foldhash::{HashMap, HashMapExt};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::rc::Rc;

/// The result of a call for some keys.
#[derive(Copy, Clone)]
pub(super) enum Found<'t> {
    /// An entry, or the default value.
    Node(&'t Node<'t>),
    /// CloudFormation refuses the keys.
    Refused,
    Unknown,
}

/// What distinguishes calls: the spelling of the keys, the variable in them, and the default value.
type Place<'t> = (String, usize, Option<*const Node<'t>>);

/// By calls: what they find.
pub(in crate::eval) type Remembered<'t> = HashMap<Place<'t>, Rc<Entries<'t>>>;

/// What is found for each candidate of a variable.
pub(in crate::eval) struct Entries<'t> {
    found: Vec<Found<'t>>,
    /// Whether CloudFormation refuses some of them.
    pub(super) has_refused: bool,
    refused: OnceCell<Option<Classes<'t>>>,
    /// The same where what CloudFormation would refuse is unknown.
    unknown: OnceCell<Option<Classes<'t>>>,
}

/// The different entries, and which candidates lead to each.
pub(super) struct Classes<'t> {
    /// The entries; none for the one that is unknown.
    pub nodes: Vec<Option<&'t Node<'t>>>,
    /// The candidates of each.
    pub domains: Vec<Domain>,
    /// The candidates that CloudFormation refuses.
    pub refused: Domain,
    /// The number of the lookup, for an entry that stays open; none if it cannot.
    pub lookup: OnceCell<Option<usize>>,
}

impl<'t> Entries<'t> {
    pub(super) fn new(found: Vec<Found<'t>>) -> Self {
        let has_refused = found.iter().any(|found| matches!(found, Found::Refused));
        Self { found, has_refused, refused: OnceCell::new(), unknown: OnceCell::new() }
    }

    /// The classes of the candidates. `is_refused`: whether what CloudFormation refuses does not occur. None if the budget of the template
    /// is spent.
    pub(super) fn classes(
        &self,
        is_refused: bool,
        spelling: impl Fn(&'t Node<'t>) -> Option<Cow<'t, str>>,
    ) -> Option<&Classes<'t>> {
        let cell = if is_refused { &self.refused } else { &self.unknown };
        cell.get_or_init(|| self.classify(is_refused, spelling)).as_ref()
    }

    /// Equal entries are one alternative, and unknown entries are another.
    fn classify(
        &self,
        is_refused: bool,
        spelling: impl Fn(&'t Node<'t>) -> Option<Cow<'t, str>>,
    ) -> Option<Classes<'t>> {
        let (nodes, domains) = (Vec::new(), Vec::new());
        let mut classes = Classes { nodes, domains, refused: Domain::default(), lookup: OnceCell::new() };
        let mut known: HashMap<Cow<'t, str>, usize> = HashMap::new();
        for (candidate, found) in self.found.iter().enumerate() {
            let (node, spelled) = match found {
                Found::Node(node) => (Some(*node), spelling(node)?),
                Found::Refused if is_refused => {
                    classes.refused.insert(candidate);
                    continue;
                }
                Found::Refused | Found::Unknown => (None, Cow::Borrowed("\u{3}")),
            };
            let class = *known.entry(spelled).or_insert(classes.nodes.len());
            match classes.domains.get_mut(class) {
                Some(domain) => domain.insert(candidate),
                None => {
                    classes.nodes.push(node);
                    classes.domains.push(Domain::only(candidate));
                }
            }
        }
        Some(classes)
    }
}

impl<'t> Evaluator<'_, 't> {
    /// Under what the entries of a call with some keys, in which a variable is open, are remembered; none if the keys have anything else in
    /// them that is not known.
    pub(super) fn place_of_entries(
        &self,
        keys: &[Value<'t>],
        variable: usize,
        default: Option<&'t Node<'t>>,
    ) -> Option<Place<'t>> {
        let is_plain = |part: &Part<'t>| {
            matches!(self.open(part), Some(Open::Named(open)) if open == variable) || part.content.is_known()
        };
        if !keys.iter().all(|key| key.is_scalar() && key.parts().iter().all(is_plain)) {
            return None;
        }
        let mut spelled = String::new();
        for key in keys {
            spelled.push_str(&text::canonical(key));
            spelled.push('\u{0}');
        }
        Some((spelled, variable, default.map(std::ptr::from_ref)))
    }
}

/// The conditions of resources, by where the resources are.
pub(in crate::eval) struct Conditional<'t> {
    /// The blocks that have a condition, in the order of their spans, and their places in the template.
    blocks: Vec<(Span, usize, &'t str)>,
    /// Where the longest of the blocks up to each one ends.
    reach: Vec<(SourceId, u32)>,
}

impl<'t> Conditional<'t> {
    pub(super) fn new(resources: &[ResourceBlock<'t>]) -> Self {
        let resources = resources.iter().enumerate();
        let mut blocks: Vec<(Span, usize, &'t str)> =
            resources.filter_map(|(place, resource)| Some((resource.node.span, place, resource.condition?))).collect();
        blocks.sort_unstable();
        let reach = blocks.iter().scan((SourceId(0), 0), |reach, (span, ..)| {
            *reach = (*reach).max((span.source, span.end));
            Some(*reach)
        });
        Self { reach: reach.collect(), blocks }
    }

    /// The conditions of the resources that something is in, in the order of the template.
    pub(super) fn around(&self, inner: Span) -> Vec<&'t str> {
        let begun = self.blocks.partition_point(|(span, ..)| (span.source, span.start) <= (inner.source, inner.start));
        let ends = (inner.source, inner.end);
        let near = self.blocks.iter().zip(&self.reach).take(begun).rev().take_while(|(_, reach)| **reach >= ends);
        let mut found: Vec<(usize, &'t str)> = near
            .filter(|((span, ..), _)| span.source == inner.source && span.end >= inner.end)
            .map(|((_, place, condition), _)| (*place, *condition))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, condition)| condition).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn conditions_are_those_of_the_blocks_around() {
        let span = |source, start, end| Span::new(SourceId(source), start, end);
        let blocks = [
            (span(0, 10, 20), 0, "A"),
            (span(0, 30, 90), 2, "Outer"),
            (span(0, 40, 50), 1, "Inner"),
            (span(0, 60, 70), 3, "Beside"),
            (span(1, 0, 50), 4, "Elsewhere"),
        ];
        let mut reach = (SourceId(0), 0);
        let ends = blocks.iter().map(|(span, ..)| {
            reach = reach.max((span.source, span.end));
            reach
        });
        let index = Conditional { reach: ends.collect(), blocks: blocks.to_vec() };
        let around = |source, start, end| index.around(span(source, start, end));
        assert_eq!(around(0, 12, 15), ["A"]);
        assert_eq!(around(0, 41, 50), ["Inner", "Outer"]);
        assert_eq!(around(0, 65, 66), ["Outer", "Beside"]);
        assert_eq!(around(0, 80, 90), ["Outer"]);
        assert_eq!(around(0, 89, 91), [] as [&str; 0]);
        assert_eq!(around(1, 12, 15), ["Elsewhere"]);
    }
}
