//! Where a template writes a secret out.

mod calls;
mod found;
mod recipe;

use super::assignments::{Assignment, Dialect, assigned_secrets, partly_assigned};
use super::glance::Glance;
use super::literal::{Extent, LiteralSecret};
use super::names::{Promise, promise};
use super::partial::{Partial, parts_of_secret, parts_of_urls};
use super::places::{
    Sections, decoded, dialect_of_file, dialect_of_script, dialect_under, holds_tags, is_passed_over, lists_secrets,
    variable_in,
};
use super::settings::{holds_variables, is_settings, may_be_settings};
use super::shapes::{PRIVATE_KEY, secret_texts, shaped_secrets};
use super::spelled::{Spelled, Speller};
use super::texts::{is_label, is_promised};
use crate::eval::begins_as_function;
use crate::syntax::{Entry, Kind, Node};
use smallvec::{SmallVec, smallvec};
use std::borrow::Cow;
use std::ops::Range;

/// What a secret is called that is known by its name.
const HARD_CODED: &str = "a hard-coded secret";
/// The same of a command.
const ARGUMENT: &str = "given a hard-coded secret";
/// The same of one of which the template writes out a part.
const PARTIAL: &str = "a partly hard-coded secret";
/// The same in a URL.
const PARTIAL_URL: &str = "a URL that contains part of a password";
/// What a value is called that can be more texts than are looked at.
const UNREAD: &str = "a value with too many parts or cases to be read";

impl Assignment<'_> {
    fn what(&self) -> &'static str {
        if self.is_argument { ARGUMENT } else { HARD_CODED }
    }
}

/// Finds the secrets that are written out in a node that stands under `name`, in every branch of every condition. `names_lists` is
/// whether the names in it are those of what lists hold, as the properties of a custom resource are.
pub fn literal_secrets<'t>(
    name: &str,
    node: &'t Node<'t>,
    sections: Sections<'t>,
    names_lists: bool,
) -> Vec<LiteralSecret> {
    let mut search = Search {
        path: SmallVec::new(),
        dialect: Dialect::Text,
        may_be_settings: false,
        is_item: false,
        names_lists,
        is_doubted: false,
        is_of_tags: false,
        speller: Speller::new(sections.mappings),
        sections,
        found: Vec::new(),
    };
    search.named(name, node);
    search.found
}

/// A walk through a block. The parsers bound its depth.
struct Search<'t> {
    path: SmallVec<[Step<'t>; 16]>,
    /// What texts are where the walk is.
    dialect: Dialect,
    /// Whether a text there that looks like settings is one.
    may_be_settings: bool,
    /// Whether it is at an item of a list, of which the list's name promises nothing.
    is_item: bool,
    /// Whether it is where the name of a list is that of its items: Systems Manager has each value of `Parameters` in a list.
    names_lists: bool,
    /// Whether it is in what may be the name of a stored secret.
    is_doubted: bool,
    /// Whether it is in tags, which are labels as a rule.
    is_of_tags: bool,
    speller: Speller<'t>,
    sections: Sections<'t>,
    found: Vec<LiteralSecret>,
}

enum Step<'t> {
    Key(&'t str),
    Index(usize),
}

impl<'t> Search<'t> {
    /// The node of a key. A name that is typical of a secret decides what the texts in it are.
    fn named(&mut self, name: &str, node: &'t Node<'t>) {
        match &node.kind {
            Kind::String(text) => self.plain(name, node, text),
            // A number of so many digits is a password that YAML or JSON took for a number.
            Kind::Number(number) if number.text.len() >= 6 => self.plain(name, node, &number.text),
            Kind::Mapping(entries) => match entries.as_slice() {
                [only] if is_call(only) => self.call(name, node, only),
                _ => self.map(name, entries),
            },
            Kind::Sequence(items) => self.list(name, items),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
        }
    }

