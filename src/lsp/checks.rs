//! Lints documents through their sessions. The one place where the server lints.
//!
//! The documents of one folder are linted together, because templates say something about each other: what they nest and export. Those
//! that are not open take part, too, but their own results are not looked for, unless the client asks for the whole workspace.

use super::capabilities::Client;
use super::diagnostics::{Places, id_of};
use super::documents::Documents;
use super::roots::{Root, Roots};
use super::snapshot::Snapshot;
use crate::finding::{self, Applicability, Finding};
use crate::paths::folder_of;
use crate::project::Counter;
use crate::report::Report;
use crate::session::{Again, End, Known, Session, Settings, Sink};
use crate::source::Source;
use lsp_types::{Diagnostic, TextEdit};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

/// What was found, by the files that it is in.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// By path. A file for which nothing has changed is the same as in the check before.
    pub(super) files: BTreeMap<PathBuf, Arc<CheckedFile>>,
    /// The files that the findings of a document are in, if there are others: those that it includes and nests.
    pub(super) others: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    /// What is wrong about the sessions, apart from files.
    pub(super) problems: BTreeSet<String>,
}

/// What was found in one file.
#[derive(Debug, Default)]
pub(super) struct CheckedFile {
    /// The version of the document, if it is open.
    pub(super) version: Option<i32>,
    /// Everything, in the order in which the client gets it.
    pub(super) items: Vec<Arc<Item>>,
    /// What it was put together from: what was found when these files were linted.
    of: Vec<Linted>,
    id: OnceLock<String>,
}

impl CheckedFile {
    /// As the client gets it.
    pub(super) fn diagnostics(&self) -> impl ExactSizeIterator<Item = &Diagnostic> {
        self.items.iter().map(|item| &item.diagnostic)
    }

    /// The findings among it.
    pub(super) fn findings(&self) -> impl Iterator<Item = Shown<'_>> {
        self.items.iter().filter_map(|item| {
            let Found { finding, edits } = item.found.as_ref()?;
            Some(Shown { diagnostic: &item.diagnostic, finding, edits })
        })
    }

    /// Whether the client gets the same.
    pub(super) fn is_shown_as(&self, other: &Self) -> bool {
        self.version == other.version && self.diagnostics().eq(other.diagnostics())
    }

    /// The id of its diagnostics.
    pub(super) fn id(&self) -> &str {
        self.id.get_or_init(|| id_of(self.diagnostics()))
    }

    /// What was found in a file when some files were linted. What several templates bring about in a file that they include is there
    /// once.
    fn new(path: &Path, version: Option<i32>, of: Vec<Linted>) -> Self {
        let mut items: Vec<Arc<Item>> = Vec::new();
        for (about, part) in &of {
            for item in part.get(path).into_iter().flatten() {
                if path == about || !items.iter().any(|known| known.diagnostic == item.diagnostic) {
                    items.push(Arc::clone(item));
                }
            }
        }
        Self { version, items, of, id: OnceLock::new() }
    }

    /// Whether it was put together from the same.
    fn is_of(&self, version: Option<i32>, of: &[Linted]) -> bool {
        self.version == version
            && self.of.len() == of.len()
            && self.of.iter().zip(of).all(|(one, now)| one.0 == now.0 && Arc::ptr_eq(&one.1, &now.1))
    }
}

/// One diagnostic, with the finding that it shows if it is one.
#[derive(Debug, PartialEq)]
pub(super) struct Item {
    diagnostic: Diagnostic,
    found: Option<Found>,
}

#[derive(Debug, PartialEq)]
struct Found {
    finding: Finding,
    edits: Vec<(PathBuf, TextEdit)>,
}

/// A finding as the client gets it.
#[derive(Copy, Clone)]
pub(super) struct Shown<'c> {
    pub(super) diagnostic: &'c Diagnostic,
    /// The finding. Its spans are bytes of the text.
    pub(super) finding: &'c Finding,
    /// The edits that fix it, with the files that they are in.
    pub(super) edits: &'c [(PathBuf, TextEdit)],
}

impl Shown<'_> {
    /// Whether its fix may be made by anybody.
    pub(super) fn is_safe(&self) -> bool {
        self.finding.fix.as_ref().is_some_and(|fix| fix.applicability == Applicability::Safe)
    }
}

/// What was found when one file was linted, perhaps in others.
type Part = BTreeMap<PathBuf, Vec<Arc<Item>>>;

/// A file that was linted, and what was found.
type Linted = (PathBuf, Arc<Part>);

/// What a folder remembers from one check to the next.
#[derive(Debug, Default)]
pub(super) struct Memory {
    known: Known,
    /// What was found, by the files that were linted.
    parts: BTreeMap<PathBuf, Arc<Part>>,
    /// What was wrong about the session.
    problems: Arc<Part>,
    /// Files that say something about others; none before they were looked for.
    tied: Option<Vec<PathBuf>>,
    /// The documents that were open in the last check.
    open: BTreeSet<PathBuf>,
}

