//! The arguments of the command that lints and fixes.

use super::choices::{FailOn, Format, GroupBy, MinSeverity, Show};
use super::shared::{ColorArguments, PARAMETERS, REPORT, RULES, RuleSources, key_and_value};
use crate::date::Date;
use crate::rules::rule::PROFILES;
use clap::Args;
use clap::builder::PossibleValuesParser;
use std::ffi::OsString;
use std::path::PathBuf;

/// Headings of the help.
const EXCEPTIONS: &str = "Exceptions and baseline";
const FIXES: &str = "Fixes";

/// The options of `--format asff`. Few runs have them, so they are described to clap only if the others do not suffice.
#[derive(Clone, Debug, Default, Args)]
pub(in crate::cli) struct AccountArguments {
    /// The AWS account that findings are imported into, with --format asff
    #[arg(help_heading = REPORT, long, value_name = "ID")]
    pub(in crate::cli) account: Option<String>,

    /// The Region that they are imported into, such as us-east-1
    #[arg(help_heading = REPORT, long, value_name = "NAME")]
    pub(in crate::cli) region: Option<String>,

    /// The ARN of the product in Security Hub that they belong to
    ///
    /// For your own findings, it is arn:aws:securityhub:REGION:ACCOUNT:product/ACCOUNT/default.
    #[arg(help_heading = REPORT, long, value_name = "ARN")]
    pub(in crate::cli) product_arn: Option<String>,
}

