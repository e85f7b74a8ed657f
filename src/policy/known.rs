//! Context keys that distinguish callers, and fixed values of them, which no unknown caller can have.
//!
//! Sources: Amazon S3 user guide, "Blocking public access to your Amazon S3 storage", "The meaning of public"; Amazon EFS
//! user guide, "Blocking public access to EFS file systems", "The meaning of public"; IAM User Guide, "AWS global
//! condition context keys".

use super::account::{Account, account_of};
use super::cidr::Cidr;
use super::condition::{Test, has_policy_variable};
use super::pattern::{Pattern, Side};
use super::principal::{is_identity, is_plain, is_plain_reference};
use super::token::admits_any_owner;
use super::wildcard::is_wildcard_text;
use crate::eval::text::{CLOSE, OPEN, equals_str, pattern_covers};
use crate::eval::value::{Content, Value};
use crate::truth::Truth;

/// What makes a value of a key fixed.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Fixed {
    /// It has no wildcard.
    Whole,
    /// It is an ARN whose account is fixed, or the ARN of a bucket, whose name is unique: a wildcard elsewhere still admits
    /// no one else.
    Arn,
    /// It is an ARN whose account is fixed.
    ArnOfAccount,
    /// The organization's ID before the first `/` is fixed; organizational units below it may be wildcards.
    OrganizationPath,
    /// The unique ID before the first `:` is fixed; what follows is the name of a role's session, which may be a wildcard.
    UserId,
    /// A range of addresses that is narrow enough.
    Addresses,
    /// `true`.
    Yes,
}

/// Which requests have a key. Source: IAM User Guide, "AWS global condition context keys", "Availability" of each.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// Signed requests: the key identifies the caller.
    Caller,
    /// Requests from an internet address, not through a VPC endpoint.
    Internet,
    /// Requests through a VPC endpoint.
    Endpoint,
    /// Requests that an AWS service makes for a resource.
    Source,
    /// Any request: the key is about the request or the resource.
    Request,
}