/// What a folder remembers from one request for fixes to the next. Not in [`Memory`], which is locked while the folder is linted.
#[derive(Debug, Default)]
pub(super) struct Fixes {
    /// The session that makes fixes, with the settings as they are.
    session: Option<Session>,
    /// Files that say something about others.
    tied: Vec<PathBuf>,
    /// The last document with its fixes, and the check that it belongs to.
    last: Option<(PathBuf, Weak<Checked>, Arc<CheckedFile>)>,
}

/// The session that makes fixes in a document, over the open texts.
pub(super) fn fixing_session(snapshot: &Snapshot, path: &Path) -> Session {
    let root = snapshot.roots.of(path);
    let mut fixes = lock(&root.fixes);
    let session = fixes.session.get_or_insert_with(|| root.fixing_session());
    let session = session.on(snapshot.documents.files(session.files()));
    session.read_settings_here();
    session
}

/// What was found in a document, with the fixes, which are made on request. None if that was stopped.
pub(super) fn with_fixes(snapshot: &Snapshot, path: &Path) -> Option<Arc<CheckedFile>> {
    let session = fixing_session(snapshot, path);
    let root = snapshot.roots.of(path);
    let tied = {
        let fixes = lock(&root.fixes);
        match &fixes.last {
            Some((known, check, found))
                if known == path && std::ptr::eq(check.as_ptr(), Arc::as_ptr(&snapshot.checked)) =>
            {
                return Some(Arc::clone(found));
            }
            _ => fixes.tied.clone(),
        }
    };
    let check = Check {
        before: Arc::clone(&snapshot.checked),
        client: Arc::clone(&snapshot.client),
        documents: snapshot.documents.clone(),
        roots: snapshot.roots.clone(),
        changed: BTreeSet::new(),
        is_whole: false,
        counter: Arc::clone(&snapshot.counter),
    };
    let is_own = |path: &Path| Arc::ptr_eq(snapshot.roots.of(path), root);
    let open = snapshot.documents.linted().map(|document| document.path.clone()).filter(|path| is_own(path));
    let paths: Vec<PathBuf> = open.chain(tied).collect();
    // A text that another one includes has findings of that one, too.
    let includes = |(about, others): (&PathBuf, &BTreeSet<PathBuf>)| others.contains(path).then(|| about.clone());
    let about: BTreeSet<PathBuf> =
        snapshot.checked.others.iter().filter_map(includes).chain([path.to_owned()]).collect();
    let again = Again { known: &Known::new(), wants: &|path| about.contains(path) };
    let before = BTreeMap::new();
    let mut sink = Gatherer::new(&check, &session, &before);
    session.lint_again(session.discover(&paths), &again, &check.counter, &mut sink);
    if check.counter.is_stopped() {
        return None;
    }
    let of = sink.now.iter().filter(|(_, part)| part.contains_key(path));
    let of = of.map(|(about, part)| (about.clone(), Arc::clone(part))).collect();
    let version = snapshot.documents.get(path).map(|document| document.version);
    let found = Arc::new(CheckedFile::new(path, version, of));
    lock(&root.fixes).last = Some((path.to_owned(), Arc::downgrade(&snapshot.checked), Arc::clone(&found)));
    Some(found)
}

/// What is to be linted.
pub(super) struct Check {
    /// The check before.
    pub(super) before: Arc<Checked>,
    pub(super) client: Arc<Client>,
    pub(super) documents: Documents,
    pub(super) roots: Roots,
    /// The files that have changed since the last check, in the editor or on the disk.
    pub(super) changed: BTreeSet<PathBuf>,
    /// Whether files that are not open are linted, too.
    pub(super) is_whole: bool,
    /// Counts the files.
    pub(super) counter: Arc<Counter>,
}

impl Check {
    /// Lints what is wanted, as far as something has changed.
    pub(super) fn run(&self) -> Checked {
        let mut found = Parts::default();
        for root in self.roots.all() {
            self.check(root, &mut found);
        }
        let open = self.documents.iter().map(|document| (document.path.clone(), Vec::new()));
        let mut files: BTreeMap<PathBuf, Vec<Linted>> = open.collect();
        for (path, of) in found.by_file {
            files.insert(path, of);
        }
        let made = |(path, of): (PathBuf, Vec<Linted>)| {
            let version = self.documents.get(&path).map(|document| document.version);
            let known = self.before.files.get(&path).filter(|known| known.is_of(version, &of)).map(Arc::clone);
            let file = known.unwrap_or_else(|| Arc::new(CheckedFile::new(&path, version, of)));
            (path, file)
        };
        let files = files.into_iter().map(made).collect();
        Checked { files, others: found.others, problems: found.problems }
    }

