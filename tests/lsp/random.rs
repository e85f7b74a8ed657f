//! Random edits: whatever comes, the diagnostics are those of a fresh server that gets the same texts, and the memory stays level.
//!
//! `LSP_EDITS=100000 cargo test --release --test lsp random` makes so many.

use crate::client::{Client, place};
use lsp_server::Notification;
use lsp_types::{Position, Range};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const PARENT: &str = "Resources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: inner.yaml\n      Parameters: {Status: Suspended}\n  Topic: {Type: AWS::SNS::Topic}\nOutputs:\n  Status: {Value: Suspended, Export: {Name: status}}\n";
const INNER: &str = "Parameters:\r\n  Status: {Type: String, Default: Enabled}\r\nResources:\r\n  Records: # 😀\r\n    Type: AWS::S3::Bucket\r\n    Properties:\r\n      VersioningConfiguration: {Status: !Ref Status}\r\n";
const IMPORTER: &str = "Resources:\n  Récords:\n    Type: AWS::S3::Bucket\n    Properties:\n      VersioningConfiguration: {Status: !ImportValue status}\n  Fn::Transform:\n    Name: AWS::Include\n    Parameters: {Location: part.yaml}\n";
const PART: &str = "Queue: {Type: AWS::SQS::Queue}\nOther:\n  Type: AWS::S3::Bucket\n";
const JSON: &str =
    "{\"Resources\": {\"Key😀\": {\"Type\": \"AWS::KMS::Key\", \"Properties\": {\"EnableKeyRotation\": false}}}}";
const CONFIGURATION: &str = "profile: core\nrules:\n  s3-bucket-tls-only: {level: off}\n";
const OUTER: &str = "Resources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: ../inner.yaml\n      Parameters: {Status: Enabled}\n";
const START: [(&str, &str); 7] = [
    ("parent.yaml", PARENT),
    ("inner.yaml", INNER),
    ("importer.yaml", IMPORTER),
    ("part.yaml", PART),
    ("key.json", JSON),
    ("hipaalint.yaml", CONFIGURATION),
    ("sub/outer.yaml", OUTER),
];

/// A folder of the project that is a folder of the workspace now and then.
const FOLDER: &str = "sub";

/// What is inserted.
const WORDS: [&str; 30] = [
    "",
    "",
    "",
    " ",
    "\n",
    "\r\n",
    "\r",
    "  ",
    "    ",
    ": ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "#",
    "😀",
    "é",
    "!Ref Status",
    "Enabled",
    "Type: AWS::S3::Bucket",
    "Fn::If: [A, b, c]",
    "\n  New:\n    Type: AWS::SNS::Topic\n",
    "&a *a",
    "<<: ",
    "\u{feff}",
    "\u{1F468}\u{200D}\u{1F469}",
    "profile: strict\n",
];

/// Numbers that look like chance (xorshift), the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap()
    }
}

/// The byte at a place, in UTF-16, as the protocol describes it.
fn offset(text: &str, at: Position) -> usize {
    let bytes = text.as_bytes();
    let ends_line = |at: usize| bytes[at] == b'\n' || bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    let mut start = 0;
    for _ in 0..at.line {
        match (start..text.len()).find(|at| ends_line(*at)) {
            Some(end) => start = end + 1,
            None => return text.len(),
        }
    }
    let mut units = 0;
    for (index, character) in text[start..].char_indices() {
        units += u32::try_from(character.len_utf16()).unwrap();
        if units > at.character || matches!(character, '\n' | '\r') {
            return start + index;
        }
    }
    text.len()
}

/// The diagnostics that a client shows, by address.
type Shown = BTreeMap<String, Value>;

fn look(client: &mut Client, shown: &mut Shown) {
    for params in client.all_published() {
        if std::env::var("LSP_TRACE").is_ok() {
            eprintln!("  {} {} {}", params["uri"], params["version"], params["diagnostics"].as_array().unwrap().len());
        }
        let uri = params["uri"].as_str().unwrap().to_owned();
        match params["diagnostics"].as_array().unwrap().as_slice() {
            [] => drop(shown.remove(&uri)),
            _ => drop(shown.insert(uri, params["diagnostics"].clone())),
        }
    }
}

