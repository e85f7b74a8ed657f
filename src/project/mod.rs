//! Lints many templates on all cores, each once. A `survey` before it decides what ties them: a nested stack is linted with the
//! parameters of its parents, an import with the exports of other templates. Results leave in order, through a bounded window.

mod drawing;
mod evaluating;
mod exempting;
mod fixing;
mod judged;
mod kept;
mod known;
mod moved;
mod nested;
mod overwriting;
mod reuse;
mod since;
mod survey;

pub use drawing::NotDrawn;
pub use evaluating::{Deployed, NotEvaluated};
pub use exempting::{exception, set};
pub use fixing::{Choice, Fixed, Fixer, Note, Proposal, Settled, Texts};
pub use judged::Unjudged;
pub use known::{Again, Known, Result as Relinted};
pub use overwriting::is_template;
pub use reuse::Reuse;
pub use since::{Absent, Earlier};
pub use survey::{identity, says_something_about_others};

use crate::code::Code;
use crate::digest::Sha256;
use crate::discover::{self, Beside, Candidate, Foreign, Input, Reading};
use crate::eval::inputs::{Inputs, Shared};
use crate::files::Files;
use crate::finding::{Diagnostic, Finding};
use crate::linter::{FileReport, Linter, Loaded, MAX_INCLUDES, Parsed, Wants};
use crate::pool::{self, in_order};
use crate::source::{Source, SourceId};
use kept::Kept;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use survey::{Deployment, Survey};

/// The result for one candidate.
#[derive(Debug)]
pub enum File {
    /// Not a template, and nothing that anyone would take for one.
    NoTemplate,
    /// Not a template.
    Other(Box<Other>),
    /// It should have been readable.
    Unreadable(Box<Diagnostic>),
    /// It was parsed, or should have parsed.
    Linted(Box<Linted>),
}

/// A text that is not a template.
#[derive(Debug, Default)]
pub struct Other {
    /// The program that the file is for, if it is known.
    pub foreign: Option<Foreign>,
    /// The resources in it: those of a file that templates include.
    pub resources: usize,
    /// The error, if it cannot be parsed.
    pub broken: Option<Linted>,
    /// The error, if it is not text.
    pub problem: Option<Box<Diagnostic>>,
}

/// A text that was linted.
#[derive(Debug)]
pub struct Linted {
    /// The result.
    pub report: FileReport,
    /// The text, where something points into it.
    pub source: Option<Source>,
    /// The texts of the templates that deploy it, where something points into them.
    pub parents: Vec<Source>,
    /// What an earlier revision had in it, and is gone.
    pub absent: Absent,
    /// The digests of the text and of those that it includes, as they were read, if the linter keeps them.
    pub digests: Vec<FileDigest>,
}

/// The digest of a file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDigest {
    /// The name of the file as reports show it.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: Sha256,
}

/// How candidates are linted.
pub struct Project<'l> {
    /// Where texts are read.
    pub files: &'l Files,
    /// The linter of each candidate.
    pub linter: &'l dyn Fn(&Candidate) -> Arc<Linter>,
    /// What is remembered of files that are linted again and again; none in a run that is the only one.
    pub reuse: Option<&'l Reuse>,
    /// Counts the linted files.
    pub counter: &'l Counter,
    /// The number of threads; without it, one for each core.
    pub threads: Option<NonZeroUsize>,
}

/// The numbers of files to lint and of linted files, for another thread that shows the progress, and that may stop the work.
#[derive(Debug, Default)]
pub struct Counter {
    done: AtomicUsize,
    all: AtomicUsize,
    is_stopped: AtomicBool,
}

impl Counter {
    /// Adds files to lint.
    pub fn expect(&self, files: usize) {
        self.all.fetch_add(files, Ordering::Relaxed);
    }

