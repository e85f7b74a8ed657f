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

/// Bytes of a line up to which it is read as a whole. Of a longer one, which is many commands, what is around each of [`MARKS`] and
/// [`MORE_MARKS`].
const MAX_LINE: usize = 4096;
/// Bytes before a mark that are read with it, and after it.
const AROUND: [usize; 2] = [256, 1024];

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

/// The same of other lines: more than one finder has room for.
const MORE_MARKS: [&str; 14] = [
    "sqlcmd",
    "bcp ",
    "ldap",
    "mongo",
    "rabbitmqctl",
    "masterauth",
    " join",
    "kinit",
    "password-stdin",
    "with-token",
    "cryptsetup",
    "sudo -s",
    "schtasks",
    "cmdkey",
];

const MORE_PARTS: [&[u8]; 14] = [
    b"sqlc", b"bcp ", b"ldap", b"ongo", b"abbi", b"erau", b" joi", b"kini", b"d-st", b"h-to", b"ypts", b"o -s",
    b"chta", b"cmdk",
];

static FINDER: Marks = Marks::new(&PARTS, true);
static MORE: Marks = Marks::new(&MORE_PARTS, true);

/// Commands whose option has the password as the next word, or glued to it.
const OPTIONS: [(&str, &[&str]); 15] = [
    ("redis-cli", &["-a", "--pass"]),
    ("sqlcmd", &["-P"]),
    ("bcp", &["-P"]),
    ("ldapadd", &["-w"]),
    ("ldapdelete", &["-w"]),
    ("ldapmodify", &["-w"]),
    ("ldappasswd", &["-w", "-s", "-a"]),
    ("ldapsearch", &["-w"]),
    ("ldapwhoami", &["-w"]),
    ("mongo", &["-p"]),
    ("mongosh", &["-p"]),
    ("mongodump", &["-p"]),
    ("mongorestore", &["-p"]),
    ("schtasks", &["/RP", "/rp"]),
    ("cmdkey", &["/pass:"]),
];

/// Programs that read a password from a pipe, by words of their commands.
const READERS: [&[&str]; 10] = [
    &["--password-stdin"],
    &["--stdin-password"],
    &["--with-token"],
    &["passwd", "--stdin"],
    &["realm", "join"],
    &["adcli", "join"],
    &["net", "ads", "join"],
    &["kinit"],
    &["sudo", "-S"],
    &["cryptsetup"],
];

/// The secrets that the commands of a script are given.
pub fn secrets(script: &str) -> Vec<Assignment<'_>> {
    let mut found: Vec<Assignment<'_>> = Vec::new();
    // Nearly all scripts have no such command.
    if FINDER.met(script.as_bytes()) == 0 && MORE.met(script.as_bytes()) == 0 {
        return found;
    }
    let mut start = 0;
    for line in script.split('\n') {
        let from = start;
        start += line.len() + 1;
        if !holds_mark(line) {
            continue;
        }
        let read = |part: Range<usize>| {
            let from = from + part.start;
            let (name, range) = of_line(line.get(part)?)?;
            Some(Assignment { name, range: range.start + from..range.end + from, is_argument: true })
        };
        if line.len() <= MAX_LINE {
            found.extend(read(0..line.len()));
            continue;
        }
        for window in windows(line) {
            // Before a mark may be half of something in quotes.
            let secret = read(window.start..window.end).or_else(|| read(window.mark..window.end));
            found.extend(secret.filter(|secret| found.last() != Some(secret)));
        }
    }
    found.retain(|secret| script.get(secret.range.clone()).is_some_and(is_written_out));
    found
}

/// A part of a line around a mark.
struct Window {
    start: usize,
    mark: usize,
    end: usize,
}

