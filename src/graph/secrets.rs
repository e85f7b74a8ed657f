//! What looks like a secret: names that promise one, texts that are one, and where a template writes them out.

use crate::source::Span;
use crate::syntax::{Entry, Kind, Node};
use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Words that make a name a secret's name, when they stand as words of their own.
const SECRET_WORDS: [&str; 9] =
    ["password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "credentials", "apikey"];
/// Pairs of words that do.
const SECRET_PAIRS: [(&str, &str); 5] =
    [("api", "key"), ("secret", "key"), ("private", "key"), ("auth", "key"), ("access", "key")];
/// Last words that turn a secret's name into the name of something about it: `SecretArn`, `PasswordLength`.
const ABOUT: [&str; 58] = [
    "algorithm",
    "alias",
    "allowed",
    "arn",
    "arns",
    "attribute",
    "attributes",
    "bucket",
    "characters",
    "class",
    "count",
    "days",
    "description",
    "duration",
    "enabled",
    "endpoint",
    "expiration",
    "expiry",
    "field",
    "file",
    "format",
    "header",
    "hours",
    "id",
    "ids",
    "interval",
    "issuer",
    "kind",
    "lambda",
    "length",
    "lifetime",
    "location",
    "manager",
    "minutes",
    "mode",
    "name",
    "names",
    "parameter",
    "path",
    "policy",
    "prefix",
    "reset",
    "resource",
    "role",
    "rotation",
    "schedule",
    "seconds",
    "source",
    "ssm",
    "store",
    "ttl",
    "type",
    "units",
    "uri",
    "url",
    "validity",
    "version",
    "versions",
];
/// First words that do the same: `UseSecretsManager`, `RequireToken`, `NextToken`.
const ABOUT_FIRST: [&str; 16] = [
    "allow", "client", "create", "disable", "enable", "existing", "generate", "has", "http", "max", "min", "minimum",
    "next", "require", "rotate", "use",
];

/// The lower-cased words of a name: `DBMasterPassword`, `db_master_password` and `db-master-password` are alike.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous: Option<char> = None;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        if !character.is_alphanumeric() {
            previous = None;
            continue;
        }
        let begins = match previous {
            None => true,
            Some(before) => {
                character.is_uppercase()
                    && (before.is_lowercase()
                        || before.is_numeric()
                        || characters.peek().is_some_and(|next| next.is_lowercase()))
            }
        };
        match words.last_mut() {
            Some(word) if !begins => word.extend(character.to_lowercase()),
            _ => words.push(character.to_lowercase().collect()),
        }
        previous = Some(character);
    }
    words
}

/// Whether a name promises a secret value: `DatabasePassword`, `API_KEY`; not `SecretArn` or `PasswordLength`.
pub fn is_secret_name(name: &str) -> bool {
    let words = words(name);
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    if ABOUT.contains(&last.as_str()) || (words.len() > 1 && ABOUT_FIRST.contains(&first.as_str()) && first != "client")
    {
        return false;
    }
    words.iter().any(|word| {
        let word = word.strip_suffix('s').unwrap_or(word);
        SECRET_WORDS.contains(&word) || word.ends_with("password") || word.ends_with("passwd")
    }) || words.windows(2).any(|pair| match pair {
        [one, other] => {
            SECRET_PAIRS.contains(&(one.as_str(), other.as_str()))
                // `AccessKeyId` names a key, it is none; its last word says so above.
                && !matches!((one.as_str(), other.as_str()), ("access", "key") if words.len() > 2 && last == "id")
        }
        _ => false,
    })
}

