//! `hipaalint lsp`: the language server, on standard input and output.

use super::plan::today;
use crate::files::Files;
use crate::lsp::{Host, serve_stdio};
use crate::session::Exit;
use clap::Error;

/// Serves one editor until it ends.
///
/// # Errors
/// A date in the environment that is not one.
pub(super) fn run() -> Result<Exit, Error> {
    Ok(serve_stdio(Host { files: Files::here(), today: today()?, settle: Host::SETTLE }))
}
