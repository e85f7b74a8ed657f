//! Which role a resource acts as, and every policy that is attached to a role, user or group.

use super::{any_refers_to, naming, property, refers_to};
use crate::eval::Run;
use crate::eval::value::{Origin, Value};
use crate::expand::{Block, Model, exists};
use crate::source::Span;
use crate::truth::Truth;

/// The properties that name the role that a resource acts as.
/// Source: the types' schemas, `AWS::Lambda::Function` and others.
const ROLES: [(&str, &[&str]); 6] = [
    ("AWS::Lambda::Function", &["Role"]),
    ("AWS::StepFunctions::StateMachine", &["RoleArn"]),
    ("AWS::ECS::TaskDefinition", &["TaskRoleArn"]),
    ("AWS::ECS::TaskDefinition", &["ExecutionRoleArn"]),
    ("AWS::CodeBuild::Project", &["ServiceRole"]),
    ("AWS::IAM::InstanceProfile", &["Roles"]),
];

/// The policies that are resources of their own, and the property that lists the identities of a type that they are attached to.
/// Source: the types' schemas.
const POLICIES: [(&str, &str, &str); 9] = [
    ("AWS::IAM::Role", "AWS::IAM::Policy", "Roles"),
    ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "Roles"),
    ("AWS::IAM::Role", "AWS::IAM::RolePolicy", "RoleName"),
    ("AWS::IAM::User", "AWS::IAM::Policy", "Users"),
    ("AWS::IAM::User", "AWS::IAM::ManagedPolicy", "Users"),
    ("AWS::IAM::User", "AWS::IAM::UserPolicy", "UserName"),
    ("AWS::IAM::Group", "AWS::IAM::Policy", "Groups"),
    ("AWS::IAM::Group", "AWS::IAM::ManagedPolicy", "Groups"),
    ("AWS::IAM::Group", "AWS::IAM::GroupPolicy", "GroupName"),
];

/// Something that an identity is permitted by.
#[derive(Clone, Debug)]
pub enum Policy<'m, 't> {
    /// Written into the identity, at this index of its `Policies`.
    Inline(usize),
    /// A policy of this template: `AWS::IAM::Policy`, `AWS::IAM::ManagedPolicy`, `AWS::IAM::RolePolicy` or the like.
    Declared(&'m Block<'t>),
    /// A managed policy that this template does not declare, by its ARN.
    Managed(&'m Value<'t>),
}

/// A policy that is, or may be, attached to an identity.
#[derive(Clone, Debug)]
pub struct Attached<'m, 't> {
    /// The policy.
    pub policy: Policy<'m, 't>,
    /// Whether it is attached; never false.
    pub truth: Truth,
    /// What attaches it: the identity's list, or the policy's.
    pub span: Span,
}

/// The roles of this template that a resource acts as, those that it may act as too.
pub fn roles_of<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    block: &Block<'t>,
) -> Vec<(&'m Block<'t>, Truth)> {
    let mut roles: Vec<(&'m Block<'t>, Truth)> = Vec::new();
    for (_, path) in ROLES.iter().filter(|(kind, _)| *kind == block.kind) {
        let Some(value) = property(run, block, path) else { continue };
        for item in value.items() {
            for (role, truth) in targets(run, model, item, "AWS::IAM::Role") {
                match roles.iter_mut().find(|(known, _)| known.is(role)) {
                    Some((_, known)) => *known = known.or(truth),
                    None => roles.push((role, truth)),
                }
            }
        }
    }
    roles
}

/// The resources of a type that a value names, or may name.
pub(super) fn targets<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    value: &Value<'t>,
    kind: &str,
) -> Vec<(&'m Block<'t>, Truth)> {
    // A plain reference names its resource and no other: nothing to search for.
    if let Some(Origin::Resource { id, .. }) = value.as_reference() {
        let target = model.resource(id).filter(|block| block.kind == kind);
        return target.into_iter().map(|block| (block, Truth::True)).collect();
    }
    let mut found = Vec::new();
    for block in model.named_by(run, kind, value) {
        let refers = refers_to(run, value, block);
        if !refers.is_false() && exists(run, block) {
            found.push((block, refers));
        }
    }
    found
}

/// Everything that is attached to a role, user or group: first its own policies, then the policies that name it, in the order of
/// the template. What another stack attaches is not seen, and neither is what a user has from groups.
pub fn attached<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    identity: &Block<'t>,
) -> Vec<Attached<'m, 't>> {
    let mut found = Vec::new();
    if let Some(inline) = property(run, identity, &["Policies"]).filter(|value| !value.is_opaque()) {
        let inline = inline.items().iter().enumerate();
        found.extend(inline.map(|(index, policy)| Attached {
            policy: Policy::Inline(index),
            truth: if policy.is_opaque() { Truth::Unknown } else { Truth::True },
            span: policy.span,
        }));
    }
    if let Some(arns) = property(run, identity, &["ManagedPolicyArns"]).filter(|value| !value.is_opaque()) {
        for arn in arns.items() {
            let declared = targets(run, model, arn, "AWS::IAM::ManagedPolicy");
            let span = arn.span;
            if declared.iter().all(|(_, truth)| !truth.is_true()) {
                found.push(Attached { policy: Policy::Managed(arn), truth: Truth::True, span });
            }
            let declared = declared.into_iter();
            found.extend(declared.map(|(block, truth)| Attached { policy: Policy::Declared(block), truth, span }));
        }
    }
    for (_, kind, list) in POLICIES.iter().filter(|(of, ..)| *of == identity.kind) {
        for policy in naming(run, model, kind, &[list], identity) {
            let Some(names) = property(run, policy, &[list]) else { continue };
            let truth = any_refers_to(run, model, names, identity);
            if !truth.is_false() && exists(run, policy) {
                found.push(Attached { policy: Policy::Declared(policy), truth, span: names.span });
            }
        }
    }
    found
}

