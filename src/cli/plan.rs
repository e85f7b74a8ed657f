//! The meaning of the arguments together with the configuration. Every choice of a run is made here, once.

use super::args::{self, Format, LintArguments, Show};
use super::dated::{self, Dated};
use super::fix::{self, Prompt};
use super::output::{Output, Shown, Texts};
use super::records::Records;
use super::terminal;
use crate::date::Date;
use crate::files::Files;
use crate::linter::{Fixes, Keep};
use crate::paths::folder_of;
use crate::report::human::Part;
use crate::session::{Contents, Options, Session, led_to};
use crate::suggest::nearest;
use clap::error::ErrorKind;
use clap::{CommandFactory, ValueEnum};
use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Everything that a run of `hipaalint [PATHS]…` needs to know.
pub(super) struct Plan {
    pub(super) paths: Vec<PathBuf>,
    /// The templates of standard input.
    pub(super) records: Option<Records>,
    pub(super) session: Session,
    pub(super) shown: Shown,
    pub(super) dated: Dated,
    /// The fixed texts on standard output, if they take the place of the report.
    pub(super) texts: Option<Texts>,
    /// The revision that the files are compared with.
    pub(super) since: Option<OsString>,
    /// Who is asked about each fix.
    pub(super) prompt: Option<Prompt>,
    pub(super) outputs: Vec<Output>,
    pub(super) quiet: bool,
}

impl Plan {
    /// Works out the run. Mistakes that still allow a run become problems.
    ///
    /// # Errors
    /// Options that contradict each other.
    pub(super) fn new(arguments: LintArguments) -> Result<Self, clap::Error> {
        let files = Files::here();
        let outputs = outputs(&arguments, &files)?;
        check_since(&arguments)?;
        let fixing = fix::fixing(&arguments).map_err(|(kind, message)| usage(kind, message))?;
        let format = arguments.format.unwrap_or(Format::Human);
        let part = part(&arguments, format)?;
        let has_human = format == Format::Human || outputs.iter().any(|output| output.format == Format::Human);
        if arguments.group_by.is_some() && !has_human && part != Part::Statistics {
            let message = "--group-by needs --format human or --statistics";
            return Err(usage(ErrorKind::ArgumentConflict, message));
        }
        let grouping = arguments.group_by.map(Into::into);
        if format == Format::Evidence {
            let message = "a bundle needs a file: --output evidence.zip";
            return Err(usage(ErrorKind::ArgumentConflict, message));
        }
        let formats: Vec<Format> = outputs.iter().map(|output| output.format).chain([format]).collect();
        let account = dated::account(&arguments.import, &formats)?;
        let color = arguments.color.color;
        let shown = Shown { format, style: terminal::style(color), part, grouping };
        let quiet = arguments.quiet;
        let prompt = arguments.interactive.then(|| Prompt { style: terminal::error_style(color) });
        let texts = fixing.as_ref().and_then(|fixing| {
            let has_input = arguments.paths.iter().any(|path| path == Path::new("-"));
            let error_style = terminal::error_style(color);
            match (fixing.is_dry, has_input) {
                (true, _) => Some(Texts::Diffs { error_style }),
                (false, true) => Some(Texts::Whole { error_style }),
                (false, false) => None,
            }
        });
        // Not said to clap: the completions for zsh replace the argument.
        if arguments.records && !arguments.paths.is_empty() {
            let message = "--records reads standard input alone: leave the paths out";
            return Err(usage(ErrorKind::ArgumentConflict, message));
        }
        let mut records = arguments.records.then(|| Records::read(&files));
        let (paths, files) = match &mut records {
            Some(records) => (records.templates(), records.over(&files)),
            None if arguments.paths.is_empty() => (vec![PathBuf::from(".")], files),
            None => (arguments.paths.clone(), files),
        };
        let files = files.naming(&paths);
        let since = arguments.since.clone();
        let options = Options { fixing, ..options(arguments, &formats)? };
        let dated = Dated { time: dated::time(&options, &formats)?, account };
        let session = Session::new(options, files);
        Ok(Self { paths, records, session, shown, dated, texts, since, prompt, outputs, quiet })
    }
}

/// What cannot be done together with `--since`.
fn check_since(arguments: &LintArguments) -> Result<(), clap::Error> {
    let Some(revision) = &arguments.since else { return Ok(()) };
    let conflicts = [
        (revision.is_empty(), "--since needs a branch, a tag or a commit"),
        (arguments.fix, "--since cannot be used with --fix, which changes the files"),
        (arguments.watch, "--since cannot be used with --watch"),
        (arguments.records, "--since cannot be used with --records, which have no earlier revision"),
        (
            arguments.write_baseline.is_some(),
            "--since cannot be used with --write-baseline, which records all findings",
        ),
        (
            arguments.paths.iter().any(|path| path == Path::new("-")),
            "--since cannot compare standard input, which has no earlier revision; name a file",
        ),
    ];
    match conflicts.into_iter().find(|(is_set, _)| *is_set) {
        Some((_, message)) => Err(usage(ErrorKind::ArgumentConflict, message)),
        None => Ok(()),
    }
}

