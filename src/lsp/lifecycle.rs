//! The beginning and the end: initialize, initialized, shutdown and exit, as the protocol orders them.

use crate::session::Exit;
use lsp_server::ErrorCode;

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
