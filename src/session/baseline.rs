//! The baselines of a session: reads them, marks the findings that they have, and writes the file.

use super::problems::Problems;
use super::saving::{Lock, Saving};
use crate::baseline::{Baseline, Key, is_baseline};
use crate::code::Code;
use crate::config::{self, FILE_NAME};
use crate::files::{Files, Reach};
use crate::finding::{Diagnostic, Finding};
use crate::paths::{Base, folder_of, relative};
use crate::source::{Source, SourceId, Span};
use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The baselines of a run.
#[derive(Debug, Default)]
pub(super) struct Baselines {
    /// The baseline to compare with, if any.
    known: Option<(Names, Baseline)>,
    /// The file for the findings of the run.
    written: Option<ToWrite>,
}

/// A baseline to write.
#[derive(Debug)]
struct ToWrite {
    file: PathBuf,
    names: Names,
    /// As it was when the run began.
    before: Baseline,
    /// With the findings of the run.
    now: Baseline,
}

/// A baseline, and the templates that it covers.
#[derive(Debug)]
pub(super) struct Scope {
    /// The number of the settings whose configuration names it; `None` if the options name it, so that it covers the whole run.
    pub(super) settings: Option<usize>,
    pub(super) baselines: Baselines,
}

/// What a run looked at in the scope of a baseline.
pub(super) struct LookedAt<'a> {
    /// The file system that they are on.
    pub(super) on: &'a Files,
    /// The texts that findings point into.
    pub(super) sources: Vec<&'a Source>,
    /// The linted files.
    pub(super) files: Vec<&'a Place>,
    /// Whether a rule ran, or does not exist any more.
    pub(super) was_checked: &'a dyn Fn(&str) -> bool,
}

/// Where a text is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// In a file.
    File(PathBuf),
    /// Nowhere, such as that of standard input: it has only a name.
    Unsaved(String),
}

impl Place {
    /// The place of a source.
    pub(super) fn of(source: &Source) -> Self {
        match source.path() {
            Some(path) => Self::File(path.to_owned()),
            None => Self::Unsaved(source.name.clone()),
        }
    }
}

/// A baseline that was to be written.
#[derive(Debug)]
pub struct WrittenBaseline {
    /// The file.
    pub file: PathBuf,
    /// The number of findings in it.
    pub findings: usize,
    /// Whether there was no such file before.
    pub is_first: bool,
    /// Whether the file was written.
    pub result: io::Result<()>,
}

impl Baselines {
    /// Reads the baseline to compare with, or the one to write. The run is also compared with a baseline that it writes.
    pub(super) fn new(given: Option<&Path>, write_to: Option<&Path>, reach: &Reach, problems: &mut Problems) -> Self {
        let Some(file) = write_to else {
            let known = given.and_then(|file| Some((Names::new(file, problems.files()), read(file, reach, problems)?)));
            return Self { known, written: None };
        };
        if file.file_name().is_some_and(|name| name == FILE_NAME) {
            problems.diagnostics.push(
                Diagnostic::error(Code::Baseline, "the file is a configuration, so hipaalint does not overwrite it")
                    .in_file(problems.files().name(file))
                    .with_help("Name another file with --write-baseline."),
            );
            return Self::default();
        }
        let before = match Reach::Anywhere.text(file, problems.files()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Some(Baseline::default()),
            Ok(text) if text.trim().is_empty() => Some(Baseline::default()),
            Ok(text) if !is_baseline(&text) => {
                problems.diagnostics.push(
                    Diagnostic::error(Code::Baseline, "the file is not a baseline, so hipaalint does not overwrite it")
                        .in_file(problems.files().name(file))
                        .with_help("Name another file with --write-baseline."),
                );
                None
            }
            Ok(_) | Err(_) => read(file, &Reach::Anywhere, problems),
        };
        let names = Names::new(file, problems.files());
        let written = before.map(|before| ToWrite { file: file.to_owned(), names, now: before.clone(), before });
        Self { known: None, written }
    }

