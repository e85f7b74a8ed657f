//! An exception as it was read, before anybody asked which rule it means.

use super::cover::Cover;
use crate::date::Date;
use crate::expand::construct;
use crate::finding::{Dialect, Origin, Subject};
use crate::source::Span;
use crate::syntax::Node;
use std::sync::Arc;

/// What is written, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    /// The rule as it is named; empty where it is not.
    pub(super) id: String,
    pub(super) id_span: Span,
    pub(super) reason: Option<String>,
    pub(super) alternative: Option<String>,
    pub(super) owner: Option<String>,
    pub(super) ticket: Option<String>,
    pub(super) expires: Option<Date>,
    pub(super) expires_span: Span,
    pub(super) dialect: Dialect,
    /// The whole exception.
    pub(super) span: Span,
    /// Where it is written in a program.
    pub(super) origin: Option<Arc<Origin>>,
    /// The block that it is in.
    pub(super) subject: Subject,
    /// The path of the exception.
    pub(super) path: String,
    pub(super) covers: Vec<Cover>,
    /// Why it cannot be read, each at its place.
    pub(super) problems: Vec<(Span, String)>,
    /// Whether it names single findings of its rule, in the other tool's words.
    pub(super) is_granular: bool,
}

impl Draft {
    /// An empty one.
    pub(super) fn new(dialect: Dialect, span: Span, place: Site) -> Self {
        Self {
            id: String::new(),
            id_span: span,
            reason: None,
            alternative: None,
            owner: None,
            ticket: None,
            expires: None,
            expires_span: span,
            dialect,
            span,
            origin: None,
            subject: place.subject,
            path: place.path,
            covers: Vec::new(),
            problems: Vec::new(),
            is_granular: false,
        }
    }

    /// Whether both are the same, whatever they cover.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        // Every field is here, so that a new one is not forgotten.
        let Self {
            id,
            id_span,
            reason,
            alternative,
            owner,
            ticket,
            expires,
            expires_span,
            dialect,
            span,
            origin,
            subject: _,
            path: _,
            covers: _,
            problems,
            is_granular,
        } = self;
        (id, id_span, reason, alternative, owner, ticket)
            == (&other.id, &other.id_span, &other.reason, &other.alternative, &other.owner, &other.ticket)
            && (expires, expires_span, dialect, span)
                == (&other.expires, &other.expires_span, &other.dialect, &other.span)
            && (origin, problems, is_granular) == (&other.origin, &other.problems, &other.is_granular)
    }
}

/// Where exceptions stand.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// What findings about them are about.
    pub(super) subject: Subject,
    /// The path.
    pub(super) path: String,
}

impl Site {
    /// The place at a path; the type of a resource is taken from the tree.
    pub(super) fn at(path: String, tree: &Node<'_>) -> Self {
        let mut steps = path.split('/');
        let section = match steps.next() {
            Some("Resources") => "Resources",
            Some("Parameters") => "Parameters",
            Some("Outputs") => "Outputs",
            _ => "Template",
        };
        let name = steps.next().filter(|_| section != "Template").unwrap_or_default();
        let resource_type = (section == "Resources" && !name.is_empty())
            .then(|| tree.get(section)?.get(name)?.get("Type")?.as_str().map(str::to_owned))
            .flatten();
        let section = if name.is_empty() { "Template" } else { section };
        let construct = tree
            .get(section)
            .and_then(|entries| entries.get(name))
            .and_then(construct)
            .filter(|_| section == "Resources")
            .map(str::to_owned);
        Self { subject: Subject { section, name: name.to_owned(), resource_type, construct, origin: None }, path }
    }

    /// What is at a step from here.
    pub(super) fn step(&self, step: &str) -> Self {
        Self { subject: self.subject.clone(), path: join(&self.path, step) }
    }
}

/// A path with one more step.
pub(super) fn join(path: &str, step: &str) -> String {
    if path.is_empty() { step.to_owned() } else { [path, "/", step].concat() }
}

/// The text of a scalar on one line; nothing where there is none, or where it is blank.
pub(super) fn text_of(node: &Node<'_>) -> Option<String> {
    node.scalar_text().and_then(|text| one_line(&text))
}

/// A text on one line; nothing where it is blank.
pub(super) fn one_line(text: &str) -> Option<String> {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    (!line.is_empty()).then_some(line)
}
