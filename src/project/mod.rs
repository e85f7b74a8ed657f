//! Lints many templates on all cores. Templates that belong together are linted together: a nested stack with the parameters of its
//! parents, an import with the exports of other templates.

mod exports;
mod nested;

pub use nested::identity;

use crate::code::Code;
use crate::discover::{self, Beside, Candidate, Foreign, Input, Reading};
use crate::eval::inputs::{Inputs, Shared};
use crate::files::Files;
use crate::finding::Diagnostic;
use crate::linter::{FileReport, Linter, Loaded, MAX_INCLUDES};
use crate::pool;
use crate::source::{Source, SourceId};
use memchr::memmem;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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
    /// Whether it may take values from other stacks, or give some.
    ties: Ties,
}

/// The ties of a text to other stacks.
#[derive(Debug, Default)]
struct Ties {
    /// Whether it may take values from them; found without parsing it.
    imports: bool,
    /// What it gives, where another text of the run, or the text itself, may take it.
    shared: Shared,
}

/// How candidates are linted.
pub struct Project<'l> {
    /// Where texts are read.
    pub files: &'l Files,
    /// The linter of each candidate.
    pub linter: &'l dyn Fn(&Candidate) -> Arc<Linter>,
    /// Counts the linted files.
    pub counter: &'l Counter,
    /// The number of threads; without it, one for each core.
    pub threads: Option<NonZeroUsize>,
}

/// The numbers of files to lint and of linted files, for another thread that shows the progress.
#[derive(Debug, Default)]
pub struct Counter {
    done: AtomicUsize,
    all: AtomicUsize,
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

    /// The numbers of linted files and of files to lint.
    pub fn read(&self) -> (usize, usize) {
        (self.done.load(Ordering::Relaxed), self.all.load(Ordering::Relaxed))
    }
}

/// One text to lint.
struct Job<'c> {
    candidate: &'c Candidate,
    /// The number of its text in the run.
    number: usize,
    linter: Arc<Linter>,
    inputs: Inputs,
    /// Whether another text may take what this one shares.
    may_give: bool,
}

impl Project<'_> {
    /// Lints every candidate. The results are in the order of the candidates, whatever the number of threads. Templates of nested
    /// stacks that are not candidates follow at the end.
    pub fn lint(&self, candidates: Vec<Candidate>) -> Vec<(Candidate, File)> {
        let may_give = candidates.len() > 1;
        let jobs: Vec<Job> = candidates
            .iter()
            .enumerate()
            .map(|(number, candidate)| Job { may_give, ..self.job(candidate, number, &Arc::default()) })
            .collect();
        let files = self.run(&jobs);
        let mut files: Vec<(Candidate, File)> = candidates.into_iter().zip(files).collect();
        let shared = self.resolve_imports(&mut files);
        self.lint_nested(&mut files, &shared);
        files
    }

    fn job<'c>(&self, candidate: &'c Candidate, number: usize, shared: &Arc<Shared>) -> Job<'c> {
        let linter = (self.linter)(candidate);
        let inputs = inputs(&linter, candidate, shared);
        Job { candidate, number, linter, inputs, may_give: false }
    }

    /// Does all jobs. The results are in the order of the jobs.
    fn run(&self, jobs: &[Job<'_>]) -> Vec<File> {
        // The linters are chosen already, because the choice must be made on this thread.
        let counter = self.counter;
        let lint = |job: &Job<'_>| {
            let file = guarded(job.candidate, || lint_one(job, source_id(job.number), self.files));
            counter.finish_one();
            file
        };
        counter.expect(jobs.len());
        pool::map(jobs, self.threads.map_or(0, NonZeroUsize::get), lint)
    }
}

