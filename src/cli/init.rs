//! `hipaalint init`: a first configuration, with what each key is for.

use super::args::InitArguments;
use super::{Exit, output};
use crate::config::{FILE_NAME, Nearest, keys::KEYS};
use crate::discover::{shown, way_from_here};
use crate::report::PROJECT_ADDRESS;
use crate::report::text::wrap;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

/// Columns of comments.
const WIDTH: usize = 100;
/// Keys that are there from the beginning; the others wait behind `#`.
const FROM_THE_BEGINNING: [&str; 2] = ["profile", "fail-on"];

/// Writes the configuration, unless there is one.
pub(super) fn run(arguments: &InitArguments) -> Exit {
    let folder = arguments.folder.as_deref().unwrap_or(Path::new("."));
    let file = folder.join(FILE_NAME);
    let name = shown(&file);
    let above = folder.canonicalize().ok().and_then(|folder| Nearest::default().of(folder.parent()?));
    // Nothing is overwritten, whatever came in between.
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&file)
        .and_then(|mut out| out.write_all(text().as_bytes()));
    match written {
        Ok(()) => {
            let mut said = format!("Wrote {name}: the profile, what fails a run, and all other keys as comments.\n");
            if let Some(above) = above {
                let above = shown(&way_from_here(&above));
                said += &format!("It takes the place of {above} for the templates beside it and below.\n");
            }
            said += "Next: run `hipaalint`, and `hipaalint rules` to see what it looks for.\n";
            output::print(&said, Exit::Clean)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            output::complain(&format!("{name} is there already. Change it, or delete it first."));
            Exit::Trouble
        }
        Err(error) => {
            output::complain(&format!("cannot write {name}: {error}"));
            Exit::Trouble
        }
    }
}

/// The first configuration.
fn text() -> String {
    let mut text = format!(
        "# yaml-language-server: $schema={PROJECT_ADDRESS}/raw/main/schemas/hipaalint.schema.json\n\
         # The configuration of hipaalint for the templates beside this file and below. Options on the command line win.\n"
    );
    for key in KEYS {
        text.push('\n');
        for line in wrap(key.what, WIDTH) {
            text += &format!("# {line}\n");
        }
        let mark = if FROM_THE_BEGINNING.contains(&key.name) { "" } else { "# " };
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
            let (config, problems) = Config::read(&source);
            assert_eq!(problems, [], "{text}");
            assert_eq!(config.profile.as_deref(), Some("core"));
            assert_eq!(config.overrides(&source, &RuleSet::embedded()).1, [], "{text}");
        }
    }
}
