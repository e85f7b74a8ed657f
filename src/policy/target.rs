//! A bucket and its objects, as the resource patterns of statements name them.

use super::pattern::{Pattern, Side, in_order};
use crate::eval::text::OPEN;
use crate::eval::value::{Content, Kind, Origin, Part, Value};
use crate::eval::{Descent, Run};
use crate::expand::Block;
use crate::truth::Truth;

/// What a request is made on.
#[derive(Clone, Debug)]
pub struct Target<'t> {
    /// The bucket's logical id; none for a bucket that the template only names.
    id: Option<&'t str>,
    /// The bucket's name; `Ref` of it where CloudFormation makes up the name.
    name: Value<'t>,
    /// Whether CloudFormation makes up the name.
    generated: bool,
    what: What,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum What {
    Bucket,
    Objects,
}

/// A bucket of the template, and all objects in it.
pub fn bucket_targets<'t>(run: &mut Run<'_, 't>, bucket: &Block<'t>) -> [Target<'t>; 2] {
    let own = Value::unknown(Origin::Resource { id: bucket.name, attribute: None }, bucket.key_span);
    let (name, generated) = match run.descend(bucket.node, bucket.key_span, &["Properties", "BucketName"]) {
        Descent::Value(value, 2) => (value.clone(), false),
        Descent::Value(value, _) if value.is_opaque() => (own, false),
        Descent::Unknown(_) => (own, false),
        Descent::Value(..) | Descent::Absent(..) => (own, true),
    };
    targets(Some(bucket.name), name, generated)
}

/// A bucket that is known by the value of a property that names it (`Bucket` of `AWS::S3::BucketPolicy`), and all objects
/// in it. Of a bucket of the template, [`bucket_targets`] knows more: its `BucketName`.
pub fn bucket_name_targets<'t>(bucket: &Value<'t>) -> [Target<'t>; 2] {
    let id = match bucket.as_reference() {
        Some(Origin::Resource { id, attribute: None }) => Some(*id),
        _ => None,
    };
    targets(id, bucket.clone(), false)
}

fn targets<'t>(id: Option<&'t str>, name: Value<'t>, generated: bool) -> [Target<'t>; 2] {
    [What::Bucket, What::Objects].map(|what| Target { id, name: name.clone(), generated, what })
}

/// Whether a resource pattern matches all of a target.
pub fn covers_resource<'t>(run: &mut Run<'_, 't>, pattern: &Value<'t>, target: &Target<'t>) -> Truth {
    run.decide(&[pattern, &target.name], &|values| {
        patterns(values, target).map_or(Truth::False, |(pattern, arn)| pattern.covers(&arn))
    })
}

/// Whether a resource pattern matches nothing of a target.
pub fn spares_resource<'t>(run: &mut Run<'_, 't>, pattern: &Value<'t>, target: &Target<'t>) -> Truth {
    run.decide(&[pattern, &target.name], &|values| {
        patterns(values, target).map_or(Truth::True, |(pattern, arn)| pattern.is_disjoint_from(&arn))
    })
}

/// Whether a resource pattern matches everything that another one matches, in a policy on a target's bucket.
pub(super) fn covers_pattern<'t>(
    run: &mut Run<'_, 't>,
    outer: &Value<'t>,
    inner: &Value<'t>,
    target: &Target<'t>,
) -> Truth {
    relate(run, outer, inner, target, Pattern::covers)
}

/// Whether a resource pattern matches nothing of what another one matches, in a policy on a target's bucket.
pub(super) fn is_apart<'t>(run: &mut Run<'_, 't>, outer: &Value<'t>, inner: &Value<'t>, target: &Target<'t>) -> Truth {
    relate(run, outer, inner, target, Pattern::is_disjoint_from)
}

fn relate<'t>(
    run: &mut Run<'_, 't>,
    outer: &Value<'t>,
    inner: &Value<'t>,
    target: &Target<'t>,
    relation: fn(&Pattern, &Pattern) -> Truth,
) -> Truth {
    run.decide(&[outer, inner, &target.name], &|values| match values {
        [outer, inner, name] => match (spelled_alike(outer, name, target), spelled_alike(inner, name, target)) {
            (Some(outer), Some(inner)) => relation(&outer, &inner),
            // One of them is about another bucket.
            _ => relation(&Pattern::default(), &{
                let mut other = Pattern::default();
                other.push_text(BUCKET_ARN);
                other
            }),
        },
        _ => Truth::Unknown,
    })
}