/// The keys that distinguish callers, in lower case, sorted.
///
/// The list of S3 with the keys that it sums up as "an AWS principal, user, role, or service principal", the one that EFS
/// adds, and keys of the same meaning: the owner of the VPC endpoint, the organization of the source, the calling function
/// or instance, KMS's own key for the caller's account (KMS developer guide, "Condition keys for AWS KMS"), and VPC Lattice's keys for
/// the VPC of the caller and its owner (VPC Lattice user guide, "Control access to VPC Lattice services using auth policies").
/// Not: `kms:ViaService`, `lambda:FunctionUrlAuthType`, `aws:PrincipalType`, `aws:PrincipalTag/…`, `aws:Referer`,
/// `aws:UserAgent`, `aws:username`, which anyone in any account can satisfy, and `aws:VpcSourceIp`: every VPC may have the
/// same addresses (IAM User Guide, "aws:VpcSourceIp": present for every request through any VPC endpoint).
///
/// `aws:SourceOwner` is the key of the policy that SNS gives a new topic, for the principals of the topic's account and for what
/// services do there (Amazon SNS developer guide, "Example cases for Amazon SNS access control"), so it may be in any request.
///
/// A key with `=` is a [mirrored](mirror) comparison.
const KEYS: [(&str, Fixed, Group); 35] = [
    ("aws:ec2instancesourcevpc", Fixed::Whole, Group::Caller),
    ("aws:principalaccount", Fixed::Whole, Group::Caller),
    ("aws:principalarn", Fixed::Arn, Group::Caller),
    ("aws:principalorgid", Fixed::Whole, Group::Caller),
    ("aws:principalorgpaths", Fixed::OrganizationPath, Group::Caller),
    ("aws:principalservicename", Fixed::Whole, Group::Source),
    ("aws:principalservicenameslist", Fixed::Whole, Group::Source),
    ("aws:resourceaccount=${aws:principalaccount}", Fixed::Whole, Group::Caller),
    ("aws:resourceorgid=${aws:principalorgid}", Fixed::Whole, Group::Caller),
    ("aws:sourceaccount", Fixed::Whole, Group::Source),
    ("aws:sourcearn", Fixed::Arn, Group::Source),
    ("aws:sourceip", Fixed::Addresses, Group::Internet),
    ("aws:sourceorgid", Fixed::Whole, Group::Source),
    ("aws:sourceorgpaths", Fixed::OrganizationPath, Group::Source),
    ("aws:sourceowner", Fixed::Whole, Group::Request),
    ("aws:sourcevpc", Fixed::Whole, Group::Endpoint),
    ("aws:sourcevpcarn", Fixed::Arn, Group::Endpoint),
    ("aws:sourcevpce", Fixed::Whole, Group::Endpoint),
    ("aws:userid", Fixed::UserId, Group::Caller),
    ("aws:vpceaccount", Fixed::Whole, Group::Endpoint),
    ("aws:vpceorgid", Fixed::Whole, Group::Endpoint),
    ("aws:vpceorgpaths", Fixed::OrganizationPath, Group::Endpoint),
    ("codebuild:buildarn", Fixed::Arn, Group::Caller),
    ("codebuild:projectarn", Fixed::Arn, Group::Caller),
    ("ec2:sourceinstancearn", Fixed::Arn, Group::Caller),
    ("elasticfilesystem:accessedviamounttarget", Fixed::Yes, Group::Request),
    ("elasticfilesystem:accesspointarn", Fixed::ArnOfAccount, Group::Request),
    ("kms:calleraccount", Fixed::Whole, Group::Caller),
    ("lambda:sourcefunctionarn", Fixed::Arn, Group::Caller),
    ("s3:dataaccesspointaccount", Fixed::Whole, Group::Request),
    ("s3:dataaccesspointarn", Fixed::ArnOfAccount, Group::Request),
    ("s3:resourceaccount=${aws:principalaccount}", Fixed::Whole, Group::Caller),
    ("s3:x-amz-server-side-encryption-aws-kms-key-id", Fixed::Arn, Group::Request),
    ("vpc-lattice-svcs:sourcevpc", Fixed::Whole, Group::Request),
    ("vpc-lattice-svcs:sourcevpcowneraccount", Fixed::Whole, Group::Request),
];

/// What makes a value of a key fixed. None for keys that do not distinguish callers. The key is in lower case.
pub(super) fn fixed(key: &str) -> Option<Fixed> {
    entry(key).map(|(_, fixed, _)| *fixed)
}

/// Which requests have a key. The key is in lower case.
pub(super) fn group_of(key: &str) -> Group {
    match entry(key) {
        Some((_, _, group)) => *group,
        None if matches!(
            key,
            "aws:username" | "aws:principaltype" | "aws:multifactorauthage" | "aws:tokenissuetime"
        ) =>
        {
            Group::Caller
        }
        None if key.starts_with("aws:principaltag/") => Group::Caller,
        None if key == "aws:vpcsourceip" => Group::Endpoint,
        None => Group::Request,
    }
}

fn entry(key: &str) -> Option<&'static (&'static str, Fixed, Group)> {
    let index = KEYS.binary_search_by(|(known, ..)| (*known).cmp(key)).ok()?;
    KEYS.get(index)
}

/// Policy variables that stand for the owner of the resource: what is compared with them is fixed.
/// Source: IAM User Guide, "AWS global condition context keys", "aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths".
const OWNER_VARIABLES: [&str; 3] = ["${aws:resourceaccount}", "${aws:resourceorgid}", "${aws:resourceorgpaths}"];

/// What compares the owner of the resource with the caller instead of the caller with the owner: the key, the policy variable, and
/// under which name the comparison is known.
///
/// Source: IAM User Guide, "AWS global condition context keys", "aws:ResourceAccount", "aws:ResourceOrgID".
const MIRRORS: [(&str, &str, &str); 3] = [
    ("aws:resourceaccount", "${aws:principalaccount}", "aws:resourceaccount=${aws:principalaccount}"),
    ("aws:resourceorgid", "${aws:principalorgid}", "aws:resourceorgid=${aws:principalorgid}"),
    ("s3:resourceaccount", "${aws:principalaccount}", "s3:resourceaccount=${aws:principalaccount}"),
];

