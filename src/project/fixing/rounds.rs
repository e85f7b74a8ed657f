//! Rounds of edits of one text, until nothing changes. What does not stand the proof is taken back: first what is suspected, then by
//! halves.
//!
//! What one pass took back, the next one tries once more in the new text, until a pass changes nothing: a second run is such a pass.

mod blame;
mod follow;

use super::super::File;
use super::fates::{Fate, Fates, Known, can_be_made};
use super::plan::{Editor, Plan, added_by, plan, within_limits};
use super::proof::{Done, Still, Verdict, verdict};
use super::{Choice, Fixed, Fixer, Note, Proposal, Settled, Texts};
use crate::change::{Action, Step};
use crate::discover::{Candidate, Input};
use crate::finding::{Finding, Fix, Unfixed};
use crate::linter::FileReport;
use crate::source::SourceId;
use blame::suspects;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The number of times that one text is linted again in one pass: at least, at most, and how many bytes of text.
const LINTS: (usize, usize) = (64, 512);
const MAX_LINTED: usize = 16 << 20;
/// Passes over one text. Each of them fixes something.
const MAX_PASSES: usize = 8;

/// A text to fix.
pub(in crate::project) struct Text<'t> {
    pub(in crate::project) candidate: &'t Candidate,
    pub(in crate::project) id: SourceId,
    pub(in crate::project) text: String,
    /// Whether it may be changed. Otherwise, its findings are only counted.
    pub(in crate::project) is_named: bool,
    /// Lints another text in its place.
    pub(in crate::project) lint: &'t dyn Fn(&str) -> Option<File>,
    /// Whether nobody waits for the result any more.
    pub(in crate::project) is_stopped: &'t dyn Fn() -> bool,
    pub(in crate::project) editor: &'t Editor<'t>,
}

/// Fixes a text with this result. Returns the result for reports.
pub(in crate::project) fn fix(text: Text<'_>, first: File, fixer: &dyn Fixer) -> (File, Fixed) {
    let Text { candidate, id, is_named, .. } = text;
    let is_input = candidate.input == Input::StandardInput;
    let mut rounds = Rounds {
        text: &text,
        fixer,
        now: text.text.clone(),
        fates: Fates::default(),
        made: BTreeMap::new(),
        notes: Vec::new(),
        new: BTreeSet::new(),
        lints: 0,
        waiting: Vec::new(),
        wrong: 0,
    };
    let mut current: Option<File> = None;
    let mut first = first;
    let kept = fixer.keeps(candidate).or_else(|| (!is_named).then_some(Unfixed::NotNamed));
    if let File::Linted(linted) = &mut first {
        rounds.mark(&mut linted.report);
        let is_shown = kept.is_none() || is_named && fixer.shows_kept();
        if is_shown && linted.report.is_template {
            current = rounds.run(&linted.report);
        }
    }
    let Rounds { now, fates, made, notes, .. } = rounds;
    let hidden = |file: &File| match file {
        File::Linted(linted) => linted.report.hidden.clone(),
        _ => Vec::new(),
    };
    let texts = |after: String| Texts { before: text.text.clone(), after, hidden: hidden(&first) };
    let mut fixed = Fixed { fixed: made, notes, ..Fixed::default() };
    let Some(last) = current else {
        fixed.count_left(&first, id, fixer, kept, &|finding, fix| fates.of(finding, fix));
        fixed.texts = is_input.then(|| Box::new(texts(text.text.clone())));
        return (first, fixed);
    };
    match fixer.settle(candidate, &text.text, &now) {
        Settled::Failed(problem) => {
            let mut failed = Fixed { problem: Some(problem), ..Fixed::default() };
            let fate = |finding: &Finding, fix: &Fix| fates.known(finding, fix).unwrap_or(Unfixed::NotWritten);
            failed.count_left(&first, id, fixer, None, &fate);
            (first, failed)
        }
        // A run that makes fixes makes none here, so none counts.
        _ if kept.is_some() => {
            let notes = std::mem::take(&mut fixed.notes);
            let mut shown = Fixed { notes, texts: Some(Box::new(texts(now))), ..Fixed::default() };
            shown.count_left(&first, id, fixer, kept, &|finding, fix| fates.of(finding, fix));
            (first, shown)
        }
        place => {
            fixed.count_left(&last, id, fixer, None, &|finding, fix| fates.of(finding, fix));
            let is_aside = place == Settled::Aside;
            fixed.texts = (is_aside || is_input).then(|| Box::new(texts(now)));
            (if is_aside { first } else { last }, fixed)
        }
    }
}

