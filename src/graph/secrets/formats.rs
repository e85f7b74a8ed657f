//! Secrets in files whose formats give them no name that promises one: `.pgpass`, the `auth` of registries, lists of `user:password`.

use super::assignments::{Assignment, Dialect};
use super::commands::{is_written_out, words};
use crate::syntax::base64;
use memchr::memmem::Finder;
use std::ops::Range;
use std::sync::LazyLock;

/// What a text holds that has such a file: made once, since every script is asked.
static FINDERS: LazyLock<[Finder<'static>; 4]> =
    LazyLock::new(|| ["auths", "_auth", "chpasswd", "pgpass"].map(Finder::new));

/// The secrets in such a file, or in a script that writes one.
pub(super) fn secrets(text: &str, dialect: Dialect) -> Vec<Assignment<'_>> {
    let mut found = Vec::new();
    let holds = |mark: &Finder<'_>| mark.find(text.as_bytes()).is_some();
    let [auths, auth, chpasswd, in_home] = &*FINDERS;
    if holds(auths) {
        found.extend(registries(text));
    }
    if matches!(dialect, Dialect::Script | Dialect::Settings) {
        if holds(auth) {
            found.extend(npm(text));
        }
        if holds(chpasswd) {
            found.extend(users(text));
        }
        if dialect == Dialect::Settings || holds(in_home) {
            found.extend(pgpass(text, dialect));
        }
    }
    found
}

fn assignment(name: &str, range: Range<usize>, is_argument: bool) -> Assignment<'_> {
    Assignment { name, range, is_argument }
}

/// The lines of a text with the bytes where they begin.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split('\n').map(move |line| {
        let from = start;
        start += line.len() + 1;
        (from, line)
    })
}

/// The `auth` of each registry in Docker's configuration: the Base64 of a user and a password.
///
/// Source: <https://docs.docker.com/reference/cli/docker/login/>, November 2026.
fn registries(text: &str) -> impl Iterator<Item = Assignment<'_>> {
    const NAME: &str = "auth";
    text.match_indices(NAME).filter_map(|(at, name)| {
        let quote = |text: &'_ str| -> Option<usize> {
            let rest = text.strip_prefix('\\').unwrap_or(text).strip_prefix('"')?;
            Some(text.len() - rest.len())
        };
        let rest = text.get(at + NAME.len()..)?;
        let rest = rest.get(quote(rest)?..)?.trim_start().strip_prefix(':')?.trim_start();
        let rest = rest.get(quote(rest)?..)?;
        let from = text.len() - rest.len();
        encoded(rest).map(|length| assignment(name, from..from + length, false))
    })
}

/// The `_auth` of `.npmrc`, which is the same.
///
/// Source: <https://docs.npmjs.com/cli/v11/configuring-npm/npmrc>, November 2026.
fn npm(text: &str) -> impl Iterator<Item = Assignment<'_>> {
    text.match_indices("_auth").filter_map(|(at, name)| {
        let rest = text.get(at + name.len()..)?.trim_start_matches(' ').strip_prefix('=')?;
        let rest = rest.trim_start_matches([' ', '"']);
        let from = text.len() - rest.len();
        encoded(rest).map(|length| assignment(name, from..from + length, false))
    })
}

/// The length of the Base64 of a user and a password at the start of a text.
fn encoded(text: &str) -> Option<usize> {
    /// Bytes past which it is none.
    const MOST: usize = 4096;
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let length = text.bytes().take(MOST).take_while(is_digit).count();
    let decoded = base64::decode(text.get(..length)?)?;
    let (user, password) = decoded.split_once(':')?;
    (!user.is_empty() && is_written_out(password)).then_some(length)
}

