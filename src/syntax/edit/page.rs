//! A text by its lines: where each begins and ends, and what is blank or a comment. Knows nothing of values.

use std::borrow::Cow;

/// The lines of a text, found once.
pub(super) struct Page<'t> {
    text: &'t str,
    /// Where each line starts.
    lines: Cow<'t, [u32]>,
    /// How lines end.
    pub(super) eol: &'static str,
    /// Whether `#` begins a comment.
    comments: bool,
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

impl<'t> Page<'t> {
    /// Nothing if a `\r` ends a line alone: then lines are not what they look like. `known`: where the lines start, as a
    /// [`Source`](crate::source::Source) has found it.
    pub(super) fn new(text: &'t str, comments: bool, known: Option<&'t [u32]>) -> Option<Self> {
        let bytes = text.as_bytes();
        if memchr::memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1) != Some(&b'\n')) {
            return None;
        }
        let bom = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let lines = match known {
            Some(known) if bom == 0 => Cow::Borrowed(known),
            _ => {
                let starts = std::iter::once(bom).chain(memchr::memchr_iter(b'\n', bytes).map(|at| at + 1));
                Cow::Owned(starts.map(|start| u32::try_from(start).unwrap_or(u32::MAX)).collect())
            }
        };
        let crlf = memchr::memchr(b'\n', bytes).is_some_and(|at| at > 0 && bytes.get(at - 1) == Some(&b'\r'));
        Some(Self { text, lines, eol: if crlf { "\r\n" } else { "\n" }, comments })
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

    pub(super) fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// The number of the line that a byte is in, from 0.
    pub(super) fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start as usize <= at).saturating_sub(1)
    }

    pub(super) fn start(&self, line: usize) -> usize {
        self.lines.get(line).map_or(self.text.len(), |start| *start as usize)
    }

    /// The first byte of the line that is not blank; its end if there is none.
    pub(super) fn first(&self, line: usize) -> usize {
        self.lines.get(line).map_or(self.text.len(), |start| self.skip(*start as usize))
    }

    /// Where the line ends, before its line break.
    pub(super) fn end(&self, line: usize) -> usize {
        let Some(next) = self.lines.get(line + 1) else { return self.text.len() };
        let end = (*next as usize).saturating_sub(1);
        if end > self.start(line) && self.byte(end.saturating_sub(1)) == b'\r' { end - 1 } else { end }
    }

    /// The end of the line that a byte is in.
    pub(super) fn end_of(&self, at: usize) -> usize {
        self.end(self.line(at))
    }

    /// The blanks that the line of a byte starts with.
    pub(super) fn indentation(&self, at: usize) -> &'t str {
        let line = self.line(at);
        self.slice(self.start(line), self.first(line))
    }

    /// Bytes between the start of the line and a byte.
    pub(super) fn column(&self, at: usize) -> usize {
        at - self.start(self.line(at)).min(at)
    }

    /// The same, for a byte near the start of its line.
    pub(super) fn near_column(&self, at: usize) -> usize {
        self.before(at).map_or(0, <[u8]>::len)
    }

    /// The column of a byte, if only blanks are before it in its line.
    pub(super) fn indented(&self, at: usize) -> Option<usize> {
        let before = self.before(at)?;
        before.iter().all(|byte| is_blank(*byte)).then_some(before.len())
    }

    /// What is before a byte in its line, which is found from the byte.
    fn before(&self, at: usize) -> Option<&'t [u8]> {
        let before = self.text.as_bytes().get(self.first_start()..at)?;
        before.get(memchr::memrchr(b'\n', before).map_or(0, |end| end + 1)..)
    }

    /// Where the first line starts: behind a byte order mark.
    fn first_start(&self) -> usize {
        self.lines.first().map_or(0, |start| *start as usize)
    }

    pub(super) fn is_empty(&self, line: usize) -> bool {
        self.first(line) >= self.end(line)
    }

    pub(super) fn is_comment(&self, line: usize) -> bool {
        self.comments && self.byte(self.first(line)) == b'#'
    }

    /// Whether only blanks are before a byte in its line.
    pub(super) fn is_first(&self, at: usize) -> bool {
        self.first(self.line(at)) == at
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
        let is_inside = |line: usize| self.is_comment(line) && self.first(line) - self.start(line) >= column;
        let mut last = line;
        while last + 1 < self.lines.len() && is_inside(last + 1) {
            last += 1;
        }
        let next = (last + 1..self.lines.len()).find(|line| !self.is_empty(*line) && !self.is_comment(*line));
        let Some(next) = next else { return last };
        let level = self.first(next) - self.start(next);
        while last > line && self.first(last) - self.start(last) <= level {
            last -= 1;
        }
        last
    }

    /// The first line of the comments directly above that have this column, or the line itself.
    pub(super) fn above(&self, line: usize, column: usize) -> usize {
        let mut top = line;
        while let Some(before) = top.checked_sub(1)
            && self.is_comment(before)
            && self.first(before) - self.start(before) == column
        {
            top = before;
        }
        top
    }
}
