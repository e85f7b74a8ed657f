//! Which files some work asks for, so that it is done again if one of them changes.

use super::{Entry, FileSystem, Kind, Metadata};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A file system that remembers what it was asked for, whether it was there or not.
#[derive(Debug)]
pub struct Recorder {
    below: Arc<dyn FileSystem>,
    asked: Mutex<Asked>,
}

/// What some work asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Files and folders, without `.` and `..`, under their own names and under those without links.
    files: BTreeSet<PathBuf>,
    /// Folders that were listed.
    listed: BTreeSet<PathBuf>,
}

impl Asked {
    /// Whether a change of a file, or that it is there or gone, may make a difference.
    pub fn depends_on(&self, file: &Path) -> bool {
        self.files.contains(file) || file.parent().is_some_and(|folder| self.listed.contains(folder))
    }

    /// Whether another file system gives the same answers. Files have at most so many bytes.
    pub fn is_same_on(&self, one: &dyn FileSystem, other: &dyn FileSystem, limit: u64) -> bool {
        let kind = |system: &dyn FileSystem, path: &Path| system.own_metadata(path).ok().map(|metadata| metadata.kind);
        let is_same = |path: &PathBuf| {
            let known = kind(one, path);
            known == kind(other, path)
                && (known != Some(Kind::Link) || one.real(path).ok() == other.real(path).ok())
                && (known != Some(Kind::File) || one.read(path, limit).ok() == other.read(path, limit).ok())
        };
        let listed = |system: &dyn FileSystem, folder: &Path| {
            let mut entries = system.entries(folder).ok()?;
            entries.sort_by(|one, other| one.name.cmp(&other.name));
            Some(entries)
        };
        self.files.iter().all(is_same) && self.listed.iter().all(|folder| listed(one, folder) == listed(other, folder))
    }
}

impl Recorder {
    /// A file system over another one.
    pub fn over(below: Arc<dyn FileSystem>) -> Self {
        Self { below, asked: Mutex::default() }
    }

    /// What was asked for so far.
    pub fn asked(&self) -> Asked {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, path: &Path) {
        let path = crate::paths::without_detours(path);
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).files.insert(path);
    }
}

impl FileSystem for Recorder {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.note(path);
        self.below.read(path, limit)
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.note(path);
        self.below.metadata(path)
    }

    fn own_metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.note(path);
        self.below.own_metadata(path)
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        self.note(path);
        let real = self.below.real(path)?;
        self.note(&real);
        Ok(real)
    }

    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let path = crate::paths::without_detours(folder);
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).listed.insert(path);
        self.below.entries(folder)
    }

    fn standard_input(&self, limit: u64) -> io::Result<Vec<u8>> {
        self.below.standard_input(limit)
    }
}
