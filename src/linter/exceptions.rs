//! Exceptions in a lint: which texts they are read from, and what rules report about those that are not in force or not needed.

use super::locations::{filled, word};
use super::{FileReport, Linter, Selected, includes};
use crate::constructs::Constructs;
use crate::exceptions::{self, Context, Exceptions, Judged, Problem, Text};
use crate::expand::expansion::Expansion;
use crate::finding::{Counts, Finding, Flaw, Level, Outcome};
use crate::rules::rule::Rule;
use crate::source::Source;
use crate::syntax::{Document, Node};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;

/// The texts of a template.
pub(super) struct Texts<'a, 't> {
    pub(super) source: &'a Source,
    pub(super) document: &'a Document<'t>,
    pub(super) included: &'a includes::Texts,
    pub(super) files: &'a includes::Files<'t>,
    pub(super) constructs: Option<&'a Constructs>,
}

impl Linter {
    /// The exceptions that a template makes.
    pub(super) fn exceptions(&self, expansion: &Expansion<'_>, texts: &Texts<'_, '_>) -> Exceptions {
        let tree: &Node<'_> = expansion.before_transform.as_deref().unwrap_or(&expansion.root);
        let Document { root, comments, .. } = texts.document;
        let own = Text { text: texts.source.text(), root, comments, is_included: false };
        let included = texts.files.documents().filter_map(|document| {
            let text = texts.included.text(document.root.span)?;
            Some(Text { text, root: &document.root, comments: &document.comments, is_included: true })
        });
        let all: Vec<Text<'_, '_>> = std::iter::once(own).chain(included).collect();
        let context =
            Context { rules: &self.rules, aliases: &self.aliases, today: self.today, constructs: texts.constructs };
        exceptions::read(tree, &all, &context)
    }

    /// Takes the suppressed findings aside, and adds what rules report about the exceptions. `may_change`: whether parameters of the
    /// template are pinned, so that other deployments may need what this one does not.
    pub(super) fn settle(&self, exceptions: &mut Exceptions, may_change: bool, report: &mut FileReport) {
        if exceptions.is_empty() {
            return;
        }
        (report.suppressed, report.findings) =
            std::mem::take(&mut report.findings).into_iter().partition(Finding::is_suppressed);
        let ran = |id: &str| self.selected.binary_search_by(|selected| (*selected.id).cmp(id)).is_ok();
        let judged = exceptions.judge(&report.suppressed, ran, may_change);
        let subjects = subjects(&judged);
        for (selected, rule) in self.about_exceptions() {
            self.say(selected, rule, (&judged, &subjects), report);
        }
        for selected in &self.companions {
            let Some(rule) = self.rules.entries().get(selected.index).and_then(|entry| entry.rule().ok()) else {
                continue;
            };
            let mut known = FxHashSet::default();
            for exception in judged.iter().filter(|judged| self.concerns_selected(judged)) {
                let problems = problems(selected, rule, exception);
                report
                    .findings
                    .extend(problems.filter(|problem| known.insert((problem.span, problem.message.clone()))));
            }
        }
        report.exceptions = judged.into_iter().map(|judged| judged.exception).collect();
    }

    /// The selected rules that are about exceptions.
    fn about_exceptions(&self) -> impl Iterator<Item = (&Selected, &Rule)> {
        self.about_exceptions.iter().filter_map(|position| {
            let selected = self.selected.get(*position)?;
            // One that cannot be read was complained of when its turn came.
            let rule = self.rules.entries().get(selected.index)?.rule().ok()?;
            Some((selected, rule))
        })
    }

    /// Whether an exception that is not in force was written for a rule that is selected, as far as it can be read.
    fn concerns_selected(&self, judged: &Judged<'_>) -> bool {
        let is_selected = |id: &str| self.selected.binary_search_by(|selected| (*selected.id).cmp(id)).is_ok();
        let suppresses = &judged.exception.suppression.suppresses;
        let keeps = |problem: &Problem| match problem.flaw {
            Flaw::Unused => false,
            Flaw::Malformed if suppresses.is_empty() => true,
            Flaw::UnknownRule => problem.nearest.as_deref().is_some_and(is_selected),
            _ => suppresses.iter().any(|suppressed| is_selected(&suppressed.rule)),
        };
        judged.flaws.iter().any(keeps)
    }

    /// What one rule reports about exceptions, with the number of the subject of each. All of one subject are one check.
    fn say(
        &self,
        selected: &Selected,
        rule: &Rule,
        (judged, subjects): (&[Judged<'_>], &[usize]),
        report: &mut FileReport,
    ) {
        // Of each subject, the first exception, and whether none has a problem.
        let mut checks: Vec<(&Judged<'_>, bool)> = Vec::new();
        // One that names several rules is several exceptions, which may have the same problem.
        let mut known = FxHashSet::default();
        for (exception, subject) in judged.iter().zip(subjects) {
            let passes = !exception.flaws.iter().any(|problem| Some(problem.flaw) == rule.exception);
            match checks.get_mut(*subject) {
                Some((_, all_pass)) => *all_pass &= passes,
                None => checks.push((exception, passes)),
            }
            if !passes {
                let problems = problems(selected, rule, exception);
                report.findings.extend(problems.filter(|one| known.insert((one.span, one.message.clone()))));
            }
        }
        for (exception, passes) in checks {
            let counts = Counts { passed: passes.into(), failed: (!passes).into(), undecided: 0 };
            report.count_of(&selected.id, || selected.id.shared(), counts);
            if passes && self.keep.passed {
                report.findings.push(finding(selected, exception, None, Outcome::Pass, "Passes".to_owned()));
            }
        }
    }
}

/// The numbers of the subjects of exceptions, in the order in which they occur.
fn subjects(judged: &[Judged<'_>]) -> Vec<usize> {
    let mut known: FxHashMap<(&str, &str), usize> = FxHashMap::default();
    let mut numbers = Vec::with_capacity(judged.len());
    for Judged { subject, .. } in judged {
        let next = known.len();
        numbers.push(*known.entry((subject.section, subject.name.as_str())).or_insert(next));
    }
    numbers
}

/// The problems of an exception that a rule is about, as findings.
fn problems<'s>(selected: &'s Selected, rule: &'s Rule, judged: &'s Judged<'_>) -> impl Iterator<Item = Finding> + 's {
    judged.flaws.iter().filter(|problem| Some(problem.flaw) == rule.exception).map(move |problem| {
        let message = filled(&rule.message, |name| word(&problem.words, name).map(Cow::Borrowed));
        finding(selected, judged, Some(problem), Outcome::Fail, message)
    })
}

fn finding(
    selected: &Selected,
    judged: &Judged<'_>,
    problem: Option<&Problem>,
    outcome: Outcome,
    message: String,
) -> Finding {
    Finding {
        rule: selected.id.shared(),
        level: if problem.is_some_and(|problem| problem.is_light) { Level::Note } else { selected.level },
        severity: selected.severity,
        outcome,
        span: problem.map_or(judged.exception.suppression.span, |problem| problem.span),
        path: judged.path.to_owned(),
        subject: judged.subject.clone(),
        alike: Vec::new(),
        message,
        when: None,
        advice: None,
        fix: None,
        related: Vec::new(),
        suppression: None,
        baseline: None,
        since: None,
    }
}
