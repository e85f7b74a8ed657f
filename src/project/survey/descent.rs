//! The descent from the templates that no other template deploys, level by level: which nested stacks each has, and with which values.

use super::{Deployment, MAX_DEPTH, MAX_STACKS, Parent, Survey, Ties, identity};
use crate::discover;
use crate::eval::inputs::{Given, Inputs};
use crate::finding::Related;
use crate::linter::{FileReport, Linter, Nested, Parsed, nests, parse};
use crate::pool::in_order;
use crate::project::{Project, inputs, load_beside, number_of};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A deployment that waits to be surveyed.
struct Waiting {
    /// The identity of its file.
    identity: PathBuf,
    deployment: Deployment,
}

/// The descent from the templates that no other template deploys.
pub(super) struct Descent<'s, 'p, 'k> {
    project: &'s Project<'p>,
    survey: &'s mut Survey<'k>,
    /// The numbers of files by the hashes of their identities: there may be many.
    numbers: HashMap<u64, usize>,
    /// The parameters of the deployments so far.
    known: HashMap<PathBuf, BTreeSet<Option<BTreeMap<String, Given>>>>,
    /// The number of deployments that may still be linted.
    left: usize,
}

impl<'s, 'p, 'k> Descent<'s, 'p, 'k> {
    pub(super) fn new(project: &'s Project<'p>, survey: &'s mut Survey<'k>) -> Self {
        Self { project, survey, numbers: HashMap::new(), known: HashMap::new(), left: MAX_STACKS }
    }

    pub(super) fn run(mut self, nesting: &[usize]) {
        let jobs: Vec<(usize, Option<Deployment>)> = nesting.iter().map(|number| (*number, None)).collect();
        let surveyed = self.surveyed(&jobs);
        if surveyed.iter().all(|(_, nested)| nested.is_empty()) {
            return;
        }
        // Paths are resolved only if there is a nested stack.
        for (number, candidate) in self.survey.candidates.iter().enumerate() {
            self.numbers.extend(identity(candidate, self.project.files).map(|identity| (hash(&identity), number)));
        }
        let of_job = |(index, nested): (usize, Vec<Nested>)| {
            let (number, _) = jobs.get(index)?;
            Some((*number, self.waiting(*number, None, &nested)))
        };
        let mut waiting: Vec<(usize, Vec<Waiting>)> = surveyed.into_iter().filter_map(of_job).collect();
        let children: BTreeSet<&PathBuf> =
            waiting.iter().flat_map(|(_, own)| own.iter().map(|one| &one.identity)).collect();
        let numbers: BTreeMap<&PathBuf, usize> =
            children.into_iter().filter_map(|file| Some((file, self.known_number(file)?))).collect();
        let children = waiting.iter().map(|(number, own)| {
            let own = own.iter().filter_map(|one| numbers.get(&one.identity).copied());
            (*number, own.collect())
        });
        let roots = roots(&children.collect());
        waiting.retain(|(number, _)| roots.contains(number));
        let mut waiting: Vec<Waiting> = waiting.into_iter().flat_map(|(_, own)| own).collect();
        for _ in 0..MAX_DEPTH {
            if waiting.is_empty() {
                break;
            }
            waiting = self.level(waiting);
        }
        for Waiting { deployment, .. } in waiting {
            self.note_beyond(deployment.parents);
        }
    }

    fn note_beyond(&mut self, parents: Vec<Related>) {
        for parent in parents {
            self.survey.beyond.entry(number_of(parent.span.source)).or_default().insert(parent.span);
        }
    }

