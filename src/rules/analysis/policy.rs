//! Analyses of policy statements, based on [`crate::policy`].

use crate::eval::text;
use crate::eval::value::Value;
use crate::facts::{Grant, managed_policy_grant};
use crate::policy::{self, DocumentKind, Request};
use crate::rules::checker::{Checker, Followed, Item, Judgement, value_location};
use crate::truth::Truth;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Kinds of principals.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// Everyone (`*`).
    Everyone,
    /// An AWS account other than the stack's account.
    ForeignAccount,
    /// An AWS service.
    Service,
}

fn statement<'m, 't>(item: &Item<'m, 't>) -> Option<(&'m Value<'t>, String)> {
    match item {
        Item::Value { value, path, .. } => Some((value, path.clone())),
        Item::Block(_) => None,
    }
}

/// Whether a principal of the statement is such; the locations are the principals that are.
pub(super) fn principal<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>, who: Who) -> Judgement {
    let Some((statement, path)) = statement(item) else { return Truth::Unknown.into() };
    let who = match who {
        Who::Everyone => policy::Who::Everyone,
        Who::ForeignAccount => policy::Who::ForeignAccount,
        Who::Service => policy::Who::Service,
    };
    let (truth, offending) = policy::principal(checker.run, statement, who);
    let locations = if checker.explain {
        offending.into_iter().map(|value| value_location(value, "Principal", &format!("{path}/Principal"))).collect()
    } else {
        Vec::new()
    };
    Judgement { truth, locations }
}

/// Whether the statement's conditions limit the callers to known ones.
pub(super) fn restricts_callers<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    match statement(item) {
        Some((statement, _)) => policy::restricts_callers(checker.run, statement).into(),
        None => Truth::Unknown.into(),
    }
}

/// Whether the statement allows all actions on all resources.
pub(super) fn grants_admin<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    match statement(item) {
        Some((statement, _)) => policy::grants_admin(checker.run, statement).into(),
        None => Truth::Unknown.into(),
    }
}

/// Whether the statement certainly allows all actions on all resources. False if that is unknown: a rule that leaves such
/// statements to another rule must still report what it knows.
pub(super) fn surely_grants_admin<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let surely = statement(item).is_some_and(|(statement, _)| policy::grants_admin(checker.run, statement).is_true());
    Truth::from(surely).into()
}

/// Whether the statement names every resource although its actions could be limited; the locations are the resources.
pub(super) fn needless_wildcard<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let Some((statement, path)) = statement(item) else { return Truth::Unknown.into() };
    let found = policy::needless_wildcard(checker.run, statement);
    let mut locations = Vec::new();
    if checker.explain && found.truth.is_true() {
        let actions = listed(&found.actions);
        for resource in found.resources {
            let mut location = value_location(resource, "Resource", &format!("{path}/Resource"));
            location.words = vec![("actions", actions.clone())];
            locations.push(location);
        }
    }
    Judgement { truth: found.truth, locations }
}

/// Action patterns as a sentence names them.
fn listed(actions: &[&Value<'_>]) -> String {
    /// More of them would drown the sentence.
    const MOST: usize = 3;
    let named: Vec<String> = actions
        .iter()
        .take(MOST)
        .map(|action| format!("`{}`", action.text().unwrap_or_else(|| action.display().into())))
        .collect();
    match (named.as_slice(), actions.len().saturating_sub(MOST)) {
        ([], _) => "all actions with some exceptions".to_owned(),
        ([only], _) => only.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (named, more) => format!("{} and {more} more", named.join(", ")),
    }
}

/// Whether a value is the ARN of an AWS managed policy that grants one of these.
pub(super) fn managed_policy_grants<'m, 't>(
    checker: &mut Checker<'_, 'm, 't>,
    item: &Item<'m, 't>,
    grants: &[Grant],
) -> Judgement {
    let Item::Value { value, .. } = item else { return Truth::Unknown.into() };
    let is_such = |arn: &str| managed_policy_grant(arn).is_some_and(|grant| grants.contains(&grant)).into();
    checker
        .run
        .decide(&[value], &|values| match values.first() {
            Some(value) => match value.text() {
                Some(arn) => is_such(&arn),
                // `arn:${AWS::Partition}:iam::aws:policy/…`: the partition does not matter.
                None => {
                    let ending = text::canonical(value);
                    match ending.rsplit_once(text::CLOSE) {
                        Some((_, known)) if known.contains(":aws:policy/") => is_such(&format!("arn:aws{known}")),
                        _ if value.is_opaque() => match value.as_reference() {
                            // A managed policy of this template is judged where it is declared.
                            Some(crate::eval::value::Origin::Resource { .. }) => Truth::False,
                            _ => Truth::Unknown,
                        },
                        _ => Truth::False,
                    }
                }
            },
            None => Truth::Unknown,
        })
        .into()
}

/// Whether the policies on a bucket deny certain requests to every principal.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BucketPolicyDenies {
    /// The actions of the requests, such as `s3:*`.
    actions: Vec<String>,
    /// The resources of the requests: the bucket, its objects, or both.
    targets: Vec<BucketTarget>,
    /// The requests, all of which must be denied. Each is a map from condition keys to the values of the request. A null value
    /// means that the request does not have the key.
    requests: Vec<BTreeMap<String, Option<String>>>,
}