    /// Lints the files of a folder together.
    fn check(&self, root: &Arc<Root>, found: &mut Parts) {
        let session = root.session.on(self.documents.files(root.session.files()));
        let mut memory = lock(&root.memory);
        // Configurations that nobody has looked at so far are read as they are now.
        session.read_settings_here();
        self.forget(root, &session, &mut memory);
        let is_own = |path: &Path| Arc::ptr_eq(self.roots.of(path), root);
        let open: BTreeSet<PathBuf> =
            self.documents.linted().map(|document| document.path.clone()).filter(|path| is_own(path)).collect();
        let is_whole = self.is_whole && root.is_in_workspace && root.settings.workspace;
        if open.is_empty() && !is_whole {
            if memory.tied.is_some() {
                self.tied(root, &session, &mut memory, &open);
            }
            return;
        }
        let tied = self.tied(root, &session, &mut memory, &open);
        tied.clone_into(&mut lock(&root.fixes).tied);
        let mut paths: Vec<PathBuf> = open.iter().chain(tied).cloned().collect();
        if is_whole {
            paths.push(root.folder.clone());
        }
        let discovered = session.discover(&paths);
        let wants = |path: &Path| is_whole || open.contains(path);
        let again = Again { known: &memory.known, wants: &wants };
        let mut sink = Gatherer::new(self, &session, &memory.parts);
        session.lint_again(discovered, &again, &self.counter, &mut sink);
        let Gatherer { mut now, .. } = sink;
        let problems = self.problems(&session, found);
        if *memory.problems != problems {
            memory.problems = Arc::new(problems);
        }
        found.add(&root.folder, &memory.problems);
        for (path, part) in &now {
            found.add(path, part);
        }
        if (!is_whole && self.client.pulls) || self.counter.is_stopped() {
            // The next check of the workspace needs what was found before.
            now.extend(
                memory
                    .parts
                    .iter()
                    .filter(|(path, _)| !now.contains_key(*path))
                    .map(|(path, part)| (path.clone(), Arc::clone(part)))
                    .collect::<Vec<_>>(),
            );
        }
        memory.known.retain(|path| now.contains_key(path));
        memory.parts = now;
    }

    /// Forgets what depends on changed files.
    fn forget(&self, root: &Root, session: &Session, memory: &mut Memory) {
        if self.changed.is_empty() {
            return;
        }
        let real = |path: &PathBuf| session.files().real(path).ok();
        let changed: BTreeSet<PathBuf> =
            self.changed.iter().flat_map(|path| [Some(path.clone()), real(path)]).flatten().collect();
        let base = session.files().base();
        if session.depends_on().iter().any(|file| changed.contains(&base.normal(file)))
            || self.has_rules(session, &changed)
        {
            session.reread_changed(&changed);
            lock(&root.fixes).session = None;
        }
        memory.known.forget(&changed, session.files());
    }

    /// Whether a file is in a folder of custom rules: it may be a new one.
    fn has_rules(&self, session: &Session, changed: &BTreeSet<PathBuf>) -> bool {
        let base = session.files().base();
        let folders: Vec<PathBuf> = session.rule_folders().iter().map(|folder| base.normal(folder)).collect();
        changed.iter().any(|file| folders.iter().any(|folder| file.starts_with(folder)))
    }

    /// The files of a folder that say something about others. They are looked for once, and then as they change. Those that are `open`
    /// take part anyway, so they may be missing here: they are looked at when they are no longer open, or no longer in this folder.
    fn tied<'m>(
        &self,
        root: &Root,
        session: &Session,
        memory: &'m mut Memory,
        open: &BTreeSet<PathBuf>,
    ) -> &'m [PathBuf] {
        let is_looked_for = root.is_in_workspace && root.is_in_repository && root.settings.workspace;
        match &mut memory.tied {
            Some(tied) => {
                let changed = self.changed.union(&memory.open);
                let may_be_tied = |path: &&PathBuf| path.starts_with(&root.folder) && !open.contains(*path);
                let changed: Vec<PathBuf> = changed.filter(may_be_tied).cloned().collect();
                if is_looked_for && !changed.is_empty() {
                    tied.retain(|path| !changed.contains(path));
                    tied.extend(session.tied(&session.discover(&existing(&changed, session))));
                }
            }
            None if is_looked_for => {
                let found = session.discover(std::slice::from_ref(&root.folder));
                memory.tied = Some(session.tied(&found));
            }
            None => {}
        }
        open.clone_into(&mut memory.open);
        memory.tied.as_deref().unwrap_or_default()
    }

    /// What is wrong about configurations, rules and options.
    fn problems(&self, session: &Session, found: &mut Parts) -> Part {
        let problems = session.problems();
        let places = Places::new(&self.client, &problems.sources, session.files().base(), &self.documents);
        let mut part = Gathered::default();
        for diagnostic in &problems.diagnostics {
            add(&mut part, &mut found.problems, &places, diagnostic, None);
        }
        part.end()
    }
}

