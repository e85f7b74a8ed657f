//! Names that promise a secret.
//!
//! In a compound name the last word names the thing: a `SecretArn` is an ARN, a `TokenValidity` a time, and only a
//! `DatabasePassword` is a password.

use super::name_marks::{ENOUGH, KEY, PW, marks_in, may_be_secret};
use super::name_words::Words;
use crate::eval::value::{Content, Value};
use crate::truth::Truth;
use smallvec::SmallVec;

/// What a name promises.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Promise {
    /// A secret, whatever it looks like: `DatabasePassword`.
    Secret,
    /// A secret that services or programs generate, by a name that other things have too: `AccessKey`, `SIGNING_KEY`. Only what
    /// looks generated is one.
    Generated,
}

/// Last words that name a secret.
const SECRETS: [&str; 15] = [
    "accesstoken",
    "apikey",
    "authtoken",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "passwrd",
    "privatekey",
    "pswd",
    "pwd",
    "secret",
    "secretkey",
    "secretstring",
    "token",
];
/// What a last word ends in that is written as one with the words before it: `MYSECRET`, `dbpassword`.
const ENDINGS: [&str; 10] = [
    "accesstoken",
    "apikey",
    "authtoken",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pswd",
    "secret",
    "secretkey",
];
/// Further such endings, after a word of [`OWNERS`] alone. Others that end alike are ordinary: `compass`, `bypass`, `pgpass` (a file),
/// `nexttoken`.
const OWNED: [&str; 5] = ["pass", "psw", "pw", "pwd", "token"];
/// What a password or a token is of in names that are one word: `DBPASS`, `SLACKTOKEN`.
const OWNERS: [&str; 73] = [
    "admin",
    "amqp",
    "api",
    "app",
    "auth",
    "backup",
    "bearer",
    "bind",
    "bitbucket",
    "bot",
    "ca",
    "cert",
    "ci",
    "client",
    "consul",
    "datadog",
    "db",
    "dbadmin",
    "dbroot",
    "dbuser",
    "deploy",
    "discord",
    "docker",
    "elastic",
    "email",
    "es",
    "ftp",
    "git",
    "github",
    "gitlab",
    "grafana",
    "hec",
    "imap",
    "influx",
    "jira",
    "jwt",
    "kafka",
    "key",
    "keystore",
    "ldap",
    "login",
    "mail",
    "master",
    "mongo",
    "my",
    "mysql",
    "npm",
    "oauth",
    "oracle",
    "pg",
    "pgadmin",
    "postgres",
    "proxy",
    "rabbitmq",
    "rds",
    "redis",
    "refresh",
    "root",
    "service",
    "session",
    "sftp",
    "slack",
    "smtp",
    "splunk",
    "sql",
    "ssh",
    "store",
    "svc",
    "telegram",
    "truststore",
    "user",
    "vault",
    "webhook",
];
/// Whole words that end like those, and name something else: a file, the token of an idempotent request, an ARN.
const NOT_OWNED: [&str; 3] = ["clienttoken", "pgpass", "servicetoken"];
/// Further words that name a secret.
const JOINED: [&str; 2] = ["authkey", "secretkeybase"];
/// Last two words that do.
const SECRET_PAIRS: [(&str, &str); 6] = [
    ("api", "key"),
    ("auth", "key"),
    ("authentication", "key"),
    ("private", "key"),
    ("secret", "key"),
    ("shared", "key"),
];
/// Words before `key` that name what a program generates. `EncryptionKey` and `MasterKey` are names of KMS keys as well, which
/// have an alias, an ARN or a UUID.
const GENERATED_KEYS: [&str; 23] = [
    "access",
    "account",
    "aes",
    "app",
    "application",
    "cipher",
    "crypto",
    "decryption",
    "encryption",
    "fernet",
    "hmac",
    "integration",
    "jwt",
    "license",
    "master",
    "routing",
    "service",
    "session",
    "signing",
    "ssh",
    "storage",
    "subscription",
    "webhook",
];
/// Words before `auth` where that is what a program sends to prove who it is: `BASIC_AUTH`, `REDIS_AUTH`.
const GENERATED_AUTHS: [&str; 9] = ["basic", "bearer", "docker", "npm", "proxy", "redis", "rediscli", "smtp", "twilio"];
/// Other last words of what a program generates.
const GENERATED: [&str; 4] = ["credential", "credentials", "creds", "pepper"];
/// Words that add nothing at the end: `SecretString`, `TOKEN_VALUE`.
const FILLERS: [&str; 6] = ["pem", "plain", "plaintext", "string", "text", "value"];
/// First words of a choice about a secret: `ManageMasterUserPassword`, `RequirePassword`, `MaxToken`.
const CHOICES: [&str; 30] = [
    "allow", "allows", "check", "create", "delete", "disable", "disabled", "enable", "enabled", "expose", "force",
    "generate", "has", "ignore", "is", "manage", "max", "min", "no", "require", "required", "requires", "reset",
    "rotate", "skip", "store", "update", "use", "validate", "without",
];
/// Tokens that are not secrets: of a page, of an idempotent request, of a custom resource (`ServiceToken` is an ARN), of a
/// step that calls back, of a public DNS record, of a language model's text (`STOP_TOKEN`, `EOS_TOKEN`).
const PLAIN_TOKENS: [&str; 32] = [
    "begin",
    "bos",
    "callback",
    "client",
    "cls",
    "continuation",
    "delimiter",
    "dns",
    "end",
    "eos",
    "eot",
    "id",
    "idempotency",
    "image",
    "mask",
    "next",
    "pad",
    "padding",
    "page",
    "pagination",
    "request",
    "result",
    "sep",
    "separator",
    "service",
    "special",
    "start",
    "starting",
    "stop",
    "task",
    "unk",
    "unknown",
];
/// Last words that name, or lead to, something that is kept elsewhere: those that end with a letter.
fn references(last: u8) -> &'static [&'static str] {
    match last.to_ascii_lowercase() {
        b'd' => &["id"],
        b'e' => &["file", "name"],
        b'f' => &["ref"],
        b'h' => &["path"],
        b'i' => &["uri"],
        b'l' => &["url"],
        b'm' => &["param"],
        b'n' => &["arn", "location"],
        b'r' => &["identifier", "parameter"],
        b's' => &["alias", "arns", "ids", "names"],
        _ => &[],
    }
}

