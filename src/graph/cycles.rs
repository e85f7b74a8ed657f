//! Resources that wait for each other: cycles of references, in the deployments in which they close.

use super::components::{Adjacency, cyclic_components, shortest_cycle};
use super::edges::{Edge, EdgeKind, edges_of, edges_that, neighbours};
use super::references;
use crate::eval::Run;
use crate::expand::{Block, Model};
use rustc_hash::FxHashMap;

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
    let places: Vec<usize> = cyclic_components(&neighbours(model)).into_iter().flatten().collect();
    if places.is_empty() {
        return Vec::new();
    }
    let members = Members::new(model, places);
    let (all, certain) = members.references(model);
    let always = |from: &str, to: &str| {
        let edges = edges_that(model, model.resource(from)?, |met| met.name == to);
        edges.into_iter().find(|edge| edge.to == to && counts(edge) && edge.is_unconditional(model))
    };
    let closed = cyclic_components(&certain);
    let mut is_closed = vec![false; members.blocks.len()];
    for node in closed.iter().flatten() {
        if let Some(is_closed) = is_closed.get_mut(*node) {
            *is_closed = true;
        }
    }
    let mut found: Vec<Cycle<'t>> =
        closed.iter().filter_map(|component| members.shortest(component, &certain, &always)).collect();
    let mut live = Live { graph: vec![Vec::new(); members.blocks.len()], first: FxHashMap::default() };
    for component in cyclic_components(&all) {
        if !component.iter().any(|node| is_closed.get(*node) == Some(&true)) {
            members.look(run, model, &component, &mut live);
        }
    }
    let first = |from: &str, to: &str| live.first.get(&(from, to)).cloned();
    let closed = cyclic_components(&live.graph);
    found.extend(closed.iter().filter_map(|component| members.shortest(component, &live.graph, &first)));
    found.sort_by(|one, other| one.members.cmp(&other.members));
    found
}

/// References in a resource's own metadata do not count.
fn counts(edge: &Edge<'_>) -> bool {
    edge.from != edge.to || !edge.path.starts_with("Metadata/")
}

/// The resources that may wait for each other. Their numbers are in the order of their names.
struct Members<'m, 't> {
    blocks: Vec<(&'m Block<'t>, usize)>,
    /// The numbers, by the places in the model.
    numbers: FxHashMap<usize, usize>,
}

/// References that are there in a run's scenario.
struct Live<'t> {
    graph: Adjacency,
    /// The first from each resource to each other.
    first: FxHashMap<(&'t str, &'t str), Edge<'t>>,
}

impl<'m, 't> Members<'m, 't> {
    /// Those at some places.
    fn new(model: &'m Model<'_, 't>, places: Vec<usize>) -> Self {
        let block = |place: usize| Some((model.resources().get(place)?, place));
        let mut blocks: Vec<(&Block<'t>, usize)> = places.into_iter().filter_map(block).collect();
        blocks.sort_unstable_by_key(|(block, _)| block.name);
        let numbers = blocks.iter().enumerate().map(|(number, (_, place))| (*place, number)).collect();
        Self { blocks, numbers }
    }

    /// Which of them refer to which: at all, and in every deployment.
    fn references(&self, model: &Model<'_, 't>) -> (Adjacency, Adjacency) {
        let always: Vec<bool> = self.blocks.iter().map(|(block, _)| block.condition.is_none()).collect();
        let is_always = |node: usize| always.get(node) == Some(&true);
        let of = |(from, (block, _)): (usize, &(&Block<'t>, usize))| {
            let (mut all, mut certain) = (Vec::new(), Vec::new());
            references::of_resource(block.node, &mut |met| {
                let place = EdgeKind::by(met.by).and_then(|_| model.place_of(met.name));
                let Some(to) = place.and_then(|place| self.numbers.get(&place).copied()) else { return };
                if from == to && met.is_in_metadata() {
                    return;
                }
                all.push(to);
                if !met.is_in_branch() && is_always(from) && is_always(to) {
                    certain.push(to);
                }
            });
            (all, certain)
        };
        self.blocks.iter().enumerate().map(of).unzip()
    }

    /// Looks which references inside a set of them are there in a run's scenario.
    fn look(&self, run: &mut Run<'_, 't>, model: &Model<'_, 't>, component: &[usize], live: &mut Live<'t>) {
        // Conditions are looked at in the order of the template.
        let mut members: Vec<(usize, usize, &Block<'t>)> = component
            .iter()
            .filter_map(|node| self.blocks.get(*node).map(|(block, place)| (*place, *node, *block)))
            .collect();
        members.sort_unstable_by_key(|(place, ..)| *place);
        for (_, from, block) in members {
            for edge in edges_of(model, block).into_iter().filter(counts) {
                let to = model.place_of(edge.to).and_then(|place| self.numbers.get(&place));
                let Some(to) = to.filter(|to| component.binary_search(to).is_ok()) else { continue };
                if edge.is_live(run, model) {
                    live.graph.get_mut(from).into_iter().for_each(|neighbours| neighbours.push(*to));
                    live.first.entry((edge.from, edge.to)).or_insert(edge);
                }
            }
        }
    }

    /// The shortest cycle through the resource of a component whose name comes first. `edge` finds the first reference of one to another.
    fn shortest(
        &self,
        component: &[usize],
        graph: &Adjacency,
        edge: &dyn Fn(&str, &str) -> Option<Edge<'t>>,
    ) -> Option<Cycle<'t>> {
        let inside = |node: &usize| {
            let all = graph.get(*node).into_iter().flatten();
            let mut inside: Vec<usize> = all.filter_map(|to| component.binary_search(to).ok()).collect();
            inside.sort_unstable();
            inside
        };
        let nodes = shortest_cycle(&component.iter().map(inside).collect(), 0)?;
        let members: Vec<&'t str> =
            component.iter().filter_map(|node| self.blocks.get(*node).map(|(block, _)| block.name)).collect();
        let names: Vec<&str> = nodes.iter().filter_map(|node| members.get(*node).copied()).collect();
        let next = names.iter().cycle().skip(1);
        let edges: Option<Vec<Edge<'t>>> = names.iter().zip(next).map(|(from, to)| edge(from, to)).collect();
        Some(Cycle { edges: edges?, members })
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
