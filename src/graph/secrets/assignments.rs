//! Secrets that a text gives to a name: `export DB_PASSWORD=…`, `password: '…'`, `"apiKey": "…"`, `--token …`.
//!
//! Scripts, programs, settings and connection strings are read alike, line by line, as far as the question needs: a name that
//! promises a secret, a mark that gives it a value, and a value that is written out. What can be read as an expression, a
//! variable or a word of the program is no secret.

use super::commands;
use super::names::{Promise, may_hold_promise, next_mark, promise};
use super::pairs::value_of_pair;
use super::partial::{IsPlain, Partial, may_be_partial, parts_of_secret};
use super::texts::{begins_phrase, is_complaint, is_promised, names_a_secret};
use std::ops::Range;

/// What a text is, as far as its place in the template tells.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A value like any other; it may hold JSON, a query or a connection string.
    Text,
    /// Lines of names and values: `.properties`, `.ini`, YAML.
    Settings,
    /// A script of a shell, which may write settings and programs into files.
    Script,
    /// A program: what is not in quotes is an expression.
    Program,
}

/// A value that a text gives to a name that promises a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment<'c> {
    /// The name as the text has it.
    pub name: &'c str,
    /// The bytes of the value, without quotes.
    pub range: Range<usize>,
    /// Whether the name is that of a command, and the value its argument.
    pub is_argument: bool,
}

/// Bytes of a name, or of the space around a mark, past which nothing is read.
const MAX_NAME: usize = 128;
/// Bytes of a value past which it is none.
pub(super) const MAX_VALUE: usize = 1024;
/// The shortest value that a program or script gives that is taken for a secret: shorter ones are marks and flags.
const SHORTEST: usize = 4;

/// The secrets that a text writes out, in the order of the text.
pub fn assigned_secrets(text: &str, dialect: Dialect) -> Vec<Assignment<'_>> {
    let mut found = Vec::new();
    // Most texts hold no such name, and are not taken apart.
    if may_hold_promise(text) {
        each_assignment(text, dialect, |candidate| {
            if candidate.is_secret(text, dialect) {
                let range = candidate.value.range.clone();
                found.push(Assignment { name: candidate.name, range, is_argument: false });
            }
        });
    }
    if matches!(dialect, Dialect::Script | Dialect::Settings) {
        found.extend(commands::secrets(text));
    }
    found.sort_by_key(|assignment| assignment.range.start);
    found.dedup_by(|later, first| later.range.start < first.range.end);
    found
}

/// The names that promise a secret with the parts of it that a text writes out: `export DB_PASSWORD=hunter2-${Env}`. Their bytes are
/// those of the text.
pub fn partly_assigned<'c>(text: &'c str, dialect: Dialect, is_plain: IsPlain<'_>) -> Vec<(&'c str, Partial)> {
    let mut found = Vec::new();
    if may_be_partial(text) && may_hold_promise(text) {
        each_assignment(text, dialect, |candidate| {
            let Some(value) = text.get(candidate.value.range.clone()) else { return };
            let is_of_secret = |shape: &str| candidate.gives(shape, text, dialect);
            if let Some(mut partial) =
                parts_of_secret(candidate.promise, candidate.name, value, is_plain, &is_of_secret)
            {
                for range in &mut partial.ranges {
                    *range = range.start + candidate.value.range.start..range.end + candidate.value.range.start;
                }
                found.push((candidate.name, partial));
            }
        });
    }
    found
}

/// The names that promise a secret with what they promise and the names of what `${Name}` puts under them: `export DB_PASSWORD=${Name}`.
pub fn assigned_references(text: &str, dialect: Dialect) -> Vec<(&str, Promise, &str)> {
    let mut found = Vec::new();
    each_assignment(text, dialect, |candidate| {
        let value = text.get(candidate.value.range.clone()).unwrap_or_default();
        let name = value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        let is_name = |name: &&str| !name.contains(['$', '{', '}']);
        found.extend(name.filter(is_name).map(|name| (candidate.name, candidate.promise, name)));
    });
    found
}

/// A name that promises a secret, and the value that follows it.
struct Candidate<'c> {
    name: &'c str,
    promise: Promise,
    mark: Mark,
    value: Value,
}

