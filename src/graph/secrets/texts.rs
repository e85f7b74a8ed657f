//! Texts that are secrets: by their own shape, or by their name.

use super::names::{Promise, is_secret_name, may_name_a_place, promise};
use crate::expression::Expression;
use crate::syntax::base64;
use std::ops::Range;

/// Texts that are secrets whatever they are called, with what they are; of a longer text the group `secret`. The shapes are those
/// that their issuers publish so that scanners can find them.
///
/// Sources, November 2026: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html> (AKIA),
/// <https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns>, and
/// [RFC 7519](https://www.rfc-editor.org/rfc/rfc7519#section-3.1) (a token's header is a JSON object, whose Base64 begins so),
/// [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750#section-2.1) and [RFC 7617](https://www.rfc-editor.org/rfc/rfc7617#section-2)
/// for the values of `Authorization` headers.
static SHAPES: [Shape; 16] = [
    Shape::new(&["AKIA"], r"(?-u:\b)AKIA[A-Z2-7]{16}(?-u:\b)", "a long-term AWS access key ID"),
    Shape::new(
        &["_secret_", "_SECRET_", "_Secret_"],
        r#"(?i)(?-u:\b)aws_secret_access_key["']?\s*[:=]\s*["']?(?P<secret>[A-Za-z0-9/+]{40})(?-u:\b)"#,
        "an AWS secret access key",
    ),
    Shape::new(&["-----BEGIN "], r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----", PRIVATE_KEY),
    Shape::new(&["gh"], r"(?-u:\b)gh[pousr]_[A-Za-z0-9]{36,}(?-u:\b)", "a GitHub token"),
    Shape::new(&["github_pat_"], r"(?-u:\b)github_pat_[A-Za-z0-9_]{60,}(?-u:\b)", "a GitHub token"),
    Shape::new(&["glpat-"], r"(?-u:\b)glpat-[A-Za-z0-9_-]{20,}", "a GitLab token"),
    Shape::new(&["xox"], r"(?-u:\b)xox[abprs]-[A-Za-z0-9-]{10,}", "a Slack token"),
    Shape::new(
        &["hooks.slack.com"],
        r"(?-u:\b)hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{16,}",
        "a Slack webhook",
    ),
    Shape::new(&["k_live_"], r"(?-u:\b)[rs]k_live_[A-Za-z0-9]{16,}(?-u:\b)", "a Stripe key"),
    Shape::new(&["npm_"], r"(?-u:\b)npm_[A-Za-z0-9]{36}(?-u:\b)", "an npm token"),
    Shape::new(&["AIza"], r"(?-u:\b)AIza[A-Za-z0-9_-]{35}", "a Google API key"),
    Shape::new(&["SG."], r"(?-u:\b)SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}", "a SendGrid API key"),
    Shape::new(
        &["eyJ"],
        r"(?-u:\b)eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,}",
        "a signed JSON web token",
    ),
    Shape::new(&["Bearer "], r"(?-u:\b)Bearer (?P<secret>[A-Za-z0-9._~+/-]{20,}=*)", AUTHORIZATION),
    Shape::new(&["Basic "], r"(?-u:\b)Basic (?P<secret>[A-Za-z0-9+/]{8,}=*)", AUTHORIZATION),
    Shape::new(
        &["://"],
        r"(?-u:\b)[A-Za-z][A-Za-z0-9+.-]*://[^\s:/?#@${}<>*]*:(?P<secret>[^\s:/?#@${}<>*]{3,})@(?:[^\s/]|$)",
        "a URL that contains a password",
    ),
];

/// A shape of secrets.
struct Shape {
    /// One of these occurs in each: few texts make the expression worth compiling.
    marks: &'static [&'static str],
    expression: Expression,
    what: &'static str,
}

impl Shape {
    const fn new(marks: &'static [&'static str], pattern: &'static str, what: &'static str) -> Self {
        Self { marks, expression: Expression::new(pattern), what }
    }
}