struct Rounds<'r, 't> {
    text: &'r Text<'t>,
    fixer: &'r dyn Fixer,
    /// The text so far.
    now: String,
    fates: Fates,
    /// The fixed findings, by rule.
    made: BTreeMap<Arc<str>, usize>,
    /// What fixes do that are not safe.
    notes: Vec<Note>,
    /// What fixes added.
    new: BTreeSet<String>,
    /// Of this pass.
    lints: usize,
    /// Parts of what did not stand the proof together, each to be tried on its own. The last is next.
    waiting: Vec<Vec<Known>>,
    /// The fixes that were found to be wrong in this pass.
    wrong: usize,
}

impl Rounds<'_, '_> {
    /// Marks the findings that a baseline has.
    fn mark(&self, report: &mut FileReport) {
        let Text { candidate, id, .. } = self.text;
        self.fixer.mark(candidate, report, &super::super::source_of(candidate, *id, Arc::default()));
    }

    /// Fixes until nothing changes. Returns the result for the last text, if it is another one.
    fn run(&mut self, first: &FileReport) -> Option<File> {
        let mut last: Option<File> = None;
        for _ in 0..MAX_PASSES {
            let file = self.pass(report_of(&last, first)?);
            let Some(file) = file else { break };
            last = Some(file);
            let is_done = !self.fates.has_tried() && !self.is_over();
            // Nobody answers twice.
            if is_done || self.fixer.asks() || (self.text.is_stopped)() {
                break;
            }
            self.fates.retry();
        }
        // Why the rest is left, the last pass knows.
        last
    }

    /// Fixes as much as it can. Returns the result for the last text, if it is another one.
    fn pass(&mut self, first: &FileReport) -> Option<File> {
        let mut last: Option<File> = None;
        (self.lints, self.wrong) = (0, 0);
        self.waiting.clear();
        while !self.is_over() {
            let Some(report) = report_of(&last, first) else { break };
            let mut wanted: Vec<(&Finding, Arc<Fix>)> = self.wanted(report);
            if let Some(part) = self.waiting.pop() {
                wanted.retain(|one| part.iter().any(|known| known.is(one)));
                if wanted.is_empty() {
                    continue;
                }
            }
            if wanted.is_empty() {
                break;
            }
            if let Some(file) = self.round(report, &wanted) {
                last = Some(file);
            }
        }
        last
    }

    /// Whether nothing more may be tried in this pass.
    fn is_over(&self) -> bool {
        let (least, most) = LINTS;
        let lints = MAX_LINTED.checked_div(self.text.text.len()).unwrap_or(most);
        self.lints >= lints.clamp(least, most) || (self.text.is_stopped)()
    }

