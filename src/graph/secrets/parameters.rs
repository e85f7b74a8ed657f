//! Which parameters carry secrets.

use super::names::{is_secret_name, names_a_reference};
use crate::eval::value::{Field, Kind, Value};
use crate::eval::{Run, begins_as_function};
use crate::expand::{Model, Parameter};
use crate::source::Span;
use crate::syntax::{self, Entry, Node};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Whether a parameter carries a secret: its name promises one, or a property with a secret's name is set to it. Lists,
/// numbers, resource ids, choices and the names of stored secrets are not secrets.
pub fn carries_secret<'t>(run: &mut Run<'_, 't>, model: &Model<'_, 't>, parameter: &Parameter<'_>) -> bool {
    // A parameter without a type is not valid, and still a text.
    if !matches!(parameter.kind, "String" | "") || !parameter.allowed.is_empty() {
        return false;
    }
    // One look through the template serves all of its parameters: the uses are kept as a map of names to them.
    let uses = run.remembered(model.whole.node, "uses of parameters", |_| Some(Uses::new(model).into_value()));
    let used =
        |how: &str| uses.and_then(|uses| uses.get(how)).is_some_and(|names| names.field(parameter.name).is_some());
    (is_secret_name(parameter.name) || used(AS_SECRET)) && !used(AS_REFERENCE) && !is_reference(parameter)
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

/// How the resources of a template use parameters, by name.
#[derive(Default)]
struct Uses<'t> {
    /// A property with a secret's name is set to these.
    as_secret: BTreeSet<&'t str>,
    /// These stand where only the name of something can stand.
    as_reference: BTreeSet<&'t str>,
}

impl<'t> Uses<'t> {
    /// Looks through the resources' properties, as written.
    fn new(model: &Model<'_, 't>) -> Self {
        let mut uses = Self::default();
        for properties in model.resources.iter().filter_map(|resource| resource.node.get("Properties")) {
            uses.find(model, properties, None);
        }
        uses
    }

    fn into_value(self) -> Value<'t> {
        let map = |fields| Value { span: Span::default(), kind: Kind::Map(fields) };
        let field = |key: &'t str, value| Field { key: Cow::Borrowed(key), key_span: Span::default(), value };
        let names =
            |names: BTreeSet<&'t str>| map(names.into_iter().map(|name| field(name, map(Vec::new()))).collect());
        map(vec![field(AS_SECRET, names(self.as_secret)), field(AS_REFERENCE, names(self.as_reference))])
    }

    /// Looks below a node that is under `key`. The parsers bound the depth.
    fn find(&mut self, model: &Model<'_, 't>, node: &'t Node<'t>, key: Option<&str>) {
        match &node.kind {
            syntax::Kind::Mapping(entries) => {
                for entry in entries {
                    // A function's arguments stand where the function stands.
                    if entry.key == "Ref" || begins_as_function(&entry.key) {
                        self.note(model, entry, key);
                        self.find(model, &entry.value, key);
                    } else {
                        self.find(model, &entry.value, Some(&entry.key));
                    }
                }
            }
            syntax::Kind::Sequence(items) => items.iter().for_each(|item| self.find(model, item, key)),
            _ => {}
        }
    }

    /// Notes how a function uses parameters.
    fn note(&mut self, model: &Model<'_, 't>, function: &'t Entry<'t>, key: Option<&str>) {
        match function.key.as_ref() {
            "Ref" => {
                // Most refer to resources.
                let (Some(name), Some(key)) = (function.value.as_str(), key) else { return };
                if model.parameter(name).is_none() {
                    return;
                }
                if is_secret_name(key) {
                    self.as_secret.insert(name);
                }
                if takes_a_reference(key) {
                    self.as_reference.insert(name);
                }
            }
            "Fn::Sub" => {
                let text = function.value.as_str().or_else(|| function.value.as_sequence()?.first()?.as_str());
                // `{{resolve:secretsmanager:${DatabaseSecret}:SecretString:password}}`
                for after in text.unwrap_or_default().split("{{resolve:").skip(1) {
                    let reference = after.split_once("}}").map_or(after, |(reference, _)| reference);
                    let names = reference.split("${").skip(1).filter_map(|rest| rest.split_once('}'));
                    self.as_reference.extend(names.map(|(name, _)| name));
                }
            }
            _ => {}
        }
    }
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
            let carrying = template.parameters.iter().filter(|parameter| carries_secret(run, &model, parameter));
            found = carrying.map(|parameter| parameter.name.to_owned()).collect();
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
        assert_eq!(found, ["DatabasePassword", "ApiToken", "Opener", "Nested"]);
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
  PasswordLength: {Type: Number}
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: !Sub '{{resolve:secretsmanager:${ResolvedSecret}:SecretString:password}}'
      Password: !Sub ['{{resolve:secretsmanager:${Resolved}}}', {}]
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
