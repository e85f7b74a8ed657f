//! What writes with a key to a bucket whose policy denies uploads with keys of AWS KMS: nothing would arrive any more.

use super::Workshop;
use crate::eval::explore;
use crate::eval::value::Value;
use crate::expand::{Block, exists};
use crate::policy::{self, DocumentKind};

/// What conditions compare with the header of an upload that requests a key of AWS KMS.
const KMS: [&str; 4] = ["aws:kms", "aws:kms*", "aws:*", "*"];

impl<'m, 't> Workshop<'_, 'm, 't> {
    /// Whether a resource, which is to get a key, refers to a bucket whose policy denies `aws:kms` in some deployment. A bucket names
    /// others for what S3 writes there, without its key.
    pub(super) fn writes_where_keys_are_denied(&self, block: &'m Block<'t>) -> bool {
        if block.kind == "AWS::S3::Bucket" {
            return false;
        }
        let is_named = |bucket: &&Block<'t>| self.neighbors.users(bucket.name).any(|(user, _)| user.is(block));
        self.model.of_type("AWS::S3::Bucket").filter(is_named).any(|bucket| {
            let users = self.neighbors.users(bucket.name);
            let mut policies = users
                .filter(|(user, path)| user.kind == "AWS::S3::BucketPolicy" && path.starts_with("Properties/Bucket"));
            policies.any(|(policy, _)| self.denies_keys(policy))
        })
    }

    fn denies_keys(&self, policy: &'m Block<'t>) -> bool {
        let exploration = explore(&self.model.evaluator, |run| {
            let found = policy::statements(run, policy, DocumentKind::Resource).found;
            found.iter().any(|statement| !policy::only_allows(statement.value) && asks_for_other_keys(statement.value))
                && exists(run, policy)
        });
        !exploration.complete || exploration.leaves.iter().any(|(_, denies)| *denies)
    }
}

/// Whether the conditions of a statement are met by uploads that request `aws:kms`, or may be.
fn asks_for_other_keys(statement: &Value<'_>) -> bool {
    let conditions = statement.get("Conditions").map(Value::items).unwrap_or_default();
    conditions.iter().any(|condition| {
        let text = |name: &str| condition.get(name).and_then(Value::text).unwrap_or_default();
        if !text("Key").ends_with("x-amz-server-side-encryption") {
            return false;
        }
        let values = condition.get("Values").map(Value::items).unwrap_or_default();
        let operator = text("Operator").to_ascii_lowercase();
        // What is not known may be anything.
        let is_kms = |value: &Value<'_>| value.text().map(|text| KMS.contains(&text.as_ref()));
        if operator.contains("not") {
            !values.iter().any(|value| is_kms(value) == Some(true))
        } else {
            operator.contains("string") && values.iter().any(|value| is_kms(value) != Some(false))
        }
    })
}
