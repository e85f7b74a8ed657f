//! A folder and everything below it, in sorted order, without following symbolic links.

use super::{Entry, Files, Kind};
use crate::paths::joined;
use std::io;
use std::path::{Path, PathBuf};
use std::vec::IntoIter;

/// What a walk meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// The path: that of the folder where the walk started, with the names below it.
    pub path: PathBuf,
    /// What is there.
    pub kind: Kind,
    /// Whether the walk started here.
    pub is_start: bool,
}

/// A folder that cannot be listed, or a start that is not there.
#[derive(Debug)]
pub struct Unlisted {
    /// Its path.
    pub path: PathBuf,
    /// Why.
    pub error: io::Error,
}

/// A walk. A folder is met before what is in it. A link where the walk starts is followed.
#[derive(Debug)]
pub struct Walk<'f> {
    files: &'f Files,
    /// Where it starts, until it did.
    start: Option<PathBuf>,
    /// The folder that was met last, which is entered next.
    next: Option<PathBuf>,
    /// The folders around, with what is left in them.
    left: Vec<(PathBuf, IntoIter<Entry>)>,
}

impl<'f> Walk<'f> {
    pub(super) fn new(files: &'f Files, start: &Path) -> Self {
        Self { files, start: Some(start.to_owned()), next: None, left: Vec::new() }
    }

    /// Leaves out what is in the folder that was met last.
    pub fn skip_folder(&mut self) {
        self.next = None;
    }

    fn meet(&mut self, met: Met) -> Met {
        if met.kind == Kind::Folder {
            self.next = Some(met.path.clone());
        }
        met
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<Met, Unlisted>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(path) = self.start.take() {
            return Some(match self.files.metadata(&path) {
                Ok(metadata) => Ok(self.meet(Met { path, kind: metadata.kind, is_start: true })),
                Err(error) => Err(Unlisted { path, error }),
            });
        }
        if let Some(folder) = self.next.take() {
            match self.files.entries(&folder) {
                Ok(entries) => self.left.push((folder, entries.into_iter())),
                Err(error) => return Some(Err(Unlisted { path: folder, error })),
            }
        }
        while let Some((folder, entries)) = self.left.last_mut() {
            let Some(Entry { name, kind }) = entries.next() else {
                self.left.pop();
                continue;
            };
            let met = Met { path: joined(folder, name), kind, is_start: false };
            return Some(Ok(self.meet(met)));
        }
        None
    }
}
