//! The lines of source around a place, cropped around it and made printable: what every report that shows source shows.

use super::text::{columns, ellipsis, is_unprintable, visible, width};
use crate::source::{Source, Span};

/// The widest line shown, however much room there is.
pub(crate) const MAX_COLUMNS: usize = 200;
/// Two columns like an indent of JSON; a true tab stop would depend on what was cropped.
const TAB: &str = "  ";
/// Places at most this many lines apart can be shown together.
#[cfg(feature = "cli")]
const NEAR_LINES: usize = 2;

/// A place to be shown, and the label under it.
pub(crate) struct Mark<'a> {
    /// The text that the place is in.
    pub(crate) source: &'a Source,
    /// The place; of a place of many lines the first is marked.
    pub(crate) span: Span,
    /// Printable words under the mark.
    pub(crate) label: Option<String>,
}

/// A mark with the bytes it covers on its line.
pub(crate) struct Placed<'m, 'a> {
    pub(crate) mark: &'m Mark<'a>,
    /// The line, from 1.
    pub(crate) line: usize,
    /// The bytes of the source that are marked.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl<'m, 'a> Placed<'m, 'a> {
    /// The bytes of the mark on its first line.
    pub(crate) fn new(mark: &'m Mark<'a>) -> Self {
        let line = mark.source.position(mark.span.start).line;
        let (line_start, line_end) = mark.source.line_range(line).unwrap_or_default();
        let start = (mark.span.start as usize).clamp(line_start, line_end);
        let end = (mark.span.end as usize).clamp(start, line_end);
        let covered = mark.source.text().get(start..end).map_or(0, |text| text.trim_end().len());
        Self { mark, line, start, end: start + covered }
    }

    /// Whether both can be marked in one pane: near, not across each other, and visible together.
    #[cfg(feature = "cli")]
    pub(crate) fn goes_with(&self, other: &Placed) -> bool {
        let near = self.mark.source.id == other.mark.source.id && self.line.abs_diff(other.line) <= NEAR_LINES;
        let apart = self.start >= other.end.max(other.start + 1) || other.start >= self.end.max(self.start + 1);
        let visible = self.line != other.line || self.start.abs_diff(other.start) < 40;
        near && apart && visible
    }
}

/// The lines `first..=last` with up to `context` lines around them that are not blank.
pub(crate) fn with_context(
    source: &Source,
    first: usize,
    last: usize,
    context: usize,
) -> std::ops::RangeInclusive<usize> {
    let has_text = |line: usize| {
        let text = source.line_range(line).and_then(|(start, end)| source.text().get(start..end));
        // Of a line of a megabyte, the beginning is enough.
        text.is_some_and(|text| text.bytes().take(MAX_COLUMNS).any(|byte| !byte.is_ascii_whitespace()))
    };
    let before = (1..=context).rev().map(|distance| first.saturating_sub(distance)).find(|line| has_text(*line));
    let after = (1..=context).rev().map(|distance| last + distance).find(|line| has_text(*line));
    before.unwrap_or(first)..=after.unwrap_or(last)
}

/// The space for source text.
pub(crate) struct Canvas {
    /// Columns that a line may take.
    pub(crate) columns: usize,
    /// Whether marks of omission may be outside ASCII.
    pub(crate) unicode: bool,
}

impl Canvas {
    /// Appends one line with its line break, cropped around its first mark. Gives the bytes in `text` that each mark
    /// covers.
    pub(crate) fn write_line(
        &self,
        text: &mut String,
        source: &Source,
        line: usize,
        marks: &[&Placed],
    ) -> Vec<(usize, usize)> {
        let (line_start, line_end) = source.line_range(line).unwrap_or_default();
        let anchor = marks.first().map_or(line_start, |placed| placed.start);
        // Words under a mark begin near its middle and need room to the right.
        let labelled = marks.iter().any(|placed| placed.mark.label.is_some());
        // Nearly every line is short and of printable ASCII.
        let room = if labelled { self.columns / 2 } else { self.columns };
        let own = source.text().get(line_start..line_end).unwrap_or_default();
        if own.len() <= self.columns
            && anchor.saturating_sub(line_start) <= room
            && own.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'))
        {
            let written = |at: usize| text.len() + at.saturating_sub(line_start).min(own.len());
            let ranges = marks.iter().map(|placed| (written(placed.start), written(placed.end))).collect();
            text.push_str(own);
            text.push('\n');
            return ranges;
        }
        let shown = crop(source.text(), (line_start, line_end), anchor, self.columns, labelled);
        let mut ranges = vec![(usize::MAX, usize::MAX); marks.len()];
        if shown.0 > line_start {
            text.push_str(ellipsis(self.unicode));
        }
        let mut note = |at: usize, written: usize| {
            for (range, placed) in ranges.iter_mut().zip(marks) {
                if range.0 == usize::MAX && at >= placed.start {
                    range.0 = written;
                }
                if range.1 == usize::MAX && at >= placed.end {
                    range.1 = written;
                }
            }
        };
        for (at, c) in source.text().get(shown.0..shown.1).unwrap_or_default().char_indices() {
            note(shown.0 + at, text.len());
            write_char(text, c, shown.0 + at == 0, self.unicode);
        }
        // Whatever ends past the crop ends with it.
        note(usize::MAX, text.len());
        if shown.1 < line_end {
            text.push_str(ellipsis(self.unicode));
        }
        text.push('\n');
        ranges
    }
}

/// Appends a character as it is shown in source lines.
fn write_char(text: &mut String, c: char, first_of_file: bool, unicode: bool) {
    match c {
        '\t' => text.push_str(TAB),
        '\u{feff}' if first_of_file => {}
        c if is_unprintable(c) => text.push(visible(c, unicode)),
        c => text.push(c),
    }
}

/// The bytes of a line to show so that they take at most `budget` columns, with marks of omission, and hold `anchor`; in
/// the left half where there is a label. Looks at nothing further than `budget` characters from the anchor.
fn crop(text: &str, line: (usize, usize), anchor: usize, budget: usize, labelled: bool) -> (usize, usize) {
    let before = text.get(line.0..anchor).unwrap_or_default();
    let after = text.get(anchor..line.1).unwrap_or_default();
    let omission = width(ellipsis(false));
    let (left, left_bytes) = take(before.chars().rev(), if labelled { budget / 2 } else { budget });
    if left_bytes == before.len() {
        let (right, right_bytes) = take(after.chars(), budget - left);
        if right_bytes == after.len() {
            return line;
        }
        // From the beginning of the line, where that leaves enough to see of what is marked.
        if left <= budget * 3 / 4 {
            let (_, right_bytes) = take(after.chars(), (left + right).min(budget - omission).saturating_sub(left));
            return (line.0, anchor + right_bytes);
        }
    }
    let (left, left_bytes) = take(before.chars().rev(), budget / 3);
    let (_, right_bytes) = take(after.chars(), budget.saturating_sub(left + 2 * omission));
    (anchor - left_bytes, anchor + right_bytes)
}

/// How many columns and bytes of these characters fit into a number of columns.
fn take(chars: impl Iterator<Item = char>, limit: usize) -> (usize, usize) {
    let (mut used, mut bytes) = (0, 0);
    for c in chars {
        let needed = if c == '\t' { TAB.len() } else { columns(c) };
        if used + needed > limit {
            break;
        }
        used += needed;
        bytes += c.len_utf8();
    }
    (used, bytes)
}
