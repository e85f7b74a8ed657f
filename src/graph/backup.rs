//! Which resources the backup selections of a template cover: by reference, by a pattern of ARNs, by their tags.
//!
//! Source: AWS Backup developer guide, "Assign resources with AWS CLI" and "BackupSelection". That AWS Backup is opted in to
//! the resource's service is taken for granted. Tags that the stack is given when it is deployed are not seen.

use super::{hidden, property, refers_to};
use crate::eval::text;
use crate::eval::value::{Content, Kind, Origin, Part, Value};
use crate::eval::{Run, begins_as_function};
use crate::expand::ties::{Table, plain};
use crate::expand::{Block, Model, exists};
use crate::facts::{self, TagShape};
use crate::graph::names;
use crate::syntax::Node;
use crate::truth::Truth;
use std::borrow::Cow;

const SELECTION: &str = "AWS::Backup::BackupSelection";

/// What the ARNs of types that AWS Backup backs up begin their last part with: service, then what is before the name.
/// Source: Service Authorization Reference, the services' resource types.
const ARNS: [(&str, &str, &str); 13] = [
    ("AWS::DocDB::DBCluster", "rds", "cluster:"),
    ("AWS::DynamoDB::GlobalTable", "dynamodb", "table/"),
    ("AWS::DynamoDB::Table", "dynamodb", "table/"),
    ("AWS::EC2::Instance", "ec2", "instance/"),
    ("AWS::EC2::Volume", "ec2", "volume/"),
    ("AWS::EFS::FileSystem", "elasticfilesystem", "file-system/"),
    ("AWS::FSx::FileSystem", "fsx", "file-system/"),
    ("AWS::FSx::Volume", "fsx", "volume/"),
    ("AWS::Neptune::DBCluster", "rds", "cluster:"),
    ("AWS::RDS::DBCluster", "rds", "cluster:"),
    ("AWS::RDS::DBInstance", "rds", "db:"),
    ("AWS::Redshift::Cluster", "redshift", "cluster:"),
    ("AWS::Timestream::Database", "timestream", "database/"),
];

/// Whether a backup selection of the template covers a resource.
pub fn covered<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, resource: &Block<'t>) -> Truth {
    let mut covered = Truth::False;
    for selection in candidates(run, model, resource) {
        let own = covers(run, model, selection, resource);
        // Existence is asked last, so that the conditions of unrelated resources are not choices of the check.
        if !own.is_false() && exists(run, selection) {
            covered = covered.or(own);
        }
        if covered.is_true() {
            return covered;
        }
    }
    covered.or(hidden(run, model, SELECTION))
}

/// The first backup selections that exist, at most so many.
pub fn selections<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, most: usize) -> Vec<&'m Block<'t>> {
    let mut found = Vec::new();
    for selection in model.of_type(SELECTION) {
        if found.len() == most {
            break;
        }
        if exists(run, selection) {
            found.push(selection);
        }
    }
    found
}

/// The selections that may include a resource, as they are written.
fn candidates<'m, 't>(run: &mut Run<'_, 't>, model: &'m Model<'m, 't>, resource: &Block<'t>) -> Vec<&'m Block<'t>> {
    let table = model.table("backup selections", || {
        let mut table = Table::default();
        for selection in model.of_type(SELECTION) {
            let Some(place) = model.place_of(selection.name) else { continue };
            for key in keys(model, selection).unwrap_or_else(|| vec![ANY.to_owned()]) {
                table.entry(key).or_default().push(place);
            }
        }
        table
    });
    let mut places = table.get(&by_name(resource.name)).to_vec();
    match own_tags(resource) {
        Some(tags) => places.extend(tags.iter().flat_map(|tag| table.get(tag))),
        None => places.extend(table.get(TAGGED)),
    }
    let any = table.get(ANY);
    // To compare a pattern with an ARN takes longer than to compare two names.
    if !run.guess(any.len() * PATTERN) {
        return Vec::new();
    }
    places.extend(any);
    places.sort_unstable();
    places.dedup();
    places.into_iter().filter_map(|place| model.at(place)).collect()
}

/// A comparison with a pattern counts as so many guesses.
const PATTERN: usize = 8;
/// Selections that may include any resource.
const ANY: &str = "any";
/// Selections by tags.
const TAGGED: &str = "tagged";

fn by_name(id: &str) -> String {
    format!("name {id}")
}

fn by_tag(key: &str, value: &str) -> String {
    format!("tag {key} {value}")
}

