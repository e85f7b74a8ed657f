//! Runs a rule's examples and complains where they do not come out as marked.

use hipaalint::finding::Outcome;
use hipaalint::linter::{FileReport, Keep, Linter, Override};
use hipaalint::rules::load::{RuleEntry, RuleSet, unmark};
use hipaalint::rules::operand::{Operand, Settings};
use hipaalint::rules::rule::Example;
use hipaalint::source::{Source, SourceId};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Runs the examples of a rule of the set that `load` makes, one after another: what each that does not come out as marked
/// has to complain of.
pub fn complaints(load: impl Fn() -> RuleSet, entry: &RuleEntry) -> impl Iterator<Item = String> {
    let examples = entry.examples();
    let id = entry.meta.id.clone();
    let unpinned = linter(load(), &id, &BTreeMap::new(), Settings::new());
    let in_profile = |linter: Linter, example: &Example| match &example.profile {
        Some(profile) => linter.in_profile(profile),
        None => linter,
    };
    let all = [
        (examples.pass, Some(Outcome::Pass)),
        (examples.fail, Some(Outcome::Fail)),
        (examples.undecided, Some(Outcome::Undecided)),
        (examples.passed_over, None),
    ];
    let all = all.into_iter().flat_map(|(list, wanted)| list.into_iter().map(move |example| (example, wanted)));
    all.filter_map(move |(example, wanted)| {
        let is_plain = example.parameters.is_empty() && example.settings.is_empty() && example.profile.is_none();
        let complaints = if is_plain {
            check(&unpinned, &id, &example, wanted)
        } else {
            let own = linter(load(), &id, &example.parameters, settings(&example));
            check(&in_profile(own, &example), &id, &example, wanted)
        };
        (!complaints.is_empty()).then_some(complaints)
    })
}

/// The values that an example gives to the rule's parameters.
fn settings(example: &Example) -> Settings {
    let texts = |operand: &Operand| operand.texts(&Settings::new()).into_owned();
    example.settings.iter().map(|(name, operand)| (name.clone(), texts(operand))).collect()
}

/// A linter with one rule. Whether an exception holds shows only where the rule that it waives runs too: a rule about exceptions
/// is tried with all others.
fn linter(rules: RuleSet, id: &str, pinned: &BTreeMap<String, String>, settings: Settings) -> Linter {
    let keep = Keep { undecided: true, passed: false };
    let needs_others = rules.get(id).unwrap().is_about_exceptions();
    let selects = |entry: &RuleEntry| needs_others || entry.meta.id == id;
    let overrides = BTreeMap::from([(id.to_owned(), Override { level: None, settings })]);
    Linter::new(rules, selects, &overrides, pinned.clone(), keep).unwrap().on(TODAY.parse().unwrap())
}

/// The day on which examples are tried.
const TODAY: &str = "2026-01-01";

/// What one rule says of a template.
pub fn findings(rules: RuleSet, id: &str, text: &str, pinned: &BTreeMap<String, String>) -> FileReport {
    let mut report =
        linter(rules, id, pinned, Settings::new()).lint(&Source::new(SourceId(0), "example", text.to_owned()));
    report.findings.retain(|finding| &*finding.rule == id);
    report
}

/// Lints an example; complains about every difference from its marks. None is wanted where the rule should look at nothing.
fn check(linter: &Linter, id: &str, example: &Example, wanted: Option<Outcome>) -> String {
    let mut complaints = String::new();
    let (text, marks) = unmark(example);
    let source = Source::new(SourceId(0), "example", text.clone());
    let mut report = linter.lint(&source);
    report.findings.retain(|finding| &*finding.rule == id);
    let mut complain = |message: String| writeln!(complaints, "{id}, example `{}`: {message}", example.name).unwrap();
    if !report.is_template || !report.diagnostics.is_empty() || !report.refused.is_empty() {
        complain(format!("is no clean template: {:?} {:?}\n{text}", report.diagnostics, report.refused));
        return complaints;
    }
    let failing: Vec<_> = report.findings.iter().filter(|finding| finding.outcome == Outcome::Fail).collect();
    let undecided = report.findings.iter().any(|finding| finding.outcome == Outcome::Undecided);
    let shown = || {
        report.findings.iter().fold(String::new(), |mut all, finding| {
            let line = source.position(finding.span.start).line;
            write!(
                all,
                "\n    line {line}, {:?} {:?}, {}: {} {:?}",
                finding.outcome, finding.level, finding.path, finding.message, finding.when
            )
            .unwrap();
            all
        })
    };
    match wanted {
        Some(Outcome::Pass) if !report.findings.is_empty() => complain(format!("should pass:{}", shown())),
        Some(Outcome::Pass) if report.counts.passed == 0 => {
            complain("should pass, but the rule looked at nothing".to_owned())
        }
        Some(Outcome::Undecided) if !undecided || !failing.is_empty() => {
            complain(format!("should be undecided:{}", shown()))
        }
        None if !report.findings.is_empty() || report.counts.passed > 0 => {
            complain(format!("should be passed over:{}", shown()))
        }
        Some(Outcome::Fail) => {
            if marks.is_empty() {
                complain("should fail, but no line is marked `# finding`".to_owned());
            }
            let mut found: Vec<usize> =
                failing.iter().map(|finding| source.position(finding.span.start).line).collect();
            let mut expected: Vec<usize> = marks.iter().map(|mark| mark.line).collect();
            found.sort_unstable();
            expected.sort_unstable();
            if found != expected {
                complain(format!("findings on lines {found:?}, marked {expected:?}:{}", shown()));
                return complaints;
            }
            for mark in &marks {
                let on_line: Vec<_> =
                    failing.iter().filter(|finding| source.position(finding.span.start).line == mark.line).collect();
                let words = mark.words.as_deref().unwrap_or("");
                if !on_line.iter().any(|finding| finding.message.contains(words)) {
                    complain(format!("no finding on line {} says `{words}`:{}", mark.line, shown()));
                }
                if let Some(level) = &mark.level
                    && !on_line.iter().any(|finding| finding.level.name() == level)
                {
                    complain(format!("no finding on line {} has level {level}:{}", mark.line, shown()));
                }
            }
            for finding in &failing {
                if finding.message.contains(['{', '}'])
                    && !finding.message.contains("${")
                    && !finding.message.contains("{{")
                {
                    complain(format!("a placeholder was not filled: {}", finding.message));
                }
            }
        }
        _ => {}
    }
    complaints
}