/// Two characters that occur in every text that [`has_mark`].
const PAIRS: [&[u8; 2]; 17] = [
    b"//", b"--", b"AK", b".s", b"AI", b"SG", b"yJ", b"gh", b"gl", b"xo", b"np", b"Be", b"Ba", b"_p", b"_l", b"_s",
    b"_S",
];
/// For each byte the pairs that it is the first or the second character of: one bit for each.
const FIRST: [u32; 256] = in_pairs(0);
const SECOND: [u32; 256] = in_pairs(1);

#[allow(clippy::indexing_slicing, reason = "evaluated when hipaalint is built")]
const fn in_pairs(place: usize) -> [u32; 256] {
    let mut bits = [0; 256];
    let mut pair = 0;
    while pair < PAIRS.len() {
        bits[PAIRS[pair][place] as usize] |= 1 << pair;
        pair += 1;
    }
    bits
}

fn bits(of: &[u32; 256], byte: u8) -> u32 {
    of.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Whether a text holds one of [`PAIRS`]. Asked of every text of every template, so it takes no branch that a processor would have to
/// guess.
fn may_have_mark(text: &str) -> bool {
    /// Bytes that are looked at together: a long text that has a mark has it early.
    const STRETCH: usize = 128;
    let mut before = 0;
    text.as_bytes().chunks(STRETCH).any(|stretch| {
        let mut met = 0;
        for byte in stretch {
            met |= before & bits(&SECOND, *byte);
            before = bits(&FIRST, *byte);
        }
        met != 0
    })
}

/// The bytes by which [`has_mark`] knows what may be a mark.
const RARE: [bool; 256] = rare(*b":A_-.BJ");

#[allow(clippy::indexing_slicing, reason = "evaluated when hipaalint is built")]
const fn rare(bytes: [u8; 7]) -> [bool; 256] {
    let mut rare = [false; 256];
    let mut place = 0;
    while place < bytes.len() {
        rare[bytes[place] as usize] = true;
        place += 1;
    }
    rare
}

/// Whether a text holds what occurs in every text that one of [`SHAPES`] matches, each known by its rarest character. By an
/// expression this took a tenth of all rules' time.
fn has_mark(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| {
        if !RARE.get(usize::from(*byte)).copied().unwrap_or_default() {
            return false;
        }
        let (before, after) = bytes.split_at(at);
        match byte {
            b':' => after.strip_prefix(b"://").is_some_and(begins_with_password),
            b'A' => after.starts_with(b"AKIA") || after.starts_with(b"AIza"),
            b'B' => after.starts_with(b"Bearer ") || after.starts_with(b"Basic "),
            b'J' => before.ends_with(b"ey"),
            b'_' => {
                let is_secret = || after.get(..8).is_some_and(|word| word.eq_ignore_ascii_case(b"_secret_"));
                matches!(before, [.., b'g', b'h', b'p' | b'o' | b'u' | b's' | b'r'])
                    || before.ends_with(b"npm")
                    || [&b"_pat_"[..], b"_live_"].iter().any(|word| after.starts_with(word))
                    || is_secret()
            }
            b'-' => {
                matches!(before, [.., b'x', b'o', b'x', b'a' | b'b' | b'p' | b'r' | b's'])
                    || before.ends_with(b"glpat")
                    || after.starts_with(b"-----BEGIN ")
            }
            _ => after.starts_with(b".slack.com/") || before.ends_with(b"SG"),
        }
    })
}

/// Whether what follows the `://` of a URL may be a name and a password.
fn begins_with_password(after: &[u8]) -> bool {
    let is_end = |byte: &u8| b":/?#@${}<>* \t\r\n".contains(byte);
    let split = |text: &'_ [u8]| text.iter().position(is_end).and_then(|at| Some((at, *text.get(at)?)));
    let Some((name, b':')) = split(after) else { return false };
    matches!(after.get(name + 1..).and_then(split), Some((3.., b'@')))
}

/// The length of the shortest text that one of [`SHAPES`] matches, `a://:ccc@`.
const SHORTEST: usize = 9;

/// Whether a text may hold, alone or as a piece of a longer one, what is a secret by its shape: nearly all do not.
pub fn may_hold_shape(text: &str) -> bool {
    may_have_mark(text)
}

/// Where a text holds what is a secret whatever it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shaped {
    /// The bytes of the secret itself.
    pub range: Range<usize>,
    /// What it is.
    pub what: &'static str,
}