/// Whether a name promises a secret's value: `DatabasePassword`, `API_KEY`; not `SecretArn` or `PasswordLength`.
pub fn is_secret_name(name: &str) -> bool {
    promise(name) == Some(Promise::Secret)
}

/// What a name promises, if anything.
pub fn promise(name: &str) -> Option<Promise> {
    // Most names hold none of these, and need not be taken apart.
    let met = marks_in(name);
    let ends_generated = ends_generated(name);
    if met & (ENOUGH | KEY | PW[1]) == 0 && !ends_generated {
        return None;
    }
    let may_be_generated = ends_generated || may_be_generated(name);
    if !may_be_generated && !may_be_secret(met) {
        return None;
    }
    let words = Words::of(name);
    let mut words: SmallVec<[&str; 8]> = words.iter().collect();
    words.truncate(words.iter().rposition(|word| !is_filler(word)).map_or(0, |last| last + 1));
    let is_secret = match words.as_slice() {
        [first, _, ..] if CHOICES.contains(first) => false,
        [.., before, "token"] => !PLAIN_TOKENS.contains(before),
        // The id of an access key is called an access key as well.
        [.., "secret", "access", "key"] => true,
        // What Rails signs sessions with.
        [.., "secret", "key", "base"] => true,
        // `DB_PASS`; one word alone may be a season ticket.
        [_, .., "pass" | "psw" | "pw"] => true,
        [.., before, last] if SECRET_PAIRS.contains(&(before, last)) => true,
        [.., last] => {
            SECRETS.contains(last)
                || JOINED.contains(last)
                || ENDINGS.iter().any(|end| has_ending(last, end))
                || is_owned(last)
        }
        [] => false,
    };
    if is_secret {
        return Some(Promise::Secret);
    }
    match words.as_slice() {
        [.., before, "key"] if may_be_generated && GENERATED_KEYS.contains(before) => Some(Promise::Generated),
        [.., before, "auth"] if GENERATED_AUTHS.contains(before) => Some(Promise::Generated),
        // The headers by which CloudFront shows an origin that a request is its own, as people call them:
        // <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/restrict-access-to-load-balancer.html>, November 2026.
        [.., "origin", "verify"] | [.., "custom", "header"] => Some(Promise::Generated),
        [.., last] if GENERATED.contains(last) || is_generated_key(last) => Some(Promise::Generated),
        _ => None,
    }
}

/// Whether a word is an ending of [`ENDINGS`] after other words: `mysecret`, not `nosecret`.
fn has_ending(word: &str, end: &str) -> bool {
    word.strip_suffix(end).is_some_and(|before| !CHOICES.contains(&before))
}

/// Whether a word is a word of [`OWNERS`] and one of [`OWNED`], written as one: `slacktoken`.
fn is_owned(word: &str) -> bool {
    let is_of_owner = |end: &&str| word.strip_suffix(*end).is_some_and(|owner| OWNERS.contains(&owner));
    OWNED.iter().any(is_of_owner) && !NOT_OWNED.contains(&word)
}

