//! The statements of all that a role, user or group is permitted by, as far as a template shows it.

use super::attached::{Policy, attached, groups_of};
use super::boundary::is_only_boundary;
use crate::eval::Run;
use crate::expand::{Block, Model};
use crate::policy::{DocumentKind, Granted, statements};
use crate::truth::Truth;

/// What an identity, or a policy for itself, allows and denies.
#[derive(Default)]
pub struct Grants<'m, 't> {
    /// The statements.
    pub statements: Vec<Granted<'m, 't>>,
    /// For each of the statements, the resource that it is written in.
    pub owners: Vec<&'m Block<'t>>,
    /// Whether there may be more: a document that could not be read. (What the template does not declare is not asked for.)
    pub unknown: bool,
}

/// The statements of a block and, if it is a role, user or group, of all policies that this template attaches to it; of a user,
/// those of its groups as well.
pub fn grants<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, block: &'m Block<'t>) -> Grants<'m, 't> {
    let mut grants = Grants::default();
    let is_grant = !is_only_boundary(run, model, block);
    if is_grant.is_false() {
        return grants;
    }
    grants.identity(run, model, block, is_grant);
    if block.kind == "AWS::IAM::User" {
        for (group, truth) in groups_of(run, model, block) {
            grants.identity(run, model, group, truth);
        }
    }
    grants
}

impl<'m, 't> Grants<'m, 't> {
    fn identity(&mut self, run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, block: &'m Block<'t>, truth: Truth) {
        self.policy(run, block, truth);
        for one in attached(run, model, block) {
            if let Policy::Declared(policy) = one.policy {
                self.policy(run, policy, one.truth.and(truth));
            }
        }
    }

    fn policy(&mut self, run: &mut Run<'m, 't>, block: &'m Block<'t>, attached: Truth) {
        let found = statements(run, block, DocumentKind::Identity);
        self.unknown |= found.unknown;
        for statement in found.found {
            self.statements.push(Granted { statement, attached });
            self.owners.push(block);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::first_scenario;
    use super::*;

    const TEXT: &str = r#"
Parameters: {Extra: {Type: String}}
Resources:
  User: {Type: AWS::IAM::User, Properties: {Groups: [!Ref Staff]}}
  Staff:
    Type: AWS::IAM::Group
    Properties: {Policies: [{PolicyName: a, PolicyDocument: {Statement: [{Sid: OfStaff}]}}]}
  OfUser: {Type: AWS::IAM::ManagedPolicy, Properties: {Users: [!Ref User], PolicyDocument: {Statement: {Sid: OfUser}}}}
  Perhaps: {Type: AWS::IAM::Policy, Properties: {Users: [!Ref Extra], PolicyDocument: {Statement: {Sid: Perhaps}}}}
  OfStaff: {Type: AWS::IAM::GroupPolicy, Properties: {GroupName: !Ref Staff, PolicyDocument: !Ref Extra}}
  Other: {Type: AWS::IAM::Group, Properties: {Policies: [{PolicyName: a, PolicyDocument: {Statement: [{Sid: Other}]}}]}}
"#;

    fn reported(id: &str) -> (Vec<String>, bool) {
        first_scenario(TEXT, |run, model| {
            let grants = grants(run, model, model.resource(id).unwrap());
            let reported = grants.statements.iter().zip(&grants.owners).map(|(one, owner)| {
                let sid = one.statement.value.get("Sid").and_then(|sid| sid.text().map(|text| text.into_owned()));
                format!("{} of {} {:?}", sid.unwrap(), owner.name, one.attached)
            });
            (reported.collect(), grants.unknown)
        })
    }

    #[test]
    fn a_user_has_its_own_and_those_of_its_groups() {
        let own = ["OfUser of OfUser True".to_owned(), "OfStaff of Staff True".to_owned()];
        let (found, unknown) = reported("User");
        assert_eq!(found.iter().filter(|one| own.contains(one)).count(), 2, "{found:?}");
        assert!(!found.iter().any(|one| one.starts_with("Other")));
        assert!(unknown);
    }

    #[test]
    fn a_policy_has_its_own() {
        assert_eq!(reported("OfUser"), (vec!["OfUser of OfUser True".to_owned()], false));
    }
}