/// The secrets in a text that are known by their shape alone, one of each kind, in the order of the text.
pub fn secret_texts(text: &str) -> Vec<Shaped> {
    // Most texts are short words that none of the expressions has to see.
    if text.len() < SHORTEST || !may_have_mark(text) || !has_mark(text) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for Shape { marks, expression, what } in &SHAPES {
        if !marks.iter().any(|mark| text.contains(mark)) {
            continue;
        }
        let Some(regex) = expression.regex() else { continue };
        for captures in regex.captures_iter(text) {
            let Some(whole) = captures.get(0) else { continue };
            let range = captures.name("secret").unwrap_or(whole).range();
            // AWS's own documentation writes its keys so that they end in EXAMPLE.
            let is_example = whole.as_str().contains("EXAMPLE");
            let is_known =
                found.iter().any(|known: &Shaped| known.range.start < range.end && range.start < known.range.end);
            let is_real = *what != AUTHORIZATION || authorizes(text.get(range.clone()).unwrap_or_default());
            if !is_example && !is_known && is_real && found.len() < MAX_FOUND {
                let end = if *what == PRIVATE_KEY { end_of_key(text, range.end) } else { range.end };
                found.push(Shaped { range: range.start..end, what });
            }
        }
    }
    found.sort_by_key(|found| found.range.start);
    found
}

/// Secrets in one text past which no more are looked for.
const MAX_FOUND: usize = 256;

/// What an `Authorization` header is called: what follows its scheme may be a word of prose.
const AUTHORIZATION: &str = "an `Authorization` header with its credentials";

/// Whether what follows the scheme of an `Authorization` header is more than a word: a token with a digit, or the Base64 of a name
/// and a password.
fn authorizes(credentials: &str) -> bool {
    credentials.bytes().any(|byte| byte.is_ascii_digit())
        || base64::decode(credentials).is_some_and(|decoded| decoded.contains(':'))
}

/// What a private key is called: it ends where its last line does.
pub const PRIVATE_KEY: &str = "a private key";

/// The end of a private key whose first line ends at `from`: after the line that ends it, or with the text.
fn end_of_key(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    match rest.find("-----END ") {
        Some(end) => {
            let after = rest.get(end + "-----END ".len()..).unwrap_or_default();
            let line = after.find("-----").map_or(0, |dashes| dashes + "-----".len());
            from + end + "-----END ".len() + line
        }
        None => text.len(),
    }
}

