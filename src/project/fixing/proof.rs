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
    /// Some findings are still there.
    StillThere(Still),
    /// There are new findings.
    New(New),
    /// The text cannot be read any more, or not as a template.
    Broken,
}

/// Findings that fixes should have removed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Still {
    /// The numbers of the fixes.
    pub(super) fixes: BTreeSet<usize>,
    /// The numbers of these findings, and of new ones; none if something else is wrong.
    pub(super) findings: Vec<usize>,
}

/// What was done.
pub(super) struct Done<'d> {
    /// The fixed findings, with the numbers of their fixes.
    pub(super) findings: &'d [(usize, &'d Finding)],
    /// The names of what the fixes added.
    pub(super) added: BTreeSet<String>,
    /// Whether items of lists may have other numbers now.
    pub(super) shifts: bool,
}

/// New findings.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct New {
    /// The names of what they are about, and of resources that refer to what is not always there.
    pub(super) subjects: BTreeSet<String>,
    /// Their numbers among the findings of the text; suppressed ones come after the others.
    pub(super) findings: Vec<usize>,
    /// Whether some of them were there, and an exception or a baseline covered them.
    pub(super) uncovers: bool,
}

/// Compares.
pub(super) fn verdict(before: &FileReport, done: &Done<'_>, after: &FileReport) -> Verdict {
    let Done { findings: made, added, shifts } = done;
    if !after.is_template || has_new_error(&before.diagnostics, &after.diagnostics) {
        return Verdict::Broken;
    }
    let mut fixed: HashMap<Key, Vec<usize>> = HashMap::new();
    for (index, finding) in *made {
        fixed.entry(key(finding)).or_default().push(*index);
    }
    // What should be left: all but the fixed ones, and what is covered stays covered.
    let (mut open, mut covered) = (Left::new(), Left::new());
    let mut gone: HashMap<Key, usize> = fixed.iter().map(|(key, fixes)| (key.clone(), fixes.len())).collect();
    for finding in violations(before) {
        let key = key(finding);
        match gone.get_mut(&key) {
            Some(number) if *number > 0 && finding.counts() => *number -= 1,
            _ => *(if finding.counts() { &mut open } else { &mut covered }).entry(key).or_default() += 1,
        }
    }
    // The fixes of what is where it was.
    let mut there: HashMap<Key, Vec<String>> = HashMap::new();
    for finding in violations(after) {
        let [.., path] = finding.identity();
        there.entry(key(finding)).or_default().push(path);
    }
    let is_unmoved = |(_, finding): &&(usize, &Finding)| {
        let [.., path] = finding.identity();
        there.get(&key(finding)).into_iter().flatten().any(|other| is_near(&path, other))
    };
    let unmoved: BTreeSet<usize> = made.iter().filter(is_unmoved).map(|(index, _)| *index).collect();
    let mut elsewhere: Vec<(usize, Key, bool)> = Vec::new();
    for (index, finding) in all(after).enumerate().filter(|(_, finding)| finding.outcome == Outcome::Fail) {
        let (key, counts) = (key(finding), finding.counts());
        if !(!counts && take(&mut covered, &key) || take(&mut open, &key)) {
            elsewhere.push((index, key, counts));
        }
    }
    let mut by_group: HashMap<&Group, Vec<&Key>> = HashMap::new();
    fixed.keys().for_each(|key| by_group.entry(&key.0).or_default().push(key));
    let mut still = Still::default();
    let (mut open, mut covered) = (Moved::new(open), Moved::new(covered));
    let mut new = New::default();
    for (index, found, counts) in elsewhere {
        let may_move = added.contains(&found.0.1);
        let fixes = fixed.get(&found).map(Vec::as_slice).unwrap_or_default();
        let own: Vec<usize> = fixes.iter().copied().filter(|fix| *shifts || unmoved.contains(fix)).collect();
        if !own.is_empty() {
            still.fixes.extend(own);
            still.findings.push(index);
        } else if !counts && covered.has(&found, may_move) || open.has(&found, may_move) {
            // It is somewhere else now.
        } else if counts && covered.has(&found, may_move) {
            new.subjects.insert(found.0.1);
            new.findings.push(index);
            new.uncovers = true;
        } else {
            // The place of a finding becomes more exact with what is added there.
            let near = by_group.get(&found.0).into_iter().flatten().filter(|key| is_near(&key.1, &found.1));
            let near: Vec<usize> = near.filter_map(|key| fixed.get(*key)).flatten().copied().collect();
            // The same at another item of the list is new.
            if near.is_empty() || !fixes.is_empty() {
                new.subjects.insert(found.0.1);
                new.findings.push(index);
            } else {
                still.fixes.extend(near);
                still.findings.push(index);
            }
        }
    }
    for names in after.missing.iter().filter(|names| !before.missing.contains(names)) {
        new.subjects.extend(names.iter().map(|name| format!("Resources/{name}")));
    }
    let undecided = undecided(before, made, after);
    if undecided.is_empty() {
        still.findings.extend(new.findings.iter().filter(|_| !new.uncovers));
    } else {
        still.findings.clear();
        still.fixes.extend(undecided);
    }
    match (still.fixes.is_empty(), new.subjects.is_empty()) {
        (false, _) => Verdict::StillThere(still),
        (true, false) => Verdict::New(new),
        (true, true) => Verdict::Good,
    }
}

