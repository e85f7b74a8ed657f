//! Managed policies that are used only as permissions boundaries: they limit what other policies grant, and grant nothing.
//!
//! Source: IAM User Guide, "Permissions boundaries for IAM entities".

use super::attached::{holders_of, targets};
use super::references::{self, Met, Use};
use super::{any_refers_to, naming, property, refers_to};
use crate::eval::Run;
use crate::eval::reads::Read;
use crate::eval::value::{Kind, Value};
use crate::expand::ties::Route;
use crate::expand::{Block, Model, exists};
use crate::truth::Truth;
use std::borrow::Cow;

const MANAGED_POLICY: &str = "AWS::IAM::ManagedPolicy";

/// The types that have permissions boundaries: where they name the boundary, and where they list the managed policies that are
/// attached to them. Source: the types' schemas.
const BOUNDED: [(&str, &[&str], &str, &[&str]); 3] = [
    ("AWS::IAM::Role", &["PermissionsBoundary"], "ManagedPolicyArns", &[]),
    ("AWS::IAM::User", &["PermissionsBoundary"], "ManagedPolicyArns", &[]),
    (
        "AWS::SSO::PermissionSet",
        &["PermissionsBoundary", "CustomerManagedPolicyReference", "Name"],
        "CustomerManagedPolicyReferences",
        &["Name"],
    ),
];

/// The properties of a managed policy that attach it. Source: the type's schema.
const ATTACHING: [&str; 3] = ["Groups", "Roles", "Users"];

/// Whether a managed policy is used as a permissions boundary and in no other way: it is not attached to anything, and nothing
/// else in the template refers to it, so that another stack could attach it.
pub fn is_only_boundary<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, policy: &Block<'t>) -> Truth {
    if policy.kind != MANAGED_POLICY {
        return Truth::False;
    }
    let written = uses(run, model);
    if !written.contains(BOUNDARIES, "") || written.contains(OTHERWISE, policy.name) {
        return Truth::False;
    }
    for list in ATTACHING {
        if property(run, policy, &[list]).is_some_and(|names| names.is_opaque() || !names.items().is_empty()) {
            return Truth::False;
        }
    }
    let mut bounds: Truth = written.contains(LIMITS, policy.name).into();
    let mut attached = Truth::False;
    for (kind, boundary, list, name) in BOUNDED {
        for identity in naming(run, model, kind, boundary, policy) {
            if let Some(value) = property(run, identity, boundary) {
                let refers = refers_to(run, value, policy);
                if !refers.is_false() && exists(run, identity) {
                    bounds = bounds.or(refers);
                }
            }
        }
        let routes = || {
            let items = name.iter().map(|name| Some((*name).to_owned()));
            let mut route = Route::to_property(&[list]);
            if !name.is_empty() {
                route.steps.extend(std::iter::once(None).chain(items));
            }
            vec![route]
        };
        for identity in model.naming(run, kind, list, routes, policy) {
            let Some(listed) = property(run, identity, &[list]) else { continue };
            let refers = if name.is_empty() {
                any_refers_to(run, model, listed, policy)
            } else {
                let items = listed.items().iter();
                let named = items.filter_map(|item| name.iter().try_fold(item, |item, name| item.get(name)));
                Truth::any(named.map(|item| refers_to(run, item, policy)))
            };
            if !refers.is_false() && exists(run, identity) {
                attached = attached.or(refers);
            }
        }
    }
    bounds.and(!attached)
}