    /// Adds a linted file.
    pub fn finish_one(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// Stops the work: no further file is linted, and no further fix is made. What comes of the work after that counts for nothing,
    /// except the results that are complete.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    /// Whether the work was stopped.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    /// The numbers of linted files and of files to lint.
    pub fn read(&self) -> (usize, usize) {
        (self.done.load(Ordering::Relaxed), self.all.load(Ordering::Relaxed))
    }
}

/// What a thread did about a file.
enum Done<T> {
    /// Its work, which has no result if something is wrong with it.
    Result(Option<T>),
    /// Nothing, because all work was stopped.
    Left,
}

/// One text to lint.
struct Job<'c> {
    candidate: &'c Candidate,
    /// The number of its text in the run.
    number: usize,
    linter: &'c Linter,
    inputs: Inputs,
    how: How<'c>,
    /// The number of the deployment.
    deployment: usize,
}

/// How texts are linted.
#[derive(Copy, Clone)]
struct How<'h> {
    /// Whose fixes are made.
    wants: &'h Wants<'h>,
    /// What is remembered of them.
    reuse: Option<&'h Reuse>,
    /// Whether it is asked how every check ended.
    is_witness: bool,
}

impl How<'_> {
    /// With all fixes, and nothing remembered.
    const AFRESH: Self = Self { wants: &|_| true, reuse: None, is_witness: false };
}

/// How the texts of a run are linted.
pub struct Lint<'l, T> {
    /// Whose fixes are made.
    pub wants: &'l Wants<'l>,
    /// What is made of a result in the thread that lints.
    pub finish: &'l (dyn Fn(&Candidate, &mut File) -> T + Sync),
}

impl Project<'_> {
    /// Lints every candidate, and gives the results to `take` in the order of their names, whatever the number of threads. Templates of
    /// nested stacks that are not candidates are among them.
    pub fn lint(&self, candidates: Vec<Candidate>, mut take: impl FnMut(&Candidate, File)) {
        self.lint_with(candidates, &Lint { wants: &|_| true, finish: &|_, _| () }, |candidate, file, _| {
            take(candidate, file);
        });
    }

    /// The same, with what is made of each result in the thread that lints.
    pub fn lint_with<T: Send>(
        &self,
        candidates: Vec<Candidate>,
        how: &Lint<'_, T>,
        mut take: impl FnMut(&Candidate, File, Option<T>),
    ) {
        let texts = kept::Texts::places(candidates.len());
        let survey = self.survey_keeping(candidates, HashMap::new(), Kept::on(&texts));
        let files = self.files;
        let every = How { wants: how.wants, reuse: self.reuse, ..How::AFRESH };
        let lint = |number: usize| {
            let mut file = match lint_kept(number, &survey, files, every) {
                Some(file) => file,
                None => lint_reading(number, survey.read_last(number, files)?, &survey, files, every)?,
            };
            let made = (how.finish)(survey.candidates.get(number)?, &mut file);
            Some((file, made))
        };
        let numbers = survey.numbers();
        self.in_order_of_names(&survey, numbers, self.thread_number(), &lint, |candidate, result| match result {
            Some((file, made)) => take(candidate, file, Some(made)),
            // A bug of the linter must not lose the findings of other files, and must not look like a file without findings.
            None => take(candidate, bug(candidate), None),
        });
    }

    /// Fixes the candidates and lints what comes of them, as [`lint`](Self::lint) does. Templates of nested stacks that are not candidates
    /// are not changed.
    pub fn fix(&self, candidates: Vec<Candidate>, fixer: &dyn Fixer, mut take: impl FnMut(&Candidate, File, Fixed)) {
        let named = candidates.len();
        let survey = self.survey(candidates, HashMap::new());
        let files = self.files;
        let counter = self.counter;
        let fix = |number: usize| fix_number(number, number < named, &survey, files, fixer, counter);
        // A person is asked about one after another.
        let threads = if fixer.asks() { 1 } else { self.thread_number() };
        if !fixer.asks() && !survey.is_tied() {
            return self.in_order_of_names(&survey, survey.numbers(), threads, &fix, |candidate, result| {
                let (file, fixed) = result.unwrap_or_else(|| (bug(candidate), Fixed::default()));
                take(candidate, file, fixed);
            });
        }
        // What templates say about each other changes with their texts, so nothing is reported before all are fixed.
        let mut results: HashMap<String, Fixed> = HashMap::new();
        let only_fix = |number: usize| fix(number).map(|(_, fixed)| fixed);
        self.in_order_of_names(&survey, survey.numbers(), threads, &only_fix, |candidate, fixed| {
            results.insert(candidate.name().to_owned(), fixed.unwrap_or_default());
        });
        let readings = survey.inputs(|candidate| results.get(candidate.name())?.texts.as_deref());
        let candidates = survey.candidates.into_iter().take(named).collect();
        let survey = self.survey(candidates, readings);
        let lint = |number: usize| lint_number(number, &survey, files, How::AFRESH);
        self.in_order_of_names(&survey, survey.numbers(), self.thread_number(), &lint, |candidate, file| {
            let fixed = results.remove(candidate.name()).unwrap_or_default();
            take(candidate, file.unwrap_or_else(|| bug(candidate)), fixed);
        });
    }

    /// Does some work for some candidates of a survey, by their numbers, and gives the results to `take` in the order of the names.
    fn in_order_of_names<T: Send>(
        &self,
        survey: &Survey,
        numbers: impl IntoIterator<Item = usize>,
        threads: usize,
        work: &(impl Fn(usize) -> Option<T> + Sync),
        mut take: impl FnMut(&Candidate, Option<T>),
    ) {
        let mut order: Vec<usize> = numbers.into_iter().collect();
        // Candidates are sorted already.
        order.sort_by_key(|number| survey.candidates.get(*number).map(|candidate| candidate.name()));
        self.counter.expect(order.len());
        let counter = self.counter;
        let work = |index: usize| {
            if counter.is_stopped() {
                return Done::Left;
            }
            let result = order.get(index).and_then(|number| work(*number));
            counter.finish_one();
            // What was stopped in between is not complete.
            if counter.is_stopped() { Done::Left } else { Done::Result(result) }
        };
        in_order(order.len(), threads, &work, |index, result| {
            let candidate = order.get(index).and_then(|number| survey.candidates.get(*number));
            match (candidate, result) {
                (Some(candidate), Some(Done::Result(result))) => take(candidate, result),
                (Some(candidate), None) => take(candidate, None),
                (_, Some(Done::Left)) | (None, _) => {}
            }
        });
    }

    fn thread_number(&self) -> usize {
        self.threads.unwrap_or_else(pool::cores).get()
    }
}

