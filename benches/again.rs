//! What an editor waits for: `cargo bench --bench again`. A text of 55 KB with findings everywhere, and 1 MB of real YAML with 960
//! resources, strict and without fixes, which editors have made when somebody asks for them. `server_open` and `server_change` are from
//! the message to the published diagnostics, the others are the library alone.
//!
//! To count instructions, `cargo bench --bench again -- --times N WHAT FILE [FROM TO]` does one of them N times on a template, and
//! nothing else: `fresh` by a linter without fixes, `library` by a session with its default options, `open`, or `change`
//! of the first FROM to TO and back. One times subtracted from eleven is ten of it. `.ci/real/latency.sh` does so, and also measures the
//! program; `--text SIZE` prints a text.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench without its input has nothing to measure"
)]

#[path = "../tests/engine/again.rs"]
#[allow(dead_code, clippy::expect_used, reason = "only the text that it makes is used here")]
mod edits;

#[path = "../tests/lsp/client.rs"]
#[allow(dead_code, missing_docs, clippy::expect_used, reason = "only some of the client's messages are sent here")]
mod client;

use client::Client;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use hipaalint::linter::{FileReport, Fixes, Keep, Linter, Remembered};
use hipaalint::rules::load::{RuleEntry, RuleSet};
use hipaalint::source::{Source, SourceId};
use hipaalint::{Files, Options, Session};
use lsp_server::Message;
use lsp_types::Position;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.split_first() {
        Some((first, rest)) if first == "--times" => times(rest),
        Some((first, [size])) if first == "--text" => print!("{}", texts(size).0),
        _ => divan::main(),
    }
}

/// Does one thing so many times.
fn times(arguments: &[String]) {
    let [times, what, file, change @ ..] = arguments else {
        panic!("--times N fresh|library|open|change FILE [FROM TO]")
    };
    let times = times.parse().unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    match what.as_str() {
        "fresh" => {
            let linter = strict();
            (0..times).for_each(|_| drop(black_box(linter.lint(&source(&text)))));
        }
        "library" => {
            let options = Options { profile: Some("strict".to_owned()), ..Options::default() };
            let session = Session::new(options, Files::here());
            (0..times).for_each(|_| drop(black_box(session.lint_open(Path::new(NAME), text.as_str()))));
        }
        "open" => {
            let mut opening = Opening::new();
            (0..times).for_each(|_| opening.open(&text));
        }
        "change" => {
            let [from, to] = change else { panic!("FROM and TO are missing") };
            let mut typing = Typing::new(&text, from, to);
            (0..times).for_each(|_| typing.change());
        }
        what => panic!("{what} is none of fresh, library, open, change"),
    }
}

/// An editor with strict findings.
fn editor() -> Client {
    Client::with(&[], json!({}), json!({ "hipaalint": { "profile": "strict" } }))
}

/// Waits for the diagnostics of a version of a document, without looking at them.
fn wait(editor: &mut Client, name: &str, version: i32) {
    let uri = editor.uri(name);
    editor.until(|message| {
        matches!(message, Message::Notification(note)
            if note.params["version"] == version && note.params["uri"] == uri.as_str())
    });
}

/// An editor that opens and closes one document after another, all with the same text.
struct Opening {
    editor: Client,
    number: usize,
}

impl Opening {
    fn new() -> Self {
        Self { editor: editor(), number: 0 }
    }

    fn open(&mut self, text: &str) {
        let name = format!("template-{}.yaml", self.number);
        self.number += 1;
        self.editor.open(&name, text);
        wait(&mut self.editor, &name, 1);
        self.editor.close(&name);
        self.editor.published(&name);
    }
}

/// The document that changes.
const NAME: &str = "template.yaml";

/// An editor in which a part of an open document changes to something else and back, all in one line.
struct Typing {
    editor: Client,
    /// What is there, and what comes next.
    parts: [String; 2],
    place: Position,
    version: i32,
}

