//! Everything that is read from a file system goes through [`Files`]: from the disk, from open buffers over it, or from memory alone.
//!
//! Reads, and never writes. [`Reach`] decides what may be read.

mod buffers;
mod disk;
mod guard;
mod recorder;
mod rooted;
mod walk;

pub use buffers::Buffers;
pub use disk::Disk;
pub use guard::{MAX_NAMED, Reach, Refusal, is_open_file, is_repository};
pub use recorder::{Asked, Recorder};
pub use rooted::Rooted;
pub use walk::{Met, Unlisted, Walk};

use crate::paths::Base;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// A file system. Paths are absolute.
pub trait FileSystem: fmt::Debug + Send + Sync {
    /// The bytes of a file, at most so many of them.
    ///
    /// # Errors
    /// If it cannot be read.
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>>;

    /// The text of a file, if it is in memory.
    fn in_memory(&self, _path: &Path) -> Option<Arc<String>> {
        None
    }

    /// What a path leads to.
    ///
    /// # Errors
    /// If it leads nowhere.
    fn metadata(&self, path: &Path) -> io::Result<Metadata>;

    /// What is at a path, which may be a symbolic link.
    ///
    /// # Errors
    /// If there is nothing.
    fn own_metadata(&self, path: &Path) -> io::Result<Metadata>;

    /// A path without symbolic links, `.` and `..` to what a path leads to.
    ///
    /// # Errors
    /// If it leads nowhere.
    fn real(&self, path: &Path) -> io::Result<PathBuf>;

    /// What is in a folder, in any order.
    ///
    /// # Errors
    /// If it cannot be listed.
    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>>;

    /// The bytes of standard input, at most so many of them. Only the disk of a process has one.
    ///
    /// # Errors
    /// If it cannot be read.
    fn standard_input(&self, limit: u64) -> io::Result<Vec<u8>> {
        let _ = limit;
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// What a path names.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A pipe.
    Pipe,
    /// A device or a socket.
    Other,
}

/// What is known of a file without reading it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// What it is.
    pub kind: Kind,
    /// Its length. That of devices and pipes is not known.
    pub bytes: u64,
    /// When it changed.
    pub modified: Option<SystemTime>,
}

/// A name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name.
    pub name: OsString,
    /// What is there. A symbolic link is a link.
    pub kind: Kind,
}

/// A file system, and the folder in it that relative paths start in.
#[derive(Clone, Debug)]
pub struct Files {
    system: Arc<dyn FileSystem>,
    base: Base,
    /// The folders that a person named, as absolute paths without links.
    named: Arc<BTreeSet<PathBuf>>,
}

impl Files {
    /// The disk, from the current folder of the process.
    pub fn here() -> Self {
        Self::new(Arc::new(Disk), Disk::current_folder())
    }

    /// A file system, and the folder that relative paths start in.
    pub fn new(system: Arc<dyn FileSystem>, base: PathBuf) -> Self {
        let real = system.real(&base).unwrap_or_else(|_| base.clone());
        Self { system, base: Base::new(base, real), named: Arc::default() }
    }

    /// The same files with the texts of open buffers in place of what is on the disk. The paths may be relative.
    #[must_use]
    pub fn with_buffers(&self, buffers: impl IntoIterator<Item = (PathBuf, String)>) -> Self {
        let mut over = Buffers::over(Arc::clone(&self.system));
        for (path, text) in buffers {
            over.open(&self.base.normal(&path), text);
        }
        Self { system: Arc::new(over), ..self.clone() }
    }

    /// The same files on another file system, such as open buffers over this one.
    #[must_use]
    pub fn on(&self, system: Arc<dyn FileSystem>) -> Self {
        Self { system, ..self.clone() }
    }

    /// The same file system, from another folder in which relative paths start.
    #[must_use]
    pub fn from_folder(&self, folder: PathBuf) -> Self {
        Self { named: Arc::clone(&self.named), ..Self::new(self.system(), folder) }
    }

    /// The same files, with the paths that a person named: outside of a repository, the files of a project lead only into the folders
    /// among these.
    #[must_use]
    pub fn naming(&self, paths: &[PathBuf]) -> Self {
        let folders = paths.iter().filter(|path| self.has_folder(path));
        Self { named: Arc::new(folders.filter_map(|folder| self.real(folder).ok()).collect()), ..self.clone() }
    }

    /// The folders that a person named, as absolute paths without links.
    pub fn named(&self) -> &BTreeSet<PathBuf> {
        &self.named
    }

    /// The file system.
    pub fn system(&self) -> Arc<dyn FileSystem> {
        Arc::clone(&self.system)
    }

