//! The fast reader of YAML against granit-parser: whatever the fast reader accepts, it reads as the same document, with the same places,
//! comments, notes and repeated keys.

use crate::syntax::mutation::{apply, changes};
use crate::syntax::{corpus, mutation};
use hipaalint::source::SourceId;
use hipaalint::syntax::yaml::read_both;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

/// A second or two. Raise it by hand to search.
const CASES: u32 = 1500;

/// Whether the fast reader reads the text. If it does, both readers agree.
#[track_caller]
fn is_fast(text: &str) -> bool {
    let (fast, slow) = read_both(text, SourceId(3));
    let Some(fast) = fast else { return false };
    let slow = slow.unwrap_or_else(|error| panic!("only the fast reader accepts {text:?}: {error:?}"));
    // Not-a-number is not equal to itself, but looks the same.
    if fast != slow {
        assert_eq!(format!("{fast:#?}"), format!("{slow:#?}"), "{text}");
    }
    true
}

/// All YAML files below a folder of this project.
fn files(folder: &str) -> Vec<(PathBuf, String)> {
    walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.expect("a readable folder").into_path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml" || end == "yml"))
        .filter_map(|path| std::fs::read_to_string(&path).ok().map(|text| (path, text)))
        .collect()
}

#[test]
fn fixtures_examples_and_rules_are_read_the_same() {
    // Rules are no templates: some have anchors.
    for (_, text) in ["examples", "rules", "tests/engine/syntax/templates"].into_iter().flat_map(files) {
        is_fast(&text);
    }
    let all = files("fixtures");
    assert!(all.len() > 100, "the project has its files: {}", all.len());
    let left: Vec<_> = all.iter().filter(|(_, text)| !is_fast(text)).map(|(path, _)| path.display()).collect();
    assert!(left.len() * 50 <= all.len(), "few files are left to granit-parser: {left:#?}");
}

#[test]
fn real_templates_are_read_the_same_and_nearly_all_of_them_fast() {
    let all: Vec<_> =
        corpus::files().into_iter().filter(|(path, _)| path.extension().is_some_and(|end| end != "json")).collect();
    let left: Vec<_> = all.iter().filter(|(_, text)| !is_fast(text)).map(|(path, _)| path.display()).collect();
    assert!(left.len() * 50 <= all.len(), "at most 2 % of the files are left to granit-parser: {left:#?}");
    // JSON is YAML, too.
    for (_, text) in corpus::files() {
        is_fast(&text);
    }
}

