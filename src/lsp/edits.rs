//! Edits of texts as the client applies them.

use super::position::Encoding;
use super::snapshot::Snapshot;
use crate::finding::Edit;
use crate::report::line_diff::operations;
use crate::source::Source;
use lsp_types::{
    CreateFile, CreateFileOptions, DocumentChangeOperation, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, Position, Range, ResourceOp, TextDocumentEdit, TextEdit, Uri,
    WorkspaceEdit,
};
use similar::DiffOp;
use std::collections::HashMap;
use std::path::Path;

/// Edits of one text, as they are made.
pub(super) fn of_text(source: &Source, edits: &[Edit], encoding: Encoding) -> Vec<TextEdit> {
    edits
        .iter()
        .map(|edit| TextEdit { range: encoding.range(source, edit.span), new_text: edit.text.clone() })
        .collect()
}

/// The edits that make one text of another: of whole lines, so that what stays keeps its place.
pub(super) fn between(before: &Source, after: &str, encoding: Encoding) -> Vec<TextEdit> {
    let old: Vec<&str> = before.text().split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let starts: Vec<usize> = std::iter::once(0)
        .chain(old.iter().scan(0, |end, line| {
            *end += line.len();
            Some(*end)
        }))
        .collect();
    let place = |line: usize| {
        let offset = starts.get(line).copied().unwrap_or(before.text().len());
        encoding.position(before, u32::try_from(offset).unwrap_or(u32::MAX))
    };
    let operations = operations(&old, &new);
    let changes = operations.into_iter().filter(|operation| !matches!(operation, DiffOp::Equal { .. }));
    changes
        .map(|operation| {
            let (old, lines) = (operation.old_range(), operation.new_range());
            let range = Range { start: place(old.start), end: place(old.end) };
            TextEdit { range, new_text: new.get(lines).unwrap_or_default().concat() }
        })
        .collect()
}

/// The edit of some files: with the versions of open documents if the client knows them.
#[allow(clippy::mutable_key_type, reason = "the protocol's own type, whose addresses do not change")]
pub(super) fn of_workspace(snapshot: &Snapshot, files: Vec<(Uri, Vec<TextEdit>)>) -> WorkspaceEdit {
    if !snapshot.client.document_changes {
        let changes: HashMap<Uri, Vec<TextEdit>> = files.into_iter().collect();
        return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    }
    let edits = files.into_iter().map(|(uri, edits)| of_document(snapshot, uri, edits)).collect();
    WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(edits)), ..WorkspaceEdit::default() }
}

fn of_document(snapshot: &Snapshot, uri: Uri, edits: Vec<TextEdit>) -> TextDocumentEdit {
    let version = snapshot.document(&uri).map(|document| document.version);
    TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    }
}

/// The edit that makes a file with a text. A client that cannot create files gets an edit of nothing.
pub(super) fn of_new_file(snapshot: &Snapshot, path: &Path, text: String) -> Option<WorkspaceEdit> {
    let uri = snapshot.uri(path)?;
    let start = Position::new(0, 0);
    let edits = vec![TextEdit { range: Range { start, end: start }, new_text: text }];
    if !(snapshot.client.document_changes && snapshot.client.creates_files) {
        return Some(of_workspace(snapshot, vec![(uri, edits)]));
    }
    let options = CreateFileOptions { overwrite: Some(false), ignore_if_exists: Some(true) };
    let create = CreateFile { uri: uri.clone(), options: Some(options), annotation_id: None };
    let operations = vec![
        DocumentChangeOperation::Op(ResourceOp::Create(create)),
        DocumentChangeOperation::Edit(of_document(snapshot, uri, edits)),
    ];
    Some(WorkspaceEdit { document_changes: Some(DocumentChanges::Operations(operations)), ..WorkspaceEdit::default() })
}
