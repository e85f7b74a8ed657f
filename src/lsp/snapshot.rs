//! What the server knows at one moment, for work on another thread. Later changes are not in it.

use super::capabilities::Client;
use super::checks::{Checked, CheckedFile};
use super::documents::{Document, Documents};
use super::position::Encoding;
use super::roots::Roots;
use super::uri;
use crate::project::Counter;
use crate::session::Session;
use lsp_types::Uri;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the server knows at one moment.
#[derive(Clone)]
pub(super) struct Snapshot {
    /// What the client can do.
    pub(super) client: Arc<Client>,
    /// The open documents.
    pub(super) documents: Documents,
    /// The sessions.
    pub(super) roots: Roots,
    /// What was found in the last check, perhaps of older texts: [`is_fresh`](Self::is_fresh).
    pub(super) checked: Arc<Checked>,
    /// Stops the work for which it was made.
    pub(super) counter: Arc<Counter>,
}

impl Snapshot {
    /// The unit of characters that the client counts.
    pub(super) fn encoding(&self) -> Encoding {
        self.client.encoding
    }

    /// The path of a document, open or not.
    pub(super) fn path(&self, uri: &Uri) -> PathBuf {
        uri::path(uri, self.roots.first_folder())
    }

    /// The open document of an address. None if it is not open.
    pub(super) fn document(&self, uri: &Uri) -> Option<&Arc<Document>> {
        self.documents.get(&self.path(uri))
    }

    /// The address of a file: as the client writes it if it is open. None if a path has none.
    pub(super) fn uri(&self, path: &Path) -> Option<Uri> {
        self.documents.get(path).map(|document| document.uri.clone()).or_else(|| uri::of_path(path))
    }

    /// The session of a path, over the open texts.
    pub(super) fn session(&self, path: &Path) -> Session {
        let session = &self.roots.of(path).session;
        session.on(self.documents.files(session.files()))
    }

    /// What was found in a file.
    pub(super) fn found(&self, path: &Path) -> Option<&CheckedFile> {
        self.checked.files.get(path).map(|file| &**file)
    }

    /// Whether what was found in a document is about the text that is open.
    pub(super) fn is_fresh(&self, document: &Document) -> bool {
        self.found(&document.path).is_some_and(|found| found.version == Some(document.version))
    }
}
