//! What a front end asks of a session: options that apply to every template and take precedence over its configuration.

use crate::config::FailOn;
use crate::date::Date;
use crate::finding::RuleSeverity;
use crate::linter::Keep;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// The options of a run. The default is what `hipaalint` without options does, without a date.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the rules and their changes come from.
    pub sources: RuleSources,
    /// The profile, instead of the one that the configuration names.
    pub profile: Option<String>,
    /// The rules to run instead of a profile: ids, or patterns such as `s3-*`.
    pub rules: Vec<String>,
    /// The rules that do not run: ids, or patterns.
    pub ignored: Vec<String>,
    /// The lowest severity of the rules that run.
    pub min_severity: Option<RuleSeverity>,
    /// The lowest level that fails the run, instead of the one that the configuration names.
    pub fail_on: Option<FailOn>,
    /// Whether each template has a part of what is deployed, such as one resource: what depends on others is undecided.
    pub is_part: bool,
    /// Files of parameters, each perhaps with an environment after `#`.
    pub parameter_files: Vec<PathBuf>,
    /// Parameters, by name. They take precedence over those of files.
    pub parameters: Vec<(String, String)>,
    /// The file of known findings, instead of those that configurations name.
    pub baseline: Option<PathBuf>,
    /// The file that the findings of the run are written to.
    pub write_baseline: Option<PathBuf>,
    /// The date that exceptions and ends of support are checked against. Without one, no exception ends.
    pub today: Option<Date>,
    /// Whether a person or the environment set that date. Reports do not depend on the clock, so they name no other date.
    pub is_today_named: bool,
    /// A file with what an app of the AWS CDK acknowledges above its stacks: its assembly has that nowhere.
    pub acknowledgements: Option<PathBuf>,
    /// Whether `.gitignore` files leave out files of folders.
    pub gitignore: bool,
    /// Whether named files that are not templates, or that a configuration skips, are skipped: a program may have named them.
    pub skips_named: bool,
    /// Whether the outcome names the files that were read, for a front end that watches them.
    pub names_files: bool,
    /// What the reports of the run contain.
    pub contents: Contents,
    /// The title of the pages, if it was given.
    pub title: Option<String>,
    /// The revision of the templates, if it was given.
    pub revision: Option<String>,
    /// The number of files to lint at the same time; without it, one for each core.
    pub threads: Option<NonZeroUsize>,
    /// What is fixed, if anything is.
    pub fixing: Option<Fixing>,
}

/// Which findings a run fixes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixing {
    /// Whether fixes are made that are not safe.
    pub unsafe_too: bool,
    /// The rules whose findings are fixed: ids, or patterns such as `s3-*`. Without any, those of all rules.
    pub rules: Vec<String>,
    /// Whether no file is written: the fixed texts go to the sink.
    pub is_dry: bool,
}

/// Where rules and their changes come from.
#[derive(Clone, Debug, Default)]
pub struct RuleSources {
    /// The configuration.
    pub configuration: Configuration,
    /// Folders of custom rules, in addition to those of the configuration.
    pub folders: Vec<PathBuf>,
}

/// The configuration that governs templates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Configuration {
    /// For each template, the nearest one in its folder or above.
    #[default]
    Nearest,
    /// This file, for every template.
    File(PathBuf),
    /// None.
    Ignored,
}

/// What the reports of a run contain, so that nothing else is kept or read.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The results that were requested, in addition to violations.
    pub requested: Keep,
    /// Those that a report needs. They may be more, because some formats contain all results.
    pub needed: Keep,
    /// Whether suppressed findings are also shown.
    pub suppressed: bool,
    /// Whether a report lists the rules without a result.
    pub all_rules: bool,
    /// Whether a report shows the texts of rules without findings.
    pub all_texts: bool,
    /// Whether no report shows every fix, so that they are not counted.
    pub leaves_out_fixes: bool,
    /// Whether a report names the commit that is checked out.
    pub revision: bool,
}
