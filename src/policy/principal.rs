//! Who a statement speaks of.

use super::account::{Account, account_of, is_account_id, is_log_delivery};
use super::normal::element;
use crate::eval::Run;
use crate::eval::choices::Candidate;
use crate::eval::text::equals_str;
use crate::eval::value::{Content, Kind, Origin, Part, Value};
use crate::truth::Truth;
use std::borrow::Cow;

/// A kind of principal that may not get access.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anyone at all: `*`, or everyone but some (`NotPrincipal` with `Allow`).
    Everyone,
    /// A user, role or account of another AWS account. Not: what belongs to AWS itself (the accounts from which it delivers
    /// load balancers' logs, CloudFront's origin access identities), and not `*`.
    ForeignAccount,
    /// An AWS service.
    Service,
    /// A service or account that delivers logs only to buckets that are encrypted with S3 managed keys.
    LogDelivery,
}

/// The services of [`Who::LogDelivery`].
///
/// Sources, 2026-11: Amazon S3 User Guide, "Enabling Amazon S3 server access logging" (enable-server-access-logging.html); Elastic Load
/// Balancing, "Access logs for your Application Load Balancer", "Enable access logs" (enable-access-logging.html); Amazon Redshift
/// Management Guide, "Database audit logging" (db-auditing.html).
const LOG_DELIVERY: [&str; 3] =
    ["logdelivery.elasticloadbalancing.amazonaws.com", "logging.s3.amazonaws.com", "redshift.amazonaws.com"];

/// Whether some principal of a normalised statement is such, and the values that name these principals: those that do
/// for certain, otherwise those that may.
///
/// A statement without principals, as in an identity's policy, speaks of nobody else.
pub fn principal<'v, 't>(run: &mut Run<'_, 't>, statement: &'v Value<'t>, who: Who) -> (Truth, Vec<&'v Value<'t>>) {
    if let Some(excepted) = statement.get(element::NOT_PRINCIPALS) {
        let allows = effect_is(run, statement, "Allow");
        let everyone_else = if who == Who::Everyone { allows } else { Truth::False };
        return (everyone_else, if everyone_else.is_false() { Vec::new() } else { vec![excepted] });
    }
    let mut such = Such::default();
    for entry in statement.get(element::PRINCIPALS).map(Value::items).unwrap_or_default() {
        let (Some(kind), Some(value)) = (entry.get(element::KIND), entry.get(element::VALUE)) else { continue };
        such.add(is_such(run, kind, value, who), value);
    }
    such.all()
}

/// Values that are something, or may be.
#[derive(Default)]
pub(super) struct Such<'v, 't> {
    certain: Vec<&'v Value<'t>>,
    possible: Vec<&'v Value<'t>>,
}

impl<'v, 't> Such<'v, 't> {
    pub(super) fn add(&mut self, is_such: Truth, value: &'v Value<'t>) {
        match is_such {
            Truth::True => self.certain.push(value),
            Truth::Unknown => self.possible.push(value),
            Truth::False => {}
        }
    }

    /// Whether there are some, and those that certainly are, otherwise those that may be.
    pub(super) fn all(self) -> (Truth, Vec<&'v Value<'t>>) {
        match (self.certain.is_empty(), self.possible.is_empty()) {
            (false, _) => (Truth::True, self.certain),
            (true, false) => (Truth::Unknown, self.possible),
            (true, true) => (Truth::False, Vec::new()),
        }
    }
}

fn is_such<'t>(run: &mut Run<'_, 't>, kind: &Value<'t>, value: &Value<'t>, who: Who) -> Truth {
    let Some(kind) = kind.text() else {
        // The whole element is not known.
        return run.decide(&[kind], &|_| Truth::Unknown);
    };
    match (who, kind.as_ref()) {
        (Who::Everyone, _) => ask(run, value, &is_everyone),
        (Who::Service, kind) => (kind == "Service").into(),
        (Who::ForeignAccount, "AWS" | "Federated" | "CanonicalUser") => {
            let own = own_account(run, value);
            // A canonical user ID or a unique ID (`AROA…`) is of some account; an identity provider's domain is of none.
            let without_account = if kind == "Federated" { Truth::False } else { Truth::Unknown };
            ask(run, value, &|value| is_foreign(value, own.as_deref()).unwrap_or(without_account))
        }
        (Who::LogDelivery, "Service") => ask(run, value, &|value| {
            let is_one = Truth::any(LOG_DELIVERY.iter().map(|service| equals_str(value, service)));
            if is_one == Truth::Unknown && !has_choice(value) { Truth::False } else { is_one }
        }),
        (Who::LogDelivery, "AWS") => ask(run, value, &|value| match account_of(value) {
            Account::Text(account) => is_log_delivery(&account).into(),
            Account::Unsettled(part) if part.content.is_choice() => Truth::Unknown,
            Account::Own | Account::Unsettled(_) | Account::None => Truth::False,
        }),
        (Who::ForeignAccount | Who::LogDelivery, _) => Truth::False,
    }
}

