//! What must hold of every input, one function for each fuzz target. The fuzzers in `fuzz/` call them with inputs that they make up,
//! `tests/engine/replays.rs` with those in which something was wrong once.

use hipaalint::finding::Diagnostic;
use hipaalint::project::Counter;
use hipaalint::report::json::Json;
use hipaalint::report::sarif::Sarif;
use hipaalint::report::{Report, Reporter};
use hipaalint::session::{End, Sink};
use hipaalint::source::{Source, SourceId, Span};
use hipaalint::syntax::Node;
use hipaalint::{Buffers, Files, Finding, Options, Results, Session};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub mod config;
pub mod edit;
pub mod json;
pub mod lint;
pub mod structured;
pub mod yaml;

/// Panics if something is wrong with an input.
pub type Check = fn(&[u8]);

/// The targets, by name.
pub const TARGETS: [(&str, Check); 7] = [
    ("config", config::check),
    ("edit", edit::check),
    ("json", json::check),
    ("lint", lint::check),
    ("local", edit::check_local),
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
    let files: Vec<(&str, &str)> = files.iter().copied().chain([("app.yaml", TEMPLATE)]).collect();
    let session = Session::new(options, memory(&files));
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
    let mut reports = Reports { json: Vec::new(), sarif: Vec::new() };
    session.lint(session.discover(&[PathBuf::from("app.yaml")]), &Counter::default(), &mut Fed::new(&mut reports));
    let json: serde_json::Value = serde_json::from_slice(&reports.json).expect("a JSON report");
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(results.findings().len()));
    assert!(serde_json::from_slice::<serde_json::Value>(&reports.sarif).is_ok(), "a SARIF report");
}

/// The reports for programs.
struct Reports {
    json: Vec<u8>,
    sarif: Vec<u8>,
}

/// Writes them as results come.
struct Fed<'r> {
    json: Json<&'r mut Vec<u8>>,
    sarif: Sarif<&'r mut Vec<u8>>,
}

impl<'r> Fed<'r> {
    fn new(reports: &'r mut Reports) -> Self {
        Self { json: Json::new(&mut reports.json), sarif: Sarif::new(&mut reports.sarif) }
    }
}

impl Sink for Fed<'_> {
    fn file(&mut self, part: &Report<'_>) {
        self.json.file(part).expect("memory takes everything");
        self.sarif.file(part).expect("memory takes everything");
    }

    fn end(&mut self, end: &End<'_>) {
        self.json.end(end.rest, None).expect("memory takes everything");
        self.sarif.end(end.rest, None).expect("memory takes everything");
    }
}

/// A text on its own.
fn source(text: &str) -> Source {
    Source::new(SourceId(0), "template", text)
}
