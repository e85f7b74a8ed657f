//! What JSON texts hold: properties that take a document as text and nothing else.

use super::checker::Checker;
use crate::eval::value::{Origin, Value};
use crate::policy;

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
}

/// What a document takes that is read from a text, roughly: a value for every few characters.
fn size(text: &Value<'_>) -> usize {
    const EACH: usize = std::mem::size_of::<Value<'_>>() / 4;
    text.display().len().saturating_mul(EACH)
}
