//! `hipaalint completions SHELL`: a script that completes commands, options and their values.

use super::args::{Arguments, CompletionsArguments};
use super::{Exit, output};
use clap::CommandFactory;

/// Prints the script.
pub(super) fn run(arguments: &CompletionsArguments) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "hipaalint", &mut script);
    output::print(&String::from_utf8_lossy(&script), Exit::Clean)
}
