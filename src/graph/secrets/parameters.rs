//! Which parameters carry secrets.

use super::assignments::{Dialect, assigned_references};
use super::names::{is_secret_name, names_a_reference};
use super::no_echo::hides_secret;
use super::places::{Sections, Variable, dialect_under, is_value, lists_secrets, variable_in};
use super::spelled::Speller;
use super::texts::is_secret_literal;
use crate::eval::reads::{Read, Sought};
use crate::eval::value::{Field, Kind, Value};
use crate::eval::{Run, begins_as_function};
use crate::expand::{Model, Parameter};
use crate::graph::references::in_braces;
use crate::source::Span;
use crate::syntax::{self, Entry, Node};
use memchr::{memchr, memchr_iter};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What makes a parameter one that carries a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carries {
    /// Its own name promises a secret.
    ByName,
    /// `NoEcho` declares that it is one, and its default is written out as one.
    ByNoEcho,
    /// Something whose name promises one is set to it.
    ByUse {
        /// The use: "`AuthToken` of `Cache`".
        by: String,
        /// Where it is.
        span: Span,
    },
}

/// What makes a parameter carry a secret, if it does: its name promises one, or a property, variable or line of a script with a
/// secret's name is set to it, or `NoEcho` hides its default. Lists, numbers, resource ids, choices and the names of stored secrets
/// are none; nor is, by its use or by `NoEcho` alone, a parameter whose default is no secret.
pub fn carries_secret<'t>(run: &mut Run<'_, 't>, model: &Model<'_, 't>, parameter: &Parameter<'_>) -> Option<Carries> {
    // Its uses are found by looking through the whole template.
    if !takes_any_text(parameter) {
        return None;
    }
    let by_name = is_secret_name(parameter.name);
    let by_no_echo = !by_name && hides_secret(parameter);
    let uses = uses(run, model);
    let used = |how: &str| uses.and_then(|uses| uses.get(how)?.get(parameter.name));
    let as_secret = used(AS_SECRET);
    // What a declaration says takes longest to read, and few get so far.
    if !(by_name || by_no_echo || as_secret.is_some()) || used(AS_REFERENCE).is_some() || !may_carry(parameter) {
        return None;
    }
    if by_name {
        return Some(Carries::ByName);
    }
    let is_plain = |default: Cow<'_, str>| !default.is_empty() && !is_secret_literal(&default);
    if parameter.default.and_then(Node::scalar_text).is_some_and(is_plain) {
        return None;
    }
    match as_secret {
        Some(used) => Some(Carries::ByUse { by: used.text()?.into_owned(), span: used.span }),
        None => by_no_echo.then_some(Carries::ByNoEcho),
    }
}

/// All uses of parameters: what makes it one, and where it is.
pub fn parameter_uses<'t>(run: &mut Run<'_, 't>, model: &Model<'_, 't>) -> Vec<(Span, String)> {
    let uses = uses(run, model);
    let mut all = Vec::new();
    for how in [AS_SECRET, AS_REFERENCE] {
        if let Some(Kind::Map(fields)) = uses.and_then(|uses| uses.get(how)).map(|used| &used.kind) {
            all.extend(fields.iter().map(|field| {
                let by = field.value.text().unwrap_or_default();
                (field.value.span, [how, " ", &field.key, " ", &by].concat())
            }));
        }
    }
    all
}

/// One look through the template serves all of its parameters: the uses are kept as a map of names to them.
fn uses<'m, 't>(run: &mut Run<'m, 't>, model: &Model<'_, 't>) -> Option<&'m Value<'t>> {
    run.evaluator.reads.add(Read::PARAMETER_USES);
    run.remembered(model.key().0, "uses of parameters", |run| {
        let noted = run.evaluator.reads.pause();
        let uses = Uses::new(model).into_value();
        run.evaluator.reads.resume(noted);
        Some(uses)
    })
}

/// Whether a parameter can carry a secret, by its own declaration.
pub fn may_carry(parameter: &Parameter<'_>) -> bool {
    takes_any_text(parameter) && !is_reference(parameter)
}

