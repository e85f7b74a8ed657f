//! The lines of source that a finding shows, as the only source text that miette ever sees.
//!
//! miette's own sources are scanned from their first byte for each report, and a line past 65,535 columns makes it panic.
//! Here each place becomes a *pane*: a few lines, found through the line index, each cropped around its mark and made
//! printable. miette gets the panes one behind another under offsets of our own, with the true lines and columns.

use crate::report::text::{columns, ellipsis, is_unprintable, one_line, visible, width, wrap};
use crate::source::{Position, Source, Span};
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// The widest line shown, whatever the terminal's width.
const MAX_COLUMNS: usize = 200;
/// Two columns like an indent of JSON; a true tab stop would depend on what was cropped.
const TAB: &str = "  ";
/// Related places at most this many lines away share the finding's pane.
const NEAR_LINES: usize = 2;

/// A place to be shown, and what to say under it.
pub(super) struct Mark<'a> {
    /// The text that the place is in.
    pub(super) source: &'a Source,
    /// The place; of a place of many lines the first is marked.
    pub(super) span: Span,
    /// Printable words under the mark.
    pub(super) label: Option<String>,
}

/// How lines are cropped and spelled.
#[derive(Copy, Clone)]
pub(super) struct Window {
    /// Columns of the terminal.
    pub(super) width: usize,
    /// Whether marks of omission may be outside ASCII.
    pub(super) unicode: bool,
}

/// The panes of one finding.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    panes: Vec<Pane>,
    labels: Vec<LabeledSpan>,
}

/// Some neighbouring lines of one source, cropped and printable.
#[derive(Debug)]
struct Pane {
    name: String,
    text: String,
    /// Offset of `text` in the space that miette sees.
    base: usize,
    /// Number of the first line, from 1.
    first_line: usize,
    line_count: usize,
    /// Where the pane's chief mark truly is.
    position: Position,
}

/// A mark with the bytes it covers on its line.
struct Placed<'m, 'a> {
    mark: &'m Mark<'a>,
    line: usize,
    start: usize,
    end: usize,
}

impl Excerpt {
    /// Shows the finding's own place with a line before and after it, and related places in the same pane where they are
    /// near, otherwise on a line of their own.
    pub(super) fn new(own: &Mark, related: &[Mark], window: Window) -> Self {
        let mut excerpt = Self::default();
        let own_placed = Placed::new(own);
        let mut near = vec![own_placed];
        let mut far = Vec::new();
        for mark in related {
            let placed = Placed::new(mark);
            if near.iter().all(|other| placed.goes_with(other)) { near.push(placed) } else { far.push(placed) }
        }
        excerpt.add_pane(near, 1, window);
        for placed in far {
            excerpt.add_pane(vec![placed], 0, window);
        }
        excerpt
    }

    /// For each label, in the order of drawing, whether it marks the finding's own place.
    pub(super) fn primaries(&self) -> impl Iterator<Item = bool> + '_ {
        self.labels.iter().map(LabeledSpan::primary)
    }

    /// The labels, in the order of drawing.
    pub(super) fn labels(&self) -> impl Iterator<Item = LabeledSpan> + '_ {
        self.labels.iter().cloned()
    }

    /// Adds the lines of these marks, the first of which is the chief one, and `context` lines around them.
    fn add_pane(&mut self, mut marks: Vec<Placed>, context: usize, window: Window) {
        let Some(chief) = marks.first() else { return };
        let (source, position) = (chief.mark.source, source_position(chief));
        let own = if self.panes.is_empty() { Some(chief.start) } else { None };
        marks.sort_by_key(|placed| placed.start);
        let first = marks.first().map_or(1, |placed| placed.line);
        let last = marks.last().map_or(1, |placed| placed.line);
        let lines = with_context(source, first, last, context);

        // Two bytes apart, so that no span of one pane touches another.
        let base = self.panes.last().map_or(0, |pane| pane.base + pane.text.len() + 2);
        let canvas = Canvas::new(window, *lines.end());
        let mut text = String::new();
        for line in lines.clone() {
            let on_line: Vec<&Placed> = marks.iter().filter(|placed| placed.line == line).collect();
            let line_start = text.len();
            for (placed, (start, end)) in on_line.iter().zip(canvas.write_line(&mut text, source, line, &on_line)) {
                let shown = text.get(line_start..start).unwrap_or_default();
                let covered = text.get(start..end).unwrap_or_default();
                let label = placed.mark.label.as_deref().map(|label| canvas.fit_label(label, shown, covered));
                let build = if own == Some(placed.start) {
                    LabeledSpan::new_primary_with_span
                } else {
                    LabeledSpan::new_with_span
                };
                self.labels.push(build(label, SourceSpan::from((base + start, end - start))));
            }
        }
        let name = one_line(&source.name, window.unicode).into_owned();
        let (first_line, line_count) = (*lines.start(), lines.count());
        self.panes.push(Pane { name, text, base, first_line, line_count, position });
    }
}

