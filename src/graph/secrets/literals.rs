//! Where a template writes a secret out.

use super::names::is_secret_name;
use super::texts::{is_secret_literal, secret_text};
use crate::eval::begins_as_function;
use crate::source::Span;
use crate::syntax::{Entry, Kind, Node};
use smallvec::SmallVec;
use std::borrow::Cow;

/// A secret that is written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiteralSecret {
    /// The text.
    pub span: Span,
    /// From the node that was searched to the value, `/` between steps.
    pub path: String,
    /// The property or variable that holds it.
    pub name: String,
    /// What it is: "a hard-coded secret", "a private key".
    pub what: &'static str,
}

/// Whether the value of a key is code, prose, an example or a recipe that makes a secret: nothing below it is searched.
fn is_passed_over(key: &str) -> bool {
    matches!(
        key,
        "AWS::CloudFormation::Interface"
            | "AllowedPattern"
            | "ConstraintDescription"
            | "Description"
            | "FunctionCode"
            | "GenerateSecretString"
            | "InlineCode"
            | "ZipFile"
            | "example"
            | "examples"
    )
}

/// Finds the secrets that are written out in a node that is under `name`, in every branch of every condition.
pub fn literal_secrets<'t>(name: &str, node: &'t Node<'t>) -> Vec<LiteralSecret> {
    let mut search = Search { path: SmallVec::new(), found: Vec::new() };
    search.named(name, node);
    search.found
}

/// A walk through a block. The parsers bound its depth.
struct Search<'t> {
    path: SmallVec<[Step<'t>; 16]>,
    found: Vec<LiteralSecret>,
}

enum Step<'t> {
    Key(&'t str),
    Index(usize),
}

impl<'t> Search<'t> {
    /// The node of a key. A name that is typical of a secret decides what the texts in it are.
    fn named(&mut self, name: &str, node: &'t Node<'t>) {
        // Lists, and maps that no function makes, are not secrets as wholes: their names need not be taken apart.
        let may_be_text = match &node.kind {
            Kind::String(_) | Kind::Number(_) => true,
            Kind::Mapping(entries) => entries.len() == 1,
            Kind::Sequence(_) | Kind::Null | Kind::Bool(_) => false,
        };
        if may_be_text && is_secret_name(name) {
            self.secret_value(name, node);
        }
        self.node(name, node);
    }

    fn node(&mut self, name: &str, node: &'t Node<'t>) {
        match &node.kind {
            // The name of something in the template. Beside other keys, these are keys like any other.
            Kind::Mapping(entries) if matches!(entries.as_slice(), [only] if matches!(only.key.as_ref(), "Ref" | "Fn::GetAtt")) =>
                {}
            Kind::Mapping(entries) => {
                let variable = if entries.len() > 1 { variable(entries) } else { None };
                for entry in entries {
                    if is_passed_over(&entry.key) {
                        continue;
                    }
                    self.path.push(Step::Key(&entry.key));
                    match variable {
                        Some((name, value)) if std::ptr::eq(value, entry) => self.named(name, &entry.value),
                        // A function's arguments stand where the function stands.
                        _ if begins_as_function(&entry.key) => self.node(name, &entry.value),
                        _ => self.named(&entry.key, &entry.value),
                    }
                    self.path.pop();
                }
            }
            Kind::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.path.push(Step::Index(index));
                    self.node(name, item);
                    self.path.pop();
                }
            }
            Kind::String(text) => {
                if let Some(what) = secret_text(text) {
                    self.found(name, node.span, what);
                }
            }
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
        }
    }

    /// A value under a secret's name: each text that some branch writes out is the secret.
    fn secret_value(&mut self, name: &str, node: &'t Node<'t>) {
        match &node.kind {
            Kind::String(text) if is_secret_literal(text) => self.found(name, node.span, "a hard-coded secret"),
            // A number of so many digits is a password that YAML or JSON took for a number.
            Kind::Number(number) if number.text.len() >= 6 => self.found(name, node.span, "a hard-coded secret"),
            Kind::Mapping(entries) => {
                let [Entry { key, value, .. }] = entries.as_slice() else { return };
                let arguments = value.as_sequence();
                self.path.push(Step::Key(key));
                match (key.as_ref(), arguments) {
                    ("Fn::If", Some([_, branches @ ..])) => {
                        for (index, branch) in branches.iter().enumerate() {
                            self.path.push(Step::Index(index + 1));
                            self.secret_value(name, branch);
                            self.path.pop();
                        }
                    }
                    ("Fn::Sub", Some([template, ..])) => {
                        self.path.push(Step::Index(0));
                        self.secret_value(name, template);
                        self.path.pop();
                    }
                    ("Fn::Sub" | "Fn::Base64", None) => self.secret_value(name, value),
                    _ => {}
                }
                self.path.pop();
            }
            _ => {}
        }
    }

    fn found(&mut self, name: &str, span: Span, what: &'static str) {
        // A text under a secret's name may have a secret's shape as well.
        if self.found.iter().any(|secret| secret.span == span) {
            return;
        }
        // What a function computes is one place: its path ends there, the span is exact.
        let steps = self.path.iter().take_while(|step| !matches!(step, Step::Key(key) if begins_as_function(key)));
        let steps: Vec<Cow<'_, str>> = steps
            .map(|step| match step {
                Step::Key(key) => Cow::Borrowed(*key),
                Step::Index(index) => Cow::Owned(index.to_string()),
            })
            .collect();
        self.found.push(LiteralSecret { span, path: steps.join("/"), name: name.to_owned(), what });
    }
}

