//! Statements that reach every resource although their actions could be limited to some.

use super::admission::{Denies, requires_key};
use super::cells::Subject;
use super::normal::element;
use super::reach::{is_without_wildcard, names_every_of, names_everything};
use crate::eval::Run;
use crate::eval::value::Value;
use crate::facts::{Limitable, limitable};
use crate::truth::Truth;
use std::cell::OnceCell;

/// What a statement allows on every resource although it need not.
#[derive(Clone, Debug)]
pub struct NeedlessWildcard<'v, 't> {
    /// Whether there is such a resource and such an action.
    pub truth: Truth,
    /// The resource patterns that match every resource of an action which can be limited to some, each with these actions;
    /// none of them where the statement has `NotAction`, which matches all actions but some.
    pub resources: Vec<(&'v Value<'t>, Vec<&'v Value<'t>>)>,
}

/// Actions that AWS grants on every resource for a function in a VPC, in its managed policy and in the policy template of SAM, which
/// has no other form. A statement with these actions grants the same rights. Sorted.
///
/// Source: AWS managed policy reference, `AWSLambdaVPCAccessExecutionRole`; AWS SAM developer guide, "Policy template list",
/// `VPCAccessPolicy`.
const VPC_ACCESS: [&str; 5] = [
    "ec2:assignprivateipaddresses",
    "ec2:createnetworkinterface",
    "ec2:deletenetworkinterface",
    "ec2:detachnetworkinterface",
    "ec2:unassignprivateipaddresses",
];

/// The actions that AWS grants on every resource to a function which makes its own log, in its managed policy for functions. A statement
/// with all three of them grants the same rights, so it gets the same result as the managed policy, which no rule reports: they add to
/// logs, and read and delete nothing. Without `logs:CreateLogGroup` the log group is there already, and can be named.
///
/// Source: AWS managed policy reference, `AWSLambdaBasicExecutionRole` (2026-11).
const OWN_LOG: [&str; 3] = ["logs:createloggroup", "logs:createlogstream", "logs:putlogevents"];

/// Actions that name a resource only if the caller wants one of its own: a lexicon, a terminology, a model, a billing view. A call
/// without it is made on `*`, so no ARN allows it. Sorted.
///
/// Sources: API references (2026-11): Comprehend, `DetectEntities` (`EndpointArn`) and `StartEntitiesDetectionJob`; Polly,
/// `SynthesizeSpeech` and `StartSpeechSynthesisTask` (`LexiconNames`); Rekognition, `DetectModerationLabels` (`ProjectVersion`); Translate,
/// `TranslateText` and `TranslateDocument` (`TerminologyNames`). None of these parameters is required. The policy templates of SAM
/// (`ComprehendBasicAccessPolicy`, `RekognitionDetectOnlyPolicy`) have no other form. Cost Explorer: all operations with
/// `BillingViewArn`, which reads the costs of the account if absent; CloudWatch, `DescribeAlarmHistory` (`AlarmName`: all alarms if
/// absent).
const OPTIONAL: [&str; 17] = [
    "ce:getcostandusage",
    "ce:getcostandusagecomparisons",
    "ce:getcostandusagewithresources",
    "ce:getcostcategories",
    "ce:getcostcomparisondrivers",
    "ce:getcostforecast",
    "ce:getdimensionvalues",
    "ce:gettags",
    "ce:getusageforecast",
    "cloudwatch:describealarmhistory",
    "comprehend:detectentities",
    "comprehend:startentitiesdetectionjob",
    "polly:startspeechsynthesistask",
    "polly:synthesizespeech",
    "rekognition:detectmoderationlabels",
    "translate:translatedocument",
    "translate:translatetext",
];

/// The beginnings of actions, most of them of EC2, that create something whose ID EC2 assigns. The ID is not known before, so `instance/*` is the
/// narrowest ARN. Source: Amazon EC2 user guide, "Example policies to control access the Amazon EC2 API", "Launch
/// instances (RunInstances)".
///
/// The log group of a function does not exist before it either, and is named after it: AWS limits its creation to
/// the account and Region. Source: AWS Lambda Operator Guide, "Access to CloudWatch Logs" (2026-11).
///
/// Apart from those in [`ON_EXISTING`].
const MAKES_IDS: [&str; 9] = [
    "ec2:allocate",
    "ec2:copy",
    "ec2:create",
    "ec2:import",
    "ec2:provision",
    "ec2:register",
    "ec2:request",
    "ec2:run",
    "logs:createloggroup",
];

