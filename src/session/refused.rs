//! Pinned values that the parameters of a template do not accept: errors at the option or the configuration that pins them.

use super::parameters::Parameters;
use super::problems::Problems;
use super::settings::Settings;
use crate::code::Code;
use crate::eval::inputs::Refused;
use crate::finding::{Diagnostic, Related};
use crate::linter::is_secret_name;
use crate::source::{SourceId, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The number of templates that an error points to.
const MAX_TEMPLATES: usize = 3;

/// The place of the value and the sentence about it, which identify an error.
type Key = (Option<Span>, String);

/// The pinned values that templates do not accept.
#[derive(Debug, Default)]
pub(super) struct RefusedPins {
    /// The templates of each: their names, and where they declare the constraint.
    by_sentence: BTreeMap<Key, Vec<(String, Span)>>,
}

impl RefusedPins {
    /// Adds the values that one template does not accept. Returns whether an error will point into it.
    pub(super) fn add(&mut self, settings: &Settings, template: &str, refused: Vec<Refused>) -> bool {
        let mut is_shown = false;
        for one in refused {
            let place = settings.pins.get(&one.parameter).and_then(|(_, place)| *place);
            let templates = self.by_sentence.entry((place, one.sentence())).or_default();
            is_shown |= templates.len() < MAX_TEMPLATES;
            templates.push((template.to_owned(), one.span()));
        }
        is_shown
    }

    /// Reports each value once, with the templates that do not accept it. `declared` are the parameters of all templates, one of
    /// which may hide the value. A file with such a value is named, but its text is not shown.
    pub(super) fn complain(self, declared: &Parameters, all: &[Arc<Settings>], problems: &mut Problems) {
        let is_shown = |name: &String| declared.is_secret(name) != Some(true) && !is_secret_name(name);
        let hidden: BTreeSet<SourceId> = all
            .iter()
            .flat_map(|settings| &settings.pins)
            .filter_map(|(name, (_, place))| place.filter(|_| !is_shown(name)).map(|place| place.source))
            .collect();
        for ((place, message), templates) in self.by_sentence {
            let related = templates.iter().take(MAX_TEMPLATES).map(|(_, span)| Related {
                span: *span,
                message: "the parameter declares the constraint here".to_owned(),
            });
            let template = match templates.as_slice() {
                [(only, _)] => only.clone(),
                many => format!("these {} templates", many.len()),
            };
            problems.at(
                place,
                place.is_some_and(|place| !hidden.contains(&place.source)),
                Diagnostic::error(Code::RefusedParameter, message).with_help(format!(
                        "Pin a value that the parameter accepts. hipaalint checked {template} with every value that it accepts."
                    )).with_related(related.collect()),
            );
        }
    }
}
