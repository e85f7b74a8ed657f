//! Whether statements together let an identity get rights that nobody gave it.
//!
//! The paths are facts. This file decides whether an identity has the actions that a path needs.

use super::account::{Account, account_of};
use super::condition::{Operator, RequestValue, holds, read};
use super::coverage::covers_action;
use super::normal::element;
use super::pattern::{Pattern, Side};
use super::principal::effect_is;
use super::reach::{is_every_resource_of, touches};
use super::statement::Statement;
use super::wildcard::{ask, grants_admin, is_wildcard_text};
use crate::eval::Run;
use crate::eval::value::Value;
use crate::facts::{self, Needed, resources_of_actions};
use crate::truth::Truth;

/// A statement of an identity, as certainly as its policy is attached to it.
pub struct Granted<'m, 't> {
    /// The statement.
    pub statement: Statement<'m, 't>,
    /// Whether the policy that it is in is the identity's; never false.
    pub attached: Truth,
}

/// A path that is open, or may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escalation {
    /// The actions that it takes, each with the index of a statement that allows it: `iam:PassRole`, `lambda:CreateFunction`.
    pub steps: Vec<(&'static str, usize)>,
    /// Whether it is open; never false.
    pub truth: Truth,
}

/// Whether a resource pattern names the identity itself, or a policy that is attached to it, depending on the action.
pub type Itself<'a, 'm, 't> = &'a dyn Fn(&mut Run<'m, 't>, &Value<'t>, &str) -> Truth;

/// Whether a resource pattern names the user who makes the request: `arn:aws:iam::*:user/${aws:username}`. The variable has no value
/// for requests of roles. Source: IAM User Guide, "IAM policy elements: Variables and tags".
pub fn names_own_user<'t>(run: &mut Run<'_, 't>, resource: &Value<'t>) -> Truth {
    ask(run, resource, |value| {
        let pattern = Pattern::of(value, Side::Outer).unwrap_or_default();
        let text = pattern.text().to_ascii_lowercase();
        let Some(before) = text.trim_end_matches('*').strip_suffix("${aws:username}") else { return Truth::False };
        let user = before.rsplit_once(':').map_or(before, |(_, name)| name);
        (user.starts_with("user/") || is_wildcard_text(user)).into()
    })
}

/// Keys that ask who makes a request, and from where and how, in lower case: what it does is up to whoever makes it. Those that end
/// with `/` have a tag's key behind them. Sorted.
///
/// Source: IAM User Guide, "AWS global condition context keys", "Properties of the principal", "of a role session", "of the network"
/// and "of the request" (2026-11). Not: what is about the resource or the values that a request sets (`aws:ResourceTag`,
/// `aws:RequestTag`), nor `aws:CalledVia`, which limits an action to what a service does in it.
const CIRCUMSTANCES: [&str; 34] = [
    "aws:assumedroot",
    "aws:currenttime",
    "aws:ec2instancesourceprivateipv4",
    "aws:ec2instancesourcevpc",
    "aws:epochtime",
    "aws:federatedprovider",
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltag/",
    "aws:principaltype",
    "aws:referer",
    "aws:requestedregion",
    "aws:securetransport",
    "aws:sourceidentity",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:tokenissuetime",
    "aws:useragent",
    "aws:userid",
    "aws:username",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:vpcsourceip",
    "codebuild:buildarn",
    "codebuild:projectarn",
    "ec2:sourceinstancearn",
    "lambda:sourcefunctionarn",
];