/// The number of a text among all texts: numbers are free for the files that it includes.
fn source_id(number: usize) -> SourceId {
    let id = number.saturating_mul(1 + MAX_INCLUDES);
    SourceId(u32::try_from(id).unwrap_or(u32::MAX))
}

/// The number of the text that a span is in, or that includes it.
fn number_of(id: SourceId) -> usize {
    id.0 as usize / (1 + MAX_INCLUDES)
}

/// The known inputs of a candidate's deployment. Values of the user take precedence over values of an assembly.
pub fn inputs(linter: &Linter, candidate: &Candidate, shared: &Arc<Shared>) -> Inputs {
    let mut inputs = linter.inputs().clone();
    for (name, value) in &candidate.pinned {
        inputs.pinned.entry(name.clone()).or_insert_with(|| value.clone());
    }
    inputs.shared = Arc::clone(shared);
    inputs
}

/// Lints a text alone, or as its parents deploy it.
fn lint_number(number: usize, survey: &Survey, files: &Files, how: How<'_>) -> Option<File> {
    lint_reading(number, survey.read(number, files)?, survey, files, how)
}

/// Lints a text that is kept with its document, as it is; none if there is none, or if its parents deploy it.
fn lint_kept(number: usize, survey: &Survey<'_>, files: &Files, how: How<'_>) -> Option<File> {
    let source = survey.kept.text(number)?;
    if survey.deployments.contains_key(&number) {
        return None;
    }
    let text = Text { source: Cow::Borrowed(source), parsed: survey.kept.parsed(number) };
    lint_alone(number, survey, files, how, |job| lint_text(job, text, files))
}

