//! Plain scalars, on one line or more.

use super::{Reader, tables};
use crate::syntax::Node;
use std::borrow::Cow;

/// What ends the part of a plain scalar that is in one line.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(super) enum Stop {
    /// The colon of a key.
    Colon,
    /// The line's end, or the text's.
    Line,
    Comment,
    /// A bracket or comma of flow style.
    Separator,
    Tab,
}

impl<'s> Reader<'s> {
    /// Reads a plain scalar as far as it is in this line. Returns its end, without blanks, and what it ends at; there the reader is.
    pub(super) fn plain_line<const FLOW: bool>(&mut self) -> (usize, Stop) {
        let start = self.at;
        let stop = loop {
            self.at += tables::plain_length::<FLOW>(self.bytes.get(self.at..).unwrap_or(&[]));
            match self.peek() {
                b':' => {
                    let next = self.byte(self.at + 1);
                    if tables::is_blank(next) || (FLOW && tables::is_flow(next)) {
                        break Stop::Colon;
                    }
                }
                b'#' => {
                    if self.byte(self.at.wrapping_sub(1)) == b' ' {
                        break Stop::Comment;
                    }
                }
                b'\n' | b'\r' | 0 => break Stop::Line,
                b'\t' => break Stop::Tab,
                _ => break Stop::Separator,
            }
            self.at += 1;
        };
        let mut end = self.at;
        while end > start && self.byte(end - 1) == b' ' {
            end -= 1;
        }
        (end, stop)
    }

    /// A plain scalar in block style whose first line is read. Lines below that are indented continue it.
    pub(super) fn plain_value(
        &mut self,
        parent: usize,
        start: usize,
        end: usize,
        stop: Stop,
        tagged: bool,
    ) -> Option<Node<'s>> {
        let comments = self.comments.len();
        self.end_line()?;
        if self.level <= parent {
            return Some(self.plain(Cow::Borrowed(self.slice(start, end)), self.span(start, end), tagged));
        }
        let mut text = self.slice(start, end).to_owned();
        let (mut last, mut stop) = (end, stop);
        while self.level > parent {
            // A comment ends the scalar, and then it is an error that something follows.
            if stop != Stop::Line || self.comments.len() > comments {
                return None;
            }
            self.fold(&mut text, last);
            let from = self.at;
            (last, stop) = self.plain_line::<false>();
            if !matches!(stop, Stop::Line | Stop::Comment) {
                return None;
            }
            text.push_str(self.slice(from, last));
            self.end_line()?;
        }
        Some(self.plain(Cow::Owned(text), self.span(start, last), tagged))
    }

    /// A plain scalar in flow style whose first line is read.
    pub(super) fn plain_flow(&mut self, start: usize, end: usize, stop: Stop, tagged: bool) -> Option<Node<'s>> {
        let (mut last, mut stop) = (end, stop);
        let mut folded: Option<String> = None;
        while stop == Stop::Line {
            let comments = self.comments.len();
            self.skip_flow_blank()?;
            if self.peek() == 0 || tables::is_flow(self.peek()) || self.comments.len() > comments {
                break;
            }
            let mut text = folded.unwrap_or_else(|| self.slice(start, last).to_owned());
            self.fold(&mut text, last);
            let from = self.at;
            (last, stop) = self.plain_line::<true>();
            text.push_str(self.slice(from, last));
            folded = Some(text);
        }
        if stop == Stop::Tab {
            return None;
        }
        let text = folded.map_or_else(|| Cow::Borrowed(self.slice(start, last)), Cow::Owned);
        Some(self.plain(text, self.span(start, last), tagged))
    }

    /// Adds what the line ends between `end` and the reader stand for: a space, or the empty lines.
    fn fold(&self, text: &mut String, end: usize) {
        let between = self.bytes.get(end..self.at).unwrap_or(&[]);
        match between.iter().filter(|byte| **byte == b'\n').count() {
            0 | 1 => text.push(' '),
            count => text.extend(std::iter::repeat_n('\n', count - 1)),
        }
    }
}
