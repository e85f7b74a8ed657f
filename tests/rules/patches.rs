//! The change that a rule recompatches works: applied to a failing example, it makes the rule pass.

use super::examples::findings;
use super::files::{pack, trying};
use hipaalint::finding::Outcome;
use hipaalint::rules::load::{RuleEntry, unmark};
use hipaalint::rules::rule::Example;
use hipaalint::source::{Source, SourceId};
use hipaalint::syntax::parse;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A JSON merge patch (RFC 7396): maps are merged, null removes, anything else replaces.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(entries) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let fields = target.as_object_mut().unwrap();
    for (key, value) in entries {
        if value.is_null() {
            fields.shift_remove(key);
        } else {
            merge(fields.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

/// The template of an example with its patch applied, as JSON.
fn patched(example: &Example, patch: &Value) -> String {
    let (text, _) = unmark(example);
    let source = Source::new(SourceId(0), "example", text);
    let document = parse(source.text(), source.id).unwrap();
    let mut template = super::tree::json(&document.root);
    let before = template.clone();
    merge(&mut template, patch);
    assert_ne!(before, template, "the patch of `{}` changes nothing", example.name);
    template.to_string()
}

/// Every key of a patch below the logical ids: what the remediation should name.
fn keys(patch: &Value) -> BTreeSet<&str> {
    fn below<'v>(value: &'v Value, depth: usize, keys: &mut BTreeSet<&'v str>) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    // The first two levels are sections of a template and the names that its author chose.
                    if depth >= 2 && key != "Properties" && key != "Type" {
                        keys.insert(key);
                    }
                    below(value, depth + 1, keys);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| below(item, depth + 1, keys)),
            _ => {}
        }
    }
    let mut keys = BTreeSet::new();
    below(patch, 0, &mut keys);
    keys
}

fn check(entry: &RuleEntry, complaints: &mut String) {
    let id = &entry.meta.id;
    let examples = entry.examples();
    let remediation = entry.prose().remediation;
    let mut patches = 0;
    for example in &examples.fail {
        let Some(patch) = &example.patch else { continue };
        patches += 1;
        let template = patched(example, patch);
        let report = findings(trying(entry), id, &template, &example.parameters);
        if let Some(finding) = report.findings.iter().find(|finding| finding.outcome != Outcome::Pass) {
            writeln!(
                complaints,
                "{id}, `{}`: patched, it still does not pass: {} ({:?})\n{template}",
                example.name, finding.message, finding.outcome
            )
            .unwrap();
        }
        let keys = keys(patch);
        if !keys.is_empty() && !keys.iter().any(|key| remediation.contains(key)) {
            writeln!(
                complaints,
                "{id}, `{}`: the remediation names nothing of what the patch changes: {keys:?}",
                example.name
            )
            .unwrap();
        }
    }
    if patches == 0 {
        writeln!(complaints, "{id}: no failing example has a `patch`").unwrap();
    }
    if examples.pass.iter().chain(&examples.undecided).any(|example| example.patch.is_some()) {
        writeln!(complaints, "{id}: an example that does not fail has a `patch`").unwrap();
    }
}

#[test]
fn patches_fix_what_fails() {
    let only = std::env::var("RULE").unwrap_or_default();
    let mut complaints = String::new();
    for entry in pack().entries().iter().filter(|entry| entry.meta.id.contains(&only)) {
        check(entry, &mut complaints);
    }
    assert!(complaints.is_empty(), "\n{complaints}");
}
