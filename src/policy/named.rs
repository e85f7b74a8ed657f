//! Whom conditions name: the accounts and services that an `Allow` for everyone admits by its conditions.

use super::account::{Account, account_of, is_account_id};
use super::admission::{Denies, admits};
use super::caller::Caller;
use super::cells::Subject;
use super::condition::read;
use super::known::{Group, fixed, group_of, names_account};
use super::normal::element;
use super::principal::{Such, Who, is_of_foreign_account, principal};
use crate::eval::Run;
use crate::eval::value::Value;
use crate::truth::Truth;

/// The values of conditions by which an `Allow` for everyone admits another account: `aws:PrincipalAccount` with its ID has the same
/// effect as its ID as principal. Whether there are such, and those that certainly are, otherwise those that may be.
///
/// They are in the `Allow` itself, or, if that admits everyone, in the `Deny` statements of the same policy that exempt them from a
/// denial for all others.
pub fn admitted_by_conditions<'v, 't>(
    run: &mut Run<'_, 't>,
    statement: &'v Value<'t>,
    policy: &[&'v Value<'t>],
    subject: &Subject<'_, 't>,
) -> (Truth, Vec<&'v Value<'t>>) {
    let nobody = (Truth::False, Vec::new());
    let named = |run: &mut Run<'_, 't>, statement: &'v Value<'t>, negated: bool| {
        let mut values = Vec::new();
        let mut identifies = false;
        for condition in statement.get(element::CONDITIONS).map(Value::items).unwrap_or_default() {
            let Some((operator, key, found)) = read(run, condition) else { continue };
            if !operator.compares_texts() || operator.is_negated() != negated {
                continue;
            }
            let of_caller = group_of(&key) == Group::Caller;
            identifies |= of_caller && fixed(&key).is_some();
            if names_account(&key) {
                values.extend(found.iter().map(|value| (value, of_caller)));
            }
        }
        // Where it matters who the caller is, the network or access point that it comes through names nobody.
        values.retain(|(_, of_caller)| *of_caller || !identifies);
        values.into_iter().map(|(value, _)| value).collect::<Vec<_>>()
    };
    let denies = Denies::among(run, policy);
    let mut values = named(run, statement, false);
    if values.is_empty() && denies.is_empty() {
        return nobody;
    }
    let everyone = principal(run, statement, Who::Everyone).0;
    if everyone.is_false() {
        return nobody;
    }
    let mut limited = !admits(run, statement, &Denies::default(), subject, &Caller::Unknown, None);
    if limited.is_false() {
        if denies.is_empty() {
            return nobody;
        }
        for (deny, _) in denies.statements() {
            values.extend(named(run, deny, true));
        }
        if values.is_empty() {
            return nobody;
        }
        limited = !admits(run, statement, &denies, subject, &Caller::Unknown, None);
    }
    // If everyone is admitted, nobody is by name.
    let all = everyone.and(limited);
    if all.is_false() {
        return nobody;
    }
    let mut such = Such::default();
    for value in values {
        let foreign = all.and(is_of_foreign_account(run, value));
        if foreign.is_false() {
            continue;
        }
        let account = match account_of(value) {
            Account::Text(account) if is_account_id(&account) => Some(account),
            _ => None,
        };
        let is_admitted = admits(run, statement, &denies, subject, &Caller::Account(account), None);
        such.add(foreign.and(is_admitted), value);
    }
    such.all()
}

