//! Resources that wait for each other: cycles of references, in the deployments in which they close.

use super::components::{Adjacency, cyclic_components, shortest_cycle};
use super::edges::{Edge, edges_of, neighbours};
use crate::eval::Run;
use crate::expand::Model;
use std::collections::{BTreeMap, BTreeSet};

/// A cycle of references: each leads from the resource that the one before it leads to; the last leads back to the first.
///
/// It starts at the resource whose name comes first, whatever the order of the template, and is the shortest from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle<'t> {
    /// The references; never empty.
    pub edges: Vec<Edge<'t>>,
    /// All resources that wait for each other, those of other cycles through the same resources too. Sorted.
    pub members: Vec<&'t str>,
}

/// More names than this are left out of a sentence.
const MOST_NAMES: usize = 12;

impl Cycle<'_> {
    /// `A → B → C → A`. The middle of a long one is only counted.
    pub fn display(&self) -> String {
        let names: Vec<&str> = self.edges.iter().map(|edge| edge.from).collect();
        let first = names.first().copied().unwrap_or_default();
        match names.get(..MOST_NAMES) {
            Some(shown) if names.len() > MOST_NAMES => {
                format!("{} → … ({} more) → {first}", shown.join(" → "), names.len() - shown.len())
            }
            _ => format!("{} → {first}", names.join(" → ")),
        }
    }
}

/// The cycles of a run's scenario: one for each set of resources that wait for each other, by the name of its first.
///
/// A reference counts where both resources exist and the branches of `Fn::If` that lead to it are taken. Only conditions of references
/// that may close a cycle at all are looked at, and none where references that are always there close one.
pub fn cycles<'t>(run: &mut Run<'_, 't>, model: &Model<'_, 't>) -> Vec<Cycle<'t>> {
    // Nearly every template has none, and its references need no places; nor do those of resources that are in none.
    let mut members: Vec<usize> = cyclic_components(&neighbours(model)).into_iter().flatten().collect();
    members.sort_unstable();
    let resources = members.iter().filter_map(|place| model.resources().get(*place));
    let mut edges: Vec<Edge<'t>> = resources.flat_map(|resource| edges_of(model, resource)).collect();
    // References in a resource's own metadata do not count.
    edges.retain(|edge| edge.from != edge.to || !edge.path.starts_with("Metadata/"));
    let mut found = Vec::new();
    for component in split(edges) {
        let certain: Vec<Edge<'t>> = component.iter().filter(|edge| edge.is_unconditional(model)).cloned().collect();
        let mut components = split(certain);
        if components.is_empty() {
            let live = component.into_iter().filter(|edge| edge.is_live(run, model)).collect();
            components = split(live);
        }
        found.extend(components.into_iter().filter_map(shortest));
    }
    found.sort_by(|one, other| one.members.cmp(&other.members));
    found
}

