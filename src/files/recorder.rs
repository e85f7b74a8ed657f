//! Which files some work asks for, so that it is done again if one of them changes.

use super::{Entry, FileSystem, Kind, Metadata};
use std::collections::{BTreeMap, BTreeSet};
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
    /// Files that were read, without `.` and `..`.
    read: BTreeSet<PathBuf>,
    /// Files and folders of which somebody asked whether they are there, under their own names and under those without links.
    seen: BTreeMap<PathBuf, Seen>,
    /// Folders that were listed.
    listed: BTreeSet<PathBuf>,
}

/// What somebody was told of a path: nothing, or that there is nothing, or what there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Seen {
    kind: Option<Option<Kind>>,
    own_kind: Option<Option<Kind>>,
    real: Option<Option<PathBuf>>,
}

impl Seen {
    /// Whether there is something else now.
    fn differs(&self, path: &Path, system: &dyn FileSystem) -> bool {
        let kind = |found: io::Result<Metadata>| found.ok().map(|metadata| metadata.kind);
        self.kind.as_ref().is_some_and(|known| *known != kind(system.metadata(path)))
            || self.own_kind.as_ref().is_some_and(|known| *known != kind(system.own_metadata(path)))
            || self.real.as_ref().is_some_and(|known| *known != system.real(path).ok())
    }
}

impl Asked {
    /// Whether a change of a file, or that it is there or gone, makes a difference. The text of a file of which only its being there was
    /// asked makes none.
    pub fn depends_on(&self, file: &Path, system: &dyn FileSystem) -> bool {
        self.read.contains(file)
            || file.parent().is_some_and(|folder| self.listed.contains(folder))
            || self.seen.get(file).is_some_and(|seen| seen.differs(file, system))
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
        self.read.iter().chain(self.seen.keys()).all(is_same)
            && self.listed.iter().all(|folder| listed(one, folder) == listed(other, folder))
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

    fn note(&self, note: impl FnOnce(&mut Asked)) {
        note(&mut self.asked.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn see(&self, path: &Path, see: impl FnOnce(&mut Seen)) {
        let path = crate::paths::without_detours(path);
        self.note(|asked| see(asked.seen.entry(path).or_default()));
    }
}

impl FileSystem for Recorder {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let own = crate::paths::without_detours(path);
        self.note(|asked| asked.read.extend([own]));
        self.below.read(path, limit)
    }

    fn in_memory(&self, path: &Path) -> Option<Arc<String>> {
        let text = self.below.in_memory(path)?;
        let own = crate::paths::without_detours(path);
        self.note(|asked| asked.read.extend([own]));
        Some(text)
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        let found = self.below.metadata(path);
        self.see(path, |seen| seen.kind = Some(found.as_ref().ok().map(|metadata| metadata.kind)));
        found
    }

    fn own_metadata(&self, path: &Path) -> io::Result<Metadata> {
        let found = self.below.own_metadata(path);
        self.see(path, |seen| seen.own_kind = Some(found.as_ref().ok().map(|metadata| metadata.kind)));
        found
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        let found = self.below.real(path);
        self.see(path, |seen| seen.real = Some(found.as_ref().ok().cloned()));
        let real = found?;
        self.see(&real, |seen| seen.real = Some(Some(real.clone())));
        Ok(real)
    }

    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let path = crate::paths::without_detours(folder);
        self.note(|asked| asked.listed.extend([path]));
        self.below.entries(folder)
    }

    fn standard_input(&self, limit: u64) -> io::Result<Vec<u8>> {
        self.below.standard_input(limit)
    }
}
