//! Templates at random, in every style and with comments in every position: changes of them are made as asked, and nothing else changes.

use crate::fuzzed::edit;
use crate::syntax::mutation;
use proptest::prelude::*;

/// A few seconds.
const CASES: u32 = 3000;

/// Writes a template from choices, without knowing how it will be read.
struct Writer<'c> {
    choices: std::slice::Iter<'c, u8>,
    text: String,
    /// Comments are numbered, so that each one can be told from the others.
    comments: usize,
    /// How many spaces a level has.
    step: usize,
    /// Lists are in their key's column.
    flat: bool,
    anchors: usize,
    /// Nothing is anchored.
    plain: bool,
}

impl<'c> Writer<'c> {
    fn new(choices: &'c [u8]) -> Self {
        let choices = choices.iter();
        Self { choices, text: String::new(), comments: 0, step: 2, flat: false, anchors: 0, plain: false }
    }
}

impl Writer<'_> {
    fn choose(&mut self, below: usize) -> usize {
        self.choices.next().map_or(0, |byte| usize::from(*byte)) % below
    }

    fn comment(&mut self) {
        self.comments += 1;
        self.text.push_str(&format!("# {}", self.comments));
    }

    /// Perhaps a comment behind a value, and the end of the line.
    fn end(&mut self) {
        if self.choose(5) == 4 {
            self.text.push(' ');
            self.comment();
        }
        self.text.push('\n');
    }

    /// Perhaps empty lines and comments before a line.
    fn before(&mut self, column: usize) {
        match self.choose(8) {
            6 => self.text.push('\n'),
            7 => {
                let column = [column, column, 0, column + 1, column + 2][self.choose(5)];
                self.text.push_str(&" ".repeat(column));
                self.comment();
                self.text.push('\n');
            }
            _ => {}
        }
    }

    fn scalar(&mut self) {
        let texts = [
            "x",
            "'it''s'",
            "\"a\\tb\"",
            "true",
            "12",
            "a b",
            "!Ref X",
            "!Sub '${A}'",
            "!GetAtt A.B",
            "''",
            "*",
            "null",
            "~",
        ];
        let text = texts[self.choose(texts.len())];
        self.text.push_str(if text == "*" { "'*'" } else { text });
    }

    fn key(&mut self, number: usize) {
        let key = match self.choose(6) {
            4 => format!("'K{number}'"),
            5 => format!("\"K{number}\""),
            _ => format!("K{number}"),
        };
        self.text.push_str(&key);
    }

    fn flow(&mut self, depth: usize, column: usize) {
        if depth == 0 || self.choose(3) == 0 {
            return self.scalar();
        }
        if self.choose(6) == 5 {
            self.text.push_str("!If ");
            return self.flow_list(depth, column, 3);
        }
        if self.choose(2) == 0 {
            let count = self.choose(4);
            return self.flow_list(depth, column, count);
        }
        let count = self.choose(4);
        let several = self.choose(3) == 2;
        self.text.push('{');
        for number in 0..count {
            self.flow_gap(several, column);
            self.key(number);
            self.text.push_str(": ");
            self.flow(depth - 1, column + 2);
            self.flow_comma(number + 1 == count, several);
        }
        self.flow_close(several, column, '}');
    }

    fn flow_list(&mut self, depth: usize, column: usize, count: usize) {
        let several = self.choose(3) == 2;
        self.text.push('[');
        for number in 0..count {
            self.flow_gap(several, column);
            self.flow(depth - 1, column + 2);
            self.flow_comma(number + 1 == count, several);
        }
        self.flow_close(several, column, ']');
    }

    fn flow_gap(&mut self, several: bool, column: usize) {
        if several {
            if !self.text.ends_with('\n') {
                self.end();
            }
            self.before(column);
            self.text.push_str(&" ".repeat(column));
        }
    }

    fn flow_comma(&mut self, is_last: bool, several: bool) {
        let trailing = is_last && self.choose(6) == 5;
        if !is_last || trailing {
            let comma = [",", ",", " ,"][self.choose(3)];
            self.text.push_str(comma);
            if !several {
                let blank = [" ", ""][self.choose(2)];
                self.text.push_str(blank);
            }
        }
    }

    fn flow_close(&mut self, several: bool, column: usize, close: char) {
        if several {
            self.end();
            self.before(column);
            self.text.push_str(&" ".repeat(column.saturating_sub(1).max(1)));
        }
        self.text.push(close);
    }

    /// What stands behind a colon or dash whose key or dash is in this column, to the end of its last line.
    fn value(&mut self, depth: usize, column: usize, item: bool) {
        match self.choose(if depth == 0 { 4 } else { 11 }) {
            0 | 1 => {
                self.text.push(' ');
                self.scalar();
                self.end();
            }
            2 => self.end(),
            3 => {
                let style = [" |", " >", " |-", " |+", " >-"][self.choose(5)];
                self.text.push_str(style);
                self.end();
                for line in ["one # two", "", "  three"].iter().take(1 + self.choose(3)) {
                    self.text
                        .push_str(&format!("{}{line}\n", " ".repeat(if line.is_empty() { 0 } else { column + 2 })));
                }
                if self.text.ends_with("\n\n") {
                    self.text.push_str(&format!("{}x\n", " ".repeat(column + 2)));
                }
            }
            4 => {
                self.text.push(' ');
                self.flow(depth, column + 2);
                self.end();
            }
            5 => {
                let lines = [" one\n", " 'one\n", " \"one\n"][self.choose(3)];
                let quote = lines.trim().trim_end_matches("one");
                self.text.push_str(&format!("{lines}{}two{quote}", " ".repeat(column + 2)));
                self.end();
            }
            6 => {
                // In a line of its own.
                self.end();
                self.text.push_str(&" ".repeat(column + 2));
                self.flow(depth, column + 3);
                self.end();
            }
            7 => {
                self.text.push_str(" !If");
                self.end();
                self.list(depth, if self.flat && !item { column } else { column + self.step });
            }
            8 if self.plain => {
                self.text.push_str(" &unused ");
                self.scalar();
                self.end();
            }
            8 if self.anchors == 0 => {
                self.anchors += 1;
                self.text.push_str(" &anchor");
                self.end();
                self.map(depth, column + self.step, false);
            }
            8 => {
                self.text.push_str(" *anchor");
                self.end();
            }
            9 => {
                if item && self.choose(2) == 0 {
                    self.text.push(' ');
                    return self.map(depth, column + 2, true);
                }
                self.end();
                self.map(depth, column + self.step, false);
            }
            _ => {
                if item {
                    self.end();
                    return self.list(depth, column + self.step);
                }
                self.end();
                let column = if self.flat { column } else { column + self.step };
                self.list(depth, column);
            }
        }
    }

    fn map(&mut self, depth: usize, column: usize, mut compact: bool) {
        let merged = self.anchors > 0 && self.choose(8) == 7;
        for number in 0..1 + self.choose(4) {
            if !compact {
                self.before(column);
                self.text.push_str(&" ".repeat(column));
            }
            compact = false;
            if merged && number == 1 {
                self.text.push_str("<<: *anchor");
                self.end();
                continue;
            }
            self.key(number);
            self.text.push(':');
            self.value(depth - 1, column, false);
        }
    }

    fn block_document(&mut self) {
        self.step = [2, 4, 1, 3][self.choose(4)];
        self.flat = self.choose(2) == 1;
        self.map(5, 0, false);
        self.before(0);
    }

    fn flow_document(&mut self) {
        self.flow(5, 2);
        self.before(0);
    }

    /// JSON, which has no comments, in one of its layouts.
    fn json_document(&mut self) {
        let indent = ["  ", "\t", "    ", "", " "][self.choose(5)];
        let colon = [": ", ":", " : "][self.choose(3)];
        let is_object = self.choose(8) != 7;
        self.json(4, 1, indent, colon, Some(is_object));
        let end = ["\n", "", "\n\n", " "][self.choose(4)];
        self.text.push_str(end);
    }

    fn json(&mut self, depth: usize, level: usize, indent: &str, colon: &str, is_object: Option<bool>) {
        let texts = ["\"x\"", "\"a\\tb\"", "true", "12", "null", "\"\"", "{\"Ref\": \"X\"}", "\"# 1\"", "-1.50e3"];
        let is_object = match (is_object, if depth == 0 { 0 } else { self.choose(4) }) {
            (Some(is_object), _) => is_object,
            (None, 2) => false,
            (None, 3) => true,
            _ => {
                let text = texts[self.choose(texts.len())];
                return self.text.push_str(text);
            }
        };
        let count = if level == 1 { 1 + self.choose(4) } else { self.choose(4) };
        // On one line, on several, or on several with something of the other.
        let layout = self.choose(4);
        let is_wide = level < 3 || layout > 1;
        self.text.push(if is_object { '{' } else { '[' });
        for number in 0..count {
            match (is_wide, layout) {
                (true, _) => self.text.push_str(&format!("\n{}", indent.repeat(level))),
                (false, 0) => self.text.push(' '),
                _ => {}
            }
            if is_object {
                self.text.push_str(&format!("\"K{number}\"{colon}"));
            }
            self.json(depth - 1, level + 1, indent, colon, None);
            if number + 1 < count {
                let comma = if layout == 3 { [",", ",", " ,"][self.choose(3)] } else { "," };
                self.text.push_str(comma);
                if !is_wide && layout != 0 && self.choose(2) == 0 {
                    self.text.push(' ');
                }
            }
        }
        match (is_wide && count > 0, layout) {
            (true, _) => self.text.push_str(&format!("\n{}", indent.repeat(level - 1))),
            (false, 0) => self.text.push(' '),
            _ => {}
        }
        self.text.push(if is_object { '}' } else { ']' });
    }

    /// The text between marks of documents, with a mark of its encoding, and with the line ends of Windows.
    fn dressed(mut self) -> String {
        let is_json = self.comments == 0 && self.text.starts_with(['{', '[']);
        let mut text = std::mem::take(&mut self.text);
        if !is_json {
            match self.choose(8) {
                5 => text = format!("# above\n---\n{text}"),
                6 => text = format!("--- # mark\n{text}"),
                7 => text = format!("---\n{text}"),
                _ => {}
            }
            match self.choose(12) {
                10 if text.ends_with('\n') => text.push_str("...\n"),
                11 if text.ends_with('\n') => text.push_str("... # end\n# after\n"),
                _ => {}
            }
        }
        if self.choose(4) == 3 {
            text.truncate(text.trim_end().len());
        }
        if self.choose(3) == 2 {
            text = text.replace('\n', "\r\n");
        }
        if self.choose(6) == 5 { format!("\u{feff}{text}") } else { text }
    }

    fn list(&mut self, depth: usize, column: usize) {
        for _ in 0..1 + self.choose(4) {
            self.before(column);
            self.text.push_str(&format!("{}-", " ".repeat(column)));
            self.value(depth - 1, column, true);
        }
    }
}

