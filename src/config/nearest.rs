//! Which configuration governs a template: the nearest from its folder upwards, not past the root of a repository.

use super::FILE_NAME;
use crate::discover::is_repository;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Looks for configurations, and asks the file system once for each folder.
#[derive(Debug, Default)]
pub struct Nearest {
    known: HashMap<PathBuf, Option<PathBuf>>,
    misnamed: Vec<PathBuf>,
}

/// Names that people expect a configuration to have, from what other tools read.
const MISNAMED: [&str; 3] = ["hipaalint.yml", ".hipaalint.yaml", ".hipaalint.yml"];

impl Nearest {
    /// The configuration that governs the files of a folder, which is an absolute path without links.
    pub fn of(&mut self, folder: &Path) -> Option<PathBuf> {
        let mut passed = Vec::new();
        let mut found = None;
        for above in folder.ancestors() {
            if let Some(known) = self.known.get(above) {
                found.clone_from(known);
                break;
            }
            passed.push(above.to_owned());
            let file = above.join(FILE_NAME);
            if file.is_file() {
                found = Some(file);
                break;
            }
            // Passed over in silence, it would leave a project with a profile that nobody chose.
            self.misnamed.extend(MISNAMED.into_iter().map(|name| above.join(name)).filter(|file| file.is_file()));
            if is_repository(above) {
                break;
            }
        }
        self.known.extend(passed.into_iter().map(|above| (above, found.clone())));
        found
    }

    /// Files met since the last time that look like configurations and are none, by their names.
    pub fn take_misnamed(&mut self) -> Vec<PathBuf> {
        std::mem::take(&mut self.misnamed)
    }

    /// Where it looked: configurations, and where one would have been.
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
        let mut nearest = Nearest::default();
        // Once more, from what is known by then.
        for _ in 0..2 {
            assert_eq!(nearest.of(&root.join("a/b/c")).as_ref(), Some(&outer));
            assert_eq!(nearest.of(&root.join("a")).as_ref(), Some(&outer));
            assert_eq!(nearest.of(&root.join("own/d")).as_ref(), Some(&own));
            assert_eq!(nearest.of(&root.join("repository/e")), None);
        }
        assert_eq!(nearest.take_misnamed(), Vec::<PathBuf>::new());
    }

    #[test]
    fn a_file_with_nearly_the_name_is_told_of_once() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("a/.git")).unwrap();
        let file = root.join("a/hipaalint.yml");
        fs::write(&file, "").unwrap();
        let mut nearest = Nearest::default();
        assert_eq!(nearest.of(&root.join("a")), None);
        assert_eq!(nearest.of(&root.join("a")), None);
        assert_eq!(nearest.take_misnamed(), [file]);
        // Beside a configuration, it is somebody's copy.
        fs::write(root.join("a").join(FILE_NAME), "").unwrap();
        let mut nearest = Nearest::default();
        assert!(nearest.of(&root.join("a")).is_some());
        assert_eq!(nearest.take_misnamed(), Vec::<PathBuf>::new());
    }
}
