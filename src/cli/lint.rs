//! `hipaalint [PATHS]…`: finds templates, lints them on all cores, and reports.

use super::args::LintArguments;
use super::missing;
use super::output::{Outputs, Written};
use super::plan::Plan;
use super::progress::Progress;
use crate::discover::Discovery;
use crate::session::Exit;
use std::collections::BTreeSet;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
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
    Ok(lint(&plan, true).exit)
}

/// The files that a run reads.
pub(super) fn discover(plan: &Plan) -> Discovery {
    let mut found = plan.session.discover(&plan.paths);
    if let Some(records) = &plan.records {
        records.complete(&mut found);
    }
    missing::suggest(&mut found, &plan.paths, missing::LINTING, plan.session.files());
    found
}

/// Lints, and reports. `ends_process`: nothing follows.
pub(super) fn lint(plan: &Plan, ends_process: bool) -> Ran {
    let counter = Arc::default();
    let progress = Progress::start(&counter, plan.quiet || plan.prompt.is_some());
    let mut outputs = Outputs::new(&plan.outputs, &plan.session, plan.shown, &plan.dated, plan.texts, progress);
    outputs.about(&plan.paths);
    outputs.ends_process = ends_process;
    let found = discover(plan);
    let outcome = match (&plan.since, &plan.prompt) {
        (Some(since), _) => plan.session.lint_since(found, (since, &plan.paths), &counter, &mut outputs),
        (None, Some(prompt)) => plan.session.lint_asking(found, &counter, &mut outputs, prompt),
        (None, None) => plan.session.lint(found, &counter, &mut outputs),
    };
    let Written { exit, is_read } = outputs.written(outcome.exit());
    Ran { exit, is_read, templates: outcome.templates(), files: outcome.files().clone() }
}