/// The roles, users and groups that a policy of the template is attached to; none if it may be attached to others as well.
pub fn holders_of<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    policy: &Block<'t>,
) -> Option<Vec<&'m Block<'t>>> {
    let mut holders: Vec<&'m Block<'t>> = Vec::new();
    for (of, _, list) in POLICIES.iter().filter(|(_, kind, _)| *kind == policy.kind) {
        if let Some(names) = property(run, policy, &[list]) {
            for name in names.items() {
                match targets(run, model, name, of).as_slice() {
                    [(holder, Truth::True)] => holders.push(holder),
                    _ => return None,
                }
            }
        }
        if policy.kind == "AWS::IAM::ManagedPolicy" {
            for holder in naming(run, model, of, &["ManagedPolicyArns"], policy) {
                let Some(arns) = property(run, holder, &["ManagedPolicyArns"]) else { continue };
                let attached = any_refers_to(run, model, arns, policy);
                if attached.is_false() || !exists(run, holder) {
                    continue;
                }
                if !attached.is_true() {
                    return None;
                }
                holders.push(holder);
            }
        }
    }
    holders.sort_by_key(|holder| model.place_of(holder.name));
    holders.dedup_by(|one, other| one.is(other));
    (!holders.is_empty()).then_some(holders)
}

/// The groups that a user is in, or may be in: those that it lists, and those that an addition puts it in.
pub fn groups_of<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    user: &Block<'t>,
) -> Vec<(&'m Block<'t>, Truth)> {
    let mut groups = Vec::new();
    if let Some(listed) = property(run, user, &["Groups"]).filter(|value| !value.is_opaque()) {
        for group in listed.items() {
            groups.extend(targets(run, model, group, "AWS::IAM::Group"));
        }
    }
    for addition in naming(run, model, "AWS::IAM::UserToGroupAddition", &["Users"], user) {
        let Some(users) = property(run, addition, &["Users"]) else { continue };
        let member = any_refers_to(run, model, users, user);
        if member.is_false() || !exists(run, addition) {
            continue;
        }
        let Some(group) = property(run, addition, &["GroupName"]) else { continue };
        let found = targets(run, model, group, "AWS::IAM::Group").into_iter();
        groups.extend(found.map(|(group, truth)| (group, truth.and(member))));
    }
    groups
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::first_scenario;
    use super::*;

    #[test]
    fn users_have_what_is_attached_to_them_and_groups() {
        let text = r#"
Parameters: {Extra: {Type: String}}
Resources:
  User:
    Type: AWS::IAM::User
    Properties: {Groups: [!Ref Staff], Policies: [{PolicyName: a, PolicyDocument: {}}]}
  Staff: {Type: AWS::IAM::Group}
  Readers: {Type: AWS::IAM::Group}
  Others: {Type: AWS::IAM::Group}
  Added: {Type: AWS::IAM::UserToGroupAddition, Properties: {GroupName: !Ref Readers, Users: [!Ref User]}}
  NotAdded: {Type: AWS::IAM::UserToGroupAddition, Properties: {GroupName: !Ref Others, Users: [somebody]}}
  OfUser: {Type: AWS::IAM::UserPolicy, Properties: {UserName: !Ref User, PolicyName: q}}
  OfStaff: {Type: AWS::IAM::GroupPolicy, Properties: {GroupName: !Ref Staff, PolicyName: q}}
  OfBoth: {Type: AWS::IAM::ManagedPolicy, Properties: {Users: [!Ref User], Groups: [!Ref Staff]}}
"#;
        assert_eq!(reported(text, "User"), ["inline 0", "OfBoth", "OfUser"]);
        assert_eq!(reported(text, "Staff"), ["OfBoth", "OfStaff"]);
        let groups = first_scenario(text, |run, model| {
            let groups = groups_of(run, model, model.resource("User").unwrap());
            groups.iter().map(|(group, truth)| format!("{} {truth:?}", group.name)).collect::<Vec<_>>()
        });
        assert_eq!(groups, ["Staff True", "Readers True"]);
    }

    #[test]
    fn who_has_a_policy() {
        let text = r#"
Parameters: {Extra: {Type: String}}
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: reader, ManagedPolicyArns: [!Ref Managed]}}
  Writer: {Type: AWS::IAM::Role, Properties: {RoleName: writer}}
  User: {Type: AWS::IAM::User}
  Managed: {Type: AWS::IAM::ManagedPolicy, Properties: {Users: [!Ref User]}}
  Alone: {Type: AWS::IAM::ManagedPolicy}
  Several: {Type: AWS::IAM::Policy, Properties: {Roles: [reader, !Sub '${Writer}'], Users: [!Ref User]}}
  Outside: {Type: AWS::IAM::Policy, Properties: {Roles: [!Ref Role, other]}}
  Open: {Type: AWS::IAM::Policy, Properties: {Roles: [!Ref Extra]}}
  OfRole: {Type: AWS::IAM::RolePolicy, Properties: {RoleName: !Ref Role}}
