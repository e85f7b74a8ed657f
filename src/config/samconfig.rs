//! The SAM CLI's configuration (`--parameters samconfig.toml#prod`): the values that `sam deploy` would give to the parameters, its
//! Region and the name of its stack, of one environment.
//!
//! ```toml
//! [prod.global.parameters]
//! stack_name = "patient-app"
//!
//! [prod.deploy.parameters]
//! region = "eu-central-1"
//! parameter_overrides = "Env=prod Retention=30"          # or ParameterKey=Env,ParameterValue=prod …
//! # parameter_overrides = ["Env=prod", "Retention=30"]
//! # parameter_overrides = { Env = "prod", Retention = 30 }
//! ```
//!
//! Sources: "AWS SAM CLI configuration file", AWS SAM developer guide; `samcli/lib/config/samconfig.py` and
//! `CfnParameterOverridesType` in `samcli/cli/types.py` of aws-sam-cli 1.170.0 (2026-11). Files that it would read from there
//! (`file://`, `$include`) are not read.

use super::{ConfigReader, Pin, Pins};
use crate::code::Code;
use crate::files::Files;
use crate::finding::Diagnostic;
use crate::linter::is_secret_name;
use crate::rules::load::nearest;
use crate::source::{Source, Span};
use crate::syntax::{self, Kind, Node};
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The environment that the SAM CLI uses if none is named.
const DEFAULT: &str = "default";
/// The commands whose parameters count; those of the second take precedence.
const COMMANDS: [&str; 2] = ["global", "deploy"];
/// The options that say what a template cannot know, and the pseudo parameters for that.
const PSEUDO: [(&str, &str); 2] = [("region", "AWS::Region"), ("stack_name", "AWS::StackName")];
const OVERRIDES: &str = "parameter_overrides";
const FORMS: &str = "Write `Name=Value Name2=Value2` in one string, a list of such strings, or a table.";

/// A value of a configuration.
struct Setting {
    span: Span,
    kind: SettingKind,
}

enum SettingKind {
    Text(String),
    Bool(bool),
    /// As the SAM CLI would pass it on; none if that is not certain.
    Number(Option<String>),
    Null,
    List(Vec<Setting>),
    Table(Vec<(String, Setting)>),
    /// A date or a time.
    Moment,
}

/// The file and the environment of `FILE#ENVIRONMENT`, if there is no file of that whole name.
pub fn file_and_environment(argument: &Path, files: &Files) -> (PathBuf, Option<String>) {
    let parts = argument.to_str().and_then(|text| text.rsplit_once('#'));
    match parts {
        Some((file, environment)) if !files.has(argument) && is_samconfig(Path::new(file)) => {
            (PathBuf::from(file), Some(environment.to_owned()))
        }
        _ => (argument.to_owned(), None),
    }
}

/// Whether a file is a configuration of the SAM CLI: any file in TOML, and those with its name in YAML.
pub fn is_samconfig(file: &Path) -> bool {
    let has = |ending: &str| file.extension().is_some_and(|own| own.eq_ignore_ascii_case(ending));
    has("toml") || ((has("yaml") || has("yml")) && file.file_stem().is_some_and(|stem| stem == "samconfig"))
}

/// Reads an environment of a configuration. Returns the valid part, and a diagnostic for each mistake.
pub fn read_samconfig(source: &Source, environment: Option<&str>) -> (Pins, Vec<Diagnostic>) {
    let mut reader = ConfigReader { source, problems: Vec::new() };
    let is_toml = source.path().and_then(Path::extension).is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    let read = if is_toml { reader.toml() } else { reader.yaml() };
    let pins = read.map(|root| reader.environment(&root, environment.unwrap_or(DEFAULT))).unwrap_or_default();
    let hides = has_secrets(source.text());
    for problem in &mut reader.problems {
        problem.code = Code::ParameterFile;
        if hides && let Some(span) = problem.span.take() {
            // A report shows the text of a place.
            problem.message = format!("{} (line {})", problem.message, source.position(span.start).line);
        }
    }
    (pins, reader.problems)
}

/// Whether a text names something that is secret.
fn has_secrets(text: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(is_secret_name)
}

