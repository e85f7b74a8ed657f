//! The judgments about each rule, which decide its profiles: severity, harm, false alarms, gate.

use super::files::{pack, rule_files};
use hipaalint::finding::{Level, RuleSeverity};
use hipaalint::rules::load::RuleEntry;
use hipaalint::rules::meta::{FalseAlarms, RuleKind};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;

/// Words of a harm.
const MOST_WORDS: usize = 25;
/// Of all rules, in percent.
const MOST_CRITICAL: usize = 10;

/// What is wrong with the judgments in a rule's file.
fn complaints(rule: &Value) -> Vec<&'static str> {
    let mut complaints = Vec::new();
    let text = |key: &str| rule.get(key).and_then(Value::as_str).unwrap_or_default();
    let harm = text("harm");
    if text("severity").is_empty() {
        complaints.push("has no severity");
    }
    if harm.is_empty() || !harm.ends_with('.') || harm.trim_end_matches('.').contains(". ") {
        complaints.push("does not state its harm in one sentence");
    }
    if harm.split_whitespace().count() > MOST_WORDS {
        complaints.push("states its harm in too many words");
    }
    if text("false-alarms").is_empty() || !rule.get("gate").is_some_and(Value::is_boolean) {
        complaints.push("does not state how often it is wrong, or whether a gate can demand it");
    }
    complaints
}

#[test]
fn every_rule_file_has_judgments() {
    let mut found = String::new();
    for file in rule_files() {
        let rule: Value = serde_yaml::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let name = file.file_stem().unwrap().to_string_lossy();
        complaints(&rule).iter().for_each(|complaint| writeln!(found, "{name}: {complaint}").unwrap());
    }
    assert!(found.is_empty(), "\n{found}");
}

#[test]
fn missing_judgments_are_noticed() {
    let whole = serde_json::json!({
        "severity": "high", "harm": "Anyone can read PHI.", "false-alarms": "rare", "gate": true
    });
    assert!(complaints(&whole).is_empty());
    for key in ["severity", "harm", "false-alarms", "gate"] {
        let mut rule = whole.clone();
        rule.as_object_mut().unwrap().remove(key);
        assert_eq!(complaints(&rule).len(), 1, "{key}");
    }
}

/// Why a rule cannot be in core, as its judgments are.
fn obstacle(entry: &RuleEntry) -> Option<&'static str> {
    let prose = entry.prose();
    if entry.meta.level == Level::Note {
        // It blocks nothing.
        return None;
    }
    if prose.gate != Some(true) {
        return Some("a gate cannot demand it");
    }
    if prose.false_alarms.is_none_or(|alarms| alarms == FalseAlarms::Common) {
        return Some("false alarms are common");
    }
    (entry.severity() == RuleSeverity::Low && entry.meta.kind == RuleKind::Safeguard).then_some("its severity is low")
}

#[test]
fn core_has_rules_that_a_gate_can_demand() {
    let pack = pack();
    let core = pack.entries().iter().filter(|entry| entry.is_in("core"));
    let found: Vec<String> = core.filter_map(|entry| Some(format!("{}: {}", entry.id(), obstacle(entry)?))).collect();
    assert!(found.is_empty(), "in core, although\n{}", found.join("\n"));
}

#[test]
fn what_exposes_phi_and_can_be_demanded_is_in_core() {
    let pack = pack();
    let must = |entry: &&RuleEntry| {
        let prose = entry.prose();
        let is_sure = prose.gate == Some(true) && prose.false_alarms == Some(FalseAlarms::Rare);
        is_sure && entry.severity() >= RuleSeverity::High
    };
    let outside = pack.entries().iter().filter(must).filter(|entry| !entry.is_in("core"));
    assert_eq!(outside.map(RuleEntry::id).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn few_rules_are_critical_and_all_of_those_are_in_core() {
    let pack = pack();
    let critical: Vec<&RuleEntry> =
        pack.entries().iter().filter(|entry| entry.severity() == RuleSeverity::Critical).collect();
    assert!(!critical.is_empty());
    assert!(critical.len() * 100 <= pack.entries().len() * MOST_CRITICAL, "{} rules are critical", critical.len());
    let outside: Vec<&str> = critical.iter().filter(|entry| !entry.is_in("core")).map(|entry| entry.id()).collect();
    assert!(outside.is_empty(), "{outside:?}");
    assert!(critical.iter().all(|entry| entry.meta.level == Level::Error));
}

/// Tags and names show where PHI is, but do not protect it.
#[test]
fn rules_about_tags_and_names_are_low() {
    let mut found = 0;
    for file in rule_files() {
        let folder = file.parent().and_then(Path::file_name).unwrap();
        if folder == "tags" || folder == "names" {
            let entries = pack();
            let entry = entries.get(file.file_stem().unwrap().to_str().unwrap()).unwrap();
            assert_eq!(entry.severity(), RuleSeverity::Low, "{}", entry.id());
            found += 1;
        }
    }
    assert_eq!(found, 3);
    assert_eq!(pack().get("rds-copy-tags-to-snapshot").unwrap().severity(), RuleSeverity::Low);
}
