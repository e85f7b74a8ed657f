//! Whether edits did what they should: compares the findings of a text before them and after them.

use crate::finding::{Diagnostic, Finding, Outcome, Severity};
use crate::linter::FileReport;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// A rule, and the subject of a finding.
type Group = (Arc<str>, String);
/// The same with the place of the finding, without the numbers of items: those change when an item is added or removed.
type Key = (Group, String);

/// What is to be said of edits.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The findings are gone, and none is new.
    Good,
    /// Some findings are still there, by the numbers of the fixes.
    StillThere(BTreeSet<usize>),
    /// There is a new finding about these subjects, by their names.
    New(BTreeSet<String>),
    /// The text cannot be read any more, or not as a template.
    Broken,
}

/// Compares. `made` are the fixed findings, with the numbers of their fixes.
pub(super) fn verdict(before: &FileReport, made: &[(usize, &Finding)], after: &FileReport) -> Verdict {
    if !after.is_template || has_new_error(&before.diagnostics, &after.diagnostics) {
        return Verdict::Broken;
    }
    let mut fixed: HashMap<Key, Vec<usize>> = HashMap::new();
    for (index, finding) in made {
        fixed.entry(key(finding)).or_default().push(*index);
    }
    // What should be left: all but the fixed ones.
    let mut left: HashMap<Key, usize> = HashMap::new();
    let mut gone: HashMap<Key, usize> = fixed.iter().map(|(key, fixes)| (key.clone(), fixes.len())).collect();
    for key in violations(before).map(key) {
        match gone.get_mut(&key) {
            Some(number) if *number > 0 => *number -= 1,
            _ => *left.entry(key).or_default() += 1,
        }
    }
    let mut elsewhere: Vec<Key> = Vec::new();
    for key in violations(after).map(key) {
        match left.get_mut(&key) {
            Some(number) if *number > 0 => *number -= 1,
            _ => elsewhere.push(key),
        }
    }
    let mut by_group: HashMap<&Group, Vec<&Key>> = HashMap::new();
    fixed.keys().for_each(|key| by_group.entry(&key.0).or_default().push(key));
    let mut still: BTreeSet<usize> = BTreeSet::new();
    let mut moved = Moved::new(left);
    let mut new: BTreeSet<String> = BTreeSet::new();
    for found in elsewhere {
        if let Some(fixes) = fixed.get(&found) {
            still.extend(fixes);
        } else if !moved.takes(&found) {
            // The place of a finding becomes more exact with what is added there.
            let near = by_group.get(&found.0).into_iter().flatten().filter(|key| is_near(&key.1, &found.1));
            let near: Vec<usize> = near.filter_map(|key| fixed.get(*key)).flatten().copied().collect();
            if near.is_empty() {
                new.insert(found.0.1);
            } else {
                still.extend(near);
            }
        }
    }
    still.extend(undecided(before, made, after));
    match (still.is_empty(), new.is_empty()) {
        (false, _) => Verdict::StillThere(still),
        (true, false) => Verdict::New(new),
        (true, true) => Verdict::Good,
    }
}

/// The violations of a text, also those that an exception covers.
fn violations(report: &FileReport) -> impl Iterator<Item = &Finding> {
    report.findings.iter().chain(&report.suppressed).filter(|finding| finding.outcome == Outcome::Fail)
}

fn key(finding: &Finding) -> Key {
    let [_, subject, path] = finding.identity();
    ((Arc::clone(&finding.rule), subject), without_numbers(&path))
}

/// A path without the numbers of items.
fn without_numbers(path: &str) -> String {
    let is_number = |step: &&str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    path.split('/').filter(|step| !is_number(step)).collect::<Vec<_>>().join("/")
}

/// Whether one of two places is in the other.
fn is_near(one: &str, other: &str) -> bool {
    is_above(one, other) || is_above(other, one)
}

fn is_above(above: &str, path: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A place and those around it.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(above, _)| above))
}

/// The findings that are not where they were: their places may have become more exact, or less.
struct Moved {
    left: HashMap<Key, usize>,
    /// Those below a place.
    below: HashMap<Key, Vec<Key>>,
}

impl Moved {
    fn new(left: HashMap<Key, usize>) -> Self {
        let left: HashMap<Key, usize> = left.into_iter().filter(|(_, number)| *number > 0).collect();
        let mut below: HashMap<Key, Vec<Key>> = HashMap::new();
        let mut all: Vec<&Key> = left.keys().collect();
        all.sort();
        for key in all {
            for above in ancestors(&key.1).skip(1) {
                below.entry((key.0.clone(), above.to_owned())).or_default().push(key.clone());
            }
        }
        Self { left, below }
    }

    /// Takes one that may now be at this place. False if there is none.
    fn takes(&mut self, found: &Key) -> bool {
        for above in ancestors(&found.1) {
            if self.take(&(found.0.clone(), above.to_owned())) {
                return true;
            }
        }
        while let Some(key) = self.below.get_mut(found).and_then(Vec::pop) {
            if self.take(&key) {
                if let Some(below) = self.below.get_mut(found) {
                    below.push(key);
                }
                return true;
            }
        }
        false
    }

    fn take(&mut self, key: &Key) -> bool {
        match self.left.get_mut(key) {
            Some(number) if *number > 0 => {
                *number -= 1;
                true
            }
            _ => false,
        }
    }
}

