//! The heads of the pack are complete.

use super::files::{pack, pack_files};
use hipaalint::rules::load::RuleSet;
use hipaalint::rules::load::controls;
use hipaalint::rules::meta::RuleKind;
use hipaalint::rules::rule::{PROFILES, Rule};
use std::fmt::Write as _;

#[test]
fn heads_are_complete() {
    assert!(controls().iter().any(|control| control.id == "164.312(a)(2)(iv)"));
    let mut complaints = String::new();
    for entry in pack().entries() {
        let meta = &entry.meta;
        let prose = entry.prose();
        let mut complain = |message: &str| writeln!(complaints, "{}: {message}", meta.id).unwrap();
        if let Err(error) = entry.rule() {
            complain(error);
        }
        if entry.examples().fail.is_empty() {
            complain("has lost its examples");
        }
        if meta.controls.is_empty() {
            complain("cites nothing");
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
    // Those that look at anything, some of them at parameters as well, one that looks at the names of SSM parameters, and one that looks
    // at services which have ended.
    assert_eq!(supporting, 17);
}

/// What the binary carries, packed and read piece by piece, is what the files say.
#[test]
fn the_pack_is_what_the_files_say() {
    if std::env::var_os("RULES_DIR").is_some() {
        // Files that are tried without building anything are not in the binary.
        return;
    }
    let embedded = RuleSet::embedded();
    for tried in pack_files() {
        let file = &tried.file;
        let entry = embedded.get(&file.rule.meta.id).unwrap();
        let rule = entry.rule().unwrap();
        let shown = |rule: &Rule| {
            let checks: Vec<String> =
                rule.checks.iter().map(|check| format!("{:#?} {:#?}", check.targets, &**check)).collect();
            let Rule { exception, message, settings, descriptions, newer_than_schemas, .. } = rule;
            let rest = (exception, message, settings, descriptions, newer_than_schemas);
            format!("{:#?} {} {rest:#?}", *rule.meta, checks.join("\n"))
        };
        assert_eq!(shown(rule), shown(&file.rule));
        assert_eq!(entry.prose(), file.prose);
        assert_eq!(format!("{:?}", entry.examples()), format!("{:?}", file.examples));
    }
}
