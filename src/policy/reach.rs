//! Which resources of an action a resource pattern of a statement names.
//!
//! An action has an effect only on its own kinds of resources: `kms:Decrypt` on the ARN of a bucket allows nothing. Source: Service
//! Authorization Reference, the tables "Actions" and "Resource types" of each service, from `facts`.

use super::account::{Account, account_of};
use super::pattern::{Pattern, Side};
use super::principal::is_plain;
use super::wildcard::{ask, is_wildcard, is_wildcard_text, may_be_anything};
use crate::eval::Run;
use crate::eval::text::{CLOSE, OPEN, pattern_covers, patterns_overlap};
use crate::eval::value::{Content, Kind, Part, Value};
use crate::facts::{ResourceKind, ResourceSets, resource_kinds, resources_of_actions};
use crate::truth::Truth;
use memchr::memchr2;

/// A name that no resource has and that only a wildcard matches. It represents the name of any resource.
const ANY_NAME: &str = "\u{10FFFD}";

/// The parts of ARNs below some kinds of resources. A pattern that names all of these below every resource names every resource.
/// The last one is the suffix that Secrets Manager adds to names. Source: Service Authorization Reference, "Resource types" of
/// DynamoDB, CloudWatch Logs, Lambda, S3 and Secrets Manager.
const BELOW: [&str; 7] = ["/*", ":*", "/index/*", "/stream/*", ":log-stream:*", "/object/*", "-******"];

/// The parts of an ARN pattern that identify the resource.
struct ArnPattern<'a> {
    service: &'a str,
    resource: &'a str,
    /// What the resource begins with before its first wildcard.
    begin: &'a str,
}

impl<'a> ArnPattern<'a> {
    /// Reads `arn:partition:service:region:account:resource`. A `*` at the end of an earlier segment reaches beyond the colons:
    /// IAM User Guide, "IAM JSON policy elements: Resource".
    fn read(text: &'a str) -> Option<Self> {
        let mut segments = text.strip_prefix("arn:")?.splitn(5, ':');
        let partition = segments.next()?;
        let rest = |last: &'a str| last.ends_with('*').then_some("*");
        let service = segments.next().or_else(|| rest(partition))?;
        let region = segments.next().or_else(|| rest(service))?;
        let account = segments.next().or_else(|| rest(region))?;
        let resource = segments.next().or_else(|| rest(account))?;
        let end = memchr2(b'*', b'?', resource.as_bytes()).unwrap_or(resource.len());
        Some(Self { service, resource, begin: resource.get(..end).unwrap_or_default() })
    }

    /// Whether it names every resource of a kind, at least in one Region and account.
    fn names_every(&self, kind: ResourceKind) -> bool {
        // Nearly all kinds begin with another word than the pattern.
        if !kind.name.starts_with(self.begin) || !pattern_covers(self.service, kind.service) {
            return false;
        }
        // A single resource is not a kind.
        if !kind.name.split_once('*').is_some_and(|(begin, _)| begin.starts_with(self.begin)) {
            return false;
        }
        let any = kind.name.replace('*', ANY_NAME);
        // Nothing is below a kind without a fixed part: `*/*` names no bucket.
        pattern_covers(self.resource, &any)
            || kind.name != "*"
                && BELOW
                    .iter()
                    .any(|below| pattern_covers(self.resource, &format!("{any}{}", below.replace('*', ANY_NAME))))
    }

    /// Whether it may name a resource of a kind.
    fn touches(&self, kind: ResourceKind) -> bool {
        patterns_overlap(&loose(self.service), kind.service) && patterns_overlap(&loose(self.resource), kind.name)
    }
}

/// A text with `*` for what is unsettled in it.
fn loose(text: &str) -> String {
    let mut loose = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        loose.push_str(before);
        loose.push('*');
        rest = after.split_once(CLOSE).map_or("", |(_, after)| after);
    }
    loose.push_str(rest);
    loose
}

/// Whether a resource pattern names everything: `*`, or an ARN in which nothing but the partition is fixed (`arn:aws:*`).
pub(super) fn is_everything<'t>(run: &mut Run<'_, 't>, resource: &Value<'t>) -> Truth {
    ask(run, resource, names_everything)
}

/// As [`is_everything`], of a pattern whose choices are made.
pub(super) fn names_everything(resource: &Value<'_>) -> Truth {
    if is_without_wildcard(resource) {
        return Truth::False;
    }
    if !may_be_anything(resource) {
        return is_star_or_arn(resource).into();
    }
    let pattern = Pattern::of(resource, Side::Outer).unwrap_or_default();
    match pattern.text().strip_prefix("arn:") {
        None => is_wildcard(pattern.text(), resource),
        Some(rest) => match rest.split_once(':') {
            Some((_, rest)) => is_wildcard(&rest.replace(':', "/"), resource),
            None => is_wildcard(rest, resource),
        },
    }
}

