//! YAML as CloudFormation takes it: scalars, short tags, anchors, merges, comments, and where each thing stands.

use crate::syntax::support::{assert_spans, outline, places};
use hipaalint::source::SourceId;
use hipaalint::syntax::{self, Document, Language};

fn parse(text: &str) -> Document<'_> {
    let document = syntax::yaml::parse(text, SourceId(0)).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    assert_eq!(document.language, Language::Yaml);
    document
}

fn read(text: &str) -> String {
    outline(&parse(text).root)
}

#[track_caller]
fn table(rows: &[(&str, &str)]) {
    for (text, expected) in rows {
        assert_eq!(read(text), *expected, "{text}");
    }
}

#[test]
fn booleans_and_null_are_those_of_yaml_1_1() {
    for text in ["true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"] {
        assert_eq!(read(text), "true", "{text}");
    }
    for text in ["false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"] {
        assert_eq!(read(text), "false", "{text}");
    }
    for text in ["~", "null", "Null", "NULL", "", "# nothing\n", "---\n", "---\n...\n"] {
        assert_eq!(read(text), "null", "{text:?}");
    }
    for text in ["y", "n", "Y", "N", "tRUE", "yEs", "oN", "nULL", "none", "nil"] {
        assert_eq!(read(text), format!("{text:?}"));
    }
}

#[test]
fn plain_scalars_that_are_numbers() {
    table(&[
        ("0", "0"),
        ("12", "12"),
        ("-12", "-12"),
        ("+12", "12"),
        ("123456789012", "123456789012"),
        ("1_000_000", "1000000"),
        ("0x1F", "31"),
        ("-0xff", "-255"),
        ("0b101", "5"),
        ("010", "8"),
        ("-010", "-8"),
        ("00", "0"),
        ("0644", "420"),
        ("012345670123", "1402433619"),
        ("1.0", "1.0"),
        ("1.50", "1.50"),
        ("-.5", "-.5"),
        ("1.", "1."),
        ("1e3", "1e3"),
        ("6.02e+23", "6.02e+23"),
        (".inf", ".inf"),
        ("-.INF", "-.INF"),
        (".nan", ".nan"),
    ]);
}

#[test]
fn plain_scalars_that_stay_text() {
    for text in [
        "2012-10-17",
        "2010-09-09",
        "2001-12-14t21:59:43.10-05:00",
        "12:30:45",
        "22:22",
        "190:20:30.15",
        "0189",
        "08",
        "019",
        "012345678901",
        "+",
        ".",
        "..",
        "1.2.3",
        "10.0.0.0/16",
        "0x",
        "0xg",
        "0b2",
        "0o17",
        "1e",
        "e3",
        "1e3.5",
        "_1",
        "0x__",
        "-.nan",
        "ami-0ff8a91507f77f867",
        "arn:aws:iam::123456789012:root",
        "a b",
        "1 2",
        "+.inf.",
        "0xffffffffffffffffffffffffffffffffff",
    ] {
        assert_eq!(read(text), format!("{text:?}"));
    }
}

#[test]
fn quoted_and_block_scalars_are_text() {
    table(&[
        ("'yes'", "\"yes\""),
        ("\"010\"", "\"010\""),
        ("''", "\"\""),
        ("'~'", "\"~\""),
        ("'it''s'", "\"it's\""),
        ("\"a\\tb\\x41\\u00e4\\ud83d\\ude00\"", "\"a\\tbAä😀\""),
        ("|\n  1\n", "\"1\\n\""),
        (">-\n  true\n", "\"true\""),
        ("a: |\n  x\n   y\n\n  z\nb: 1\n", "{a: \"x\\n y\\n\\nz\\n\", b: 1}"),
        ("a: >\n  x\n  y\n\n  z\nb: 1\n", "{a: \"x y\\nz\\n\", b: 1}"),
        ("a: |+\n  x\n\nb: |-\n  y\n\n", "{a: \"x\\n\\n\", b: \"y\"}"),
        ("a: |2\n    x\n", "{a: \"  x\\n\"}"),
        ("a: x\n  y\n", "{a: \"x y\"}"),
        ("a: \"x\n\n  y\"\n", "{a: \"x\\ny\"}"),
    ]);
}

