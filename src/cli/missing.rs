//! Paths that do not exist: what the person probably meant, and what to type.

use super::args::Arguments;
use crate::code::Code;
use crate::discover::{Discovery, ENDINGS};
use crate::files::Files;
use crate::finding::Diagnostic;
use crate::paths::folder_of;
use crate::rules::load::nearest;
use clap::CommandFactory;
use std::io;
use std::path::{Path, PathBuf};

/// The names of this command in other linters. hipaalint lints without a command.
const LINT: [&str; 4] = ["lint", "check", "scan", "validate"];
/// Other words that people take for commands, and what does what they mean.
const MEANT: [(&str, &str); 5] = [
    ("baseline", "To write a baseline, type `hipaalint --write-baseline FILE`."),
    ("config", "To name a configuration, type `hipaalint --config FILE`. To write a first one, type `hipaalint init`."),
    ("diff", "To compare with a revision of git, type `hipaalint --since REF`."),
    ("fix", "To fix templates, type `hipaalint --fix`. To see the changes first, type `hipaalint --fix --diff`."),
    ("format", "To choose the format of the report, type `hipaalint --format FORMAT`."),
];
/// What is typed before the paths to lint.
pub(super) const LINTING: &str = "hipaalint";
/// Folders with more entries are not searched for similar names.
const MAX_ENTRIES: usize = 10_000;

/// Adds to the diagnostics of paths that do not exist what was probably meant. Takes the paths as typed, and the command that they
/// were typed after.
pub(super) fn suggest(found: &mut Discovery, paths: &[PathBuf], command: &str, files: &Files) {
    for diagnostic in found.diagnostics.iter_mut().filter(|diagnostic| diagnostic.code == Code::FileUnreadable) {
        // A link to a file that does not exist is not misspelt.
        let is_missing =
            |path: &PathBuf| files.own_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        if let Some(path) = found.unread.get(&diagnostic.file).filter(|path| is_missing(path)) {
            suggest_for(diagnostic, path, paths, command, files);
        }
    }
}

fn suggest_for(diagnostic: &mut Diagnostic, path: &Path, paths: &[PathBuf], command: &str, files: &Files) {
    let typed = diagnostic.file.clone();
    if let Some((scheme, rest)) = typed.split_once("://") {
        (diagnostic.message, diagnostic.help) = remote(scheme, rest, &typed, command);
        return;
    }
    if typed.contains(['*', '?', '[']) {
        diagnostic.message = "no file has this name, and hipaalint does not expand patterns".to_owned();
        diagnostic.help = pattern(path, command, files);
        return;
    }
    if command == LINTING && LINT.contains(&typed.as_str()) {
        diagnostic.message = format!("there is no command `{typed}`, and no such file or folder");
        let others: Vec<String> = paths.iter().filter(|other| *other != path).map(|other| quoted(other)).collect();
        diagnostic.help = match others.as_slice() {
            [] => "To lint the current folder, type `hipaalint`.".to_owned(),
            others => format!("To lint, type `hipaalint {}`.", others.join(" ")),
        };
        return;
    }
    if command == LINTING
        && let Some((_, help)) = MEANT.iter().find(|(word, _)| *word == typed)
    {
        diagnostic.message = format!("there is no command `{typed}`, and no such file or folder");
        diagnostic.help = (*help).to_owned();
        return;
    }
    if let Some(similar) = similar(path, files) {
        diagnostic.help = format!("Did you mean `{}`?", files.name(&similar));
    } else if command == LINTING
        && let Some(meant) = command_meant(&typed)
    {
        diagnostic.help = format!("Did you mean {meant}? Paths are relative to the current folder.");
    }
}

/// The command or option that was probably meant by a path.
fn command_meant(typed: &str) -> Option<String> {
    match typed {
        "help" => Some("`hipaalint --help`".to_owned()),
        "version" => Some("`hipaalint --version`".to_owned()),
        _ => {
            let program = Arguments::command();
            let near = nearest(typed, program.get_subcommands().map(clap::Command::get_name));
            near.map(|near| format!("the command `{near}`"))
        }
    }
}

/// What is wrong about an address, and what to type instead.
fn remote(scheme: &str, rest: &str, typed: &str, command: &str) -> (String, String) {
    let message = "hipaalint reads local files only and downloads nothing".to_owned();
    let address = quoted(Path::new(typed));
    let help = match scheme.to_ascii_lowercase().as_str() {
        // As the AWS CLI names files.
        "file" => {
            let file = quoted(Path::new(rest));
            return ("hipaalint takes paths without `file://`".to_owned(), format!("Type `{command} {file}`."));
        }
        "s3" => format!("Type `aws s3 cp {address} - | {command} -`."),
        "http" | "https" => format!("Type `curl -fsSL {address} | {command} -`."),
        _ => "Download the template, and type the name of the file.".to_owned(),
    };
    (message, help)
}

/// What to type instead of a pattern that the shell did not expand.
fn pattern(path: &Path, command: &str, files: &Files) -> String {
    let has_wildcard = |part: &Path| part.to_string_lossy().contains(['*', '?', '[']);
    let folder = path.ancestors().find(|above| !has_wildcard(above)).unwrap_or(Path::new(""));
    let unquoted = "Without quotes around the pattern, the shell expands it";
    if command != LINTING {
        return format!("{unquoted}. `{command}` takes one file.");
    }
    if !folder.as_os_str().is_empty() && !files.has_folder(folder) {
        return format!("There is no folder `{}`. Paths are relative to the current folder.", folder.display());
    }
    let folder = if folder.as_os_str().is_empty() { ".".to_owned() } else { quoted(folder) };
    format!("{unquoted}. To lint the whole folder, type `hipaalint {folder}`.")
}

/// A path that exists and is nearly this one: the same name with another ending, or a similar name in the same folder.
fn similar(path: &Path, files: &Files) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let other_endings = ENDINGS.iter().map(|ending| path.with_extension(ending));
    if let Some(other) = other_endings.into_iter().find(|other| other != path && files.has_file(other)) {
        return Some(other);
    }
    let entries = files.entries(folder_of(path)).ok()?;
    let names: Vec<String> =
        entries.into_iter().take(MAX_ENTRIES).filter_map(|entry| entry.name.into_string().ok()).collect();
    let near = nearest(name, names.iter().map(String::as_str).filter(|name| !name.starts_with('.')))?;
    Some(folder.map_or_else(|| PathBuf::from(near), |folder| folder.join(near)))
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let is_plain = text.chars().all(|c| c.is_alphanumeric() || "/._-+:@%,\\".contains(c));
    if is_plain { text.into_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
