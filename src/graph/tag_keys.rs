//! Which tag keys the resources of a template have, as it is written: a habit of its authors, whatever a deployment chooses.

use crate::eval::reads::Read;
use crate::expand::Model;
use crate::facts::{self, TagShape};
use crate::syntax::{Kind, Node};
use std::borrow::Cow;

/// Whether some resource is written with tags of all these keys, in any branch of its functions. Resources are looked at once for
/// a list of keys.
pub fn are_used(model: &Model<'_, '_>, keys: &[String]) -> bool {
    let reads = &model.evaluator.reads;
    reads.add(Read::TAG_KEYS);
    let known = model.tag_keys.borrow().iter().find(|(asked, _)| asked == keys).map(|(_, used)| *used);
    known.unwrap_or_else(|| {
        let noted = reads.pause();
        let used = model.resources().iter().any(|block| {
            facts::written_tags(block.kind).is_some_and(|property| {
                let tags = block.node.get("Properties").and_then(|properties| properties.get(property.name));
                tags.is_some_and(|tags| keys.iter().all(|key| has_key(model, tags, &property.shape, key)))
            })
        });
        reads.resume(noted);
        model.tag_keys.borrow_mut().push((keys.to_vec(), used));
        used
    })
}

/// Whether tags have a key, as written.
fn has_key<'t>(model: &Model<'_, 't>, tags: &'t Node<'t>, shape: &TagShape, key: &str) -> bool {
    match &tags.kind {
        Kind::Sequence(items) => items.iter().any(|item| has_key(model, item, shape, key)),
        Kind::Mapping(entries) => entries.iter().any(|entry| {
            let is_map = matches!(shape, TagShape::Map | TagShape::Json);
            let names_it = || {
                matches!(entry.key.as_ref(), "Key" | "TagKey")
                    && text(model, &entry.value).is_some_and(|own| own == key)
            };
            (is_map && entry.key == key) || names_it() || has_key(model, &entry.value, shape, key)
        }),
        _ => false,
    }
}

/// A text that is plain, in `Fn::Sub`, the default of a parameter, or put together of these by `Fn::Join`.
fn text<'t>(model: &Model<'_, 't>, value: &'t Node<'t>) -> Option<Cow<'t, str>> {
    let [call] = value.as_mapping().unwrap_or_default() else { return value.scalar_text() };
    match call.key.as_ref() {
        "Fn::Sub" => call.value.scalar_text(),
        "Ref" => model.parameter(call.value.as_str()?)?.default?.scalar_text(),
        "Fn::Join" => {
            let [between, items] = call.value.as_sequence()? else { return None };
            let items: Option<Vec<Cow<'t, str>>> = items.as_sequence()?.iter().map(|item| text(model, item)).collect();
            Some(items?.join(between.as_str()?).into())
        }
        _ => None,
    }
}
