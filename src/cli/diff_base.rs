//! The folder that the names in a diff start in: the working folder, if all files are in it, or else its repository.

use crate::files::{Files, is_repository};
use std::path::{Component, Path, PathBuf};

/// Where the names in a diff start.
#[derive(Debug, Default)]
pub(super) struct DiffBase {
    /// The working folder as it is known, and without links.
    here: Vec<PathBuf>,
    /// Another folder, if not all files are in the working folder.
    elsewhere: Option<PathBuf>,
}

impl DiffBase {
    /// The folder for files in these paths.
    pub(super) fn of(paths: &[PathBuf], files: &Files) -> Self {
        let normal = files.base().normal(Path::new("."));
        let real = files.real(Path::new(".")).unwrap_or_else(|_| normal.clone());
        let mut base = Self { here: vec![normal, real.clone()], elsewhere: None };
        let is_here = |path: &PathBuf| path == Path::new("-") || base.in_here(&files.base().normal(path)).is_some();
        if !paths.iter().all(is_here) {
            let repository = real.ancestors().find(|folder| is_repository(folder, files));
            let holds =
                |folder: &&Path| paths.iter().all(|path| files.real(path).is_ok_and(|path| path.starts_with(folder)));
            // Then the names are those from the root of the file system.
            let root = real.ancestors().last();
            base.elsewhere = repository.filter(holds).or(root).map(Path::to_path_buf);
        }
        base
    }

    /// The folder, if it is not the working folder.
    pub(super) fn elsewhere(&self) -> Option<&Path> {
        self.elsewhere.as_deref()
    }

    /// The name of a file from there.
    pub(super) fn name(&self, path: &Path, files: &Files) -> Vec<u8> {
        let normal = files.base().normal(path);
        let name = match &self.elsewhere {
            None => self.in_here(&normal).map(Path::to_path_buf),
            Some(folder) => {
                // A link in the path to the file is not followed at its end.
                let parent = normal.parent().and_then(|parent| files.real(parent).ok());
                let real = parent.zip(normal.file_name()).map(|(parent, name)| parent.join(name));
                real.and_then(|real| real.strip_prefix(folder).ok().map(Path::to_path_buf))
            }
        };
        slashed(&name.unwrap_or(normal))
    }

    fn in_here<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        self.here.iter().find_map(|folder| path.strip_prefix(folder).ok())
    }
}

/// The bytes of a path, its steps separated by `/`.
fn slashed(path: &Path) -> Vec<u8> {
    let steps = path.components().filter_map(|component| match component {
        Component::Normal(step) => Some(step.as_encoded_bytes()),
        _ => None,
    });
    steps.collect::<Vec<_>>().join(&b'/')
}