    /// The folder that relative paths start in.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// The name of a file in reports.
    pub fn name(&self, path: &Path) -> String {
        self.base.name(path)
    }

    /// The bytes of a file, at most so many of them.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.system.read(&self.base.join(path), limit)
    }

    /// The text of a file, if it is in memory.
    pub fn in_memory(&self, path: &Path) -> Option<Arc<String>> {
        self.system.in_memory(&self.base.join(path))
    }

    /// The text of a file, which has at most so many bytes. The rest of a longer one is left out.
    ///
    /// # Errors
    /// If it cannot be read, or is not UTF-8.
    pub fn text(&self, path: &Path, limit: u64) -> io::Result<String> {
        text_of(self.read(path, limit)?)
    }

    /// The bytes of standard input, at most so many of them.
    ///
    /// # Errors
    /// If it cannot be read, or there is none.
    pub fn standard_input(&self, limit: u64) -> io::Result<Vec<u8>> {
        self.system.standard_input(limit)
    }

    /// What a path leads to.
    ///
    /// # Errors
    /// If it leads nowhere.
    pub fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.system.metadata(&self.base.join(path))
    }

    /// What is at a path, which may be a symbolic link.
    ///
    /// # Errors
    /// If there is nothing.
    pub fn own_metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.system.own_metadata(&self.base.join(path))
    }

    /// An absolute path without symbolic links, `.` and `..` to what a path leads to.
    ///
    /// # Errors
    /// If it leads nowhere.
    pub fn real(&self, path: &Path) -> io::Result<PathBuf> {
        self.system.real(&self.base.join(path))
    }

    /// What is in a folder, sorted by name.
    ///
    /// # Errors
    /// If it cannot be listed.
    pub fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = self.system.entries(&self.base.join(folder))?;
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    /// Whether a path leads to anything.
    pub fn has(&self, path: &Path) -> bool {
        self.metadata(path).is_ok()
    }

    /// Whether a path leads to a regular file.
    pub fn has_file(&self, path: &Path) -> bool {
        self.metadata(path).is_ok_and(|metadata| metadata.kind == Kind::File)
    }

    /// Whether a path leads to a folder.
    pub fn has_folder(&self, path: &Path) -> bool {
        self.metadata(path).is_ok_and(|metadata| metadata.kind == Kind::Folder)
    }

    /// A folder and everything below it.
    pub fn walk(&self, folder: &Path) -> Walk<'_> {
        Walk::new(self, folder)
    }
}

/// The number of the error of links that lead to each other, which has no stable kind.
const LOOP: Option<i32> = if cfg!(any(target_os = "linux", target_os = "android")) {
    Some(40)
} else if cfg!(target_vendor = "apple") {
    Some(62)
} else {
    None
};

/// Why something cannot be read, as a clause in our words and not in those of the operating system.
pub fn why(error: &io::Error) -> String {
    let known = match error.kind() {
        // Others have words of their own.
        _ if error.get_ref().is_some() => None,
        io::ErrorKind::NotFound => Some("there is no such file or folder"),
        io::ErrorKind::PermissionDenied => Some("its permissions do not allow it"),
        io::ErrorKind::IsADirectory => Some("it is a folder"),
        io::ErrorKind::NotADirectory => Some("a part of its path is not a folder"),
        io::ErrorKind::ReadOnlyFilesystem => Some("the file system is read-only"),
        io::ErrorKind::StorageFull => Some("the disk is full"),
        io::ErrorKind::InvalidFilename => Some("its name is too long"),
        _ if error.raw_os_error().is_some() && error.raw_os_error() == LOOP => Some("its links lead in a circle"),
        _ => None,
    };
    known.map_or_else(|| error.to_string(), str::to_owned)
}

/// The same of something that cannot be written.
pub fn why_not_written(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound if error.get_ref().is_none() => "its folder does not exist".to_owned(),
        _ => why(error),
    }
}

/// Bytes as text.
///
/// # Errors
/// If they are not UTF-8.
pub fn text_of(bytes: Vec<u8>) -> io::Result<String> {
    let invalid = || io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text");
    String::from_utf8(bytes).map_err(|_| invalid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_in_our_words() {
        let missing = io::Error::from_raw_os_error(2);
        assert!(missing.to_string().contains("os error"));
        assert_eq!(why(&missing), "there is no such file or folder");
        assert_eq!(why_not_written(&missing), "its folder does not exist");
        assert_eq!(why_not_written(&io::ErrorKind::PermissionDenied.into()), "its permissions do not allow it");
        // What has words of its own keeps them.
        assert_eq!(why_not_written(&io::Error::new(io::ErrorKind::NotFound, "it is gone")), "it is gone");
    }
}
