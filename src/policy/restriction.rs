//! Statements for everyone that admit only known callers.
//!
//! "Everyone" is not everyone if conditions admit only fixed callers or fixed networks, or if a `Deny` excludes all others.

use super::account::{Account, account_of, is_account_id};
use super::admission::{Denies, admits, requires_key};
use super::caller::Caller;
use super::cells::Subject;
use super::condition::read;
use super::known::{Group, fixed, group_of};
use super::normal::element;
use super::principal::Such;
use crate::eval::Run;
use crate::eval::text::canonical;
use crate::eval::value::{Kind, Value};
use crate::truth::Truth;

/// Whether an `Allow` for everyone admits only callers that the policy names: because of its own conditions, and of the `Deny`
/// statements of the same policy.
pub fn restricts_callers<'v, 't>(
    run: &mut Run<'_, 't>,
    statement: &'v Value<'t>,
    policy: &[&'v Value<'t>],
    subject: &Subject<'_, 't>,
) -> Truth {
    let denies = Denies::among(run, policy);
    !admits(run, statement, &denies, subject, &Caller::Unknown, None)
}

/// A statement of the policy of a VPC endpoint, and the other ones, without their conditions on the endpoint and its network: every request
/// that such a policy is asked about comes through this endpoint, so an `Allow` that names it limits nothing, and a `Deny` of all other
/// endpoints denies nothing.
///
/// Source: IAM User Guide, "AWS global condition context keys", `aws:SourceVpc`, `aws:SourceVpce`, `aws:VpceAccount` (2026-11).
pub fn through_own_endpoint<'m, 't>(
    run: &mut Run<'m, 't>,
    statement: &'m Value<'t>,
    others: &[&'m Value<'t>],
) -> (&'m Value<'t>, Vec<&'m Value<'t>>) {
    let mut denies_nothing = Vec::new();
    let mut without = |run: &mut Run<'m, 't>, statement: &'m Value<'t>| {
        let mut about_endpoint = Vec::new();
        for condition in statement.get(element::CONDITIONS).map(Value::items).unwrap_or_default() {
            if let Some((operator, key, _)) = read(run, condition)
                && group_of(&key) == Group::Endpoint
                && fixed(&key).is_some()
                && operator.compares_texts()
            {
                about_endpoint.push(std::ptr::from_ref(condition));
                if operator.is_negated() {
                    denies_nothing.push(std::ptr::from_ref(statement));
                }
            }
        }
        if about_endpoint.is_empty() {
            return statement;
        }
        let mut changed = statement.clone();
        if let Kind::Map(fields) = &mut changed.kind {
            for field in fields.iter_mut().filter(|field| field.key == element::CONDITIONS) {
                let kept = statement.get(element::CONDITIONS).map(Value::items).unwrap_or_default().iter();
                let kept = kept.filter(|condition| !about_endpoint.contains(&std::ptr::from_ref(*condition)));
                field.value.kind = Kind::List(kept.cloned().collect());
            }
        }
        run.keep(changed)
    };
    let own = without(run, statement);
    let others: Vec<_> = others.iter().map(|other| (*other, without(run, other))).collect();
    let others = others.into_iter().filter(|(written, _)| !denies_nothing.contains(&std::ptr::from_ref(*written)));
    (own, others.map(|(_, other)| other).collect())
}

/// Of the principals that a statement names, each an account or a principal in it: whether the policy admits some, and those that it
/// certainly admits, otherwise those that it may admit.
pub fn admitted<'v, 't>(
    run: &mut Run<'_, 't>,
    statement: &'v Value<'t>,
    policy: &[&'v Value<'t>],
    subject: &Subject<'_, 't>,
    truth: Truth,
    principals: Vec<&'v Value<'t>>,
) -> (Truth, Vec<&'v Value<'t>>) {
    let denies = Denies::among(run, policy);
    if denies.is_empty() {
        return (truth, principals);
    }
    let mut such = Such::default();
    for principal in principals {
        let account = match account_of(principal) {
            Account::Text(account) if is_account_id(&account) => Some(account),
            _ => None,
        };
        let is_admitted = admits(run, statement, &denies, subject, &Caller::Account(account), Some(principal));
        such.add(truth.and(is_admitted), principal);
    }
    such.all()
}