/// The part of a report that standard output shows.
fn part(arguments: &LintArguments, format: Format) -> Result<Part, clap::Error> {
    match (arguments.statistics, format) {
        (true, Format::Human) if arguments.quiet => Ok(Part::Numbers),
        (true, Format::Human | Format::Json) => Ok(Part::Statistics),
        (true, _) => {
            let message = "--statistics needs --format human or json";
            Err(usage(ErrorKind::ArgumentConflict, message))
        }
        (false, _) if arguments.quiet => Ok(Part::Findings),
        (false, _) => Ok(Part::Whole),
    }
}

/// The options of the session, whose reports have these formats.
fn options(arguments: LintArguments, formats: &[Format]) -> Result<Options, clap::Error> {
    let threads = match arguments.threads {
        Some(threads) => Some(threads),
        None => threads_of_environment()?,
    };
    let named_day = match arguments.today {
        Some(day) => Some(day),
        None => named_day()?,
    };
    Ok(Options {
        names_files: arguments.watch,
        contents: contents(&arguments.show, formats),
        sources: arguments.sources.into(),
        profile: arguments.profile,
        rules: arguments.rule,
        ignored: arguments.ignore,
        min_severity: arguments.min_severity.map(Into::into),
        fail_on: arguments.fail_on.map(Into::into),
        parameter_files: arguments.parameters,
        parameters: arguments.parameter,
        baseline: arguments.baseline,
        write_baseline: arguments.write_baseline,
        today: named_day.or_else(clock_day),
        is_today_named: named_day.is_some(),
        acknowledgements: arguments.acknowledgements,
        gitignore: !arguments.no_ignore,
        skips_named: arguments.force_skip,
        title: arguments.title,
        revision: arguments.revision.filter(|text| !text.trim().is_empty()),
        threads,
        fixing: None,
        is_part: false,
    })
}

/// What reports of these formats contain.
fn contents(show: &[Show], formats: &[Format]) -> Contents {
    let requested = Keep {
        undecided: show.contains(&Show::Undecided),
        passed: show.contains(&Show::Passed),
        fixes: Fixes::None,
        locked: false,
        digests: false,
        blocks: false,
    };
    let needed = formats.iter().map(|format| format.keeps()).fold(requested, |all, one| Keep {
        undecided: all.undecided || one.undecided,
        passed: all.passed || one.passed,
        fixes: all.fixes.max(one.fixes),
        locked: false,
        digests: all.digests || one.digests,
        blocks: false,
    });
    // The other formats look rules up: those of their results.
    let looks_up = |format: &Format| {
        matches!(format, Format::Human | Format::Json | Format::Jsonl | Format::Github | Format::Gitlab | Format::Asff)
    };
    Contents {
        requested,
        needed,
        suppressed: show.contains(&Show::Suppressed),
        all_rules: !formats.iter().all(looks_up),
        all_texts: formats.iter().any(|format| matches!(format, Format::Sarif | Format::Evidence)),
        leaves_out_fixes: formats.iter().all(|format| *format == Format::Sarif || format.keeps().fixes == Fixes::None),
        revision: formats
            .iter()
            .any(|format| matches!(format, Format::Html | Format::Markdown | Format::Oscal | Format::Evidence)),
    }
}

/// `--output [FORMAT=]FILE`, each with its format.
fn outputs(arguments: &LintArguments, files: &Files) -> Result<Vec<Output>, clap::Error> {
    let mut outputs: Vec<Output> = Vec::new();
    let mut places = BTreeSet::new();
    for text in &arguments.output {
        let output = match text.to_str() {
            Some(text) => output(text, arguments.format)?,
            None => unreadable_output(text, arguments.format)?,
        };
        if !places.insert(place(&output.file, files)) {
            let message = format!("two reports cannot have the same file '{}'", output.file.display());
            return Err(usage(ErrorKind::ArgumentConflict, message));
        }
        outputs.push(output);
    }
    if let Some(file) = arguments.write_baseline.as_ref().filter(|file| places.contains(&place(file, files))) {
        let message = format!("a report and the baseline cannot have the same file '{}'", file.display());
        return Err(usage(ErrorKind::ArgumentConflict, message));
    }
    Ok(outputs)
}

/// Where a file is or will be, without links.
fn place(file: &Path, files: &Files) -> PathBuf {
    let file = &led_to(file);
    files.real(file).unwrap_or_else(|_| match (files.real(folder_of(file)), file.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => files.base().normal(file),
    })
}

