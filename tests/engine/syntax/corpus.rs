//! Real templates, read by this crate and by serde's readers: the same values, and spans that hold them.

use crate::skipped::skipped;
use crate::syntax::support::{self, Plain};
use hipaalint::source::SourceId;
use hipaalint::syntax::{self, Language, Node};
use std::path::PathBuf;

/// The real templates, or nothing, with a line on the terminal, if they are absent.
pub fn files() -> Vec<(PathBuf, String)> {
    let folder = std::env::var_os("HIPAALINT_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    if !folder.is_dir() {
        skipped(&format!("no sample templates at {} (set HIPAALINT_CORPUS)", folder.display()));
        return Vec::new();
    }
    let mut files: Vec<(PathBuf, String)> = walkdir::WalkDir::new(&folder)
        .into_iter()
        .map(|entry| entry.expect("a readable folder").into_path())
        .filter(|path| path.extension().is_some_and(|end| end == "json" || end == "yaml" || end == "yml"))
        .map(|path| (path.clone(), std::fs::read_to_string(path).expect("a readable file")))
        .collect();
    files.sort();
    assert!(files.len() > 100, "the folder of templates looks wrong: {} files", files.len());
    files
}

fn is_json(path: &std::path::Path) -> bool {
    path.extension().is_some_and(|end| end == "json")
}

#[test]
fn json_has_the_values_that_serde_json_reads() {
    for (path, text) in files().iter().filter(|(path, _)| is_json(path)) {
        let document = syntax::parse(text, SourceId(3)).unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
        assert_eq!(document.language, Language::Json, "{}", path.display());
        let expected: serde_json::Value = serde_json::from_str(text).expect("serde_json reads it too");
        assert_eq!(support::plain(&document.root), Plain::from_json(&expected), "{}", path.display());
        support::assert_spans(&document, text, SourceId(3));
    }
}

#[test]
fn yaml_has_the_values_that_serde_yaml_reads() {
    for (path, text) in files().iter().filter(|(path, _)| !is_json(path)) {
        let document = match syntax::parse(text, SourceId(3)) {
            Ok(document) => document,
            Err(error) => {
                let refused: Result<serde_yaml::Value, _> = serde_yaml::from_str(text);
                assert!(refused.is_err(), "{}: only this crate refuses it: {error:?}", path.display());
                continue;
            }
        };
        let expected: serde_yaml::Value = serde_yaml::from_str(text).expect("serde_yaml reads it too");
        assert_eq!(support::plain_1_2(&document.root, text), Plain::from_yaml(&expected), "{}", path.display());
        support::assert_spans(&document, text, SourceId(3));
    }
}

#[test]
fn json_read_as_yaml_is_the_same_tree() {
    for (path, text) in files().iter().filter(|(path, text)| is_json(path) && !text.contains('\t')) {
        let json = syntax::json::parse(text, SourceId(0)).expect("JSON");
        let yaml =
            syntax::yaml::parse(text, SourceId(0)).unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
        assert_eq!(support::plain(&json.root), support::plain(&yaml.root), "{}", path.display());
        assert_eq!(places(&json.root), places(&yaml.root), "{}", path.display());
    }
}

/// All spans, keys' and values', in the order of the text.
fn places(node: &Node<'_>) -> Vec<(u32, u32)> {
    let mut found = vec![(node.span.start, node.span.end)];
    for item in node.as_sequence().unwrap_or(&[]) {
        found.extend(places(item));
    }
    for entry in node.as_mapping().unwrap_or(&[]) {
        found.push((entry.key_span.start, entry.key_span.end));
        found.extend(places(&entry.value));
    }
    found
}
