//! Statements that grant more than a task needs: wildcards in actions and resources.

use super::condition::{RequestValue, all_hold};
use super::normal::element;
use super::pattern::{Pattern, Side, begin_apart, has_open};
use super::principal::{effect_is, has_choice, is_plain_reference};
use super::reach::is_everything;
use crate::eval::Run;
use crate::eval::text::pattern_covers;
use crate::eval::value::Value;
use crate::facts::{Limitable, cover_service, limitable};
use crate::truth::Truth;
use std::collections::BTreeMap;

/// Whether an action pattern matches an action, or all that a pattern matches: `kms:*` covers `kms:Decrypt`. Actions are not
/// case-sensitive (IAM User Guide, "IAM JSON policy elements: Action").
pub fn covers_action<'t>(run: &mut Run<'_, 't>, value: &Value<'t>, action: &str) -> Truth {
    ask(run, value, |value| {
        if is_about_others(value, action) {
            return Truth::False;
        }
        let pattern = Pattern::of(value, Side::Outer).map(Pattern::into_actions);
        pattern.map_or(Truth::False, |pattern| pattern.covers(&Pattern::actions(action)))
    })
}

/// Whether an action pattern matches every action of a service: `*`, `s3:*`, `s3:**`, `*:*`.
pub fn is_wildcard_action<'t>(run: &mut Run<'_, 't>, action: &Value<'t>) -> Truth {
    ask(run, action, |value| {
        let pattern = Pattern::of(value, Side::Outer).unwrap_or_default();
        match pattern.text().rsplit_once(':') {
            Some((_, name)) => is_wildcard(name, value),
            None => is_wildcard(pattern.text(), value),
        }
    })
}

/// More patterns of one service than a policy has room for: AWS limits the size of a policy.
const MOST_TOGETHER: usize = 256;

/// Whether the actions of a normalised statement include every action of a service, or of this one: one pattern alone (`*`, `sqs:*`,
/// `sqs:?*`, `sqs*`), or several patterns together that match every known action (`sts:A*`, `sts:D*`, …).
pub fn allows_every_action<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>, service: Option<&str>) -> Truth {
    let is_of = |pattern: &str| service.is_none_or(|service| pattern_covers(&pattern.to_ascii_lowercase(), service));
    let actions = statement.get(element::ACTIONS).map(Value::items).unwrap_or_default();
    let alone = Truth::any(actions.iter().map(|action| match action.text() {
        Some(text) if !is_of(text.split(':').next().unwrap_or_default()) => Truth::False,
        // Its `*` reaches beyond the service: `sqs*`.
        Some(text) if !text.contains(':') && text.ends_with('*') => Truth::True,
        _ => is_wildcard_action(run, action),
    }));
    if alone.is_true() {
        return alone;
    }
    let texts: Vec<_> = actions.iter().filter_map(Value::text).collect();
    let mut services: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (service, name) in texts.iter().filter_map(|text| text.split_once(':')).filter(|(service, _)| is_of(service)) {
        let names = services.entry(service.to_ascii_lowercase()).or_default();
        if names.len() < MOST_TOGETHER {
            names.push(name);
        }
    }
    alone.or(services.iter().any(|(service, names)| cover_service(service, names)).into())
}

/// Whether a normalised statement has `NotAction`, and leaves actions of a service: none of the actions that it excepts is `sqs:*`.
pub fn allows_other_actions<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>, service: Option<&str>) -> Truth {
    let Some(excepted) = statement.get(element::NOT_ACTIONS) else { return Truth::False };
    let whole = service.map_or_else(|| "*".to_owned(), |service| format!("{service}:*"));
    !Truth::any(excepted.items().iter().map(|action| covers_action(run, action, &whole)))
}

