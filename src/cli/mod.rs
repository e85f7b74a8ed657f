//! The command line: the only part that reads arguments, prints, or exits.
//!
//! `args` has the arguments as typed, `plan` their meaning. Each command has its own file.

mod args;
mod completions;
mod controls;
mod dated;
mod deferred;
mod diff_base;
mod evaluate;
mod evidence;
mod explain;
mod fix;
mod graph;
mod init;
mod lint;
#[cfg(feature = "lsp")]
mod lsp;
mod man;
#[cfg(feature = "mcp")]
mod mcp;
mod missing;
mod oscal;
mod output;
mod page;
mod plan;
mod progress;
mod records;
mod rules;
mod terminal;
mod test;
mod topic;
mod watch;

use crate::session::Exit;
use args::Command;
use deferred::Deferred;
use std::ffi::OsString;
use std::io::{self, Write};

/// Runs the command of the arguments; the first argument is the name of the program.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments = match args::parse(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    match arguments.command {
        None if arguments.lint.watch => watch::run(&arguments.lint).unwrap_or_else(|error| usage(&error)),
        None => lint::run(arguments.lint).unwrap_or_else(|error| usage(&error)),
        Some(Command::Rules(Deferred(arguments))) => rules::run(&arguments),
        Some(Command::Explain(Deferred(arguments))) => explain::run(&arguments),
        Some(Command::Controls(Deferred(arguments))) => controls::run(&arguments).unwrap_or_else(|error| usage(&error)),
        Some(Command::Evaluate(Deferred(arguments))) => evaluate::run(&arguments).unwrap_or_else(|error| usage(&error)),
        Some(Command::Graph(Deferred(arguments))) => graph::run(&arguments).unwrap_or_else(|error| usage(&error)),
        Some(Command::Evidence(Deferred(arguments))) => evidence::run(&arguments),
        Some(Command::Oscal(Deferred(arguments))) => oscal::run(&arguments),
        Some(Command::Test(Deferred(arguments))) => test::run(&arguments),
        Some(Command::Init(Deferred(arguments))) => init::run(&arguments),
        #[cfg(feature = "lsp")]
        Some(Command::Lsp(_)) => lsp::run().unwrap_or_else(|error| usage(&error)),
        Some(Command::Completions(arguments)) => completions::run(&arguments),
        #[cfg(feature = "mcp")]
        Some(Command::Mcp(arguments)) => mcp::run(&arguments).unwrap_or_else(|error| usage(&error)),
        Some(Command::Man(arguments)) => man::run(&arguments),
    }
}

/// Help and version go to standard output, mistakes to standard error. If that is closed, nothing can be reported.
fn usage(error: &clap::Error) -> Exit {
    let printed = error.print();
    if error.use_stderr() {
        return Exit::Trouble;
    }
    output::finish(printed.and_then(|()| io::stdout().flush()), Exit::Clean)
}
