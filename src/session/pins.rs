//! Pinned parameters: their values, and where they are written.

use super::options::Options;
use super::problems::Problems;
use crate::code::Code;
use crate::config;
use crate::files::Reach;
use crate::source::Span;
use std::collections::BTreeMap;

/// Pinned values by the names of their parameters, with the place in a file that pins them; none if an option does.
pub type Pins = BTreeMap<String, (String, Option<Span>)>;

/// The parameters of the options.
pub(super) fn pinned(options: &Options, problems: &mut Problems) -> Pins {
    let mut pinned = Pins::new();
    for argument in &options.parameter_files {
        let (path, environment) = config::file_and_environment(argument, problems.files());
        let complaint = |name: String, error: &std::io::Error| {
            let help = "Name a JSON or YAML file with parameters, or samconfig.toml.";
            config::unreadable(name, error).coded(Code::ParameterFile).with_help(help)
        };
        let Some(source) = problems.open(&path, &Reach::Anywhere, complaint) else { continue };
        let (read, found) = if config::is_samconfig(&path) {
            config::read_samconfig(&source, environment.as_deref())
        } else {
            config::read_parameters(&source)
        };
        problems.note_pins(read.iter().map(|(name, pin)| (name, pin.span)));
        pinned.extend(read.into_iter().map(|(name, pin)| (name, (pin.value, Some(pin.span)))));
        problems.diagnostics.extend(found);
        problems.keep(source);
    }
    pinned.extend(options.parameters.iter().map(|(name, value)| (name.clone(), (value.clone(), None))));
    pinned
}
