//! The parameters that the templates of a run declare, and what options that pin one have to know of them.

use super::pins::Pins;
use super::problems::Problems;
use crate::code::Code;
use crate::eval::inputs::Refused;
use crate::finding::Diagnostic;
use crate::linter::{Declared, is_secret_name};
use crate::suggest::nearest;
use rustc_hash::FxHashMap;

/// The parameters of the templates, by their names.
#[derive(Default)]
pub(super) struct Parameters(FxHashMap<String, Known>);

/// What templates state about a parameter.
#[derive(Copy, Clone, Default)]
struct Known {
    /// Whether the value is a secret in any of them.
    is_secret: bool,
    /// Whether any of them accepts its pinned value, if there is one.
    is_accepted: bool,
}

impl Parameters {
    /// Adds those of a template, with the pinned values that it does not accept.
    pub(super) fn add(&mut self, declared: Vec<Declared>, refused: &[Refused]) {
        for Declared { name, is_secret, .. } in declared {
            let is_accepted = !refused.iter().any(|refused| refused.parameter == name);
            let known = self.0.entry(name).or_default();
            known.is_secret |= is_secret;
            known.is_accepted |= is_accepted;
        }
    }

    /// Whether the value of a parameter is a secret in any template; none if no template declares it.
    pub(super) fn is_secret(&self, name: &str) -> Option<bool> {
        self.0.get(name).map(|known| known.is_secret)
    }

    /// Whether no report may show the value of a parameter: it is a secret in some template, or by its name. One that no template
    /// declares may be another one that is misspelled.
    pub(super) fn hides(&self, name: &str) -> bool {
        is_secret_name(name)
            || self.is_secret(name).unwrap_or_else(|| {
                let secret = self.0.iter().filter(|(_, known)| known.is_secret).map(|(name, _)| name.as_str());
                nearest(name, secret).is_some()
            })
    }

    /// Whether some template declares a parameter and accepts its pinned value, if there is one.
    pub(super) fn is_accepted(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|known| known.is_accepted)
    }

    /// Reports the parameters of the options that no template declares.
    pub(super) fn complain(&self, pinned: &Pins, problems: &mut Problems) {
        for (name, (_, place)) in pinned {
            if let Some(problem) = self.unknown(name) {
                problems.at(*place, true, problem);
            }
        }
    }

    /// The problem with a parameter of the options that no template declares.
    fn unknown(&self, name: &str) -> Option<Diagnostic> {
        if name.starts_with("AWS::") || self.0.contains_key(name) {
            return None;
        }
        let mut names: Vec<&str> = self.0.keys().map(String::as_str).collect();
        names.sort_unstable();
        Some(Diagnostic::error(Code::UnknownParameter, format!("no template has a parameter `{name}`")).with_help(
            match nearest(name, names.iter().copied()) {
                Some(nearest) => format!("Did you mean `{nearest}`?"),
                None if names.is_empty() => "The templates declare no parameters.".to_owned(),
                None => format!("The templates declare {}.", names.join(", ")),
            },
        ))
    }
}
