//! White space, line ends and comments.

use super::Reader;
use crate::syntax::Comment;
use std::borrow::Cow;

impl<'s> Reader<'s> {
    pub(super) fn skip_spaces(&mut self) {
        if self.peek() != b' ' {
            return;
        }
        // Indentation comes in runs: eight spaces at a time, and those before something else at once.
        while let Some(chunk) = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk) {
            let others = u64::from_le_bytes(*chunk) ^ u64::from_le_bytes(*b"        ");
            if others != 0 {
                self.at += others.trailing_zeros() as usize / 8;
                return;
            }
            self.at += 8;
        }
        while self.peek() == b' ' {
            self.at += 1;
        }
    }

    /// Whether a line ends here, or the text.
    pub(super) fn is_line_end(&self) -> bool {
        matches!(self.peek(), b'\n' | b'\r' | 0)
    }

    /// Over the line's end that the reader is at. A `\r` is always followed by `\n`.
    pub(super) fn skip_line_end(&mut self) {
        self.at += match self.peek() {
            b'\n' => 1,
            b'\r' => 2,
            _ => 0,
        };
        self.line = self.at;
    }

    /// The comment that starts at `#`.
    pub(super) fn comment(&mut self) {
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or(&[]);
        let end = start + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let end = if self.byte(end.wrapping_sub(1)) == b'\r' { end - 1 } else { end };
        let text = self.slice(start + 1, end).trim();
        self.comments.push(Comment { span: self.span(start, end), text: Cow::Borrowed(text) });
        self.at = end;
    }

    /// To the first token of the text, behind `---`.
    pub(super) fn first_line(&mut self) -> Option<()> {
        self.line_start()?;
        if self.level == 1 && self.bytes.get(self.at..self.at + 3) == Some(b"---") {
            self.at += 3;
            self.end_line()?;
        }
        (self.level > 0).then_some(())
    }

    /// From behind a value to the first token of the next line that has one. Nothing but a comment may be in between.
    pub(super) fn end_line(&mut self) -> Option<()> {
        self.skip_spaces();
        match self.peek() {
            b'\n' | b'\r' | 0 => {}
            b'#' if self.byte(self.at.wrapping_sub(1)) == b' ' => self.comment(),
            _ => return None,
        }
        self.skip_line_end();
        self.line_start()
    }

    /// From the start of a line to the first token that is in it or in a later line.
    pub(super) fn line_start(&mut self) -> Option<()> {
        loop {
            self.skip_spaces();
            match self.peek() {
                b'\n' | b'\r' => {}
                b'#' => self.comment(),
                b'\t' => return None,
                0 => {
                    self.level = 0;
                    return Some(());
                }
                _ => {
                    self.level = self.level_here();
                    return Some(());
                }
            }
            self.skip_line_end();
        }
    }

    /// In flow style, to the next token, which may be in a later line.
    pub(super) fn skip_flow_blank(&mut self) -> Option<()> {
        loop {
            self.skip_spaces();
            match self.peek() {
                b'\n' | b'\r' => self.skip_line_end(),
                b'#' if self.at == self.line || self.byte(self.at.wrapping_sub(1)) == b' ' => self.comment(),
                b'#' | b'\t' => return None,
                // The marker of a document, or a directive.
                b'-' | b'.' | b'%' if self.at == self.line => return None,
                _ => return Some(()),
            }
        }
    }
}
