//! How the scenario of a run came to be, and the alternatives that it left to others.

use super::domain::Domain;
use super::scenario::{Scenario, Variable};

/// What a run settled, in order, from where it began. What it left behind is kept as what differs: a run that settles hundreds of
/// variables leaves as many scenarios with as many of them each.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    start: Scenario,
    settled: Vec<(Variable, Domain)>,
    /// The alternatives that were not taken, in the order they were met.
    pub siblings: Vec<Branch>,
    /// Those that CloudFormation refuses.
    pub refused: Vec<Branch>,
}

/// What one variable may be, after so much as was settled before.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub after: usize,
    pub variable: Variable,
    pub domain: Domain,
}

impl Trace {
    /// Of a run that begins here.
    pub fn new(start: Scenario) -> Self {
        Self { start, settled: Vec::new(), siblings: Vec::new(), refused: Vec::new() }
    }

    /// How much was settled.
    pub fn len(&self) -> usize {
        self.settled.len()
    }

    /// The variables that were settled after the first so many.
    pub fn settled_since(&self, before: usize) -> impl Iterator<Item = Variable> + '_ {
        self.settled.iter().skip(before).map(|(variable, _)| *variable)
    }

    /// Adds what was settled.
    pub fn settle(&mut self, variable: Variable, domain: Domain) {
        self.settled.push((variable, domain));
    }

    /// The scenario at a branch.
    pub fn scenario(&self, branch: &Branch) -> Scenario {
        let mut scenario = self.start.clone();
        for (variable, domain) in self.settled.iter().take(branch.after) {
            scenario.settle(*variable, domain.clone());
        }
        scenario.settle(branch.variable, branch.domain.clone());
        scenario
    }
}
