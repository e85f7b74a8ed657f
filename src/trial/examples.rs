//! Runs the examples of a rule, and compares the findings with the marks.

use super::{Expected, Subject};
use crate::code::Code;
use crate::date::Date;
use crate::finding::{Finding, Level, Outcome};
use crate::linter::{FileReport, Keep, Linter, Override};
use crate::rules::load::{Mark, RuleEntry, unmark};
use crate::rules::operand::{Operand, Settings};
use crate::rules::rule::Example;
use crate::source::{Source, SourceId};
use std::collections::BTreeMap;
use std::fmt;

/// The day of examples that name none: exceptions and ends of support are compared with it.
const TODAY: &str = "2026-01-01";

/// An example that was run.
#[derive(Debug)]
pub struct Tried {
    /// What is expected of it.
    pub expected: Expected,
    /// Its number among the examples of its kind, from 0.
    pub index: usize,
    /// What it shows.
    pub name: String,
    /// Every difference from what is expected.
    pub mismatches: Vec<Mismatch>,
}

/// A result of the rule for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Violation or undecided.
    pub outcome: Outcome,
    /// The level.
    pub level: Level,
    /// The line in the template, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// The characters of the line that it points to.
    pub length: usize,
    /// The message, with the choice that leads to it.
    pub message: String,
}

/// A difference between an example and its results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// It is not a template, or not one without problems.
    Unclean {
        /// The problem.
        message: String,
        /// Line and column of the template.
        position: Option<(usize, usize)>,
    },
    /// Should fail, and no line is marked.
    Unmarked,
    /// A line is marked, and has no finding.
    Missing(Mark),
    /// A finding where none is expected.
    Unexpected(Found),
    /// The findings on a marked line have other words.
    Words(Mark, Vec<Found>),
    /// The findings on a marked line have another level.
    Level(Mark, Vec<Found>),
    /// A placeholder of the message was not filled.
    Placeholder(Found),
    /// Should pass, and the rule checks nothing in the template.
    Unchecked,
    /// Should be passed over, and so many checks passed.
    Checked(usize),
    /// Should be undecided, and is decided.
    Decided,
}

impl fmt::Display for Found {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.outcome {
            Outcome::Fail => self.level.name(),
            Outcome::Undecided => "undecided",
            Outcome::Pass => "passed",
        };
        write!(formatter, "line {}, {what}: {}", self.line, self.message)
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |found: &[Found]| found.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        match self {
            Self::Unclean { message, .. } => write!(formatter, "the template has a problem: {message}"),
            Self::Unmarked => formatter.write_str("no line is marked with `# finding`"),
            Self::Missing(mark) => write!(formatter, "line {} is marked and has no finding", mark.line),
            Self::Unexpected(found) if found.outcome == Outcome::Undecided => {
                write!(formatter, "a check is undecided ({found})")
            }
            Self::Unexpected(found) => write!(formatter, "there is an unexpected finding ({found})"),
            Self::Words(mark, found) => {
                let words = mark.words.as_deref().unwrap_or_default();
                write!(formatter, "no finding on line {} contains \"{words}\" ({})", mark.line, listed(found))
            }
            Self::Level(mark, found) => {
                let level = mark.level.as_deref().unwrap_or_default();
                write!(formatter, "no finding on line {} has the level `{level}` ({})", mark.line, listed(found))
            }
            Self::Placeholder(found) => write!(formatter, "a placeholder of the message was not filled ({found})"),
            Self::Unchecked => formatter.write_str("the rule checks nothing in the template"),
            Self::Checked(checks) => write!(formatter, "the rule checks something: {checks} passed"),
            Self::Decided => formatter.write_str("no check is undecided"),
        }
    }
}

/// Runs every example.
pub(super) fn run(subject: &Subject<'_>) -> Vec<Tried> {
    mismatches(subject)
        .map(|(expected, index, name, mismatches)| Tried { expected, index, name: name.to_owned(), mismatches })
        .collect()
}

/// Whether all examples come out as expected; stops at the first that does not.
pub(super) fn all_right(subject: &Subject<'_>) -> bool {
    mismatches(subject).all(|(.., mismatches)| mismatches.is_empty())
}

fn mismatches<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = (Expected, usize, &'s str, Vec<Mismatch>)> {
    // Most examples change neither parameters, settings nor the profile.
    let mut plain: Option<Result<Linter, String>> = None;
    subject.examples().map(move |(expected, index, example)| {
        let is_plain = example.parameters.is_empty()
            && example.settings.is_empty()
            && example.profile.is_none()
            && example.today.is_none();
        let mismatches = if is_plain {
            let linter = plain.get_or_insert_with(|| linter(subject, example));
            linter.as_ref().map_err(String::clone).map(|linter| compare(linter, subject.id(), example, expected))
        } else {
            linter(subject, example).map(|linter| compare(&linter, subject.id(), example, expected))
        };
        let mismatches = mismatches.unwrap_or_else(|message| vec![Mismatch::Unclean { message, position: None }]);
        (expected, index, example.name.as_str(), mismatches)
    })
}

