//! Condition operators: whether a condition holds for a request.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Set operators for multivalued context
//! keys".

use super::cidr::Cidr;
use super::normal::element;
use super::pattern::{Pattern, Side};
use crate::eval::Run;
use crate::eval::text::{equals_str, pattern_covers};
use crate::eval::value::{Content, Kind, Origin, Value};
use crate::truth::Truth;
use std::borrow::Cow;
use std::cmp::Ordering;

/// The value of a context key in a request.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum RequestValue<'a> {
    /// Anything: there are such requests with the key and without, with this value and with that.
    Anything,
    /// The key is not in the request.
    Absent,
    /// The key has this value.
    Is(&'a str),
}

/// A condition operator.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Operator {
    quantifier: Option<Quantifier>,
    pub(super) test: Test,
    /// `Not…`: holds where the key has none of the values, or is missing.
    negated: bool,
    /// `…IfExists`: holds where the key is missing.
    if_exists: bool,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Quantifier {
    ForAllValues,
    ForAnyValue,
}

/// What an operator does with the key's value and one value of the condition.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    /// The key's value is in this order to the condition's.
    Numeric(Order),
    /// As [`Test::Numeric`], of points in time.
    Date(Order),
    Bool,
    Binary,
    IpAddress,
    /// `ArnEquals` and `ArnLike` are the same.
    Arn,
    /// The condition's value states whether the key is missing.
    Null,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Less,
    LessEquals,
    Equals,
    GreaterEquals,
    Greater,
}

impl Operator {
    /// Reads `ForAnyValue:StringLikeIfExists`, in any case; nothing where IAM has no such operator.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let (quantifier, name) = match text.split_once(':') {
            Some(("forallvalues", name)) => (Some(Quantifier::ForAllValues), name),
            Some(("foranyvalue", name)) => (Some(Quantifier::ForAnyValue), name),
            Some(_) => return None,
            None => (None, text.as_str()),
        };
        let (name, if_exists) = name.strip_suffix("ifexists").map_or((name, false), |name| (name, true));
        let (test, negated) = match name {
            "stringequals" => (Test::StringEquals, false),
            "stringnotequals" => (Test::StringEquals, true),
            "stringequalsignorecase" => (Test::StringEqualsIgnoreCase, false),
            "stringnotequalsignorecase" => (Test::StringEqualsIgnoreCase, true),
            "stringlike" => (Test::StringLike, false),
            "stringnotlike" => (Test::StringLike, true),
            "bool" => (Test::Bool, false),
            "binaryequals" => (Test::Binary, false),
            "ipaddress" => (Test::IpAddress, false),
            "notipaddress" => (Test::IpAddress, true),
            "arnequals" | "arnlike" => (Test::Arn, false),
            "arnnotequals" | "arnnotlike" => (Test::Arn, true),
            "null" if !if_exists => (Test::Null, false),
            _ => {
                let (test, order): (fn(Order) -> Test, &str) =
                    match (name.strip_prefix("numeric"), name.strip_prefix("date")) {
                        (Some(order), _) => (Test::Numeric, order),
                        (None, Some(order)) => (Test::Date, order),
                        (None, None) => return None,
                    };
                let (order, negated) = match order {
                    "equals" => (Order::Equals, false),
                    "notequals" => (Order::Equals, true),
                    "lessthan" => (Order::Less, false),
                    "lessthanequals" => (Order::LessEquals, false),
                    "greaterthan" => (Order::Greater, false),
                    "greaterthanequals" => (Order::GreaterEquals, false),
                    _ => return None,
                };
                (test(order), negated)
            }
        };
        Some(Self { quantifier, test, negated, if_exists })
    }

    /// Whether a condition with these values holds for a request which has one value under the key, of which `matches` says
    /// what values of the condition it matches; none where the key is not in the request.
    pub(super) fn holds<'m, 't>(
        self,
        run: &mut Run<'m, 't>,
        values: &[Value<'t>],
        matches: Option<Matches<'_, 'm, 't>>,
    ) -> Truth {
        match (self.test, matches) {
            (Test::Null, matches) => {
                let missing = if matches.is_none() { "true" } else { "false" };
                Truth::any(values.iter().map(|value| compare(run, Test::Bool, value, missing)))
            }
            (_, None) => self.holds_without_key().into(),
            // With one value in the request, both quantifiers say the same as none.
            (_, Some(matches)) => {
                let met = Truth::any(values.iter().map(|value| matches(run, value)));
                if self.negated { !met } else { met }
            }
        }
    }

    /// Whether it holds where the key has none of the values.
    pub(super) fn is_negated(self) -> bool {
        self.negated
    }

    /// Whether it compares texts or ARNs.
    pub(super) fn compares_texts(self) -> bool {
        matches!(self.test, Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike | Test::Arn)
    }

    /// Whether it holds where the key is missing, `Null` aside.
    fn holds_without_key(self) -> bool {
        match self.quantifier {
            Some(Quantifier::ForAllValues) => true,
            // Whatever its suffix: `IfExists` is asked of each value, and there is none. Sources (2026-11):
            // https://repost.aws/questions/QU9HFmDzP0QGuU-fd7rS6B7w (tried on AWS),
            // https://iam.cloudcopilot.io/resources/operators/ForAnyValue:StringLikeIfExists
            Some(Quantifier::ForAnyValue) => false,
            None => self.if_exists || self.negated,
        }
    }
}