/// The files among some that exist: a named file that does not would be reported.
fn existing(paths: &[PathBuf], session: &Session) -> Vec<PathBuf> {
    paths.iter().filter(|path| session.files().has_file(path)).cloned().collect()
}

fn add(
    part: &mut Gathered,
    problems: &mut BTreeSet<String>,
    places: &Places<'_>,
    diagnostic: &finding::Diagnostic,
    about: Option<&Path>,
) {
    match places.diagnostic(diagnostic, about) {
        Some((path, shown)) => part.add(&path, Item { diagnostic: shown, found: None }),
        None => drop(problems.insert(diagnostic.full_message())),
    }
}

/// Puts things that were found one after another, most of them in the same file, together by their files.
#[derive(Default)]
struct Gathered {
    part: Part,
    /// The file of the last ones.
    last: PathBuf,
    items: Vec<Arc<Item>>,
}

impl Gathered {
    fn add(&mut self, path: &Path, item: Item) {
        if self.last != path {
            self.settle();
            path.clone_into(&mut self.last);
        }
        self.items.push(Arc::new(item));
    }

    fn settle(&mut self) {
        if !self.items.is_empty() {
            self.part.entry(self.last.clone()).or_default().append(&mut self.items);
        }
    }

    fn end(mut self) -> Part {
        self.settle();
        self.part
    }
}

/// What was found, by the files that it is in and by those that were linted.
#[derive(Default)]
struct Parts {
    by_file: BTreeMap<PathBuf, Vec<Linted>>,
    others: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    problems: BTreeSet<String>,
}

impl Parts {
    /// Adds what was found when a file was linted.
    fn add(&mut self, about: &Path, part: &Arc<Part>) {
        for path in part.keys() {
            self.by_file.entry(path.clone()).or_default().push((about.to_owned(), Arc::clone(part)));
        }
        let others: BTreeSet<PathBuf> = part.keys().filter(|path| *path != about).cloned().collect();
        if !others.is_empty() {
            self.others.insert(about.to_owned(), others);
        }
    }
}

/// Gets what is found.
struct Gatherer<'c> {
    check: &'c Check,
    session: &'c Session,
    before: &'c BTreeMap<PathBuf, Arc<Part>>,
    now: BTreeMap<PathBuf, Arc<Part>>,
    /// The file that is linted.
    about: PathBuf,
    /// Its settings.
    settings: Option<Arc<Settings>>,
}

impl<'c> Gatherer<'c> {
    fn new(check: &'c Check, session: &'c Session, before: &'c BTreeMap<PathBuf, Arc<Part>>) -> Self {
        Self { check, session, before, now: BTreeMap::new(), about: PathBuf::new(), settings: None }
    }

    fn add(&self, sources: &[Source], report: &Report<'_>) -> Part {
        let base = self.session.files().base();
        let places = Places::new(&self.check.client, sources, base, &self.check.documents);
        let mut part = Gathered::default();
        for diagnostic in report.diagnostics {
            // What is wrong about the run is among the problems of the session.
            add(&mut part, &mut BTreeSet::new(), &places, diagnostic, Some(&self.about));
        }
        // Most clients show no tags, and a rule is found by its id.
        let mark = |finding: &Finding| {
            let rules = self.settings.as_ref().filter(|_| self.check.client.tags)?.linter.rules();
            rules.get(&finding.rule)?.rule().ok()?.mark()
        };
        for finding in report.findings {
            if let Some((path, diagnostic)) = places.finding(finding, mark(finding)) {
                let found = Some(Found { finding: finding.clone(), edits: places.edits(finding) });
                part.add(path, Item { diagnostic, found });
            }
        }
        part.end()
    }
}

impl Sink for Gatherer<'_> {
    fn needs_rules(&self) -> bool {
        false
    }

    fn about(&mut self, path: &Path, holds: bool) {
        path.clone_into(&mut self.about);
        // Not later: a session that reports a file cannot be asked.
        self.settings = (!holds).then(|| self.session.settings_of(folder_of(path)));
        let known = self.before.get(path).filter(|_| holds).map(Arc::clone).unwrap_or_default();
        self.now.insert(path.to_owned(), known);
    }

    fn file(&mut self, part: &Report<'_>) {
        let part = self.add(part.sources, part);
        self.now.insert(self.about.clone(), Arc::new(part));
    }

    fn end(&mut self, _: &End<'_>) {}
}

/// Locks a memory. What a panic left there is still valid: a part is added as a whole.
fn lock<T>(memory: &Mutex<T>) -> MutexGuard<'_, T> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}
