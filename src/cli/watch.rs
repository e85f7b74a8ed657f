//! `--watch`: lints again when a file of the run changes.
//!
//! Reads modification times and sizes a few times a second. That costs little for as many files as people watch. It works on network
//! folders, in containers, and with every editor, whether it saves in place or renames another file.

use super::args::LintArguments;
use super::plan::{Plan, usage};
use super::{lint, output};
use crate::discover::Input;
use crate::report::text::count;
use crate::session::Exit;
use clap::error::ErrorKind;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

/// The time between two looks at the files.
const INTERVAL: Duration = Duration::from_millis(300);
/// The time without a change before linting. A program that writes several files can finish first.
const SETTLED: Duration = Duration::from_millis(60);
/// Clears the screen and the scrollback, and moves the cursor to the start (ECMA-48, ED and CUP; xterm's ED 3).
const CLEAR: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";

/// The files of a run with their modification times and sizes; `None` for a file that does not exist.
type State = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

/// Lints after each change, until the process is stopped or standard output is closed.
///
/// # Errors
/// Options that contradict each other.
pub(super) fn run(arguments: &LintArguments) -> Result<Exit, clap::Error> {
    if arguments.paths.iter().any(|path| path == Path::new("-")) {
        return Err(usage(ErrorKind::ArgumentConflict, "--watch cannot watch standard input; name files or folders"));
    }
    let mut plan = Plan::new(arguments.clone())?;
    let mut before = state(&plan, &BTreeSet::new());
    loop {
        clear();
        let ran = lint::lint(&plan, false);
        if !ran.is_read {
            return Ok(ran.exit);
        }
        // The files that templates refer to are known only after linting.
        let now = state(&plan, &ran.files);
        let added = now.into_iter().filter(|(file, _)| !before.contains_key(file));
        before.extend(added.collect::<State>());
        if !arguments.quiet {
            output::complain(&format!("watching {}; press Ctrl-C to stop", count(ran.templates, "template")));
        }
        before = loop {
            sleep(INTERVAL);
            let changed = state(&plan, &ran.files);
            if changed != before {
                break settled(&plan, &ran.files, changed);
            }
        };
        plan = Plan::new(arguments.clone())?;
    }
}

/// Waits until the files stop changing.
fn settled(plan: &Plan, files: &BTreeSet<PathBuf>, mut last: State) -> State {
    loop {
        sleep(SETTLED);
        let now = state(plan, files);
        if now == last {
            return now;
        }
        last = now;
    }
}

/// Everything that a run depends on, with the files that its templates refer to.
fn state(plan: &Plan, named: &BTreeSet<PathBuf>) -> State {
    let found = lint::discover(plan);
    let candidates = found.candidates.into_iter().filter_map(|candidate| match candidate.input {
        Input::File(path) => Some(path),
        Input::StandardInput => None,
    });
    let mut files: BTreeSet<PathBuf> = candidates.collect();
    files.extend(plan.session.depends_on());
    files.extend(named.iter().cloned());
    let stamp = |file: &PathBuf| {
        let metadata = plan.session.files().metadata(file).ok()?;
        Some((metadata.modified?, metadata.bytes))
    };
    files.into_iter().map(|file| (file.clone(), stamp(&file))).collect()
}

fn clear() {
    let mut out = io::stdout();
    if out.is_terminal() {
        // If the terminal is closed, writing the report fails, too.
        let _ = out.write_all(CLEAR.as_bytes()).and_then(|()| out.flush());
    }
}
