//! What was typed: clap's arguments, each flag beside its help. What they mean is for [`plan`](super::plan).

use crate::date::Date;
use crate::finding::Level;
use crate::linter::Keep;
use crate::rules::rule::PROFILES;
use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Tells whether AWS CloudFormation templates would hold PHI the way the HIPAA Security Rule asks
///
/// hipaalint reads templates as CloudFormation would deploy them, conditions and parameters included, and reports where
/// they miss a safeguard of the HIPAA Security Rule (45 CFR Part 164), with the citation and the mend. It needs no AWS
/// account and sends nothing anywhere.
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
  hipaalint template.yaml --profile strict   one template, every rule
  hipaalint infra --format sarif > out.sarif
  hipaalint infra --output out.sarif         both: a report to read, and SARIF for code scanning
  hipaalint infra --output audit.html        a page for an auditor
  hipaalint app.yaml --parameter Env=prod    judge the production deployment only
  cdk synth | hipaalint -                    lint standard input
  hipaalint explain s3-bucket-tls-only       one rule in full
  hipaalint init                             a first hipaalint.yaml, with what each key is for
  hipaalint graph app.yaml | dot -Tsvg       a picture of the template

Exit code:
  0  nothing was found at or above --fail-on
  1  something was found
  2  something could not be done: a file could not be read or parsed, or an
     option, a rule or the configuration is wrong. Everything else was still
     linted and reported.

Environment:
  NO_COLOR           no colour, if set to anything
  CLICOLOR_FORCE     colour even where standard output is no terminal
  SOURCE_DATE_EPOCH  the day that exceptions are judged on, in seconds since 1970
  HIPAALINT_THREADS  how many files to lint at a time, instead of one a core";

/// Headings of the help.
const RULES: &str = "Rules";
const PARAMETERS: &str = "Parameters of the templates";
const EXCEPTIONS: &str = "Exceptions and baseline";
const REPORT: &str = "Report";

/// The commands besides linting.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the rules
    Rules(RulesArguments),
    /// Explain one rule in full
    Explain(ExplainArguments),
    /// List the citations of the HIPAA Security Rule, and the rules that serve each
    Controls(ControlsArguments),
    /// Draw a template: its resources and what they are to each other
    Graph(GraphArguments),
    /// Write a first configuration
    Init(InitArguments),
    /// Print a script that completes commands and options in a shell
    Completions(CompletionsArguments),
    /// Print the manual page
    Man(ManArguments),
}

/// `hipaalint [PATHS]…`.
#[derive(Clone, Debug, Args)]
pub(super) struct LintArguments {
    /// Templates, folders that hold some, or - for standard input [default: the current folder]
    ///
    /// A file is read whatever its name; one that is no template is skipped. In folders, files that end with .json, .yaml,
    /// .yml or .template are looked at; hidden folders, node_modules, symbolic links and what .gitignore or `skip` in the
    /// configuration names are left out. For a folder that is named like a command, write ./rules.
    pub(super) paths: Vec<PathBuf>,

    /// Look into files and folders that .gitignore names, too
    #[arg(long)]
    pub(super) no_ignore: bool,

    /// Leave out what `skip` in the configuration names even where PATHS name it, as pre-commit does
    #[arg(long)]
    pub(super) force_skip: bool,

    /// What goes to standard output
    #[arg(help_heading = REPORT, long, value_enum, value_name = "FORMAT")]
    pub(super) format: Option<Format>,

    /// Also write a report to a file (repeatable)
    ///
    /// FORMAT is one of those of --format. Without it, the file has the format of --format if that is given, else the one that
    /// its ending names (.html, .json, .md, .sarif, .xml for junit), else human. With `exceptions`, a file that ends with
    /// .csv is for spreadsheets.
    #[arg(help_heading = REPORT, long, value_name = "[FORMAT=]FILE")]
    pub(super) output: Vec<String>,

    /// The rules to run: core, conformance, strict or proposed-2025 [default: core]
    #[arg(help_heading = RULES, long, value_name = "NAME", value_parser = PossibleValuesParser::new(PROFILES), hide_possible_values = true)]
    pub(super) profile: Option<String>,

