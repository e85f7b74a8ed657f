//! What the places of a template say about the texts in them: whether they are code, which parts are variables, what they are put
//! together of.

use super::assignments::Dialect;
use super::names::promise;
use super::shapes::may_be_piece;
use super::spelled::{OPEN, Speller};
use crate::syntax::{Entry, Kind, Node, base64};
use std::borrow::Cow;

/// Whether what stands under a key is prose, an example, the name of a metric, or a recipe that makes a secret: nothing below it is searched.
pub(super) fn is_passed_over(key: &str) -> bool {
    matches!(
        key,
        "AWS::CloudFormation::Interface"
            | "AllowedPattern"
            | "ConstraintDescription"
            | "Description"
            | "Dimensions"
            | "GenerateSecretString"
            | "example"
            | "examples"
    )
}

/// What stands under a key, where the key says so.
pub(super) fn dialect_under(key: &str) -> Option<Dialect> {
    Some(match key {
        "ZipFile"
        | "InlineCode"
        | "FunctionCode"
        | "Script"
        | "Code"
        | "RequestMappingTemplate"
        | "ResponseMappingTemplate" => Dialect::Program,
        "UserData"
        | "Command"
        | "command"
        | "commands"
        | "Commands"
        | "EntryPoint"
        | "entryPoint"
        | "Entrypoint"
        | "runCommand"
        | "BuildSpec"
        | "ContainerArguments"
        | "ContainerEntrypoint"
        | "EntryPointArguments"
        | "SparkSubmitParameters"
        | "StartCommand"
        | "test"
        | "Args"
        | "args"
        | "Arguments"
        | "HealthCheck"
        | "OnCreate"
        | "OnStart"
        | "Sql"
        | "Sqls"
        | "LifecycleConfigAppContent"
        | "Data" => Dialect::Script,
        "ServerProperties" | "PropertiesFileContent" | "content" | "ExtraConnectionAttributes" => Dialect::Settings,
        _ => return None,
    })
}

/// What the content of a file is, by its name: cfn-init's `files` are maps of names to contents.
pub(super) fn dialect_of_file(name: &str) -> Option<Dialect> {
    let (_, ending) = name.rsplit('/').next()?.rsplit_once('.')?;
    Some(match ending {
        "js" | "mjs" | "ts" | "py" | "rb" | "php" | "pl" | "java" | "go" | "cs" => Dialect::Program,
        "sh" | "bash" | "ps1" | "bat" | "cmd" | "sql" => Dialect::Script,
        _ => Dialect::Settings,
    })
}

/// What a script is, by its first line.
pub(super) fn dialect_of_script(text: &str) -> Dialect {
    let first = text.trim_start().lines().next().unwrap_or_default();
    let is_program =
        first.starts_with("#!") && ["python", "node", "perl", "ruby", "php"].iter().any(|name| first.contains(name));
    if is_program { Dialect::Program } else { Dialect::Script }
}

/// What texts of a template are put together of.
#[derive(Copy, Clone, Default)]
pub struct Sections<'t> {
    pub(super) mappings: &'t [Entry<'t>],
    parameters: &'t [Entry<'t>],
}

impl<'t> Sections<'t> {
    /// Those of a template's tree.
    pub fn of(root: &'t Node<'t>) -> Self {
        let section = |name| root.get(name).and_then(Node::as_mapping).unwrap_or_default();
        Self { mappings: section("Mappings"), parameters: section("Parameters") }
    }

    /// The values that a parameter is known to have: those that it allows, else its default.
    fn values(self, name: &str) -> Vec<&'t Node<'t>> {
        let parameter = self.parameters.iter().find(|entry| entry.key == name).map(|entry| &entry.value);
        let allowed = parameter.and_then(|parameter| parameter.get("AllowedValues")?.as_sequence());
        match allowed {
            Some(allowed) => allowed.iter().collect(),
            None => parameter.and_then(|parameter| parameter.get("Default")).into_iter().collect(),
        }
    }

    /// The texts that a text is, with the values of the parameters that it names; none where one of them is not known. An absent value is
    /// empty.
    fn settled(self, text: &str) -> Option<Vec<String>> {
        let mut settled = vec![String::new()];
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, end) = after.split_once('}')?;
            let values = match name.trim() {
                "AWS::NoValue" => vec![Cow::Borrowed("")],
                name => self.values(name).into_iter().filter_map(Node::scalar_text).collect(),
            };
            let with = |start: &String| values.iter().map(|value| [start.as_str(), before, value].concat()).collect();
            settled = settled.iter().flat_map(|start| -> Vec<String> { with(start) }).collect();
            if settled.is_empty() || settled.len() > MAX_SETTLED {
                return None;
            }
            rest = end;
        }
        settled.iter_mut().for_each(|text| text.push_str(rest));
        Some(settled)
    }

    /// What a variable can be called that has a text as its name: what a parameter is called promises nothing, but its values do.
    pub(super) fn names(self, text: Cow<'t, str>) -> Vec<Cow<'t, str>> {
        let is_reference = |inner: &str| !inner.contains(['$', '{', '}']);
        match text.strip_prefix("${").and_then(|inner| inner.strip_suffix('}')).filter(|inner| is_reference(inner)) {
            Some(name) => {
                self.values(name.trim()).into_iter().filter_map(Node::scalar_text).take(MAX_SETTLED).collect()
            }
            None => vec![text],
        }
    }

    /// Whether everyone may know what `${Name}` stands for: a pseudo parameter, or a parameter that is not hidden and not called
    /// like a secret.
    pub(super) fn is_plain(self, name: &str) -> bool {
        let is_hidden = |parameter: &Node<'_>| {
            parameter.get("NoEcho").is_some_and(|hides| hides.scalar_text().is_none_or(|hides| hides != "false"))
        };
        let parameter = || self.parameters.iter().find(|entry| entry.key == name);
        name.starts_with("AWS::")
            || (promise(name).is_none() && parameter().is_some_and(|parameter| !is_hidden(&parameter.value)))
    }
}