/// What gives a name its value.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// `=`, with nothing around it.
    Tight,
    /// `=` or `:=` between spaces, `=>`.
    Loose,
    /// `:` before a space or a quote.
    Colon,
    /// The space after an option: `--password x`; or in SQL: `PASSWORD 'x'`.
    Space,
    /// Punctuation that only a default value has: `getenv("X", "…")`, `${X:-…}`, `<password>…</password>`.
    Enclosed,
}

/// Where a value is.
pub(super) struct Value {
    pub(super) range: Range<usize>,
    pub(super) quote: Option<u8>,
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Calls `visit` with the bytes of each name of a text that promises a secret.
pub(super) fn each_name(text: &str, mut visit: impl FnMut(usize, usize, Promise)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    // Most names hold no mark of such, and are not even looked for.
    while let Some(mark) = next_mark(bytes, at) {
        let (before, after) = (bytes.get(at..mark).unwrap_or_default(), bytes.get(mark..).unwrap_or_default());
        let start = before.iter().rposition(|byte| !is_of_name(*byte)).map_or(at, |last| at + last + 1);
        let length = after.iter().position(|byte| !is_of_name(*byte)).unwrap_or(after.len());
        at = mark + length;
        // The end of an ARN or of a path is no name: `…:secret:db`.
        if at - start > MAX_NAME || matches!(byte_before(bytes, start), Some(b':' | b'/')) {
            continue;
        }
        if let Some(promise) = text.get(start..at).and_then(promise) {
            visit(start, at, promise);
        }
    }
}

/// Calls `visit` with each name of a text that promises a secret and has a value.
fn each_assignment<'c>(text: &'c str, dialect: Dialect, mut visit: impl FnMut(Candidate<'c>)) {
    each_name(text, |start, end, promise| {
        let name = text.get(start..end).unwrap_or_default();
        let of_pair = || Some((Mark::Colon, value_of_pair(text, start, end)?));
        if let Some((mark, value)) = value_after(text, start, end, dialect).or_else(of_pair)
            && !(mark == Mark::Colon && is_stored_variable(text, start))
        {
            visit(Candidate { name: name.trim_start_matches(['-', '.']), promise, mark, value });
        }
    });
}

/// Whether a line of a build's specification names where a variable is kept: it is below `secrets-manager:` or `parameter-store:`.
///
/// Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html>, November 2026.
fn is_stored_variable(text: &str, start: usize) -> bool {
    /// Bytes before it that are looked at.
    const MOST: usize = 2048;
    let from = (start.saturating_sub(MOST)..start).find(|from| text.is_char_boundary(*from));
    let before = from.and_then(|from| text.get(from..start)).unwrap_or_default();
    let mut lines = before.rsplit('\n');
    let Some(own) = lines.next().filter(|own| own.bytes().all(|byte| byte == b' ')) else { return false };
    let above = lines.find(|line| !line.trim().is_empty() && line.len() - line.trim_start().len() < own.len());
    matches!(above.map(str::trim), Some("secrets-manager:" | "parameter-store:"))
}

fn byte_before(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at.checked_sub(1)?).copied()
}

/// A place in a text, and what lies there.
struct Reader<'c> {
    bytes: &'c [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, text: &[u8]) -> bool {
        let is_there = self.rest().starts_with(text);
        self.at += if is_there { text.len() } else { 0 };
        is_there
    }

    /// Skips spaces; whether there were some.
    fn spaces(&mut self) -> bool {
        let count = self.rest().iter().take(MAX_NAME).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.at += count;
        count > 0
    }

    /// A quote, also one that is escaped because it stands in a text in quotes.
    fn quote(&mut self) -> Option<u8> {
        let escaped = self.rest().first() == Some(&b'\\');
        let quote =
            self.rest().get(usize::from(escaped)).copied().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
        self.at += 1 + usize::from(escaped);
        Some(quote)
    }
}

