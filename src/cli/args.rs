//! The arguments as typed, for clap: each option with its help. [`plan`](super::plan) works out their meaning.

mod graph;
mod shared;
mod test;

pub(super) use graph::{GraphArguments, GraphFormat};
pub(super) use shared::{Color, ColorArguments, RuleSources};
pub(super) use test::{TestArguments, TestFormat};

use super::deferred::Deferred;
use crate::date::Date;
use crate::finding::{Level, RuleSeverity};
use crate::linter::{Fixes, Keep};
use crate::report::statistics::Grouping;
use crate::rules::rule::PROFILES;
use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use shared::{REPORT, RULES};
use std::ffi::OsString;
use std::path::PathBuf;

/// Checks AWS CloudFormation templates against the HIPAA Security Rule
///
/// hipaalint evaluates templates as CloudFormation deploys them, including conditions and parameters. It reports each
/// missing safeguard of the HIPAA Security Rule (45 CFR Part 164) with its citation and its remediation. It needs no AWS
/// account and sends no data anywhere.
#[derive(Debug, Parser)]
#[command(name = "hipaalint", version, after_help = SHORT_AFTER_HELP, after_long_help = AFTER_HELP)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) lint: LintArguments,
}

const SHORT_AFTER_HELP: &str = "Examples and exit codes: hipaalint --help";

const AFTER_HELP: &str = "\
Examples:
  hipaalint                                  lint the templates in this folder and below
  hipaalint template.yaml --profile strict   lint one template with every rule
  hipaalint infra --format sarif > out.sarif
  hipaalint infra --output out.sarif         print a report and write SARIF for code scanning
  hipaalint infra --output audit.html        write a page for an auditor
  hipaalint app.yaml --parameter Env=prod    check the production deployment only
  cdk synth -q && hipaalint cdk.out          lint the stacks of an AWS CDK app
  cdk synth | hipaalint -                    lint standard input
  hipaalint infra --fix --diff               show what hipaalint would fix
  hipaalint infra --fix                      fix the templates
  hipaalint explain s3-bucket-tls-only       explain a rule
  hipaalint explain encryption               list the rules on a topic
  hipaalint init                             write a first hipaalint.yaml
  hipaalint graph app.yaml | dot -Tsvg       draw a template
  hipaalint test policies                    run the examples of custom rules

Exit code:
  0  no finding at or above --fail-on
  1  at least one finding at or above --fail-on
  2  an error: a file could not be read or parsed, or an option, a rule or the
     configuration is invalid. hipaalint still lints and reports everything else.

Environment:
  NO_COLOR           if set, no color
  CLICOLOR_FORCE     if set, color even if standard output is not a terminal
  SOURCE_DATE_EPOCH  the date that exceptions are checked against, in seconds since 1970
  HIPAALINT_THREADS  the number of files to lint at the same time [default: one for each core]";

/// Headings of the help.
const PARAMETERS: &str = "Template parameters";
const EXCEPTIONS: &str = "Exceptions and baseline";
const FIXES: &str = "Fixes";

/// The commands other than linting.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the rules, all or those on a topic
    Rules(RulesArguments),
    /// Explain a rule, or list the rules on a topic
    Explain(ExplainArguments),
    /// List the citations of the HIPAA Security Rule with the rules for each
    Controls(Deferred<ControlsArguments>),
    /// Draw the resources of a template and the relations between them
    Graph(Deferred<GraphArguments>),
    /// Run the examples of custom rules
    Test(Deferred<TestArguments>),
    /// Write a first configuration
    Init(Deferred<InitArguments>),
    /// Serve an editor over the Language Server Protocol
    #[cfg(feature = "lsp")]
    Lsp(LspArguments),
    /// Print a script for tab completion in a shell
    Completions(CompletionsArguments),
    /// Print a manual page
    Man(ManArguments),
}

/// `hipaalint [PATHS]…`.
#[derive(Clone, Debug, Args)]
pub(super) struct LintArguments {
    /// Templates, folders with templates, or - for standard input [default: the current folder]
    ///
    /// A named file can have any name, but it must be a template. In folders, hipaalint reads files that end with .json, .yaml,
    /// .yml or .template. It leaves out hidden folders, node_modules, symbolic links, and everything that .gitignore or `skip` in
    /// the configuration matches. If a folder has the name of a command, type ./rules.
    pub(super) paths: Vec<PathBuf>,

    /// Include files and folders that .gitignore matches
    #[arg(long)]
    pub(super) no_ignore: bool,

    /// Skip named files that are not templates or that `skip` in the configuration matches, for hooks such as pre-commit
    #[arg(long)]
    pub(super) force_skip: bool,

