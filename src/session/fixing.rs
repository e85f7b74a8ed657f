//! Which fixes a run makes, who is asked about them, and where fixed texts go.

use super::baseline::{Known, Place};
use super::options::Fixing;
use super::saving::{self, Changed};
use crate::code::Code;
use crate::discover::{self, Candidate, Input, MAX_BYTES};
use crate::files::{Files, Reach, Refusal, why_not_written};
use crate::finding::{Applicability, Diagnostic, Finding, Fix, Unfixed};
use crate::linter::FileReport;
use crate::paths::folder_of;
use crate::project::{Choice, Fixer, Proposal, Settled};
use crate::rules::load::names;
use crate::source::Source;
use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Who is asked about each fix.
pub trait Ask: Sync {
    /// Whether a fix is made.
    fn ask(&self, proposal: &Proposal<'_>) -> Answer;
}

/// What a person says about a fix.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Make it.
    Yes,
    /// Do not make it.
    No,
    /// Make it, and all others of the rule.
    AllOfRule,
    /// Make neither this one nor any later one.
    Quit,
    /// There is no answer, and there will be none.
    Missing,
}

/// What a run fixes.
pub(super) struct Fixes<'s> {
    pub(super) fixing: &'s Fixing,
    pub(super) files: &'s Files,
    pub(super) ask: Option<&'s dyn Ask>,
    /// The findings that a baseline has.
    pub(super) known: &'s (dyn Fn(&Candidate, &Place) -> Option<Known> + Sync),
    pub(super) answered: Mutex<Answered>,
}

/// The answers that hold for further fixes.
#[derive(Default)]
pub(super) struct Answered {
    all_of: BTreeSet<Arc<str>>,
    /// Why nobody is asked any more.
    over: Option<Unfixed>,
}

impl Fixes<'_> {
    /// The problem that a question was not answered.
    pub(super) fn unanswered(&self) -> Option<Diagnostic> {
        let answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        (answered.over == Some(Unfixed::Unanswered)).then(|| {
            let message = "--interactive reads a choice for each fix, but standard input has ended";
            Diagnostic::error(Code::Unanswered, message.to_owned()).with_help(
                "Run it in a terminal, or write one line for each question to standard input: y, n, a, or q. --fix \
                 without --interactive asks nothing.",
            )
        })
    }
}

impl Fixer for Fixes<'_> {
    fn mark(&self, candidate: &Candidate, report: &mut FileReport, source: &Source) {
        if let Some(known) = (self.known)(candidate, &Place::of(source)) {
            known.mark(source.id, report.findings.iter_mut().chain(&mut report.suppressed));
        }
    }

    fn keeps(&self, candidate: &Candidate) -> Option<Unfixed> {
        discover::is_generated(candidate, self.files).then_some(Unfixed::Generated)
    }

    fn shows_kept(&self) -> bool {
        self.fixing.is_dry
    }

    fn choice(&self, finding: &Finding, fix: &Fix) -> Choice {
        let rules = &self.fixing.rules;
        if !rules.is_empty() && !rules.iter().any(|rule| names(rule, &finding.rule)) {
            Choice::OtherRule
        } else if fix.applicability == Applicability::Unsafe && !self.fixing.unsafe_too {
            Choice::NeedsUnsafe
        } else {
            Choice::Wanted
        }
    }

    fn asks(&self) -> bool {
        self.ask.is_some()
    }

    fn agrees(&self, proposal: &Proposal<'_>) -> Result<(), Unfixed> {
        let Some(ask) = self.ask else { return Ok(()) };
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(why) = answered.over {
            return Err(why);
        }
        if answered.all_of.contains(&proposal.finding.rule) {
            return Ok(());
        }
        let why = match ask.ask(proposal) {
            Answer::Yes => return Ok(()),
            Answer::AllOfRule => {
                answered.all_of.insert(Arc::clone(&proposal.finding.rule));
                return Ok(());
            }
            Answer::No => return Err(Unfixed::Declined),
            Answer::Quit => Unfixed::Declined,
            Answer::Missing => Unfixed::Unanswered,
        };
        answered.over = Some(why);
        Err(why)
    }

    fn settle(&self, candidate: &Candidate, before: &str, after: &str) -> Settled {
        if self.fixing.is_dry {
            return Settled::Aside;
        }
        let Input::File(path) = &candidate.input else { return Settled::InPlace };
        match write(path, before, after, self.files) {
            Ok(()) => Settled::InPlace,
            Err(error) => Settled::Failed(Box::new(not_written(candidate.name(), &error))),
        }
    }
}

/// Writes a fixed text: into the file itself, and through links only where they stay in the project.
fn write(path: &Path, before: &str, after: &str, files: &Files) -> io::Result<()> {
    let place = Reach::of_project(folder_of(path), files).file(path, MAX_BYTES, files)?;
    saving::replace(&place, before.as_bytes(), after.as_bytes())
}

fn not_written(name: &str, error: &io::Error) -> Diagnostic {
    let has_changed = error.get_ref().is_some_and(|inner| inner.is::<Changed>());
    let help = match (Refusal::of(error), error.kind()) {
        (Some(Refusal::Outside), _) => "Name the file that the link leads to.",
        _ if has_changed => "Run hipaalint again.",
        (None, ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
            "Check the permissions of the file and of its folder. hipaalint writes a new file there, and renames it."
        }
        _ => "The file is as it was.",
    };
    Diagnostic::error(
        Code::FileNotWritten,
        format!("hipaalint did not write the fixes of this file: {}", why_not_written(error)),
    )
    .in_file(name)
    .with_help(help)
}
