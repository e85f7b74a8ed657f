//! A text by its lines: where each begins and ends, and what is blank or a comment. Knows nothing of values.
//!
//! A line is named by where it starts. Nearly always its ends are near to what is looked at, so they are searched from there; only in
//! long lines all lines of the text are found once.

use crate::source::Source;
use std::cell::OnceCell;

/// Bytes in which the end of a line is searched.
const NEAR: usize = 4096;

/// A text, of which lines are asked for.
pub(super) struct Page<'t> {
    text: &'t str,
    /// What the text is of, if that finds its lines for reports, too.
    source: Option<&'t Source>,
    /// Where each line starts, if it had to be found here.
    lines: OnceCell<Vec<u32>>,
    /// Where the first line starts: behind a byte order mark.
    top: usize,
    /// How lines end.
    pub(super) eol: &'static str,
    /// Whether `#` begins a comment.
    comments: bool,
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

impl<'t> Page<'t> {
    /// Nothing if a `\r` ends a line alone: then lines are not what they look like.
    pub(super) fn new(text: &'t str, comments: bool, source: Option<&'t Source>) -> Option<Self> {
        let bytes = text.as_bytes();
        if memchr::memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1) != Some(&b'\n')) {
            return None;
        }
        let top = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let crlf = memchr::memchr(b'\n', bytes).is_some_and(|at| at > 0 && bytes.get(at - 1) == Some(&b'\r'));
        let source = source.filter(|_| top == 0);
        Some(Self { text, source, lines: OnceCell::new(), top, eol: if crlf { "\r\n" } else { "\n" }, comments })
    }

    pub(super) fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or("")
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Where all lines start.
    fn lines(&self) -> &[u32] {
        match self.source {
            Some(source) => source.line_starts(),
            None => self.lines.get_or_init(|| {
                let ends = memchr::memchr_iter(b'\n', self.text.as_bytes());
                let starts = std::iter::once(self.top).chain(ends.map(|at| at + 1));
                starts.map(|start| u32::try_from(start).unwrap_or(u32::MAX)).collect()
            }),
        }
    }

    /// The line that a byte is in.
    pub(super) fn line(&self, at: usize) -> usize {
        let near = at.saturating_sub(NEAR).max(self.top);
        let before = self.text.as_bytes().get(near..at).unwrap_or_default();
        match memchr::memrchr(b'\n', before) {
            Some(end) => near + end + 1,
            None if near == self.top => self.top,
            None => {
                let lines = self.lines();
                let next = lines.partition_point(|start| *start as usize <= at);
                lines.get(next.saturating_sub(1)).map_or(self.top, |start| *start as usize)
            }
        }
    }

    /// The line break that is at a byte or next behind it.
    fn line_break(&self, at: usize) -> Option<usize> {
        let near = (at + NEAR).min(self.text.len());
        let behind = self.text.as_bytes().get(at..near).unwrap_or_default();
        match memchr::memchr(b'\n', behind) {
            Some(end) => Some(at + end),
            None if near == self.text.len() => None,
            None => {
                let lines = self.lines();
                lines.get(lines.partition_point(|start| *start as usize <= at)).map(|next| *next as usize - 1)
            }
        }
    }

    /// The line behind one; the last line has none.
    pub(super) fn next(&self, line: usize) -> Option<usize> {
        self.line_break(line).map(|end| end + 1)
    }

    /// The lines behind one.
    pub(super) fn behind(&self, line: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.next(line), |line| self.next(*line))
    }

    /// The line before one; the first line has none.
    pub(super) fn previous(&self, line: usize) -> Option<usize> {
        line.checked_sub(1).filter(|before| *before >= self.top).map(|before| self.line(before))
    }

    /// The first byte of the line that is not blank; its end if there is none.
    pub(super) fn first(&self, line: usize) -> usize {
        self.skip(line)
    }

    /// Where the line ends, before its line break.
    pub(super) fn end(&self, line: usize) -> usize {
        let Some(end) = self.line_break(line) else { return self.text.len() };
        if end > line && self.byte(end - 1) == b'\r' { end - 1 } else { end }
    }

    /// The end of the line that a byte is in.
    pub(super) fn end_of(&self, at: usize) -> usize {
        let Some(end) = self.line_break(at) else { return self.text.len() };
        if end > self.top && self.byte(end - 1) == b'\r' { end - 1 } else { end }
    }

    /// The blanks that the line of a byte starts with.
    pub(super) fn indentation(&self, at: usize) -> &'t str {
        let line = self.line(at);
        self.slice(line, self.first(line))
    }

    /// Bytes between the start of the line and a byte.
    pub(super) fn column(&self, at: usize) -> usize {
        at.saturating_sub(self.line(at))
    }

    /// The column of a byte, if only blanks are before it in its line.
    pub(super) fn indented(&self, at: usize) -> Option<usize> {
        let before = self.text.as_bytes().get(self.line(at)..at)?;
        before.iter().all(|byte| is_blank(*byte)).then_some(before.len())
    }

    pub(super) fn is_empty(&self, line: usize) -> bool {
        self.first(line) >= self.end(line)
    }

    pub(super) fn is_comment(&self, line: usize) -> bool {
        self.comments && self.byte(self.first(line)) == b'#'
    }

    /// Whether only blanks are before a byte in its line.
    pub(super) fn is_first(&self, at: usize) -> bool {
        self.indented(at).is_some() && !is_blank(self.byte(at))
    }

    /// Over blanks in the line.
    pub(super) fn skip(&self, mut at: usize) -> usize {
        while is_blank(self.byte(at)) {
            at += 1;
        }
        at
    }

    /// The comment that is next in the line, if nothing but blanks is before it.
    pub(super) fn comment(&self, at: usize) -> Option<&'t str> {
        let next = self.skip(at);
        let begins = self.comments && self.byte(next) == b'#';
        begins.then(|| self.slice(next, self.end_of(next)))
    }

    /// Whether nothing but blanks and perhaps a comment follows in the line.
    pub(super) fn is_last(&self, at: usize) -> bool {
        let next = self.skip(at);
        next >= self.end_of(at) || (self.comments && self.byte(next) == b'#')
    }

    /// Over blanks, line breaks and comments.
    pub(super) fn skip_all(&self, mut at: usize) -> usize {
        loop {
            match self.byte(at) {
                b' ' | b'\t' | b'\n' | b'\r' => at += 1,
                b'#' if self.comments => at = self.end_of(at),
                _ => return at.min(self.text.len()),
            }
        }
    }

    /// The end of the last line with something in it of what ends at `at`: a text block that keeps its line breaks ends behind one.
    pub(super) fn last(&self, start: usize, at: usize) -> usize {
        match self.slice(start, at).strip_suffix('\n') {
            Some(kept) => start + kept.strip_suffix('\r').unwrap_or(kept).len(),
            None => at,
        }
    }

    /// The line behind which something is added to a block of this column whose last value ends in `line`. Comments directly below are
    /// of the block if they are indented as it is, and more than what follows.
    pub(super) fn below(&self, line: usize, column: usize) -> usize {
        if !self.comments {
            return line;
        }
        let indentation = |line: usize| self.first(line) - line;
        let mut last = line;
        let mut next = self.next(last);
        while let Some(comment) = next.filter(|next| self.is_comment(*next) && indentation(*next) >= column) {
            last = comment;
            next = self.next(last);
        }
        let is_written = |line: &usize| !self.is_empty(*line) && !self.is_comment(*line);
        let Some(next) = next.and_then(|next| std::iter::once(next).chain(self.behind(next)).find(is_written)) else {
            return last;
        };
        let level = indentation(next);
        while last > line && indentation(last) <= level {
            last = self.previous(last).unwrap_or(line);
        }
        last
    }

    /// The first line of the comments directly above that have this column, or the line itself.
    pub(super) fn above(&self, line: usize, column: usize) -> usize {
        let mut top = line;
        while let Some(before) = self.previous(top)
            && self.is_comment(before)
            && self.first(before) - before == column
        {
            top = before;
        }
        top
    }
}