/// What a selection includes resources by, as far as that is references and plain tags. None where it is something else.
fn keys(model: &Model<'_, '_>, selection: &Block<'_>) -> Option<Vec<String>> {
    let selection = selection.node.get("Properties")?.get("BackupSelection")?.as_mapping()?;
    if selection.iter().any(|entry| begins_as_function(&entry.key) || entry.key == "Ref") {
        return None;
    }
    let list = |name: &str| match selection.iter().find(|entry| entry.key == name) {
        Some(entry) => entry.value.as_sequence().map(Some),
        None => Some(None),
    };
    let (listed, tags) = (list("Resources")?, list("ListOfTags")?);
    if listed.is_none() && tags.is_none() {
        return None;
    }
    let mut keys = Vec::new();
    for item in listed.unwrap_or_default() {
        let id = match item.as_mapping()? {
            [call] if call.key == "Ref" => call.value.as_str()?,
            // Another attribute may be a property, which is what the template sets.
            [call] if call.key == "Fn::GetAtt" => match (call.value.as_str(), call.value.as_sequence()) {
                (Some(text), _) => text.strip_suffix(".Arn")?,
                (None, Some([id, attribute])) if attribute.as_str() == Some("Arn") => id.as_str()?,
                _ => return None,
            },
            _ => return None,
        };
        model.resource(id).filter(|_| model.parameter(id).is_none())?;
        keys.push(by_name(id));
    }
    for tag in tags.unwrap_or_default() {
        let (key, value) = (plain(tag.get("ConditionKey")?)?, plain(tag.get("ConditionValue")?)?);
        keys.push(by_tag(key.strip_prefix("aws:ResourceTag/").unwrap_or(key), value));
        keys.push(TAGGED.to_owned());
    }
    Some(keys)
}

/// The tags of a resource, as far as all of them are plain.
fn own_tags(resource: &Block<'_>) -> Option<Vec<String>> {
    let place = facts::written_tags(resource.kind)?;
    let properties = match resource.node.get("Properties") {
        Some(properties) => properties.as_mapping()?,
        None => &[],
    };
    if properties.iter().any(|entry| begins_as_function(&entry.key) || entry.key == "Ref") {
        return None;
    }
    let Some(tags) = properties.iter().find(|entry| entry.key == place.name) else {
        return facts::is_known_type(resource.kind).then(Vec::new);
    };
    if let Some(tags) = tags.value.as_mapping() {
        let is_plain = matches!(place.shape, TagShape::Map | TagShape::Json);
        let tags = tags.iter().map(|tag| {
            let is_function = begins_as_function(&tag.key) || tag.key == "Ref";
            (!is_function && is_plain).then(|| Some(by_tag(&tag.key, plain(&tag.value)?)))?
        });
        return tags.collect();
    }
    let tag = |tag: &Node<'_>| Some(by_tag(plain(tag.get("Key")?)?, plain(tag.get("Value")?)?));
    tags.value.as_sequence()?.iter().map(tag).collect()
}

fn covers<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    selection: &Block<'t>,
    resource: &Block<'t>,
) -> Truth {
    let mut part = |name: &str| property(run, selection, &["BackupSelection", name]);
    let (listed, tags) = (part("Resources"), part("ListOfTags"));
    let (conditions, excluded) = (part("Conditions"), part("NotResources"));
    let included = match (listed, tags) {
        // Neither names nor tags: everything that the conditions leave.
        (None, None) => Truth::True,
        (Some(listed), None) => any_arn(run, model, listed, resource),
        (None, Some(tags)) => any_item(run, tags, |run, tag| carries(run, tag, resource, &text::equal)),
        (Some(listed), Some(tags)) => {
            let listed = any_arn(run, model, listed, resource);
            let tagged = any_item(run, tags, |run, tag| carries(run, tag, resource, &text::equal));
            // Whether tags add to the names or narrow them down is documented in both forms.
            if listed == tagged {
                listed
            } else {
                if listed != Truth::Unknown && tagged != Truth::Unknown {
                    run.note_reason(format!(
                        "AWS documents differently in two places whether `ListOfTags` of `{}` adds to its `Resources` or narrows them down",
                        selection.name
                    ));
                }
                Truth::Unknown
            }
        }
    };
    if included.is_false() {
        return Truth::False;
    }
    let excluded = match excluded {
        Some(excluded) => any_arn(run, model, excluded, resource),
        None => Truth::False,
    };
    let conditions = conditions.map_or(Truth::True, |conditions| meets(run, conditions, resource));
    included.and(!excluded).and(conditions)
}

