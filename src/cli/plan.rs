//! The meaning of the arguments together with the configuration. Every choice of a run is made here, once.

use super::args::{self, Format, LintArguments, RuleSources, Show};
use super::baseline::Baselines;
use super::output::{Output, Shown};
use super::refused::TypedPins;
use super::setup::{Setups, Typed};
use super::terminal;
use crate::config::{self, Config, Nearest, Overrides};
use crate::date::Date;
use crate::discover::{self, from_here};
use crate::eval::choices::PSEUDO;
use crate::finding::{Diagnostic, RuleSeverity, Severity};
use crate::linter::Keep;
use crate::report::human::Part;
use crate::rules::load::{RuleError, RuleSet, nearest};
use crate::source::{Source, SourceId, Span};
use clap::error::ErrorKind;
use clap::{CommandFactory, ValueEnum};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs};

/// Everything that a run of `hipaalint [PATHS]…` needs to know.
pub(super) struct Plan {
    pub(super) paths: Vec<PathBuf>,
    /// Whether `.gitignore` files apply.
    pub(super) gitignore: bool,
    /// Whether `skip` also applies to named files.
    pub(super) skips_named: bool,
    /// The linter for each configuration, and the problems so far.
    pub(super) setups: RefCell<Setups>,
    pub(super) shown: Shown,
    pub(super) outputs: Vec<Output>,
    /// Parameter files and the baseline, which the run depends on.
    pub(super) files: Vec<PathBuf>,
    pub(super) quiet: bool,
    /// The results to show. The linter may keep more, for formats that contain all results.
    pub(super) requested: Keep,
    /// The date, if the arguments or the environment set it. Reports do not depend on the clock.
    pub(super) named_day: Option<Date>,
    pub(super) threads: Option<NonZeroUsize>,
    /// The rules to run instead of a profile, the rules that do not run, and the lowest severity of those that do.
    pub(super) named: Vec<String>,
    pub(super) ignored: Vec<String>,
    pub(super) min_severity: Option<RuleSeverity>,
    /// Parameters that some template must have, because the arguments set them.
    pub(super) expected_parameters: BTreeSet<String>,
    /// Whether suppressed findings are also shown.
    pub(super) shows_suppressed: bool,
    /// The date that exceptions are checked against.
    pub(super) today: Option<Date>,
    /// The title of the pages, if it was given.
    pub(super) title: Option<String>,
    /// The revision of the templates, if it was given.
    pub(super) revision: Option<String>,
}

/// Problems with options, configuration and rules, with the texts that they point into.
#[derive(Debug, Default)]
pub(super) struct Problems {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) sources: Vec<Source>,
    /// Texts of configurations and parameters that no problem points into yet.
    aside: Vec<Source>,
    /// Texts opened so far, kept or not.
    opened: u32,
}

/// The rules of a run or a catalogue: the built-in pack and custom rules, with the changes of the configuration.
pub(super) struct Rules {
    pub(super) set: RuleSet,
    pub(super) config: Config,
    pub(super) overrides: Overrides,
    /// The configuration as reports name it, if there is one.
    pub(super) name: Option<String>,
}