impl<'m, 'a> Placed<'m, 'a> {
    /// The bytes of the mark on its first line.
    fn new(mark: &'m Mark<'a>) -> Self {
        let line = mark.source.position(mark.span.start).line;
        let (line_start, line_end) = mark.source.line_range(line).unwrap_or_default();
        let start = (mark.span.start as usize).clamp(line_start, line_end);
        let end = (mark.span.end as usize).clamp(start, line_end);
        let covered = mark.source.text().get(start..end).map_or(0, |text| text.trim_end().len());
        Self { mark, line, start, end: start + covered }
    }

    /// Whether both can be marked in one pane: near, not across each other, and visible together.
    fn goes_with(&self, other: &Placed) -> bool {
        let near = self.mark.source.id == other.mark.source.id && self.line.abs_diff(other.line) <= NEAR_LINES;
        let apart = self.start >= other.end.max(other.start + 1) || other.start >= self.end.max(self.start + 1);
        let visible = self.line != other.line || self.start.abs_diff(other.start) < 40;
        near && apart && visible
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        _context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let holds =
            |pane: &&Pane| pane.base <= span.offset() && span.offset() + span.len() <= pane.base + pane.text.len();
        let pane = self.panes.iter().find(holds).ok_or(MietteError::OutOfBounds)?;
        // miette asks without context only for the place to print above a pane: that one is the true place.
        let (line, column) =
            if context_lines_before == 0 { (pane.position.line, pane.position.column) } else { (pane.first_line, 1) };
        let contents = MietteSpanContents::new_named(
            pane.name.clone(),
            pane.text.as_bytes(),
            SourceSpan::from((pane.base, pane.text.len())),
            line.saturating_sub(1),
            column.saturating_sub(1),
            pane.line_count,
        );
        Ok(Box::new(contents))
    }
}

fn source_position(placed: &Placed) -> Position {
    placed.mark.source.position(placed.mark.span.start)
}

/// The lines `first..=last` with up to `context` lines around them that are not blank.
fn with_context(source: &Source, first: usize, last: usize, context: usize) -> std::ops::RangeInclusive<usize> {
    let says_something = |line: usize| {
        let text = source.line_range(line).and_then(|(start, end)| source.text().get(start..end));
        // A line of a megabyte is told by its beginning.
        text.is_some_and(|text| text.bytes().take(MAX_COLUMNS).any(|byte| !byte.is_ascii_whitespace()))
    };
    let before = (1..=context).rev().map(|distance| first.saturating_sub(distance)).find(|line| says_something(*line));
    let after = (1..=context).rev().map(|distance| last + distance).find(|line| says_something(*line));
    before.unwrap_or(first)..=after.unwrap_or(last)
}

/// The space for source text beside the line numbers.
struct Canvas {
    columns: usize,
    unicode: bool,
}

impl Canvas {
    fn new(window: Window, last_line: usize) -> Self {
        // A space before the number, a space, a bar and a space after it.
        let gutter = decimal_width(last_line) + 4;
        Self { columns: window.width.saturating_sub(gutter).clamp(20, MAX_COLUMNS), unicode: window.unicode }
    }

    /// Appends one line with its line break, cropped around its first mark. Gives the bytes in `text` that each mark
    /// covers.
    fn write_line(&self, text: &mut String, source: &Source, line: usize, marks: &[&Placed]) -> Vec<(usize, usize)> {
        let (line_start, line_end) = source.line_range(line).unwrap_or_default();
        let anchor = marks.first().map_or(line_start, |placed| placed.start);
        // Words under a mark begin near its middle and need room to the right.
        let labelled = marks.iter().any(|placed| placed.mark.label.is_some());
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

    /// Breaks a label into lines that fit to the right of the middle of what is marked, where miette starts them.
    fn fit_label(&self, label: &str, before: &str, covered: &str) -> String {
        const ARM: usize = 4;
        const LEAST: usize = 12;
        let middle = width(before) + width(covered) / 2;
        wrap(label, self.columns.saturating_sub(middle + ARM).max(LEAST)).join("\n")
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

fn decimal_width(number: usize) -> usize {
    number.checked_ilog10().unwrap_or(0) as usize + 1
}