/// Whether a name or pattern of a list means a resource.
fn any_arn<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    list: &'m Value<'t>,
    resource: &Block<'t>,
) -> Truth {
    if list.is_inside_unknown() {
        return unknown(run, list);
    }
    Truth::any(model.items_matching(list, resource).into_iter().map(|item| matches_arn(run, item, resource)))
}

/// Whether a question holds of an item of a list; unknown for a list that is not known.
fn any_item<'t>(
    run: &mut Run<'_, 't>,
    list: &Value<'t>,
    mut holds: impl FnMut(&mut Run<'_, 't>, &Value<'t>) -> Truth,
) -> Truth {
    if list.is_inside_unknown() {
        return unknown(run, list);
    }
    let mut truth = Truth::False;
    for item in list.items() {
        truth = truth.or(holds(run, item));
    }
    truth
}

fn unknown(run: &mut Run<'_, '_>, value: &Value<'_>) -> Truth {
    if let Some(part) = value.unsettled() {
        run.note_reason(part.origin.reason());
    }
    Truth::Unknown
}

/// Whether a name or pattern of a selection means a resource.
fn matches_arn<'t>(run: &mut Run<'_, 't>, pattern: &Value<'t>, resource: &Block<'t>) -> Truth {
    if !pattern.is_scalar() {
        return Truth::False;
    }
    if pattern.text().as_deref() == Some("*") {
        return Truth::True;
    }
    let refers = refers_to(run, pattern, resource);
    let names_another =
        pattern.parts().iter().any(|part| matches!(part.origin, Origin::Resource { .. } | Origin::Import(_)));
    if refers.is_true() || names_another {
        return refers;
    }
    let Some((_, service, before)) = ARNS.iter().find(|(kind, ..)| *kind == resource.kind) else {
        return refers;
    };
    let own = Value::unknown(Origin::Resource { id: resource.name, attribute: None }, resource.key_span);
    let given = names::physical_name(run, resource);
    let arn = arn_of(service, before, given.unwrap_or(&own));
    run.decide(&[pattern, &arn], &|values| match values {
        [pattern, arn] => {
            let text = pattern.text();
            // Nobody can have written down a name that CloudFormation makes up.
            let name = text.as_deref().and_then(|text| text.rsplit([':', '/']).next());
            if given.is_none() && name.is_some_and(|name| !name.contains('*')) {
                return Truth::False;
            }
            covers_text(&any_partition(text::canonical(pattern)), &text::canonical(arn))
        }
        _ => Truth::Unknown,
    })
}

/// The ARN of a resource in the partition `aws`, as a text that is known in part.
fn arn_of<'t>(service: &str, before: &str, name: &Value<'t>) -> Value<'t> {
    let known = |text: String| Part { content: Content::Known(Cow::Owned(text)), origin: Origin::Literal };
    let pseudo = |name| Part { content: Content::Unknown, origin: Origin::Pseudo(name) };
    let mut parts = vec![
        known(format!("arn:aws:{service}:")),
        pseudo("AWS::Region"),
        known(":".to_owned()),
        pseudo("AWS::AccountId"),
        known(format!(":{before}")),
    ];
    match &name.kind {
        Kind::Text(inner) => parts.extend(inner.iter().cloned()),
        _ => parts.push(known(name.text().unwrap_or_default().into_owned())),
    }
    Value::from_parts(parts, name.span)
}

/// A template is deployed to the partition that its ARNs name, so every partition is as good as `aws`.
fn any_partition(pattern: String) -> String {
    let after = |rest: &str| match rest.strip_prefix(text::OPEN) {
        // The name of `AWS::Partition` has colons itself.
        Some(marker) => marker.split_once(text::CLOSE).and_then(|(_, rest)| rest.strip_prefix(':')).map(str::to_owned),
        None => rest.split_once(':').map(|(_, rest)| rest.to_owned()),
    };
    pattern.strip_prefix("arn:").and_then(after).map_or_else(|| pattern.clone(), |rest| format!("arn:aws:{rest}"))
}

/// Whether a pattern matches an ARN; both in the spelling of [`text::canonical`].
fn covers_text(pattern: &str, arn: &str) -> Truth {
    if text::pattern_covers(pattern, arn) {
        return Truth::True;
    }
    // What is not known of a Region, an account or a name has no colon, so the parts correspond.
    let (pattern, arn) = (loose(pattern), loose(arn));
    let (parts, of) = (pattern.splitn(6, ':').collect::<Vec<_>>(), arn.splitn(6, ':').collect::<Vec<_>>());
    let overlap = match parts.len() == of.len() {
        true => parts.iter().zip(&of).all(|(part, of)| text::patterns_overlap(part, of)),
        false => text::patterns_overlap(&pattern, &arn),
    };
    if overlap { Truth::Unknown } else { Truth::False }
}

