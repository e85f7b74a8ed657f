//! One feasible combination of choices, as far as a check has asked for it, and how a set of them reads in a sentence.

use super::choices::{Candidate, Choices};
use super::domain::Domain;
use rustc_hash::FxHashSet;
use smallvec::{SmallVec, smallvec};
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

/// Describes when one of the scenarios applies: `Env is dev or test`; nothing where together with the `infeasible` ones they cover
/// everything. What never happens may be included, if that is shorter.
///
/// `atoms` are the evaluator's atoms, by index.
pub fn describe(
    scenarios: &[Scenario],
    infeasible: &[Scenario],
    choices: &Choices<'_>,
    atoms: &[AtomText],
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
        let cubes = merge(cubes_of(scenarios), &free, &size);
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

type Cube = Vec<(Variable, Values)>;

/// The candidates of a domain, in order.
type Values = SmallVec<[usize; 3]>;

fn normal(settled: &[(Variable, Domain)], size: &impl Fn(Variable) -> usize) -> Cube {
    let narrowed = settled.iter().filter(|(variable, domain)| domain.len() < size(*variable));
    narrowed.map(|(variable, domain)| (*variable, domain.iter().collect())).collect()
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

/// Combinations of values up to which cases are simplified: what is simplified is a sentence.
const MOST_COMBINATIONS: usize = 4096;

/// A short description of the same, equal for every order in which scenarios were met.
///
/// All combinations of the variables' values are laid out in a table; the first that applies and is not yet described is
/// widened, variable by variable, as far as all of it applies or is `free`, which may be included or not.
fn merge(mut cubes: Vec<Cube>, free: &[Cube], size: &impl Fn(Variable) -> usize) -> Vec<Cube> {
    let variables: FxHashSet<Variable> = cubes.iter().chain(free).flatten().map(|(variable, _)| *variable).collect();
    let mut variables: Vec<Variable> = variables.into_iter().collect();
    variables.sort_unstable();
    let sizes: Vec<usize> = variables.iter().map(|variable| size(*variable)).collect();
    let combinations = sizes.iter().try_fold(1usize, |product, size| product.checked_mul(*size));
    let Some(combinations) = combinations.filter(|combinations| *combinations <= MOST_COMBINATIONS) else {
        cubes.sort();
        return cubes;
    };
    let everywhere = |cube: &Cube| -> Vec<Values> {
        let domain = |(variable, size): (&Variable, &usize)| {
            let own = cube.iter().find(|(other, _)| other == variable).map(|(_, domain)| domain.clone());
            own.unwrap_or_else(|| (0..*size).collect())
        };
        variables.iter().zip(&sizes).map(domain).collect()
    };
    let lay_out = |table: &mut Vec<bool>, cubes: &[Cube]| {
        for cube in cubes {
            each_combination(&everywhere(cube), &sizes, &mut |index| {
                if let Some(place) = table.get_mut(index) {
                    *place = true;
                }
                true
            });
        }
    };
    let mut applies = vec![false; combinations];
    lay_out(&mut applies, &cubes);
    let mut may = applies.clone();
    lay_out(&mut may, free);
    let holds =
        |domains: &[Values]| each_combination(domains, &sizes, &mut |index| may.get(index).copied().unwrap_or(false));
    // How many of the cases found include a combination.
    let mut said = vec![0usize; combinations];
    let mut found: Vec<Vec<Values>> = Vec::new();
    for index in 0..combinations {
        if !applies.get(index).copied().unwrap_or(false) || said.get(index).is_none_or(|times| *times > 0) {
            continue;
        }
        let mut domains = combination(index, &sizes);
        for place in 0..domains.len() {
            for value in 0..sizes.get(place).copied().unwrap_or(0) {
                let Some(domain) = domains.get_mut(place) else { continue };
                if domain.contains(&value) {
                    continue;
                }
                let known = std::mem::replace(domain, smallvec![value]);
                let wider = holds(&domains);
                if let Some(domain) = domains.get_mut(place) {
                    *domain = known;
                    if wider {
                        domain.push(value);
                        domain.sort_unstable();
                    }
                }
            }
        }
        each_combination(&domains, &sizes, &mut |index| {
            if let Some(times) = said.get_mut(index) {
                *times += 1;
            }
            true
        });
        found.push(domains);
    }
    // What the other cases describe already is left out: a later one may be broader.
    found.retain(|domains| {
        let is_needed = !each_combination(domains, &sizes, &mut |index| {
            !applies.get(index).copied().unwrap_or(false) || said.get(index).is_some_and(|times| *times > 1)
        });
        if !is_needed {
            each_combination(domains, &sizes, &mut |index| {
                if let Some(times) = said.get_mut(index) {
                    *times -= 1;
                }
                true
            });
        }
        is_needed
    });
    // A value that never occurs is not listed if some others are.
    for domains in &mut found {
        for place in 0..domains.len() {
            let values = domains.get(place).cloned().unwrap_or_default();
            if values.len() >= sizes.get(place).copied().unwrap_or(0) {
                continue;
            }
            let occurs = |value: &usize| {
                let mut slice = domains.clone();
                if let Some(domain) = slice.get_mut(place) {
                    *domain = smallvec![*value];
                }
                !each_combination(&slice, &sizes, &mut |index| !applies.get(index).copied().unwrap_or(false))
            };
            let needed: Values = values.iter().copied().filter(occurs).collect();
            if let Some(domain) = domains.get_mut(place) {
                *domain = needed;
            }
        }
    }
    let mut simple: Vec<Cube> = found
        .into_iter()
        .map(|domains| {
            let cube = variables.iter().copied().zip(domains).zip(&sizes);
            cube.filter(|((_, domain), size)| domain.len() < **size).map(|(term, _)| term).collect()
        })
        .collect();
    simple.sort_by_key(|cube| (cube.len(), cube.clone()));
    simple
}

/// Calls `visit` with the index of each combination in the product of some domains, until it returns false; whether it never did.
fn each_combination(domains: &[Values], sizes: &[usize], visit: &mut impl FnMut(usize) -> bool) -> bool {
    fn go(domains: &[Values], sizes: &[usize], index: usize, visit: &mut impl FnMut(usize) -> bool) -> bool {
        let (Some((domain, domains)), Some((size, sizes))) = (domains.split_first(), sizes.split_first()) else {
            return visit(index);
        };
        domain.iter().all(|value| go(domains, sizes, index * size + value, visit))
    }
    go(domains, sizes, 0, visit)
}

/// The combination at an index: one value for each variable.
fn combination(index: usize, sizes: &[usize]) -> Vec<Values> {
    let mut rest = index;
    let mut domains: Vec<Values> = sizes
        .iter()
        .rev()
        .map(|size| {
            let value = rest % size.max(&1);
            rest /= size.max(&1);
            smallvec![value]
        })
        .collect();
    domains.reverse();
    domains
}

fn term(variable: Variable, domain: &Values, choices: &Choices<'_>, atoms: &[AtomText]) -> String {
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
    /// Values that are listed; a mapping by Region has dozens.
    const MOST: usize = 20;
    match items {
        many if many.len() > MOST + 1 => {
            let named = many.get(..MOST).unwrap_or_default();
            format!("{} or one of {} more", named.join(", "), many.len() - MOST)
        }
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
        let one = vec![vec![(A, smallvec![1])], vec![(A, smallvec![0]), (B, smallvec![1])]];
        let other = vec![vec![(B, smallvec![1])], vec![(A, smallvec![1]), (B, smallvec![0])]];
        assert_eq!(merge(one, &[], &size), [[(A, smallvec![1])], [(B, smallvec![1])]]);
        assert_eq!(merge(other, &[], &size), [[(A, smallvec![1])], [(B, smallvec![1])]]);
    }

    #[test]
    fn unites_values_and_drops_what_covers_everything() {
        let values = vec![vec![(C, smallvec![2])], vec![(C, smallvec![0])]];
        assert_eq!(merge(values, &[], &size), [[(C, smallvec![0, 2])]]);
        let all = vec![
            vec![(A, smallvec![0])],
            vec![(A, smallvec![1]), (C, smallvec![0, 1])],
            vec![(A, smallvec![1]), (C, smallvec![2, 3])],
        ];
        assert_eq!(merge(all, &[], &size), [Cube::new()]);
        assert_eq!(merge(Vec::new(), &[], &size), Vec::<Cube>::new());
    }

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
        let said =
            |terms: usize| describe(&[of(&(0..terms).collect::<Vec<_>>())], &[], &Choices::default(), &atoms).unwrap();
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
            describe(&scenarios, &[], &Choices::default(), &atoms).unwrap()
        };
        assert_eq!(said(3), "0 holds, or 1 holds, or 2 holds");
        assert_eq!(said(4), "0 holds, or 1 holds, or 2 holds, or 3 holds");
        assert_eq!(said(5), "0 holds, or 1 holds, or 2 holds, or in 2 more cases");
    }

    #[test]
    fn what_never_happens_need_not_be_excluded() {
        // C is 0, or A holds; both together never happen otherwise than with C 1.
        let cubes = vec![vec![(A, smallvec![1]), (C, smallvec![1])]];
        let never = [vec![(A, smallvec![1]), (C, smallvec![0, 2, 3])]];
        assert_eq!(merge(cubes.clone(), &never, &size), [[(A, smallvec![1])]]);
        assert_eq!(merge(cubes, &[], &size), [[(C, smallvec![1]), (A, smallvec![1])]]);
        assert_eq!(merge(vec![vec![(A, smallvec![1])]], &[vec![(A, smallvec![0])]], &size), [Cube::new()]);
    }

    #[test]
    fn what_a_later_case_says_is_not_said_twice() {
        // From "A and B fail" the first case grows over what never happens; the second covers it.
        let cubes = vec![vec![(A, smallvec![0])]];
        let never = [vec![(A, smallvec![1]), (B, smallvec![0])]];
        assert_eq!(merge(cubes, &never, &size), [[(A, smallvec![0])]]);
    }

    #[test]
    fn what_never_happens_and_has_many_variables_of_its_own_is_left_aside() {
        let atoms: Vec<AtomText> = (0..200)
            .map(|index| AtomText { holds: format!("{index} holds"), fails: format!("{index} fails") })
            .collect();
        let never: Vec<Scenario> = (1..200).map(|atom| of(&[atom])).collect();
        assert_eq!(describe(&[of(&[0])], &never, &Choices::default(), &atoms).unwrap(), "0 holds");
    }

    #[test]
    fn of_many_variables_the_first_cases_are_said() {
        let atoms: Vec<AtomText> = (0..200)
            .map(|index| AtomText { holds: format!("{index} holds"), fails: format!("{index} fails") })
            .collect();
        let many: Vec<Scenario> = (0..200).rev().map(|atom| of(&[atom])).collect();
        let said = describe(&many, &[], &Choices::default(), &atoms).unwrap();
        assert_eq!(said, "0 holds, or 1 holds, or 2 holds, or in 197 more cases");
    }
}
