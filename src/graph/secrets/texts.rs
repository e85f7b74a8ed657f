//! Texts that are secrets: by their own shape, or by their name.

use super::names::is_secret_name;
use crate::expression::Expression;

/// Texts that are secrets whatever they are called, with what they are. The shapes are those that their issuers publish so
/// that scanners can find them.
static SHAPES: [(Expression, &str); 10] = [
    (Expression::new(r"\bAKIA[A-Z2-7]{16}\b"), "a long-term AWS access key ID"),
    (
        Expression::new(r#"(?i)\baws_secret_access_key["']?\s*[:=]\s*["']?[A-Za-z0-9/+]{40}\b"#),
        "an AWS secret access key",
    ),
    (Expression::new(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"), "a private key"),
    (Expression::new(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b"), "a GitHub token"),
    (Expression::new(r"\bgithub_pat_[A-Za-z0-9_]{60,}\b"), "a GitHub token"),
    (Expression::new(r"\bglpat-[A-Za-z0-9_-]{20,}"), "a GitLab token"),
    (Expression::new(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"), "a Slack token"),
    (Expression::new(r"\bhooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{16,}"), "a Slack webhook"),
    (Expression::new(r"\b[rs]k_live_[A-Za-z0-9]{16,}\b"), "a Stripe key"),
    (
        Expression::new(r"\b[A-Za-z][A-Za-z0-9+.-]*://[^\s:/?#@${}<>*]+:[^\s:/?#@${}<>*]{3,}@(?:[^\s/]|$)"),
        "a URL that contains a password",
    ),
];

/// Whether a text holds two characters that occur in every text that [`has_mark`]. Asked of every text of every template, so it
/// takes no branch that a processor would have to guess.
fn may_have_mark(text: &str) -> bool {
    let bytes = text.as_bytes();
    let following = bytes.get(1..).unwrap_or_default();
    bytes.iter().zip(following).fold(false, |found, (one, next)| {
        let is = |mark: &[u8; 2]| (*one == mark[0]) & (*next == mark[1]);
        let of_texts = is(b"//") | is(b"--") | is(b"AK") | is(b".s");
        let of_tokens = is(b"gh") | is(b"gl") | is(b"xo");
        let of_names = is(b"_p") | is(b"_l") | is(b"_s") | is(b"_S");
        found | of_texts | of_tokens | of_names
    })
}

/// Whether a text holds what occurs in every text that one of [`SHAPES`] matches, each known by its rarest character. By an
/// expression this took a tenth of all rules' time.
fn has_mark(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| {
        if !matches!(byte, b':' | b'A' | b'_' | b'-' | b'.') {
            return false;
        }
        let (before, after) = bytes.split_at(at);
        match byte {
            b':' => after.strip_prefix(b"://").is_some_and(begins_with_password),
            b'A' => after.starts_with(b"AKIA"),
            b'_' => {
                let is_secret = || after.get(..8).is_some_and(|word| word.eq_ignore_ascii_case(b"_secret_"));
                matches!(before, [.., b'g', b'h', b'p' | b'o' | b'u' | b's' | b'r'])
                    || [&b"_pat_"[..], b"_live_"].iter().any(|word| after.starts_with(word))
                    || is_secret()
            }
            b'-' => {
                matches!(before, [.., b'x', b'o', b'x', b'a' | b'b' | b'p' | b'r' | b's'])
                    || before.ends_with(b"glpat")
                    || after.starts_with(b"-----BEGIN ")
            }
            _ => after.starts_with(b".slack.com/"),
        }
    })
}

/// Whether what follows the `://` of a URL may be a name and a password.
fn begins_with_password(after: &[u8]) -> bool {
    let is_end = |byte: &u8| b":/?#@${}<>* \t\r\n".contains(byte);
    let split = |text: &'_ [u8]| text.iter().position(is_end).and_then(|at| Some((at, *text.get(at)?)));
    let Some((name @ 1.., b':')) = split(after) else { return false };
    matches!(after.get(name + 1..).and_then(split), Some((3.., b'@')))
}

/// The length of the shortest text that one of [`SHAPES`] matches, `a://b:ccc@`.
const SHORTEST: usize = 10;

/// What kind of secret a text is or holds, judged by the text alone.
pub fn secret_text(text: &str) -> Option<&'static str> {
    // Most texts are short words that none of the expressions has to see.
    if text.len() < SHORTEST {
        return None;
    }
    if !may_have_mark(text) || !has_mark(text) {
        return None;
    }
    SHAPES.iter().find_map(|(shape, what)| {
        // AWS's own documentation writes its keys so that they end in EXAMPLE.
        shape.regex()?.find_iter(text).any(|found| !found.as_str().contains("EXAMPLE")).then_some(*what)
    })
}

/// Words with a secret's name that are not secrets: switches, units of time (`AccessToken: hours`), sentinels.
const PLAIN_WORDS: [&str; 21] = [
    "-", "days", "default", "disable", "disabled", "enable", "enabled", "false", "hours", "minutes", "n/a", "never",
    "no", "none", "null", "optional", "required", "seconds", "string", "true", "yes",
];
/// What a text begins with that leads to a value elsewhere: an ARN, a path, a variable, an expression of API Gateway.
const REFERENCES: [&str; 12] = [
    "arn:",
    "/",
    "AWS::",
    "$context.",
    "$input.",
    "$request.",
    "$stageVariables.",
    "$util.",
    "context.",
    "integration.",
    "method.",
    "stageVariables.",
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
        || text.contains("{{")
        || text.contains("${")
        || text.contains("://")
        || (text.starts_with('<') && text.ends_with('>'))
        || (text.starts_with('[') && text.ends_with(']'))
        || REFERENCES.iter().any(|start| text.starts_with(start))
        || PLAIN_WORDS.contains(&lower.as_str())
        || PLACEHOLDERS.iter().any(|part| lower.contains(part)))
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
            "-----BEGIN PUBLIC KEY-----",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
        ] {
            assert_eq!(secret_text(text), None, "{text}");
        }
    }

    #[test]
    fn every_shape_is_an_expression_and_has_a_mark() {
        assert_eq!(SHAPES.len(), 10);
    }

    #[test]
    fn literals() {
        for text in [
            "C0rrect-horse-battery",
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
            "REPLACE_ME",
            "{{resolve:secretsmanager:db:SecretString:password}}",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:db",
            "/prod/db/password",
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