/// The statement's pattern and the target's ARN in the same spelling, given the pattern and the bucket's name; nothing
/// where they certainly have nothing in common.
fn patterns(values: &[&Value<'_>], target: &Target<'_>) -> Option<(Pattern, Pattern)> {
    let [pattern, name] = values else { return None };
    if !pattern.is_scalar() || !name.is_scalar() {
        return None;
    }
    let mut arn = Pattern::roomy();
    push_arn(&mut arn, name, target);
    if target.what == What::Objects {
        arn.push_text(EVERY_OBJECT);
    }
    let pattern = spelled_alike(pattern, name, target)?;
    // Nobody can have written down the name that CloudFormation will make up; a wildcard or another name's text may match.
    let bucket = pattern.text().strip_prefix(BUCKET_ARN).and_then(|rest| rest.split('/').next());
    let written_out = bucket.is_some_and(|bucket| !bucket.contains(['*', '?', OPEN]));
    (!written_out || !target.generated).then_some((pattern, arn))
}

/// What the ARNs of all objects have behind the bucket: a key has at least one character. Source: Amazon S3 user guide, "Naming Amazon S3
/// objects" (2026-11).
const EVERY_OBJECT: &str = "/?*";

/// A pattern in one spelling, and one of all objects of a bucket as [`EVERY_OBJECT`].
fn in_one_spelling(pattern: Pattern) -> Pattern {
    if !pattern.text().ends_with(['*', '?']) {
        return pattern;
    }
    pattern.map(|text| {
        let text = in_order(text.to_owned());
        match text.strip_prefix(BUCKET_ARN).and_then(|rest| rest.split_once('/')) {
            Some((bucket, "*")) => [BUCKET_ARN, bucket, EVERY_OBJECT].concat(),
            _ => text,
        }
    })
}

/// What a bucket's name follows in its ARN. Source: Service Authorization Reference, "Amazon S3", resource types.
const BUCKET_ARN: &str = "arn:aws:s3:::";

fn push_arn(pattern: &mut Pattern, name: &Value<'_>, target: &Target<'_>) {
    pattern.push_text(BUCKET_ARN);
    push_name(pattern, name, target);
}

/// The bucket's name, the same on both sides.
fn push_name(pattern: &mut Pattern, name: &Value<'_>, target: &Target<'_>) {
    match name.as_reference() {
        Some(origin) if target.generated => pattern.push_generated(origin),
        _ => pattern.push_value(name, Side::Inner),
    }
}

/// The statement's pattern in the spelling that the target has: the bucket by its name, the partition as `aws`. Nothing
/// where it names another bucket of the template.
fn spelled_alike(value: &Value<'_>, name: &Value<'_>, target: &Target<'_>) -> Option<Pattern> {
    let mut pattern = Pattern::roomy();
    let Kind::Text(parts) = &value.kind else {
        pattern.push_value(value, Side::Outer);
        return Some(in_one_spelling(in_any_partition(pattern)));
    };
    for (index, part) in parts.iter().enumerate() {
        match (&part.content, &part.origin) {
            (_, Origin::Pseudo("AWS::Partition")) => pattern.push_text("aws"),
            (Content::Known(_), _) => pattern.push(part, Side::Outer),
            (_, Origin::Resource { id, attribute: None }) if target.id == Some(id) => {
                push_name(&mut pattern, name, target);
            }
            (_, Origin::Resource { id, attribute: Some(attribute) }) if target.id == Some(id) && attribute == "Arn" => {
                push_arn(&mut pattern, name, target);
            }
            // Another resource where the bucket stands is another bucket, if it is one at all; unless the target is
            // known only by a name that may be that very bucket's, or was given that resource's name.
            (_, origin @ Origin::Resource { attribute, .. })
                if target.id.is_some()
                    && match attribute.as_deref() {
                        None => any_partition(pattern.text()).as_deref().unwrap_or(pattern.text()) == BUCKET_ARN,
                        Some(attribute) => attribute == "Arn" && index == 0,
                    }
                    && parts.get(index + 1).is_none_or(begins_with_slash)
                    && name.parts().iter().all(|part| part.origin != *origin) =>
            {
                return None;
            }
            _ => pattern.push(part, Side::Outer),
        }
    }
    Some(in_one_spelling(in_any_partition(pattern)))
}

fn begins_with_slash(part: &Part<'_>) -> bool {
    matches!(&part.content, Content::Known(text) if text.starts_with('/'))
}

/// A template is deployed to the partition that its ARNs name, so `aws-cn`, `aws-us-gov` and `*` are as good as `aws`. None where it is
/// `aws`, or there is none.
fn any_partition(arn: &str) -> Option<String> {
    let (partition, rest) = arn.strip_prefix("arn:")?.split_once(':')?;
    (partition == "*" || partition.starts_with("aws-")).then(|| ["arn:aws:", rest].concat())
}

/// A pattern with the partition `aws`.
fn in_any_partition(pattern: Pattern) -> Pattern {
    match any_partition(pattern.text()) {
        Some(text) => pattern.map(|_| text),
        None => pattern,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::{bucket_statements, in_template, resource, template};
    use super::*;
    use Truth::{False, True, Unknown};

    /// Whether a pattern covers a bucket of the template, and whether it covers its objects, in each scenario.
    fn ask(bucket: &str, pattern: &str) -> Vec<(Truth, Truth)> {
        in_template(&template(&format!("[{{Resource: {pattern}}}]")), |run, model, _| {
            let statement = bucket_statements(run, model).found.remove(0).value;
            let pattern = &statement.get("Resources").unwrap().items()[0];
            let targets = bucket_targets(run, resource(model, bucket));
            (covers_resource(run, pattern, &targets[0]), covers_resource(run, pattern, &targets[1]))
        })
    }

    fn check(bucket: &str, table: &[(&str, Truth, Truth)]) {
        for (pattern, itself, objects) in table {
            assert_eq!(ask(bucket, pattern), [(*itself, *objects)], "{bucket} {pattern}");
        }
    }

    #[test]
    fn a_bucket_that_cloudformation_names() {
        check(
            "Bucket",
            &[
                ("{'Fn::GetAtt': [Bucket, Arn]}", True, False),
                ("{'Fn::GetAtt': Bucket.Arn}", True, False),
                ("{'Fn::Sub': '${Bucket.Arn}'}", True, False),
                ("{'Fn::Sub': '${Bucket.Arn}/*'}", False, True),
                ("{'Fn::Sub': '${Bucket.Arn}*'}", True, True),
                ("{'Fn::Sub': 'arn:aws:s3:::${Bucket}/*'}", False, True),
                ("{'Fn::Sub': 'arn:${AWS::Partition}:s3:::${Bucket}'}", True, False),
                ("{'Fn::Sub': 'arn:aws-cn:s3:::${Bucket}'}", True, False),
                ("{'Fn::Sub': 'arn:*:s3:::${Bucket}'}", True, False),
                ("{'Fn::Join': ['', ['arn:aws:s3:::', {Ref: Bucket}, '/*']]}", False, True),
                ("{'Fn::Join': ['', [{'Fn::GetAtt': [Bucket, Arn]}, '/*']]}", False, True),
                ("{'Fn::Join': [':', [arn, aws, s3, '', '', {'Fn::Sub': '${Bucket}/*'}]]}", False, True),
                ("'*'", True, True),
                ("'arn:aws:s3:::*'", True, True),
                ("'arn:aws:s3:*'", True, True),
                ("{'Fn::Sub': '${Bucket.Arn}/phi/*'}", False, False),
                ("{'Fn::Sub': '${Bucket.Arn}/${Open}/*'}", False, False),
                ("{'Fn::Sub': '${Bucket.Arn}/${Open}*'}", False, Unknown),
                ("{'Fn::Sub': '${Other.Arn}/*'}", False, False),
                ("{'Fn::Sub': 'arn:aws:s3:::${Other}/*'}", False, False),
                ("{'Fn::GetAtt': [Role, Arn]}", False, False),
                // CloudFormation makes up a name that nobody can have written here, but a wildcard may match it.
                ("'arn:aws:s3:::phi-records/*'", False, False),
                ("'arn:aws:s3:::my-stack-*'", Unknown, Unknown),
                ("'arn:aws:sqs:*:*:*'", False, False),
                ("{Ref: Bucket}", False, False),
                ("{'Fn::Sub': 'arn:aws:s3:::${BucketName}/*'}", Unknown, Unknown),
                ("{'Fn::Sub': 'arn:aws:s3:::${Nested.Outputs.Name}/*'}", Unknown, Unknown),
                ("{Ref: Open}", Unknown, Unknown),
                ("{'Fn::ImportValue': x}", Unknown, Unknown),
            ],
        );
    }

    #[test]
    fn a_bucket_with_a_name() {
        check(
            "Named",
            &[
                ("'arn:aws:s3:::phi-records'", True, False),
                ("'arn:aws:s3:::phi-records/*'", False, True),
                ("'arn:aws:s3:::phi-*'", True, True),
                ("'arn:aws:s3:::phi-record?/*'", False, True),
                ("{'Fn::Sub': 'arn:aws:s3:::${Named}/*'}", False, True),
                ("{'Fn::Sub': '${Named.Arn}/*'}", False, True),
                ("{'Fn::Sub': '${Named.Arn}/x'}", False, False),
                ("'arn:aws:s3:::phi-records/?'", False, False),
                ("'arn:aws:s3:::phi-record/*'", False, False),
                ("{'Fn::Sub': 'arn:aws:s3:::${Bucket}/*'}", False, False),
                ("{'Fn::Sub': 'arn:aws:s3:::claims-${Open}/*'}", False, False),
                ("{'Fn::Sub': 'arn:aws:s3:::phi-${Open}/*'}", False, Unknown),
            ],
        );
    }

    #[test]
    fn a_bucket_whose_name_is_a_parameter() {
        check(
            "ByParameter",
            &[
                ("{'Fn::Sub': 'arn:aws:s3:::${BucketName}'}", True, False),
                ("{'Fn::Sub': 'arn:aws:s3:::${BucketName}/*'}", False, True),
                ("{'Fn::Sub': '${ByParameter.Arn}/*'}", False, True),
                ("'arn:aws:s3:::phi/*'", Unknown, Unknown),
                ("'arn:aws:s3:::phi'", Unknown, False),
                ("{'Fn::Sub': 'arn:aws:s3:::${Open}/*'}", Unknown, Unknown),
                ("{'Fn::Sub': '${Bucket.Arn}/*'}", False, False),
            ],
        );
        check(
            "ByMaker",
            &[
                ("{'Fn::Sub': 'arn:aws:s3:::${Maker}/*'}", False, True),
                ("{'Fn::Sub': 'arn:aws:s3:::${Bucket}/*'}", False, False),
            ],
        );
        // The same choice on both sides is not a choice; a literal makes it one.
        assert_eq!(ask("ByEnvironment", "{'Fn::Sub': 'arn:aws:s3:::phi-${Env}/*'}"), [(False, True)]);
        assert_eq!(ask("ByEnvironment", "'arn:aws:s3:::phi-prod/*'"), [(False, False), (False, True)]);
    }

    #[test]
    fn a_bucket_known_by_the_property_that_names_it() {
        let ask = |bucket: &str, pattern: &str| {
            let text = template(&format!("[{{Resource: {pattern}}}]")).replace("Bucket: {Ref: Bucket}", bucket);
            in_template(&text, |run, model, _| {
                let statement = bucket_statements(run, model).found.remove(0).value;
                let pattern = &statement.get("Resources").unwrap().items()[0];
                let policy = resource(model, "Policy");
                let Descent::Value(name, 2) = run.descend(policy.node, policy.key_span, &["Properties", "Bucket"])
                else {
                    panic!("no bucket")
                };
                let targets = bucket_name_targets(name);
                (covers_resource(run, pattern, &targets[0]), covers_resource(run, pattern, &targets[1]))
            })
        };
        for (bucket, pattern, expected) in [
            ("Bucket: outside", "'arn:aws:s3:::outside/*'", (False, True)),
            ("Bucket: outside", "'arn:aws:s3:::other/*'", (False, False)),
            ("Bucket: {Ref: Open}", "{'Fn::Sub': 'arn:aws:s3:::${Open}'}", (True, False)),
            ("Bucket: {Ref: Open}", "{'Fn::Join': ['', ['arn:aws:s3:::', {Ref: Open}, '/*']]}", (False, True)),
            // The parameter may hold the name of a bucket of this very template.
            ("Bucket: {Ref: Open}", "{'Fn::GetAtt': [Bucket, Arn]}", (Unknown, Unknown)),
            ("Bucket: {'Fn::ImportValue': x}", "'*'", (True, True)),
            // Which export it is is not distinguished.
            (
                "Bucket: {'Fn::ImportValue': x}",
                "{'Fn::Join': ['', ['arn:aws:s3:::', {'Fn::ImportValue': x}]]}",
                (Unknown, Unknown),
            ),
            ("Bucket: {Ref: Bucket}", "{'Fn::GetAtt': [Bucket, Arn]}", (True, False)),
            ("Bucket: {Ref: Bucket}", "{'Fn::GetAtt': [Other, Arn]}", (False, False)),
            ("Bucket: {Ref: Named}", "'arn:aws:s3:::phi-records'", (Unknown, False)),
        ] {
            assert_eq!(ask(bucket, pattern), [expected], "{bucket} {pattern}");
        }
    }
}