"#;
        for (policy, expected) in [
            ("Managed", Some(vec!["Role", "User"])),
            ("Alone", None),
            ("Several", Some(vec!["Role", "Writer", "User"])),
            ("Outside", None),
            ("Open", None),
            ("OfRole", Some(vec!["Role"])),
        ] {
            let found = first_scenario(text, |run, model| {
                let holders = holders_of(run, model, model.resource(policy).unwrap());
                holders.map(|holders| holders.iter().map(|holder| holder.name.to_owned()).collect::<Vec<_>>())
            });
            assert_eq!(found, expected.map(|names| names.into_iter().map(str::to_owned).collect()), "{policy}");
        }
    }

    fn reported(text: &str, role: &str) -> Vec<String> {
        first_scenario(text, |run, model| {
            let found = attached(run, model, model.resource(role).unwrap());
            let reported = found.iter().map(|one| {
                let truth = if one.truth.is_true() { "" } else { " perhaps" };
                match &one.policy {
                    Policy::Inline(index) => format!("inline {index}{truth}"),
                    Policy::Declared(block) => format!("{}{truth}", block.name),
                    Policy::Managed(arn) => format!("{}{truth}", arn.display()),
                }
            });
            reported.collect()
        })
    }

    const ROLE: &str = r#"
Parameters: {Extra: {Type: String}, Env: {Type: String, Default: prod}}
Conditions: {IsDev: !Equals [!Ref Env, dev]}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub reader-${Env}
      Policies:
        - {PolicyName: a, PolicyDocument: {}}
        - !If [IsDev, {PolicyName: debug, PolicyDocument: {}}, !Ref AWS::NoValue]
      ManagedPolicyArns: [!Ref Own, arn:aws:iam::aws:policy/ReadOnlyAccess]
  Other: {Type: AWS::IAM::Role, Properties: {RoleName: other, ManagedPolicyArns: !Ref Nowhere}}
  Own: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {}}}
  ByReference: {Type: AWS::IAM::Policy, Properties: {PolicyName: p, Roles: [!Ref Other, !Ref Role]}}
  ByName: {Type: AWS::IAM::ManagedPolicy, Properties: {Roles: reader-prod}}
  OfItsOwn: {Type: AWS::IAM::RolePolicy, Properties: {RoleName: !Ref Role, PolicyName: q}}
  InDev: {Type: AWS::IAM::Policy, Condition: IsDev, Properties: {PolicyName: r, Roles: [!Ref Role]}}
  OfAUser: {Type: AWS::IAM::Policy, Properties: {PolicyName: s, Users: [!Ref Role]}}
  Unknown: {Type: AWS::IAM::Policy, Properties: {PolicyName: t, Roles: [!Ref Extra]}}
"#;

    #[test]
    fn everything_that_is_attached_to_a_role() {
        assert_eq!(
            reported(ROLE, "Role"),
            [
                "inline 0",
                "Own",
                "\"arn:aws:iam::aws:policy/ReadOnlyAccess\"",
                "ByReference",
                "Unknown perhaps",
                "ByName",
                "OfItsOwn"
            ]
        );
        assert_eq!(reported(ROLE, "Other"), ["ByReference", "Unknown perhaps"]);
    }

    #[test]
    fn the_role_of_a_function() {
        let roles = |reference: &str| {
            let text = format!(
                "Parameters: {{Given: {{Type: String}}}}
Resources:
  Function: {{Type: AWS::Lambda::Function, Properties: {{Role: {reference}}}}}
  Role: {{Type: AWS::IAM::Role, Properties: {{RoleName: reader}}}}
  Other: {{Type: AWS::IAM::Role}}"
            );
            first_scenario(&text, |run, model| {
                let roles = roles_of(run, model, model.resource("Function").unwrap());
                roles.iter().map(|(role, truth)| format!("{} {truth:?}", role.name)).collect::<Vec<_>>()
            })
        };
        assert_eq!(roles("!GetAtt Role.Arn"), ["Role True"]);
        assert_eq!(roles("!Sub 'arn:aws:iam::${AWS::AccountId}:role/reader'"), ["Role True"]);
        assert_eq!(roles("arn:aws:iam::123456789012:role/reader"), ["Role True"]);
        assert_eq!(roles("arn:aws:iam::123456789012:role/writer"), [""; 0]);
        assert_eq!(roles("!Ref Given"), ["Role Unknown"]);
        assert_eq!(roles("!ImportValue role"), [""; 0]);
    }
}