/// Whether a normalised statement has `NotAction`, and leaves some of these actions: what one of them matches (`kms:Decrypt`,
/// `kms:ReEncrypt*`), or, of a whole service (`kms:*`), all of it.
pub fn leaves_actions<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>, actions: &[String]) -> Truth {
    let Some(excepted) = statement.get(element::NOT_ACTIONS) else { return Truth::False };
    Truth::any(actions.iter().map(|action| {
        let is_service = action.ends_with(":*");
        !Truth::any(excepted.items().iter().map(|one| match is_service {
            // One of its actions is not left.
            true => ask(run, one, |one| {
                let pattern = Pattern::of(one, Side::Outer).unwrap_or_default().into_actions();
                !pattern.is_disjoint_from(&Pattern::actions(action))
            }),
            false => allows_blocked(run, one, action),
        }))
    }))
}

/// Whether a resource pattern is `*`, or an ARN whose resource part is nothing else: `arn:aws:s3:::*`,
/// `arn:aws:dynamodb:us-east-1:123456789012:*`, `arn:aws:s3:::*/*`; not `…:table/*` nor `…:log-group:/name:*`.
///
/// A parameter without a known value that is but a part of the text is taken to name something.
pub fn is_wildcard_resource<'t>(run: &mut Run<'_, 't>, resource: &Value<'t>) -> Truth {
    ask(run, resource, |value| {
        let pattern = Pattern::of(value, Side::Outer).unwrap_or_default();
        let text = pattern.text();
        if !text.starts_with("arn:") {
            return is_wildcard(text, value);
        }
        // A `*` at the end of an earlier segment reaches beyond the colons: IAM User Guide, "IAM JSON policy elements:
        // Resource".
        is_wildcard(text.splitn(6, ':').last().unwrap_or_default(), value)
    })
}

/// Whether an action pattern allows what another blocks: all of it, or a part of it where it blocks more than one action by
/// a beginning of their names (`kms:ReEncrypt*`). `kms:*` blocks whole services only.
pub fn allows_blocked<'t>(run: &mut Run<'_, 't>, action: &Value<'t>, blocked: &str) -> Truth {
    let begins_a_name = blocked.split_once(':').is_some_and(|(_, name)| name.ends_with('*') && name.len() > 1);
    ask(run, action, |value| {
        if is_about_others(value, blocked) {
            return Truth::False;
        }
        let Some(pattern) = Pattern::of(value, Side::Outer) else { return Truth::False };
        let (pattern, inner) = (pattern.into_actions(), Pattern::actions(blocked));
        let part = if begins_a_name { inner.covers(&pattern) } else { Truth::False };
        pattern.covers(&inner).or(part)
    })
}

/// Whether an action pattern is written out and begins so that it matches nothing of what another one matches.
fn is_about_others(action: &Value<'_>, other: &str) -> bool {
    action.text().is_some_and(|text| begin_apart(&text, other))
}

/// Whether a normalised statement lets its identity do everything: `Allow` of every action on every resource, under no
/// condition that an ordinary signed HTTPS request fails.
pub fn grants_admin<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>) -> Truth {
    let allows = effect_is(run, statement, "Allow");
    if allows.is_false() {
        return Truth::False;
    }
    let actions = statement.get(element::ACTIONS).map(Value::items).unwrap_or_default();
    let actions = Truth::any(actions.iter().map(|action| {
        ask(run, action, |value| match value.text() {
            Some(text) => (text == "*:*" || is_stars(&text)).into(),
            None if may_be_anything(value) => Truth::Unknown,
            None => Truth::False,
        })
    }));
    if actions.is_false() {
        return Truth::False;
    }
    let resources = statement.get(element::RESOURCES).map(Value::items).unwrap_or_default();
    let resources = Truth::any(resources.iter().map(|resource| is_everything(run, resource)));
    if resources.is_false() {
        return Truth::False;
    }
    let ordinary = |key: &str| match key {
        "aws:securetransport" => RequestValue::Is("true"),
        "aws:principalisawsservice" | "aws:viaawsservice" => RequestValue::Is("false"),
        _ => RequestValue::Anything,
    };
    allows.and(actions).and(resources).and(all_hold(run, statement, &ordinary))
}

