//! The baselines of a session: reads them, marks the findings that they have, and writes the file.

use super::problems::Problems;
use super::saving::{Lock, Saving};
use crate::baseline::{Baseline, Key, is_baseline};
use crate::code::Code;
use crate::config::{self, FILE_NAME};
use crate::files::{Files, Reach};
use crate::finding::{Diagnostic, Finding};
use crate::paths::{Base, escaped, folder_of, relative};
use crate::source::{Source, SourceId, Span};
use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The baselines of a run.
#[derive(Debug, Default)]
pub(super) struct Baselines {
    /// The baseline to compare with, if any, and what is left of it in this run.
    known: Option<(Names, Baseline, Baseline)>,
    /// The file for the findings of the run.
    written: Option<WrittenFile>,
}

/// A baseline that is written at the end of a run.
#[derive(Debug)]
struct WrittenFile {
    file: PathBuf,
    names: Names,
    before: Baseline,
    /// The findings of the run so far.
    now: Baseline,
}

/// A baseline, and the templates that it covers.
#[derive(Debug)]
pub(super) struct Scope {
    /// The number of the settings whose configuration names it; `None` if the options name it, so that it covers the whole run.
    pub(super) settings: Option<usize>,
    pub(super) baselines: Baselines,
}

/// The known findings of one text.
pub(super) struct Known {
    /// Its name in the baseline.
    file: String,
    left: Baseline,
}

impl Known {
    /// Marks the findings in the text; those elsewhere are not among the known ones.
    pub(super) fn mark<'f>(mut self, id: SourceId, findings: impl IntoIterator<Item = &'f mut Finding>) {
        let file = |span: Span| if span.source == id { self.file.clone() } else { String::new() };
        self.left.mark(findings, file);
    }
}

/// What a run looked at in the scope of a baseline.
pub(super) struct LookedAt<'a> {
    /// The file system that they are on.
    pub(super) on: &'a Files,
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
    /// Its name, as reports show it.
    pub name: String,
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
            let known = given.and_then(|file| {
                Some((Names::new(file, problems.files()), read(file, reach, problems)?, Baseline::default()))
            });
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
        if problems.files().has_folder(file) {
            problems.diagnostics.push(
                Diagnostic::error(Code::Baseline, "the baseline cannot be written: this is a folder")
                    .in_file(problems.files().name(file))
                    .with_help("Name a file with --write-baseline, such as `hipaalint-baseline.json`."),
            );
            return Self::default();
        }
        // Findings would be shown as known, and not be written.
        if !problems.files().has_folder(folder_of(file)) {
            let folder = problems.files().name(folder_of(file));
            problems.diagnostics.push(
                Diagnostic::error(Code::Baseline, format!("the file cannot be written: there is no folder `{folder}`"))
                    .in_file(problems.files().name(file))
                    .with_help("Create the folder, or name another file with --write-baseline."),
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
        let file = file.to_owned();
        let written = before.map(|before| WrittenFile { file, names, before, now: Baseline::default() });
        Self { known: None, written }
    }

    /// Starts a run.
    pub(super) fn begin(&mut self) {
        if let Some((_, known, left)) = &mut self.known {
            left.clone_from(known);
        }
        if let Some(written) = &mut self.written {
            written.now = Baseline::default();
        }
    }

    /// Marks the findings of a file that point into some texts. A baseline that is written gets all of them.
    pub(super) fn mark<'f>(&mut self, findings: impl IntoIterator<Item = &'f mut Finding>, sources: &[&Source]) {
        let names = match (&self.written, &self.known) {
            (Some(written), _) => &written.names,
            (None, Some((names, ..))) => names,
            (None, None) => return,
        };
        let keys: HashMap<SourceId, String> =
            sources.iter().map(|source| (source.id, names.key(&Place::of(source)))).collect();
        let file = |span: Span| keys.get(&span.source).cloned().unwrap_or_default();
        if let Some(written) = &mut self.written {
            let mut findings: Vec<&mut Finding> = findings.into_iter().collect();
            let counting = findings.iter().map(|finding| &**finding).filter(|finding| finding.suppression.is_none());
            let now = Baseline::of(counting, file);
            now.clone().mark(findings.iter_mut().map(|finding| &mut **finding), file);
            written.now.extend(now);
        } else if let Some((_, _, left)) = &mut self.known {
            left.mark(findings, file);
        }
    }

    /// What was known of a text before the run: the same findings are not fixed.
    pub(super) fn known(&self, place: &Place) -> Option<Known> {
        let (names, baseline) = match (&self.written, &self.known) {
            (Some(written), _) => (&written.names, &written.before),
            (None, Some((names, known, _))) => (names, known),
            (None, None) => return None,
        };
        let file = names.key(place);
        Some(Known { left: baseline.of_file(&file), file })
    }

    /// Ends a run. Returns the number of entries whose findings are gone.
    pub(super) fn end(&mut self, looked_at: &LookedAt<'_>) -> usize {
        if let Some(WrittenFile { names, before, now, .. }) = &mut self.written {
            let scope = InScope::new(names, looked_at);
            now.keep(before, |key| !scope.contains(key));
            return 0;
        }
        let Some((names, _, left)) = &self.known else { return 0 };
        let scope = InScope::new(names, looked_at);
        left.looked_for(|key| scope.contains(key))
    }

    /// Writes the baseline, if the options name one to write.
    pub(super) fn write(&mut self, files: &Files) -> Option<WrittenBaseline> {
        let WrittenFile { file, before, now, .. } = self.written.as_mut()?;
        let is_first = !files.has(file);
        // The next run of the session begins with what is in the file now.
        let result = write(file, before, now, files).map(|merged| *before = merged);
        let (file, name) = (file.clone(), files.name(file));
        Some(WrittenBaseline { file, name, findings: before.len(), is_first, result })
    }
}

/// Writes a baseline, with what another run has changed since this one read it. Returns what is in the file then.
fn write(file: &Path, before: &Baseline, now: &Baseline, files: &Files) -> io::Result<Baseline> {
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
    Ok(merged)
}

fn read(file: &Path, reach: &Reach, problems: &mut Problems) -> Option<Baseline> {
    let complaint = |name: String, error: &io::Error| {
        let help = match error.kind() {
            io::ErrorKind::IsADirectory => "Name the file of a baseline.",
            _ => "Name another file, or write this one first with --write-baseline.",
        };
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

/// What a run decides about.
struct InScope<'a> {
    names: &'a Names,
    looked_at: &'a LookedAt<'a>,
    linted: HashSet<String>,
}

impl<'a> InScope<'a> {
    fn new(names: &'a Names, looked_at: &'a LookedAt<'a>) -> Self {
        let linted = looked_at.files.iter().map(|place| names.key(place)).collect();
        Self { names, looked_at, linted }
    }

    /// Whether the run decides about an entry: its file was linted or does not exist, and its rule ran or does not exist.
    fn contains(&self, key: &Key) -> bool {
        // Older versions wrote names that lost bytes. These lead to no file, though there may be one.
        let has = |path: &Path| self.looked_at.on.has(&self.names.folder.join(path));
        let exists = || {
            key.file.contains('\u{fffd}')
                || has(Path::new(&key.file))
                || escaped(&key.file).is_some_and(|path| has(&path))
        };
        (self.looked_at.was_checked)(&key.rule) && (self.linted.contains(&key.file) || !exists())
    }
}
