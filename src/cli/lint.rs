//! `hipaalint [PATHS]…`: finds templates, lints them on all cores, and reports.

use super::Exit;
use super::args::{Arguments, LintArguments};
use super::outcome::Outcome;
use super::output::Written;
use super::plan::Plan;
use super::progress::Progress;
use crate::discover::{self, Candidate, Discovery, Filter, NOT_THERE};
use crate::project::Project;
use crate::rules::load::nearest;
use clap::CommandFactory;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How a run ended.
pub(super) struct Ran {
    pub(super) exit: Exit,
    /// Whether somebody still reads standard output.
    pub(super) is_heard: bool,
    /// The files that were read, and those that they include.
    pub(super) files: BTreeSet<PathBuf>,
}

/// Lints what the arguments name, and reports.
///
/// # Errors
/// Options that make no sense.
pub(super) fn run(arguments: LintArguments) -> Result<Exit, clap::Error> {
    Ok(lint(&Plan::new(arguments)?).exit)
}

/// The files that a run looks at.
pub(super) fn discover(plan: &Plan) -> Discovery {
    let skips =
        &mut |folder: &Path, entry: &Path, is_folder: bool| plan.setups.borrow_mut().skips(folder, entry, is_folder);
    let filter = Filter { gitignore: plan.gitignore, skips, skips_named: plan.skips_named };
    let mut found = discover::discover(&plan.paths, filter);
    for missing in found.diagnostics.iter_mut().filter(|diagnostic| diagnostic.code == NOT_THERE) {
        // What is no command is a path.
        let meant = match missing.file.as_str() {
            "help" => Some("`--help`".to_owned()),
            // What other programs call it; here it needs no name.
            "lint" | "check" | "scan" | "validate" => Some("the paths without a command".to_owned()),
            path => nearest_command(path).map(|command| format!("the command `{command}`")),
        };
        if let Some(meant) = meant {
            missing.help = format!("Did you mean {meant}? Paths start from the current folder.");
        }
    }
    found
}

/// The command that a path looks like.
fn nearest_command(path: &str) -> Option<String> {
    let program = Arguments::command();
    nearest(path, program.get_subcommands().map(clap::Command::get_name)).map(str::to_owned)
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
    let mut outcome = Outcome::gather(files, found, plan);
    outcome.compare(plan);
    let exit = if plan.setups.borrow().write_baseline() { outcome.exit() } else { Exit::Trouble };
    let Written { exit, is_heard } = outcome.report(plan, exit);
    Ran { exit, is_heard, files: outcome.files }
}