    /// Run this rule instead of a profile's (repeatable)
    #[arg(help_heading = RULES, long, value_name = "ID")]
    pub(super) rule: Vec<String>,

    /// Pin a parameter or pseudo parameter, such as Env=prod or AWS::Region=us-east-1 (repeatable)
    #[arg(help_heading = PARAMETERS, long, value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub(super) parameter: Vec<(String, String)>,

    /// Pin the parameters of a file, as the AWS CLI or CodePipeline takes it, or a plain map (repeatable)
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

    /// The least level that makes the exit code 1 [default: error]
    #[arg(help_heading = REPORT, long, value_enum, value_name = "LEVEL")]
    pub(super) fail_on: Option<FailOn>,

    /// Also report these answers (repeatable, or separated by commas)
    #[arg(help_heading = REPORT, long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    pub(super) show: Vec<Show>,

    /// Findings that are known, which do not count [default: that of the configuration, if it names one]
    #[arg(help_heading = EXCEPTIONS, long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,

    /// Write the findings of this run to a baseline, so that only new ones count from now on
    ///
    /// What was mended leaves the file when it is written again. Entries of files that were not linted and of rules that did not run
    /// stay. Templates are never written to.
    #[arg(help_heading = EXCEPTIONS, long, value_name = "FILE")]
    pub(super) write_baseline: Option<PathBuf>,

    /// The day that exceptions are judged on, such as 2026-12-31 [default: SOURCE_DATE_EPOCH, else today, in UTC]
    #[arg(help_heading = EXCEPTIONS, long, value_name = "DAY")]
    pub(super) today: Option<Date>,

    #[command(flatten)]
    pub(super) sources: RuleSources,

    #[command(flatten)]
    pub(super) color: ColorArguments,

    /// Print findings and problems only, no summary: nothing at all where there are none
    ///
    /// This is about standard output and --format human; files of --output stay whole.
    #[arg(help_heading = REPORT, short, long)]
    pub(super) quiet: bool,

    /// Print how often each rule fires instead of the findings (with --format human or json)
    #[arg(help_heading = REPORT, long, conflicts_with = "quiet")]
    pub(super) statistics: bool,

    /// Lint again whenever a template, its configuration or a rule of your own changes, until Ctrl-C
    #[arg(long, conflicts_with = "write_baseline")]
    pub(super) watch: bool,

    /// How many files to lint at a time
    #[arg(long, value_name = "N", hide = true)]
    pub(super) threads: Option<std::num::NonZeroUsize>,
}

/// Where rules and their changes come from; the same for every command.
#[derive(Clone, Debug, Args)]
pub(super) struct RuleSources {
    /// Add the rules of a folder of your own (repeatable); they run with every profile
    #[arg(help_heading = RULES, long, value_name = "DIR")]
    pub(super) rules: Vec<PathBuf>,

    /// The configuration [default: for each template the nearest hipaalint.yaml, from its folder upwards]
    #[arg(help_heading = RULES, long, value_name = "FILE", conflicts_with = "no_config")]
    pub(super) config: Option<PathBuf>,

    /// Read no configuration
    #[arg(help_heading = RULES, long)]
    pub(super) no_config: bool,
}

/// `--color`.
#[derive(Clone, Debug, Args)]
pub(super) struct ColorArguments {
    /// When to use colour
    #[arg(help_heading = REPORT, long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(super) color: Color,
}

/// `hipaalint rules`.
#[derive(Debug, Args)]
pub(super) struct RulesArguments {
    /// How to write the list
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Human)]
    pub(super) format: ListFormat,

    /// Only the rules about a service, such as s3 or ApiGateway (repeatable)
    #[arg(long, value_name = "NAME")]
    pub(super) service: Vec<String>,

    /// Only the rules that serve a citation, such as 164.312(b), or one below it (repeatable)
    #[arg(long, value_name = "CITATION")]
    pub(super) control: Vec<String>,

    /// Only the rules of this profile: core, conformance, strict or proposed-2025
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(PROFILES), hide_possible_values = true)]
    pub(super) profile: Option<String>,

    #[command(flatten)]
    pub(super) sources: RuleSources,

    #[command(flatten)]
    pub(super) color: ColorArguments,
}

