//! What fixes a rule's findings fixes its failing examples: the rule passes afterwards, or what is only shown says why. The diffs are
//! snapshots, one file for each service.

use super::files::{Tried, pack_files};
use hipaalint::finding::Applicability;
use hipaalint::rules::load::RuleSet;
use hipaalint::trial::{Fixed, fixes};
use rayon::prelude::*;
use similar::TextDiff;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The rules with a fix, with what their fixes make of their failing examples.
fn fixed() -> Vec<(Tried, Vec<Fixed>)> {
    let with_fix = pack_files().into_par_iter().filter(|tried| !tried.file.rule.fixes.is_empty());
    with_fix
        .map(|tried| {
            let fixed = fixes(&tried.subject(&RuleSet::embedded));
            (tried, fixed)
        })
        .collect()
}

/// The diff of an example, with what was said about it.
fn described(id: &str, fixed: &Fixed) -> String {
    let mut text = format!("{id}: {}\n", fixed.name);
    for (applicability, title, note) in &fixed.applied {
        writeln!(text, "{}: {title}", applicability.name()).unwrap();
        if !note.is_empty() {
            writeln!(text, "    {note}").unwrap();
        }
    }
    for (title, note) in &fixed.shown {
        writeln!(text, "shown: {title}\n    {note}").unwrap();
    }
    for message in &fixed.left {
        writeln!(text, "no fix: {message}").unwrap();
    }
    let diff = TextDiff::from_lines(&fixed.before, &fixed.after);
    for hunk in diff.unified_diff().context_radius(2).iter_hunks() {
        write!(text, "{hunk}").unwrap();
    }
    text
}

#[test]
fn fixes_fix_the_failing_examples() {
    let all = fixed();
    let mut complaints = Vec::new();
    let mut services: BTreeMap<String, String> = BTreeMap::new();
    for (tried, examples) in &all {
        let rule = &tried.file.rule;
        let id = &rule.meta.id;
        for fixed in examples {
            let about = |problem: &String| format!("{id}: example `{}`: {problem}", fixed.name);
            complaints.extend(fixed.problems.iter().map(about));
            let service = tried.path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
            services.entry(service).or_default().push_str(&(described(id, fixed) + "\n"));
        }
        if examples.iter().all(|fixed| fixed.applied.is_empty()) {
            complaints.push(format!("{id}: its `fix` is applied to no failing example"));
        }
        let says_safe = rule.fixes.all().any(|recipe| recipe.applicability == hipaalint::rules::fix::Limit::Safe);
        let mut applied = examples.iter().flat_map(|fixed| &fixed.applied);
        if says_safe && !applied.any(|(applicability, ..)| *applicability == Applicability::Safe) {
            complaints.push(format!("{id}: the `fix` says `safe`, and the reviewed lists do not"));
        }
    }
    let is_whole = std::env::var_os("RULE").is_none() && std::env::var_os("RULES_DIR").is_none();
    if !is_whole {
        services.values().for_each(|text| println!("{text}"));
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    if is_whole {
        for (service, text) in services {
            insta::assert_snapshot!(format!("fixes_{service}"), text.trim_end());
        }
    }
}