/// Whether a pattern is nothing but wildcards, or an ARN in which only the partition is something else. What is unsettled in it is no
/// wildcard.
fn is_star_or_arn(resource: &Value<'_>) -> bool {
    const ARN: &[u8] = b"arn:";
    let is_wild = |byte: u8| matches!(byte, b'*' | b'?' | b'/');
    if let Some(text) = resource.text()
        && !text.starts_with("arn:")
    {
        return text.contains('*') && text.bytes().all(is_wild);
    }
    // How much of `arn:` has been met, and whether the partition has.
    let (mut begun, mut after_partition, mut has_star) = (0, false, false);
    let mut take = |byte: u8| {
        if let Some(expected) = ARN.get(begun) {
            begun += 1;
            return *expected == byte;
        }
        if !after_partition {
            after_partition = byte == b':';
            return true;
        }
        has_star |= byte == b'*';
        byte == b':' || is_wild(byte)
    };
    let is_arn = match &resource.kind {
        Kind::Text(parts) => parts.iter().all(|part| match &part.content {
            Content::Known(text) => text.bytes().all(&mut take),
            // Any byte but a wildcard stands for it: it is allowed in the partition.
            _ => take(b'x'),
        }),
        _ => resource.text().unwrap_or_default().bytes().all(&mut take),
    };
    // Without a partition, what follows `arn:` is all that there is.
    is_arn && if after_partition { has_star } else { is_wild_after_arn(resource) }
}

/// Whether what follows `arn:` in a text without another colon is nothing but wildcards.
fn is_wild_after_arn(resource: &Value<'_>) -> bool {
    resource.text().is_some_and(|text| {
        let rest = text.strip_prefix("arn:").unwrap_or_default();
        is_wildcard_text(rest)
    })
}

/// Whether a resource pattern names every resource, or every one of some kind: `*`, `arn:aws:s3:::*`, `arn:aws:iam::*:role/*`,
/// `arn:aws:kms:us-east-1:123456789012:key/*`; not `…:role/app-*`, nor what a policy variable limits (`…:user/${aws:username}`).
pub fn is_every_resource<'t>(run: &mut Run<'_, 't>, resource: &Value<'t>) -> Truth {
    ask(run, resource, |value| {
        every(value, &|arn| {
            // Only a wildcard names every resource, and most ARNs have none.
            if arn.begin.len() == arn.resource.len() {
                return Truth::False;
            }
            let kinds = resource_kinds(arn.service);
            match &*kinds {
                [_, ..] => kinds.iter().any(|kind| arn.names_every(*kind)).into(),
                // Of a service without known resources: the kind comes before the first `/` or `:`.
                [] => {
                    let name = arn.resource.split_once(['/', ':']).map_or(arn.resource, |(_, name)| name);
                    is_wildcard_text(name).into()
                }
            }
        })
    })
}

/// Whether a resource pattern names resources of any account: `*`, an ARN with a wildcard in the account's place, or one of a bucket,
/// which has no account.
pub fn is_of_any_account<'t>(run: &mut Run<'_, 't>, resource: &Value<'t>) -> Truth {
    ask(run, resource, |value| match account_of(value) {
        Account::Own => Truth::False,
        Account::Text(account) => (account.is_empty() || account.contains(['*', '?'])).into(),
        Account::Unsettled(part) if is_plain(part) => Truth::False,
        Account::Unsettled(_) => Truth::Unknown,
        // A `*` reaches beyond the colons.
        Account::None => value.text().map_or(Truth::Unknown, |text| text.ends_with('*').into()),
    })
}

/// Whether a resource pattern names every resource of a kind that an action has, or that an action has which a pattern matches.
/// Unknown where the action is not known and the pattern names every resource of its service.
pub fn is_every_resource_of<'t>(run: &mut Run<'_, 't>, resource: &Value<'t>, action: &str) -> Truth {
    ask(run, resource, |value| names_every_of(value, action))
}

/// As [`is_every_resource_of`], of a pattern whose choices are made.
pub(super) fn names_every_of(resource: &Value<'_>, action: &str) -> Truth {
    every(resource, &|arn| {
        // Only a wildcard names every resource. Most ARNs have none, and nobody has to look up the action.
        if arn.begin.len() == arn.resource.len() {
            return Truth::False;
        }
        let of = resources_of_actions(action);
        if of.kinds().any(|kind| arn.names_every(kind)) {
            Truth::True
        } else if of.unknown && is_wildcard_text(arn.resource) {
            Truth::Unknown
        } else {
            Truth::False
        }
    })
}

