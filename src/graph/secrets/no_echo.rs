//! Whether a parameter with `NoEcho` has a secret as its default.

use super::texts::is_secret_literal;
use crate::expand::Parameter;
use crate::syntax::Node;

/// The ends of names, in lower case, of what templates hide although it authenticates no one: names of users and of things, places,
/// and settings.
const PLAIN_ENDS: [&str; 40] = [
    "account",
    "address",
    "admin",
    "administrator",
    "alias",
    "arn",
    "bucket",
    "cidr",
    "class",
    "contact",
    "database",
    "db",
    "domain",
    "email",
    "endpoint",
    "env",
    "environment",
    "group",
    "host",
    "id",
    "ip",
    "list",
    "login",
    "mail",
    "name",
    "number",
    "owner",
    "path",
    "phone",
    "port",
    "prefix",
    "region",
    "role",
    "schema",
    "size",
    "stage",
    "suffix",
    "type",
    "url",
    "user",
];

/// Whether `NoEcho` hides a default that is a value: for what its author keeps secret. A name or description that speaks of a user,
/// a place or a setting is stronger: many templates hide those, too, with defaults such as `admin`.
pub(super) fn hides_secret(parameter: &Parameter<'_>) -> bool {
    parameter.no_echo
        && parameter
            .default
            .and_then(Node::scalar_text)
            .is_some_and(|default| is_secret_literal(&default) && !is_numbers_with_marks(&default))
        && !is_plain_name(parameter.name)
        && !speaks_of_user(parameter.node.get("Description").and_then(Node::as_str).unwrap_or_default())
}

fn is_plain_name(name: &str) -> bool {
    let lower = name.trim_end_matches(|character: char| character.is_ascii_digit()).to_ascii_lowercase();
    PLAIN_ENDS.iter().any(|end| lower.ends_with(end))
}

fn speaks_of_user(description: &str) -> bool {
    let lower = description.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    has(&["username", "user name", "e-mail", "email"]) && !has(&["password", "secret", "token", "credential"])
}

/// Whether a text is an IP address, a block of them, a date or a version: `10.0.0.0/16`.
fn is_numbers_with_marks(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'/' | b':' | b'-' | b','))
        && !text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;
    use crate::source::SourceId;
    use crate::template::Template;

    fn hides(declaration: &str) -> bool {
        let text = format!("Parameters: {{{declaration}}}\nResources: {{}}");
        let document = crate::syntax::parse(&text, SourceId(0)).unwrap();
        let template = Template::new(&document.root);
        hides_secret(&template.parameters[0])
    }

    #[test]
    fn a_written_default_that_is_hidden_is_a_secret() {
        for declaration in [
            "Cred: {NoEcho: true, Default: hunter2hunter2}",
            "Cred: {NoEcho: 'true', Default: changeme}",
            "Cred: {NoEcho: True, Default: 48291375}",
            "Cred: {NoEcho: true, Default: s3cr3t, Description: The password of the user name admin}",
        ] {
            assert!(hides(declaration), "{declaration}");
        }
    }

    #[test]
    fn what_is_not_hidden_not_written_or_plain_is_none() {
        for declaration in [
            "Cred: {Default: hunter2hunter2}",
            "Cred: {NoEcho: false, Default: hunter2hunter2}",
            "Cred: {NoEcho: true}",
            "Cred: {NoEcho: true, Default: ''}",
            "Cred: {NoEcho: true, Default: none}",
            "Cred: {NoEcho: true, Default: '****'}",
            "Cred: {NoEcho: true, Default: REPLACE_ME}",
            "Cred: {NoEcho: true, Default: '{{resolve:ssm-secure:/app/cred:1}}'}",
            "Cred: {NoEcho: true, Default: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:cred'}",
            "Cred: {NoEcho: true, Default: /app/cred}",
            "Access: {NoEcho: true, Default: 10.0.0.0/16}",
            "DBUser: {NoEcho: true, Default: admin}",
            "MasterUsername: {NoEcho: true, Default: clinic}",
            "Operator: {NoEcho: true, Default: admin, Description: The database admin account username}",
            "SecretName: {NoEcho: true, Default: prod-cred}",
        ] {
            assert!(!hides(declaration), "{declaration}");
        }
    }
}
