//! Removes and inverts the assertions of a rule one by one. Each time, an example must come out wrong: an assertion that no example
//! notices is either not needed or not tested.

use super::Subject;
use super::examples::all_right;
use crate::pool;
use crate::rules::rule::RuleFile;
use serde_json::{Value, json};
use std::fmt;

/// Changes that are tried for one rule; a rule with more has the rest counted.
const MAX_MUTATIONS: usize = 1_000;
/// Bytes of changed rules, each as long as the rule: of a huge rule, fewer changes are tried.
const MAX_BYTES: usize = 20_000_000;

/// What was done to a rule.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// An assertion was put in `not:`.
    Inverted,
    /// An item of a list, or a key with its value, was removed.
    Removed,
}

/// One change to a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutation {
    /// What was done.
    pub change: Change,
    /// To which part of the rule file, as a JSON pointer: `/checks/0/assert/all/1`.
    pub place: String,
}

/// The changes to one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mutations {
    /// The number of changes that were tried.
    pub tried: usize,
    /// Those that no example noticed, in the order of the file.
    pub unnoticed: Vec<Mutation>,
    /// The number of changes that were not tried, because there are too many.
    pub left_out: usize,
}

impl Change {
    /// In a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inverted => "inverted",
            Self::Removed => "removed",
        }
    }
}

impl fmt::Display for Mutation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.change.name(), self.place)
    }
}

/// Tries every change to a rule of this text.
pub(super) fn run(subject: &Subject<'_>, text: &str) -> Mutations {
    let Ok(rule) = serde_yaml::from_str::<Value>(text) else { return Mutations::default() };
    let mut all = Finder::all(&rule);
    let found = all.len();
    all.truncate(MAX_MUTATIONS.min(MAX_BYTES / text.len().max(1)));
    let tried = all.len();
    let is_unnoticed = |mutation: &Mutation| {
        // Built-in rules are read from JSON texts as well, so the binary has the code for this already.
        let mutant = mutation.apply(&rule).map(|mutant| serde_json::from_str::<RuleFile>(&mutant.to_string()));
        // What is not a rule any more, such as one without checks, is noticed when it is loaded.
        let Some(Ok(file)) = mutant else { return false };
        all_right(&Subject { file: &file, ..*subject })
    };
    Mutations { tried, unnoticed: pool::filter(all, is_unnoticed), left_out: found - tried }
}

impl Mutation {
    /// The rule with this change.
    fn apply(&self, rule: &Value) -> Option<Value> {
        let mut rule = rule.clone();
        match self.change {
            Change::Inverted => {
                let assertion = rule.pointer_mut(&self.place)?;
                *assertion = json!({ "not": assertion.take() });
            }
            Change::Removed => {
                let (parent, key) = self.place.rsplit_once('/')?;
                match rule.pointer_mut(parent)? {
                    Value::Object(fields) => drop(fields.shift_remove(key)),
                    Value::Array(items) => {
                        let index = key.parse::<usize>().ok().filter(|index| *index < items.len())?;
                        items.remove(index);
                    }
                    _ => return None,
                }
            }
        }
        Some(rule)
    }
}

/// Finds what can be changed in a rule.
struct Finder<'r> {
    rule: &'r Value,
    found: Vec<Mutation>,
}

impl Finder<'_> {
    fn all(rule: &Value) -> Vec<Mutation> {
        let mut finder = Finder { rule, found: Vec::new() };
        finder.check("");
        for index in 0..rule.get("checks").and_then(Value::as_array).map_or(0, Vec::len) {
            let place = format!("/checks/{index}");
            finder.add(Change::Removed, place.clone());
            finder.check(&place);
        }
        finder.found
    }

    fn add(&mut self, change: Change, place: String) {
        self.found.push(Mutation { change, place });
    }

    fn check(&mut self, place: &str) {
        for key in ["when", "assert"] {
            let place = format!("{place}/{key}");
            if self.rule.pointer(&place).is_some() {
                if key == "when" {
                    self.add(Change::Removed, place.clone());
                }
                self.assertion(&place);
            }
        }
    }

    fn assertion(&mut self, place: &str) {
        let Some(assertion) = self.rule.pointer(place) else { return };
        // What is never known is the same when it is inverted; what is inside `not` is inverted with it.
        if assertion.get("undecided").is_none() && assertion.get("not").is_none() {
            self.add(Change::Inverted, place.to_owned());
        }
        for list in ["all", "any"] {
            let Some(items) = assertion.get(list).and_then(Value::as_array) else { continue };
            for index in 0..items.len() {
                let place = format!("{place}/{list}/{index}");
                if items.len() > 1 {
                    self.add(Change::Removed, place.clone());
                }
                self.assertion(&place);
            }
        }
        if assertion.get("not").is_some() {
            self.assertion(&format!("{place}/not"));
        }
        self.quantified(place);
        if assertion.get("or-absent").is_some() {
            self.add(Change::Removed, format!("{place}/or-absent"));
        }
        self.predicates(place);
    }

    fn quantified(&mut self, place: &str) {
        for quantifier in ["every", "some", "none", "count"] {
            let place = format!("{place}/{quantifier}");
            let Some(quantified) = self.rule.pointer(&place) else { continue };
            for part in ["where", "assert"] {
                if quantified.get(part).is_some() {
                    let part = format!("{place}/{part}");
                    self.add(Change::Removed, part.clone());
                    self.assertion(&part);
                }
            }
            if quantified.get("is").is_some() {
                self.add(Change::Removed, format!("{place}/is"));
                self.predicates(&place);
            }
        }
    }

    /// Each of several predicates of one value.
    fn predicates(&mut self, place: &str) {
        let place = format!("{place}/is");
        let Some(predicates) = self.rule.pointer(&place).and_then(Value::as_object) else { return };
        if predicates.len() > 1 {
            for name in predicates.keys() {
                self.add(Change::Removed, format!("{place}/{name}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn every_part_of_a_rule_is_changed() {
        let rule = json!({
            "when": { "path": "$.A", "is": { "present": true } },
            "assert": { "any": [
                { "path": "$.B", "is": { "equals": 1, "type": "scalar" }, "or-absent": true },
                { "not": { "some": { "items": "$.C", "where": { "undecided": "why" }, "is": { "like": "x" } } } },
            ] },
            "checks": [{ "assert": { "analysis": { "grants-admin": true } } }],
        });
        let all: Vec<String> = Finder::all(&rule).iter().map(ToString::to_string).collect();
        assert_eq!(
            all,
            [
                "removed /when",
                "inverted /when",
                "inverted /assert",
                "removed /assert/any/0",
                "inverted /assert/any/0",
                "removed /assert/any/0/or-absent",
                "removed /assert/any/0/is/equals",
                "removed /assert/any/0/is/type",
                "removed /assert/any/1",
                "inverted /assert/any/1/not",
                "removed /assert/any/1/not/some/where",
                "removed /assert/any/1/not/some/is",
                "removed /checks/0",
                "inverted /checks/0/assert",
            ]
        );
        let changed = |change, place: &str| Mutation { change, place: place.to_owned() }.apply(&rule).unwrap();
        assert_eq!(changed(Change::Inverted, "/when")["when"]["not"], rule["when"]);
        assert_eq!(changed(Change::Removed, "/assert/any/0")["assert"]["any"][0], rule["assert"]["any"][1]);
        assert_eq!(changed(Change::Removed, "/when").get("when"), None);
    }
}
