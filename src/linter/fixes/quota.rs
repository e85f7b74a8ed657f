//! How many managed policies an identity may have: no fix attaches more.

use super::making::Making;
use super::place::branches;
use crate::expand::Block;
use crate::expand::ties::{plain, plain_name};
use crate::rules::fix::Recipe;
use crate::syntax::Node;

/// The managed policies of a role, user or group by default.
///
/// Source: IAM User Guide, "IAM and AWS STS quotas" (docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html), 2026-11.
const MOST: usize = 10;
const MANAGED: &str = "AWS::IAM::ManagedPolicy";
const IDENTITIES: [&str; 3] = ["AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::User"];
/// What is attached to identities that it names. All of these may become managed policies.
const ATTACHED: [&str; 5] =
    ["AWS::IAM::GroupPolicy", MANAGED, "AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy"];
/// The properties with the identities.
const NAMES: [&str; 6] = ["GroupName", "Groups", "RoleName", "Roles", "UserName", "Users"];

impl<'t> Making<'_, '_, '_, 't> {
    /// Whether the identities that get managed policies may have that many, with all of their inline policies, which may become managed.
    pub(super) fn keeps_quota(&self, recipe: &Recipe) -> bool {
        let target = self.target;
        if recipe.becomes.as_ref().is_some_and(|becomes| becomes.kind == MANAGED) {
            let all = IDENTITIES.iter().flat_map(|kind| self.shop.model.of_type(kind));
            return all.filter(|identity| self.attaches(target, identity)).all(|identity| self.has_room(identity, 0));
        }
        let is_managed = |path: &str| path.ends_with(".ManagedPolicyArns");
        let attaches = recipe.append.0.iter().any(|(path, _)| is_managed(&path.path.text));
        let moves = recipe.remove.iter().any(|path| path.path.text.contains(".Policies"));
        !attaches || !IDENTITIES.contains(&target.kind) || self.has_room(target, usize::from(!moves))
    }

    fn has_room(&self, identity: &Block<'t>, more: usize) -> bool {
        let own = |name: &str| {
            let property = identity.node.get("Properties").and_then(|properties| properties.get(name));
            property.map_or(Some(0), most_items)
        };
        let attached = ATTACHED.iter().flat_map(|kind| self.shop.model.of_type(kind));
        let attached = attached.filter(|policy| self.attaches(policy, identity)).count();
        // How many a parameter has is not known.
        let all = own("ManagedPolicyArns").zip(own("Policies"));
        all.is_none_or(|(managed, inline)| managed + inline + attached + more <= MOST)
    }

    /// Whether a policy names an identity.
    fn attaches(&self, policy: &Block<'t>, identity: &Block<'t>) -> bool {
        let mut users = self.shop.neighbors.users(identity.name);
        let is_name = |path: &str| path.split('/').nth(1).is_some_and(|name| NAMES.contains(&name));
        if users.any(|(user, path)| user.is(policy) && is_name(path)) {
            return true;
        }
        let Some(name) = plain_name(identity) else { return false };
        let properties = NAMES.iter().filter_map(|property| policy.node.get("Properties")?.get(property));
        properties
            .flat_map(|node| node.as_sequence().unwrap_or(std::slice::from_ref(node)))
            .any(|node| plain(node) == Some(name))
    }
}

/// The most items that a list may have; none if a function makes it.
fn most_items(node: &Node<'_>) -> Option<usize> {
    if let Some([one, other]) = branches(node) {
        return Some(most_items(one)?.max(most_items(other)?));
    }
    match node.as_sequence() {
        Some(items) => Some(items.len()),
        None if node.get("Ref").and_then(Node::as_str) == Some("AWS::NoValue") => Some(0),
        None if node.as_mapping().is_some() => None,
        None => Some(1),
    }
}
