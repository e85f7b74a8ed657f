//! Writes reports to standard output and to files, and messages to standard error.

use super::args::Format;
use super::dated::Dated;
use super::diff_base::DiffBase;
use super::progress::Progress;
use super::terminal;
use crate::baseline::is_written_baseline;
use crate::config::FILE_NAME;
use crate::discover::{self, MAX_BYTES};
use crate::evidence::Bundle;
use crate::files::{Files, Reach, why, why_not_written};
use crate::finding::{Diagnostic, Finding, Severity};
use crate::linter::Fixes;
use crate::project::is_template;
use crate::report::asff::Asff;
use crate::report::diff;
use crate::report::exceptions::{Csv, Register};
use crate::report::github::Github;
use crate::report::gitlab::Gitlab;
use crate::report::html::Page;
use crate::report::human::{Human, Part, Style};
use crate::report::json::Json;
use crate::report::jsonl::JsonLines;
use crate::report::junit::Junit;
use crate::report::markdown::Comment;
use crate::report::oscal::Oscal;
use crate::report::sarif::Sarif;
use crate::report::statistics::{Grouping, JsonStatistics};
use crate::report::text::{count, one_line};
use crate::report::whole::Whole;
use crate::report::{Prepared, Preparer, Report, Reporter};
use crate::session::{End, Exit, FixedText, Problems, Saving, Session, Sink, WrittenBaseline};
use crate::source::Source;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

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

/// The fixed texts on standard output. The report goes to standard error then.
#[derive(Copy, Clone, Debug)]
pub(super) enum Texts {
    /// Standard input as it is now.
    Whole { error_style: Style },
    /// Diffs of all fixed texts. Only problems and numbers are reported.
    Diffs { error_style: Style },
}

impl Texts {
    /// What is shown on standard error.
    fn shown(self, shown: Shown) -> Shown {
        match self {
            Self::Whole { error_style } => Shown { style: error_style, ..shown },
            Self::Diffs { error_style } => {
                let part = if shown.part == Part::Findings { Part::Problems } else { Part::Fixes };
                Shown { format: Format::Human, style: error_style, part, grouping: None }
            }
        }
    }
}

/// What writes a report in a format.
fn reporter<'o>(out: impl Write + 'o, shown: Shown, dated: &Dated) -> Box<dyn Reporter + 'o> {
    let Shown { format, style, part, grouping } = shown;
    match format {
        Format::Json if part == Part::Statistics => {
            Box::new(JsonStatistics::new(out, grouping.unwrap_or(Grouping::Rule)))
        }
        Format::Human => Box::new(Human::new(out, &style, part, grouping)),
        Format::Json => Box::new(Json::new(out)),
        Format::Jsonl => Box::new(JsonLines::new(out)),
        Format::Sarif => Box::new(Sarif::new(out)),
        Format::Github => Box::new(Github::new(out)),
        Format::Gitlab => Box::new(Whole(Gitlab::new(out))),
        Format::Junit => Box::new(Junit::new(out)),
        Format::Markdown => Box::new(Comment::new(out)),
        Format::Html => Box::new(Whole(Page::new(out))),
        Format::Exceptions => Box::new(Register::new(out)),
        Format::ExceptionsCsv => Box::new(Csv::new(out)),
        Format::Oscal => Box::new(Whole(Oscal::new(out, dated.time()))),
        Format::Evidence => Box::new(Whole(Bundle::new(out, dated.time()))),
        Format::Asff => match &dated.account {
            Some(account) => Box::new(Whole(Asff::new(out, account.clone(), dated.time()))),
            // The plan has one for each report that needs it.
            None => Box::new(JsonLines::new(out)),
        },
    }
}

/// A report that is being written. After an error, nothing more is written.
struct Writing<'o> {
    reporter: io::Result<Box<dyn Reporter + 'o>>,
}

impl Writing<'_> {
    fn feed(&mut self, feed: impl FnOnce(&mut dyn Reporter) -> io::Result<()>) {
        if let Ok(reporter) = &mut self.reporter
            && let Err(error) = feed(reporter.as_mut())
        {
            self.reporter = Err(error);
        }
    }
}

/// A report to a file.
struct WritingFile<'o> {
    name: &'o Path,
    writing: Writing<'o>,
    file: Option<Saving>,
}