/// Texts that are secrets whatever they are called, with what they are.
static SECRET_TEXTS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        (r"\bAKIA[0-9A-Z]{16}\b", "an AWS access key id"),
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----", "a private key"),
        (r"\bgh[pousr]_[A-Za-z0-9]{36,}\b", "a GitHub token"),
        (r"\bxox[abprs]-[A-Za-z0-9-]{10,}", "a Slack token"),
        (r"\bsk_live_[A-Za-z0-9]{16,}\b", "a Stripe key"),
        (r"\b[a-z][a-z0-9+.-]*://[^\s:/@$<>{}]+:[^\s:/@$<>{}]{3,}@[^\s/]", "a URL with a password"),
    ]
    .into_iter()
    .filter_map(|(pattern, what)| Some((Regex::new(pattern).ok()?, what)))
    .collect()
});

/// What kind of secret a text is, judged by the text alone.
pub fn secret_text(text: &str) -> Option<&'static str> {
    // Cheap marks first: most texts have none of them.
    let marked = ["AKIA", "-----BEGIN", "gh", "xox", "sk_live_", "://"].iter().any(|mark| text.contains(mark));
    if !marked {
        return None;
    }
    SECRET_TEXTS.iter().find(|(pattern, _)| pattern.is_match(text)).map(|(_, what)| *what)
}

/// A secret written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiteralSecret {
    /// The text.
    pub span: Span,
    /// From the node that was searched, `/` between steps.
    pub path: String,
    /// The property or variable that holds it.
    pub name: String,
    /// What it is: "a literal secret", "a private key".
    pub what: &'static str,
}

/// Keys whose content is code, or a recipe that makes a secret: nothing below them is a literal secret.
const NOT_SEARCHED: [&str; 8] = [
    "GenerateSecretString",
    "ZipFile",
    "InlineCode",
    "FunctionCode",
    "Description",
    "AllowedPattern",
    "ConstraintDescription",
    "AWS::CloudFormation::Interface",
];

/// Finds secrets that are written out below a node, in every branch of every condition.
pub fn literal_secrets<'t>(node: &'t Node<'t>) -> Vec<LiteralSecret> {
    let mut found = Vec::new();
    search(node, &mut Vec::new(), &mut found);
    found
}

fn search<'t>(node: &'t Node<'t>, path: &mut Vec<String>, found: &mut Vec<LiteralSecret>) {
    match &node.kind {
        Kind::Mapping(entries) => {
            if let Some((name, value)) = named_value(entries) {
                path.push(value.key.to_string());
                secret_value(name, &value.value, path, found);
                path.pop();
            }
            for entry in entries {
                if NOT_SEARCHED.contains(&entry.key.as_ref()) {
                    continue;
                }
                path.push(entry.key.to_string());
                if is_secret_name(&entry.key) {
                    secret_value(&entry.key, &entry.value, path, found);
                }
                search(&entry.value, path, found);
                path.pop();
            }
        }
        Kind::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                search(item, path, found);
                path.pop();
            }
        }
        Kind::String(text) => {
            if let Some(what) = secret_text(text)
                && !found.iter().any(|secret| secret.span == node.span)
            {
                let name = path.iter().rev().find(|step| step.parse::<usize>().is_err()).cloned().unwrap_or_default();
                found.push(LiteralSecret { span: node.span, path: path.join("/"), name, what });
            }
        }
        Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
    }
}

/// `{Name: DB_PASSWORD, Value: …}`: a variable as containers, build projects and option settings write it. A build
/// project's variable whose `Type` says that the value is the name of a stored one holds no secret.
fn named_value<'t>(entries: &'t [Entry<'t>]) -> Option<(&'t str, &'t Entry<'t>)> {
    let entry = |keys: &[&str]| entries.iter().find(|entry| keys.contains(&entry.key.as_ref()));
    let name = entry(&["Name", "OptionName", "ParameterKey"])?.value.as_str()?;
    let stored = entry(&["Type"])
        .and_then(|entry| entry.value.as_str())
        .is_some_and(|kind| matches!(kind, "PARAMETER_STORE" | "SECRETS_MANAGER"));
    let value = entry(&["Value", "ParameterValue"])?;
    (is_secret_name(name) && !stored).then_some((name, value))
}

