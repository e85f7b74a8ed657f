//! Conditions that keep out callers one does not know.
//!
//! "Everyone" is not everyone where a condition admits only fixed callers or fixed networks. Which keys and values do is
//! AWS's published definition of a policy that is not public.
//!
//! Sources: Amazon S3 user guide, "Blocking public access to your Amazon S3 storage", "The meaning of public"; Amazon EFS
//! user guide, "Blocking public access to EFS file systems", "The meaning of public"; IAM User Guide, "AWS global
//! condition context keys".

use super::account::{Account, account_of};
use super::cidr::Cidr;
use super::condition::{Test, has_policy_variable, read};
use super::normal::element;
use super::pattern::{Pattern, Side};
use super::principal::is_identity;
use crate::eval::Run;
use crate::eval::text::equals_str;
use crate::eval::value::{Content, Value};
use crate::truth::Truth;

/// What makes a value of a key fixed.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Fixed {
    /// It has no wildcard.
    Whole,
    /// It is an ARN whose account is fixed, or the ARN of a bucket, whose name is unique: a wildcard elsewhere still
    /// does not admit other accounts.
    Arn,
    /// The organization's ID before the first `/` is fixed; organizational units below it may be wildcards.
    OrganizationPath,
    /// A range of addresses that is narrow enough.
    Addresses,
    /// `true`.
    Yes,
}

/// The keys that distinguish callers, in lower case, sorted.
///
/// The list of S3 with the keys that it sums up as "an AWS principal, user, role, or service principal", the one that EFS
/// adds, and keys of the same meaning: the owner of the VPC endpoint, the organization of the source, the calling function
/// or instance, and KMS's own key for the caller's account (KMS developer guide, "Condition keys for AWS KMS").
/// Not: `kms:ViaService`, `lambda:FunctionUrlAuthType`, `aws:PrincipalType`, `aws:PrincipalTag/…`, `aws:Referer`,
/// `aws:UserAgent`, which anyone in any account can satisfy.
const KEYS: [(&str, Fixed); 32] = [
    ("aws:ec2instancesourcevpc", Fixed::Whole),
    ("aws:principalaccount", Fixed::Whole),
    ("aws:principalarn", Fixed::Arn),
    ("aws:principalorgid", Fixed::Whole),
    ("aws:principalorgpaths", Fixed::OrganizationPath),
    ("aws:principalservicename", Fixed::Whole),
    ("aws:principalservicenameslist", Fixed::Whole),
    ("aws:sourceaccount", Fixed::Whole),
    ("aws:sourcearn", Fixed::Arn),
    ("aws:sourceip", Fixed::Addresses),
    ("aws:sourceorgid", Fixed::Whole),
    ("aws:sourceorgpaths", Fixed::OrganizationPath),
    ("aws:sourceowner", Fixed::Whole),
    ("aws:sourcevpc", Fixed::Whole),
    ("aws:sourcevpcarn", Fixed::Arn),
    ("aws:sourcevpce", Fixed::Whole),
    ("aws:userid", Fixed::Whole),
    ("aws:username", Fixed::Whole),
    ("aws:vpceaccount", Fixed::Whole),
    ("aws:vpceorgid", Fixed::Whole),
    ("aws:vpceorgpaths", Fixed::OrganizationPath),
    ("aws:vpcsourceip", Fixed::Addresses),
    ("codebuild:buildarn", Fixed::Arn),
    ("codebuild:projectarn", Fixed::Arn),
    ("ec2:sourceinstancearn", Fixed::Arn),
    ("elasticfilesystem:accessedviamounttarget", Fixed::Yes),
    ("elasticfilesystem:accesspointarn", Fixed::Arn),
    ("kms:calleraccount", Fixed::Whole),
    ("lambda:sourcefunctionarn", Fixed::Arn),
    ("s3:dataaccesspointaccount", Fixed::Whole),
    ("s3:dataaccesspointarn", Fixed::Arn),
    ("s3:x-amz-server-side-encryption-aws-kms-key-id", Fixed::Arn),
];

