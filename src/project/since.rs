//! Lints files and what they were in an earlier revision, and tells which findings are new, as before, or gone. What nobody changed is
//! linted once.
//!
//! A finding is known by what its fingerprint is made of: rule, file, subject and path, and by how many there are of it and how grave
//! they are. A file that moved is compared with what it was. What is not found any more is gone only if its rule decided about it.

use super::judged::{Unjudged, Witness};
use super::known::tie;
use super::moved::{self, Text};
use super::survey::Survey;
use super::{File, How, Linted, Project, lint_number, source_id};
use crate::discover::{self, Candidate, Reading};
use crate::files::{Files, Recorder};
use crate::finding::{BaselineState, Finding, Levels, Outcome};
use crate::linter::Linter;
use crate::paths::{folder_of, relative, slashed};
use crate::source::{Source, SourceId};
use foldhash::fast::RandomState;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of files that may have moved, on either side.
const MAX_MOVED: usize = 256 << 20;

/// The earlier revision.
pub struct Earlier<'e> {
    /// Its files.
    pub files: &'e Files,
    /// Those that the same paths name in it.
    pub candidates: Vec<Candidate>,
}

/// What an earlier revision had in a file, and is gone, or not judged any more.
#[derive(Debug, Default)]
pub struct Absent {
    /// The findings, in the order of reports.
    pub findings: Vec<Finding>,
    /// Why nothing decides about some of them, with their rules and subjects.
    pub unjudged: Vec<(Unjudged, String)>,
    /// The texts that they point into, as they were.
    pub sources: Vec<Source>,
}

/// The templates of both revisions.
struct Both<'b> {
    files: &'b Files,
    earlier: &'b Files,
    survey: Survey<'static>,
    before: Survey<'static>,
    /// The numbers of the earlier files by their paths, and by the numbers of those that they became.
    by_path: HashMap<PathBuf, usize>,
    moved: HashMap<usize, usize>,
    hashes: RandomState,
}

impl Project<'_> {
    /// Lints the candidates as [`lint`](Self::lint) does, and marks their findings as new or as before. `take` gets them in the order of
    /// their names, and then what is gone with files that are not there any more, without a result of now.
    pub fn lint_since(
        &self,
        candidates: Vec<Candidate>,
        earlier: Earlier<'_>,
        mut take: impl FnMut(&Candidate, Option<File>, Absent),
    ) {
        let (files, reuse) = (self.files, self.reuse);
        let then = Project {
            files: earlier.files,
            linter: self.linter,
            reuse: None,
            counter: self.counter,
            threads: self.threads,
        };
        let survey = self.survey(candidates, HashMap::new());
        let before = then.survey(earlier.candidates, HashMap::new());
        let both = Both::new(survey, before, files, earlier.files);
        let lint = |number: usize| both.lint(number, How { reuse, ..How::AFRESH });
        self.in_order_of_names(
            &both.survey,
            both.survey.numbers(),
            self.thread_number(),
            &lint,
            |candidate, result| match result {
                Some((file, absent)) => take(candidate, Some(file), absent),
                None => take(candidate, Some(super::bug(candidate)), Absent::default()),
            },
        );
        let gone = both.gone();
        let lint = |number: usize| both.absent_with(number);
        self.in_order_of_names(&both.before, gone, self.thread_number(), &lint, |candidate, absent| {
            take(candidate, None, absent.unwrap_or_default());
        });
    }
}