/// The managed policies of this template that are the permissions boundaries of an identity, or of all identities that a policy is attached
/// to: "the entity can perform only the actions that are allowed by both". None if one of them has no boundary, or one that the template
/// does not declare: what such a boundary allows is not known, so it limits nothing.
pub fn boundaries_of<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    block: &'m Block<'t>,
) -> Option<Vec<&'m Block<'t>>> {
    // Hardly any template has one.
    if !uses(run, model).contains(BOUNDARIES, "") {
        return None;
    }
    let holders = match block.kind {
        "AWS::IAM::Role" | "AWS::IAM::User" => vec![block],
        _ => holders_of(run, model, block)?,
    };
    let mut boundaries = Vec::new();
    for holder in holders {
        if !matches!(holder.kind, "AWS::IAM::Role" | "AWS::IAM::User") {
            return None;
        }
        let named = property(run, holder, &["PermissionsBoundary"])?;
        match targets(run, model, named, MANAGED_POLICY).as_slice() {
            [(boundary, Truth::True)] if exists(run, boundary) => boundaries.push(*boundary),
            _ => return None,
        }
    }
    boundaries.dedup_by(|one, other| one.is(other));
    (!boundaries.is_empty()).then_some(boundaries)
}

/// Whether there is a boundary at all: the empty name.
const BOUNDARIES: usize = 0;
/// The policies that a property names as a boundary, in any branch, or that a condition on `iam:PermissionsBoundary` names. Where a
/// condition of the template leaves the boundary out, nothing uses the policy.
const LIMITS: usize = 1;
/// The policies that are referred to as something else.
const OTHERWISE: usize = 2;

/// The uses of managed policies in a template, as written: sorted names, by the way they are used.
struct Uses<'m, 't>(&'m [Value<'t>]);

impl Uses<'_, '_> {
    fn contains(&self, used: usize, name: &str) -> bool {
        let names = self.0.get(used).map(Value::items).unwrap_or_default();
        names.binary_search_by(|known| known.text().unwrap_or_default().as_ref().cmp(name)).is_ok()
    }
}

/// All uses of policies, in words.
pub fn all_uses<'m, 't>(run: &mut Run<'m, 't>, model: &Model<'_, 't>) -> Vec<String> {
    let uses = uses(run, model);
    let names = uses.0.iter().enumerate().flat_map(|(used, names)| {
        names.items().iter().map(move |name| format!("{used} {}", name.text().unwrap_or_default()))
    });
    names.collect()
}

/// Walks the template once; what it finds is remembered.
fn uses<'m, 't>(run: &mut Run<'m, 't>, model: &Model<'_, 't>) -> Uses<'m, 't> {
    let (key, span) = model.key();
    run.evaluator.reads.add(Read::BOUNDARIES);
    let kept = run.remembered(key, "boundaries", |run| {
        let noted = run.evaluator.reads.pause();
        let mut names: [Vec<&'t str>; 3] = Default::default();
        if BOUNDED.iter().any(|(kind, ..)| model.of_type(kind).any(|block| has_boundary(block))) {
            if let Some(boundaries) = names.get_mut(BOUNDARIES) {
                boundaries.push("");
            }
            let mut met = |met: &Met<'_, 't>| {
                let is_policy = model.resource(met.name).is_some_and(|block| block.kind == MANAGED_POLICY);
                if let Some(used) = used_as(met).filter(|_| is_policy)
                    && let Some(names) = names.get_mut(used)
                {
                    names.push(met.name);
                }
            };
            for resource in model.resources() {
                references::of_resource(resource.node, &mut met);
            }
            for output in &model.outputs {
                references::of_output(output.node, &mut met);
            }
        }
        let list = |mut names: Vec<&'t str>| {
            names.sort_unstable();
            names.dedup();
            let names = names.into_iter().map(|name| Value { span, kind: Kind::String(Cow::Borrowed(name)) });
            Value { span, kind: Kind::List(names.collect()) }
        };
        run.evaluator.reads.resume(noted);
        Some(Value { span, kind: Kind::List(names.into_iter().map(list).collect()) })
    });
    Uses(kept.map(Value::items).unwrap_or_default())
}

fn has_boundary(block: &Block<'_>) -> bool {
    block.node.get("Properties").is_some_and(|properties| properties.get("PermissionsBoundary").is_some())
}

