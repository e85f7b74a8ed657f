//! Which parameters carry secrets.

use super::names::{is_secret_name, names_a_reference};
use crate::syntax::{Entry, Node};
use crate::expand::Parameter;
use regex::Regex;
use std::sync::LazyLock;

/// Whether a parameter carries a secret: its name promises one, or a property with a secret's name is set to it somewhere
/// below `blocks`. Lists, numbers, resource ids, choices and the names of stored secrets are none.
pub fn carries_secret<'t>(parameter: &Parameter<'t>, blocks: impl IntoIterator<Item = &'t Node<'t>>) -> bool {
    // A parameter without a type is not valid, and still a text.
    if !matches!(parameter.kind, "String" | "") || !parameter.allowed.is_empty() || is_reference(parameter) {
        return false;
    }
    let mut uses = Uses { as_secret: false, as_reference: false };
    for block in blocks {
        uses.find(block, parameter.name, None);
    }
    !uses.as_reference && (uses.as_secret || is_secret_name(parameter.name))
}

/// Descriptions that say that the value leads to a secret: "ARN of the secret", "Name of the token in Secrets Manager".
static LEADS_TO_A_SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\barn\b|\bamazon resource name\b|\b(?:id|identifier|name|path|url) (?:of|for)\b|\bsecret(?:'s)? (?:id|name)\b").ok()
});

/// Whether a parameter names a stored secret, by its own name, description, default or pattern.
fn is_reference(parameter: &Parameter<'_>) -> bool {
    let text = |key| parameter.node.get(key).and_then(Node::as_str).unwrap_or_default();
    names_a_reference(parameter.name)
        || LEADS_TO_A_SECRET.as_ref().is_some_and(|pattern| pattern.is_match(text("Description")))
        || text("Default").starts_with("arn:")
        || text("AllowedPattern").contains("arn:")
}

/// How a template uses a parameter.
struct Uses {
    /// A property with a secret's name is set to it.
    as_secret: bool,
    /// It stands where only the name of something can stand.
    as_reference: bool,
}

impl Uses {
    /// Looks below a node that stands under `key`.
    fn find(&mut self, node: &Node<'_>, parameter: &str, key: Option<&str>) {
        for entry in node.as_mapping().unwrap_or_default() {
            self.note(entry, parameter, key);
            // A function's arguments stand where the function stands.
            let inner = if entry.key.starts_with("Fn::") { key } else { Some(entry.key.as_ref()) };
            self.find(&entry.value, parameter, inner);
        }
        for item in node.as_sequence().unwrap_or_default() {
            self.find(item, parameter, key);
        }
    }

    fn note(&mut self, entry: &Entry<'_>, parameter: &str, key: Option<&str>) {
        let text = match entry.value.as_sequence() {
            Some([template, ..]) if entry.key == "Fn::Sub" => template.as_str(),
            _ => entry.value.as_str(),
        };
        match (entry.key.as_ref(), text, key) {
            ("Ref", Some(name), Some(key)) if name == parameter => {
                self.as_secret |= is_secret_name(key);
                self.as_reference |= takes_a_reference(key);
            }
            // `{{resolve:secretsmanager:${DatabaseSecret}:SecretString:password}}`
            ("Fn::Sub", Some(text), _) if text.contains("{{resolve:") => {
                self.as_reference |= text.split("{{resolve:").skip(1).any(|after| {
                    let reference = after.split_once("}}").map_or(after, |(reference, _)| reference);
                    reference.contains(&format!("${{{parameter}}}"))
                });
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
    use crate::source::SourceId;
    use crate::template::Template;

    /// The parameters of a template that carry secrets.
    fn carrying(text: &str) -> Vec<String> {
        let document = crate::syntax::parse(text, SourceId(0)).unwrap();
        let template = Template::new(&document.root);
        let blocks = || template.resources.iter().map(|resource| resource.node);
        let carrying = template.parameters.iter().filter(|parameter| carries_secret(parameter, blocks()));
        carrying.map(|parameter| parameter.name.to_owned()).collect()
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