    /// The format of standard output
    #[arg(help_heading = REPORT, long, value_enum, value_name = "FORMAT")]
    pub(super) format: Option<Format>,

    /// Also write a report to a file (repeatable)
    ///
    /// FORMAT is a format of --format. Without FORMAT, the file has the format of --format. Without both, the ending of the
    /// file selects it (.html, .json, .jsonl, .md, .sarif, .txt for human, or .xml for junit). Another ending needs a FORMAT. With
    /// `exceptions`, a file that ends with .csv is for spreadsheets.
    #[arg(help_heading = REPORT, long, value_name = "[FORMAT=]FILE")]
    pub(super) output: Vec<OsString>,

    /// The profile to run: core, conformance, strict or proposed-2025 [default: core]
    #[arg(help_heading = RULES, long, value_name = "NAME", value_parser = PossibleValuesParser::new(PROFILES), hide_possible_values = true)]
    pub(super) profile: Option<String>,

    /// Run this rule instead of a profile (repeatable); 's3-*' runs every rule with such an id
    #[arg(help_heading = RULES, long, value_name = "ID")]
    pub(super) rule: Vec<String>,

    /// Do not run this rule (repeatable); 's3-*' leaves out every rule with such an id
    #[arg(help_heading = RULES, long, value_name = "ID")]
    pub(super) ignore: Vec<String>,

    /// Run only rules of this severity or a higher one
    ///
    /// The severity states what can happen to PHI: `hipaalint rules` lists it for each rule.
    #[arg(help_heading = RULES, long, value_enum, value_name = "SEVERITY")]
    pub(super) min_severity: Option<MinSeverity>,

    /// Set a parameter or pseudo parameter, such as Env=prod or AWS::Region=us-east-1 (repeatable)
    #[arg(help_heading = PARAMETERS, long, value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub(super) parameter: Vec<(String, String)>,

    /// Set the parameters in a file for the AWS CLI, CodePipeline or the SAM CLI, or in a plain map (repeatable)
    ///
    /// Of a configuration of the SAM CLI, an environment is read: samconfig.toml#prod; without #, `default`. hipaalint never
    /// reads samconfig.toml unless it is named here.
    #[arg(help_heading = PARAMETERS, long, value_name = "FILE")]
    pub(super) parameters: Vec<PathBuf>,

    /// Title of the HTML and Markdown pages [default: HIPAA Security Rule report]
    #[arg(help_heading = REPORT, long, value_name = "TEXT")]
    pub(super) title: Option<String>,

    /// Commit or version of the templates, named on these pages [default: the commit that is checked out]
    ///
    /// Without it, hipaalint reads the commit from .git in the folder of the templates or above it. A .git that leads out of
    /// its folder, as in a worktree, is not followed; then the pages state that the commit is unknown.
    #[arg(help_heading = REPORT, long, value_name = "TEXT")]
    pub(super) revision: Option<String>,

    /// The lowest level that makes the exit code 1 [default: error]
    #[arg(help_heading = REPORT, long, value_enum, value_name = "LEVEL")]
    pub(super) fail_on: Option<FailOn>,

    /// Also report these results (repeatable, or separated by commas)
    #[arg(help_heading = REPORT, long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    pub(super) show: Vec<Show>,

    /// A file of known findings, which do not count [default: `baseline` in the configuration]
    #[arg(help_heading = EXCEPTIONS, long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,

    /// Write the findings of this run to a baseline; from then on, only new findings count
    ///
    /// When hipaalint writes the file again, it removes findings that were fixed. It keeps the entries of files that it did not
    /// lint and of rules that it did not run. With --fix, it records what is left.
    #[arg(help_heading = EXCEPTIONS, long, value_name = "FILE")]
    pub(super) write_baseline: Option<PathBuf>,

    /// The date that exceptions and ends of support are checked against, such as 2026-12-31 [default: SOURCE_DATE_EPOCH, or
    /// today in UTC]
    #[arg(help_heading = EXCEPTIONS, long, value_name = "DATE")]
    pub(super) today: Option<Date>,

    #[command(flatten)]
    pub(super) sources: RuleSources,

    #[command(flatten)]
    pub(super) color: ColorArguments,

    /// Print only findings and problems, without the summary
    ///
    /// Without findings and problems, nothing is printed. With --statistics, only the numbers and problems are printed. This
    /// applies to standard output with --format human. Files of --output are complete.
    #[arg(help_heading = REPORT, short, long)]
    pub(super) quiet: bool,

    /// Print the number of findings for each rule instead of the findings (with --format human or json)
    #[arg(help_heading = REPORT, long)]
    pub(super) statistics: bool,

