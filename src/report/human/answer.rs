//! Answers that are no violations (`--show undecided,passed`): one quiet line each, if there is room.

use super::paint::Ink;
use super::{Report, Style};
use crate::finding::{Finding, Outcome};
use crate::report::text::{one_line, shorten, width, wrap};

/// Columns that a rule's id or a subject may take before the columns of a list stop lining up.
const MAX_CELL: usize = 40;
/// Columns that a message may take, all its lines together.
const MAX_MESSAGE: usize = 500;
/// Columns before the cells: two blanks, the mark, a blank.
const LEAD: usize = 4;

/// The lines of one file, in columns: mark, place, rule, subject, message.
pub(super) fn lines(findings: &[&Finding], report: &Report, style: &Style) -> String {
    let rows: Vec<Row> = findings.iter().map(|finding| Row::new(finding, report, style)).collect();
    let widest = |cell: fn(&Row) -> &str| rows.iter().map(|row| width(cell(row))).max().unwrap_or(0).min(MAX_CELL);
    let widths = [widest(|row| &row.place), widest(|row| &row.rule), widest(|row| &row.subject)];
    let mut text: String = rows.iter().map(|row| row.line(widths, style)).collect();
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// One answer in printable words.
struct Row {
    outcome: Outcome,
    place: String,
    rule: String,
    subject: String,
    message: String,
}

impl Row {
    fn new(finding: &Finding, report: &Report, style: &Style) -> Self {
        let position = report.source(finding.span.source).map(|source| source.position(finding.span.start));
        // One line has no room for the type.
        let subject = match finding.subject.resource_type {
            Some(_) => finding.subject.name.clone(),
            None => finding.subject.qualified_name(),
        };
        let message = if finding.message.is_empty() { String::new() } else { finding.full_message() };
        Self {
            outcome: finding.outcome,
            place: position.map(|at| format!("{}:{}", at.line, at.column)).unwrap_or_default(),
            rule: one_line(&finding.rule, style.unicode).into_owned(),
            subject: shorten(&one_line(&subject, style.unicode), MAX_CELL, style.unicode).into_owned(),
            message: one_line(&message, style.unicode).into_owned(),
        }
    }

    fn line(&self, widths: [usize; 3], style: &Style) -> String {
        let (ink, mark) = match self.outcome {
            Outcome::Pass => (Ink::Good, style.glyph("✓", "+")),
            Outcome::Undecided => (Ink::Note, style.glyph("?", "?")),
            Outcome::Fail => (Ink::Error, style.glyph("×", "x")),
        };
        let room = style.width.saturating_sub(LEAD);
        let cells = [&self.place, &self.rule, &self.subject];
        let mut plain = String::new();
        for (cell, columns) in cells.into_iter().zip(widths) {
            plain.push_str(cell);
            plain.push_str(&" ".repeat(columns.saturating_sub(width(cell)) + 2));
        }
        // What is missing matters most of an undecided check: where the line has no room for it, it gets lines of its own.
        let mut below = Vec::new();
        if width(&plain) + width(&self.message) <= room {
            plain.push_str(&self.message);
        } else {
            let message = shorten(&self.message, MAX_MESSAGE, style.unicode);
            below = wrap(&message, room.saturating_sub(LEAD));
        }
        let plain = shorten(plain.trim_end(), room, style.unicode).into_owned();
        let mut text = format!("  {} {plain}\n", style.paint(ink, mark));
        for line in below {
            text.push_str(&format!("{}{line}\n", " ".repeat(2 * LEAD)));
        }
        text
    }
}
