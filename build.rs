//! Converts the rule pack from YAML into what the binary carries: the heads, which every run needs, as Rust, so that nothing is read at
//! start-up; the logic and the texts, of which a run needs a part, in a form that is quick to read; the examples as JSON. It converts
//! only: the types and their validation live in the library.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a build that cannot go on has nobody to return an error to"
)]

#[path = "src/rules/language/name_hash.rs"]
mod name_hash;
#[path = "src/exceptions/names.rs"]
#[expect(dead_code, reason = "the library uses the rest")]
mod names;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Keys of a rule file that are for people.
const PROSE: [&str; 6] = ["harm", "false-alarms", "gate", "why", "remediation", "references"];

/// The profiles, as `rules/language/lists.rs` of the library lists them: a rule's own are bits in this order.
const PROFILES: [&str; 4] = ["core", "conformance", "strict", "proposed-2025"];

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=data");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut files = Vec::new();
    collect(Path::new("rules"), 0, &mut files);
    files.sort();

    // Of the pack a run reads only the pieces that it wants, at the places that the heads tell.
    let mut rules: Vec<(String, Map<String, Value>)> = Vec::new();
    for file in files {
        let Value::Object(fields) = read(&file) else { panic!("{}: a rule file is a map", file.display()) };
        let id = fields.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        assert_eq!(
            file.file_stem().and_then(|stem| stem.to_str()),
            Some(id.as_str()),
            "{}: a rule file is named after its rule",
            file.display()
        );
        rules.push((id, fields));
    }
    rules.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut pack = String::new();
    let mut all_examples = String::new();
    let mut heads = String::new();
    let mut by_target: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut by_name: BTreeMap<(String, String), BTreeSet<usize>> = BTreeMap::new();
    for (index, (_, mut fields)) in rules.into_iter().enumerate() {
        let targets = targets(&fields);
        for target in &targets {
            by_target.entry(target.clone()).or_default().push(index);
        }
        for (tool, name) in aliases(&fields) {
            let key = names::key(&tool, &name).to_owned();
            by_name.entry((tool, key)).or_default().insert(index);
        }
        let examples = fields.shift_remove("examples").unwrap_or_else(|| json!({}));
        let examples = append(&mut all_examples, &examples.to_string());
        heads.push_str(&head(&fields, &targets, &mut pack, &examples));
    }
    let count = by_target.values().flatten().max().map_or(0, |last| last + 1);
    let general: Vec<&String> = by_target.keys().filter(|name| !name.contains("::") || name.contains('*')).collect();
    let general = format!("static GENERAL: &[&str] = &{general:?};\n");
    let mut by_hash: Vec<(u64, String)> = by_target
        .iter()
        .map(|(target, rules)| (name_hash::name_hash(target), format!("({target:?}, &{rules:?}),\n")))
        .collect();
    by_hash.sort();
    let (hashes, by_target): (Vec<u64>, Vec<String>) = by_hash.into_iter().unzip();
    let by_target = by_target.concat();
    write(
        &out.join("heads.rs"),
        &format!(
            "static HEADS: [Head; {count}] = [\n{heads}];\nstatic BY_TARGET: &[(&str, &[u16])] = &[\n{by_target}];\n\
             static TARGET_HASHES: &[u64] = &{hashes:?};\n{general}{}",
            tables_of_names(&by_name)
        ),
    );
    write(&out.join("pack.txt"), &pack);
    write(&out.join("examples.json"), &all_examples);
    write(&out.join("controls.txt"), &packed(&read(Path::new("rules/controls.yaml"))));
    write_starts(Path::new("data"), &out);
    let versions = [("RULES", "rules"), ("FACTS", "data")].map(|(name, folder)| {
        format!("/// SHA-256 of the files of `{folder}`.\npub const {name}: &str = {:?};\n", digest(Path::new(folder)))
    });
    write(&out.join("versions.rs"), &versions.concat());
    for name in ["profiles", "runtime", "services", "frameworks", "nist-800-53"] {
        write(&out.join(format!("{name}.json")), &read(&Path::new("rules").join(format!("{name}.yaml"))).to_string());
    }
}

/// SHA-256 of the files below a folder, in the order of their names: of each, its name, the number of its bytes, and these.
fn digest(folder: &Path) -> String {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).expect("a folder of the project").flatten().map(|entry| entry.path()));
        } else {
            files.push((path.to_str().expect("a name in UTF-8").replace('\\', "/"), path));
        }
    }
    files.sort();
    let mut sum = Sha256::new();
    for (name, path) in files {
        let bytes = fs::read(path).expect("a file of the project");
        sum.update(format!("{name} {}\n", bytes.len()));
        sum.update(bytes);
    }
    sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes where the lines of each file of facts start, behind its header, so that a search in it reads no line as a whole.
