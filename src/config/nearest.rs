//! Which configuration governs a template: the nearest from its folder upwards, not past the root of a repository.

use super::FILE_NAME;
use crate::discover::is_repository;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Looks for configurations, and asks the file system once for each folder.
#[derive(Debug, Default)]
pub struct Nearest {
    known: HashMap<PathBuf, Option<PathBuf>>,
}

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
            if is_repository(above) {
                break;
            }
        }
        self.known.extend(passed.into_iter().map(|above| (above, found.clone())));
        found
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
    }
}
