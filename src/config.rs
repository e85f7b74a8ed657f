//! `hipaalint.yaml`: a project's settings for rules and runs. Reads no template.
//!
//! ```yaml
//! profile: conformance
//! fail-on: warning
//! skip: [legacy/, "*.test.yaml"]        # as in .gitignore, relative to this file
//! tag-keys: [Environment, Owner]        # a parameter of all rules that have it
//! tags: { Environment: !Ref Env, Owner: care }   # values for the tags that fixes add
//! suffix-parameter: Stage
//! rule-folders: [policies]              # relative to this file
//! baseline: hipaalint-baseline.json     # known findings
//! parameters:                           # of every template that declares them
//!   Env: prod
//! rules:
//!   s3-bucket-versioning: { level: off }
//!   ec2-security-group-open: { level: warning, parameters: { allowed-ports: [443] } }
//! ```
//!
//! A level other than `off` also runs a rule that the profile leaves out. `s3-*` changes every rule with such an id that runs.

pub mod keys;
mod nearest;
mod parameters;
mod samconfig;
#[cfg(test)]
mod schema;
mod tags;

pub use nearest::{Misnamed, Nearest, Unread};
pub use parameters::read_parameters;
pub use samconfig::{file_and_environment, is_samconfig, read_samconfig};

use crate::change::Value;
use crate::code::Code;
use crate::discover::Globs;
use crate::files::{Files, Refusal, why};
use crate::finding::{Diagnostic, Level};
use crate::linter::Override;
use crate::paths::folder_of;
use crate::rules::load::{LIST_RULES, RuleEntry, RuleSet, is_pattern, names, nearest};
use crate::rules::parameter::ParameterKind;
use crate::rules::rule::PROFILES;
use crate::source::{Source, Span};
use crate::syntax::{self, Entry, Kind, Node};
use keys::{FAIL_ON, KEYS, RULE_KEYS, RULE_LEVELS, SHARED_PARAMETERS};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The file's name.
pub const FILE_NAME: &str = crate::discover::CONFIGURATION;

/// The contents of a configuration. Names of rules and parameters are not checked yet: see [`Config::overrides`].
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The profile to run.
    pub profile: Option<String>,
    /// The lowest level that fails a run.
    pub fail_on: Option<FailOn>,
    /// Values of template parameters.
    pub parameters: Pins,
    /// Folders of custom rules, relative to the configuration.
    pub rule_folders: Vec<PathBuf>,
    /// Where each of them is written.
    pub rule_folder_places: Vec<Span>,
    /// Files and folders to leave out of folders that are searched.
    pub skip: Option<Globs>,
    /// The file of known findings, relative to the configuration.
    pub baseline: Option<PathBuf>,
    /// Values of tags that fixes add.
    pub tags: Vec<(String, Value)>,
    /// Parameters of every rule that has them: name and values.
    shared: BTreeMap<String, Vec<String>>,
    changes: Vec<Change>,
}

/// A pinned value of a parameter, and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The value.
    pub value: String,
    /// Where it is written.
    pub span: Span,
}

/// Unknown rules after this many get no suggestion: comparing each with every rule takes time.
const MOST_HINTS: usize = 20;

/// Pinned values by the names of their parameters.
pub type Pins = BTreeMap<String, Pin>;

/// The least level that fails a run.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// This level and higher levels.
    Level(Level),
    /// No finding fails a run.
    Never,
}

impl FailOn {
    /// Whether a finding of this level fails the run.
    pub fn counts(self, level: Level) -> bool {
        match self {
            Self::Level(least) => level >= least,
            Self::Never => false,
        }
    }
}

/// The changes to one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    id: String,
    id_span: Span,
    level: Option<Setting>,
    parameters: Vec<RuleParameter>,
}

/// A parameter of a rule with its values, and where they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RuleParameter {
    name: String,
    name_span: Span,
    values: Vec<(String, Span)>,
    span: Span,
    is_list: bool,
}

