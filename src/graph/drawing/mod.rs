//! A template as a graph to look at or to work on: what is drawn. How it is written has a file for each format.

mod dot;
mod json;
mod label;
mod mermaid;

use super::cycles::cycles;
use super::edges::dependencies;
use super::links::links_of;
use super::phi::{self, Holds};
use crate::eval::scenario::Scenario;
use crate::eval::{Evaluator, Run, explore};
use crate::expand::{Model, exists};
use crate::source::{Source, Span};
use std::collections::{BTreeMap, HashSet};

/// The graph of one template. Borrows nothing, so that it outlives the template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawing {
    /// The template's file, as it was named.
    pub file: String,
    /// The resources, in the order of the template.
    pub nodes: Vec<Node>,
    /// References (of a resource to itself too), then what follows from them, each in the order of the template.
    pub edges: Vec<Edge>,
    /// Cycles of references: the names of the resources, each of which waits for the next, and the last for the first.
    pub cycles: Vec<Cycle>,
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
    /// When it exists.
    pub when: When,
    /// Why it counts as one that holds PHI.
    pub phi: Option<Holds>,
    /// Whether it is part of a cycle.
    pub in_cycle: bool,
}

/// A relation between two resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Index of the resource that it starts from.
    pub from: usize,
    /// Index of the resource that it leads to.
    pub to: usize,
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

/// What a question found over all scenarios, in the order it was first met, each with when it holds.
fn found<'m, 't, R: PartialEq>(
    evaluator: &'m Evaluator<'m, 't>,
    ask: impl FnMut(&mut Run<'m, 't>) -> Vec<R>,
) -> Vec<(R, When)> {
    let exploration = explore(evaluator, ask);
    let mut found: Vec<(R, Vec<Scenario>)> = Vec::new();
    for (scenario, results) in exploration.leaves {
        for result in results {
            match found.iter_mut().find(|(known, _)| *known == result) {
                Some((_, scenarios)) => scenarios.push(scenario.clone()),
                None => found.push((result, vec![scenario.clone()])),
            }
        }
    }
    let when = |scenarios: &[Scenario]| match evaluator.describe(scenarios, &exploration.infeasible) {
        Some(text) => When::If(text),
        None if exploration.complete => When::Always,
        None => When::If("some of many conditions are met".to_owned()),
    };
    found.into_iter().map(|(result, scenarios)| (result, when(&scenarios))).collect()
}

impl Drawing {
    /// Draws a template.
    pub fn new<'m, 't>(model: &'m Model<'m, 't>, source: &Source) -> Self {
        let line = |span: Span| source.position(span.start).line;
        let evaluator = &model.evaluator;
        let index: BTreeMap<&str, usize> =
            model.resources.iter().enumerate().map(|(index, block)| (block.name, index)).collect();
        let mut drawing = Self { file: source.name.clone(), ..Self::default() };

        // Every reference between two resources that wait for each other closes some cycle.
        let mut members: Vec<HashSet<&str>> = Vec::new();
        for (cycle, when) in found(evaluator, |run| cycles(run, model)) {
            members.push(cycle.members.iter().copied().collect());
            drawing.cycles.push(Cycle { path: cycle.edges.iter().map(|edge| edge.from.to_owned()).collect(), when });
        }
        let in_cycle = |names: [&str; 2]| members.iter().any(|cycle| names.iter().all(|name| cycle.contains(name)));

        for block in &model.resources {
            // What a resource holds may differ from scenario to scenario; a tag that marks PHI outweighs its type.
            let holds = found(evaluator, |run| vec![exists(run, block).then(|| phi::holds(run, block))]);
            let there = found(evaluator, |run| if exists(run, block) { vec![()] } else { Vec::new() });
            drawing.nodes.push(Node {
                id: block.name.to_owned(),
                kind: block.kind.to_owned(),
                line: line(block.key_span),
                when: there.into_iter().next().map_or(When::Never, |((), when)| when),
                phi: holds.into_iter().filter_map(|(holds, _)| holds.flatten()).min(),
                in_cycle: in_cycle([block.name; 2]),
            });
        }
        for edge in dependencies(model) {
            let live = found(evaluator, |run| if edge.is_live(run, model) { vec![()] } else { Vec::new() });
            let when = live.into_iter().next().map_or(When::Never, |((), when)| when);
            if let (Some(from), Some(to)) = (index.get(edge.from), index.get(edge.to)) {
                drawing.edges.push(Edge {
                    from: *from,
                    to: *to,
                    kind: edge.kind.name(),
                    derived: false,
                    attribute: edge.attribute.map(str::to_owned),
                    line: line(edge.span),
                    in_cycle: when != When::Never && in_cycle([edge.from, edge.to]),
                    when,
                    path: edge.path,
                });
            }
        }
        for block in &model.resources {
            let links =
                found(evaluator, |run| if exists(run, block) { links_of(run, model, block) } else { Vec::new() });
            for (link, when) in links {
                if let (Some(from), Some(to)) = (index.get(link.from), index.get(link.to)) {
                    drawing.edges.push(Edge {
                        from: *from,
                        to: *to,
                        kind: link.meaning.name(),
                        derived: true,
                        attribute: None,
                        path: String::new(),
                        line: line(link.span),
                        when,
                        in_cycle: false,
                    });
                }
            }
        }
        drawing
    }

    /// The id of a resource; empty where there is none.
    fn id(&self, index: usize) -> &str {
        self.nodes.get(index).map_or("", |node| &node.id)
    }
}
