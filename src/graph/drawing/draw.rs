//! What a template's drawing shows: its resources, their references, and what follows from them.

use super::{Cycle, Drawing, Edge, Node, Relation, When};
use crate::eval::scenario::Scenario;
use crate::eval::{Evaluator, Run, explore};
use crate::expand::{Block, Model, construct, exists};
use crate::graph::cycles::cycles;
use crate::graph::edges::dependencies;
use crate::graph::exposure::route_in;
use crate::graph::links::links_of;
use crate::graph::phi;
use crate::source::{Source, Span};
use foldhash::{HashMap, HashSet};

/// What the CDK adds to each stack to count the use of its modules: it stands for nothing that is deployed.
///
/// Source: "Version reporting", AWS CDK developer guide (2026-11).
const METADATA: &str = "AWS::CDK::Metadata";
/// The types whose network the graph knows: see [`route_in`].
const DATABASES: [&str; 2] = ["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"];

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
    /// Draws a template, whose stack may have a known name.
    pub fn new<'m, 't>(model: &'m Model<'m, 't>, source: &Source, stack: Option<&str>) -> Self {
        let line = |span: Span| source.position(span.start).line;
        let evaluator = &model.evaluator;
        let shown: Vec<&Block<'t>> = model.resources().iter().filter(|block| block.kind != METADATA).collect();
        let index: HashMap<&str, usize> = shown.iter().enumerate().map(|(index, block)| (block.name, index)).collect();
        let mut drawing = Self { file: source.name.clone(), stack: stack.map(str::to_owned), ..Self::default() };

        // Every reference between two resources that wait for each other closes some cycle.
        let mut members: Vec<HashSet<&str>> = Vec::new();
        for (cycle, when) in found(evaluator, |run| cycles(run, model)) {
            members.push(cycle.members.iter().copied().collect());
            drawing.cycles.push(Cycle { path: cycle.edges.iter().map(|edge| edge.from.to_owned()).collect(), when });
        }
        let in_cycle = |names: [&str; 2]| members.iter().any(|cycle| names.iter().all(|name| cycle.contains(name)));

        for block in &shown {
            // What a resource holds may differ from scenario to scenario; a tag that marks PHI outweighs its type.
            let holds = found(evaluator, |run| vec![exists(run, block).then(|| phi::holds(run, block))]);
            let there = found(evaluator, |run| if exists(run, block) { vec![()] } else { Vec::new() });
            drawing.nodes.push(Node {
                id: block.name.to_owned(),
                kind: block.kind.to_owned(),
                line: line(block.key_span),
                written_name: block.written_name().to_owned(),
                construct: construct(block.node).map(str::to_owned),
                origin: None,
                when: there.into_iter().next().map_or(When::Never, |((), when)| when),
                phi: holds.into_iter().filter_map(|(holds, _)| holds.flatten()).min(),
                marks: Vec::new(),
                in_cycle: in_cycle([block.name; 2]),
                route: route(model, block, &shown),
            });
        }
        let mut edges = Edges { edges: Vec::new(), places: HashMap::default() };
        for edge in dependencies(model) {
            let (Some(from), Some(to)) = (index.get(edge.from), index.get(edge.to)) else { continue };
            let live = found(evaluator, |run| if edge.is_live(run, model) { vec![()] } else { Vec::new() });
            let when = live.into_iter().next().map_or(When::Never, |((), when)| when);
            let relation = Relation {
                kind: edge.kind.name(),
                derived: false,
                attribute: edge.attribute.map(str::to_owned),
                line: line(edge.span),
                in_cycle: when != When::Never && in_cycle([edge.from, edge.to]),
                when,
                path: edge.path,
            };
            edges.add(*from, *to, relation);
        }
        for block in model.resources() {
            let links =
                found(evaluator, |run| if exists(run, block) { links_of(run, model, block) } else { Vec::new() });
            for (link, when) in links {
                let (Some(from), Some(to)) = (index.get(link.from), index.get(link.to)) else { continue };
                let relation = Relation {
                    kind: link.meaning.name(),
                    derived: true,
                    attribute: None,
                    path: String::new(),
                    line: line(link.span),
                    when,
                    in_cycle: false,
                };
                edges.add(*from, *to, relation);
            }
        }
        drawing.edges = edges.edges;
        drawing.tie(model, stack, &index);
        drawing
    }
}

/// Edges, one at most from one resource to another.
struct Edges {
    edges: Vec<Edge>,
    /// Where the edge between two resources is.
    places: HashMap<(usize, usize), usize>,
}

impl Edges {
    fn add(&mut self, from: usize, to: usize, relation: Relation) {
        let place = *self.places.entry((from, to)).or_insert(self.edges.len());
        match self.edges.get_mut(place) {
            Some(edge) => edge.relations.push(relation),
            None => self.edges.push(Edge { from, to, relations: vec![relation] }),
        }
    }
}

/// The resources on the path from the internet to a database, in some scenario.
fn route<'m, 't>(model: &'m Model<'m, 't>, block: &'m Block<'t>, shown: &[&Block<'t>]) -> Vec<usize> {
    if !DATABASES.contains(&block.kind) {
        return Vec::new();
    }
    let spans = found(&model.evaluator, |run| {
        let places = if exists(run, block) { route_in(run, model, block) } else { Vec::new() };
        places.into_iter().map(|place| place.span).collect()
    });
    let is_around = |outer: &Block<'t>, span: Span| {
        let starts = outer.key_span.start.min(outer.node.span.start);
        outer.key_span.source == span.source && starts <= span.start && span.end <= outer.node.span.end
    };
    let mut route: Vec<usize> = spans
        .into_iter()
        .filter_map(|(span, _)| shown.iter().position(|outer| is_around(outer, span) || outer.key_span == span))
        .collect();
    route.sort_unstable();
    route.dedup();
    route
}