    fn map(&mut self, name: &str, entries: &'t [Entry<'t>]) {
        let variable = if entries.len() > 1 { variable_in(entries, self.sections, &mut self.speller) } else { None };
        // Variables of builds are items of a list: a parameter of Systems Manager has a type as well.
        let may_be_stored = self.is_item && variable.is_some_and(|variable| variable.may_be_stored);
        let holds_variables = holds_variables(name);
        let is_static = matches!(self.path.last(), Some(Step::Key("StaticValue")));
        let names_lists = self.names_lists;
        self.names_lists |= name == "Parameters";
        for entry in entries {
            if is_passed_over(&entry.key) {
                if entry.key == "GenerateSecretString" {
                    self.generated(&entry.value);
                }
                continue;
            }
            let before = (self.dialect, self.may_be_settings, std::mem::take(&mut self.is_item), self.is_of_tags);
            self.is_of_tags |= holds_tags(&entry.key);
            self.may_be_settings = holds_variables || may_be_settings(&entry.key);
            if let Some(dialect) = dialect_under(&entry.key) {
                // The name of a file says more than that there is content in it.
                if !(entry.key == "content" && self.dialect != Dialect::Text) {
                    self.dialect = dialect;
                }
            } else if name == "files" {
                self.dialect = dialect_of_file(&entry.key).unwrap_or(Dialect::Settings);
            }
            self.path.push(Step::Key(&entry.key));
            match variable {
                Some(variable) if std::ptr::eq(variable.value, entry) => {
                    let name = variable.called(self.sections, &mut self.speller).unwrap_or(Cow::Borrowed(&entry.key));
                    let before = std::mem::replace(&mut self.is_doubted, may_be_stored);
                    self.named(&name, &entry.value);
                    self.is_doubted = before;
                }
                // A function's arguments stand where the function stands.
                _ if begins_as_function(&entry.key) => self.named(name, &entry.value),
                // A remediation of AWS Config: `ApiToken: {StaticValue: {Values: […]}}`.
                _ if self.names_lists && entry.key == "StaticValue" => self.named(name, &entry.value),
                _ if self.names_lists && is_static && entry.key == "Values" => self.named(name, &entry.value),
                _ => self.named(&entry.key, &entry.value),
            }
            self.path.pop();
            (self.dialect, self.may_be_settings, self.is_item, self.is_of_tags) = before;
        }
        self.names_lists = names_lists;
    }

    fn list(&mut self, name: &str, items: &'t [Node<'t>]) {
        let before = std::mem::replace(&mut self.is_item, true);
        for (index, item) in items.iter().enumerate() {
            self.path.push(Step::Index(index));
            // `["--password", "hunter2"]`: an option and its argument.
            let option = index.checked_sub(1).and_then(|before| items.get(before)?.as_str());
            let is_option = |option: &&str| {
                self.dialect == Dialect::Script
                    && option.starts_with('-')
                    && !option.contains('=')
                    && promise(option).is_some()
            };
            match option.filter(is_option) {
                Some(option) => {
                    self.is_item = false;
                    self.named(option.trim_start_matches('-'), item);
                    self.is_item = true;
                }
                None => self.named(name, item),
            }
            self.path.pop();
        }
        self.is_item = before;
    }

    /// What a name promises where the walk is.
    fn promise(&self, name: &str) -> Option<Promise> {
        if self.is_item && !self.names_lists { lists_secrets(name).then_some(Promise::Secret) } else { promise(name) }
    }

    /// Whether a text under a name is the label that a tag gives.
    fn is_label(&self, name: &str, text: &str) -> bool {
        self.is_of_tags && is_label(name, text)
    }

    /// What a text is where the walk is.
    #[inline]
    fn dialect_of(&self, text: &str) -> Dialect {
        match self.dialect {
            Dialect::Script => dialect_of_script(text),
            Dialect::Text if self.may_be_settings && is_settings(text) => Dialect::Settings,
            dialect => dialect,
        }
    }

    /// The text that `node` is, under a name. Nearly all hold nothing.
    fn plain(&mut self, name: &str, node: &'t Node<'t>, text: &'t str) {
        let glance = Glance::at(text);
        let is_other = self.dialect_of(text) != Dialect::Text;
        if is_other || glance.may_hold_secret() || self.promise(name).is_some() {
            self.text(name, node, &Spelled::plain(text, node.span), glance);
        }
    }

    /// A text that `node` can be, under a name.
    fn text(&mut self, name: &str, node: &'t Node<'t>, spelled: &Spelled<'_>, glance: Glance) {
        let text = spelled.text.as_ref();
        if let Some(promise) = self.promise(name)
            && is_promised(promise, name, text)
            && !self.is_label(name, text)
        {
            // Of an object, the fields that are secrets.
            let fields = if text.contains('{') { assigned_secrets(text, Dialect::Text) } else { Vec::new() };
            let whole = 0..text.len();
            let ranges: SmallVec<[Range<usize>; 1]> = if fields.is_empty() {
                smallvec![whole]
            } else {
                fields.into_iter().map(|field| field.range).collect()
            };
            return self.found(name, node, spelled, &ranges, HARD_CODED);
        }
        if glance.may_be_partial() && self.partial(name, node, spelled, glance) {
            return;
        }
        for shaped in shaped_secrets(text, glance) {
            // A program that looks for the first line of a key is not the key.
            let is_marker =
                self.dialect == Dialect::Program && shaped.what == PRIVATE_KEY && shaped.range.len() < MARKER;
            if !is_marker {
                self.found(name, node, spelled, &[shaped.range], shaped.what);
            }
        }
        let dialect = self.dialect_of(text);
        if dialect == Dialect::Text && !glance.may_assign() {
            return;
        }
        for assigned in assigned_secrets(text, dialect) {
            if self.is_label(assigned.name, text.get(assigned.range.clone()).unwrap_or_default()) {
                continue;
            }
            let what = assigned.what();
            self.found(assigned.name, node, spelled, &[assigned.range], what);
        }
        if self.dialect != Dialect::Text
            && let Some(decoded) = decoded(text)
        {
            let hidden = Spelled::plain(&decoded, node.span);
            let holds = secret_texts(&decoded).first().map(|shaped| (name, shaped.what));
            let assigned = assigned_secrets(&hidden.text, self.dialect);
            let assigned = assigned.first().map(|assigned| (assigned.name, assigned.what()));
            if let Some((name, what)) = holds.or(assigned) {
                let whole = 0..text.len();
                self.found(name, node, spelled, std::slice::from_ref(&whole), what);
            }
        }
    }

    /// The parts of secrets in a text that is not written out as a whole. Whether the text itself is a secret that they give away.
    fn partial(&mut self, name: &str, node: &'t Node<'t>, spelled: &Spelled<'_>, glance: Glance) -> bool {
        let text = spelled.text.as_ref();
        let sections = self.sections;
        let is_plain = |name: &str| sections.is_plain(name);
        let extent = |is_exposed| if is_exposed { Extent::Exposed } else { Extent::Part };
        if let Some(promise) = self.promise(name)
            && let Some(Partial { ranges, is_exposed }) =
                parts_of_secret(promise, name, text, &is_plain, &|shape| !self.is_label(name, shape))
        {
            self.found_as(name, node, spelled, &ranges, PARTIAL, extent(is_exposed));
            return is_exposed;
        }
        let of_urls = if glance.has_url() { parts_of_urls(text, &is_plain) } else { Vec::new() };
        for Partial { ranges, is_exposed } in of_urls {
            self.found_as(name, node, spelled, &ranges, PARTIAL_URL, extent(is_exposed));
        }
        let dialect = self.dialect_of(text);
        if dialect != Dialect::Text || glance.may_assign() {
            for (name, Partial { ranges, is_exposed }) in partly_assigned(text, dialect, &is_plain) {
                self.found_as(name, node, spelled, &ranges, PARTIAL, extent(is_exposed));
            }
        }
        false
    }
}