    /// Marks the findings of a run, and returns the number of stale entries. A baseline that is written gets all findings.
    pub(super) fn apply<'f>(
        &mut self,
        findings: impl IntoIterator<Item = &'f mut Finding>,
        looked_at: &LookedAt<'_>,
    ) -> usize {
        if let Some(ToWrite { names, before, now: written, .. }) = &mut self.written {
            let mut findings: Vec<&mut Finding> = findings.into_iter().collect();
            let keys = Keys::new(names, looked_at);
            let file = |span| keys.of(span);
            let counting = findings.iter().map(|finding| &**finding).filter(|finding| finding.suppression.is_none());
            let mut now = Baseline::of(counting, file);
            now.keep(before, |key| !keys.is_in_scope(key));
            now.mark(findings.iter_mut().map(|finding| &mut **finding), file, |_| false);
            *written = now;
            return 0;
        }
        let Some((names, known)) = &self.known else { return 0 };
        let keys = Keys::new(names, looked_at);
        known.mark(findings, |span| keys.of(span), |key| keys.is_in_scope(key))
    }

    /// Writes the baseline, if the options name one to write.
    pub(super) fn write(&self, files: &Files) -> Option<WrittenBaseline> {
        let ToWrite { file, before, now, .. } = self.written.as_ref()?;
        let is_first = !files.has(file);
        let written = write(file, before, now, files);
        let findings = *written.as_ref().unwrap_or(&0);
        Some(WrittenBaseline { file: file.clone(), findings, is_first, result: written.map(drop) })
    }
}

/// Writes a baseline, with what another run has changed since this one read it. Returns the number of findings in it.
fn write(file: &Path, before: &Baseline, now: &Baseline, files: &Files) -> io::Result<usize> {
    let path = files.base().join(file);
    let _lock = Lock::of(&path)?;
    let current = match Reach::Anywhere.text(file, files) {
        Ok(text) if text.trim().is_empty() => Baseline::default(),
        Ok(text) => Baseline::read(&Source::new(SourceId(0), files.name(file), text))
            .map_err(|_| io::Error::other("it changed during the run, and is not a baseline now"))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Baseline::default(),
        Err(error) => return Err(error),
    };
    let merged = now.merged(before, &current);
    let mut saving = Saving::start(&path)?;
    saving.write_all(merged.text().as_bytes())?;
    saving.finish()?;
    Ok(merged.len())
}

fn read(file: &Path, reach: &Reach, problems: &mut Problems) -> Option<Baseline> {
    let complaint = |name: String, error: &io::Error| {
        let help = "Name another file, or write this one first with --write-baseline.";
        config::unreadable(name, error).coded(Code::Baseline).with_help(help)
    };
    let source = problems.open(file, reach, complaint)?;
    let baseline = Baseline::read(&source);
    match baseline {
        Ok(baseline) => Some(baseline),
        Err(found) => {
            problems.diagnostics.extend(found);
            problems.keep(source);
            None
        }
    }
}

/// The names of files in a baseline: relative to its folder, whatever the base of the session is.
#[derive(Debug)]
struct Names {
    /// The baseline's folder, without `.` and `..`.
    folder: PathBuf,
    base: Base,
}

impl Names {
    fn new(baseline: &Path, files: &Files) -> Self {
        let base = files.base().clone();
        Self { folder: base.normal(folder_of(baseline)), base }
    }

    /// The name of a place in the baseline.
    fn key(&self, place: &Place) -> String {
        match place {
            Place::File(path) => self.base.name(&relative(&self.folder, &self.base.normal(path))),
            Place::Unsaved(name) => name.clone(),
        }
    }
}

/// The names of the files of a run in a baseline.
struct Keys<'a> {
    names: &'a Names,
    looked_at: &'a LookedAt<'a>,
    by_source: HashMap<SourceId, String>,
    linted: HashSet<String>,
}

impl<'a> Keys<'a> {
    fn new(names: &'a Names, looked_at: &'a LookedAt<'a>) -> Self {
        let by_source = looked_at.sources.iter().map(|source| (source.id, names.key(&Place::of(source)))).collect();
        let linted = looked_at.files.iter().map(|place| names.key(place)).collect();
        Self { names, looked_at, by_source, linted }
    }

    fn of(&self, span: Span) -> String {
        self.by_source.get(&span.source).cloned().unwrap_or_default()
    }

    /// Whether the run decides about an entry: its file was linted or does not exist, and its rule ran or does not exist.
    fn is_in_scope(&self, key: &Key) -> bool {
        // A name that lost bytes leads to no file, though there may be one.
        let exists = || key.file.contains('\u{fffd}') || self.looked_at.on.has(&self.names.folder.join(&key.file));
        (self.looked_at.was_checked)(&key.rule) && (self.linted.contains(&key.file) || !exists())
    }
}
