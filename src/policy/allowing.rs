//! Whether one statement allows actions on a resource, as far as it alone decides that.

use super::condition::{RequestValue, holds};
use super::coverage::covers_action;
use super::normal::element;
use super::principal::{effect_is, is_own_account};
use super::reach::is_every_resource_of;
use crate::eval::Run;
use crate::eval::value::Value;
use crate::truth::Truth;

/// Whether a normalised statement allows one of some actions (in lower case) on a resource; `names` decides of each resource pattern whether
/// it names that. Unknown where a condition or `NotResource` may leave it out.
pub fn allows_on<'m, 't>(
    run: &mut Run<'m, 't>,
    statement: &'m Value<'t>,
    actions: &[&str],
    names: &mut dyn FnMut(&mut Run<'m, 't>, &'m Value<'t>) -> Truth,
) -> Truth {
    let allows = effect_is(run, statement, "Allow");
    if allows.is_false() {
        return Truth::False;
    }
    let covers = Truth::any(actions.iter().map(|action| covers_action(run, statement, action)));
    if covers.is_false() {
        return Truth::False;
    }
    let on = match (statement.get(element::RESOURCES), statement.get(element::NOT_RESOURCES)) {
        (Some(resources), _) => Truth::any(resources.items().iter().map(|resource| names(run, resource))),
        (None, Some(_)) => Truth::Unknown,
        (None, None) => Truth::False,
    };
    let always = if statement.get(element::CONDITIONS).is_some() { Truth::Unknown } else { Truth::True };
    allows.and(covers).and(on).and(always)
}

/// Whether a normalised statement allows an action (in lower case), if its conditions hold.
pub fn allows_whenever<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>, action: &str) -> Truth {
    let allows = effect_is(run, statement, "Allow");
    if allows.is_false() { allows } else { allows.and(covers_action(run, statement, action)) }
}

/// Whether a normalised statement of a key's policy allows the account all of some actions (in lower case), so that policies of IAM can
/// grant them. One with conditions does so for some requests only.
///
/// Source: AWS KMS Developer Guide, "Default key policy" (docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html), 2026-11.
pub fn allows_account<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>, actions: &[&str]) -> Truth {
    if statement.get(element::CONDITIONS).is_some() {
        return Truth::False;
    }
    let allows = effect_is(run, statement, "Allow").and(is_own_account(run, statement));
    if allows.is_false() {
        return Truth::False;
    }
    allows.and(Truth::all(actions.iter().map(|action| covers_action(run, statement, action))))
}

/// Whether a normalised statement denies, or may deny, one of some actions (in lower case) on some resource.
pub fn may_deny<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>, actions: &[&str]) -> Truth {
    let denies = effect_is(run, statement, "Deny");
    if denies.is_false() {
        return Truth::False;
    }
    denies.and(Truth::any(actions.iter().map(|action| covers_action(run, statement, action))))
}

/// Whether a normalised statement denies an action (in lower case) on every resource, whatever a request has; with `but_some`, also if it
/// leaves out some resources (`NotResource`).
pub fn denies_everywhere<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>, action: &str, but_some: bool) -> Truth {
    let denies = may_deny(run, statement, &[action]);
    if denies.is_false() {
        return Truth::False;
    }
    let conditions = statement.get(element::CONDITIONS).map(Value::items).unwrap_or_default();
    let is_read = |condition: &Value<'_>| condition.get(element::KEY).is_some_and(|key| key.text().is_some());
    let always = match conditions {
        [] => Truth::True,
        conditions if conditions.iter().any(is_read) => return Truth::False,
        _ => Truth::Unknown,
    };
    let mut names_every = |resources: &Value<'t>| {
        Truth::any(resources.items().iter().map(|resource| is_every_resource_of(run, resource, action)))
    };
    let everywhere = match (statement.get(element::RESOURCES), statement.get(element::NOT_RESOURCES)) {
        (Some(resources), _) => names_every(resources),
        (None, Some(excepted)) if but_some => !names_every(excepted),
        (None, _) => Truth::False,
    };
    denies.and(always).and(everywhere)
}

/// Whether a normalised statement denies, or may deny, one of some actions (in lower case) to somebody who uses TLS.
pub fn may_deny_over_tls<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>, actions: &[&str]) -> Truth {
    let denies = may_deny(run, statement, actions);
    if denies.is_false() {
        return Truth::False;
    }
    let conditions = statement.get(element::CONDITIONS).map(Value::items).unwrap_or_default();
    let is_about_tls = |condition: &Value<'t>| {
        condition.get(element::KEY).and_then(Value::text).is_some_and(|key| key == "aws:securetransport")
    };
    let mut about_tls = conditions.iter().filter(|condition| is_about_tls(condition));
    // One that does not hold is enough.
    if about_tls.any(|condition| holds(run, condition, &|_| RequestValue::Is("true")).is_false()) {
        return Truth::False;
    }
    denies
}

/// Whether a principal of a normalised statement is the one that `is` asks for. Unknown for everyone (`*`).
pub fn names_principal<'v, 't>(statement: &'v Value<'t>, is: &mut dyn FnMut(&'v Value<'t>) -> Truth) -> Truth {
    let one = |entry: &'v Value<'t>| match entry.get(element::VALUE) {
        Some(value) if value.text().is_some_and(|text| text == "*") => Truth::Unknown,
        Some(value) => is(value),
        None => Truth::Unknown,
    };
    Truth::any(statement.get(element::PRINCIPALS).map(Value::items).unwrap_or_default().iter().map(one))
}