/// The shortest text that holds a private key; a program that asks whether a text is one has its first line alone.
const MARKER: usize = 64;

/// Whether an entry that is alone in its map calls a function.
fn is_call(entry: &Entry<'_>) -> bool {
    entry.key == "Ref" || begins_as_function(&entry.key)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;
    use crate::source::SourceId;
    use crate::syntax::parse;

    fn paths(text: &str) -> Vec<String> {
        let document = parse(text, SourceId(0)).unwrap();
        literal_secrets("", &document.root, Sections::default(), false).into_iter().map(|secret| secret.path).collect()
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
    fn secrets_that_functions_put_together() {
        let mappings =
            parse("Mappings: {Stage: {prod: {Pw: hunter2hunter2, Name: records, All: [hunter3]}}}", SourceId(1))
                .unwrap();
        let document = parse(
            r#"
DB_PASSWORD: !Join ['-', [hunter2, hunter2]]
DB_TOKEN: !Sub ['${first}', {first: hunter2hunter2}]
API_KEY: !Select [1, [none, hunter2hunter2]]
API_TOKEN: !Select [0, !Split [',', 'hunter2,hunter3']]
MAPPED_PASSWORD: !FindInMap [Stage, !Ref Env, Pw]
MAPPED_SECRET: !FindInMap [Stage, !Ref Env, Name]
Url: !Sub ['postgres://app:${password}@db', {password: hunter2}]
Joined: !Join ['', ['redis://:', hunter2, '@', !Ref Host]]
Environment: [{Name: !If [C, DB_PASSWORD, DB_PASSWORD], Value: hunter2}, {Name: !Sub '${X}_TOKEN', Value: hunter2}]
Passwords: !Split [',', 'hunter4hunter4,hunter5']
Mapped: {Passwords: !FindInMap [Stage, prod, All]}
FALLBACK_PASSWORD: !FindInMap [Stage, !Ref Env, None, {DefaultValue: hunter6}]
Stored: {Password: !Sub ['{{resolve:secretsmanager:${Password}:SecretString:x}}', {Password: hunter7x}]}
Referenced: {DB_PASSWORD: !Join ['', ['{{resolve:secretsmanager:', !Ref Host, ':SecretString:password}}']]}
"#,
            SourceId(0),
        )
        .unwrap();
        let found = literal_secrets("", &document.root, Sections::of(&mappings.root), false);
        let paths: Vec<&str> = found.iter().map(|secret| secret.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "DB_PASSWORD",
                "DB_TOKEN",
                "API_KEY",
                "API_TOKEN",
                "MAPPED_PASSWORD",
                "MAPPED_SECRET",
                "Url",
                "Joined",
                "Environment/0/Value",
                "Environment/1/Value",
                "Passwords",
                "Passwords",
                "Mapped/Passwords",
                "FALLBACK_PASSWORD",
            ]
        );
        let written: Vec<&str> =
            found.iter().flat_map(|secret| &secret.written).map(|(_, text)| text.as_str()).collect();
        assert_eq!(written[..4], ["hunter2", "-", "hunter2", "hunter2hunter2"]);
        assert!(found[4].elsewhere.is_some_and(|span| span.source == SourceId(1)));
    }

    #[test]
    fn secrets_in_the_last_of_many_cases() {
        let rows: String = (0..40).map(|i| format!("row{i}: {{Pw: '{{{{resolve:secretsmanager:a}}}}'}}, ")).collect();
        let mappings = format!("Mappings: {{M: {{{rows}prod: {{Pw: hunter2hunter2}}}}}}");
        let mappings = parse(&mappings, SourceId(1)).unwrap();
        let chain = |count: usize| {
            (0..count).fold("hunter2hunter2".to_owned(), |value, i| format!("!If [C{i}, !Ref A, {value}]"))
        };
        let found = |value: &str| -> Vec<(String, Extent)> {
            let text = format!("DB_PASSWORD: {value}");
            let document = parse(&text, SourceId(0)).unwrap();
            let found = literal_secrets("", &document.root, Sections::of(&mappings.root), false);
            let written = |secret: &LiteralSecret| secret.written.iter().map(|(_, text)| text.as_str()).collect();
            found.iter().map(|secret| (written(secret), secret.extent)).collect()
        };
        let whole = [("hunter2hunter2".to_owned(), Extent::Whole)];
        assert_eq!(found("!FindInMap [M, !Ref Env, Pw]"), whole);
        assert_eq!(found(&format!("!Join ['', [{}]]", chain(17))), whole);
        assert_eq!(found(&format!("!Join ['', [{}]]", chain(90))), whole);
        let references = format!("!Join ['', [!Ref A, {}]]", chain(90).replace("hunter2hunter2", "!Ref B"));
        assert_eq!(found(&references), [(String::new(), Extent::Unread)]);
    }

    #[test]
    fn secrets_of_which_a_part_is_written() {
        let text = r##"
Parameters:
  Env: {Type: String}
  Salt: {Type: String, NoEcho: true}
Mappings:
  Stage: {prod: {Pw: hunter2}}
Values:
  DB_PASSWORD: !Sub 'hunter1-${Env}'
  Joined: {Password: !Join ['', [!Ref Env, hunter2]]}
  Chosen: {Password: !Join ['', [!If [IsProd, hunter3, hunter4], !Ref Env]]}
  Mapped: {Password: !Sub ['${x}${Env}', {x: !FindInMap [Stage, prod, Pw]}]}
  Branch: {Password: !If [IsProd, !Sub 'hunter5-${Env}', !Ref Env]}
  Salted: {Password: !Join ['', [hunter6, !Ref Salt]]}
  Imported: {Password: !Join ['', [hunter7, !ImportValue x]]}
  SecretString: !Sub '{"user": "${Env}", "password": "hunter8-${Env}"}'
  Url: !Sub 'postgres://app:hunter9-${Env}@${Env}'
  UserData: {'Fn::Base64': !Sub "#!/bin/bash\nexport DB_PASSWORD='hunter10-${Env}'\nexport X=$(cat ${Env})\n"}
  Environment: [{Name: DB_PASSWORD, Value: !Sub 'hunter11-${Env}'}]
  Named: {Password: !Sub '${AWS::StackName}-db-password'}
"##;
        let document = parse(text, SourceId(0)).unwrap();
        let values = document.root.get("Values").unwrap();
        let found = literal_secrets("", values, Sections::of(&document.root), false);
        let found: Vec<String> = found
            .iter()
            .map(|secret| {
                let parts: Vec<&str> = secret.written.iter().map(|(_, text)| text.as_str()).collect();
                format!("{} {} {}", secret.path, parts.join("|"), secret.extent == Extent::Exposed)
            })
            .collect();
        assert_eq!(
            found,
            [
                "DB_PASSWORD hunter1- true",
                "Joined/Password hunter2 true",
                "Chosen/Password hunter3 true",
                "Chosen/Password hunter4 true",
                "Mapped/Password hunter2 true",
                "Branch/Password hunter5- true",
                "Salted/Password hunter6 false",
                "Imported/Password hunter7 false",
                "SecretString hunter8- true",
                "Url hunter9- true",
                "UserData hunter10- true",
                "Environment/0/Value hunter11- true",
                "Named/Password -db-password false",
            ]
        );
    }

    #[test]
    fn secrets_in_code_and_settings() {
        let document = parse(
            r#"
UserData:
  Fn::Base64: !Sub |
    #!/bin/bash
    export DB_HOST=db.${AWS::Region}.example.com
    export DB_PASSWORD='Tr0ub4dor-3xK9'
LaunchTemplateData: {UserData: ZXhwb3J0IERCX1BBU1NXT1JEPWh1bnRlcjIK}
Code: {ZipFile: "import os\npassword = 'hunter2'\n"}
AWS::CloudFormation::Init:
  config:
    files:
      /etc/app.properties: {content: "db.password = hunter\n"}
      /opt/app.py: {content: "password = hunter\ntoken = 'hunter2'\n"}
      /etc/app.json: {content: {password: hunter}}
    commands:
      a: {command: "app --password hunter2"}
      b: {command: [app, --password, hunter2]}
      c: {env: {DB_PASSWORD: hunter}, command: x}
PropertiesFileContent: c3NsLmtleXN0b3JlLnBhc3N3b3JkPWNoYW5nZWl0
ServerProperties: "ssl.keystore.password=changeit\n"
Command: [sh, -c, "export TOKEN=hunter2 && app"]
BuildSpec: "env:\n  variables:\n    DB_PASSWORD: hunter2\n"
EndpointConfiguration: {AccessKey: b7Qz81Lm0PxV4tRk9sWdA2}
Connection: Server=db;Password=hunter2;
"#,
            SourceId(0),
        )
        .unwrap();
        let found = literal_secrets("", &document.root, Sections::default(), false);
        let paths: Vec<String> = found
            .iter()
            .map(|secret| match &secret.line {
                Some((line, key)) => format!("{} {}:{line} {}", secret.path, key, secret.name),
                None => format!("{} {}", secret.path, secret.name),
            })
            .collect();
        assert_eq!(
            paths,
            [
                "UserData UserData:3 DB_PASSWORD",
                "LaunchTemplateData/UserData DB_PASSWORD",
                "Code/ZipFile ZipFile:2 password",
                "AWS::CloudFormation::Init/config/files//etc/app.properties/content db.password",
                "AWS::CloudFormation::Init/config/files//opt/app.py/content content:2 token",
                "AWS::CloudFormation::Init/config/files//etc/app.json/content/password password",
                "AWS::CloudFormation::Init/config/commands/a/command password",
                "AWS::CloudFormation::Init/config/commands/b/command/2 password",
                "AWS::CloudFormation::Init/config/commands/c/env/DB_PASSWORD DB_PASSWORD",
                "PropertiesFileContent ssl.keystore.password",
                "ServerProperties ssl.keystore.password",
                "Command/2 TOKEN",
                "BuildSpec BuildSpec:3 DB_PASSWORD",
                "EndpointConfiguration/AccessKey AccessKey",
                "Connection Password",
            ]
        );
    }

    #[test]
    fn lists_of_what_their_names_promise() {
        let text = r#"
Parameters: {DbPassword: [hunter2], Other: [a, b], ApiToken: {StaticValue: {Values: [hunter3]}}, Token: !If [C, [hunter4], [!Ref X]]}
TaskInvocationParameters: {Automation: {Parameters: {Deep: {DbPassword: [hunter5, '{{resolve:ssm:x}}']}}}}
Split: {Parameters: {DbPassword: !Split [',', 'hunter6,hunter7']}}
Elsewhere: {DbPassword: [hunter8], StaticValue: {Values: [a]}, Values: [b]}
Hidden: {Parameters: {DbPassword: [!Ref Password], SecretArn: [b], PasswordParameter: [/prod/db]}}
"#;
        let document = parse(text, SourceId(0)).unwrap();
        let found = |names_lists| -> Vec<String> {
            let found = literal_secrets("", &document.root, Sections::default(), names_lists);
            found.into_iter().map(|secret| secret.path).collect()
        };
        let expected = [
            "Parameters/DbPassword/0",
            "Parameters/ApiToken/StaticValue/Values/0",
            "Parameters/Token",
            "TaskInvocationParameters/Automation/Parameters/Deep/DbPassword/0",
            "Split/Parameters/DbPassword",
            "Split/Parameters/DbPassword",
        ];
        assert_eq!(found(false), expected);
        assert_eq!(found(true), [&expected[..], &["Elsewhere/DbPassword/0"]].concat());
    }

    #[test]
    fn only_one_value_of_a_recipe_is_generated() {
        let found = paths(
            r#"
GenerateSecretString: {SecretStringTemplate: '{"user": "x", "password": "", "api_key": "kQ7vLw2XzR9pT4mB"}', GenerateStringKey: password}
Joined: {GenerateSecretString: {SecretStringTemplate: !Sub '{"user": "${User}", "client_secret": "kQ7vLw2XzR9pT4mB"}', GenerateStringKey: password}}
Url: {GenerateSecretString: {SecretStringTemplate: '{"url": "postgres://admin:Passw0rd23@db:5432/x"}', GenerateStringKey: password}}
"#,
        );
        assert_eq!(
            found,
            [
                "GenerateSecretString/SecretStringTemplate",
                "Joined/GenerateSecretString/SecretStringTemplate",
                "Url/GenerateSecretString/SecretStringTemplate",
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
Code: {ZipFile: 'password = os.environ["PASSWORD"]'}
UserData: {'Fn::Base64': !Sub 'export DB_PASSWORD=${Password}'}
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