impl Plan {
    /// Works out the run. Mistakes that still allow a run become problems.
    ///
    /// # Errors
    /// Options that contradict each other.
    pub(super) fn new(arguments: LintArguments) -> Result<Self, clap::Error> {
        let outputs = outputs(&arguments)?;
        let format = arguments.format.unwrap_or(Format::Human);
        let part = match (arguments.statistics, format) {
            (true, Format::Human) if arguments.quiet => Part::Numbers,
            (true, Format::Human | Format::Json) => Part::Statistics,
            (true, _) => {
                let message = "--statistics needs --format human or json";
                return Err(usage(ErrorKind::ArgumentConflict, message));
            }
            (false, _) if arguments.quiet => Part::Findings,
            (false, _) => Part::Whole,
        };
        let has_human = format == Format::Human || outputs.iter().any(|output| output.format == Format::Human);
        if arguments.group_by.is_some() && !has_human && part != Part::Statistics {
            let message = "--group-by needs --format human or --statistics";
            return Err(usage(ErrorKind::ArgumentConflict, message));
        }
        let grouping = arguments.group_by.map(Into::into);
        let threads = match arguments.threads {
            Some(threads) => Some(threads),
            None => threads_of_environment()?,
        };
        let named_day = match arguments.today {
            Some(day) => Some(day),
            None => named_day()?,
        };
        let today = named_day.or_else(clock_day);
        let mut problems = Problems::default();
        let parameters = named_parameters(&arguments, &mut problems);
        problems.check_pseudo_parameters(parameters.keys());
        let expected_parameters = parameters.keys().cloned().collect();
        let requested = Keep {
            undecided: arguments.show.contains(&Show::Undecided),
            passed: arguments.show.contains(&Show::Passed),
        };
        let formats = outputs.iter().map(|output| output.format).chain([format]);
        let keep = formats.map(Format::keeps).fold(requested, |all, one| Keep {
            undecided: all.undecided || one.undecided,
            passed: all.passed || one.passed,
        });
        let parameter_files = arguments.parameters.iter().map(|file| config::file_and_environment(file).0);
        let files = parameter_files.chain(arguments.baseline.clone()).collect();
        let has_baseline = arguments.baseline.is_some() || arguments.write_baseline.is_some();
        let baselines =
            has_baseline.then(|| Baselines::new(arguments.baseline, arguments.write_baseline, &mut problems));
        let typed = Typed {
            sources: arguments.sources,
            rules: arguments.rule.clone(),
            ignored: arguments.ignore.clone(),
            min_severity: arguments.min_severity.map(Into::into),
            profile: arguments.profile,
            fail_on: arguments.fail_on.map(Into::into),
            parameters,
            keep,
            today,
        };
        let paths = if arguments.paths.is_empty() { vec![PathBuf::from(".")] } else { arguments.paths };
        Ok(Self {
            paths,
            gitignore: !arguments.no_ignore,
            skips_named: arguments.force_skip,
            setups: RefCell::new(Setups::new(typed, baselines, problems)),
            shown: Shown { format, style: terminal::style(arguments.color.color), part, grouping },
            outputs,
            files,
            quiet: arguments.quiet,
            requested,
            named_day,
            threads,
            named: arguments.rule,
            ignored: arguments.ignore,
            min_severity: arguments.min_severity.map(Into::into),
            expected_parameters,
            shows_suppressed: arguments.show.contains(&Show::Suppressed),
            today,
            title: arguments.title,
            revision: arguments.revision.filter(|text| !text.trim().is_empty()),
        })
    }
}

impl Rules {
    /// The built-in rules, and those of the configuration's folders and of `--rules`, for a command that lints nothing. The
    /// configuration is the one nearest to the current folder.
    pub(super) fn load(sources: &RuleSources, problems: &mut Problems) -> Self {
        let nearest = || Nearest::default().of(&env::current_dir().ok()?).map(|file| from_here(&file));
        let configuration = match sources {
            RuleSources { no_config: true, .. } => None,
            RuleSources { config: Some(file), .. } => Some(file.clone()),
            _ => nearest(),
        };
        Self::read(configuration.as_deref(), &sources.rules, problems)
    }

    /// The folders of custom rules that a configuration names: this one, or the one nearest to the current folder.
    pub(super) fn folders(configuration: Option<&Path>, problems: &mut Problems) -> Vec<PathBuf> {
        let nearest = || Nearest::default().of(&env::current_dir().ok()?).map(|file| from_here(&file));
        let configuration = configuration.map(Path::to_owned).or_else(nearest);
        let Some(source) = configuration.and_then(|path| problems.open(&path, config::unreadable)) else {
            return Vec::new();
        };
        let (config, found) = Config::read(&source);
        problems.diagnostics.extend(found);
        problems.keep(source);
        config.rule_folders
    }

