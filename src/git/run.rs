//! Runs git: commands that read objects, with everything turned off that a repository or the environment could have it run.

use crate::files::why;
use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The time that git has for an answer. Reading a pipe in place of an object would take forever.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes of git's own words that are read.
const MAX_WORDS: u64 = 4 << 10;

/// Variables of git that a person may need, and that lead to no program of a repository: where the person's own configuration is. It
/// may declare that a repository of another user is safe.
const KEPT: [&str; 3] = ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"];

/// What the environment of git has in addition. No protocol is allowed, so nothing is fetched, whatever the version of git:
/// `GIT_NO_LAZY_FETCH` alone would do in newer ones.
/// Source: "git - Environment Variables" (git-scm.com/docs/git), 2026-11.
const SET: [(&str, &str); 7] = [
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("LC_ALL", "C"),
    ("LANGUAGE", "C"),
];

/// Options that take precedence over the configuration of the repository.
const OPTIONS: [&str; 7] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
    "maintenance.auto=false",
    "gc.auto=0",
    "core.pager=cat",
];

/// Why a revision cannot be read.
#[derive(Debug)]
pub enum Failure {
    /// git cannot be started.
    Missing(io::Error),
    /// The repository has no such revision. It may be in the part of the history that a shallow clone leaves out.
    Unknown {
        /// Whether the clone is shallow.
        is_shallow: bool,
    },
    /// git refused, in its own words.
    Refused(String),
    /// git gave no answer in time.
    Slow,
    /// There are too many files.
    TooLarge,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(error) => write!(f, "git cannot be started: {}", why(error)),
            Self::Unknown { is_shallow: false } => f.write_str("the repository has no such revision"),
            Self::Unknown { is_shallow: true } => f.write_str("it is not in this shallow clone"),
            Self::Refused(words) => write!(f, "git refused: {words}"),
            Self::Slow => write!(f, "git did not respond in {} seconds", PATIENCE.as_secs()),
            Self::TooLarge => f.write_str("it has too many files"),
        }
    }
}

/// git in the root of a repository, without input. It looks for the repository there and nowhere above.
pub(super) fn git(root: &Path) -> Command {
    let mut git = Command::new("git");
    let is_of_git = |name: &OsStr| name.as_encoded_bytes().starts_with(b"GIT_");
    for (name, _) in env::vars_os().filter(|(name, _)| is_of_git(name)) {
        if !KEPT.iter().any(|kept| name == *kept) {
            git.env_remove(name);
        }
    }
    git.current_dir(root).envs(SET).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(above) = root.parent() {
        git.env("GIT_CEILING_DIRECTORIES", above);
    }
    git.arg("--no-pager");
    for option in OPTIONS {
        git.args(["-c", option]);
    }
    git
}

/// What a command prints, at most so many bytes.
pub(super) fn output<A: AsRef<OsStr>>(root: &Path, arguments: &[A], limit: u64) -> Result<Vec<u8>, Failure> {
    let mut child = git(root).args(arguments).spawn().map_err(Failure::Missing)?;
    let words = child.stderr.take().map(|pipe| reading(pipe, MAX_WORDS));
    let result = child.stdout.take().map(|pipe| reading(pipe, limit.saturating_add(1)));
    let result = result.transpose().map_err(Failure::Missing).and_then(|printed| match printed {
        Some(printed) => printed.recv_timeout(PATIENCE).map_err(|_| Failure::Slow),
        None => Ok(Vec::new()),
    });
    let result = result.and_then(|bytes| if bytes.len() as u64 > limit { Err(Failure::TooLarge) } else { Ok(bytes) });
    if result.is_err() {
        end(&mut child);
        return result;
    }
    let status = child.wait().map_err(Failure::Missing)?;
    if status.success() {
        return result;
    }
    let words = words.and_then(Result::ok).and_then(|words| words.recv_timeout(PATIENCE).ok()).unwrap_or_default();
    Err(Failure::Refused(first_line(&words)))
}

/// Ends a process of ours.
pub(super) fn end(child: &mut Child) {
    // If it has ended already, all is well.
    let _ = child.kill();
    let _ = child.wait();
}

/// Reads a pipe on another thread, so that nothing waits for what never comes.
fn reading(pipe: impl Read + Send + 'static, limit: u64) -> io::Result<mpsc::Receiver<Vec<u8>>> {
    let (send, receive) = mpsc::channel();
    let read = move || {
        let mut bytes = Vec::new();
        // A pipe that breaks ends as one that is closed.
        let _ = pipe.take(limit).read_to_end(&mut bytes);
        let _ = send.send(bytes);
    };
    thread::Builder::new().spawn(read).map(|_| receive)
}

/// The first line of git's words, without `fatal:`.
fn first_line(words: &[u8]) -> String {
    let words = String::from_utf8_lossy(words);
    let line = words.lines().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason");
    line.trim().trim_start_matches("fatal: ").chars().take(300).collect()
}
