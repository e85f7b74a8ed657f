//! What a run *means*: which configuration governs a file, which rules it selects, what a baseline covers, and how the run ends.
//!
//! Front ends fill [`Options`], and show what the session finds. A session knows no arguments, no terminal and no format.

mod baseline;
mod exit;
mod gaps;
mod governing;
mod options;
mod others;
mod outcome;
mod part;
mod pins;
mod problems;
mod ran;
mod refused;
mod rules;
mod settings;
mod sink;
mod tally;

pub use baseline::WrittenBaseline;
pub use exit::Exit;
pub use options::{Configuration, Contents, Options, RuleSources};
pub use outcome::Outcome;
pub use problems::Problems;
pub use rules::Rules;
pub use settings::Settings;
pub use sink::{End, Sink};

use crate::config;
use crate::discover::{self, Candidate, Discovery, Filter};
use crate::project::{Counter, Project};
use governing::Governing;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tally::{Found, Tally};

/// Options, and the settings that were read for them so far.
#[derive(Debug)]
pub struct Session {
    options: Arc<Options>,
    governing: RefCell<Governing>,
}

impl Session {
    /// Starts a session. Mistakes in the options that still allow a run become problems of the run.
    pub fn new(options: Options) -> Self {
        let options = Arc::new(options);
        Self { governing: RefCell::new(Governing::new(Arc::clone(&options))), options }
    }

    /// The options.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The files that some paths name, and those below folders, as far as no configuration leaves them out.
    pub fn discover(&self, paths: &[PathBuf]) -> Discovery {
        let skips = &mut |folder: &Path, entry: &Path, is_folder: bool| {
            self.governing.borrow_mut().skips(folder, entry, is_folder)
        };
        let filter = Filter { gitignore: self.options.gitignore, skips, skips_named: self.options.skips_named };
        discover::discover(paths, filter)
    }

    /// The settings that govern a candidate.
    pub fn settings(&self, candidate: &Candidate) -> Arc<Settings> {
        self.governing.borrow_mut().of(candidate)
    }

    /// Lints the files that were found, and compares the findings with the baselines. `sink` gets the results file by file. `counter`
    /// counts the linted files. Writes the baseline, if the options name one to write.
    pub fn lint(&self, found: Discovery, counter: &Counter, sink: &mut dyn Sink) -> Outcome {
        let Discovery { candidates, folders, diagnostics, left_out } = found;
        let found = Found { folders, diagnostics, left_out };
        let linter = |candidate: &Candidate| Arc::clone(&self.settings(candidate).linter);
        let project = Project { linter: &linter, counter, threads: self.options.threads };
        let mut tally = Tally::new(&self.options, &found);
        // Configurations are read for their first template, so all baselines are known once all candidates have their settings.
        for candidate in &candidates {
            self.settings(candidate);
        }
        self.governing.borrow_mut().scopes.iter_mut().for_each(|scope| scope.baselines.begin());
        sink.begin();
        project.lint(candidates, |candidate, file| {
            tally.add(candidate, file, &self.options, &mut self.governing.borrow_mut(), sink);
        });
        let ended = tally.finish(found, &self.options, &mut self.governing.borrow_mut());
        let baseline = self.governing.borrow().scopes.iter().find_map(|scope| scope.baselines.write());
        let is_lost = baseline.as_ref().is_some_and(|written| written.result.is_err());
        let exit = if is_lost { Exit::Trouble } else { ended.exit };
        ended.report(&self.options, |rest| sink.end(&End { rest, exit, baseline }));
        Outcome { templates: ended.summary.templates, files: ended.files, exit }
    }

    /// The files that the session depends on, other than templates: configurations, also those that do not exist yet, custom rules,
    /// parameters and baselines.
    pub fn files(&self) -> BTreeSet<PathBuf> {
        let parameters = self.options.parameter_files.iter().map(|file| config::file_and_environment(file).0);
        let named = parameters.chain(self.options.baseline.clone());
        self.governing.borrow().files().into_iter().chain(named).collect()
    }

    /// The problems with options, configurations and rules since the last run.
    pub fn take_problems(&self) -> Problems {
        std::mem::take(&mut self.governing.borrow_mut().problems)
    }
}
