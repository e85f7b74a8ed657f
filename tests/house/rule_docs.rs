//! `docs/rules/`, `docs/controls.md` and `docs/core.md` are generated from the rules. `DOCS_UPDATE=1 cargo test --test house rule_docs` writes them.

use hipaalint::catalogue::{citations_page, core_page, index_page, rule_page};
use hipaalint::rules::load::{RuleEntry, RuleSet};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The documents by their places, from the project's folder.
fn wanted() -> BTreeMap<PathBuf, String> {
    let rules = RuleSet::embedded();
    let folder = Path::new("docs/rules");
    let page = |entry: &RuleEntry| (folder.join(format!("{}.md", entry.meta.id)), rule_page(entry));
    let mut documents: BTreeMap<PathBuf, String> = rules.entries().iter().map(page).collect();
    let entries: Vec<_> = rules.entries().iter().collect();
    documents.insert(folder.join("README.md"), index_page(&entries));
    documents.insert(PathBuf::from("docs/controls.md"), citations_page(&rules));
    documents.insert(PathBuf::from("docs/core.md"), core_page(&rules));
    documents
}

#[test]
fn documents_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let update = env::var_os("DOCS_UPDATE").is_some();
    let wanted = wanted();
    let mut complaints = Vec::new();
    for (name, text) in &wanted {
        let file = root.join(name);
        if fs::read_to_string(&file).ok().as_ref() == Some(text) {
            continue;
        }
        if update {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        } else {
            complaints.push(format!("{} is not up to date", name.display()));
        }
    }
    for file in fs::read_dir(root.join("docs/rules")).unwrap() {
        let name = Path::new("docs/rules").join(file.unwrap().file_name());
        if wanted.contains_key(&name) {
            continue;
        }
        if update {
            fs::remove_file(root.join(name)).unwrap();
        } else {
            complaints.push(format!("{} has no rule", name.display()));
        }
    }
    assert!(
        complaints.is_empty(),
        "\n{}\n`DOCS_UPDATE=1 cargo test --test house rule_docs` writes them.",
        complaints.join("\n")
    );
}

/// Lines of a generated page have a length that people can read and compare, except tables, code and long words.
#[test]
fn lines_are_wrapped() {
    for (name, text) in wanted() {
        let mut is_code = false;
        for line in text.lines() {
            is_code ^= line.starts_with("```");
            let is_text = !is_code && !line.starts_with(['|', '<']);
            let is_one_word = !line.trim_start_matches("- ").trim().contains(' ');
            assert!(!is_text || is_one_word || line.chars().count() <= 100, "{}: {line}", name.display());
        }
    }
}
