//! Everything that people read is in plain American English: the words below stay out of it. Read are the rule files, the
//! documentation, the snapshots of reports, the texts in the source, the schemas and the help.
//!
//! `cargo test --test house words` names each place with the words to use instead. What has to stay is listed in `ALLOWED`, with the
//! reason; an entry that allows nothing is an error, too.

use regex::{Regex, RegexSet};
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

/// What stays out (an expression, whatever the case), and what to write instead. A match of the expression that captures a
/// group named `ok` is fine.
const WORDS: &[(&str, &str)] = &[
    (r"\bmend(s|ed|ing)?\b", "fix (the act), remediation (the text), suggested fix (the edit)"),
    (r"\b(tells?|told|telling)\b", "sets, declares, specifies; reports, states"),
    (r"\b(says?|said|saying|unsaid)\b", "sets, declares, specifies; reports, states; absent, not set"),
    (r"\b(comes?|came|coming) to\b", "result, outcome"),
    (r"(?<ok>\bthere )?\b(is|are|was|were|be) (no|none)\b", "is not a(n) …, is not …"),
    (r"\b(somebody|whoever|whomever|everybody|strangers?)\b", "anyone, any principal, an attacker, the author"),
    (r"\b(keys?|keys? of KMS) of (yours|your own|one's own|its own)\b", "a customer managed key"),
    (r"\bunder (a|an|the|its|their|this|that|AWS's|your|one) (\w+ ){0,3}keys?\b", "with a key"),
    (r"\bin (the )?clear\b", "in plaintext"),
    (r"\bby (itself|himself|herself|themselves)\b", "automatically, by default, alone"),
    (r"\b(for ever|forever)\b", "indefinitely"),
    (r"\bways?\b", "path (of a property), route (of a network), form, method"),
    (
        r"\b(each|every|one|another|this|first|last|next|in its|of a|of the) turns?\b|\bturns? of\b|\bturn(s|ed)? round\b|\bin turns\b",
        "iteration (of a loop)",
    ),
    (r"\banswer(s|ed|ing|able)?\b", "result; responds (HTTP)"),
    (
        r"\b(stands?|stood|lies?|lay|lain) (in|on|at|behind|beside|under|outside|inside|below|above|within|between|next)\b",
        "is in, is on, …",
    ),
    (r"\bwaiv(e|es|ed|ing|er|ers)\b", "suppressed (by an exception), exception"),
    (r"\blets? (in|everyone|anyone|anybody|every \w+ in|any \w+ in)\b|\blet in\b", "grants access to"),
    (
        r"(?:^|[.!:;] )(What|Whoever|Who) [^?.|`]*, (is|are|has|have|can|does|do|gets?|needs?|must)\b[^?]*$",
        "name the thing, then state what it does",
    ),
    (r"\b(is|are) what\b[^?]*\bwants?\b", "name the requirement"),
];

/// What has to stay: the file (a part of its name), the line (a part of it), and why.
const ALLOWED: &[(&str, &str, &str)] = &[];

/// One text that people read: where it is from, and its line there.
struct Text {
    file: String,
    line: usize,
    text: String,
}

fn root() -> PathBuf {
    // Cargo sets it for every test that it runs; run by hand, the test reads the tree that the variable names.
    PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into()))
}

/// Every line of the files below a folder (or of one file) with one of these endings.
fn lines(path: &str, endings: &[&str], texts: &mut Vec<Text>) {
    let root = root();
    let mut read = 0;
    for entry in walkdir::WalkDir::new(root.join(path)).sort_by_file_name() {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        if !entry.file_type().is_file() || !endings.iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        read += 1;
        let text = fs::read_to_string(entry.path()).unwrap();
        let numbered = text.lines().enumerate();
        texts.extend(numbered.map(|(at, line)| Text { file: name.clone(), line: at + 1, text: line.to_owned() }));
    }
    assert!(read > 0, "nothing to read at {path}");
}

/// The literal texts of a Rust file, each with its line. Comments are left out, and so is what follows the attribute of a
/// file's own tests.
fn literals(source: &str) -> Vec<(usize, String)> {
    let source = source.split("#[cfg(test)]\nmod tests").next().unwrap();
    let mut found = Vec::new();
    let (mut line, mut rest) = (1, source);
    while let Some(first) = rest.chars().next() {
        let taken = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(quoted) = rest.strip_prefix('"') {
            let end = closing_quote(quoted);
            found.push((line, quoted[..end].replace("\\n", "\n").replace("\\\"", "\"")));
            end + 2
        } else if let Some(hashes) = raw_hashes(rest) {
            let open = 2 + hashes;
            let close = format!("\"{}", "#".repeat(hashes));
            let end = open + rest[open..].find(&close).unwrap();
            found.push((line, rest[open..end].to_owned()));
            end + close.len()
        } else if let Some(escaped) = rest.strip_prefix("'\\") {
            // The escaped character may be a quote itself.
            2 + escaped[1..].find('\'').unwrap() + 2
        } else if first == '\'' && rest.chars().nth(2) == Some('\'') {
            rest.char_indices().nth(3).map_or(rest.len(), |(at, _)| at)
        } else {
            first.len_utf8()
        };
        let taken = taken.min(rest.len());
        line += rest[..taken].matches('\n').count();
        rest = &rest[taken..];
    }
    found
}