#[test]
fn core_tags_are_honoured() {
    table(&[
        ("!!str 010", "\"010\""),
        ("!!str yes", "\"yes\""),
        ("!!str", "\"\""),
        ("! 12", "\"12\""),
        ("!!int \"12\"", "12"),
        ("!!float 1", "1"),
        ("!!bool \"no\"", "false"),
        ("!!null ''", "null"),
        ("!!map {a: !!seq [1]}", "{a: [1]}"),
        ("!<tag:yaml.org,2002:str> 1", "\"1\""),
        ("!!str 1: 2", "{1: 2}"),
    ]);
    for text in ["!!int x", "!!bool 1", "!!null x", "!!int 1.5", "!!seq {}", "!!map []", "!!str []", "!!map x"] {
        let error = syntax::yaml::parse(text, SourceId(0)).expect_err(text);
        assert!(error.message.contains("does not fit"), "{text}: {error:?}");
    }
}

#[test]
fn keys_are_the_text_that_is_written() {
    table(&[
        ("012345678901: a", "{012345678901: \"a\"}"),
        ("010: a", "{010: \"a\"}"),
        ("true: a\nyes: b", "{true: \"a\", yes: \"b\"}"),
        ("null: a\n~: b", "{null: \"a\", ~: \"b\"}"),
        ("1.0: a", "{1.0: \"a\"}"),
        ("'a b': 1\n\"c\\td\": 2", "{a b: 1, c\td: 2}"),
        ("? a\n: 1\n? b", "{a: 1, b: null}"),
        ("&k key: 1\nother: *k", "{key: 1, other: \"key\"}"),
        ("a: &k 12\n*k : 1", "{a: 12, 12: 1}"),
    ]);
}

#[test]
fn short_tags_become_their_long_form() {
    table(&[
        ("!Ref x", "{Ref: \"x\"}"),
        ("!Ref AWS::Region", "{Ref: \"AWS::Region\"}"),
        ("!Condition x", "{Condition: \"x\"}"),
        ("!Sub '${A}'", "{Fn::Sub: \"${A}\"}"),
        ("!Sub |\n  ${A}\n", "{Fn::Sub: \"${A}\\n\"}"),
        ("!Sub [a, {B: !Ref C}]", "{Fn::Sub: [\"a\", {B: {Ref: \"C\"}}]}"),
        ("!Sub\n- a\n- B: 1\n", "{Fn::Sub: [\"a\", {B: 1}]}"),
        ("!Join ['', [a, !Ref b]]", "{Fn::Join: [\"\", [\"a\", {Ref: \"b\"}]]}"),
        ("!If [C, !Ref A, !Ref \"AWS::NoValue\"]", "{Fn::If: [\"C\", {Ref: \"A\"}, {Ref: \"AWS::NoValue\"}]}"),
        (
            "!If\n  - C\n  - Key: !Ref A\n  - !If [D, 1, 2]\n",
            "{Fn::If: [\"C\", {Key: {Ref: \"A\"}}, {Fn::If: [\"D\", 1, 2]}]}",
        ),
        ("!Base64\n  Fn::Sub: x\n", "{Fn::Base64: {Fn::Sub: \"x\"}}"),
        ("!Base64\n  'Fn::Join': [a, [b]]\n", "{Fn::Base64: {Fn::Join: [\"a\", [\"b\"]]}}"),
        ("Fn::Base64: !Sub x", "{Fn::Base64: {Fn::Sub: \"x\"}}"),
        (
            "!Transform {Name: AWS::Include, Parameters: {Location: !Ref L}}",
            "{Fn::Transform: {Name: \"AWS::Include\", Parameters: {Location: {Ref: \"L\"}}}}",
        ),
        ("!GetAtt a.b", "{Fn::GetAtt: [\"a\", \"b\"]}"),
        ("!GetAtt a.b.c", "{Fn::GetAtt: [\"a\", \"b.c\"]}"),
        ("!GetAtt 'a.b.c'", "{Fn::GetAtt: [\"a\", \"b.c\"]}"),
        ("!GetAtt \"a\\x2eb\"", "{Fn::GetAtt: [\"a\", \"b\"]}"),
        ("!GetAtt [a, b.c]", "{Fn::GetAtt: [\"a\", \"b.c\"]}"),
        ("!GetAtt\n- a\n- !Ref b\n", "{Fn::GetAtt: [\"a\", {Ref: \"b\"}]}"),
        ("!GetAtt a", "{Fn::GetAtt: \"a\"}"),
        ("!GetAZs ''", "{Fn::GetAZs: \"\"}"),
        ("!GetAZs", "{Fn::GetAZs: \"\"}"),
        ("[!Ref a, !Ref b]", "[{Ref: \"a\"}, {Ref: \"b\"}]"),
        ("a: !Ref\nb: 1", "{a: {Ref: \"\"}, b: 1}"),
        ("!<!Ref> x", "{Ref: \"x\"}"),
        // Behind a function a scalar is text; further inside, the usual rules hold.
        ("!Ref 010", "{Ref: \"010\"}"),
        ("!ImportValue yes", "{Fn::ImportValue: \"yes\"}"),
        ("!Equals [yes, 'yes']", "{Fn::Equals: [true, \"yes\"]}"),
        ("!ToJsonString {a: 1}", "{Fn::ToJsonString: {a: 1}}"),
        ("!Length [1, 2]", "{Fn::Length: [1, 2]}"),
    ]);
    for name in [
        "Cidr",
        "FindInMap",
        "Select",
        "Split",
        "And",
        "Or",
        "Not",
        "Contains",
        "EachMemberEquals",
        "EachMemberIn",
        "RefAll",
        "ValueOf",
        "ValueOfAll",
    ] {
        assert_eq!(read(&format!("!{name} [a]")), format!("{{Fn::{name}: [\"a\"]}}"));
    }
}