/// Whether all conditions of a normalised statement hold for every request whose context `request_value` gives, by
/// lower-cased key. A condition on a key without a known value does not hold for all of them.
pub(super) fn all_hold<'t, 'a>(
    run: &mut Run<'_, 't>,
    statement: &Value<'t>,
    request_value: &dyn Fn(&str) -> RequestValue<'a>,
) -> Truth {
    let conditions = statement.get(element::CONDITIONS).map(Value::items).unwrap_or_default();
    Truth::all(conditions.iter().map(|condition| holds(run, condition, request_value)))
}

/// Whether one condition holds for every request whose context `request_value` gives.
pub(super) fn holds<'t, 'a>(
    run: &mut Run<'_, 't>,
    condition: &Value<'t>,
    request_value: &dyn Fn(&str) -> RequestValue<'a>,
) -> Truth {
    let Some((operator, key, values)) = read(run, condition) else { return Truth::Unknown };
    match request_value(&key) {
        RequestValue::Anything => Truth::False,
        RequestValue::Absent => operator.holds(run, values, None),
        RequestValue::Is(request) => {
            operator.holds(run, values, Some(&mut |run, value| compare(run, operator.test, value, request)))
        }
    }
}

/// Whether one value of a condition matches the value that a request has.
pub(super) type Matches<'a, 'm, 't> = &'a mut dyn FnMut(&mut Run<'m, 't>, &Value<'t>) -> Truth;

/// A normalised condition's operator, key and values; nothing, with the reason noted, where they are not known.
pub(super) fn read<'v, 't>(
    run: &mut Run<'_, 't>,
    condition: &'v Value<'t>,
) -> Option<(Operator, Cow<'v, str>, &'v [Value<'t>])> {
    let part = |name: &str| condition.get(name);
    let (operator, key, values) = (part(element::OPERATOR)?, part(element::KEY)?, part(element::VALUES)?);
    let (Some(name), Some(key_text)) = (operator.text(), key.text()) else {
        run.decide(&[operator, key], &|_| Truth::Unknown);
        return None;
    };
    let Some(parsed) = Operator::parse(&name) else {
        run.note_reason(format!("`{name}` is not a condition operator"));
        return None;
    };
    Some((parsed, key_text, values.items()))
}

pub(super) fn compare<'t>(run: &mut Run<'_, 't>, test: Test, value: &Value<'t>, request: &str) -> Truth {
    run.decide(&[value], &|values| values.first().map_or(Truth::False, |value| matches(test, value, request)))
}

/// Whether the key's value in a request and one value of the condition are as the test asks.
fn matches(test: Test, value: &Value<'_>, request: &str) -> Truth {
    let Some(text) = value.text().or_else(|| text_in_partition(value, request)) else {
        return matches_unsettled(test, value, request);
    };
    if has_policy_variable(&text) {
        // It stands for something in the request.
        return Truth::Unknown;
    }
    match test {
        Test::StringEquals | Test::Binary => (text == request).into(),
        Test::StringEqualsIgnoreCase | Test::Bool => text.eq_ignore_ascii_case(request).into(),
        Test::StringLike => pattern_covers(&text, request).into(),
        Test::Numeric(order) => is_ordered(request.trim().parse().ok(), order, text.trim().parse().ok()),
        Test::Date(order) => is_ordered(seconds(request), order, seconds(&text)),
        Test::IpAddress => match (Cidr::parse(&text), Cidr::parse(request)) {
            (Some(range), Some(address)) => range.contains(address).into(),
            _ => Truth::False,
        },
        Test::Arn => arn_matches(&text, request).into(),
        // Compared as a boolean by the caller, which knows whether the key is there.
        Test::Null => Truth::False,
    }
}

/// The text of a value that depends on the partition only, in the partition of an ARN: both are in the same one.
fn text_in_partition<'v>(value: &'v Value<'_>, arn: &str) -> Option<Cow<'v, str>> {
    let partition = arn.strip_prefix("arn:")?.split(':').next()?;
    let mut text = String::new();
    for part in value.parts() {
        text.push_str(match &part.content {
            Content::Known(text) => text,
            _ if part.origin == Origin::Pseudo("AWS::Partition") => partition,
            _ => return None,
        });
    }
    (!text.is_empty()).then_some(Cow::Owned(text))
}

fn matches_unsettled(test: Test, value: &Value<'_>, request: &str) -> Truth {
    match (test, &value.kind) {
        (_, Kind::Null | Kind::List(_) | Kind::Map(_)) => Truth::False,
        (Test::StringEquals, _) => equals_str(value, request),
        (Test::StringLike, _) => {
            let mut inner = Pattern::default();
            inner.push_text(request);
            Pattern::of(value, Side::Outer).map_or(Truth::False, |pattern| pattern.covers(&inner))
        }
        _ => Truth::Unknown,
    }
}

/// Whether a text has a policy variable: `${aws:username}`.
pub(super) fn has_policy_variable(text: &str) -> bool {
    text.contains("${")
}

fn is_ordered(request: Option<f64>, order: Order, value: Option<f64>) -> Truth {
    let (Some(request), Some(value)) = (request, value) else { return Truth::False };
    let found = request.partial_cmp(&value);
    match order {
        Order::Less => found == Some(Ordering::Less),
        Order::LessEquals => matches!(found, Some(Ordering::Less | Ordering::Equal)),
        Order::Equals => found == Some(Ordering::Equal),
        Order::GreaterEquals => matches!(found, Some(Ordering::Greater | Ordering::Equal)),
        Order::Greater => found == Some(Ordering::Greater),
    }
    .into()
}

/// Compares the six segments of two ARNs, each with wildcards of its own.
fn arn_matches(pattern: &str, arn: &str) -> bool {
    let (pattern, arn) = (pattern.splitn(6, ':'), arn.splitn(6, ':'));
    pattern.clone().count() == 6 && arn.clone().count() == 6 && pattern.zip(arn).all(|(p, a)| pattern_covers(p, a))
}

/// Seconds since 1970 of a date in one of the W3C's forms of ISO 8601, or in epoch time.
pub(super) fn seconds(text: &str) -> Option<f64> {
    let text = text.trim();
    // Four digits are a year.
    if text.len() > 4
        && let Ok(epoch) = text.parse()
    {
        return Some(epoch);
    }
    let (date, time) = text.split_once(['T', 't']).map_or((text, None), |(date, time)| (date, Some(time)));
    let mut fields = date.splitn(3, '-');
    let year: i32 = fields.next()?.parse().ok().filter(|year| (0..=9999).contains(year))?;
    let month: i32 = fields.next().map_or(Some(1), |month| month.parse().ok()).filter(|m| (1..=12).contains(m))?;
    let day: i32 = fields.next().map_or(Some(1), |day| day.parse().ok()).filter(|d| (1..=31).contains(d))?;
    let midnight = f64::from(days_since_1970(year, month, day)) * 86_400.0;
    let Some(time) = time else { return Some(midnight) };
    let (clock, offset) = split_offset(time)?;
    Some(midnight + seconds_of(clock)? - offset)
}

/// Splits `10:00:00+02:00` into the clock and the offset's seconds.
fn split_offset(time: &str) -> Option<(&str, f64)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, 0.0));
    }
    match (time.split_once('+'), time.split_once('-')) {
        (Some((clock, offset)), _) => Some((clock, seconds_of(offset)?)),
        (None, Some((clock, offset))) => Some((clock, -seconds_of(offset)?)),
        (None, None) => Some((time, 0.0)),
    }
}

