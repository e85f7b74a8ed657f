//! Which rules are tried: the pack that the binary carries, or the files of a folder.

use hipaalint::files::Files;
use hipaalint::rules::load::{self, RuleSet, read_file};
use hipaalint::rules::rule::RuleFile;
use hipaalint::trial::Subject;
use std::path::{Path, PathBuf};

/// A rule with its file.
pub struct Tried {
    pub path: PathBuf,
    pub text: String,
    pub file: RuleFile,
}

impl Tried {
    fn read(path: PathBuf) -> Self {
        let text = read_file(&path, &Files::here()).unwrap_or_else(|error| panic!("{error}"));
        let file = RuleFile::read(&path, &text).unwrap_or_else(|error| panic!("{error}"));
        Self { path, text, file }
    }

    pub fn subject<'s>(&'s self, others: &'s (dyn Fn() -> RuleSet + Sync)) -> Subject<'s> {
        Subject { path: &self.path, file: &self.file, others }
    }
}

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
    for Tried { path, file, .. } in all() {
        rules.put(&path, file);
    }
    rules
}

/// The files of the pack whose ids contain `RULE`.
pub fn pack_files() -> Vec<Tried> {
    let only = std::env::var("RULE").unwrap_or_default();
    all().filter(|tried| tried.file.rule.meta.id.contains(&only)).collect()
}

/// The rules in a folder of the project.
pub fn user_files(folder: &str) -> Vec<Tried> {
    load::rule_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &Files::here()).map(Tried::read).collect()
}

/// The files of the pack: those in the folders of services.
pub fn rule_files() -> Vec<PathBuf> {
    let folder = tried().unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"));
    load::rule_files(&folder, &Files::here()).filter(|file| file.parent() != Some(&folder)).collect()
}

/// The rules in them.
fn all() -> impl Iterator<Item = Tried> {
    rule_files().into_iter().map(Tried::read)
}