impl RuleParameter {
    /// What of the values a rule's parameter does not take, in words; none if it takes all.
    fn refused(&self, kind: ParameterKind) -> Option<(Span, String)> {
        let wrong = self.values.iter().find(|(value, _)| !kind.takes(value));
        let is = match wrong {
            _ if self.is_list && !kind.takes_number(self.values.len()) => {
                let what = if self.values.is_empty() { "an empty list" } else { "a list" };
                return Some((self.span, format!("is {what}, not {}", kind.words())));
            }
            None => return None,
            Some((value, _)) if value.trim().is_empty() => "empty".to_owned(),
            Some((value, _)) => format!("`{value}`"),
        };
        let what = if self.is_list { "has a value that is" } else { "is" };
        wrong.map(|(_, span)| (*span, format!("{what} {is}, not {}", kind.item_words())))
    }
}

/// A rule's level in a configuration.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Setting {
    Off,
    Level(Level),
}

/// The changes of a configuration, checked against the rules that exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Levels and parameters, for the linter.
    pub changes: BTreeMap<String, Override>,
    /// Rules that do not run.
    pub off: BTreeSet<String>,
    /// Rules that run with every profile, because the configuration sets their level.
    pub on: BTreeSet<String>,
}

impl Config {
    /// Reads a configuration. Returns the valid part, and a diagnostic for each mistake.
    pub fn read(source: &Source, files: &Files) -> (Self, Vec<Diagnostic>) {
        let mut reader = ConfigReader { source, problems: Vec::new() };
        let mut config = Self::default();
        if source.text().trim().is_empty() {
            return (config, Vec::new());
        }
        match syntax::parse(source.text(), source.id) {
            Ok(document) => reader.config(&document.root, &mut config, files),
            Err(error) => reader.problem(error.span, error.message, error.help),
        }
        let folder = source.path().and_then(Path::parent).unwrap_or(Path::new(""));
        for path in config.rule_folders.iter_mut().chain(&mut config.baseline) {
            *path = folder.join(&*path);
        }
        (config, reader.problems)
    }

    /// Checks the changes against the rules. Leaves out changes to rules and parameters that do not exist.
    pub fn overrides(&self, source: &Source, rules: &RuleSet) -> (Overrides, Vec<Diagnostic>) {
        let mut reader = ConfigReader { source, problems: Vec::new() };
        let mut overrides = Overrides::default();
        let mut hints = MOST_HINTS;
        // A change to one rule takes precedence over those to several.
        let (several, single): (Vec<&Change>, Vec<&Change>) =
            self.changes.iter().partition(|change| is_pattern(&change.id));
        for change in several.into_iter().chain(single) {
            let named: Vec<&RuleEntry> = if is_pattern(&change.id) {
                rules.entries().iter().filter(|entry| names(&change.id, entry.id())).collect()
            } else {
                rules.get(&change.id).into_iter().collect()
            };
            if named.is_empty() {
                let message = if is_pattern(&change.id) { "no rule is named" } else { "there is no rule" };
                let help = match hints {
                    0 => LIST_RULES.to_owned(),
                    _ => rules.instead_of(&change.id),
                };
                hints = hints.saturating_sub(1);
                reader.problem(change.id_span, format!("{message} `{}`", change.id), help);
                continue;
            }
            let mut refused = BTreeSet::new();
            for parameter in &change.parameters {
                let RuleParameter { name, name_span: span, .. } = parameter;
                let wrong = named.iter().find_map(|entry| {
                    let kind = *entry.rule().ok()?.kinds.get(name)?;
                    Some((entry.id(), kind, parameter.refused(kind)?))
                });
                if let Some((id, kind, (place, what))) = wrong {
                    refused.insert(name.as_str());
                    let help = format!("Write {}.", kind.words());
                    reader.problem(place, format!("parameter `{name}` of rule `{id}` {what}"), help);
                }
                // A rule that cannot be read is reported when it runs.
                if !named.iter().any(|entry| entry.has_parameter(name) || entry.rule().is_err()) {
                    let (message, help) = unknown_parameter(&change.id, name, &named);
                    reader.problem(*span, message, help);
                }
            }
            for entry in named {
                let id = entry.id().to_owned();
                match change.level {
                    Some(Setting::Off) => drop(overrides.off.insert(id.clone())),
                    // Several rules get another level if they run. One rule also runs with it.
                    Some(Setting::Level(_)) => {
                        overrides.off.remove(&id);
                        if !is_pattern(&change.id) {
                            overrides.on.insert(id.clone());
                        }
                    }
                    None => {}
                }
                let Override { level, settings } = overrides.changes.entry(id).or_default();
                if let Some(change) = change.level {
                    *level = match change {
                        Setting::Off => None,
                        Setting::Level(level) => Some(level),
                    };
                }
                let own = change.parameters.iter().filter(|own| entry.has_parameter(&own.name));
                let own = own.filter(|own| !refused.contains(own.name.as_str()));
                let texts = |values: &[(String, Span)]| values.iter().map(|(text, _)| text.clone()).collect();
                settings.extend(own.map(|own| (own.name.clone(), texts(&own.values))));
            }
        }
        for entry in rules.entries() {
            for (name, values) in self.shared.iter().filter(|(name, _)| entry.has_parameter(name)) {
                let Override { settings, .. } = overrides.changes.entry(entry.id().to_owned()).or_default();
                // A parameter of the rule itself takes precedence.
                settings.entry(name.clone()).or_insert_with(|| values.clone());
            }
        }
        (overrides, reader.problems)
    }
}