fn seconds_of(clock: &str) -> Option<f64> {
    let mut total = 0.0;
    let mut unit = 3600.0;
    for field in clock.splitn(3, ':') {
        let value: f64 = field.parse().ok().filter(|value: &f64| (0.0..=60.0).contains(value))?;
        total += value * unit;
        unit /= 60.0;
    }
    Some(total)
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar, counting years from March so that leap days come last.
fn days_since_1970(year: i32, month: i32, day: i32) -> i32 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::with_statement;
    use super::*;
    use Truth::{False, True, Unknown};

    /// Whether a condition on the key `k` holds for a request that has it with this value, or lacks it.
    fn ask(condition: &str, value: Option<&str>) -> Vec<Truth> {
        with_statement(&format!("{{Condition: {condition}}}"), |run, statement| {
            let request_value = |key: &str| match (key, value) {
                ("k", Some(value)) => RequestValue::Is(value),
                ("k", None) => RequestValue::Absent,
                _ => RequestValue::Anything,
            };
            all_hold(run, statement.value, &request_value)
        })
    }

    #[test]
    fn operators_compare_as_documented() {
        for (condition, request, expected) in [
            ("{Bool: {k: 'false'}}", "false", True),
            ("{Bool: {K: false}}", "false", True),
            ("{Bool: {k: True}}", "false", False),
            ("{Bool: {k: 'False'}}", "false", True),
            ("{bool: {k: false}}", "false", True),
            ("{StringEquals: {k: a}}", "a", True),
            ("{StringEquals: {k: A}}", "a", False),
            ("{StringEquals: {k: 'a*'}}", "ab", False),
            ("{StringEquals: {k: [a, b]}}", "b", True),
            ("{StringNotEquals: {k: [a, b]}}", "b", False),
            ("{StringNotEquals: {k: [a, b]}}", "c", True),
            ("{StringEqualsIgnoreCase: {k: A}}", "a", True),
            ("{StringNotEqualsIgnoreCase: {k: A}}", "a", False),
            ("{StringLike: {k: 'a?c*'}}", "abcd", True),
            ("{StringLike: {k: 'a?c*'}}", "ac", False),
            ("{StringNotLike: {k: 'a*'}}", "abc", False),
            ("{'ForAnyValue:StringLike': {k: 'a*'}}", "abc", True),
            ("{'ForAllValues:StringNotLike': {k: 'a*'}}", "abc", False),
            ("{StringEquals: {k: a}, StringLike: {k: 'b*'}}", "a", False),
            ("{NumericLessThan: {k: '1.2'}}", "1.1", True),
            ("{NumericLessThan: {k: 1.2}}", "1.2", False),
            ("{NumericLessThanEquals: {k: 1.2}}", "1.2", True),
            ("{NumericGreaterThan: {k: 10}}", "9", False),
            ("{NumericGreaterThanEquals: {k: 10}}", "10", True),
            ("{NumericEquals: {k: 10}}", "10.0", True),
            ("{NumericNotEquals: {k: 10}}", "10", False),
            ("{NumericEquals: {k: ten}}", "10", False),
            ("{DateLessThan: {k: '2024-01-01T00:00:00Z'}}", "2023-12-31T23:59:59Z", True),
            ("{DateGreaterThan: {k: '2024-02-29'}}", "2024-03-01T00:00:00+02:00", True),
            ("{DateGreaterThan: {k: '2024-02-29T22:00:00Z'}}", "2024-03-01T00:00:00+02:00", False),
            ("{DateEquals: {k: '1970-01-02'}}", "86400", True),
            ("{DateEquals: {k: '2000-03-01T00:00Z'}}", "951868800", True),
            ("{DateNotEquals: {k: '2000'}}", "2000-01-01T00:00:00Z", False),
            ("{DateEquals: {k: 'soon'}}", "2000-01-01", False),
            ("{IpAddress: {k: 203.0.113.0/24}}", "203.0.113.9", True),
            ("{NotIpAddress: {k: [203.0.113.0/24, '2001:db8::/32']}}", "2001:db8::1", False),
            ("{IpAddress: {k: nowhere}}", "203.0.113.9", False),
            ("{ArnLike: {k: 'arn:aws:s3:*:*:b/*'}}", "arn:aws:s3:::b/o", True),
            ("{ArnEquals: {k: 'arn:aws:x:*:1:f/*'}}", "arn:aws:x:us:2:s/abc:1:f/d", False),
            ("{StringLike: {k: 'arn:aws:x:*:1:f/*'}}", "arn:aws:x:us:2:s/abc:1:f/d", True),
            ("{ArnNotLike: {k: 'arn:aws:s3:*:*:*'}}", "arn:aws:s3:::b", False),
            ("{BinaryEquals: {k: QmluYXJ5}}", "QmluYXJ5", True),
            ("{'Null': {k: 'true'}}", "x", False),
            ("{'Null': {k: false}}", "x", True),
            ("{StringEquals: {k: []}}", "x", False),
            ("{}", "x", True),
        ] {
            assert_eq!(ask(condition, Some(request)), [expected], "{condition} {request}");
        }
    }

    #[test]
    fn a_missing_key_satisfies_only_what_does_not_require_it() {
        for (condition, expected) in [
            ("{Bool: {k: 'false'}}", False),
            ("{BoolIfExists: {k: 'false'}}", True),
            ("{StringEquals: {k: a}}", False),
            ("{StringEqualsIfExists: {k: a}}", True),
            ("{StringNotEquals: {k: a}}", True),
            ("{StringNotEqualsIfExists: {k: a}}", True),
            ("{StringNotLike: {k: 'a*'}}", True),
            ("{NotIpAddress: {k: 10.0.0.0/8}}", True),
            ("{NumericLessThan: {k: 1}}", False),
            ("{ArnNotEquals: {k: 'arn:aws:s3:::b'}}", True),
            ("{'ForAllValues:StringEquals': {k: a}}", True),
            ("{'ForAnyValue:StringEquals': {k: a}}", False),
            ("{'ForAnyValue:StringNotEquals': {k: a}}", False),
            ("{'ForAnyValue:StringEqualsIfExists': {k: a}}", False),
            ("{'ForAllValues:StringEqualsIfExists': {k: a}}", True),
            ("{'ForAllValues:StringLike': {k: 'a*'}, 'Null': {k: false}}", False),
            ("{StringEqualsIfExists: {k: a}, 'Null': {k: false}}", False),
            ("{StringNotEquals: {k: a}, 'Null': {k: 'false'}}", False),
            ("{NumericLessThanIfExists: {k: 1.2}}", True),
            ("{'Null': {k: 'true'}}", True),
            ("{'Null': {k: 'false'}}", False),
        ] {
            assert_eq!(ask(condition, None), [expected], "{condition}");
        }
    }

    #[test]
    fn what_the_request_leaves_open_does_not_hold_for_all_requests() {
        for condition in
            ["{StringEquals: {other: a}}", "{StringNotEqualsIfExists: {other: a}}", "{'Null': {other: true}}"]
        {
            assert_eq!(ask(condition, Some("a")), [False], "{condition}");
        }
    }

    #[test]
    fn unsettled_values_decide_only_where_they_matter() {
        for (condition, expected) in [
            ("{StringEquals: {k: {Ref: Open}}}", &[Unknown][..]),
            ("{StringEquals: {k: [{Ref: Open}, o-1]}}", &[True]),
            ("{StringNotEquals: {k: [{Ref: Open}, o-1]}}", &[False]),
            ("{StringLike: {k: {'Fn::Sub': 'p-${Open}'}}}", &[False]),
            ("{StringLike: {k: {'Fn::Sub': 'o-${Open}'}}}", &[Unknown]),
            ("{StringEquals: {k: {Ref: Choice}}}", &[True, False]),
            ("{StringLike: {k: {Ref: Choice}}}", &[True]),
            ("{StringLike: {k: '${aws:username}'}}", &[Unknown]),
            ("{NumericEquals: {k: {Ref: Open}}}", &[Unknown]),
            ("{'Fn::ImportValue': x}", &[Unknown]),
            ("{StringEquals: {'Fn::ImportValue': x}}", &[Unknown]),
            ("{StringIs: {k: o-1}}", &[Unknown]),
        ] {
            assert_eq!(ask(condition, Some("o-1")), expected, "{condition}");
        }
    }

    #[test]
    fn no_operator_but_iams() {
        for name in ["StringEqual", "NullIfExists", "ForSomeValues:StringEquals", "NumericLike", "IfExists", ""] {
            assert_eq!(Operator::parse(name), None, "{name}");
        }
    }
}