/// The parts of a long line around [`MARKS`] and [`MORE_MARKS`], in order. Those of marks that are close to one another are one.
fn windows(line: &str) -> Vec<Window> {
    let [before, after] = AROUND;
    let bytes = line.as_bytes();
    let is_mark = |at: usize| {
        let begins =
            |mark: &&str| bytes.get(at..at + mark.len()).is_some_and(|part| part.eq_ignore_ascii_case(mark.as_bytes()));
        MARKS.iter().chain(&MORE_MARKS).any(begins)
    };
    let boundary = |at: usize| (0..=at).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
    let mut found = Vec::new();
    let mut at = 0;
    while at < line.len() {
        if !is_mark(at) {
            at += 1;
            continue;
        }
        let first = at.saturating_sub(before);
        // A path may be before the name of a program.
        let near = bytes.get(first..at).unwrap_or_default();
        let word = near.iter().rposition(|byte| !is_of_word(*byte)).map_or(first, |end| first + end + 1);
        let last = (at + after).min(line.len());
        found.push(Window { start: boundary(first), mark: boundary(word), end: boundary(last) });
        at += before;
    }
    found
}

/// Whether a byte is none that ends a word.
fn is_of_word(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && !matches!(byte, b'|' | b';' | b'&' | b'(' | b')' | b'"' | b'\'')
}

/// Whether a line holds one of [`MARKS`] or [`MORE_MARKS`].
fn holds_mark(line: &str) -> bool {
    let bytes = line.as_bytes();
    let holds = |finder: &Marks, marks: &[&str], parts: &[&[u8]]| {
        let met = finder.met(bytes);
        let is_held = |(place, mark): (usize, &&str)| {
            met & Marks::last_of(parts, place, place + 1) != 0
                && bytes.windows(mark.len()).any(|part| part.eq_ignore_ascii_case(mark.as_bytes()))
        };
        met != 0 && marks.iter().enumerate().any(is_held)
    };
    holds(&FINDER, &MARKS, &PARTS) || holds(&MORE, &MORE_MARKS, &MORE_PARTS)
}

/// Whether an argument is the secret, and no variable or file that holds it.
pub(super) fn is_written_out(argument: &str) -> bool {
    argument.len() >= 3
        && is_secret_literal(argument)
        && !argument.contains(['$', '`', '(', '{', '<'])
        && !argument.starts_with(['-', '@', '%'])
}

/// A line, and the words that a shell takes it apart into.
struct Line<'c> {
    text: &'c str,
    words: Vec<Range<usize>>,
}

impl<'c> Line<'c> {
    fn of(text: &'c str) -> Self {
        Self { text, words: words(text) }
    }