/// Whether a condition on a key (in lower case) leaves open what a request does: it asks only who makes it, from where, or in which
/// account, which for IAM is always that of the caller.
fn is_circumstance(run: &mut Run<'_, '_>, operator: Operator, key: &str, values: &[Value<'_>]) -> Option<Truth> {
    let texts = || values.iter().filter_map(Value::text);
    match key {
        // An identity makes its own requests, not those of a service.
        "aws:principalisawsservice" | "aws:viaawsservice" => None,
        "aws:resourceaccount" | "aws:resourceorgid" | "aws:resourceorgpaths" => {
            // What is compared with the caller's own is the same; a literal is taken to be the own one.
            let is_own = |value: &Value<'_>| {
                account_of(value) == Account::Own
                    || value.text().is_some_and(|text| text.to_ascii_lowercase().starts_with("${aws:principal"))
            };
            let own = values.iter().any(is_own);
            if !own && operator.is_negated() {
                run.note_reason(format!("a condition on `{key}` excludes an account"));
                return Some(Truth::Unknown);
            }
            Some((!operator.is_negated()).into())
        }
        _ => {
            let known = CIRCUMSTANCES.iter().any(|known| match known.strip_suffix('/') {
                Some(_) => key.starts_with(known),
                None => key == *known,
            });
            // A tag that must be equal to one of the resource limits the resources.
            let limits = || texts().any(|text| text.contains("ResourceTag/") || text.contains("RequestTag/"));
            (known && !limits()).then_some(Truth::True)
        }
    }
}

/// The statements of an identity, or of its permissions boundary, by their effects.
struct Sorted<'v, 't> {
    /// Each with its index and as certainly as it allows something.
    allows: Vec<(usize, &'v Value<'t>, Truth)>,
    denies: Vec<(&'v Value<'t>, Truth)>,
}

