//! What a caller asks for.

use hipaalint::rules::load::profiles;
use hipaalint::session::{Configuration, Contents, Options, RuleSources};
use hipaalint::{Date, FailOn, Level, RuleSeverity};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::path::{Component, Path, PathBuf};

/// The bytes of a request. A template in AWS has at most a megabyte.
const MAX_BYTES: usize = 64 << 20;
/// The files of a request.
const MAX_FILES: usize = 10_000;

/// The folder of a request's files.
pub(crate) const FOLDER: &str = "/project";

/// Templates, and what is done with them.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Request {
    /// Texts by path: templates, what they include, nest and are configured by.
    pub(crate) files: BTreeMap<String, String>,
    /// The files and folders to look at. Without any, all.
    #[serde(default)]
    pub(crate) paths: Vec<String>,
    #[serde(default)]
    profile: Option<String>,
    #[serde(default)]
    rules: Vec<String>,
    #[serde(default)]
    ignore: Vec<String>,
    #[serde(default, deserialize_with = "severity")]
    min_severity: Option<RuleSeverity>,
    #[serde(default)]
    fail_on: Option<Fails>,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "day")]
    today: Option<Date>,
    /// Whether configurations among the files are left alone.
    #[serde(default)]
    no_config: bool,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    pub(crate) undecided: bool,
    #[serde(default)]
    pub(crate) passed: bool,
    #[serde(default)]
    pub(crate) fixes: FixesOf,
    #[serde(default)]
    pub(crate) fixing: Fixing,
    #[serde(default)]
    pub(crate) format: Option<String>,
    /// The part of the template to evaluate.
    #[serde(default)]
    pub(crate) path: Option<String>,
}

/// What findings have of their fixes. The less, the quicker.
#[derive(Copy, Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FixesOf {
    /// Titles and edits.
    #[default]
    Edits,
    /// Titles. Whether a text can be edited there is not looked at.
    Titles,
    /// Nothing.
    None,
}

/// Which findings are fixed.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Fixing {
    #[serde(default, rename = "unsafe")]
    pub(crate) unsafe_too: bool,
    #[serde(default)]
    pub(crate) rules: Vec<String>,
    /// Only these findings.
    #[serde(default)]
    pub(crate) only: Option<Vec<One>>,
}

/// A finding, by its rule and the byte at which it begins in its file.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct One {
    pub(crate) rule: String,
    pub(crate) path: String,
    pub(crate) offset: u32,
}

#[derive(Copy, Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Fails {
    Error,
    Warning,
    Note,
    Never,
}

/// Why a request has no answer, in a sentence.
#[derive(Debug)]
pub(crate) struct Refused(String);

impl Refused {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Request {
    /// Reads a request.
    pub(crate) fn read(text: &str) -> Result<Self, Refused> {
        if text.len() > MAX_BYTES {
            return Err(Refused::new(format!("A request has at most {} MiB.", MAX_BYTES >> 20)));
        }
        let request: Self = serde_json::from_str(text)
            .map_err(|error| Refused::new(format!("The request cannot be read: {error}.")))?;
        if request.files.len() > MAX_FILES {
            return Err(Refused::new(format!("A request has at most {MAX_FILES} files.")));
        }
        if let Some(profile) = request.profile.as_deref()
            && !profiles().iter().any(|(name, _)| name == profile)
        {
            let names: Vec<&str> = profiles().iter().map(|(name, _)| name.as_str()).collect();
            return Err(Refused::new(format!("There is no profile `{profile}`, only {}.", names.join(", "))));
        }
        for path in request.files.keys().chain(&request.paths) {
            if !is_inside(path) {
                return Err(Refused::new(format!("The path `{path}` is not relative and without `..`.")));
            }
        }
        Ok(request)
    }

    /// The files and folders to look at.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        if self.paths.is_empty() { vec![PathBuf::from(".")] } else { self.paths.iter().map(PathBuf::from).collect() }
    }

    /// The file that a request about one template is about.
    pub(crate) fn one(&self) -> Result<PathBuf, Refused> {
        match (self.paths.as_slice(), self.files.len()) {
            ([path], _) => Ok(PathBuf::from(path)),
            ([], 1) => Ok(self.files.keys().map(PathBuf::from).collect()),
            _ => Err(Refused::new("Name one template in `paths`.")),
        }
    }

    /// Its options for a session.
    pub(crate) fn options(&self, contents: Contents) -> Options {
        let configuration = if self.no_config { Configuration::Ignored } else { Configuration::Nearest };
        Options {
            sources: RuleSources { configuration, ..RuleSources::default() },
            profile: self.profile.clone(),
            rules: self.rules.clone(),
            ignored: self.ignore.clone(),
            min_severity: self.min_severity,
            fail_on: self.fail_on.map(|fails| match fails {
                Fails::Error => FailOn::Level(Level::Error),
                Fails::Warning => FailOn::Level(Level::Warning),
                Fails::Note => FailOn::Level(Level::Note),
                Fails::Never => FailOn::Never,
            }),
            parameters: self.parameters.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            today: self.today,
            is_today_named: self.today.is_some(),
            title: self.title.clone(),
            threads: Some(NonZeroUsize::MIN),
            contents,
            ..Options::default()
        }
    }
}

/// Whether a path stays in the folder of the request.
fn is_inside(path: &str) -> bool {
    let steps = Path::new(path).components();
    !path.is_empty() && steps.into_iter().all(|step| matches!(step, Component::Normal(_) | Component::CurDir))
}

fn severity<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<RuleSeverity>, D::Error> {
    let Some(name) = Option::<String>::deserialize(reader)? else { return Ok(None) };
    let known = RuleSeverity::ALL.into_iter().find(|severity| severity.name() == name);
    known.map(Some).ok_or_else(|| serde::de::Error::custom(format!("there is no severity `{name}`")))
}

fn day<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Date>, D::Error> {
    let Some(text) = Option::<String>::deserialize(reader)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| serde::de::Error::custom("`today` is not a date such as 2026-11-30"))
}
