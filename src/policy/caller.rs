//! The values that requests of a caller can have for condition keys.
//!
//! A caller can make many requests: it chooses its network, whether it signs a request, and what the request contains. It cannot
//! choose its identity. A request is one choice for every key. A policy admits the caller if at least one request passes.
//!
//! Sources: IAM User Guide, "AWS global condition context keys" (the meaning of each key, and when a request has it); Amazon S3 user guide,
//! "Blocking public access to your Amazon S3 storage", "The meaning of public" (which keys and values distinguish callers).

use super::account::{Account, account_of};
use super::cidr::Cidr;
use super::condition::{Operator, Test, compare, has_policy_variable, seconds};
use super::known::{Fixed, Group, fixed, group_of, is_fixed, is_mirror, matches_anything};
use super::pattern::{Pattern, Side};
use crate::eval::Run;
use crate::eval::text::{pattern_covers, patterns_overlap};
use crate::eval::value::Value;
use crate::truth::Truth;

/// A caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// A caller that the policy does not name: without credentials, with credentials of some account, or through an AWS service
    /// that acts for such an account.
    Unknown,
    /// A principal of an account, with the account's ID if it is known.
    Account(Option<String>),
    /// An AWS service that acts for a resource of an account that the policy does not name, and that sends the resource's ARN and
    /// account; with its name if conditions name it.
    Service(Option<String>),
}

/// How a request reaches AWS.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Channel {
    /// Whether it is signed; otherwise it is anonymous.
    signed: bool,
    /// Whether it goes through a VPC endpoint; otherwise it comes from an internet address.
    endpoint: bool,
    /// Whether an AWS service makes it for a resource of the caller.
    service: bool,
}

impl Channel {
    /// Whether a service refuses what reaches it in this way, whatever its policies say. "To use AWS KMS, you must have credentials
    /// that AWS can use to authenticate your requests" (AWS KMS Developer Guide, "Authentication and access control"); S3, SQS, and
    /// others answer anonymous requests where a policy allows them.
    pub(super) fn is_refused_by(&self, service: Option<&str>) -> bool {
        !self.signed && !self.service && service == Some("kms")
    }
}

impl Caller {
    /// The channels that the caller can use. Services only if `through_services` is set: then the service is the caller, and a
    /// policy must name it separately.
    pub(super) fn channels(&self, through_services: bool) -> Vec<Channel> {
        let channel = |signed, endpoint| Channel { signed, endpoint, service: false };
        let service = Channel { signed: false, endpoint: false, service: true };
        if matches!(self, Self::Service(_)) {
            return vec![service];
        }
        let mut channels = vec![channel(true, false), channel(true, true)];
        if *self == Self::Unknown {
            channels.extend([channel(false, false), channel(false, true)]);
            if through_services {
                channels.push(service);
            }
        }
        channels
    }
}

/// The value of a key in a request.
#[derive(Clone, Debug)]
pub(super) enum Choice<'v, 't> {
    /// The request does not have the key.
    Absent,
    /// This text.
    Text(String),
    /// A value that no condition names.
    Unnamed,
    /// A value that matches this value of a condition, and no narrower one, with the truth that the caller can have such a value.
    Matching(&'v Value<'t>, Truth),
}

impl Choice<'_, '_> {
    /// Whether the caller can choose it. Never false.
    pub(super) fn is_possible(&self) -> Truth {
        match self {
            Self::Matching(_, possible) => *possible,
            _ => Truth::True,
        }
    }
}