/// The name of the comparison, where a condition compares the owner of the resource with the caller. The key is in lower case.
pub(super) fn mirror(key: &str, values: &[Value<'_>]) -> Option<&'static str> {
    let [value] = values else { return None };
    let (_, variable, name) = MIRRORS.iter().find(|(known, ..)| *known == key)?;
    value.text()?.eq_ignore_ascii_case(variable).then_some(*name)
}

/// Whether a key is the name of such a comparison.
pub(super) fn is_mirror(key: &str) -> bool {
    key.contains('=')
}

/// Whether a key names the account of the caller, or of what it calls through: a value of it is that account or an ARN in it.
/// Not: the account that an AWS service acts for, which a statement about a service names as well.
pub(super) fn names_account(key: &str) -> bool {
    matches!(
        key,
        "aws:principalaccount"
            | "aws:principalarn"
            | "aws:sourceowner"
            | "aws:vpceaccount"
            | "codebuild:buildarn"
            | "codebuild:projectarn"
            | "ec2:sourceinstancearn"
            | "kms:calleraccount"
            | "lambda:sourcefunctionarn"
            | "s3:dataaccesspointaccount"
            | "s3:dataaccesspointarn"
            | "vpc-lattice-svcs:sourcevpcowneraccount"
    )
}

/// Values of a key that other callers have, so that a condition which holds for all of them requires nothing. The key is in lower case.
///
/// Sources: Amazon Cognito developer guide, "Role trust and permissions" (`amr` has `authenticated` or `unauthenticated`); IAM User
/// Guide, "Available keys for SAML-based AWS STS federation" (`SAML:aud` is an endpoint to which the assertions are presented).
pub(super) fn values_of_others(key: &str) -> &'static [&'static str] {
    match key {
        "cognito-identity.amazonaws.com:amr" => &["authenticated", "unauthenticated"],
        "saml:aud" => &["https://service.example.com/saml"],
        _ => &[],
    }
}

/// A value of a key that stands for all of its values, where they have something in common. The key is in lower case.
///
/// Source: AWS KMS developer guide, "AWS KMS condition keys", `kms:RequestAlias`, `kms:ResourceAliases`, `kms:ViaService` (2026-11).
fn any_value(key: &str) -> Option<&'static str> {
    match key {
        "kms:requestalias" | "kms:resourcealiases" => Some("alias/\u{10FFFD}"),
        "kms:viaservice" => Some("\u{10FFFD}.\u{10FFFD}.amazonaws.com"),
        _ => None,
    }
}

/// Whether a value of a condition on a key matches values that others have: it is not fixed, or it is a wildcard. The key is in lower
/// case.
pub(super) fn admits_others(key: &str, value: &Value<'_>, test: Test) -> Truth {
    let fixed = fixed(key).or(match key {
        "aws:resourceaccount" | "aws:resourceorgid" | "s3:resourceaccount" | "cognito-identity.amazonaws.com:aud" => {
            Some(Fixed::Whole)
        }
        "aws:resourceorgpaths" => Some(Fixed::OrganizationPath),
        _ => None,
    });
    let compared = matches!(test, Test::StringLike | Test::Arn | Test::IpAddress);
    if test == Test::StringLike
        && let (Some(any), Some(text)) = (any_value(key), value.text())
        && pattern_covers(&text, any)
    {
        return Truth::True;
    }
    if fixed.is_none()
        && let Some(admits) = admits_any_owner(key, value, !is_exact(test))
    {
        return admits;
    }
    match fixed {
        // It is true or false, and one of them is required.
        _ if test == Test::Bool => Truth::False,
        // Elsewhere a wildcard is a character, and a policy variable stands for one value.
        Some(fixed) if compared && !value.text().is_some_and(|text| has_policy_variable(&text)) => {
            !is_fixed(value, fixed, test)
        }
        _ => matches_anything(test, value),
    }
}