/// What is wrong with a parameter that none of some rules has, and what to do about it.
fn unknown_parameter(id: &str, name: &str, rules: &[&RuleEntry]) -> (String, String) {
    let [entry] = rules else {
        return (format!("no rule that is named `{id}` has a parameter `{name}`"), "Check the spelling.".to_owned());
    };
    let known: Vec<&str> =
        entry.rule().map(|rule| rule.settings.keys().map(String::as_str).collect()).unwrap_or_default();
    let help = if known.is_empty() {
        "This rule has no parameters.".to_owned()
    } else {
        known_names(name, known.iter().copied(), "Its parameters are")
    };
    (format!("rule `{}` has no parameter `{name}`", entry.id()), help)
}

/// Reads a located tree, and notes mistakes with their spans.
struct ConfigReader<'s> {
    source: &'s Source,
    problems: Vec<Diagnostic>,
}

impl ConfigReader<'_> {
    fn problem(&mut self, span: Span, message: String, help: String) {
        self.problems.push(
            Diagnostic::error(Code::Configuration, message).in_file(self.source.name.as_str()).at(span).with_help(help),
        );
    }

    fn unexpected(&mut self, node: &Node<'_>, what: &str, expected: &str, help: &str) {
        self.problem(node.span, format!("{what} is {}, not {expected}", node.describe()), help.to_owned());
    }

    fn unknown_key(&mut self, entry: &Entry<'_>, known: &[&str]) {
        let help = known_names(&entry.key, known.iter().copied(), "The keys are");
        self.problem(entry.key_span, format!("`{}` is not a key of the configuration", entry.key), help);
    }

    fn config(&mut self, root: &Node<'_>, config: &mut Config, files: &Files) {
        for entry in self.entries(root, "the configuration", "Write `profile: core`, for example.") {
            let value = &entry.value;
            match entry.key.as_ref() {
                "profile" => config.profile = self.one_of(value, "`profile`", &PROFILES).map(str::to_owned),
                "fail-on" => config.fail_on = self.fail_on(value),
                "skip" => config.skip = self.globs(value, files),
                "parameters" => config.parameters = self.parameters(value, "`parameters`"),
                "tags" => config.tags = self.tags(value),
                "rules" => config.changes = self.rules(value),
                "rule-folders" => {
                    let folders = self.placed_names(value, "`rule-folders`").into_iter();
                    (config.rule_folders, config.rule_folder_places) =
                        folders.map(|(folder, place)| (PathBuf::from(folder), place)).unzip();
                }
                "baseline" => match value.as_str() {
                    Some(file) if file.trim().is_empty() => self.empty_name(value.span, "`baseline`"),
                    Some(file) => config.baseline = Some(PathBuf::from(file)),
                    None => self.unexpected(
                        value,
                        "`baseline`",
                        "the name of a file",
                        "Write the file with --write-baseline.",
                    ),
                },
                name if SHARED_PARAMETERS.contains(&name) => {
                    let values = self.names(value, &format!("`{name}`"));
                    config.shared.insert(name.to_owned(), values);
                }
                _ => self.unknown_key(entry, &KEYS.map(|key| key.name)),
            }
        }
    }

    /// Globs, relative to the folder of the configuration.
    fn globs(&mut self, node: &Node<'_>, files: &Files) -> Option<Globs> {
        let texts = self.texts(node, "`skip`");
        let folder = self.source.path().map_or(Path::new("."), folder_of);
        let folder = files.real(folder).unwrap_or_else(|_| folder.to_owned());
        match Globs::new(&folder, &texts) {
            Ok(globs) => Some(globs),
            Err((index, reason)) => {
                let wrong = node.as_sequence().and_then(|items| items.get(index)).unwrap_or(node);
                let help = "Write globs as in .gitignore, relative to the folder of this file: `legacy/`, `*.test.yaml`, \
                     `stacks/**/old.json`.";
                self.problem(wrong.span, format!("`skip` has an invalid glob: {reason}"), help.to_owned());
                None
            }
        }
    }

    fn fail_on(&mut self, node: &Node<'_>) -> Option<FailOn> {
        Some(match self.one_of(node, "`fail-on`", &FAIL_ON)? {
            "error" => FailOn::Level(Level::Error),
            "warning" => FailOn::Level(Level::Warning),
            "note" => FailOn::Level(Level::Note),
            _ => FailOn::Never,
        })
    }

    fn parameters(&mut self, node: &Node<'_>, what: &str) -> Pins {
        let mut pinned = Pins::new();
        for entry in self.entries(node, what, "Write one `Name: value` on each line.") {
            if let Some(value) = self.parameter_value(&entry.value, &entry.key) {
                pinned.insert(entry.key.to_string(), Pin { value, span: entry.value.span });
            }
        }
        pinned
    }

    /// The value of a template parameter: a scalar, or a list of scalars, joined with commas for CloudFormation.
    fn parameter_value(&mut self, node: &Node<'_>, name: &str) -> Option<String> {
        let items = node.as_sequence().unwrap_or(std::slice::from_ref(node));
        let texts: Option<Vec<String>> =
            items.iter().map(|item| item.scalar_text().map(std::borrow::Cow::into_owned)).collect();
        if texts.is_none() {
            let what = format!("the value of parameter `{name}`");
            self.unexpected(
                node,
                &what,
                "a scalar or a list of scalars",
                "Write it as in CloudFormation: one value, or a list of values.",
            );
        }
        texts.map(|texts| texts.join(","))
    }

    fn rules(&mut self, node: &Node<'_>) -> Vec<Change> {
        let mut changes = Vec::new();
        for entry in self.entries(node, "`rules`", "Write one `rule-id: { level: … }` on each line.") {
            let mut change =
                Change { id: entry.key.to_string(), id_span: entry.key_span, level: None, parameters: Vec::new() };
            let help = "Write `{ level: … }` with `error`, `warning`, `note` or `off`.";
            for field in self.entries(&entry.value, &format!("`{}`", entry.key), help) {
                match field.key.as_ref() {
                    "level" => change.level = self.level(&field.value),
                    "parameters" => {
                        let help = "Write one `name: value` on each line.";
                        for parameter in self.entries(&field.value, "`parameters`", help) {
                            change.parameters.extend(self.rule_parameter(parameter));
                        }
                    }
                    _ => self.unknown_key(field, &RULE_KEYS),
                }
            }
            changes.push(change);
        }
        changes
    }

    /// A parameter of a rule; none if nothing is set, or if it is not of scalars.
    fn rule_parameter(&mut self, entry: &Entry<'_>) -> Option<RuleParameter> {
        let node = &entry.value;
        let problems = self.problems.len();
        let values = self.placed_texts(node, &format!("`{}`", entry.key));
        (problems == self.problems.len()).then(|| RuleParameter {
            name: entry.key.to_string(),
            name_span: entry.key_span,
            values,
            span: node.span,
            is_list: node.as_sequence().is_some(),
        })
    }

    fn level(&mut self, node: &Node<'_>) -> Option<Setting> {
        // YAML 1.1 reads a plain `off` as false.
        if matches!(node.kind, Kind::Bool(false)) {
            return Some(Setting::Off);
        }
        Some(match self.one_of(node, "`level`", &RULE_LEVELS)? {
            "error" => Setting::Level(Level::Error),
            "warning" => Setting::Level(Level::Warning),
            "note" => Setting::Level(Level::Note),
            _ => Setting::Off,
        })
    }

    fn entries<'n, 's>(&mut self, node: &'n Node<'s>, what: &str, help: &str) -> &'n [Entry<'s>] {
        // A key without a value, for example because its contents are commented out.
        if matches!(node.kind, Kind::Null) {
            return &[];
        }
        node.as_mapping().unwrap_or_else(|| {
            self.unexpected(node, what, "a map", help);
            &[]
        })
    }

    fn texts(&mut self, node: &Node<'_>, what: &str) -> Vec<String> {
        self.placed_texts(node, what).into_iter().map(|(text, _)| text).collect()
    }

    /// Texts, each with its place.
    fn placed_texts(&mut self, node: &Node<'_>, what: &str) -> Vec<(String, Span)> {
        let items = node.as_sequence().unwrap_or(std::slice::from_ref(node));
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item.scalar_text() {
                Some(text) => texts.push((text.into_owned(), item.span)),
                None => self.unexpected(item, what, "a scalar or a list of scalars", "Write `[one, two]`."),
            }
        }
        texts
    }

    /// Texts that are names, so none is empty.
    fn names(&mut self, node: &Node<'_>, what: &str) -> Vec<String> {
        let items = node.as_sequence().unwrap_or(std::slice::from_ref(node));
        for item in items.iter().filter(|item| item.as_str().is_none() && item.scalar_text().is_some()) {
            self.unexpected(item, what, "a text", "Write a name, in quotes if it looks like something else.");
        }
        self.placed_names(node, what).into_iter().map(|(name, _)| name).collect()
    }

    /// Names, each with its place.
    fn placed_names(&mut self, node: &Node<'_>, what: &str) -> Vec<(String, Span)> {
        let items = node.as_sequence().unwrap_or(std::slice::from_ref(node));
        for item in items.iter().filter(|item| item.as_str().is_none() && item.scalar_text().is_some()) {
            self.unexpected(item, what, "a text", "Write a name, in quotes if it looks like something else.");
        }
        let (empty, names): (Vec<_>, Vec<_>) =
            self.placed_texts(node, what).into_iter().partition(|(name, _)| name.trim().is_empty());
        if let Some((_, place)) = empty.first() {
            self.empty_name(*place, what);
        }
        names
    }

    fn empty_name(&mut self, place: Span, what: &str) {
        self.problem(place, format!("{what} has an empty name"), "Write a name, or remove the key.".to_owned());
    }

    fn one_of<'k>(&mut self, node: &Node<'_>, what: &str, known: &[&'k str]) -> Option<&'k str> {
        let text = node.scalar_text();
        let found = known.iter().copied().find(|known| text.as_deref() == Some(*known));
        if found.is_none() {
            let help = known_names(text.as_deref().unwrap_or_default(), known.iter().copied(), "The values are");
            let is = text.map_or_else(|| node.describe().to_owned(), |text| format!("`{text}`"));
            self.problem(node.span, format!("{what} cannot be {is}"), help);
        }
        found
    }
}