/// Texts past which those that parameters can make of one are not put together.
const MAX_SETTLED: usize = 16;

/// The text that a long text of Base64 stands for.
pub(super) fn decoded(text: &str) -> Option<String> {
    const SHORTEST: usize = 16;
    let is_digit =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=') || byte.is_ascii_whitespace();
    (text.len() >= SHORTEST && !text.contains(OPEN) && text.bytes().all(is_digit))
        .then(|| base64::decode(text))
        .flatten()
}

/// `{Name: DB_PASSWORD, Value: …}`: a variable.
#[derive(Copy, Clone)]
pub(super) struct Variable<'t> {
    /// What it is called.
    pub(super) name: &'t Node<'t>,
    /// The entry of its value.
    pub(super) value: &'t Entry<'t>,
    /// Whether the value may be the name of a stored one: its `Type` is not known.
    pub(super) may_be_stored: bool,
}

impl<'t> Variable<'t> {
    /// What it is called; of several names that it can have, one that promises a secret.
    pub(super) fn called(self, sections: Sections<'t>, speller: &mut Speller<'t>) -> Option<Cow<'t, str>> {
        if let Kind::String(name) = &self.name.kind {
            return Some(Cow::Borrowed(name.as_ref()));
        }
        let texts = speller.texts(self.name).into_iter();
        let names: Vec<Cow<'t, str>> = texts.flat_map(|spelled| sections.names(spelled.text)).collect();
        let promising = names.iter().position(|name| promise(name).is_some()).unwrap_or(0);
        names.into_iter().nth(promising)
    }
}

/// Whether each item of a list of this name is a secret. Of all lists in the schemas of AWS's types, only those of ElastiCache and MemoryDB
/// users are (`Passwords`, 2026-11).
pub(super) fn lists_secrets(name: &str) -> bool {
    name == "Passwords"
}

/// Whether the tags of something stand under a key: `Tags`, `TagList`, `UserPoolTags`.
pub(super) fn holds_tags(key: &str) -> bool {
    matches!(key.as_bytes(), [.., b'T', b'a', b'g', b's'] | b"TagList" | b"tags")
}

/// Whether the value of a variable stands under a key.
pub(super) fn is_value(key: &str) -> bool {
    matches!(key, "Value" | "value" | "ParameterValue" | "HeaderValue")
}

/// Whether the name of a variable stands under a key.
pub(super) fn is_name(key: &str) -> bool {
    matches!(key, "Name" | "name" | "OptionName" | "ParameterKey" | "Key" | "key" | "Variable" | "HeaderName")
}

/// Whether a `Type` of a variable means that its value is the name of a stored one.
pub(super) fn is_stored(kind: &str) -> bool {
    matches!(kind, "PARAMETER_STORE" | "SECRETS_MANAGER")
}

/// The variable that a map is, as containers, build projects, option settings and tags write it. None where its `Type` says that
/// the value is the name of a stored one.
pub(super) fn variable<'t>(entries: &'t [Entry<'t>]) -> Option<Variable<'t>> {
    let entry = |is: fn(&str) -> bool| entries.iter().find(|entry| is(&entry.key));
    let value = entry(is_value)?;
    let name = entry(is_name)?;
    let stored = kind_of(entries).and_then(Node::as_str).is_some_and(is_stored);
    (!stored).then_some(Variable { name: &name.value, value, may_be_stored: false })
}

/// What the `Type` of a variable is.
fn kind_of<'t>(entries: &'t [Entry<'t>]) -> Option<&'t Node<'t>> {
    entries.iter().find(|entry| matches!(entry.key.as_ref(), "Type" | "type")).map(|entry| &entry.value)
}

/// The same as [`variable`], where a function may give the `Type`: none where it means a stored one, whatever the function gives.
pub(super) fn variable_in<'t>(
    entries: &'t [Entry<'t>],
    sections: Sections<'t>,
    speller: &mut Speller<'t>,
) -> Option<Variable<'t>> {
    let found = variable(entries)?;
    let Some(kind) = kind_of(entries).filter(|kind| kind.as_mapping().is_some()) else { return Some(found) };
    let texts = speller.texts(kind);
    if texts.is_empty() {
        return Some(found);
    }
    let mut may_be_stored = false;
    for spelled in &texts {
        match sections.settled(&spelled.text) {
            Some(kinds) if kinds.iter().all(|kind| is_stored(kind)) => {}
            // In one of the cases, the value is what it is.
            Some(_) => return Some(found),
            None => may_be_stored = true,
        }
    }
    may_be_stored.then_some(Variable { may_be_stored, ..found })
}

/// Whether a text below a function may hold a secret, alone or with what it is put together with.
pub(super) fn holds_mark(node: &Node<'_>) -> bool {
    match &node.kind {
        Kind::String(text) => may_be_piece(text),
        Kind::Sequence(items) => items.iter().any(holds_mark),
        Kind::Mapping(entries) => entries.iter().any(|entry| holds_mark(&entry.value)),
        _ => false,
    }
}