/// Where a text that was opened by a quote ends.
fn closing_quote(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

/// How many hashes open a raw text that begins here.
fn raw_hashes(text: &str) -> Option<usize> {
    let after = text.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then_some(hashes)
}

/// The literal texts of the source.
fn source(texts: &mut Vec<Text>) {
    let root = root();
    for entry in walkdir::WalkDir::new(root.join("src")).sort_by_file_name() {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        if entry.file_type().is_dir()
            || !name.ends_with(".rs")
            || name.ends_with("tests.rs")
            || name.contains("/tests/")
        {
            continue;
        }
        for (line, literal) in literals(&fs::read_to_string(entry.path()).unwrap()) {
            for (at, text) in literal.lines().enumerate() {
                texts.push(Text { file: name.clone(), line: line + at, text: text.to_owned() });
            }
        }
    }
}

/// The help of every command.
fn help(texts: &mut Vec<Text>) {
    let commands = ["", "rules", "explain", "controls", "evaluate", "graph", "init", "completions", "man"];
    for command in commands {
        let mut run = Command::new(env!("CARGO_BIN_EXE_hipaalint"));
        run.args([command, "--help"].iter().filter(|word| !word.is_empty()));
        let output = run.output().unwrap();
        assert!(output.status.success(), "{command} --help");
        let text = String::from_utf8(output.stdout).unwrap();
        let name = format!("hipaalint {command} --help");
        let numbered = text.lines().enumerate();
        texts.extend(numbered.map(|(at, line)| Text { file: name.clone(), line: at + 1, text: line.to_owned() }));
    }
}

/// Everything shown.
fn shown() -> Vec<Text> {
    let mut texts = Vec::new();
    lines("rules", &[".yaml"], &mut texts);
    lines("docs", &[".md"], &mut texts);
    for file in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "Cargo.toml",
        "pyproject.toml",
        "action.yml",
    ] {
        lines(file, &[""], &mut texts);
    }
    lines(".pre-commit-hooks.yaml", &[""], &mut texts);
    lines("fixtures", &[".md"], &mut texts);
    lines("examples", &[".md", ".yaml", ".json"], &mut texts);
    lines("schemas", &[".json"], &mut texts);
    lines("tests", &[".snap"], &mut texts);
    source(&mut texts);
    help(&mut texts);
    texts
}

/// The words that a line must not have, each with what to write instead.
fn complaints<'w>(set: &RegexSet, expressions: &'w [(Regex, &'w str)], line: &str) -> Vec<(String, &'w str)> {
    let mut found = Vec::new();
    for at in set.matches(line) {
        let (expression, instead) = &expressions[at];
        for captures in expression.captures_iter(line) {
            if captures.name("ok").is_none() {
                found.push((captures[0].trim().to_owned(), *instead));
            }
        }
    }
    found
}

fn expressions() -> (RegexSet, Vec<(Regex, &'static str)>) {
    let anycase: Vec<String> = WORDS.iter().map(|(words, _)| format!("(?i){words}")).collect();
    let set = RegexSet::new(&anycase).unwrap();
    let single =
        anycase.iter().zip(WORDS).map(|(words, (_, instead))| (Regex::new(words).unwrap(), *instead)).collect();
    (set, single)
}

#[test]
fn everything_shown_is_in_plain_english() {
    let (set, expressions) = expressions();
    let only = env::var("WORDS").unwrap_or_default();
    let mut used = vec![false; ALLOWED.len()];
    let mut complained = Vec::new();
    for text in shown() {
        for (words, instead) in complaints(&set, &expressions, &text.text) {
            let allowed =
                ALLOWED.iter().position(|(file, line, _)| text.file.contains(file) && text.text.contains(line));
            match allowed {
                Some(at) => used[at] = true,
                None if text.file.contains(&only) => {
                    complained.push(format!("{}:{}: “{words}”, instead: {instead}", text.file, text.line));
                }
                None => {}
            }
        }
    }
    assert!(complained.is_empty(), "{} places:\n{}", complained.len(), complained.join("\n"));
    let idle: Vec<_> = ALLOWED.iter().zip(used).filter(|(_, used)| !used).map(|(entry, _)| entry).collect();
    assert!(idle.is_empty(), "allowed, but nowhere: {idle:?}");
}

#[test]
fn the_list_finds_what_it_should() {
    let (set, expressions) = expressions();
    for line in [
        "the line and the mend",
        "The template does not tell a value",
        "this file is no template",
        "encrypt it with a key of yours",
        "objects under an AWS managed key",
        "the policy lets everyone in",
        "Whoever has the role reads PHI",
        "in this way",
        "It was waived.",
        "What another bucket declares, is not known.",
        "Records lies in a public subnet",
    ] {
        assert!(!complaints(&set, &expressions, line).is_empty(), "passed: {line}");
    }
    for line in [
        "There is no rule `x`.",
        "Turn on encryption.",
        "What does the policy deny? It denies all.",
        "always",
        "in turn",
    ] {
        assert!(complaints(&set, &expressions, line).is_empty(), "complained of: {line}");
    }
    let source = "let a = 'x'; // \"no\"\nlet b: &'static str = \"one \\\" two\";\nlet c = r#\"three\"#; let d = '\"';";
    let found: Vec<String> = literals(source).into_iter().map(|(line, text)| format!("{line} {text}")).collect();
    assert_eq!(found, ["2 one \" two", "3 three"]);
}
