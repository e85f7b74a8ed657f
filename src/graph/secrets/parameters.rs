//! Which parameters carry secrets.

use super::names::{Promise, may_name_a_place, names_a_reference, promise};
use super::no_echo::hides_secret;
use super::texts::{is_promised, is_secret_literal, names_a_place};
use super::uses::{self, AS_GENERATED, AS_REFERENCE, AS_SECRET};
use crate::eval::Run;
use crate::eval::reads::Read;
use crate::eval::value::{Kind, Value};
use crate::expand::{Model, Parameter};
use crate::source::Span;
use crate::syntax::Node;
use memchr::memchr_iter;

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
/// secret's name is set to it, or `NoEcho` hides its default. Numbers, resource ids, choices and the names of stored secrets
/// are none; nor is, by its use or by `NoEcho` alone, a parameter whose default is no secret, or, by the name of what is generated, one
/// whose default does not look so. A list is one where something takes a list of secrets.
pub fn carries_secret<'t>(run: &mut Run<'_, 't>, model: &Model<'_, 't>, parameter: &Parameter<'_>) -> Option<Carries> {
    // Its uses are found by looking through the whole template.
    let is_list = is_list_of_texts(parameter);
    if !takes_any_text(parameter) && !is_list {
        return None;
    }
    let generated = |name: &str| {
        let default = parameter.default.and_then(Node::scalar_text);
        default.is_some_and(|default| is_promised(Promise::Generated, name, &default))
    };
    let by_name = !is_list
        && match promise(parameter.name) {
            Some(Promise::Secret) => !names_stored_secret(parameter.name, parameter),
            Some(Promise::Generated) => generated(parameter.name),
            None => false,
        };
    let by_no_echo = !by_name && !is_list && hides_secret(parameter);
    let uses = uses(run, model);
    let used = |how: &str| uses.and_then(|uses| uses.get(how)?.get(parameter.name));
    let as_generated = || used(AS_GENERATED).filter(|_| !is_list && generated(parameter.name));
    let as_secret = used(AS_SECRET).or_else(as_generated);
    // What a declaration says takes longest to read, and few get so far.
    if !(by_name || by_no_echo || as_secret.is_some()) || used(AS_REFERENCE).is_some() || is_reference(parameter) {
        return None;
    }
    if by_name {
        return Some(Carries::ByName);
    }
    let is_plain = |default: &str| !default.is_empty() && !is_secret_literal(default);
    if parameter.default.and_then(Node::scalar_text).is_some_and(|default| match is_list {
        true => default.split(',').all(|item| is_plain(item.trim())),
        false => is_plain(&default),
    }) {
        return None;
    }
    match as_secret {
        Some(used) => Some(Carries::ByUse { by: used.text()?.into_owned(), span: used.span }),
        None => by_no_echo.then_some(Carries::ByNoEcho),
    }
}

/// Whether a parameter, or what is set to it, has a name that people give to the place of a secret as well, and its default is one.
pub(super) fn names_stored_secret(name: &str, parameter: &Parameter<'_>) -> bool {
    may_name_a_place(name) && parameter.default.and_then(Node::as_str).is_some_and(names_a_place)
}

