//! Which tag keys the resources of a template have, as it is written: a habit of its authors, whatever a deployment chooses.

use crate::eval::reads::Read;
use crate::expand::Model;
use crate::facts::{self, TagShape};
use crate::syntax::{Kind, Node};

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
                tags.is_some_and(|tags| keys.iter().all(|key| has_key(tags, &property.shape, key)))
            })
        });
        reads.resume(noted);
        model.tag_keys.borrow_mut().push((keys.to_vec(), used));
        used
    })
}

/// Whether tags have a key, as written.
fn has_key(tags: &Node<'_>, shape: &TagShape, key: &str) -> bool {
    match &tags.kind {
        Kind::Sequence(items) => items.iter().any(|item| has_key(item, shape, key)),
        Kind::Mapping(entries) => entries.iter().any(|entry| {
            let is_map = matches!(shape, TagShape::Map | TagShape::Json);
            let names_it = || matches!(entry.key.as_ref(), "Key" | "TagKey") && is_text(&entry.value, key);
            (is_map && entry.key == key) || names_it() || has_key(&entry.value, shape, key)
        }),
        _ => false,
    }
}

/// Whether a value is this text, plain or in `Fn::Sub`.
fn is_text(value: &Node<'_>, text: &str) -> bool {
    value.get("Fn::Sub").unwrap_or(value).scalar_text().is_some_and(|own| own == text)
}
