//! Texts that are secrets by the names that they stand under.

use super::name_words::is_chosen;
use super::names::{Promise, is_secret_name, may_name_a_place, promise};
use super::stored::is_of_stored;

/// Words that stand under a secret's name and are none: switches, units of time (`AccessToken: hours`), sentinels, kinds and places
/// of secrets.
const PLAIN_WORDS: [&str; 52] = [
    "-",
    "all",
    "any",
    "auto",
    "aws",
    "basic",
    "bearer",
    "cookie",
    "days",
    "default",
    "disable",
    "disabled",
    "enable",
    "enabled",
    "env",
    "external",
    "false",
    "file",
    "header",
    "hours",
    "iam",
    "jwt",
    "kms",
    "managed",
    "minutes",
    "n",
    "n/a",
    "never",
    "no",
    "none",
    "null",
    "oauth2",
    "off",
    "on",
    "optional",
    "plain",
    "plaintext",
    "preferred",
    "query",
    "required",
    "seconds",
    "secrets-manager",
    "secrets_manager",
    "secretsmanager",
    "ssm",
    "string",
    "text",
    "token",
    "true",
    "vault",
    "y",
    "yes",
];
/// What a text begins with that leads to a value elsewhere: an ARN, a path, a variable, an expression of API Gateway or Step
/// Functions, the name of a store of secrets; and what begins a text that KMS has encrypted.
const REFERENCES: [&str; 23] = [
    // The id of an Alexa skill, which is no secret
    // (https://developer.amazon.com/en-US/docs/alexa/custom-skills/host-a-custom-skill-as-an-aws-lambda-function.html, 2026-11).
    "amzn1.ask.skill.",
    "arn:",
    "AWS::",
    "$(",
    "$.",
    "$$.",
    "$context.",
    "$input.",
    "$request.",
    "$stageVariables.",
    "$util.",
    "context.",
    "integration.",
    "method.",
    "stageVariables.",
    "States.",
    "ssm:",
    "secretsmanager:",
    "vault:",
    "file:",
    "env:",
    "ENC[",
    "AQICAH",
];
/// Parts of texts that wait for the secret, in lower case.
const PLACEHOLDERS: [&str; 9] =
    ["placeholder", "replace", "redacted", "todo", "to-be-", "to_be_", "your-", "your_", "example"];

/// Whether a text under a secret's name is the secret itself: not a reference to it, a mask, a placeholder or a plain word.
/// A JSON object is a secret if one of its fields is.
pub fn is_secret_literal(text: &str) -> bool {
    let text = text.trim();
    if text.starts_with('{') && text.ends_with('}') && !text.starts_with("{{") {
        return serde_json::from_str(text).is_ok_and(|json| holds_secret(&json));
    }
    let lower = text.to_lowercase();
    let first = text.chars().next();
    !(first.is_none_or(|first| text.chars().all(|character| character == first))
        || text.chars().all(|character| matches!(character, '*' | 'x' | 'X' | '•' | '.' | '…' | '-' | '_' | ' '))
        || text.contains("{{")
        || text.contains("${")
        || text.contains("#{")
        || text.contains("://")
        || (text.starts_with('<') && text.ends_with('>'))
        || (text.starts_with('[') && text.ends_with(']'))
        || is_variable(text)
        || is_hash(text)
        || is_path(text)
        || REFERENCES.iter().any(|start| text.starts_with(start))
        || PLAIN_WORDS.contains(&lower.as_str())
        || PLACEHOLDERS.iter().any(|part| lower.contains(part)))
}

/// Whether a text is a path that begins at the root: `/prod/db/password`, `/etc`. With letters and digits together in its only
/// step it is something that a program generated, which may begin with a slash as well.
fn is_path(text: &str) -> bool {
    const SHORTEST: usize = 8;
    text.strip_prefix('/').is_some_and(|step| {
        let is_generated = step.len() >= SHORTEST
            && step.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'/' | b'?' | b'*' | b':'))
            && step.bytes().any(|byte| byte.is_ascii_digit())
            && step.bytes().any(|byte| byte.is_ascii_alphabetic())
            && !step.split(['-', '_', '.']).all(is_word);
        !is_generated
    })
}

/// Whether a text is the name of an environment variable, as shells write it: `$DB_PASSWORD`, `%DB_PASSWORD%`.
fn is_variable(text: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    text.strip_prefix('$').is_some_and(is_name)
        || text.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')).is_some_and(is_name)
}

