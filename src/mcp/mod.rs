//! `hipaalint mcp`: the linter as tools for assistants, over standard input and output (Model Context Protocol).
//!
//! An assistant takes what a tool answers for true, and a template can hold any text. So the sentences of answers are those of this
//! program and its rules. What comes from a project (names, values, messages with them, diffs) is in fields of their own, which are
//! called `untrusted`, and is bounded. Nothing outside of the roots is read, and nothing is written.

mod answers;
mod catalogue;
mod project;
mod requests;
mod server;
mod templates;

use crate::date::Date;
use crate::files::Files;
use crate::session::Exit;
use project::Project;
use rmcp::ServiceExt;
use server::Server;
use std::path::PathBuf;

/// Serves until the input ends. Only files below the roots are read. `today` decides which exceptions have expired.
///
/// # Errors
/// If the roots do not exist, or the client does not speak the protocol.
pub fn serve(roots: &[PathBuf], files: &Files, today: Option<Date>) -> Result<Exit, String> {
    let project = Project::new(roots, files, today)?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let running = Server::new(project).serve(rmcp::transport::stdio()).await;
        let running = running.map_err(|error| format!("the client cannot be served: {error}"))?;
        running.waiting().await.map_err(|error| error.to_string())
    })?;
    Ok(Exit::Clean)
}
