//! Who gets the results of a run, file by file.

use super::baseline::WrittenBaseline;
use super::exit::Exit;
use crate::project::Texts;
use crate::report::{Effect, Prepared, Preparer, Report};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Gets the results of a run as they come: those of files one by one, in the order of their names, and then the rest.
pub trait Sink {
    /// The run begins.
    fn begin(&mut self) {}

    /// The file that the next calls are about, in a run that remembers what is known: whether what was found in it before still holds.
    /// If so, there are no such calls.
    fn about(&mut self, _path: &Path, _holds: bool) {}

    /// Whether it needs the rules of what was found: reading their texts takes time.
    fn needs_rules(&self) -> bool {
        true
    }

    /// What was found in one file.
    fn file(&mut self, part: &Report<'_>);

    /// What of [`file`](Self::file) threads can do that lint; none if that is nothing.
    fn preparer(&self) -> Option<Arc<dyn Preparer>> {
        None
    }

    /// As [`file`](Self::file) does, with what the preparer made of it.
    fn prepared(&mut self, part: &Report<'_>, _: Prepared) {
        self.file(part);
    }

    /// A text that was fixed and is in no file, before what was found in it. Standard input is one even if nothing was fixed.
    fn fixed(&mut self, _: &FixedText<'_>) {}

    /// Whether the process ends with the run: then the memory of what was found last need not be given back piece by piece.
    fn ends_process(&self) -> bool {
        false
    }

    /// What is known only at the end.
    fn end(&mut self, end: &End<'_>);
}

/// A text that was fixed and is in no file.
pub struct FixedText<'f> {
    /// Its name in reports.
    pub name: &'f str,
    /// Its path; none for standard input.
    pub path: Option<&'f Path>,
    /// The text before and after.
    pub texts: &'f Texts,
    /// What fixes do that are not safe.
    pub effects: &'f [Effect],
}

/// The end of a run.
pub struct End<'e> {
    /// Diagnostics of the run as a whole, the rules that ran, and the numbers.
    pub rest: &'e Report<'e>,
    /// How the run ends, as far as findings, diagnostics and baselines decide it.
    pub exit: Exit,
    /// The files that were read, if the options ask for them, and those that they include.
    pub files: &'e BTreeSet<PathBuf>,
    /// The baseline that was to be written, if any.
    pub baseline: Option<WrittenBaseline>,
}

#[cfg(feature = "cli")]
impl<'t> From<&'t Texts> for crate::report::diff::Texts<'t> {
    fn from(texts: &'t Texts) -> Self {
        Self { before: &texts.before, after: &texts.after, hidden: &texts.hidden }
    }
}