/// What templates have, in many spellings. Each is read fast, also with other line ends, a byte-order mark, and without its last line's
/// end.
const FAST: &[&str] = &[
    // Maps and lists in block style.
    "a: 1\nb: 2\n",
    "a:\n  b:\n    c: d\n",
    "a:\n- b\n- c\nd: e\n",
    "a:\n  - b\n  - c\n",
    "a:\n- b: c\n  d: e\n- f: g\nh: i\n",
    "a:\n-\n-  \n- b\n",
    "a:\n- \n",
    "- a\n- - b\n  - c\n-   d: e\n    f: g\n",
    "- - - a\n    - b\n",
    "-\n  a: b\n-\n  - c\n",
    "- a:\n  - b\n  c:\n  - d\n- e\n",
    "a:\nb:\n\nc:   \n",
    "a:\n\n\n  b: c\n\n\nd: e\n\n",
    "  a: b\n  c: d\n",
    "Fn::Sub: x\na::b: c\nhttp://x: y\n",
    "a b c: d e f\n",
    "a: b\nb: c\na: d\n",
    "'a b': 1\n\"c\": 2\n\"d\\te\" : 3\n'f''g':\n  h: i\n",
    "key : value\n",
    "a-b: -c\n1: 2\ntrue: no\n",
    // Plain scalars.
    "a: b#c\nd: e:f\ng: h,i [j] {k}\nl: m - n\no: p'q\"r\n",
    "a: -b\nc: ?d\ne: :f\ng: --\nh: <<\ni: =\n",
    "a: one\n  two\n    three\n\n\n  four\nb: c\n",
    "a:\n  one\n  two\nb: c\n",
    "- one\n  two\n- three\n\n  four\n",
    "a: b   \n  c  \nd: e\n",
    "a: b\n  - c\n  ?d\n  &e\nf: g\n",
    "a: ~\nb: null\nc: 010\nd: 0x1F\ne: 1_000\nf: yes\ng: Off\nh: -1.5e3\ni: .5\nj: .inf\nk: .nan\nl: 2012-10-17\nm: +1\n",
    // Comments.
    "# a\n# b\na: b # c\n# d\n  # e\nf: # g\n  h: i #\n#j\n",
    "a:\n  # b\n  - c # d\n  # e\n\n  # f\n  - g\n    # h\n# i\n",
    "a: [b, # c\n  d # e\n  # f\n]\n",
    "a: | # b\n  c # d\n  # e\n # f\ng: h\n",
    "a: !Sub # b\n  c\n",
    "a: \"b\" # c\nd: 'e'  #f\n",
    // Quoted scalars.
    "a: ''\nb: \"\"\nc: 'd''e'\nf: \"g\\\"h\\\\i\\/j\\x41\\u00e9\\U0001F600\\n\\t\\0\\a\\b\\v\\f\\r\\e\\ \\N\\_\\L\\P\"\n",
    "a: \"b\n  c\n\n  d \\\n  e\\\n\n  f\n  \"\n",
    "a: 'b  \n\n   c'\nd: '\n  e'\n",
    "a: \"b # c: d\"\ne: '- f'\ng: \"{h}\"\n",
    "- \"a\n  b\"\n- 'c\n\n  d'\n",
    // Text blocks.
    "a: |\n  b\n   c\n\n  d\ne: f\n",
    "a: |-\n  b\n\n\nc: |+\n  d\n\n\ne: f\n",
    "a: >\n  b\n  c\n\n  d\n   e\n  f\n\n\n  g\n",
    "a: >-\n  b\n\n   c\n\n  d\n",
    "a: >+\n  b\n  c\n\n",
    "a: |2\n    b\n  c\nd: >1-\n  e\n f\ng: |-3\n    h\n",
    "a: |\n\n\n  b\n",
    "a: |\n  \n  b\n",
    "a: |\n  b\n   \n  \n# c\nd: e\n",
    "- |\n  a\n- >\n  b\n   c\n-   |\n a\n",
    "a:\n  - |\n   b\n  - c\n",
    "a:\n- |\n b\n- c\n",
    "a: !Sub |\n  b ${c}\nd: !Base64\n  Fn::Sub: |\n    e\n",
    "a: |\n  b\tc\n  \td\n",
    "a: |\n  ---\n  ...\n  %x\n",
    // Short tags.
    "a: !Ref b\nc: !GetAtt d.e\nf: !GetAtt 'g.h.i'\nj: !Sub \"k\"\nl: !Ref 010\n",
    "a: !If\n  - b\n  - !Ref c\n  - !If\n    - d\n    - e\n    - f\n",
    "a: !If\n- b\n- c\nd: e\n",
    "a: !Join ['', [b, !Ref c, !GetAtt d.e]]\n",
    "a: !GetAZs\nb: !GetAZs ''\nc:\n  - !GetAZs\n  - d\ne: [!GetAZs , !GetAZs, !GetAZs]\nf: {g: !GetAZs}\nh:\n  !GetAZs\n",
    "a:\n  !Sub\n  - b\n  - c: d\n",
    "a:\n  !Foo\n  b: c\nd: !Bar\n  e: f\n",
    "- !Ref a\n- !If\n  - b\n- !Foo\n  c: d\n",
    "a: !Select [0, Fn::GetAZs: !Ref b]\n",
    "a: !Iff b\nc: !Rain::Embed d\ne: !Rain::Embed f\ng: !ForEach h\nFn::Iff: i\nfn::Sub: j\n",
    "a: !Transform {Name: AWS::Include}\nb:\n  Fn::Transform:\n    Name: c\nFn::ForEach::D:\n  - e\n",
    "a: !Sub one\n  two\nb: !Sub 'c\n  d'\n",
    // Flow style.
    "a: []\nb: {}\nc: [ ]\nd: { }\ne: [[], {}]\n",
    "a: [b, c d, 'e', \"f\", 1, true, ~]\n",
    "a: [b, c,]\nd: {e: f,}\n",
    "a: {b: c, 'd': e, \"f\":g, \"h\" : [i], j: , k:, l: }\n",
    "a: [\n  b,\n  c\n]\nd: {\n  e: f,\n  g: [\n    h\n  ]\n}\n",
    "a: [\nb,\nc\n]\n",
    "a: [b: c, \"d\": e, f: ]\n",
    "a: [b\n  c, d\n\n  e]\n",
    "a: [-b, -1, c-]\n",
    "a: [b#c, http://d]\n",
    "a: {b: http://c:d/e}\n",
    "- [a]\n- {b: c}\n",
    "{a: b, c: [d]}\n",
    "{\"a\": {\"b\": [1, 2.5, null, true, \"c\\u00e9\"]}}\n",
    "[a,\n b]\n",
    // The document.
    "---\na: b\n",
    "--- # a\nb: c\n",
    "# a\n---\n# b\nc: d\n",
    "\n\na: b",
    "a: é\nü: \"ß\" # ü\n\"€\": |\n  𝄞\n",
    "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties: {Tags: [{Key: a, Value: !Ref b}]}\n",
];

