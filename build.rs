//! Converts the rule pack from YAML into JSON that the binary carries: the logic, which every run may need, apart from the
//! texts, which only some do. It converts only: the types and their validation live in the library.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a build that cannot go on has nobody to return an error to"
)]

use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Keys of a rule file that are for people.
const PROSE: [&str; 4] = ["why", "remediation", "references", "examples"];

fn main() {
    println!("cargo::rerun-if-changed=rules");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut files = Vec::new();
    collect(Path::new("rules"), 0, &mut files);
    files.sort();

    // The index is read by every run; of the other two only the pieces that are wanted, at the places that it tells.
    let mut index: Vec<Value> = Vec::new();
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
        let mut head = Map::new();
        for key in ["id", "title", "level", "profiles", "controls", "aliases"] {
            if let Some(value) = fields.get(key) {
                head.insert(key.to_owned(), value.clone());
            }
        }
        head.insert("targets".to_owned(), targets(fields));
        head.insert("logic".to_owned(), append(&mut logic, &rule));
        head.insert("prose".to_owned(), append(&mut prose, &Value::Object(texts)));
        index.push(Value::Object(head));
    }
    index.sort_by(|a, b| a["id"].as_str().cmp(&b["id"].as_str()));
    write(&out.join("index.json"), &Value::Array(index).to_string());
    write(&out.join("logic.json"), &logic);
    write(&out.join("prose.json"), &prose);
    for name in ["controls", "profiles", "runtime"] {
        write(&out.join(format!("{name}.json")), &read(&Path::new("rules").join(format!("{name}.yaml"))).to_string());
    }
}

/// Adds a document to a blob, on a line of its own. Gives its first byte and the one past its last.
fn append(blob: &mut String, document: &Value) -> Value {
    let start = blob.len();
    blob.push_str(&document.to_string());
    let end = blob.len();
    blob.push('\n');
    json!([start, end])
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
    json!(targets)
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