impl Setting {
    fn get(&self, name: &str) -> Option<&Setting> {
        match &self.kind {
            SettingKind::Table(entries) => entries.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    fn of_toml(value: &Spanned<DeValue<'_>>, source: &Source) -> Self {
        let span = Span::new(source.id, value.span().start, value.span().end);
        let kind = match value.get_ref() {
            DeValue::String(text) => SettingKind::Text(text.to_string()),
            DeValue::Boolean(value) => SettingKind::Bool(*value),
            DeValue::Integer(number) => {
                let value = i128::from_str_radix(number.as_str(), number.radix()).ok();
                SettingKind::Number(value.map(|value| value.to_string()))
            }
            DeValue::Float(number) => SettingKind::Number(decimal(number.as_str())),
            DeValue::Datetime(_) => SettingKind::Moment,
            DeValue::Array(items) => SettingKind::List(items.iter().map(|item| Self::of_toml(item, source)).collect()),
            DeValue::Table(table) => SettingKind::Table(Self::entries(table, source)),
        };
        Self { span, kind }
    }

    fn entries(table: &DeTable<'_>, source: &Source) -> Vec<(String, Self)> {
        table.iter().map(|(key, value)| (key.get_ref().to_string(), Self::of_toml(value, source))).collect()
    }

    fn of_yaml(node: &Node<'_>, source: &Source) -> Self {
        let kind = match &node.kind {
            Kind::Null => SettingKind::Null,
            // The SAM CLI reads YAML 1.2, in which `yes` is a text.
            Kind::Bool(value) => match source.slice(node.span) {
                written if written.eq_ignore_ascii_case("true") || written.eq_ignore_ascii_case("false") => {
                    SettingKind::Bool(*value)
                }
                written => SettingKind::Text(written.to_owned()),
            },
            Kind::Number(_) => SettingKind::Number(decimal(source.slice(node.span))),
            Kind::String(text) => SettingKind::Text(text.to_string()),
            Kind::Sequence(items) => SettingKind::List(items.iter().map(|item| Self::of_yaml(item, source)).collect()),
            Kind::Mapping(entries) => SettingKind::Table(
                entries.iter().map(|entry| (entry.key.to_string(), Self::of_yaml(&entry.value, source))).collect(),
            ),
        };
        Self { span: node.span, kind }
    }

    fn describe(&self) -> &'static str {
        match self.kind {
            SettingKind::Text(_) => "a string",
            SettingKind::Bool(_) => "a boolean",
            SettingKind::Number(_) => "a number",
            SettingKind::Null => "null",
            SettingKind::List(_) => "a list",
            SettingKind::Table(_) => "a table",
            SettingKind::Moment => "a date or time",
        }
    }

    /// The text that the SAM CLI, a program in Python, makes of a scalar.
    fn text(&self) -> Option<String> {
        match &self.kind {
            SettingKind::Text(text) => Some(text.clone()),
            SettingKind::Bool(true) => Some("True".to_owned()),
            SettingKind::Bool(false) => Some("False".to_owned()),
            SettingKind::Number(text) => text.clone(),
            SettingKind::Null => Some(String::new()),
            SettingKind::List(_) | SettingKind::Table(_) | SettingKind::Moment => None,
        }
    }
}

/// A number as Python writes it, if it is written in the plain form of both.
fn decimal(written: &str) -> Option<String> {
    let digits = written.strip_prefix(['+', '-']).unwrap_or(written);
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(whole) || fraction.is_some_and(|fraction| !are_digits(fraction)) {
        return None;
    }
    if fraction.is_none() {
        // Readers do not agree on numbers such as 010.
        let is_plain = whole == "0" || !whole.starts_with('0');
        return written.parse::<i128>().ok().filter(|_| is_plain).map(|value| value.to_string());
    }
    // Python writes others with an exponent.
    let value: f64 = written.parse().ok()?;
    (value == 0.0 || (1e-4..1e16).contains(&value.abs())).then(|| format!("{value:?}"))
}

impl ConfigReader<'_> {
    fn toml(&mut self) -> Option<Setting> {
        match DeTable::parse(self.source.text()) {
            Ok(table) => {
                let span = Span::new(self.source.id, 0, 0);
                Some(Setting { span, kind: SettingKind::Table(Setting::entries(table.get_ref(), self.source)) })
            }
            Err(error) => {
                let range = error.span().unwrap_or_default();
                let message = error.message().lines().next().unwrap_or_default().to_owned();
                let span = Span::new(self.source.id, range.start, range.end);
                self.problem(span, format!("the file is not valid TOML: {message}"), String::new());
                None
            }
        }
    }

