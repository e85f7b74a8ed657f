//! JSON Lines, for programs that read results as they come: a record on each line, in the order of the files.
//!
//! ```text
//! { record: "run", schema: 1, tool: { name, version } }
//! { record: "file", file, resources, passed, failed, undecided }
//! { record: "finding" | "suppressed" | "absent", FINDING… }
//! { record: "exception", … }     { record: "diagnostic", … }
//! { record: "summary", … }
//! ```
//!
//! The first record is the run, the last the summary: without it, the report is not complete. A file that is a template has a record,
//! followed by those of what was found in it. Otherwise records are the entries of the format `json` ([`super::json`]), and their
//! shape is as stable.

use super::json::{SCHEMA, Tool, diagnostic_entry, exception_entry, finding_entry};
use super::{Report, Reporter, write_whole};
use crate::finding::Outcome;
use serde::Serialize;
use std::io;

/// Writes all records.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    write_whole(&mut JsonLines::new(out), report, None)
}

/// Writes the records file by file.
pub struct JsonLines<W> {
    out: W,
    has_begun: bool,
    shows_undecided: bool,
}

/// A line.
#[derive(Serialize)]
struct Record<T> {
    record: &'static str,
    #[serde(flatten)]
    entry: T,
}

#[derive(Serialize)]
struct RunEntry {
    schema: u32,
    tool: Tool,
}

/// A template that was linted, and how its checks ended.
#[derive(Serialize)]
struct FileEntry<'a> {
    file: &'a str,
    resources: usize,
    passed: usize,
    failed: usize,
    undecided: usize,
}

impl<W: io::Write> JsonLines<W> {
    /// Starts without records.
    pub fn new(out: W) -> Self {
        Self { out, has_begun: false, shows_undecided: false }
    }

    /// Starts without records. Undecided checks have one in any case.
    pub(crate) fn with_undecided(out: W) -> Self {
        Self { shows_undecided: true, ..Self::new(out) }
    }

    fn add(&mut self, record: &'static str, entry: impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, &Record { record, entry })?;
        self.out.write_all(b"\n")
    }
}

impl<W: io::Write> Reporter for JsonLines<W> {
    fn file(&mut self, part: &Report<'_>) -> io::Result<()> {
        if !std::mem::replace(&mut self.has_begun, true) {
            self.add("run", RunEntry { schema: SCHEMA, tool: Tool::default() })?;
        }
        for template in &part.provenance.templates {
            let counts = template.counts;
            let entry = FileEntry {
                file: &template.name,
                resources: template.resources,
                passed: counts.passed,
                failed: counts.failed,
                undecided: counts.undecided,
            };
            self.add("file", entry)?;
        }
        for diagnostic in part.diagnostics {
            self.add("diagnostic", diagnostic_entry(diagnostic, part))?;
        }
        let undecided =
            part.unshown.iter().filter(|finding| self.shows_undecided && finding.outcome == Outcome::Undecided);
        for finding in part.findings.iter().chain(undecided.collect::<Vec<_>>()) {
            self.add("finding", finding_entry(finding, part))?;
        }
        for finding in part.suppressed {
            self.add("suppressed", finding_entry(finding, part))?;
        }
        for finding in part.absent {
            self.add("absent", finding_entry(finding, part))?;
        }
        for exception in part.exceptions {
            self.add("exception", exception_entry(exception, part))?;
        }
        // Whoever reads gets whole files.
        self.out.flush()
    }

    fn end(&mut self, rest: &Report<'_>, _: Option<u8>) -> io::Result<()> {
        // The templates have their records.
        let templates = &super::Provenance::default();
        self.file(&Report { provenance: templates, ..*rest })?;
        self.add("summary", rest.summary)?;
        self.out.flush()
    }
}
