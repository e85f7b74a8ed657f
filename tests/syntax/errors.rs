//! What people read when a template is broken: where, what, and what to do.

use hipaalint::source::{Source, SourceId, Span};
use hipaalint::syntax::{self, SyntaxError};

/// The error as a person sees it: the line, the marked place, the words.
fn show(text: &str, error: &SyntaxError) -> String {
    let source = Source::new(SourceId(0), "template", text);
    let mark = |span: Span| {
        let position = source.position(span.start);
        let (start, end) = source.line_range(position.line).expect("a line of the text");
        let marks = source.slice(span).lines().next().unwrap_or("").chars().count().max(1);
        let indent = " ".repeat(position.column - 1);
        let line = format!("{:>3} | {}", position.line, text[start..end].replace('\t', "→"));
        format!("{}\n    | {indent}{}", line.trim_end(), "^".repeat(marks))
    };
    let mut shown = format!("{}\n{}\nhelp: {}", error.message, mark(error.span), error.help);
    if let Some((span, words)) = &error.related {
        shown += &format!("\n{}\n{}", words, mark(*span));
    }
    shown
}

#[track_caller]
fn json(text: &str) -> String {
    show(text, &syntax::json::parse(text, SourceId(0)).expect_err("an error"))
}

#[track_caller]
fn yaml(text: &str) -> String {
    show(text, &syntax::yaml::parse(text, SourceId(0)).expect_err("an error"))
}

