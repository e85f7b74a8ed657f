//! What JSON texts hold: properties that take a document as text and nothing else.

use super::elements::Elements;
use super::{Checker, Item};
use crate::eval::value::{Kind, Origin, Value};
use crate::policy;
use crate::rules::language::path::Path;
use crate::truth::Truth;
use smallvec::SmallVec;

impl<'m, 't> Checker<'_, 'm, 't> {
    /// The list or map in a JSON text; nothing if the text is not JSON.
    pub fn json_text(&mut self, value: &Value<'t>) -> Option<&'m Value<'t>> {
        if !policy::is_json(value) {
            return None;
        }
        if !self.run.evaluator.afford(size(value)) {
            return Some(self.run.keep(Value::unknown(Origin::function("Fn::Sub"), value.span)));
        }
        let read = policy::json_document(self.run, value)?;
        Some(self.run.keep(read))
    }

    /// The values that the JSON texts at a path hold, lists taken apart; other values as they are. All of them
    /// have the location of their text. What is not JSON may hold anything.
    pub(super) fn json(&mut self, path: &Path, item: &Item<'m, 't>) -> Elements<'m, 't> {
        let selection = self.select_some(path, item);
        let mut unknown = selection.unknown;
        let mut items = SmallVec::new();
        for found in selection.items {
            let Item::Value { value, name, path, owner } = found else { continue };
            let read = match &value.kind {
                Kind::String(_) | Kind::Text(_) => self.json_text(value),
                _ => Some(value),
            };
            let Some(read) = read else {
                if let Some(part) = value.unsettled() {
                    self.run.note_reason(part.origin.reason());
                }
                unknown = true;
                continue;
            };
            let element = |value: &'m Value<'t>| {
                (Item::Value { value, name: name.clone(), path: path.clone(), owner }, Truth::True)
            };
            items.extend(read.items().iter().map(element));
        }
        Elements { items, nearest: selection.nearest, unknown }
    }
}

/// What a document takes that is read from a text, roughly: a value for every few characters.
fn size(text: &Value<'_>) -> usize {
    const EACH: usize = std::mem::size_of::<Value<'_>>() / 4;
    text.display().len().saturating_mul(EACH)
}
