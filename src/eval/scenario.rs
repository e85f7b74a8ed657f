//! One feasible combination of choices, as far as a check has asked for it, and how a set of them reads in a sentence.

use super::choices::{Candidate, Choices};

/// Something a scenario can settle.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Variable {
    /// A parameter or pseudo parameter: its index in [`Choices`].
    Named(usize),
    /// A comparison that the template cannot answer: its index in the evaluator's list of atoms.
    Atom(usize),
}

/// The candidates that a variable may still take: indices into its list; for an atom 0 is false and 1 is true.
pub type Domain = Vec<usize>;

/// What has been settled so far. A variable that is absent may take any of its values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scenario {
    settled: Vec<(Variable, Domain)>,
}

impl Scenario {
    /// What a variable may still take; none if nothing was settled about it.
    pub fn domain(&self, variable: Variable) -> Option<&Domain> {
        self.settled.iter().find(|(known, _)| *known == variable).map(|(_, domain)| domain)
    }

    /// Settles a variable, or narrows it.
    pub fn settle(&mut self, variable: Variable, domain: Domain) {
        match self.settled.iter_mut().find(|(known, _)| *known == variable) {
            Some((_, old)) => *old = domain,
            None => self.settled.push((variable, domain)),
        }
    }

    /// Whether every parameter that has a default may have it here.
    pub fn keeps_defaults(&self, choices: &Choices<'_>) -> bool {
        self.settled.iter().all(|(variable, domain)| match variable {
            Variable::Named(index) => {
                choices.get(*index).and_then(|named| named.default).is_none_or(|default| domain.contains(&default))
            }
            Variable::Atom(_) => true,
        })
    }
}

/// How an atom reads when it holds and when it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtomText {
    /// ``` `${A}` equals "x" ```
    pub holds: String,
    /// ``` `${A}` does not equal "x" ```
    pub fails: String,
}

/// Says when one of the scenarios applies: `Env is dev or test`; nothing where together they cover everything.
///
/// `atoms` are the evaluator's atoms, by index.
pub fn describe(scenarios: &[Scenario], choices: &Choices<'_>, atoms: &[AtomText]) -> Option<String> {
    const MOST: usize = 3;
    let size = |variable: Variable| match variable {
        Variable::Named(index) => choices.get(index).map_or(1, |named| named.candidates.len()),
        Variable::Atom(_) => 2,
    };
    let cubes = merge(scenarios.iter().map(|scenario| normal(&scenario.settled, &size)).collect(), &size);
    if cubes.is_empty() || cubes.iter().any(Vec::is_empty) {
        return None;
    }
    let mut alternatives: Vec<String> = cubes
        .iter()
        .take(MOST)
        .map(|cube| {
            let terms: Vec<String> =
                cube.iter().map(|(variable, domain)| term(*variable, domain, choices, atoms)).collect();
            terms.join(" and ")
        })
        .collect();
    if cubes.len() > MOST {
        alternatives.push(format!("in {} more cases", cubes.len() - MOST));
    }
    Some(alternatives.join(", or "))
}

type Cube = Vec<(Variable, Domain)>;

fn normal(settled: &[(Variable, Domain)], size: &impl Fn(Variable) -> usize) -> Cube {
    let mut cube: Cube = settled
        .iter()
        .filter(|(variable, domain)| domain.len() < size(*variable))
        .map(|(variable, domain)| {
            let mut domain = domain.clone();
            domain.sort_unstable();
            (*variable, domain)
        })
        .collect();
    cube.sort();
    cube
}

/// Unites cubes that differ in one variable only, until none do; drops cubes that others contain.
fn merge(mut cubes: Vec<Cube>, size: &impl Fn(Variable) -> usize) -> Vec<Cube> {
    loop {
        let mut united = None;
        'search: for (i, a) in cubes.iter().enumerate() {
            for (j, b) in cubes.iter().enumerate().skip(i + 1) {
                if let Some(cube) = unite(a, b, size) {
                    united = Some((i, j, cube));
                    break 'search;
                }
            }
        }
        let Some((i, j, cube)) = united else { return cubes };
        cubes.remove(j);
        if let Some(place) = cubes.get_mut(i) {
            *place = cube;
        }
    }
}

fn unite(a: &Cube, b: &Cube, size: &impl Fn(Variable) -> usize) -> Option<Cube> {
    let covers = |outer: &Cube, inner: &Cube| {
        outer.iter().all(|(variable, domain)| {
            inner
                .iter()
                .find(|(other, _)| other == variable)
                .is_some_and(|(_, inner)| inner.iter().all(|value| domain.contains(value)))
        })
    };
    if covers(a, b) {
        return Some(a.clone());
    }
    if covers(b, a) {
        return Some(b.clone());
    }
    let same_variables = a.len() == b.len() && a.iter().zip(b).all(|((x, _), (y, _))| x == y);
    if !same_variables {
        return None;
    }
    let differing: Vec<usize> =
        a.iter().zip(b).enumerate().filter(|(_, ((_, x), (_, y)))| x != y).map(|(index, _)| index).collect();
    let [only] = differing.as_slice() else { return None };
    let mut cube = a.clone();
    let (variable, domain) = cube.get_mut(*only)?;
    domain.extend(b.get(*only)?.1.iter().copied());
    domain.sort_unstable();
    domain.dedup();
    if domain.len() >= size(*variable) {
        cube.remove(*only);
    }
    Some(cube)
}

fn term(variable: Variable, domain: &Domain, choices: &Choices<'_>, atoms: &[AtomText]) -> String {
    match variable {
        Variable::Atom(index) => atoms
            .get(index)
            .map_or_else(String::new, |text| if domain.contains(&1) { text.holds.clone() } else { text.fails.clone() }),
        Variable::Named(index) => choices.get(index).map_or_else(String::new, |named| {
            let text = |index: usize| match named.candidates.get(index) {
                Some(Candidate::Known(text)) if text.is_empty() => "empty".to_owned(),
                Some(Candidate::Known(text)) => super::value::shorten(text).into_owned(),
                Some(Candidate::Other) | None => "anything else".to_owned(),
            };
            let has_other = domain.iter().any(|index| matches!(named.candidates.get(*index), Some(Candidate::Other)));
            if has_other {
                let excluded: Vec<String> =
                    (0..named.candidates.len()).filter(|index| !domain.contains(index)).map(text).collect();
                format!("{} is not {}", named.name, list(&excluded))
            } else {
                let values: Vec<String> = domain.iter().copied().map(text).collect();
                format!("{} is {}", named.name, list(&values))
            }
        }),
    }
}

fn list(items: &[String]) -> String {
    match items {
        [] => "anything".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
