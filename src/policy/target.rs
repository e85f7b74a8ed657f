//! A bucket and its objects, as the resource patterns of statements name them.

use super::pattern::{Pattern, Relation, Side};
use crate::eval::value::{Content, Kind, Origin, Value};
use crate::eval::{Descent, Run};
use crate::expand::Block;
use crate::truth::Truth;

/// What a request is made on.
#[derive(Clone, Debug)]
pub struct Target<'t> {
    /// The bucket's logical id; none for a bucket that the template only names.
    id: Option<&'t str>,
    /// The bucket's name; `Ref` of it where CloudFormation chooses the name.
    name: Value<'t>,
    what: What,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum What {
    Bucket,
    Objects,
}

/// A bucket of the template, and all objects in it.
pub fn bucket_targets<'t>(run: &mut Run<'_, 't>, bucket: &Block<'t>) -> [Target<'t>; 2] {
    let name = match run.descend(bucket.node, bucket.key_span, &["Properties", "BucketName"]) {
        Descent::Value(value, 2) => value.clone(),
        Descent::Value(value, _) if value.is_opaque() => value.clone(),
        Descent::Unknown(_) => Value::unknown(Origin::Function("Fn::Transform"), bucket.key_span),
        Descent::Value(..) | Descent::Absent(..) => {
            Value::unknown(Origin::Resource { id: bucket.name, attribute: None }, bucket.key_span)
        }
    };
    targets(Some(bucket.name), name)
}

/// A bucket that is known by the value of a property that names it (`Bucket` of `AWS::S3::BucketPolicy`), and all objects
/// in it.
pub fn bucket_name_targets<'t>(bucket: &Value<'t>) -> [Target<'t>; 2] {
    let id = match bucket.as_reference() {
        Some(Origin::Resource { id, attribute: None }) => Some(*id),
        _ => None,
    };
    targets(id, bucket.clone())
}

fn targets<'t>(id: Option<&'t str>, name: Value<'t>) -> [Target<'t>; 2] {
    [What::Bucket, What::Objects].map(|what| Target { id, name: name.clone(), what })
}

/// Whether a resource pattern matches all of a target.
pub fn covers_resource<'t>(run: &mut Run<'_, 't>, pattern: &Value<'t>, target: &Target<'t>) -> Truth {
    run.decide(&[pattern, &target.name], &|values| relation(values, target).covers())
}

/// Whether a resource pattern matches nothing of a target.
pub(super) fn spares_resource<'t>(run: &mut Run<'_, 't>, pattern: &Value<'t>, target: &Target<'t>) -> Truth {
    run.decide(&[pattern, &target.name], &|values| relation(values, target).is_disjoint())
}

/// How a pattern relates to a target, given the pattern and the bucket's name.
fn relation(values: &[&Value<'_>], target: &Target<'_>) -> Relation {
    let [pattern, name] = values else { return Relation::Unknown };
    if !pattern.is_scalar() || !name.is_scalar() {
        return Relation::Disjoint;
    }
    let mut inner = Pattern::default();
    push_arn(&mut inner, name);
    if target.what == What::Objects {
        inner.push_text("/*");
    }
    outer(pattern, name, target).relation(&inner)
}

/// Bucket ARNs have no region and no account: Service Authorization Reference, "Amazon S3", resource types.
fn push_arn(pattern: &mut Pattern, name: &Value<'_>) {
    pattern.push_text("arn:aws:s3:::");
    pattern.push_value(name, Side::Inner);
}

/// The statement's pattern in the spelling that the target has: the bucket by its name, the partition as `aws`.
fn outer(value: &Value<'_>, name: &Value<'_>, target: &Target<'_>) -> Pattern {
    let mut pattern = Pattern::default();
    let Kind::Text(parts) = &value.kind else {
        pattern.push_value(value, Side::Outer);
        return pattern.map(any_partition);
    };
    for part in parts {
        match (&part.content, &part.origin) {
            (_, Origin::Pseudo("AWS::Partition")) => pattern.push_text("aws"),
            (Content::Known(_), _) => pattern.push(part, Side::Outer),
            (_, Origin::Resource { id, attribute: None }) if target.id == Some(id) => {
                pattern.push_value(name, Side::Inner);
            }
            (_, Origin::Resource { id, attribute: Some(attribute) }) if target.id == Some(id) && attribute == "Arn" => {
                push_arn(&mut pattern, name);
            }
            // Another resource of this template is another bucket, if it is one at all. Nothing can be said where the
            // target may itself be any resource.
            (_, origin @ Origin::Resource { attribute, .. })
                if target.id.is_some() && attribute.as_deref().is_none_or(|attribute| attribute == "Arn") =>
            {
                pattern.push_distinct(origin);
            }
            _ => pattern.push(part, Side::Outer),
        }
    }
    pattern.map(any_partition)
}

/// A template is deployed to the partition that its ARNs name, so `aws-cn`, `aws-us-gov` and `*` are as good as `aws`.
fn any_partition(arn: &str) -> String {
    let partition = |arn: &str| -> Option<String> {
        let (partition, rest) = arn.strip_prefix("arn:")?.split_once(':')?;
        (partition == "*" || partition == "aws" || partition.starts_with("aws-")).then(|| format!("arn:aws:{rest}"))
    };
    partition(arn).unwrap_or_else(|| arn.to_owned())
}
