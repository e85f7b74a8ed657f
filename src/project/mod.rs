//! Many templates: each is linted, on all cores, and those that belong together are linted together. A nested stack is
//! linted with what its parents give it, an import with what other templates export.

mod exports;
mod nested;

use crate::discover::{self, Candidate, Reading};
use crate::eval::inputs::Inputs;
use crate::finding::{Diagnostic, Severity};
use crate::linter::{FileReport, Linter, Loaded, MAX_INCLUDES};
use crate::source::{Source, SourceId};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Everything recursive is bounded in depth, and this is ample for it, also in builds without optimisation.
pub const STACK_BYTES: usize = 16 << 20;

/// What one candidate came to.
#[derive(Debug)]
pub enum File {
    /// Not a template, and nobody said so.
    NoTemplate,
    /// It was named, and is no template.
    Skipped,
    /// It should have been readable.
    Unreadable(Box<Diagnostic>),
    /// It was parsed, or should have parsed.
    Linted(Box<Linted>),
}

/// A text that was linted.
#[derive(Debug)]
pub struct Linted {
    /// What it came to.
    pub report: FileReport,
    /// The text, where something points into it.
    pub source: Option<Source>,
    /// Whether it may take values from other stacks, or give some.
    ties: Ties,
}

/// What a text says of other stacks, without being parsed.
#[derive(Copy, Clone, Debug, Default)]
struct Ties {
    imports: bool,
    exports: bool,
}

/// How candidates are linted.
pub struct Project<'l> {
    /// With what: the linter of each.
    pub linter: &'l dyn Fn(&Candidate) -> Arc<Linter>,
    /// Told of every file that is done.
    pub counter: &'l Counter,
    /// On how many threads; as many as there are cores where nobody said.
    pub threads: Option<NonZeroUsize>,
}

/// How many files there are to lint, and how many were: for whoever watches from another thread.
#[derive(Debug, Default)]
pub struct Counter {
    done: AtomicUsize,
    all: AtomicUsize,
}

impl Counter {
    /// So many more are to be linted.
    pub fn expect(&self, files: usize) {
        self.all.fetch_add(files, Ordering::Relaxed);
    }

    /// One more is done.
    pub fn finish_one(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// How many are done, of how many.
    pub fn read(&self) -> (usize, usize) {
        (self.done.load(Ordering::Relaxed), self.all.load(Ordering::Relaxed))
    }
}

/// One text to lint.
struct Job<'c> {
    candidate: &'c Candidate,
    /// Which number its text has among those of the run.
    number: usize,
    linter: Arc<Linter>,
    inputs: Inputs,
}

impl Project<'_> {
    /// Lints every candidate. The answers are in the candidates' order, whatever the number of threads; after them come the
    /// templates of nested stacks that are no candidates themselves.
    pub fn lint(&self, candidates: Vec<Candidate>) -> Vec<(Candidate, File)> {
        let jobs: Vec<Job> = candidates
            .iter()
            .enumerate()
            .map(|(number, candidate)| self.job(candidate, number, &BTreeMap::new()))
            .collect();
        let files = self.run(&jobs);
        let mut files: Vec<(Candidate, File)> = candidates.into_iter().zip(files).collect();
        let exports = self.resolve_imports(&mut files);
        self.lint_nested(&mut files, &exports);
        files
    }

    fn job<'c>(&self, candidate: &'c Candidate, number: usize, exports: &BTreeMap<String, String>) -> Job<'c> {
        let linter = (self.linter)(candidate);
        let inputs = inputs(&linter, candidate, exports);
        Job { candidate, number, linter, inputs }
    }

    /// Does all jobs; the answers are in their order.
    fn run(&self, jobs: &[Job<'_>]) -> Vec<File> {
        // The linters were chosen already; the way to choose them belongs to this thread.
        let counter = self.counter;
        let lint = |job: &Job<'_>| {
            // Each leaves room for the files that it includes.
            let id = job.number.saturating_mul(1 + MAX_INCLUDES);
            let id = SourceId(u32::try_from(id).unwrap_or(u32::MAX));
            let file = guarded(job.candidate, || lint_one(job, id));
            counter.finish_one();
            file
        };
        counter.expect(jobs.len());
        let one_by_one = || jobs.iter().map(lint).collect();
        let threads = self.threads.map_or(0, NonZeroUsize::get);
        if jobs.len() > 1 && threads != 1 {
            // Zero threads: as many as there are cores.
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK_BYTES).build();
            if let Ok(pool) = pool {
                return pool.install(|| jobs.par_iter().map(lint).collect());
            }
        }
        // One file is not worth a pool; where no thread can be had, the work is done here.
        thread::scope(|scope| {
            let worker = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, one_by_one);
            worker.ok().and_then(|worker| worker.join().ok()).unwrap_or_else(one_by_one)
        })
    }
}