/// Actions that begin so and change something that exists, which an ARN can name.
///
/// Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2" (2026-11).
const ON_EXISTING: [&str; 4] =
    ["ec2:createnetworkaclentry", "ec2:createnetworkinterfacepermission", "ec2:createroute", "ec2:createtags"];

/// The actions of AWS's managed policies for the service roles of containers, which grant them on every resource. A statement with
/// exactly these actions grants the same rights, so it gets the same result as the managed policy, which no rule reports. Sorted.
///
/// Source: AWS managed policy reference, `AmazonECSTaskExecutionRolePolicy` and `AWSAppRunnerServicePolicyForECRAccess` (2026-11).
const SERVICE_ROLES: [&[&str]; 2] = [
    &[
        "ecr:batchchecklayeravailability",
        "ecr:batchgetimage",
        "ecr:getauthorizationtoken",
        "ecr:getdownloadurlforlayer",
        "logs:createlogstream",
        "logs:putlogevents",
    ],
    &[
        "ecr:batchchecklayeravailability",
        "ecr:batchgetimage",
        "ecr:describeimages",
        "ecr:getauthorizationtoken",
        "ecr:getdownloadurlforlayer",
    ],
];

/// Condition keys that say which resource is meant, as its ARN would, in lower case. Those that end with `/` have a tag's key
/// behind them, and stand behind any service's prefix.
///
/// Sources: AWS KMS developer guide, "Use aliases to control access to KMS keys"; Amazon ECS developer guide, "Condition keys
/// for Amazon ECS"; IAM User Guide, "Controlling access to AWS resources using tags", and "AWS global condition context keys"; Service
/// Authorization Reference, "AWS Secrets Manager", condition keys; Amazon EC2 user guide, "Grant permission to tag Amazon EC2
/// resources during creation".
const NARROWING: [&str; 6] = [
    ":resourcetag/",
    // Tags of what an action creates.
    "ec2:createaction",
    "ecs:cluster",
    "kms:requestalias",
    "kms:resourcealiases",
    "secretsmanager:resource/allowrotationlambdaarn",
];

/// Whether a normalised statement names every resource of an action that could be limited to fewer, and no condition limits them
/// instead.
pub fn needless_wildcard<'v, 't>(run: &mut Run<'_, 't>, statement: &'v Value<'t>) -> NeedlessWildcard<'v, 't> {
    let items = |name: &str| statement.get(name).map(Value::items).unwrap_or_default();
    let texts: Vec<_> = items(element::ACTIONS).iter().filter_map(|action| action.text()).collect();
    let makes_own_log = OWN_LOG.iter().all(|own| texts.iter().any(|text| text.eq_ignore_ascii_case(own)));
    let excepts_actions = statement.get(element::NOT_ACTIONS).is_some();
    if is_of_service_role(&texts) {
        return NeedlessWildcard { truth: Truth::False, resources: Vec::new() };
    }
    let mut truth = Truth::False;
    let mut resources = Vec::new();
    // Most resources are one resource, and need not be compared with every action.
    for resource in items(element::RESOURCES).iter().filter(|resource| !is_without_wildcard(resource)) {
        let mut certain = Vec::new();
        // The same for all actions, where nothing in it is open.
        let everything = OnceCell::new();
        let mut every = if excepts_actions { is_every_of_some(run, resource) } else { Truth::False };
        for action in items(element::ACTIONS) {
            let needless = run.decide(&[resource, action], &|values| match values {
                [chosen, action] if std::ptr::eq(*chosen, resource) => {
                    let everything = || *everything.get_or_init(|| names_everything(resource));
                    is_needless(resource, everything, action, makes_own_log)
                }
                [chosen, action] => is_needless(chosen, || names_everything(chosen), action, makes_own_log),
                _ => Truth::Unknown,
            });
            every = every.or(needless);
            if needless.is_true() {
                certain.push(action);
            }
        }
        truth = truth.or(every);
        if every.is_true() {
            resources.push((resource, certain));
        }
    }
    if !truth.is_false() {
        truth = truth.and(!narrows_resources(run, statement));
    }
    NeedlessWildcard { truth, resources }
}