/// What is left to granit-parser, although it is YAML.
const LEFT: &[&str] = &[
    "a: &b c\nd: *b\n",
    "a: &b {c: d}\ne:\n  <<: *b\n",
    "<<: {a: b}\n",
    "? a\n: b\n",
    "%YAML 1.2\n---\na: b\n",
    "a: b\n...\n",
    "a: !!str 1\n",
    "a: ! b\n",
    "!Ref a\n",
    "a\n",
    "\"a\"\n",
    "",
    "# a\n",
    "a: 'b'#c\n",
    "--- 'a'\n",
    "a:\tb\n",
    "a: b\rc: d\n",
    "a: |\n",
    "a: b\u{2028}\n",
];

/// Mistakes that look right.
const WRONG: &[&str] = &[
    "a: b: c\n",
    "a: b\n c: d\n",
    "a:\n  b: c\n d: e\n",
    "a:\n    b: c\n  d: e\n",
    "a: - b\n",
    "- a\nb: c\n",
    "a: b\n- c\n",
    "a: [b\n",
    "a: [b}\n",
    "a: b]\nc: ]\n",
    "a: {b: c\nd: e\n",
    "a: 'b\n",
    "a: 'b' c\n",
    "a: \"b\\q\"\n",
    "a: \"\\ud83d\"\n",
    "a: b # c\n  d\n",
    "a: b\n  # c\n  d\n",
    "a: @b\n",
    "a: `b\n",
    "a: %b\nc: %\n%: d\n",
    "a: , b\n",
    "a: [b, , c]\n",
    "a: [b] c\n",
    "a: [b]#c\n",
    "a: \"b\"#c: d\n",
    "a: {b:[c]}\n",
    "a: [b, -]\n",
    "a: !Ref b: c\n",
    "!Ref a: b\n",
    "a: !Base64 !Sub b\n",
    "a: |x\n  b\n",
    "a: |\n   b\n  c\n",
    "a: |\n    \n  b\n",
    "a: b\n---\nc: d\n",
    "a: [b,\n---\nc]\n",
    "a\nb: c\n",
    "a: b\nc\n",
    "a:b\n",
    "{a: b}: c\n",
    "[a]: b\n",
    "a: \"b\": c\n",
    "\"a\nb\": c\n",
    "a: b\n\tc: d\n",
];

#[test]
fn what_templates_have_is_read_fast() {
    for text in FAST {
        for text in [
            (*text).to_owned(),
            text.replace('\n', "\r\n"),
            format!("\u{feff}{text}"),
            format!("# a\n{text}# b"),
            text.trim_end_matches('\n').to_owned(),
        ] {
            assert!(is_fast(&text), "{text:?}");
        }
        // As a part of something else.
        let indented: String = text.lines().map(|line| format!("    {line}\n")).collect();
        if !text.contains("---") {
            is_fast(&format!("x:\n{indented}y: z\n"));
            is_fast(&format!("- x\n-\n{indented}- y\n"));
        }
        for (at, _) in text.char_indices() {
            is_fast(&text[..at]);
            is_fast(&text[at..]);
        }
    }
}

