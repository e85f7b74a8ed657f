//! The open documents: their texts, as the client changes them, and their versions.

use super::position::Encoding;
use crate::files::{Buffers, FileSystem, Files};
use crate::source::{Source, SourceId};
use lsp_types::{TextDocumentContentChangeEvent, Uri};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The longest text that is kept. A longer one is not linted from the disk either.
const MAX_TEXT: usize = crate::discover::MAX_BYTES as usize;

/// An open document.
#[derive(Debug)]
pub(super) struct Document {
    /// Its address, as the client writes it.
    pub(super) uri: Uri,
    /// Its path, which identifies it.
    pub(super) path: PathBuf,
    /// The version that the client gave to the text.
    pub(super) version: i32,
    /// The text.
    pub(super) source: Source,
    /// The file that the path leads to, if there is one.
    real: Option<PathBuf>,
    /// Whether the file was open by another name before. It is linted as it is there.
    is_other_name: bool,
}

/// The open documents by their paths. A copy is a snapshot: it costs little, and later changes are not in it.
#[derive(Clone, Debug)]
pub(super) struct Documents {
    open: BTreeMap<PathBuf, Arc<Document>>,
    buffers: Buffers,
}

impl Documents {
    /// None, over a file system.
    pub(super) fn over(below: Arc<dyn FileSystem>) -> Self {
        Self { open: BTreeMap::new(), buffers: Buffers::over(below) }
    }

    /// The document of a path.
    pub(super) fn get(&self, path: &Path) -> Option<&Arc<Document>> {
        self.open.get(path)
    }

    /// The document whose text is the one of a path for a session.
    pub(super) fn linted_at(&self, path: &Path) -> Option<&Arc<Document>> {
        self.get(path).filter(|document| !document.is_other_name)
    }

    /// Those that are linted, sorted by path: each file once, by whatever names it is open.
    pub(super) fn linted(&self) -> impl Iterator<Item = &Arc<Document>> {
        self.iter().filter(|document| !document.is_other_name)
    }

    /// All of them, sorted by path.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Document>> {
        self.open.values()
    }

    /// Files with the open texts in place of what is on the disk.
    pub(super) fn files(&self, files: &Files) -> Files {
        files.on(Arc::new(self.buffers.clone()))
    }

    /// Opens a document, or replaces it. Returns the path by which the same file is open and linted, if that is another one.
    pub(super) fn open(&mut self, uri: Uri, path: PathBuf, version: i32, text: String) -> Option<PathBuf> {
        let real = self.buffers.real(&path).ok();
        let is_same = |document: &&Arc<Document>| document.path != path && document.real == real;
        let same = self.linted().find(is_same).filter(|_| real.is_some()).map(|document| document.path.clone());
        let source = Source::new(SourceId(0), uri.as_str(), text).in_file(Some(path.clone()));
        if same.is_none() {
            self.buffers.share(&path, Arc::clone(source.shared_text()));
        }
        let is_other_name = same.is_some();
        self.open.insert(path.clone(), Arc::new(Document { uri, path, version, source, real, is_other_name }));
        same
    }

    /// Changes a document, as a client describes the changes: one after another. Returns whether it is open.
    pub(super) fn change(
        &mut self,
        path: &Path,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> bool {
        let Some(document) = self.open.get(path) else { return false };
        let mut source = Cow::Borrowed(&document.source);
        for TextDocumentContentChangeEvent { range, text: new, .. } in changes {
            let changed = match range {
                None => Source::new(SourceId(0), source.name.as_str(), new).in_file(Some(path.to_owned())),
                Some(range) => source.edited(encoding.bytes(&source, range), &new),
            };
            if changed.text().len() > MAX_TEXT {
                // What follows cannot be understood without it, so the file counts as it is on the disk.
                self.close(path);
                return false;
            }
            source = Cow::Owned(changed);
        }
        let source = source.into_owned();
        if !document.is_other_name {
            self.buffers.share(path, Arc::clone(source.shared_text()));
        }
        let Document { uri, path, real, is_other_name, .. } = &**document;
        let (uri, path, real, is_other_name) = (uri.clone(), path.clone(), real.clone(), *is_other_name);
        self.open.insert(path.clone(), Arc::new(Document { uri, path, version, source, real, is_other_name }));
        true
    }

    /// Closes a document. Returns whether it was open.
    pub(super) fn close(&mut self, path: &Path) -> bool {
        let Some(closed) = self.open.remove(path) else { return false };
        if closed.is_other_name {
            return true;
        }
        self.buffers.close(path);
        // If the file is open by another name, it is linted by that from now on.
        let is_same = |document: &&Arc<Document>| document.real == closed.real;
        let same = self.iter().find(is_same).filter(|_| closed.real.is_some()).map(Arc::clone);
        if let Some(same) = same {
            let Document { uri, path, version, source, real, .. } = &*same;
            let (uri, path, source, real) = (uri.clone(), path.clone(), source.clone(), real.clone());
            let same = Document { uri, path, version: *version, source, real, is_other_name: false };
            self.buffers.share(&same.path, Arc::clone(same.source.shared_text()));
            self.open.insert(same.path.clone(), Arc::new(same));
        }
        true
    }
}