/// The values of conditions by which an `Allow` for everyone names AWS services.
pub fn services_in_conditions<'v, 't>(run: &mut Run<'_, 't>, statement: &'v Value<'t>) -> Vec<&'v Value<'t>> {
    let mut services = Vec::new();
    for condition in statement.get(element::CONDITIONS).map(Value::items).unwrap_or_default() {
        if let Some((operator, key, values)) = read(run, condition)
            && operator.compares_texts()
            && !operator.is_negated()
            && matches!(key.as_ref(), "aws:principalservicename" | "aws:principalservicenameslist")
        {
            services.extend(values);
        }
    }
    services
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::target::bucket_targets;
    use super::super::testing::{bucket_statements, in_template, resource, template};
    use super::*;

    const ALLOW: &str =
        "{Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: {'Fn::Sub': '${Bucket.Arn}/*'}}";

    /// A denial of everything under a condition.
    fn deny(condition: &str) -> String {
        format!("{{Effect: Deny, Principal: '*', Action: 's3:*', Resource: '*', Condition: {condition}}}")
    }

    /// The values by which the first of some statements of a bucket's policy admits other accounts, `?` before those that may.
    fn by_conditions(statements: &str) -> Vec<String> {
        let mut all = in_template(&template(&format!("[{statements}]")), |run, model, _| {
            let found = bucket_statements(run, model).found;
            let policy: Vec<&Value<'_>> = found.iter().map(|one| one.value).collect();
            let targets = bucket_targets(run, resource(model, "Bucket"));
            let (truth, values) = admitted_by_conditions(run, policy[0], &policy, &Subject::Bucket(&targets));
            let doubt = if truth.is_true() { "" } else { "?" };
            values.into_iter().map(|value| format!("{doubt}{}", value.display())).collect::<Vec<_>>()
        });
        all.remove(0)
    }

    #[test]
    fn conditions_admit_other_accounts_as_principals_do() {
        let allow =
            |condition: &str| ALLOW.replace("Effect: Allow,", &format!("Effect: Allow, Condition: {condition},"));
        for (condition, expected) in [
            ("{StringEquals: {'aws:PrincipalAccount': '111122223333'}}", vec!["\"111122223333\""]),
            (
                "{StringLike: {'aws:PrincipalAccount': [{Ref: 'AWS::AccountId'}, '111122223333']}}",
                vec!["\"111122223333\""],
            ),
            ("{StringEquals: {'s3:DataAccessPointAccount': '111122223333'}}", vec!["\"111122223333\""]),
            ("{StringEquals: {'aws:VpceAccount': '111122223333'}}", vec!["\"111122223333\""]),
            ("{StringEquals: {'aws:SourceOwner': '111122223333'}}", vec!["\"111122223333\""]),
            (
                "{StringEquals: {'aws:PrincipalAccount': '111122223333', 'aws:PrincipalOrgID': o-1}}",
                vec!["\"111122223333\""],
            ),
            // Of whoever is in the organization, the network is that of another account.
            ("{StringEquals: {'aws:VpceAccount': '111122223333', 'aws:PrincipalOrgID': o-1}}", vec![]),
            (
                "{StringEquals: {'aws:PrincipalAccount': '111122223333', 'kms:CallerAccount': {Ref: 'AWS::AccountId'}}}",
                vec![],
            ),
            ("{StringEquals: {'aws:PrincipalAccount': {Ref: 'AWS::AccountId'}}}", vec![]),
            ("{StringEquals: {'aws:PrincipalAccount': '${aws:ResourceAccount}'}}", vec![]),
            // Everyone is admitted.
            ("{StringNotEquals: {'aws:PrincipalAccount': '111122223333'}}", vec![]),
            ("{StringEqualsIfExists: {'aws:PrincipalAccount': '111122223333'}}", vec![]),
            (
                "{StringNotEquals: {'aws:PrincipalAccount': '111122223333'}, StringEquals: {'aws:PrincipalOrgID': o-1}}",
                vec![],
            ),
            // The account that a service acts for.
            ("{StringEquals: {'aws:SourceAccount': '111122223333'}}", vec![]),
        ] {
            assert_eq!(by_conditions(&allow(condition)), expected, "{condition}");
        }
        for (condition, expected) in [
            (
                "{StringNotEquals: {'aws:PrincipalAccount': [{Ref: 'AWS::AccountId'}, '111122223333']}}",
                vec!["\"111122223333\""],
            ),
            ("{StringNotEquals: {'aws:PrincipalAccount': {Ref: 'AWS::AccountId'}}}", vec![]),
            ("{StringEquals: {'aws:PrincipalAccount': '111122223333'}}", vec![]),
        ] {
            let statements = format!("{ALLOW}, {}", deny(condition));
            assert_eq!(by_conditions(&statements), expected, "{condition}");
        }
        // A network control spares a principal of another account, but only the organization is allowed.
        let network = deny(
            "{StringNotEquals: {'aws:SourceVpc': vpc-1}, ArnNotLike: {'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/a'}}",
        );
        let organization = allow("{StringEquals: {'aws:PrincipalOrgID': o-1}}");
        assert_eq!(by_conditions(&format!("{organization}, {network}")), [""; 0]);
        let own = deny("{StringNotEquals: {'aws:PrincipalAccount': {Ref: 'AWS::AccountId'}}}");
        let named = allow("{StringEquals: {'aws:PrincipalAccount': '111122223333'}}");
        assert_eq!(by_conditions(&format!("{named}, {own}")), [""; 0]);
    }
}
