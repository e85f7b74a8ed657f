//! The arguments of the commands that show the catalogue of rules: `rules`, `explain` and `controls`.

use super::shared::{ColorArguments, RuleSources};
use crate::rules::rule::PROFILES;
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

/// `hipaalint rules`.
#[derive(Debug, Args)]
#[command(after_long_help = RULES_HELP)]
pub(in crate::cli) struct RulesArguments {
    /// Only the rules on a topic: a service, a citation, a resource type, or words in rule ids and titles
    ///
    /// With several topics, only rules that match all of them are listed.
    #[arg(value_name = "TOPIC")]
    pub(in crate::cli) topics: Vec<String>,

    /// The format of the list
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Human)]
    pub(in crate::cli) format: ListFormat,

    /// Only the rules for a service, such as s3 or ApiGateway (repeatable)
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) service: Vec<String>,

    /// Only the rules for a citation, such as '164.312(b)', and for all citations below it (repeatable)
    #[arg(long, value_name = "CITATION")]
    pub(in crate::cli) control: Vec<String>,

    /// Only the rules of this profile: core, conformance, strict or proposed-2025
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(PROFILES), hide_possible_values = true)]
    pub(in crate::cli) profile: Option<String>,

    /// Only the rules whose findings --fix can fix: the list states for each whether its fix is safe or needs --unsafe-fixes
    #[arg(long)]
    pub(in crate::cli) fixable: bool,

    #[command(flatten)]
    pub(in crate::cli) sources: RuleSources,

    #[command(flatten)]
    pub(in crate::cli) color: ColorArguments,
}

const RULES_HELP: &str = "\
Examples:
  hipaalint rules s3
  hipaalint rules s3 encryption
  hipaalint rules '164.312(b)' --profile conformance
  hipaalint rules s3 --fixable
  hipaalint rules AWS::S3::Bucket --format json";

/// `hipaalint explain`.
#[derive(Debug, Args)]
#[command(after_long_help = EXPLAIN_HELP)]
pub(in crate::cli) struct ExplainArguments {
    /// The id of a rule, its id in another tool, or a topic
    ///
    /// A topic is a service, a citation, a resource type, or words in rule ids and titles. If several rules match, they are
    /// listed. With several topics, only rules that match all of them are listed.
    #[arg(value_name = "TOPIC", required = true)]
    pub(in crate::cli) topics: Vec<String>,

    /// The format of the page
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = DocumentFormat::Human)]
    pub(in crate::cli) format: DocumentFormat,

    #[command(flatten)]
    pub(in crate::cli) sources: RuleSources,

    #[command(flatten)]
    pub(in crate::cli) color: ColorArguments,
}

const EXPLAIN_HELP: &str = "\
Examples:
  hipaalint explain s3-bucket-tls-only   the rule
  hipaalint explain CKV_AWS_21           the rule for a check of another tool
  hipaalint explain encryption           the rules on encryption
  hipaalint explain s3                   the rules for a service
  hipaalint explain AWS::S3::Bucket      the rules for a resource type
  hipaalint explain '164.312(b)'         the rules for a citation and everything below it";

/// `hipaalint controls`.
#[derive(Debug, Args)]
#[command(after_long_help = CONTROLS_HELP)]
pub(in crate::cli) struct ControlsArguments {
    /// Only the citations on a topic: a citation, words in its title, or a topic of rules
    ///
    /// A citation includes everything below it. A topic of rules is a service, a resource type, or words in rule ids and
    /// titles; it lists the citations of these rules. With several words, all must match; of several citations, any.
    #[arg(value_name = "TOPIC")]
    pub(in crate::cli) topics: Vec<String>,

    /// The format of the list
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Human)]
    pub(in crate::cli) format: ListFormat,

    #[command(flatten)]
    pub(in crate::cli) sources: RuleSources,

    #[command(flatten)]
    pub(in crate::cli) color: ColorArguments,
}

const CONTROLS_HELP: &str = "\
Examples:
  hipaalint controls '164.312(b)'
  hipaalint controls encryption
  hipaalint controls s3";

/// `rules --format` and `controls --format`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ListFormat {
    /// A list to read
    Human,
    /// An array, for programs
    Json,
    /// A document
    Markdown,
}

/// `explain --format`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum DocumentFormat {
    /// A page to read
    Human,
    /// A document
    Markdown,
}
