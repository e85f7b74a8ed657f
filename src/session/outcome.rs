//! How a run ended, for the front end that started it.

use super::exit::Exit;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The end of a run.
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
