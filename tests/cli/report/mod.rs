//! What people and programs see of a run: reports built by hand, in every format.

mod comments;
mod html;
mod human;
mod junit;
mod markup;
mod parsers;
mod runs;
mod sarif;

use hipaalint::finding::{Level, Related};
use hipaalint::report::{github, gitlab, html as html_format, human as human_format, json, junit as junit_format};
use hipaalint::report::{markdown, sarif as sarif_format};
use hipaalint::source::Span;
use runs::{ASCII, PLAIN, Run, Write, everything, whole, without_version};
use serde_json::Value;

/// The formats that take nothing but the report.
const FORMATS: [Write; 6] =
    [json::write, github::write, gitlab::write, junit_format::write, markdown::write, html_format::write];

#[test]
fn programs_read_json() {
    insta::assert_snapshot!(without_version(&everything().json()));
}

/// Spans at every border: empty ones, ends of lines and of the file, line breaks, a byte-order mark, an empty file.
#[test]
fn every_span_can_be_shown() {
    for text in ["", "\n", "\u{feff}a: é\r\nb\r\n\r\n", "a\rb", "日本: \t語"] {
        let borders: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        for start in &borders {
            for end in borders.iter().filter(|end| *end >= start) {
                let mut run = Run::default();
                let id = run.source("a.yaml", text);
                let span = Span::new(id, *start, *end);
                run.fail("s3-bucket-tls-only", Level::Error, span, "A", "B", "C").related =
                    vec![Related { span: Span::new(id, 0, text.len()), message: "all".into() }];
                for style in [PLAIN, ASCII] {
                    assert!(run.human(style).contains("a.yaml:"));
                }
                assert!(FORMATS.iter().all(|format| run.text(*format).contains("a.yaml")));
                let (sarif, json) = (run.sarif(), run.json());
                assert!(serde_json::from_str::<Value>(&sarif).is_ok() && serde_json::from_str::<Value>(&json).is_ok());
            }
        }
    }
}

#[test]
fn formats_write_the_same_bytes_each_time() {
    let (run, again) = (whole(), whole());
    assert_eq!([run.human(PLAIN), run.sarif()], [again.human(PLAIN), again.sarif()]);
    assert_eq!(FORMATS.map(|format| run.text(format)), FORMATS.map(|format| again.text(format)));
}

/// A reader that goes away is an error for the caller to judge, not a panic.
#[test]
fn a_closed_pipe_is_an_error() {
    struct Closed;
    impl std::io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    everything().with(|report| {
        let results = [
            human_format::write(&mut Closed, report, &PLAIN),
            sarif_format::write(&mut Closed, report, &sarif_format::Options::default()),
            json::write(&mut Closed, report),
            github::write(&mut Closed, report),
            gitlab::write(&mut Closed, report),
            junit_format::write(&mut Closed, report),
            markdown::write(&mut Closed, report),
            html_format::write(&mut Closed, report),
        ];
        for result in results {
            assert_eq!(result.unwrap_err().kind(), std::io::ErrorKind::BrokenPipe);
        }
    });
}