/// Whether a word is one of [`GENERATED_KEYS`] and `key`, written as one: `masterkey`.
fn is_generated_key(word: &str) -> bool {
    word.strip_suffix("key").is_some_and(|before| GENERATED_KEYS.contains(&before))
}

/// Whether a name may end in `key` or `pw`, fillers and digits aside.
fn may_be_generated(name: &str) -> bool {
    match without_number(name) {
        // `Key` alone is a tag's.
        [_, _, .., k, e, y] if [*k, *e, *y].eq_ignore_ascii_case(b"key") => true,
        [_, .., p, w] if [*p, *w].eq_ignore_ascii_case(b"pw") => true,
        _ => false,
    }
}

/// Whether a name may end in another word of what is generated, fillers and digits aside. Asked of every name.
fn ends_generated(name: &str) -> bool {
    let bytes = without_number(name);
    let ends = |word: &str| {
        let start = bytes.len().checked_sub(word.len());
        start.and_then(|start| bytes.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(word.as_bytes()))
    };
    match bytes.last().map(u8::to_ascii_lowercase) {
        Some(b'h') => ends("auth"),
        Some(b'y') => ends("verify"),
        Some(b'r') if ends("header") => true,
        Some(b'l' | b'r' | b's') => GENERATED.iter().any(|word| ends(word)),
        _ => false,
    }
}

/// A name without the digits at its end.
fn without_number(name: &str) -> &[u8] {
    name.trim_end_matches(|last: char| last.is_ascii_digit() || matches!(last, '_' | '-')).as_bytes()
}

/// Whether the last word of a name is `secret`, which people call the place of a secret as well: `DB_SECRET: prod/db`.
pub fn may_name_a_place(name: &str) -> bool {
    let words = Words::of(name);
    let last = words.iter().rfind(|word| !is_filler(word));
    last.is_some_and(|last| last.ends_with("secret"))
}

/// Whether a physical name promises a secret's value; of a path, its last part: `/records/${Env}/db-password`.
pub fn promises_secret(name: &Value<'_>) -> Truth {
    let mut known = String::new();
    for part in name.parts() {
        match &part.content {
            Content::Known(text) => known.push_str(text),
            // Where the scenario still has a choice, it may be the part that matters.
            Content::Choice | Content::Entry(_) => return Truth::Unknown,
            Content::Except(_) | Content::Unknown => known.push(UNKNOWN),
        }
    }
    let known = if name.parts().is_empty() { name.text().unwrap_or_default() } else { known.into() };
    let last = known.rsplit('/').next().unwrap_or_default();
    // What is not known at all may be the word that promises.
    let is_open = !last.is_empty() && last.chars().all(|character| character == UNKNOWN);
    if is_open { Truth::Unknown } else { is_secret_name(last).into() }
}

/// Stands for what is not known of a name, and separates its words.
const UNKNOWN: char = '-';

/// Whether a name stands for the name, the address or the id of something: `SecretArn`, `TOKEN_PATH`.
pub fn names_a_reference(name: &str) -> bool {
    let bytes = name.as_bytes();
    let Some(last) = bytes.last() else { return false };
    // Few names end like one, and need to be taken apart. The character before decides where the last word begins.
    references(*last).iter().any(|word| {
        let start = bytes.len().checked_sub(word.len());
        let end = start.and_then(|start| Some((start, bytes.get(start..)?)));
        end.is_some_and(|(start, end)| {
            end.eq_ignore_ascii_case(word.as_bytes()) && {
                let end = name.get(start.saturating_sub(1)..).unwrap_or(name);
                Words::of(end).iter().next_back() == Some(word)
            }
        })
    })
}