fn write_starts(folder: &Path, out: &Path) {
    for path in fs::read_dir(folder).expect("a folder of facts").flatten().map(|entry| entry.path()) {
        let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| name.ends_with(".txt")) else {
            continue;
        };
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let header: usize = text.split_inclusive('\n').take_while(|line| line.starts_with('#')).map(str::len).sum();
        let mut starts = Vec::new();
        let mut at = 0;
        for line in text[header..].split_inclusive('\n') {
            if !line.trim_end_matches('\n').is_empty() {
                starts.push(at);
            }
            at += line.len();
        }
        write(&out.join(format!("{name}.starts")), &format!("&{starts:?}"));
    }
}

/// The head of a rule as an expression of the library's type; adds the rest of the rule to the pack. What is missing here the library
/// complains of when it reads the rule.
fn head(fields: &Map<String, Value>, targets: &[String], pack: &mut String, examples: &Range<usize>) -> String {
    let text = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default();
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
    let listed = fields.get("profiles").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let profiles = listed.fold(0, |all, name| {
        let place = PROFILES.iter().position(|known| *known == name).unwrap_or_else(|| panic!("no profile `{name}`"));
        all | 1_u8 << place
    });
    let mut meta = picked(fields, &["title", "controls", "aliases"]);
    meta.insert("targets".to_owned(), targets.into());
    let mut add = |part: Map<String, Value>| append(pack, &packed(&Value::Object(part)));
    let (meta, logic, prose) = (add(meta), add(logic(fields)), add(picked(fields, &PROSE)));
    let fixes = fixes(fields).map_or(0..0, add);
    format!(
        "Head {{ id: {:?}, level: Level::{level}, severity: RuleSeverity::{severity}, kind: RuleKind::{kind}, \
         profiles: {profiles}, is_about_exceptions: {}, meta: {}, logic: {}, prose: {}, \
         fixes: {}, examples: {} }},\n",
        text("id"),
        targets.iter().any(|target| target == "exceptions"),
        place(&meta),
        place(&logic),
        place(&prose),
        place(&fixes),
        place(examples),
    )
}

/// A place in a blob as an expression.
fn place(range: &Range<usize>) -> String {
    format!("Place({}, {})", range.start, range.end)
}

/// What runs of a rule. Its checks are packed apart, so that a run reads those whose targets a template has.
fn logic(fields: &Map<String, Value>) -> Map<String, Value> {
    let keys = ["message", "parameters", "exception", "evidence", "newer-than-schemas"];
    let mut logic = picked(fields, &keys);
    let further = fields.get("checks").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    let own = fields.contains_key("assert").then(|| picked(fields, &["resources", "when", "assert"]));
    let checks = own.into_iter().chain(further.cloned()).map(|mut check| {
        let targets = check.shift_remove("resources").unwrap_or_default();
        check.shift_remove("fix");
        json!({ "targets": targets, "body": packed(&apart(Value::Object(check))) })
    });
    logic.insert("checks".to_owned(), checks.collect());
    logic
}

/// What fixes the findings of a rule and of those of its checks that have their own fix; none if nothing does.
fn fixes(fields: &Map<String, Value>) -> Option<Map<String, Value>> {
    let further = fields.get("checks").and_then(Value::as_array).into_iter().flatten();
    let fix = |fields: &Value| fields.get("fix").map_or(Value::Null, |fix| with_packed_conditions(fix.clone()));
    let own = fields.contains_key("assert").then_some(Value::Null);
    let checks: Vec<Value> = own.into_iter().chain(further.map(fix)).collect();
    let mut fixes = Map::new();
    if let Some(own) = fields.get("fix") {
        fixes.insert("own".to_owned(), with_packed_conditions(own.clone()));
    }
    if checks.iter().any(|check| !check.is_null()) {
        fixes.insert("checks".to_owned(), checks.into());
    }
    (!fixes.is_empty()).then_some(fixes)
}

/// A fix, or a list of them, with its condition as a check has its own.
fn with_packed_conditions(fix: Value) -> Value {
    match fix {
        Value::Array(all) => all.into_iter().map(with_packed_conditions).collect(),
        Value::Object(mut fields) => {
            for key in ["when", "when-always", "unless", "unless-ever"] {
                if let Some(when) = fields.get_mut(key) {
                    *when = packed(&apart(when.take())).into();
                }
            }
            fields.into()
        }
        other => other,
    }
}