/// Whether actions are exactly those of a managed policy for a service role.
fn is_of_service_role(actions: &[std::borrow::Cow<'_, str>]) -> bool {
    SERVICE_ROLES.iter().any(|known| {
        known.len() == actions.len()
            && known.iter().all(|own| actions.iter().any(|action| action.eq_ignore_ascii_case(own)))
    })
}

/// Whether an action, in lower case, creates something whose ID is not known before.
fn makes_id(action: &str) -> bool {
    MAKES_IDS.iter().any(|verb| action.starts_with(verb)) && !ON_EXISTING.contains(&action)
}

fn is_every_of_some<'t>(run: &mut Run<'_, 't>, resource: &Value<'t>) -> Truth {
    run.decide(&[resource], &|values| values.first().map_or(Truth::False, |value| names_every_of(value, "*")))
}

/// Whether a resource pattern names every resource of an action pattern that could be limited to fewer; `everything`: whether it names
/// everything. Choices are made.
fn is_needless(resource: &Value<'_>, everything: impl Fn() -> Truth, action: &Value<'_>, makes_own_log: bool) -> Truth {
    let Some(pattern) = action.text() else {
        return if action.is_scalar() || action.is_opaque() {
            names_every_of(resource, "*").and(Truth::Unknown)
        } else {
            Truth::False
        };
    };
    let lower = pattern.to_ascii_lowercase();
    if VPC_ACCESS.contains(&lower.as_str())
        || OPTIONAL.contains(&lower.as_str())
        || (makes_own_log && OWN_LOG.contains(&lower.as_str()))
    {
        return Truth::False;
    }
    match everything() {
        Truth::False if makes_id(&lower) => Truth::False,
        Truth::False => names_every_of(resource, &pattern),
        everything => everything.and(match limitable(&pattern) {
            // Few of the actions can be limited, so listing the others separately is not worthwhile (`ec2:Describe*`).
            Limitable::Never | Limitable::Seldom => Truth::False,
            Limitable::Always | Limitable::Sometimes => Truth::True,
            Limitable::Unknown => Truth::Unknown,
        }),
    }
}

