//! Privilege escalation, based on [`crate::policy`] and [`crate::graph`].

use crate::eval::Run;
use crate::eval::value::Value;
use crate::expand::Block;
use crate::finding::Related;
use crate::graph::attached::holders_of;
use crate::graph::boundary::boundaries_of;
use crate::graph::granted::{Grants, grants};
use crate::graph::refers_to;
use crate::policy::{self, DocumentKind, Escalation, Granted, Itself, denies_everywhere, escalations, names_own_user};
use crate::rules::check::checker::Checker;
use crate::rules::check::location::{Item, Judgement, value_location};
use crate::rules::language::analysis::DeniesItself;
use crate::truth::Truth;

/// Whether the permissions of an identity together allow privilege escalation. The location is the statement that allows the
/// first action of the first path. The statements of its other actions are related locations.
pub(super) fn escalates<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let identity = item.owner();
    let grants = grants(checker.run, checker.model, identity);
    let names_itself: Itself<'_, 'm, 't> =
        &|run, resource, action| names_itself(run, resource, action, identity, &grants);
    let paths = match boundaries_of(checker.run, checker.model, identity) {
        None => escalations(checker.run, &grants.statements, None, names_itself),
        // One of those who have a policy is enough.
        Some(boundaries) => {
            let mut all: Vec<Escalation> = Vec::new();
            for boundary in boundaries {
                let found = policy::statements(checker.run, boundary, DocumentKind::Identity);
                let attached = Truth::True;
                let within: Vec<_> = found.found.into_iter().map(|statement| Granted { statement, attached }).collect();
                let within = (!found.unknown).then_some(within.as_slice());
                let paths = escalations(checker.run, &grants.statements, within, names_itself);
                all.extend(paths.into_iter().map(|path| Escalation {
                    truth: if found.unknown { path.truth.and(Truth::Unknown) } else { path.truth },
                    ..path
                }));
            }
            all.dedup();
            all
        }
    };
    let doubt = if grants.unknown { Truth::Unknown } else { Truth::False };
    let truth = Truth::any(paths.iter().map(|escalation| escalation.truth)).or(doubt);
    let open: Vec<&Escalation> = paths.iter().filter(|escalation| escalation.truth.is_true()).collect();
    let Some(first) = open.first() else { return checker.at(truth, || item.location()) };
    checker.at(truth, || {
        let statement = |index: usize| Some((grants.statements.get(index)?, grants.owners.get(index)?));
        let mut location = item.location();
        let mut actions = Vec::new();
        for (action, index) in &first.steps {
            let Some((granted, owner)) = statement(*index) else { continue };
            let value = granted.statement.value;
            if actions.is_empty() {
                let path = format!("{}/{}", owner.path(), granted.statement.path);
                location = value_location(value, "Statement", &path);
            } else if value.span != location.span {
                location.related.push(Related { span: value.span, message: format!("allows `{action}`") });
            }
            actions.push(format!("`{action}`"));
        }
        let more = match open.len() {
            1 => String::new(),
            2 => ", and there is one more path".to_owned(),
            more => format!(", and there are {} more paths", more - 1),
        };
        location.words = vec![("actions", actions.join(" and ")), ("more", more)];
        location
    })
}

impl DeniesItself {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let mut denied = self.denied_to(checker, item.owner());
        // A policy allows nothing that other policies deny to all who have it.
        if !denied.is_true()
            && let Some(holders) = holders_of(checker.run, checker.model, item.owner())
        {
            denied = denied.or(Truth::all(holders.into_iter().map(|holder| self.denied_to(checker, holder))));
        }
        checker.at(denied, || item.location())
    }

    /// Whether an identity, or a policy by itself, is denied each of the actions.
    fn denied_to<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, identity: &'m Block<'t>) -> Truth {
        let run = &mut *checker.run;
        let grants = grants(run, checker.model, identity);
        let mut denied = Truth::True;
        for action in &self.actions {
            let mut by_one = Truth::False;
            for granted in &grants.statements {
                let denies =
                    denies_everywhere(run, granted.statement.value, &action.to_ascii_lowercase(), self.but_some);
                by_one = by_one.or(denies.and(granted.attached));
            }
            denied = denied.and(by_one);
        }
        // What could not be read may deny it, too.
        if denied.is_false() && grants.unknown { Truth::Unknown } else { denied }
    }
}

/// Whether permissions boundaries, of which the template shows all, leave out what `is_wide` finds in a statement of theirs. False where there
/// are none.
pub(super) fn is_bounded<'m, 't>(
    checker: &mut Checker<'_, 'm, 't>,
    item: &Item<'m, 't>,
    is_wide: &dyn Fn(&mut Run<'m, 't>, &'m Value<'t>) -> Truth,
) -> Truth {
    let Some(boundaries) = boundaries_of(checker.run, checker.model, item.owner()) else { return Truth::False };
    let mut wide = Truth::False;
    for boundary in boundaries {
        let found = policy::statements(checker.run, boundary, DocumentKind::Identity);
        wide = wide.or(if found.unknown { Truth::Unknown } else { Truth::False });
        for statement in found.found {
            wide = wide.or(is_wide(checker.run, statement.value));
        }
    }
    !wide
}

/// Whether a resource pattern names the identity itself, or what is attached to it, as far as an action is about that.
fn names_itself<'m, 't>(
    run: &mut Run<'m, 't>,
    resource: &Value<'t>,
    action: &str,
    identity: &Block<'t>,
    grants: &Grants<'m, 't>,
) -> Truth {
    let mut is_one_of = |kind: &str| {
        let own = Some(identity).filter(|block| block.kind == kind);
        let blocks = own.into_iter().chain(grants.owners.iter().copied().filter(|block| block.kind == kind));
        Truth::any(blocks.map(|block| refers_to(run, resource, block)))
    };
    match action {
        "iam:AttachRolePolicy" | "iam:PutRolePolicy" => is_one_of("AWS::IAM::Role"),
        "iam:AttachGroupPolicy" | "iam:PutGroupPolicy" => is_one_of("AWS::IAM::Group"),
        "iam:CreatePolicyVersion" | "iam:SetDefaultPolicyVersion" => is_one_of("AWS::IAM::ManagedPolicy"),
        "iam:AttachUserPolicy" | "iam:PutUserPolicy" => {
            let user = is_one_of("AWS::IAM::User");
            if may_be_of_users(identity) { user.or(names_own_user(run, resource)) } else { user }
        }
        _ => Truth::False,
    }
}

/// Whether what an identity, or a policy for one, allows may be allowed to a user.
fn may_be_of_users(identity: &Block<'_>) -> bool {
    let lists = |name: &str| identity.node.get("Properties").is_some_and(|properties| properties.get(name).is_some());
    match identity.kind {
        "AWS::IAM::Role" | "AWS::IAM::RolePolicy" | "AWS::SSO::PermissionSet" => false,
        "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" => !lists("Roles") || lists("Users") || lists("Groups"),
        _ => true,
    }
}