/// A file whose name is not UTF-8, perhaps after the name of a format. Only its bytes lead to it.
#[cfg(unix)]
fn unreadable_output(text: &OsStr, format: Option<Format>) -> Result<Output, clap::Error> {
    use std::os::unix::ffi::OsStrExt;
    let bytes = text.as_bytes();
    let lossy = text.to_string_lossy();
    let file = match bytes.iter().position(|byte| *byte == b'=') {
        Some(at) if !bytes.iter().take(at).any(|byte| *byte == b'/') => bytes.get(at + 1..).unwrap_or_default(),
        _ => bytes,
    };
    Ok(Output { file: PathBuf::from(OsStr::from_bytes(file)), ..output(&lossy, format)? })
}

#[cfg(not(unix))]
fn unreadable_output(text: &OsStr, _: Option<Format>) -> Result<Output, clap::Error> {
    Err(usage(ErrorKind::InvalidValue, format!("the name in '--output {}' is not Unicode", text.display())))
}

fn output(text: &str, format: Option<Format>) -> Result<Output, clap::Error> {
    let (named, file) = match text.split_once('=') {
        // The text before `=` is a format, unless it is part of a path.
        Some((named, file)) if !named.contains(['/', '\\']) => {
            let format = Format::from_str(named, false).map_err(|_| {
                let known = formats();
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                let help = match (nearest(named, known.iter().copied()), known.as_slice()) {
                    (Some(nearest), _) => format!("; did you mean '{nearest}'?"),
                    (None, [before @ .., last]) => format!("; use {} or {last}", before.join(", ")),
                    (None, []) => String::new(),
                };
                let message = format!("'{named}' in '--output {text}' is not a format{help}");
                usage(ErrorKind::InvalidValue, message)
            })?;
            (Some(format), file)
        }
        _ => (None, text),
    };
    if file.is_empty() {
        return Err(usage(ErrorKind::InvalidValue, format!("'--output {text}' does not name a file")));
    }
    if file == STANDARD_STREAM {
        let message = format!(
            "'--output {text}' would write a file with the name `-`; --format sets the format of standard output, and \
             ./- is such a file"
        );
        return Err(usage(ErrorKind::InvalidValue, message));
    }
    let ending = Path::new(file).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    // A format whose files have another ending is meant for standard output.
    let of_ending = Format::of_ending(ending).filter(|_| !format.is_some_and(|format| format.has_ending(ending)));
    let format = named.or(of_ending).or(format);
    let is_plain = ending.is_empty() || PLAIN.iter().any(|plain| ending.eq_ignore_ascii_case(plain));
    let Some(format) = format.or(is_plain.then_some(Format::Human)) else {
        let message = format!(
            "no format has the ending of '--output {text}'; name one, such as '--output json={file}', or use --format"
        );
        return Err(usage(ErrorKind::InvalidValue, message));
    };
    let format = match format {
        Format::Exceptions if ending.eq_ignore_ascii_case("csv") => Format::ExceptionsCsv,
        format => format,
    };
    Ok(Output { format, file: PathBuf::from(file) })
}

/// What people mean standard output by.
const STANDARD_STREAM: &str = "-";

/// Endings of the human report.
const PLAIN: [&str; 2] = ["txt", "log"];

/// The names of the formats.
fn formats() -> Vec<String> {
    let values = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    values.map(|value| value.get_name().to_owned()).collect()
}

/// The date that exceptions are checked against if no argument names one.
///
/// # Errors
/// If the environment names one that is not valid.
#[cfg(feature = "lsp")]
pub(super) fn today() -> Result<Option<Date>, clap::Error> {
    Ok(named_day()?.or_else(clock_day))
}

/// The date of `SOURCE_DATE_EPOCH` (reproducible-builds.org), in UTC.
fn named_day() -> Result<Option<Date>, clap::Error> {
    match env::var("SOURCE_DATE_EPOCH") {
        Ok(text) if !text.is_empty() => match text.parse() {
            Ok(seconds) => Ok(Date::of_unix_seconds(seconds)),
            Err(_) => {
                let message = format!("SOURCE_DATE_EPOCH is '{text}', which is not a number of seconds since 1970");
                Err(usage(ErrorKind::InvalidValue, message))
            }
        },
        _ => Ok(None),
    }
}

/// The date of the clock, in UTC.
fn clock_day() -> Option<Date> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Date::of_unix_seconds(seconds)
}

fn threads_of_environment() -> Result<Option<NonZeroUsize>, clap::Error> {
    match env::var("HIPAALINT_THREADS") {
        Err(_) => Ok(None),
        Ok(text) if text.is_empty() => Ok(None),
        Ok(text) => text.parse().map(Some).map_err(|_| {
            usage(
                ErrorKind::InvalidValue,
                format!("HIPAALINT_THREADS is '{text}', which is not a whole number of 1 or more"),
            )
        }),
    }
}

/// A mistake in the arguments, in clap's form.
pub(super) fn usage(kind: ErrorKind, message: impl std::fmt::Display) -> clap::Error {
    args::Arguments::command().error(kind, message)
}
