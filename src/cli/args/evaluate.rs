//! The arguments of `hipaalint evaluate`.

use super::shared::{ColorArguments, PARAMETERS, REPORT, RULES, key_and_value};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `hipaalint evaluate`.
#[derive(Debug, Args)]
#[command(after_long_help = EVALUATE_HELP)]
pub(in crate::cli) struct EvaluateArguments {
    /// The template, or - for standard input
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,

    /// Only this value, such as Records/Properties/VersioningConfiguration/Status, and where it comes from
    ///
    /// The path is that of findings. `Resources/` may be left out. A section or a block, such as Outputs or Records, is a path, too.
    #[arg(value_name = "PATH")]
    pub(in crate::cli) path: Option<String>,

    /// The format of the values
    #[arg(help_heading = REPORT, long, value_enum, value_name = "FORMAT", default_value_t = EvaluateFormat::Human)]
    pub(in crate::cli) format: EvaluateFormat,

    /// Set a parameter or pseudo parameter, such as Env=prod or AWS::Region=us-east-1 (repeatable)
    #[arg(help_heading = PARAMETERS, long, value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub(in crate::cli) parameter: Vec<(String, String)>,

    /// Set the parameters in a file for the AWS CLI, CodePipeline or the SAM CLI, or in a plain map (repeatable)
    #[arg(help_heading = PARAMETERS, long, value_name = "FILE")]
    pub(in crate::cli) parameters: Vec<PathBuf>,

    /// Other templates of the project, or folders with templates (repeatable)
    ///
    /// If one of them deploys the template as a nested stack, its parameters have the values that this one passes. If one exports a
    /// value that the template imports, the import has this value.
    #[arg(help_heading = PARAMETERS, long, value_name = "PATH")]
    pub(in crate::cli) with: Vec<PathBuf>,

    /// The configuration [default: the nearest hipaalint.yaml in the folder of the template or above]
    #[arg(help_heading = RULES, long, value_name = "FILE", conflicts_with = "no_config")]
    pub(in crate::cli) config: Option<PathBuf>,

    /// Read no configuration
    #[arg(help_heading = RULES, long)]
    pub(in crate::cli) no_config: bool,

    #[command(flatten)]
    pub(in crate::cli) color: ColorArguments,
}

const EVALUATE_HELP: &str = "\
Loops are unrolled, and AWS SAM is expanded. A value that depends on parameters or
conditions is listed for each choice that makes a difference. `?` marks an unknown
part, with the reason. Secrets are hidden as in every report.

Examples:
  hipaalint evaluate template.yaml
  hipaalint evaluate template.yaml --parameter Env=prod
  hipaalint evaluate template.yaml Records/Properties/BucketName
  hipaalint evaluate database.yaml --with parent.yaml
  hipaalint evaluate template.yaml --format json";

/// `evaluate --format`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum EvaluateFormat {
    /// The template with its values, to read
    Human,
    /// All values with their places, for programs
    Json,
}
