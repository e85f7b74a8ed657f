//! One feasible combination of choices, as far as a check has asked for it, and how a set of them reads in a sentence.

use super::choices::{Candidate, Choices};
use super::domain::Domain;
use super::merging::{Cube, MOST_COMBINATIONS, merge};
use rustc_hash::FxHashSet;
use std::rc::Rc;

/// Something a scenario can settle.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Variable {
    /// A parameter or pseudo parameter: its index in [`Choices`].
    Named(usize),
    /// A comparison that the template does not decide: its index in the evaluator's list of atoms.
    Atom(usize),
}

/// What has been settled so far. A variable that is absent may take any of its values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scenario {
    /// Ordered by variable. Shared by those who hold the scenario; none where nothing was settled.
    settled: Option<Rc<Vec<(Variable, Domain)>>>,
}

impl Scenario {
    /// What a variable may still take; none if nothing was settled about it.
    pub fn domain(&self, variable: Variable) -> Option<&Domain> {
        let place = self.place(variable).ok()?;
        self.settled().get(place).map(|(_, domain)| domain)
    }

    /// Settles a variable, or narrows it.
    pub fn settle(&mut self, variable: Variable, domain: Domain) {
        let place = self.place(variable);
        let settled = Rc::make_mut(self.settled.get_or_insert_default());
        match place {
            Ok(place) => {
                if let Some((_, old)) = settled.get_mut(place) {
                    *old = domain;
                }
            }
            Err(place) => settled.insert(place, (variable, domain)),
        }
    }

    /// The scenarios of some groups without what is settled in all of them alike, since that does not distinguish them, and those of
    /// `others` that may occur together with it.
    pub fn distinguishing(groups: &[&[Self]], others: &[Self]) -> (Vec<Vec<Self>>, Vec<Self>) {
        let mut all = groups.iter().flat_map(|group| *group);
        let mut common: Vec<(Variable, Domain)> = all.next().map(|first| first.settled().to_vec()).unwrap_or_default();
        for one in all {
            common.retain(|(variable, domain)| one.domain(*variable) == Some(domain));
        }
        let without = |one: &Self| {
            let is_left = |(variable, _): &&(Variable, Domain)| !common.iter().any(|(known, _)| known == variable);
            let left: Vec<(Variable, Domain)> = one.settled().iter().filter(is_left).cloned().collect();
            Self { settled: (!left.is_empty()).then(|| Rc::new(left)) }
        };
        let may_occur = |one: &&Self| {
            common
                .iter()
                .all(|(variable, domain)| one.domain(*variable).is_none_or(|own| !own.intersection(domain).is_empty()))
        };
        let groups = groups.iter().map(|group| group.iter().map(without).collect()).collect();
        (groups, others.iter().filter(may_occur).map(without).filter(|one| !one.is_open()).collect())
    }

    fn settled(&self) -> &[(Variable, Domain)] {
        self.settled.as_ref().map_or(&[], |settled| settled.as_slice())
    }

    fn place(&self, variable: Variable) -> Result<usize, usize> {
        self.settled().binary_search_by_key(&variable, |(known, _)| *known)
    }

    /// How many variables have been settled.
    pub fn choices(&self) -> usize {
        self.settled().len()
    }

