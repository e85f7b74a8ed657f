//! Texts in memory: the open buffers of an editor over the disk, or a file system of their own.

use super::{Entry, FileSystem, Kind, Metadata};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Texts by their paths, in place of what another file system has there. Their folders exist.
#[derive(Clone, Debug, Default)]
pub struct Buffers {
    texts: BTreeMap<PathBuf, Arc<String>>,
    below: Option<Arc<dyn FileSystem>>,
}

impl Buffers {
    /// Texts over another file system; [`Buffers::default`] has nothing below them.
    pub fn over(below: Arc<dyn FileSystem>) -> Self {
        Self { texts: BTreeMap::new(), below: Some(below) }
    }

    /// Adds a text, or replaces it. The path is absolute, without `.` and `..`.
    pub fn open(&mut self, path: &Path, text: impl Into<String>) {
        self.share(path, Arc::new(text.into()));
    }

    /// The same, of a text that others have, too.
    pub fn share(&mut self, path: &Path, text: Arc<String>) {
        // The file may be named through a link to its folder, too.
        if let Some(real) = self.real_below(path).filter(|real| real != path) {
            self.texts.insert(real, Arc::clone(&text));
        }
        self.texts.insert(path.to_owned(), text);
    }

    /// Removes a text, so that what is below it shows again.
    pub fn close(&mut self, path: &Path) {
        if let Some(real) = self.real_below(path) {
            self.texts.remove(&real);
        }
        self.texts.remove(path);
    }

    fn real_below(&self, path: &Path) -> Option<PathBuf> {
        self.below.as_ref()?.real(path).ok()
    }

    /// The text at a path, which may lead there in any form.
    fn text(&self, path: &Path) -> Option<&Arc<String>> {
        let direct = self.texts.get(path).or_else(|| self.texts.get(&normal(path)));
        direct.or_else(|| self.texts.get(&self.real_below(path)?))
    }

    /// The texts in a folder and below.
    fn inside<'b>(&'b self, folder: &'b Path) -> impl Iterator<Item = &'b Path> {
        let from = self.texts.range::<Path, _>((Bound::Excluded(folder), Bound::Unbounded));
        from.map(|(path, _)| path.as_path()).take_while(move |path| path.starts_with(folder))
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.inside(path).next().is_some()
    }

