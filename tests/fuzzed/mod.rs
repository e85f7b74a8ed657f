//! What must hold of every input, one function for each fuzz target. The fuzzers in `fuzz/` call them with inputs that they make up,
//! `tests/engine/replays.rs` with those in which something was wrong once.

use hipaalint::finding::Diagnostic;
use hipaalint::source::{Source, SourceId, Span};
use hipaalint::syntax::Node;
use hipaalint::{Buffers, Files, Finding, Options, Results, Session};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub mod config;
pub mod json;
pub mod lint;
pub mod structured;
pub mod yaml;

/// Panics if something is wrong with an input.
pub type Check = fn(&[u8]);

/// The targets, by name.
pub const TARGETS: [(&str, Check); 5] = [
    ("config", config::check),
    ("json", json::check),
    ("lint", lint::check),
    ("structured", structured::check),
    ("yaml", yaml::check),
];

/// Places are parts of the text.
fn assert_inside(span: Span, text: &str) {
    let (start, end) = (span.start as usize, span.end as usize);
    assert!(
        start <= end && text.get(start..end).is_some(),
        "{start}..{end} is not a part of the text ({} bytes)",
        text.len()
    );
}

/// The places of a tree are parts of the text. With aliases, the value of a node may stand before it.
fn assert_placed(node: &Node<'_>, text: &str) {
    assert_inside(node.span, text);
    for item in node.as_sequence().into_iter().flatten() {
        assert_placed(item, text);
    }
    for entry in node.as_mapping().into_iter().flatten() {
        assert_inside(entry.key_span, text);
        assert_placed(&entry.value, text);
    }
}

/// Files in memory.
fn memory(files: &[(&str, &str)]) -> Files {
    let mut buffers = Buffers::default();
    for (name, text) in files {
        buffers.open(&Path::new("/project").join(name), *text);
    }
    Files::new(Arc::new(buffers), PathBuf::from("/project"))
}

/// A template with something to say about.
const TEMPLATE: &str = "Parameters:\n  Env: {Type: String, AllowedValues: [dev, prod]}\nResources:\n  Records:\n    \
    Type: AWS::S3::Bucket\n    Properties: {BucketName: !Sub 'records-${Env}'}\n  Queue:\n    Type: AWS::SQS::Queue\n";

/// Lints [`TEMPLATE`] as `app.yaml` among these files.
fn lint_among(options: Options, files: &[(&str, &str)]) {
    let session = Session::new(options, memory(files));
    let results = session.lint_open(Path::new("app.yaml"), TEMPLATE);
    assert_reported(&session, &results);
}

/// Every place of a result is a part of a text, and the reports for programs can be read.
fn assert_reported(session: &Session, results: &Results) {
    let inside = |span: Span| {
        let source = results.source(span).unwrap_or_else(|| panic!("{span:?} is in no source"));
        assert_inside(span, source.text());
        assert!(source.position(span.start) <= source.position(span.end));
    };
    let finding = |one: &Finding| {
        inside(one.span);
        one.related.iter().for_each(|related| inside(related.span));
        assert!(!one.message.is_empty());
    };
    results.findings().iter().chain(results.suppressed()).for_each(finding);
    results.diagnostics().iter().for_each(|one: &Diagnostic| {
        one.span.into_iter().for_each(inside);
        one.related.iter().for_each(|related| inside(related.span));
    });
    let json = written(session, results, |out, report| hipaalint::report::json::write(out, report));
    let json: serde_json::Value = serde_json::from_slice(&json).expect("a JSON report");
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(results.findings().len()));
    let sarif = written(session, results, |out, report| {
        hipaalint::report::sarif::write(out, report, &hipaalint::report::sarif::Options::default())
    });
    assert!(serde_json::from_slice::<serde_json::Value>(&sarif).is_ok(), "a SARIF report");
}

fn written(
    session: &Session,
    results: &Results,
    write: impl FnOnce(&mut Vec<u8>, &hipaalint::report::Report<'_>) -> std::io::Result<()>,
) -> Vec<u8> {
    let mut out = Vec::new();
    results.report(session.options(), |report| write(&mut out, report)).expect("memory takes everything");
    out
}

/// A text on its own.
fn source(text: &str) -> Source {
    Source::new(SourceId(0), "template", text)
}
