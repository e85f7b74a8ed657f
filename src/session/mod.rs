//! What a run *means*: which configuration governs a file, which rules it selects, what a baseline covers, and how the run ends.
//!
//! Front ends fill [`Options`], and show what the session finds. A session knows no arguments, no terminal and no format.

mod baseline;
mod drawing;
mod ended;
mod evaluating;
mod exit;
mod fix_tally;
mod fixing;
mod gaps;
mod governing;
mod options;
mod others;
mod parameters;
mod part;
mod pins;
mod problems;
mod ran;
mod refused;
mod remedies;
mod results;
mod rules;
mod saving;
mod settings;
mod since;
mod sink;
mod tally;

pub use crate::project::{Again, Known};
pub use baseline::WrittenBaseline;
pub use exit::Exit;
pub use fixing::{Answer, Ask};
pub use options::{Configuration, Contents, Fixing, Options, RuleSources};
pub use problems::{Problems, can_be};
pub use remedies::TurnedOff;
pub use results::{Outcome, Results};
pub use rules::Rules;
pub use saving::{Saving, led_to};
pub use settings::Settings;
pub use since::Since;
pub use sink::{End, FixedText, Sink};

use crate::config;
use crate::discover::{self, Candidate, Discovery, Filter};
use crate::files::Files;
use crate::finding::{Edit, Finding};
use crate::paths::folder_of;
use crate::project::{
    self, Counter, Earlier, File, Lint, Project, Relinted, Reuse, Texts, says_something_about_others,
};
use baseline::Place;
use fixing::Fixes;
use governing::Governing;
use remedies::OneText;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tally::{Found, Ready, Tally};

/// How a run is done.
struct Doing<'d> {
    counter: &'d Counter,
    /// Whether it is about an open text: then nothing is written.
    is_open: bool,
    ask: Option<&'d dyn Ask>,
    /// What is known, in a run that lints only the rest.
    again: Option<&'d Again<'d>>,
    /// What is fixed.
    fixing: Option<&'d Fixing>,
    /// The earlier revision that the files are compared with.
    since: Option<Since>,
}

impl<'d> Doing<'d> {
    /// A run of which nothing else is known.
    fn new(counter: &'d Counter) -> Self {
        Self { counter, is_open: false, ask: None, again: None, fixing: None, since: None }
    }
}

/// Options, and the settings that were read for them so far. Can be shared between threads.
#[derive(Debug)]
pub struct Session {
    options: Arc<Options>,
    files: Files,
    /// Shared by the snapshots of a session.
    governing: Arc<Mutex<Governing>>,
    /// What is remembered of open texts. Shared, too.
    reuse: Arc<Reuse>,
}

impl Session {
    /// Starts a session. Mistakes in the options that still allow a run become problems of the run.
    pub fn new(options: Options, files: Files) -> Self {
        let options = Arc::new(options);
        let governing = Governing::new(Arc::clone(&options), &files);
        Self { governing: Arc::new(Mutex::new(governing)), options, files, reuse: Arc::default() }
    }

    /// The same session on other files, such as its own with open buffers over them: a snapshot of what an editor shows. Both share
    /// the settings that were read. If a file that [`depends_on`](Self::depends_on) names is not the same on both, call
    /// [`reread`](Self::reread) of the new one.
    #[must_use]
    pub fn on(&self, files: Files) -> Self {
        Self {
            options: Arc::clone(&self.options),
            files,
            governing: Arc::clone(&self.governing),
            reuse: Arc::clone(&self.reuse),
        }
    }

    /// From now on, the session and its snapshots read settings from the [`files`](Self::files) of this one. What was read stays.
    pub fn read_settings_here(&self) {
        self.governing().read_from(&self.files);
    }