/// Everything that a canonical text may turn out to be: its unsettled parts as `*`.
fn loose(canonical: &str) -> String {
    let mut loose = String::with_capacity(canonical.len());
    let mut rest = canonical;
    while let Some((before, after)) = rest.split_once(text::OPEN) {
        loose.push_str(before);
        loose.push('*');
        rest = after.split_once(text::CLOSE).map_or("", |(_, after)| after);
    }
    loose.push_str(rest);
    loose
}

/// Whether a resource meets all conditions of a selection.
fn meets<'t>(run: &mut Run<'_, 't>, conditions: &Value<'t>, resource: &Block<'t>) -> Truth {
    if conditions.is_opaque() {
        return unknown(run, conditions);
    }
    let like = |tag: &Value<'t>, pattern: &Value<'t>| match pattern.text() {
        Some(pattern) => text::like(tag, &pattern),
        None => Truth::Unknown,
    };
    let mut truth = Truth::True;
    for operator in conditions.fields() {
        if operator.value.is_opaque() {
            truth = truth.and(unknown(run, &operator.value));
            continue;
        }
        for condition in operator.value.items() {
            let holds = match operator.key.as_ref() {
                "StringEquals" => carries(run, condition, resource, &text::equal),
                "StringLike" => carries(run, condition, resource, &like),
                "StringNotEquals" => !carries(run, condition, resource, &text::equal),
                "StringNotLike" => !carries(run, condition, resource, &like),
                _ => Truth::Unknown,
            };
            truth = truth.and(holds);
        }
    }
    truth
}

/// Whether a resource carries the tag of a condition (`ConditionKey`, `ConditionValue`), whose values `compare` compares.
fn carries<'t>(
    run: &mut Run<'_, 't>,
    condition: &Value<'t>,
    resource: &Block<'t>,
    compare: &dyn Fn(&Value<'t>, &Value<'t>) -> Truth,
) -> Truth {
    let (Some(key), Some(value)) = (condition.get("ConditionKey"), condition.get("ConditionValue")) else {
        return if condition.is_opaque() { unknown(run, condition) } else { Truth::False };
    };
    // A type whose tags stand elsewhere may carry it.
    let Some(place) = facts::written_tags(resource.kind) else { return Truth::Unknown };
    let Some(tags) = property(run, resource, &[place.name]) else {
        return if facts::is_known_type(resource.kind) { Truth::False } else { Truth::Unknown };
    };
    if tags.is_opaque() {
        return unknown(run, tags);
    }
    let mut truth = Truth::False;
    match place.shape {
        TagShape::Map | TagShape::Json if matches!(tags.kind, Kind::Map(_)) => {
            for field in tags.fields() {
                let own = Value { span: field.key_span, kind: Kind::String(field.key.clone()) };
                truth = truth.or(is_tag(run, [&own, &field.value], [key, value], compare));
            }
        }
        _ => {
            for tag in tags.items() {
                truth = truth.or(match (tag.get("Key"), tag.get("Value")) {
                    (Some(own_key), Some(own)) => is_tag(run, [own_key, own], [key, value], compare),
                    _ if tag.is_opaque() => unknown(run, tag),
                    _ => Truth::False,
                });
            }
        }
    }
    truth
}

