//! The tags of a resource.

use crate::eval::value::{Kind, Value};
use crate::expand::{REWRITTEN, Section, exists};
use crate::facts::{self, TagShape};
use crate::graph::tag_keys;
use crate::rules::check::checker::Checker;
use crate::rules::check::location::{Item, Judgement, Location};
use crate::rules::check::select::Followed;
use crate::rules::language::analysis::{Tagged, UsesTagKeys};
use crate::truth::Truth;

impl Tagged {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let block = item.owner();
        // A type that takes no tags has nothing to carry.
        let Some(property) = facts::tag_shape(block.kind) else { return Truth::True.into() };
        let settings = checker.settings;
        let keys = self.keys.texts(settings);
        let names = ["Properties", property.name];
        let followed = checker.follow(&names, item);
        let (tags, unknown) = match followed {
            Followed::Value(tags, _) => (Some(tags), false),
            Followed::Absent(..) => (None, false),
            Followed::Unknown(..) | Followed::Unwritten(_) => (None, true),
        };
        let mut truth = if unknown { Truth::Unknown } else { Truth::True };
        let mut missing = String::with_capacity(if checker.explain { 64 } else { 0 });
        for key in keys.iter() {
            let carried = match tags {
                Some(tags) => carries(checker, tags, &property.shape, key),
                None if unknown => Truth::Unknown,
                None => Truth::False,
            };
            truth = truth.and(carried);
            if carried.is_false() && checker.explain {
                let before = if missing.is_empty() { "`" } else { ", `" };
                missing.extend([before, key, "`"]);
            }
        }
        if truth.is_false() && checker.model.is_rewritten(&block.path()) {
            checker.run.note_reason(REWRITTEN);
            truth = Truth::Unknown;
        }
        checker.at(truth, || {
            let mut location = match followed {
                // The key of the tags, not the whole list, unless the list is all there is to see.
                Followed::Value(tags, span) => Location { span, ..checker.found(tags, &names, item).location() },
                followed => checker.short_of(&followed, &names, item),
            };
            location.words = vec![("missing", missing)];
            location
        })
    }
}

/// Whether the template declares a resource whose type takes tags.
pub(super) fn has_taggable_resources<'m, 't>(checker: &mut Checker<'_, 'm, 't>, _: &Item<'m, 't>) -> Judgement {
    let model = checker.model;
    let mut taggable = model.resources().iter().filter(|block| facts::tag_shape(block.kind).is_some());
    // One without a condition settles it, so that the conditions of the others are not choices of this check.
    let always = taggable.clone().any(|block| block.condition.is_none());
    Truth::from(always || taggable.any(|block| exists(checker.run, block))).into()
}

impl UsesTagKeys {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let keys = self.keys.texts(checker.settings);
        let mut used = Truth::from(tag_keys::are_used(checker.model, &keys));
        // A resource that is not known may have them.
        if used.is_false() && checker.may_hide_any("*") {
            used = Truth::Unknown;
        }
        checker.at(used, || {
            let mut location = match (item, checker.model.whole().node.entry("Resources")) {
                (Item::Block(block), Some(section)) if block.section == Section::Template => {
                    Location { span: section.key_span, path: section.key.to_string(), ..item.location() }
                }
                _ => item.location(),
            };
            location.words =
                vec![("missing", keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", "))];
            location
        })
    }
}

/// Whether tags of this shape have the key.
fn carries<'t>(checker: &mut Checker<'_, '_, 't>, tags: &Value<'t>, shape: &TagShape, key: &str) -> Truth {
    if tags.is_opaque() {
        if let Some(part) = tags.unsettled() {
            checker.run.note_reason(part.origin.reason());
        }
        return Truth::Unknown;
    }
    match (&tags.kind, shape) {
        (Kind::Map(fields), TagShape::Map | TagShape::Json) => fields.iter().any(|field| field.key == key).into(),
        (Kind::Map(_), TagShape::Items) => match tags.get("Items") {
            Some(items) => carries(checker, items, &TagShape::List, key),
            None => Truth::False,
        },
        (Kind::List(specifications), TagShape::Specifications) => {
            let tags: Vec<&Value<'t>> = specifications.iter().filter_map(|one| one.get("Tags")).collect();
            Truth::any(tags.into_iter().map(|tags| carries(checker, tags, &TagShape::List, key)))
        }
        (Kind::List(items), TagShape::List | TagShape::PropagatingList | TagShape::EitherList | TagShape::Json) => {
            Truth::any(items.iter().map(|tag| is_tag(checker, tag, key)))
        }
        // Another shape than the type takes: CloudFormation would refuse it, and no tag comes of it.
        _ => Truth::False,
    }
}

/// Whether one item of a list of tags has this key.
fn is_tag<'t>(checker: &mut Checker<'_, '_, 't>, tag: &Value<'t>, key: &str) -> Truth {
    if tag.is_opaque() {
        if let Some(part) = tag.unsettled() {
            checker.run.note_reason(part.origin.reason());
        }
        return Truth::Unknown;
    }
    match tag.get("Key").or_else(|| tag.get("TagKey")) {
        // Nearly every key is written out.
        Some(Value { kind: Kind::String(name), .. }) => (name == key).into(),
        Some(name) => checker.run.decide(&[name], &|values| {
            values.first().map_or(Truth::Unknown, |name| crate::eval::text::equals_str(name, key))
        }),
        None => Truth::False,
    }
}
