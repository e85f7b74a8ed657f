//! A language of lines `name=value` with a linter and an editor, so that rounds can be tried without rules and templates.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use super::plan::Edited;
use super::{Choice, Fixed, Fixer, Proposal, Settled, Text, fix};
use crate::change::{Action, Change, Step, Value};
use crate::discover::{Candidate, Input};
use crate::finding::{Applicability, Finding, Fix, Level, Outcome, RuleSeverity, Subject, Unfixed};
use crate::linter::FileReport;
use crate::project::{File, Linted};
use crate::source::{Source, SourceId, Span};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// A rule: the value that a name must have, and what its fix sets.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) wanted: &'static str,
    pub(super) fix: &'static [(&'static str, &'static str)],
}

/// A rule whose fix helps.
pub(super) const fn good(id: &'static str, fix: &'static [(&'static str, &'static str); 1]) -> Rule {
    Rule { id, name: fix[0].0, wanted: fix[0].1, fix }
}

/// Takes every fix, as long as it is safe.
pub(super) struct All {
    pub(super) place: Settled,
    pub(super) asks: bool,
    pub(super) keeps: Option<Unfixed>,
}

impl Fixer for All {
    fn mark(&self, _: &Candidate, _: &mut FileReport, _: &Source) {}

    fn keeps(&self, _: &Candidate) -> Option<Unfixed> {
        self.keeps
    }

    fn choice(&self, _: &Finding, fix: &Fix) -> Choice {
        if fix.applicability == Applicability::Safe { Choice::Wanted } else { Choice::NeedsUnsafe }
    }

    fn asks(&self) -> bool {
        self.asks
    }

    fn agrees(&self, proposal: &Proposal<'_>) -> Result<(), Unfixed> {
        if proposal.finding.rule.starts_with("no-") { Err(Unfixed::Declined) } else { Ok(()) }
    }

    fn settle(&self, _: &Candidate, _: &str, _: &str) -> Settled {
        self.place.clone()
    }
}

/// Fixes a text. Returns the text that is reported on, what was fixed, and how often it was linted.
pub(super) fn fixed(text: &str, rules: &[Rule], fixer: &All) -> (String, Fixed, usize) {
    let candidate = Candidate::new("app.yaml".to_owned(), Input::File(PathBuf::from("app.yaml")));
    let lints = Cell::new(0);
    let lint = |text: &str| {
        lints.set(lints.get() + 1);
        Some(linted(text, rules))
    };
    let first = linted(text, rules);
    let job = Text {
        candidate: &candidate,
        id: SourceId(0),
        text: text.to_owned(),
        is_named: true,
        lint: &lint,
        is_stopped: &|| false,
        editor: &edited,
    };
    let (file, fixed) = fix(job, first, fixer);
    let File::Linted(linted) = file else { panic!("linted") };
    (linted.source.unwrap().text().to_owned(), fixed, lints.get())
}

fn values(text: &str) -> BTreeMap<String, String> {
    text.lines().filter_map(|line| line.split_once('=')).map(|(name, value)| (name.into(), value.into())).collect()
}

fn linted(text: &str, rules: &[Rule]) -> File {
    let values = values(text);
    let fails = |rule: &&Rule| values.get(rule.name).is_some_and(|value| value != rule.wanted);
    let findings: Vec<Finding> = rules.iter().filter(fails).map(finding).collect();
    let report = FileReport { is_template: !text.contains("broken"), findings, ..FileReport::default() };
    let source = Some(Source::new(SourceId(0), "app.yaml", text));
    File::Linted(Box::new(Linted {
        report,
        source,
        parents: Vec::new(),
        absent: Default::default(),
        digests: Vec::new(),
    }))
}

pub(super) fn finding(rule: &Rule) -> Finding {
    let change = |(name, value): &(&str, &str)| Change {
        path: vec![Step::Key("Resources".to_owned()), Step::Key((*name).to_owned())],
        action: Action::Set(Value::String((*value).to_owned())),
    };
    let fix = Fix {
        title: "Set it".to_owned(),
        applicability: if rule.id.ends_with("unsafe") { Applicability::Unsafe } else { Applicability::Safe },
        note: String::new(),
        on_deployed: String::new(),
        changes: rule.fix.iter().map(change).collect(),
        edits: Vec::new(),
    };
    Finding {
        rule: Arc::from(rule.id),
        level: Level::Error,
        severity: RuleSeverity::High,
        outcome: Outcome::Fail,
        span: Span::new(SourceId(0), 0, 0),
        path: format!("Resources/{}", rule.name),
        subject: Subject {
            section: "Resources",
            name: rule.name.to_owned(),
            resource_type: None,
            construct: None,
            origin: None,
            inside: None,
        },
        alike: Vec::new(),
        message: "It is wrong".to_owned(),
        when: None,
        advice: None,
        fix: (!rule.fix.is_empty()).then(|| Arc::new(fix)),
        related: Vec::new(),
        suppression: None,
        baseline: None,
        since: None,
    }
}

/// Names that begin with `&` cannot be edited, and of two values for a name, the second conflicts.
fn edited(text: &str, changes: &[Change]) -> Edited {
    let mut now = values(text);
    let mut set: BTreeMap<&str, &str> = BTreeMap::new();
    let mut refused = BTreeMap::new();
    for (index, change) in changes.iter().enumerate() {
        let ([_, Step::Key(name)], Action::Set(Value::String(value))) = (change.path.as_slice(), &change.action) else {
            panic!("{change:?}")
        };
        if name.starts_with('&') {
            refused.insert(index, false);
        } else if set.insert(name, value).is_some_and(|before| before != value) {
            refused.insert(index, true);
        }
        now.insert(name.clone(), value.clone());
    }
    let line = |(name, value): (&String, &String)| format!("{name}={value}\n");
    Edited { text: now.iter().map(line).collect(), refused }
}
