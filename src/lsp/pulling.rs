//! Diagnostics that the client asks for: of a document, and of the workspace. What it has already is not sent again.

use super::checks::{Checked, CheckedFile};
use super::diagnostics::id_of;
use super::handlers::Answer;
use super::snapshot::Snapshot;
use super::uri;
use lsp_types::{
    DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportKind, DocumentDiagnosticReportResult,
    FullDocumentDiagnosticReport, RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport, Uri, WorkspaceDiagnosticParams, WorkspaceDiagnosticReport,
    WorkspaceDiagnosticReportResult, WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport,
    WorkspaceUnchangedDocumentDiagnosticReport,
};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

fn full(file: &CheckedFile) -> FullDocumentDiagnosticReport {
    FullDocumentDiagnosticReport { result_id: Some(file.id().to_owned()), items: file.diagnostics().cloned().collect() }
}

fn nothing() -> FullDocumentDiagnosticReport {
    FullDocumentDiagnosticReport { result_id: Some(id_of(std::iter::empty())), items: Vec::new() }
}

fn unchanged(id: String) -> UnchangedDocumentDiagnosticReport {
    UnchangedDocumentDiagnosticReport { result_id: id }
}

/// The diagnostics of a document, with those that it brings about in files that it includes and nests.
pub(super) fn document(
    snapshot: &Snapshot,
    params: DocumentDiagnosticParams,
) -> Answer<DocumentDiagnosticReportResult> {
    let path = snapshot.path(&params.text_document.uri);
    let own = snapshot.found(&path).map_or_else(nothing, full);
    let others = snapshot.checked.others.get(&path).into_iter().flatten();
    let is_closed = |path: &&PathBuf| snapshot.documents.get(path).is_none();
    let other = |path: &PathBuf| {
        let report = DocumentDiagnosticReportKind::Full(full(snapshot.found(path)?));
        Some((snapshot.uri(path)?, report))
    };
    #[allow(clippy::mutable_key_type, reason = "the protocol's own type, whose addresses do not change")]
    let others: HashMap<Uri, DocumentDiagnosticReportKind> = others.filter(is_closed).filter_map(other).collect();
    let related_documents = (snapshot.client.related_documents && !others.is_empty()).then_some(others);
    let report = match own.result_id.clone().filter(|id| params.previous_result_id.as_ref() == Some(id)) {
        Some(id) => DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents,
            unchanged_document_diagnostic_report: unchanged(id),
        }),
        None => DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
            related_documents,
            full_document_diagnostic_report: own,
        }),
    };
    Ok(DocumentDiagnosticReportResult::Report(report))
}

/// The diagnostics of all files of the workspace in which something was found, of those that are open, and of those that had some
/// before.
pub(super) fn workspace(
    snapshot: &Snapshot,
    checked: &Checked,
    params: WorkspaceDiagnosticParams,
) -> WorkspaceDiagnosticReportResult {
    let path = |uri: &Uri| uri::path(uri, snapshot.roots.first_folder());
    let previous: BTreeMap<PathBuf, (Uri, String)> =
        params.previous_result_ids.into_iter().map(|id| (path(&id.uri), (id.uri, id.value))).collect();
    let mut items = Vec::new();
    for (path, file) in &checked.files {
        let known = previous.get(path);
        if file.items.is_empty() && file.version.is_none() && known.is_none() {
            continue;
        }
        items.extend(report(snapshot, path, known.map(|(_, id)| id), file.version, full(file)));
    }
    for (path, (_, id)) in previous.iter().filter(|(path, _)| !checked.files.contains_key(*path)) {
        items.extend(report(snapshot, path, Some(id), None, nothing()));
    }
    WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items })
}

fn report(
    snapshot: &Snapshot,
    path: &Path,
    known: Option<&String>,
    version: Option<i32>,
    full: FullDocumentDiagnosticReport,
) -> Option<WorkspaceDocumentDiagnosticReport> {
    let (uri, version) = (snapshot.uri(path)?, version.map(i64::from));
    Some(match full.result_id.clone().filter(|id| Some(id) == known) {
        Some(id) => WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
            uri,
            version,
            unchanged_document_diagnostic_report: unchanged(id),
        }),
        None => WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
            uri,
            version,
            full_document_diagnostic_report: full,
        }),
    })
}
