//! Pushes diagnostics: for each document whose diagnostics or version have changed, and only for these.

use super::checks::Checked;
use super::documents::Documents;
use super::uri;
use lsp_types::{PublishDiagnosticsParams, Uri};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// What the client has got.
#[derive(Default)]
pub(super) struct Published {
    /// The files that it shows diagnostics for.
    shown: BTreeSet<PathBuf>,
}

impl Published {
    /// What has to be sent after a check. `before` is the check before it.
    pub(super) fn after(
        &mut self,
        before: &Checked,
        now: &Checked,
        documents: &Documents,
    ) -> Vec<PublishDiagnosticsParams> {
        let mut messages = Vec::new();
        for (path, file) in &now.files {
            let is_same = before.files.get(path).is_some_and(|known| {
                Arc::ptr_eq(known, file) || known.version == file.version && known.diagnostics == file.diagnostics
            });
            let is_shown = self.shown.contains(path);
            if is_same && is_shown || (file.diagnostics.is_empty() && !is_shown && file.version.is_none()) {
                continue;
            }
            self.shown.insert(path.clone());
            let open = documents.get(path).map(|document| document.uri.clone());
            if let Some(uri) = open.or_else(|| uri::of_path(path)) {
                let (diagnostics, version) = (file.diagnostics.clone(), file.version);
                messages.push(PublishDiagnosticsParams { uri, diagnostics, version });
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
    pub(super) fn closed(&mut self, path: &PathBuf, uri: Uri) -> PublishDiagnosticsParams {
        self.shown.remove(path);
        nothing(uri)
    }
}

fn nothing(uri: Uri) -> PublishDiagnosticsParams {
    PublishDiagnosticsParams { uri, diagnostics: Vec::new(), version: None }
}
