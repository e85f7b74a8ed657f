//! `hipaalint init`: a first configuration, with a description of each key.

use super::args::InitArguments;
use super::output;
use crate::config::{FILE_NAME, Nearest, keys::KEYS};
use crate::files::{Files, why_not_written};
use crate::report::PROJECT_ADDRESS;
use crate::report::text::wrap;
use crate::session::Exit;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

/// Columns of comments.
const WIDTH: usize = 100;
/// Keys that are set. The other keys are comments.
const SET: [&str; 2] = ["profile", "fail-on"];

/// Writes the configuration, unless there is one.
pub(super) fn run(arguments: &InitArguments) -> Exit {
    let folder = arguments.folder.as_deref().unwrap_or(Path::new("."));
    let file = folder.join(FILE_NAME);
    let files = Files::here();
    let name = files.name(&file);
    let above = files.real(folder).ok().and_then(|folder| Nearest::default().of(folder.parent()?, &files));
    // `create_new` never overwrites a file.
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&file)
        .and_then(|mut out| out.write_all(text().as_bytes()));
    match written {
        Ok(()) => {
            let mut message =
                format!("Wrote {name}. It sets `profile` and `fail-on`, and has the other keys as comments.\n");
            if let Some(above) = above {
                let above = files.name(&files.base().lead_to(&above));
                message += &format!("For the templates in its folder and below, it replaces {above}.\n");
            }
            message += "Next: run `hipaalint` to lint this folder, or `hipaalint rules` to list the rules.\n";
            output::print(&message, Exit::Clean)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            output::complain(&format!("{name} exists already, and was not changed. To start over, delete it first."));
            Exit::Trouble
        }
        Err(error) => {
            output::complain(&format!("cannot write {}: {}", file_at(folder, &files), problem(&error)));
            Exit::Trouble
        }
    }
}

/// The configuration of a folder, with its whole path: the current folder may be any.
fn file_at(folder: &Path, files: &Files) -> String {
    files.real(folder).unwrap_or_else(|_| folder.to_owned()).join(FILE_NAME).display().to_string()
}

/// Why it cannot be written, and what to do.
fn problem(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => format!(
            "{}. Run hipaalint as a user with permission to write in this folder, or name another folder: `hipaalint init FOLDER`.",
            match error.kind() {
                io::ErrorKind::PermissionDenied => "the permissions of the folder do not allow it".to_owned(),
                _ => why_not_written(error),
            }
        ),
        io::ErrorKind::NotFound => {
            "the folder does not exist. Create it, or name another folder: `hipaalint init FOLDER`.".to_owned()
        }
        _ => why_not_written(error),
    }
}

/// The first configuration.
fn text() -> String {
    let mut text = format!(
        "# yaml-language-server: $schema={PROJECT_ADDRESS}/raw/main/schemas/hipaalint.schema.json\n\
         # The configuration of hipaalint for templates in this folder and below. Command-line options take precedence.\n"
    );
    for key in KEYS {
        text.push('\n');
        for line in wrap(key.description, WIDTH) {
            text += &format!("# {line}\n");
        }
        let mark = if SET.contains(&key.name) { "" } else { "# " };
        for line in key.example.lines() {
            text += &format!("{mark}{line}\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::config::Config;
    use crate::rules::load::RuleSet;
    use crate::source::{Source, SourceId};

    #[test]
    fn every_example_can_be_used() {
        let examples: Vec<&str> = KEYS.iter().map(|key| key.example).collect();
        let with_all = examples.join("\n");
        for text in [text(), with_all] {
            let source = Source::new(SourceId(0), FILE_NAME, text.as_str());
            let (config, problems) = Config::read(&source, &Files::here());
            assert_eq!(problems, [], "{text}");
            assert_eq!(config.profile.as_deref(), Some("core"));
            assert_eq!(config.overrides(&source, &RuleSet::embedded()).1, [], "{text}");
        }
    }
}
