//! Scenarios in as few words as say the same: cases that are merged, and values that are listed together.

use super::domain::Domain;
use super::scenario::Variable;
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::{SmallVec, smallvec};

/// The terms of a case.
pub(super) type Cube = Vec<(Variable, Domain)>;

/// Some classes of a variable's candidates, in order.
type Values = SmallVec<[usize; 3]>;

/// Combinations of values up to which cases are simplified: what is simplified is a sentence.
pub(super) const MOST_COMBINATIONS: usize = 4096;

/// A short description of the same, equal for every order in which scenarios were met.
///
/// All combinations of the variables' values are laid out in a table; the first that applies and is not yet described is
/// widened, variable by variable, as far as all of it applies or is `free`, which may be included or not. Values that no case
/// distinguishes share a place in the table. `count` gets the size of the table.
pub(super) fn merge(
    mut cubes: Vec<Cube>,
    free: &[Cube],
    size: &impl Fn(Variable) -> usize,
    count: &dyn Fn(usize),
) -> Vec<Cube> {
    let variables: FxHashSet<Variable> = cubes.iter().chain(free).flatten().map(|(variable, _)| *variable).collect();
    let mut variables: Vec<Variable> = variables.into_iter().collect();
    variables.sort_unstable();
    let combinations = variables.iter().try_fold(1usize, |product, variable| product.checked_mul(size(*variable)));
    if combinations.is_none_or(|combinations| combinations > MOST_COMBINATIONS) {
        cubes.sort();
        return cubes;
    }
    let classes: Vec<Vec<Domain>> = variables
        .iter()
        .map(|variable| {
            classes(cubes.iter().chain(free).filter_map(|cube| domain_in(cube, *variable)), size(*variable))
        })
        .collect();
    let sizes: Vec<usize> = classes.iter().map(Vec::len).collect();
    let combinations = sizes.iter().product();
    count(combinations);
    let everywhere = |cube: &Cube| -> Vec<Values> {
        let values = |(variable, classes): (&Variable, &Vec<Domain>)| {
            let own = domain_in(cube, *variable);
            let is_in =
                |class: &Domain| own.is_none_or(|own| class.iter().next().is_some_and(|first| own.contains(&first)));
            classes.iter().enumerate().filter(|(_, class)| is_in(class)).map(|(place, _)| place).collect()
        };
        variables.iter().zip(&classes).map(values).collect()
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
    let united = |(values, classes): (Values, &Vec<Domain>)| {
        let chosen = values.iter().filter_map(|place| classes.get(*place));
        (values.len() < classes.len()).then(|| chosen.fold(Domain::default(), |all, class| all.union(class)))
    };
    let mut simple: Vec<Cube> = found
        .into_iter()
        .map(|values| {
            let domains = values.into_iter().zip(&classes).map(united);
            variables.iter().zip(domains).filter_map(|(variable, domain)| Some((*variable, domain?))).collect()
        })
        .collect();
    simple.sort_by_key(|cube| (cube.len(), cube.clone()));
    simple
}

/// What a case says of a variable.
fn domain_in(cube: &Cube, variable: Variable) -> Option<&Domain> {
    cube.iter().find(|(other, _)| *other == variable).map(|(_, domain)| domain)
}

/// The candidates of a variable in classes that some domains do not distinguish, in the order of their first candidates. Of each domain,
/// what is in it or what is not is looked at, whichever is less: a parameter may have thousands of values, and most findings are about
/// one, or about all but one.
fn classes<'d>(domains: impl Iterator<Item = &'d Domain>, size: usize) -> Vec<Domain> {
    let all = Domain::all(size);
    let mut distinguished: FxHashMap<usize, SmallVec<[usize; 2]>> = FxHashMap::default();
    for (place, domain) in domains.enumerate() {
        let rest = all.difference(domain);
        let fewer = if rest.len() < domain.len() { &rest } else { domain };
        fewer.iter().for_each(|candidate| distinguished.entry(candidate).or_default().push(place));
    }
    let others = all.difference(&distinguished.keys().copied().collect());
    let mut by_domains: FxHashMap<SmallVec<[usize; 2]>, Domain> = FxHashMap::default();
    for (candidate, places) in distinguished {
        by_domains.entry(places).or_default().insert(candidate);
    }
    let mut classes: Vec<Domain> = by_domains.into_values().collect();
    classes.extend((!others.is_empty()).then_some(others));
    classes.sort_by_key(|class| class.iter().next());
    classes
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

#[cfg(test)]
mod tests {
    use super::*;

    const A: Variable = Variable::Atom(0);
    const B: Variable = Variable::Atom(1);
    const C: Variable = Variable::Named(0);

    fn size(variable: Variable) -> usize {
        if variable == C { 4 } else { 2 }
    }

    fn of(values: &[usize]) -> Domain {
        values.iter().copied().collect()
    }

    #[test]
    fn values_that_nothing_distinguishes_are_one_class() {
        let domains = [of(&[0, 1, 2, 4]), of(&[1, 2]), of(&[0, 1, 2, 3])];
        assert_eq!(classes(domains.iter(), 6), [of(&[0]), of(&[1, 2]), of(&[3]), of(&[4]), of(&[5])]);
        assert_eq!(classes([of(&[7])].iter(), 200), [Domain::all(200).without(7), of(&[7])]);
        assert_eq!(classes(std::iter::empty(), 3), [Domain::all(3)]);
    }

    #[test]
    fn says_the_same_for_every_order_and_as_briefly_as_it_can() {
        let one = vec![vec![(A, of(&[1]))], vec![(A, of(&[0])), (B, of(&[1]))]];
        let other = vec![vec![(B, of(&[1]))], vec![(A, of(&[1])), (B, of(&[0]))]];
        assert_eq!(merge(one, &[], &size, &|_| ()), [[(A, of(&[1]))], [(B, of(&[1]))]]);
        assert_eq!(merge(other, &[], &size, &|_| ()), [[(A, of(&[1]))], [(B, of(&[1]))]]);
    }

    #[test]
    fn unites_values_and_drops_what_covers_everything() {
        let values = vec![vec![(C, of(&[2]))], vec![(C, of(&[0]))]];
        assert_eq!(merge(values, &[], &size, &|_| ()), [[(C, of(&[0, 2]))]]);
        let all =
            vec![vec![(A, of(&[0]))], vec![(A, of(&[1])), (C, of(&[0, 1]))], vec![(A, of(&[1])), (C, of(&[2, 3]))]];
        assert_eq!(merge(all, &[], &size, &|_| ()), [Cube::new()]);
        assert_eq!(merge(Vec::new(), &[], &size, &|_| ()), Vec::<Cube>::new());
    }

    #[test]
    fn what_never_happens_need_not_be_excluded() {
        // C is 0, or A holds; both together never happen otherwise than with C 1.
        let cubes = vec![vec![(A, of(&[1])), (C, of(&[1]))]];
        let never = [vec![(A, of(&[1])), (C, of(&[0, 2, 3]))]];
        assert_eq!(merge(cubes.clone(), &never, &size, &|_| ()), [[(A, of(&[1]))]]);
        assert_eq!(merge(cubes, &[], &size, &|_| ()), [[(C, of(&[1])), (A, of(&[1]))]]);
        assert_eq!(merge(vec![vec![(A, of(&[1]))]], &[vec![(A, of(&[0]))]], &size, &|_| ()), [Cube::new()]);
    }

    #[test]
    fn what_a_later_case_says_is_not_said_twice() {
        // From "A and B fail" the first case grows over what never happens; the second covers it.
        let cubes = vec![vec![(A, of(&[0]))]];
        let never = [vec![(A, of(&[1])), (B, of(&[0]))]];
        assert_eq!(merge(cubes, &never, &size, &|_| ()), [[(A, of(&[0]))]]);
    }
}
