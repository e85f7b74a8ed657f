//! The register as CSV (RFC 4180): a header, a record for each exception, lines that end with CR LF, everything in quotes.
//!
//! Spreadsheets run a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return as a formula. Such a text begins with
//! an apostrophe here, by which they know that it is text (OWASP ASVS 5.0, 1.2.10).

use super::Row;
use crate::report::text::is_unprintable;
use crate::report::{Report, Reporter, write_whole};
use csv::{QuoteStyle, Terminator, Writer, WriterBuilder};
use std::io;

const HEADER: [&str; 14] = [
    "State",
    "Rule",
    "Covers",
    "Reason",
    "Alternative",
    "Owner",
    "Ticket",
    "Expires",
    "Addressable specifications",
    "Required specifications",
    "Findings",
    "File",
    "Line",
    "Language",
];

/// Writes the register.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    write_whole(&mut Csv::new(out), report, None)
}

/// Writes the register file by file.
pub struct Csv<W: io::Write> {
    records: Writer<W>,
    has_begun: bool,
}

impl<W: io::Write> Csv<W> {
    /// Starts a register.
    pub fn new(out: W) -> Self {
        let records =
            WriterBuilder::new().quote_style(QuoteStyle::Always).terminator(Terminator::CRLF).from_writer(out);
        Self { records, has_begun: false }
    }
}

impl<W: io::Write> Reporter for Csv<W> {
    fn file(&mut self, part: &Report<'_>) -> io::Result<()> {
        if !std::mem::replace(&mut self.has_begun, true) {
            self.records.write_record(HEADER).map_err(io::Error::from)?;
        }
        for exception in part.exceptions {
            let row = Row::new(exception, part);
            let (file, line) = row.place.rsplit_once(':').unwrap_or((&row.place, ""));
            let (rules, covers) = (row.rules(str::to_owned), row.covers.join("; "));
            let (addressable, required) = (row.addressable.join("; "), row.required.join("; "));
            let fields = [
                row.state,
                &rules,
                &covers,
                &row.reason,
                &row.alternative,
                &row.owner,
                &row.ticket,
                &row.expires,
                &addressable,
                &required,
                &row.findings,
                file,
                line,
                row.dialect,
            ];
            self.records.write_record(fields.map(field)).map_err(io::Error::from)?;
        }
        Ok(())
    }

    fn end(&mut self, rest: &Report<'_>, _: Option<u8>) -> io::Result<()> {
        self.file(rest)?;
        self.records.flush()
    }
}

fn field(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠']);
    let guard = if is_formula { "'" } else { "" };
    // A terminal that prints the file gets no control characters either.
    format!("{guard}{}", text.replace(is_unprintable, " "))
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn nothing_is_a_formula_or_a_control() {
        assert_eq!(field("a \"b\", c\u{1b}d"), "a \"b\", c d");
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "＝1"] {
            assert_eq!(field(formula), format!("'{formula}"));
        }
        assert_eq!(["\t=1", "\r=1"].map(field), ["' =1", "' =1"]);
        assert_eq!(field("2026-12-31"), "2026-12-31");
        assert_eq!(field(""), "");
    }
}
