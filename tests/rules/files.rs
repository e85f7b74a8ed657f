//! Which rules are tried: the pack that the binary carries, or the files of a folder.

use hipaalint::rules::load::{RuleEntry, RuleSet};
use std::path::{Path, PathBuf};

/// The folder whose rules are tried, where `RULES_DIR` names one: a rule is tried as it is written, without building
/// anything again.
fn tried() -> Option<PathBuf> {
    std::env::var_os("RULES_DIR").map(PathBuf::from)
}

/// The pack that the binary carries, or that of `RULES_DIR`.
pub fn pack() -> RuleSet {
    if tried().is_none() {
        return RuleSet::embedded();
    }
    let mut rules = RuleSet::default();
    for file in rule_files() {
        rules.add_file(&file).unwrap_or_else(|error| panic!("{error}"));
    }
    rules
}

/// What it takes to try a rule: its file alone, where a folder is tried, since reading all takes long. A rule about exceptions
/// needs those that they waive.
pub fn trying(entry: &RuleEntry) -> RuleSet {
    match &entry.file {
        Some(file) if !entry.is_about_exceptions() => {
            let mut rules = RuleSet::default();
            rules.add_file(file).unwrap_or_else(|error| panic!("{error}"));
            rules
        }
        _ => pack(),
    }
}

/// The files of the pack: those in the folders of services.
pub fn rule_files() -> Vec<PathBuf> {
    let folder = tried().unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"));
    let files = walkdir::WalkDir::new(folder).min_depth(2).sort_by_file_name();
    let is_rule = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "yaml");
    files.into_iter().map(|entry| entry.unwrap().into_path()).filter(is_rule).collect()
}