    /// The same with a known configuration.
    pub(super) fn read(configuration: Option<&Path>, folders: &[PathBuf], problems: &mut Problems) -> Self {
        let mut set = RuleSet::embedded();
        let source = configuration.and_then(|path| problems.open(path, config::unreadable));
        let name = source.as_ref().map(|source| source.name.clone());
        let mut config = Config::default();
        if let Some(source) = &source {
            let (read, found) = Config::read(source);
            config = read;
            problems.diagnostics.extend(found);
        }
        for folder in config.rule_folders.iter().chain(folders) {
            problems.add_rules(&mut set, folder);
        }
        let mut overrides = Overrides::default();
        if let Some(source) = source {
            let (checked, found) = config.overrides(&source, &set);
            overrides = checked;
            problems.diagnostics.extend(found);
            problems.keep(source);
        }
        Self { set, config, overrides, name }
    }
}

impl Problems {
    /// The id of the next source. It is unique: the ids of templates count up from 0.
    fn next_id(&mut self) -> SourceId {
        self.opened += 1;
        SourceId(u32::MAX - self.opened)
    }

    /// Opens a file of the run itself.
    pub(super) fn open(&mut self, path: &Path, complaint: fn(&Path, &std::io::Error) -> Diagnostic) -> Option<Source> {
        match fs::read_to_string(path) {
            Ok(text) => Some(Source::new(self.next_id(), discover::shown(path), text)),
            Err(error) => {
                self.diagnostics.push(complaint(path, &error));
                None
            }
        }
    }

    /// Keeps a text if a problem points into it; others are put aside for problems that templates have with it.
    pub(super) fn keep(&mut self, source: Source) {
        let points_there = |diagnostic: &Diagnostic| diagnostic.span.is_some_and(|span| span.source == source.id);
        if self.diagnostics.iter().any(points_there) {
            self.sources.push(source);
        } else {
            self.aside.push(source);
        }
    }

    /// A problem with a place in a text that was opened, or with an option. Where the place must not be shown, the text is named.
    pub(super) fn at(&mut self, span: Option<Span>, is_shown: bool, problem: Diagnostic) {
        let is_there = |source: &Source| span.is_some_and(|span| span.source == source.id);
        if let Some(index) = self.aside.iter().position(is_there) {
            self.sources.push(self.aside.swap_remove(index));
        }
        let file = self.sources.iter().find(|source| is_there(source)).map(|source| source.name.clone());
        let span = span.filter(|_| is_shown);
        self.diagnostics.push(Diagnostic { span, file: file.unwrap_or_default(), ..problem });
    }

    /// A problem with an option.
    pub(super) fn option(&mut self, code: &'static str, message: String, help: String) {
        self.diagnostics.push(Diagnostic {
            severity: Severity::Error,
            code,
            file: String::new(),
            span: None,
            message,
            help,
            related: Vec::new(),
        });
    }

    fn add_rules(&mut self, set: &mut RuleSet, folder: &Path) {
        let before = set.entries().len();
        let known = self.diagnostics.len();
        match set.add_folder(folder) {
            Ok(()) if set.entries().len() == before => self.no_rules(folder),
            Ok(()) => {}
            Err(errors) => errors.into_iter().for_each(|error| self.broken_rule(error, known)),
        }
    }

    /// A folder without rules.
    pub(super) fn no_rules(&mut self, folder: &Path) {
        self.diagnostics.push(Diagnostic {
            severity: Severity::Error,
            code: "rule-folder",
            file: discover::shown(folder),
            span: None,
            message: "the folder has no rules".to_owned(),
            help: "A rule is a file that ends with .yaml or .yml. Name the folder of these files.".to_owned(),
            related: Vec::new(),
        });
    }

