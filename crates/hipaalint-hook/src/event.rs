//! An event of CloudFormation, as far as the Hook needs it. Names are read in both cases that CloudFormation writes.

use serde_json::Value;

/// What a Hook is asked about.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// One resource of a stack, its references resolved.
    Resource,
    /// One resource that the Cloud Control API is about to create or update.
    CloudControl,
    /// A stack with its template.
    Stack,
    /// A change set.
    ChangeSet,
    /// Something newer than this Hook.
    Unknown,
}

/// An event.
#[derive(Debug)]
pub(crate) struct Event<'e> {
    pub(crate) target: Target,
    /// The type of the resource, of a resource target.
    pub(crate) kind: &'e str,
    /// The name of the resource in its stack; empty where it has none.
    pub(crate) name: &'e str,
    pub(crate) is_deletion: bool,
    /// The properties of a resource.
    pub(crate) properties: Option<&'e Value>,
    /// The address of a stack's template or of a change set's changes, or these themselves.
    pub(crate) payload: Option<&'e Value>,
    /// The Region and the partition of the stack, such as `us-east-1` and `aws`.
    pub(crate) region: Option<&'e str>,
    pub(crate) partition: Option<&'e str>,
    pub(crate) account: Option<&'e str>,
    pub(crate) token: Option<&'e str>,
}

impl<'e> Event<'e> {
    pub(crate) fn of(event: &'e Value) -> Self {
        let data = event.get("requestData").unwrap_or(&Value::Null);
        let (target_name, target_type) = (text(data, "targetName"), text(data, "targetType"));
        let names = [target_name, target_type];
        let is = |name: &str| names.iter().any(|one| one.eq_ignore_ascii_case(name));
        let target = if is("STACK") || is("AWS::CloudFormation::Stack") && data.get("payload").is_some() {
            Target::Stack
        } else if is("CHANGE_SET") {
            Target::ChangeSet
        } else if is("CLOUD_CONTROL") {
            Target::CloudControl
        } else if is("RESOURCE") || names.iter().any(|name| name.contains("::")) {
            Target::Resource
        } else {
            Target::Unknown
        };
        let kind = names.into_iter().find(|name| name.contains("::")).unwrap_or_default();
        let model = data.get("targetModel").unwrap_or(&Value::Null);
        // arn:aws:cloudformation:us-east-1:111122223333:stack/…
        let mut arn = text(event, "stackId").split(':').skip(1);
        let (partition, region) = (arn.next(), arn.nth(1));
        let account = Some(text(event, "awsAccountId")).filter(|account| !account.is_empty()).or(arn.next());
        Self {
            target,
            kind,
            name: text(data, "targetLogicalId"),
            is_deletion: text(event, "actionInvocationPoint").starts_with("DELETE"),
            properties: either(model, "resourceProperties"),
            payload: data.get("payload").filter(|payload| !payload.is_null()),
            region: region.filter(|region| !region.is_empty()),
            partition: partition.filter(|partition| !partition.is_empty()),
            account: account.filter(|account| !account.is_empty()),
            token: event.get("clientRequestToken").and_then(Value::as_str),
        }
    }
}

/// A value that is not null, under its name with a small or a capital first letter.
pub(crate) fn either<'v>(of: &'v Value, name: &str) -> Option<&'v Value> {
    let mut capital = name.to_owned();
    if let Some(first) = capital.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    of.get(name).or_else(|| of.get(&capital)).filter(|value| !value.is_null())
}

fn text<'v>(of: &'v Value, name: &str) -> &'v str {
    of.get(name).and_then(Value::as_str).unwrap_or_default()
}
