//! What a run comes to, in one sentence, no more certain than it is: the same words in every format.

use super::text::{count, grouped};
use super::{Governed, Summary};
use crate::finding::Level;

/// The sentence, without the mark that a format gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Findings that count.
    Found {
        /// Numbers of findings by level, the gravest first; none is zero.
        levels: Vec<(Level, usize)>,
        /// Templates that were linted.
        templates: usize,
    },
    /// Good news.
    Good(String),
    /// Neither.
    Neutral(String),
}

/// The verdict of a run.
pub(crate) fn verdict(summary: &Summary) -> Verdict {
    let levels = [(Level::Error, summary.errors), (Level::Warning, summary.warnings), (Level::Note, summary.notes)];
    let levels: Vec<(Level, usize)> = levels.into_iter().filter(|(_, number)| *number > 0).collect();
    if levels.is_empty() { nothing_found(summary) } else { Verdict::Found { levels, templates: summary.templates } }
}

fn nothing_found(summary: &Summary) -> Verdict {
    if summary.failed > 0 {
        return Verdict::Neutral("No findings that count".to_owned());
    }
    if summary.templates == 0 {
        return Verdict::Neutral("No template was linted".to_owned());
    }
    if summary.passed == 0 {
        let all_undecided = summary.undecided > 0;
        let text =
            if all_undecided { "Nothing could be decided" } else { "Nothing to check: no selected rule applies" };
        return Verdict::Neutral(text.to_owned());
    }
    let scope = if summary.unreadable > 0 { " in the rest" } else { "" };
    let how = match summary.undecided {
        0 => format!(": {}", all_passed(summary.passed)),
        // No more certain than it is: whoever reads one line reads this one.
        undecided => format!(", {} undecided", count(undecided, "check")),
    };
    Verdict::Good(format!("No violations found{scope}{how}"))
}

fn all_passed(checks: usize) -> String {
    match checks {
        1 => "the one check passed".to_owned(),
        2 => "both checks passed".to_owned(),
        more => format!("all {} passed", count(more, "check")),
    }
}

impl Verdict {
    /// The sentence, plain.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Found { levels, templates } => {
                let found: Vec<String> = levels.iter().map(|(level, number)| count(*number, level.name())).collect();
                format!("{} in {}", found.join(", "), count(*templates, "template"))
            }
            Self::Good(text) | Self::Neutral(text) => text.clone(),
        }
    }
}

/// What could not be done, which makes the exit code 2 whatever was found: a sentence for files, one for the run's own settings.
pub(crate) fn undone(summary: &Summary) -> Vec<String> {
    let files = (summary.unreadable > 0).then(|| format!("{} could not be linted", count(summary.unreadable, "file")));
    // They stand among the files of a report, by their names: without this, the end of a long one would not speak of them.
    let settings = (summary.problems > 0)
        .then(|| format!("{} with options, configuration, rules or baseline", count(summary.problems, "problem")));
    files.into_iter().chain(settings).collect()
}

/// What was linted with what.
pub(crate) fn selection(summary: &Summary) -> String {
    let rules = count(summary.rules, "rule");
    let chosen = match summary.selection.strip_prefix("rules:") {
        Some(ids) => format!("{rules} ({})", ids.trim()),
        None if summary.selection.contains(", ") => format!("{rules} of profiles {}", summary.selection),
        None => format!("{rules} of profile {}", summary.selection),
    };
    format!("{chosen} on {} in {}", count(summary.resources, "resource"), count(summary.templates, "template"))
}

/// Which configuration governs how many templates; none where one governs all.
pub(crate) fn governed(summary: &Summary) -> Option<String> {
    let part = |governed: &Governed| {
        let configuration = governed.configuration.as_deref().unwrap_or("no configuration");
        let profile = governed.profile.as_ref().map(|profile| format!(" (profile {profile})")).unwrap_or_default();
        format!("{configuration}{profile} for {}", count(governed.templates, "template"))
    };
    let parts: Vec<String> = summary.governed.iter().map(part).collect();
    (parts.len() > 1).then(|| format!("Configured by {}", parts.join(", ")))
}

/// How the checks went; none where no check was made.
pub(crate) fn checks(summary: &Summary) -> Option<String> {
    let parts = [(summary.passed, "passed"), (summary.failed, "failed"), (summary.undecided, "undecided")];
    let said: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, how)| format!("{} {how}", grouped(*number)))
        .collect();
    let total = summary.passed + summary.failed + summary.undecided;
    (total > 0).then(|| format!("{}: {}", count(total, "check"), said.join(", ")))
}

/// The whole verdict as one line.
pub(crate) fn line(summary: &Summary) -> String {
    let undone: String = undone(summary).iter().map(|text| format!("{text}. ")).collect();
    format!("{undone}{}", verdict(summary).text())
}