impl<'m, 't> Sorted<'m, 't> {
    fn of(
        run: &mut Run<'m, 't>,
        granted: &[Granted<'m, 't>],
        counts: impl Fn(&mut Run<'m, 't>, &Value<'t>) -> bool,
    ) -> Self {
        let mut sorted = Self { allows: Vec::new(), denies: Vec::new() };
        for (index, one) in granted.iter().enumerate() {
            let statement = one.statement.value;
            let allow = effect_is(run, statement, "Allow");
            if !allow.is_false() && counts(run, statement) {
                sorted.allows.push((index, statement, allow.and(one.attached)));
            }
            let deny = effect_is(run, statement, "Deny");
            if !deny.is_false() {
                sorted.denies.push((statement, deny.and(one.attached)));
            }
        }
        sorted
    }
}

/// The paths to more privileges that the statements of one identity open together, as far as a template shows them.
///
/// Statements that allow everything are left out: there are no more rights to get. An `Allow` under a condition that limits what
/// a request may do counts for nothing; a `Deny` that only holds under a condition, or spares some resources, leaves the answer open.
/// An action counts on the resources that it has, and no others. What the permissions boundary of the identity does not allow counts for
/// nothing, either.
pub fn escalations<'m, 't>(
    run: &mut Run<'m, 't>,
    granted: &[Granted<'m, 't>],
    boundary: Option<&[Granted<'m, 't>]>,
    itself: Itself<'_, 'm, 't>,
) -> Vec<Escalation> {
    let own = Sorted::of(run, granted, |run, statement| !grants_admin(run, statement).is_true());
    let boundary = boundary.map(|boundary| Sorted::of(run, boundary, |_, _| true));
    let mut found = Vec::new();
    for path in facts::escalations() {
        let mut truth = Truth::True;
        let mut steps = Vec::new();
        for needed in path {
            let (open, by) = step(run, &own, boundary.as_ref(), &needed, itself);
            truth = truth.and(open);
            if truth.is_false() {
                break;
            }
            steps.push((needed.action, by));
        }
        if !truth.is_false() {
            found.push(Escalation { steps, truth });
        }
    }
    found
}

/// On which resources an action is needed.
#[derive(Copy, Clone, PartialEq, Eq)]
enum On {
    Some,
    Everything,
    Itself,
}

/// Whether the identity can do what is needed, and the statement that allows it.
fn step<'m, 't>(
    run: &mut Run<'m, 't>,
    own: &Sorted<'_, 't>,
    boundary: Option<&Sorted<'_, 't>>,
    needed: &Needed,
    itself: Itself<'_, 'm, 't>,
) -> (Truth, usize) {
    let mut best = (Truth::False, 0);
    for on in [if needed.on_everything { On::Everything } else { On::Some }, On::Itself] {
        if on == On::Itself && !needed.on_itself {
            continue;
        }
        let (mut truth, by) = allowed(run, &own.allows, needed, on, itself);
        if !truth.is_false() {
            truth = truth.and(!denied(run, &own.denies, needed, on, itself));
        }
        if let Some(boundary) = boundary.filter(|_| !truth.is_false()) {
            let mut within = allowed(run, &boundary.allows, needed, on, itself).0;
            if on == On::Itself {
                within = within.or(allowed(run, &boundary.allows, needed, On::Everything, itself).0);
            }
            truth = truth.and(within).and(!denied(run, &boundary.denies, needed, on, itself));
        }
        if truth.is_true() {
            return (truth, by);
        }
        if best.0.is_false() {
            best = (truth, by);
        }
    }
    best
}

/// Whether some statement allows what is needed, and which one does so most certainly.
fn allowed<'m, 't>(
    run: &mut Run<'m, 't>,
    allows: &[(usize, &Value<'t>, Truth)],
    needed: &Needed,
    on: On,
    itself: Itself<'_, 'm, 't>,
) -> (Truth, usize) {
    let mut best = (Truth::False, 0);
    for (index, statement, effect) in allows {
        let mut truth = effect.and(covers_action(run, statement, needed.action));
        if !truth.is_false() {
            truth = truth.and(reaches(run, statement, needed, on, itself));
        }
        if !truth.is_false() {
            truth = truth.and(leaves_free(run, statement, needed));
        }
        if truth.is_true() {
            return (truth, *index);
        }
        if best.0.is_false() {
            best = (truth, *index);
        }
    }
    best
}

/// Whether a statement reaches the resources that an action is needed on.
fn reaches<'m, 't>(
    run: &mut Run<'m, 't>,
    statement: &Value<'t>,
    needed: &Needed,
    on: On,
    itself: Itself<'_, 'm, 't>,
) -> Truth {
    match (statement.get(element::RESOURCES), statement.get(element::NOT_RESOURCES)) {
        (Some(resources), _) => {
            let of = resources_of_actions(needed.action);
            let reaches = |one: &Value<'t>| match on {
                On::Some => touches(run, one, &of),
                On::Everything => is_every_resource_of(run, one, needed.action),
                On::Itself => itself(run, one, needed.action),
            };
            Truth::any(resources.items().iter().map(reaches))
        }
        // Everything but some: the rest is everything enough.
        (None, Some(_)) => (on != On::Itself).into(),
        (None, None) => Truth::False,
    }
}

/// Whether the conditions of a statement leave the needed action as free as it must be.
fn leaves_free<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>, needed: &Needed) -> Truth {
    let conditions = statement.get(element::CONDITIONS).map(Value::items).unwrap_or_default();
    let attaches = needed.action.starts_with("iam:Attach");
    // Whoever may attach one of these needs no other.
    let policies = if attaches { &ADMINISTRATIVE[..] } else { &ADMINISTRATIVE[..1] };
    let mut free = Truth::False;
    for policy in policies {
        free = free.or(Truth::all(conditions.iter().map(|condition| {
            let Some((operator, key, values)) = read(run, condition) else { return Truth::Unknown };
            if let Some(free) = is_circumstance(run, operator, &key, values) {
                return free;
            }
            let request_value = |key: &str| match (key, needed.passed_to) {
                ("iam:passedtoservice", Some(service)) => RequestValue::Is(service),
                // Only requests of some actions have these. Source: Service Authorization Reference, "Actions, resources, and
                // condition keys for AWS Identity and Access Management (IAM)" (2026-11).
                ("iam:passedtoservice", None) => RequestValue::Absent,
                ("iam:policyarn", _) if attaches => RequestValue::Is(policy),
                ("aws:principalisawsservice" | "aws:viaawsservice", _) => RequestValue::Is("false"),
                ("iam:policyarn", _) if !needed.action.starts_with("iam:Detach") => RequestValue::Absent,
                _ => RequestValue::Anything,
            };
            let free = holds(run, condition, &request_value);
            if free.is_false()
                && holds(run, condition, &|_| RequestValue::Absent).is_true()
                && request_value(&key) == RequestValue::Anything
            {
                run.note_reason(format!("a condition on `{key}` spares requests without the key"));
                return Truth::Unknown;
            }
            free
        })));
        if free.is_true() {
            break;
        }
    }
    free
}

/// AWS managed policies that grant everything, or enough to get the rest. Source: AWS managed policy reference (2026-11).
const ADMINISTRATIVE: [&str; 3] = [
    "arn:aws:iam::aws:policy/AdministratorAccess",
    "arn:aws:iam::aws:policy/IAMFullAccess",
    "arn:aws:iam::aws:policy/PowerUserAccess",
];

/// Whether some statement denies what is needed; unknown where it does so under a condition, or not everywhere.
fn denied<'m, 't>(
    run: &mut Run<'m, 't>,
    denies: &[(&Value<'t>, Truth)],
    needed: &Needed,
    on: On,
    itself: Itself<'_, 'm, 't>,
) -> Truth {
    Truth::any(denies.iter().map(|(statement, effect)| {
        let covered = effect.and(covers_action(run, statement, needed.action));
        if covered.is_false() {
            return Truth::False;
        }
        let conditions = statement.get(element::CONDITIONS).map(Value::items).unwrap_or_default();
        let resources = statement.get(element::RESOURCES).map(Value::items).unwrap_or_default();
        let everywhere = Truth::any(resources.iter().map(|one| {
            let every = is_every_resource_of(run, one, needed.action);
            if on == On::Itself { every.or(itself(run, one, needed.action)) } else { every }
        }));
        if conditions.is_empty() && everywhere.is_true() {
            return covered;
        }
        // A denial of named resources does not close the path to the others.
        if statement.get(element::NOT_RESOURCES).is_none() && everywhere.is_false() {
            return Truth::False;
        }
        run.note_reason(format!("a statement with a condition denies `{}`", needed.action));
        Truth::Unknown
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::{bucket_statements, in_template, template};
    use super::*;

    /// The paths that statements open, `?` before those that may be open.
    fn paths(statements: &str) -> Vec<String> {
        let mut all = in_template(&template(statements), |run, model, _| {
            let found = bucket_statements(run, model).found;
            let granted: Vec<_> =
                found.into_iter().map(|statement| Granted { statement, attached: Truth::True }).collect();
            escalations(run, &granted, None, &itself)
        });
        let reported = all.remove(0).into_iter().map(|path| {
            let actions: Vec<&str> = path.steps.iter().map(|(action, _)| *action).collect();
            format!("{}{}", if path.truth.is_true() { "" } else { "?" }, actions.join(" "))
        });
        reported.collect()
    }

    /// Whoever has the statements is the role `Role`, or a user.
    fn itself<'t>(run: &mut Run<'_, 't>, resource: &Value<'t>, action: &str) -> Truth {
        let role = resource.display().contains("${Role.Arn}") && action.contains("Role");
        Truth::from(role).or(names_own_user(run, resource))
    }

    #[test]
    fn the_keys_are_in_order() {
        assert!(CIRCUMSTANCES.is_sorted());
    }

    const PASS: &str = "{Effect: Allow, Action: 'iam:PassRole', Resource: '*'}";
    const CREATE: &str = "{Effect: Allow, Action: 'lambda:Create*', Resource: 'arn:aws:lambda:*:*:function:app-*'}";

    #[test]
    fn all_that_a_way_needs_from_any_statement() {
        assert_eq!(paths(&format!("[{PASS}, {CREATE}]")), ["iam:PassRole lambda:CreateFunction"]);
        assert_eq!(paths(&format!("[{PASS}]")), [""; 0]);
        assert_eq!(paths(&format!("[{CREATE}]")), [""; 0]);
        assert_eq!(paths("[{Effect: Allow, Action: 'iam:Put*Policy', Resource: '*'}]").len(), 3);
        assert_eq!(paths("[{Effect: Allow, NotAction: 'iam:*', Resource: '*'}]").len(), 7);
        assert_eq!(paths("[{Effect: Allow, Action: '*', Resource: '*'}]"), [""; 0]);
    }

    #[test]
    fn only_what_reaches_everything_counts() {
        for (resource, expected) in [
            ("'*'", vec!["sts:AssumeRole"]),
            ("'arn:aws:iam::*:role/*'", vec!["sts:AssumeRole"]),
            ("'arn:aws:iam::123456789012:role/deploy'", vec![]),
            ("'arn:aws:iam::123456789012:role/deploy-*'", vec![]),
            ("{'Fn::GetAtt': [Role, Arn]}", vec![]),
            ("{Ref: Open}", vec!["?sts:AssumeRole"]),
        ] {
            let statement = format!("[{{Effect: Allow, Action: 'sts:AssumeRole', Resource: {resource}}}]");
            assert_eq!(paths(&statement), expected, "{resource}");
        }
    }

    #[test]
    fn what_an_identity_is_itself_is_enough_to_write_a_policy_into_it() {
        let own = "{'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:user/${!aws:username}'}";
        for (statements, expected) in [
            (
                format!("[{{Effect: Allow, Action: 'iam:*UserPolicy', Resource: {own}}}]"),
                vec!["iam:AttachUserPolicy", "iam:PutUserPolicy"],
            ),
            (
                format!("[{{Effect: Allow, Action: ['iam:ChangePassword', 'iam:*AccessKey*'], Resource: {own}}}]"),
                vec![],
            ),
            (
                "[{Effect: Allow, Action: 'iam:Put*', Resource: {'Fn::GetAtt': [Role, Arn]}}]".to_owned(),
                vec!["iam:PutRolePolicy"],
            ),
            ("[{Effect: Allow, Action: 'iam:*', Resource: 'arn:aws:iam::*:role/other'}]".to_owned(), vec![]),
            (
                format!(
                    "[{{Effect: Allow, Action: 'iam:*UserPolicy', Resource: {own}}}, {{Effect: Deny, Action: 'iam:*', Resource: {own}}}]"
                ),
                vec![],
            ),
        ] {
            assert_eq!(paths(&statements), expected, "{statements}");
        }
    }

    #[test]
    fn a_condition_on_a_key_is_about_the_actions_that_have_it() {
        for (operator, service, expected) in [
            ("StringEqualsIfExists", "lambda", vec!["iam:PassRole lambda:CreateFunction"]),
            ("StringEqualsIfExists", "ec2", vec![]),
            // Requests to create a function have no such key, so they are not allowed.
            ("StringEquals", "lambda", vec![]),
        ] {
            let condition = format!("{{{operator}: {{'iam:PassedToService': {service}.amazonaws.com}}}}");
            let statement = format!(
                "{{Effect: Allow, Action: ['iam:PassRole', 'lambda:CreateFunction'], Resource: '*', Condition: {condition}}}"
            );
            assert_eq!(paths(&format!("[{statement}]")), expected, "{condition}");
        }
        for (condition, expected) in [
            (
                "{ArnNotEquals: {'iam:PolicyARN': 'arn:aws:iam::aws:policy/AdministratorAccess'}}",
                "iam:AttachRolePolicy",
            ),
            ("{ArnLike: {'iam:PolicyARN': 'arn:aws:iam::aws:policy/*'}}", "iam:AttachRolePolicy"),
            (
                "{ArnLike: {'iam:PolicyARN': {'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/*'}}}",
                "iam:AttachRolePolicy",
            ),
            ("{StringEqualsIfExists: {'iam:PassedToService': lambda.amazonaws.com}}", "iam:AttachRolePolicy"),
            ("{ArnEquals: {'iam:PolicyARN': 'arn:aws:iam::aws:policy/ReadOnlyAccess'}}", ""),
            (
                "{ArnLike: {'iam:PolicyARN': {'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/*'}}}",
                "?iam:AttachRolePolicy",
            ),
        ] {
            let statement =
                format!("[{{Effect: Allow, Action: 'iam:AttachRolePolicy', Resource: '*', Condition: {condition}}}]");
            assert_eq!(paths(&statement).join(" "), expected, "{condition}");
        }
    }

    #[test]
    fn an_action_counts_on_its_own_resources_only() {
        for (statement, expected) in [
            ("{Effect: Allow, Action: '*', Resource: 'arn:aws:s3:::records/*'}", 0),
            ("{Effect: Allow, Action: '*', Resource: 'arn:aws:logs:*:*:*'}", 0),
            ("{Effect: Allow, Action: 'sts:AssumeRole', Resource: 'arn:aws:s3:::*'}", 0),
            ("{Effect: Allow, Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::*:*'}", 1),
        ] {
            assert_eq!(paths(&format!("[{statement}]")).len(), expected, "{statement}");
        }
        let create = "{Effect: Allow, Action: 'lambda:Create*', Resource: 'arn:aws:s3:::*'}";
        assert_eq!(paths(&format!("[{PASS}, {create}]")), [""; 0]);
    }

    #[test]
    fn conditions_may_limit_what_is_allowed() {
        for (condition, expected) in [
            (
                "{StringEquals: {'iam:PassedToService': lambda.amazonaws.com}}",
                vec!["iam:PassRole lambda:CreateFunction"],
            ),
            (
                "{StringLike: {'iam:PassedToService': ['ecs*', '*.amazonaws.com']}}",
                vec!["iam:PassRole lambda:CreateFunction"],
            ),
            ("{StringEquals: {'iam:PassedToService': ec2.amazonaws.com}}", vec![]),
            ("{Bool: {'aws:MultiFactorAuthPresent': true}}", vec!["iam:PassRole lambda:CreateFunction"]),
            (
                "{StringEquals: {'aws:ResourceAccount': {Ref: 'AWS::AccountId'}}}",
                vec!["iam:PassRole lambda:CreateFunction"],
            ),
            (
                "{StringEquals: {'aws:ResourceAccount': '${aws:PrincipalAccount}'}}",
                vec!["iam:PassRole lambda:CreateFunction"],
            ),
            ("{StringEquals: {'aws:ResourceAccount': '111122223333'}}", vec!["iam:PassRole lambda:CreateFunction"]),
            ("{StringNotEquals: {'aws:ResourceAccount': '${aws:PrincipalAccount}'}}", vec![]),
            ("{StringNotEquals: {'aws:ResourceAccount': '111122223333'}}", vec!["?iam:PassRole lambda:CreateFunction"]),
            ("{Bool: {'aws:ViaAWSService': false}}", vec!["iam:PassRole lambda:CreateFunction"]),
            ("{Bool: {'aws:ViaAWSService': true}}", vec![]),
            ("{StringEquals: {'aws:PrincipalTag/team': ops}}", vec!["iam:PassRole lambda:CreateFunction"]),
            ("{StringEquals: {'aws:PrincipalTag/team': '${aws:ResourceTag/team}'}}", vec![]),
            ("{'ForAnyValue:StringEquals': {'aws:CalledVia': cloudformation.amazonaws.com}}", vec![]),
            ("{StringEquals: {'iam:ResourceTag/team': app}}", vec![]),
            ("{StringNotEquals: {'iam:ResourceTag/team': app}}", vec!["?iam:PassRole lambda:CreateFunction"]),
            ("{StringEqualsIfExists: {'iam:ResourceTag/team': app}}", vec!["?iam:PassRole lambda:CreateFunction"]),
            ("{StringEquals: {'iam:PassedToService': {Ref: Open}}}", vec!["?iam:PassRole lambda:CreateFunction"]),
        ] {
            let pass = format!("{{Effect: Allow, Action: 'iam:PassRole', Resource: '*', Condition: {condition}}}");
            assert_eq!(paths(&format!("[{pass}, {CREATE}]")), expected, "{condition}");
        }
    }

    #[test]
    fn denials_close_ways() {
        for (deny, expected) in [
            ("Action: 'iam:*', Resource: '*'", vec![]),
            ("NotAction: 's3:*', Resource: '*'", vec![]),
            ("Action: 'iam:Get*', Resource: '*'", vec!["iam:PassRole lambda:CreateFunction"]),
            (
                "Action: 'iam:PassRole', Resource: 'arn:aws:iam::123456789012:role/admin'",
                vec!["iam:PassRole lambda:CreateFunction"],
            ),
            (
                "Action: 'iam:PassRole', NotResource: 'arn:aws:iam::123456789012:role/app'",
                vec!["?iam:PassRole lambda:CreateFunction"],
            ),
            (
                "Action: 'iam:PassRole', Resource: '*', Condition: {Bool: {'aws:ViaAWSService': false}}",
                vec!["?iam:PassRole lambda:CreateFunction"],
            ),
        ] {
            assert_eq!(paths(&format!("[{PASS}, {CREATE}, {{Effect: Deny, {deny}}}]")), expected, "{deny}");
        }
    }
}
