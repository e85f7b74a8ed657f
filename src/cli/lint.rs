//! `hipaalint [PATHS]…`: finds templates, lints them on all cores, and reports.

use super::args::LintArguments;
use super::missing;
use super::output::{self, Inputs, Written};
use super::plan::Plan;
use super::progress::Progress;
use crate::config::FILE_NAME;
use crate::discover::Discovery;
use crate::report::text::count;
use crate::session::{Exit, Session, WrittenBaseline};
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
    Ok(lint(&plan).exit)
}

/// The files that a run reads.
pub(super) fn discover(plan: &Plan) -> Discovery {
    let mut found = plan.session.discover(&plan.paths);
    missing::suggest(&mut found, &plan.paths, missing::LINTING, plan.session.files());
    found
}

/// Lints, and reports.
pub(super) fn lint(plan: &Plan) -> Ran {
    let counter = Arc::default();
    let progress = Progress::start(&counter, plan.quiet);
    let outcome = plan.session.lint(discover(plan), &counter, &mut |_, _| {});
    drop(progress);
    let exit = if write_baseline(&plan.session) { outcome.exit() } else { Exit::Trouble };
    let read = if plan.outputs.is_empty() { BTreeSet::new() } else { plan.session.depends_on() };
    let inputs = Inputs::new(read.into_iter().chain(outcome.files().iter().cloned()), plan.session.files());
    let Written { exit, is_read } = outcome
        .report(plan.session.options(), |report| output::write_all(&plan.outputs, &inputs, plan.shown, report, exit));
    Ran { exit, is_read, templates: outcome.templates(), files: outcome.files().clone() }
}

/// Writes the baseline, if requested, and reports it. False if that fails.
fn write_baseline(session: &Session) -> bool {
    let Some(WrittenBaseline { file, findings, is_first, result }) = session.write_baseline() else { return true };
    match result {
        Ok(()) => {
            let file = session.files().name(&file);
            output::complain(&format!("wrote {} to {file}", count(findings, "finding")));
            if is_first {
                output::complain(&format!(
                    "with --baseline {file}, or with `baseline` in {FILE_NAME}, only new findings count"
                ));
            }
            true
        }
        Err(error) => {
            output::complain(&format!("cannot write {}: {error}", file.display()));
            false
        }
    }
}
