//! Code actions: what the editor offers at a place.

use super::handlers::Answer;
use super::snapshot::Snapshot;
use lsp_types::{CodeActionParams, CodeActionResponse};

/// The code actions of a range.
pub(super) fn code_actions(_: &Snapshot, _: CodeActionParams) -> Answer<Option<CodeActionResponse>> {
    Ok(None)
}
