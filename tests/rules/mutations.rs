//! No part of a rule is idle: where an assertion is turned round or taken away, some example no longer comes out as marked.

use super::examples::complaints;
use super::files::rule_files;
use hipaalint::rules::load::RuleSet;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::path::Path;

/// A rule with one change, and what was changed.
struct Mutant {
    change: String,
    rule: Value,
}

/// Makes the mutants of a rule, one place after another.
struct Mutator<'r> {
    rule: &'r Value,
    mutants: Vec<Mutant>,
}

impl Mutator<'_> {
    /// The rule with the value at `place` (a JSON pointer) replaced.
    fn replaced(&mut self, place: &str, value: Value, change: &str) {
        let mut rule = self.rule.clone();
        *rule.pointer_mut(place).unwrap() = value;
        self.mutants.push(Mutant { change: format!("{change} {place}"), rule });
    }

    /// The rule without the element or field at `place`.
    fn removed(&mut self, parent: &str, key: &str) {
        let mut rule = self.rule.clone();
        match rule.pointer_mut(parent).unwrap() {
            Value::Object(fields) => drop(fields.shift_remove(key)),
            Value::Array(items) => drop(items.remove(key.parse().unwrap())),
            _ => unreachable!("only lists and maps have parts"),
        }
        self.mutants.push(Mutant { change: format!("removed {parent}/{key}"), rule });
    }

    fn check(&mut self, place: &str) {
        if self.rule.pointer(&format!("{place}/when")).is_some() {
            self.removed(place, "when");
            self.assertion(&format!("{place}/when"));
        }
        if self.rule.pointer(&format!("{place}/assert")).is_some() {
            self.assertion(&format!("{place}/assert"));
        }
    }

    fn assertion(&mut self, place: &str) {
        let assertion = self.rule.pointer(place).unwrap();
        // What is never known is the same when it is turned round; what is inside `not` is turned round with it.
        if assertion.get("undecided").is_none() && assertion.get("not").is_none() {
            self.replaced(place, json!({ "not": assertion }), "inverted");
        }
        for list in ["all", "any"] {
            let Some(items) = assertion.get(list).and_then(Value::as_array) else { continue };
            let place = format!("{place}/{list}");
            for index in 0..items.len() {
                if items.len() > 1 {
                    self.removed(&place, &index.to_string());
                }
                self.assertion(&format!("{place}/{index}"));
            }
        }
        if assertion.get("not").is_some() {
            self.assertion(&format!("{place}/not"));
        }
        self.quantified(place);
        if assertion.get("or-absent").is_some() {
            self.removed(place, "or-absent");
        }
        self.predicates(place);
    }

    fn quantified(&mut self, place: &str) {
        for quantifier in ["every", "some", "none", "count"] {
            let place = format!("{place}/{quantifier}");
            let Some(quantified) = self.rule.pointer(&place) else { continue };
            for part in ["where", "assert"] {
                if quantified.get(part).is_some() {
                    self.removed(&place, part);
                    self.assertion(&format!("{place}/{part}"));
                }
            }
            if quantified.get("is").is_some() {
                self.removed(&place, "is");
                self.predicates(&place);
            }
        }
    }

    /// Each of several questions about one value.
    fn predicates(&mut self, place: &str) {
        let place = format!("{place}/is");
        let Some(questions) = self.rule.pointer(&place).and_then(Value::as_object) else { return };
        if questions.len() > 1 {
            for name in questions.keys() {
                self.removed(&place, name);
            }
        }
    }
}

fn mutants(rule: &Value) -> Vec<Mutant> {
    let mut mutator = Mutator { rule, mutants: Vec::new() };
    mutator.check("");
    for index in 0..rule.get("checks").and_then(Value::as_array).map_or(0, Vec::len) {
        mutator.removed("/checks", &index.to_string());
        mutator.check(&format!("/checks/{index}"));
    }
    mutator.mutants
}

/// What was changed without any example noticing.
fn survivors(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let rule: Value = serde_yaml::from_str(&text).unwrap();
    let mut survivors = Vec::new();
    for mutant in mutants(&rule) {
        let text = mutant.rule.to_string();
        let load = || {
            let mut rules = RuleSet::default();
            rules.add_text(file, &text).map(|()| rules)
        };
        // What is no rule any more, such as one without checks, is noticed when it is loaded.
        let Ok(rules) = load() else { continue };
        if complaints(|| load().unwrap(), &rules.entries()[0]).next().is_none() {
            survivors.push(format!("{}: {}", file.file_stem().unwrap().to_string_lossy(), mutant.change));
        }
    }
    survivors
}

#[test]
fn every_assertion_is_held_by_an_example() {
    let only = std::env::var("RULE").unwrap_or_default();
    let files: Vec<_> =
        rule_files().into_iter().filter(|file| file.file_stem().unwrap().to_string_lossy().contains(&only)).collect();
    assert!(!files.is_empty(), "no rule is named `{only}`");
    let survivors: Vec<String> = files.par_iter().flat_map(|file| survivors(file)).collect();
    assert!(
        survivors.is_empty(),
        "no example notices these changes; add one that does, or take the assertion away:\n{}",
        survivors.join("\n")
    );
}
