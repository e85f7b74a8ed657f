//! The arguments of the commands that serve other programs: editors and assistants.

use clap::Args;

/// `hipaalint lsp`.
#[cfg(feature = "lsp")]
#[derive(Debug, Args)]
pub(in crate::cli) struct LspArguments {
    /// Use standard input and output, which is the only way: for editors that name it
    #[arg(long)]
    stdio: bool,
}