    /// What findings are grouped by in the human report, and what --statistics counts [default: file; for --statistics: rule]
    #[arg(help_heading = REPORT, long, value_enum, value_name = "WHAT")]
    pub(super) group_by: Option<GroupBy>,

    /// Fix what can be fixed safely, and lint what comes of it
    ///
    /// A safe fix changes a resource in place: nothing is replaced, interrupted, deleted, denied or paid for. hipaalint lints each
    /// fixed template again. If a finding is not gone, or if there is a new one, the fix is taken back. Comments, order and line
    /// ends stay as they are. docs/fixes.md has the details.
    #[arg(help_heading = FIXES, long)]
    pub(super) fix: bool,

    /// With --fix: also make fixes that are not safe. Read the diff before you deploy it
    #[arg(help_heading = FIXES, long)]
    pub(super) unsafe_fixes: bool,

    /// With --fix: fix only what this rule finds (repeatable); 's3-*' is every rule with such an id
    #[arg(help_heading = FIXES, long, value_name = "ID")]
    pub(super) fix_rule: Vec<String>,

    /// With --fix: write no template, and print a diff instead of a report
    ///
    /// The diff is for `git apply` or `patch -p1`. Reports of --output and the exit code are about the templates as they are.
    #[arg(help_heading = FIXES, long)]
    pub(super) diff: bool,

    /// With --fix: show each fix, and ask before it is made
    #[arg(help_heading = FIXES, long)]
    pub(super) interactive: bool,

    /// Lint again when a template, its configuration or a custom rule changes, until Ctrl-C
    #[arg(long, conflicts_with = "write_baseline")]
    pub(super) watch: bool,

    /// The number of files to lint at the same time
    #[arg(long, value_name = "N", hide = true)]
    pub(super) threads: Option<std::num::NonZeroUsize>,
}

/// `hipaalint rules`.
#[derive(Debug, Args)]
#[command(after_long_help = RULES_HELP)]
pub(super) struct RulesArguments {
    /// Only the rules on a topic: a service, a citation, a resource type, or words in rule ids and titles
    ///
    /// With several topics, only rules that match all of them are listed.
    #[arg(value_name = "TOPIC")]
    pub(super) topics: Vec<String>,

    /// The format of the list
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Human)]
    pub(super) format: ListFormat,

    /// Only the rules for a service, such as s3 or ApiGateway (repeatable)
    #[arg(long, value_name = "NAME")]
    pub(super) service: Vec<String>,

    /// Only the rules for a citation, such as '164.312(b)', and for all citations below it (repeatable)
    #[arg(long, value_name = "CITATION")]
    pub(super) control: Vec<String>,

    /// Only the rules of this profile: core, conformance, strict or proposed-2025
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(PROFILES), hide_possible_values = true)]
    pub(super) profile: Option<String>,

    /// Only the rules whose findings --fix can fix, some of them with --unsafe-fixes only
    #[arg(long)]
    pub(super) fixable: bool,

    #[command(flatten)]
    pub(super) sources: RuleSources,

    #[command(flatten)]
    pub(super) color: ColorArguments,
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
pub(super) struct ExplainArguments {
    /// The id of a rule, its id in another tool, or a topic
    ///
    /// A topic is a service, a citation, a resource type, or words in rule ids and titles. If several rules match, they are
    /// listed. With several topics, only rules that match all of them are listed.
    #[arg(value_name = "TOPIC", required = true)]
    pub(super) topics: Vec<String>,

    /// The format of the page
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = DocumentFormat::Human)]
    pub(super) format: DocumentFormat,

    #[command(flatten)]
    pub(super) sources: RuleSources,

    #[command(flatten)]
    pub(super) color: ColorArguments,
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
pub(super) struct ControlsArguments {
    /// Only the citations on a topic: a citation, words in its title, or a topic of rules
    ///
    /// A citation includes everything below it. A topic of rules is a service, a resource type, or words in rule ids and
    /// titles; it lists the citations of these rules. With several words, all must match; of several citations, any.
    #[arg(value_name = "TOPIC")]
    pub(super) topics: Vec<String>,

    /// The format of the list
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Human)]
    pub(super) format: ListFormat,

    #[command(flatten)]
    pub(super) sources: RuleSources,

    #[command(flatten)]
    pub(super) color: ColorArguments,
}

const CONTROLS_HELP: &str = "\
Examples:
  hipaalint controls '164.312(b)'
  hipaalint controls encryption
  hipaalint controls s3";

/// `hipaalint init`.
#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// The folder for hipaalint.yaml [default: the current folder]
    #[arg(value_name = "FOLDER")]
    pub(super) folder: Option<PathBuf>,
}

