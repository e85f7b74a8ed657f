//! Strongly connected components and shortest cycles of a directed graph. Knows nothing of templates.

use std::collections::VecDeque;

/// The nodes that can be reached from each node.
pub type Adjacency = Vec<Vec<usize>>;

/// The sets of nodes that reach each other, and single nodes that reach themselves directly: where the graph goes in circles. Each
/// set is sorted, and the sets by their least node.
///
/// Tarjan's algorithm ("Depth-first search and linear graph algorithms", 1972) with a stack of its own: a template's chain of
/// references may be longer than a thread's stack is deep.
pub fn cyclic_components(graph: &Adjacency) -> Vec<Vec<usize>> {
    let mut search = Search {
        graph,
        next: 0,
        order: vec![None; graph.len()],
        low: vec![0; graph.len()],
        on_path: vec![false; graph.len()],
        path: Vec::new(),
        found: Vec::new(),
    };
    for node in 0..graph.len() {
        search.from(node);
    }
    let mut found = search.found;
    found.sort_unstable();
    found
}

struct Search<'g> {
    graph: &'g Adjacency,
    next: usize,
    /// When each node was met.
    order: Vec<Option<usize>>,
    /// The earliest node of the current path that each node leads back to.
    low: Vec<usize>,
    on_path: Vec<bool>,
    path: Vec<usize>,
    found: Vec<Vec<usize>>,
}

impl Search<'_> {
    fn neighbours(&self, node: usize) -> &[usize] {
        self.graph.get(node).map_or(&[], Vec::as_slice)
    }

    fn low_of(&self, node: usize) -> usize {
        self.low.get(node).copied().unwrap_or(usize::MAX)
    }

    fn lower(&mut self, node: usize, to: usize) {
        if let Some(low) = self.low.get_mut(node) {
            *low = to.min(*low);
        }
    }

    fn order_of(&self, node: usize) -> Option<usize> {
        self.order.get(node).copied().flatten()
    }

    fn meet(&mut self, node: usize) {
        let now = self.next;
        self.next += 1;
        if let (Some(order), Some(low), Some(on_path)) =
            (self.order.get_mut(node), self.low.get_mut(node), self.on_path.get_mut(node))
        {
            (*order, *low, *on_path) = (Some(now), now, true);
        }
        self.path.push(node);
    }

    fn from(&mut self, start: usize) {
        if self.order_of(start).is_some() {
            return;
        }
        self.meet(start);
        // Each node with the number of its neighbours that were looked at.
        let mut stack = vec![(start, 0)];
        while let Some((node, looked_at)) = stack.last_mut() {
            let node = *node;
            match self.neighbours(node).get(*looked_at).copied() {
                Some(neighbour) => {
                    *looked_at += 1;
                    match self.order_of(neighbour) {
                        None => {
                            self.meet(neighbour);
                            stack.push((neighbour, 0));
                        }
                        Some(order) if self.on_path.get(neighbour) == Some(&true) => self.lower(node, order),
                        Some(_) => {}
                    }
                }
                None => {
                    stack.pop();
                    if let Some((parent, _)) = stack.last() {
                        self.lower(*parent, self.low_of(node));
                    }
                    if Some(self.low_of(node)) == self.order_of(node) {
                        self.close(node);
                    }
                }
            }
        }
    }

    /// Takes a finished component, whose first node is `root`, off the path.
    fn close(&mut self, root: usize) {
        let start = self.path.iter().rposition(|node| *node == root).unwrap_or_default();
        let mut component = self.path.split_off(start);
        for node in &component {
            if let Some(on_path) = self.on_path.get_mut(*node) {
                *on_path = false;
            }
        }
        if component.len() > 1 || self.neighbours(root).contains(&root) {
            component.sort_unstable();
            self.found.push(component);
        }
    }
}

/// A shortest path from a node back to itself: the nodes in order, `start` first, without repeating it. None if there is no path.
/// Of several, the one whose nodes come first in each list of neighbours.
pub fn shortest_cycle(graph: &Adjacency, start: usize) -> Option<Vec<usize>> {
    let mut came_from: Vec<Option<usize>> = vec![None; graph.len()];
    let mut waiting = VecDeque::from([start]);
    while let Some(node) = waiting.pop_front() {
        for neighbour in graph.get(node)? {
            if *neighbour == start {
                let mut cycle = vec![node];
                while let Some(before) =
                    cycle.last().filter(|last| **last != start).and_then(|last| *came_from.get(*last)?)
                {
                    cycle.push(before);
                }
                cycle.reverse();
                return Some(cycle);
            }
            if let Some(slot @ None) = came_from.get_mut(*neighbour) {
                *slot = Some(node);
                waiting.push_back(*neighbour);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn graph(nodes: usize, edges: &[(usize, usize)]) -> Adjacency {
        let mut graph = vec![Vec::new(); nodes];
        edges.iter().for_each(|(from, to)| graph[*from].push(*to));
        graph
    }

    #[test]
    fn components_are_what_goes_in_circles() {
        assert!(cyclic_components(&graph(4, &[(0, 1), (1, 2), (0, 2), (3, 2)])).is_empty());
        let two = graph(7, &[(6, 5), (5, 6), (0, 1), (1, 2), (2, 0), (2, 5), (3, 3), (4, 0)]);
        assert_eq!(cyclic_components(&two), [vec![0, 1, 2], vec![3], vec![5, 6]]);
    }

    #[test]
    fn agrees_with_reachability_on_every_small_graph() {
        // All 512 graphs of three nodes.
        for bits in 0..512_u32 {
            let edges: Vec<(usize, usize)> =
                (0..9).filter(|edge| bits >> edge & 1 == 1).map(|edge| (edge / 3, edge % 3)).collect();
            let pairs = || (0..9).map(|pair| (pair / 3, pair % 3));
            let mut reaches = [[false; 3]; 3];
            edges.iter().for_each(|(from, to)| reaches[*from][*to] = true);
            for by in 0..3 {
                pairs().for_each(|(from, to)| reaches[from][to] |= reaches[from][by] && reaches[by][to]);
            }
            let graph = graph(3, &edges);
            let components = cyclic_components(&graph);
            for (from, to) in pairs() {
                let together = components.iter().any(|found| found.contains(&from) && found.contains(&to));
                assert_eq!(together, reaches[from][to] && reaches[to][from], "{edges:?}");
            }
            for (node, reached) in reaches.iter().enumerate() {
                assert_eq!(shortest_cycle(&graph, node).is_some(), reached[node], "{edges:?}");
            }
        }
    }

    #[test]
    fn cycles_are_the_shortest() {
        let graph = graph(4, &[(0, 1), (1, 2), (2, 3), (3, 0), (2, 0)]);
        assert_eq!(shortest_cycle(&graph, 0), Some(vec![0, 1, 2]));
        assert_eq!(shortest_cycle(&graph, 3), Some(vec![3, 0, 1, 2]));
        assert_eq!(shortest_cycle(&vec![vec![0]], 0), Some(vec![0]));
        assert_eq!(shortest_cycle(&vec![vec![]], 0), None);
    }

    #[test]
    fn long_chains_need_no_stack() {
        const NODES: usize = 200_000;
        let graph: Adjacency = (0..NODES).map(|node| vec![(node + 1) % NODES]).collect();
        assert_eq!(cyclic_components(&graph)[0].len(), NODES);
        assert_eq!(shortest_cycle(&graph, 0).unwrap().len(), NODES);
    }
}
