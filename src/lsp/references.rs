//! Where a name is used: `textDocument/references`.

use super::handlers::Answer;
use super::names::{Asked, locations};
use super::snapshot::Snapshot;
use crate::navigation::Role;
use lsp_types::{Location, ReferenceParams};

/// The uses of the name at a place, and its definitions if the client wants them.
pub(super) fn references(snapshot: &Snapshot, params: ReferenceParams) -> Answer<Option<Vec<Location>>> {
    let Some(asked) = Asked::of(snapshot, &params.text_document_position) else { return Ok(None) };
    let found = asked.project(snapshot, |project| {
        let mut places = project.references(&asked.path, asked.offset);
        places.retain(|place| place.role == Role::Reference || params.context.include_declaration);
        locations(snapshot, project, &places)
    });
    Ok(Some(found))
}
