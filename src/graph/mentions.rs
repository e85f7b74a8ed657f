//! Names of resources in expressions, such as `ALARM("cpu") OR ALARM("memory")`.

use super::refers_to;
use crate::eval::Run;
use crate::eval::value::{Content, Origin, Part, Value};
use crate::expand::Block;
use crate::truth::Truth;
use std::borrow::Cow;

/// What is around a name in an expression.
const AROUND: [char; 6] = ['(', ')', '"', '\'', '\n', ','];

/// Whether an expression contains a reference to a resource, or its name or ARN in parentheses or quotes.
pub fn mentions<'t>(run: &mut Run<'_, 't>, expression: &Value<'t>, target: &Block<'t>) -> Truth {
    if !expression.is_scalar() {
        return Truth::False;
    }
    Truth::any(words(expression).iter().map(|word| refers_to(run, word, target)))
}

/// The pieces of an expression between parentheses and quotes.
fn words<'t>(expression: &Value<'t>) -> Vec<Value<'t>> {
    let whole = expression.text().filter(|_| expression.parts().is_empty());
    let own =
        whole.map(|text| Part { content: Content::Known(Cow::Owned(text.into_owned())), origin: Origin::Literal });
    let mut words = Vec::new();
    let mut word: Vec<Part<'t>> = Vec::new();
    for part in own.iter().chain(expression.parts()) {
        let Content::Known(text) = &part.content else {
            word.push(part.clone());
            continue;
        };
        for (index, piece) in text.split(AROUND).enumerate() {
            if index > 0 {
                words.push(std::mem::take(&mut word));
            }
            let piece = piece.trim();
            if !piece.is_empty() {
                let content = Content::Known(Cow::Owned(piece.to_owned()));
                word.push(Part { content, origin: part.origin.clone() });
            }
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words.into_iter().map(|word| Value::from_parts(word, expression.span)).collect()
}
