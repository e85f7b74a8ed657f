//! Nodes that SAM's transform writes. They stand where a person wrote what they are made of.

use crate::eval::is_function;
use crate::source::Span;
use crate::syntax::{Entry, Kind, Node, Number};
use std::borrow::Cow;

/// A place at which nodes are made; all parts of a made node stand there.
#[derive(Copy, Clone, Debug)]
pub(super) struct At(pub(super) Span);

impl At {
    fn node(self, kind: Kind<'_>) -> Node<'_> {
        Node { span: self.0, kind }
    }

    pub(super) fn text<'t>(self, text: impl Into<Cow<'t, str>>) -> Node<'t> {
        self.node(Kind::String(text.into()))
    }

    pub(super) fn boolean<'t>(self, value: bool) -> Node<'t> {
        self.node(Kind::Bool(value))
    }

    pub(super) fn number<'t>(self, value: u32) -> Node<'t> {
        self.node(Kind::Number(Number { text: value.to_string().into(), value: f64::from(value) }))
    }

    pub(super) fn list<'t>(self, items: impl Into<Vec<Node<'t>>>) -> Node<'t> {
        self.node(Kind::Sequence(items.into()))
    }

    pub(super) fn map<'t, const N: usize>(self, entries: [(&'static str, Node<'t>); N]) -> Node<'t> {
        self.entries(entries.into_iter().map(|(key, value)| self.entry(key, value)).collect())
    }

    pub(super) fn entries(self, entries: Vec<Entry<'_>>) -> Node<'_> {
        self.node(Kind::Mapping(entries))
    }

    pub(super) fn entry<'t>(self, key: impl Into<Cow<'t, str>>, value: Node<'t>) -> Entry<'t> {
        Entry { key: key.into(), key_span: self.0, value }
    }

    /// `!Ref id`
    pub(super) fn reference<'t>(self, id: impl Into<Cow<'t, str>>) -> Node<'t> {
        self.map([("Ref", self.text(id))])
    }

    /// `!GetAtt id.name`
    pub(super) fn attribute<'t>(self, id: impl Into<Cow<'t, str>>, name: &'static str) -> Node<'t> {
        self.map([("Fn::GetAtt", self.list([self.text(id), self.text(name)]))])
    }

    /// `!Sub [text, {variable: value, …}]`
    pub(super) fn substitution<'t, const N: usize>(
        self,
        text: impl Into<Cow<'t, str>>,
        variables: [(&'static str, Node<'t>); N],
    ) -> Node<'t> {
        self.map([("Fn::Sub", self.list([self.text(text), self.map(variables)]))])
    }

    /// `!If [condition, then, otherwise]`
    pub(super) fn choice<'t>(self, condition: Node<'t>, then: Node<'t>, otherwise: Node<'t>) -> Node<'t> {
        self.map([("Fn::If", self.list([condition, then, otherwise]))])
    }

    /// What the transform writes here, if that is unknown: nothing can be decided on it.
    pub(super) fn unknown<'t>(self) -> Node<'t> {
        self.map([("Fn::Transform", self.map([("Name", self.text(super::TRANSFORM))]))])
    }
}

/// The condition and the two branches of an `Fn::If`.
pub(super) fn choice<'n, 't>(node: &'n Node<'t>) -> Option<(&'n Node<'t>, &'n Node<'t>, &'n Node<'t>)> {
    match node.as_mapping()? {
        [only] if only.key == "Fn::If" => match only.value.as_sequence()? {
            [condition, then, otherwise] => Some((condition, then, otherwise)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether this is `!Ref AWS::NoValue`.
pub(super) fn is_no_value(node: &Node<'_>) -> bool {
    matches!(node.as_mapping(), Some([only]) if only.key == "Ref" && only.value.as_str() == Some("AWS::NoValue"))
}

/// The entries of a map that no function computes.
pub(super) fn plain_map<'n, 't>(node: &'n Node<'t>) -> Option<&'n [Entry<'t>]> {
    node.as_mapping().filter(|_| !is_function(node))
}

/// Whether this is written as true.
pub(super) fn is_true(node: &Node<'_>) -> bool {
    node.scalar_text().is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// What the transform makes of a value, branch by branch of `Fn::If`; what other functions compute is passed on as it is.
pub(super) fn in_branches<'t>(node: &Node<'t>, make: &impl Fn(&Node<'t>) -> Node<'t>) -> Node<'t> {
    match choice(node) {
        Some((condition, then, otherwise)) => {
            At(node.span).choice(condition.clone(), in_branches(then, make), in_branches(otherwise, make))
        }
        None if is_function(node) => node.clone(),
        None => make(node),
    }
}

/// Removes entries whose value is null. A property that is null is one that is not set, also over a global one.
///
/// Source: <https://github.com/aws/serverless-application-model/pull/3321> (2026-11), where the maintainers show what the transform
/// makes of `DefaultAuthorizer: null`.
pub(super) fn drop_nulls(entries: &mut Vec<Entry<'_>>) {
    entries.retain(|entry| entry.value.kind != Kind::Null);
    entries.iter_mut().for_each(|entry| drop_nulls_in(&mut entry.value));
}

fn drop_nulls_in(node: &mut Node<'_>) {
    match &mut node.kind {
        Kind::Mapping(entries) => drop_nulls(entries),
        Kind::Sequence(items) => items.iter_mut().for_each(drop_nulls_in),
        _ => {}
    }
}

/// The number of nodes in a tree.
pub(super) fn size(node: &Node<'_>) -> usize {
    1 + match &node.kind {
        Kind::Sequence(items) => items.iter().map(size).sum(),
        Kind::Mapping(entries) => entries.iter().map(|entry| size(&entry.value)).sum::<usize>(),
        _ => 0,
    }
}
