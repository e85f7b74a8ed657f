//! `--watch`: lints again whenever something that the run read has changed.
//!
//! Looks at times of change and sizes, a few times a second. That costs little for as many files as people watch, works on network
//! folders and in containers, and does not care how an editor saves: in place, or by renaming another file.

use super::args::LintArguments;
use super::plan::{Plan, usage};
use super::{Exit, lint, output};
use crate::discover::Origin;
use crate::report::text::count;
use clap::error::ErrorKind;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

/// How often files are looked at.
const INTERVAL: Duration = Duration::from_millis(300);
/// How long nothing must change before it is linted: programs that write several files are not caught in the middle.
const SETTLED: Duration = Duration::from_millis(60);
/// Clears the screen and what was scrolled out of it, and goes to its beginning (ECMA-48, ED and CUP; xterm's ED 3).
const CLEAR: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";

/// The files of a run with their times of change and sizes; nothing for those that are not there.
type State = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

/// Lints again and again, until it is stopped or nobody listens.
///
/// # Errors
/// Options that make no sense.
pub(super) fn run(arguments: &LintArguments) -> Result<Exit, clap::Error> {
    if arguments.paths.iter().any(|path| path == Path::new("-")) {
        return Err(usage(ErrorKind::ArgumentConflict, "standard input cannot be watched: name files or folders"));
    }
    let mut plan = Plan::new(arguments.clone())?;
    let mut before = state(&plan, &BTreeSet::new());
    loop {
        clear();
        let ran = lint::lint(&plan);
        if !ran.is_heard {
            return Ok(ran.exit);
        }
        // What templates name is known by now only.
        let now = state(&plan, &ran.files);
        let news = now.into_iter().filter(|(file, _)| !before.contains_key(file));
        before.extend(news.collect::<State>());
        if !arguments.quiet {
            output::complain(&format!("watching {}; Ctrl-C ends it", count(before.len(), "file")));
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

/// Waits until nothing changes any more.
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

/// Everything that a run depends on, with what its templates name.
fn state(plan: &Plan, named: &BTreeSet<PathBuf>) -> State {
    let found = lint::discover(plan);
    let candidates = found.candidates.into_iter().filter_map(|candidate| match candidate.origin {
        Origin::File(path) => Some(path),
        Origin::StandardInput => None,
    });
    let mut files: BTreeSet<PathBuf> = candidates.collect();
    files.extend(plan.setups.borrow().files());
    files.extend(plan.files.iter().chain(named).cloned());
    let stamp = |file: &PathBuf| {
        let metadata = file.metadata().ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    files.into_iter().map(|file| (file.clone(), stamp(&file))).collect()
}

fn clear() {
    let mut out = io::stdout();
    if out.is_terminal() {
        // A terminal that is gone is noticed when the report is written.
        let _ = out.write_all(CLEAR.as_bytes()).and_then(|()| out.flush());
    }
}
