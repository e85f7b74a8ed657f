//! The rule pack holds what it says: examples pass and fail as marked, citations exist.

use super::examples;
use super::files::{pack, trying};
use hipaalint::rules::load::{RuleSet, controls, profiles, unmark};
use hipaalint::rules::meta::RuleKind;
use hipaalint::rules::rule::{Example, PROFILES};
use hipaalint::source::{Source, SourceId};
use hipaalint::syntax::parse;
use std::fmt::Write as _;
use std::path::Path;

#[test]
fn examples_hold() {
    let rules = pack();
    assert!(!rules.entries().is_empty(), "the pack is empty");
    let only = std::env::var("RULE").unwrap_or_default();
    let mut complaints = String::new();
    for entry in rules.entries().iter().filter(|entry| entry.meta.id.contains(&only)) {
        let id = &entry.meta.id;
        if let Err(error) = entry.rule() {
            writeln!(complaints, "{id}: {error}").unwrap();
            continue;
        }
        let shown = entry.examples();
        if shown.pass.len() < 2 || shown.fail.len() < 2 {
            writeln!(complaints, "{id}: needs at least two examples that pass and two that fail").unwrap();
        }
        let spellings: Vec<Spelling> = shown.pass.iter().chain(&shown.fail).map(Spelling::of).collect();
        if !spellings.iter().any(|spelling| spelling.is_json) {
            writeln!(complaints, "{id}: no example that passes or fails is in JSON").unwrap();
        }
        if !spellings.iter().any(|spelling| spelling.has_choices) {
            writeln!(complaints, "{id}: no example that passes or fails has a parameter or a condition").unwrap();
        }
        complaints.extend(examples::complaints(|| trying(entry), entry));
    }
    assert!(complaints.is_empty(), "\n{complaints}");
}

/// How an example is written.
struct Spelling {
    is_json: bool,
    /// Whether it has parameters or conditions.
    has_choices: bool,
}

impl Spelling {
    fn of(example: &Example) -> Self {
        let (text, _) = unmark(example);
        let source = Source::new(SourceId(0), "example", text);
        let document = parse(source.text(), source.id).unwrap();
        Self {
            is_json: source.text().starts_with('{'),
            has_choices: ["Parameters", "Conditions"].iter().any(|section| document.root.get(section).is_some()),
        }
    }
}

/// The users' rules that come with the fixtures: half of them show what they mean, and all say what a rule must.
#[test]
fn examples_of_user_rules_hold() {
    let only = std::env::var("RULE").unwrap_or_default();
    let known: Vec<&str> = controls().iter().map(|control| control.id.as_str()).collect();
    let mut complaints = String::new();
    for folder in
        ["fixtures/reference/rules/tapstack", "fixtures/reference/rules/cfn-template", "examples/own-rule/policies"]
    {
        let load = || {
            let mut rules = RuleSet::default();
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
            rules.add_folder(&folder).unwrap();
            rules
        };
        let rules = load();
        let shown = rules.entries().iter().filter(|entry| {
            let examples = entry.examples();
            !examples.pass.is_empty() && !examples.fail.is_empty()
        });
        assert!(shown.count() * 2 >= rules.entries().len(), "{folder}: fewer than half of the rules have examples");
        for entry in rules.entries().iter().filter(|entry| entry.meta.id.contains(&only)) {
            let id = &entry.meta.id;
            let prose = entry.prose();
            if prose.why.is_empty() || prose.remediation.is_empty() {
                writeln!(complaints, "{id}: says not why, or not how to mend it").unwrap();
            }
            for control in entry.meta.controls.iter().filter(|control| !known.contains(&control.as_str())) {
                writeln!(complaints, "{id}: no citation {control} in rules/controls.yaml").unwrap();
            }
            complaints.extend(examples::complaints(load, entry));
        }
    }
    assert!(complaints.is_empty(), "\n{complaints}");
}

#[test]
fn heads_are_complete() {
    let known: Vec<&str> = controls().iter().map(|control| control.id.as_str()).collect();
    assert!(known.contains(&"164.312(a)(2)(iv)"));
    let mut complaints = String::new();
    for entry in pack().entries() {
        let meta = &entry.meta;
        let prose = entry.prose();
        let mut complain = |message: &str| writeln!(complaints, "{}: {message}", meta.id).unwrap();
        for control in &meta.controls {
            if !known.contains(&control.as_str()) {
                complain(&format!("no citation {control} in rules/controls.yaml"));
            }
        }
        if meta.controls.is_empty() {
            complain("cites nothing");
        }
        for profile in &meta.profiles {
            if !profiles().iter().any(|(name, _)| name == profile) {
                complain(&format!("no profile {profile}"));
            }
        }
        // A wider profile holds every narrower one; the last is apart.
        let (apart, wide) = PROFILES.split_last().unwrap();
        let own: Vec<&str> = meta.profiles.iter().map(String::as_str).filter(|profile| profile != apart).collect();
        if own.is_empty() || !wide.ends_with(&own) {
            complain("its profiles are not a profile and all wider ones, in their order");
        }
        for (what, text) in [("title", &meta.title), ("why", &prose.why), ("remediation", &prose.remediation)] {
            if text.trim().is_empty() {
                complain(&format!("has no {what}"));
            }
        }
        if meta.title.ends_with('.') {
            complain("its title ends with a full stop");
        }
        if prose.references.is_empty() || !prose.references.iter().all(|reference| reference.starts_with("https://")) {
            complain("needs references, all https");
        }
    }
    assert!(complaints.is_empty(), "\n{complaints}");
}

/// A rule that looks at blocks of every kind passes on templates that contain nothing to protect, so its checks show no
/// safeguard.
#[test]
fn rules_about_anything_are_supporting() {
    let every_kind = ["any", "taggable", "named", "outputs", "template", "exceptions"];
    let mut supporting = 0;
    for entry in pack().entries() {
        let is_general = entry.targets.iter().all(|target| every_kind.contains(&target.name()));
        let is_supporting = entry.meta.kind == RuleKind::Supporting;
        assert!(is_supporting || !is_general, "{}: needs `kind: supporting`", entry.meta.id);
        supporting += usize::from(is_supporting);
    }
    // Those that look at anything, some of them at parameters as well, and one that looks at the names of SSM parameters.
    assert_eq!(supporting, 16);
}
