//! Compares two bundles. A finding that is gone is *fixed* only if its rule ran on its template again: otherwise nothing is known.

use super::snapshot::{Exception, Failures, Key, Snapshot, State};
use crate::finding::Levels;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The differences between two bundles.
#[derive(Clone, Debug, Serialize)]
pub struct Changes {
    /// The number of the shape.
    schema: u32,
    /// The earlier bundle.
    pub old: Side,
    /// The later bundle.
    pub new: Side,
    /// Differences of the runs themselves, for which findings may differ: sentences.
    pub notes: Vec<String>,
    /// Changed findings, by kind, file and rule.
    pub findings: Vec<Finding>,
    /// Exceptions that ran out.
    pub ended_exceptions: Vec<EndedException>,
    /// Templates that are not the same, by name.
    pub templates: Vec<ChangedTemplate>,
}

/// One of the bundles.
#[derive(Clone, Debug, Serialize)]
pub struct Side {
    /// The day of the run.
    pub date: String,
    /// What ran.
    pub selection: String,
    /// The result of the run.
    pub result: String,
}

/// What became of a finding.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It is new.
    New,
    /// It counts, because its exception ran out.
    ExceptionRanOut,
    /// It counts, because its exception was removed.
    ExceptionRemoved,
    /// The rule ran again on the template, and did not find it.
    Fixed,
    /// The rule ran again, and the template has nothing that it looks at.
    NothingToCheck,
    /// An exception suppresses it now.
    NowSuppressed,
    /// The baseline has it now.
    NowInBaseline,
    /// The check is undecided now.
    NowUndecided,
    /// The template is no longer there.
    TemplateGone,
    /// The rule did not run.
    RuleNotRun,
    /// The rule ran in another profile, and has no result on the template.
    OtherProfile,
}

impl Kind {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 11] = [
        Self::New,
        Self::ExceptionRanOut,
        Self::ExceptionRemoved,
        Self::Fixed,
        Self::NothingToCheck,
        Self::NowSuppressed,
        Self::NowInBaseline,
        Self::NowUndecided,
        Self::TemplateGone,
        Self::RuleNotRun,
        Self::OtherProfile,
    ];

    /// A heading for findings of this kind.
    pub fn heading(self) -> &'static str {
        match self {
            Self::New => "New findings",
            Self::ExceptionRanOut => "Findings whose exception expired",
            Self::ExceptionRemoved => "Findings whose exception was removed",
            Self::Fixed => "Fixed",
            Self::NothingToCheck => "Gone, because the template has nothing left that the rule looks at",
            Self::NowSuppressed => "Suppressed by an exception now",
            Self::NowInBaseline => "In the baseline now",
            Self::NowUndecided => "Undecided now",
            Self::TemplateGone => "Not checked, because the template is not in the new bundle",
            Self::RuleNotRun => "Not checked, because the rule did not run",
            Self::OtherProfile => "Not checked, because the profile is another, in which the rule looks at less",
        }
    }

    /// Whether it is worse than before.
    pub fn is_worse(self) -> bool {
        matches!(self, Self::New | Self::ExceptionRanOut | Self::ExceptionRemoved)
    }
}

/// A finding that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// What became of it.
    pub kind: Kind,
    /// The template, or the file that it includes.
    pub file: String,
    /// The rule.
    pub rule: String,
    /// The resource, parameter or output.
    pub subject: String,
    /// The path of the place in the template.
    pub path: String,
    /// The number of such findings.
    pub count: usize,
    /// The severity of the rule.
    pub severity: String,
    /// What is wrong.
    pub message: String,
    /// Something to know about it; empty if there is nothing.
    pub note: String,
}

/// An exception that ran out between the bundles.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EndedException {
    /// The template.
    pub file: String,
    /// The name of the rule, as the exception has it.
    pub id: String,
    /// The rules that it suppressed.
    pub rules: Vec<String>,
    /// The blocks that it covers.
    pub covers: Vec<String>,
    /// Its last day.
    pub expires: Option<String>,
    /// The reason, the person who is responsible, and the ticket.
    pub reason: Option<String>,
    /// The owner.
    pub owner: Option<String>,
    /// The ticket.
    pub ticket: Option<String>,
}