    /// The findings that are to be fixed.
    fn wanted<'f>(&mut self, report: &'f FileReport) -> Vec<(&'f Finding, Arc<Fix>)> {
        let now = std::mem::take(&mut self.now);
        let wanted = report.findings.iter().filter_map(|finding| Some((finding, self.fix_of(finding, &now, report)?)));
        let wanted = wanted.collect();
        self.now = now;
        wanted
    }

    /// The fix of a finding in a text, if it is to be made.
    fn fix_of(&mut self, finding: &Finding, text: &str, report: &FileReport) -> Option<Arc<Fix>> {
        if !finding.counts() || finding.span.source != self.text.id {
            return None;
        }
        let fix = finding.fix.as_ref().filter(|fix| can_be_made(fix))?;
        if self.fixer.choice(finding, fix) != Choice::Wanted {
            return None;
        }
        let is_wanted = match self.fates.get(finding, fix) {
            Some(Fate::Left(_)) => false,
            Some(Fate::Agreed) => true,
            None => !self.fixer.asks() || self.is_agreed(finding, fix, text, report),
        };
        is_wanted.then(|| Arc::clone(fix))
    }

    /// Asks a person about a fix.
    fn is_agreed(&mut self, finding: &Finding, fix: &Fix, text: &str, report: &FileReport) -> bool {
        let Plan { text: after, made, .. } = plan(text, &[(0, fix)], self.text.editor);
        if made.is_empty() {
            self.fates.set(finding, fix, Fate::Left(Unfixed::Place));
            return false;
        }
        let texts = Texts { before: text.to_owned(), after, hidden: report.hidden.clone() };
        let proposal = Proposal { name: self.text.candidate.name(), finding, fix, texts: &texts };
        let agreed = self.fixer.agrees(&proposal);
        self.fates.set(finding, fix, agreed.map_or_else(Fate::Left, |()| Fate::Agreed));
        agreed.is_ok()
    }

    /// Makes as many of the fixes as stand the proof together. Returns the result for the new text, if there is one.
    fn round(&mut self, report: &FileReport, wanted: &[(&Finding, Arc<Fix>)]) -> Option<File> {
        let mut tried: Vec<usize> = (0..wanted.len()).collect();
        while !tried.is_empty() && !self.is_over() {
            let fixes: Vec<(usize, &Fix)> =
                tried.iter().filter_map(|index| Some((*index, &*wanted.get(*index)?.1))).collect();
            // What is too much now is only shown in the next round.
            let fixes = within_limits(report, fixes);
            let Plan { text, made, refused, .. } = plan(&self.now, &fixes, self.text.editor);
            self.leave(&refused, wanted, Unfixed::Place);
            let findings: Vec<(usize, &Finding)> =
                made.iter().filter_map(|index| Some((*index, wanted.get(*index)?.0))).collect();
            if made.is_empty() {
                // Something must become of each round.
                self.leave(tried.iter().filter(|_| refused.is_empty()), wanted, Unfixed::Place);
                break;
            }
            let done = Done { findings: &findings, added: added(&made, wanted), shifts: shifts(&made, wanted) };
            let (file, verdict) = self.tried(&text, report, &done);
            let (file, text, verdict, mut more) = self.followed(text, file, verdict, report, &done, wanted);
            tried = match verdict {
                Verdict::Good => {
                    let (file, text) = self.opened(file, text, report, &done, wanted, &mut more);
                    self.now = text;
                    for (_, finding) in &findings {
                        *self.made.entry(Arc::clone(&finding.rule)).or_default() += 1;
                    }
                    let own = made.iter().filter_map(|index| wanted.get(*index));
                    let is_new = |finding: &Finding| self.new.contains(&finding.subject.qualified_name());
                    let note = |(finding, fix): &(&Finding, Arc<Fix>)| Note::of(finding, fix, is_new(finding));
                    self.notes.extend(own.filter_map(note).chain(more));
                    self.new.extend(done.added);
                    return file;
                }
                Verdict::StillThere(Still { fixes, .. }) => {
                    self.leave(&fixes, wanted, Unfixed::TakenBack);
                    made.into_iter().filter(|index| !fixes.contains(index)).collect()
                }
                Verdict::New(new) => {
                    let left = if new.uncovers { Unfixed::Uncovers } else { Unfixed::TakenBack };
                    self.without(&suspects(&new.subjects, &findings, wanted), made, wanted, left)
                }
                Verdict::Broken => self.without(&BTreeSet::new(), made, wanted, Unfixed::TakenBack),
            };
        }
        None
    }

    /// Lints a text in which these findings are fixed.
    fn tried(&mut self, text: &str, report: &FileReport, done: &Done<'_>) -> (Option<File>, Verdict) {
        self.lints += 1;
        match (text != self.now).then(|| (self.text.lint)(text)).flatten() {
            Some(File::Linted(mut linted)) => {
                self.mark(&mut linted.report);
                let verdict = verdict(report, done, &linted.report);
                (Some(File::Linted(linted)), verdict)
            }
            _ => (None, Verdict::Broken),
        }
    }

    fn leave<'i>(
        &mut self,
        fixes: impl IntoIterator<Item = &'i usize>,
        wanted: &[(&Finding, Arc<Fix>)],
        left: Unfixed,
    ) {
        for (finding, fix) in fixes.into_iter().filter_map(|index| wanted.get(*index)) {
            self.fates.set(finding, fix, Fate::Left(left));
        }
    }
}

