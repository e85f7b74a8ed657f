//! Real templates: nothing panics, nothing is dropped, and the same template says the same in JSON and in YAML.
//!
//! The corpus is not part of the project: where it is absent (`../shared/corpus`, or the folder in `HIPAALINT_CORPUS`) these
//! tests say so and try the reference templates alone.

use crate::skipped::skipped;
use hipaalint::finding::Outcome;
use hipaalint::linter::{FileReport, Keep, Linter};
use hipaalint::rules::load::RuleSet;
use hipaalint::source::{Source, SourceId};
use hipaalint::syntax::{Language, parse};
use std::collections::BTreeMap;
use std::path::PathBuf;

fn templates() -> Vec<(String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let corpus = std::env::var_os("HIPAALINT_CORPUS").map_or_else(|| root.join("../shared/corpus"), PathBuf::from);
    if !corpus.is_dir() {
        skipped(&format!("no sample templates at {}, so only the reference templates are tested", corpus.display()));
    }
    let mut found = Vec::new();
    for folder in [root.join("fixtures/reference"), corpus] {
        for entry in walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten() {
            let path = entry.path();
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            let is_rule = path.components().any(|part| part.as_os_str() == "rules");
            if ["json", "yaml", "yml"].contains(&ending) && !is_rule {
                found.push((path.display().to_string(), std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(found.len() >= 2);
    found
}

fn strict() -> Linter {
    let keep = Keep { undecided: true, passed: true, ..Keep::default() };
    Linter::new(RuleSet::embedded(), |_| true, &BTreeMap::new(), BTreeMap::new(), keep).unwrap()
}

fn lint(linter: &Linter, text: &str) -> FileReport {
    linter.lint(&Source::new(SourceId(0), "template", text))
}

/// What a finding says, apart from where in the text.
fn said(report: &FileReport) -> Vec<String> {
    let mut said: Vec<String> = report
        .findings
        .iter()
        .map(|finding| {
            let (outcome, level) = (finding.outcome, finding.level);
            format!("{outcome:?} {level:?} {} {} {} {:?}", finding.rule, finding.path, finding.message, finding.when)
        })
        .collect();
    said.sort();
    said
}

#[test]
fn every_template_is_linted() {
    let linter = strict();
    for (name, text) in templates() {
        let report = lint(&linter, &text);
        let errors: Vec<_> = report
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == hipaalint::finding::Severity::Error)
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        assert_eq!(report.is_template, parse(&text, SourceId(0)).unwrap().root.get("Resources").is_some(), "{name}");
        let source = Source::new(SourceId(0), "template", text.clone());
        for finding in &report.findings {
            assert!(finding.span.end as usize <= text.len(), "{name}: {finding:?}");
            assert!(!source.slice(finding.span).is_empty(), "{name}: points at nothing: {finding:?}");
            // An empty placeholder, unless the message quotes the template's own.
            let is_filled = !finding.message.contains("{}") || text.contains("{}");
            assert!(!finding.message.is_empty() && is_filled, "{name}: {finding:?}");
        }
        // Resources that SAM or a loop makes of one may share a finding.
        if text.contains("AWS::Serverless") || text.contains("Fn::ForEach") {
            continue;
        }
        let all = report.findings.iter().chain(&report.suppressed);
        let failing = all.filter(|finding| finding.outcome == Outcome::Fail).count();
        assert!(failing >= report.counts.failed, "{name}: a failed check without a finding");
    }
}

#[test]
fn json_and_yaml_twins_agree() {
    let linter = strict();
    let mut twins = 0;
    for (name, text) in templates() {
        let document = parse(&text, SourceId(0)).unwrap();
        if document.language != Language::Yaml {
            continue;
        }
        let twin = serde_json::to_string_pretty(&document.root.to_json()).unwrap();
        assert_eq!(said(&lint(&linter, &text)), said(&lint(&linter, &twin)), "{name}");
        twins += 1;
    }
    assert!(twins > 0);
}

#[test]
fn the_order_of_resources_changes_nothing() {
    let linter = strict();
    for (name, text) in templates().into_iter().step_by(3) {
        let document = parse(&text, SourceId(0)).unwrap();
        let mut value = document.root.to_json();
        let straight = said(&lint(&linter, &value.to_string()));
        let Some(resources) = value.get_mut("Resources").and_then(|resources| resources.as_object_mut()) else {
            continue;
        };
        let mut reversed: Vec<_> = std::mem::take(resources).into_iter().collect();
        reversed.reverse();
        resources.extend(reversed);
        assert_eq!(straight, said(&lint(&linter, &value.to_string())), "{name}");
    }
}

#[test]
fn an_if_with_equal_branches_changes_nothing() {
    let linter = strict();
    for (name, text) in templates().into_iter().step_by(4) {
        let document = parse(&text, SourceId(0)).unwrap();
        let mut value = document.root.to_json();
        let before: Vec<String> = lint(&linter, &value.to_string())
            .findings
            .iter()
            .map(|finding| format!("{:?} {} {:?}", finding.outcome, finding.rule, finding.subject))
            .collect();
        let Some(resources) = value.get_mut("Resources").and_then(|resources| resources.as_object_mut()) else {
            continue;
        };
        for resource in resources.values_mut() {
            let Some(properties) = resource.get_mut("Properties").and_then(|found| found.as_object_mut()) else {
                continue;
            };
            if properties.keys().any(|key| key.starts_with("Fn::")) {
                continue;
            }
            for property in properties.values_mut() {
                let same = property.take();
                *property = serde_json::json!({"Fn::If": ["AnyCondition", same, same]});
            }
        }
        if value.get("Conditions").is_none() {
            value["Conditions"] = serde_json::json!({});
        }
        value["Conditions"]["AnyCondition"] = serde_json::json!({"Fn::Equals": [{"Ref": "AWS::StackName"}, "x"]});
        let mut after: Vec<String> = lint(&linter, &value.to_string())
            .findings
            .iter()
            .map(|finding| format!("{:?} {} {:?}", finding.outcome, finding.rule, finding.subject))
            .collect();
        let mut before = before;
        before.sort();
        before.dedup();
        after.sort();
        after.dedup();
        assert_eq!(before, after, "{name}");
    }
}

mod mutations {
    use super::*;
    use proptest::prelude::*;

    const OWN: &str = include_str!("../../fixtures/reference/TapStack.json");

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::cases(200), ..ProptestConfig::default() })]

        /// Whatever is done to a template's text, linting ends, and says something or nothing.
        #[test]
        fn never_panic(cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), "[{}\\[\\]\",:!&*a-z0-9]{0,6}"), 1..6)) {
            let linter = strict();
            let mut text = OWN.to_owned();
            for (at, length, with) in cuts {
                let start = at.index(text.len());
                let end = (start + length.index(40)).min(text.len());
                if text.is_char_boundary(start) && text.is_char_boundary(end) {
                    text.replace_range(start..end, &with);
                }
            }
            let report = lint(&linter, &text);
            prop_assert!(report.is_template || report.findings.is_empty());
        }
    }
}