/// Whether a text is the hash of a password, as crypt(5) writes it: `$6$salt$hash`.
fn is_hash(text: &str) -> bool {
    let mut parts = text.split('$');
    parts.next() == Some("")
        && parts.next().is_some_and(|method| {
            matches!(method.len(), 1..=4) && method.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
        && parts.count() >= 2
}

/// Whether a text is a secret that is written out, by the name that it has.
pub fn is_named_secret(name: &str, text: &str) -> bool {
    promise(name).is_some_and(|promise| is_promised(promise, name, text))
}

/// Whether a text under a name is the secret that the name promises.
pub fn is_promised(promise: Promise, name: &str, text: &str) -> bool {
    match promise {
        Promise::Secret => {
            is_secret_literal(text) && !(names_a_place(text) && may_name_a_place(name)) && !is_of_stored(name, text)
        }
        Promise::Generated => (looks_generated(text) || is_user_with_password(text)) && is_secret_literal(text),
    }
}

/// The shortest text of letters alone that a program may have generated.
pub(super) const LONG: usize = 20;

/// The length of the shortest text that looks generated.
const SHORTEST_GENERATED: usize = 16;

/// Whether a text looks like something that a program generated: long, of letters and digits together, and neither a UUID, as KMS
/// keys have, nor words with a number.
pub fn looks_generated(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_of_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-' | b'.');
    let is_uuid = bytes.len() == 36 && text.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    bytes.len() >= SHORTEST_GENERATED
        && bytes.iter().all(is_of_key)
        && bytes.iter().any(u8::is_ascii_digit)
        && bytes.iter().any(u8::is_ascii_alphabetic)
        && !is_uuid
        && !is_id(text)
        && !text.starts_with("mrk-")
        && !text.starts_with("alias/")
        && !is_name_with_ending(text)
        && !begins_as_stored(text)
        && !text.split(['-', '_', '.', '/']).all(is_word)
}

/// Whether a text is the ID of a resource of Amazon EC2: `key-0123456789abcdef0`.
fn is_id(text: &str) -> bool {
    text.rsplit_once('-').is_some_and(|(kind, digits)| {
        matches!(digits.len(), 8 | 17)
            && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    })
}

/// Whether a text is what programs say of a password.
pub(super) fn is_complaint(text: &str) -> bool {
    let words = ["empty", "expired", "hidden", "incorrect", "invalid", "masked", "missing", "mismatch", "wrong"];
    words.contains(&text.to_ascii_lowercase().as_str())
}

/// What follows a byte on its line, as far as anything is decided by it.
pub(super) fn rest_of_line(text: &str, from: usize) -> &str {
    /// Bytes past which nothing is read: a text may be one line.
    const MOST: usize = 256;
    let end = (from..=text.len().min(from + MOST)).rev().find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(from..end)?.lines().next()).unwrap_or_default()
}

/// Whether other words follow the word that ends here on its line, and no comment or end of a map: then it begins a sentence.
pub(super) fn begins_phrase(text: &str, end: usize) -> bool {
    let rest = rest_of_line(text, end);
    let next = rest.trim_start();
    // `password=… user=…`
    let ends_word = next.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))).unwrap_or(next.len());
    let is_assigned = next.get(ends_word..).is_some_and(|rest| rest.trim_start().starts_with('='));
    rest.len() > next.len() && next.starts_with(|first: char| first.is_alphanumeric()) && !is_assigned
}

/// Whether a text is a sentence, as labels and messages have them: three words or more, and one that sentences have and phrases that
/// people choose as a password seldom do.
pub(super) fn is_sentence(text: &str) -> bool {
    const WORDS: [&str; 24] = [
        "a", "and", "are", "be", "cannot", "enter", "expired", "for", "from", "has", "have", "in", "invalid", "is",
        "must", "not", "of", "or", "please", "that", "this", "to", "with", "your",
    ];
    let is_word = |word: &str| {
        word.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'\'' | b'-' | b'.' | b',' | b':' | b'!'))
    };
    let words = || text.split_ascii_whitespace();
    let is_of_sentences = |word: &str| WORDS.iter().any(|known| known.eq_ignore_ascii_case(word));
    words().count() >= 3 && words().all(is_word) && words().any(is_of_sentences)
}

/// Whether a text is the name of a file or a host, which its last letters show: `build-20240101.zip`.
fn is_name_with_ending(text: &str) -> bool {
    let ending = text.rsplit_once('.').map_or("", |(_, ending)| ending);
    matches!(ending.len(), 2..=5) && ending.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Whether a text begins as the name of a stored secret does, which Secrets Manager, CloudFormation and RDS end with characters of
/// their own: `rds-db-credentials/cluster-ABC123DEF456/admin`, `RecordsSecret-a1b2c3d4e5f6`.
fn begins_as_stored(text: &str) -> bool {
    const ENDS: [&str; 5] = ["credentials", "creds", "password", "secret", "secrets"];
    let is_place = |word: &str| PLACE_WORDS.contains(&word.to_ascii_lowercase().as_str());
    let is_path = text.split_once('/').is_some_and(|(first, _)| {
        let mut words = first.split(['-', '_', '.']);
        words.clone().all(is_word) && words.any(is_place)
    });
    is_path
        || text.split_once('-').is_some_and(|(first, _)| {
            let lower = first.to_ascii_lowercase();
            is_word(first) && ENDS.iter().any(|end| lower.ends_with(end))
        })
}

/// Whether a text is a user's name and password, as HTTP's basic authentication joins them: `app:Zk4pQ9x77Lm`.
fn is_user_with_password(text: &str) -> bool {
    const SHORTEST: usize = 8;
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@');
    text.split_once(':').is_some_and(|(user, password)| {
        !user.is_empty()
            && user.bytes().all(is_of_name)
            && password.len() >= SHORTEST
            && password.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':')
            && password.bytes().any(|byte| byte.is_ascii_digit())
            && password.bytes().any(|byte| byte.is_ascii_alphabetic())
            && !password.split(['-', '_', '.', '/']).all(is_word)
    })
}