/// The names of the resources that some fixes add.
fn added(made: &[usize], wanted: &[(&Finding, Arc<Fix>)]) -> BTreeSet<String> {
    let changes = made.iter().filter_map(|index| wanted.get(*index)).flat_map(|(_, fix)| &fix.changes);
    changes.filter_map(added_by).collect()
}

/// Whether some fixes change the numbers of the items behind those that they change.
fn shifts(made: &[usize], wanted: &[(&Finding, Arc<Fix>)]) -> bool {
    let mut changes = made.iter().filter_map(|index| wanted.get(*index)).flat_map(|(_, fix)| &fix.changes);
    changes.any(|change| change.action == Action::Remove && matches!(change.path.last(), Some(Step::Index(_))))
}

/// The report of the last text, or else of the first.
fn report_of<'r>(last: &'r Option<File>, first: &'r FileReport) -> Option<&'r FileReport> {
    match last {
        Some(File::Linted(linted)) => Some(&linted.report),
        Some(_) => None,
        None => Some(first),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::{All, Rule, fixed, good};
    use super::*;

    const WRITES: All = All { place: Settled::InPlace, asks: false, keeps: None };

    fn numbers<K: std::fmt::Debug>(map: &BTreeMap<K, usize>) -> String {
        map.iter().map(|(key, number)| format!("{key:?} {number}")).collect::<Vec<_>>().join(", ").replace('"', "")
    }

    #[test]
    fn everything_that_can_be_fixed_is_fixed_in_one_round() {
        let rules = [
            good("a", &[("x", "1")]),
            good("b", &[("y", "2")]),
            // The same change for another rule.
            good("c", &[("x", "1")]),
            good("d-unsafe", &[("z", "3")]),
            Rule { id: "e", name: "w", wanted: "4", fix: &[] },
            good("f", &[("&v", "5")]),
        ];
        let (text, result, lints) = fixed("x=0\ny=0\nz=0\nw=0\n&v=0\n", &rules, &WRITES);
        assert_eq!(text, "&v=0\nw=0\nx=1\ny=2\nz=0\n");
        assert_eq!(numbers(&result.fixed), "a 1, b 1, c 1");
        assert_eq!(numbers(&result.left), "Unsafe 1, NoFix 1, Place 1");
        assert_eq!((lints, result.texts, result.problem), (1, None, None));
        let (again, second, lints) = fixed(&text, &rules, &WRITES);
        assert_eq!((again, numbers(&second.fixed), lints), (text, String::new(), 0));
    }

    #[test]
    fn a_conflict_waits_for_the_next_round() {
        // Both are content with 2, which the second sets only after the first has set 1.
        let rules = [
            good("a", &[("x", "1")]),
            Rule { id: "b", name: "y", wanted: "2", fix: &[("y", "2"), ("z", "9")] },
            Rule { id: "c", name: "z", wanted: "9", fix: &[("z", "9"), ("y", "3")] },
        ];
        let (text, result, lints) = fixed("x=0\ny=0\nz=0\n", &rules, &WRITES);
        assert_eq!((text.as_str(), numbers(&result.fixed).as_str(), lints), ("x=1\ny=2\nz=9\n", "a 1, b 1", 1));
        assert!(result.left.is_empty(), "what another fix has fixed is gone");
        let rules =
            [good("a", &[("x", "1")]), Rule { id: "b", name: "y", wanted: "2", fix: &[("x", "2"), ("y", "2")] }];
        let (text, result, _) = fixed("x=0\ny=0\n", &rules, &WRITES);
        assert_eq!((text.as_str(), numbers(&result.fixed).as_str()), ("x=1\ny=2\n", "a 1, b 1"));
        assert!(result.left.is_empty(), "what the second brings back is fixed again");
    }

    #[test]
    fn what_does_not_help_is_taken_back_and_the_rest_stays() {
        let useless = Rule { id: "useless", name: "u", wanted: "1", fix: &[("u", "0x")] };
        let mut rules = vec![useless];
        rules.extend([good("a", &[("x", "1")]), good("b", &[("y", "2")]), good("c", &[("z", "3")])]);
        let (text, result, lints) = fixed("u=0\nx=0\ny=0\nz=0\n", &rules, &WRITES);
        assert_eq!(text, "u=0\nx=1\ny=2\nz=3\n");
        assert_eq!(
            (numbers(&result.fixed).as_str(), numbers(&result.taken_back).as_str()),
            ("a 1, b 1, c 1", "useless 1")
        );
        // Once with it, once without it, and once alone in the new text.
        assert_eq!(lints, 3);
    }

    #[test]
    fn new_findings_and_broken_texts_are_searched_for_by_halves() {
        // `bad` fixes its finding and breaks another rule about another name; `worse` breaks the text.
        let rules = [
            good("a", &[("x", "1")]),
            good("b", &[("y", "2")]),
            Rule { id: "bad", name: "p", wanted: "1", fix: &[("p", "1"), ("q", "wrong")] },
            Rule { id: "quiet", name: "q", wanted: "right", fix: &[] },
            Rule { id: "worse", name: "r", wanted: "broken", fix: &[("r", "broken")] },
            good("z", &[("z", "3")]),
        ];
        let (text, result, lints) = fixed("p=0\nq=right\nr=0\nx=0\ny=0\nz=0\n", &rules, &WRITES);
        assert_eq!(text, "p=0\nq=right\nr=0\nx=1\ny=2\nz=3\n");
        assert_eq!(numbers(&result.fixed), "a 1, b 1, z 1");
        assert_eq!(numbers(&result.taken_back), "bad 1, worse 1");
        assert!(lints <= 12, "{lints}");
    }

    #[test]
    fn what_a_fix_brings_is_fixed_with_it() {
        // `key` looks at what is encrypted only.
        let key = |fix| Rule { id: "key", name: "key", wanted: "own", fix };
        let encrypted = Rule { id: "encrypted", name: "on", wanted: "yes", fix: &[("on", "yes"), ("key", "none")] };
        let rules = [encrypted, key(&[("key", "own")]), good("a", &[("x", "1")])];
        let (text, result, lints) = fixed("on=no\nx=0\n", &rules, &WRITES);
        assert_eq!((text.as_str(), lints), ("key=own\non=yes\nx=1\n", 2));
        assert_eq!(numbers(&result.fixed), "a 1, encrypted 1");
        let (text, result, _) = fixed("on=no\nx=0\n", &[encrypted, key(&[]), good("a", &[("x", "1")])], &WRITES);
        assert_eq!((text.as_str(), numbers(&result.left).as_str()), ("on=no\nx=1\n", "TakenBack 1"));
    }

    #[test]
    fn rounds_end() {
        // Each fix is content only until the next one is made.
        let circle = [good("a", &[("x", "1")]), good("b", &[("x", "2")])];
        let (text, result, lints) = fixed("x=0\n", &circle, &WRITES);
        assert_eq!((text.as_str(), numbers(&result.left).as_str()), ("x=1\n", "TakenBack 1"));
        assert!(lints <= 3, "{lints}");
        // Many fixes that all break something.
        let many: Vec<(&'static str, &'static str)> =
            (0..100).map(|number| (&*Box::leak(format!("n{number}").into_boxed_str()), "broken")).collect();
        let many: &'static [(&'static str, &'static str)] = Vec::leak(many);
        let rules: Vec<Rule> = many.chunks_exact(1).map(|fix| good("worse", fix.try_into().unwrap())).collect();
        let text: String = many.iter().map(|(name, _)| format!("{name}=0\n")).collect();
        let (after, result, lints) = fixed(&text, &rules, &WRITES);
        assert_eq!((after == text, result.fixed.is_empty()), (true, true));
        assert!(lints < 250, "{lints}");
        assert_eq!(numbers(&result.left), "TakenBack 100");
        // More than can be tried, which is said.
        let (after, result, lints) = fixed(&text.replace("=0", &format!("={}", "0".repeat(4096))), &rules, &WRITES);
        assert!(!after.contains("broken") && result.fixed.is_empty());
        assert_eq!(lints, LINTS.0);
        let left = |reason| result.left.get(&reason).copied().unwrap_or_default();
        assert!(left(Unfixed::TakenBack) > 20 && left(Unfixed::NotTried) > 20, "{:?}", result.left);
        assert_eq!(left(Unfixed::TakenBack) + left(Unfixed::NotTried), 100);
    }

    #[test]
    fn what_was_taken_back_is_tried_once_more_in_the_new_text() {
        // `late` breaks the text until `early` is fixed, which waits for another round.
        let rules = [
            good("a", &[("x", "1")]),
            Rule { id: "early", name: "y", wanted: "2", fix: &[("x", "2"), ("y", "2")] },
            Rule { id: "late", name: "z", wanted: "1", fix: &[("z", "1"), ("u", "wrong")] },
            Rule { id: "quiet", name: "u", wanted: "right", fix: &[] },
        ];
        let text = "u=right\nx=0\ny=0\nz=0\n";
        let (after, result, _) = fixed(text, &rules, &WRITES);
        assert_eq!(after, "u=right\nx=1\ny=2\nz=0\n");
        let (again, second, _) = fixed(&after, &rules, &WRITES);
        assert_eq!((again, second.fixed.len()), (after, 0));
        assert_eq!(numbers(&second.left), numbers(&result.left));
    }

    #[test]
    fn what_is_not_written_is_not_reported_as_fixed() {
        let rules = [good("a", &[("x", "1")])];
        let (text, result, _) = fixed("x=0\n", &rules, &All { place: Settled::Aside, asks: false, keeps: None });
        let texts = result.texts.unwrap();
        assert_eq!((text.as_str(), texts.before.as_str(), texts.after.as_str()), ("x=0\n", "x=0\n", "x=1\n"));
        assert_eq!(numbers(&result.fixed), "a 1");
        let problem = Box::new(crate::finding::Diagnostic::error(crate::code::Code::FileNotWritten, "it changed"));
        let failed = All { place: Settled::Failed(problem), asks: false, keeps: None };
        let (text, result, _) = fixed("x=0\n", &rules, &failed);
        assert_eq!((text.as_str(), numbers(&result.left).as_str()), ("x=0\n", "NotWritten 1"));
        assert!(result.fixed.is_empty() && result.problem.is_some());
    }

    #[test]
    fn what_is_kept_is_counted_with_its_reason() {
        let rules = [
            good("a", &[("x", "1")]),
            good("b-unsafe", &[("y", "2")]),
            Rule { id: "c", name: "z", wanted: "3", fix: &[] },
        ];
        let keeps = All { place: Settled::InPlace, asks: true, keeps: Some(Unfixed::Generated) };
        let (text, result, lints) = fixed("x=0\ny=0\nz=0\n", &rules, &keeps);
        // Nobody is asked, and --unsafe-fixes would not help.
        assert_eq!((text.as_str(), lints, result.texts), ("x=0\ny=0\nz=0\n", 0, None));
        assert_eq!((numbers(&result.fixed).as_str(), numbers(&result.left).as_str()), ("", "NoFix 1, Generated 2"));
    }

    #[test]
    fn a_person_is_asked_once_about_each_fix() {
        let rules = [good("a", &[("x", "1")]), good("no-thanks", &[("y", "2")])];
        let (text, result, _) = fixed("x=0\ny=0\n", &rules, &All { place: Settled::InPlace, asks: true, keeps: None });
        assert_eq!((text.as_str(), numbers(&result.left).as_str()), ("x=1\ny=0\n", "Declined 1"));
    }
}
