//! The arguments of `hipaalint oscal` and `hipaalint evidence`.

use super::shared::ColorArguments;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `hipaalint oscal`.
#[derive(Debug, Args)]
#[command(after_long_help = OSCAL_HELP)]
pub(in crate::cli) struct OscalArguments {
    /// The document
    #[arg(value_enum, value_name = "DOCUMENT")]
    pub(in crate::cli) document: OscalDocument,
}

const OSCAL_HELP: &str = "\
Examples:
  hipaalint oscal catalog > oscal-catalog.json
  hipaalint oscal component-definition > oscal-component-definition.json

`hipaalint --format oscal` writes the assessment results of a run.";

/// A document in OSCAL that does not depend on a run.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum OscalDocument {
    /// The citations of the Security Rule, and the rules with their assessment objectives
    Catalog,
    /// What hipaalint can show of each citation
    ComponentDefinition,
}

/// `hipaalint evidence`.
#[derive(Debug, Args)]
#[command(after_long_help = EVIDENCE_HELP)]
pub(in crate::cli) struct EvidenceArguments {
    #[command(subcommand)]
    pub(in crate::cli) command: EvidenceCommand,
}

const EVIDENCE_HELP: &str = "\
Examples:
  hipaalint infra --today 2026-12-31 --output evidence.zip
  hipaalint evidence verify evidence.zip
  hipaalint evidence diff evidence-2026-09.zip evidence-2026-12.zip

docs/evidence.md describes bundles, and each step of an audit.";

/// What is done with bundles.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum EvidenceCommand {
    /// Show what changed between two bundles
    Diff(DiffArguments),
    /// Compare the files of bundles with their manifests
    Verify(VerifyArguments),
}

/// `hipaalint evidence diff`.
#[derive(Debug, Args)]
#[command(after_help = DIFF_EXITS)]
pub(in crate::cli) struct DiffArguments {
    /// The earlier bundle
    #[arg(value_name = "OLD")]
    pub(in crate::cli) old: PathBuf,

    /// The later bundle
    #[arg(value_name = "NEW")]
    pub(in crate::cli) new: PathBuf,

    /// The format of the list
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = DiffFormat::Human)]
    pub(in crate::cli) format: DiffFormat,

    #[command(flatten)]
    pub(in crate::cli) color: ColorArguments,
}

const DIFF_EXITS: &str = "\
Exit code:
  0  no new finding, and no exception expired or was removed
  1  a new finding, or an exception that expired or was removed
  2  a bundle cannot be read, or does not match its manifest";

/// `evidence diff --format`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum DiffFormat {
    /// A list to read
    Human,
    /// An object, for programs
    Json,
}

/// `hipaalint evidence verify`.
#[derive(Debug, Args)]
#[command(after_help = VERIFY_EXITS)]
pub(in crate::cli) struct VerifyArguments {
    /// The bundles
    #[arg(value_name = "BUNDLE", required = true)]
    pub(in crate::cli) bundles: Vec<PathBuf>,
}

const VERIFY_EXITS: &str = "\
Exit code:
  0  every file matches the manifest of its bundle
  2  a bundle cannot be read, or does not match its manifest";
