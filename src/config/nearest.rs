//! Finds the configuration that governs a template: the nearest one in its folder or above, not above the root of the repository.

use super::FILE_NAME;
use crate::files::{Files, Kind, is_repository};
use foldhash::HashMap;
use std::path::{Path, PathBuf};

/// Looks for configurations. Reads the file system once for each folder.
#[derive(Debug, Default)]
pub struct Nearest {
    known: HashMap<PathBuf, Option<PathBuf>>,
    misnamed: Vec<Misnamed>,
}

/// What looks like a configuration, and is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misnamed {
    /// Its path.
    pub path: PathBuf,
    /// Why.
    pub reason: Unread,
}

/// Why something that looks like a configuration is not read.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It has another name.
    Name,
    /// It has another name, and a configuration is in its folder.
    Beside,
    /// It is a folder.
    Folder,
}

/// Other names that people may give a configuration, because other tools use such names.
const MISNAMED: [&str; 3] = ["hipaalint.yml", ".hipaalint.yaml", ".hipaalint.yml"];

impl Nearest {
    /// The configuration that governs the files of a folder, which is an absolute path without links.
    pub fn of(&mut self, folder: &Path, files: &Files) -> Option<PathBuf> {
        let mut passed = Vec::new();
        let mut found = None;
        for above in folder.ancestors() {
            if let Some(known) = self.known.get(above) {
                found.clone_from(known);
                break;
            }
            passed.push(above.to_owned());
            let file = above.join(FILE_NAME);
            // One that must not be read is reported, and not overlooked.
            let kind = files.own_metadata(&file).ok().map(|metadata| metadata.kind);
            let is_here = kind.is_some_and(|kind| kind != Kind::Folder);
            // If it were ignored silently, the project would run with the wrong profile.
            let reason = if is_here { Unread::Beside } else { Unread::Name };
            let similar = MISNAMED.into_iter().map(|name| above.join(name)).filter(|path| files.has_file(path));
            self.misnamed.extend(similar.map(|path| Misnamed { path, reason }));
            if is_here {
                found = Some(file);
                break;
            }
            if kind.is_some() {
                self.misnamed.push(Misnamed { path: file, reason: Unread::Folder });
            }
            if is_repository(above, files) {
                break;
            }
        }
        self.known.extend(passed.into_iter().map(|above| (above, found.clone())));
        found
    }

    /// What was found since the last call that looks like a configuration, and is not read.
    pub fn take_misnamed(&mut self) -> Vec<Misnamed> {
        std::mem::take(&mut self.misnamed)
    }

    /// The configurations, and the paths where it looked for one.
    pub fn looked_at(&self) -> impl Iterator<Item = PathBuf> {
        self.known.keys().map(|folder| folder.join(FILE_NAME))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use std::fs;

    #[test]
    fn the_nearest_governs_up_to_the_repository() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for inner in ["a/b/c", "own/d", "repository/.git", "repository/e"] {
            fs::create_dir_all(root.join(inner)).unwrap();
        }
        let (outer, own) = (root.join(FILE_NAME), root.join("own").join(FILE_NAME));
        fs::write(&outer, "").unwrap();
        fs::write(&own, "").unwrap();
        let files = Files::here();
        let mut nearest = Nearest::default();
        // The second time, from the known folders.
        for _ in 0..2 {
            assert_eq!(nearest.of(&root.join("a/b/c"), &files).as_ref(), Some(&outer));
            assert_eq!(nearest.of(&root.join("a"), &files).as_ref(), Some(&outer));
            assert_eq!(nearest.of(&root.join("own/d"), &files).as_ref(), Some(&own));
            assert_eq!(nearest.of(&root.join("repository/e"), &files), None);
        }
        assert_eq!(nearest.take_misnamed(), []);
    }

    #[test]
    fn a_file_with_a_similar_name_is_reported_once() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("a/.git")).unwrap();
        let file = root.join("a/hipaalint.yml");
        fs::write(&file, "").unwrap();
        let files = Files::here();
        let mut nearest = Nearest::default();
        assert_eq!(nearest.of(&root.join("a"), &files), None);
        assert_eq!(nearest.of(&root.join("a"), &files), None);
        let misnamed = |path: &Path, reason| Misnamed { path: path.to_owned(), reason };
        assert_eq!(nearest.take_misnamed(), [misnamed(&file, Unread::Name)]);
        // Next to a configuration, too.
        fs::write(root.join("a").join(FILE_NAME), "").unwrap();
        let mut nearest = Nearest::default();
        assert!(nearest.of(&root.join("a"), &files).is_some());
        assert_eq!(nearest.take_misnamed(), [misnamed(&file, Unread::Beside)]);
        // A folder is not a configuration: the one above governs.
        let folder = root.join("a/b").join(FILE_NAME);
        fs::create_dir_all(&folder).unwrap();
        let mut nearest = Nearest::default();
        assert_eq!(nearest.of(&root.join("a/b"), &files), Some(root.join("a").join(FILE_NAME)));
        assert_eq!(nearest.take_misnamed(), [misnamed(&folder, Unread::Folder), misnamed(&file, Unread::Beside)]);
    }
}