impl<'b> Both<'b> {
    fn new(survey: Survey<'static>, mut before: Survey<'static>, files: &'b Files, earlier: &'b Files) -> Self {
        let path = |candidate: &Candidate| candidate.path().map(|path| files.base().normal(path));
        let by_path: HashMap<PathBuf, usize> =
            before.numbers().filter_map(|number| Some((path(before.candidates.get(number)?)?, number))).collect();
        let mut only_before: BTreeSet<usize> = by_path.values().copied().collect();
        let mut only_now = Vec::new();
        for number in survey.numbers() {
            let Some(path) = survey.candidates.get(number).and_then(path) else { continue };
            match by_path.get(&path) {
                Some(known) => drop(only_before.remove(known)),
                None => only_now.push(number),
            }
        }
        // Nothing has moved unless something is gone and something is new.
        let moved = if only_now.is_empty() || only_before.is_empty() {
            HashMap::new()
        } else {
            let then = texts(&before, only_before, earlier);
            let now = texts(&survey, only_now, files);
            moved::pairs(&as_texts(&then), &as_texts(&now))
        };
        // A configuration that moved along governs both.
        for (now, then) in &moved {
            if let (Some(own), Some(linter)) = (before.linters.get_mut(*then), survey.linters.get(*now)) {
                own.clone_from(linter);
            }
        }
        Self { files, earlier, survey, before, by_path, moved, hashes: RandomState::default() }
    }

    /// The number of the file that a file was, and whether it has moved since.
    fn counterpart(&self, number: usize) -> Option<(usize, bool)> {
        let path = self.files.base().normal(self.survey.candidates.get(number)?.path()?);
        match self.by_path.get(&path) {
            Some(before) => Some((*before, false)),
            None => self.moved.get(&number).map(|before| (*before, true)),
        }
    }

    /// The numbers of the files that are not there any more.
    fn gone(&self) -> Vec<usize> {
        let there: BTreeSet<usize> =
            self.survey.numbers().filter_map(|number| Some(self.counterpart(number)?.0)).collect();
        self.before.numbers().filter(|number| !there.contains(number)).collect()
    }

    /// Lints a file, and what it was unless that is the same.
    fn lint(&self, number: usize, how: How<'_>) -> Option<(File, Absent)> {
        let recorder = Arc::new(Recorder::over(self.files.system()));
        let recorded = self.files.on(recorder.clone());
        let mut file = lint_number(number, &self.survey, &recorded, how)?;
        let Some((before, has_moved)) = self.counterpart(number) else {
            mark(&mut file, &mut |_, _| BaselineState::New);
            return Some((file, Absent::default()));
        };
        if !has_moved && self.is_same(number, before, &recorder) {
            mark(&mut file, &mut |_, _| BaselineState::Unchanged);
            return Some((file, Absent::default()));
        }
        let known = lint_number(before, &self.before, self.earlier, How::AFRESH)?;
        let absent = compare(&mut file, known, || self.witness(number));
        Some((file, self.shifted(absent)))
    }

    /// How every check of a file ended, with the linter of its rules. Asked only where something is gone.
    fn witness(&self, number: usize) -> Option<(Witness, &Linter)> {
        match lint_number(number, &self.survey, self.files, How { is_witness: true, ..How::AFRESH })? {
            File::Linted(linted) => Some((Witness::of(linted.report), self.survey.linters.get(number)?)),
            _ => None,
        }
    }

    /// Whether nothing has changed that the results for a file follow from.
    fn is_same(&self, number: usize, before: usize, recorder: &Recorder) -> bool {
        let (Some(now), Some(then)) = (self.survey.candidates.get(number), self.before.candidates.get(before)) else {
            return false;
        };
        let is_alike = now.named == then.named && now.pinned == then.pinned && now.constructs == then.constructs;
        is_alike
            && tie(number, &self.survey, self.files, &self.hashes)
                == tie(before, &self.before, self.earlier, &self.hashes)
            && recorder.asked().is_same_on(&*self.files.system(), &*self.earlier.system(), discover::MAX_BYTES + 1)
    }

    /// What is gone with a file.
    fn absent_with(&self, before: usize) -> Option<Absent> {
        let known = lint_number(before, &self.before, self.earlier, How::AFRESH)?;
        let File::Linted(known) = known else { return None };
        let findings =
            known.report.findings.iter().filter(|finding| finding.outcome == Outcome::Fail).cloned().collect();
        // A file that is still there is only left out: by `.gitignore`, or because nothing leads to it any more.
        let path = self.before.candidates.get(before).and_then(Candidate::path);
        let is_there = path.is_some_and(|path| self.files.has(path));
        Some(self.shifted(absent(findings, &known, |_| is_there.then_some(Unjudged::LeftOut))))
    }