/// Whether the conditions of a normalised statement keep out callers one does not know.
///
/// One condition is enough, since all must hold. It must require the key: negated operators, `…IfExists` and
/// `ForAllValues:` let a request without it pass. All its values must be fixed, since any one of them suffices.
pub fn restricts_callers<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>) -> Truth {
    let conditions = statement.get(element::CONDITIONS).map(Value::items).unwrap_or_default();
    Truth::any(conditions.iter().map(|condition| {
        let Some((operator, key, values)) = read(run, condition) else { return Truth::Unknown };
        let Ok(index) = KEYS.binary_search_by(|(known, _)| (*known).cmp(key.as_ref())) else { return Truth::False };
        let Some((_, fixed)) = KEYS.get(index).filter(|_| operator.requires_a_value()) else { return Truth::False };
        Truth::all(values.iter().map(|value| {
            run.decide(&[value], &|values| {
                values.first().map_or(Truth::False, |value| is_fixed(value, *fixed, operator.test))
            })
        }))
    }))
}

fn is_fixed(value: &Value<'_>, fixed: Fixed, test: Test) -> Truth {
    match fixed {
        Fixed::Whole => has_no_wildcard(value, test),
        Fixed::Arn => has_no_wildcard(value, test).or(is_fixed_arn(value)),
        Fixed::OrganizationPath => is_fixed_organization(value, test),
        Fixed::Addresses => match value.text() {
            Some(text) => Cidr::parse(&text).is_some_and(Cidr::is_narrow).into(),
            // The address of a resource is one address.
            None if value.as_reference().is_some_and(is_identity) => Truth::True,
            None => Truth::Unknown,
        },
        Fixed::Yes => equals_str(value, "true"),
    }
}

/// Whether a value is the same for every request, and no wildcard matches it.
fn has_no_wildcard(value: &Value<'_>, test: Test) -> Truth {
    if let Some(text) = value.text() {
        return (!text.contains(['*', '?']) && !has_policy_variable(&text)).into();
    }
    let mut result = Truth::True;
    for part in value.parts() {
        result = result.and(match &part.content {
            Content::Known(text) => (!text.contains(['*', '?']) && !has_policy_variable(text)).into(),
            Content::Choice => Truth::Unknown,
            _ if is_identity(&part.origin) => Truth::True,
            // Whatever it is, it is compared as it stands: these operators have no wildcards.
            _ if matches!(test, Test::StringEquals | Test::StringEqualsIgnoreCase) => Truth::True,
            _ => Truth::Unknown,
        });
    }
    result
}

/// The account of an ARN is fixed, or the bucket that it names.
fn is_fixed_arn(value: &Value<'_>) -> Truth {
    if value.text().is_some_and(|text| has_policy_variable(&text)) {
        return Truth::False;
    }
    match account_of(value) {
        Account::Own => Truth::True,
        Account::Text(account) if !account.is_empty() && !account.contains(['*', '?']) => Truth::True,
        // `arn:aws:s3:::bucket`, also written `arn:aws:s3:*:*:bucket`.
        Account::Text(_) => is_bucket_arn(value),
        Account::Unsettled(part) if is_identity(&part.origin) => Truth::True,
        Account::Unsettled(_) => Truth::Unknown,
        Account::None => Truth::False,
    }
}

fn is_bucket_arn(value: &Value<'_>) -> Truth {
    let pattern = Pattern::of(value, Side::Outer).unwrap_or_default();
    let mut segments = pattern.text().splitn(6, ':').skip(2);
    if segments.next() != Some("s3") {
        return Truth::False;
    }
    // The bucket's name comes before the first `/`. A name that is not settled is one bucket's name all the same.
    let name = segments.nth(2).and_then(|resource| resource.split('/').next()).unwrap_or_default();
    (!name.is_empty() && !name.contains(['*', '?'])).into()
}

