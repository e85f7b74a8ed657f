//! Places of violations, with the paths and the words that people find them by.

use crate::expand::{Block, Model};
use crate::rules::checker::{NOT_SET, Place};
use crate::rules::operand::{SETTING, Settings};
use std::borrow::Cow;

/// A place with the path and span that people find it at.
pub(super) fn as_written(mut place: Place, model: &Model<'_, '_>) -> Place {
    if !place.path.is_empty() {
        let found = model.written(&place.path, place.span);
        place.path = found.path;
        place.span = found.span;
    }
    place
}

/// Places with the same span become one, which names what each of them named: four missing flags are one finding.
pub(super) fn united(places: Vec<Place>) -> Vec<Place> {
    if places.len() < 2 {
        return places;
    }
    let mut united: Vec<(Place, Vec<String>)> = Vec::new();
    for place in places {
        let name = place.name.clone();
        match united.iter_mut().find(|(known, _)| {
            known.span == place.span
                && known.path == place.path
                && known.message == place.message
                && known.state == place.state
        }) {
            Some((_, names)) if names.contains(&name) => {}
            Some((_, names)) => names.push(name),
            None => united.push((place, vec![name])),
        }
    }
    united
        .into_iter()
        .map(|(mut place, names)| {
            if names.len() > 1 && place.state == NOT_SET {
                "are not set".clone_into(&mut place.state);
            }
            place.name = match names.as_slice() {
                [] => String::new(),
                [only] => only.clone(),
                [first @ .., last] => format!("{}` and `{last}", first.join("`, `")),
            };
            place
        })
        .collect()
}

/// Fills a message: `{resource}`, `{type}`, `{name}`, `{state}`, `{value}`, the rule's own parameters (`{setting:days}`), and the
/// words of the place.
pub(super) fn fill(template: &str, place: &Place, block: &Block<'_>, resource: &str, settings: &Settings) -> String {
    filled(template, |name| match name {
        "resource" => Some(resource.into()),
        "type" => Some(block.written_kind().into()),
        "name" => Some(place.name.as_str().into()),
        "state" => Some(place.state.as_str().into()),
        "value" => Some(place.value.as_str().into()),
        _ => match name.strip_prefix(SETTING) {
            Some(parameter) => settings.get(parameter).map(|texts| match texts.as_slice() {
                [only] => only.as_str().into(),
                several => several.join(", ").into(),
            }),
            None => word(&place.words, name).map(Cow::Borrowed),
        },
    })
}

/// The text of a word.
pub(super) fn word<'w>(words: &'w [(&'static str, String)], name: &str) -> Option<&'w str> {
    words.iter().find(|(word, _)| *word == name).map(|(_, text)| text.as_str())
}

/// Puts texts in for `{name}`; a name without one stays.
pub(super) fn filled<'w>(template: &str, text_of: impl Fn(&str) -> Option<Cow<'w, str>>) -> String {
    let mut message = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        message.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            message.push('{');
            rest = after;
            continue;
        };
        match text_of(name) {
            Some(text) => message.push_str(&text),
            None => {
                message.push('{');
                message.push_str(name);
                message.push('}');
            }
        }
        rest = after;
    }
    message.push_str(rest);
    message
}
