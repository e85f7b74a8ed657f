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

/// Says when one of the scenarios applies: `Env is dev or test`; nothing where together with the `infeasible` ones they cover
/// everything. What never happens may be said to be covered, if that is shorter.
///
/// `atoms` are the evaluator's atoms, by index.
pub fn describe(
    scenarios: &[Scenario],
    infeasible: &[Scenario],
    choices: &Choices<'_>,
    atoms: &[AtomText],
) -> Option<String> {
    const MOST: usize = 3;
    let size = |variable: Variable| match variable {
        Variable::Named(index) => choices.get(index).map_or(1, |named| named.candidates.len()),
        Variable::Atom(_) => 2,
    };
    let cubes_of = |scenarios: &[Scenario]| -> Vec<Cube> {
        scenarios.iter().map(|scenario| normal(&scenario.settled, &size)).collect()
    };
    let cubes = merge(cubes_of(scenarios), &cubes_of(infeasible), &size);
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

/// Cubes that simplification may look at before it is content with what it has: what is simplified is a sentence.
const MOST_STEPS: usize = 100_000;

/// Variables past which it is not tried at all.
const MOST_VARIABLES: usize = 16;

/// The shortest way to say the same that can be found simply, the same for every order in which scenarios were met. What is
/// `free` may be covered or not.
fn merge(cubes: Vec<Cube>, free: &[Cube], size: &impl Fn(Variable) -> usize) -> Vec<Cube> {
    let mut variables: Vec<Variable> = cubes.iter().chain(free).flatten().map(|(variable, _)| *variable).collect();
    variables.sort_unstable();
    variables.dedup();
    let universe: Cube = variables.into_iter().map(|variable| (variable, (0..size(variable)).collect())).collect();
    let mut steps = if universe.len() > MOST_VARIABLES { 0 } else { MOST_STEPS };
    let Some(mut disjoint) = split(&cubes, &universe, &mut steps) else { return cubes };
    disjoint.sort();
    // Each case is said as broadly as the whole allows: "A, or not A and B" is "A or B".
    let mut broad: Vec<Cube> = Vec::new();
    let coverable: Vec<Cube> = cubes.iter().chain(free).cloned().collect();
    for mut cube in disjoint {
        for (variable, _) in cube.clone() {
            let without: Cube = cube.iter().filter(|(other, _)| *other != variable).cloned().collect();
            if covers_all(&coverable, &within(&universe, &without), &mut steps) == Some(true) {
                cube = without;
            }
        }
        if !broad.contains(&cube) {
            broad.push(cube);
        }
    }
    // What the other cases say already is not said again.
    let mut index = 0;
    while let Some(cube) = broad.get(index) {
        let others: Vec<Cube> = broad.iter().filter(|other| *other != cube).chain(free).cloned().collect();
        if covers_all(&others, &within(&universe, cube), &mut steps) == Some(true) {
            broad.remove(index);
        } else {
            index += 1;
        }
    }
    broad.sort_by_key(|cube| (cube.len(), cube.clone()));
    broad
}

/// The universe, narrowed to a cube.
fn within(universe: &Cube, cube: &Cube) -> Cube {
    universe
        .iter()
        .map(|(variable, all)| {
            let own = cube.iter().find(|(other, _)| other == variable).map(|(_, domain)| domain);
            (*variable, own.unwrap_or(all).clone())
        })
        .collect()
}

/// Cubes with one value of a variable: those that allow it, no longer speaking of it.
fn given(cubes: &[Cube], variable: Variable, value: usize) -> Vec<Cube> {
    cubes
        .iter()
        .filter(|cube| cube.iter().all(|(other, domain)| *other != variable || domain.contains(&value)))
        .map(|cube| cube.iter().filter(|(other, _)| *other != variable).cloned().collect())
        .collect()
}

/// The same cases, told apart variable by variable, values with the same consequences together. None past the bound.
fn split(cubes: &[Cube], universe: &[(Variable, Domain)], steps: &mut usize) -> Option<Vec<Cube>> {
    *steps = steps.checked_sub(cubes.len() + 1)?;
    if cubes.iter().any(Vec::is_empty) {
        return Some(vec![Cube::new()]);
    }
    let ((variable, values), rest) = match universe.split_first() {
        Some(first) if !cubes.is_empty() => first,
        _ => return Some(Vec::new()),
    };
    let mut groups: Vec<(Vec<Cube>, Domain)> = Vec::new();
    for value in values {
        let consequences = split(&given(cubes, *variable, *value), rest, steps)?;
        match groups.iter_mut().find(|(known, _)| *known == consequences) {
            Some((_, domain)) => domain.push(*value),
            None => groups.push((consequences, vec![*value])),
        }
    }
    let mut found = Vec::new();
    for (consequences, domain) in groups {
        for mut cube in consequences {
            if domain.len() < values.len() {
                cube.insert(0, (*variable, domain.clone()));
            }
            found.push(cube);
        }
    }
    Some(found)
}

/// Whether some cube holds whatever is chosen within the universe. None past the bound.
fn covers_all(cubes: &[Cube], universe: &[(Variable, Domain)], steps: &mut usize) -> Option<bool> {
    *steps = steps.checked_sub(cubes.len() + 1)?;
    if cubes.iter().any(Vec::is_empty) {
        return Some(true);
    }
    let ((variable, values), rest) = match universe.split_first() {
        Some(first) if !cubes.is_empty() => first,
        _ => return Some(false),
    };
    for value in values {
        if !covers_all(&given(cubes, *variable, *value), rest, steps)? {
            return Some(false);
        }
    }
    Some(true)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    const A: Variable = Variable::Atom(0);
    const B: Variable = Variable::Atom(1);
    const C: Variable = Variable::Named(0);

    fn size(variable: Variable) -> usize {
        if variable == C { 4 } else { 2 }
    }

    #[test]
    fn says_the_same_for_every_order_and_as_briefly_as_it_can() {
        let one = vec![vec![(A, vec![1])], vec![(A, vec![0]), (B, vec![1])]];
        let other = vec![vec![(B, vec![1])], vec![(A, vec![1]), (B, vec![0])]];
        assert_eq!(merge(one, &[], &size), [[(A, vec![1])], [(B, vec![1])]]);
        assert_eq!(merge(other, &[], &size), [[(A, vec![1])], [(B, vec![1])]]);
    }

    #[test]
    fn unites_values_and_drops_what_covers_everything() {
        let values = vec![vec![(C, vec![2])], vec![(C, vec![0])]];
        assert_eq!(merge(values, &[], &size), [[(C, vec![0, 2])]]);
        let all = vec![vec![(A, vec![0])], vec![(A, vec![1]), (C, vec![0, 1])], vec![(A, vec![1]), (C, vec![2, 3])]];
        assert_eq!(merge(all, &[], &size), [Cube::new()]);
        assert_eq!(merge(Vec::new(), &[], &size), Vec::<Cube>::new());
    }

    #[test]
    fn what_never_happens_need_not_be_excluded() {
        // C is 0, or A holds; both together never happen otherwise than with C 1.
        let cubes = vec![vec![(A, vec![1]), (C, vec![1])]];
        let never = [vec![(A, vec![1]), (C, vec![0, 2, 3])]];
        assert_eq!(merge(cubes.clone(), &never, &size), [[(A, vec![1])]]);
        assert_eq!(merge(cubes, &[], &size), [[(C, vec![1]), (A, vec![1])]]);
        assert_eq!(merge(vec![vec![(A, vec![1])]], &[vec![(A, vec![0])]], &size), [Cube::new()]);
    }

    #[test]
    fn many_variables_end() {
        let cubes: Vec<Cube> = (0..200).map(|n| vec![(Variable::Atom(n), vec![1])]).collect();
        assert!(!merge(cubes, &[], &|_| 2).is_empty());
    }
}