/// `hipaalint [PATHS]…`.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct LintArguments {
    /// Templates, folders with templates, or - for standard input [default: the current folder]
    ///
    /// A named file can have any name, but it must be a template. In folders, hipaalint reads files that end with .json, .yaml,
    /// .yml or .template. It leaves out hidden folders, node_modules, symbolic links, and everything that .gitignore or `skip` in
    /// the configuration matches. If a folder has the name of a command, type ./rules.
    pub(in crate::cli) paths: Vec<PathBuf>,

    /// Include files and folders that .gitignore matches
    #[arg(long)]
    pub(in crate::cli) no_ignore: bool,

    /// Skip named files that are not templates or that `skip` in the configuration matches, for hooks such as pre-commit
    #[arg(long)]
    pub(in crate::cli) force_skip: bool,

    /// Read templates from standard input: on each line, a JSON object with `path` and `content`
    ///
    /// The path is that of a file below the current folder, which need not exist; reports show it. With `account` and `region`, the
    /// template is judged as deployed there. For many templates at once, such as those of all accounts of an organization.
    #[arg(long, conflicts_with_all = ["watch", "fix"])]
    pub(in crate::cli) records: bool,

    /// The format of standard output
    #[arg(help_heading = REPORT, long, value_enum, value_name = "FORMAT")]
    pub(in crate::cli) format: Option<Format>,

    /// Also write a report to a file (repeatable)
    ///
    /// FORMAT is a format of --format. Without FORMAT, the file has the format of --format if that has such files. Otherwise, the
    /// ending of the file selects it (.html, .json, .jsonl, .md, .sarif, .xml for junit, or .zip for evidence). A file that ends
    /// with .txt has the format of --format, whatever that is. Another ending needs a format. With `exceptions`, a file that ends
    /// with .csv is for spreadsheets.
    #[arg(help_heading = REPORT, long, value_name = "[FORMAT=]FILE")]
    pub(in crate::cli) output: Vec<OsString>,

    /// The profile to run: core, conformance, strict or proposed-2025 [default: core]
    #[arg(help_heading = RULES, long, value_name = "NAME", value_parser = PossibleValuesParser::new(PROFILES), hide_possible_values = true)]
    pub(in crate::cli) profile: Option<String>,

    /// Run this rule instead of a profile (repeatable); 's3-*' runs every rule with such an id
    #[arg(help_heading = RULES, long, value_name = "ID")]
    pub(in crate::cli) rule: Vec<String>,

    /// Do not run this rule (repeatable); 's3-*' leaves out every rule with such an id
    #[arg(help_heading = RULES, long, value_name = "ID")]
    pub(in crate::cli) ignore: Vec<String>,

    /// Run only rules of this severity or a higher one
    ///
    /// The severity states what can happen to PHI: `hipaalint rules` lists it for each rule.
    #[arg(help_heading = RULES, long, value_enum, value_name = "SEVERITY")]
    pub(in crate::cli) min_severity: Option<MinSeverity>,

    /// Set a parameter or pseudo parameter, such as Env=prod or AWS::Region=us-east-1 (repeatable)
    #[arg(help_heading = PARAMETERS, long, value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub(in crate::cli) parameter: Vec<(String, String)>,

    /// Set the parameters in a file for the AWS CLI, CodePipeline or the SAM CLI, or in a plain map (repeatable)
    ///
    /// Of a configuration of the SAM CLI, an environment is read: samconfig.toml#prod; without #, `default`. hipaalint never
    /// reads samconfig.toml unless it is named here.
    #[arg(help_heading = PARAMETERS, long, value_name = "FILE")]
    pub(in crate::cli) parameters: Vec<PathBuf>,

    /// Title of the HTML and Markdown pages [default: HIPAA Security Rule report]
    #[arg(help_heading = REPORT, long, value_name = "TEXT")]
    pub(in crate::cli) title: Option<String>,

    /// Commit or version of the templates, named on these pages [default: the commit that is checked out]
    ///
    /// Without it, hipaalint reads the commit from .git in the folder of the templates or above it. A .git that leads out of
    /// its folder, as in a worktree, is not followed; then the pages state that the commit is unknown.
    #[arg(help_heading = REPORT, long, value_name = "TEXT")]
    pub(in crate::cli) revision: Option<String>,

    /// Those of [`AccountArguments`].
    #[arg(skip)]
    pub(in crate::cli) import: AccountArguments,

    /// The lowest level that makes the exit code 1 [default: error]
    #[arg(help_heading = REPORT, long, value_enum, value_name = "LEVEL")]
    pub(in crate::cli) fail_on: Option<FailOn>,

    /// Also report these results (repeatable, or separated by commas)
    #[arg(help_heading = REPORT, long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    pub(in crate::cli) show: Vec<Show>,

    /// A file of known findings, which do not count [default: `baseline` in the configuration]
    #[arg(help_heading = EXCEPTIONS, long, value_name = "FILE")]
    pub(in crate::cli) baseline: Option<PathBuf>,

    /// Write the findings of this run to a baseline; from then on, only new findings count
    ///
    /// When hipaalint writes the file again, it removes findings that were fixed. It keeps the entries of files that it did not
    /// lint and of rules that it did not run. With --fix, it records what is left.
    #[arg(help_heading = EXCEPTIONS, long, value_name = "FILE")]
    pub(in crate::cli) write_baseline: Option<PathBuf>,

    /// The date that exceptions and ends of support are checked against, such as 2026-12-31 [default: SOURCE_DATE_EPOCH, or
    /// today in UTC]
    ///
    /// The formats oscal, asff and evidence need it, or SOURCE_DATE_EPOCH: their dates never come from the clock.
    #[arg(help_heading = EXCEPTIONS, long, value_name = "DATE")]
    pub(in crate::cli) today: Option<Date>,

    /// Compare with a revision of git: only findings that it does not have count
    ///
    /// hipaalint lints the files as they are and as they were in REF: a branch, a tag or a commit. It reports what is new, and
    /// counts what was fixed and what is as before. The configuration, custom rules and parameters of now apply to both. Nothing is
    /// checked out or fetched. docs/since.md has the details.
    #[arg(help_heading = EXCEPTIONS, long, value_name = "REF", allow_hyphen_values = true)]
    pub(in crate::cli) since: Option<OsString>,

    /// What an app of the AWS CDK acknowledges above its stacks, as in a metadata file of a cloud assembly
    ///
    /// For programs that know the app, such as the plugin @hipaalint/cdk: an assembly has only what is acknowledged in a stack.
    #[arg(help_heading = EXCEPTIONS, long, value_name = "FILE", hide = true)]
    pub(in crate::cli) acknowledgements: Option<PathBuf>,

    #[command(flatten)]
    pub(in crate::cli) sources: RuleSources,

    #[command(flatten)]
    pub(in crate::cli) color: ColorArguments,

    /// Print only findings and problems, without the summary
    ///
    /// Without findings and problems, nothing is printed. With --statistics, only the numbers and problems are printed. This
    /// applies to standard output with --format human. Files of --output are complete.
    #[arg(help_heading = REPORT, short, long)]
    pub(in crate::cli) quiet: bool,

    /// Print the number of findings for each rule instead of the findings (with --format human or json)
    #[arg(help_heading = REPORT, long)]
    pub(in crate::cli) statistics: bool,

    /// What findings are grouped by in the human report, and what --statistics counts [default: file; for --statistics: rule]
    #[arg(help_heading = REPORT, long, value_enum, value_name = "WHAT")]
    pub(in crate::cli) group_by: Option<GroupBy>,

    /// Fix what can be fixed safely, and lint the result
    ///
    /// A safe fix changes a resource in place: nothing is replaced, interrupted, deleted or denied, and it costs nothing or about a
    /// dollar a month. hipaalint lints each fixed template again. If a finding is not gone, or if there is a new one, the fix is taken back. Comments, order and line
    /// ends stay as they are. docs/fixes.md has the details.
    #[arg(help_heading = FIXES, long)]
    pub(in crate::cli) fix: bool,

    /// With --fix: also make fixes that are not safe. Read the diff before you deploy it
    #[arg(help_heading = FIXES, long)]
    pub(in crate::cli) unsafe_fixes: bool,

    /// With --fix: fix only what this rule finds (repeatable); 's3-*' is every rule with such an id
    #[arg(help_heading = FIXES, long, value_name = "ID")]
    pub(in crate::cli) fix_rule: Vec<String>,

    /// With --fix: write no template, and print a diff instead of a report
    ///
    /// The diff is for `git apply` or `patch -p1`. Reports of --output and the exit code are about the templates as they are.
    #[arg(help_heading = FIXES, long)]
    pub(in crate::cli) diff: bool,

    /// With --fix: show each fix, and ask before it is made
    #[arg(help_heading = FIXES, long)]
    pub(in crate::cli) interactive: bool,

    /// Lint again when a template, its configuration or a custom rule changes, until Ctrl-C
    #[arg(long, conflicts_with = "write_baseline")]
    pub(in crate::cli) watch: bool,

    /// The number of files to lint at the same time
    #[arg(long, value_name = "N", hide = true)]
    pub(in crate::cli) threads: Option<std::num::NonZeroUsize>,
}
