//! Writes reports to standard output and to files, and messages to standard error.

use super::args::Format;
use super::terminal;
use crate::config::FILE_NAME;
use crate::discover::has_resources;
use crate::files::{Files, MAX_NAMED, Reach};
use crate::report::human::{self, Part, Style};
use crate::report::statistics::Grouping;
use crate::report::text::one_line;
use crate::report::{Report, exceptions, github, gitlab, html, json, junit, markdown, sarif, statistics};
use crate::session::{Exit, Problems, Saving};
use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file for a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) format: Format,
    pub(super) file: PathBuf,
}

/// The contents of standard output.
#[derive(Copy, Clone, Debug)]
pub(super) struct Shown {
    pub(super) format: Format,
    pub(super) style: Style,
    pub(super) part: Part,
    /// What findings are grouped by, if the arguments set it.
    pub(super) grouping: Option<Grouping>,
}

/// Writes one report in one format.
fn write(out: impl Write, shown: Shown, report: &Report, exit: Exit) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match shown.format {
        Format::Json if shown.part == Part::Statistics => {
            statistics::write_json(&mut out, report, shown.grouping.unwrap_or(Grouping::Rule))?
        }
        Format::Human => human::write_part(&mut out, report, &shown.style, shown.part, shown.grouping)?,
        Format::Json => json::write(&mut out, report)?,
        Format::Sarif => sarif::write(&mut out, report, &sarif::Options { exit_code: Some(exit.code()) })?,
        Format::Github => github::write(&mut out, report)?,
        Format::Gitlab => gitlab::write(&mut out, report)?,
        Format::Junit => junit::write(&mut out, report)?,
        Format::Markdown => markdown::write(&mut out, report)?,
        Format::Html => html::write(&mut out, report)?,
        Format::Exceptions => exceptions::write(&mut out, report)?,
        Format::ExceptionsCsv => exceptions::write_csv(&mut out, report)?,
    }
    out.flush()
}

/// The result of writing a report.
#[derive(Copy, Clone, Debug)]
pub(super) struct Written {
    /// The exit code after writing.
    pub(super) exit: Exit,
    /// Whether standard output is still open.
    pub(super) is_read: bool,
}

/// What no report overwrites.
pub(super) struct Inputs<'f> {
    files: &'f Files,
    /// The files that the run read, without links.
    read: BTreeSet<PathBuf>,
}

impl<'f> Inputs<'f> {
    /// The files that a run read.
    pub(super) fn new(read: impl IntoIterator<Item = PathBuf>, files: &'f Files) -> Self {
        Self { read: read.into_iter().filter_map(|file| files.real(&file).ok()).collect(), files }
    }

    /// Whether a report may be written to a file.
    fn check(&self, file: &Path) -> io::Result<()> {
        let refusal =
            |what| Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("a report never overwrites {what}")));
        let Ok(real) = self.files.real(file) else {
            return if is_configuration(file) { refusal("a configuration") } else { Ok(()) };
        };
        if is_configuration(&real) || is_configuration(file) {
            return refusal("a configuration");
        }
        if self.read.contains(&real) {
            return refusal("a file that this run read");
        }
        match Reach::Below(real.clone()).read(&real, MAX_NAMED, self.files) {
            Ok(bytes) if has_resources(&String::from_utf8_lossy(&bytes)) => refusal("a template"),
            _ => Ok(()),
        }
    }
}

fn is_configuration(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name == FILE_NAME)
}

/// Writes the files, and then standard output with the resulting exit code.
pub(super) fn write_all(outputs: &[Output], inputs: &Inputs<'_>, shown: Shown, report: &Report, exit: Exit) -> Written {
    let mut exit = exit;
    for Output { format, file } in outputs {
        let whole = Shown { format: *format, style: terminal::FILE, part: Part::Whole, grouping: shown.grouping };
        let written = inputs.check(file).and_then(|()| Saving::start(file));
        let written = written.and_then(|mut out| write(&mut out, whole, report, exit).and_then(|()| out.finish()));
        if let Err(error) = written {
            complain(&format!("cannot write {}: {error}", file.display()));
            exit = Exit::Trouble;
        }
    }
    let written = write(io::stdout().lock(), shown, report, exit);
    let is_read = written.is_ok();
    Written { exit: finish(written, exit), is_read }
}

/// Prints the text of a command that lints nothing.
pub(super) fn print(text: &str, exit: Exit) -> Exit {
    let mut out = io::stdout().lock();
    finish(out.write_all(text.as_bytes()).and_then(|()| out.flush()), exit)
}

/// A list as JSON for programs, indented.
pub(super) fn pretty<T: serde::Serialize>(list: &[T]) -> String {
    // Only maps with keys that are not strings, and failing writers, cause errors. Neither occurs here.
    let mut text = serde_json::to_string_pretty(list).unwrap_or_default();
    text.push('\n');
    text
}

/// A closed pipe (`hipaalint | head`) is not an error. Any other failure is.
fn finish(written: io::Result<()>, exit: Exit) -> Exit {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            complain(&format!("cannot write to standard output: {error}"));
            Exit::Trouble
        }
        _ => exit,
    }
}

/// Writes problems with configuration and rules to standard error, for commands without a report. Returns the exit code.
pub(super) fn complain_of(problems: &Problems) -> Exit {
    for diagnostic in &problems.diagnostics {
        let position = diagnostic.span.and_then(|span| {
            let source = problems.sources.iter().find(|source| source.id == span.source)?;
            Some(source.position(span.start))
        });
        let position = position.map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default();
        let end = if diagnostic.message.ends_with(['?', '!']) { "" } else { "." };
        let text = format!("{}{position}: {}{end} {}", diagnostic.file, diagnostic.message, diagnostic.help);
        complain(&one_line(text.trim_end(), true));
    }
    if problems.diagnostics.is_empty() { Exit::Clean } else { Exit::Trouble }
}

/// Writes a message to standard error, if that is open.
pub(super) fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "hipaalint: {message}");
}