/// The name that was probably meant, or all names.
fn known_names<'k>(name: &str, known: impl Iterator<Item = &'k str> + Clone, lead: &str) -> String {
    match nearest(name, known.clone()) {
        Some(nearest) => format!("Did you mean `{nearest}`?"),
        None => {
            let names: Vec<String> = known.map(|name| format!("`{name}`")).collect();
            format!("{lead} {}.", names.join(", "))
        }
    }
}

/// What looks like a configuration, and is not read. `name` is what reports show.
pub fn misnamed(name: String, reason: Unread) -> Diagnostic {
    let (why, help) = match reason {
        Unread::Name => (
            format!("the name of a configuration is {FILE_NAME}"),
            format!("Rename it to {FILE_NAME}, or use --config with this file."),
        ),
        Unread::Beside => (
            format!("the name of a configuration is {FILE_NAME}, which is in the same folder"),
            format!("Move its settings to {FILE_NAME}, and remove it."),
        ),
        Unread::Folder => (
            "it is a folder, and a configuration is a file".to_owned(),
            "Rename the folder, or use --config or --no-config.".to_owned(),
        ),
    };
    Diagnostic::error(Code::Configuration, format!("hipaalint does not read it, because {why}"))
        .in_file(name)
        .with_help(help)
}

/// A named configuration that cannot be read.
pub fn unreadable(name: String, error: &std::io::Error) -> Diagnostic {
    let message = match Refusal::of(error) {
        Some(refusal) => format!("hipaalint does not read the file: {refusal}"),
        None if error.kind() == std::io::ErrorKind::NotFound => why(error),
        None => format!("the file cannot be read: {}", why(error)),
    };
    Diagnostic::error(Code::Configuration, message)
        .in_file(name)
        .with_help("Name another file, or run with --no-config.")
}
