//! The result of a run in one sentence, no more certain than it is: the same words in every format.

use super::not_looked_at::clauses;
use super::text::{count, grouped};
use super::{Governed, Summary};
use crate::finding::Level;

/// The sentence, without the mark that a format gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Headline {
    /// Findings that count.
    Found {
        /// Numbers of findings by level, the gravest first; none is zero.
        levels: Vec<(Level, usize)>,
        /// Templates that were linted.
        templates: usize,
        /// Whether they are those that an earlier revision does not have.
        are_new: bool,
    },
    /// Good news.
    Good(String),
    /// Neither.
    Neutral(String),
}

/// The headline of a run.
pub(crate) fn headline(summary: &Summary) -> Headline {
    let levels = [(Level::Error, summary.errors), (Level::Warning, summary.warnings), (Level::Note, summary.notes)];
    let levels: Vec<(Level, usize)> = levels.into_iter().filter(|(_, number)| *number > 0).collect();
    if levels.is_empty() {
        return nothing_found(summary);
    }
    Headline::Found { levels, templates: summary.templates, are_new: summary.since.is_some() }
}

fn nothing_found(summary: &Summary) -> Headline {
    if summary.failed > 0 {
        let text = if summary.since.is_some() { "No new findings" } else { "No findings that count" };
        return Headline::Neutral(text.to_owned());
    }
    if summary.templates == 0 {
        return Headline::Neutral("No template was linted".to_owned());
    }
    if summary.passed == 0 {
        let all_undecided = summary.undecided > 0;
        let text =
            if all_undecided { "All checks are undecided" } else { "Nothing to check: no selected rule applies" };
        return Headline::Neutral(text.to_owned());
    }
    let scope = if summary.unreadable > 0 {
        " in the other files"
    } else if clauses(summary, 0).is_empty() && summary.with_errors == 0 {
        ""
    } else {
        " in what was checked"
    };
    let rest = match summary.undecided {
        0 => format!(": {}", all_passed(summary.passed)),
        // No more certain than it is: people who read one line read this one.
        undecided => format!(", {} undecided", count(undecided, "check")),
    };
    let text = format!("No findings{scope}{rest}");
    // Checks of tags and names pass on a template that contains nothing to protect.
    if summary.passed > summary.supporting {
        // What passed may be about something that the author of the template did not mean.
        if summary.with_errors > 0 { Headline::Neutral(text) } else { Headline::Good(text) }
    } else {
        Headline::Neutral(format!("{text}, but no check of a safeguard applied"))
    }
}

fn all_passed(checks: usize) -> String {
    match checks {
        1 => "the only check passed".to_owned(),
        2 => "both checks passed".to_owned(),
        more => format!("all {} passed", count(more, "check")),
    }
}

/// A number of findings of a level: `3 errors`, `1 new error`.
pub(crate) fn found(level: Level, number: usize, are_new: bool) -> String {
    if are_new { count(number, &format!("new {}", level.name())) } else { count(number, level.name()) }
}

/// What changed since an earlier revision, in words; none in a run that compares with none.
pub(crate) fn since(summary: &Summary) -> Option<String> {
    summary.since.as_ref().map(|since| format!("{}: {}", since.name(), since.numbers()))
}

impl Headline {
    /// The sentence, plain.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Found { levels, templates, are_new } => {
                let found: Vec<String> =
                    levels.iter().map(|(level, number)| found(*level, *number, *are_new)).collect();
                format!("{} in {}", found.join(", "), count(*templates, "template"))
            }
            Self::Good(text) | Self::Neutral(text) => text.clone(),
        }
    }
}

/// What could not be done, which makes the exit code 2 in any case: sentences for files, and one for the run's own settings.
pub(crate) fn undone(summary: &Summary) -> Vec<String> {
    let files = (summary.unreadable > 0).then(|| format!("{} could not be linted", count(summary.unreadable, "file")));
    let flawed = match summary.with_errors {
        0 => None,
        1 => Some("1 template has errors of its own".to_owned()),
        more => Some(format!("{} templates have errors of their own", grouped(more))),
    };
    let unwritten = (summary.unwritten > 0).then(|| match summary.unwritten {
        1 => "The fixes of 1 file could not be written".to_owned(),
        more => format!("The fixes of {} files could not be written", grouped(more)),
    });
    // They are listed among the files of a report, by their names: without this, the end of a long one would not mention them.
    let settings = (summary.problems > 0)
        .then(|| format!("{} with options, configuration, rules or baseline", count(summary.problems, "problem")));
    files.into_iter().chain(flawed).chain(unwritten).chain(settings).collect()
}