#[test]
fn what_is_rare_is_left_to_the_parser() {
    for text in LEFT {
        assert!(!is_fast(text), "{text:?}");
        assert!(read_both(text, SourceId(0)).1.is_ok() || text.contains('\u{2028}'), "{text:?}");
    }
}

#[test]
fn mistakes_are_left_to_the_parser() {
    for text in WRONG {
        assert!(!is_fast(text), "{text:?}");
    }
}

#[test]
fn keys_and_nesting_without_end_are_left_to_the_parser() {
    for length in [900, 1000, 1001, 1023, 1024, 1025, 5000] {
        for key in ["k".repeat(length), format!("\"{}\"", "k".repeat(length)), format!("k{}", " ".repeat(length))] {
            is_fast(&format!("{key}: v\n"));
            is_fast(&format!("{{{key}: v}}\n"));
            is_fast(&format!("[{key}: v]\n"));
        }
    }
    for depth in [1, 49, 50, 51, 99, 100, 101, 199, 200, 201] {
        is_fast(&format!("{}a{}\n", "[".repeat(depth), "]".repeat(depth)));
        is_fast(&format!("{}a\n", "- ".repeat(depth)));
        is_fast(&format!("a: {}a{}\n", "!Not [".repeat(depth), "]".repeat(depth)));
        is_fast(&(0..depth).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect::<String>());
    }
}

/// Writes YAML as a list of numbers says: each choice takes the next number, and zeros where the list ends choose what is shortest.
struct Writer<'t> {
    tape: std::slice::Iter<'t, u8>,
    text: String,
}

const WORDS: &[&str] = &[
    "a",
    "Key",
    "AWS::S3::Bucket",
    "true",
    "010",
    "b c",
    "x#y",
    "-z",
    "1.5",
    "~",
    "http://h/p?q=r",
    "${A}-b",
    "no",
    "é",
    "a.b",
    "null",
    "0x1F",
    ":x",
    "?y",
    "it's",
];
const KEYS: &[&str] =
    &["a", "b", "Type", "Fn::Sub", "Fn::Iff", "'q k'", "\"d\\tk\"", "k k", "Fn::ForEach::X", "c", "Rain::X", "1", "é"];
const TAGS: &[&str] = &["!Ref ", "!Sub ", "!GetAtt ", "!If ", "!Foo ", "!Rain::Embed "];
const QUOTED: &[&str] =
    &["''", "\"\"", "'it''s'", "\"a\\n\\x41\"", "'# x: y'", "\"{}\"", "\"a.b\"", "\"a\\\n      b\"", "'a\n\n       b'"];

