//! Templates as graphs to look at or to work on: the parts of a picture. How it is written has a file for each format.

mod dot;
mod draw;
mod json;
mod label;
mod mermaid;
mod part;
mod sign;
mod ties;

use super::phi::Holds;
use crate::finding::{Level, Origin};
use std::sync::Arc;

pub use ties::Shared;

/// The graphs of one or more templates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// The file or folder that was drawn, as it was named.
    pub name: String,
    /// What the findings are of: `profile core`. None if nothing was linted.
    pub findings_of: Option<String>,
    /// Whether it is a cloud assembly, whatever the number of its templates.
    pub is_assembly: bool,
    /// The templates. One that several parents deploy is there once.
    pub drawings: Vec<Drawing>,
    /// Which nested stacks deploy which of them.
    pub deployments: Vec<Deployment>,
    /// Which resources take values from which resources of other templates: see [`connect`](Self::connect).
    pub imports: Vec<Import>,
}

/// A resource that takes a value from a resource of another template. Each is a template's index and its own in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    /// The resource that takes it.
    pub from: (usize, usize),
    /// The resource that it comes from.
    pub to: (usize, usize),
    /// `Fn::ImportValue` or `Fn::GetStackOutput`.
    pub kind: &'static str,
}

/// A nested stack and its template.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deployment {
    /// The template of the nested stack's resource: its index.
    pub parent: usize,
    /// The resource: its index among those of the parent.
    pub resource: usize,
    /// The template that it deploys: its index.
    pub template: usize,
}

/// The graph of one template. Borrows nothing, so that it outlives the template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawing {
    /// The template's file, as it was named.
    pub file: String,
    /// The name of its stack, if it is known.
    pub stack: Option<String>,
    /// The resources, in the order of the template.
    pub nodes: Vec<Node>,
    /// References (of a resource to itself too), then what follows from them, each in the order of the template. From one
    /// resource to another there is one at most.
    pub edges: Vec<Edge>,
    /// Cycles of references: the names of the resources, each of which waits for the next, and the last for the first.
    pub cycles: Vec<Cycle>,
    /// What other stacks may take, with the resources that its value refers to. [`Picture::connect`] uses it up.
    pub gives: Vec<(Shared, Vec<usize>)>,
    /// What resources take from other stacks. Used up as well.
    pub takes: Vec<(Shared, usize)>,
}

/// A resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Logical id.
    pub id: String,
    /// Resource type; empty where it has none.
    pub kind: String,
    /// The line of its name, from 1.
    pub line: usize,
    /// The logical id of what a transform made it from; else its own.
    pub written_name: String,
    /// The path of the CDK construct that made it.
    pub construct: Option<String>,
    /// Where a program of the CDK makes it.
    pub origin: Option<Arc<Origin>>,
    /// When it exists.
    pub when: When,
    /// Why it counts as one that holds PHI.
    pub phi: Option<Holds>,
    /// The findings about it, the gravest first.
    pub marks: Vec<Mark>,
    /// Whether it is part of a cycle.
    pub in_cycle: bool,
    /// Of a database: the resources on the path from the internet to it.
    pub route: Vec<usize>,
}

/// A finding about a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The rule.
    pub rule: Arc<str>,
    /// The level of the finding.
    pub level: Level,
}

/// What one resource has to do with another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Index of the resource that it starts from.
    pub from: usize,
    /// Index of the resource that it leads to.
    pub to: usize,
    /// What there is between them: one at least.
    pub relations: Vec<Relation>,
}

/// One reference, or something that follows from references.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// `Ref`, `Fn::GetAtt`, `Fn::Sub`, `DependsOn`; `guards`, `acts-as`, …
    pub kind: &'static str,
    /// Whether it follows from references and is not a reference itself.
    pub derived: bool,
    /// The attribute that a reference reads.
    pub attribute: Option<String>,
    /// The property that holds a reference: `Properties/Role`; empty of what follows from references.
    pub path: String,
    /// The line of the reference, from 1.
    pub line: usize,
    /// When it is there.
    pub when: When,
    /// Whether it is a step of some cycle.
    pub in_cycle: bool,
}

/// A cycle of references.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// Logical ids, in order.
    pub path: Vec<String>,
    /// When it closes.
    pub when: When,
}

/// In which deployments something is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// In all of them.
    Always,
    /// In those that a sentence describes: `Env is prod`.
    If(String),
    /// In none.
    Never,
}

impl When {
    /// `when Env is prod`, `never`; nothing where it is always there.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Always => None,
            Self::If(text) => Some(format!("when {text}")),
            Self::Never => Some("never".to_owned()),
        }
    }
}

impl Edge {
    /// Whether all of it follows from references.
    fn is_derived(&self) -> bool {
        self.relations.iter().all(|relation| relation.derived)
    }

    /// Whether it is a step of some cycle.
    fn is_in_cycle(&self) -> bool {
        self.relations.iter().any(|relation| relation.in_cycle)
    }
}

impl Drawing {
    /// The id of a resource; empty where there is none.
    fn id(&self, index: usize) -> &str {
        self.nodes.get(index).map_or("", |node| &node.id)
    }
}

impl Picture {
    /// The templates, each with the number of the first of its resources among those of all templates.
    fn numbered(&self) -> impl Iterator<Item = (usize, &Drawing)> {
        self.drawings.iter().scan(0, |next, drawing| {
            let first = *next;
            *next += drawing.nodes.len();
            Some((first, drawing))
        })
    }

    /// The nested stacks whose resource and template are drawn: the number of the resource, and the template's index, with the
    /// number of its first resource.
    fn deployed(&self) -> Vec<(usize, usize, usize)> {
        let firsts: Vec<(usize, &Drawing)> = self.numbered().collect();
        let drawn = |deployment: &Deployment| {
            let (parent, _) = firsts.get(deployment.parent)?;
            let (first, template) = firsts.get(deployment.template)?;
            (!template.nodes.is_empty()).then_some((parent + deployment.resource, deployment.template, *first))
        };
        self.deployments.iter().filter_map(drawn).collect()
    }

    /// The imports, by the numbers of their resources.
    fn imported(&self) -> Vec<(usize, usize, &'static str)> {
        let firsts: Vec<usize> = self.numbered().map(|(first, _)| first).collect();
        let number = |(template, resource): (usize, usize)| firsts.get(template).map(|first| first + resource);
        let drawn = |import: &Import| Some((number(import.from)?, number(import.to)?, import.kind));
        self.imports.iter().filter_map(drawn).collect()
    }
}
