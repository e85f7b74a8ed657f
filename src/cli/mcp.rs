//! `hipaalint mcp`: serves assistants.

use super::args::McpArguments;
use super::output;
use crate::files::Files;
use crate::mcp;
use crate::session::Exit;
use std::path::PathBuf;

/// Serves until the input ends.
pub(super) fn run(arguments: &McpArguments) -> Exit {
    let roots = if arguments.root.is_empty() { vec![PathBuf::from(".")] } else { arguments.root.clone() };
    mcp::serve(&roots, &Files::here()).unwrap_or_else(|problem| {
        output::complain(&problem);
        Exit::Trouble
    })
}