    fn word(&self, index: usize) -> &'c str {
        self.words.get(index).and_then(|range| self.text.get(range.clone())).unwrap_or_default()
    }

    fn indices(&self) -> Range<usize> {
        0..self.words.len()
    }

    /// Where a program is called by its name or its path.
    fn at(&self, name: &str) -> Option<usize> {
        self.indices().find(|index| {
            let last = self.word(*index).rsplit(['/', '\\']).next().unwrap_or_default();
            last == name || last.strip_suffix(".exe") == Some(name)
        })
    }

    fn at_any_case(&self, name: &str) -> Option<usize> {
        self.indices().find(|index| self.word(*index).eq_ignore_ascii_case(name))
    }

    fn after(&self, index: usize) -> Option<Range<usize>> {
        self.words.get(index + 1).cloned()
    }

    fn option(&self, from: usize, names: &[&str]) -> Option<usize> {
        (from..self.words.len()).find(|index| names.contains(&self.word(*index)))
    }

    /// The value of an option: the next word, or what is glued to it.
    fn value_of(&self, from: usize, names: &[&str]) -> Option<Range<usize>> {
        (from + 1..self.words.len()).find_map(|index| {
            let range = self.words.get(index)?;
            let name = names.iter().find(|name| self.word(index).starts_with(**name))?;
            let glued = range.start + name.len()..range.end;
            if glued.is_empty() { self.after(index) } else { Some(glued) }
        })
    }

    /// What a pipe or a here-string gives to the program that reads it: the first word that `echo` or `printf` prints, or what is after
    /// `<<<`.
    fn piped(&self) -> Option<Range<usize>> {
        if let Some(index) = self.indices().find(|index| self.word(*index).starts_with("<<<")) {
            let range = self.words.get(index)?;
            let glued = range.start + "<<<".len()..range.end;
            return if glued.is_empty() { self.after(index) } else { Some(glued) };
        }
        let print = self.at("echo").or_else(|| self.at("printf"))?;
        let is_printed = |index: &usize| {
            let word = self.word(*index);
            // A format is none of what is printed.
            !word.starts_with('-') && (!word.contains("%s") || word.contains(':'))
        };
        let range = self.words.get((print + 1..self.words.len()).find(is_printed)?)?;
        let length = self.text.get(range.clone())?.trim_end_matches("\\n").len();
        Some(range.start..range.start + length)
    }

    /// What stands after the colon of `user:password`.
    fn second(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let (user, password) = self.text.get(range.clone())?.split_once(':')?;
        let start = range.start + user.len() + 1;
        (!user.is_empty() && !password.starts_with('/')).then(|| start..start + password.len())
    }

    /// What the program that these words call gets from a pipe or a here-string.
    fn piped_to(&self, command: &[&str]) -> Option<Range<usize>> {
        let mut indices = self.indices();
        let mut next = |word: &str| indices.find(|index| self.word(*index).rsplit('/').next() == Some(word));
        let (first, others) = command.split_first()?;
        let first = self.words.get(next(first)?)?;
        others.iter().all(|word| next(word).is_some()).then_some(())?;
        let piped = self.piped()?;
        match self.text.get(piped.end..first.start) {
            // No other command is between them.
            Some(between) => {
                (between.contains('|') && !between.contains([';', '&']) && !between.contains("||")).then_some(piped)
            }
            None => self.text.contains("<<<").then_some(piped),
        }
    }
}