    /// The same, with numbers of texts that no text of now has.
    fn shifted(&self, mut absent: Absent) -> Absent {
        let by = source_id(self.survey.candidates.len()).0;
        let shift = |id: &mut SourceId| id.0 = id.0.saturating_add(by);
        absent.sources.iter_mut().for_each(|source| shift(&mut source.id));
        absent.findings.iter_mut().for_each(|finding| shift(&mut finding.span.source));
        absent
    }
}

/// The texts of some candidates that may be templates, as far as there is room for them.
fn texts(
    survey: &Survey,
    numbers: impl IntoIterator<Item = usize>,
    files: &Files,
) -> Vec<(usize, PathBuf, Arc<String>)> {
    let text = |number: usize| match survey.read(number, files)? {
        Reading::Text(text) => Some((number, survey.candidates.get(number)?.path()?.to_owned(), text)),
        Reading::NoTemplate(_) | Reading::Unreadable(_) => None,
    };
    let templates = numbers.into_iter().filter_map(text).filter(|(_, _, text)| discover::may_be_template(text));
    let mut bytes = 0;
    let has_room = |(_, _, text): &(usize, PathBuf, Arc<String>)| {
        bytes += text.len();
        bytes <= MAX_MOVED
    };
    templates.take_while(has_room).collect()
}

fn as_texts(list: &[(usize, PathBuf, Arc<String>)]) -> Vec<Text<'_>> {
    list.iter().map(|(number, path, text)| Text { number: *number, path, text }).collect()
}

/// Marks the violations of a file, those first that no exception suppresses, and of these the gravest.
fn mark(file: &mut File, state: &mut dyn FnMut(&Finding, Counts) -> BaselineState) {
    let File::Linted(linted) = file else { return };
    let report = &mut linted.report;
    for (findings, counts) in [(&mut report.findings, Counts::Yes), (&mut report.suppressed, Counts::No)] {
        let mut failing: Vec<&mut Finding> =
            findings.iter_mut().filter(|finding| finding.outcome == Outcome::Fail).collect();
        failing.sort_by_key(|finding| Reverse(finding.level));
        for finding in failing {
            finding.since = Some(state(finding, counts));
        }
    }
}

/// Whether a violation counts: no exception suppresses it.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Counts {
    Yes,
    No,
}

/// What a violation is known by: the name of its text, its rule, its subject and its path.
type Key = (String, [String; 3]);

/// Marks the violations of a file by those that it had. What is left of these is gone, as far as the `witness` of the file has decided
/// about it; of a file that cannot be linted, nothing is known.
fn compare<'l>(file: &mut File, known: File, witness: impl FnOnce() -> Option<(Witness, &'l Linter)>) -> Absent {
    let is_linted = matches!(file, File::Linted(linted) if linted.report.is_template);
    let File::Linted(known) = known else {
        mark(file, &mut |_, _| BaselineState::New);
        return Absent::default();
    };
    let before = Names::of(&known);
    let now = match &*file {
        File::Linted(linted) => Names::of(linted).following(&before),
        _ => Names::default(),
    };
    let numbers = |findings: &[Finding]| {
        let mut numbers: HashMap<Key, Levels> = HashMap::new();
        for finding in findings.iter().filter(|finding| finding.outcome == Outcome::Fail) {
            numbers.entry(before.key(finding)).or_default().add(Some(finding.level), 1);
        }
        numbers
    };
    let mut left = numbers(&known.report.findings);
    // What an exception suppressed did not count. If it does now, it is new.
    let mut suppressed = numbers(&known.report.suppressed);
    mark(file, &mut |finding, counts| {
        let key = now.key(finding);
        let was_in =
            |numbers: &mut HashMap<Key, Levels>| numbers.get_mut(&key).is_some_and(|levels| levels.take(finding.level));
        let was_there = was_in(&mut left) || (counts == Counts::No && was_in(&mut suppressed));
        if was_there { BaselineState::Unchanged } else { BaselineState::New }
    });
    // Of several of a kind, the last ones are gone.
    let mut gone: Vec<Finding> = Vec::new();
    for finding in known.report.findings.iter().filter(|finding| finding.outcome == Outcome::Fail).rev() {
        let levels = left.get_mut(&before.key(finding));
        if levels.is_some_and(|levels| levels.gone() > 0 && levels.take_exactly(Some(finding.level))) {
            gone.push(finding.clone());
        }
    }
    gone.reverse();
    let witness = if is_linted && !gone.is_empty() { witness() } else { None };
    absent(gone, &known, |finding| match &witness {
        Some((witness, linter)) => witness.unjudged(finding, linter),
        None => Some(Unjudged::NotLinted),
    })
}