    /// The options.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The settings so far. What was read before a panic is still valid.
    fn governing(&self) -> MutexGuard<'_, Governing> {
        self.governing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the session reads.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The files that some paths name, and those below folders, as far as no configuration leaves them out.
    pub fn discover(&self, paths: &[PathBuf]) -> Discovery {
        let skips =
            &mut |folder: &Path, entry: &Path, is_folder: bool| self.governing().skips(folder, entry, is_folder);
        let filter = Filter { gitignore: self.options.gitignore, skips, skips_named: self.options.skips_named };
        let mut found = discover::discover(paths, filter, &self.files);
        if let Some(file) = &self.options.acknowledgements {
            found.acknowledge(file, &self.files);
        }
        found
    }

    /// The settings that govern a candidate.
    pub fn settings(&self, candidate: &Candidate) -> Arc<Settings> {
        self.governing().of(candidate)
    }

    /// The settings that govern the files of a folder.
    pub fn settings_of(&self, folder: &Path) -> Arc<Settings> {
        self.governing().of_folder(folder)
    }

    /// Lints the files that were found, and compares the findings with the baselines. `sink` gets the results file by file. `counter`
    /// counts the linted files. Writes the baseline, if the options name one to write.
    /// Fixes what the options name before that.
    pub fn lint(&self, found: Discovery, counter: &Counter, sink: &mut dyn Sink) -> Outcome {
        let fixing = self.options.fixing.as_ref();
        self.run(found, &self.files, Doing { fixing, ..Doing::new(counter) }, sink)
    }

    /// The same, where somebody is asked about each fix.
    pub fn lint_asking(&self, found: Discovery, counter: &Counter, sink: &mut dyn Sink, ask: &dyn Ask) -> Outcome {
        let fixing = self.options.fixing.as_ref();
        self.run(found, &self.files, Doing { ask: Some(ask), fixing, ..Doing::new(counter) }, sink)
    }

    /// Lints the files that were found, and what some paths name in an earlier revision of their repository: a branch, a tag or a commit.
    /// Only new findings count. Options and configurations are those of now, for both. If the revision cannot be read, that is a
    /// problem of the run, and nothing is linted.
    pub fn lint_since(
        &self,
        found: Discovery,
        (revision, paths): (&OsStr, &[PathBuf]),
        counter: &Counter,
        sink: &mut dyn Sink,
    ) -> Outcome {
        let discover = |files: &Files| self.on(files.clone()).discover(paths);
        match Since::open(revision, paths, &self.files, discover) {
            Ok(since) => self.run(found, &self.files, Doing { since: Some(since), ..Doing::new(counter) }, sink),
            Err(problem) => {
                self.governing().problems.diagnostics.push(*problem);
                self.run(Discovery::default(), &self.files, Doing::new(counter), sink)
            }
        }
    }

    /// Lints one text as the contents of a file, such as the buffer of an editor. What it includes and nests is read from
    /// [`files`](Self::files). Nothing is fixed or written.
    pub fn lint_open(&self, path: &Path, text: impl Into<String>) -> Results {
        let mut results = Results::default();
        let open = self.on(self.files.with_buffers([(path.to_owned(), text.into())]));
        open.lint_files(&[path.to_owned()], &Counter::default(), &mut results);
        results
    }

    /// Lints some files together, as [`lint`](Self::lint) does, but nothing is fixed or written: those of an editor, whose texts are
    /// among the [`files`](Self::files). What they include and nest is read from there, too.
    pub fn lint_files(&self, paths: &[PathBuf], counter: &Counter, sink: &mut dyn Sink) -> Outcome {
        let nothing = &mut |_: &Path, _: &Path, _: bool| false;
        let filter = Filter { gitignore: false, skips: nothing, skips_named: false };
        let found = discover::discover(paths, filter, &self.files);
        self.run(found, &self.files, Doing { is_open: true, ..Doing::new(counter) }, sink)
    }

    /// Lints the files that are wanted among some that were found, and the templates that they nest, as [`lint_files`](Self::lint_files)
    /// does; but only those for which something has changed that the results follow from. `sink` hears of every wanted file. What is
    /// known is told of changed files by the caller.
    pub fn lint_again(&self, found: Discovery, again: &Again<'_>, counter: &Counter, sink: &mut dyn Sink) -> Outcome {
        self.run(found, &self.files, Doing { is_open: true, again: Some(again), ..Doing::new(counter) }, sink)
    }

