//! The settings of the client: what it sends of its section `hipaalint`. The configuration of the project is not here.

use crate::date::Date;
use crate::linter::{Fixes, Keep};
use crate::rules::rule::PROFILES;
use crate::session::{Configuration, Contents, Options, RuleSources};
use serde::Deserialize;
use serde_json::Value;
use std::path::PathBuf;

/// The section of the settings.
pub(super) const SECTION: &str = "hipaalint";

/// The settings of a folder of the workspace.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Settings {
    /// The profile, instead of the one that the configuration names.
    pub(super) profile: Option<String>,
    /// A configuration, instead of the nearest one.
    pub(super) configuration: Option<PathBuf>,
    /// Whether checks that need an unknown value are shown, as hints.
    pub(super) undecided: bool,
    /// Whether files that are not open are linted, too, for clients that ask for the diagnostics of the workspace.
    pub(super) workspace: bool,
    /// Whether a few words above resources show what they are to each other.
    pub(super) code_lens: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { profile: None, configuration: None, undecided: false, workspace: true, code_lens: false }
    }
}

impl Settings {
    /// Reads settings. What cannot be read is reported, as a sentence, and has its default.
    pub(super) fn read(value: &Value, problems: &mut Vec<String>) -> Self {
        let Value::Object(map) = value else { return Self::default() };
        // Those of other keys, such as the path of the program, are for the client.
        let own = map.get(SECTION).unwrap_or(value);
        let mut read = Self::default();
        let mut wrong = |key: &str, what: &str| {
            problems.push(format!("The setting `{SECTION}.{key}` is not valid: it must be {what}."));
        };
        match own.get("profile") {
            None | Some(Value::Null) => {}
            Some(Value::String(name)) if name.is_empty() => {}
            Some(Value::String(name)) if PROFILES.contains(&name.as_str()) => read.profile = Some(name.clone()),
            Some(_) => wrong("profile", &format!("one of {}", PROFILES.join(", "))),
        }
        match own.get("configuration") {
            None | Some(Value::Null) => {}
            Some(Value::String(name)) if name.is_empty() => {}
            Some(Value::String(name)) => read.configuration = Some(PathBuf::from(name)),
            Some(_) => wrong("configuration", "the path of a file"),
        }
        let switches =
            [("undecided", &mut read.undecided), ("workspace", &mut read.workspace), ("codeLens", &mut read.code_lens)];
        for (key, field) in switches {
            match own.get(key) {
                None | Some(Value::Null) => {}
                Some(Value::Bool(on)) => *field = *on,
                Some(_) => wrong(key, "true or false"),
            }
        }
        read
    }

    /// The options of a session with these settings, which makes so much of fixes.
    pub(super) fn options(&self, fixes: Fixes, today: Option<Date>) -> Options {
        let requested = Keep { undecided: self.undecided, fixes, ..Keep::default() };
        let configuration = match &self.configuration {
            Some(file) => Configuration::File(file.clone()),
            None => Configuration::Nearest,
        };
        Options {
            sources: RuleSources { configuration, ..RuleSources::default() },
            profile: self.profile.clone(),
            contents: Contents { requested, needed: requested, ..Contents::default() },
            today,
            gitignore: true,
            skips_named: true,
            ..Options::default()
        }
    }
}
