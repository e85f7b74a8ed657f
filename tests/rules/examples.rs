//! Runs a rule's examples and complains where they do not come out as marked.

use hipaalint::finding::Outcome;
use hipaalint::linter::{FileReport, Keep, Linter};
use hipaalint::rules::load::{RuleEntry, RuleSet, unmark};
use hipaalint::rules::rule::Example;
use hipaalint::source::{Source, SourceId};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Runs all examples of a rule of the set that `load` makes.
pub fn check_all(load: &dyn Fn() -> RuleSet, entry: &RuleEntry, complaints: &mut String) {
    let examples = entry.examples();
    for (list, wanted) in
        [(&examples.pass, Outcome::Pass), (&examples.fail, Outcome::Fail), (&examples.undecided, Outcome::Undecided)]
    {
        for example in list {
            check(load(), &entry.meta.id, example, wanted, complaints);
        }
    }
}

/// The day on which examples are tried.
const TODAY: &str = "2026-01-01";

/// What one rule says of a template. Whether an exception holds shows only where the rule that it waives runs too: a rule
/// about exceptions is tried with all others.
pub fn findings(rules: RuleSet, id: &str, text: &str, pinned: &BTreeMap<String, String>) -> FileReport {
    let keep = Keep { undecided: true, passed: false };
    let needs_others = rules.get(id).unwrap().is_about_exceptions();
    let selects = |entry: &RuleEntry| needs_others || entry.meta.id == id;
    let linter =
        Linter::new(rules, selects, &BTreeMap::new(), pinned.clone(), keep).unwrap().on(TODAY.parse().unwrap());
    let mut report = linter.lint(&Source::new(SourceId(0), "example", text.to_owned()));
    report.findings.retain(|finding| &*finding.rule == id);
    report
}

/// Lints an example; complains about every difference from its marks.
fn check(rules: RuleSet, id: &str, example: &Example, wanted: Outcome, complaints: &mut String) {
    let (text, marks) = unmark(example);
    let source = Source::new(SourceId(0), "example", text.clone());
    let report = findings(rules, id, &text, &example.parameters);
    let mut complain = |message: String| writeln!(complaints, "{id}, example `{}`: {message}", example.name).unwrap();
    if !report.is_template || !report.diagnostics.is_empty() {
        complain(format!("is no clean template: {:?}\n{text}", report.diagnostics));
        return;
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
        Outcome::Pass if !report.findings.is_empty() => complain(format!("should pass:{}", shown())),
        Outcome::Pass if report.counts.passed == 0 => {
            complain("should pass, but the rule looked at nothing".to_owned())
        }
        Outcome::Undecided if !undecided || !failing.is_empty() => complain(format!("should be undecided:{}", shown())),
        Outcome::Fail => {
            if marks.is_empty() {
                complain("should fail, but no line is marked `# finding`".to_owned());
            }
            let mut found: Vec<usize> =
                failing.iter().map(|finding| source.position(finding.span.start).line).collect();
            let mut expected: Vec<usize> = marks.iter().map(|mark| mark.line).collect();
            found.sort_unstable();
            found.dedup();
            expected.sort_unstable();
            if found != expected {
                complain(format!("findings on lines {found:?}, marked {expected:?}:{}", shown()));
                return;
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
}
