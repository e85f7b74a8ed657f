//! Statements that reach every resource although their actions could be limited to some.

use super::condition::{Test, read};
use super::normal::element;
use super::wildcard::{is_wildcard_resource, needs_star};
use crate::eval::Run;
use crate::eval::value::Value;
use crate::truth::Truth;

/// What a statement allows on every resource although it need not.
#[derive(Clone, Debug)]
pub struct NeedlessWildcard<'v, 't> {
    /// Whether there is such a resource and such an action.
    pub truth: Truth,
    /// The resource patterns that match everything.
    pub resources: Vec<&'v Value<'t>>,
    /// The action patterns that match an action which can be limited; none where the statement has `NotAction`, which
    /// matches all actions but some.
    pub actions: Vec<&'v Value<'t>>,
}

/// Condition keys that identify the resource, as its ARN would, in lower case. Those that end with `/` have a tag's key
/// behind them, and are behind any service's prefix.
///
/// Sources: AWS KMS developer guide, "Use aliases to control access to KMS keys"; Amazon ECS developer guide, "Condition keys
/// for Amazon ECS"; IAM User Guide, "Controlling access to AWS resources using tags", and "AWS global condition context keys".
const NARROWING: [&str; 4] = [":resourcetag/", "ecs:cluster", "kms:requestalias", "kms:resourcealiases"];

/// Whether a normalised statement names every resource, has an action that could be limited to fewer, and no condition that
/// limits them instead.
pub fn needless_wildcard<'v, 't>(run: &mut Run<'_, 't>, statement: &'v Value<'t>) -> NeedlessWildcard<'v, 't> {
    let (everywhere, resources) = those(run, statement, element::RESOURCES, is_wildcard_resource);
    let (limitable, actions) = if statement.get(element::NOT_ACTIONS).is_some() {
        (Truth::True, Vec::new())
    } else if everywhere.is_false() {
        (Truth::False, Vec::new())
    } else {
        those(run, statement, element::ACTIONS, |run, action| !needs_star(run, action))
    };
    let mut truth = everywhere.and(limitable);
    if !truth.is_false() {
        truth = truth.and(!narrows_resources(run, statement));
    }
    NeedlessWildcard { truth, resources, actions }
}

/// Whether a condition of the statement holds for some resources only. One is enough, since all must hold; it must require
/// its key, and no value of it may fit every resource.
fn narrows_resources<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>) -> Truth {
    let conditions = statement.get(element::CONDITIONS).map(Value::items).unwrap_or_default();
    Truth::any(conditions.iter().map(|condition| {
        let Some((operator, key, values)) = read(run, condition) else { return Truth::Unknown };
        let is_key = |known: &str| if known.ends_with('/') { key.contains(known) } else { key == known };
        if !NARROWING.into_iter().any(is_key) || !operator.requires_a_value() {
            return Truth::False;
        }
        Truth::all(values.iter().map(|value| match operator.test {
            Test::StringLike | Test::Arn => run.decide(&[value], &|values| {
                values.first().map_or(Truth::False, |value| match value.text() {
                    Some(text) => (!text.trim_matches('*').is_empty()).into(),
                    None if value.is_opaque() => Truth::Unknown,
                    None => Truth::True,
                })
            }),
            _ => Truth::True,
        }))
    }))
}

/// Whether any value of an element is such, and the values that certainly are.
fn those<'v, 't>(
    run: &mut Run<'_, 't>,
    statement: &'v Value<'t>,
    name: &str,
    is_such: impl Fn(&mut Run<'_, 't>, &Value<'t>) -> Truth,
) -> (Truth, Vec<&'v Value<'t>>) {
    let mut truth = Truth::False;
    let mut found = Vec::new();
    for value in statement.get(name).map(Value::items).unwrap_or_default() {
        let result = is_such(run, value);
        truth = truth.or(result);
        if result.is_true() {
            found.push(value);
        }
    }
    (truth, found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::with_statement;
    use super::*;

    /// The result, the resources and the actions of a statement.
    fn ask(statement: &str) -> (Truth, Vec<String>, Vec<String>) {
        with_statement(statement, |run, statement| {
            let found = needless_wildcard(run, statement.value);
            let texts = |values: &[&Value<'_>]| values.iter().map(|value| value.text().unwrap().into_owned()).collect();
            (found.truth, texts(&found.resources), texts(&found.actions))
        })
        .pop()
        .unwrap()
    }

    #[test]
    fn actions_that_can_be_limited_are_told_from_those_that_cannot() {
        let (truth, resources, actions) = ask(
            "{Action: [ec2:DescribeInstances, s3:GetObject, 's3:ListAll*'], Resource: ['arn:aws:s3:::phi/*', '*']}",
        );
        assert_eq!((truth, resources, actions), (Truth::True, vec!["*".to_owned()], vec!["s3:GetObject".to_owned()]));
        assert_eq!(ask("{Action: [ec2:DescribeInstances, s3:ListAllMyBuckets], Resource: '*'}").0, Truth::False);
        assert_eq!(ask("{Action: s3:GetObject, Resource: 'arn:aws:s3:::phi/*'}").0, Truth::False);
    }

    #[test]
    fn all_actions_but_some_can_be_limited() {
        assert_eq!(ask("{NotAction: iam:PassRole, Resource: '*'}").0, Truth::True);
    }

    #[test]
    fn a_condition_on_the_resource_limits_it_too() {
        let with = |condition: &str| ask(&format!("{{Action: kms:Encrypt, Resource: '*', Condition: {condition}}}")).0;
        assert_eq!(with("{StringEquals: {'kms:RequestAlias': alias/phi}}"), Truth::False);
        assert_eq!(with("{'ForAnyValue:StringLike': {'kms:ResourceAliases': 'alias/phi-*'}}"), Truth::False);
        assert_eq!(with("{StringEquals: {'aws:ResourceTag/Team': {Ref: Open}}}"), Truth::False);
        assert_eq!(with("{StringEquals: {'ec2:ResourceTag/Team': [records, billing]}}"), Truth::False);
        assert_eq!(with("{StringLike: {'aws:ResourceTag/Team': {Ref: Open}}}"), Truth::Unknown);
        assert_eq!(with("{StringLike: {'aws:ResourceTag/Team': ['*', records]}}"), Truth::True);
        assert_eq!(with("{StringNotEquals: {'aws:ResourceTag/Team': records}}"), Truth::True);
        assert_eq!(with("{StringEqualsIfExists: {'aws:ResourceTag/Team': records}}"), Truth::True);
        assert_eq!(with("{StringEquals: {'aws:RequestTag/Team': records}}"), Truth::True);
        assert_eq!(with("{StringEquals: {'kms:ViaService': s3.us-east-1.amazonaws.com}}"), Truth::True);
    }

    #[test]
    fn an_action_that_nobody_knows_leaves_it_open() {
        assert_eq!(ask("{Action: 'unheard:Of', Resource: '*'}").0, Truth::Unknown);
        assert_eq!(ask("{Action: ['unheard:Of', s3:GetObject], Resource: '*'}").0, Truth::True);
        assert_eq!(ask("{Action: {Ref: Open}, Resource: '*'}").0, Truth::Unknown);
    }
}
