//! Where something is in a rule file: the keys that lead to it, and the text that it is about.

use crate::source::Span;
use crate::syntax::{Kind, Node};
use std::borrow::Cow;

/// A step down into a rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To the value of a key.
    Key(Cow<'static, str>),
    /// To an item of a list.
    Item(usize),
    /// To a check of the rule: the rule itself where it has an assertion, and then the items of `checks`.
    Check(usize),
}

/// What the place is about: a text in it, and the part of this text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Focus {
    scalar: String,
    part: String,
}

/// A place in a rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// From the root.
    pub steps: Vec<Step>,
    /// The text there.
    pub focus: Focus,
}

impl Focus {
    /// A whole scalar.
    pub(super) fn scalar(text: &str) -> Self {
        Self { scalar: text.to_owned(), part: text.to_owned() }
    }

    /// Part of a scalar.
    pub(super) fn part(scalar: &str, part: &str) -> Self {
        Self { scalar: scalar.to_owned(), part: part.to_owned() }
    }
}

/// The steps from the root to a part of a rule, as it is walked: each part knows the one above it.
#[derive(Clone, Debug)]
pub(super) struct Spot<'a> {
    above: Option<&'a Spot<'a>>,
    step: Step,
}

impl<'a> Spot<'a> {
    /// A key of the rule.
    pub(super) fn key(key: &'static str) -> Self {
        Self { above: None, step: Step::Key(Cow::Borrowed(key)) }
    }

    /// A check.
    pub(super) fn check(index: usize) -> Self {
        Self { above: None, step: Step::Check(index) }
    }

    /// A key below.
    pub(super) fn below(&'a self, key: &'static str) -> Self {
        Self { above: Some(self), step: Step::Key(Cow::Borrowed(key)) }
    }

    /// A key below whose name the rule chose.
    pub(super) fn named(&'a self, key: &str) -> Self {
        Self { above: Some(self), step: Step::Key(Cow::Owned(key.to_owned())) }
    }

    /// An item below.
    pub(super) fn item(&'a self, index: usize) -> Self {
        Self { above: Some(self), step: Step::Item(index) }
    }

    /// The place of a text here.
    pub(super) fn at(&self, focus: Focus) -> Place {
        let mut steps: Vec<Step> =
            std::iter::successors(Some(self), |spot| spot.above).map(|spot| spot.step.clone()).collect();
        steps.reverse();
        Place { steps, focus }
    }
}

impl Place {
    /// The place in a rule file that was read as this tree. Steps that the file writes in another form are left out, so there is
    /// always one.
    pub fn span(&self, root: &Node<'_>, text: &str) -> Span {
        let mut node = root;
        for step in &self.steps {
            let below = match step {
                Step::Key(key) => node.get(key),
                Step::Item(index) => node.as_sequence().and_then(|items| items.get(*index)),
                Step::Check(index) => check(node, *index),
            };
            let Some(below) = below else { break };
            node = below;
        }
        let found = scalar(node, &self.focus.scalar).unwrap_or(node.span);
        part(found, text, &self.focus.part)
    }
}

/// A check of a rule file.
fn check<'n, 's>(root: &'n Node<'s>, index: usize) -> Option<&'n Node<'s>> {
    let index = match root.get("assert") {
        Some(_) if index == 0 => return Some(root),
        Some(_) => index - 1,
        None => index,
    };
    root.get("checks")?.as_sequence()?.get(index)
}

/// The first scalar in a node with a text: a value or, if there is none, a key.
fn scalar(node: &Node<'_>, text: &str) -> Option<Span> {
    match &node.kind {
        Kind::Sequence(items) => items.iter().find_map(|item| scalar(item, text)),
        Kind::Mapping(entries) => entries
            .iter()
            .find_map(|entry| scalar(&entry.value, text))
            .or_else(|| entries.iter().find(|entry| entry.key == text).map(|entry| entry.key_span)),
        _ => (node.scalar_text()? == text).then_some(node.span),
    }
}

/// The part of a scalar's source with a text; the whole where the source spells it in another form.
fn part(span: Span, text: &str, part: &str) -> Span {
    let start = span.start as usize;
    let found = text.get(start..span.end as usize).and_then(|slice| slice.find(part)).filter(|_| !part.is_empty());
    found.map_or(span, |at| Span::new(span.source, start + at, start + at + part.len()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::source::SourceId;
    use crate::syntax::yaml;

    const RULE: &str = "\
message: |
  One of {a}
  and {b}
assert:
  all:
    - { path: $.A, is: { equals: x } }
    - { path: \"$.B.C\", is: { equals: [7, y] } }
checks:
  - assert: { path: $.D, is: { equals: z } }
";

    #[track_caller]
    fn holds(spot: &Spot<'_>, focus: Focus, slice: &str, line: usize) {
        let document = yaml::parse(RULE, SourceId(0)).unwrap();
        let span = spot.at(focus).span(&document.root, RULE);
        let (start, end) = (span.start as usize, span.end as usize);
        assert_eq!((&RULE[start..end], RULE[..start].matches('\n').count() + 1), (slice, line));
    }

    #[test]
    fn places_are_found() {
        holds(&Spot::key("message"), Focus::part("One of {a}\nand {b}\n", "{b}"), "{b}", 3);
        let own = Spot::check(0);
        let (assert, all) = (own.below("assert"), Spot::check(0));
        let all = (assert.below("all"), all).0;
        holds(&all.item(1).below("path"), Focus::part("$.B.C", "C"), "C", 7);
        holds(&all.item(1).below("is"), Focus::scalar("7"), "7", 7);
        // What is not there: the nearest thing that is.
        holds(&all.item(1).below("where").item(3), Focus::scalar("y"), "y", 7);
        holds(&Spot::check(1).below("assert").below("path"), Focus::scalar("$.D"), "$.D", 9);
        // The text is written in another form.
        holds(&all.item(1).below("path"), Focus::part("$.B.C", "Z"), "\"$.B.C\"", 7);
    }
}