/// The secret of a line, with what it is called.
fn of_line(text: &str) -> Option<(&str, Range<usize>)> {
    let line = &Line::of(text);
    let word = |index: usize| line.word(index);
    if line.at("chpasswd").is_some() {
        return Some(("chpasswd", line.second(&line.piped()?)?));
    }
    if let Some((name, piped)) = READERS.iter().find_map(|reader| Some((*reader.first()?, line.piped_to(reader)?))) {
        return Some((name, piped));
    }
    for name in ["mysql", "mysqldump", "mysqladmin", "mysqlimport", "mariadb", "mariadb-dump", "mariadb-admin"] {
        if let Some(start) = line.at(name) {
            if let Some(index) = (start..line.words.len()).find(|index| word(*index).starts_with("-p")) {
                let range = line.words.get(index)?;
                let glued = range.start + "-p".len()..range.end;
                // The quotes of `-p'hunter2'` begin a word of their own.
                let opens = matches!(text.as_bytes().get(range.end), Some(b'\'' | b'"'));
                let quoted = || line.after(index).filter(|_| opens);
                return Some((name, if glued.is_empty() { quoted()? } else { glued }));
            }
            // `mysqladmin -u root password 'x'`
            if let Some(index) = line.option(start, &["password"]) {
                return Some((name, line.after(index)?));
            }
        }
    }
    // What follows its own options is the command that gets the password.
    if let Some(at) = line.at("sshpass").filter(|at| word(at + 1).starts_with("-p")) {
        return Some(("sshpass", line.value_of(at, &["-p"])?));
    }
    for (name, options) in OPTIONS {
        if let Some(value) = line.at(name).and_then(|start| line.value_of(start, options)) {
            // `docker run --name mongo -p 27017:27017 mongo`
            let is_port = text.get(value.clone()).is_some_and(|value| {
                value.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
                    && (value.contains(':') || value.len() <= 5)
            });
            return (!is_port).then_some((name, value));
        }
    }
    if let Some(index) = line.at("curl").and_then(|at| line.option(at, &["-u", "--user", "-U", "--proxy-user"])) {
        return Some(("curl", line.second(&line.after(index)?)?));
    }
    // `htpasswd -bc file user password`
    if let Some(at) = line.at("htpasswd") {
        let is_option = |index: &usize| word(*index).starts_with('-');
        let options = || (at + 1..line.words.len()).take_while(is_option);
        let has = |letter: char| options().any(|index| word(index).contains(letter));
        let first = at + 1 + options().count();
        let arguments = if has('n') { 1 } else { 2 };
        return Some(("htpasswd", line.words.get(first + arguments).filter(|_| has('b'))?.clone()));
    }
    // `rabbitmqctl add_user user password`
    if let Some(at) = line.at("rabbitmqctl").and_then(|at| line.option(at, &["add_user", "change_password"])) {
        return Some(("rabbitmqctl", line.after(at + 1)?));
    }
    if let Some(login) = line.at("login").filter(|login| *login > 0 && matches!(word(login - 1), "docker" | "podman")) {
        return Some(("docker login", line.value_of(login, &["-p"])?));
    }
    if let Some(index) = line.at_any_case("ConvertTo-SecureString") {
        let index = index + usize::from(word(index + 1).eq_ignore_ascii_case("-String"));
        return Some(("ConvertTo-SecureString", line.after(index)?));
    }
    if let Some(index) = line.at_any_case("net").or_else(|| line.at_any_case("net.exe"))
        && word(index + 1).eq_ignore_ascii_case("user")
    {
        return Some(("net user", line.after(index + 2)?));
    }
    if let Some(index) =
        line.at("configure").filter(|index| word(index + 1) == "set" && is_secret_name(word(index + 2)))
    {
        return Some((text.get(line.words.get(index + 2)?.clone())?, line.after(index + 2)?));
    }
    if let Some(name) = ["requirepass", "masterauth"].into_iter().find(|name| line.at(name).is_some()) {
        return Some((name, line.after(line.at(name)?)?));
    }
    if let Some(index) = line.at_any_case("identified").filter(|index| word(index + 1).eq_ignore_ascii_case("by")) {
        return Some(("IDENTIFIED BY", line.after(index + 1)?));
    }
    if !text.contains("openssl") {
        return None;
    }
    let argument =
        line.words.iter().find(|range| text.get((*range).clone()).is_some_and(|word| word.starts_with("pass:")))?;
    Some(("pass", argument.start + "pass:".len()..argument.end))
}