    /// The variables that have been settled.
    pub(super) fn variables(&self) -> impl Iterator<Item = Variable> + '_ {
        self.settled().iter().map(|(variable, _)| *variable)
    }

    /// The comparisons among them that the template does not decide.
    fn atoms(&self) -> impl Iterator<Item = usize> + '_ {
        self.settled().iter().rev().map_while(|(variable, _)| match variable {
            Variable::Atom(index) => Some(*index),
            Variable::Named(_) => None,
        })
    }

    /// The same scenario, with other indices of its atoms.
    fn with_atoms(&self, index_of: &impl Fn(usize) -> usize) -> Self {
        let renamed = self.settled().iter().map(|(variable, domain)| match variable {
            Variable::Atom(index) => (Variable::Atom(index_of(*index)), domain.clone()),
            Variable::Named(_) => (*variable, domain.clone()),
        });
        let mut settled: Vec<(Variable, Domain)> = renamed.collect();
        settled.sort_by_key(|(variable, _)| *variable);
        Self { settled: Some(Rc::new(settled)) }
    }

    /// Whether nothing has been settled.
    pub fn is_open(&self) -> bool {
        self.settled().is_empty()
    }

    /// Whether every parameter that has a default may have it here.
    pub fn keeps_defaults(&self, choices: &Choices<'_>) -> bool {
        self.settled().iter().all(|(variable, domain)| match variable {
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

/// Scenarios whose atoms are in the order of their words, and not in the one in which the checks of the template met them.
pub(super) struct Sorted {
    pub(super) scenarios: Vec<Scenario>,
    pub(super) infeasible: Vec<Scenario>,
    pub(super) atoms: Vec<AtomText>,
    /// Whether some read alike, so that their order follows from nothing.
    pub(super) are_alike: bool,
}

impl Sorted {
    /// Some scenarios; none where they have fewer than two atoms.
    pub(super) fn of(scenarios: &[Scenario], infeasible: &[Scenario], texts: &[AtomText]) -> Option<Self> {
        let mut used: Vec<usize> = scenarios.iter().chain(infeasible).flat_map(Scenario::atoms).collect();
        if used.len() < 2 || scenarios.iter().any(Scenario::is_open) {
            return None;
        }
        used.sort_unstable();
        used.dedup();
        let mut used: Vec<(&AtomText, usize)> =
            used.into_iter().filter_map(|index| Some((texts.get(index)?, index))).collect();
        if used.len() < 2 {
            return None;
        }
        let words = |text: &AtomText| (text.holds.clone(), text.fails.clone());
        used.sort_by_cached_key(|(text, index)| (words(text), *index));
        let are_alike = used.iter().zip(used.iter().skip(1)).any(|((one, _), (other, _))| one == other);
        let places: rustc_hash::FxHashMap<usize, usize> =
            used.iter().enumerate().map(|(place, (_, index))| (*index, place)).collect();
        let index_of = |index: usize| places.get(&index).copied().unwrap_or(index);
        let renamed = |all: &[Scenario]| all.iter().map(|scenario| scenario.with_atoms(&index_of)).collect();
        Some(Self {
            scenarios: renamed(scenarios),
            infeasible: renamed(infeasible),
            atoms: used.iter().map(|(text, _)| (*text).clone()).collect(),
            are_alike,
        })
    }
}

/// Describes when one of the scenarios applies: `Env is dev or test`; nothing where together with the `infeasible` ones they cover
/// everything. What never happens may be included, if that is shorter.
///
/// `atoms` are the evaluator's atoms, by index; `count` gets the steps that it takes.
pub fn describe(
    scenarios: &[Scenario],
    infeasible: &[Scenario],
    choices: &Choices<'_>,
    atoms: &[AtomText],
    count: &dyn Fn(usize),
) -> Option<String> {
    const MOST: usize = 3;
    const MOST_TERMS: usize = 12;
    // Most of what is found is found whatever is chosen.
    if scenarios.iter().any(Scenario::is_open) {
        return None;
    }
    let size = |variable: Variable| match variable {
        Variable::Named(index) => choices.get(index).map_or(1, |named| named.candidates.len()),
        Variable::Atom(_) => 2,
    };
    let cubes_of = |scenarios: &[Scenario]| -> Vec<Cube> {
        scenarios.iter().map(|scenario| normal(scenario.settled(), &size)).collect()
    };
    let (count, cubes) = if are_few(scenarios, &size) {
        // What is free may bring variables of its own, and can be left out.
        let all: Vec<Scenario> = scenarios.iter().chain(infeasible).cloned().collect();
        let free = if are_few(&all, &size) { cubes_of(infeasible) } else { Vec::new() };
        let cubes = merge(cubes_of(scenarios), &free, &size, count);
        (cubes.len(), cubes)
    } else {
        (scenarios.len(), least(scenarios, MOST + 1, &size))
    };
    if cubes.is_empty() || cubes.iter().any(Vec::is_empty) {
        return None;
    }
    // One more is as short as the sentence that counts it.
    let shown = if count == MOST + 1 { count } else { MOST };
    let mut alternatives: Vec<String> = cubes
        .iter()
        .take(shown)
        .map(|cube| {
            // One more is as short as the words that count it.
            let shown = if cube.len() == MOST_TERMS + 1 { cube.len() } else { MOST_TERMS };
            let terms = cube.iter().take(shown);
            let mut terms: Vec<String> =
                terms.map(|(variable, domain)| term(*variable, domain, choices, atoms)).collect();
            if cube.len() > shown {
                terms.push(format!("{} more conditions hold", cube.len() - shown));
            }
            terms.join(" and ")
        })
        .collect();
    if count > shown {
        alternatives.push(format!("in {} more cases", count - shown));
    }
    Some(alternatives.join(", or "))
}

fn normal(settled: &[(Variable, Domain)], size: &impl Fn(Variable) -> usize) -> Cube {
    settled.iter().filter(|(variable, domain)| domain.len() < size(*variable)).cloned().collect()
}

/// The terms of a scenario that say something.
fn narrowed<'s>(
    scenario: &'s Scenario,
    size: &impl Fn(Variable) -> usize,
) -> impl Iterator<Item = &'s (Variable, Domain)> {
    scenario.settled().iter().filter(move |(variable, domain)| domain.len() < size(*variable))
}

/// Whether the variables of some scenarios have few combinations.
fn are_few(scenarios: &[Scenario], size: &impl Fn(Variable) -> usize) -> bool {
    let mut known: FxHashSet<Variable> = FxHashSet::default();
    let mut combinations = 1_usize;
    for (variable, _) in scenarios.iter().flat_map(|scenario| narrowed(scenario, size)) {
        if known.insert(*variable) {
            combinations = combinations.saturating_mul(size(*variable));
            if combinations > MOST_COMBINATIONS {
                return false;
            }
        }
    }
    true
}

/// The first of many scenarios, in the order of their terms.
fn least(scenarios: &[Scenario], count: usize, size: &impl Fn(Variable) -> usize) -> Vec<Cube> {
    let mut first: Vec<&Scenario> = Vec::with_capacity(count + 1);
    for scenario in scenarios {
        let place = first.partition_point(|known| narrowed(known, size).le(narrowed(scenario, size)));
        if place < count {
            first.insert(place, scenario);
            first.truncate(count);
        }
    }
    first.into_iter().map(|scenario| normal(scenario.settled(), size)).collect()
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
            let last = named.candidates.len().saturating_sub(1);
            if named.candidates.last() == Some(&Candidate::Other) && domain.contains(&last) {
                let excluded = Domain::all(named.candidates.len()).difference(domain);
                format!("{} is not {}", named.name, list(&excluded, text))
            } else {
                format!("{} is {}", named.name, list(domain, text))
            }
        }),
    }
}

