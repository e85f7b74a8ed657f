//! Checks that passed or are undecided, and findings that do not count (`--show undecided,passed,suppressed`): one quiet line
//! each, if there is room.

use super::paint::Ink;
use super::{Report, Style};
use crate::finding::{Finding, Outcome};
use crate::report::suppression;
use crate::report::text::{one_line, shorten, width, wrap};

/// Columns that a rule's id or a subject may take before the columns of a list stop lining up.
const MAX_CELL: usize = 40;
/// Columns that a message may take, all its lines together.
const MAX_MESSAGE: usize = 1_000;
/// Columns before the cells: two blanks, the mark, a blank.
const LEAD: usize = 4;

/// The lines of one section, in columns: mark, place (with its file, if the heading does not name that), rule, subject, message.
pub(super) fn lines(findings: &[&Finding], names_files: bool, report: &Report, style: &Style) -> String {
    let rows: Vec<Row> = findings.iter().map(|finding| Row::new(finding, names_files, report, style)).collect();
    let widest = |cell: fn(&Row) -> &str| rows.iter().map(|row| width(cell(row))).max().unwrap_or(0).min(MAX_CELL);
    let widths = [widest(|row| &row.place), widest(|row| &row.rule), widest(|row| &row.subject)];
    let mut text: String = rows.iter().map(|row| row.line(widths, style)).collect();
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// One check or finding in printable words.
struct Row {
    outcome: Outcome,
    is_suppressed: bool,
    place: String,
    rule: String,
    subject: String,
    /// Each a paragraph.
    messages: Vec<String>,
}

impl Row {
    fn new(finding: &Finding, names_files: bool, report: &Report, style: &Style) -> Self {
        let place = report.source(finding.span.source).map(|source| {
            let at = source.position(finding.span.start);
            let file = if names_files { format!("{}:", source.name) } else { String::new() };
            one_line(&format!("{file}{}:{}", at.line, at.column), style.unicode).into_owned()
        });
        // One line has no room for the type.
        let subject = match finding.subject.resource_type {
            Some(_) => finding.subject.name.clone(),
            None => finding.subject.qualified_name(),
        };
        let mut messages = Vec::new();
        if !finding.message.is_empty() {
            messages.push(finding.full_message());
        }
        if finding.is_suppressed() {
            messages.push(suppression(finding));
        }
        if let Some(suppression) = &finding.suppression {
            messages.extend(report.not_replaceable(suppression.required_of(&finding.rule).iter().map(String::as_str)));
        }
        Self {
            outcome: finding.outcome,
            is_suppressed: finding.is_suppressed(),
            place: place.unwrap_or_default(),
            rule: one_line(&finding.rule, style.unicode).into_owned(),
            subject: shorten(&one_line(&subject, style.unicode), MAX_CELL, style.unicode).into_owned(),
            messages: messages.iter().map(|message| one_line(message, style.unicode).into_owned()).collect(),
        }
    }

    fn line(&self, widths: [usize; 3], style: &Style) -> String {
        let (ink, mark) = match self.outcome {
            Outcome::Pass => (Ink::Good, style.glyph("✓", "+")),
            Outcome::Undecided => (Ink::Note, style.glyph("?", "?")),
            Outcome::Fail if self.is_suppressed => (Ink::Dim, style.glyph("○", "o")),
            Outcome::Fail => (Ink::Error, style.glyph("×", "x")),
        };
        let room = style.width.saturating_sub(LEAD);
        let cells = [&self.place, &self.rule, &self.subject];
        let mut plain = String::new();
        for (cell, columns) in cells.into_iter().zip(widths) {
            plain.push_str(cell);
            plain.push_str(&" ".repeat(columns.saturating_sub(width(cell)) + 2));
        }
        // The missing value matters most of an undecided check: if the line has no room for it, it gets lines below.
        let mut below = Vec::new();
        match self.messages.as_slice() {
            [only] if width(&plain) + width(only) <= room => plain.push_str(only),
            messages => {
                for message in messages {
                    let message = shorten(message, MAX_MESSAGE, style.unicode);
                    below.extend(wrap(&message, room.saturating_sub(LEAD)));
                }
            }
        }
        let plain = shorten(plain.trim_end(), room, style.unicode).into_owned();
        let mut text = format!("  {} {plain}\n", style.paint(ink, mark));
        for line in below {
            text.push_str(&format!("{}{line}\n", " ".repeat(2 * LEAD)));
        }
        text
    }
}