/// The value after a name that ends at `end`.
pub(super) fn value_after(text: &str, start: usize, end: usize, dialect: Dialect) -> Option<(Mark, Value)> {
    let bytes = text.as_bytes();
    let before = byte_before(bytes, start);
    let mut reader = Reader { bytes, at: end };
    let is_quoted = matches!(before, Some(b'"' | b'\'' | b'`')) && reader.quote().is_some();
    if before == Some(b'<') && reader.skip(b">") {
        return enclosed(text, reader.at, b'<');
    }
    let before_braces = text.get(..start).unwrap_or_default().trim_end_matches('!');
    if before_braces.ends_with("${") && (reader.skip(b":-") || reader.skip(b":=")) {
        return enclosed(text, reader.at, b'}');
    }
    if is_quoted && reader.peek() == Some(b']') {
        reader.at += 1;
    }
    let spaced = reader.spaces();
    let mark = match reader.peek()? {
        b'=' if reader.rest().get(1) == Some(&b'=') => return None,
        b'=' => {
            reader.at += 1;
            let arrow = reader.skip(b">");
            if reader.spaces() || spaced || arrow { Mark::Loose } else { Mark::Tight }
        }
        b':' if matches!(reader.rest().get(1), Some(b':' | b'/')) => return None,
        b':' => {
            reader.at += 1;
            let loose = reader.skip(b"=");
            let spaced = reader.spaces();
            // `password: str = "…"`
            if let Some(after) = after_type(bytes, reader.at) {
                reader.at = after;
                Mark::Loose
            } else if loose {
                Mark::Loose
            } else if spaced || matches!(reader.peek(), Some(b'"' | b'\'' | b'\\')) {
                Mark::Colon
            } else if dialect == Dialect::Settings {
                Mark::Tight
            } else {
                return None;
            }
        }
        // `os.environ.get("DB_PASSWORD", "…")`
        b',' if is_quoted && is_lookup(text, start) => {
            reader.at += 1;
            reader.spaces();
            let value = value_at(text, reader.at)?;
            return value.quote.is_some().then_some((Mark::Enclosed, value));
        }
        _ if spaced => {
            let is_option = before != Some(b'$') && bytes.get(start) == Some(&b'-');
            let is_sql = matches!(reader.peek(), Some(b'\'' | b'"'))
                && text.get(start..end).is_some_and(|name| name.eq_ignore_ascii_case("password"));
            if !is_option && !is_sql {
                return None;
            }
            Mark::Space
        }
        _ => return None,
    };
    let value = value_at(text, reader.at)?;
    // `password = os.environ.get("PASSWORD") or "…"`
    if value.quote.is_none()
        && dialect == Dialect::Program
        && let Some(fallback) = fallback_after(text, value.range.start)
    {
        return Some((Mark::Enclosed, fallback));
    }
    Some((mark, value))
}

/// What stands before the mark that encloses a value.
fn enclosed(text: &str, from: usize, close: u8) -> Option<(Mark, Value)> {
    let rest = text.as_bytes().get(from..)?;
    let length = rest.iter().take(MAX_VALUE).position(|byte| *byte == close || *byte == b'\n')?;
    (rest.get(length) == Some(&close)).then_some(())?;
    Some((Mark::Enclosed, Value { range: from..from + length, quote: Some(close) }))
}

/// Where the value of `: str = "…"` begins, given where the type does.
fn after_type(bytes: &[u8], at: usize) -> Option<usize> {
    let mut reader = Reader { bytes, at };
    let is_of_type = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'[' | b']' | b'.' | b'_' | b'|');
    let length = reader.rest().iter().take(MAX_NAME).take_while(is_of_type).count();
    reader.at += length;
    reader.spaces();
    (length > 0 && reader.skip(b"=") && reader.peek() != Some(b'=')).then_some(())?;
    reader.spaces();
    Some(reader.at)
}

/// Whether a name in quotes at `start` is what a program sets, or looks up with a default: `define('…`, `environ.get('…`.
fn is_lookup(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default().trim_end_matches(['"', '\'', '\\']);
    const CALLS: [&str; 12] = [
        "define(",
        "get(",
        "getenv(",
        "getOrDefault(",
        "header(",
        "put(",
        "putenv(",
        "set(",
        "setdefault(",
        "setenv(",
        "setHeader(",
        "setProperty(",
    ];
    CALLS.iter().any(|call| before.ends_with(call))
}

/// The text in quotes that an expression falls back to on its line: `process.env.TOKEN || '…'`.
fn fallback_after(text: &str, from: usize) -> Option<Value> {
    let bytes = text.as_bytes().get(from..)?;
    let length = bytes.iter().take(MAX_VALUE).position(|byte| *byte == b'\n').unwrap_or(bytes.len().min(MAX_VALUE));
    let line = text.get(from..from + length)?;
    let (at, mark) = ["|| ", "?? ", " or "].iter().find_map(|mark| Some((line.find(mark)?, mark)))?;
    let value = value_at(text, from + at + mark.len())?;
    value.quote.is_some().then_some(value)
}

