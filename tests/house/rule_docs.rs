//! `docs/rules/`, `docs/controls.md` and `docs/core.md` are generated from the rules, and the analyses in `docs/rule-language.md` from
//! their table, and the names of cdk-nag in `docs/cdk.md`. `DOCS_UPDATE=1 cargo test --test house rule_docs` writes them.

use hipaalint::catalogue::{citations_page, core_page, fixes_page, index_page, rule_page};
use hipaalint::rules::analysis::{ANALYSES, Row};
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
    documents.insert(folder.join("fixes.md"), fixes_page(&entries));
    documents.insert(PathBuf::from("docs/controls.md"), citations_page(&rules));
    documents.insert(PathBuf::from("docs/core.md"), core_page(&rules));
    documents
}

/// The document on the language, with the rows of its table of analyses as the code has them.
fn language(document: &str) -> String {
    let rows: String = ANALYSES.iter().map(row).collect();
    with_rows(document, "| analysis | on | true if |\n| --- | --- | --- |\n", &rows)
}

/// A document with these rows below the head of a table.
fn with_rows(document: &str, head: &str, rows: &str) -> String {
    let (before, rest) = document.split_once(head).unwrap();
    let after = rest.trim_start_matches('\n');
    let after = if after.starts_with('|') { after.split_once("\n\n").map_or("", |(_, after)| after) } else { after };
    let end = if after.is_empty() { "" } else { "\n" };
    format!("{before}{head}{rows}{end}{after}")
}

/// The document on the CDK, with the rules that have names in cdk-nag.
fn of_cdk(document: &str) -> String {
    const PACK: &str = "HIPAA.Security-";
    let rules = RuleSet::embedded();
    let mut rows: BTreeMap<(bool, &str), Vec<&RuleEntry>> = BTreeMap::new();
    for entry in rules.entries() {
        for name in entry.meta.aliases.get("cdk-nag").into_iter().flatten() {
            rows.entry((name.starts_with(PACK), name)).or_default().push(entry);
        }
    }
    let of = |wanted: bool| -> String {
        let own = rows.iter().filter(|((is_pack, _), _)| *is_pack == wanted);
        own.flat_map(|((_, name), entries)| {
            entries.iter().map(move |entry| {
                let (id, profile) = (&entry.meta.id, entry.meta.profiles.first().map_or("", String::as_str));
                format!("| `{name}` | [`{id}`](rules/{id}.md) | {profile} |\n")
            })
        })
        .collect()
    };
    let document = with_rows(document, "| cdk-nag | hipaalint | profile |\n| --- | --- | --- |\n", &of(true));
    with_rows(&document, "| cdk-nag, other packs | hipaalint | profile |\n| --- | --- | --- |\n", &of(false))
}

fn row(row: &Row) -> String {
    let word = |(word, note): &(&str, &str)| match *note {
        "" => format!("`{{{word}}}`"),
        note => format!("`{{{word}}}` ({note})"),
    };
    let words: Vec<String> = row.words.iter().map(word).collect();
    let words = match words.as_slice() {
        [] => String::new(),
        [only] => format!(". Word: {only}"),
        words => format!(". Words: {}", words.join(", ")),
    };
    format!("| {} | {} | {}{words} |\n", row.operands, row.on, row.decides)
}

#[test]
fn documents_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let update = env::var_os("DOCS_UPDATE").is_some();
    let mut wanted = wanted();
    let of_language = PathBuf::from("docs/rule-language.md");
    let document = fs::read_to_string(root.join(&of_language)).unwrap();
    wanted.insert(of_language, language(&document));
    let cdk = PathBuf::from("docs/cdk.md");
    let document = fs::read_to_string(root.join(&cdk)).unwrap();
    wanted.insert(cdk, of_cdk(&document));
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
