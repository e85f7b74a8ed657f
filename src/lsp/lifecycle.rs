//! The beginning and the end: initialize, initialized, shutdown and exit, as the protocol orders them.

use super::uri;
use crate::session::Exit;
use lsp_server::ErrorCode;
use lsp_types::{InitializeParams, WorkspaceFolder};
use std::path::PathBuf;

/// Where the server is between its beginning and its end.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Before `initialize`.
    Fresh,
    /// After it.
    Running,
    /// After `shutdown`.
    Down,
}

impl Stage {
    /// Why a request other than `initialize` is refused, if it is.
    pub(super) fn refuses_request(self) -> Option<(ErrorCode, &'static str)> {
        match self {
            Self::Fresh => Some((ErrorCode::ServerNotInitialized, "the server is not initialized")),
            Self::Running => None,
            Self::Down => Some((ErrorCode::InvalidRequest, "the server is shut down")),
        }
    }

    /// How the process ends on `exit`. The end of the input counts as that, because some editors end a server so.
    pub(super) fn exit(self) -> Exit {
        match self {
            Self::Down => Exit::Clean,
            // The protocol wants exit code 1.
            Self::Fresh | Self::Running => Exit::Findings,
        }
    }
}

/// The folders of the workspace at the beginning.
pub(super) fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    let of_workspace = params.workspace_folders.iter().flatten();
    let folders: Vec<PathBuf> =
        of_workspace.filter_map(|folder: &WorkspaceFolder| uri::file_path(&folder.uri)).collect();
    if !folders.is_empty() {
        return folders;
    }
    #[allow(deprecated, reason = "older clients have no folders")]
    let root =
        params.root_uri.as_ref().and_then(uri::file_path).or_else(|| params.root_path.as_ref().map(PathBuf::from));
    root.into_iter().collect()
}