    fn yaml(&mut self) -> Option<Setting> {
        match syntax::parse(self.source.text(), self.source.id) {
            Ok(document) => Some(Setting::of_yaml(&document.root, self.source)),
            Err(error) => {
                self.problem(error.span, error.message, error.help);
                None
            }
        }
    }

    /// A problem with the file as a whole.
    fn of_file(&mut self, message: String, help: String) {
        self.problem(Span::default(), message, help);
        if let Some(problem) = self.problems.last_mut() {
            problem.span = None;
        }
    }

    fn environment(&mut self, root: &Setting, name: &str) -> Pins {
        let SettingKind::Table(environments) = &root.kind else {
            let help = "Name a configuration of the SAM CLI.";
            self.of_file(format!("the file is {}, not a table", root.describe()), help.to_owned());
            return Pins::new();
        };
        let is_environment = |setting: &Setting| matches!(setting.kind, SettingKind::Table(_));
        let known = environments.iter().filter(|(_, setting)| is_environment(setting)).map(|(name, _)| name.as_str());
        let Some(environment) = root.get(name).filter(|setting| is_environment(setting)) else {
            let names: Vec<&str> = known.collect();
            let help = match (nearest(name, names.iter().copied()), names.as_slice()) {
                (Some(nearest), _) => format!("Did you mean `#{nearest}`?"),
                (None, []) => "Name a configuration of the SAM CLI.".to_owned(),
                (None, names) => format!("Name one of its environments after `#`: {}.", names.join(", ")),
            };
            self.of_file(format!("the file has no environment `{name}`"), help);
            return Pins::new();
        };
        let of_command = |command: &str| environment.get(command).and_then(|command| command.get("parameters"));
        // The SAM CLI replaces an option as a whole.
        let option = |name: &str| COMMANDS.iter().rev().find_map(|command| of_command(command)?.get(name));
        let mut pins = Pins::new();
        for (name, parameter) in PSEUDO {
            let Some(setting) = option(name) else { continue };
            match &setting.kind {
                SettingKind::Text(text) => {
                    pins.insert(parameter.to_owned(), Pin { value: text.clone(), span: setting.span });
                }
                _ => {
                    let message = format!("`{name}` is {}, not a string", setting.describe());
                    self.problem(setting.span, message, "Put it in quotes.".to_owned());
                }
            }
        }
        match option(OVERRIDES) {
            Some(overrides) => self.overrides(overrides, &mut pins),
            None if pins.is_empty() => {
                let message = format!("environment `{name}` sets no parameters of `sam deploy`");
                let help = format!(
                    "hipaalint reads `{OVERRIDES}`, `region` and `stack_name` of `{name}.deploy.parameters` and \
                                    `{name}.global.parameters`."
                );
                self.of_file(message, help);
            }
            None => {}
        }
        pins
    }

    /// The values of parameters: a string, a table, or a list of those.
    fn overrides(&mut self, setting: &Setting, pins: &mut Pins) {
        match &setting.kind {
            SettingKind::Text(text) => self.pairs(text, setting.span, pins),
            SettingKind::List(items) => items.iter().for_each(|item| self.overrides(item, pins)),
            SettingKind::Table(entries) => {
                for (name, value) in entries {
                    self.entry(name, value, pins);
                }
            }
            SettingKind::Null => {}
            _ => {
                let message = format!("`{OVERRIDES}` has {}", setting.describe());
                self.problem(setting.span, message, FORMS.to_owned());
            }
        }
    }