/// `{Name: DB_PASSWORD, Value: …}`: a variable as containers, build projects, option settings and tags write it, with its
/// name and its value's entry. None if its `Type` shows that the value is the name of a stored one.
fn variable<'t>(entries: &'t [Entry<'t>]) -> Option<(&'t str, &'t Entry<'t>)> {
    let entry = |is: fn(&str) -> bool| entries.iter().find(|entry| is(&entry.key));
    let value = entry(|key| matches!(key, "Value" | "ParameterValue"))?;
    let name = entry(|key| matches!(key, "Name" | "OptionName" | "ParameterKey" | "Key"))?.value.as_str()?;
    let stored = entry(|key| key == "Type")
        .and_then(|entry| entry.value.as_str())
        .is_some_and(|kind| matches!(kind, "PARAMETER_STORE" | "SECRETS_MANAGER"));
    (!stored).then_some((name, value))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;
    use crate::source::SourceId;
    use crate::syntax::parse;

    fn paths(text: &str) -> Vec<String> {
        let document = parse(text, SourceId(0)).unwrap();
        literal_secrets("", &document.root).into_iter().map(|secret| secret.path).collect()
    }

    #[test]
    fn secrets_are_found_in_every_branch_and_spelling() {
        let found = paths(
            r#"
Password: !If [IsProd, hunter2, !If [IsTest, !Ref Password, hunter3]]
Token: !Sub hunter4
SecretString: !Sub ['{"user": "${U}", "password": "hunter5"}', {U: x}]
Pin: {DB_PASS: 12345678}
Environment:
  - {Name: API_KEY, Value: hunter6}
  - {Value: hunter7, Name: API_KEY}
  - {Name: USER, Value: somebody}
Url: !Join ['', ['postgres://app:hunter8@', !GetAtt Db.Endpoint.Address]]
Variables: {Ref: 'postgres://app:hunter9@db', Other: x}
"#,
        );
        assert_eq!(
            found,
            [
                "Password",
                "Password",
                "Token",
                "SecretString",
                "Pin/DB_PASS",
                "Environment/0/Value",
                "Environment/1/Value",
                "Url",
                "Variables/Ref",
            ]
        );
    }

    #[test]
    fn references_recipes_and_code_are_no_secrets() {
        let found = paths(
            r#"
Password: !Ref Password
MasterUserPassword: '{{resolve:secretsmanager:db:SecretString:password}}'
OAuthToken: !Sub '{{resolve:secretsmanager:${Secret}:SecretString:token}}'
SecretString: !Sub '{"user": "x", "password": "${Password}"}'
GenerateSecretString: {SecretStringTemplate: '{"password": "x"}', GenerateStringKey: password}
Code: {ZipFile: 'password = "hunter2"'}
TokenValidityUnits: {AccessToken: hours, RefreshToken: days}
Environment:
  - {Name: DB_PASSWORD, Type: SECRETS_MANAGER, Value: prod-db:password}
  - {Name: DB_PASSWORD, ValueFrom: prod-db}
PasswordPolicy: {MinimumLength: 12}
GenerateSecret: true
"#,
        );
        assert!(found.is_empty(), "{found:?}");
    }
}
