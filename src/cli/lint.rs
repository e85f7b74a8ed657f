//! `hipaalint [PATHS]…`: finds templates, lints them on all cores, and reports.

use super::Exit;
use super::args::LintArguments;
use super::missing;
use super::output::Written;
use super::plan::Plan;
use super::progress::Progress;
use super::tally::Tally;
use crate::discover::{self, Candidate, Discovery, Filter};
use crate::project::Project;
use std::collections::BTreeSet;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The end of a run.
pub(super) struct Ran {
    pub(super) exit: Exit,
    /// Whether standard output is still open.
    pub(super) is_read: bool,
    /// The number of templates that were linted.
    pub(super) templates: usize,
    /// The files that were read, and those that they include.
    pub(super) files: BTreeSet<PathBuf>,
}

/// Lints the paths of the arguments, and reports.
///
/// # Errors
/// Options that contradict each other.
pub(super) fn run(arguments: LintArguments) -> Result<Exit, clap::Error> {
    // Never dropped: the process ends here and gives the memory of all rules back at once.
    let plan = ManuallyDrop::new(Plan::new(arguments)?);
    Ok(lint(&plan).exit)
}

/// The files that a run reads.
pub(super) fn discover(plan: &Plan) -> Discovery {
    let skips =
        &mut |folder: &Path, entry: &Path, is_folder: bool| plan.setups.borrow_mut().skips(folder, entry, is_folder);
    let filter = Filter { gitignore: plan.gitignore, skips, skips_named: plan.skips_named };
    let mut found = discover::discover(&plan.paths, filter);
    missing::suggest(&mut found, &plan.paths, missing::LINTING);
    found
}

/// Lints, and reports.
pub(super) fn lint(plan: &Plan) -> Ran {
    let counter = Arc::default();
    let progress = Progress::start(&counter, plan.quiet);
    let mut found = discover(plan);
    let linter = |candidate: &Candidate| Arc::clone(&plan.setups.borrow_mut().of(candidate).linter);
    let project = Project { linter: &linter, counter: &counter, threads: plan.threads };
    let files = project.lint(std::mem::take(&mut found.candidates));
    drop(progress);
    let mut tally = Tally::gather(files, found, plan);
    tally.compare(plan);
    let exit = if plan.setups.borrow().write_baseline() { tally.exit() } else { Exit::Trouble };
    let Written { exit, is_read } = tally.report(plan, exit);
    Ran { exit, is_read, templates: tally.templates(), files: tally.files }
}
