//! Pushes diagnostics: for each document whose diagnostics or version have changed, and only for these.

use super::checks::{Checked, CheckedFile};
use super::documents::Documents;
use super::uri;
use lsp_server::{Message, Notification};
use lsp_types::Uri;
use lsp_types::notification::{Notification as _, PublishDiagnostics};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// The diagnostics of one file for the client.
#[derive(Debug)]
pub(super) struct Publication {
    uri: Uri,
    /// None for no diagnostics.
    file: Option<Arc<CheckedFile>>,
}

/// What the server sends.
#[derive(Debug)]
pub(super) enum Sent {
    Message(Message),
    /// The one kind of message that is large and frequent. It is written as it is, without a tree of JSON in between.
    Publication(Publication),
}

impl Publication {
    pub(super) const METHOD: &str = PublishDiagnostics::METHOD;
}

impl Sent {
    /// As a message, for connections in memory.
    pub(super) fn message(self) -> Message {
        match self {
            Self::Message(message) => message,
            // It is plain data, so it can be written.
            Self::Publication(publication) => {
                let params = serde_json::to_value(publication).unwrap_or_default();
                Notification { method: Publication::METHOD.to_owned(), params }.into()
            }
        }
    }
}

/// As the protocol's own type (`PublishDiagnosticsParams`) is written, which would have copies of all diagnostics.
impl Serialize for Publication {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut params = serializer.serialize_struct("PublishDiagnosticsParams", 3)?;
        params.serialize_field("uri", &self.uri)?;
        params.serialize_field("diagnostics", &All(self.file.as_deref()))?;
        if let Some(version) = self.file.as_ref().and_then(|file| file.version) {
            params.serialize_field("version", &version)?;
        }
        params.end()
    }
}

struct All<'a>(Option<&'a CheckedFile>);

impl Serialize for All<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().flat_map(|file| file.diagnostics()))
    }
}

/// What the client has got.
#[derive(Default)]
pub(super) struct Published {
    /// The files that it shows diagnostics for.
    shown: BTreeSet<PathBuf>,
}

impl Published {
    /// What has to be sent after a check. `before` is the check before it.
    pub(super) fn after(&mut self, before: &Checked, now: &Checked, documents: &Documents) -> Vec<Publication> {
        let mut messages = Vec::new();
        for (path, file) in &now.files {
            let known = before.files.get(path);
            let is_same = known.is_some_and(|known| Arc::ptr_eq(known, file) || known.is_shown_as(file));
            let is_shown = self.shown.contains(path);
            if is_same && is_shown || (file.items.is_empty() && !is_shown && file.version.is_none()) {
                continue;
            }
            self.shown.insert(path.clone());
            let open = documents.get(path).map(|document| document.uri.clone());
            if let Some(uri) = open.or_else(|| uri::of_path(path)) {
                messages.push(Publication { uri, file: Some(Arc::clone(file)) });
            }
        }
        let gone: Vec<PathBuf> = self.shown.iter().filter(|path| !now.files.contains_key(*path)).cloned().collect();
        for path in gone {
            self.shown.remove(&path);
            messages.extend(uri::of_path(&path).map(nothing));
        }
        messages
    }

    /// What has to be sent when a document is closed: its address may be written in another way than that of its path.
    pub(super) fn closed(&mut self, path: &PathBuf, uri: Uri) -> Publication {
        self.shown.remove(path);
        nothing(uri)
    }
}

fn nothing(uri: Uri) -> Publication {
    Publication { uri, file: None }
}