/// The value that begins at a byte: in quotes to the quote that closes, else to the next space or mark.
pub(super) fn value_at(text: &str, from: usize) -> Option<Value> {
    let bytes = text.as_bytes();
    let mut reader = Reader { bytes, at: from };
    // `b"…"`, `r'…'`
    if matches!(reader.rest(), [b'b' | b'r' | b'u' | b'f' | b'B' | b'R' | b'U' | b'F' | b'@' | b'N', b'"' | b'\'', ..])
    {
        reader.at += 1;
    }
    let is_escaped = reader.peek() == Some(b'\\');
    if let Some(quote) = reader.quote() {
        let start = reader.at;
        let mut skips = false;
        for (index, byte) in reader.rest().iter().take(MAX_VALUE).enumerate() {
            match byte {
                b'\n' => return None,
                // An escaped quote closes what one has opened.
                b'\\' if is_escaped => return Some(Value { range: start..start + index, quote: Some(quote) }),
                b'\\' if !skips => {
                    skips = true;
                    continue;
                }
                byte if *byte == quote && !skips => {
                    return Some(Value { range: start..start + index, quote: Some(quote) });
                }
                _ => {}
            }
            skips = false;
        }
        return None;
    }
    let is_end = |byte: &u8| {
        byte.is_ascii_whitespace()
            || matches!(byte, b';' | b'&' | b'|' | b',' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\')
    };
    let length = reader.rest().iter().take(MAX_VALUE).position(is_end).unwrap_or(reader.rest().len());
    (length > 0 && length < MAX_VALUE).then(|| Value { range: from..from + length, quote: None })
}

impl Candidate<'_> {
    /// Whether the value is a secret that the text writes out.
    fn is_secret(&self, text: &str, dialect: Dialect) -> bool {
        let Some(value) = text.get(self.value.range.clone()) else { return false };
        is_promised(self.promise, self.name, value) && self.gives(value, text, dialect)
    }

    /// Whether what the name promises may be this value.
    fn gives(&self, value: &str, text: &str, dialect: Dialect) -> bool {
        if value.len() < SHORTEST || is_made(value, self.value.quote) {
            return false;
        }
        let has_digit = value.bytes().any(|byte| byte.is_ascii_digit());
        let has_mark = value.bytes().any(|byte| !byte.is_ascii_alphanumeric());
        match (self.value.quote, dialect) {
            // In programs and JSON, names, labels and messages are in quotes as well; people choose passwords, programs the rest.
            (Some(_), Dialect::Program | Dialect::Text) => {
                let is_chosen = ["pass", "pwd", "pw"].iter().any(|word| self.name.to_ascii_lowercase().contains(word));
                let is_of_kind = if is_chosen { !is_complaint(value) } else { has_digit || value.len() >= LONG };
                let is_query = self.mark == Mark::Space && dialect == Dialect::Text;
                is_of_kind && !is_query && !value.contains(char::is_whitespace) && !names_a_secret(value)
            }
            // What a shell finds in such quotes is a command.
            (Some(quote), Dialect::Script | Dialect::Settings) => quote != b'`',
            (None, Dialect::Program) => false,
            (None, _) if value.contains(['(', ')', '[', ']', '{', '}', '@', '*']) => false,
            // `--secret id=npm`
            (None, _) if self.mark == Mark::Space && value.contains('=') => false,
            // The line of a file that a script writes; the words of a program may look alike.
            (None, Dialect::Script) if matches!(self.mark, Mark::Loose | Mark::Colon) => has_digit && value.len() >= 6,
            (None, Dialect::Text) => {
                self.mark == Mark::Tight && (has_digit || has_mark || text.contains("://") || text.contains(';'))
            }
            (None, Dialect::Settings) if !has_digit && self.mark == Mark::Colon => {
                !begins_phrase(text, self.value.range.end)
            }
            (None, _) => true,
        }
    }
}

/// The shortest text of letters alone that a program may have generated.
const LONG: usize = 20;

