//! Reports on their way out: to standard output and to files.

use super::args::Format;
use super::plan::Problems;
use super::{Exit, terminal};
use crate::report::human::{self, Style};
use crate::report::text::one_line;
use crate::report::{Report, exceptions, github, gitlab, html, json, junit, markdown, sarif};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// A file that a report goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) format: Format,
    pub(super) file: PathBuf,
}

/// Writes one report in one format.
pub(super) fn write(out: impl Write, format: Format, report: &Report, style: &Style, exit: Exit) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match format {
        Format::Human => human::write(&mut out, report, style)?,
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

/// Writes the files, and then, knowing how that went, standard output. Gives the exit code that remains.
pub(super) fn write_all(outputs: &[Output], format: Format, style: &Style, report: &Report, exit: Exit) -> Exit {
    let mut exit = exit;
    for Output { format, file } in outputs {
        let written = File::create(file).and_then(|out| write(out, *format, report, &terminal::FILE, exit));
        if let Err(error) = written {
            complain(&format!("cannot write {}: {error}", file.display()));
            exit = Exit::Trouble;
        }
    }
    finish(write(io::stdout().lock(), format, report, style, exit), exit)
}

/// Prints the text of a command that lints nothing.
pub(super) fn print(text: &str, exit: Exit) -> Exit {
    let mut out = io::stdout().lock();
    finish(out.write_all(text.as_bytes()).and_then(|()| out.flush()), exit)
}

/// A list as JSON for programs, indented.
pub(super) fn pretty<T: serde::Serialize>(list: &[T]) -> String {
    // Only maps with keys that are no strings, and failing writers, cannot be written; here is neither.
    let mut text = serde_json::to_string_pretty(list).unwrap_or_default();
    text.push('\n');
    text
}

/// A reader that has seen enough (`hipaalint | head`) is no trouble; any other failure is.
fn finish(written: io::Result<()>, exit: Exit) -> Exit {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            complain(&format!("cannot write to standard output: {error}"));
            Exit::Trouble
        }
        _ => exit,
    }
}

/// Says on standard error what is wrong about configuration and rules, for commands that write no report. Gives the exit
/// code that follows.
pub(super) fn complain_of(problems: &Problems) -> Exit {
    for diagnostic in &problems.diagnostics {
        let position = diagnostic.span.and_then(|span| {
            let source = problems.sources.iter().find(|source| source.id == span.source)?;
            Some(source.position(span.start))
        });
        let place = position.map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default();
        let text = format!("{}{place}: {}. {}", diagnostic.file, diagnostic.message, diagnostic.help);
        complain(&one_line(text.trim_end(), true));
    }
    if problems.diagnostics.is_empty() { Exit::Clean } else { Exit::Trouble }
}

/// Says something on standard error. If that is closed, there is nobody to tell.
pub(super) fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "hipaalint: {message}");
}