/// Whether an action pattern belongs on `Resource: "*"`: none of the actions that it matches can be limited to resources, or
/// so few of them that nobody would spell out the rest (`ec2:Describe*`).
pub fn needs_star<'t>(run: &mut Run<'_, 't>, action: &Value<'t>) -> Truth {
    ask(run, action, |value| {
        let Some(text) = value.text() else { return Truth::Unknown };
        match limitable(&text) {
            Limitable::Never | Limitable::Seldom => Truth::True,
            Limitable::Always | Limitable::Sometimes => Truth::False,
            Limitable::Unknown => Truth::Unknown,
        }
    })
}

pub(super) fn ask<'t>(run: &mut Run<'_, 't>, value: &Value<'t>, question: impl Fn(&Value<'t>) -> Truth) -> Truth {
    run.decide(&[value], &|values| values.first().map_or(Truth::False, |value| question(value)))
}

/// Whether a stretch of a value's text is nothing but wildcards, `*` among them.
pub(super) fn is_wildcard(stretch: &str, value: &Value<'_>) -> Truth {
    if !has_open(stretch) {
        return is_wildcard_text(stretch).into();
    }
    if may_be_anything(value) { Truth::Unknown } else { Truth::False }
}

/// Whether a text is nothing but wildcards, `*` among them.
pub(super) fn is_wildcard_text(text: &str) -> bool {
    text.contains('*') && text.chars().all(|character| matches!(character, '*' | '?' | '/'))
}

/// Whether a wildcard may stand where a value is unsettled: the whole of it is, or one of its parts has some known texts to
/// choose from. Any other part of a text is taken for a name.
pub(super) fn may_be_anything(value: &Value<'_>) -> bool {
    has_choice(value) || (value.is_opaque() && !is_plain_reference(value))
}

