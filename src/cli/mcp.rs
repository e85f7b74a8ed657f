//! `hipaalint mcp`: serves assistants.

use super::args::McpArguments;
use super::output;
use super::plan::today;
use crate::files::Files;
use crate::mcp;
use crate::session::Exit;
use clap::Error;
use std::path::PathBuf;

/// Serves until the input ends.
///
/// # Errors
/// A date in the environment that is not one.
pub(super) fn run(arguments: &McpArguments) -> Result<Exit, Error> {
    let roots = if arguments.root.is_empty() { vec![PathBuf::from(".")] } else { arguments.root.clone() };
    Ok(mcp::serve(&roots, &Files::here(), today()?).unwrap_or_else(|problem| {
        output::complain(&problem);
        Exit::Trouble
    }))
}