/// Whether a pattern has no wildcard, and none can stand where it is unsettled, as with most: it names neither everything nor every
/// resource of a kind.
pub(super) fn is_without_wildcard(resource: &Value<'_>) -> bool {
    let has_none = |text: &str| memchr2(b'*', b'?', text.as_bytes()).is_none();
    match resource.text() {
        Some(text) => has_none(&text),
        None => {
            let has_one = |part: &Part<'_>| matches!(&part.content, Content::Known(text) if !has_none(text));
            !resource.parts().iter().any(has_one) && !may_be_anything(resource)
        }
    }
}

/// Whether a pattern is `*`, or an ARN of which a question is answered yes.
fn every(resource: &Value<'_>, question: &dyn Fn(&ArnPattern<'_>) -> Truth) -> Truth {
    if is_without_wildcard(resource) {
        return Truth::False;
    }
    let pattern = Pattern::of(resource, Side::Outer).unwrap_or_default();
    let text = pattern.text();
    if !text.starts_with("arn:") {
        return is_wildcard(text, resource);
    }
    match ArnPattern::read(text).map_or(Truth::False, |arn| question(&arn)) {
        // A wildcard may stand where a part of the text is open.
        Truth::False if text.contains(OPEN) && may_be_anything(resource) => Truth::Unknown,
        truth => truth,
    }
}