    /// An entry of a table.
    fn entry(&mut self, name: &str, value: &Setting, pins: &mut Pins) {
        if name == "$include" {
            return self.another_file(value.span);
        }
        let text = match &value.kind {
            SettingKind::List(items) => {
                let texts: Option<Vec<String>> = items.iter().map(Setting::text).collect();
                texts.map(|texts| {
                    let texts = texts.iter().filter(|text| !text.is_empty()).map(|text| text.trim());
                    texts.collect::<Vec<_>>().join(",")
                })
            }
            _ => value.text(),
        };
        match text {
            Some(text) => {
                pins.insert(unquoted(name), Pin { value: unquoted(&text), span: value.span });
            }
            None => {
                let name = unquoted(name);
                let message = format!("the value of parameter `{name}` is {} that is not plain", value.describe());
                self.problem(value.span, message, "Write it as a string in quotes.".to_owned());
            }
        }
    }

    /// Pairs in one string: `Name=Value`, or `ParameterKey=Name,ParameterValue=Value`. One pair of the second form makes the SAM CLI
    /// read this form alone, so both in one string are a mistake.
    fn pairs(&mut self, text: &str, span: Span, pins: &mut Pins) {
        if text.starts_with("file://") {
            return self.another_file(span);
        }
        let words = words(text.trim());
        let long = words.iter().filter(|word| word.starts_with(KEY)).count();
        let mixed = long > 0 && long < words.len();
        let mut found: Vec<(String, String)> = Vec::new();
        for word in &words {
            match pair(word).filter(|(name, value)| is_key(name) && is_value(value) && !value.contains(KEY)) {
                Some((name, value)) if !mixed => found.push((unquoted(name), unquoted(value))),
                // The rest of a value with a space may be a part of a secret: it is not shown.
                _ => {
                    let message = format!("a part of `{OVERRIDES}` is not `Name=Value`");
                    let help = "Put a value with spaces in quotes, and write all pairs in the same form.";
                    return self.problem(span, message, help.to_owned());
                }
            }
        }
        pins.extend(found.into_iter().map(|(name, value)| (name, Pin { value, span })));
    }

    fn another_file(&mut self, span: Span) {
        let help = "Name that file with --parameters as well.";
        self.problem(span, format!("`{OVERRIDES}` names another file, which hipaalint does not read"), help.to_owned());
    }
}

/// The name and the value of a pair.
fn pair(word: &str) -> Option<(&str, &str)> {
    match word.strip_prefix(KEY) {
        Some(rest) => rest.split_once(VALUE),
        None => word.split_once('='),
    }
}

const KEY: &str = "ParameterKey=";
const VALUE: &str = ",ParameterValue=";

/// The parts of a text between spaces that are neither in quotes nor behind a backslash.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote: Option<char> = None;
    let mut escaped = false;
    for letter in text.chars() {
        let is_end = letter == ' ' && quote.is_none() && !escaped;
        if is_end {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            continue;
        }
        match (quote, letter) {
            _ if escaped => {}
            (Some(open), _) if open == letter => quote = None,
            // A quote inside of a value is part of it.
            (None, '"' | '\'') if word.is_empty() || word.ends_with('=') => quote = Some(letter),
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
        word.push(letter);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Whether a name is one that the SAM CLI finds.
fn is_key(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '"' | '\''))
}

/// Whether the SAM CLI would take a value as a whole: in quotes from its first to its last letter, or without any quotation mark
/// that is not behind a backslash.
fn is_value(value: &str) -> bool {
    let mut letters = value.chars();
    let quote = value.chars().next().filter(|letter| matches!(letter, '"' | '\''));
    let mut escaped = false;
    if let Some(quote) = quote {
        letters.next();
        while let Some(letter) = letters.next() {
            if letter == quote && !escaped {
                return letters.next().is_none();
            }
            escaped = letter == '\\' && !escaped;
        }
        return false;
    }
    for letter in letters {
        if letter == '"' && !escaped {
            return false;
        }
        escaped = letter == '\\' && !escaped;
    }
    !value.is_empty() && !escaped
}

/// A text without quotation marks around it, and without the backslashes before spaces and quotation marks.
fn unquoted(text: &str) -> String {
    let inner = ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
    inner.unwrap_or(text).replace("\\ ", " ").replace("\\\"", "\"").replace("\\'", "'")
}
