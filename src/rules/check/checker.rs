//! What decides about one block in one scenario.

use super::location::{Item, Judgement, Location, value_location};
use crate::date::Date;
use crate::eval::Run;
use crate::eval::value::{Content, Origin};
use crate::expand::{Block, Model};
use crate::finding::Related;
use crate::rules::language::operand::Settings;
use crate::truth::Truth;

/// Evaluates assertions about one block in one scenario.
pub struct Checker<'c, 'm, 't> {
    /// The scenario.
    pub run: &'c mut Run<'m, 't>,
    /// The template.
    pub model: &'m Model<'m, 't>,
    /// The rule's parameters.
    pub settings: &'c Settings,
    /// Those among them that the user set.
    pub configured: &'c Settings,
    /// The profile of the run; none where rules were named.
    pub profile: Option<&'c str>,
    /// The day of the run, if it has one.
    pub today: Option<Date>,
    /// The block that the rule looks at.
    pub this: &'m Block<'t>,
    /// Whether locations are wanted.
    pub explain: bool,
    /// Whether a parameter that only its default is known of may have any value.
    pub without_defaults: bool,
}

impl<'m, 't> Checker<'_, 'm, 't> {
    /// A result with one location.
    pub fn at(&self, truth: Truth, location: impl FnOnce() -> Location) -> Judgement {
        Judgement { truth, locations: if self.explain { vec![location()] } else { Vec::new() } }
    }

    /// The location of a value, with the parameter's default beside it where that is what the value is.
    pub fn explained(&self, item: &Item<'m, 't>) -> Location {
        let Item::Value { value, name, path, .. } = item else { return item.location() };
        let value = self.run.as_chosen(value);
        let mut location = value_location(&value, name, path);
        for part in value.parts() {
            let evaluator = &self.model.evaluator;
            if let (Content::Known(text), Origin::Parameter(name)) = (&part.content, &part.origin)
                && evaluator.may_default(name)
                && let Some(default) = evaluator.template.parameter(name).and_then(|parameter| parameter.default)
                && default.scalar_text().is_some_and(|default| default == *text)
            {
                let message = format!("the default of parameter `{name}`");
                location.related.push(Related { span: default.span, message });
            }
        }
        location
    }
}