/// Whether a statement that names a service admits it for any account: neither its conditions nor the `Deny` statements of the same
/// policy limit the resources or accounts that the service acts for. The service sends the resource's ARN and account.
///
/// Log files of an account are below `AWSLogs/` and its ID, so such a resource is a limit, too. Source: CloudWatch Logs user guide,
/// "Enable logging from AWS services", and AWS Config developer guide, "Permissions for the Amazon S3 Bucket". Only
/// `delivery.logs.amazonaws.com` also delivers to paths that the owner of a delivery chooses (CloudWatch Logs API reference,
/// `CreateDelivery`, `S3DeliveryConfiguration`; CloudFront developer guide, "Configure standard logging (v2)", 2026-11), so there it
/// stays unknown.
///
/// Without a service, any AWS service is meant.
///
/// `kms:ViaService` and the keys of encryption contexts limit what a KMS key is used for, so they count as limits.
pub fn admits_service_for_anyone<'v, 't>(
    run: &mut Run<'_, 't>,
    statement: &'v Value<'t>,
    policy: &[&'v Value<'t>],
    subject: &Subject<'_, 't>,
    service: Option<&Value<'t>>,
) -> Truth {
    let is_below_account = matches!(subject, Subject::Bucket(_)) && is_for_logs_of_accounts(statement);
    let chooses_path = service.is_none_or(|service| canonical(service).starts_with("delivery.logs."));
    if is_below_account && !chooses_path {
        return Truth::False;
    }
    let denies = Denies::among(run, policy);
    let name = service.and_then(|service| service.text()).map(std::borrow::Cow::into_owned);
    let admitted = admits(run, statement, &denies, subject, &Caller::Service(name), service);
    if admitted.is_false() {
        return admitted;
    }
    let limited = requires_key(run, statement, &denies, subject, &|key| {
        // SES sent the account as the referer before it sent its source.
        matches!(key, "kms:viaservice" | "kms:encryptioncontextkeys" | "aws:referer")
    });
    let result = admitted.and(!limited);
    if is_below_account && result.is_true() {
        run.note_reason("the owner of a delivery of logs can choose its path in the bucket");
        return Truth::Unknown;
    }
    result
}

/// Whether all resources of a statement are log files of accounts that it names: `arn:aws:s3:::logs/AWSLogs/123456789012/*`.
fn is_for_logs_of_accounts(statement: &Value<'_>) -> bool {
    const FOLDER: &str = "/AWSLogs/";
    let resources = statement.get(element::RESOURCES).map(Value::items).unwrap_or_default();
    let names_account = |resource: &Value<'_>| {
        let text = canonical(resource);
        let below = text.split_once(FOLDER).and_then(|(_, below)| below.split_once('/'));
        below.is_some_and(|(account, _)| !account.is_empty() && !account.contains(['*', '?']))
    };
    !resources.is_empty() && resources.iter().all(names_account)
}

