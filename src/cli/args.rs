//! The arguments as typed, for clap: each option with its help. [`plan`](super::plan) works out their meaning.

mod catalogue;
mod choices;
mod evaluate;
mod evidence;
mod graph;
mod lint;
#[cfg(any(feature = "lsp", feature = "mcp"))]
mod serving;
mod setup;
mod shared;
mod test;

pub(super) use catalogue::{ControlsArguments, DocumentFormat, ExplainArguments, ListFormat, RulesArguments};
pub(super) use choices::{Format, Show};
pub(super) use evaluate::{EvaluateArguments, EvaluateFormat};
pub(super) use evidence::{
    DiffArguments, DiffFormat, EvidenceArguments, EvidenceCommand, OscalArguments, OscalDocument, VerifyArguments,
};
pub(super) use graph::{GraphArguments, GraphFormat};
pub(super) use lint::{AccountArguments, LintArguments};
#[cfg(feature = "lsp")]
pub(super) use serving::LspArguments;
#[cfg(feature = "mcp")]
pub(super) use serving::McpArguments;
pub(super) use setup::{CompletionsArguments, InitArguments, ManArguments};
pub(super) use shared::Color;
pub(super) use test::{TestArguments, TestFormat};

use super::deferred::Deferred;
use crate::report::PROJECT_ADDRESS;
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use std::ffi::OsString;

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
    #[command(flatten)]
    import: AccountArguments,
}

/// The arguments of runs without a command: nearly all.
#[derive(Debug, Parser)]
#[command(name = "hipaalint")]
struct Frequent {
    #[command(flatten)]
    lint: LintArguments,
}

/// The names of the commands, so that a path is not taken for one.
const COMMANDS: [&str; 14] = [
    "completions",
    "controls",
    "evaluate",
    "evidence",
    "explain",
    "graph",
    "help",
    "init",
    "lsp",
    "man",
    "mcp",
    "oscal",
    "rules",
    "test",
];

/// The commands that the build leaves out.
const LEFT_OUT: &[&str] = match (cfg!(feature = "lsp"), cfg!(feature = "mcp")) {
    (true, true) => &[],
    (true, false) => &["mcp"],
    (false, true) => &["lsp"],
    (false, false) => &["lsp", "mcp"],
};

/// Reads the arguments. Commands and rare options are described to clap only if the other options do not suffice, so that they cost a
/// run without them nothing. All errors and helps are those of the whole description.
///
/// # Errors
/// Those of clap, and its help.
pub(super) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, clap::Error> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(name) = arguments.get(1).and_then(|first| LEFT_OUT.iter().find(|name| first == **name)) {
        let message = format!(
            "this build of hipaalint has no command '{name}'; install one that has it with \
             'cargo install --locked --features {name} --git {PROJECT_ADDRESS}'"
        );
        return Err(Arguments::command().error(ErrorKind::InvalidSubcommand, message));
    }
    let names_command = arguments.iter().skip(1).any(|argument| COMMANDS.iter().any(|name| argument == name));
    if !names_command && let Ok(Frequent { lint }) = Frequent::try_parse_from(&arguments) {
        return Ok(Arguments { command: None, lint, import: AccountArguments::default() });
    }
    let mut parsed = Arguments::try_parse_from(arguments)?;
    parsed.lint.import = std::mem::take(&mut parsed.import);
    Ok(parsed)
}

const SHORT_AFTER_HELP: &str = "Examples and exit codes: hipaalint --help";

const AFTER_HELP: &str = "\
Examples:
  hipaalint                                  lint the templates in this folder and below
  hipaalint template.yaml --profile strict   lint one template with every rule
  hipaalint infra --format sarif > out.sarif
  hipaalint infra --output out.sarif         print a report and write SARIF for code scanning
  hipaalint infra --output audit.html        write a page for an auditor
  hipaalint infra --today 2026-12-31 --output evidence.zip
                                             write a dated bundle for an auditor
  hipaalint app.yaml --parameter Env=prod    check the production deployment only
  cdk synth -q && hipaalint cdk.out          lint the stacks of an AWS CDK app
  cdk synth | hipaalint -                    lint standard input
  hipaalint infra --fix --diff               show what hipaalint would fix
  hipaalint infra --fix                      fix the templates
  hipaalint explain s3-bucket-tls-only       explain a rule
  hipaalint explain encryption               list the rules on a topic
  hipaalint init                             write a first hipaalint.yaml
  hipaalint evaluate app.yaml                print the values of a template
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

/// The commands other than linting.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the rules, all or those on a topic
    Rules(Deferred<RulesArguments>),
    /// Explain a rule, or list the rules on a topic
    Explain(Deferred<ExplainArguments>),
    /// List the citations of the HIPAA Security Rule with the rules for each
    Controls(Deferred<ControlsArguments>),
    /// Print the values of a template as CloudFormation would deploy it
    Evaluate(Deferred<EvaluateArguments>),
    /// Draw the resources of a template and the relations between them
    Graph(Deferred<GraphArguments>),
    /// Compare or verify evidence bundles
    Evidence(Deferred<EvidenceArguments>),
    /// Print the Security Rule, or what hipaalint can show of it, in OSCAL
    Oscal(Deferred<OscalArguments>),
    /// Run the examples of custom rules
    Test(Deferred<TestArguments>),
    /// Write a first configuration
    Init(Deferred<InitArguments>),
    /// Serve an editor over the Language Server Protocol
    #[cfg(feature = "lsp")]
    Lsp(LspArguments),
    /// Print a script for tab completion in a shell
    Completions(CompletionsArguments),
    /// Serve assistants (Model Context Protocol) on standard input and output
    ///
    /// The tools are lint, fix, explain, rules and controls. Nothing is written: fix returns a diff.
    #[cfg(feature = "mcp")]
    Mcp(McpArguments),
    /// Print a manual page
    Man(ManArguments),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_known_by_its_name() {
        let command = Arguments::command();
        let mut names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        names.extend(["help", "lsp", "mcp"]);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names, COMMANDS);
    }
}