/// Whether a value of a condition matches all values that a key can have.
pub(super) fn matches_anything(test: Test, value: &Value<'_>) -> Truth {
    let text = value.text();
    match (test, &text) {
        (Test::StringLike | Test::Arn, Some(text)) => is_wildcard_text(&text.replace(':', "/")).into(),
        (Test::IpAddress, Some(text)) => Cidr::parse(text).is_some_and(Cidr::is_everything).into(),
        (Test::StringLike | Test::Arn | Test::IpAddress, None) => {
            // Text around an open part is no wildcard, and neither is the name or ARN of a resource.
            let named = match test {
                // A range of every address has no wildcard.
                Test::IpAddress => value.as_reference().is_some_and(is_identity),
                _ => is_plain_reference(value),
            };
            if value.is_opaque() && !named { Truth::Unknown } else { Truth::False }
        }
        // These operators have no wildcards: an unnamed value does not equal it.
        (Test::StringEquals | Test::StringEqualsIgnoreCase | Test::Binary, _) => Truth::False,
        (Test::Bool | Test::Numeric(_) | Test::Date(_) | Test::Null, _) => Truth::Unknown,
    }
}

/// Whether a value of a key that is fixed in this way admits no unknown caller.
pub(super) fn is_fixed(value: &Value<'_>, fixed: Fixed, test: Test) -> Truth {
    if value.text().is_some_and(|text| OWNER_VARIABLES.contains(&text.to_ascii_lowercase().as_str())) {
        return Truth::True;
    }
    match fixed {
        Fixed::Whole => has_no_wildcard(value, test),
        Fixed::Arn => {
            let named = is_bucket_arn(value).or(is_api_arn(value)).or(is_arn_of_unique_id(value).into());
            has_no_wildcard(value, test).or(is_fixed_arn(value)).or(named)
        }
        Fixed::ArnOfAccount => has_no_wildcard(value, test).or(is_fixed_arn(value)),
        Fixed::UserId => has_no_wildcard(value, test).or(is_fixed_user(value)),
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

/// Whether an operator compares values as they stand: `*` is a character to it. Source: IAM User Guide, "IAM JSON policy elements:
/// Condition operators": `StringEquals` is "exact matching", and of the string operators only `StringLike` has wildcards.
fn is_exact(test: Test) -> bool {
    matches!(test, Test::StringEquals | Test::StringEqualsIgnoreCase | Test::Binary)
}

/// Whether a value is the same for every request, and no wildcard matches it.
fn has_no_wildcard(value: &Value<'_>, test: Test) -> Truth {
    let is_settled = |text: &str| (is_exact(test) || !text.contains(['*', '?'])) && !has_policy_variable(text);
    if let Some(text) = value.text() {
        return is_settled(&text).into();
    }
    let mut result = Truth::True;
    for part in value.parts() {
        result = result.and(match &part.content {
            Content::Known(text) => is_settled(text).into(),
            Content::Choice | Content::Entry(_) => Truth::Unknown,
            _ if is_plain(part) => Truth::True,
            // Whatever it is, it is compared as it stands.
            _ if is_exact(test) => Truth::True,
            _ => Truth::Unknown,
        });
    }
    result
}

/// The account of an ARN is fixed.
fn is_fixed_arn(value: &Value<'_>) -> Truth {
    if value.text().is_some_and(|text| has_policy_variable(&text)) {
        return Truth::False;
    }
    match account_of(value) {
        Account::Own => Truth::True,
        Account::Text(account) => (!account.is_empty() && !account.contains(['*', '?'])).into(),
        Account::Unsettled(part) if is_plain(part) => Truth::True,
        Account::Unsettled(_) => Truth::Unknown,
        Account::None => Truth::False,
    }
}

/// The bucket that an ARN names is fixed: `arn:aws:s3:::bucket`, also written `arn:aws:s3:*:*:bucket`.
fn is_bucket_arn(value: &Value<'_>) -> Truth {
    let pattern = Pattern::of(value, Side::Outer).unwrap_or_default();
    if has_written_variable(pattern.text()) {
        return Truth::False;
    }
    let mut segments = pattern.text().splitn(6, ':').skip(2);
    let (service, account, resource) = (segments.next(), segments.nth(1), segments.next().unwrap_or_default());
    if service != Some("s3") {
        return Truth::False;
    }
    // What has an account is no bucket if there is a kind before its name: `accesspoint/records`.
    let (name, kind) = resource.split_once('/').map_or((resource, false), |(name, _)| (name, true));
    let no_bucket = kind && account.is_some_and(|account| !account.is_empty());
    (!no_bucket && !name.is_empty() && !name.contains(['*', '?'])).into()
}

/// The API that an ARN names is fixed: `arn:aws:execute-api:us-east-1:*:a1b2c3/*`. API Gateway chooses the ID, which is the host name
/// of the API in its Region: `https://a1b2c3.execute-api.us-east-1.amazonaws.com` (API Gateway developer guide, "Invoke REST APIs in
/// API Gateway").
fn is_api_arn(value: &Value<'_>) -> Truth {
    let pattern = Pattern::of(value, Side::Outer).unwrap_or_default();
    let mut segments = pattern.text().splitn(6, ':').skip(2);
    let (service, resource) = (segments.next(), segments.nth(2).unwrap_or_default());
    let id = resource.split('/').next().unwrap_or_default();
    let named = !id.is_empty() && !id.contains(['*', '?']) && !has_written_variable(id);
    (service == Some("execute-api") && named).into()
}

/// The ARN ends with a UUID, which AWS gives to one resource: `arn:aws:rolesanywhere:*:*:trust-anchor/1b4d…`.
fn is_arn_of_unique_id(value: &Value<'_>) -> bool {
    const LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
    let Some(text) = value.text() else { return false };
    let Some((_, id)) = text.rsplit_once('/').filter(|_| text.starts_with("arn:")) else { return false };
    id.split('-').map(str::len).eq(LENGTHS) && id.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// Whether a pattern's text has a policy variable outside of the names of what is open in it.
fn has_written_variable(text: &str) -> bool {
    text.split(OPEN).any(|piece| has_policy_variable(piece.rsplit(CLOSE).next().unwrap_or_default()))
}

/// `AROAEXAMPLEID:*`, or such an ID of a role of the template.
fn is_fixed_user(value: &Value<'_>) -> Truth {
    let pattern = Pattern::of(value, Side::Outer).unwrap_or_default();
    let Some((id, _)) = pattern.text().split_once(':') else { return Truth::False };
    let open = id.contains(OPEN) && !value.parts().first().is_some_and(is_plain);
    match (!id.is_empty() && !id.contains(['*', '?']) && !has_written_variable(id), open) {
        (false, _) => Truth::False,
        (true, true) => Truth::Unknown,
        (true, false) => Truth::True,
    }
}

/// `o-a1b2c3d4e5/r-ab12/*`
fn is_fixed_organization(value: &Value<'_>, test: Test) -> Truth {
    let pattern = Pattern::of(value, Side::Outer).unwrap_or_default();
    let organization = pattern.text().split('/').next().unwrap_or_default();
    let is_wild = !is_exact(test) && organization.contains(['*', '?']);
    if organization.is_empty() || is_wild || has_written_variable(organization) {
        return Truth::False;
    }
    // What is open has a wildcard in its value at most where these are compared with wildcards.
    let open = organization.contains(OPEN) && !is_exact(test);
    if open && !value.parts().first().is_some_and(is_plain) { Truth::Unknown } else { Truth::True }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_in_order() {
        assert!(KEYS.is_sorted_by_key(|(key, ..)| *key));
        assert!(KEYS.iter().all(|(key, ..)| *key == key.to_ascii_lowercase()));
        assert!(MIRRORS.iter().all(|(.., name)| fixed(name).is_some() && is_mirror(name)));
    }
}
