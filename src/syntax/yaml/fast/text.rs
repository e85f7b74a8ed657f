//! Text blocks: `|` keeps line ends, `>` folds them.

use super::Reader;
use crate::syntax::yaml::Range;
use crate::syntax::yaml::layout::Layout;
use crate::syntax::{Kind, Node};
use std::borrow::Cow;

/// What happens to line ends behind the last line.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Chomp {
    Clip,
    Strip,
    Keep,
}

/// The lines of a text block as they are put together.
struct Content {
    text: String,
    literal: bool,
    /// Whether a line has come, and its line end.
    broken: bool,
    /// Whether the line before starts with a blank.
    blank: bool,
    /// Empty lines since.
    empty: usize,
}

impl Content {
    fn push(&mut self, line: &str) {
        let is_blank = line.starts_with([' ', '\t']);
        let folds = !self.literal && self.broken && !self.blank && !is_blank;
        if folds && self.empty == 0 {
            self.text.push(' ');
        } else if self.broken && !folds {
            self.text.push('\n');
        }
        self.push_empty();
        self.blank = is_blank;
        self.text.push_str(line);
    }

    fn push_empty(&mut self) {
        for _ in 0..self.empty {
            self.text.push('\n');
        }
        self.empty = 0;
    }
}

impl<'s> Reader<'s> {
    /// The text block whose `|` or `>` is under the reader. The reader is at the first token of a later line afterwards.
    pub(super) fn text_block(&mut self, parent: usize) -> Option<Node<'s>> {
        let start = self.at;
        // At the root, nothing is indented.
        let column = parent.checked_sub(1)?;
        let literal = self.peek() == b'|';
        self.at += 1;
        let (chomp, increment) = self.header()?;
        self.skip_line_end();
        let mut content = Content { text: String::new(), literal, broken: false, blank: false, empty: 0 };
        let indentation = match increment {
            Some(increment) => {
                self.skip_indentation(column + increment, &mut content.empty);
                column + increment
            }
            None => self.indentation(&mut content.empty)?,
        };
        // No content, or a first line that is indented less than it should be.
        if self.at - self.line != indentation || indentation <= column || self.is_line_end() {
            return None;
        }
        let from = self.at;
        while self.at - self.line == indentation && self.peek() != 0 {
            let rest = self.bytes.get(self.at..).unwrap_or(&[]);
            let line_end = self.at + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = self.slice(self.at, line_end);
            content.push(line.strip_suffix('\r').unwrap_or(line));
            self.at = line_end;
            content.broken = true;
            if self.peek() == 0 {
                // The end of the text ends the line, too.
                self.line = self.at;
                break;
            }
            self.skip_line_end();
            self.skip_indentation(indentation, &mut content.empty);
        }
        if chomp != Chomp::Strip {
            content.text.push('\n');
        }
        if chomp == Chomp::Keep {
            content.push_empty();
        }
        let mut layout = Layout::new(self.text);
        layout.advance(start);
        let range = layout.block_scalar(Range { start: from, end: self.at });
        self.at = self.line;
        self.line_start()?;
        Some(Node { span: self.span(range.start, range.end), kind: Kind::String(Cow::Owned(content.text)) })
    }

    /// The indicators behind `|` or `>`, to the line's end.
    fn header(&mut self) -> Option<(Chomp, Option<usize>)> {
        let (mut chomp, mut increment) = (Chomp::Clip, None);
        loop {
            match self.peek() {
                b'-' if chomp == Chomp::Clip => chomp = Chomp::Strip,
                b'+' if chomp == Chomp::Clip => chomp = Chomp::Keep,
                digit @ b'1'..=b'9' if increment.is_none() => increment = Some(usize::from(digit - b'0')),
                _ => break,
            }
            self.at += 1;
        }
        self.skip_spaces();
        if self.peek() == b'#' && self.byte(self.at.wrapping_sub(1)) == b' ' {
            self.comment();
        }
        matches!(self.peek(), b'\n' | b'\r').then_some((chomp, increment))
    }

    /// The indentation of the first line that is not empty; empty lines before it may not be indented more.
    fn indentation(&mut self, empty: &mut usize) -> Option<usize> {
        let mut most = 0;
        loop {
            self.skip_spaces();
            let column = self.at - self.line;
            if !matches!(self.peek(), b'\n' | b'\r') {
                return (column >= most).then_some(column);
            }
            most = most.max(column);
            self.skip_line_end();
            *empty += 1;
        }
    }

    /// Over empty lines, and the indentation of the line behind them, as far as it goes.
    fn skip_indentation(&mut self, indentation: usize, empty: &mut usize) {
        loop {
            while self.at - self.line < indentation && self.peek() == b' ' {
                self.at += 1;
            }
            if !matches!(self.peek(), b'\n' | b'\r') {
                return;
            }
            self.skip_line_end();
            *empty += 1;
        }
    }
}
