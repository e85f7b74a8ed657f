//! The drawing of a finding with one mark in each of its panes, in lines of printable ASCII, without colors, as miette draws it: nearly
//! every finding of a report that goes to a file or a pipe. All others are miette's.

use super::Style;
use super::excerpt::{Excerpt, Pane};
use crate::finding::Level;
use crate::report::text::decimal_width;
use miette::LabeledSpan;
use std::fmt::Write;

/// The drawing, with its header; none if it is not one of these.
pub(super) fn draw(header: &str, level: Level, excerpt: &Excerpt, style: &Style) -> Option<String> {
    if style.color {
        return None;
    }
    let mut drawn = String::with_capacity(1024);
    let (mark, bar) = match level {
        Level::Error => (style.glyph("×", "x"), style.glyph("│", "|")),
        Level::Warning => (style.glyph("⚠", "!"), style.glyph("│", "|")),
        Level::Note => (style.glyph("•", "*"), style.glyph("│", "|")),
    };
    for (index, line) in header.split('\n').enumerate() {
        if line.trim().is_empty() {
            return None;
        }
        for part in ["  ", if index == 0 { mark } else { bar }, " ", line, "\n"] {
            drawn.push_str(part);
        }
    }
    for (pane, mark) in excerpt.single_marks()? {
        draw_pane(&mut drawn, pane, mark, style)?;
    }
    Some(drawn)
}

/// Some lines with a mark under these bytes of them.
fn draw_pane(drawn: &mut String, pane: &Pane, mark: &LabeledSpan, style: &Style) -> Option<()> {
    if !pane.text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~' | b'\n')) {
        return None;
    }
    let start = mark.offset().checked_sub(pane.base)?;
    let end = start + mark.len();
    let rule = style.glyph("─", "-");
    let columns = decimal_width(pane.first_line + pane.line_count.saturating_sub(1));
    let position = pane.position;
    indent(drawn, columns + 2);
    drawn.push_str(style.glyph("╭", ","));
    drawn.push_str(rule);
    writeln!(drawn, "[{}:{}:{}]", pane.name, position.line, position.column).ok()?;
    let mut line_start = 0;
    for (index, line) in pane.text.split_terminator('\n').enumerate() {
        let number = pane.first_line + index;
        indent(drawn, 1 + columns.saturating_sub(decimal_width(number)));
        write!(drawn, "{number}").ok()?;
        for part in [" ", style.glyph("│", "|"), " ", line, "\n"] {
            drawn.push_str(part);
        }
        let line_end = line_start + line.len();
        if (line_start..=line_end).contains(&start) {
            if end > line_end {
                return None;
            }
            draw_mark(drawn, (start - line_start, end - line_start), columns, mark.label(), style);
        }
        line_start = line_end + 1;
    }
    indent(drawn, columns + 2);
    for part in [style.glyph("╰", "`"), rule, rule, rule, rule, "\n"] {
        drawn.push_str(part);
    }
    Some(())
}

/// What is below a line with a mark: a line under its columns, and the words below its middle.
fn draw_mark(drawn: &mut String, (start, end): (usize, usize), columns: usize, label: Option<&str>, style: &Style) {
    let begin = |drawn: &mut String, column: usize| {
        indent(drawn, columns + 2);
        drawn.push_str(style.glyph("·", ":"));
        indent(drawn, 1 + column);
    };
    let middle = (start + end.max(start + 1)) / 2;
    begin(drawn, start);
    if start == end {
        drawn.push_str(style.glyph("▲", "^"));
    }
    for column in start..end {
        let has_words = column == middle && label.is_some();
        drawn.push_str(if has_words { style.glyph("┬", "|") } else { style.glyph("─", "^") });
    }
    drawn.push('\n');
    let Some(label) = label else { return };
    let rule = style.glyph("─", "-");
    let is_one = !label.contains('\n');
    for (index, line) in label.split('\n').enumerate() {
        begin(drawn, middle);
        let arm = match index {
            0 if is_one => [style.glyph("╰", "`"), rule, rule],
            0 => [style.glyph("╰", "`"), rule, style.glyph("┤", "|")],
            _ => [" ", " ", style.glyph("│", "|")],
        };
        for part in arm.into_iter().chain([" ", line, "\n"]) {
            drawn.push_str(part);
        }
    }
}

fn indent(drawn: &mut String, columns: usize) {
    (0..columns).for_each(|_| drawn.push(' '));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::{Window, draw_by_miette};
    use super::*;
    use crate::report::lines::Mark;
    use crate::source::{Source, SourceId, Span};

    /// Each mark of some texts, drawn by both.
    #[test]
    fn drawings_are_those_of_miette() {
        let long = format!("a: {}\n  b: c", "x ".repeat(300));
        let numbered = "a: b\n".repeat(9) + "  Deep:\n    c: d\n" + &"\n".repeat(89) + "e: f\ng:";
        let (mut drawn, mut others) = (0, 0);
        for text in
            ["a", "", "{\n  \"a\": 1,\n\n  \"b\": 2\n}\n", "a:\t1\né: 日\nb: 2", "a: 1\r\nb: 2\r\n", &long, &numbered]
        {
            let source = Source::new(SourceId(0), "dir/a b.yaml", text);
            for start in 0..=text.len().min(220) {
                for length in [0, 1, 5, 90] {
                    let span = Span::new(SourceId(0), start, (start + length).min(text.len()));
                    if !text.is_char_boundary(start) || !text.is_char_boundary(span.end as usize) {
                        continue;
                    }
                    let own = Mark { source: &source, span, label: None };
                    let label = |text: &str| Some(text.to_owned());
                    let at = |at: usize| Span::new(SourceId(0), at.min(text.len()), (at + 3).min(text.len()));
                    let words =
                        "some words that are too many for one line of so narrow a terminal, and so go on below it";
                    let related = [
                        Mark { source: &source, span: at(0), label: label("first") },
                        Mark { source: &source, span: at(140), label: label(words) },
                    ];
                    let count = (start + length) % 3;
                    for (unicode, level) in [(true, Level::Error), (false, Level::Warning), (true, Level::Note)] {
                        let style = Style { color: false, width: 60, unicode, hyperlinks: false };
                        let related = related.get(..count).unwrap();
                        let excerpt = Excerpt::new(&own, related, Window { width: 60, unicode });
                        let header = "error[x] One\nmore words";
                        let expected = draw_by_miette(header.to_owned(), level, &excerpt, &style).unwrap();
                        match draw(header, level, &excerpt, &style) {
                            Some(own) => assert_eq!(own, expected, "{text:?} {span:?}"),
                            None => others += 1,
                        }
                        drawn += 1;
                    }
                }
            }
        }
        assert!(others * 2 < drawn, "{others} of {drawn}");
        let style = Style { color: false, width: 60, unicode: true, hyperlinks: false };
        let excerpt = Excerpt::default();
        let expected = draw_by_miette("a\nb".to_owned(), Level::Error, &excerpt, &style).unwrap();
        assert_eq!(draw("a\nb", Level::Error, &excerpt, &style), Some(expected));
    }
}
