//! The arguments that several commands have.

use crate::session::{self, Configuration};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// The headings of the help.
pub(super) const RULES: &str = "Rules";
pub(super) const REPORT: &str = "Report";
pub(super) const PARAMETERS: &str = "Template parameters";

/// `KEY=VALUE`; only the first `=` separates.
pub(super) fn key_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("write it as KEY=VALUE, such as Env=prod".to_owned()),
    }
}

/// The sources of rules and of their changes, the same for every command.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct RuleSources {
    /// Add a folder of custom rules, which run with every profile (repeatable)
    #[arg(help_heading = RULES, long, value_name = "DIR")]
    pub(in crate::cli) rules: Vec<PathBuf>,

    /// The configuration [default: for each template, the nearest hipaalint.yaml in its folder or above]
    #[arg(help_heading = RULES, long, value_name = "FILE", conflicts_with = "no_config")]
    pub(in crate::cli) config: Option<PathBuf>,

    /// Read no configuration
    #[arg(help_heading = RULES, long)]
    pub(in crate::cli) no_config: bool,
}

/// `--color`.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct ColorArguments {
    /// When to use color
    #[arg(help_heading = REPORT, long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(in crate::cli) color: Color,
}

/// `--color`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Color {
    /// Color on a terminal
    Auto,
    /// Always color
    Always,
    /// Never color
    Never,
}

impl From<RuleSources> for session::RuleSources {
    fn from(typed: RuleSources) -> Self {
        let configuration = match typed.config {
            _ if typed.no_config => Configuration::Ignored,
            Some(file) => Configuration::File(file),
            None => Configuration::Nearest,
        };
        Self { configuration, folders: typed.rules }
    }
}
