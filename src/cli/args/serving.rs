//! The arguments of the commands that serve other programs: editors and assistants.

use clap::Args;

/// `hipaalint lsp`.
#[cfg(feature = "lsp")]
#[derive(Debug, Args)]
pub(in crate::cli) struct LspArguments {
    /// Use standard input and output. The server always does; editors may pass this option
    #[arg(long)]
    stdio: bool,
}

/// `hipaalint mcp`.
#[cfg(feature = "mcp")]
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct McpArguments {
    /// A folder that the server may read, with everything below it. Repeatable [default: the current folder]
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) root: Vec<std::path::PathBuf>,
}
