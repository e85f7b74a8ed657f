//! What need not be linted again: the files about which the same was said before, as far as nothing has changed that it follows from.
//!
//! What is found in a file follows from its text, from its linter, from what the templates that deploy it and those that export values
//! say about it, and from the files that were asked for while it was linted. The first three are its *tie*, a number that is computed
//! for every file of each run; the last ones are remembered with it.

use super::survey::Survey;
use super::{How, Project, lint_number, number_of};
use crate::discover::Candidate;
use crate::files::{Asked, Files, Recorder};
use crate::finding::{Finding, Related};
use crate::source::{Source, SourceId};
use foldhash::fast::RandomState;
use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What was linted before. The results themselves are kept by whoever got them.
#[derive(Debug, Default)]
pub struct Known {
    entries: Mutex<HashMap<PathBuf, Entry>>,
    /// Makes ties.
    hashes: RandomState,
}

/// What the results for a file follow from.
#[derive(Debug)]
struct Entry {
    tie: u64,
    asked: Asked,
}

impl Known {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets the files that depend on others, because these have changed, are there or are gone. Their paths are absolute, without
    /// `.` and `..`; `files` is where they are looked for now.
    pub fn forget(&self, changed: &BTreeSet<PathBuf>, files: &Files) {
        let system = files.system();
        self.entries().retain(|_, entry| !changed.iter().any(|file| entry.asked.depends_on(file, &*system)));
    }

    /// Forgets everything, because the rules or their settings have changed.
    pub fn clear(&self) {
        self.entries().clear();
    }

    /// Keeps what is known of some files.
    pub fn retain(&self, keep: impl Fn(&Path) -> bool) {
        self.entries().retain(|path, _| keep(path));
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<PathBuf, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which files of a run are linted, and what is known of them.
pub struct Again<'a> {
    /// What was linted before.
    pub known: &'a Known,
    /// Whether the results for a file are needed. Those of the templates that it nests are, too.
    pub wants: &'a dyn Fn(&Path) -> bool,
}

/// What a run has for a file.
#[derive(Debug)]
pub enum Result {
    /// It was linted.
    Linted(super::File),
    /// What was found before still holds.
    Holds,
}

impl Project<'_> {
    /// Lints the candidates whose results are wanted, and the templates of their nested stacks, as far as they are not known: see
    /// [`lint`](Self::lint). If the work is stopped, `take` hears only of those that are done, and only they are known afterwards.
    pub fn lint_again(&self, candidates: Vec<Candidate>, again: &Again<'_>, mut take: impl FnMut(&Candidate, Result)) {
        let survey = self.survey(candidates, HashMap::new());
        let (files, reuse, counter) = (self.files, self.reuse, self.counter);
        let wanted = wanted(&survey, again);
        let hashes = &again.known.hashes;
        let mut parents = Parents { survey: &survey, files, hashes, sources: HashMap::new() };
        let ties: HashMap<usize, u64> = wanted.iter().map(|number| (*number, parents.tie(*number))).collect();
        let entries = again.known.entries();
        let holds = |number: &usize| {
            let path = survey.candidates.get(*number)?.path()?;
            Some(entries.get(path)?.tie == *ties.get(number)?)
        };
        let (held, left): (BTreeSet<usize>, BTreeSet<usize>) =
            wanted.into_iter().partition(|number| holds(number) == Some(true));
        drop(entries);
        for number in held {
            if let Some(candidate) = survey.candidates.get(number) {
                take(candidate, Result::Holds);
            }
        }
        let lint = |number: usize| {
            let recorder = Arc::new(Recorder::over(files.system()));
            let recorded = files.on(recorder.clone());
            let wants = |_: &Finding| !counter.is_stopped();
            let file = lint_number(number, &survey, &recorded, How { reuse, wants: &wants, ..How::AFRESH })?;
            Some((file, recorder.asked(), number))
        };
        self.in_order_of_names(&survey, left, self.thread_number(), &lint, |candidate, result| {
            let Some((file, asked, number)) = result else {
                return take(candidate, Result::Linted(super::bug(candidate)));
            };
            if let Some((tie, path)) = ties.get(&number).zip(candidate.path()) {
                again.known.entries().insert(path.to_owned(), Entry { tie: *tie, asked });
            }
            take(candidate, Result::Linted(file));
        });
    }
}

/// The tie of one file.
pub(super) fn tie(number: usize, survey: &Survey, files: &Files, hashes: &RandomState) -> u64 {
    Parents { survey, files, hashes, sources: HashMap::new() }.tie(number)
}

/// The numbers of the files whose results are wanted, and of those that they nest.
fn wanted(survey: &Survey, again: &Again<'_>) -> BTreeSet<usize> {
    let is_wanted = |number: &usize| {
        let path = survey.candidates.get(*number).and_then(Candidate::path);
        path.is_some_and(|path| (again.wants)(path))
    };
    let mut wanted: BTreeSet<usize> = (0..survey.candidates.len()).filter(is_wanted).collect();
    // Nesting is not deep, and each round adds at least one level.
    loop {
        let nested = survey.deployments.iter().filter(|(number, deployments)| {
            let mut parents = deployments.iter().flat_map(|deployment| &deployment.parents);
            !wanted.contains(*number) && parents.any(|parent| wanted.contains(&number_of(parent.span.source)))
        });
        let nested: Vec<usize> = nested.map(|(number, _)| *number).collect();
        if nested.is_empty() {
            return wanted;
        }
        wanted.extend(nested);
    }
}

/// The texts of parents, read once for all that they nest.
struct Parents<'s> {
    survey: &'s Survey<'s>,
    files: &'s Files,
    hashes: &'s RandomState,
    sources: HashMap<SourceId, Option<Source>>,
}

impl Parents<'_> {
    /// The tie of a file.
    fn tie(&mut self, number: usize) -> u64 {
        let mut hasher = self.hashes.build_hasher();
        let survey = self.survey;
        survey.look(number, self.files, |reading| match reading {
            Ok(text) => {
                text.hash(&mut hasher);
                if survey.imports(number, text) {
                    format!("{:?}", survey.shared).hash(&mut hasher);
                }
            }
            Err(problem) => format!("{problem:?}").hash(&mut hasher),
        });
        if let Some((candidate, linter)) = survey.candidates.get(number).zip(survey.linters.get(number)) {
            (candidate.named, &candidate.pinned, linter.number()).hash(&mut hasher);
        }
        for deployment in survey.deployments.get(&number).into_iter().flatten() {
            format!("{:?}", deployment.given).hash(&mut hasher);
            (&deployment.candidate.pinned, deployment.candidate.name()).hash(&mut hasher);
            for parent in &deployment.parents {
                self.place(parent).hash(&mut hasher);
            }
        }
        survey.beyond.get(&number).hash(&mut hasher);
        hasher.finish()
    }

    /// A place in a parent, as everybody counts places.
    fn place(&mut self, parent: &Related) -> impl Hash {
        let (survey, files) = (self.survey, self.files);
        let id = parent.span.source;
        let source = self.sources.entry(id).or_insert_with(|| survey.parent(id, files)).as_ref();
        let both = |source: &Source, byte: u32| {
            let (one, other) = (source.position(byte), source.position_utf16(byte));
            (one.line, one.column, other.column)
        };
        let places =
            source.map(|source| (source.name.clone(), both(source, parent.span.start), both(source, parent.span.end)));
        (places, parent.span.start, parent.span.end, parent.message.clone())
    }
}
