//! The folders that may be read, and sessions over them.

use super::requests::{Profile, Template};
use crate::date::Date;
use crate::files::{Buffers, FileSystem, Files, Rooted};
use crate::linter::{Fixes, Keep};
use crate::session::{Contents, Fixing, Options, Session};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name of a text that came without one.
const UNNAMED: &str = "template.yaml";

/// The folders that may be read.
#[derive(Clone, Debug)]
pub(super) struct Project {
    rooted: Rooted,
    /// The first root: relative paths start in it.
    base: PathBuf,
    /// The day that exceptions are checked against.
    today: Option<Date>,
}

/// What a session does.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish {
    pub(super) profile: Option<Profile>,
    pub(super) rules: Vec<String>,
    pub(super) undecided: bool,
    pub(super) fixing: Option<Fixing>,
}

impl Project {
    /// These folders.
    ///
    /// # Errors
    /// If one is not a folder.
    pub(super) fn new(roots: &[PathBuf], files: &Files, today: Option<Date>) -> Result<Self, String> {
        let real = |root: &PathBuf| match files.real(root) {
            Ok(real) if files.has_folder(&real) => Ok(real),
            _ => Err(format!("{} is not a folder", root.display())),
        };
        let roots = roots.iter().map(real).collect::<Result<Vec<_>, _>>()?;
        let base = roots.first().cloned().ok_or("no folder was given")?;
        Ok(Self { rooted: Rooted::new(files.system(), roots), base, today })
    }

    /// A session, and the path of what it is about.
    ///
    /// # Errors
    /// What is wrong about the request, in a sentence.
    pub(super) fn session(&self, template: &Template, wish: Wish) -> Result<(Session, PathBuf), String> {
        let rooted: Arc<dyn FileSystem> = Arc::new(self.rooted.clone());
        let (files, path) = match (&template.path, &template.text) {
            (Some(path), None) => (Files::new(rooted, self.base.clone()), self.within(path)?),
            (path, Some(text)) => {
                let path = self.base.join(path.as_deref().map_or(UNNAMED, name_of));
                let mut buffers = Buffers::over(rooted);
                buffers.open(&path, text.as_str());
                (Files::new(Arc::new(buffers), self.base.clone()), path)
            }
            (None, None) => return Err("Give a `path` or a `text`.".to_owned()),
        };
        let files = files.naming(self.rooted.roots());
        let fixes = if wish.fixing.is_some() { Fixes::WithEdits } else { Fixes::Changes };
        let keep = Keep { undecided: wish.undecided, fixes, ..Keep::default() };
        let options = Options {
            profile: wish.profile.map(|profile| profile.name().to_owned()),
            rules: wish.rules,
            today: self.today,
            gitignore: true,
            contents: Contents { requested: keep, needed: keep, all_texts: true, ..Contents::default() },
            fixing: wish.fixing,
            ..Options::default()
        };
        Ok((Session::new(options, files), path))
    }

    /// A path of the project.
    ///
    /// # Errors
    /// If it leads out of the roots, or nowhere. Both read alike, so that nobody learns what exists outside.
    fn within(&self, path: &str) -> Result<PathBuf, String> {
        self.rooted
            .real(&self.base.join(path))
            .map_err(|_| "There is no such file or folder in the folders that this server may read.".to_owned())
    }

    /// The bytes of a file of the project, at most so many.
    pub(super) fn beginning(&self, path: &Path, limit: u64) -> Option<Vec<u8>> {
        self.rooted.read(path, limit).ok()
    }
}

/// The last name of a path: a text has no place among the files.
fn name_of(path: &str) -> &str {
    Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or(UNNAMED)
}
