//! JSON as RFC 8259 has it: what is read, and where it stands.

use crate::syntax::support::{outline, places};
use hipaalint::source::{SourceId, Span};
use hipaalint::syntax::{self, Kind, Language};
use std::borrow::Cow;

fn read(text: &str) -> String {
    let document = syntax::json::parse(text, SourceId(0)).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    assert_eq!(document.language, Language::Json);
    outline(&document.root)
}

#[test]
fn values_of_every_kind() {
    for (text, expected) in [
        ("null", "null"),
        (" true ", "true"),
        ("false\n", "false"),
        ("0", "0"),
        ("-0", "-0"),
        ("-12.50e+3", "-12.50e+3"),
        ("123456789012", "123456789012"),
        ("\"\"", "\"\""),
        ("[]", "[]"),
        ("{}", "{}"),
        ("[ 1 ,\t2\r\n, [ ] ]", "[1, 2, []]"),
        ("{\"a\" : {\"b\":[{}]} , \"c\":null}", "{a: {b: [{}]}, c: null}"),
        ("\u{feff}{\"a\":1}", "{a: 1}"),
        ("{\r\n  \"a\": 1,\r\n  \"b\": 2\r\n}\r\n", "{a: 1, b: 2}"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn numbers_have_their_value() {
    for (text, expected) in [
        ("0", 0.0),
        ("-0", -0.0),
        ("-7", -7.0),
        ("999999999999999", 999_999_999_999_999.0),
        ("9007199254740992", 9_007_199_254_740_992.0),
        ("0.1", 0.1),
        ("1E2", 100.0),
        ("1.5e-3", 0.0015),
        ("1e999", f64::INFINITY),
    ] {
        let document = syntax::json::parse(text, SourceId(0)).expect("a number");
        let Kind::Number(number) = document.root.kind else { panic!("{text} is a number") };
        assert_eq!((number.value.to_bits(), number.text.as_ref()), (f64::to_bits(expected), text));
    }
}

#[test]
fn escapes_are_undone_and_only_they_cost_a_copy() {
    for (text, expected, borrowed) in [
        (r#""plain äöü 😀""#, "plain äöü 😀", true),
        (r#""longer than one word of eight bytes""#, "longer than one word of eight bytes", true),
        (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t", false),
        (r#""\u00e4\u20AC""#, "ä€", false),
        (r#""before \ud83d\ude00 behind""#, "before 😀 behind", false),
        (r#""\u0000""#, "\0", false),
        ("\"\u{7f}\u{2028}\"", "\u{7f}\u{2028}", true),
    ] {
        let document = syntax::json::parse(text, SourceId(0)).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let Kind::String(string) = &document.root.kind else { panic!("{text} is a string") };
        assert_eq!(string, expected);
        assert_eq!(matches!(string, Cow::Borrowed(_)), borrowed, "{text}");
    }
}

#[test]
fn spans_are_what_is_written() {
    let text = "\u{feff}{ \"kéy\" : [ 1.0 , \"a\\n\" ] ,\r\n \"b\":{} }\n";
    let document = syntax::json::parse(text, SourceId(0)).expect("JSON");
    assert_eq!(
        places(&document.root, text),
        [
            "{ \"kéy\" : [ 1.0 , \"a\\n\" ] ,\r\n \"b\":{} }",
            "\"kéy\"",
            "[ 1.0 , \"a\\n\" ]",
            "1.0",
            "\"a\\n\"",
            "\"b\"",
            "{}"
        ]
    );
}

#[test]
fn what_the_grammar_forbids_is_refused() {
    for text in [
        "",
        " ",
        "\u{feff}",
        "01",
        "-",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "0x10",
        "1_000",
        "NaN",
        "-Infinity",
        "True",
        "nul",
        "nulls",
        "'a'",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u+123\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\ud800\\ud800\"",
        "\"a\nb\"",
        "\"a\tb\"",
        "\"\u{0}\"",
        "[",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1}",
        "{",
        "}",
        "{1:2}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\" 1}",
        "{\"a\":1,}",
        "{\"a\":1 \"b\":2}",
        "{,}",
        "{a:1}",
        "[] []",
        "{} x",
        "// x\n{}",
        "{} // x",
        "[1, /* x */ 2]",
        "# x\n[]",
        "\u{feff}\u{feff}1",
        "\u{a0}1",
    ] {
        let error = syntax::json::parse(text, SourceId(0)).expect_err(text);
        assert!((error.span.end as usize) <= text.len() && error.span.start <= error.span.end, "{text:?}: {error:?}");
        assert!(text.is_char_boundary(error.span.start as usize) && text.is_char_boundary(error.span.end as usize));
        assert!(
            !error.message.is_empty() && !error.message.ends_with('.') && !error.help.is_empty(),
            "{text:?}: {error:?}"
        );
    }
}

#[test]
fn what_is_yaml_but_no_json_is_noted() {
    let notes = |text: &str| -> Vec<(String, String)> {
        let document = syntax::parse(text, SourceId(0)).unwrap();
        let slice = |span: Span| text[span.start as usize..span.end as usize].to_owned();
        document.notes.iter().map(|note| (slice(note.span), note.message.clone())).collect()
    };
    assert_eq!(
        notes("{\"a\": [1,]}"),
        [(
            ",".to_owned(),
            "not valid JSON, so the file is read as YAML: trailing comma before the closing `]`".to_owned()
        )]
    );
    // Nobody takes these for JSON.
    assert_eq!(notes("{a: [1,]}"), []);
    assert_eq!(notes("a: {\"b\": [1,]}"), []);
}
