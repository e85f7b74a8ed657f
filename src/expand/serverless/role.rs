//! The roles that SAM makes, and `Policies` in all its forms.
//!
//! Source: AWS SAM developer guide, "AWS::Serverless::Function" (`Policies`, `Role`), "AWS SAM policy templates".

use super::nodes::{At, choice, is_no_value};
use super::resource::{Made, Resource};
use crate::eval::is_function;
use crate::facts;
use crate::source::SourceId;
use crate::syntax::{self, Kind, Node};

/// What a role may do.
#[derive(Debug, Default)]
pub(super) struct Grants<'t> {
    managed: Vec<Node<'t>>,
    inline: Vec<Node<'t>>,
}

impl<'t> Grants<'t> {
    /// Adds an AWS managed policy by its name with its path: `service-role/AWSLambdaBasicExecutionRole`.
    pub(super) fn managed(&mut self, at: At, name: &str) {
        let arn = managed_policy_arn(at, name);
        let text = |node: &Node<'t>| node.get("Fn::Sub").and_then(Node::as_str).map(str::to_owned);
        if !self.managed.iter().any(|known| text(known) == text(&arn)) {
            self.managed.push(arn);
        }
    }

    /// Adds one statement that allows an action.
    pub(super) fn allow(&mut self, at: At, policy_name: String, action: &'static str, resource: Node<'t>) {
        let statement = at.map([("Effect", at.text("Allow")), ("Action", at.text(action)), ("Resource", resource)]);
        self.inline.push(policy(at, policy_name, at.map([("Statement", at.list([statement]))])));
    }

    /// Adds a policy with statements.
    pub(super) fn policy(&mut self, at: At, name: &'static str, statements: Vec<Node<'t>>) {
        let document = at.map([("Version", at.text("2012-10-17")), ("Statement", at.list(statements))]);
        self.inline.push(policy(at, name.to_owned(), document));
    }

    /// Adds what `Policies` holds.
    fn written(&mut self, sam: &Resource<'_, 't>, role_id: &str) {
        let Some(written) = sam.get("Policies") else { return };
        let items = written.as_sequence().unwrap_or(std::slice::from_ref(written));
        for (index, item) in items.iter().enumerate() {
            let parts = split(item, &format!("{role_id}Policy{index}"));
            self.managed.extend(parts.managed);
            self.inline.extend(parts.inline);
        }
    }
}

/// The role `<Id>Role` of a resource, which `service` may assume.
pub(super) fn execution_role<'t>(sam: &Resource<'_, 't>, service: &'static str, mut grants: Grants<'t>) -> Made<'t> {
    let at = sam.at;
    let mut role = sam.also(format!("{}Role", sam.id), "AWS::IAM::Role");
    match sam.entry("AssumeRolePolicyDocument") {
        Some(entry) => role.push(Some(entry.clone())),
        None => role.set(at, "AssumeRolePolicyDocument", trust(at, service)),
    }
    grants.written(sam, &role.id);
    let policies_at = sam.entry("Policies").map_or(at, |entry| At(entry.key_span));
    role.set(policies_at, "ManagedPolicyArns", policies_at.list(grants.managed));
    if !grants.inline.is_empty() {
        role.set(policies_at, "Policies", policies_at.list(grants.inline));
    }
    role.copy(&sam.properties, &["PermissionsBoundary"]);
    role.copy_as(sam.entry("RolePath"), "Path");
    role.push(sam.tag_list());
    role
}

/// A role for what a schedule or an event needs: to start its target, and to send what it could not deliver to a queue.
pub(super) fn starting_role<'t>(
    made: Made<'t>,
    at: At,
    service: &'static str,
    allowed: Vec<(At, &'static str, Node<'t>)>,
) -> Made<'t> {
    let mut grants = Grants::default();
    for (at, action, resource) in allowed {
        grants.allow(at, format!("{}Policy", made.id), action, resource);
    }
    let mut role = made;
    role.set(at, "AssumeRolePolicyDocument", trust(at, service));
    role.set(at, "Policies", at.list(grants.inline));
    role
}

/// A role that Lambda may assume, with AWS managed policies by their names with their paths.
pub(super) fn service_role<'t>(made: Made<'t>, at: At, policies: &[&str]) -> Made<'t> {
    role_of(made, at, "lambda.amazonaws.com", policies)
}

/// A role that a service may assume, with AWS managed policies by their names with their paths.
pub(super) fn role_of<'t>(made: Made<'t>, at: At, service: &'static str, policies: &[&str]) -> Made<'t> {
    let mut role = made;
    role.set(at, "AssumeRolePolicyDocument", trust(at, service));
    if !policies.is_empty() {
        let arns: Vec<Node<'t>> = policies.iter().map(|name| managed_policy_arn(at, name)).collect();
        role.set(at, "ManagedPolicyArns", at.list(arns));
    }
    role
}