/// `hipaalint lsp`.
#[cfg(feature = "lsp")]
#[derive(Debug, Args)]
pub(super) struct LspArguments {
    /// Use standard input and output, which is the only way: for editors that name it
    #[arg(long)]
    stdio: bool,
}

/// `hipaalint completions`.
#[derive(Debug, Args)]
#[command(after_long_help = COMPLETIONS_HELP)]
pub(super) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub(super) shell: clap_complete::Shell,
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
pub(super) struct ManArguments {
    /// The command [default: the page of hipaalint]
    #[arg(value_name = "COMMAND")]
    pub(super) command: Option<String>,
}

const MAN_HELP: &str = "\
Examples:
  hipaalint man | man -l -
  hipaalint man > /usr/local/share/man/man1/hipaalint.1
  hipaalint man rules > /usr/local/share/man/man1/hipaalint-rules.1";

/// `--format`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A report to read, with source excerpts
    Human,
    /// All results, for programs
    Json,
    /// The same as records, one on each line, as they come
    Jsonl,
    /// SARIF 2.1.0, for code scanning and editors
    Sarif,
    /// Annotations for GitHub Actions
    Github,
    /// A GitLab Code Quality report
    Gitlab,
    /// JUnit XML, for tools that show test results
    Junit,
    /// A comment for a pull request
    Markdown,
    /// A page for an auditor
    Html,
    /// The register of exceptions, in Markdown
    Exceptions,
    /// The register of exceptions, for spreadsheets
    ExceptionsCsv,
}

impl Format {
    /// The format for the ending of a file name.
    pub(super) fn of_ending(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "html" | "htm" => Some(Self::Html),
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "md" => Some(Self::Markdown),
            "sarif" => Some(Self::Sarif),
            "xml" => Some(Self::Junit),
            _ => None,
        }
    }

    /// What the format always contains besides violations.
    pub(super) fn keeps(self) -> Keep {
        let fixes = match self {
            Self::Json | Self::Jsonl | Self::Sarif | Self::Markdown => Fixes::WithEdits,
            Self::Human => Fixes::Changes,
            Self::Github | Self::Gitlab | Self::Junit | Self::Html | Self::Exceptions | Self::ExceptionsCsv => {
                Fixes::None
            }
        };
        // The page counts passed checks, and lists them only on request.
        Keep { undecided: matches!(self, Self::Junit | Self::Html), passed: self == Self::Junit, fixes }
    }
}

/// `rules --format` and `controls --format`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// A list to read
    Human,
    /// An array, for programs
    Json,
    /// A document
    Markdown,
}

/// `explain --format`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DocumentFormat {
    /// A page to read
    Human,
    /// A document
    Markdown,
}

/// `--fail-on`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// Errors only
    Error,
    /// Warnings and errors
    Warning,
    /// Any finding
    Note,
    /// No finding: the exit code is 0 or 2
    Never,
}

impl From<FailOn> for crate::config::FailOn {
    fn from(typed: FailOn) -> Self {
        match typed {
            FailOn::Error => Self::Level(Level::Error),
            FailOn::Warning => Self::Level(Level::Warning),
            FailOn::Note => Self::Level(Level::Note),
            FailOn::Never => Self::Never,
        }
    }
}

/// `--min-severity`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MinSeverity {
    /// Anyone can read PHI, or a credential is in the open
    Critical,
    /// One further mistake exposes or destroys PHI
    High,
    /// Evidence or recovery is weaker
    Medium,
    /// Every rule
    Low,
}

impl From<MinSeverity> for RuleSeverity {
    fn from(typed: MinSeverity) -> Self {
        match typed {
            MinSeverity::Critical => Self::Critical,
            MinSeverity::High => Self::High,
            MinSeverity::Medium => Self::Medium,
            MinSeverity::Low => Self::Low,
        }
    }
}

/// `--group-by`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GroupBy {
    /// The rule that was violated
    Rule,
    /// The resource, parameter or output that a finding is about
    Resource,
    /// The file
    File,
}

impl From<GroupBy> for Grouping {
    fn from(typed: GroupBy) -> Self {
        match typed {
            GroupBy::Rule => Self::Rule,
            GroupBy::Resource => Self::Resource,
            GroupBy::File => Self::File,
        }
    }
}

/// `--show`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Show {
    /// Checks that need a value that is unknown before deployment
    Undecided,
    /// Checks that passed
    Passed,
    /// Violations that an exception or the baseline suppresses
    Suppressed,
}

/// `KEY=VALUE`; only the first `=` separates.
fn key_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("write it as KEY=VALUE, such as Env=prod".to_owned()),
    }
}
