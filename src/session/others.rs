//! The files of a run that are not templates: which are errors, which are noted, and which are skipped.

use crate::code::Code;
use crate::discover::{Candidate, Foreign, Input};
use crate::files::Files;
use crate::finding::{Diagnostic, Severity};
use crate::project::{Linted, Other};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The files that are not templates.
#[derive(Default)]
pub(super) struct Others {
    /// Whether named files are skipped: a program named them.
    skips_named: bool,
    /// The files with resources that a template may include.
    parts: Vec<(Candidate, usize)>,
    /// Named files that were skipped.
    pub(super) skipped: usize,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Others {
    pub(super) fn new(skips_named: bool) -> Self {
        Self { skips_named, ..Self::default() }
    }

    /// Adds a file. Returns it if it is to be reported because it cannot be parsed.
    pub(super) fn add(&mut self, candidate: &Candidate, other: Other) -> Option<Linted> {
        let Other { foreign, resources, broken, problem } = other;
        let is_error = candidate.named && !self.skips_named;
        match foreign {
            None if resources > 0 => self.parts.push((candidate.clone(), resources)),
            _ if candidate.named && self.skips_named => self.skipped += 1,
            Some(foreign) => self.diagnostics.push(of_program(candidate, foreign, is_error)),
            None if is_error && broken.is_some() => return broken,
            None if is_error && problem.is_some() => self.diagnostics.extend(problem.map(|problem| *problem)),
            None if is_error => {
                let message = "the file is not a CloudFormation template: it has no `Resources`".to_owned();
                let help = match candidate.input {
                    Input::StandardInput => "Pipe a template. Run the command before the pipe alone to see its output.",
                    Input::File(_) => {
                        "Name a template. With --force-skip, hipaalint skips files that are not templates."
                    }
                };
                self.diagnostics.push(diagnostic(candidate, true, message, help));
            }
            None => {}
        }
        None
    }

    /// The number of errors.
    pub(super) fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
    }

    /// Adds the diagnostics of files whose resources no template includes. `included` are the paths of files that templates include.
    pub(super) fn finish(&mut self, included: &BTreeSet<PathBuf>, files: &Files) {
        if self.parts.is_empty() {
            return;
        }
        let included: BTreeSet<PathBuf> = included.iter().map(|path| identity(path, files)).collect();
        for (candidate, resources) in std::mem::take(&mut self.parts) {
            if matches!(&candidate.input, Input::File(path) if included.contains(&identity(path, files))) {
                continue;
            }
            let (count, them) = match resources {
                1 => ("1 resource".to_owned(), "it is"),
                more => (format!("{more} resources"), "they are"),
            };
            let message = format!(
                "the file has {count} but is not a template, and no template of this run includes it, so {them} not checked"
            );
            let help =
                "Lint the template that includes the file, or move the resources below `Resources` in a template.";
            let is_error = candidate.named && !self.skips_named;
            self.diagnostics.push(diagnostic(&candidate, is_error, message, help));
        }
    }
}

/// The diagnostic of a file for another program.
fn of_program(candidate: &Candidate, foreign: Foreign, is_error: bool) -> Diagnostic {
    let message = format!("the file is {}, not a CloudFormation template", foreign.describe());
    let message = if is_error { message } else { format!("{message}, so its resources are not checked") };
    diagnostic(candidate, is_error, message, foreign.help())
}

fn identity(path: &Path, files: &Files) -> PathBuf {
    files.real(path).unwrap_or_else(|_| path.to_owned())
}

fn diagnostic(candidate: &Candidate, is_error: bool, message: String, help: &str) -> Diagnostic {
    Diagnostic::error_if(is_error, Code::NotATemplate, message)
        .in_file(candidate.name.as_str())
        .with_help(help.to_owned())
}
