//! The remediation of a rule states what its change does to a deployed resource, as the facts have it: CloudFormation replaces the
//! resource, may replace it, refuses the change, or interrupts the resource.

use super::files::{Tried, pack_files};
use hipaalint::facts::{Replacement, interruption, replacement, resource_types};
use hipaalint::rules::load::unmark;
use hipaalint::source::SourceId;
use hipaalint::syntax::parse;
use regex::Regex;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

static REPLACES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\breplaces\b|\breplaced\b|(may|can) replace\b|makes a replacement|recreat|new revision").unwrap()
});
static REFUSES: LazyLock<Regex> = LazyLock::new(|| Regex::new("cannot be|cannot change|refuses").unwrap());
static INTERRUPTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"interrupt|blue.green|restart|reboot|\bstops\b|maintenance|Maintenance|outage").unwrap()
});

/// Rules that speak of a replacement that CloudFormation does not make.
const BY_OTHERS: [&str; 3] = ["ec2-instance-in-backup-plan", "ecs-volume-encrypted", "secretsmanager-rotation"];

/// A type, and a path below its `Properties`.
type Place = (String, String);

/// What a patch of an example changes in resources that exist.
fn changed(tried: &Tried, places: &mut BTreeSet<Place>) {
    for example in &tried.file.examples.fail {
        let Some(patch) = example.patch.as_ref().and_then(|patch| patch.get("Resources")).and_then(Value::as_object)
        else {
            continue;
        };
        let template = parse(&unmark(example).0, SourceId(0)).unwrap().root.to_json();
        for (name, patch) in patch {
            let Some(block) = template.get("Resources").and_then(|resources| resources.get(name)) else { continue };
            let Some(resource_type) = block.get("Type").and_then(Value::as_str) else { continue };
            if patch.get("Type").is_some_and(|other| other != resource_type) {
                continue;
            }
            let (Some(before), Some(patch)) = (block.get("Properties"), patch.get("Properties")) else {
                // What is set where the block had no properties.
                if let Some(patch) = patch.get("Properties") {
                    leaves(patch, "", &mut |path| add(places, resource_type, path));
                }
                continue;
            };
            merged(before, patch, "", &mut |path| add(places, resource_type, path));
        }
    }
}

fn add(places: &mut BTreeSet<Place>, resource_type: &str, path: &str) {
    if !path.is_empty() {
        places.insert((resource_type.to_owned(), path.to_owned()));
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The paths that a merge patch changes.
fn merged(before: &Value, patch: &Value, path: &str, found: &mut dyn FnMut(&str)) {
    match (before, patch) {
        (Value::Object(fields), Value::Object(changes)) if !is_function(before) && !is_function(patch) => {
            for (key, change) in changes {
                let below = join(path, key);
                match fields.get(key) {
                    Some(value) => merged(value, change, &below, found),
                    None => leaves(change, &below, found),
                }
            }
        }
        _ => differ(before, patch, path, found),
    }
}

/// The paths at which two values differ.
fn differ(before: &Value, after: &Value, path: &str, found: &mut dyn FnMut(&str)) {
    if before == after {
        return;
    }
    match (before, after) {
        (Value::Object(old), Value::Object(new)) if !is_function(before) && !is_function(after) => {
            for key in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
                let below = join(path, key);
                match (old.get(key), new.get(key)) {
                    (Some(old), Some(new)) => differ(old, new, &below, found),
                    (Some(_), None) => found(&below),
                    (None, new) => leaves(new.unwrap_or(&Value::Null), &below, found),
                }
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (old, new) in old.iter().zip(new) {
                differ(old, new, &format!("{path}.*"), found);
            }
        }
        _ => found(path),
    }
}

fn leaves(value: &Value, path: &str, found: &mut dyn FnMut(&str)) {
    match value {
        Value::Object(fields) if !fields.is_empty() && !is_function(value) => {
            fields.iter().for_each(|(key, value)| leaves(value, &join(path, key), found));
        }
        _ => found(path),
    }
}

fn is_function(value: &Value) -> bool {
    let only = |fields: &Map<String, Value>| {
        fields.len() == 1 && fields.keys().all(|key| key == "Ref" || key.starts_with("Fn::"))
    };
    value.as_object().is_some_and(only)
}

/// What a check asserts of single properties, in each type that it lists: what the remedy has to set.
fn asserted(rule: &Value, places: &mut BTreeSet<Place>) {
    let own = std::slice::from_ref(rule);
    for check in rule.get("checks").and_then(Value::as_array).map_or(own, Vec::as_slice) {
        let Some(targets) = check.get("resources").and_then(Value::as_array) else { continue };
        let mut paths = Vec::new();
        properties(check.get("assert").unwrap_or(&Value::Null), &mut paths);
        for target in targets.iter().filter_map(Value::as_str) {
            let (start, end) = target.split_once('*').unwrap_or((target, ""));
            let is_pattern = target.contains('*');
            let types = resource_types()
                .filter(|name| *name == target || (is_pattern && name.starts_with(start) && name.ends_with(end)));
            for resource_type in types {
                paths.iter().for_each(|path| add(places, resource_type, path));
            }
        }
    }
}

fn properties(assertion: &Value, paths: &mut Vec<String>) {
    let path = assertion.get("path").and_then(Value::as_str).and_then(|path| path.strip_prefix("$.Properties."));
    let is_absence =
        |is: &Value| is.get("present") == Some(&Value::Bool(false)) || is.get("empty") == Some(&Value::Bool(true));
    if let (Some(path), Some(is)) = (path, assertion.get("is"))
        && !is_absence(is)
        && !path.contains("..")
        && !path.contains("['")
    {
        paths.push(path.replace("[*]", ".*"));
    }
    for inner in assertion.get("all").and_then(Value::as_array).into_iter().flatten() {
        properties(inner, paths);
    }
}

static NAMED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"`([A-Z][A-Za-z0-9.]*)(?::[^`]*)?`").unwrap());