fn is_filler(word: &str) -> bool {
    FILLERS.contains(&word) || word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn names_that_are_known_in_part() {
        use crate::graph::testing::first_scenario;
        for (name, expected) in [
            ("/records/db/password", Truth::True),
            ("!Sub '/records/${Env}/db-password'", Truth::True),
            ("!Sub 'api-token-${Env}'", Truth::True),
            ("!Sub '/records/${Env}'", Truth::Unknown),
            ("!Ref Env", Truth::Unknown),
            ("!Sub '/password/${Env}-host'", Truth::False),
            ("/records/db/password-arn", Truth::False),
        ] {
            let text = format!("{{Parameters: {{Env: {{Type: String}}}}, Resources: {{R: {{Name: {name}}}}}}}");
            let found = first_scenario(&text, |run, model| {
                let node = model.resource("R").unwrap().node.get("Name").unwrap();
                promises_secret(run.value(node).unwrap())
            });
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn a_name_is_what_its_last_word_says() {
        for name in [
            "DatabasePassword",
            "DB_PASSWORD",
            "db-passwd",
            "dbpassword",
            "DBPassword2",
            "MasterUserPassword",
            "AuthToken",
            "GitHubToken",
            "OAuthToken",
            "ApiKey",
            "API_KEY",
            "APIKey",
            "X-Api-Key",
            "SecretString",
            "SecretAccessKey",
            "AWS_SECRET_ACCESS_KEY",
            "PreSharedKey",
            "StripeSecret",
            "ClientSecret",
            "TOKEN_VALUE",
            "DBPwd",
            "DB_PASS",
            "MYSQL_ROOT_PW",
            "MYSECRET",
            "MYTOKEN",
            "SLACKTOKEN",
            "REFRESHTOKEN",
            "SESSIONTOKEN",
            "SMTPPASS",
            "MYSQLPASS",
            "SVCPASS",
            "rootpw",
            "bindpw",
            "PSWD",
            "DB_PSWD",
            "DBPSWD",
            "SECRET_KEY_BASE",
            "SecretKeyBase",
            "SECRETKEYBASE",
            "TlsPrivateKeyPem",
            "KEYSTORE_PASS",
            "storepass",
            "tailscale-authkey",
            "CLIENTSECRET",
            "PGPASSWORD",
            "STRIPEAPIKEY",
            "githubtoken",
            "dbpass",
            "spring.datasource.password",
            "ssl.keystore.password",
            "--db-password",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "SecretArn",
            "SecretName",
            "SecretId",
            "SecretTargetAttachment",
            "SecretsManagerEndpoint",
            "SecretsManagerDomainCredentialsSecretsKMSKey",
            "PasswordLength",
            "PasswordPolicy",
            "PasswordResetRequired",
            "ManageMasterUserPassword",
            "GenerateSecret",
            "RequirePassword",
            "TokenKey",
            "TokenKeyId",
            "TokenValidity",
            "IdTokenValidity",
            "HttpTokens",
            "MaxTokens",
            "NextToken",
            "ClientRequestToken",
            "ServiceToken",
            "AccessKey",
            "AccessKeyId",
            "KeyName",
            "KeyPair",
            "KmsKey",
            "EncryptionKey",
            "PrivateKeyPath",
            "ApiKeyRequired",
            "EnableSecretRotation",
            "CHECK-VECTOR-STORE-SECRET",
            "nosecret",
            "pgpass",
            "nexttoken",
            "PAGETOKEN",
            "clienttoken",
            "servicetoken",
            "STOP_TOKEN",
            "EosToken",
            "stoptoken",
            "bypass",
            "compass",
            "BYPASS",
            "trespass",
            "TLS_PUBLIC_KEY_PEM",
            "CertificatePem",
            "KEY_BASE",
            "SSH_KEY_NAME",
            "MasterKeyId",
            "pw",
            "Pass",
            "Compass",
            "Passport",
            "Environment",
            "",
            "-",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn names_of_what_is_generated() {
        for name in [
            "AccessKey",
            "AZURE_STORAGE_KEY",
            "SigningKey",
            "jwt-key",
            "DD_APP_KEY",
            "EncryptionKey",
            "MASTER_KEY",
            "aes-key",
            "BASIC_AUTH",
            "RedisAuth",
            "TWILIO_AUTH",
            "FHIR_CLIENT_CREDENTIAL",
            "DB_CREDENTIALS",
            "PEPPER",
            "MASTERKEY",
            "SessionKey",
            "SUBSCRIPTION_KEY",
            "SSH_KEY",
            "HmacKey",
            "REDISCLI_AUTH",
            "X-Origin-Verify",
            "X-Custom-Header",
        ] {
            assert_eq!(promise(name), Some(Promise::Generated), "{name}");
        }
        for name in [
            "Key",
            "KmsKey",
            "PartitionKey",
            "AccessKeyId",
            "EncryptionKeyArn",
            "KmsAuth",
            "OAuth",
            "S3Key",
            "PUBLICKEY",
            "monkey",
            "hotkey",
            "X-Header",
            "Verify",
        ] {
            assert_eq!(promise(name), None, "{name}");
        }
    }

    #[test]
    fn references() {
        for name in ["SecretArn", "DB_SECRET_NAME", "tokenUrl"] {
            assert!(names_a_reference(name), "{name}");
        }
        for name in ["DatabasePassword", "DatabaseSecret", ""] {
            assert!(!names_a_reference(name), "{name}");
        }
    }
}