/// Whether a resource pattern may name a resource that an action has; false where it certainly names none.
pub(super) fn touches<'t>(run: &mut Run<'_, 't>, resource: &Value<'t>, of: &ResourceSets) -> Truth {
    ask(run, resource, |value| {
        let pattern = Pattern::of(value, Side::Outer).unwrap_or_default();
        let text = pattern.text();
        match ArnPattern::read(text) {
            Some(arn) => (of.unknown || of.kinds().any(|kind| arn.touches(kind))).into(),
            // `*`, or text that begins with what is not known, such as the ARN of a resource.
            None => (text.starts_with(['*', '?', OPEN])).into(),
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::with_statement;
    use super::*;
    use Truth::{False, True, Unknown};

    fn check(question: impl for<'m, 't> Fn(&mut Run<'m, 't>, &Value<'t>) -> Truth, table: &[(&str, &[Truth])]) {
        for (text, expected) in table {
            let found = with_statement(&format!("{{Resource: {text}}}"), |run, statement| {
                question(run, &statement.value.get("Resources").unwrap().items()[0])
            });
            assert_eq!(found, *expected, "{text}");
        }
    }

    #[test]
    fn every_resource_of_a_kind() {
        check(
            is_every_resource,
            &[
                ("'*'", &[True]),
                ("'arn:aws:*'", &[True]),
                ("'arn:aws:iam::*:role/*'", &[True]),
                ("{'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*'}", &[True]),
                ("{'Fn::Sub': 'arn:aws:kms:${AWS::Region}:${AWS::AccountId}:key/*'}", &[True]),
                ("'arn:aws:lambda:us-east-1:123456789012:function:*'", &[True]),
                ("'arn:aws:secretsmanager:*:*:secret:*'", &[True]),
                ("'arn:aws:secretsmanager:*:*:secret:*-??????'", &[True]),
                ("'arn:aws:dynamodb:*:*:table/*'", &[True]),
                ("'arn:aws:dynamodb:*:*:table/*/index/*'", &[True]),
                ("'arn:aws:dynamodb:*'", &[True]),
                ("'arn:aws:dynam*'", &[True]),
                ("'arn:aws:ssm:us-east-1:123456789012:parameter/*'", &[True]),
                ("'arn:aws:logs:*:*:log-group:*:*'", &[True]),
                ("'arn:aws:s3:::*'", &[True]),
                ("'arn:aws:s3:::*/*'", &[True]),
                ("'arn:aws:sqs:us-east-1:123456789012:*'", &[True]),
                ("'arn:aws:s3:::phi/*'", &[False]),
                ("'arn:aws:s3:::phi-*'", &[False]),
                ("'arn:aws:execute-api:us-east-1:123456789012:abc123/*'", &[False]),
                ("'arn:aws:logs:*:*:log-group:/aws/lambda/*'", &[False]),
                ("'arn:aws:iam::123456789012:role/app-*'", &[False]),
                ("'arn:aws:iam::123456789012:role/app/*'", &[False]),
                ("'arn:aws:iam::123456789012:user/${aws:username}'", &[False]),
                ("'arn:aws:nosuchservice:us-east-1:123456789012:thing/*'", &[True]),
                ("'arn:aws:nosuchservice:us-east-1:123456789012:thing/a*'", &[False]),
                ("{'Fn::Sub': 'arn:aws:iam::123456789012:role/${Open}'}", &[False]),
                ("{'Fn::GetAtt': [Role, Arn]}", &[False]),
                ("{Ref: Open}", &[Unknown]),
                ("{'Fn::Sub': 'arn:aws:iam::123456789012:role/${Choice}'}", &[False, True]),
            ],
        );
    }

    #[test]
    fn every_resource_that_an_action_has() {
        for (action, table) in [
            (
                "kms:Decrypt",
                &[
                    ("'*'", &[True][..]),
                    ("'arn:aws:*'", &[True]),
                    ("'arn:aws:kms:*:*:*'", &[True]),
                    ("'arn:aws:kms:*:*:key/*'", &[True]),
                    ("'arn:aws:kms:*:*:alias/*'", &[False]),
                    ("'arn:aws:s3:::*'", &[False]),
                    ("'arn:aws:kms:*:*:key/1234'", &[False]),
                    ("{Ref: Open}", &[Unknown]),
                ][..],
            ),
            (
                "s3:GetObject",
                &[("'arn:aws:s3:::*'", &[True]), ("'arn:aws:s3:::*/*'", &[True]), ("'arn:aws:s3:::b/*'", &[False])],
            ),
            ("*", &[("'arn:aws:s3:::*'", &[True]), ("'arn:aws:s3:::records/*'", &[False])]),
            ("s3:GetTomorrowsObject", &[("'arn:aws:s3:::*'", &[Unknown]), ("'arn:aws:s3:::b/*'", &[False])]),
            ("s3:ListAllMyBuckets", &[("'arn:aws:s3:::*'", &[False])]),
        ] {
            check(|run, value| is_every_resource_of(run, value, action), table);
        }
    }

    #[test]
    fn resources_of_any_account() {
        check(
            is_of_any_account,
            &[
                ("'*'", &[True]),
                ("'arn:aws:s3:::*'", &[True]),
                ("'arn:aws:s3:::phi/*'", &[True]),
                ("'arn:aws:kms:*:*:key/*'", &[True]),
                ("'arn:aws:kms:*'", &[True]),
                ("'arn:aws:kms:us-east-1:123456789012:key/*'", &[False]),
                ("{'Fn::Sub': 'arn:aws:kms:${AWS::Region}:${AWS::AccountId}:key/*'}", &[False]),
                ("{'Fn::GetAtt': [Role, Arn]}", &[False]),
                ("{'Fn::Sub': 'arn:aws:kms:*:${Open}:key/*'}", &[Unknown]),
            ],
        );
    }

    #[test]
    fn resources_that_an_action_may_have() {
        for (action, table) in [
            (
                "kms:Decrypt",
                &[
                    ("'*'", &[True][..]),
                    ("'arn:aws:kms:*:*:key/1234'", &[True]),
                    ("{'Fn::Sub': 'arn:aws:kms:*:*:${Open}'}", &[True]),
                    ("{'Fn::GetAtt': [Bucket, Arn]}", &[True]),
                    ("'arn:aws:s3:::*'", &[False]),
                    ("'arn:aws:kms:*:*:alias/phi'", &[False]),
                ][..],
            ),
            ("iam:PassRole", &[("'arn:aws:s3:::records/*'", &[False]), ("'arn:aws:iam::*:role/app'", &[True])]),
        ] {
            check(|run, value| touches(run, value, &resources_of_actions(action)), table);
        }
    }

    #[test]
    fn what_names_everything() {
        check(
            is_everything,
            &[
                ("'*'", &[True]),
                ("'**'", &[True]),
                ("'arn:aws:*'", &[True]),
                ("'arn:*'", &[True]),
                ("'arn:aws:*:*:*:*'", &[True]),
                ("{'Fn::Sub': 'arn:${AWS::Partition}:*'}", &[True]),
                ("'arn:aws:s3:::*'", &[False]),
                ("'arn:aws:*:us-east-1:*:*'", &[False]),
                ("'arn:aws:*:*:*:role/*'", &[False]),
                ("{'Fn::GetAtt': [Bucket, Arn]}", &[False]),
                ("{Ref: Open}", &[Unknown]),
                ("{Ref: Choice}", &[False, True]),
            ],
        );
    }
}