fn takes_any_text(parameter: &Parameter<'_>) -> bool {
    // A parameter without a type is not valid, and still a text.
    matches!(parameter.kind, "String" | "") && parameter.allowed.is_empty()
}

const AS_SECRET: &str = "as a secret";
const AS_REFERENCE: &str = "as a reference";

/// How descriptions introduce the ARN or the name of something: "ARN of the secret", "Name of the token in Secrets Manager". In lower
/// case.
const LEADS: [&str; 16] = [
    "arn",
    "amazon resource name",
    "id of",
    "id for",
    "identifier of",
    "identifier for",
    "name of",
    "name for",
    "path of",
    "path for",
    "url of",
    "url for",
    "secret id",
    "secret name",
    "secret's id",
    "secret's name",
];

/// Whether a text contains one of [`LEADS`] as words. An expression would take a start of hipaalint half a millisecond to
/// compile.
fn leads_elsewhere(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_of_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    bytes.iter().enumerate().any(|(at, _)| {
        let (before, after) = bytes.split_at(at);
        let stands_here = |lead: &str| {
            after.get(..lead.len()).is_some_and(|words| words.eq_ignore_ascii_case(lead.as_bytes()))
                && !is_of_word(after.get(lead.len()))
        };
        !is_of_word(before.last()) && LEADS.iter().any(|lead| stands_here(lead))
    })
}

/// Whether a parameter names a stored secret, by its own name, description, default or pattern.
fn is_reference(parameter: &Parameter<'_>) -> bool {
    let text = |key| parameter.node.get(key).and_then(Node::as_str).unwrap_or_default();
    names_a_reference(parameter.name)
        || leads_elsewhere(text("Description"))
        || text("Default").starts_with("arn:")
        || text("AllowedPattern").contains("arn:")
}

/// How the resources of a template use parameters, by name: the first use of each kind.
#[derive(Default)]
struct Uses<'t> {
    /// A property with a secret's name is set to these.
    as_secret: BTreeMap<&'t str, (Span, String)>,
    /// These stand where only the name of something can stand.
    as_reference: BTreeMap<&'t str, Span>,
    /// How many there are, those of the same parameter too.
    noted: usize,
}

/// Where the walk is.
#[derive(Copy, Clone)]
struct Place<'t> {
    /// The resource, as people know it.
    resource: &'t str,
    /// The key or variable, if there is one.
    key: Option<&'t str>,
    /// What a text is here.
    dialect: Dialect,
    /// Whether it is an item of a list.
    is_item: bool,
}

impl<'t> Uses<'t> {
    /// Looks through the resources' properties and metadata, as written.
    fn new(model: &Model<'_, 't>) -> Self {
        let mut uses = Self::default();
        let reads = &model.evaluator.reads;
        for (number, resource) in model.resources().iter().enumerate() {
            if reads.is_without(number, Sought::ParameterUses) {
                continue;
            }
            let before = uses.noted;
            let place = Place { resource: resource.written_name(), key: None, dialect: Dialect::Text, is_item: false };
            for node in ["Properties", "Metadata"].into_iter().filter_map(|section| resource.node.get(section)) {
                uses.find(model, node, place);
            }
            if uses.noted == before {
                reads.know_without(number, Sought::ParameterUses);
            }
        }
        uses
    }