fn is_stars(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| character == '*')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::with_statement;
    use super::super::token::is_open_subject;
    use super::*;
    use Truth::{False, True, Unknown};

    type Predicate = for<'m, 't> fn(&mut Run<'m, 't>, &Value<'t>) -> Truth;

    fn check(predicate: Predicate, table: &[(&str, &[Truth])]) {
        for (text, expected) in table {
            let found = with_statement(&format!("{{Resource: {text}}}"), |run, statement| {
                predicate(run, &statement.value.get("Resources").unwrap().items()[0])
            });
            assert_eq!(found, *expected, "{text}");
        }
    }

    #[test]
    fn actions() {
        check(
            is_wildcard_action,
            &[
                ("'*'", &[True]),
                ("'**'", &[True]),
                ("'s3:*'", &[True]),
                ("'S3:**'", &[True]),
                ("'*:*'", &[True]),
                ("'s3:?*'", &[True]),
                ("'s3:Get*'", &[False]),
                ("'s3:*Object'", &[False]),
                ("'s3:GetObject'", &[False]),
                ("'s3:?'", &[False]),
                ("''", &[False]),
                ("{'Fn::Sub': '${Open}:*'}", &[True]),
                ("{'Fn::Sub': 's3:Get${Open}'}", &[False]),
                ("{Ref: Open}", &[Unknown]),
                ("{'Fn::ImportValue': x}", &[Unknown]),
                ("{Ref: Choice}", &[False, True]),
                ("{'Fn::Sub': 's3:${Choice}'}", &[False, True]),
            ],
        );
    }

    #[test]
    fn every_action_of_a_service() {
        for (actions, expected) in [
            ("Action: '*'", True),
            ("Action: '*:*'", True),
            ("Action: ['sqs:SendMessage', 's*:*']", True),
            ("Action: 'sqs:?*'", True),
            ("Action: 'sqs*'", True),
            ("Action: ['sts:a*', 'STS:D*', 'sts:Get*', 'sts:S*', 'sts:T*']", True),
            ("Action: ['sts:A*', 'sts:D*', 'sts:Get*', 'sts:S*']", False),
            ("Action: ['sts:A*', {Ref: Open}]", Unknown),
            ("Action: ['sts:*', {Ref: Open}]", True),
            ("Action: ['sqs:Send*', 'sqs']", False),
            ("NotAction: 'sqs:SendMessage'", False),
        ] {
            let found = with_statement(&format!("{{{actions}}}"), |run, statement| {
                allows_every_action(run, statement.value, None)
            });
            assert_eq!(found, [expected], "{actions}");
        }
        for (actions, expected) in [
            ("Action: '*'", True),
            ("Action: 'SQS:*'", True),
            ("Action: 's*:*'", True),
            ("Action: 'sq*'", True),
            ("Action: ['kms:*', 'sns*']", False),
            ("Action: ['sts:A*', 'sts:D*', 'sts:Get*', 'sts:S*', 'sts:T*']", False),
        ] {
            let found = with_statement(&format!("{{{actions}}}"), |run, statement| {
                allows_every_action(run, statement.value, Some("sqs"))
            });
            assert_eq!(found, [expected], "{actions}");
        }
    }

    #[test]
    fn other_actions() {
        for (actions, expected) in [
            ("NotAction: 'sqs:SendMessage'", True),
            ("NotAction: ['kms:*', 'sqs:Send*']", True),
            ("NotAction: ['kms:*', 'SQS:*']", False),
            ("NotAction: '*'", False),
            ("NotAction: {Ref: Open}", Unknown),
            ("Action: 'sqs:*'", False),
        ] {
            let found = with_statement(&format!("{{{actions}}}"), |run, statement| {
                allows_other_actions(run, statement.value, Some("sqs"))
            });
            assert_eq!(found, [expected], "{actions}");
        }
    }

    #[test]
    fn resources() {
        check(
            is_wildcard_resource,
            &[
                ("'*'", &[True]),
                ("'arn:aws:s3:::*'", &[True]),
                ("'arn:aws:s3:::*/*'", &[True]),
                ("'arn:aws:dynamodb:*:*:*'", &[True]),
                ("'arn:aws:dynamodb:us-east-1:123456789012:*'", &[True]),
                ("{'Fn::Sub': 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:*'}", &[True]),
                ("'arn:aws:sqs:*'", &[True]),
                ("'arn:aws:dynamodb:*:*:table/*'", &[False]),
                ("'arn:aws:logs:us-east-1:123456789012:log-group:/name:*'", &[False]),
                ("'arn:aws:s3:::phi-*'", &[False]),
                ("'arn:aws:s3:::phi/*'", &[False]),
                ("{'Fn::GetAtt': [Bucket, Arn]}", &[False]),
                ("{'Fn::Sub': '${Bucket.Arn}/*'}", &[False]),
                ("{'Fn::Sub': 'arn:aws:s3:::${Open}/*'}", &[False]),
                ("{'Fn::Sub': 'arn:aws:s3:::${Bucket}*'}", &[False]),
                ("{Ref: Open}", &[Unknown]),
                ("{'Fn::ImportValue': x}", &[Unknown]),
                ("{Ref: Choice}", &[False, True]),
                ("{'Fn::Sub': 'arn:aws:s3:::${Choice}'}", &[False, True]),
            ],
        );
    }

    #[test]
    fn blocked_actions() {
        fn blocked<'t>(run: &mut Run<'_, 't>, action: &Value<'t>) -> Vec<Truth> {
            ["kms:*", "kms:Decrypt", "kms:ReEncrypt*"].map(|one| allows_blocked(run, action, one)).to_vec()
        }
        for (action, expected) in [
            ("'kms:*'", [True, True, True]),
            ("'*'", [True, True, True]),
            ("'KMS:decrypt'", [False, True, False]),
            ("'kms:De*'", [False, True, False]),
            ("'kms:ReEncryptFrom'", [False, False, True]),
            ("'kms:Re*'", [False, False, True]),
            ("'kms:DescribeKey'", [False, False, False]),
            ("'s3:*'", [False, False, False]),
            ("{Ref: Open}", [Unknown, Unknown, Unknown]),
        ] {
            let found = with_statement(&format!("{{Resource: {action}}}"), |run, statement| {
                blocked(run, &statement.value.get("Resources").unwrap().items()[0])
            });
            assert_eq!(found, [expected.to_vec()], "{action}");
        }
    }

    #[test]
    fn subjects_that_leave_the_owner_open() {
        check(
            is_open_subject,
            &[
                ("'*'", &[True]),
                ("'*:main'", &[True]),
                ("'repo:*'", &[True]),
                ("'repo:*/records:*'", &[True]),
                ("'repo:my-*'", &[True]),
                ("'repo:my-*/records:ref:refs/heads/main'", &[True]),
                ("'project_path:*'", &[True]),
                ("'system:serviceaccount:*:default'", &[True]),
                ("'repo:my-org/*'", &[False]),
                ("'repo:my-org/records:*'", &[False]),
                ("'project_path:my-group/*:ref_type:branch:ref:main'", &[False]),
                ("'system:serviceaccount:records:*'", &[False]),
                ("'organization:my-org:project:*'", &[False]),
                ("'organization:*:project:*:workspace:*:run_phase:*'", &[True]),
                ("'organization:my-*'", &[True]),
                ("{'Fn::Sub': 'repo:${Open}/records:*'}", &[False]),
                ("{Ref: Open}", &[Unknown]),
                ("{'Fn::Sub': 'repo:${Choice}/records'}", &[False, True]),
            ],
        );
    }

    #[test]
    fn actions_that_cannot_be_limited() {
        check(
            needs_star,
            &[
                ("'ec2:DescribeInstances'", &[True]),
                ("'cloudwatch:PutMetricData'", &[True]),
                ("'s3:GetObject'", &[False]),
                ("'ec2:Describe*'", &[True]),
                ("'s3:List*'", &[False]),
                ("'ec2:*'", &[False]),
                ("'*'", &[False]),
                ("'nosuchservice:Do'", &[Unknown]),
                ("{Ref: Open}", &[Unknown]),
            ],
        );
    }

    #[test]
    fn administrators() {
        for (statement, expected) in [
            ("{Effect: Allow, Action: '*', Resource: '*'}", &[True][..]),
            ("{Effect: Allow, Action: ['s3:*', '*:*'], Resource: ['*']}", &[True]),
            ("{Effect: Allow, Action: '*', Resource: '*', Condition: {Bool: {'aws:SecureTransport': true}}}", &[True]),
            (
                "{Effect: Allow, Action: '*', Resource: '*', Condition: {Bool: {'aws:MultiFactorAuthPresent': true}}}",
                &[False],
            ),
            ("{Effect: Deny, Action: '*', Resource: '*'}", &[False]),
            ("{Effect: Allow, Action: 'iam:*', Resource: '*'}", &[False]),
            ("{Effect: Allow, Action: '*', Resource: 'arn:aws:s3:::*'}", &[False]),
            ("{Effect: Allow, Action: '*', Resource: 'arn:aws:*'}", &[True]),
            ("{Effect: Allow, Action: '*', Resource: {'Fn::Sub': 'arn:${AWS::Partition}:*:*:*:*'}}", &[True]),
            ("{Effect: Allow, NotAction: 'iam:*', Resource: '*'}", &[False]),
            ("{Effect: Allow, Action: '*'}", &[False]),
            ("{Effect: Allow, Action: {Ref: Open}, Resource: '*'}", &[Unknown]),
            ("{Effect: Allow, Action: {'Fn::Sub': '${Open}:*'}, Resource: '*'}", &[False]),
            ("{Effect: Allow, Action: {Ref: Choice}, Resource: '*'}", &[False, True]),
            ("{Effect: Allow, Action: '*', Resource: {'Fn::GetAtt': [Bucket, Arn]}}", &[False]),
            ("{Effect: {Ref: Open}, Action: '*', Resource: '*'}", &[Unknown]),
        ] {
            let found = with_statement(statement, |run, statement| grants_admin(run, statement.value));
            assert_eq!(found, expected, "{statement}");
        }
    }
}
