//! Commands that the client asks the server to run.

use super::handlers::Answer;
use super::snapshot::Snapshot;
use super::work::failed;
use lsp_server::ErrorCode;
use lsp_types::ExecuteCommandParams;
use serde_json::Value;

/// Runs a command of the server.
pub(super) fn execute(_: &Snapshot, params: ExecuteCommandParams) -> Answer<Option<Value>> {
    Err(failed(ErrorCode::InvalidParams, format!("there is no command `{}`", params.command)))
}