/// Findings that are gone, or of which it is not known, with their texts. Their places alone are kept: what explained them may be gone,
/// too.
fn absent(findings: Vec<Finding>, known: &Linted, why: impl Fn(&Finding) -> Option<Unjudged>) -> Absent {
    let mut unjudged = Vec::new();
    let mut plain = |finding: Finding| {
        let state = match why(&finding) {
            Some(reason) => {
                unjudged.push((reason, format!("`{}` for {}", finding.rule, finding.subject.qualified_name())));
                BaselineState::Unjudged
            }
            None => BaselineState::Absent,
        };
        Finding { since: Some(state), related: Vec::new(), fix: None, ..finding }
    };
    let findings: Vec<Finding> = findings.into_iter().map(&mut plain).collect();
    let ids: BTreeSet<SourceId> = findings.iter().map(|finding| finding.span.source).collect();
    let sources = known.source.iter().chain(&known.report.included).filter(|source| ids.contains(&source.id));
    Absent { sources: sources.cloned().collect(), findings, unjudged }
}

/// The names that the texts of a template have in a comparison: none for its own, and those from its folder for what it includes.
#[derive(Default)]
struct Names {
    names: HashMap<SourceId, String>,
    texts: HashMap<String, (PathBuf, String)>,
}

impl Names {
    fn of(linted: &Linted) -> Self {
        let mut named = Self::default();
        let folder = linted.source.as_ref().and_then(Source::path).map(folder_of);
        for source in &linted.report.included {
            let path = source.path().unwrap_or(Path::new(&source.name));
            let name = match folder {
                Some(folder) => slashed(&relative(folder, path)),
                None => source.name.clone(),
            };
            named.texts.insert(name.clone(), (path.to_owned(), source.text().to_owned()));
            named.names.insert(source.id, name);
        }
        named
    }

    /// The same, where a text that moved keeps the name that it had before.
    fn following(mut self, before: &Self) -> Self {
        fn only<'n>(one: &'n Names, other: &Names) -> Vec<(&'n String, &'n (PathBuf, String))> {
            let mut only: Vec<_> = one.texts.iter().filter(|(name, _)| !other.texts.contains_key(*name)).collect();
            only.sort();
            only
        }
        let (now, gone) = (only(&self, before), only(before, &self));
        fn numbered<'n>(list: &[(&'n String, &'n (PathBuf, String))]) -> Vec<Text<'n>> {
            list.iter().enumerate().map(|(number, (_, (path, text)))| Text { number, path, text }).collect()
        }
        let pairs = moved::pairs(&numbered(&gone), &numbered(&now));
        let renamed: HashMap<String, String> = pairs
            .into_iter()
            .filter_map(|(new, old)| Some(((*now.get(new)?.0).clone(), (*gone.get(old)?.0).clone())))
            .collect();
        for name in self.names.values_mut() {
            if let Some(known) = renamed.get(name) {
                name.clone_from(known);
            }
        }
        self
    }

    fn key(&self, finding: &Finding) -> Key {
        (self.names.get(&finding.span.source).cloned().unwrap_or_default(), finding.identity())
    }
}
