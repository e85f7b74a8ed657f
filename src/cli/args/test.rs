//! The arguments of `hipaalint test` as typed.

use super::shared::ColorArguments;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `hipaalint test`.
#[derive(Debug, Args)]
#[command(after_long_help = TEST_HELP)]
pub(in crate::cli) struct TestArguments {
    /// Rule files, or folders of rule files [default: `rule-folders` of the configuration]
    #[arg(value_name = "PATH")]
    pub(in crate::cli) paths: Vec<PathBuf>,

    /// Only the rules whose id contains this text, or matches it if it has a * (repeatable)
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) rule: Vec<String>,

    /// Run the examples only. Do not change the assertions of the rules
    #[arg(long)]
    pub(in crate::cli) no_mutations: bool,

    /// The format of the results
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = TestFormat::Human)]
    pub(in crate::cli) format: TestFormat,

    /// The configuration [default: the nearest hipaalint.yaml in the current folder or above]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) config: Option<PathBuf>,

    #[command(flatten)]
    pub(in crate::cli) color: ColorArguments,
}

const TEST_HELP: &str = "\
hipaalint runs the examples in the rule files, and compares the findings with the
lines that are marked `# finding`. It applies the patches: the rule must pass on the
patched template. It also changes the rules: it removes and inverts each assertion
in turn, and each time at least one example must fail. docs/rule-language.md
describes the examples.

Examples:
  hipaalint test policies
  hipaalint test policies/queue-retention.yaml
  hipaalint test policies --rule 'queue-*' --no-mutations
  hipaalint test policies --format json | jq '.rules[] | select(.result == \"failed\")'

Exit code:
  0  every example, patch and change came out as expected
  1  at least one did not
  2  an error: a rule file is invalid, or there is no rule. All other rules are tested.";

/// `test --format`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TestFormat {
    /// A report to read, with source excerpts
    Human,
    /// All results, for programs
    Json,
}