/// What was linted with what.
pub(crate) fn selection(summary: &Summary) -> String {
    let rules = count(summary.rules, "rule");
    let chosen = match summary.selection.strip_prefix("rules:") {
        Some(ids) => format!("{rules} ({})", ids.trim()),
        None if summary.selection.contains(", ") => format!("{rules} of profiles {}", summary.selection),
        None => format!("{rules} of profile {}", summary.selection),
    };
    let mut limits = String::new();
    match summary.min_severity {
        Some("critical") => limits.push_str(", severity critical"),
        Some(least) => limits.push_str(&format!(", severity {least} or higher")),
        None => {}
    }
    if !summary.ignored.is_empty() {
        limits.push_str(&format!(", without {},", summary.ignored.join(", ")));
    } else if !limits.is_empty() {
        limits.push(',');
    }
    format!("{chosen}{limits} on {} in {}", count(summary.resources, "resource"), count(summary.templates, "template"))
}

/// Which configuration governs how many templates; none where one governs all.
pub(crate) fn governed(summary: &Summary) -> Option<String> {
    let part = |governed: &Governed| {
        let configuration = governed.configuration.as_deref().unwrap_or("no configuration");
        let profile = governed.profile.as_ref().map(|profile| format!(" (profile {profile})")).unwrap_or_default();
        format!("{configuration}{profile} for {}", count(governed.templates, "template"))
    };
    let parts: Vec<String> = summary.governed.iter().map(part).collect();
    (parts.len() > 1).then(|| parts.join(", "))
}

/// How the checks ended; none where no check was made.
pub(crate) fn checks(summary: &Summary) -> Option<String> {
    let parts = [(summary.failed, "failed"), (summary.undecided, "undecided"), (summary.passed, "passed")];
    let listed: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, how)| format!("{} {how}", grouped(*number)))
        .collect();
    let total = summary.passed + summary.failed + summary.undecided;
    (total > 0).then(|| format!("{}: {}", count(total, "check"), listed.join(", ")))
}

/// What failed and does not count, in words; none where all counts.
pub(crate) fn not_counted(summary: &Summary) -> Option<String> {
    let parts =
        [(summary.suppressed_by_exceptions, "suppressed by exceptions"), (summary.in_baseline, "in the baseline")];
    let listed: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, why)| format!("{} {why}", count(*number, "finding")))
        .collect();
    (!listed.is_empty()).then(|| listed.join(", "))
}

/// How many of the findings that count can be fixed, in words; none where none can, or where it is not known.
pub(crate) fn fixable(summary: &Summary) -> Option<String> {
    let Summary { errors, warnings, notes, .. } = summary;
    summary.fixable?.text(errors + warnings + notes)
}

/// The whole headline as one line.
pub(crate) fn line(summary: &Summary) -> String {
    let undone: String = undone(summary).iter().map(|text| format!("{text}. ")).collect();
    format!("{undone}{}", headline(summary).text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_news_needs_a_check_of_a_safeguard() {
        let summary = |passed, supporting| Summary { templates: 1, passed, supporting, ..Summary::default() };
        assert_eq!(headline(&summary(3, 2)), Headline::Good("No findings: all 3 checks passed".into()));
        let text = "No findings: both checks passed, but no check of a safeguard applied";
        assert_eq!(headline(&summary(2, 2)), Headline::Neutral(text.into()));
        let flawed = Summary { with_errors: 1, ..summary(3, 2) };
        assert_eq!(headline(&flawed), Headline::Neutral("No findings in what was checked: all 3 checks passed".into()));
        assert_eq!(undone(&flawed), ["1 template has errors of its own"]);
        let unwritten = Summary { unwritten: 1, ..summary(3, 2) };
        assert_eq!(undone(&unwritten), ["The fixes of 1 file could not be written"]);
    }
}
