//! The arguments of the commands that set up a project and a shell: `init`, `completions` and `man`.

use clap::Args;
use std::path::PathBuf;

/// `hipaalint init`.
#[derive(Debug, Args)]
pub(in crate::cli) struct InitArguments {
    /// The folder for hipaalint.yaml [default: the current folder]
    #[arg(value_name = "FOLDER")]
    pub(in crate::cli) folder: Option<PathBuf>,
}

/// `hipaalint completions`.
#[derive(Debug, Args)]
#[command(after_long_help = COMPLETIONS_HELP)]
pub(in crate::cli) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub(in crate::cli) shell: clap_complete::Shell,
}

const COMPLETIONS_HELP: &str = "\
Examples:
  hipaalint completions bash > ~/.local/share/bash-completion/completions/hipaalint
  hipaalint completions zsh > ~/.zfunc/_hipaalint        (with ~/.zfunc in fpath)
  hipaalint completions fish > ~/.config/fish/completions/hipaalint.fish
  hipaalint completions powershell >> $PROFILE";

/// `hipaalint man`.
#[derive(Debug, Args)]
#[command(after_long_help = MAN_HELP)]
pub(in crate::cli) struct ManArguments {
    /// The command [default: the page of hipaalint]
    #[arg(value_name = "COMMAND")]
    pub(in crate::cli) command: Option<String>,
}

const MAN_HELP: &str = "\
Examples:
  hipaalint man | man -l -
  hipaalint man > /usr/local/share/man/man1/hipaalint.1
  hipaalint man rules > /usr/local/share/man/man1/hipaalint-rules.1";