/// Rules whose remediation names a property that is not what it changes, or a type whose replacement loses nothing.
const NAMED_ONLY: [(&str, &[&str]); 7] = [
    // A rule, an entry and a permission have no data, and the new one is the remedy.
    ("ec2-security-group-open", &["CidrIp", "SourcePrefixListId", "SourceSecurityGroupId"]),
    ("resource-policy-wildcard-action", &["Action"]),
    ("vpc-network-acl-admin-ports", &["RuleNumber"]),
    // Other properties inside these are create-only.
    ("ecs-gateway-protection", &["Configuration.HostSharedAlb"]),
    ("ses-receipt-tls", &["Rule"]),
    // Of the instances of the cluster, and of the secret.
    ("rds-cluster-multi-az", &["DBClusterIdentifier"]),
    ("secretsmanager-managed-password-kms-key", &["KmsKeyId"]),
];

/// The properties that a text names, in each type that the rule looks at: what the remediation offers beside what is asserted.
fn offered(rule: &Value, text: &str, places: &mut BTreeSet<Place>) {
    let id = rule.get("id").and_then(Value::as_str).unwrap_or_default();
    let named_only = NAMED_ONLY.iter().find(|(rule, _)| *rule == id).map_or(&[][..], |(_, names)| names);
    let own = std::slice::from_ref(rule);
    let checks = rule.get("checks").and_then(Value::as_array).map_or(own, Vec::as_slice);
    let targets = checks.iter().filter_map(|check| check.get("resources").and_then(Value::as_array)).flatten();
    for target in targets.filter_map(Value::as_str).filter(|target| !target.contains('*')) {
        for named in NAMED.captures_iter(text).filter(|named| !named_only.contains(&&named[1])) {
            add(places, target, &named[1]);
        }
    }
}

/// What the remediation of a rule leaves unsaid, or says although it is not so.
fn complaints(tried: &Tried) -> Vec<String> {
    let id = tried.file.rule.meta.id.as_str();
    let text = tried.file.prose.remediation.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut places = BTreeSet::new();
    changed(tried, &mut places);
    let rule = serde_yaml::from_str(&tried.text).unwrap();
    asserted(&rule, &mut places);
    let mut named = BTreeSet::new();
    offered(&rule, &text, &mut named);
    // A resource that the remediation adds is new.
    let exists = |(resource_type, _): &Place| {
        !text.contains(&format!("dd an `{resource_type}`")) && !text.contains(&format!("and an `{resource_type}`"))
    };
    places.retain(exists);
    named.retain(|place| exists(place) && !places.contains(place));

    let mut complaints = Vec::new();
    let mut is_replaced = false;
    for (resource_type, path) in places.iter().chain(&named) {
        let update = replacement(resource_type, path);
        let (says, what) = match update {
            Replacement::Always => (REPLACES.is_match(&text), "CloudFormation replaces the resource"),
            Replacement::Maybe => (REPLACES.is_match(&text), "CloudFormation may replace the resource"),
            Replacement::Refused => (REFUSES.is_match(&text), "CloudFormation refuses the update"),
            // What is only named may be what already is.
            _ if named.contains(&(resource_type.clone(), path.clone())) => continue,
            Replacement::InPlace | Replacement::Unlisted => match interruption(resource_type, path) {
                Some(sentence) => (INTERRUPTS.is_match(&text) || REPLACES.is_match(&text), sentence),
                None => continue,
            },
        };
        is_replaced |= matches!(update, Replacement::Always | Replacement::Maybe | Replacement::Refused);
        if !says {
            complaints.push(format!("{id}: does not say of {resource_type} {path}: {what}"));
        }
    }
    if !is_replaced && REPLACES.is_match(&text) && !BY_OTHERS.contains(&id) {
        complaints.push(format!("{id}: speaks of a replacement, which no source confirms"));
    }
    complaints
}

#[test]
fn remediation_states_what_an_update_does() {
    let mut found = String::new();
    for tried in pack_files() {
        complaints(&tried).iter().for_each(|complaint| writeln!(found, "{complaint}").unwrap());
    }
    assert!(found.is_empty(), "\n{found}");
}

#[test]
fn changes_of_a_patch_are_found() {
    let before = serde_json::json!({
        "Name": "one", "List": [{ "A": 1, "B": 2 }], "Key": { "Fn::GetAtt": ["Key", "Arn"] }, "Map": { "Old": true }
    });
    let patch = serde_json::json!({
        "Name": "one", "List": [{ "A": 1, "B": 3 }], "Key": "alias/x", "Map": { "Old": null, "New": { "Deep": 1 } }, "Other": {}
    });
    let mut found = Vec::new();
    merged(&before, &patch, "", &mut |path| found.push(path.to_owned()));
    assert_eq!(found, ["List.*.B", "Key", "Map.Old", "Map.New.Deep", "Other"]);
}
