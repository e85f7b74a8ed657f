//! Whom a policy statement lets do what, in words.

use super::page::{Inline, Section};
use crate::eval::scenario::Scenario;
use crate::eval::value::Value;
use crate::eval::{Run, explore};
use crate::expand::{Block, exists};
use crate::linter::opened::Opened;
use crate::policy::{DocumentKind, Who, grants_admin, principal, statements};
use crate::source::Span;

/// Names of a list that are shown.
const MAX_LISTED: usize = 8;
/// Meanings of one statement that are shown.
const MAX_MEANINGS: usize = 4;

/// A meaning, as lines, with the choices that lead to it.
type Meaning = (Vec<Vec<Inline>>, Vec<Scenario>);

/// The meaning of the statement at a byte of the template, and its place.
pub(super) fn section(opened: &Opened<'_, '_, '_>, offset: u32) -> Option<(Span, Section)> {
    let covers =
        |span: Span| span.source == opened.source.id && span.start <= offset && offset < span.end.max(span.start + 1);
    let block = opened.model.resources().iter().find(|block| covers(block.node.span))?;
    let mut meanings: Vec<Meaning> = Vec::new();
    let mut place: Option<Span> = None;
    let exploration = explore(&opened.model.evaluator, |run| {
        if !exists(run, block) {
            return None;
        }
        at(run, opened, block, &covers)
    });
    for (scenario, found) in exploration.leaves {
        let Some((span, lines)) = found else { continue };
        if place.is_none_or(|known| span.len() < known.len()) {
            place = Some(span);
        }
        match meanings.iter_mut().find(|(known, _)| *known == lines) {
            Some((_, scenarios)) => scenarios.push(scenario),
            None => meanings.push((lines, vec![scenario])),
        }
    }
    let place = place?;
    let mut section = Section::new(vec![Inline::Strong("Policy statement".to_owned())]);
    let many = meanings.len();
    for (lines, scenarios) in meanings.into_iter().take(MAX_MEANINGS) {
        let when = opened.model.evaluator.describe(&scenarios, &exploration.infeasible).filter(|_| many > 1);
        if let Some(mut when) = when {
            opened.mask.choice(&mut when);
            section.paragraph(vec![Inline::text(format!("When {when}:"))]);
        }
        for (index, line) in lines.into_iter().enumerate() {
            if index == 0 { section.paragraph(line) } else { section.item(line) }
        }
    }
    if many > MAX_MEANINGS {
        section.paragraph(vec![Inline::text("Other choices give it other meanings.")]);
    }
    Some((place, section))
}

/// The shortest statement of a resource that a place is in.
fn at<'m, 't>(
    run: &mut Run<'m, 't>,
    opened: &Opened<'_, 'm, 't>,
    block: &Block<'t>,
    covers: &dyn Fn(Span) -> bool,
) -> Option<(Span, Vec<Vec<Inline>>)> {
    let mut best: Option<(Span, DocumentKind, &'m Value<'t>)> = None;
    for kind in [DocumentKind::Identity, DocumentKind::Trust, DocumentKind::Resource] {
        for statement in statements(run, block, kind).found {
            let span = statement.value.span;
            if covers(span) && best.is_none_or(|(known, ..)| span.len() < known.len()) {
                best = Some((span, kind, statement.value));
            }
        }
    }
    let (span, kind, value) = best?;
    Some((span, words(run, opened, block, kind, value)))
}