/// Whether there is an error that was not there before.
fn has_new_error(before: &[Diagnostic], after: &[Diagnostic]) -> bool {
    fn errors(all: &[Diagnostic]) -> BTreeMap<(&str, &str), usize> {
        let mut errors = BTreeMap::new();
        for one in all.iter().filter(|one| one.severity == Severity::Error) {
            *errors.entry((one.code.name(), one.message.as_str())).or_default() += 1;
        }
        errors
    }
    let before = errors(before);
    errors(after).into_iter().any(|(error, number)| number > before.get(&error).copied().unwrap_or(0))
}

/// The fixes of rules that have more undecided checks than before: what cannot be decided is not fixed.
fn undecided(before: &FileReport, made: &[(usize, &Finding)], after: &FileReport) -> BTreeSet<usize> {
    fn numbers(report: &FileReport) -> HashMap<&str, usize> {
        let mut numbers = HashMap::new();
        for (rule, counts) in &report.by_rule {
            *numbers.entry(&**rule).or_default() += counts.undecided;
        }
        numbers
    }
    let (before, after) = (numbers(before), numbers(after));
    let has_more = |rule: &str| after.get(rule).copied().unwrap_or(0) > before.get(rule).copied().unwrap_or(0);
    made.iter().filter(|(_, finding)| has_more(&finding.rule)).map(|(index, _)| *index).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::code::Code;
    use crate::finding::Counts;
    use crate::project::fixing::testing;

    /// A template with findings of the rule `r` at these places, or of another rule: `other:Resources/B`.
    fn report(places: &[&str]) -> FileReport {
        let finding = |place: &&str| {
            let (rule, path) = place.split_once(':').unwrap_or(("r", place));
            let mut finding = testing::finding(&testing::Rule { id: "r", name: "", wanted: "", fix: &[] });
            finding.rule = Arc::from(rule);
            finding.subject.name = path.split('/').nth(1).unwrap().to_owned();
            finding.path = path.to_owned();
            finding
        };
        FileReport { is_template: true, findings: places.iter().map(finding).collect(), ..FileReport::default() }
    }

    /// What is said if the first finding was fixed.
    fn said(before: &[&str], after: &[&str]) -> Verdict {
        let (before, after) = (report(before), report(after));
        verdict(&before, &[(0, &before.findings[0])], &after)
    }

    #[test]
    fn fixed_findings_are_gone_and_none_is_new() {
        assert_eq!(said(&["Resources/A", "Resources/B"], &["Resources/B"]), Verdict::Good);
        assert_eq!(said(&["Resources/A"], &[]), Verdict::Good);
        let still = Verdict::StillThere(BTreeSet::from([0]));
        assert_eq!(said(&["Resources/A"], &["Resources/A"]), still);
        assert_eq!(said(&["Resources/A/x", "Resources/A/x"], &["Resources/A/x", "Resources/A/x"]), still);
        assert_eq!(said(&["Resources/A/x", "Resources/A/x"], &["Resources/A/x"]), Verdict::Good);
        let new = |name: &str| Verdict::New(BTreeSet::from([format!("Resources/{name}")]));
        assert_eq!(said(&["Resources/A"], &["Resources/C"]), new("C"));
        assert_eq!(said(&["Resources/A"], &["other:Resources/A"]), new("A"));
        assert_eq!(said(&["Resources/A", "Resources/B/x"], &["Resources/B/x", "Resources/B/y"]), new("B"));
    }

    #[test]
    fn a_place_that_is_more_exact_or_has_another_number_is_the_same() {
        let near = ["Resources/A/Properties", "Resources/A", "other:Resources/A"];
        assert_eq!(said(&near, &["Resources/A/Properties/x", "other:Resources/A/Properties/x"]), Verdict::Good);
        assert_eq!(said(&["Resources/A/x", "Resources/A/y/z"], &["Resources/A/y"]), Verdict::Good);
        let items = ["Resources/A/Statement/0", "Resources/A/Statement/1/Action"];
        assert_eq!(said(&items, &["Resources/A/Statement/0/Action"]), Verdict::Good);
        assert_eq!(
            said(&["Resources/A/x", "other:Resources/A/Statement/Action"], &["other:Resources/A/Statement/0/Action"]),
            Verdict::Good
        );
        // A fixed finding that only moved is still there.
        assert_eq!(said(&["Resources/A"], &["Resources/A/x"]), Verdict::StillThere(BTreeSet::from([0])));
    }

    #[test]
    fn an_error_or_doubt_is_no_proof() {
        let before = report(&["Resources/A"]);
        let made = [(0, &before.findings[0])];
        assert_eq!(verdict(&before, &made, &FileReport::default()), Verdict::Broken);
        let error = Diagnostic::error(Code::SyntaxError, "it is broken");
        let broken = FileReport { diagnostics: vec![error.clone()], ..report(&[]) };
        assert_eq!(verdict(&before, &made, &broken), Verdict::Broken);
        let noted = FileReport { diagnostics: vec![Diagnostic::note(Code::OddSection, "odd")], ..report(&[]) };
        assert_eq!(verdict(&before, &made, &noted), Verdict::Good);
        let counts = Counts { undecided: 1, ..Counts::default() };
        let open = FileReport { by_rule: vec![(Arc::from("r"), counts)], ..report(&[]) };
        assert_eq!(verdict(&before, &made, &open), Verdict::StillThere(BTreeSet::from([0])));
        let elsewhere = FileReport { by_rule: vec![(Arc::from("s"), counts)], ..report(&[]) };
        assert_eq!(verdict(&before, &made, &elsewhere), Verdict::Good);
    }
}