/// Whether a text is the name of a secret, as programs have them for fields, headers and variables: `SECRET_KEY`, `no-token`.
pub fn names_a_secret(text: &str) -> bool {
    const LAST_WORDS: [&str; 9] =
        ["credentials", "key", "pass", "password", "passwords", "secret", "secrets", "token", "tokens"];
    let is_of_name = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.' | b' ');
    if !text.bytes().all(is_of_name) {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    let has_words = text.contains(['_', '-', '.', ' ']) || text.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
    LAST_WORDS.iter().any(|word| if has_words { lower.ends_with(word) } else { lower == *word })
}

/// Whether a text is a word as names have them, `v2` and `2024` among them.
pub(super) fn is_word(text: &str) -> bool {
    let letters = text.trim_end_matches(|last: char| last.is_ascii_digit());
    let digits = text.len() - letters.len();
    letters.bytes().all(|byte| byte.is_ascii_alphabetic()) && digits <= if letters.is_empty() { 4 } else { 2 }
}

/// Whether the text of a tag under a secret's name is a label: `password: rotated`, `token: partner-portal`. People choose passwords, so of
/// them only words that labels have.
pub(super) fn is_label(name: &str, text: &str) -> bool {
    const LABELS: [&str; 12] = [
        "changed",
        "expires",
        "generated",
        "manual",
        "protected",
        "rotate",
        "rotated",
        "rotation",
        "shared",
        "static",
        "stored",
        "unused",
    ];
    let words = || text.split(['-', '_', '.', '/', ' ']);
    let is_of_labels = |word: &str| {
        let lower = word.to_ascii_lowercase();
        let word = lower.as_str();
        LABELS.contains(&word) || PLAIN_WORDS.contains(&word) || PLACE_WORDS.contains(&word)
    };
    let is_word = |word: &str| is_word(word) && word.len() < LONG;
    words().all(is_word) && (!is_chosen(name) || words().any(is_of_labels)) || is_sentence(text)
}

/// Words in the names of places, which passwords seldom hold.
const PLACE_WORDS: [&str; 19] = [
    "api",
    "app",
    "config",
    "credentials",
    "creds",
    "database",
    "db",
    "dev",
    "key",
    "password",
    "prod",
    "production",
    "rds",
    "secret",
    "secrets",
    "stage",
    "staging",
    "test",
    "token",
];

/// Whether a text names the place of a secret rather than being one: words with `/` between them, or with `-` where one of them is
/// a word that names of places have (`patient-db`).
pub fn names_a_place(text: &str) -> bool {
    if text.contains('/') {
        return text.split('/').all(|step| !step.is_empty() && step.split(['-', '_', '.']).all(is_word));
    }
    let mut words = text.split(['-', '_']);
    text.contains(['-', '_'])
        && !text.bytes().any(|byte| byte.is_ascii_uppercase())
        && words.clone().all(|word| !word.is_empty() && is_word(word))
        && words.any(|word| PLACE_WORDS.contains(&word))
}

/// Whether a field with a secret's name holds a hard-coded secret. The reader's own limit bounds the depth.
fn holds_secret(json: &serde_json::Value) -> bool {
    match json {
        serde_json::Value::Object(fields) => fields.iter().any(|(name, value)| match value {
            serde_json::Value::String(text) => is_secret_name(name) && is_secret_literal(text),
            _ => holds_secret(value),
        }),
        serde_json::Value::Array(items) => items.iter().any(holds_secret),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn names_decide_what_a_text_has_to_look_like() {
        for (promise, name, text) in [
            (Promise::Secret, "DB_SECRET", "hunter2hunter2"),
            (Promise::Secret, "DB_PASSWORD", "patient-db"),
            (Promise::Secret, "LICENSE_KEY_SECRET", "hunter2"),
            (Promise::Secret, "ACCESS_TOKEN_SECRET", "xT9-Qm4Pz7Lk2Vw8"),
            (Promise::Secret, "CLIENT_SECRET", "blue-horse-2"),
            (Promise::Secret, "DB_PASSWORD_SECRET_KEY", "hunter2"),
            (Promise::Secret, "JWT_SECRET_KEY", "mysigningsecret"),
            (Promise::Secret, "MYSECRET", "akdfaksdfjkasdfjskafjdkfajsdfk345"),
            (Promise::Generated, "AccessKey", "b7Qz81Lm0PxV4tRk9sWdA2"),
            (Promise::Generated, "ENCRYPTION_KEY", "9f86d081884c7d659a2feaa0c55ad015"),
            (Promise::Generated, "BASIC_AUTH", "app:Zk4pQ9x77Lm"),
            (Promise::Generated, "SERVICE_KEY", "key-9f86d081884c7d659a2feaa0c55ad015"),
            (Promise::Generated, "SERVICE_KEY", "Zk4p/Q9x77LmZk4pQ9"),
        ] {
            assert!(is_promised(promise, name, text), "{name}: {text}");
        }
        for (promise, name, text) in [
            (Promise::Secret, "DB_SECRET", "prod/db/credentials"),
            (Promise::Secret, "DB_SECRET", "patient-db"),
            (Promise::Secret, "DB_SECRET", "prod-db1"),
            (Promise::Secret, "DB_SECRET", "ssm:/prod/db"),
            (Promise::Secret, "NEW_RELIC_LICENSE_KEY_SECRET", "newrelic-license"),
            (Promise::Secret, "CREDENTIALS_SECRET", "epic-fhir-client-2"),
            (Promise::Secret, "DB_PASSWORD_SECRET_KEY", "password"),
            (Promise::Secret, "DbPasswordSecretKey", "db_password"),
            (Promise::Secret, "DB_PASSWORD", "$DB_PASSWORD"),
            (Promise::Generated, "AccessKey", "hunter2"),
            (Promise::Generated, "APP_KEY", "patient-portal-app-2024"),
            (Promise::Generated, "SSH_KEY", "key-0123456789abcdef0"),
            (Promise::Generated, "SessionKey", "session_id"),
            (Promise::Generated, "StorageKey", "1234abcd-12ab-34cd-56ef-1234567890ab"),
            (Promise::Generated, "ServiceKey", "arn:aws:kms:us-east-1:111122223333:key/1234abcd"),
            (Promise::Generated, "ENCRYPTION_KEY", "alias/records9x8y7z6w5v"),
            (Promise::Generated, "ENCRYPTION_KEY", "mrk-1234abcd12ab34cd56ef1234567890ab"),
            (Promise::Generated, "MASTER_KEY", "records-master-key-2024"),
            (Promise::Generated, "APP_KEY", "releases/portal-20241101a.zip"),
            (Promise::Generated, "DB_CREDENTIALS", "rds-db-credentials/cluster-ABC123DEF456/admin"),
            (Promise::Generated, "DB_CREDENTIALS", "RecordsSecret-a1b2c3d4e5f6"),
            (Promise::Generated, "DOCKER_CREDENTIALS", "111122223333.dkr.ecr.us-east-1.amazonaws.com"),
            (Promise::Generated, "BASIC_AUTH", "enabled"),
            (Promise::Generated, "BASIC_AUTH", "db:5432"),
            (Promise::Generated, "BASIC_AUTH", "registry:application-v2"),
            (Promise::Generated, "DB_CREDENTIALS", "prod/db/credentials"),
        ] {
            assert!(!is_promised(promise, name, text), "{name}: {text}");
        }
    }

    #[test]
    fn literals() {
        for text in [
            "C0rrect-horse-battery",
            "/Zk4pQ9x77Lm",
            "hunter2",
            "changeme",
            "pa$$word",
            r#"{"username": "admin", "password": "hunter2"}"#,
            r#"{"db": [{"username": "${User}", "password": "hunter2"}]}"#,
        ] {
            assert!(is_secret_literal(text), "{text}");
        }
        for text in [
            "",
            " ",
            "****",
            "xxxxxxxx",
            "none",
            "True",
            "hours",
            "<your password>",
            "$6$rounds=4096$9abc$Q2w3",
            "%DB_PASSWORD%",
            "REPLACE_ME",
            "{{resolve:secretsmanager:db:SecretString:password}}",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:db",
            "/prod/db/password",
            "/etc",
            "/records-v2",
            "/token?grant=code1",
            "${Password}",
            "https://example.com/token",
            "method.request.header.X-Api-Key",
            r#"{"username": "admin"}"#,
            r#"{"username": "admin", "password": "${Password}"}"#,
            r#"{"password": "{{resolve:secretsmanager:db:SecretString:password}}"}"#,
            "{}",
        ] {
            assert!(!is_secret_literal(text), "{text}");
        }
    }
}