/// How a reference uses a policy, as far as it is more than the property of a role, a user or a permission set.
fn used_as(met: &Met<'_, '_>) -> Option<usize> {
    if met.by == Use::DependsOn {
        return None;
    }
    // The condition key says with which boundary only someone may create roles. Source: Service Authorization Reference, "AWS Identity
    // and Access Management", condition keys.
    let limits = met.is_below("PermissionsBoundary") || met.is_below("iam:PermissionsBoundary");
    Some(if limits { LIMITS } else { OTHERWISE })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::first_scenario;
    use super::*;

    fn ask(more: &str) -> Truth {
        let text = format!(
            "
Conditions: {{Off: !Equals [a, b]}}
Resources:
  Boundary: {{Type: AWS::IAM::ManagedPolicy, Properties: {{ManagedPolicyName: limit, PolicyDocument: {{}}}}}}
{more}"
        );
        first_scenario(&text, |run, model| is_only_boundary(run, model, model.resource("Boundary").unwrap()))
    }

    #[test]
    fn a_boundary_is_no_grant_unless_it_is_something_else_too() {
        let role = "  Role: {Type: AWS::IAM::Role, Properties: {PermissionsBoundary: !Ref Boundary}}";
        let by_name = "  Role: {Type: AWS::IAM::Role, Properties: {PermissionsBoundary: !Sub 'arn:aws:iam::${AWS::AccountId}:policy/limit'}}";
        let set = "  Set: {Type: AWS::SSO::PermissionSet, Properties: {PermissionsBoundary: {CustomerManagedPolicyReference: {Name: limit}}}}";
        for (more, expected) in [
            (role.to_owned(), Truth::True),
            (role.replace("!Ref Boundary", "!If [Off, !Ref Boundary, !Ref AWS::NoValue]"), Truth::True),
            (by_name.to_owned(), Truth::True),
            (set.to_owned(), Truth::True),
            (format!("{role}\n  Other: {{Type: AWS::IAM::Role, DependsOn: Boundary}}"), Truth::True),
            (
                format!(
                    "{role}\n  Maker: {{Type: AWS::IAM::Policy, Properties: {{PolicyDocument: {{Statement: {{Condition: \
                     {{StringEquals: {{'iam:PermissionsBoundary': [!Ref Boundary]}}}}}}}}}}}}"
                ),
                Truth::True,
            ),
            ("  Role: {Type: AWS::IAM::Role}".to_owned(), Truth::False),
            ("  Role: {Type: AWS::IAM::Role, Properties: {PermissionsBoundary: other}}".to_owned(), Truth::False),
            (
                "  Role: {Type: AWS::IAM::Role, Properties: {PermissionsBoundary: !Ref Boundary, ManagedPolicyArns: [!Ref Boundary]}}"
                    .to_owned(),
                Truth::False,
            ),
            (
                format!(
                    "{role}\n  Other: {{Type: AWS::IAM::Role, Properties: {{ManagedPolicyArns: \
                     ['arn:aws:iam::123456789012:policy/limit']}}}}"
                ),
                Truth::False,
            ),
            (format!("{role}\nOutputs: {{Arn: {{Value: !Ref Boundary, Export: {{Name: limit}}}}}}"), Truth::False),
            (
                format!("{role}\n  Nested: {{Type: AWS::CloudFormation::Stack, Properties: {{Parameters: {{P: !Ref Boundary}}}}}}"),
                Truth::False,
            ),
        ] {
            assert_eq!(ask(&more), expected, "{more}");
        }
    }

    #[test]
    fn a_policy_that_lists_identities_is_attached() {
        let text = "
Resources:
  Boundary: {Type: AWS::IAM::ManagedPolicy, Properties: {Roles: [!Ref Role], PolicyDocument: {}}}
  Role: {Type: AWS::IAM::Role, Properties: {PermissionsBoundary: !Ref Boundary}}";
        let found =
            first_scenario(text, |run, model| is_only_boundary(run, model, model.resource("Boundary").unwrap()));
        assert_eq!(found, Truth::False);
    }
}