/// What a statement means: a sentence, and an item for each of its conditions.
fn words<'m, 't>(
    run: &mut Run<'m, 't>,
    opened: &Opened<'_, 'm, 't>,
    block: &Block<'t>,
    kind: DocumentKind,
    statement: &'m Value<'t>,
) -> Vec<Vec<Inline>> {
    let shown = |value: &Value<'t>| {
        // As it is, without the quotes that tell a text from a number.
        let text = value.display();
        let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).map(str::to_owned);
        let text = inner.unwrap_or(text);
        opened.mask.value(&text, opened.mask.is_in(value.span)).unwrap_or(text)
    };
    let listed = |key: &str| statement.get(key).map(|value| value.items().iter().map(shown).collect::<Vec<String>>());
    let effect = statement.get("Effect").map(shown);
    let verb = match effect.as_deref() {
        Some("Allow") => "Allows",
        Some("Deny") => "Denies",
        _ => "Allows or denies",
    };
    let mut line = vec![Inline::Strong(verb.to_owned()), Inline::text(" ")];
    let is_everyone = principal(run, statement, Who::Everyone).0.is_true();
    let principals = |key: &str| {
        let entries = statement.get(key).map(Value::items)?;
        let one = |entry: &Value<'t>| Some((entry.get("Kind").map(shown)?, entry.get("Value").map(shown)?));
        Some(named(entries.iter().filter_map(one).collect()))
    };
    match (principals("Principals"), principals("NotPrincipals")) {
        (_, Some(excepted)) => {
            line.push(Inline::text("everyone except "));
            line.extend(excepted);
        }
        (Some(_), None) if is_everyone => {
            line.extend([Inline::text("everyone ("), Inline::code("*"), Inline::text(")")])
        }
        (Some(names), None) => line.extend(names),
        (None, None) => line.push(Inline::text(match block.kind {
            "AWS::IAM::Role" => "this role",
            "AWS::IAM::User" => "this user",
            "AWS::IAM::Group" => "the users of this group",
            _ => "the identities that the policy is attached to",
        })),
    }
    let to = if verb == "Denies" { ": " } else { " to use " };
    line.push(Inline::text(to));
    match (listed("Actions"), listed("NotActions")) {
        (_, Some(excepted)) => {
            line.push(Inline::text("every action except "));
            line.extend(Inline::listed(excepted, MAX_LISTED));
        }
        (Some(actions), None) if actions.iter().any(|action| action == "*") => line.push(Inline::text("every action")),
        (Some(actions), None) => line.extend(Inline::listed(actions, MAX_LISTED)),
        (None, None) => line.push(Inline::text("no action")),
    }
    let is_own = kind.star_is_the_resource_itself();
    match (listed("Resources"), listed("NotResources")) {
        (_, Some(excepted)) => {
            line.push(Inline::text(" on every resource except "));
            line.extend(Inline::listed(excepted, MAX_LISTED));
        }
        (Some(resources), None) if resources.iter().any(|resource| resource == "*") => {
            line.push(Inline::text(if is_own { " on this resource" } else { " on every resource" }));
        }
        (Some(resources), None) => {
            line.push(Inline::text(" on "));
            line.extend(Inline::listed(resources, MAX_LISTED));
        }
        (None, None) => {}
    }
    let conditions = statement.get("Conditions").map(Value::items).unwrap_or_default();
    line.push(Inline::text(match conditions.len() {
        0 => ".",
        1 => ", if this condition holds:",
        _ => ", if all of these conditions hold:",
    }));
    let mut lines = vec![line];
    for condition in conditions {
        let text = |key: &str| condition.get(key).map(shown).unwrap_or_default();
        let values = condition.get("Values").map(|values| values.items().iter().map(shown).collect::<Vec<_>>());
        let mut item =
            vec![Inline::code(text("Key")), Inline::text(" "), Inline::code(text("Operator")), Inline::text(" ")];
        item.extend(Inline::listed(values.unwrap_or_default(), MAX_LISTED));
        lines.push(item);
    }
    if grants_admin(run, statement).is_true() {
        lines.push(vec![Inline::text("This is full administrative access to the account.")]);
    }
    lines
}

/// Principals by their kinds and names.
fn named(principals: Vec<(String, String)>) -> Vec<Inline> {
    let mut line = Vec::new();
    for (index, (kind, name)) in principals.iter().take(MAX_LISTED).enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        let what = match kind.as_str() {
            "Service" => "service ",
            "Federated" => "identity provider ",
            "CanonicalUser" => "canonical user ",
            _ => "",
        };
        line.push(Inline::text(format!("{comma}{what}")));
        line.push(Inline::code(name.as_str()));
    }
    if let Some(more) = principals.len().checked_sub(MAX_LISTED).filter(|more| *more > 0) {
        line.push(Inline::text(format!(" and {more} more")));
    }
    line
}