/// How a template differs.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Its bytes, or those of a file that it includes.
    Changed,
    /// It is only in the later bundle.
    Added,
    /// It is only in the earlier bundle.
    Gone,
}

/// A template that is not the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ChangedTemplate {
    /// How it differs.
    pub change: Change,
    /// Its name.
    pub file: String,
    /// SHA-256 of its bytes before.
    pub old_sha256: Option<String>,
    /// And now.
    pub new_sha256: Option<String>,
}

impl Changes {
    /// Whether something is worse than before: a new finding, or an exception that ran out.
    pub fn are_worse(&self) -> bool {
        !self.ended_exceptions.is_empty() || self.findings.iter().any(|finding| finding.kind.is_worse())
    }
}

/// Compares an earlier with a later bundle.
pub fn compare(old: &Snapshot, new: &Snapshot) -> Changes {
    let keys: BTreeSet<&Key> = old.failures.keys().chain(new.failures.keys()).collect();
    let mut findings: Vec<Finding> = keys.into_iter().flat_map(|key| changed(key, old, new)).collect();
    findings.sort();
    Changes {
        schema: 1,
        old: side(old),
        new: side(new),
        notes: notes(old, new),
        findings,
        ended_exceptions: ended(old, new),
        templates: templates(old, new),
    }
}

fn side(snapshot: &Snapshot) -> Side {
    let manifest = &snapshot.manifest;
    Side { date: manifest.date.clone(), selection: manifest.selection.clone(), result: manifest.result.clone() }
}

/// What became of the findings with a key: some may be new, and others gone.
fn changed(key: &Key, old: &Snapshot, new: &Snapshot) -> Vec<Finding> {
    let none = Failures::default();
    let (before, after) = (old.failures.get(key).unwrap_or(&none), new.failures.get(key).unwrap_or(&none));
    let finding = |kind, count, shown: &Failures, note: String| Finding {
        kind,
        file: key.file.clone(),
        rule: key.rule.clone(),
        subject: key.subject.clone(),
        path: key.path.clone(),
        count,
        severity: shown.severity.clone(),
        message: shown.message.clone(),
        note,
    };
    let mut all = Vec::new();
    // The gravest have the first choice of what is known. One that is graver than what is left is new.
    let mut left = before.counting.clone();
    let mut fresh = Levels::default();
    for (level, number) in after.counting.by_level().collect::<Vec<_>>().into_iter().rev() {
        let is_new = |_: &usize| match level {
            Some(level) => !left.take(level),
            None => !left.take_any(),
        };
        fresh.add(level, (0..number).filter(is_new).count());
    }
    if fresh.total() > 0 {
        let kind = if before.excepted > after.excepted {
            let has_ended = before.expires.as_ref().is_some_and(|last| last.as_str() < new.manifest.date.as_str());
            if has_ended { Kind::ExceptionRanOut } else { Kind::ExceptionRemoved }
        } else {
            Kind::New
        };
        let note = match (left.gravest(), fresh.gravest()) {
            _ if kind != Kind::New => String::new(),
            _ if before.in_baseline > after.in_baseline => "It was in the baseline.".to_owned(),
            (Some(known), Some(level)) => {
                format!("It was of level {}, and is of level {} now.", known.name(), level.name())
            }
            _ if !old.ran(&key.rule) => "The rule did not run for the old bundle.".to_owned(),
            _ if !old.has_file(&key.file) => "The template is not in the old bundle.".to_owned(),
            _ if !old.ran_on(&key.file, &key.rule) => {
                "The rule did not run on the template for the old bundle.".to_owned()
            }
            _ => String::new(),
        };
        all.push(finding(kind, fresh.total(), after, note));
    }
    if before.all() > after.all() {
        let undecided = (key.file.clone(), key.rule.clone(), key.subject.clone());
        let kind = match () {
            () if !new.has_file(&key.file) => Kind::TemplateGone,
            () if !new.ran_on(&key.file, &key.rule) => Kind::RuleNotRun,
            () if new.undecided.contains(&undecided) => Kind::NowUndecided,
            // Some rules look at less in some profiles.
            () if !new.was_checked(&key.file, &key.rule) && new.profiles != old.profiles => Kind::OtherProfile,
            () if !new.was_checked(&key.file, &key.rule) => Kind::NothingToCheck,
            () => Kind::Fixed,
        };
        let note = match before.counting.total() {
            0 if before.excepted > 0 => "An exception suppressed it.",
            0 => "It was in the baseline.",
            _ => "",
        };
        all.push(finding(kind, before.all() - after.all(), before, note.to_owned()));
    } else if all.is_empty() && before.counting.total() > after.counting.total() {
        let kind = if after.excepted > before.excepted { Kind::NowSuppressed } else { Kind::NowInBaseline };
        all.push(finding(kind, before.counting.total() - after.counting.total(), after, String::new()));
    }
    all
}