    /// An invalid custom rule, with its text if that can be read. Several configurations can name the same folder: what is among the
    /// first `known` problems is not reported again.
    pub(super) fn broken_rule(&mut self, error: RuleError, known: usize) {
        let file = discover::shown(&error.file);
        let mut before = self.diagnostics.iter().take(known);
        if before.any(|known| known.file == file && known.message == error.message) {
            return;
        }
        if error.position.is_some()
            && !self.sources.iter().any(|source| source.name == file)
            && let Ok(text) = fs::read_to_string(&error.file)
        {
            let source = Source::new(self.next_id(), file.as_str(), text);
            self.sources.push(source);
        }
        let span = error.position.and_then(|(line, column)| {
            let source = self.sources.iter().find(|source| source.name == file)?;
            let (start, end) = source.line_range(line)?;
            let text = source.text().get(start..end)?;
            let byte = |column: usize| text.char_indices().nth(column).map_or(text.len(), |(at, _)| at);
            let first = column.saturating_sub(1);
            let end = error.length.map_or(end, |length| start + byte(first + length));
            Some(Span::new(source.id, start + byte(first), end))
        });
        let not_used = "hipaalint does not use this rule until the file is fixed.";
        self.diagnostics.push(Diagnostic {
            severity: Severity::Error,
            code: "rule-file",
            file,
            span,
            message: error.message,
            help: if error.file.exists() {
                format!("{} {not_used}", error.help).trim_start().to_owned()
            } else {
                "Check the spelling. A folder in `--rules` is relative to the current folder, a folder in the configuration to the \
                 configuration."
                    .to_owned()
            },
            related: Vec::new(),
        });
    }

    pub(super) fn check_pseudo_parameters<'n>(&mut self, pinned: impl IntoIterator<Item = &'n String>) {
        for name in pinned.into_iter().filter(|name| name.starts_with("AWS::") && !PSEUDO.contains(&name.as_str())) {
            let help = match nearest(name, PSEUDO.into_iter()) {
                Some(nearest) => format!("Did you mean `{nearest}`?"),
                None => format!("The pseudo parameters are {}.", PSEUDO.join(", ")),
            };
            self.option("unknown-parameter", format!("there is no pseudo parameter `{name}`"), help);
        }
    }
}

/// The parameters of `--parameters` and `--parameter`. The latter take precedence.
fn named_parameters(arguments: &LintArguments, problems: &mut Problems) -> TypedPins {
    let mut pinned = TypedPins::new();
    for argument in &arguments.parameters {
        let (path, environment) = config::file_and_environment(argument);
        let complaint = |path: &Path, error: &std::io::Error| Diagnostic {
            code: "parameter-file",
            help: "Name a JSON or YAML file with parameters, or samconfig.toml.".to_owned(),
            ..config::unreadable(path, error)
        };
        let Some(source) = problems.open(&path, complaint) else { continue };
        let (read, found) = if config::is_samconfig(&path) {
            config::read_samconfig(&source, environment.as_deref())
        } else {
            config::read_parameters(&source)
        };
        pinned.extend(read.into_iter().map(|(name, pin)| (name, (pin.value, Some(pin.span)))));
        problems.diagnostics.extend(found);
        problems.keep(source);
    }
    pinned.extend(arguments.parameter.iter().map(|(name, value)| (name.clone(), (value.clone(), None))));
    pinned
}

/// `--output [FORMAT=]FILE`, each with its format.
fn outputs(arguments: &LintArguments) -> Result<Vec<Output>, clap::Error> {
    let mut outputs: Vec<Output> = Vec::new();
    for text in &arguments.output {
        let output = output(text, arguments.format)?;
        if outputs.iter().any(|other| other.file == output.file) {
            let message = format!("two reports cannot have the same file '{}'", output.file.display());
            return Err(usage(ErrorKind::ArgumentConflict, message));
        }
        outputs.push(output);
    }
    Ok(outputs)
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
    let ending = Path::new(file).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let format = match named.or(format).or(Format::of_ending(ending)).unwrap_or(Format::Human) {
        Format::Exceptions if ending.eq_ignore_ascii_case("csv") => Format::ExceptionsCsv,
        format => format,
    };
    Ok(Output { format, file: PathBuf::from(file) })
}

/// The names of the formats.
fn formats() -> Vec<String> {
    let values = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    values.map(|value| value.get_name().to_owned()).collect()
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
