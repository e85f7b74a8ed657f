//! What the requests of a caller have under condition keys.
//!
//! A caller can make many requests: it chooses where it calls from, signs or does not, and sends what it likes. What it cannot
//! choose is who it is. A request is one choice for every key; whether a policy lets the caller in is whether some request passes.
//!
//! Sources: IAM User Guide, "AWS global condition context keys" (what each key is, and when a request has it); Amazon S3 user guide,
//! "Blocking public access to your Amazon S3 storage", "The meaning of public" (which keys and values tell callers apart).

use super::account::{Account, account_of};
use super::cidr::Cidr;
use super::condition::{Operator, Test, compare, has_policy_variable, seconds};
use super::known::{Fixed, Group, fixed, group_of, is_fixed};
use super::pattern::{Pattern, Side};
use super::wildcard::is_wildcard_text;
use crate::eval::Run;
use crate::eval::value::Value;
use crate::truth::Truth;

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// Anyone that no policy names: without credentials, with those of some account, or through an AWS service that acts for
    /// such an account.
    Unknown,
    /// Principals of an account; which one, where that is known.
    Account(Option<String>),
}

/// How a request is made.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// With credentials, or anonymously.
    signed: bool,
    /// Through a VPC endpoint, or from an address of the internet.
    endpoint: bool,
    /// By an AWS service for what belongs to the caller.
    service: bool,
}

impl Caller {
    /// The ways in which the caller can make requests. Through a service only where that is asked for (`through_services`):
    /// it is the service that calls then, which a policy must name for itself.
    pub(super) fn ways(&self, through_services: bool) -> Vec<Way> {
        let way = |signed, endpoint| Way { signed, endpoint, service: false };
        let mut ways = vec![way(true, false), way(true, true)];
        if *self == Self::Unknown {
            ways.extend([way(false, false), way(false, true)]);
            if through_services {
                ways.push(Way { signed: false, endpoint: false, service: true });
            }
        }
        ways
    }
}

/// What a request has under a key.
#[derive(Clone, Debug)]
pub(super) enum Choice<'v, 't> {
    /// Nothing.
    Absent,
    /// This text.
    Text(String),
    /// A value that no policy names.
    Unnamed,
    /// A value that matches this one of a condition, and nothing that is not as wide, as far as the caller can have such a value.
    Matching(&'v Value<'t>, Truth),
}

impl Choice<'_, '_> {
    /// Whether the caller can choose it; never false.
    pub(super) fn is_possible(&self) -> Truth {
        match self {
            Self::Matching(_, possible) => *possible,
            _ => Truth::True,
        }
    }
}

/// What a caller can choose for a key in requests that it makes one way, as far as conditions with these operators and values
/// can tell the choices apart.
pub(super) fn choices<'v, 't>(
    run: &mut Run<'_, 't>,
    caller: &Caller,
    way: Way,
    key: &str,
    conditions: &[(Operator, &'v [Value<'t>])],
) -> Vec<Choice<'v, 't>> {
    let texts = |texts: &[&str]| texts.iter().map(|text| Choice::Text((*text).to_owned())).collect::<Vec<_>>();
    match key {
        // "This key is always included in the request context."
        "aws:securetransport" => return texts(&["true", "false"]),
        "aws:viaawsservice" if way.signed => return texts(&["false", "true"]),
        "aws:viaawsservice" => return texts(&["false"]),
        // "Anonymous requests do not include this key."
        "aws:principalisawsservice" if way.service => return texts(&["true"]),
        "aws:principalisawsservice" if way.signed => return texts(&["false"]),
        "aws:principalisawsservice" => return vec![Choice::Absent],
        "aws:multifactorauthpresent" if !way.signed => return vec![Choice::Absent],
        _ => {}
    }
    let (is_there, may_lack) = match group_of(key) {
        Group::Caller => (way.signed, !always_signed(key)),
        Group::Internet => (!way.endpoint && !way.service, false),
        Group::Endpoint => (way.endpoint, true),
        Group::Source => (way.service, true),
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

/// Whether every signed request has a key: IAM User Guide, "AWS global condition context keys", "Availability".
fn always_signed(key: &str) -> bool {
    matches!(
        key,
        "aws:principalaccount" | "aws:principalarn" | "aws:principaltype" | "aws:userid" | "kms:calleraccount"
    )
}

/// Whether a caller can have a value under a key that matches one of a condition.
fn can_have<'t>(run: &mut Run<'_, 't>, caller: &Caller, key: &str, test: Test, value: &Value<'t>) -> Truth {
    match caller {
        Caller::Unknown => match fixed(key) {
            Some(fixed) => !run
                .decide(&[value], &|values| values.first().map_or(Truth::False, |value| is_fixed(value, fixed, test))),
            None => Truth::True,
        },
        // An account may be of any organization and may share any network; its principals are its own.
        Caller::Account(account) => match (key, account) {
            ("aws:principalarn", Some(account)) => run.decide(&[value], &|values| {
                values.first().map_or(Truth::False, |value| match account_of(value) {
                    Account::Own => Truth::False,
                    Account::Text(other) => (other == *account || other.contains(['*', '?'])).into(),
                    Account::Unsettled(_) => Truth::Unknown,
                    Account::None => value.text().map_or(Truth::Unknown, |text| is_wildcard_text(&text).into()),
                })
            }),
            ("aws:principalaccount" | "kms:calleraccount" | "aws:principalarn", _) => Truth::Unknown,
            _ => Truth::True,
        },
    }
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
                // An account that a policy's own account is compared with is another one.
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

/// Whether a value of a condition matches all values that a key can have.
fn matches_anything(test: Test, value: &Value<'_>) -> Truth {
    let text = value.text();
    match (test, &text) {
        (Test::StringLike | Test::Arn, Some(text)) => is_wildcard_text(&text.replace(':', "/")).into(),
        (Test::IpAddress, Some(text)) => Cidr::parse(text).is_some_and(Cidr::is_everything).into(),
        (Test::StringLike | Test::Arn | Test::IpAddress, None) => {
            // Text around an open part is no wildcard.
            if value.is_opaque() { Truth::Unknown } else { Truth::False }
        }
        // Compared as it stands: no value that nobody names is equal to it.
        (Test::StringEquals | Test::StringEqualsIgnoreCase | Test::Binary, _) => Truth::False,
        (Test::Bool | Test::Numeric(_) | Test::Date(_) | Test::Null, _) => Truth::Unknown,
    }
}

/// Whether a value of a condition matches a request's value, which is one that another value of a condition matches and that is
/// otherwise free: it is not matched by what is narrower.
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
        // What both match in part: the caller may choose within both.
        Truth::False if chosen.covers(&value).is_false() && !value.is_disjoint_from(&chosen).is_true() => {
            Truth::Unknown
        }
        truth => truth,
    }
}