/// The choices of a caller for a key on one channel, as far as conditions with these operators and values distinguish them.
pub(super) fn choices<'v, 't>(
    run: &mut Run<'_, 't>,
    caller: &Caller,
    channel: Channel,
    key: &str,
    conditions: &[(Operator, &'v [Value<'t>])],
) -> Vec<Choice<'v, 't>> {
    let texts = |texts: &[&str]| texts.iter().map(|text| Choice::Text((*text).to_owned())).collect::<Vec<_>>();
    match key {
        // "This key is always included in the request context."
        "aws:securetransport" => return texts(&["true", "false"]),
        "aws:viaawsservice" if channel.signed => return texts(&["false", "true"]),
        "aws:viaawsservice" => return texts(&["false"]),
        // "Anonymous requests do not include this key."
        "aws:principalisawsservice" if channel.service => return texts(&["true"]),
        "aws:principalisawsservice" if channel.signed => return texts(&["false"]),
        "aws:principalisawsservice" => return vec![Choice::Absent],
        "aws:multifactorauthpresent" if !channel.signed => return vec![Choice::Absent],
        _ => {}
    }
    let (is_there, may_lack) = match group_of(key) {
        Group::Caller => (channel.signed, !always_signed(key)),
        Group::Internet => (!channel.endpoint && !channel.service, false),
        Group::Endpoint => (channel.endpoint, true),
        Group::Source => (channel.service, !matches!(caller, Caller::Service(_)) || !always_sent(key)),
        Group::Request => (true, true),
    };
    if !is_there {
        return vec![Choice::Absent];
    }
    let mut choices = Vec::new();
    if may_lack {
        choices.push(Choice::Absent);
    }
    if let (Caller::Account(Some(account)), "aws:principalaccount" | "kms:calleraccount") = (caller, key) {
        choices.push(Choice::Text(account.clone()));
        return choices;
    }
    if let (Caller::Service(Some(name)), "aws:principalservicename" | "aws:principalservicenameslist") = (caller, key) {
        return vec![Choice::Text(name.clone())];
    }
    if fixed(key) == Some(Fixed::Yes) {
        choices.push(Choice::Text("false".to_owned()));
        return choices;
    }
    let mut seen: Vec<String> = Vec::new();
    let mut add = |choices: &mut Vec<Choice<'v, 't>>, text: String| {
        if !seen.contains(&text) {
            choices.push(Choice::Text(text.clone()));
            seen.push(text);
        }
    };
    let mut unnamed = true;
    for (operator, values) in conditions {
        match operator.test {
            Test::Null => {}
            Test::Bool => {
                unnamed = false;
                ["true", "false"].into_iter().for_each(|text| add(&mut choices, text.to_owned()));
            }
            // How IAM compares the text of such a key as a number is not documented.
            Test::Numeric(_) | Test::Date(_) if fixed(key).is_some() => {
                choices.extend(values.iter().map(|value| Choice::Matching(value, Truth::Unknown)));
            }
            Test::Numeric(_) | Test::Date(_) => {
                let number = |value: &Value<'_>| match operator.test {
                    Test::Date(_) => value.text().and_then(|text| seconds(&text)),
                    _ => value.number(),
                };
                for number in values.iter().filter_map(number) {
                    unnamed = false;
                    [number - 1.0, number, number + 1.0]
                        .into_iter()
                        .for_each(|near| add(&mut choices, near.to_string()));
                }
            }
            _ => {
                for value in *values {
                    let possible = can_have(run, caller, key, operator.test, value);
                    if !possible.is_false() {
                        choices.push(Choice::Matching(value, possible));
                    }
                }
            }
        }
    }
    if unnamed {
        choices.push(Choice::Unnamed);
    }
    choices
}

/// Whether every request has a key that a service makes for a resource and that names the resource.
fn always_sent(key: &str) -> bool {
    matches!(key, "aws:sourcearn" | "aws:sourceaccount")
}

/// Whether every signed request has a key: IAM User Guide, "AWS global condition context keys", "Availability".
fn always_signed(key: &str) -> bool {
    matches!(
        key,
        "aws:principalaccount"
            | "aws:principalarn"
            | "aws:principaltype"
            | "aws:resourceaccount=${aws:principalaccount}"
            | "aws:userid"
            | "kms:calleraccount"
            | "s3:resourceaccount=${aws:principalaccount}"
    )
}

/// Whether a caller can have a value for a key that matches a value of a condition.
fn can_have<'t>(run: &mut Run<'_, 't>, caller: &Caller, key: &str, test: Test, value: &Value<'t>) -> Truth {
    match caller {
        // Whoever owns the resource is named.
        Caller::Unknown | Caller::Service(_) if is_mirror(key) => Truth::False,
        Caller::Account(_) if is_mirror(key) => key.contains("orgid").into(),
        // It is the service that the policy names.
        Caller::Service(_) if key.starts_with("aws:principalservicename") => Truth::Unknown,
        // A service encrypts in the context of the resource that it acts for.
        Caller::Service(_) if key.starts_with("kms:encryptioncontext:") => !run
            .decide(&[value], &|values| values.first().map_or(Truth::False, |value| is_fixed(value, Fixed::Arn, test))),
        Caller::Unknown | Caller::Service(_) => match fixed(key) {
            Some(fixed) => !run
                .decide(&[value], &|values| values.first().map_or(Truth::False, |value| is_fixed(value, fixed, test))),
            None => Truth::True,
        },
        // An account can be in any organization and can share any network. Its principals are its own.
        Caller::Account(account) => match (key, account) {
            ("aws:principalarn", Some(account)) => run.decide(&[value], &|values| {
                values.first().map_or(Truth::False, |value| can_be_principal_of(account, test, value))
            }),
            ("aws:principalaccount" | "kms:calleraccount" | "aws:principalarn", _) => Truth::Unknown,
            _ => Truth::True,
        },
    }
}