/// Decides a question about one value. Where it is an entry of a mapping and the keys are not known (log delivery accounts
/// by Region), the result that all entries have in common is the result.
fn ask<'t>(run: &mut Run<'_, 't>, value: &Value<'t>, question: &dyn Fn(&Value<'t>) -> Truth) -> Truth {
    let one = |values: &[&Value<'t>]| values.first().map_or(Truth::False, |value| question(value));
    let results = entries_of_mapping(run, value).map(|entries| entries.iter().map(question).collect::<Vec<_>>());
    match results.as_deref() {
        Some([first, rest @ ..]) if rest.iter().all(|result| result == first) && *first != Truth::Unknown => *first,
        _ => run.decide(&[value], &one),
    }
}

/// The value for each entry of the mapping that one of its unsettled parts comes from.
fn entries_of_mapping<'t>(run: &Run<'_, 't>, value: &Value<'t>) -> Option<Vec<Value<'t>>> {
    let mut from_mappings = value.parts().iter().filter_map(|part| match (&part.content, &part.origin) {
        (Content::Unknown, Origin::Mapping(name)) => Some(*name),
        _ => None,
    });
    let (Some(name), None) = (from_mappings.next(), from_mappings.next()) else { return None };
    let filled = |text: &Cow<'t, str>| {
        let parts = value.parts().iter().map(|part| match (&part.content, &part.origin) {
            (Content::Unknown, Origin::Mapping(_)) => {
                Part { content: Content::Known(text.clone()), origin: part.origin.clone() }
            }
            _ => part.clone(),
        });
        Value { span: value.span, kind: Kind::Text(parts.collect()) }
    };
    Some(run.mapping_texts(name)?.iter().map(filled).collect())
}

/// Whether a principal is `*`. A wildcard matches no part of a name or ARN (IAM User Guide, "AWS JSON policy elements:
/// Principal"); services that take one in place of the account mean every account.
fn is_everyone(value: &Value<'_>) -> Truth {
    match account_of(value) {
        Account::Own => Truth::False,
        Account::Text(account) if !account.is_empty() => {
            (account.contains('*') && account.chars().all(|c| matches!(c, '*' | '?'))).into()
        }
        Account::Unsettled(part) if part.content.is_choice() => Truth::Unknown,
        _ => match equals_str(value, "*") {
            // Text around an unknown part is the name or ARN of a principal.
            Truth::Unknown if value.parts().len() > 1 && !has_choice(value) => Truth::False,
            truth => truth,
        },
    }
}

/// Whether the account of an ARN or account ID is another one; nothing where the text is neither.
fn is_foreign(value: &Value<'_>, own: Option<&str>) -> Option<Truth> {
    Some(match account_of(value) {
        Account::Own => Truth::False,
        Account::Text(account) => {
            (is_account_id(&account) && !is_log_delivery(&account) && own != Some(account.as_str())).into()
        }
        Account::Unsettled(_) => Truth::Unknown,
        Account::None if value.text().is_some_and(|text| text == "*" || text.is_empty()) => Truth::False,
        Account::None => return None,
    })
}

/// Whether a value is the ID of another account, or an ARN in one; false for a text that is neither.
pub fn is_of_foreign_account<'t>(run: &mut Run<'_, 't>, value: &Value<'t>) -> Truth {
    let own = own_account(run, value);
    ask(run, value, &|value| is_foreign(value, own.as_deref()).unwrap_or(Truth::False))
}

