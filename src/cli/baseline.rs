//! The baseline of a run: selects the file, marks known findings, and writes the file.

use super::output;
use super::plan::Problems;
use crate::baseline::{Baseline, Key, is_baseline};
use crate::config::{self, FILE_NAME};
use crate::discover::{relative, shown};
use crate::finding::{Diagnostic, Finding, Severity};
use crate::report::text::count;
use crate::source::{Source, SourceId, Span};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf, absolute};

/// The baselines of a run.
#[derive(Debug, Default)]
pub(super) struct Baselines {
    /// The baseline to compare with, if any.
    known: Option<(Names, Baseline)>,
    /// The file for the findings of the run, with its contents before.
    written: Option<(PathBuf, Names, Baseline)>,
}

/// The scope of a run.
pub(super) struct Scope<'a> {
    /// The texts that findings point into.
    pub(super) sources: &'a [Source],
    /// The linted files, as reports name them.
    pub(super) files: &'a BTreeSet<String>,
    /// Whether a rule ran, or does not exist any more.
    pub(super) was_checked: &'a dyn Fn(&str) -> bool,
}

impl Baselines {
    /// Reads the baselines of the arguments. The run is also compared with a baseline that it writes.
    pub(super) fn new(given: Option<PathBuf>, write_to: Option<PathBuf>, problems: &mut Problems) -> Self {
        let Some(file) = write_to else {
            let known = given.and_then(|file| Some((Names::new(&file), read(&file, problems)?)));
            return Self { known, written: None };
        };
        let before = match fs::read_to_string(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Some(Baseline::default()),
            Ok(text) if text.trim().is_empty() => Some(Baseline::default()),
            Ok(text) if !is_baseline(&text) => {
                problems.diagnostics.push(Diagnostic {
                    severity: Severity::Error,
                    code: "baseline",
                    file: shown(&file),
                    span: None,
                    message: "the file is not a baseline, so hipaalint does not overwrite it".to_owned(),
                    help: "Name another file with --write-baseline.".to_owned(),
                    related: Vec::new(),
                });
                None
            }
            Ok(_) | Err(_) => read(&file, problems),
        };
        Self { known: None, written: before.map(|before| (file.clone(), Names::new(&file), before)) }
    }

    /// Marks the findings of a run, and returns the number of stale entries. A baseline that is written gets all findings.
    pub(super) fn apply<'f>(
        &mut self,
        findings: impl IntoIterator<Item = &'f mut Finding>,
        scope: &Scope<'_>,
    ) -> usize {
        if let Some((_, names, before)) = &mut self.written {
            let mut findings: Vec<&mut Finding> = findings.into_iter().collect();
            let keys = Keys::new(names, scope);
            let file = |span| keys.of(span);
            let counting = findings.iter().map(|finding| &**finding).filter(|finding| finding.suppression.is_none());
            let mut now = Baseline::of(counting, file);
            now.keep(before, |key| !keys.is_in_scope(key));
            now.mark(findings.iter_mut().map(|finding| &mut **finding), file, |_| false);
            *before = now;
            return 0;
        }
        let Some((names, known)) = &self.known else { return 0 };
        let keys = Keys::new(names, scope);
        known.mark(findings, |span| keys.of(span), |key| keys.is_in_scope(key))
    }

    /// Writes the baseline, if requested, and reports it. False if that fails.
    pub(super) fn write(&self) -> bool {
        let Some((file, _, baseline)) = &self.written else { return true };
        let is_first = !file.exists();
        match fs::write(file, baseline.text()) {
            Ok(()) => {
                let file = shown(file);
                output::complain(&format!("wrote {} to {file}", count(baseline.len(), "finding")));
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
}

fn read(file: &Path, problems: &mut Problems) -> Option<Baseline> {
    let complaint = |path: &Path, error: &io::Error| Diagnostic {
        code: "baseline",
        help: "Name another file, or write this one first with --write-baseline.".to_owned(),
        ..config::unreadable(path, error)
    };
    let source = problems.open(file, complaint)?;
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

/// The names of files in a baseline: relative to its folder, whatever the current folder is.
#[derive(Debug)]
struct Names {
    /// The baseline's folder.
    folder: PathBuf,
}

impl Names {
    fn new(baseline: &Path) -> Self {
        let folder = baseline.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self { folder: normal(folder) }
    }

    /// The name of a file in the baseline, from its name in reports.
    fn key(&self, name: &str) -> String {
        let file = normal(Path::new(name));
        shown(&relative(&self.folder, &file))
    }
}

/// The names of the files of a run in a baseline.
struct Keys<'a> {
    names: &'a Names,
    scope: &'a Scope<'a>,
    by_source: HashMap<SourceId, String>,
    linted: HashSet<String>,
}

impl<'a> Keys<'a> {
    fn new(names: &'a Names, scope: &'a Scope<'a>) -> Self {
        let by_source = scope.sources.iter().map(|source| (source.id, names.key(&source.name))).collect();
        let linted = scope.files.iter().map(|file| names.key(file)).collect();
        Self { names, scope, by_source, linted }
    }

    fn of(&self, span: Span) -> String {
        self.by_source.get(&span.source).cloned().unwrap_or_default()
    }

    /// Whether the run decides about an entry: its file was linted or does not exist, and its rule ran or does not exist.
    fn is_in_scope(&self, key: &Key) -> bool {
        let exists = || self.names.folder.join(&key.file).exists();
        (self.scope.was_checked)(&key.rule) && (self.linted.contains(&key.file) || !exists())
    }
}

/// An absolute path without `.` and `..`; symbolic links stay.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            _ => normal.push(component),
        }
    }
    normal
}