/// What kind of secret a text is or holds, judged by the text alone.
pub fn secret_text(text: &str) -> Option<&'static str> {
    Some(secret_texts(text).first()?.what)
}

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
const REFERENCES: [&str; 22] = [
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
        Promise::Secret => is_secret_literal(text) && !(names_a_place(text) && may_name_a_place(name)),
        Promise::Generated => (looks_generated(text) || is_user_with_password(text)) && is_secret_literal(text),
    }
}

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
        && !text.starts_with("mrk-")
        && !text.starts_with("alias/")
        && !text.split(['-', '_', '.', '/']).all(is_word)
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
fn is_word(text: &str) -> bool {
    let letters = text.trim_end_matches(|last: char| last.is_ascii_digit());
    let digits = text.len() - letters.len();
    letters.bytes().all(|byte| byte.is_ascii_alphabetic()) && digits <= if letters.is_empty() { 4 } else { 2 }
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
    fn shapes() {
        // Put together here, so that no scanner takes this file for a leak.
        let key = format!("AKIA{}", "QWERTYUIOPASDFGH");
        let hook = format!("https://hooks.slack.com/services/T{0}/B{0}/{0}{0}", "ABCDEFGH12");
        for (text, what) in [
            ("postgres://app:hunter2@db.internal/x".to_owned(), "a URL that contains a password"),
            (key, "a long-term AWS access key ID"),
            (format!("export AWS_SECRET_ACCESS_KEY={}", "a1B2".repeat(10)), "an AWS secret access key"),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIE".to_owned(), "a private key"),
            ("-----BEGIN PRIVATE KEY-----".to_owned(), "a private key"),
            (format!("git clone with {}{}", "ghp_", "a1".repeat(18)), "a GitHub token"),
            (hook, "a Slack webhook"),
            (format!("{}{}", "github_pat_", "a1_b2".repeat(12)), "a GitHub token"),
            (format!("token {}{}", "glpat-", "a1B2".repeat(5)), "a GitLab token"),
            (format!("{}{}", "xoxb-", "1234567890-abc"), "a Slack token"),
            (format!("key={}{}", "sk_live_", "a1B2".repeat(5)), "a Stripe key"),
            ("redis://:hunter2@cache:6379".to_owned(), "a URL that contains a password"),
            (format!("{}{}", "AIza", "a1B2c3d".repeat(5)), "a Google API key"),
            (format!("{}{}", "npm_", "a1".repeat(18)), "an npm token"),
            (format!("Authorization: Bearer {}", "a1B2".repeat(6)), AUTHORIZATION),
            ("Basic YWRtaW46aHVudGVy".to_owned(), AUTHORIZATION),
            (format!("{0}.{0}.{1}", "eyJhbGciOiJIUzI1", "a1B2".repeat(5)), "a signed JSON web token"),
        ] {
            assert_eq!(secret_text(&text), Some(what), "{text}");
        }
        for text in [
            "https://example.com/path",
            "https://${User}:${Password}@host",
            "https://<user>:<password>@host",
            "https://user:****@host",
            "https://example.com:443/users/@me",
            "AKIAIOSFODNN7EXAMPLE",
            "Basic authentication",
            "Bearer ${Token}",
            "-----BEGIN PUBLIC KEY-----",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
        ] {
            assert_eq!(secret_text(text), None, "{text}");
        }
    }

    #[test]
    fn where_the_secret_is() {
        let found = |text: &str| {
            let found = secret_texts(text);
            found.iter().map(|found| text[found.range.clone()].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found("a postgres://app:hunter2@db and redis://:hunter3@x"), ["hunter2", "hunter3"]);
        let key = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----";
        assert_eq!(found(&format!("x {key} y")), [key]);
        assert_eq!(found("-----BEGIN PRIVATE KEY-----\nMIIE"), ["-----BEGIN PRIVATE KEY-----\nMIIE"]);
    }

    #[test]
    fn names_decide_what_a_text_has_to_look_like() {
        for (promise, name, text) in [
            (Promise::Secret, "DB_SECRET", "hunter2hunter2"),
            (Promise::Secret, "DB_PASSWORD", "patient-db"),
            (Promise::Secret, "MYSECRET", "akdfaksdfjkasdfjskafjdkfajsdfk345"),
            (Promise::Generated, "AccessKey", "b7Qz81Lm0PxV4tRk9sWdA2"),
            (Promise::Generated, "ENCRYPTION_KEY", "9f86d081884c7d659a2feaa0c55ad015"),
            (Promise::Generated, "BASIC_AUTH", "app:Zk4pQ9x77Lm"),
        ] {
            assert!(is_promised(promise, name, text), "{name}: {text}");
        }
        for (promise, name, text) in [
            (Promise::Secret, "DB_SECRET", "prod/db/credentials"),
            (Promise::Secret, "DB_SECRET", "patient-db"),
            (Promise::Secret, "DB_SECRET", "prod-db1"),
            (Promise::Secret, "DB_SECRET", "ssm:/prod/db"),
            (Promise::Secret, "DB_PASSWORD", "$DB_PASSWORD"),
            (Promise::Generated, "AccessKey", "hunter2"),
            (Promise::Generated, "APP_KEY", "patient-portal-app-2024"),
            (Promise::Generated, "StorageKey", "1234abcd-12ab-34cd-56ef-1234567890ab"),
            (Promise::Generated, "ServiceKey", "arn:aws:kms:us-east-1:111122223333:key/1234abcd"),
            (Promise::Generated, "ENCRYPTION_KEY", "alias/records9x8y7z6w5v"),
            (Promise::Generated, "ENCRYPTION_KEY", "mrk-1234abcd12ab34cd56ef1234567890ab"),
            (Promise::Generated, "MASTER_KEY", "records-master-key-2024"),
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