/// A check with each of its assertions packed apart, as a text, so that a run reads those that it comes to.
fn apart(value: Value) -> Value {
    let assertion = |value: Value| if value.is_object() { packed(&apart(value)).into() } else { value };
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(key, value)| {
                let value = match (key.as_str(), value) {
                    ("when" | "assert" | "where" | "not", value) => assertion(value),
                    ("all" | "any", Value::Array(items)) => items.into_iter().map(assertion).collect(),
                    (_, value) => apart(value),
                };
                (key, value)
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(apart).collect(),
        other => other,
    }
}

/// The names of a rule in other tools, each with its tool.
fn aliases(fields: &Map<String, Value>) -> Vec<(String, String)> {
    let tools = fields.get("aliases").and_then(Value::as_object).into_iter().flatten();
    let named = tools.flat_map(|(tool, names)| {
        let names = names.as_array().into_iter().flatten().filter_map(Value::as_str);
        names.map(|name| (tool.clone(), name.to_owned()))
    });
    named.collect()
}

/// The tables of rules by their names in other tools. They have no references but a few, each of which every start would relocate.
fn tables_of_names(by_name: &BTreeMap<(String, String), BTreeSet<usize>>) -> String {
    let (mut lines, mut table) = (String::new(), Vec::new());
    for ((tool, name), rules) in by_name {
        let line = append(&mut lines, &format!("{tool}\t{name}"));
        let hash = name_hash::pair_hash(tool, name);
        table.extend(rules.iter().map(|rule| (hash, line.start, line.end, *rule)));
    }
    table.sort_unstable();
    let tools: BTreeSet<&String> = by_name.keys().map(|(tool, _)| tool).collect();
    let tools: Vec<&String> = tools.into_iter().collect();
    format!(
        "static NAMES: &str = {lines:?};\nstatic BY_NAME: &[(u64, u32, u32, u16)] = &{table:?};\nstatic TOOLS: &[&str] = &{tools:?};\n"
    )
}

/// Some of the entries of a map.
fn picked(fields: &Map<String, Value>, keys: &[&str]) -> Map<String, Value> {
    keys.iter().filter_map(|key| Some(((*key).to_owned(), fields.get(*key)?.clone()))).collect()
}

/// A document as `rules/language/packed.rs` of the library reads it.
fn packed(value: &Value) -> String {
    /// A number of 14 bits as two characters.
    fn number(number: usize, out: &mut String) {
        assert!(number < 1 << 14, "{number} is too large for the pack");
        for seven in [number >> 7, number & 0x7f] {
            out.push(char::from(u8::try_from(seven).expect("seven bits")));
        }
    }
    fn text(text: &str, out: &mut String) {
        number(text.len(), out);
        out.push_str(text);
    }
    fn write(value: &Value, out: &mut String) {
        match value {
            Value::Null => out.push('0'),
            Value::Bool(false) => out.push('f'),
            Value::Bool(true) => out.push('t'),
            Value::Number(own) => {
                out.push('n');
                text(&own.to_string(), out);
            }
            Value::String(own) => {
                out.push('s');
                text(own, out);
            }
            Value::Array(items) => {
                out.push('l');
                number(items.len(), out);
                items.iter().for_each(|item| write(item, out));
            }
            Value::Object(fields) => {
                out.push('m');
                number(fields.len(), out);
                for (key, value) in fields {
                    text(key, out);
                    write(value, out);
                }
            }
        }
    }
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// Adds a document to a blob, on a line of its own. Gives its place.
fn append(blob: &mut String, document: &str) -> Range<usize> {
    let start = blob.len();
    blob.push_str(document);
    let end = blob.len();
    blob.push('\n');
    start..end
}

/// Every kind of block that some check of a rule looks at, so that a run can pass over rules without reading them.
fn targets(fields: &Map<String, Value>) -> Vec<String> {
    let mut targets: Vec<String> = Vec::new();
    let checks = fields.get("checks").and_then(Value::as_array).into_iter().flatten();
    let lists = checks.filter_map(|check| check.get("resources")).chain(fields.get("resources"));
    for target in lists.filter_map(Value::as_array).flatten().filter_map(Value::as_str) {
        if !targets.iter().any(|known| known == target) {
            targets.push(target.to_owned());
        }
    }
    targets
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