/// The violations of a text, also those that an exception covers.
fn violations(report: &FileReport) -> impl Iterator<Item = &Finding> {
    all(report).filter(|finding| finding.outcome == Outcome::Fail)
}

fn all(report: &FileReport) -> impl Iterator<Item = &Finding> {
    report.findings.iter().chain(&report.suppressed)
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

/// How many findings should be left, by their places.
type Left = HashMap<Key, usize>;

/// Takes one of them. False if there is none.
fn take(left: &mut Left, key: &Key) -> bool {
    match left.get_mut(key) {
        Some(number) if *number > 0 => {
            *number -= 1;
            true
        }
        _ => false,
    }
}

/// The findings that are not where they were: their places may have become more exact, or less.
struct Moved {
    left: Left,
    /// Those below a place.
    below: HashMap<Key, Vec<Key>>,
    /// Those of a rule.
    of_rule: HashMap<Arc<str>, Vec<Key>>,
}

impl Moved {
    fn new(left: Left) -> Self {
        let left: Left = left.into_iter().filter(|(_, number)| *number > 0).collect();
        let mut below: HashMap<Key, Vec<Key>> = HashMap::new();
        let mut all: Vec<&Key> = left.keys().collect();
        all.sort();
        let mut of_rule: HashMap<Arc<str>, Vec<Key>> = HashMap::new();
        for key in all {
            of_rule.entry(Arc::clone(&key.0.0)).or_default().push(key.clone());
            for above in ancestors(&key.1).skip(1) {
                below.entry((key.0.clone(), above.to_owned())).or_default().push(key.clone());
            }
        }
        Self { left, below, of_rule }
    }

    /// Takes one that may now be at this place; of the same rule anywhere, if findings may move there. False if there is none.
    fn has(&mut self, found: &Key, may_move: bool) -> bool {
        self.takes(found) || may_move && self.takes_of_rule(found)
    }

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

    /// Takes one of the same rule, for a resource that a fix added: what was wrong elsewhere may be there now.
    fn takes_of_rule(&mut self, found: &Key) -> bool {
        while let Some(key) = self.of_rule.get_mut(&found.0.0).and_then(Vec::pop) {
            if self.take(&key) {
                if let Some(others) = self.of_rule.get_mut(&found.0.0) {
                    others.push(key);
                }
                return true;
            }
        }
        false
    }

    fn take(&mut self, key: &Key) -> bool {
        take(&mut self.left, key)
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

/// The fixes whose checks became undecided, by rule and subject: what cannot be decided is not fixed. A finding that some choice brings may
/// hide that another choice is undecided, so it proves nothing.
///
/// A finding that is not fixed, and is undecided now, is the work of some fix of its rule.
fn undecided(before: &FileReport, made: &[(usize, &Finding)], after: &FileReport) -> BTreeSet<usize> {
    let mut more: HashMap<(&str, &str), isize> = HashMap::new();
    for (report, sign) in [(before, -1), (after, 1)] {
        for (rule, subject) in &report.undecided {
            *more.entry((&**rule, subject)).or_default() += sign;
        }
    }
    more.retain(|_, number| *number > 0);
    if more.is_empty() {
        return BTreeSet::new();
    }
    let of = |finding: &Finding| (Arc::clone(&finding.rule), finding.subject.qualified_name());
    let fixed: BTreeSet<Group> = made.iter().map(|(_, finding)| of(finding)).collect();
    let hidden: BTreeSet<Arc<str>> = violations(before)
        .map(of)
        .filter(|(rule, subject)| more.contains_key(&(&**rule, &**subject)))
        .filter(|group| !fixed.contains(group))
        .map(|(rule, _)| rule)
        .collect();
    let is_open = |finding: &Finding| {
        let (rule, subject) = of(finding);
        more.contains_key(&(&*rule, &*subject)) && finding.when.is_none() || hidden.contains(&rule)
    };
    made.iter().filter(|(_, finding)| is_open(finding)).map(|(index, _)| *index).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::code::Code;
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

    fn verdict(
        before: &FileReport,
        made: &[(usize, &Finding)],
        added: &BTreeSet<String>,
        after: &FileReport,
    ) -> Verdict {
        super::verdict(before, &Done { findings: made, added: added.clone(), shifts: false }, after)
    }

    /// What is said if the first finding was fixed.
    fn said(before: &[&str], after: &[&str]) -> Verdict {
        let (before, after) = (report(before), report(after));
        verdict(&before, &[(0, &before.findings[0])], &BTreeSet::from(["Resources/Added".to_owned()]), &after)
    }

    fn still(fixes: &[usize], findings: &[usize]) -> Verdict {
        let fixes = fixes.iter().copied().collect();
        Verdict::StillThere(Still { fixes, findings: findings.to_vec() })
    }

    #[test]
    fn fixed_findings_are_gone_and_none_is_new() {
        assert_eq!(said(&["Resources/A", "Resources/B"], &["Resources/B"]), Verdict::Good);
        assert_eq!(said(&["Resources/A"], &[]), Verdict::Good);
        assert_eq!(said(&["Resources/A"], &["Resources/A"]), still(&[0], &[0]));
        assert_eq!(said(&["Resources/A/x", "Resources/A/x"], &["Resources/A/x", "Resources/A/x"]), still(&[0], &[1]));
        assert_eq!(said(&["Resources/A/x", "Resources/A/x"], &["Resources/A/x"]), Verdict::Good);
        let new = |name: &str, index: usize| {
            let subjects = BTreeSet::from([format!("Resources/{name}")]);
            Verdict::New(New { subjects, findings: vec![index], uncovers: false })
        };
        assert_eq!(said(&["Resources/A"], &["Resources/C"]), new("C", 0));
        assert_eq!(said(&["Resources/A"], &["other:Resources/A"]), new("A", 0));
        assert_eq!(said(&["Resources/A", "Resources/B/x"], &["Resources/B/x", "Resources/B/y"]), new("B", 1));
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
        // What a fix moves into a resource that it adds is not new, as long as it is not more.
        let inline = ["Resources/A/Policies/0", "other:Resources/A/Policies/0/Action"];
        assert_eq!(said(&inline, &["other:Resources/Added/Action"]), Verdict::Good);
        assert!(matches!(said(&inline, &["other:Resources/Added/Action", "other:Resources/Added/x"]), Verdict::New(_)));
        assert!(matches!(said(&inline, &["other:Resources/B/Action"]), Verdict::New(_)));
        // A fixed finding that only moved is still there.
        assert_eq!(said(&["Resources/A"], &["Resources/A/x"]), still(&[0], &[0]));
        // The same at another item is new, unless items have other numbers now.
        let items = ["Resources/A/x/0/y", "Resources/A/x/2/y"];
        assert_eq!(said(&items, &items), still(&[0], &[1]));
        assert!(matches!(said(&items, &["Resources/A/x/1/y", "Resources/A/x/2/y"]), Verdict::New(_)));
        let (before, after) = (report(&items), report(&["Resources/A/x/1/y", "Resources/A/x/2/y"]));
        let made = [(0, &before.findings[0])];
        let done = Done { findings: &made, added: BTreeSet::new(), shifts: true };
        assert_eq!(super::verdict(&before, &done, &after), still(&[0], &[1]));
    }

    #[test]
    fn a_reference_to_what_is_not_always_there_is_in_the_way() {
        let missing = |places: &[&str], names: &[[&str; 2]]| FileReport {
            missing: names.iter().map(|names| names.map(str::to_owned)).collect(),
            ..report(places)
        };
        let before = missing(&["Resources/A"], &[["A", "B"]]);
        let (made, none) = ([(0, &before.findings[0])], BTreeSet::new());
        assert_eq!(verdict(&before, &made, &none, &missing(&[], &[["A", "B"]])), Verdict::Good);
        let subjects = BTreeSet::from(["Resources/A".to_owned(), "Resources/C".to_owned()]);
        let new = Verdict::New(New { subjects, findings: Vec::new(), uncovers: false });
        assert_eq!(verdict(&before, &made, &none, &missing(&[], &[["A", "B"], ["A", "C"]])), new);
    }

    #[test]
    fn what_is_covered_makes_way_for_nothing_that_counts() {
        let covered = |places: &[&str], of: &[&str]| {
            let baseline = Some(crate::finding::BaselineState::Unchanged);
            let covered = report(of).findings.into_iter().map(|finding| Finding { baseline, ..finding });
            FileReport { suppressed: covered.collect(), ..report(places) }
        };
        let before = covered(&["Resources/A"], &["other:Resources/A/Policies/0"]);
        let made = [(0, &before.findings[0])];
        let added = BTreeSet::from(["Resources/Added".to_owned()]);
        let said = |after: &FileReport| verdict(&before, &made, &added, after);
        assert_eq!(said(&covered(&[], &["other:Resources/A/Policies/0"])), Verdict::Good);
        assert_eq!(said(&covered(&[], &["other:Resources/Added/x"])), Verdict::Good);
        for counts in ["other:Resources/Added/x", "other:Resources/A/Policies/0"] {
            assert!(matches!(said(&report(&[counts])), Verdict::New(New { uncovers: true, .. })), "{counts}");
        }
    }

    #[test]
    fn an_error_or_doubt_is_no_proof() {
        let before = report(&["Resources/A"]);
        let (made, none) = ([(0, &before.findings[0])], BTreeSet::new());
        assert_eq!(verdict(&before, &made, &none, &FileReport::default()), Verdict::Broken);
        let error = Diagnostic::error(Code::SyntaxError, "it is broken");
        let broken = FileReport { diagnostics: vec![error.clone()], ..report(&[]) };
        assert_eq!(verdict(&before, &made, &none, &broken), Verdict::Broken);
        let noted = FileReport { diagnostics: vec![Diagnostic::note(Code::OddSection, "odd")], ..report(&[]) };
        assert_eq!(verdict(&before, &made, &none, &noted), Verdict::Good);
        let open = |rule: &str, subject: &str, places: &[&str]| FileReport {
            undecided: vec![(Arc::from(rule), subject.to_owned())],
            ..report(places)
        };
        let still = still(&[0], &[]);
        assert_eq!(verdict(&before, &made, &none, &open("r", "Resources/A", &[])), still);
        let mut choice = before.findings[0].clone();
        choice.when = Some("when Env is dev".to_owned());
        assert_eq!(verdict(&before, &[(0, &choice)], &none, &open("r", "Resources/A", &[])), Verdict::Good);
        // Another rule, and another resource.
        assert_eq!(verdict(&before, &made, &none, &open("s", "Resources/A", &[])), Verdict::Good);
        assert_eq!(verdict(&before, &made, &none, &open("r", "Resources/B", &[])), Verdict::Good);
        // Two fixes: only one of them leads to doubt.
        let both = report(&["Resources/A", "Resources/B"]);
        let made_both = [(0, &both.findings[0]), (1, &both.findings[1])];
        let second = Verdict::StillThere(Still { fixes: BTreeSet::from([1]), findings: Vec::new() });
        assert_eq!(verdict(&both, &made_both, &none, &open("r", "Resources/B", &[])), second);
        // What was undecided before is no news; a finding that is hidden by doubt is.
        let doubted = open("r", "Resources/A", &["Resources/A"]);
        let made_doubted = [(0, &doubted.findings[0])];
        assert_eq!(verdict(&doubted, &made_doubted, &none, &open("r", "Resources/A", &[])), Verdict::Good);
        assert_eq!(verdict(&both, &[(0, &both.findings[0])], &none, &open("r", "Resources/B", &[])), still);
    }
}