/// Says that [`FOLDER`] is a folder of the workspace now, or is none any more.
fn change_folder(client: &Client, is_added: bool) {
    let folder = json!([{ "uri": client.uri(FOLDER), "name": FOLDER }]);
    let (added, removed) = if is_added { (folder, json!([])) } else { (json!([]), folder) };
    client.send(Notification {
        method: "workspace/didChangeWorkspaceFolders".to_owned(),
        params: json!({ "event": { "added": added, "removed": removed } }),
    });
}

/// What a fresh server shows of the same texts.
fn fresh(client: &Client, open: &BTreeMap<&str, (i32, String)>, has_folder: bool) -> Shown {
    let mut other = client.beside();
    if has_folder {
        change_folder(&other, true);
    }
    for (name, (_, text)) in open {
        other.open(name, text);
    }
    let mut shown = Shown::new();
    look(&mut other, &mut shown);
    assert_eq!(other.end().code(), 0);
    shown
}

/// The memory of the process in KiB, where the system tells.
fn memory() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn diagnostics_are_those_of_a_fresh_server_after_each_edit() {
    let edits: usize = std::env::var("LSP_EDITS").ok().map_or(120, |number| number.parse().unwrap());
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    let mut client = Client::new(&START);
    let mut open: BTreeMap<&str, (i32, String)> = BTreeMap::new();
    let mut shown = Shown::new();
    let mut level = None;
    let mut has_folder = false;
    for edit in 0..edits {
        let (name, start) = START[chance.below(START.len())];
        match (open.get_mut(name), chance.below(40)) {
            (None, 0..30) => {
                let text = if chance.below(3) == 0 { start.replace("Suspended", "Enabled") } else { start.to_owned() };
                client.open(name, &text);
                open.insert(name, (1, text));
            }
            (Some(_), 0) => {
                client.close(name);
                open.remove(name);
            }
            (Some((version, text)), 1) => {
                *version += 1;
                start.clone_into(text);
                client.replace(name, *version, text);
            }
            (_, 38) => {
                has_folder = !has_folder;
                change_folder(&client, has_folder);
            }
            (_, 39) => {
                let text = if chance.below(2) == 0 { start.to_owned() } else { start.replace("Enabled", "Suspended") };
                client.write(name, &text);
                client.changed_on_disk(&[name]);
            }
            (Some((version, text)), _) => {
                *version += 1;
                let mut changes = Vec::new();
                for _ in 0..=chance.below(2) {
                    let lines = u32::try_from(text.lines().count()).unwrap() + 2;
                    let mut any = |limit: u32| u32::try_from(chance.below(limit as usize)).unwrap();
                    let start = place(any(lines), any(40));
                    let end = if any(4) > 0 {
                        place(start.line, start.character + any(5))
                    } else {
                        place(start.line + any(2), any(30))
                    };
                    let word = WORDS[chance.below(WORDS.len())];
                    let (from, to) = (offset(text, start), offset(text, end));
                    text.replace_range(from.min(to)..from.max(to), word);
                    changes.push((Some(Range { start, end }), word));
                }
                // What has become much too long or too strange begins anew.
                if text.len() > 4000 {
                    start.clone_into(text);
                    changes = vec![(None, start)];
                }
                client.change(name, *version, &changes);
            }
            (None, _) => continue,
        }
        if std::env::var("LSP_TRACE").is_ok() {
            eprintln!("edit {edit} of {name}, open: {:?}", open.keys());
        }
        look(&mut client, &mut shown);
        let expected = fresh(&client, &open, has_folder);
        if shown != expected {
            for uri in shown.keys().chain(expected.keys()) {
                assert_eq!(shown.get(uri), expected.get(uri), "edit {edit} of {name}: {uri}, {open:#?}");
            }
        }
        if edit == edits / 10 {
            level = memory();
        }
    }
    if let (Some(level), Some(end), true) = (level, memory(), edits >= 5000) {
        eprintln!("{edits} edits: {level} KiB after a tenth, {end} KiB at the end");
        assert!(end < level + level / 2 + 20_000, "memory grew from {level} to {end} KiB");
    }
    assert_eq!(
        client.raw("textDocument/diagnostic", json!({ "textDocument": { "uri": client.uri("x") } })).unwrap()["kind"],
        "full"
    );
    assert_eq!(client.end().code(), 0);
}
