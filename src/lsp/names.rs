//! Names in the protocol's terms: what the handlers of definitions, references and highlights share.

use super::snapshot::Snapshot;
use crate::discover::Input;
use crate::navigation::{Place, Project};
use crate::source::Source;
use lsp_types::{Location, TextDocumentPositionParams};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The place that a request asks about: the path of an open document, its text, and a byte of it.
pub(super) struct Asked<'s> {
    pub(super) path: PathBuf,
    pub(super) source: &'s Source,
    pub(super) offset: usize,
}

impl<'s> Asked<'s> {
    /// None if the document is not open.
    pub(super) fn of(snapshot: &'s Snapshot, params: &TextDocumentPositionParams) -> Option<Self> {
        let document = snapshot.document(&params.text_document.uri)?;
        let offset = snapshot.encoding().offset(&document.source, params.position);
        Some(Self { path: document.path.clone(), source: &document.source, offset })
    }

    /// Asks the templates of the folder of the workspace, with the open texts.
    pub(super) fn project<R>(&self, snapshot: &Snapshot, ask: impl FnOnce(&Project<'_>) -> R) -> R {
        let files = snapshot.session(&self.path).files().clone();
        let list = || templates(snapshot, &self.path);
        ask(&Project::new(&files, &list))
    }
}

/// The open documents, and the files of the folder of the workspace that a path is in.
fn templates(snapshot: &Snapshot, path: &Path) -> Vec<PathBuf> {
    let root = snapshot.roots.of(path);
    let is_in_workspace = snapshot.roots.folders().any(|folder| Arc::ptr_eq(folder, root));
    let found = is_in_workspace.then(|| snapshot.session(path).discover(std::slice::from_ref(&root.folder)).candidates);
    let files = found.into_iter().flatten().filter_map(|candidate| match candidate.input {
        Input::File(path) => Some(path),
        Input::StandardInput => None,
    });
    snapshot.documents.iter().map(|document| document.path.clone()).chain(files).collect()
}

/// The places as the client gets them. What is in a file that cannot be read is left out.
pub(super) fn locations(snapshot: &Snapshot, project: &Project<'_>, places: &[Place]) -> Vec<Location> {
    let mut sources: BTreeMap<PathBuf, Option<Source>> = BTreeMap::new();
    let location = |place: &Place| {
        let source = sources.entry(place.path.clone()).or_insert_with(|| project.source(&place.path)).as_ref()?;
        // The client may have opened the file by another path of it.
        let open = snapshot.documents.iter().find(|document| {
            document.path == place.path || project.files().real(&document.path).is_ok_and(|real| real == place.path)
        });
        let uri = match open {
            Some(document) => document.uri.clone(),
            None => snapshot.uri(&place.path)?,
        };
        Some(Location { uri, range: snapshot.encoding().range(source, place.span) })
    };
    places.iter().filter_map(location).collect()
}