fn list(values: &Domain, text: impl Fn(usize) -> String) -> String {
    /// Values that are listed; a mapping by Region has dozens.
    const MOST: usize = 20;
    let count = values.len();
    let listed = if count > MOST + 1 { MOST } else { count };
    let items: Vec<String> = values.iter().take(listed).map(text).collect();
    match items.as_slice() {
        many if count > listed => format!("{} or one of {} more", many.join(", "), count - listed),
        [] => "anything".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    /// The scenario in which these atoms hold.
    fn of(atoms: &[usize]) -> Scenario {
        let mut scenario = Scenario::default();
        atoms.iter().for_each(|atom| scenario.settle(Variable::Atom(*atom), Domain::only(1)));
        scenario
    }

    #[test]
    fn what_depends_on_many_choices_is_said_in_a_few() {
        let atoms: Vec<AtomText> = (0..40)
            .map(|index| AtomText { holds: format!("{index} holds"), fails: format!("{index} fails") })
            .collect();
        let said = |terms: usize| {
            describe(&[of(&(0..terms).collect::<Vec<_>>())], &[], &Choices::default(), &atoms, &|_| ()).unwrap()
        };
        assert!(said(13).ends_with("11 holds and 12 holds"));
        assert!(said(14).ends_with("11 holds and 2 more conditions hold"));
    }

    #[test]
    fn four_cases_are_listed_and_more_are_counted() {
        let atoms: Vec<AtomText> =
            (0..6).map(|index| AtomText { holds: format!("{index} holds"), fails: format!("{index} fails") }).collect();
        // Each case is that one condition more holds, and those before it fail.
        let said = |cases: usize| {
            let scenarios: Vec<Scenario> = (0..cases).map(|index| of(&[index])).collect();
            describe(&scenarios, &[], &Choices::default(), &atoms, &|_| ()).unwrap()
        };
        assert_eq!(said(3), "0 holds, or 1 holds, or 2 holds");
        assert_eq!(said(4), "0 holds, or 1 holds, or 2 holds, or 3 holds");
        assert_eq!(said(5), "0 holds, or 1 holds, or 2 holds, or in 2 more cases");
    }

    #[test]
    fn what_never_happens_and_has_many_variables_of_its_own_is_left_aside() {
        let atoms: Vec<AtomText> = (0..200)
            .map(|index| AtomText { holds: format!("{index} holds"), fails: format!("{index} fails") })
            .collect();
        let never: Vec<Scenario> = (1..200).map(|atom| of(&[atom])).collect();
        assert_eq!(describe(&[of(&[0])], &never, &Choices::default(), &atoms, &|_| ()).unwrap(), "0 holds");
    }

    #[test]
    fn of_many_variables_the_first_cases_are_said() {
        let atoms: Vec<AtomText> = (0..200)
            .map(|index| AtomText { holds: format!("{index} holds"), fails: format!("{index} fails") })
            .collect();
        let many: Vec<Scenario> = (0..200).rev().map(|atom| of(&[atom])).collect();
        let said = describe(&many, &[], &Choices::default(), &atoms, &|_| ()).unwrap();
        assert_eq!(said, "0 holds, or 1 holds, or 2 holds, or in 197 more cases");
    }
}