    fn into_value(self) -> Value<'t> {
        let map = |fields| Value { span: Span::default(), kind: Kind::Map(fields) };
        let field = |key: &'t str, value| Field { key: Cow::Borrowed(key), key_span: Span::default(), value };
        let text = |span, text: String| Value { span, kind: Kind::String(Cow::Owned(text)) };
        let secrets = self.as_secret.into_iter().map(|(name, (span, by))| field(name, text(span, by))).collect();
        let references =
            self.as_reference.into_iter().map(|(name, span)| field(name, text(span, String::new()))).collect();
        map(vec![field(AS_SECRET, map(secrets)), field(AS_REFERENCE, map(references))])
    }

    /// Looks below a node. The parsers bound the depth.
    fn find(&mut self, model: &Model<'_, 't>, node: &'t Node<'t>, place: Place<'t>) {
        match &node.kind {
            syntax::Kind::Mapping(entries) => {
                for entry in entries {
                    // A function's arguments stand where the function stands.
                    if entry.key == "Ref" || begins_as_function(&entry.key) {
                        self.note(model, entry, node.span, place);
                        // A part of a text is not what the text is called.
                        let is_part =
                            matches!(entry.key.as_ref(), "Fn::Join" | "Fn::Sub") && holds_several(&entry.value);
                        let is_reference = entry.key == "Fn::Join" && holds_dynamic_reference(&entry.value);
                        let key = match place.key {
                            _ if is_reference => Some("ValueFrom"),
                            _ if is_part => None,
                            key => key,
                        };
                        self.find(model, &entry.value, Place { key, ..place });
                        continue;
                    }
                    // Nothing is below most keys.
                    if !holds_nodes(&entry.value) {
                        continue;
                    }
                    let variable = if entries.len() > 1 && is_value(&entry.key) {
                        let sections = Sections::of(model.evaluator.template.root);
                        variable_in(entries, sections, &mut Speller::new(sections.mappings))
                    } else {
                        None
                    };
                    let is_value = |variable: &Variable<'_>| {
                        std::ptr::eq(variable.value, entry) && !(place.is_item && variable.may_be_stored)
                    };
                    let name = variable.filter(is_value).and_then(|variable| variable.name.as_str());
                    let key = Some(name.unwrap_or(&entry.key));
                    let dialect = dialect_under(&entry.key).unwrap_or(place.dialect);
                    self.find(model, &entry.value, Place { key, dialect, is_item: false, ..place });
                }
            }
            syntax::Kind::Sequence(items) => {
                let place = Place { is_item: true, ..place };
                items.iter().filter(|item| holds_nodes(item)).for_each(|item| self.find(model, item, place));
            }
            _ => {}
        }
    }

    /// Notes what a function says about parameters.
    fn note(&mut self, model: &Model<'_, 't>, function: &'t Entry<'t>, span: Span, place: Place<'t>) {
        match function.key.as_ref() {
            "Ref" => {
                // Most refer to resources.
                let (Some(name), Some(key)) = (function.value.as_str(), place.key) else { return };
                if model.parameter(name).is_some() {
                    self.used(name, key, span, place);
                }
            }
            "Fn::Sub" => {
                let text = function.value.as_str().or_else(|| function.value.as_sequence()?.first()?.as_str());
                let text = text.unwrap_or_default();
                if memchr(b'$', text.as_bytes()).is_none() {
                    return;
                }
                // `{{resolve:secretsmanager:${DatabaseSecret}:SecretString:password}}`
                let references = holds_reference(text).then(|| text.split(RESOLVE).skip(1));
                for after in references.into_iter().flatten() {
                    // The braces of a parameter may stand before those of the reference: `${DatabaseSecret}}}`.
                    let end = after
                        .find("}}")
                        .map(|end| end + usize::from(after.get(end..).is_some_and(|rest| rest.starts_with("}}}"))));
                    let reference = end.and_then(|end| after.get(..end)).unwrap_or(after);
                    self.as_reference.extend(in_braces(reference).map(|name| (name, span)));
                    self.noted += 1;
                }
                let only = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
                if let (Some(name), Some(key)) = (only.filter(|name| model.parameter(name).is_some()), place.key) {
                    self.used(name, key, span, place);
                } else if may_assign(text) {
                    for (key, name) in assigned_references(text, place.dialect) {
                        if model.parameter(name).is_some() {
                            self.secret(name, key, span, place);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// A parameter that a key is set to.
    fn used(&mut self, parameter: &'t str, key: &str, span: Span, place: Place<'t>) {
        if is_secret_name(key) || lists_secrets(key) {
            self.secret(parameter, key, span, place);
        }
        if takes_a_reference(key) {
            self.as_reference.insert(parameter, span);
            self.noted += 1;
        }
    }

    fn secret(&mut self, parameter: &'t str, key: &str, span: Span, place: Place<'t>) {
        self.noted += 1;
        self.as_secret.entry(parameter).or_insert_with(|| (span, format!("`{key}` of `{}`", place.resource)));
    }
}

/// Whether a node is a map or a list.
fn holds_nodes(node: &Node<'_>) -> bool {
    matches!(node.kind, syntax::Kind::Mapping(_) | syntax::Kind::Sequence(_))
}

/// Whether a text may give a name the value `${Name}`: most name parameters in ARNs.
fn may_assign(text: &str) -> bool {
    let bytes = text.as_bytes();
    let before = |at: usize| bytes.get(at.checked_sub(1)?).copied();
    memchr_iter(b'$', bytes)
        .any(|at| matches!(before(at), Some(b'=' | b' ' | b'"' | b'\'')) && bytes.get(at + 1) == Some(&b'{'))
}

/// Whether the arguments of a function make a text of more than one piece.
fn holds_several(arguments: &Node<'_>) -> bool {
    match arguments.as_sequence() {
        Some([_, syntax::Node { kind: syntax::Kind::Sequence(items), .. }]) => items.len() > 1,
        Some([text, _]) => {
            !text.as_str().is_some_and(|text| text.starts_with("${") && text.find('}') == Some(text.len() - 1))
        }
        _ => true,
    }
}

/// Whether a piece of a joined text begins a dynamic reference, of which the other pieces are the name.
fn holds_dynamic_reference(arguments: &Node<'_>) -> bool {
    let items = arguments.as_sequence().and_then(|arguments| arguments.get(1)?.as_sequence()).unwrap_or_default();
    items.iter().any(|item| item.as_str().is_some_and(holds_reference))
}

/// What a dynamic reference begins with.
const RESOLVE: &str = "{{resolve:";

/// Whether a dynamic reference begins in a text. Most hold no such brace.
pub(super) fn holds_reference(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr_iter(b'{', bytes).any(|at| bytes.get(at..).is_some_and(|rest| rest.starts_with(RESOLVE.as_bytes())))
}

/// Properties whose value is the name or the ARN of something, secrets among them.
fn takes_a_reference(key: &str) -> bool {
    matches!(key, "Resource" | "ValueFrom") || names_a_reference(key)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;
    use crate::eval::explore;
    use crate::source::SourceId;
    use crate::template::Template;

    /// The parameters of a template that carry secrets.
    fn carrying(text: &str) -> Vec<String> {
        let document = crate::syntax::parse(text, SourceId(0)).unwrap();
        let template = Template::new(&document.root);
        let (inputs, memory) = Default::default();
        let model = Model::new(&template, &inputs, &memory);
        let mut found = Vec::new();
        explore(&model.evaluator, |run| {
            let carrying = template.parameters.iter().filter_map(|parameter| {
                Some(match carries_secret(run, &model, parameter)? {
                    Carries::ByName => parameter.name.to_owned(),
                    Carries::ByNoEcho => format!("{} by NoEcho", parameter.name),
                    Carries::ByUse { by, .. } => format!("{} by {by}", parameter.name),
                })
            });
            found = carrying.collect();
        });
        found
    }

    #[test]
    fn leads_are_words_of_their_own() {
        for text in [
            "The ARN.",
            "arn",
            "é Amazon Resource Name",
            "(id of it)",
            "the Secret's name",
            "ID OF secret",
            "a name for é",
        ] {
            assert!(leads_elsewhere(text), "{text}");
        }
        for text in ["", "Learn it", "arns", "arn_", "valid of", "named for", "name  of", "name", "secrets id"] {
            assert!(!leads_elsewhere(text), "{text}");
        }
    }

    #[test]
    fn by_name_and_by_use() {
        let found = carrying(
            r"
Parameters:
  DatabasePassword: {Type: String}
  ApiToken: {Description: For the partner's API}
  Opener: {Type: String}
  Nested: {Type: String}
  User: {Type: String}
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUsername: !Ref User
      MasterUserPassword: !If [IsProd, !Ref Opener, !If [IsTest, !Ref Nested, !Ref AWS::NoValue]]
",
        );
        assert_eq!(
            found,
            [
                "DatabasePassword",
                "ApiToken",
                "Opener by `MasterUserPassword` of `Database`",
                "Nested by `MasterUserPassword` of `Database`"
            ]
        );
    }

    #[test]
    fn by_no_echo() {
        let found = carrying(
            r"
Parameters:
  Cred: {Type: String, NoEcho: true, Default: hunter2hunter2}
  Choice: {Type: String, NoEcho: true, Default: hunter2hunter2, AllowedValues: [hunter2hunter2, other]}
  Lookup: {Type: String, NoEcho: true, Default: hunter2hunter2, Description: Name of the secret}
  Stored: {Type: String, NoEcho: true, Default: prod/cred}
Resources:
  Database: {Type: AWS::RDS::DBInstance, Properties: {Other: !Sub '{{resolve:secretsmanager:${Stored}}}'}}
",
        );
        assert_eq!(found, ["Cred by NoEcho"]);
    }

    #[test]
    fn by_variables_scripts_and_texts() {
        let found = carrying(
            r#"
Parameters:
  One: {Type: String}
  Two: {Type: String}
  Three: {Type: String}
  Settings: {Type: String, Default: '{"deploy": "true"}'}
  Partner: {Type: String, Default: hunter2hunter2}
  Host: {Type: String}
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions: [{Environment: [{Name: DB_PASSWORD, Value: !Ref One}, {Name: HOST, Value: !Ref Host}]}]
  Server:
    Type: AWS::EC2::Instance
    Properties:
      UserData: {'Fn::Base64': !Sub "export HOST=${Host}\\nexport DB_PASSWORD='${Two}'\\n"}
      Password: !Sub '${Three}'
  Checks:
    Type: Custom::Checks
    Properties: {VECTOR-STORE-SECRET: !Ref Settings, PARTNER-SECRET: !Ref Partner}
"#,
        );
        assert_eq!(
            found,
            [
                "One by `DB_PASSWORD` of `Task`",
                "Two by `DB_PASSWORD` of `Server`",
                "Three by `Password` of `Server`",
                "Partner by `PARTNER-SECRET` of `Checks`"
            ]
        );
    }

    #[test]
    fn what_leads_to_a_secret_is_none() {
        let found = carrying(
            r"
Parameters:
  DatabaseSecretArn: {Type: String}
  DatabaseSecret: {Type: String, Description: The ARN of the secret}
  MailSecret: {Type: String, Description: Name of the secret with the password of the mail server}
  PartnerSecret: {Type: String, AllowedPattern: '^arn:aws:secretsmanager:.*'}
  CacheSecret: {Type: String, Default: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:cache'}
  Resolved: {Type: String}
  ReadSecret: {Type: String}
  TaskSecret: {Type: String}
  StoredToken: {Type: 'AWS::SSM::Parameter::Value<String>'}
  UsePassword: {Type: String}
  WithToken: {Type: String, AllowedValues: ['yes', 'no']}
  JoinedSecret: {Type: String}
  Host: {Type: String}
  PasswordLength: {Type: Number}
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: !Sub '{{resolve:secretsmanager:${ResolvedSecret}:SecretString:password}}'
      Password: !Sub ['{{resolve:secretsmanager:${Resolved}}}', {}]
      Token: !Join ['', ['{{resolve:secretsmanager:', !Ref JoinedSecret, '}}']]
      ApiKey: !Join ['-', [!Ref Host, x]]
  Policy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyDocument: {Statement: {Effect: Allow, Action: 'secretsmanager:GetSecretValue', Resource: [!Ref ReadSecret]}}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions: [{Secrets: [{Name: TOKEN, ValueFrom: !Ref TaskSecret}]}]
",
        );
        assert!(found.is_empty(), "{found:?}");
    }
}