/// A template of these choices.
fn template(choices: &[u8]) -> String {
    let mut writer = Writer::new(choices);
    match writer.choose(10) {
        8 => writer.flow_document(),
        9 => writer.json_document(),
        _ => writer.block_document(),
    }
    writer.dressed()
}

/// A template of sections with entries, without anchors.
fn sections(choices: &[u8]) -> String {
    let mut writer = Writer::new(choices);
    writer.plain = true;
    if writer.choose(4) == 3 {
        writer.json_document();
        return writer.dressed();
    }
    (writer.step, writer.flat) = ([2, 4, 1, 3][writer.choose(4)], writer.choose(2) == 1);
    for number in 0..1 + writer.choose(3) {
        writer.before(0);
        writer.key(number);
        writer.text.push(':');
        writer.end();
        writer.map(4, writer.step, false);
    }
    writer.before(0);
    writer.dressed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::cases(CASES), ..ProptestConfig::default() })]

    #[test]
    fn random_templates_are_edited_as_asked(
        choices in prop::collection::vec(any::<u8>(), 0..300),
        changes in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let mut changes = changes.iter();
        edit::random(&template(&choices), &mut |below| changes.next().map_or(0, |byte| usize::from(*byte)) % below.max(1));
    }

    #[test]
    fn values_move_with_their_comments(
        choices in prop::collection::vec(any::<u8>(), 0..300),
        changes in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let mut changes = changes.iter();
        edit::random_move(&template(&choices), &mut |below| changes.next().map_or(0, |byte| usize::from(*byte)) % below.max(1));
    }

    #[test]
    fn edits_in_reports_are_those_that_are_written(
        choices in prop::collection::vec(any::<u8>(), 0..300),
        changes in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let mut changes = changes.iter();
        let mut choose = |below: usize| changes.next().map_or(0, |byte| usize::from(*byte)) % below.max(1);
        edit::random_local(&template(&choices), &mut choose);
        edit::random_local(&sections(&choices), &mut choose);
    }

    #[test]
    fn broken_templates_are_edited_as_asked(
        seed in any::<prop::sample::Index>(),
        breaks in mutation::changes(),
        changes in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let text: &String = seed.get(mutation::SEEDS.as_slice());
        let text = mutation::apply(text, &breaks);
        let mut changes = changes.iter();
        edit::random(&text, &mut |below| changes.next().map_or(0, |byte| usize::from(*byte)) % below.max(1));
    }
}

#[test]
fn most_edits_of_one_section_are_proven_without_the_whole_text() {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let (mut local, mut all) = (0, 0);
    for _ in 0..600 {
        let choices: Vec<u8> = (0..200).map(|_| next()).collect();
        let (one, number) = edit::random_local(&sections(&choices), &mut |below| usize::from(next()) % below.max(1));
        local += one;
        all += number;
    }
    assert!(all > 300 && 2 * local > all, "{local} of {all}");
}

#[test]
fn most_random_templates_are_read() {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let texts = (0..400).map(|_| template(&(0..200).map(|_| next()).collect::<Vec<u8>>()));
    let read = texts.filter(|text| hipaalint::syntax::read(text, hipaalint::source::SourceId(0)).is_ok()).count();
    assert!(read > 300, "{read} of 400");
}
