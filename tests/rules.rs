//! The rule pack holds what it says: examples pass and fail as marked, citations exist, properties are in the schemas.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod schemas;

use hipaalint::finding::Outcome;
use hipaalint::linter::{Keep, Linter};
use hipaalint::rules::load::{RuleSet, controls, profiles, unmark};
use hipaalint::rules::rule::Example;
use hipaalint::source::{Source, SourceId};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Lints an example with one rule alone; complains about every difference from its marks.
fn check(id: &str, example: &Example, wanted: Outcome, complaints: &mut String) {
    let (text, marks) = unmark(example);
    let pinned = example.parameters.clone();
    let keep = Keep { undecided: true, passed: false };
    let linter = Linter::new(RuleSet::embedded(), |entry| entry.meta.id == id, &BTreeMap::new(), pinned, keep).unwrap();
    let source = Source::new(SourceId(0), "example", text.clone());
    let report = linter.lint(&source);
    let mut complain = |message: String| writeln!(complaints, "{id}, example `{}`: {message}", example.name).unwrap();
    if !report.is_template || !report.diagnostics.is_empty() {
        complain(format!("is no clean template: {:?}\n{text}", report.diagnostics));
        return;
    }
    let failing: Vec<_> = report.findings.iter().filter(|finding| finding.outcome == Outcome::Fail).collect();
    let undecided = report.findings.iter().any(|finding| finding.outcome == Outcome::Undecided);
    let shown = || {
        report.findings.iter().fold(String::new(), |mut all, finding| {
            let line = source.position(finding.span.start).line;
            write!(
                all,
                "\n    line {line}, {:?} {:?}, {}: {} {:?}",
                finding.outcome, finding.level, finding.path, finding.message, finding.when
            )
            .unwrap();
            all
        })
    };
    match wanted {
        Outcome::Pass if !report.findings.is_empty() => complain(format!("should pass:{}", shown())),
        Outcome::Pass if report.counts.passed == 0 => {
            complain("should pass, but the rule looked at nothing".to_owned())
        }
        Outcome::Undecided if !undecided || !failing.is_empty() => complain(format!("should be undecided:{}", shown())),
        Outcome::Fail => {
            if marks.is_empty() {
                complain("should fail, but no line is marked `# finding`".to_owned());
            }
            let mut found: Vec<usize> =
                failing.iter().map(|finding| source.position(finding.span.start).line).collect();
            let mut expected: Vec<usize> = marks.iter().map(|mark| mark.line).collect();
            found.sort_unstable();
            found.dedup();
            expected.sort_unstable();
            if found != expected {
                complain(format!("findings on lines {found:?}, marked {expected:?}:{}", shown()));
                return;
            }
            for mark in &marks {
                let on_line: Vec<_> =
                    failing.iter().filter(|finding| source.position(finding.span.start).line == mark.line).collect();
                let words = mark.words.as_deref().unwrap_or("");
                if !on_line.iter().any(|finding| finding.message.contains(words)) {
                    complain(format!("no finding on line {} says `{words}`:{}", mark.line, shown()));
                }
                if let Some(level) = &mark.level
                    && !on_line.iter().any(|finding| finding.level.name() == level)
                {
                    complain(format!("no finding on line {} has level {level}:{}", mark.line, shown()));
                }
            }
            for finding in &failing {
                if finding.message.contains(['{', '}'])
                    && !finding.message.contains("${")
                    && !finding.message.contains("{{")
                {
                    complain(format!("a placeholder was not filled: {}", finding.message));
                }
            }
        }
        _ => {}
    }
}

#[test]
fn examples_hold() {
    let rules = RuleSet::embedded();
    assert!(!rules.entries().is_empty(), "the pack is empty");
    let only = std::env::var("RULE").unwrap_or_default();
    let mut complaints = String::new();
    for entry in rules.entries().iter().filter(|entry| entry.meta.id.contains(&only)) {
        let id = &entry.meta.id;
        if let Err(error) = entry.rule() {
            writeln!(complaints, "{id}: {error}").unwrap();
            continue;
        }
        let examples = entry.examples();
        if examples.pass.len() < 2 || examples.fail.len() < 2 {
            writeln!(complaints, "{id}: needs at least two examples that pass and two that fail").unwrap();
        }
        for (list, wanted) in [
            (&examples.pass, Outcome::Pass),
            (&examples.fail, Outcome::Fail),
            (&examples.undecided, Outcome::Undecided),
        ] {
            for example in list {
                check(id, example, wanted, &mut complaints);
            }
        }
    }
    assert!(complaints.is_empty(), "\n{complaints}");
}

#[test]
fn heads_are_complete() {
    let known: Vec<&str> = controls().iter().map(|control| control.id.as_str()).collect();
    assert!(known.contains(&"164.312(a)(2)(iv)"));
    let mut complaints = String::new();
    for entry in RuleSet::embedded().entries() {
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
        // A wider profile holds every narrower one.
        let wide: Vec<&str> = profiles().iter().map(|(name, _)| name.as_str()).collect();
        let first = wide.iter().position(|name| meta.profiles.iter().any(|profile| profile == name));
        if first
            .is_none_or(|first| wide[first..].iter().any(|name| !meta.profiles.iter().any(|profile| profile == name)))
        {
            complain("its profiles are not a profile and all wider ones");
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
