//! What the readers of YAML 1.1 accept although YAML 1.2 forbids it. PyYAML 6.0.3 (alone and with libyaml 0.2.5) reads every
//! text here to the value next to it; CloudFormation's own reader, SnakeYAML, is derived from it.

use crate::syntax::support::{assert_inside, outline, places};
use hipaalint::source::SourceId;
use hipaalint::syntax::{self, Document};

fn parse(text: &str) -> Document<'_> {
    let document = syntax::yaml::parse(text, SourceId(0)).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    assert_inside(&document, text);
    document
}

#[track_caller]
fn table(rows: &[(&str, &str)]) {
    for (text, expected) in rows {
        assert_eq!(outline(&parse(text).root), *expected, "{text}");
    }
}

#[test]
fn quoted_strings_continue_in_any_column() {
    table(&[
        ("a: 'x\ny'\nb: 1\n", r#"{a: "x y", b: 1}"#),
        ("a:\n  b: 'x\n  y'\n  c: 1\n", r#"{a: {b: "x y", c: 1}}"#),
        ("a:\n  b: \"x\n y\n\n\nz\" \n  c: 1\n", r#"{a: {b: "x y\n\nz", c: 1}}"#),
        ("a:\r\n  b: \"x\r\ny\\\r\n  z\"\r\n  c: 1\r\n", r#"{a: {b: "x yz", c: 1}}"#),
        ("- - a: 'it''s\nhere'\n  - b\n", r#"[[{a: "it's here"}, "b"]]"#),
        ("a: !Sub '{\n  \"b\": [1]\n}'\nc: 2\n", r#"{a: {Fn::Sub: "{ \"b\": [1] }"}, c: 2}"#),
        ("a: &x \"ü\n\\u00fc\"\nb: *x\n", r#"{a: "ü ü", b: "ü ü"}"#),
        ("a:\n  'x\ny'\nb: \"x\ny\" # c\nc: 'x\ny'", r#"{a: "x y", b: "x y", c: "x y"}"#),
        ("a: 'x\n\ty'\nb: [1, \"x\n\ty\", {c: 'x\n\ty'}]\n", r#"{a: "x y", b: [1, "x y", {c: "x y"}]}"#),
        // Only the quotes end it: nothing inside is a key, a comment or a list.
        ("a: 'x\nb: 1\n# c\n- d\n'\ne: 2\n", r#"{a: "x b: 1 # c - d ", e: 2}"#),
        ("a: |\n  'x\n  y\nb: 'x\ny'\nc: >\n  \"z\n", r#"{a: "'x\ny\n", b: "x y", c: "\"z\n"}"#),
    ]);
}

#[test]
fn comments_directly_behind_quotes_and_brackets() {
    table(&[
        ("a: 'x'# c\nb: \"y\"#c\n", r#"{a: "x", b: "y"}"#),
        ("a: [1, 2]# c\nb: {c: 1}#\n", "{a: [1, 2], b: {c: 1}}"),
        ("a: [# c\n  1,# 'd\n  2\n]#", "{a: [1, 2]}"),
    ]);
    let document = parse("# first\na: 'x'# suppress\nb: [1,#two\n 2]#\nc: 'x\ny'# last");
    let comments: Vec<&str> = document.comments.iter().map(|comment| comment.text.as_ref()).collect();
    assert_eq!(comments, ["first", "suppress", "two", "", "last"]);
    // Behind anything else it is no comment.
    for text in ["a: |# c\n  x\n", "%YAML 1.1#\n---\n"] {
        let error = syntax::yaml::parse(text, SourceId(0)).expect_err(text);
        assert_eq!(error.message, "missing space before the comment", "{text}");
    }
    table(&[("a: x#c\n", r#"{a: "x#c"}"#), ("a: b,# c\n", r##"{a: "b,# c"}"##)]);
}

#[test]
fn a_dash_alone_in_flow_style_is_text() {
    table(&[
        ("a: !Join [-, [x, y]]\n", r#"{a: {Fn::Join: ["-", ["x", "y"]]}}"#),
        ("a: [ -, -]\nb: {c: -}\n", r#"{a: ["-", "-"], b: {c: "-"}}"#),
        ("a: !Join [-, [!Ref b, 'x\ny']]\n", r#"{a: {Fn::Join: ["-", [{Ref: "b"}, "x y"]]}}"#),
    ]);
}

#[test]
fn places_are_those_of_the_text() {
    let text = "a: !Sub 'x\ny'# c\nb: [-, \"z\"]\n'c': \"ü\\n\nz\"\n";
    let found = places(&parse(text).root, text);
    let all = text.trim_end();
    assert_eq!(
        found,
        [all, "a", "!Sub 'x\ny'", "!Sub", "'x\ny'", "b", "[-, \"z\"]", "-", "\"z\"", "'c'", "\"ü\\n\nz\""]
    );
}

#[test]
fn strings_that_are_not_closed_are_errors_at_their_place() {
    for (text, message, at, related) in [
        ("a: \"x\nb: \"y\"\n", "the quoted string is not closed", "b: \"y\"", Some("\"x\nb")),
        ("a: 'x\nb: y # don't\n", "the quoted string is not closed", "b: y", Some("'x\nb")),
        // The next opening quote closes it, and what follows is no key.
        ("a: \"x\nb: \"\n  y\"\n", "the quoted string is not closed", "b: \"\n", Some("\"x\nb")),
        ("a: \"x\nb: \"\n  y: z\n  \"\n", "the quoted string is not closed", "b: \"\n", Some("\"x\nb")),
        // Others that are closed make no difference.
        ("a: 'x\ny'\nb: 'x\nc: 1\n", "the quoted string is not closed", "c: 1", Some("'x\nc")),
        ("a: \"x\n---\ny\"\n", "the quoted string is not closed", "\"x\n---", None),
        // Errors behind it, and in it, keep their place.
        ("a: 'x\ny'\nb: [1\nc: 2\n", "expected a comma or `]`", ": 2", Some("[1\n")),
        ("a: 'x\ny'\na: 1\n", "the key `a` is used twice in the same map", "a: 1", Some("a: 'x")),
        ("a: \"x\n\\d\"\nb: 1\n", "invalid escape in double quotes", "\\d", None),
    ] {
        let error = syntax::yaml::parse(text, SourceId(0)).expect_err(text);
        assert_eq!(error.message, message, "{text}");
        assert!(text[error.span.start as usize..].starts_with(at), "{text}: {:?}", error.span);
        let found = error.related.map(|(span, _)| &text[span.start as usize..]);
        assert_eq!(found.map(|found| related.is_some_and(|related| found.starts_with(related))), related.map(|_| true));
    }
}

#[test]
fn thousands_of_them_take_linear_time() {
    let text: String = (0..20_000).map(|n| format!("k{n}:\n  a: \"x\ny\"# c\n  b: [-, 'x\n\ty']\n")).collect();
    assert_eq!(parse(&text).comments.len(), 20_000);
    let text: String = (0..20_000).map(|n| format!("k{n}: 'x\n")).collect();
    assert!(syntax::yaml::parse(&text, SourceId(0)).is_err());
    // Too many in one list is an error, not a long wait.
    let text = format!("[{}]", "-, ".repeat(100_000));
    assert!(syntax::yaml::parse(&text, SourceId(0)).is_err());
}
