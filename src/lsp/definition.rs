//! Where a name is defined: `textDocument/definition`.

use super::handlers::Answer;
use super::names::{Asked, locations};
use super::snapshot::Snapshot;
use lsp_types::{GotoDefinitionParams, GotoDefinitionResponse};

/// The definitions of the name at a place.
pub(super) fn definition(snapshot: &Snapshot, params: GotoDefinitionParams) -> Answer<Option<GotoDefinitionResponse>> {
    let Some(asked) = Asked::of(snapshot, &params.text_document_position_params) else { return Ok(None) };
    let found = asked
        .project(snapshot, |project| locations(snapshot, project, &project.definitions(&asked.path, asked.offset)));
    Ok(Some(GotoDefinitionResponse::Array(found)))
}
