//! Whether the policy of a key lets a service use it for a resource: by the principals, actions and conditions of its statements.

use super::Workshop;
use super::statements::Service;
use crate::eval::gaps::{GAP, text_with_gaps};
use crate::eval::text::pattern_covers;
use crate::eval::value::{Origin, Value};
use crate::eval::{Run, explore};
use crate::expand::{Block, exists};
use crate::graph::names::physical_name;
use crate::policy::{self, DocumentKind};
use crate::truth::Truth;

/// Keys of conditions, in lower case, that a service meets for all resources of the account. The account of a condition is not compared.
const MET: [&str; 9] = [
    "aws:principalarn",
    "aws:sourceaccount",
    "kms:calleraccount",
    "kms:encryptioncontext:aws:ecs:clusteraccount",
    "kms:encryptioncontextkeys",
    "kms:grantconstrainttype",
    "kms:granteeprincipal",
    "kms:grantisforawsresource",
    "kms:grantoperations",
];
/// Those whose values are ARNs of what the service uses the key for.
const ARNS: [&str; 6] = [
    "aws:sourcearn",
    "kms:encryptioncontext:aws:cloudtrail:arn",
    "kms:encryptioncontext:aws:events:event-bus:arn",
    "kms:encryptioncontext:aws:kinesisanalytics:arn",
    "kms:encryptioncontext:aws:logs:arn",
    "kms:encryptioncontext:sourcearn",
];

impl<'m, 't> Workshop<'_, 'm, 't> {
    /// Whether the policy of a key lets a service use it for the resource wherever both exist. `is_own`: the service uses it for the
    /// resource itself rather than for one that the fix adds.
    pub(super) fn permits(&self, service: &Service, key: &'m Block<'t>, target: &'m Block<'t>, is_own: bool) -> bool {
        let model = self.model;
        let actions = service.actions();
        let exploration = explore(&model.evaluator, |run| {
            if !exists(run, key) || !exists(run, target) {
                return true;
            }
            let found = policy::statements(run, key, DocumentKind::Resource).found;
            let target = is_own.then_some(target);
            let lets = found.iter().filter(|statement| lets(run, statement.value, service, target)).collect::<Vec<_>>();
            actions.iter().all(|action| {
                lets.iter().any(|statement| {
                    let allows = |run: &mut Run<'m, 't>, value| policy::allows_whenever(run, value, action);
                    allows(run, statement.value).is_true()
                })
            })
        });
        exploration.complete && exploration.leaves.iter().all(|(_, permits)| *permits)
    }
}

/// Whether a statement is for a service, and its conditions leave out nothing that the service uses the key for.
fn lets<'m, 't>(
    run: &mut Run<'m, 't>,
    statement: &'m Value<'t>,
    service: &Service,
    target: Option<&Block<'t>>,
) -> bool {
    let mut is_named =
        policy::names_principal(statement, &mut |value| service.is_called(&text_with_gaps(value)).into());
    let conditions = statement.get("Conditions").map(Value::items).unwrap_or_default();
    for condition in conditions {
        let (Some(key), Some(values)) = (condition.get("Key").and_then(Value::text), condition.get("Values")) else {
            return false;
        };
        if key == "aws:principalarn" && values.items().iter().any(|value| service.is_called(&text_with_gaps(value))) {
            is_named = Truth::True;
        }
        let is_of_source = key == "aws:sourcearn" || key == "aws:sourceaccount";
        let is_met = if is_of_source && !service.sends_source {
            false
        } else if ARNS.contains(&key.as_ref()) {
            let operator = condition.get("Operator").and_then(Value::text).unwrap_or_default();
            let has_patterns = operator.contains("Like") || operator.starts_with("Arn");
            values.items().iter().any(|value| names(run, value, has_patterns, target))
        } else {
            MET.contains(&key.as_ref())
        };
        if !is_met {
            return false;
        }
    }
    is_named.is_true()
}

/// Whether an ARN is that of a resource, or a pattern that covers all of its type.
fn names<'t>(run: &mut Run<'_, 't>, value: &Value<'t>, has_patterns: bool, target: Option<&Block<'t>>) -> bool {
    let refers = |block: &Block<'t>| {
        value.parts().iter().any(|part| matches!(part.origin, Origin::Resource { id, .. } if id == block.name))
    };
    if target.is_some_and(refers) {
        return true;
    }
    let text = text_with_gaps(value);
    let Some(pattern) = text.splitn(6, ':').nth(5) else { return has_patterns && text.contains('*') };
    let named = target.and_then(|block| Some((block, physical_name(run, block)?)));
    let own = named.map(|(block, name)| match block.kind {
        "AWS::CloudTrail::Trail" => format!("trail/{}", text_with_gaps(name)).into(),
        "AWS::Logs::LogGroup" => format!("log-group:{}", text_with_gaps(name)).into(),
        _ => text_with_gaps(name),
    });
    let same =
        |own: &str| !own.contains(GAP) && if has_patterns { pattern_covers(pattern, own) } else { pattern == own };
    // Without a name of its own, the resource may have any.
    let any = [
        "*",
        "application/*",
        "bucket/*",
        "detector/*",
        "distribution/*",
        "event-bus/*",
        "log-group:*",
        "log-group*",
        "trail/*",
    ];
    own.as_deref().is_some_and(same) || has_patterns && any.contains(&pattern)
}