/// All reports of a run, which are written at the same time.
pub(super) struct Outputs<'o> {
    files: Vec<WritingFile<'o>>,
    /// The formats of these reports, and of that on standard output.
    formats: Vec<Format>,
    session: &'o Session,
    /// The report on standard output, and whether that is a terminal.
    standard: Writing<'o>,
    is_terminal: bool,
    /// The texts on standard output, if they are there in place of the report, and how they are shown.
    texts: Option<(Texts, Style)>,
    text_out: io::Result<Box<dyn Write + 'o>>,
    has_diffs: bool,
    /// Where the names in diffs start.
    diffs_from: DiffBase,
    /// Until something else is on the terminal.
    progress: Option<Progress>,
    /// Whether no report names what could not be done.
    hides_errors: bool,
    /// Whether nothing follows the reports.
    pub(super) ends_process: bool,
    written: Option<Written>,
}

impl<'o> Outputs<'o> {
    /// Starts the reports.
    pub(super) fn new(
        outputs: &'o [Output],
        session: &'o Session,
        shown: Shown,
        dated: &Dated,
        texts: Option<Texts>,
        progress: Option<Progress>,
    ) -> Self {
        let inputs = Inputs::before(session.files());
        let start = |Output { format, file }: &'o Output| {
            let whole = Shown { format: *format, style: terminal::FILE, part: Part::Whole, grouping: shown.grouping };
            let started = inputs.check(file).and_then(|()| Saving::start(file));
            let (file_in_work, reporter) = match started.and_then(|saving| Ok((saving.writer()?, saving))) {
                Ok((out, saving)) => (Some(saving), Ok(reporter(BufWriter::new(out), whole, dated))),
                Err(error) => (None, Err(error)),
            };
            WritingFile { name: file, writing: Writing { reporter }, file: file_in_work }
        };
        let files = outputs.iter().map(start).collect();
        let out: Box<dyn Write> = Box::new(BufWriter::with_capacity(STANDARD_BUFFER, io::stdout().lock()));
        let (report, text_out, is_terminal): (_, io::Result<Box<dyn Write>>, _) = match texts {
            Some(texts) => {
                let report = reporter(BufWriter::new(io::stderr()), texts.shown(shown), dated);
                (report, Ok(out), io::stderr().is_terminal())
            }
            None => (reporter(out, shown, dated), Err(io::ErrorKind::Unsupported.into()), io::stdout().is_terminal()),
        };
        let texts = texts.map(|texts| (texts, shown.style));
        let standard = Writing { reporter: Ok(report) };
        let formats: Vec<Format> = outputs.iter().map(|output| output.format).chain([shown.format]).collect();
        let is_silent = texts.is_none() && shown.format == Format::Json && shown.part == Part::Statistics;
        let hides_errors = match formats.split_last() {
            Some((_, files)) if is_silent => !files.iter().any(|format| format.names_errors()),
            _ => !formats.iter().any(|format| format.names_errors()),
        };
        Self {
            files,
            formats,
            session,
            standard,
            is_terminal,
            texts,
            text_out,
            has_diffs: false,
            diffs_from: DiffBase::default(),
            progress,
            hides_errors,
            ends_process: false,
            written: None,
        }
    }

    /// The diffs are about files in these paths.
    pub(super) fn about(&mut self, paths: &[PathBuf]) {
        if matches!(self.texts, Some((Texts::Diffs { .. }, _))) {
            self.diffs_from = DiffBase::of(paths, self.session.files());
        }
    }

    /// How writing ended, with the exit of the run.
    pub(super) fn written(self, exit: Exit) -> Written {
        self.written.unwrap_or(Written { exit, is_read: true })
    }
}

/// Bytes that wait to be written to standard output.
const STANDARD_BUFFER: usize = 1 << 16;

/// What the reports of a run have to do in the threads that lint: of each report, in the order of [`Outputs::reports`].
struct Preparers {
    all: Vec<Option<Arc<dyn Preparer>>>,
    /// Whether a report without one shows fixes.
    others_show_fixes: bool,
}

impl Preparer for Preparers {
    fn prepare(&self, part: &Report<'_>) -> Prepared {
        let prepare = |one: &Option<Arc<dyn Preparer>>| one.as_ref().map(|one| one.prepare(part));
        Box::new(self.all.iter().map(prepare).collect::<Vec<Option<Prepared>>>())
    }

    fn wants_fix(&self, finding: &Finding) -> bool {
        self.others_show_fixes || self.all.iter().flatten().any(|one| one.wants_fix(finding))
    }
}

