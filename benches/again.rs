//! What an editor waits for: `cargo bench --bench again`. A text of 55 KB with findings everywhere, and 1 MB of real YAML with 960
//! resources, on one thread, strict and without fixes, which editors have made when somebody asks for them.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench without its input has nothing to measure"
)]

#[path = "../tests/engine/again.rs"]
#[allow(dead_code, clippy::expect_used, reason = "only the text that it makes is used here")]
mod edits;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use hipaalint::linter::{FileReport, Fixes, Keep, Linter, Remembered};
use hipaalint::rules::load::{RuleEntry, RuleSet};
use hipaalint::source::{Source, SourceId};
use std::collections::BTreeMap;

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

const SIZES: [&str; 2] = ["55 KB", "1 MB"];

/// A text, and the same after a change of one resource.
fn texts(size: &str) -> [String; 2] {
    let (text, from, to) = match size {
        "1 MB" => (edits::copies(16), "EnableKeyRotation: true", "EnableKeyRotation: false"),
        _ => (edits::large(45), "Enabled, Suspended", "Enabled, Enabled"),
    };
    let other = text.replacen(from, to, 1);
    [text, other]
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
    let (linter, [text, _]) = (strict(), texts(size));
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| black_box(linter.lint(&source(&text))).findings.len());
}

/// The first lint of a text that will be edited.
#[divan::bench(args = SIZES)]
fn first_open(bencher: Bencher<'_, '_>, size: &str) {
    let (linter, [text, _]) = (strict(), texts(size));
    bencher
        .counter(BytesCount::of_str(&text))
        .bench_local(|| again(&linter, &mut Remembered::default(), &text).findings.len());
}

/// A value of one resource changes to and fro.
#[divan::bench(args = SIZES)]
fn change(bencher: Bencher<'_, '_>, size: &str) {
    let (linter, [text, other]) = (strict(), texts(size));
    let mut remembered = Remembered::default();
    again(&linter, &mut remembered, &text);
    let mut is_other = false;
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        is_other = !is_other;
        again(&linter, &mut remembered, if is_other { &other } else { &text }).findings.len()
    });
}