    fn found<T>(&self, path: &Path, below: impl Fn(&dyn FileSystem) -> io::Result<T>, own: T) -> io::Result<T> {
        match &self.below {
            Some(system) => {
                below(system.as_ref()).or_else(|error| if self.is_folder(path) { Ok(own) } else { Err(error) })
            }
            None if self.is_folder(path) => Ok(own),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// A folder of texts that no file system below has.
const FOLDER: Metadata = Metadata { kind: Kind::Folder, bytes: 0, modified: None };

fn of(text: &str) -> Metadata {
    Metadata { kind: Kind::File, bytes: text.len() as u64, modified: None }
}

/// A path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    crate::paths::without_detours(path)
}

impl FileSystem for Buffers {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        match (self.text(path), &self.below) {
            (Some(text), _) => {
                let end = usize::try_from(limit).unwrap_or(usize::MAX).min(text.len());
                Ok(text.as_bytes().get(..end).unwrap_or_default().to_vec())
            }
            (None, Some(below)) => below.read(path, limit),
            (None, None) if self.is_folder(&normal(path)) => Err(io::ErrorKind::IsADirectory.into()),
            (None, None) => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn in_memory(&self, path: &Path) -> Option<Arc<String>> {
        match (self.text(path), &self.below) {
            (Some(text), _) => Some(Arc::clone(text)),
            (None, below) => below.as_ref()?.in_memory(path),
        }
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        match self.text(path) {
            Some(text) => Ok(of(text)),
            None => self.found(&normal(path), |below| below.metadata(path), FOLDER),
        }
    }

    fn own_metadata(&self, path: &Path) -> io::Result<Metadata> {
        // A link to a file that is open stays a link.
        match self.texts.get(&normal(path)) {
            Some(text) => Ok(of(text)),
            None => self.found(&normal(path), |below| below.own_metadata(path), FOLDER),
        }
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        let short = normal(path);
        if let Some(real) = self.real_below(path) {
            return Ok(real);
        }
        if self.texts.contains_key(&short) {
            // A file that was never saved, in a folder that may be there.
            let folder = short.parent().and_then(|folder| self.real_below(folder));
            return Ok(folder.zip(short.file_name()).map_or_else(|| short.clone(), |(folder, name)| folder.join(name)));
        }
        self.found(&short, |below| below.real(path), short.clone())
    }

    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let short = normal(folder);
        let mut entries = self.found(&short, |below| below.entries(folder), Vec::new())?;
        let known: BTreeSet<_> = entries.iter().map(|entry| entry.name.clone()).collect();
        let mut met: BTreeSet<&OsStr> = BTreeSet::new();
        for path in self.inside(&short) {
            let Some(name) = path.strip_prefix(&short).ok().and_then(|inner| inner.iter().next()) else { continue };
            if !known.contains(name) && met.insert(name) {
                let kind = if path.parent() == Some(&short) { Kind::File } else { Kind::Folder };
                entries.push(Entry { name: name.to_owned(), kind });
            }
        }
        Ok(entries)
    }

    fn standard_input(&self, limit: u64) -> io::Result<Vec<u8>> {
        match &self.below {
            Some(below) => below.standard_input(limit),
            None => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::files::{Disk, Files};

    #[test]
    fn memory_has_files_and_their_folders() {
        let mut memory = Buffers::default();
        memory.open(Path::new("/p/a/t.yaml"), "one");
        memory.open(Path::new("/p/b.yaml"), "two");
        let files = Files::new(Arc::new(memory), PathBuf::from("/p"));
        assert_eq!(files.text(Path::new("a/t.yaml"), 2).unwrap(), "on");
        assert_eq!(files.text(Path::new("a/../b.yaml"), 9).unwrap(), "two");
        assert!(files.has_folder(Path::new("a")) && files.has_folder(Path::new(".")) && !files.has(Path::new("c")));
        assert_eq!(files.real(Path::new("./a/t.yaml")).unwrap(), Path::new("/p/a/t.yaml"));
        let names: Vec<_> = files.entries(Path::new("/p")).unwrap().into_iter().map(|e| (e.name, e.kind)).collect();
        assert_eq!(names, [("a".into(), Kind::Folder), ("b.yaml".into(), Kind::File)]);
        assert_eq!(files.read(Path::new("a"), 9).unwrap_err().kind(), io::ErrorKind::IsADirectory);
        assert_eq!(files.read(Path::new("c"), 9).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(files.standard_input(1).is_err());
    }

    #[test]
    fn open_buffers_replace_what_is_on_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir(root.join("a")).unwrap();
        std::fs::write(root.join("a/saved.yaml"), "old").unwrap();
        std::fs::write(root.join("other.yaml"), "other").unwrap();
        let disk = Files::new(Arc::new(Disk), root.to_owned());
        let open = [("a/saved.yaml", "new"), ("a/fresh.yaml", "fresh"), ("b/fresh.yaml", "too")];
        let files = disk.with_buffers(open.map(|(path, text)| (PathBuf::from(path), text.to_owned())));
        let text = |path: &str| files.text(Path::new(path), 99).unwrap();
        assert_eq!(
            ["a/saved.yaml", "a/fresh.yaml", "b/../b/fresh.yaml", "other.yaml"].map(text),
            ["new", "fresh", "too", "other"]
        );
        assert_eq!(disk.text(Path::new("a/saved.yaml"), 99).unwrap(), "old");
        let names = |folder: &str| -> Vec<String> {
            let entries = files.entries(Path::new(folder)).unwrap();
            entries.into_iter().map(|entry| entry.name.into_string().unwrap()).collect()
        };
        assert_eq!(names("a"), ["fresh.yaml", "saved.yaml"]);
        assert_eq!(names("."), ["a", "b", "other.yaml"]);
        let real = root.canonicalize().unwrap();
        assert_eq!(files.real(Path::new("a/fresh.yaml")).unwrap(), real.join("a/fresh.yaml"));
        assert_eq!(files.text(&real.join("a/saved.yaml"), 99).unwrap(), "new");
    }
}