/// What is known of a candidate's deployment. What the user pins counts more than what an assembly says.
fn inputs(linter: &Linter, candidate: &Candidate, exports: &BTreeMap<String, String>) -> Inputs {
    let mut inputs = linter.inputs().clone();
    for (name, value) in &candidate.pinned {
        inputs.pinned.entry(name.clone()).or_insert_with(|| value.clone());
    }
    inputs.exports.clone_from(exports);
    inputs
}

/// A mistake in the linter itself must not take the other files' findings with it, nor pass as "nothing found".
fn guarded(candidate: &Candidate, lint: impl FnOnce() -> File) -> File {
    catch_unwind(AssertUnwindSafe(lint)).unwrap_or_else(|_| {
        File::Unreadable(Box::new(Diagnostic {
            severity: Severity::Error,
            code: "internal-error",
            file: candidate.name.clone(),
            span: None,
            message: "hipaalint failed on this file".to_owned(),
            help: "Please report it, with the file if you may.".to_owned(),
            related: Vec::new(),
        }))
    })
}

fn lint_one(job: &Job<'_>, id: SourceId) -> File {
    let Job { candidate, linter, .. } = job;
    let text = match discover::read(candidate) {
        Reading::Text(text) => text,
        Reading::NoTemplate => return File::NoTemplate,
        Reading::Unreadable(diagnostic) => return File::Unreadable(diagnostic),
    };
    if !candidate.named && !discover::may_be_template(&text) {
        return File::NoTemplate;
    }
    let ties = Ties { imports: text.contains("ImportValue"), exports: text.contains("Export") };
    let source = Source::new(id, candidate.name.as_str(), text);
    let load = |location: &str| {
        let (name, text) = discover::read_beside(candidate, location)?;
        Ok(Loaded { name, text })
    };
    let report = linter.lint_in(&source, &load, &job.inputs);
    let broken = !report.is_template && !report.diagnostics.is_empty();
    match (report.is_template || broken, candidate.named) {
        (false, true) => File::Skipped,
        (false, false) => File::NoTemplate,
        (true, false) if broken && !discover::shows_template(source.text()) => File::NoTemplate,
        (true, _) => {
            // A text that nothing points into is not kept. Findings in nested stacks point to their parents.
            let is_shown = !report.findings.is_empty()
                || !report.suppressed.is_empty()
                || !report.exceptions.is_empty()
                || !report.diagnostics.is_empty()
                || !report.refused.is_empty()
                || !report.nested.is_empty();
            File::Linted(Box::new(Linted { report, source: is_shown.then_some(source), ties }))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::discover::Origin;

    #[test]
    fn a_mistake_of_the_linter_is_trouble_with_one_file() {
        let candidate = Candidate {
            name: "odd.yaml".to_owned(),
            origin: Origin::StandardInput,
            named: true,
            folders: Vec::new(),
            pinned: BTreeMap::new(),
        };
        let File::Unreadable(diagnostic) = guarded(&candidate, || panic!("on purpose")) else { panic!("not noticed") };
        assert_eq!((diagnostic.code, diagnostic.file.as_str()), ("internal-error", "odd.yaml"));
        assert_eq!(diagnostic.severity, Severity::Error);
        assert!(matches!(guarded(&candidate, || File::Skipped), File::Skipped));
    }
}
