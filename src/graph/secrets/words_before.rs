//! What stands before a name, where it decides how the name gets a value: words of commands, scopes of PowerShell, the mark of `sed`.

use super::values::byte_before;

/// Bytes before a name that are looked at.
const MOST: usize = 256;

/// The text before a byte, as far as it is looked at.
fn before(text: &str, start: usize) -> &str {
    let from = (start.saturating_sub(MOST)..=start).find(|from| text.is_char_boundary(*from));
    from.and_then(|from| text.get(from..start)).unwrap_or_default()
}

fn ends_with(text: &str, end: &str) -> bool {
    let from = text.len().checked_sub(end.len());
    from.and_then(|from| text.as_bytes().get(from..)).is_some_and(|last| last.eq_ignore_ascii_case(end.as_bytes()))
}

/// Whether a scope of PowerShell stands before a name: `$env:NAME`, `${env:NAME}`, `$global:NAME`, `Env:NAME`.
pub(super) fn follows_scope(text: &str, start: usize) -> bool {
    let before = before(text, start);
    let is_scope = |scope: &&str| ends_with(before, scope);
    is_drive(before) || ["$global:", "$local:", "$private:", "$script:", "$using:"].iter().any(is_scope)
}

/// Whether a text ends with PowerShell's drive of variables, as a word of its own.
fn is_drive(before: &str) -> bool {
    let drive = before.strip_suffix('\\').unwrap_or(before);
    ends_with(drive, "env:")
        && drive.len().checked_sub("env:".len()).is_some_and(|start| {
            matches!(byte_before(drive.as_bytes(), start), None | Some(b'$' | b'{' | b' ' | b'"' | b'\''))
        })
}

/// Whether a variable is set by a command that takes its name and its value as words: `setx NAME value`, `Set-Item Env:NAME value`,
/// `ENV NAME value` of a Dockerfile, `fastcgi_param NAME value;`.
pub(super) fn is_set_by_words(text: &str, start: usize) -> bool {
    let before = before(text, start).trim_end_matches(['"', '\'']);
    if !before.ends_with(' ') {
        return is_drive(before) && !before.ends_with("$env:") && !before.ends_with("${env:");
    }
    let line = before.rsplit('\n').next().unwrap_or_default();
    let words = line.split_ascii_whitespace().rev().skip_while(|word| word.starts_with('/'));
    let mut words = words.map(|word| word.trim_start_matches(['"', '\'']));
    match (words.next(), words.next()) {
        // Of a Dockerfile, at the start of a line.
        (Some("ENV" | "SetEnv" | "fastcgi_param"), None) => true,
        (Some(command), _) => ["setx", "setx.exe", "setenv"].iter().any(|known| command.eq_ignore_ascii_case(known)),
        (None, _) => false,
    }
}

/// Whether a name has its value in the words of `.netrc`: `machine … login … password …`, on one line or on several.
pub(super) fn is_of_netrc(text: &str, start: usize, end: usize) -> bool {
    // `\n` as `printf` has it ends a word as well.
    text.get(start..end) == Some("password") && {
        let before = before(text, start).replace("\\n", " ");
        let words: Vec<&str> = before.split_ascii_whitespace().rev().take(4).collect();
        let first = |word: &str| word.trim_start_matches(['"', '\'']).to_owned();
        match words.as_slice() {
            [_, "login", _, machine] if first(machine) == "machine" => true,
            [_, "login", default, ..] => first(default) == "default",
            _ => false,
        }
    }
}

/// Whether a name is what `sed` looks for or puts in: `s/NAME=.*/NAME=…/`.
pub(super) fn is_replaced(text: &str, start: usize, end: usize) -> bool {
    let line = before(text, start).rsplit('\n').next().unwrap_or_default();
    let after = text.as_bytes().get(end);
    line.split_ascii_whitespace().any(|word| word == "sed") && matches!(after, Some(b'=' | b'/'))
}