/// Whether the conditions of the statement hold for some resources only: they require a key that says which resource is meant.
fn narrows_resources<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>) -> Truth {
    let subject = Subject::Other { names: &[], service: None };
    requires_key(run, statement, &Denies::default(), &subject, &|key| {
        NARROWING.iter().any(|known| if known.ends_with('/') { key.contains(known) } else { key == *known })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::with_statement;
    use super::*;

    /// The result, and the resources with the actions that each is needless for.
    fn ask(statement: &str) -> (Truth, Vec<(String, Vec<String>)>) {
        let text = |value: &Value<'_>| value.text().unwrap().into_owned();
        with_statement(statement, |run, statement| {
            let found = needless_wildcard(run, statement.value);
            let resources = found.resources.iter();
            let resources =
                resources.map(|(value, actions)| (text(value), actions.iter().map(|one| text(one)).collect()));
            (found.truth, resources.collect())
        })
        .pop()
        .unwrap()
    }

    #[test]
    fn actions_that_can_be_limited_are_told_from_those_that_cannot() {
        let (truth, found) = ask(
            "{Action: [ec2:DescribeInstances, s3:GetObject, 's3:ListAll*'], Resource: ['arn:aws:s3:::phi/*', '*']}",
        );
        assert_eq!((truth, found), (Truth::True, vec![("*".to_owned(), vec!["s3:GetObject".to_owned()])]));
        assert_eq!(ask("{Action: [ec2:DescribeInstances, s3:ListAllMyBuckets], Resource: '*'}").0, Truth::False);
        assert_eq!(ask("{Action: s3:GetObject, Resource: 'arn:aws:s3:::phi/*'}").0, Truth::False);
    }

    #[test]
    fn an_action_counts_on_its_own_resources_only() {
        let (truth, found) = ask(
            "{Action: [dynamodb:GetItem, s3:GetObject], Resource: ['arn:aws:dynamodb:*:*:table/*', 'arn:aws:s3:::phi/*']}",
        );
        let expected = vec![("arn:aws:dynamodb:*:*:table/*".to_owned(), vec!["dynamodb:GetItem".to_owned()])];
        assert_eq!((truth, found), (Truth::True, expected));
        for (statement, expected) in [
            ("{Action: secretsmanager:GetSecretValue, Resource: 'arn:aws:secretsmanager:*:*:secret:*'}", Truth::True),
            ("{Action: ssm:GetParameter, Resource: 'arn:aws:ssm:us-east-1:123456789012:parameter/*'}", Truth::True),
            ("{Action: 's3:*', Resource: 'arn:aws:s3:::*/*'}", Truth::True),
            ("{Action: '*', Resource: 'arn:aws:s3:::*'}", Truth::True),
            ("{Action: '*', Resource: 'arn:aws:s3:::records/*'}", Truth::False),
            ("{Action: kms:Decrypt, Resource: 'arn:aws:s3:::*'}", Truth::False),
            ("{Action: {'Fn::Sub': 's3:${Open}'}, Resource: 'arn:aws:s3:::*'}", Truth::Unknown),
            ("{Action: {'Fn::Sub': 's3:${Open}'}, Resource: 'arn:aws:s3:::records/*'}", Truth::False),
            ("{Action: {'Fn::Sub': 's3:${Open}'}, Resource: '*'}", Truth::Unknown),
            ("{NotAction: 'iam:*', Resource: 'arn:aws:s3:::*'}", Truth::True),
            ("{NotAction: 'iam:*', Resource: 'arn:aws:s3:::records/*'}", Truth::False),
        ] {
            assert_eq!(ask(statement).0, expected, "{statement}");
        }
    }

    #[test]
    fn what_aws_grants_on_everything_and_what_has_no_name_yet() {
        for (statement, expected) in [
            ("{Action: [logs:CreateLogGroup, logs:CreateLogStream, logs:PutLogEvents], Resource: '*'}", Truth::False),
            ("{Action: logs:CreateLogGroup, Resource: 'arn:aws:logs:us-east-1:111122223333:*'}", Truth::False),
            ("{Action: logs:CreateLogGroup, Resource: '*'}", Truth::True),
            (
                "{Action: [Logs:PutLogEvents, logs:CreateLogStream, logs:createLogGroup], Resource: 'arn:aws:logs:*:*:*'}",
                Truth::False,
            ),
            ("{Action: [logs:CreateLogStream, logs:PutLogEvents], Resource: '*'}", Truth::True),
            ("{Action: 'logs:*', Resource: '*'}", Truth::True),
            ("{Action: [ec2:CreateNetworkInterface, EC2:DeleteNetworkInterface], Resource: '*'}", Truth::False),
            ("{Action: 'logs:Create*', Resource: '*'}", Truth::True),
            ("{Action: ec2:RunInstances, Resource: 'arn:aws:ec2:*:*:instance/*'}", Truth::False),
            ("{Action: ec2:RunInstances, Resource: '*'}", Truth::True),
            ("{Action: ec2:TerminateInstances, Resource: 'arn:aws:ec2:*:*:instance/*'}", Truth::True),
        ] {
            assert_eq!(ask(statement).0, expected, "{statement}");
        }
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
        for every in ["*", "alias/*", "alias*", "alias/?*", "a*", "?lias/**"] {
            assert_eq!(with(&format!("{{StringLike: {{'kms:RequestAlias': '{every}'}}}}")), Truth::True, "{every}");
            let aliases = format!("{{'ForAnyValue:StringLike': {{'kms:ResourceAliases': ['alias/phi', '{every}']}}}}");
            assert_eq!(with(&aliases), Truth::True, "{every}");
        }
        assert_eq!(with("{StringEquals: {'kms:RequestAlias': 'alias/*'}}"), Truth::False);
        assert_eq!(with("{StringEquals: {'aws:ResourceTag/Team': {Ref: Open}}}"), Truth::False);
        assert_eq!(with("{StringEquals: {'ec2:ResourceTag/Team': [records, billing]}}"), Truth::False);
        assert_eq!(with("{StringLike: {'aws:ResourceTag/Team': {Ref: Open}}}"), Truth::Unknown);
        assert_eq!(
            with("{StringEqualsIfExists: {'aws:ResourceTag/T': a}, 'Null': {'aws:ResourceTag/T': false}}"),
            Truth::False
        );
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
