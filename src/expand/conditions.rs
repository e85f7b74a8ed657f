//! Conditions that passes add to a template.
//!
//! Source: "Condition functions", CloudFormation template reference: `Fn::And` and `Fn::Or` take two to ten conditions.

use crate::source::Span;
use crate::syntax::{Entry, Kind, Node};
use std::borrow::Cow;

/// The conditions that one `Fn::And` or `Fn::Or` takes.
const MAX_CONDITIONS: usize = 10;

/// A condition that is true if one of some others is. At least one is needed.
pub(super) fn any(span: Span, conditions: Vec<Node<'_>>) -> Node<'_> {
    nested(span, "Fn::Or", conditions)
}

/// A condition that is true if all of some others are. At least one is needed.
pub(super) fn all(span: Span, conditions: Vec<Node<'_>>) -> Node<'_> {
    nested(span, "Fn::And", conditions)
}

/// A condition that is true if a parameter has a value.
pub(super) fn equals<'t>(span: Span, parameter: String, value: Cow<'t, str>) -> Node<'t> {
    let reference = call(span, "Ref", text(span, parameter));
    call(span, "Fn::Equals", list(span, vec![reference, text(span, value)]))
}

/// A condition that is true if a list parameter contains a value.
pub(super) fn contains<'t>(span: Span, parameter: String, value: Cow<'t, str>) -> Node<'t> {
    let reference = call(span, "Ref", text(span, parameter));
    call(span, "Fn::Contains", list(span, vec![reference, text(span, value)]))
}

/// A condition of the template, by its name.
pub(super) fn named<'t>(span: Span, name: impl Into<Cow<'t, str>>) -> Node<'t> {
    call(span, "Condition", text(span, name))
}

/// A value that is there if a condition is true.
pub(super) fn present_if<'t>(span: Span, condition: String, value: Node<'t>) -> Node<'t> {
    let absent = call(span, "Ref", text(span, "AWS::NoValue"));
    call(span, "Fn::If", list(span, vec![text(span, condition), value, absent]))
}

/// Calls of a function, each of which takes a limited number of conditions.
fn nested<'t>(span: Span, function: &'static str, mut conditions: Vec<Node<'t>>) -> Node<'t> {
    while conditions.len() > 1 {
        let mut rest = conditions.into_iter().peekable();
        let mut calls = Vec::new();
        while rest.peek().is_some() {
            let mut group: Vec<Node<'t>> = rest.by_ref().take(MAX_CONDITIONS).collect();
            calls.push(match group.len() {
                1 => group.remove(0),
                _ => call(span, function, list(span, group)),
            });
        }
        conditions = calls;
    }
    conditions.pop().unwrap_or_else(|| text(span, "true"))
}

fn call<'t>(span: Span, function: &'static str, argument: Node<'t>) -> Node<'t> {
    let entry = Entry { key: Cow::Borrowed(function), key_span: span, value: argument };
    Node { span, kind: Kind::Mapping(vec![entry]) }
}

fn list(span: Span, items: Vec<Node<'_>>) -> Node<'_> {
    Node { span, kind: Kind::Sequence(items) }
}

fn text<'t>(span: Span, text: impl Into<Cow<'t, str>>) -> Node<'t> {
    Node { span, kind: Kind::String(text.into()) }
}
