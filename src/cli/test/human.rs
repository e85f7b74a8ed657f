//! The results of tests as people read them: what came out wrong with its place in the rule file, then the rules and the numbers.

use super::tested::{Standing, Tested};
use crate::cli::page::{Page, widest};
use crate::code::Code;
use crate::finding::{Diagnostic, Outcome, Related};
use crate::report::human::paint::Ink;
use crate::report::human::{self, Part, Style};
use crate::report::text::{count, grouped};
use crate::report::{PROJECT_ADDRESS, Provenance, Report, Summary};
use crate::rules::load::controls;
use crate::session::Problems;
use crate::source::{Source, Span};
use crate::trial::{Change, Expected, Found, Mismatch, Mutation, PatchProblem, Patched, Places, Tried};
use std::collections::BTreeSet;

/// The whole text.
pub(super) fn text(tested: &[Tested<'_>], problems: Problems, mutates: bool, style: &Style) -> String {
    let invalid = invalid(&problems.diagnostics);
    let mut diagnostics = problems.diagnostics;
    let mut sources = problems.sources;
    for one in tested {
        let found = about(one);
        if !found.is_empty() {
            let source = &one.rule.source;
            sources.push(Source::new(source.id, source.name.clone(), source.text()));
        }
        diagnostics.extend(found);
    }
    let report = Report {
        sources: &sources,
        findings: &[],
        suppressed: &[],
        shows_suppressed: false,
        is_fixing: false,
        unshown: &[],
        absent: &[],
        exceptions: &[],
        diagnostics: &diagnostics,
        today: None,
        rules: &[],
        controls: controls(),
        summary: &Summary::default(),
        provenance: &Provenance::default(),
    };
    let mut bytes = Vec::new();
    // Writing to memory does not fail.
    let _ = human::write_part(&mut bytes, &report, style, Part::Findings, None);
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    text.push_str(&summary(tested, &invalid, mutates, style));
    text
}

/// What could not be tested.
fn invalid(problems: &[Diagnostic]) -> Vec<String> {
    let (files, others): (Vec<&Diagnostic>, Vec<&Diagnostic>) =
        problems.iter().partition(|diagnostic| diagnostic.code == Code::RuleFile);
    let files: BTreeSet<&str> = files.iter().map(|diagnostic| diagnostic.file.as_str()).collect();
    let verb = if files.len() == 1 { "is" } else { "are" };
    let files = (!files.is_empty()).then(|| format!("{} {verb} invalid", count(files.len(), "rule file")));
    let noun = if files.is_some() { "other problem" } else { "problem" };
    let others = (!others.is_empty()).then(|| count(others.len(), noun));
    files.into_iter().chain(others).collect()
}

/// Everything that came out wrong for a rule.
fn about(tested: &Tested<'_>) -> Vec<Diagnostic> {
    let places = Places::new(&tested.rule.source);
    let (id, trial) = (tested.rule.id(), &tested.trial);
    let examples = trial.examples.iter().flat_map(|tried| of_example(id, tried, &places));
    let patches = trial.patches.iter().flat_map(|patched| of_patch(id, patched, &places));
    let unnoticed = trial.mutations.iter().flat_map(|mutations| &mutations.unnoticed);
    let mutations = unnoticed.map(|mutation| of_mutation(id, mutation, &places));
    let drafts: Vec<Draft> = examples.chain(patches).chain(mutations).collect();
    let finished = |draft: Draft| {
        Diagnostic::error(draft.code, draft.message)
            .in_file(tested.rule.source.name.as_str())
            .at(draft.span)
            .with_help(draft.help.to_owned())
            .with_related(draft.related)
    };
    drafts.into_iter().map(finished).collect()
}

/// Something that came out wrong.
struct Draft {
    code: Code,
    span: Span,
    message: String,
    help: &'static str,
    related: Vec<Related>,
}

/// The code and the words for examples of a kind.
fn kind(expected: Expected) -> (Code, &'static str) {
    match expected {
        Expected::Pass => (Code::ExamplePass, "passing example"),
        Expected::Fail => (Code::ExampleFail, "failing example"),
        Expected::Undecided => (Code::ExampleUndecided, "undecided example"),
        Expected::PassedOver => (Code::ExamplePassedOver, "passed-over example"),
    }
}

fn of_example(id: &str, tried: &Tried, places: &Places<'_>) -> Vec<Draft> {
    let (code, words) = kind(tried.expected);
    let example = format!("the {words} `{}` of `{id}`", tried.name);
    let own = places.example(tried.expected, tried.index);
    let at = |found: &Found| {
        let place = (found.line, found.column);
        places.in_template(tried.expected, tried.index, place, found.length).unwrap_or(own)
    };
    let mark = |line: usize| places.mark(tried.expected, tried.index, line).unwrap_or(own);
    let draft =
        |span: Span, message: String, help: &'static str| Draft { code, span, message, help, related: Vec::new() };
    let mut drafts = Vec::new();
    let (mut lines, mut unexpected) = (Vec::new(), Vec::new());
    for mismatch in &tried.mismatches {
        match mismatch {
            Mismatch::Missing(mark) => lines.push(mark.line),
            Mismatch::Unexpected(found) => unexpected.push(found),
            Mismatch::Unclean { message, position } => {
                let place = position.and_then(|place| places.in_template(tried.expected, tried.index, place, 1));
                let message = format!("the template of {example} has a problem: {message}");
                drafts.push(draft(place.unwrap_or(own), message, "Correct the template."));
            }
            Mismatch::Unmarked => drafts.push(draft(
                own,
                format!("{example} has no line that is marked with `# finding`"),
                "Mark each line that a finding must point to.",
            )),
            Mismatch::Words(marked, found) => {
                let words = marked.words.as_deref().unwrap_or_default();
                let mut draft = draft(
                    mark(marked.line),
                    format!("{example} has a finding on this line, but its message does not contain \"{words}\""),
                    "Correct the words of the mark, or the message of the rule.",
                );
                draft.related = found.iter().map(|found| seen(found, at(found))).collect();
                drafts.push(draft);
            }
            Mismatch::Level(marked, found) => {
                let level = marked.level.as_deref().unwrap_or_default();
                let mut draft = draft(
                    mark(marked.line),
                    format!("{example} has a finding on this line, but its level is not `{level}`"),
                    "Correct the level of the mark. A finding that needs a parameter to leave its default is a warning at most.",
                );
                draft.related = found.iter().map(|found| seen(found, at(found))).collect();
                drafts.push(draft);
            }
            Mismatch::Placeholder(found) => drafts.push(draft(
                at(found),
                format!("{example} has a finding with a placeholder that was not filled: {}", found.message),
                "Only findings of the analysis that has the word can contain it.",
            )),
            Mismatch::Unchecked => drafts.push(draft(
                own,
                format!("the rule checks nothing in {example}"),
                "Add a resource that the rule checks, or move the example to `passed-over`.",
            )),
            Mismatch::Checked(checks) => drafts.push(draft(
                own,
                format!("the rule checks something in {example}: {} passed", count(*checks, "check")),
                "Move the example to `pass`, or correct `when`.",
            )),
            Mismatch::Decided if tried.mismatches.len() == 1 => drafts.push(draft(
                own,
                format!("no check is undecided in {example}"),
                "Move the example to `pass`, or correct the rule.",
            )),
            // The violations say the same.
            Mismatch::Decided => {}
        }
    }
    drafts.extend(on_other_lines(tried, &example, &lines, &unexpected, &mark, &at));
    drafts
}

/// Marked lines without a finding, and findings where none is expected.
fn on_other_lines(
    tried: &Tried,
    example: &str,
    lines: &[usize],
    unexpected: &[&Found],
    mark: &dyn Fn(usize) -> Span,
    at: &dyn Fn(&Found) -> Span,
) -> Option<Draft> {
    let is_undecided = |found: &&Found| found.outcome == Outcome::Undecided;
    let (span, message) = match (lines, unexpected) {
        ([], []) => return None,
        ([line], []) => (mark(*line), format!("{example} has no finding on this marked line")),
        ([line, ..], []) => (mark(*line), format!("{example} has no findings on {} marked lines", lines.len())),
        ([line, ..], [_, ..]) => (mark(*line), format!("the findings of {example} are not on the marked lines")),
        ([], [found, ..]) => {
            let message = match tried.expected {
                _ if is_undecided(found) => format!("{example} is undecided: {}", reason(found)),
                Expected::Fail => format!("{example} has a finding that is not marked: {}", found.message),
                _ => format!("{example} has a finding: {}", found.message),
            };
            (at(found), message)
        }
    };
    let help = match tried.expected {
        Expected::Fail => "Correct the rule, the template or the marks `# finding`.",
        Expected::Pass if unexpected.iter().all(is_undecided) => {
            "Specify the value in the template, or move the example to `undecided`."
        }
        _ => "Correct the rule or the template, or move the example.",
    };
    let further_lines =
        lines.iter().skip(1).map(|line| Related { span: mark(*line), message: "marked, without a finding".to_owned() });
    // The first one is in the message, if there is nothing else.
    let shown = unexpected.iter().skip(usize::from(lines.is_empty()));
    let related = further_lines.chain(shown.map(|found| seen(found, at(found)))).collect();
    Some(Draft { code: kind(tried.expected).0, span, message, help, related })
}

/// A result as a related place.
fn seen(found: &Found, span: Span) -> Related {
    let message = match found.outcome {
        Outcome::Undecided => format!("undecided: {}", reason(found)),
        _ => format!("{}: {}", found.level.name(), found.message),
    };
    Related { span, message }
}

/// Why a check is undecided.
fn reason(found: &Found) -> &str {
    found.message.strip_prefix("Cannot be decided: ").unwrap_or(&found.message)
}

fn of_patch(id: &str, patched: &Patched, places: &Places<'_>) -> Vec<Draft> {
    let span = places.patch(patched.expected, patched.index);
    let draft = |problem: &PatchProblem| Draft {
        code: Code::Patch,
        span,
        message: format!("the patch of the {} `{}` of `{id}`: {problem}", kind(patched.expected).1, patched.name),
        help: match problem {
            PatchProblem::Misplaced => "Remove the patch, or move the example to `fail`.",
            PatchProblem::NotExplained(_) => "Name the property in `remediation`.",
            _ => "A patch is the change that the remediation recommends, as a JSON merge patch of the template.",
        },
        related: Vec::new(),
    };
    patched.problems.iter().map(draft).collect()
}

fn of_mutation(id: &str, mutation: &Mutation, places: &Places<'_>) -> Draft {
    let part = part(&mutation.place);
    let (message, help) = match mutation.change {
        Change::Removed => (
            format!("no example of `{id}` notices if `{part}` is removed"),
            "Add an example for which it matters, or remove it from the rule.",
        ),
        Change::Inverted => (
            format!("no example of `{id}` notices if `{part}` is inverted"),
            "Add an example that passes or fails only because of this assertion, or remove it from the rule.",
        ),
    };
    Draft { code: Code::Mutation, span: places.pointer(&mutation.place), message, help, related: Vec::new() }
}

/// `assert.any[0].or-absent` of `/assert/any/0/or-absent`.
fn part(pointer: &str) -> String {
    let mut part = String::new();
    for step in pointer.split('/').skip(1) {
        if step.bytes().all(|byte| byte.is_ascii_digit()) {
            part.push_str(&format!("[{step}]"));
        } else {
            if !part.is_empty() {
                part.push('.');
            }
            part.push_str(step);
        }
    }
    part
}

/// The rules and the numbers.
fn summary(tested: &[Tested<'_>], invalid: &[String], mutates: bool, style: &Style) -> String {
    let mut page = Page::new(*style);
    page.line(Ink::Dim, &style.glyph("─", "-").repeat(style.width));
    let of = |standing: Standing| tested.iter().filter(|tested| tested.standing() == standing).count();
    let (passed, failed, untested) = (of(Standing::Passed), of(Standing::Failed), of(Standing::WithoutExamples));
    let wrong = style.glyph("×", "x");
    for text in invalid {
        page.line(Ink::Error, &format!("{wrong} {text}"));
    }
    if failed > 0 {
        let verb = if failed == 1 { "fails its" } else { "fail their" };
        let number = match tested.len() {
            all if all == failed => count(failed, "rule"),
            all => format!("{} of {}", grouped(failed), count(all, "rule")),
        };
        page.line(Ink::Error, &format!("{wrong} {number} {verb} tests"));
    }
    if untested > 0 {
        let verb = if untested == 1 { "has" } else { "have" };
        page.line(Ink::Warning, &format!("{} {} {verb} no examples", style.glyph("⚠", "!"), count(untested, "rule")));
    }
    if passed > 0 && invalid.is_empty() && failed + untested == 0 {
        let verb = if passed == 1 { "passes its" } else { "pass their" };
        page.line(Ink::Good, &format!("{} {} {verb} tests", style.glyph("✓", "+"), count(passed, "rule")));
    }
    if !tested.is_empty() {
        page.blank();
    }
    let columns = [1, widest(tested.iter().map(|tested| tested.rule.id()))];
    for one in tested {
        let (ink, glyph) = match one.standing() {
            Standing::Passed => (Ink::Good, style.glyph("✓", "+")),
            Standing::Failed => (Ink::Error, wrong),
            Standing::WithoutExamples => (Ink::Warning, style.glyph("⚠", "!")),
        };
        page.row(&[(Some(ink), glyph), (None, one.rule.id()), (Some(Ink::Dim), &numbers(one, mutates))], &columns);
    }
    if failed > 0 {
        page.blank();
        let address = format!("{PROJECT_ADDRESS}/blob/main/docs/rule-language.md#examples");
        page.row(&[(Some(Ink::Dim), "Details"), (None, &address)], &["Details".len()]);
    }
    page.finish()
}

/// The numbers of a rule: `6 examples, 1 patch, 9 changes noticed`.
fn numbers(tested: &Tested<'_>, mutates: bool) -> String {
    let trial = &tested.trial;
    if trial.examples.is_empty() {
        return "no examples".to_owned();
    }
    let wrong = trial.examples.iter().filter(|tried| !tried.mismatches.is_empty()).count();
    let with_wrong = |text: String, wrong: usize| match wrong {
        0 => text,
        wrong => format!("{text} ({} wrong)", grouped(wrong)),
    };
    let mut parts = vec![with_wrong(count(trial.examples.len(), "example"), wrong)];
    if !trial.patches.is_empty() {
        let wrong = trial.patches.iter().filter(|patched| !patched.problems.is_empty()).count();
        let noun = if trial.patches.len() == 1 { "patch" } else { "patche" };
        parts.push(with_wrong(count(trial.patches.len(), noun), wrong));
    }
    if let Some(mutations) = &trial.mutations {
        let text = count(mutations.tried, "change");
        parts.push(match mutations.unnoticed.len() {
            0 => format!("{text} noticed"),
            unnoticed => format!("{text} ({} not noticed)", grouped(unnoticed)),
        });
        if mutations.left_out > 0 {
            parts.push(format!("{} not tried", count(mutations.left_out, "change")));
        }
    } else if mutates {
        parts.push("changes not tried".to_owned());
    }
    parts.join(", ")
}