/// `o-a1b2c3d4e5/r-ab12/*`
fn is_fixed_organization(value: &Value<'_>, test: Test) -> Truth {
    match value.text() {
        Some(text) => {
            let organization = text.split('/').next().unwrap_or_default();
            (!organization.is_empty() && !organization.contains(['*', '?']) && !has_policy_variable(organization))
                .into()
        }
        None => has_no_wildcard(value, test),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::with_statement;
    use super::*;
    use Truth::{False, True, Unknown};

    fn ask(condition: &str) -> Vec<Truth> {
        with_statement(&format!("{{Effect: Allow, Principal: '*', Condition: {condition}}}"), |run, statement| {
            restricts_callers(run, statement.value)
        })
    }

    #[test]
    fn the_keys_are_in_order() {
        assert!(KEYS.is_sorted_by_key(|(key, _)| *key));
        assert!(KEYS.iter().all(|(key, _)| *key == key.to_ascii_lowercase()));
    }

    #[test]
    fn fixed_values_of_identifying_keys_keep_strangers_out() {
        for condition in [
            "{StringEquals: {'aws:PrincipalOrgID': o-a1b2c3d4e5}}",
            "{StringEquals: {'AWS:SOURCEACCOUNT': '123456789012'}}",
            "{StringEquals: {'aws:SourceVpce': [vpce-1, vpce-2]}}",
            "{StringEqualsIgnoreCase: {'aws:SourceVpc': vpc-1}}",
            "{StringLike: {'aws:SourceVpc': vpc-1}}",
            "{StringEquals: {'kms:CallerAccount': {Ref: 'AWS::AccountId'}, 'kms:ViaService': \
             s3.us-east-1.amazonaws.com}}",
            "{StringEquals: {'aws:SourceVpce': {Ref: Open}}}",
            "{StringEquals: {'aws:PrincipalOrgID': {'Fn::ImportValue': x}}}",
            "{ArnLike: {'aws:SourceArn': 'arn:aws:cloudfront::123456789012:distribution/*'}}",
            "{ArnLike: {'aws:SourceArn': {'Fn::Sub': 'arn:aws:sns:*:${AWS::AccountId}:*'}}}",
            "{ArnEquals: {'aws:SourceArn': {'Fn::GetAtt': [Bucket, Arn]}}}",
            "{ArnLike: {'aws:SourceArn': 'arn:aws:s3:*:*:phi-records'}}",
            "{ArnLike: {'aws:SourceArn': {'Fn::Sub': 'arn:aws:s3:::${Bucket}'}}}",
            "{StringLike: {'s3:DataAccessPointArn': 'arn:aws:s3:us-west-2:123456789012:accesspoint/*'}}",
            "{'ForAnyValue:StringLike': {'aws:PrincipalOrgPaths': 'o-a1b2c3d4e5/r-ab12/*'}}",
            "{IpAddress: {'aws:SourceIp': [203.0.113.0/24, '2001:DB8::/32']}}",
            "{Bool: {'elasticfilesystem:AccessedViaMountTarget': true}}",
            "{Bool: {'aws:SecureTransport': true}, StringEquals: {'aws:PrincipalAccount': '123456789012'}}",
        ] {
            assert_eq!(ask(condition), [True], "{condition}");
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
            "{StringEquals: {'aws:SourceAccount': '*'}}",
            "{StringEquals: {'aws:SourceAccount': ['123456789012', '*']}}",
            "{StringEquals: {'aws:PrincipalAccount': '${aws:ResourceAccount}'}}",
            "{StringLike: {'aws:userid': 'AROAEXAMPLE:*'}}",
            "{ArnLike: {'aws:SourceArn': 'arn:aws:sns:*:*:*'}}",
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
            ("{StringEquals: {'aws:PrincipalOrgID': {Ref: Known}}}", &[True]),
            ("{StringEquals: {'aws:PrincipalOrgID': {Ref: Choice}}}", &[True, False]),
            ("{StringLike: {'aws:PrincipalOrgID': {Ref: Open}, 'aws:SourceVpc': vpc-1}}", &[True]),
        ] {
            assert_eq!(ask(condition), expected, "{condition}");
        }
    }
}
