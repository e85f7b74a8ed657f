//! A file system of which only some folders can be seen.

use super::{Entry, FileSystem, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The folders of another file system that can be read, with everything below them. Links are followed, and must end there, too. What is
/// outside does not exist.
#[derive(Clone, Debug)]
pub struct Rooted {
    below: Arc<dyn FileSystem>,
    /// Absolute paths without links.
    roots: Vec<PathBuf>,
}

impl Rooted {
    /// These folders of a file system. Folders that do not exist are left out.
    pub fn new(below: Arc<dyn FileSystem>, roots: impl IntoIterator<Item = PathBuf>) -> Self {
        let roots = roots.into_iter().filter_map(|root| below.real(&root).ok()).collect();
        Self { below, roots }
    }

    /// The folders, as absolute paths without links.
    pub fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    /// Where a path leads, if that can be seen.
    fn inside(&self, path: &Path) -> io::Result<PathBuf> {
        let real = self.below.real(path).map_err(|_| io::ErrorKind::NotFound)?;
        if self.roots.iter().any(|root| real.starts_with(root)) {
            Ok(real)
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    }
}

impl FileSystem for Rooted {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.below.read(&self.inside(path)?, limit)
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.below.metadata(&self.inside(path)?)
    }

    fn own_metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.inside(path)?;
        self.below.own_metadata(path)
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        self.inside(path)
    }

    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        self.below.entries(&self.inside(folder)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::files::Buffers;

    fn rooted() -> Rooted {
        let mut below = Buffers::default();
        for file in ["/project/a.yaml", "/project/deep/b.yaml", "/projects/c.yaml", "/secret/d.yaml"] {
            below.open(Path::new(file), file);
        }
        Rooted::new(Arc::new(below), [PathBuf::from("/project"), PathBuf::from("/none")])
    }

    #[test]
    fn only_what_is_below_a_root_can_be_read() {
        let rooted = rooted();
        for inside in ["/project/a.yaml", "/project/deep/b.yaml"] {
            assert_eq!(rooted.read(Path::new(inside), 100).unwrap(), inside.as_bytes());
            assert!(rooted.metadata(Path::new(inside)).is_ok());
        }
        for outside in ["/projects/c.yaml", "/secret/d.yaml", "/project/../secret/d.yaml", "/project/none.yaml"] {
            let error = rooted.read(Path::new(outside), 100).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotFound, "{outside}");
            assert!(rooted.metadata(Path::new(outside)).is_err(), "{outside}");
            assert!(rooted.own_metadata(Path::new(outside)).is_err(), "{outside}");
            assert!(rooted.real(Path::new(outside)).is_err(), "{outside}");
        }
        assert!(rooted.entries(Path::new("/project")).is_ok());
        assert!(rooted.entries(Path::new("/secret")).is_err());
        assert!(rooted.entries(Path::new("/")).is_err());
    }
}
