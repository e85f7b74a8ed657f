//! `hipaalint controls`.
use super::Exit;
use super::args::ControlsArguments;

pub(super) fn run(_arguments: &ControlsArguments) -> Result<Exit, clap::Error> {
    Ok(Exit::Clean)
}
