//! The rules of the pack hold their examples: each comes out as marked, each patch fixes what fails, and where an assertion is
//! inverted or removed, some example notices.

use super::files::{Tried, pack_files, user_files};
use hipaalint::rules::load::{RuleSet, unmark};
use hipaalint::rules::rule::Example;
use hipaalint::source::{Source, SourceId};
use hipaalint::syntax::parse;
use hipaalint::trial::{Trial, mutations};
use rayon::prelude::*;

/// Complaints of all rules that are tried.
fn complaints(rules: &[Tried], complain: impl Fn(&Tried) -> Vec<String> + Sync) -> String {
    assert!(!rules.is_empty(), "no rule is tried");
    let about = |tried: &Tried| {
        let id = &tried.file.rule.meta.id;
        complain(tried).into_iter().map(|complaint| format!("{id}: {complaint}")).collect::<Vec<_>>()
    };
    rules.par_iter().flat_map(about).collect::<Vec<_>>().join("\n")
}

/// What is wrong about the examples and patches of a rule, among others of its kind.
fn wrong(tried: &Tried, others: &(dyn Fn() -> RuleSet + Sync)) -> Vec<String> {
    let trial = Trial::of(&tried.subject(others), None);
    let examples = trial.examples.iter().flat_map(|example| {
        example.mismatches.iter().map(|mismatch| format!("example `{}`: {mismatch}", example.name))
    });
    let patches = trial
        .patches
        .iter()
        .flat_map(|patched| patched.problems.iter().map(|problem| format!("example `{}`: {problem}", patched.name)));
    examples.chain(patches).collect()
}

#[test]
fn examples_hold_and_patches_fix_what_fails() {
    let complaints = complaints(&pack_files(), |tried| {
        let mut complaints = wrong(tried, &RuleSet::embedded);
        let shown = &tried.file.examples;
        let mut complain = |is_wrong: bool, message: &str| complaints.extend(is_wrong.then(|| message.to_owned()));
        complain(
            shown.pass.len() < 2 || shown.fail.len() < 2,
            "needs at least two examples that pass and two that fail",
        );
        let has_patch = shown.fail.iter().any(|example| example.patch.is_some());
        complain(
            !has_patch && tried.file.rule.fixes.is_empty(),
            "no failing example has a `patch`, and there is no `fix`",
        );
        let spellings: Vec<Spelling> = shown.pass.iter().chain(&shown.fail).map(Spelling::of).collect();
        complain(!spellings.iter().any(|spelling| spelling.is_json), "no example that passes or fails is in JSON");
        complain(
            !spellings.iter().any(|spelling| spelling.has_choices),
            "no example that passes or fails has a parameter or a condition",
        );
        complaints
    });
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

#[test]
fn every_assertion_is_held_by_an_example() {
    let complaints = complaints(&pack_files(), |tried| {
        let mutations = mutations(&tried.subject(&RuleSet::embedded), &tried.text);
        assert_eq!(mutations.left_out, 0, "{}: has too many parts", tried.file.rule.meta.id);
        mutations.unnoticed.iter().map(ToString::to_string).collect()
    });
    assert!(
        complaints.is_empty(),
        "no example notices these changes; add one that does, or take the assertion away:\n{complaints}"
    );
}

/// The users' rules that come with the fixtures pass `hipaalint test`, and all say why, and how to fix it.
#[test]
fn user_rules_hold() {
    for folder in ["fixtures/reference/rules", "examples/own-rule/policies"] {
        let complaints = complaints(&user_files(folder), |tried| {
            let trial = Trial::of(&tried.subject(&RuleSet::default), Some(&tried.text));
            let prose = &tried.file.prose;
            let mut complaints = Vec::new();
            let mut complain = |is_wrong: bool, message: &str| complaints.extend(is_wrong.then(|| message.to_owned()));
            complain(!trial.passed(), "fails `hipaalint test`");
            complain(trial.examples.is_empty(), "has no examples");
            complain(prose.why.is_empty() || prose.remediation.is_empty(), "says not why, or not how to fix it");
            complaints
        });
        assert!(complaints.is_empty(), "\n{complaints}");
    }
}