    /// The text of a file, which is among the [`files`](Self::files), before and after its findings are fixed, as
    /// [`lint`](Self::lint) does with these options, in as many rounds as it takes. Nothing is written. None if nothing is fixed, or if
    /// the `counter` stops the work.
    pub fn fixed(&self, path: &Path, fixing: Fixing, counter: &Counter) -> Option<Texts> {
        let nothing = &mut |_: &Path, _: &Path, _: bool| false;
        let filter = Filter { gitignore: false, skips: nothing, skips_named: false };
        let found = discover::discover(&[path.to_owned()], filter, &self.files);
        let mut fixed = OneText::default();
        let fixing = Fixing { is_dry: true, ..fixing };
        let doing = Doing { is_open: true, fixing: Some(&fixing), ..Doing::new(counter) };
        self.run(found, &self.files, doing, &mut fixed);
        fixed.0.filter(|texts| texts.before != texts.after && !counter.is_stopped())
    }

    /// Whether a program writes a file again, so that an edit of it is undone.
    pub fn is_written_again(&self, path: &Path) -> bool {
        discover::is_written_again(path, &self.files)
    }

    /// The edits that add an exception for a finding to the text of its template, with a reason that a person has to write before it
    /// is valid. None if the text cannot be edited there.
    pub fn exception(&self, text: &str, finding: &Finding) -> Option<Vec<Edit>> {
        project::exception(text, finding)
    }

    /// How the configuration that governs a file turns a rule off. Without one, a configuration in `folder` does.
    pub fn turning_off(&self, path: &Path, rule: &str, folder: &Path) -> Option<TurnedOff> {
        let named = self.settings_of(folder_of(path)).file.clone();
        let file = named.unwrap_or_else(|| folder.join(config::FILE_NAME));
        remedies::turning_off(self.files.base().normal(&file), rule, &self.files)
    }

    /// The files among some that say something about others: they export values, or nest stacks. Found by their words, so there may be
    /// others, too.
    pub fn tied(&self, found: &Discovery) -> Vec<PathBuf> {
        let says = |candidate: &&Candidate| says_something_about_others(candidate, &self.files);
        found.candidates.iter().filter(says).filter_map(|candidate| candidate.path().map(PathBuf::from)).collect()
    }

