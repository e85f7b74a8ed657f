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
    the key `A` is used twice in the same map
      4 |   "\u0041": 3
        |   ^^^^^^^^
    help: Rename one of the keys, or remove one of the entries. Parsers keep only one of the two values.
    first use of the key
      2 |   "A": 1,
        |   ^^^
    "#);
}

#[test]
fn json_trailing_comma() {
    insta::assert_snapshot!(json("{\n  \"A\": [1, 2,\n  ]\n}"), @r#"
    trailing comma before the closing `]`
      2 |   "A": [1, 2,
        |             ^
    help: Remove the comma. JSON does not allow trailing commas.
    "#);
}

#[test]
fn json_missing_comma() {
    insta::assert_snapshot!(json("{\n  \"A\": 1\n  \"B\": 2\n}"), @r#"
    a comma is missing before this `"`
      3 |   "B": 2
        |   ^
    help: Separate values with `,`.
    "#);
}

#[test]
fn json_comment() {
    insta::assert_snapshot!(json("{\n  // the bucket\n  \"A\": 1\n}"), @r#"
    JSON does not support comments
      2 |   // the bucket
        |   ^^^^^^^^^^^^^
    help: Remove the comment, move it to a `Description` or to `Metadata`, or convert the template to YAML, which supports comments (`#`).
    "#);
}

#[test]
fn json_single_quotes() {
    insta::assert_snapshot!(json("{'A': 1}"), @r#"
    JSON strings need double quotes
      1 | {'A': 1}
        |  ^
    help: Replace the single quotes with double quotes (").
    "#);
}

#[test]
fn json_truncated() {
    insta::assert_snapshot!(json("{\n  \"A\": {\n    \"B\": [1, 2\n"), @r#"
    unexpected end of file
      3 |     "B": [1, 2
        |               ^
    help: Close it with `]`, and check whether the file is complete.
    this `[` is never closed
      3 |     "B": [1, 2
        |          ^
    "#);
}

#[test]
fn json_wrong_bracket() {
    insta::assert_snapshot!(json("{\n  \"A\": [1, 2}\n}"), @r#"
    expected a comma or `]`, found `}`
      2 |   "A": [1, 2}
        |             ^
    help: Close the innermost open bracket with `]`.
    opened here
      2 |   "A": [1, 2}
        |        ^
    "#);
}

#[test]
fn json_text_without_end() {
    insta::assert_snapshot!(json("{\n  \"A\": \"bucket,\n  \"B\": 1\n}"), @r#"
    the string is not closed on its line
      2 |   "A": "bucket,
        |        ^^^^^^^^
    help: Add the closing double quote. Write line breaks in a string as `\n`.
    "#);
}

#[test]
fn json_words_of_other_languages() {
    insta::assert_snapshot!(json("{\"A\": True}"), @r#"
    `True` is not a valid JSON boolean
      1 | {"A": True}
        |       ^^^^
    help: Write `true`.
    "#);
    insta::assert_snapshot!(json("{\"A\": None}"), @r#"
    `None` is not a valid JSON value
      1 | {"A": None}
        |       ^^^^
    help: Write `null`.
    "#);
    insta::assert_snapshot!(json("{\"A\": 0644}"), @r#"
    `0644` is not a valid JSON number
      1 | {"A": 0644}
        |       ^^^^
    help: JSON numbers cannot have leading zeros. If the zeros matter (an account number, a file mode), put the value in double quotes. Otherwise, remove the zeros.
    "#);
    insta::assert_snapshot!(json("{\"A\": eu-central-1}"), @r#"
    `eu-central-1` is not a valid JSON value
      1 | {"A": eu-central-1}
        |       ^^^^^^^^^^^^
    help: Put strings in double quotes.
    "#);
    insta::assert_snapshot!(json("{A: 1}"), @r#"
    the key `A` is not in double quotes
      1 | {A: 1}
        |  ^
    help: Put every key in double quotes.
    "#);
}

#[test]
fn json_escapes() {
    insta::assert_snapshot!(json("[\"C:\\dir\"]"), @r#"
    `\d` is not a valid JSON escape
      1 | ["C:\dir"]
        |     ^^
    help: Write `\\` for a backslash. JSON's escapes are \" \\ \/ \b \f \n \r \t and \u with four digits.
    "#);
    insta::assert_snapshot!(json("[\"\\ud83d!\"]"), @r#"
    `\ud83d` is half of a surrogate pair, not a character
      1 | ["\ud83d!"]
        |   ^^^^^^
    help: Write both halves (such as \ud83d\ude00), or the character itself.
    "#);
    insta::assert_snapshot!(json("[\"a\tb\"]"), @r#"
    control character `\t` in a string
      1 | ["a→b"]
        |    ^
    help: Write it as an escape (`\t` for a tab, `\u0000` to `\u001f` for others).
    the string starts here
      1 | ["a→b"]
        |  ^
    "#);
}

#[test]
fn json_more_than_one_document() {
    insta::assert_snapshot!(json("{}\n}"), @r#"
    unexpected text after the end of the document
      2 | }
        | ^
    help: Remove this bracket, or an earlier closing bracket that is not needed.
    "#);
    insta::assert_snapshot!(json(" \n"), @r#"
    the file is empty
      1 |
        | ^
    help: Write a template in the file.
    "#);
}

#[test]
fn yaml_duplicate_key() {
    insta::assert_snapshot!(yaml("Resources:\n  A: 1\n  B: 2\n  'A': 3\n"), @r#"
    the key `A` is used twice in the same map
      4 |   'A': 3
        |   ^^^
    help: Rename one of the keys, or remove one of the entries. Parsers keep only one of the two values.
    first use of the key
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
    help: Put each template in a separate file.
    the first document
      1 | a: 1
        | ^
    "#);
}

#[test]
fn yaml_indentation() {
    insta::assert_snapshot!(yaml("a:\n  - b\n c: d\n"), @r#"
    inconsistent indentation
      3 |  c: d
        |  ^
    help: Indent all entries of a list or map by the same number of spaces.
    "#);
    insta::assert_snapshot!(yaml("a:\n    b: 1\n  c: 2\n"), @r#"
    inconsistent indentation
      3 |   c: 2
        |   ^
    help: Indent all entries of a list or map by the same number of spaces.
    "#);
    insta::assert_snapshot!(yaml("a: 1\n b: 2\n"), @r#"
    unexpected colon
      2 |  b: 2
        |   ^
    help: Put values that contain `: ` in quotes. Otherwise, check the indentation of this line.
    "#);
    insta::assert_snapshot!(yaml("a: x\n- b\n"), @r#"
    inconsistent indentation
      2 | - b
        |   ^
    help: Indent all entries of a list or map by the same number of spaces.
    "#);
}

#[test]
fn yaml_tabs() {
    insta::assert_snapshot!(yaml("a:\n\tb: 1\n"), @r#"
    a tab is used for indentation
      2 | →b: 1
        | ^
    help: Replace the tab with spaces. YAML does not allow tabs for indentation.
    "#);
    insta::assert_snapshot!(yaml("a:\n  b: 1\n\t- c\n"), @r#"
    a tab is used for indentation
      3 | →- c
        | ^
    help: Replace the tab with spaces. YAML does not allow tabs for indentation.
    "#);
}

#[test]
fn yaml_colons() {
    insta::assert_snapshot!(yaml("Description: Note: this\n"), @r#"
    unexpected colon
      1 | Description: Note: this
        |                  ^
    help: Put values that contain `: ` in quotes. Otherwise, check the indentation of this line.
    "#);
    insta::assert_snapshot!(yaml("a: 1\nb\nc: 2\n"), @r#"
    missing colon after a key
      2 | b
        | ^
    help: Write `key: value`, with a space after the colon.
    "#);
    insta::assert_snapshot!(yaml(": a\n"), @r#"
    a key is missing
      1 | : a
        | ^
    help: Write the key before the colon, or put the value in quotes.
    "#);
}

#[test]
fn yaml_brackets() {
    insta::assert_snapshot!(yaml("a: [1, 2\nb: 3\n"), @r#"
    expected a comma or `]`
      2 | b: 3
        |  ^
    help: Separate values with `,`, close with `]`, and put values that contain `: ` or `,` in quotes.
    opened here
      1 | a: [1, 2
        |    ^
    "#);
    insta::assert_snapshot!(yaml("a: [1,\n  2\n"), @r#"
    unexpected end of file
      2 |   2
        |    ^
    help: Close it with `]`, and check whether the file is complete.
    this `[` is never closed
      1 | a: [1,
        |    ^
    "#);
    insta::assert_snapshot!(yaml("a: {b: [1, 2}\n"), @r#"
    `[` is closed by `}`
      1 | a: {b: [1, 2}
        |        ^
    help: Close it with `]`, or add the closing bracket that is missing inside it.
    "#);
    insta::assert_snapshot!(yaml("a: {b: c d: e}\n"), @r#"
    expected a comma or `}`
      1 | a: {b: c d: e}
        |           ^
    help: Separate values with `,`, close with `}`, and put values that contain `: ` or `,` in quotes.
    opened here
      1 | a: {b: c d: e}
        |    ^
    "#);
    // A key with a value is a map of its own, which no bracket opens.
    insta::assert_snapshot!(yaml("B: [key: v\n  l{]\n"), @r#"
    expected a comma or `]`
      2 |   l{]
        |    ^
    help: Separate values with `,`, close with `]`, and put values that contain `: ` or `,` in quotes.
    opened here
      1 | B: [key: v
        |    ^
    "#);
    insta::assert_snapshot!(yaml("R: [éé: x, ü: y\nl{"), @r#"
    expected a comma or `]`
      2 | l{
        |  ^
    help: Separate values with `,`, close with `]`, and put values that contain `: ` or `,` in quotes.
    opened here
      1 | R: [éé: x, ü: y
        |    ^
    "#);
    insta::assert_snapshot!(yaml("a: ]\n"), @r#"
    this closing bracket does not match an opening bracket
      1 | a: ]
        |    ^
    help: Remove it, or put the value in quotes.
    "#);
}

#[test]
fn yaml_quotes() {
    insta::assert_snapshot!(yaml("a: \"abc\nb: 1\n"), @r#"
    the quoted string is not closed
      2 | b: 1
        | ^
    help: Add the closing quote where the string ends.
    the string starts here
      1 | a: "abc
        |    ^
    "#);
    insta::assert_snapshot!(yaml("a: 'x' y\n"), @r#"
    unexpected text after the closing quote
      1 | a: 'x' y
        |        ^
    help: Put the whole value in quotes. Inside the quotes, write '' for ' or \" for ".
    "#);
    insta::assert_snapshot!(yaml("a: \"C:\\dir\"\n"), @r#"
    invalid escape in double quotes
      1 | a: "C:\dir"
        |       ^^
    help: Write `\\` for a backslash, or use single quotes, which do not have escapes.
    "#);
    insta::assert_snapshot!(yaml("a: @x\n"), @r#"
    unexpected character `@`
      1 | a: @x
        |    ^
    help: Put the value in quotes if the character is part of it.
    "#);
}

#[test]
fn yaml_tags() {
    insta::assert_snapshot!(yaml("a: !Base64 !Sub x\n"), @r#"
    two tags in a row
      1 | a: !Base64 !Sub x
        |            ^
    help: Write one of the functions in its long form, such as `Fn::Base64:` with `!Sub` below it.
    "#);
    insta::assert_snapshot!(yaml("!Ref a: b\n"), @r#"
    the key `a` has the tag `!Ref`
      1 | !Ref a: b
        | ^^^^
    help: Write the key as plain text. A function cannot compute a key.
    "#);
    insta::assert_snapshot!(yaml("a: !!int x\n"), @r#"
    the tag `!!int` does not fit `x`
      1 | a: !!int x
        |    ^^^^^
    help: Remove the tag, or write a value of that type.
    "#);
    insta::assert_snapshot!(yaml("a: !x!y z\n"), @r#"
    unknown tag prefix
      1 | a: !x!y z
        |    ^
    help: Write functions as CloudFormation does, such as `!Sub`.
    "#);
}

#[test]
fn yaml_keys_that_are_no_text() {
    insta::assert_snapshot!(yaml("a: {{ name }}\n"), @r#"
    a list or map cannot be a key
      1 | a: {{ name }}
        |     ^
    help: Write keys as plain text, and put placeholders of template engines, such as `{{ name }}`, in quotes.
    "#);
    insta::assert_snapshot!(yaml("[1]: a\n"), @r#"
    a list or map cannot be a key
      1 | [1]: a
        | ^
    help: Write keys as plain text, and put placeholders of template engines, such as `{{ name }}`, in quotes.
    "#);
    insta::assert_snapshot!(yaml("? - a\n: b\n"), @r#"
    a list or map cannot be a key
      1 | ? - a
        |   ^
    help: Write keys as plain text, and put placeholders of template engines, such as `{{ name }}`, in quotes.
    "#);
    insta::assert_snapshot!(yaml("a: &x [1]\n*x : b\n"), @r#"
    a list or map cannot be a key
      2 | *x : b
        | ^^
    help: Write keys as plain text, and put placeholders of template engines, such as `{{ name }}`, in quotes.
    "#);
}

#[test]
fn yaml_aliases() {
    insta::assert_snapshot!(yaml("a: *x\nb: &x 1\n"), @r#"
    the alias `*x` is not defined
      1 | a: *x
        |    ^^
    help: Define `&x` before this line, or put the value in quotes if it is not an alias.
    "#);
    insta::assert_snapshot!(yaml("a: &x [1, *x]\n"), @r#"
    the alias `*x` is inside the value that it refers to
      1 | a: &x [1, *x]
        |           ^^
    help: Move `&x` to a value that ends before the alias.
    "#);
}

#[test]
fn yaml_merges() {
    insta::assert_snapshot!(yaml("a: &a 1\nb: {<<: *a}\n"), @r#"
    `<<` merges maps, but this is a number
      2 | b: {<<: *a}
        |     ^^
    help: Write `<<: *anchor` with the anchor of a map, or `"<<"` if it is an ordinary key.
    the value
      1 | a: &a 1
        |       ^
    "#);
    insta::assert_snapshot!(yaml("b:\n  <<: !Sub x\n"), @r#"
    `<<` merges maps, but this is a function
      2 |   <<: !Sub x
        |   ^^
    help: Write `<<: *anchor` with the anchor of a map, or `"<<"` if it is an ordinary key.
    the value
      2 |   <<: !Sub x
        |       ^^^^^^
    "#);
    insta::assert_snapshot!(yaml("b:\n  <<: {a: 1}\n  <<: {c: 1}\n"), @r#"
    `<<` is used twice in the same map
      3 |   <<: {c: 1}
        |   ^^
    help: Merge a list instead: `<<: [*one, *other]`.
    the first `<<`
      2 |   <<: {a: 1}
        |   ^^
    "#);
}

#[test]
fn yaml_text_blocks() {
    insta::assert_snapshot!(yaml("a: |\n   x\n  y\n"), @r#"
    inconsistent indentation
      3 |   y
        |   ^
    help: Indent all entries of a list or map by the same number of spaces.
    "#);
    insta::assert_snapshot!(yaml("a: | x\n"), @r#"
    unexpected text after `|` or `>`
      1 | a: | x
        |    ^
    help: Start the text block on the next line, indented, or put the value in quotes if it begins with `|` or `>`.
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
    help: Separate values with `,`.
    "#);
    insta::assert_snapshot!(parse("{\"A\": 1, \"A\": 2}"), @r#"
    the key `A` is used twice in the same map
      1 | {"A": 1, "A": 2}
        |          ^^^
    help: Rename one of the keys, or remove one of the entries. Parsers keep only one of the two values.
    first use of the key
      1 | {"A": 1, "A": 2}
        |  ^^^
    "#);
    insta::assert_snapshot!(parse("{A: [1, 2}"), @r#"
    `[` is closed by `}`
      1 | {A: [1, 2}
        |     ^
    help: Close it with `]`, or add the closing bracket that is missing inside it.
    "#);
    insta::assert_snapshot!(parse("// template\n{\"A\": 1}"), @r#"
    JSON does not support comments
      1 | // template
        | ^^^^^^^^^^^
    help: Remove the comment, move it to a `Description` or to `Metadata`, or convert the template to YAML, which supports comments (`#`).
    "#);
}

/// What other programs leave in a file explains the error better than its grammar.
#[test]
fn conflicts_and_template_engines_are_named() {
    let error = |text: &str| syntax::read(text, SourceId(0)).expect_err("an error");
    let bucket = "Resources:\n  A:\n    Type: AWS::S3::Bucket\n";
    let sides =
        "<<<<<<< HEAD\n    Properties: {BucketName: a}\n=======\n    Properties: {BucketName: b}\n>>>>>>> feature\n";
    let conflict = format!("{bucket}{sides}");
    insta::assert_snapshot!(show(&conflict, &error(&conflict)), @r"
    the file has a merge conflict
      4 | <<<<<<< HEAD
        | ^^^^^^^
    help: Resolve it: keep what is right, and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`.
    ");
    for text in [
        "{\n  \"Resources\": {\n<<<<<<< HEAD\n    \"A\": {}\n=======\n    \"B\": {}\n>>>>>>> x\n  }\n}",
        "{\n<<<<<<< ours\n  \"A\": 1\n||||||| base\n  \"A\": 2\n=======\n  \"A\": 3\n>>>>>>> theirs\n}",
        "<<<<<<< HEAD\nA: 1\n=======\nA: 2\n>>>>>>> x\n",
        "A: 1\r\n<<<<<<< HEAD\r\nB: 1\r\n=======\r\nB: 2\r\n>>>>>>> x\r\n",
    ] {
        assert_eq!(error(text).message, "the file has a merge conflict", "{text}");
    }
    let engine = format!("{{% if is_prod %}}\n{bucket}{{% endif %}}\n");
    insta::assert_snapshot!(show(&engine, &error(&engine)), @r"
    the file is written for a template engine
      1 | {% if is_prod %}
        | ^^
    help: Render it first, and lint the result. `hipaalint -` reads it from standard input.
    ");
    for text in [
        format!("{bucket}{{% if is_prod %}}\n  B: {{Type: AWS::S3::Bucket}}\n{{% endif %}}\n"),
        format!("{{{{- if .Values.bucket }}}}\n{bucket}{{{{- end }}}}\n"),
        format!("{bucket}  <% if prod %>\n  B: {{Type: AWS::S3::Bucket}}\n  <% end %>\n"),
        format!("{{# for all stages #}}\n{bucket}"),
    ] {
        assert_eq!(error(&text).message, "the file is written for a template engine", "{text}");
    }
    // Other errors are as they are, whatever else is in the text.
    for text in [
        "A: [1\nB: |\n  <<<<<<< HEAD\n",
        "A: 'x\nB: |\n  =======\n",
        "A: {{ name }}\n",
        "A: 1: 2\n<<<<<<< HEAD\nB: 1\n=======\nB: 2\n>>>>>>> x\n",
    ] {
        let message = error(text).message;
        assert!(!message.contains("merge") && !message.contains("engine"), "{text}: {message}");
    }
}