/// Lints a text that no other template deploys.
fn lint_alone(
    number: usize,
    survey: &Survey<'_>,
    files: &Files,
    how: How<'_>,
    lint: impl FnOnce(&Job<'_>) -> File,
) -> Option<File> {
    let (candidate, linter) = survey.candidates.get(number).zip(survey.linters.get(number))?;
    let inputs = inputs(linter, candidate, &survey.shared);
    let mut file = lint(&Job { candidate, number, linter, inputs, how, deployment: 0 });
    nested::note_missing(candidate, &mut file, files);
    nested::note_beyond(candidate, &mut file, survey.beyond.get(&number));
    Some(file)
}

/// Fixes a text, and lints it. Only a named one is changed.
fn fix_number(
    number: usize,
    is_named: bool,
    survey: &Survey,
    files: &Files,
    fixer: &dyn Fixer,
    counter: &Counter,
) -> Option<(File, Fixed)> {
    let candidate = survey.candidates.get(number)?;
    let reading = survey.read(number, files)?;
    let wants = |_: &Finding| !counter.is_stopped();
    let lint = |reading| lint_reading(number, reading, survey, files, How { wants: &wants, ..How::AFRESH });
    let Reading::Text(text) = &reading else {
        return Some((lint(reading)?, Fixed::default()));
    };
    let text = fixing::Text {
        candidate,
        id: source_id(number),
        text: text.as_str().to_owned(),
        is_named,
        lint: &|text| lint(Reading::Text(Arc::new(text.to_owned()))),
        is_stopped: &|| counter.is_stopped(),
        editor: &fixing::edited,
    };
    let file = lint(reading)?;
    Some(fixing::fix(text, file, fixer))
}

/// Lints what was read as the text with a number.
fn lint_reading(number: usize, reading: Reading, survey: &Survey, files: &Files, how: How<'_>) -> Option<File> {
    let Some(deployments) = survey.deployments.get(&number) else {
        return lint_alone(number, survey, files, how, |job| lint_one(job, reading, files));
    };
    let mut whole: Option<File> = None;
    for (deployment, Deployment { candidate, linter, given, parents }) in deployments.iter().enumerate() {
        let inputs = Inputs { given: given.clone(), ..inputs(linter, candidate, &survey.shared) };
        let mut file = lint_one(&Job { candidate, number, linter, inputs, how, deployment }, reading.clone(), files);
        nested::note_missing(candidate, &mut file, files);
        nested::name_parents(&mut file, parents);
        whole = Some(match whole {
            Some(known) => nested::united(known, file),
            None => file,
        });
    }
    let mut file = whole?;
    nested::note_beyond(survey.candidates.get(number)?, &mut file, survey.beyond.get(&number));
    nested::add_parents(&mut file, survey, files);
    Some(file)
}

fn bug(candidate: &Candidate) -> File {
    File::Unreadable(bug_of(candidate))
}

fn bug_of(candidate: &Candidate) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error(Code::InternalError, "hipaalint failed on this file because of a bug")
            .in_file(candidate.name())
            .with_help("Report it to the project, with the file if possible."),
    )
}

/// The text of a candidate as a source.
pub fn source_of(candidate: &Candidate, id: SourceId, text: Arc<String>) -> Source {
    let path = match &candidate.input {
        Input::File(path) => Some(path.clone()),
        Input::StandardInput => None,
    };
    Source::shared(id, candidate.name(), text).in_file(path)
}

/// Reads a file that a candidate includes.
///
/// # Errors
/// The reason why it is not read, as a clause.
pub fn load_beside(candidate: &Candidate, location: &str, files: &Files) -> Result<Loaded, String> {
    let Beside { name, path, text } = discover::read_beside(candidate, location, files)?;
    Ok(Loaded { name, path: Some(path), text })
}

/// A text to lint, with its document if it was parsed already.
struct Text<'t> {
    source: Cow<'t, Source>,
    parsed: Option<&'t Parsed<'t>>,
}