/// The role with one inline policy.
pub(super) fn with_policy<'t>(
    mut role: Made<'t>,
    at: At,
    name: &'static str,
    statements: impl Into<Vec<Node<'t>>>,
) -> Made<'t> {
    let document = at.map([("Version", at.text("2012-10-17")), ("Statement", at.list(statements))]);
    role.set(at, "Policies", at.list([policy(at, name.to_owned(), document)]));
    role
}

/// A statement that allows actions.
pub(super) fn statement<'t>(at: At, actions: &[&'static str], resource: Node<'t>) -> Node<'t> {
    let actions: Vec<Node<'t>> = actions.iter().map(|action| at.text(*action)).collect();
    at.map([("Effect", at.text("Allow")), ("Action", at.list(actions)), ("Resource", resource)])
}

/// Lets a service assume the role.
pub(super) fn trust<'t>(at: At, service: &'static str) -> Node<'t> {
    let statement = at.map([
        ("Effect", at.text("Allow")),
        ("Principal", at.map([("Service", at.list([at.text(service)]))])),
        ("Action", at.list([at.text("sts:AssumeRole")])),
    ]);
    at.map([("Version", at.text("2012-10-17")), ("Statement", at.list([statement]))])
}

fn managed_policy_arn<'t>(at: At, name: &str) -> Node<'t> {
    at.map([("Fn::Sub", at.text(format!("arn:${{AWS::Partition}}:iam::aws:policy/{name}")))])
}

fn policy<'t>(at: At, name: String, document: Node<'t>) -> Node<'t> {
    at.map([("PolicyName", at.text(name)), ("PolicyDocument", document)])
}

/// One item of `Policies`: an item of `ManagedPolicyArns`, one of `Policies`, or one of each where a condition chooses.
#[derive(Debug, Default)]
struct Parts<'t> {
    managed: Option<Node<'t>>,
    inline: Option<Node<'t>>,
}

fn split<'t>(item: &Node<'t>, name: &str) -> Parts<'t> {
    if let Some((condition, then, otherwise)) = choice(item) {
        let (then, otherwise) = (split(then, name), split(otherwise, name));
        let at = At(item.span);
        let either = |then: Option<Node<'t>>, otherwise: Option<Node<'t>>| {
            if then.is_none() && otherwise.is_none() {
                return None;
            }
            let or_none = |node: Option<Node<'t>>| node.unwrap_or_else(|| at.reference("AWS::NoValue"));
            Some(at.choice(condition.clone(), or_none(then), or_none(otherwise)))
        };
        return Parts {
            managed: either(then.managed, otherwise.managed),
            inline: either(then.inline, otherwise.inline),
        };
    }
    if is_no_value(item) {
        return Parts::default();
    }
    let at = At(item.span);
    match &item.kind {
        Kind::String(text) if text.starts_with("arn:") => Parts { managed: Some(item.clone()), inline: None },
        // SAM takes AWS managed policies by their bare names.
        Kind::String(text) => Parts { managed: Some(managed_policy_arn(at, text)), inline: None },
        // A macro may write either.
        _ if item.get("Fn::Transform").is_some() => Parts { managed: Some(item.clone()), inline: Some(item.clone()) },
        _ if is_function(item) => Parts { managed: Some(item.clone()), inline: None },
        _ => Parts { managed: None, inline: Some(policy(at, name.to_owned(), document(item))) },
    }
}

/// The policy document that an item stands for.
fn document<'t>(item: &Node<'t>) -> Node<'t> {
    if item.get("Statement").is_some() {
        return item.clone();
    }
    match item.as_mapping() {
        Some([only]) => policy_template(At(only.key_span), &only.key, &only.value),
        Some(_) if item.get("Effect").is_some() => {
            let at = At(item.span);
            at.map([("Statement", at.list([item.clone()]))])
        }
        _ => At(item.span).unknown(),
    }
}

/// The document of a policy template with its parameters filled in; unknown where there is no such template.
fn policy_template<'t>(at: At, name: &str, parameters: &Node<'t>) -> Node<'t> {
    let text = facts::sam_policy_template(name);
    match text.and_then(|text| syntax::json::parse(text, SourceId::default()).ok()) {
        Some(document) => filled(at, &document.root, parameters),
        None => at.unknown(),
    }
}

/// A copy that is at one place, in which `Ref` of a parameter is the parameter's value.
fn filled<'t>(at: At, node: &Node<'static>, parameters: &Node<'t>) -> Node<'t> {
    let kind = match &node.kind {
        Kind::Mapping(entries) => match entries.as_slice() {
            [only] if only.key == "Ref" => {
                let name = only.value.as_str().unwrap_or_default();
                return parameters.get(name).cloned().unwrap_or_else(|| at.unknown());
            }
            entries => Kind::Mapping(
                entries.iter().map(|entry| at.entry(entry.key.clone(), filled(at, &entry.value, parameters))).collect(),
            ),
        },
        Kind::Sequence(items) => Kind::Sequence(items.iter().map(|item| filled(at, item, parameters)).collect()),
        scalar => scalar.clone(),
    };
    Node { span: at.0, kind }
}