/// `hipaalint explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// The rule's id, or its name in another tool
    #[arg(value_name = "ID")]
    pub(super) id: String,

    /// How to write the page
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = DocumentFormat::Human)]
    pub(super) format: DocumentFormat,

    #[command(flatten)]
    pub(super) sources: RuleSources,

    #[command(flatten)]
    pub(super) color: ColorArguments,
}

/// `hipaalint controls`.
#[derive(Debug, Args)]
pub(super) struct ControlsArguments {
    /// How to write the list
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Human)]
    pub(super) format: ListFormat,

    #[command(flatten)]
    pub(super) sources: RuleSources,

    #[command(flatten)]
    pub(super) color: ColorArguments,
}

/// `hipaalint graph`.
#[derive(Debug, Args)]
#[command(after_long_help = GRAPH_HELP)]
pub(super) struct GraphArguments {
    /// The template, or - for standard input
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,

    /// How to write the graph
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = GraphFormat::Dot)]
    pub(super) format: GraphFormat,
}

const GRAPH_HELP: &str = "\
Edges are references (Ref, Fn::GetAtt, Fn::Sub, DependsOn) and, drawn with broken
lines, what follows from them: a policy guards a bucket, a function acts as a role,
a policy is attached to a role, an instance is a member of a security group, a
subnet's routes lead to an internet gateway. Cycles are drawn strong; resources
that a tag says hold PHI are red, those whose type holds data yellow.

Examples:
  hipaalint graph template.yaml | dot -Tsvg > template.svg
  hipaalint graph template.yaml --format mermaid
  hipaalint graph template.yaml --format json | jq '.cycles'";

/// `hipaalint init`.
#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// Where to write hipaalint.yaml [default: the current folder]
    #[arg(value_name = "FOLDER")]
    pub(super) folder: Option<PathBuf>,
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
    /// The command whose page is wanted [default: the page of hipaalint itself]
    #[arg(value_name = "COMMAND")]
    pub(super) command: Option<String>,
}

const MAN_HELP: &str = "\
Examples:
  hipaalint man | man -l -
  hipaalint man > /usr/local/share/man/man1/hipaalint.1
  hipaalint man rules > /usr/local/share/man/man1/hipaalint-rules.1";

/// `graph --format`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFormat {
    /// Graphviz's language
    Dot,
    /// A flowchart for Markdown
    Mermaid,
    /// Nodes, edges and cycles, for programs
    Json,
}

/// `--format`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A report to read, with the source of each finding
    Human,
    /// All that hipaalint knows, for programs
    Json,
    /// SARIF 2.1.0, for code scanning and editors
    Sarif,
    /// Annotations of a GitHub workflow
    Github,
    /// GitLab's Code Quality report
    Gitlab,
    /// JUnit XML, for whatever shows test results
    Junit,
    /// A comment for a pull request
    Markdown,
    /// One page for an auditor
    Html,
    /// The register of exceptions, in Markdown
    Exceptions,
    /// The register of exceptions, for spreadsheets
    ExceptionsCsv,
}

impl Format {
    /// The format that the ending of a file's name means.
    pub(super) fn of_ending(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "html" | "htm" => Some(Self::Html),
            "json" => Some(Self::Json),
            "md" => Some(Self::Markdown),
            "sarif" => Some(Self::Sarif),
            "xml" => Some(Self::Junit),
            _ => None,
        }
    }

    /// The answers besides violations that it tells, asked for or not.
    pub(super) fn keeps(self) -> Keep {
        match self {
            Self::Junit => Keep { undecided: true, passed: true },
            // What passed is counted there, and named only where that was asked for.
            Self::Html => Keep { undecided: true, passed: false },
            Self::Human
            | Self::Json
            | Self::Sarif
            | Self::Github
            | Self::Gitlab
            | Self::Markdown
            | Self::Exceptions
            | Self::ExceptionsCsv => Keep::default(),
        }
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
    /// Findings leave the exit code alone
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

/// `--show`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Show {
    /// Checks that need a value which the template does not tell
    Undecided,
    /// Checks that passed
    Passed,
    /// Violations that an exception waives or the baseline has
    Suppressed,
}

/// `--color`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// `KEY=VALUE`; only the first `=` separates.
fn key_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("write it as KEY=VALUE, such as Env=prod".to_owned()),
    }
}