/// Whether a tag, key and value, is the one that is wanted. Keys are wanted as they are, or as `aws:ResourceTag/key`.
fn is_tag<'t>(
    run: &mut Run<'_, 't>,
    [own_key, own]: [&Value<'t>; 2],
    [key, value]: [&Value<'t>; 2],
    compare: &dyn Fn(&Value<'t>, &Value<'t>) -> Truth,
) -> Truth {
    let same_key = run.decide(&[own_key, key], &|values| match values {
        [own_key, key] => match key.text() {
            Some(key) => text::equals_str(own_key, key.strip_prefix("aws:ResourceTag/").unwrap_or(&key)),
            None => Truth::Unknown,
        },
        _ => Truth::Unknown,
    });
    if same_key.is_false() {
        return Truth::False;
    }
    same_key.and(run.decide(&[own, value], &|values| match values {
        [own, value] => compare(own, value),
        _ => Truth::Unknown,
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::first_scenario;
    use super::*;
    use Truth::{False, True, Unknown};

    /// Whether a selection covers a resource of the template below.
    fn ask(resource: &str, selection: &str) -> Truth {
        let text = format!(
            "
Parameters: {{Given: {{Type: String}}, Arns: {{Type: CommaDelimitedList}}}}
Resources:
  Patients: {{Type: AWS::DynamoDB::Table, Properties: {{TableName: patients, Tags: [{{Key: backup, Value: daily}}]}}}}
  Unnamed: {{Type: AWS::DynamoDB::Table}}
  Tagged: {{Type: AWS::EFS::FileSystem, Properties: {{FileSystemTags: [{{Key: backup, Value: !Ref Given}}]}}}}
  Cluster: {{Type: AWS::RDS::DBCluster, Properties: {{DBClusterIdentifier: !Sub 'phi-${{Given}}'}}}}
  Selection: {{Type: AWS::Backup::BackupSelection, Properties: {{BackupSelection: {selection}}}}}"
        );
        first_scenario(&text, |run, model| covered(run, model, model.resource(resource).unwrap()))
    }

    #[test]
    fn by_name_or_pattern() {
        for (resources, patients, unnamed) in [
            ("'*'", True, True),
            ("!GetAtt Patients.Arn", True, False),
            ("!Sub 'arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Patients}'", True, False),
            ("'arn:aws:dynamodb:*:*:table/*'", True, True),
            ("'arn:aws-us-gov:dynamodb:*'", True, True),
            ("!Sub 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/*'", True, True),
            ("!Sub 'arn:${AWS::Partition}:dynamodb:*:*:table/pat*'", True, Unknown),
            ("'arn:aws:dynamodb:eu-west-1:*:table/*'", Unknown, Unknown),
            ("'arn:aws:dynamodb:*:*:table/claims'", False, False),
            ("'arn:aws:rds:*:*:db:*'", False, False),
            ("'arn:aws:dynamodb:*:*:index/*'", False, False),
            ("!Ref Given", Unknown, Unknown),
            ("!ImportValue table", False, False),
        ] {
            let selection = format!("{{Resources: [{resources}]}}");
            assert_eq!(ask("Patients", &selection), patients, "{resources}");
            assert_eq!(ask("Unnamed", &selection), unnamed, "{resources}");
        }
        assert_eq!(ask("Patients", "{Resources: !Ref Arns}"), Unknown);
        assert_eq!(ask("Cluster", "{Resources: ['arn:aws:rds:*:*:cluster:phi-*']}"), True);
        assert_eq!(ask("Cluster", "{Resources: ['arn:aws:rds:*:*:cluster:phi-prod']}"), Unknown);
        assert_eq!(ask("Cluster", "{Resources: ['arn:aws:rds:*:*:db:*']}"), False);
    }

    #[test]
    fn by_tags_and_conditions() {
        let tag =
            |value: &str| format!("[{{ConditionType: STRINGEQUALS, ConditionKey: backup, ConditionValue: {value}}}]");
        let condition = |operator: &str, value: &str| {
            format!("{{{operator}: [{{ConditionKey: aws:ResourceTag/backup, ConditionValue: {value}}}]}}")
        };
        for (selection, patients, unnamed, tagged) in [
            (format!("{{ListOfTags: {}}}", tag("daily")), True, False, Unknown),
            (format!("{{ListOfTags: {}}}", tag("hourly")), False, False, Unknown),
            (format!("{{ListOfTags: {}}}", tag("!Ref Given")), Unknown, False, True),
            (format!("{{Conditions: {}}}", condition("StringEquals", "daily")), True, False, Unknown),
            (format!("{{Conditions: {}}}", condition("StringLike", "'da*'")), True, False, Unknown),
            (format!("{{Conditions: {}}}", condition("StringNotEquals", "daily")), False, True, Unknown),
            (format!("{{Conditions: {}}}", condition("StringNotLike", "'x*'")), True, True, Unknown),
            (format!("{{Resources: ['*'], Conditions: {}}}", condition("StringEquals", "daily")), True, False, Unknown),
            (format!("{{Resources: ['*'], ListOfTags: {}}}", tag("daily")), True, Unknown, Unknown),
            ("{Resources: ['*'], NotResources: ['arn:aws:dynamodb:*']}".to_owned(), False, False, True),
            ("{SelectionName: everything}".to_owned(), True, True, True),
        ] {
            assert_eq!(ask("Patients", &selection), patients, "{selection}");
            assert_eq!(ask("Unnamed", &selection), unnamed, "{selection}");
            assert_eq!(ask("Tagged", &selection), tagged, "{selection}");
        }
    }
}