/// The resource of a request to a bucket.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
enum BucketTarget {
    Bucket,
    Objects,
}

impl BucketPolicyDenies {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let block = item.owner();
        let mut locations = Vec::new();
        let mut statements = Vec::new();
        let mut unknown = Truth::False;
        let targets = if block.kind == "AWS::S3::BucketPolicy" {
            // The policy of a bucket outside the template: judged alone.
            let Some(bucket) = bucket_of(checker, block) else { return Truth::Unknown.into() };
            let found = policy::statements(checker.run, block, DocumentKind::Resource);
            unknown = unknown.or(found.unknown.into());
            statements.extend(found.found);
            policy::bucket_name_targets(bucket)
        } else {
            let policies = ["AWS::S3::BucketPolicy".to_owned()];
            unknown = unknown.or(if checker.may_hide(&policies) { Truth::Unknown } else { Truth::False });
            for other in checker.candidates(&policies) {
                let Some(bucket) = bucket_of(checker, other) else { continue };
                let guards = crate::graph::refers_to(checker.run, bucket, block);
                if guards.is_false() || !crate::expand::exists(checker.run, other) {
                    continue;
                }
                if checker.explain {
                    locations.push(crate::finding::Related {
                        span: other.key_span,
                        message: format!("policy `{}` applies to the bucket", other.name),
                    });
                }
                if guards.is_true() {
                    let found = policy::statements(checker.run, other, DocumentKind::Resource);
                    unknown = unknown.or(found.unknown.into());
                    statements.extend(found.found);
                } else {
                    unknown = Truth::Unknown;
                }
            }
            policy::bucket_targets(checker.run, block)
        };
        let targets: Vec<_> = targets
            .into_iter()
            .zip([BucketTarget::Bucket, BucketTarget::Objects])
            .filter(|(_, kind)| self.targets.contains(kind))
            .map(|(target, _)| target)
            .collect();
        let actions: Vec<&str> = self.actions.iter().map(String::as_str).collect();
        let mut truth = Truth::True;
        for request in &self.requests {
            let context: Vec<(&str, Option<&str>)> =
                request.iter().map(|(key, value)| (key.as_str(), value.as_deref())).collect();
            let request = Request { actions: &actions, targets: &targets, context: &context };
            truth = truth.and(policy::denies(checker.run, &statements, &request));
        }
        // What could not be read may deny it too.
        if truth.is_false() && !unknown.is_false() {
            truth = Truth::Unknown;
        }
        let has_policy = !locations.is_empty();
        checker.at(truth, || {
            let mut location = item.location();
            location.related = locations;
            location.words = vec![(
                "policies",
                if has_policy { "its bucket policy does not deny" } else { "no bucket policy in this template denies" }
                    .to_owned(),
            )];
            location
        })
    }
}

fn bucket_of<'m, 't>(checker: &mut Checker<'_, 'm, 't>, policy: &'m crate::expand::Block<'t>) -> Option<&'m Value<'t>> {
    match checker.follow(&["Properties", "Bucket"], &Item::Block(policy)) {
        Followed::Value(bucket, _) => Some(bucket),
        Followed::Absent(..) | Followed::Unknown(..) | Followed::Unwritten(_) => None,
    }
}