/// The exceptions that were not expired in the earlier bundle, and are in the later one.
fn ended(old: &Snapshot, new: &Snapshot) -> Vec<EndedException> {
    let identity = |exception: &Exception| {
        (exception.file.clone(), exception.id.clone(), exception.covers.clone(), exception.expires.clone())
    };
    let mut expired: BTreeMap<_, usize> = BTreeMap::new();
    for exception in old.exceptions.iter().filter(|exception| exception.state == "expired") {
        *expired.entry(identity(exception)).or_default() += 1;
    }
    let mut ended = Vec::new();
    for exception in new.exceptions.iter().filter(|exception| exception.state == "expired") {
        if let Some(before) = expired.get_mut(&identity(exception)).filter(|before| **before > 0) {
            *before -= 1;
            continue;
        }
        ended.push(EndedException {
            file: exception.file.clone(),
            id: exception.id.clone(),
            rules: exception.rules.clone(),
            covers: exception.covers.clone(),
            expires: exception.expires.clone(),
            reason: exception.reason.clone(),
            owner: exception.owner.clone(),
            ticket: exception.ticket.clone(),
        });
    }
    ended.sort();
    ended
}

fn templates(old: &Snapshot, new: &Snapshot) -> Vec<ChangedTemplate> {
    let names: BTreeSet<&String> = old.templates.keys().chain(new.templates.keys()).collect();
    let changed = names.into_iter().filter_map(|name| {
        let (before, after) = (old.templates.get(name), new.templates.get(name));
        let change = match (before, after) {
            (Some(before), Some(after)) if before.sha256 == after.sha256 && before.included == after.included => {
                return None;
            }
            (Some(_), Some(_)) => Change::Changed,
            (None, _) => Change::Added,
            (_, None) => Change::Gone,
        };
        let digest = |template: Option<&State>| template.map(|template| template.sha256.clone());
        Some(ChangedTemplate { change, file: name.clone(), old_sha256: digest(before), new_sha256: digest(after) })
    });
    let mut changed: Vec<ChangedTemplate> = changed.collect();
    changed.sort();
    changed
}

/// Why findings may differ although no template changed.
fn notes(old: &Snapshot, new: &Snapshot) -> Vec<String> {
    let (before, after) = (&old.manifest, &new.manifest);
    let mut notes = Vec::new();
    if after.date < before.date {
        notes.push(format!("The new bundle is older ({}) than the old one ({}).", after.date, before.date));
    }
    if before.tool.version != after.tool.version {
        notes.push(format!("The version of hipaalint changed from {} to {}.", before.tool.version, after.tool.version));
    }
    if before.tool.rules_sha256 != after.tool.rules_sha256 {
        notes.push("The built-in rules changed.".to_owned());
    }
    if before.tool.facts_sha256 != after.tool.facts_sha256 {
        notes.push("The facts about AWS changed.".to_owned());
    }
    let rules = |number: usize| if number == 1 { "1 rule".to_owned() } else { format!("{number} rules") };
    for (number, bundle) in [(old.more_rules_than(new), "old"), (new.more_rules_than(old), "new")] {
        if number > 0 {
            notes.push(format!("{} ran only for the {bundle} bundle.", rules(number)));
        }
    }
    notes
}