#[test]
fn json_duplicate_key() {
    insta::assert_snapshot!(json("{\n  \"A\": 1,\n  \"B\": 2,\n  \"\\u0041\": 3\n}"), @r#"
    the key `A` stands twice in the same map
      4 |   "\u0041": 3
        |   ^^^^^^^^
    help: a reader would keep only one of the two values: rename one of the keys, or remove one entry
    the same key was first used here
      2 |   "A": 1,
        |   ^^^
    "#);
}

#[test]
fn json_trailing_comma() {
    insta::assert_snapshot!(json("{\n  \"A\": [1, 2,\n  ]\n}"), @r#"
    a comma stands before the closing `]`
      2 |   "A": [1, 2,
        |             ^
    help: JSON allows no trailing comma: remove it
    "#);
}

#[test]
fn json_missing_comma() {
    insta::assert_snapshot!(json("{\n  \"A\": 1\n  \"B\": 2\n}"), @r#"
    a comma is missing before this `"`
      3 |   "B": 2
        |   ^
    help: separate values with `,`
    "#);
}

#[test]
fn json_comment() {
    insta::assert_snapshot!(json("{\n  // the bucket\n  \"A\": 1\n}"), @r#"
    JSON has no comments
      2 |   // the bucket
        |   ^^^^^^^^^^^^^
    help: remove it, move it into a `Description` or `Metadata`, or write the template in YAML, which has comments (`#`)
    "#);
}

#[test]
fn json_single_quotes() {
    insta::assert_snapshot!(json("{'A': 1}"), @r#"
    JSON text stands in double quotes
      1 | {'A': 1}
        |  ^
    help: replace the single quotes by double quotes (")
    "#);
}

#[test]
fn json_truncated() {
    insta::assert_snapshot!(json("{\n  \"A\": {\n    \"B\": [1, 2\n"), @r#"
    the text ends too early
      3 |     "B": [1, 2
        |               ^
    help: close it with `]`; is the file complete?
    this `[` is never closed
      3 |     "B": [1, 2
        |          ^
    "#);
}

#[test]
fn json_wrong_bracket() {
    insta::assert_snapshot!(json("{\n  \"A\": [1, 2}\n}"), @r#"
    a comma or `]` must stand here, not `}`
      2 |   "A": [1, 2}
        |             ^
    help: close with `]` what was opened last
    opened here
      2 |   "A": [1, 2}
        |        ^
    "#);
}

#[test]
fn json_text_without_end() {
    insta::assert_snapshot!(json("{\n  \"A\": \"bucket,\n  \"B\": 1\n}"), @r#"
    the text is not closed on its line
      2 |   "A": "bucket,
        |        ^^^^^^^^
    help: add the closing double quote; a line break inside a text is written `\n`
    "#);
}

#[test]
fn json_words_of_other_languages() {
    insta::assert_snapshot!(json("{\"A\": True}"), @r#"
    `True` is no JSON boolean
      1 | {"A": True}
        |       ^^^^
    help: write `true`
    "#);
    insta::assert_snapshot!(json("{\"A\": None}"), @r#"
    `None` is no JSON value
      1 | {"A": None}
        |       ^^^^
    help: write `null`
    "#);
    insta::assert_snapshot!(json("{\"A\": 0644}"), @r#"
    `0644` is no JSON number
      1 | {"A": 0644}
        |       ^^^^
    help: JSON numbers have no leading zeros: put it in double quotes if the zeros matter (an account number, a file mode), otherwise remove them
    "#);
    insta::assert_snapshot!(json("{\"A\": eu-central-1}"), @r#"
    `eu-central-1` is no JSON value
      1 | {"A": eu-central-1}
        |       ^^^^^^^^^^^^
    help: put text in double quotes
    "#);
    insta::assert_snapshot!(json("{A: 1}"), @r#"
    the key `A` is not in double quotes
      1 | {A: 1}
        |  ^
    help: put every key in double quotes
    "#);
}

#[test]
fn json_escapes() {
    insta::assert_snapshot!(json("[\"C:\\dir\"]"), @r#"
    `\d` is no JSON escape
      1 | ["C:\dir"]
        |     ^^
    help: write `\\` for a backslash; JSON's escapes are \" \\ \/ \b \f \n \r \t and \u with four digits
    "#);
    insta::assert_snapshot!(json("[\"\\ud83d!\"]"), @r#"
    `\ud83d` is half of a surrogate pair, no character
      1 | ["\ud83d!"]
        |   ^^^^^^
    help: write both halves (such as \ud83d\ude00), or the character itself
    "#);
    insta::assert_snapshot!(json("[\"a\tb\"]"), @r#"
    the control character `\t` stands in a text
      1 | ["a→b"]
        |    ^
    help: write it as an escape (`\t` for a tab, `\u0000` to `\u001f` for others)
    the text starts here
      1 | ["a→b"]
        |  ^
    "#);
}

#[test]
fn json_more_than_one_document() {
    insta::assert_snapshot!(json("{}\n}"), @r#"
    the document ended before this
      2 | }
        | ^
    help: remove this bracket; perhaps an earlier one closes too much
    "#);
    insta::assert_snapshot!(json(" \n"), @r#"
    the text is empty
      1 |
        | ^
    help: write a template into the file
    "#);
}

#[test]
fn yaml_duplicate_key() {
    insta::assert_snapshot!(yaml("Resources:\n  A: 1\n  B: 2\n  'A': 3\n"), @r#"
    the key `A` stands twice in the same map
      4 |   'A': 3
        |   ^^^
    help: a reader would keep only one of the two values: rename one of the keys, or remove one entry
    the same key was first used here
      2 |   A: 1
        |   ^
    "#);
}

#[test]
fn yaml_two_documents() {
    insta::assert_snapshot!(yaml("a: 1\n---\nb: 2\n"), @r#"
    a second document starts here
      2 | ---
        | ^^^
    help: put each template into a file of its own
    the first document
      1 | a: 1
        | ^
    "#);
}

#[test]
fn yaml_indentation() {
    insta::assert_snapshot!(yaml("a:\n  - b\n c: d\n"), @r#"
    this does not line up with what stands above
      3 |  c: d
        |  ^
    help: indent entries of the same list or map alike, and items with `- ` like each other
    "#);
    insta::assert_snapshot!(yaml("a:\n    b: 1\n  c: 2\n"), @r#"
    this does not line up with what stands above
      3 |   c: 2
        |   ^
    help: indent entries of the same list or map alike, and items with `- ` like each other
    "#);
    insta::assert_snapshot!(yaml("a: 1\n b: 2\n"), @r#"
    a colon stands where no key can be
      2 |  b: 2
        |   ^
    help: put text that holds `: ` in quotes; otherwise check how this line is indented
    "#);
    insta::assert_snapshot!(yaml("a: x\n- b\n"), @r#"
    this does not line up with what stands above
      2 | - b
        |   ^
    help: indent entries of the same list or map alike, and items with `- ` like each other
    "#);
}

#[test]
fn yaml_tabs() {
    insta::assert_snapshot!(yaml("a:\n\tb: 1\n"), @r#"
    a tab is used as indentation
      2 | →b: 1
        | ^
    help: YAML is indented with spaces: replace it
    "#);
    insta::assert_snapshot!(yaml("a:\n  b: 1\n\t- c\n"), @r#"
    a tab is used as indentation
      3 | →- c
        | ^
    help: YAML is indented with spaces: replace it
    "#);
}

#[test]
fn yaml_colons() {
    insta::assert_snapshot!(yaml("Description: Note: this\n"), @r#"
    a colon stands where no key can be
      1 | Description: Note: this
        |                  ^
    help: put text that holds `: ` in quotes; otherwise check how this line is indented
    "#);
    insta::assert_snapshot!(yaml("a: 1\nb\nc: 2\n"), @r#"
    a key without a colon
      2 | b
        | ^
    help: write `key: value`, with a space behind the colon
    "#);
    insta::assert_snapshot!(yaml(": a\n"), @r#"
    a key is missing
      1 | : a
        | ^
    help: write it before the colon, or quote the text
    "#);
}

#[test]
fn yaml_brackets() {
    insta::assert_snapshot!(yaml("a: [1, 2\nb: 3\n"), @r#"
    a comma or `]` must stand here
      2 | b: 3
        |  ^
    help: separate values with `,`, close with `]`, and put text that holds `: ` or `,` in quotes
    opened here
      1 | a: [1, 2
        |    ^
    "#);
    insta::assert_snapshot!(yaml("a: [1,\n  2\n"), @r#"
    the text ends too early
      2 |   2
        |    ^
    help: close it with `]`; is the file complete?
    this `[` is never closed
      1 | a: [1,
        |    ^
    "#);
    insta::assert_snapshot!(yaml("a: {b: [1, 2}\n"), @r#"
    `[` is closed by `}`
      1 | a: {b: [1, 2}
        |        ^
    help: close it with `]`, or look for a bracket that is missing inside
    "#);
    insta::assert_snapshot!(yaml("a: {b: c d: e}\n"), @r#"
    a comma or `}` must stand here
      1 | a: {b: c d: e}
        |           ^
    help: separate values with `,`, close with `}`, and put text that holds `: ` or `,` in quotes
    opened here
      1 | a: {b: c d: e}
        |    ^
    "#);
    insta::assert_snapshot!(yaml("a: ]\n"), @r#"
    this bracket closes nothing
      1 | a: ]
        |    ^
    help: remove it, or put the text in quotes
    "#);
}

#[test]
fn yaml_quotes() {
    insta::assert_snapshot!(yaml("a: \"abc\nb: 1\n"), @r#"
    a text in quotes is not closed
      2 | b: 1
        | ^
    help: add the closing quote; further lines of the text must be indented more than its key
    the text starts here
      1 | a: "abc
        |    ^
    "#);
    insta::assert_snapshot!(yaml("a: 'x' y\n"), @r#"
    text follows the closing quote
      1 | a: 'x' y
        |        ^
    help: put the whole value in quotes; inside, write '' for ' or \" for "
    "#);
    insta::assert_snapshot!(yaml("a: \"C:\\dir\"\n"), @r#"
    an unknown escape in double quotes
      1 | a: "C:\dir"
        |       ^^
    help: write `\\` for a backslash, or use single quotes, which have no escapes
    "#);
    insta::assert_snapshot!(yaml("a: @x\n"), @r#"
    `@` cannot stand here
      1 | a: @x
        |    ^
    help: put the text in quotes if it belongs to a value
    "#);
}

#[test]
fn yaml_tags() {
    insta::assert_snapshot!(yaml("a: !Base64 !Sub x\n"), @r#"
    a second tag stands directly behind another
      1 | a: !Base64 !Sub x
        |            ^
    help: write one of the functions in its long form, such as `Fn::Base64:` with `!Sub` below it
    "#);
    insta::assert_snapshot!(yaml("!Ref a: b\n"), @r#"
    the key `a` has the tag `!Ref`
      1 | !Ref a: b
        | ^^^^
    help: a function cannot make a key: write the key as text
    "#);
    insta::assert_snapshot!(yaml("a: !!int x\n"), @r#"
    the tag `!!int` does not fit `x`
      1 | a: !!int x
        |    ^^^^^
    help: remove the tag, or write a value of its type
    "#);
    insta::assert_snapshot!(yaml("a: !x!y z\n"), @r#"
    a tag with an unknown prefix
      1 | a: !x!y z
        |    ^
    help: CloudFormation's short forms look like `!Sub`
    "#);
}

#[test]
fn yaml_keys_that_are_no_text() {
    insta::assert_snapshot!(yaml("a: {{ name }}\n"), @r#"
    a list or map stands where a key must be
      1 | a: {{ name }}
        |     ^
    help: keys are plain text; `{{ name }}` of a template engine must be put in quotes
    "#);
    insta::assert_snapshot!(yaml("[1]: a\n"), @r#"
    a list or map stands where a key must be
      1 | [1]: a
        | ^
    help: keys are plain text; `{{ name }}` of a template engine must be put in quotes
    "#);
    insta::assert_snapshot!(yaml("? - a\n: b\n"), @r#"
    a list or map stands where a key must be
      1 | ? - a
        |   ^
    help: keys are plain text; `{{ name }}` of a template engine must be put in quotes
    "#);
    insta::assert_snapshot!(yaml("a: &x [1]\n*x : b\n"), @r#"
    a list or map stands where a key must be
      2 | *x : b
        | ^^
    help: keys are plain text; `{{ name }}` of a template engine must be put in quotes
    "#);
}

#[test]
fn yaml_aliases() {
    insta::assert_snapshot!(yaml("a: *x\nb: &x 1\n"), @r#"
    the alias `*x` refers to nothing
      1 | a: *x
        |    ^^
    help: define it earlier with `&x`, or put the text in quotes if it is no alias
    "#);
    insta::assert_snapshot!(yaml("a: &x [1, *x]\n"), @r#"
    the alias `*x` stands inside the value that it refers to
      1 | a: &x [1, *x]
        |           ^^
    help: move `&x` to a value that is complete before the alias
    "#);
}

#[test]
fn yaml_merges() {
    insta::assert_snapshot!(yaml("a: &a 1\nb: {<<: *a}\n"), @r#"
    `<<` merges maps, and this is a number
      2 | b: {<<: *a}
        |     ^^
    help: write `<<: *anchor` with the anchor of a map, or `"<<"` if it is a key like any other
    the value
      1 | a: &a 1
        |       ^
    "#);
    insta::assert_snapshot!(yaml("b:\n  <<: !Sub x\n"), @r#"
    `<<` merges maps, and this is a function
      2 |   <<: !Sub x
        |   ^^
    help: write `<<: *anchor` with the anchor of a map, or `"<<"` if it is a key like any other
    the value
      2 |   <<: !Sub x
        |       ^^^^^^
    "#);
    insta::assert_snapshot!(yaml("b:\n  <<: {a: 1}\n  <<: {c: 1}\n"), @r#"
    `<<` stands twice in the same map
      3 |   <<: {c: 1}
        |   ^^
    help: merge a list instead: `<<: [*one, *other]`
    the first `<<`
      2 |   <<: {a: 1}
        |   ^^
    "#);
}

#[test]
fn yaml_text_blocks() {
    insta::assert_snapshot!(yaml("a: |\n   x\n  y\n"), @r#"
    this does not line up with what stands above
      3 |   y
        |   ^
    help: indent entries of the same list or map alike, and items with `- ` like each other
    "#);
    insta::assert_snapshot!(yaml("a: | x\n"), @r#"
    text stands behind the `|` or `>` that starts a block of text
      1 | a: | x
        |    ^
    help: start the text on the next line, indented, or put it in quotes if the sign belongs to it
    "#);
}

#[test]
fn nesting_is_bounded_alike_in_both_languages() {
    let deepest = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for parse in [syntax::json::parse, syntax::yaml::parse, syntax::parse] {
        assert!(parse(&deepest(syntax::MAX_DEPTH), SourceId(0)).is_ok());
        let text = deepest(syntax::MAX_DEPTH + 1);
        let error = parse(&text, SourceId(0)).expect_err("too deep");
        assert_eq!(error.message, "lists and maps are nested more than 200 levels deep");
        assert_eq!((error.span.start, error.span.end), (200, 201), "the bracket that is one too many");
    }
    // A function is a map around its value, and an alias as deep as what it stands for.
    let functions = |depth: usize| format!("{}1{}", "!Not [".repeat(depth), "]".repeat(depth));
    assert!(syntax::yaml::parse(&functions(syntax::MAX_DEPTH / 2), SourceId(0)).is_ok());
    assert!(syntax::yaml::parse(&functions(syntax::MAX_DEPTH / 2 + 1), SourceId(0)).is_err());
    let aliases: String = (1..300).map(|n| format!("- &a{n} [*a{}]\n", n - 1)).collect();
    let error = syntax::yaml::parse(&format!("- &a0 []\n{aliases}"), SourceId(0)).expect_err("too deep");
    assert_eq!(error.message, "lists and maps are nested more than 200 levels deep");
}

#[test]
fn json_that_is_yaml_is_read_as_yaml() {
    for text in [
        "{\"a\": 1,}",
        "{\"a\": 1, # comment\n \"b\": 2}",
        "{'a': 1}",
        "{a: 1}",
        "{\"a\": !Ref b}",
        "[1, 2,]",
        "\u{feff}{a: [1, 2]}",
    ] {
        let document = syntax::parse(text, SourceId(0)).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert_eq!(document.language, syntax::Language::Yaml, "{text}");
    }
    for text in [
        "{\"a\":\n\t1}",
        "\u{feff}{\n\t\"a\":\t[]\n}",
        "{\"a\":1}",
        "[]",
        " {\"a\" : 010e3}".replace("010", "10").as_str(),
    ] {
        let document = syntax::parse(text, SourceId(0)).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert_eq!(document.language, syntax::Language::Json, "{text}");
    }
}

#[test]
fn of_two_errors_the_one_of_the_writers_language_is_reported() {
    let parse = |text: &str| show(text, &syntax::parse(text, SourceId(0)).expect_err("an error"));
    insta::assert_snapshot!(parse("{\n  \"A\": 1\n  \"B\": [2\n}"), @r#"
    a comma is missing before this `"`
      3 |   "B": [2
        |   ^
    help: separate values with `,`
    "#);
    insta::assert_snapshot!(parse("{\"A\": 1, \"A\": 2}"), @r#"
    the key `A` stands twice in the same map
      1 | {"A": 1, "A": 2}
        |          ^^^
    help: a reader would keep only one of the two values: rename one of the keys, or remove one entry
    the same key was first used here
      1 | {"A": 1, "A": 2}
        |  ^^^
    "#);
    insta::assert_snapshot!(parse("{A: [1, 2}"), @r#"
    `[` is closed by `}`
      1 | {A: [1, 2}
        |     ^
    help: close it with `]`, or look for a bracket that is missing inside
    "#);
    insta::assert_snapshot!(parse("// template\n{\"A\": 1}"), @r#"
    JSON has no comments
      1 | // template
        | ^^^^^^^^^^^
    help: remove it, move it into a `Description` or `Metadata`, or write the template in YAML, which has comments (`#`)
    "#);
}