/// Whether a principal of a normalised statement is the account that the template is deployed to, or everyone. An account that is written
/// out counts as that one, unless the user pinned another.
pub(super) fn is_own_account<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>) -> Truth {
    let own = pinned_account(run);
    let is_own = |value: &Value<'_>| {
        let last = match value.parts() {
            [Part { origin: Origin::Pseudo("AWS::AccountId"), .. }] => return Truth::True,
            [.., Part { content: Content::Known(last), .. }] => last.as_ref().into(),
            _ => value.text().unwrap_or_default(),
        };
        if last == "*" || is_account_id(&last) && own.as_deref().is_none_or(|own| own == last) {
            return Truth::True;
        }
        let is_root = last.ends_with(":root");
        match account_of(value) {
            Account::Own => is_root.into(),
            Account::Text(account) => (is_root && own.as_deref().is_none_or(|own| own == account)).into(),
            Account::Unsettled(_) => Truth::Unknown,
            Account::None => Truth::False,
        }
    };
    let principals = statement.get(element::PRINCIPALS).map(Value::items).unwrap_or_default();
    Truth::any(principals.iter().filter_map(|entry| entry.get(element::VALUE)).map(|value| ask(run, value, &is_own)))
}

/// The account that the template is deployed to, where the user pinned it, or where a scenario has it that is the one of a value: a
/// condition of the template compares `AWS::AccountId` with that.
fn own_account<'t>(run: &mut Run<'_, 't>, value: &Value<'t>) -> Option<String> {
    if let Account::Text(account) = account_of(value)
        && is_account_id(&account)
        && run.is_chosen("AWS::AccountId", &account) == Some(true)
    {
        return Some(account);
    }
    pinned_account(run)
}

/// The account that the template is deployed to, where the user pinned it.
fn pinned_account(run: &Run<'_, '_>) -> Option<String> {
    let (_, variable) = run.evaluator.choices.by_name("AWS::AccountId")?;
    match variable.candidates.as_slice() {
        [Candidate::Known(account)] => Some(account.to_string()),
        _ => None,
    }
}

/// Whether a statement's effect is this one; false where it has none.
pub(super) fn effect_is<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>, effect: &str) -> Truth {
    let Some(value) = statement.get(element::EFFECT) else { return Truth::False };
    run.decide(&[value], &|values| values.first().map_or(Truth::False, |value| equals_str(value, effect)))
}

/// Whether a statement's effect is `Allow`, whatever is chosen.
pub fn only_allows(statement: &Value<'_>) -> bool {
    statement.get(element::EFFECT).and_then(Value::text).is_some_and(|effect| effect == "Allow")
}

/// Whether a statement speaks of every principal without exception, anonymous ones included: `*` or `{"AWS": "*"}`, which
/// are equivalent (IAM User Guide, "AWS JSON policy elements: Principal", "All principals").
pub(super) fn is_everybody<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>) -> Truth {
    let entries = statement.get(element::PRINCIPALS).map(Value::items).unwrap_or_default();
    Truth::any(entries.iter().map(|entry| {
        let (Some(kind), Some(value)) = (entry.get(element::KIND), entry.get(element::VALUE)) else {
            return Truth::False;
        };
        match kind.text().as_deref() {
            Some("*" | "AWS") => {
                run.decide(&[value], &|values| values.first().map_or(Truth::False, |v| equals_str(v, "*")))
            }
            Some(_) => Truth::False,
            None => run.decide(&[kind], &|_| Truth::Unknown),
        }
    }))
}

/// The texts that a part excludes which has no wildcards: no parameter is compared with both of them.
pub(super) const WILDCARDS: [&str; 2] = ["*", "?"];

/// Whether a part of a value has no wildcard, whatever its characters are: what it comes from has an identity, or accepts none.
pub(super) fn is_plain(part: &Part<'_>) -> bool {
    let accepts_none = match &part.content {
        Content::Except(texts) => WILDCARDS.iter().all(|wildcard| texts.iter().any(|text| text == wildcard)),
        _ => false,
    };
    accepts_none || is_identity(&part.origin)
}

/// Whether a value is one part, which [is plain](is_plain).
pub(super) fn is_plain_reference(value: &Value<'_>) -> bool {
    matches!(value.parts(), [part] if !part.content.is_known() && is_plain(part))
}

/// Whether what a value's part comes from has an identity of its own, such as a resource or an account: whatever its
/// characters are, they are not a wildcard.
pub(super) fn is_identity(origin: &Origin<'_>) -> bool {
    match origin {
        Origin::Pseudo(_) => true,
        Origin::Resource { attribute, .. } => attribute.as_deref().is_none_or(|name| !name.starts_with("Outputs.")),
        _ => false,
    }
}