/// A linter with the rule, for the deployment of an example. An exception is in force if its rule runs: rules about exceptions run
/// with all others.
pub(super) fn linter(subject: &Subject<'_>, example: &Example) -> Result<Linter, String> {
    let texts = |operand: &Operand| operand.texts(&Settings::new()).into_owned();
    let settings = example.settings.iter().map(|(name, operand)| (name.clone(), texts(operand))).collect();
    let overrides = BTreeMap::from([(subject.id().to_owned(), Override { level: None, settings })]);
    let selects = |entry: &RuleEntry| subject.is_about_exceptions() || entry.id() == subject.id();
    let keep = Keep { undecided: true, passed: false, ..Keep::default() };
    let linter = Linter::new(subject.rules(), selects, &overrides, example.parameters.clone(), keep);
    let linter = linter.map_err(|error| error.to_string())?;
    let today = example.today.as_deref().unwrap_or(TODAY);
    let linter = linter.on(today.parse::<Date>().map_err(|error| format!("`today: {today}` is {error}"))?);
    Ok(match &example.profile {
        Some(profile) => linter.in_profile(profile),
        None => linter,
    })
}

/// The results of one rule for a template.
pub(super) fn lint(linter: &Linter, id: &str, source: &Source) -> Result<FileReport, Mismatch> {
    let mut report = linter.lint(source);
    report.findings.retain(|finding| &*finding.rule == id);
    // An example may have a nested stack, whose template nobody needs.
    let problems = report.diagnostics.iter().filter(|diagnostic| diagnostic.code != Code::TemplateElsewhere);
    let diagnostics = problems.map(|diagnostic| (diagnostic.span, diagnostic.message.clone()));
    let refused = report.refused.iter().map(|refused| (Some(refused.span()), refused.sentence()));
    let nothing = (None, "it is not a CloudFormation template".to_owned());
    let nothing = (!report.is_template).then_some(nothing);
    let Some((span, message)) = diagnostics.chain(refused).chain(nothing).next() else { return Ok(report) };
    let position = span.map(|span| {
        let at = source.position(span.start);
        (at.line, at.column)
    });
    Err(Mismatch::Unclean { message, position })
}

/// Runs an example; every difference from what is expected.
fn compare(linter: &Linter, id: &str, example: &Example, expected: Expected) -> Vec<Mismatch> {
    let (text, marks) = unmark(example);
    let source = Source::new(SourceId(0), "example", text);
    let report = match lint(linter, id, &source) {
        Ok(report) => report,
        Err(mismatch) => return vec![mismatch],
    };
    let all: Vec<Found> = report.findings.iter().map(|finding| found(finding, &source)).collect();
    let passed = report.counts.passed;
    let is_violation = |found: &Found| found.outcome == Outcome::Fail;
    match expected {
        Expected::Pass if all.is_empty() && passed == 0 => vec![Mismatch::Unchecked],
        Expected::Pass => all.into_iter().map(Mismatch::Unexpected).collect(),
        Expected::Fail => against_marks(all.into_iter().filter(is_violation).collect(), &marks),
        Expected::Undecided => {
            let is_decided = all.iter().all(is_violation);
            let violations = all.into_iter().filter(is_violation).map(Mismatch::Unexpected);
            is_decided.then_some(Mismatch::Decided).into_iter().chain(violations).collect()
        }
        Expected::PassedOver => {
            let checked = (passed > 0).then_some(Mismatch::Checked(passed));
            all.into_iter().map(Mismatch::Unexpected).chain(checked).collect()
        }
    }
}

fn found(finding: &Finding, source: &Source) -> Found {
    let (start, end) = (source.position(finding.span.start), source.position(finding.span.end));
    Found {
        outcome: finding.outcome,
        level: finding.level,
        line: start.line,
        column: start.column,
        length: if start.line == end.line { end.column.saturating_sub(start.column) } else { 1 },
        message: finding.full_message(),
    }
}

/// Compares violations with the marks: one on each marked line, with its words and its level, and on no other line.
fn against_marks(violations: Vec<Found>, marks: &[Mark]) -> Vec<Mismatch> {
    let mut mismatches = Vec::new();
    if marks.is_empty() {
        mismatches.push(Mismatch::Unmarked);
    }
    let on = |line: usize| violations.iter().filter(move |found| found.line == line);
    for mark in marks {
        let here: Vec<Found> = on(mark.line).cloned().collect();
        if here.is_empty() {
            mismatches.push(Mismatch::Missing(mark.clone()));
            continue;
        }
        if let Some(words) = &mark.words
            && !here.iter().any(|found| found.message.contains(words))
        {
            mismatches.push(Mismatch::Words(mark.clone(), here.clone()));
        }
        if let Some(level) = &mark.level
            && !here.iter().any(|found| found.level.name() == level)
        {
            mismatches.push(Mismatch::Level(mark.clone(), here));
        }
    }
    for (index, found) in violations.iter().enumerate() {
        // A mark stands for one finding.
        let is_first = violations.iter().position(|other| other.line == found.line) == Some(index);
        if !is_first || !marks.iter().any(|mark| mark.line == found.line) {
            mismatches.push(Mismatch::Unexpected(found.clone()));
        }
        if found.message.contains(['{', '}']) && !found.message.contains("${") && !found.message.contains("{{") {
            mismatches.push(Mismatch::Placeholder(found.clone()));
        }
    }
    mismatches
}