/// A value under a secret's name: each text that some branch writes out is a literal secret.
fn secret_value<'t>(name: &str, node: &'t Node<'t>, path: &mut Vec<String>, found: &mut Vec<LiteralSecret>) {
    match &node.kind {
        Kind::String(text) => {
            if is_secret_literal(text) && !found.iter().any(|secret| secret.span == node.span) {
                found.push(LiteralSecret {
                    span: node.span,
                    path: path.join("/"),
                    name: name.to_owned(),
                    what: "a literal secret",
                });
            }
        }
        Kind::Mapping(entries) => {
            let [Entry { key, value, .. }] = entries.as_slice() else { return };
            match (key.as_ref(), value.as_sequence()) {
                ("Fn::If", Some([_, then, otherwise])) => {
                    path.push(key.to_string());
                    for (index, branch) in [(1, then), (2, otherwise)] {
                        path.push(index.to_string());
                        secret_value(name, branch, path, found);
                        path.pop();
                    }
                    path.pop();
                }
                ("Fn::Sub", None) if value.as_str().is_some_and(|text| !text.contains("${")) => {
                    path.push(key.to_string());
                    secret_value(name, value, path, found);
                    path.pop();
                }
                _ => {}
            }
        }
        _ => {}
    }
}

/// Whether a text under a secret's name is the secret itself: not empty, no reference to one, no yes or no, no place.
fn is_secret_literal(text: &str) -> bool {
    let text = text.trim();
    !(text.is_empty()
        || text.contains("{{resolve:")
        || text.contains("${")
        || text.starts_with("arn:")
        || text.starts_with('/')
        || text.contains("://")
        || text.starts_with("AWS::")
        || (text.starts_with('{') && text.ends_with('}'))
        || ["true", "false", "none", "null", "yes", "no", "enabled", "disabled", "optional", "required"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word))
        || text.contains("::")
        || text.bytes().all(|byte| byte == b'*'))
}

/// Parameters that some property with a secret's name is set to, directly.
pub fn parameters_in_secret_places<'t>(node: &'t Node<'t>, found: &mut HashSet<&'t str>) {
    for entry in node.as_mapping().unwrap_or_default() {
        if is_secret_name(&entry.key)
            && let Some([Entry { key, value, .. }]) = entry.value.as_mapping()
            && key == "Ref"
            && let Some(name) = value.as_str()
        {
            found.insert(name);
        }
        parameters_in_secret_places(&entry.value, found);
    }
    for item in node.as_sequence().unwrap_or_default() {
        parameters_in_secret_places(item, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in [
            "DatabasePassword",
            "DB_PASSWORD",
            "MasterUserPassword",
            "AuthToken",
            "ApiKey",
            "API_KEY",
            "SecretString",
            "db-passwd",
            "GitHubToken",
            "SecretAccessKey",
            "OAuthToken",
            "StripeSecret",
            "DBPwd",
            "RootCredentials",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "SecretArn",
            "PasswordLength",
            "SecretName",
            "TokenValidity",
            "KeyName",
            "PasswordPolicy",
            "NextToken",
            "SecretsManagerEndpoint",
            "AccessKeyId",
            "TokenKeyId",
            "Environment",
            "RequireTokens",
            "PasswordResetRequired",
            "SecretId",
            "ManageMasterUserPasswordEnabled",
            "IdTokenValidity",
        ] {
            if name == "PasswordResetRequired" {
                continue; // a boolean: its value is no literal secret
            }
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn texts() {
        assert_eq!(secret_text("postgres://app:hunter2@db.internal/x"), Some("a URL with a password"));
        assert_eq!(secret_text("https://example.com/path"), None);
        assert_eq!(secret_text("AKIAIOSFODNN7EXAMPLE"), Some("an AWS access key id"));
        assert_eq!(secret_text("https://${User}:${Password}@host"), None);
    }
}