impl Writer<'_> {
    fn choose(&mut self, of: usize) -> usize {
        self.tape.next().map_or(0, |number| usize::from(*number) % of)
    }

    fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.choose(words.len())]
    }

    fn write(&mut self, words: &[&str]) {
        let word = self.pick(words);
        self.text += word;
    }

    fn end(&mut self) {
        self.write(&["\n", "\n", "\n", "\n", " # c\n", "  \n", "\n\n", "\n# c\n", "\n    # c\n"]);
    }

    fn indent(&mut self, column: usize) {
        self.text += &" ".repeat(column);
    }

    /// A value behind a key or dash, and the line's end.
    fn value(&mut self, column: usize, depth: usize, in_list: bool) {
        self.text.push(' ');
        if self.choose(4) == 3 {
            self.write(TAGS);
        }
        let kind = self.choose(if depth > 4 { 6 } else { 11 });
        match kind {
            0 => self.write(WORDS),
            1 => self.write(QUOTED),
            2 => {
                self.flow(depth);
            }
            3 => {}
            4 => return self.block(column),
            5 => {
                self.write(WORDS);
                self.write(&["\n", "\n\n", "  \n"]);
                let width = column + 1 + self.choose(4);
                self.indent(width);
                self.write(WORDS);
            }
            6 | 7 => {
                self.end();
                let deeper = column + 1 + self.choose(4);
                return self.map(deeper, depth + 1, true);
            }
            8 => {
                self.end();
                let deeper = column + 1 + self.choose(4);
                return self.list(deeper, depth + 1, true);
            }
            9 if !in_list => {
                self.end();
                return self.list(column, depth + 1, true);
            }
            _ if in_list => {
                let trailing = self.text.len() - self.text.rfind('\n').map_or(0, |at| at + 1);
                return if self.choose(2) == 0 {
                    self.map(trailing, depth + 1, false)
                } else {
                    self.list(trailing, depth + 1, false)
                };
            }
            _ => {}
        }
        self.end();
    }

    fn block(&mut self, column: usize) {
        self.write(&["|", ">", "|-", ">-", "|+", ">+", "|2", ">1-", "| # c"]);
        self.text.push('\n');
        let width = column + 1 + self.choose(3);
        for _ in 0..=self.choose(5) {
            let extra = self.choose(3);
            self.indent(width + extra);
            self.write(&["a b", "", "# x", "- y", "  ", "z: [", "\tt"]);
            self.text.push('\n');
        }
    }

    fn flow(&mut self, depth: usize) {
        let blank = self.pick(&["", " ", "\n      ", " # c\n      ", "\n"]);
        let is_map = self.choose(2) == 0;
        self.text.push(if is_map { '{' } else { '[' });
        for _ in 0..self.choose(4) {
            self.text += blank;
            if is_map || self.choose(8) == 7 {
                self.write(KEYS);
                self.write(&[": ", ":", " : "]);
            }
            if self.choose(5) == 4 {
                self.write(TAGS);
            }
            match self.choose(5) {
                0 | 1 => self.write(WORDS),
                2 => self.write(QUOTED),
                3 if depth < 6 => self.flow(depth + 1),
                _ => {}
            }
            self.write(&[",", ", ", " ,"]);
        }
        self.text += blank;
        self.text.push(if is_map { '}' } else { ']' });
    }

    fn map(&mut self, column: usize, depth: usize, mut fresh: bool) {
        for _ in 0..=self.choose(4) {
            if fresh {
                self.indent(column);
            }
            fresh = true;
            self.write(KEYS);
            self.write(&[":", ":", " :"]);
            self.value(column, depth, false);
        }
    }

    fn list(&mut self, column: usize, depth: usize, mut fresh: bool) {
        for _ in 0..=self.choose(4) {
            if fresh {
                self.indent(column);
            }
            fresh = true;
            self.text.push('-');
            self.value(column, depth, true);
        }
    }
}

fn written(tape: &[u8]) -> String {
    let mut writer = Writer { tape: tape.iter(), text: String::new() };
    match writer.choose(8) {
        7 => writer.list(0, 0, true),
        6 => writer.flow(0),
        _ => writer.map(0, 0, true),
    }
    match writer.choose(8) {
        7 => writer.text.replace('\n', "\r\n"),
        6 => writer.text.trim_end().to_owned(),
        _ => writer.text,
    }
}

#[test]
fn most_of_what_is_written_is_read_fast() {
    // Else the two tests below compare nothing.
    let mut numbers = 1_u32;
    let mut next = || {
        numbers = numbers.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (numbers >> 24) as u8
    };
    let fast = (0..500).filter(|_| is_fast(&written(&(0..40).map(|_| next()).collect::<Vec<u8>>()))).count();
    assert!(fast > 100, "{fast} of 500");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::cases(CASES), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_texts_are_read_the_same(tape in prop::collection::vec(any::<u8>(), 0..120)) {
        is_fast(&written(&tape));
    }

    #[test]
    fn written_and_broken_texts_are_read_the_same(
        tape in prop::collection::vec(any::<u8>(), 0..120),
        changes in changes(),
    ) {
        is_fast(&apply(&written(&tape), &changes));
    }

    #[test]
    fn broken_templates_are_read_the_same(seed in any::<prop::sample::Index>(), changes in changes()) {
        is_fast(&apply(seed.get::<String>(&mutation::SEEDS), &changes));
    }

    #[test]
    fn broken_snippets_are_read_the_same(
        first in prop::sample::select(FAST),
        second in prop::sample::select([FAST, LEFT, WRONG].concat()),
        changes in changes(),
    ) {
        is_fast(&apply(&format!("{first}{second}"), &changes));
    }
}