impl Typing {
    fn new(text: &str, from: &str, to: &str) -> Self {
        let at = text.find(from).unwrap_or_else(|| panic!("{from} is not there"));
        let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let number = |number: usize| u32::try_from(number).unwrap();
        let character = number(text[line..at].encode_utf16().count());
        let place = Position { line: number(text[..at].matches('\n').count()), character };
        let mut editor = editor();
        editor.open(NAME, text);
        wait(&mut editor, NAME, 1);
        Self { editor, parts: [from.to_owned(), to.to_owned()], place, version: 1 }
    }

    /// Makes the change, and waits for what is found then.
    fn change(&mut self) {
        let [is, next] = &self.parts;
        let width = u32::try_from(is.encode_utf16().count()).unwrap();
        let range = client::range(self.place.line, self.place.character, self.place.character + width);
        self.version += 1;
        self.editor.change(NAME, self.version, &[(Some(range), next)]);
        self.parts.reverse();
        wait(&mut self.editor, NAME, self.version);
    }
}

const SIZES: [&str; 2] = ["55 KB", "1 MB"];

/// A text, and what changes in one of its resources.
fn texts(size: &str) -> (String, [&'static str; 2]) {
    match size {
        "1 MB" => (edits::copies(16), ["EnableKeyRotation: true", "EnableKeyRotation: false"]),
        _ => (edits::large(45), ["Enabled, Suspended", "Enabled, Enabled"]),
    }
}

fn strict() -> Linter {
    let selects = |entry: &RuleEntry| entry.is_in("strict");
    let keep = Keep { fixes: Fixes::None, ..Keep::default() };
    let linter = Linter::new(RuleSet::embedded(), selects, &BTreeMap::new(), BTreeMap::new(), keep);
    linter.unwrap_or_else(|error| panic!("{error}"))
}

fn source(text: &str) -> Source {
    Source::new(SourceId(0), "template.yaml", text)
}

fn again(linter: &Linter, remembered: &mut Remembered, text: &str) -> FileReport {
    linter.lint_again(remembered, &source(text), &|_| Err(String::new()), linter.inputs(), None, &|_| true)
}

/// The library's lint, to compare with.
#[divan::bench(args = SIZES)]
fn fresh(bencher: Bencher<'_, '_>, size: &str) {
    let (linter, (text, _)) = (strict(), texts(size));
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| black_box(linter.lint(&source(&text))).findings.len());
}

/// The first lint of a text that will be edited.
#[divan::bench(args = SIZES)]
fn first_open(bencher: Bencher<'_, '_>, size: &str) {
    let (linter, (text, _)) = (strict(), texts(size));
    bencher
        .counter(BytesCount::of_str(&text))
        .bench_local(|| again(&linter, &mut Remembered::default(), &text).findings.len());
}

/// A value of one resource changes to and fro.
#[divan::bench(args = SIZES)]
fn change(bencher: Bencher<'_, '_>, size: &str) {
    let (linter, (text, [from, to])) = (strict(), texts(size));
    let other = text.replacen(from, to, 1);
    let mut remembered = Remembered::default();
    again(&linter, &mut remembered, &text);
    let mut is_other = false;
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        is_other = !is_other;
        again(&linter, &mut remembered, if is_other { &other } else { &text }).findings.len()
    });
}

/// A document that is opened: from the message to what is shown.
#[divan::bench(args = SIZES)]
fn server_open(bencher: Bencher<'_, '_>, size: &str) {
    let (text, _) = texts(size);
    let mut opening = Opening::new();
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| opening.open(&text));
}

/// A change of one value: from the message to what is shown.
#[divan::bench(args = SIZES)]
fn server_change(bencher: Bencher<'_, '_>, size: &str) {
    let (text, [from, to]) = texts(size);
    let mut typing = Typing::new(&text, from, to);
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| typing.change());
}