/// All uses of parameters: what makes it one, and where it is.
pub fn parameter_uses<'t>(run: &mut Run<'_, 't>, model: &Model<'_, 't>) -> Vec<(Span, String)> {
    let uses = uses(run, model);
    let mut all = Vec::new();
    for how in [AS_SECRET, AS_GENERATED, AS_REFERENCE] {
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
        let uses = uses::value(model);
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

/// Whether a parameter is a list of texts that nobody limits.
fn is_list_of_texts(parameter: &Parameter<'_>) -> bool {
    matches!(parameter.kind, "CommaDelimitedList" | "List<String>") && parameter.allowed.is_empty()
}

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

/// What a dynamic reference begins with.
pub(super) const RESOLVE: &str = "{{resolve:";

/// Whether a dynamic reference begins in a text. Most hold no such brace.
pub(super) fn holds_reference(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr_iter(b'{', bytes).any(|at| bytes.get(at..).is_some_and(|rest| rest.starts_with(RESOLVE.as_bytes())))
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
    fn by_what_functions_put_together() {
        let found = carrying(
            r##"
Parameters:
  Joined: {Type: String}
  Variable: {Type: String}
  Only: {Type: String}
  Chosen: {Type: String}
  Default: {Type: String}
  Words: {Type: CommaDelimitedList}
  First: {Type: String}
  Second: {Type: String}
  Third: {Type: String}
  Computed: {Type: String}
  Mapped: {Type: String}
  Host: {Type: String}
Mappings: {M: {a: {Name: DB_PASSWORD}}}
Resources:
  One: {Type: X, Properties: {SecretString: !Join ['', ['{"user":"', !Ref Host, '","password":"', !Ref Joined, '"}']]}}
  Two: {Type: X, Properties: {UserData: {'Fn::Base64': !Sub ["#!/bin/sh
export DB_TOKEN=${x}
", {x: !Ref Variable}]}}}
  Three: {Type: X, Properties: {Password: !Sub ['${x}', {x: !Ref Only}]}}
  Four: {Type: X, Properties: {Password: !Select [1, [!Ref Host, !Ref Chosen]]}}
  Five: {Type: X, Properties: {Password: !FindInMap [M, !Ref Host, x, {DefaultValue: !Ref Default}]}}
  Six: {Type: X, Properties: {Passwords: !Ref Words}}
  Seven: {Type: X, Properties: {Url: !Sub 'postgres://${Host}:${First}@db', Other: !Sub 'http://${Host}:${Host}/a@b'}}
  Eight: {Type: X, Properties: {Url: !Join ['', ['redis://:', !Ref Second, '@', !Ref Host]]}}
  Nine: {Type: X, Properties: {Url: !Sub ['redis://:${x}@db', {x: !Ref Third}], Mail: !Join ['@', [!Ref Host, !Ref Host]]}}
  Ten: {Type: X, Properties: {Name: !Sub '/${Host}/db-password', Value: !Ref Computed}}
  Eleven: {Type: X, Properties: {Environment: [{Name: !FindInMap [M, a, Name], Value: !Ref Mapped}]}}
"##,
        );
        assert_eq!(
            found,
            [
                "Joined by `password` of `One`",
                "Variable by `DB_TOKEN` of `Two`",
                "Only by `Password` of `Three`",
                "Chosen by `Password` of `Four`",
                "Default by `Password` of `Five`",
                "Words by `Passwords` of `Six`",
                "First by `Url` of `Seven`",
                "Second by `Url` of `Eight`",
                "Third by `Url` of `Nine`",
                "Computed by `/${Host}/db-password` of `Ten`",
                "Mapped by `DB_PASSWORD` of `Eleven`",
            ]
        );
    }

    #[test]
    fn by_the_name_of_what_is_generated() {
        let found = carrying(
            r"
Parameters:
  EncryptionKey: {Type: String, Default: 9f86d081884c7d659a2feaa0c55ad015}
  Opener: {Type: String, Default: 'app:Zk4pQ9x77Lm'}
  Line: {Type: String, Default: Zk4pQ9x77LmZk4pQ9}
  MasterKey: {Type: String, Default: alias/records}
  SigningKey: {Type: String, Default: 1234abcd-12ab-34cd-56ef-1234567890ab}
  ServiceKey: {Type: String}
  StorageKey: {Type: String, Default: portal-20241101a.zip}
  AppKey: {Type: String, Default: 9f86d081884c7d659a2feaa0c55ad015, AllowedValues: [9f86d081884c7d659a2feaa0c55ad015, x]}
  Plain: {Type: String, Default: records}
Resources:
  One: {Type: X, Properties: {Variables: {BASIC_AUTH: !Ref Opener, MASTER_KEY: !Ref Plain}}}
  Two: {Type: X, Properties: {UserData: !Sub 'export SIGNING_KEY=${Line}'}}
",
        );
        assert_eq!(found, ["EncryptionKey", "Opener by `BASIC_AUTH` of `One`", "Line by `SIGNING_KEY` of `Two`"]);
    }

    #[test]
    fn keys_and_names_are_no_secrets() {
        let found = carrying(
            r"
Parameters:
  Mapping: {Type: String}
  First: {Type: String}
  Second: {Type: String}
  Index: {Type: String}
  Delimiter: {Type: String}
  Export: {Type: String}
  Stack: {Type: String}
  Named: {Type: String}
  Other: {Type: String}
  NotChosen: {Type: String}
  Words: {Type: CommaDelimitedList}
  Place: {Type: String, Default: prod/db/creds}
  DbSecret: {Type: String, Default: prod-db}
Conditions: {C: !Equals [!Ref Index, x]}
Resources:
  One: {Type: X, Properties: {Password: !FindInMap [!Ref Mapping, !Sub '${First}', !FindInMap [M, !Ref Second, x]]}}
  Two: {Type: X, Properties: {Password: !Select [!Ref Index, [a, b]], Token: !Join [!Ref Delimiter, [a, b]]}}
  Three: {Type: X, Properties: {Password: !ImportValue {Ref: Export}, Token: !ImportValue {'Fn::Sub': '${Stack}-token'}}}
  Four: {Type: X, Properties: {Password: !Sub ['{{resolve:secretsmanager:${Secret}}}', {Secret: !If [C, !Ref Named, !Ref Other]}]}}
  Five: {Type: X, Properties: {Password: !Select [0, ['{{resolve:secretsmanager:x}}', !Ref NotChosen]]}}
  Six: {Type: X, Properties: {Token: !Split [!Ref Delimiter, x], Tokens: !Ref Words, ApiKey: !GetAtt [One, !Ref Index]}}
  Seven: {Type: X, Properties: {DB_SECRET: !Ref Place, Name: !Sub '/${Place}/db-secret', Value: !Ref Place}}
",
        );
        assert!(found.is_empty(), "{found:?}");
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
