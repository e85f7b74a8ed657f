//! Whether statements together deny a set of requests, whoever makes them.

use super::condition::{Said, all_hold};
use super::normal::element;
use super::pattern::{Pattern, Relation, Side};
use super::principal::{effect_is, is_everybody};
use super::statement::Statement;
use super::target::{Target, covers_resource, spares_resource};
use crate::eval::Run;
use crate::eval::value::Value;
use crate::truth::Truth;

/// The requests that statements are asked to deny: each of the actions on each of the targets.
#[derive(Copy, Clone, Debug)]
pub struct Request<'a, 't> {
    /// Patterns such as `s3:*`; every action that one matches is meant.
    pub actions: &'a [&'a str],
    /// What the requests are made on.
    pub targets: &'a [Target<'t>],
    /// What they have in common: context keys, in any case, with their value, or none where the key is missing.
    pub context: &'a [(&'a str, Option<&'a str>)],
}

/// Keys by which a policy commonly spares requests that AWS services make among themselves, and what they are taken to be.
///
/// Such a request carries no network of the caller's: the S3 user guide says that `aws:SecureTransport`, `s3:TlsVersion` and
/// `aws:SourceIp` are redacted from it, and tells to write `"aws:PrincipalIsAWSService": "false"` beside
/// `"aws:SecureTransport": "false"` under one `Bool` ("Bucket policy examples using condition keys", "Requiring a minimum
/// TLS version"). Statements that follow it deny all that clients send, and are taken as complete. That also holds for
/// anonymous requests, from which `aws:PrincipalIsAWSService` is missing so that `Bool` would let them pass: AWS's own
/// example has no other form. `aws:ViaAWSService` is the same for requests in a principal's name.
const SERVICE_KEYS: [&str; 2] = ["aws:principalisawsservice", "aws:viaawsservice"];

/// Whether the statements together deny every request: each action on each target, for every principal.
///
/// A statement counts for an action on a target if it is a `Deny` for everyone without exception (a `Deny` with
/// `NotPrincipal` leaves somebody out), its actions and resources cover them, and all its conditions hold in the context.
/// A condition on a key that the context does not fix leaves requests out, so it does not count.
pub fn denies<'m, 't>(run: &mut Run<'m, 't>, statements: &[Statement<'m, 't>], request: &Request<'_, 't>) -> Truth {
    let said = |key: &str| said(request.context, key);
    // What does not depend on action and target is answered once.
    let mut denying: Vec<(&Value<'t>, Truth)> = Vec::new();
    for statement in statements {
        let value = statement.value;
        let mut applies = effect_is(run, value, "Deny");
        if !applies.is_false() {
            applies = applies.and(is_everybody(run, value));
        }
        if !applies.is_false() {
            applies = applies.and(all_hold(run, value, &said));
        }
        if !applies.is_false() {
            denying.push((value, applies));
        }
    }
    Truth::all(
        request.targets.iter().flat_map(|target| request.actions.iter().map(move |action| (target, *action))).map(
            |(target, action)| {
                Truth::any(denying.iter().map(|(statement, applies)| {
                    let covered = covers_action(run, statement, action);
                    if covered.is_false() {
                        return Truth::False;
                    }
                    applies.and(covered).and(covers_target(run, statement, target))
                }))
            },
        ),
    )
}

fn said<'a>(context: &'a [(&'a str, Option<&'a str>)], key: &str) -> Said<'a> {
    match context.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)) {
        Some((_, Some(value))) => Said::Is(value),
        Some((_, None)) => Said::Absent,
        None if SERVICE_KEYS.contains(&key) => Said::Is("false"),
        None => Said::Anything,
    }
}

/// Whether a statement's `Actions`, or all but its `NotActions`, have every action that a pattern matches. Actions are not
/// case-sensitive (IAM User Guide, "IAM JSON policy elements: Action").
fn covers_action<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>, action: &str) -> Truth {
    let mut inner = Pattern::default();
    inner.push_text(&action.to_ascii_lowercase());
    let relation = |value: &Value<'_>| {
        Pattern::of(value, Side::Outer)
            .map_or(Relation::Disjoint, |pattern| pattern.map(str::to_ascii_lowercase).relation(&inner))
    };
    let ask = |run: &mut Run<'_, 't>, value: &Value<'t>, answer: fn(Relation) -> Truth| {
        run.decide(&[value], &|values| values.first().map_or(Truth::False, |value| answer(relation(value))))
    };
    match (statement.get(element::ACTIONS), statement.get(element::NOT_ACTIONS)) {
        (Some(actions), _) => Truth::any(actions.items().iter().map(|value| ask(run, value, Relation::covers))),
        (None, Some(excepted)) => {
            Truth::all(excepted.items().iter().map(|value| ask(run, value, Relation::is_disjoint)))
        }
        (None, None) => Truth::False,
    }
}

/// Whether a statement's `Resources`, or all but its `NotResources`, have all of a target.
fn covers_target<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>, target: &Target<'t>) -> Truth {
    match (statement.get(element::RESOURCES), statement.get(element::NOT_RESOURCES)) {
        (Some(patterns), _) => Truth::any(patterns.items().iter().map(|pattern| covers_resource(run, pattern, target))),
        (None, Some(excepted)) => {
            Truth::all(excepted.items().iter().map(|pattern| spares_resource(run, pattern, target)))
        }
        (None, None) => Truth::False,
    }
}