/// The references inside each set of resources that wait for each other, sets by their first name.
fn split(edges: Vec<Edge<'_>>) -> Vec<Vec<Edge<'_>>> {
    let graph = Graph::new(&edges);
    let mut component_of: BTreeMap<&str, usize> = BTreeMap::new();
    let components = cyclic_components(&graph.neighbours);
    for (index, component) in components.iter().enumerate() {
        component_of.extend(component.iter().filter_map(|node| Some((*graph.names.get(*node)?, index))));
    }
    let mut split = vec![Vec::new(); components.len()];
    for edge in edges {
        if let (Some(from), Some(to)) = (component_of.get(edge.from), component_of.get(edge.to))
            && from == to
            && let Some(component) = split.get_mut(*from)
        {
            component.push(edge);
        }
    }
    split
}

/// The shortest cycle through the resource of a component whose name comes first.
fn shortest(component: Vec<Edge<'_>>) -> Option<Cycle<'_>> {
    let graph = Graph::new(&component);
    let nodes = shortest_cycle(&graph.neighbours, 0)?;
    let names: Vec<&str> = nodes.iter().filter_map(|node| graph.names.get(*node).copied()).collect();
    let next = names.iter().cycle().skip(1);
    let edges: Option<Vec<Edge<'_>>> = names
        .iter()
        .zip(next)
        .map(|(from, to)| component.iter().find(|edge| edge.from == *from && edge.to == *to).cloned())
        .collect();
    Some(Cycle { edges: edges?, members: graph.names })
}

/// Resources, sorted by name, and which refer to which.
struct Graph<'t> {
    names: Vec<&'t str>,
    neighbours: Adjacency,
}

impl<'t> Graph<'t> {
    fn new(edges: &[Edge<'t>]) -> Self {
        let names: BTreeSet<&'t str> = edges.iter().flat_map(|edge| [edge.from, edge.to]).collect();
        let names: Vec<&'t str> = names.into_iter().collect();
        let mut neighbours: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); names.len()];
        for edge in edges {
            if let (Ok(from), Ok(to)) = (names.binary_search(&edge.from), names.binary_search(&edge.to))
                && let Some(neighbours) = neighbours.get_mut(from)
            {
                neighbours.insert(to);
            }
        }
        Self { names, neighbours: neighbours.into_iter().map(|nodes| nodes.into_iter().collect()).collect() }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::eval::inputs::Inputs;
    use crate::eval::{Memory, explore};
    use crate::source::SourceId;
    use crate::template::Template;

    /// The cycles of each scenario, with the choice that brings it.
    fn reported(text: &str) -> Vec<String> {
        let document = crate::syntax::parse(text, SourceId(0)).unwrap();
        let template = Template::new(&document.root);
        let (inputs, memory) = (Inputs::default(), Memory::default());
        let model = Model::new(&template, &inputs, &memory);
        let exploration = explore(&model.evaluator, |run| cycles(run, &model));
        assert!(exploration.complete);
        let infeasible = exploration.infeasible;
        let reported = |(scenario, cycles): (_, Vec<Cycle<'_>>)| {
            let all: Vec<String> = cycles.iter().map(Cycle::display).collect();
            let when = model.evaluator.describe(&[scenario], &infeasible).unwrap_or_else(|| "always".to_owned());
            format!("{when}: {}", all.join(", "))
        };
        let mut reported: Vec<String> = exploration.leaves.into_iter().map(reported).collect();
        reported.sort();
        reported
    }

    const ENV: &str = "
Parameters: {Env: {Type: String, Default: prod, AllowedValues: [dev, prod]}}
Conditions: {IsDev: !Equals [!Ref Env, dev], IsProd: !Not [!Condition IsDev]}
";

    #[test]
    fn all_kinds_of_reference_close_a_cycle() {
        let text = "
Resources:
  C: {Type: T, Properties: {X: !Sub '${A.Arn}'}}
  B: {Type: T, DependsOn: C}
  A: {Type: T, Properties: {X: [{Y: !GetAtt B.Arn}]}}
  Own: {Type: T, Metadata: {X: !Ref Own}, Properties: {X: !Ref Loner}}
  Loner: {Type: T}
  Self: {Type: T, Properties: {X: !Ref Self}}
";
        assert_eq!(reported(text), ["always: A → B → C → A, Self → Self"]);
    }

    #[test]
    fn no_condition_is_looked_at_where_none_matters() {
        let text = format!(
            "{ENV}
Resources:
  A: {{Type: T, Properties: {{X: !If [IsDev, !Ref B, !Ref C], Y: !Ref B}}}}
  B: {{Type: T, Properties: {{X: !Ref A}}}}
  C: {{Type: T, Condition: IsDev, Properties: {{X: !If [IsProd, !Ref D, '']}}}}
  D: {{Type: T, Condition: IsDev}}"
        );
        assert_eq!(reported(&text), ["always: A → B → A"]);
    }

    #[test]
    fn branches_and_conditions_open_a_cycle() {
        let branch = format!(
            "{ENV}
Resources:
  A: {{Type: T, Properties: {{X: !If [IsDev, !Ref B, x]}}}}
  B: {{Type: T, Properties: {{X: !Ref A}}}}"
        );
        assert_eq!(reported(&branch), ["Env is dev: A → B → A", "Env is prod: "]);
        // Two branches that are never taken together.
        let never = format!(
            "{ENV}
Resources:
  A: {{Type: T, Properties: {{X: !If [IsDev, !Ref B, x]}}}}
  B: {{Type: T, Properties: {{X: !If [IsProd, !Ref A, x]}}}}"
        );
        assert_eq!(reported(&never), ["Env is dev: ", "Env is prod: "]);
        let resource = format!(
            "{ENV}
Resources:
  A: {{Type: T, DependsOn: B}}
  B: {{Type: T, Condition: IsProd, DependsOn: A}}"
        );
        assert_eq!(reported(&resource), ["Env is dev: ", "Env is prod: A → B → A"]);
    }

    #[test]
    fn long_cycles_are_abbreviated() {
        let resources: String =
            (0..20).map(|n| format!("  R{n:02}: {{Type: T, DependsOn: R{:02}}}\n", (n + 1) % 20)).collect();
        let reported = reported(&format!("Resources:\n{resources}"));
        assert!(
            reported[0].starts_with("always: R00 → R01 → ") && reported[0].ends_with(" → R11 → … (8 more) → R00"),
            "{reported:?}"
        );
    }
}
