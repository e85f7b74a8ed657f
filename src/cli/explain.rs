//! `hipaalint explain`.
use super::Exit;
use super::args::ExplainArguments;

pub(super) fn run(_arguments: &ExplainArguments) -> Result<Exit, clap::Error> {
    Ok(Exit::Clean)
}