/// Whether a statement requires a key: with its own conditions, and with the `Deny` statements of the same policy, it allows only
/// requests that have the key with one of the values that they name. One of several keys is enough. `*` in the name of a key
/// matches any characters. Keys are in lower case.
pub fn requires_condition<'v, 't>(
    run: &mut Run<'_, 't>,
    statement: &'v Value<'t>,
    policy: &[&'v Value<'t>],
    subject: &Subject<'_, 't>,
    keys: &[String],
) -> Truth {
    let denies = Denies::among(run, policy);
    let names = |key: &str| keys.iter().any(|known| crate::eval::text::pattern_covers(known, key));
    requires_key(run, statement, &denies, subject, &names)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::target::bucket_targets;
    use super::super::testing::{bucket_statements, in_template, resource, template, with_statement};
    use super::*;
    use Truth::{False, True, Unknown};

    const OTHER: Subject<'_, '_> = Subject::Other { names: &[], service: None };

    fn ask(condition: &str) -> Vec<Truth> {
        with_statement(&format!("{{Effect: Allow, Principal: '*', Condition: {condition}}}"), |run, statement| {
            restricts_callers(run, statement.value, &[], &OTHER)
        })
    }

    #[test]
    fn fixed_values_of_identifying_keys_keep_strangers_out() {
        for condition in [
            "{StringEquals: {'aws:PrincipalOrgID': o-a1b2c3d4e5}}",
            "{StringEquals: {'AWS:SOURCEACCOUNT': '123456789012'}}",
            "{StringEquals: {'aws:SourceVpce': [vpce-1, vpce-2]}}",
            "{StringEqualsIgnoreCase: {'aws:SourceVpc': vpc-1}}",
            // `*` is a character here, which no caller has as its value.
            "{StringEquals: {'aws:SourceAccount': '*'}}",
            "{StringEquals: {'aws:PrincipalOrgID': ['o-a1b2c3d4e5', '*']}}",
            "{StringEqualsIgnoreCase: {'aws:SourceOrgID': ['o-a1b2c3d4e5', '*']}}",
            "{StringEquals: {'aws:PrincipalArn': ['arn:aws:iam::123456789012:role/reader', '*']}}",
            "{'ForAnyValue:StringEquals': {'aws:PrincipalOrgPaths': ['o-a1b2c3d4e5/r-ab12/', '*']}}",
            "{StringLike: {'aws:SourceVpc': vpc-1}}",
            "{StringEquals: {'kms:CallerAccount': {Ref: 'AWS::AccountId'}, 'kms:ViaService': \
             s3.us-east-1.amazonaws.com}}",
            "{StringEquals: {'aws:SourceVpce': {Ref: Open}}}",
            "{StringEquals: {'aws:PrincipalOrgID': {'Fn::ImportValue': x}}}",
            "{ArnLike: {'aws:SourceArn': 'arn:aws:cloudfront::123456789012:distribution/*'}}",
            "{ArnLike: {'aws:SourceArn': {'Fn::Sub': 'arn:aws:sns:*:${AWS::AccountId}:*'}}}",
            "{ArnEquals: {'aws:SourceArn': {'Fn::GetAtt': [Bucket, Arn]}}}",
            "{ArnLike: {'aws:SourceArn': 'arn:aws:s3:*:*:phi-records'}}",
            "{ArnLike: {'aws:SourceArn': 'arn:aws:execute-api:us-east-1:*:a1b2c3/*'}}",
            "{ArnLike: {'aws:SourceArn': {'Fn::Sub': 'arn:aws:execute-api:us-east-1:*:${Bucket}/*'}}}",
            "{ArnLike: {'aws:SourceArn': {'Fn::Sub': 'arn:aws:s3:::${Bucket}'}}}",
            "{StringLike: {'s3:DataAccessPointArn': 'arn:aws:s3:us-west-2:123456789012:accesspoint/*'}}",
            "{StringLike: {'aws:userid': 'AROAEXAMPLEID:*'}}",
            "{StringLike: {'aws:userid': {'Fn::Sub': '${Role.RoleId}:*'}}}",
            "{StringEquals: {'aws:PrincipalAccount': '${aws:ResourceAccount}'}}",
            "{StringEquals: {'aws:PrincipalOrgID': '${aws:ResourceOrgID}'}}",
            "{'ForAllValues:StringLike': {'aws:PrincipalOrgPaths': 'o-1/*'}, 'Null': {'aws:PrincipalOrgPaths': false}}",
            "{StringEqualsIfExists: {'aws:PrincipalOrgID': o-1}, 'Null': {'aws:PrincipalOrgID': 'false'}}",
            "{StringEqualsIfExists: {'aws:PrincipalOrgID': o-1}, StringLike: {'aws:PrincipalArn': 'arn:aws:iam::123456789012:*'}}",
            "{'ForAnyValue:StringLike': {'aws:PrincipalOrgPaths': 'o-a1b2c3d4e5/r-ab12/*'}}",
            "{IpAddress: {'aws:SourceIp': [203.0.113.0/24, '2001:DB8::/32']}}",
            "{Bool: {'elasticfilesystem:AccessedViaMountTarget': true}}",
            "{Bool: {'aws:SecureTransport': true}, StringEquals: {'aws:PrincipalAccount': '123456789012'}}",
        ] {
            assert_eq!(ask(condition), [True], "{condition}");
        }
    }

    #[test]
    fn kms_has_no_anonymous_callers() {
        for (condition, expected) in [
            ("{StringEqualsIfExists: {'kms:CallerAccount': '123456789012'}}", True),
            ("{ArnLikeIfExists: {'aws:PrincipalArn': 'arn:aws:iam::123456789012:*'}}", True),
            // A principal of an account without an organization lacks it.
            ("{StringEqualsIfExists: {'aws:PrincipalOrgID': o-1}}", False),
            ("{StringEqualsIfExists: {'aws:SourceAccount': '123456789012'}}", False),
        ] {
            let text = format!("{{Effect: Allow, Principal: '*', Condition: {condition}}}");
            let found = with_statement(&text, |run, statement| {
                let key = Subject::Other { names: &[], service: Some("kms") };
                [&key, &OTHER].map(|subject| restricts_callers(run, statement.value, &[], subject))
            });
            assert_eq!(found, [[expected, False]], "{condition}");
        }
    }

    #[test]
    fn what_a_stranger_can_satisfy_keeps_nobody_out() {
        for condition in [
            "{}",
            "{Bool: {'aws:SecureTransport': true}}",
            "{StringNotEquals: {'aws:PrincipalOrgID': o-1}}",
            "{StringEqualsIfExists: {'aws:PrincipalOrgID': o-1}}",
            "{'ForAllValues:StringEquals': {'aws:PrincipalOrgPaths': 'o-1/r-1/'}}",
            "{'Null': {'aws:PrincipalOrgID': false}}",
            "{StringLike: {'aws:SourceVpc': 'vpc-*'}}",
            "{StringLike: {'aws:SourceAccount': '*'}}",
            "{StringLike: {'aws:SourceAccount': ['123456789012', '*']}}",
            "{StringLike: {'aws:PrincipalOrgID': ['o-a1b2c3d4e5', 'o-*']}}",
            "{'ForAnyValue:StringLike': {'aws:PrincipalOrgPaths': ['o-a1b2c3d4e5/*', '*/r-ab12/*']}}",
            "{ArnEquals: {'aws:PrincipalArn': ['arn:aws:iam::123456789012:role/reader', '*']}}",
            "{StringEquals: {'aws:PrincipalAccount': ['123456789012', '${aws:PrincipalAccount}']}}",
            "{StringEquals: {'aws:PrincipalAccount': '${aws:PrincipalTag/account}'}}",
            "{StringLike: {'aws:userid': 'AROA*:session'}}",
            "{StringLike: {'aws:userid': '*:session'}}",
            "{StringEquals: {'aws:username': admin}}",
            "{IpAddress: {'aws:VpcSourceIp': 10.0.0.0/8}}",
            "{IpAddress: {'aws:VpcSourceIp': 203.0.113.0/24}}",
            "{StringLike: {'s3:DataAccessPointArn': 'arn:aws:s3:*:*:accesspoint/*'}}",
            "{ArnLike: {'aws:SourceArn': 'arn:aws:s3:*:*:accesspoint/*'}}",
            "{'ForAllValues:StringLike': {'aws:PrincipalOrgPaths': 'o-1/*'}, 'Null': {'aws:PrincipalOrgPaths': true}}",
            "{StringEqualsIfExists: {'aws:PrincipalOrgID': o-1}, 'Null': {'aws:SourceVpc': false}}",
            "{DateGreaterThan: {'aws:CurrentTime': '2024-01-01'}, DateLessThan: {'aws:CurrentTime': '2030-01-01'}}",
            "{NumericGreaterThanEquals: {'s3:TlsVersion': 1.2}}",
            "{Bool: {'aws:MultiFactorAuthPresent': true}}",
            "{ArnLike: {'aws:SourceArn': 'arn:aws:sns:*:*:*'}}",
            "{ArnLike: {'aws:SourceArn': 'arn:aws:execute-api:us-east-1:*:*/prod/*'}}",
            "{ArnLike: {'aws:SourceArn': 'arn:aws:s3:::*'}}",
            "{ArnLike: {'aws:SourceArn': 'arn:aws:sqs:us-east-1:*:queue'}}",
            "{ArnLike: {'aws:PrincipalArn': '*'}}",
            "{'ForAnyValue:StringLike': {'aws:PrincipalOrgPaths': '*'}}",
            "{IpAddress: {'aws:SourceIp': 0.0.0.0/0}}",
            "{IpAddress: {'aws:SourceIp': [203.0.113.0/24, 0.0.0.0/1]}}",
            "{NotIpAddress: {'aws:SourceIp': 203.0.113.0/24}}",
            "{Bool: {'elasticfilesystem:AccessedViaMountTarget': false}}",
            "{StringEquals: {'kms:ViaService': s3.us-east-1.amazonaws.com}}",
            "{StringEquals: {'lambda:FunctionUrlAuthType': NONE}}",
            "{StringEquals: {'s3:x-amz-acl': bucket-owner-full-control}}",
        ] {
            assert_eq!(ask(condition), [False], "{condition}");
        }
    }

    #[test]
    fn unsettled_values_decide_only_where_they_matter() {
        for (condition, expected) in [
            ("{StringLike: {'aws:PrincipalOrgID': {Ref: Open}}}", &[Unknown][..]),
            ("{IpAddress: {'aws:SourceIp': {Ref: Open}}}", &[Unknown]),
            ("{ArnLike: {'aws:SourceArn': {'Fn::Sub': 'arn:aws:sns:*:${Open}:*'}}}", &[Unknown]),
            ("{'Fn::ImportValue': x}", &[Unknown]),
            ("{StringFoo: {'aws:PrincipalOrgID': o-1}}", &[Unknown]),
            ("{NumericEquals: {'aws:SourceAccount': 123456789012}}", &[Unknown]),
            ("{StringEquals: {'aws:PrincipalOrgID': {Ref: Known}}}", &[True]),
            ("{StringLike: {'aws:PrincipalOrgID': {Ref: Choice}}}", &[True, False]),
            // Its `*` is a character.
            ("{StringEquals: {'aws:PrincipalOrgID': {Ref: Choice}}}", &[True]),
            ("{StringLike: {'aws:PrincipalOrgID': {Ref: Open}, 'aws:SourceVpc': vpc-1}}", &[True]),
        ] {
            assert_eq!(ask(condition), expected, "{condition}");
        }
    }

    /// Whether the first of some statements of a bucket's policy restricts the callers, given the others.
    fn among(statements: &str) -> Vec<Truth> {
        in_template(&template(&format!("[{statements}]")), |run, model, _| {
            let found = bucket_statements(run, model).found;
            let policy: Vec<&Value<'_>> = found.iter().map(|one| one.value).collect();
            let targets = bucket_targets(run, resource(model, "Bucket"));
            restricts_callers(run, policy[0], &policy, &Subject::Bucket(&targets))
        })
    }

    const ALLOW: &str =
        "{Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: {'Fn::Sub': '${Bucket.Arn}/*'}}";

    /// A statement that denies everything to those outside an organization, with one element written otherwise.
    fn deny(element: &str, text: &str) -> String {
        let elements = [
            ("Effect", "Effect: Deny"),
            ("Principal", "Principal: '*'"),
            ("Action", "Action: 's3:*'"),
            ("Resource", "Resource: [{'Fn::GetAtt': [Bucket, Arn]}, {'Fn::Sub': '${Bucket.Arn}/*'}]"),
            ("Condition", "Condition: {StringNotEquals: {'aws:PrincipalOrgID': o-1}}"),
        ];
        let elements = elements.map(|(name, usual)| if name == element { text } else { usual });
        format!("{{{}}}", elements.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn a_deny_keeps_out_whoever_it_is_about() {
        for (element, text, expected) in [
            ("", "", True),
            ("Principal", "Principal: {AWS: '*'}", True),
            ("Principal", "NotPrincipal: {AWS: 'arn:aws:iam::123456789012:role/reader'}", True),
            ("Principal", "Principal: {AWS: 'arn:aws:iam::123456789012:root'}", False),
            ("Principal", "NotPrincipal: {AWS: '*'}", False),
            ("Action", "Action: 's3:GetObject'", True),
            ("Action", "Action: 'S3:get*'", True),
            ("Action", "Action: '*'", True),
            ("Action", "NotAction: 's3:PutObject'", True),
            ("Action", "Action: 's3:PutObject'", False),
            ("Action", "NotAction: 's3:Get*'", False),
            ("Resource", "Resource: '*'", True),
            ("Resource", "Resource: {'Fn::Sub': 'arn:aws:s3:::${Bucket}/*'}", True),
            ("Resource", "NotResource: {'Fn::Sub': '${Other.Arn}/*'}", True),
            ("Resource", "Resource: {'Fn::GetAtt': [Bucket, Arn]}", False),
            ("Resource", "Resource: {'Fn::Sub': '${Bucket.Arn}/phi/*'}", False),
            ("Resource", "NotResource: {'Fn::Sub': '${Bucket.Arn}/public/*'}", False),
            ("Effect", "Effect: Allow", False),
            ("Effect", "Effect: {Ref: Open}", Unknown),
            ("Action", "Action: {Ref: Open}", Unknown),
        ] {
            assert_eq!(among(&format!("{ALLOW}, {}", deny(element, text))), [expected], "{text}");
        }
    }

    #[test]
    fn a_deny_counts_for_requests_without_the_key_as_iam_evaluates_it() {
        for (condition, expected) in [
            // Whoever is not of the organization, a caller without credentials or organization too.
            ("{StringNotEquals: {'aws:PrincipalOrgID': o-1}}", True),
            ("{StringNotEquals: {'aws:PrincipalOrgID': [o-1, o-2]}}", True),
            ("{StringNotLike: {'aws:PrincipalOrgID': o-1}}", True),
            ("{StringNotEqualsIgnoreCase: {'aws:PrincipalOrgID': O-1}}", True),
            ("{StringNotEqualsIfExists: {'aws:PrincipalOrgID': o-1}}", True),
            ("{'ForAllValues:StringNotLike': {'aws:PrincipalOrgPaths': 'o-1/*'}}", True),
            ("{ArnNotLike: {'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/*'}}", True),
            ("{StringNotEquals: {'aws:PrincipalAccount': {Ref: 'AWS::AccountId'}}}", True),
            ("{StringNotEquals: {'aws:PrincipalOrgID': '${aws:ResourceOrgID}'}}", True),
            ("{StringNotEquals: {'aws:SourceVpce': vpce-1}}", True),
            ("{StringNotEquals: {'aws:SourceVpc': {Ref: Open}}}", True),
            ("{NotIpAddress: {'aws:SourceIp': [203.0.113.0/24, 198.51.100.7]}}", True),
            ("{StringNotLike: {'aws:userid': ['AROAEXAMPLEID:*', '123456789012']}}", True),
            (
                "{StringNotEquals: {'aws:PrincipalOrgID': o-1}, BoolIfExists: {'aws:PrincipalIsAWSService': 'false'}}",
                True,
            ),
            (
                "{StringNotEquals: {'aws:PrincipalOrgID': o-1}, StringNotEqualsIfExists: {'aws:SourceAccount': '123456789012'}}",
                True,
            ),
            (
                "{StringNotEqualsIfExists: {'aws:SourceVpc': vpc-1}, NotIpAddressIfExists: {'aws:SourceIp': 203.0.113.0/24}}",
                True,
            ),
            ("{'Null': {'aws:PrincipalOrgID': true}}", False),
            // Only those who have the key.
            ("{StringNotEquals: {'aws:PrincipalOrgID': o-1}, 'Null': {'aws:PrincipalOrgID': 'false'}}", False),
            ("{'ForAnyValue:StringNotLike': {'aws:PrincipalOrgPaths': 'o-1/*'}}", False),
            ("{'ForAnyValue:StringNotLikeIfExists': {'aws:PrincipalOrgPaths': 'o-1/*'}}", False),
            ("{StringNotEquals: {'aws:PrincipalOrgID': o-1}, Bool: {'aws:PrincipalIsAWSService': 'false'}}", False),
            ("{StringNotEquals: {'aws:SourceVpce': vpce-1}, 'Null': {'aws:SourceVpce': false}}", False),
            // Only those who do something that they need not do.
            ("{StringNotEquals: {'aws:PrincipalOrgID': o-1}, Bool: {'aws:SecureTransport': 'false'}}", False),
            ("{Bool: {'aws:SecureTransport': 'false'}}", False),
            ("{StringNotEquals: {'aws:PrincipalOrgID': o-1}, StringLike: {'aws:UserAgent': 'curl*'}}", False),
            ("{StringNotEquals: {'aws:username': admin}}", False),
            ("{NotIpAddress: {'aws:VpcSourceIp': 10.0.0.0/8}}", False),
            ("{NotIpAddress: {'aws:SourceIp': 0.0.0.0/1}}", False),
            ("{StringNotEquals: {'aws:PrincipalTag/team': records}}", False),
            ("{StringNotLike: {'aws:PrincipalArn': 'arn:aws:iam::*:role/admin'}}", False),
            ("{StringEquals: {'aws:PrincipalOrgID': o-1}}", False),
            ("{}", True),
        ] {
            let text = format!("Condition: {condition}");
            assert_eq!(among(&format!("{ALLOW}, {}", deny("Condition", &text))), [expected], "{condition}");
        }
    }

    #[test]
    fn denies_add_up_over_statements() {
        let get = deny("Action", "Action: 's3:GetObject'");
        let rest = deny("Action", "NotAction: 's3:GetObject'");
        let put = deny("Action", "Action: 's3:PutObject'");
        let public = deny("Resource", "Resource: {'Fn::Sub': '${Bucket.Arn}/public/*'}");
        let others = deny("Resource", "NotResource: {'Fn::Sub': '${Bucket.Arn}/public/*'}");
        let with_key = deny(
            "Condition",
            "Condition: {StringNotEquals: {'aws:PrincipalOrgID': o-1}, 'Null': {'aws:PrincipalOrgID': false}}",
        );
        let without_key = deny("Condition", "Condition: {'Null': {'aws:PrincipalOrgID': true}}");
        let everything = ALLOW.replace("'s3:GetObject'", "'s3:*'");
        let both = ALLOW.replace("'s3:GetObject'", "['s3:GetObject', 's3:PutObject']");
        let whole = ALLOW.replace("{'Fn::Sub': '${Bucket.Arn}/*'}", "'*'");
        for (allow, denies, expected) in [
            (ALLOW, vec![&get], True),
            (&everything, vec![&get], False),
            (&everything, vec![&rest], False),
            (&everything, vec![&get, &rest], True),
            (&both, vec![&get], False),
            (&both, vec![&get, &put], True),
            (ALLOW, vec![&public], False),
            (ALLOW, vec![&others], False),
            (ALLOW, vec![&public, &others], True),
            (ALLOW, vec![&with_key], False),
            (ALLOW, vec![&without_key], False),
            (ALLOW, vec![&with_key, &without_key], True),
            (&whole, vec![&get], True),
            (&everything, vec![&public, &get], False),
        ] {
            let denies: Vec<&str> = denies.into_iter().map(String::as_str).collect();
            let statements = format!("{allow}, {}", denies.join(", "));
            assert_eq!(among(&statements), [expected], "{statements}");
        }
    }

    #[test]
    fn an_allow_and_a_deny_hold_together() {
        let tag = "Condition: {StringEquals: {'aws:PrincipalTag/team': records}}";
        let allow = ALLOW.replace("Effect: Allow,", &format!("Effect: Allow, {tag},"));
        for (condition, expected) in [
            ("{StringNotEquals: {'aws:PrincipalOrgID': o-1}, StringEquals: {'aws:PrincipalTag/team': records}}", True),
            ("{StringNotEquals: {'aws:PrincipalOrgID': o-1}, StringEquals: {'aws:PrincipalTag/team': others}}", False),
            ("{StringNotEquals: {'aws:PrincipalOrgID': o-1}, 'Null': {'aws:PrincipalTag/team': false}}", True),
        ] {
            let text = format!("Condition: {condition}");
            assert_eq!(among(&format!("{allow}, {}", deny("Condition", &text))), [expected], "{condition}");
        }
    }

    #[test]
    fn a_principal_of_another_account_gets_in_unless_a_deny_is_about_it() {
        let allow = "{Effect: Allow, Principal: {AWS: 'arn:aws:iam::111122223333:role/a'}, Action: 's3:GetObject', Resource: {'Fn::Sub': '${Bucket.Arn}/*'}}";
        for (element, text, expected) in [
            ("Condition", "Condition: {StringNotEquals: {'aws:PrincipalAccount': {Ref: 'AWS::AccountId'}}}", False),
            ("Condition", "Condition: {StringNotEquals: {'aws:PrincipalAccount': '123456789012'}}", False),
            ("Condition", "Condition: {StringNotEquals: {'aws:PrincipalAccount': '${aws:ResourceAccount}'}}", False),
            ("Condition", "Condition: {ArnNotLike: {'aws:PrincipalArn': 'arn:aws:iam::123456789012:*'}}", False),
            ("Condition", "", False),
            // The account may be one of the organization, and its requests may come from anywhere.
            ("Condition", "Condition: {StringNotEquals: {'aws:PrincipalOrgID': o-1}}", True),
            ("Condition", "Condition: {StringNotEquals: {'aws:PrincipalAccount': '111122223333'}}", True),
            ("Condition", "Condition: {StringNotEquals: {'aws:SourceVpce': vpce-1}}", True),
            ("Condition", "Condition: {Bool: {'aws:SecureTransport': 'false'}}", True),
        ] {
            let statements = format!("[{allow}, {}]", deny(element, text));
            let found = in_template(&template(&statements), |run, model, _| {
                let found = bucket_statements(run, model).found;
                let policy: Vec<&Value<'_>> = found.iter().map(|one| one.value).collect();
                let targets = bucket_targets(run, resource(model, "Bucket"));
                let (truth, named) = super::super::principal(run, policy[0], super::super::Who::ForeignAccount);
                admitted(run, policy[0], &policy, &Subject::Bucket(&targets), truth, named).0
            });
            assert_eq!(found, [expected], "{text}");
        }
    }

    #[test]
    fn the_owner_is_compared_with_the_caller_in_either_direction() {
        for (condition, expected) in [
            ("{StringEquals: {'aws:ResourceOrgID': '${aws:PrincipalOrgID}'}}", True),
            ("{StringLike: {'aws:ResourceAccount': '${AWS:principalaccount}'}}", True),
            ("{StringEqualsIfExists: {'aws:ResourceOrgID': ['${aws:PrincipalOrgID}']}}", True),
            ("{StringEquals: {'s3:ResourceAccount': '${aws:PrincipalAccount}'}}", True),
            ("{StringNotEquals: {'aws:ResourceAccount': '${aws:PrincipalAccount}'}}", False),
            ("{StringEquals: {'aws:ResourceAccount': '123456789012'}}", False),
            ("{StringEquals: {'aws:ResourceAccount': '${aws:ResourceAccount}'}}", False),
            ("{StringEquals: {'aws:ResourceTag/owner': '${aws:PrincipalAccount}'}}", False),
        ] {
            assert_eq!(ask(condition), [expected], "{condition}");
        }
        // Whether a denial counts where the variable has no value is not documented.
        let condition = "Condition: {StringNotEquals: {'aws:ResourceOrgID': '${aws:PrincipalOrgID}'}}";
        assert_eq!(among(&format!("{ALLOW}, {}", deny("Condition", condition))), [Unknown]);
    }

    #[test]
    fn values_that_others_have_require_nothing() {
        let keys = [
            "aws:principalorgid",
            "aws:resourceorgid",
            "aws:sourcearn",
            "cognito-identity.amazonaws.com:amr",
            "cognito-identity.amazonaws.com:aud",
            "saml:aud",
        ];
        let keys = keys.map(str::to_owned);
        for (condition, expected) in [
            ("{StringLike: {'aws:PrincipalOrgID': 'o-*'}}", False),
            ("{StringLike: {'aws:PrincipalOrgID': o-a1b2c3d4e5}}", True),
            ("{StringLike: {'aws:ResourceOrgID': 'o-??????????'}}", False),
            ("{StringLike: {'aws:ResourceOrgID': '${aws:PrincipalOrgID}'}}", True),
            ("{ArnLike: {'aws:SourceArn': 'arn:aws:cloudtrail:*:*:trail/*'}}", False),
            ("{ArnLike: {'aws:SourceArn': 'arn:aws:cloudtrail:*:123456789012:trail/*'}}", True),
            (
                "{ArnLike: {'aws:SourceArn': 'arn:aws:rolesanywhere:*:*:trust-anchor/1b4d7a1c-0a1b-4c2d-8e3f-0123456789ab'}}",
                True,
            ),
            ("{ArnLike: {'aws:SourceArn': {'Fn::GetAtt': [Bucket, Arn]}}}", True),
            ("{StringLike: {'cognito-identity.amazonaws.com:aud': 'us-east-1:*'}}", False),
            ("{'ForAnyValue:StringLike': {'cognito-identity.amazonaws.com:amr': authenticated}}", True),
            ("{'ForAnyValue:StringLike': {'cognito-identity.amazonaws.com:amr': 'auth*'}}", True),
            ("{'ForAnyValue:StringLike': {'cognito-identity.amazonaws.com:amr': '*authenticated'}}", False),
            (
                "{'ForAnyValue:StringEquals': {'cognito-identity.amazonaws.com:amr': [authenticated, unauthenticated]}}",
                False,
            ),
            ("{StringLike: {'SAML:aud': 'https://*'}}", False),
            ("{StringLike: {'SAML:aud': 'https://*.signin.aws.amazon.com/saml'}}", True),
            ("{Bool: {'aws:SourceArn': false}}", True),
        ] {
            let found = with_statement(&format!("{{Effect: Allow, Condition: {condition}}}"), |run, statement| {
                requires_condition(run, statement.value, &[], &OTHER, &keys)
            });
            assert_eq!(found, [expected], "{condition}");
        }
    }

    #[test]
    fn keys_that_conditions_require_together() {
        for (condition, expected) in [
            ("{StringEquals: {'sts:ExternalId': x}}", True),
            ("{StringEqualsIfExists: {'sts:ExternalId': x}, 'Null': {'sts:ExternalId': false}}", True),
            ("{'ForAllValues:StringEquals': {'sts:ExternalId': x}, 'Null': {'sts:ExternalId': 'false'}}", True),
            ("{'ForAnyValue:StringLike': {'sts:ExternalId': 'x*'}}", True),
            ("{StringEquals: {'sts:ExternalId': {Ref: Open}}}", True),
            ("{StringLike: {'sts:ExternalId': {Ref: Open}}}", Unknown),
            ("{StringLike: {'sts:ExternalId': '*'}}", False),
            ("{StringEqualsIfExists: {'sts:ExternalId': x}}", False),
            ("{StringNotEquals: {'sts:ExternalId': x}}", False),
            ("{'Null': {'sts:ExternalId': false}}", False),
            ("{StringEquals: {'aws:PrincipalOrgID': o-1}}", False),
            ("{'Fn::ImportValue': x}", Unknown),
            ("{}", False),
        ] {
            let found = with_statement(&format!("{{Effect: Allow, Condition: {condition}}}"), |run, statement| {
                requires_condition(run, statement.value, &[], &OTHER, &["sts:externalid".to_owned()])
            });
            assert_eq!(found, [expected], "{condition}");
        }
    }
}
