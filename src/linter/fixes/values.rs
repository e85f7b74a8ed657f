//! The values that a fix writes, with what only the template and the configuration know.

use crate::change::Value;
use crate::facts::schema::{Kind, Schema, Step};
use crate::rules::fix::Pattern;
use crate::rules::operand::Settings;
use crate::rules::path;

/// The placeholder of an item's own name.
const ITEM_NAME: &str = "{item-name}";

/// What values are made with.
pub(super) struct Values<'a> {
    /// The logical ID of the finding's resource.
    pub(super) resource: &'a str,
    /// The number of the item that the finding is about, from 1.
    pub(super) item: &'a dyn Fn() -> usize,
    /// Its own name, between two texts that it does not repeat.
    pub(super) item_name: &'a dyn Fn(&str, &str) -> String,
    pub(super) settings: &'a Settings,
    /// The logical IDs of the resources that are added.
    pub(super) added: &'a [String],
    /// The logical ID of the customer managed key.
    pub(super) key: &'a str,
    /// A reference to the only resource of some types.
    pub(super) found: &'a dyn Fn(&[String], &str) -> Option<Value>,
    /// A copy of what the template has at a path.
    pub(super) written: &'a dyn Fn(&[Vec<path::Step>]) -> Option<Value>,
}

/// The properties of the type that values are for, and the steps to one of them.
pub(super) struct Shape<'s> {
    pub(super) kind: &'s str,
    pub(super) steps: Vec<Step<'s>>,
}

impl<'s> Shape<'s> {
    /// Works with the place one step further.
    fn below<T>(&mut self, step: Step<'s>, work: impl FnOnce(&mut Self) -> T) -> T {
        self.steps.push(step);
        let result = work(self);
        self.steps.pop();
        result
    }

    /// What the property is; none if it is not known.
    fn of(&self) -> Option<Kind> {
        let (first, steps) = self.steps.split_first()?;
        if *first != Step::Name("Properties") {
            return None;
        }
        Schema::of(self.kind)?.property(steps).ok().map(|found| found.kind)
    }
}

/// A reference to a resource.
pub(super) fn reference(resource: &str, get: &str) -> Value {
    let name = Value::String(resource.to_owned());
    match get {
        "Ref" => Value::Map(vec![("Ref".to_owned(), name)]),
        _ => Value::Map(vec![("Fn::GetAtt".to_owned(), Value::List(vec![name, Value::String(get.to_owned())]))]),
    }
}

impl Values<'_> {
    /// A text with its placeholders filled.
    pub(super) fn text(&self, text: &str) -> String {
        if !text.contains('{') {
            return text.to_owned();
        }
        let mut text = text.replace("{resource}", self.resource);
        if text.contains("{item}") {
            text = text.replace("{item}", &(self.item)().to_string());
        }
        match text.split_once(ITEM_NAME) {
            Some((before, behind)) => format!("{before}{}{behind}", (self.item_name)(before, behind)),
            None => text,
        }
    }

    /// The value of a pattern at a place; none if the template does not have what it refers to.
    pub(super) fn value<'p>(&self, pattern: &'p Pattern, shape: &mut Shape<'p>) -> Option<Value> {
        Some(match pattern {
            Pattern::Null => Value::Null,
            Pattern::Bool(value) => Value::Bool(*value),
            Pattern::Number(text) => Value::Number(text.clone()),
            Pattern::Text(text) => Value::String(self.text(text)),
            Pattern::List(items) => {
                let mut item = |item: &'p Pattern| shape.below(Step::Element, |shape| self.value(item, shape));
                Value::List(items.iter().map(&mut item).collect::<Option<_>>()?)
            }
            Pattern::Map(fields) => {
                let field = |(key, value): &'p (String, Pattern)| {
                    let value = shape.below(Step::Name(key), |shape| self.value(value, shape))?;
                    Some((self.text(key), value))
                };
                Value::Map(fields.iter().map(field).collect::<Option<_>>()?)
            }
            Pattern::Parameter(name) => {
                let texts = self.settings.get(name)?;
                match shape.of() {
                    Some(Kind::Array) => {
                        let inner = shape.below(Step::Element, |shape| shape.of());
                        Value::List(texts.iter().map(|text| scalar(text, inner.as_ref())).collect())
                    }
                    kind => scalar(texts.first()?, kind.as_ref()),
                }
            }
            Pattern::Added(place, get) => reference(self.added.get(*place)?, get),
            Pattern::CustomerKey(get) => reference(self.key, get),
            Pattern::Found(found) => (self.found)(&found.types, &found.get)?,
            Pattern::Written(path) => (self.written)(&path.chains)?,
        })
    }
}

/// A text as a property of a kind takes it.
fn scalar(text: &str, kind: Option<&Kind>) -> Value {
    match kind {
        Some(Kind::Integer | Kind::Number) => Value::Number(text.to_owned()),
        Some(Kind::Boolean) => Value::Bool(text == "true"),
        _ => Value::String(text.to_owned()),
    }
}