#[test]
fn short_tags_have_places() {
    let text = "é: !GetAtt \"Büro.Arn.x\"\nb: !If [C, !Ref A, 1]\nc: !Sub |\n  text\nd: !Join\n  - x\n  - y\ne: !Ref\n";
    insta::assert_snapshot!(places(&parse(text).root, text)[1..].join("\n---\n"), @r#"
    é
    ---
    !GetAtt "Büro.Arn.x"
    ---
    !GetAtt
    ---
    "Büro.Arn.x"
    ---
    Büro
    ---
    Arn.x
    ---
    b
    ---
    !If [C, !Ref A, 1]
    ---
    !If
    ---
    [C, !Ref A, 1]
    ---
    C
    ---
    !Ref A
    ---
    !Ref
    ---
    A
    ---
    1
    ---
    c
    ---
    !Sub |
      text
    ---
    !Sub
    ---
    |
      text
    ---
    d
    ---
    !Join
      - x
      - y
    ---
    !Join
    ---
    - x
      - y
    ---
    x
    ---
    y
    ---
    e
    ---
    !Ref
    ---
    !Ref
    ---
    "#);
}

#[test]
fn unknown_tags_are_calls_of_unknown_functions() {
    const OTHERS: &str = "If another program expands the tag, lint the output of that program.";
    for (text, value, help) in [
        ("a: !Custom [1]", "{a: {Fn::Custom: [1]}}", OTHERS),
        ("a: !sub x", "{a: {Fn::sub: \"x\"}}", "Did you mean `!Sub`?"),
        ("a: !Iff [x, y, z]", "{a: {Fn::Iff: [\"x\", \"y\", \"z\"]}}", "Did you mean `!If`?"),
        ("a: !Fn::GetAtt x.y", "{a: {Fn::fn::GetAtt: \"x.y\"}}", "Did you mean `!GetAtt`?"),
        ("a: !ForEach::X [1]", "{a: {Fn::ForEach: [1]}}", "Write the loop in its long form, `Fn::ForEach::Name:`."),
        ("a: !!binary eA==", "{a: \"eA==\"}", OTHERS),
    ] {
        let document = parse(text);
        assert_eq!(outline(&document.root), value, "{text}");
        let [note] = document.notes.as_slice() else { panic!("{text}: {:?}", document.notes) };
        let tag = &text[note.span.start as usize..note.span.end as usize];
        assert_eq!(tag, text.split(' ').nth(1).expect("a tag"));
        let result = if tag.starts_with("!!") { "the tag is ignored" } else { "its value is unknown" };
        assert_eq!(note.message, format!("`{tag}` is not a CloudFormation function, so {result}"));
        assert_eq!((note.code.name(), note.help.as_str()), ("unknown-function", help), "{text}");
    }
}

#[test]
fn directives_of_rain_are_calls_and_noted_once() {
    for (text, value) in [
        ("a: !Rain::Embed x\nb: !Rain::Include y", "{a: {Rain::Embed: \"x\"}, b: {Rain::Include: \"y\"}}"),
        (
            "{\"a\": {\"Rain::Embed\": \"x\"}, \"b\": {\"Rain::Include\": \"y\"}}",
            "{a: {Rain::Embed: \"x\"}, b: {Rain::Include: \"y\"}}",
        ),
    ] {
        let document = syntax::parse(text, SourceId(0)).unwrap();
        assert_eq!(outline(&document.root), value, "{text}");
        let [note] = document.notes.as_slice() else { panic!("{text}: {:?}", document.notes) };
        assert_eq!(note.code.name(), "rain-directive");
        assert!(note.message.contains("Rain::Embed` is a directive of Rain"), "{}", note.message);
    }
}

#[test]
fn keys_that_look_like_functions_are_noted() {
    for text in [
        "{\"a\": {\"Fn::Iff\": []}}",
        "{\"a\": {\"\\u0046n::Iff\": []}}",
        "a:\n  Fn::Iff: []",
        "a: {fn::If: []}",
        "- 'Fn:If': x",
    ] {
        let document = syntax::parse(text, SourceId(0)).unwrap();
        let [note] = document.notes.as_slice() else { panic!("{text}: {:?}", document.notes) };
        assert_eq!((note.code.name(), note.help.as_str()), ("unknown-function", "Did you mean `Fn::If`?"), "{text}");
        assert!(text[note.span.start as usize..note.span.end as usize].contains(['I', 'i']), "{text}");
    }
    for text in ["a: {Fn::If: []}", "Fn::ForEach::X: []", "a: !Sub x", "{\"Ref\": \"Fn::Iff\"}", "Function: x"] {
        assert_eq!(syntax::parse(text, SourceId(0)).unwrap().notes, [], "{text}");
    }
}

#[test]
fn of_a_repeated_key_the_last_entry_counts() {
    for (text, value, places) in [
        ("a: 1\nb: {c: 1, c: 2, c: 3}", "{a: 1, b: {c: 3}}", &[(15, 9), (21, 9)][..]),
        ("[{\"a\": 1, \"b\": 2, \"\\u0061\": 3}]", "[{b: 2, a: 3}]", &[(18, 2)]),
        ("- a: &x {b: 1, b: 2}\n  c: *x", "[{a: {b: 2}, c: {b: 2}}]", &[(15, 9)]),
        ("- {<<: {a: 1}, b: 2, b: 3}", "[{b: 3, a: 1}]", &[(21, 15)]),
    ] {
        let document = syntax::read(text, SourceId(0)).unwrap();
        assert_eq!(outline(&document.root), value, "{text}");
        let found: Vec<_> = document
            .repeated
            .iter()
            .map(|repeated| {
                let (first, _) = repeated.error.related.as_ref().unwrap();
                (repeated.error.span.start, first.start)
            })
            .collect();
        assert_eq!(found, places, "{text}");
        assert!(document.repeated.iter().all(|repeated| !repeated.in_root), "{text}");
        assert_eq!(syntax::parse(text, SourceId(0)).unwrap_err(), document.repeated[0].error);
    }
    let document = syntax::read("a: 1\na: 2\n", SourceId(0)).unwrap();
    assert!(document.repeated.iter().all(|repeated| repeated.in_root));
    let many = format!("a: {{{}}}", "b: 1, ".repeat(10_000));
    assert_eq!(syntax::read(&many, SourceId(0)).unwrap().repeated.len(), 100);
}

#[test]
fn octal_numbers_are_noted() {
    let document = parse("mode: 0644\nplain: 644\nquoted: '0644'\nnine: 0689\n0644: key\n");
    let [note] = document.notes.as_slice() else { panic!("{:?}", document.notes) };
    insta::assert_snapshot!(format!("{}\nhelp: {}", note.message, note.help), @r#"
    `0644` is read as an octal number, with the value 420
    help: If you mean these digits, put them in quotes ("0644"). Otherwise, write 420.
    "#);
    assert_eq!((note.span.start, note.span.end), (6, 10));
}

#[test]
fn aliases_are_copies_with_the_places_of_the_original() {
    let text = "a: &x {k: !Ref v}\nb: *x\nc: [*x, &y z, *y]\n";
    let root = parse(text).root;
    assert_eq!(outline(&root), "{a: {k: {Ref: \"v\"}}, b: {k: {Ref: \"v\"}}, c: [{k: {Ref: \"v\"}}, \"z\", \"z\"]}");
    assert_eq!(root.get("b"), root.get("a"));
    assert_eq!(text.len() - 1, root.span.end as usize, "the document still ends at its own end");
    // The newest definition counts.
    assert_eq!(read("a: &x 1\nb: *x\nc: &x 2\nd: *x\n"), "{a: 1, b: 1, c: 2, d: 2}");
    assert_eq!(read("- &a\n- *a\n"), "[null, null]");
    assert_eq!(read("- &s !GetAtt a.b\n- *s\n"), "[{Fn::GetAtt: [\"a\", \"b\"]}, {Fn::GetAtt: [\"a\", \"b\"]}]");
}

#[test]
fn merges_add_what_is_not_there() {
    table(&[
        ("b: &b {x: 1, y: 2}\nc: {<<: *b, y: 3}", "{b: {x: 1, y: 2}, c: {y: 3, x: 1}}"),
        ("b: &b {x: 1}\nc: {y: 3, <<: *b}", "{b: {x: 1}, c: {y: 3, x: 1}}"),
        ("a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}", "{a: {x: 1}, b: {x: 2, y: 2}, c: {x: 1, y: 2}}"),
        ("{<<: {a: 1}, b: 2}", "{b: 2, a: 1}"),
        ("{'<<': 1, \"a\": 2}", "{<<: 1, a: 2}"),
        ("{<<: []}", "{}"),
        ("a: &a {x: 1}\nb: &b {<<: *a, y: 1}\nc: {<<: *b}", "{a: {x: 1}, b: {y: 1, x: 1}, c: {y: 1, x: 1}}"),
    ]);
    let text = "base: &b {x: 1}\nuse: {<<: *b}\n";
    let root = parse(text).root;
    let merged = &root.get("use").expect("a map").as_mapping().expect("a map")[0];
    assert_eq!((merged.key_span.start, merged.value.span.start), (10, 13), "where they are written");
}

#[test]
fn block_collections_end_with_their_last_value() {
    let text = "A:\n  B: 1   # comment\n\n  # more\n\nC:\n- x\n-\n  - y\n\n# end\nD:\n  E:\n  F: |\n    z\n\n\nG: \
                >+\n  keep\n\nH: [1, {i: }, a: b ]\n";
    let document = parse(text);
    assert_spans(&document, text, SourceId(0));
    insta::assert_snapshot!(places(&document.root, text)[1..].join("\n---\n"), @r#"
    A
    ---
    B: 1
    ---
    B
    ---
    1
    ---
    C
    ---
    - x
    -
      - y
    ---
    x
    ---
    - y
    ---
    y
    ---
    D
    ---
    E:
      F: |
        z
    ---
    E
    ---

    ---
    F
    ---
    |
        z
    ---
    G
    ---
    >+
      keep


    ---
    H
    ---
    [1, {i: }, a: b ]
    ---
    1
    ---
    {i: }
    ---
    i
    ---

    ---
    a: b
    ---
    a
    ---
    b
    "#);
}

#[test]
fn comments_are_kept_in_order() {
    let text = "# first\r\na: 1 # beside\r\nb: | # header\r\n  # text\r\n  x\r\n#\r\nc: [1, # flow\r\n  2]\r\nd: 'no \
                # comment'\r\n#last";
    let document = parse(text);
    let comments: Vec<&str> = document.comments.iter().map(|comment| comment.text.as_ref()).collect();
    assert_eq!(comments, ["first", "beside", "header", "", "flow", "last"]);
    assert_spans(&document, text, SourceId(0));
}

#[test]
fn line_breaks_marks_and_markers_change_nothing() {
    let text = "a:\n  - b: ü\n    c: |\n      x\n      y\n  - >-\n    z\nd: 'q'\n";
    let expected = read(text);
    for variant in [
        text.replace('\n', "\r\n"),
        text.replace('\n', "\r"),
        format!("\u{feff}{text}"),
        format!("---\n{text}"),
        format!("---\n{text}...\n"),
        format!("%YAML 1.1\n---\n{text}"),
        format!("\u{feff}# c\n--- # d\n{text}...\n# e\n"),
    ] {
        let document = parse(&variant);
        assert_eq!(outline(&document.root), expected, "{variant:?}");
        assert_spans(&document, &variant, SourceId(0));
    }
}

#[test]
fn long_comment_blocks_are_no_error() {
    let comments = "# line\n".repeat(5000);
    assert_eq!(read(&format!("a:\n{comments}  b: 1\n")), "{a: {b: 1}}");
}