fn lint_one(job: &Job<'_>, reading: Reading, files: &Files) -> File {
    let Job { candidate, .. } = job;
    let text = match reading {
        Reading::Text(text) => text,
        Reading::NoTemplate(problem) if candidate.named => {
            return File::Other(Box::new(Other { problem: Some(problem), ..Other::default() }));
        }
        Reading::NoTemplate(_) => return File::NoTemplate,
        Reading::Unreadable(diagnostic) => return File::Unreadable(diagnostic),
    };
    if !candidate.named && !discover::may_be_template(&text) {
        return match Foreign::with_resources(candidate.name(), &text) {
            None => File::NoTemplate,
            foreign => File::Other(Box::new(Other { foreign, ..Other::default() })),
        };
    }
    let source = Cow::Owned(source_of(candidate, source_id(job.number), text));
    lint_text(job, Text { source, parsed: None }, files)
}

fn lint_text(job: &Job<'_>, Text { source, parsed }: Text<'_>, files: &Files) -> File {
    let Job { candidate, .. } = job;
    let witness = job.how.is_witness.then(|| job.linter.witness());
    let linter = witness.as_ref().unwrap_or(job.linter);
    let digest = |name: &str, text: &str| FileDigest { name: name.to_owned(), sha256: Sha256::of(text.as_bytes()) };
    // The texts as they are: later, secrets are hidden in them.
    let digests = RefCell::new(linter.keep().digests.then(|| vec![digest(candidate.name(), source.text())]));
    let load = |location: &str| {
        let loaded = load_beside(candidate, location, files)?;
        if let Some(digests) = digests.borrow_mut().as_mut() {
            digests.push(digest(&loaded.name, &loaded.text));
        }
        Ok(loaded)
    };
    let (constructs, How { wants, reuse, .. }) = (candidate.constructs.as_deref(), job.how);
    let report = match (reuse, parsed) {
        (None, Some(parsed)) => linter.lint_parsed(&source, parsed, &load, &job.inputs, constructs, wants),
        (None, None) => linter.lint_wanting(&source, &load, &job.inputs, constructs, wants),
        (Some(reuse), _) => {
            let mut remembered = reuse.take(candidate.name(), job.deployment);
            let report = linter.lint_again(&mut remembered, &source, &load, &job.inputs, constructs, wants);
            reuse.put(candidate.name(), job.deployment, remembered, source.text().len());
            report
        }
    };
    if !report.is_template && !is_meant_as_template(&report, &source) {
        return other(candidate, report, source.into_owned());
    }
    // A text is kept only if something points into it. Findings in nested stacks point to their parents.
    let source = report.shows_text().then(|| source.into_owned().hiding(&report.hidden));
    let digests = digests.into_inner().unwrap_or_default();
    File::Linted(Box::new(Linted { report, source, parents: Vec::new(), absent: Absent::default(), digests }))
}

/// Whether a text that is not a template should be one.
fn is_meant_as_template(report: &FileReport, source: &Source) -> bool {
    let has_error = |code| report.diagnostics.iter().any(|diagnostic| diagnostic.code == code);
    has_error(Code::NotATemplate) || (!report.diagnostics.is_empty() && discover::shows_template(source.text()))
}

/// A text that is not a template, and is not meant as one.
fn other(candidate: &Candidate, report: FileReport, source: Source) -> File {
    let find: fn(&str, &str) -> Option<Foreign> = if candidate.named { Foreign::of } else { Foreign::with_resources };
    let foreign = find(candidate.name(), source.text());
    let resources = report.bare_resources;
    let is_broken = !report.diagnostics.is_empty();
    if !candidate.named && foreign.is_none() && resources == 0 {
        return File::NoTemplate;
    }
    let broken = (is_broken && foreign.is_none()).then(|| {
        let source = Some(source.hiding(&report.hidden));
        Linted { report, source, parents: Vec::new(), absent: Absent::default(), digests: Vec::new() }
    });
    File::Other(Box::new(Other { foreign, resources, broken, problem: None }))
}
