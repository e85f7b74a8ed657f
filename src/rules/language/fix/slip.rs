//! What is wrong with a fix, whatever it is about.

use super::{Addition, Pattern, Recipe, Within};
use crate::rules::language::operand::Operand;

/// What is wrong with a fix, if anything is.
pub(in crate::rules::language) fn slip(recipe: &Recipe, parameters: &dyn Fn(&str) -> bool) -> Option<String> {
    slip_of_part(recipe, &recipe.add, parameters)
}

/// The same of a part that may refer to resources that the part before it adds.
fn slip_of_part(recipe: &Recipe, before: &[Addition], parameters: &dyn Fn(&str) -> bool) -> Option<String> {
    if recipe.is_empty() {
        let forms =
            "`set`, `replace`, `append`, `remove`, `put`, `customer-key`, `suffix-names`, `becomes`, `tags` or `add`";
        return Some(format!("a `fix` needs at least one of {forms}"));
    }
    if recipe.title.as_deref().is_some_and(|title| title.is_empty() || title.ends_with('.')) {
        return Some("the `title` of a `fix` is a command without a period".to_owned());
    }
    if recipe.becomes.is_some() && recipe.within.is_some() {
        return Some("`becomes` of a `fix` is about the resource of the finding: leave `in` out".to_owned());
    }
    if recipe.within.as_ref().is_some_and(Within::is_unclear) {
        return Some("`in` of a `fix` needs either `via` or `from`".to_owned());
    }
    if recipe.and.iter().any(|part| !part.and.is_empty() || part.title.is_some()) {
        return Some("a part in `and` of a `fix` has neither a `title` nor an `and` of its own".to_owned());
    }
    let mut last = before;
    for part in &recipe.and {
        if let Some(wrong) = slip_of_part(part, part.added_after(last), parameters) {
            return Some(wrong);
        }
        last = part.added_after(last);
    }
    if let Some(name) = recipe.suffix_names.as_deref().filter(|name| !parameters(name)) {
        return Some(undeclared(name));
    }
    if recipe.tags.is_some() && recipe.within.is_some() {
        return Some("`tags` of a `fix` are those of the resource itself, so it cannot have `in`".to_owned());
    }
    let mut wrong = match &recipe.tags {
        Some(Operand::Parameter(name)) if !parameters(name) => Some(undeclared(name)),
        _ => None,
    };
    recipe.patterns(&mut |pattern| match pattern {
        Pattern::Parameter(name) if !parameters(name) => {
            wrong = Some(undeclared(name));
        }
        Pattern::Added(place, _) if before.get(*place).is_none() => {
            wrong = Some(format!("a `fix` refers to the added resource {place}, but `add` does not have it"));
        }
        _ => {}
    });
    wrong
}

fn undeclared(name: &str) -> String {
    format!("the rule does not declare `{name}` in its `parameters`")
}