    fn run(&self, found: Discovery, files: &Files, doing: Doing<'_>, sink: &mut dyn Sink) -> Outcome {
        let Doing { counter, is_open, ask, again, fixing, mut since } = doing;
        let Discovery { candidates, folders, unread_folders, diagnostics, left_out, .. } = found;
        let mut found = Found { folders, unread_folders, diagnostics, left_out };
        let linter = |candidate: &Candidate| Arc::clone(&self.settings(candidate).linter);
        let reuse = is_open.then_some(&*self.reuse);
        let project = Project { files, linter: &linter, reuse, counter, threads: self.options.threads };
        let mut tally = Tally::new(&self.options, &found);
        // A configuration is read for its first template, so all baselines are known once all candidates have their settings.
        for candidate in since.iter().flat_map(|since| &since.found.candidates).chain(&candidates) {
            self.settings(candidate);
        }
        self.governing().scopes.iter_mut().for_each(|scope| scope.baselines.begin());
        sink.begin();
        match (&mut since, fixing, again) {
            (Some(since), ..) => {
                tally.compare_with(since);
                let earlier = Earlier { candidates: std::mem::take(&mut since.found.candidates), files: &since.files };
                project.lint_since(candidates, earlier, |candidate, file, absent| {
                    tally.add_compared(candidate, file, absent, &self.options, &mut self.governing(), sink);
                });
                found.diagnostics.extend(since.problems());
            }
            (None, None, Some(again)) => project.lint_again(candidates, again, |candidate, result| {
                let path = candidate.path().unwrap_or(Path::new(""));
                sink.about(path, matches!(result, Relinted::Holds));
                if let Relinted::Linted(file) = result {
                    tally.add(candidate, file, None, &self.options, &mut self.governing(), sink);
                }
            }),
            (None, None, None) => {
                // What a baseline says about findings is known only in their order.
                let preparer = sink.preparer();
                let finisher = preparer.as_deref().filter(|_| self.governing().scopes.is_empty());
                let finish = |candidate: &Candidate, file: &mut File| match (finisher, file) {
                    (Some(preparer), File::Linted(linted)) => {
                        Some(Ready::prepared(candidate, linted, (&self.options, &self.files), preparer))
                    }
                    _ => None,
                };
                let wants = |finding: &Finding| preparer.as_ref().is_none_or(|preparer| preparer.wants_fix(finding));
                // Templates of nested stacks may follow, too.
                let mut left = candidates.len();
                project.lint_with(candidates, &Lint { wants: &wants, finish: &finish }, |candidate, file, ready| {
                    tally.is_last = left == 1;
                    left = left.saturating_sub(1);
                    tally.add(candidate, file, ready.flatten(), &self.options, &mut self.governing(), sink);
                });
            }
            (None, Some(fixing), _) => {
                let known = |candidate: &Candidate, place: &Place| self.governing().known(candidate, place);
                let fixes = Fixes { fixing, files, ask, known: &known, answered: Mutex::default() };
                project.fix(candidates, &fixes, |candidate, file, fixed| {
                    tally.add_fixed(candidate, file, fixed, &self.options, &mut self.governing(), sink);
                });
                tally.complain(fixes.unanswered());
            }
        }
        let ended = tally.finish(found, &self.options, &mut self.governing(), files);
        let write =
            |governing: &mut Governing| governing.scopes.iter_mut().find_map(|scope| scope.baselines.write(files));
        let baseline =
            if self.options.write_baseline.is_some() && !is_open { write(&mut self.governing()) } else { None };
        let is_lost = baseline.as_ref().is_some_and(|written| written.result.is_err());
        let exit = if is_lost { Exit::Trouble } else { ended.exit };
        ended.report(&self.options, sink.needs_rules(), |rest| {
            sink.end(&End { rest, exit, files: &ended.files, baseline })
        });
        Outcome { templates: ended.summary.templates, files: ended.files, exit }
    }

    /// Forgets what was read of configurations, custom rules, parameters and baselines. To be called if one of the files that
    /// [`depends_on`](Self::depends_on) names has changed.
    pub fn reread(&self) {
        *self.governing() = Governing::new(Arc::clone(&self.options), &self.files);
    }

    /// The same where it is known which files have changed: absolute paths, without `.` and `..`. Files whose settings follow from none of
    /// them are still governed by the same linter, and [`lint_again`](Self::lint_again) knows that.
    pub fn reread_changed(&self, changed: &BTreeSet<PathBuf>) {
        let base = self.files.base();
        if self.of_options().any(|file| changed.contains(&base.normal(&file))) {
            return self.reread();
        }
        let mut governing = self.governing();
        *governing = governing.anew(&self.files, changed);
    }

    /// The files that the options name: parameters and a baseline.
    fn of_options(&self) -> impl Iterator<Item = PathBuf> {
        let parameter_files = self.options.parameter_files.iter();
        let parameters = parameter_files.map(|file| config::file_and_environment(file, &self.files).0);
        parameters.chain(self.options.baseline.clone())
    }

    /// The files that the session depends on, other than templates: configurations, also those that do not exist yet, custom rules,
    /// parameters and baselines.
    pub fn depends_on(&self) -> BTreeSet<PathBuf> {
        self.governing().files().into_iter().chain(self.of_options()).collect()
    }

    /// The folders of custom rules so far, under whose paths new rules may appear.
    pub fn rule_folders(&self) -> Vec<PathBuf> {
        self.governing().rule_folders()
    }

    /// The problems with options, configurations and rules so far.
    pub fn problems(&self) -> Problems {
        self.governing().problems.clone()
    }
}