/// Whether a principal of an account can have an ARN that matches a value of a condition: `*:role/App` is in every account.
fn can_be_principal_of(account: &str, test: Test, value: &Value<'_>) -> Truth {
    // The services that principals' ARNs are of: IAM User Guide, "IAM identifiers", "AWS STS ARNs".
    const SERVICES: [&str; 2] = ["iam", "sts"];
    const PARTITIONS: [&str; 3] = ["aws", "aws-cn", "aws-us-gov"];
    let Some(text) = value.text() else {
        return match account_of(value) {
            Account::Text(other) if !other.contains(['*', '?']) => (other == *account).into(),
            Account::Own => Truth::False,
            _ => Truth::Unknown,
        };
    };
    if has_policy_variable(&text) {
        return Truth::Unknown;
    }
    // Not `*`, which matches colons, too.
    let kinds = PARTITIONS.iter().flat_map(|partition| SERVICES.iter().map(move |service| (partition, service)));
    let mut kinds = kinds;
    let can_be = kinds.any(|(partition, service)| {
        let all = format!("arn:{partition}:{service}::{account}:*");
        match test {
            // Segment by segment, so a pattern without all of them matches nothing.
            Test::Arn => {
                let (own, others) = (text.splitn(6, ':'), all.splitn(6, ':'));
                own.clone().count() == 6 && own.zip(others).all(|(one, other)| patterns_overlap(one, other))
            }
            Test::StringLike => patterns_overlap(&text, &all),
            _ => pattern_covers(&all, &text),
        }
    });
    can_be.into()
}

/// Whether a condition holds for requests in which a caller has made a choice for its key.
pub(super) fn holds<'v, 't>(
    run: &mut Run<'_, 't>,
    caller: &Caller,
    key: &str,
    (operator, values): (Operator, &'v [Value<'t>]),
    choice: &Choice<'v, 't>,
) -> Truth {
    let test = operator.test;
    match choice {
        Choice::Absent => operator.holds(run, values, None),
        Choice::Text(text) => operator.holds(
            run,
            values,
            Some(&mut |run, value| {
                // A foreign account differs from the account of the policy.
                if matches!(caller, Caller::Account(_)) && names_own_account(value) {
                    return Truth::False;
                }
                compare(run, test, value, text)
            }),
        ),
        Choice::Unnamed => operator.holds(
            run,
            values,
            Some(&mut |run, value| {
                if is_named(run, caller, key, test, value).is_true() {
                    return Truth::False;
                }
                run.decide(&[value], &|values| {
                    values.first().map_or(Truth::False, |value| matches_anything(test, value))
                })
            }),
        ),
        Choice::Matching(chosen, _) => operator.holds(
            run,
            values,
            Some(&mut |run, value| {
                if std::ptr::eq(*chosen, value) {
                    return Truth::True;
                }
                if is_named(run, caller, key, test, value).is_true() {
                    return Truth::False;
                }
                run.decide(&[value, chosen], &|values| match values {
                    [value, chosen] => takes(test, value, chosen),
                    _ => Truth::Unknown,
                })
            }),
        ),
    }
}

/// Whether a condition's value names others than the caller.
fn is_named<'t>(run: &mut Run<'_, 't>, caller: &Caller, key: &str, test: Test, value: &Value<'t>) -> Truth {
    !can_have(run, caller, key, test, value)
}

fn names_own_account(value: &Value<'_>) -> bool {
    account_of(value) == Account::Own
        || value.text().is_some_and(|text| text.eq_ignore_ascii_case("${aws:ResourceAccount}"))
}

/// Whether a value of a condition matches the value of a request. The request's value matches `chosen` and is otherwise free, so a
/// narrower value does not match it.
fn takes(test: Test, value: &Value<'_>, chosen: &Value<'_>) -> Truth {
    if let (Some(value), Some(chosen)) = (value.text(), chosen.text()) {
        if value == chosen {
            return Truth::True;
        }
        if test == Test::IpAddress {
            return match (Cidr::parse(&value), Cidr::parse(&chosen)) {
                (Some(value), Some(chosen)) => value.contains(chosen).into(),
                _ => Truth::False,
            };
        }
        if has_policy_variable(&value) || has_policy_variable(&chosen) {
            return Truth::Unknown;
        }
        if matches!(test, Test::StringEquals | Test::Binary) && !chosen.contains(['*', '?']) {
            return Truth::False;
        }
        if test == Test::StringEqualsIgnoreCase {
            return value.eq_ignore_ascii_case(&chosen).into();
        }
    }
    if matches!(test, Test::Bool | Test::Numeric(_) | Test::Date(_)) {
        return Truth::Unknown;
    }
    let pattern = |value: &Value<'_>, side| Pattern::of(value, side).unwrap_or_default();
    let (value, chosen) = (pattern(value, Side::Outer), pattern(chosen, Side::Inner));
    match value.covers(&chosen) {
        // Both match in part: the caller can choose a value that both match.
        Truth::False if chosen.covers(&value).is_false() && !value.is_disjoint_from(&chosen).is_true() => {
            Truth::Unknown
        }
        truth => truth,
    }
}
