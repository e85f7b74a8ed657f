//! Commands that are given a password as an argument without a name: `mysql -phunter2`, `curl -u user:hunter2`.
//!
//! Sources, November 2026: the manuals of `chpasswd(8)` and `passwd(1)`,
//! <https://dev.mysql.com/doc/refman/8.4/en/password-security-user.html>, <https://curl.se/docs/manpage.html#-u>,
//! <https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.security/convertto-securestring>,
//! <https://docs.aws.amazon.com/cli/latest/reference/configure/set.html>.

use super::assignments::Assignment;
use super::names::is_secret_name;
use super::texts::is_secret_literal;
use crate::graph::marks::Marks;
use std::ops::Range;

/// Words of a line past which it is no command that somebody wrote.
const MAX_WORDS: usize = 256;
/// Bytes of a line past which it is none.
const MAX_LINE: usize = 4096;

/// What occurs in each line that [`secrets`] reads, in either case.
const MARKS: [&str; 14] = [
    "chpasswd",
    "passwd ",
    "mysql",
    "mariadb",
    "sshpass",
    "curl ",
    "redis-cli",
    "requirepass",
    "securestring",
    "net user",
    "docker login",
    "configure set",
    "identified by",
    "pass:",
];

/// A part of each of [`MARKS`], in their order.
const PARTS: [&[u8]; 14] = [
    b"hpas", b"wd ", b"mysq", b"mari", b"shpa", b"url ", b"s-cl", b"irep", b"rest", b"et u", b"er l", b"re s", b"d by",
    b"ss:",
];

static FINDER: Marks = Marks::new(&PARTS, true);

/// The secrets that the commands of a script are given.
pub fn secrets(script: &str) -> Vec<Assignment<'_>> {
    let mut found: Vec<Assignment<'_>> = Vec::new();
    // Nearly all scripts have no such command.
    if FINDER.met(script.as_bytes()) == 0 {
        return found;
    }
    let mut start = 0;
    for line in script.split('\n') {
        let from = start;
        start += line.len() + 1;
        if line.len() > MAX_LINE || !holds_mark(line) {
            continue;
        }
        let words = words(line);
        let moved = |range: Range<usize>| range.start + from..range.end + from;
        let of_line = of_line(line, &words);
        found.extend(of_line.map(|(name, range)| Assignment { name, range: moved(range), is_argument: true }));
    }
    found.retain(|secret| script.get(secret.range.clone()).is_some_and(is_written_out));
    found
}

/// Whether a line holds one of [`MARKS`].
fn holds_mark(line: &str) -> bool {
    let bytes = line.as_bytes();
    let met = FINDER.met(bytes);
    let is_held = |(place, mark): (usize, &&str)| {
        met & Marks::last_of(&PARTS, place, place + 1) != 0
            && bytes.windows(mark.len()).any(|part| part.eq_ignore_ascii_case(mark.as_bytes()))
    };
    met != 0 && MARKS.iter().enumerate().any(is_held)
}

/// Whether an argument is the secret, and no variable or file that holds it.
fn is_written_out(argument: &str) -> bool {
    argument.len() >= 3
        && is_secret_literal(argument)
        && !argument.contains(['$', '`', '(', '{', '<'])
        && !argument.starts_with(['-', '@', '%'])
}

/// The secret of a line, with what it is called.
fn of_line<'c>(line: &'c str, words: &[Range<usize>]) -> Option<(&'c str, Range<usize>)> {
    let word = |index: usize| words.get(index).and_then(|range| line.get(range.clone())).unwrap_or_default();
    let at = |name: &str| (0..words.len()).find(|index| word(*index).rsplit(['/', '\\']).next() == Some(name));
    let at_any_case = |name: &str| (0..words.len()).find(|index| word(*index).eq_ignore_ascii_case(name));
    let after = |index: usize| words.get(index + 1).cloned();
    let option = |from: usize, names: &[&str]| (from..words.len()).find(|index| names.contains(&word(*index)));
    let echoed = || {
        at("echo").and_then(|echo| {
            words
                .iter()
                .skip(echo + 1)
                .find(|range| line.get((*range).clone()).is_some_and(|word| !word.starts_with('-')))
        })
    };
    // What stands after the colon of `user:password`.
    let second = |range: &Range<usize>| {
        let (user, password) = line.get(range.clone())?.split_once(':')?;
        let start = range.start + user.len() + 1;
        (!user.is_empty() && !password.starts_with('/')).then(|| start..start + password.len())
    };
    if at("chpasswd").is_some() {
        return Some(("chpasswd", second(echoed()?)?));
    }
    if at("passwd").is_some() && line.contains("--stdin") {
        return Some(("passwd", echoed()?.clone()));
    }
    for name in ["mysql", "mysqldump", "mysqladmin", "mysqlimport", "mariadb", "mariadb-dump", "mariadb-admin"] {
        if let Some(start) = at(name) {
            if let Some(index) = (start..words.len()).find(|index| word(*index).starts_with("-p")) {
                let range = words.get(index)?;
                let glued = range.start + "-p".len()..range.end;
                // The quotes of `-p'hunter2'` begin a word of their own.
                let opens = matches!(line.as_bytes().get(range.end), Some(b'\'' | b'"'));
                let quoted = || after(index).filter(|_| opens);
                return Some((name, if glued.is_empty() { quoted()? } else { glued }));
            }
            // `mysqladmin -u root password 'x'`
            if let Some(index) = option(start, &["password"]) {
                return Some((name, after(index)?));
            }
        }
    }
    for (name, options) in
        [("sshpass", &["-p"][..]), ("redis-cli", &["-a", "--pass"]), ("curl", &["-u", "--user", "-U", "--proxy-user"])]
    {
        if let Some(index) = at(name).and_then(|start| option(start, options)) {
            let argument = after(index)?;
            return Some((name, if name == "curl" { second(&argument)? } else { argument }));
        }
    }
    if let Some(login) = at("login").filter(|login| *login > 0 && matches!(word(login - 1), "docker" | "podman")) {
        return Some(("docker login", after(option(login, &["-p"])?)?));
    }
    if let Some(index) = at_any_case("ConvertTo-SecureString") {
        let index = index + usize::from(word(index + 1).eq_ignore_ascii_case("-String"));
        return Some(("ConvertTo-SecureString", after(index)?));
    }
    if let Some(index) = at_any_case("net").or_else(|| at_any_case("net.exe"))
        && word(index + 1).eq_ignore_ascii_case("user")
    {
        return Some(("net user", after(index + 2)?));
    }
    if let Some(index) = at("configure").filter(|index| word(index + 1) == "set" && is_secret_name(word(index + 2))) {
        return Some((line.get(words.get(index + 2)?.clone())?, after(index + 2)?));
    }
    if let Some(index) = at("requirepass") {
        return Some(("requirepass", after(index)?));
    }
    if let Some(index) = at_any_case("identified").filter(|index| word(index + 1).eq_ignore_ascii_case("by")) {
        return Some(("IDENTIFIED BY", after(index + 1)?));
    }
    if !line.contains("openssl") {
        return None;
    }
    let argument =
        words.iter().find(|range| line.get((*range).clone()).is_some_and(|word| word.starts_with("pass:")))?;
    Some(("pass", argument.start + "pass:".len()..argument.end))
}