impl<'o> Outputs<'o> {
    /// Those to files, and that on standard output.
    fn reports(&mut self) -> impl Iterator<Item = &mut Writing<'o>> {
        self.files.iter_mut().map(|file| &mut file.writing).chain([&mut self.standard])
    }

    /// Names on standard error what could not be done, if no report does: what is missing in a report would be missing silently.
    fn complain(&mut self, part: &Report<'_>) {
        if !self.hides_errors {
            return;
        }
        for diagnostic in part.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error) {
            self.progress = None;
            let source = diagnostic.span.and_then(|span| part.source(span.source));
            complain(&in_one_line(diagnostic, source));
        }
    }

    /// What is on a terminal is no more than a report.
    fn is_reporting(&mut self, part: &Report<'_>) {
        if self.is_terminal && !(part.findings.is_empty() && part.diagnostics.is_empty()) {
            self.progress = None;
        }
    }
}

impl Sink for Outputs<'_> {
    fn file(&mut self, part: &Report<'_>) {
        self.is_reporting(part);
        self.complain(part);
        self.reports().for_each(|writing| writing.feed(|reporter| reporter.file(part)));
    }

    fn preparer(&self) -> Option<Arc<dyn Preparer>> {
        let reports = self.files.iter().map(|file| &file.writing).chain([&self.standard]);
        let all = reports.map(|writing| writing.reporter.as_ref().ok().and_then(|reporter| reporter.preparer()));
        let all: Vec<Option<Arc<dyn Preparer>>> = all.collect();
        let others_show_fixes = self
            .formats
            .iter()
            .zip(&all)
            .any(|(format, preparer)| preparer.is_none() && format.keeps().fixes != Fixes::None);
        all.iter().any(Option::is_some).then(|| Arc::new(Preparers { all, others_show_fixes }) as Arc<dyn Preparer>)
    }

    fn ends_process(&self) -> bool {
        self.ends_process
    }

    fn prepared(&mut self, part: &Report<'_>, prepared: Prepared) {
        let Ok(prepared) = prepared.downcast::<Vec<Option<Prepared>>>() else { return self.file(part) };
        self.is_reporting(part);
        self.complain(part);
        let mut prepared = prepared.into_iter();
        for writing in self.reports() {
            let own = prepared.next().flatten();
            writing.feed(|reporter| match own {
                Some(own) => reporter.prepared(part, own),
                None => reporter.file(part),
            });
        }
    }

    fn fixed(&mut self, text: &FixedText<'_>) {
        let shown = match &self.texts {
            Some((Texts::Diffs { .. }, style)) => {
                let name = match text.path {
                    Some(path) => self.diffs_from.name(path, self.session.files()),
                    None => text.name.as_bytes().to_vec(),
                };
                diff::unified(&name, text.texts.into(), text.effects, style)
            }
            Some((Texts::Whole { .. }, _)) if text.path.is_none() => text.texts.after.clone(),
            Some((Texts::Whole { .. }, _)) | None => return,
        };
        if self.is_terminal {
            self.progress = None;
        }
        self.has_diffs |= !shown.is_empty();
        if let Ok(out) = &mut self.text_out
            && let Err(error) = out.write_all(shown.as_bytes())
        {
            self.text_out = Err(error);
        }
    }

    /// Ends the files, and then standard output with the resulting exit code.
    fn end(&mut self, end: &End<'_>) {
        self.progress = None;
        self.complain(end.rest);
        tell_of_baseline(end.baseline.as_ref());
        let mut exit = end.exit;
        // What the run depends on is known only now.
        let mut read = BTreeSet::new();
        if !self.files.is_empty() {
            read = self.session.depends_on();
            read.extend(end.files.iter().cloned());
        }
        let inputs = Inputs::after(read, self.session.files());
        for WritingFile { name, mut writing, file } in self.files.drain(..) {
            writing.feed(|reporter| reporter.end(end.rest, Some(exit.code())));
            let written = writing.reporter.map(drop);
            if let Err(error) =
                written.and_then(|()| inputs.check(name)).and_then(|()| file.map_or(Ok(()), Saving::finish))
            {
                complain(&format!("cannot write {}: {}", name.display(), why_not_written(&error)));
                exit = Exit::Trouble;
            }
        }
        // On a terminal, the numbers stand below the diffs.
        let is_seen = self.has_diffs && self.is_terminal && io::stdout().is_terminal();
        let flush = |out: &mut Box<dyn Write + '_>| {
            out.write_all(if is_seen { b"\n" } else { b"" })?;
            out.flush()
        };
        if let Err(error) = self.text_out.as_mut().map_or(Ok(()), flush) {
            self.text_out = Err(error);
        }
        self.standard.feed(|reporter| reporter.end(end.rest, Some(exit.code())));
        if let Some(folder) = self.diffs_from.elsewhere().filter(|_| self.has_diffs) {
            complain(&format!("the names in the diff start in {}: apply it there", folder.display()));
        }
        let standard = std::mem::replace(&mut self.standard.reporter, Err(io::ErrorKind::BrokenPipe.into()));
        let written = match (&self.texts, &self.text_out) {
            (None, _) => standard.map(drop),
            (Some(_), Ok(_)) => Ok(()),
            (Some(_), Err(error)) => Err(io::Error::new(error.kind(), why(error))),
        };
        let is_read = written.is_ok();
        self.written = Some(Written { exit: finish(written, exit), is_read });
    }
}

