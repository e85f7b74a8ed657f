//! Texts that are secrets by their own shape, whatever they are called.

use super::glance::Glance;
use crate::expression::Expression;
use crate::syntax::base64;
use memchr::{memchr_iter, memmem};
use std::ops::Range;

/// Texts that are secrets whatever they are called, with what they are; of a longer text the group `secret`. The shapes are those
/// that their issuers publish so that scanners can find them.
///
/// Sources, November 2026: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html> (AKIA),
/// <https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns>, and
/// [RFC 7519](https://www.rfc-editor.org/rfc/rfc7519#section-3.1) (a token's header is a JSON object, whose Base64 begins so),
/// [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750#section-2.1) and [RFC 7617](https://www.rfc-editor.org/rfc/rfc7617#section-2)
/// for the values of `Authorization` headers. Those of issuers that publish no page for scanners are the rules of gitleaks
/// (<https://github.com/gitleaks/gitleaks/tree/master/cmd/generate/config/rules>).
static SHAPES: [Shape; 29] = [
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
    Shape::new(
        &["sk-"],
        r"(?-u:\b)sk-(?:(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{20})T3BlbkFJ[A-Za-z0-9_-]{20,}",
        "an OpenAI API key",
    ),
    Shape::new(&["sk-ant-"], r"(?-u:\b)sk-ant-[a-z]{3,8}[0-9]{2}-[A-Za-z0-9_-]{80,}", "an Anthropic API key"),
    Shape::new(&["hf_"], r"(?-u:\b)hf_[A-Za-z0-9]{34}(?-u:\b)", "a Hugging Face token"),
    Shape::new(&["dapi"], r"(?-u:\b)dapi[0-9a-f]{32}(?-u:\b)", "a Databricks token"),
    Shape::new(
        &["shpat_", "shpca_", "shppa_", "shpss_"],
        r"(?-u:\b)shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32}(?-u:\b)",
        "a Shopify token",
    ),
    Shape::new(&["_v1_"], r"(?-u:\b)do[opr]_v1_[0-9a-f]{64}(?-u:\b)", "a DigitalOcean token"),
    Shape::new(&["pypi-"], r"(?-u:\b)pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}", "a PyPI token"),
    Shape::new(
        &["dckr_"],
        r"(?-u:\b)dckr_(?:pat_[A-Za-z0-9_-]{27}|oat_[A-Za-z0-9_-]{32})",
        "a Docker Hub access token",
    ),
    Shape::new(&["glsa_"], r"(?-u:\b)glsa_[A-Za-z0-9]{32}_[0-9A-Fa-f]{8}(?-u:\b)", "a Grafana token"),
    Shape::new(&["ATATT3"], r"(?-u:\b)ATATT3[A-Za-z0-9_=-]{180,}", "an Atlassian API token"),
    Shape::new(&["NRAK-"], r"(?-u:\b)NRAK-[A-Z0-9]{27}(?-u:\b)", "a New Relic API key"),
    Shape::new(&["hvs."], r"(?-u:\b)hvs\.[A-Za-z0-9_-]{24,}", "a Vault token"),
    Shape::new(&["AGE-SECRET-KEY-1"], r"(?-u:\b)AGE-SECRET-KEY-1[AC-HJ-NP-Z02-9]{58}(?-u:\b)", "an age secret key"),
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

/// Two characters that occur in every text that [`has_mark`], apart from a Databricks token: each pair of it is in many texts.
const PAIRS: [&[u8; 2]; 27] = [
    b"//", b"--", b"AK", b".s", b"AI", b"SG", b"yJ", b"gh", b"gl", b"xo", b"np", b"Be", b"Ba", b"_p", b"_l", b"_s",
    b"_S", b"k-", b"hf", b"_v", b"-A", b"hv", b"_o", b"TA", b"RA", b"hp", b"-S",
];
/// For each byte the pairs that it is the second character of, and in the upper half those that it is the first one of: one bit for
/// each. [`APART`] are a pair with every byte.
const IN_PAIRS: [u64; 256] = in_pairs();
/// What holds the other pieces of a secret together.
const APART: [u8; 3] = *b"=\n\"";

#[allow(clippy::indexing_slicing, reason = "evaluated when hipaalint is built")]
const fn in_pairs() -> [u64; 256] {
    const ALWAYS: usize = 31;
    let mut bits = [1 << (32 + ALWAYS); 256];
    let mut pair = 0;
    while pair < PAIRS.len() {
        bits[PAIRS[pair][0] as usize] |= 1 << (32 + pair);
        bits[PAIRS[pair][1] as usize] |= 1 << pair;
        pair += 1;
    }
    let mut byte = 0;
    while byte < APART.len() {
        bits[APART[byte] as usize] |= 1 << ALWAYS;
        byte += 1;
    }
    bits
}

/// Whether a text may hold a secret as a piece of a longer one: one of [`PAIRS`], or what secrets stand beside. Asked of every text
/// below a function, so it takes no branch that a processor would have to guess.
pub fn may_be_piece(text: &str) -> bool {
    /// Bytes that are looked at together: a long text that has a mark has it early.
    const STRETCH: usize = 128;
    let mut before = 1 << 31;
    text.as_bytes().chunks(STRETCH).any(|stretch| {
        let mut met = 0;
        for byte in stretch {
            let bits = IN_PAIRS.get(usize::from(*byte)).copied().unwrap_or_default();
            met |= before & bits;
            before = bits >> 32;
        }
        met != 0
    })
}

/// The bytes by which [`has_mark`] knows what may be a mark.
const RARE: [bool; 256] = among(*b":A_-.BJ");

#[allow(clippy::indexing_slicing, reason = "evaluated when hipaalint is built")]
const fn among<const N: usize>(bytes: [u8; N]) -> [bool; 256] {
    let mut among = [false; 256];
    let mut place = 0;
    while place < N {
        among[bytes[place] as usize] = true;
        place += 1;
    }
    among
}

/// Whether a text holds what occurs in every text that one of [`SHAPES`] matches, each known by its rarest character. By an
/// expression this took a tenth of all rules' time.
fn has_mark(text: &str, glance: Glance) -> bool {
    let bytes = text.as_bytes();
    if glance.has_url_alone() {
        let after = |at: usize| bytes.get(at..).and_then(|after| after.strip_prefix(b"://"));
        return memchr_iter(b':', bytes).filter_map(after).any(begins_with_password);
    }
    let is_marked = bytes.iter().enumerate().any(|(at, byte)| {
        if !RARE.get(usize::from(*byte)).copied().unwrap_or_default() {
            return false;
        }
        let (before, after) = bytes.split_at(at);
        match byte {
            b':' => after.strip_prefix(b"://").is_some_and(begins_with_password),
            b'A' => [&b"AKIA"[..], b"AIza", b"ATATT3"].iter().any(|word| after.starts_with(word)),
            b'B' => after.starts_with(b"Bearer ") || after.starts_with(b"Basic "),
            b'J' => before.ends_with(b"ey"),
            b'_' => {
                let is_secret = || after.get(..8).is_some_and(|word| word.eq_ignore_ascii_case(b"_secret_"));
                matches!(before, [.., b'g', b'h', b'p' | b'o' | b'u' | b's' | b'r'])
                    || matches!(before, [.., b's', b'h', b'p', _, _])
                    || [&b"npm"[..], b"hf", b"glsa"].iter().any(|word| before.ends_with(word))
                    || [&b"_pat_"[..], b"_oat_", b"_live_", b"_v1_"].iter().any(|word| after.starts_with(word))
                    || is_secret()
            }
            b'-' => {
                matches!(before, [.., b'x', b'o', b'x', b'a' | b'b' | b'p' | b'r' | b's'])
                    || [&b"glpat"[..], b"pypi", b"NRAK", b"sk"].iter().any(|word| before.ends_with(word))
                    || [&b"-----BEGIN "[..], b"-SECRET-KEY-1"].iter().any(|word| after.starts_with(word))
            }
            _ => after.starts_with(b".slack.com/") || before.ends_with(b"SG") || before.ends_with(b"hvs"),
        }
    });
    is_marked || memmem::find(bytes, b"dapi").is_some()
}

/// What ends a name or a password in a URL.
const IN_URL: [bool; 256] = among(*b":/?#@${}<>* \t\r\n");

/// Whether what follows the `://` of a URL may be a name and a password.
fn begins_with_password(after: &[u8]) -> bool {
    let is_end = |byte: &u8| IN_URL.get(usize::from(*byte)).copied().unwrap_or_default();
    let split = |text: &'_ [u8]| text.iter().position(is_end).and_then(|at| Some((at, *text.get(at)?)));
    let Some((name, b':')) = split(after) else { return false };
    matches!(after.get(name + 1..).and_then(split), Some((3.., b'@')))
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
    shaped_secrets(text, Glance::at(text))
}

/// The same of a text that was looked at before.
pub(super) fn shaped_secrets(text: &str, glance: Glance) -> Vec<Shaped> {
    // Most texts are words that none of the expressions has to see.
    if !glance.may_have_shape() || !has_mark(text, glance) {
        return Vec::new();
    }
    let mut found = Vec::new();
    // From here on, all of the text is a secret that was found: a private key without an end.
    let mut rest = text.len();
    for Shape { marks, expression, what } in &SHAPES {
        if !marks.iter().any(|mark| text.contains(mark)) {
            continue;
        }
        let Some(regex) = expression.regex() else { continue };
        for captures in regex.captures_iter(text) {
            let Some(whole) = captures.get(0) else { continue };
            let range = captures.name("secret").unwrap_or(whole).range();
            if found.len() >= MAX_FOUND || whole.start() >= rest {
                break;
            }
            // AWS's own documentation writes its keys so that they end in EXAMPLE.
            let is_example = || whole.as_str().contains("EXAMPLE");
            let is_known =
                found.iter().any(|known: &Shaped| known.range.start < range.end && range.start < known.range.end);
            let is_real = || *what != AUTHORIZATION || authorizes(text.get(range.clone()).unwrap_or_default());
            if !is_known && !is_example() && is_real() {
                let end = if *what == PRIVATE_KEY { end_of_key(text, range.end) } else { range.end };
                if end == text.len() {
                    rest = rest.min(range.start);
                }
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
#[cfg(test)]
fn secret_text(text: &str) -> Option<&'static str> {
    Some(secret_texts(text).first()?.what)
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
            (format!("{}{1}{2}{1}", "sk-proj-", "a1B_-".repeat(8), "T3BlbkFJ"), "an OpenAI API key"),
            (format!("{}{1}{2}{1}", "sk-", "a1B2".repeat(5), "T3BlbkFJ"), "an OpenAI API key"),
            (format!("{}{}AA", "sk-ant-api03-", "a1B_-".repeat(18)), "an Anthropic API key"),
            (format!("{}{}", "hf_", "aB".repeat(17)), "a Hugging Face token"),
            (format!("{}{}", "dapi", "a1b2".repeat(8)), "a Databricks token"),
            (format!("{}{}", "shpat_", "a1b2".repeat(8)), "a Shopify token"),
            (format!("{}{}", "dop_v1_", "a1b2".repeat(16)), "a DigitalOcean token"),
            (format!("{}{}", "pypi-AgEIcHlwaS5vcmc", "a1B_-".repeat(16)), "a PyPI token"),
            (format!("{}{}", "dckr_pat_", "a1B".repeat(9)), "a Docker Hub access token"),
            (format!("{}{}", "dckr_oat_", "a1B2".repeat(8)), "a Docker Hub access token"),
            (format!("{}{}_{}", "glsa_", "a1B2".repeat(8), "a1b2c3d4"), "a Grafana token"),
            (format!("{}{}", "ATATT3", "xFfGF0a1-".repeat(21)), "an Atlassian API token"),
            (format!("{}{}", "NRAK-", "A1B".repeat(9)), "a New Relic API key"),
            (format!("{}{}", "hvs.", "a1B2".repeat(6)), "a Vault token"),
            (format!("{}{}", "AGE-SECRET-KEY-1", "Q9".repeat(29)), "an age secret key"),
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
            "task-sk-proj-records-and-more-words-of-a-name",
            "sk-ant-colony",
            "hf_hub_download_of_a_model_with_a_long_name",
            "dapi-records",
            "adapi0123456789abcdef0123456789abcdef",
            "shpat_records",
            "pypi-mirror-of-a-company-with-a-long-name-that-goes-on-and-on-for-ever",
            "dckr_pat_name",
            "hvs.example.com",
            "AGE-SECRET-KEY-1",
        ] {
            assert_eq!(secret_text(text), None, "{text}");
        }
    }

    #[test]
    fn pieces_of_what_functions_put_together() {
        for text in
            ["sk-proj-a", "hf_a", "shpat_a", "dop_v1_a", "pypi-AgE", "dckr_oat_a", "glsa_a", "ATATT3", "NRAK-", "hvs.a"]
        {
            assert!(may_be_piece(text), "{text}");
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
}