/// Whether a program or script makes the value: it names a variable, calls something, or leaves room for a text.
fn is_made(value: &str, quote: Option<u8>) -> bool {
    let bytes = value.as_bytes();
    let names_variable = |pair: &[u8]| {
        matches!(pair, [b'$', next] if next.is_ascii_alphabetic() || matches!(next, b'{' | b'(' | b'_'))
            && quote != Some(b'\'')
    };
    let is_format = |pair: &[u8]| matches!(pair, b"%s" | b"%(" | b"%d" | b"%v" | b"$(" | b"${");
    bytes.windows(2).any(|pair| names_variable(pair) || is_format(pair))
        || (value.contains('{') && value.contains('}'))
        || bytes.contains(&b'`')
        || matches!(bytes.first(), Some(b'@' | b'<' | b'!' | b'&' | b'*' | b'|' | b'>' | b'%'))
        || value.starts_with("file:")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;

    fn found(text: &str, dialect: Dialect) -> Vec<String> {
        let found = assigned_secrets(text, dialect);
        found.iter().map(|one| format!("{}={}", one.name, &text[one.range.clone()])).collect()
    }

    #[test]
    fn scripts() {
        for (line, expected) in [
            ("export DB_PASSWORD='Tr0ub4dor-3xK9'", "DB_PASSWORD=Tr0ub4dor-3xK9"),
            ("DB_PASSWORD=hunter2", "DB_PASSWORD=hunter2"),
            ("PGPASSWORD=hunter2 psql -h db", "PGPASSWORD=hunter2"),
            ("# DB_PASSWORD=hunter2", "DB_PASSWORD=hunter2"),
            ("echo \"DB_PASSWORD=hunter2\" >> .env", "DB_PASSWORD=hunter2"),
            ("app --db-password=hunter2", "db-password=hunter2"),
            ("app --db-password hunter2 --x", "db-password=hunter2"),
            ("app --db-password \"hunter2 x\"", "db-password=hunter2 x"),
            ("password = hunter2", "password=hunter2"),
            ("  password: hunter2", "password=hunter2"),
            ("$Password = \"hunter2\"", "Password=hunter2"),
            ("curl -H 'X-Api-Key: abc123def'", "X-Api-Key=abc123def"),
            ("<password>hunter2</password>", "password=hunter2"),
            ("PW=${DB_PASSWORD:-hunter2}", "DB_PASSWORD=hunter2"),
            ("ALTER USER app PASSWORD 'hunter2';", "PASSWORD=hunter2"),
            ("export SPRING_DATASOURCE_PASSWORD=changeit", "SPRING_DATASOURCE_PASSWORD=changeit"),
        ] {
            assert_eq!(found(line, Dialect::Script), [expected], "{line}");
        }
        for line in [
            "export DB_PASSWORD=$(aws secretsmanager get-secret-value --secret-id db)",
            "export DB_PASSWORD=\"$DB_PASSWORD\"",
            "export DB_PASSWORD=$1",
            "export DB_PASSWORD=`cat /run/secret`",
            "DB_PASSWORD=${Password}",
            "app --password $PASSWORD",
            "app --password-file /run/secrets/db",
            "app --password=@/run/secrets/db",
            "docker build --secret id=npm1 .",
            "aws secretsmanager get-secret-value --secret-id prod/db",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf1",
            "TOKEN=''",
            "if [ \"$PASSWORD\" == \"hunter2\" ]; then",
            "password = get_password()",
            "connect(password=pw)",
            "connect(password=event['x1'])",
            "PASSWORD_FILE=/run/secrets/db1",
            "echo enter your password: now",
            "SECRET_NAME=db1",
            "{{resolve:secretsmanager:MySecret:SecretString:password}}",
            "env:\n  secrets-manager:\n    # x\n    DB_PASSWORD: prod-db2:password\n",
            "env:\n  parameter-store:\n    DB_PASSWORD: CodeBuild2\n",
        ] {
            assert_eq!(found(line, Dialect::Script), [""; 0], "{line}");
        }
    }

    #[test]
    fn programs() {
        for (line, expected) in [
            ("PASSWORD = 'hunter2'", "PASSWORD=hunter2"),
            ("password: str = \"hunter2\"", "password=hunter2"),
            ("const apiKey = `hunter2`;", "apiKey=hunter2"),
            ("define('DB_PASSWORD', 'hunter2');", "DB_PASSWORD=hunter2"),
            ("password = 'changeme'", "password=changeme"),
            ("connect(host='db', password='hunter2')", "password=hunter2"),
            ("config = {\"password\": \"hunter2\"}", "password=hunter2"),
            ("{ password: 'hunter2' }", "password=hunter2"),
            ("os.environ['DB_PASSWORD'] = 'hunter2'", "DB_PASSWORD=hunter2"),
            ("os.environ.get('DB_PASSWORD', 'hunter2')", "DB_PASSWORD=hunter2"),
            ("const token = process.env.TOKEN || 'hunter2'", "token=hunter2"),
            ("password = b'hunter2'", "password=hunter2"),
            ("x = \"{\\\"password\\\": \\\"hunter2\\\"}\"", "password=hunter2"),
        ] {
            assert_eq!(found(line, Dialect::Program), [expected], "{line}");
        }
        for line in [
            "password = get_password()",
            "password = event.password1",
            "secret = client.get_secret_value(SecretId='prod/db')",
            "password = secret['password']",
            "SECRET_KEY = 'SECRET_KEY'",
            "token = event['headers']['x-token']",
            "if token == 'hunter2':",
            "{'password': 'The password is too short'}",
            "f'password={password}'",
            "password = f'{user}-x1'",
            "print('password: %s' % password)",
            "INVALID_TOKEN = 'no-token'",
            "token = '+'",
            "{ token: 'missing', password: 'missing' }",
            "localStorage.setItem('token', token)",
            "apiKey: 'X-Api-Key'",
            "secret_arn = 'arn:aws:secretsmanager:x'",
            "SECRET = 'prod/db/credentials'",
        ] {
            assert_eq!(found(line, Dialect::Program), [""; 0], "{line}");
        }
    }

    #[test]
    fn settings_and_other_texts() {
        let settings =
            "ssl.keystore.password=changeit\nsasl.jaas.config=Login required username=\"a\" password=\"hunter2\";\n";
        assert_eq!(found(settings, Dialect::Settings), ["ssl.keystore.password=changeit", "password=hunter2"]);
        assert_eq!(found("database.password = hunter", Dialect::Settings), ["database.password=hunter"]);
        assert_eq!(found("password: hunter # x\ntoken: Your token ends", Dialect::Settings), ["password=hunter"]);
        assert_eq!(found("ssl.key.password=${file:/x:y}", Dialect::Settings), [""; 0]);
        for (text, expected) in [
            ("Server=db;User Id=app;Password=hunter;", "Password=hunter"),
            ("jdbc:mysql://db/records?user=app&password=hunter&ssl=true", "password=hunter"),
            ("host=db password=hunter2", "password=hunter2"),
            ("{\"a\": {\"password\": \"hunter2\"}}", "password=hunter2"),
        ] {
            assert_eq!(found(text, Dialect::Text), [expected], "{text}");
        }
        for text in [
            "Password: hunter2",
            "The token=yes choice",
            "password = hunter2",
            "{\"password\": \"Your password\"}",
            "{\"password\": {\"type\": \"string\"}}",
            "{\"type\": \"apiKey\", \"name\": \"x-api-key\"}",
            "https://example.com/?token=",
        ] {
            assert_eq!(found(text, Dialect::Text), [""; 0], "{text}");
        }
    }

    #[test]
    fn references_that_are_used_as_secrets() {
        let text =
            "export DB_PASSWORD=${Password}\nexport HOST='${Host}'\nexport TOKEN=\"${Token}\"\nX_SECRET=a${Other}";
        assert_eq!(
            assigned_references(text, Dialect::Script),
            [("DB_PASSWORD", Promise::Secret, "Password"), ("TOKEN", Promise::Secret, "Token")]
        );
    }

    #[test]
    fn no_text_is_too_odd() {
        for text in
            ["", "=", "password", "password=", "password=\"", "password:", "é password=é", "password='\u{10FFFF}", "--"]
        {
            for dialect in [Dialect::Text, Dialect::Settings, Dialect::Script, Dialect::Program] {
                assert_eq!(found(text, dialect), [""; 0], "{text}");
            }
        }
        let hostile = "password=\"".repeat(100_000);
        assert!(found(&hostile, Dialect::Program).len() <= 100_000);
    }
}