/// Reports a baseline that was written.
fn tell_of_baseline(baseline: Option<&WrittenBaseline>) {
    let Some(WrittenBaseline { file, name, findings, is_first, result }) = baseline else { return };
    match result {
        Ok(()) => {
            complain(&format!("wrote {} to {name}", count(*findings, "finding")));
            if *is_first {
                complain(&format!(
                    "with --baseline {name}, or with `baseline` in {FILE_NAME}, only new findings count"
                ));
            }
        }
        Err(error) => complain(&format!("cannot write {}: {}", file.display(), why_not_written(error))),
    }
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
    /// The files that the run read, without links; none before it, when what is in a file decides.
    read: Option<BTreeSet<PathBuf>>,
}

impl<'f> Inputs<'f> {
    /// Before a run.
    pub(super) fn before(files: &'f Files) -> Self {
        Self { read: None, files }
    }

    /// After a run that read these files.
    fn after(read: impl IntoIterator<Item = PathBuf>, files: &'f Files) -> Self {
        Self { read: Some(read.into_iter().filter_map(|file| files.real(&file).ok()).collect()), files }
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
        if let Some(read) = &self.read {
            return if read.contains(&real) { refusal("a file that this run read") } else { Ok(()) };
        }
        if is_of_assembly(&real, self.files) {
            return refusal("a file of a cloud assembly");
        }
        match Reach::Below(real.clone()).read(&real, MAX_BYTES, self.files) {
            Ok(bytes) if is_template(&bytes) => refusal("a template"),
            Ok(bytes) if std::str::from_utf8(&bytes).is_ok_and(is_written_baseline) => refusal("a baseline"),
            _ => Ok(()),
        }
    }
}

fn is_configuration(file: &Path) -> bool {
    let name = file.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
    let name = name.strip_prefix('.').unwrap_or(&name);
    name == FILE_NAME || name.strip_suffix(".yml").is_some_and(|stem| FILE_NAME.strip_suffix(".yaml") == Some(stem))
}

/// Whether a file tells what a cloud assembly is made of. Other files may be beside its own.
fn is_of_assembly(file: &Path, files: &Files) -> bool {
    let name = file.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
    let is_its = matches!(&*name, "manifest.json" | "tree.json")
        || [".assets.json", ".metadata.json"].iter().any(|ending| name.ends_with(ending));
    is_its && file.parent().is_some_and(|folder| discover::is_assembly(folder, files))
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

/// One value as JSON for programs, indented.
pub(super) fn pretty_one(value: &impl serde::Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// A closed pipe (`hipaalint | head`) is not an error. Any other failure is.
pub(super) fn finish(written: io::Result<()>, exit: Exit) -> Exit {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            complain(&format!("cannot write to standard output: {}", why(&error)));
            Exit::Trouble
        }
        _ => exit,
    }
}

/// Writes problems with configuration and rules to standard error, for commands without a report. Returns the exit code.
pub(super) fn complain_of(problems: &Problems) -> Exit {
    for diagnostic in &problems.diagnostics {
        let source = diagnostic.span.and_then(|span| problems.sources.iter().find(|source| source.id == span.source));
        complain(&in_one_line(diagnostic, source));
    }
    if problems.diagnostics.is_empty() { Exit::Clean } else { Exit::Trouble }
}

/// A problem with its place, on one line.
fn in_one_line(diagnostic: &Diagnostic, source: Option<&Source>) -> String {
    let position = diagnostic.span.zip(source).map(|(span, source)| source.position(span.start));
    let position = position.map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default();
    let end = if diagnostic.message.ends_with(['?', '!']) { "" } else { "." };
    let place = format!("{}{position}", diagnostic.file);
    let place = if place.is_empty() { place } else { place + ": " };
    let text = format!("{place}{}{end} {}", diagnostic.message, diagnostic.help);
    one_line(text.trim_end(), true).into_owned()
}

/// Writes a message to standard error, if that is open.
pub(super) fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "hipaalint: {message}");
}
