//! The lines of source that a finding shows, as the only source text that miette ever sees.
//!
//! miette's own sources are scanned from their first byte for each report, and a line past 65,535 columns makes it panic.
//! Here each place becomes a *pane*: a few lines, found through the line index, each cropped around its mark and made
//! printable. miette gets the panes one behind another under offsets of our own, with the true lines and columns.

use crate::report::lines::{Canvas, MAX_COLUMNS, Mark, Placed, with_context};
use crate::report::text::{decimal_width, one_line, width, wrap};
use crate::source::Position;
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

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
pub(super) struct Pane {
    pub(super) name: String,
    pub(super) text: String,
    /// Offset of `text` in the space that miette sees.
    pub(super) base: usize,
    /// Number of the first line, from 1.
    pub(super) first_line: usize,
    pub(super) line_count: usize,
    /// Where the pane's chief mark truly is.
    pub(super) position: Position,
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

    /// The panes with their only marks; none if one has several.
    pub(super) fn single_marks(&self) -> Option<impl Iterator<Item = (&Pane, &LabeledSpan)>> {
        let is_own = |(pane, label): (&Pane, &LabeledSpan)| {
            pane.base <= label.offset() && label.offset() + label.len() <= pane.base + pane.text.len()
        };
        let both = || self.panes.iter().zip(&self.labels);
        (self.panes.len() == self.labels.len() && both().all(is_own)).then(both)
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
        let canvas = canvas(window, *lines.end());
        let mut text = String::new();
        for line in lines.clone() {
            let on_line: Vec<&Placed> = marks.iter().filter(|placed| placed.line == line).collect();
            let line_start = text.len();
            for (placed, (start, end)) in on_line.iter().zip(canvas.write_line(&mut text, source, line, &on_line)) {
                let shown = text.get(line_start..start).unwrap_or_default();
                let covered = text.get(start..end).unwrap_or_default();
                let label = placed.mark.label.as_deref().map(|label| fit_label(canvas.columns, label, shown, covered));
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

/// The space beside the line numbers.
fn canvas(window: Window, last_line: usize) -> Canvas {
    // A space before the number, a space, a bar and a space after it.
    let gutter = decimal_width(last_line) + 4;
    Canvas { columns: window.width.saturating_sub(gutter).clamp(20, MAX_COLUMNS), unicode: window.unicode }
}

/// Breaks a label into lines that fit to the right of the middle of what is marked, where miette starts them.
fn fit_label(columns: usize, label: &str, before: &str, covered: &str) -> String {
    const ARM: usize = 4;
    const LEAST: usize = 12;
    let middle = width(before) + width(covered) / 2;
    wrap(label, columns.saturating_sub(middle + ARM).max(LEAST)).join("\n")
}
