//! An exception as it was read, before anybody asked which rule it means.

use super::cover::Cover;
use crate::date::Date;
use crate::expand::construct;
use crate::finding::{Dialect, Origin, Subject};
use crate::source::Span;
use crate::syntax::Node;
use foldhash::HashMap;
use std::cell::OnceCell;
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

/// Finds places in a tree.
pub(super) struct Sites<'n, 't> {
    /// The tree that people know.
    pub(super) tree: &'n Node<'t>,
    /// The resources by their names: a template may have thousands of exceptions in thousands of resources.
    resources: OnceCell<HashMap<&'n str, &'n Node<'t>>>,
}

impl<'n, 't> Sites<'n, 't> {
    /// Of a tree.
    pub(super) fn new(tree: &'n Node<'t>) -> Self {
        Self { tree, resources: OnceCell::new() }
    }

    /// The place at a path; the type of a resource is taken from the tree.
    pub(super) fn at(&self, path: String) -> Site {
        let mut steps = path.split('/');
        let section = steps.next().and_then(|step| SECTIONS.into_iter().find(|section| *section == step));
        let named = section.zip(steps.next().filter(|name| !name.is_empty()));
        let (section, name) = named.unwrap_or(("Template", ""));
        let resource = if section == "Resources" { self.resource(name) } else { None };
        let resource_type = resource.and_then(|block| block.get("Type")?.as_str().map(str::to_owned));
        let construct = resource.and_then(construct).map(str::to_owned);
        let name = name.to_owned();
        Site { subject: Subject { section, name, resource_type, construct, origin: None, inside: None }, path }
    }

    fn resource(&self, name: &str) -> Option<&'n Node<'t>> {
        let resources = self.resources.get_or_init(|| {
            let entries = self.tree.get("Resources").and_then(Node::as_mapping).unwrap_or_default();
            entries.iter().map(|entry| (entry.key.as_ref(), &entry.value)).collect()
        });
        resources.get(name).copied()
    }
}

/// The sections whose entries findings are about.
const SECTIONS: [&str; 3] = ["Resources", "Parameters", "Outputs"];

impl Site {
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
