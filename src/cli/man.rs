//! `hipaalint man [COMMAND]`: the manual pages, for `man -l -` or an installation.

use super::args::{Arguments, ManArguments};
use super::output;
use crate::rules::load::nearest;
use crate::session::Exit;
use clap::CommandFactory;

/// Prints the page of hipaalint, or of a command.
pub(super) fn run(arguments: &ManArguments) -> Exit {
    let mut program = Arguments::command();
    // Gives the pages of commands the name of the program, too.
    program.build();
    let command = match &arguments.command {
        None => Ok(program.clone()),
        Some(name) => match program.find_subcommand(name) {
            Some(command) => Ok(command.clone().version(env!("CARGO_PKG_VERSION"))),
            None => Err(name),
        },
    };
    let command = match command {
        Ok(command) => command,
        Err(name) => {
            let known: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
            let help = match nearest(name, known.iter().copied()) {
                Some(nearest) => format!("Did you mean `{nearest}`?"),
                None => format!("The commands are {}.", known.join(", ")),
            };
            output::complain(&format!("there is no command `{name}`. {help}"));
            return Exit::Trouble;
        }
    };
    let mut page = Vec::new();
    // Writing to memory does not fail.
    let _ = clap_mangen::Man::new(command).manual("hipaalint").render(&mut page);
    output::print(&String::from_utf8_lossy(&page), Exit::Clean)
}
