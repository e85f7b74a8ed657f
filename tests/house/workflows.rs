//! The workflows and the action keep their habits: what comes from outside is never part of a script, and nothing runs that can change.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The action and the workflows: their names, and their lines.
fn files() -> Vec<(String, Vec<String>)> {
    let folder = root().join(".github/workflows");
    let workflows = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = workflows.chain([root().join("action.yml")]).collect();
    paths.sort();
    assert!(paths.len() > 3);
    let read = |path: PathBuf| {
        let lines = fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
        (path.file_name().unwrap().to_str().unwrap().to_owned(), lines)
    };
    paths.into_iter().map(read).collect()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The lines of scripts: those of `run:`, and those below it.
fn scripts(lines: &[String]) -> Vec<&str> {
    let mut scripts = Vec::new();
    let mut inside: Option<usize> = None;
    for line in lines.iter().filter(|line| !line.trim().is_empty()) {
        if inside.is_some_and(|outer| indent(line) <= outer) {
            inside = None;
        }
        let key = line.trim_start().trim_start_matches("- ");
        if inside.is_some() {
            scripts.push(line.as_str());
        } else if key.starts_with("run:") {
            inside = Some(indent(line) + line.trim_start().len() - key.len());
            scripts.push(line.as_str());
        }
    }
    scripts
}

#[test]
fn nothing_from_outside_is_part_of_a_script() {
    for (name, lines) in files() {
        let scripts = scripts(&lines);
        assert!(!scripts.is_empty(), "{name}");
        for line in scripts {
            assert!(!line.contains("${{"), "{name}: put it into `env`: {}", line.trim());
        }
    }
}

#[test]
fn every_action_is_pinned_by_its_commit() {
    for (name, lines) in files() {
        for (number, line) in (1..).zip(&lines) {
            let Some(used) = line.trim_start().trim_start_matches("- ").strip_prefix("uses: ") else { continue };
            let is_commit = |rest: &str| rest.len() > 40 && rest[..40].bytes().all(|byte| byte.is_ascii_hexdigit());
            let is_pinned = used.split_once('@').is_some_and(|(_, rest)| is_commit(rest) && rest.contains(" # v"));
            assert!(used.starts_with("./") || is_pinned, "{name}:{number}: {used}");
            if used.contains("actions/checkout@") {
                let after = lines[number..].iter().take(3).any(|line| line.trim() == "persist-credentials: false");
                assert!(after, "{name}:{number}: leaves the token in the checkout");
            }
        }
    }
    let docker = fs::read_to_string(root().join("Dockerfile")).unwrap();
    for from in docker.lines().filter(|line| line.starts_with("FROM ")) {
        assert!(from.contains("@sha256:") || from == "FROM scratch", "{from}");
    }
}

/// A workflow of `pull_request_target` has a token, and its files are those of anyone.
#[test]
fn no_example_gives_a_token_to_files_of_anyone() {
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let documents = docs.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    for path in documents.chain([root().join("README.md")]) {
        let text = fs::read_to_string(&path).unwrap();
        let blocks = text.split("```").skip(1).step_by(2);
        assert!(!blocks.into_iter().any(|block| block.contains("pull_request_target")), "{}", path.display());
    }
    assert!(files().iter().all(|(_, lines)| !lines.iter().any(|line| line.contains("pull_request_target"))));
}
