//! A front end in forty lines: watches one file as an editor would watch its buffer, and prints findings after each change.
//!
//! `cargo run --example watch_buffer -- template.yaml`; with `--once`, it ends after the first time.

use hipaalint::{Files, Options, Results, Session};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let Some(file) = arguments.next() else { return eprintln!("usage: watch_buffer FILE [--once]") };
    let is_once = arguments.next().is_some();
    let path = Path::new(&file);
    let session = Session::new(Options::default(), Files::here());
    let mut shown = None;
    loop {
        let buffer = std::fs::read_to_string(path).ok();
        if let Some(text) = buffer.clone().filter(|_| buffer != shown) {
            print(&session.lint_open(path, text));
            shown = buffer;
        }
        if is_once {
            return;
        }
        sleep(Duration::from_millis(300));
    }
}

fn print(results: &Results) {
    println!("{} findings", results.findings().len());
    for diagnostic in results.diagnostics() {
        println!("{}: {}", diagnostic.file, diagnostic.full_message());
    }
    for finding in results.findings() {
        let Some(source) = results.source(finding.span) else { continue };
        let place = source.position(finding.span.start);
        println!("{}:{}:{}: {}", source.name, place.line, place.column, finding.full_message());
    }
}
