//! The folders of the workspace, each with its settings and its session. Documents elsewhere belong to a session of their own.

use super::Host;
use super::checks::{Fixes, Memory};
use super::settings::Settings;
use crate::date::Date;
use crate::files::is_repository;
use crate::linter;
use crate::session::Session;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A folder of the workspace.
pub(super) struct Root {
    /// The folder.
    pub(super) folder: PathBuf,
    /// Its settings.
    pub(super) settings: Settings,
    /// Its session, which reads from the disk: [`Session::on`] puts the open texts over it.
    pub(super) session: Session,
    /// The date that exceptions are checked against.
    today: Option<Date>,
    /// Whether it is a folder of the workspace.
    pub(super) is_in_workspace: bool,
    /// Whether it is in a repository. Elsewhere, such as in a home folder, files that are not open are not looked for unasked: there may be
    /// any number of them.
    pub(super) is_in_repository: bool,
    /// What its checks remember.
    pub(super) memory: Mutex<Memory>,
    /// What its fixes remember.
    pub(super) fixes: Mutex<Fixes>,
}

impl Root {
    fn new(folder: PathBuf, settings: Settings, is_in_workspace: bool, host: &Host) -> Self {
        let files = host.files.from_folder(folder.clone());
        let files = files.naming(std::slice::from_ref(&folder));
        let session = Session::new(settings.options(linter::Fixes::None, host.today), files);
        let today = host.today;
        let is_in_repository = folder.ancestors().any(|above| is_repository(above, &host.files));
        Self {
            folder,
            settings,
            today,
            session,
            is_in_workspace,
            is_in_repository,
            memory: Mutex::default(),
            fixes: Mutex::default(),
        }
    }

    /// A session that makes fixes, which takes time: linting as one types needs none.
    pub(super) fn fixing_session(&self) -> Session {
        Session::new(self.settings.options(linter::Fixes::WithEdits, self.today), self.session.files().clone())
    }
}

/// The folders. A copy costs little.
#[derive(Clone)]
pub(super) struct Roots {
    /// The innermost first.
    roots: Vec<Arc<Root>>,
    /// That of documents elsewhere.
    elsewhere: Arc<Root>,
}

impl Roots {
    /// Folders, all with the same settings.
    pub(super) fn new(folders: Vec<PathBuf>, settings: &Settings, host: &Host) -> Self {
        let base = folders.first().cloned().unwrap_or_else(|| host.files.base().join(Path::new(".")));
        let base = crate::paths::without_detours(&base);
        let mut roots = Self { roots: Vec::new(), elsewhere: Arc::new(Root::new(base, settings.clone(), false, host)) };
        folders.into_iter().for_each(|folder| roots.add(folder, settings.clone(), host));
        roots
    }

    /// Adds a folder.
    pub(super) fn add(&mut self, folder: PathBuf, settings: Settings, host: &Host) {
        self.remove(&folder);
        self.roots.push(Arc::new(Root::new(folder, settings, true, host)));
        self.roots.sort_by_key(|root| std::cmp::Reverse(root.folder.components().count()));
    }

    /// Removes a folder.
    pub(super) fn remove(&mut self, folder: &Path) {
        self.roots.retain(|root| root.folder != folder);
    }

    /// The folder where documents without a file are.
    pub(super) fn first_folder(&self) -> &Path {
        self.roots.last().map_or(&self.elsewhere.folder, |root| &root.folder)
    }

    /// The folders of the workspace.
    pub(super) fn folders(&self) -> impl Iterator<Item = &Arc<Root>> {
        self.roots.iter()
    }

    /// All of them, and that of documents elsewhere.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Root>> {
        self.roots.iter().chain([&self.elsewhere])
    }

    /// The innermost folder that has a path.
    pub(super) fn of(&self, path: &Path) -> &Arc<Root> {
        self.roots.iter().find(|root| path.starts_with(&root.folder)).unwrap_or(&self.elsewhere)
    }

    /// Gives settings to a folder, or to documents elsewhere. Returns whether they differ from those before.
    pub(super) fn set(&mut self, folder: Option<&Path>, settings: &Settings, host: &Host) -> bool {
        let root = match folder {
            Some(folder) => self.roots.iter_mut().find(|root| root.folder == folder),
            None => Some(&mut self.elsewhere),
        };
        match root {
            Some(root) if root.settings != *settings => {
                *root = Arc::new(Root::new(root.folder.clone(), settings.clone(), root.is_in_workspace, host));
                true
            }
            _ => false,
        }
    }
}
