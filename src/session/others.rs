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
    /// Those that are errors.
    pub(super) errors: usize,
}

/// What is reported about a file that is not a template.
pub(super) enum Verdict {
    /// Nothing, or nothing yet.
    Silent,
    /// This.
    Noted(Box<Diagnostic>),
    /// That it cannot be parsed.
    Broken(Box<Linted>),
}

impl Others {
    pub(super) fn new(skips_named: bool) -> Self {
        Self { skips_named, ..Self::default() }
    }

    /// Adds a file, and decides what is reported about it.
    pub(super) fn add(&mut self, candidate: &Candidate, other: Other) -> Verdict {
        let Other { foreign, resources, broken, problem } = other;
        let is_error = candidate.named && !self.skips_named;
        match foreign {
            None if resources > 0 => self.parts.push((candidate.clone(), resources)),
            _ if candidate.named && self.skips_named => self.skipped += 1,
            Some(foreign) => return self.noted(of_program(candidate, foreign, is_error)),
            None if !is_error => {}
            None => {
                if let Some(broken) = broken {
                    return Verdict::Broken(Box::new(broken));
                }
                if let Some(problem) = problem {
                    return self.noted(*problem);
                }
                let message = "the file is not a CloudFormation template: it has no `Resources`".to_owned();
                let help = match candidate.input {
                    Input::StandardInput => "Pipe a template. Run the command before the pipe alone to see its output.",
                    Input::File(_) => {
                        "Name a template. With --force-skip, hipaalint skips files that are not templates."
                    }
                };
                return self.noted(diagnostic(candidate, true, message, help));
            }
        }
        Verdict::Silent
    }

    fn noted(&mut self, diagnostic: Diagnostic) -> Verdict {
        self.errors += usize::from(diagnostic.severity == Severity::Error);
        Verdict::Noted(Box::new(diagnostic))
    }

    /// The diagnostics of files whose resources no template includes. `included` are the paths of files that templates include.
    pub(super) fn finish(&mut self, included: &BTreeSet<PathBuf>, files: &Files) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        if self.parts.is_empty() {
            return diagnostics;
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
            self.errors += usize::from(is_error);
            diagnostics.push(diagnostic(&candidate, is_error, message, help));
        }
        diagnostics
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
    Diagnostic::error_if(is_error, Code::NotATemplate, message).in_file(candidate.name()).with_help(help.to_owned())
}
