//! `hipaalint rules`.
use super::Exit;
use super::args::RulesArguments;

pub(super) fn run(_arguments: &RulesArguments) -> Result<Exit, clap::Error> {
    Ok(Exit::Clean)
}
