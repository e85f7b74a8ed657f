//! Where a name occurs in the document: `textDocument/documentHighlight`.

use super::handlers::Answer;
use super::names::Asked;
use super::snapshot::Snapshot;
use crate::navigation::Role;
use lsp_types::{DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams};

/// The places of the name at a place, in the document alone.
pub(super) fn highlights(
    snapshot: &Snapshot,
    params: DocumentHighlightParams,
) -> Answer<Option<Vec<DocumentHighlight>>> {
    let Some(asked) = Asked::of(snapshot, &params.text_document_position_params) else { return Ok(None) };
    let places = asked.project(snapshot, |project| project.occurrences(&asked.path, asked.offset));
    let highlight = |(span, role)| DocumentHighlight {
        range: snapshot.encoding().range(asked.source, span),
        kind: Some(match role {
            Role::Definition => DocumentHighlightKind::WRITE,
            Role::Reference => DocumentHighlightKind::READ,
        }),
    };
    Ok(Some(places.into_iter().map(highlight).collect()))
}
