//! The layout of text for a terminal: headings, paragraphs, columns and code. The commands write the text.

use crate::catalogue::Line;
use crate::report::human::Style;
use crate::report::human::paint::Ink;
use crate::report::prose::{Block, blocks, coded_line};
use crate::report::text::{one_line, width, wrap};

/// Columns before everything below a heading.
const INDENT: usize = 2;
/// Columns between a name and its description.
const GAP: usize = 2;
/// Text in fewer columns is hard to read.
const MIN_COLUMNS: usize = 24;

/// A page under construction. All added text is made printable first.
pub(super) struct Page {
    style: Style,
    text: String,
}

impl Page {
    pub(super) fn new(style: Style) -> Self {
        Self { style, text: String::new() }
    }

    /// The whole page.
    pub(super) fn finish(self) -> String {
        self.text
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A separate line, in some ink.
    pub(super) fn line(&mut self, ink: Ink, text: &str) {
        for line in self.wrapped(text, 0) {
            self.text.push_str(&self.style.paint(ink, &line));
            self.text.push('\n');
        }
    }

    /// A heading, after a blank line.
    pub(super) fn heading(&mut self, text: &str) {
        self.blank();
        self.line(Ink::Bold, text);
    }

    /// An address on one line, whatever its length, because terminals recognize links on one line only.
    pub(super) fn address(&mut self, address: &str) {
        self.text.push_str(&format!("{:INDENT$}{}\n", "", one_line(address, self.style.unicode)));
    }

    /// A line of cells, each as wide as its column. The last cell is wrapped if it does not fit, in its column or, if that is too
    /// narrow, below the other cells.
    pub(super) fn row(&mut self, cells: &[(Option<Ink>, &str)], columns: &[usize]) {
        let mut line = " ".repeat(INDENT);
        let mut used = INDENT;
        for (index, (ink, cell)) in cells.iter().enumerate() {
            let clean = one_line(cell, self.style.unicode).into_owned();
            let paint = |text: &str| ink.map_or_else(|| text.to_owned(), |ink| self.style.paint(ink, text));
            if index + 1 < cells.len() {
                let column = columns.get(index).copied().unwrap_or_default().max(width(&clean)) + GAP;
                line.push_str(&paint(&clean));
                line.push_str(&" ".repeat(column - width(&clean)));
                used += column;
                continue;
            }
            if used > 2 * INDENT && self.style.width < used + MIN_COLUMNS.min(width(&clean)) {
                // Not enough room next to the other cells.
                line.truncate(line.trim_end().len());
                used = 2 * INDENT;
                line.push('\n');
                line.push_str(&" ".repeat(used));
            }
            for (number, part) in wrap(&clean, self.room(used)).iter().enumerate() {
                if number > 0 {
                    line.push('\n');
                    line.push_str(&" ".repeat(used));
                }
                line.push_str(&paint(part));
            }
        }
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// A paragraph, `depth` steps in.
    pub(super) fn paragraph(&mut self, depth: usize, ink: Option<Ink>, text: &str) {
        for line in self.wrapped(text, depth * INDENT) {
            let line = ink.map_or_else(|| line.clone(), |ink| self.style.paint(ink, &line));
            self.text.push_str(&format!("{:1$}{line}\n", "", depth * INDENT));
        }
    }

    /// Markdown below a heading.
    pub(super) fn markdown(&mut self, markdown: &str) {
        let mut before: Option<Block> = None;
        for block in blocks(markdown) {
            let list_goes_on = matches!((&before, &block), (Some(Block::Item(_)), Block::Item(_)));
            if before.is_some() && !list_goes_on {
                self.blank();
            }
            match &block {
                Block::Paragraph(text) => self.paragraph(1, None, &coded_line(text)),
                Block::Item(text) => self.item(&coded_line(text)),
                Block::Code(lines) => lines.iter().for_each(|line| self.code(None, line)),
            }
            before = Some(block);
        }
    }

    /// An item of a list. Its other lines are indented like the first.
    fn item(&mut self, text: &str) {
        for (index, line) in self.wrapped(text, 2 * INDENT).iter().enumerate() {
            let mark = if index == 0 { "-" } else { "" };
            self.text.push_str(&format!("{:INDENT$}{mark:INDENT$}{line}\n", ""));
        }
    }

    /// A line of code, with a mark in front if the line is wrong.
    pub(super) fn code(&mut self, wrong: Option<Ink>, line: &str) {
        let clean = one_line(line, self.style.unicode).into_owned();
        let (mark, line) = match wrong {
            Some(ink) => (self.style.paint(ink, self.style.glyph("×", "x")), self.style.paint(ink, &clean)),
            None => (" ".to_owned(), clean),
        };
        self.text.push_str(format!("  {mark} {line}").trim_end());
        self.text.push('\n');
    }

    /// A line of a diff.
    pub(super) fn changed(&mut self, line: &Line) {
        let ink = match line {
            Line::Gap => Some(Ink::Dim),
            Line::Same(_) => None,
            Line::Old(_) => Some(Ink::Error),
            Line::New(_) => Some(Ink::Good),
        };
        let clean = one_line(&line.text(), self.style.unicode).into_owned();
        let text = ink.map_or(clean.clone(), |ink| self.style.paint(ink, &clean));
        self.text.push_str(format!("  {text}").trim_end());
        self.text.push('\n');
    }

    fn wrapped(&self, text: &str, indent: usize) -> Vec<String> {
        wrap(&one_line(text, self.style.unicode), self.room(indent))
    }

    fn room(&self, used: usize) -> usize {
        self.style.width.saturating_sub(used).max(MIN_COLUMNS)
    }
}

/// The columns that the widest of some texts takes.
pub(super) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>) -> usize {
    texts.into_iter().map(width).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_last_cell_without_room_goes_below() {
        let row = |width: usize| {
            let mut page = Page::new(Style { color: false, width, unicode: true, hyperlinks: false });
            page.row(
                &[(None, "s3-bucket-versioning"), (None, "S3 bucket does not keep versions of its objects")],
                &[30],
            );
            page.finish()
        };
        let next_to_it =
            format!("  {:30}  S3 bucket does not keep\n{:34}versions of its objects\n", "s3-bucket-versioning", "");
        assert_eq!(row(60), next_to_it);
        let below = "  s3-bucket-versioning\n    S3 bucket does not keep versions of its objects\n";
        assert_eq!(row(56), below);
        assert!(row(40).lines().all(|line| line.len() <= 40), "{}", row(40));
    }
}
