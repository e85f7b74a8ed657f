//! Which rules are tried: the pack that the binary carries, or the files of a folder.

use hipaalint::rules::load::{RuleSet, read_file, rule_files};
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
        let text = read_file(&path).unwrap_or_else(|error| panic!("{error}"));
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
    for Tried { path, file, .. } in files_in(&folder()) {
        rules.put(&path, file);
    }
    rules
}

/// The files of the pack whose ids contain `RULE`.
pub fn pack_files() -> Vec<Tried> {
    let only = std::env::var("RULE").unwrap_or_default();
    files_in(&folder()).into_iter().filter(|tried| tried.file.rule.meta.id.contains(&only)).collect()
}

/// The rules in a folder of the project.
pub fn user_files(folder: &str) -> Vec<Tried> {
    rule_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).map(Tried::read).collect()
}

fn folder() -> PathBuf {
    tried().unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"))
}

/// The rule files of a pack: those in the folders of services.
fn files_in(folder: &Path) -> Vec<Tried> {
    rule_files(folder).filter(|file| file.parent() != Some(folder)).map(Tried::read).collect()
}
