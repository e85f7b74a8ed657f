//! The manifest of a bundle: what the run was, and the digests of the files.

use serde::{Deserialize, Serialize};

/// The number of the shape.
pub(super) const SHAPE: u32 = 1;

/// The manifest.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Manifest {
    /// The number of the shape.
    #[serde(rename = "hipaalint-evidence")]
    pub(super) shape: u32,
    pub(super) tool: Tool,
    /// The day of the run.
    pub(super) date: String,
    pub(super) title: String,
    /// The profile, or the rules that were named.
    pub(super) selection: String,
    /// The result in one sentence.
    pub(super) result: String,
    pub(super) exit_code: Option<u8>,
    /// The state of the templates in version control, if it is known.
    pub(super) revision: Option<String>,
    pub(super) templates: usize,
    /// The configurations that governed templates, with what they changed.
    #[serde(default)]
    pub(super) configurations: Vec<Configuration>,
    /// The template parameters whose values were given for the run.
    #[serde(default)]
    pub(super) pinned: Vec<Pinned>,
    /// The ids of the rules that ran, sorted.
    pub(super) rules: Vec<String>,
    pub(super) files: Vec<File>,
}

/// The version of the program, of its rules, and of its facts about AWS.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Tool {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) rules_sha256: String,
    pub(super) facts_sha256: String,
}

/// A configuration.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Configuration {
    /// Its file; none where templates are governed by no configuration.
    pub(super) configuration: Option<String>,
    pub(super) profile: Option<String>,
    pub(super) templates: usize,
    /// The ids of the rules that it turns off and that would run, sorted.
    #[serde(default)]
    pub(super) off: Vec<String>,
    /// The rules that ran with another level or other parameters, as the JSON report has them.
    #[serde(default)]
    pub(super) changed: Vec<serde_json::Value>,
    /// The ids of the rules of the run that did not run on its templates, sorted.
    #[serde(default)]
    pub(super) not_run: Vec<String>,
}

/// A template parameter whose value was given.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Pinned {
    pub(super) name: String,
    /// None where it is a secret.
    pub(super) value: Option<String>,
}

/// A file of a bundle.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct File {
    pub(super) name: String,
    /// What it is, for people.
    pub(super) contents: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// A template: a line of `templates.jsonl`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Template {
    pub(super) file: String,
    pub(super) sha256: String,
    pub(super) resources: usize,
    /// The configuration that governs it.
    #[serde(default)]
    pub(super) configuration: Option<String>,
    /// The files that it includes.
    #[serde(default)]
    pub(super) included: Vec<Included>,
    /// The rules with a result on it, sorted by id.
    pub(super) checks: Vec<Checks>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Included {
    pub(super) file: String,
    pub(super) sha256: String,
}

/// How the checks of a rule ended.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Checks {
    pub(super) rule: String,
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) undecided: usize,
}