/// The passwords of `host:port:database:user:password`.
///
/// Source: <https://www.postgresql.org/docs/current/libpq-pgpass.html>, November 2026.
fn pgpass(text: &str, dialect: Dialect) -> Vec<Assignment<'_>> {
    let mut found = Vec::new();
    for (start, line) in lines(text) {
        let mut add = |word: Range<usize>| {
            let password = line.get(word.clone()).and_then(password_of_server);
            found.extend(
                password.map(|length| assignment(".pgpass", start + word.end - length..start + word.end, true)),
            );
        };
        match dialect {
            Dialect::Settings => {
                let indent = line.len() - line.trim_start().len();
                add(indent..indent + line.trim().len());
            }
            _ if line.contains(':') => words(line).into_iter().for_each(add),
            _ => {}
        }
    }
    found
}

/// The length of the password at the end of a line of `.pgpass`.
fn password_of_server(line: &str) -> Option<usize> {
    let mut fields = line.splitn(6, ':');
    let mut field = || fields.next().filter(|field| !field.is_empty() && !field.contains(char::is_whitespace));
    let (_, port, _, _, password) = (field()?, field()?, field()?, field()?, field()?);
    let is_port = port == "*" || (matches!(port.len(), 2..=5) && port.bytes().all(|byte| byte.is_ascii_digit()));
    (fields.next().is_none() && is_port && is_written_out(password)).then_some(password.len())
}

/// The passwords that `chpasswd` gets as lines of `user:password`: of cloud-init's `list`, and of a script's here-document.
///
/// Source: <https://cloudinit.readthedocs.io/en/latest/reference/modules.html#set-passwords>, November 2026.
fn users(text: &str) -> Vec<Assignment<'_>> {
    let mut found = Vec::new();
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let mut rest = lines(text).peekable();
    while let Some((_, line)) = rest.next() {
        let line_indent = indent(line);
        if line.trim() == "chpasswd:" {
            let mut is_list = false;
            while let Some((start, inner)) =
                rest.next_if(|(_, inner)| inner.trim().is_empty() || indent(inner) > line_indent)
            {
                let word = inner.trim();
                if let Some(after) = word.strip_prefix("list:") {
                    is_list = true;
                    // `list: "root:…"`
                    if !after.trim().starts_with(['|', '>', '[']) {
                        found.extend(password_of_user(start + inner.find("list:").unwrap_or(0) + "list:".len(), after));
                    }
                } else if is_list {
                    found.extend(password_of_user(start, inner));
                }
            }
        } else if line.contains("chpasswd") && line.contains("<<") && !line.contains("<<<") {
            while let Some((start, inner)) = rest.next_if(|(_, inner)| inner.contains(':')) {
                found.extend(password_of_user(start, inner));
            }
        }
    }
    found
}