    /// The nested stacks of templates, each in a deployment if one is given, with the indices of the jobs.
    fn surveyed(&mut self, jobs: &[(usize, Option<Deployment>)]) -> Vec<(usize, Vec<Nested>)> {
        let survey: &Survey<'k> = self.survey;
        let files = self.project.files;
        // It has no rules, so it only evaluates what the survey needs.
        let surveyor = Linter::default();
        let look = |index: usize| {
            let (number, deployment) = jobs.get(index)?;
            let kept = survey.kept.text(*number);
            let source = kept.map(Cow::Borrowed).or_else(|| survey.source(*number, files).map(Cow::Owned))?;
            let (candidate, linter) = match deployment {
                Some(deployment) => (&deployment.candidate, &deployment.linter),
                None => survey.candidates.get(*number).zip(survey.linters.get(*number))?,
            };
            let given = deployment.as_ref().and_then(|deployment| deployment.given.clone());
            let inputs = Inputs { given, ..inputs(linter, candidate, &survey.shared) };
            if !Ties::of(source.text(), candidate).nests {
                return None;
            }
            let look_into = |parsed: &Parsed<'_>| {
                let load = |location: &str| load_beside(candidate, location, files);
                let constructs = candidate.constructs.as_deref();
                if !nests(&source, parsed, &load, &inputs, constructs) {
                    return FileReport::default();
                }
                surveyor.lint_parsed(&source, parsed, &load, &inputs, constructs, &|_| true)
            };
            if let Some(parsed) = survey.kept.parsed(*number) {
                return Some((look_into(parsed), None));
            }
            match kept {
                Some(kept) => {
                    let parsed = parse(kept);
                    Some((look_into(&parsed), Some((*number, parsed))))
                }
                None => Some((look_into(&parse(&source)), None)),
            }
        };
        let mut found = Vec::new();
        let mut parents: HashMap<usize, Parent> = HashMap::new();
        let mut documents = HashMap::new();
        in_order(jobs.len(), self.project.thread_number(), &look, |index, result| {
            let result = result.flatten();
            let Some((number, (report, parsed))) = jobs.get(index).map(|(number, _)| *number).zip(result) else {
                return;
            };
            documents.extend(parsed);
            if !report.nested.is_empty() {
                parents.entry(number).or_default().add(&report);
            }
            found.push((index, report.nested));
        });
        self.survey.kept.add(documents);
        for (number, parent) in parents {
            let known = self.survey.parents.entry(number).or_default();
            known.hidden.extend(parent.hidden);
            known.included.extend(parent.included);
        }
        found
    }

    /// The deployments of nested stacks.
    fn waiting(&self, number: usize, deployment: Option<&Deployment>, nested: &[Nested]) -> Vec<Waiting> {
        let own = self.survey.candidates.get(number);
        let Some(parent) = deployment.map(|deployment| &deployment.candidate).or(own) else { return Vec::new() };
        let files = self.project.files;
        let find = |nested: &Nested| {
            let mut candidate = discover::nested(parent, &nested.location, files).ok()?;
            let identity = identity(&candidate, files)?;
            // The same account and Region. CloudFormation generates the name of a nested stack at deployment.
            candidate.pinned = without_name(&parent.pinned);
            let parents = vec![Related {
                span: nested.span,
                message: format!("nested stack `{}` deploys this template with these parameters", nested.name),
            }];
            let linter = (self.project.linter)(&candidate);
            let deployment = Deployment { candidate, linter, given: nested.given.clone(), parents };
            Some(Waiting { identity, deployment })
        };
        nested.iter().filter_map(find).collect()
    }

    /// Surveys some deployments. Returns the deployments of the stacks that they nest.
    fn level(&mut self, waiting: Vec<Waiting>) -> Vec<Waiting> {
        let mut fresh: Vec<(usize, Deployment)> = Vec::new();
        let mut places: HashMap<usize, Vec<usize>> = HashMap::new();
        for Waiting { identity, deployment } in waiting {
            let number = self.number(&identity, &deployment);
            let same = places.entry(number).or_default();
            let is_same = |place: &&usize| fresh.get(**place).is_some_and(|(_, known)| known.given == deployment.given);
            if let Some(place) = same.iter().find(is_same) {
                if let Some((_, known)) = fresh.get_mut(*place) {
                    known.parents.extend(deployment.parents);
                }
                continue;
            }
            if !self.known.entry(identity).or_default().insert(deployment.given.clone()) {
                continue;
            }
            if self.left > 0 {
                self.left -= 1;
                same.push(fresh.len());
                fresh.push((number, deployment));
            } else {
                self.note_beyond(deployment.parents);
            }
        }
        let jobs: Vec<_> = fresh.into_iter().map(|(number, deployment)| (number, Some(deployment))).collect();
        let surveyed = self.surveyed(&jobs);
        let next = surveyed.into_iter().filter_map(|(index, nested)| {
            let (number, deployment) = jobs.get(index)?;
            Some(self.waiting(*number, deployment.as_ref(), &nested))
        });
        let next = next.flatten().collect();
        for (number, deployment) in jobs {
            self.survey.deployments.entry(number).or_default().extend(deployment);
        }
        next
    }

    /// The number of a file, if it has one.
    fn known_number(&self, file: &Path) -> Option<usize> {
        let number = self.numbers.get(&hash(file)).copied()?;
        let is_same = |candidate| identity(candidate, self.project.files).is_some_and(|identity| identity == file);
        self.survey.candidates.get(number).is_some_and(is_same).then_some(number)
    }

    /// The number of a template's text: that of a candidate, or a new one.
    fn number(&mut self, identity: &Path, deployment: &Deployment) -> usize {
        if let Some(known) = self.known_number(identity) {
            return known;
        }
        let number = self.survey.candidates.len();
        self.numbers.insert(hash(identity), number);
        self.survey.candidates.push(deployment.candidate.clone());
        self.survey.linters.push(Arc::clone(&deployment.linter));
        number
    }
}

/// The templates with which a descent begins, of all that nest stacks, with those that they nest: those that no other deploys, and one
/// of each cycle that none of them leads to.
fn roots(children: &BTreeMap<usize, Vec<usize>>) -> BTreeSet<usize> {
    let deployed: BTreeSet<usize> = children.values().flatten().copied().collect();
    let mut roots = BTreeSet::new();
    let mut reached = BTreeSet::new();
    let (below, above): (Vec<usize>, Vec<usize>) = children.keys().partition(|number| deployed.contains(number));
    for root in above.into_iter().chain(below) {
        if reached.contains(&root) {
            continue;
        }
        roots.insert(root);
        let mut open = vec![root];
        while let Some(number) = open.pop() {
            if reached.insert(number) {
                open.extend(children.get(&number).into_iter().flatten());
            }
        }
    }
    roots
}

fn hash(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

fn without_name(pinned: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let is_environment = |name: &&String| matches!(name.as_str(), "AWS::AccountId" | "AWS::Region");
    pinned.iter().filter(|(name, _)| is_environment(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::roots;

    #[test]
    fn a_cycle_has_one_root() {
        for (children, expected) in [
            (vec![(1, vec![2]), (2, vec![3])], vec![1]),
            (vec![(1, vec![1, 2])], vec![1]),
            (vec![(1, vec![2]), (2, vec![1]), (3, vec![4])], vec![1, 3]),
            (vec![(1, vec![2]), (2, vec![1]), (3, vec![2])], vec![3]),
            (vec![(1, vec![2]), (2, vec![2])], vec![1]),
        ] {
            let found: Vec<usize> = roots(&children.clone().into_iter().collect()).into_iter().collect();
            assert_eq!(found, expected, "{children:?}");
        }
    }
}