/// Whether a part of the value has some known texts to choose from.
pub(super) fn has_choice(value: &Value<'_>) -> bool {
    value.parts().iter().any(|part| part.content.is_choice())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::with_statement;
    use super::*;
    use Truth::{False, True, Unknown};

    /// The results for an `Allow` with this element, one a scenario, with the offending values as written.
    fn ask(element: &str, who: Who) -> Vec<(Truth, Vec<String>)> {
        with_statement(&format!("{{Effect: Allow, {element}}}"), |run, statement| {
            let (truth, offending) = principal(run, statement.value, who);
            (truth, offending.into_iter().map(Value::display).collect())
        })
    }

    fn truths(element: &str, who: Who) -> Vec<Truth> {
        ask(element, who).into_iter().map(|(truth, _)| truth).collect()
    }

    #[test]
    fn values_of_another_account() {
        for (value, expected) in [
            ("'111122223333'", &[True][..]),
            ("111122223333", &[True]),
            ("'arn:aws:logs:us-east-1:111122223333:destination:vendor'", &[True]),
            ("{'Fn::Sub': 'arn:${AWS::Partition}:events:${AWS::Region}:111122223333:event-bus/x'}", &[True]),
            ("{Ref: 'AWS::AccountId'}", &[False]),
            ("{'Fn::Sub': 'arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/x'}", &[False]),
            ("{'Fn::GetAtt': [Role, Arn]}", &[False]),
            ("{Ref: Role}", &[False]),
            ("'arn:aws:s3:::records'", &[False]),
            ("'arn:aws:iam::aws:policy/ReadOnlyAccess'", &[False]),
            ("'*'", &[False]),
            ("all", &[False]),
            ("{Ref: Open}", &[Unknown]),
            ("{'Fn::ImportValue': x}", &[Unknown]),
            ("{'Fn::Sub': 'arn:aws:events:us-east-1:${Open}:event-bus/x'}", &[Unknown]),
        ] {
            let found = with_statement(&format!("{{Effect: Allow, Sid: {value}}}"), |run, statement| {
                is_of_foreign_account(run, statement.value.get("Sid").unwrap())
            });
            assert_eq!(found, expected, "{value}");
        }
    }

    #[test]
    fn everyone() {
        for (element, expected) in [
            ("Principal: '*'", True),
            ("Principal: {AWS: '*'}", True),
            ("Principal: {AWS: ['arn:aws:iam::123456789012:root', '*']}", True),
            ("Principal: {Federated: '*'}", True),
            ("Principal: {AWS: 'arn:aws:iam::*:root'}", True),
            ("NotPrincipal: {AWS: '123456789012'}", True),
            ("Principal: {AWS: '123456789012'}", False),
            ("Principal: {AWS: 'arn:aws:iam::123456789012:user/*'}", False),
            ("Principal: {Service: s3.amazonaws.com}", False),
            ("Principal: {AWS: {Ref: 'AWS::AccountId'}}", False),
            ("Principal: {AWS: {'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:root'}}", False),
            ("Principal: {AWS: {'Fn::Sub': 'arn:aws:iam::${Open}:root'}}", False),
            ("Principal: {AWS: {'Fn::GetAtt': [Role, Arn]}}", False),
            ("Principal: {AWS: {Ref: Known}}", False),
            ("Principal: {AWS: {Ref: Open}}", Unknown),
            ("Principal: {Ref: Open}", Unknown),
            ("Principal: {'Fn::ImportValue': x}", Unknown),
            ("Principal: {AWS: {'Fn::ImportValue': x}}", Unknown),
            ("Action: 's3:*'", False),
            ("Principal: {}", False),
        ] {
            assert_eq!(truths(element, Who::Everyone), [expected], "{element}");
        }
        // Each allowed value of a parameter is a case of its own.
        assert_eq!(truths("Principal: {AWS: {Ref: Choice}}", Who::Everyone), [False, True]);
        assert_eq!(
            truths("Principal: {AWS: {'Fn::Sub': 'arn:aws:iam::${Choice}:root'}}", Who::Everyone),
            [False, True]
        );
    }

    #[test]
    fn foreign_accounts() {
        for (element, expected) in [
            ("Principal: {AWS: '123456789012'}", True),
            ("Principal: {AWS: 123456789012}", True),
            ("Principal: {AWS: 'arn:aws:iam::123456789012:root'}", True),
            ("Principal: {AWS: 'arn:aws-us-gov:iam::123456789012:role/Auditor'}", True),
            ("Principal: {AWS: {'Fn::Sub': 'arn:${AWS::Partition}:iam::123456789012:root'}}", True),
            ("Principal: {Federated: 'arn:aws:iam::123456789012:saml-provider/Okta'}", True),
            ("Principal: {AWS: {Ref: Known}}", True),
            ("Principal: {AWS: {'Fn::Sub': 'arn:aws:iam::${Known}:root'}}", True),
            ("Principal: {AWS: {'Fn::Join': ['', ['arn:aws:iam::', {Ref: Known}, ':role/', {Ref: Open}]]}}", True),
            ("Principal: {AWS: [{Ref: 'AWS::AccountId'}, '123456789012']}", True),
            ("Principal: {AWS: {'Fn::Sub': 'arn:aws:iam::${Open}:root'}}", Unknown),
            ("Principal: {AWS: {Ref: Open}}", Unknown),
            ("Principal: {AWS: {'Fn::ImportValue': x}}", Unknown),
            ("Principal: {AWS: {'Fn::GetAtt': [Nested, Outputs.Role]}}", Unknown),
            ("Principal: {AWS: AROAEXAMPLEID}", Unknown),
            ("Principal: {CanonicalUser: 79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be}", Unknown),
            ("Principal: {AWS: {Ref: 'AWS::AccountId'}}", False),
            ("Principal: {AWS: {'Fn::Sub': '${AWS::AccountId}'}}", False),
            ("Principal: {AWS: {'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root'}}", False),
            ("Principal: {AWS: {'Fn::Join': [':', ['arn:aws:iam:', {Ref: 'AWS::AccountId'}, root]]}}", False),
            ("Principal: {AWS: {'Fn::GetAtt': [Role, Arn]}}", False),
            ("Principal: {CanonicalUser: {'Fn::GetAtt': [Other, S3CanonicalUserId]}}", False),
            ("Principal: {AWS: 'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1'}", False),
            ("Principal: {AWS: 'arn:aws:iam::127311923021:root'}", False),
            ("Principal: {AWS: '033677994240'}", False),
            ("Principal: {Service: s3.amazonaws.com}", False),
            ("Principal: {Federated: cognito-identity.amazonaws.com}", False),
            ("Principal: '*'", False),
            ("NotPrincipal: {AWS: '123456789012'}", False),
        ] {
            assert_eq!(truths(element, Who::ForeignAccount), [expected], "{element}");
        }
    }

    #[test]
    fn an_entry_of_a_mapping_is_what_all_entries_are() {
        let region = "{Ref: 'AWS::Region'}";
        for (mapping, expected) in [
            ("Logs", &[False] as &[Truth]),
            ("Partners", &[True]),
            // In one Region, and in another.
            ("Mixed", &[False, True]),
            ("None", &[Unknown]),
        ] {
            let entry = format!("{{'Fn::FindInMap': [{mapping}, {region}, Id]}}");
            let arn = format!("{{'Fn::Join': ['', ['arn:', {{Ref: 'AWS::Partition'}}, ':iam::', {entry}, ':root']]}}");
            for value in [entry, arn] {
                assert_eq!(truths(&format!("Principal: {{AWS: {value}}}"), Who::ForeignAccount), expected, "{value}");
            }
        }
        let entry = format!("Principal: {{AWS: {{'Fn::FindInMap': [Logs, {region}, Id]}}}}");
        assert_eq!(truths(&entry, Who::Everyone), [False]);
    }

    #[test]
    fn services() {
        for (element, expected) in [
            ("Principal: {Service: s3.amazonaws.com}", True),
            ("Principal: {AWS: '123456789012', Service: [a.amazonaws.com]}", True),
            ("Principal: {AWS: '*'}", False),
            ("Principal: {'Fn::ImportValue': x}", Unknown),
        ] {
            assert_eq!(truths(element, Who::Service), [expected], "{element}");
        }
    }

    #[test]
    fn the_offending_values_are_those_that_decide() {
        let ask = |element| ask(element, Who::ForeignAccount).remove(0);
        let two = "Principal: {AWS: [{Ref: Open}, '123456789012', {Ref: 'AWS::AccountId'}, '210987654321']}";
        assert_eq!(ask(two), (True, vec!["\"123456789012\"".to_owned(), "\"210987654321\"".to_owned()]));
        assert_eq!(ask("Principal: {AWS: [{Ref: Open}, '127311923021']}"), (Unknown, vec!["\"${Open}\"".to_owned()]));
        assert_eq!(ask("Principal: {AWS: '127311923021'}"), (False, vec![]));
    }

    #[test]
    fn a_deny_with_exceptions_names_nobody() {
        let results = with_statement("{Effect: Deny, NotPrincipal: {AWS: '123456789012'}}", |run, statement| {
            principal(run, statement.value, Who::Everyone).0
        });
        assert_eq!(results, [False]);
    }
}
