//! Places of violations, with the paths and the words that people find them by.

use crate::expand::{Block, Model};
use crate::rules::check::location::Location;
use crate::rules::operand::{OR, SETTING, Settings};
use crate::source::Span;
use memchr::memchr;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::borrow::Cow;

/// A location with the path and span that people find it at.
pub(super) fn as_written(mut location: Location, model: &Model<'_, '_>) -> Location {
    location.exact = location.span;
    if !location.path.is_empty() {
        let found = model.written(&location.path, location.span);
        location.path = found.path;
        location.span = found.span;
    }
    location
}

/// Places with the same span become one, which names what each of them named: four missing flags are one finding.
pub(super) fn united(locations: Vec<Location>) -> Vec<Location> {
    if locations.len() < 2 {
        return locations;
    }
    // Each with what else was named there.
    let mut united: Vec<(Location, Vec<String>)> = Vec::with_capacity(locations.len());
    let mut at = BySpan::default();
    for location in locations {
        let same = at.of(location.span).iter().copied().find(|place| {
            united.get(*place).is_some_and(|(known, _)| {
                known.path == location.path
                    && known.message == location.message
                    && known.state == location.state
                    && known.words == location.words
            })
        });
        match same.and_then(|place| united.get_mut(place)) {
            Some((known, more)) if known.name == location.name || more.contains(&location.name) => {}
            Some((_, more)) => more.push(location.name),
            None => {
                at.add(location.span, united.len());
                united.push((location, Vec::new()));
            }
        }
    }
    united
        .into_iter()
        .map(|(mut location, mut more)| {
            let Some(last) = more.pop() else { return location };
            location.is_of_several = true;
            more.insert(0, location.name);
            location.name = format!("{}` and `{last}", more.join("`, `"));
            location
        })
        .collect()
}

/// The places in a list of what is at a span: a template as a whole may have thousands of findings.
#[derive(Default)]
pub(super) struct BySpan(FxHashMap<Span, SmallVec<[usize; 1]>>);

impl BySpan {
    pub(super) fn of(&self, span: Span) -> &[usize] {
        self.0.get(&span).map(SmallVec::as_slice).unwrap_or_default()
    }

    pub(super) fn add(&mut self, span: Span, place: usize) {
        self.0.entry(span).or_default().push(place);
    }
}

/// A location with the words for what a transform made of what a person wrote: `{part}`, what the block is to the resource that
/// it was made from, and `{advice}`, how to fix it there.
pub(super) fn in_other_words(mut location: Location, block: &Block<'_>) -> Location {
    // Most blocks are as a person wrote them.
    if !block.is_made() {
        return location;
    }
    if let Some(part) = block.part() {
        location.words.push(("part", format!(" ({part})")));
    }
    let below = location.path.strip_prefix(&block.path()).unwrap_or_default();
    let mut steps = below.split('/').filter(|step| !step.is_empty());
    let property = match (steps.next(), steps.next()) {
        (Some("Properties"), Some(property)) => property,
        // What is missing is below this place.
        (Some("Properties") | None, None) => location.name.split('.').next().unwrap_or_default(),
        (step, _) => step.unwrap_or_default(),
    };
    // Of an OpenAPI document, SAM only has properties for who may call an operation. The rest is written by hand.
    let is_written = property == "Body" && !is_about_callers(below);
    if let Some(advice) = block.advice(property).filter(|_| !is_written) {
        location.words.push(("advice", advice));
    }
    location
}

/// Whether a place in a block is an operation of its OpenAPI document, what is around it, or what authorizes its callers.
fn is_about_callers(below: &str) -> bool {
    let steps: Vec<&str> = below.split('/').filter(|step| !step.is_empty()).skip(2).collect();
    matches!(
        steps.as_slice(),
        [] | ["paths"]
            | ["paths", _]
            | ["paths", _, _]
            | ["paths", _, _, "security", ..]
            | ["security" | "securityDefinitions", ..]
            | ["components", "securitySchemes", ..]
    )
}

/// A message that names what a block is to the resource that it was made from, after that one's name.
pub(super) fn naming_part(template: &str) -> String {
    template.replacen("`{resource}`", "`{resource}`{part}", 1)
}

/// Fills a message: `{resource}`, `{type}`, `{name}`, `{state}`, `{value}`, the rule's own parameters (`{setting:days}`), a word
/// that depends on whether the name is one (`{exposes|expose}`), and the words of the location.
pub(super) fn fill(
    template: &str,
    location: &Location,
    block: &Block<'_>,
    resource: &str,
    settings: &Settings,
) -> String {
    // A message without the names is about the resource.
    let is_of_several = location.is_of_several && template.contains("{name}");
    filled(template, |name| match name {
        "resource" => Some(resource.into()),
        "part" => Some(word(&location.words, name).unwrap_or_default().into()),
        "type" => Some(block.written_kind().into()),
        "name" => Some(location.name.as_str().into()),
        "state" if is_of_several => Some(state_of_several(location)),
        "state" => Some(location.state.as_str().into()),
        "value" => Some(location.value.as_str().into()),
        _ => match name.strip_prefix(SETTING) {
            Some(parameter) => settings.get(parameter).map(|texts| match texts.as_slice() {
                [only] => only.as_str().into(),
                several => several.join(", ").into(),
            }),
            None => match name.split_once(OR) {
                Some((one, several)) => Some(if is_of_several { several } else { one }.to_owned().into()),
                None => word(&location.words, name).map(Cow::Borrowed),
            },
        },
    })
}

/// The state of several names: `is not set` becomes `are not set`.
fn state_of_several(location: &Location) -> Cow<'_, str> {
    match (&location.state_of_several, location.state.strip_prefix("is ")) {
        (Some(state), _) => state.as_str().into(),
        (None, Some(rest)) => ["are ", rest].concat().into(),
        (None, None) => location.state.as_str().into(),
    }
}

/// The text of a word.
pub(super) fn word<'w>(words: &'w [(&'static str, String)], name: &str) -> Option<&'w str> {
    words.iter().find(|(word, _)| *word == name).map(|(_, text)| text.as_str())
}

/// What is before and behind the first of an ASCII character, as [`str::split_once`] gives it, many bytes at a time.
fn split_at_byte(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = memchr(byte, text.as_bytes())?;
    text.get(..at).zip(text.get(at + 1..))
}

/// Puts texts in for `{name}`; a name without one stays.
pub(super) fn filled<'w>(template: &str, text_of: impl Fn(&str) -> Option<Cow<'w, str>>) -> String {
    let mut message = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = split_at_byte(rest, b'{') {
        message.push_str(before);
        let Some((name, after)) = split_at_byte(after, b'}') else {
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