/// The words of a line as a shell takes it apart, without their quotes; marks between commands end a word.
fn words(line: &str) -> Vec<Range<usize>> {
    let bytes = line.as_bytes();
    let mut words = Vec::new();
    let mut at = 0;
    while at < bytes.len() && words.len() < MAX_WORDS {
        match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => {
                let rest = bytes.get(at + 1..).unwrap_or_default();
                let length = rest.iter().position(|byte| byte == quote).unwrap_or(rest.len());
                // What holds a command of its own is taken apart as well: `mysql -e "… IDENTIFIED BY 'x'"`.
                if rest.get(..length).is_some_and(|inner| inner.contains(&b'\'') || inner.contains(&b'"')) {
                    at += 1;
                    continue;
                }
                words.push(at + 1..at + 1 + length);
                at += length + 2;
            }
            Some(byte) if byte.is_ascii_whitespace() || matches!(byte, b'|' | b';' | b'&' | b'(' | b')') => at += 1,
            Some(_) => {
                let rest = bytes.get(at..).unwrap_or_default();
                let is_end =
                    |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'|' | b';' | b'&' | b'"' | b'\'' | b')');
                let length = rest.iter().position(is_end).unwrap_or(rest.len());
                words.push(at..at + length);
                at += length.max(1);
            }
            None => break,
        }
    }
    words
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn arguments_that_are_passwords() {
        for (line, expected) in [
            ("echo 'root:hunter2' | chpasswd", "hunter2"),
            ("echo root:hunter2 | /usr/sbin/chpasswd", "hunter2"),
            ("echo hunter2 | passwd --stdin app", "hunter2"),
            ("mysql -u root -phunter2 -e 'select 1'", "hunter2"),
            ("mysqldump -u root -p'hunter 2' records", "hunter 2"),
            ("mysqladmin -u root password 'hunter2'", "hunter2"),
            ("sshpass -p hunter2 ssh app@host", "hunter2"),
            ("curl -s -u admin:hunter2 https://x", "hunter2"),
            ("redis-cli -a hunter2 ping", "hunter2"),
            ("requirepass hunter2", "hunter2"),
            ("docker login -u app -p hunter2 registry", "hunter2"),
            ("$p = ConvertTo-SecureString 'hunter2' -AsPlainText -Force", "hunter2"),
            ("net user Admin hunter2 /add", "hunter2"),
            ("aws configure set aws_secret_access_key hunter2", "hunter2"),
            ("mysql -e \"CREATE USER 'app'@'%' IDENTIFIED BY 'hunter2';\"", "hunter2"),
            ("openssl enc -aes-256-cbc -pass pass:hunter2", "hunter2"),
        ] {
            let found = secrets(line);
            assert_eq!(found.iter().map(|one| &line[one.range.clone()]).collect::<Vec<_>>(), [expected], "{line}");
        }
        let script = "#!/bin/sh\nrequirepass hunter2\n";
        assert_eq!(&script[secrets(script)[0].range.clone()], "hunter2");
    }

    #[test]
    fn other_arguments() {
        for line in [
            "echo \"root:$PASSWORD\" | chpasswd",
            "mysql -u root -p$DB_PASSWORD",
            "mysql -u root -p${Password}",
            "mysql -u root -p records",
            "docker run -p 3306:3306 mysql",
            "curl -u $USER:$TOKEN https://x",
            "curl -o /tmp/x https://x",
            "all tests pass: yes",
            "aws configure set region us-east-1",
            "cat /etc/passwd | grep root",
            "net user",
            "IDENTIFIED BY",
            "chpasswd < /run/secrets/users",
            "é'\"",
        ] {
            assert_eq!(secrets(line), [], "{line}");
        }
        let quotes = "requirepass ' ".repeat(1000);
        assert!(secrets(&quotes).len() <= 1);
    }
}