/// The number of a text among all texts: numbers are free for the files that it includes.
fn source_id(number: usize) -> SourceId {
    let id = number.saturating_mul(1 + MAX_INCLUDES);
    SourceId(u32::try_from(id).unwrap_or(u32::MAX))
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

/// A bug of the linter must not lose the findings of other files, and must not look like a file without findings.
fn guarded(candidate: &Candidate, lint: impl FnOnce() -> File) -> File {
    catch_unwind(AssertUnwindSafe(lint)).unwrap_or_else(|_| {
        File::Unreadable(Box::new(
            Diagnostic::error(Code::InternalError, "hipaalint failed on this file because of a bug")
                .in_file(candidate.name.as_str())
                .with_help("Report it to the project, with the file if possible."),
        ))
    })
}

fn lint_one(job: &Job<'_>, id: SourceId, files: &Files) -> File {
    let Job { candidate, linter, .. } = job;
    let text = match discover::read(candidate, files) {
        Reading::Text(text) => text,
        Reading::NoTemplate(problem) if candidate.named => {
            return File::Other(Box::new(Other { problem: Some(problem), ..Other::default() }));
        }
        Reading::NoTemplate(_) => return File::NoTemplate,
        Reading::Unreadable(diagnostic) => return File::Unreadable(diagnostic),
    };
    if !candidate.named && !discover::may_be_template(&text) {
        return match Foreign::with_resources(&candidate.name, &text) {
            None => File::NoTemplate,
            foreign => File::Other(Box::new(Other { foreign, ..Other::default() })),
        };
    }
    let has = |word: &str| memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    let imports = has("ImportValue") || has("GetStackOutput");
    let is_named = candidate.pinned.contains_key("AWS::StackName");
    let shares = (job.may_give || imports) && (has("Export") || (is_named && has("Outputs")));
    let source = source_of(candidate, id, text);
    let load = |location: &str| load_beside(candidate, location, files);
    let constructs = candidate.constructs.as_deref();
    let (report, shared) = if shares {
        linter.lint_and_share(&source, &load, &job.inputs, constructs)
    } else {
        (linter.lint_in(&source, &load, &job.inputs, constructs), Shared::default())
    };
    let ties = Ties { imports, shared };
    if !report.is_template && !is_meant_as_template(&report, &source) {
        return other(candidate, report, source, ties);
    }
    // A text is kept only if something points into it. Findings in nested stacks point to their parents.
    let source = report.shows_text().then(|| source.hiding(&report.hidden));
    File::Linted(Box::new(Linted { report, source, ties }))
}

/// The text of a candidate as a source.
pub fn source_of(candidate: &Candidate, id: SourceId, text: String) -> Source {
    let path = match &candidate.input {
        Input::File(path) => Some(path.clone()),
        Input::StandardInput => None,
    };
    Source::new(id, candidate.name.as_str(), text).in_file(path)
}

/// Reads a file that a candidate includes.
///
/// # Errors
/// The reason why it is not read, as a clause.
pub fn load_beside(candidate: &Candidate, location: &str, files: &Files) -> Result<Loaded, String> {
    let Beside { name, path, text } = discover::read_beside(candidate, location, files)?;
    Ok(Loaded { name, path: Some(path), text })
}

/// Whether a text that is not a template should be one.
fn is_meant_as_template(report: &FileReport, source: &Source) -> bool {
    let has_error = |code| report.diagnostics.iter().any(|diagnostic| diagnostic.code == code);
    has_error(Code::NotATemplate) || (!report.diagnostics.is_empty() && discover::shows_template(source.text()))
}

/// A text that is not a template, and is not meant as one.
fn other(candidate: &Candidate, report: FileReport, source: Source, ties: Ties) -> File {
    let find: fn(&str, &str) -> Option<Foreign> = if candidate.named { Foreign::of } else { Foreign::with_resources };
    let foreign = find(&candidate.name, source.text());
    let resources = report.bare_resources;
    let is_broken = !report.diagnostics.is_empty();
    if !candidate.named && foreign.is_none() && resources == 0 {
        return File::NoTemplate;
    }
    let broken = (is_broken && foreign.is_none()).then(|| {
        let source = Some(source.hiding(&report.hidden));
        Linted { report, source, ties }
    });
    File::Other(Box::new(Other { foreign, resources, broken, problem: None }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_bug_of_the_linter_affects_one_file() {
        let candidate = Candidate {
            name: "odd.yaml".to_owned(),
            input: Input::StandardInput,
            named: true,
            folders: Vec::new(),
            pinned: std::collections::BTreeMap::new(),
            constructs: None,
        };
        let File::Unreadable(diagnostic) = guarded(&candidate, || panic!("on purpose")) else { panic!("not reported") };
        assert_eq!((diagnostic.code.name(), diagnostic.file.as_str()), ("internal-error", "odd.yaml"));
        assert_eq!(diagnostic.severity, crate::finding::Severity::Error);
        assert!(matches!(guarded(&candidate, || File::NoTemplate), File::NoTemplate));
    }
}
