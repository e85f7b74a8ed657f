//! Converts the rule pack from YAML into what the binary carries: the heads, which every run needs, as Rust, so that nothing is read at
//! start-up; as JSON the logic, which some runs need, apart from the texts, which fewer do. It converts only: the types and their
//! validation live in the library.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a build that cannot go on has nobody to return an error to"
)]

use serde_json::{Map, Value};
use std::fmt::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Keys of a rule file that are for people.
const PROSE: [&str; 7] = ["harm", "false-alarms", "gate", "why", "remediation", "references", "examples"];

fn main() {
    println!("cargo::rerun-if-changed=rules");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut files = Vec::new();
    collect(Path::new("rules"), 0, &mut files);
    files.sort();

    // Of the blobs a run reads only the pieces that it wants, at the places that the heads tell.
    let mut heads: Vec<(String, String)> = Vec::new();
    let mut logic = String::new();
    let mut prose = String::new();
    for file in files {
        let mut rule = read(&file);
        let fields = rule.as_object_mut().unwrap_or_else(|| panic!("{}: a rule file is a map", file.display()));
        let id = fields.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        assert_eq!(
            file.file_stem().and_then(|stem| stem.to_str()),
            Some(id.as_str()),
            "{}: a rule file is named after its rule",
            file.display()
        );
        let texts: Map<String, Value> =
            PROSE.iter().filter_map(|key| Some(((*key).to_owned(), fields.shift_remove(*key)?))).collect();
        let prose = append(&mut prose, &Value::Object(texts));
        let logic = append(&mut logic, &Value::Object(fields.clone()));
        heads.push((id, head(fields, &logic, &prose)));
    }
    heads.sort();
    let listed: String = heads.iter().map(|(_, head)| head.as_str()).collect();
    write(&out.join("heads.rs"), &format!("static HEADS: [Head; {}] = [\n{listed}];\n", heads.len()));
    write(&out.join("logic.json"), &logic);
    write(&out.join("prose.json"), &prose);
    for name in ["controls", "profiles", "runtime", "services", "frameworks", "nist-800-53"] {
        write(&out.join(format!("{name}.json")), &read(&Path::new("rules").join(format!("{name}.yaml"))).to_string());
    }
}

/// The head of a rule as an expression of the library's type. What is missing here the library complains of when it reads the logic.
fn head(fields: &Map<String, Value>, logic: &Range<usize>, prose: &Range<usize>) -> String {
    let text = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default();
    let texts = |value: Option<&Value>| {
        let items: Vec<&str> =
            value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        format!("&{items:?}")
    };
    let list = |key: &str| texts(fields.get(key));
    let mut aliases = String::new();
    for (tool, names) in fields.get("aliases").and_then(Value::as_object).into_iter().flatten() {
        write!(aliases, "({tool:?}, {}), ", texts(Some(names))).expect("a text takes any text");
    }
    let level = match text("level") {
        "error" => "Error",
        "warning" => "Warning",
        _ => "Note",
    };
    let severity = match (text("severity"), level) {
        ("critical", _) => "Critical",
        ("high", _) | ("", "Error") => "High",
        ("medium", _) | ("", "Warning") => "Medium",
        _ => "Low",
    };
    let kind = match text("kind") {
        "supporting" => "Supporting",
        _ => "Safeguard",
    };
    format!(
        "Head {{ id: {:?}, title: {:?}, level: Level::{level}, severity: RuleSeverity::{severity}, kind: RuleKind::{kind}, profiles: {}, controls: {}, aliases: &[{aliases}], \
         targets: {}, parameters: {}, logic: {logic:?}, prose: {prose:?} }},\n",
        text("id"),
        text("title"),
        list("profiles"),
        list("controls"),
        texts(Some(&targets(fields))),
        parameters(fields),
    )
}

/// The names of a rule's parameters, as an expression.
fn parameters(fields: &Map<String, Value>) -> String {
    let names: Vec<&str> = fields
        .get("parameters")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect();
    format!("&{names:?}")
}

/// Adds a document to a blob, on a line of its own. Gives its place.
fn append(blob: &mut String, document: &Value) -> Range<usize> {
    let start = blob.len();
    blob.push_str(&document.to_string());
    let end = blob.len();
    blob.push('\n');
    start..end
}

/// Every kind of block that some check of a rule looks at, so that a run can pass over rules without reading them.
fn targets(fields: &Map<String, Value>) -> Value {
    let mut targets: Vec<Value> = Vec::new();
    let checks = fields.get("checks").and_then(Value::as_array).into_iter().flatten();
    let lists = checks.filter_map(|check| check.get("resources")).chain(fields.get("resources"));
    for target in lists.filter_map(Value::as_array).flatten() {
        if !targets.contains(target) {
            targets.push(target.clone());
        }
    }
    Value::Array(targets)
}

/// Rule files: those in the folders of services, not the lists beside the folders.
fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, depth + 1, files);
        } else if depth > 0 && path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
}

fn read(file: &Path) -> Value {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn write(file: &Path, text: &str) {
    fs::write(file, text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
}