/// The password of `user:password`, an item of a list perhaps, that begins at a byte.
fn password_of_user(start: usize, line: &str) -> Option<Assignment<'static>> {
    let trimmed = line.trim_start().trim_start_matches("- ").trim_start().trim_start_matches(['"', '\'']);
    let from = start + line.len() - trimmed.len();
    let trimmed = trimmed.trim_end().trim_end_matches(['"', '\'']);
    let (user, password) = trimmed.split_once(':')?;
    let is_user = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let is_word = !user.is_empty() && user.bytes().all(is_user) && !password.contains(char::is_whitespace);
    // cloud-init makes a password for these.
    let is_made = matches!(password, "R" | "RANDOM");
    let from = from + user.len() + 1;
    (is_word && !is_made && is_written_out(password)).then(|| assignment("chpasswd", from..from + password.len(), true))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;

    fn found(text: &str, dialect: Dialect) -> Vec<&str> {
        secrets(text, dialect).into_iter().map(|one| &text[one.range]).collect()
    }

    #[test]
    fn passwords_of_servers() {
        for text in
            ["db.example.com:5432:records:app:hunter2\n", "# x\n*:*:*:app:hunter2", "localhost:5432:*:app:hunter2"]
        {
            assert_eq!(found(text, Dialect::Settings), ["hunter2"], "{text}");
        }
        for text in
            ["echo \"db:5432:*:app:hunter2\" >> ~/.pgpass", "cat > ~/.pgpass <<EOF\ndb:5432:records:app:hunter2\nEOF\n"]
        {
            assert_eq!(found(text, Dialect::Script), ["hunter2"], "{text}");
        }
        for text in [
            "db:5432:records:app:${Password}",
            "db:5432:records:app:",
            "db:port:records:app:hunter2",
            "arn:aws:s3:::records",
            "a:5432:b:c:d:hunter2",
            "at 10:30:00: app: hunter2",
        ] {
            assert_eq!(found(text, Dialect::Settings), [""; 0], "{text}");
        }
        assert_eq!(found("echo a:5432:b:c:hunter2 > ~/x", Dialect::Script), [""; 0]);
        assert_eq!(found("echo db:5432:b:c:$PASSWORD > ~/.pgpass", Dialect::Script), [""; 0]);
    }

    #[test]
    fn registries_and_packages() {
        // `app:Tr0ub4dor3xK9`
        let auth = "YXBwOlRyMHViNGRvcjN4Szk=";
        for text in [
            format!("{{\"auths\":{{\"registry.example.com\":{{\"auth\":\"{auth}\"}}}}}}"),
            format!("{{\n  \"auths\": {{\n    \"a\": {{ \"auth\": \"{auth}\" }}\n  }}\n}}"),
            format!("echo \"{{\\\"auths\\\":{{\\\"a\\\":{{\\\"auth\\\":\\\"{auth}\\\"}}}}}}\" > config.json"),
        ] {
            for dialect in [Dialect::Settings, Dialect::Script, Dialect::Text] {
                assert_eq!(found(&text, dialect), [auth], "{text}");
            }
        }
        assert_eq!(found(&format!("//a.example.com/:_auth={auth}\n"), Dialect::Settings), [auth]);
        assert_eq!(found(&format!("_auth = \"{auth}\"\n"), Dialect::Settings), [auth]);
        for text in [
            "{\"auths\":{\"a\":{\"auth\":\"${Auth}\"}}}",
            "{\"auths\":{\"a\":{\"auth\":\"\"}}}",
            "{\"auths\":{\"a\":{}},\"auth\":\"basicbasic\"}",
            "{\"auth\":\"YXBwOlRyMHViNGRvcjN4Szk=\"}",
            "//a.example.com/:_auth=${NPM_AUTH}",
            "auths",
            "auths\"auth\":\"",
        ] {
            assert_eq!(found(text, Dialect::Settings), [""; 0], "{text}");
        }
    }

    #[test]
    fn passwords_of_users() {
        for text in [
            "#cloud-config\nchpasswd:\n  list: |\n    root:hunter2\n",
            "chpasswd:\n  expire: false\n  list:\n    - root:hunter2\n    - app:RANDOM\nruncmd: [a]\n",
            "chpasswd:\n  list: [a]\n  list:\n\n  - \"root:hunter2\"\n",
            "chpasswd:\n  list: \"root:hunter2\"\n",
            "chpasswd <<EOF\nroot:hunter2\nEOF\n",
            "cat <<EOF | chpasswd\nroot:hunter2\nEOF\n",
        ] {
            assert_eq!(found(text, Dialect::Script), ["hunter2"], "{text}");
        }
        for text in [
            "chpasswd:\n  list: |\n    root:R\n    app:RANDOM\n    db:$6$salt$hash\n",
            "chpasswd:\n  expire: false\nroot:hunter2\n",
            "chpasswd:\n  users:\n    - name: root\n",
            "chpasswd:\n  list: |\n    root:${Password}\n",
            "chpasswd <<EOF\nroot:$PASSWORD\nEOF\napp:hunter2",
            "chpasswd:",
        ] {
            assert_eq!(found(text, Dialect::Script), [""; 0], "{text}");
        }
        let hostile = "chpasswd:\n list:\n".repeat(10_000);
        assert_eq!(found(&hostile, Dialect::Script).len(), 0);
    }
}