/// The words of a line as a shell takes it apart, without their quotes; marks between commands end a word.
pub(super) fn words(line: &str) -> Vec<Range<usize>> {
    let bytes = line.as_bytes();
    let mut words = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
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
            ("sqlcmd -S db -U sa -P 'hunter2' -Q 'select 1'", "hunter2"),
            ("sqlcmd.exe -S db -U sa -Phunter2", "hunter2"),
            ("bcp db.dbo.t in f.csv -U sa -P hunter2", "hunter2"),
            ("sshpass -phunter2 scp a b:", "hunter2"),
            ("sshpass -p'hunter2' scp a b:", "hunter2"),
            ("redis-cli -h cache -a 'hunter2' ping", "hunter2"),
            ("docker login -u app -phunter2 registry", "hunter2"),
            ("htpasswd -bc /etc/h admin hunter2", "hunter2"),
            ("htpasswd -b -c /etc/h admin 'hunter2'", "hunter2"),
            ("htpasswd -nb admin hunter2 > /etc/h", "hunter2"),
            ("ldapsearch -x -D cn=admin -w hunter2 -b dc=x", "hunter2"),
            ("mongosh -u admin -p hunter2 db", "hunter2"),
            ("rabbitmqctl add_user app hunter2", "hunter2"),
            ("masterauth hunter2", "hunter2"),
            ("schtasks /create /ru app /rp hunter2 /tn x", "hunter2"),
            ("cmdkey /add:host /user:app /pass:hunter2", "hunter2"),
            ("echo hunter2 | realm join -U admin corp.example.com", "hunter2"),
            ("echo -n 'hunter2' | realm join -U admin corp.example.com", "hunter2"),
            ("printf 'hunter2\\n' | kinit admin@EXAMPLE.COM", "hunter2"),
            ("printf '%s' hunter2 | docker login -u app --password-stdin", "hunter2"),
            ("printf 'root:hunter2\\n' | chpasswd", "hunter2"),
            ("chpasswd <<< 'root:hunter2'", "hunter2"),
            ("chpasswd <<<root:hunter2", "hunter2"),
            ("kinit admin <<< hunter2", "hunter2"),
            ("echo hunter2 | sudo -S apt-get update", "hunter2"),
            ("echo hunter2 | gh auth login --with-token", "hunter2"),
            ("echo hunter2 | cryptsetup luksOpen /dev/xvdf data", "hunter2"),
        ] {
            let found = secrets(line);
            assert_eq!(found.iter().map(|one| &line[one.range.clone()]).collect::<Vec<_>>(), [expected], "{line}");
        }
        let script = "#!/bin/sh\nrequirepass hunter2\n";
        assert_eq!(&script[secrets(script)[0].range.clone()], "hunter2");
    }

    #[test]
    fn commands_of_long_lines() {
        for filler in ["package ", "a ", "é ", "'", "echo 'it is' && "] {
            for count in [200, 300, 3000] {
                let filler = filler.repeat(count);
                for command in ["; mysql -u root -phunter2 x", "; echo 'root:hunter2' | /usr/sbin/chpasswd"] {
                    for script in [format!("{filler}{command}"), format!("x{command} ; {filler}")] {
                        // What is given to `chpasswd` is what the first `echo` writes.
                        if filler.starts_with("echo") && script.starts_with(&filler) && command.contains("echo") {
                            continue;
                        }
                        let found: Vec<&str> = secrets(&script).iter().map(|one| &script[one.range.clone()]).collect();
                        assert_eq!(found.first(), Some(&"hunter2"), "{count} {filler:.20} {command}");
                    }
                }
            }
        }
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
            "echo $PASSWORD | realm join -U admin corp.example.com",
            "aws secretsmanager get-secret-value --secret-id x1 | realm join -U admin corp.example.com",
            "echo joining corp1; realm join corp.example.com --one-time-password=$OTP",
            "kinit -kt /etc/krb5.keytab admin",
            "aws ecr get-login-password | docker login -u AWS --password-stdin 111122223333.dkr.ecr.us-east-1.amazonaws.com",
            "cfn-init -v --stack x1",
            "sqlcmd -S db -E -Q 'select 1'",
            "sqlcmd -S db -U sa -P $(SA_PASSWORD)",
            "sqlcmd -S db -U sa -P \"$SA_PASSWORD\"",
            "htpasswd -c /etc/h admin",
            "htpasswd -bc /etc/h admin $PASSWORD",
            "htpasswd -c /etc/h admin hunter2",
            "ldapsearch -x -D cn=admin -W -b dc=x",
            "ldapsearch -x -y /etc/ldap.secret",
            "sshpass -e ssh app@host",
            "sshpass -e ssh -p 2222 app@host",
            "docker run --name mongo -p 27017:27017 mongo",
            "echo start; kinit -kt /etc/krb5.keytab admin | tee /tmp/log1",
            "echo joining1 && realm join corp.example.com | tee /tmp/log1",
            "echo 'install cryptsetup1' | tee /tmp/log1",
            "sshpass -f /run/secrets/p1 ssh app@host",
            "sudo -S true < /run/secrets/p1",
            "yum install -y realmd cryptsetup krb5-workstation | tee /tmp/log1",
            "é'\"",
        ] {
            assert_eq!(secrets(line), [], "{line}");
        }
        let quotes = "requirepass ' ".repeat(1000);
        assert!(secrets(&quotes).len() < 100);
    }
}
