//! The results of a run, for front ends that want them all at once, and how it ended.

use super::exit::Exit;
use super::sink::{End, Sink};
use crate::finding::{Diagnostic, Finding};
use crate::report::{Report, Summary};
use crate::source::{Source, Span};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The end of a run whose results a sink got.
#[derive(Debug)]
pub struct Outcome {
    pub(super) templates: usize,
    pub(super) files: BTreeSet<PathBuf>,
    pub(super) exit: Exit,
}

impl Outcome {
    /// The number of templates that were linted.
    pub fn templates(&self) -> usize {
        self.templates
    }

    /// The files that were read, if the options ask for them, and those that they include.
    pub fn files(&self) -> &BTreeSet<PathBuf> {
        &self.files
    }

    /// The exit, as far as findings, diagnostics and baselines decide it.
    pub fn exit(&self) -> Exit {
        self.exit
    }
}

/// All results of a run.
#[derive(Debug)]
pub struct Results {
    sources: Vec<Source>,
    findings: Vec<Finding>,
    suppressed: Vec<Finding>,
    diagnostics: Vec<Diagnostic>,
    summary: Summary,
    exit: Exit,
}

impl Default for Results {
    fn default() -> Self {
        Self {
            sources: Vec::new(),
            findings: Vec::new(),
            suppressed: Vec::new(),
            diagnostics: Vec::new(),
            summary: Summary::default(),
            exit: Exit::Clean,
        }
    }
}

impl Results {
    /// The findings that count and those that were requested, in the order of reports.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The violations that an exception or a baseline suppresses.
    pub fn suppressed(&self) -> &[Finding] {
        &self.suppressed
    }

    /// What is wrong about files, options, configurations and rules.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The text that a span is in, without its secrets.
    pub fn source(&self, span: Span) -> Option<&Source> {
        self.sources.iter().find(|source| source.id == span.source)
    }

    /// The numbers of the run.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The exit, as far as findings, diagnostics and baselines decide it.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    fn add(&mut self, part: &Report<'_>) {
        let copy = |source: &Source| {
            let path = source.path().map(PathBuf::from);
            Source::new(source.id, source.name.as_str(), source.text()).in_file(path)
        };
        self.sources.extend(part.sources.iter().map(copy));
        self.findings.extend_from_slice(part.findings);
        self.suppressed.extend_from_slice(part.suppressed);
        self.diagnostics.extend_from_slice(part.diagnostics);
    }
}

impl Sink for Results {
    fn file(&mut self, part: &Report<'_>) {
        self.add(part);
    }

    fn end(&mut self, end: &End<'_>) {
        self.add(end.rest);
        self.summary = end.rest.summary.clone();
        self.exit = end.exit;
    }
}
